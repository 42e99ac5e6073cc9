#include "ipam/lease_internal.h"

/*
 * Reading. Nothing here writes; the casts only make the handle that the shared helpers take.
 */
static bool open_to_read(struct ipam_op *op, const struct ipam *ipam, uint32_t subnet)
{
    return ipam_op_open(op, (struct ipam *)(uintptr_t)ipam, subnet, NULL);
}

static bool open_family(struct ipam_op *op, const struct ipam *ipam, uint32_t subnet,
                        enum ipam_family family)
{
    return open_to_read(op, ipam, subnet) && op->subnet->slot[family].lists != 0;
}

bool ipam_subnet_exists(const struct ipam *ipam, uint32_t subnet)
{
    struct ipam_op op;

    return open_to_read(&op, ipam, subnet);
}

enum ipam_protocol ipam_protocol_of(const struct ipam *ipam, uint32_t subnet)
{
    struct ipam_op op;

    if (!open_to_read(&op, ipam, subnet))
        return IPAM_PROTOCOL_NONE;
    return (enum ipam_protocol)op.subnet->protocol;
}

bool ipam_pool_exists(const struct ipam *ipam, uint32_t subnet, uint32_t pool)
{
    struct ipam_op op;

    return open_to_read(&op, ipam, subnet) && ipam_pool_here(&op, pool);
}

bool ipam_cidr_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                  struct ipam_cidr *out)
{
    struct ipam_op op;

    if (!open_family(&op, ipam, subnet, family) || !op.subnet->slot[family].has_cidr)
        return false;
    *out = op.subnet->slot[family].cidr;
    return true;
}

bool ipam_gateway_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                     struct ipam_gateway *out)
{
    struct ipam_op op;

    if (!open_family(&op, ipam, subnet, family) || !op.subnet->slot[family].has_cidr)
        return false;
    *out = op.subnet->slot[family].gateway;
    return true;
}

uint32_t ipam_gateway_mac_of(const struct ipam *ipam, uint32_t subnet)
{
    struct ipam_op op;

    return open_to_read(&op, ipam, subnet) ? op.subnet->gateway_mac : 0;
}

bool ipam_list_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family, uint32_t pool,
                  enum ipam_list list, struct ipam_addrset *out)
{
    static uint64_t nothing[1];
    static const struct ipam_addrset_shape empty = {{0, 0}, 0, 0, {0}};
    struct ipam_op op;
    bool whole = pool == IPAM_WHOLE_SUBNET;

    if (!open_family(&op, ipam, subnet, family) || (!whole && !ipam_pool_here(&op, pool)) ||
        (uint32_t)list >= (whole ? IPAM_SUBNET_LISTS : IPAM_POOL_LISTS)) {
        *out = ipam_addrset_view(nothing, &empty, NULL, 0);
        return false;
    }
    *out = ipam_list_at(&op, family, pool, list);
    return true;
}

uint32_t ipam_owner_at(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                       struct ipam_addr addr, uint32_t index)
{
    struct ipam_op op;

    return open_family(&op, ipam, subnet, family) ? ipam_owners_at(&op, family, addr, index) : 0;
}

uint32_t ipam_owner_of(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                       struct ipam_addr addr)
{
    return ipam_owner_at(ipam, subnet, family, addr, 0);
}

bool ipam_is_using(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                   struct ipam_addr addr)
{
    struct ipam_addrset using;

    return ipam_list_of(ipam, subnet, family, IPAM_WHOLE_SUBNET, IPAM_USING, &using) &&
           ipam_addrset_contains(&using, addr);
}

bool ipam_next_owned(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                     struct ipam_addr from, struct ipam_addr *out)
{
    struct ipam_op op;

    return open_family(&op, ipam, subnet, family) && ipam_owners_next(&op, family, from, out);
}

bool ipam_nic_address(const struct ipam *ipam, uint32_t subnet, enum ipam_family family,
                      uint32_t nic, struct ipam_addr *out)
{
    struct ipam_op op;

    return nic > 0 && nic <= ipam->n_nics && open_family(&op, ipam, subnet, family) &&
           ipam_lease_get(&op, family, nic, out);
}

uint32_t ipam_nic_mac(const struct ipam *ipam, uint32_t subnet, uint32_t nic)
{
    struct ipam_op op;

    if (nic == 0 || nic > ipam->n_nics || !open_to_read(&op, ipam, subnet))
        return 0;
    return ipam_mac_get(&op, nic);
}

uint32_t ipam_mac_owner(const struct ipam *ipam, uint32_t subnet, uint32_t mac)
{
    struct ipam_op op;

    if (mac == 0 || mac > ipam->n_macs || !open_to_read(&op, ipam, subnet))
        return 0;
    return ipam_mac_owner_get(&op, mac);
}

uint32_t ipam_owner_nic_count(const struct ipam *ipam, uint32_t subnet, uint32_t owner)
{
    struct ipam_op op;

    if (owner == 0 || owner > ipam->n_owners || !open_to_read(&op, ipam, subnet))
        return 0;
    return ipam_nics_count(&op, owner);
}

uint32_t ipam_owner_nic(const struct ipam *ipam, uint32_t subnet, uint32_t owner, uint32_t index)
{
    struct ipam_op op;

    if (owner == 0 || owner > ipam->n_owners || !open_to_read(&op, ipam, subnet))
        return 0;
    return ipam_nics_at(&op, owner, index);
}

bool ipam_contains(const struct ipam *ipam, struct ipam_addr addr)
{
    for (uint32_t i = 1; i <= ipam->n_subnets; i++) {
        if (ipam_owner_of(ipam, i, IPAM_V4, addr) || ipam_owner_of(ipam, i, IPAM_V6, addr))
            return true;
    }
    return false;
}

uint32_t ipam_assigned_to_other(const struct ipam *ipam, uint32_t subnet, struct ipam_addr addr,
                                uint32_t owner)
{
    struct ipam_op op;

    if (!open_to_read(&op, ipam, subnet))
        return 0;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        uint32_t first = ipam_owners_at(&op, (enum ipam_family)f, addr, 0);

        if (first && !ipam_owners_have(&op, (enum ipam_family)f, addr, owner))
            return first;
    }
    return 0;
}
