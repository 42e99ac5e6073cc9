/* Taking off a gateway what no EIP of it owns: no release does that.
 *
 * An address is left behind when an EIP goes past its finalizer, when the gateway cannot be reached
 * while its EIP is deleted, or when a crash forgets either.  Whoever removes an address holds it in
 * IPAM meanwhile, so that it can become nobody else's: a free one is taken for the time, and of one
 * that an EIP of another gateway holds, that EIP is locked.
 */
#include "model/step_internal.h"

enum { W0, W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11, W12, W13, W14 };

static sim_id subnet_of(const struct sim_turn *t)
{
    return sim_ref_id(t->me->subnet);
}

/* The EIP that holds an address, SIM_NONE if none does. */
static sim_id holder(const struct sim_world *w, sim_id subnet, sim_v4 v4)
{
    uint32_t owner = ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(v4));

    return owner == 0 ? SIM_NONE : sim_eip_named(w, (uint16_t)(owner - 1));
}

static bool of_this_gateway(const struct sim_turn *t, sim_id eip)
{
    const struct sim_eip *c = &sim_eip(t->w, eip)->cache;

    return sim_eip_exists(c) && sim_ref_id(c->gw) == t->me->key;
}

static bool is_stray(const struct sim_turn *t, sim_id subnet, sim_v4 v4)
{
    sim_id eip = holder(t->w, subnet, v4);

    return v4 != sim_gateway(t->w, t->me->key)->own &&
           (eip == SIM_NONE || !of_this_gateway(t, eip));
}

/* The first stray address of the pod above me->scan: me->v4, me->subnet. */
static bool find_stray(struct sim_turn *t, sim_id pod)
{
    t->me->v4 = 0;
    for (sim_id s = 0; s < t->w->limits.subnets; s++) {
        struct ipam_addrset set = sim_interface(t->w, pod, s);
        struct ipam_addr a;

        for (bool more = ipam_addrset_first(&set, &a); more;
             more = ipam_addrset_next(&set, ipam_addr_add(a, 1), &a)) {
            sim_v4 v4 = (sim_v4)a.lo;

            if (v4 <= t->me->scan || (t->me->v4 != 0 && v4 >= t->me->v4) || !is_stray(t, s, v4))
                continue;
            t->me->v4 = v4;
            t->me->subnet = sim_ref_of(s);
        }
    }
    return t->me->v4 != 0;
}

/* ---- pods ---- */

static int list_pods(struct sim_turn *t)
{
    uint8_t present = sim_pods_present(t->w, t->me->key, false);

    t->me->gateway = t->me->key;
    t->me->pods = sim_pods_present(t->w, t->me->key, true);
    t->me->exec_failed = t->me->pods != present;
    t->me->op = SIM_VERB_EIP_LIST;
    t->me->v4 = 0;
    t->me->scan = 0;
    sim_tell_pods(t, t->me->gateway, present);
    return present == 0 ? RETURN : NEXT;
}

static int next_pod(struct sim_turn *t)
{
    if (t->me->pods != 0)
        return NEXT;
    return t->me->exec_failed ? FAIL : RETURN;
}

static bool run_in_pod(struct sim_turn *t)
{
    return sim_exec_in(t, sim_pod_id(t->w, t->me->key, (unsigned)__builtin_ctz(t->me->pods)));
}

static int list_addresses(struct sim_turn *t)
{
    sim_id pod = sim_pod_id(t->w, t->me->key, (unsigned)__builtin_ctz(t->me->pods));

    if (run_in_pod(t) && find_stray(t, pod))
        return NEXT;
    t->me->pods &= (uint8_t)(t->me->pods - 1);
    t->me->scan = 0;
    return W2;
}

/* ---- removing ---- */

static int branch_if_held(struct sim_turn *t)
{
    sim_id eip = holder(t->w, subnet_of(t), t->me->v4);

    t->me->scan = t->me->v4;
    if (eip == SIM_NONE)
        return NEXT;
    t->me->eip = eip;
    return W10;
}

/* Somebody was faster: look again.  What IPAM does not give away at all is nobody's. */
static int take_free(struct sim_turn *t)
{
    enum ipam_error error = sim_ipam_reserve(t, t->me->key, subnet_of(t), t->me->v4);

    t->me->allocated = error == IPAM_ERROR_NONE;
    t->me->op = SIM_VERB_EIP_DEL;
    if (error != IPAM_ERROR_CONFLICT)
        return NEXT;
    t->me->scan = t->me->v4 - 1;
    return W9;
}

static int remove_stray(struct sim_turn *t)
{
    (void)run_in_pod(t);
    return NEXT;
}

static bool when_taken(const struct sim_turn *t)
{
    return t->me->allocated;
}

static int give_back(struct sim_turn *t)
{
    sim_ipam_unreserve(t, t->me->key, subnet_of(t));
    return NEXT;
}

static bool when_status_asked(const struct sim_turn *t)
{
    return t->me->allocated && sim_asks(t->w, SIM_subnet_status) == SIM_subnet_status_changes;
}

static int ask_status(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_subnet(t->w, subnet_of(t))->net);
    return NEXT;
}

static int look_again(struct sim_turn *t)
{
    t->me->allocated = 0;
    t->me->op = SIM_VERB_EIP_LIST;
    t->me->v4 = 0;
    return W3;
}

/* An EIP that is gone gives its address back soon: try again then. */
static int read_holder(struct sim_turn *t)
{
    bool held = holder(t->w, subnet_of(t), t->me->v4) == t->me->eip;

    if (!sim_read_eip(t, &t->me->copy)) {
        t->me->exec_failed = 1;
        return W13;
    }
    if (!held)
        t->me->scan = t->me->v4 - 1;
    t->me->op = SIM_VERB_EIP_DEL;
    return held && !of_this_gateway(t, t->me->eip) ? NEXT : W13;
}

/* clang-format off */
const struct sim_step sim_sweep_steps[] = {
    [W0] = CALL("W0", NULL, sim_give_lock_back, UNLOCK, GATEWAY, "unlock the gateway's name"),
    [W1] = CALL("W1", NULL, list_pods, LIST, POD, "find the gateway's pods; none: done"),
    [W2] = LOCAL("W2", NULL, next_pod, "done with all pods; error if one could not be swept"),
    [W3] = CALL("W3", NULL, list_addresses, EXEC, POD,
                "list the pod's addresses: eip-list; none belongs to nobody here: next pod"),
    [W4] = LOCAL("W4", NULL, branch_if_held, "does an EIP of another gateway hold it?"),
    [W5] = CALL("W5", NULL, take_free, IPAM, GATEWAY,
                "take the address, so that nobody gets it meanwhile"),
    [W6] = CALL("W6", NULL, remove_stray, EXEC, POD, "take it off the gateway: eip-del"),
    [W7] = CALL("W7", when_taken, give_back, IPAM, GATEWAY, "give it back"),
    [W8] = GLUED("W8", when_status_asked, ask_status, QUEUE, SUBNET, "ask for the subnet's status"),
    [W9] = LOCAL("W9", NULL, look_again, "go on to the next address"),
    [W10] = CALL("W10", NULL, sim_lock_eip, LOCK, EIP, "lock the name of the EIP that holds it"),
    [W11] = CALL("W11", NULL, read_holder, READ, EIP,
                 "read the EIP; gone, or here by now: leave it"),
    [W12] = CALL("W12", NULL, remove_stray, EXEC, POD, "take it off this gateway: eip-del"),
    [W13] = CALL("W13", NULL, sim_give_lock_back, UNLOCK, EIP, "unlock the EIP's name"),
    [W14] = LOCAL("W14", NULL, look_again, "go on to the next address"),
    END
};
/* clang-format on */
