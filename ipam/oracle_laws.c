#include "ipam/oracle_driver_internal.h"

/*
 * What holds of a call rather than of a state: the laws I12 to I15 of docs/ipam.md. They are
 * looked for where the library alone can say, from the state before, the request and the answer.
 */

static bool strict(const struct oracle_driver *d)
{
    return ipam_quirks_of(d->ipam) == IPAM_QUIRK_BIT(strict);
}

static bool master(const struct oracle_driver *d)
{
    return ipam_quirks_of(d->ipam) == 0;
}

/* Addresses that the call gave a further owner. */
static int newly_shared(const struct oracle_driver *d)
{
    int n = 0;

    for (uint32_t s = 1; s <= ORACLE_SUBNETS; s++)
        for (int f = 0; f < IPAM_FAMILIES; f++)
            for (int i = 0; i < ORACLE_ADDRS; i++) {
                struct ipam_addr a = oracle_addr(f, i);

                for (uint32_t k = 1; ipam_owner_at(d->ipam, s, (enum ipam_family)f, a, k); k++)
                    n += !ipam_owner_at(d->before, s, (enum ipam_family)f, a, k);
            }
    return n;
}

/* I12: only a request that waives the check shares an address. Strict. */
static bool shares_unasked(const struct oracle_driver *d, const struct oracle_request *r)
{
    return strict(d) && !(r->verb == ORACLE_STATIC && !r->fixed.check) && newly_shared(d) > 0;
}

/* The refusals before which upstream has done nothing, on master. */
static bool refuses_first(const struct oracle_request *r, enum ipam_error error)
{
    switch (error) {
    case IPAM_ERROR_NO_SUBNET:
    case IPAM_ERROR_INVALID_CIDR:
    case IPAM_ERROR_BAD_ADDRESS:
    case IPAM_ERROR_POOL_CONFLICT:
    case IPAM_ERROR_SUBNET_UNKNOWN:
    case IPAM_ERROR_UPSTREAM_CRASH:
        return true;
    case IPAM_ERROR_INVALID_FAMILY: /* a random request has put the NIC on its owner's list */
        return r->verb == ORACLE_STATIC || r->random.family == IPAM_OTHER_FAMILY;
    case IPAM_ERROR_OUT_OF_RANGE:
        return r->fixed.n == 1;
    default:
        return false;
    }
}

/* I13: a refusal changes nothing. Strict; where upstream refuses first; and all errors of ours. */
static bool changes_though_refused(const struct oracle_driver *d, const struct oracle_request *r,
                                   enum ipam_error error)
{
    bool still =
        ipam_error_is_ours(error) || (error && strict(d)) || (master(d) && refuses_first(r, error));

    return still && memcmp(d->ipam, d->before, d->size) != 0;
}

static bool was_its_own(const struct oracle_driver *d, const struct oracle_request *r, int f,
                        struct ipam_addr addr)
{
    struct ipam_addr a;

    return ipam_nic_address(d->before, (uint32_t)r->subnet, (enum ipam_family)f, (uint32_t)r->nic,
                            &a) &&
           ipam_addr_equal(a, addr);
}

/* I14: what is excluded is not given at random. Master and strict. */
static bool gives_excluded(const struct oracle_driver *d, const struct oracle_request *r,
                           const struct ipam_result *ours)
{
    if (r->verb != ORACLE_RANDOM || ours->error)
        return false;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        struct ipam_addrset reserved;

        ipam_list_of(d->before, (uint32_t)r->subnet, (enum ipam_family)f, IPAM_WHOLE_SUBNET,
                     IPAM_RESERVED, &reserved);
        if (ours->has[f] && !was_its_own(d, r, f, ours->addr[f]) &&
            ipam_addrset_contains(&reserved, ours->addr[f]))
            return true;
    }
    return false;
}

static bool is_gateway(const struct oracle_driver *d, const struct oracle_request *r, int f,
                       struct ipam_addr addr)
{
    struct ipam_gateway gateway;

    return ipam_gateway_of(d->before, (uint32_t)r->subnet, (enum ipam_family)f, &gateway) &&
           gateway.valid && ipam_addr_equal(gateway.addr, addr);
}

/*
 * I15: the gateway is not given to who asks for it with the check on, in master and strict; nor
 * drawn, in strict.
 */
static bool gives_gateway(const struct oracle_driver *d, const struct oracle_request *r,
                          const struct ipam_result *ours)
{
    if (ours->error)
        return false;
    for (int i = 0; r->verb == ORACLE_STATIC && r->fixed.check && i < r->fixed.n; i++) {
        const struct oracle_address *q = &r->fixed.address[i];

        if (is_gateway(d, r, q->family, oracle_addr(q->family, q->index)))
            return true;
    }
    for (int f = 0; r->verb == ORACLE_RANDOM && strict(d) && f < IPAM_FAMILIES; f++)
        if (ours->has[f] && !was_its_own(d, r, f, ours->addr[f]) &&
            is_gateway(d, r, f, ours->addr[f]))
            return true;
    return false;
}

const char *oracle_broken_law(const struct oracle_driver *d, const struct oracle_request *r,
                              const struct ipam_result *ours)
{
    if (changes_though_refused(d, r, (enum ipam_error)ours->error))
        return "I13: a refusal changed something";
    if (shares_unasked(d, r))
        return "I12: a checked request made an address shared";
    if (!master(d) && !strict(d))
        return NULL;
    if (gives_excluded(d, r, ours))
        return "I14: an excluded address was given at random";
    if (gives_gateway(d, r, ours))
        return "I15: the gateway was given";
    return NULL;
}
