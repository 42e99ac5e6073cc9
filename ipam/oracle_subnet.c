#include "ipam/oracle_internal.h"

/* first..last of a block, as bytes. */
static void usable(const struct oracle *o, int lo, int size, unsigned char *all)
{
    EACH(i)
    {
        all[i] = i > lo && i < lo + size - 1;
        if (size == 2 && !HAS(ptp_unsupported))
            all[i] = i >= lo && i < lo + size;
    }
}

/* ---- subnets ---- */

static void rebuild_pools(const struct oracle *o, struct oracle_subnet *s, int f,
                          const unsigned char *all)
{
    struct oracle_family *x = &s->family[f];
    unsigned char(*d)[ORACLE_ADDRS] = x->pool[0];

    memcpy(d[IPAM_IPS], all, ORACLE_ADDRS);
    memcpy(d[IPAM_FREE], x->list[IPAM_FREE], ORACLE_ADDRS);
    memcpy(d[IPAM_RESERVED], x->list[IPAM_RESERVED], ORACLE_ADDRS);
    memcpy(d[IPAM_USING], x->list[IPAM_USING], ORACLE_ADDRS);
    memset(d[IPAM_RELEASED], 0, ORACLE_ADDRS);
    for (int p = 1; p < ORACLE_POOLS; p++) {
        unsigned char(*n)[ORACLE_ADDRS] = x->pool[p];
        int overlap = HAS(default_pool_overlaps_named);

        if (!s->pool_exists[p])
            continue;
        EACH(i)
        {
            int used;

            if (!HAS(named_pool_rebuild_ignores_using))
                n[IPAM_USING][i] = n[IPAM_USING][i] && all[i];
            used = n[IPAM_USING][i] && !HAS(named_pool_rebuild_ignores_using);
            n[IPAM_RESERVED][i] = x->list[IPAM_RESERVED][i] && n[IPAM_IPS][i];
            n[IPAM_FREE][i] = all[i] && n[IPAM_IPS][i] && !used &&
                              !(n[IPAM_RESERVED][i] && !HAS(named_pool_rebuild_ignores_reserved));
            n[IPAM_AVAILABLE][i] = n[IPAM_FREE][i];
            n[IPAM_RELEASED][i] = 0;
            d[IPAM_FREE][i] = d[IPAM_FREE][i] && !n[IPAM_IPS][i];
            d[IPAM_IPS][i] = d[IPAM_IPS][i] && !(n[IPAM_IPS][i] && !overlap);
            d[IPAM_USING][i] = d[IPAM_USING][i] && !(n[IPAM_USING][i] && !overlap);
            d[IPAM_RESERVED][i] =
                d[IPAM_RESERVED][i] && !n[IPAM_RESERVED][i] && !HAS(pool_reserved_clobbered);
        }
    }
    memcpy(d[IPAM_AVAILABLE], d[IPAM_FREE], ORACLE_ADDRS);
}

static void rebuild(const struct oracle *o, struct oracle_subnet *s, int f,
                    const struct oracle_block *b)
{
    struct oracle_family *x = &s->family[f];
    unsigned char all[ORACLE_ADDRS];

    usable(o, b->lo, b->size, all);
    x->has_block = 1;
    x->lo = b->lo;
    x->size = b->size;
    x->gateway = b->gateway;
    EACH(i)
    {
        int used;

        x->list[IPAM_RESERVED][i] = b->reserved[i];
        x->list[IPAM_USING][i] = x->list[IPAM_USING][i] && all[i];
        used = x->list[IPAM_USING][i] && !HAS(cidr_update_forgets_using);
        x->list[IPAM_FREE][i] = all[i] && !b->reserved[i] && !used;
        x->list[IPAM_AVAILABLE][i] = x->list[IPAM_FREE][i];
    }
    rebuild_pools(o, s, f, all);
    for (int n = 1; n <= ORACLE_NICS; n++) {
        int a = x->nic_addr[n];

        if (a < 0 || all[a])
            continue;
        x->nic_addr[n] = -1;
        x->n_owners[a] = 0;
    }
}

static int unchanged(const struct oracle_family *x, const struct oracle_block *b)
{
    return x->has_block && x->lo == b->lo && x->size == b->size && x->gateway == b->gateway &&
           memcmp(x->list[IPAM_RESERVED], b->reserved, ORACLE_ADDRS) == 0;
}

int oracle_subnet_set(struct oracle *o, int subnet, int protocol, const struct oracle_block *block)
{
    struct oracle_subnet *s = &o->subnet[subnet];
    int existed = s->exists;

    if (protocol == IPAM_PROTOCOL_MAC) {
        if (HAS(no_mac_only) || s->family[0].has_block || s->family[1].has_block)
            return IPAM_ERROR_INVALID_CIDR;
    }
    if (existed && protocol != IPAM_PROTOCOL_MAC && !s->pool_exists[0])
        return IPAM_ERROR_UPSTREAM_CRASH;
    s->exists = 1;
    s->protocol = protocol;
    if (!existed)
        s->pool_exists[0] = 1;
    if (protocol == IPAM_PROTOCOL_MAC)
        return IPAM_ERROR_NONE;
    for (int f = 0; f < IPAM_FAMILIES; f++)
        if (block[f].present && !unchanged(&s->family[f], &block[f]))
            rebuild(o, s, f, &block[f]);
    for (int n = 1; existed && n <= ORACLE_NICS; n++)
        if (!oracle_leased(s, n))
            oracle_drop_mac(s, n);
    return IPAM_ERROR_NONE;
}

/* ---- pools ---- */

static int pool_conflict(const struct oracle_subnet *s, int f, int pool, const unsigned char *ips)
{
    for (int p = 1; p < ORACLE_POOLS; p++) {
        if (p == pool || !s->pool_exists[p])
            continue;
        EACH(i) if (ips[i] && s->family[f].pool[p][IPAM_IPS][i]) return p;
    }
    return 0;
}

static void set_pool_family(const struct oracle *o, struct oracle_family *x, int pool,
                            const unsigned char *ips)
{
    unsigned char all[ORACLE_ADDRS];
    unsigned char new[IPAM_POOL_LISTS][ORACLE_ADDRS];
    unsigned char(*d)[ORACLE_ADDRS] = x->pool[0];
    unsigned char(*old)[ORACLE_ADDRS] = x->pool[pool];

    usable(o, x->lo, x->size, all);
    memset(new, 0, sizeof(new));
    EACH(i)
    {
        new[IPAM_IPS][i] = ips[i];
        new[IPAM_RESERVED][i] = ips[i] && x->list[IPAM_RESERVED][i];
        new[IPAM_USING][i] = ips[i] && x->list[IPAM_USING][i];
        new[IPAM_FREE][i] = ips[i] && all[i] && !new[IPAM_USING][i] && !new[IPAM_RESERVED][i];
        new[IPAM_AVAILABLE][i] = new[IPAM_FREE][i];
    }
    EACH(i)
    {
        int reserved = x->list[IPAM_RESERVED][i] && !HAS(random_may_pick_reserved);

        d[IPAM_IPS][i] = (d[IPAM_IPS][i] || old[IPAM_IPS][i]) && !new[IPAM_IPS][i];
        d[IPAM_USING][i] = (d[IPAM_USING][i] || old[IPAM_USING][i]) && !new[IPAM_USING][i];
        d[IPAM_RESERVED][i] =
            (d[IPAM_RESERVED][i] || old[IPAM_RESERVED][i]) && !new[IPAM_RESERVED][i];
        d[IPAM_FREE][i] =
            (d[IPAM_AVAILABLE][i] || old[IPAM_AVAILABLE][i]) && !new[IPAM_FREE][i] && !reserved;
        d[IPAM_RELEASED][i] = 0;
    }
    memcpy(d[IPAM_AVAILABLE], d[IPAM_FREE], ORACLE_ADDRS);
    memcpy(old, new, sizeof(new));
}

struct oracle_result oracle_pool_set(struct oracle *o, int subnet, int pool,
                                     const unsigned char ips[IPAM_FAMILIES][ORACLE_ADDRS])
{
    struct oracle_subnet *s = oracle_known(o, subnet);
    struct oracle_result r = oracle_nothing(IPAM_ERROR_NONE, 0);

    if (!s)
        return oracle_nothing(IPAM_ERROR_SUBNET_UNKNOWN, 0);
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        int other;

        if (!s->family[f].has_block)
            continue;
        other = pool_conflict(s, f, pool, ips[f]);
        if (other) {
            r.error = IPAM_ERROR_POOL_CONFLICT;
            r.other_pool = other;
            return r;
        }
    }
    if (!s->pool_exists[0])
        return oracle_nothing(IPAM_ERROR_UPSTREAM_CRASH, 0);
    for (int f = 0; f < IPAM_FAMILIES; f++)
        if (s->family[f].has_block)
            set_pool_family(o, &s->family[f], pool, ips[f]);
    s->pool_exists[pool] = 1;
    return r;
}

int oracle_pool_delete(struct oracle *o, int subnet, int pool)
{
    struct oracle_subnet *s = oracle_known(o, subnet);

    if (!s || !s->pool_exists[pool])
        return IPAM_ERROR_NONE;
    if (!s->pool_exists[0])
        return IPAM_ERROR_UPSTREAM_CRASH;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        for (int l = 0; l < IPAM_POOL_LISTS; l++) {
            unsigned char *p = s->family[f].pool[pool][l];
            unsigned char *d = s->family[f].pool[0][l];

            EACH(i) if (p[i] && !(l == IPAM_IPS && HAS(remove_pool_drops_ips))) d[i] = 1;
            memset(p, 0, ORACLE_ADDRS);
        }
    }
    s->pool_exists[pool] = 0;
    return IPAM_ERROR_NONE;
}

int oracle_gateway_mac(struct oracle *o, int subnet, int mac)
{
    struct oracle_subnet *s = oracle_known(o, subnet);

    if (!s)
        return IPAM_ERROR_SUBNET_UNKNOWN;
    if (!HAS(no_gateway_mac))
        s->gateway_mac = mac;
    return IPAM_ERROR_NONE;
}

/* ---- questions ---- */

int oracle_contains(const struct oracle *o, int family, int index)
{
    for (int s = 1; s <= ORACLE_SUBNETS; s++)
        if (o->subnet[s].exists && o->subnet[s].family[family].n_owners[index])
            return 1;
    return 0;
}

int oracle_assigned_to_other(const struct oracle *o, int subnet, int family, int index, int owner)
{
    const struct oracle_family *x = &o->subnet[subnet].family[family];

    for (int i = 0; i < x->n_owners[index]; i++)
        if (x->owner[index][i] == owner)
            return 0;
    return x->n_owners[index] ? x->owner[index][0] : 0;
}

int oracle_using(const struct oracle *o)
{
    int n = 0;

    for (int s = 1; s <= ORACLE_SUBNETS; s++)
        for (int f = 0; f < IPAM_FAMILIES; f++)
            EACH(i) n += o->subnet[s].family[f].list[IPAM_USING][i];
    return n;
}
