/* The controller's side of a gateway: finding its pods, running commands in them, bandwidth rules
 * (getNatGwPod(s), createEipInPod, deleteEipInPod, addEipQoS, delEipQoS; pkg/controller, all tags).
 */
#include "model/step_internal.h"

enum { POD_WAIT = 5000 };

/* ---- looking up the pods of me->gateway ---- */

static int wait_and_fail(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_SLEEP);

    e.ms = POD_WAIT;
    sim_emit(t, &e);
    return FAIL;
}

uint8_t sim_pods_present(const struct sim_world *w, sim_id gateway, bool running_only)
{
    uint8_t pods = 0;

    for (unsigned n = 0; gateway != SIM_NONE && n < w->limits.pods_per_gateway; n++) {
        uint8_t state = sim_pod(w, sim_pod_id(w, gateway, n))->state;

        if (running_only ? state == SIM_POD_RUNNING : state != SIM_POD_ABSENT)
            pods = (uint8_t)(pods | 1u << n);
    }
    return pods;
}

void sim_tell_pods(struct sim_turn *t, sim_id gateway, uint8_t present)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = SIM_OBJECT_POD;
    e.selector = SIM_SELECT_GATEWAY;
    e.id = gateway;
    for (; present != 0; present &= (uint8_t)(present - 1))
        e.count++;
    sim_emit(t, &e);
}

/* One pod, Running; a terminating one counts. */
static int find_strictly(struct sim_turn *t, sim_id gateway, bool missing_ok, uint8_t present)
{
    sim_id pod;

    if (present == 0)
        return missing_ok ? RETURN : FAIL;
    if ((present & (present - 1)) != 0)
        return wait_and_fail(t);
    pod = sim_pod_id(t->w, gateway, (unsigned)__builtin_ctz(present));
    return sim_pod(t->w, pod)->state == SIM_POD_PENDING ? wait_and_fail(t) : NEXT;
}

int sim_look_up_pods(struct sim_turn *t, sim_id gateway, bool missing_ok, uint8_t *pods)
{
    uint8_t present = sim_pods_present(t->w, gateway, false);

    sim_tell_pods(t, gateway, present);
    if (sim_asks(t->w, SIM_gw_lookup) != SIM_gw_lookup_strict) {
        *pods = sim_pods_present(t->w, gateway, true);
        return *pods == 0 ? wait_and_fail(t) : NEXT;
    }
    *pods = present;
    return find_strictly(t, gateway, missing_ok, present);
}

uint32_t sim_newest_pod(const struct sim_turn *t)
{
    uint32_t newest = 0;

    for (unsigned n = 0; n < t->w->limits.pods_per_gateway; n++) {
        const struct sim_pod_slot *p = sim_pod(t->w, sim_pod_id(t->w, t->me->gateway, n));
        bool usable =
            p->state == SIM_POD_RUNNING || (p->state == SIM_POD_TERMINATING &&
                                            sim_asks(t->w, SIM_gw_lookup) == SIM_gw_lookup_strict);

        if (usable && p->created > newest)
            newest = p->created;
    }
    return newest;
}

static int look_up_pods(struct sim_turn *t)
{
    if (t->me->op == SIM_VERB_EIP_ADD && t->me->gateway != SIM_NONE &&
        sim_asks(t->w, SIM_gateway_swept))
        t->me->redo = sim_newest_pod(t);
    t->me->exec_failed = 0;
    return sim_look_up_pods(t, t->me->gateway, t->me->missing_ok, &t->me->pods);
}

/* ---- running me->op in each of them ---- */

/* Whose address is being removed: that of the EIP whose lock is held. */
static sim_id on_behalf_of(const struct sim_turn *t)
{
    return t->queue == SIM_QUEUE_UPDATE_VPC_EIP && t->me->lock == 0 ? SIM_NONE : t->me->eip;
}

static bool perform(struct sim_turn *t, sim_id pod)
{
    const struct sim_worker *me = t->me;

    if (sim_flawed(t->w, SIM_FLAW_IDLE_EXEC, me->op))
        return true;
    switch (me->op) {
    case SIM_VERB_EIP_ADD:
        return sim_pod_eip_add(t, pod, sim_ref_id(me->subnet), me->v4);
    case SIM_VERB_EIP_DEL:
        return sim_pod_eip_del(t, pod, sim_ref_id(me->subnet), me->v4, on_behalf_of(t));
    case SIM_VERB_FIP_ADD:
    case SIM_VERB_FIP_DEL:
    case SIM_VERB_DNAT_ADD:
    case SIM_VERB_DNAT_DEL:
    case SIM_VERB_SNAT_ADD:
    case SIM_VERB_SNAT_DEL:
        return sim_pod_rule_command(t, pod, (enum sim_verb)me->op, &sim_rule_work(t)->row);
    default:
        return sim_pod(t->w, pod)->inited;
    }
}

static bool is_rule_command(uint8_t op)
{
    return op >= SIM_VERB_FIP_ADD && op <= SIM_VERB_SNAT_DEL;
}

static struct sim_event exec_event(const struct sim_turn *t, sim_id pod)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_EXEC);
    const struct sim_worker *me = t->me;

    e.object = SIM_OBJECT_POD;
    e.verb = me->op;
    e.id = pod;
    if (is_rule_command(me->op)) {
        memcpy(&e.row, &sim_rule_work(t)->row, sizeof e.row);
        e.prefix = me->op == SIM_VERB_SNAT_ADD && sim_rule_work(t)->version_known;
        return e;
    }
    e.v4 = me->v4;
    e.count = me->eip;
    e.net = me->policy;
    e.rule = me->rule;
    if (me->op == SIM_VERB_EIP_ADD || me->op == SIM_VERB_EIP_DEL)
        e.prefix = sim_subnet(t->w, sim_ref_id(me->subnet))->prefix;
    if (me->op == SIM_VERB_EIP_ADD && sim_asks(t->w, SIM_eip_add_names_gateway))
        e.gateway = sim_subnet(t->w, sim_ref_id(me->subnet))->gateway;
    return e;
}

bool sim_exec_in(struct sim_turn *t, sim_id pod)
{
    struct sim_event e = exec_event(t, pod);
    bool ok = true;

    e.fault = t->fault;
    t->fault = SIM_FAULT_NONE;
    if (e.fault != SIM_FAULT_BEFORE)
        ok = perform(t, pod);
    e.effect = ok && e.fault != SIM_FAULT_BEFORE ? SIM_RESULT_OK : SIM_RESULT_ERROR;
    e.result = ok && e.fault == SIM_FAULT_NONE ? SIM_RESULT_OK : SIM_RESULT_ERROR;
    if (e.result != SIM_RESULT_OK)
        t->me->exec_failed = 1;
    sim_emit(t, &e);
    return e.result == SIM_RESULT_OK;
}

static int exec_in_pod(struct sim_turn *t)
{
    struct sim_worker *me = t->me;

    (void)sim_exec_in(t, sim_pod_id(t->w, me->gateway, (unsigned)__builtin_ctz(me->pods)));
    me->pods &= (uint8_t)(me->pods - 1);
    return NEXT;
}

static bool when_own_asked_for(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_own_address_spared) && t->me->v4 != 0 &&
           t->me->v4 == sim_gateway(t->w, t->me->gateway)->own &&
           (t->me->op == SIM_VERB_EIP_ADD || t->me->op == SIM_VERB_EIP_DEL);
}

/* Where the version cannot be found, ports are not drawn at random. */
static int ask_version(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_EXEC);

    e.object = SIM_OBJECT_POD;
    e.verb = SIM_VERB_IPTABLES_VERSION;
    e.id = sim_pod_id(t->w, t->me->gateway, (unsigned)__builtin_ctz(t->me->pods));
    e.fault = t->fault;
    t->fault = SIM_FAULT_NONE;
    e.effect = e.fault == SIM_FAULT_BEFORE ? SIM_RESULT_ERROR : SIM_RESULT_OK;
    e.result = e.fault == SIM_FAULT_NONE ? SIM_RESULT_OK : SIM_RESULT_ERROR;
    sim_rule_work(t)->version_known = e.result == SIM_RESULT_OK;
    sim_emit(t, &e);
    return NEXT;
}

static bool when_version_asked(const struct sim_turn *t)
{
    return t->me->op == SIM_VERB_SNAT_ADD;
}

enum { P1, P1A, P1B, P2, P3 };

/* Every pod of a gateway has the same. */
static int spare_own(struct sim_turn *t)
{
    return t->me->op == SIM_VERB_EIP_ADD ? FAIL : RETURN;
}

static int next_pod(struct sim_turn *t)
{
    if (t->me->pods != 0)
        return P1B;
    return t->me->exec_failed ? FAIL : RETURN;
}

/* clang-format off */
const struct sim_step sim_pods_steps[] = {
    [P1] = CALL("P1", NULL, look_up_pods, LIST, POD, "find the gateway's pods; none or bad: error"),
    [P1A] = LOCAL("P1a", when_own_asked_for, spare_own,
                  "the pods' own address: adding it is an error, removing it is done"),
    [P1B] = CALL("P1b", when_version_asked, ask_version, EXEC, POD,
                 "an SNAT: ask the next pod for the version of its iptables"),
    [P2] = CALL("P2", NULL, exec_in_pod, EXEC, POD, "run the command in the next pod"),
    [P3] = LOCAL("P3", NULL, next_pod, "go on to the next pod, then report the first error"),
    END
};
/* clang-format on */

int sim_find_pods(struct sim_turn *t)
{
    int flow = look_up_pods(t);

    t->me->pods = 0;
    return flow == RETURN ? NEXT : flow;
}

/* ---- bandwidth rules of me->policy on me->v4 ---- */

static int read_policy_to_add(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    if (sim_read_policy(t))
        return NEXT;
    return sim_asks(t->w, SIM_qos_policy_missing_ok) ? RETURN : DIE;
}

enum { ONLY_ASK = SIM_POLICY_RULES };

int sim_use_policy(struct sim_turn *t, sim_ref policy)
{
    t->me->policy = sim_ref_id(policy);
    t->me->rule = 0;
    return NEXT;
}

int sim_only_ask_policy(struct sim_turn *t, sim_ref policy)
{
    t->me->policy = sim_ref_id(policy);
    t->me->rule = ONLY_ASK;
    return NEXT;
}

/* What is recorded was granted. */
static bool when_not_shared(const struct sim_turn *t)
{
    return !sim_policy(t->w, t->me->policy)->shared &&
           !(sim_when_recorded(t) && sim_ref_id(t->me->snap.status_qos) == t->me->policy);
}

/* Only the first holder in the list is looked at. */
static int list_holders(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);
    sim_id first = SIM_NONE;

    e.object = SIM_OBJECT_EIP;
    e.selector = SIM_SELECT_QOS;
    e.id = t->me->policy;
    for (sim_id i = 0; i < t->w->limits.eips; i++) {
        const struct sim_eip *c = &sim_eip(t->w, i)->cache;

        if (!sim_eip_exists(c) || !(c->labels & SIM_LABEL_QOS) ||
            sim_ref_id(c->label_qos) != t->me->policy)
            continue;
        if (first == SIM_NONE)
            first = i;
        e.count++;
    }
    sim_emit(t, &e);
    return first == SIM_NONE || first == t->me->eip ? NEXT : FAIL;
}

enum { B1, B2, B3, B4, B5, B6, B7 };

static int next_rule(struct sim_turn *t)
{
    const struct sim_policy_slot *p = sim_policy(t->w, t->me->policy);

    return t->me->rule < p->n_rules ? NEXT : RETURN;
}

static int prepare_add(struct sim_turn *t)
{
    const struct sim_policy_slot *p = sim_policy(t->w, t->me->policy);

    t->me->missing_ok = 0;
    t->me->op = p->rule[t->me->rule].egress ? SIM_VERB_QOS_EGRESS_ADD : SIM_VERB_QOS_INGRESS_ADD;
    return NEXT;
}

static bool when_has_address(const struct sim_turn *t)
{
    return t->me->v4 != 0 || !sim_asks(t->w, SIM_empty_v4_skips_qos_add);
}

static int count_added_rule(struct sim_turn *t)
{
    t->me->rule++;
    return B3;
}

/* clang-format off */
const struct sim_step sim_qos_add_steps[] = {
    [B1] = CALL("B1", NULL, read_policy_to_add, READ, POLICY, "read the policy; missing: done"),
    [B2] = CALL("B2", when_not_shared, list_holders, LIST, EIP,
                "a policy that is not shared: error if the first EIP labelled with it is another"),
    [B3] = LOCAL("B3", NULL, next_rule, "done when no rule is left"),
    [B4] = CALL("B4", sim_when_namespace_unknown, sim_look_up_namespace, READ, GATEWAY,
                "read the gateway for its namespace"),
    [B5] = LOCAL("B5", NULL, prepare_add, "prepare the rule's command"),
    [B6] = ENTER("B6", when_has_address, NULL, PODS, "add the rule in the gateway"),
    [B7] = LOCAL("B7", NULL, count_added_rule, "go on to the next rule"),
    END
};
/* clang-format on */

static int read_policy_to_remove(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    if (sim_read_policy(t))
        return NEXT;
    return sim_asks(t->w, SIM_qos_policy_missing_ok) ? RETURN : FAIL;
}

enum { K1, K2, K3, K4, K5, K6, K7 };

static int count_removed_rule(struct sim_turn *t)
{
    t->me->rule++;
    return K2;
}

static bool when_gateway_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_qos_del_no_pod) == SIM_qos_del_no_pod_gw_object_gone;
}

static int skip_if_gateway_gone(struct sim_turn *t)
{
    return sim_read_gateway(t) ? NEXT : K7;
}

static int prepare_remove(struct sim_turn *t)
{
    const struct sim_policy_slot *p = sim_policy(t->w, t->me->policy);

    t->me->missing_ok = 0;
    t->me->op = p->rule[t->me->rule].egress ? SIM_VERB_QOS_EGRESS_DEL : SIM_VERB_QOS_INGRESS_DEL;
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_qos_del_steps[] = {
    [K1] = CALL("K1", NULL, read_policy_to_remove, READ, POLICY, "read the policy; missing: done"),
    [K2] = LOCAL("K2", NULL, next_rule, "done when no rule is left"),
    [K3] = CALL("K3", sim_when_namespace_unknown, sim_look_up_namespace, READ, GATEWAY,
                "read the gateway for its namespace"),
    [K4] = CALL("K4", when_gateway_asked, skip_if_gateway_gone, READ, GATEWAY,
                "read the gateway; gone: nothing to remove"),
    [K5] = LOCAL("K5", NULL, prepare_remove, "prepare the rule's command"),
    [K6] = ENTER("K6", NULL, NULL, PODS, "remove the rule in the gateway"),
    [K7] = LOCAL("K7", NULL, count_removed_rule, "go on to the next rule"),
    END
};
/* clang-format on */
