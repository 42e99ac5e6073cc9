/* Updating and deleting a Vip: handleUpdateVirtualIP, handleDelVirtualIP and the finalizers'
 * helpers (pkg/controller/vip.go, all tags).
 *
 * Nothing blocks a Vip's deletion: not a pod, not an OvnFip, not an OvnDnatRule that uses it.
 */
#include "model/vip_internal.h"

enum { VU1, VU2, VU3, VU4, VU5, VU6, VU7, VU8, VU9, VU10, VD1, VD2, VD3, VD4, VD5 };

static const struct sim_vip *snap(const struct sim_turn *t)
{
    return &sim_vip_work(t)->snap;
}

static struct sim_vip *copy_of(const struct sim_turn *t)
{
    return &sim_vip_work(t)->copy;
}

static int read_snapshot(struct sim_turn *t)
{
    return sim_read_vip(t, &sim_vip_work(t)->snap) ? NEXT : SUCCEED;
}

static int branch_if_terminating(struct sim_turn *t)
{
    return sim_terminating(&snap(t)->meta) ? VD1 : NEXT;
}

static int refuse_upper_v6(struct sim_turn *t)
{
    return sim_v6_has_upper(snap(t)->spec_v6) ? FAIL : NEXT;
}

static int refuse_changes(struct sim_turn *t)
{
    const struct sim_vip *s = snap(t);
    bool changed = (s->status_mac != 0 && s->status_mac != s->mac) ||
                   (s->status_v4 != 0 && s->status_v4 != s->spec_v4) ||
                   (s->status_v6 != 0 && s->status_v6 != s->spec_v6);

    return changed ? FAIL : NEXT;
}

static int skip_if_granted(struct sim_turn *t)
{
    if (snap(t)->status_mac == 0)
        return NEXT;
    return sim_vip_cleaned_before(t->w) ? VU9 : VU10;
}

/* What the spec says, whether IPAM knows of it or not. */
static int prepare_persist(struct sim_turn *t)
{
    t->me->v4 = snap(t)->spec_v4;
    t->me->mac = snap(t)->mac;
    t->me->net = snap(t)->net;
    sim_vip_work(t)->v6 = snap(t)->spec_v6;
    sim_vip_work(t)->parent_mac = snap(t)->mac;
    return NEXT;
}

static bool when_status_patched(const struct sim_turn *t)
{
    return !sim_vip_cleaned_before(t->w);
}

static int read_for_status(struct sim_turn *t)
{
    return sim_read_vip(t, copy_of(t)) ? NEXT : VU9;
}

/* patchVipStatus writes the whole object, with the cached resourceVersion. */
static bool when_status_differs(const struct sim_turn *t)
{
    const struct sim_vip *c = copy_of(t);

    return when_status_patched(t) && ((sim_asks(t->w, SIM_vip_ready_set) && !sim_ready(&c->meta)) ||
                                      (snap(t)->spec_v4 != 0 && c->status_v4 != snap(t)->spec_v4));
}

static int write_status(struct sim_turn *t)
{
    struct sim_vip body = *copy_of(t);

    if (sim_asks(t->w, SIM_vip_ready_set))
        body.flags |= SIM_EIP_READY;
    if (snap(t)->spec_v4 != 0)
        body.status_v4 = snap(t)->spec_v4;
    return sim_write_vip(t, SIM_VERB_UPDATE, &body, true) == SIM_RESULT_OK ? NEXT : FAIL;
}

static int stop_here(struct sim_turn *t)
{
    (void)t;
    return SUCCEED;
}

/* ---- what a Vip leaves ---- */

static bool when_cleaned_before(const struct sim_turn *t)
{
    return sim_vip_cleaned_before(t->w);
}

/* Which Vips are taken to have a port. */
static bool has_port(const struct sim_world *w, const struct sim_vip *v)
{
    return sim_asks(w, SIM_vip_host_vm) ? v->type != SIM_VIP_NO_TYPE : v->type == SIM_VIP_SWITCH_LB;
}

static bool when_port_removed(const struct sim_turn *t)
{
    return when_cleaned_before(t) && has_port(t->w, snap(t));
}

static int read_subnet_of(struct sim_turn *t, sim_ref net)
{
    return sim_read_subnet(t, sim_net_key(t->w, net)) ? NEXT : FAIL;
}

static int read_subnet(struct sim_turn *t)
{
    return read_subnet_of(t, snap(t)->net);
}

static int remove_port(struct sim_turn *t)
{
    return sim_vip_port(t, SIM_VERB_LSP_DELETE, sim_vip_nic(t->w, snap(t)->net), snap(t)->net)
               ? NEXT
               : FAIL;
}

/* The virtual port, whoever's port of that name it is. */
static int remove_virtual_port(struct sim_turn *t)
{
    return sim_vip_port(t, SIM_VERB_LSP_DELETE, SIM_NIC_BARE, 0) ? NEXT : FAIL;
}

static int release(struct sim_turn *t)
{
    sim_ipam_release(t, sim_vip_owner(t), sim_ref_id(snap(t)->net));
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_vip_update_steps[] = {
    [VU1] = CALL("VU1", NULL, read_snapshot, READ, VIP, "read the Vip; gone: done"),
    [VU2] = LOCAL("VU2", NULL, branch_if_terminating, "terminating: the deletion branch"),
    [VU3] = LOCAL("VU3", sim_when_v6_refused, refuse_upper_v6,
                  "error if spec.v6ip has an upper-case letter"),
    [VU4] = LOCAL("VU4", NULL, refuse_changes, "error if the spec differs from what was granted"),
    [VU5] = LOCAL("VU5", NULL, skip_if_granted, "granted: all but the finalizer is done"),
    [VU6] = ENTER("VU6", NULL, prepare_persist, VIP_PERSIST,
                  "write the Vip, with what the spec says and no call to IPAM"),
    [VU7] = CALL("VU7", when_status_patched, read_for_status, READ, VIP, "read the Vip"),
    [VU8] = CALL("VU8", when_status_differs, write_status, WRITE, VIP,
                 "update the status's address; up to v1.13 ready too"),
    [VU9] = ENTER("VU9", NULL, NULL, VIP_FINALIZER_ADD, "add the finalizer"),
    [VU10] = LOCAL("VU10", NULL, stop_here, "done"),
    [VD1] = GLUED("VD1", when_port_removed, read_subnet, READ, SUBNET,
                  "a Vip with a port: read the subnet; gone: error"),
    [VD2] = CALL("VD2", when_port_removed, remove_port, OVN, VIP, "delete the port"),
    [VD3] = CALL("VD3", when_cleaned_before, remove_virtual_port, OVN, VIP,
                 "delete the port of the Vip's bare name"),
    [VD4] = CALL("VD4", when_cleaned_before, release, IPAM, VIP,
                 "release what the name holds in spec.subnet; none given: in all"),
    [VD5] = ENTER("VD5", NULL, NULL, VIP_FINALIZER_DEL, "remove the finalizer"),
    END
};
/* clang-format on */

/* ---- after the deletion ---- */

static const struct sim_vip *item(const struct sim_turn *t)
{
    return (const struct sim_vip *)sim_notice_object(
        sim_item(t->w, (enum sim_queue_id)t->queue, t->me->item));
}

static bool when_item_has_port(const struct sim_turn *t)
{
    return !sim_vip_cleaned_before(t->w) && has_port(t->w, item(t));
}

static int read_item_subnet(struct sim_turn *t)
{
    return read_subnet_of(t, item(t)->net);
}

static int remove_item_port(struct sim_turn *t)
{
    return sim_vip_port(t, SIM_VERB_LSP_DELETE, sim_vip_nic(t->w, item(t)->net), item(t)->net)
               ? NEXT
               : FAIL;
}

static bool when_virtual_removed(const struct sim_turn *t)
{
    return !sim_vip_cleaned_before(t->w) && sim_asks(t->w, SIM_vip_virtual_parents);
}

static bool when_cleaned_after(const struct sim_turn *t)
{
    return !sim_vip_cleaned_before(t->w);
}

static int release_item(struct sim_turn *t)
{
    bool all = sim_asks(t->w, SIM_release_scope) == SIM_release_scope_all;

    sim_ipam_release(t, sim_vip_owner(t), all ? SIM_NONE : sim_ref_id(item(t)->net));
    return NEXT;
}

static bool when_status_asked(const struct sim_turn *t)
{
    return when_cleaned_after(t) || item(t)->net != 0;
}

static int ask_item_status(struct sim_turn *t)
{
    sim_vip_ask_status(t, item(t)->net, false);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_vip_del_steps[] = {
    GLUED("VX1", when_item_has_port, read_item_subnet, READ, SUBNET,
          "a Vip with a port: read the subnet; gone: error"),
    CALL("VX2", when_item_has_port, remove_item_port, OVN, VIP, "delete the port"),
    CALL("VX3", when_virtual_removed, remove_virtual_port, OVN, VIP,
         "delete the port of the Vip's bare name"),
    CALL("VX4", when_cleaned_after, release_item, IPAM, VIP,
         "release what the name holds, even if another object of that name is there"),
    GLUED("VX5", when_status_asked, ask_item_status, QUEUE, SUBNET, "ask for the subnet's status"),
    END
};
/* clang-format on */

/* ---- finalizers ---- */

/* ok, not found: go on; everything else is an error */
static int unless_found(enum sim_result result)
{
    if (result == SIM_RESULT_NOT_FOUND)
        return RETURN;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

static int read_copy(struct sim_turn *t)
{
    return sim_read_vip(t, copy_of(t)) ? NEXT : RETURN;
}

static int add_guard(struct sim_turn *t)
{
    const struct sim_meta *m = &copy_of(t)->meta;
    bool terminating = sim_terminating(m);

    switch (sim_asks(t->w, SIM_finalizer_guard)) {
    case SIM_finalizer_guard_own:
        return !terminating && sim_has_finalizer(m, sim_own_finalizer(t->w)) ? RETURN : NEXT;
    case SIM_finalizer_guard_any_or_term:
        return terminating || sim_finalizer_count(m) > 0 ? RETURN : NEXT;
    default:
        return terminating ? RETURN : NEXT;
    }
}

static int write_finalizers(struct sim_turn *t, const struct sim_vip *body)
{
    bool set = memcmp(body->finalizer, copy_of(t)->finalizer, sizeof body->finalizer) != 0;

    return unless_found(sim_write_vip(t, SIM_VERB_PATCH, body, set));
}

static int add_finalizer(struct sim_turn *t)
{
    struct sim_vip body = *copy_of(t);
    uint8_t own = sim_own_finalizer(t->w);

    if (when_cleaned_before(t))
        sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
    if (!sim_has_finalizer(&body.meta, own) && !sim_add_finalizer(&body.meta, own))
        return FAIL;
    return write_finalizers(t, &body);
}

static int ask_status_now(struct sim_turn *t)
{
    sim_vip_ask_status(t, copy_of(t)->net, false);
    return NEXT;
}

static int remove_guard(struct sim_turn *t)
{
    return sim_finalizer_count(&copy_of(t)->meta) == 0 ? RETURN : NEXT;
}

static int remove_finalizer(struct sim_turn *t)
{
    struct sim_vip body = *copy_of(t);

    sim_remove_finalizer(&body.meta, sim_own_finalizer(t->w));
    if (when_cleaned_before(t))
        sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
    return write_finalizers(t, &body);
}

static int ask_status_later(struct sim_turn *t)
{
    sim_vip_ask_status(t, copy_of(t)->net, true);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_vip_finalizer_add_steps[] = {
    CALL("VF1", NULL, read_copy, READ, VIP, "read the Vip; gone: done"),
    LOCAL("VF2", NULL, add_guard, "done if the guard says that no finalizer is needed"),
    CALL("VF3", NULL, add_finalizer, WRITE, VIP,
         "patch the finalizers: the cached list and our own; gone: done"),
    GLUED("VF4", when_cleaned_before, ask_status_now, QUEUE, SUBNET, "ask for the subnet's status"),
    END
};

const struct sim_step sim_vip_finalizer_del_steps[] = {
    CALL("VG1", NULL, read_copy, READ, VIP, "read the Vip; gone: done"),
    LOCAL("VG2", NULL, remove_guard, "done if the cached Vip has no finalizer at all"),
    CALL("VG3", NULL, remove_finalizer, WRITE, VIP,
         "patch the finalizers: the cached list without our own; gone: done"),
    GLUED("VG4", when_cleaned_before, ask_status_later, QUEUE_AFTER, SUBNET,
          "ask for the subnet's status in 300 ms"),
    END
};
/* clang-format on */
