/* The worlds that are built in are the files beside the recordings, and are found by what IPAM and
 * OVN hold. */
/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "tools/recorded.h"
#include "tools/world.h"

static const char *const files[] = {"tests/data/handlers/world.yaml",
                                    "tests/data/issue-4922/world.yaml",
                                    "tests/data/owners/world.yaml"};

/* Written as JSON, as a log has it, and read again, a configuration is the same. */
static void comes_back(const char *bytes, size_t length)
{
    struct tool_builder *first = tool_builder_new(), *second;
    struct engine_config *config, *again;
    struct tool_text error = {0};
    char *json;

    assert_true(tool_world_read_bytes("world", bytes, length, first, &error));
    config = tool_builder_finish(first);
    assert_non_null(config);
    json = tool_config_to_json(config);
    again = tool_config_from_json(json, strlen(json), &second, &error);
    assert_non_null(again);
    assert_true(tool_config_equal(config, again));
    free(json);
    tool_builder_free(second);
    tool_builder_free(first);
    tool_text_free(&error);
}

static void are_the_files(void **state)
{
    size_t i = 0, size, length;
    const char *text;

    (void)state;
    for (; (text = tool_recorded_built_in(i, &size)) != NULL; i++) {
        struct tool_text error = {0};
        char *bytes;

        assert_true(tool_file_read(files[i], &bytes, &length, &error));
        assert_int_equal(length, size);
        assert_memory_equal(bytes, text, size);
        if (i < 2) /* that of owners gains a network without a name, which is to be mended */
            comes_back(bytes, length);
        free(bytes);
    }
    assert_int_equal(i, sizeof files / sizeof *files);
}

static bool find(const char *recording, const char *first, struct tool_text *error)
{
    struct tool_recorded where = {.config = NULL};
    struct tool_builder *b = tool_builder_new();
    struct tool_parsed j = {0};
    bool ok;

    assert_true(tool_parse_json(&j, first, strlen(first)));
    tool_text_clear(error);
    ok = tool_recorded_world(&where, recording, &j, b, error);
    if (ok) { /* which of them: by the exclude list of the default network */
        struct engine_config *config;

        assert_true(tool_builder_name(b, TOOL_NAME_EIP, "e", 1));
        config = tool_builder_finish(b);
        assert_non_null(config);
        for (unsigned i = 0; i < config->setup.limits.subnets; i++)
            if (config->setup.subnets[i].net == config->setup.default_net)
                tool_text_printf(error, "/%u", config->setup.subnets[i].prefix);
    }
    tool_parsed_free(&j);
    tool_builder_free(b);
    return ok;
}

#define REST                                                                                       \
    "\"ipam/ext2\":{\"available\":\"10.0.2.2-10.0.2.4\",\"free\":\"10.0.2.2-10.0.2.4\","           \
    "\"nic\":{},\"nics\":{},\"owner\":{},\"released\":\"\",\"using\":\"\"},"                       \
    "\"ipam/blue-subnet\":{\"available\":\"10.0.3.2-10.0.3.6\","                                   \
    "\"free\":\"10.0.3.2-10.0.3.6\",\"nic\":{},\"nics\":{},\"owner\":{},\"released\":\"\","        \
    "\"using\":\"\"}"
#define FIRST(range)                                                                               \
    "{\"changed\":{\"ipam/ovn-vpc-external-network\":{\"available\":\"" range                      \
    "\",\"free\":\"" range                                                                         \
    "\",\"nic\":{},\"nics\":{},\"owner\":{},\"released\":\"\",\"using\":\"\"}," REST "}}"

static void are_found_by_their_ipam(void **state)
{
    struct tool_text found = {0};

    (void)state;
    assert_true(find("/nowhere/x", FIRST("10.0.1.2-10.0.1.12"), &found));
    assert_string_equal(found.at, "/28");
    assert_true(find("/nowhere/x", FIRST("10.146.46.204-10.146.46.254"), &found));
    assert_string_equal(found.at, "/24");
    assert_false(find("/nowhere/x", FIRST("10.9.9.2-10.9.9.6"), &found));
    assert_non_null(strstr(found.at, "--config"));
    assert_false(find("-", "{}", &found));
    assert_false(find("-", "{\"changed\":{}}", &found));
    /* IPAM is that of handlers, but nothing there is in OVN */
    assert_false(
        find("-", "{\"changed\":{\"ovn\":[\"lrp p 02:00:00:00:00:01\"]," REST "}}", &found));
    tool_text_free(&found);
}

static void the_nearest_file_counts(void **state)
{
    struct tool_text found = {0};

    (void)state;
    assert_true(find("tests/data/issue-4922/recorded.jsonl", "{}", &found));
    assert_string_equal(found.at, "/24");
    assert_true(find("tests/data/handlers/master/random.jsonl", "{}", &found));
    assert_string_equal(found.at, "/28");
    tool_text_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_the_files),
        cmocka_unit_test(are_found_by_their_ipam),
        cmocka_unit_test(the_nearest_file_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
