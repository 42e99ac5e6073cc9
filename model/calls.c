/* Calls that rows of several tables make. */
#include "model/step_internal.h"

/* ---- when ---- */

bool sim_when_locked_first(const struct sim_turn *t)
{
    return !sim_asks(t->w, SIM_lister_read_before_lock);
}

bool sim_when_read_first(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_lister_read_before_lock);
}

bool sim_when_rechecked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_recheck_after_lock);
}

bool sim_when_copy_read(const struct sim_turn *t)
{
    return !sim_asks(t->w, SIM_guarded_writes) ||
           sim_queue_keys((enum sim_queue_id)t->queue) != SIM_OBJECT_EIP;
}

bool sim_when_namespace_unknown(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_eip_namespace) && t->me->snap.ns == 0;
}

bool sim_when_v6_refused(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_v6_upper_refused);
}

/* ---- reads ---- */

static struct sim_event read_event(const struct sim_turn *t, enum sim_object object, sim_id id,
                                   bool found)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_READ);

    e.object = (uint8_t)object;
    e.id = id;
    e.result = found ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND;
    return e;
}

bool sim_read_eip(struct sim_turn *t, struct sim_eip *into)
{
    const struct sim_eip *cached = &sim_eip(t->w, t->me->eip)->cache;
    struct sim_event e = read_event(t, SIM_OBJECT_EIP, t->me->eip, sim_eip_exists(cached));

    e.rv = cached->rv;
    memcpy(into, cached, sizeof *into);
    sim_emit(t, &e);
    return sim_eip_exists(cached);
}

bool sim_read_gateway(struct sim_turn *t)
{
    sim_id gateway = t->me->gateway;
    bool found = gateway != SIM_NONE && sim_gateway(t->w, gateway)->present;
    struct sim_event e = read_event(t, SIM_OBJECT_GATEWAY, gateway, found);

    sim_emit(t, &e);
    return found;
}

int sim_look_up_namespace(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    (void)sim_read_gateway(t);
    return NEXT;
}

bool sim_read_policy(struct sim_turn *t)
{
    sim_id policy = t->me->policy;
    bool found = policy != SIM_NONE && sim_policy(t->w, policy)->present;
    struct sim_event e = read_event(t, SIM_OBJECT_POLICY, policy, found);

    sim_emit(t, &e);
    return found;
}

bool sim_read_subnet(struct sim_turn *t, sim_id net)
{
    sim_id subnet = sim_ref_id(sim_net(t->w, net)->subnet);
    bool found = subnet != SIM_NONE && sim_subnet(t->w, subnet)->present;
    struct sim_event e = read_event(t, SIM_OBJECT_SUBNET, net, found);

    sim_emit(t, &e);
    return found;
}

int sim_read_again(struct sim_turn *t)
{
    return sim_read_eip(t, &t->me->snap) ? NEXT : SUCCEED;
}

/* ---- rules ---- */

uint8_t sim_nat_of(const struct sim_world *w, sim_v4 v4, uint32_t n[3])
{
    static const uint8_t bit[] = {SIM_NAT_DNAT, SIM_NAT_FIP, SIM_NAT_SNAT};
    uint8_t nat = 0;
    uint32_t count[3] = {0, 0, 0};

    for (unsigned i = 0; i < w->limits.rules; i++) {
        const struct sim_rule_slot *r = sim_rule(w, i);

        if (r->present && r->v4 == v4 && r->object <= SIM_OBJECT_SNAT) {
            nat |= bit[r->object - SIM_OBJECT_DNAT];
            count[r->object - SIM_OBJECT_DNAT]++;
        }
    }
    for (unsigned k = 0; k < 3; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)(SIM_OBJECT_DNAT + k)); i++)
            if (sim_rule_selected(sim_rule_cache(w, (enum sim_kind_id)(SIM_KIND_DNAT + k), i),
                                  SIM_SELECT_V4, v4, 0, 0)) {
                nat |= bit[k];
                count[k]++;
            }
    if (n != NULL)
        memcpy(n, count, sizeof count);
    return nat;
}

bool sim_rule_selected(const struct sim_nat_rule *r, uint8_t selector, sim_v4 v4, sim_id gateway,
                       uint16_t port)
{
    bool of_gateway = (r->labels & SIM_LABEL_GW) && r->label_gw == sim_ref_of(gateway);

    if (!sim_exists(&r->meta))
        return false;
    if (selector == SIM_SELECT_V4)
        return (r->labels & SIM_LABEL_V4) && r->label_v4 == v4;
    if (selector == SIM_SELECT_GATEWAY)
        return of_gateway;
    return of_gateway && (r->labels & SIM_LABEL_PORT) && r->label_port == port;
}

void sim_list_rules(struct sim_turn *t, sim_v4 v4)
{
    uint32_t n[3];

    t->me->nat = sim_nat_of(t->w, v4, n);
    for (unsigned i = 0; i < 3; i++) {
        struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

        e.object = (uint8_t)(SIM_OBJECT_DNAT + i);
        e.selector = SIM_SELECT_V4;
        e.v4 = v4;
        e.count = n[i];
        sim_emit(t, &e);
    }
}

bool sim_labelled_with(const struct sim_meta *object, enum sim_kind_id kind, sim_id net)
{
    const struct sim_vip *vip = (const struct sim_vip *)object;

    if (!sim_exists(object) || !(object->labels & SIM_LABEL_NET) ||
        vip->label_net != sim_ref_of(net)) /* both have the label in one place */
        return false;
    return kind != SIM_KIND_VIP ||
           ((object->labels & SIM_LABEL_RESERVED) && vip->label_reserved == 0);
}

/* ---- lock ---- */

int sim_take_lock(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LOCK);

    t->me->lock = 1;
    e.object = (uint8_t)sim_queue_keys((enum sim_queue_id)t->queue);
    e.id = t->me->key;
    sim_emit(t, &e);
    return NEXT;
}

int sim_lock_eip(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LOCK);

    t->me->lock = 2;
    e.object = SIM_OBJECT_EIP;
    e.id = t->me->eip;
    sim_emit(t, &e);
    return NEXT;
}

/* ---- writes ---- */

/* The API's answer holds the object as it is now. */
static void take_answer(struct sim_turn *t)
{
    const struct sim_eip *stored = &sim_eip(t->w, t->me->eip)->api;

    if (!sim_asks(t->w, SIM_guarded_writes) || !sim_eip_exists(stored))
        return;
    memcpy(&t->me->copy, stored, sizeof t->me->copy);
    if (sim_eip_exists(&t->me->snap))
        memcpy(&t->me->snap, stored, sizeof t->me->snap);
}

enum sim_result sim_write_eip(struct sim_turn *t, enum sim_verb verb, const struct sim_eip *body,
                              bool finalizers)
{
    enum sim_result result = sim_write(t, SIM_KIND_EIP, t->me->eip, verb, &body->meta, finalizers);

    if (result == SIM_RESULT_OK)
        take_answer(t);
    return result;
}

enum sim_result sim_write(struct sim_turn *t, enum sim_kind_id kind, sim_id id, enum sim_verb verb,
                          const struct sim_meta *body, bool finalizers)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_WRITE);
    enum sim_fault fault = (enum sim_fault)t->fault;

    t->fault = SIM_FAULT_NONE;
    e.object = (uint8_t)kind;
    e.verb = (uint8_t)verb;
    e.id = id;
    e.fault = (uint8_t)fault;
    e.effect = SIM_RESULT_COUNT;
    e.sets_finalizers = finalizers;
    memcpy(&e.meta, body, sim_kind(kind)->size);
    if (fault != SIM_FAULT_BEFORE)
        e.effect = sim_flawed(t->w, SIM_FLAW_LOST_WRITE, verb)
                       ? SIM_RESULT_OK
                       : (uint8_t)sim_serve(t, kind, id, verb, body, finalizers);
    e.result = fault == SIM_FAULT_NONE ? e.effect : SIM_RESULT_ERROR;
    sim_emit(t, &e);
    return (enum sim_result)e.result;
}

/* ---- subnets ---- */

bool sim_resolve_in_ipam(struct sim_turn *t)
{
    sim_id subnet = sim_ref_id(sim_net(t->w, sim_ext(t->w, t->me->snap.net))->subnet);

    t->me->subnet = 0;
    if (subnet == SIM_NONE || !ipam_subnet_exists(sim_ipam(t->w), sim_ipam_subnet(subnet)))
        return false;
    t->me->subnet = sim_ref_of(subnet);
    return true;
}

bool sim_resolve_subnet(struct sim_turn *t)
{
    sim_id net = sim_ext(t->w, t->me->snap.net);
    sim_id subnet;

    if (sim_asks(t->w, SIM_subnet_resolution) == SIM_subnet_resolution_ipam_name)
        return sim_resolve_in_ipam(t);
    if (sim_asks(t->w, SIM_subnet_resolution) == SIM_subnet_resolution_subnet_name &&
        !sim_read_subnet(t, net))
        return false;
    subnet = sim_subnet_of(t->w, t->me->snap.net);
    t->me->subnet = sim_ref_of(subnet);
    return subnet != SIM_NONE;
}

/* ---- what an earlier EIP left ---- */

void sim_release_left(struct sim_turn *t)
{
    for (sim_id s = 0; s < t->w->limits.subnets; s++)
        if (sim_ipam_held(t->w, sim_eip(t->w, t->me->eip)->name, s, SIM_NIC_PORT) != 0 ||
            sim_ipam_held(t->w, sim_eip(t->w, t->me->eip)->name, s, SIM_NIC_BARE) != 0)
            t->me->gave_back |= (uint8_t)(1u << s);
    sim_ipam_release(t, sim_eip_owner(t->me->eip), SIM_NONE);
}

int sim_ask_status_of_left(struct sim_turn *t)
{
    for (sim_id s = 0; s < t->w->limits.subnets; s++)
        if (t->me->gave_back & (1u << s))
            sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_subnet(t->w, s)->net);
    return NEXT;
}

/* ---- refusals ---- */

int sim_refuse_if_disabled(struct sim_turn *t)
{
    return sim_globals(t->w)->nat_enabled ? NEXT : FAIL;
}

int sim_refuse_upper_v6(struct sim_turn *t)
{
    return t->me->snap.v6 == SIM_V6_UPPER ? FAIL : NEXT;
}
