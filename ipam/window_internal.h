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

/* ---- the stores: every write goes through these ---- */

static inline void ipam_window_note(const struct ipam_addrset *s, const void *at, uint32_t length)
{
    uint32_t inside = (uint32_t)((const char *)at - (const char *)s->word);

    if (s->journal != NULL)
        ipam_journal_note(s->journal, s->offset + inside, length);
}

static inline void ipam_window_store(const struct ipam_addrset *s, uint32_t index, uint64_t value)
{
    s->word[index] = value;
    ipam_window_note(s, &s->word[index], sizeof(value));
}

static inline void ipam_window_count(const struct ipam_addrset *s, uint32_t value)
{
    *s->in_window = value;
    ipam_window_note(s, s->in_window, sizeof(value));
}

/* Tells the levels above that leaf word w is (not) zero now. */
void ipam_window_tell(const struct ipam_addrset *s, uint32_t w, bool occupied);

/* ---- single positions; what allocation spends its time with, so no call is made for them ---- */

static inline bool ipam_window_get(const struct ipam_addrset *s, uint32_t i)
{
    return s->word[i / 64] >> i % 64 & 1;
}

/* false: was set */
static inline bool ipam_window_set(const struct ipam_addrset *s, uint32_t i)
{
    uint64_t old = s->word[i / 64], bit = UINT64_C(1) << i % 64;

    if (old & bit)
        return false;
    ipam_window_store(s, i / 64, old | bit);
    if (old == 0)
        ipam_window_tell(s, i / 64, true);
    ipam_window_count(s, *s->in_window + 1);
    return true;
}

/* false: was not set */
static inline bool ipam_window_unset(const struct ipam_addrset *s, uint32_t i)
{
    uint64_t old = s->word[i / 64], bit = UINT64_C(1) << i % 64;

    if (!(old & bit))
        return false;
    ipam_window_store(s, i / 64, old & ~bit);
    if (old == bit)
        ipam_window_tell(s, i / 64, false);
    ipam_window_count(s, *s->in_window - 1);
    return true;
}

#endif
