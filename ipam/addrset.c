#include "ipam/addrset.h"

#include <string.h>

#include "ipam/check_internal.h"
#include "ipam/window_internal.h"

static const struct ipam_addr TOP = {UINT64_MAX, UINT64_MAX};

/* ---- memory ---- */

uint32_t ipam_addrset_size(uint8_t bits, uint32_t max_ranges)
{
    uint32_t size = ipam_window_words(bits) * 8 + 8;

    if (max_ranges)
        size += 16 + max_ranges * (uint32_t)sizeof(struct ipam_range);
    return size;
}

struct ipam_addrset ipam_addrset_view(void *memory, const struct ipam_addrset_shape *shape,
                                      struct ipam_journal *journal, uint32_t offset)
{
    struct ipam_addrset s;

    s.shape = *shape;
    s.word = memory;
    s.in_window = (uint32_t *)(void *)(s.word + ipam_window_words(shape->bits));
    s.n_ranges = s.in_window + 1;
    s.total = shape->max_ranges ? (uint64_t *)(void *)(s.in_window + 2) : NULL;
    s.range = shape->max_ranges ? (struct ipam_range *)(void *)(s.total + 2) : NULL;
    s.journal = journal;
    s.offset = offset;
    return s;
}

/* Position of an address in the window; false when it lies outside. */
static bool position(const struct ipam_addrset *s, struct ipam_addr a, uint32_t *out)
{
    uint64_t distance = a.lo - s->shape.base.lo;

    *out = (uint32_t)distance;
    return s->shape.bits && a.hi == s->shape.base.hi && distance >> s->shape.bits == 0;
}

static struct ipam_addr window_last(const struct ipam_addrset *s)
{
    return ipam_addr_add(s->shape.base, (UINT64_C(1) << s->shape.bits) - 1);
}

/* ---- ranges: the stores ---- */

static void note(const struct ipam_addrset *s, const void *at, size_t length)
{
    uint32_t inside = (uint32_t)((const char *)at - (const char *)s->word);

    ipam_journal_note(s->journal, s->offset + inside, (uint32_t)length);
}

static void put_total(const struct ipam_addrset *s, struct ipam_count total)
{
    s->total[0] = total.hi;
    s->total[1] = total.lo;
    note(s, s->total, 16);
}

static struct ipam_count range_total(const struct ipam_addrset *s)
{
    struct ipam_count c = {0, 0};

    if (s->total) {
        c.hi = s->total[0];
        c.lo = s->total[1];
    }
    return c;
}

/* Replaces ranges [at, at + old) by `new` ones; the unused tail stays zero. */
static void splice(const struct ipam_addrset *s, uint32_t at, uint32_t old,
                   const struct ipam_range *with, uint32_t new)
{
    uint32_t n = *s->n_ranges;
    uint32_t end = n - old + new;
    struct ipam_count total = range_total(s);

    IPAM_ASSERT(end <= s->shape.max_ranges);
    for (uint32_t i = at; i < at + old; i++)
        total = ipam_count_sub(total, ipam_range_count(s->range[i]));
    memmove(s->range + at + new, s->range + at + old, (n - at - old) * sizeof(*with));
    for (uint32_t i = 0; i < new; i++) {
        s->range[at + i] = with[i];
        total = ipam_count_add(total, ipam_range_count(with[i]));
    }
    if (end < n)
        memset(s->range + end, 0, (n - end) * sizeof(*with));
    if (old == new)
        note(s, s->range + at, new * sizeof(*with));
    else
        note(s, s->range + at, ((end > n ? end : n) - at) * sizeof(*with));
    *s->n_ranges = end;
    note(s, s->n_ranges, 4);
    put_total(s, total);
}

/* First range whose last address is >= a. */
static uint32_t find(const struct ipam_addrset *s, struct ipam_addr a)
{
    uint32_t low = 0;
    uint32_t high = *s->n_ranges;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ipam_addr_compare(s->range[middle].last, a) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A change of the ranges, worked out before anything is written. */
struct change {
    uint32_t at;
    uint32_t old;
    uint32_t new;
    struct ipam_range with[2];
};

static struct change adding(const struct ipam_addrset *s, struct ipam_range r)
{
    struct change c = {0, 0, 1, {r, r}};
    struct ipam_addr touch = r.first;

    if (r.first.hi || r.first.lo)
        touch = ipam_addr_sub(r.first, 1);
    c.at = find(s, touch);
    while (c.at + c.old < *s->n_ranges) {
        const struct ipam_range *x = &s->range[c.at + c.old];

        if (!ipam_addr_equal(r.last, TOP) &&
            ipam_addr_compare(x->first, ipam_addr_add(r.last, 1)) > 0)
            break;
        if (ipam_addr_compare(x->first, c.with[0].first) < 0)
            c.with[0].first = x->first;
        if (ipam_addr_compare(x->last, c.with[0].last) > 0)
            c.with[0].last = x->last;
        c.old++;
    }
    return c;
}

static struct change removing(const struct ipam_addrset *s, struct ipam_range r)
{
    struct change c = {0, 0, 0, {r, r}};

    c.at = find(s, r.first);
    while (c.at + c.old < *s->n_ranges) {
        const struct ipam_range *x = &s->range[c.at + c.old];

        if (ipam_addr_compare(x->first, r.last) > 0)
            break;
        if (ipam_addr_compare(x->first, r.first) < 0) {
            c.with[c.new].first = x->first;
            c.with[c.new ++].last = ipam_addr_sub(r.first, 1);
        }
        if (ipam_addr_compare(x->last, r.last) > 0) {
            c.with[c.new].first = ipam_addr_add(r.last, 1);
            c.with[c.new ++].last = x->last;
        }
        c.old++;
    }
    return c;
}

static bool fits(const struct ipam_addrset *s, const struct change *c)
{
    if (c->new == 1 && ipam_addr_equal(c->with[0].last, TOP) && c->with[0].first.hi == 0 &&
        c->with[0].first.lo == 0)
        return false;
    return *s->n_ranges - c->old + c->new <= s->shape.max_ranges;
}

static void apply(const struct ipam_addrset *s, const struct change *c)
{
    if (c->old == 0 && c->new == 0)
        return;
    if (c->old == 1 && c->new == 1 && memcmp(&s->range[c->at], c->with, sizeof(c->with[0])) == 0)
        return;
    splice(s, c->at, c->old, c->with, c->new);
}

/* ---- cutting a range at the window ---- */

struct pieces {
    struct ipam_range outside[2];
    uint32_t n_outside;
    uint32_t first; /* in the window, when inside is set */
    uint32_t last;
    bool inside;
};

static struct pieces cut(const struct ipam_addrset *s, struct ipam_range r)
{
    struct pieces p;
    struct ipam_addr base = s->shape.base;
    struct ipam_addr end;

    memset(&p, 0, sizeof(p));
    if (!s->shape.bits) {
        p.outside[p.n_outside++] = r;
        return p;
    }
    end = window_last(s);
    if (ipam_addr_compare(r.first, base) < 0) {
        p.outside[p.n_outside] = r;
        if (ipam_addr_compare(r.last, base) >= 0)
            p.outside[p.n_outside].last = ipam_addr_sub(base, 1);
        p.n_outside++;
    }
    if (ipam_addr_compare(r.last, end) > 0) {
        p.outside[p.n_outside] = r;
        if (ipam_addr_compare(r.first, end) <= 0)
            p.outside[p.n_outside].first = ipam_addr_add(end, 1);
        p.n_outside++;
    }
    if (ipam_addr_compare(r.first, end) <= 0 && ipam_addr_compare(r.last, base) >= 0) {
        p.inside = true;
        p.first = ipam_addr_compare(r.first, base) < 0 ? 0 : (uint32_t)(r.first.lo - base.lo);
        p.last = (uint32_t)((ipam_addr_compare(r.last, end) > 0 ? end.lo : r.last.lo) - base.lo);
    }
    return p;
}

/* Adds or removes what lies outside the window, all or nothing. */
static bool change_outside(const struct ipam_addrset *s, const struct pieces *p, bool add)
{
    int64_t growth = 0;

    for (uint32_t i = 0; i < p->n_outside; i++) {
        struct change c = add ? adding(s, p->outside[i]) : removing(s, p->outside[i]);

        growth += (int64_t)c.new - (int64_t)c.old;
        if (!fits(s, &c) || (int64_t)*s->n_ranges + growth > (int64_t)s->shape.max_ranges)
            return false;
    }
    for (uint32_t i = 0; i < p->n_outside; i++) {
        struct change c = add ? adding(s, p->outside[i]) : removing(s, p->outside[i]);

        apply(s, &c);
    }
    return true;
}

/* ---- single addresses ---- */

bool ipam_addrset_empty(const struct ipam_addrset *s)
{
    return *s->in_window == 0 && *s->n_ranges == 0;
}

struct ipam_count ipam_addrset_count(const struct ipam_addrset *s)
{
    return ipam_count_add(range_total(s), (struct ipam_count){0, *s->in_window});
}

bool ipam_addrset_contains(const struct ipam_addrset *s, struct ipam_addr a)
{
    uint32_t i;

    if (position(s, a, &i))
        return ipam_window_get(s, i);
    i = find(s, a);
    return i < *s->n_ranges && ipam_addr_compare(s->range[i].first, a) <= 0;
}

uint32_t ipam_addrset_room(const struct ipam_addrset *s)
{
    return s->shape.max_ranges - *s->n_ranges;
}

/* An address outside the window. */
static bool change_outsider(const struct ipam_addrset *s, struct ipam_addr a, bool *changed,
                            bool add)
{
    struct ipam_range r = {a, a};

    struct change c;

    *changed = false;
    if (ipam_addrset_contains(s, a) == add)
        return true;
    c = add ? adding(s, r) : removing(s, r);
    if (!fits(s, &c))
        return false;
    apply(s, &c);
    *changed = true;
    return true;
}

bool ipam_addrset_add(const struct ipam_addrset *s, struct ipam_addr a, bool *changed)
{
    bool ignored;
    uint32_t i;

    if (!changed)
        changed = &ignored;
    if (!position(s, a, &i))
        return change_outsider(s, a, changed, true);
    *changed = ipam_window_set(s, i);
    return true;
}

bool ipam_addrset_remove(const struct ipam_addrset *s, struct ipam_addr a, bool *changed)
{
    bool ignored;
    uint32_t i;

    if (!changed)
        changed = &ignored;
    if (!position(s, a, &i))
        return change_outsider(s, a, changed, false);
    *changed = ipam_window_unset(s, i);
    return true;
}

/* ---- ranges ---- */

bool ipam_addrset_add_range(const struct ipam_addrset *s, struct ipam_range r)
{
    struct pieces p = cut(s, r);

    if (!change_outside(s, &p, true))
        return false;
    if (p.inside)
        ipam_window_set_run(s, p.first, p.last);
    return true;
}

bool ipam_addrset_remove_range(const struct ipam_addrset *s, struct ipam_range r)
{
    struct pieces p = cut(s, r);

    if (!change_outside(s, &p, false))
        return false;
    if (p.inside)
        ipam_window_unset_run(s, p.first, p.last);
    return true;
}

void ipam_addrset_keep_range(const struct ipam_addrset *s, struct ipam_range r)
{
    struct ipam_range below = {{0, 0}, ipam_addr_sub(r.first, 1)};
    struct ipam_range above = {ipam_addr_add(r.last, 1), TOP};

    bool ok = true;

    if (r.first.hi || r.first.lo)
        ok = ipam_addrset_remove_range(s, below);
    if (ok && !ipam_addr_equal(r.last, TOP))
        ok = ipam_addrset_remove_range(s, above);
    IPAM_ASSERT(ok); /* cutting ends off never needs more ranges */
}

void ipam_addrset_clear(const struct ipam_addrset *s)
{
    ipam_window_clear(s);
    if (*s->n_ranges)
        splice(s, 0, *s->n_ranges, NULL, 0);
}

/* ---- walking ---- */

bool ipam_addrset_next(const struct ipam_addrset *s, struct ipam_addr from, struct ipam_addr *out)
{
    uint32_t r = find(s, from);
    struct ipam_addr best = TOP;
    uint32_t start = 0;
    bool found = false;
    uint32_t i;

    if (r < *s->n_ranges) {
        best = s->range[r].first;
        if (ipam_addr_compare(best, from) < 0)
            best = from;
        found = true;
    }
    if (s->shape.bits && ipam_addr_compare(from, window_last(s)) <= 0) {
        position(s, from, &start);
        if (ipam_addr_compare(from, s->shape.base) <= 0)
            start = 0;
        if (ipam_window_next(s, start, &i)) {
            struct ipam_addr a = ipam_addr_add(s->shape.base, i);

            if (!found || ipam_addr_compare(a, best) < 0)
                best = a;
            found = true;
        }
    }
    if (found)
        *out = best;
    return found;
}

bool ipam_addrset_first(const struct ipam_addrset *s, struct ipam_addr *out)
{
    uint32_t i;

    if (*s->n_ranges == 0) {
        if (!ipam_window_first(s, &i))
            return false;
        *out = ipam_addr_add(s->shape.base, i);
        return true;
    }
    return ipam_addrset_next(s, (struct ipam_addr){0, 0}, out);
}

static bool skipped(const struct ipam_addr_arg *skip, uint32_t n, struct ipam_addr a)
{
    for (uint32_t i = 0; i < n; i++) {
        if (skip[i].valid && ipam_addr_equal(skip[i].addr, a))
            return true;
    }
    return false;
}

bool ipam_addrset_first_skipping(const struct ipam_addrset *s, const struct ipam_addr_arg *skip,
                                 uint32_t n_skip, struct ipam_addr *out)
{
    struct ipam_addr a;
    bool more = ipam_addrset_first(s, &a);

    while (more) {
        if (!skipped(skip, n_skip, a)) {
            *out = a;
            return true;
        }
        more = !ipam_addr_equal(a, TOP) && ipam_addrset_next(s, ipam_addr_add(a, 1), &a);
    }
    return false;
}

/* Last address of the unbroken run that starts at the member a. */
static struct ipam_addr run_last(const struct ipam_addrset *s, struct ipam_addr a)
{
    for (;;) {
        uint32_t i;

        if (position(s, a, &i)) {
            uint32_t end = ipam_window_run_end(s, i);

            a = ipam_addr_add(s->shape.base, end - 1);
            if (end >> s->shape.bits == 0)
                return a;
        } else {
            a = s->range[find(s, a)].last;
        }
        if (ipam_addr_equal(a, TOP) || !ipam_addrset_contains(s, ipam_addr_add(a, 1)))
            return a;
        a = ipam_addr_add(a, 1);
    }
}

bool ipam_addrset_next_range(const struct ipam_addrset *s, struct ipam_addrset_cursor *cursor,
                             struct ipam_range *out)
{
    if (cursor->done || !ipam_addrset_next(s, cursor->from, &out->first))
        return false;
    out->last = run_last(s, out->first);
    cursor->started = 1;
    cursor->done = ipam_addr_equal(out->last, TOP);
    cursor->from = ipam_addr_add(out->last, 1);
    return true;
}

/* ---- two sets ---- */

static bool sum_fits(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    return *s->n_ranges == 0 || *d->n_ranges + *s->n_ranges <= d->shape.max_ranges;
}

/* The sum of both sides is 2^128 or more: together they might be the whole space. */
static bool uncountable(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    struct ipam_count a = ipam_addrset_count(d);
    struct ipam_count sum = ipam_count_add(a, ipam_addrset_count(s));

    return sum.hi < a.hi || (sum.hi == a.hi && sum.lo < a.lo);
}

static void same_window(const struct ipam_addrset *a, const struct ipam_addrset *b)
{
    IPAM_ASSERT(a->shape.bits == b->shape.bits && ipam_addr_equal(a->shape.base, b->shape.base));
}

bool ipam_addrset_equal(const struct ipam_addrset *a, const struct ipam_addrset *b)
{
    same_window(a, b);
    return *a->in_window == *b->in_window && *a->n_ranges == *b->n_ranges &&
           memcmp(a->word, b->word, ipam_window_words(a->shape.bits) * sizeof(uint64_t)) == 0 &&
           (*a->n_ranges == 0 || memcmp(a->range, b->range, *a->n_ranges * sizeof(*a->range)) == 0);
}

bool ipam_addrset_overlap(const struct ipam_addrset *a, const struct ipam_addrset *b)
{
    same_window(a, b);
    for (uint32_t i = 0; i < *a->n_ranges; i++) {
        uint32_t k = find(b, a->range[i].first);

        if (k < *b->n_ranges && ipam_addr_compare(b->range[k].first, a->range[i].last) <= 0)
            return true;
    }
    return ipam_window_overlap(a, b);
}

bool ipam_addrset_copy(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    same_window(d, s);
    if (d->word == s->word)
        return true;
    if (*s->n_ranges > d->shape.max_ranges)
        return false;
    ipam_window_copy(d, s);
    if (*d->n_ranges || *s->n_ranges)
        splice(d, 0, *d->n_ranges, s->range, *s->n_ranges);
    return true;
}

bool ipam_addrset_unite(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    same_window(d, s);
    if (d->word == s->word)
        return true;
    if (!sum_fits(d, s) || uncountable(d, s))
        return false;
    for (uint32_t i = 0; i < *s->n_ranges; i++) {
        struct change c = adding(d, s->range[i]);

        apply(d, &c);
    }
    ipam_window_unite(d, s);
    return true;
}

bool ipam_addrset_subtract(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    same_window(d, s);
    if (d->word == s->word) {
        ipam_addrset_clear(d);
        return true;
    }
    if (*d->n_ranges && !sum_fits(d, s))
        return false;
    for (uint32_t i = 0; i < *s->n_ranges; i++) {
        struct change c = removing(d, s->range[i]);

        apply(d, &c);
    }
    ipam_window_subtract(d, s);
    return true;
}

/* Takes the gaps between the ranges of s out of the ranges of d. */
static void keep_ranges(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    struct ipam_range gap = {{0, 0}, TOP};
    struct change c;

    for (uint32_t i = 0; i < *s->n_ranges; i++) {
        if (ipam_addr_compare(gap.first, s->range[i].first) < 0) {
            gap.last = ipam_addr_sub(s->range[i].first, 1);
            c = removing(d, gap);
            apply(d, &c);
        }
        if (ipam_addr_equal(s->range[i].last, TOP))
            return;
        gap.first = ipam_addr_add(s->range[i].last, 1);
    }
    gap.last = TOP;
    c = removing(d, gap);
    apply(d, &c);
}

bool ipam_addrset_intersect(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    same_window(d, s);
    if (d->word == s->word)
        return true;
    if (*d->n_ranges && !sum_fits(d, s))
        return false;
    if (*d->n_ranges)
        keep_ranges(d, s);
    ipam_window_intersect(d, s);
    return true;
}

/* ---- another window ---- */

static uint32_t window_runs(const struct ipam_addrset *s)
{
    uint32_t i = 0;
    uint32_t n = 0;

    while (ipam_window_next(s, i, &i)) {
        i = ipam_window_run_end(s, i);
        n++;
    }
    return n;
}

bool ipam_addrset_rebase(const struct ipam_addrset *s, struct ipam_addr base)
{
    struct ipam_addrset ranges = *s; /* the same memory, seen without its window */
    struct ipam_addrset after = *s;
    struct ipam_addrset_cursor cursor = {base, 0, 0};
    struct ipam_range r;
    uint32_t i = 0;

    ranges.shape.bits = 0;
    after.shape.base = base;
    if (ipam_addrset_empty(s))
        return true;
    if (*s->n_ranges + window_runs(s) + 1 > s->shape.max_ranges)
        return false;
    while (ipam_window_next(s, i, &i)) {
        uint32_t end = ipam_window_run_end(s, i) - 1;
        bool ok;

        r.first = ipam_addr_add(s->shape.base, i);
        r.last = ipam_addr_add(s->shape.base, end);
        ipam_window_unset_run(s, i, end);
        ok = ipam_addrset_add_range(&ranges, r);
        IPAM_ASSERT(ok);
    }
    while (ipam_addrset_next_range(&ranges, &cursor, &r)) {
        if (ipam_addr_compare(r.first, window_last(&after)) > 0)
            break;
        if (ipam_addr_compare(r.last, window_last(&after)) > 0)
            r.last = window_last(&after);
        ipam_addrset_remove_range(&ranges, r);
        ipam_addrset_add_range(&after, r);
    }
    return true;
}

/* ---- laws ---- */

static bool outside_window(const struct ipam_addrset *s, struct ipam_range r)
{
    struct pieces p = cut(s, r);

    return !p.inside;
}

const char *ipam_addrset_validate(const struct ipam_addrset *s)
{
    struct ipam_count total = {0, 0};

    if (*s->n_ranges > s->shape.max_ranges)
        return "more ranges than fit";
    for (uint32_t i = 0; i < *s->n_ranges; i++) {
        struct ipam_range r = s->range[i];

        if (ipam_addr_compare(r.first, r.last) > 0)
            return "a range is inverted";
        if (i > 0 && ipam_addr_compare(ipam_addr_add(s->range[i - 1].last, 1), r.first) >= 0)
            return "ranges touch or are out of order";
        if (!outside_window(s, r))
            return "a range reaches into the window";
        total = ipam_count_add(total, ipam_range_count(r));
    }
    for (uint32_t i = *s->n_ranges; i < s->shape.max_ranges; i++) {
        static const struct ipam_range zero;

        if (memcmp(&s->range[i], &zero, sizeof(zero)) != 0)
            return "an unused range is not zero";
    }
    if (s->total && (s->total[0] != total.hi || s->total[1] != total.lo))
        return "the ranges' count is wrong";
    return ipam_window_validate(s);
}
