/* What must hold of NAT rules at rest, and that it is told where it does not. */
#include "tests/model_fixture.h"

static void create_rule(struct fixture *f, enum sim_kind_id kind, unsigned eip)
{
    struct sim_action a = fixture_action(SIM_ACTION_CREATE, 0);

    a.object = (uint8_t)kind;
    a.rule_body.eip = (sim_ref)(eip + 1);
    a.rule_body.spec.internal = 0x0a000005;
    a.rule_body.spec.mask = kind == SIM_KIND_SNAT ? 33 : 0;
    a.rule_body.spec.port = kind == SIM_KIND_DNAT ? 80 : 0;
    a.rule_body.spec.internal_port = kind == SIM_KIND_DNAT ? 8080 : 0;
    a.rule_body.spec.protocol = kind == SIM_KIND_DNAT ? SIM_PROTOCOL_TCP : SIM_PROTOCOL_NONE;
    fixture_do(f, &a);
}

static void delete_rule(struct fixture *f, enum sim_kind_id kind)
{
    struct sim_action a = fixture_action(SIM_ACTION_DELETE, 0);

    a.object = (uint8_t)kind;
    fixture_do(f, &a);
}

/* A gateway, an EIP, and a rule of the kind that is not handled yet. */
static void begin(struct fixture *f, enum sim_profile profile, enum sim_kind_id kind)
{
    fixture_make(f, profile, true, true);
    fixture_gateway_up(f, 0);
    fixture_create(f, 0, 0, 0);
    fixture_settle(f, 500);
    create_rule(f, kind, 0);
}

/* Which of the invariants is broken at rest, with whom; false: it holds. */
static bool broken(struct fixture *f, enum sim_invariant invariant, struct sim_violation *out)
{
    struct sim_violation found[16];
    size_t n = sim_check_at_rest(f->world, found, 16);

    for (size_t i = 0; i < n && i < 16; i++)
        if (found[i].invariant == invariant) {
            *out = found[i];
            return true;
        }
    return false;
}

static const enum sim_kind_id kinds[] = {SIM_KIND_DNAT, SIM_KIND_FIP, SIM_KIND_SNAT};

static void holds(void **state)
{
    struct sim_violation found[16];

    (void)state;
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        for (size_t k = 0; k < 3; k++) {
            struct fixture f;

            begin(&f, (enum sim_profile)p, kinds[k]);
            fixture_settle(&f, 500);
            assert_int_equal(sim_check_at_rest(f.world, found, 16), 0);
            fixture_free(&f);
        }
}

/* A pod that came back empty, and nobody was told. */
static void missing(void **state)
{
    struct sim_action a = fixture_action(SIM_ACTION_POD_REPLACED, 0);
    struct sim_violation v;
    struct fixture f;

    (void)state;
    begin(&f, SIM_PROFILE_V1_15_24, SIM_KIND_FIP);
    fixture_settle(&f, 500);
    a.time = 1750000001;
    fixture_do(&f, &a);
    assert_false(broken(&f, SIM_INVARIANT_RULE_TRUTH, &v)); /* it is not in service */
    fixture_act(&f, SIM_ACTION_POD_INITED, 0);
    assert_true(broken(&f, SIM_INVARIANT_RULE_TRUTH, &v));
    assert_int_equal(v.kind, SIM_KIND_FIP);
    assert_int_equal(v.eip, 0);
    assert_int_equal(v.pod, 0);
    fixture_free(&f);
}

/* Deleted between programming and finalizer, as up to v1.15 DNAT and SNAT can be (kube-ovn #5115):
 * the rule stays in the pod. */
static void left_over(void **state)
{
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct sim_violation v;
        struct fixture f;
        bool first;

        begin(&f, SIM_PROFILE_V1_15_24, kinds[k]);
        while (sim_pod(f.world, 0)->n_rules == 0)
            fixture_settle(&f, 1);
        first = sim_finalizer_count(sim_api(f.world, kinds[k], 0)) > 0;
        delete_rule(&f, kinds[k]);
        fixture_settle(&f, 500);
        assert_int_equal(first, kinds[k] == SIM_KIND_FIP); /* #5142 */
        assert_int_equal(broken(&f, SIM_INVARIANT_RULE_TRUTH, &v), !first);
        if (!first) {
            assert_int_equal(v.kind, kinds[k]);
            assert_int_equal(v.eip, SIM_NONE);
            assert_int_equal(v.pod, 0);
        }
        fixture_free(&f);
    }
}

/* Up to v1.14 an EIP goes whatever is on it. */
static void address_gone(void **state)
{
    static const enum sim_profile profiles[] = {SIM_PROFILE_V1_14_41, SIM_PROFILE_V1_15_24};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sim_violation v;
        struct fixture f;

        begin(&f, profiles[i], SIM_KIND_FIP);
        fixture_settle(&f, 500);
        fixture_act(&f, SIM_ACTION_DELETE, 0);
        fixture_settle(&f, 500);
        assert_int_equal(broken(&f, SIM_INVARIANT_RULE_TRUTH, &v), i == 0);
        if (i == 0) {
            assert_int_equal(v.eip, 0);
            assert_int_equal(v.pod, SIM_NONE);
        }
        fixture_free(&f);
    }
}

/* A start delivers a terminating rule as added, and the add handler is content (before #7210). */
static void stays_terminating(void **state)
{
    static const enum sim_profile profiles[] = {SIM_PROFILE_V1_16_2, SIM_PROFILE_MASTER};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct sim_violation v;
        struct fixture f;

        begin(&f, profiles[i], SIM_KIND_DNAT);
        fixture_settle(&f, 500);
        fixture_act(&f, SIM_ACTION_CRASH, 0);
        delete_rule(&f, SIM_KIND_DNAT);
        fixture_act(&f, SIM_ACTION_BOOT, 0);
        fixture_settle(&f, 500);
        assert_int_equal(broken(&f, SIM_INVARIANT_DELETE_COMPLETES, &v), i == 0);
        if (i == 0)
            assert_int_equal(v.kind, SIM_KIND_DNAT);
        fixture_free(&f);
    }
}

/* A rule that could be programmed has to be; one whose EIP does not exist need not. */
static void becomes_ready(void **state)
{
    struct sim_violation v;
    struct fixture f;

    (void)state;
    begin(&f, SIM_PROFILE_MASTER, SIM_KIND_SNAT);
    assert_true(broken(&f, SIM_INVARIANT_BECOMES_READY, &v)); /* nothing has been done yet */
    assert_int_equal(v.kind, SIM_KIND_SNAT);
    fixture_free(&f);
    fixture_make(&f, SIM_PROFILE_MASTER, true, true);
    fixture_gateway_up(&f, 0);
    create_rule(&f, SIM_KIND_SNAT, 1);
    assert_false(broken(&f, SIM_INVARIANT_BECOMES_READY, &v));
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds),
        cmocka_unit_test(missing),
        cmocka_unit_test(left_over),
        cmocka_unit_test(address_gone),
        cmocka_unit_test(stays_terminating),
        cmocka_unit_test(becomes_ready),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
