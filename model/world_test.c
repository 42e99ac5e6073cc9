/* Laws of the world as a value: whatever the actions, sim_apply is total, failure-atomic and
 * deterministic, the incremental identity is the one computed from scratch, and looking only at
 * what an action touched finds every violation that looking everywhere finds.
 */
#include "tests/model_fixture.h"

enum { RUNS = 40, ACTIONS = 600 };

static struct sim_action random_body(uint64_t *seed, struct sim_action a)
{
    a.body.gw = (sim_ref)fixture_random(seed, FIXTURE_GATEWAYS + 1);
    a.body.net = (sim_ref)fixture_random(seed, FIXTURE_NETS + 1);
    a.body.qos = (sim_ref)fixture_random(seed, 4);
    if (fixture_random(seed, 3) == 0)
        a.body.spec_v4 = 0x01010100 + fixture_random(seed, 5);
    if (fixture_random(seed, 12) == 0)
        a.body.spec_v4 = 1; /* a text that is no address */
    if (fixture_random(seed, 6) == 0)
        a.body.finalizer[0] = SIM_FINALIZER_FOREIGN;
    return a;
}

/* Any action, with operands that are mostly in range. */
static struct sim_action random_action(uint64_t *seed)
{
    struct sim_action a =
        fixture_action((enum sim_action_kind)fixture_random(seed, SIM_ACTION_COUNT + 1), 0);

    if (fixture_random(seed, 8) == 0)
        a.kind = SIM_ACTION_CREATE;
    a.id = (sim_id)fixture_random(seed, 5);
    a.queue = (uint8_t)fixture_random(seed, SIM_QUEUE_COUNT + 1);
    a.fault = (uint8_t)fixture_random(seed, SIM_FAULT_COUNT + 1);
    a.value = (uint8_t)fixture_random(seed, 5);
    a.time = fixture_random(seed, 2) * (1750000000u + fixture_random(seed, 20));
    a.v4 = 0x01010102 + fixture_random(seed, 3);
    return random_body(seed, a);
}

/* Three of four actions are enabled ones, so that runs get somewhere. */
static struct sim_action next_action(struct fixture *f, uint64_t *seed)
{
    struct sim_action list[64];
    size_t n = sim_enabled(f->world, SIM_ENABLED_FAULTS, list, 64);

    assert_true(n <= 64);
    if (n == 0 || fixture_random(seed, 4) == 0)
        return random_action(seed);
    return list[fixture_random(seed, (uint32_t)n)];
}

static bool reported(const struct sim_violation *v, const struct sim_violation *in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(v, &in[i], sizeof *v) == 0)
            return true;
    return false;
}

/* What looking everywhere finds now and did not find before must be among what sim_check says. */
static size_t compare_checks(struct fixture *f, struct sim_violation *before, size_t n_before)
{
    struct sim_violation now[256], touched[256];
    size_t n = sim_check_all(f->world, now, 256);
    size_t m = sim_check(f->world, touched, 256);

    assert_true(n <= 256 && m <= 256);
    for (size_t i = 0; i < n; i++)
        if (!reported(&now[i], before, n_before))
            assert_true(reported(&now[i], touched, m));
    for (size_t i = 0; i < m; i++)
        assert_true(reported(&touched[i], now, n));
    memcpy(before, now, n * sizeof *now);
    return n;
}

static void one_run(enum sim_profile profile, uint64_t seed, bool timed, unsigned *done)
{
    struct fixture f;
    struct sim_violation before[256];
    size_t n_before = 0;
    uint8_t *copy;

    fixture_init(&f, profile, timed);
    copy = malloc(sim_world_size(f.world));
    assert_non_null(copy);
    fixture_gateway_up(&f, 0);
    for (unsigned i = 0; i < ACTIONS; i++) {
        struct sim_action a = next_action(&f, &seed);
        enum sim_status can = sim_can(f.world, &a);
        struct sim_identity id, full;

        memcpy(copy, f.world, sim_state_size(f.world));
        assert_int_equal(sim_apply(f.world, &a, NULL), can);
        if (can != SIM_STATUS_DONE) {
            assert_memory_equal(copy, f.world, sim_state_size(f.world));
            continue;
        }
        ++*done;
        id = sim_identity(f.world);
        full = sim_identity_full(f.world);
        assert_int_equal(id.low, full.low);
        assert_int_equal(id.high, full.high);
        n_before = compare_checks(&f, before, n_before);
    }
    free(copy);
    fixture_free(&f);
}

static void random_actions(void **state)
{
    unsigned done = 0;

    (void)state;
    for (unsigned run = 0; run < RUNS; run++)
        for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
            one_run((enum sim_profile)p, 0x9e3779b97f4a7c15u + run * 977 + p, run % 2, &done);
    print_message("%u actions took place\n", done);
    assert_true(done > RUNS * SIM_PROFILE_COUNT * ACTIONS / 2);
}

/* Two worlds that are copies of one another stay so. */
static void snapshots(void **state)
{
    struct fixture f;
    struct sim_world *twin;
    uint64_t seed = 12345;

    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    fixture_gateway_up(&f, 0);
    twin = aligned_alloc(64, (sim_world_size(f.world) + 63) / 64 * 64);
    assert_non_null(twin);
    memcpy(twin, f.world, sim_world_size(f.world));
    for (unsigned i = 0; i < 2000; i++) {
        struct sim_action a = next_action(&f, &seed);
        struct sim_identity x, y;

        assert_int_equal(sim_apply(f.world, &a, NULL), sim_apply(twin, &a, NULL));
        x = sim_identity(f.world);
        y = sim_identity(twin);
        assert_true(x.low == y.low && x.high == y.high);
        assert_memory_equal(f.world, twin, sim_state_size(twin));
    }
    free(twin);
    fixture_free(&f);
}

/* Bytes are canonical: a life that leaves nothing behind but counters leads back to the same world.
 * The delete gives the revision two steps, so it is put back before comparing. */
static void canonical(void **state)
{
    struct fixture f;
    struct sim_world *before;

    (void)state;
    fixture_init(&f, SIM_PROFILE_V1_16_2, false);
    fixture_gateway_up(&f, 0);
    before = aligned_alloc(64, (sim_world_size(f.world) + 63) / 64 * 64);
    assert_non_null(before);
    fixture_act(&f, SIM_ACTION_ENQUEUE, 0); /* queue 0 is the add queue: an EIP that is not there */
    (void)fixture_settle(&f, 100);
    memcpy(before, f.world, sim_world_size(f.world));
    fixture_act(&f, SIM_ACTION_ENQUEUE, 1);
    (void)fixture_settle(&f, 100);
    assert_memory_equal(before, f.world, sim_state_size(f.world));
    free(before);
    fixture_free(&f);
}

static void bad_setups(void **state)
{
    struct fixture f;
    struct sim_world *w;
    struct sim_setup s;

    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    s = f.setup;
    s.limits.eips = 0;
    assert_int_equal(sim_size(&s), 0);
    assert_int_equal(sim_init(f.world, &s, &w), SIM_STATUS_BAD_LIMITS);
    s = f.setup;
    f.names[1] = 0;
    assert_int_equal(sim_init(f.world, &s, &w), SIM_STATUS_BAD_NAME);
    f.names[1] = 1;
    f.subnets[0].gateway = 0x02020202;
    assert_int_equal(sim_init(f.world, &s, &w), SIM_STATUS_BAD_SUBNET);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_actions),
        cmocka_unit_test(snapshots),
        cmocka_unit_test(canonical),
        cmocka_unit_test(bad_setups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
