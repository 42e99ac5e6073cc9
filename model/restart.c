/* The controller's death and its start: everything in memory is lost, then caches are listed,
 * InitIPAM reserves what the objects' status names, and every object comes as ADDED
 * (pkg/controller/init.go and controller.go, all tags).
 */
#include "model/step_internal.h"

static void forget_watch(struct sim_world *w)
{
    unsigned n = sim_globals(w)->watch_count;

    for (unsigned i = 0; i < n; i++) {
        sim_eip_mut(w, sim_watch(w, i)->eip)->pending = 0;
        memset(sim_watch_mut(w, i), 0, sizeof(struct sim_watch_event));
    }
    sim_globals_mut(w)->watch_count = 0;
}

static void forget_work(struct sim_world *w)
{
    sim_queues_clear(w);
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        memset(sim_worker_mut(w, q), 0, sizeof(struct sim_worker));
    for (sim_id s = 0; s < w->limits.subnets; s++)
        sim_status_forget_next(w, s);
    sim_pass_clear(w);
}

static void forget_ipam(struct sim_world *w)
{
    for (sim_id s = 0; s < w->limits.subnets; s++) {
        ipam_subnet_delete(sim_ipam_mut(w), sim_ipam_subnet(s), sim_journal(w));
        sim_journal_drain(w);
    }
}

/* Everything in memory, so that all worlds without a controller look alike. */
static void forget(struct sim_world *w)
{
    forget_watch(w);
    forget_work(w);
    forget_ipam(w);
    for (sim_id i = 0; i < w->limits.eips; i++)
        sim_cache_set(w, i, NULL);
    sim_globals_mut(w)->redo_time = 0;
    sim_globals_mut(w)->panicked = 0;
    sim_derived(w)->all_touched = 1;
}

void sim_crash(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_DOWN);

    forget(t->w);
    sim_globals_mut(t->w)->up = 0;
    sim_emit(t, &e);
}

static void list_eips(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = SIM_OBJECT_EIP;
    e.selector = SIM_SELECT_ALL;
    for (sim_id i = 0; i < t->w->limits.eips; i++)
        e.count += sim_eip_exists(&sim_eip(t->w, i)->cache);
    sim_emit(t, &e);
}

/* InitIPAM: the address is status.ip; an empty one fails to parse and reserves nothing. */
static void restore(struct sim_turn *t, sim_id eip)
{
    const struct sim_eip *c = &sim_eip(t->w, eip)->cache;

    (void)sim_ipam_static(t, eip, SIM_NIC_BARE, sim_ext(t->w, c->net), c->status_ip, false, c->mac);
}

void sim_boot(struct sim_turn *t)
{
    struct sim_world *w = t->w;
    struct sim_event e = sim_event_new(t, SIM_EVENT_UP);

    forget(w); /* a panic leaves it as it was */
    sim_globals_mut(w)->up = 1;
    sim_emit(t, &e);
    for (sim_id i = 0; i < w->limits.eips; i++)
        if (sim_eip_exists(&sim_eip(w, i)->api))
            sim_cache_set(w, i, &sim_eip(w, i)->api);
    sim_ipam_rebuild(w);
    list_eips(t);
    for (sim_id i = 0; i < w->limits.eips; i++)
        if (sim_eip_exists(&sim_eip(w, i)->cache))
            restore(t, i);
    for (sim_id i = 0; i < w->limits.eips; i++)
        if (sim_eip_exists(&sim_eip(w, i)->cache))
            sim_on_added(t, i);
    sim_derived(w)->all_touched = 1;
}
