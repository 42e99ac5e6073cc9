/* The comparison with recordings notices whatever is changed in one: a recording that the model
 * repeats, with one value of it altered, is no longer repeated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/conform.h"
#include "tools/lines.h"
#include "tools/memory.h"
#include "tools/recorded.h"
#include "tools/text.h"

#define RECORDING "tests/data/handlers/v1.16.2/scripts.jsonl.gz"
#define WORLD "tests/data/handlers/world.yaml"

struct fixture {
    struct tool_text stream; /* the lines of one stream */
    char path[64];           /* where altered ones are put */
    FILE *out;               /* nowhere */
};

/* Lines of the stream of this name, the naming one included. */
static void take_stream(struct tool_text *out, const char *name)
{
    struct tool_lines l;
    struct tool_parsed j = {0};
    bool in = false;

    assert_true(tool_lines_open(&l, RECORDING));
    while (tool_lines_next(&l)) {
        assert_true(tool_parse_json(&j, l.text, l.length));
        if (tool_parsed_get(&j, 0, "trace") != 0)
            in = tool_parsed_is(&j, tool_parsed_get(&j, 0, "stream"), name);
        if (in) {
            tool_text_bytes(out, l.text, l.length);
            tool_text_add(out, "\n");
        }
    }
    assert_null(l.error);
    tool_lines_close(&l);
    tool_parsed_free(&j);
    assert_true(out->length > 0);
}

static int conform(struct fixture *f, const char *bytes, size_t length)
{
    struct tool_recorded where = {.config = WORLD};
    struct tool_conform how = {.profile = SIM_PROFILE_COUNT,
                               .quiet = true,
                               .world = tool_recorded_world,
                               .context = &where};
    struct tool_conform_totals totals;
    const char *path = f->path;
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return tool_conform(&how, &path, 1, f->out, f->out, &totals);
}

static int setup(void **state)
{
    static struct fixture f;
    int descriptor;

    strcpy(f.path, "/tmp/eipsim-conform-XXXXXX");
    descriptor = mkstemp(f.path);
    if (descriptor < 0 || close(descriptor) != 0)
        return -1;
    f.out = fopen("/dev/null", "w");
    *state = &f;
    return f.out == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    fclose(f->out);
    return 0;
}

/* ---- altering ---- */

/* Keys whose values are what the recorder chose, not what the controller did with it; and those
 * that say nothing about the state. */
static bool is_input(const struct tool_parsed *j, uint32_t key)
{
    static const char *const keys[] = {"calls",      "changed", "created", "do",   "eip",   "fault",
                                       "finalizers", "gw",      "key",     "kind", "n",     "name",
                                       "pod",        "present", "queue",   "spec", "state", "v4",
                                       "value",      "w",       "why"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (tool_parsed_is(j, key, keys[i]))
            return true;
    return false;
}

struct altering {
    struct fixture *f;
    struct tool_text before; /* lines before the one altered, and that line up to the value */
    size_t line;             /* offset of the line */
    size_t next;             /* offset of the line after it */
    unsigned count;
};

/* Puts `value` in place of a node of the line and expects that it is noticed. */
static void expect_noticed(struct altering *a, const struct tool_parsed *j, uint32_t begin,
                           uint32_t end, const char *value)
{
    const struct tool_text *s = &a->f->stream;
    struct tool_text altered = {0};

    tool_text_bytes(&altered, s->at, a->line + begin);
    tool_text_add(&altered, value);
    tool_text_bytes(&altered, s->at + a->line + end, s->length - a->line - end);
    if (conform(a->f, altered.at, altered.length) == 0)
        fail_msg("not noticed: %s in place of %.*s in %.*s", value, (int)(end - begin),
                 j->text + begin, (int)j->length, j->text);
    tool_text_free(&altered);
    a->count++;
}

static void alter_value(struct altering *a, const struct tool_parsed *j, uint32_t node)
{
    const struct tool_parsed_node *n = &j->node[node];
    char number[32];
    uint64_t value = 0;

    switch (n->type) {
    case TOOL_PARSED_STRING:
        expect_noticed(a, j, n->end - 1, n->end, "x\"");
        break;
    case TOOL_PARSED_NUMBER:
        assert_true(tool_parsed_u64(j, node, &value));
        snprintf(number, sizeof number, "%llu", (unsigned long long)value + 1);
        expect_noticed(a, j, n->begin, n->end, number);
        break;
    case TOOL_PARSED_BOOL:
        expect_noticed(a, j, n->begin, n->end, n->truth ? "false" : "true");
        break;
    default: /* null, list or object */
        expect_noticed(a, j, n->begin, n->end, "\"x\"");
        break;
    }
}

static void alter_all(struct altering *a, const struct tool_parsed *j, uint32_t node);

/* A member whose key is gone: the key and its value, with the comma on one side. */
static void alter_members(struct altering *a, const struct tool_parsed *j, uint32_t object)
{
    const struct tool_parsed_node *n = &j->node[object];

    for (uint32_t i = object + 1; i < n->next; i = j->node[i + 1].next) {
        uint32_t begin = j->node[i].begin, end = j->node[i + 1].end;

        if (j->text[end] == ',')
            end++;
        else if (j->text[begin - 1] == ',')
            begin--;
        expect_noticed(a, j, begin, end, "");
        alter_all(a, j, i + 1);
    }
    if (n->next == object + 1)
        expect_noticed(a, j, n->begin, n->end, "{\"more\":1}");
}

static void alter_items(struct altering *a, const struct tool_parsed *j, uint32_t list)
{
    const struct tool_parsed_node *n = &j->node[list];

    for (uint32_t i = list + 1; i < n->next; i = j->node[i].next) {
        uint32_t begin = j->node[i].begin, end = j->node[i].end;

        if (j->text[end] == ',')
            end++;
        else if (j->text[begin - 1] == ',')
            begin--;
        expect_noticed(a, j, begin, end, "");
        alter_all(a, j, i);
    }
}

static void alter_all(struct altering *a, const struct tool_parsed *j, uint32_t node)
{
    if (j->node[node].type == TOOL_PARSED_OBJECT)
        alter_members(a, j, node);
    else if (j->node[node].type == TOOL_PARSED_ARRAY && j->node[node].next > node + 1)
        alter_items(a, j, node);
    else
        alter_value(a, j, node);
}

/* A part of the state that a line says has changed; on the first line of a stream it may only
 * repeat what is not there anyway. */
static void alter_changes(struct altering *a, const struct tool_parsed *j, bool first)
{
    uint32_t changed = tool_parsed_get(j, 0, "changed");

    for (uint32_t i = changed == 0 ? 0 : changed + 1; changed != 0 && i < j->node[changed].next;
         i = j->node[i + 1].next) {
        if (!(first && tool_parsed_is(j, i, "watch")))
            alter_all(a, j, i + 1);
    }
}

static void alter_line(struct altering *a, const struct tool_parsed *j)
{
    uint32_t calls = tool_parsed_get(j, 0, "calls");

    for (uint32_t i = 1; i < j->node[0].next; i = j->node[i + 1].next)
        if (!is_input(j, i))
            alter_value(a, j, i + 1);
    if (calls != 0)
        alter_all(a, j, calls);
    alter_changes(a, j, a->count == 0);
}

/* Every `stride`-th line of a stream, every value in it. */
static unsigned alter_stream(struct fixture *f, const char *name, size_t stride)
{
    struct altering a = {.f = f};
    struct tool_parsed j = {0};
    size_t line = 0;

    tool_text_clear(&f->stream);
    take_stream(&f->stream, name);
    assert_int_equal(conform(f, f->stream.at, f->stream.length), 0);
    for (a.line = 0; a.line < f->stream.length; a.line = a.next, line++) {
        const char *begin = f->stream.at + a.line, *end = strchr(begin, '\n');

        a.next = (size_t)(end + 1 - f->stream.at);
        assert_true(tool_parse_json(&j, begin, (size_t)(end - begin)));
        if (line > 0 && line % stride == 0)
            alter_line(&a, &j);
    }
    tool_parsed_free(&j);
    tool_text_free(&f->stream);
    return a.count;
}

static void notices_every_change_of_a_life(void **state)
{
    assert_true(alter_stream(*state, "n02-gateway-replaced", 3) > 300);
}

static void notices_every_change_of_a_failure(void **state)
{
    assert_true(alter_stream(*state, "w01b-exec-error-delete", 2) > 100);
}

static void notices_every_change_of_a_restart(void **state)
{
    assert_true(alter_stream(*state, "n03-restart", 5) > 100);
}

/* ---- what is no recording ---- */

static void refuses_what_is_no_recording(void **state)
{
    static const char *const bad[] = {
        "",
        "\n",
        "x",
        "[]",
        "{}",
        "{\"do\":\"deliver\"}",
        "{\"trace\":1}",
        "{\"stream\":1,\"trace\":1}",
        "{\"stream\":1,\"trace\":1,\"version\":\"v0\"}",
        "{\"stream\":1,\"trace\":1,\"version\":1}",
        "{\"stream\":1,\"trace\":1,\"version\":\"master\"}\n{\"do\":\"fly\"}",
        "{\"stream\":1,\"trace\":1,\"version\":\"master\"}\n{\"do\":\"start\"}",
        "{\"stream\":1,\"trace\":1,\"version\":\"master\"}\n{\"do\":\"start\",\"queue\":\"x\"}",
        "{\"stream\":1,\"trace\":1,\"version\":\"master\"}\n{\"do\":\"create\",\"eip\":1}",
        "{\"stream\":1,\"trace\":1,\"version\":\"master\"}\n{\"do\":\"create\",\"eip\":\"\"}",
        "{\"stream\":1,\"trace\":1,\"version\":\"master\"}\n"
        "{\"changed\":{\"api/nobody\":null},\"do\":\"deliver\"}",
        "{\"stream\":1,\"trace\":1,\"version\":\"master\"}\n"
        "{\"do\":\"create\",\"eip\":\"e1\",\"spec\":[]}"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (conform(f, bad[i], strlen(bad[i])) != 2)
            fail_msg("taken for a recording: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_every_change_of_a_life),
        cmocka_unit_test(notices_every_change_of_a_failure),
        cmocka_unit_test(notices_every_change_of_a_restart),
        cmocka_unit_test(refuses_what_is_no_recording),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
