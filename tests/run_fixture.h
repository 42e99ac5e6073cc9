/* A short run of a small world, for tests that need a log, a trace or a story. */
#ifndef EIPSIM_TESTS_RUN_FIXTURE_H
#define EIPSIM_TESTS_RUN_FIXTURE_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "engine/trace.h"
#include "tools/builder.h"
#include "tools/log.h"
#include "tools/memory.h"
#include "tools/player.h"

/* EIPs e1 and e2, gateway gw1 with one pod, subnet 10.0.1.0/29 of the default network. */
struct run_fixture {
    struct tool_builder *builder;
    struct engine_config *config;
    struct sim_world *world;
    struct engine_trace trace;
    struct tool_log *log; /* written along if not NULL */
};

static inline sim_v4 run_v4(const char *text)
{
    sim_v4 v4 = 0;

    assert_true(tool_v4_parse(text, strlen(text), &v4));
    return v4;
}

static inline void run_open(struct run_fixture *f, enum sim_profile profile)
{
    struct sim_range exclude = {.first = run_v4("10.0.1.1"), .last = run_v4("10.0.1.1")};
    struct tool_subnet subnet = {.name = TOOL_DEFAULT_NET,
                                 .provider = TOOL_DEFAULT_NET "." TOOL_NAMESPACE,
                                 .cidr = run_v4("10.0.1.0"),
                                 .gateway = run_v4("10.0.1.1"),
                                 .prefix = 29,
                                 .vlan = true,
                                 .present = true,
                                 .excludes = &exclude,
                                 .n_excludes = 1};

    memset(f, 0, sizeof *f);
    f->builder = tool_builder_new();
    assert_true(tool_builder_subnet(f->builder, &subnet));
    assert_true(tool_builder_name(f->builder, TOOL_NAME_EIP, "e1", 2));
    assert_true(tool_builder_name(f->builder, TOOL_NAME_EIP, "e2", 2));
    assert_true(tool_builder_gateway(f->builder, "gw1"));
    f->config = tool_builder_finish(f->builder);
    assert_non_null(f->config);
    tool_config_set_profile(f->config, profile);
    assert_int_equal(
        sim_init(tool_alloc(sim_size(&f->config->setup)), &f->config->setup, &f->world),
        SIM_STATUS_DONE);
    engine_trace_init(&f->trace, tool_trace_grow, NULL);
}

static inline void run_close(struct run_fixture *f)
{
    free(f->world);
    free(f->trace.action);
    free(f->trace.event);
    tool_builder_free(f->builder);
}

static inline void run_apply(struct run_fixture *f, const struct sim_action *action)
{
    assert_int_equal(engine_trace_apply(&f->trace, f->world, action), SIM_STATUS_DONE);
    if (f->log != NULL)
        tool_log_action(f->log, f->world, &f->trace);
}

static inline struct sim_action run_action(enum sim_action_kind kind, sim_id id)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.id = id;
    return a;
}

static inline void run_create(struct run_fixture *f, sim_id eip)
{
    struct sim_action a = run_action(SIM_ACTION_CREATE, eip);

    a.body.gw = sim_ref_of(0);
    run_apply(f, &a);
}

static inline void run_simple(struct run_fixture *f, enum sim_action_kind kind, sim_id id)
{
    struct sim_action a = run_action(kind, id);

    run_apply(f, &a);
}

/* gw1's pod is there and takes commands. */
static inline void run_pod(struct run_fixture *f)
{
    struct sim_action a = run_action(SIM_ACTION_POD, 0);

    a.value = SIM_POD_RUNNING;
    a.time = 1750000000;
    run_apply(f, &a);
    run_simple(f, SIM_ACTION_POD_INITED, 0);
}

/* Whatever is enabled first, until nothing is or `most` actions were made. */
static inline size_t run_settle(struct run_fixture *f, size_t most)
{
    struct sim_action a;
    size_t n = 0;

    while (n < most && sim_enabled(f->world, 0, &a, 1) > 0) {
        run_apply(f, &a);
        n++;
    }
    return n;
}

#endif
