/*
 * What the two files of the driver share: the requests that one makes up and the other runs.
 */
#ifndef IPAM_ORACLE_DRIVER_INTERNAL_H
#define IPAM_ORACLE_DRIVER_INTERNAL_H

#include <string.h>

#include "ipam/oracle_driver.h"

static inline struct ipam_addr oracle_addr(int family, int index)
{
    struct ipam_addr a = {UINT64_C(0xfd00000000000000), (uint64_t)index};

    return family == IPAM_V4 ? ipam_addr_v4(0x0a000000u + (uint32_t)index) : a;
}

static inline int oracle_index(struct ipam_addr a)
{
    return (int)(a.lo & (ORACLE_ADDRS - 1));
}

/* A set as a byte per address. */
static inline void oracle_bytes(const struct ipam_addrset *s, unsigned char out[ORACLE_ADDRS])
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r;

    memset(out, 0, ORACLE_ADDRS);
    while (ipam_addrset_next_range(s, &cursor, &r))
        for (int i = oracle_index(r.first); i <= oracle_index(r.last); i++)
            out[i] = 1;
}

/* Room for what the two requests point to. */
struct oracle_request {
    enum oracle_verb verb;
    int subnet;
    struct oracle_block block[IPAM_FAMILIES];
    int protocol;
    int owner, nic, pool, mac;
    struct oracle_random random;
    struct oracle_static fixed;
    unsigned char ips[IPAM_FAMILIES][ORACLE_ADDRS];
    int fresh[8];
    uint32_t fresh32[8];
    struct ipam_range range[IPAM_FAMILIES][ORACLE_ADDRS];
    struct ipam_addr_arg arg[IPAM_FAMILIES * ORACLE_ADDRS];
};

/* Makes the next request up, from chance and what the library holds. */
void oracle_request_make(struct oracle_driver *d, struct oracle_request *r);
/* NULL, or which law of calls this one broke; d->before is the state it found. */
const char *oracle_broken_law(const struct oracle_driver *d, const struct oracle_request *r,
                              const struct ipam_result *ours);

#endif
