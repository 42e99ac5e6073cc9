#include "ipam/oracle_driver_internal.h"

/* Requests by chance, most of them such that they can be met. */

static uint64_t draw(struct oracle_driver *d)
{
    uint64_t z;

    if (d->n_fed > 0) {
        d->n_fed--;
        return *d->fed++;
    }
    z = d->chance += UINT64_C(0x9e3779b97f4a7c15);

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
    b.lo = oracle_index(cidr.network);
    b.size = block_size(&cidr);
    b.gateway = gateway.valid ? oracle_index(gateway.addr) : -1 - (int)gateway.text;
    oracle_bytes(&reserved, b.reserved);
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

static void make_subnet(struct oracle_driver *d, struct oracle_request *r)
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

static struct oracle_mac make_mac(struct oracle_driver *d, struct oracle_request *r)
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

static void make_random(struct oracle_driver *d, struct oracle_request *r)
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
            q->skip[f][oracle_index(now)] = 1;
    }
}

static void make_static(struct oracle_driver *d, struct oracle_request *r)
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

static void make_pool(struct oracle_driver *d, struct oracle_request *r)
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

void oracle_request_make(struct oracle_driver *d, struct oracle_request *r)
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
