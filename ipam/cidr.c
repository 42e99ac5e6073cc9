#include "ipam/addr.h"

#include <string.h>

static struct ipam_addr host_mask(unsigned bits)
{
    struct ipam_addr m = {0, 0};

    if (bits >= 128) {
        m.hi = m.lo = UINT64_MAX;
    } else if (bits >= 64) {
        m.lo = UINT64_MAX;
        m.hi = (UINT64_C(1) << (bits - 64)) - 1;
    } else {
        m.lo = (UINT64_C(1) << bits) - 1;
    }
    return m;
}

unsigned ipam_cidr_host_bits(const struct ipam_cidr *c)
{
    return (c->v4 ? 32u : 128u) - c->prefix;
}

static bool read_prefix(const char *text, size_t length, unsigned max, unsigned *out)
{
    unsigned value = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text[i] - '0');
        if (value > max)
            return false;
    }
    *out = value;
    return length > 0;
}

bool ipam_cidr_parse(const char *text, size_t length, struct ipam_cidr *out)
{
    const char *slash = length ? memchr(text, '/', length) : NULL;
    struct ipam_addr a;
    struct ipam_addr mask;
    bool colon;
    unsigned prefix;

    if (!slash || !ipam_addr_parse(text, (size_t)(slash - text), &a))
        return false;
    colon = memchr(text, ':', (size_t)(slash - text)) != NULL;
    if (!read_prefix(slash + 1, (size_t)(text + length - slash - 1), colon ? 128 : 32, &prefix))
        return false;
    memset(out, 0, sizeof(*out));
    out->v4 = !colon;
    out->prefix = (uint8_t)prefix;
    mask = host_mask(ipam_cidr_host_bits(out));
    out->network.hi = a.hi & ~mask.hi;
    out->network.lo = a.lo & ~mask.lo;
    return true;
}

size_t ipam_cidr_print(const struct ipam_cidr *c, char out[IPAM_CIDR_TEXT])
{
    size_t n = ipam_addr_print(c->network, out);
    unsigned value = c->prefix;

    out[n++] = '/';
    if (value >= 100)
        out[n++] = '1';
    if (value >= 10)
        out[n++] = (char)('0' + value / 10 % 10);
    out[n++] = (char)('0' + value % 10);
    out[n] = 0;
    return n;
}

bool ipam_cidr_equal(const struct ipam_cidr *a, const struct ipam_cidr *b)
{
    return ipam_addr_equal(a->network, b->network) && a->prefix == b->prefix && a->v4 == b->v4;
}

struct ipam_range ipam_cidr_block(const struct ipam_cidr *c)
{
    struct ipam_addr mask = host_mask(ipam_cidr_host_bits(c));
    struct ipam_range r = {c->network, {c->network.hi | mask.hi, c->network.lo | mask.lo}};

    return r;
}

bool ipam_cidr_contains(const struct ipam_cidr *c, struct ipam_addr a)
{
    return (c->v4 != 0) == ipam_addr_is_v4(a) && ipam_range_contains(ipam_cidr_block(c), a);
}

struct ipam_addr ipam_addr_integer(struct ipam_addr a)
{
    if (a.hi == 0 && a.lo >> 32 == 0)
        return ipam_addr_v4((uint32_t)a.lo);
    return a;
}

/* Both families count in their own width: one before 0.0.0.0 is 255.255.255.255. */
static struct ipam_addr step(const struct ipam_cidr *c, struct ipam_addr a, bool up)
{
    if (c->v4)
        return ipam_addr_v4((uint32_t)a.lo + (up ? 1u : UINT32_MAX));
    return up ? ipam_addr_add(a, 1) : ipam_addr_sub(a, 1);
}

struct ipam_addr ipam_cidr_first(const struct ipam_cidr *c, bool ptp)
{
    struct ipam_addr a = c->network;

    return ptp && ipam_cidr_host_bits(c) == 1 ? a : ipam_addr_integer(step(c, a, true));
}

struct ipam_addr ipam_cidr_last(const struct ipam_cidr *c, bool ptp)
{
    struct ipam_addr a = ipam_cidr_block(c).last;

    return ipam_addr_integer(ptp && ipam_cidr_host_bits(c) == 1 ? a : step(c, a, false));
}

bool ipam_cidr_usable(const struct ipam_cidr *c, bool ptp, struct ipam_range *out)
{
    unsigned bits = ipam_cidr_host_bits(c);

    if (bits == 0 || (bits == 1 && !ptp))
        return false;
    out->first = ipam_cidr_first(c, ptp);
    out->last = ipam_cidr_last(c, ptp);
    return ipam_addr_compare(out->first, out->last) <= 0;
}

/* ---- ranges as blocks ---- */

static unsigned trailing_zeros(struct ipam_addr a)
{
    if (a.lo)
        return (unsigned)__builtin_ctzll(a.lo);
    return a.hi ? 64 + (unsigned)__builtin_ctzll(a.hi) : 128;
}

bool ipam_range_take_cidr(struct ipam_range *rest, struct ipam_cidr *out)
{
    bool v4 = ipam_addr_is_v4(rest->first);
    unsigned width = v4 ? 32 : 128;
    unsigned bits = trailing_zeros(rest->first);
    struct ipam_addr last;

    if (bits > width)
        bits = width;
    memset(out, 0, sizeof(*out));
    out->network = rest->first;
    out->v4 = v4;
    do {
        out->prefix = (uint8_t)(width - bits);
        last = ipam_cidr_block(out).last;
    } while (ipam_addr_compare(last, rest->last) > 0 && bits-- > 0);
    rest->first = ipam_addr_add(last, 1);
    return !ipam_addr_equal(last, rest->last);
}
