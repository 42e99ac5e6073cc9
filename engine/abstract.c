/* Abstract states, see walk.h. */
#include <string.h>

#include "engine/walk.h"
#include "model/world.h"

static uint64_t mix(uint64_t x)
{
    struct engine_random r = {x};

    return engine_draw(&r);
}

/* A view of an EIP: 0 if there is none. */
static uint64_t view(const struct sim_eip *e)
{
    if (!sim_eip_exists(e))
        return 0;
    return 1u | (uint64_t)sim_eip_terminating(e) << 1 | (uint64_t)sim_eip_ready(e) << 2 |
           (uint64_t)(sim_eip_finalizer_count(e) > 0) << 3 | (uint64_t)(e->status_ip != 0) << 4 |
           (uint64_t)(e->spec_v4 != 0) << 5 | (uint64_t)(e->nat != 0) << 6 |
           (uint64_t)(e->qos != 0) << 7 | (uint64_t)(e->redo != 0) << 8;
}

static uint64_t queues(const struct sim_world *w, sim_id eip)
{
    uint64_t bits = 0;

    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_queue_keys((enum sim_queue_id)q) == SIM_OBJECT_EIP && eip < sim_queue(w, q)->keys)
            bits = bits << 3 | sim_node(w, (enum sim_queue_id)q, eip)->state;
    return bits;
}

/* What of its address is in IPAM, and on its gateway. */
static uint64_t held(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip_slot *e = sim_eip(w, eip);
    sim_v4 v4 = e->api.status_ip != 0 ? e->api.status_ip : e->api.spec_v4;
    uint64_t bits = 0;

    for (sim_id s = 0; s < w->limits.subnets; s++) {
        struct ipam_addr a;

        if (ipam_nic_address(sim_ipam(w), sim_ipam_subnet(s), IPAM_V4,
                             sim_ipam_nic(w, e->name, SIM_NIC_PORT), &a)) {
            bits |= 1u;
            v4 = v4 != 0 ? v4 : (sim_v4)a.lo;
        }
        if (ipam_nic_address(sim_ipam(w), sim_ipam_subnet(s), IPAM_V4,
                             sim_ipam_nic(w, e->name, SIM_NIC_BARE), &a))
            bits |= 2u;
    }
    if (sim_v4_is_address(v4) && e->api.gw != 0)
        for (sim_id s = 0; s < w->limits.subnets; s++) {
            struct ipam_addrset on = sim_interface(w, sim_pod_id(w, sim_ref_id(e->api.gw), 0), s);

            if (ipam_addrset_contains(&on, ipam_addr_v4(v4)))
                bits |= 4u;
        }
    return bits;
}

/* Where a worker stands; 0: nowhere. */
static uint64_t place(const struct sim_worker *me)
{
    uint64_t h = me->phase;

    if (me->phase == SIM_PHASE_IDLE)
        return 0;
    for (unsigned i = 0; i <= me->depth; i++)
        h = h << 16 | (uint64_t)me->table[i] << 8 | me->row[i];
    return h << 1 | me->failed;
}

static bool undelivered(const struct sim_world *w)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (sim_watch_count(w, (enum sim_kind_id)k) > 0)
            return true;
    return false;
}

static uint64_t around(const struct sim_world *w)
{
    const struct sim_globals *g = sim_globals(w);
    uint32_t pods = (uint32_t)w->limits.gateways * w->limits.pods_per_gateway;
    uint64_t sum = 0, h = g->up | (uint64_t)undelivered(w) << 1;

    for (unsigned q = 0; q < w->n_queues; q++) {
        uint64_t at = place(sim_worker(w, (enum sim_queue_id)q));

        if (at != 0)
            h = mix(h ^ at << 6 ^ q);
    }
    for (sim_id p = 0; p < pods; p++)
        sum += mix((uint64_t)sim_pod(w, p)->state << 2 | (uint64_t)sim_pod(w, p)->inited << 1 |
                   sim_gateway(w, (sim_id)(p / w->limits.pods_per_gateway))->present);
    return mix(h + sum);
}

uint64_t engine_abstract(const struct sim_world *w)
{
    uint64_t sum = 0;

    for (sim_id i = 0; i < w->limits.eips; i++) {
        const struct sim_eip_slot *e = sim_eip(w, i);
        uint64_t one = view(&e->api) | view(&e->cache) << 9 | held(w, i) << 18 |
                       (uint64_t)e->racing << 21 | (uint64_t)(e->pending > 0) << 22 |
                       queues(w, i) << 24;

        sum += mix(one + 1);
    }
    return mix(sum ^ around(w));
}

/* ---- aspects ---- */

struct telling {
    const struct sim_world *w;
    engine_aspect_fn *tell;
    void *context;
};

static void tell(const struct telling *t, unsigned sort, uint64_t what)
{
    t->tell(t->context, mix(what << 3 | sort));
}

/* Is there an object, and in which part of its life? */
static uint64_t life(const struct sim_eip *e)
{
    return view(e) & 0x3f;
}

/* The workers that are at an EIP: where, by how old a copy, and each beside each other. */
static void tell_workers(const struct telling *t, sim_id eip)
{
    const struct sim_eip *api = &sim_eip(t->w, eip)->api;
    uint64_t other = 0;

    for (unsigned q = 0; q < t->w->n_queues; q++) {
        const struct sim_worker *me = sim_worker(t->w, (enum sim_queue_id)q);
        uint64_t at = place(me), old;

        if (at == 0 || me->eip != eip || sim_queue_keys((enum sim_queue_id)q) == SIM_OBJECT_SUBNET)
            continue;
        old = (uint64_t)(me->snap.uid != api->uid) << 1 | (me->snap.rv != api->rv);
        at = mix(at << 5 | q);
        tell(t, 0, at ^ (life(api) << 2 | old));
        if (other != 0)
            tell(t, 1, other ^ at);
        other = at >> 1;
    }
}

static void tell_eip(const struct telling *t, sim_id i)
{
    const struct sim_eip_slot *e = sim_eip(t->w, i);
    uint64_t late = e->cache.rv != e->api.rv, queued = queues(t->w, i);

    tell(t, 2, life(&e->api) | life(&e->cache) << 6 | held(t->w, i) << 12 | late << 15);
    for (unsigned q = 0; queued >> 3 * q != 0; q++)
        if ((queued >> 3 * q & 7) != 0)
            tell(t, 3, (queued >> 3 * q & 7) << 16 | q << 8 | life(&e->api) << 1 | late);
    tell_workers(t, i);
}

void engine_aspects(const struct sim_world *w, engine_aspect_fn *fn, void *context)
{
    struct telling t = {w, fn, context};
    uint32_t pods = (uint32_t)w->limits.gateways * w->limits.pods_per_gateway;

    for (sim_id p = 0; p < pods; p++)
        tell(&t, 4,
             (uint64_t)sim_pod(w, p)->state << 3 | (uint64_t)sim_pod(w, p)->inited << 2 |
                 (uint64_t)sim_gateway(w, (sim_id)(p / w->limits.pods_per_gateway))->present << 1 |
                 sim_globals(w)->up);
    for (sim_id i = 0; i < w->limits.eips; i++)
        if (sim_eip_exists(&sim_eip(w, i)->api) || sim_eip(w, i)->pending > 0 ||
            sim_eip_exists(&sim_eip(w, i)->cache))
            tell_eip(&t, i);
}

/* ---- tables ---- */

static struct engine_seen_slot *find(const struct engine_seen *seen, uint64_t hash)
{
    size_t i = hash & (seen->size - 1);

    while (seen->slot[i].hash != 0 && seen->slot[i].hash != hash)
        i = (i + 1) & (seen->size - 1);
    return &seen->slot[i];
}

uint64_t engine_seen_times(const struct engine_seen *seen, uint64_t hash)
{
    return find(seen, hash | 1)->times;
}

uint64_t engine_see_times(struct engine_seen *seen, uint64_t hash, uint64_t times)
{
    struct engine_seen_slot *slot = find(seen, hash | 1);

    if (slot->hash == 0) {
        if (seen->used >= seen->size / 4 * 3)
            return 1;
        slot->hash = hash | 1;
        seen->used++;
    }
    return slot->times += times;
}

uint64_t engine_see(struct engine_seen *seen, uint64_t hash)
{
    return engine_see_times(seen, hash, 1);
}
