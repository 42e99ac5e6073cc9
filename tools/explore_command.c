/* eipsim explore: every history within a bound. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/exploration.h"
#include "tools/findings.h"
#include "tools/liveness.h"
#include "tools/memory.h"
#include "tools/setup.h"

static const struct tool_flag flags[] = {
    TOOL_SETUP_FLAGS,
    TOOL_CLASSES_FLAG("classes of trouble beside race and lag (docs/walks.md); none or all [none]"),
    TOOL_EXPLORATION_BUDGET_FLAG("creates=2,deletes=2,faults=1,crashes=1,edits=1"),
    TOOL_EXPLORATION_FLAGS,
    {"liveness", NULL, "also: does the controller come to rest, left to itself, from everywhere?"},
    TOOL_FINDINGS_FLAGS,
};

struct exploring {
    const struct tool_arguments *a;
    struct tool_setup setup;
    struct tool_exploration e;
    struct tool_findings findings;
    bool liveness;
    struct tool_liveness rest;
};

/* The whole history, from where worlds of the configuration begin. */
static bool on_finding(void *context, const struct engine_explore *x, uint32_t which,
                       const struct engine_finding *finding)
{
    struct tool_exploration *e = context;
    struct exploring *k = e->owner;
    struct engine_finding f = *finding;

    (void)x;
    tool_exploration_tell(e, which);
    f.action = e->telling.trace.n_actions - 1;
    return tool_findings_add(&k->findings, &e->telling.trace, &f, 0);
}

/* What there can be of, and how much. */
static void bound(const struct engine_bound *b)
{
    for (unsigned i = 0; i < SIM_BUDGET_COUNT; i++)
        if (b->budget[i] != ENGINE_NO_BUDGET && engine_budget_counts(b, (enum sim_budget)i))
            printf(", %u %s", b->budget[i], sim_budget_text((enum sim_budget)i));
    for (unsigned i = 0; i < ENGINE_SHARE_COUNT; i++)
        if (b->share[i] != 0)
            printf(", %u %s", b->share[i], engine_share_text((enum engine_share)i));
}

static void summary(const struct exploring *k)
{
    const struct engine_explore *x = &k->e.x;
    const struct engine_search *s = &x->search;
    double n = (double)s->states;

    printf("bound: %u EIPs, %u gateways", k->setup.config->setup.limits.eips,
           k->setup.config->setup.limits.gateways);
    bound(&x->bound);
    printf("\n%" PRIu64 " states, %" PRIu64 " transitions, depth %u; %zu kinds of findings\n",
           s->states, s->transitions, s->depth, s->kinds.n);
    for (size_t i = 0; i < s->kinds.n; i++)
        printf("  %-20s at %-14s after %u actions, %" PRIu64 " times\n",
               sim_invariant_text((enum sim_invariant)s->kinds.kind[i].told.what),
               s->kinds.kind[i].told.where, s->kinds.kind[i].depth, s->kinds.kind[i].times);
    printf("a state was taken for another with a probability below %.0e\n", n * n / 3.4e38);
    printf("%s\n", tool_exploration_end(&k->e));
}

static void judge(struct tool_exploration *e)
{
    tool_liveness_judge(&((struct exploring *)e->owner)->rest, e);
}

/* Is there anything that does not hold, or, with --known, that no known window explains? */
static bool broken(const struct exploring *k)
{
    return tool_findings_code(&k->findings) != TOOL_EXIT_OK || k->rest.endless > 0 ||
           (!k->findings.knows && k->e.x.search.kinds.n > 0);
}

static int explore(struct exploring *k)
{
    k->e.x.found = on_finding;
    k->e.owner = k;
    k->liveness = tool_given(k->a, "liveness");
    if (k->liveness) {
        tool_liveness_begin(&k->rest, &k->e, &k->findings);
        k->e.finished = judge;
    }
    tool_exploration_run(&k->e);
    fprintf(stderr, "%.1f s, %.0f states a second, %.1f bytes a state\n", k->e.took,
            (double)k->e.x.search.states / k->e.took,
            (double)k->e.bytes / (double)k->e.x.search.states);
    summary(k);
    if (k->liveness) {
        if (tool_exploration_complete(&k->e) && !k->rest.failed)
            tool_liveness_summary(&k->rest);
        engine_graph_free(&k->rest.graph);
    }
    if (k->findings.failed || k->rest.failed)
        return TOOL_EXIT_USAGE;
    if (broken(k))
        return TOOL_EXIT_BROKEN;
    return tool_exploration_complete(&k->e) ? TOOL_EXIT_OK : TOOL_EXIT_LIMIT;
}

static bool read_all(struct exploring *k)
{
    if (!tool_exploration_budgets(&k->e, k->a, NULL) || !tool_exploration_limits(&k->e, k->a) ||
        !tool_setup_open(&k->setup, k->a))
        return false;
    if (tool_given(k->a, "faults") && !tool_setup_classes(k->a, &k->e.x.bound.classes))
        return false;
    k->e.x.bound.classes |= SIM_CLASS_BIT(RACE) | SIM_CLASS_BIT(LAG);
    return true;
}

static int run(const struct tool_arguments *a)
{
    struct exploring *k = tool_alloc(sizeof *k);
    int code = TOOL_EXIT_USAGE;

    k->a = a;
    if (read_all(k) && tool_findings_open(&k->findings, a, k->setup.config) &&
        tool_exploration_open(&k->e, a, k->setup.config))
        code = explore(k);
    tool_exploration_close(&k->e);
    tool_findings_close(&k->findings);
    tool_setup_close(&k->setup);
    free(k);
    return code;
}

const struct tool_command tool_command_explore = {
    "explore", "", 0, 0, "try every history within a bound", flags, sizeof flags / sizeof flags[0],
    run};
