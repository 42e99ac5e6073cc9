/* Whole lives, and the switches that no recording of the real controller shows at work.
 *
 * The expectations of the first two tests are what kube-ovn's source says at each tag: v1.12.0
 * releases in its delete handler; v1.12.35 to v1.16.2 look for the gateway's pod before they
 * allocate (#4924), v1.12.22 and master (since #6661) do not.
 */
#include "tests/model_fixture.h"

struct seen {
    struct fixture *f;
    unsigned leaks;
    unsigned others;
};

static void check(struct seen *s)
{
    struct sim_violation v[8];
    size_t n = sim_check(s->f->world, v, 8);

    for (size_t i = 0; i < n; i++) {
        if (v[i].invariant == SIM_INVARIANT_LIVE_OWNER)
            s->leaks++;
        else
            s->others++;
    }
}

/* Runs the controller until it waits for a delayed key. */
static void run(struct seen *s)
{
    struct sim_action a;

    while (sim_enabled(s->f->world, 0, &a, 1) > 0 && a.kind != SIM_ACTION_DUE) {
        fixture_do(s->f, &a);
        check(s);
    }
}

static void settle(struct seen *s)
{
    struct sim_action a;

    for (unsigned i = 0; i < 2000 && sim_enabled(s->f->world, 0, &a, 1) > 0; i++) {
        fixture_do(s->f, &a);
        check(s);
    }
}

static void leak_without_pod(void **state)
{
    static const bool leaks[] = {false, true, false, false, false, false, false, true, false};

    (void)state;
    for (unsigned p = 0; p < SIM_RELEASE_COUNT; p++) {
        struct fixture f;
        struct seen s = {&f, 0, 0};

        fixture_init(&f, (enum sim_profile)p, true);
        fixture_create(&f, 0, 0, 0);
        run(&s);
        fixture_act(&f, SIM_ACTION_DELETE, 0);
        settle(&s);
        assert_int_equal(s.leaks, leaks[p]);
        assert_int_equal(s.others, 0);
        assert_int_equal(sim_ipam_held(f.world, sim_eip(f.world, 0)->name, 0, SIM_NIC_PORT),
                         leaks[p] ? 0x01010102 : 0);
        fixture_act(&f, SIM_ACTION_RESTART, 0);
        assert_int_equal(sim_ipam_held(f.world, sim_eip(f.world, 0)->name, 0, SIM_NIC_PORT), 0);
        fixture_free(&f);
    }
}

/* Steps the add worker until it stands before a call; then makes that call with a fault. */
static void fail_add_at(struct seen *s, enum sim_event_kind call)
{
    struct sim_action a = fixture_action(SIM_ACTION_START, 0);
    struct sim_stop stop;

    fixture_do(s->f, &a);
    a.kind = SIM_ACTION_STEP;
    while (sim_stopped_before(s->f->world, SIM_QUEUE_ADD_EIP, &stop) && stop.call != call)
        fixture_do(s->f, &a);
    a.fault = SIM_FAULT_BEFORE;
    fixture_do(s->f, &a);
    check(s);
}

static void leak_by_failed_exec(void **state)
{
    (void)state;
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct fixture f;
        struct seen s = {&f, 0, 0};

        fixture_init(&f, (enum sim_profile)p, true);
        fixture_gateway_up(&f, 0);
        fixture_create(&f, 0, 0, 0);
        fixture_act(&f, SIM_ACTION_DELIVER, 0);
        fail_add_at(&s, SIM_EVENT_EXEC);
        run(&s);
        fixture_act(&f, SIM_ACTION_DELETE, 0);
        settle(&s);
        assert_int_equal(s.leaks, p != SIM_PROFILE_V1_12_0 && p != SIM_PROFILE_HARDENED);
        fixture_free(&f);
    }
}

/* An ordinary life of three EIPs leaves nothing behind and breaks nothing, in any release. */
static void ordinary_life(void **state)
{
    (void)state;
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct sim_violation v[8];
        struct fixture f;
        struct seen s = {&f, 0, 0};

        fixture_init(&f, (enum sim_profile)p, true);
        fixture_gateway_up(&f, 0);
        for (unsigned i = 0; i < FIXTURE_EIPS; i++)
            fixture_create(&f, i, 0, 0);
        settle(&s);
        assert_true(sim_at_rest(f.world));
        for (unsigned i = 0; i < FIXTURE_EIPS; i++)
            assert_true(sim_eip_ready(&sim_eip(f.world, i)->api));
        assert_int_equal(sim_check_at_rest(f.world, v, 8), 0);
        for (unsigned i = 0; i < FIXTURE_EIPS; i++)
            fixture_act(&f, SIM_ACTION_DELETE, i);
        settle(&s);
        for (unsigned i = 0; i < FIXTURE_EIPS; i++)
            assert_int_equal(sim_ipam_held(f.world, sim_eip(f.world, i)->name, 0, SIM_NIC_PORT), 0);
        assert_int_equal(s.leaks + s.others, 0);
        fixture_free(&f);
    }
}

/* v6_upper_refused: #4372. */
static void upper_case_v6(void **state)
{
    (void)state;
    for (unsigned refused = 0; refused < 2; refused++) {
        struct fixture f;
        struct seen s = {&f, 0, 0};
        struct sim_action a = fixture_action(SIM_ACTION_CREATE, 0);

        fixture_init(&f, refused ? SIM_PROFILE_V1_13_15 : SIM_PROFILE_V1_12_35, true);
        fixture_gateway_up(&f, 0);
        a.body.gw = 1;
        a.body.net = 1;
        a.body.v6 = SIM_V6_UPPER;
        fixture_do(&f, &a);
        settle(&s);
        assert_int_equal(sim_eip_ready(&sim_eip(f.world, 0)->api), !refused);
        fixture_free(&f);
    }
}

/* ovn_subnets_count_eips: an EIP in a subnet of the OVN provider. */
static void counts_in_ovn_subnets(void **state)
{
    (void)state;
    for (unsigned counts = 0; counts < 2; counts++) {
        struct fixture f, again;
        struct seen s = {&f, 0, 0};
        size_t size;

        fixture_init(&again, counts ? SIM_PROFILE_V1_15_24 : SIM_PROFILE_V1_14_41, true);
        f = again;
        f.subnets[0].ovn = 1;
        size = sim_size(&again.setup);
        again.subnets[0].ovn = 1;
        assert_int_equal(sim_init(again.world, &again.setup, &f.world), SIM_STATUS_DONE);
        assert_int_equal(size, sim_size(&again.setup));
        fixture_gateway_up(&f, 0);
        fixture_create(&f, 0, 0, 0);
        settle(&s);
        assert_true(sim_eip_ready(&sim_eip(f.world, 0)->api));
        assert_int_equal(sim_subnet(f.world, 0)->using_ips, counts);
        fixture_free(&f);
    }
}

/* status_at_start: the restart itself asks, whatever the objects do afterwards. */
static void a_start_asks_for_the_status(void **state)
{
    (void)state;
    for (unsigned asks = 0; asks < 2; asks++) {
        struct fixture f, again;

        fixture_init(&again, SIM_PROFILE_V1_16_2, true);
        again.setup.policy.value[SIM_status_at_start] = (uint8_t)asks;
        f = again;
        assert_int_equal(sim_init(again.world, &again.setup, &f.world), SIM_STATUS_DONE);
        fixture_act(&f, SIM_ACTION_RESTART, 0);
        assert_int_equal(sim_queue(f.world, SIM_QUEUE_SUBNET_STATUS)->ready,
                         asks ? again.setup.limits.subnets : 0);
        fixture_free(&f);
    }
}

/* exec_undo_on_add_failure: without it, giving the address back leaves it on the gateway. */
static void undo_takes_the_address_off(void **state)
{
    (void)state;
    for (unsigned undo = 0; undo < 2; undo++) {
        struct fixture f, again;
        struct seen s = {&f, 0, 0};
        struct ipam_addrset set;

        fixture_init(&again, SIM_PROFILE_MASTER, true);
        again.setup.policy.value[SIM_release_on_add_failure] = 2;
        again.setup.policy.value[SIM_exec_undo_on_add_failure] = (uint8_t)undo;
        f = again;
        assert_int_equal(sim_init(again.world, &again.setup, &f.world), SIM_STATUS_DONE);
        fixture_gateway_up(&f, 0);
        fixture_create(&f, 0, 0, 0);
        fixture_act(&f, SIM_ACTION_DELIVER, 0);
        fail_add_at(&s, SIM_EVENT_WRITE); /* the address is set by now */
        run(&s);
        assert_int_equal(sim_ipam_held(f.world, sim_eip(f.world, 0)->name, 0, SIM_NIC_PORT), 0);
        set = sim_interface(f.world, 0, 0);
        assert_int_equal(ipam_addrset_contains(&set, ipam_addr_v4(0x01010102)), !undo);
        fixture_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leak_without_pod),
        cmocka_unit_test(leak_by_failed_exec),
        cmocka_unit_test(ordinary_life),
        cmocka_unit_test(upper_case_v6),
        cmocka_unit_test(counts_in_ovn_subnets),
        cmocka_unit_test(a_start_asks_for_the_status),
        cmocka_unit_test(undo_takes_the_address_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
