/* What walks and fuzzers find inside an explored bound, exploring has found, and not farther away.
 *
 * They choose and make actions in their own way, and nothing keeps them inside: how much of the
 * bound a run has used is counted here, from its trace.
 */
#include "engine/walk.h"
#include "tests/explore_fixture.h"

enum { RUNS = 2000, EVENTS = 100, RECORDS = 60, ACTIONS = 4000, TRACED = 40000 };

struct both {
    struct tiny t;
    struct engine_trace trace;
    struct sim_world *world;
    void *scratch;
    bool met[ENGINE_KINDS];
    uint64_t inside, outside;
};

static void open(struct both *b, enum sim_profile profile, uint32_t classes)
{
    size_t size;

    memset(b, 0, sizeof *b);
    tiny_open(&b->t, profile, 1, NULL, b);
    tiny_bound(&b->t, classes, 1, 1, 1);
    engine_explore_run(&b->t.x, b->t.scratch);
    assert_int_equal(b->t.x.search.ended, ENGINE_COMPLETE);
    size = sim_world_size(b->t.f.world);
    b->world = tiny_block(size);
    b->scratch = tiny_block(size);
    engine_trace_init(&b->trace, NULL, NULL);
    b->trace.action = calloc(ACTIONS, sizeof *b->trace.action);
    b->trace.event = calloc(TRACED, sizeof *b->trace.event);
    assert_non_null(b->trace.action);
    assert_non_null(b->trace.event);
    b->trace.action_capacity = ACTIONS;
    b->trace.event_capacity = TRACED;
}

static void close_both(struct both *b)
{
    engine_explore_end(&b->t.x);
    tiny_close(&b->t);
    free(b->world);
    free(b->scratch);
    free(b->trace.action);
    free(b->trace.event);
}

/* ---- what a run has used ---- */

/* False: exploring these classes never does that. */
static bool count(const struct sim_action *a, unsigned used[SIM_BUDGET_COUNT])
{
    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_DELIVER:
    case SIM_ACTION_START:
    case SIM_ACTION_DUE:
    case SIM_ACTION_BOOT:
        return true;
    case SIM_ACTION_STEP:
        used[SIM_BUDGET_FAULTS] += a->fault != SIM_FAULT_NONE;
        return true;
    case SIM_ACTION_CREATE:
        used[SIM_BUDGET_CREATES]++;
        return true;
    case SIM_ACTION_DELETE:
        used[SIM_BUDGET_DELETES]++;
        return true;
    case SIM_ACTION_CRASH:
        used[SIM_BUDGET_CRASHES]++;
        return true;
    default:
        return false;
    }
}

static bool within(const struct both *b, size_t actions)
{
    unsigned used[SIM_BUDGET_COUNT] = {0};

    for (size_t i = 0; i < actions; i++)
        if (!count(&b->trace.action[i].action, used))
            return false;
    for (unsigned i = 0; i < SIM_BUDGET_COUNT; i++)
        if (used[i] > b->t.x.bound.budget[i])
            return false;
    return true;
}

/* The first thing that a run breaks: exploring goes no farther either.  At rest it looks where
 * nothing is left to do, a run also where nothing but retries is left. */
static bool on_found(void *context, const struct engine_walk *walk, const struct engine_finding *f)
{
    struct both *b = context;
    const struct engine_kind *kind;
    bool rest = strcmp(f->culprit, "rest") == 0;

    if (!within(b, b->trace.n_actions) || (rest && !sim_at_rest(walk->world))) {
        b->outside++;
        return false;
    }
    kind = tiny_kind(&b->t.x.search.kinds, f->violation.invariant, f->culprit);
    if (kind == NULL)
        print_error("%s at %s: not explored\n",
                    sim_invariant_text((enum sim_invariant)f->violation.invariant), f->culprit);
    assert_non_null(kind);
    assert_true(kind->depth <= b->trace.n_actions);
    b->met[kind - b->t.x.search.kinds.kind] = true;
    b->inside++;
    return false;
}

/* ---- runs ---- */

static struct engine_walk walk_of(struct both *b, uint32_t classes)
{
    struct engine_walk w;

    memset(&w, 0, sizeof w);
    memcpy((void *)b->world, b->t.f.world, sim_world_size(b->t.f.world));
    engine_trace_clear(&b->trace);
    w.world = b->world;
    w.trace = &b->trace;
    w.scratch = b->scratch;
    w.classes = classes | SIM_CLASS_BIT(RACE) | SIM_CLASS_BIT(LAG);
    w.scheduler = ENGINE_SCHEDULER_UNIFORM;
    w.events = EVENTS;
    w.found = on_found;
    w.context = b;
    return w;
}

static void walk(struct both *b, uint32_t classes, uint64_t seed)
{
    struct engine_walk w = walk_of(b, classes);

    w.seed = seed;
    w.scheduler = seed % 3 == 0 ? ENGINE_SCHEDULER_PCT : ENGINE_SCHEDULER_UNIFORM;
    w.depth = 3;
    engine_walk_run(&w);
}

/* Bytes as a fuzzer has them: sorts of actions and operands by chance, with fewer users than work,
 * so that a run does something before it is over. */
static void bytes(struct both *b, uint32_t classes, uint64_t seed)
{
    struct engine_walk w = walk_of(b, classes);
    struct engine_codec codec = {NULL, 0, w.classes};
    struct engine_random r = {seed};
    uint8_t record[RECORDS * ENGINE_RECORD];
    struct engine_bytes in;

    for (unsigned i = 0; i < sizeof record; i++)
        record[i] = (uint8_t)engine_draw(&r);
    for (unsigned i = 0; i < RECORDS; i++) {
        uint8_t *at = record + (size_t)i * ENGINE_RECORD;

        if (i == 0 || engine_one_in(&r, 15)) {
            at[0] = ENGINE_OP_OUTSIDE;
            at[2] = at[2] % 2; /* create, delete */
        } else {
            at[0] = (uint8_t)(engine_one_in(&r, 40) ? (unsigned)ENGINE_OP_CRASH
                                                    : engine_below(&r, ENGINE_OP_OUTSIDE));
        }
        at[1] = engine_one_in(&r, 10) ? at[1] : SIM_FAULT_NONE;
    }
    memset(&in, 0, sizeof in);
    in.tail.flags = ENGINE_TAIL_AS_IS;
    in.record = record;
    in.n_records = RECORDS;
    engine_walk_bytes(&w, &in, &codec);
}

static void inside(uint32_t classes, bool walks)
{
    uint64_t all = 0;

    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct both b;
        size_t met = 0, kinds;

        if (p == SIM_PROFILE_HARDENED)
            classes &= ~SIM_CLASS_BIT(CRASH); /* with it there are millions of states */
        open(&b, (enum sim_profile)p, classes);
        for (uint64_t seed = 0; seed < RUNS; seed++) {
            if (walks)
                walk(&b, classes, seed);
            else
                bytes(&b, classes, seed);
        }
        kinds = b.t.x.search.kinds.n;
        for (size_t i = 0; i < kinds; i++)
            met += b.met[i];
        print_message("%-10s %llu runs broke something inside, %llu outside; %zu of %zu kinds\n",
                      sim_profile_text((enum sim_profile)p), (unsigned long long)b.inside,
                      (unsigned long long)b.outside, met, kinds);
        all += b.inside;
        close_both(&b);
    }
    assert_true(all > 500);
}

/* With crashes a walk begins and ends with looking at the gateway's EIPs, which is outside. */
static void test_walks(void **state)
{
    (void)state;
    inside(SIM_CLASS_BIT(EXEC), true);
}

static void test_bytes(void **state)
{
    (void)state;
    inside(SIM_CLASS_BIT(CRASH), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walks),
        cmocka_unit_test(test_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
