/* The graph of all that an exploration reaches, for questions that no single state answers.
 *
 *      node   a state that was gone on from, in that order: node 0 is the start
 *      edge   one action from a node to a state, which is a node too unless it broke an invariant
 *
 * Left to itself: no user acts, nothing fails, nobody ends the controller.  What then goes on are
 * threads: each queue's worker, the delivery of each kind, each delayed key, a boot where no
 * controller runs, the second step of each delete that has begun.  The schedule is weakly fair if
 * no thread can move all the time and never does.
 *
 * A loop is a strongly connected part of the graph of a world left to itself.  A fair schedule can
 * stay in it for ever if and only if each thread that can move in all of its states moves on one of
 * its edges: then the tour of all its edges is such a schedule, otherwise there is none.  A loop
 * rests if nothing changes in it but queues and workers, as where a wish cannot be met and is tried
 * again and again; a loop that does not rest is a way on which the controller never comes to rest.
 */
#ifndef EIPSIM_ENGINE_GRAPH_H
#define EIPSIM_ENGINE_GRAPH_H

#include "engine/explore.h"

enum {
    ENGINE_THREAD_WORKER = 0,   /* + queue */
    ENGINE_THREAD_DELIVER = 32, /* + kind */
    ENGINE_THREAD_BOOT = 47,
    ENGINE_THREAD_DUE = 48, /* + queue * ENGINE_THREAD_KEYS + key */
    ENGINE_THREAD_KEYS = 8,
    ENGINE_THREAD_DELETE = 248, /* + EIP */
    ENGINE_THREADS = 256,
    ENGINE_THREAD_WORDS = ENGINE_THREADS / 64,
    ENGINE_THREAD_NONE = 0xffff /* the world was not left to itself */
};

struct engine_edge {
    struct sim_identity identity; /* of the state it leads to */
    uint32_t to;                  /* its node; ENGINE_NO_NODE: it broke an invariant */
    uint16_t thread;
    uint16_t choice; /* of the exploration; what it was, in short: */
    uint8_t kind;    /* enum sim_action_kind */
    uint8_t pad;
    sim_id id;
};

#define ENGINE_NO_NODE UINT32_MAX

struct engine_node {
    uint32_t state; /* of the search */
    uint32_t first; /* edge */
    uint32_t edges;
    uint32_t loop;                         /* strongly connected part; mostly it is alone there */
    uint64_t still;                        /* equal where only queues and workers differ */
    uint64_t mark;                         /* what look() said */
    uint64_t enabled[ENGINE_THREAD_WORDS]; /* bits of threads that can move */
    uint8_t waits;                         /* only delayed keys are left */
    uint8_t pad[7];
};

struct engine_loop {
    uint32_t node; /* one of it, which waits if any does */
    uint32_t nodes;
    uint8_t fair; /* 1: a fair schedule can stay in it for ever */
    uint8_t rests, waits, pad;
};

struct engine_graph {
    /* the caller's; the rest is zero */
    engine_resize_fn *resize;
    void *context;
    uint64_t (*look)(void *context, const struct sim_world *w); /* may be NULL */
    /* results */
    struct engine_node *node;
    struct engine_edge *edge;
    struct engine_loop *loop;
    size_t n_nodes, n_edges, n_loops;
    bool full; /* there was not enough memory, or there are too many keys: it is worth nothing */
    size_t node_capacity, edge_capacity, loop_capacity;
};

/* Told by the exploration: the next node, then its edges. */
void engine_graph_node(struct engine_graph *g, uint32_t state, const struct sim_world *w,
                       struct sim_world *scratch);
void engine_graph_edge(struct engine_graph *g, const struct engine_choice *choice, unsigned number,
                       struct sim_identity to);
/* After a complete search, before it ends: where edges lead to; the loops.  False: full. */
bool engine_graph_close(struct engine_graph *g, const struct engine_search *s);
/* The edges of the shortest way from a node around its loop and back to it; how many.  Stores at
 * most capacity. */
size_t engine_graph_round(const struct engine_graph *g, uint32_t from, uint32_t *edge,
                          size_t capacity);
void engine_graph_free(struct engine_graph *g);

#endif
