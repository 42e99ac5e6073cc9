/* Exploration: every history within a bound, shortest first.
 *
 * All interleavings of users, deliveries, workers, faults and crashes are searched (search.h), up
 * to what need not be told apart (canonical.h) or tried (choices.h).  A state that breaks an
 * invariant is told and not gone on from; a state at rest is checked for what must hold there.
 *
 * Nothing is allocated here but through `resize`, and no thread is begun: engine_explore_run() does
 * it all in one, or the caller has the halves of each round carried out by several, each with
 * scratch memory of its own.  What comes out is the same.
 */
#ifndef EIPSIM_ENGINE_EXPLORE_H
#define EIPSIM_ENGINE_EXPLORE_H

#include "engine/choices.h"
#include "engine/script.h"
#include "engine/search.h"

/* One action from one state to another, which may have been seen before; or a state at rest: then
 * there is no action, and after is before. */
struct engine_transition {
    const struct sim_world *before, *after;
    const struct sim_action *action; /* NULL: at rest */
    const struct engine_used *used;  /* this action included */
    const struct sim_violation *violation;
    size_t n_violations;
};

struct engine_graph; /* graph.h */

struct engine_explore {
    /* the caller's */
    const struct sim_world *start;
    struct engine_bound bound;  /* with stepped or a graph only DEAD: a transition is one action */
    bool past;                  /* states that break an invariant are gone on from, too */
    struct engine_graph *graph; /* to be filled, in one thread; may be NULL */
    uint64_t max_states;
    engine_resize_fn *resize;
    /* told once of every kind (invariant and culprit), those on shorter ways first; which is for
     * engine_explore_path().  False: end */
    bool (*found)(void *context, const struct engine_explore *x, uint32_t which,
                  const struct engine_finding *finding);
    /* told of every transition, in one thread; may be NULL */
    void (*stepped)(void *context, const struct engine_transition *t);
    /* told after every round; false: end; may be NULL */
    bool (*progress)(void *context, const struct engine_explore *x);
    void *context;
    /* results; those of search are final when it is over */
    struct engine_search search;
    bool told[ENGINE_KINDS];
    bool stop;
};

/* Bytes of scratch memory of one thread, aligned to 64; it is written before it is read, but must
 * be made ready once. */
size_t engine_explore_scratch(const struct sim_world *start);
void engine_explore_ready(const struct engine_explore *x, void *scratch);

/* All rounds in this thread. */
void engine_explore_run(struct engine_explore *x, void *scratch);
/* Or round by round: begin, then while more() is true the halves (search.h) for every shelf. */
bool engine_explore_begin(struct engine_explore *x, void *scratch);
bool engine_explore_more(struct engine_explore *x);
/* Frees the memory of the search; paths are gone then. */
void engine_explore_end(struct engine_explore *x);

/* The actions that lead from the start to what was told, first to last; how many there are.  Stores
 * at most capacity. */
size_t engine_explore_path(const struct engine_explore *x, uint32_t which, void *scratch,
                           struct sim_action *out, size_t capacity);
/* The same to a state of the search, then further choices one after the other. */
struct engine_further {
    const uint16_t *choice;
    size_t n;
};
size_t engine_explore_path_to(const struct engine_explore *x, uint32_t state,
                              const struct engine_further *further, void *scratch,
                              struct sim_action *out, size_t capacity);
/* What must hold at rest and does not where such a path ends; stores at most capacity. */
size_t engine_explore_rest(const struct engine_explore *x, uint32_t state, void *scratch,
                           struct sim_violation *out, size_t capacity);

#endif
