/* What an exploration leaves out changes nothing.
 *
 *   - worlds that are the same to it go on alike: the same choices, to the same states, with the
 *     same violations
 *   - a quiet step commutes with everything that can follow it, and breaks nothing
 *   - without any reduction the same is found, as far away
 */
#include <string.h>

#include "engine/canonical.h"
#include "engine/explore.h"
#include "engine/packing.h"
#include "tests/model_fixture.h"

enum { SLOTS = 1 << 16, VIOLATIONS = 8 };

struct small {
    struct fixture f;
    struct engine_explore x;
    struct sim_world *world[6];
    void *scratch;
    /* of some states, the first world that was one */
    struct sample {
        struct sim_identity id;
        struct sim_world *world;
        uint8_t used[SIM_BUDGET_COUNT];
    } * sample;
    uint64_t merged, quiet, left_out, told;
    uint8_t where[ENGINE_KINDS];
};

static void *resize(void *context, void *old, size_t old_size, size_t size)
{
    (void)context;
    (void)old_size;
    if (size == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, size);
}

static bool found(void *context, const struct engine_explore *x, uint32_t which,
                  const struct engine_finding *finding)
{
    (void)context;
    (void)x;
    (void)which;
    (void)finding;
    return true;
}

static void *block(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);

    assert_non_null(memory);
    memset(memory, 0, (size + 63) / 64 * 64);
    return memory;
}

/* A world with one gateway in service, one EIP or two and two addresses. */
static void open(struct small *s, enum sim_profile profile, unsigned eips)
{
    struct sim_limits *l;
    size_t size;

    memset(s, 0, sizeof *s);
    fixture_init(&s->f, profile, false);
    fixture_free(&s->f);
    l = &s->f.setup.limits;
    l->eips = (uint16_t)eips;
    l->gateways = l->pods_per_gateway = l->nets = l->subnets = 1;
    l->policies = 0;
    l->rules = 1;
    l->names = (uint16_t)(eips + 1);
    l->watch = 24;
    l->macs = eips * SIM_MACS_PER_EIP;
    s->f.gateways[0].name = (uint16_t)eips;
    s->f.gateways[0].own = 0;
    fixture_subnet(&s->f, 0, 0x0a000100, 30);
    s->f.subnets[0].n_excludes = 0;
    size = sim_size(&s->f.setup);
    assert_true(size > 0);
    assert_int_equal(sim_init(block(size), &s->f.setup, &s->f.world), SIM_STATUS_DONE);
    fixture_gateway_up(&s->f, 0);
    (void)fixture_settle(&s->f, 1000);
    assert_true(sim_at_rest(s->f.world));
    for (unsigned i = 0; i < 6; i++) {
        s->world[i] = block(size);
        memcpy((void *)s->world[i], s->f.world, size);
    }
    s->x.start = s->f.world;
    s->x.resize = resize;
    s->x.found = found;
    s->x.context = s;
    s->x.max_states = 1000000;
    s->x.bound.classes = SIM_CLASS_BIT(RACE) | SIM_CLASS_BIT(LAG);
    s->scratch = block(engine_explore_scratch(s->f.world));
    engine_explore_ready(&s->x, s->scratch);
    s->sample = calloc(SLOTS, sizeof *s->sample);
    assert_non_null(s->sample);
}

static void close_small(struct small *s)
{
    for (size_t i = 0; i < SLOTS; i++)
        free(s->sample[i].world);
    free(s->sample);
    for (unsigned i = 0; i < 6; i++)
        free(s->world[i]);
    free(s->scratch);
    fixture_free(&s->f);
}

static struct sim_identity same(struct small *s, const struct sim_world *w, const uint8_t *used)
{
    return engine_canonical(w, used, SIM_BUDGET_COUNT, false, s->world[5]);
}

static bool equal(struct sim_identity a, struct sim_identity b)
{
    return a.low == b.low && a.high == b.high;
}

/* ---- worlds that are the same ---- */

static void list(struct small *s, const struct sim_world *w, const uint8_t *used,
                 struct engine_choices *out)
{
    struct engine_bound bound = s->x.bound;

    bound.reductions = 0;
    engine_choices_list(out, &bound, w, used, s->world[3], s->world[4]);
    assert_false(out->more);
}

/* Makes a choice in a copy of w; how many invariants it broke. */
static size_t make(const struct sim_world *w, const struct engine_choice *choice, uint8_t *used,
                   struct sim_world *to, struct sim_violation *broken)
{
    engine_copy_state(w, to);
    engine_choose_quiet(to, choice);
    engine_choose_last(to, choice, used);
    return sim_check(to, broken, VIOLATIONS);
}

static void go_on_alike(struct small *s, const struct sim_world *a, const struct sim_world *b,
                        const uint8_t *used)
{
    static struct engine_choices x, y;

    list(s, a, used, &x);
    list(s, b, used, &y);
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++) {
        struct sim_violation broken[2][VIOLATIONS];
        uint8_t after[2][SIM_BUDGET_COUNT];
        size_t n, m;

        assert_int_equal(x.at[i].action.kind, y.at[i].action.kind);
        memcpy(after[0], used, SIM_BUDGET_COUNT);
        memcpy(after[1], used, SIM_BUDGET_COUNT);
        n = make(a, &x.at[i], after[0], s->world[0], broken[0]);
        m = make(b, &y.at[i], after[1], s->world[1], broken[1]);
        assert_int_equal(n, m);
        for (size_t k = 0; k < n && k < VIOLATIONS; k++)
            assert_int_equal(broken[0][k].invariant, broken[1][k].invariant);
        assert_true(equal(same(s, s->world[0], after[0]), same(s, s->world[1], after[1])));
    }
    assert_int_equal(sim_at_rest(a), sim_at_rest(b));
    s->merged++;
}

/* ---- quiet steps ---- */

/* choice can follow the quiet step of queue, which leads from w to ahead: so it can come first. */
static void commutes(struct small *s, const struct sim_world *w, const struct sim_world *ahead,
                     const struct engine_choice *choice, const struct engine_choice *quiet,
                     const uint8_t *used)
{
    struct sim_violation broken[2][VIOLATIONS];
    uint8_t before[SIM_BUDGET_COUNT], after[SIM_BUDGET_COUNT];
    struct sim_identity id;

    memcpy(before, used, sizeof before);
    memcpy(after, used, sizeof after);
    assert_int_equal(sim_can(w, &choice->action), SIM_STATUS_DONE);
    assert_int_equal(make(w, choice, before, s->world[0], broken[0]),
                     make(ahead, choice, after, s->world[1], broken[1]));
    id = same(s, s->world[1], after);
    if (equal(same(s, s->world[0], before), id))
        return; /* what the quiet step did is gone: a crash */
    engine_choose_last(s->world[0], quiet, before);
    assert_true(equal(same(s, s->world[0], before), id));
}

static void quiet_commutes(struct small *s, const struct sim_world *w, const uint8_t *used)
{
    static struct engine_choices next;
    struct engine_bound bound = s->x.bound;

    bound.reductions = ENGINE_ALL_REDUCTIONS;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++) {
        struct engine_choice quiet;
        struct sim_violation broken[VIOLATIONS];
        uint8_t after[SIM_BUDGET_COUNT];

        engine_copy_state(w, s->world[2]);
        if (engine_quiet_steps(&bound, used, s->world[2], (enum sim_queue_id)q, s->world[4]) == 0)
            continue;
        memset(&quiet, 0, sizeof quiet);
        quiet.action.kind = SIM_ACTION_STEP;
        quiet.action.queue = (uint8_t)q;
        quiet.budget = SIM_BUDGET_COUNT;
        memcpy(after, used, sizeof after);
        assert_int_equal(make(w, &quiet, after, s->world[2], broken), 0);
        list(s, s->world[2], used, &next);
        for (size_t i = 0; i < next.n; i++)
            if (next.at[i].action.kind != SIM_ACTION_STEP || next.at[i].action.queue != q)
                commutes(s, w, s->world[2], &next.at[i], &quiet, used);
        s->quiet++;
    }
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
        at->world = block(sim_world_size(t->after));
        memcpy((void *)at->world, t->after, sim_world_size(t->after));
        memcpy(at->used, t->used, sizeof at->used);
        quiet_commutes(s, t->after, t->used);
    } else if (equal(at->id, id) &&
               !equal(engine_canonical(at->world, at->used, SIM_BUDGET_COUNT, true, s->world[5]),
                      engine_canonical(t->after, t->used, SIM_BUDGET_COUNT, true, s->world[5]))) {
        go_on_alike(s, at->world, t->after, t->used);
    }
}

static void bound_of(struct small *s, uint32_t classes, unsigned creates, unsigned faults,
                     unsigned others)
{
    s->x.bound.classes |= classes;
    for (unsigned b = 0; b < SIM_BUDGET_COUNT; b++)
        s->x.bound.budget[b] = (uint8_t)others;
    s->x.bound.budget[SIM_BUDGET_CREATES] = s->x.bound.budget[SIM_BUDGET_DELETES] =
        (uint8_t)creates;
    s->x.bound.budget[SIM_BUDGET_FAULTS] = (uint8_t)faults;
}

static void look_at(unsigned eips, uint32_t classes, unsigned creates, unsigned faults,
                    unsigned others, uint64_t left_out)
{
    uint64_t merged = 0, quiet = 0;

    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct small s;

        open(&s, (enum sim_profile)p, eips);
        bound_of(&s, classes, creates, faults, others);
        s.left_out = left_out;
        s.x.stepped = look;
        s.x.max_states = 8000;
        s.x.bound.reductions = UINT32_C(1) << ENGINE_REDUCTION_DEAD;
        engine_explore_run(&s.x, s.scratch);
        engine_explore_end(&s.x);
        merged += s.merged;
        quiet += s.quiet;
        close_small(&s);
    }
    print_message("%llu merged, %llu with quiet steps\n", (unsigned long long)merged,
                  (unsigned long long)quiet);
    assert_true(merged > 200);
    assert_true(quiet > 200);
}

static void test_faults_and_crashes(void **state)
{
    (void)state;
    look_at(1, SIM_CLASS_BIT(API) | SIM_CLASS_BIT(EXEC) | SIM_CLASS_BIT(CRASH), 2, 1, 1, 20);
}

static void test_gateways(void **state)
{
    (void)state;
    look_at(1, SIM_CLASS_BIT(POD) | SIM_CLASS_BIT(GATEWAY) | SIM_CLASS_BIT(RULE), 1, 0, 1, 20);
}

static void test_two_eips(void **state)
{
    (void)state;
    look_at(2, SIM_CLASS_BIT(DELETE_RACE) | SIM_CLASS_BIT(FINALIZER) | SIM_CLASS_BIT(CRASH), 2, 0,
            1, 20);
}

/* ---- the same is found ---- */

static void explore(struct small *s, unsigned profile, uint32_t classes, unsigned creates,
                    unsigned faults, unsigned others, uint32_t reductions)
{
    open(s, (enum sim_profile)profile, 1);
    bound_of(s, classes, creates, faults, others);
    s->x.bound.reductions = reductions;
    engine_explore_run(&s->x, s->scratch);
    assert_int_equal(s->x.search.ended, ENGINE_COMPLETE);
    engine_explore_end(&s->x);
}

static const struct engine_kind *kind_in(const struct engine_kinds *k, const struct engine_kind *of)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->kind[i].told.what == of->told.what &&
            strcmp(k->kind[i].told.where, of->told.where) == 0)
            return &k->kind[i];
    return NULL;
}

static void same_found(uint32_t classes, unsigned creates, unsigned faults, unsigned others,
                       uint32_t with, uint32_t without)
{
    uint64_t fewer = 0;

    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct small a, b;
        const struct engine_kinds *x = &a.x.search.kinds, *y = &b.x.search.kinds;

        explore(&a, p, classes, creates, faults, others, with);
        explore(&b, p, classes, creates, faults, others, without);
        assert_int_equal(x->n, y->n);
        for (size_t i = 0; i < x->n; i++) {
            const struct engine_kind *other = kind_in(y, &x->kind[i]);

            assert_non_null(other);
            assert_int_equal(x->kind[i].depth, other->depth);
        }
        assert_true(a.x.search.states <= b.x.search.states);
        fewer += b.x.search.states - a.x.search.states;
        close_small(&a);
        close_small(&b);
    }
    assert_true(fewer > 0);
}

enum { STEPS = 1 << ENGINE_REDUCTION_STEPS, DEAD = 1 << ENGINE_REDUCTION_DEAD };

static void test_each_reduction(void **state)
{
    (void)state;
    same_found(0, 1, 0, 0, STEPS, 0);
    same_found(0, 1, 0, 0, DEAD, 0);
    same_found(SIM_CLASS_BIT(GATEWAY), 1, 0, 1, ENGINE_ALL_REDUCTIONS, DEAD);
    same_found(SIM_CLASS_BIT(EXEC), 1, 1, 0, ENGINE_ALL_REDUCTIONS, DEAD);
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
