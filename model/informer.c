/* The informer: watch events reach the cache, then the kind's event functions fill queues. */
#include "model/sim_internal.h"

void sim_cache_set(struct sim_world *w, enum sim_kind_id kind, sim_id id,
                   const struct sim_meta *object)
{
    const struct sim_kind *k = sim_kind(kind);
    struct sim_meta *cache;

    (void)sim_slot_mut(w, kind, id);
    cache = (struct sim_meta *)(uintptr_t)sim_cache(w, kind, id);
    if (k->counted != NULL && sim_exists(cache))
        k->counted(w, cache, -1);
    if (object == NULL)
        memset(cache, 0, k->size);
    else
        memcpy(cache, object, k->size);
    if (k->counted != NULL && sim_exists(cache))
        k->counted(w, cache, 1);
}

/* The first event of a watch, its object copied to *object. */
static struct sim_notice take_first(struct sim_world *w, enum sim_kind_id kind,
                                    union sim_any *object)
{
    size_t size = sizeof(struct sim_notice) + sim_kind(kind)->size;
    size_t count = sim_watch_count(w, kind);
    uint8_t *watch = (uint8_t *)(uintptr_t)sim_notice(w, kind, 0);
    struct sim_notice first = *sim_notice(w, kind, 0);

    memcpy(object, watch + sizeof first, size - sizeof first);
    sim_touch(w, watch, size * count);
    memmove(watch, watch + size, size * (count - 1));
    memset(watch + size * (count - 1), 0, size);
    sim_watch_mut(w, kind)->count--;
    sim_slot_mut(w, kind, first.id)->pending--;
    sim_touched_object(w, kind, first.id);
    return first;
}

void sim_deliver(struct sim_turn *t, enum sim_kind_id kind)
{
    const struct sim_kind *k = sim_kind(kind);
    union sim_any now, old;
    struct sim_notice first = take_first(t->w, kind, &now);
    struct sim_event e = sim_event_new(t, SIM_EVENT_DELIVERED);

    memcpy(&old, sim_cache(t->w, kind, first.id), k->size);
    e.object = (uint8_t)kind;
    e.id = first.id;
    e.verb = first.verb;
    e.rv = now.meta.rv;
    memcpy(&e.meta, &now, k->size);
    sim_cache_set(t->w, kind, first.id, first.verb == SIM_VERB_DELETED ? NULL : &now.meta);
    sim_emit(t, &e);
    if (sim_flawed(t->w, SIM_FLAW_LOST_CALL, first.verb))
        return;
    if (first.verb == SIM_VERB_DELETED)
        k->deleted(t, first.id, &now.meta);
    else if (!sim_exists(&old.meta))
        k->added(t, first.id);
    else
        k->updated(t, first.id, &old.meta, sim_cache(t->w, kind, first.id));
}
