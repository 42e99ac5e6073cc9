/* Objects of any kind: where they are, and what each kind makes of them. */
#include "model/step_internal.h"

const struct sim_kind *sim_kind(enum sim_kind_id kind)
{
    static const struct sim_kind *const kinds[] = {
#define X(name, text, limit, type) &sim_kind_##name,
        SIM_KINDS(X)
#undef X
    };
    return kinds[kind];
}

size_t sim_kind_size(enum sim_kind_id kind)
{
    static const uint8_t size[] = {
#define X(name, text, limit, type) sizeof(type),
        SIM_KINDS(X)
#undef X
    };
    return size[kind];
}

struct sim_slot *sim_slot_mut(struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    struct sim_slot *s =
        (struct sim_slot *)((uint8_t *)w + w->at.slots[kind] + sim_slot_size(kind) * id);

    sim_touch(w, s, sim_slot_size(kind));
    return s;
}

struct sim_meta *sim_api_mut(struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    return (struct sim_meta *)(sim_slot_mut(w, kind, id) + 1);
}

const struct sim_notice *sim_notice(const struct sim_world *w, enum sim_kind_id kind, size_t i)
{
    size_t size = sizeof(struct sim_notice) + sim_kind_size(kind);

    return (const struct sim_notice *)sim_at(
        w, w->at.watch[kind] + (uint32_t)(sizeof(struct sim_watch) + size * i));
}

uint16_t sim_name_of(const struct sim_world *w, enum sim_object object, sim_id id)
{
    return object < (enum sim_object)SIM_KIND_COUNT
               ? sim_slot(w, (enum sim_kind_id)object, id)->name
               : sim_gateway(w, id)->name;
}

static size_t rule_copies(struct sim_ovn_rule_worker *me, enum sim_kind_id kind,
                          struct sim_copy out[SIM_WORKER_COPIES])
{
    out[2] = (struct sim_copy){&me->rule.snap.meta, kind, me->rule.rule};
    out[3] = (struct sim_copy){&me->rule.copy.meta, kind, me->rule.rule};
    return 4;
}

size_t sim_worker_copies(struct sim_world *w, enum sim_queue_id queue,
                         struct sim_copy out[SIM_WORKER_COPIES])
{
    struct sim_worker *me = sim_worker_quiet(w, queue);

    if (me->phase == SIM_PHASE_IDLE)
        return 0;
    if (sim_queue_keys(queue) == SIM_OBJECT_VIP) {
        struct sim_vip_work *vip = &((struct sim_vip_worker *)me)->vip;

        out[0] = (struct sim_copy){&vip->snap.meta, SIM_KIND_VIP, me->key};
        out[1] = (struct sim_copy){&vip->copy.meta, SIM_KIND_VIP, me->key};
        return 2;
    }
    if (sim_queue_part(queue) == SIM_PART_OWNERS) {
        struct sim_ovn_work *ovn = &((struct sim_ovn_worker *)me)->ovn;

        if (sim_worker_size(queue) < sizeof(struct sim_ovn_worker))
            return 0;
        out[0] = (struct sim_copy){&ovn->snap.meta, SIM_KIND_OVN_EIP, ovn->eip};
        out[1] = (struct sim_copy){&ovn->copy.meta, SIM_KIND_OVN_EIP, ovn->eip};
        if (sim_worker_size(queue) < sizeof(struct sim_ovn_rule_worker))
            return 2;
        return rule_copies((struct sim_ovn_rule_worker *)me,
                           (enum sim_kind_id)sim_queue_keys(queue), out);
    }
    out[0] = (struct sim_copy){&me->snap.meta, SIM_KIND_EIP, me->eip};
    out[1] = (struct sim_copy){&me->copy.meta, SIM_KIND_EIP, me->eip};
    if (sim_queue_rule(queue) != SIM_KIND_COUNT) {
        struct sim_rule_work *rule = &((struct sim_rule_worker *)me)->rule;

        out[2] = (struct sim_copy){&rule->snap.meta, sim_queue_rule(queue), rule->rule};
        out[3] = (struct sim_copy){&rule->copy.meta, sim_queue_rule(queue), rule->rule};
        return 4;
    }
    return 2;
}

size_t sim_worker_times(struct sim_world *w, enum sim_queue_id queue,
                        uint32_t *out[SIM_WORKER_TIMES])
{
    struct sim_worker *me = sim_worker_quiet(w, queue);

    out[0] = &me->redo;
    if (sim_queue_rule(queue) == SIM_KIND_COUNT)
        return 1;
    out[1] = &((struct sim_rule_worker *)me)->rule.redo;
    return 2;
}
