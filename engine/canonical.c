#include "engine/canonical.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { NUMBERS = 64 };

/* ---- versions ---- */

struct seen {
    uint32_t uid[NUMBERS];
    unsigned n;
};

/* A uid becomes its place among those of its EIP, in the order the copies are gone through. */
static uint32_t place_of(struct seen *s, uint32_t uid)
{
    unsigned i = 0;

    while (i < s->n && s->uid[i] != uid)
        i++;
    if (i == s->n && s->n < NUMBERS)
        s->uid[s->n++] = uid;
    return i + 1;
}

static void settle_version(struct sim_eip *e, uint32_t current, struct seen *uids)
{
    if (e->rv != 0)
        e->rv = e->rv == current ? 2 : 1;
    if (e->uid != 0)
        e->uid = place_of(uids, e->uid);
}

static void settle_versions_of(struct sim_world *w, sim_id eip)
{
    struct sim_eip_slot *slot = (struct sim_eip_slot *)((uint8_t *)w + w->at.eips) + eip;
    struct sim_watch_event *watch = (struct sim_watch_event *)((uint8_t *)w + w->at.watch);
    struct seen uids = {.n = 0};
    uint32_t current = slot->api.rv;

    settle_version(&slot->api, current, &uids);
    settle_version(&slot->cache, current, &uids);
    for (size_t i = 0; i < sim_globals(w)->watch_count; i++)
        if (watch[i].eip == eip)
            settle_version(&watch[i].object, current, &uids);
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++) {
        struct sim_worker *me = (struct sim_worker *)((uint8_t *)w + w->at.workers) + q;

        if (me->phase == SIM_PHASE_IDLE || me->eip != eip)
            continue;
        settle_version(&me->snap, current, &uids);
        settle_version(&me->copy, current, &uids);
    }
}

/* ---- times ---- */

struct times {
    uint32_t *at[NUMBERS * 4];
    size_t n;
};

static void note_time(struct times *t, uint32_t *at)
{
    if (*at != 0 && t->n < sizeof t->at / sizeof *t->at)
        t->at[t->n++] = at;
}

static void note_times(struct sim_world *w, struct times *t)
{
    struct sim_pod_slot *pod = (struct sim_pod_slot *)((uint8_t *)w + w->at.pods);
    struct sim_watch_event *watch = (struct sim_watch_event *)((uint8_t *)w + w->at.watch);

    note_time(t, &((struct sim_globals *)((uint8_t *)w + w->at.globals))->redo_time);
    for (unsigned i = 0; i < (unsigned)w->limits.gateways * w->limits.pods_per_gateway; i++)
        note_time(t, &pod[i].created);
    for (unsigned i = 0; i < w->limits.eips; i++) {
        struct sim_eip_slot *e = (struct sim_eip_slot *)((uint8_t *)w + w->at.eips) + i;

        note_time(t, &e->api.redo);
        note_time(t, &e->cache.redo);
    }
    for (unsigned i = 0; i < sim_globals(w)->watch_count; i++)
        note_time(t, &watch[i].object.redo);
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++) {
        struct sim_worker *me = (struct sim_worker *)((uint8_t *)w + w->at.workers) + q;

        note_time(t, &me->snap.redo);
        note_time(t, &me->copy.redo);
        note_time(t, &me->redo);
    }
}

/* 1 for the earliest, 2 for the next, ...  There are few different ones: each turn finds the
 * earliest of those left; what is ranked has the top bit until the end. */
static void rank_times(struct sim_world *w)
{
    const uint32_t ranked = UINT32_C(1) << 31;
    struct times t = {.n = 0};
    uint32_t rank = 0;

    note_times(w, &t);
    for (;;) {
        uint32_t least = ranked;

        for (size_t i = 0; i < t.n; i++)
            least = *t.at[i] < least ? *t.at[i] : least;
        if (least == ranked)
            break;
        rank++;
        for (size_t i = 0; i < t.n; i++)
            if (*t.at[i] == least)
                *t.at[i] = ranked | rank;
    }
    for (size_t i = 0; i < t.n; i++)
        *t.at[i] &= ~ranked;
}

struct sim_identity engine_canonical(const struct sim_world *w, const uint8_t *more, size_t n,
                                     struct sim_world *scratch)
{
    uint8_t *end = (uint8_t *)scratch + w->at.state_end;
    size_t ledger = w->at.scratch - w->at.ledger;
    XXH128_hash_t h;

    memcpy((uint8_t *)scratch + w->at.globals, sim_at(w, w->at.globals),
           w->at.state_end - w->at.globals);
    sim_forget_dead(scratch);
    for (sim_id i = 0; i < w->limits.eips; i++)
        settle_versions_of(scratch, i);
    rank_times(scratch);
    ((struct sim_globals *)((uint8_t *)scratch + scratch->at.globals))->revision = 0;
    memcpy(end, sim_at(w, w->at.ledger), ledger);
    memcpy(end + ledger, more, n);
    h = XXH3_128bits(sim_at(scratch, w->at.globals), w->at.state_end - w->at.globals + ledger + n);
    return (struct sim_identity){h.low64, h.high64};
}
