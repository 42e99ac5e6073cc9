#include "ipam/lease_internal.h"

#include <string.h>

/* Position of an address in the window of a family; false when it lies outside. */
static bool position(const struct ipam_slot *slot, struct ipam_addr a, uint32_t *out)
{
    uint64_t distance = a.lo - slot->base.lo;

    *out = (uint32_t)distance;
    return slot->bits && a.hi == slot->base.hi && distance >> slot->bits == 0;
}

/* ---- NIC -> address ---- */

static uint32_t position_limit(const struct ipam_slot *slot)
{
    return slot->bits < 16 ? 1 : UINT32_MAX; /* chooses 2 or 4 bytes */
}

bool ipam_lease_get(const struct ipam_op *op, enum ipam_family family, uint32_t nic,
                    struct ipam_addr *out)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    uint32_t stored;

    if (slot->lists == 0)
        return false;
    if (slot->bits == 0) {
        *out = ((const struct ipam_addr *)ipam_at(op->ipam, slot->nic_addr))[nic - 1];
        return out->hi || out->lo;
    }
    stored = ipam_id_get(op->ipam, slot->nic_addr, position_limit(slot), nic - 1);
    *out = ipam_addr_add(slot->base, (uint64_t)stored - (stored != 0));
    return stored != 0;
}

bool ipam_nic_leased(const struct ipam_op *op, uint32_t nic)
{
    struct ipam_addr a;

    return ipam_lease_get(op, IPAM_V4, nic, &a) || ipam_lease_get(op, IPAM_V6, nic, &a);
}

static bool is_orphan(const struct ipam_op *op, uint32_t nic)
{
    return ipam_mac_get(op, nic) != 0 && !ipam_nic_leased(op, nic);
}

static void recount_orphans(const struct ipam_op *op, uint32_t nic, bool before)
{
    bool after = is_orphan(op, nic);

    if (before != after)
        ipam_put32(op, &op->subnet->n_orphans, op->subnet->n_orphans + (after ? 1u : UINT32_MAX));
}

static void store_lease(const struct ipam_op *op, enum ipam_family family, uint32_t nic,
                        const struct ipam_addr *addr)
{
    static const struct ipam_addr none = {0, 0};
    const struct ipam_slot *slot = &op->subnet->slot[family];
    bool before = is_orphan(op, nic);
    uint32_t at = 0;

    if (slot->bits == 0) {
        struct ipam_addr *table = ipam_at(op->ipam, slot->nic_addr);

        ipam_put_bytes(op, &table[nic - 1], addr ? addr : &none, sizeof(none));
    } else {
        bool inside = !addr || position(slot, *addr, &at);

        IPAM_ASSERT(inside);
        ipam_id_put(op, slot->nic_addr, position_limit(slot), nic - 1, addr ? at + 1 : 0);
    }
    recount_orphans(op, nic, before);
}

void ipam_lease_put(const struct ipam_op *op, enum ipam_family family, uint32_t nic,
                    struct ipam_addr addr)
{
    store_lease(op, family, nic, &addr);
}

void ipam_lease_drop(const struct ipam_op *op, enum ipam_family family, uint32_t nic)
{
    store_lease(op, family, nic, NULL);
}

/* ---- address -> owners ---- */

static struct ipam_extra *extras(const struct ipam_op *op, const struct ipam_slot *slot)
{
    return ipam_at(op->ipam, slot->extra);
}

/* First entry that is not below (addr, rank). */
static uint32_t find_extra(const struct ipam_op *op, const struct ipam_slot *slot,
                           struct ipam_addr addr, uint32_t rank)
{
    const struct ipam_extra *table = extras(op, slot);
    uint32_t low = 0;
    uint32_t high = slot->n_extra;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = ipam_addr_compare(table[middle].addr, addr);

        if (order < 0 || (order == 0 && table[middle].rank < rank))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert_extra(const struct ipam_op *op, struct ipam_slot *slot, struct ipam_addr addr,
                         uint32_t rank, uint32_t owner)
{
    struct ipam_extra *table = extras(op, slot);
    uint32_t at = find_extra(op, slot, addr, rank);
    struct ipam_extra entry = {addr, rank, owner};

    IPAM_ASSERT(slot->n_extra < slot->max_extra);
    ipam_put_bytes(op, table + at + 1, table + at, (slot->n_extra - at) * sizeof(*table));
    ipam_put_bytes(op, table + at, &entry, sizeof(entry));
    ipam_put32(op, &slot->n_extra, slot->n_extra + 1);
}

static void erase_extra(const struct ipam_op *op, struct ipam_slot *slot, uint32_t at)
{
    static const struct ipam_extra none;
    struct ipam_extra *table = extras(op, slot);
    uint32_t last = slot->n_extra - 1;

    ipam_put_bytes(op, table + at, table + at + 1, (last - at) * sizeof(*table));
    ipam_put_bytes(op, table + last, &none, sizeof(none));
    ipam_put32(op, &slot->n_extra, last);
}

uint32_t ipam_owners_at(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                        uint32_t rank)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    uint32_t at;

    if (slot->lists == 0)
        return 0;
    if (rank == 0 && position(slot, addr, &at))
        return ipam_id_get(op->ipam, slot->owner_of, op->ipam->n_owners, at);
    at = find_extra(op, slot, addr, rank);
    if (at == slot->n_extra || !ipam_addr_equal(extras(op, slot)[at].addr, addr) ||
        extras(op, slot)[at].rank != rank)
        return 0;
    return extras(op, slot)[at].owner;
}

uint32_t ipam_owners_count(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr)
{
    uint32_t n = 0;

    while (ipam_owners_at(op, family, addr, n))
        n++;
    return n;
}

bool ipam_owners_have(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                      uint32_t owner)
{
    uint32_t found;

    for (uint32_t rank = 0; (found = ipam_owners_at(op, family, addr, rank)) != 0; rank++) {
        if (found == owner)
            return true;
    }
    return false;
}

/* Owner of a rank that is there already, or is the next one; 0 takes the last one away. */
static void put_owner(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                      uint32_t rank, uint32_t owner)
{
    struct ipam_slot *slot = &op->subnet->slot[family];
    uint32_t at;

    if (rank == 0 && position(slot, addr, &at)) {
        ipam_id_put(op, slot->owner_of, op->ipam->n_owners, at, owner);
        return;
    }
    at = find_extra(op, slot, addr, rank);
    if (owner == 0)
        erase_extra(op, slot, at);
    else if (ipam_owners_at(op, family, addr, rank))
        ipam_put32(op, &extras(op, slot)[at].owner, owner);
    else
        insert_extra(op, slot, addr, rank, owner);
}

void ipam_owners_clear(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr)
{
    uint32_t n = ipam_owners_count(op, family, addr);

    while (n > 0)
        put_owner(op, family, addr, --n, 0);
}

void ipam_owners_set(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                     uint32_t owner)
{
    uint32_t n = ipam_owners_count(op, family, addr);

    while (n > 1)
        put_owner(op, family, addr, --n, 0);
    put_owner(op, family, addr, 0, owner);
}

void ipam_owners_add(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                     uint32_t owner)
{
    put_owner(op, family, addr, ipam_owners_count(op, family, addr), owner);
}

void ipam_owners_remove(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                        uint32_t owner)
{
    uint32_t n = ipam_owners_count(op, family, addr);
    uint32_t rank = 0;

    while (rank < n && ipam_owners_at(op, family, addr, rank) != owner)
        rank++;
    if (rank == n)
        return;
    for (; rank + 1 < n; rank++)
        put_owner(op, family, addr, rank, ipam_owners_at(op, family, addr, rank + 1));
    put_owner(op, family, addr, n - 1, 0);
}

bool ipam_owners_next(const struct ipam_op *op, enum ipam_family family, struct ipam_addr from,
                      struct ipam_addr *out)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];
    uint32_t at = slot->lists ? find_extra(op, slot, from, 0) : 0;
    bool found = slot->lists && at < slot->n_extra;
    uint32_t i = 0;

    if (found)
        *out = extras(op, slot)[at].addr;
    if (!slot->bits || (!position(slot, from, &i) && ipam_addr_compare(from, slot->base) > 0))
        return found;
    if (ipam_addr_compare(from, slot->base) <= 0)
        i = 0;
    for (; i >> slot->bits == 0; i++) {
        struct ipam_addr a = ipam_addr_add(slot->base, i);

        if (ipam_id_get(op->ipam, slot->owner_of, op->ipam->n_owners, i) == 0)
            continue;
        if (!found || ipam_addr_compare(a, *out) < 0)
            *out = a;
        return true;
    }
    return found;
}

void ipam_owners_rebase(const struct ipam_op *op, enum ipam_family family, struct ipam_addr base)
{
    struct ipam_slot *slot = &op->subnet->slot[family];
    uint32_t at;

    for (uint32_t i = 0; slot->bits && i >> slot->bits == 0; i++) {
        uint32_t owner = ipam_id_get(op->ipam, slot->owner_of, op->ipam->n_owners, i);

        if (owner == 0)
            continue;
        ipam_id_put(op, slot->owner_of, op->ipam->n_owners, i, 0);
        insert_extra(op, slot, ipam_addr_add(slot->base, i), 0, owner);
    }
    ipam_put_bytes(op, &slot->base, &base, sizeof(base));
    for (uint32_t i = slot->n_extra; i > 0; i--) {
        struct ipam_extra entry = extras(op, slot)[i - 1];

        if (entry.rank != 0 || !position(slot, entry.addr, &at))
            continue;
        erase_extra(op, slot, i - 1);
        ipam_id_put(op, slot->owner_of, op->ipam->n_owners, at, entry.owner);
    }
}

/* ---- MACs ---- */

uint32_t ipam_mac_get(const struct ipam_op *op, uint32_t nic)
{
    return ipam_id_get(op->ipam, op->subnet->nic_mac, op->ipam->n_macs, nic - 1);
}

void ipam_mac_put(const struct ipam_op *op, uint32_t nic, uint32_t mac)
{
    bool before = is_orphan(op, nic);

    ipam_id_put(op, op->subnet->nic_mac, op->ipam->n_macs, nic - 1, mac);
    recount_orphans(op, nic, before);
}

uint32_t ipam_mac_owner_get(const struct ipam_op *op, uint32_t mac)
{
    return ipam_id_get(op->ipam, op->subnet->mac_owner, op->ipam->n_owners, mac - 1);
}

void ipam_mac_owner_put(const struct ipam_op *op, uint32_t mac, uint32_t owner)
{
    ipam_id_put(op, op->subnet->mac_owner, op->ipam->n_owners, mac - 1, owner);
}

/* ---- owner -> NICs ---- */

static uint32_t row(const struct ipam_op *op, uint32_t owner)
{
    return (owner - 1) * op->ipam->n_owner_nics;
}

uint32_t ipam_nics_at(const struct ipam_op *op, uint32_t owner, uint32_t index)
{
    if (index >= op->ipam->n_owner_nics)
        return 0;
    return ipam_id_get(op->ipam, op->subnet->owner_nic, op->ipam->n_nics, row(op, owner) + index);
}

static void put_nic(const struct ipam_op *op, uint32_t owner, uint32_t index, uint32_t nic)
{
    if (ipam_nics_at(op, owner, index) != nic)
        ipam_id_put(op, op->subnet->owner_nic, op->ipam->n_nics, row(op, owner) + index, nic);
}

uint32_t ipam_nics_count(const struct ipam_op *op, uint32_t owner)
{
    uint32_t n = 0;

    while (ipam_nics_at(op, owner, n))
        n++;
    return n;
}

static bool among(const struct ipam_op *op, uint32_t owner, uint32_t n, uint32_t nic)
{
    for (uint32_t i = 0; i < n; i++) {
        if (ipam_nics_at(op, owner, i) == nic)
            return true;
    }
    return false;
}

/* The entry at `index` would be dropped as a repeat of the `kept` ones before it. */
static bool is_repeat(const struct ipam_op *op, uint32_t owner, uint32_t kept, uint32_t nic)
{
    if (kept == 0)
        return false;
    if (ipam_has(op->ipam, IPAM_QUIRK_podnic_full_dedup) || ipam_has(op->ipam, IPAM_QUIRK_strict))
        return among(op, owner, kept, nic);
    return ipam_nics_at(op, owner, kept - 1) == nic;
}

bool ipam_nics_full(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    uint32_t n = ipam_nics_count(op, owner);
    uint32_t repeats = 0;

    if (n < op->ipam->n_owner_nics || is_repeat(op, owner, n, nic))
        return false;
    for (uint32_t i = 1; i < n; i++)
        repeats += is_repeat(op, owner, i, ipam_nics_at(op, owner, i));
    return repeats == 0;
}

void ipam_nics_push(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    uint32_t n = ipam_nics_count(op, owner);
    uint32_t kept = 0;

    if (!ipam_nic_leased(op, nic) && ipam_mac_get(op, nic) == 0)
        return;
    for (uint32_t i = 0; i <= n; i++) {
        uint32_t entry = i < n ? ipam_nics_at(op, owner, i) : nic;

        if (is_repeat(op, owner, kept, entry))
            continue;
        IPAM_ASSERT(kept < op->ipam->n_owner_nics);
        put_nic(op, owner, kept++, entry);
    }
    while (kept < n)
        put_nic(op, owner, kept++, 0);
}

void ipam_nics_pop(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    uint32_t n = ipam_nics_count(op, owner);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t entry = ipam_nics_at(op, owner, i);

        if (entry != nic)
            put_nic(op, owner, kept++, entry);
    }
    while (kept < n)
        put_nic(op, owner, kept++, 0);
}
