#include "ipam/work_internal.h"

/*
 * Named pools and the gateway's MAC. Rules: kube-ovn pkg/ipam/subnet.go AddOrUpdateIPPool and
 * RemoveIPPool, master; older ones by switch.
 */

static bool has(const struct ipam_op *op, enum ipam_quirk quirk)
{
    return ipam_has(op->ipam, quirk);
}

static void must(bool ok)
{
    IPAM_ASSERT(ok);
}

static struct ipam_addrset list(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                                enum ipam_list which)
{
    return ipam_list_at(op, family, pool, which);
}

static bool touches(const struct ipam_addrset *s, const struct ipam_range *range, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ipam_addr a;

        if (ipam_addrset_next(s, range[i].first, &a) && ipam_addr_compare(a, range[i].last) <= 0)
            return true;
    }
    return false;
}

uint32_t ipam_pool_conflict(const struct ipam *ipam, uint32_t subnet, uint32_t pool,
                            enum ipam_family family, const struct ipam_range *range, uint32_t n)
{
    for (uint32_t other = 1; other <= ipam->n_pools; other++) {
        struct ipam_addrset ips;

        if (other != pool && ipam_list_of(ipam, subnet, family, other, IPAM_IPS, &ips) &&
            touches(&ips, range, n))
            return other;
    }
    return 0;
}

/* false: the sum, or the number of all 2^128 addresses, which is written 0, is too large. */
static bool add_up(struct ipam_count *sum, struct ipam_count n)
{
    struct ipam_count s = ipam_count_add(*sum, n);
    bool less = s.hi < sum->hi || (s.hi == sum->hi && s.lo < sum->lo);

    *sum = s;
    return !less;
}

/* A pool's IPs may lie outside the block; with the default pool's they must not be all there is. */
static bool countable(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                      const struct ipam_pool_request *r)
{
    struct ipam_addrset d = list(op, family, 0, IPAM_IPS);
    struct ipam_addrset p = list(op, family, pool, IPAM_IPS);
    struct ipam_count sum = ipam_addrset_count(&d);
    bool ok = add_up(&sum, ipam_addrset_count(&p));

    for (uint32_t i = 0; ok && r && i < r->n_ranges[family]; i++) {
        struct ipam_count n = ipam_range_count(r->range[family][i]);

        ok = (n.hi || n.lo) && add_up(&sum, n);
    }
    return ok;
}

/* Judged by the sum of everything that is joined and cut, doubled as in a rebuild. */
static bool room(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                 const struct ipam_pool_request *r)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    struct ipam_addrset reserved = list(op, family, IPAM_WHOLE_SUBNET, IPAM_RESERVED);
    struct ipam_addrset using = list(op, family, IPAM_WHOLE_SUBNET, IPAM_USING);
    uint64_t need = (uint64_t)*reserved.n_ranges + *using.n_ranges;
    uint64_t most = 0;
    struct ipam_range window = {slot->base, slot->base};

    if (slot->bits)
        window.last = ipam_addr_add(slot->base, (UINT64_C(1) << slot->bits) - 1);
    for (uint32_t i = 0; r && i < r->n_ranges[family]; i++)
        need += !slot->bits || !ipam_range_contains(window, r->range[family][i].first) ||
                !ipam_range_contains(window, r->range[family][i].last);
    for (uint32_t i = 0; i < IPAM_POOL_LISTS; i++) {
        struct ipam_addrset d = list(op, family, 0, (enum ipam_list)i);
        struct ipam_addrset p = list(op, family, pool, (enum ipam_list)i);
        uint64_t sum = (uint64_t)*d.n_ranges + *p.n_ranges;

        most = sum > most ? sum : most;
    }
    return 2 * (need + most) <= slot->max_ranges;
}

static void unite(const struct ipam_op *op, enum ipam_family family, enum ipam_list to,
                  uint32_t pool, enum ipam_list what)
{
    struct ipam_addrset d = list(op, family, 0, to);
    struct ipam_addrset s = list(op, family, pool, what);

    must(ipam_addrset_unite(&d, &s));
}

static void subtract(const struct ipam_op *op, enum ipam_family family, enum ipam_list from,
                     uint32_t pool, enum ipam_list what)
{
    struct ipam_addrset d = list(op, family, 0, from);
    struct ipam_addrset s = list(op, family, pool, what);

    must(ipam_addrset_subtract(&d, &s));
}

/* The pool's lists, from its IPs and the subnet's lists. */
static void fill(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                 const struct ipam_pool_request *r)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    struct ipam_addrset ips = list(op, family, pool, IPAM_IPS);
    struct ipam_addrset free = list(op, family, pool, IPAM_FREE);
    struct ipam_addrset set;
    struct ipam_addrset whole;
    struct ipam_range all;

    ipam_addrset_clear(&ips);
    for (uint32_t i = 0; i < r->n_ranges[family]; i++)
        must(ipam_addrset_add_range(&ips, r->range[family][i]));
    must(ipam_addrset_copy(&free, &ips));
    if (ipam_cidr_usable(&slot->cidr, !has(op, IPAM_QUIRK_ptp_unsupported), &all))
        ipam_addrset_keep_range(&free, all);
    else
        ipam_addrset_clear(&free);
    for (uint32_t i = IPAM_USING; i <= IPAM_RESERVED; i++) {
        set = list(op, family, pool, (enum ipam_list)i);
        whole = list(op, family, IPAM_WHOLE_SUBNET, (enum ipam_list)i);
        must(ipam_addrset_copy(&set, &whole));
        must(ipam_addrset_intersect(&set, &ips));
        must(ipam_addrset_subtract(&free, &set));
    }
    set = list(op, family, pool, IPAM_AVAILABLE);
    must(ipam_addrset_copy(&set, &free));
    set = list(op, family, pool, IPAM_RELEASED);
    ipam_addrset_clear(&set);
}

static void set_family(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                       const struct ipam_pool_request *r)
{
    static const enum ipam_list shared[] = {IPAM_IPS, IPAM_USING, IPAM_RESERVED};
    struct ipam_addrset free = list(op, family, 0, IPAM_FREE);
    struct ipam_addrset available = list(op, family, 0, IPAM_AVAILABLE);
    struct ipam_addrset released = list(op, family, 0, IPAM_RELEASED);

    if (pool == 0) {
        fill(op, family, pool, r);
        return;
    }
    for (uint32_t i = 0; i < 3; i++)
        unite(op, family, shared[i], pool, shared[i]);
    unite(op, family, IPAM_AVAILABLE, pool, IPAM_AVAILABLE);
    fill(op, family, pool, r);
    for (uint32_t i = 0; i < 3; i++)
        subtract(op, family, shared[i], pool, shared[i]);
    subtract(op, family, IPAM_AVAILABLE, pool, IPAM_FREE);
    if (!has(op, IPAM_QUIRK_random_may_pick_reserved))
        subtract(op, family, IPAM_AVAILABLE, IPAM_WHOLE_SUBNET, IPAM_RESERVED);
    must(ipam_addrset_copy(&free, &available));
    ipam_addrset_clear(&released);
}

struct ipam_result ipam_pool_set(struct ipam *ipam, uint32_t subnet, uint32_t pool,
                                 const struct ipam_pool_request *r, struct ipam_journal *journal)
{
    struct ipam_result result = ipam_failed(IPAM_ERROR_NONE);
    struct ipam_op op;

    if (pool > ipam->n_pools)
        return ipam_failed(IPAM_ERROR_BAD_REQUEST);
    if (!ipam_op_open(&op, ipam, subnet, journal))
        return ipam_failed(IPAM_ERROR_SUBNET_UNKNOWN);
    if (pool == 0 && has(&op, IPAM_QUIRK_strict))
        return ipam_failed(IPAM_ERROR_DEFAULT_POOL);
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        if (!op.subnet->slot[f].has_cidr)
            continue;
        result.family = (uint8_t)f;
        result.pool = ipam_pool_conflict(ipam, subnet, pool, (enum ipam_family)f, r->range[f],
                                         r->n_ranges[f]);
        if (result.pool)
            result.error = IPAM_ERROR_POOL_CONFLICT;
        else if (!countable(&op, (enum ipam_family)f, pool, r))
            result.error = IPAM_ERROR_BAD_REQUEST;
        else if (!room(&op, (enum ipam_family)f, pool, r))
            result.error = IPAM_ERROR_CAPACITY_RANGES;
        if (result.error)
            return result;
    }
    result = ipam_failed(IPAM_ERROR_NONE);
    if (!ipam_pool_here(&op, 0))
        return ipam_failed(IPAM_ERROR_UPSTREAM_CRASH);
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        if (op.subnet->slot[f].has_cidr)
            set_family(&op, (enum ipam_family)f, pool, r);
    }
    ipam_put8(&op, (uint8_t *)ipam_at(ipam, op.subnet->pool_exists) + pool, 1);
    return result;
}

static void drop_family(const struct ipam_op *op, enum ipam_family family, uint32_t pool)
{
    for (uint32_t i = 0; i < IPAM_POOL_LISTS; i++) {
        struct ipam_addrset s = list(op, family, pool, (enum ipam_list)i);

        if (pool != 0 && !(i == IPAM_IPS && has(op, IPAM_QUIRK_remove_pool_drops_ips)))
            unite(op, family, (enum ipam_list)i, pool, (enum ipam_list)i);
        ipam_addrset_clear(&s);
    }
}

enum ipam_error ipam_pool_delete(struct ipam *ipam, uint32_t subnet, uint32_t pool,
                                 struct ipam_journal *journal)
{
    struct ipam_op op;

    if (!ipam_op_open(&op, ipam, subnet, journal) || !ipam_pool_here(&op, pool))
        return IPAM_ERROR_NONE;
    if (pool == 0 && has(&op, IPAM_QUIRK_strict))
        return IPAM_ERROR_DEFAULT_POOL;
    if (!ipam_pool_here(&op, 0))
        return IPAM_ERROR_UPSTREAM_CRASH;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        if (!op.subnet->slot[f].lists)
            continue;
        if (pool != 0 && !countable(&op, (enum ipam_family)f, pool, NULL))
            return IPAM_ERROR_BAD_REQUEST;
        if (!room(&op, (enum ipam_family)f, pool, NULL))
            return IPAM_ERROR_CAPACITY_RANGES;
    }
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        if (op.subnet->slot[f].lists)
            drop_family(&op, (enum ipam_family)f, pool);
    }
    ipam_put8(&op, (uint8_t *)ipam_at(ipam, op.subnet->pool_exists) + pool, 0);
    return IPAM_ERROR_NONE;
}

enum ipam_error ipam_gateway_mac_set(struct ipam *ipam, uint32_t subnet, uint32_t mac,
                                     struct ipam_journal *journal)
{
    struct ipam_op op;

    if (mac > ipam->n_macs)
        return IPAM_ERROR_BAD_REQUEST;
    if (!ipam_op_open(&op, ipam, subnet, journal))
        return IPAM_ERROR_SUBNET_UNKNOWN;
    if (!has(&op, IPAM_QUIRK_no_gateway_mac))
        ipam_put32(&op, &op.subnet->gateway_mac, mac);
    return IPAM_ERROR_NONE;
}
