#include <stdlib.h>
#include <string.h>

#include "tools/log.h"
#include "tools/player.h"
#include "tools/run.h"
#include "tools/scenario_expect.h"
#include "tools/signs.h"
#include "tools/story.h"

struct running {
    struct tool_scenario *s;
    const struct tool_run_how *how;
    struct engine_trace trace;
    struct engine_script script;
    struct tool_log log;
    FILE *log_file;
    struct tool_text expected; /* why an EXPECT does not hold */
};

/* ---- carrying it out ---- */

static bool on_expect(void *context, struct sim_world *world, size_t which)
{
    struct running *r = context;

    tool_text_clear(&r->expected);
    return tool_expect_holds(&r->s->expect[which], r->s->config, world, &r->expected);
}

static void on_action(void *context, const struct sim_world *world)
{
    struct running *r = context;

    if (r->log_file != NULL)
        tool_log_action(&r->log, world, &r->trace);
}

static void *aligned(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);

    if (memory == NULL) {
        fputs("eipsim: out of memory\n", stderr);
        exit(TOOL_EXIT_INTERNAL);
    }
    return memory;
}

static bool open_log(struct running *r, struct tool_text *error)
{
    struct tool_log_head head = {0};

    if (r->how->log == NULL)
        return true;
    r->log_file = fopen(r->how->log, "wb");
    if (r->log_file == NULL) {
        tool_text_printf(error, "%s: cannot be written", r->how->log);
        return false;
    }
    head.scenario = r->s->path;
    head.digest = r->s->digest;
    tool_log_begin(&r->log, r->log_file, r->s->config, &head);
    return true;
}

static bool close_log(struct running *r, struct tool_text *error)
{
    bool ok;

    if (r->log_file == NULL)
        return true;
    ok = tool_log_end(&r->log);
    ok = fclose(r->log_file) == 0 && ok;
    if (!ok)
        tool_text_printf(error, "%s: could not be written", r->how->log);
    return ok;
}

static void carry_out(struct running *r)
{
    struct engine_script *e = &r->script;

    e->trace = &r->trace;
    e->expect = on_expect;
    e->acted = on_action;
    e->context = r;
    if (engine_script_run(e, r->s->step, r->s->n_steps) && !r->s->as_is)
        (void)engine_script_rest(e, r->s->n_steps);
}

/* ---- judging ---- */

static const char *label_of(const struct tool_scenario *s, size_t step)
{
    return step >= s->n_steps ? "rest" : s->label[step] != NULL ? s->label[step] : "";
}

static const char *owner_text(const struct tool_scenario *s, const struct sim_violation *v)
{
    return v->eip == SIM_NONE ? "" : s->config->names.object[v->kind][v->eip];
}

static bool matches(const struct tool_scenario *s, const struct engine_finding *f,
                    const struct tool_wanted *w)
{
    char text[16];

    return f->violation.invariant == w->invariant &&
           (w->address == NULL ||
            strcmp(w->address, tool_v4_text(s->config, f->violation.v4, text)) == 0) &&
           (w->owner == NULL || strcmp(w->owner, owner_text(s, &f->violation)) == 0) &&
           (w->at == NULL || strcmp(w->at, label_of(s, f->step)) == 0);
}

static void judge_wanted(struct running *r, const struct tool_wanted *wanted,
                         struct tool_run_result *result)
{
    for (const struct tool_wanted *w = wanted; w != NULL; w = w->next) {
        bool came = false;

        for (size_t i = 0; i < r->script.n_findings; i++)
            came = came || matches(r->s, &r->script.finding[i], w);
        if (came)
            continue;
        result->ok = false;
        tool_text_printf(&result->why,
                         "%s:%u:%u: expected %s%s%s%s%s%s%s to be violated, and it "
                         "was not\n",
                         r->s->path, w->place.line, w->place.column,
                         sim_invariant_text((enum sim_invariant)w->invariant),
                         w->address != NULL ? " of " : "", w->address != NULL ? w->address : "",
                         w->owner != NULL ? " of " : "", w->owner != NULL ? w->owner : "",
                         w->at != NULL ? " at " : "", w->at != NULL ? w->at : "");
    }
}

static void judge_finding(struct running *r, const struct tool_wanted *wanted,
                          const struct engine_finding *f, struct tool_run_result *result)
{
    const struct sim_violation *v = &f->violation;
    bool expected = false;
    char text[16];

    for (const struct tool_wanted *w = wanted; w != NULL; w = w->next)
        expected = expected || matches(r->s, f, w);
    tool_text_printf(&result->violations, "%s%s%s%s%s%s", result->violations.length > 0 ? ", " : "",
                     sim_invariant_text((enum sim_invariant)v->invariant), v->v4 != 0 ? " " : "",
                     tool_v4_text(r->s->config, v->v4, text), v->eip != SIM_NONE ? " " : "",
                     owner_text(r->s, v));
    if (!expected) {
        result->ok = false;
        tool_text_printf(&result->why, "a violation that is not expected: ");
        tool_violation_text(r->s->config, v, &result->why);
        tool_text_add(&result->why, "\n");
    }
    if (!expected || r->how->stories) {
        tool_text_add(&result->stories, "\n");
        tool_story_text(r->s->config, &r->trace, v, f->action, &result->stories);
    }
}

static void judge(struct running *r, struct tool_run_result *result)
{
    const struct tool_scenario *s = r->s;
    const struct tool_wanted *wanted = s->wanted[s->config->setup.profile];

    if (r->script.failure != ENGINE_FAILURE_NONE) {
        struct tool_place at =
            r->script.at < s->n_steps ? s->place[r->script.at] : (struct tool_place){1, 1};

        result->ok = false;
        tool_text_printf(&result->why, "%s:%u:%u: %s%s%s\n", s->path, at.line, at.column,
                         engine_failure_text((enum engine_failure)r->script.failure),
                         r->expected.length > 0 ? ": " : "", tool_text_get(&r->expected));
    }
    for (size_t i = 0; i < r->script.n_findings; i++)
        judge_finding(r, wanted, &r->script.finding[i], result);
    judge_wanted(r, wanted, result);
}

/* What breaks here must have come through the window that the scenario shows. */
static void judge_signs(struct running *r, const struct sim_world *start,
                        struct tool_run_result *result)
{
    struct engine_signs one = {.count = 1}, all;

    if (r->script.n_findings == 0 || r->trace.n_actions == 0)
        return;
    engine_signs_read(&all, start, &r->trace, r->trace.n_actions - 1, r->script.world,
                      r->script.scratch);
    for (size_t i = 0; i < r->s->signs.count; i++) {
        one.sign[0] = r->s->signs.sign[i];
        if (engine_signs_within(&one, &all))
            continue;
        result->ok = false;
        tool_text_printf(&result->why, "%s: the run has no sign ", r->s->path);
        tool_sign_put(&one.sign[0], &result->why);
        tool_text_add(&result->why, "\n");
    }
}

bool tool_run_scenario(struct tool_scenario *s, enum sim_profile profile,
                       const struct tool_run_how *how, struct tool_run_result *result,
                       struct tool_text *error)
{
    struct running *r = tool_alloc(sizeof *r);
    void *memory, *begun;
    struct sim_world *start;
    bool ok;

    memset(result, 0, sizeof *result);
    result->ok = true;
    r->s = s;
    r->how = how;
    tool_config_set_profile(s->config, profile);
    for (size_t i = 0; i < how->n_set; i++)
        s->config->setup.policy.value[how->set[i].which] = how->set[i].value;
    memory = aligned(sim_size(&s->config->setup));
    begun = aligned(sim_size(&s->config->setup));
    r->script.scratch = aligned(sim_size(&s->config->setup));
    engine_trace_init(&r->trace, tool_trace_grow, NULL);
    ok = sim_init(memory, &s->config->setup, &r->script.world) == SIM_STATUS_DONE &&
         sim_init(begun, &s->config->setup, &start) == SIM_STATUS_DONE && open_log(r, error);
    if (ok) {
        carry_out(r);
        judge(r, result);
        judge_signs(r, start, result);
        result->events = r->trace.n_events + r->trace.n_actions;
        result->actions = r->trace.n_actions;
        ok = close_log(r, error);
    }
    free(memory);
    free(begun);
    free(r->script.scratch);
    free(r->trace.action);
    free(r->trace.event);
    tool_text_free(&r->expected);
    free(r);
    return ok;
}

void tool_run_result_free(struct tool_run_result *r)
{
    tool_text_free(&r->why);
    tool_text_free(&r->violations);
    tool_text_free(&r->stories);
}
