#include "ipam/addrset.h"

/* A set as text, and against plain ranges: all by walking over its runs. */

/* ---- printing ---- */

struct printer {
    char *out;
    size_t capacity;
    size_t length;
};

static void put(struct printer *p, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p->length + 1 < p->capacity)
            p->out[p->length] = text[i];
        p->length++;
    }
}

static void put_range(struct printer *p, struct ipam_range r)
{
    char text[IPAM_RANGE_TEXT];
    size_t n = ipam_range_print(r, text);

    if (p->length)
        put(p, ",", 1);
    put(p, text, n);
}

static bool in_any(const struct ipam_range *range, uint32_t n, struct ipam_addr a)
{
    for (uint32_t i = 0; i < n; i++) {
        if (ipam_range_contains(range[i], a))
            return true;
    }
    return false;
}

/* Last address up to which everything from r.first on lies in the union of the ranges. */
static struct ipam_addr inside_until(struct ipam_range r, const struct ipam_range *range,
                                     uint32_t n)
{
    struct ipam_addr last = r.first;
    bool grew = true;

    while (grew) {
        grew = false;
        for (uint32_t i = 0; i < n && ipam_addr_compare(last, r.last) < 0; i++) {
            if (ipam_addr_compare(range[i].last, last) <= 0 ||
                ipam_addr_compare(range[i].first, ipam_addr_add(last, 1)) > 0)
                continue;
            last = range[i].last;
            grew = true;
        }
    }
    return ipam_addr_compare(last, r.last) < 0 ? last : r.last;
}

/* Last address up to which nothing from r.first on lies in any range. */
static struct ipam_addr outside_until(struct ipam_range r, const struct ipam_range *range,
                                      uint32_t n)
{
    struct ipam_addr last = r.last;

    for (uint32_t i = 0; i < n; i++) {
        if (ipam_addr_compare(range[i].first, r.first) > 0 &&
            ipam_addr_compare(range[i].first, last) <= 0)
            last = ipam_addr_sub(range[i].first, 1);
    }
    return last;
}

/* Prints those parts of the set that lie inside, or outside, the union of the ranges. */
static size_t print_parts(const struct ipam_addrset *s, const struct ipam_range *range, uint32_t n,
                          bool inside, struct printer *p)
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r;

    while (ipam_addrset_next_range(s, &cursor, &r)) {
        for (;;) {
            bool in = in_any(range, n, r.first);
            struct ipam_range part = {r.first, r.last};

            part.last = in ? inside_until(r, range, n) : outside_until(r, range, n);
            if (in == inside)
                put_range(p, part);
            if (ipam_addr_equal(part.last, r.last))
                break;
            r.first = ipam_addr_add(part.last, 1);
        }
    }
    if (p->capacity)
        p->out[p->length < p->capacity ? p->length : p->capacity - 1] = 0;
    return p->length;
}

size_t ipam_addrset_print(const struct ipam_addrset *s, char *out, size_t capacity)
{
    struct printer p = {out, capacity, 0};

    return print_parts(s, NULL, 0, false, &p);
}

size_t ipam_addrset_print_minus(const struct ipam_addrset *s, const struct ipam_range *range,
                                uint32_t n, char *out, size_t capacity)
{
    struct printer p = {out, capacity, 0};

    return print_parts(s, range, n, false, &p);
}

size_t ipam_addrset_print_common(const struct ipam_addrset *s, const struct ipam_range *range,
                                 uint32_t n, char *out, size_t capacity)
{
    struct printer p = {out, capacity, 0};

    return print_parts(s, range, n, true, &p);
}

/* ---- a set against plain ranges ---- */

static bool covers(const struct ipam_addrset *s, struct ipam_range r)
{
    struct ipam_addrset_cursor cursor = {r.first, 0, 0};
    struct ipam_range run;

    return ipam_addrset_next_range(s, &cursor, &run) && ipam_addr_equal(run.first, r.first) &&
           ipam_addr_compare(run.last, r.last) >= 0;
}

bool ipam_addrset_equals_ranges(const struct ipam_addrset *s, const struct ipam_range *range,
                                uint32_t n)
{
    struct ipam_addrset_cursor cursor = {{0, 0}, 0, 0};
    struct ipam_range r;

    for (uint32_t i = 0; i < n; i++) {
        if (!covers(s, range[i]))
            return false;
    }
    while (ipam_addrset_next_range(s, &cursor, &r)) {
        if (!in_any(range, n, r.first) || !ipam_addr_equal(inside_until(r, range, n), r.last))
            return false;
    }
    return true;
}
