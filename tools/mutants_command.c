/* eipsim mutants: is every deliberate fault noticed? */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/outside.h"
#include "tools/builder.h"
#include "tools/commands.h"
#include "tools/memory.h"
#include "tools/mutants.h"
#include "tools/setup.h"
#include "tools/text.h"
#include "tools/world.h"

static const struct tool_flag flags[] = {
    {"profile", "P", "the sound design [hardened]"},
    {"set", "SWITCH=VALUE", "of the sound design, with this switch changed; may be repeated"},
    TOOL_CLASSES_FLAG("what the sound design must stand [all]"),
    {"engine", "NAME", "walk, libfuzzer or afl; ./dev fuzz builds the latter [walk]"},
    {"seconds", "N", "how long one mutant may take with one seed [10]"},
    {"events", "N", "or how many events [no limit]"},
    {"seeds", "N", "how many seeds; the figures are medians [3]"},
    {"json", NULL, "one JSON object a line"},
    {"markdown", NULL, "print docs/mutants.md, and try nothing"},
};

enum { SEEDS_MAX = 101, LEAKY_PROFILE = SIM_PROFILE_V1_15_24 };

struct mutants {
    const struct tool_arguments *a;
    struct tool_builder *builder[SIM_BASE_COUNT];
    struct engine_config *config[SIM_BASE_COUNT];
    struct tool_mutant_bases bases;
    const char *engine; /* NULL: walks */
    uint64_t seconds, events, seeds;
    struct tool_mutant_result *result; /* seeds of them; shared with the children */
    unsigned missed, broken;
};

/* ---- trying ---- */

/* In a process of its own: an assertion that a fault breaks is a way of noticing it. */
static void try_apart(struct mutants *m, const struct tool_mutant_trial *trial,
                      struct tool_mutant_result *result)
{
    int status = 0;
    pid_t child;

    memset(result, 0, sizeof *result);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)alarm((unsigned)m->seconds * 2 + 20);
        tool_mutant_try(&m->bases, trial, result);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        fputs("eipsim mutants: no process can be started\n", stderr);
        exit(TOOL_EXIT_INTERNAL);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    result->detected = result->triggered = result->reached = true;
    snprintf(result->by, sizeof result->by,
             WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM
                 ? "it does not end"
                 : "an assertion of the program's own");
}

static int by_events(const void *a, const void *b)
{
    const struct tool_mutant_result *x = a, *y = b;

    if (x->detected != y->detected)
        return x->detected ? -1 : 1;
    return x->events < y->events ? -1 : x->events > y->events;
}

struct tally {
    uint64_t reached, triggered, detected;
    const struct tool_mutant_result *median;
};

static struct tally try_all(struct mutants *m, enum sim_mutant_id id, enum sim_base base)
{
    struct tool_mutant_trial trial = {id, base, 0, (double)m->seconds, m->events};
    struct tally all = {0, 0, 0, NULL};

    for (uint64_t i = 0; i < m->seeds; i++) {
        trial.seed = i + 1;
        if (m->engine != NULL && !tool_mutant_fuzz(m->engine, &trial, &m->result[i])) {
            fprintf(stderr, "eipsim mutants: fuzz/run.sh does not run %s\n", m->engine);
            exit(TOOL_EXIT_USAGE);
        }
        if (m->engine == NULL)
            try_apart(m, &trial, &m->result[i]);
        all.reached += m->result[i].reached;
        all.triggered += m->result[i].triggered;
        all.detected += m->result[i].detected;
    }
    qsort(m->result, m->seeds, sizeof *m->result, by_events);
    all.median = &m->result[(m->seeds - 1) / 2];
    return all;
}

/* ---- telling ---- */

static void tell_json(const struct mutants *m, const char *name, const struct sim_mutant *mutant,
                      const struct tally *all)
{
    const struct tool_mutant_result *r = all->median;
    struct tool_text t = {0};

    tool_json_open(&t, '{');
    tool_json_pair(&t, "mutant", name);
    tool_json_pair(&t, "engine", m->engine != NULL ? m->engine : "walk");
    tool_json_pair_number(&t, "seeds", m->seeds);
    tool_json_pair_number(&t, "reached", all->reached);
    tool_json_pair_number(&t, "triggered", all->triggered);
    tool_json_pair_number(&t, "detected", all->detected);
    tool_json_pair_number(&t, "events", r->events);
    tool_json_pair_number(&t, "milliseconds", (uint64_t)(r->seconds * 1e3));
    tool_json_pair(&t, "at", r->at);
    tool_json_pair(&t, "by", r->by);
    tool_json_pair(&t, "unseen", mutant != NULL ? mutant->unseen : "");
    tool_json_close(&t, '}');
    puts(tool_text_get(&t));
    tool_text_free(&t);
}

static void tell(const struct mutants *m, const char *name, const struct sim_mutant *mutant,
                 const struct tally *all)
{
    const struct tool_mutant_result *r = all->median;

    if (tool_given(m->a, "json")) {
        tell_json(m, name, mutant, all);
        return;
    }
    printf("%-34s %3" PRIu64 " %3" PRIu64 " %3" PRIu64 " %10" PRIu64 " %9.3f  %-10s %s\n", name,
           all->reached, all->triggered, all->detected, r->events, r->seconds, r->at,
           r->detected                                   ? r->by
           : mutant != NULL && mutant->unseen[0] != '\0' ? mutant->unseen
           : mutant != NULL                              ? "NOT NOTICED"
                                                         : "nothing breaks");
}

static void head(const struct mutants *m)
{
    if (!tool_given(m->a, "json"))
        printf("of %" PRIu64 " seeds: reached, triggered, detected; medians of events and "
               "seconds; first difference; noticed by\n",
               m->seeds);
}

/* ---- the lot ---- */

/* Engines see one run at a time, and only where something breaks. */
static bool can_try(const struct mutants *m, unsigned base)
{
    return m->engine == NULL || base == SIM_BASE_SOUND;
}

static bool is_wanted(const struct mutants *m, const char *name)
{
    for (size_t i = 0; i < m->a->n_operands; i++)
        if (strcmp(m->a->operand[i], name) == 0)
            return true;
    return m->a->n_operands == 0;
}

static bool is_needed(const struct mutants *m, unsigned base)
{
    for (unsigned i = 0; i < SIM_MUTANT_COUNT; i++)
        if (sim_mutant((enum sim_mutant_id)i)->base == base &&
            is_wanted(m, sim_mutant((enum sim_mutant_id)i)->name))
            return true;
    return false;
}

/* On the base itself nothing may be noticed: else what is noticed on a mutant says nothing. */
static void try_bases(struct mutants *m)
{
    static const char *const name[] = {"(sound design)", "(leaky release)", "(rules)",
                                       "(allocator)"};

    for (unsigned b = 0; b < SIM_BASE_COUNT; b++) {
        struct tally all;

        if (b == SIM_BASE_LEAKY || !is_needed(m, b) || !can_try(m, b))
            continue; /* on the leaky one, a violation less is what is noticed */
        all = try_all(m, SIM_MUTANT_COUNT, (enum sim_base)b);
        m->broken += all.detected > 0;
        tell(m, name[b], NULL, &all);
    }
}

static int try_mutants(struct mutants *m)
{
    unsigned tried = 0, noticed = 0;

    head(m);
    try_bases(m);
    for (unsigned i = 0; i < SIM_MUTANT_COUNT; i++) {
        const struct sim_mutant *mutant = sim_mutant((enum sim_mutant_id)i);
        struct tally all;

        if (!is_wanted(m, mutant->name) || !can_try(m, mutant->base))
            continue;
        all = try_all(m, (enum sim_mutant_id)i, (enum sim_base)mutant->base);
        tried++;
        noticed += all.median->detected;
        m->missed += !all.median->detected && mutant->unseen[0] == '\0';
        tell(m, mutant->name, mutant, &all);
    }
    if (!tool_given(m->a, "json"))
        printf("%u mutants, %u noticed, %u not noticed that should be; %u bases break\n", tried,
               noticed, m->missed, m->broken);
    return m->missed + m->broken == 0 ? TOOL_EXIT_OK : TOOL_EXIT_BROKEN;
}

/* ---- the command line ---- */

static bool make_base(struct mutants *m, unsigned which, enum sim_profile profile)
{
    const char *world = which == SIM_BASE_RULES ? tool_mutant_rules_world : tool_mutant_world;
    struct tool_text error = {0};
    bool ok;

    m->builder[which] = tool_builder_new();
    ok = tool_world_read_bytes("world", world, strlen(world), m->builder[which], &error);
    m->config[which] = ok ? tool_builder_finish(m->builder[which]) : NULL;
    tool_text_free(&error);
    if (m->config[which] == NULL)
        return false;
    tool_config_set_profile(m->config[which], profile);
    m->bases.config[which] = m->config[which];
    return true;
}

static bool read_sound(struct mutants *m)
{
    const char *name = tool_value(m->a, "profile");
    enum sim_profile profile;
    struct tool_setting set;

    if (!tool_cli_profile(m->a, name != NULL ? name : "hardened", &profile) ||
        !make_base(m, SIM_BASE_SOUND, profile) || !make_base(m, SIM_BASE_RULES, profile))
        return false;
    for (size_t n = 0; tool_value_at(m->a, "set", n) != NULL; n++) {
        if (!tool_cli_setting(m->a, tool_value_at(m->a, "set", n), &set))
            return false;
        m->config[SIM_BASE_SOUND]->setup.policy.value[set.which] = set.value;
        m->config[SIM_BASE_RULES]->setup.policy.value[set.which] = set.value;
    }
    m->bases.classes[SIM_BASE_SOUND] = SIM_ALL_CLASSES;
    return !tool_given(m->a, "faults") ||
           tool_setup_classes(m->a, &m->bases.classes[SIM_BASE_SOUND]);
}

static bool read_all(struct mutants *m)
{
    const struct tool_arguments *a = m->a;

    for (size_t i = 0; i < a->n_operands; i++)
        if (sim_mutant_find(a->operand[i]) == SIM_MUTANT_COUNT) {
            (void)tool_usage_error(a, "there is no mutant %s", a->operand[i]);
            return false;
        }
    m->bases.classes[SIM_BASE_LEAKY] = SIM_ALL_CLASSES;
    m->engine = tool_value(a, "engine");
    if (m->engine != NULL && strcmp(m->engine, "walk") == 0)
        m->engine = NULL;
    if (m->engine != NULL && strcmp(m->engine, "libfuzzer") != 0 && strcmp(m->engine, "afl") != 0) {
        (void)tool_usage_error(a, "there is no engine %s (walk, libfuzzer, afl)", m->engine);
        return false;
    }
    return tool_cli_number(a, "seconds", 10, 86400, &m->seconds) &&
           tool_cli_number(a, "events", UINT64_MAX, UINT64_MAX, &m->events) &&
           tool_cli_number(a, "seeds", 3, SEEDS_MAX, &m->seeds) && m->seeds > 0 && read_sound(m) &&
           make_base(m, SIM_BASE_LEAKY, (enum sim_profile)LEAKY_PROFILE);
}

/* Memory that children write and their parent reads, however they end. */
static void *shared(size_t size)
{
    FILE *f = tmpfile();
    void *memory = MAP_FAILED;

    if (f != NULL && ftruncate(fileno(f), (off_t)size) == 0)
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(f), 0);
    if (f != NULL)
        fclose(f);
    if (memory == MAP_FAILED) {
        perror("eipsim mutants: a temporary file");
        exit(TOOL_EXIT_INTERNAL);
    }
    return memory;
}

static int run(const struct tool_arguments *a)
{
    struct mutants *m = tool_alloc(sizeof *m);
    int code = TOOL_EXIT_USAGE;

    m->a = a;
    if (tool_given(a, "markdown")) {
        tool_mutants_markdown();
        code = TOOL_EXIT_OK;
    } else if (read_all(m)) {
        size_t size = m->seeds * sizeof *m->result;

        m->result = shared(size);
        code = try_mutants(m);
        munmap(m->result, size);
    }
    for (unsigned b = 0; b < SIM_BASE_COUNT; b++)
        if (m->builder[b] != NULL)
            tool_builder_free(m->builder[b]);
    free(m);
    return code;
}

const struct tool_command tool_command_mutants = {"mutants",
                                                  "[NAME...]",
                                                  0,
                                                  UINT_MAX,
                                                  "is every deliberate fault noticed?",
                                                  flags,
                                                  sizeof flags / sizeof flags[0],
                                                  run};
