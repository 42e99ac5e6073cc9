#include "tools/found.h"

#define XXH_INLINE_ALL
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engine/settle.h"
#include "model/world.h"
#include "tools/builder.h"
#include "tools/memory.h"
#include "tools/run.h"
#include "tools/scenario_write.h"
#include "tools/signs.h"
#include "tools/story.h"

/* ---- shrinking ---- */

bool tool_found_within(const struct tool_found *a, const struct tool_found *b)
{
    return a->finding.violation.invariant == b->finding.violation.invariant &&
           strcmp(a->finding.culprit, b->finding.culprit) == 0 &&
           engine_signs_within(&a->signs, &b->signs);
}

static void name_it(struct tool_found *f)
{
    uint64_t h;

    tool_signs_put(&f->signs, &f->told);
    h = XXH3_64bits(tool_text_get(&f->told), f->told.length);
    tool_text_printf(&f->name, "%s-%s-%04x",
                     sim_invariant_text((enum sim_invariant)f->finding.violation.invariant),
                     f->finding.culprit, (unsigned)(h >> 48));
}

bool tool_found_shrink(struct tool_found *f, const struct engine_config *config,
                       const struct engine_trace *trace, const struct engine_finding *finding,
                       struct tool_worlds *worlds)
{
    size_t room = trace->n_actions + 1;
    struct engine_shrink s;
    bool ok;

    memset(f, 0, sizeof *f);
    memset(&s, 0, sizeof s);
    f->config = config;
    f->step = tool_alloc(room * sizeof *f->step);
    s.start = worlds->start;
    s.world = worlds->world;
    s.scratch = worlds->scratch;
    s.trace = &worlds->trace;
    s.spare = tool_alloc(room * sizeof *f->step);
    s.invariant = finding->violation.invariant;
    s.culprit = finding->culprit;
    s.budget = 20000;
    s.step = f->step;
    s.n_steps = engine_steps_of(trace, finding->action, f->step);
    ok = engine_shrink_run(&s);
    f->n_steps = s.n_steps;
    f->runs = s.runs;
    free(s.spare);
    if (ok)
        tool_found_take(f, config, &s.finding, worlds);
    return ok;
}

static void forget_trace(struct tool_found *f)
{
    free(f->trace.action);
    free(f->trace.event);
    memset(&f->trace, 0, sizeof f->trace);
}

void tool_found_take(struct tool_found *f, const struct engine_config *config,
                     const struct engine_finding *finding, struct tool_worlds *worlds)
{
    f->config = config;
    f->finding = *finding;
    engine_signs_read(&f->signs, worlds->start, &worlds->trace,
                      worlds->trace.n_actions == 0 ? 0 : worlds->trace.n_actions - 1, worlds->world,
                      worlds->scratch);
    tool_text_clear(&f->told);
    tool_text_clear(&f->name);
    tool_text_clear(&f->story);
    name_it(f);
    tool_story_text(config, &worlds->trace, &f->finding.violation, f->finding.action, &f->story);
    forget_trace(f);
    f->trace = worlds->trace;
    engine_trace_init(&worlds->trace, f->trace.grow, f->trace.context);
}

void tool_found_free(struct tool_found *f)
{
    free(f->step);
    forget_trace(f);
    tool_scenario_free(f->within);
    tool_text_free(&f->told);
    tool_text_free(&f->name);
    tool_text_free(&f->story);
}

/* ---- what each profile does with it ---- */

struct judging {
    const struct engine_config *config;
    const struct engine_step *step;
    size_t n_steps;
    bool rest;
};

/* The violations of one profile as lines of `expect:`; empty if everything holds. */
static void judge(const struct judging *j, enum sim_profile profile, struct tool_text *out)
{
    struct engine_config config = *j->config;
    struct tool_worlds w;
    struct engine_script e;
    char text[16];

    tool_config_set_profile(&config, profile);
    if (!tool_worlds_open(&w, &config))
        return;
    tool_worlds_begin(&w);
    memset(&e, 0, sizeof e);
    e.world = w.world;
    e.trace = &w.trace;
    e.scratch = w.scratch;
    for (size_t i = 0; i < j->n_steps; i++)
        (void)engine_script_run(&e, &j->step[i], 1);
    if (j->rest)
        (void)engine_script_rest(&e, j->n_steps);
    for (size_t i = 0; i < e.n_findings; i++) {
        const struct sim_violation *v = &e.finding[i].violation;

        tool_text_printf(out, "  - {violates: %s",
                         sim_invariant_text((enum sim_invariant)v->invariant));
        if (v->v4 != 0)
            tool_text_printf(out, ", address: %s", tool_v4_text(&config, v->v4, text));
        if (v->eip != SIM_NONE)
            tool_text_printf(out, ", owner: %s", config.names.object[v->kind][v->eip]);
        tool_text_add(out, "}\n");
    }
    tool_worlds_close(&w);
}

void tool_found_expectations(const struct engine_config *config, const struct engine_step *steps,
                             size_t n, bool rest, struct tool_text *out)
{
    struct judging j = {config, steps, n, rest};
    struct tool_text of[SIM_PROFILE_COUNT];
    bool told[SIM_PROFILE_COUNT] = {false};

    memset(of, 0, sizeof of);
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        judge(&j, (enum sim_profile)p, &of[p]);
    tool_text_add(out, "expect:\n");
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        if (told[p])
            continue;
        tool_text_printf(out, "  %s", sim_profile_text((enum sim_profile)p));
        for (unsigned q = p + 1; q < SIM_PROFILE_COUNT; q++)
            if (!told[q] && strcmp(tool_text_get(&of[p]), tool_text_get(&of[q])) == 0) {
                told[q] = true;
                tool_text_printf(out, ", %s", sim_profile_text((enum sim_profile)q));
            }
        if (of[p].length == 0)
            tool_text_add(out, ": holds\n");
        else
            tool_text_printf(out, ":\n%s", tool_text_get(&of[p]));
    }
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        tool_text_free(&of[p]);
}

static void write_scenario(const struct tool_found *f, bool all, struct tool_text *out)
{
    bool rest = strcmp(f->finding.culprit, "rest") == 0;

    tool_text_printf(out, "# Found in %s:\n",
                     sim_profile_text((enum sim_profile)f->config->setup.profile));
    tool_write_comment(out, tool_text_get(&f->story));
    tool_text_printf(out, "name: %s\n", tool_text_get(&f->name));
    tool_write_world(f->config, all ? NULL : f->step, f->n_steps, out);
    tool_write_steps(f->config, f->step, f->n_steps, out);
    tool_text_add(out, "impossible: skip\n");
    if (!rest)
        tool_text_add(out, "end: as-is\n");
    tool_found_expectations(f->config, f->step, f->n_steps, rest, out);
}

/* Does the text, read again, do in every profile what it says? */
static bool is_true(const struct tool_text *text)
{
    struct tool_run_how how = {.set = NULL};
    struct tool_text error = {0};
    struct tool_diags diags;
    struct tool_scenario *s;
    bool ok;

    tool_diags_init(&diags, "found");
    s = tool_scenario_read("found", tool_text_get(text), text->length, &diags);
    tool_diags_free(&diags);
    ok = s != NULL;
    for (unsigned p = 0; ok && p < SIM_PROFILE_COUNT; p++) {
        struct tool_run_result r;

        ok = tool_run_scenario(s, (enum sim_profile)p, &how, &r, &error) && r.ok;
        tool_run_result_free(&r);
    }
    tool_scenario_free(s);
    tool_text_free(&error);
    return ok;
}

void tool_found_scenario(const struct tool_found *f, struct tool_text *out)
{
    size_t from = out->length;

    write_scenario(f, false, out);
    if (is_true(out))
        return;
    /* something that no step mentions matters */
    out->length = from;
    write_scenario(f, true, out);
}
