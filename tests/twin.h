/* tests/twin.def for the search: a subject whose states are what tests/twin.pml declares. */
#ifndef EIPSIM_TESTS_TWIN_H
#define EIPSIM_TESTS_TWIN_H

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/search.h"

enum { TWIN_EIPS = 3, TWIN_CHOICES = 80, TWIN_LOST = 1 };
enum { ABSENT, PRESENT, TERMINATING, TAKEN = 255 };

struct twin_bound {
    uint8_t eips, addresses, creates, deletes, faults, restarts;
};

struct twin {
    uint8_t object[TWIN_EIPS], held[TWIN_EIPS], ready[TWIN_EIPS];
    uint8_t to_add[TWIN_EIPS], to_delete[TWIN_EIPS];
    uint8_t first, second, adding, add_step, deleting, delete_step;
    uint8_t creates, deletes, faults, restarts;
};

static inline struct sim_identity twin_identity(const struct twin *t)
{
    XXH128_hash_t h = XXH3_128bits(t, sizeof *t);

    return (struct sim_identity){h.low64, h.high64};
}

/* The successors of a state. */
struct twin_next {
    unsigned n;
    struct twin to[TWIN_CHOICES];
    struct engine_offer offer[TWIN_CHOICES];
};

static inline void twin_reach(struct engine_brood *brood, struct twin_next *next,
                              const struct twin *to, unsigned choice)
{
    struct engine_offer offer = {twin_identity(to), (uint16_t)choice, 1, 0};

    engine_brood_expect(brood, offer.identity);
    memcpy(&next->to[next->n], to, sizeof *to);
    next->offer[next->n++] = offer;
}

static inline void twin_offer(struct engine_brood *brood, const struct twin_next *next)
{
    for (unsigned i = 0; i < next->n; i++) {
        uint8_t *out = engine_brood_offer(brood, &next->offer[i]);

        if (out == NULL)
            continue;
        memcpy(out, &next->to[i], sizeof next->to[i]);
        engine_brood_keep(brood, sizeof next->to[i]);
    }
}

/* The names of the table, of the state `to`. */
#define object to.object
#define held to.held
#define ready to.ready
#define to_add to.to_add
#define to_delete to.to_delete
#define first to.first
#define second to.second
#define adding to.adding
#define add_step to.add_step
#define deleting to.deleting
#define delete_step to.delete_step
#define creates to.creates
#define deletes to.deletes
#define faults to.faults
#define restarts to.restarts

#define SET(x, v) x = (uint8_t)(v)
#define IF(c, a, b) ((c) ? (a) : (b))
#define ANY(P) (P(0) || P(1) || P(2))
#define ALL(A)                                                                                     \
    A(0);                                                                                          \
    A(1);                                                                                          \
    A(2)

#define TRY(guard, effect)                                                                         \
    choice++;                                                                                      \
    if (guard) {                                                                                   \
        effect;                                                                                    \
        twin_reach(brood, &next, &to, choice);                                                     \
        memcpy(&to, packed, sizeof to);                                                            \
    }

/* The EIPs beyond the bound are never made. */
static inline void twin_expand(const void *context, void *scratch, const uint8_t *packed,
                               size_t size, struct engine_brood *brood)
{
    const struct twin_bound *bound = context;
    unsigned choice = 0;
    struct twin_next next;
    struct twin to;

    (void)scratch;
    next.n = 0;
    memcpy(&to, packed, size);
    for (uint8_t e = 0; e < bound->eips; e++) {
#define EACH(name, guard, effect) TRY(guard, effect)
#define ONCE(name, guard, effect) TRY(e == 0 && (guard), effect)
#include "tests/twin.def"
#undef EACH
#undef ONCE
    }
    twin_offer(brood, &next);
    if (ANY(LOST))
        engine_brood_tell(brood,
                          &(struct engine_told){"lost", TWIN_LOST, ENGINE_NO_CHOICE, 0, 0, {0}});
}

#undef object
#undef held
#undef ready
#undef to_add
#undef to_delete
#undef first
#undef second
#undef adding
#undef add_step
#undef deleting
#undef delete_step
#undef creates
#undef deletes
#undef faults
#undef restarts
#undef SET
#undef IF
#undef ANY
#undef ALL
#undef TRY

/* What is searched, and the first state. */
static inline void twin_begin(const struct twin_bound *bound, struct engine_subject *subject,
                              struct twin *start)
{
    subject->context = bound;
    subject->packed = sizeof *start;
    subject->expand = twin_expand;
    memset(start, 0, sizeof *start);
    start->second = bound->addresses == 1 ? TAKEN : 0;
    start->creates = bound->creates;
    start->deletes = bound->deletes;
    start->faults = bound->faults;
    start->restarts = bound->restarts;
}

#endif
