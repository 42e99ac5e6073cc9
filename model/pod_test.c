/* What eip-del does to an interface, against a second reading of the rule: print every line, look
 * for the argument as grep would.
 */
#include <regex.h>
#include <stdio.h>

#include "tests/model_fixture.h"

static struct sim_turn turn_of(struct fixture *f)
{
    struct sim_turn t = {.w = f->world, .sink = NULL, .me = NULL, .queue = 0, .fault = 0};

    return t;
}

static void address_text(sim_v4 v4, unsigned prefix, char *out, size_t size)
{
    if (v4 == 0)
        snprintf(out, size, "/%u", prefix);
    else
        snprintf(out, size, "%u.%u.%u.%u/%u", v4 >> 24, v4 >> 16 & 255, v4 >> 8 & 255, v4 & 255,
                 prefix);
}

static bool line_matches(const char *line, const char *argument, bool word)
{
    char pattern[128];
    regex_t regex;
    bool hit;

    /* grep -w: no letter, digit or underscore on either side */
    snprintf(pattern, sizeof pattern, word ? "(^|[^[:alnum:]_])%s([^[:alnum:]_]|$)" : "%s",
             argument);
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    hit = regexec(&regex, line, 0, NULL, 0) == 0;
    regfree(&regex);
    return hit;
}

/* How many lines match, and the last that does. */
static unsigned naive_search(struct fixture *f, sim_id pod, sim_v4 v4, unsigned prefix, bool word,
                             sim_v4 *hit)
{
    char line[128], address[64], argument[64];
    unsigned hits = 0;

    address_text(v4, prefix, argument, sizeof argument);
    for (sim_id s = 0; s < 2; s++) {
        struct ipam_addrset set = sim_interface(f->world, pod, s);
        struct ipam_addr a;

        for (bool more = ipam_addrset_first(&set, &a); more;
             more = ipam_addrset_next(&set, ipam_addr_add(a, 1), &a)) {
            address_text((sim_v4)a.lo, sim_subnet(f->world, s)->prefix, address, sizeof address);
            snprintf(line, sizeof line, "    inet %s scope global net1", address);
            if (!line_matches(line, argument, word))
                continue;
            hits++;
            *hit = (sim_v4)a.lo;
        }
    }
    return hits;
}

static size_t count(struct fixture *f, sim_id pod)
{
    struct ipam_addrset a = sim_interface(f->world, pod, 0), b = sim_interface(f->world, pod, 1);

    return (size_t)(ipam_addrset_count(&a).lo + ipam_addrset_count(&b).lo);
}

static void one_removal(struct fixture *f, uint64_t *seed, bool word)
{
    sim_id subnet = (sim_id)fixture_random(seed, 2);
    uint32_t size = subnet == 0 ? 254 : 6;
    sim_v4 v4 = sim_subnet(f->world, subnet)->cidr + 1 + fixture_random(seed, size);
    sim_v4 hit = 0;
    struct sim_turn t = turn_of(f);
    size_t before = count(f, 0);
    unsigned hits;

    if (fixture_random(seed, 10) == 0)
        v4 = 0;
    hits = naive_search(f, 0, v4, sim_subnet(f->world, subnet)->prefix, word, &hit);
    assert_int_equal(sim_pod_eip_del(&t, 0, subnet, v4, 0), hits < 2);
    assert_int_equal(count(f, 0), before - (hits == 1));
    if (hits == 1) {
        struct ipam_addrset a = sim_interface(f->world, 0, 0), b = sim_interface(f->world, 0, 1);

        assert_false(ipam_addrset_contains(&a, ipam_addr_v4(hit)) ||
                     ipam_addrset_contains(&b, ipam_addr_v4(hit)));
    }
}

static void removal_by_text(enum sim_profile profile, bool word)
{
    struct fixture f;
    uint64_t seed = 99;

    fixture_init(&f, profile, true);
    fixture_gateway_up(&f, 0);
    for (unsigned i = 0; i < 3000; i++) {
        struct sim_turn t = turn_of(&f);
        sim_id subnet = (sim_id)fixture_random(&seed, 2);
        uint32_t size = subnet == 0 ? 254 : 6;

        assert_true(sim_pod_eip_add(
            &t, 0, subnet, sim_subnet(f.world, subnet)->cidr + 1 + fixture_random(&seed, size)));
        one_removal(&f, &seed, word);
        (void)sim_identity(f.world);
    }
    fixture_free(&f);
}

static void substring(void **state)
{
    (void)state;
    removal_by_text(SIM_PROFILE_V1_15_24, false);
}

static void whole_word(void **state)
{
    (void)state;
    removal_by_text(SIM_PROFILE_V1_16_2, true);
}

/* The dot of 1.1.1.1/24 matches a dot and a digit: 1.1.1.121/24 goes in its stead. */
static void the_dot_matters(void **state)
{
    struct fixture f;
    struct sim_turn t;
    struct ipam_addrset set;

    (void)state;
    fixture_init(&f, SIM_PROFILE_V1_16_2, true);
    fixture_gateway_up(&f, 0);
    t = turn_of(&f);
    assert_true(sim_pod_eip_add(&t, 0, 0, 0x01010179));
    assert_true(sim_pod_eip_del(&t, 0, 0, 0x01010101, 0));
    set = sim_interface(f.world, 0, 0);
    assert_false(ipam_addrset_contains(&set, ipam_addr_v4(0x01010179)));
    fixture_free(&f);
}

/* Up to v1.15 the bare mask of an EIP without address removes the gateway's own address. */
static void own_address_goes(void **state)
{
    struct fixture f;
    struct sim_turn t;
    struct sim_violation v[4];

    (void)state;
    fixture_init(&f, SIM_PROFILE_V1_15_24, true);
    fixture_gateway_up(&f, 0);
    t = turn_of(&f);
    assert_int_equal(count(&f, 0), 1);
    assert_true(sim_pod_eip_del(&t, 0, 0, 0, 1));
    assert_int_equal(count(&f, 0), 0);
    assert_int_equal(sim_check(f.world, v, 4), 1);
    assert_int_equal(v[0].invariant, SIM_INVARIANT_NO_FOREIGN_REMOVAL);
    assert_int_equal(v[0].v4, 0x010101f0);
    assert_int_equal(v[0].eip, 1);
    fixture_free(&f);
}

static void uninitialised_refuses(void **state)
{
    struct fixture f;
    struct sim_turn t;

    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    t = turn_of(&f);
    assert_false(sim_pod_eip_add(&t, 0, 0, 0x01010102));
    assert_false(sim_pod_eip_del(&t, 0, 0, 0x01010102, 0));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(substring),
        cmocka_unit_test(whole_word),
        cmocka_unit_test(the_dot_matters),
        cmocka_unit_test(own_address_goes),
        cmocka_unit_test(uninitialised_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
