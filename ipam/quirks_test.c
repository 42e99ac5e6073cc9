#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipam/ipam.h"

static void test_table(void **state)
{
    uint32_t switches = 0;

    (void)state;
    for (uint32_t i = 0; i < ipam_quirk_rows; i++) {
        const struct ipam_quirk_row *row = &ipam_quirk_table[i];

        assert_ptr_equal(ipam_quirk_find(row->name, strlen(row->name)), row); /* no name twice */
        assert_true(strlen(row->meaning) > 0 && strlen(row->fix) > 0);
        if (!row->reason)
            assert_int_equal(row->bit, switches++);
    }
    assert_int_equal(switches, IPAM_QUIRK_COUNT);
    assert_true(IPAM_QUIRK_COUNT <= 64);
    assert_null(ipam_quirk_find("strictly", 8));
    assert_null(ipam_quirk_find("stric", 5));
}

static void test_releases(void **state)
{
    (void)state;
    assert_int_equal(ipam_release_quirks(IPAM_RELEASE_MASTER), 0);
    for (unsigned i = 0; i < IPAM_RELEASE_COUNT; i++) {
        const char *name = ipam_release_name((enum ipam_release)i);

        assert_int_equal(ipam_release_find(name, strlen(name)), i);
        assert_false(ipam_release_quirks((enum ipam_release)i) & IPAM_QUIRK_BIT(strict));
    }
    assert_int_equal(ipam_release_find("v1.12.1", 7), IPAM_RELEASE_COUNT);
    assert_true(ipam_release_quirks(IPAM_RELEASE_V1_12_0) & IPAM_QUIRK_BIT(nil_ip_text));
    assert_false(ipam_release_quirks(IPAM_RELEASE_V1_12_22) & IPAM_QUIRK_BIT(nil_ip_text));
    assert_true(ipam_release_quirks(IPAM_RELEASE_V1_15_24) &
                IPAM_QUIRK_BIT(release_drops_mac_eagerly_v6));
    assert_false(ipam_release_quirks(IPAM_RELEASE_V1_15_24) &
                 IPAM_QUIRK_BIT(release_drops_mac_eagerly_v4));
}

static void test_errors(void **state)
{
    (void)state;
    assert_string_equal(ipam_error_text(IPAM_ERROR_OUT_OF_RANGE), "AddressOutOfRange");
    assert_string_equal(ipam_error_text(IPAM_ERROR_CONFLICT), "AddressConflict");
    assert_string_equal(ipam_error_text(IPAM_ERROR_NO_AVAILABLE), "NoAvailableAddress");
    assert_string_equal(ipam_error_text(IPAM_ERROR_NO_SUBNET), "NoSubnet");
    assert_string_equal(ipam_error_text(IPAM_ERROR_INVALID_CIDR), "CIDRInvalid");
    assert_string_equal(ipam_error_text(IPAM_ERROR_INVALID_FAMILY), "InvalidIPFamily");
    assert_true(ipam_error_is_ours(IPAM_ERROR_CAPACITY_RANGES));
    assert_true(ipam_error_is_ours(IPAM_ERROR_BAD_REQUEST));
    assert_false(ipam_error_is_ours(IPAM_ERROR_UPSTREAM_CRASH));
    assert_false(ipam_error_is_ours(IPAM_ERROR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_releases),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
