/* Updating and deleting an EIP: handleUpdateIptablesEip, handleResetIptablesEip and
 * handleDelIptablesEip (pkg/controller/vpc_nat_gw_eip.go, all tags).
 *
 * The deletion branch begins at D1.  It never asks whether our own finalizer is still there: every
 * later change of a terminating EIP that somebody else's finalizer holds runs it again.
 */
#include "model/step_internal.h"

static int read_snapshot(struct sim_turn *t)
{
    t->me->gateway = SIM_NONE;
    if (!sim_read_eip(t, &t->me->snap))
        return SUCCEED;
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    return NEXT;
}

static bool when_ipam_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_subnet_resolution) == SIM_subnet_resolution_ipam_name;
}

enum {
    U1A,
    U1B,
    U1C,
    U1D,
    U2,
    U3,
    U4,
    U5,
    U6,
    U7A,
    U7B,
    U7C,
    U7D,
    U8,
    U8A,
    U8B,
    U8C,
    U8D,
    U8E,
    U8F,
    U8G,
    U9,
    U10,
    D1,
    D2,
    D3,
    D3A,
    D3B,
    D3C,
    D4,
    D5,
    D6,
    D7,
    D8
};

/* What is left on a gateway then, the sweep takes off. */
static int resolve(struct sim_turn *t)
{
    return sim_resolve_subnet(t) || (sim_asks(t->w, SIM_deletion_without_subnet) &&
                                     sim_eip_terminating(&t->me->snap))
               ? NEXT
               : FAIL;
}

static int branch_if_terminating(struct sim_turn *t)
{
    return sim_eip_terminating(&t->me->snap) ? D1 : NEXT;
}

static bool when_spec_counts(const struct sim_turn *t)
{
    return !sim_asks(t->w, SIM_recorded_first);
}

static int refuse_new_address(struct sim_turn *t)
{
    const struct sim_eip *s = &t->me->snap;

    return s->status_ip != 0 && s->status_ip != s->spec_v4 ? FAIL : NEXT;
}

/* ---- U7: another bandwidth policy ---- */

static bool redone(const struct sim_turn *t)
{
    const struct sim_eip *s = &t->me->snap;

    return !sim_eip_ready(s) && s->redo != 0 && s->status_ip != 0;
}

/* What is recorded is programmed before anything else is asked for, and what is not is add's. */
static bool policy_changed(const struct sim_turn *t)
{
    if (sim_when_recorded(t) && (redone(t) || t->me->snap.status_ip == 0))
        return false;
    return t->me->snap.status_qos != t->me->snap.qos;
}

static bool when_old_policy(const struct sim_turn *t)
{
    return policy_changed(t) && t->me->snap.status_qos != 0;
}

static bool when_new_policy(const struct sim_turn *t)
{
    return policy_changed(t) && t->me->snap.qos != 0;
}

static int prepare_old_policy(struct sim_turn *t)
{
    t->me->v4 = t->me->snap.status_ip;
    return sim_use_policy(t, t->me->snap.status_qos);
}

static int prepare_new_policy(struct sim_turn *t)
{
    t->me->v4 = t->me->snap.status_ip;
    return sim_use_policy(t, t->me->snap.qos);
}

/* ---- U8: programming again after a gateway's start ---- */

static int skip_unless_redone(struct sim_turn *t)
{
    return redone(t) ? NEXT : U9;
}

static bool when_pod_first(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_redo_looks_up_pod_first);
}

static bool when_pod_first_by_namespace(const struct sim_turn *t)
{
    return when_pod_first(t) && sim_when_namespace_unknown(t);
}

static int check_pod(struct sim_turn *t)
{
    t->me->missing_ok = 0;
    return sim_find_pods(t);
}

static int prepare_eip_add(struct sim_turn *t)
{
    if (when_ipam_asked(t) && !sim_resolve_in_ipam(t))
        return FAIL;
    t->me->v4 = t->me->snap.status_ip;
    t->me->missing_ok = 0;
    t->me->op = SIM_VERB_EIP_ADD;
    return NEXT;
}

static int prepare_used_policy(struct sim_turn *t)
{
    t->me->v4 = t->me->snap.status_ip;
    return sim_use_policy(t, sim_policy_used(t));
}

static bool when_policy_still_changed(const struct sim_turn *t)
{
    return sim_when_recorded(t) && policy_changed(t);
}

static int change_policy(struct sim_turn *t)
{
    (void)t;
    return U7A;
}

static int prepare_ready(struct sim_turn *t)
{
    t->me->ready = 1;
    if (!sim_asks(t->w, SIM_gateway_swept))
        t->me->redo = 0;
    t->me->qos = sim_policy_used(t);
    return NEXT;
}

static int prepare_reset(struct sim_turn *t)
{
    t->me->ready = !sim_asks(t->w, SIM_reset_keeps_ready) || sim_eip_ready(&t->me->copy);
    t->me->redo = 0;
    t->me->qos = 0;
    return NEXT;
}

static int succeed(struct sim_turn *t)
{
    (void)t;
    return SUCCEED;
}

/* ---- the deletion branch ---- */

static bool when_nat_blocks(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_nat_in_use_blocks_delete);
}

/* Success, and nobody asks for another run: the reset that a rule's deletion asks for must change
 * the status, or the EIP waits for ever. */
static int stop_if_in_use(struct sim_turn *t)
{
    sim_list_rules(t, t->me->snap.spec_v4);
    if (t->me->nat == 0)
        return NEXT;
    return sim_asks(t->w, SIM_blocked_delete_retried) ? FAIL : SUCCEED;
}

/* What was never recorded was never programmed. */
static int skip_gateway_if_disabled(struct sim_turn *t)
{
    if ((sim_when_recorded(t) && t->me->snap.status_ip == 0) || t->me->subnet == 0)
        return D4;
    t->me->v4 = t->me->snap.status_ip;
    t->me->op = SIM_VERB_EIP_DEL;
    t->me->missing_ok = sim_asks(t->w, SIM_delete_skip_rule) == SIM_delete_skip_rule_pod_notfound;
    return sim_globals(t->w)->nat_enabled ? NEXT : D4;
}

static bool when_gateway_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_delete_skip_rule) == SIM_delete_skip_rule_gw_object_gone;
}

static int skip_if_gateway_gone(struct sim_turn *t)
{
    return sim_read_gateway(t) ? NEXT : D4;
}

static bool when_policy_programmed(const struct sim_turn *t)
{
    return t->me->snap.status_qos != 0;
}

static bool when_released_before(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_release_site) == SIM_release_site_upd_before_fin;
}

static bool when_released_after(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_release_site) == SIM_release_site_upd_after_fin;
}

static sim_id release_net(const struct sim_turn *t, sim_ref net)
{
    return sim_asks(t->w, SIM_release_scope) == SIM_release_scope_all ? SIM_NONE : sim_ref_id(net);
}

static int release(struct sim_turn *t)
{
    sim_ipam_release(t, sim_eip_owner(t->me->eip), release_net(t, t->me->snap.net));
    return NEXT;
}

static bool when_policy_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_qos_requeue) == SIM_qos_requeue_handler &&
           t->me->snap.status_qos != 0;
}

static int ask_policy(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_QOS_POLICY, sim_ref_id(t->me->snap.status_qos));
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_update_steps[] = {
    [U1A] = CALL("U1a", sim_when_locked_first, sim_take_lock, LOCK, EIP, "lock the EIP's name"),
    [U1B] = CALL("U1b", NULL, read_snapshot, READ, EIP,
                 "read the EIP; gone: done, and nothing is released"),
    [U1C] = CALL("U1c", sim_when_read_first, sim_take_lock, LOCK, EIP, "lock the EIP's name"),
    [U1D] = CALL("U1d", sim_when_rechecked, sim_read_again, READ, EIP,
                 "read the EIP again under the lock"),
    [U2] = LOCAL("U2", sim_when_resolved_first, resolve, "find the subnet; none: error"),
    [U3] = LOCAL("U3", NULL, branch_if_terminating, "terminating: the deletion branch"),
    [U4] = LOCAL("U4", sim_when_v6_refused, sim_refuse_upper_v6,
                 "error if spec.v6ip has upper-case letters"),
    [U5] = LOCAL("U5", when_spec_counts, refuse_new_address,
                 "error if spec.v4ip is no longer status.ip"),
    [U6] = LOCAL("U6", NULL, sim_refuse_if_disabled, "error unless the NAT gateway feature is on"),
    [U7A] = ENTER("U7a", when_old_policy, prepare_old_policy, QOS_DEL,
                  "another policy: remove the rules of the old one"),
    [U7B] = ENTER("U7b", when_new_policy, prepare_new_policy, QOS_ADD,
                  "another policy: add the rules of the new one"),
    [U7C] = ENTER("U7c", policy_changed, NULL, PATCH_LABEL, "another policy: patch the labels"),
    [U7D] = ENTER("U7d", policy_changed, NULL, PATCH_QOS_STATUS,
                  "another policy: patch the status"),
    [U8] = LOCAL("U8", NULL, skip_unless_redone,
                 "marked for programming: not ready, with redo and an address"),
    [U8A] = CALL("U8a", when_pod_first_by_namespace, sim_look_up_namespace, READ, GATEWAY,
                 "read the gateway for its namespace"),
    [U8B] = CALL("U8b", when_pod_first, check_pod, LIST, POD,
                 "find the gateway's pod; none: error"),
    [U8C] = CALL("U8c", sim_when_namespace_unknown, sim_look_up_namespace, READ, GATEWAY,
                 "read the gateway for its namespace"),
    [U8D] = ENTER("U8d", NULL, prepare_eip_add, PODS, "set the address in the gateway: eip-add"),
    [U8E] = ENTER("U8e", sim_when_policy_used, prepare_used_policy, QOS_ADD,
                  "add the bandwidth rules"),
    [U8F] = ENTER("U8f", NULL, prepare_ready, PATCH_STATUS, "patch the status: ready"),
    [U8G] = LOCAL("U8g", when_policy_still_changed, change_policy,
                  "another policy was asked for: now it is time"),
    [U9] = ENTER("U9", NULL, NULL, FINALIZER_ADD, "add the finalizer"),
    [U10] = LOCAL("U10", NULL, succeed, "done"),
    [D1] = CALL("D1", when_nat_blocks, stop_if_in_use, LIST, DNAT,
                "a NAT rule carries the address: done, and nobody asks for another run"),
    [D2] = LOCAL("D2", when_ipam_asked, sim_resolve,
                 "find the mask in IPAM; no such subnet: error"),
    [D3] = LOCAL("D3", NULL, skip_gateway_if_disabled,
                 "leave the gateway alone if the feature is off, or nothing is recorded"),
    [D3A] = CALL("D3a", sim_when_namespace_unknown, sim_look_up_namespace, READ, GATEWAY,
                 "read the gateway for its namespace"),
    [D3B] = CALL("D3b", when_gateway_asked, skip_if_gateway_gone, READ, GATEWAY,
                 "read the gateway; gone: leave it alone"),
    [D3C] = ENTER("D3c", NULL, NULL, PODS, "take status.ip off the gateway: eip-del"),
    [D4] = ENTER("D4", when_policy_programmed, prepare_old_policy, QOS_DEL,
                 "remove the bandwidth rules of status.qosPolicy"),
    [D5] = CALL("D5", when_released_before, release, IPAM, EIP,
                "release all that the name holds, before the object is gone"),
    [D6] = ENTER("D6", NULL, NULL, FINALIZER_DEL, "remove the finalizer"),
    [D7] = CALL("D7", when_released_after, release, IPAM, EIP, "release all that the name holds"),
    [D8] = GLUED("D8", when_policy_asked, ask_policy, QUEUE, POLICY, "look at the policy again"),
    END
};

const struct sim_step sim_reset_steps[] = {
    CALL("R1", NULL, read_snapshot, READ, EIP, "read the EIP; gone: done"),
    ENTER("R2", NULL, NULL, PATCH_LABEL, "patch the labels"),
    ENTER("R3", NULL, prepare_reset, PATCH_STATUS, "patch the status: ready, whatever it was"),
    END
};
/* clang-format on */

/* ---- the delete handler ---- */

static bool when_released_here(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_release_site) == SIM_release_site_del;
}

static int release_by_name(struct sim_turn *t)
{
    sim_ipam_release(t, sim_eip_owner(t->me->eip), SIM_NONE);
    return NEXT;
}

static bool when_released_in_delete(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_release_in_delete_handler) ||
           sim_asks(t->w, SIM_release_site) == SIM_release_site_absent;
}

/* A new EIP of the name must keep what it has. */
static int release_unless_cached(struct sim_turn *t)
{
    if (!sim_eip_exists(&sim_eip(t->w, t->me->eip)->cache))
        sim_release_left(t);
    return NEXT;
}

static bool when_status_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_subnet_status) >= SIM_subnet_status_handlers &&
           sim_queue_of_objects(t->w, SIM_QUEUE_DEL_EIP);
}

static bool when_sweep_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_gateway_swept) && t->me->gateway != SIM_NONE &&
           sim_queue_of_objects(t->w, SIM_QUEUE_DEL_EIP);
}

static int ask_sweep(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_UPDATE_VPC_EIP, t->me->gateway);
    return NEXT;
}

static int ask_status(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_ext(t->w, t->me->net));
    return sim_ask_status_of_left(t);
}

/* clang-format off */
const struct sim_step sim_del_steps[] = {
    CALL("X1", when_released_here, release_by_name, IPAM, EIP,
         "release all that the name holds, in all subnets"),
    CALL("X1a", when_released_in_delete, sim_take_lock, LOCK, EIP, "lock the EIP's name"),
    CALL("X1b", when_released_in_delete, release_unless_cached, IPAM, EIP,
         "release all that the name holds unless an EIP of that name is cached"),
    GLUED("X2", when_status_asked, ask_status, QUEUE, SUBNET, "ask for the subnet's status"),
    GLUED("X3", when_sweep_asked, ask_sweep, QUEUE, GATEWAY, "ask for the gateway to be swept"),
    END
};
/* clang-format on */
