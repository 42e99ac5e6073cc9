#include "ipam/work_internal.h"

#include <string.h>

/*
 * The corrected mode. Every request is worked out before anything is written, so that a refusal
 * changes nothing; the rules are in ipam.h, and which defect each one ends.
 *
 *      plan:    per family keep, take or share an address; which MAC
 *      commit:  give back what is left, take what is new, put the MAC on, note the NIC
 */

enum step { NOTHING, KEEP, TAKE, SHARE };

struct plan {
    struct ipam_addr addr[IPAM_FAMILIES];
    uint32_t pool[IPAM_FAMILIES]; /* TAKE */
    uint8_t step[IPAM_FAMILIES];
    uint8_t recycle[IPAM_FAMILIES]; /* TAKE, and Free is empty: Released becomes Free */
    uint32_t mac;                   /* the NIC's afterwards; 0: none */
    uint32_t fresh_used;
};

/* Who asks, for what NIC. */
struct asker {
    uint32_t owner;
    uint32_t nic;
    const struct ipam_mac_wish *mac;
    bool check;
};

/* ---- whose NIC it is ---- */

static bool listed(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    uint32_t n = ipam_nics_count(op, owner);

    for (uint32_t i = 0; i < n; i++) {
        if (ipam_nics_at(op, owner, i) == nic)
            return true;
    }
    return false;
}

static bool holds_something(const struct ipam_op *op, uint32_t nic)
{
    return ipam_nic_leased(op, nic) || ipam_mac_get(op, nic) != 0;
}

static bool foreign(const struct ipam_op *op, const struct asker *who)
{
    return holds_something(op, who->nic) && !listed(op, who->owner, who->nic);
}

/* ---- giving back ---- */

/* Another NIC of the owner has the same address. */
static bool held_elsewhere(const struct ipam_op *op, enum ipam_family family, uint32_t owner,
                           uint32_t nic, struct ipam_addr addr)
{
    uint32_t n = ipam_nics_count(op, owner);

    for (uint32_t i = 0; i < n; i++) {
        uint32_t other = ipam_nics_at(op, owner, i);
        struct ipam_addr a;

        if (other != nic && ipam_lease_get(op, family, other, &a) && ipam_addr_equal(a, addr))
            return true;
    }
    return false;
}

/* The NIC's MAC is not touched. */
static void release_half(const struct ipam_op *op, enum ipam_family family, uint32_t owner,
                         uint32_t nic)
{
    struct ipam_addr addr;

    if (!ipam_lease_get(op, family, nic, &addr))
        return;
    ipam_lease_drop(op, family, nic);
    if (held_elsewhere(op, family, owner, nic, addr))
        return;
    ipam_owners_remove(op, family, addr, owner);
    if (ipam_owners_count(op, family, addr) == 0)
        ipam_give_back(op, family, addr);
}

void ipam_strict_release(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    if (!listed(op, owner, nic))
        return;
    release_half(op, IPAM_V4, owner, nic);
    release_half(op, IPAM_V6, owner, nic);
    ipam_forget_mac(op, nic);
    ipam_nics_pop(op, owner, nic);
}

void ipam_strict_forget_nic(const struct ipam_op *op, enum ipam_family family,
                            struct ipam_addr addr, uint32_t nic)
{
    uint32_t owner;

    if (holds_something(op, nic))
        return;
    for (uint32_t rank = 0; (owner = ipam_owners_at(op, family, addr, rank)) != 0; rank++)
        ipam_nics_pop(op, owner, nic);
}

/* ---- planning ---- */

static bool usable(const struct ipam_op *op, uint32_t mac)
{
    return mac != op->subnet->gateway_mac && ipam_mac_owner_get(op, mac) == 0;
}

static enum ipam_error plan_mac(const struct ipam_op *op, const struct asker *who,
                                struct plan *plan)
{
    uint32_t now = ipam_mac_get(op, who->nic);
    bool none = who->mac->kind == IPAM_MAC_NONE && op->subnet->protocol != IPAM_PROTOCOL_MAC;

    plan->mac = now;
    if (who->mac->kind == IPAM_MAC_GIVEN) {
        plan->mac = who->mac->mac;
        if (plan->mac == now)
            return IPAM_ERROR_NONE;
        if (ipam_mac_owner_get(op, plan->mac) != 0 ||
            (who->check && plan->mac == op->subnet->gateway_mac))
            return IPAM_ERROR_CONFLICT;
        return IPAM_ERROR_NONE;
    }
    while (now == 0 && !none && plan->mac == 0) {
        uint32_t mac = who->mac->fresh[plan->fresh_used++];

        if (usable(op, mac))
            plan->mac = mac;
    }
    return IPAM_ERROR_NONE;
}

static bool to_skip(const struct ipam_addr_arg *skip, uint32_t n, struct ipam_addr addr)
{
    for (uint32_t i = 0; i < n; i++) {
        if (skip[i].valid && skip[i].exact && ipam_addr_equal(skip[i].addr, addr))
            return true;
    }
    return false;
}

/* The lowest member from `from` on that is not the gateway, which is never drawn (I15). */
static bool next_drawable(const struct ipam_op *op, enum ipam_family family,
                          const struct ipam_addrset *source, struct ipam_addr from,
                          struct ipam_addr *out)
{
    if (!ipam_addrset_next(source, from, out))
        return false;
    return !ipam_is_gateway(op, family, *out) ||
           ipam_addrset_next(source, ipam_addr_add(*out, 1), out);
}

static bool listed_to_skip(const struct ipam_random_request *r, struct ipam_addr addr)
{
    for (uint32_t i = 0; i < r->n_skip; i++) {
        if (r->skip[i].valid && ipam_addr_equal(r->skip[i].addr, addr))
            return true;
    }
    return false;
}

/* From one list. NO_AVAILABLE: it has nothing to draw. CONFLICT: all that it has is skipped. */
static enum ipam_error draw(const struct ipam_op *op, enum ipam_family family,
                            const struct ipam_addrset *source, const struct ipam_random_request *r,
                            struct ipam_addr *out)
{
    struct ipam_addr from = {0, 0};

    if (!next_drawable(op, family, source, from, out))
        return IPAM_ERROR_NO_AVAILABLE;
    while (listed_to_skip(r, *out)) {
        from = ipam_addr_add(*out, 1);
        if ((from.hi == 0 && from.lo == 0) || !next_drawable(op, family, source, from, out))
            return IPAM_ERROR_CONFLICT;
    }
    return IPAM_ERROR_NONE;
}

/* The lowest of Free or, if there is none at all, of Released, that is not skipped. */
static enum ipam_error plan_random(const struct ipam_op *op, enum ipam_family family,
                                   const struct ipam_random_request *r, struct plan *plan)
{
    struct ipam_addrset source;
    enum ipam_error error;

    if (ipam_lease_get(op, family, r->nic, &plan->addr[family]) &&
        !to_skip(r->skip, r->n_skip, plan->addr[family])) {
        plan->step[family] = KEEP;
        return IPAM_ERROR_NONE;
    }
    if (!ipam_pool_here(op, r->pool) || op->subnet->slot[family].lists == 0)
        return IPAM_ERROR_NO_AVAILABLE;
    source = ipam_list_at(op, family, r->pool, IPAM_FREE);
    error = draw(op, family, &source, r, &plan->addr[family]);
    if (error == IPAM_ERROR_NO_AVAILABLE) {
        plan->recycle[family] = 1;
        source = ipam_list_at(op, family, r->pool, IPAM_RELEASED);
        error = draw(op, family, &source, r, &plan->addr[family]);
    }
    if (error)
        return error;
    plan->step[family] = TAKE;
    plan->pool[family] = r->pool;
    return IPAM_ERROR_NONE;
}

static enum ipam_error plan_owned(const struct ipam_op *op, enum ipam_family family,
                                  const struct asker *who, struct plan *plan)
{
    struct ipam_addr now;

    if (ipam_lease_get(op, family, who->nic, &now) && ipam_addr_equal(now, plan->addr[family]))
        plan->step[family] = KEEP;
    else if (who->check)
        return IPAM_ERROR_CONFLICT;
    else
        plan->step[family] = SHARE;
    return IPAM_ERROR_NONE;
}

static enum ipam_error plan_static(const struct ipam_op *op, const struct asker *who,
                                   struct ipam_addr addr, struct plan *plan)
{
    enum ipam_family family = ipam_family_of(addr);
    uint32_t pool;

    if (!ipam_family_contains(op, family, addr) ||
        !ipam_pool_with(op, family, IPAM_IPS, addr, &pool))
        return IPAM_ERROR_OUT_OF_RANGE;
    if ((who->check && ipam_is_gateway(op, family, addr)) || plan->step[family] != NOTHING)
        return IPAM_ERROR_CONFLICT;
    plan->addr[family] = addr;
    plan->pool[family] = pool;
    if (ipam_owners_count(op, family, addr) > 0)
        return plan_owned(op, family, who, plan);
    if (!ipam_list_has(op, family, pool, IPAM_RESERVED, addr) &&
        !ipam_list_has(op, family, pool, IPAM_AVAILABLE, addr))
        return IPAM_ERROR_NO_AVAILABLE;
    plan->step[family] = TAKE;
    return IPAM_ERROR_NONE;
}

/* ---- committing ---- */

static void take(const struct ipam_op *op, enum ipam_family family, const struct plan *plan)
{
    struct ipam_addr addr = plan->addr[family];
    uint32_t pool = plan->pool[family];
    struct ipam_addrset free = ipam_list_at(op, family, pool, IPAM_FREE);
    struct ipam_addrset released = ipam_list_at(op, family, pool, IPAM_RELEASED);

    if (plan->recycle[family]) {
        bool ok = ipam_addrset_unite(&free, &released);

        IPAM_ASSERT(ok);
        ipam_addrset_clear(&released);
    }
    ipam_list_remove(op, family, pool, IPAM_FREE, addr);
    ipam_list_remove(op, family, pool, IPAM_RELEASED, addr);
    ipam_list_remove(op, family, IPAM_WHOLE_SUBNET, IPAM_FREE, addr);
    ipam_use(op, family, pool, addr);
}

static void commit_half(const struct ipam_op *op, enum ipam_family family, const struct asker *who,
                        const struct plan *plan)
{
    struct ipam_addr addr = plan->addr[family];

    if (plan->step[family] != TAKE && plan->step[family] != SHARE)
        return;
    /* Taken before the old one goes back, so that it cannot be mixed up with what is recycled. */
    if (plan->step[family] == TAKE)
        take(op, family, plan);
    release_half(op, family, who->owner, who->nic);
    ipam_lease_put(op, family, who->nic, addr);
    if (!ipam_owners_have(op, family, addr, who->owner))
        ipam_owners_add(op, family, addr, who->owner);
}

static struct ipam_result commit(const struct ipam_op *op, const struct asker *who,
                                 const struct plan *plan)
{
    struct ipam_result result = ipam_failed(IPAM_ERROR_NONE);

    for (int f = 0; f < IPAM_FAMILIES; f++) {
        commit_half(op, (enum ipam_family)f, who, plan);
        result.has[f] = plan->step[f] != NOTHING;
        if (result.has[f])
            result.addr[f] = plan->addr[f];
    }
    if (plan->mac != ipam_mac_get(op, who->nic)) {
        ipam_forget_mac(op, who->nic);
        ipam_mac_owner_put(op, plan->mac, who->owner);
        ipam_mac_put(op, who->nic, plan->mac);
    }
    ipam_nics_push(op, who->owner, who->nic);
    result.mac = plan->mac;
    result.fresh_used = plan->fresh_used;
    return result;
}

/* ---- the calls ---- */

static bool wants(const struct ipam_op *op, enum ipam_family family, uint8_t wish)
{
    static const uint8_t only[IPAM_FAMILIES] = {IPAM_ONLY_V4, IPAM_ONLY_V6};
    static const uint8_t single[IPAM_FAMILIES] = {IPAM_PROTOCOL_V4, IPAM_PROTOCOL_V6};

    if (op->subnet->protocol == IPAM_PROTOCOL_DUAL)
        return wish == IPAM_ANY_FAMILY || wish == only[family];
    return op->subnet->protocol == single[family];
}

static bool wrong_family(const struct ipam_op *op, uint8_t wish)
{
    return (op->subnet->protocol == IPAM_PROTOCOL_V4 && wish == IPAM_ONLY_V6) ||
           (op->subnet->protocol == IPAM_PROTOCOL_V6 && wish == IPAM_ONLY_V4);
}

/* A NIC that keeps all it asks for keeps its MAC, too, whatever MAC the request names. */
static bool keeps_all(const struct ipam_op *op, const struct asker *who, const struct plan *plan)
{
    bool any = false;

    for (int f = 0; f < IPAM_FAMILIES; f++) {
        if (plan->step[f] != NOTHING && plan->step[f] != KEEP)
            return false;
        any |= plan->step[f] == KEEP;
    }
    return any && ipam_mac_get(op, who->nic) != 0;
}

struct ipam_result ipam_strict_random(const struct ipam_op *op, const struct ipam_random_request *r)
{
    struct asker who = {r->owner, r->nic, &r->mac, r->check != 0};
    struct plan plan;
    enum ipam_error error = IPAM_ERROR_NONE;

    memset(&plan, 0, sizeof(plan));
    if (wrong_family(op, r->family))
        return ipam_failed(IPAM_ERROR_INVALID_FAMILY);
    if (foreign(op, &who))
        return ipam_failed(IPAM_ERROR_CONFLICT);
    for (int f = 0; f < IPAM_FAMILIES && !error; f++) {
        if (wants(op, (enum ipam_family)f, r->family))
            error = plan_random(op, (enum ipam_family)f, r, &plan);
    }
    if (!error && keeps_all(op, &who, &plan))
        plan.mac = ipam_mac_get(op, r->nic);
    else if (!error)
        error = plan_mac(op, &who, &plan);
    if (error)
        return ipam_failed(error);
    return commit(op, &who, &plan);
}

/* A dual subnet, one family given: the other one is kept or drawn from the default pool. */
static enum ipam_error complete(const struct ipam_op *op, const struct ipam_static_request *r,
                                struct plan *plan)
{
    struct ipam_random_request random = {0};
    enum ipam_family missing = plan->step[IPAM_V4] == NOTHING ? IPAM_V4 : IPAM_V6;

    if (op->subnet->protocol != IPAM_PROTOCOL_DUAL || r->family != IPAM_ANY_FAMILY ||
        plan->step[missing] != NOTHING)
        return IPAM_ERROR_NONE;
    random.nic = r->nic;
    return plan_random(op, missing, &random, plan);
}

struct ipam_result ipam_strict_static(const struct ipam_op *op, const struct ipam_static_request *r)
{
    struct asker who = {r->owner, r->nic, &r->mac, r->check != 0};
    struct ipam_result result = ipam_failed(IPAM_ERROR_NONE);
    struct plan plan;
    enum ipam_error error;

    memset(&plan, 0, sizeof(plan));
    if (r->n_addresses == 0 && op->subnet->protocol != IPAM_PROTOCOL_MAC)
        return ipam_failed(IPAM_ERROR_BAD_ADDRESS);
    error = ipam_static_valid(op, r, &result);
    if (error) {
        result.error = (uint8_t)error;
        return result;
    }
    if (foreign(op, &who))
        return ipam_failed(IPAM_ERROR_CONFLICT);
    for (uint32_t i = 0; i < r->n_addresses && !error; i++)
        error = plan_static(op, &who, r->address[i].addr, &plan);
    if (!error && r->n_addresses > 0)
        error = complete(op, r, &plan);
    if (!error)
        error = plan_mac(op, &who, &plan);
    if (error)
        return ipam_failed(error);
    return commit(op, &who, &plan);
}
