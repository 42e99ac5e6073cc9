#include "ipam/work_internal.h"

/*
 * Allocation of named addresses. Rules: kube-ovn pkg/ipam/ipam.go GetStaticAddressWithFamily and
 * pkg/ipam/subnet.go GetStaticAddress, master; older ones by switch.
 */

static bool has(const struct ipam_op *op, enum ipam_quirk quirk)
{
    return ipam_has(op->ipam, quirk);
}

static enum ipam_family other_family(enum ipam_family family)
{
    return family == IPAM_V4 ? IPAM_V6 : IPAM_V4;
}

/* Upstream's detour: everything is given back, then only the maps of the other family return. */
static void release_keeping_maps(const struct ipam_op *op, enum ipam_family family,
                                 const struct ipam_static_request *r)
{
    enum ipam_family other = other_family(family);
    struct ipam_addr kept;
    bool had = ipam_lease_get(op, other, r->nic, &kept);
    uint32_t mac = ipam_mac_get(op, r->nic);

    ipam_release_both(op, r->owner, r->nic);
    if (!had)
        return;
    ipam_lease_put(op, other, r->nic, kept);
    ipam_owners_set(op, other, kept, r->owner);
    if (mac) {
        ipam_mac_put(op, r->nic, mac);
        ipam_mac_owner_put(op, mac, r->owner);
    }
}

/* The NIC moves: its previous address of the family is given back. */
static void leave(const struct ipam_op *op, enum ipam_family family,
                  const struct ipam_static_request *r, struct ipam_addr next)
{
    struct ipam_addr now;

    if (!ipam_lease_get(op, family, r->nic, &now) || ipam_addr_equal(now, next))
        return;
    if (has(op, IPAM_QUIRK_static_preserve_maps_only))
        release_keeping_maps(op, family, r);
    else
        ipam_release_half(op, family, r->owner, r->nic);
}

bool ipam_is_gateway(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr)
{
    const struct ipam_gateway *gateway = &op->subnet->slot[family].gateway;

    return gateway->valid && ipam_addr_equal(gateway->addr, addr);
}

/* Out of the lists, into Using. */
static enum ipam_error take(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                            const struct ipam_static_request *r, struct ipam_addr addr)
{
    bool reserved = ipam_list_has(op, family, pool, IPAM_RESERVED, addr);

    if (!reserved) {
        if (ipam_list_remove(op, family, pool, IPAM_FREE, addr))
            ipam_list_remove(op, family, IPAM_WHOLE_SUBNET, IPAM_FREE, addr);
        else if (!ipam_list_remove(op, family, pool, IPAM_RELEASED, addr))
            return IPAM_ERROR_NO_AVAILABLE;
    }
    ipam_lease_put(op, family, r->nic, addr);
    ipam_owners_set(op, family, addr, r->owner);
    if (reserved && has(op, IPAM_QUIRK_reserved_static_not_using))
        return IPAM_ERROR_NONE;
    ipam_use(op, family, pool, addr);
    return IPAM_ERROR_NONE;
}

static enum ipam_error take_or_share(const struct ipam_op *op, enum ipam_family family,
                                     uint32_t pool, const struct ipam_static_request *r,
                                     struct ipam_addr addr, struct ipam_result *result)
{
    enum ipam_error error = ipam_wear_mac(op, r->owner, r->nic, &r->mac, r->check, result);

    if (error)
        return error;
    if (ipam_owners_count(op, family, addr) == 0) {
        if (pool == IPAM_POOL_UNKNOWN)
            return IPAM_ERROR_UPSTREAM_CRASH;
        return take(op, family, pool, r, addr);
    }
    if (ipam_owners_have(op, family, addr, r->owner))
        return IPAM_ERROR_NONE;
    if (r->check)
        return IPAM_ERROR_CONFLICT;
    ipam_lease_put(op, family, r->nic, addr);
    ipam_owners_add(op, family, addr, r->owner);
    return IPAM_ERROR_NONE;
}

/* The pool an address belongs to; older releases do not find IPv4 written as IPv6. */
static bool find_pool(const struct ipam_op *op, const struct ipam_addr_arg *arg, uint32_t *pool)
{
    if (arg->mapped && has(op, IPAM_QUIRK_compare_raw_bytes))
        return false;
    return ipam_pool_with(op, ipam_family_of(arg->addr), IPAM_IPS, arg->addr, pool);
}

static enum ipam_error static_one(const struct ipam_op *op, const struct ipam_static_request *r,
                                  const struct ipam_addr_arg *arg, struct ipam_result *result)
{
    struct ipam_addr addr = arg->addr;
    enum ipam_family family = ipam_family_of(addr);
    bool early = has(op, IPAM_QUIRK_static_release_before_range_check);
    enum ipam_error error;
    uint32_t pool;

    if (early)
        leave(op, family, r, addr);
    if (!op->subnet->slot[family].has_cidr && has(op, IPAM_QUIRK_static_missing_pool_crash)) {
        error = ipam_wear_mac(op, r->owner, r->nic, &r->mac, r->check, result);
        ipam_nics_push(op, r->owner, r->nic);
        return error ? error : IPAM_ERROR_NO_AVAILABLE;
    }
    if (!ipam_family_contains(op, family, addr))
        return IPAM_ERROR_OUT_OF_RANGE;
    if (!find_pool(op, arg, &pool)) {
        if (!has(op, IPAM_QUIRK_static_missing_pool_crash))
            return IPAM_ERROR_OUT_OF_RANGE;
        pool = IPAM_POOL_UNKNOWN;
    }
    if (r->check && ipam_is_gateway(op, family, addr) &&
        !has(op, IPAM_QUIRK_static_gateway_allowed))
        return IPAM_ERROR_CONFLICT;
    if (!early && !has(op, IPAM_QUIRK_static_keeps_old_lease))
        leave(op, family, r, addr);
    error = take_or_share(op, family, pool, r, addr, result);
    ipam_nics_push(op, r->owner, r->nic);
    return error;
}

/* A dual subnet, one address given: the other family at random from the default pool. */
static enum ipam_error complete(const struct ipam_op *op, const struct ipam_static_request *r,
                                enum ipam_family family, struct ipam_result *result)
{
    struct ipam_random_request random = {0};
    struct ipam_result half = ipam_failed(IPAM_ERROR_NONE);
    enum ipam_error error;

    random.owner = r->owner;
    random.nic = r->nic;
    random.mac.kind = result->mac ? IPAM_MAC_GIVEN : IPAM_MAC_NONE;
    random.mac.mac = result->mac;
    random.check = r->check;
    error = ipam_random_half(op, family, &random, &half);
    if (!error) {
        result->addr[family] = half.addr[family];
        result->has[family] = 1;
    }
    return error;
}

static void answer_at(struct ipam_result *result, uint32_t at, struct ipam_addr addr)
{
    result->addr[at] = addr;
    result->has[at] = 1;
}

/*
 * Single stack: the first address. Dual: by family, the last of a family wins. Before kube-ovn
 * #6950 dual answers were the first two of the list, to which the address at random was added in
 * front when it is IPv4 and behind when it is IPv6.
 */
void ipam_static_answer(const struct ipam_op *op, const struct ipam_static_request *r,
                        struct ipam_result *result)
{
    bool positional = has(op, IPAM_QUIRK_dual_static_positional);
    bool completed = r->n_addresses != 2 && r->family == IPAM_ANY_FAMILY;

    if (op->subnet->protocol == IPAM_PROTOCOL_V4 || op->subnet->protocol == IPAM_PROTOCOL_V6) {
        answer_at(result, op->subnet->protocol == IPAM_PROTOCOL_V6, r->address[0].addr);
    } else if (positional && completed && !ipam_addr_is_v4(r->address[0].addr)) {
        answer_at(result, 1, r->address[0].addr);
    } else if (positional) {
        for (uint32_t i = 0; i < r->n_addresses && i < 2; i++)
            answer_at(result, i, r->address[i].addr);
    } else {
        for (uint32_t i = 0; i < r->n_addresses; i++)
            answer_at(result, (uint32_t)ipam_family_of(r->address[i].addr), r->address[i].addr);
    }
}

enum ipam_error ipam_static_valid(const struct ipam_op *op, const struct ipam_static_request *r,
                                  struct ipam_result *result)
{
    for (uint32_t i = 0; i < r->n_addresses; i++) {
        if (!r->address[i].valid && !has(op, IPAM_QUIRK_static_parse_interleaved)) {
            result->element = i;
            return IPAM_ERROR_BAD_ADDRESS;
        }
    }
    for (uint32_t i = 0; i < r->n_addresses; i++) {
        enum ipam_family family = ipam_family_of(r->address[i].addr);

        if (r->address[i].valid && r->family != IPAM_ANY_FAMILY &&
            family != (r->family == IPAM_ONLY_V4 ? IPAM_V4 : IPAM_V6))
            return IPAM_ERROR_INVALID_FAMILY;
    }
    return IPAM_ERROR_NONE;
}

static enum ipam_error each_address(const struct ipam_op *op, const struct ipam_static_request *r,
                                    struct ipam_result *result)
{
    for (uint32_t i = 0; i < r->n_addresses; i++) {
        enum ipam_error error;

        if (!r->address[i].valid) {
            result->element = i;
            return IPAM_ERROR_BAD_ADDRESS;
        }
        error = static_one(op, r, &r->address[i], result);
        if (error && i > 0 && !has(op, IPAM_QUIRK_static_partial_no_rollback)) {
            ipam_release_both(op, r->owner, r->nic);
            ipam_nics_pop(op, r->owner, r->nic);
        }
        if (error)
            return error;
    }
    return IPAM_ERROR_NONE;
}

static enum ipam_error static_here(const struct ipam_op *op, const struct ipam_static_request *r,
                                   struct ipam_result *result)
{
    enum ipam_error error;

    if (r->n_addresses == 0) {
        if (op->subnet->protocol != IPAM_PROTOCOL_MAC)
            return IPAM_ERROR_BAD_ADDRESS;
        error = ipam_wear_mac(op, r->owner, r->nic, &r->mac, r->check, result);
        ipam_nics_push(op, r->owner, r->nic);
        return error;
    }
    error = ipam_static_valid(op, r, result);
    if (!error)
        error = each_address(op, r, result);
    if (!error && op->subnet->protocol == IPAM_PROTOCOL_DUAL && r->family == IPAM_ANY_FAMILY &&
        r->n_addresses != 2)
        error = complete(op, r, other_family(ipam_family_of(r->address[0].addr)), result);
    if (!error && op->subnet->protocol == IPAM_PROTOCOL_NONE)
        return IPAM_ERROR_NO_AVAILABLE; /* upstream has no answer for it; the addresses are taken */
    if (!error)
        ipam_static_answer(op, r, result);
    return error;
}

static enum ipam_error check(const struct ipam_op *op, const struct ipam_static_request *r)
{
    uint32_t n = r->n_addresses;
    enum ipam_error error = ipam_check_mac(op, &r->mac, ipam_draws_needed(op->ipam, n));

    if (!error)
        error = ipam_room_for(op, 3 * (n + 1), n + 1, r->check ? 0 : n);
    if (!error && ipam_nics_full(op, r->owner, r->nic))
        error = IPAM_ERROR_CAPACITY_OWNER_NICS;
    return error;
}

struct ipam_result ipam_static(struct ipam *ipam, const struct ipam_static_request *r,
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
        return ipam_strict_static(&op, r);
    result.error = (uint8_t)static_here(&op, r, &result);
    if (result.error) {
        struct ipam_result failed = ipam_failed((enum ipam_error)result.error);

        failed.fresh_used = result.fresh_used;
        failed.element = result.element;
        result = failed;
    }
    result.nil_text = !result.error && op.subnet->protocol == IPAM_PROTOCOL_DUAL &&
                      ipam_has(ipam, IPAM_QUIRK_nil_ip_text);
    return result;
}
