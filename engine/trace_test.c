/* A trace holds what happened and nothing that did not. */
#include "tests/model_fixture.h"

#include <string.h>

#include "engine/trace.h"

static bool grow(void *context, void **array, size_t *capacity, size_t element)
{
    size_t *left = context;

    if (left != NULL && (*left)-- == 0)
        return false;
    *capacity = *capacity == 0 ? 2 : *capacity * 2;
    *array = realloc(*array, *capacity * element);
    return *array != NULL;
}

static struct sim_action simple(enum sim_action_kind kind, sim_id id)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.id = id;
    a.body.gw = sim_ref_of(0);
    return a;
}

static void forget(struct engine_trace *t)
{
    free(t->action);
    free(t->event);
}

static void holds_what_happened(void **state)
{
    struct fixture f;
    struct engine_trace t;
    struct sim_action create = simple(SIM_ACTION_CREATE, 1),
                      deliver = simple(SIM_ACTION_DELIVER, 0);

    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    engine_trace_init(&t, grow, NULL);
    assert_int_equal(engine_trace_apply(&t, f.world, &deliver), SIM_STATUS_NOT_ENABLED);
    assert_int_equal(t.n_actions, 0);
    assert_int_equal(t.n_events, 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(engine_trace_apply(&t, f.world, i == 0 ? &create : &deliver),
                         SIM_STATUS_DONE);
        assert_int_equal(t.n_actions, i + 1);
        assert_int_equal(t.action[i].identity.low, sim_identity_full(f.world).low);
        assert_int_equal(t.action[i].identity.high, sim_identity_full(f.world).high);
    }
    assert_int_equal(t.action[0].action.kind, SIM_ACTION_CREATE);
    assert_int_equal(t.action[1].first, t.action[0].first + t.action[0].count);
    assert_int_equal(t.n_events, t.action[1].first + t.action[1].count);
    assert_int_equal(t.event[t.action[0].first].kind, SIM_EVENT_STORED);
    for (size_t a = 0; a < 2; a++)
        for (size_t e = 0; e < t.action[a].count; e++)
            assert_int_equal(engine_trace_action_of(&t, t.action[a].first + e), a);
    engine_trace_clear(&t);
    assert_int_equal(t.n_actions + t.n_events, 0);
    forget(&t);
    fixture_free(&f);
}

/* Without more memory it stays a beginning of the run; the run goes on. */
static void ends_where_memory_ends(void **state)
{
    struct fixture f;
    struct engine_trace t;
    size_t left = 2, recorded;
    struct sim_action a = simple(SIM_ACTION_CREATE, 0);

    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    engine_trace_init(&t, grow, &left);
    assert_int_equal(engine_trace_apply(&t, f.world, &a), SIM_STATUS_DONE);
    a = simple(SIM_ACTION_DELETE, 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(engine_trace_apply(&t, f.world, &a), SIM_STATUS_DONE);
        a = simple(i % 2 == 0 ? SIM_ACTION_CREATE : SIM_ACTION_DELETE, 0);
    }
    assert_true(t.full);
    recorded = t.n_actions;
    assert_in_range(recorded, 1, 3);
    assert_int_equal(t.n_events, t.action[recorded - 1].first + t.action[recorded - 1].count);
    assert_int_equal(engine_trace_apply(&t, f.world, &a), SIM_STATUS_DONE);
    assert_int_equal(t.n_actions, recorded);
    forget(&t);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_happened),
        cmocka_unit_test(ends_where_memory_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
