/* The model's entry: which actions are enabled, and carrying one out. */
#include "model/fields.h"
#include "model/sim_internal.h"

/* ---- events ---- */

struct sim_event sim_event_new(const struct sim_turn *t, enum sim_event_kind kind)
{
    struct sim_event e;

    memset(&e, 0, sizeof e);
    e.kind = (uint8_t)kind;
    e.worker = (uint8_t)(t->me != NULL ? t->queue + 1 : 0);
    e.object = SIM_OBJECT_COUNT;
    return e;
}

void sim_emit(struct sim_turn *t, const struct sim_event *event)
{
    sim_ledger_fold(t->w, event);
    if (t->sink != NULL)
        t->sink->fn(t->sink->context, event);
}

/* ---- what an action touched ---- */

void sim_touched_owner(struct sim_world *w, struct sim_owner who)
{
    struct sim_derived *d = sim_derived(w);

    if (sim_flawed(w, SIM_FLAW_TOUCH, SIM_UNTOUCHED_EIP))
        return;
    for (uint32_t i = 0; i < d->n_owners; i++)
        if (d->owner[i].id == who.id && d->owner[i].kind == who.kind)
            return;
    if (d->n_owners == SIM_TOUCHED_OWNERS) {
        d->all_touched = 1;
        return;
    }
    d->owner[d->n_owners].kind = who.kind;
    d->owner[d->n_owners++].id = who.id;
}

void sim_touched_eip(struct sim_world *w, sim_id eip)
{
    sim_touched_object(w, SIM_KIND_EIP, eip);
}

/* Objects of one name are one owner: what happens to one can break what holds of another. */
static void touch_namesakes(struct sim_world *w, enum sim_kind_id kind, uint16_t name)
{
    for (unsigned k = 0; w->limits.owners && k < SIM_KIND_COUNT; k++) {
        sim_id id;

        if (k == (unsigned)kind || sim_kind((enum sim_kind_id)k)->reports == NULL)
            continue;
        id = sim_named(w, (enum sim_kind_id)k, name);
        if (id != SIM_NONE)
            sim_touched_owner(w, (struct sim_owner){(uint16_t)k, id});
    }
}

void sim_touched_object(struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    if (sim_kind(kind)->reports == NULL)
        return;
    sim_touched_owner(w, (struct sim_owner){(uint16_t)kind, id});
    touch_namesakes(w, kind, sim_slot(w, kind, id)->name);
}

void sim_touched_address(struct sim_world *w, sim_id subnet, sim_v4 v4)
{
    struct sim_derived *d = sim_derived(w);

    if (sim_flawed(w, SIM_FLAW_TOUCH, SIM_UNTOUCHED_ADDRESS))
        return;
    for (uint32_t i = 0; i < d->n_addresses; i++)
        if (d->address[i].v4 == v4 && d->address[i].subnet == subnet)
            return;
    if (d->n_addresses == SIM_TOUCHED) {
        d->all_touched = 1;
        return;
    }
    d->address[d->n_addresses].v4 = v4;
    d->address[d->n_addresses++].subnet = subnet;
}

void sim_flag(struct sim_world *w, const struct sim_violation *violation)
{
    struct sim_derived *d = sim_derived(w);

    if (d->n_flagged < SIM_FLAGGED && !sim_flawed(w, SIM_FLAW_CHECK, violation->invariant))
        memcpy(&d->flagged[d->n_flagged++], violation, sizeof *violation);
}

static void forget_touched(struct sim_world *w)
{
    struct sim_derived *d = sim_derived(w);

    d->n_owners = 0;
    d->n_addresses = 0;
    d->all_touched = 0;
    d->n_flagged = 0;
}

/* ---- enabled ---- */

static enum sim_status yes_if(bool condition)
{
    return condition ? SIM_STATUS_DONE : SIM_STATUS_NOT_ENABLED;
}

/* The greatest value a field of this type can have in this world. */
static uint32_t greatest(const struct sim_limits *l, const struct sim_field *f)
{
    switch (f->type) {
    case SIM_FIELD_EIP:
        return l->eips;
    case SIM_FIELD_GATEWAY:
        return l->gateways;
    case SIM_FIELD_NET:
        return l->nets;
    case SIM_FIELD_POLICY:
        return l->policies;
    case SIM_FIELD_MAC:
    case SIM_FIELD_OVN_MAC:
        return l->macs;
    case SIM_FIELD_OVN_EIP:
        return l->ovn_eips;
    case SIM_FIELD_VIP:
        return l->vips;
    case SIM_FIELD_VPC:
        return l->vpcs;
    case SIM_FIELD_NAME:
        return l->names;
    case SIM_FIELD_V6:
        return SIM_V6_UPPER;
    case SIM_FIELD_NAMESPACE:
        return 1;
    case SIM_FIELD_PROTOCOL:
        return SIM_PROTOCOL_UDP;
    default:
        return UINT32_MAX;
    }
}

static bool body_ok(const struct sim_world *w, const struct sim_action *a)
{
    size_t n;
    const struct sim_field *f = sim_fields((enum sim_object)a->object, &n);
    uint8_t labels = 0;

    for (size_t i = 0; i < n; i++) {
        labels |= f[i].bit;
        if (f[i].section != SIM_SECTION_STATUS &&
            sim_field_value(&f[i], &a->meta) > greatest(&w->limits, &f[i]))
            return false;
    }
    return (a->meta.labels & ~labels) == 0;
}

/* What an IptablesEIP does in a dual-stack subnet is not modelled. */
static bool in_two_families(const struct sim_world *w, sim_ref net)
{
    sim_id subnet = w->limits.dual ? sim_subnet_meant(w, net) : SIM_NONE;

    return subnet != SIM_NONE && sim_second(w, subnet) != NULL;
}

static enum sim_status can_user(const struct sim_world *w, const struct sim_action *a)
{
    enum sim_kind_id kind = (enum sim_kind_id)a->object;
    const struct sim_meta *stored;

    if (a->object >= SIM_KIND_COUNT || a->id >= sim_limit(&w->limits, (enum sim_object)kind) ||
        !body_ok(w, a))
        return SIM_STATUS_NOT_ENABLED;
    if ((a->kind == SIM_ACTION_SET_QOS || a->kind == SIM_ACTION_SET_V4IP) && kind != SIM_KIND_EIP)
        return SIM_STATUS_NOT_ENABLED;
    if (a->kind == SIM_ACTION_CREATE && kind == SIM_KIND_EIP && in_two_families(w, a->body.net))
        return SIM_STATUS_NOT_ENABLED;
    stored = sim_api(w, kind, a->id);
    if (a->kind == SIM_ACTION_DELETE_BEGIN)
        return yes_if(sim_exists(stored) && !sim_slot(w, kind, a->id)->racing &&
                      sim_finalizer_count(stored) == 0);
    if (a->kind == SIM_ACTION_DELETE_END && !sim_slot(w, kind, a->id)->racing)
        return SIM_STATUS_NOT_ENABLED;
    if (sim_globals(w)->up && !sim_watch_has_room(w, kind))
        return SIM_STATUS_WATCH_FULL;
    return SIM_STATUS_DONE;
}

static enum sim_status can_deliver(const struct sim_world *w, const struct sim_action *a)
{
    enum sim_kind_id kind = (enum sim_kind_id)a->object;

    if (!sim_globals(w)->up || a->object >= SIM_KIND_COUNT || sim_watch_count(w, kind) == 0)
        return SIM_STATUS_NOT_ENABLED;
    if (kind == SIM_KIND_OVN_EIP || kind == SIM_KIND_VIP) {
        enum sim_queue_id q = kind == SIM_KIND_VIP ? SIM_QUEUE_DEL_VIP : SIM_QUEUE_DEL_OVN_EIP;

        return yes_if(!sim_queue_of_items(w, q) || !sim_items_full(w, q));
    }
    return yes_if(kind != SIM_KIND_EIP || sim_notice(w, kind, 0)->verb != SIM_VERB_DELETED ||
                  !sim_queue_of_objects(w, SIM_QUEUE_DEL_EIP) || !sim_deleted_full(w));
}

static bool has_ready_key(const struct sim_world *w, enum sim_queue_id queue)
{
    return sim_queue_of_objects(w, queue) ? sim_globals(w)->deleted_count > 0
                                          : sim_queue(w, queue)->ready > 0;
}

/* Is some list full of the NICs of the name that a worker asks IPAM for? */
static bool nics_full(const struct sim_world *w, enum sim_queue_id q)
{
    enum sim_object kind = sim_queue_keys(q);
    uint32_t owner;

    if (!w->limits.owners || kind >= (enum sim_object)SIM_KIND_COUNT || !sim_worker_asks_ipam(w, q))
        return false;
    owner = sim_ipam_owner(sim_name_of(w, kind, sim_worker(w, q)->key));
    for (sim_id s = 0; s < w->limits.subnets; s++)
        if (ipam_owner_nic_count(sim_ipam(w), sim_ipam_subnet(s), owner) >= SIM_OWNER_NICS)
            return true;
    return false;
}

static enum sim_status can_step(const struct sim_world *w, const struct sim_action *a)
{
    enum sim_queue_id q = (enum sim_queue_id)a->queue;
    enum sim_kind_id kind;

    if (!sim_worker_can_step(w, q) || a->fault >= SIM_FAULT_COUNT ||
        (a->fault != SIM_FAULT_NONE && !sim_worker_takes_fault(w, q)))
        return SIM_STATUS_NOT_ENABLED;
    if (nics_full(w, q))
        return SIM_STATUS_NICS_FULL;
    if (w->limits.nat && sim_worker_adds_rule(w, q) &&
        !sim_pod_rules_have_room(w, sim_worker(w, q)->gateway))
        return SIM_STATUS_PODS_FULL;
    if (w->limits.owners && sim_worker_adds_to_ovn(w, q) && sim_ovn_count(w) == w->limits.ovn_rows)
        return SIM_STATUS_OVN_FULL;
    kind = sim_worker_writes(w, q);
    return kind == SIM_KIND_COUNT || sim_watch_has_room(w, kind) ? SIM_STATUS_DONE
                                                                 : SIM_STATUS_WATCH_FULL;
}

static enum sim_status can_work(const struct sim_world *w, const struct sim_action *a)
{
    enum sim_queue_id q = (enum sim_queue_id)a->queue;

    if (!sim_globals(w)->up || a->queue >= w->n_queues)
        return SIM_STATUS_NOT_ENABLED;
    switch (a->kind) {
    case SIM_ACTION_START:
        return yes_if(sim_worker(w, q)->phase == SIM_PHASE_IDLE && has_ready_key(w, q));
    case SIM_ACTION_STEP:
        return can_step(w, a);
    case SIM_ACTION_DUE:
        return yes_if(sim_queue_of_items(w, q)
                          ? sim_item_due(w, q, a->id) != SIM_NONE
                          : a->id < sim_queue(w, q)->keys &&
                                (sim_node(w, q, a->id)->state & SIM_NODE_DELAYED));
    default:
        return yes_if(a->id < sim_queue(w, q)->keys && !sim_queue_of_objects(w, q) &&
                      !sim_queue_of_items(w, q));
    }
}

static enum sim_status can_pod(const struct sim_world *w, const struct sim_action *a)
{
    size_t pods = (size_t)w->limits.gateways * w->limits.pods_per_gateway;

    if (a->id >= pods)
        return SIM_STATUS_NOT_ENABLED;
    if (a->kind == SIM_ACTION_POD_INITED)
        return yes_if(sim_pod(w, a->id)->state != SIM_POD_ABSENT);
    return yes_if(a->kind != SIM_ACTION_POD || a->value < SIM_POD_STATE_COUNT);
}

enum sim_status sim_can(const struct sim_world *world, const struct sim_action *a)
{
    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_CREATE:
    case SIM_ACTION_DELETE:
    case SIM_ACTION_DELETE_BEGIN:
    case SIM_ACTION_DELETE_END:
    case SIM_ACTION_SET_FINALIZERS:
    case SIM_ACTION_SET_QOS:
    case SIM_ACTION_SET_V4IP:
    case SIM_ACTION_SET_SPEC:
        return can_user(world, a);
    case SIM_ACTION_DELIVER:
        return can_deliver(world, a);
    case SIM_ACTION_START:
    case SIM_ACTION_STEP:
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        return can_work(world, a);
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
    case SIM_ACTION_POD_INITED:
        return can_pod(world, a);
    case SIM_ACTION_REDO_TIME:
    case SIM_ACTION_CRASH:
        return yes_if(sim_globals(world)->up);
    case SIM_ACTION_BOOT:
        return yes_if(!sim_globals(world)->up);
    case SIM_ACTION_GATEWAY:
        return yes_if(a->id < world->limits.gateways);
    case SIM_ACTION_GATEWAY_DELETED:
        return yes_if(sim_globals(world)->up &&
                      a->id < sim_queue(world, SIM_QUEUE_DEL_GATEWAY)->keys);
    case SIM_ACTION_RULE:
        return yes_if(a->id < world->limits.rules);
    case SIM_ACTION_SUBNET:
        return yes_if(a->id < world->limits.subnets);
    case SIM_ACTION_OVN_REMOVE:
        return yes_if(world->limits.owners && a->value < SIM_OVN_ROW_KIND_COUNT);
    case SIM_ACTION_NAT_ENABLED:
    case SIM_ACTION_RESTART:
        return SIM_STATUS_DONE;
    case SIM_ACTION_COUNT:
        break;
    }
    return SIM_STATUS_NOT_ENABLED;
}

/* ---- carrying out ---- */

static void work(struct sim_turn *t, const struct sim_action *a)
{
    if (a->kind == SIM_ACTION_DUE) {
        enum sim_queue_id q = (enum sim_queue_id)a->queue;

        sim_queue_due(t, q, sim_queue_of_items(t->w, q) ? sim_item_due(t->w, q, a->id) : a->id);
        return;
    }
    if (a->kind == SIM_ACTION_ENQUEUE) {
        sim_queue_add_quietly(t->w, (enum sim_queue_id)a->queue, a->id);
        return;
    }
    t->queue = a->queue;
    t->me = sim_worker_mut(t->w, a->queue);
    t->fault = a->fault;
    if (a->kind == SIM_ACTION_START)
        sim_worker_start(t);
    else
        sim_worker_step(t);
}

static void change_rule(struct sim_world *w, const struct sim_action *a)
{
    struct sim_rule_slot *r = sim_rule_mut(w, a->id);

    r->present = a->value != 0;
    r->v4 = r->present ? a->v4 : 0;
}

static void change_subnet(struct sim_world *w, const struct sim_action *a)
{
    sim_subnet_mut(w, a->id)->present = a->value != 0;
    if (sim_globals(w)->up)
        sim_ipam_register(w, a->id);
    sim_derived(w)->all_touched = 1;
}

static void carry_out(struct sim_turn *t, const struct sim_action *a)
{
    struct sim_world *w = t->w;

    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_DELIVER:
        sim_deliver(t, (enum sim_kind_id)a->object);
        break;
    case SIM_ACTION_START:
    case SIM_ACTION_STEP:
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        work(t, a);
        break;
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
    case SIM_ACTION_POD_INITED:
        sim_pod_action(t, a);
        break;
    case SIM_ACTION_REDO_TIME:
        sim_globals_mut(w)->redo_time = a->time;
        break;
    case SIM_ACTION_GATEWAY:
        sim_gateway_mut(w, a->id)->present = a->value != 0;
        break;
    case SIM_ACTION_GATEWAY_DELETED:
        sim_gateway_mut(w, a->id)->present = 0;
        sim_queue_add(t, SIM_QUEUE_DEL_GATEWAY, a->id);
        break;
    case SIM_ACTION_RULE:
        change_rule(w, a);
        break;
    case SIM_ACTION_SUBNET:
        change_subnet(w, a);
        break;
    case SIM_ACTION_OVN_REMOVE:
        sim_ovn_remove(w, a->value);
        break;
    case SIM_ACTION_NAT_ENABLED:
        sim_globals_mut(w)->nat_enabled = a->value != 0;
        break;
    case SIM_ACTION_CRASH:
        sim_crash(t);
        break;
    case SIM_ACTION_RESTART:
        if (sim_globals(w)->up)
            sim_crash(t);
        sim_boot(t);
        break;
    case SIM_ACTION_BOOT:
        sim_boot(t);
        break;
    default:
        sim_api_user(t, a);
    }
}

enum sim_status sim_apply(struct sim_world *world, const struct sim_action *action,
                          const struct sim_sink *sink)
{
    enum sim_status status = sim_can(world, action);
    struct sim_turn turn = {.w = world, .sink = sink, .me = NULL, .queue = 0, .fault = 0};

    if (status != SIM_STATUS_DONE)
        return status;
    forget_touched(world);
    carry_out(&turn, action);
    return SIM_STATUS_DONE;
}

/* ---- listing ---- */

struct listing {
    struct sim_action *out;
    size_t capacity;
    size_t count;
};

static void list(struct listing *l, enum sim_action_kind kind, unsigned queue, unsigned fault,
                 sim_id id)
{
    if (l->count < l->capacity) {
        struct sim_action *a = &l->out[l->count];

        memset(a, 0, sizeof *a);
        a->kind = (uint8_t)kind;
        a->queue = (uint8_t)queue;
        a->fault = (uint8_t)fault;
        a->id = id;
    }
    l->count++;
}

static void list_if_enabled(struct listing *l, const struct sim_world *w, enum sim_action_kind kind,
                            unsigned queue, unsigned fault)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.queue = (uint8_t)queue;
    a.fault = (uint8_t)fault;
    if (sim_can(w, &a) == SIM_STATUS_DONE)
        list(l, kind, queue, fault, 0);
}

static void list_deliveries(struct listing *l, const struct sim_world *w)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        struct sim_action a;

        if (sim_watch_count(w, (enum sim_kind_id)k) == 0)
            continue;
        memset(&a, 0, sizeof a);
        a.kind = SIM_ACTION_DELIVER;
        a.object = (uint8_t)k;
        if (sim_can(w, &a) != SIM_STATUS_DONE)
            continue;
        list(l, SIM_ACTION_DELIVER, 0, SIM_FAULT_NONE, 0);
        if (l->count <= l->capacity)
            l->out[l->count - 1].object = (uint8_t)k;
    }
}

static void list_all_due(struct listing *l, const struct sim_world *w)
{
    for (unsigned q = 0; q < w->n_queues; q++)
        for (sim_ref k = sim_queue(w, q)->delayed_head; k != 0;
             k = sim_node(w, (enum sim_queue_id)q, sim_ref_id(k))->next_delayed) {
            enum sim_queue_id queue = (enum sim_queue_id)q;
            sim_id id = sim_key_object(w, queue, sim_ref_id(k));

            /* of several items of one object the first is meant */
            if (!sim_queue_of_items(w, queue) || sim_item_due(w, queue, id) == sim_ref_id(k))
                list(l, SIM_ACTION_DUE, q, SIM_FAULT_NONE, id);
        }
}

static void list_earliest_due(struct listing *l, const struct sim_world *w)
{
    uint64_t earliest = UINT64_MAX;
    unsigned queue = 0;
    sim_id key = SIM_NONE;

    for (unsigned q = 0; q < w->n_queues; q++)
        for (sim_ref k = sim_queue(w, q)->delayed_head; k != 0;
             k = sim_node(w, (enum sim_queue_id)q, sim_ref_id(k))->next_delayed) {
            uint64_t at = sim_node(w, (enum sim_queue_id)q, sim_ref_id(k))->ready_at;

            if (at >= earliest)
                continue;
            earliest = at;
            queue = q;
            key = sim_ref_id(k);
        }
    if (key != SIM_NONE)
        list(l, SIM_ACTION_DUE, queue, SIM_FAULT_NONE,
             sim_key_object(w, (enum sim_queue_id)queue, key));
}

size_t sim_enabled(const struct sim_world *world, unsigned flags, struct sim_action *out,
                   size_t capacity)
{
    struct listing l = {.out = out, .capacity = capacity, .count = 0};
    unsigned faults = (flags & SIM_ENABLED_FAULTS) ? SIM_FAULT_COUNT : 1;

    list_deliveries(&l, world);
    for (unsigned q = 0; q < world->n_queues; q++) {
        list_if_enabled(&l, world, SIM_ACTION_START, q, SIM_FAULT_NONE);
        for (unsigned fault = 0; fault < faults; fault++)
            list_if_enabled(&l, world, SIM_ACTION_STEP, q, fault);
    }
    if (!sim_globals(world)->up)
        return l.count;
    if (world->timed)
        list_earliest_due(&l, world);
    else
        list_all_due(&l, world);
    return l.count;
}

bool sim_next_delivery(const struct sim_world *world, unsigned first, struct sim_action *out)
{
    memset(out, 0, sizeof *out);
    out->kind = SIM_ACTION_DELIVER;
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        out->object = (uint8_t)((first + k) % SIM_KIND_COUNT);
        if (sim_can(world, out) == SIM_STATUS_DONE)
            return true;
    }
    return false;
}

bool sim_at_rest(const struct sim_world *world)
{
    const struct sim_globals *g = sim_globals(world);

    if (!g->up || g->deleted_count > 0)
        return false;
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (sim_watch_count(world, (enum sim_kind_id)k) > 0)
            return false;
    for (unsigned q = 0; q < world->n_queues; q++)
        if (sim_queue(world, q)->ready > 0 || sim_queue(world, q)->delayed > 0 ||
            sim_worker(world, q)->phase != SIM_PHASE_IDLE)
            return false;
    return true;
}
