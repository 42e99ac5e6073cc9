/* NAT rules as kinds: what IptablesFIPRule, IptablesDnatRule and IptablesSnatRule have in common,
 * and their event functions (pkg/controller/vpc_nat_gw_nat.go, all tags).
 */
#include "model/rule_internal.h"

struct queues {
    enum sim_queue_id add, update, del;
};

static const struct queues queues_of[SIM_KIND_COUNT] = {
    [SIM_KIND_DNAT] = {SIM_QUEUE_ADD_DNAT, SIM_QUEUE_UPDATE_DNAT, SIM_QUEUE_DEL_DNAT},
    [SIM_KIND_FIP] = {SIM_QUEUE_ADD_FIP, SIM_QUEUE_UPDATE_FIP, SIM_QUEUE_DEL_FIP},
    [SIM_KIND_SNAT] = {SIM_QUEUE_ADD_SNAT, SIM_QUEUE_UPDATE_SNAT, SIM_QUEUE_DEL_SNAT},
};

static uint8_t wish(const struct sim_meta *object)
{
    (void)object;
    return SIM_WISH_ANY;
}

static void added(struct sim_turn *t, enum sim_kind_id kind, sim_id id)
{
    bool to_update = sim_asks(t->w, SIM_add_event_terminating_to_update) &&
                     sim_terminating(sim_cache(t->w, kind, id));

    sim_queue_add(t, to_update ? queues_of[kind].update : queues_of[kind].add, id);
}

bool sim_rule_queued(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    return sim_queue_knows(w, queues_of[kind].add, id) ||
           sim_queue_knows(w, queues_of[kind].update, id);
}

bool sim_rule_complete(enum sim_kind_id kind, const struct sim_target *target)
{
    return target->internal != 0 &&
           (kind != SIM_KIND_DNAT ||
            (target->port != 0 && target->internal_port != 0 && target->protocol != 0));
}

static void updated(struct sim_turn *t, enum sim_kind_id kind, sim_id id,
                    const struct sim_meta *before, const struct sim_meta *after)
{
    const struct sim_nat_rule *old = (const struct sim_nat_rule *)before;
    const struct sim_nat_rule *new = (const struct sim_nat_rule *)after;
    bool compares = sim_asks(t->w, SIM_rule_update) == SIM_rule_update_compare;

    if (sim_terminating(after)) {
        sim_queue_add(t, queues_of[kind].update, id);
        return;
    }
    if (compares && (new->eip == 0 || !sim_rule_complete(kind, &new->spec)))
        return;
    if (!compares && old->eip != new->eip && old->eip != 0)
        sim_queue_add(t, SIM_QUEUE_RESET_EIP, sim_ref_id(old->eip));
    if (old->status_v4 != new->status_v4 || old->eip != new->eip || old->redo != new->redo ||
        memcmp(&old->spec, &new->spec, sizeof old->spec) != 0)
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
    static void rest_##KIND(struct sim_findings *f, sim_id id)                                     \
    {                                                                                              \
        sim_check_rule(f, SIM_KIND_##KIND, id);                                                    \
    }                                                                                              \
    const struct sim_kind sim_kind_##KIND = {                                                      \
        .size = sizeof(struct sim_nat_rule),                                                       \
        .labels = {offsetof(struct sim_nat_rule, label_gw),                                        \
                   offsetof(struct sim_nat_rule, annotation) -                                     \
                       offsetof(struct sim_nat_rule, label_gw)},                                   \
        .annotations = {offsetof(struct sim_nat_rule, annotation), sizeof(sim_ref)},               \
        .status = {offsetof(struct sim_nat_rule, status),                                          \
                   sizeof(struct sim_nat_rule) - offsetof(struct sim_nat_rule, status)},           \
        .wish = wish,                                                                              \
        .added = added_##KIND,                                                                     \
        .updated = updated_##KIND,                                                                 \
        .deleted = deleted_##KIND,                                                                 \
        .rest = rest_##KIND,                                                                       \
    };
/* clang-format on */

RULE_KIND(DNAT)
RULE_KIND(FIP)
RULE_KIND(SNAT)
