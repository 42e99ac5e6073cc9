/* OvnEip as a kind: its parts, what its user wishes, its event functions
 * (pkg/controller/ovn_eip.go, all tags).
 */
#include "model/sim_internal.h"

static uint8_t wish(const struct sim_meta *object)
{
    return ((const struct sim_ovn_eip *)object)->spec_v4 != 0 ? SIM_WISH_ADDRESS : SIM_WISH_ANY;
}

static sim_v4 reports(const struct sim_world *w, const struct sim_meta *object, sim_id *subnet)
{
    const struct sim_ovn_eip *e = (const struct sim_ovn_eip *)object;
    sim_id net = e->net == 0 ? w->default_ovn_net : sim_ref_id(e->net);

    *subnet = net == SIM_NONE ? SIM_NONE : sim_ref_id(sim_net(w, net)->subnet);
    return e->status_v4;
}

static void added(struct sim_turn *t, sim_id eip)
{
    sim_queue_add(t, SIM_QUEUE_ADD_OVN_EIP, eip);
}

static void updated(struct sim_turn *t, sim_id eip, const struct sim_meta *old,
                    const struct sim_meta *new)
{
    (void)t;
    (void)eip;
    (void)old;
    (void)new;
}

static void deleted(struct sim_turn *t, sim_id eip, const struct sim_meta *old)
{
    (void)t;
    (void)eip;
    (void)old;
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
    .deleted = deleted,
    .reports = reports,
    .mac = {offsetof(struct sim_ovn_eip, mac), offsetof(struct sim_ovn_eip, status_mac)},
};
