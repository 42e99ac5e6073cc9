#include "tools/show.h"

#include <string.h>

#include "tools/player.h"
#include "tools/words.h"

/* Kinds as they are typed in front of the slash: as the API calls them, or shorter. */
static const struct {
    const char *text;
    enum sim_object kind;
} kinds[] = {{"eip", SIM_OBJECT_EIP},
             {"gateway", SIM_OBJECT_GATEWAY},
             {"pod", SIM_OBJECT_POD},
             {"policy", SIM_OBJECT_POLICY},
             {"subnet", SIM_OBJECT_SUBNET},
#define X(name, text, limit, type) {text, SIM_OBJECT_##name},
             SIM_KINDS(X)
#undef X
#define X(name, text) {text, SIM_OBJECT_##name},
                 SIM_OTHER_OBJECTS(X)
#undef X
};

enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

struct shower {
    const struct tool_show *how;
    struct tool_player player;
    struct tool_words words;
    bool filtered;
    enum sim_object kind;
    sim_id id;
    FILE *out, *err;
};

static sim_id find_object(const struct engine_config *config, enum sim_object kind,
                          const char *name)
{
    size_t length = strlen(name);

    switch (kind) {
    case SIM_OBJECT_EIP:
        return tool_id_of(config, TOOL_NAME_EIP, name, length);
    case SIM_OBJECT_GATEWAY:
        return tool_id_of(config, TOOL_NAME_GATEWAY, name, length);
    case SIM_OBJECT_POD:
        return tool_pod_of(config, name, length);
    case SIM_OBJECT_POLICY:
        return tool_id_of(config, TOOL_NAME_POLICY, name, length);
    case SIM_OBJECT_SUBNET:
        return tool_id_of(config, TOOL_NAME_NET, name, length);
    default:
        return tool_rule_of(config, kind, name, length);
    }
}

static bool choose_object(struct shower *s)
{
    const char *slash = strchr(s->how->object, '/');

    for (size_t i = 0; slash != NULL && i < N_KINDS; i++)
        if (strlen(kinds[i].text) == (size_t)(slash - s->how->object) &&
            memcmp(kinds[i].text, s->how->object, (size_t)(slash - s->how->object)) == 0) {
            s->kind = kinds[i].kind;
            s->id = find_object(s->player.config, s->kind, slash + 1);
            s->filtered = true;
            if (s->id == SIM_NONE)
                fprintf(s->err, "eipsim: this log knows no %s\n", s->how->object);
            return s->id != SIM_NONE;
        }
    fputs("eipsim: an object is KIND/NAME; kinds are", s->err);
    for (size_t i = 0; i < N_KINDS; i++)
        fprintf(s->err, "%s %s", i > 0 ? "," : "", kinds[i].text);
    fputc('\n', s->err);
    return false;
}

static void put_action(struct shower *s)
{
    const struct engine_trace_action *a = &s->player.trace.action[0];
    struct tool_text text = {0};

    tool_words_action(&s->player.render, &a->action, &text);
    fprintf(s->out, "%7llu  %8llu ms  %s\n", (unsigned long long)s->player.actions,
            (unsigned long long)a->now, tool_text_get(&text));
    tool_text_free(&text);
}

static void put_event(struct shower *s, const struct sim_event *e, size_t k)
{
    struct tool_text text = {0};
    size_t column;

    tool_text_printf(&text, "%7llu.%zu", (unsigned long long)s->player.actions, k);
    tool_text_pad(&text, 0, 22);
    column = text.length;
    tool_words_subject(&s->words, e, &text);
    tool_text_pad(&text, column, 24);
    tool_text_add(&text, "  ");
    tool_words_event(&s->words, e, &text);
    fprintf(s->out, "%s\n", tool_text_get(&text));
    tool_text_free(&text);
}

static void put_group(struct shower *s)
{
    const struct engine_trace *t = &s->player.trace;
    bool headed = !s->filtered;

    if (headed)
        put_action(s);
    for (size_t i = 0; i < t->n_events; i++) {
        const struct sim_event *e = &t->event[i];

        if (!s->filtered || tool_words_about(&s->words, e, s->kind, s->id)) {
            if (!headed)
                put_action(s);
            headed = true;
            put_event(s, e, i + 1);
        }
        tool_words_note(&s->words, e);
    }
}

static bool same_world(const struct shower *s)
{
    const struct tool_parsed *j = &s->player.reader.parsed;
    uint32_t node = tool_parsed_get(j, 0, "id");
    char identity[33];

    tool_log_identity(s->player.trace.action[0].identity, identity);
    return node != 0 && tool_parsed_is(j, node, identity);
}

static int differs(struct shower *s)
{
    fprintf(s->err,
            "%s:%llu: error: this model does not do what the log says it did; "
            "`eipsim replay` shows the difference\n",
            s->player.reader.lines.path, (unsigned long long)s->player.reader.lines.number);
    return 3;
}

static int conclude(struct shower *s, enum tool_player_status status)
{
    const struct tool_log_reader *r = &s->player.reader;

    switch (status) {
    case TOOL_PLAYER_BAD:
        fprintf(s->err, "%s\n", tool_text_get(&r->error));
        return 2;
    case TOOL_PLAYER_REFUSED:
        return differs(s);
    case TOOL_PLAYER_CUT:
        fprintf(s->err, "%s: note: the log was cut after record %llu\n", r->lines.path,
                (unsigned long long)r->records);
        break;
    default:
        break;
    }
    if (s->how->at_given && s->player.actions < s->how->at) {
        fprintf(s->err, "eipsim: the log has only %llu actions\n",
                (unsigned long long)s->player.actions);
        return 2;
    }
    return 0;
}

static int play(struct shower *s)
{
    while (!s->how->at_given || s->player.actions < s->how->at) {
        enum tool_player_status status = tool_player_next(&s->player);

        if (status == TOOL_PLAYER_EVENT)
            continue;
        if (status != TOOL_PLAYER_ACTION)
            return conclude(s, status);
        if (!same_world(s))
            return differs(s);
        if (!s->how->at_given || s->filtered)
            put_group(s);
    }
    fprintf(s->out, "after action %llu, at %llu ms\n", (unsigned long long)s->player.actions,
            (unsigned long long)sim_globals(s->player.world)->now);
    tool_show_state(&s->player.render, s->player.world, s->out);
    return 0;
}

int tool_show(const struct tool_show *how, const char *path, FILE *out, FILE *err)
{
    struct shower s = {.how = how, .out = out, .err = err};
    int code = 2;

    if (!tool_player_open(&s.player, path)) {
        fprintf(err, "%s\n", tool_text_get(&s.player.reader.error));
    } else {
        tool_words_init(&s.words, &s.player.render);
        if (how->object == NULL || choose_object(&s))
            code = play(&s);
    }
    tool_player_close(&s.player);
    return code;
}
