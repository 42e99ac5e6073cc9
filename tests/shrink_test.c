/* Shrinking: what is left breaks the same thing, every step can be done, and none can be left out.
 */
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

#include "engine/walk.h"
#include "tools/found_world.h"
#include "tools/memory.h"
#include "tools/world.h"

static const char world[] = "world:\n"
                            "  clock: none\n"
                            "  objects:\n"
                            "  - kind: Subnet\n"
                            "    metadata: {name: ovn-vpc-external-network}\n"
                            "    spec: {cidrBlock: 10.0.1.0/29,\n"
                            "           provider: ovn-vpc-external-network.kube-system}\n"
                            "  - {kind: VpcNatGateway, metadata: {name: gw1}}\n"
                            "  - {kind: VpcNatGateway, metadata: {name: gw2}}\n"
                            "  rules: [{kind: IptablesFIPRule, name: fip}]\n"
                            "  eips: [e1, e2]\n";

struct bench {
    struct tool_builder *builder;
    struct engine_config *config;
    struct tool_worlds walking, shrinking;
    unsigned shrunk, largest, smallest;
};

/* Leaving out step i. */
static bool breaks_without(struct tool_worlds *worlds, const struct tool_found *f, size_t i)
{
    struct engine_step *some = tool_alloc((f->n_steps + 1) * sizeof *some);
    struct engine_shrink s;
    size_t n = 0;
    bool breaks;

    memset(&s, 0, sizeof s);
    s.start = worlds->start;
    s.world = worlds->world;
    s.scratch = worlds->scratch;
    s.trace = &worlds->trace;
    s.invariant = f->finding.violation.invariant;
    s.culprit = f->finding.culprit;
    for (size_t k = 0; k < f->n_steps; k++)
        if (k != i)
            some[n++] = f->step[k];
    breaks = engine_shrink_breaks(&s, some, &n);
    if (i == SIZE_MAX) /* nothing left out: every step can be done */
        assert_int_equal(n, f->n_steps);
    free(some);
    return breaks;
}

static void all_is_needed(const struct tool_found *f)
{
    struct tool_worlds worlds;

    assert_true(tool_worlds_open(&worlds, f->config));
    assert_true(breaks_without(&worlds, f, SIZE_MAX));
    for (size_t i = 0; i < f->n_steps; i++) /* all but the mending at the end */
        if (f->step[i].kind != ENGINE_STEP_MEND || i + 1 < f->n_steps)
            assert_false(breaks_without(&worlds, f, i));
    tool_worlds_close(&worlds);
}

static bool on_finding(void *context, const struct engine_walk *walk,
                       const struct engine_finding *finding)
{
    struct bench *b = context;
    struct tool_found f;

    assert_true(tool_found_shrink(&f, b->config, walk->trace, finding, &b->shrinking));
    assert_int_equal(f.finding.violation.invariant, finding->violation.invariant);
    assert_string_equal(f.finding.culprit, finding->culprit);
    all_is_needed(&f);
    tool_found_narrow(&f);
    all_is_needed(&f);
    for (size_t i = 0; i < tool_found_cuts(&f); i++)
        assert_false(tool_found_survives(&f, i));
    b->smallest += f.config->setup.subnets[0].prefix == 30;
    b->shrunk++;
    b->largest = f.n_steps > b->largest ? (unsigned)f.n_steps : b->largest;
    tool_found_free(&f);
    return b->shrunk < 60;
}

static void what_is_left_is_needed(void **state)
{
    struct bench b = {.shrunk = 0};
    struct tool_text error = {0};

    (void)state;
    b.builder = tool_builder_new();
    assert_true(tool_world_read_bytes("world", world, strlen(world), b.builder, &error));
    b.config = tool_builder_finish(b.builder);
    assert_non_null(b.config);
    assert_true(tool_worlds_open(&b.walking, b.config));
    assert_true(tool_worlds_open(&b.shrinking, b.config));
    for (uint64_t seed = 1; seed < 200 && b.shrunk < 60; seed++) {
        struct engine_walk w;

        tool_worlds_begin(&b.walking);
        memset(&w, 0, sizeof w);
        w.world = b.walking.world;
        w.trace = &b.walking.trace;
        w.scratch = b.walking.scratch;
        w.seed = seed;
        w.classes = (uint32_t)(seed * 2654435761u) & SIM_ALL_CLASSES;
        w.events = 200;
        w.found = on_finding;
        w.context = &b;
        engine_walk_run(&w);
    }
    print_message("%u runs shrunk, the longest has %u steps left; %u need but two addresses\n",
                  b.shrunk, b.largest, b.smallest);
    assert_int_equal(b.shrunk, 60);
    assert_true(b.smallest > 30);
    tool_worlds_close(&b.walking);
    tool_worlds_close(&b.shrinking);
    tool_builder_free(b.builder);
    tool_text_free(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_left_is_needed)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
