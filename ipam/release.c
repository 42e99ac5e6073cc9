#include "ipam/work_internal.h"

/*
 * Giving back. Rules: kube-ovn pkg/ipam/subnet.go releaseAddr, master; older ones by switch.
 */

static bool has(const struct ipam_op *op, enum ipam_quirk quirk)
{
    return ipam_has(op->ipam, quirk);
}

void ipam_give_back(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr)
{
    bool gone = !ipam_family_contains(op, family, addr) ||
                ipam_list_has(op, family, IPAM_WHOLE_SUBNET, IPAM_RESERVED, addr);
    bool available = !gone || has(op, IPAM_QUIRK_reserved_release_becomes_available);
    uint32_t pool;

    ipam_list_remove(op, family, IPAM_WHOLE_SUBNET, IPAM_USING, addr);
    if (available)
        ipam_list_add(op, family, IPAM_WHOLE_SUBNET, IPAM_AVAILABLE, addr);
    if (!ipam_pool_with(op, family, IPAM_USING, addr, &pool))
        return;
    ipam_list_remove(op, family, pool, IPAM_USING, addr);
    if (available)
        ipam_list_add(op, family, pool, IPAM_AVAILABLE, addr);
    if (!gone)
        ipam_list_add(op, family, pool, IPAM_RELEASED, addr);
}

static bool drops_mac(const struct ipam_op *op, enum ipam_family family, uint32_t nic)
{
    struct ipam_addr other;

    if (family == IPAM_V4)
        return has(op, IPAM_QUIRK_release_drops_mac_eagerly_v4) ||
               !ipam_lease_get(op, IPAM_V6, nic, &other);
    return has(op, IPAM_QUIRK_release_drops_mac_eagerly_v6) ||
           !ipam_lease_get(op, IPAM_V4, nic, &other);
}

void ipam_release_half(const struct ipam_op *op, enum ipam_family family, uint32_t owner,
                       uint32_t nic)
{
    struct ipam_addr addr;

    if (!ipam_lease_get(op, family, nic, &addr))
        return;
    if (ipam_owners_count(op, family, addr) > 1) {
        ipam_owners_remove(op, family, addr, owner);
        return;
    }
    ipam_lease_drop(op, family, nic);
    ipam_owners_clear(op, family, addr);
    if (drops_mac(op, family, nic))
        ipam_forget_mac(op, nic);
    ipam_give_back(op, family, addr);
}

void ipam_release_both(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    ipam_release_half(op, IPAM_V4, owner, nic);
    ipam_release_half(op, IPAM_V6, owner, nic);
    if (!ipam_nic_leased(op, nic) && !has(op, IPAM_QUIRK_release_keeps_orphan_mac))
        ipam_forget_mac(op, nic);
}

/* ---- the calls ---- */

static uint32_t in_use(const struct ipam_op *op)
{
    uint32_t n = 0;

    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct ipam_addrset s;

        if (op->subnet->slot[f].lists == 0)
            continue;
        s = ipam_list_at(op, (enum ipam_family)f, IPAM_WHOLE_SUBNET, IPAM_USING);
        n += (uint32_t)ipam_addrset_count(&s).lo;
    }
    return n;
}

/* One release by owner or by NIC, over one subnet or all. */
struct release {
    uint32_t owner;
    uint32_t nic; /* 0: all of the owner's */
    uint32_t subnet;
};

static enum ipam_error check(struct ipam *ipam, const struct release *r)
{
    for (uint32_t i = 1; i <= ipam->n_subnets; i++) {
        struct ipam_op op;
        enum ipam_error error;

        if ((r->subnet && i != r->subnet) || !ipam_op_open(&op, ipam, i, NULL))
            continue;
        error = ipam_room_for(&op, r->nic ? 1 : ipam_nics_count(&op, r->owner), 0, 0);
        if (error)
            return error;
    }
    return IPAM_ERROR_NONE;
}

static void release_one(const struct ipam_op *op, uint32_t owner, uint32_t nic)
{
    if (has(op, IPAM_QUIRK_strict)) {
        ipam_strict_release(op, owner, nic);
        return;
    }
    ipam_release_both(op, owner, nic);
    ipam_nics_pop(op, owner, nic);
}

/*
 * Upstream walks over a copy of the list, repeats included, and a repeat is not idle: the first
 * visit to a shared address only takes the owner off it, the second gives it back.
 */
static void release_all(const struct ipam_op *op, uint32_t owner)
{
    uint32_t n = ipam_nics_count(op, owner);

    if (has(op, IPAM_QUIRK_strict)) {
        while (ipam_nics_at(op, owner, 0))
            ipam_strict_release(op, owner, ipam_nics_at(op, owner, 0));
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        ipam_release_both(op, owner, ipam_nics_at(op, owner, i));
    while (ipam_nics_at(op, owner, 0))
        ipam_nics_pop(op, owner, ipam_nics_at(op, owner, 0));
}

static enum ipam_error release(struct ipam *ipam, const struct release *r,
                               struct ipam_journal *journal, uint32_t *given_back)
{
    enum ipam_error error = check(ipam, r);
    uint32_t n = 0;

    for (uint32_t i = 1; !error && i <= ipam->n_subnets; i++) {
        struct ipam_op op;
        uint32_t before;

        if ((r->subnet && i != r->subnet) || !ipam_op_open(&op, ipam, i, journal))
            continue;
        before = in_use(&op);
        if (r->nic)
            release_one(&op, r->owner, r->nic);
        else
            release_all(&op, r->owner);
        n += before - in_use(&op);
    }
    if (given_back)
        *given_back = n;
    return error;
}

enum ipam_error ipam_release_owner(struct ipam *ipam, uint32_t owner, uint32_t subnet,
                                   struct ipam_journal *journal, uint32_t *given_back)
{
    struct release r = {owner, 0, subnet};

    if (owner == 0 || owner > ipam->n_owners)
        return IPAM_ERROR_BAD_REQUEST;
    if (ipam_has(ipam, IPAM_QUIRK_release_by_pod_all_subnets))
        r.subnet = 0;
    return release(ipam, &r, journal, given_back);
}

enum ipam_error ipam_release_nic(struct ipam *ipam, uint32_t owner, uint32_t nic, uint32_t subnet,
                                 struct ipam_journal *journal, uint32_t *given_back)
{
    struct release r = {owner, nic, subnet};

    if (owner == 0 || owner > ipam->n_owners || nic == 0 || nic > ipam->n_nics)
        return IPAM_ERROR_BAD_REQUEST;
    return release(ipam, &r, journal, given_back);
}
