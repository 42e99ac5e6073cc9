#include "ipam/oracle_driver_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

void oracle_driver_open(struct oracle_driver *d, const struct ipam_family_limits *family,
                        uint32_t n_owner_nics, ipam_quirks quirks, uint64_t seed)
{
    struct ipam_subnet_limits subnet[ORACLE_SUBNETS];
    struct ipam_limits limits;

    memset(&limits, 0, sizeof(limits));
    limits.n_subnets = ORACLE_SUBNETS;
    limits.n_pools = ORACLE_POOLS - 1;
    limits.n_owners = ORACLE_OWNERS;
    limits.n_nics = ORACLE_NICS;
    limits.n_macs = ORACLE_MACS;
    limits.n_owner_nics = n_owner_nics;
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

void oracle_driver_feed(struct oracle_driver *d, const uint8_t *bytes, size_t n)
{
    d->fed = bytes;
    d->n_fed = n;
    d->chance = 0;
    for (size_t i = 0; i < n; i++)
        d->chance = d->chance * UINT64_C(0x100000001b3) ^ bytes[i];
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
    oracle_init(&d->oracle, d->oracle.quirks);
    d->drawn = 0;
}

void oracle_driver_mutate(struct oracle_driver *d, ipam_quirks quirks)
{
    oracle_init(&d->oracle, d->oracle.quirks & ~quirks);
}

/* ---- comparing ---- */

static bool same_list(struct oracle_driver *d, uint32_t subnet, int f, uint32_t pool, int list,
                      const unsigned char *expected)
{
    struct ipam_addrset s;
    unsigned char bytes[ORACLE_ADDRS];
    uint64_t n = 0;

    ipam_list_of(d->ipam, subnet, (enum ipam_family)f, pool, (enum ipam_list)list, &s);
    oracle_bytes(&s, bytes);
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

        if ((has ? oracle_index(a) : -1) != x->nic_addr[nic])
            return wrong(d, "subnet %u family %d: the address of NIC %u", subnet, f, nic);
    }
    for (int i = 0; i < ORACLE_ADDRS; i++) {
        for (int k = 0; k <= x->n_owners[i]; k++) {
            int owner = (int)ipam_owner_at(d->ipam, subnet, family, oracle_addr(f, i), (uint32_t)k);

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

static uint32_t ranges_of(const unsigned char *set, int f, struct ipam_range *out)
{
    uint32_t n = 0;

    for (int i = 0; i < ORACLE_ADDRS; i++) {
        if (!set[i])
            continue;
        out[n].first = out[n].last = oracle_addr(f, i);
        n++;
    }
    return n;
}

static struct ipam_mac_wish mac_wish(struct oracle_request *r, const struct oracle_mac *m)
{
    struct ipam_mac_wish wish = {(uint8_t)m->kind, {0}, (uint32_t)m->mac, r->fresh32, 8};

    return wish;
}

static struct ipam_result lib_random(struct ipam *ipam, struct oracle_request *r,
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
            r->arg[x.n_skip].addr = oracle_addr(f, i);
            r->arg[x.n_skip].valid = r->arg[x.n_skip].exact = 1;
            x.n_skip++;
        }
    }
    x.family = (uint8_t)q->family;
    x.check = (uint8_t)q->check;
    return ipam_random(ipam, &x, journal);
}

static struct ipam_result lib_static(struct ipam *ipam, struct oracle_request *r,
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
        r->arg[i].addr = oracle_addr(q->address[i].family, q->address[i].index);
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

static enum ipam_error lib_subnet(struct ipam *ipam, struct oracle_request *r,
                                  struct ipam_journal *journal)
{
    struct ipam_subnet_request x;

    memset(&x, 0, sizeof(x));
    x.protocol = (uint8_t)r->protocol;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct oracle_block *b = &r->block[f];

        x.family[f].present = (uint8_t)b->present;
        x.family[f].cidr.network = oracle_addr(f, b->lo);
        x.family[f].cidr.v4 = f == IPAM_V4;
        x.family[f].cidr.prefix = b->present ? prefix_of(f, b->size) : 0;
        x.family[f].gateway.valid = b->gateway >= 0;
        if (b->gateway >= 0)
            x.family[f].gateway.addr = oracle_addr(f, b->gateway);
        else
            x.family[f].gateway.text = (uint32_t)(-1 - b->gateway);
        x.family[f].reserved = r->range[f];
        x.family[f].n_reserved = ranges_of(b->reserved, f, r->range[f]);
    }
    return ipam_subnet_set(ipam, (uint32_t)r->subnet, &x, journal);
}

static struct ipam_result lib_pool(struct ipam *ipam, struct oracle_request *r,
                                   struct ipam_journal *journal)
{
    struct ipam_pool_request x;

    for (int f = 0; f < IPAM_FAMILIES; f++) {
        x.range[f] = r->range[f];
        x.n_ranges[f] = ranges_of(r->ips[f], f, r->range[f]);
    }
    return ipam_pool_set(ipam, (uint32_t)r->subnet, (uint32_t)r->pool, &x, journal);
}

static struct ipam_result run_library(struct ipam *ipam, struct oracle_request *r,
                                      struct ipam_journal *journal, uint32_t *given_back)
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
        res.error = (uint8_t)ipam_release_owner(ipam, owner, subnet, journal, given_back);
        break;
    case ORACLE_RELEASE_NIC:
        res.error =
            (uint8_t)ipam_release_nic(ipam, owner, (uint32_t)r->nic, subnet, journal, given_back);
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

static struct oracle_result run_oracle(struct oracle *o, const struct oracle_request *r)
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

static bool same_result(struct oracle_driver *d, const struct oracle_request *r,
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
        if ((ours->has[f] ? oracle_index(ours->addr[f]) : -1) != theirs->addr[f])
            return wrong(d, "%s: address %d", verb_names[r->verb], f);
    return true;
}

/* What must hold of the library alone, whatever the oracle thinks. */
static bool sound(struct oracle_driver *d, const struct oracle_request *r,
                  const struct ipam_result *ours, const struct ipam_journal *journal)
{
    const char *law;

    if (memcmp(d->ipam, d->twin, d->size) != 0)
        return wrong(d, "%s: a copy went another way", verb_names[r->verb]);
    law = oracle_broken_law(d, r, ours);
    if (!law)
        law = ipam_validate(d->ipam);
    if (law)
        return wrong(d, "after %s: %s", verb_names[r->verb], law);
    return journal_covers(d, journal);
}

/* Questions about an address and an owner that take turns. */
static bool same_answers(struct oracle_driver *d)
{
    int f = (int)(d->steps / ORACLE_ADDRS % IPAM_FAMILIES);
    int a = (int)(d->steps % ORACLE_ADDRS);
    int owner = 1 + (int)(d->steps % ORACLE_OWNERS);

    if (ipam_contains(d->ipam, oracle_addr(f, a)) != (oracle_contains(&d->oracle, f, a) != 0))
        return wrong(d, "address %d of family %d has an owner somewhere", a, f);
    for (int s = 1; s <= ORACLE_SUBNETS; s++)
        if ((int)ipam_assigned_to_other(d->ipam, (uint32_t)s, oracle_addr(f, a), (uint32_t)owner) !=
            oracle_assigned_to_other(&d->oracle, s, f, a, owner))
            return wrong(d, "address %d of family %d is another's", a, f);
    return true;
}

/* The oracle does the same, and everything is compared. */
static bool agree(struct oracle_driver *d, const struct oracle_request *r,
                  const struct ipam_result *ours, uint32_t given_back)
{
    int before = oracle_using(&d->oracle);
    struct oracle_result theirs = run_oracle(&d->oracle, r);
    bool release = r->verb == ORACLE_RELEASE_OWNER || r->verb == ORACLE_RELEASE_NIC;

    if (release && (int)given_back != before - oracle_using(&d->oracle))
        return wrong(d, "%s: %u addresses given back", verb_names[r->verb], given_back);
    return same_result(d, r, ours, &theirs) && same_subnet(d, 1) && same_subnet(d, 2) &&
           same_answers(d);
}

bool oracle_driver_step(struct oracle_driver *d)
{
    struct oracle_request r;
    struct ipam_journal journal;
    struct ipam_result ours;
    enum ipam_error error;
    uint32_t given_back = 0;

    oracle_request_make(d, &r);
    d->steps++;
    memcpy(d->before, d->ipam, d->size);
    memcpy(d->twin, d->ipam, d->size);
    ipam_journal_clear(&journal);
    ours = run_library(d->ipam, &r, &journal, &given_back);
    run_library(d->twin, &r, NULL, &given_back);
    error = (enum ipam_error)ours.error;
    d->count[r.verb][error]++;
    d->kind[ipam_protocol_of(d->before, (uint32_t)r.subnet)]++;
    d->drawn += ours.fresh_used;
    if (!sound(d, &r, &ours, &journal))
        return false;
    if ((error == IPAM_ERROR_UPSTREAM_CRASH && d->oracle.quirks == ipam_quirks_of(d->ipam)) ||
        error == IPAM_ERROR_NO_FRESH_MAC) {
        oracle_driver_start_over(d);
        return true;
    }
    if (ipam_error_is_ours(error) || ipam_quirks_of(d->ipam) & IPAM_QUIRK_BIT(strict))
        return true;
    return agree(d, &r, &ours, given_back);
}

uint32_t oracle_driver_count(const struct oracle_driver *d, enum ipam_error error)
{
    uint32_t n = 0;

    for (int v = 0; v < ORACLE_VERBS; v++)
        n += d->count[v][error];
    return n;
}

uint32_t oracle_driver_verbs(const struct oracle_driver *d, enum oracle_verb verb)
{
    uint32_t n = 0;

    for (int e = 0; e < IPAM_ERROR_COUNT; e++)
        n += d->count[verb][e];
    return n;
}

const char *oracle_verb_name(enum oracle_verb verb)
{
    return verb_names[verb];
}
