/* NAT rules: whole lives at every release, names shared between kinds, what the script of a gateway
 * does to rules that are there, and what recordings do not show.
 *
 * Expectations about the script are those of dist/images/vpcnatgateway/nat-gateway.sh at v1.15.24
 * and v1.16.2.
 */
#include "tests/model_fixture.h"

static const sim_v4 ADDRESS = 0x0a000005, NETWORK = 0x0a000000;

static const enum sim_kind_id kinds[] = {SIM_KIND_DNAT, SIM_KIND_FIP, SIM_KIND_SNAT};

static void create_rule(struct fixture *f, enum sim_kind_id kind, unsigned eip)
{
    struct sim_action a = fixture_action(SIM_ACTION_CREATE, 0);

    a.object = (uint8_t)kind;
    a.rule_body.eip = (sim_ref)(eip + 1);
    a.rule_body.spec.internal = kind == SIM_KIND_SNAT ? NETWORK : ADDRESS;
    if (kind == SIM_KIND_SNAT)
        a.rule_body.spec.mask = 25;
    if (kind == SIM_KIND_DNAT) {
        a.rule_body.spec.port = 80;
        a.rule_body.spec.internal_port = 8080;
        a.rule_body.spec.protocol = SIM_PROTOCOL_TCP;
    }
    fixture_do(f, &a);
}

static void act_on(struct fixture *f, enum sim_action_kind action, enum sim_kind_id kind)
{
    struct sim_action a = fixture_action(action, 0);

    a.object = (uint8_t)kind;
    fixture_do(f, &a);
}

/* Created, programmed, deleted: nothing is left of it, and its EIP goes after it. */
static void lives(void **state)
{
    (void)state;
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        for (size_t k = 0; k < 3; k++) {
            struct fixture f;
            const struct sim_nat_rule *r;

            fixture_make(&f, (enum sim_profile)p, true, true);
            r = sim_rule_api(f.world, kinds[k], 0);
            fixture_gateway_up(&f, 0);
            fixture_create(&f, 0, 0, 0);
            fixture_settle(&f, 500);
            create_rule(&f, kinds[k], 0);
            fixture_settle(&f, 500);
            assert_true(sim_ready(&r->meta));
            assert_int_equal(r->status_v4, sim_eip(f.world, 0)->api.status_ip);
            assert_int_equal(sim_pod(f.world, 0)->n_rules, 1);
            assert_int_equal(sim_pod_rules(f.world, 0)[0].eip, r->status_v4);
            act_on(&f, SIM_ACTION_DELETE, kinds[k]);
            fixture_settle(&f, 500);
            assert_false(sim_exists(&r->meta));
            /* v1.13 never adds the finalizer of an SNAT, so that nobody removes it from the pod */
            assert_int_equal(sim_pod(f.world, 0)->n_rules,
                             p == SIM_PROFILE_V1_13_15 && kinds[k] == SIM_KIND_SNAT);
            act_on(&f, SIM_ACTION_DELETE, SIM_KIND_EIP);
            fixture_settle(&f, 500);
            assert_false(sim_eip_exists(&sim_eip(f.world, 0)->api));
            fixture_free(&f);
        }
}

/* An EIP and a rule of one name lock each other out (vpcNatGwKeyMutex is keyed by bare names). */
static void names_are_shared(void **state)
{
    struct fixture f;
    struct sim_action a = fixture_action(SIM_ACTION_ENQUEUE, 0);

    (void)state;
    fixture_make(&f, SIM_PROFILE_V1_12_22, true, true);
    fixture_create(&f, 0, 0, 0);
    create_rule(&f, SIM_KIND_FIP, 1);
    a.queue = SIM_QUEUE_ADD_EIP;
    fixture_do(&f, &a);
    a.queue = SIM_QUEUE_ADD_FIP;
    fixture_do(&f, &a);
    a.kind = SIM_ACTION_START;
    a.queue = SIM_QUEUE_ADD_EIP;
    fixture_do(&f, &a);
    a.queue = SIM_QUEUE_ADD_FIP;
    fixture_do(&f, &a);
    a.kind = SIM_ACTION_STEP;
    assert_int_equal(sim_can(f.world, &a), SIM_STATUS_DONE);
    a.queue = SIM_QUEUE_ADD_EIP;
    fixture_do(&f, &a); /* takes the lock */
    a.queue = SIM_QUEUE_ADD_FIP;
    assert_int_equal(sim_can(f.world, &a), SIM_STATUS_NOT_ENABLED);
    fixture_free(&f);
}

static struct sim_pod_rule fip(sim_v4 eip, sim_v4 internal)
{
    struct sim_pod_rule r;

    memset(&r, 0, sizeof r);
    r.kind = SIM_KIND_FIP;
    r.eip = eip;
    r.internal = internal;
    return r;
}

static struct sim_pod_rule dnat(sim_v4 internal)
{
    struct sim_pod_rule r = fip(1u << 24, internal);

    r.kind = SIM_KIND_DNAT;
    r.port = 80;
    r.protocol = SIM_PROTOCOL_TCP;
    return r;
}

static struct sim_pod_rule snat(sim_v4 eip, uint8_t mask)
{
    struct sim_pod_rule r = fip(eip, NETWORK);

    r.kind = SIM_KIND_SNAT;
    r.mask = mask;
    return r;
}

static bool command(struct fixture *f, enum sim_verb op, struct sim_pod_rule row)
{
    struct sim_turn t = {.w = f->world};

    return sim_pod_rule_command(&t, 0, op, &row);
}

static unsigned rules(const struct fixture *f)
{
    return sim_pod(f->world, 0)->n_rules;
}

static void loose_script(void **state)
{
    struct fixture f;

    (void)state;
    fixture_make(&f, SIM_PROFILE_V1_15_24, true, true);
    assert_false(command(&f, SIM_VERB_FIP_ADD, fip(0x01010102, 1u << 24))); /* no pod yet */
    fixture_gateway_up(&f, 0);
    assert_true(command(&f, SIM_VERB_FIP_ADD, fip(0x01010102, 0x0a000001)));
    assert_true(command(&f, SIM_VERB_FIP_ADD, fip(0x01010102, 0x0a000002))); /* left as it is */
    assert_int_equal(rules(&f), 1);
    assert_false(command(&f, SIM_VERB_FIP_DEL, fip(0x01010102, 0x0a000002)));
    assert_true(command(&f, SIM_VERB_FIP_DEL, fip(0x01010103, 0x0a000002)));
    assert_true(command(&f, SIM_VERB_FIP_DEL, fip(0x01010102, 0x0a000001)));
    assert_int_equal(rules(&f), 0);
    assert_true(command(&f, SIM_VERB_DNAT_ADD, dnat(0x0a000001)));
    assert_true(command(&f, SIM_VERB_DNAT_ADD, dnat(0x0a000002))); /* a second one */
    assert_int_equal(rules(&f), 2);
    assert_true(command(&f, SIM_VERB_DNAT_DEL, dnat(0x0a000001)));
    assert_int_equal(rules(&f), 1);
    /* 1.1.1.2 is how 1.1.1.20 begins, and /2 how /24 does */
    assert_true(command(&f, SIM_VERB_SNAT_ADD, snat(0x01010114, 25)));
    assert_true(command(&f, SIM_VERB_SNAT_ADD, snat(0x01010102, 3)));
    assert_int_equal(rules(&f), 2);
    assert_true(command(&f, SIM_VERB_SNAT_ADD, snat(0x01010115, 25)));
    assert_int_equal(rules(&f), 3);
    assert_false(command(&f, SIM_VERB_SNAT_DEL, snat(0x01010102, 25)));
    assert_true(command(&f, SIM_VERB_SNAT_DEL, snat(0x01010115, 25)));
    assert_true(command(&f, SIM_VERB_SNAT_DEL, snat(0x01010102, 25)));
    assert_int_equal(rules(&f), 1);
    fixture_free(&f);
}

static void exact_script(void **state)
{
    struct fixture f;

    (void)state;
    fixture_make(&f, SIM_PROFILE_V1_16_2, true, true);
    fixture_gateway_up(&f, 0);
    assert_true(command(&f, SIM_VERB_FIP_ADD, fip(0x01010102, 0x0a000001)));
    assert_true(command(&f, SIM_VERB_FIP_ADD, fip(0x01010102, 0x0a000001)));
    assert_false(command(&f, SIM_VERB_FIP_ADD, fip(0x01010102, 0x0a000002)));
    assert_true(command(&f, SIM_VERB_FIP_DEL, fip(0x01010102, 0)));
    assert_int_equal(rules(&f), 0);
    assert_true(command(&f, SIM_VERB_DNAT_ADD, dnat(0x0a000001)));
    assert_false(command(&f, SIM_VERB_DNAT_ADD, dnat(0x0a000002)));
    assert_true(command(&f, SIM_VERB_DNAT_DEL, dnat(0)));
    assert_int_equal(rules(&f), 0);
    assert_true(command(&f, SIM_VERB_SNAT_ADD, snat(0x01010114, 25)));
    assert_true(command(&f, SIM_VERB_SNAT_ADD, snat(0x01010102, 25)));
    assert_true(command(&f, SIM_VERB_SNAT_DEL, snat(0x01010102, 25)));
    assert_int_equal(rules(&f), 1);
    fixture_free(&f);
}

/* A pod that is full takes no more: the step waits until there is room. */
static void room(void **state)
{
    struct fixture f;

    (void)state;
    fixture_make(&f, SIM_PROFILE_MASTER, true, true);
    fixture_gateway_up(&f, 0);
    for (unsigned i = 0; i < 8; i++) {
        assert_true(sim_pod_rules_have_room(f.world, 0));
        assert_true(command(&f, SIM_VERB_FIP_ADD, fip(0x01010102 + i, 0x0a000001)));
    }
    assert_false(sim_pod_rules_have_room(f.world, 0));
    assert_true(sim_pod_rules_have_room(f.world, 1));
    fixture_free(&f);
}

struct lists {
    unsigned dnats;
};

static void count_lists(void *context, const struct sim_event *e)
{
    struct lists *l = context;

    l->dnats +=
        e->kind == SIM_EVENT_LIST && e->object == SIM_OBJECT_DNAT && e->selector == SIM_SELECT_PORT;
}

/* dnat_update_asks_first: with the feature off, master ends before it lists duplicates. */
static void feature_off(void **state)
{
    static const enum sim_profile profiles[] = {SIM_PROFILE_V1_16_2, SIM_PROFILE_MASTER};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;
        struct lists lists = {0};
        struct sim_sink sink = {count_lists, &lists};
        struct sim_action a = fixture_action(SIM_ACTION_ENQUEUE, 0);

        fixture_make(&f, profiles[i], true, true);
        fixture_gateway_up(&f, 0);
        fixture_create(&f, 0, 0, 0);
        create_rule(&f, SIM_KIND_DNAT, 0);
        fixture_settle(&f, 1000);
        fixture_act(&f, SIM_ACTION_NAT_ENABLED, 0);
        a.queue = SIM_QUEUE_UPDATE_DNAT;
        fixture_do(&f, &a);
        a.kind = SIM_ACTION_START;
        fixture_do(&f, &a);
        a.kind = SIM_ACTION_STEP;
        for (unsigned n = 0; n < 20 && sim_apply(f.world, &a, &sink) == SIM_STATUS_DONE; n++)
            continue;
        assert_int_equal(lists.dnats, profiles[i] == SIM_PROFILE_V1_16_2);
        fixture_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lives),        cmocka_unit_test(names_are_shared),
        cmocka_unit_test(loose_script), cmocka_unit_test(exact_script),
        cmocka_unit_test(room),         cmocka_unit_test(feature_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
