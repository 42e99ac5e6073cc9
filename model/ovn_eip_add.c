/* Adding an OvnEip: handleAddOvnEip and createOrUpdateOvnEipCR, called createOrUpdateCrdOvnEip in
 * v1.12 (pkg/controller/ovn_eip.go, all tags).
 *
 * No path of it gives an address back, and no release looks whether the OvnEip is terminating.
 */
#include "model/ovn_internal.h"

static int read_snapshot(struct sim_turn *t)
{
    sim_ovn_work(t)->eip = t->me->key;
    return sim_read_ovn_eip(t, &sim_ovn_work(t)->snap) ? NEXT : SUCCEED;
}

static int stop_if_done(struct sim_turn *t)
{
    return sim_ovn_work(t)->snap.status_mac != 0 ? SUCCEED : NEXT;
}

static int find_subnet(struct sim_turn *t)
{
    sim_id net = sim_ovn_net(t->w, &sim_ovn_work(t)->snap);

    if (net == SIM_NONE)
        return FAIL;
    t->me->net = sim_ref_of(net);
    return NEXT;
}

static bool when_counted_here(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_update) == SIM_ovn_eip_update_patch;
}

static int read_subnet(struct sim_turn *t)
{
    if (!sim_read_subnet(t, sim_ref_id(t->me->net)))
        return FAIL;
    if (when_counted_here(t))
        sim_see_status(t);
    return NEXT;
}

static int refuse_upper(struct sim_turn *t)
{
    return sim_ovn_work(t)->snap.spec_v6 & SIM_V6_HAS_UPPER ? FAIL : NEXT;
}

static int refuse_bad_address(struct sim_turn *t)
{
    sim_v4 v4 = sim_ovn_work(t)->snap.spec_v4;

    return v4 != 0 && !sim_v4_is_address(v4) ? FAIL : NEXT;
}

static bool when_static(const struct sim_turn *t)
{
    return sim_ovn_work(t)->snap.spec_v4 != 0;
}

static bool when_random(const struct sim_turn *t)
{
    return !when_static(t);
}

static struct sim_owner owner(const struct sim_turn *t)
{
    return (struct sim_owner){SIM_KIND_OVN_EIP, t->me->key};
}

static int take(struct sim_turn *t, const struct sim_alloc *got)
{
    t->me->v4 = got->v4;
    t->me->mac = got->mac;
    sim_ovn_work(t)->v6 = got->v6;
    return got->error == IPAM_ERROR_NONE ? NEXT : FAIL;
}

static int allocate_static(struct sim_turn *t)
{
    struct sim_alloc_wish wish = {SIM_NIC_BARE, sim_ovn_work(t)->snap.spec_v4, 0, true, 0};
    struct sim_alloc got = sim_ipam_static(t, owner(t), sim_ref_id(t->me->net), &wish);

    return take(t, &got);
}

enum { OA1, OA2, OA3, OA4, OA5, OA6, OA7, OA8, OA9, OA10, OA11, OA12, OA13, OA14, OA15 };

/* A draw that is a node's own address is asked for again with it in the skip list. */
static int allocate_random(struct sim_turn *t)
{
    sim_id net = sim_ref_id(t->me->net);
    struct sim_alloc got = sim_ipam_random(t, owner(t), SIM_NIC_BARE, net, t->me->skip);
    int flow = take(t, &got);

    if (flow != NEXT)
        return flow;
    if (!sim_read_subnet(t, net))
        return FAIL;
    for (unsigned i = 0; i < SIM_NODE_ADDRESSES; i++)
        if (got.v4 == t->w->node[i]) {
            t->me->skip = (uint8_t)(t->me->skip | 1u << i);
            return OA8;
        }
    return NEXT;
}

static bool when_port(const struct sim_turn *t)
{
    return sim_ovn_work(t)->snap.type == SIM_OVN_EIP_LSP;
}

static bool when_no_port(const struct sim_turn *t)
{
    return !when_port(t);
}

static int create_port(struct sim_turn *t)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.kind = SIM_OVN_LSP;
    row.form = SIM_NIC_BARE;
    row.name = (uint16_t)(sim_name_of(t->w, SIM_OBJECT_OVN_EIP, t->me->key) + 1);
    row.net = t->me->net;
    row.v4 = t->me->v4;
    row.mac = t->me->mac;
    return sim_ovn_call(t, SIM_VERB_LSP_CREATE_BARE, &row) == SIM_RESULT_OK ? NEXT : FAIL;
}

/* v1.12 writes the default type into the object in the cache itself, if it is still the one that
 * was read. */
static int default_type(struct sim_turn *t)
{
    struct sim_ovn_work *o = sim_ovn_work(t);
    const struct sim_meta *cached = sim_cache(t->w, SIM_KIND_OVN_EIP, t->me->key);

    o->type = o->snap.type == SIM_OVN_EIP_NO_TYPE ? SIM_OVN_EIP_NAT : o->snap.type;
    if (sim_asks(t->w, SIM_ovn_eip_update) != SIM_ovn_eip_update_patch)
        return NEXT;
    o->snap.type = o->type;
    if (cached->rv == o->snap.rv && sim_exists(cached)) {
        struct sim_ovn_eip changed;

        memcpy(&changed, cached, sizeof changed);
        changed.type = o->type;
        sim_cache_set(t->w, SIM_KIND_OVN_EIP, t->me->key, &changed.meta);
    }
    return NEXT;
}

static int mark_ready(struct sim_turn *t)
{
    t->me->ready = 1;
    return NEXT;
}

static bool when_finalizer_added(const struct sim_turn *t)
{
    const struct sim_meta *m = &sim_ovn_work(t)->snap.meta;

    return sim_asks(t->w, SIM_ovn_eip_finalizer) == SIM_ovn_eip_finalizer_add &&
           !sim_terminating(m) && sim_finalizer_count(m) == 0;
}

static int add_finalizer(struct sim_turn *t)
{
    const struct sim_ovn_eip *snap = &sim_ovn_work(t)->snap;
    struct sim_ovn_eip body = *snap;
    enum sim_result result;

    (void)sim_add_finalizer(&body.meta, sim_ovn_eip_finalizer(t->w));
    result = sim_patch_ovn_eip_finalizers(t, snap, &body);
    return result == SIM_RESULT_OK || result == SIM_RESULT_NOT_FOUND ? NEXT : FAIL;
}

static bool when_status_asked(const struct sim_turn *t)
{
    return !when_counted_here(t);
}

static int ask_status(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_ref_id(t->me->net));
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_add_steps[] = {
    [OA1] = CALL("OA1", NULL, read_snapshot, READ, OVN_EIP,
                 "read the OvnEip; gone: done; a terminating one is added like any"),
    [OA2] = LOCAL("OA2", NULL, stop_if_done, "done if its status has a MAC address"),
    [OA3] = LOCAL("OA3", NULL, find_subnet,
                  "the subnet is externalSubnet or the default switch; none: error"),
    [OA4] = GLUED("OA4", NULL, read_subnet, READ, SUBNET, "read the subnet; gone: error"),
    [OA5] = LOCAL("OA5", sim_when_v6_refused, refuse_upper,
                  "error if v6Ip has upper-case letters"),
    [OA6] = LOCAL("OA6", NULL, refuse_bad_address, "error if v4Ip is no address"),
    [OA7] = CALL("OA7", when_static, allocate_static, IPAM, OVN_EIP,
                 "allocate the address asked for"),
    [OA8] = CALL("OA8", when_random, allocate_random, IPAM, OVN_EIP,
                 "allocate an address, again while it is a node's own"),
    [OA9] = CALL("OA9", when_port, create_port, OVN, OVN_EIP,
                 "type lsp: make a port of the switch; failing: error, the address stays held"),
    [OA10] = LOCAL("OA10", NULL, default_type, "no type means nat"),
    [OA11] = ENTER("OA11", NULL, NULL, OVN_EIP_PERSIST, "write spec, status, labels"),
    [OA12] = ENTER("OA12", when_no_port, mark_ready, OVN_EIP_STATUS,
                   "patch the status: ready; a port's node does that itself"),
    [OA13] = CALL("OA13", when_finalizer_added, add_finalizer, WRITE, OVN_EIP,
                  "patch the finalizers unless the OvnEip had one or was terminating; gone: go on"),
    [OA14] = ENTER("OA14", when_counted_here, NULL, SUBNET_STATUS,
                   "count the subnet's addresses and patch its status"),
    [OA15] = GLUED("OA15", when_status_asked, ask_status, QUEUE, SUBNET,
                   "ask for the subnet's status"),
    END
};
/* clang-format on */

/* ---- createOrUpdateOvnEipCR ---- */

enum { OC1, OC2, OC3, OC4, OC5, OC6, OC7 };

static struct sim_ovn_eip *copy(const struct sim_turn *t)
{
    return &sim_ovn_work(t)->copy;
}

static int read_copy(struct sim_turn *t)
{
    return sim_read_ovn_eip(t, copy(t)) ? OC3 : NEXT;
}

static bool v6_labelled(const struct sim_world *w)
{
    return sim_asks(w, SIM_api_generation) >= SIM_api_generation_v1_13;
}

/* All labels that an OvnEip gets. */
static void set_labels(const struct sim_turn *t, struct sim_ovn_eip *e)
{
    e->labels |= SIM_LABEL_NET | SIM_LABEL_TYPE | SIM_LABEL_V4;
    e->label_net = t->me->net;
    e->label_type = sim_ovn_work(t)->type;
    e->label_v4 = t->me->v4;
    if (!v6_labelled(t->w))
        return;
    e->labels |= SIM_LABEL_V6;
    e->label_v6 = sim_ovn_work(t)->v6;
}

static void set_spec(const struct sim_turn *t, struct sim_ovn_eip *e)
{
    e->net = t->me->net;
    e->spec_v4 = t->me->v4;
    e->spec_v6 = sim_ovn_work(t)->v6;
    e->mac = t->me->mac;
    e->type = sim_ovn_work(t)->type;
}

/* A user's OvnEip that is gone meanwhile exists again. */
static int create(struct sim_turn *t)
{
    struct sim_event sleep = sim_event_new(t, SIM_EVENT_SLEEP);
    struct sim_ovn_eip body;

    memset(&body, 0, sizeof body);
    set_labels(t, &body);
    set_spec(t, &body);
    if (sim_asks(t->w, SIM_ovn_eip_finalizer) == SIM_ovn_eip_finalizer_update) {
        (void)sim_add_finalizer(&body.meta, sim_ovn_eip_finalizer(t->w));
        body.status_v4 = t->me->v4;
        body.status_v6 = sim_ovn_work(t)->v6;
        body.status_mac = t->me->mac;
        body.status_type = sim_ovn_work(t)->type;
    }
    if (sim_write_ovn_eip(t, SIM_VERB_CREATE, &body, false) != SIM_RESULT_OK)
        return FAIL;
    sleep.ms = 1000;
    sim_emit(t, &sleep);
    return OC6;
}

/* Only what was got is written: a second address that the user wrote stays. */
static struct sim_ovn_eip new_spec(const struct sim_turn *t)
{
    struct sim_ovn_work *o = sim_ovn_work(t);
    struct sim_ovn_eip e = o->copy;

    if (sim_asks(t->w, SIM_ovn_eip_written_whole)) {
        if ((e.spec_v4 == 0 && t->me->v4 != 0) || (e.spec_v6 == 0 && o->v6 != 0))
            set_spec(t, &e);
        return e;
    }
    if (t->me->mac != 0)
        e.mac = t->me->mac;
    if (t->me->v4 != 0)
        e.spec_v4 = t->me->v4;
    if (o->v6 != 0)
        e.spec_v6 = o->v6;
    e.type = o->type;
    return e;
}

static bool when_spec_differs(const struct sim_turn *t)
{
    struct sim_ovn_eip e = new_spec(t);

    return sim_differs(&e.meta, &sim_ovn_work(t)->copy.meta, sizeof e);
}

static int write_spec(struct sim_turn *t)
{
    struct sim_ovn_eip body = new_spec(t);

    if (sim_asks(t->w, SIM_labels_in_main_update))
        set_labels(t, &body);
    return sim_write_ovn_eip(t, SIM_VERB_UPDATE, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

static struct sim_ovn_eip new_status(const struct sim_turn *t)
{
    struct sim_ovn_work *o = sim_ovn_work(t);
    struct sim_ovn_eip e = o->copy;
    bool whole = sim_asks(t->w, SIM_ovn_eip_written_whole);

    if (whole ? e.status_mac != 0 : false)
        return e;
    if (whole || e.status_v4 == 0)
        e.status_v4 = t->me->v4;
    if (whole || e.status_v6 == 0)
        e.status_v6 = o->v6;
    if (whole || e.status_mac == 0)
        e.status_mac = t->me->mac;
    if (whole || e.status_type == SIM_OVN_EIP_NO_TYPE)
        e.status_type = o->type;
    return e;
}

static bool when_status_incomplete(const struct sim_turn *t)
{
    struct sim_ovn_eip e = new_status(t);

    if (sim_asks(t->w, SIM_ovn_eip_written_whole))
        return copy(t)->status_mac == 0;
    return sim_differs(&e.meta, &copy(t)->meta, sizeof e);
}

static int write_status(struct sim_turn *t)
{
    struct sim_ovn_eip body = new_status(t);
    enum sim_result result = sim_write_ovn_eip(t, SIM_VERB_PATCH_STATUS, &body, false);

    if (result == SIM_RESULT_NOT_FOUND)
        return RETURN;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

/* What the labels become, if they are patched. */
static struct sim_ovn_eip new_labels(const struct sim_turn *t)
{
    struct sim_ovn_eip e = *copy(t);
    bool other_net = !(e.labels & SIM_LABEL_NET) || e.label_net != t->me->net;
    bool other_type = !(e.labels & SIM_LABEL_TYPE) || e.label_type != sim_ovn_work(t)->type;

    if (e.labels == 0 || (other_net && v6_labelled(t->w))) {
        uint8_t type = e.label_type, had = e.labels;

        set_labels(t, &e);
        if (had != 0 && !other_type)
            e.label_type = type;
        return e;
    }
    if (other_net) {
        e.labels |= SIM_LABEL_NET;
        e.label_net = t->me->net;
    }
    if (other_type && v6_labelled(t->w)) {
        e.labels |= SIM_LABEL_TYPE;
        e.label_type = sim_ovn_work(t)->type;
    }
    return e;
}

static bool when_labels_patched(const struct sim_turn *t)
{
    struct sim_ovn_eip e = new_labels(t);

    return !sim_asks(t->w, SIM_labels_in_main_update) &&
           sim_differs(&e.meta, &copy(t)->meta, sizeof e);
}

static int write_labels(struct sim_turn *t)
{
    struct sim_ovn_eip body = new_labels(t);
    enum sim_verb verb =
        copy(t)->labels == 0 ? SIM_VERB_PATCH_LABEL_ADD : SIM_VERB_PATCH_LABEL_REPLACE;

    return sim_write_ovn_eip(t, verb, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

static bool when_status_asked_later(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_labels_in_main_update);
}

static int ask_status_later(struct sim_turn *t)
{
    sim_queue_add_after(t, SIM_QUEUE_SUBNET_STATUS, sim_ref_id(t->me->net), 300);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_persist_steps[] = {
    [OC1] = CALL("OC1", NULL, read_copy, READ, OVN_EIP, "read the OvnEip"),
    [OC2] = CALL("OC2", NULL, create, WRITE, OVN_EIP,
                 "gone: create it anew, and wait for a second"),
    [OC3] = CALL("OC3", when_spec_differs, write_spec, WRITE, OVN_EIP,
                 "write the spec, from v1.15 on with the labels; not found: error"),
    [OC4] = CALL("OC4", when_status_incomplete, write_status, WRITE, OVN_EIP,
                 "patch what is empty in the status; gone: done"),
    [OC5] = CALL("OC5", when_labels_patched, write_labels, WRITE, OVN_EIP,
                 "up to v1.14: patch the labels; not found: error"),
    [OC6] = GLUED("OC6", when_status_asked_later, ask_status_later, QUEUE_AFTER, SUBNET,
                  "ask for the subnet's status in 300 ms"),
    END
};
/* clang-format on */
