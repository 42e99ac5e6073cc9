/*
 * The steps that allocation, release and pools have in common. Internal.
 *
 * None of them can run out of capacity: the operation that calls them has asked ipam_room_for()
 * first, and refused before it changed anything.
 */
#ifndef IPAM_WORK_INTERNAL_H
#define IPAM_WORK_INTERNAL_H

#include "ipam/lease_internal.h"

/* Who asks for a lease where: numbers within their limits, a family, a subnet that exists. */
struct ipam_asker {
    uint32_t subnet;
    uint32_t owner;
    uint32_t nic;
    uint8_t family; /* enum ipam_family_wish */
};
enum ipam_error ipam_lease_open(struct ipam_op *op, struct ipam *ipam, const struct ipam_asker *who,
                                struct ipam_journal *journal);

/* ---- lists ---- */

bool ipam_list_has(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                   enum ipam_list list, struct ipam_addr addr);
/* Both return whether that changed the list. */
bool ipam_list_add(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                   enum ipam_list list, struct ipam_addr addr);
bool ipam_list_remove(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
                      enum ipam_list list, struct ipam_addr addr);

/*
 * The pool that has the address in this list: named pools by number, then the default pool. The
 * order only shows with default_pool_overlaps_named, where upstream has none.
 */
bool ipam_pool_with(const struct ipam_op *op, enum ipam_family family, enum ipam_list list,
                    struct ipam_addr addr, uint32_t *pool);

/* From Available to Using, in the pool and in the subnet. */
void ipam_use(const struct ipam_op *op, enum ipam_family family, uint32_t pool,
              struct ipam_addr addr);

bool ipam_family_contains(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr);
enum ipam_family ipam_family_of(struct ipam_addr addr);

/*
 * What an operation may need at most: one more range per list for each of `steps` changes of a
 * single address, an owner for each of `taken` addresses, a further owner for each of `shared`.
 * Only families without window need the first two.
 */
enum ipam_error ipam_room_for(const struct ipam_op *op, uint32_t steps, uint32_t taken,
                              uint32_t shared);

/* ---- MACs ---- */

enum ipam_error ipam_check_mac(const struct ipam_op *op, const struct ipam_mac_wish *wish,
                               uint32_t draws);
/*
 * The NIC gets the MAC that the request wishes: its own or one drawn for it, none, or the given one
 * (CONFLICT: somebody else's or the gateway's, and `check` is set). In a mac-only subnet there is
 * no "none". The result's mac is set in any case.
 */
enum ipam_error ipam_wear_mac(const struct ipam_op *op, uint32_t owner, uint32_t nic,
                              const struct ipam_mac_wish *wish, bool check,
                              struct ipam_result *result);
void ipam_forget_mac(const struct ipam_op *op, uint32_t nic);

/* ---- leases ---- */

void ipam_release_half(const struct ipam_op *op, enum ipam_family family, uint32_t owner,
                       uint32_t nic);
void ipam_release_both(const struct ipam_op *op, uint32_t owner, uint32_t nic);
enum ipam_error ipam_random_half(const struct ipam_op *op, enum ipam_family family,
                                 const struct ipam_random_request *request,
                                 struct ipam_result *result);
struct ipam_result ipam_failed(enum ipam_error error);

/* Back to the lists: from Using to Available and Released, unless it is excluded or foreign now. */
void ipam_give_back(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr);
bool ipam_is_gateway(const struct ipam_op *op, enum ipam_family family, struct ipam_addr addr);
/* What is wrong with the addresses as such, and where they stand in the answer. */
enum ipam_error ipam_static_valid(const struct ipam_op *op, const struct ipam_static_request *r,
                                  struct ipam_result *result);
void ipam_static_answer(const struct ipam_op *op, const struct ipam_static_request *r,
                        struct ipam_result *result);

/* ---- the switch `strict` ---- */

struct ipam_result ipam_strict_random(const struct ipam_op *op,
                                      const struct ipam_random_request *request);
struct ipam_result ipam_strict_static(const struct ipam_op *op,
                                      const struct ipam_static_request *request);
void ipam_strict_release(const struct ipam_op *op, uint32_t owner, uint32_t nic);
/* A rebuild dropped the NIC's lease: if it holds nothing any more, it leaves its owner's list. */
void ipam_strict_forget_nic(const struct ipam_op *op, enum ipam_family family,
                            struct ipam_addr addr, uint32_t nic);

#endif
