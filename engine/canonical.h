/* What makes two worlds the same state to a search: everything that can still matter.
 *
 *   - of resource versions it matters whether a copy is as new as what the API server holds (an
 *     update with another version conflicts), of uids which copies of an EIP share one
 *   - creation times of pods and what was noted of them count by their order
 *   - what no later step reads does not count, nor does the order of delayed keys
 *   - the ledger counts, as it is not folded anew
 *
 * tests/reductions_test.c tries on every profile that worlds which are the same here go on alike.
 */
#ifndef EIPSIM_ENGINE_CANONICAL_H
#define EIPSIM_ENGINE_CANONICAL_H

#include "model/world.h"

enum { ENGINE_EXCHANGES = 8 };

/* EIPs that change places, one pair after the other (alike.h). */
struct engine_exchanges {
    unsigned n;
    struct engine_pair {
        sim_id a, b;
    } pair[ENGINE_EXCHANGES];
};

/* Of a world and n bytes more.  scratch is a world of the same setup with room for them behind it;
 * nothing of it is kept.  exact: every byte of the state counts.
 * exchanges: may be NULL. */
struct sim_identity engine_canonical(const struct sim_world *w, const uint8_t *more, size_t n,
                                     bool exact, const struct engine_exchanges *exchanges,
                                     struct sim_world *scratch);
/* Of what a useless retry leaves alone: objects, caches, interfaces, status and IPAM, not queues
 * and workers. */
uint64_t engine_canonical_still(const struct sim_world *w, struct sim_world *scratch);

#endif
