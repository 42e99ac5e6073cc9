#include "tools/conform.h"

#include <stdlib.h>
#include <string.h>

#include "tools/conform_internal.h"
#include "tools/memory.h"
#include "tools/put.h"

/* ---- reading a file into streams ---- */

struct reader {
    const struct tool_conform *how;
    struct tool_lines lines;
    struct tool_parsed parsed;
    struct tool_builder *builder; /* of the stream being collected; NULL before the first */
    struct conform_stream stream;
    FILE *out, *err;
    struct tool_conform_totals totals; /* of this file */
    bool failed;
};

static bool malformed(struct reader *r, uint64_t line, size_t column, const char *sentence)
{
    fprintf(r->err, "%s:%llu:%zu: error: %s\n", r->lines.path, (unsigned long long)line, column,
            sentence);
    r->totals.errors++;
    r->failed = true;
    return false;
}

static size_t column_of(const struct tool_parsed *j, size_t offset)
{
    size_t column = 1;

    for (size_t i = 0; i < offset && i < j->length; i++)
        column += ((unsigned char)j->text[i] & 0xc0u) != 0x80u;
    return column;
}

static bool malformed_node(struct reader *r, uint64_t line, const struct tool_parsed *j,
                           uint32_t node, const char *sentence)
{
    return malformed(r, line, column_of(j, j->node[node].begin), sentence);
}

static void stream_clear(struct conform_stream *s)
{
    tool_text_clear(&s->text);
    tool_text_clear(&s->name);
    tool_text_clear(&s->version);
    s->n_lines = 0;
}

static void stream_free(struct conform_stream *s)
{
    tool_text_free(&s->text);
    tool_text_free(&s->name);
    tool_text_free(&s->version);
    free(s->line);
}

static void keep_line(struct reader *r)
{
    struct conform_stream *s = &r->stream;
    struct conform_line *l;

    s->line = tool_room(s->line, s->n_lines, &s->line_capacity, sizeof *s->line);
    l = &s->line[s->n_lines++];
    l->offset = s->text.length;
    l->length = r->lines.length;
    l->number = r->lines.number;
    tool_text_bytes(&s->text, r->lines.text, r->lines.length);
}

/* The content of a string, or the digits of a number. */
static void take_text(const struct tool_parsed *j, uint32_t node, struct tool_text *out)
{
    const struct tool_parsed_node *n = &j->node[node];
    struct tool_text scratch = {0};
    size_t length = n->end - n->begin;
    const char *text = j->text + n->begin;

    if (n->type == TOOL_PARSED_STRING)
        text = tool_parsed_string(j, node, &scratch, &length);
    tool_text_bytes(out, text, length);
    tool_text_free(&scratch);
}

static bool begin_stream(struct reader *r)
{
    const struct tool_parsed *j = &r->parsed;
    uint32_t name = tool_parsed_get(j, 0, "stream");
    uint32_t version = tool_parsed_get(j, 0, "version");

    stream_clear(&r->stream);
    r->stream.path = r->lines.path;
    if (name == 0 ||
        (j->node[name].type != TOOL_PARSED_STRING && j->node[name].type != TOOL_PARSED_NUMBER))
        return malformed_node(r, r->lines.number, j, name, "this stream has no name (`stream`)");
    if (version == 0 || j->node[version].type != TOOL_PARSED_STRING)
        return malformed_node(r, r->lines.number, j, version,
                              "this stream names no version (`version`)");
    take_text(j, name, &r->stream.name);
    take_text(j, version, &r->stream.version);
    if (sim_profile_find(tool_text_get(&r->stream.version)) == SIM_PROFILE_COUNT &&
        r->how->profile == SIM_PROFILE_COUNT)
        return malformed_node(r, r->lines.number, j, version,
                              "no profile has the name of this version (--profile chooses one)");
    r->builder = tool_builder_new();
    return true;
}

/* ---- comparing ---- */

static void note_event(void *context, const struct sim_event *event)
{
    struct conform_run *run = context;

    run->event = tool_room(run->event, run->n_events, &run->event_capacity, sizeof *run->event);
    memcpy(&run->event[run->n_events++], event, sizeof *event);
}

size_t conform_next_call(const struct conform_run *run, size_t from)
{
    while (from < run->n_events && !sim_event_is_call((enum sim_event_kind)run->event[from].kind))
        from++;
    return from;
}

bool conform_read_line(struct tool_parsed *j, const struct conform_stream *s, size_t line)
{
    return tool_parse_json(j, tool_text_get(&s->text) + s->line[line].offset, s->line[line].length);
}

struct sim_world *conform_new_world(const struct engine_config *config)
{
    size_t size = sim_size(&config->setup);
    struct sim_world *world = NULL;
    void *memory = size == 0 ? NULL : tool_alloc(size);

    if (memory != NULL && sim_init(memory, &config->setup, &world) != SIM_STATUS_DONE) {
        free(memory);
        return NULL;
    }
    return world;
}

/* Byte equality is the fast way; equal values in other words are found by reading both. */
static bool same_json(const struct tool_parsed *j, uint32_t node, const struct tool_text *model)
{
    const struct tool_parsed_node *n = &j->node[node];
    struct tool_parsed other = {0};
    bool same;

    if (n->end - n->begin == model->length &&
        memcmp(j->text + n->begin, model->at, model->length) == 0)
        return true;
    same = tool_parse_json(&other, tool_text_get(model), model->length) &&
           tool_parsed_equal(j, node, &other, 0);
    tool_parsed_free(&other);
    return same;
}

/* Two calls are the same if all their fields are; selectors are written from the world, and texts
 * of errors that no handler branches on are the recording's own. */
static bool compare_calls(struct conform_run *run)
{
    uint32_t calls = tool_parsed_get(&run->parsed, 0, "calls"), recorded = 0, end = 0;
    size_t event = conform_next_call(run, 0);
    unsigned index = 0;

    if (calls != 0 && run->parsed.node[calls].type == TOOL_PARSED_ARRAY) {
        recorded = tool_parsed_first(calls);
        end = run->parsed.node[calls].next;
    }
    for (; recorded < end || event < run->n_events; index++) {
        const struct sim_event *e = event < run->n_events ? &run->event[event] : NULL;

        tool_text_clear(&run->actual);
        if (e != NULL)
            tool_render_event(&run->render, run->world, e, &run->actual);
        if (recorded >= end || e == NULL || !same_json(&run->parsed, recorded, &run->actual)) {
            conform_differs_call(run, calls, recorded < end ? recorded : 0, e, index);
            return false;
        }
        recorded = run->parsed.node[recorded].next;
        event = conform_next_call(run, event + 1);
        run->calls++;
    }
    return true;
}

static const struct sim_event *find_fact(const struct conform_run *run, enum sim_event_kind kind)
{
    for (size_t i = 0; i < run->n_events; i++)
        if (run->event[i].kind == kind)
            return &run->event[i];
    return NULL;
}

/* A member of the recorded line against the model's value of it, both as JSON. */
static bool compare_field(struct conform_run *run, const char *key)
{
    uint32_t node = tool_parsed_get(&run->parsed, 0, key);
    const struct tool_parsed_node *n = &run->parsed.node[node];

    if (node == 0 || same_json(&run->parsed, node, &run->actual))
        return true;
    conform_differs_field(run, key, run->parsed.text + n->begin, n->end - n->begin,
                          tool_text_get(&run->actual));
    return false;
}

static bool compare_text(struct conform_run *run, const char *key, const char *model)
{
    tool_text_clear(&run->actual);
    tool_put_string(&run->actual, model);
    return compare_field(run, key);
}

static bool compare_delivery(struct conform_run *run)
{
    const struct sim_event *e = find_fact(run, SIM_EVENT_DELIVERED);
    char rv[16];

    if (e == NULL)
        return compare_text(run, "event", "");
    snprintf(rv, sizeof rv, "%u", e->rv);
    return compare_text(run, tool_parsed_get(&run->parsed, 0, "eip") != 0 ? "eip" : "name",
                        run->config->names.object[e->object][e->id]) &&
           compare_text(run, "event", sim_verb_text((enum sim_verb)e->verb)) &&
           compare_text(run, "rv", rv);
}

static bool compare_fields(struct conform_run *run, const struct sim_action *a)
{
    const struct sim_event *e;

    tool_text_clear(&run->actual);
    tool_put_number(&run->actual, sim_globals(run->world)->now);
    if (!compare_field(run, "now"))
        return false;
    switch (a->kind) {
    case SIM_ACTION_DELIVER:
        return compare_delivery(run);
    case SIM_ACTION_START:
        e = find_fact(run, SIM_EVENT_TAKEN);
        return compare_text(
            run, "key",
            e == NULL ? "" : tool_key_text(run->config, (enum sim_queue_id)e->queue, e->id));
    case SIM_ACTION_CREATE:
    case SIM_ACTION_DELETE:
    case SIM_ACTION_SET_FINALIZERS:
    case SIM_ACTION_SET_QOS:
    case SIM_ACTION_SET_V4IP:
    case SIM_ACTION_SET_SPEC:
        e = find_fact(run, SIM_EVENT_STORED);
        return compare_text(run, "result",
                            e == NULL ? "" : sim_result_text((enum sim_result)e->result));
    default:
        return true;
    }
}

static bool take_changes(struct conform_run *run, struct tool_action_error *error)
{
    uint32_t changed = tool_parsed_get(&run->parsed, 0, "changed");
    const struct tool_parsed *j = &run->parsed;

    if (changed == 0)
        return true;
    for (uint32_t i = tool_parsed_first(changed); i < j->node[changed].next;
         i = j->node[i + 1].next) {
        struct tool_text scratch = {0};
        size_t length;
        const char *key = tool_parsed_string(j, i, &scratch, &length);
        uint32_t state = tool_state_find(run->config, key, length);
        const struct tool_parsed_node *value = &j->node[i + 1];

        tool_text_free(&scratch);
        if (state == UINT32_MAX) {
            tool_text_add(&error->sentence, "this names nothing of this world");
            error->node = i;
            return false;
        }
        tool_text_clear(&run->expected[state]);
        tool_text_bytes(&run->expected[state], j->text + value->begin, value->end - value->begin);
        tool_text_clear(&run->known[state]);
    }
    return true;
}

static bool same_text(const struct tool_text *a, const struct tool_text *b)
{
    struct tool_parsed x = {0}, y = {0};
    bool same;

    if (a->length == b->length && memcmp(tool_text_get(a), tool_text_get(b), a->length) == 0)
        return true;
    same = tool_parse_json(&x, tool_text_get(a), a->length) &&
           tool_parse_json(&y, tool_text_get(b), b->length) && tool_parsed_equal(&x, 0, &y, 0);
    tool_parsed_free(&x);
    tool_parsed_free(&y);
    return same;
}

/* Is this part known to be as expected, because none of its bytes has changed since? */
static bool is_known(const struct conform_run *run, uint32_t i)
{
    struct tool_span span[TOOL_STATE_SPANS];
    unsigned n = tool_state_bytes(run->world, run->state[i], span);
    const struct tool_text *known = &run->known[i];
    size_t at = 0;

    for (unsigned k = 0; k < n; at += span[k++].size)
        if (known->length - at < span[k].size || known->length == 0 ||
            memcmp(known->at + at, span[k].bytes, span[k].size) != 0)
            return false;
    return at == known->length;
}

static void remember(struct conform_run *run, uint32_t i)
{
    struct tool_span span[TOOL_STATE_SPANS];
    unsigned n = tool_state_bytes(run->world, run->state[i], span);

    tool_text_clear(&run->known[i]);
    for (unsigned k = 0; k < n; k++)
        tool_text_bytes(&run->known[i], span[k].bytes, span[k].size);
}

static bool compare_states(struct conform_run *run)
{
    for (uint32_t i = 0; i < run->n_states; i++) {
        if (is_known(run, i))
            continue;
        tool_text_clear(&run->actual);
        tool_render_state(&run->render, run->world, run->state[i], &run->actual);
        if (!same_text(&run->expected[i], &run->actual)) {
            conform_differs_state(run, i, tool_text_get(&run->actual));
            return false;
        }
        remember(run, i);
    }
    return true;
}

static bool compare_line(struct conform_run *run, const struct sim_action *a)
{
    struct sim_sink sink = {.fn = note_event, .context = run};
    enum sim_status status;

    run->n_events = 0;
    status = sim_apply(run->world, a, &sink);
    if (status != SIM_STATUS_DONE) {
        conform_differs_refused(run, status);
        return false;
    }
    return compare_calls(run) && compare_fields(run, a) && compare_states(run);
}

/* ---- one stream ---- */

/* The first line shows which parts the controller has. */
static void note_parts(struct reader *r, const struct tool_parsed *first)
{
    uint32_t changed = tool_parsed_get(first, 0, "changed");
    struct tool_options *o = tool_builder_options(r->builder);

    if (tool_parsed_get(first, changed, "queue/addFip") != 0)
        o->nat_part = 1;
    if (tool_parsed_get(first, changed, "queue/addVip") != 0)
        o->owners_part = 1;
}

static bool describe_world(struct reader *r)
{
    struct tool_text error = {0};
    struct tool_parsed first = {0};
    bool ok = conform_read_line(&first, &r->stream, 0) &&
              r->how->world(r->how->context, r->lines.path, &first, r->builder, &error);

    if (!ok)
        malformed(r, r->stream.line[0].number, 1, tool_text_get(&error));
    else
        note_parts(r, &first);
    tool_text_free(&error);
    tool_parsed_free(&first);
    return ok;
}

static struct engine_config *stream_config(struct reader *r)
{
    struct tool_options *o = tool_builder_options(r->builder);
    struct engine_config *config;
    size_t watch = 2 * r->stream.n_lines + 64;
    enum sim_profile profile = r->how->profile;

    if (o->watch == 0)
        o->watch = (uint16_t)(watch < 0xffff ? watch : 0xffff);
    o->timed = 1;
    config = tool_builder_finish(r->builder);
    if (config == NULL) {
        malformed(r, r->stream.line[0].number, 1, tool_builder_error(r->builder));
        return NULL;
    }
    if (profile == SIM_PROFILE_COUNT)
        profile = sim_profile_find(tool_text_get(&r->stream.version));
    tool_config_set_recorded(config, profile);
    for (size_t i = 0; i < r->how->n_set; i++)
        config->setup.policy.value[r->how->set[i].which] = r->how->set[i].value;
    return config;
}

static bool run_line(struct reader *r, struct conform_run *run)
{
    struct tool_action_error error = {0};
    uint64_t number = run->stream->line[run->at].number;
    struct sim_action action;
    bool ok = conform_read_line(&run->parsed, run->stream, run->at) &&
              tool_action_read(run->config, &run->parsed, 0, &action, &error) &&
              take_changes(run, &error);

    if (!ok)
        malformed_node(r, number, &run->parsed, error.node, tool_text_get(&error.sentence));
    tool_text_free(&error.sentence);
    if (!ok)
        return false;
    r->totals.actions++;
    if (!compare_line(run, &action)) {
        run->differs = true;
        return r->how->keep_going;
    }
    return true;
}

static void run_world(struct reader *r, struct conform_run *run)
{
    run->n_states = tool_state_count(run->config);
    run->expected = tool_alloc(run->n_states * sizeof *run->expected);
    run->known = tool_alloc(run->n_states * sizeof *run->known);
    run->state = tool_alloc(run->n_states * sizeof *run->state);
    for (uint32_t i = 0; i < run->n_states; i++) {
        tool_text_add(&run->expected[i], "null");
        run->state[i] = tool_state_at(run->config, i);
    }
    tool_render_init(&run->render, run->config);
    if (run->config->setup.limits.owners) {
        run->render.mac_number =
            tool_alloc((run->config->setup.limits.macs + 1u) * sizeof(uint32_t));
        run->render.macs_numbered = run->render.mac_number; /* [0] is no MAC's */
    }
    for (run->at = 0; run->at < run->stream->n_lines; run->at++)
        if (!run_line(r, run))
            break;
    for (uint32_t i = 0; i < run->n_states; i++) {
        tool_text_free(&run->expected[i]);
        tool_text_free(&run->known[i]);
    }
    free(run->expected);
    free(run->known);
    free(run->state);
    free(run->event);
    tool_parsed_free(&run->parsed);
    tool_text_free(&run->actual);
    free(run->render.mac_number);
    tool_render_free(&run->render);
}

static void run_stream(struct reader *r)
{
    struct conform_run run = {.how = r->how, .stream = &r->stream, .out = r->out};

    if (r->builder != NULL && r->stream.n_lines > 0 && !r->failed) {
        run.config = describe_world(r) ? stream_config(r) : NULL;
        run.world = run.config != NULL ? conform_new_world(run.config) : NULL;
        if (run.world != NULL)
            run_world(r, &run);
        else if (run.config != NULL)
            malformed(r, r->stream.line[0].number, 1, "the world of this stream is malformed");
        free(run.world);
        r->totals.streams++;
        r->totals.calls += run.calls;
        r->totals.differing += run.differs;
    }
    if (r->builder != NULL)
        tool_builder_free(r->builder);
    r->builder = NULL;
}

/* Lines of a stream count from 0. */
static bool numbered(const struct tool_parsed *j, size_t next)
{
    uint64_t n;

    return tool_parsed_u64(j, tool_parsed_get(j, 0, "n"), &n) && n == next;
}

static bool take_line(struct reader *r)
{
    struct tool_action_error error = {0};
    uint64_t version;
    bool ok;

    if (!tool_parse_json(&r->parsed, r->lines.text, r->lines.length))
        return malformed(r, r->lines.number, column_of(&r->parsed, r->parsed.error_at),
                         r->parsed.error);
    if (r->parsed.node[0].type != TOOL_PARSED_OBJECT)
        return malformed(r, r->lines.number, 1, "a line must be an object");
    if (tool_parsed_get(&r->parsed, 0, "trace") != 0) {
        if (!tool_parsed_u64(&r->parsed, tool_parsed_get(&r->parsed, 0, "trace"), &version) ||
            version != 1)
            return malformed(r, r->lines.number, 1, "`trace` must be 1, the format known here");
        run_stream(r);
        return !r->failed && begin_stream(r);
    }
    if (r->builder == NULL)
        return malformed(r, r->lines.number, 1, "the first line must begin a stream (`trace`)");
    if (!numbered(&r->parsed, r->stream.n_lines))
        return malformed(r, r->lines.number, 1, "`n` is not the next number of this stream");
    ok = tool_action_names(r->builder, &r->parsed, 0, &error);
    if (!ok)
        malformed_node(r, r->lines.number, &r->parsed, error.node, tool_text_get(&error.sentence));
    tool_text_free(&error.sentence);
    if (ok)
        keep_line(r);
    return ok;
}

static void run_file(struct reader *r, const char *path)
{
    if (tool_lines_open(&r->lines, path))
        while (tool_lines_next(&r->lines) && take_line(r) &&
               !(r->how->stop && r->totals.differing > 0))
            continue;
    if (r->lines.error != NULL) {
        fprintf(r->err, "%s: error: %s%s%s\n", path, r->lines.error,
                r->lines.error_number != 0 ? ": " : "",
                r->lines.error_number != 0 ? strerror(r->lines.error_number) : "");
        r->totals.errors++;
        r->failed = true;
    }
    if (!(r->how->stop && r->totals.differing > 0))
        run_stream(r);
    else if (r->builder != NULL)
        tool_builder_free(r->builder);
    if (!r->failed && r->totals.streams == 0)
        malformed(r, r->lines.number, 1, "there is no stream in this file");
    tool_lines_close(&r->lines);
    tool_parsed_free(&r->parsed);
    stream_free(&r->stream);
}

/* ---- all files ---- */

static void put_row(FILE *out, int width, const char *name, const struct tool_conform_totals *t)
{
    fprintf(out, "%-*s  %8llu  %9llu  %9llu  %9llu\n", width, name, (unsigned long long)t->streams,
            (unsigned long long)t->actions, (unsigned long long)t->calls,
            (unsigned long long)t->differing);
}

static void add_totals(struct tool_conform_totals *sum, const struct tool_conform_totals *t)
{
    sum->streams += t->streams;
    sum->actions += t->actions;
    sum->calls += t->calls;
    sum->differing += t->differing;
    sum->errors += t->errors;
}

static void put_table(FILE *out, const char *const *files, size_t n,
                      const struct tool_conform_totals *rows, const struct tool_conform_totals *sum)
{
    int width = 5;

    for (size_t i = 0; i < n; i++)
        if (strlen(files[i]) > (size_t)width && strlen(files[i]) < 200)
            width = (int)strlen(files[i]);
    fprintf(out, "%-*s  %8s  %9s  %9s  %9s\n", width, "file", "streams", "actions", "calls",
            "differing");
    for (size_t i = 0; i < n; i++)
        put_row(out, width, files[i], &rows[i]);
    put_row(out, width, "total", sum);
}

int tool_conform(const struct tool_conform *how, const char *const *files, size_t n_files,
                 FILE *out, FILE *err, struct tool_conform_totals *totals)
{
    struct tool_conform_totals *rows = tool_alloc(n_files * sizeof *rows);
    size_t done = 0;

    memset(totals, 0, sizeof *totals);
    for (; done < n_files && !(how->stop && totals->differing > 0); done++) {
        struct reader r = {.how = how, .out = out, .err = err};

        run_file(&r, files[done]);
        memcpy(&rows[done], &r.totals, sizeof rows[done]);
        add_totals(totals, &r.totals);
    }
    if (!how->quiet)
        put_table(out, files, done, rows, totals);
    free(rows);
    if (totals->errors > 0)
        return 2;
    return totals->differing > 0 ? 3 : 0;
}
