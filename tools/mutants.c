#include "tools/mutants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/settle.h"
#include "engine/walk.h"
#include "ipam/oracle_driver.h"
#include "tools/memory.h"
#include "tools/worlds.h"

enum { RUN_EVENTS = 400, SEEN = 1 << 16, REST_ACTIONS = 200000, FEW = 16, OWNER_NICS = 32 };

const char tool_mutant_rules_world[] =
    "world:\n"
    "  clock: none\n"
    "  objects:\n"
    "  - kind: Subnet\n"
    "    metadata: {name: ovn-vpc-external-network}\n"
    "    spec: {cidrBlock: 1.1.1.0/29, gateway: 1.1.1.1,\n"
    "           provider: ovn-vpc-external-network.kube-system}\n"
    "  - {kind: VpcNatGateway, metadata: {name: gw1}}\n"
    "  eips: [e1, e2]\n"
    "  dnats: [d1, d2]\n"
    "  fips: [f1, f2]\n"
    "  snats: [s1]\n";

const char tool_mutant_world[] =
    "world:\n"
    "  clock: none\n"
    "  objects:\n"
    "  - kind: Subnet\n"
    "    metadata: {name: ovn-vpc-external-network}\n"
    "    spec: {cidrBlock: 1.1.1.0/29, gateway: 1.1.1.1, excludeIps: [1.1.1.1, 1.1.1.6],\n"
    "           provider: ovn-vpc-external-network.kube-system}\n"
    "  - kind: Subnet\n"
    "    metadata: {name: second}\n"
    "    spec: {cidrBlock: 11.1.1.0/29, gateway: 11.1.1.1, provider: second.kube-system}\n"
    "  - kind: QoSPolicy\n"
    "    metadata: {name: shared}\n"
    "    spec: {shared: true, bandwidthLimitRules: [\n"
    "      {direction: ingress, priority: 1, rateMax: 10, burstMax: 10}]}\n"
    "  - kind: QoSPolicy\n"
    "    metadata: {name: single}\n"
    "    spec: {shared: false, bandwidthLimitRules: [\n"
    "      {direction: egress, priority: 1, rateMax: 10, burstMax: 10}]}\n"
    "  - {kind: VpcNatGateway, metadata: {name: gw1}}\n"
    "  - {kind: VpcNatGateway, metadata: {name: gw2}}\n"
    "  rules:\n"
    "  - {kind: IptablesFIPRule, name: fip}\n"
    "  - {kind: IptablesSnatRule, name: snat}\n"
    "  policies: [missing]\n"
    "  eips: [e1, e2, e3]\n";

struct trying {
    const struct tool_mutant_trial *trial;
    const struct sim_mutant *mutant; /* NULL: the base */
    struct engine_config config;     /* the mutant's */
    struct tool_worlds worlds, base;
    struct engine_seen seen;
    struct engine_walk walk;
    uint32_t classes;
    struct tool_mutant_result *result;
};

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void detected(struct trying *t, const char *what, const char *at)
{
    if (t->result->detected)
        return;
    t->result->detected = t->result->triggered = true;
    snprintf(t->result->by, sizeof t->result->by, "%s at %s", what, at);
}

/* ---- beside the base ---- */

/* Is name one of the words of where? */
static bool is_in(const char *where, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = where; *p != '\0'; p += strcspn(p, " "), p += *p == ' ')
        if (strcspn(p, " ") == n && memcmp(p, name, n) == 0)
            return true;
    return where[0] == '\0';
}

/* The last action of the base against number i of the mutant's run. */
static bool same_events(const struct engine_trace *mutant, const struct engine_trace *base,
                        size_t i)
{
    const struct engine_trace_action *a = &mutant->action[i], *b = &base->action[i];

    if (a->count != b->count)
        return false;
    return a->count == 0 || memcmp(mutant->event + a->first, base->event + b->first,
                                   a->count * sizeof *mutant->event) == 0;
}

/* What the mutant tells of this state, and what the base does; FEW of them are enough. */
static bool same_findings(struct trying *t, bool at_rest)
{
    struct sim_violation mine[FEW], its[FEW];
    size_t n, m;

    memset(mine, 0, sizeof mine);
    memset(its, 0, sizeof its);
    if (at_rest) {
        n = engine_check_at_rest(t->worlds.world, t->worlds.scratch, REST_ACTIONS, mine, FEW);
        m = engine_check_at_rest(t->base.world, t->base.scratch, REST_ACTIONS, its, FEW);
    } else {
        n = sim_check(t->worlds.world, mine, FEW);
        m = sim_check(t->base.world, its, FEW);
    }
    return n == m && memcmp(mine, its, sizeof mine) == 0;
}

/* The run's actions once more, on both.  True: all of them had the same events. */
static bool beside_base(struct trying *t, bool checking)
{
    struct tool_mutant_result *r = t->result;

    tool_worlds_begin(&t->base);
    memcpy((void *)t->worlds.world, t->worlds.start, t->worlds.size);
    for (size_t i = 0; i < t->worlds.trace.n_actions; i++) {
        const struct sim_action *a = &t->worlds.trace.action[i].action;
        const char *name = engine_culprit(t->base.world, a);
        bool same;

        r->reached = r->reached || is_in(t->mutant->where, name);
        same = engine_trace_apply(&t->base.trace, t->base.world, a) == SIM_STATUS_DONE &&
               same_events(&t->worlds.trace, &t->base.trace, i);
        if (same && checking) {
            (void)sim_apply(t->worlds.world, a, NULL);
            same = same_findings(t, false);
            if (!same)
                detected(t, "a violation is not told", name);
        }
        if (same)
            continue;
        r->triggered = true;
        snprintf(r->at, sizeof r->at, "%s", name);
        return false;
    }
    return true;
}

/* ---- walking ---- */

static bool on_finding(void *context, const struct engine_walk *walk,
                       const struct engine_finding *finding)
{
    struct trying *t = context;

    (void)walk;
    detected(t, sim_invariant_text((enum sim_invariant)finding->violation.invariant),
             finding->culprit);
    return false;
}

static void one_run(struct trying *t)
{
    struct engine_walk *w = &t->walk;
    uint64_t seed = t->trial->seed * UINT64_C(1000003) + t->result->runs;
    double since = now();

    tool_worlds_begin(&t->worlds);
    memset(w, 0, sizeof *w);
    w->world = t->worlds.world;
    w->trace = &t->worlds.trace;
    w->scratch = t->worlds.scratch;
    w->seen = &t->seen;
    w->seed = seed;
    w->classes = sim_classes_within(&t->config.setup.limits, engine_walk_classes(t->classes, seed));
    w->scheduler = (uint8_t)(seed % ENGINE_SCHEDULER_COUNT);
    w->depth = 3;
    w->events = RUN_EVENTS;
    w->found = t->trial->base == SIM_BASE_LEAKY && t->mutant != NULL ? NULL : on_finding;
    w->context = t;
    engine_walk_run(w);
    t->result->runs++;
    t->result->events += w->n_events;
    t->result->seconds += now() - since;
}

/* What no invariant says: the identity follows the state, and nothing is wrong that looking at what
 * an action touched did not show. */
static void check_harness(struct trying *t)
{
    struct sim_identity kept = sim_identity(t->worlds.world);
    struct sim_identity full = sim_identity_full(t->worlds.world);
    struct sim_violation v;

    if (memcmp(&kept, &full, sizeof full) != 0)
        detected(t, "identity", "the end");
    if (t->trial->base != SIM_BASE_LEAKY && !t->result->detected &&
        sim_check_all(t->worlds.world, &v, 1) > 0)
        detected(t, sim_invariant_text((enum sim_invariant)v.invariant), "the end");
}

static void compare(struct trying *t)
{
    bool leaky = t->trial->base == SIM_BASE_LEAKY;
    double since = now();

    if (t->mutant == NULL || t->result->at[0] != '\0')
        return;
    if (beside_base(t, leaky) && leaky && !same_findings(t, true)) {
        t->result->triggered = true;
        snprintf(t->result->at, sizeof t->result->at, "rest");
        detected(t, "a violation is not told", "rest");
    }
    if (leaky)
        t->result->seconds += now() - since;
}

static void walk(struct trying *t)
{
    t->seen.size = SEEN;
    t->seen.slot = tool_alloc(SEEN * sizeof *t->seen.slot);
    while (!t->result->detected && t->result->seconds < t->trial->seconds &&
           t->result->events < t->trial->events) {
        one_run(t);
        check_harness(t);
        compare(t);
    }
    free(t->seen.slot);
}

/* ---- the allocator ---- */

static void drive(struct trying *t)
{
    static const struct ipam_family_limits family = {6, 32, 64};
    ipam_quirks quirks = 0;
    struct oracle_driver d;
    double since = now();

    if (t->mutant != NULL)
        quirks = UINT64_C(1) << t->mutant->flaw.what;
    oracle_driver_open(&d, &family, OWNER_NICS, quirks, t->trial->seed);
    oracle_driver_mutate(&d, quirks);
    t->result->reached = true;
    for (bool same = true; same && t->result->events < t->trial->events; t->result->events++) {
        if (t->result->events % 150 == 0) {
            t->result->runs++;
            oracle_driver_start_over(&d);
            t->result->seconds = now() - since;
            if (t->result->seconds >= t->trial->seconds)
                break;
        }
        same = oracle_driver_step(&d);
        if (same)
            continue;
        t->result->triggered = true;
        snprintf(t->result->at, sizeof t->result->at, "an operation");
        detected(t, d.wrong, "an operation");
    }
    t->result->seconds = now() - since;
    oracle_driver_close(&d);
}

void tool_mutant_try(const struct tool_mutant_bases *bases, const struct tool_mutant_trial *trial,
                     struct tool_mutant_result *result)
{
    struct trying *t = tool_alloc(sizeof *t);

    memset(result, 0, sizeof *result);
    t->trial = trial;
    t->result = result;
    t->classes = bases->classes[trial->base];
    t->mutant = trial->mutant < SIM_MUTANT_COUNT ? sim_mutant(trial->mutant) : NULL;
    if (trial->base == SIM_BASE_ALLOCATOR) {
        drive(t);
    } else {
        t->config = *bases->config[trial->base];
        if (t->mutant != NULL)
            sim_mutant_apply(trial->mutant, &t->config.setup);
        if (tool_worlds_open(&t->worlds, &t->config) &&
            tool_worlds_open(&t->base, bases->config[trial->base]))
            walk(t);
        tool_worlds_close(&t->worlds);
        tool_worlds_close(&t->base);
    }
    free(t);
}
