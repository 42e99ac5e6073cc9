/* The log: every changed byte is found and its record named, every cut is read to its last whole
 * record, and what was written is what is read. */
#include "tests/run_fixture.h"

#include <stdio.h>

/* ---- a log in memory ---- */

struct written {
    char *bytes;
    size_t length;
    size_t records; /* lines */
};

static void write_log(struct written *out)
{
    struct run_fixture f;
    struct tool_log log;
    struct tool_log_head head = {.seed = 7, .scenario = "test", .digest = "00"};
    FILE *file = open_memstream(&out->bytes, &out->length);

    assert_non_null(file);
    run_open(&f, SIM_PROFILE_V1_12_22);
    tool_log_begin(&log, file, f.config, &head);
    f.log = &log;
    run_pod(&f);
    run_create(&f, 0);
    run_settle(&f, 6);
    run_simple(&f, SIM_ACTION_DELETE, 0);
    run_settle(&f, 2);
    run_simple(&f, SIM_ACTION_RESTART, 0);
    assert_true(tool_log_end(&log));
    fclose(file);
    run_close(&f);
    out->records = 0;
    for (size_t i = 0; i < out->length; i++)
        out->records += out->bytes[i] == '\n';
}

/* The record that byte i belongs to; its newline is part of it. */
static size_t record_of(const struct written *w, size_t i)
{
    size_t record = 1;

    for (size_t k = 0; k < i; k++)
        record += w->bytes[k] == '\n';
    return record;
}

static enum tool_log_status read_all(struct tool_log_reader *r, const char *bytes, size_t length)
{
    enum tool_log_status status;

    tool_log_open_bytes(r, "log", bytes, length);
    do
        status = tool_log_next(r);
    while (status == TOOL_LOG_RECORD);
    return status;
}

static int setup(void **state)
{
    static struct written w;

    write_log(&w);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    free(((struct written *)*state)->bytes);
    return 0;
}

/* ---- tests ---- */

static void is_read_as_written(void **state)
{
    const struct written *w = *state;
    struct tool_log_reader r;

    assert_int_equal(read_all(&r, w->bytes, w->length), TOOL_LOG_END);
    assert_int_equal(r.records, w->records);
    assert_int_equal(r.n, 2 + 1 + 6 + 1 + 2 + 1);
    tool_log_close(&r);
}

static void same_run_same_bytes(void **state)
{
    const struct written *w = *state;
    struct written again;

    write_log(&again);
    assert_int_equal(again.length, w->length);
    assert_memory_equal(again.bytes, w->bytes, w->length);
    free(again.bytes);
}

static void expect_refusal(const char *bytes, size_t length, size_t record)
{
    struct tool_log_reader r;
    char expected[64];

    snprintf(expected, sizeof expected, "error: record %zu ", record);
    if (read_all(&r, bytes, length) != TOOL_LOG_BAD)
        fail_msg("a changed byte of record %zu was not found", record);
    if (strstr(tool_text_get(&r.error), expected) == NULL)
        fail_msg("record %zu was changed, but: %s", record, tool_text_get(&r.error));
    assert_int_equal(r.records, record - 1);
    tool_log_close(&r);
}

/* Each bit of each byte, and the bytes that mean something to a reader of lines of JSON. */
static void every_changed_byte_is_found(void **state)
{
    static const char others[] = "\n\"}0";
    const struct written *w = *state;
    char *copy = tool_copy(w->bytes, w->length);

    for (size_t i = 0; i < w->length; i++) {
        size_t record = record_of(w, i);

        for (unsigned bit = 0; bit < 8; bit++) {
            copy[i] = (char)(w->bytes[i] ^ (1 << bit));
            expect_refusal(copy, w->length, record);
        }
        for (size_t k = 0; k < sizeof others; k++)
            if (others[k] != w->bytes[i]) {
                copy[i] = others[k];
                expect_refusal(copy, w->length, record);
            }
        copy[i] = w->bytes[i];
    }
    free(copy);
}

/* Whole records before the cut: those whose closing brace is there, newline or not. */
static size_t whole_records(const struct written *w, size_t cut)
{
    size_t whole = 0;

    for (size_t i = 0; i < cut; i++)
        whole += i + 1 < w->length && w->bytes[i + 1] == '\n';
    return whole;
}

static void every_cut_is_read_to_its_last_record(void **state)
{
    const struct written *w = *state;

    for (size_t cut = 0; cut < w->length; cut++) {
        struct tool_log_reader r;
        char *part = tool_copy(w->bytes, cut); /* so that reading beyond it is found */
        enum tool_log_status status = read_all(&r, part, cut);
        size_t whole = whole_records(w, cut);

        assert_int_equal(status, whole == w->records ? TOOL_LOG_END : TOOL_LOG_CUT);
        assert_int_equal(r.records, whole);
        assert_int_equal(r.torn, cut > 0 && w->bytes[cut - 1] != '\n' && w->bytes[cut] != '\n');
        tool_log_close(&r);
        free(part);
    }
}

static void lines_cannot_be_taken_out_or_swapped(void **state)
{
    const struct written *w = *state;
    const char *second = strchr(w->bytes, '\n') + 1;
    const char *third = strchr(second, '\n') + 1, *fourth = strchr(third, '\n') + 1;
    size_t begin = (size_t)(second - w->bytes);
    char *copy = tool_copy(w->bytes, w->length);

    memmove(copy + begin, third, w->length - (size_t)(third - w->bytes));
    expect_refusal(copy, w->length - (size_t)(third - second), 2);
    memcpy(copy + begin, third, (size_t)(fourth - third));
    memcpy(copy + begin + (fourth - third), second, (size_t)(third - second));
    memcpy(copy + (fourth - w->bytes), fourth, w->length - (size_t)(fourth - w->bytes));
    expect_refusal(copy, w->length, 2);
    free(copy);
}

static void nothing_may_follow_the_end(void **state)
{
    const struct written *w = *state;
    char *twice = tool_alloc(w->length * 2);

    memcpy(twice, w->bytes, w->length);
    memcpy(twice + w->length, w->bytes, w->length);
    expect_refusal(twice, w->length * 2, w->records + 1);
    free(twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read_as_written),
        cmocka_unit_test(same_run_same_bytes),
        cmocka_unit_test(every_changed_byte_is_found),
        cmocka_unit_test(every_cut_is_read_to_its_last_record),
        cmocka_unit_test(lines_cannot_be_taken_out_or_swapped),
        cmocka_unit_test(nothing_may_follow_the_end),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
