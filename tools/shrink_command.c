/* eipsim shrink: from a log to the shortest scenario that breaks the same thing. */
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/found_world.h"
#include "tools/player.h"

static const struct tool_flag flags[] = {
    {"invariant", "NAME", "what has to break; without it the first thing that does"},
    {"output", "FILE", "write the scenario there; without it to standard output"},
};

struct shrinking {
    const struct tool_arguments *a;
    struct tool_player player;
    struct tool_worlds whole, parts;
    struct engine_script script;
    uint8_t invariant; /* SIM_INVARIANT_COUNT: any */
};

static int bad_log(const struct shrinking *s)
{
    const char *error = tool_text_get(&s->player.reader.error);

    if (*error != '\0')
        fprintf(stderr, "%s\n", error);
    else
        fprintf(stderr, "%s: error: the world does not do what this log says (eipsim replay)\n",
                s->a->operand[0]);
    return TOOL_EXIT_USAGE;
}

/* The log's actions again, with every invariant. */
static bool play(struct shrinking *s)
{
    enum tool_player_status status;
    struct engine_step step;

    tool_worlds_begin(&s->whole);
    s->script.world = s->whole.world;
    s->script.trace = &s->whole.trace;
    s->script.scratch = s->whole.scratch;
    while ((status = tool_player_next(&s->player)) == TOOL_PLAYER_ACTION ||
           status == TOOL_PLAYER_EVENT) {
        if (status == TOOL_PLAYER_EVENT)
            continue;
        memset(&step, 0, sizeof step);
        step.kind = ENGINE_STEP_ACT;
        step.action = s->player.trace.action[0].action;
        (void)engine_script_run(&s->script, &step, 1);
    }
    return status == TOOL_PLAYER_END || status == TOOL_PLAYER_CUT;
}

static const struct engine_finding *choose(struct shrinking *s)
{
    struct engine_script *e = &s->script;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < e->n_findings; i++)
            if (s->invariant == SIM_INVARIANT_COUNT ||
                s->invariant == e->finding[i].violation.invariant)
                return &e->finding[i];
        if (pass == 0)
            (void)engine_script_rest(e, s->whole.trace.n_actions);
    }
    return NULL;
}

static int write_out(const struct shrinking *s, const struct tool_text *text)
{
    const char *path = tool_value(s->a, "output");
    FILE *f = path != NULL ? fopen(path, "wb") : stdout;
    bool ok = f != NULL && fwrite(text->at, 1, text->length, f) == text->length;

    if (f != NULL && f != stdout)
        ok = fclose(f) == 0 && ok;
    if (!ok)
        fprintf(stderr, "eipsim shrink: %s could not be written\n", path != NULL ? path : "-");
    return ok ? TOOL_EXIT_OK : TOOL_EXIT_USAGE;
}

static int shrink(struct shrinking *s)
{
    const struct engine_finding *finding;
    struct tool_text text = {0};
    struct tool_found found;
    int code = TOOL_EXIT_BROKEN;

    if (!play(s))
        return bad_log(s);
    finding = choose(s);
    if (finding == NULL) {
        fprintf(stderr, "%s: nothing breaks in this log, nor when it has come to rest\n",
                s->a->operand[0]);
        return TOOL_EXIT_BROKEN;
    }
    if (tool_found_shrink(&found, s->player.config, &s->whole.trace, finding, &s->parts)) {
        tool_found_narrow(&found);
        tool_found_scenario(&found, &text);
        fprintf(stderr, "%zu actions, %zu steps left after %llu runs\n", s->whole.trace.n_actions,
                found.n_steps, (unsigned long long)found.runs);
        code = write_out(s, &text);
    } else {
        fprintf(stderr, "%s: what broke does not break again\n", s->a->operand[0]);
    }
    tool_found_free(&found);
    tool_text_free(&text);
    return code;
}

static int run(const struct tool_arguments *a)
{
    struct shrinking s = {.a = a, .invariant = SIM_INVARIANT_COUNT};
    const char *name = tool_value(a, "invariant");
    int code;

    if (name != NULL) {
        s.invariant = (uint8_t)sim_invariant_find(name);
        if (s.invariant == SIM_INVARIANT_COUNT)
            return tool_usage_error(a, "there is no invariant %s", name);
    }
    if (!tool_player_open(&s.player, a->operand[0])) {
        code = bad_log(&s);
    } else {
        code = tool_worlds_open(&s.whole, s.player.config) &&
                       tool_worlds_open(&s.parts, s.player.config)
                   ? shrink(&s)
                   : TOOL_EXIT_USAGE;
        tool_worlds_close(&s.whole);
        tool_worlds_close(&s.parts);
    }
    tool_player_close(&s.player);
    return code;
}

const struct tool_command tool_command_shrink = {
    "shrink", "LOG", 1,  1, "make the shortest scenario that breaks what a log breaks",
    flags,    2,     run};
