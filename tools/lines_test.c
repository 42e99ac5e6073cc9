/* Lines of plain files, gzip files and memory, and what is wrong with a damaged one. */
/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "tools/lines.h"
#include "tools/memory.h"

static char path[64];

static int setup(void **state)
{
    int descriptor;

    (void)state;
    strcpy(path, "/tmp/eipsim-lines-XXXXXX");
    descriptor = mkstemp(path);
    return descriptor < 0 ? -1 : close(descriptor);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static void put(const char *bytes, size_t length, bool zipped)
{
    gzFile z = gzopen(path, zipped ? "wb" : "wbT");

    assert_non_null(z);
    assert_int_equal(gzwrite(z, bytes, (unsigned)length), length);
    assert_int_equal(gzclose(z), Z_OK);
}

static void expect(struct tool_lines *l, uint64_t number, const char *text, bool torn)
{
    assert_true(tool_lines_next(l));
    assert_int_equal(l->number, number);
    assert_int_equal(l->length, strlen(text));
    assert_memory_equal(l->text, text, l->length);
    assert_int_equal(l->torn, torn);
}

static void reads_lines(void **state)
{
    static const char text[] = "one\n\nthree and more\nlast";

    (void)state;
    for (unsigned way = 0; way < 3; way++) {
        struct tool_lines l;

        put(text, sizeof text - 1, way == 1);
        if (way == 2)
            tool_lines_open_bytes(&l, "memory", text, sizeof text - 1);
        else
            assert_true(tool_lines_open(&l, path));
        expect(&l, 1, "one", false);
        expect(&l, 2, "", false);
        expect(&l, 3, "three and more", false);
        expect(&l, 4, "last", true);
        assert_false(tool_lines_next(&l));
        assert_false(tool_lines_next(&l));
        assert_null(l.error);
        tool_lines_close(&l);
    }
}

/* Lines that begin and end at any place of the pieces in which a file is read. */
static void joins_pieces(void **state)
{
    size_t length = 900000, at = 0, lines = 0;
    char *text = tool_alloc(length);
    struct tool_lines l;

    (void)state;
    for (size_t i = 0; i < length; i++)
        text[i] = i % 7919 == 7918 || (i > 300000 && i % 3 == 0) ? '\n' : (char)('a' + i % 26);
    put(text, length, true);
    assert_true(tool_lines_open(&l, path));
    for (; tool_lines_next(&l); lines++) {
        assert_memory_equal(l.text, text + at, l.length);
        at += l.length;
        assert_true(at == length || text[at] == '\n');
        at++;
    }
    assert_null(l.error);
    assert_true(at >= length);
    assert_int_equal(l.number, lines);
    tool_lines_close(&l);
    free(text);
}

/* Cuts a zipped file, or changes a byte of it. */
static void damage(size_t cut, size_t change)
{
    FILE *f = fopen(path, "rb");
    static char bytes[100000];
    size_t length;

    assert_non_null(f);
    length = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_true(cut < length && change < length);
    if (change > 0)
        bytes[change] = (char)~bytes[change];
    f = fopen(path, "wb");
    assert_non_null(f);
    fwrite(bytes, 1, cut > 0 ? cut : length, f);
    fclose(f);
}

static const char *read_to_the_end(void)
{
    struct tool_lines l;
    const char *error;

    assert_true(tool_lines_open(&l, path));
    while (tool_lines_next(&l))
        continue;
    error = l.error;
    tool_lines_close(&l);
    return error;
}

static void tells_of_damage(void **state)
{
    char *text = tool_alloc(50000);

    (void)state;
    for (size_t i = 0; i < 50000; i++)
        text[i] = i % 50 == 49 ? '\n' : (char)('a' + i * i % 23);
    put(text, 50000, true);
    assert_null(read_to_the_end());
    damage(100, 0);
    assert_string_equal(read_to_the_end(), "the gzip file ends too early");
    put(text, 50000, true);
    damage(0, 60);
    assert_string_equal(read_to_the_end(), "the gzip file is damaged");
    free(text);
}

static void tells_of_what_is_not_there(void **state)
{
    struct tool_lines l;

    (void)state;
    assert_false(tool_lines_open(&l, "/nowhere/at/all"));
    assert_string_equal(l.error, "the file cannot be opened");
    assert_int_not_equal(l.error_number, 0);
    tool_lines_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines),
        cmocka_unit_test(joins_pieces),
        cmocka_unit_test(tells_of_damage),
        cmocka_unit_test(tells_of_what_is_not_there),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
