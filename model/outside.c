/* The choices that are nobody's kind: gateways, their pods, the controller itself. */
#include <string.h>

#include "model/outside_internal.h"
#include "model/world.h"

enum { FIRST_DAY = 1750000000 };

const char *sim_class_text(enum sim_class which)
{
    static const char *const text[] = {
#define X(name, text, meaning) text,
        SIM_CLASSES(X)
#undef X
    };
    return text[which];
}

const char *sim_class_meaning(enum sim_class which)
{
    static const char *const text[] = {
#define X(name, text, meaning) meaning,
        SIM_CLASSES(X)
#undef X
    };
    return text[which];
}

const char *sim_budget_text(enum sim_budget which)
{
    static const char *const text[] = {
#define X(name, text, meaning, otherwise) text,
        SIM_BUDGETS(X)
#undef X
    };
    return text[which];
}

bool sim_may_fail(const struct sim_world *w, const struct sim_action *step, uint32_t classes)
{
    struct sim_stop stop;

    if (!sim_stopped_before(w, (enum sim_queue_id)step->queue, &stop))
        return false;
    return (stop.call == SIM_EVENT_WRITE && (classes & SIM_CLASS_BIT(API)) != 0) ||
           (stop.call == SIM_EVENT_EXEC && (classes & SIM_CLASS_BIT(EXEC)) != 0);
}

/* ---- choices ---- */

const struct sim_choice *sim_choice_at(size_t which)
{
    static const struct sim_choice *const tables[] = {
#define X(table) table,
        SIM_CHOICE_TABLES(X)
#undef X
    };

    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const struct sim_choice *c = tables[t]; c->fill != NULL; c++)
            if (which-- == 0)
                return c;
    return NULL;
}

bool sim_choice_in(const struct sim_choice *choice, uint32_t classes)
{
    return choice->class == SIM_CLASS_COUNT || (classes >> choice->class & 1) != 0;
}

bool sim_choice_make(const struct sim_world *w, const struct sim_choice *choice, uint32_t classes,
                     const struct sim_picker *picker, struct sim_action *out)
{
    struct sim_outside o = {w, picker, out, classes};

    memset(out, 0, sizeof *out);
    out->kind = choice->kind;
    return choice->fill(&o) && sim_can(w, out) == SIM_STATUS_DONE;
}

bool sim_fill_nothing(struct sim_outside *o)
{
    (void)o;
    return true;
}

const struct sim_choice sim_controller_choices[] = {
    {SIM_ACTION_CRASH, SIM_CLASS_CRASH, SIM_BUDGET_CRASHES, 1, sim_fill_nothing},
    {SIM_ACTION_BOOT, SIM_CLASS_CRASH, SIM_BUDGET_COUNT, 8, sim_fill_nothing},
    {0, 0, 0, 0, NULL},
};

/* ---- gateways ---- */

static uint32_t pods(const struct sim_world *w)
{
    return (uint32_t)w->limits.gateways * w->limits.pods_per_gateway;
}

/* A second that no pod was made in yet, not even one that is gone: EIPs can still name its. */
static uint32_t new_time(const struct sim_world *w)
{
    uint32_t latest = sim_globals(w)->redo_time;

    for (sim_id i = 0; i < pods(w); i++)
        if (sim_pod(w, i)->created > latest)
            latest = sim_pod(w, i)->created;
    for (sim_id i = 0; i < w->limits.eips; i++)
        if (sim_eip(w, i)->api.redo > latest)
            latest = sim_eip(w, i)->api.redo;
    for (unsigned k = SIM_KIND_DNAT; k <= SIM_KIND_SNAT; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
            if (sim_rule_api(w, (enum sim_kind_id)k, i)->redo > latest)
                latest = sim_rule_api(w, (enum sim_kind_id)k, i)->redo;
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_worker(w, q)->redo > latest)
            latest = sim_worker(w, q)->redo;
    return latest < FIRST_DAY ? FIRST_DAY : latest + 1;
}

/* Has the gateway a pod that is not absent? */
static bool has_pods(const struct sim_world *w, sim_id gateway)
{
    bool any = false;

    for (unsigned n = 0; n < w->limits.pods_per_gateway; n++)
        any = any || sim_pod(w, sim_pod_id(w, gateway, n))->state != SIM_POD_ABSENT;
    return any;
}

/* It goes, or is made again once the pods of the former are gone. */
static bool fill_gateway(struct sim_outside *o)
{
    o->a->id = (sim_id)sim_pick(o, o->w->limits.gateways);
    o->a->value = !sim_gateway(o->w, o->a->id)->present;
    /* where the controller handles it, it goes by its deletion */
    return o->a->value ? !has_pods(o->w, o->a->id) : !o->w->limits.nat;
}

/* A pod goes after its gateway. */
static bool fill_orphan(struct sim_outside *o)
{
    o->a->id = (sim_id)sim_pick(o, pods(o->w));
    o->a->value = SIM_POD_ABSENT;
    return sim_pod(o->w, o->a->id)->state != SIM_POD_ABSENT &&
           !sim_gateway(o->w, (sim_id)(o->a->id / o->w->limits.pods_per_gateway))->present;
}

static bool fill_pod(struct sim_outside *o)
{
    const struct sim_pod_slot *p;

    o->a->id = (sim_id)sim_pick(o, pods(o->w));
    o->a->value = (uint8_t)sim_pick(o, SIM_POD_STATE_COUNT);
    p = sim_pod(o->w, o->a->id);
    o->a->time = p->state == SIM_POD_ABSENT ? new_time(o->w) : 0;
    return p->state != o->a->value;
}

static bool fill_pod_replaced(struct sim_outside *o)
{
    o->a->id = (sim_id)sim_pick(o, pods(o->w));
    o->a->time = new_time(o->w);
    return true;
}

static bool fill_pod_inited(struct sim_outside *o)
{
    const struct sim_pod_slot *p;

    o->a->id = (sim_id)sim_pick(o, pods(o->w));
    p = sim_pod(o->w, o->a->id);
    return !o->w->limits.nat && p->state == SIM_POD_RUNNING && !p->inited;
}

/* The creation time of the newest pod in service, where the controller does not know it yet;
 * otherwise 0. */
static uint32_t untold_time(const struct sim_world *w)
{
    uint32_t newest = 0;

    for (sim_id i = 0; i < pods(w); i++)
        if (sim_pod(w, i)->state == SIM_POD_RUNNING && sim_pod(w, i)->inited &&
            sim_pod(w, i)->created > newest)
            newest = sim_pod(w, i)->created;
    return newest > sim_globals(w)->redo_time ? newest : 0;
}

/* Gateway initialisation notes the newest pod's time, and asks for the gateway's EIPs.  Where the
 * controller does it, nobody else does. */
static bool fill_redo_time(struct sim_outside *o)
{
    o->a->time = untold_time(o->w);
    return !o->w->limits.nat && o->a->time != 0;
}

/* Where the pass over the gateway's EIPs would find one to mark. */
static bool fill_redo(struct sim_outside *o)
{
    const struct sim_world *w = o->w;

    o->a->queue = SIM_QUEUE_UPDATE_VPC_EIP;
    o->a->id = (sim_id)sim_pick(o, w->limits.gateways);
    if (w->limits.nat || !sim_gateway(w, o->a->id)->present)
        return false;
    for (sim_id i = 0; i < w->limits.eips; i++) {
        const struct sim_eip *e = &sim_eip(w, i)->cache;

        if (sim_eip_exists(e) && e->gw == sim_ref_of(o->a->id) &&
            e->redo != sim_globals(w)->redo_time)
            return true;
    }
    return false;
}

const struct sim_choice sim_gateway_choices[] = {
    {SIM_ACTION_POD, SIM_CLASS_POD, SIM_BUDGET_PODS, 4, fill_pod},
    {SIM_ACTION_POD_REPLACED, SIM_CLASS_POD, SIM_BUDGET_PODS, 1, fill_pod_replaced},
    {SIM_ACTION_POD_INITED, SIM_CLASS_POD, SIM_BUDGET_COUNT, 6, fill_pod_inited},
    {SIM_ACTION_REDO_TIME, SIM_CLASS_POD, SIM_BUDGET_COUNT, 6, fill_redo_time},
    {SIM_ACTION_ENQUEUE, SIM_CLASS_POD, SIM_BUDGET_ASKS, 2, fill_redo},
    {SIM_ACTION_GATEWAY, SIM_CLASS_GATEWAY, SIM_BUDGET_GATEWAYS, 2, fill_gateway},
    {SIM_ACTION_POD, SIM_CLASS_GATEWAY, SIM_BUDGET_COUNT, 4, fill_orphan},
    {0, 0, 0, 0, NULL},
};

/* ---- mending ---- */

static bool act(struct sim_action *a, enum sim_action_kind kind, sim_id id)
{
    memset(a, 0, sizeof *a);
    a->kind = (uint8_t)kind;
    a->id = id;
    return true;
}

/* The first pod of a gateway in service, the others gone; all of them with the gateway: its
 * workload goes with it (vpc_nat_gateway.go, handleDelVpcNatGateway, all tags), and they with that.
 */
static bool mend_pod(const struct sim_world *w, sim_id pod, struct sim_action *out)
{
    const struct sim_pod_slot *p = sim_pod(w, pod);
    sim_id gateway = (sim_id)(pod / w->limits.pods_per_gateway);

    if (pod % w->limits.pods_per_gateway != 0 || !sim_gateway(w, gateway)->present)
        return p->state != SIM_POD_ABSENT && act(out, SIM_ACTION_POD, pod);
    if (p->state != SIM_POD_RUNNING) {
        act(out, SIM_ACTION_POD_REPLACED, pod);
        out->time = new_time(w);
        return true;
    }
    return !w->limits.nat && !p->inited && act(out, SIM_ACTION_POD_INITED, pod);
}

/* Every pod that is not initialised is seen by the controller. */
static bool mend_init(const struct sim_world *w, struct sim_mending *m, struct sim_action *out)
{
    while (m->asked < w->limits.gateways && !sim_gateway_waits(w, m->asked))
        m->asked++;
    if (m->asked == w->limits.gateways)
        return false;
    act(out, SIM_ACTION_ENQUEUE, m->asked++);
    out->queue = SIM_QUEUE_INIT_GATEWAY;
    return true;
}

/* As gateway initialisation does: the newest pod's time is noted, then each gateway's EIPs are
 * asked for.  Those that have nothing to be done are left alone by the pass itself. */
static bool mend_redo(const struct sim_world *w, struct sim_mending *m, struct sim_action *out)
{
    act(out, SIM_ACTION_REDO_TIME, 0);
    out->time = untold_time(w);
    if (out->time != 0)
        return true;
    while (m->asked < w->limits.gateways && !sim_gateway(w, m->asked)->present)
        m->asked++;
    if (m->asked == w->limits.gateways || m->unasked)
        return false;
    act(out, SIM_ACTION_ENQUEUE, m->asked++);
    out->queue = SIM_QUEUE_UPDATE_VPC_EIP;
    return true;
}

/* As the handler of a NAT rule does that has gone: the EIP whose status still names it is asked for
 * (vpc_nat_gw_nat.go, all tags). */
static bool mend_reset(const struct sim_world *w, struct sim_mending *m, struct sim_action *out)
{
    for (; m->reset < w->limits.eips && !m->unasked; m->reset++) {
        const struct sim_eip *e = &sim_eip(w, m->reset)->api;

        if (sim_eip_exists(e) && (e->nat & ~sim_nat_of(w, e->spec_v4, NULL)) != 0) {
            act(out, SIM_ACTION_ENQUEUE, m->reset++);
            out->queue = SIM_QUEUE_RESET_EIP;
            return true;
        }
    }
    return false;
}

static bool mend_delete(const struct sim_world *w, struct sim_action *out)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
            if (sim_slot(w, (enum sim_kind_id)k, i)->racing) {
                act(out, SIM_ACTION_DELETE_END, i);
                out->object = (uint8_t)k;
                return true;
            }
    return false;
}

bool sim_mend(const struct sim_world *w, struct sim_mending *m, struct sim_action *out)
{
    if (mend_delete(w, out))
        return true;
    if (!sim_globals(w)->up)
        return act(out, SIM_ACTION_BOOT, 0);
    if (!sim_globals(w)->nat_enabled) {
        act(out, SIM_ACTION_NAT_ENABLED, 0);
        out->value = 1;
        return true;
    }
    for (sim_id i = 0; i < pods(w); i++)
        if (mend_pod(w, i, out))
            return true;
    return w->limits.nat ? mend_init(w, m, out) : mend_reset(w, m, out) || mend_redo(w, m, out);
}
