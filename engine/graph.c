#include "engine/graph.h"

#include <string.h>

#include "engine/canonical.h"
#include "model/world.h"

static bool room(struct engine_graph *g, void **array, size_t *capacity, size_t used,
                 size_t element)
{
    size_t more = used + used / 2 + 64;
    void *bigger;

    if (used < *capacity)
        return true;
    bigger = g->resize(g->context, *array, *capacity * element, more * element);
    if (bigger == NULL || more >= ENGINE_NO_NODE) {
        g->full = true;
        return false;
    }
    *array = bigger;
    *capacity = more;
    return true;
}

/* ---- nodes and edges ---- */

/* NONE: not of a world left to itself. */
static unsigned thread_of(const struct engine_choice *c)
{
    const struct sim_action *a = &c->action;

    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_STEP:
    case SIM_ACTION_START:
        return a->fault == SIM_FAULT_NONE ? (unsigned)ENGINE_THREAD_WORKER + a->queue
                                          : (unsigned)ENGINE_THREAD_NONE;
    case SIM_ACTION_DELIVER:
        return (unsigned)ENGINE_THREAD_DELIVER + a->object;
    case SIM_ACTION_BOOT:
        return ENGINE_THREAD_BOOT;
    case SIM_ACTION_DUE:
        return (unsigned)ENGINE_THREAD_DUE + a->queue * (unsigned)ENGINE_THREAD_KEYS + a->id;
    case SIM_ACTION_DELETE_END:
        return (unsigned)ENGINE_THREAD_DELETE + a->id;
    default:
        return ENGINE_THREAD_NONE;
    }
}

static bool threads_fit(const struct sim_world *w)
{
    if (w->limits.eips > ENGINE_THREAD_KEYS || w->n_queues > ENGINE_THREAD_DELIVER ||
        ENGINE_THREAD_DUE + w->n_queues * ENGINE_THREAD_KEYS > ENGINE_THREAD_DELETE)
        return false;
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_queue(w, q)->keys > ENGINE_THREAD_KEYS)
            return false;
    return SIM_KIND_COUNT <= ENGINE_THREAD_BOOT - ENGINE_THREAD_DELIVER;
}

void engine_graph_node(struct engine_graph *g, uint32_t state, const struct sim_world *w,
                       struct sim_world *scratch)
{
    struct engine_node *n;

    if (g->full || !room(g, (void **)&g->node, &g->node_capacity, g->n_nodes, sizeof *n))
        return;
    g->full = !threads_fit(w);
    n = &g->node[g->n_nodes++];
    memset(n, 0, sizeof *n);
    n->state = state;
    n->first = (uint32_t)g->n_edges;
    n->still = engine_canonical_still(w, scratch);
    n->mark = g->look != NULL ? g->look(g->context, w) : 0;
    n->waits = 1;
}

void engine_graph_edge(struct engine_graph *g, const struct engine_choice *choice, unsigned number,
                       struct sim_identity to)
{
    struct engine_node *n = &g->node[g->n_nodes - 1];
    struct engine_edge *e;
    unsigned thread = thread_of(choice);

    if (g->full || !room(g, (void **)&g->edge, &g->edge_capacity, g->n_edges, sizeof *e))
        return;
    e = &g->edge[g->n_edges++];
    memset(e, 0, sizeof *e);
    e->identity = to;
    e->to = ENGINE_NO_NODE;
    e->thread = (uint16_t)thread;
    e->choice = (uint16_t)number;
    e->kind = choice->action.kind;
    e->id = choice->action.id;
    n->edges++;
    if (thread == ENGINE_THREAD_NONE)
        return;
    n->enabled[thread / 64] |= UINT64_C(1) << thread % 64;
    n->waits = (uint8_t)(n->waits && choice->action.kind == SIM_ACTION_DUE);
}

/* ---- loops: Tarjan's algorithm, without recursion ---- */

struct visit {
    uint32_t index, low; /* of a node; 0: not seen yet */
    uint32_t at;         /* the next edge */
    uint32_t below;      /* on the path: the node before it */
    uint32_t next;       /* on the stack: what lies under it */
    uint8_t stacked, pad[3];
};

struct tour {
    struct engine_graph *g;
    struct visit *visit;
    uint32_t count, top; /* top: of the stack, a node + 1 */
};

static bool leads_on(const struct engine_edge *e)
{
    return e->thread != ENGINE_THREAD_NONE && e->to != ENGINE_NO_NODE;
}

static void push(struct tour *t, uint32_t node, uint32_t below)
{
    struct visit *v = &t->visit[node];

    v->index = v->low = ++t->count;
    v->at = t->g->node[node].first;
    v->below = below;
    v->next = t->top;
    v->stacked = 1;
    t->top = node + 1;
}

/* All that lies above node on the stack, and it: a part of its own. */
static bool pop(struct tour *t, uint32_t node)
{
    struct engine_graph *g = t->g;
    struct engine_loop *l;
    uint32_t at;

    if (!room(g, (void **)&g->loop, &g->loop_capacity, g->n_loops, sizeof *l))
        return false;
    l = &g->loop[g->n_loops++];
    memset(l, 0, sizeof *l);
    l->node = node;
    do {
        at = t->top - 1;
        t->top = t->visit[at].next;
        t->visit[at].stacked = 0;
        g->node[at].loop = (uint32_t)g->n_loops - 1;
        l->nodes++;
    } while (at != node);
    return true;
}

static bool tour_from(struct tour *t, uint32_t start)
{
    struct engine_graph *g = t->g;
    uint32_t node = start;

    push(t, node, ENGINE_NO_NODE);
    while (node != ENGINE_NO_NODE) {
        struct visit *v = &t->visit[node];

        if (v->at < g->node[node].first + g->node[node].edges) {
            const struct engine_edge *e = &g->edge[v->at++];

            if (!leads_on(e))
                continue;
            if (t->visit[e->to].index == 0) {
                push(t, e->to, node);
                node = e->to;
            } else if (t->visit[e->to].stacked && t->visit[e->to].index < v->low) {
                v->low = t->visit[e->to].index;
            }
            continue;
        }
        if (v->low == v->index && !pop(t, node))
            return false;
        node = v->below;
        if (node != ENGINE_NO_NODE && v->low < t->visit[node].low)
            t->visit[node].low = v->low;
    }
    return true;
}

/* ---- what loops are ---- */

static void judge(struct engine_graph *g, const uint32_t *member, struct engine_loop *l)
{
    uint64_t always[ENGINE_THREAD_WORDS], moved[ENGINE_THREAD_WORDS] = {0};
    uint32_t own = (uint32_t)(l - g->loop);
    bool turns = false;

    memset(always, 0xff, sizeof always);
    l->rests = 1;
    for (uint32_t i = 0; i < l->nodes; i++) {
        const struct engine_node *n = &g->node[member[i]];

        l->rests = (uint8_t)(l->rests && n->still == g->node[member[0]].still);
        if (n->waits && !l->waits) {
            l->waits = 1;
            l->node = member[i];
        }
        for (unsigned k = 0; k < ENGINE_THREAD_WORDS; k++)
            always[k] &= n->enabled[k];
        for (uint32_t e = n->first; e < n->first + n->edges; e++)
            if (leads_on(&g->edge[e]) && g->node[g->edge[e].to].loop == own) {
                moved[g->edge[e].thread / 64] |= UINT64_C(1) << g->edge[e].thread % 64;
                turns = true;
            }
    }
    l->fair = turns;
    for (unsigned k = 0; k < ENGINE_THREAD_WORDS; k++)
        l->fair = (uint8_t)(l->fair && (always[k] & ~moved[k]) == 0);
}

/* The nodes sorted by loop: each loop's stand together. */
static bool judge_all(struct engine_graph *g)
{
    size_t size = g->n_nodes * sizeof(uint32_t), at_size = (g->n_loops + 1) * sizeof(uint32_t);
    uint32_t *member = g->resize(g->context, NULL, 0, size);
    uint32_t *at = g->resize(g->context, NULL, 0, at_size);
    uint32_t first = 0;

    g->full = member == NULL || at == NULL;
    for (size_t i = 0; i < g->n_loops && !g->full; i++) {
        at[i] = first;
        first += g->loop[i].nodes;
    }
    for (size_t i = 0; i < g->n_nodes && !g->full; i++)
        member[at[g->node[i].loop]++] = (uint32_t)i;
    for (size_t i = 0; i < g->n_loops && !g->full; i++)
        judge(g, member + at[i] - g->loop[i].nodes, &g->loop[i]);
    (void)g->resize(g->context, member, size, 0);
    (void)g->resize(g->context, at, at_size, 0);
    return !g->full;
}

static bool resolve(struct engine_graph *g, const struct engine_search *s)
{
    size_t size = (engine_search_numbers(s) + 1) * sizeof(uint32_t);
    uint32_t *node_of = g->resize(g->context, NULL, 0, size);

    if (node_of == NULL)
        return false;
    memset(node_of, 0xff, size);
    for (size_t i = 0; i < g->n_nodes; i++)
        node_of[g->node[i].state] = (uint32_t)i;
    for (size_t i = 0; i < g->n_edges; i++) {
        uint32_t state = engine_search_number(s, g->edge[i].identity);

        if (state != UINT32_MAX)
            g->edge[i].to = node_of[state];
    }
    (void)g->resize(g->context, node_of, size, 0);
    return true;
}

bool engine_graph_close(struct engine_graph *g, const struct engine_search *s)
{
    size_t size = g->n_nodes * sizeof(struct visit);
    struct tour t = {g, NULL, 0, 0};

    g->full = g->full || !resolve(g, s);
    t.visit = g->full ? NULL : g->resize(g->context, NULL, 0, size);
    if (t.visit == NULL) {
        g->full = true;
        return false;
    }
    memset(t.visit, 0, size);
    for (uint32_t i = 0; i < g->n_nodes && !g->full; i++)
        if (t.visit[i].index == 0)
            g->full = !tour_from(&t, i);
    (void)g->resize(g->context, t.visit, size, 0);
    return !g->full && judge_all(g);
}

/* ---- once around a loop ---- */

static uint32_t source_of(const struct engine_graph *g, uint32_t edge)
{
    size_t low = 0, high = g->n_nodes;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (g->node[middle].first <= edge)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* Breadth-first from a node until an edge leads back to it: that edge.  by: for each node the edge
 * that led there. */
static uint32_t turn(const struct engine_graph *g, uint32_t from, uint32_t *by, uint32_t *line)
{
    size_t n = 0, at = 0;

    line[n++] = from;
    while (at < n) {
        const struct engine_node *node = &g->node[line[at++]];

        for (uint32_t e = node->first; e < node->first + node->edges; e++) {
            uint32_t to = g->edge[e].to;

            if (!leads_on(&g->edge[e]) || g->node[to].loop != g->node[from].loop)
                continue;
            if (to == from)
                return e;
            if (by[to] == ENGINE_NO_NODE) {
                by[to] = e;
                line[n++] = to;
            }
        }
    }
    return ENGINE_NO_NODE;
}

size_t engine_graph_round(const struct engine_graph *g, uint32_t from, uint32_t *edge,
                          size_t capacity)
{
    size_t size = g->n_nodes * sizeof(uint32_t), n = 0, at;
    uint32_t *by = g->resize(g->context, NULL, 0, size);
    uint32_t *line = g->resize(g->context, NULL, 0, size), last = ENGINE_NO_NODE;

    if (by != NULL && line != NULL) {
        memset(by, 0xff, size);
        last = turn(g, from, by, line);
    }
    for (uint32_t e = last; e != ENGINE_NO_NODE;
         e = source_of(g, e) == from ? ENGINE_NO_NODE : by[source_of(g, e)])
        n++;
    at = n;
    for (uint32_t e = last; at > 0; e = by[source_of(g, e)])
        if (--at < capacity)
            edge[at] = e;
    (void)g->resize(g->context, by, size, 0);
    (void)g->resize(g->context, line, size, 0);
    return n;
}

void engine_graph_free(struct engine_graph *g)
{
    (void)g->resize(g->context, g->node, g->node_capacity * sizeof *g->node, 0);
    (void)g->resize(g->context, g->edge, g->edge_capacity * sizeof *g->edge, 0);
    (void)g->resize(g->context, g->loop, g->loop_capacity * sizeof *g->loop, 0);
    g->node = NULL;
    g->edge = NULL;
    g->loop = NULL;
    g->n_nodes = g->n_edges = g->n_loops = 0;
    g->node_capacity = g->edge_capacity = g->loop_capacity = 0;
}
