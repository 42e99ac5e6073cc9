/* EIPs that differ in nothing but their names (the reduction ALIKE).
 *
 * Names reach into the world in three ways only: as what an object is called (locks, owners in
 * IPAM, keys of queues: any other name would do), as the order in which a controller's start and
 * the pass over a gateway go through all EIPs, and as the order in which the holders of a bandwidth
 * policy are looked at.  Where none of these orders can matter any more, a world and the same world
 * with two EIPs exchanged go on alike, and are one state.  That is so when
 *
 *     the controller runs, and nothing within the bound ends it: no crash is left, no handler of
 *     this policy can panic
 *     no pass is waiting or at work, and none can be asked for: neither by trouble with gateways
 *     and their pods, nor by handlers, which the design with gateway_swept has
 *     nobody has bandwidth policies
 *     EIPs are all there is: no rules, no other owners
 *     the world is not at rest: a state at rest is tried with a restart, which goes by names
 *
 * Before the last crash names are an order, and nothing is left out: of two EIPs made one after the
 * other it can matter which comes first by name.  Gateways are not alike: each has an address of
 * its own, and IPAM hands addresses out lowest first.
 *
 * tests/reductions_test.c exchanges EIPs in states of every profile, and tries that they go on
 * alike.
 */
#ifndef EIPSIM_ENGINE_ALIKE_H
#define EIPSIM_ENGINE_ALIKE_H

#include "engine/choices.h"

enum { ENGINE_ALIKE_EIPS = 4 }; /* more are told apart */

/* Are the EIPs of this state alike? */
bool engine_alike(const struct engine_bound *bound, const struct engine_used *used,
                  const struct sim_world *w);
/* Two EIPs change places. */
void engine_exchange(struct sim_world *w, sim_id a, sim_id b);
/* The identity of a state; of those that are alike it is the same. */
struct sim_identity engine_identity(const struct engine_bound *bound,
                                    const struct engine_used *used, const struct sim_world *w,
                                    struct sim_world *scratch);

#endif
