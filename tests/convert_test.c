/* Whatever a run is written as, it is the same run: log, scenario, recording and fuzz input convert
 * there and back without losing an action, and worlds that the actions lead to have equal
 * identities.  Over every committed scenario, each in some profile and some in all, and a share of
 * the recordings.
 */
/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#define _XOPEN_SOURCE 700
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/sim.h"
#include "tools/history.h"
#include "tools/memory.h"
#include "tools/worlds.h"

static char folder[] = "/tmp/eipsim-convert-XXXXXX";

static const char *file(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void read_history(struct tool_history *h, const char *path, int profile, const char *stream)
{
    struct tool_history_how how = {.profile = profile, .stream = stream};
    struct tool_text error = {0};

    if (!tool_history_read(h, path, &how, &error))
        fail_msg("%s: %s", path, tool_text_get(&error));
    tool_text_free(&error);
}

static void write_history(struct tool_history *h, const char *path)
{
    struct tool_text error = {0};

    if (!tool_history_write(h, path, &error))
        fail_msg("%s: %s", path, tool_text_get(&error));
    tool_text_free(&error);
}

/* The sum of the identities after each action. */
static struct sim_identity play(const struct tool_history *h)
{
    struct sim_identity sum = {0, 0};
    struct tool_worlds w;

    assert_true(tool_worlds_open(&w, h->config));
    tool_worlds_begin(&w);
    for (size_t i = 0; i < h->n_actions; i++) {
        struct sim_identity id;

        assert_int_equal(sim_apply(w.world, &h->action[i], NULL), SIM_STATUS_DONE);
        id = sim_identity(w.world);
        sum.low = sum.low * 31 + id.low;
        sum.high = sum.high * 31 + id.high;
    }
    tool_worlds_close(&w);
    return sum;
}

static void same_run(const struct tool_history *a, const struct tool_history *b)
{
    struct sim_identity x = play(a), y = play(b);

    assert_int_equal(a->n_actions, b->n_actions);
    for (size_t i = 0; i < a->n_actions; i++)
        if (memcmp(&a->action[i], &b->action[i], sizeof a->action[i]) != 0)
            fail_msg("action %zu differs", i + 1);
    assert_true(x.low == y.low && x.high == y.high);
}

/* There and back by way of one more file. */
static void there_and_back(struct tool_history *h, const char *name)
{
    struct tool_history back;

    write_history(h, file(name));
    read_history(&back, file(name), h->config->setup.profile, NULL);
    assert_true(tool_config_equal(h->config, back.config));
    same_run(h, &back);
    tool_history_free(&back);
}

static void all_ways(struct tool_history *h)
{
    there_and_back(h, "run");
    there_and_back(h, "run.jsonl");
}

static void scenarios(void **state)
{
    glob_t found;

    (void)state;
    assert_int_equal(glob("scenarios/*.yaml", 0, NULL, &found), 0);
    assert_int_equal(glob("scenarios/*/*.yaml", GLOB_APPEND, NULL, &found), 0);
    assert_true(found.gl_pathc >= 32);
    for (size_t i = 0; i < found.gl_pathc; i++)
        for (int p = 0; p < SIM_PROFILE_COUNT; p++) {
            struct tool_history h;

            /* every scenario in one profile, which is another for each, and the odd one in all */
            if (i % 8 != 0 && (size_t)p != i % SIM_PROFILE_COUNT)
                continue;
            read_history(&h, found.gl_pathv[i], p, NULL);
            all_ways(&h);
            if ((size_t)p == i % SIM_PROFILE_COUNT)
                there_and_back(&h, "run.yaml");
            tool_history_free(&h);
        }
    globfree(&found);
}

static void recordings(void **state)
{
    static const char *const streams[] = {"1", "30", "60"};

    (void)state;
    for (int p = 0; p < SIM_RELEASE_COUNT; p++)
        for (size_t i = 0; i < 3; i++) {
            char path[128];
            struct tool_history h;

            snprintf(path, sizeof path, "tests/data/handlers/%s/random.jsonl.gz",
                     sim_profile_text((enum sim_profile)p));
            read_history(&h, path, -1, streams[i]);
            assert_true(h.n_actions > 100);
            assert_int_equal(h.config->setup.profile, p);
            all_ways(&h);
            tool_history_free(&h);
        }
}

/* What the walk's flags describe takes no text: records and a tail. */
static void plain_world(void **state)
{
    struct tool_history h, back;
    uint8_t bytes[ENGINE_RECORD * 6 + ENGINE_TAIL] = {0};
    struct engine_tail tail = {.flags = ENGINE_TAIL_AS_IS,
                               .profile = SIM_PROFILE_V1_12_22,
                               .eips = 2,
                               .gateways = 1,
                               .subnet = 29,
                               .classes = SIM_ALL_CLASSES};
    FILE *f;
    long size;

    (void)state;
    for (unsigned i = 0; i < ENGINE_TAIL_SETTINGS; i++)
        tail.set[i].which = SIM_SWITCH_COUNT;
    bytes[0] = ENGINE_OP_OUTSIDE; /* choice 0: a user creates an EIP */
    bytes[ENGINE_RECORD] = ENGINE_OP_DELIVER;
    engine_tail_write(&tail, bytes + sizeof bytes - ENGINE_TAIL);
    f = fopen(file("plain"), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, sizeof bytes, f), sizeof bytes);
    fclose(f);
    read_history(&h, file("plain"), -1, NULL);
    assert_true(h.n_actions >= 4);
    assert_int_equal(h.action[0].kind, SIM_ACTION_CREATE);
    assert_int_equal(h.action[1].kind, SIM_ACTION_DELIVER);
    assert_int_equal(h.config->setup.limits.eips, 2);
    write_history(&h, file("again"));
    read_history(&back, file("again"), -1, NULL);
    same_run(&h, &back);
    f = fopen(file("again"), "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    fclose(f);
    assert_int_equal(size, h.n_actions * ENGINE_RECORD + ENGINE_TAIL);
    tool_history_free(&back);
    tool_history_free(&h);
}

/* Any bytes are a run: short ones, texts that are none, records of every byte. */
static void any_bytes(void **state)
{
    uint64_t x = 1;

    (void)state;
    for (size_t size = 0; size < 300; size++) {
        uint8_t bytes[300];
        struct tool_history h;
        FILE *f = fopen(file("any"), "wb");

        assert_non_null(f);
        for (size_t i = 0; i < size; i++) {
            x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[i] = (uint8_t)(x >> 56);
        }
        if (size >= 3) /* keep the text short */
            bytes[size - 1] = bytes[size - 2] = bytes[size - 3] = 0;
        assert_int_equal(fwrite(bytes, 1, size, f), size);
        fclose(f);
        read_history(&h, file("any"), -1, NULL);
        (void)play(&h);
        tool_history_free(&h);
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"run", "run.jsonl", "run.yaml", "plain", "again", "any"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(file(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenarios),
        cmocka_unit_test(recordings),
        cmocka_unit_test(plain_world),
        cmocka_unit_test(any_bytes),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
