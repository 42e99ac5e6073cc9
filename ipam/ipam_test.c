/*
 * What the driven tests do not reach: sizes, limits, capacities, equal bytes after different
 * histories, and upstream's known defects, shown in its own mode and gone in strict.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipam/ipam.h"
#include "ipam/text.h"

/* ---- a small world ---- */

struct box {
    struct ipam *ipam;
    size_t size;
    uint32_t fresh[4];
};

static const struct ipam_subnet_limits small_subnets[2] = {{{{6, 8, 8}, {6, 8, 8}}},
                                                           {{{6, 8, 8}, {6, 8, 8}}}};
static const struct ipam_limits small = {2, 2, 9, 9, 40, 4, small_subnets};

static struct box open_box(const struct ipam_limits *limits, ipam_quirks quirks)
{
    struct box b;

    memset(&b, 0, sizeof(b));
    b.size = ipam_size(limits);
    assert_true(b.size > 0);
    b.ipam = ipam_init(malloc(b.size), limits, quirks);
    assert_non_null(b.ipam);
    return b;
}

static enum ipam_error set_subnet(struct box *b, uint32_t subnet, const char *cidr,
                                  const char *gateway, const char *exclude)
{
    struct ipam_text excludes = ipam_text(exclude);
    struct ipam_subnet_texts texts = {ipam_text(cidr), ipam_text(gateway), &excludes, 1};
    struct ipam_subnet_request request;
    struct ipam_range space[4];
    enum ipam_error error = ipam_subnet_read(&texts, ipam_quirks_of(b->ipam), space, 4, &request);

    return error ? error : ipam_subnet_set(b->ipam, subnet, &request, NULL);
}

static struct box small_box(ipam_quirks quirks, const char *cidr, const char *gateway)
{
    struct box b = open_box(&small, quirks);

    assert_int_equal(set_subnet(&b, 1, cidr, gateway, "10.0.0.1"), IPAM_ERROR_NONE);
    return b;
}

/* Four MACs from 11 on that can be drawn. */
static struct ipam_mac_wish draw(struct box *b)
{
    struct ipam_mac_wish wish = {IPAM_MAC_DRAW, {0}, 0, b->fresh, 4};
    uint32_t n = 0;

    for (uint32_t mac = 11; n < 4 && mac <= small.n_macs; mac++)
        if (ipam_mac_usable(b->ipam, 1, mac))
            b->fresh[n++] = mac;
    return wish;
}

static struct ipam_mac_wish no_mac(void)
{
    return (struct ipam_mac_wish){IPAM_MAC_NONE, {0}, 0, NULL, 0};
}

static struct ipam_mac_wish mac(uint32_t number)
{
    return (struct ipam_mac_wish){IPAM_MAC_GIVEN, {0}, number, NULL, 0};
}

static struct ipam_result ask_random(struct box *b, uint32_t owner, uint32_t nic,
                                     struct ipam_mac_wish wish, const char *skip)
{
    struct ipam_addr_arg arg = ipam_addr_read(skip, strlen(skip));
    struct ipam_random_request r = {.subnet = 1,
                                    .owner = owner,
                                    .nic = nic,
                                    .mac = wish,
                                    .skip = &arg,
                                    .n_skip = 1,
                                    .check = 1};

    return ipam_random(b->ipam, &r, NULL);
}

static struct ipam_result ask(struct box *b, uint32_t owner, uint32_t nic, const char *addresses,
                              struct ipam_mac_wish wish, bool check)
{
    struct ipam_addr_arg arg[4];
    struct ipam_text rest = ipam_text(addresses);
    struct ipam_text part;
    bool more = true;
    struct ipam_static_request r = {
        .subnet = 1, .owner = owner, .nic = nic, .address = arg, .mac = wish, .check = check};

    while (ipam_text_part(&rest, &more, ',', &part))
        arg[r.n_addresses++] = ipam_addr_read(part.at, part.length);
    return ipam_static(b->ipam, &r, NULL);
}

static void release(struct box *b, uint32_t owner)
{
    assert_int_equal(ipam_release_owner(b->ipam, owner, 1, NULL, NULL), IPAM_ERROR_NONE);
}

static struct ipam_addr addr(const char *text)
{
    struct ipam_addr a;

    assert_true(ipam_addr_parse(text, strlen(text), &a));
    return a;
}

static enum ipam_family family_of(const char *text)
{
    return ipam_addr_is_v4(addr(text)) ? IPAM_V4 : IPAM_V6;
}

static bool using(const struct box *b, const char *text)
{
    return ipam_is_using(b->ipam, 1, family_of(text), addr(text));
}

static uint32_t owner_of(const struct box *b, const char *text)
{
    return ipam_owner_of(b->ipam, 1, family_of(text), addr(text));
}

static bool holds(const struct box *b, uint32_t nic, const char *text)
{
    struct ipam_addr a;

    return ipam_nic_address(b->ipam, 1, family_of(text), nic, &a) && ipam_addr_equal(a, addr(text));
}

static bool law(const struct box *b, enum ipam_invariant invariant)
{
    return ipam_invariant_holds(b->ipam, 1, invariant);
}

static void assert_all_laws(const struct box *b)
{
    for (unsigned i = 0; i < IPAM_INVARIANT_COUNT; i++)
        if (!law(b, (enum ipam_invariant)i))
            fail_msg("%s", ipam_invariant_text((enum ipam_invariant)i));
}

static void assert_gives(struct ipam_result r, const char *address)
{
    assert_int_equal(r.error, IPAM_ERROR_NONE);
    assert_true(ipam_addr_equal(r.addr[family_of(address)], addr(address)));
}

/* ---- sizes and limits ---- */

static void test_sizes(void **state)
{
    static const struct ipam_subnet_limits tiny_subnet = {{{3, 0, 0}, {0, 0, 0}}};
    static const struct ipam_subnet_limits big_subnet = {{{16, 0, 0}, {0, 0, 0}}};
    static const struct ipam_limits tiny = {1, 0, 3, 3, 6, 1, &tiny_subnet};
    static const struct ipam_limits big = {1, 0, 20000, 40000, 40000, 4, &big_subnet};

    (void)state;
    print_message("three owners in a /29: %u bytes; 20,000 owners in a /16: %u KiB\n",
                  (unsigned)ipam_size(&tiny), (unsigned)(ipam_size(&big) / 1024));
    assert_true(ipam_size(&tiny) < 640);
    assert_true(ipam_size(&big) < 1024 * 1024);
}

static void test_limits_refused(void **state)
{
    struct ipam_subnet_limits subnet = {{{8, 0, 0}, {0, 0, 0}}};
    struct ipam_limits good = {1, 0, 1, 1, 1, 1, &subnet};
    struct ipam_limits bad;
    uint64_t memory[64];

    (void)state;
    assert_true(ipam_size(&good) > 0);
    bad = good;
    bad.n_subnets = 0;
    assert_int_equal(ipam_size(&bad), 0);
    assert_null(ipam_init(memory, &bad, 0));
    bad = good;
    bad.n_owners = UINT32_MAX;
    assert_int_equal(ipam_size(&bad), 0);
    bad = good;
    bad.n_owners = 1 << 26; /* beyond 4 GiB only together */
    bad.n_owner_nics = 64;
    assert_int_equal(ipam_size(&bad), 0);
    subnet.family[IPAM_V4].bits = 21;
    assert_int_equal(ipam_size(&good), 0);
}

/* ---- capacities: an error of ours, and not a byte has changed ---- */

static void assert_idle(struct box *b, const void *before, enum ipam_error error,
                        enum ipam_error expected)
{
    assert_int_equal(error, expected);
    assert_true(ipam_error_is_ours(error));
    assert_memory_equal(before, b->ipam, b->size);
}

static void test_window_too_small(void **state)
{
    struct box b = small_box(0, "10.0.0.0/29", "10.0.0.1");
    void *before = malloc(b.size);

    (void)state;
    memcpy(before, b.ipam, b.size);
    assert_idle(&b, before, set_subnet(&b, 1, "10.0.0.0/25", "10.0.0.1", ""),
                IPAM_ERROR_CAPACITY_WINDOW);
    assert_idle(&b, before, set_subnet(&b, 1, "::/122", "::1", ""), IPAM_ERROR_CAPACITY_WINDOW);
    assert_int_equal(set_subnet(&b, 1, "10.0.0.0/26", "10.0.0.1", ""), IPAM_ERROR_NONE);
    free(before);
    free(b.ipam);
}

static void test_lists_full(void **state)
{
    struct box b = small_box(0, "10.0.0.0/28", "10.0.0.1");
    void *before = malloc(b.size);
    struct ipam_pool_request pool;
    struct ipam_range far[8];

    (void)state;
    for (uint32_t nic = 1; nic <= 4; nic++)
        assert_int_equal(ask_random(&b, 1, nic, draw(&b), "").error, IPAM_ERROR_NONE);
    memcpy(before, b.ipam, b.size);
    assert_idle(&b, before, ask(&b, 1, 5, "10.0.0.9", no_mac(), true).error,
                IPAM_ERROR_CAPACITY_OWNER_NICS);
    assert_idle(&b, before, ask_random(&b, 1, 5, draw(&b), "").error,
                IPAM_ERROR_CAPACITY_OWNER_NICS);
    for (uint32_t i = 0; i < 8; i++)
        far[i].first = far[i].last = ipam_addr_v4(0x0b000000u + 2 * i);
    memset(&pool, 0, sizeof(pool));
    pool.range[IPAM_V4] = far;
    pool.n_ranges[IPAM_V4] = 8;
    assert_idle(&b, before, ipam_pool_set(b.ipam, 1, 1, &pool, NULL).error,
                IPAM_ERROR_CAPACITY_RANGES);
    pool.n_ranges[IPAM_V4] = 2;
    assert_int_equal(ipam_pool_set(b.ipam, 1, 1, &pool, NULL).error, IPAM_ERROR_NONE);
    free(before);
    free(b.ipam);
}

static void test_sharers_full(void **state)
{
    struct box b = small_box(0, "10.0.0.0/28", "10.0.0.1");
    void *before = malloc(b.size);

    (void)state;
    for (uint32_t i = 1; i <= 9; i++)
        assert_int_equal(ask(&b, i, i, "10.0.0.2", no_mac(), false).error, IPAM_ERROR_NONE);
    assert_int_equal(ipam_owner_at(b.ipam, 1, IPAM_V4, addr("10.0.0.2"), 8), 9);
    memcpy(before, b.ipam, b.size);
    assert_idle(&b, before, ask(&b, 1, 2, "10.0.0.3", no_mac(), false).error,
                IPAM_ERROR_CAPACITY_OWNERS);
    assert_gives(ask(&b, 1, 2, "10.0.0.3", no_mac(), true), "10.0.0.3");
    free(before);
    free(b.ipam);
}

/* Without window a list needs room before anything is tried. */
static void test_ranges_full(void **state)
{
    static const struct ipam_subnet_limits subnet = {{{0, 10, 40}, {0, 0, 0}}};
    static const struct ipam_limits limits = {1, 0, 30, 30, 1, 1, &subnet};
    struct box b = open_box(&limits, 0);
    void *before = malloc(b.size);
    enum ipam_error error = IPAM_ERROR_NONE;
    uint32_t given = 0;

    (void)state;
    assert_int_equal(set_subnet(&b, 1, "10.0.0.0/8", "", ""), IPAM_ERROR_NONE);
    for (uint32_t i = 1; !error && i <= 30; i++) { /* every other address: a range each */
        char text[IPAM_ADDR_TEXT];

        ipam_addr_print(ipam_addr_v4(0x0a000000u + 2 * i), text);
        memcpy(before, b.ipam, b.size);
        error = (enum ipam_error)ask(&b, i, i, text, no_mac(), true).error;
        given += !error;
    }
    assert_idle(&b, before, error, IPAM_ERROR_CAPACITY_RANGES);
    assert_true(given >= 2);
    free(before);
    free(b.ipam);
}

static void test_bad_numbers(void **state)
{
    struct box b = small_box(0, "10.0.0.0/28", "10.0.0.1");
    void *before = malloc(b.size);

    (void)state;
    memcpy(before, b.ipam, b.size);
    assert_idle(&b, before, ask_random(&b, 0, 1, no_mac(), "").error, IPAM_ERROR_BAD_REQUEST);
    assert_idle(&b, before, ask_random(&b, 10, 1, no_mac(), "").error, IPAM_ERROR_BAD_REQUEST);
    assert_idle(&b, before, ask_random(&b, 1, 10, no_mac(), "").error, IPAM_ERROR_BAD_REQUEST);
    assert_idle(&b, before, ask_random(&b, 1, 1, mac(41), "").error, IPAM_ERROR_BAD_REQUEST);
    assert_idle(&b, before, ask_random(&b, 1, 1, mac(0), "").error, IPAM_ERROR_BAD_REQUEST);
    assert_idle(&b, before, ipam_release_owner(b.ipam, 10, 1, NULL, NULL), IPAM_ERROR_BAD_REQUEST);
    assert_idle(&b, before, ipam_gateway_mac_set(b.ipam, 1, 41, NULL), IPAM_ERROR_BAD_REQUEST);
    assert_int_equal(ask_random(&b, 1, 1, no_mac(), "").error, IPAM_ERROR_NONE);
    free(before);
    free(b.ipam);
}

/* Not even together with what a pool had before, and the default pool, may it be all addresses. */
static void test_pool_of_everything(void **state)
{
    struct box b = small_box(0, "10.0.0.0/29,fd00::/125", "10.0.0.1,fd00::1");
    struct ipam_range all = {{0, 0}, {UINT64_MAX, UINT64_MAX}};
    struct ipam_range lower = {{0, 0}, {UINT64_MAX / 2, UINT64_MAX}};
    struct ipam_range upper = {{UINT64_MAX / 2 + 1, 0}, {UINT64_MAX, UINT64_MAX}};
    void *before = malloc(b.size);
    struct ipam_pool_request pool;

    (void)state;
    memset(&pool, 0, sizeof(pool));
    pool.range[IPAM_V6] = &all;
    pool.n_ranges[IPAM_V6] = 1;
    memcpy(before, b.ipam, b.size);
    assert_idle(&b, before, ipam_pool_set(b.ipam, 1, 1, &pool, NULL).error, IPAM_ERROR_BAD_REQUEST);
    pool.range[IPAM_V6] = &lower;
    assert_int_equal(ipam_pool_set(b.ipam, 1, 1, &pool, NULL).error, IPAM_ERROR_NONE);
    pool.range[IPAM_V6] = &upper;
    memcpy(before, b.ipam, b.size);
    assert_idle(&b, before, ipam_pool_set(b.ipam, 1, 1, &pool, NULL).error, IPAM_ERROR_BAD_REQUEST);
    assert_int_equal(ipam_pool_delete(b.ipam, 1, 1, NULL), IPAM_ERROR_NONE);
    assert_null(ipam_validate(b.ipam));
    free(before);
    free(b.ipam);
}

static void test_draws(void **state)
{
    struct box b = small_box(0, "10.0.0.0/28", "10.0.0.1");
    const uint32_t fresh[3] = {7, 8, 9};
    struct ipam_mac_wish wish = {IPAM_MAC_DRAW, {0}, 0, fresh, 3};
    struct ipam_result r;

    (void)state;
    assert_int_equal(ipam_gateway_mac_set(b.ipam, 1, 8, NULL), IPAM_ERROR_NONE);
    assert_int_equal(ask_random(&b, 1, 1, mac(7), "").error, IPAM_ERROR_NONE);
    r = ask_random(&b, 2, 2, wish, ""); /* 7 is taken and 8 the gateway's: both are passed over */
    assert_int_equal(r.mac, 9);
    assert_int_equal(r.fresh_used, 3);
    r = ask_random(&b, 3, 3, wish, "");
    assert_int_equal(r.error, IPAM_ERROR_NO_FRESH_MAC);
    assert_int_equal(ask_random(&b, 3, 3, mac(8), "").error, IPAM_ERROR_CONFLICT);
    free(b.ipam);
}

/* ---- equal facts, equal bytes ---- */

static void test_histories(void **state)
{
    struct box a = small_box(0, "10.0.0.0/28", "10.0.0.1");
    struct box b = small_box(0, "10.0.0.0/29", "10.0.0.2");

    (void)state;
    assert_int_equal(ask(&a, 1, 1, "10.0.0.5", mac(1), true).error, IPAM_ERROR_NONE);
    assert_int_equal(ask(&a, 2, 2, "10.0.0.6", mac(2), true).error, IPAM_ERROR_NONE);
    /* The other way round, with detours over another block, another NIC and a third owner. */
    assert_int_equal(ask(&b, 2, 2, "10.0.0.6", mac(2), true).error, IPAM_ERROR_NONE);
    assert_int_equal(ask(&b, 3, 3, "10.0.0.4", mac(3), true).error, IPAM_ERROR_NONE);
    assert_int_equal(ask(&b, 3, 4, "10.0.0.3", no_mac(), false).error, IPAM_ERROR_NONE);
    assert_int_equal(ask(&b, 4, 5, "10.0.0.3", no_mac(), false).error, IPAM_ERROR_NONE);
    assert_int_equal(ask(&b, 1, 1, "10.0.0.5", mac(1), true).error, IPAM_ERROR_NONE);
    release(&b, 4);
    release(&b, 3);
    assert_int_equal(ipam_release_nic(b.ipam, 4, 5, 1, NULL, NULL), IPAM_ERROR_NONE);
    assert_int_equal(set_subnet(&b, 1, "10.0.0.0/28", "10.0.0.1", "10.0.0.1"), IPAM_ERROR_NONE);
    assert_memory_equal(a.ipam, b.ipam, a.size);
    ipam_subnet_delete(a.ipam, 1, NULL);
    free(b.ipam);
    b = open_box(&small, 0);
    assert_memory_equal(a.ipam, b.ipam, a.size);
    free(a.ipam);
    free(b.ipam);
}

static void fill_big(struct box *b, uint32_t owners)
{
    for (uint32_t i = 1; i <= owners; i++) {
        struct ipam_random_request r = {.subnet = 1, .owner = i, .nic = i, .mac = no_mac()};
        struct ipam_journal journal;

        ipam_journal_clear(&journal);
        assert_int_equal(ipam_random(b->ipam, &r, &journal).error, IPAM_ERROR_NONE);
        assert_false(journal.overflow);
        assert_true(journal.count <= 24);
    }
}

/* Many owners: every operation stays small, and what was taken is given back to the last bit. */
static void test_many_owners(void **state)
{
    static const struct ipam_subnet_limits subnet = {{{16, 0, 0}, {0, 0, 0}}};
    static const struct ipam_limits limits = {1, 0, 20000, 40000, 1, 4, &subnet};
    struct box b = open_box(&limits, 0);
    struct ipam_addrset set;
    uint32_t given_back = 0;

    (void)state;
    assert_int_equal(set_subnet(&b, 1, "10.0.0.0/16", "10.0.0.1", "10.0.0.1"), IPAM_ERROR_NONE);
    fill_big(&b, 20000);
    ipam_list_of(b.ipam, 1, IPAM_V4, IPAM_WHOLE_SUBNET, IPAM_USING, &set);
    assert_int_equal(ipam_addrset_count(&set).lo, 20000);
    assert_null(ipam_validate(b.ipam));
    for (uint32_t i = 1; i <= 20000; i++) {
        uint32_t n;

        assert_int_equal(ipam_release_owner(b.ipam, i, 1, NULL, &n), IPAM_ERROR_NONE);
        given_back += n;
    }
    assert_int_equal(given_back, 20000);
    assert_true(ipam_addrset_empty(&set));
    assert_null(ipam_validate(b.ipam));
    free(b.ipam);
}

/* ---- upstream's defects, and their end in strict ---- */

#define STRICT IPAM_QUIRK_BIT(strict)

/* B1: a co-owner that leaves keeps its NIC's lease, through which it frees another's address. */
static void test_b1(void **state)
{
    struct box b = small_box(0, "10.0.0.0/29", "10.0.0.1");

    (void)state;
    assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(1), false), "10.0.0.2");
    assert_gives(ask(&b, 2, 2, "10.0.0.2", mac(2), false), "10.0.0.2");
    release(&b, 1);
    assert_true(holds(&b, 1, "10.0.0.2")); /* still */
    assert_false(law(&b, IPAM_I6));
    release(&b, 2);
    assert_gives(ask(&b, 3, 3, "10.0.0.2", mac(3), true), "10.0.0.2");
    assert_int_equal(ipam_release_nic(b.ipam, 1, 1, 1, NULL, NULL), IPAM_ERROR_NONE);
    assert_false(using(&b, "10.0.0.2")); /* owner 3 has lost it */
    free(b.ipam);

    b = small_box(STRICT, "10.0.0.0/29", "10.0.0.1");
    assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(1), false), "10.0.0.2");
    assert_gives(ask(&b, 2, 2, "10.0.0.2", mac(2), false), "10.0.0.2");
    release(&b, 1);
    assert_false(holds(&b, 1, "10.0.0.2"));
    assert_int_equal(ipam_nic_mac(b.ipam, 1, 1), 0);
    assert_int_equal(owner_of(&b, "10.0.0.2"), 2);
    release(&b, 2);
    assert_gives(ask(&b, 3, 3, "10.0.0.2", mac(3), true), "10.0.0.2");
    assert_int_equal(ipam_release_nic(b.ipam, 1, 1, 1, NULL, NULL), IPAM_ERROR_NONE);
    assert_int_equal(owner_of(&b, "10.0.0.2"), 3);
    assert_all_laws(&b);
    free(b.ipam);
}

/* B2: a NIC without MAC that asks for one gets a second address; nothing frees the first. */
static void test_b2(void **state)
{
    struct box b = small_box(0, "10.0.0.0/29", "10.0.0.1");

    (void)state;
    assert_gives(ask_random(&b, 1, 1, no_mac(), ""), "10.0.0.2");
    assert_gives(ask_random(&b, 1, 1, draw(&b), ""), "10.0.0.3");
    assert_false(law(&b, IPAM_I7));
    release(&b, 1);
    assert_true(using(&b, "10.0.0.2"));
    free(b.ipam);

    b = small_box(STRICT, "10.0.0.0/29", "10.0.0.1");
    assert_gives(ask_random(&b, 1, 1, no_mac(), ""), "10.0.0.2");
    assert_gives(ask_random(&b, 1, 1, draw(&b), ""), "10.0.0.2");
    assert_int_equal(ipam_nic_mac(b.ipam, 1, 1), 11);
    assert_all_laws(&b);
    release(&b, 1);
    assert_false(using(&b, "10.0.0.2"));
    free(b.ipam);
}

/* B3: a move to an address that is taken loses the lease, and leaves a MAC behind. */
static void test_b3(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.1");

        assert_gives(ask(&b, 1, 1, "10.0.0.2", draw(&b), true), "10.0.0.2");
        assert_gives(ask(&b, 2, 2, "10.0.0.3", draw(&b), true), "10.0.0.3");
        assert_int_equal(ask(&b, 1, 1, "10.0.0.3", draw(&b), true).error, IPAM_ERROR_CONFLICT);
        assert_int_equal(holds(&b, 1, "10.0.0.2"), strict);
        assert_int_equal(law(&b, IPAM_I11), strict);
        if (strict)
            assert_all_laws(&b);
        free(b.ipam);
    }
}

/* B4: of two families, one is kept although the request fails, or revoked although it was there. */
static void test_b4(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29,fd00::/127", "10.0.0.1,fd00::9");

        assert_gives(ask(&b, 1, 1, "10.0.0.2,fd00::1", mac(1), true), "fd00::1");
        assert_gives(ask(&b, 2, 2, "10.0.0.3", mac(2), true), "fd00::");
        assert_int_equal(ask(&b, 3, 3, "10.0.0.4", mac(3), true).error, IPAM_ERROR_NO_AVAILABLE);
        assert_int_equal(using(&b, "10.0.0.4"), !strict);
        assert_int_equal(ask(&b, 1, 1, "10.0.0.2,fd00::", mac(1), true).error, IPAM_ERROR_CONFLICT);
        assert_int_equal(holds(&b, 1, "10.0.0.2"), strict);
        if (strict)
            assert_all_laws(&b);
        free(b.ipam);
    }
}

/* B5: the MAC a NIC had before stays its owner's for ever; a shared one becomes free too early. */
static void test_b5(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.1");

        assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(1), true), "10.0.0.2");
        assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(2), true), "10.0.0.2");
        assert_int_equal(law(&b, IPAM_I10), strict);
        release(&b, 1);
        assert_int_equal(ask_random(&b, 2, 2, mac(1), "").error,
                         strict ? IPAM_ERROR_NONE : IPAM_ERROR_CONFLICT);
        free(b.ipam);

        b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.1");
        assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(1), true), "10.0.0.2");
        assert_int_equal(ask(&b, 1, 2, "10.0.0.3", mac(1), true).error,
                         strict ? IPAM_ERROR_CONFLICT : IPAM_ERROR_NONE);
        assert_int_equal(law(&b, IPAM_I10), strict);
        free(b.ipam);
    }
}

/* B6: an owner's second NIC is told it has the address, and has nothing. */
static void test_b6(void **state)
{
    struct box b = small_box(0, "10.0.0.0/29", "10.0.0.1");

    (void)state;
    assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(1), true), "10.0.0.2");
    assert_gives(ask(&b, 1, 2, "10.0.0.2", mac(2), true), "10.0.0.2");
    assert_false(holds(&b, 2, "10.0.0.2"));
    assert_int_equal(ipam_release_nic(b.ipam, 1, 1, 1, NULL, NULL), IPAM_ERROR_NONE);
    assert_false(using(&b, "10.0.0.2"));
    free(b.ipam);

    b = small_box(STRICT, "10.0.0.0/29", "10.0.0.1");
    assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(1), true), "10.0.0.2");
    assert_int_equal(ask(&b, 1, 2, "10.0.0.2", mac(2), true).error, IPAM_ERROR_CONFLICT);
    assert_gives(ask(&b, 1, 2, "10.0.0.2", mac(2), false), "10.0.0.2");
    assert_true(holds(&b, 2, "10.0.0.2"));
    assert_int_equal(ipam_release_nic(b.ipam, 1, 1, 1, NULL, NULL), IPAM_ERROR_NONE);
    assert_true(using(&b, "10.0.0.2"));
    assert_all_laws(&b);
    release(&b, 1);
    assert_false(using(&b, "10.0.0.2"));
    free(b.ipam);
}

/* B7: a NIC list grows by each alternating ask; I9 with it. */
static void test_b7(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.1");

        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(ask_random(&b, 1, 1 + i % 2, draw(&b), "").error, IPAM_ERROR_NONE);
        assert_int_equal(ipam_owner_nic_count(b.ipam, 1, 1), strict ? 2 : 4);
        assert_int_equal(law(&b, IPAM_I9), strict);
        free(b.ipam);
    }
}

/* B8: whoever names a NIC gets its address, and can give it back. */
static void test_b8(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.1");

        assert_gives(ask_random(&b, 1, 1, draw(&b), ""), "10.0.0.2");
        assert_int_equal(ask_random(&b, 2, 1, draw(&b), "").error,
                         strict ? IPAM_ERROR_CONFLICT : IPAM_ERROR_NONE);
        release(&b, 2);
        assert_int_equal(using(&b, "10.0.0.2"), strict);
        assert_int_equal(ipam_release_nic(b.ipam, 2, 1, 1, NULL, NULL), IPAM_ERROR_NONE);
        assert_int_equal(using(&b, "10.0.0.2"), strict);
        if (strict)
            assert_all_laws(&b);
        free(b.ipam);
    }
}

/* B10: a pool without name replaces the default one; without it, the original crashes. */
static void test_b10(void **state)
{
    struct ipam_range some = {addr("10.0.0.4"), addr("10.0.0.5")};
    struct ipam_pool_request pool;

    (void)state;
    memset(&pool, 0, sizeof(pool));
    pool.range[IPAM_V4] = &some;
    pool.n_ranges[IPAM_V4] = 1;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.1");

        assert_int_equal(ipam_pool_set(b.ipam, 1, 0, &pool, NULL).error,
                         strict ? IPAM_ERROR_DEFAULT_POOL : IPAM_ERROR_NONE);
        assert_int_equal(law(&b, IPAM_I4), strict);
        assert_int_equal(ipam_pool_delete(b.ipam, 1, 0, NULL),
                         strict ? IPAM_ERROR_DEFAULT_POOL : IPAM_ERROR_NONE);
        assert_int_equal(set_subnet(&b, 1, "10.0.0.0/28", "10.0.0.1", ""),
                         strict ? IPAM_ERROR_NONE : IPAM_ERROR_UPSTREAM_CRASH);
        assert_null(ipam_validate(b.ipam));
        free(b.ipam);
    }
}

/* I9 again: a block that shrinks leaves NICs in lists that hold nothing. */
static void test_shrinking(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/28", "10.0.0.1");

        assert_gives(ask(&b, 1, 1, "10.0.0.9", mac(1), true), "10.0.0.9");
        assert_gives(ask(&b, 2, 2, "10.0.0.2", mac(2), true), "10.0.0.2");
        assert_int_equal(set_subnet(&b, 1, "10.0.0.0/29", "10.0.0.1", ""), IPAM_ERROR_NONE);
        assert_int_equal(ipam_owner_nic_count(b.ipam, 1, 1), strict ? 0 : 1);
        assert_int_equal(ipam_mac_owner(b.ipam, 1, 1), 0);
        assert_true(using(&b, "10.0.0.2"));
        if (strict)
            assert_all_laws(&b);
        free(b.ipam);
    }
}

/* I7: of a block that shrinks, owners stay of addresses that no NIC holds (B2 left them so). */
static void test_ghosts(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/28", "10.0.0.1");

        assert_gives(ask(&b, 1, 1, "10.0.0.9", no_mac(), true), "10.0.0.9");
        assert_gives(ask_random(&b, 1, 1, draw(&b), ""), strict ? "10.0.0.9" : "10.0.0.2");
        assert_int_equal(set_subnet(&b, 1, "10.0.0.0/29", "10.0.0.1", "10.0.0.1"), IPAM_ERROR_NONE);
        assert_false(using(&b, "10.0.0.9"));
        assert_int_equal(owner_of(&b, "10.0.0.9"), strict ? 0 : 1);
        assert_int_equal(law(&b, IPAM_I7), strict);
        if (strict)
            assert_all_laws(&b);
        free(b.ipam);
    }
}

/* I12: two owners for one address that nobody asked to share, by way of B1. */
static void test_two_owners(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.1");

        assert_gives(ask(&b, 1, 1, "10.0.0.2", mac(1), false), "10.0.0.2");
        assert_gives(ask(&b, 2, 2, "10.0.0.2", mac(2), false), "10.0.0.2");
        release(&b, 1);
        release(&b, 2);
        assert_gives(ask(&b, 3, 3, "10.0.0.2", mac(3), true), "10.0.0.2");
        assert_gives(ask_random(&b, 1, 1, mac(1), ""), strict ? "10.0.0.3" : "10.0.0.2");
        assert_true(holds(&b, 3, "10.0.0.2"));
        assert_int_equal(holds(&b, 1, "10.0.0.2"), !strict);
        if (strict)
            assert_all_laws(&b);
        free(b.ipam);
    }
}

/* I15: a gateway that is not excluded is drawn like any other address. */
static void test_gateway_drawn(void **state)
{
    (void)state;
    for (unsigned strict = 0; strict < 2; strict++) {
        struct box b = small_box(strict ? STRICT : 0, "10.0.0.0/29", "10.0.0.3");

        assert_gives(ask_random(&b, 1, 1, draw(&b), ""), "10.0.0.2");
        assert_gives(ask_random(&b, 2, 2, draw(&b), ""), strict ? "10.0.0.4" : "10.0.0.3");
        assert_gives(ask_random(&b, 3, 3, draw(&b), "10.0.0.4"), "10.0.0.5");
        release(&b, 1);
        if (strict) { /* 4 is taken, 5 too: 6 is the last, and then what was given back */
            assert_gives(ask_random(&b, 4, 4, draw(&b), ""), "10.0.0.6");
            assert_gives(ask_random(&b, 5, 5, draw(&b), ""), "10.0.0.2");
            assert_int_equal(ask_random(&b, 6, 6, draw(&b), "").error, IPAM_ERROR_NO_AVAILABLE);
            assert_all_laws(&b);
        }
        free(b.ipam);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_limits_refused),
        cmocka_unit_test(test_window_too_small),
        cmocka_unit_test(test_lists_full),
        cmocka_unit_test(test_sharers_full),
        cmocka_unit_test(test_ranges_full),
        cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_pool_of_everything),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_histories),
        cmocka_unit_test(test_many_owners),
        cmocka_unit_test(test_b1),
        cmocka_unit_test(test_b2),
        cmocka_unit_test(test_b3),
        cmocka_unit_test(test_b4),
        cmocka_unit_test(test_b5),
        cmocka_unit_test(test_b6),
        cmocka_unit_test(test_b7),
        cmocka_unit_test(test_b8),
        cmocka_unit_test(test_b10),
        cmocka_unit_test(test_shrinking),
        cmocka_unit_test(test_ghosts),
        cmocka_unit_test(test_two_owners),
        cmocka_unit_test(test_gateway_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
