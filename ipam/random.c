#include "ipam/work_internal.h"

/*
 * Random allocation, which is the lowest free address. Rules: kube-ovn pkg/ipam/subnet.go
 * GetRandomAddressWithFamily, master; older ones by switch.
 */

static bool has(const struct ipam_op *op, enum ipam_quirk quirk)
{
    return ipam_has(op->ipam, quirk);
}

static bool to_skip(const struct ipam_random_request *r, struct ipam_addr addr)
{
    for (uint32_t i = 0; i < r->n_skip; i++) {
        if (r->skip[i].valid && r->skip[i].exact && ipam_addr_equal(r->skip[i].addr, addr))
            return true;
    }
    return false;
}

/*
 * The NIC has an address already and keeps it, unless it is to be skipped: then it is given back
 * before anything else is known to work (defect B3).
 */
static bool keep(const struct ipam_op *op, enum ipam_family family,
                 const struct ipam_random_request *r, struct ipam_result *result)
{
    struct ipam_addr addr;
    bool no_mac_is_fine =
        r->mac.kind == IPAM_MAC_NONE && !has(op, IPAM_QUIRK_empty_mac_not_idempotent);

    if (!ipam_lease_get(op, family, r->nic, &addr) ||
        (ipam_mac_get(op, r->nic) == 0 && !no_mac_is_fine))
        return false;
    if (to_skip(r, addr)) {
        if (has(op, IPAM_QUIRK_skip_releases_both_families))
            ipam_release_both(op, r->owner, r->nic);
        else
            ipam_release_half(op, family, r->owner, r->nic);
        return false;
    }
    result->addr[family] = addr;
    result->has[family] = 1;
    result->mac = ipam_mac_get(op, r->nic);
    return true;
}

/* Free without what is excluded; when that is nothing, what was given back becomes Free. */
static void refill(const struct ipam_op *op, enum ipam_family family, uint32_t pool)
{
    struct ipam_addrset free = ipam_list_at(op, family, pool, IPAM_FREE);
    struct ipam_addrset released = ipam_list_at(op, family, pool, IPAM_RELEASED);
    struct ipam_addrset reserved = ipam_list_at(op, family, pool, IPAM_RESERVED);
    bool purge = !has(op, IPAM_QUIRK_random_may_pick_reserved);
    bool ok = true;

    if (purge && ipam_addrset_overlap(&reserved, &free))
        ok = ipam_addrset_subtract(&free, &reserved);
    if (ok && ipam_addrset_empty(&free)) {
        ok = ipam_addrset_unite(&free, &released);
        ipam_addrset_clear(&released);
        if (ok && purge && ipam_addrset_overlap(&reserved, &free))
            ok = ipam_addrset_subtract(&free, &reserved);
    }
    IPAM_ASSERT(ok);
}

static enum ipam_error pick(const struct ipam_op *op, enum ipam_family family,
                            const struct ipam_random_request *r, struct ipam_addr *out)
{
    struct ipam_addrset free;

    if (!ipam_pool_here(op, r->pool) || op->subnet->slot[family].lists == 0)
        return IPAM_ERROR_NO_AVAILABLE;
    refill(op, family, r->pool);
    free = ipam_list_at(op, family, r->pool, IPAM_FREE);
    if (ipam_addrset_empty(&free))
        return IPAM_ERROR_NO_AVAILABLE;
    if (!ipam_addrset_first_skipping(&free, r->skip, r->n_skip, out))
        return IPAM_ERROR_CONFLICT;
    return IPAM_ERROR_NONE;
}

static void take(const struct ipam_op *op, enum ipam_family family,
                 const struct ipam_random_request *r, struct ipam_addr addr)
{
    ipam_list_remove(op, family, r->pool, IPAM_FREE, addr);
    ipam_list_remove(op, family, IPAM_WHOLE_SUBNET, IPAM_FREE, addr);
    ipam_use(op, family, r->pool, addr);
    ipam_lease_put(op, family, r->nic, addr);
    ipam_owners_set(op, family, addr, r->owner);
    ipam_nics_push(op, r->owner, r->nic);
}

enum ipam_error ipam_random_half(const struct ipam_op *op, enum ipam_family family,
                                 const struct ipam_random_request *r, struct ipam_result *result)
{
    struct ipam_addr addr;
    enum ipam_error error;

    if (keep(op, family, r, result))
        return IPAM_ERROR_NONE;
    error = pick(op, family, r, &addr);
    if (error)
        return error;
    take(op, family, r, addr);
    error = ipam_wear_mac(op, r->owner, r->nic, &r->mac, r->check, result);
    if (error) {
        if (!has(op, IPAM_QUIRK_no_rollback_on_mac_conflict)) {
            ipam_release_half(op, family, r->owner, r->nic);
            ipam_nics_pop(op, r->owner, r->nic);
        }
        return error;
    }
    result->addr[family] = addr;
    result->has[family] = 1;
    return IPAM_ERROR_NONE;
}

static enum ipam_error random_dual(const struct ipam_op *op, const struct ipam_random_request *r,
                                   struct ipam_result *result)
{
    struct ipam_addr before = {0, 0};
    struct ipam_addr now = {0, 0};
    bool had = ipam_lease_get(op, IPAM_V4, r->nic, &before);
    enum ipam_error error = ipam_random_half(op, IPAM_V4, r, result);

    if (error)
        return error;
    error = ipam_random_half(op, IPAM_V6, r, result);
    if (error) {
        bool ours = !had || !ipam_addr_equal(before, result->addr[IPAM_V4]);

        if (ours && !has(op, IPAM_QUIRK_no_rollback_on_dual_v6_failure)) {
            ipam_release_half(op, IPAM_V4, r->owner, r->nic);
            ipam_nics_pop(op, r->owner, r->nic);
        }
        return error;
    }
    /* With skip_releases_both_families the second half may have taken the first one's address. */
    if (!ipam_lease_get(op, IPAM_V4, r->nic, &now) ||
        !ipam_addr_equal(now, result->addr[IPAM_V4])) {
        uint32_t mac = result->mac;

        result->has[IPAM_V4] = 0;
        ipam_random_half(op, IPAM_V4, r, result);
        result->mac = mac;
    }
    return IPAM_ERROR_NONE;
}

static enum ipam_error random_here(const struct ipam_op *op, const struct ipam_random_request *r,
                                   struct ipam_result *result)
{
    switch ((enum ipam_protocol)op->subnet->protocol) {
    case IPAM_PROTOCOL_MAC:
        return ipam_wear_mac(op, r->owner, r->nic, &r->mac, r->check, result);
    case IPAM_PROTOCOL_DUAL:
        if (r->family == IPAM_ANY_FAMILY)
            return random_dual(op, r, result);
        return ipam_random_half(op, r->family == IPAM_ONLY_V4 ? IPAM_V4 : IPAM_V6, r, result);
    case IPAM_PROTOCOL_V4:
        if (r->family == IPAM_ONLY_V6)
            return IPAM_ERROR_INVALID_FAMILY;
        return ipam_random_half(op, IPAM_V4, r, result);
    case IPAM_PROTOCOL_V6:
    case IPAM_PROTOCOL_NONE:
        break;
    }
    if (r->family == IPAM_ONLY_V4)
        return IPAM_ERROR_INVALID_FAMILY;
    return ipam_random_half(op, IPAM_V6, r, result);
}

uint32_t ipam_draws_needed(const struct ipam *ipam, uint32_t n_addresses)
{
    uint32_t random = ipam_has(ipam, IPAM_QUIRK_skip_releases_both_families) ? 2 : 1;

    return n_addresses > random ? n_addresses : random;
}

static enum ipam_error check(const struct ipam_op *op, const struct ipam_random_request *r)
{
    enum ipam_error error = ipam_check_mac(op, &r->mac, ipam_draws_needed(op->ipam, 0));

    if (!error)
        error = ipam_room_for(op, 6, 2, 0);
    if (!error && ipam_nics_full(op, r->owner, r->nic))
        error = IPAM_ERROR_CAPACITY_OWNER_NICS;
    return error;
}

struct ipam_result ipam_random(struct ipam *ipam, const struct ipam_random_request *r,
                               struct ipam_journal *journal)
{
    struct ipam_result result = ipam_failed(IPAM_ERROR_NONE);
    struct ipam_asker who = {r->subnet, r->owner, r->nic, r->family};
    struct ipam_op op;
    enum ipam_error error;

    error = ipam_lease_open(&op, ipam, &who, journal);
    if (!error)
        error = check(&op, r);
    if (error)
        return ipam_failed(error);
    if (ipam_has(ipam, IPAM_QUIRK_strict))
        return ipam_strict_random(&op, r);
    result.error = (uint8_t)random_here(&op, r, &result);
    ipam_nics_push(&op, r->owner, r->nic);
    if (result.error) {
        uint32_t used = result.fresh_used;

        result = ipam_failed((enum ipam_error)result.error);
        result.fresh_used = used;
    }
    result.nil_text = ipam_has(ipam, IPAM_QUIRK_nil_ip_text);
    return result;
}
