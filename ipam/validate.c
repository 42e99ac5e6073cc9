#include "ipam/lease_internal.h"

#include <string.h>

static struct ipam_addrset list(const struct ipam_op *op, int family, uint32_t pool,
                                enum ipam_list which)
{
    return ipam_list_at(op, (enum ipam_family)family, pool, which);
}

/* ---- sets, without room for a third one ---- */

static bool within(const struct ipam_addrset *a, const struct ipam_addrset *b)
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r;

    while (ipam_addrset_next_range(a, &cursor, &r)) {
        struct ipam_addrset_cursor there = {r.first, 0, 0};
        struct ipam_range other;

        if (!ipam_addrset_next_range(b, &there, &other) || !ipam_addr_equal(other.first, r.first) ||
            ipam_addr_compare(other.last, r.last) < 0)
            return false;
    }
    return true;
}

static bool apart(const struct ipam_addrset *a, const struct ipam_addrset *b)
{
    return !ipam_addrset_overlap(a, b);
}

/* Every address of the range is in one of the sets. */
static bool cover(const struct ipam_addrset *set, uint32_t n, struct ipam_range all)
{
    struct ipam_addr a = all.first;

    for (uint32_t i = 0; i < n;) {
        struct ipam_addrset_cursor cursor = {a, 0, 0};
        struct ipam_range r;

        if (!ipam_addrset_next_range(&set[i], &cursor, &r) || !ipam_addr_equal(r.first, a)) {
            i++;
            continue;
        }
        if (ipam_addr_compare(r.last, all.last) >= 0)
            return true;
        a = ipam_addr_add(r.last, 1);
        i = 0;
    }
    return false;
}

static struct ipam_count size(const struct ipam_addrset *s)
{
    return ipam_addrset_count(s);
}

static bool same_count(struct ipam_count a, struct ipam_count b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

static bool usable(const struct ipam_op *op, int family, struct ipam_range *all)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];

    return slot->has_cidr &&
           ipam_cidr_usable(&slot->cidr, !ipam_has(op->ipam, IPAM_QUIRK_ptp_unsupported), all);
}

/* ---- I1 ---- */

static bool sets_normal(const struct ipam_op *op, int family)
{
    for (uint32_t i = 0; i < IPAM_SUBNET_LISTS; i++) {
        struct ipam_addrset s = list(op, family, IPAM_WHOLE_SUBNET, (enum ipam_list)i);

        if (ipam_addrset_validate(&s))
            return false;
    }
    for (uint32_t pool = 0; pool <= op->ipam->n_pools; pool++) {
        for (uint32_t i = 0; i < IPAM_POOL_LISTS; i++) {
            struct ipam_addrset s = list(op, family, pool, (enum ipam_list)i);

            if (ipam_addrset_validate(&s) || (!ipam_pool_here(op, pool) && !ipam_addrset_empty(&s)))
                return false;
        }
    }
    return true;
}

static bool extra_normal(const struct ipam_op *op, const struct ipam_slot *slot,
                         const struct ipam_extra *table, uint32_t i)
{
    static const struct ipam_extra none;
    bool first = i == 0 || !ipam_addr_equal(table[i - 1].addr, table[i].addr);
    bool inside = slot->bits && table[i].addr.hi == slot->base.hi &&
                  (table[i].addr.lo - slot->base.lo) >> slot->bits == 0;

    if (i >= slot->n_extra)
        return memcmp(&table[i], &none, sizeof(none)) == 0;
    if (table[i].owner == 0 || table[i].owner > op->ipam->n_owners)
        return false;
    if (i > 0 && ipam_addr_compare(table[i - 1].addr, table[i].addr) > 0)
        return false;
    return table[i].rank == (first ? (inside ? 1u : 0u) : table[i - 1].rank + 1);
}

static bool extras_normal(const struct ipam_op *op, int family)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    const struct ipam_extra *table = ipam_at(op->ipam, slot->extra);

    if (slot->n_extra > slot->max_extra)
        return false;
    for (uint32_t i = 0; i < slot->max_extra; i++) {
        if (!extra_normal(op, slot, table, i))
            return false;
    }
    return true;
}

static bool holds_i1(const struct ipam_op *op)
{
    uint32_t orphans = 0;

    for (uint32_t nic = 1; nic <= op->ipam->n_nics; nic++)
        orphans += ipam_mac_get(op, nic) != 0 && !ipam_nic_leased(op, nic);
    if (orphans != op->subnet->n_orphans)
        return false;
    for (uint32_t owner = 1; owner <= op->ipam->n_owners; owner++) {
        for (uint32_t i = ipam_nics_count(op, owner); i < op->ipam->n_owner_nics; i++) {
            if (ipam_nics_at(op, owner, i) != 0)
                return false;
        }
    }
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        if (op->subnet->slot[f].lists && !(sets_normal(op, f) && extras_normal(op, f)))
            return false;
    }
    return true;
}

/* ---- lists: I2 to I5 ---- */

static bool holds_i2(const struct ipam_op *op, int family)
{
    struct ipam_addrset set[3] = {list(op, family, IPAM_WHOLE_SUBNET, IPAM_AVAILABLE),
                                  list(op, family, IPAM_WHOLE_SUBNET, IPAM_USING),
                                  list(op, family, IPAM_WHOLE_SUBNET, IPAM_RESERVED)};
    struct ipam_range all;

    return apart(&set[0], &set[1]) && apart(&set[0], &set[2]) &&
           (!usable(op, family, &all) || cover(set, 3, all));
}

static bool holds_i3(const struct ipam_op *op, int family)
{
    struct ipam_addrset free = list(op, family, IPAM_WHOLE_SUBNET, IPAM_FREE);
    struct ipam_addrset available = list(op, family, IPAM_WHOLE_SUBNET, IPAM_AVAILABLE);

    if (!within(&free, &available))
        return false;
    for (uint32_t pool = 0; pool <= op->ipam->n_pools; pool++) {
        struct ipam_addrset released = list(op, family, pool, IPAM_RELEASED);

        free = list(op, family, pool, IPAM_FREE);
        available = list(op, family, pool, IPAM_AVAILABLE);
        if (!apart(&free, &released) || !within(&free, &available) ||
            !within(&released, &available) ||
            !same_count(size(&available), ipam_count_add(size(&free), size(&released))))
            return false;
    }
    return true;
}

static bool covered_by_pools(const struct ipam_op *op, int family, struct ipam_range all)
{
    struct ipam_addr a = all.first;

    for (uint32_t pool = 0; pool <= op->ipam->n_pools;) {
        struct ipam_addrset ips = list(op, family, pool, IPAM_IPS);
        struct ipam_addrset_cursor cursor = {a, 0, 0};
        struct ipam_range r;

        pool++;
        if (!ipam_addrset_next_range(&ips, &cursor, &r) || !ipam_addr_equal(r.first, a))
            continue;
        if (ipam_addr_compare(r.last, all.last) >= 0)
            return true;
        a = ipam_addr_add(r.last, 1);
        pool = 0;
    }
    return false;
}

static bool pools_apart(const struct ipam_op *op, int family, enum ipam_list which)
{
    for (uint32_t i = 0; i <= op->ipam->n_pools; i++) {
        struct ipam_addrset a = list(op, family, i, which);

        for (uint32_t k = i + 1; k <= op->ipam->n_pools; k++) {
            struct ipam_addrset b = list(op, family, k, which);

            if (!apart(&a, &b))
                return false;
        }
    }
    return true;
}

static bool holds_i4(const struct ipam_op *op, int family)
{
    struct ipam_range all;

    for (uint32_t pool = 0; pool <= op->ipam->n_pools; pool++) {
        struct ipam_addrset ips = list(op, family, pool, IPAM_IPS);
        struct ipam_addrset using = list(op, family, pool, IPAM_USING);

        if (!within(&using, &ips))
            return false;
    }
    return pools_apart(op, family, IPAM_IPS) &&
           (!usable(op, family, &all) || covered_by_pools(op, family, all));
}

static bool holds_i5(const struct ipam_op *op, int family)
{
    static const enum ipam_list shared[] = {IPAM_USING, IPAM_AVAILABLE, IPAM_RESERVED};

    for (uint32_t i = 0; i < 3; i++) {
        struct ipam_addrset whole = list(op, family, IPAM_WHOLE_SUBNET, shared[i]);
        struct ipam_count sum = {0, 0};

        for (uint32_t pool = 0; pool <= op->ipam->n_pools; pool++) {
            struct ipam_addrset part = list(op, family, pool, shared[i]);

            if (!within(&part, &whole))
                return false;
            sum = ipam_count_add(sum, size(&part));
        }
        if (!pools_apart(op, family, shared[i]) || !same_count(sum, size(&whole)))
            return false;
    }
    return true;
}

/* ---- maps: I6 to I11 ---- */

static bool lists_nic(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    uint32_t n = ipam_nics_count(op, owner);

    for (uint32_t i = 0; i < n; i++) {
        if (ipam_nics_at(op, owner, i) == nic)
            return true;
    }
    return false;
}

static bool holds_i6(const struct ipam_op *op, int family)
{
    struct ipam_addrset using = list(op, family, IPAM_WHOLE_SUBNET, IPAM_USING);

    for (uint32_t nic = 1; nic <= op->ipam->n_nics; nic++) {
        struct ipam_addr a;
        uint32_t owner;
        bool listed = false;

        if (!ipam_lease_get(op, (enum ipam_family)family, nic, &a))
            continue;
        for (uint32_t k = 0; (owner = ipam_owners_at(op, (enum ipam_family)family, a, k)) != 0; k++)
            listed |= lists_nic(op, owner, nic);
        if (!listed || !ipam_addrset_contains(&using, a))
            return false;
    }
    return true;
}

static bool owner_holds(const struct ipam_op *op, int family, uint32_t owner, struct ipam_addr addr)
{
    uint32_t n = ipam_nics_count(op, owner);

    for (uint32_t i = 0; i < n; i++) {
        struct ipam_addr a;

        if (ipam_lease_get(op, (enum ipam_family)family, ipam_nics_at(op, owner, i), &a) &&
            ipam_addr_equal(a, addr))
            return true;
    }
    return false;
}

static bool holds_i7(const struct ipam_op *op, int family)
{
    struct ipam_addrset using = list(op, family, IPAM_WHOLE_SUBNET, IPAM_USING);
    struct ipam_addr a = {0, 0};

    while (ipam_owners_next(op, (enum ipam_family)family, a, &a)) {
        uint32_t owner;

        if (!ipam_addrset_contains(&using, a))
            return false;
        for (uint32_t k = 0; (owner = ipam_owners_at(op, (enum ipam_family)family, a, k)) != 0; k++)
            if (!owner_holds(op, family, owner, a))
                return false;
        a = ipam_addr_add(a, 1);
    }
    return true;
}

static bool holds_i8(const struct ipam_op *op, int family)
{
    struct ipam_addrset using = list(op, family, IPAM_WHOLE_SUBNET, IPAM_USING);
    struct ipam_count n = {0, 0};
    struct ipam_addr a = {0, 0};

    while (ipam_owners_next(op, (enum ipam_family)family, a, &a)) {
        n.lo += ipam_addrset_contains(&using, a);
        a = ipam_addr_add(a, 1);
    }
    return same_count(n, size(&using));
}

static bool holds_i9(const struct ipam_op *op)
{
    uint64_t listed = 0;
    uint64_t holding = 0;

    for (uint32_t owner = 1; owner <= op->ipam->n_owners; owner++) {
        uint32_t n = ipam_nics_count(op, owner);

        for (uint32_t i = 0; i < n; i++) {
            uint32_t nic = ipam_nics_at(op, owner, i);

            if (!ipam_nic_leased(op, nic) && ipam_mac_get(op, nic) == 0)
                return false;
            for (uint32_t k = 0; k < i; k++)
                if (ipam_nics_at(op, owner, k) == nic)
                    return false;
        }
        listed += n;
    }
    for (uint32_t nic = 1; nic <= op->ipam->n_nics; nic++)
        holding += ipam_nic_leased(op, nic) || ipam_mac_get(op, nic) != 0;
    return listed == holding;
}

static bool holds_i10(const struct ipam_op *op)
{
    uint64_t worn = 0;
    uint64_t known = 0;

    for (uint32_t nic = 1; nic <= op->ipam->n_nics; nic++) {
        uint32_t mac = ipam_mac_get(op, nic);

        if (mac == 0)
            continue;
        worn++;
        if (ipam_mac_owner_get(op, mac) == 0 || !lists_nic(op, ipam_mac_owner_get(op, mac), nic))
            return false;
    }
    for (uint32_t mac = 1; mac <= op->ipam->n_macs; mac++)
        known += ipam_mac_owner_get(op, mac) != 0;
    return worn == known;
}

static bool holds_i11(const struct ipam_op *op)
{
    return op->subnet->protocol == IPAM_PROTOCOL_MAC || op->subnet->n_orphans == 0;
}

/* ---- the calls ---- */

static const char *const texts[] = {
#define X(name, where, statement) statement,
    IPAM_INVARIANTS(X)
#undef X
};

enum where { EVERYWHERE, MASTER, STRICT };

static const uint8_t wheres[] = {
#define X(name, where, statement) where,
    IPAM_INVARIANTS(X)
#undef X
};

const char *ipam_invariant_text(enum ipam_invariant invariant)
{
    return invariant < IPAM_INVARIANT_COUNT ? texts[invariant] : "";
}

static bool holds_in_subnet(const struct ipam_op *op, enum ipam_invariant invariant)
{
    switch (invariant) {
    case IPAM_I1:
        return holds_i1(op);
    case IPAM_I9:
        return holds_i9(op);
    case IPAM_I10:
        return holds_i10(op);
    case IPAM_I11:
        return holds_i11(op);
    default:
        return true;
    }
}

static bool holds_in_family(const struct ipam_op *op, int family, enum ipam_invariant invariant)
{
    switch (invariant) {
    case IPAM_I2:
        return holds_i2(op, family);
    case IPAM_I3:
        return holds_i3(op, family);
    case IPAM_I4:
        return holds_i4(op, family);
    case IPAM_I5:
        return holds_i5(op, family);
    case IPAM_I6:
        return holds_i6(op, family);
    case IPAM_I7:
        return holds_i7(op, family);
    case IPAM_I8:
        return holds_i8(op, family);
    default:
        return true;
    }
}

bool ipam_invariant_holds(const struct ipam *ipam, uint32_t subnet, enum ipam_invariant invariant)
{
    struct ipam_op op;

    if (!ipam_op_open(&op, (struct ipam *)(uintptr_t)ipam, subnet, NULL))
        return true;
    if (!holds_in_subnet(&op, invariant))
        return false;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        if (op.subnet->slot[f].lists && !holds_in_family(&op, f, invariant))
            return false;
    }
    return true;
}

/* A block of one address has none to give out.  An address that was in use when the block shrank to
 * it can be shared, and upstream then gives it back to the subnet alone. */
static bool has_bare_block(const struct ipam *ipam, uint32_t subnet)
{
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct ipam_cidr cidr;

        if (ipam_cidr_of(ipam, subnet, (enum ipam_family)f, &cidr) &&
            cidr.prefix == (f == IPAM_V4 ? 32 : 128))
            return true;
    }
    return false;
}

/* Pool 0 is as it was made, as far as can be seen. */
static bool expected(const struct ipam *ipam, uint32_t subnet, enum ipam_invariant invariant)
{
    if (wheres[invariant] == EVERYWHERE || ipam->quirks == IPAM_QUIRK_BIT(strict))
        return true;
    if (wheres[invariant] != MASTER || ipam->quirks != 0)
        return false;
    if (invariant == IPAM_I5 && has_bare_block(ipam, subnet))
        return false;
    return invariant < IPAM_I4 || ipam_invariant_holds(ipam, subnet, IPAM_I4);
}

const char *ipam_validate(const struct ipam *ipam)
{
    for (uint32_t subnet = 1; subnet <= ipam->n_subnets; subnet++) {
        for (uint32_t i = 0; i < IPAM_INVARIANT_COUNT; i++) {
            if (expected(ipam, subnet, (enum ipam_invariant)i) &&
                !ipam_invariant_holds(ipam, subnet, (enum ipam_invariant)i))
                return texts[i];
        }
    }
    return NULL;
}
