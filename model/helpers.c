/* The write helpers of pkg/controller/vpc_nat_gw_eip.go: finalizers, status, labels.  Each reads
 * the EIP anew from the cache, and each takes "not found" for success.
 */
#include "model/step_internal.h"

uint8_t sim_own_finalizer(const struct sim_world *w)
{
    return sim_asks(w, SIM_finalizer_name) ? SIM_FINALIZER_NEW : SIM_FINALIZER_OLD;
}

/* ok, not found: go on; everything else is an error */
static int unless_found(enum sim_result result)
{
    return result == SIM_RESULT_OK || result == SIM_RESULT_NOT_FOUND ? NEXT : FAIL;
}

bool sim_when_handlers_ask_status(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_subnet_status) == SIM_subnet_status_handlers;
}

bool sim_when_resolved_first(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_subnet_resolution) != SIM_subnet_resolution_ipam_name;
}

bool sim_when_recorded(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_recorded_first);
}

sim_ref sim_policy_used(const struct sim_turn *t)
{
    return sim_when_recorded(t) ? t->me->snap.status_qos : t->me->snap.qos;
}

bool sim_when_policy_used(const struct sim_turn *t)
{
    return sim_policy_used(t) != 0;
}

int sim_resolve(struct sim_turn *t)
{
    return sim_resolve_subnet(t) ? NEXT : FAIL;
}

static int read_copy(struct sim_turn *t)
{
    return sim_read_eip(t, &t->me->copy) ? NEXT : RETURN;
}

/* ---- addIptablesEipFinalizer ---- */

static bool guard_says_no(const struct sim_world *w, const struct sim_eip *e)
{
    bool terminating = sim_eip_terminating(e);

    switch (sim_asks(w, SIM_finalizer_guard)) {
    case 0:
        return !terminating && sim_eip_has_finalizer(e, sim_own_finalizer(w));
    case 1:
        return terminating || sim_eip_finalizer_count(e) > 0;
    default:
        return terminating;
    }
}

static int add_guard(struct sim_turn *t)
{
    return guard_says_no(t->w, &t->me->copy) ? RETURN : NEXT;
}

/* The old name goes when the new one comes. */
static int write_finalizer(struct sim_turn *t)
{
    uint8_t own = sim_own_finalizer(t->w);
    struct sim_eip body = t->me->copy;
    enum sim_result result;

    if (own == SIM_FINALIZER_NEW)
        sim_eip_remove_finalizer(&body, SIM_FINALIZER_OLD);
    if (!sim_eip_has_finalizer(&body, own) && !sim_eip_add_finalizer(&body, own))
        return FAIL;
    result = sim_write_eip(t, SIM_VERB_PATCH, &body,
                           memcmp(body.finalizer, t->me->copy.finalizer, sizeof body.finalizer));
    if (result == SIM_RESULT_NOT_FOUND && !sim_asks(t->w, SIM_guarded_writes))
        return RETURN;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

static int ask_status_now(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_SUBNET_STATUS, sim_ext(t->w, t->me->copy.net));
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_finalizer_add_steps[] = {
    CALL("F1", sim_when_copy_read, read_copy, READ, EIP, "read the EIP; gone: done"),
    LOCAL("F2", NULL, add_guard, "done if the guard says that no finalizer is needed"),
    CALL("F3", NULL, write_finalizer, WRITE, EIP,
         "patch the finalizers: the cached list and our own; gone: done"),
    GLUED("F4", sim_when_handlers_ask_status, ask_status_now, QUEUE, SUBNET,
          "ask for the subnet's status"),
    END
};
/* clang-format on */

/* ---- delIptablesEipFinalizer ---- */

static int remove_guard(struct sim_turn *t)
{
    return sim_eip_finalizer_count(&t->me->copy) == 0 ? RETURN : NEXT;
}

static int write_removal(struct sim_turn *t)
{
    struct sim_eip body = t->me->copy;
    enum sim_result result;

    sim_eip_remove_finalizer(&body, sim_own_finalizer(t->w));
    if (sim_asks(t->w, SIM_finalizer_guard) == SIM_finalizer_guard_term)
        sim_eip_remove_finalizer(&body, SIM_FINALIZER_OLD);
    result = sim_write_eip(t, SIM_VERB_PATCH, &body,
                           memcmp(body.finalizer, t->me->copy.finalizer, sizeof body.finalizer));
    if (result == SIM_RESULT_NOT_FOUND)
        return RETURN;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

static int ask_status_later(struct sim_turn *t)
{
    sim_queue_add_after(t, SIM_QUEUE_SUBNET_STATUS, sim_ext(t->w, t->me->copy.net), 300);
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_finalizer_del_steps[] = {
    CALL("G1", sim_when_copy_read, read_copy, READ, EIP, "read the EIP; gone: done"),
    LOCAL("G2", NULL, remove_guard, "done if the cached EIP has no finalizer at all"),
    CALL("G3", NULL, write_removal, WRITE, EIP,
         "patch the finalizers: the cached list without our own; gone: done"),
    GLUED("G4", sim_when_handlers_ask_status, ask_status_later, QUEUE_AFTER, SUBNET,
          "ask for the subnet's status in 300 ms"),
    END
};
/* clang-format on */

/* ---- patchEipStatus ---- */

static int list_rules(struct sim_turn *t)
{
    sim_list_rules(t, t->me->copy.spec_v4);
    return NEXT;
}

/* The whole status as the cache had it, with the arguments put in. */
static struct sim_eip new_status(const struct sim_worker *me)
{
    struct sim_eip s = me->copy;

    s.flags = (uint8_t)((s.flags & ~SIM_EIP_READY) | (me->ready ? SIM_EIP_READY : 0));
    if (me->redo != 0)
        s.redo = me->redo;
    if (me->qos != 0)
        s.status_qos = me->qos;
    s.nat = me->nat;
    return s;
}

/* An EIP that was programmed since the pass chose it is left alone. */
static bool no_longer_marked(const struct sim_turn *t)
{
    return t->queue == SIM_QUEUE_UPDATE_VPC_EIP && sim_asks(t->w, SIM_gateway_swept) &&
           t->me->copy.redo == t->me->redo;
}

static int status_guard(struct sim_turn *t)
{
    struct sim_eip s = new_status(t->me);

    return sim_eip_differs(&s, &t->me->copy) && !no_longer_marked(t) ? NEXT : RETURN;
}

static int write_status(struct sim_turn *t)
{
    struct sim_eip s = new_status(t->me);

    return unless_found(sim_write_eip(t, SIM_VERB_PATCH_STATUS, &s, false));
}

/* clang-format off */
const struct sim_step sim_patch_status_steps[] = {
    CALL("S1", sim_when_copy_read, read_copy, READ, EIP, "read the EIP; gone: done"),
    CALL("S2", NULL, list_rules, LIST, DNAT, "which NAT rules carry spec.v4ip as label"),
    LOCAL("S3", NULL, status_guard, "done if nothing would change"),
    CALL("S4", NULL, write_status, WRITE, EIP, "patch the whole status; gone: done"),
    END
};
/* clang-format on */

/* ---- patchEipQoSStatus ---- */

static int qos_guard(struct sim_turn *t)
{
    return t->me->copy.status_qos == t->me->snap.qos ? RETURN : NEXT;
}

static int write_qos_status(struct sim_turn *t)
{
    struct sim_eip s = t->me->copy;

    s.status_qos = t->me->snap.qos;
    return unless_found(sim_write_eip(t, SIM_VERB_PATCH_STATUS, &s, false));
}

/* clang-format off */
const struct sim_step sim_patch_qos_status_steps[] = {
    CALL("Q1", sim_when_copy_read, read_copy, READ, EIP, "read the EIP; gone: done"),
    LOCAL("Q2", NULL, qos_guard, "done if it names this policy already"),
    CALL("Q3", NULL, write_qos_status, WRITE, EIP, "patch the whole status; gone: done"),
    END
};
/* clang-format on */

/* ---- patchEipLabel ---- */

static int label_guard(struct sim_turn *t)
{
    const struct sim_eip *c = &t->me->copy;

    return c->labels != 0 && c->label_gw == c->gw && c->label_qos == c->qos ? RETURN : NEXT;
}

static int write_labels(struct sim_turn *t)
{
    struct sim_eip body = t->me->copy;
    enum sim_verb verb = body.labels == 0 ? SIM_VERB_PATCH_LABEL_ADD : SIM_VERB_PATCH_LABEL_REPLACE;

    body.labels = SIM_LABEL_NET | SIM_LABEL_GW | SIM_LABEL_V4 | SIM_LABEL_QOS;
    body.label_net = sim_ref_of(sim_ext(t->w, body.net));
    body.label_gw = body.gw;
    body.label_v4 = body.spec_v4;
    body.label_qos = body.qos;
    return unless_found(sim_write_eip(t, verb, &body, false));
}

/* clang-format off */
const struct sim_step sim_patch_label_steps[] = {
    CALL("L1", sim_when_copy_read, read_copy, READ, EIP, "read the EIP; gone: done"),
    LOCAL("L2", NULL, label_guard, "done if the labels of gateway and policy are right"),
    CALL("L3", NULL, write_labels, WRITE, EIP, "patch the label map; gone: done"),
    END
};
/* clang-format on */
