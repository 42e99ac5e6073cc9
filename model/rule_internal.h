/* What the handlers of NAT rules share: rule_add.c, rule_update.c, rule_helpers.c. */
#ifndef EIPSIM_MODEL_RULE_INTERNAL_H
#define EIPSIM_MODEL_RULE_INTERNAL_H

#include "model/step_internal.h"

/* Are all fields there that a rule of this kind needs? nat_rule.c */
bool sim_rule_complete(enum sim_kind_id kind, const struct sim_target *target);
/* What the next RULE_CREATE or RULE_REMOVE is about; me->gateway is set beside. */
void sim_rule_set_row(struct sim_turn *t, sim_v4 eip, const struct sim_target *target);

/* Rows of both handlers: rule_add.c */
int sim_rule_read_snapshot(struct sim_turn *t);
int sim_rule_validate(struct sim_turn *t);
/* Reads the EIP of the spec into me->snap; gone or without address: FAIL. */
int sim_rule_read_eip(struct sim_turn *t);
bool sim_when_fip(const struct sim_turn *t);
bool sim_when_dnat(const struct sim_turn *t);
/* Lists the FIPs of the EIP's address, or the DNATs of a gateway's port; another one: FAIL. */
int sim_rule_refuse_second_fip(struct sim_turn *t);
int sim_rule_refuse_second_dnat(struct sim_turn *t, sim_id gateway);
int sim_rule_prepare_create(struct sim_turn *t);
int sim_rule_prepare_status(struct sim_turn *t);
int sim_rule_prepare_eip_status(struct sim_turn *t);
/* An EIP is to be reset in three seconds. */
void sim_rule_ask_reset(struct sim_turn *t, sim_ref eip);

#endif
