/* Updating, resetting and deleting an OvnEip, and the helpers that rules on it use, too
 * (pkg/controller/ovn_eip.go, all tags).
 */
#include "model/ovn_internal.h"

static struct sim_ovn_eip *snap(const struct sim_turn *t)
{
    return &sim_ovn_work(t)->snap;
}

/* ---- calls ---- */

bool sim_read_ovn_eip(struct sim_turn *t, struct sim_ovn_eip *into)
{
    sim_id eip = sim_ovn_work(t)->eip;
    struct sim_event e = sim_event_new(t, SIM_EVENT_READ);
    const struct sim_meta *cached = eip == SIM_NONE ? NULL : sim_cache(t->w, SIM_KIND_OVN_EIP, eip);
    bool found = cached != NULL && sim_exists(cached);

    e.object = SIM_OBJECT_OVN_EIP;
    e.id = eip;
    e.result = found ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND;
    memset(into, 0, sizeof *into);
    if (found) {
        e.rv = cached->rv;
        memcpy(into, cached, sizeof *into);
    }
    sim_emit(t, &e);
    return found;
}

enum sim_result sim_write_ovn_eip(struct sim_turn *t, enum sim_verb verb,
                                  const struct sim_ovn_eip *body, bool finalizers)
{
    return sim_write(t, SIM_KIND_OVN_EIP, sim_ovn_work(t)->eip, verb, &body->meta, finalizers);
}

uint8_t sim_ovn_eip_finalizer(const struct sim_world *w)
{
    return sim_asks(w, SIM_ovn_eip_written_whole) ? SIM_FINALIZER_OVN_EIP : sim_own_finalizer(w);
}

enum sim_result sim_patch_ovn_eip_finalizers(struct sim_turn *t, const struct sim_ovn_eip *was,
                                             const struct sim_ovn_eip *body)
{
    bool set = memcmp(body->finalizer, was->finalizer, sizeof body->finalizer) != 0;

    return sim_write_ovn_eip(t, SIM_VERB_PATCH, body, set);
}

static bool labelled(const struct sim_ovn_rule *r, bool six, sim_v4 v4, sim_v6 v6)
{
    if (!sim_exists(&r->meta))
        return false;
    return six ? (r->labels & SIM_LABEL_V6) && r->label_v6 == v6
               : (r->labels & SIM_LABEL_V4) && r->label_v4 == v4;
}

/* Rules of a kind, the bare ones included, which have no second label. */
uint32_t sim_count_ovn_rules(const struct sim_world *w, enum sim_kind_id kind, bool six, sim_v4 v4,
                             sim_v6 v6)
{
    uint32_t n = 0;

    for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)kind); i++)
        n += labelled((const struct sim_ovn_rule *)sim_cache(w, kind, i), six, v4, v6);
    for (sim_id i = 0; !six && i < w->limits.rules; i++)
        n += sim_rule(w, i)->present && sim_rule(w, i)->object == kind && sim_rule(w, i)->v4 == v4;
    return n;
}

static void list_rules(struct sim_turn *t, bool six, sim_v4 v4, sim_v6 v6)
{
    for (unsigned i = 0; i < 3; i++) {
        struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

        e.object = (uint8_t)(SIM_OBJECT_OVN_DNAT + i);
        e.selector = six ? SIM_SELECT_V6 : SIM_SELECT_V4;
        e.v4 = v4;
        e.net = v6;
        e.count = sim_count_ovn_rules(t->w, (enum sim_kind_id)e.object, six, v4, v6);
        if (e.count > 0)
            t->me->nat |= (uint8_t)(1u << i);
        sim_emit(t, &e);
    }
}

void sim_list_ovn_rules(struct sim_turn *t, sim_v4 v4)
{
    list_rules(t, false, v4, 0);
}

void sim_list_ovn_rules6(struct sim_turn *t, sim_v6 v6)
{
    list_rules(t, true, 0, v6);
}

/* Is an address of this family asked for? */
static bool asks_v4(const struct sim_turn *t, const struct sim_ovn_eip *e)
{
    return !sim_asks(t->w, SIM_ovn_nat_by_family) || e->spec_v4 != 0;
}

static bool asks_v6(const struct sim_turn *t, const struct sim_ovn_eip *e)
{
    return sim_asks(t->w, SIM_ovn_nat_by_family) && e->spec_v6 != 0;
}

/* ---- patchOvnEipStatus ---- */

static int read_copy(struct sim_turn *t)
{
    t->me->nat = 0;
    return sim_read_ovn_eip(t, &sim_ovn_work(t)->copy) ? NEXT : FAIL;
}

static bool when_copy_asks_v4(const struct sim_turn *t)
{
    return asks_v4(t, &sim_ovn_work(t)->copy);
}

static bool when_copy_asks_v6(const struct sim_turn *t)
{
    return asks_v6(t, &sim_ovn_work(t)->copy);
}

static int list_of_copy(struct sim_turn *t)
{
    sim_list_ovn_rules(t, sim_ovn_work(t)->copy.spec_v4);
    return NEXT;
}

static int list_of_copy6(struct sim_turn *t)
{
    sim_list_ovn_rules6(t, sim_ovn_work(t)->copy.spec_v6);
    return NEXT;
}

/* A status without MAC takes all from the spec, and is sent in any case. */
static struct sim_ovn_eip new_status(const struct sim_turn *t)
{
    struct sim_ovn_eip e = sim_ovn_work(t)->copy;

    if (t->me->ready)
        e.flags |= SIM_EIP_READY;
    if (e.status_mac == 0) {
        e.status_v4 = e.spec_v4;
        e.status_v6 = e.spec_v6;
        e.status_mac = e.mac;
    }
    if (e.type != SIM_OVN_EIP_NO_TYPE)
        e.status_type = e.type;
    e.nat = t->me->nat;
    return e;
}

static int status_guard(struct sim_turn *t)
{
    struct sim_ovn_eip e = new_status(t);
    const struct sim_ovn_eip *copy = &sim_ovn_work(t)->copy;

    return copy->status_mac == 0 || sim_differs(&e.meta, &copy->meta, sizeof e) ? NEXT : RETURN;
}

static int write_status(struct sim_turn *t)
{
    struct sim_ovn_eip body = new_status(t);

    return sim_write_ovn_eip(t, SIM_VERB_PATCH_STATUS, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_status_steps[] = {
    CALL("OS1", NULL, read_copy, READ, OVN_EIP, "read the OvnEip; gone: error"),
    CALL("OS2", when_copy_asks_v4, list_of_copy, LIST, OVN_DNAT,
         "which OVN rules carry spec.v4Ip as label"),
    CALL("OS3", when_copy_asks_v6, list_of_copy6, LIST, OVN_DNAT,
         "which of them carry spec.v6Ip"),
    LOCAL("OS4", NULL, status_guard, "done if nothing would change"),
    CALL("OS5", NULL, write_status, WRITE, OVN_EIP, "patch the whole status; gone: error"),
    END
};
/* clang-format on */

/* ---- the finalizer's removal ---- */

static int stop_without_finalizer(struct sim_turn *t)
{
    t->me->nat = 0;
    return sim_finalizer_count(&snap(t)->meta) == 0 ? RETURN : NEXT;
}

static bool when_asks_v4(const struct sim_turn *t)
{
    return asks_v4(t, snap(t));
}

static bool when_asks_v6(const struct sim_turn *t)
{
    return asks_v6(t, snap(t));
}

static int list_of_snap(struct sim_turn *t)
{
    sim_list_ovn_rules(t, snap(t)->spec_v4);
    return NEXT;
}

static int list_of_snap6(struct sim_turn *t)
{
    sim_list_ovn_rules6(t, snap(t)->spec_v6);
    return NEXT;
}

static int refuse_in_use(struct sim_turn *t)
{
    return t->me->nat != 0 ? FAIL : NEXT;
}

static int remove_finalizer(struct sim_turn *t)
{
    struct sim_ovn_eip body = *snap(t);
    enum sim_result result;

    sim_remove_finalizer(&body.meta, sim_ovn_eip_finalizer(t->w));
    if (sim_own_finalizer(t->w) == SIM_FINALIZER_NEW)
        sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
    result = sim_patch_ovn_eip_finalizers(t, snap(t), &body);
    if (result == SIM_RESULT_NOT_FOUND)
        return RETURN;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

static bool when_in_update(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_deletion) == SIM_ovn_eip_deletion_in_update;
}

static int ask_status_later(struct sim_turn *t)
{
    sim_queue_add_after(t, SIM_QUEUE_SUBNET_STATUS, sim_status_key(snap(t)->net), 300);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_finalizer_del_steps[] = {
    LOCAL("OG1", NULL, stop_without_finalizer, "done if it has no finalizer"),
    CALL("OG2", when_asks_v4, list_of_snap, LIST, OVN_DNAT,
         "which OVN rules carry spec.v4Ip as label"),
    CALL("OG3", when_asks_v6, list_of_snap6, LIST, OVN_DNAT, "which of them carry spec.v6Ip"),
    LOCAL("OG4", NULL, refuse_in_use, "error if any does"),
    CALL("OG5", NULL, remove_finalizer, WRITE, OVN_EIP,
         "patch the finalizers: the list that was read without our own; gone: done"),
    GLUED("OG6", when_in_update, ask_status_later, QUEUE_AFTER, SUBNET,
          "ask for the subnet's status in 300 ms"),
    END
};
/* clang-format on */

/* ---- ports and addresses ---- */

static bool when_switch_port(const struct sim_turn *t)
{
    return snap(t)->type == SIM_OVN_EIP_LSP;
}

static bool when_router_port(const struct sim_turn *t)
{
    return snap(t)->type == SIM_OVN_EIP_LRP;
}

/* Whoever made it: the port is the one of the OvnEip's name. */
static int delete_port(struct sim_turn *t)
{
    struct sim_ovn_row row;
    bool of_switch = when_switch_port(t);

    memset(&row, 0, sizeof row);
    row.kind = of_switch ? SIM_OVN_LSP : SIM_OVN_LRP;
    row.form = of_switch ? SIM_NIC_BARE : 0;
    row.name = (uint16_t)(sim_name_of(t->w, SIM_OBJECT_OVN_EIP, t->me->key) + 1);
    return sim_ovn_call(t, of_switch ? SIM_VERB_LSP_DELETE : SIM_VERB_LRP_DELETE, &row) ==
                   SIM_RESULT_OK
               ? NEXT
               : FAIL;
}

static int release(struct sim_turn *t)
{
    struct sim_owner who = {SIM_KIND_OVN_EIP, t->me->key};
    bool all = sim_asks(t->w, SIM_release_scope) == SIM_release_scope_all || snap(t)->net == 0;

    sim_ipam_release(t, who, all ? SIM_NONE : sim_ref_id(snap(t)->net));
    return NEXT;
}

/* ---- update ---- */

enum { OU1, OU2, OU3, OU4, OU5, OU6, OU7, OU8, OU9, OT1, OT2, OD1, OD2, OD3, OD4, OD5, OD6, OD7 };

static int read_snapshot(struct sim_turn *t)
{
    sim_ovn_work(t)->eip = t->me->key;
    return sim_read_ovn_eip(t, snap(t)) ? NEXT : SUCCEED;
}

static bool when_patched(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_update) == SIM_ovn_eip_update_patch;
}

static int branch(struct sim_turn *t)
{
    if (!sim_terminating(&snap(t)->meta))
        return NEXT;
    if (when_in_update(t))
        return OD1;
    return when_patched(t) ? OT1 : NEXT;
}

static bool when_patched_ready(const struct sim_turn *t)
{
    return when_patched(t) && !when_switch_port(t);
}

static int mark_ready(struct sim_turn *t)
{
    t->me->ready = 1;
    return NEXT;
}

static int succeed(struct sim_turn *t)
{
    (void)t;
    return SUCCEED;
}

static bool when_finalizer_ensured(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_finalizer) == SIM_ovn_eip_finalizer_update;
}

static int ensure_finalizer(struct sim_turn *t)
{
    struct sim_ovn_eip body = *snap(t);
    enum sim_result result;

    sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
    if (!sim_has_finalizer(&body.meta, SIM_FINALIZER_NEW) &&
        !sim_add_finalizer(&body.meta, SIM_FINALIZER_NEW))
        return FAIL;
    result = sim_patch_ovn_eip_finalizers(t, snap(t), &body);
    if (result == SIM_RESULT_NOT_FOUND)
        return OU7;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

static int ask_status(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_status_key(snap(t)->net));
    return NEXT;
}

static int stop_unless_ready(struct sim_turn *t)
{
    return sim_ready(&snap(t)->meta) ? NEXT : SUCCEED;
}

static int compare(struct sim_turn *t)
{
    const struct sim_ovn_eip *e = snap(t);

    return e->status_v4 == e->spec_v4 && e->status_v6 == e->spec_v6 && e->status_mac == e->mac &&
                   e->status_type == e->type && !(e->spec_v6 & SIM_V6_HAS_UPPER)
               ? SUCCEED
               : FAIL;
}

static int read_subnet(struct sim_turn *t)
{
    if (snap(t)->net == 0)
        return FAIL;
    t->me->net = snap(t)->net;
    if (!sim_read_subnet(t, sim_ref_id(snap(t)->net)))
        return FAIL;
    sim_see_status(t);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_update_steps[] = {
    [OU1] = CALL("OU1", NULL, read_snapshot, READ, OVN_EIP, "read the OvnEip; gone: done"),
    [OU2] = LOCAL("OU2", NULL, branch, "terminating: what the release makes of it"),
    [OU3] = ENTER("OU3", when_patched_ready, mark_ready, OVN_EIP_STATUS,
                  "up to v1.12: patch the status: ready"),
    [OU4] = LOCAL("OU4", when_patched, succeed, "done"),
    [OU5] = CALL("OU5", when_finalizer_ensured, ensure_finalizer, WRITE, OVN_EIP,
                 "patch the finalizers, be it with nothing; gone: go on"),
    [OU6] = GLUED("OU6", when_finalizer_ensured, ask_status, QUEUE, SUBNET,
                  "ask for the subnet's status"),
    [OU7] = LOCAL("OU7", NULL, stop_unless_ready, "done unless it is ready"),
    [OU8] = LOCAL("OU8", NULL, compare, "error if the spec is not what the status has"),
    [OU9] = LOCAL("OU9", NULL, succeed, "done"),
    [OT1] = GLUED("OT1", NULL, read_subnet, READ, SUBNET, "read the subnet; none: error"),
    [OT2] = ENTER("OT2", NULL, NULL, SUBNET_STATUS,
                  "count the subnet's addresses and patch its status"),
    [OD1] = LOCAL("OD1", when_patched, succeed, "done"),
    [OD2] = CALL("OD2", when_asks_v4, list_of_snap, LIST, OVN_DNAT,
                 "which OVN rules carry spec.v4Ip as label"),
    [OD3] = CALL("OD3", when_asks_v6, list_of_snap6, LIST, OVN_DNAT,
                 "which of them carry spec.v6Ip"),
    [OD4] = LOCAL("OD4", NULL, refuse_in_use, "error if any does"),
    [OD5] = CALL("OD5", when_switch_port, delete_port, OVN, OVN_EIP,
                 "type lsp: remove the switch's port of this name"),
    [OD6] = CALL("OD6", when_router_port, delete_port, OVN, OVN_EIP,
                 "type lrp: remove the router's port of this name"),
    [OD7] = CALL("OD7", NULL, release, IPAM, OVN_EIP,
                 "release all that the name holds, before the object is gone"),
    ENTER("OD8", NULL, NULL, OVN_EIP_FINALIZER_DEL, "remove the finalizer unless a rule came"),
    END
};
/* clang-format on */

/* ---- reset ---- */

static int stop_if_terminating(struct sim_turn *t)
{
    return sim_terminating(&snap(t)->meta) ? SUCCEED : NEXT;
}

static int prepare_reset(struct sim_turn *t)
{
    t->me->ready = when_patched(t);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_reset_steps[] = {
    CALL("OR1", NULL, read_snapshot, READ, OVN_EIP, "read the OvnEip; gone: done"),
    LOCAL("OR2", NULL, stop_if_terminating, "done if it is terminating"),
    ENTER("OR3", NULL, prepare_reset, OVN_EIP_STATUS,
          "patch the status: which rules are on it; up to v1.12 also ready"),
    END
};
/* clang-format on */

/* ---- the delete queue ---- */

static bool when_item(const struct sim_turn *t)
{
    return sim_queue_of_items(t->w, (enum sim_queue_id)t->queue);
}

static bool when_key(const struct sim_turn *t)
{
    return !when_item(t);
}

static int take_item(struct sim_turn *t)
{
    sim_ovn_work(t)->eip = t->me->key;
    memcpy(snap(t), sim_notice_object(sim_item(t->w, (enum sim_queue_id)t->queue, t->me->item)),
           sizeof(struct sim_ovn_eip));
    return NEXT;
}

static int refuse_many_finalizers(struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_many_finalizers) && sim_finalizer_count(&snap(t)->meta) > 1
               ? FAIL
               : NEXT;
}

static bool when_finalizer_first(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_deletion) == SIM_ovn_eip_deletion_fin_port_ipam;
}

static bool when_finalizer_second(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_eip_deletion) == SIM_ovn_eip_deletion_port_fin_ipam;
}

static bool when_status_asked(const struct sim_turn *t)
{
    return !when_in_update(t) || snap(t)->net != 0;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_del_steps[] = {
    LOCAL("OX1", when_item, take_item, "the item is the object as it was"),
    CALL("OX2", when_key, read_snapshot, READ, OVN_EIP,
         "read the OvnEip; gone: done, and nothing is released; a live one goes through all this"),
    LOCAL("OX3", NULL, refuse_many_finalizers, "v1.12.0: error if it has several finalizers"),
    ENTER("OX4", when_finalizer_first, NULL, OVN_EIP_FINALIZER_DEL,
          "remove the finalizer; a rule on it: error"),
    CALL("OX5", when_switch_port, delete_port, OVN, OVN_EIP,
         "type lsp: remove the switch's port of this name"),
    CALL("OX6", when_router_port, delete_port, OVN, OVN_EIP,
         "type lrp: remove the router's port of this name"),
    ENTER("OX7", when_finalizer_second, NULL, OVN_EIP_FINALIZER_DEL,
          "remove the finalizer; a rule on it: error"),
    CALL("OX8", NULL, release, IPAM, OVN_EIP,
         "release all that the name holds, whoever of this name holds it by now"),
    GLUED("OX9", when_status_asked, ask_status, QUEUE, SUBNET, "ask for the subnet's status"),
    END
};
/* clang-format on */
