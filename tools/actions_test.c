/* Actions as JSON: what is written is read back as the same action, and what no action can be is
 * refused at its place.  Times as the recordings write them. */
/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "tools/actions.h"

struct fixture {
    struct tool_builder *builder;
    struct engine_config *config;
    struct tool_render render;
};

static void name(struct fixture *f, enum tool_name_kind kind, const char *text)
{
    assert_true(tool_builder_name(f->builder, kind, text, strlen(text)));
}

static void pod(struct fixture *f, const char *gateway, const char *text)
{
    assert_true(tool_builder_pod(f->builder, gateway, strlen(gateway), text, strlen(text)));
}

static sim_v4 v4(const char *text)
{
    sim_v4 out = 0;

    assert_true(tool_v4_parse(text, strlen(text), &out));
    return out;
}

static int setup(void **state)
{
    static struct fixture f;
    struct tool_subnet subnet = {.name = TOOL_DEFAULT_NET,
                                 .provider = TOOL_DEFAULT_NET "." TOOL_NAMESPACE,
                                 .cidr = 0x0a000100,
                                 .gateway = 0x0a000101,
                                 .prefix = 28,
                                 .present = true};

    memset(&f, 0, sizeof f);
    f.builder = tool_builder_new();
    assert_true(tool_builder_subnet(f.builder, &subnet));
    name(&f, TOOL_NAME_EIP, "e1");
    name(&f, TOOL_NAME_EIP, "e \"2\"");
    name(&f, TOOL_NAME_FIP, "f1");
    name(&f, TOOL_NAME_DNAT, "e1");
    for (unsigned k = SIM_KIND_OVN_EIP; k <= SIM_KIND_OVN_SNAT; k++)
        name(&f, tool_name_kind((enum sim_kind_id)k), "e1");
    name(&f, TOOL_NAME_SNAT, "s1");
    pod(&f, "gw1", "vpc-nat-gw-gw1-0");
    pod(&f, "gw1", "vpc-nat-gw-gw1-1");
    pod(&f, "gw2", "vpc-nat-gw-gw2-0");
    pod(&f, "gw2", "vpc-nat-gw-gw2-1");
    name(&f, TOOL_NAME_POLICY, "shared");
    name(&f, TOOL_NAME_NET, "nowhere");
    name(&f, TOOL_NAME_TEXT, "bad");
    name(&f, TOOL_NAME_MAC, "00:00:00:01:02:03");
    name(&f, TOOL_NAME_FINALIZER, "example.org/hold");
    assert_true(tool_builder_rule(f.builder, SIM_OBJECT_DNAT, "r1", 2));
    assert_true(tool_builder_rule(f.builder, SIM_OBJECT_SNAT, "r1", 2));
    f.config = tool_builder_finish(f.builder);
    assert_non_null(f.config);
    tool_render_init(&f.render, f.config);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    tool_render_free(&f->render);
    tool_builder_free(f->builder);
    return 0;
}

/* ---- there and back ---- */

static void there_and_back(const struct fixture *f, const struct sim_action *a)
{
    struct tool_text text = {0};
    struct tool_parsed j = {0};
    struct tool_action_error error = {0};
    struct sim_action back;

    tool_action_write(&f->render, a, &text);
    assert_true(tool_parse_json(&j, text.at, text.length));
    if (!tool_action_read(f->config, &j, 0, &back, &error))
        fail_msg("%s: %s", text.at, tool_text_get(&error.sentence));
    if (memcmp(&back, a, sizeof back) != 0)
        fail_msg("%s is read as something else", text.at);
    tool_text_free(&error.sentence);
    tool_parsed_free(&j);
    tool_text_free(&text);
}

static struct sim_action action(enum sim_action_kind kind, sim_id id)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.id = id;
    return a;
}

static void creations(void **state)
{
    const struct fixture *f = *state;
    struct sim_action a = action(SIM_ACTION_CREATE, 0);

    there_and_back(f, &a);
    a.id = 1;
    a.body.gw = sim_ref_of(1);
    a.body.net = sim_ref_of(tool_id_of(f->config, TOOL_NAME_NET, "nowhere", 7));
    a.body.qos = sim_ref_of(0);
    a.body.spec_v4 = v4("10.0.1.9");
    a.body.mac = tool_mac_of(f->config, "00:00:00:01:02:03", 17);
    assert_int_not_equal(a.body.mac, 0);
    a.body.ns = 1;
    there_and_back(f, &a);
    assert_true(tool_v4_of(f->config, "bad", 3, &a.body.spec_v4));
    a.body.labels = SIM_LABEL_V4 | SIM_LABEL_GW | SIM_LABEL_QOS | SIM_LABEL_NET;
    a.body.label_gw = sim_ref_of(0);
    there_and_back(f, &a);
    a.body.finalizer[0] = SIM_FINALIZER_NEW;
    a.body.finalizer[1] = SIM_FINALIZER_FOREIGN;
    a.body.finalizer[2] = SIM_FINALIZER_OLD;
    a.body.finalizer[3] = SIM_FINALIZER_FOREIGN;
    for (uint8_t v6 = SIM_V6_EMPTY; v6 <= SIM_V6_UPPER; v6++) {
        a.body.v6 = v6;
        there_and_back(f, &a);
    }
}

static void edits(void **state)
{
    const struct fixture *f = *state;
    struct sim_action a = action(SIM_ACTION_SET_QOS, 1);

    there_and_back(f, &a);
    a.body.qos = sim_ref_of(0);
    there_and_back(f, &a);
    a = action(SIM_ACTION_SET_V4IP, 0);
    there_and_back(f, &a);
    a.body.spec_v4 = v4("10.0.1.3");
    there_and_back(f, &a);
    a = action(SIM_ACTION_SET_FINALIZERS, 0);
    there_and_back(f, &a);
    a.body.finalizer[0] = SIM_FINALIZER_FOREIGN;
    there_and_back(f, &a);
}

/* Kinds that name an EIP, or nothing. */
static void bare_ones(void **state)
{
    static const uint8_t named[] = {SIM_ACTION_DELETE, SIM_ACTION_DELETE_BEGIN,
                                    SIM_ACTION_DELETE_END};
    static const uint8_t bare[] = {SIM_ACTION_DELIVER, SIM_ACTION_CRASH, SIM_ACTION_BOOT,
                                   SIM_ACTION_RESTART};

    for (size_t i = 0; i < sizeof named; i++)
        for (sim_id eip = 0; eip < 2; eip++) {
            struct sim_action a = action((enum sim_action_kind)named[i], eip);

            there_and_back(*state, &a);
        }
    for (size_t i = 0; i < sizeof bare; i++) {
        struct sim_action a = action((enum sim_action_kind)bare[i], 0);

        there_and_back(*state, &a);
    }
}

static void workers(void **state)
{
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++) {
        struct sim_action a = action(SIM_ACTION_START, 0);

        a.queue = (uint8_t)q;
        there_and_back(*state, &a);
        a.kind = SIM_ACTION_DUE;
        there_and_back(*state, &a);
        a.kind = SIM_ACTION_ENQUEUE;
        there_and_back(*state, &a);
        a.kind = SIM_ACTION_STEP;
        for (uint8_t fault = 0; fault < SIM_FAULT_COUNT; fault++) {
            a.fault = fault;
            there_and_back(*state, &a);
        }
    }
}

static void the_outside(void **state)
{
    static const uint8_t switches[] = {SIM_ACTION_GATEWAY, SIM_ACTION_SUBNET,
                                       SIM_ACTION_NAT_ENABLED};

    for (sim_id p = 0; p < 4; p++)
        for (uint8_t s = 0; s < SIM_POD_STATE_COUNT; s++) {
            struct sim_action a = action(SIM_ACTION_POD, p);

            a.value = s;
            a.time = s == 0 ? 0 : 1750000000u + s;
            there_and_back(*state, &a);
            a = action(SIM_ACTION_POD_INITED, p);
            there_and_back(*state, &a);
            a = action(SIM_ACTION_POD_REPLACED, p);
            a.time = 1760000000;
            there_and_back(*state, &a);
        }
    for (uint8_t on = 0; on < 2; on++)
        for (size_t i = 0; i < sizeof switches; i++) {
            struct sim_action a = action((enum sim_action_kind)switches[i], 0);

            a.value = on;
            there_and_back(*state, &a);
        }
    for (sim_id rule = 0; rule < 2; rule++) {
        struct sim_action a = action(SIM_ACTION_RULE, rule);

        a.value = 1;
        a.v4 = v4("10.0.1.2");
        there_and_back(*state, &a);
    }
    for (uint32_t t = 0; t <= 1; t++) {
        struct sim_action a = action(SIM_ACTION_REDO_TIME, 0);

        a.time = t * 1750000000u;
        there_and_back(*state, &a);
    }
}

/* ---- refusals ---- */

static void refuses_what_is_no_action(void **state)
{
    static const struct {
        const char *text;
        size_t at; /* where the fault lies */
    } bad[] = {{"{}", 0},
               {"{\"do\":1}", 6},
               {"{\"do\":\"fly\"}", 6},
               {"{\"do\":\"delete\"}", 0},
               {"{\"do\":\"delete\",\"eip\":\"\"}", 21},
               {"{\"do\":\"delete\",\"eip\":\"nobody\"}", 21},
               {"{\"do\":\"start\",\"queue\":\"x\"}", 22},
               {"{\"do\":\"step\",\"w\":\"addEip\",\"fault\":\"no\"}", 34},
               {"{\"do\":\"due\",\"queue\":\"addEip\",\"key\":\"gw1\"}", 35},
               {"{\"do\":\"gateway\",\"gw\":\"gw1\",\"present\":1}", 37},
               {"{\"do\":\"pod\",\"pod\":\"p\",\"state\":\"running\"}", 18},
               {"{\"do\":\"redo-time\",\"value\":\"2025-02-29T00:00:00\"}", 26},
               {"{\"do\":\"nat-enabled\",\"value\":true}", 28},
               {"{\"do\":\"set-v4ip\",\"eip\":\"e1\",\"value\":\"other\"}", 36},
               {"{\"do\":\"set-finalizers\",\"eip\":\"e1\",\"finalizers\":{}}", 47},
               {"{\"do\":\"rule\",\"kind\":\"Pod\",\"name\":\"r1\",\"present\":true}", 0}};
    const struct fixture *f = *state;
    struct tool_parsed j = {0};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tool_action_error error = {0};
        struct sim_action a;

        assert_true(tool_parse_json(&j, bad[i].text, strlen(bad[i].text)));
        if (tool_action_read(f->config, &j, 0, &a, &error))
            fail_msg("accepted: %s", bad[i].text);
        assert_true(error.sentence.length > 0);
        if (j.node[error.node].begin != bad[i].at)
            fail_msg("%s: %s at %u", bad[i].text, error.sentence.at, j.node[error.node].begin);
        tool_text_free(&error.sentence);
    }
    tool_parsed_free(&j);
}

/* ---- times ---- */

static void writes_times(void **state)
{
    static const struct {
        uint32_t seconds;
        const char *text;
    } row[] = {{0, ""},
               {1, "1970-01-01T00:00:01"},
               {951782399, "2000-02-28T23:59:59"},
               {951782400, "2000-02-29T00:00:00"},
               {951868800, "2000-03-01T00:00:00"},
               {1709164800, "2024-02-29T00:00:00"},
               {1750000000, "2025-06-15T15:06:40"},
               {1760000000, "2025-10-09T08:53:20"},
               {4107542399, "2100-02-28T23:59:59"},
               {4107542400, "2100-03-01T00:00:00"},
               {4294967295, "2106-02-07T06:28:15"}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[TOOL_TIME_TEXT];
        uint32_t back = 7;

        assert_string_equal(tool_time_text(row[i].seconds, text), row[i].text);
        assert_true(tool_time_parse(row[i].text, strlen(row[i].text), &back));
        assert_int_equal(back, row[i].seconds);
    }
}

static void refuses_times(void **state)
{
    static const char *const bad[] = {"2025-06-15",
                                      "2025-13-01T00:00:00",
                                      "2025-00-01T00:00:00",
                                      "2025-01-00T00:00:00",
                                      "2025-04-31T00:00:00",
                                      "2100-02-29T00:00:00",
                                      "2025-01-01T24:00:00",
                                      "2025-01-01T00:60:00",
                                      "2025-01-01T00:00:60",
                                      "2025-01-01 00:00:00",
                                      "1969-12-31T23:59:59",
                                      "2106-02-07T06:28:16",
                                      "2025-06-15T15:06:40+01:00"};
    uint32_t seconds;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tool_time_parse(bad[i], strlen(bad[i]), &seconds))
            fail_msg("accepted: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creations),    cmocka_unit_test(edits),
        cmocka_unit_test(bare_ones),    cmocka_unit_test(workers),
        cmocka_unit_test(the_outside),  cmocka_unit_test(refuses_what_is_no_action),
        cmocka_unit_test(writes_times), cmocka_unit_test(refuses_times),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
