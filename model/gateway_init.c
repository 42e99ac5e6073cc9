/* A gateway's initialisation and deletion (pkg/controller/vpc_nat_gateway.go, all tags), without
 * its workload, its routes and its own bandwidth policy.
 */
#include "model/step_internal.h"

static int read_or_stop(struct sim_turn *t)
{
    t->me->gateway = t->me->key;
    return sim_read_gateway(t) ? NEXT : SUCCEED;
}

static int read_or_fail(struct sim_turn *t)
{
    return sim_read_gateway(t) ? NEXT : FAIL;
}

static bool repeats(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_gateway_init_repeats);
}

/* me->pods become those that are not annotated. */
static int find_new_pods(struct sim_turn *t)
{
    int flow = sim_look_up_pods(t, t->me->gateway, false, &t->me->pods);

    if (flow != NEXT)
        return flow;
    for (unsigned n = 0; n < t->w->limits.pods_per_gateway; n++)
        if (sim_pod(t->w, sim_pod_id(t->w, t->me->gateway, n))->annotated)
            t->me->pods = (uint8_t)(t->me->pods & ~(1u << n));
    return t->me->pods != 0 || repeats(t) ? NEXT : SUCCEED;
}

enum { I1, I2, I3, I3B, I3C, I4, I5, I6, I7, I8, I9, I10 };

/* me->scan: the next of me->pods. */
static int next_pod(struct sim_turn *t)
{
    const struct sim_pod_slot *p;

    while (t->me->scan < t->w->limits.pods_per_gateway && !(t->me->pods >> t->me->scan & 1))
        t->me->scan++;
    if (t->me->scan == t->w->limits.pods_per_gateway)
        return I8;
    p = sim_pod(t->w, sim_pod_id(t->w, t->me->gateway, t->me->scan));
    /* a release with one pod sets the time, later ones only raise it */
    if (!repeats(t) || p->created > sim_globals(t->w)->redo_time)
        sim_globals_mut(t->w)->redo_time = p->created;
    return NEXT;
}

/* The fault of this step, consumed. */
static struct sim_event outside_event(struct sim_turn *t, enum sim_event_kind kind,
                                      enum sim_object object, enum sim_verb verb, sim_id id)
{
    struct sim_event e = sim_event_new(t, kind);

    e.object = (uint8_t)object;
    e.verb = (uint8_t)verb;
    e.id = id;
    e.fault = t->fault;
    t->fault = SIM_FAULT_NONE;
    return e;
}

static int exec_init(struct sim_turn *t)
{
    sim_id pod = sim_pod_id(t->w, t->me->gateway, t->me->scan);
    struct sim_event e = outside_event(t, SIM_EVENT_EXEC, SIM_OBJECT_POD, SIM_VERB_INIT, pod);

    e.effect = e.fault == SIM_FAULT_BEFORE ? SIM_RESULT_ERROR : SIM_RESULT_OK;
    e.result = e.fault == SIM_FAULT_NONE ? SIM_RESULT_OK : SIM_RESULT_ERROR;
    if (e.effect == SIM_RESULT_OK)
        sim_pod_mut(t->w, pod)->inited = 1;
    sim_emit(t, &e);
    return e.result == SIM_RESULT_OK ? NEXT : FAIL;
}

static int again(struct sim_turn *t)
{
    t->me->scan++;
    return I5;
}

static int ask_passes(struct sim_turn *t)
{
    static const uint8_t passes[] = {SIM_QUEUE_UPDATE_VPC_FIP, SIM_QUEUE_UPDATE_VPC_DNAT,
                                     SIM_QUEUE_UPDATE_VPC_SNAT, SIM_QUEUE_UPDATE_VPC_SUBNET,
                                     SIM_QUEUE_UPDATE_VPC_EIP};

    for (size_t i = 0; i < sizeof passes; i++)
        sim_queue_add(t, (enum sim_queue_id)passes[i], t->me->key);
    return NEXT;
}

static bool when_annotation_left(const struct sim_turn *t)
{
    return t->me->pods != 0;
}

static int annotate(struct sim_turn *t)
{
    sim_id pod = sim_pod_id(t->w, t->me->gateway, (unsigned)__builtin_ctz(t->me->pods));
    bool there = sim_pod(t->w, pod)->state != SIM_POD_ABSENT;
    struct sim_event e = outside_event(t, SIM_EVENT_WRITE, SIM_OBJECT_POD, SIM_VERB_ANNOTATE, pod);

    e.effect = SIM_RESULT_COUNT;
    if (e.fault != SIM_FAULT_BEFORE)
        e.effect = (uint8_t)(there ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND);
    if (e.effect == SIM_RESULT_OK)
        sim_pod_mut(t->w, pod)->annotated = 1;
    e.result = e.fault == SIM_FAULT_NONE ? e.effect : (uint8_t)SIM_RESULT_ERROR;
    sim_emit(t, &e);
    t->me->pods = (uint8_t)(t->me->pods & (t->me->pods - 1));
    if (e.result != SIM_RESULT_OK)
        return FAIL;
    return t->me->pods != 0 ? I10 : NEXT;
}

/* clang-format off */
const struct sim_step sim_gateway_init_steps[] = {
    [I1] = LOCAL("I1", sim_when_locked_first, sim_refuse_if_disabled,
                 "error unless the NAT gateway feature is on"),
    [I2] = CALL("I2", sim_when_locked_first, sim_take_lock, LOCK, GATEWAY,
                "lock the gateway's name"),
    [I3] = CALL("I3", NULL, read_or_stop, READ, GATEWAY, "read the gateway; gone: done"),
    [I3B] = LOCAL("I3b", sim_when_read_first, sim_refuse_if_disabled,
                  "error unless the NAT gateway feature is on"),
    [I3C] = CALL("I3c", sim_when_read_first, sim_take_lock, LOCK, GATEWAY,
                 "lock the gateway's name"),
    [I4] = CALL("I4", NULL, find_new_pods, LIST, POD,
                "find its pods; all annotated: done, but on master the passes are asked for again"),
    [I5] = LOCAL("I5", NULL, next_pod, "for each that is not annotated: its time is the newest"),
    [I6] = CALL("I6", NULL, exec_init, EXEC, POD, "initialise it"),
    [I7] = LOCAL("I7", NULL, again, "go on to the next"),
    [I8] = CALL("I8", NULL, read_or_fail, READ, GATEWAY,
                "read the gateway for its labels; gone: error"),
    [I9] = GLUED("I9", NULL, ask_passes, QUEUE, GATEWAY,
                 "ask for the passes over rules, routes and EIPs"),
    [I10] = CALL("I10", when_annotation_left, annotate, WRITE, POD, "annotate the next pod"),
    END
};
/* clang-format on */

/* ---- deletion ---- */

static int delete_workload(struct sim_turn *t)
{
    struct sim_event e =
        outside_event(t, SIM_EVENT_WRITE, SIM_OBJECT_WORKLOAD, SIM_VERB_DELETE, t->me->key);

    t->me->gateway = t->me->key;
    e.effect = (uint8_t)(e.fault == SIM_FAULT_BEFORE ? SIM_RESULT_COUNT : SIM_RESULT_OK);
    e.result = e.fault == SIM_FAULT_NONE ? SIM_RESULT_OK : SIM_RESULT_ERROR;
    sim_emit(t, &e);
    return e.result == SIM_RESULT_OK ? NEXT : FAIL;
}

static bool when_routes_cleaned(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_gateway_key_namespaced);
}

static int read_for_routes(struct sim_turn *t)
{
    (void)sim_read_gateway(t);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_gateway_del_steps[] = {
    CALL("J1", NULL, sim_take_lock, LOCK, GATEWAY, "lock the gateway's name"),
    CALL("J2", NULL, delete_workload, WRITE, WORKLOAD, "delete the workload"),
    CALL("J3", when_routes_cleaned, read_for_routes, READ, GATEWAY,
         "read the gateway, to clean its routes"),
    END
};
/* clang-format on */

/* ---- at the start of the controller ---- */

/* Every gateway with a pod that is not annotated is initialised.  Up to v1.16 the loop ends at the
 * first one that is. */
static bool init_or_end(struct sim_turn *t, sim_id gateway, uint8_t pods)
{
    uint8_t done = 0;

    for (unsigned n = 0; n < t->w->limits.pods_per_gateway; n++)
        if ((pods >> n & 1) && sim_pod(t->w, sim_pod_id(t->w, gateway, n))->annotated)
            done = (uint8_t)(done | 1u << n);
    if (done != pods)
        sim_queue_add(t, SIM_QUEUE_INIT_GATEWAY, gateway);
    return done == pods && sim_asks(t->w, SIM_init_at_start) == SIM_init_at_start_first;
}

static void list_gateways(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = SIM_OBJECT_GATEWAY;
    e.selector = SIM_SELECT_ALL;
    for (sim_id g = 0; g < t->w->limits.gateways; g++)
        e.count += sim_gateway(t->w, g)->present;
    sim_emit(t, &e);
}

void sim_init_gateways(struct sim_turn *t)
{
    if (!t->w->limits.nat || sim_asks(t->w, SIM_init_at_start) == SIM_init_at_start_none)
        return;
    list_gateways(t);
    for (sim_id g = 0; g < t->w->limits.gateways; g++) {
        uint8_t pods = 0;

        if (sim_gateway(t->w, g)->present && sim_look_up_pods(t, g, false, &pods) == NEXT &&
            init_or_end(t, g, pods))
            return;
    }
}
