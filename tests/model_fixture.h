/* Small worlds for the model's own tests. */
#ifndef EIPSIM_TESTS_MODEL_FIXTURE_H
#define EIPSIM_TESTS_MODEL_FIXTURE_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>

#include "model/sim_internal.h"

enum {
    FIXTURE_EIPS = 3,
    FIXTURE_GATEWAYS = 2,
    FIXTURE_PODS = 2,
    FIXTURE_NETS = 3, /* two subnets and a name that is none */
    FIXTURE_RULES = 3
};

/* EIPs 0..2 are names 0..2, gateways are names 3 and 4; nets 0 and 1 are 1.1.1.0/24 and
 * 10.0.1.0/29, net 2 is nothing; policies: 0 is shared, 1 is not, 2 is missing.  With rules there
 * is one of each kind, called as EIP 0 is. */
struct fixture {
    struct sim_setup setup;
    uint16_t names[FIXTURE_EIPS];
    struct sim_gateway_setup gateways[FIXTURE_GATEWAYS];
    struct sim_net_setup nets[FIXTURE_NETS];
    struct sim_subnet_setup subnets[2];
    struct sim_range exclude[2];
    struct sim_policy_setup policies[3];
    struct sim_rule_setup rules[FIXTURE_RULES];
    struct sim_world *world;
};

static inline void fixture_subnet(struct fixture *f, unsigned i, sim_v4 cidr, uint8_t prefix)
{
    f->exclude[i].first = f->exclude[i].last = cidr + 1;
    f->subnets[i].net = (sim_id)i;
    f->subnets[i].prefix = prefix;
    f->subnets[i].present = 1;
    f->subnets[i].cidr = cidr;
    f->subnets[i].gateway = cidr + 1;
    f->subnets[i].excludes = &f->exclude[i];
    f->subnets[i].n_excludes = 1;
    f->nets[i].subnet = (sim_ref)(i + 1);
    f->nets[i].by_attachment = (sim_ref)(i + 1);
}

static inline void fixture_policies(struct fixture *f)
{
    f->policies[0].present = f->policies[1].present = 1;
    f->policies[0].shared = 1;
    f->policies[0].n_rules = 1;
    f->policies[1].n_rules = 2;
    f->policies[1].rule[1].egress = 1;
    f->setup.policies = f->policies;
    for (unsigned i = 0; i < FIXTURE_RULES; i++)
        f->rules[i].object = (uint8_t)(SIM_OBJECT_DNAT + i);
    f->setup.rules = f->rules;
}

static inline void fixture_make(struct fixture *f, enum sim_profile profile, bool timed, bool rules)
{
    struct sim_limits *l = &f->setup.limits;
    size_t size;

    memset(f, 0, sizeof *f);
    l->eips = FIXTURE_EIPS;
    l->gateways = FIXTURE_GATEWAYS;
    l->pods_per_gateway = FIXTURE_PODS;
    l->nets = FIXTURE_NETS;
    l->subnets = 2;
    l->policies = 3;
    l->rules = FIXTURE_RULES;
    l->names = FIXTURE_EIPS + FIXTURE_GATEWAYS;
    l->watch = 8;
    l->macs = FIXTURE_EIPS * SIM_MACS_PER_EIP;
    if (rules)
        l->nat = l->dnats = l->fips = l->snats = 1;
    l->pod_rules = rules ? 8 : 0;
    for (unsigned i = 0; i < FIXTURE_EIPS; i++)
        f->names[i] = (uint16_t)i;
    for (unsigned i = 0; i < FIXTURE_GATEWAYS; i++) {
        f->gateways[i].name = (uint16_t)(FIXTURE_EIPS + i);
        f->gateways[i].present = 1;
        f->gateways[i].own = 0x010101f0u + i;
    }
    fixture_subnet(f, 0, 0x01010100, 24);
    fixture_subnet(f, 1, 0x0a000100, 29);
    fixture_policies(f);
    sim_policy_of(profile, &f->setup.policy);
    f->setup.quirks = ipam_release_quirks((enum ipam_release)profile);
    f->setup.profile = (uint8_t)profile;
    f->setup.timed = timed;
    f->setup.nat_enabled = f->setup.up = 1;
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        f->setup.kind_names[k] = f->names;
    f->setup.gateways = f->gateways;
    f->setup.nets = f->nets;
    f->setup.subnets = f->subnets;
    size = sim_size(&f->setup);
    assert_true(size > 0);
    assert_int_equal(sim_init(aligned_alloc(64, (size + 63) / 64 * 64), &f->setup, &f->world),
                     SIM_STATUS_DONE);
}

static inline void fixture_init(struct fixture *f, enum sim_profile profile, bool timed)
{
    fixture_make(f, profile, timed, false);
}

static inline void fixture_free(struct fixture *f)
{
    free(f->world);
}

/* ---- doing things ---- */

static inline struct sim_action fixture_action(enum sim_action_kind kind, unsigned id)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.id = (sim_id)id;
    return a;
}

static inline void fixture_do(struct fixture *f, const struct sim_action *a)
{
    assert_int_equal(sim_apply(f->world, a, NULL), SIM_STATUS_DONE);
}

static inline void fixture_act(struct fixture *f, enum sim_action_kind kind, unsigned id)
{
    struct sim_action a = fixture_action(kind, id);

    fixture_do(f, &a);
}

static inline void fixture_gateway_up(struct fixture *f, unsigned gateway)
{
    struct sim_action a = fixture_action(SIM_ACTION_POD, gateway * FIXTURE_PODS);

    a.value = SIM_POD_RUNNING;
    a.time = 1750000000;
    fixture_do(f, &a);
    fixture_act(f, SIM_ACTION_POD_INITED, gateway * FIXTURE_PODS);
}

static inline void fixture_create(struct fixture *f, unsigned eip, unsigned gateway, unsigned net)
{
    struct sim_action a = fixture_action(SIM_ACTION_CREATE, eip);

    a.body.gw = (sim_ref)(gateway + 1);
    a.body.net = (sim_ref)(net + 1);
    fixture_do(f, &a);
}

/* Everything the controller can do without a fault, at most `most` actions; how many it took. */
static inline unsigned fixture_settle(struct fixture *f, unsigned most)
{
    struct sim_action a;
    unsigned n = 0;

    while (n < most && sim_enabled(f->world, 0, &a, 1) > 0) {
        fixture_do(f, &a);
        n++;
    }
    return n;
}

/* A small generator of test choices (xorshift64*), seeded by the test. */
static inline uint32_t fixture_random(uint64_t *state, uint32_t below)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(2685821657736338717)) >> 33) % below;
}

#endif
