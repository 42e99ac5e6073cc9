#include "ipam/addr.h"

#include <string.h>

#define V4_PREFIX UINT64_C(0x0000ffff00000000)

struct ipam_addr ipam_addr_v4(uint32_t value)
{
    return (struct ipam_addr){0, V4_PREFIX | value};
}

bool ipam_addr_is_v4(struct ipam_addr a)
{
    return a.hi == 0 && a.lo >> 32 == 0xffff;
}

int ipam_addr_compare(struct ipam_addr a, struct ipam_addr b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    if (a.lo != b.lo)
        return a.lo < b.lo ? -1 : 1;
    return 0;
}

bool ipam_addr_equal(struct ipam_addr a, struct ipam_addr b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

struct ipam_addr ipam_addr_add(struct ipam_addr a, uint64_t n)
{
    struct ipam_addr r = {a.hi, a.lo + n};

    r.hi += r.lo < n;
    return r;
}

struct ipam_addr ipam_addr_sub(struct ipam_addr a, uint64_t n)
{
    struct ipam_addr r = {a.hi - (a.lo < n), a.lo - n};

    return r;
}

struct ipam_count ipam_count_add(struct ipam_count a, struct ipam_count b)
{
    struct ipam_count r = {a.hi + b.hi, a.lo + b.lo};

    r.hi += r.lo < b.lo;
    return r;
}

struct ipam_count ipam_count_sub(struct ipam_count a, struct ipam_count b)
{
    struct ipam_count r = {a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo};

    return r;
}

struct ipam_count ipam_range_count(struct ipam_range r)
{
    struct ipam_count first = {r.first.hi, r.first.lo};
    struct ipam_count last = {r.last.hi, r.last.lo};

    return ipam_count_add(ipam_count_sub(last, first), (struct ipam_count){0, 1});
}

bool ipam_range_contains(struct ipam_range r, struct ipam_addr a)
{
    return ipam_addr_compare(r.first, a) <= 0 && ipam_addr_compare(a, r.last) <= 0;
}

/* ---- reading ---- */

struct reader {
    const char *at;
    const char *end;
};

static bool more(const struct reader *r)
{
    return r->at < r->end;
}

/* One decimal number without leading zeros, at most `max`. */
static bool read_decimal(struct reader *r, uint32_t max, uint32_t *out)
{
    const char *start = r->at;
    uint32_t value = 0;

    while (more(r) && *r->at >= '0' && *r->at <= '9') {
        value = value * 10 + (uint32_t)(*r->at - '0');
        if (value > max)
            return false;
        r->at++;
    }
    if (r->at == start || (*start == '0' && r->at - start > 1))
        return false;
    *out = value;
    return true;
}

static bool read_quad(struct reader *r, uint32_t *out)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        uint32_t octet;

        if (i > 0 && (!more(r) || *r->at++ != '.'))
            return false;
        if (!read_decimal(r, 255, &octet))
            return false;
        value = value << 8 | octet;
    }
    *out = value;
    return !more(r);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static unsigned read_hex(struct reader *r, uint32_t *out)
{
    unsigned digits = 0;

    *out = 0;
    while (more(r) && hex_digit(*r->at) >= 0) {
        *out = *out << 4 | (uint32_t)hex_digit(*r->at);
        r->at++;
        if (++digits > 4)
            break;
    }
    return digits;
}

/* The groups of an IPv6 text: how many, where "::" stood (-1: nowhere). */
struct groups {
    uint16_t value[8];
    int count;
    int gap;
};

static bool read_tail_quad(struct reader *r, struct groups *g)
{
    uint32_t quad;

    if (g->count > 6 || !read_quad(r, &quad))
        return false;
    g->value[g->count++] = (uint16_t)(quad >> 16);
    g->value[g->count++] = (uint16_t)quad;
    return true;
}

static bool read_groups(struct reader *r, struct groups *g)
{
    if (r->end - r->at >= 2 && r->at[0] == ':' && r->at[1] == ':') {
        r->at += 2;
        g->gap = 0;
    }
    while (more(r)) {
        const char *start = r->at;
        uint32_t value;
        unsigned digits = read_hex(r, &value);

        if (digits == 0 || digits > 4)
            return false;
        if (more(r) && *r->at == '.') {
            r->at = start;
            return read_tail_quad(r, g);
        }
        if (g->count == 8)
            return false;
        g->value[g->count++] = (uint16_t)value;
        if (!more(r))
            return true;
        if (*r->at++ != ':' || !more(r))
            return false;
        if (*r->at == ':') {
            if (g->gap >= 0)
                return false;
            g->gap = g->count;
            r->at++;
        }
    }
    return true;
}

static bool parse_v6(struct reader *r, struct ipam_addr *out)
{
    struct groups g = {{0}, 0, -1};
    uint64_t half[2] = {0, 0};
    int fill;

    if (!read_groups(r, &g))
        return false;
    if (g.gap < 0 ? g.count != 8 : g.count == 8)
        return false;
    fill = 8 - g.count;
    for (int i = 0; i < 8; i++) {
        uint64_t value = 0;

        if (g.gap < 0 || i < g.gap)
            value = g.value[i];
        else if (i >= g.gap + fill)
            value = g.value[i - fill];
        half[i / 4] = half[i / 4] << 16 | value;
    }
    out->hi = half[0];
    out->lo = half[1];
    return true;
}

bool ipam_addr_parse(const char *text, size_t length, struct ipam_addr *out)
{
    struct reader r = {text, text + length};
    uint32_t quad;

    if (length == 0 || length > 64)
        return false;
    if (memchr(text, ':', length))
        return parse_v6(&r, out);
    if (!read_quad(&r, &quad))
        return false;
    *out = ipam_addr_v4(quad);
    return true;
}

struct ipam_addr_arg ipam_addr_read(const char *text, size_t length)
{
    struct ipam_addr_arg arg = {{0, 0}, 0, 0, 0, {0}};
    char canonical[IPAM_ADDR_TEXT];

    if (!ipam_addr_parse(text, length, &arg.addr))
        return arg;
    arg.valid = 1;
    arg.mapped = ipam_addr_is_v4(arg.addr) && memchr(text, ':', length) != NULL;
    arg.exact =
        ipam_addr_print(arg.addr, canonical) == length && memcmp(canonical, text, length) == 0;
    return arg;
}

/* ---- printing ---- */

static char *put_decimal(char *p, uint32_t value)
{
    char digit[10];
    int n = 0;

    do {
        digit[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (n)
        *p++ = digit[--n];
    return p;
}

static char *put_hex(char *p, uint32_t value)
{
    static const char digits[] = "0123456789abcdef";
    int shift = 12;

    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *p++ = digits[value >> shift & 15];
    return p;
}

static uint32_t group(struct ipam_addr a, int i)
{
    uint64_t half = i < 4 ? a.hi : a.lo;

    return (uint32_t)(half >> (16 * (3 - i % 4)) & 0xffff);
}

/* RFC 5952: the longest run of at least two zero groups, the first of equals. */
static int longest_zero_run(struct ipam_addr a, int *length)
{
    int best = -1;

    *length = 1;
    for (int i = 0; i < 8;) {
        int start = i;

        while (i < 8 && group(a, i) == 0)
            i++;
        if (i - start > *length) {
            *length = i - start;
            best = start;
        }
        if (i == start)
            i++;
    }
    return best;
}

static char *put_v6(char *p, struct ipam_addr a)
{
    int length;
    int run = longest_zero_run(a, &length);

    for (int i = 0; i < 8; i++) {
        if (i == run) {
            *p++ = ':';
            *p++ = ':';
            i += length - 1;
            continue;
        }
        if (i > 0 && p[-1] != ':')
            *p++ = ':';
        p = put_hex(p, group(a, i));
    }
    return p;
}

size_t ipam_addr_print(struct ipam_addr a, char out[IPAM_ADDR_TEXT])
{
    char *p = out;

    if (ipam_addr_is_v4(a)) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            p = put_decimal(p, (uint32_t)a.lo >> shift & 255);
            if (shift)
                *p++ = '.';
        }
    } else {
        p = put_v6(p, a);
    }
    *p = 0;
    return (size_t)(p - out);
}

size_t ipam_range_print(struct ipam_range r, char out[IPAM_RANGE_TEXT])
{
    char text[IPAM_ADDR_TEXT];
    size_t n = ipam_addr_print(r.first, text);
    size_t m;

    memcpy(out, text, n + 1);
    if (ipam_addr_equal(r.first, r.last))
        return n;
    out[n++] = '-';
    m = ipam_addr_print(r.last, text);
    memcpy(out + n, text, m + 1);
    return n + m;
}

/* Divides by ten, limb by limb, and returns the digit that falls out. */
static uint32_t take_digit(uint32_t limb[4])
{
    uint64_t rest = 0;

    for (int i = 0; i < 4; i++) {
        uint64_t value = rest << 32 | limb[i];

        limb[i] = (uint32_t)(value / 10);
        rest = value % 10;
    }
    return (uint32_t)rest;
}

size_t ipam_count_print(struct ipam_count n, char out[IPAM_COUNT_TEXT])
{
    uint32_t limb[4] = {(uint32_t)(n.hi >> 32), (uint32_t)n.hi, (uint32_t)(n.lo >> 32),
                        (uint32_t)n.lo};
    char digit[IPAM_COUNT_TEXT];
    size_t length = 0;

    do {
        digit[length++] = (char)('0' + take_digit(limb));
    } while (limb[0] || limb[1] || limb[2] || limb[3]);
    for (size_t i = 0; i < length; i++)
        out[i] = digit[length - 1 - i];
    out[length] = 0;
    return length;
}
