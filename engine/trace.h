/* A run kept in memory: what was done, what followed, and who the world was after each action.
 *
 *      action   1            2                 3
 *               create e1    deliver           start addEip
 *      events   1.1 stored   2.1 delivered     3.1 taken
 *                            2.2 queue e1
 *      identity a3f0...      77c1...           09be...
 *
 * Actions count from 1; an event is named by its action and its number within it, "2.2".  Memory
 * grows through a function of the caller's; without one, a trace is as long as what was handed in.
 */
#ifndef EIPSIM_ENGINE_TRACE_H
#define EIPSIM_ENGINE_TRACE_H

#include "model/sim.h"

/* Makes *array (room for *capacity elements of that size) at least one element longer, keeping
 * what is in it.  False: it cannot. */
typedef bool engine_grow_fn(void *context, void **array, size_t *capacity, size_t element);

struct engine_trace_action {
    struct sim_action action;
    struct sim_identity identity; /* of the world afterwards */
    uint64_t now;                 /* virtual milliseconds afterwards */
    size_t first;                 /* its events: first .. first + count - 1 */
    size_t count;
};

struct engine_trace {
    struct engine_trace_action *action;
    size_t n_actions, action_capacity;
    struct sim_event *event;
    size_t n_events, event_capacity;
    engine_grow_fn *grow; /* may be NULL */
    void *context;
    bool full; /* something could not be recorded: the trace ends before it */
};

void engine_trace_init(struct engine_trace *t, engine_grow_fn *grow, void *context);
/* Forgets everything but the memory. */
void engine_trace_clear(struct engine_trace *t);
/* sim_apply, recorded if it happened.  A full trace still applies and records nothing more. */
enum sim_status engine_trace_apply(struct engine_trace *t, struct sim_world *world,
                                   const struct sim_action *action);
/* The action an event belongs to, as an index. */
size_t engine_trace_action_of(const struct engine_trace *t, size_t event);

#endif
