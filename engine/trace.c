#include "engine/trace.h"

#include <string.h>

#include "model/world.h"

void engine_trace_init(struct engine_trace *t, engine_grow_fn *grow, void *context)
{
    memset(t, 0, sizeof *t);
    t->grow = grow;
    t->context = context;
}

void engine_trace_clear(struct engine_trace *t)
{
    t->n_actions = 0;
    t->n_events = 0;
    t->full = false;
}

static bool room(struct engine_trace *t, void **array, size_t count, size_t *capacity,
                 size_t element)
{
    if (t->full)
        return false;
    if (count < *capacity)
        return true;
    if (t->grow == NULL || !t->grow(t->context, array, capacity, element))
        t->full = true;
    return !t->full;
}

static void note(void *context, const struct sim_event *event)
{
    struct engine_trace *t = context;
    void *array = t->event;
    bool fits = room(t, &array, t->n_events, &t->event_capacity, sizeof *t->event);

    t->event = array;
    if (fits)
        memcpy(&t->event[t->n_events++], event, sizeof *event);
}

enum sim_status engine_trace_apply(struct engine_trace *t, struct sim_world *world,
                                   const struct sim_action *action)
{
    struct sim_sink sink = {.fn = note, .context = t};
    size_t first = t->n_events;
    void *array = t->action;
    bool fits = room(t, &array, t->n_actions, &t->action_capacity, sizeof *t->action);
    enum sim_status status;
    struct engine_trace_action *a;

    t->action = array;
    status = sim_apply(world, action, &sink);
    if (status != SIM_STATUS_DONE || !fits || t->full) {
        t->n_events = first;
        return status;
    }
    a = &t->action[t->n_actions++];
    memcpy(&a->action, action, sizeof a->action);
    a->identity = sim_identity(world);
    a->now = sim_globals(world)->now;
    a->first = first;
    a->count = t->n_events - first;
    return status;
}

size_t engine_trace_action_of(const struct engine_trace *t, size_t event)
{
    size_t low = 0, high = t->n_actions;

    /* the last action that begins at or before the event; those without events begin where the
     * next one does */
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (t->action[middle].first <= event)
            low = middle;
        else
            high = middle;
    }
    return low;
}
