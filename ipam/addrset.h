/*
 * Sets of addresses: one interface, two representations side by side.
 *
 *      window of 2^bits addresses at `base`          everything else
 *      +-----------------------------------+         +--------------------------------+
 *      | 64-ary bitmap tree, bits <= 20     |         | sorted, disjoint, non-adjacent |
 *      | leaf words, then the summaries     |         | ranges, at most `max_ranges`   |
 *      +-----------------------------------+         +--------------------------------+
 *
 * A set of a /24 is a window and nothing else (40 bytes and a header); a set of a /64 has no
 * window and only ranges; a set of a /24 to which someone added an address from elsewhere has one
 * range more. An address inside the window is always in the bitmap, never in a range. Therefore
 * equal sets of one shape are equal bytes, however they came about.
 *
 * Memory of one set, in this order:
 *
 *      uint64_t word[]       leaf words, then each summary level: a bit per non-zero word below
 *      uint32_t in_window    number of addresses in the bitmap
 *      uint32_t n_ranges
 *      uint64_t total[2]     addresses in the ranges (hi, lo)      } only if
 *      struct ipam_range[]   unused tail is zero                   } max_ranges > 0
 *
 * A view (struct ipam_addrset) is the handle for one such piece of memory. Views are made for a
 * call and thrown away; they hold pointers and must never be stored inside a block.
 *
 * Everything that writes returns false when the ranges would not fit, and then has changed
 * nothing. Only ranges can fail: a set without outsiders never does. Two sets are judged by the
 * sum of their ranges. A set of all 2^128 addresses cannot be counted and is refused in the same
 * way. Cost with a window of W addresses and n ranges: add, remove, contains, first, next O(log64
 * W) or O(log n) search and O(n) move; set algebra O(non-zero words of the smaller side + n).
 */
#ifndef IPAM_ADDRSET_H
#define IPAM_ADDRSET_H

#include "ipam/addr.h"
#include "ipam/journal.h"

#define IPAM_WINDOW_BITS_MAX 20

struct ipam_addrset_shape {
    struct ipam_addr base; /* multiple of 2^bits */
    uint32_t max_ranges;
    uint8_t bits; /* 0: no window */
    uint8_t pad[3];
};

struct ipam_addrset {
    struct ipam_addrset_shape shape;
    uint64_t *word;
    uint32_t *in_window;
    uint32_t *n_ranges;
    uint64_t *total; /* NULL without ranges */
    struct ipam_range *range;
    struct ipam_journal *journal; /* may be NULL */
    uint32_t offset;              /* of the set's memory within the journalled block */
};

/* Bytes of a set of this shape; a multiple of 8. All zero is the empty set. */
uint32_t ipam_addrset_size(uint8_t bits, uint32_t max_ranges);

/* `memory` is 8-byte aligned and stays the caller's. */
struct ipam_addrset ipam_addrset_view(void *memory, const struct ipam_addrset_shape *shape,
                                      struct ipam_journal *journal, uint32_t offset);

bool ipam_addrset_empty(const struct ipam_addrset *s);
struct ipam_count ipam_addrset_count(const struct ipam_addrset *s);
bool ipam_addrset_contains(const struct ipam_addrset *s, struct ipam_addr a);
bool ipam_addrset_equal(const struct ipam_addrset *a, const struct ipam_addrset *b);
bool ipam_addrset_overlap(const struct ipam_addrset *a, const struct ipam_addrset *b);

/* Lowest member, lowest member >= from, and lowest member that is not in `skip`. */
bool ipam_addrset_first(const struct ipam_addrset *s, struct ipam_addr *out);
bool ipam_addrset_next(const struct ipam_addrset *s, struct ipam_addr from, struct ipam_addr *out);
bool ipam_addrset_first_skipping(const struct ipam_addrset *s, const struct ipam_addr_arg *skip,
                                 uint32_t n_skip, struct ipam_addr *out);

/*
 * Maximal ranges in order, joined across the window's edges. Start with a zeroed cursor.
 *
 *      struct ipam_addrset_cursor c = {0};
 *      while (ipam_addrset_next_range(&set, &c, &range)) ...
 */
struct ipam_addrset_cursor {
    struct ipam_addr from;
    uint32_t started;
    uint32_t done;
};
bool ipam_addrset_next_range(const struct ipam_addrset *s, struct ipam_addrset_cursor *cursor,
                             struct ipam_range *out);

/*
 * "a-b,c" as kube-ovn prints it. Returns the full length without the zero, also when it does not
 * fit; at most `capacity` bytes are written, zero included (none when capacity is 0). The other
 * forms print only what lies in none, or in some, of `n` ranges, which may overlap and stand in
 * any order.
 */
size_t ipam_addrset_print(const struct ipam_addrset *s, char *out, size_t capacity);
size_t ipam_addrset_print_minus(const struct ipam_addrset *s, const struct ipam_range *range,
                                uint32_t n, char *out, size_t capacity);
size_t ipam_addrset_print_common(const struct ipam_addrset *s, const struct ipam_range *range,
                                 uint32_t n, char *out, size_t capacity);

/* How often a range would have to be added at most before a set is full. */
uint32_t ipam_addrset_room(const struct ipam_addrset *s);

/* true: the set is as was asked for. *changed (may be NULL) says whether it was not before. */
bool ipam_addrset_add(const struct ipam_addrset *s, struct ipam_addr a, bool *changed);
bool ipam_addrset_remove(const struct ipam_addrset *s, struct ipam_addr a, bool *changed);
bool ipam_addrset_add_range(const struct ipam_addrset *s, struct ipam_range r);
bool ipam_addrset_remove_range(const struct ipam_addrset *s, struct ipam_range r);
void ipam_addrset_keep_range(const struct ipam_addrset *s, struct ipam_range r); /* intersect */

/* The set is exactly the union of these ranges, which may overlap and stand in any order. */
bool ipam_addrset_equals_ranges(const struct ipam_addrset *s, const struct ipam_range *range,
                                uint32_t n);

void ipam_addrset_clear(const struct ipam_addrset *s);

/*
 * Same members, window at another base (no overlap of the two windows). The view's own shape does
 * not change: make a new view. What lay in the old window becomes ranges.
 */
bool ipam_addrset_rebase(const struct ipam_addrset *s, struct ipam_addr base);

/* Both sides have the same window. d := s, d := d + s, d := d - s, d := d * s. */
bool ipam_addrset_copy(const struct ipam_addrset *d, const struct ipam_addrset *s);
bool ipam_addrset_unite(const struct ipam_addrset *d, const struct ipam_addrset *s);
bool ipam_addrset_subtract(const struct ipam_addrset *d, const struct ipam_addrset *s);
bool ipam_addrset_intersect(const struct ipam_addrset *d, const struct ipam_addrset *s);

/* Returns NULL or what is wrong: order, adjacency, counts, summaries, dirty tails. */
const char *ipam_addrset_validate(const struct ipam_addrset *s);

#endif
