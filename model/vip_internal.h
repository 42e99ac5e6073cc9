/* What the handlers of Vips share: vip_add.c, vip_update.c. */
#ifndef EIPSIM_MODEL_VIP_INTERNAL_H
#define EIPSIM_MODEL_VIP_INTERNAL_H

#include "model/step_internal.h"

/* The rest of a worker whose handler works on Vips. */
static inline struct sim_vip_work *sim_vip_work(const struct sim_turn *t)
{
    return &((struct sim_vip_worker *)t->me)->vip;
}

static inline struct sim_owner sim_vip_owner(const struct sim_turn *t)
{
    return (struct sim_owner){SIM_KIND_VIP, t->me->key};
}

/* Reads Vip me->key from the cache; false: not found. */
bool sim_read_vip(struct sim_turn *t, struct sim_vip *into);
enum sim_result sim_write_vip(struct sim_turn *t, enum sim_verb verb, const struct sim_vip *body,
                              bool finalizers);
/* The NIC it asks IPAM with, and its port's name: NAME.NAMESPACE.PROVIDER, as an EIP's is but where
 * v1.12 makes an EIP's from the subnet's name. */
enum sim_nic sim_vip_nic(const struct sim_world *w, sim_ref net);
/* One call about the port of the Vip, named by its NIC or by its bare name; false: it failed. */
bool sim_vip_port(struct sim_turn *t, enum sim_verb op, enum sim_nic form, sim_ref net);
/* Asks for the status of a subnet by name, now or in 300 ms. */
void sim_vip_ask_status(struct sim_turn *t, sim_ref net, bool later);
/* Up to v1.14 what a Vip left is cleaned up after its deletion; then while it is terminating. */
bool sim_vip_cleaned_before(const struct sim_world *w);

#endif
