/* The story of a violation: it begins with the allocation, names what failed, how the object went
 * and who had the last chance, and every number in it is that event's. */
#include "tests/run_fixture.h"

#include "engine/story.h"
#include "model/invariant.h"
#include "tools/story.h"

#define STEPS 64

struct told {
    struct run_fixture run;
    struct sim_violation violation;
    struct engine_story_step step[STEPS];
    size_t n;
};

static bool violated(struct run_fixture *f, struct sim_violation *v)
{
    return sim_check(f->world, v, 1) > 0;
}

/* Settles without faults until an invariant breaks; the next exec fails if asked for. */
static bool settle_until_violation(struct told *t, size_t most)
{
    struct sim_action a;

    for (size_t n = 0; n < most && sim_enabled(t->run.world, 0, &a, 1) > 0; n++) {
        run_apply(&t->run, &a);
        if (violated(&t->run, &t->violation))
            return true;
    }
    return false;
}

static void tell(struct told *t)
{
    t->n = engine_story(t->run.config, &t->run.trace, &t->violation, t->run.trace.n_actions - 1,
                        t->step, STEPS);
}

static const struct sim_event *event_of(const struct told *t, const struct engine_story_step *s)
{
    return s->event == ENGINE_STORY_NO_EVENT ? NULL : &t->run.trace.event[s->event];
}

/* The first step at or after `from` that is such an event of this role; fails if there is none. */
static size_t expect(const struct told *t, size_t from, enum engine_story_role role,
                     enum sim_event_kind kind)
{
    for (size_t i = from; i < t->n; i++) {
        const struct sim_event *e = event_of(t, &t->step[i]);

        if (t->step[i].role == role && e != NULL && e->kind == kind)
            return i;
    }
    fail_msg("no step of role %u with event %s after step %zu", role, sim_event_text(kind), from);
    return SIZE_MAX;
}

static void expect_order(const struct told *t)
{
    for (size_t i = 1; i < t->n; i++)
        assert_true(t->step[i - 1].action <= t->step[i].action);
    for (size_t i = 0; i < t->n; i++)
        if (t->step[i].event != ENGINE_STORY_NO_EVENT)
            assert_int_equal(engine_trace_action_of(&t->run.trace, t->step[i].event),
                             t->step[i].action);
}

/* ---- kube-ovn #4922: a gateway without pod, the EIP deleted while it is retried ---- */

static void tells_of_the_gateway_that_is_not_there(void **state)
{
    struct told t;
    size_t at;

    (void)state;
    run_open(&t.run, SIM_PROFILE_V1_12_22);
    run_create(&t.run, 0);
    assert_false(settle_until_violation(&t, 12));
    run_simple(&t.run, SIM_ACTION_DELETE, 0);
    assert_true(settle_until_violation(&t, 60));
    assert_int_equal(t.violation.invariant, SIM_INVARIANT_LIVE_OWNER);
    tell(&t);
    expect_order(&t);
    at = expect(&t, 0, ENGINE_STORY_TOOK, SIM_EVENT_IPAM);
    assert_int_equal(at, 0);
    assert_int_equal(event_of(&t, &t.step[at])->v4, t.violation.v4);
    at = expect(&t, at, ENGINE_STORY_FAILED, SIM_EVENT_LIST);
    at = expect(&t, at, ENGINE_STORY_GAVE_UP, SIM_EVENT_REQUEUE);
    at = expect(&t, at, ENGINE_STORY_OBJECT, SIM_EVENT_REMOVED);
    assert_int_equal(sim_eip_finalizer_count(&event_of(&t, &t.step[at])->body), 0);
    at = expect(&t, at, ENGINE_STORY_FAILED, SIM_EVENT_READ);
    at = expect(&t, at, ENGINE_STORY_ENDED, SIM_EVENT_FORGET);
    assert_false(t.step[at].released);
    assert_int_equal(t.step[t.n - 1].action, t.run.trace.n_actions - 1);
    run_close(&t.run);
}

static void finds_nothing_where_the_pod_is_looked_for_first(void **state)
{
    struct told t;

    (void)state;
    run_open(&t.run, SIM_PROFILE_V1_12_35);
    run_create(&t.run, 0);
    assert_false(settle_until_violation(&t, 12));
    run_simple(&t.run, SIM_ACTION_DELETE, 0);
    assert_false(settle_until_violation(&t, 200));
    run_close(&t.run);
}

/* ---- a healthy gateway whose command fails ---- */

static void apply_until_exec(struct told *t, enum sim_fault fault)
{
    for (unsigned n = 0; n < 100; n++) {
        struct sim_stop stop;
        struct sim_action a;

        assert_true(sim_enabled(t->run.world, 0, &a, 1) > 0);
        if (sim_stopped_before(t->run.world, SIM_QUEUE_ADD_EIP, &stop) &&
            stop.call == SIM_EVENT_EXEC) {
            a = run_action(SIM_ACTION_STEP, 0);
            a.queue = SIM_QUEUE_ADD_EIP;
            a.fault = (uint8_t)fault;
            run_apply(&t->run, &a);
            return;
        }
        run_apply(&t->run, &a);
    }
    fail_msg("addEip never came to an exec");
}

static void tells_of_the_command_that_failed(void **state)
{
    struct tool_text text = {0};
    struct told t;
    size_t at;

    (void)state;
    run_open(&t.run, SIM_PROFILE_V1_12_22);
    run_pod(&t.run);
    run_create(&t.run, 0);
    apply_until_exec(&t, SIM_FAULT_BEFORE);
    run_simple(&t.run, SIM_ACTION_DELETE, 0);
    assert_true(settle_until_violation(&t, 100));
    assert_int_equal(t.violation.invariant, SIM_INVARIANT_LIVE_OWNER);
    tell(&t);
    at = expect(&t, 0, ENGINE_STORY_TOOK, SIM_EVENT_IPAM);
    at = expect(&t, at, ENGINE_STORY_FAILED, SIM_EVENT_EXEC);
    at = expect(&t, at, ENGINE_STORY_OBJECT, SIM_EVENT_REMOVED);
    at = expect(&t, at, ENGINE_STORY_ENDED, SIM_EVENT_FORGET);
    tool_story_text(t.run.config, &t.run.trace, &t.violation, t.run.trace.n_actions - 1, &text);
    assert_non_null(
        strstr(tool_text_get(&text), "live-owner: 10.0.1.2 of ovn-vpc-external-network"));
    assert_non_null(strstr(tool_text_get(&text), "addEip e1: allocated 10.0.1.2"));
    assert_non_null(strstr(tool_text_get(&text), "addEip e1: eip-add 10.0.1.2/29 in "
                                                 "vpc-nat-gw-gw1-0 failed"));
    assert_non_null(strstr(tool_text_get(&text), "a user deletes e1: e1 is gone: it carried no "
                                                 "finalizer"));
    tool_text_free(&text);
    run_close(&t.run);
}

/* ---- repetitions ---- */

static void says_a_repeated_failure_once(void **state)
{
    struct told t;
    size_t lists = 0;

    (void)state;
    run_open(&t.run, SIM_PROFILE_V1_12_22);
    run_create(&t.run, 0);
    assert_false(settle_until_violation(&t, 80));
    memset(&t.violation, 0, sizeof t.violation);
    t.violation.invariant = SIM_INVARIANT_BECOMES_READY;
    t.violation.other = t.violation.pod = t.violation.subnet = SIM_NONE;
    tell(&t);
    for (size_t i = 0; i < t.n; i++) {
        const struct sim_event *e = event_of(&t, &t.step[i]);

        if (e != NULL && e->kind == SIM_EVENT_LIST) {
            lists++;
            assert_true(t.step[i].repeats > 0);
            assert_true(t.step[i].last > t.step[i].action);
        }
    }
    assert_int_equal(lists, 1);
    run_close(&t.run);
}

static void keeps_the_beginning_and_the_end_when_short(void **state)
{
    struct told t;
    struct engine_story_step few[4];
    size_t n;

    (void)state;
    run_open(&t.run, SIM_PROFILE_V1_12_22);
    run_create(&t.run, 0);
    assert_false(settle_until_violation(&t, 12));
    run_simple(&t.run, SIM_ACTION_DELETE, 0);
    assert_true(settle_until_violation(&t, 60));
    tell(&t);
    n = engine_story(t.run.config, &t.run.trace, &t.violation, t.run.trace.n_actions - 1, few, 4);
    assert_true(t.n > 4);
    assert_int_equal(n, 4);
    assert_int_equal(few[0].event, t.step[0].event);
    assert_int_equal(few[3].event, t.step[t.n - 1].event);
    run_close(&t.run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_of_the_gateway_that_is_not_there),
        cmocka_unit_test(finds_nothing_where_the_pod_is_looked_for_first),
        cmocka_unit_test(tells_of_the_command_that_failed),
        cmocka_unit_test(says_a_repeated_failure_once),
        cmocka_unit_test(keeps_the_beginning_and_the_end_when_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
