/* Exchanging two numbers gives the IPAM that was told one where this one was told the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipam/ipam.h"
#include "ipam/text.h"

enum { OWNERS = 3, NICS = 6, MACS = 24, CALLS = 60 };

static const struct ipam_subnet_limits family[2] = {{{{4, 0, 4}, {0, 64, 16}}},
                                                    {{{4, 0, 4}, {0, 64, 16}}}};
static const struct ipam_limits limits = {2, 0, OWNERS, NICS, MACS, 4, family};

static struct ipam *empty(ipam_quirks quirks)
{
    struct ipam *ipam = ipam_init(malloc(ipam_size(&limits)), &limits, quirks);
    struct ipam_text exclude = ipam_text("10.0.0.1");

    assert_non_null(ipam);
    for (uint32_t s = 1; s <= limits.n_subnets; s++) {
        struct ipam_subnet_texts texts = {ipam_text("10.0.0.0/28,fd00::/120"),
                                          ipam_text("10.0.0.1,fd00::1"), &exclude, 1};
        struct ipam_subnet_request request;
        struct ipam_range space[4];

        assert_int_equal(ipam_subnet_read(&texts, quirks, space, 4, &request), IPAM_ERROR_NONE);
        assert_int_equal(ipam_subnet_set(ipam, s, &request, NULL), IPAM_ERROR_NONE);
    }
    return ipam;
}

/* What each number is called. */
struct names {
    uint32_t owner[OWNERS + 1], nic[NICS + 1], mac[MACS + 1];
};

static struct names plain(void)
{
    struct names n;

    for (uint32_t i = 0; i <= OWNERS; i++)
        n.owner[i] = i;
    for (uint32_t i = 0; i <= NICS; i++)
        n.nic[i] = i;
    for (uint32_t i = 0; i <= MACS; i++)
        n.mac[i] = i;
    return n;
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(2685821657736338717)) >> 33) % n;
}

/* MACs of an owner's own, in its order. */
static void call(struct ipam *ipam, const struct names *n, uint64_t *state)
{
    uint32_t owner = 1 + below(state, OWNERS), nic = (owner - 1) * 2 + 1 + below(state, 2);
    uint32_t subnet = 1 + below(state, 2), what = below(state, 4), host = 2 + below(state, 12);
    uint32_t fresh[MACS / OWNERS], first = (owner - 1) * (MACS / OWNERS) + 1, used = 0;
    struct ipam_mac_wish mac = {IPAM_MAC_DRAW, {0}, 0, fresh, 0};

    for (uint32_t i = 0; i < MACS / OWNERS; i++)
        if (ipam_mac_usable(ipam, subnet, n->mac[first + i]))
            fresh[used++] = n->mac[first + i];
    mac.n_fresh = used;
    if (what == 0) {
        (void)ipam_release_owner(ipam, n->owner[owner], subnet, NULL, NULL);
    } else if (what == 1) {
        struct ipam_addr_arg want = {ipam_addr_v4(0x0a000000 + host), 1, 1, 0, {0}};
        struct ipam_static_request q = {subnet, n->owner[owner], n->nic[nic], 1,  &want,
                                        mac,    IPAM_ONLY_V4,    1,           {0}};

        (void)ipam_static(ipam, &q, NULL);
    } else {
        struct ipam_random_request q = {subnet, n->owner[owner], n->nic[nic], 0,  mac, NULL,
                                        0,      IPAM_ANY_FAMILY, 1,           {0}};

        (void)ipam_random(ipam, &q, NULL);
    }
}

/* Were they different before? */
static bool exchanged(ipam_quirks quirks, uint64_t seed)
{
    bool differed;
    struct names told = plain(), other = plain();
    struct ipam *a = empty(quirks), *b = empty(quirks);
    uint64_t x = seed, y = seed;

    other.owner[1] = 2;
    other.owner[2] = 1;
    other.nic[1] = 4;
    other.nic[4] = 1;
    other.mac[3] = 11;
    other.mac[11] = 3;
    for (unsigned i = 0; i < CALLS; i++) {
        call(a, &told, &x);
        call(b, &other, &y);
    }
    differed = memcmp(a, b, ipam_block_size(a)) != 0;
    ipam_exchange(a, IPAM_NUMBER_OWNER, 1, 2, NULL);
    ipam_exchange(a, IPAM_NUMBER_NIC, 4, 1, NULL);
    ipam_exchange(a, IPAM_NUMBER_MAC, 3, 11, NULL);
    assert_memory_equal(a, b, ipam_block_size(a));
    free(a);
    free(b);
    return differed;
}

static void test_exchange(void **state)
{
    unsigned differed = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++)
        differed += exchanged(ipam_release_quirks(IPAM_RELEASE_V1_12_0), seed) &&
                    exchanged(ipam_release_quirks(IPAM_RELEASE_MASTER), seed);
    assert_true(differed > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exchange)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
