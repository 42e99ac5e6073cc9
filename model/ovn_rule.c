/* OVN's NAT rules as kinds: what OvnFip, OvnSnatRule and OvnDnatRule have in common, and their
 * event functions (pkg/controller/ovn_fip.go, ovn_snat.go and ovn_dnat.go, all tags).
 */
#include "model/ovn_rule_internal.h"

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

bool sim_when_ovn_fip(const struct sim_turn *t)
{
    return sim_ovn_rule_kind(t) == SIM_KIND_OVN_FIP;
}

bool sim_when_ovn_snat(const struct sim_turn *t)
{
    return sim_ovn_rule_kind(t) == SIM_KIND_OVN_SNAT;
}

bool sim_when_ovn_dnat(const struct sim_turn *t)
{
    return sim_ovn_rule_kind(t) == SIM_KIND_OVN_DNAT;
}

bool sim_when_ovn_status_first(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_rule_status_first);
}

bool sim_when_ovn_rewired(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_rule_update) == SIM_ovn_rule_update_rewire;
}

static uint8_t wish(const struct sim_meta *object)
{
    (void)object;
    return SIM_WISH_ANY;
}

static void added(struct sim_turn *t, enum sim_kind_id kind, sim_id id)
{
    if (!sim_ovn_added_terminating(t, kind, id, queues_of[kind].update))
        sim_queue_add(t, queues_of[kind].add, id);
}

static void ask_deletion(struct sim_turn *t, enum sim_kind_id kind, sim_id id,
                         const struct sim_meta *object)
{
    uint8_t how = sim_asks(t->w, SIM_ovn_rule_deletion);

    if (how == SIM_ovn_rule_deletion_event)
        sim_queue_add(t, kind == SIM_KIND_OVN_SNAT ? queues_of[kind].update : queues_of[kind].del,
                      id);
    else if (sim_finalizer_count(object) > 0)
        sim_queue_add(t,
                      how == SIM_ovn_rule_deletion_in_update ? queues_of[kind].update
                                                             : queues_of[kind].del,
                      id);
}

/* A Fip that moves to another OvnEip is not updated, a Snat or Dnat is. */
static bool needs_update(enum sim_kind_id kind, const struct sim_ovn_rule *old,
                         const struct sim_ovn_rule *new)
{
    bool ip = old->ip_name != new->ip_name;

    switch (kind) {
    case SIM_KIND_OVN_FIP:
        return ip || old->ip_type != new->ip_type;
    case SIM_KIND_OVN_SNAT:
        return ip || old->eip != new->eip || old->net != new->net;
    default:
        return ip || old->eip != new->eip || old->protocol != new->protocol ||
               old->internal_port != new->internal_port || old->port != new->port;
    }
}

static void updated(struct sim_turn *t, enum sim_kind_id kind, sim_id id,
                    const struct sim_meta *before, const struct sim_meta *after)
{
    const struct sim_ovn_rule *old = (const struct sim_ovn_rule *)before;
    const struct sim_ovn_rule *new = (const struct sim_ovn_rule *)after;

    if (sim_terminating(after)) {
        ask_deletion(t, kind, id, after);
        return;
    }
    if (old->eip != new->eip)
        sim_queue_add(t, SIM_QUEUE_RESET_OVN_EIP, sim_ovn_eip_key(old->eip));
    if (needs_update(kind, old, new))
        sim_queue_add(t, queues_of[kind].update, id);
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
