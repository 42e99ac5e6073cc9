/* Worlds that can be explored as a whole, for tests: one gateway in service, few EIPs, two
 * addresses, everything at rest.
 */
#ifndef EIPSIM_TESTS_EXPLORE_FIXTURE_H
#define EIPSIM_TESTS_EXPLORE_FIXTURE_H

#include <string.h>

#include "engine/explore.h"
#include "tests/model_fixture.h"

struct tiny {
    struct fixture f;
    struct engine_explore x; /* nothing in its bound yet, but races and lag */
    void *scratch;
};

static inline void *tiny_resize(void *context, void *old, size_t old_size, size_t size)
{
    (void)context;
    (void)old_size;
    if (size == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, size);
}

static inline bool tiny_found(void *context, const struct engine_explore *x, uint32_t which,
                              const struct engine_finding *finding)
{
    (void)context;
    (void)x;
    (void)which;
    (void)finding;
    return true;
}

static inline void *tiny_block(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);

    assert_non_null(memory);
    memset(memory, 0, (size + 63) / 64 * 64);
    return memory;
}

static inline void tiny_limits(struct fixture *f, unsigned eips)
{
    struct sim_limits *l = &f->setup.limits;

    l->eips = (uint16_t)eips;
    l->gateways = l->pods_per_gateway = l->nets = l->subnets = 1;
    l->policies = 0;
    l->rules = 1;
    l->names = (uint16_t)(eips + 1);
    l->watch = 24;
    l->macs = eips * SIM_MACS_PER_EIP;
    f->gateways[0].name = (uint16_t)eips;
    f->gateways[0].own = 0;
    fixture_subnet(f, 0, 0x0a000100, 29);
    f->exclude[1].first = 0x0a000104; /* leaves .2 and .3 */
    f->exclude[1].last = 0x0a000106;
    f->subnets[0].n_excludes = 2;
}

/* context: given to callbacks.  The setup can be changed by `change`, which may be NULL. */
static inline void tiny_open(struct tiny *s, enum sim_profile profile, unsigned eips,
                             void (*change)(struct sim_setup *setup), void *context)
{
    struct sim_mending m;
    struct sim_action a;
    size_t size;

    memset(s, 0, sizeof *s);
    fixture_init(&s->f, profile, false);
    fixture_free(&s->f);
    tiny_limits(&s->f, eips);
    if (change != NULL)
        change(&s->f.setup);
    size = sim_size(&s->f.setup);
    assert_true(size > 0);
    assert_int_equal(sim_init(tiny_block(size), &s->f.setup, &s->f.world), SIM_STATUS_DONE);
    memset(&m, 0, sizeof m);
    while (sim_mend(s->f.world, &m, &a))
        fixture_do(&s->f, &a);
    (void)fixture_settle(&s->f, 1000);
    assert_true(sim_at_rest(s->f.world));
    s->x.start = s->f.world;
    s->x.resize = tiny_resize;
    s->x.found = tiny_found;
    s->x.context = context;
    s->x.max_states = 1000000;
    s->x.bound.classes = SIM_CLASS_BIT(RACE) | SIM_CLASS_BIT(LAG);
    s->x.bound.reductions = ENGINE_ALL_REDUCTIONS;
    s->scratch = tiny_block(engine_explore_scratch(s->f.world));
    engine_explore_ready(&s->x, s->scratch);
}

static inline void tiny_close(struct tiny *s)
{
    free(s->scratch);
    fixture_free(&s->f);
}

static inline void tiny_bound(struct tiny *s, uint32_t classes, unsigned creates, unsigned faults,
                              unsigned others)
{
    s->x.bound.classes |= classes;
    for (unsigned b = 0; b < SIM_BUDGET_COUNT; b++)
        s->x.bound.budget[b] = (uint8_t)others;
    s->x.bound.budget[SIM_BUDGET_CREATES] = s->x.bound.budget[SIM_BUDGET_DELETES] =
        (uint8_t)creates;
    s->x.bound.budget[SIM_BUDGET_FAULTS] = (uint8_t)faults;
}

/* What was found of this kind; NULL: nothing. */
static inline const struct engine_kind *tiny_kind(const struct engine_kinds *k, uint32_t what,
                                                  const char *where)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->kind[i].told.what == what && strcmp(k->kind[i].told.where, where) == 0)
            return &k->kind[i];
    return NULL;
}

#endif
