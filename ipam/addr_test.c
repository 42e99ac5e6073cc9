#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipam/addr.h"

static struct ipam_addr addr(const char *text)
{
    struct ipam_addr a;

    if (!ipam_addr_parse(text, strlen(text), &a))
        fail_msg("%s", text);
    return a;
}

static struct ipam_cidr cidr(const char *text)
{
    struct ipam_cidr c;

    if (!ipam_cidr_parse(text, strlen(text), &c))
        fail_msg("%s", text);
    return c;
}

static void assert_prints(struct ipam_addr a, const char *expected)
{
    char text[IPAM_ADDR_TEXT];

    assert_int_equal(ipam_addr_print(a, text), strlen(expected));
    assert_string_equal(text, expected);
}

/* Text and its canonical form; RFC 5952, section 4, has most of them. */
static void test_parse_and_print(void **state)
{
    static const char *const pairs[][2] = {
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"10.0.0.5", "10.0.0.5"},
        {"::", "::"},
        {"::1", "::1"},
        {"2001:db8::", "2001:db8::"},
        {"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:DB8::ABCD", "2001:db8::abcd"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"::ffff:10.0.0.5", "10.0.0.5"},
        {"::ffff:a00:5", "10.0.0.5"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"::1.2.3.4", "::102:304"},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct ipam_addr_arg arg = ipam_addr_read(pairs[i][0], strlen(pairs[i][0]));

        assert_prints(addr(pairs[i][0]), pairs[i][1]);
        assert_true(arg.valid);
        assert_int_equal(arg.exact, strcmp(pairs[i][0], pairs[i][1]) == 0);
        assert_int_equal(arg.mapped, strncmp(pairs[i][0], "::ffff:", 7) == 0);
    }
}

static void test_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "1.1.1",
        "1.1.1.1.1",
        "256.1.1.1",
        "01.1.1.1",
        "1.1.1.01",
        "1.1.1.1 ",
        " 1.1.1.1",
        "1.1.1.-1",
        "1.1.1.1/8",
        "a.b.c.d",
        "1..1.1",
        ".1.1.1",
        "1.1.1.",
        "0x1.1.1.1",
        ":",
        ":::",
        "::1::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "::1%eth0",
        "12345::",
        "g::",
        "1:",
        ":1",
        "1:2:3:4:5:6:7:8::",
        "::1.2.3",
        "::1.2.3.4.5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7::8",
        "::01.2.3.4",
    };
    struct ipam_addr a = {1, 2};

    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (ipam_addr_parse(bad[i], strlen(bad[i]), &a))
            fail_msg("%s was accepted", bad[i]);
        assert_false(ipam_addr_read(bad[i], strlen(bad[i])).valid);
    }
    assert_int_equal(a.hi, 1);
    assert_int_equal(a.lo, 2);
    assert_false(ipam_addr_parse("1.1.1.1\0", 8, &a));
}

/* Every canonical text reads back as the address it came from, whatever its zeros. */
static void test_round_trip(void **state)
{
    uint64_t x = 1;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        struct ipam_addr a = {0, 0};
        struct ipam_addr_arg back;
        char text[IPAM_ADDR_TEXT];
        size_t n;

        for (unsigned g = 0; g < 8; g++) {
            x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            a.hi = a.hi << 16 | a.lo >> 48;
            a.lo = a.lo << 16 | ((x >> 40 & 1) ? x >> 44 & 0xffff : 0);
        }
        n = ipam_addr_print(a, text);
        assert_true(n < IPAM_ADDR_TEXT);
        back = ipam_addr_read(text, n);
        assert_true(back.valid && back.exact);
        assert_true(ipam_addr_equal(back.addr, a));
    }
}

static void test_order_and_arithmetic(void **state)
{
    struct ipam_range all = {addr("::"), addr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe")};
    char text[IPAM_COUNT_TEXT];

    (void)state;
    assert_int_equal(ipam_addr_compare(addr("::"), addr("0.0.0.0")), -1);
    assert_int_equal(ipam_addr_compare(addr("10.0.0.9"), addr("10.0.0.10")), -1);
    assert_int_equal(ipam_addr_compare(addr("10.0.0.1"), addr("fd00::")), -1);
    assert_int_equal(ipam_addr_compare(addr("::ffff:10.0.0.1"), addr("10.0.0.1")), 0);
    assert_prints(ipam_addr_add(addr("::ffff:ffff:ffff:ffff"), 1), "0:0:0:1::");
    assert_prints(ipam_addr_sub(addr("0:0:0:1::"), 1), "::ffff:ffff:ffff:ffff");
    assert_prints(ipam_addr_sub(addr("::"), 1), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    ipam_count_print(ipam_range_count(all), text);
    assert_string_equal(text, "340282366920938463463374607431768211455");
    ipam_count_print((struct ipam_count){0, 0}, text);
    assert_string_equal(text, "0");
    ipam_count_print((struct ipam_count){1, 0}, text);
    assert_string_equal(text, "18446744073709551616");
}

/* Block, first and last address; the last ones go through an integer, as upstream does it. */
static void test_cidr_ends(void **state)
{
    static const char *const rows[][4] = {
        {"10.0.0.0/24", "10.0.0.0/24", "10.0.0.1", "10.0.0.254"},
        {"10.0.0.24/28", "10.0.0.16/28", "10.0.0.17", "10.0.0.30"},
        {"10.0.0.1/31", "10.0.0.0/31", "10.0.0.0", "10.0.0.1"},
        {"10.0.0.0/32", "10.0.0.0/32", "10.0.0.1", "9.255.255.255"},
        {"0.0.0.0/0", "0.0.0.0/0", "0.0.0.1", "255.255.255.254"},
        {"0.0.0.0/32", "0.0.0.0/32", "0.0.0.1", "255.255.255.255"},
        {"fd00::/127", "fd00::/127", "fd00::", "fd00::1"},
        {"fd00::ff/120", "fd00::/120", "fd00::1", "fd00::fe"},
        {"::/0", "::/0", "0.0.0.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
        {"::1:0/112", "::1:0/112", "0.1.0.1", "0.1.255.254"},
        {"::16/127", "::16/127", "::16", "0.0.0.23"},
    };
    static const char *const bad[] = {"",           "10.0.0.0",  "/24",         "10.0.0.0/33",
                                      "fd00::/129", "10.0.0.0/", "10.0.0.0/+1", "10.0.0.0/8 ",
                                      "10.0.0.0/a", "10.0.0/8",  "bad/8",       "10.0.0.0/24/8"};
    struct ipam_cidr c;

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[IPAM_CIDR_TEXT];

        c = cidr(rows[i][0]);
        ipam_cidr_print(&c, text);
        assert_string_equal(text, rows[i][1]);
        assert_prints(ipam_cidr_first(&c, true), rows[i][2]);
        assert_prints(ipam_cidr_last(&c, true), rows[i][3]);
    }
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(ipam_cidr_parse(bad[i], strlen(bad[i]), &c));
}

static void test_usable(void **state)
{
    struct ipam_cidr host = cidr("10.0.0.5/32");
    struct ipam_cidr pair = cidr("10.0.0.4/31");
    struct ipam_cidr block = cidr("10.0.0.0/29");
    struct ipam_range r;

    (void)state;
    assert_false(ipam_cidr_usable(&host, true, &r));
    assert_false(ipam_cidr_usable(&pair, false, &r));
    assert_true(ipam_cidr_usable(&pair, true, &r));
    assert_prints(r.last, "10.0.0.5");
    assert_true(ipam_cidr_usable(&block, false, &r));
    assert_prints(r.first, "10.0.0.1");
    assert_prints(r.last, "10.0.0.6");
    assert_true(ipam_cidr_contains(&block, addr("10.0.0.7")));
    assert_true(ipam_cidr_contains(&block, addr("::ffff:10.0.0.7")));
    assert_false(ipam_cidr_contains(&block, addr("10.0.0.8")));
    assert_false(ipam_cidr_contains(&block, addr("::a00:1")));
}

/* A range cut into blocks is covered exactly, in order, by aligned blocks. */
static void test_blocks_of_a_range(void **state)
{
    static const char *const whole[][3] = {
        {"0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
        {"10.0.0.5", "10.0.0.5", "10.0.0.5/32"},
        {"fd00::", "fd00::ff", "fd00::/120"},
    };
    uint64_t x = 7;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct ipam_range r = {addr(whole[i][0]), addr(whole[i][1])};
        struct ipam_cidr c;
        char text[IPAM_CIDR_TEXT];

        assert_false(ipam_range_take_cidr(&r, &c));
        ipam_cidr_print(&c, text);
        assert_string_equal(text, whole[i][2]);
    }
    for (unsigned i = 0; i < 2000; i++) {
        struct ipam_range r;
        struct ipam_addr next, last;
        struct ipam_cidr c;
        bool more;

        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        r.first = next = ipam_addr_v4((uint32_t)(x >> 33) & 0xffffff);
        r.last = last = ipam_addr_add(r.first, x >> 20 & 0xfff);
        do {
            more = ipam_range_take_cidr(&r, &c);
            assert_true(ipam_addr_equal(c.network, next));
            assert_true(ipam_addr_equal(ipam_cidr_block(&c).first, next));
            next = ipam_addr_add(ipam_cidr_block(&c).last, 1);
        } while (more);
        assert_true(ipam_addr_equal(next, ipam_addr_add(last, 1)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_and_print),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_round_trip),        cmocka_unit_test(test_order_and_arithmetic),
        cmocka_unit_test(test_cidr_ends),         cmocka_unit_test(test_usable),
        cmocka_unit_test(test_blocks_of_a_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
