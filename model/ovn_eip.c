/* OvnEip as a kind: its parts, what its user wishes, its event functions
 * (pkg/controller/ovn_eip.go, all tags).
 */
#include "model/ovn_internal.h"

sim_id sim_ovn_net(const struct sim_world *w, const struct sim_ovn_eip *eip)
{
    if (eip->net != 0)
        return sim_ref_id(eip->net);
    return sim_asks(w, SIM_ovn_eip_default_subnet) ? w->default_ovn_net : SIM_NONE;
}

static sim_v4 reports(const struct sim_world *w, const struct sim_meta *object, sim_id *subnet)
{
    const struct sim_ovn_eip *e = (const struct sim_ovn_eip *)object;
    sim_id net = sim_ovn_net(w, e);

    *subnet = net == SIM_NONE ? SIM_NONE : sim_ref_id(sim_net(w, net)->subnet);
    return e->status_v4;
}

static uint8_t wish(const struct sim_meta *object)
{
    return ((const struct sim_ovn_eip *)object)->spec_v4 != 0 ? SIM_WISH_ADDRESS : SIM_WISH_ANY;
}

bool sim_ovn_added_terminating(struct sim_turn *t, enum sim_kind_id kind, sim_id id,
                               enum sim_queue_id update)
{
    const struct sim_meta *object = sim_cache(t->w, kind, id);

    if (!sim_asks(t->w, SIM_add_event_terminating_to_update) || !sim_terminating(object))
        return false;
    if (sim_finalizer_count(object) > 0)
        sim_queue_add(t, update, id);
    return true;
}

static void added(struct sim_turn *t, sim_id eip)
{
    if (!sim_ovn_added_terminating(t, SIM_KIND_OVN_EIP, eip, SIM_QUEUE_UPDATE_OVN_EIP))
        sim_queue_add(t, SIM_QUEUE_ADD_OVN_EIP, eip);
}

static void ask_deletion(struct sim_turn *t, sim_id eip, const struct sim_meta *object)
{
    if (sim_queue_of_items(t->w, SIM_QUEUE_DEL_OVN_EIP))
        sim_item_add(t, SIM_QUEUE_DEL_OVN_EIP, eip, object);
    else
        sim_queue_add(t, SIM_QUEUE_DEL_OVN_EIP, eip);
}

static void updated(struct sim_turn *t, sim_id eip, const struct sim_meta *before,
                    const struct sim_meta *after)
{
    const struct sim_ovn_eip *old = (const struct sim_ovn_eip *)before;
    const struct sim_ovn_eip *new = (const struct sim_ovn_eip *)after;

    if (sim_terminating(after)) {
        if (sim_finalizer_count(after) == 0)
            return;
        if (sim_asks(t->w, SIM_ovn_eip_deletion) == SIM_ovn_eip_deletion_in_update)
            sim_queue_add(t, SIM_QUEUE_UPDATE_OVN_EIP, eip);
        else
            ask_deletion(t, eip, after);
        return;
    }
    if ((old->spec_v4 != 0 && old->spec_v4 != new->spec_v4) ||
        (old->mac != 0 && old->mac != new->mac))
        sim_queue_add(t, SIM_QUEUE_RESET_OVN_EIP, eip);
    else if (old->spec_v4 != new->spec_v4 || old->spec_v6 != new->spec_v6)
        sim_queue_add(t, SIM_QUEUE_UPDATE_OVN_EIP, eip);
}

const struct sim_kind sim_kind_OVN_EIP = {
    .size = sizeof(struct sim_ovn_eip),
    .labels = {offsetof(struct sim_ovn_eip, label_net),
               offsetof(struct sim_ovn_eip, annotation) - offsetof(struct sim_ovn_eip, label_net)},
    .annotations = {offsetof(struct sim_ovn_eip, annotation), sizeof(sim_ref)},
    .status = {offsetof(struct sim_ovn_eip, status_v4),
               sizeof(struct sim_ovn_eip) - offsetof(struct sim_ovn_eip, status_v4)},
    .wish = wish,
    .added = added,
    .updated = updated,
    .deleted = ask_deletion,
    .reports = reports,
    .mac = {offsetof(struct sim_ovn_eip, mac), offsetof(struct sim_ovn_eip, status_mac)},
};
