#include "ipam/work_internal.h"

#include <string.h>

/*
 * Making and changing subnets. Rules: kube-ovn pkg/ipam/ipam.go AddOrUpdateSubnet, master; older
 * ones by switch.
 */

static bool has(const struct ipam_op *op, enum ipam_quirk quirk)
{
    return ipam_has(op->ipam, quirk);
}

/* ---- what a request needs ---- */

static struct ipam_addr window_base(const struct ipam_slot *slot, const struct ipam_cidr *cidr)
{
    struct ipam_addr base = cidr->network;

    if (slot->bits == 0)
        return (struct ipam_addr){0, 0};
    base.lo &= ~((UINT64_C(1) << slot->bits) - 1);
    return base;
}

/* The block, and the addresses it hands out, lie in one window. */
static bool fits_window(const struct ipam_slot *slot, const struct ipam_cidr *cidr, bool ptp)
{
    struct ipam_range usable;

    if (slot->lists == 0)
        return false;
    if (slot->bits == 0)
        return true;
    if (ipam_cidr_host_bits(cidr) > slot->bits)
        return false;
    return !ipam_cidr_usable(cidr, ptp, &usable) ||
           (ipam_range_contains(ipam_cidr_block(cidr), usable.first) &&
            ipam_range_contains(ipam_cidr_block(cidr), usable.last));
}

/* Number of ranges that a set would be without its window. */
static uint32_t all_runs(const struct ipam_addrset *s)
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r;
    uint32_t n = 0;

    while (ipam_addrset_next_range(s, &cursor, &r))
        n++;
    return n;
}

static uint32_t pool_ranges(const struct ipam_op *op, enum ipam_family family, bool moving,
                            enum ipam_list list)
{
    uint32_t n = 0;

    for (uint32_t pool = 1; pool <= op->ipam->n_pools; pool++) {
        struct ipam_addrset s = ipam_list_at(op, family, pool, list);

        if (ipam_pool_here(op, pool))
            n += moving && *s.in_window ? *s.n_ranges + all_runs(&s) + 1 : *s.n_ranges;
    }
    return n;
}

static uint32_t owned(const struct ipam_op *op, enum ipam_family family)
{
    struct ipam_addr a = {0, 0};
    uint32_t n = 0;

    while (ipam_owners_next(op, family, a, &a)) {
        n += ipam_owners_count(op, family, a);
        a = ipam_addr_add(a, 1);
    }
    return n;
}

/*
 * Judged by the sum of all that could end up beside each other, doubled because a set is asked for
 * the ranges of both sides at once.
 */
static enum ipam_error room_to_rebuild(const struct ipam_op *op, enum ipam_family family,
                                       const struct ipam_family_request *r)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    struct ipam_addr base = window_base(slot, &r->cidr);
    bool moving = slot->bits && slot->has_cidr && !ipam_addr_equal(base, slot->base);
    struct ipam_addrset using = ipam_list_at(op, family, IPAM_WHOLE_SUBNET, IPAM_USING);
    struct ipam_range window = {base, base};
    uint64_t need = *using.n_ranges + pool_ranges(op, family, moving, IPAM_IPS) +
                    pool_ranges(op, family, moving, IPAM_USING);

    if (slot->bits)
        window.last = ipam_addr_add(base, (UINT64_C(1) << slot->bits) - 1);
    else
        need++;
    for (uint32_t i = 0; i < r->n_reserved; i++)
        need += !slot->bits || !ipam_range_contains(window, r->reserved[i].first) ||
                !ipam_range_contains(window, r->reserved[i].last);
    if (2 * need > slot->max_ranges)
        return IPAM_ERROR_CAPACITY_RANGES;
    if (moving && owned(op, family) > slot->max_extra)
        return IPAM_ERROR_CAPACITY_OWNERS;
    return IPAM_ERROR_NONE;
}

/* ---- set algebra that has been found to fit ---- */

static void must(bool ok)
{
    IPAM_ASSERT(ok);
}

static struct ipam_addrset list(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                                enum ipam_list which)
{
    return ipam_list_at(op, family, pool, which);
}

static void set_to_ranges(const struct ipam_addrset *s, const struct ipam_range *range, uint32_t n)
{
    ipam_addrset_clear(s);
    for (uint32_t i = 0; i < n; i++)
        must(ipam_addrset_add_range(s, range[i]));
}

/* ---- the lists of a block ---- */

/* What one family is rebuilt into. */
struct target {
    const struct ipam_family_request *request;
    struct ipam_range all;
    struct ipam_addr base;
    bool some; /* `all` exists */
    bool moving;
};

static struct target target_of(const struct ipam_op *op, enum ipam_family family,
                               const struct ipam_family_request *r)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    struct target t;

    memset(&t, 0, sizeof(t));
    t.request = r;
    t.some = ipam_cidr_usable(&r->cidr, !has(op, IPAM_QUIRK_ptp_unsupported), &t.all);
    t.base = window_base(slot, &r->cidr);
    t.moving = !ipam_addr_equal(t.base, slot->base);
    return t;
}

static void clip(const struct ipam_addrset *s, const struct target *t)
{
    if (t->some)
        ipam_addrset_keep_range(s, t->all);
    else
        ipam_addrset_clear(s);
}

/* Brings every list that survives into the new window; the others are emptied. */
static void move_lists(const struct ipam_op *op, enum ipam_family family, const struct target *t)
{
    struct ipam_addrset s = list(op, family, IPAM_WHOLE_SUBNET, IPAM_USING);

    clip(&s, t);
    must(ipam_addrset_rebase(&s, t->base));
    for (uint32_t i = 0; i < IPAM_SUBNET_LISTS; i++) {
        s = list(op, family, IPAM_WHOLE_SUBNET, (enum ipam_list)i);
        if (i != IPAM_USING)
            ipam_addrset_clear(&s);
    }
    for (uint32_t pool = 0; pool <= op->ipam->n_pools; pool++) {
        for (uint32_t i = 0; i < IPAM_POOL_LISTS; i++) {
            s = list(op, family, pool, (enum ipam_list)i);
            if (pool == 0 || (i != IPAM_IPS && i != IPAM_USING))
                ipam_addrset_clear(&s);
            else if (i == IPAM_USING && !has(op, IPAM_QUIRK_named_pool_rebuild_ignores_using))
                clip(&s, t);
            must(ipam_addrset_rebase(&s, t->base));
        }
    }
}

static void rebuild_subnet_lists(const struct ipam_op *op, enum ipam_family family,
                                 const struct target *t)
{
    struct ipam_addrset reserved = list(op, family, IPAM_WHOLE_SUBNET, IPAM_RESERVED);
    struct ipam_addrset using = list(op, family, IPAM_WHOLE_SUBNET, IPAM_USING);
    struct ipam_addrset free = list(op, family, IPAM_WHOLE_SUBNET, IPAM_FREE);
    struct ipam_addrset available = list(op, family, IPAM_WHOLE_SUBNET, IPAM_AVAILABLE);

    set_to_ranges(&reserved, t->request->reserved, t->request->n_reserved);
    clip(&using, t);
    set_to_ranges(&free, &t->all, t->some);
    must(ipam_addrset_subtract(&free, &reserved));
    if (!has(op, IPAM_QUIRK_cidr_update_forgets_using))
        must(ipam_addrset_subtract(&free, &using));
    must(ipam_addrset_copy(&available, &free));
}

static void copy_list(const struct ipam_op *op, enum ipam_family family, enum ipam_list which)
{
    struct ipam_addrset from = list(op, family, IPAM_WHOLE_SUBNET, which);
    struct ipam_addrset to = list(op, family, 0, which);

    must(ipam_addrset_copy(&to, &from));
}

static void rebuild_default_pool(const struct ipam_op *op, enum ipam_family family,
                                 const struct target *t)
{
    struct ipam_addrset ips = list(op, family, 0, IPAM_IPS);
    struct ipam_addrset released = list(op, family, 0, IPAM_RELEASED);

    set_to_ranges(&ips, &t->all, t->some);
    copy_list(op, family, IPAM_FREE);
    copy_list(op, family, IPAM_AVAILABLE);
    copy_list(op, family, IPAM_RESERVED);
    copy_list(op, family, IPAM_USING);
    ipam_addrset_clear(&released);
}

static void rebuild_named_pool(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                               const struct target *t)
{
    struct ipam_addrset all_reserved = list(op, family, IPAM_WHOLE_SUBNET, IPAM_RESERVED);
    struct ipam_addrset ips = list(op, family, pool, IPAM_IPS);
    struct ipam_addrset free = list(op, family, pool, IPAM_FREE);
    struct ipam_addrset available = list(op, family, pool, IPAM_AVAILABLE);
    struct ipam_addrset reserved = list(op, family, pool, IPAM_RESERVED);
    struct ipam_addrset using = list(op, family, pool, IPAM_USING);
    struct ipam_addrset released = list(op, family, pool, IPAM_RELEASED);

    must(ipam_addrset_copy(&reserved, &all_reserved));
    must(ipam_addrset_intersect(&reserved, &ips));
    must(ipam_addrset_copy(&free, &ips));
    clip(&free, t);
    if (!has(op, IPAM_QUIRK_named_pool_rebuild_ignores_using)) {
        clip(&using, t);
        must(ipam_addrset_subtract(&free, &using));
    }
    if (!has(op, IPAM_QUIRK_named_pool_rebuild_ignores_reserved))
        must(ipam_addrset_subtract(&free, &reserved));
    must(ipam_addrset_copy(&available, &free));
    ipam_addrset_clear(&released);
}

static void take_from_default(const struct ipam_op *op, enum ipam_family family,
                              enum ipam_list which, uint32_t pool, enum ipam_list what)
{
    struct ipam_addrset from = list(op, family, 0, which);
    struct ipam_addrset s = list(op, family, pool, what);

    must(ipam_addrset_subtract(&from, &s));
}

static void share_out(const struct ipam_op *op, enum ipam_family family, uint32_t pool)
{
    struct ipam_addrset reserved = list(op, family, 0, IPAM_RESERVED);

    take_from_default(op, family, IPAM_FREE, pool, IPAM_IPS);
    if (!has(op, IPAM_QUIRK_default_pool_overlaps_named)) {
        take_from_default(op, family, IPAM_IPS, pool, IPAM_IPS);
        take_from_default(op, family, IPAM_USING, pool, IPAM_USING);
    }
    if (has(op, IPAM_QUIRK_pool_reserved_clobbered))
        ipam_addrset_clear(&reserved);
    else
        take_from_default(op, family, IPAM_RESERVED, pool, IPAM_RESERVED);
}

static void rebuild_lists(const struct ipam_op *op, enum ipam_family family, const struct target *t)
{
    struct ipam_addrset free;
    struct ipam_addrset available;

    rebuild_subnet_lists(op, family, t);
    rebuild_default_pool(op, family, t);
    for (uint32_t pool = 1; pool <= op->ipam->n_pools; pool++) {
        if (!ipam_pool_here(op, pool))
            continue;
        rebuild_named_pool(op, family, pool, t);
        share_out(op, family, pool);
    }
    free = list(op, family, 0, IPAM_FREE);
    available = list(op, family, 0, IPAM_AVAILABLE);
    must(ipam_addrset_copy(&available, &free));
}

/* ---- the maps of a block ---- */

static bool stays(const struct target *t, struct ipam_addr a)
{
    return t->some && ipam_range_contains(t->all, a);
}

/* Leases outside the new block are dropped. The NIC lists of their owners keep them (I9). */
static void drop_leases_outside(const struct ipam_op *op, enum ipam_family family,
                                const struct target *t)
{
    bool strict = has(op, IPAM_QUIRK_strict);
    struct ipam_addr a;

    for (uint32_t nic = 1; nic <= op->ipam->n_nics; nic++) {
        if (!ipam_lease_get(op, family, nic, &a) || stays(t, a))
            continue;
        ipam_lease_drop(op, family, nic);
        if (strict)
            ipam_strict_forget_nic(op, family, a, nic);
        else
            ipam_owners_clear(op, family, a);
    }
    a = (struct ipam_addr){0, 0};
    while (strict && ipam_owners_next(op, family, a, &a)) {
        if (!stays(t, a))
            ipam_owners_clear(op, family, a);
        a = ipam_addr_add(a, 1);
    }
}

static void sweep_macs(const struct ipam_op *op)
{
    for (uint32_t nic = 1; op->subnet->n_orphans && nic <= op->ipam->n_nics; nic++) {
        if (ipam_nic_leased(op, nic))
            continue;
        if (has(op, IPAM_QUIRK_strict) && ipam_mac_get(op, nic))
            ipam_nics_pop(op, ipam_mac_owner_get(op, ipam_mac_get(op, nic)), nic);
        ipam_forget_mac(op, nic);
    }
}

static bool differs(const struct ipam_op *op, enum ipam_family family,
                    const struct ipam_family_request *r)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    struct ipam_addrset reserved = list(op, family, IPAM_WHOLE_SUBNET, IPAM_RESERVED);

    return !slot->has_cidr || !ipam_cidr_equal(&slot->cidr, &r->cidr) ||
           slot->gateway.valid != r->gateway.valid || slot->gateway.text != r->gateway.text ||
           (r->gateway.valid && !ipam_addr_equal(slot->gateway.addr, r->gateway.addr)) ||
           !ipam_addrset_equals_ranges(&reserved, r->reserved, r->n_reserved);
}

/* Field by field: a request's padding is nobody's business. */
static void put_cidr(const struct ipam_op *op, enum ipam_family family,
                     const struct ipam_family_request *r)
{
    struct ipam_slot *slot = &op->subnet->slot[family];

    slot->cidr.network = r->cidr.network;
    slot->cidr.prefix = r->cidr.prefix;
    slot->cidr.v4 = r->cidr.v4 != 0;
    slot->gateway.addr.hi = r->gateway.valid ? r->gateway.addr.hi : 0;
    slot->gateway.addr.lo = r->gateway.valid ? r->gateway.addr.lo : 0;
    slot->gateway.text = r->gateway.valid ? 0 : r->gateway.text;
    slot->gateway.valid = r->gateway.valid != 0;
    slot->has_cidr = 1;
    ipam_note(op, slot, sizeof(*slot));
}

static void rebuild(const struct ipam_op *op, enum ipam_family family,
                    const struct ipam_family_request *r)
{
    struct target t = target_of(op, family, r);

    drop_leases_outside(op, family, &t);
    if (t.moving) {
        move_lists(op, family, &t);
        ipam_owners_rebase(op, family, t.base);
    }
    put_cidr(op, family, r);
    rebuild_lists(op, family, &t);
}

/* ---- the calls ---- */

/* A block without addresses makes a list that must not be used, and uses it. */
static bool crashes(const struct ipam_op *op, enum ipam_family family,
                    const struct ipam_family_request *r, bool known)
{
    struct ipam_range usable;

    if (ipam_cidr_usable(&r->cidr, !has(op, IPAM_QUIRK_ptp_unsupported), &usable))
        return false;
    if (!known)
        return !r->update_only;
    return !r->create_only && op->subnet->slot[family].lists && differs(op, family, r);
}

static enum ipam_error refuse(const struct ipam_op *op, const struct ipam_subnet_request *r,
                              bool known)
{
    bool ptp = !has(op, IPAM_QUIRK_ptp_unsupported);

    for (int f = 0; f < IPAM_FAMILIES; f++) {
        const struct ipam_family_request *x = &r->family[f];
        enum ipam_error error;

        if (!x->present)
            continue;
        if (has(op, IPAM_QUIRK_nil_list_crash) && crashes(op, (enum ipam_family)f, x, known))
            return IPAM_ERROR_UPSTREAM_CRASH;
        if (!fits_window(&op->subnet->slot[f], &x->cidr, ptp))
            return IPAM_ERROR_CAPACITY_WINDOW;
        error = room_to_rebuild(op, (enum ipam_family)f, x);
        if (error)
            return error;
    }
    return IPAM_ERROR_NONE;
}

static enum ipam_error set_mac_only(const struct ipam_op *op)
{
    if (has(op, IPAM_QUIRK_no_mac_only))
        return IPAM_ERROR_INVALID_CIDR;
    if (op->subnet->exists &&
        (op->subnet->slot[IPAM_V4].has_cidr || op->subnet->slot[IPAM_V6].has_cidr))
        return IPAM_ERROR_INVALID_CIDR;
    if (!op->subnet->exists)
        ipam_put8(op, (uint8_t *)ipam_at(op->ipam, op->subnet->pool_exists), 1);
    ipam_put8(op, &op->subnet->exists, 1);
    ipam_put8(op, &op->subnet->protocol, IPAM_PROTOCOL_MAC);
    return IPAM_ERROR_NONE;
}

enum ipam_error ipam_subnet_set(struct ipam *ipam, uint32_t subnet,
                                const struct ipam_subnet_request *r, struct ipam_journal *journal)
{
    struct ipam_op op;
    bool known = ipam_op_open(&op, ipam, subnet, journal);
    enum ipam_error error;

    if (!op.subnet)
        return IPAM_ERROR_BAD_REQUEST;
    if (r->protocol == IPAM_PROTOCOL_MAC)
        return set_mac_only(&op);
    error = refuse(&op, r, known);
    if (error)
        return error;
    if (!known)
        ipam_put8(&op, (uint8_t *)ipam_at(ipam, op.subnet->pool_exists), 1);
    else if (!ipam_pool_here(&op, 0))
        return IPAM_ERROR_UPSTREAM_CRASH;
    ipam_put8(&op, &op.subnet->exists, 1);
    ipam_put8(&op, &op.subnet->protocol, r->protocol);
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        const struct ipam_family_request *x = &r->family[f];

        if (x->present && !(known ? x->create_only : x->update_only) &&
            differs(&op, (enum ipam_family)f, x))
            rebuild(&op, (enum ipam_family)f, x);
    }
    if (known)
        sweep_macs(&op);
    return IPAM_ERROR_NONE;
}

void ipam_subnet_delete(struct ipam *ipam, uint32_t subnet, struct ipam_journal *journal)
{
    struct ipam_op op;
    uint32_t start;

    if (!ipam_op_open(&op, ipam, subnet, journal))
        return;
    start = op.subnet->pool_exists;
    memset(ipam_at(ipam, start), 0, op.subnet->end - start);
    op.subnet->exists = 0;
    op.subnet->protocol = 0;
    op.subnet->gateway_mac = 0;
    op.subnet->n_orphans = 0;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct ipam_slot *slot = &op.subnet->slot[f];

        memset(&slot->base, 0, sizeof(slot->base));
        memset(&slot->cidr, 0, sizeof(slot->cidr));
        memset(&slot->gateway, 0, sizeof(slot->gateway));
        slot->n_extra = 0;
        slot->has_cidr = 0;
    }
    ipam_note(&op, op.subnet, op.subnet->end - (uint32_t)((char *)op.subnet - (char *)ipam));
}
