/* What the handlers of OVN's kinds share: ovn_eip*.c, ovn_rule*.c. */
#ifndef EIPSIM_MODEL_OVN_INTERNAL_H
#define EIPSIM_MODEL_OVN_INTERNAL_H

#include "model/step_internal.h"

static inline struct sim_ovn_work *sim_ovn_work(const struct sim_turn *t)
{
    return &((struct sim_ovn_worker *)t->me)->ovn;
}

/* What externalSubnet means; SIM_NONE: nothing. */
sim_id sim_ovn_net(const struct sim_world *w, const struct sim_ovn_eip *eip);
/* The key of the subnet status queue that a field stands for: an empty text is one, too. */
static inline sim_id sim_status_key(sim_ref net)
{
    return net == 0 ? 0 : sim_ref_id(net);
}
/* An ADDED event of a terminating object that does not go to the add queue: it is dealt with. */
bool sim_ovn_added_terminating(struct sim_turn *t, enum sim_kind_id kind, sim_id id,
                               enum sim_queue_id update);

/* Reads OvnEip `o->eip` from the cache into *into; false: not found. */
bool sim_read_ovn_eip(struct sim_turn *t, struct sim_ovn_eip *into);
enum sim_result sim_write_ovn_eip(struct sim_turn *t, enum sim_verb verb,
                                  const struct sim_ovn_eip *body, bool finalizers);
/* The finalizer that this release gives an OvnEip. */
uint8_t sim_ovn_eip_finalizer(const struct sim_world *w);
/* Sends the finalizers of body if they are others than those of `was`. */
enum sim_result sim_patch_ovn_eip_finalizers(struct sim_turn *t, const struct sim_ovn_eip *was,
                                             const struct sim_ovn_eip *body);
/* Lists the rules that carry an address as label; which kinds there are is added to me->nat. */
void sim_list_ovn_rules(struct sim_turn *t, sim_v4 v4);
void sim_list_ovn_rules6(struct sim_turn *t, sim_v6 v6);

/* Cached rules of a kind that carry an address as label; six: the second family's. */
uint32_t sim_count_ovn_rules(const struct sim_world *w, enum sim_kind_id kind, bool six, sim_v4 v4,
                             sim_v6 v6);

#endif
