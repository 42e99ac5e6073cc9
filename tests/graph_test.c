/* Questions to the graph of all states of small worlds.
 *
 *   - does the controller come to rest, left to itself, from everywhere?
 *   - is an address that `live-owner` calls lost one that no future without a restart gives back,
 *     and no other?
 */
#include "engine/graph.h"
#include "model/world.h"
#include "tests/explore_fixture.h"

enum { ROUND = 64, VIOLATIONS = 16, FREELY = SIM_CLASS_BIT(RACE) | SIM_CLASS_BIT(LAG) };

static struct engine_graph explored(struct tiny *t,
                                    uint64_t (*look)(void *, const struct sim_world *))
{
    struct engine_graph g;

    memset(&g, 0, sizeof g);
    g.resize = tiny_resize;
    g.look = look;
    t->x.graph = &g;
    engine_explore_run(&t->x, t->scratch);
    t->x.graph = NULL;
    assert_int_equal(t->x.search.ended, ENGINE_COMPLETE);
    assert_true(engine_graph_close(&g, &t->x.search));
    return g;
}

/* Trouble makes hardened go through far more states than a test has time for. */
static uint32_t trouble_of(enum sim_profile profile, uint32_t classes)
{
    return profile == SIM_PROFILE_HARDENED ? 0 : classes;
}

/* ---- rest ---- */

/* Loops that a fair schedule can stay in: those where retries that change nothing are all that is
 * left, and the others. */
struct loops {
    size_t wait, go_on;
    uint32_t node; /* of one that goes on */
};

static struct loops count_loops(const struct engine_graph *g)
{
    struct loops l = {0, 0, 0};

    for (size_t i = 0; i < g->n_loops; i++) {
        if (!g->loop[i].fair)
            continue;
        if (g->loop[i].rests && g->loop[i].waits) {
            l.wait++;
        } else {
            l.go_on++;
            l.node = g->loop[i].node;
        }
    }
    return l;
}

/* Two EIPs that want what only one can have: the other is tried again and again. */
static void one_address(struct sim_setup *setup)
{
    ((struct sim_range *)(uintptr_t)setup->subnets[0].excludes)[1].first = 0x0a000103;
}

/* An address that hardened sweeps off a gateway, but IPAM never hands out to be kept meanwhile. */
static void gateway_not_excluded(struct sim_setup *setup)
{
    struct sim_subnet_setup *s = (struct sim_subnet_setup *)(uintptr_t)setup->subnets;

    s->prefix = 30;
    s->n_excludes = 0;
}

static void check_round(const struct engine_graph *g, uint32_t node)
{
    uint32_t edge[ROUND], at = node;
    size_t n = engine_graph_round(g, node, edge, ROUND);

    assert_in_range(n, 1, ROUND);
    for (size_t i = 0; i < n; i++) {
        assert_in_range(edge[i], g->node[at].first, g->node[at].first + g->node[at].edges - 1);
        assert_int_not_equal(g->edge[edge[i]].thread, ENGINE_THREAD_NONE);
        at = g->edge[edge[i]].to;
    }
    assert_int_equal(at, node);
}

static struct loops loops_of(enum sim_profile profile, unsigned eips, uint32_t classes,
                             unsigned deletes, void (*change)(struct sim_setup *setup))
{
    struct engine_graph g;
    struct loops l;
    struct tiny t;

    tiny_open(&t, profile, eips, change, NULL);
    tiny_bound(&t, 0, eips, 1, 1);
    t.x.bound.classes = classes;
    t.x.bound.budget[SIM_BUDGET_DELETES] = (uint8_t)deletes;
    g = explored(&t, NULL);
    l = count_loops(&g);
    if (l.go_on > 0)
        check_round(&g, l.node);
    engine_graph_free(&g);
    engine_explore_end(&t.x);
    tiny_close(&t);
    return l;
}

static void test_comes_to_rest(void **state)
{
    (void)state;
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct loops l =
            loops_of((enum sim_profile)p, 1,
                     FREELY | trouble_of((enum sim_profile)p, SIM_CLASS_BIT(EXEC)), 1, NULL);

        assert_int_equal(l.go_on, 0);
        assert_int_equal(l.wait, 0);
    }
}

static void test_retries_are_rest(void **state)
{
    (void)state;
    for (unsigned p = SIM_PROFILE_V1_12_22; p <= SIM_PROFILE_V1_13_15; p++) {
        struct loops l = loops_of((enum sim_profile)p, 2, FREELY, 0, one_address);

        assert_int_equal(l.go_on, 0);
        assert_true(l.wait > 0);
    }
}

static void test_never_comes_to_rest(void **state)
{
    (void)state;
    assert_true(
        loops_of(SIM_PROFILE_HARDENED, 1, SIM_CLASS_BIT(CRASH), 0, gateway_not_excluded).go_on > 0);
    assert_int_equal(
        loops_of(SIM_PROFILE_MASTER, 1, SIM_CLASS_BIT(CRASH), 0, gateway_not_excluded).go_on, 0);
}

/* ---- leaks ---- */

enum { OFFSETS = 8, LIVES_AT = 24, LOST_AT = 32, DOWN_AT = 63, ALL_HELD = 0xffffff };

static uint64_t bit_of(const struct sim_world *w, sim_id eip, sim_v4 v4)
{
    return UINT64_C(1) << (eip * OFFSETS + (v4 - sim_subnet(w, 0)->cidr));
}

/* Bits of what each EIP's name holds in IPAM; whether it exists and could be deleted; what is lost
 * as live-owner has it; whether no controller runs. */
static uint64_t look(void *context, const struct sim_world *w)
{
    struct sim_violation found[VIOLATIONS];
    uint64_t bits = 0;
    size_t n;

    (void)context;
    for (sim_id e = 0; e < w->limits.eips; e++) {
        const struct sim_eip *object = &sim_eip(w, e)->api;

        if (sim_eip_exists(object) && !sim_eip_terminating(object))
            bits |= UINT64_C(1) << (LIVES_AT + e);
        for (unsigned nic = 0; nic < 2; nic++) {
            sim_v4 v4 = sim_ipam_held(w, e, 0, (enum sim_nic)nic);

            bits |= v4 == 0 ? 0 : bit_of(w, e, v4);
        }
    }
    n = sim_check_all((struct sim_world *)(uintptr_t)w, found, VIOLATIONS);
    for (size_t i = 0; i < n && i < VIOLATIONS; i++)
        if (found[i].invariant == SIM_INVARIANT_LIVE_OWNER)
            bits |= bit_of(w, found[i].eip, found[i].v4) << LOST_AT;
    if (!sim_globals(w)->up)
        bits |= UINT64_C(1) << DOWN_AT;
    return bits;
}

static bool moves(const struct engine_node *n)
{
    uint64_t any = 0;

    for (unsigned k = 0; k < ENGINE_THREAD_WORDS; k++)
        any |= n->enabled[k];
    return any != 0;
}

/* What is not held any more; and where all is at rest and an object lives, its user can still
 * delete it, within the bound or not. */
static uint64_t escapes_at(const struct engine_node *n)
{
    uint64_t bits = ~n->mark & ALL_HELD;

    if (n->mark >> DOWN_AT)
        return 0;
    for (unsigned e = 0; e < 3; e++)
        if (!moves(n) && n->mark >> (LIVES_AT + e) & 1)
            bits |= UINT64_C(0xff) << e * OFFSETS;
    return bits;
}

/* For each node the addresses that some future gives back, in which no controller starts and the
 * name is not created again: bits as above. */
static uint64_t *escapes_of(const struct engine_graph *g)
{
    uint64_t *escapes = calloc(g->n_nodes, sizeof *escapes);

    assert_non_null(escapes);
    for (size_t i = 0; i < g->n_nodes; i++)
        escapes[i] = escapes_at(&g->node[i]);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = g->n_nodes; i-- > 0;)
            for (uint32_t k = 0; k < g->node[i].edges; k++) {
                const struct engine_edge *e = &g->edge[g->node[i].first + k];
                uint64_t over =
                    e->to == ENGINE_NO_NODE || e->kind == SIM_ACTION_BOOT ? 0 : escapes[e->to];

                if (e->kind == SIM_ACTION_CREATE)
                    over &= ~(UINT64_C(0xff) << e->id * OFFSETS);
                more = more || (over & ~escapes[i]) != 0;
                escapes[i] |= over;
            }
    }
    return escapes;
}

/* Is the address held by an object whose deletion never ends, and is that told? */
static bool deletion_stuck(struct tiny *t, const struct engine_node *n)
{
    struct sim_violation v[VIOLATIONS];
    size_t found = engine_explore_rest(&t->x, n->state, t->scratch, v, VIOLATIONS);

    for (size_t i = 0; i < found && i < VIOLATIONS; i++)
        if (v[i].invariant == SIM_INVARIANT_DELETE_COMPLETES)
            return true;
    return false;
}

/* Lost, and no future that gives it back: the second is what the first has to mean.  It begins as
 * soon as nothing that can still come will do it, when an owner may still be there; then, whatever
 * comes, the owner goes.  So where futures know more, the world left to itself must not be able to
 * come to rest, nor to go round for ever, before live-owner knows as well, or delete-completes that
 * the owner does not go at all. */
static void compare(struct tiny *t, const struct engine_graph *g, size_t sum[4])
{
    uint64_t *escapes = escapes_of(g);

    for (size_t i = 0; i < g->n_nodes; i++) {
        const struct engine_node *n = &g->node[i];
        uint64_t lost = n->mark >> LOST_AT & ALL_HELD;
        uint64_t stuck = n->mark & ALL_HELD & ~escapes[i];

        if (n->mark >> DOWN_AT)
            continue;
        assert_int_equal(lost & ~stuck, 0);
        sum[0] += lost != 0;
        sum[1] += (stuck & ~lost) != 0;
        if ((stuck & ~lost) != 0 && !moves(n)) {
            assert_true(deletion_stuck(t, n));
            sum[3]++;
        } else if ((stuck & ~lost) != 0) {
            assert_false(g->loop[n->loop].fair);
        }
        sum[2]++;
    }
    free(escapes);
}

static void agree(const char *what, uint32_t classes)
{
    size_t sum[4] = {0, 0, 0, 0};

    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
        struct engine_graph g;
        struct tiny t;

        tiny_open(&t, (enum sim_profile)p, 1, NULL, NULL);
        tiny_bound(&t, trouble_of((enum sim_profile)p, classes), 1, 1, 1);
        t.x.past = true;
        g = explored(&t, look);
        compare(&t, &g, sum);
        engine_graph_free(&g);
        engine_explore_end(&t.x);
        tiny_close(&t);
    }
    print_message("%s: of %zu states %zu have lost an address, %zu are going to; in %zu of those a "
                  "deletion is stuck\n",
                  what, sum[2], sum[0], sum[1], sum[3]);
    assert_true(sum[0] > 0);
}

static void test_lost_for_good(void **state)
{
    (void)state;
    agree("commands fail", SIM_CLASS_BIT(EXEC));
    agree("the controller ends", SIM_CLASS_BIT(CRASH));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comes_to_rest),
        cmocka_unit_test(test_retries_are_rest),
        cmocka_unit_test(test_never_comes_to_rest),
        cmocka_unit_test(test_lost_for_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
