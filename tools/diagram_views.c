#include "tools/diagram_views.h"

#include <string.h>

#include "model/world.h"

enum { BITS = 4 };

/* ---- fields: a number for each of their values ---- */

static unsigned of_object(const struct sim_world *w, sim_id id)
{
    const struct sim_eip *e = &sim_eip(w, id)->api;

    if (!sim_eip_exists(e))
        return 0;
    if (sim_eip_terminating(e))
        return 4;
    if (sim_eip_ready(e))
        return 3;
    return e->spec_v4 != 0 ? 2 : 1;
}

static unsigned of_finalizer(const struct sim_world *w, sim_id id)
{
    const struct sim_eip *e = &sim_eip(w, id)->api;

    return sim_eip_exists(e) && sim_eip_finalizer_count(e) > 0;
}

/* The address that the EIP's name holds in IPAM, 0: none.  A controller that is down has forgotten
 * it, also where a panic left the bytes for the next start to clear. */
static sim_v4 held(const struct sim_world *w, sim_id id)
{
    for (sim_id s = 0; sim_globals(w)->up && s < w->limits.subnets; s++)
        for (unsigned nic = 0; nic < 2; nic++) {
            struct ipam_addr a;

            if (ipam_nic_address(sim_ipam(w), sim_ipam_subnet(s), IPAM_V4,
                                 sim_ipam_nic(w, sim_eip(w, id)->name, (enum sim_nic)nic), &a))
                return (sim_v4)a.lo;
        }
    return 0;
}

static unsigned of_held(const struct sim_world *w, sim_id id)
{
    return held(w, id) != 0;
}

/* Is any address but its own on a gateway pod?  With one EIP it can only be that EIP's. */
static unsigned of_wired(const struct sim_world *w, sim_id id)
{
    unsigned pods = (unsigned)w->limits.gateways * w->limits.pods_per_gateway;

    (void)id;
    for (sim_id p = 0; p < pods; p++)
        for (sim_id s = 0; s < w->limits.subnets; s++) {
            struct ipam_addrset on = sim_interface(w, p, s);
            struct ipam_addr_arg own = {
                .valid = 1,
                .addr =
                    ipam_addr_v4(sim_gateway(w, (sim_id)(p / w->limits.pods_per_gateway))->own)};
            struct ipam_addr first;

            if (ipam_addrset_first_skipping(&on, &own, 1, &first))
                return 1;
        }
    return 0;
}

/* Has the controller anything left that could concern it? */
static unsigned of_work(const struct sim_world *w, sim_id id)
{
    if (!sim_globals(w)->up || sim_eip(w, id)->pending > 0)
        return 1;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        if (sim_queue_keys((enum sim_queue_id)q) == SIM_OBJECT_EIP &&
            (sim_worker(w, q)->phase != SIM_PHASE_IDLE ||
             (id < sim_queue(w, q)->keys && sim_node(w, (enum sim_queue_id)q, id)->state != 0)))
            return 1;
    for (unsigned i = 0; i < sim_globals(w)->deleted_count; i++)
        if (sim_deleted(w, i)->eip == id)
            return 1;
    return 0;
}

static unsigned of_up(const struct sim_world *w, sim_id id)
{
    (void)id;
    return sim_globals(w)->up;
}

static unsigned of_life(const struct sim_world *w, sim_id id)
{
    static const uint8_t of[] = {0, 1, 1, 2, 3};

    return of[of_object(w, id)];
}

/* Is there a pod that takes commands? */
static unsigned of_pod(const struct sim_world *w, sim_id id)
{
    unsigned pods = (unsigned)w->limits.gateways * w->limits.pods_per_gateway;

    (void)id;
    for (sim_id p = 0; p < pods; p++)
        if (sim_pod(w, p)->state == SIM_POD_RUNNING && sim_pod(w, p)->inited)
            return 1;
    return 0;
}

static unsigned of_address(const struct sim_world *w, sim_id id)
{
    return held(w, id) == 0 ? 0 : 1 + of_life(w, id);
}

static unsigned of_reported(const struct sim_world *w, sim_id id)
{
    const struct sim_eip *e = &sim_eip(w, id)->api;

    return !sim_eip_exists(e) || e->spec_v4 == 0 ? 0 : 1 + (e->status_ip != 0);
}

static const struct field {
    const char *says;
    const char *colours;
    unsigned (*of)(const struct sim_world *w, sim_id id);
} fields[] = {
#define X(name, says, colours, of) {says, colours, of},
    DIAGRAM_FIELDS(X)
#undef X
};

/* ---- views ---- */

static const struct view {
    const char *text;
    uint32_t fields, classes, invariants;
    uint8_t deletes;
    const char *meaning;
} views[] = {
#define X(name, text, fields, classes, deletes, invariants, meaning)                               \
    {text, fields, classes, invariants, deletes, meaning},
    DIAGRAM_VIEWS(X)
#undef X
};

const char *diagram_view_text(enum diagram_view view)
{
    return views[view].text;
}

const char *diagram_view_meaning(enum diagram_view view)
{
    return views[view].meaning;
}

uint32_t diagram_view_classes(enum diagram_view view)
{
    return views[view].classes;
}

uint8_t diagram_view_deletes(enum diagram_view view)
{
    return views[view].deletes;
}

bool diagram_view_shows(enum diagram_view view, enum sim_invariant broken)
{
    return (views[view].invariants >> broken & 1) != 0;
}

static unsigned value_of(uint64_t values, unsigned field)
{
    return (unsigned)(values >> field * BITS & 15);
}

const char *diagram_view_colour(enum diagram_view view, uint64_t values)
{
    unsigned f = 0;

    while ((views[view].fields >> f & 1) == 0)
        f++;
    switch (fields[f].colours[value_of(values, f)]) {
    case 'n':
        return "#e8effc";
    case 's':
        return "#d3e2fb";
    case 'r':
        return "#d5f2d9";
    case 'y':
        return "#fff1c9";
    default:
        return "#ffffff";
    }
}

uint64_t diagram_view_of(enum diagram_view view, const struct sim_world *w, sim_id id)
{
    uint64_t values = 0;

    for (unsigned f = 0; f < DIAGRAM_FIELD_COUNT; f++)
        if ((views[view].fields >> f & 1) != 0)
            values |= (uint64_t)fields[f].of(w, id) << f * BITS;
    return values;
}

const char *diagram_view_says(enum diagram_view view, uint64_t values, unsigned n, char *out)
{
    const char *text;
    unsigned f = 0, value;
    size_t length;

    while (f < DIAGRAM_FIELD_COUNT && ((views[view].fields >> f & 1) == 0 || n-- > 0))
        f++;
    if (f == DIAGRAM_FIELD_COUNT)
        return NULL;
    text = fields[f].says;
    for (value = value_of(values, f); value > 0; value--)
        text += strcspn(text, "|") + 1;
    length = strcspn(text, "|");
    memcpy(out, text, length);
    out[length] = '\0';
    return out;
}
