/* Packed worlds: what cannot be guessed.
 *
 * Copies of an EIP (in the cache, in watch events, in handlers) are guessed to be what the API
 * server holds, everything else to be as in a base that both sides know.
 *
 *      ┌──────┬──────┬─────────────────┐
 *      │ skip │ mask │ a byte for each │   words of 4 bytes; skip and mask have 4 bits
 *      └──────┴──────┴── bit of mask ──┘
 *
 * skip words are as guessed; of the next one the bytes in mask follow.  With a skip of 15 only
 * another byte follows, and so many words more are as guessed.  That is some 130 bytes of some
 * 3000.  The state and the ledger are packed; what else is derived is not, and what no later step
 * reads (sim_forget_dead) is forgotten.
 */
#ifndef EIPSIM_ENGINE_PACKING_H
#define EIPSIM_ENGINE_PACKING_H

#include "model/world.h"

/* What of a world is in use, in pieces: all before the watches, all behind them, the ledger, each
 * watch.  The unused end of a watch is zero. */
enum { ENGINE_FIRST_WATCH = 3, ENGINE_PARTS = ENGINE_FIRST_WATCH + SIM_KIND_COUNT };

struct engine_parts {
    unsigned n;
    uint32_t at[ENGINE_PARTS];
    uint32_t size[ENGINE_PARTS]; /* bytes in use */
    uint32_t most[ENGINE_PARTS]; /* bytes there are */
};

struct engine_parts engine_parts_of(const struct sim_world *w);

/* Makes a copy of a world the base that the others are packed against. */
void engine_make_base(struct sim_world *copy);
/* The most bytes a packed world of this layout takes. */
size_t engine_packed_most(const struct sim_world *base);
/* Returns how many bytes were written.  scratch is a world of the same setup. */
size_t engine_pack(const struct sim_world *base, const struct sim_world *w,
                   struct sim_world *scratch, uint8_t *out);
/* *w is a world of the same setup. */
void engine_unpack(const struct sim_world *base, const uint8_t *packed, size_t size,
                   struct sim_world *w);
/* Makes *to what *from is, as packing and unpacking would. */
void engine_copy_state(const struct sim_world *from, struct sim_world *to);

#endif
