#include "tools/liveness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/actions.h"
#include "tools/memory.h"
#include "tools/render.h"

static void *resize(void *context, void *old, size_t old_size, size_t size)
{
    (void)context;
    (void)old_size;
    if (size > 0)
        return realloc(old, size);
    free(old);
    return NULL;
}

void tool_liveness_begin(struct tool_liveness *l, struct tool_exploration *e,
                         struct tool_findings *findings)
{
    memset(l, 0, sizeof *l);
    l->graph.resize = resize;
    l->findings = findings;
    e->x.graph = &l->graph;
    e->jobs = 1;
}

/* ---- a loop without end ---- */

/* The run to the loop and once around it, in e->telling; how many actions lead there. */
static size_t tell_round(struct tool_liveness *l, struct tool_exploration *e, uint32_t node)
{
    size_t n = engine_graph_round(&l->graph, node, NULL, 0), before;
    uint32_t *edge = tool_alloc((n + 1) * sizeof *edge);
    struct engine_further round = {NULL, n};
    uint16_t *choice = tool_alloc((n + 1) * sizeof *choice);

    (void)engine_graph_round(&l->graph, node, edge, n);
    for (size_t i = 0; i < n; i++)
        choice[i] = l->graph.edge[edge[i]].choice;
    tool_exploration_tell_way(e, l->graph.node[node].state, NULL);
    before = e->telling.trace.n_actions;
    round.choice = choice;
    tool_exploration_tell_way(e, l->graph.node[node].state, &round);
    free(edge);
    free(choice);
    return before;
}

static void print_round(const struct tool_liveness *l, const struct tool_exploration *e,
                        size_t before)
{
    const struct engine_trace *t = &e->telling.trace;
    struct tool_render render;

    printf("never comes to rest: %zu actions lead to these, which can go round for ever:\n",
           before);
    tool_render_init(&render, l->findings->config);
    for (size_t i = before; i < t->n_actions; i++) {
        struct tool_text line = {0};

        tool_action_write(&render, &t->action[i].action, &line);
        printf("  %s\n", tool_text_get(&line));
        tool_text_free(&line);
    }
    tool_render_free(&render);
}

static bool save(const struct tool_liveness *l, const struct tool_exploration *e,
                 const char *folder)
{
    struct tool_text path = {0};
    struct tool_found found;
    bool written;

    memset(&found, 0, sizeof found);
    found.config = l->findings->config;
    found.trace = e->telling.trace;
    found.finding.action = found.trace.n_actions - 1;
    tool_text_printf(&path, "%s/endless.jsonl", folder);
    written = tool_findings_write_log(&found, tool_text_get(&path), 0);
    tool_text_free(&path);
    return written;
}

static void tell_endless(struct tool_liveness *l, struct tool_exploration *e, uint32_t node)
{
    const char *folder = tool_value(l->findings->a, "save");

    if (l->endless++ > 0)
        return; /* the first is told */
    print_round(l, e, tell_round(l, e, node));
    if (folder != NULL && !save(l, e, folder))
        l->failed = true;
}

/* ---- loops of retries ---- */

enum { VIOLATIONS = 8 };

static void check_waiting(struct tool_liveness *l, struct tool_exploration *e, uint32_t node)
{
    uint32_t state = l->graph.node[node].state;
    struct sim_violation found[VIOLATIONS];
    size_t n = engine_explore_rest(&e->x, state, e->scratch[0], found, VIOLATIONS);

    l->waiting++;
    for (size_t i = 0; i < n && i < VIOLATIONS; i++) {
        struct engine_finding f;

        memset(&f, 0, sizeof f);
        f.violation = found[i];
        f.culprit = "rest";
        tool_exploration_tell_way(e, state, NULL);
        f.action = e->telling.trace.n_actions - 1;
        (void)tool_findings_add(l->findings, &e->telling.trace, &f, 0);
    }
}

void tool_liveness_judge(struct tool_liveness *l, struct tool_exploration *e)
{
    if (!tool_exploration_complete(e))
        return;
    if (!engine_graph_close(&l->graph, &e->x.search)) {
        fputs("eipsim: the graph does not fit into memory, or has too many keys\n", stderr);
        l->failed = true;
        return;
    }
    for (size_t i = 0; i < l->graph.n_loops; i++) {
        const struct engine_loop *loop = &l->graph.loop[i];

        if (loop->fair && loop->rests && loop->waits)
            check_waiting(l, e, loop->node);
        else if (loop->fair)
            tell_endless(l, e, loop->node);
    }
}

void tool_liveness_summary(const struct tool_liveness *l)
{
    printf(
        "left to itself the controller %s; loops that can go round for ever: %zu of retries, %zu "
        "others\n",
        l->endless > 0 ? "does not always come to rest" : "comes to rest from every state",
        l->waiting, l->endless);
}
