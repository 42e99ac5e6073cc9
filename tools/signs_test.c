#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/signs.h"

static struct engine_sign sign_of(unsigned kind, unsigned queue, const char *step, unsigned writer)
{
    struct engine_sign s;

    memset(&s, 0, sizeof s);
    s.kind = (uint8_t)kind;
    s.queue = (uint8_t)queue;
    s.step = step;
    s.writer = (uint8_t)writer;
    return s;
}

/* One of each kind, with what its scope asks for. */
static struct engine_sign example(unsigned kind, unsigned queue)
{
    enum engine_sign_scope scope = engine_sign_scope((enum engine_sign_kind)kind);

    return sign_of(kind, scope == ENGINE_SIGN_OF_RUN ? 0 : queue,
                   scope == ENGINE_SIGN_OF_STEP ? "C4" : NULL,
                   scope == ENGINE_SIGN_OF_WRITER ? SIM_QUEUE_COUNT : 0);
}

static void every_sign_reads_as_it_is_written(void **state)
{
    struct tool_arena arena = {0};
    struct tool_text text = {0};

    (void)state;
    for (unsigned kind = 0; kind < ENGINE_SIGN_COUNT; kind++)
        for (unsigned queue = 0; queue < SIM_QUEUE_COUNT; queue++) {
            struct engine_sign sign = example(kind, queue), read;

            tool_text_clear(&text);
            tool_sign_put(&sign, &text);
            assert_null(tool_sign_read(tool_text_get(&text), &arena, &read));
            assert_int_equal(read.kind, sign.kind);
            assert_int_equal(read.queue, sign.queue);
            assert_int_equal(read.writer, sign.writer);
            if (sign.step == NULL)
                assert_null(read.step);
            else
                assert_string_equal(read.step, sign.step);
        }
    tool_text_free(&text);
    tool_arena_free(&arena);
}

static void what_is_no_sign_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "fails",
                                      "addEip fails",
                                      "addEip S4 over addEip",
                                      "addEip C4 fails twice",
                                      "addEip C4 fails and then some more",
                                      "nobody C4 fails",
                                      "addEip bare",
                                      "bare addEip",
                                      "addEip  left",
                                      "updateVpcEip over",
                                      "updateVpcEip over nobody",
                                      "nonsense"};
    struct tool_arena arena = {0};
    struct engine_sign read;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_non_null(tool_sign_read(bad[i], &arena, &read));
    tool_arena_free(&arena);
}

static void a_set_has_each_once_and_knows_its_subsets(void **state)
{
    struct engine_signs a, b;
    struct engine_sign fails = sign_of(ENGINE_SIGN_FAILS, SIM_QUEUE_ADD_EIP, "C4", 0);
    struct engine_sign later = sign_of(ENGINE_SIGN_FAILS, SIM_QUEUE_ADD_EIP, "F3", 0);
    struct engine_sign other = sign_of(ENGINE_SIGN_FAILS, SIM_QUEUE_UPDATE_EIP, "C4", 0);
    struct engine_sign bare = sign_of(ENGINE_SIGN_BARE, 0, NULL, 0);

    (void)state;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    engine_signs_add(&a, &bare);
    engine_signs_add(&a, &fails);
    engine_signs_add(&a, &fails);
    assert_int_equal(a.count, 2);
    engine_signs_add(&b, &later);
    engine_signs_add(&b, &bare);
    engine_signs_add(&b, &other);
    assert_false(engine_signs_within(&a, &b));
    engine_signs_add(&b, &fails);
    assert_int_equal(b.count, 4);
    assert_true(engine_signs_within(&a, &b));
    assert_false(engine_signs_within(&b, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sign_reads_as_it_is_written),
        cmocka_unit_test(what_is_no_sign_is_refused),
        cmocka_unit_test(a_set_has_each_once_and_knows_its_subsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
