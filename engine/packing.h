/* Packed worlds: what differs from a world that both sides know.
 *
 *      ┌────┬──────┬─────────────────┐┌────┬──────┬───
 *      │skip│ mask │ a byte for each ││skip│ mask │...   words of 8 bytes
 *      └────┴──────┴── bit of mask ──┘└────┴──────┴───
 *
 * skip words are equal; of the next one the bytes in mask follow.  A world in a search differs from
 * its start in some 100 to 200 bytes of some 2000.  The state and the ledger are packed; what else
 * is derived is not.
 */
#ifndef EIPSIM_ENGINE_PACKING_H
#define EIPSIM_ENGINE_PACKING_H

#include "model/world.h"

/* The most bytes a packed world of this layout takes. */
size_t engine_packed_most(const struct sim_world *base);
/* Returns how many bytes were written. */
size_t engine_pack(const struct sim_world *base, const struct sim_world *w, uint8_t *out);
/* *w is a world of the same setup. */
void engine_unpack(const struct sim_world *base, const uint8_t *packed, size_t size,
                   struct sim_world *w);
/* Makes *to what *from is, as packing and unpacking would. */
void engine_copy_state(const struct sim_world *from, struct sim_world *to);

#endif
