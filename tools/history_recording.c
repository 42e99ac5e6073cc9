/* One stream of a recording as actions. */
#include <stdlib.h>
#include <string.h>

#include "tools/actions.h"
#include "tools/history.h"
#include "tools/lines.h"
#include "tools/memory.h"
#include "tools/parse.h"
#include "tools/recorded.h"

struct stream {
    const char *path, *name;
    struct tool_text text; /* its lines, each with its newline */
    enum sim_profile profile;
    size_t found; /* streams of that name */
    struct tool_text *error;
};

static bool fail(struct stream *s, uint64_t line, const char *sentence)
{
    tool_text_printf(s->error, "%s:%llu:1: error: %s", s->path, (unsigned long long)line, sentence);
    return false;
}

static bool is_named(const struct stream *s, const struct tool_parsed *j, uint32_t node)
{
    const struct tool_parsed_node *n = &j->node[node];
    size_t quote = n->type == TOOL_PARSED_STRING, length = n->end - n->begin - 2 * quote;

    return s->name == NULL ||
           (strlen(s->name) == length && memcmp(j->text + n->begin + quote, s->name, length) == 0);
}

static bool begin(struct stream *s, const struct tool_parsed *j, uint64_t line)
{
    uint32_t version = tool_parsed_get(j, 0, "version");

    if (++s->found > 1)
        return fail(s, line,
                    s->name == NULL ? "this recording has several streams (--stream NAME)"
                                    : "a second stream has this name");
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        if (version != 0 && tool_parsed_is(j, version, sim_profile_text((enum sim_profile)p))) {
            s->profile = (enum sim_profile)p;
            return true;
        }
    return fail(s, line, "no profile has the name of this stream's version");
}

static bool collect(struct stream *s)
{
    struct tool_parsed j = {0};
    struct tool_lines l;
    bool ok = tool_lines_open(&l, s->path), within = false;

    while (ok && tool_lines_next(&l)) {
        uint32_t named;

        if (!tool_parse_json(&j, l.text, l.length)) {
            ok = fail(s, l.number, j.error);
            break;
        }
        named = tool_parsed_get(&j, 0, "stream");
        if (named != 0) {
            within = is_named(s, &j, named);
            ok = !within || begin(s, &j, l.number);
        } else if (within) {
            tool_text_bytes(&s->text, l.text, l.length);
            tool_text_add(&s->text, "\n");
        }
    }
    if (ok && l.error != NULL)
        ok = fail(s, l.number, l.error);
    if (ok && s->found == 0)
        ok = fail(s, 1, "there is no stream of this name");
    tool_lines_close(&l);
    tool_parsed_free(&j);
    return ok;
}

/* Calls visit for each line of the stream, parsed. */
static bool each(struct stream *s, struct tool_history *h,
                 bool (*visit)(struct tool_history *h, const struct tool_parsed *j,
                               struct tool_action_error *error))
{
    struct tool_parsed j = {0};
    bool ok = true;

    for (const char *at = tool_text_get(&s->text); ok && *at != '\0';) {
        size_t n = strcspn(at, "\n");
        struct tool_action_error error = {0};

        ok = tool_parse_json(&j, at, n) && visit(h, &j, &error);
        if (!ok)
            ok = fail(s, 1, tool_text_get(&error.sentence));
        tool_text_free(&error.sentence);
        at += n + 1;
    }
    tool_parsed_free(&j);
    return ok;
}

static bool mention(struct tool_history *h, const struct tool_parsed *j,
                    struct tool_action_error *error)
{
    return tool_action_names(h->builder, j, 0, error);
}

static bool take(struct tool_history *h, const struct tool_parsed *j,
                 struct tool_action_error *error)
{
    struct sim_action a;

    if (!tool_action_read(h->config, j, 0, &a, error))
        return false;
    tool_history_add(h, &a);
    return true;
}

static bool configure(struct stream *s, struct tool_history *h)
{
    struct tool_recorded where = {.config = NULL};
    struct tool_text error = {0};
    struct tool_parsed first = {0};
    bool ok =
        tool_parse_json(&first, tool_text_get(&s->text), strcspn(tool_text_get(&s->text), "\n"));

    h->builder = tool_builder_new();
    if (!ok || !tool_recorded_world(&where, s->path, &first, h->builder, &error))
        ok = fail(s, 1, error.length > 0 ? tool_text_get(&error) : "this stream is empty");
    tool_text_free(&error);
    tool_parsed_free(&first);
    if (!ok || !each(s, h, mention))
        return false;
    h->config = tool_builder_finish(h->builder);
    if (h->config == NULL)
        return fail(s, 1, tool_builder_error(h->builder));
    tool_config_set_recorded(h->config, s->profile);
    return true;
}

bool tool_history_recording(struct tool_history *h, const char *path, const char *stream,
                            struct tool_text *error)
{
    struct stream s = {.path = path, .name = stream, .error = error};
    bool ok = collect(&s) && configure(&s, h) && each(&s, h, take);

    tool_text_free(&s.text);
    return ok;
}
