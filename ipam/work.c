#include "ipam/work_internal.h"

#include <string.h>

enum ipam_error ipam_lease_open(struct ipam_op *op, struct ipam *ipam, const struct ipam_asker *who,
                                struct ipam_journal *journal)
{
    if (who->owner == 0 || who->owner > ipam->n_owners || who->nic == 0 || who->nic > ipam->n_nics)
        return IPAM_ERROR_BAD_REQUEST;
    if (who->family >= IPAM_OTHER_FAMILY)
        return IPAM_ERROR_INVALID_FAMILY;
    if (ipam_op_open(op, ipam, who->subnet, journal))
        return IPAM_ERROR_NONE;
    return ipam_has(ipam, IPAM_QUIRK_nosubnet_is_noavailable) ? IPAM_ERROR_NO_AVAILABLE
                                                              : IPAM_ERROR_NO_SUBNET;
}

/* ---- lists ---- */

bool ipam_list_has(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                   enum ipam_list list, struct ipam_addr addr)
{
    struct ipam_addrset s = ipam_list_at(op, family, pool, list);

    return ipam_addrset_contains(&s, addr);
}

bool ipam_list_add(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                   enum ipam_list list, struct ipam_addr addr)
{
    struct ipam_addrset s = ipam_list_at(op, family, pool, list);
    bool changed;
    bool ok = ipam_addrset_add(&s, addr, &changed);

    IPAM_ASSERT(ok);
    return changed;
}

bool ipam_list_remove(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                      enum ipam_list list, struct ipam_addr addr)
{
    struct ipam_addrset s = ipam_list_at(op, family, pool, list);
    bool changed;
    bool ok = ipam_addrset_remove(&s, addr, &changed);

    IPAM_ASSERT(ok);
    return changed;
}

bool ipam_pool_with(const struct ipam_op *op, enum ipam_family family, enum ipam_list list,
                    struct ipam_addr addr, uint32_t *pool)
{
    uint32_t n = op->ipam->n_pools;

    for (uint32_t i = 1; i <= n + 1; i++) {
        *pool = i <= n ? i : 0;
        if (ipam_pool_here(op, *pool) && ipam_list_has(op, family, *pool, list, addr))
            return true;
    }
    return false;
}

void ipam_use(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
              struct ipam_addr addr)
{
    ipam_list_remove(op, family, pool, IPAM_AVAILABLE, addr);
    ipam_list_remove(op, family, IPAM_WHOLE_SUBNET, IPAM_AVAILABLE, addr);
    ipam_list_add(op, family, pool, IPAM_USING, addr);
    ipam_list_add(op, family, IPAM_WHOLE_SUBNET, IPAM_USING, addr);
}

bool ipam_family_contains(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr)
{
    const struct ipam_slot *slot = &op->subnet->slot[family];

    return slot->has_cidr && ipam_cidr_contains(&slot->cidr, addr);
}

enum ipam_family ipam_family_of(struct ipam_addr addr)
{
    return ipam_addr_is_v4(addr) ? IPAM_V4 : IPAM_V6;
}

static bool list_full(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                      uint32_t list, uint32_t steps)
{
    struct ipam_addrset s = ipam_list_at(op, family, pool, (enum ipam_list)list);

    return ipam_addrset_room(&s) < steps;
}

/* Taking Reserved out of a list that overlaps it splits ranges, too. */
static bool purge_fits(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                       enum ipam_list list)
{
    struct ipam_addrset reserved = ipam_list_at(op, family, pool, IPAM_RESERVED);
    struct ipam_addrset s = ipam_list_at(op, family, pool, list);

    return !ipam_addrset_overlap(&reserved, &s) || ipam_addrset_room(&s) >= *reserved.n_ranges;
}

static bool family_full(const struct ipam_op *op, enum ipam_family family, uint32_t steps)
{
    for (uint32_t list = 0; list < IPAM_SUBNET_LISTS; list++) {
        if (list_full(op, family, IPAM_WHOLE_SUBNET, list, steps))
            return true;
    }
    for (uint32_t pool = 0; pool <= op->ipam->n_pools; pool++) {
        if (!ipam_pool_here(op, pool))
            continue;
        for (uint32_t list = 0; list < IPAM_IPS; list++) {
            if (list != IPAM_RESERVED && list_full(op, family, pool, list, steps))
                return true;
        }
        if (!purge_fits(op, family, pool, IPAM_FREE) ||
            !purge_fits(op, family, pool, IPAM_RELEASED))
            return true;
    }
    return false;
}

enum ipam_error ipam_room_for(const struct ipam_op *op, uint32_t steps, uint32_t taken,
                              uint32_t shared)
{
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        const struct ipam_slot *slot = &op->subnet->slot[f];
        uint32_t owners = slot->bits ? shared : shared + taken;

        if (slot->lists == 0)
            continue;
        if (slot->bits == 0 && family_full(op, (enum ipam_family)f, steps))
            return IPAM_ERROR_CAPACITY_RANGES;
        if (slot->max_extra - slot->n_extra < owners)
            return IPAM_ERROR_CAPACITY_OWNERS;
    }
    return IPAM_ERROR_NONE;
}

/* ---- MACs ---- */

static bool drawable(const struct ipam_op *op, uint32_t mac)
{
    return mac != op->subnet->gateway_mac && ipam_mac_owner_get(op, mac) == 0;
}

bool ipam_mac_usable(const struct ipam *ipam, uint32_t subnet, uint32_t mac)
{
    struct ipam_op op;

    if (mac == 0 || mac > ipam->n_macs)
        return false;
    return !ipam_op_open(&op, (struct ipam *)(uintptr_t)ipam, subnet, NULL) || drawable(&op, mac);
}

/* What a wish comes to in this subnet. */
static enum ipam_mac_kind kind_here(const struct ipam_op *op, const struct ipam_mac_wish *wish)
{
    if (wish->kind == IPAM_MAC_NONE && op->subnet->protocol == IPAM_PROTOCOL_MAC)
        return IPAM_MAC_DRAW;
    return (enum ipam_mac_kind)wish->kind;
}

static bool listed_before(const uint32_t *list, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (list[i] == list[index])
            return true;
    }
    return false;
}

enum ipam_error ipam_check_mac(const struct ipam_op *op, const struct ipam_mac_wish *wish,
                               uint32_t draws)
{
    enum ipam_mac_kind kind = kind_here(op, wish);
    uint32_t usable = 0;

    if (kind == IPAM_MAC_NONE)
        return IPAM_ERROR_NONE;
    if (kind == IPAM_MAC_GIVEN)
        return wish->mac && wish->mac <= op->ipam->n_macs ? IPAM_ERROR_NONE
                                                          : IPAM_ERROR_BAD_REQUEST;
    for (uint32_t i = 0; i < wish->n_fresh && usable < draws; i++) {
        if (wish->fresh[i] == 0 || wish->fresh[i] > op->ipam->n_macs)
            return IPAM_ERROR_BAD_REQUEST;
        usable += drawable(op, wish->fresh[i]) && !listed_before(wish->fresh, i);
    }
    return usable < draws ? IPAM_ERROR_NO_FRESH_MAC : IPAM_ERROR_NONE;
}

static uint32_t draw_mac(const struct ipam_op *op, uint32_t owner, uint32_t nic,
                         const struct ipam_mac_wish *wish, struct ipam_result *result)
{
    uint32_t mac = ipam_mac_get(op, nic);

    if (mac)
        return mac;
    do {
        IPAM_ASSERT(result->fresh_used < wish->n_fresh);
        mac = wish->fresh[result->fresh_used++];
    } while (!drawable(op, mac));
    ipam_mac_owner_put(op, mac, owner);
    ipam_mac_put(op, nic, mac);
    return mac;
}

static bool give_mac(const struct ipam_op *op, uint32_t owner, uint32_t nic, uint32_t mac,
                     bool check)
{
    if (check) {
        uint32_t holder = ipam_mac_owner_get(op, mac);

        if ((holder && holder != owner) || mac == op->subnet->gateway_mac)
            return false;
    }
    ipam_mac_owner_put(op, mac, owner);
    ipam_mac_put(op, nic, mac);
    return true;
}

enum ipam_error ipam_wear_mac(const struct ipam_op *op, uint32_t owner, uint32_t nic,
                              const struct ipam_mac_wish *wish, bool check,
                              struct ipam_result *result)
{
    enum ipam_mac_kind kind = kind_here(op, wish);

    if (kind == IPAM_MAC_DRAW) {
        result->mac = draw_mac(op, owner, nic, wish, result);
        return IPAM_ERROR_NONE;
    }
    result->mac = kind == IPAM_MAC_GIVEN ? wish->mac : 0;
    if (result->mac && !give_mac(op, owner, nic, result->mac, check))
        return IPAM_ERROR_CONFLICT;
    return IPAM_ERROR_NONE;
}

void ipam_forget_mac(const struct ipam_op *op, uint32_t nic)
{
    uint32_t mac = ipam_mac_get(op, nic);

    if (mac == 0)
        return;
    ipam_mac_put(op, nic, 0);
    ipam_mac_owner_put(op, mac, 0);
}

/* ---- results ---- */

struct ipam_result ipam_failed(enum ipam_error error)
{
    struct ipam_result r;

    memset(&r, 0, sizeof(r));
    r.error = (uint8_t)error;
    return r;
}
