#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipam/text.h"

static void test_parts(void **state)
{
    struct ipam_text rest = ipam_text("a,,b");
    struct ipam_text part;
    bool more = true;

    (void)state;
    assert_true(ipam_text_part(&rest, &more, ',', &part) && part.length == 1 && *part.at == 'a');
    assert_true(ipam_text_part(&rest, &more, ',', &part) && part.length == 0);
    assert_true(ipam_text_part(&rest, &more, ',', &part) && part.length == 1 && *part.at == 'b');
    assert_false(ipam_text_part(&rest, &more, ',', &part));
    rest = ipam_text("");
    more = true;
    assert_true(ipam_text_part(&rest, &more, ',', &part) && part.length == 0);
    assert_false(ipam_text_part(&rest, &more, ',', &part));
}

static void test_protocol(void **state)
{
    static const struct {
        const char *text;
        enum ipam_protocol protocol;
    } rows[] = {
        {"", IPAM_PROTOCOL_MAC},
        {"10.0.0.0/8", IPAM_PROTOCOL_V4},
        {"10.0.0.1", IPAM_PROTOCOL_V4},
        {"fd00::/64", IPAM_PROTOCOL_V6},
        {"10.0.0.0/8,fd00::/64", IPAM_PROTOCOL_DUAL},
        {"fd00::/64,10.0.0.0/8", IPAM_PROTOCOL_DUAL},
        {"10.0.0.0/8,10.1.0.0/16", IPAM_PROTOCOL_NONE},
        {"10.0.0.0/8,bad", IPAM_PROTOCOL_NONE},
        {"10.0.0.0/8,fd00::/64,bad", IPAM_PROTOCOL_V4},
        {"bad", IPAM_PROTOCOL_NONE},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(ipam_protocol_read(ipam_text(rows[i].text)), rows[i].protocol);
    assert_int_equal(ipam_family_read(ipam_text("")), IPAM_ANY_FAMILY);
    assert_int_equal(ipam_family_read(ipam_text("ipv4")), IPAM_ONLY_V4);
    assert_int_equal(ipam_family_read(ipam_text("IPv6")), IPAM_ONLY_V6);
    assert_int_equal(ipam_family_read(ipam_text("IPV4")), IPAM_OTHER_FAMILY);
}

static void test_gateway(void **state)
{
    struct ipam_gateway exact = ipam_gateway_read(ipam_text("fd00::1"));
    struct ipam_gateway odd = ipam_gateway_read(ipam_text("fd00:0::1"));
    struct ipam_gateway none = ipam_gateway_read(ipam_text(""));

    (void)state;
    assert_true(exact.valid && exact.text == 0 && exact.addr.lo == 1);
    assert_true(!odd.valid && odd.text != 0);
    assert_true(!none.valid && none.text == 0);
    assert_int_not_equal(odd.text, ipam_gateway_read(ipam_text("bad")).text);
}

static void assert_expands(const char *entry, const char *cidr, bool ptp, const char *expected)
{
    struct ipam_exclude x[4];
    uint32_t n = ipam_exclude_expand(ipam_text(entry), ipam_text(cidr), ptp, x, 4);
    char all[400] = "";

    for (uint32_t i = 0; i < n; i++) {
        char text[IPAM_RANGE_TEXT];

        ipam_range_print(x[i].range, text);
        strcat(all, i ? "," : "");
        strcat(all, text);
        strcat(all, x[i].verbatim ? "!" : "");
    }
    assert_string_equal(all, expected);
}

/* Most of these stood in one excludeIps of a recorded subnet 10.0.0.0/29. */
static void test_excludes(void **state)
{
    (void)state;
    assert_expands("10.0.0.2", "10.0.0.0/29", true, "10.0.0.2!");
    assert_expands("::ffff:10.0.0.2", "10.0.0.0/29", true, "10.0.0.2!");
    assert_expands("10.0.0.4..10.0.0.9", "10.0.0.0/29", true, "10.0.0.4-10.0.0.6");
    assert_expands("10.0.0.6..10.0.0.9", "10.0.0.0/29", true, "10.0.0.6");
    assert_expands("10.0.0.0", "10.0.0.0/29", true, "");
    assert_expands("10.0.0.7", "10.0.0.0/29", true, "");
    assert_expands("10.9.9.9", "10.0.0.0/29", true, "");
    assert_expands("bad", "10.0.0.0/29", true, "");
    assert_expands("fd00::1", "10.0.0.0/29", true, "");
    assert_expands("10.0.0.3..fd00::1", "10.0.0.0/29", true, "");
    assert_expands("10.0.0.6..10.0.0.5", "10.0.0.0/29", true, "");
    assert_expands("10.0.0.1..10.0.0.2..10.0.0.3", "10.0.0.0/29", true, "");
    assert_expands("10.0.0.3/32", "10.0.0.0/29", true, "");
    assert_expands("", "10.0.0.0/29", true, "");
    assert_expands("..", "10.0.0.0/29", true, "");
    assert_expands("fd00::3..fd00::ff", "10.0.0.0/29,fd00::/125", true, "fd00::3-fd00::6");
    assert_expands("10.0.0.0..10.0.1.9", "10.0.0.0/30,10.0.1.0/30", true,
                   "10.0.0.1-10.0.0.2,10.0.1.1-10.0.1.2");
    assert_expands("10.0.0.0", "10.0.0.0/31", true, "10.0.0.0!");
    assert_expands("10.0.0.0", "10.0.0.0/31", false, "");
    assert_expands("10.0.0.0..10.0.0.1", "10.0.0.0/31", true, "10.0.0.0-10.0.0.1");
    assert_expands("10.0.0.0..10.0.0.1", "10.0.0.0/31", false, "");
    assert_expands("fd00::0", "fd00::/125", true, "fd00::!"); /* not the network's own text */
    /* Ranges are clipped as numbers, and a number below 2^32 comes out as IPv4. */
    assert_expands("::5..::9", "::/120", true, "0.0.0.5-0.0.0.9");
    assert_expands("::..::9", "::/64", true, "0.0.0.1-0.0.0.9");
    assert_expands("::1:0:5..::1:0:9", "::/64", true, "::1:0:5-::1:0:9");
    assert_expands("::..::2", "::/128", true, "");
}

static void assert_range(const char *entry, enum ipam_error error, const char *expected)
{
    struct ipam_range r;
    struct ipam_text what;
    char text[IPAM_RANGE_TEXT] = "";

    assert_int_equal(ipam_range_read(ipam_text(entry), &r, &what), error);
    if (error == IPAM_ERROR_NONE)
        ipam_range_print(r, text);
    else
        memcpy(text, what.at, what.length);
    assert_string_equal(text, expected);
}

/* The range, or the piece that upstream's error names. */
static void test_entries(void **state)
{
    (void)state;
    assert_range("10.0.0.1", IPAM_ERROR_NONE, "10.0.0.1");
    assert_range("10.0.0.1..10.0.0.4", IPAM_ERROR_NONE, "10.0.0.1-10.0.0.4");
    assert_range("10.0.0.5/30", IPAM_ERROR_NONE, "10.0.0.4-10.0.0.7");
    assert_range("1.1.1.1..1.1.1.5..1.1.1.9", IPAM_ERROR_NONE, "1.1.1.1-1.1.1.5");
    assert_range("10.0.0.1..fd00::1", IPAM_ERROR_NONE, "10.0.0.1-fd00::1");
    assert_range("", IPAM_ERROR_BAD_ADDRESS, "");
    assert_range("..", IPAM_ERROR_BAD_ADDRESS, "");
    assert_range("1.1.1.1..", IPAM_ERROR_BAD_ADDRESS, "");
    assert_range("1.1.1.1..x", IPAM_ERROR_BAD_ADDRESS, "x");
    assert_range("1.1.1.1-1.1.1.3", IPAM_ERROR_BAD_ADDRESS, "1.1.1.1-1.1.1.3");
    assert_range("010.0.0.1", IPAM_ERROR_BAD_ADDRESS, "010.0.0.1");
    assert_range("10.0.0.0/33", IPAM_ERROR_INVALID_CIDR, "10.0.0.0/33");
    assert_range("/24", IPAM_ERROR_INVALID_CIDR, "/24");
    assert_range("10.0.0.9..10.0.0.8", IPAM_ERROR_BAD_RANGE, "10.0.0.9..10.0.0.8");
    assert_int_equal(ipam_entry_family(ipam_text("10.0.0.1..fd00::1")), IPAM_V4);
    assert_int_equal(ipam_entry_family(ipam_text("junk")), IPAM_V6);
}

static enum ipam_error read(const char *cidr, const char *gateway, ipam_quirks quirks,
                            struct ipam_subnet_request *out)
{
    static struct ipam_range space[8];
    static struct ipam_text exclude[2];
    struct ipam_subnet_texts texts = {ipam_text(cidr), ipam_text(gateway), exclude, 2};

    exclude[0] = ipam_text("10.0.0.1..10.0.0.2");
    exclude[1] = ipam_text("fd00::1");
    return ipam_subnet_read(&texts, quirks, space, 8, out);
}

static void test_requests(void **state)
{
    struct ipam_subnet_request r;

    (void)state;
    assert_int_equal(read("10.0.0.0/29", "10.0.0.1", 0, &r), IPAM_ERROR_NONE);
    assert_int_equal(r.protocol, IPAM_PROTOCOL_V4);
    assert_true(r.family[IPAM_V4].present && !r.family[IPAM_V6].present);
    assert_int_equal(r.family[IPAM_V4].n_reserved, 1);
    assert_int_equal(r.family[IPAM_V6].n_reserved, 0);
    assert_int_equal(read("fd00::/125", "fd00::1", 0, &r), IPAM_ERROR_NONE);
    assert_true(r.family[IPAM_V6].present && !r.family[IPAM_V4].present);
    assert_int_equal(read("10.0.0.0/29,fd00::/125", "10.0.0.1,fd00::1", 0, &r), IPAM_ERROR_NONE);
    assert_int_equal(r.family[IPAM_V4].n_reserved + r.family[IPAM_V6].n_reserved, 2);
    assert_int_equal(read("", "", 0, &r), IPAM_ERROR_NONE);
    assert_int_equal(r.protocol, IPAM_PROTOCOL_MAC);
    assert_int_equal(read("10.0.0.0/33", "", 0, &r), IPAM_ERROR_INVALID_CIDR);
    assert_int_equal(read("10.0.0.0/29,10.0.1.0/29", "", 0, &r), IPAM_ERROR_INVALID_CIDR);
    assert_int_equal(read("10.0.0.0/29,fd00::/125", "10.0.0.1", 0, &r), IPAM_ERROR_BAD_GATEWAY);
    assert_int_equal(read("10.0.0.0/29,fd00::/125", "a,b,c", 0, &r), IPAM_ERROR_BAD_GATEWAY);
}

static void test_requests_of_old(void **state)
{
    struct ipam_subnet_request r;

    (void)state;
    assert_int_equal(read("", "", IPAM_QUIRK_BIT(no_mac_only), &r), IPAM_ERROR_INVALID_CIDR);
    assert_int_equal(
        read("10.0.0.0/29,fd00::/125", "10.0.0.1", IPAM_QUIRK_BIT(dual_gateway_unchecked), &r),
        IPAM_ERROR_UPSTREAM_CRASH);
    assert_int_equal(
        read("10.0.0.0/29,10.0.1.0/29", "", IPAM_QUIRK_BIT(unknown_protocol_accepted), &r),
        IPAM_ERROR_NONE);
    assert_true(r.family[IPAM_V6].present && r.family[IPAM_V6].cidr.v4);
    /* Of three parts the first counts, and only for a subnet that exists. */
    assert_int_equal(read("10.0.0.0/29,10.0.1.0/29,fd00::/125", "10.0.0.1", 0, &r),
                     IPAM_ERROR_NONE);
    assert_true(r.family[IPAM_V4].present && r.family[IPAM_V4].update_only);
    assert_false(r.family[IPAM_V6].present);
}

/* What was rendered as IPv4 is lost when upstream expands it again; what was not stays. */
static void test_low_excludes(void **state)
{
    static const struct {
        const char *cidr, *exclude;
        uint32_t n[IPAM_FAMILIES];
    } rows[] = {
        {"::/120", "::5..::9", {0, 0}},
        {"::/120", "::5", {0, 1}},
        {"::/64", "::1:0:5..::1:0:9", {0, 1}},
        {"::/64", "::5..::1:0:0:5", {0, 0}},
        {"10.0.0.0/24,::/120", "::5..::9", {0, 0}},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ipam_text exclude = ipam_text(rows[i].exclude);
        struct ipam_subnet_texts texts = {ipam_text(rows[i].cidr), ipam_text("a,b"), &exclude, 1};
        struct ipam_subnet_request r;
        struct ipam_range space[2];

        assert_int_equal(ipam_subnet_read(&texts, 0, space, 2, &r), IPAM_ERROR_NONE);
        for (int f = 0; f < IPAM_FAMILIES; f++)
            assert_int_equal(r.family[f].n_reserved, rows[i].n[f]);
    }
}

static void test_too_little_space(void **state)
{
    struct ipam_text exclude = ipam_text("10.0.0.1");
    struct ipam_subnet_texts texts = {ipam_text("10.0.0.0/29,fd00::/125"), ipam_text("a,b"),
                                      &exclude, 1};
    struct ipam_subnet_request r;
    struct ipam_range space[2];

    (void)state;
    assert_int_equal(ipam_subnet_read(&texts, 0, space, 1, &r), IPAM_ERROR_BAD_REQUEST);
    assert_int_equal(ipam_subnet_read(&texts, 0, space, 2, &r), IPAM_ERROR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),           cmocka_unit_test(test_protocol),
        cmocka_unit_test(test_gateway),         cmocka_unit_test(test_excludes),
        cmocka_unit_test(test_entries),         cmocka_unit_test(test_requests),
        cmocka_unit_test(test_requests_of_old), cmocka_unit_test(test_too_little_space),
        cmocka_unit_test(test_low_excludes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
