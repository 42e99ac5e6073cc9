/* The API server's rules, each as it was seen on real servers (see api.c). */
#include "tests/model_fixture.h"

static struct fixture f;
static struct sim_turn t;

static int set_up(void **state)
{
    (void)state;
    fixture_init(&f, SIM_PROFILE_MASTER, true);
    memset(&t, 0, sizeof t);
    t.w = f.world;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_free(&f);
    return 0;
}

static const struct sim_eip *stored(void)
{
    return &sim_eip(f.world, 0)->api;
}

static unsigned undelivered(void)
{
    return sim_watch_count(f.world, SIM_KIND_EIP);
}

static const struct sim_notice *newest(void)
{
    return sim_notice(f.world, SIM_KIND_EIP, undelivered() - 1u);
}

static enum sim_result serve(sim_id eip, enum sim_verb verb, const struct sim_eip *body,
                             bool sets_finalizers)
{
    return sim_serve(&t, SIM_KIND_EIP, eip, verb, &body->meta, sets_finalizers);
}

static void set_finalizers(uint8_t first, uint8_t second)
{
    struct sim_action a = fixture_action(SIM_ACTION_SET_FINALIZERS, 0);

    a.body.finalizer[0] = first;
    a.body.finalizer[1] = second;
    fixture_do(&f, &a);
}

static void create_drops_status(void **state)
{
    struct sim_eip e;

    (void)state;
    memset(&e, 0, sizeof e);
    e.gw = 1;
    e.status_ip = 0x01010102;
    e.flags = SIM_EIP_READY;
    assert_int_equal(serve(0, SIM_VERB_CREATE, &e, true), SIM_RESULT_OK);
    assert_int_equal(stored()->status_ip, 0);
    assert_false(sim_eip_ready(stored()));
    assert_int_equal(stored()->uid, stored()->rv);
    assert_int_equal(newest()->verb, SIM_VERB_ADDED);
    assert_int_equal(serve(0, SIM_VERB_CREATE, &e, true), SIM_RESULT_ALREADY_EXISTS);
}

static void update_is_guarded(void **state)
{
    struct sim_eip body;

    (void)state;
    fixture_create(&f, 0, 0, 0);
    body = *stored();
    body.spec_v4 = 0x01010105;
    assert_int_equal(serve(0, SIM_VERB_UPDATE, &body, false), SIM_RESULT_OK);
    assert_int_equal(serve(0, SIM_VERB_UPDATE, &body, false),
                     SIM_RESULT_CONFLICT); /* equal, but stale */
    body = *stored();
    body.uid++;
    assert_int_equal(serve(0, SIM_VERB_UPDATE, &body, false), SIM_RESULT_CONFLICT);
    assert_int_equal(serve(1, SIM_VERB_UPDATE, &body, false), SIM_RESULT_NOT_FOUND);
}

static void no_change_is_silent(void **state)
{
    struct sim_eip body;
    uint32_t rv;

    (void)state;
    fixture_create(&f, 0, 0, 0);
    body = *stored();
    rv = stored()->rv;
    assert_int_equal(serve(0, SIM_VERB_UPDATE, &body, false), SIM_RESULT_OK);
    assert_int_equal(serve(0, SIM_VERB_PATCH_STATUS, &body, false), SIM_RESULT_OK);
    assert_int_equal(serve(0, SIM_VERB_PATCH_LABEL_REPLACE, &body, false), SIM_RESULT_OK);
    assert_int_equal(serve(0, SIM_VERB_PATCH, &body, false), SIM_RESULT_OK);
    assert_int_equal(stored()->rv, rv);
    assert_int_equal(undelivered(), 1);
}

static void patches_ignore_the_revision(void **state)
{
    struct sim_eip body;

    (void)state;
    fixture_create(&f, 0, 0, 0);
    body = *stored();
    body.rv = 77;
    body.flags |= SIM_EIP_READY;
    body.spec_v4 = 0x01010109; /* not part of a status patch */
    assert_int_equal(serve(0, SIM_VERB_PATCH_STATUS, &body, false), SIM_RESULT_OK);
    assert_true(sim_eip_ready(stored()));
    assert_int_equal(stored()->spec_v4, 0);
    assert_int_equal(serve(1, SIM_VERB_PATCH_STATUS, &body, false), SIM_RESULT_NOT_FOUND);
}

static void delete_without_finalizer(void **state)
{
    (void)state;
    fixture_create(&f, 0, 0, 0);
    fixture_act(&f, SIM_ACTION_DELETE, 0);
    assert_false(sim_eip_exists(stored()));
    assert_int_equal(newest()->verb, SIM_VERB_DELETED);
    assert_false(sim_terminating(sim_notice_object(newest())));
    assert_int_equal(sim_notice_object(newest())->rv, 2);
}

static void delete_with_finalizer(void **state)
{
    uint32_t rv;

    (void)state;
    fixture_create(&f, 0, 0, 0);
    set_finalizers(SIM_FINALIZER_FOREIGN, 0);
    fixture_act(&f, SIM_ACTION_DELETE, 0);
    assert_true(sim_eip_terminating(stored()));
    assert_int_equal(newest()->verb, SIM_VERB_MODIFIED);
    rv = stored()->rv;
    fixture_act(&f, SIM_ACTION_DELETE, 0);
    assert_int_equal(stored()->rv, rv);
    /* adding one is refused with all else in the write; the last one's going ends it */
    set_finalizers(SIM_FINALIZER_FOREIGN, SIM_FINALIZER_NEW);
    assert_int_equal(sim_eip_finalizer_count(stored()), 1);
    set_finalizers(0, 0);
    assert_false(sim_eip_exists(stored()));
    assert_int_equal(newest()->verb, SIM_VERB_DELETED);
    assert_int_equal(sim_notice_object(newest())->finalizer[0], SIM_FINALIZER_FOREIGN);
}

/* A delete that looked before the first finalizer came removes the object all the same. */
static void delete_race(void **state)
{
    (void)state;
    fixture_create(&f, 0, 0, 0);
    fixture_act(&f, SIM_ACTION_DELETE_BEGIN, 0);
    set_finalizers(SIM_FINALIZER_NEW, 0);
    assert_int_equal(sim_eip_finalizer_count(stored()), 1);
    fixture_act(&f, SIM_ACTION_DELETE_END, 0);
    assert_false(sim_eip_exists(stored()));
    assert_int_equal(newest()->verb, SIM_VERB_DELETED);
    assert_int_equal(sim_notice_object(newest())->finalizer[0], SIM_FINALIZER_NEW);
    assert_false(sim_terminating(sim_notice_object(newest())));
}

static void watch_is_bounded(void **state)
{
    struct sim_action a = fixture_action(SIM_ACTION_DELETE, 0);

    (void)state;
    for (unsigned i = 0; i < f.setup.limits.watch; i++) {
        if (i % 2 == 0)
            fixture_create(&f, 0, 0, 0);
        else
            fixture_act(&f, SIM_ACTION_DELETE, 0);
    }
    a.kind = SIM_ACTION_CREATE;
    assert_int_equal(sim_apply(f.world, &a, NULL), SIM_STATUS_WATCH_FULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(create_drops_status),
        T(update_is_guarded),
        T(no_change_is_silent),
        T(patches_ignore_the_revision),
        T(delete_without_finalizer),
        T(delete_with_finalizer),
        T(delete_race),
        T(watch_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
