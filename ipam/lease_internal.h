/*
 * The maps of a subnet: NIC to address, address to owners, NIC to MAC, MAC to owner, owner to NICs.
 * Internal. Upstream's names for them: NicToIP, IPToPod, NicToMac, MacToPod, PodToNicList.
 *
 * Nothing here looks at lists or decides anything; capacities have been checked by the caller.
 */
#ifndef IPAM_LEASE_INTERNAL_H
#define IPAM_LEASE_INTERNAL_H

#include "ipam/block_internal.h"

bool ipam_lease_get(const struct ipam_op *op, enum ipam_family family, uint32_t nic,
                    struct ipam_addr *out);
void ipam_lease_put(const struct ipam_op *op, enum ipam_family family, uint32_t nic,
                    struct ipam_addr addr);
void ipam_lease_drop(const struct ipam_op *op, enum ipam_family family, uint32_t nic);
/* The NIC has an address of any family. */
bool ipam_nic_leased(const struct ipam_op *op, uint32_t nic);

uint32_t ipam_owners_count(const struct ipam_op *op, enum ipam_family family,
                           struct ipam_addr addr);
uint32_t ipam_owners_at(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                        uint32_t rank);
bool ipam_owners_have(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                      uint32_t owner);
/* Whoever owned the address before, it is this owner alone now. */
void ipam_owners_set(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                     uint32_t owner);
void ipam_owners_add(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                     uint32_t owner);
void ipam_owners_remove(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr,
                        uint32_t owner);
void ipam_owners_clear(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr);
/* The window moves. No NIC holds an address of either window any more. */
void ipam_owners_rebase(const struct ipam_op *op, enum ipam_family family, struct ipam_addr base);
bool ipam_owners_next(const struct ipam_op *op, enum ipam_family family, struct ipam_addr from,
                      struct ipam_addr *out);

uint32_t ipam_mac_get(const struct ipam_op *op, uint32_t nic);
void ipam_mac_put(const struct ipam_op *op, uint32_t nic, uint32_t mac); /* 0: none */
uint32_t ipam_mac_owner_get(const struct ipam_op *op, uint32_t mac);
void ipam_mac_owner_put(const struct ipam_op *op, uint32_t mac, uint32_t owner);

uint32_t ipam_nics_count(const struct ipam_op *op, uint32_t owner);
uint32_t ipam_nics_at(const struct ipam_op *op, uint32_t owner, uint32_t index);
/* Push would leave the list longer than its capacity. */
bool ipam_nics_full(const struct ipam_op *op, uint32_t owner, uint32_t nic);
/* Appends the NIC if it has an address or a MAC, then drops adjacent repeats (or all of them). */
void ipam_nics_push(const struct ipam_op *op, uint32_t owner, uint32_t nic);
void ipam_nics_pop(const struct ipam_op *op, uint32_t owner, uint32_t nic);

#endif
