/* Abstract states, see walk.h. */
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

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
        struct sim_stop stop;

        if (sim_stopped_before(w, (enum sim_queue_id)q, &stop))
            h = mix(h ^ XXH3_64bits(stop.name, strlen(stop.name)) ^ q << 8);
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
