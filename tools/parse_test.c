/* The JSON reader, against the rules of RFC 8259. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/parse.h"

static bool parses(const char *text)
{
    struct tool_parsed j = {0};
    bool ok = tool_parse_json(&j, text, strlen(text));

    tool_parsed_free(&j);
    return ok;
}

static void takes_what_is_json(void **state)
{
    static const char *const good[] = {"null",
                                       "true",
                                       "false",
                                       "0",
                                       "-0",
                                       "12",
                                       "-1.5e+10",
                                       "1E0",
                                       "0.0",
                                       "\"\"",
                                       "\"a\"",
                                       "\"\\u00e9\\n\\/\"",
                                       "[]",
                                       "[ ]",
                                       "[1,2]",
                                       "{}",
                                       "{\"a\":{\"b\":[null]}}",
                                       " \t\r\n {\"a\" : 1 , \"b\" : 2} \n",
                                       "[[[[[[[[]]]]]]]]",
                                       "{\"b\":1,\"a\":2}"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!parses(good[i]))
            fail_msg("refused: %s", good[i]);
}

static void refuses_what_is_not(void **state)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "nul",
                                      "nulll",
                                      "01",
                                      "-",
                                      "+1",
                                      ".5",
                                      "1.",
                                      "1e",
                                      "0x1",
                                      "\"",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "\"a\nb\"",
                                      "[",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "[,1]",
                                      "{",
                                      "{a:1}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{\"a\":1 \"b\":2}",
                                      "1 2",
                                      "[1]]",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"b\":1,\"a\":2,\"b\":3}",
                                      "/* */ 1",
                                      "'a'",
                                      "NaN",
                                      "true false"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parses(bad[i]))
            fail_msg("accepted: %s", bad[i]);
}

static void stops_at_32_levels(void **state)
{
    char text[100];

    (void)state;
    for (size_t depth = 1; depth <= 40; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        text[2 * depth] = '\0';
        assert_int_equal(parses(text), depth <= 32);
    }
}

static void says_where(void **state)
{
    struct tool_parsed j = {0};

    (void)state;
    assert_false(tool_parse_json(&j, "{\"a\":1,\"b\":tru}", 15));
    assert_int_equal(j.error_at, 14);
    assert_false(j.incomplete);
    assert_false(tool_parse_json(&j, "{\"key\":1,\"key\":2}", 17));
    assert_int_equal(j.error_at, 9);
    tool_parsed_free(&j);
}

/* Every beginning of a text could still become that text, and says so; the text itself is whole. */
static void knows_what_is_incomplete(void **state)
{
    static const char text[] = "{\"a\":[1,{\"b\":\"\\u00e9\"},null],\"c\":true}";
    struct tool_parsed j = {0};

    (void)state;
    for (size_t cut = 0; cut < sizeof text - 1; cut++) {
        assert_false(tool_parse_json(&j, text, cut));
        assert_true(j.incomplete);
    }
    assert_true(tool_parse_json(&j, text, sizeof text - 1));
    tool_parsed_free(&j);
}

static void finds_members(void **state)
{
    static const char text[] = "{\"list\":[10,{\"x\":1},20],\"name\":\"e1\",\"ok\":true}";
    struct tool_parsed j = {0};
    uint32_t list, child;
    uint64_t number = 0;

    (void)state;
    assert_true(tool_parse_json(&j, text, strlen(text)));
    list = tool_parsed_get(&j, 0, "list");
    assert_int_not_equal(list, 0);
    child = tool_parsed_first(list);
    assert_true(tool_parsed_u64(&j, child, &number));
    assert_int_equal(number, 10);
    child = j.node[j.node[child].next].next;
    assert_true(tool_parsed_u64(&j, child, &number));
    assert_int_equal(number, 20);
    assert_int_equal(j.node[child].next, j.node[list].next);
    assert_true(tool_parsed_is(&j, tool_parsed_get(&j, 0, "name"), "e1"));
    assert_false(tool_parsed_is(&j, tool_parsed_get(&j, 0, "name"), "e"));
    assert_int_equal(tool_parsed_get(&j, 0, "x"), 0);
    assert_true(j.node[tool_parsed_get(&j, 0, "ok")].truth);
    tool_parsed_free(&j);
}

static void reads_numbers(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } row[] = {{"0", true, 0},
               {"18446744073709551615", true, UINT64_MAX},
               {"18446744073709551616", false, 0},
               {"-1", false, 0},
               {"1.0", false, 0},
               {"\"1\"", false, 0}};
    struct tool_parsed j = {0};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        uint64_t value = 0;

        assert_true(tool_parse_json(&j, row[i].text, strlen(row[i].text)));
        assert_int_equal(tool_parsed_u64(&j, 0, &value), row[i].ok);
        assert_int_equal(value, row[i].value);
    }
    tool_parsed_free(&j);
}

static void takes_escapes_apart(void **state)
{
    static const char text[] =
        "\"\\u003cnil\\u003e \\\"\\\\\\/\\b\\f\\n\\r\\t \\u00e9 \\ud83d\\ude00 \\ud83d\"";
    static const char meant[] = "<nil> \"\\/\b\f\n\r\t \xc3\xa9 \xf0\x9f\x98\x80 \xef\xbf\xbd";
    struct tool_parsed j = {0};
    struct tool_text scratch = {0};
    const char *got;
    size_t length;

    (void)state;
    assert_true(tool_parse_json(&j, text, strlen(text)));
    got = tool_parsed_string(&j, 0, &scratch, &length);
    assert_int_equal(length, sizeof meant - 1);
    assert_memory_equal(got, meant, length);
    tool_text_free(&scratch);
    tool_parsed_free(&j);
}

static void compares_values(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } row[] = {{"{\"a\":1,\"b\":[2]}", " { \"b\" : [ 2 ] , \"a\" : 1 } ", true},
               {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
               {"{\"a\":1,\"b\":2}", "{\"a\":1}", false},
               {"[1,2]", "[2,1]", false},
               {"[1]", "[1,1]", false},
               {"\"<\"", "\"\\u003c\"", true},
               {"null", "false", false},
               {"1", "\"1\"", false},
               {"true", "false", false}};
    struct tool_parsed a = {0}, b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_true(tool_parse_json(&a, row[i].a, strlen(row[i].a)));
        assert_true(tool_parse_json(&b, row[i].b, strlen(row[i].b)));
        assert_int_equal(tool_parsed_equal(&a, 0, &b, 0), row[i].same);
        assert_int_equal(tool_parsed_equal(&b, 0, &a, 0), row[i].same);
    }
    tool_parsed_free(&a);
    tool_parsed_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_json),
        cmocka_unit_test(refuses_what_is_not),
        cmocka_unit_test(stops_at_32_levels),
        cmocka_unit_test(says_where),
        cmocka_unit_test(knows_what_is_incomplete),
        cmocka_unit_test(finds_members),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(takes_escapes_apart),
        cmocka_unit_test(compares_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
