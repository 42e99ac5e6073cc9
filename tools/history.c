#include "tools/history.h"

#include <stdlib.h>
#include <string.h>

#include "engine/script.h"
#include "engine/walk.h"
#include "tools/found.h"
#include "tools/log.h"
#include "tools/memory.h"
#include "tools/player.h"
#include "tools/scenario.h"
#include "tools/scenario_write.h"
#include "tools/world.h"
#include "tools/worlds.h"

enum kind { BYTES, SCENARIO, LOG, RECORDING };

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);

    return n > m && strcmp(path + n - m, ending) == 0;
}

void tool_history_add(struct tool_history *h, const struct sim_action *action)
{
    h->action = tool_room(h->action, h->n_actions, &h->capacity, sizeof *h->action);
    h->action[h->n_actions++] = *action;
}

static void add_all(struct tool_history *h, const struct engine_trace *trace)
{
    for (size_t i = 0; i < trace->n_actions; i++)
        tool_history_add(h, &trace->action[i].action);
}

/* ---- logs ---- */

static bool from_log(struct tool_history *h, const char *path, struct tool_text *error)
{
    struct tool_player player;
    enum tool_player_status status = TOOL_PLAYER_BAD;

    if (tool_player_open(&player, path))
        while ((status = tool_player_next(&player)) == TOOL_PLAYER_ACTION ||
               status == TOOL_PLAYER_EVENT)
            if (status == TOOL_PLAYER_ACTION)
                tool_history_add(h, &player.trace.action[0].action);
    if (status == TOOL_PLAYER_REFUSED)
        tool_text_printf(error, "%s: error: action %llu cannot happen where it stands", path,
                         (unsigned long long)player.actions);
    if (status == TOOL_PLAYER_BAD)
        tool_text_add(error, tool_text_get(&player.reader.error));
    h->config = player.config;
    h->builder = player.builder;
    player.builder = NULL;
    tool_player_close(&player);
    return status == TOOL_PLAYER_END || status == TOOL_PLAYER_CUT;
}

/* ---- scenarios ---- */

static bool carry_out(struct tool_history *h, const struct tool_scenario *s, const char *path,
                      struct tool_text *error)
{
    struct engine_script e;
    struct tool_worlds w;
    bool ok;

    if (!tool_worlds_open(&w, h->config)) {
        tool_text_printf(error, "%s: error: no world can be made", path);
        return false;
    }
    tool_worlds_begin(&w);
    memset(&e, 0, sizeof e);
    e.world = w.world;
    e.trace = &w.trace;
    e.scratch = w.scratch;
    ok = engine_script_run(&e, s->step, s->n_steps);
    if (!ok)
        tool_text_printf(error, "%s:%u:%u: error: %s", path, s->place[e.at].line,
                         s->place[e.at].column,
                         engine_failure_text((enum engine_failure)e.failure));
    else if (!s->as_is)
        (void)engine_script_rest(&e, s->n_steps);
    add_all(h, &w.trace);
    tool_worlds_close(&w);
    return ok;
}

static bool from_scenario(struct tool_history *h, const char *path,
                          const struct tool_history_how *how, struct tool_text *error)
{
    struct tool_diags diags;
    size_t size;

    if (!tool_file_read(path, &h->bytes, &size, error))
        return false;
    tool_diags_init(&diags, path);
    h->scenario = tool_scenario_read(path, h->bytes, size, &diags);
    tool_diags_print(&diags, stderr, false);
    tool_diags_free(&diags);
    if (h->scenario == NULL)
        return false;
    h->config = h->scenario->config;
    tool_config_set_profile(h->config, how->profile >= 0 ? (enum sim_profile)how->profile
                                                         : SIM_PROFILE_MASTER);
    for (size_t i = 0; i < how->n_set; i++)
        h->config->setup.policy.value[how->set[i].which] = how->set[i].value;
    return carry_out(h, h->scenario, path, error);
}

/* ---- fuzz inputs ---- */

/* Another release than the input's, or other switches. */
static void override(struct tool_history *h, const struct tool_history_how *how)
{
    struct sim_setup *s = &h->config->setup;

    if (how->profile >= 0) {
        h->input.bytes.tail.profile = (uint8_t)how->profile;
        engine_tail_policy(&h->input.bytes.tail, s);
    }
    for (size_t i = 0; i < how->n_set; i++)
        s->policy.value[how->set[i].which] = how->set[i].value;
}

static bool from_bytes(struct tool_history *h, const char *path, const struct tool_history_how *how,
                       struct tool_text *error)
{
    struct engine_walk *walk;
    struct tool_worlds w;
    size_t size;

    if (!tool_file_read(path, &h->bytes, &size, error))
        return false;
    tool_input_open(&h->input, h->plain, (const uint8_t *)h->bytes, size);
    h->config = h->input.config;
    override(h, how);
    if (!tool_worlds_open(&w, h->config)) {
        tool_text_printf(error, "%s: error: no world can be made", path);
        return false;
    }
    tool_worlds_begin(&w);
    walk = tool_alloc(sizeof *walk);
    walk->world = w.world;
    walk->trace = &w.trace;
    walk->scratch = w.scratch;
    engine_walk_bytes(walk, &h->input.bytes, &h->input.codec);
    add_all(h, &w.trace);
    free(walk);
    tool_worlds_close(&w);
    return true;
}

/* ---- reading ---- */

static enum kind kind_of(const char *path)
{
    struct tool_lines l;
    struct tool_parsed j = {0};
    enum kind kind = LOG;

    if (ends_in(path, ".yaml"))
        return SCENARIO;
    if (ends_in(path, ".jsonl.gz"))
        return RECORDING;
    if (!ends_in(path, ".jsonl"))
        return BYTES;
    if (tool_lines_open(&l, path) && tool_lines_next(&l) && tool_parse_json(&j, l.text, l.length) &&
        tool_parsed_get(&j, 0, "stream") != 0)
        kind = RECORDING;
    tool_lines_close(&l);
    tool_parsed_free(&j);
    return kind;
}

bool tool_history_read(struct tool_history *h, const char *path, const struct tool_history_how *how,
                       struct tool_text *error)
{
    memset(h, 0, sizeof *h);
    h->plain = tool_plain_new();
    switch (kind_of(path)) {
    case SCENARIO:
        return from_scenario(h, path, how, error);
    case RECORDING:
        return tool_history_recording(h, path, how->stream, error);
    case LOG:
        return from_log(h, path, error);
    default:
        return from_bytes(h, path, how, error);
    }
}

void tool_history_free(struct tool_history *h)
{
    tool_input_close(&h->input);
    tool_scenario_free(h->scenario);
    if (h->builder != NULL)
        tool_builder_free(h->builder);
    tool_plain_free(h->plain);
    free(h->action);
    free(h->bytes);
    memset(h, 0, sizeof *h);
}

/* ---- writing ---- */

static bool to_log(const struct tool_history *h, FILE *file)
{
    struct tool_log_head head = {.seed = 0};
    struct tool_worlds w;
    struct tool_log log;
    bool ok = true;

    if (!tool_worlds_open(&w, h->config))
        return false;
    tool_worlds_begin(&w);
    tool_log_begin(&log, file, h->config, &head);
    for (size_t i = 0; ok && i < h->n_actions; i++) {
        engine_trace_clear(&w.trace);
        ok = engine_trace_apply(&w.trace, w.world, &h->action[i]) == SIM_STATUS_DONE;
        if (ok)
            tool_log_action(&log, w.world, &w.trace);
    }
    ok = tool_log_end(&log) && ok;
    tool_worlds_close(&w);
    return ok;
}

/* Every action a step of its own; what the profiles do with it stands under `expect`. */
static void to_scenario(const struct tool_history *h, const char *path, struct tool_text *out)
{
    const char *slash = strrchr(path, '/');
    struct engine_step *step = tool_alloc((h->n_actions + 1) * sizeof *step);

    for (size_t i = 0; i < h->n_actions; i++) {
        step[i].kind = ENGINE_STEP_ACT;
        step[i].action = h->action[i];
    }
    tool_text_printf(out, "# A run in %s, action by action.\nname: ",
                     sim_profile_text((enum sim_profile)h->config->setup.profile));
    tool_write_scalar(out, slash != NULL ? slash + 1 : path);
    tool_text_add(out, "\n");
    tool_write_world(h->config, NULL, 0, out);
    tool_write_steps(h->config, step, h->n_actions, out);
    tool_text_add(out, "impossible: skip\nend: as-is\n");
    tool_found_expectations(h->config, step, h->n_actions, false, out);
    free(step);
}

static bool put(FILE *file, const struct tool_text *text)
{
    return text->length == 0 || fwrite(text->at, 1, text->length, file) == text->length;
}

bool tool_history_write(struct tool_history *h, const char *path, struct tool_text *error)
{
    enum kind kind = ends_in(path, ".yaml") ? SCENARIO : ends_in(path, ".jsonl") ? LOG : BYTES;
    struct tool_text text = {0};
    FILE *file;
    bool ok = true;

    if (kind == SCENARIO)
        to_scenario(h, path, &text);
    else if (kind == BYTES &&
             !tool_input_write(h->config, h->action, h->n_actions, h->plain, &text, error))
        ok = false;
    file = ok ? fopen(path, "wb") : NULL;
    if (ok && (file == NULL || !(kind == LOG ? to_log(h, file) : put(file, &text)))) {
        tool_text_printf(error, "%s: error: it cannot be written", path);
        ok = false;
    }
    if (file != NULL && fclose(file) != 0 && ok) {
        tool_text_printf(error, "%s: error: it could not be written", path);
        ok = false;
    }
    tool_text_free(&text);
    return ok;
}
