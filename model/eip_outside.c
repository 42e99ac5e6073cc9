/* What users do to EIPs, and NAT rules with them. */
#include "model/outside_internal.h"
#include "model/world.h"

enum { ADDRESSES = 16 }; /* of a subnet: those that are given out first */

/* An EIP that exists, or does not: the one picked or the next.  SIM_NONE if there is none. */
static sim_id some_eip(struct sim_outside *o, bool exists)
{
    uint32_t n = o->w->limits.eips, from = sim_pick(o, n);

    for (uint32_t i = 0; i < n; i++) {
        sim_id eip = (sim_id)((from + i) % n);

        if (sim_eip_exists(&sim_eip(o->w, eip)->api) == exists)
            return eip;
    }
    return SIM_NONE;
}

static uint32_t addresses(const struct sim_world *w)
{
    uint32_t size = sim_subnet(w, 0)->size;

    return size < ADDRESSES ? size : ADDRESSES;
}

static sim_v4 address(const struct sim_world *w, uint32_t which)
{
    return sim_subnet(w, 0)->cidr + 1 + which;
}

static sim_ref some_policy(struct sim_outside *o)
{
    uint32_t n = o->w->limits.policies;

    return sim_has_class(o, SIM_CLASS_POLICY) ? (sim_ref)sim_pick_first(o, n + 1, n) : 0;
}

/* The default, or one of several that are named. */
static sim_ref some_net(struct sim_outside *o)
{
    uint32_t n = o->w->limits.nets;

    return n < 2 ? 0 : (sim_ref)sim_pick_first(o, n + 1, n);
}

static bool fill_create(struct sim_outside *o)
{
    uint32_t n = addresses(o->w), which;

    o->a->id = some_eip(o, false);
    if (o->a->id == SIM_NONE)
        return false;
    o->a->body.gw = sim_ref_of((sim_id)sim_pick(o, o->w->limits.gateways));
    o->a->body.qos = some_policy(o);
    o->a->body.net = some_net(o);
    if (sim_has_class(o, SIM_CLASS_ADDRESS) && (which = sim_pick_first(o, n + 1, 2 * n)) > 0)
        o->a->body.spec_v4 = address(o->w, which - 1);
    return true;
}

static bool fill_some_eip(struct sim_outside *o)
{
    o->a->id = some_eip(o, true);
    return o->a->id != SIM_NONE;
}

static bool fill_begun_delete(struct sim_outside *o)
{
    o->a->id = (sim_id)sim_pick(o, o->w->limits.eips);
    return sim_eip(o->w, o->a->id)->racing != 0;
}

static bool fill_live_eip(struct sim_outside *o)
{
    return fill_some_eip(o) && !sim_eip_terminating(&sim_eip(o->w, o->a->id)->api);
}

static bool fill_stripped(struct sim_outside *o)
{
    return fill_some_eip(o) && sim_eip_finalizer_count(&sim_eip(o->w, o->a->id)->api) > 0;
}

static bool fill_qos(struct sim_outside *o)
{
    o->a->body.qos = some_policy(o);
    return fill_some_eip(o) && sim_eip(o->w, o->a->id)->api.qos != o->a->body.qos;
}

static bool fill_v4ip(struct sim_outside *o)
{
    o->a->body.spec_v4 = address(o->w, sim_pick(o, addresses(o->w)));
    return fill_some_eip(o) && sim_eip(o->w, o->a->id)->api.spec_v4 != o->a->body.spec_v4;
}

/* A rule appears on a ready EIP, or goes. */
static bool fill_rule(struct sim_outside *o)
{
    sim_id eip;

    if (o->w->limits.rules == 0)
        return false;
    o->a->id = (sim_id)sim_pick(o, o->w->limits.rules);
    o->a->value = !sim_rule(o->w, o->a->id)->present;
    o->a->v4 = sim_rule(o->w, o->a->id)->v4;
    if (!o->a->value)
        return true;
    eip = some_eip(o, true);
    if (eip == SIM_NONE || !sim_eip_ready(&sim_eip(o->w, eip)->api))
        return false;
    o->a->v4 = sim_eip(o->w, eip)->api.spec_v4;
    return o->a->v4 != 0;
}

/* Rules ask for it, and no rule can be on an EIP without an address.  Rules that are objects do it
 * themselves. */
static bool fill_reset(struct sim_outside *o)
{
    o->a->queue = SIM_QUEUE_RESET_EIP;
    return !o->w->limits.nat && fill_some_eip(o) && sim_eip(o->w, o->a->id)->api.status_ip != 0;
}

const struct sim_choice sim_eip_choices[] = {
    {SIM_ACTION_CREATE, SIM_CLASS_COUNT, SIM_BUDGET_CREATES, 10, fill_create},
    {SIM_ACTION_DELETE, SIM_CLASS_COUNT, SIM_BUDGET_DELETES, 10, fill_live_eip},
    {SIM_ACTION_DELETE_BEGIN, SIM_CLASS_DELETE_RACE, SIM_BUDGET_DELETES, 4, fill_some_eip},
    {SIM_ACTION_DELETE_END, SIM_CLASS_DELETE_RACE, SIM_BUDGET_COUNT, 4, fill_begun_delete},
    {SIM_ACTION_SET_QOS, SIM_CLASS_POLICY, SIM_BUDGET_EDITS, 2, fill_qos},
    {SIM_ACTION_SET_V4IP, SIM_CLASS_ADDRESS, SIM_BUDGET_EDITS, 1, fill_v4ip},
    {SIM_ACTION_SET_FINALIZERS, SIM_CLASS_FINALIZER, SIM_BUDGET_EDITS, 2, fill_stripped},
    {SIM_ACTION_RULE, SIM_CLASS_RULE, SIM_BUDGET_RULES, 4, fill_rule},
    {SIM_ACTION_ENQUEUE, SIM_CLASS_RULE, SIM_BUDGET_RULES, 4, fill_reset},
    {0, 0, 0, 0, NULL},
};
