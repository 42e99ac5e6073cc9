#include "tools/exploration.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/settle.h"
#include "model/world.h"
#include "tools/crew.h"
#include "tools/memory.h"

enum { JOBS_MAX = 64 };

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
    if (config->setup.limits.eips > ENGINE_EIPS || config->setup.timed) {
        tool_usage_error(a, "exploring takes at most %d EIPs, and a world with clock: none",
                         ENGINE_EIPS);
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
        fprintf(stderr,
                "\r%" PRIu64 " states, %" PRIu64 " waiting, depth %u, %.0f a second, %" PRIu64
                " MiB ",
                x->search.states, x->search.waiting, x->search.depth,
                (double)x->search.states / (t - e->since), (uint64_t)e->held >> 20);
    }
    e->timed_out = t - e->since > (double)e->seconds;
    return !e->timed_out;
}

/* engine_resize_fn, within the limit. */
static void *resize(void *context, void *old, size_t old_size, size_t size)
{
    struct tool_exploration *e = context;
    void *memory = NULL;

    if (size > old_size && atomic_load(&e->held) + size - old_size > e->memory)
        return NULL;
    if (size == 0)
        free(old);
    else if ((memory = realloc(old, size)) == NULL)
        return NULL;
    atomic_fetch_add(&e->held, size);
    atomic_fetch_sub(&e->held, old_size);
    return memory;
}

static void expand(void *context, unsigned part, unsigned hand)
{
    struct tool_exploration *e = context;

    engine_search_expand(&e->x.search, part, e->scratch[hand]);
}

static void settle(void *context, unsigned part, unsigned hand)
{
    struct tool_exploration *e = context;

    (void)hand;
    engine_search_settle(&e->x.search, part);
}

static void rounds(struct tool_exploration *e)
{
    struct tool_crew crew;

    tool_crew_open(&crew, (unsigned)e->jobs);
    if (engine_explore_begin(&e->x, e->scratch[0]))
        while (engine_explore_more(&e->x)) {
            tool_crew_do(&crew, expand, e, ENGINE_SHELVES);
            tool_crew_do(&crew, settle, e, ENGINE_SHELVES);
        }
    tool_crew_close(&crew);
}

void tool_exploration_run(struct tool_exploration *e)
{
    struct engine_explore *x = &e->x;
    size_t room = engine_explore_scratch(e->worlds.start);

    x->start = e->worlds.start;
    x->bound.classes = sim_classes_within(&x->start->limits, x->bound.classes);
    x->max_states = e->states;
    x->resize = resize;
    x->progress = on_progress;
    x->context = e;
    e->timed_out = false;
    if (x->stepped != NULL)
        e->jobs = 1;
    e->scratch = tool_alloc(e->jobs * sizeof *e->scratch);
    for (uint64_t i = 0; i < e->jobs; i++) {
        e->scratch[i] = tool_alloc_aligned(room);
        engine_explore_ready(x, e->scratch[i]);
    }
    e->since = e->last = now();
    rounds(e);
    e->took = now() - e->since;
    if (!e->quiet && isatty(2))
        fputs("\r\n", stderr);
    e->bytes = engine_search_bytes(&x->search);
    if (e->finished != NULL)
        e->finished(e);
    engine_explore_end(x);
    for (uint64_t i = 0; i < e->jobs; i++)
        free(e->scratch[i]);
    free(e->scratch);
}

bool tool_exploration_complete(const struct tool_exploration *e)
{
    return e->x.search.ended == ENGINE_COMPLETE && !e->timed_out;
}

const char *tool_exploration_end(const struct tool_exploration *e)
{
    return e->timed_out ? "stopped: as much time as the limit allows"
                        : engine_searched_text((enum engine_searched)e->x.search.ended);
}

/* To where exploring began, then along the path. */
static void tell(struct tool_exploration *e, const struct sim_action *path, size_t n)
{
    tool_worlds_begin(&e->telling);
    for (size_t i = 0; i < e->worlds.trace.n_actions; i++)
        (void)engine_trace_apply(&e->telling.trace, e->telling.world,
                                 &e->worlds.trace.action[i].action);
    for (size_t i = 0; i < n; i++)
        (void)engine_trace_apply(&e->telling.trace, e->telling.world, &path[i]);
}

void tool_exploration_tell_way(struct tool_exploration *e, uint32_t state,
                               const struct engine_further *further)
{
    size_t n = engine_explore_path_to(&e->x, state, further, e->scratch[0], NULL, 0);
    struct sim_action *path = tool_alloc((n + 1) * sizeof *path);

    (void)engine_explore_path_to(&e->x, state, further, e->scratch[0], path, n);
    tell(e, path, n);
    free(path);
}

void tool_exploration_tell(struct tool_exploration *e, uint32_t which)
{
    const struct engine_kind *k = &e->x.search.kinds.kind[which];
    struct engine_further last = {&k->told.choice, k->told.choice != ENGINE_NO_CHOICE};

    tool_exploration_tell_way(e, k->parent, &last);
}

/* ---- the command line ---- */

/* A number, where `sizes` are meant one of bytes: K, M or G behind it, without which it is MiB. */
static uint64_t read_number(const char *text, char **rest, bool sizes)
{
    static const char units[] = "KMG";
    uint64_t n = strtoull(text, rest, 10);
    const char *unit = **rest == '\0' ? NULL : strchr(units, **rest);

    if (!sizes)
        return n;
    *rest += unit != NULL;
    n = n < UINT64_C(1) << 30 ? n : UINT64_C(1) << 30;
    return unit == NULL ? n << 20 : n << 10 * (unit - units + 1);
}

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
        *out[i] = read_number(text + length + 1, &rest, strcmp(names[i], "memory") == 0);
        if (*rest != '\0' && *rest != ',') {
            tool_usage_error(a, "--%s takes name=number, separated by commas; not %s", flag, text);
            return false;
        }
        text = rest + (*rest == ',');
    }
    return true;
}

enum {
    UNNAMED = UINT8_MAX + 1,
    BUDGET_MAX = 200,
    SHARE_MAX = 15,
    NUMBERS = SIM_BUDGET_COUNT + ENGINE_SHARE_COUNT
};

/* Where every EIP has a share, the whole is bounded only if somebody says so. */
static void set_budgets(struct engine_bound *b, const uint64_t *value, const uint8_t *otherwise)
{
    static const uint8_t usual[] = {
#define X(name, text, meaning, otherwise) otherwise,
        SIM_BUDGETS(X)
#undef X
    };
    static const uint8_t shared[] = {
#define X(name, text, budget) SIM_BUDGET_##budget,
        ENGINE_SHARES(X)
#undef X
    };
    uint8_t whole[SIM_BUDGET_COUNT];

    memcpy(whole, otherwise != NULL ? otherwise : usual, sizeof whole);
    for (unsigned s = 0; s < ENGINE_SHARE_COUNT; s++) {
        uint64_t share = value[SIM_BUDGET_COUNT + s];

        b->share[s] = (uint8_t)(share == UNNAMED ? 0 : share < SHARE_MAX ? share : SHARE_MAX);
        if (b->share[s] != 0)
            whole[shared[s]] = ENGINE_NO_BUDGET;
    }
    for (unsigned i = 0; i < SIM_BUDGET_COUNT; i++)
        b->budget[i] = value[i] == UNNAMED
                           ? whole[i]
                           : (uint8_t)(value[i] < BUDGET_MAX ? value[i] : BUDGET_MAX);
}

bool tool_exploration_budgets(struct tool_exploration *e, const struct tool_arguments *a,
                              const uint8_t *otherwise)
{
    static const char *const names[] = {
#define X(name, text, meaning, otherwise) text,
        SIM_BUDGETS(X)
#undef X
#define X(name, text, budget) text,
            ENGINE_SHARES(X)
#undef X
    };
    uint64_t value[NUMBERS], *out[NUMBERS];

    for (unsigned i = 0; i < NUMBERS; i++) {
        value[i] = UNNAMED;
        out[i] = &value[i];
    }
    if (!read_list(a, "budget", names, out, NUMBERS))
        return false;
    set_budgets(&e->x.bound, value, otherwise);
    return true;
}

static bool read_reductions(struct tool_exploration *e, const struct tool_arguments *a)
{
    const char *text = tool_value(a, "reductions");

    e->x.bound.reductions = text == NULL || strcmp(text, "all") == 0 ? ENGINE_ALL_REDUCTIONS : 0;
    if (text == NULL || strcmp(text, "all") == 0 || strcmp(text, "none") == 0)
        return true;
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        unsigned r = 0;

        while (r < ENGINE_REDUCTION_COUNT &&
               (strlen(engine_reduction_text((enum engine_reduction)r)) != length ||
                memcmp(engine_reduction_text((enum engine_reduction)r), text, length) != 0))
            r++;
        if (r == ENGINE_REDUCTION_COUNT) {
            tool_usage_error(a, "--reductions: there is no reduction %.*s", (int)length, text);
            return false;
        }
        e->x.bound.reductions |= UINT32_C(1) << r;
        text += length + (text[length] == ',');
    }
    return true;
}

bool tool_exploration_limits(struct tool_exploration *e, const struct tool_arguments *a)
{
    static const char *const names[] = {"states", "memory", "seconds"};
    uint64_t *out[] = {&e->states, &e->memory, &e->seconds};

    e->states = 10000000;
    e->memory = UINT64_C(2) << 30;
    e->seconds = 600;
    if (!read_list(a, "limit", names, out, 3) || !read_reductions(e, a) ||
        !tool_cli_number(a, "jobs", 1, JOBS_MAX, &e->jobs))
        return false;
    if (e->jobs == 0) {
        tool_usage_error(a, "--jobs: somebody has to do the work");
        return false;
    }
    if (e->states > 0 && e->states < UINT32_MAX && e->memory > 0)
        return true;
    tool_usage_error(a, "--limit: states and memory must be positive, and there is an end");
    return false;
}
