#include "tools/ipam_stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "tools/diag.h"
#include "tools/lines.h"

struct stream {
    const struct tool_ipam_how *how;
    struct tool_ipam *session;
    struct tool_lines lines;
    struct tool_parsed j;    /* the line */
    struct tool_parsed ours; /* our answer, when checking */
    struct tool_text answer;
    FILE *out, *err;
    struct tool_ipam_totals *totals;
    uint64_t op_line; /* of the operation that is not yet checked; 0: none */
    bool skipping;    /* the rest of this stream is not looked at */
};

/* ---- differences ---- */

struct difference {
    struct tool_text path;
    uint32_t ours; /* 0: not there; only the whole is node 0 */
    uint32_t theirs;
};

static void add_step(struct tool_text *path, const struct tool_parsed *j, uint32_t key)
{
    struct tool_text scratch = {NULL, 0, 0};
    size_t length;
    const char *text = tool_parsed_string(j, key, &scratch, &length);

    tool_text_add(path, ".");
    tool_text_bytes(path, text, length);
    tool_text_free(&scratch);
}

static uint32_t find_member(const struct tool_parsed *a, uint32_t object,
                            const struct tool_parsed *b, uint32_t key)
{
    struct tool_text scratch = {NULL, 0, 0};
    size_t length;
    const char *text = tool_parsed_string(b, key, &scratch, &length);
    struct tool_text name = {NULL, 0, 0};
    uint32_t found;

    tool_text_bytes(&name, text, length);
    found = tool_parsed_get(a, object, tool_text_get(&name));
    tool_text_free(&name);
    tool_text_free(&scratch);
    return found;
}

static bool differ(const struct tool_parsed *a, uint32_t x, const struct tool_parsed *b, uint32_t y,
                   struct difference *d);

/* Members of b's object that a has differently or not at all. */
static bool differ_in(const struct tool_parsed *a, uint32_t x, const struct tool_parsed *b,
                      uint32_t y, bool swapped, struct difference *d)
{
    for (uint32_t key = tool_parsed_first(y); key < b->node[y].next;) {
        uint32_t value = b->node[key].next;
        uint32_t other = find_member(a, x, b, key);
        size_t length = d->path.length;

        add_step(&d->path, b, key);
        if (other == 0) {
            d->ours = swapped ? value : 0;
            d->theirs = swapped ? 0 : value;
            return true;
        }
        if (!swapped && differ(a, other, b, value, d))
            return true;
        d->path.length = length;
        d->path.at[length] = '\0';
        key = b->node[value].next;
    }
    return false;
}

/* true: they differ, and *d says where. a is ours. */
static bool differ(const struct tool_parsed *a, uint32_t x, const struct tool_parsed *b, uint32_t y,
                   struct difference *d)
{
    if (tool_parsed_equal(a, x, b, y))
        return false;
    if (a->node[x].type == TOOL_PARSED_OBJECT && b->node[y].type == TOOL_PARSED_OBJECT &&
        (differ_in(a, x, b, y, false, d) || differ_in(b, y, a, x, true, d)))
        return true;
    d->ours = x;
    d->theirs = y;
    return true;
}

static void print_side(FILE *out, const char *who, const struct tool_parsed *j, uint32_t node)
{
    if (node == 0)
        fprintf(out, "  %s nothing\n", who);
    else
        fprintf(out, "  %s %.*s\n", who, (int)(j->node[node].end - j->node[node].begin),
                j->text + j->node[node].begin);
}

static void report(struct stream *s, const struct difference *d)
{
    fprintf(s->out, "%s:%" PRIu64 ": the answer differs in %s\n", s->lines.path, s->lines.number,
            d->path.length > 0 ? tool_text_get(&d->path) + 1 : "the whole");
    print_side(s->out, "ours:    ", &s->ours, d->ours);
    print_side(s->out, "recorded:", &s->j, d->theirs);
    fprintf(s->out, "  operation on line %" PRIu64 "\n", s->op_line);
}

/* ---- lines ---- */

static bool malformed(struct stream *s, size_t at, const char *sentence)
{
    size_t column = 1;

    for (size_t i = 0; i < at && i < s->lines.length; i++)
        column += ((unsigned char)s->lines.text[i] & 0xc0u) != 0x80u;
    fprintf(s->err, "%s:%" PRIu64 ":%zu: error: %s\n", s->lines.path, s->lines.number, column,
            sentence);
    return false;
}

static bool run(struct stream *s)
{
    struct tool_ipam_fault fault = {{NULL, 0, 0}, 0};
    bool crashed;
    bool ok;

    tool_text_clear(&s->answer);
    tool_json_open(&s->answer, '{');
    tool_json_key(&s->answer, "result");
    ok = tool_ipam_run(s->session, &s->j, 0, &s->answer, &crashed, &fault);
    if (!ok) {
        malformed(s, s->j.node[fault.node].begin, tool_text_get(&fault.sentence));
        tool_text_free(&fault.sentence);
        return false;
    }
    tool_text_free(&fault.sentence);
    s->totals->operations++;
    s->totals->crashes += crashed;
    if (s->how->check || s->how->state) {
        tool_json_key(&s->answer, "state");
        if (crashed)
            tool_text_add(&s->answer, "null");
        else
            tool_ipam_state(s->session, &s->answer);
    }
    tool_json_close(&s->answer, '}');
    if (!s->how->check) {
        fprintf(s->out, "%s\n", tool_text_get(&s->answer));
        fflush(s->out);
    }
    s->op_line = s->lines.number;
    return true;
}

/* 0: equal. 3: it differs. */
static int check(struct stream *s)
{
    struct difference d = {{NULL, 0, 0}, 0, 0};
    bool parsed = tool_parse_json(&s->ours, s->answer.at, s->answer.length);
    bool differs;

    if (parsed && tool_parsed_get(&s->j, 0, "state") == 0)
        differs = differ(&s->ours, tool_parsed_get(&s->ours, 0, "result"), &s->j,
                         tool_parsed_get(&s->j, 0, "result"), &d);
    else
        differs = !parsed || differ(&s->ours, 0, &s->j, 0, &d);

    if (differs) {
        if (s->out != NULL)
            report(s, &d);
        if (s->totals->differing < TOOL_IPAM_WHICH)
            s->totals->which[s->totals->differing] = s->totals->streams - 1;
        s->totals->differing++;
        s->skipping = true;
    }
    s->op_line = 0;
    tool_text_free(&d.path);
    return differs ? 3 : 0;
}

/* The switches of a stream's first line are added to those of the command. */
static bool read_switches(struct stream *s, ipam_quirks *quirks)
{
    const struct tool_parsed_node *nodes = s->j.node;
    uint32_t list = tool_parsed_get(&s->j, 0, "switches");

    *quirks = s->how->quirks;
    if (list == 0)
        return true;
    if (nodes[list].type != TOOL_PARSED_ARRAY)
        return malformed(s, nodes[list].begin, "`switches` must be a list");
    for (uint32_t i = tool_parsed_first(list); i < nodes[list].next; i = nodes[i].next) {
        struct tool_text scratch = {NULL, 0, 0};
        const struct ipam_quirk_row *row = NULL;
        size_t length;

        if (nodes[i].type == TOOL_PARSED_STRING) {
            const char *name = tool_parsed_string(&s->j, i, &scratch, &length);

            row = ipam_quirk_find(name, length);
        }
        tool_text_free(&scratch);
        if (row == NULL || row->reason != NULL)
            return malformed(s, nodes[i].begin, "there is no such switch");
        *quirks |= UINT64_C(1) << row->bit;
    }
    return true;
}

/* When checking, every operation has its answer on the next line. */
static bool answered(struct stream *s)
{
    return !s->how->check || s->op_line == 0 ||
           malformed(s, 0, "the operation before has no answer to compare with");
}

static int begin_stream(struct stream *s)
{
    ipam_quirks quirks;

    if (!answered(s) || !read_switches(s, &quirks))
        return 2;
    tool_ipam_reset(s->session, quirks);
    s->totals->streams++;
    s->op_line = 0;
    s->skipping = false;
    return 0;
}

static int take_line(struct stream *s)
{
    if (!tool_parse_json(&s->j, s->lines.text, s->lines.length)) {
        malformed(s, s->j.error_at, s->j.error);
        return 2;
    }
    if (s->j.node[0].type != TOOL_PARSED_OBJECT) {
        malformed(s, s->j.node[0].begin, "a line holds one object");
        return 2;
    }
    if (tool_parsed_get(&s->j, 0, "stream") != 0)
        return begin_stream(s);
    if (s->skipping)
        return 0;
    if (tool_parsed_get(&s->j, 0, "result") != 0 && tool_parsed_get(&s->j, 0, "op") == 0) {
        if (!s->how->check)
            return 0;
        if (s->op_line == 0) {
            malformed(s, 0, "an answer without an operation before it");
            return 2;
        }
        return check(s);
    }
    return answered(s) && run(s) ? 0 : 2;
}

/* true: go on with the next line. */
static bool step(struct stream *s, int *worst)
{
    int code = take_line(s);

    if (code > *worst)
        *worst = code;
    return code == 0 || (code == 3 && s->how->keep_going);
}

/*
 * The standard input may be a pipe on whose other end someone waits for our answer, so it is read
 * line by line; it cannot be compressed.
 */
static int read_pipe(struct stream *s)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int worst = 0;

    s->lines.path = "-";
    while ((length = getline(&line, &capacity, stdin)) >= 0) {
        s->lines.text = line;
        s->lines.length = (size_t)length - (length > 0 && line[length - 1] == '\n');
        s->lines.number++;
        if (!step(s, &worst))
            break;
    }
    free(line);
    return worst;
}

static int read_lines(struct stream *s, const char *path, bool open)
{
    int worst = 0;

    while (open && tool_lines_next(&s->lines) && step(s, &worst))
        continue;
    if (s->lines.error != NULL) {
        fprintf(s->err, "%s: error: %s\n", path, s->lines.error);
        worst = 2;
    }
    tool_lines_close(&s->lines);
    return worst;
}

static void begin(struct stream *s, const struct tool_ipam_how *how, FILE *out, FILE *err,
                  struct tool_ipam_totals *totals)
{
    memset(s, 0, sizeof *s);
    s->how = how;
    s->out = out;
    s->err = err;
    s->totals = totals;
    s->session = tool_ipam_new(how->quirks, how->layout);
}

static int end(struct stream *s, const char *path, uint64_t operations, int worst)
{
    if (worst == 0 && !answered(s))
        worst = 2;
    if (worst == 0 && s->how->check && s->totals->operations == operations) {
        fprintf(s->err, "%s: error: there is no operation in this file\n", path);
        worst = 2;
    }
    tool_ipam_free(s->session);
    tool_parsed_free(&s->j);
    tool_parsed_free(&s->ours);
    tool_text_free(&s->answer);
    return worst;
}

int tool_ipam_file(const struct tool_ipam_how *how, const char *path, FILE *out, FILE *err,
                   struct tool_ipam_totals *totals)
{
    uint64_t before = totals->operations;
    struct stream s;

    begin(&s, how, out, err, totals);
    return end(&s, path, before,
               strcmp(path, "-") == 0 ? read_pipe(&s)
                                      : read_lines(&s, path, tool_lines_open(&s.lines, path)));
}

int tool_ipam_bytes(const struct tool_ipam_how *how, const char *path, const char *bytes,
                    size_t length, FILE *out, FILE *err, struct tool_ipam_totals *totals)
{
    uint64_t before = totals->operations;
    struct stream s;

    begin(&s, how, out, err, totals);
    tool_lines_open_bytes(&s.lines, path, bytes, length);
    return end(&s, path, before, read_lines(&s, path, true));
}
