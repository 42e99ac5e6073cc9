/* OVN's NAT rules as kinds: what OvnFip, OvnSnatRule and OvnDnatRule have in common, and their
 * event functions (pkg/controller/ovn_fip.go, ovn_snat.go and ovn_dnat.go, all tags).
 */
#include "model/sim_internal.h"

struct queues {
    enum sim_queue_id add, update, del;
};

static const struct queues queues_of[SIM_KIND_COUNT] = {
    [SIM_KIND_OVN_DNAT] = {SIM_QUEUE_ADD_OVN_DNAT, SIM_QUEUE_UPDATE_OVN_DNAT,
                           SIM_QUEUE_DEL_OVN_DNAT},
    [SIM_KIND_OVN_FIP] = {SIM_QUEUE_ADD_OVN_FIP, SIM_QUEUE_UPDATE_OVN_FIP, SIM_QUEUE_DEL_OVN_FIP},
    [SIM_KIND_OVN_SNAT] = {SIM_QUEUE_ADD_OVN_SNAT, SIM_QUEUE_UPDATE_OVN_SNAT,
                           SIM_QUEUE_DEL_OVN_SNAT},
};

static uint8_t wish(const struct sim_meta *object)
{
    (void)object;
    return SIM_WISH_ANY;
}

static void added(struct sim_turn *t, enum sim_kind_id kind, sim_id id)
{
    sim_queue_add(t, queues_of[kind].add, id);
}

static void updated(struct sim_turn *t, enum sim_kind_id kind, sim_id id,
                    const struct sim_meta *before, const struct sim_meta *after)
{
    (void)t;
    (void)kind;
    (void)id;
    (void)before;
    (void)after;
}

/* clang-format off */
#define RULE_KIND(KIND)                                                                            \
    static void added_##KIND(struct sim_turn *t, sim_id id)                                        \
    {                                                                                              \
        added(t, SIM_KIND_##KIND, id);                                                             \
    }                                                                                              \
    static void updated_##KIND(struct sim_turn *t, sim_id id, const struct sim_meta *old,          \
                               const struct sim_meta *new)                                         \
    {                                                                                              \
        updated(t, SIM_KIND_##KIND, id, old, new);                                                 \
    }                                                                                              \
    static void deleted_##KIND(struct sim_turn *t, sim_id id, const struct sim_meta *old)          \
    {                                                                                              \
        (void)old;                                                                                 \
        sim_queue_add(t, queues_of[SIM_KIND_##KIND].del, id);                                      \
    }                                                                                              \
    const struct sim_kind sim_kind_##KIND = {                                                      \
        .size = sizeof(struct sim_ovn_rule),                                                       \
        .labels = {offsetof(struct sim_ovn_rule, label_v6),                                        \
                   offsetof(struct sim_ovn_rule, annotation) -                                     \
                       offsetof(struct sim_ovn_rule, label_v6)},                                   \
        .annotations = {offsetof(struct sim_ovn_rule, annotation), sizeof(sim_ref)},               \
        .status = {offsetof(struct sim_ovn_rule, status_eip),                                      \
                   sizeof(struct sim_ovn_rule) - offsetof(struct sim_ovn_rule, status_eip)},       \
        .wish = wish,                                                                              \
        .added = added_##KIND,                                                                     \
        .updated = updated_##KIND,                                                                 \
        .deleted = deleted_##KIND,                                                                 \
    };
/* clang-format on */

RULE_KIND(OVN_DNAT)
RULE_KIND(OVN_FIP)
RULE_KIND(OVN_SNAT)
