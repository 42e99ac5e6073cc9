/*
 * Inside the block: its headers, its tables, and the few primitives that write to it. Internal.
 *
 *      struct ipam | u32 subnet offset [n_subnets] | subnet 1 | subnet 2 | ...
 *
 *      subnet:  struct ipam_subnet
 *               u8    pool_exists [1 + n_pools]
 *               id    nic_mac     [n_nics]                   0: none
 *               id    mac_owner   [n_macs]
 *               id    owner_nic   [n_owners * n_owner_nics]  unused tail of each row is 0
 *               per family that the limits allow:
 *                 set   4 lists of the subnet, 6 of the default pool, 6 of each named pool
 *                 id    owner_of    [2^bits]                 first owner of an address
 *                 ...   nic_addr    [n_nics]                 position + 1, or the address itself
 *                 struct ipam_extra [max_extra]              sorted by address, then by rank
 *
 * An id is 2 bytes when its limit fits in them, else 4. Every part starts at a multiple of 8.
 * Offsets count from the start of the block. Every store goes through a function of this header
 * or of addrset.h, which notes it in the journal.
 */
#ifndef IPAM_BLOCK_INTERNAL_H
#define IPAM_BLOCK_INTERNAL_H

#include "ipam/check_internal.h"
#include "ipam/ipam.h"

struct ipam {
    ipam_quirks quirks;
    uint32_t size;
    uint32_t n_subnets;
    uint32_t n_pools;
    uint32_t n_owners;
    uint32_t n_nics;
    uint32_t n_macs;
    uint32_t n_owner_nics;
    uint32_t pad;
};

/*
 * An owner that the direct table has no place for: rank 1 and up of an address in the window, every
 * rank of any other. Ranks of one address are consecutive.
 */
struct ipam_extra {
    struct ipam_addr addr;
    uint32_t rank;
    uint32_t owner;
};

struct ipam_slot {
    struct ipam_addr base; /* of the window */
    struct ipam_cidr cidr;
    struct ipam_gateway gateway;
    uint32_t n_extra;
    uint8_t has_cidr;
    uint8_t pad[3];
    /* layout, never changes */
    uint32_t bits;
    uint32_t max_ranges;
    uint32_t max_extra;
    uint32_t lists; /* 0: the limits do not allow this family */
    uint32_t list_size;
    uint32_t owner_of;
    uint32_t nic_addr;
    uint32_t extra;
};

struct ipam_subnet {
    uint8_t exists;
    uint8_t protocol;
    uint8_t pad[2];
    uint32_t gateway_mac;
    uint32_t n_orphans; /* NICs that hold a MAC and no address */
    /* layout */
    uint32_t end;
    uint32_t pool_exists;
    uint32_t nic_mac;
    uint32_t mac_owner;
    uint32_t owner_nic;
    struct ipam_slot slot[IPAM_FAMILIES];
};

/* One operation at work on one subnet. */
struct ipam_op {
    struct ipam *ipam;
    struct ipam_subnet *subnet;
    struct ipam_journal *journal;
};

static inline bool ipam_has(const struct ipam *ipam, enum ipam_quirk quirk)
{
    return ipam->quirks >> quirk & 1;
}

static inline void *ipam_at(const struct ipam *ipam, uint32_t offset)
{
    return (char *)(uintptr_t)ipam + offset;
}

struct ipam_subnet *ipam_subnet_at(const struct ipam *ipam, uint32_t subnet);

/* false when there is no such subnet. */
bool ipam_op_open(struct ipam_op *op, struct ipam *ipam, uint32_t subnet,
                  struct ipam_journal *journal);

void ipam_note(const struct ipam_op *op, const void *at, size_t length);
void ipam_put8(const struct ipam_op *op, uint8_t *at, uint8_t value);
void ipam_put32(const struct ipam_op *op, uint32_t *at, uint32_t value);
void ipam_put_bytes(const struct ipam_op *op, void *at, const void *value, size_t length);

/* Ids: `limit` is the greatest id, which decides the width of the table. */
uint32_t ipam_id_get(const struct ipam *ipam, uint32_t table, uint32_t limit, uint32_t index);
void ipam_id_put(const struct ipam_op *op, uint32_t table, uint32_t limit, uint32_t index,
                 uint32_t id);

/* A list of the subnet (pool = IPAM_WHOLE_SUBNET) or of a pool. The family must be allowed. */
struct ipam_addrset ipam_list_at(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                                 enum ipam_list list);
bool ipam_pool_here(const struct ipam_op *op, uint32_t pool);

#endif
