#include "engine/packing.h"

#include <string.h>

enum { WORD = 8 };

/* The two parts that are packed, as if they were one. */
struct parts {
    uint32_t at[2], words[2];
};

static struct parts parts_of(const struct sim_world *w)
{
    struct parts p = {{w->at.globals, w->at.ledger},
                      {(w->at.state_end - w->at.globals + WORD - 1) / WORD,
                       (w->at.scratch - w->at.ledger + WORD - 1) / WORD}};

    return p;
}

size_t engine_packed_most(const struct sim_world *base)
{
    struct parts p = parts_of(base);

    return (size_t)(p.words[0] + p.words[1]) * (WORD + 2);
}

/* The bytes that are not zero, lowest first. */
static uint8_t *put_word(uint8_t *out, uint64_t difference, uint64_t word)
{
    uint8_t *mask = out++;

    *mask = 0;
    for (unsigned i = 0; i < WORD; i++) {
        unsigned differs = (difference >> 8 * i & 0xff) != 0;

        *mask = (uint8_t)(*mask | differs << i);
        *out = (uint8_t)(word >> 8 * i);
        out += differs;
    }
    return out;
}

size_t engine_pack(const struct sim_world *base, const struct sim_world *w, uint8_t *out)
{
    struct parts p = parts_of(base);
    const uint8_t *begin = out;
    unsigned skipped = 0;

    for (unsigned part = 0; part < 2; part++) {
        const uint8_t *a = sim_at(base, p.at[part]), *b = sim_at(w, p.at[part]);

        for (uint32_t i = 0; i < p.words[part]; i++) {
            uint64_t x, y;

            memcpy(&x, a + (size_t)i * WORD, WORD);
            memcpy(&y, b + (size_t)i * WORD, WORD);
            if (x == y && skipped < UINT8_MAX) {
                skipped++;
                continue;
            }
            *out++ = (uint8_t)skipped;
            out = put_word(out, x ^ y, y);
            skipped = 0;
        }
    }
    return (size_t)(out - begin);
}

void engine_unpack(const struct sim_world *base, const uint8_t *packed, size_t size,
                   struct sim_world *w)
{
    struct parts p = parts_of(base);
    uint32_t at = 0;

    engine_copy_state(base, w);
    for (const uint8_t *end = packed + size; packed < end;) {
        uint8_t *word;
        uint8_t mask;

        at += *packed++;
        mask = *packed++;
        word = at < p.words[0] ? (uint8_t *)w + p.at[0] + (size_t)at * WORD
                               : (uint8_t *)w + p.at[1] + (size_t)(at - p.words[0]) * WORD;
        for (; mask != 0; mask &= (uint8_t)(mask - 1))
            word[__builtin_ctz(mask)] = *packed++;
        at++;
    }
}

void engine_copy_state(const struct sim_world *from, struct sim_world *to)
{
    struct parts p = parts_of(from);

    for (unsigned part = 0; part < 2; part++)
        memcpy((uint8_t *)to + p.at[part], sim_at(from, p.at[part]), (size_t)p.words[part] * WORD);
}
