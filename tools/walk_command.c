/* eipsim walk: random walks, and what they find. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/walk.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/memory.h"
#include "tools/setup.h"

static const struct tool_flag flags[] = {
    TOOL_SETUP_FLAGS,
    {"seed", "N", "the first run's seed; each run has the next one [1]"},
    {"runs", "N", "how many runs [100]"},
    {"events", "N", "events in a run, before it drains [400]"},
    TOOL_CLASSES_FLAG("classes of trouble a run may draw from, none or all [all]"),
    {"scheduler", "NAME", "uniform, rare or pct [one after the other]"},
    TOOL_FINDINGS_FLAGS,
};

enum { SEEN_BITS = 22 };

struct walking {
    const struct tool_arguments *a;
    struct tool_setup setup;
    struct tool_worlds worlds;
    struct engine_seen seen;
    struct engine_walk walk;
    uint64_t seed, runs, events;
    uint32_t classes;
    int scheduler; /* -1: in turn */
    struct tool_findings findings;
    uint64_t done, all_events;
};

static bool on_finding(void *context, const struct engine_walk *walk,
                       const struct engine_finding *finding)
{
    struct walking *k = context;

    return tool_findings_add(&k->findings, walk->trace, finding, walk->seed);
}

/* ---- running ---- */

static void one_run(struct walking *k, uint64_t seed)
{
    struct engine_walk *w = &k->walk;

    tool_worlds_begin(&k->worlds);
    memset(w, 0, sizeof *w);
    w->world = k->worlds.world;
    w->trace = &k->worlds.trace;
    w->scratch = k->worlds.scratch;
    w->seen = &k->seen;
    w->seed = seed;
    w->classes =
        sim_classes_within(&k->setup.config->setup.limits, engine_walk_classes(k->classes, seed));
    w->scheduler = (uint8_t)(k->scheduler >= 0 ? k->scheduler : (int)(seed % 3));
    w->depth = 3;
    w->events = k->events;
    w->found = on_finding;
    w->context = k;
    engine_walk_run(w);
    k->done++;
    k->all_events += w->n_events;
}

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void progress(const struct walking *k, double since, bool end)
{
    double passed = seconds() - since;

    if (!isatty(2) && !end)
        return;
    fprintf(stderr,
            "%s%" PRIu64 " runs, %" PRIu64 " events (%.0f a second), %zu abstract states, "
            "%zu kinds of findings%s",
            isatty(2) ? "\r" : "", k->done, k->all_events,
            passed > 0 ? (double)k->all_events / passed : 0.0, k->seen.used, k->findings.n_kinds,
            end ? "\n" : "");
}

static void summary(const struct walking *k)
{
    printf("%" PRIu64 " runs, %" PRIu64 " events, %zu abstract states, %zu kinds of findings\n",
           k->done, k->all_events, k->seen.used, k->findings.n_kinds);
    tool_findings_summary(&k->findings);
}

static int walk_all(struct walking *k)
{
    double since = seconds(), last = since;

    for (uint64_t i = 0; i < k->runs && !tool_findings_full(&k->findings); i++) {
        one_run(k, k->seed + i);
        if (seconds() - last > 0.25) {
            last = seconds();
            progress(k, since, false);
        }
    }
    progress(k, since, true);
    summary(k);
    return tool_findings_code(&k->findings);
}

/* ---- the command line ---- */

static bool read_scheduler(const struct tool_arguments *a, const char *text, int *out)
{
    *out = -1;
    if (text == NULL)
        return true;
    for (int i = 0; i < ENGINE_SCHEDULER_COUNT; i++)
        if (strcmp(engine_scheduler_text((enum engine_scheduler)i), text) == 0)
            *out = i;
    if (*out < 0)
        tool_usage_error(a, "there is no scheduler %s (uniform, rare, pct)", text);
    return *out >= 0;
}

static bool read_all(struct walking *k)
{
    const struct tool_arguments *a = k->a;

    return tool_cli_number(a, "seed", 1, UINT64_MAX, &k->seed) &&
           tool_cli_number(a, "runs", 100, UINT64_MAX, &k->runs) &&
           tool_cli_number(a, "events", 400, 100000000, &k->events) &&
           tool_setup_classes(a, &k->classes) &&
           read_scheduler(a, tool_value(a, "scheduler"), &k->scheduler) &&
           tool_setup_open(&k->setup, a);
}

static int run(const struct tool_arguments *a)
{
    struct walking *k = tool_alloc(sizeof *k);
    int code = TOOL_EXIT_USAGE;

    k->a = a;
    k->seen.size = (size_t)1 << SEEN_BITS;
    if (read_all(k) && tool_findings_open(&k->findings, a, k->setup.config) &&
        tool_worlds_open(&k->worlds, k->setup.config)) {
        k->seen.slot = tool_alloc(k->seen.size * sizeof *k->seen.slot);
        code = walk_all(k);
        free(k->seen.slot);
    }
    tool_worlds_close(&k->worlds);
    tool_findings_close(&k->findings);
    tool_setup_close(&k->setup);
    free(k);
    return code;
}

const struct tool_command tool_command_walk = {
    "walk", "", 0, 0, "walk at random, and show what breaks", flags, sizeof flags / sizeof flags[0],
    run};
