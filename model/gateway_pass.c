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

static bool when_object_read(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_redo_time_from_object);
}

static int read_gateway(struct sim_turn *t)
{
    return sim_read_gateway(t) ? NEXT : FAIL;
}

/* The newest of the pods that a look-up gives.  A gateway to be swept that has no pods at all has
 * nothing to be done either. */
static int read_time(struct sim_turn *t)
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
        if (sim_eip_exists(c) && c->gw == sim_ref_of(t->me->gateway) && c->redo != time_wanted(t))
            sim_pass_set(t->w, i, true);
    }
    sim_emit(t, &e);
    return NEXT;
}

/* The list is a snapshot; each patch reads its EIP anew. */
static int next_eip(struct sim_turn *t)
{
    while (t->me->scan < t->w->limits.eips && !sim_pass_get(t->w, (sim_id)t->me->scan))
        t->me->scan++;
    if (t->me->scan == t->w->limits.eips)
        return V9;
    t->me->eip = (sim_id)t->me->scan++;
    sim_pass_set(t->w, t->me->eip, false);
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
    [V4] = CALL("V4", when_object_read, read_gateway, READ, GATEWAY,
                "read the gateway; gone: error"),
    [V5] = CALL("V5", NULL, read_time, LIST, POD, "take the time from this gateway's pod"),
    [V6] = CALL("V6", NULL, list_eips, LIST, EIP, "list all EIPs"),
    [V7] = ENTER("V7", NULL, next_eip, PATCH_STATUS,
                 "for each of this gateway whose redo is another time: patch redo, not ready"),
    [V8] = LOCAL("V8", NULL, again, "go on to the next"),
    [V9] = ENTER("V9", when_swept, NULL, SWEEP, "take off what belongs to nobody"),
    END
};
/* clang-format on */
