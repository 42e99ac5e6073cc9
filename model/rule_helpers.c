/* What the handlers of all NAT rules do to a rule and to its gateway: programming and removing it,
 * its status, labels, annotation and finalizer (pkg/controller/vpc_nat_gw_nat.go, all tags).  As
 * with EIPs, each helper reads the rule anew from the cache and takes "not found" for success.
 */
#include "model/rule_internal.h"

/* ok, not found: go on; everything else is an error */
static int unless_found(enum sim_result result)
{
    return result == SIM_RESULT_OK || result == SIM_RESULT_NOT_FOUND ? NEXT : FAIL;
}

bool sim_read_rule(struct sim_turn *t, struct sim_nat_rule *into)
{
    enum sim_kind_id kind = sim_rule_kind(t);
    sim_id id = sim_rule_work(t)->rule;
    const struct sim_meta *cached = sim_cache(t->w, kind, id);
    struct sim_event e = sim_event_new(t, SIM_EVENT_READ);

    e.object = (uint8_t)kind;
    e.id = id;
    e.result = sim_exists(cached) ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND;
    e.rv = cached->rv;
    memcpy(into, cached, sizeof *into);
    sim_emit(t, &e);
    return sim_exists(cached);
}

static int read_copy(struct sim_turn *t)
{
    return sim_read_rule(t, &sim_rule_work(t)->copy) ? NEXT : RETURN;
}

static enum sim_result send(struct sim_turn *t, enum sim_verb verb, const struct sim_nat_rule *body,
                            bool finalizers)
{
    return sim_write(t, sim_rule_kind(t), sim_rule_work(t)->rule, verb, &body->meta, finalizers);
}

/* ---- programming and removing ---- */

void sim_rule_set_row(struct sim_turn *t, sim_v4 eip, const struct sim_target *target)
{
    struct sim_pod_rule *row = &sim_rule_work(t)->row;
    enum sim_kind_id kind = sim_rule_kind(t);

    memset(row, 0, sizeof *row);
    row->kind = (uint8_t)kind;
    row->eip = eip;
    row->internal = target->internal;
    if (kind == SIM_KIND_SNAT)
        row->mask = target->mask;
    if (kind != SIM_KIND_DNAT)
        return;
    row->port = target->port;
    row->protocol = target->protocol;
    row->internal_port = target->internal_port;
}

static int prepare(struct sim_turn *t, enum sim_verb dnat, enum sim_verb fip, enum sim_verb snat)
{
    enum sim_kind_id kind = sim_rule_kind(t);

    t->me->op = (uint8_t)(kind == SIM_KIND_DNAT ? dnat : kind == SIM_KIND_FIP ? fip : snat);
    return NEXT;
}

static int prepare_add(struct sim_turn *t)
{
    t->me->missing_ok = 0;
    return prepare(t, SIM_VERB_DNAT_ADD, SIM_VERB_FIP_ADD, SIM_VERB_SNAT_ADD);
}

static int prepare_del(struct sim_turn *t)
{
    t->me->missing_ok = sim_asks(t->w, SIM_delete_skip_rule) == SIM_delete_skip_rule_pod_notfound;
    return prepare(t, SIM_VERB_DNAT_DEL, SIM_VERB_FIP_DEL, SIM_VERB_SNAT_DEL);
}

static bool when_namespaced(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_eip_namespace);
}

static int look_up_namespace(struct sim_turn *t)
{
    (void)sim_read_gateway(t);
    return NEXT;
}

static bool when_gateway_asked(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_delete_skip_rule) == SIM_delete_skip_rule_gw_object_gone;
}

static int stop_if_gateway_gone(struct sim_turn *t)
{
    return sim_read_gateway(t) ? NEXT : RETURN;
}

/* "" is no value of a label: the selector's error is dropped, and listing by it panics. */
static bool when_listing_panics(const struct sim_turn *t)
{
    return t->me->gateway == SIM_NONE && sim_asks(t->w, SIM_empty_gateway_panics);
}

static int die(struct sim_turn *t)
{
    (void)t;
    return DIE;
}

/* clang-format off */
const struct sim_step sim_rule_create_steps[] = {
    CALL("RC1", when_namespaced, look_up_namespace, READ, GATEWAY,
         "read the gateway for its namespace"),
    CALL("RC2", when_listing_panics, die, LIST, POD,
         "without a gateway's name: panic up to v1.14"),
    ENTER("RC3", NULL, prepare_add, PODS, "add the rule in the gateway"),
    END
};

const struct sim_step sim_rule_remove_steps[] = {
    CALL("RX1", when_gateway_asked, stop_if_gateway_gone, READ, GATEWAY,
         "read the gateway; gone: leave it alone"),
    CALL("RX2", when_namespaced, look_up_namespace, READ, GATEWAY,
         "read the gateway for its namespace"),
    CALL("RX3", when_listing_panics, die, LIST, POD,
         "without a gateway's name: panic up to v1.14"),
    ENTER("RX4", NULL, prepare_del, PODS, "remove the rule in the gateway"),
    END
};
/* clang-format on */

/* ---- status ---- */

/* The cached status with the arguments put in.  Where the rule leads to is taken from the spec that
 * the cache shows now. */
static struct sim_nat_rule new_status(const struct sim_turn *t)
{
    const struct sim_rule_work *r = sim_rule_work(t);
    struct sim_nat_rule s = r->copy;

    s.flags = (uint8_t)((s.flags & ~SIM_EIP_READY) | (r->ready ? SIM_EIP_READY : 0));
    if (r->redo != 0)
        s.redo = r->redo;
    if (!r->ready)
        return s;
    if (r->v4 != 0 && r->v4 != s.status_v4) {
        s.status_v4 = r->v4;
        s.status_v6 = r->v6;
        s.status_gw = r->gw;
    }
    if (s.spec.internal != 0) {
        s.status.internal = s.spec.internal;
        s.status.mask = s.spec.mask;
    }
    if (s.spec.protocol != 0)
        s.status.protocol = s.spec.protocol;
    if (s.spec.port != 0)
        s.status.port = s.spec.port;
    if (s.spec.internal_port != 0)
        s.status.internal_port = s.spec.internal_port;
    return s;
}

static int status_guard(struct sim_turn *t)
{
    struct sim_nat_rule s = new_status(t);

    return sim_differs(&s.meta, &sim_rule_work(t)->copy.meta, sizeof s) ? NEXT : RETURN;
}

static int write_status(struct sim_turn *t)
{
    struct sim_nat_rule s = new_status(t);

    return unless_found(send(t, SIM_VERB_PATCH_STATUS, &s, false));
}

/* clang-format off */
const struct sim_step sim_rule_status_steps[] = {
    CALL("RS1", NULL, read_copy, READ, RULE, "read the rule; gone: done"),
    LOCAL("RS2", NULL, status_guard, "done if nothing would change"),
    CALL("RS3", NULL, write_status, WRITE, RULE, "patch the whole status; gone: done"),
    END
};
/* clang-format on */

/* ---- labels and annotation ---- */

/* Labels that are there are replaced whether they differ or not: upstream compares a wrong one. */
static int write_labels(struct sim_turn *t)
{
    struct sim_nat_rule body = sim_rule_work(t)->copy;
    enum sim_verb verb = body.labels == 0 ? SIM_VERB_PATCH_LABEL_ADD : SIM_VERB_PATCH_LABEL_REPLACE;

    body.labels |= SIM_LABEL_GW | SIM_LABEL_V4;
    body.label_gw = t->me->snap.gw;
    body.label_v4 = t->me->snap.spec_v4;
    if (sim_rule_kind(t) == SIM_KIND_DNAT) {
        body.labels |= SIM_LABEL_PORT;
        body.label_port = body.spec.port;
    }
    return unless_found(send(t, verb, &body, false));
}

static bool when_annotation_differs(const struct sim_turn *t)
{
    return sim_rule_work(t)->copy.annotation != sim_ref_of(t->me->eip);
}

static int write_annotation(struct sim_turn *t)
{
    struct sim_nat_rule body = sim_rule_work(t)->copy;
    enum sim_verb verb =
        body.annotation == 0 ? SIM_VERB_PATCH_ANNOTATION_ADD : SIM_VERB_PATCH_ANNOTATION_REPLACE;

    body.annotation = sim_ref_of(t->me->eip);
    return unless_found(send(t, verb, &body, false));
}

/* clang-format off */
const struct sim_step sim_rule_labels_steps[] = {
    CALL("RL1", NULL, read_copy, READ, RULE, "read the rule; gone: done"),
    CALL("RL2", NULL, write_labels, WRITE, RULE, "patch the label map, even if it is right"),
    CALL("RL3", when_annotation_differs, write_annotation, WRITE, RULE,
         "another EIP than the annotation names: patch the annotation"),
    END
};
/* clang-format on */

/* ---- finalizer ---- */

static int add_guard(struct sim_turn *t)
{
    const struct sim_meta *m = &sim_rule_work(t)->copy.meta;
    bool has = sim_has_finalizer(m, sim_own_finalizer(t->w)), terminating = sim_terminating(m);

    switch (sim_asks(t->w, SIM_finalizer_guard)) {
    case SIM_finalizer_guard_own:
        return !terminating && has ? RETURN : NEXT;
    case SIM_finalizer_guard_any_or_term:
        return terminating || sim_finalizer_count(m) > 0 ? RETURN : NEXT;
    default:
        return terminating || has ? RETURN : NEXT;
    }
}

static int write_finalizers(struct sim_turn *t, const struct sim_nat_rule *body)
{
    const struct sim_nat_rule *copy = &sim_rule_work(t)->copy;
    bool set = memcmp(body->finalizer, copy->finalizer, sizeof body->finalizer) != 0;

    return unless_found(send(t, SIM_VERB_PATCH, body, set));
}

static int add_finalizer(struct sim_turn *t)
{
    struct sim_nat_rule body = sim_rule_work(t)->copy;
    uint8_t own = sim_own_finalizer(t->w);

    if (own == SIM_FINALIZER_NEW)
        sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
    if (sim_rule_kind(t) == SIM_KIND_SNAT && sim_asks(t->w, SIM_snat_finalizer_removed))
        sim_remove_finalizer(&body.meta, own); /* the helper of v1.13 removes instead */
    else if (!sim_has_finalizer(&body.meta, own) && !sim_add_finalizer(&body.meta, own))
        return FAIL;
    return write_finalizers(t, &body);
}

static int remove_guard(struct sim_turn *t)
{
    return sim_finalizer_count(&sim_rule_work(t)->copy.meta) == 0 ? RETURN : NEXT;
}

static int remove_finalizer(struct sim_turn *t)
{
    struct sim_nat_rule body = sim_rule_work(t)->copy;

    sim_remove_finalizer(&body.meta, sim_own_finalizer(t->w));
    if (sim_own_finalizer(t->w) == SIM_FINALIZER_NEW)
        sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
    return write_finalizers(t, &body);
}

/* clang-format off */
const struct sim_step sim_rule_finalizer_add_steps[] = {
    CALL("RF1", NULL, read_copy, READ, RULE, "read the rule; gone: done"),
    LOCAL("RF2", NULL, add_guard, "done if the guard says that no finalizer is needed"),
    CALL("RF3", NULL, add_finalizer, WRITE, RULE,
         "patch the finalizers: the cached list and our own; gone: done"),
    END
};

const struct sim_step sim_rule_finalizer_del_steps[] = {
    CALL("RG1", NULL, read_copy, READ, RULE, "read the rule; gone: done"),
    LOCAL("RG2", NULL, remove_guard, "done if the cached rule has no finalizer at all"),
    CALL("RG3", NULL, remove_finalizer, WRITE, RULE,
         "patch the finalizers: the cached list without our own; gone: done"),
    END
};
/* clang-format on */
