#include "engine/settle.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "model/world.h"

enum { KEY_WORDS = 0x10000 / 64 };

struct settling {
    struct sim_world *world;
    const struct engine_actor *actor;
    uint64_t budget;
    unsigned turn; /* the queue whose worker moves next */
    uint64_t fingerprint;
    /* the keys of each queue that became due since something last changed: bits */
    uint64_t seen[SIM_QUEUE_COUNT][KEY_WORDS];
};

/* All of the world that a useless retry leaves alone: objects, caches, interfaces, status, IPAM;
 * not queues, limiters, workers and the clock. */
static uint64_t fingerprint_of(const struct sim_world *w)
{
    uint64_t h = XXH3_64bits(sim_at(w, w->at.slots[0]), w->at.queues[0] - w->at.slots[0]);

    h = XXH3_64bits_withSeed(sim_at(w, w->at.interfaces), w->at.state_end - w->at.interfaces, h);
    return h ^ sim_globals(w)->redo_time;
}

/* Carries an action out; false when settling has to end. */
static bool act(struct settling *s, const struct sim_action *a)
{
    if (s->budget == 0)
        return false;
    s->budget--;
    return s->actor != NULL ? s->actor->act(s->actor->context, s->world, a)
                            : sim_apply(s->world, a, NULL) == SIM_STATUS_DONE;
}

static struct sim_action action_of(enum sim_action_kind kind, unsigned queue)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.queue = (uint8_t)queue;
    return a;
}

/* One thing that is ready now; 1: done, 0: nothing is ready, -1: settling has to end. */
static int move(struct settling *s)
{
    struct sim_action a;

    if (!sim_globals(s->world)->up) {
        a = action_of(SIM_ACTION_BOOT, 0); /* a panic: the pod is started again */
        return act(s, &a) ? 1 : -1;
    }
    if (sim_next_delivery(s->world, 0, &a))
        return act(s, &a) ? 1 : -1;
    for (unsigned i = 0; i < s->world->n_queues; i++) {
        unsigned queue = (s->turn + i) % s->world->n_queues;

        a = action_of(SIM_ACTION_STEP, queue);
        if (sim_can(s->world, &a) != SIM_STATUS_DONE)
            a.kind = SIM_ACTION_START;
        if (sim_can(s->world, &a) != SIM_STATUS_DONE)
            continue;
        s->turn = queue + 1;
        return act(s, &a) ? 1 : -1;
    }
    return 0;
}

static bool was_seen(const struct settling *s, unsigned queue, sim_id key)
{
    return (s->seen[queue][key / 64] >> key % 64 & 1) != 0;
}

static void note_due(struct settling *s, const struct sim_action *due)
{
    s->seen[due->queue][due->id / 64] |= UINT64_C(1) << due->id % 64;
}

static void forget_seen(struct settling *s)
{
    for (unsigned q = 0; q < s->world->n_queues; q++)
        memset(s->seen[q], 0, (sim_queue(s->world, q)->keys / 64u + 1) * sizeof s->seen[q][0]);
}

/* A delayed key that has not become due since something last changed; false: there is none. */
static bool any_unseen(const struct settling *s, struct sim_action *due)
{
    for (unsigned q = 0; q < s->world->n_queues; q++)
        for (sim_ref k = sim_queue(s->world, q)->delayed_head; k != 0;
             k = sim_node(s->world, (enum sim_queue_id)q, sim_ref_id(k))->next_delayed) {
            if (was_seen(s, q, sim_ref_id(k)))
                continue;
            *due = action_of(SIM_ACTION_DUE, q);
            due->id = sim_ref_id(k);
            return true;
        }
    return false;
}

/* The delayed key that comes next: the earliest, or without a clock one not seen yet.  False: every
 * delayed key has been seen. */
static bool next_due(const struct settling *s, struct sim_action *due)
{
    struct sim_action list[2 * SIM_QUEUE_COUNT + 2];

    if (!any_unseen(s, due))
        return false;
    /* nothing else is enabled, so with a clock the earliest stands alone */
    if (s->world->timed && sim_enabled(s->world, 0, list, sizeof list / sizeof list[0]) > 0)
        *due = list[0];
    return due->kind == SIM_ACTION_DUE;
}

enum engine_settled engine_settle(struct sim_world *world, const struct engine_actor *actor,
                                  uint64_t budget)
{
    struct settling s;

    s.world = world;
    s.actor = actor;
    s.budget = budget;
    s.turn = 0;
    forget_seen(&s);
    s.fingerprint = fingerprint_of(world);
    for (;;) {
        struct sim_action due;
        int moved = move(&s);
        uint64_t now;

        if (moved < 0)
            return ENGINE_BUDGET;
        if (moved > 0)
            continue;
        if (sim_at_rest(world))
            return ENGINE_AT_REST;
        now = fingerprint_of(world);
        if (now != s.fingerprint) {
            s.fingerprint = now;
            forget_seen(&s);
        }
        if (!next_due(&s, &due))
            return ENGINE_RETRYING;
        note_due(&s, &due);
        if (!act(&s, &due))
            return ENGINE_BUDGET;
    }
}

/* ---- at rest ---- */

/* The name that IPAM has for the address an EIP reports, 0: none. */
static uint32_t holder_of(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;
    sim_id subnet = sim_reported_in(w, eip);

    return subnet == SIM_NONE ? 0
                              : ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4,
                                              ipam_addr_v4(e->status_ip));
}

static bool kept(const struct sim_world *before, const struct sim_world *after, sim_id eip)
{
    const struct sim_eip *a = &sim_eip(before, eip)->api, *b = &sim_eip(after, eip)->api;

    if (!sim_eip_exists(a) || sim_eip_terminating(a) || !sim_v4_is_address(a->status_ip) ||
        holder_of(before, eip) != sim_ipam_owner(sim_eip(before, eip)->name))
        return true;
    return sim_eip_exists(b) && b->status_ip == a->status_ip &&
           holder_of(after, eip) == sim_ipam_owner(sim_eip(after, eip)->name);
}

static size_t check_restart(const struct sim_world *world, void *scratch, uint64_t budget,
                            struct sim_violation *out, size_t capacity)
{
    struct sim_world *after = scratch;
    struct sim_action restart = action_of(SIM_ACTION_RESTART, 0);
    size_t n = 0;

    memcpy(after, world, sim_world_size(world));
    (void)sim_apply(after, &restart, NULL);
    (void)engine_settle(after, NULL, budget);
    for (sim_id i = 0; i < world->limits.eips; i++) {
        if (kept(world, after, i))
            continue;
        if (n < capacity) {
            memset(&out[n], 0, sizeof out[n]);
            out[n].invariant = SIM_INVARIANT_RESTART_NEUTRAL;
            out[n].eip = i;
            out[n].other = out[n].pod = SIM_NONE;
            out[n].subnet = sim_reported_in(world, i);
            out[n].v4 = sim_eip(world, i)->api.status_ip;
        }
        n++;
    }
    return n;
}

size_t engine_check_at_rest(struct sim_world *world, void *scratch, uint64_t budget,
                            struct sim_violation *out, size_t capacity)
{
    size_t n = sim_check_at_rest(world, out, capacity);
    size_t used = n < capacity ? n : capacity;

    return n + check_restart(world, scratch, budget, out + used, capacity - used);
}
