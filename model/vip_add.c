/* Adding a Vip: handleAddVirtualIP and createOrUpdateVipCR (pkg/controller/vip.go, all tags).
 *
 * As with EIPs no path gives back what was allocated, and up to v1.15 the finalizer comes last or
 * never.  Neither this nor any other handler of Vips takes a lock.
 */
#include "model/vip_internal.h"

static const struct sim_vip *snap(const struct sim_turn *t)
{
    return &sim_vip_work(t)->snap;
}

static int read_snapshot(struct sim_turn *t)
{
    return sim_read_vip(t, &sim_vip_work(t)->snap) ? NEXT : SUCCEED;
}

/* Whatever else is missing, and even if the Vip is terminating. */
static int stop_if_granted(struct sim_turn *t)
{
    return snap(t)->status_mac != 0 ? SUCCEED : NEXT;
}

static int refuse_no_subnet(struct sim_turn *t)
{
    return snap(t)->net == 0 ? FAIL : NEXT;
}

/* v1.12 computes the subnet's status in the handler itself. */
static bool when_counted_here(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_update) == SIM_ovn_eip_update_patch;
}

static int read_subnet(struct sim_turn *t)
{
    sim_id net = sim_ref_id(snap(t)->net);

    if (!sim_read_subnet(t, net))
        return FAIL;
    t->me->net = snap(t)->net;
    t->me->subnet = sim_net(t->w, net)->subnet;
    if (when_counted_here(t))
        sim_see_status(t);
    return NEXT;
}

static int refuse_upper_v6(struct sim_turn *t)
{
    return sim_v6_has_upper(snap(t)->spec_v6) ? FAIL : NEXT;
}

/* ---- allocation ---- */

static bool v4_valid(const struct sim_turn *t)
{
    return sim_v4_is_address(snap(t)->spec_v4);
}

static bool when_static(const struct sim_turn *t)
{
    switch (sim_asks(t->w, SIM_vip_static_by)) {
    case SIM_vip_static_by_v4:
        return snap(t)->spec_v4 != 0;
    case SIM_vip_static_by_any:
        return v4_valid(t) || sim_v6_is_address(snap(t)->spec_v6);
    default:
        return v4_valid(t) || sim_v6_is_address(snap(t)->spec_v6) || snap(t)->mac != 0;
    }
}

static bool when_random(const struct sim_turn *t)
{
    return !when_static(t);
}

static sim_v6 wanted_v6(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_vip_static_by) == SIM_vip_static_by_v4 ||
                   !sim_v6_is_address(snap(t)->spec_v6)
               ? 0
               : snap(t)->spec_v6;
}

/* A text that is no address fails before IPAM is asked; so does a MAC address alone. */
static int refuse_no_address(struct sim_turn *t)
{
    return v4_valid(t) || wanted_v6(t) != 0 ? NEXT : FAIL;
}

static int take(struct sim_turn *t, const struct sim_alloc *got)
{
    t->me->v4 = got->v4;
    t->me->mac = got->mac;
    sim_vip_work(t)->v6 = got->v6;
    t->me->allocated = got->error == IPAM_ERROR_NONE;
    return got->error == IPAM_ERROR_NONE ? NEXT : FAIL;
}

static int allocate_static(struct sim_turn *t)
{
    uint32_t mac =
        sim_asks(t->w, SIM_vip_static_by) == SIM_vip_static_by_mac_too ? snap(t)->mac : 0;
    struct sim_alloc_wish wish = {sim_vip_nic(t->w, snap(t)->net),
                                  v4_valid(t) ? snap(t)->spec_v4 : 0, wanted_v6(t), mac == 0, mac};
    struct sim_alloc got = sim_ipam_static(t, sim_vip_owner(t), sim_ref_id(snap(t)->net), &wish);

    return take(t, &got);
}

enum {
    VA1,
    VA2,
    VA3,
    VA4,
    VA5,
    VA6,
    VA7,
    VA8,
    VA9,
    VA10,
    VA11,
    VA12,
    VA13,
    VA14,
    VA15,
    VA16,
    VA17
};

/* A draw that is a node's own address is thrown back by asking again with it in the skip list. */
static int allocate_random(struct sim_turn *t)
{
    sim_id net = sim_ref_id(snap(t)->net);
    struct sim_alloc got =
        sim_ipam_random(t, sim_vip_owner(t), sim_vip_nic(t->w, snap(t)->net), net, t->me->skip);
    int flow = take(t, &got);

    if (flow != NEXT)
        return flow;
    if (!sim_read_subnet(t, net))
        return FAIL;
    for (unsigned i = 0; i < SIM_NODE_ADDRESSES; i++)
        if (got.v4 == t->w->node[i]) {
            t->me->skip = (uint8_t)(t->me->skip | 1u << i);
            return VA8;
        }
    return NEXT;
}

/* ---- the port ---- */

static bool when_switch_lb(const struct sim_turn *t)
{
    return snap(t)->type == SIM_VIP_SWITCH_LB;
}

static bool when_host_vm(const struct sim_turn *t)
{
    return snap(t)->type == SIM_VIP_HOST_VM && sim_asks(t->w, SIM_vip_host_vm);
}

static bool when_port(const struct sim_turn *t)
{
    return when_switch_lb(t) || when_host_vm(t);
}

/* The port of the VPC's router in this subnet lends its MAC address. */
static int get_router_port(struct sim_turn *t)
{
    const struct sim_subnet_slot *s = sim_subnet(t->w, sim_ref_id(t->me->subnet));
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.kind = SIM_OVN_LRP;
    row.name = s->router_port;
    row.router = s->vpc;
    row.net = snap(t)->net;
    if (sim_ovn_call(t, SIM_VERB_LRP_GET, &row) != SIM_RESULT_OK || row.mac == 0)
        return FAIL;
    t->me->mac = row.mac;
    return NEXT;
}

static int create_port(struct sim_turn *t)
{
    return sim_vip_port(t, SIM_VERB_LSP_CREATE, sim_vip_nic(t->w, snap(t)->net), snap(t)->net)
               ? NEXT
               : FAIL;
}

static int set_arp_proxy(struct sim_turn *t)
{
    return sim_vip_port(t, SIM_VERB_LSP_ARP_PROXY, sim_vip_nic(t->w, snap(t)->net), snap(t)->net)
               ? NEXT
               : FAIL;
}

static bool when_parent_refused(const struct sim_turn *t)
{
    return when_switch_lb(t) && snap(t)->parent_mac != 0 && sim_asks(t->w, SIM_vip_parent_mac);
}

static int refuse_parent(struct sim_turn *t)
{
    (void)t;
    return FAIL;
}

/* ---- the rest ---- */

static int prepare_persist(struct sim_turn *t)
{
    sim_vip_work(t)->parent_mac = sim_asks(t->w, SIM_vip_parent_mac) ? snap(t)->parent_mac : 0;
    return NEXT;
}

static int stop_here(struct sim_turn *t)
{
    (void)t;
    return SUCCEED;
}

static bool when_virtual_parents(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_vip_virtual_parents);
}

/* A virtual port is made for a Vip with a namespace, which none has here. */
static int look_for_namespace(struct sim_turn *t)
{
    (void)sim_read_vip(t, &sim_vip_work(t)->copy);
    return NEXT;
}

static bool when_cleaned_before(const struct sim_turn *t)
{
    return sim_vip_cleaned_before(t->w);
}

static int ask_status_now(struct sim_turn *t)
{
    sim_vip_ask_status(t, snap(t)->net, false);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_vip_add_steps[] = {
    [VA1] = CALL("VA1", NULL, read_snapshot, READ, VIP, "read the Vip; gone: done"),
    [VA2] = LOCAL("VA2", NULL, stop_if_granted, "done if its status has a MAC address"),
    [VA3] = LOCAL("VA3", NULL, refuse_no_subnet, "error if it names no subnet"),
    [VA4] = GLUED("VA4", NULL, read_subnet, READ, SUBNET, "read the subnet; gone: error"),
    [VA5] = LOCAL("VA5", sim_when_v6_refused, refuse_upper_v6,
                  "error if spec.v6ip has an upper-case letter"),
    [VA6] = LOCAL("VA6", when_static, refuse_no_address,
                  "error if something is asked for, but no address"),
    [VA7] = CALL("VA7", when_static, allocate_static, IPAM, VIP, "take the address asked for"),
    [VA8] = CALL("VA8", when_random, allocate_random, IPAM, VIP,
                 "draw an address; again if it is a node's"),
    [VA9] = CALL("VA9", when_switch_lb, get_router_port, OVN, VIP,
                 "get the MAC address of the router's port; none: error"),
    [VA10] = CALL("VA10", when_port, create_port, OVN, VIP, "create the port"),
    [VA11] = CALL("VA11", when_switch_lb, set_arp_proxy, OVN, VIP, "make it an ARP proxy"),
    [VA12] = LOCAL("VA12", when_parent_refused, refuse_parent,
                   "error if such a Vip has a parent's MAC address"),
    [VA13] = ENTER("VA13", NULL, prepare_persist, VIP_PERSIST, "write the Vip"),
    [VA14] = LOCAL("VA14", when_host_vm, stop_here, "done with a Vip of a host's VM"),
    [VA15] = CALL("VA15", when_virtual_parents, look_for_namespace, READ, VIP,
                  "read the Vip for its namespace"),
    [VA16] = GLUED("VA16", when_cleaned_before, ask_status_now, QUEUE, SUBNET,
                   "ask for the subnet's status"),
    [VA17] = ENTER("VA17", when_counted_here, NULL, SUBNET_STATUS,
                   "count the subnet's addresses"),
    END
};
/* clang-format on */

/* ---- createOrUpdateVipCR ---- */

enum { VP1, VP2, VP3, VP4, VP5, VP6 };

static struct sim_vip *copy_of(const struct sim_turn *t)
{
    return &sim_vip_work(t)->copy;
}

static int read_copy(struct sim_turn *t)
{
    return sim_read_vip(t, copy_of(t)) ? VP3 : NEXT;
}

static void set_labels(const struct sim_turn *t, struct sim_vip *body)
{
    body->labels = SIM_LABEL_NET | SIM_LABEL_RESERVED;
    body->label_net = t->me->net;
    body->label_reserved = 0;
}

static void set_addresses(const struct sim_turn *t, struct sim_vip *body)
{
    body->spec_v4 = t->me->v4;
    body->spec_v6 = sim_vip_work(t)->v6;
    body->mac = t->me->mac;
    if (sim_asks(t->w, SIM_vip_parent_mac))
        body->parent_mac = sim_vip_work(t)->parent_mac;
}

static void set_status(const struct sim_turn *t, struct sim_vip *body)
{
    body->status_v4 = t->me->v4;
    body->status_v6 = sim_vip_work(t)->v6;
    body->status_mac = t->me->mac;
}

/* Without type and selector: the Vip a user deleted exists again, as another one. */
static int create(struct sim_turn *t)
{
    struct sim_vip body;

    memset(&body, 0, sizeof body);
    set_labels(t, &body);
    set_addresses(t, &body);
    body.net = t->me->net;
    if (sim_vip_cleaned_before(t->w)) {
        set_status(t, &body);
        (void)sim_add_finalizer(&body.meta, sim_own_finalizer(t->w));
    }
    return sim_write_vip(t, SIM_VERB_CREATE, &body, true) == SIM_RESULT_OK ? VP5 : FAIL;
}

static bool when_incomplete(const struct sim_turn *t)
{
    const struct sim_vip *c = copy_of(t);

    if (c->status_mac == 0 && t->me->mac != 0)
        return true;
    return sim_vip_cleaned_before(t->w) && ((c->status_v4 == 0 && t->me->v4 != 0) ||
                                            (c->status_v6 == 0 && sim_vip_work(t)->v6 != 0));
}

static int update(struct sim_turn *t)
{
    struct sim_vip body = *copy_of(t);

    if (sim_vip_cleaned_before(t->w))
        set_labels(t, &body);
    set_addresses(t, &body);
    set_status(t, &body);
    body.status_type = body.type;
    if (sim_asks(t->w, SIM_vip_parent_mac))
        body.status_parent_mac = sim_vip_work(t)->parent_mac;
    if (sim_asks(t->w, SIM_vip_ready_set))
        body.flags |= SIM_EIP_READY;
    if (sim_asks(t->w, SIM_vip_finalizer_with_status)) {
        sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
        if (!sim_has_finalizer(&body.meta, sim_own_finalizer(t->w)) &&
            !sim_add_finalizer(&body.meta, sim_own_finalizer(t->w)))
            return FAIL;
    }
    return sim_write_vip(t, SIM_VERB_UPDATE, &body, true) == SIM_RESULT_OK ? NEXT : FAIL;
}

static bool when_labels_patched(const struct sim_turn *t)
{
    const struct sim_vip *c = copy_of(t);

    return !sim_vip_cleaned_before(t->w) && (c->labels == 0 || c->label_net != t->me->net);
}

static int patch_labels(struct sim_turn *t)
{
    struct sim_vip body = *copy_of(t);
    enum sim_verb verb = body.labels == 0 ? SIM_VERB_PATCH_LABEL_ADD : SIM_VERB_PATCH_LABEL_REPLACE;

    set_labels(t, &body);
    return sim_write_vip(t, verb, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

static bool when_status_asked(const struct sim_turn *t)
{
    return !when_counted_here(t);
}

static int ask_status(struct sim_turn *t)
{
    sim_vip_ask_status(t, t->me->net, sim_vip_cleaned_before(t->w));
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_vip_persist_steps[] = {
    [VP1] = CALL("VP1", NULL, read_copy, READ, VIP, "read the Vip; gone: create it anew"),
    [VP2] = CALL("VP2", NULL, create, WRITE, VIP, "create the Vip that a user deleted"),
    [VP3] = CALL("VP3", when_incomplete, update, WRITE, VIP,
                 "update spec and status, with the cached resourceVersion"),
    [VP4] = CALL("VP4", when_labels_patched, patch_labels, WRITE, VIP, "patch the label map"),
    [VP5] = GLUED("VP5", when_status_asked, ask_status, QUEUE, SUBNET,
                  "ask for the subnet's status, from v1.15 in 300 ms"),
    END
};
/* clang-format on */
