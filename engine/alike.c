#include "engine/alike.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/canonical.h"
#include "engine/packing.h"
#include "model/world.h"

/* ---- when ---- */

static bool left(const struct engine_bound *b, const struct engine_used *used, enum sim_class class,
                 enum sim_budget budget)
{
    return (b->classes >> class & 1) != 0 && used->budget[budget] < b->budget[budget];
}

static bool only_eips(const struct sim_world *w)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (k != SIM_KIND_EIP && sim_limit(&w->limits, (enum sim_object)k) > 0)
            return false;
    return w->limits.eips <= ENGINE_ALIKE_EIPS && !w->limits.nat && !w->limits.owners;
}

static bool idle(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_queue *q = sim_queue(w, queue);

    return q->ready == 0 && q->delayed == 0 && q->processing == 0 &&
           sim_worker(w, queue)->phase == SIM_PHASE_IDLE;
}

bool engine_alike(const struct engine_bound *bound, const struct engine_used *used,
                  const struct sim_world *w)
{
    const uint32_t orders =
        SIM_CLASS_BIT(POD) | SIM_CLASS_BIT(GATEWAY) | SIM_CLASS_BIT(POLICY) | SIM_CLASS_BIT(RULE);

    return (bound->reductions >> ENGINE_REDUCTION_ALIKE & 1) != 0 &&
           (bound->reductions >> ENGINE_REDUCTION_DEAD & 1) != 0 && only_eips(w) &&
           (bound->classes & orders) == 0 && !sim_asks(w, SIM_gateway_swept) &&
           sim_asks(w, SIM_persist_when_missing) != SIM_persist_when_missing_panic &&
           sim_globals(w)->up && !left(bound, used, SIM_CLASS_CRASH, SIM_BUDGET_CRASHES) &&
           idle(w, SIM_QUEUE_UPDATE_VPC_EIP) && idle(w, SIM_QUEUE_QOS_POLICY) && !sim_at_rest(w);
}

/* ---- exchanging ---- */

static void *at(struct sim_world *w, uint32_t offset)
{
    return (uint8_t *)w + offset;
}

static void swap(void *a, void *b, size_t size)
{
    uint8_t *x = a, *y = b;

    for (size_t i = 0; i < size; i++) {
        uint8_t t = x[i];

        x[i] = y[i];
        y[i] = t;
    }
}

static void id(sim_id *of, struct engine_pair p)
{
    *of = *of == p.a ? p.b : *of == p.b ? p.a : *of;
}

static void ref(sim_ref *of, struct engine_pair p)
{
    sim_id i = sim_ref_id(*of);

    id(&i, p);
    *of = sim_ref_of(i);
}

static uint32_t first_mac(sim_id eip)
{
    return (uint32_t)eip * SIM_MACS_PER_EIP + 1;
}

static void mac(uint32_t *of, struct engine_pair p)
{
    if (*of - first_mac(p.a) < SIM_MACS_PER_EIP)
        *of += first_mac(p.b) - first_mac(p.a);
    else if (*of - first_mac(p.b) < SIM_MACS_PER_EIP)
        *of -= first_mac(p.b) - first_mac(p.a);
}

static void exchange_objects(struct sim_world *w, struct engine_pair p)
{
    struct sim_eip_slot *slot = at(w, w->at.slots[SIM_KIND_EIP]);
    uint32_t n = sim_watch_count(w, SIM_KIND_EIP);

    swap(&slot[p.a], &slot[p.b], sizeof *slot);
    swap(&slot[p.a].name, &slot[p.b].name, sizeof slot->name);
    for (unsigned i = 0; i < w->limits.eips; i++) {
        mac(&slot[i].api.mac, p);
        mac(&slot[i].cache.mac, p);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct sim_notice *notice = (struct sim_notice *)(uintptr_t)sim_notice(w, SIM_KIND_EIP, i);

        id(&notice->id, p);
        mac(&((struct sim_eip *)(uintptr_t)sim_notice_object(notice))->mac, p);
    }
}

static void exchange_keys(struct sim_world *w, enum sim_queue_id queue, struct engine_pair p)
{
    struct sim_queue *q = (struct sim_queue *)(uintptr_t)sim_queue(w, queue);
    struct sim_queue_node *node = (struct sim_queue_node *)(uintptr_t)sim_node(w, queue, 0);

    swap(&node[p.a], &node[p.b], sizeof *node);
    for (unsigned i = 0; i < q->keys; i++) {
        ref(&node[i].next, p);
        ref(&node[i].next_delayed, p);
        ref(&node[i].prev_delayed, p);
    }
    ref(&q->head, p);
    ref(&q->tail, p);
    ref(&q->delayed_head, p);
    ref(&q->delayed_tail, p);
    ref(&q->processing, p);
}

static void exchange_work(struct sim_world *w, enum sim_queue_id queue, struct engine_pair p)
{
    struct sim_worker *me = (struct sim_worker *)(uintptr_t)sim_worker(w, queue);

    if (me->phase == SIM_PHASE_IDLE)
        return;
    id(&me->key, p);
    mac(&me->mac, p);
    mac(&me->snap.mac, p);
    mac(&me->copy.mac, p);
    if (me->phase == SIM_PHASE_RUNNING)
        id(&me->eip, p);
}

static void exchange_owners(struct sim_world *w, struct engine_pair p)
{
    struct ipam *ipam = at(w, w->at.ipam);
    uint16_t a = sim_eip(w, p.a)->name, b = sim_eip(w, p.b)->name;

    ipam_exchange(ipam, IPAM_NUMBER_OWNER, sim_ipam_owner(a), sim_ipam_owner(b), NULL);
    for (unsigned nic = 0; nic < 2; nic++)
        ipam_exchange(ipam, IPAM_NUMBER_NIC, sim_ipam_nic(w, a, (enum sim_nic)nic),
                      sim_ipam_nic(w, b, (enum sim_nic)nic), NULL);
    for (uint32_t i = 0; i < SIM_MACS_PER_EIP; i++)
        ipam_exchange(ipam, IPAM_NUMBER_MAC, first_mac(p.a) + i, first_mac(p.b) + i, NULL);
}

static void exchange_ledger(struct sim_world *w, struct engine_pair p)
{
    uint16_t a = sim_eip(w, p.a)->name, b = sim_eip(w, p.b)->name;

    for (sim_id s = 0; s < w->limits.subnets; s++) {
        uint32_t *nic = at(w, w->at.ledger + w->at.ledger_of[s]);
        uint16_t *owner = (uint16_t *)(nic + sim_ipam_nics(w));

        swap(&nic[a * 2], &nic[b * 2], 2 * sizeof *nic);
        for (uint32_t i = 0; i >> (32 - sim_subnet(w, s)->prefix) == 0; i++)
            id(&owner[i], (struct engine_pair){(sim_id)(a + 1), (sim_id)(b + 1)});
    }
}

void engine_exchange(struct sim_world *w, sim_id a, sim_id b)
{
    struct engine_pair p = {a < b ? a : b, a < b ? b : a};
    struct sim_deleted *deleted = at(w, w->at.deleted);

    exchange_owners(w, p);
    exchange_ledger(w, p);
    exchange_objects(w, p);
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_queue_keys((enum sim_queue_id)q) == SIM_OBJECT_EIP && sim_queue(w, q)->keys > 0) {
            exchange_keys(w, (enum sim_queue_id)q, p);
            exchange_work(w, (enum sim_queue_id)q, p);
        }
    for (unsigned i = 0; i < sim_globals(w)->deleted_count; i++)
        id(&deleted[i].eip, p);
}

/* ---- one identity for all orders ---- */

/* What can be seen of an EIP without its name.  EIPs are put in order by it, so that only the
 * orders of those that look the same have to be tried. */
static uint64_t looks(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip_slot *slot = sim_eip(w, eip);
    uint64_t seen[4] = {slot->pending | (uint64_t)slot->racing << 16 |
                        (uint64_t)slot->wished << 24};

    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_queue_keys((enum sim_queue_id)q) == SIM_OBJECT_EIP)
            seen[0] = seen[0] << 3 ^ sim_node(w, (enum sim_queue_id)q, eip)->state;
    seen[1] = slot->api.status_ip | (uint64_t)slot->cache.status_ip << 32;
    seen[2] = slot->api.flags | (uint64_t)slot->cache.flags << 8 |
              (uint64_t)slot->api.labels << 16 | (uint64_t)slot->cache.labels << 24 |
              (uint64_t)slot->api.finalizer[0] << 32 | (uint64_t)slot->cache.finalizer[0] << 40 |
              (uint64_t)sim_exists(&slot->api.meta) << 48 |
              (uint64_t)sim_exists(&slot->cache.meta) << 49;
    seen[3] = slot->api.spec_v4 | (uint64_t)slot->cache.spec_v4 << 32;
    return XXH3_64bits(seen, sizeof seen);
}

/* Heap's algorithm: orders follow each other by one exchange. */
static bool next_order(unsigned *count, unsigned n, sim_id *order)
{
    unsigned i = 1, from;
    sim_id last;

    while (i < n && count[i] == i)
        count[i++] = 0;
    if (i == n)
        return false;
    from = i % 2 == 0 ? 0 : count[i];
    last = order[i];
    order[i] = order[from];
    order[from] = last;
    count[i]++;
    return true;
}

static bool in_order(const uint64_t *looks_of, const sim_id *order, unsigned n)
{
    for (unsigned i = 0; i + 1 < n; i++)
        if (looks_of[order[i]] > looks_of[order[i + 1]])
            return false;
    return true;
}

/* The exchanges that put EIP order[i] in place i, and the shares with them. */
static struct engine_exchanges exchanges_of(const sim_id *order, unsigned n,
                                            struct engine_used *used)
{
    sim_id here[ENGINE_ALIKE_EIPS];
    struct engine_exchanges x;

    memset(&x, 0, sizeof x);
    for (unsigned i = 0; i < n; i++)
        here[i] = (sim_id)i;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = i;

        while (here[k] != order[i])
            k++;
        if (k == i)
            continue;
        here[k] = here[i];
        x.pair[x.n++] = (struct engine_pair){(sim_id)i, (sim_id)k};
        swap(used->share[i], used->share[k], sizeof used->share[0]);
    }
    return x;
}

static bool before(struct sim_identity x, struct sim_identity y)
{
    return x.high != y.high ? x.high < y.high : x.low < y.low;
}

/* The least of all orders in which the EIPs' looks ascend. */
static struct sim_identity least_of(const struct engine_bound *bound,
                                    const struct engine_used *used, const struct sim_world *w,
                                    struct sim_world *scratch)
{
    unsigned n = w->limits.eips, count[ENGINE_ALIKE_EIPS] = {0};
    uint64_t looks_of[ENGINE_ALIKE_EIPS];
    sim_id order[ENGINE_ALIKE_EIPS];
    struct sim_identity least = {UINT64_MAX, UINT64_MAX};

    for (unsigned i = 0; i < n; i++) {
        order[i] = (sim_id)i;
        looks_of[i] = looks(w, (sim_id)i);
    }
    do {
        struct engine_exchanges x;
        struct engine_used other = *used;
        struct sim_identity id;

        if (!in_order(looks_of, order, n))
            continue;
        x = exchanges_of(order, n, &other);
        id = engine_canonical(w, other.budget, engine_used_size(bound, n), false, &x, scratch);
        least = before(id, least) ? id : least;
    } while (next_order(count, n, order));
    return least;
}

struct sim_identity engine_identity(const struct engine_bound *bound,
                                    const struct engine_used *used, const struct sim_world *w,
                                    struct sim_world *scratch)
{
    bool exact = (bound->reductions >> ENGINE_REDUCTION_DEAD & 1) == 0;

    return engine_alike(bound, used, w)
               ? least_of(bound, used, w, scratch)
               : engine_canonical(w, used->budget, engine_used_size(bound, w->limits.eips), exact,
                                  NULL, scratch);
}
