#include "ipam/oracle_driver.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- chance ---- */

static uint64_t draw(struct oracle_driver *d)
{
    uint64_t z = d->chance += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int below(struct oracle_driver *d, int n)
{
    return (int)(draw(d) % (uint64_t)n);
}

static bool one_in(struct oracle_driver *d, int n)
{
    return below(d, n) == 0;
}

/* ---- the pair ---- */

static const char *const verb_names[ORACLE_VERBS] = {
    "subnet",         "delete subnet", "random",      "static",      "release by owner",
    "release by NIC", "pool",          "delete pool", "gateway MAC",
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct oracle_driver *d, const char *format,
                                                        ...)
{
    int n = snprintf(d->wrong, sizeof(d->wrong), "step %u: ", d->steps);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(d->wrong + n, sizeof(d->wrong) - (size_t)n, format, arguments);
    va_end(arguments);
    return false;
}

static struct ipam_addr addr_of(int family, int index)
{
    struct ipam_addr a = {UINT64_C(0xfd00000000000000), (uint64_t)index};

    return family == IPAM_V4 ? ipam_addr_v4(0x0a000000u + (uint32_t)index) : a;
}

static int index_of(struct ipam_addr a)
{
    return (int)(a.lo & (ORACLE_ADDRS - 1));
}

void oracle_driver_open(struct oracle_driver *d, const struct ipam_family_limits *family,
                        ipam_quirks quirks, uint64_t seed)
{
    struct ipam_subnet_limits subnet[ORACLE_SUBNETS];
    struct ipam_limits limits;

    memset(&limits, 0, sizeof(limits));
    limits.n_subnets = ORACLE_SUBNETS;
    limits.n_pools = ORACLE_POOLS - 1;
    limits.n_owners = ORACLE_OWNERS;
    limits.n_nics = ORACLE_NICS;
    limits.n_macs = ORACLE_MACS;
    limits.n_owner_nics = 32;
    limits.subnet = subnet;
    for (int i = 0; i < ORACLE_SUBNETS; i++)
        for (int f = 0; f < IPAM_FAMILIES; f++)
            subnet[i].family[f] = *family;
    memset(d, 0, sizeof(*d));
    d->chance = seed;
    d->size = ipam_size(&limits);
    d->before = malloc(d->size);
    d->twin = malloc(d->size);
    d->ipam = ipam_init(malloc(d->size), &limits, quirks);
    oracle_init(&d->oracle, quirks);
}

void oracle_driver_close(struct oracle_driver *d)
{
    free(d->ipam);
    free(d->before);
    free(d->twin);
}

void oracle_driver_start_over(struct oracle_driver *d)
{
    for (uint32_t s = 1; s <= ORACLE_SUBNETS; s++)
        ipam_subnet_delete(d->ipam, s, NULL);
    oracle_init(&d->oracle, ipam_quirks_of(d->ipam));
    d->drawn = 0;
}

/* ---- comparing ---- */

static void as_bytes(const struct ipam_addrset *s, unsigned char out[ORACLE_ADDRS])
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r;

    memset(out, 0, ORACLE_ADDRS);
    while (ipam_addrset_next_range(s, &cursor, &r))
        for (int i = index_of(r.first); i <= index_of(r.last); i++)
            out[i] = 1;
}

static bool same_list(struct oracle_driver *d, uint32_t subnet, int f, uint32_t pool, int list,
                      const unsigned char *expected)
{
    struct ipam_addrset s;
    unsigned char bytes[ORACLE_ADDRS];
    uint64_t n = 0;

    ipam_list_of(d->ipam, subnet, (enum ipam_family)f, pool, (enum ipam_list)list, &s);
    as_bytes(&s, bytes);
    for (int i = 0; i < ORACLE_ADDRS; i++)
        n += expected[i];
    if (memcmp(bytes, expected, ORACLE_ADDRS) == 0 && ipam_addrset_count(&s).lo == n)
        return true;
    return wrong(d, "subnet %u family %d pool %d list %d", subnet, f, (int)pool, list);
}

static bool same_maps(struct oracle_driver *d, uint32_t subnet, int f,
                      const struct oracle_family *x)
{
    enum ipam_family family = (enum ipam_family)f;

    for (uint32_t nic = 1; nic <= ORACLE_NICS; nic++) {
        struct ipam_addr a;
        bool has = ipam_nic_address(d->ipam, subnet, family, nic, &a);

        if ((has ? index_of(a) : -1) != x->nic_addr[nic])
            return wrong(d, "subnet %u family %d: the address of NIC %u", subnet, f, nic);
    }
    for (int i = 0; i < ORACLE_ADDRS; i++) {
        for (int k = 0; k <= x->n_owners[i]; k++) {
            int owner = (int)ipam_owner_at(d->ipam, subnet, family, addr_of(f, i), (uint32_t)k);

            if (owner != (k < x->n_owners[i] ? x->owner[i][k] : 0))
                return wrong(d, "subnet %u family %d: owner %d of address %d", subnet, f, k, i);
        }
    }
    return true;
}

static bool same_family(struct oracle_driver *d, uint32_t subnet, int f)
{
    const struct oracle_subnet *s = &d->oracle.subnet[subnet];
    const struct oracle_family *x = &s->family[f];
    struct ipam_cidr cidr;

    if (ipam_cidr_of(d->ipam, subnet, (enum ipam_family)f, &cidr) != (x->has_block != 0))
        return wrong(d, "subnet %u has family %d", subnet, f);
    for (int l = 0; l < IPAM_SUBNET_LISTS; l++)
        if (!same_list(d, subnet, f, IPAM_WHOLE_SUBNET, l, x->list[l]))
            return false;
    for (uint32_t pool = 0; pool < ORACLE_POOLS; pool++)
        for (int l = 0; s->pool_exists[pool] && l < IPAM_POOL_LISTS; l++)
            if (!same_list(d, subnet, f, pool, l, x->pool[pool][l]))
                return false;
    return same_maps(d, subnet, f, x);
}

static bool same_macs(struct oracle_driver *d, uint32_t subnet)
{
    const struct oracle_subnet *s = &d->oracle.subnet[subnet];

    if ((int)ipam_gateway_mac_of(d->ipam, subnet) != s->gateway_mac)
        return wrong(d, "subnet %u: the gateway's MAC", subnet);
    for (uint32_t n = 1; n <= ORACLE_NICS; n++)
        if ((int)ipam_nic_mac(d->ipam, subnet, n) != s->nic_mac[n])
            return wrong(d, "subnet %u: the MAC of NIC %u", subnet, n);
    for (uint32_t m = 1; m <= ORACLE_MACS; m++)
        if ((int)ipam_mac_owner(d->ipam, subnet, m) != s->mac_owner[m])
            return wrong(d, "subnet %u: the owner of MAC %u", subnet, m);
    return true;
}

static bool same_nics(struct oracle_driver *d, uint32_t subnet)
{
    const struct oracle_subnet *s = &d->oracle.subnet[subnet];

    for (uint32_t o = 1; o <= ORACLE_OWNERS; o++) {
        if ((int)ipam_owner_nic_count(d->ipam, subnet, o) != s->n_nics[o])
            return wrong(d, "subnet %u: the number of NICs of owner %u", subnet, o);
        for (int i = 0; i < s->n_nics[o]; i++)
            if ((int)ipam_owner_nic(d->ipam, subnet, o, (uint32_t)i) != s->nic[o][i])
                return wrong(d, "subnet %u: NIC %d of owner %u", subnet, i, o);
    }
    return true;
}

static bool same_subnet(struct oracle_driver *d, uint32_t subnet)
{
    const struct oracle_subnet *s = &d->oracle.subnet[subnet];

    if (ipam_subnet_exists(d->ipam, subnet) != (s->exists != 0))
        return wrong(d, "subnet %u exists", subnet);
    if ((int)ipam_protocol_of(d->ipam, subnet) != s->protocol)
        return wrong(d, "subnet %u: the protocol", subnet);
    for (uint32_t pool = 0; pool < ORACLE_POOLS; pool++)
        if (ipam_pool_exists(d->ipam, subnet, pool) != (s->pool_exists[pool] != 0))
            return wrong(d, "subnet %u: pool %u exists", subnet, pool);
    return same_macs(d, subnet) && same_nics(d, subnet) && same_family(d, subnet, IPAM_V4) &&
           same_family(d, subnet, IPAM_V6);
}

/* ---- one operation, in both forms ---- */

/* Room for what the two requests point to. */
struct request {
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

static uint32_t ranges_of(const unsigned char *set, int f, struct ipam_range *out)
{
    uint32_t n = 0;

    for (int i = 0; i < ORACLE_ADDRS; i++) {
        if (!set[i])
            continue;
        out[n].first = out[n].last = addr_of(f, i);
        n++;
    }
    return n;
}

static struct ipam_mac_wish mac_wish(struct request *r, const struct oracle_mac *m)
{
    struct ipam_mac_wish wish = {(uint8_t)m->kind, {0}, (uint32_t)m->mac, r->fresh32, 8};

    return wish;
}

static struct ipam_result lib_random(struct ipam *ipam, struct request *r,
                                     struct ipam_journal *journal)
{
    struct oracle_random *q = &r->random;
    struct ipam_random_request x;

    memset(&x, 0, sizeof(x));
    x.subnet = (uint32_t)q->subnet;
    x.owner = (uint32_t)q->owner;
    x.nic = (uint32_t)q->nic;
    x.pool = q->pool < 0 ? IPAM_POOL_UNKNOWN : (uint32_t)q->pool;
    x.mac = mac_wish(r, &q->mac);
    x.skip = r->arg;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        for (int i = 0; i < ORACLE_ADDRS; i++) {
            if (!q->skip[f][i])
                continue;
            r->arg[x.n_skip].addr = addr_of(f, i);
            r->arg[x.n_skip].valid = r->arg[x.n_skip].exact = 1;
            x.n_skip++;
        }
    }
    x.family = (uint8_t)q->family;
    x.check = (uint8_t)q->check;
    return ipam_random(ipam, &x, journal);
}

static struct ipam_result lib_static(struct ipam *ipam, struct request *r,
                                     struct ipam_journal *journal)
{
    struct oracle_static *q = &r->fixed;
    struct ipam_static_request x;

    memset(&x, 0, sizeof(x));
    x.subnet = (uint32_t)q->subnet;
    x.owner = (uint32_t)q->owner;
    x.nic = (uint32_t)q->nic;
    x.n_addresses = (uint32_t)q->n;
    x.address = r->arg;
    for (int i = 0; i < q->n; i++) {
        r->arg[i].addr = addr_of(q->address[i].family, q->address[i].index);
        r->arg[i].valid = r->arg[i].exact = (uint8_t)q->address[i].valid;
    }
    x.mac = mac_wish(r, &q->mac);
    x.family = (uint8_t)q->family;
    x.check = (uint8_t)q->check;
    return ipam_static(ipam, &x, journal);
}

static uint8_t prefix_of(int f, int size)
{
    uint8_t bits = f == IPAM_V4 ? 32 : 128;

    for (; size > 1; size /= 2)
        bits--;
    return bits;
}

static enum ipam_error lib_subnet(struct ipam *ipam, struct request *r,
                                  struct ipam_journal *journal)
{
    struct ipam_subnet_request x;

    memset(&x, 0, sizeof(x));
    x.protocol = (uint8_t)r->protocol;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct oracle_block *b = &r->block[f];

        x.family[f].present = (uint8_t)b->present;
        x.family[f].cidr.network = addr_of(f, b->lo);
        x.family[f].cidr.v4 = f == IPAM_V4;
        x.family[f].cidr.prefix = b->present ? prefix_of(f, b->size) : 0;
        x.family[f].gateway.valid = b->gateway >= 0;
        if (b->gateway >= 0)
            x.family[f].gateway.addr = addr_of(f, b->gateway);
        else
            x.family[f].gateway.text = (uint32_t)(-1 - b->gateway);
        x.family[f].reserved = r->range[f];
        x.family[f].n_reserved = ranges_of(b->reserved, f, r->range[f]);
    }
    return ipam_subnet_set(ipam, (uint32_t)r->subnet, &x, journal);
}

static struct ipam_result lib_pool(struct ipam *ipam, struct request *r,
                                   struct ipam_journal *journal)
{
    struct ipam_pool_request x;

    for (int f = 0; f < IPAM_FAMILIES; f++) {
        x.range[f] = r->range[f];
        x.n_ranges[f] = ranges_of(r->ips[f], f, r->range[f]);
    }
    return ipam_pool_set(ipam, (uint32_t)r->subnet, (uint32_t)r->pool, &x, journal);
}

static struct ipam_result run_library(struct ipam *ipam, struct request *r,
                                      struct ipam_journal *journal)
{
    struct ipam_result res;
    uint32_t subnet = (uint32_t)r->subnet;
    uint32_t owner = (uint32_t)r->owner;

    memset(&res, 0, sizeof(res));
    switch (r->verb) {
    case ORACLE_SUBNET:
        res.error = (uint8_t)lib_subnet(ipam, r, journal);
        break;
    case ORACLE_DELETE:
        ipam_subnet_delete(ipam, subnet, journal);
        break;
    case ORACLE_RANDOM:
        return lib_random(ipam, r, journal);
    case ORACLE_STATIC:
        return lib_static(ipam, r, journal);
    case ORACLE_RELEASE_OWNER:
        res.error = (uint8_t)ipam_release_owner(ipam, owner, subnet, journal, NULL);
        break;
    case ORACLE_RELEASE_NIC:
        res.error = (uint8_t)ipam_release_nic(ipam, owner, (uint32_t)r->nic, subnet, journal, NULL);
        break;
    case ORACLE_POOL:
        return lib_pool(ipam, r, journal);
    case ORACLE_DELPOOL:
        res.error = (uint8_t)ipam_pool_delete(ipam, subnet, (uint32_t)r->pool, journal);
        break;
    case ORACLE_GATEWAY_MAC:
        res.error = (uint8_t)ipam_gateway_mac_set(ipam, subnet, (uint32_t)r->mac, journal);
        break;
    case ORACLE_VERBS:
        break;
    }
    return res;
}

static struct oracle_result run_oracle(struct oracle *o, const struct request *r)
{
    struct oracle_result res = {0, {-1, -1}, 0, 0, 0};

    switch (r->verb) {
    case ORACLE_SUBNET:
        res.error = oracle_subnet_set(o, r->subnet, r->protocol, r->block);
        break;
    case ORACLE_DELETE:
        oracle_subnet_delete(o, r->subnet);
        break;
    case ORACLE_RANDOM:
        return oracle_random(o, &r->random);
    case ORACLE_STATIC:
        return oracle_static(o, &r->fixed);
    case ORACLE_RELEASE_OWNER:
        oracle_release_owner(o, r->owner, r->subnet);
        break;
    case ORACLE_RELEASE_NIC:
        oracle_release_nic(o, r->owner, r->nic, r->subnet);
        break;
    case ORACLE_POOL:
        return oracle_pool_set(o, r->subnet, r->pool, r->ips);
    case ORACLE_DELPOOL:
        res.error = oracle_pool_delete(o, r->subnet, r->pool);
        break;
    case ORACLE_GATEWAY_MAC:
        res.error = oracle_gateway_mac(o, r->subnet, r->mac);
        break;
    case ORACLE_VERBS:
        break;
    }
    return res;
}

/* ---- making operations up ---- */

static int block_size(const struct ipam_cidr *cidr)
{
    return 1 << ipam_cidr_host_bits(cidr);
}

/* The block as it is now; present = 0 if there is none. */
static struct oracle_block block_now(const struct oracle_driver *d, int subnet, int f)
{
    struct oracle_block b;
    struct ipam_cidr cidr;
    struct ipam_gateway gateway;
    struct ipam_addrset reserved;

    memset(&b, 0, sizeof(b));
    if (!ipam_cidr_of(d->ipam, (uint32_t)subnet, (enum ipam_family)f, &cidr))
        return b;
    ipam_gateway_of(d->ipam, (uint32_t)subnet, (enum ipam_family)f, &gateway);
    ipam_list_of(d->ipam, (uint32_t)subnet, (enum ipam_family)f, IPAM_WHOLE_SUBNET, IPAM_RESERVED,
                 &reserved);
    b.present = 1;
    b.lo = index_of(cidr.network);
    b.size = block_size(&cidr);
    b.gateway = gateway.valid ? index_of(gateway.addr) : -1 - (int)gateway.text;
    as_bytes(&reserved, b.reserved);
    return b;
}

static void make_block(struct oracle_driver *d, int subnet, int f, struct oracle_block *b)
{
    static const int sizes[] = {8, 16, 32, 8, 16, 4, 2, 1};
    struct oracle_block now = block_now(d, subnet, f);

    memset(b, 0, sizeof(*b));
    b->present = 1;
    if (now.present && !one_in(d, 4)) {
        *b = now;
        if (one_in(d, 3))
            return;
    } else {
        b->size = sizes[below(d, one_in(d, 4) ? 8 : 5)];
        b->lo = below(d, ORACLE_ADDRS / b->size) * b->size;
        b->gateway = b->size > 2 ? b->lo + 1 : b->lo;
        memset(b->reserved, 0, sizeof(b->reserved));
        if (b->size > 2)
            b->reserved[b->gateway] = 1;
    }
    if (one_in(d, 4))
        b->gateway = one_in(d, 4) ? -1 - below(d, 3) : b->lo + below(d, b->size);
    for (int n = below(d, 3); n > 0 && b->size > 2; n--)
        b->reserved[b->lo + 1 + below(d, b->size - 2)] ^= 1;
}

static void make_subnet(struct oracle_driver *d, struct request *r)
{
    enum ipam_protocol protocol = ipam_protocol_of(d->ipam, (uint32_t)r->subnet);
    int kind = below(d, 20);

    r->protocol = kind < 8    ? IPAM_PROTOCOL_V4
                  : kind < 11 ? IPAM_PROTOCOL_V6
                  : kind < 19 ? IPAM_PROTOCOL_DUAL
                              : IPAM_PROTOCOL_MAC;
    if (protocol != IPAM_PROTOCOL_NONE && !one_in(d, 4))
        r->protocol = (int)protocol;
    if (r->protocol != IPAM_PROTOCOL_V6 && r->protocol != IPAM_PROTOCOL_MAC)
        make_block(d, r->subnet, IPAM_V4, &r->block[IPAM_V4]);
    if (r->protocol != IPAM_PROTOCOL_V4 && r->protocol != IPAM_PROTOCOL_MAC)
        make_block(d, r->subnet, IPAM_V6, &r->block[IPAM_V6]);
}

static struct oracle_mac make_mac(struct oracle_driver *d, struct request *r)
{
    struct oracle_mac m = {IPAM_MAC_DRAW, 0, r->fresh};

    if (one_in(d, 5))
        m.kind = one_in(d, 2) ? IPAM_MAC_NONE : IPAM_MAC_GIVEN;
    if (m.kind == IPAM_MAC_GIVEN)
        m.mac = 1 + below(d, one_in(d, 4) ? ORACLE_MACS : 4);
    for (int i = 0; i < 8; i++) {
        r->fresh[i] = (int)(1 + (d->drawn + (uint32_t)i) % ORACLE_MACS);
        r->fresh32[i] = (uint32_t)r->fresh[i];
    }
    return m;
}

static int some_family(struct oracle_driver *d)
{
    return one_in(d, 6) ? 1 + below(d, 3) : IPAM_ANY_FAMILY;
}

/* An address that the subnet might well hand out, or one of those already handed out. */
static int some_index(struct oracle_driver *d, int subnet, int f)
{
    struct oracle_block b = block_now(d, subnet, f);

    if (!b.present || one_in(d, 30))
        return below(d, ORACLE_ADDRS);
    if (b.size > 2 && !one_in(d, 12))
        return b.lo + 1 + below(d, b.size - 2);
    return b.lo + below(d, b.size);
}

static void make_random(struct oracle_driver *d, struct request *r)
{
    struct oracle_random *q = &r->random;

    q->subnet = r->subnet;
    q->owner = r->owner;
    q->nic = r->nic;
    q->pool = one_in(d, 3) ? below(d, ORACLE_POOLS + 1) - 1 : 0;
    q->family = some_family(d);
    q->check = !one_in(d, 5);
    q->mac = make_mac(d, r);
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct ipam_addr now;
        bool has = ipam_nic_address(d->ipam, (uint32_t)r->subnet, (enum ipam_family)f,
                                    (uint32_t)r->nic, &now);

        for (int n = one_in(d, 4) ? below(d, 12) : 0; n > 0; n--)
            q->skip[f][some_index(d, r->subnet, f)] = 1;
        if (has && one_in(d, 6))
            q->skip[f][index_of(now)] = 1;
    }
}

static void make_static(struct oracle_driver *d, struct request *r)
{
    struct oracle_static *q = &r->fixed;
    enum ipam_protocol protocol = ipam_protocol_of(d->ipam, (uint32_t)r->subnet);

    q->subnet = r->subnet;
    q->owner = r->owner;
    q->nic = r->nic;
    q->family = some_family(d);
    q->check = !one_in(d, 4);
    q->mac = make_mac(d, r);
    q->n = protocol == IPAM_PROTOCOL_DUAL ? 1 + below(d, 2) : 1;
    if (one_in(d, 20))
        q->n = below(d, 4);
    if (protocol == IPAM_PROTOCOL_MAC)
        q->n = one_in(d, 6);
    for (int i = 0; i < q->n; i++) {
        q->address[i].family = protocol == IPAM_PROTOCOL_V6 ||
                               (protocol == IPAM_PROTOCOL_DUAL && (q->n == 2 ? i : below(d, 2)));
        if (one_in(d, 20))
            q->address[i].family ^= 1;
        q->address[i].index = some_index(d, r->subnet, q->address[i].family);
        q->address[i].valid = !one_in(d, 40);
    }
}

static void make_pool(struct oracle_driver *d, struct request *r)
{
    r->pool = one_in(d, 200) && !d->no_pool_zero ? 0 : 1 + below(d, ORACLE_POOLS - 1);
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        for (int n = below(d, 3); n > 0; n--) {
            int first = some_index(d, r->subnet, f);
            int last = first + below(d, 4);

            for (int i = first; i <= last && i < ORACLE_ADDRS; i++)
                r->ips[f][i] = 1;
        }
    }
}

static void make(struct oracle_driver *d, struct request *r)
{
    static const unsigned char weights[ORACLE_VERBS] = {12, 0, 34, 22, 18, 9, 6, 3, 1};
    int roll = below(d, 105);
    int verb = 0;

    memset(r, 0, sizeof(*r));
    while (verb + 1 < ORACLE_VERBS && roll >= weights[verb])
        roll -= weights[verb++];
    r->verb = (enum oracle_verb)verb;
    if (one_in(d, 400))
        r->verb = ORACLE_DELETE;
    r->subnet = one_in(d, 5) ? 2 : 1;
    if (!ipam_subnet_exists(d->ipam, (uint32_t)r->subnet) && !one_in(d, 8))
        r->verb = ORACLE_SUBNET;
    r->nic = 1 + below(d, ORACLE_NICS);
    r->owner = one_in(d, 12) ? 1 + below(d, ORACLE_OWNERS) : 1 + (r->nic - 1) % ORACLE_OWNERS;
    r->mac = below(d, 5);
    r->pool = 1 + below(d, ORACLE_POOLS - 1);
    if (r->verb == ORACLE_DELPOOL && one_in(d, 100) && !d->no_pool_zero)
        r->pool = 0;
    if (r->verb == ORACLE_SUBNET)
        make_subnet(d, r);
    else if (r->verb == ORACLE_RANDOM)
        make_random(d, r);
    else if (r->verb == ORACLE_STATIC)
        make_static(d, r);
    else if (r->verb == ORACLE_POOL)
        make_pool(d, r);
    else if ((r->verb == ORACLE_RELEASE_OWNER || r->verb == ORACLE_RELEASE_NIC) && one_in(d, 3))
        r->subnet = 0;
}

/* ---- the walk ---- */

/* Brings the noted bytes of the copy up to date; then nothing may be left that differs. */
static bool journal_covers(struct oracle_driver *d, const struct ipam_journal *j)
{
    const unsigned char *new = (const unsigned char *)d->ipam;
    unsigned char *old = (unsigned char *)d->before;

    if (j->overflow)
        return true;
    for (uint32_t i = 0; i < j->count; i++) {
        const struct ipam_span *s = &j->span[i];

        if (s->offset > d->size || s->length > d->size - s->offset)
            return wrong(d, "the journal names bytes beyond the block");
        memcpy(old + s->offset, new + s->offset, s->length);
    }
    return memcmp(old, new, d->size) == 0 || wrong(d, "bytes changed unnoticed");
}

static bool same_result(struct oracle_driver *d, const struct request *r,
                        const struct ipam_result *ours, const struct oracle_result *theirs)
{
    if (ours->error != theirs->error)
        return wrong(d, "%s: \"%s\", the oracle says \"%s\"", verb_names[r->verb],
                     ipam_error_text((enum ipam_error)ours->error),
                     ipam_error_text((enum ipam_error)theirs->error));
    if (r->verb != ORACLE_RANDOM && r->verb != ORACLE_STATIC)
        return true;
    if ((int)ours->mac != theirs->mac || (int)ours->fresh_used != theirs->fresh_used)
        return wrong(d, "%s: the MAC", verb_names[r->verb]);
    for (int f = 0; f < IPAM_FAMILIES; f++)
        if ((ours->has[f] ? index_of(ours->addr[f]) : -1) != theirs->addr[f])
            return wrong(d, "%s: address %d", verb_names[r->verb], f);
    return true;
}

/* What must hold of the library alone, whatever the oracle thinks. */
static bool sound(struct oracle_driver *d, enum oracle_verb verb, const struct ipam_result *ours,
                  const struct ipam_journal *journal)
{
    bool strict = ipam_quirks_of(d->ipam) & IPAM_QUIRK_BIT(strict);
    bool idle = ipam_error_is_ours((enum ipam_error)ours->error) || (ours->error && strict);
    const char *law;

    if (memcmp(d->ipam, d->twin, d->size) != 0)
        return wrong(d, "%s: a copy went another way", verb_names[verb]);
    if (idle && memcmp(d->ipam, d->before, d->size) != 0)
        return wrong(d, "%s: \"%s\" changed something", verb_names[verb],
                     ipam_error_text((enum ipam_error)ours->error));
    law = ipam_validate(d->ipam);
    if (law)
        return wrong(d, "after %s: %s", verb_names[verb], law);
    return journal_covers(d, journal);
}

bool oracle_driver_step(struct oracle_driver *d)
{
    struct request r;
    struct ipam_journal journal;
    struct ipam_result ours;
    struct oracle_result theirs;

    make(d, &r);
    d->steps++;
    memcpy(d->before, d->ipam, d->size);
    memcpy(d->twin, d->ipam, d->size);
    ipam_journal_clear(&journal);
    ours = run_library(d->ipam, &r, &journal);
    run_library(d->twin, &r, NULL);
    d->count[r.verb][ours.error]++;
    d->drawn += ours.fresh_used;
    if (!sound(d, r.verb, &ours, &journal))
        return false;
    if (ours.error == IPAM_ERROR_UPSTREAM_CRASH || ours.error == IPAM_ERROR_NO_FRESH_MAC) {
        oracle_driver_start_over(d);
        return true;
    }
    if (ipam_error_is_ours((enum ipam_error)ours.error) ||
        ipam_quirks_of(d->ipam) & IPAM_QUIRK_BIT(strict))
        return true;
    theirs = run_oracle(&d->oracle, &r);
    return same_result(d, &r, &ours, &theirs) && same_subnet(d, 1) && same_subnet(d, 2);
}

uint32_t oracle_driver_count(const struct oracle_driver *d, enum ipam_error error)
{
    uint32_t n = 0;

    for (int v = 0; v < ORACLE_VERBS; v++)
        n += d->count[v][error];
    return n;
}
