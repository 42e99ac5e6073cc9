/* Vip as a kind: its parts, what its user wishes, its event functions (pkg/controller/vip.go, all
 * tags).
 */
#include "model/vip_internal.h"

static uint8_t wish(const struct sim_meta *object)
{
    return ((const struct sim_vip *)object)->spec_v4 != 0 ? SIM_WISH_ADDRESS : SIM_WISH_ANY;
}

static void added(struct sim_turn *t, sim_id vip)
{
    sim_queue_add(t, SIM_QUEUE_ADD_VIP, vip);
}

static void updated(struct sim_turn *t, sim_id vip, const struct sim_meta *before,
                    const struct sim_meta *after)
{
    const struct sim_vip *old = (const struct sim_vip *)before;
    const struct sim_vip *new = (const struct sim_vip *)after;
    bool v6 = old->spec_v6 != new->spec_v6 &&sim_asks(t->w, SIM_vip_event_v6);
    bool parent = old->parent_mac != new->parent_mac &&sim_asks(t->w, SIM_vip_parent_mac);

    if (sim_terminating(after) || old->mac != new->mac || old->spec_v4 != new->spec_v4 || v6 ||
        parent)
        sim_queue_add(t, SIM_QUEUE_UPDATE_VIP, vip);
}

static void deleted(struct sim_turn *t, sim_id vip, const struct sim_meta *old)
{
    sim_item_add(t, SIM_QUEUE_DEL_VIP, vip, old);
}

static sim_v4 reports(const struct sim_world *w, const struct sim_meta *object, sim_id *subnet)
{
    const struct sim_vip *v = (const struct sim_vip *)object;
    sim_id in = v->net == 0 ? SIM_NONE : sim_ref_id(sim_net(w, sim_ref_id(v->net))->subnet);

    *subnet = in != SIM_NONE && sim_subnet(w, in)->present ? in : SIM_NONE;
    return v->status_v4;
}

const struct sim_kind sim_kind_VIP = {
    .size = sizeof(struct sim_vip),
    .labels = {offsetof(struct sim_vip, label_net),
               offsetof(struct sim_vip, mac) - offsetof(struct sim_vip, label_net)},
    .status = {offsetof(struct sim_vip, status_mac),
               sizeof(struct sim_vip) - offsetof(struct sim_vip, status_mac)},
    .written_whole = true,
    .wish = wish,
    .added = added,
    .updated = updated,
    .deleted = deleted,
    .reports = reports,
    .mac = {offsetof(struct sim_vip, mac), offsetof(struct sim_vip, status_mac)},
};

/* ---- what the handlers share ---- */

bool sim_read_vip(struct sim_turn *t, struct sim_vip *into)
{
    const struct sim_meta *cached = sim_cache(t->w, SIM_KIND_VIP, t->me->key);
    struct sim_event e = sim_event_new(t, SIM_EVENT_READ);

    e.object = SIM_OBJECT_VIP;
    e.id = t->me->key;
    e.result = sim_exists(cached) ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND;
    e.rv = cached->rv;
    memcpy(into, cached, sizeof *into);
    sim_emit(t, &e);
    return sim_exists(cached);
}

enum sim_nic sim_vip_nic(const struct sim_world *w, sim_ref net)
{
    sim_id subnet = sim_ref_id(sim_net(w, sim_net_key(w, net))->subnet);

    return sim_asks(w, SIM_subnet_resolution) == SIM_subnet_resolution_ipam_name &&
                   subnet != SIM_NONE && sim_subnet(w, subnet)->provider_differs
               ? SIM_NIC_VIP
               : SIM_NIC_PORT;
}

enum sim_result sim_write_vip(struct sim_turn *t, enum sim_verb verb, const struct sim_vip *body,
                              bool finalizers)
{
    return sim_write(t, SIM_KIND_VIP, t->me->key, verb, &body->meta, finalizers);
}

bool sim_vip_port(struct sim_turn *t, enum sim_verb op, enum sim_nic form, sim_ref net)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.kind = SIM_OVN_LSP;
    row.name = sim_ref_of(sim_owner_name(t->w, sim_vip_owner(t)));
    row.form = (uint8_t)form;
    row.net = net;
    if (op == SIM_VERB_LSP_CREATE) {
        row.v4 = t->me->v4;
        row.v6 = sim_vip_work(t)->v6;
        row.mac = t->me->mac;
    }
    if (op == SIM_VERB_LSP_ARP_PROXY)
        row.mark = SIM_OVN_ARP_PROXY;
    return sim_ovn_call(t, op, &row) == SIM_RESULT_OK;
}

void sim_vip_ask_status(struct sim_turn *t, sim_ref net, bool later)
{
    if (later)
        sim_queue_add_after(t, SIM_QUEUE_SUBNET_STATUS, sim_net_key(t->w, net), 300);
    else
        sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_net_key(t->w, net));
}

bool sim_vip_cleaned_before(const struct sim_world *w)
{
    return sim_asks(w, SIM_vip_cleaned_up) == SIM_vip_cleaned_up_terminating;
}
