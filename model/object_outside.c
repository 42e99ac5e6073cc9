/* What users do to objects of any kind but EIPs, which have a table of their own: deleting them,
 * and taking their finalizers off.  How one of a kind is made and edited is the kind's.
 */
#include "model/outside_internal.h"
#include "model/world.h"

/* Has a world names of other kinds? */
static bool any(const struct sim_limits *l)
{
    for (unsigned k = SIM_KIND_EIP + 1u; k < SIM_KIND_COUNT; k++)
        if (sim_limit(l, (enum sim_object)k) > 0)
            return true;
    return false;
}

uint32_t sim_classes_within(const struct sim_limits *limits, uint32_t classes)
{
    return any(limits) ? classes | SIM_CLASS_BIT(OTHERS) : classes & ~SIM_CLASS_BIT(OTHERS);
}

static bool some_object(struct sim_outside *o,
                        bool (*fits)(const struct sim_world *w, enum sim_kind_id kind, sim_id id))
{
    uint32_t n = 0, at;

    for (unsigned k = SIM_KIND_EIP + 1u; k < SIM_KIND_COUNT; k++)
        n += sim_limit(&o->w->limits, (enum sim_object)k);
    at = n == 0 ? 0 : sim_pick(o, n);
    for (unsigned k = SIM_KIND_EIP + 1u; k < SIM_KIND_COUNT; k++) {
        uint16_t limit = sim_limit(&o->w->limits, (enum sim_object)k);

        if (at < limit) {
            o->a->object = (uint8_t)k;
            o->a->id = (sim_id)at;
            return fits(o->w, (enum sim_kind_id)k, o->a->id);
        }
        at -= limit;
    }
    return false;
}

static bool is_live(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    return sim_exists(sim_api(w, kind, id)) && !sim_terminating(sim_api(w, kind, id));
}

static bool exists(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    return sim_exists(sim_api(w, kind, id));
}

static bool is_racing(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    return sim_slot(w, kind, id)->racing != 0;
}

static bool has_finalizers(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    return sim_exists(sim_api(w, kind, id)) && sim_finalizer_count(sim_api(w, kind, id)) > 0;
}

static bool fill_delete(struct sim_outside *o)
{
    return some_object(o, is_live);
}

static bool fill_begun(struct sim_outside *o)
{
    return sim_has_class(o, SIM_CLASS_DELETE_RACE) && some_object(o, exists);
}

static bool fill_ended(struct sim_outside *o)
{
    return sim_has_class(o, SIM_CLASS_DELETE_RACE) && some_object(o, is_racing);
}

static bool fill_stripped(struct sim_outside *o)
{
    return sim_has_class(o, SIM_CLASS_FINALIZER) && some_object(o, has_finalizers);
}

const struct sim_choice sim_object_choices[] = {
    {SIM_ACTION_DELETE, SIM_CLASS_OTHERS, SIM_BUDGET_DELETES, 10, fill_delete},
    {SIM_ACTION_DELETE_BEGIN, SIM_CLASS_OTHERS, SIM_BUDGET_DELETES, 3, fill_begun},
    {SIM_ACTION_DELETE_END, SIM_CLASS_OTHERS, SIM_BUDGET_COUNT, 3, fill_ended},
    {SIM_ACTION_SET_FINALIZERS, SIM_CLASS_OTHERS, SIM_BUDGET_EDITS, 2, fill_stripped},
    {0, 0, 0, 0, NULL},
};
