#include "engine/field.h"

#include <string.h>

#include "model/world.h"

const char *engine_class_text(enum engine_class which)
{
    static const char *const text[] = {
#define X(name, text, meaning) text,
        ENGINE_CLASSES(X)
#undef X
    };
    return text[which];
}

const char *engine_class_meaning(enum engine_class which)
{
    static const char *const text[] = {
#define X(name, text, meaning) meaning,
        ENGINE_CLASSES(X)
#undef X
    };
    return text[which];
}

bool engine_may_fail(const struct sim_world *w, const struct sim_action *step, uint32_t classes)
{
    struct sim_stop stop;

    if (!sim_stopped_before(w, (enum sim_queue_id)step->queue, &stop))
        return false;
    return (stop.call == SIM_EVENT_WRITE && (classes & ENGINE_CLASS_BIT(API)) != 0) ||
           (stop.call == SIM_EVENT_EXEC && (classes & ENGINE_CLASS_BIT(EXEC)) != 0);
}

struct picking {
    const struct sim_world *w;
    struct engine_random *r;
    struct sim_action *a;
    uint32_t classes;
    uint32_t time;
};

static bool has(const struct picking *p, enum engine_class which)
{
    return (p->classes >> which & 1) != 0;
}

/* ---- operands ---- */

static sim_id any(struct picking *p, uint32_t count)
{
    return (sim_id)engine_below(p->r, count);
}

/* An EIP that exists, or does not; SIM_NONE if there is none. */
static sim_id some_eip(struct picking *p, bool exists)
{
    uint32_t n = p->w->limits.eips, from = engine_below(p->r, n);

    for (uint32_t i = 0; i < n; i++) {
        sim_id eip = (sim_id)((from + i) % n);

        if (sim_eip_exists(&sim_eip(p->w, eip)->api) == exists)
            return eip;
    }
    return SIM_NONE;
}

/* An address that somebody reports, or any of the first subnet. */
static sim_v4 some_address(struct picking *p)
{
    const struct sim_subnet_slot *s = sim_subnet(p->w, 0);
    sim_v4 taken = sim_eip(p->w, any(p, p->w->limits.eips))->api.status_ip;

    if (engine_one_in(p->r, 2) && taken != 0)
        return taken;
    return s->cidr + 1 + engine_below(p->r, s->size < 16 ? s->size : 16);
}

static sim_ref some_gateway(struct picking *p)
{
    sim_id gateway = any(p, p->w->limits.gateways);

    if (!sim_gateway(p->w, gateway)->present && !engine_one_in(p->r, 4))
        gateway = any(p, p->w->limits.gateways);
    return sim_ref_of(gateway);
}

static sim_ref some_policy(struct picking *p)
{
    if (!has(p, ENGINE_CLASS_POLICY) || p->w->limits.policies == 0 || engine_one_in(p->r, 2))
        return 0;
    return sim_ref_of(any(p, p->w->limits.policies));
}

/* ---- users ---- */

static bool create(struct picking *p)
{
    p->a->id = some_eip(p, false);
    p->a->body.gw = some_gateway(p);
    p->a->body.qos = some_policy(p);
    if (has(p, ENGINE_CLASS_ADDRESS) && engine_one_in(p->r, 3))
        p->a->body.spec_v4 = some_address(p);
    return p->a->id != SIM_NONE;
}

static bool on_some_eip(struct picking *p)
{
    p->a->id = some_eip(p, true);
    return p->a->id != SIM_NONE;
}

static bool set_qos(struct picking *p)
{
    p->a->body.qos = some_policy(p);
    return on_some_eip(p);
}

static bool set_v4ip(struct picking *p)
{
    p->a->body.spec_v4 = some_address(p);
    return on_some_eip(p);
}

/* ---- gateways ---- */

static bool gateway(struct picking *p)
{
    p->a->id = any(p, p->w->limits.gateways);
    p->a->value = !sim_gateway(p->w, p->a->id)->present;
    return true;
}

static bool pod(struct picking *p)
{
    p->a->id = any(p, (uint32_t)p->w->limits.gateways * p->w->limits.pods_per_gateway);
    p->a->value = (uint8_t)engine_below(p->r, SIM_POD_STATE_COUNT);
    p->a->time = sim_pod(p->w, p->a->id)->state == SIM_POD_ABSENT ? p->time : 0;
    return sim_pod(p->w, p->a->id)->state != p->a->value;
}

static bool pod_replaced(struct picking *p)
{
    p->a->id = any(p, (uint32_t)p->w->limits.gateways * p->w->limits.pods_per_gateway);
    p->a->time = p->time;
    return true;
}

static bool pod_inited(struct picking *p)
{
    p->a->id = any(p, (uint32_t)p->w->limits.gateways * p->w->limits.pods_per_gateway);
    return sim_pod(p->w, p->a->id)->state == SIM_POD_RUNNING && !sim_pod(p->w, p->a->id)->inited;
}

/* Gateway initialisation notes the newest pod's time, and asks for the gateway's EIPs. */
static bool redo_time(struct picking *p)
{
    uint32_t pods = (uint32_t)p->w->limits.gateways * p->w->limits.pods_per_gateway;

    for (sim_id i = 0; i < pods; i++)
        if (sim_pod(p->w, i)->state == SIM_POD_RUNNING && sim_pod(p->w, i)->inited &&
            sim_pod(p->w, i)->created > p->a->time)
            p->a->time = sim_pod(p->w, i)->created;
    return p->a->time > sim_globals(p->w)->redo_time;
}

static bool redo(struct picking *p)
{
    p->a->queue = SIM_QUEUE_UPDATE_VPC_EIP;
    p->a->id = any(p, p->w->limits.gateways);
    return sim_gateway(p->w, p->a->id)->present;
}

/* ---- rules ---- */

static bool rule(struct picking *p)
{
    sim_id eip = some_eip(p, true);

    if (p->w->limits.rules == 0)
        return false;
    p->a->id = any(p, p->w->limits.rules);
    p->a->value = !sim_rule(p->w, p->a->id)->present;
    p->a->v4 = sim_rule(p->w, p->a->id)->v4;
    if (!p->a->value)
        return true;
    if (eip == SIM_NONE || !sim_eip_ready(&sim_eip(p->w, eip)->api))
        return false;
    p->a->v4 = sim_eip(p->w, eip)->api.spec_v4;
    return p->a->v4 != 0;
}

/* Rules ask for it, and no rule can be on an EIP without an address. */
static bool reset(struct picking *p)
{
    p->a->queue = SIM_QUEUE_RESET_EIP;
    return on_some_eip(p) && sim_eip(p->w, p->a->id)->api.status_ip != 0;
}

static bool plain(struct picking *p)
{
    (void)p;
    return true;
}

/* ---- picking ---- */

enum { ALWAYS = ENGINE_CLASS_COUNT };

/* What can happen, the class it belongs to, how often it is tried, and how it is filled in. */
static const struct choice {
    uint8_t kind;
    uint8_t class;
    uint8_t weight;
    bool (*fill)(struct picking *p);
} choices[] = {
    {SIM_ACTION_CREATE, ALWAYS, 10, create},
    {SIM_ACTION_DELETE, ALWAYS, 10, on_some_eip},
    {SIM_ACTION_DELETE_BEGIN, ENGINE_CLASS_DELETE_RACE, 4, on_some_eip},
    {SIM_ACTION_DELETE_END, ENGINE_CLASS_DELETE_RACE, 4, on_some_eip},
    {SIM_ACTION_SET_QOS, ENGINE_CLASS_POLICY, 2, set_qos},
    {SIM_ACTION_SET_V4IP, ENGINE_CLASS_ADDRESS, 1, set_v4ip},
    {SIM_ACTION_SET_FINALIZERS, ENGINE_CLASS_FINALIZER, 2, on_some_eip},
    {SIM_ACTION_POD, ENGINE_CLASS_POD, 4, pod},
    {SIM_ACTION_POD_REPLACED, ENGINE_CLASS_POD, 1, pod_replaced},
    {SIM_ACTION_POD_INITED, ENGINE_CLASS_POD, 6, pod_inited},
    {SIM_ACTION_REDO_TIME, ENGINE_CLASS_POD, 6, redo_time},
    {SIM_ACTION_ENQUEUE, ENGINE_CLASS_POD, 2, redo},
    {SIM_ACTION_GATEWAY, ENGINE_CLASS_GATEWAY, 2, gateway},
    {SIM_ACTION_RULE, ENGINE_CLASS_RULE, 4, rule},
    {SIM_ACTION_ENQUEUE, ENGINE_CLASS_RULE, 4, reset},
    {SIM_ACTION_CRASH, ENGINE_CLASS_CRASH, 1, plain},
    {SIM_ACTION_BOOT, ENGINE_CLASS_CRASH, 8, plain},
    {SIM_ACTION_RESTART, ENGINE_CLASS_CRASH, 1, plain},
};

enum { N_CHOICES = sizeof choices / sizeof choices[0], TRIES = 12 };

static const struct choice *choose(const struct picking *p)
{
    uint32_t total = 0, at;

    for (unsigned i = 0; i < N_CHOICES; i++)
        if (choices[i].class == ALWAYS || has(p, (enum engine_class)choices[i].class))
            total += choices[i].weight;
    at = engine_below(p->r, total);
    for (unsigned i = 0;; i++) {
        if (choices[i].class != ALWAYS && !has(p, (enum engine_class)choices[i].class))
            continue;
        if (at < choices[i].weight)
            return &choices[i];
        at -= choices[i].weight;
    }
}

bool engine_field_pick(const struct sim_world *w, uint32_t classes, uint32_t time,
                       struct engine_random *r, struct sim_action *out)
{
    struct picking p = {w, r, out, classes, time};

    for (unsigned i = 0; i < TRIES; i++) {
        const struct choice *c = choose(&p);

        memset(out, 0, sizeof *out);
        out->kind = c->kind;
        if (c->fill(&p) && sim_can(w, out) == SIM_STATUS_DONE)
            return true;
    }
    return false;
}

/* ---- mending ---- */

static bool act(struct sim_action *a, enum sim_action_kind kind, sim_id id)
{
    memset(a, 0, sizeof *a);
    a->kind = (uint8_t)kind;
    a->id = id;
    return true;
}

/* The first pod of a gateway in service, the others gone, its EIPs looked at. */
static bool mend_pod(const struct sim_world *w, sim_id pod, uint32_t time, struct sim_action *out)
{
    const struct sim_pod_slot *p = sim_pod(w, pod);
    bool first = pod % w->limits.pods_per_gateway == 0;

    if (!first)
        return p->state != SIM_POD_ABSENT && act(out, SIM_ACTION_POD, pod);
    if (p->state != SIM_POD_RUNNING) {
        act(out, SIM_ACTION_POD_REPLACED, pod);
        out->time = time;
        return true;
    }
    return !p->inited && act(out, SIM_ACTION_POD_INITED, pod);
}

/* As gateway initialisation does: the newest pod's time is noted, then each gateway's EIPs are
 * asked for.  Those that have nothing to be done are left alone by the pass itself. */
static bool mend_redo(const struct sim_world *w, struct engine_mending *m, struct sim_action *out)
{
    struct picking p = {w, NULL, out, 0, 0};

    act(out, SIM_ACTION_REDO_TIME, 0);
    if (redo_time(&p))
        return true;
    while (m->asked < w->limits.gateways && !sim_gateway(w, m->asked)->present)
        m->asked++;
    if (m->asked == w->limits.gateways)
        return false;
    act(out, SIM_ACTION_ENQUEUE, m->asked++);
    out->queue = SIM_QUEUE_UPDATE_VPC_EIP;
    return true;
}

bool engine_field_mend(const struct sim_world *w, struct engine_mending *m, struct sim_action *out)
{
    uint32_t pods = (uint32_t)w->limits.gateways * w->limits.pods_per_gateway;

    for (sim_id i = 0; i < w->limits.eips; i++)
        if (sim_eip(w, i)->racing)
            return act(out, SIM_ACTION_DELETE_END, i);
    if (!sim_globals(w)->up)
        return act(out, SIM_ACTION_BOOT, 0);
    if (!sim_globals(w)->nat_enabled) {
        act(out, SIM_ACTION_NAT_ENABLED, 0);
        out->value = 1;
        return true;
    }
    for (sim_id i = 0; i < pods; i++)
        if (sim_gateway(w, (sim_id)(i / w->limits.pods_per_gateway))->present &&
            mend_pod(w, i, m->time, out))
            return true;
    return mend_redo(w, m, out);
}
