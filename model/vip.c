/* Vip as a kind: its parts, and its event functions (pkg/controller/vip.go, all tags). */
#include "model/sim_internal.h"

static uint8_t wish(const struct sim_meta *object)
{
    return ((const struct sim_vip *)object)->spec_v4 != 0 ? SIM_WISH_ADDRESS : SIM_WISH_ANY;
}

static sim_v4 reports(const struct sim_world *w, const struct sim_meta *object, sim_id *subnet)
{
    const struct sim_vip *v = (const struct sim_vip *)object;

    *subnet = v->net == 0 ? SIM_NONE : sim_ref_id(sim_net(w, sim_ref_id(v->net))->subnet);
    return v->status_v4;
}

static void added(struct sim_turn *t, sim_id vip)
{
    sim_queue_add(t, SIM_QUEUE_ADD_VIP, vip);
}

static void updated(struct sim_turn *t, sim_id vip, const struct sim_meta *old,
                    const struct sim_meta *new)
{
    (void)t;
    (void)vip;
    (void)old;
    (void)new;
}

static void deleted(struct sim_turn *t, sim_id vip, const struct sim_meta *old)
{
    (void)t;
    (void)vip;
    (void)old;
}

const struct sim_kind sim_kind_VIP = {
    .size = sizeof(struct sim_vip),
    .labels = {offsetof(struct sim_vip, label_net),
               offsetof(struct sim_vip, mac) - offsetof(struct sim_vip, label_net)},
    .status = {offsetof(struct sim_vip, status_mac),
               sizeof(struct sim_vip) - offsetof(struct sim_vip, status_mac)},
    .wish = wish,
    .added = added,
    .updated = updated,
    .deleted = deleted,
    .reports = reports,
    .mac = {offsetof(struct sim_vip, mac), offsetof(struct sim_vip, status_mac)},
};
