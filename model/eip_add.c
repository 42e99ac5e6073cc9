/* Adding an EIP: handleAddIptablesEip and createOrUpdateEipCR (pkg/controller/vpc_nat_gw_eip.go,
 * all tags; called createOrUpdateCrdEip in v1.12).
 *
 * In no release does a path of it give an address back, and the finalizer is the last thing it
 * writes (but C2 writes it with the object).  That is kube-ovn #4922: between A8 and the finalizer,
 * whatever fails leaves an address in use, and a delete by the user in that time removes the
 * object at once.
 */
#include "model/step_internal.h"

static int read_snapshot(struct sim_turn *t)
{
    return sim_read_eip(t, &t->me->snap) || sim_asks(t->w, SIM_add_notfound_releases) ? NEXT
                                                                                      : SUCCEED;
}

static bool when_gone(const struct sim_turn *t)
{
    return !sim_eip_exists(&t->me->snap);
}

static int release_all(struct sim_turn *t)
{
    sim_ipam_release(t, sim_eip_owner(t->me->eip), SIM_NONE);
    return SUCCEED;
}

static int stop_if_ready(struct sim_turn *t)
{
    const struct sim_eip *s = &t->me->snap;

    return sim_eip_ready(s) && s->status_ip != 0 ? SUCCEED : NEXT;
}

static bool when_terminating_checked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_add_checks_terminating) && sim_eip_terminating(&t->me->snap);
}

static int hand_over(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_UPDATE_EIP, t->me->eip);
    return SUCCEED;
}

static bool when_finalizer_first(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_finalizer_added_before_allocate);
}

static bool when_finalizer_verified(const struct sim_turn *t)
{
    return when_finalizer_first(t) && !sim_asks(t->w, SIM_guarded_writes);
}

static int stop_if_terminating(struct sim_turn *t)
{
    return sim_eip_terminating(&t->me->snap) ? SUCCEED : NEXT;
}

/* The patch that adds a finalizer takes "not found" for success, and the cache may be behind: only
 * a cached object that shows the finalizer proves it.  A guarded patch proves it by its answer. */
static int verify_finalizer(struct sim_turn *t)
{
    if (!sim_read_eip(t, &t->me->snap))
        return SUCCEED;
    return sim_eip_finalizer_count(&t->me->snap) > 0 ? NEXT : FAIL;
}

static bool when_pod_checked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_gw_pod_checked_before_allocate);
}

static bool when_pod_checked_by_namespace(const struct sim_turn *t)
{
    return when_pod_checked(t) && sim_when_namespace_unknown(t);
}

static int check_pod(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    t->me->missing_ok = 0;
    return sim_find_pods(t);
}

/* ---- allocation ---- */

enum {
    A1,
    A3,
    A2,
    A2B,
    A1B,
    A3B,
    A3C,
    A4,
    A4B,
    A5,
    A6,
    A6H,
    A6I,
    A6J,
    A6B,
    A6C,
    A6D,
    A6E,
    A6F,
    A6K,
    A6G,
    A7A,
    A7,
    A8,
    A8S,
    A8R,
    A9,
    A9R,
    A10A,
    A10,
    A11,
    A12,
    A13
};

/* What an earlier run of add recorded, else what the user asks for: an address that is recorded can
 * be on the gateway, and does not change any more. */
static sim_v4 wanted(const struct sim_turn *t)
{
    const struct sim_eip *s = &t->me->snap;

    return sim_when_recorded(t) && s->status_ip != 0 ? s->status_ip : s->spec_v4;
}

static int refuse_bad_address(struct sim_turn *t)
{
    sim_v4 want = wanted(t);

    return want == 0 || sim_v4_is_address(want) ? NEXT : FAIL;
}

static int ask_status_now(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_ext(t->w, t->me->snap.net));
    return NEXT;
}

static bool when_new(const struct sim_turn *t)
{
    return sim_when_recorded(t) && t->me->snap.status_ip == 0;
}

static bool when_policy_asked(const struct sim_turn *t)
{
    return when_new(t) && t->me->snap.qos != 0;
}

static int ask_policy(struct sim_turn *t)
{
    return sim_only_ask_policy(t, t->me->snap.qos);
}

static bool holds_something(const struct sim_turn *t)
{
    for (sim_id s = 0; s < t->w->limits.subnets; s++)
        if (sim_ipam_held(t->w, sim_eip(t->w, t->me->eip)->name, s, SIM_NIC_PORT) != 0 ||
            sim_ipam_held(t->w, sim_eip(t->w, t->me->eip)->name, s, SIM_NIC_BARE) != 0)
            return true;
    return false;
}

static bool when_left_over(const struct sim_turn *t)
{
    return when_new(t) && holds_something(t);
}

/* What an add that failed before it recorded anything has allocated: the deletion may wait long. */
static bool when_ends_empty(const struct sim_turn *t)
{
    return when_left_over(t) && sim_eip_terminating(&t->me->snap);
}

static int begin_anew(struct sim_turn *t)
{
    sim_release_left(t);
    return NEXT;
}

static bool when_gave_back(const struct sim_turn *t)
{
    return t->me->gave_back != 0 && sim_asks(t->w, SIM_subnet_status) == SIM_subnet_status_changes;
}

static bool when_maybe_programmed(const struct sim_turn *t)
{
    return t->me->gave_back != 0 && sim_asks(t->w, SIM_gateway_swept) && t->me->snap.gw != 0;
}

static int ask_sweep(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_UPDATE_VPC_EIP, sim_ref_id(t->me->snap.gw));
    return NEXT;
}

static bool when_static(const struct sim_turn *t)
{
    return wanted(t) != 0;
}

static bool when_random(const struct sim_turn *t)
{
    return wanted(t) == 0;
}

/* The subnet's name as IPAM is told it. */
static sim_id ipam_name(const struct sim_turn *t)
{
    sim_id subnet = sim_ref_id(t->me->subnet);

    return sim_asks(t->w, SIM_subnet_resolution) == SIM_subnet_resolution_ipam_name ||
                   subnet == SIM_NONE
               ? sim_ext(t->w, t->me->snap.net)
               : sim_subnet(t->w, subnet)->net;
}

static int take(struct sim_turn *t, const struct sim_alloc *got)
{
    t->me->v4 = got->v4;
    t->me->mac = got->mac;
    t->me->allocated = got->error == IPAM_ERROR_NONE;
    return got->error == IPAM_ERROR_NONE ? NEXT : FAIL;
}

static int allocate_static(struct sim_turn *t)
{
    struct sim_alloc_wish wish = {SIM_NIC_PORT, wanted(t), 0, true, 0};
    struct sim_alloc got = sim_ipam_static(t, sim_eip_owner(t->me->eip), ipam_name(t), &wish);

    return take(t, &got);
}

/* A draw that is a node's own address is thrown back by asking again with it in the skip list. */
static int allocate_random(struct sim_turn *t)
{
    sim_id net = ipam_name(t);
    struct sim_alloc got =
        sim_ipam_random(t, sim_eip_owner(t->me->eip), SIM_NIC_PORT, net, t->me->skip);
    int flow = take(t, &got);

    if (flow != NEXT)
        return flow;
    if (!sim_read_subnet(t, net))
        return FAIL;
    for (unsigned i = 0; i < SIM_NODE_ADDRESSES; i++)
        if (got.v4 == t->w->node[i]) {
            t->me->skip = (uint8_t)(t->me->skip | 1u << i);
            return A8R;
        }
    return NEXT;
}

static int find_mask(struct sim_turn *t)
{
    if (sim_asks(t->w, SIM_subnet_resolution) == SIM_subnet_resolution_ipam_name &&
        !sim_resolve_in_ipam(t))
        return FAIL;
    return NEXT;
}

static int record_address(struct sim_turn *t)
{
    struct sim_eip body = t->me->snap;

    body.status_ip = t->me->v4;
    body.status_qos = body.qos;
    t->me->written = 1;
    return sim_write_eip(t, SIM_VERB_PATCH_STATUS, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

/* ---- the gateway ---- */

static int prepare_eip_add(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    t->me->missing_ok = 0;
    t->me->op = SIM_VERB_EIP_ADD;
    return NEXT;
}

static int prepare_policy(struct sim_turn *t)
{
    return sim_use_policy(t, sim_policy_used(t));
}

/* clang-format off */
const struct sim_step sim_add_steps[] = {
    [A1] = LOCAL("A1", sim_when_locked_first, sim_refuse_if_disabled,
                 "error unless the NAT gateway feature is on"),
    [A3] = CALL("A3", sim_when_locked_first, sim_take_lock, LOCK, EIP, "lock the EIP's name"),
    [A2] = CALL("A2", NULL, read_snapshot, READ, EIP,
                "read the EIP; gone: done, and no release gives anything back"),
    [A2B] = CALL("A2b", when_gone, release_all, IPAM, EIP,
                 "give back what a gone EIP holds, in all subnets; done"),
    [A1B] = LOCAL("A1b", sim_when_read_first, sim_refuse_if_disabled,
                  "error unless the NAT gateway feature is on"),
    [A3B] = CALL("A3b", sim_when_read_first, sim_take_lock, LOCK, EIP, "lock the EIP's name"),
    [A3C] = CALL("A3c", sim_when_rechecked, sim_read_again, READ, EIP,
                 "read the EIP again under the lock"),
    [A4] = LOCAL("A4", NULL, stop_if_ready, "done if it is ready and has an address"),
    [A4B] = GLUED("A4b", when_terminating_checked, hand_over, QUEUE, EIP,
                  "hand a terminating EIP over to the update queue"),
    [A5] = LOCAL("A5", sim_when_resolved_first, sim_resolve, "find the subnet; none: error"),
    [A6] = LOCAL("A6", sim_when_v6_refused, sim_refuse_upper_v6,
                 "error if spec.v6ip has upper-case letters"),
    [A6H] = CALL("A6h", when_ends_empty, begin_anew, IPAM, EIP,
                 "terminating, without an address: give back what it holds all the same"),
    [A6I] = GLUED("A6i", when_gave_back, sim_ask_status_of_left, QUEUE, SUBNET,
                  "something was given back: ask for the status of its subnet"),
    [A6J] = GLUED("A6j", when_maybe_programmed, ask_sweep, QUEUE, GATEWAY,
                  "something was given back: ask for the gateway to be swept"),
    [A6B] = LOCAL("A6b", when_finalizer_first, stop_if_terminating, "done if it is terminating"),
    [A6C] = ENTER("A6c", when_finalizer_first, NULL, FINALIZER_ADD, "put the finalizer first"),
    [A6D] = CALL("A6d", when_finalizer_verified, verify_finalizer, READ, EIP,
                 "go on only if the cached EIP shows a finalizer"),
    [A6E] = CALL("A6e", when_left_over, begin_anew, IPAM, EIP,
                 "without an address: give back what an earlier EIP of the name left"),
    [A6F] = GLUED("A6f", when_gave_back, sim_ask_status_of_left, QUEUE, SUBNET,
                  "something was given back: ask for the status of its subnet"),
    [A6K] = GLUED("A6k", when_maybe_programmed, ask_sweep, QUEUE, GATEWAY,
                  "something was given back: ask for the gateway to be swept"),
    [A6G] = ENTER("A6g", when_policy_asked, ask_policy, QOS_ADD,
                  "without an address: is the bandwidth policy to be had?"),
    [A7A] = CALL("A7a", when_pod_checked_by_namespace, sim_look_up_namespace, READ, GATEWAY,
                 "read the gateway for its namespace"),
    [A7] = CALL("A7", when_pod_checked, check_pod, LIST, POD,
                "find the gateway's pod; none: error, before anything is allocated"),
    [A8] = LOCAL("A8", NULL, refuse_bad_address, "error if spec.v4ip is no address"),
    [A8S] = CALL("A8s", when_static, allocate_static, IPAM, EIP, "allocate the address asked for"),
    [A8R] = CALL("A8r", when_random, allocate_random, IPAM, EIP,
                 "allocate an address, again while it is a node's own"),
    [A9] = LOCAL("A9", NULL, find_mask, "find mask and gateway of the subnet"),
    [A9R] = CALL("A9r", when_new, record_address, WRITE, EIP,
                  "patch the status: address and policy, not ready"),
    [A10A] = CALL("A10a", sim_when_namespace_unknown, sim_look_up_namespace, READ, GATEWAY,
                  "read the gateway for its namespace"),
    [A10] = ENTER("A10", NULL, prepare_eip_add, PODS, "set the address in the gateway: eip-add"),
    [A11] = ENTER("A11", sim_when_policy_used, prepare_policy, QOS_ADD, "add the bandwidth rules"),
    [A12] = ENTER("A12", NULL, NULL, PERSIST, "write spec, status, labels, finalizer"),
    [A13] = GLUED("A13", sim_when_handlers_ask_status, ask_status_now, QUEUE, SUBNET,
                  "ask for the subnet's status"),
    END
};
/* clang-format on */

/* ---- createOrUpdateEipCR ---- */

static bool when_namespaces(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_eip_namespace);
}

enum { C0, C1, C2, C3, C4, C5, C6, C7 };

static int read_to_persist(struct sim_turn *t)
{
    if (sim_read_eip(t, &t->me->copy))
        return C3;
    return sim_asks(t->w, SIM_persist_when_missing) == SIM_persist_when_missing_panic ? DIE : NEXT;
}

static void set_labels(const struct sim_turn *t, struct sim_eip *body)
{
    body->labels |= SIM_LABEL_NET | SIM_LABEL_GW | SIM_LABEL_V4;
    body->label_net = sim_ref_of(sim_ext(t->w, t->me->snap.net));
    body->label_gw = t->me->snap.gw;
    body->label_v4 = t->me->v4;
}

static void set_spec(const struct sim_turn *t, struct sim_eip *body)
{
    body->spec_v4 = t->me->v4;
    body->mac = t->me->mac;
    body->gw = t->me->snap.gw;
    if (sim_asks(t->w, SIM_v6_nil_text))
        body->v6 = t->me->snap.spec_v4 == 0 ? SIM_V6_NIL : SIM_V6_EMPTY;
    else
        body->v6 = SIM_V6_EMPTY;
    if (sim_asks(t->w, SIM_eip_namespace) && body->ns == 0)
        body->ns = 1;
}

static bool when_created(const struct sim_turn *t)
{
    return !sim_asks(t->w, SIM_guarded_writes);
}

static int create(struct sim_turn *t)
{
    struct sim_eip body;

    memset(&body, 0, sizeof body);
    set_spec(t, &body);
    set_labels(t, &body);
    body.qos = t->me->snap.qos;
    body.finalizer[0] = sim_own_finalizer(t->w);
    body.flags = SIM_EIP_READY;
    body.status_ip = t->me->v4;
    body.status_qos = t->me->snap.qos;
    t->me->written = 1;
    return sim_write_eip(t, SIM_VERB_CREATE, &body, true) == SIM_RESULT_OK ? C7 : FAIL;
}

static int update(struct sim_turn *t)
{
    struct sim_eip body = t->me->copy;

    set_spec(t, &body);
    if (sim_asks(t->w, SIM_labels_in_main_update)) {
        set_labels(t, &body);
        if (body.qos != 0) {
            body.labels |= SIM_LABEL_QOS;
            body.label_qos = body.qos;
        }
    }
    t->me->written = 1;
    return sim_write_eip(t, SIM_VERB_UPDATE, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

/* Not found ends createOrUpdateEipCR with success: the address stays and nobody owns it. */
static int patch_status(struct sim_turn *t)
{
    struct sim_eip body = t->me->copy;
    enum sim_result result;

    body.flags |= SIM_EIP_READY;
    if (body.status_ip == 0)
        body.status_ip = t->me->v4;
    body.status_qos = sim_policy_used(t);
    if (sim_asks(t->w, SIM_gateway_swept))
        body.redo = t->me->redo;
    result = sim_write_eip(t, SIM_VERB_PATCH_STATUS, &body, false);
    if (result == SIM_RESULT_NOT_FOUND)
        return RETURN;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

static bool qos_label_wrong(const struct sim_eip *c)
{
    return c->qos != 0 && (!(c->labels & SIM_LABEL_QOS) || c->label_qos != c->qos);
}

static bool net_label_wrong(const struct sim_turn *t, const struct sim_eip *c)
{
    return !(c->labels & SIM_LABEL_NET) || c->label_net != sim_ref_of(sim_ext(t->w, c->net));
}

static bool when_labels_patched(const struct sim_turn *t)
{
    const struct sim_eip *c = &t->me->copy;

    return !sim_asks(t->w, SIM_labels_in_main_update) &&
           (c->labels == 0 || net_label_wrong(t, c) || qos_label_wrong(c));
}

/* With labels that are right but for the policy's, the patch has an empty op and is refused. */
static int patch_labels(struct sim_turn *t)
{
    struct sim_eip body = t->me->copy;
    enum sim_verb verb = SIM_VERB_PATCH_LABEL_NO_OP;
    enum sim_result result;

    if (body.labels == 0) {
        verb = SIM_VERB_PATCH_LABEL_ADD;
        set_labels(t, &body);
        body.label_net = sim_ref_of(sim_ext(t->w, body.net));
    } else if (net_label_wrong(t, &body)) {
        verb = SIM_VERB_PATCH_LABEL_REPLACE;
        body.labels |= SIM_LABEL_NET | SIM_LABEL_GW;
        body.label_net = sim_ref_of(sim_ext(t->w, body.net));
        body.label_gw = t->me->snap.gw;
    }
    if (qos_label_wrong(&body)) {
        body.labels |= SIM_LABEL_QOS;
        body.label_qos = body.qos;
    }
    result = sim_write_eip(t, verb, &body, false);
    return result == SIM_RESULT_OK || result == SIM_RESULT_NOT_FOUND ? NEXT : FAIL;
}

static bool when_finalizer_last(const struct sim_turn *t)
{
    return !when_finalizer_first(t);
}

static int ask_status_later(struct sim_turn *t)
{
    sim_queue_add_after(t, SIM_QUEUE_SUBNET_STATUS, sim_ext(t->w, t->me->snap.net), 300);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_persist_steps[] = {
    [C0] = CALL("C0", when_namespaces, sim_look_up_namespace, READ, GATEWAY,
                "read the gateway for its namespace"),
    [C1] = CALL("C1", sim_when_copy_read, read_to_persist, READ, EIP,
                "read the EIP; gone: panic up to v1.14, create it anew from v1.15"),
    [C2] = CALL("C2", when_created, create, WRITE, EIP, "create the EIP that a user deleted"),
    [C3] = CALL("C3", NULL, update, WRITE, EIP, "update the spec, with the cached resourceVersion"),
    [C4] = CALL("C4", NULL, patch_status, WRITE, EIP,
                "patch the whole status; gone: success, and nothing is given back"),
    [C5] = CALL("C5", when_labels_patched, patch_labels, WRITE, EIP, "patch the label map"),
    [C6] = ENTER("C6", when_finalizer_last, NULL, FINALIZER_ADD, "add the finalizer"),
    [C7] = GLUED("C7", sim_when_handlers_ask_status, ask_status_later, QUEUE_AFTER, SUBNET,
                 "ask for the subnet's status in 300 ms"),
    END
};
/* clang-format on */

/* ---- undoing a failed add: no release does that ---- */

static bool when_undo_allowed(const struct sim_turn *t)
{
    const struct sim_worker *me = t->me;

    return sim_asks(t->w, SIM_release_on_add_failure) == SIM_release_on_add_failure_any ||
           (!me->written && me->snap.spec_v4 == 0 && me->snap.status_ip == 0);
}

static bool when_exec_undone(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_exec_undo_on_add_failure) && when_undo_allowed(t);
}

static bool when_undo_by_namespace(const struct sim_turn *t)
{
    return when_exec_undone(t) && sim_when_namespace_unknown(t);
}

static int prepare_undo(struct sim_turn *t)
{
    t->me->gateway = sim_ref_id(t->me->snap.gw);
    t->me->missing_ok = 1;
    t->me->op = SIM_VERB_EIP_DEL;
    return NEXT;
}

static int release_what_was_added(struct sim_turn *t)
{
    sim_ipam_release(t, sim_eip_owner(t->me->eip), ipam_name(t));
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_undo_steps[] = {
    CALL("Z0", when_undo_by_namespace, sim_look_up_namespace, READ, GATEWAY,
         "read the gateway for its namespace"),
    ENTER("Z1", when_exec_undone, prepare_undo, PODS, "take the address off the gateway"),
    CALL("Z2", when_undo_allowed, release_what_was_added, IPAM, EIP, "release the address"),
    END
};
/* clang-format on */
