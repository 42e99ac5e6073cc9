#include "engine/canonical.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/alike.h"
#include "engine/packing.h"
#include "model/fields.h"

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

static void settle_version(struct sim_meta *m, uint32_t current, struct seen *uids)
{
    if (m->rv != 0)
        m->rv = m->rv == current ? 2 : 1;
    if (m->uid != 0)
        m->uid = place_of(uids, m->uid);
}

/* What handlers have read. */
struct read {
    struct sim_copy copy[SIM_QUEUE_COUNT * SIM_WORKER_COPIES];
    size_t n;
};

static void note_read(struct sim_world *w, struct read *r)
{
    for (unsigned q = 0; q < w->n_queues; q++)
        r->n += sim_worker_copies(w, (enum sim_queue_id)q, r->copy + r->n);
}

static struct sim_meta *mut(const struct sim_meta *object)
{
    return (struct sim_meta *)(uintptr_t)object;
}

static void settle_versions_of(struct sim_world *w, enum sim_kind_id kind, sim_id id,
                               const struct read *r)
{
    uint32_t n = sim_watch_count(w, kind), current = sim_api(w, kind, id)->rv;
    struct seen uids = {.n = 0};

    settle_version(mut(sim_api(w, kind, id)), current, &uids);
    settle_version(mut(sim_cache(w, kind, id)), current, &uids);
    for (size_t i = 0; i < n; i++)
        if (sim_notice(w, kind, i)->id == id)
            settle_version(mut(sim_notice_object(sim_notice(w, kind, i))), current, &uids);
    for (size_t i = 0; i < r->n; i++)
        if (r->copy[i].kind == kind && r->copy[i].id == id)
            settle_version(r->copy[i].object, current, &uids);
}

/* ---- queues ---- */

/* Without a clock any delayed key can become due at any moment: in which order they were delayed
 * matters to nobody. */
static void forget_order(struct sim_world *w, enum sim_queue_id queue)
{
    struct sim_queue *q = (struct sim_queue *)((uint8_t *)w + w->at.queues[queue]);
    struct sim_queue_node *n = (struct sim_queue_node *)(q + 1);

    q->delayed_head = q->delayed_tail = 0;
    for (sim_id key = 0; key < q->keys; key++)
        n[key].next_delayed = n[key].prev_delayed = 0;
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

static void note_times_in(struct times *t, enum sim_kind_id kind, struct sim_meta *object)
{
    size_t n;
    const struct sim_field *f = sim_fields((enum sim_object)kind, &n);

    for (size_t i = 0; i < n; i++)
        if (f[i].type == SIM_FIELD_TIME)
            note_time(t, (uint32_t *)(void *)((uint8_t *)object + f[i].at));
}

static void note_times_of(struct times *t, struct sim_world *w, enum sim_kind_id kind)
{
    for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)kind); i++) {
        note_times_in(t, kind, mut(sim_api(w, kind, i)));
        note_times_in(t, kind, mut(sim_cache(w, kind, i)));
    }
    for (size_t i = 0; i < sim_watch_count(w, kind); i++)
        note_times_in(t, kind, mut(sim_notice_object(sim_notice(w, kind, i))));
}

static void note_times(struct sim_world *w, struct times *t, const struct read *r)
{
    struct sim_pod_slot *pod = (struct sim_pod_slot *)((uint8_t *)w + w->at.pods);
    uint32_t *at[SIM_WORKER_TIMES];

    note_time(t, &((struct sim_globals *)((uint8_t *)w + w->at.globals))->redo_time);
    for (unsigned i = 0; i < (unsigned)w->limits.gateways * w->limits.pods_per_gateway; i++)
        note_time(t, &pod[i].created);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (w->at.watch[k] != w->at.absent)
            note_times_of(t, w, (enum sim_kind_id)k);
    for (size_t i = 0; i < r->n; i++)
        note_times_in(t, r->copy[i].kind, r->copy[i].object);
    for (unsigned q = 0; q < w->n_queues; q++)
        for (size_t i = sim_worker_times(w, (enum sim_queue_id)q, at); i-- > 0;)
            note_time(t, at[i]);
}

/* 1 for the earliest, 2 for the next, ...  There are few different ones: each turn finds the
 * earliest of those left; what is ranked has the top bit until the end. */
static void rank_times(struct sim_world *w, const struct read *r)
{
    const uint32_t ranked = UINT32_C(1) << 31;
    struct times t = {.n = 0};
    uint32_t rank = 0;

    note_times(w, &t, r);
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

/* ---- the identity ---- */

static void forget(struct sim_world *w)
{
    struct read r;

    r.n = 0;
    sim_forget_dead(w);
    note_read(w, &r);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
            settle_versions_of(w, (enum sim_kind_id)k, i, &r);
    for (unsigned q = 0; q < w->n_queues && !w->timed; q++)
        if (sim_queue(w, q)->keys != 0)
            forget_order(w, (enum sim_queue_id)q);
    rank_times(w, &r);
    ((struct sim_globals *)((uint8_t *)w + w->at.globals))->revision = 0;
}

/* Of the state all but the unused ends of the watches, which are zero; the ledger; what else is to
 * be told apart.  They are laid one behind the other over those ends, which are made zero again. */
static struct sim_identity hash(const struct sim_world *w, const uint8_t *more, size_t n,
                                struct sim_world *scratch)
{
    struct engine_parts p = engine_parts_of(scratch);
    uint8_t *begin = (uint8_t *)scratch + p.at[0], *end = begin + p.size[0];
    uint8_t *watches = (uint8_t *)scratch + p.at[ENGINE_FIRST_WATCH], *high = watches;
    size_t ledger = w->at.scratch - w->at.ledger;
    XXH128_hash_t h;

    for (unsigned i = ENGINE_FIRST_WATCH; i < p.n; i++) {
        memmove(end, sim_at(scratch, p.at[i]), p.size[i]);
        end += p.size[i];
        high = (uint8_t *)scratch + p.at[i] + p.size[i];
    }
    memmove(end, sim_at(scratch, p.at[1]), p.size[1]);
    end += p.size[1];
    memcpy(end, sim_at(scratch, w->at.ledger), ledger);
    memcpy(end + ledger, more, n);
    end += ledger + n;
    h = XXH3_128bits(begin, (size_t)(end - begin));
    high = end > high ? end : high;
    end = (uint8_t *)scratch + p.at[1];
    memset(watches, 0, (size_t)((high < end ? high : end) - watches));
    return (struct sim_identity){h.low64, h.high64};
}

struct sim_identity engine_canonical(const struct sim_world *w, const uint8_t *more, size_t n,
                                     bool exact, const struct engine_exchanges *exchanges,
                                     struct sim_world *scratch)
{
    engine_copy_state(w, scratch);
    for (unsigned i = 0; exchanges != NULL && i < exchanges->n; i++)
        engine_exchange(scratch, exchanges->pair[i].a, exchanges->pair[i].b);
    if (!exact)
        forget(scratch);
    return hash(w, more, n, scratch);
}

uint64_t engine_canonical_still(const struct sim_world *w, struct sim_world *scratch)
{
    uint64_t h;

    engine_copy_state(w, scratch);
    forget(scratch);
    h = XXH3_64bits(sim_at(scratch, w->at.slots[0]), w->at.queues[0] - w->at.slots[0]);
    return XXH3_64bits_withSeed(sim_at(scratch, w->at.interfaces),
                                w->at.state_end - w->at.interfaces, h);
}
