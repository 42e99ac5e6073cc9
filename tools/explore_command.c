/* eipsim explore: every history within a bound. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/explore.h"
#include "engine/settle.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/memory.h"
#include "tools/setup.h"

static const struct tool_flag flags[] = {
    TOOL_SETUP_FLAGS,
    TOOL_CLASSES_FLAG("api, exec, crash, delete-race, finalizer; none or all [none]"),
    {"budget", "LIST", "how often in one history: creates=2,deletes=2,faults=1,crashes=1,edits=1"},
    {"limit", "LIST", "where to stop: states=2000000,memory=2000 (MiB),seconds=600"},
    TOOL_FINDINGS_FLAGS,
};

enum { EIPS_MAX = 16, MIB = 1 << 20 };

struct exploring {
    const struct tool_arguments *a;
    struct tool_setup setup;
    struct tool_worlds worlds; /* start is where exploring begins; its trace led there */
    struct tool_worlds telling;
    struct tool_findings findings;
    struct engine_explore x;
    uint64_t states, memory, seconds;
    double since, last;
    bool timed_out;
};

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- findings ---- */

/* The whole history, from where worlds of the configuration begin. */
static bool on_finding(void *context, const struct engine_explore *x, uint32_t node,
                       const struct engine_finding *finding)
{
    struct exploring *e = context;
    struct engine_finding f = *finding;
    size_t n = engine_explore_path(x, node, NULL, 0);
    struct sim_action *path = tool_alloc((n + 1) * sizeof *path);
    bool more;

    (void)engine_explore_path(x, node, path, n);
    tool_worlds_begin(&e->telling);
    for (size_t i = 0; i < e->worlds.trace.n_actions; i++)
        (void)engine_trace_apply(&e->telling.trace, e->telling.world,
                                 &e->worlds.trace.action[i].action);
    for (size_t i = 0; i < n; i++)
        (void)engine_trace_apply(&e->telling.trace, e->telling.world, &path[i]);
    f.action = e->telling.trace.n_actions - 1;
    more = tool_findings_add(&e->findings, &e->telling.trace, &f, 0);
    free(path);
    return more;
}

static bool on_progress(void *context, const struct engine_explore *x)
{
    struct exploring *e = context;
    double t = now();

    if (isatty(2) && t - e->last > 0.25) {
        e->last = t;
        fprintf(stderr, "\r%zu states, %zu waiting, depth %u, %.0f a second ", x->n_nodes,
                x->waiting, x->depth, (double)x->n_nodes / (t - e->since));
    }
    e->timed_out = t - e->since > (double)e->seconds;
    return !e->timed_out;
}

/* ---- the start ---- */

static bool act(void *context, struct sim_world *world, const struct sim_action *a)
{
    struct exploring *e = context;

    return engine_trace_apply(&e->worlds.trace, world, a) == SIM_STATUS_DONE;
}

/* Gateways are in service and everything is at rest. */
static bool begin(struct exploring *e)
{
    struct engine_actor actor = {act, e};
    struct engine_mending m;
    struct sim_action a;

    tool_worlds_begin(&e->worlds);
    memset(&m, 0, sizeof m);
    m.time = 1750000000;
    while (engine_field_mend(e->worlds.world, &m, &a))
        if (!act(e, e->worlds.world, &a))
            return false;
    if (engine_settle(e->worlds.world, &actor, 100000) != ENGINE_AT_REST)
        return false;
    memcpy((void *)e->worlds.start, e->worlds.world, e->worlds.size);
    return true;
}

/* ---- running ---- */

static void summary(const struct exploring *e)
{
    static const char *const why[] = {
        "everything within the bound was seen", "stopped: as many states as the limit allows",
        "stopped: as much memory as the limit allows", "stopped: enough was found"};
    const struct engine_explore *x = &e->x;
    double n = (double)x->n_nodes;

    printf("bound: %u EIPs, %u gateways", e->setup.config->setup.limits.eips,
           e->setup.config->setup.limits.gateways);
    for (unsigned b = 0; b < ENGINE_BUDGET_COUNT; b++)
        printf(", %u %s", x->budget[b], engine_budget_text((enum engine_budget)b));
    printf("\n%zu states, %" PRIu64 " transitions, depth %u; %zu kinds of findings\n", x->n_nodes,
           x->transitions, x->depth, e->findings.n_kinds);
    tool_findings_summary(&e->findings);
    printf("a state was taken for another with a probability below %.0e\n", n * n / 3.4e38);
    printf("%s\n", e->timed_out ? "stopped: as much time as the limit allows" : why[x->ended]);
}

static int explore(struct exploring *e)
{
    struct engine_explore *x = &e->x;
    size_t slot = engine_explore_slot(e->worlds.start);

    x->start = e->worlds.start;
    x->world = e->worlds.world;
    x->scratch = e->worlds.scratch;
    x->next = e->telling.scratch;
    x->max_nodes = e->states;
    x->node = tool_alloc(e->states * sizeof *x->node);
    for (x->table_size = 1024; x->table_size < 2 * e->states;)
        x->table_size *= 2;
    x->table = tool_alloc(x->table_size * sizeof *x->table);
    x->max_frontier = e->memory * MIB / slot + 1;
    x->frontier = tool_alloc(x->max_frontier * slot);
    x->found = on_finding;
    x->progress = on_progress;
    x->context = e;
    e->since = e->last = now();
    engine_explore_run(x);
    if (isatty(2))
        fputs("\r\n", stderr);
    fprintf(stderr, "%.1f s, %.0f states a second\n", now() - e->since,
            (double)x->n_nodes / (now() - e->since));
    summary(e);
    free(x->node);
    free(x->table);
    free(x->frontier);
    if (e->findings.failed)
        return TOOL_EXIT_USAGE;
    if (e->findings.n_culprits > 0)
        return TOOL_EXIT_BROKEN;
    return x->ended == ENGINE_COMPLETE && !e->timed_out ? TOOL_EXIT_OK : TOOL_EXIT_LIMIT;
}

/* ---- the command line ---- */

/* "name=number,..." over known names; what is not named stays. */
static bool read_list(const struct tool_arguments *a, const char *flag, const char *const *names,
                      uint64_t *const *out, size_t n)
{
    const char *text = tool_value(a, flag);

    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "=,"), i = 0;
        char *rest;

        while (i < n && (strlen(names[i]) != length || memcmp(names[i], text, length) != 0))
            i++;
        if (i == n || text[length] != '=' || text[length + 1] < '0' || text[length + 1] > '9') {
            tool_usage_error(a, "--%s takes name=number, separated by commas; not %s", flag, text);
            return false;
        }
        *out[i] = strtoull(text + length + 1, &rest, 10);
        if (*rest != '\0' && *rest != ',') {
            tool_usage_error(a, "--%s takes name=number, separated by commas; not %s", flag, text);
            return false;
        }
        text = rest + (*rest == ',');
    }
    return true;
}

static bool read_budget(struct exploring *e)
{
    static const char *const names[] = {
#define X(name, text, meaning, otherwise) text,
        ENGINE_BUDGETS(X)
#undef X
    };
    uint64_t value[] = {
#define X(name, text, meaning, otherwise) otherwise,
        ENGINE_BUDGETS(X)
#undef X
    };
    uint64_t *out[ENGINE_BUDGET_COUNT];

    for (unsigned b = 0; b < ENGINE_BUDGET_COUNT; b++)
        out[b] = &value[b];
    if (!read_list(e->a, "budget", names, out, ENGINE_BUDGET_COUNT))
        return false;
    for (unsigned b = 0; b < ENGINE_BUDGET_COUNT; b++)
        e->x.budget[b] = (uint8_t)(value[b] < 200 ? value[b] : 200);
    return true;
}

static bool read_limits(struct exploring *e)
{
    static const char *const names[] = {"states", "memory", "seconds"};
    uint64_t *out[] = {&e->states, &e->memory, &e->seconds};

    e->states = 2000000;
    e->memory = 2000;
    e->seconds = 600;
    if (!read_list(e->a, "limit", names, out, 3))
        return false;
    if (e->states > 0 && e->states < UINT32_MAX && e->memory > 0 && e->memory < 1000000)
        return true;
    tool_usage_error(e->a, "--limit: states and memory must be positive, and there is an end");
    return false;
}

static bool read_all(struct exploring *e)
{
    if (!read_budget(e) || !read_limits(e) || !tool_setup_open(&e->setup, e->a))
        return false;
    if (tool_given(e->a, "faults") && !tool_setup_classes(e->a, &e->x.classes))
        return false;
    e->x.classes |= ENGINE_CLASS_BIT(RACE) | ENGINE_CLASS_BIT(LAG);
    if (e->setup.config->setup.limits.eips <= EIPS_MAX && !e->setup.config->setup.timed)
        return true;
    tool_usage_error(e->a, "exploring takes at most %d EIPs, and a world with clock: none",
                     EIPS_MAX);
    return false;
}

static int run(const struct tool_arguments *a)
{
    struct exploring *e = tool_alloc(sizeof *e);
    int code = TOOL_EXIT_USAGE;

    e->a = a;
    if (read_all(e) && tool_findings_open(&e->findings, a, e->setup.config) &&
        tool_worlds_open(&e->worlds, e->setup.config) &&
        tool_worlds_open(&e->telling, e->setup.config)) {
        if (begin(e))
            code = explore(e);
        else
            fprintf(stderr, "eipsim explore: this world does not come to rest by itself\n");
    }
    tool_worlds_close(&e->worlds);
    tool_worlds_close(&e->telling);
    tool_findings_close(&e->findings);
    tool_setup_close(&e->setup);
    free(e);
    return code;
}

const struct tool_command tool_command_explore = {
    "explore", "", 0, 0, "try every history within a bound", flags, sizeof flags / sizeof flags[0],
    run};
