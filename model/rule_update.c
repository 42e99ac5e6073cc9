/* Updating and deleting a NAT rule: handleUpdateIptablesFip, ...DnatRule and ...SnatRule
 * (pkg/controller/vpc_nat_gw_nat.go, all tags).
 *
 * Up to v1.15 every update removes the rule and adds it again.  From v1.16 on (#6412) the status,
 * which says what is in the gateway, is compared with what is wanted, and a rule whose programming
 * never completed is left alone.
 */
#include "model/rule_internal.h"

static bool when_compared(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_rule_update) == SIM_rule_update_compare;
}

static const struct sim_nat_rule *snap(const struct sim_turn *t)
{
    return &sim_rule_work(t)->snap;
}

enum {
    RU1,
    RU2,
    RU3,
    RU4,
    RU5,
    RU6,
    RU7,
    RU8,
    RU9,
    RU10,
    RU11,
    RU12,
    RU13,
    RU14,
    RU15,
    RU16,
    RU17,
    RU18,
    RU19,
    RU20,
    RU21,
    RU22,
    RU23,
    RU25,
    RU26,
    RW1,
    RW2,
    RW3,
    RW4,
    RW5,
    RW6,
    RW7,
    RW8,
    RW9,
    RW10,
    RW11,
    RW12,
    RW13,
    RW14,
    RW15,
    RW17,
    RW18,
    RD1,
    RD2,
    RD3,
    RD4,
    RD5
};

/* ---- both ---- */

static bool when_network_needed(const struct sim_turn *t)
{
    return sim_rule_kind(t) == SIM_KIND_SNAT && !sim_asks(t->w, SIM_rule_spec_validated);
}

static int refuse_empty_networks(struct sim_turn *t)
{
    return snap(t)->status.internal == 0 || snap(t)->spec.internal == 0 ? FAIL : NEXT;
}

static int branch_if_terminating(struct sim_turn *t)
{
    return sim_terminating(&snap(t)->meta) ? RD1 : NEXT;
}

static bool when_feature_first(const struct sim_turn *t)
{
    return sim_when_fip(t) || (sim_when_dnat(t) && sim_asks(t->w, SIM_dnat_update_asks_first));
}

static bool when_feature_later(const struct sim_turn *t)
{
    return !when_feature_first(t);
}

static int refuse_second_dnat(struct sim_turn *t)
{
    return sim_rule_refuse_second_dnat(
        t, sim_ref_id(when_compared(t) ? t->me->snap.gw : snap(t)->status_gw));
}

static int branch_if_compared(struct sim_turn *t)
{
    return when_compared(t) ? RW1 : NEXT;
}

/* ---- up to v1.15: remove and add ---- */

/* What the status says is in the gateway. */
static int prepare_removal(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(snap(t)->status_gw);
    sim_rule_set_row(t, snap(t)->status_v4, &snap(t)->status);
    return NEXT;
}

/* v1.12 to v1.14 add an SNAT where the status says it is. */
static int prepare_addition(struct sim_turn *t)
{
    int flow = sim_rule_prepare_create(t);

    if (sim_rule_kind(t) == SIM_KIND_SNAT && sim_asks(t->w, SIM_snat_stays_on_gateway))
        t->me->gateway = sim_ref_id(snap(t)->status_gw);
    return flow;
}

static int skip_unless_moved(struct sim_turn *t)
{
    return snap(t)->status_v4 != 0 && snap(t)->status_v4 != t->me->snap.status_ip ? NEXT : RU20;
}

static bool when_done_after_move(const struct sim_turn *t)
{
    return sim_when_fip(t);
}

static int succeed(struct sim_turn *t)
{
    (void)t;
    return SUCCEED;
}

static bool redone(const struct sim_turn *t)
{
    return !sim_ready(&snap(t)->meta) && snap(t)->redo != 0 && snap(t)->status_v4 != 0;
}

static int skip_unless_redone(struct sim_turn *t)
{
    return redone(t) ? NEXT : RU25;
}

static bool when_pod_first(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_redo_looks_up_pod_first);
}

static int check_pod(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    t->me->missing_ok = 0;
    return sim_find_pods(t);
}

static int prepare_redo(struct sim_turn *t)
{
    sim_rule_set_row(t, snap(t)->status_v4, &snap(t)->spec);
    t->me->gateway = sim_rule_kind(t) == SIM_KIND_SNAT ? sim_ref_id(snap(t)->status_gw)
                                                       : sim_ref_id(t->me->snap.gw);
    return NEXT;
}

/* Nothing but ready, and the internal side as the spec has it. */
static int prepare_ready(struct sim_turn *t)
{
    struct sim_rule_work *r = sim_rule_work(t);

    r->v4 = 0;
    r->redo = 0;
    r->ready = 1;
    return NEXT;
}

/* ---- from v1.16 on: compare ---- */

static int stop_if_incomplete(struct sim_turn *t)
{
    return t->me->snap.gw == 0 || snap(t)->status_v4 == 0 || snap(t)->status_gw == 0 ||
                   !sim_rule_complete(sim_rule_kind(t), &snap(t)->status)
               ? SUCCEED
               : NEXT;
}

static int skip_unless_changed(struct sim_turn *t)
{
    return snap(t)->status_v4 != t->me->snap.status_ip ||
                   memcmp(&snap(t)->spec, &snap(t)->status, sizeof snap(t)->spec) != 0
               ? NEXT
               : RW11;
}

static bool when_ready(const struct sim_turn *t)
{
    return sim_ready(&snap(t)->meta);
}

static int prepare_not_ready(struct sim_turn *t)
{
    struct sim_rule_work *r = sim_rule_work(t);

    r->v4 = 0;
    r->redo = 0;
    r->ready = 0;
    return NEXT;
}

static int reset_old_eip(struct sim_turn *t)
{
    if (snap(t)->annotation != snap(t)->eip)
        sim_rule_ask_reset(t, snap(t)->annotation);
    return NEXT;
}

static int finish_compared(struct sim_turn *t)
{
    (void)t;
    return RW17;
}

static int skip_unless_redone_compared(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(snap(t)->status_gw);
    t->me->missing_ok = 0;
    return redone(t) ? NEXT : RW17;
}

static bool when_namespaced(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_eip_namespace);
}

static int look_up_namespace(struct sim_turn *t)
{
    (void)sim_read_gateway(t);
    return NEXT;
}

/* A pod whose container started before the mark has its rules still. */
static int stop_if_started_before(struct sim_turn *t)
{
    const struct sim_world *w = t->w;
    int flow = sim_find_pods(t);
    uint8_t pods;

    if (flow != NEXT)
        return flow;
    pods = sim_pods_present(w, t->me->gateway, sim_asks(w, SIM_gw_lookup) != SIM_gw_lookup_strict);
    for (; pods != 0; pods &= (uint8_t)(pods - 1))
        if (sim_pod(w, sim_pod_id(w, t->me->gateway, (unsigned)__builtin_ctz(pods)))->created >=
            snap(t)->redo)
            return NEXT;
    return SUCCEED;
}

static int prepare_recreation(struct sim_turn *t)
{
    sim_rule_set_row(t, snap(t)->status_v4, &snap(t)->status);
    t->me->gateway = sim_ref_id(snap(t)->status_gw);
    return NEXT;
}

/* ---- deletion ---- */

static int skip_gateway_if_disabled(struct sim_turn *t)
{
    return sim_globals(t->w)->nat_enabled ? NEXT : RD4;
}

/* v1.15 leaves an SNAT alone whose status names no network. */
static bool when_removed_by_status(const struct sim_turn *t)
{
    return !when_compared(t) &&
           !(sim_rule_kind(t) == SIM_KIND_SNAT && snap(t)->status.internal == 0);
}

static int ask_reset(struct sim_turn *t)
{
    sim_rule_ask_reset(t, snap(t)->eip);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_rule_update_steps[] = {
    [RU1] = CALL("RU1", sim_when_locked_first, sim_take_lock, LOCK, RULE, "lock the rule's name"),
    [RU2] = CALL("RU2", NULL, sim_rule_read_snapshot, READ, RULE, "read the rule; gone: done"),
    [RU3] = CALL("RU3", sim_when_read_first, sim_take_lock, LOCK, RULE, "lock the rule's name"),
    [RU4] = LOCAL("RU4", when_network_needed, refuse_empty_networks,
                  "error if status or spec name no network"),
    [RU5] = LOCAL("RU5", NULL, branch_if_terminating, "terminating: the deletion branch"),
    [RU6] = LOCAL("RU6", when_feature_first, sim_refuse_if_disabled,
                  "error unless the NAT gateway feature is on"),
    [RU7] = LOCAL("RU7", NULL, sim_rule_validate, "error if the spec is incomplete"),
    [RU8] = CALL("RU8", NULL, sim_rule_read_eip, READ, EIP,
                 "read the EIP; gone or without an address: error"),
    [RU9] = CALL("RU9", sim_when_fip, sim_rule_refuse_second_fip, LIST, FIP,
                 "error if another FIP has the EIP's address as label"),
    [RU10] = CALL("RU10", sim_when_dnat, refuse_second_dnat, LIST, DNAT,
                  "error if another DNAT labelled with the gateway and this port is on this EIP"),
    [RU11] = LOCAL("RU11", when_feature_later, sim_refuse_if_disabled,
                   "error unless the NAT gateway feature is on"),
    [RU12] = LOCAL("RU12", NULL, branch_if_compared, "from v1.16: compare before anything is done"),
    [RU13] = ENTER("RU13", NULL, prepare_removal, RULE_REMOVE, "remove what the status names"),
    [RU14] = ENTER("RU14", NULL, prepare_addition, RULE_CREATE, "program what the spec names"),
    [RU15] = ENTER("RU15", NULL, sim_rule_prepare_status, RULE_STATUS, "patch the status: ready"),
    [RU16] = LOCAL("RU16", NULL, skip_unless_moved, "has it moved to another address?"),
    [RU17] = ENTER("RU17", NULL, NULL, RULE_LABELS, "moved: patch labels and annotation"),
    [RU18] = ENTER("RU18", NULL, sim_rule_prepare_eip_status, PATCH_STATUS,
                   "moved: patch the new EIP's status"),
    [RU19] = LOCAL("RU19", when_done_after_move, succeed, "moved: a FIP is done"),
    [RU20] = LOCAL("RU20", NULL, skip_unless_redone, "marked for programming?"),
    [RU21] = CALL("RU21", when_pod_first, check_pod, LIST, POD,
                  "marked: find the gateway's pod; none: error"),
    [RU22] = ENTER("RU22", NULL, prepare_redo, RULE_CREATE, "marked: program it once more"),
    [RU23] = ENTER("RU23", NULL, prepare_ready, RULE_STATUS, "marked: patch the status: ready"),
    [RU25] = ENTER("RU25", NULL, NULL, RULE_FINALIZER_ADD, "add the finalizer"),
    [RU26] = LOCAL("RU26", NULL, succeed, "done"),
    [RW1] = LOCAL("RW1", NULL, stop_if_incomplete,
                  "done if the EIP names no gateway or the status is incomplete"),
    [RW2] = LOCAL("RW2", NULL, skip_unless_changed, "has anything changed?"),
    [RW3] = ENTER("RW3", when_ready, prepare_not_ready, RULE_STATUS,
                  "changed: patch the status: not ready"),
    [RW4] = ENTER("RW4", NULL, NULL, RULE_CLEAN, "changed: remove what is programmed"),
    [RW5] = ENTER("RW5", NULL, sim_rule_prepare_create, RULE_CREATE, "changed: program it anew"),
    [RW6] = ENTER("RW6", NULL, sim_rule_prepare_status, RULE_STATUS,
                  "changed: patch the status: ready"),
    [RW7] = ENTER("RW7", NULL, NULL, RULE_LABELS, "changed: patch labels and annotation"),
    [RW8] = ENTER("RW8", NULL, sim_rule_prepare_eip_status, PATCH_STATUS,
                  "changed: patch the new EIP's status"),
    [RW9] = GLUED("RW9", NULL, reset_old_eip, QUEUE_AFTER, EIP,
                  "changed: reset the EIP that the annotation named in 3 s"),
    [RW10] = LOCAL("RW10", NULL, finish_compared, "changed: the finalizer is left"),
    [RW11] = LOCAL("RW11", NULL, skip_unless_redone_compared, "marked for programming?"),
    [RW12] = CALL("RW12", when_namespaced, look_up_namespace, READ, GATEWAY,
                  "marked: read the gateway for its namespace"),
    [RW13] = CALL("RW13", NULL, stop_if_started_before, LIST, POD,
                  "marked: find the pods; all started before the mark: done, and not ready"),
    [RW14] = ENTER("RW14", NULL, prepare_recreation, RULE_CREATE, "marked: program it again"),
    [RW15] = ENTER("RW15", NULL, prepare_ready, RULE_STATUS, "marked: patch the status: ready"),
    [RW17] = ENTER("RW17", NULL, NULL, RULE_FINALIZER_ADD, "add the finalizer"),
    [RW18] = LOCAL("RW18", NULL, succeed, "done"),
    [RD1] = LOCAL("RD1", NULL, skip_gateway_if_disabled,
                  "leave the gateway alone if the feature is off"),
    [RD2] = ENTER("RD2", when_removed_by_status, prepare_removal, RULE_REMOVE,
                  "up to v1.15: remove what the status names"),
    [RD3] = ENTER("RD3", when_compared, NULL, RULE_CLEAN, "from v1.16: remove what is programmed"),
    [RD4] = ENTER("RD4", NULL, NULL, RULE_FINALIZER_DEL, "remove the finalizer"),
    [RD5] = GLUED("RD5", NULL, ask_reset, QUEUE_AFTER, EIP, "reset the EIP in 3 s"),
    END
};
/* clang-format on */

/* ---- finalDelete...InPod (#6412) ---- */

enum { RY1, RY2, RY3, RY4, RY5, RY6, RY7, RY8 };

static bool when_address_unknown(const struct sim_turn *t)
{
    return snap(t)->status_v4 == 0;
}

static int read_eip_instead(struct sim_turn *t)
{
    if (!sim_read_eip(t, &t->me->snap))
        return RETURN;
    return t->me->snap.status_ip != 0 ? NEXT : FAIL;
}

static struct sim_target or_spec(const struct sim_nat_rule *s)
{
    struct sim_target out = s->status;

    if (out.internal == 0) {
        out.internal = s->spec.internal;
        out.mask = s->spec.mask;
    }
    out.protocol = out.protocol != 0 ? out.protocol : s->spec.protocol;
    out.port = out.port != 0 ? out.port : s->spec.port;
    return out;
}

/* Whether what makes the rule unique is known; a FIP is its address. */
static bool known(const struct sim_turn *t, const struct sim_target *target)
{
    switch (sim_rule_kind(t)) {
    case SIM_KIND_DNAT:
        return target->protocol != 0 && target->port != 0;
    case SIM_KIND_SNAT:
        return target->internal != 0;
    default:
        return true;
    }
}

static int identify(struct sim_turn *t)
{
    const struct sim_nat_rule *s = snap(t);
    struct sim_target target = or_spec(s);
    sim_v4 v4 = s->status_v4 != 0 ? s->status_v4 : t->me->snap.status_ip;
    sim_ref gw = s->status_gw != 0 || s->status_v4 != 0 ? s->status_gw : t->me->snap.gw;

    if (!known(t, &target))
        return RETURN;
    t->me->gateway = sim_ref_id(gw);
    sim_rule_set_row(t, v4, &target);
    return gw == 0 ? RY4 : NEXT;
}

/* Removals are tried one after the other; the first error is told at the end. */
static int hear_errors(struct sim_turn *t)
{
    t->me->caught = (uint8_t)((t->me->caught & SIM_CAUGHT) | (t->me->depth + 1u));
    return NEXT;
}

static int tell_errors(struct sim_turn *t)
{
    bool any = (t->me->caught & SIM_CAUGHT) != 0;

    t->me->caught = 0;
    return any ? FAIL : RETURN;
}

static int stop_if_sure(struct sim_turn *t)
{
    t->me->caught &= SIM_CAUGHT;
    return sim_ready(&snap(t)->meta) || snap(t)->status_v4 == 0 ? RY8 : NEXT;
}

static int read_eip_too(struct sim_turn *t)
{
    if (!sim_read_eip(t, &t->me->snap))
        return RY8;
    return t->me->snap.status_ip != 0 ? NEXT : FAIL;
}

/* Only what makes the rule unique is compared; where it leads to does not count. */
static int stop_if_same(struct sim_turn *t)
{
    const struct sim_nat_rule *s = snap(t);
    struct sim_target target = or_spec(s);
    enum sim_kind_id kind = sim_rule_kind(t);
    bool same = t->me->snap.status_ip == s->status_v4 && t->me->snap.gw == s->status_gw;

    if (t->me->snap.gw == 0 || !known(t, &s->spec))
        return RY8;
    if (kind == SIM_KIND_DNAT)
        same = same && target.protocol == s->spec.protocol && target.port == s->spec.port;
    if (kind == SIM_KIND_SNAT)
        same = same && target.internal == s->spec.internal && target.mask == s->spec.mask;
    if (same)
        return RY8;
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    sim_rule_set_row(t, t->me->snap.status_ip, &s->spec);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_rule_clean_steps[] = {
    [RY1] = CALL("RY1", when_address_unknown, read_eip_instead, READ, EIP,
                 "the status has no address: read the EIP; gone: done"),
    [RY2] = LOCAL("RY2", NULL, identify,
                  "what the status names; what is empty there, EIP and spec name"),
    [RY3] = ENTER("RY3", NULL, hear_errors, RULE_REMOVE,
                  "remove that; an error is told at the end"),
    [RY4] = LOCAL("RY4", NULL, stop_if_sure,
                  "done if the status was complete or came from the EIP"),
    [RY5] = CALL("RY5", NULL, read_eip_too, READ, EIP, "not ready: read the EIP; gone: done"),
    [RY6] = LOCAL("RY6", NULL, stop_if_same, "done if the spec means the same rule"),
    [RY7] = ENTER("RY7", NULL, hear_errors, RULE_REMOVE, "remove what the spec names"),
    [RY8] = LOCAL("RY8", NULL, tell_errors, "tell of the first error"),
    END
};
/* clang-format on */
