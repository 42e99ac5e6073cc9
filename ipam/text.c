#include "ipam/text.h"

#include <string.h>

struct ipam_text ipam_text(const char *terminated)
{
    struct ipam_text t = {terminated, strlen(terminated)};

    return t;
}

bool ipam_text_part(struct ipam_text *rest, bool *more, char separator, struct ipam_text *part)
{
    const char *cut;

    if (!*more)
        return false;
    cut = rest->length ? memchr(rest->at, separator, rest->length) : NULL;
    *part = *rest;
    *more = cut != NULL;
    if (cut) {
        part->length = (size_t)(cut - rest->at);
        rest->length -= part->length + 1;
        rest->at = cut + 1;
    }
    return true;
}

/* Where "..", the mark of a range, begins; the whole length when there is none. */
static size_t find_dots(struct ipam_text t)
{
    for (size_t i = 0; i + 1 < t.length; i++) {
        if (t.at[i] == '.' && t.at[i + 1] == '.')
            return i;
    }
    return t.length;
}

static struct ipam_text before(struct ipam_text t, char mark)
{
    const char *cut = t.length ? memchr(t.at, mark, t.length) : NULL;

    if (cut)
        t.length = (size_t)(cut - t.at);
    return t;
}

static struct ipam_text behind(struct ipam_text t, size_t n)
{
    t.at += n;
    t.length -= n;
    return t;
}

static enum ipam_protocol address_protocol(struct ipam_text t)
{
    struct ipam_addr a;

    if (!ipam_addr_parse(t.at, t.length, &a))
        return IPAM_PROTOCOL_NONE;
    return ipam_addr_is_v4(a) ? IPAM_PROTOCOL_V4 : IPAM_PROTOCOL_V6;
}

static uint32_t count_parts(struct ipam_text t)
{
    uint32_t n = 1;

    for (size_t i = 0; i < t.length; i++)
        n += t.at[i] == ',';
    return n;
}

enum ipam_protocol ipam_protocol_read(struct ipam_text text)
{
    struct ipam_text rest = text;
    struct ipam_text part;
    bool more = true;
    enum ipam_protocol a;
    enum ipam_protocol b;

    if (text.length == 0)
        return IPAM_PROTOCOL_MAC;
    if (count_parts(text) != 2)
        return address_protocol(before(text, '/'));
    ipam_text_part(&rest, &more, ',', &part);
    a = address_protocol(before(part, '/'));
    ipam_text_part(&rest, &more, ',', &part);
    b = address_protocol(before(part, '/'));
    if (a == IPAM_PROTOCOL_NONE || b == IPAM_PROTOCOL_NONE || a == b)
        return IPAM_PROTOCOL_NONE;
    return IPAM_PROTOCOL_DUAL;
}

static bool is(struct ipam_text t, const char *word)
{
    return t.length == strlen(word) && memcmp(t.at, word, t.length) == 0;
}

enum ipam_family_wish ipam_family_read(struct ipam_text text)
{
    if (text.length == 0)
        return IPAM_ANY_FAMILY;
    if (is(text, "IPv4") || is(text, "ipv4"))
        return IPAM_ONLY_V4;
    if (is(text, "IPv6") || is(text, "ipv6"))
        return IPAM_ONLY_V6;
    return IPAM_OTHER_FAMILY;
}

/* FNV-1a, never 0 unless the text is empty. */
static uint32_t number_of(struct ipam_text t)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < t.length; i++)
        hash = (hash ^ (uint8_t)t.at[i]) * UINT32_C(16777619);
    return t.length == 0 ? 0 : hash ? hash : 1;
}

struct ipam_gateway ipam_gateway_read(struct ipam_text text)
{
    struct ipam_gateway g;
    struct ipam_addr_arg arg = ipam_addr_read(text.at, text.length);

    memset(&g, 0, sizeof(g));
    if (arg.valid && arg.exact) {
        g.addr = arg.addr;
        g.valid = 1;
    } else {
        g.text = number_of(text);
    }
    return g;
}

/* ---- excludes ---- */

static bool same_text(struct ipam_addr a, struct ipam_text t)
{
    char text[IPAM_ADDR_TEXT];
    size_t n = ipam_addr_print(a, text);

    return n == t.length && memcmp(text, t.at, n) == 0;
}

/* The entry is, to the letter, a network or broadcast address that the block does not hand out. */
static bool is_edge(struct ipam_text entry, const struct ipam_cidr *block, bool ptp)
{
    struct ipam_range all = ipam_cidr_block(block);

    if (ptp && ipam_cidr_host_bits(block) == 1)
        return false;
    return same_text(all.first, entry) || same_text(ipam_addr_integer(all.last), entry);
}

/* One entry, cut in two at "..", against one block. */
struct exclude {
    struct ipam_text entry;
    struct ipam_range range;
    bool single;
};

/* The number an address stands for: upstream clips numbers, among which 0.0.0.5 and ::5 are one. */
static struct ipam_addr number(struct ipam_addr a)
{
    if (ipam_addr_is_v4(a))
        a.lo &= UINT32_MAX;
    return a;
}

static bool clip(struct ipam_range *r, const struct ipam_cidr *block, bool ptp)
{
    struct ipam_addr first = number(ipam_cidr_first(block, ptp));
    struct ipam_addr last = number(ipam_cidr_last(block, ptp));
    unsigned bits = ipam_cidr_host_bits(block);

    if (bits == 0 || (bits == 1 && !ptp))
        return false;
    if (ipam_addr_compare(number(r->first), first) > 0)
        first = number(r->first);
    if (ipam_addr_compare(number(r->last), last) < 0)
        last = number(r->last);
    r->first = ipam_addr_integer(first);
    r->last = ipam_addr_integer(last);
    return ipam_addr_compare(first, last) <= 0;
}

static bool expand_in(const struct exclude *e, const struct ipam_cidr *block, bool ptp,
                      struct ipam_exclude *out)
{
    if ((block->v4 != 0) != ipam_addr_is_v4(e->range.first))
        return false;
    memset(out, 0, sizeof(*out));
    out->range = e->range;
    if (!e->single)
        return clip(&out->range, block, ptp);
    out->verbatim = 1;
    return ipam_cidr_contains(block, e->range.first) && !is_edge(e->entry, block, ptp);
}

static bool read_exclude(struct ipam_text entry, struct exclude *e)
{
    size_t dots = find_dots(entry);
    struct ipam_text first = {entry.at, dots};
    struct ipam_text last;

    e->entry = entry;
    e->single = dots == entry.length;
    if (!ipam_addr_parse(first.at, first.length, &e->range.first))
        return false;
    e->range.last = e->range.first;
    if (e->single)
        return true;
    last = behind(entry, dots + 2);
    return find_dots(last) == last.length &&
           ipam_addr_parse(last.at, last.length, &e->range.last) &&
           ipam_addr_is_v4(e->range.first) == ipam_addr_is_v4(e->range.last) &&
           ipam_addr_compare(e->range.first, e->range.last) <= 0;
}

uint32_t ipam_exclude_expand(struct ipam_text entry, struct ipam_text cidr, bool ptp,
                             struct ipam_exclude *out, uint32_t capacity)
{
    struct exclude e;
    struct ipam_text part;
    bool more = true;
    uint32_t n = 0;

    if (!read_exclude(entry, &e))
        return 0;
    while (n < capacity && ipam_text_part(&cidr, &more, ',', &part)) {
        struct ipam_cidr block;

        if (!ipam_cidr_parse(part.at, part.length, &block) || !expand_in(&e, &block, ptp, &out[n]))
            continue;
        n++;
        if (e.single)
            break;
    }
    return n;
}

/* ---- lists of addresses ---- */

enum ipam_error ipam_range_read(struct ipam_text entry, struct ipam_range *out,
                                struct ipam_text *what)
{
    size_t dots = find_dots(entry);
    struct ipam_cidr block;

    *what = entry;
    if (dots == entry.length && before(entry, '/').length < entry.length) {
        if (!ipam_cidr_parse(entry.at, entry.length, &block))
            return IPAM_ERROR_INVALID_CIDR;
        *out = ipam_cidr_block(&block);
        return IPAM_ERROR_NONE;
    }
    what->length = dots;
    if (!ipam_addr_parse(entry.at, dots, &out->first))
        return IPAM_ERROR_BAD_ADDRESS;
    out->last = out->first;
    if (dots == entry.length)
        return IPAM_ERROR_NONE;
    *what = behind(entry, dots + 2);
    what->length = find_dots(*what); /* further parts are not looked at */
    if (!ipam_addr_parse(what->at, what->length, &out->last))
        return IPAM_ERROR_BAD_ADDRESS;
    *what = entry;
    return ipam_addr_compare(out->first, out->last) > 0 ? IPAM_ERROR_BAD_RANGE : IPAM_ERROR_NONE;
}

enum ipam_family ipam_entry_family(struct ipam_text entry)
{
    struct ipam_text first = {entry.at, find_dots(entry)};

    return address_protocol(before(first, '/')) == IPAM_PROTOCOL_V4 ? IPAM_V4 : IPAM_V6;
}

/* ---- requests ---- */

static bool has(ipam_quirks quirks, enum ipam_quirk quirk)
{
    return quirks >> quirk & 1;
}

/* The blocks, by position: the first is "V4" and the second "V6", whatever they are. */
static enum ipam_error read_blocks(struct ipam_text cidr, struct ipam_subnet_request *out)
{
    struct ipam_text part;
    struct ipam_cidr block;
    bool more = true;
    uint32_t n = 0;
    uint32_t parts = count_parts(cidr);

    for (; ipam_text_part(&cidr, &more, ',', &part); n++) {
        struct ipam_family_request *f;

        if (!ipam_cidr_parse(part.at, part.length, &block))
            return IPAM_ERROR_INVALID_CIDR;
        if (n > 1 || (n == 1 && parts > 2))
            continue;
        f = &out->family[out->protocol == IPAM_PROTOCOL_V6 ? IPAM_V6 : n];
        f->cidr = block;
        f->present = 1;
        f->update_only = parts > 2;
        f->create_only = out->protocol == IPAM_PROTOCOL_NONE;
    }
    return IPAM_ERROR_NONE;
}

static enum ipam_error read_gateways(struct ipam_text gateway, ipam_quirks quirks,
                                     struct ipam_subnet_request *out)
{
    struct ipam_text part;
    bool more = true;

    if (out->protocol == IPAM_PROTOCOL_DUAL) {
        if (count_parts(gateway) < 2 && has(quirks, IPAM_QUIRK_dual_gateway_unchecked))
            return IPAM_ERROR_UPSTREAM_CRASH;
        if (count_parts(gateway) != 2 && !has(quirks, IPAM_QUIRK_dual_gateway_unchecked))
            return IPAM_ERROR_BAD_GATEWAY;
        for (int f = 0; f < IPAM_FAMILIES; f++) {
            ipam_text_part(&gateway, &more, ',', &part);
            out->family[f].gateway = ipam_gateway_read(part);
        }
    } else if (out->protocol != IPAM_PROTOCOL_NONE) {
        out->family[out->protocol == IPAM_PROTOCOL_V6].gateway = ipam_gateway_read(gateway);
    }
    return IPAM_ERROR_NONE;
}

/*
 * Clipped to an IPv6 block below 2^32 a range comes out as IPv4. Upstream expands a new subnet's
 * excludes twice, and the second time the IPv6 block does not know it any more.
 */
static bool of_block(const struct ipam_exclude *x, struct ipam_text block)
{
    return x->verbatim ||
           address_protocol(before(block, '/')) ==
               (ipam_addr_is_v4(x->range.first) ? IPAM_PROTOCOL_V4 : IPAM_PROTOCOL_V6);
}

/* Excludes of one family; they go where the family's name says, not where its block stands. */
static uint32_t read_excludes(const struct ipam_subnet_texts *texts, bool ptp,
                              enum ipam_family family, struct ipam_range *space)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < texts->n_excludes; i++) {
        struct ipam_text cidr = texts->cidr;
        struct ipam_text part;
        bool more = true;

        while (ipam_text_part(&cidr, &more, ',', &part)) {
            struct ipam_exclude x;

            if (!ipam_exclude_expand(texts->exclude[i], part, ptp, &x, 1) ||
                ipam_addr_is_v4(x.range.first) != (family == IPAM_V4) || !of_block(&x, part))
                continue;
            space[n++] = x.range;
            if (x.verbatim)
                break;
        }
    }
    return n;
}

enum ipam_error ipam_subnet_read(const struct ipam_subnet_texts *texts, ipam_quirks quirks,
                                 struct ipam_range *space, uint32_t capacity,
                                 struct ipam_subnet_request *out)
{
    bool ptp = !has(quirks, IPAM_QUIRK_ptp_unsupported);
    enum ipam_error error;

    memset(out, 0, sizeof(*out));
    out->protocol = (uint8_t)ipam_protocol_read(texts->cidr);
    if (out->protocol == IPAM_PROTOCOL_MAC)
        return has(quirks, IPAM_QUIRK_no_mac_only) ? IPAM_ERROR_INVALID_CIDR : IPAM_ERROR_NONE;
    error = read_blocks(texts->cidr, out);
    if (error)
        return error;
    if (out->protocol == IPAM_PROTOCOL_NONE && !has(quirks, IPAM_QUIRK_unknown_protocol_accepted))
        return IPAM_ERROR_INVALID_CIDR;
    error = read_gateways(texts->gateway, quirks, out);
    if (error)
        return error;
    if ((uint64_t)texts->n_excludes * count_parts(texts->cidr) > capacity)
        return IPAM_ERROR_BAD_REQUEST;
    for (int f = 0; f < IPAM_FAMILIES; f++) {
        out->family[f].reserved = space;
        out->family[f].n_reserved = read_excludes(texts, ptp, (enum ipam_family)f, space);
        space += out->family[f].n_reserved;
    }
    return IPAM_ERROR_NONE;
}
