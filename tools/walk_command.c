/* eipsim walk: random walks, and what they find. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/memory.h"
#include "tools/setup.h"
#include "tools/walks.h"

static const struct tool_flag flags[] = {
    TOOL_SETUP_FLAGS,
    {"seed", "N", "the first run's seed; each run has the next one [1]"},
    {"runs", "N", "how many runs [100]"},
    {"events", "N", "events in a run, before it drains [400]"},
    TOOL_CLASSES_FLAG("classes of trouble a run may draw from, none or all [all]"),
    {"scheduler", "NAME", "uniform, rare or pct [one after the other]"},
    {"depth", "D", "pct: how often priorities change in a run, up to 8 [3]"},
    {"jobs", "N", "threads; what is found does not depend on it [1]"},
    TOOL_FINDINGS_FLAGS,
    {"without", "LIST", "invariants that are neither told nor counted"},
};

enum { JOBS_MAX = 256 };

struct walking {
    const struct tool_arguments *a;
    struct tool_setup setup;
    struct tool_walks walks;
    struct tool_findings findings;
};

/* ---- telling ---- */

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double since, last;

static void tell(const struct tool_walks *w, bool end)
{
    double passed = seconds() - since;
    uint64_t events = w->all_events + (end ? 0 : w->now);

    fprintf(stderr,
            "%s%" PRIu64 " runs, %" PRIu64 " events (%.0f a second), %zu abstract states, "
            "%zu kinds of findings%s",
            isatty(2) ? "\r" : "", w->done, events, passed > 0 ? (double)events / passed : 0.0,
            w->seen.used, w->findings->n_kinds, end ? "\n" : "");
}

static void progress(const struct tool_walks *w)
{
    if (!isatty(2) || seconds() - last < 0.25)
        return;
    last = seconds();
    tell(w, false);
}

static int walk_all(struct walking *k)
{
    struct tool_walks *w = &k->walks;

    since = last = seconds();
    w->config = k->setup.config;
    w->findings = &k->findings;
    w->progress = progress;
    if (!tool_walks_run(w)) {
        fputs("eipsim walk: this configuration makes no world\n", stderr);
        return TOOL_EXIT_USAGE;
    }
    tell(w, true);
    printf("%" PRIu64 " runs, %" PRIu64 " events, %zu abstract states, %zu kinds of findings\n",
           w->done, w->all_events, w->seen.used, k->findings.n_kinds);
    tool_findings_summary(&k->findings);
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

/* The bits of --without.  False: told. */
static bool read_untold(struct walking *k)
{
    const char *text = tool_value(k->a, "without");

    for (size_t n; text != NULL && *text != '\0'; text += n + (text[n] == ',')) {
        char name[40];
        enum sim_invariant invariant;

        n = strcspn(text, ",");
        snprintf(name, sizeof name, "%.*s", n < 39 ? (int)n : 39, text);
        invariant = sim_invariant_find(name);
        if (invariant == SIM_INVARIANT_COUNT) {
            tool_usage_error(k->a, "there is no invariant %s", name);
            return false;
        }
        k->findings.untold |= UINT32_C(1) << invariant;
    }
    return true;
}

static bool read_all(struct walking *k)
{
    const struct tool_arguments *a = k->a;
    struct tool_walks *w = &k->walks;
    uint64_t depth, jobs;

    if (!tool_cli_number(a, "seed", 1, UINT64_MAX, &w->seed) ||
        !tool_cli_number(a, "runs", 100, UINT64_MAX, &w->runs) ||
        !tool_cli_number(a, "events", 400, 1000000000, &w->events) ||
        !tool_cli_number(a, "depth", 3, ENGINE_DEPTH_MAX, &depth) ||
        !tool_cli_number(a, "jobs", 1, JOBS_MAX, &jobs))
        return false;
    if (jobs == 0) {
        tool_usage_error(a, "--jobs: somebody has to do the work");
        return false;
    }
    w->depth = (unsigned)depth;
    w->jobs = (unsigned)jobs;
    return tool_setup_classes(a, &w->classes) &&
           read_scheduler(a, tool_value(a, "scheduler"), &w->scheduler) && read_untold(k) &&
           tool_setup_open(&k->setup, a);
}

static int run(const struct tool_arguments *a)
{
    struct walking *k = tool_alloc(sizeof *k);
    int code = TOOL_EXIT_USAGE;

    k->a = a;
    if (read_all(k) && tool_findings_open(&k->findings, a, k->setup.config))
        code = walk_all(k);
    tool_walks_close(&k->walks);
    tool_findings_close(&k->findings);
    tool_setup_close(&k->setup);
    free(k);
    return code;
}

const struct tool_command tool_command_walk = {
    "walk", "", 0, 0, "walk at random, and show what breaks", flags, sizeof flags / sizeof flags[0],
    run};
