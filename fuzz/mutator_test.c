/* What the mutator must leave alone, and that each mutation does what its row says. */
/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "engine/codec.h"
#include "fuzz/mutator.h"

enum { RECORDS = 10, TEXT = 5, SIZE = RECORDS * ENGINE_RECORD + TEXT + ENGINE_TAIL, MAX = 400 };

/* Ten records, each of other bytes: three calls of a worker, something from outside, and so on. */
static size_t make(uint8_t *data)
{
    static const uint8_t op[RECORDS] = {
        ENGINE_OP_OUTSIDE, ENGINE_OP_DELIVER, ENGINE_OP_WORK, ENGINE_OP_WORK, ENGINE_OP_WORK,
        ENGINE_OP_OUTSIDE, ENGINE_OP_DELIVER, ENGINE_OP_DUE,  ENGINE_OP_WORK, ENGINE_OP_CRASH,
    };

    memset(data, 0xee, MAX);
    for (unsigned i = 0; i < RECORDS; i++)
        for (unsigned k = 0; k < ENGINE_RECORD; k++)
            data[i * ENGINE_RECORD + k] = (uint8_t)(k == 0 ? op[i] : 16 * i + k);
    memcpy(data + RECORDS * ENGINE_RECORD, "text\n", TEXT);
    memset(data + SIZE - ENGINE_TAIL, 1, ENGINE_TAIL);
    memset(data + SIZE - ENGINE_TAIL + ENGINE_TAIL_TEXT, 0, 4);
    data[SIZE - ENGINE_TAIL + ENGINE_TAIL_TEXT] = TEXT;
    assert_int_equal(engine_record_count(data, SIZE), RECORDS);
    return SIZE;
}

static void same_bytes_from_the_same_seed(void **state)
{
    uint8_t a[MAX], b[MAX];

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        size_t n = fuzz_mutate(a, make(a), MAX, seed), m = fuzz_mutate(b, make(b), MAX, seed);

        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
    }
}

/* The text and the number of its bytes outlive every mutation, the rest of the tail all but one. */
static void text_stays(void **state)
{
    uint8_t a[MAX], b[MAX];

    (void)state;
    (void)make(b);
    for (unsigned which = 0; which < FUZZ_MUTATION_COUNT; which++)
        for (uint64_t seed = 0; seed < 500; seed++) {
            size_t n = fuzz_mutate_once(a, make(a), MAX, seed, (enum fuzz_mutation)which);
            size_t same = which == FUZZ_MUTATION_world ? 4 : ENGINE_TAIL;

            if (n == 0)
                continue;
            assert_true(n <= MAX);
            assert_memory_equal(a + n - ENGINE_TAIL - TEXT, "text\n", TEXT);
            assert_memory_equal(a + n - same, b + SIZE - same, same);
            assert_int_equal(n, engine_record_count(a, n) * ENGINE_RECORD + TEXT + ENGINE_TAIL);
        }
}

static void never_longer_than_allowed(void **state)
{
    uint8_t a[MAX];

    (void)state;
    for (size_t max = SIZE; max < SIZE + 20; max++)
        for (uint64_t seed = 0; seed < 500; seed++) {
            size_t size = make(a);

            assert_true(fuzz_mutate(a, size, max, seed) <= max);
            assert_int_equal(a[max], max < SIZE ? a[max] : 0xee);
        }
    for (size_t size = 0; size < ENGINE_TAIL; size++) /* no run: a new one */
        for (uint64_t seed = 0; seed < 100; seed++) {
            size_t n = fuzz_mutate(a, size, MAX, seed);

            assert_true(n > ENGINE_TAIL && n <= MAX && engine_record_count(a, n) > 0);
        }
}

static size_t count(const uint8_t *data, size_t n, const uint8_t *record)
{
    size_t found = 0;

    for (size_t i = 0; i < engine_record_count(data, n); i++)
        found += memcmp(data + i * ENGINE_RECORD, record, ENGINE_RECORD) == 0;
    return found;
}

/* Mutations that only move records lose none and make none. */
static void moving_keeps_all(void **state)
{
    static const enum fuzz_mutation moving[] = {FUZZ_MUTATION_move, FUZZ_MUTATION_swap};
    uint8_t a[MAX], b[MAX];

    (void)state;
    (void)make(b);
    for (unsigned k = 0; k < 2; k++)
        for (uint64_t seed = 0; seed < 1000; seed++) {
            size_t n = fuzz_mutate_once(a, make(a), MAX, seed, moving[k]);

            if (n == 0)
                continue;
            assert_int_equal(n, SIZE);
            assert_memory_not_equal(a, b, SIZE);
            for (unsigned i = 0; i < RECORDS; i++)
                assert_int_equal(count(a, n, b + i * ENGINE_RECORD), 1);
        }
}

/* Something from outside stands between two calls, where none stood before. */
static void interrupting_comes_between(void **state)
{
    unsigned moved = 0, made = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        uint8_t a[MAX];
        size_t n = fuzz_mutate_once(a, make(a), MAX, seed, FUZZ_MUTATION_interrupt);
        bool between = false;

        if (n == 0)
            continue;
        for (size_t i = 1; i + 1 < engine_record_count(a, n); i++)
            between = between || (a[(i - 1) * ENGINE_RECORD] == ENGINE_OP_WORK &&
                                  a[i * ENGINE_RECORD] == ENGINE_OP_OUTSIDE &&
                                  a[(i + 1) * ENGINE_RECORD] == ENGINE_OP_WORK);
        assert_true(between);
        *(n == SIZE ? &moved : &made) += 1;
    }
    assert_true(moved > 100 && made > 100);
}

static void each_changes_something(void **state)
{
    uint8_t a[MAX], b[MAX];

    (void)state;
    (void)make(b);
    for (unsigned which = 0; which < FUZZ_MUTATION_COUNT; which++) {
        unsigned changed = 0;

        for (uint64_t seed = 0; seed < 100; seed++) {
            size_t n = fuzz_mutate_once(a, make(a), MAX, seed, (enum fuzz_mutation)which);

            changed += n > 0 && (n != SIZE || memcmp(a, b, n) != 0);
        }
        assert_true(changed > 20);
    }
}

/* The beginning of one, the end of the other, the world of the first. */
static void crossing(void **state)
{
    uint8_t a[MAX], b[MAX], out[MAX];
    unsigned mixed = 0;

    (void)state;
    (void)make(a);
    (void)make(b);
    for (unsigned i = 0; i < RECORDS; i++)
        b[i * ENGINE_RECORD + 7] = 0xff; /* tells them apart */
    b[SIZE - ENGINE_TAIL + ENGINE_TAIL_PROFILE] = 7;
    for (uint64_t seed = 0; seed < 500; seed++) {
        size_t n = fuzz_cross(a, SIZE, b, SIZE, out, 200, seed), records, i = 0;

        assert_true(n <= 200);
        records = engine_record_count(out, n);
        while (i < records && out[i * ENGINE_RECORD + 7] != 0xff)
            i++;
        mixed += i > 0 && i < records;
        while (i < records)
            assert_int_equal(out[i++ * ENGINE_RECORD + 7], 0xff);
        assert_memory_equal(out + n - ENGINE_TAIL - TEXT, a + SIZE - ENGINE_TAIL - TEXT,
                            ENGINE_TAIL + TEXT);
    }
    assert_true(mixed > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_from_the_same_seed),
        cmocka_unit_test(text_stays),
        cmocka_unit_test(never_longer_than_allowed),
        cmocka_unit_test(moving_keeps_all),
        cmocka_unit_test(interrupting_comes_between),
        cmocka_unit_test(each_changes_something),
        cmocka_unit_test(crossing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
