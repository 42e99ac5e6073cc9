/*
 * Address sets against one byte per address, for windows of many widths, with and without addresses
 * outside them. EIPSIM_TEST_OPERATIONS sets the number of operations per shape (default 6,000).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipam/addrset.h"

enum { SIZE = 1024, SETS = 3 }; /* addresses of the small world; sets that work on each other */

static uint64_t chance = 1;

static uint32_t below(uint32_t n)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(chance >> 33) % n;
}

static struct ipam_addr addr(uint32_t index)
{
    return ipam_addr_v4(0x0a000000u + index);
}

static uint32_t index_of(struct ipam_addr a)
{
    return (uint32_t)a.lo - 0x0a000000u;
}

static struct ipam_range range(uint32_t first, uint32_t last)
{
    struct ipam_range r = {addr(first), addr(last)};

    return r;
}

struct world {
    struct ipam_addrset_shape shape;
    uint32_t size; /* bytes of one set */
    unsigned char *memory, *before;
    struct ipam_addrset set[SETS];
    unsigned char byte[SETS][SIZE];
    struct ipam_journal journal;
    unsigned refused;
};

static void view_all(struct world *w)
{
    for (uint32_t i = 0; i < SETS; i++)
        w->set[i] = ipam_addrset_view(w->memory + i * w->size, &w->shape, &w->journal, i * w->size);
}

static void open_world(struct world *w, uint8_t bits, uint32_t base, uint32_t ranges)
{
    memset(w, 0, sizeof(*w));
    w->shape.bits = bits;
    w->shape.max_ranges = ranges;
    if (bits)
        w->shape.base = addr(base);
    w->size = ipam_addrset_size(bits, ranges);
    w->memory = calloc(SETS, w->size);
    w->before = calloc(SETS, w->size);
    view_all(w);
}

static void close_world(struct world *w)
{
    free(w->memory);
    free(w->before);
}

/* ---- what must hold after every step ---- */

static void check_members(const struct world *w, unsigned k)
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r;
    unsigned char seen[SIZE] = {0};
    uint32_t n = 0;
    uint32_t end = 0;
    bool first = true;

    while (ipam_addrset_next_range(&w->set[k], &cursor, &r)) {
        assert_true(first || index_of(r.first) > end + 1); /* maximal, in order */
        first = false;
        end = index_of(r.last);
        for (uint32_t i = index_of(r.first); i <= end; i++)
            seen[i] = 1;
    }
    assert_memory_equal(seen, w->byte[k], SIZE);
    for (uint32_t i = 0; i < SIZE; i++)
        n += seen[i];
    assert_int_equal(ipam_addrset_count(&w->set[k]).lo, n);
    assert_int_equal(ipam_addrset_empty(&w->set[k]), n == 0);
}

static void check_world(struct world *w)
{
    for (unsigned k = 0; k < SETS; k++) {
        const char *wrong = ipam_addrset_validate(&w->set[k]);

        if (wrong)
            fail_msg("%s", wrong);
        check_members(w, k);
    }
    for (uint32_t i = 0; !w->journal.overflow && i < w->journal.count; i++)
        memcpy(w->before + w->journal.span[i].offset, w->memory + w->journal.span[i].offset,
               w->journal.span[i].length);
    if (!w->journal.overflow)
        assert_memory_equal(w->before, w->memory, (size_t)SETS * w->size);
}

/* The same members put in one by one, in another order: the same bytes. */
static void check_canonical(const struct world *w, unsigned k)
{
    unsigned char *memory = calloc(1, w->size);
    struct ipam_addrset s = ipam_addrset_view(memory, &w->shape, NULL, 0);
    uint32_t step = 1 + 2 * below(SIZE / 2); /* odd: visits all */
    uint32_t at = below(SIZE);
    bool all = true;

    for (uint32_t i = 0; i < SIZE; i++) {
        at = (at + step) % SIZE;
        if (w->byte[k][at])
            all &= ipam_addrset_add(&s, addr(at), NULL);
    }
    if (all) /* on the way there may be more ranges than fit */
        assert_memory_equal(memory, w->set[k].word, w->size);
    free(memory);
}

/* ---- the operations, on a set and on bytes ---- */

static void fill(unsigned char *bytes, uint32_t first, uint32_t last, unsigned char value)
{
    memset(bytes + first, value, last - first + 1);
}

static bool change_range(struct world *w, unsigned k, uint32_t what)
{
    uint32_t first = below(SIZE);
    uint32_t last = first + below(below(4) ? 20 : SIZE);

    if (last >= SIZE)
        last = SIZE - 1;
    switch (what) {
    case 0:
        if (!ipam_addrset_add_range(&w->set[k], range(first, last)))
            return false;
        fill(w->byte[k], first, last, 1);
        return true;
    case 1:
        if (!ipam_addrset_remove_range(&w->set[k], range(first, last)))
            return false;
        fill(w->byte[k], first, last, 0);
        return true;
    default:
        ipam_addrset_keep_range(&w->set[k], range(first, last));
        memset(w->byte[k], 0, first);
        memset(w->byte[k] + last + 1, 0, SIZE - last - 1);
        return true;
    }
}

static bool change_one(struct world *w, unsigned k)
{
    uint32_t i = below(SIZE);
    bool changed;
    bool add = below(2);
    bool ok = add ? ipam_addrset_add(&w->set[k], addr(i), &changed)
                  : ipam_addrset_remove(&w->set[k], addr(i), &changed);

    if (!ok)
        return false;
    assert_int_equal(changed, w->byte[k][i] != add);
    w->byte[k][i] = add;
    return true;
}

static bool combine(struct world *w, unsigned a, unsigned b, uint32_t what)
{
    const struct ipam_addrset *d = &w->set[a];
    const struct ipam_addrset *s = &w->set[b];
    bool ok = what == 0   ? ipam_addrset_unite(d, s)
              : what == 1 ? ipam_addrset_subtract(d, s)
              : what == 2 ? ipam_addrset_intersect(d, s)
                          : ipam_addrset_copy(d, s);

    for (uint32_t i = 0; ok && i < SIZE; i++) {
        unsigned char x = w->byte[a][i];
        unsigned char y = w->byte[b][i];

        w->byte[a][i] = what == 0 ? x | y : what == 1 ? x & !y : what == 2 ? x & y : y;
    }
    return ok;
}

static void step(struct world *w)
{
    unsigned k = below(SETS);
    uint32_t what = below(16);
    bool ok = true;

    ipam_journal_clear(&w->journal);
    memcpy(w->before, w->memory, (size_t)SETS * w->size);
    if (what < 7) {
        ok = change_one(w, k);
    } else if (what < 10) {
        ok = change_range(w, k, what - 7);
    } else if (what < 14) {
        ok = combine(w, k, below(SETS), what - 10);
    } else if (what == 14 && below(4) == 0) {
        ipam_addrset_clear(&w->set[k]);
        memset(w->byte[k], 0, SIZE);
    }
    if (!ok) {
        w->refused++;
        assert_memory_equal(w->before, w->memory, (size_t)SETS * w->size);
    }
    check_world(w);
}

/* ---- questions ---- */

static void check_searches(const struct world *w)
{
    unsigned k = below(SETS), other = below(SETS);
    struct ipam_addr_arg skip[8];
    struct ipam_addr found;
    uint32_t from = below(SIZE), expected = from;
    unsigned char skipped[SIZE] = {0};
    bool common = false;

    memset(skip, 0, sizeof(skip));
    while (expected < SIZE && !w->byte[k][expected])
        expected++;
    assert_int_equal(ipam_addrset_next(&w->set[k], addr(from), &found), expected < SIZE);
    assert_true(expected == SIZE || index_of(found) == expected);
    assert_int_equal(ipam_addrset_contains(&w->set[k], addr(from)), w->byte[k][from]);
    for (unsigned i = 0; i < 8; i++) {
        uint32_t a = expected < SIZE ? (expected + below(6)) % SIZE : below(SIZE);

        skip[i].addr = addr(a);
        skip[i].valid = below(8) != 0;
        skipped[a] |= skip[i].valid;
    }
    expected = 0;
    while (expected < SIZE && (!w->byte[k][expected] || skipped[expected]))
        expected++;
    assert_int_equal(ipam_addrset_first_skipping(&w->set[k], skip, 8, &found), expected < SIZE);
    assert_true(expected == SIZE || index_of(found) == expected);
    for (uint32_t i = 0; i < SIZE; i++)
        common |= w->byte[k][i] && w->byte[other][i];
    assert_int_equal(ipam_addrset_overlap(&w->set[k], &w->set[other]), common);
    assert_int_equal(ipam_addrset_equal(&w->set[k], &w->set[other]),
                     memcmp(w->byte[k], w->byte[other], SIZE) == 0);
}

static void append(char *out, uint32_t first, uint32_t last)
{
    char text[IPAM_RANGE_TEXT];

    ipam_range_print(range(first, last), text);
    if (*out)
        strcat(out, ",");
    strcat(out, text);
}

static void naive_text(const unsigned char *bytes, char *out)
{
    *out = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        uint32_t first = i;

        if (!bytes[i])
            continue;
        while (i + 1 < SIZE && bytes[i + 1])
            i++;
        append(out, first, i);
    }
}

static void check_texts(const struct world *w)
{
    static char ours[40 * SIZE], theirs[40 * SIZE];
    unsigned char inside[SIZE] = {0}, minus[SIZE], common[SIZE];
    struct ipam_range r[5];
    unsigned k = below(SETS);
    size_t n;

    for (unsigned i = 0; i < 5; i++) {
        uint32_t first = below(SIZE), last = first + below(60);

        r[i] = range(first, last < SIZE ? last : SIZE - 1);
        fill(inside, first, last < SIZE ? last : SIZE - 1, 1);
    }
    for (uint32_t i = 0; i < SIZE; i++) {
        minus[i] = w->byte[k][i] && !inside[i];
        common[i] = w->byte[k][i] && inside[i];
    }
    naive_text(w->byte[k], theirs);
    n = ipam_addrset_print(&w->set[k], ours, sizeof(ours));
    assert_string_equal(ours, theirs);
    assert_int_equal(n, strlen(theirs));
    assert_int_equal(ipam_addrset_print(&w->set[k], ours, 10), n);
    assert_true(strlen(ours) == (n < 9 ? n : 9) && strncmp(ours, theirs, 9) == 0);
    naive_text(minus, theirs);
    ipam_addrset_print_minus(&w->set[k], r, 5, ours, sizeof(ours));
    assert_string_equal(ours, theirs);
    naive_text(common, theirs);
    ipam_addrset_print_common(&w->set[k], r, 5, ours, sizeof(ours));
    assert_string_equal(ours, theirs);
    assert_int_equal(ipam_addrset_equals_ranges(&w->set[k], r, 5),
                     memcmp(inside, w->byte[k], SIZE) == 0);
}

static void check_equals_ranges(const struct world *w, unsigned k)
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r[2 * SIZE];
    uint32_t n = 0;

    while (ipam_addrset_next_range(&w->set[k], &cursor, &r[n])) {
        struct ipam_addr middle = ipam_addr_add(r[n].first, (r[n].last.lo - r[n].first.lo) / 2);

        r[n + 1] = r[n]; /* the second half overlaps the first, and stands before it */
        r[n + 1].last = middle;
        r[n].first = middle;
        n += 2;
    }
    assert_true(ipam_addrset_equals_ranges(&w->set[k], r, n));
    if (n)
        assert_false(ipam_addrset_equals_ranges(&w->set[k], r, n - 1) &&
                     r[n - 1].first.lo != r[n - 1].last.lo);
}

static uint32_t operations(void)
{
    const char *text = getenv("EIPSIM_TEST_OPERATIONS");

    return text ? (uint32_t)strtoul(text, NULL, 10) : 6000;
}

static void test_against_bytes(void **state)
{
    static const struct {
        uint8_t bits;
        uint32_t base, ranges;
        bool refuses;
    } shapes[] = {
        {0, 0, 1100, false},   {0, 0, 12, true},      {3, 512, 1100, false}, {6, 448, 1100, false},
        {7, 384, 1100, false}, {8, 256, 1100, false}, {8, 768, 6, true},     {9, 0, 1100, false},
        {10, 0, 0, false},     {13, 0, 0, false},     {10, 0, 4, false},     {1, 510, 1100, false},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct world w;

        open_world(&w, shapes[i].bits, shapes[i].base, shapes[i].ranges);
        for (uint32_t n = 0; n < operations(); n++) {
            step(&w);
            if (n % 8 == 0)
                check_searches(&w);
            if (n % 64 == 0) {
                check_texts(&w);
                check_canonical(&w, n / 64 % SETS);
                check_equals_ranges(&w, n / 64 % SETS);
            }
        }
        assert_true(shapes[i].refuses == (w.refused > 0));
        close_world(&w);
    }
}

/* The window moves to and fro; members stay, in the bytes that belong to where the window is. */
static void test_rebase(void **state)
{
    struct world w;

    (void)state;
    open_world(&w, 6, 128, 1100);
    for (uint32_t n = 0; n < operations() / 4; n++) {
        struct ipam_addr base = addr(64 * below(SIZE / 64));

        step(&w);
        if (below(4))
            continue;
        for (unsigned k = 0; k < SETS; k++)
            assert_true(ipam_addrset_rebase(&w.set[k], base));
        w.shape.base = base;
        view_all(&w);
        for (unsigned k = 0; k < SETS; k++) {
            assert_null(ipam_addrset_validate(&w.set[k]));
            check_members(&w, k);
            check_canonical(&w, k);
        }
    }
    close_world(&w);
}

/* ---- single cases ---- */

static struct ipam_addr parse(const char *text)
{
    struct ipam_addr a;

    if (!ipam_addr_parse(text, strlen(text), &a))
        fail_msg("%s", text);
    return a;
}

static void add(const struct ipam_addrset *s, const char *first, const char *last)
{
    struct ipam_range r = {parse(first), parse(last)};

    assert_true(ipam_addrset_add_range(s, r));
}

static void assert_text(const struct ipam_addrset *s, const char *expected)
{
    char text[400];

    ipam_addrset_print(s, text, sizeof(text));
    assert_string_equal(text, expected);
}

static void fill_worked(const struct ipam_addrset *a, const struct ipam_addrset *b)
{
    ipam_addrset_clear(a);
    ipam_addrset_clear(b);
    add(a, "10.0.0.1", "10.0.0.9");
    add(a, "10.0.0.20", "10.0.0.29");
    add(b, "10.0.0.5", "10.0.0.24");
    add(b, "10.0.0.27", "10.0.0.27");
}

/* The algebra of upstream's range lists, by an example worked by hand. */
static void test_worked_algebra(void **state)
{
    static const struct ipam_addrset_shape shapes[] = {{{0, 0}, 8, 0, {0}}, {{0, 0}, 8, 5, {0}}};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t memory[2][64] = {{0}};
        struct ipam_addrset_shape shape = shapes[i];
        struct ipam_addrset a, b;

        if (shape.bits)
            shape.base = addr(0);
        a = ipam_addrset_view(memory[0], &shape, NULL, 0);
        b = ipam_addrset_view(memory[1], &shape, NULL, 0);
        fill_worked(&a, &b);
        assert_true(ipam_addrset_subtract(&a, &b));
        assert_text(&a, "10.0.0.1-10.0.0.4,10.0.0.25-10.0.0.26,10.0.0.28-10.0.0.29");
        fill_worked(&a, &b);
        assert_true(ipam_addrset_subtract(&b, &a));
        assert_text(&b, "10.0.0.10-10.0.0.19");
        fill_worked(&a, &b);
        assert_true(ipam_addrset_unite(&a, &b));
        assert_text(&a, "10.0.0.1-10.0.0.29");
        fill_worked(&a, &b);
        assert_true(ipam_addrset_intersect(&a, &b));
        assert_text(&a, "10.0.0.5-10.0.0.9,10.0.0.20-10.0.0.24,10.0.0.27");
        assert_int_equal(ipam_addrset_count(&a).lo, 11);
    }
}

static void test_ends_of_the_space(void **state)
{
    static const struct ipam_addrset_shape shape = {{0, 0}, 4, 0, {0}};
    const struct ipam_range all = {{0, 0}, {UINT64_MAX, UINT64_MAX}};
    uint64_t memory[2][24] = {{0}};
    struct ipam_addrset s = ipam_addrset_view(memory[0], &shape, NULL, 0);
    struct ipam_addrset t = ipam_addrset_view(memory[1], &shape, NULL, 0);
    char count[IPAM_COUNT_TEXT];

    (void)state;
    add(&s, "::", "::5");
    assert_true(ipam_addrset_remove(&s, parse("::"), NULL));
    assert_text(&s, "::1-::5");
    add(&s, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    assert_true(ipam_addrset_remove(&s, all.last, NULL));
    assert_true(ipam_addrset_add(&s, all.last, NULL));
    assert_true(ipam_addrset_add(&s, all.first, NULL));
    assert_null(ipam_addrset_validate(&s));
    assert_false(ipam_addrset_add_range(&s, all)); /* 2^128 cannot be counted */
    add(&s, "::", "::76");
    add(&s, "::78", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    ipam_count_print(ipam_addrset_count(&s), count);
    assert_string_equal(count, "340282366920938463463374607431768211455");
    assert_false(ipam_addrset_add(&s, parse("::77"), NULL));
    add(&t, "::77", "::77");
    assert_false(ipam_addrset_unite(&s, &t));
    ipam_addrset_keep_range(&s, (struct ipam_range){parse("::70"), parse("::79")});
    assert_text(&s, "::70-::76,::78-::79");
}

static void test_joined_at_the_window(void **state)
{
    struct ipam_addrset_shape shape = {addr(64), 4, 6, {0}};
    uint64_t memory[32] = {0};
    struct ipam_addrset s = ipam_addrset_view(memory, &shape, NULL, 0);

    (void)state;
    add(&s, "10.0.0.60", "10.0.0.130");
    assert_text(&s, "10.0.0.60-10.0.0.130");
    assert_int_equal(*s.n_ranges, 2);
    assert_int_equal(*s.in_window, 64);
    assert_int_equal(ipam_addrset_count(&s).lo, 71);
}

/* Widest window: every word of every level is reached. */
static void test_widest_window(void **state)
{
    struct ipam_addrset_shape shape = {ipam_addr_v4(0x0a000000u), 0, IPAM_WINDOW_BITS_MAX, {0}};
    struct ipam_addrset s;
    struct ipam_addr a;
    void *memory = calloc(1, ipam_addrset_size(IPAM_WINDOW_BITS_MAX, 0));

    (void)state;
    s = ipam_addrset_view(memory, &shape, NULL, 0);
    for (uint32_t i = 5; i < UINT32_C(1) << IPAM_WINDOW_BITS_MAX; i += 4093)
        assert_true(ipam_addrset_add(&s, addr(i), NULL));
    for (uint32_t i = 5; i < UINT32_C(1) << IPAM_WINDOW_BITS_MAX; i += 4093) {
        assert_true(ipam_addrset_first(&s, &a));
        assert_int_equal(index_of(a), i);
        assert_null(ipam_addrset_validate(&s));
        assert_true(ipam_addrset_remove(&s, a, NULL));
    }
    assert_true(ipam_addrset_empty(&s));
    assert_true(ipam_addrset_add_range(&s, range(0, (1u << IPAM_WINDOW_BITS_MAX) - 1)));
    assert_null(ipam_addrset_validate(&s));
    assert_text(&s, "10.0.0.0-10.15.255.255");
    assert_false(ipam_addrset_add(&s, addr(1u << IPAM_WINDOW_BITS_MAX), NULL)); /* no ranges */
    free(memory);
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(ipam_addrset_size(8, 0), 40 + 8); /* a /24: four leaf words, one above */
    assert_int_equal(ipam_addrset_size(3, 0), 8 + 8);
    assert_int_equal(ipam_addrset_size(16, 0), (1024 + 16 + 1) * 8 + 8);
    assert_int_equal(ipam_addrset_size(20, 0), (16384 + 256 + 4 + 1) * 8 + 8);
    assert_int_equal(ipam_addrset_size(0, 2), 8 + 16 + 2 * 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_worked_algebra),
        cmocka_unit_test(test_ends_of_the_space),
        cmocka_unit_test(test_joined_at_the_window),
        cmocka_unit_test(test_widest_window),
        cmocka_unit_test(test_against_bytes),
        cmocka_unit_test(test_rebase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
