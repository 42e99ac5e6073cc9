#include "tools/replay.h"

#include <string.h>

#include "tools/player.h"
#include "tools/sides.h"

struct replay {
    struct tool_player player;
    size_t compared; /* events of the last action that had their counterpart in the log */
    bool differs;
    FILE *out;
};

static void put_heading(struct replay *r, const char *what)
{
    const struct tool_log_reader *reader = &r->player.reader;

    fprintf(r->out, "%s:%llu: record %llu differs (action %llu): %s\n", reader->lines.path,
            (unsigned long long)reader->lines.number, (unsigned long long)reader->lines.number,
            (unsigned long long)r->player.actions, what);
    r->differs = true;
}

static void put_sides(struct replay *r, const char *label, const char *recorded, size_t length,
                      const char *replayed)
{
    struct tool_sides sides = {.out = r->out, .left = "recorded", .right = "replayed"};

    tool_sides_put(&sides, label, recorded, length, replayed,
                   replayed == NULL ? 0 : strlen(replayed));
}

static bool compare_member(struct replay *r, const char *key, const struct tool_text *replayed)
{
    const struct tool_parsed *j = &r->player.reader.parsed;
    uint32_t node = tool_parsed_get(j, 0, key);
    const struct tool_parsed_node *n = &j->node[node];
    size_t length = n->end - n->begin;

    if (node != 0 && length == replayed->length &&
        memcmp(j->text + n->begin, tool_text_get(replayed), length) == 0)
        return true;
    put_heading(r, key);
    put_sides(r, key, node == 0 ? NULL : j->text + n->begin, length, tool_text_get(replayed));
    return false;
}

static bool compare_action(struct replay *r)
{
    const struct engine_trace_action *a = &r->player.trace.action[0];
    struct tool_text text = {0};
    char identity[33];
    bool same;

    r->compared = 0;
    tool_text_printf(&text, "%llu", (unsigned long long)a->now);
    same = compare_member(r, "now", &text);
    tool_text_clear(&text);
    tool_log_identity(a->identity, identity);
    tool_text_printf(&text, "\"%s\"", identity);
    same = same && compare_member(r, "id", &text);
    tool_text_free(&text);
    return same;
}

static bool compare_event(struct replay *r)
{
    const struct engine_trace *t = &r->player.trace;
    struct tool_text text = {0};
    bool same;

    if (r->compared < t->n_events)
        tool_render_event(&r->player.render, r->player.world, &t->event[r->compared], &text);
    else
        tool_text_add(&text, "(no more events)");
    r->compared++;
    same = compare_member(r, "event", &text);
    tool_text_free(&text);
    return same;
}

/* The next record; what the action before it left unrecorded is a difference.  A log that was cut
 * may end in the middle of an action. */
static enum tool_player_status step(struct replay *r)
{
    size_t missing = r->player.trace.n_events - r->compared;
    enum tool_player_status status = tool_player_next(&r->player);

    if (missing > 0 && (status == TOOL_PLAYER_ACTION || status == TOOL_PLAYER_REFUSED ||
                        status == TOOL_PLAYER_END)) {
        put_heading(r, "events of the action before it are missing");
        fprintf(r->out, "    %zu of them happened and are not recorded\n", missing);
    }
    return status;
}

static enum tool_player_status play(struct replay *r)
{
    for (;;) {
        enum tool_player_status status = step(r);

        if (r->differs || (status != TOOL_PLAYER_ACTION && status != TOOL_PLAYER_EVENT))
            return status;
        if (status == TOOL_PLAYER_ACTION ? !compare_action(r) : !compare_event(r))
            return status;
    }
}

static int conclude(struct replay *r, enum tool_player_status status, FILE *err)
{
    const struct tool_log_reader *reader = &r->player.reader;

    if (status == TOOL_PLAYER_BAD) {
        fprintf(err, "%s\n", tool_text_get(&reader->error));
        return 2;
    }
    if (status == TOOL_PLAYER_REFUSED && !r->differs)
        put_heading(r, sim_status_text(r->player.refusal));
    if (r->differs)
        return 3;
    if (status == TOOL_PLAYER_CUT)
        fprintf(err, "%s: note: the log was cut after record %llu%s\n", reader->lines.path,
                (unsigned long long)reader->records,
                reader->torn ? "; what follows is not whole" : "; it has no closing record");
    fprintf(r->out, "%s: the same: %llu actions, %llu events\n", reader->lines.path,
            (unsigned long long)r->player.actions, (unsigned long long)r->player.events);
    return 0;
}

int tool_replay(const char *path, FILE *out, FILE *err)
{
    struct replay r = {.out = out};
    int code;

    if (tool_player_open(&r.player, path)) {
        code = conclude(&r, play(&r), err);
    } else {
        fprintf(err, "%s\n", tool_text_get(&r.player.reader.error));
        code = 2;
    }
    tool_player_close(&r.player);
    return code;
}
