#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tools/log.h"

#include <stdlib.h>
#include <string.h>

#include "tools/actions.h"
#include "tools/put.h"

/* Every line ends in this, with 16 digits between the last two quotes. */
#define TAIL_BEGIN ",\"sum\":\""
#define TAIL_LENGTH (sizeof TAIL_BEGIN - 1 + 16 + 2)

static uint64_t sum_of(const char *bytes, size_t length, uint64_t before)
{
    return XXH3_64bits_withSeed(bytes, length, before);
}

/* ---- writing ---- */

void tool_log_seal(struct tool_text *line, uint64_t *sum)
{
    *sum = sum_of(tool_text_get(line), line->length, *sum);
    tool_text_add(line, TAIL_BEGIN);
    tool_put_hex(line, *sum);
    tool_text_add(line, "\"}\n");
}

static void put_line(struct tool_log *log)
{
    tool_log_seal(&log->line, &log->sum);
    fwrite(log->line.at, 1, log->line.length, log->file);
    tool_text_clear(&log->line);
    log->records++;
}

void tool_log_identity(struct sim_identity identity, char out[33])
{
    for (unsigned i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? identity.high : identity.low;

        out[i] = "0123456789abcdef"[(half >> (60 - 4 * (i % 16))) & 15];
    }
    out[32] = '\0';
}

void tool_log_digest(const void *bytes, size_t length, char out[33])
{
    XXH128_hash_t h = XXH3_128bits(bytes, length);
    struct sim_identity identity;

    identity.low = h.low64;
    identity.high = h.high64;
    tool_log_identity(identity, out);
}

static void put_switches(const struct sim_policy *policy, struct tool_text *out)
{
    char value[32];

    tool_put_key(out, "switches");
    tool_put_char(out, '{');
    for (unsigned i = 0; i < SIM_SWITCH_COUNT; i++) {
        sim_switch_value_text((enum sim_switch)i, policy->value[i], value, sizeof value);
        tool_put_text(out, sim_switch_text((enum sim_switch)i), value);
    }
    tool_put_char(out, '}');
}

void tool_log_put_limits(const struct sim_limits *l, struct tool_text *out)
{
    tool_put_char(out, '{');
    tool_put_u64(out, "eips", l->eips);
    tool_put_u64(out, "gateways", l->gateways);
    tool_put_u64(out, "pods_per_gateway", l->pods_per_gateway);
    tool_put_u64(out, "nets", l->nets);
    tool_put_u64(out, "subnets", l->subnets);
    tool_put_u64(out, "policies", l->policies);
    tool_put_u64(out, "rules", l->rules);
    tool_put_u64(out, "names", l->names);
    tool_put_u64(out, "watch", l->watch);
    tool_put_u64(out, "macs", l->macs);
    tool_put_char(out, '}');
}

void tool_log_begin(struct tool_log *log, FILE *file, const struct engine_config *config,
                    const struct tool_log_head *head)
{
    char *json = tool_config_to_json(config);

    memset(log, 0, sizeof *log);
    log->file = file;
    tool_render_init(&log->render, config);
    tool_put_char(&log->line, '{');
    tool_put_u64(&log->line, "log", TOOL_LOG_SCHEMA);
    tool_put_text(&log->line, "tool", "eipsim " EIPSIM_VERSION);
    tool_put_text(&log->line, "profile", sim_profile_text((enum sim_profile)config->setup.profile));
    put_switches(&config->setup.policy, &log->line);
    tool_put_key(&log->line, "limits");
    tool_log_put_limits(&config->setup.limits, &log->line);
    tool_put_digits(&log->line, "seed", head->seed);
    tool_put_text(&log->line, "scenario", head->scenario == NULL ? "" : head->scenario);
    tool_put_text(&log->line, "digest", head->digest == NULL ? "" : head->digest);
    tool_put_key(&log->line, "config");
    tool_text_add(&log->line, json);
    free(json);
    put_line(log);
}

static void put_event(struct tool_log *log, const struct sim_world *world,
                      const struct sim_event *event, size_t k)
{
    tool_put_char(&log->line, '{');
    tool_put_u64(&log->line, "n", log->actions);
    tool_put_u64(&log->line, "k", k);
    tool_put_key(&log->line, "event");
    tool_render_event(&log->render, world, event, &log->line);
    put_line(log);
}

void tool_log_action(struct tool_log *log, const struct sim_world *world,
                     const struct engine_trace *trace)
{
    const struct engine_trace_action *a = &trace->action[trace->n_actions - 1];
    char identity[33];

    log->actions++;
    tool_log_identity(a->identity, identity);
    tool_put_char(&log->line, '{');
    tool_put_u64(&log->line, "n", log->actions);
    tool_put_key(&log->line, "action");
    tool_action_write(&log->render, &a->action, &log->line);
    tool_put_u64(&log->line, "now", a->now);
    tool_put_text(&log->line, "id", identity);
    put_line(log);
    for (size_t i = 0; i < a->count; i++)
        put_event(log, world, &trace->event[a->first + i], i + 1);
}

bool tool_log_end(struct tool_log *log)
{
    tool_put_char(&log->line, '{');
    tool_put_u64(&log->line, "records", log->records);
    put_line(log);
    tool_text_free(&log->line);
    tool_render_free(&log->render);
    return fflush(log->file) == 0 && !ferror(log->file);
}

/* ---- reading ---- */

static enum tool_log_status bad_at(struct tool_log_reader *r, size_t offset, const char *sentence)
{
    size_t column = 1;

    for (size_t i = 0; i < offset && i < r->lines.length; i++)
        column += ((unsigned char)r->lines.text[i] & 0xc0u) != 0x80u;
    tool_text_clear(&r->error);
    tool_text_printf(&r->error, "%s:%llu:%zu: error: record %llu %s", r->lines.path,
                     (unsigned long long)r->lines.number, column,
                     (unsigned long long)r->lines.number, sentence);
    return TOOL_LOG_BAD;
}

enum tool_log_status tool_log_bad(struct tool_log_reader *r, uint32_t node, const char *sentence)
{
    return bad_at(r, r->parsed.node[node].begin, sentence);
}

static bool bad_file(struct tool_log_reader *r)
{
    tool_text_clear(&r->error);
    tool_text_printf(&r->error, "%s: error: %s%s%s", r->lines.path, r->lines.error,
                     r->lines.error_number != 0 ? ": " : "",
                     r->lines.error_number != 0 ? strerror(r->lines.error_number) : "");
    return false;
}

bool tool_log_open(struct tool_log_reader *r, const char *path)
{
    memset(r, 0, sizeof *r);
    return tool_lines_open(&r->lines, path) ? true : bad_file(r);
}

void tool_log_open_bytes(struct tool_log_reader *r, const char *path, const char *bytes,
                         size_t length)
{
    memset(r, 0, sizeof *r);
    tool_lines_open_bytes(&r->lines, path, bytes, length);
}

void tool_log_close(struct tool_log_reader *r)
{
    tool_lines_close(&r->lines);
    tool_parsed_free(&r->parsed);
    tool_text_free(&r->error);
    memset(r, 0, sizeof *r);
}

static bool sum_fits(struct tool_log_reader *r)
{
    const char *text = r->lines.text;
    size_t length = r->lines.length, body;
    struct tool_text tail = {0};
    uint64_t sum;
    bool fits;

    if (length < TAIL_LENGTH)
        return false;
    body = length - TAIL_LENGTH;
    sum = sum_of(text, body, r->sum);
    tool_text_add(&tail, TAIL_BEGIN);
    tool_put_hex(&tail, sum);
    tool_text_add(&tail, "\"}");
    fits = memcmp(tail.at, text + body, TAIL_LENGTH) == 0;
    tool_text_free(&tail);
    if (fits)
        r->sum = sum;
    return fits;
}

static enum tool_log_status ended(struct tool_log_reader *r)
{
    if (r->lines.error != NULL) {
        bad_file(r);
        return TOOL_LOG_BAD;
    }
    return r->records > 0 && r->record == TOOL_LOG_CLOSING ? TOOL_LOG_END : TOOL_LOG_CUT;
}

/* A last line without its newline: whole, begun, or damaged. */
static bool is_begun(struct tool_log_reader *r)
{
    return r->lines.torn && !tool_parse_json(&r->parsed, r->lines.text, r->lines.length) &&
           r->parsed.incomplete;
}

static enum tool_log_status read_number(struct tool_log_reader *r, const char *key,
                                        uint64_t expected, const char *sentence)
{
    uint32_t node = tool_parsed_get(&r->parsed, 0, key);
    uint64_t value;

    if (node == 0 || !tool_parsed_u64(&r->parsed, node, &value) || value != expected)
        return tool_log_bad(r, node, sentence);
    return TOOL_LOG_RECORD;
}

static enum tool_log_status classify(struct tool_log_reader *r)
{
    const struct tool_parsed *j = &r->parsed;

    if (r->records == 0) {
        r->record = TOOL_LOG_HEAD;
        return read_number(r, "log", TOOL_LOG_SCHEMA,
                           "is not the first line of a log of this schema");
    }
    if (r->record == TOOL_LOG_CLOSING)
        return tool_log_bad(r, 0, "stands after the closing one");
    if (tool_parsed_get(j, 0, "records") != 0) {
        r->record = TOOL_LOG_CLOSING;
        return read_number(r, "records", r->records, "counts the records wrongly");
    }
    if (tool_parsed_get(j, 0, "action") != 0) {
        r->record = TOOL_LOG_ACTION;
        r->k = 0;
        return read_number(r, "n", ++r->n, "is not the next action");
    }
    if (tool_parsed_get(j, 0, "event") == 0)
        return tool_log_bad(r, 0, "is neither an action nor an event");
    r->record = TOOL_LOG_EVENT;
    return read_number(r, "k", ++r->k, "is not the next event");
}

enum tool_log_status tool_log_next(struct tool_log_reader *r)
{
    enum tool_log_status status;

    if (!tool_lines_next(&r->lines))
        return ended(r);
    if (!sum_fits(r)) {
        if (!is_begun(r))
            return bad_at(r, 0, "is damaged: its checksum does not fit");
        r->torn = true;
        return TOOL_LOG_CUT;
    }
    if (!tool_parse_json(&r->parsed, r->lines.text, r->lines.length))
        return bad_at(r, r->parsed.error_at, r->parsed.error);
    if (r->parsed.node[0].type != TOOL_PARSED_OBJECT)
        return bad_at(r, 0, "is no object");
    status = classify(r);
    if (status == TOOL_LOG_RECORD)
        r->records++;
    return status;
}
