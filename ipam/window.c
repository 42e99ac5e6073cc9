#include "ipam/window_internal.h"

#include <string.h>

#include "ipam/check_internal.h"

/* Where the levels of a tree begin, in words; start[levels] is the whole. */
struct tree {
    uint8_t levels;
    uint32_t start[5];
};

#define AT_LEAST_ONE(shift) ((shift) < 0 ? 1u : 1u << ((shift) < 0 ? 0 : (shift)))
#define LEAVES(b) AT_LEAST_ONE((b)-6)
#define LEVEL1(b) ((b) <= 6 ? 0u : AT_LEAST_ONE((b)-12))
#define LEVEL2(b) ((b) <= 12 ? 0u : AT_LEAST_ONE((b)-18))
#define LEVEL3(b) ((b) <= 18 ? 0u : 1u)
#define TREE(b)                                                                                    \
    {                                                                                              \
        1 + ((b) > 6) + ((b) > 12) + ((b) > 18),                                                   \
        {                                                                                          \
            0, LEAVES(b), LEAVES(b) + LEVEL1(b), LEAVES(b) + LEVEL1(b) + LEVEL2(b),                \
                LEAVES(b) + LEVEL1(b) + LEVEL2(b) + LEVEL3(b)                                      \
        }                                                                                          \
    }

static const struct tree trees[IPAM_WINDOW_BITS_MAX + 1] = {{0, {0, 0, 0, 0, 0}},
                                                            TREE(1),
                                                            TREE(2),
                                                            TREE(3),
                                                            TREE(4),
                                                            TREE(5),
                                                            TREE(6),
                                                            TREE(7),
                                                            TREE(8),
                                                            TREE(9),
                                                            TREE(10),
                                                            TREE(11),
                                                            TREE(12),
                                                            TREE(13),
                                                            TREE(14),
                                                            TREE(15),
                                                            TREE(16),
                                                            TREE(17),
                                                            TREE(18),
                                                            TREE(19),
                                                            TREE(20)};

static const struct tree *tree_of(const struct ipam_addrset *s)
{
    return &trees[s->shape.bits];
}

uint32_t ipam_window_words(uint8_t bits)
{
    return trees[bits].start[4];
}

void ipam_window_tell(const struct ipam_addrset *s, uint32_t w, bool occupied)
{
    const struct tree *t = tree_of(s);

    for (int level = 1; level < t->levels; level++) {
        uint32_t index = t->start[level] + w / 64;
        uint64_t bit = UINT64_C(1) << w % 64;
        uint64_t old = s->word[index];
        uint64_t new = occupied ? old | bit : old & ~bit;

        if (new == old)
            return;
        ipam_window_store(s, index, new);
        if ((old == 0) == (new == 0))
            return;
        w /= 64;
    }
}

/* Leaf w becomes `value`. Returns by how much the count changes. */
static int32_t put_leaf(const struct ipam_addrset *s, uint32_t w, uint64_t value)
{
    uint64_t old = s->word[w];

    if (old == value)
        return 0;
    ipam_window_store(s, w, value);
    if ((old == 0) != (value == 0))
        ipam_window_tell(s, w, value != 0);
    return __builtin_popcountll(value) - __builtin_popcountll(old);
}

static void adjust(const struct ipam_addrset *s, int32_t by)
{
    if (by)
        ipam_window_count(s, *s->in_window + (uint32_t)by);
}

/* ---- runs of positions ---- */

/* Bits first..last of word w, counted over the whole window. */
static uint64_t run_mask(uint32_t w, uint32_t first, uint32_t last)
{
    uint64_t mask = UINT64_MAX;

    if (w == first / 64)
        mask &= UINT64_MAX << first % 64;
    if (w == last / 64)
        mask &= UINT64_MAX >> (63 - last % 64);
    return mask;
}

void ipam_window_set_run(const struct ipam_addrset *s, uint32_t first, uint32_t last)
{
    int32_t by = 0;

    for (uint32_t w = first / 64; w <= last / 64; w++)
        by += put_leaf(s, w, s->word[w] | run_mask(w, first, last));
    adjust(s, by);
}

void ipam_window_unset_run(const struct ipam_addrset *s, uint32_t first, uint32_t last)
{
    int32_t by = 0;

    for (uint32_t w = first / 64; w <= last / 64; w++)
        by += put_leaf(s, w, s->word[w] & ~run_mask(w, first, last));
    adjust(s, by);
}

/* ---- searching ---- */

/* Lowest position >= from in the given level. Climbs until a word has one, then descends. */
static bool next_in_level(const struct ipam_addrset *s, int level, uint32_t from, uint32_t *out)
{
    const struct tree *t = tree_of(s);
    int k = level;

    for (;;) {
        uint32_t size = t->start[k + 1] - t->start[k];
        uint64_t rest;

        if (from / 64 >= size)
            return false;
        rest = s->word[t->start[k] + from / 64] & UINT64_MAX << from % 64;
        if (rest) {
            from = from / 64 * 64 + (uint32_t)__builtin_ctzll(rest);
            break;
        }
        if (k + 1 == t->levels)
            return false;
        from = from / 64 + 1;
        k++;
    }
    while (k > level) {
        uint64_t word = s->word[t->start[--k] + from];

        IPAM_ASSERT(word != 0);
        from = from * 64 + (uint32_t)__builtin_ctzll(word);
    }
    *out = from;
    return true;
}

bool ipam_window_first(const struct ipam_addrset *s, uint32_t *out)
{
    const struct tree *t = tree_of(s);
    uint32_t at = 0;

    if (*s->in_window == 0)
        return false;
    for (int level = t->levels - 1; level >= 0; level--)
        at = at * 64 + (uint32_t)__builtin_ctzll(s->word[t->start[level] + at]);
    *out = at;
    return true;
}

bool ipam_window_next(const struct ipam_addrset *s, uint32_t from, uint32_t *out)
{
    return s->shape.bits && next_in_level(s, 0, from, out);
}

uint32_t ipam_window_run_end(const struct ipam_addrset *s, uint32_t from)
{
    uint32_t size = UINT32_C(1) << s->shape.bits;

    while (from < size) {
        uint64_t gaps = ~s->word[from / 64] & UINT64_MAX << from % 64;

        if (gaps) {
            from = from / 64 * 64 + (uint32_t)__builtin_ctzll(gaps);
            break;
        }
        from = (from / 64 + 1) * 64;
    }
    return from < size ? from : size;
}

/* Lowest non-zero leaf word >= w. */
static bool next_leaf(const struct ipam_addrset *s, uint32_t w, uint32_t *out)
{
    if (tree_of(s)->levels > 1)
        return next_in_level(s, 1, w, out);
    *out = 0;
    return tree_of(s)->levels == 1 && w == 0 && s->word[0] != 0;
}

/* ---- whole windows ---- */

void ipam_window_copy(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    uint32_t bytes = ipam_window_words(s->shape.bits) * (uint32_t)sizeof(uint64_t);

    if (bytes == 0 || d->word == s->word)
        return;
    memcpy(d->word, s->word, bytes);
    ipam_window_note(d, d->word, bytes);
    ipam_window_count(d, *s->in_window);
}

void ipam_window_clear(const struct ipam_addrset *d)
{
    uint32_t w;

    for (w = 0; next_leaf(d, w, &w); w++)
        put_leaf(d, w, 0);
    if (*d->in_window)
        ipam_window_count(d, 0);
}

void ipam_window_unite(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    int32_t by = 0;

    for (uint32_t w = 0; next_leaf(s, w, &w); w++)
        by += put_leaf(d, w, d->word[w] | s->word[w]);
    adjust(d, by);
}

void ipam_window_subtract(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    int32_t by = 0;

    for (uint32_t w = 0; next_leaf(s, w, &w); w++)
        by += put_leaf(d, w, d->word[w] & ~s->word[w]);
    adjust(d, by);
}

void ipam_window_intersect(const struct ipam_addrset *d, const struct ipam_addrset *s)
{
    int32_t by = 0;

    for (uint32_t w = 0; next_leaf(d, w, &w); w++)
        by += put_leaf(d, w, d->word[w] & s->word[w]);
    adjust(d, by);
}

bool ipam_window_overlap(const struct ipam_addrset *a, const struct ipam_addrset *b)
{
    for (uint32_t w = 0; next_leaf(a, w, &w); w++) {
        if (a->word[w] & b->word[w])
            return true;
    }
    return false;
}

const char *ipam_window_validate(const struct ipam_addrset *s)
{
    const struct tree *t = tree_of(s);
    uint32_t total = 0;

    if (t->levels == 0)
        return *s->in_window ? "addresses counted in no window" : NULL;
    for (uint32_t w = 0; w < t->start[1]; w++)
        total += (uint32_t)__builtin_popcountll(s->word[w]);
    if (total != *s->in_window)
        return "the window's count is wrong";
    if (s->shape.bits < 6 && s->word[0] >> (1u << s->shape.bits))
        return "bits beyond the window";
    for (int level = 1; level < t->levels; level++) {
        const uint64_t *below = s->word + t->start[level - 1];
        uint32_t size = t->start[level] - t->start[level - 1];

        for (uint32_t i = 0; i < (size + 63) / 64 * 64; i++) {
            bool bit = s->word[t->start[level] + i / 64] >> i % 64 & 1;

            if (bit != (i < size && below[i] != 0))
                return "a summary of the window is wrong";
        }
    }
    return NULL;
}
