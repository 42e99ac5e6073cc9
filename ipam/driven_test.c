/*
 * The library and the oracle side by side, see oracle_driver.h: in every mode, with every layout.
 *
 * EIPSIM_TEST_OPERATIONS sets the number of operations per run (default 6,000).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipam/oracle_driver.h"

static const struct {
    const char *name;
    struct ipam_family_limits family;
    uint32_t n_owner_nics;
} layouts[] = {
    {"one window", {6, 32, 64}, 32},
    {"ranges only", {0, 96, 64}, 32},
    {"moving windows", {4, 64, 64}, 32},
    {"little room", {0, 20, 10}, 5}, /* often refused for want of it */
};

enum { LAYOUTS = 4, STREAM = 150 };

static void open_driver(struct oracle_driver *d, unsigned layout, ipam_quirks quirks, uint64_t seed)
{
    oracle_driver_open(d, &layouts[layout].family, layouts[layout].n_owner_nics, quirks, seed);
}

static uint32_t operations(void)
{
    const char *text = getenv("EIPSIM_TEST_OPERATIONS");

    return text ? (uint32_t)strtoul(text, NULL, 10) : 6000;
}

static void print_mix(const char *name, const struct oracle_driver *d)
{
    static const char *const kinds[] = {"no subnet", "IPv4", "IPv6", "dual", "MAC only"};

    print_message("%s: %u operations, %u %% succeed\n   ", name, d->steps,
                  100 * oracle_driver_count(d, IPAM_ERROR_NONE) / d->steps);
    for (int v = 0; v < ORACLE_VERBS; v++)
        print_message(" %s %u,", oracle_verb_name((enum oracle_verb)v),
                      oracle_driver_verbs(d, (enum oracle_verb)v));
    print_message("\n    in");
    for (int k = 0; k <= IPAM_PROTOCOL_MAC; k++)
        print_message(" %s %u,", kinds[k], d->kind[k]);
    print_message("\n   ");
    for (int e = 1; e < IPAM_ERROR_COUNT; e++) {
        uint32_t n = oracle_driver_count(d, (enum ipam_error)e);

        if (n)
            print_message(" %s %u,", ipam_error_text((enum ipam_error)e), n);
    }
    print_message("\n");
}

/* A test of refusals alone would be easy to pass. */
static void assert_meaningful(const struct oracle_driver *d)
{
    assert_true(oracle_driver_count(d, IPAM_ERROR_NONE) * 10 >= d->steps * 6);
}

static void step(struct oracle_driver *d)
{
    if (d->steps % STREAM == 0)
        oracle_driver_start_over(d);
    if (!oracle_driver_step(d))
        fail_msg("%s", d->wrong);
}

/* What all walks together came to. */
static uint32_t errors[IPAM_ERROR_COUNT];
static uint64_t total;

static void walk(unsigned layout, ipam_quirks quirks, uint32_t n, uint64_t seed, const char *name)
{
    struct oracle_driver d;

    open_driver(&d, layout % LAYOUTS, quirks, seed);
    while (d.steps < n)
        step(&d);
    if (name) {
        print_mix(name, &d);
        assert_meaningful(&d);
    }
    for (int e = 0; e < IPAM_ERROR_COUNT; e++)
        errors[e] += oracle_driver_count(&d, (enum ipam_error)e);
    total += d.steps;
    oracle_driver_close(&d);
}

static void test_head(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS; i++)
        walk(i, 0, operations(), 1 + i, layouts[i].name);
}

/* Every law holds in strict, and a refusal changes nothing. */
static void test_strict(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS; i++)
        walk(i, IPAM_QUIRK_BIT(strict), operations(), 50 + i, layouts[i].name);
}

/* While nobody touches pool 0, pools share out the subnet's lists. */
static void test_pools_share_out(void **state)
{
    struct oracle_driver d;

    (void)state;
    open_driver(&d, 0, 0, 60);
    d.no_pool_zero = true;
    while (d.steps < operations() / 2) {
        step(&d);
        for (uint32_t s = 1; s <= ORACLE_SUBNETS; s++) {
            assert_true(ipam_invariant_holds(d.ipam, s, IPAM_I4));
            assert_true(ipam_invariant_holds(d.ipam, s, IPAM_I5));
        }
    }
    oracle_driver_close(&d);
}

static const char *switch_name(unsigned quirk)
{
    uint32_t i = 0;

    while (ipam_quirk_table[i].reason || ipam_quirk_table[i].bit != quirk)
        i++;
    return ipam_quirk_table[i].name;
}

static void test_each_switch(void **state)
{
    (void)state;
    for (unsigned q = 0; q < IPAM_QUIRK_COUNT; q++)
        if (q != IPAM_QUIRK_strict)
            walk(q, UINT64_C(1) << q, operations() / 10, 100 + q, switch_name(q));
}

static void test_releases(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IPAM_RELEASE_COUNT; i++)
        walk(i, ipam_release_quirks((enum ipam_release)i), operations() / 5, 200 + i,
             ipam_release_name((enum ipam_release)i));
}

/* Any switches together, about a quarter of them on. */
static void test_switches_at_random(void **state)
{
    uint64_t x = 77;

    (void)state;
    for (unsigned i = 0; i < 60; i++) {
        ipam_quirks quirks = IPAM_QUIRK_BIT(strict) - 1;

        for (int k = 0; k < 2; k++) {
            x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            quirks &= x >> 11;
        }
        walk(i, quirks, operations() / 20, 300 + i, NULL);
    }
}

/* A copy taken at any point goes on as the original does, to the byte, in a place of its own. */
static void test_snapshots(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LAYOUTS * 4; i++) {
        struct oracle_driver d, copy;

        open_driver(&d, i % LAYOUTS, i % 2 ? IPAM_QUIRK_BIT(strict) : 0, 400 + i);
        open_driver(&copy, i % LAYOUTS, i % 2 ? IPAM_QUIRK_BIT(strict) : 0, 0);
        for (unsigned k = 0; k < 20 + 9 * i; k++)
            assert_true(oracle_driver_step(&d));
        memcpy(copy.ipam, d.ipam, d.size);
        copy.oracle = d.oracle;
        copy.chance = d.chance;
        copy.drawn = d.drawn;
        for (unsigned k = 0; k < 200; k++) {
            assert_true(oracle_driver_step(&d));
            assert_true(oracle_driver_step(&copy));
        }
        assert_memory_equal(copy.ipam, d.ipam, d.size);
        oracle_driver_close(&d);
        oracle_driver_close(&copy);
    }
}

/*
 * The rare case that I5 has at master, which three million operations found: a block that shrank to
 * one address in use, which is then shared and given back. From the state of the driver in which it
 * began.
 */
static void test_block_of_one_address(void **state)
{
    struct oracle_driver d;

    (void)state;
    open_driver(&d, 1, 0, 1);
    oracle_driver_start_over(&d);
    d.chance = UINT64_C(17898755936482384567);
    for (int i = 0; i < 140; i++)
        if (!oracle_driver_step(&d))
            fail_msg("%s", d.wrong);
    assert_false(ipam_invariant_holds(d.ipam, 1, IPAM_I5));
    assert_null(ipam_validate(d.ipam));
    oracle_driver_close(&d);
}

/* Every error but those of texts and of careless callers (text_test.c, ipam_test.c). */
static void test_all_errors(void **state)
{
    (void)state;
    print_message("%llu operations in all, %llu %% succeed\n", (unsigned long long)total,
                  100ull * errors[IPAM_ERROR_NONE] / total);
    assert_true(errors[IPAM_ERROR_NONE] >= total * 6 / 10);
    for (int e = 0; e < IPAM_ERROR_COUNT; e++) {
        bool elsewhere = e == IPAM_ERROR_BAD_RANGE || e == IPAM_ERROR_BAD_GATEWAY ||
                         e == IPAM_ERROR_BAD_REQUEST || e == IPAM_ERROR_NO_FRESH_MAC;

        if (!elsewhere && errors[e] == 0 && operations() >= 6000)
            fail_msg("never: %s", ipam_error_text((enum ipam_error)e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_pools_share_out),
        cmocka_unit_test(test_each_switch),
        cmocka_unit_test(test_releases),
        cmocka_unit_test(test_switches_at_random),
        cmocka_unit_test(test_snapshots),
        cmocka_unit_test(test_block_of_one_address),
        cmocka_unit_test(test_all_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
