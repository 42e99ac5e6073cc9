/* IptablesEIP as a kind: its parts, what its user wishes, its event functions
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

static void added(struct sim_turn *t, sim_id eip)
{
    bool to_update = sim_asks(t->w, SIM_add_event_terminating_to_update) &&
                     sim_eip_terminating(&sim_eip(t->w, eip)->cache);

    sim_queue_add(t, to_update ? SIM_QUEUE_UPDATE_EIP : SIM_QUEUE_ADD_EIP, eip);
}

static bool status_changed(const struct sim_world *w, const struct sim_eip *old,
                           const struct sim_eip *new)
{
    switch (sim_asks(w, SIM_subnet_status)) {
    case SIM_subnet_status_every_upd:
        return true;
    case SIM_subnet_status_changes:
        return old->status_ip != new->status_ip;
    case SIM_subnet_status_ip_or_ready:
        return old->status_ip != new->status_ip || sim_eip_ready(old) != sim_eip_ready(new);
    default:
        return false;
    }
}

/* Where add and the programming after a start write status.redo too, it asks for nothing then. */
static bool redone(const struct sim_world *w, const struct sim_eip *old, const struct sim_eip *new)
{
    return old->redo != new->redo && !(sim_asks(w, SIM_gateway_swept) && sim_eip_ready(new));
}

static void updated(struct sim_turn *t, sim_id eip, const struct sim_meta *before,
                    const struct sim_meta *after)
{
    const struct sim_eip *old = (const struct sim_eip *)before;
    const struct sim_eip *new = (const struct sim_eip *)after;

    if (sim_eip_terminating(new) || redone(t->w, old, new) || old->qos != new->qos)
        sim_queue_add(t, SIM_QUEUE_UPDATE_EIP, eip);
    if (sim_asks(t->w, SIM_qos_requeue) == SIM_qos_requeue_events &&
        old->label_qos != new->label_qos)
        ask_policy(t, old);
    if (status_changed(t->w, old, new))
        ask_status(t, new);
}

static void deleted(struct sim_turn *t, sim_id eip, const struct sim_meta *before)
{
    const struct sim_eip *old = (const struct sim_eip *)before;

    if (sim_queue_of_objects(t->w, SIM_QUEUE_DEL_EIP))
        sim_deleted_add(t, eip, old->net, old->gw);
    else
        sim_queue_add(t, SIM_QUEUE_DEL_EIP, eip);
    if (sim_asks(t->w, SIM_subnet_status) < SIM_subnet_status_handlers)
        ask_status(t, old);
    if (sim_asks(t->w, SIM_qos_requeue) == SIM_qos_requeue_events)
        ask_policy(t, old);
}

/* The EIPs of a subnet's status are counted by their label. */
static void counted(struct sim_world *w, const struct sim_meta *object, int by)
{
    const struct sim_eip *e = (const struct sim_eip *)object;

    if ((e->labels & SIM_LABEL_NET) && e->label_net != 0)
        sim_net_mut(w, sim_ref_id(e->label_net))->labelled += (uint32_t)by;
}

static uint8_t wish(const struct sim_meta *object)
{
    return ((const struct sim_eip *)object)->spec_v4 != 0 ? SIM_WISH_ADDRESS : SIM_WISH_ANY;
}

static sim_v4 reports(const struct sim_world *w, const struct sim_meta *object, sim_id *subnet)
{
    const struct sim_eip *e = (const struct sim_eip *)object;

    *subnet = sim_subnet_of(w, e->net);
    return e->status_ip;
}

const struct sim_kind sim_kind_EIP = {
    .size = sizeof(struct sim_eip),
    .labels = {offsetof(struct sim_eip, label_net),
               offsetof(struct sim_eip, spec_v4) - offsetof(struct sim_eip, label_net)},
    .status = {offsetof(struct sim_eip, status_ip),
               sizeof(struct sim_eip) - offsetof(struct sim_eip, status_ip)},
    .wish = wish,
    .added = added,
    .updated = updated,
    .deleted = deleted,
    .counted = counted,
    .reports = reports,
    .mac = {offsetof(struct sim_eip, mac)},
};
