/*
 * What the two files of the oracle share.
 */
#ifndef IPAM_ORACLE_INTERNAL_H
#define IPAM_ORACLE_INTERNAL_H

#include <string.h>

#include "ipam/oracle.h"

#define EACH(i) for (int i = 0; i < ORACLE_ADDRS; i++)
#define HAS(name) ((int)(o->quirks >> IPAM_QUIRK_##name & 1))

static inline struct oracle_subnet *oracle_known(struct oracle *o, int subnet)
{
    if (subnet < 1 || subnet > ORACLE_SUBNETS || !o->subnet[subnet].exists)
        return NULL;
    return &o->subnet[subnet];
}

static inline int oracle_leased(const struct oracle_subnet *s, int nic)
{
    return s->family[0].nic_addr[nic] >= 0 || s->family[1].nic_addr[nic] >= 0;
}

static inline void oracle_drop_mac(struct oracle_subnet *s, int nic)
{
    if (!s->nic_mac[nic])
        return;
    s->mac_owner[s->nic_mac[nic]] = 0;
    s->nic_mac[nic] = 0;
}

static inline struct oracle_result oracle_nothing(int error, int fresh_used)
{
    struct oracle_result r = {error, {-1, -1}, 0, fresh_used, 0};

    return r;
}

#endif
