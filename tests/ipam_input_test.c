/*
 * `eipsim ipam` on lines that are no operations (tests/data/ipam/malformed.txt): each ends with
 * exit code 2 and a sentence with file, line and column, and so does a file that cannot be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/ipam_stream.h"
#include "tools/lines.h"

static char path[] = "/tmp/ipam_input_test.XXXXXX";

static const char first_line[] =
    "{\"op\":\"subnet\",\"name\":\"s\",\"cidr\":\"10.0.0.0/29\",\"gw\":\"\",\"excludes\":[]}\n";

static void write_file(const char *bytes, size_t length)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_true(fputs(first_line, f) >= 0);
    assert_int_equal(fwrite(bytes, 1, length, f), length);
    assert_int_equal(fclose(f), 0);
}

/* Runs the file; what went to the error stream is in *err, to be freed. */
static int run(bool check, char **err, struct tool_ipam_totals *totals)
{
    struct tool_ipam_how how = {.check = check};
    size_t size;
    FILE *to = open_memstream(err, &size);
    FILE *out = fopen("/dev/null", "wb");
    int code;

    assert_non_null(to);
    assert_non_null(out);
    memset(totals, 0, sizeof *totals);
    code = tool_ipam_file(&how, path, out, to, totals);
    fclose(out);
    fclose(to);
    return code;
}

static void assert_refused(const char *bytes, size_t length, bool check)
{
    struct tool_ipam_totals totals;
    char expected[64];
    char *err;
    unsigned column;

    write_file(bytes, length);
    if (run(check, &err, &totals) != 2)
        fail_msg("accepted: %.*s", (int)length, bytes);
    snprintf(expected, sizeof expected, "%s:2:", path);
    if (strncmp(err, expected, strlen(expected)) != 0 ||
        sscanf(err + strlen(expected), "%u: error: ", &column) != 1 || column < 1 ||
        column > length + 1)
        fail_msg("%.*s: %s", (int)length, bytes, err);
    assert_int_equal(totals.operations, 1);
    free(err);
}

static void test_malformed(void **state)
{
    struct tool_lines lines;
    unsigned n = 0;

    (void)state;
    assert_true(tool_lines_open(&lines, "tests/data/ipam/malformed.txt"));
    while (tool_lines_next(&lines)) {
        assert_refused(lines.text, lines.length, false);
        n++;
    }
    tool_lines_close(&lines);
    assert_true(n >= 200);
}

static void test_bytes(void **state)
{
    static const char zero[] = "{\"op\":\"contains\",\"ip\":\"a\0b\"}";
    char *long_name = malloc(1 << 20);

    (void)state;
    assert_refused(zero, sizeof zero - 1, false);
    memset(long_name, '[', 1 << 20);
    assert_refused(long_name, 1 << 20, false);
    memset(long_name, '"', 1 << 20);
    assert_refused(long_name, 1 << 20, false);
    free(long_name);
}

/* Checking wants an operation before each answer, and tells which field of it differs. */
static void test_checking(void **state)
{
    static const char early[] = "{\"result\":{\"ok\":true}}\n{\"result\":{\"ok\":true}}\n";
    static const char other[] = "{\"result\":{\"ok\":false}}\n";
    struct tool_ipam_totals totals;
    char *err;

    (void)state;
    write_file(early, sizeof early - 1);
    assert_int_equal(run(true, &err, &totals), 2);
    assert_non_null(strstr(err, ":3:1: error: "));
    free(err);
    write_file(other, sizeof other - 1);
    assert_int_equal(run(true, &err, &totals), 3);
    assert_int_equal(totals.differing, 1);
    free(err);
}

/* ---- what a session starts with is soon too small ---- */

static void write_many(void)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    fprintf(f, "{\"op\":\"subnet\",\"name\":\"big\",\"cidr\":\"10.0.0.0/8,fd00::/64\","
               "\"gw\":\"10.0.0.1,fd00::1\",\"excludes\":[\"fd00::1\"");
    for (unsigned i = 0; i < 200; i++)
        fprintf(f, ",\"10.0.%u.%u\"", i, 2 * i % 250 + 1);
    fprintf(f, "]}\n");
    for (unsigned i = 0; i < 300; i++)
        fprintf(
            f,
            "{\"op\":\"random\",\"pod\":\"p%u\",\"nic\":\"n%u\",\"mac\":null,\"subnet\":\"big\","
            "\"pool\":\"\",\"skip\":[],\"check\":true}\n",
            i % 7, i);
    for (unsigned i = 0; i < 40; i++)
        fprintf(f,
                "{\"op\":\"subnet\",\"name\":\"s%u\",\"cidr\":\"10.%u.0.0/%u\",\"gw\":\"\","
                "\"excludes\":[]}\n{\"op\":\"pool\",\"subnet\":\"s0\",\"name\":\"a%u\","
                "\"ips\":[\"11.0.0.%u\",\"10.0.0.%u\"]}\n",
                i, i, 31 - i % 16, i, 2 * i, i);
    assert_int_equal(fclose(f), 0);
}

static char *answers(enum tool_ipam_layout layout)
{
    struct tool_ipam_how how = {.layout = layout, .state = false};
    struct tool_ipam_totals totals;
    size_t size;
    char *text;
    FILE *out = open_memstream(&text, &size);

    memset(&totals, 0, sizeof totals);
    assert_int_equal(tool_ipam_file(&how, path, out, stderr, &totals), 0);
    assert_int_equal(totals.operations, 381);
    fclose(out);
    return text;
}

/* It grows without a trace: bitmaps and ranges give the same answers, none an error of room. */
static void test_growth(void **state)
{
    char *bitmaps, *ranges;

    (void)state;
    write_many();
    bitmaps = answers(TOOL_IPAM_BITMAPS);
    ranges = answers(TOOL_IPAM_RANGES);
    assert_string_equal(bitmaps, ranges);
    assert_null(strstr(bitmaps, "error"));
    assert_non_null(strstr(bitmaps, "\"v4\":\"10.0.1.46\",\"v6\":\"fd00::12d\""));
    free(bitmaps);
    free(ranges);
}

static void test_no_file(void **state)
{
    struct tool_ipam_how how = {.check = false};
    struct tool_ipam_totals totals;
    FILE *null = fopen("/dev/null", "wb");

    (void)state;
    memset(&totals, 0, sizeof totals);
    assert_int_equal(tool_ipam_file(&how, "/nonexistent/file", null, null, &totals), 2);
    fclose(null);
}

static int make_path(void **state)
{
    int descriptor = mkstemp(path);

    (void)state;
    return descriptor < 0 ? -1 : close(descriptor);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_checking),  cmocka_unit_test(test_growth),
        cmocka_unit_test(test_no_file),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path);
}
