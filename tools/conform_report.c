/* What a difference looks like to someone who has to find its cause. */
#include <stdlib.h>
#include <string.h>

#include "tools/conform_internal.h"
#include "tools/sides.h"

#define HISTORY 12u

static struct tool_sides sides_of(const struct conform_run *run)
{
    struct tool_sides s = {.out = run->out, .left = "recorded", .right = "model"};

    return s;
}

/* ---- recorded lines in short ---- */

static void put_span(FILE *out, const struct tool_parsed *j, uint32_t node)
{
    const struct tool_parsed_node *n = &j->node[node];
    unsigned quote = n->type == TOOL_PARSED_STRING;

    fprintf(out, "%.*s", (int)(n->end - n->begin - 2 * quote), j->text + n->begin + quote);
}

static void put_member_if(FILE *out, const struct tool_parsed *j, uint32_t object, const char *key)
{
    uint32_t node = tool_parsed_get(j, object, key);

    if (node == 0 || j->node[node].end - j->node[node].begin > 80)
        return;
    fputc(' ', out);
    put_span(out, j, node);
}

static void put_short_call(FILE *out, const struct tool_parsed *j, uint32_t call)
{
    static const char *const keys[] = {
        "call",  "op",   "verb",   "subresource", "kind", "name",  "key", "queue", "pod",   "args",
        "owner", "want", "subnet", "found",       "v4",   "error", "ms",  "fault", "result"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        put_member_if(out, j, call, keys[i]);
}

static bool is_of_action(const struct tool_parsed *j, uint32_t key)
{
    static const char *const others[] = {"calls", "changed", "n", "now", "do"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (tool_parsed_is(j, key, others[i]))
            return false;
    return true;
}

static void put_short_action(FILE *out, const struct tool_parsed *j)
{
    uint32_t end = j->node[0].next;

    put_member_if(out, j, 0, "do");
    for (uint32_t i = 1; i < end; i = j->node[i + 1].next)
        if (is_of_action(j, i)) {
            fputc(' ', out);
            put_span(out, j, i);
            fputc('=', out);
            put_span(out, j, i + 1);
        }
}

static void put_short_line(FILE *out, const struct tool_parsed *j)
{
    uint32_t calls = tool_parsed_get(j, 0, "calls");
    const char *separator = "  ->";

    fputs("    n", out);
    put_member_if(out, j, 0, "n");
    fputs(" now", out);
    put_member_if(out, j, 0, "now");
    fputs(": ", out);
    put_short_action(out, j);
    for (uint32_t i = calls == 0 ? 0 : tool_parsed_first(calls);
         calls != 0 && i < j->node[calls].next; i = j->node[i].next) {
        fputs(separator, out);
        put_short_call(out, j, i);
        separator = " |";
    }
    fputc('\n', out);
}

/* ---- where the workers stood: by doing everything again up to the line before ---- */

static struct sim_world *world_before(const struct conform_run *run)
{
    struct sim_world *w = conform_new_world(run->config);
    struct tool_parsed j = {0};

    for (size_t i = 0; w != NULL && i < run->at; i++) {
        struct tool_action_error error = {0};
        struct sim_action a;

        if (conform_read_line(&j, run->stream, i) &&
            tool_action_read(run->config, &j, 0, &a, &error))
            (void)sim_apply(w, &a, NULL);
        tool_text_free(&error.sentence);
    }
    tool_parsed_free(&j);
    return w;
}

static void put_workers(const struct conform_run *run)
{
    struct sim_world *w = world_before(run);
    bool any = false;

    fputs("  workers before this line (model)\n", run->out);
    for (unsigned q = 0; w != NULL && q < SIM_QUEUE_COUNT; q++) {
        struct sim_stop stop;

        if (!sim_stopped_before(w, (enum sim_queue_id)q, &stop))
            continue;
        fprintf(run->out, "    %-13s %s, before %s: %s\n", sim_queue_text((enum sim_queue_id)q),
                tool_key_text(run->config, (enum sim_queue_id)q, sim_worker(w, q)->key), stop.name,
                stop.text);
        any = true;
    }
    if (!any)
        fputs("    all idle\n", run->out);
    free(w);
}

static void put_history(const struct conform_run *run)
{
    size_t first = run->at < HISTORY ? 0 : run->at - HISTORY;
    struct tool_parsed j = {0};

    fputs("  recorded actions that led here\n", run->out);
    for (size_t i = first; i <= run->at; i++)
        if (conform_read_line(&j, run->stream, i))
            put_short_line(run->out, &j);
    tool_parsed_free(&j);
}

/* ---- the four kinds of difference ---- */

static void put_heading(const struct conform_run *run, const char *what)
{
    const struct conform_stream *s = run->stream;

    fprintf(run->out, "%s:%llu: %s, stream %s: %s\n   ", s->path,
            (unsigned long long)s->line[run->at].number, tool_text_get(&s->version),
            tool_text_get(&s->name), what);
    put_short_action(run->out, &run->parsed);
    fputc('\n', run->out);
}

static void put_context(const struct conform_run *run)
{
    put_workers(run);
    put_history(run);
    fputc('\n', run->out);
}

static void put_recorded_calls(const struct conform_run *run, uint32_t calls)
{
    const struct tool_parsed *j = &run->parsed;
    struct tool_sides sides = sides_of(run);

    for (uint32_t i = calls == 0 ? 0 : tool_parsed_first(calls);
         calls != 0 && i < j->node[calls].next; i = j->node[i].next)
        tool_sides_left(&sides, "", j->text + j->node[i].begin, j->node[i].end - j->node[i].begin);
}

static void put_model_calls(const struct conform_run *run)
{
    struct tool_sides sides = sides_of(run);
    struct tool_text text = {0};

    for (size_t i = conform_next_call(run, 0); i < run->n_events;
         i = conform_next_call(run, i + 1)) {
        tool_text_clear(&text);
        tool_render_event(&run->render, run->world, &run->event[i], &text);
        tool_sides_right(&sides, "", tool_text_get(&text), text.length);
    }
    tool_text_free(&text);
}

void conform_differs_call(struct conform_run *run, uint32_t calls, uint32_t recorded,
                          const struct sim_event *event, unsigned index)
{
    const struct tool_parsed_node *n = &run->parsed.node[recorded];
    struct tool_sides sides = sides_of(run);
    char what[64];

    snprintf(what, sizeof what, "call %u differs", index + 1);
    put_heading(run, what);
    tool_sides_put(&sides, "this call", recorded == 0 ? NULL : run->parsed.text + n->begin,
                   n->end - n->begin, event == NULL ? NULL : tool_text_get(&run->actual),
                   run->actual.length);
    fputs("  all calls of this line\n", run->out);
    put_recorded_calls(run, calls);
    put_model_calls(run);
    put_context(run);
}

void conform_differs_field(struct conform_run *run, const char *key, const char *recorded,
                           size_t recorded_length, const char *model)
{
    struct tool_sides sides = sides_of(run);
    char what[64];

    snprintf(what, sizeof what, "`%s` differs", key);
    put_heading(run, what);
    tool_sides_put(&sides, key, recorded, recorded_length, model, strlen(model));
    put_context(run);
}

void conform_differs_state(struct conform_run *run, uint32_t state, const char *model)
{
    struct tool_text name = {0}, what = {0};
    const struct tool_text *recorded = &run->expected[state];
    struct tool_sides sides = sides_of(run);

    tool_state_text(&run->render, tool_state_at(run->config, state), &name);
    tool_text_printf(&what, "state %s differs", tool_text_get(&name));
    put_heading(run, tool_text_get(&what));
    tool_sides_put(&sides, tool_text_get(&name), tool_text_get(recorded), recorded->length, model,
                   strlen(model));
    tool_text_free(&name);
    tool_text_free(&what);
    put_context(run);
}

void conform_differs_refused(struct conform_run *run, enum sim_status status)
{
    put_heading(run, sim_status_text(status));
    put_recorded_calls(run, tool_parsed_get(&run->parsed, 0, "calls"));
    put_context(run);
}
