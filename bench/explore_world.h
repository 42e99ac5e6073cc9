/* The world that bench/explore.c searches, and bench/explore.pml has SPIN search: one EIP of
 * v1.16.2, one gateway in service, two addresses.
 *
 * For SPIN a state is the bytes of world, ledger and budgets, one after the other; options are
 * numbers of choices.
 */
#ifndef EIPSIM_BENCH_EXPLORE_WORLD_H
#define EIPSIM_BENCH_EXPLORE_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "engine/choices.h"
#include "engine/packing.h"
#include "model/world.h"

struct bench_world {
    struct sim_setup setup;
    uint16_t name;
    struct sim_gateway_setup gateway;
    struct sim_net_setup net;
    struct sim_subnet_setup subnet;
    struct sim_range exclude[2];
    struct engine_bound bound;
    struct sim_world *start, *now, *ahead, *spare;
};

static inline void bench_limits(struct sim_limits *l)
{
    l->eips = l->gateways = l->pods_per_gateway = l->nets = l->subnets = 1;
    l->names = 2;
    l->watch = 12;
    l->macs = SIM_MACS_PER_EIP;
}

static inline void bench_subnet(struct bench_world *b)
{
    b->exclude[0].first = b->exclude[0].last = 0x0a000101;
    b->exclude[1].first = 0x0a000104;
    b->exclude[1].last = 0x0a000106;
    b->subnet.cidr = 0x0a000100;
    b->subnet.gateway = 0x0a000101;
    b->subnet.prefix = 29;
    b->subnet.present = 1;
    b->subnet.excludes = b->exclude;
    b->subnet.n_excludes = 2;
    b->net.subnet = b->net.by_attachment = 1;
}

static inline struct sim_world *bench_new(struct bench_world *b)
{
    struct sim_world *w = NULL;
    size_t size = (sim_size(&b->setup) + 63) / 64 * 64;

    if (size == 0 || sim_init(aligned_alloc(64, size), &b->setup, &w) != SIM_STATUS_DONE)
        abort();
    return w;
}

/* Everything at rest, and what may happen: a create, a delete, a failing call. */
static inline void bench_world_open(struct bench_world *b, uint32_t reductions)
{
    struct sim_mending m;
    struct sim_action a;

    memset(b, 0, sizeof *b);
    memset(&m, 0, sizeof m);
    bench_limits(&b->setup.limits);
    bench_subnet(b);
    b->gateway.name = 1;
    b->gateway.present = 1;
    b->setup.profile = SIM_PROFILE_V1_16_2;
    sim_policy_of(SIM_PROFILE_V1_16_2, &b->setup.policy);
    b->setup.quirks = ipam_release_quirks((enum ipam_release)SIM_PROFILE_V1_16_2);
    b->setup.nat_enabled = b->setup.up = 1;
    b->setup.kind_names[SIM_KIND_EIP] = &b->name;
    b->setup.gateways = &b->gateway;
    b->setup.nets = &b->net;
    b->setup.subnets = &b->subnet;
    b->start = bench_new(b);
    b->now = bench_new(b);
    b->ahead = bench_new(b);
    b->spare = bench_new(b);
    while (sim_mend(b->start, &m, &a) || sim_enabled(b->start, 0, &a, 1) > 0)
        if (sim_apply(b->start, &a, NULL) != SIM_STATUS_DONE)
            abort();
    b->bound.classes =
        SIM_CLASS_BIT(RACE) | SIM_CLASS_BIT(LAG) | SIM_CLASS_BIT(API) | SIM_CLASS_BIT(EXEC);
    b->bound.budget[SIM_BUDGET_CREATES] = b->bound.budget[SIM_BUDGET_DELETES] = 1;
    b->bound.budget[SIM_BUDGET_FAULTS] = 1;
    b->bound.reductions = reductions;
}

/* ---- for SPIN ---- */

enum { BENCH_BROKEN = SIM_BUDGET_COUNT, BENCH_HEAD };

static struct bench_world bench;
static struct engine_choices bench_choices;

static inline size_t bench_state_size(const struct sim_world *w)
{
    return w->at.state_end - w->at.globals;
}

static inline size_t bench_ledger_size(const struct sim_world *w)
{
    return w->at.scratch - w->at.ledger;
}

static inline void bench_store(uint8_t *bytes, const struct sim_world *w)
{
    memcpy(bytes + BENCH_HEAD, sim_at(w, w->at.globals), bench_state_size(w));
    memcpy(bytes + BENCH_HEAD + bench_state_size(w), sim_at(w, w->at.ledger), bench_ledger_size(w));
}

static inline unsigned bench_list(const uint8_t *bytes, size_t size);

/* Returns how many choices there are. */
static inline unsigned bench_begin(uint8_t *bytes, size_t size)
{
    bench_world_open(&bench, 0);
    if (BENCH_HEAD + bench_state_size(bench.now) + bench_ledger_size(bench.now) != size)
        abort();
    memset(bytes, 0, size);
    bench_store(bytes, bench.start);
    return bench_list(bytes, size);
}

/* The choices of a state; those of the state asked for last are still known. */
static inline unsigned bench_list(const uint8_t *bytes, size_t size)
{
    static uint8_t last[1 << 14];
    struct sim_world *w = bench.now;
    struct engine_used used;

    if (bytes[BENCH_BROKEN])
        return 0;
    if (memcmp(last, bytes, size) == 0)
        return (unsigned)bench_choices.n;
    memcpy(last, bytes, size);
    memset(&used, 0, sizeof used);
    memcpy(&used, bytes, SIM_BUDGET_COUNT);
    memcpy((uint8_t *)w + w->at.globals, bytes + BENCH_HEAD, bench_state_size(w));
    memcpy((uint8_t *)w + w->at.ledger, bytes + BENCH_HEAD + bench_state_size(w),
           bench_ledger_size(w));
    engine_choices_list(&bench_choices, &bench.bound, w, &used, bench.ahead, bench.spare);
    return (unsigned)bench_choices.n;
}

/* The same of the next state. */
static inline unsigned bench_choose(uint8_t *bytes, size_t size, unsigned which)
{
    struct sim_violation broken[8];
    struct engine_used used;

    if (which >= bench_list(bytes, size))
        abort();
    memset(&used, 0, sizeof used);
    memcpy(&used, bytes, SIM_BUDGET_COUNT);
    engine_copy_state(bench.now, bench.ahead);
    engine_choose_last(&bench.bound, bench.ahead, &bench_choices.at[which], &used);
    memcpy(bytes, &used, SIM_BUDGET_COUNT);
    bytes[BENCH_BROKEN] = sim_check(bench.ahead, broken, 8) > 0;
    sim_forget_dead(bench.ahead);
    bench_store(bytes, bench.ahead);
    return bench_list(bytes, size);
}

#endif
