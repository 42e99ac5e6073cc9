/* The informer: watch events reach the cache, then the event functions fill queues
 * (enqueueAddIptablesEip and its siblings, pkg/controller/vpc_nat_gw_eip.go, all tags).
 */
#include "model/sim_internal.h"

static void ask_status(struct sim_turn *t, const struct sim_eip *e)
{
    sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_ext(t->w, e->net));
}

static void ask_policy(struct sim_turn *t, const struct sim_eip *e)
{
    if (e->label_qos != 0)
        sim_queue_add(t, SIM_QUEUE_QOS_POLICY, sim_ref_id(e->label_qos));
}

void sim_on_added(struct sim_turn *t, sim_id eip)
{
    bool to_update = sim_asks(t->w, SIM_add_event_terminating_to_update) &&
                     sim_eip_terminating(&sim_eip(t->w, eip)->cache);

    sim_queue_add(t, to_update ? SIM_QUEUE_UPDATE_EIP : SIM_QUEUE_ADD_EIP, eip);
}

static bool status_changed(const struct sim_world *w, const struct sim_eip *old,
                           const struct sim_eip *new)
{
    switch (sim_asks(w, SIM_subnet_status)) {
    case 0:
        return true;
    case 1:
        return old->status_ip != new->status_ip || sim_eip_ready(old) != sim_eip_ready(new);
    default:
        return false;
    }
}

static void on_updated(struct sim_turn *t, sim_id eip, const struct sim_eip *old,
                       const struct sim_eip *new)
{
    if (sim_eip_terminating(new) || old->redo != new->redo || old->qos != new->qos)
        sim_queue_add(t, SIM_QUEUE_UPDATE_EIP, eip);
    if (sim_asks(t->w, SIM_qos_requeue) == SIM_qos_requeue_events &&
        old->label_qos != new->label_qos)
        ask_policy(t, old);
    if (status_changed(t->w, old, new))
        ask_status(t, new);
}

static void on_deleted(struct sim_turn *t, sim_id eip, const struct sim_eip *old)
{
    if (sim_queue_of_objects(t->w, SIM_QUEUE_DEL_EIP))
        sim_deleted_add(t, eip, old->net);
    else
        sim_queue_add(t, SIM_QUEUE_DEL_EIP, eip);
    if (sim_asks(t->w, SIM_subnet_status) != SIM_subnet_status_handlers)
        ask_status(t, old);
    if (sim_asks(t->w, SIM_qos_requeue) == SIM_qos_requeue_events)
        ask_policy(t, old);
}

static void count_label(struct sim_world *w, const struct sim_eip *e, int by)
{
    if (sim_eip_exists(e) && (e->labels & SIM_LABEL_NET) && e->label_net != 0)
        sim_net_mut(w, sim_ref_id(e->label_net))->labelled += (uint32_t)by;
}

void sim_cache_set(struct sim_world *w, sim_id eip, const struct sim_eip *object)
{
    struct sim_eip_slot *slot = sim_eip_mut(w, eip);

    count_label(w, &slot->cache, -1);
    if (object == NULL)
        memset(&slot->cache, 0, sizeof slot->cache);
    else
        memcpy(&slot->cache, object, sizeof slot->cache);
    count_label(w, &slot->cache, 1);
}

static struct sim_watch_event take_first(struct sim_world *w)
{
    struct sim_globals *g = sim_globals_mut(w);
    struct sim_watch_event first = *sim_watch(w, 0);
    size_t rest = g->watch_count - 1u;

    sim_touch(w, sim_watch(w, 0), sizeof first * g->watch_count);
    memmove(sim_watch_mut(w, 0), sim_watch(w, 1), sizeof first * rest);
    memset(sim_watch_mut(w, rest), 0, sizeof first);
    g->watch_count--;
    sim_eip_mut(w, first.eip)->pending--;
    sim_touched_eip(w, first.eip);
    return first;
}

void sim_deliver(struct sim_turn *t)
{
    struct sim_watch_event event = take_first(t->w);
    const struct sim_eip *cached = &sim_eip(t->w, event.eip)->cache;
    struct sim_eip old = *cached;
    struct sim_event e = sim_event_new(t, SIM_EVENT_DELIVERED);

    e.object = SIM_OBJECT_EIP;
    e.id = event.eip;
    e.verb = event.verb;
    e.rv = event.object.rv;
    memcpy(&e.body, &event.object, sizeof e.body);
    sim_cache_set(t->w, event.eip, event.verb == SIM_VERB_DELETED ? NULL : &event.object);
    sim_emit(t, &e);
    if (event.verb == SIM_VERB_DELETED)
        on_deleted(t, event.eip, &event.object);
    else if (!sim_eip_exists(&old))
        sim_on_added(t, event.eip);
    else
        on_updated(t, event.eip, &old, cached);
}
