#include "tools/exploration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/settle.h"
#include "tools/memory.h"

enum { EIPS_MAX = 16, MIB = 1 << 20 };

/* ---- the start ---- */

static bool act(void *context, struct sim_world *world, const struct sim_action *a)
{
    struct tool_exploration *e = context;

    return engine_trace_apply(&e->worlds.trace, world, a) == SIM_STATUS_DONE;
}

/* Gateways are in service and everything is at rest. */
static bool begin(struct tool_exploration *e)
{
    struct engine_actor actor = {act, e};
    struct sim_mending m;
    struct sim_action a;

    tool_worlds_begin(&e->worlds);
    memset(&m, 0, sizeof m);
    while (sim_mend(e->worlds.world, &m, &a))
        if (!act(e, e->worlds.world, &a))
            return false;
    if (engine_settle(e->worlds.world, &actor, 100000) != ENGINE_AT_REST)
        return false;
    memcpy((void *)e->worlds.start, e->worlds.world, e->worlds.size);
    return true;
}

bool tool_exploration_open(struct tool_exploration *e, const struct tool_arguments *a,
                           const struct engine_config *config)
{
    if (config->setup.limits.eips > EIPS_MAX || config->setup.timed) {
        tool_usage_error(a, "exploring takes at most %d EIPs, and a world with clock: none",
                         EIPS_MAX);
        return false;
    }
    if (!tool_worlds_open(&e->worlds, config) || !tool_worlds_open(&e->telling, config)) {
        tool_usage_error(a, "this configuration makes no world");
        return false;
    }
    if (begin(e))
        return true;
    tool_usage_error(a, "this world does not come to rest by itself");
    return false;
}

void tool_exploration_close(struct tool_exploration *e)
{
    tool_worlds_close(&e->worlds);
    tool_worlds_close(&e->telling);
}

/* ---- running ---- */

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool on_progress(void *context, const struct engine_explore *x)
{
    struct tool_exploration *e = context;
    double t = now();

    if (!e->quiet && isatty(2) && t - e->last > 0.25) {
        e->last = t;
        fprintf(stderr, "\r%zu states, %zu waiting, depth %u, %.0f a second ", x->n_nodes,
                x->waiting, x->depth, (double)x->n_nodes / (t - e->since));
    }
    e->timed_out = t - e->since > (double)e->seconds;
    return !e->timed_out;
}

void tool_exploration_run(struct tool_exploration *e)
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
    x->progress = on_progress;
    x->context = e;
    x->n_nodes = x->first = x->waiting = 0;
    x->transitions = 0;
    x->ended = ENGINE_COMPLETE;
    x->stop = e->timed_out = false;
    e->since = e->last = now();
    engine_explore_run(x);
    e->took = now() - e->since;
    if (!e->quiet && isatty(2))
        fputs("\r\n", stderr);
    free(x->node);
    free(x->table);
    free(x->frontier);
}

bool tool_exploration_complete(const struct tool_exploration *e)
{
    return e->x.ended == ENGINE_COMPLETE && !e->timed_out;
}

const char *tool_exploration_end(const struct tool_exploration *e)
{
    static const char *const why[] = {
        "everything within the bound was seen", "stopped: as many states as the limit allows",
        "stopped: as much memory as the limit allows", "stopped: enough was found"};

    return e->timed_out ? "stopped: as much time as the limit allows" : why[e->x.ended];
}

void tool_exploration_tell(struct tool_exploration *e, uint32_t node)
{
    size_t n = engine_explore_path(&e->x, node, NULL, 0);
    struct sim_action *path = tool_alloc((n + 1) * sizeof *path);

    (void)engine_explore_path(&e->x, node, path, n);
    tool_worlds_begin(&e->telling);
    for (size_t i = 0; i < e->worlds.trace.n_actions; i++)
        (void)engine_trace_apply(&e->telling.trace, e->telling.world,
                                 &e->worlds.trace.action[i].action);
    for (size_t i = 0; i < n; i++)
        (void)engine_trace_apply(&e->telling.trace, e->telling.world, &path[i]);
    free(path);
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

bool tool_exploration_budgets(struct tool_exploration *e, const struct tool_arguments *a,
                              const uint8_t *otherwise)
{
    static const char *const names[] = {
#define X(name, text, meaning, otherwise) text,
        SIM_BUDGETS(X)
#undef X
    };
    uint64_t value[] = {
#define X(name, text, meaning, otherwise) otherwise,
        SIM_BUDGETS(X)
#undef X
    };
    uint64_t *out[SIM_BUDGET_COUNT];

    for (unsigned b = 0; b < SIM_BUDGET_COUNT; b++) {
        out[b] = &value[b];
        if (otherwise != NULL)
            value[b] = otherwise[b];
    }
    if (!read_list(a, "budget", names, out, SIM_BUDGET_COUNT))
        return false;
    for (unsigned b = 0; b < SIM_BUDGET_COUNT; b++)
        e->x.budget[b] = (uint8_t)(value[b] < 200 ? value[b] : 200);
    return true;
}

bool tool_exploration_limits(struct tool_exploration *e, const struct tool_arguments *a)
{
    static const char *const names[] = {"states", "memory", "seconds"};
    uint64_t *out[] = {&e->states, &e->memory, &e->seconds};

    e->states = 2000000;
    e->memory = 2000;
    e->seconds = 600;
    if (!read_list(a, "limit", names, out, 3))
        return false;
    if (e->states > 0 && e->states < UINT32_MAX && e->memory > 0 && e->memory < 1000000)
        return true;
    tool_usage_error(a, "--limit: states and memory must be positive, and there is an end");
    return false;
}
