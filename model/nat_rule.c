/* NAT rules as kinds: what IptablesFIPRule, IptablesDnatRule and IptablesSnatRule have in common,
 * and their event functions (pkg/controller/vpc_nat_gw_nat.go, all tags).
 */
#include "model/sim_internal.h"

static uint8_t wish(const struct sim_meta *object)
{
    (void)object;
    return SIM_WISH_ANY;
}

#define RULE_PARTS                                                                                 \
    .size = sizeof(struct sim_nat_rule),                                                           \
    .labels = {offsetof(struct sim_nat_rule, label_gw),                                            \
               offsetof(struct sim_nat_rule, annotation) -                                         \
                   offsetof(struct sim_nat_rule, label_gw)},                                       \
    .annotations = {offsetof(struct sim_nat_rule, annotation), sizeof(sim_ref)},                   \
    .status = {offsetof(struct sim_nat_rule, status),                                              \
               sizeof(struct sim_nat_rule) - offsetof(struct sim_nat_rule, status)},               \
    .wish = wish

const struct sim_kind sim_kind_DNAT = {RULE_PARTS};
const struct sim_kind sim_kind_FIP = {RULE_PARTS};
const struct sim_kind sim_kind_SNAT = {RULE_PARTS};
