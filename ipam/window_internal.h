/*
 * The bitmap half of an address set: a 64-ary tree over 2^bits positions. Internal to the library.
 *
 *      level 0   one bit per position
 *      level k   bit i is set when word i of level k-1 is not zero
 *
 *      bits 0..6: 1 word    ..12: + 1 level    ..18: + 2 levels    ..20: + 3 levels
 *
 * All positions are relative to the window's base. Writes note themselves in the view's journal and
 * keep in_window right.
 */
#ifndef IPAM_WINDOW_INTERNAL_H
#define IPAM_WINDOW_INTERNAL_H

#include "ipam/addrset.h"

uint32_t ipam_window_words(uint8_t bits);
bool ipam_window_get(const struct ipam_addrset *s, uint32_t i);
bool ipam_window_set(const struct ipam_addrset *s, uint32_t i);   /* false: was set */
bool ipam_window_unset(const struct ipam_addrset *s, uint32_t i); /* false: was not set */
void ipam_window_set_run(const struct ipam_addrset *s, uint32_t first, uint32_t last);
void ipam_window_unset_run(const struct ipam_addrset *s, uint32_t first, uint32_t last);

/* Lowest set position of all, found from the root down. */
bool ipam_window_first(const struct ipam_addrset *s, uint32_t *out);
/* Lowest set position >= from; the first unset position >= from, 2^bits if there is none. */
bool ipam_window_next(const struct ipam_addrset *s, uint32_t from, uint32_t *out);
uint32_t ipam_window_run_end(const struct ipam_addrset *s, uint32_t from);

void ipam_window_copy(const struct ipam_addrset *d, const struct ipam_addrset *s);
void ipam_window_clear(const struct ipam_addrset *d);
void ipam_window_unite(const struct ipam_addrset *d, const struct ipam_addrset *s);
void ipam_window_subtract(const struct ipam_addrset *d, const struct ipam_addrset *s);
void ipam_window_intersect(const struct ipam_addrset *d, const struct ipam_addrset *s);
bool ipam_window_overlap(const struct ipam_addrset *a, const struct ipam_addrset *b);
const char *ipam_window_validate(const struct ipam_addrset *s);

#endif
