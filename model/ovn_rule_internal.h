/* What the handlers of OVN's NAT rules share: ovn_rule*.c. */
#ifndef EIPSIM_MODEL_OVN_RULE_INTERNAL_H
#define EIPSIM_MODEL_OVN_RULE_INTERNAL_H

#include "model/ovn_internal.h"

static inline struct sim_ovn_rule_work *sim_ovn_rule_work(const struct sim_turn *t)
{
    return &((struct sim_ovn_rule_worker *)t->me)->rule;
}

static inline enum sim_kind_id sim_ovn_rule_kind(const struct sim_turn *t)
{
    return (enum sim_kind_id)sim_queue_keys((enum sim_queue_id)t->queue);
}

static inline const struct sim_ovn_rule *sim_ovn_rule_snap(const struct sim_turn *t)
{
    return &sim_ovn_rule_work(t)->snap;
}

/* The key of the OvnEip queues that a rule's field stands for: an empty text is one, too. */
static inline sim_id sim_ovn_eip_key(sim_ref eip)
{
    return eip == 0 ? 0 : sim_ref_id(eip);
}

bool sim_when_ovn_fip(const struct sim_turn *t);
bool sim_when_ovn_snat(const struct sim_turn *t);
bool sim_when_ovn_dnat(const struct sim_turn *t);
/* v1.12.0 reads the internal address first and writes the rule's status before the entry. */
bool sim_when_ovn_status_first(const struct sim_turn *t);
/* Up to v1.12 an update makes the entry anew, later it only compares. */
bool sim_when_ovn_rewired(const struct sim_turn *t);

/* Rows of both handlers: ovn_rule_add.c */
int sim_ovn_rule_read(struct sim_turn *t);
int sim_ovn_rule_need_eip(struct sim_turn *t);
int sim_ovn_rule_read_eip(struct sim_turn *t);
int sim_ovn_rule_refuse_second_fip(struct sim_turn *t);
int sim_ovn_rule_refuse_second_dnat(struct sim_turn *t);
bool sim_when_ovn_vip_first(const struct sim_turn *t);
bool sim_when_ovn_vip_later(const struct sim_turn *t);
bool sim_when_ovn_port_listed_first(const struct sim_turn *t);
bool sim_when_ovn_subnet_read(const struct sim_turn *t);
bool sim_when_ovn_fip_resolved(const struct sim_turn *t);
int sim_ovn_rule_read_vip(struct sim_turn *t);
int sim_ovn_rule_read_subnet(struct sim_turn *t);
int sim_ovn_rule_check(struct sim_turn *t);
bool sim_when_ovn_eip_held(const struct sim_turn *t);
int sim_ovn_rule_hold_eip(struct sim_turn *t);
int sim_ovn_rule_add_nat(struct sim_turn *t);
int sim_ovn_rule_mark_ready(struct sim_turn *t);

/* Helpers: ovn_rule_helpers.c */
enum sim_result sim_ovn_rule_nat(struct sim_turn *t, enum sim_verb op, sim_ref vpc, sim_v4 external,
                                 sim_v4 internal, uint8_t mask);
enum sim_result sim_ovn_rule_write(struct sim_turn *t, enum sim_verb verb,
                                   const struct sim_ovn_rule *body, bool finalizers);

#endif
