#include "tools/player.h"

#include <stdlib.h>
#include <string.h>

#include "tools/actions.h"
#include "tools/memory.h"
#include "tools/world.h"

bool tool_trace_grow(void *context, void **array, size_t *capacity, size_t element)
{
    (void)context;
    *array = tool_room(*array, *capacity, capacity, element);
    return true;
}

/* A sentence about a member of the first record; always false. */
static bool bad(struct tool_player *p, uint32_t node, const char *sentence)
{
    tool_log_bad(&p->reader, node, sentence);
    return false;
}

static bool read_config(struct tool_player *p)
{
    const struct tool_parsed *j = &p->reader.parsed;
    uint32_t node = tool_parsed_get(j, 0, "config");
    struct tool_text error = {0};

    if (node == 0)
        return bad(p, 0, "has no configuration");
    p->config = tool_config_from_json(j->text + j->node[node].begin,
                                      j->node[node].end - j->node[node].begin, &p->builder, &error);
    if (p->config == NULL)
        bad(p, node, tool_text_get(&error));
    tool_text_free(&error);
    return p->config != NULL;
}

static bool read_profile(struct tool_player *p)
{
    const struct tool_parsed *j = &p->reader.parsed;
    uint32_t node = tool_parsed_get(j, 0, "profile");

    for (unsigned i = 0; i < SIM_PROFILE_COUNT; i++)
        if (node != 0 && tool_parsed_is(j, node, sim_profile_text((enum sim_profile)i))) {
            tool_config_set_profile(p->config, (enum sim_profile)i);
            return true;
        }
    return bad(p, node, "names no known profile");
}

/* Each switch must be there: what a log leaves out could be read in two ways. */
static bool read_switches(struct tool_player *p)
{
    const struct tool_parsed *j = &p->reader.parsed;
    uint32_t switches = tool_parsed_get(j, 0, "switches");

    for (unsigned i = 0; i < SIM_SWITCH_COUNT; i++) {
        uint32_t node =
            switches == 0 ? 0 : tool_parsed_get(j, switches, sim_switch_text((enum sim_switch)i));
        unsigned value = 0;
        char text[32];

        for (; node != 0 && value < sim_switch_value_count((enum sim_switch)i); value++) {
            sim_switch_value_text((enum sim_switch)i, value, text, sizeof text);
            if (tool_parsed_is(j, node, text))
                break;
        }
        if (node == 0 || value == sim_switch_value_count((enum sim_switch)i))
            return bad(p, switches, "has a policy of another version of eipsim");
        p->config->setup.policy.value[i] = (uint8_t)value;
    }
    return true;
}

/* The limits follow from the configuration; they are written for readers of the log, and say here
 * whether it was understood as it was meant. */
static bool check_limits(struct tool_player *p)
{
    const struct tool_parsed *j = &p->reader.parsed;
    uint32_t node = tool_parsed_get(j, 0, "limits");
    struct tool_text limits = {0};
    bool same;

    tool_log_put_limits(&p->config->setup.limits, &limits);
    same = node != 0 && j->node[node].end - j->node[node].begin == limits.length &&
           memcmp(j->text + j->node[node].begin, limits.at, limits.length) == 0;
    tool_text_free(&limits);
    return same || bad(p, node, "has limits that its configuration does not give");
}

static bool read_head(struct tool_player *p)
{
    size_t size;

    if (!read_config(p) || !read_profile(p) || !read_switches(p) || !check_limits(p))
        return false;
    size = sim_size(&p->config->setup);
    if (size == 0)
        return bad(p, 0, "has a configuration that no world can be made from");
    return sim_init(tool_alloc(size), &p->config->setup, &p->world) == SIM_STATUS_DONE;
}

static bool begin(struct tool_player *p, const char *path)
{
    enum tool_log_status status = tool_log_next(&p->reader);

    if (status == TOOL_LOG_CUT) {
        tool_text_clear(&p->reader.error);
        tool_text_printf(&p->reader.error, "%s: error: this log has no whole record", path);
    }
    if (status != TOOL_LOG_RECORD || !read_head(p))
        return false;
    tool_render_init(&p->render, p->config);
    return true;
}

bool tool_player_open(struct tool_player *p, const char *path)
{
    memset(p, 0, sizeof *p);
    engine_trace_init(&p->trace, tool_trace_grow, NULL);
    return tool_log_open(&p->reader, path) && begin(p, path);
}

bool tool_player_open_bytes(struct tool_player *p, const char *path, const char *bytes,
                            size_t length)
{
    memset(p, 0, sizeof *p);
    engine_trace_init(&p->trace, tool_trace_grow, NULL);
    tool_log_open_bytes(&p->reader, path, bytes, length);
    return begin(p, path);
}

void tool_player_close(struct tool_player *p)
{
    tool_log_close(&p->reader);
    tool_render_free(&p->render);
    if (p->builder != NULL)
        tool_builder_free(p->builder);
    free(p->world);
    free(p->trace.action);
    free(p->trace.event);
    memset(p, 0, sizeof *p);
}

static enum tool_player_status play(struct tool_player *p)
{
    uint32_t node = tool_parsed_get(&p->reader.parsed, 0, "action");
    struct tool_action_error error = {0};
    struct sim_action action;
    bool ok = tool_action_read(p->config, &p->reader.parsed, node, &action, &error);

    if (!ok)
        tool_log_bad(&p->reader, error.node, tool_text_get(&error.sentence));
    tool_text_free(&error.sentence);
    if (!ok)
        return TOOL_PLAYER_BAD;
    p->actions++;
    engine_trace_clear(&p->trace);
    p->refusal = engine_trace_apply(&p->trace, p->world, &action);
    return p->refusal == SIM_STATUS_DONE ? TOOL_PLAYER_ACTION : TOOL_PLAYER_REFUSED;
}

enum tool_player_status tool_player_next(struct tool_player *p)
{
    for (;;) {
        switch (tool_log_next(&p->reader)) {
        case TOOL_LOG_END:
            return TOOL_PLAYER_END;
        case TOOL_LOG_CUT:
            return TOOL_PLAYER_CUT;
        case TOOL_LOG_BAD:
            return TOOL_PLAYER_BAD;
        default:
            break;
        }
        if (p->reader.record == TOOL_LOG_ACTION)
            return play(p);
        if (p->reader.record == TOOL_LOG_EVENT) {
            p->events++;
            return TOOL_PLAYER_EVENT;
        }
    }
}
