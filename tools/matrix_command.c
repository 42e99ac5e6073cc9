/* eipsim matrix: which policy holds under which trouble. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/commands.h"
#include "tools/exploration.h"
#include "tools/found.h"
#include "tools/matrix.h"
#include "tools/memory.h"
#include "tools/setup.h"

static const char classes_otherwise[] = "none,race,lag,api,exec,crash,pod";

static const struct tool_flag flags[] = {
    {"profiles", "LIST", "policies: P or P+SWITCH=VALUE...; all is every profile [all]"},
    {"switches", "LIST", "SWITCH=VALUE: each policy also with these, alone and together"},
    {"faults", "LIST", "classes; A+B is both at once [none,race,lag,api,exec,crash,pod]"},
    TOOL_WORLD_FLAGS("1", "10.0.1.0/30"),
    {"set", "SWITCH=VALUE", "in every row; may be repeated"},
    TOOL_EXPLORATION_BUDGET_FLAG("1 of each unless told otherwise"),
    TOOL_EXPLORATION_FLAGS,
    {"save", "DIR", "write the scenario that shows it for each cell"},
    {"markdown", NULL, "as a table for a page"},
    {"html", NULL, "as a page"},
    {"json", NULL, "as JSON, with all that was explored"},
};

enum { SWITCHES_MAX = 6 };

struct filling {
    const struct tool_arguments *a;
    struct tool_setup setup;
    struct matrix m;
    struct tool_setting set[SWITCHES_MAX];
    size_t n_set;
    uint8_t budget[SIM_BUDGET_COUNT];
    /* the cell being explored */
    struct tool_worlds shrinking;
    struct matrix_run *run;
    const char *class;
    bool failed;
};

/* ---- one cell ---- */

static bool write_file(const char *path, const struct tool_text *text)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(text->at, 1, text->length, f) == text->length;

    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    if (!ok)
        fprintf(stderr, "eipsim matrix: %s: %s\n", path, strerror(errno));
    return ok;
}

/* DIR/master-exec-live-owner.yaml */
static bool save(struct filling *k, struct tool_exploration *e, const struct matrix_row *row,
                 struct matrix_breach *b, const struct engine_finding *finding)
{
    struct tool_text text = {0};
    struct tool_found found;
    bool ok = true;

    if (tool_found_shrink(&found, k->setup.config, &e->telling.trace, finding, &k->shrinking)) {
        tool_text_printf(&b->scenario, "%s/%s-%s-%s.yaml", tool_value(k->a, "save"),
                         tool_text_get(&row->policy), k->class,
                         sim_invariant_text((enum sim_invariant)finding->violation.invariant));
        tool_found_scenario(&found, &text);
        ok = write_file(tool_text_get(&b->scenario), &text);
    }
    tool_found_free(&found);
    tool_text_free(&text);
    return ok;
}

/* Told of each invariant and step, those on shorter ways first. */
static bool on_finding(void *context, const struct engine_explore *x, uint32_t which,
                       const struct engine_finding *finding)
{
    struct tool_exploration *e = context;
    struct filling *k = e->owner;
    struct matrix_breach *b = &k->run->breach[finding->violation.invariant];
    struct engine_finding f = *finding;

    if (b->length > 0)
        return true;
    b->length = x->search.kinds.kind[which].depth;
    b->culprit = finding->culprit;
    if (!tool_given(k->a, "save"))
        return true;
    tool_exploration_tell(e, which);
    f.action = e->telling.trace.n_actions - 1;
    k->failed = !save(k, e, &k->m.row[k->m.n_rows - 1], b, &f);
    return !k->failed;
}

static void explore(struct filling *k, struct tool_exploration *e, size_t class)
{
    struct matrix_row *row = &k->m.row[k->m.n_rows - 1];

    k->run = &row->run[class];
    k->class = k->m.class[class].text;
    if (isatty(2))
        fprintf(stderr, "\r%-100.90s\r%s, %s ", "", tool_text_get(&row->policy), k->class);
    e->x.bound.classes = k->m.class[class].classes;
    memcpy(e->x.bound.budget, k->budget, sizeof k->budget);
    tool_exploration_run(e);
    k->run->states = e->x.search.states;
    k->run->depth = e->x.search.depth;
    k->run->complete = tool_exploration_complete(e);
}

/* ---- rows ---- */

/* The policy that the configuration has. */
static bool add_row(struct filling *k)
{
    struct tool_exploration *e = tool_alloc(sizeof *e);
    struct matrix_row *row;
    bool ok = tool_exploration_budgets(e, k->a, k->budget) && tool_exploration_limits(e, k->a) &&
              tool_exploration_open(e, k->a, k->setup.config) &&
              tool_worlds_open(&k->shrinking, k->setup.config);

    k->m.row = tool_room(k->m.row, k->m.n_rows, &k->m.capacity, sizeof *k->m.row);
    row = &k->m.row[k->m.n_rows++];
    memset(row, 0, sizeof *row);
    tool_policy_text(k->setup.config, &row->policy);
    memcpy(k->budget, e->x.bound.budget, sizeof k->budget);
    e->owner = k;
    e->quiet = true;
    e->x.found = on_finding;
    for (size_t c = 0; ok && c < k->m.n_classes && !k->failed; c++)
        explore(k, e, c);
    tool_exploration_close(e);
    tool_worlds_close(&k->shrinking);
    free(e);
    return ok && !k->failed;
}

/* A policy, and with it each set of the switches: none of them first, all of them last. */
static bool add_policy(struct filling *k, const char *text, size_t length)
{
    for (unsigned some = 0; some < 1u << k->n_set; some++) {
        if (!tool_policy_set(k->a, text, length, k->setup.config))
            return false;
        for (size_t i = 0; tool_value_at(k->a, "set", i) != NULL; i++) {
            struct tool_setting set;

            if (!tool_cli_setting(k->a, tool_value_at(k->a, "set", i), &set))
                return false;
            k->setup.config->setup.policy.value[set.which] = set.value;
        }
        for (size_t i = 0; i < k->n_set; i++)
            if ((some >> i & 1) != 0)
                k->setup.config->setup.policy.value[k->set[i].which] = k->set[i].value;
        if (!add_row(k))
            return false;
    }
    return true;
}

static bool add_policies(struct filling *k)
{
    const char *text = tool_value(k->a, "profiles");

    text = text != NULL ? text : "all";
    while (*text != '\0') {
        size_t n = strcspn(text, ",");

        if (n == 3 && memcmp(text, "all", 3) == 0) {
            for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
                const char *name = sim_profile_text((enum sim_profile)p);

                if (!add_policy(k, name, strlen(name)))
                    return false;
            }
        } else if (!add_policy(k, text, n)) {
            return false;
        }
        text += n + (text[n] == ',');
    }
    return true;
}

/* ---- the command line ---- */

static bool read_switches(struct filling *k)
{
    const char *text = tool_value(k->a, "switches");

    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, ",");
        char *one = tool_copy(text, n);
        bool ok = k->n_set < SWITCHES_MAX;

        if (!ok)
            tool_usage_error(k->a, "--switches takes at most %d", SWITCHES_MAX);
        ok = ok && tool_cli_setting(k->a, one, &k->set[k->n_set]);
        free(one);
        if (!ok)
            return false;
        k->n_set++;
        text += n + (text[n] == ',');
    }
    return true;
}

/* "race+exec" */
static bool read_class(struct filling *k, const char *text, size_t length)
{
    struct matrix_class *class = &k->m.class[k->m.n_classes];
    char *list = tool_copy(text, length);
    const char *unknown;

    if (k->m.n_classes == MATRIX_CLASSES_MAX) {
        tool_usage_error(k->a, "--faults takes at most %d", MATRIX_CLASSES_MAX);
        free(list);
        return false;
    }
    class->text = tool_copy(text, length);
    k->m.n_classes++;
    for (char *plus = list; (plus = strchr(plus, '+')) != NULL;)
        *plus = ',';
    unknown = tool_classes_parse(list, &class->classes);
    if (unknown != NULL)
        tool_usage_error(k->a, "there is no class %.*s (docs/walks.md has them)",
                         (int)strcspn(unknown, ","), unknown);
    free(list);
    return unknown == NULL;
}

static bool read_classes(struct filling *k)
{
    const char *text = tool_value(k->a, "faults");

    text = text != NULL ? text : classes_otherwise;
    while (*text != '\0') {
        size_t n = strcspn(text, ",");

        if (!read_class(k, text, n))
            return false;
        text += n + (text[n] == ',');
    }
    return true;
}

static bool make_folder(const struct filling *k)
{
    const char *folder = tool_value(k->a, "save");

    if (folder == NULL || mkdir(folder, 0777) == 0 || errno == EEXIST)
        return true;
    tool_usage_error(k->a, "%s: %s", folder, strerror(errno));
    return false;
}

/* ---- what comes out ---- */

static void write_bound(struct filling *k)
{
    const struct sim_limits *l = &k->setup.config->setup.limits;

    tool_text_printf(&k->m.bound, "%u EIP%s, %u gateway%s", l->eips, l->eips > 1 ? "s" : "",
                     l->gateways, l->gateways > 1 ? "s" : "");
    for (unsigned b = 0; b < SIM_BUDGET_COUNT; b++)
        tool_text_printf(&k->m.bound, ", %u %s", k->budget[b], sim_budget_text((enum sim_budget)b));
}

static enum matrix_form form_of(const struct tool_arguments *a)
{
    static const char *const text[] = {
#define X(name, text, meaning) text,
        MATRIX_FORMS(X)
#undef X
    };
    unsigned form = MATRIX_TEXT;

    for (unsigned i = 0; i < MATRIX_FORM_COUNT; i++)
        if (i != MATRIX_TEXT && tool_given(a, text[i]))
            form = i;
    return (enum matrix_form)form;
}

static int code_of(const struct matrix *m)
{
    int code = TOOL_EXIT_OK;

    for (size_t r = 0; r < m->n_rows; r++)
        for (size_t c = 0; c < m->n_classes; c++) {
            const struct matrix_run *run = &m->row[r].run[c];

            for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
                if (run->breach[i].length > 0)
                    return TOOL_EXIT_BROKEN;
            if (!run->complete)
                code = TOOL_EXIT_LIMIT;
        }
    return code;
}

static int show(struct filling *k)
{
    struct tool_text out = {0};

    if (isatty(2))
        fprintf(stderr, "\r%-100s\r", "");
    write_bound(k);
    matrix_put(&k->m, form_of(k->a), &out);
    fputs(tool_text_get(&out), stdout);
    tool_text_free(&out);
    return code_of(&k->m);
}

static void close_all(struct filling *k)
{
    for (size_t r = 0; r < k->m.n_rows; r++) {
        tool_text_free(&k->m.row[r].policy);
        for (size_t c = 0; c < k->m.n_classes; c++)
            for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
                tool_text_free(&k->m.row[r].run[c].breach[i].scenario);
    }
    for (size_t c = 0; c < k->m.n_classes; c++)
        free(k->m.class[c].text);
    free(k->m.row);
    tool_text_free(&k->m.bound);
    tool_setup_close(&k->setup);
    free(k);
}

static int run(const struct tool_arguments *a)
{
    struct filling *k = tool_alloc(sizeof *k);
    int code = TOOL_EXIT_USAGE;

    k->a = a;
    k->setup.eips = 1;
    k->setup.subnet = "10.0.1.0/30"; /* the gateway's and one more address */
    memset(k->budget, 1, sizeof k->budget);
    if (read_switches(k) && read_classes(k) && tool_setup_open(&k->setup, a) && make_folder(k) &&
        add_policies(k))
        code = show(k);
    close_all(k);
    return code;
}

const struct tool_command tool_command_matrix = {"matrix",
                                                 "",
                                                 0,
                                                 0,
                                                 "show which policy holds under which trouble",
                                                 flags,
                                                 sizeof flags / sizeof flags[0],
                                                 run};
