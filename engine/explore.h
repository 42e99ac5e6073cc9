/* Exploration: every history within a bound, shortest first.
 *
 * Breadth-first over all interleavings of users, deliveries, workers, faults and crashes.  Two
 * states are the same if all that can matter is: resource versions and uids count only by their
 * order.  A state that breaks an invariant is told and not gone on from; a state at rest is checked
 * for what must hold there.
 *
 *     frontier   states still to be gone on from, with the whole world of each: a ring
 *     node[]     every state seen: identity, and the how-manieth action of which state leads there
 *     table      identity -> node
 *
 * Nothing is allocated here.  A search that ran out of memory or time says so; only COMPLETE means
 * that there is nothing else within the bound, but for two states of equal 128-bit identity.
 */
#ifndef EIPSIM_ENGINE_EXPLORE_H
#define EIPSIM_ENGINE_EXPLORE_H

#include "engine/script.h"
#include "model/outside.h"

struct engine_node {
    struct sim_identity identity;
    uint32_t parent; /* of the first one: itself */
    uint16_t action; /* which of those that were possible there */
    uint16_t depth;
};

/* One action from one state to another, which may have been seen before; or a state at rest: then
 * there is no action, and after is before. */
struct engine_transition {
    const struct sim_world *before, *after;
    const struct sim_action *action; /* NULL: at rest */
    const uint8_t *used;             /* of each budget, this action included */
    const struct sim_violation *violation;
    size_t n_violations;
};

enum engine_explored { ENGINE_COMPLETE, ENGINE_OUT_OF_NODES, ENGINE_OUT_OF_FRONTIER, ENGINE_TOLD };

struct engine_explore {
    /* the caller's */
    const struct sim_world *start;
    struct sim_world *world, *next, *scratch; /* sim_world_size() bytes each */
    struct engine_node *node;
    size_t max_nodes;
    uint32_t *table;   /* zeroed */
    size_t table_size; /* a power of two, more than max_nodes */
    uint8_t *frontier; /* max_frontier slots of engine_explore_slot() bytes */
    size_t max_frontier;
    uint32_t classes; /* bits of enum sim_class */
    uint8_t budget[SIM_BUDGET_COUNT];
    /* told of every violation; false: end */
    bool (*found)(void *context, const struct engine_explore *x, uint32_t node,
                  const struct engine_finding *finding);
    /* told of every transition; may be NULL */
    void (*stepped)(void *context, const struct engine_transition *t);
    /* told now and then; false: end; may be NULL */
    bool (*progress)(void *context, const struct engine_explore *x);
    void *context;
    /* results */
    size_t n_nodes;
    uint64_t transitions;
    size_t first, waiting; /* the ring */
    uint32_t depth;        /* of the state gone on from last */
    uint8_t ended;         /* enum engine_explored */
    bool stop;
};

/* Bytes of a slot of the frontier for worlds like this one. */
size_t engine_explore_slot(const struct sim_world *start);
void engine_explore_run(struct engine_explore *x);
/* The actions that lead from the start to a node, first to last; how many there are.  Stores at
 * most capacity.  Uses x->scratch. */
size_t engine_explore_path(const struct engine_explore *x, uint32_t node, struct sim_action *out,
                           size_t capacity);

/* What a state is to the explorer. */
struct sim_identity engine_canonical(const struct sim_world *w, struct sim_world *scratch);

#endif
