/* What an exploration leaves out changes nothing.
 *
 *   - worlds that are the same to it go on alike: the same choices, to the same states, with the
 *     same violations
 *   - a quiet step commutes with everything that can follow it, and breaks nothing
 *   - without any reduction the same is found, as far away
 */
#include <string.h>

#include "engine/alike.h"
#include "engine/canonical.h"
#include "engine/packing.h"
#include "tests/explore_fixture.h"

enum { SLOTS = 1 << 16, VIOLATIONS = 8, WORLDS = 6 };

struct small {
    struct tiny t;
    struct sim_world *world[WORLDS];
    /* of some states, the first world that was one */
    struct sample {
        struct sim_identity id;
        struct sim_world *world;
        struct engine_used used;
    } * sample;
    uint64_t merged, quiet, alike, left_out, told;
};

static void open(struct small *s, enum sim_profile profile, unsigned eips)
{
    memset(s, 0, sizeof *s);
    tiny_open(&s->t, profile, eips, NULL, s);
    for (unsigned i = 0; i < WORLDS; i++) {
        s->world[i] = tiny_block(sim_world_size(s->t.f.world));
        memcpy((void *)s->world[i], s->t.f.world, sim_world_size(s->t.f.world));
    }
    s->sample = calloc(SLOTS, sizeof *s->sample);
    assert_non_null(s->sample);
}

static void close_small(struct small *s)
{
    for (size_t i = 0; i < SLOTS; i++)
        free(s->sample[i].world);
    free(s->sample);
    for (unsigned i = 0; i < WORLDS; i++)
        free(s->world[i]);
    tiny_close(&s->t);
}

static struct sim_identity same(struct small *s, const struct sim_world *w,
                                const struct engine_used *used)
{
    return engine_canonical(w, used->budget, SIM_BUDGET_COUNT, false, NULL, s->world[5]);
}

static bool equal(struct sim_identity a, struct sim_identity b)
{
    return a.low == b.low && a.high == b.high;
}

/* ---- worlds that are the same ---- */

static void list(struct small *s, const struct sim_world *w, const struct engine_used *used,
                 struct engine_choices *out)
{
    struct engine_bound bound = s->t.x.bound;

    bound.reductions = 0;
    engine_choices_list(out, &bound, w, used, s->world[3], s->world[4]);
    assert_false(out->more);
}

/* Makes a choice in a copy of w; how many invariants it broke. */
static size_t make(const struct small *s, const struct sim_world *w,
                   const struct engine_choice *choice, struct engine_used *used,
                   struct sim_world *to, struct sim_violation *broken)
{
    engine_copy_state(w, to);
    engine_choose_quiet(to, choice);
    engine_choose_last(&s->t.x.bound, to, choice, used);
    return sim_check(to, broken, VIOLATIONS);
}

static void go_on_alike(struct small *s, const struct sim_world *a, const struct sim_world *b,
                        const struct engine_used *used)
{
    static struct engine_choices x, y;

    list(s, a, used, &x);
    list(s, b, used, &y);
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++) {
        struct sim_violation broken[2][VIOLATIONS];
        struct engine_used after[2];
        size_t n, m;

        assert_int_equal(x.at[i].action.kind, y.at[i].action.kind);
        memcpy(&after[0], used, sizeof *used);
        memcpy(&after[1], used, sizeof *used);
        n = make(s, a, &x.at[i], &after[0], s->world[0], broken[0]);
        m = make(s, b, &y.at[i], &after[1], s->world[1], broken[1]);
        assert_int_equal(n, m);
        for (size_t k = 0; k < n && k < VIOLATIONS; k++)
            assert_int_equal(broken[0][k].invariant, broken[1][k].invariant);
        assert_true(equal(same(s, s->world[0], &after[0]), same(s, s->world[1], &after[1])));
    }
    assert_int_equal(sim_at_rest(a), sim_at_rest(b));
    s->merged++;
}

/* ---- quiet steps ---- */

/* choice can follow the quiet step of queue, which leads from w to ahead: so it can come first. */
static void commutes(struct small *s, const struct sim_world *w, const struct sim_world *ahead,
                     const struct engine_choice *choice, const struct engine_choice *quiet,
                     const struct engine_used *used)
{
    struct sim_violation broken[2][VIOLATIONS];
    struct engine_used before, after;
    struct sim_identity id;

    memcpy(&before, used, sizeof before);
    memcpy(&after, used, sizeof after);
    assert_int_equal(sim_can(w, &choice->action), SIM_STATUS_DONE);
    assert_int_equal(make(s, w, choice, &before, s->world[0], broken[0]),
                     make(s, ahead, choice, &after, s->world[1], broken[1]));
    id = same(s, s->world[1], &after);
    if (equal(same(s, s->world[0], &before), id))
        return; /* what the quiet step did is gone: a crash */
    engine_choose_last(&s->t.x.bound, s->world[0], quiet, &before);
    assert_true(equal(same(s, s->world[0], &before), id));
}

static void quiet_commutes(struct small *s, const struct sim_world *w,
                           const struct engine_used *used)
{
    static struct engine_choices next;
    struct engine_bound bound = s->t.x.bound;

    bound.reductions = ENGINE_ALL_REDUCTIONS;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++) {
        struct engine_choice quiet;
        struct sim_violation broken[VIOLATIONS];
        struct engine_used after;

        engine_copy_state(w, s->world[2]);
        if (engine_quiet_steps(&bound, used, s->world[2], (enum sim_queue_id)q, s->world[4]) == 0)
            continue;
        memset(&quiet, 0, sizeof quiet);
        quiet.action.kind = SIM_ACTION_STEP;
        quiet.action.queue = (uint8_t)q;
        quiet.budget = SIM_BUDGET_COUNT;
        memcpy(&after, used, sizeof after);
        assert_int_equal(make(s, w, &quiet, &after, s->world[2], broken), 0);
        list(s, s->world[2], used, &next);
        for (size_t i = 0; i < next.n; i++)
            if (next.at[i].action.kind != SIM_ACTION_STEP || next.at[i].action.queue != q)
                commutes(s, w, s->world[2], &next.at[i], &quiet, used);
        s->quiet++;
    }
}

/* ---- EIPs that are alike ---- */

static int order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct sim_identity));
}

/* The states that follow w; `exchanged`: after their EIPs change places. */
static size_t follow(struct small *s, const struct sim_world *w, const struct engine_used *used,
                     bool exchanged, struct sim_identity *out, size_t *broken)
{
    static struct engine_choices next;
    struct sim_violation found[VIOLATIONS];

    list(s, w, used, &next);
    for (size_t i = 0; i < next.n; i++) {
        struct engine_used after = *used;

        *broken += make(s, w, &next.at[i], &after, s->world[0], found);
        if (exchanged)
            engine_exchange(s->world[0], 0, 1);
        out[i] = same(s, s->world[0], &after);
    }
    qsort(out, next.n, sizeof *out, order);
    return next.n;
}

static void alike_go_on_alike(struct small *s, const struct sim_world *w,
                              const struct engine_used *used)
{
    static struct sim_identity a[ENGINE_CHOICES], b[ENGINE_CHOICES];
    struct engine_bound bound = s->t.x.bound;
    size_t n, broken[2] = {0, 0};

    bound.reductions = ENGINE_ALL_REDUCTIONS;
    if (w->limits.eips != 2 || !engine_alike(&bound, used, w))
        return;
    n = follow(s, w, used, false, a, &broken[0]);
    engine_copy_state(w, s->world[2]);
    engine_exchange(s->world[2], 0, 1);
    assert_true(equal(engine_identity(&bound, used, w, s->world[5]),
                      engine_identity(&bound, used, s->world[2], s->world[5])));
    assert_int_equal(n, follow(s, s->world[2], used, true, b, &broken[1]));
    assert_memory_equal(a, b, n * sizeof *a);
    assert_int_equal(broken[0], broken[1]);
    s->alike++;
}

/* ---- all states of a search, or some of them ---- */

static void look(void *context, const struct engine_transition *t)
{
    struct small *s = context;
    struct sim_identity id = same(s, t->after, t->used);
    struct sample *at = &s->sample[id.low % SLOTS];

    if (t->n_violations > 0 || id.high % s->left_out != 0)
        return;
    if (at->world == NULL) {
        at->id = id;
        at->world = tiny_block(sim_world_size(t->after));
        memcpy((void *)at->world, t->after, sim_world_size(t->after));
        memcpy(&at->used, t->used, sizeof at->used);
        quiet_commutes(s, t->after, t->used);
        alike_go_on_alike(s, t->after, t->used);
    } else if (equal(at->id, id) &&
               !equal(engine_canonical(at->world, at->used.budget, SIM_BUDGET_COUNT, true, NULL,
                                       s->world[5]),
                      engine_canonical(t->after, t->used->budget, SIM_BUDGET_COUNT, true, NULL,
                                       s->world[5]))) {
        go_on_alike(s, at->world, t->after, t->used);
    }
}

/* How many states had EIPs that are alike. */
static uint64_t look_at(unsigned eips, uint32_t classes, unsigned creates, unsigned faults,
                        unsigned others, uint64_t left_out)
{
    uint64_t merged = 0, quiet = 0, alike = 0;

    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct small s;

        open(&s, (enum sim_profile)p, eips);
        tiny_bound(&s.t, classes, creates, faults, others);
        s.left_out = left_out;
        s.t.x.stepped = look;
        s.t.x.max_states = 4500;
        s.t.x.bound.reductions = UINT32_C(1) << ENGINE_REDUCTION_DEAD;
        engine_explore_run(&s.t.x, s.t.scratch);
        engine_explore_end(&s.t.x);
        merged += s.merged;
        quiet += s.quiet;
        alike += s.alike;
        close_small(&s);
    }
    print_message("%llu merged, %llu with quiet steps, %llu with EIPs that are alike\n",
                  (unsigned long long)merged, (unsigned long long)quiet, (unsigned long long)alike);
    assert_true(merged > 200);
    assert_true(quiet > 200);
    return alike;
}

static void test_faults_and_crashes(void **state)
{
    (void)state;
    (void)look_at(1, SIM_CLASS_BIT(API) | SIM_CLASS_BIT(EXEC) | SIM_CLASS_BIT(CRASH), 2, 1, 1, 20);
}

static void test_gateways(void **state)
{
    (void)state;
    (void)look_at(1, SIM_CLASS_BIT(POD) | SIM_CLASS_BIT(GATEWAY) | SIM_CLASS_BIT(RULE), 1, 0, 1,
                  20);
}

static void test_two_eips(void **state)
{
    (void)state;
    assert_true(
        look_at(2, SIM_CLASS_BIT(DELETE_RACE) | SIM_CLASS_BIT(FINALIZER) | SIM_CLASS_BIT(CRASH), 2,
                0, 1, 20) > 100);
}

/* ---- the same is found ---- */

static void explore(struct small *s, unsigned profile, unsigned eips, uint32_t classes,
                    unsigned creates, unsigned faults, unsigned others, uint32_t reductions)
{
    open(s, (enum sim_profile)profile, eips);
    tiny_bound(&s->t, classes, creates, faults, others);
    s->t.x.bound.reductions = reductions;
    engine_explore_run(&s->t.x, s->t.scratch);
    assert_int_equal(s->t.x.search.ended, ENGINE_COMPLETE);
    engine_explore_end(&s->t.x);
}

static void same_found(unsigned eips, uint32_t classes, unsigned creates, unsigned faults,
                       unsigned others, uint32_t with, uint32_t without)
{
    uint64_t fewer = 0;

    /* with trouble or two EIPs hardened goes through far more states than a test has time for */
    for (unsigned p = 0; p < (eips == 1 ? SIM_PROFILE_COUNT : SIM_RELEASE_COUNT); p++) {
        uint32_t trouble = p == SIM_PROFILE_HARDENED ? 0 : classes;
        struct small a, b;
        const struct engine_kinds *x = &a.t.x.search.kinds, *y = &b.t.x.search.kinds;

        explore(&a, p, eips, trouble, creates, faults, others, with);
        explore(&b, p, eips, trouble, creates, faults, others, without);
        assert_int_equal(x->n, y->n);
        for (size_t i = 0; i < x->n; i++) {
            const struct engine_kind *other =
                tiny_kind(y, x->kind[i].told.what, x->kind[i].told.where);

            assert_non_null(other);
            assert_int_equal(x->kind[i].depth, other->depth);
        }
        assert_true(a.t.x.search.states <= b.t.x.search.states);
        fewer += b.t.x.search.states - a.t.x.search.states;
        close_small(&a);
        close_small(&b);
    }
    assert_true(fewer > 0);
}

enum { STEPS = 1 << ENGINE_REDUCTION_STEPS, DEAD = 1 << ENGINE_REDUCTION_DEAD };

static void test_each_reduction(void **state)
{
    (void)state;
    same_found(1, 0, 1, 0, 0, STEPS, 0);
    same_found(1, 0, 1, 0, 0, DEAD, 0);
    same_found(2, 0, 1, 0, 0, ENGINE_ALL_REDUCTIONS, STEPS | DEAD);
    same_found(1, SIM_CLASS_BIT(GATEWAY), 1, 0, 1, ENGINE_ALL_REDUCTIONS, DEAD);
    same_found(1, SIM_CLASS_BIT(EXEC), 1, 1, 0, ENGINE_ALL_REDUCTIONS, DEAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_and_crashes),
        cmocka_unit_test(test_gateways),
        cmocka_unit_test(test_two_eips),
        cmocka_unit_test(test_each_reduction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
