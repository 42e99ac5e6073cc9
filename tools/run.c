/* eipsim run and eipsim lint: scenarios from files and folders. */
#include "tools/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/commands.h"
#include "tools/memory.h"
#include "tools/scenarios.h"

static bool collect(const struct tool_arguments *a, struct tool_paths *p)
{
    bool ok = true;

    for (size_t i = 0; ok && i < a->n_operands; i++)
        ok = tool_paths_add(p, a->operand[i]);
    return ok;
}

/* ---- run ---- */

static const struct tool_flag run_flags[] = {
    {"profile", "P", "only in this profile; may be repeated"},
    {"set", "SWITCH=VALUE", "with this switch changed; may be repeated"},
    {"log", "FILE", "write the event log; for one scenario in one profile"},
    {"junit", "FILE", "write the results as JUnit XML too"},
    {"json", NULL, "print the results as JSON Lines"},
    {"stories", NULL, "tell the stories of expected violations too"},
};

struct running_all {
    const struct tool_arguments *a;
    struct tool_run_how how;
    struct tool_setting *set;
    bool profile[SIM_PROFILE_COUNT];
    unsigned n_profiles;
    struct tool_junit junit;
    size_t runs, failures;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void tell_json(const struct tool_scenario *s, const char *profile,
                      const struct tool_run_result *r)
{
    struct tool_text t = {0};

    tool_json_open(&t, '{');
    tool_json_pair(&t, "scenario", s->path);
    tool_json_pair(&t, "profile", profile);
    tool_json_pair_bool(&t, "ok", r->ok);
    tool_json_pair_number(&t, "events", r->events);
    tool_json_pair(&t, "violations", tool_text_get(&r->violations));
    tool_json_pair(&t, "why", tool_text_get(&r->why));
    tool_json_close(&t, '}');
    printf("%s\n", tool_text_get(&t));
    tool_text_free(&t);
}

static void tell_unread(const char *path)
{
    struct tool_text t = {0};

    tool_json_open(&t, '{');
    tool_json_pair(&t, "scenario", path);
    tool_json_pair_bool(&t, "ok", false);
    tool_json_pair(&t, "why", "the scenario could not be read");
    tool_json_close(&t, '}');
    printf("%s\n", tool_text_get(&t));
    tool_text_free(&t);
}

static void tell(const struct running_all *all, const struct tool_scenario *s, const char *profile,
                 const struct tool_run_result *r)
{
    const char *on = !all->how.colour ? "" : r->ok ? "\033[32m" : "\033[31m";
    const char *off = all->how.colour ? "\033[0m" : "";

    if (all->how.json) {
        tell_json(s, profile, r);
        return;
    }
    printf("%s%-4s%s %-34s %-9s %6zu events  %s\n", on, r->ok ? "ok" : "FAIL", off,
           base_name(s->path), profile, r->events,
           r->violations.length > 0 ? tool_text_get(&r->violations) : "holds");
    if (!r->ok)
        printf("%s", tool_text_get(&r->why));
    if (r->stories.length > 0)
        printf("%s\n", tool_text_get(&r->stories));
    if (!r->ok) {
        printf("see it again: eipsim run --profile %s", profile);
        for (size_t n = 0; tool_value_at(all->a, "set", n) != NULL; n++)
            printf(" --set %s", tool_value_at(all->a, "set", n));
        tool_cli_quoted(s->path);
        printf("\n");
    }
}

static bool run_one(struct running_all *all, struct tool_scenario *s, enum sim_profile profile)
{
    struct tool_text error = {0};
    struct tool_run_result r;
    bool ok = tool_run_scenario(s, profile, &all->how, &r, &error);

    if (ok) {
        tell(all, s, sim_profile_text(profile), &r);
        if (tool_given(all->a, "junit"))
            tool_junit_add(&all->junit, base_name(s->path), sim_profile_text(profile), &r);
        all->runs++;
        all->failures += !r.ok;
    } else {
        fprintf(stderr, "eipsim run: %s\n", tool_text_get(&error));
    }
    tool_run_result_free(&r);
    tool_text_free(&error);
    return ok;
}

static bool run_path(struct running_all *all, const char *path)
{
    struct tool_scenario *s = tool_scenario_load(path, false);
    bool ok = s != NULL;

    if (!ok && all->how.json)
        tell_unread(path);
    if (!ok && tool_given(all->a, "junit"))
        tool_junit_error(&all->junit, base_name(path));

    for (unsigned p = 0; ok && p < SIM_PROFILE_COUNT; p++)
        if (all->profile[p])
            ok = run_one(all, s, (enum sim_profile)p);
    tool_scenario_free(s);
    return ok;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;

    return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) &&
                                 x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

/* Nobody's scenario is overwritten by its own log. */
static bool outputs_are_apart(const struct running_all *all, const struct tool_paths *paths)
{
    const char *out[] = {tool_value(all->a, "log"), tool_value(all->a, "junit")};

    for (unsigned o = 0; o < 2; o++)
        for (size_t i = 0; out[o] != NULL && i < paths->count; i++)
            if (same_file(out[o], paths->path[i])) {
                (void)tool_usage_error(all->a, "%s would be overwritten", out[o]);
                return false;
            }
    if (out[0] == NULL || out[1] == NULL || !same_file(out[0], out[1]))
        return true;
    (void)tool_usage_error(all->a, "--log and --junit are the same file");
    return false;
}

static int run_all(struct running_all *all, const struct tool_paths *paths)
{
    bool ok = true;

    if (all->how.log != NULL && (paths->count != 1 || all->n_profiles != 1))
        return tool_usage_error(all->a, "--log is for one scenario in one --profile");
    if (!outputs_are_apart(all, paths))
        return TOOL_EXIT_USAGE;
    all->how.stories = tool_given(all->a, "stories") || (paths->count == 1 && all->n_profiles == 1);
    for (size_t i = 0; i < paths->count; i++)
        ok = run_path(all, paths->path[i]) && ok;
    if (!all->how.json && all->runs > 1)
        printf("%zu passed, %zu failed\n", all->runs - all->failures, all->failures);
    if (tool_given(all->a, "junit") &&
        !tool_junit_write(&all->junit, tool_value(all->a, "junit"))) {
        fprintf(stderr, "eipsim run: %s could not be written\n", tool_value(all->a, "junit"));
        return TOOL_EXIT_USAGE;
    }
    return !ok ? TOOL_EXIT_USAGE : all->failures > 0 ? TOOL_EXIT_BROKEN : TOOL_EXIT_OK;
}

static bool read_flags(struct running_all *all)
{
    const struct tool_arguments *a = all->a;

    for (size_t n = 0; tool_value_at(a, "profile", n) != NULL; n++) {
        enum sim_profile p;

        if (!tool_cli_profile(a, tool_value_at(a, "profile", n), &p))
            return false;
        all->n_profiles += !all->profile[p];
        all->profile[p] = true;
    }
    for (unsigned p = 0; !tool_given(a, "profile") && p < SIM_PROFILE_COUNT; p++) {
        all->profile[p] = true;
        all->n_profiles++;
    }
    all->set = tool_alloc((a->n_options + 1) * sizeof *all->set);
    for (size_t n = 0; tool_value_at(a, "set", n) != NULL; n++)
        if (!tool_cli_setting(a, tool_value_at(a, "set", n), &all->set[all->how.n_set++]))
            return false;
    all->how.set = all->set;
    all->how.log = tool_value(a, "log");
    all->how.json = tool_given(a, "json");
    all->how.colour = tool_cli_colour(1);
    return true;
}

static int run(const struct tool_arguments *a)
{
    struct running_all all = {.a = a};
    struct tool_paths paths = {0};
    int code = TOOL_EXIT_USAGE;

    if (read_flags(&all) && collect(a, &paths))
        code = run_all(&all, &paths);
    tool_paths_free(&paths);
    free(all.set);
    return code;
}

const struct tool_command tool_command_run = {
    "run", "PATH...", 1, UINT_MAX, "run scenarios from files and folders", run_flags, 6, run};

/* ---- lint ---- */

static int lint(const struct tool_arguments *a)
{
    struct tool_paths paths = {0};
    int code = TOOL_EXIT_OK;

    if (!collect(a, &paths))
        code = TOOL_EXIT_USAGE;
    for (size_t i = 0; i < paths.count; i++) {
        struct tool_scenario *s = tool_scenario_load(paths.path[i], true);

        if (s == NULL) {
            code = TOOL_EXIT_USAGE;
        } else if (s->stated != (1u << SIM_PROFILE_COUNT) - 1) {
            fprintf(stderr, "%s:1:1: error: expect does not speak of every profile\n",
                    paths.path[i]);
            code = TOOL_EXIT_USAGE;
        } else {
            printf("ok   %s: %zu steps\n", paths.path[i], s->n_steps);
        }
        tool_scenario_free(s);
    }
    tool_paths_free(&paths);
    return code;
}

const struct tool_command tool_command_lint = {
    "lint", "PATH...", 1, UINT_MAX, "read scenarios without running them", NULL, 0, lint};
