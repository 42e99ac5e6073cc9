/* eipsim walk: random walks, and what they find. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/walk.h"
#include "tools/commands.h"
#include "tools/found.h"
#include "tools/log.h"
#include "tools/memory.h"
#include "tools/setup.h"

static const struct tool_flag flags[] = {
    TOOL_SETUP_FLAGS,
    {"seed", "N", "the first run's seed; each run has the next one [1]"},
    {"runs", "N", "how many runs [100]"},
    {"events", "N", "events in a run, before it drains [400]"},
    {"faults", "LIST", "classes of trouble a run may draw from, none or all [all]"},
    {"scheduler", "NAME", "uniform, rare or pct [one after the other]"},
    {"save", "DIR", "write each kind of finding as a shrunk scenario and a log"},
    {"most", "N", "end after so many kinds of findings [100]"},
};

enum { KINDS_MAX = 4096, TRIES_PER_CULPRIT = 24, SEEN_BITS = 22 };

/* A finding before it is shrunk: how often this invariant broke at this step. */
struct culprit {
    uint8_t invariant;
    const char *name;
    uint64_t times;
    unsigned tried;
};

struct walking {
    const struct tool_arguments *a;
    struct tool_setup setup;
    struct tool_worlds worlds, shrinking;
    struct engine_seen seen;
    struct engine_walk walk;
    uint64_t seed, runs, events, most;
    uint32_t classes;
    int scheduler; /* -1: in turn */
    struct culprit culprit[256];
    size_t n_culprits;
    struct tool_found *kind; /* those that were new */
    size_t n_kinds, kinds_capacity;
    uint64_t done, all_events;
    bool failed;
};

/* ---- findings ---- */

static bool write_file(const char *path, const char *text, size_t length)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(text, 1, length, f) == length;

    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    if (!ok)
        fprintf(stderr, "eipsim walk: %s: %s\n", path, strerror(errno));
    return ok;
}

/* The shrunk run again, with its log. */
static bool write_log(struct walking *k, const struct tool_found *f, const char *path)
{
    struct tool_log log;
    struct tool_log_head head = {0};
    FILE *file = fopen(path, "wb");
    struct tool_worlds *w = &k->shrinking;
    struct engine_trace whole;
    bool ok;

    if (file == NULL) {
        fprintf(stderr, "eipsim walk: %s: %s\n", path, strerror(errno));
        return false;
    }
    /* the trace of the last shrinking run is this run's */
    whole = w->trace;
    memset(&w->trace, 0, sizeof w->trace);
    w->trace.grow = whole.grow;
    tool_worlds_begin(w);
    head.seed = k->walk.seed;
    tool_log_begin(&log, file, k->setup.config, &head);
    for (size_t i = 0; i <= f->finding.action && i < whole.n_actions; i++) {
        engine_trace_clear(&w->trace);
        (void)engine_trace_apply(&w->trace, w->world, &whole.action[i].action);
        tool_log_action(&log, w->world, &w->trace);
    }
    ok = tool_log_end(&log);
    ok = fclose(file) == 0 && ok;
    free(w->trace.action);
    free(w->trace.event);
    w->trace = whole;
    return ok;
}

static bool save(struct walking *k, const struct tool_found *f)
{
    const char *folder = tool_value(k->a, "save");
    struct tool_text path = {0}, text = {0};
    bool ok;

    if (folder == NULL)
        return true;
    tool_found_scenario(f, &text);
    tool_text_printf(&path, "%s/%s.yaml", folder, tool_text_get(&f->name));
    ok = write_file(tool_text_get(&path), tool_text_get(&text), text.length);
    tool_text_clear(&path);
    tool_text_printf(&path, "%s/%s.jsonl", folder, tool_text_get(&f->name));
    ok = ok && write_log(k, f, tool_text_get(&path));
    tool_text_free(&path);
    tool_text_free(&text);
    return ok;
}

/* Nothing that was found before is part of it. */
static bool is_new(const struct walking *k, const struct tool_found *f)
{
    for (size_t i = 0; i < k->n_kinds; i++)
        if (tool_found_within(&k->kind[i], f))
            return false;
    return true;
}

static struct culprit *culprit_of(struct walking *k, const struct engine_finding *f)
{
    size_t i = 0;

    while (i < k->n_culprits && (k->culprit[i].invariant != f->violation.invariant ||
                                 strcmp(k->culprit[i].name, f->culprit) != 0))
        i++;
    if (i == k->n_culprits && i < sizeof k->culprit / sizeof k->culprit[0]) {
        k->culprit[i].invariant = f->violation.invariant;
        k->culprit[i].name = f->culprit;
        k->n_culprits++;
    }
    return i < k->n_culprits ? &k->culprit[i] : NULL;
}

static bool on_finding(void *context, const struct engine_walk *walk,
                       const struct engine_finding *finding)
{
    struct walking *k = context;
    struct culprit *c = culprit_of(k, finding);
    struct tool_found f;

    if (c == NULL)
        return true;
    c->times++;
    /* what was found often is not shrunk each time: most of it is the same again */
    if (c->tried >= TRIES_PER_CULPRIT || (c->tried > 4 && (c->times & (c->times - 1)) != 0))
        return true;
    c->tried++;
    if (!tool_found_shrink(&f, k->setup.config, walk->trace, finding, &k->shrinking) ||
        !is_new(k, &f)) {
        tool_found_free(&f);
        return true;
    }
    printf("seed %" PRIu64 ": %s, %zu steps after shrinking\n%s\n", walk->seed,
           tool_text_get(&f.name), f.n_steps, tool_text_get(&f.story));
    k->failed = !save(k, &f);
    k->kind = tool_room(k->kind, k->n_kinds, &k->kinds_capacity, sizeof *k->kind);
    k->kind[k->n_kinds++] = f;
    return !k->failed && k->n_kinds < k->most;
}

/* ---- running ---- */

/* Each run draws its own classes from those that are allowed. */
static uint32_t draw_classes(const struct walking *k, uint64_t seed)
{
    struct engine_random r = {seed ^ UINT64_C(0x5eed)};
    uint32_t some = (uint32_t)engine_draw(&r) & (uint32_t)engine_draw(&r);

    if (engine_one_in(&r, 3))
        some |= (uint32_t)engine_draw(&r);
    return k->classes & some;
}

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
    w->classes = draw_classes(k, seed);
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
            passed > 0 ? (double)k->all_events / passed : 0.0, k->seen.used, k->n_kinds,
            end ? "\n" : "");
}

static void summary(const struct walking *k)
{
    printf("%" PRIu64 " runs, %" PRIu64 " events, %zu abstract states, %zu kinds of findings\n",
           k->done, k->all_events, k->seen.used, k->n_kinds);
    for (size_t i = 0; i < k->n_culprits; i++)
        printf("  %-20s at %-14s %" PRIu64 " times\n",
               sim_invariant_text((enum sim_invariant)k->culprit[i].invariant), k->culprit[i].name,
               k->culprit[i].times);
}

static int walk_all(struct walking *k)
{
    double since = seconds(), last = since;

    for (uint64_t i = 0; i < k->runs && !k->failed && k->n_kinds < k->most; i++) {
        one_run(k, k->seed + i);
        if (seconds() - last > 0.25) {
            last = seconds();
            progress(k, since, false);
        }
    }
    progress(k, since, true);
    summary(k);
    if (k->failed)
        return TOOL_EXIT_USAGE;
    return k->n_culprits > 0 ? TOOL_EXIT_BROKEN : TOOL_EXIT_OK;
}

/* ---- the command line ---- */

static bool read_classes(const struct tool_arguments *a, const char *text, uint32_t *out)
{
    *out = 0;
    if (text == NULL || strcmp(text, "all") == 0) {
        *out = ENGINE_ALL_CLASSES;
        return true;
    }
    if (strcmp(text, "none") == 0)
        return true;
    while (*text != '\0') {
        size_t n = strcspn(text, ",");
        unsigned i = 0;

        while (i < ENGINE_CLASS_COUNT &&
               (strlen(engine_class_text((enum engine_class)i)) != n ||
                memcmp(engine_class_text((enum engine_class)i), text, n) != 0))
            i++;
        if (i == ENGINE_CLASS_COUNT) {
            tool_usage_error(a,
                             "there is no class %.*s (none, all, or some of: race, lag, api, "
                             "exec, crash, delete-race, pod, gateway, rule, policy, address, "
                             "finalizer)",
                             (int)n, text);
            return false;
        }
        *out |= UINT32_C(1) << i;
        text += n + (text[n] == ',');
    }
    return true;
}

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
           tool_cli_number(a, "most", 100, KINDS_MAX, &k->most) &&
           read_classes(a, tool_value(a, "faults"), &k->classes) &&
           read_scheduler(a, tool_value(a, "scheduler"), &k->scheduler) &&
           tool_setup_open(&k->setup, a);
}

static int run(const struct tool_arguments *a)
{
    struct walking *k = tool_alloc(sizeof *k);
    const char *folder = tool_value(a, "save");
    int code = TOOL_EXIT_USAGE;

    k->a = a;
    k->seen.size = (size_t)1 << SEEN_BITS;
    if (read_all(k)) {
        k->seen.slot = tool_alloc(k->seen.size * sizeof *k->seen.slot);
        if (folder != NULL && mkdir(folder, 0777) != 0 && errno != EEXIST)
            fprintf(stderr, "eipsim walk: %s: %s\n", folder, strerror(errno));
        else if (!tool_worlds_open(&k->worlds, k->setup.config) ||
                 !tool_worlds_open(&k->shrinking, k->setup.config))
            fprintf(stderr, "eipsim walk: this configuration makes no world\n");
        else
            code = walk_all(k);
        tool_worlds_close(&k->worlds);
        tool_worlds_close(&k->shrinking);
        free(k->seen.slot);
    }
    for (size_t i = 0; i < k->n_kinds; i++)
        tool_found_free(&k->kind[i]);
    free(k->kind);
    tool_setup_close(&k->setup);
    free(k);
    return code;
}

const struct tool_command tool_command_walk = {
    "walk", "", 0, 0, "walk at random, and show what breaks", flags, sizeof flags / sizeof flags[0],
    run};
