/* Replay and show: what was written plays back; what was altered is found although every checksum
 * is right. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tests/run_fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "tools/replay.h"
#include "tools/show.h"

struct fixture {
    char path[64];
    char *log;
    size_t length;
};

struct outcome {
    int code;
    char *out, *err;
};

static void write_log(struct fixture *f, enum sim_profile profile)
{
    struct run_fixture run;
    struct tool_log log;
    struct tool_log_head head = {.seed = 1};
    FILE *file = open_memstream(&f->log, &f->length);

    assert_non_null(file);
    run_open(&run, profile);
    tool_log_begin(&log, file, run.config, &head);
    run.log = &log;
    run_pod(&run);
    run_create(&run, 0);
    run_create(&run, 1);
    run_settle(&run, 60);
    run_simple(&run, SIM_ACTION_DELETE, 0);
    run_settle(&run, 20);
    run_simple(&run, SIM_ACTION_CRASH, 0);
    run_simple(&run, SIM_ACTION_BOOT, 0);
    run_settle(&run, 20);
    assert_true(tool_log_end(&log));
    fclose(file);
    run_close(&run);
}

static void put_file(const struct fixture *f, const char *bytes, size_t length)
{
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static struct outcome replay(const struct fixture *f, const char *bytes, size_t length)
{
    struct outcome o;
    size_t n, m;
    FILE *out = open_memstream(&o.out, &n), *err = open_memstream(&o.err, &m);

    put_file(f, bytes, length);
    o.code = tool_replay(f->path, out, err);
    fclose(out);
    fclose(err);
    return o;
}

static struct outcome show(const struct fixture *f, const struct tool_show *how)
{
    struct outcome o;
    size_t n, m;
    FILE *out = open_memstream(&o.out, &n), *err = open_memstream(&o.err, &m);

    put_file(f, f->log, f->length);
    o.code = tool_show(how, f->path, out, err);
    fclose(out);
    fclose(err);
    return o;
}

static void forget(struct outcome *o)
{
    free(o->out);
    free(o->err);
}

static int setup(void **state)
{
    static struct fixture f;
    int descriptor;

    strcpy(f.path, "/tmp/eipsim-replay-XXXXXX");
    descriptor = mkstemp(f.path);
    if (descriptor < 0 || close(descriptor) != 0)
        return -1;
    write_log(&f, SIM_PROFILE_V1_12_22);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    free(f->log);
    return 0;
}

/* ---- the same ---- */

static void plays_back_in_every_profile(void **state)
{
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct fixture f;
        struct outcome o;

        strcpy(f.path, ((struct fixture *)*state)->path);
        write_log(&f, (enum sim_profile)p);
        o = replay(&f, f.log, f.length);
        if (o.code != 0)
            fail_msg("%s: %s%s", sim_profile_text((enum sim_profile)p), o.out, o.err);
        assert_string_equal(o.err, "");
        assert_non_null(strstr(o.out, "the same: "));
        forget(&o);
        free(f.log);
    }
}

/* At the end of each line, and in the middle of it. */
static void plays_back_what_a_cut_left(void **state)
{
    const struct fixture *f = *state;
    const char *end = strchr(f->log, '\n'); /* of the first record: nothing plays without it */

    for (size_t cut = (size_t)(end - f->log) + 1; cut < f->length;) {
        const char *newline = memchr(f->log + cut, '\n', f->length - cut);
        size_t half = cut + (size_t)(newline - f->log - (long)cut) / 2;
        struct outcome at_end = replay(f, f->log, cut), within = replay(f, f->log, half);

        assert_int_equal(at_end.code, 0);
        assert_non_null(strstr(at_end.err, "was cut after record"));
        assert_int_equal(within.code, 0);
        assert_non_null(strstr(within.err, "what follows is not whole"));
        assert_string_equal(at_end.out, within.out);
        forget(&at_end);
        forget(&within);
        cut = (size_t)(newline - f->log) + 1;
    }
}

/* ---- altered, with all sums made right again ---- */

static void sum_line(struct tool_text *out, const char *line, size_t body, uint64_t *sum)
{
    *sum = XXH3_64bits_withSeed(line, body, *sum);
    tool_text_bytes(out, line, body);
    tool_text_printf(out, ",\"sum\":\"%016llx\"}\n", (unsigned long long)*sum);
}

/* Every line's checksum anew, as docs/log.md defines it. */
static void sum_again(const struct tool_text *in, struct tool_text *out)
{
    uint64_t sum = 0;

    for (const char *line = in->at; line < in->at + in->length;) {
        const char *end = strchr(line, '\n');
        size_t tail = strlen(",\"sum\":\"0123456789abcdef\"}");

        sum_line(out, line, (size_t)(end - line) - tail, &sum);
        line = end + 1;
    }
}

/* The first place of a text replaced by another, from the n-th record on; the record's number. */
static size_t alter(const struct fixture *f, size_t from, const char *what, const char *by,
                    struct tool_text *out)
{
    struct tool_text changed = {0};
    const char *at = f->log;
    size_t record = 1;

    for (size_t i = 1; i < from; i++)
        at = strchr(at, '\n') + 1;
    at = strstr(at, what);
    assert_non_null(at);
    for (const char *c = f->log; c < at; c++)
        record += *c == '\n';
    tool_text_bytes(&changed, f->log, (size_t)(at - f->log));
    tool_text_add(&changed, by);
    tool_text_add(&changed, at + strlen(what));
    sum_again(&changed, out);
    tool_text_free(&changed);
    return record;
}

static void sums_are_as_defined(void **state)
{
    const struct fixture *f = *state;
    struct tool_text same = {0}, in = {0};

    tool_text_bytes(&in, f->log, f->length);
    sum_again(&in, &same);
    assert_int_equal(same.length, f->length);
    assert_memory_equal(same.at, f->log, f->length);
    tool_text_free(&same);
    tool_text_free(&in);
}

static void finds_what_was_altered(void **state)
{
    static const struct {
        size_t from;
        const char *what, *by;
        int code;
    } row[] = {
        {2, "\"result\":\"ok\"", "\"result\":\"Conflict\"", 3},
        {2, "\"v4\":\"10.0.1.2\"", "\"v4\":\"10.0.1.3\"", 3},
        {2, "\"id\":\"", "\"id\":\"f", 3},
        {2, "\"now\":0", "\"now\":1", 3},
        {2, "\"queue\":\"addEip\"", "\"queue\":\"delEip\"", 3},
        {2, "\"do\":\"create\",\"eip\":\"e1\"", "\"do\":\"create\",\"eip\":\"e2\"", 3},
        {2, "\"do\":\"deliver\"", "\"do\":\"crash\"", 3},
        {2, "\"do\":\"create\",\"eip\":\"e1\"", "\"do\":\"create\",\"eip\":\"e3\"", 2},
        {1, "\"profile\":\"v1.12.22\"", "\"profile\":\"v1\"", 2},
        {1, "\"eips\":2", "\"eips\":3", 2},
        {1, "\"log\":2", "\"log\":3", 2},
    };
    const struct fixture *f = *state;

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct tool_text altered = {0};
        size_t record = alter(f, row[i].from, row[i].what, row[i].by, &altered);
        struct outcome o = replay(f, altered.at, altered.length);
        char expected[32];

        snprintf(expected, sizeof expected, "record %zu ", record);
        if (o.code != row[i].code || strstr(row[i].code == 2 ? o.err : o.out, expected) == NULL)
            fail_msg("%s: %d, %s%s; it was record %zu", row[i].by, o.code, o.out, o.err, record);
        forget(&o);
        tool_text_free(&altered);
    }
}

/* The last event of an action taken out: the numbers still fit, the events do not. */
static void finds_a_missing_event(void **state)
{
    const struct fixture *f = *state;
    struct tool_text in = {0}, altered = {0};
    const char *previous = NULL;

    for (const char *line = f->log; *line != '\0'; line = strchr(line, '\n') + 1) {
        bool event = strstr(line, "\"k\":") != NULL && strstr(line, "\"k\":") < strchr(line, '\n');

        if (previous != NULL && !event && altered.length == 0 && in.length == 0) {
            struct outcome o;

            tool_text_bytes(&in, f->log, (size_t)(previous - f->log));
            tool_text_add(&in, line);
            sum_again(&in, &altered);
            o = replay(f, altered.at, altered.length);
            assert_int_equal(o.code, 3);
            assert_non_null(strstr(o.out, "are missing"));
            forget(&o);
        }
        previous = event ? line : NULL;
    }
    assert_true(altered.length > 0);
    tool_text_free(&in);
    tool_text_free(&altered);
}

/* ---- show ---- */

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

static void shows_every_event_once(void **state)
{
    const struct fixture *f = *state;
    struct tool_show how = {0};
    struct outcome o = show(f, &how);

    assert_int_equal(o.code, 0);
    assert_int_equal(count(o.out, "\n"),
                     count(f->log, "\"action\":") + count(f->log, "\"event\":{"));
    assert_int_equal(count(o.out, "allocated 10.0.1.2 in ovn-vpc-external-network (random)"), 1);
    assert_int_equal(count(o.out, "a user deletes e1"), 1);
    forget(&o);
}

static void shows_one_object(void **state)
{
    static const char *const words[] = {"eip/e2", "IptablesEIP/e2"};
    const struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) {
        struct tool_show how = {.object = words[i]};
        struct outcome o = show(f, &how);

        assert_int_equal(o.code, 0);
        assert_true(count(o.out, "addEip e2") > 3);
        if (count(o.out, "addEip e1"))
            fputs(o.out, stderr);
        assert_int_equal(count(o.out, "addEip e1"), 0);
        forget(&o);
    }
}

static void shows_the_state(void **state)
{
    const struct fixture *f = *state;
    struct tool_show start = {.at_given = true}, later = {.at_given = true, .at = 4};
    struct outcome o = show(f, &start);

    assert_int_equal(o.code, 0);
    assert_non_null(strstr(o.out, "after action 0"));
    assert_null(strstr(o.out, "  e1 "));
    forget(&o);
    o = show(f, &later);
    assert_int_equal(o.code, 0);
    assert_non_null(strstr(o.out, "  e1 "));
    assert_non_null(strstr(o.out, "10.0.1.0/29"));
    assert_non_null(strstr(o.out, "vpc-nat-gw-gw1-0  running, initialised"));
    forget(&o);
}

static void refuses_what_is_not_there(void **state)
{
    static const struct tool_show row[] = {{.at_given = true, .at = 100000},
                                           {.object = "eip/nobody"},
                                           {.object = "eip"},
                                           {.object = "thing/e1"}};

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct outcome o = show(*state, &row[i]);

        assert_int_equal(o.code, 2);
        assert_string_not_equal(o.err, "");
        forget(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_back_in_every_profile),
        cmocka_unit_test(plays_back_what_a_cut_left),
        cmocka_unit_test(sums_are_as_defined),
        cmocka_unit_test(finds_what_was_altered),
        cmocka_unit_test(finds_a_missing_event),
        cmocka_unit_test(shows_every_event_once),
        cmocka_unit_test(shows_one_object),
        cmocka_unit_test(shows_the_state),
        cmocka_unit_test(refuses_what_is_not_there),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
