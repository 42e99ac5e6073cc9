/* Letting a world come to rest: the fair scheduler that scenarios, drains and checks at rest use.
 *
 * Everything undelivered is delivered, every worker moves in turn, without faults; when nothing is
 * ready the earliest delayed key becomes due.  It ends
 *   AT_REST   nothing is left to do (sim_at_rest)
 *   RETRYING  only retries are left, and a full round of them has changed nothing but queues,
 *             limiters and the clock: waiting longer changes nothing either
 *   BUDGET    the number of actions allowed is used up
 */
#ifndef EIPSIM_ENGINE_SETTLE_H
#define EIPSIM_ENGINE_SETTLE_H

#include "model/sim.h"

enum engine_settled { ENGINE_AT_REST, ENGINE_RETRYING, ENGINE_BUDGET };

/* Who carries the actions out: applies one to the world and may look at it; false ends settling
 * (as BUDGET).  Without one, actions are just applied. */
struct engine_actor {
    bool (*act)(void *context, struct sim_world *world, const struct sim_action *action);
    void *context;
};

enum engine_settled engine_settle(struct sim_world *world, const struct engine_actor *actor,
                                  uint64_t budget);

/* What must hold at rest: sim_check_at_rest, and restart-neutral: a copy of the world in scratch
 * (sim_world_size() bytes, aligned to 16) is restarted and settles; every existing,
 * non-terminating EIP must then have the address it had.  Returns how many violations there are. */
size_t engine_check_at_rest(struct sim_world *world, void *scratch, uint64_t budget,
                            struct sim_violation *out, size_t capacity);

#endif
