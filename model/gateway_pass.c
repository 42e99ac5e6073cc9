/* After a gateway's start: handleUpdateVpcEip (pkg/controller/vpc_nat_gateway.go, all tags) marks
 * every EIP of the gateway that is not known to be programmed since.
 */
#include "model/step_internal.h"

enum { V1, V2, V3, V4, V5, V6, V7, V8, V9 };

static bool when_swept(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_gateway_swept);
}

static int skip_if_time_known(struct sim_turn *t)
{
    t->me->gateway = t->me->key;
    t->me->missing_ok = 0;
    return !sim_asks(t->w, SIM_gateway_swept) && sim_globals(t->w)->redo_time != 0 ? V6 : NEXT;
}

bool sim_when_gateway_object_read(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_redo_time_from_object) && !sim_asks(t->w, SIM_gateway_swept);
}

int sim_require_gateway(struct sim_turn *t)
{
    return sim_read_gateway(t) ? NEXT : FAIL;
}

/* The newest of the pods that a look-up gives.  A gateway to be swept that has no pods at all has
 * nothing to be done either. */
int sim_read_gateway_time(struct sim_turn *t)
{
    int flow = sim_find_pods(t);

    if (flow != NEXT)
        return when_swept(t) && sim_pods_present(t->w, t->me->gateway, false) == 0 ? SUCCEED : flow;
    if (sim_asks(t->w, SIM_gateway_swept))
        t->me->redo = sim_newest_pod(t);
    else
        sim_globals_mut(t->w)->redo_time = sim_newest_pod(t);
    return NEXT;
}

/* The time that the EIPs of this gateway should name. */
static uint32_t time_wanted(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_gateway_swept) ? t->me->redo : sim_globals(t->w)->redo_time;
}

static int list_eips(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = SIM_OBJECT_EIP;
    e.selector = SIM_SELECT_ALL;
    for (sim_id i = 0; i < t->w->limits.eips; i++) {
        const struct sim_eip *c = &sim_eip(t->w, i)->cache;

        e.count += sim_eip_exists(c);
        if (sim_exists(&c->meta) && c->gw == sim_ref_of(t->me->gateway) &&
            c->redo != time_wanted(t))
            sim_pass_set(t->w, SIM_KIND_EIP, i, true);
    }
    sim_emit(t, &e);
    return NEXT;
}

/* The list is a snapshot; each patch reads its EIP anew. */
static int next_eip(struct sim_turn *t)
{
    while (t->me->scan < t->w->limits.eips &&
           !sim_pass_get(t->w, SIM_KIND_EIP, (sim_id)t->me->scan))
        t->me->scan++;
    if (t->me->scan == t->w->limits.eips)
        return V9;
    t->me->eip = (sim_id)t->me->scan++;
    sim_pass_set(t->w, SIM_KIND_EIP, t->me->eip, false);
    t->me->ready = 0;
    t->me->redo = time_wanted(t);
    t->me->qos = 0;
    return NEXT;
}

static int again(struct sim_turn *t)
{
    (void)t;
    return V7;
}

/* clang-format off */
const struct sim_step sim_gateway_pass_steps[] = {
    [V1] = LOCAL("V1", NULL, sim_refuse_if_disabled, "error unless the NAT gateway feature is on"),
    [V2] = CALL("V2", NULL, sim_take_lock, LOCK, GATEWAY, "lock the gateway's name"),
    [V3] = LOCAL("V3", NULL, skip_if_time_known, "is the newest gateway pod's time known?"),
    [V4] = CALL("V4", sim_when_gateway_object_read, sim_require_gateway, READ, GATEWAY,
                "read the gateway; gone: error"),
    [V5] = CALL("V5", NULL, sim_read_gateway_time, LIST, POD,
                "take the time from this gateway's pod"),
    [V6] = CALL("V6", NULL, list_eips, LIST, EIP, "list all EIPs"),
    [V7] = ENTER("V7", NULL, next_eip, PATCH_STATUS,
                 "for each of this gateway whose redo is another time: patch redo, not ready"),
    [V8] = LOCAL("V8", NULL, again, "go on to the next"),
    [V9] = ENTER("V9", when_swept, NULL, SWEEP, "take off what belongs to nobody"),
    END
};
/* clang-format on */

/* ---- the passes over rules ---- */

enum { N1, N2, N3, N4, N5, N6, N7, N8, N9, N10, N11, N12 };

static int skip_if_rules_time_known(struct sim_turn *t)
{
    t->me->gateway = t->me->key;
    t->me->missing_ok = 0;
    return !sim_asks(t->w, SIM_gateway_swept) && sim_globals(t->w)->redo_time != 0 ? N6 : NEXT;
}

static int list_rules(struct sim_turn *t)
{
    enum sim_kind_id kind = sim_rule_kind(t);
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = (uint8_t)kind;
    e.selector = SIM_SELECT_GATEWAY;
    e.id = t->me->gateway;
    for (sim_id i = 0; i < sim_limit(&t->w->limits, (enum sim_object)kind); i++) {
        const struct sim_nat_rule *r = sim_rule_cache(t->w, kind, i);

        if (!sim_rule_selected(r, SIM_SELECT_GATEWAY, 0, t->me->gateway, 0))
            continue;
        e.count++;
        if (r->redo != time_wanted(t))
            sim_pass_set(t->w, kind, i, true);
    }
    sim_emit(t, &e);
    return NEXT;
}

static int next_rule(struct sim_turn *t)
{
    enum sim_kind_id kind = sim_rule_kind(t);

    while (t->me->scan < sim_limit(&t->w->limits, (enum sim_object)kind) &&
           !sim_pass_get(t->w, kind, (sim_id)t->me->scan))
        t->me->scan++;
    if (t->me->scan == sim_limit(&t->w->limits, (enum sim_object)kind))
        return SUCCEED;
    sim_rule_work(t)->rule = (sim_id)t->me->scan++;
    sim_pass_set(t->w, kind, sim_rule_work(t)->rule, false);
    t->me->redo = time_wanted(t); /* as it is before the rule is read */
    return NEXT;
}

static int read_rule(struct sim_turn *t)
{
    struct sim_rule_work *r = sim_rule_work(t);

    if (!sim_read_rule(t, &r->snap) || r->snap.redo == t->me->redo)
        return N7;
    t->me->eip = sim_ref_id(r->snap.eip);
    t->me->ready = 0;
    t->me->qos = 0;
    r->v4 = 0;
    r->ready = 0;
    r->redo = t->me->redo;
    return NEXT;
}

static bool when_fip(const struct sim_turn *t)
{
    return sim_rule_kind(t) == SIM_KIND_FIP;
}

static int next_rule_again(struct sim_turn *t)
{
    (void)t;
    return N7;
}

/* clang-format off */
const struct sim_step sim_gateway_rules_steps[] = {
    [N1] = LOCAL("N1", NULL, sim_refuse_if_disabled, "error unless the NAT gateway feature is on"),
    [N2] = CALL("N2", NULL, sim_take_lock, LOCK, GATEWAY, "lock the gateway's name"),
    [N3] = LOCAL("N3", NULL, skip_if_rules_time_known, "is the newest gateway pod's time known?"),
    [N4] = CALL("N4", sim_when_gateway_object_read, sim_require_gateway, READ, GATEWAY,
                "read the gateway; gone: error"),
    [N5] = CALL("N5", NULL, sim_read_gateway_time, LIST, POD,
                "take the time from this gateway's pod"),
    [N6] = CALL("N6", NULL, list_rules, LIST, RULE, "list the rules labelled with the gateway"),
    [N7] = LOCAL("N7", NULL, next_rule, "for each whose redo is another time"),
    [N8] = CALL("N8", NULL, read_rule, READ, RULE, "read it again; gone or marked: the next"),
    [N9] = ENTER("N9", when_fip, NULL, PATCH_LABEL, "a FIP: patch its EIP's labels"),
    [N10] = ENTER("N10", NULL, NULL, PATCH_STATUS, "patch its EIP's status: redo, not ready"),
    [N11] = ENTER("N11", NULL, NULL, RULE_STATUS, "patch its status: redo, not ready"),
    [N12] = LOCAL("N12", NULL, next_rule_again, "go on to the next"),
    END
};
/* clang-format on */
