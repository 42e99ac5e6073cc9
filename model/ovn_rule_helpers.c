/* Helpers of OVN's NAT rules: entries of the northbound, and the patches of a rule and its OvnEip
 * (pkg/controller/ovn_fip.go, ovn_snat.go, ovn_dnat.go, ovn_eip.go, all tags).
 */
#include "model/ovn_rule_internal.h"

static struct sim_ovn_rule_work *work(const struct sim_turn *t)
{
    return sim_ovn_rule_work(t);
}

enum sim_result sim_ovn_rule_nat(struct sim_turn *t, enum sim_verb op, sim_ref vpc, sim_v4 external,
                                 sim_v4 internal, uint8_t mask)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.kind = SIM_OVN_NAT;
    row.mark = sim_when_ovn_snat(t) ? SIM_OVN_SNAT : SIM_OVN_DNAT_AND_SNAT;
    row.router = vpc;
    row.v4 = external;
    row.internal = internal;
    row.mask = mask;
    return sim_ovn_call(t, op, &row);
}

enum sim_result sim_ovn_rule_write(struct sim_turn *t, enum sim_verb verb,
                                   const struct sim_ovn_rule *body, bool finalizers)
{
    return sim_write(t, sim_ovn_rule_kind(t), t->me->key, verb, &body->meta, finalizers);
}

/* ---- the load balancer of a Dnat, which is named after it ---- */

static int balance(struct sim_turn *t, enum sim_verb op, enum sim_ovn_row_kind kind,
                   struct sim_ovn_row *row)
{
    row->kind = (uint8_t)kind;
    row->name = (uint16_t)(sim_name_of(t->w, SIM_OBJECT_OVN_DNAT, t->me->key) + 1);
    return sim_ovn_call(t, op, row) == SIM_RESULT_OK ? NEXT : FAIL;
}

static int create_lb(struct sim_turn *t)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.mark = work(t)->snap.protocol;
    return balance(t, SIM_VERB_LB_CREATE, SIM_OVN_LB, &row);
}

static bool when_flushed(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_udp_flushed) && work(t)->snap.protocol == SIM_PROTOCOL_UDP;
}

static int flush_lb(struct sim_turn *t)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    return balance(t, SIM_VERB_LB_CT_FLUSH, SIM_OVN_LB, &row);
}

static int add_vip(struct sim_turn *t)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.v4 = work(t)->external;
    row.port = work(t)->snap.port;
    row.internal = work(t)->internal;
    row.internal_port = work(t)->snap.internal_port;
    return balance(t, SIM_VERB_LB_VIP_ADD, SIM_OVN_LB_VIP, &row);
}

static int attach(struct sim_turn *t)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.router = work(t)->vpc;
    return balance(t, SIM_VERB_LR_LB_INSERT, SIM_OVN_LR_LB, &row);
}

static int remove_vip(struct sim_turn *t)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.v4 = work(t)->snap.status_eip;
    row.port = work(t)->snap.status_port;
    return balance(t, SIM_VERB_LB_VIP_DELETE, SIM_OVN_LB_VIP, &row);
}

static int detach(struct sim_turn *t)
{
    struct sim_ovn_row row;

    memset(&row, 0, sizeof row);
    row.router = work(t)->snap.status_vpc;
    return balance(t, SIM_VERB_LR_LB_DELETE, SIM_OVN_LR_LB, &row);
}

/* clang-format off */
const struct sim_step sim_ovn_lb_add_steps[] = {
    CALL("NB1", NULL, create_lb, OVN, OVN_DNAT, "make the load balancer of the rule's name"),
    CALL("NB2", when_flushed, flush_lb, OVN, OVN_DNAT, "master, udp: let it flush connections"),
    CALL("NB3", NULL, add_vip, OVN, OVN_DNAT, "add the external address and port to it"),
    CALL("NB4", NULL, attach, OVN, OVN_DNAT, "attach it to the router"),
    END
};

const struct sim_step sim_ovn_lb_del_steps[] = {
    CALL("NC1", NULL, remove_vip, OVN, OVN_DNAT,
         "take address and port of the status off the load balancer"),
    CALL("NC2", NULL, detach, OVN, OVN_DNAT,
         "detach it from the router of the status; it stays itself"),
    END
};
/* clang-format on */

/* ---- natLabelAndAnnoOvnEip ---- */

static struct sim_ovn_eip *eip_copy(const struct sim_turn *t)
{
    return &sim_ovn_work(t)->copy;
}

static int read_eip_copy(struct sim_turn *t)
{
    return sim_read_ovn_eip(t, eip_copy(t)) ? NEXT : RETURN;
}

/* A label that is not there is like an empty one, where there are others. */
static bool when_eip_labels_patched(const struct sim_turn *t)
{
    const struct sim_ovn_eip *e = eip_copy(t);
    sim_ref vpc = (e->labels & SIM_LABEL_VPC) ? e->label_vpc : 0;

    return e->labels == 0 || vpc != work(t)->vpc;
}

/* The subnet's label becomes externalSubnet as it stands: an empty one drops the OvnEip out of the
 * count of its subnet. */
static int patch_eip_labels(struct sim_turn *t)
{
    struct sim_ovn_eip body = *eip_copy(t);
    enum sim_verb verb = body.labels == 0 ? SIM_VERB_PATCH_LABEL_ADD : SIM_VERB_PATCH_LABEL_REPLACE;

    body.labels |= SIM_LABEL_NET | SIM_LABEL_VPC;
    body.label_net = body.net;
    body.label_vpc = work(t)->vpc;
    return sim_write_ovn_eip(t, verb, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

static uint16_t own_name(const struct sim_turn *t)
{
    return (uint16_t)(sim_name_of(t->w, (enum sim_object)sim_ovn_rule_kind(t), t->me->key) + 1);
}

static bool when_eip_annotated(const struct sim_turn *t)
{
    return eip_copy(t)->annotation != own_name(t);
}

static int annotate_eip(struct sim_turn *t)
{
    struct sim_ovn_eip body = *eip_copy(t);
    enum sim_verb verb =
        body.annotation == 0 ? SIM_VERB_PATCH_ANNOTATION_ADD : SIM_VERB_PATCH_ANNOTATION_REPLACE;

    body.annotation = own_name(t);
    return sim_write_ovn_eip(t, verb, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

/* clang-format off */
const struct sim_step sim_ovn_eip_relate_steps[] = {
    CALL("NE1", NULL, read_eip_copy, READ, OVN_EIP, "read the OvnEip; gone: done"),
    CALL("NE2", when_eip_labels_patched, patch_eip_labels, WRITE, OVN_EIP,
         "another VPC than the label says: patch the labels; gone: error"),
    CALL("NE3", when_eip_annotated, annotate_eip, WRITE, OVN_EIP,
         "another rule than the annotation names: patch the annotation; gone: error"),
    END
};
/* clang-format on */

/* ---- the rule's annotation ---- */

static int read_copy(struct sim_turn *t)
{
    const struct sim_meta *cached = sim_cache(t->w, sim_ovn_rule_kind(t), t->me->key);
    struct sim_event e = sim_event_new(t, SIM_EVENT_READ);

    e.object = (uint8_t)sim_ovn_rule_kind(t);
    e.id = t->me->key;
    e.result = sim_exists(cached) ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND;
    e.rv = cached->rv;
    memcpy(&work(t)->copy, cached, sizeof work(t)->copy);
    sim_emit(t, &e);
    return sim_exists(cached) ? NEXT : RETURN;
}

static bool when_annotated(const struct sim_turn *t)
{
    return work(t)->copy.annotation != work(t)->snap.eip;
}

static int annotate(struct sim_turn *t)
{
    struct sim_ovn_rule body = work(t)->copy;
    enum sim_verb verb =
        body.annotation == 0 ? SIM_VERB_PATCH_ANNOTATION_ADD : SIM_VERB_PATCH_ANNOTATION_REPLACE;

    body.annotation = work(t)->snap.eip;
    return sim_ovn_rule_write(t, verb, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

/* clang-format off */
const struct sim_step sim_ovn_rule_annotate_steps[] = {
    CALL("NF1", NULL, read_copy, READ, RULE, "read the rule; gone: done"),
    CALL("NF2", when_annotated, annotate, WRITE, RULE,
         "another OvnEip than the annotation names: patch the annotation; gone: error"),
    END
};
/* clang-format on */

/* ---- the rule's labels and status ---- */

static bool when_labels_patched(const struct sim_turn *t)
{
    const struct sim_ovn_rule *c = &work(t)->copy;

    return !(c->labels & SIM_LABEL_V4) || c->label_v4 != work(t)->external;
}

/* A Fip never gets the label of the second family. */
static int patch_labels(struct sim_turn *t)
{
    struct sim_ovn_rule body = work(t)->copy;
    enum sim_verb verb = body.labels == 0 ? SIM_VERB_PATCH_LABEL_ADD : SIM_VERB_PATCH_LABEL_REPLACE;

    body.labels |= SIM_LABEL_V4;
    body.label_v4 = work(t)->external;
    if (!sim_when_ovn_fip(t) && verb == SIM_VERB_PATCH_LABEL_ADD &&
        sim_asks(t->w, SIM_api_generation) >= SIM_api_generation_v1_13)
        body.labels |= SIM_LABEL_V6;
    return sim_ovn_rule_write(t, verb, &body, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

static void set_if(sim_v4 *at, sim_v4 value)
{
    if (value != 0)
        *at = value;
}

/* v1.12.0 puts all values in as soon as one that is not empty differs. */
static void put_all(const struct sim_turn *t, struct sim_ovn_rule *s)
{
    const struct sim_ovn_rule_work *r = work(t);
    bool mac = !sim_when_ovn_snat(t);

    if ((r->external == 0 || r->external == s->status_eip) &&
        (r->vpc == 0 || r->vpc == s->status_vpc) &&
        (r->internal == 0 || (r->internal == s->status_v4 && r->mask == s->status_mask)) &&
        (!mac || r->mac == 0 || r->mac == s->status_mac))
        return;
    s->status_eip = r->external;
    s->status_vpc = r->vpc;
    s->status_v4 = r->internal;
    s->status_mask = r->mask;
    if (mac)
        s->status_mac = r->mac;
}

static void put_ports(struct sim_ovn_rule *s)
{
    if (s->protocol != 0)
        s->status_protocol = s->protocol;
    if (s->ip_name != 0)
        s->status_ip_name = s->ip_name;
    if (s->internal_port != 0)
        s->status_internal_port = s->internal_port;
    if (s->port != 0)
        s->status_port = s->port;
}

static struct sim_ovn_rule new_status(const struct sim_turn *t)
{
    const struct sim_ovn_rule_work *r = work(t);
    struct sim_ovn_rule s = r->copy;

    s.flags = (uint8_t)((s.flags & ~SIM_EIP_READY) | (r->ready ? SIM_EIP_READY : 0));
    if (sim_when_ovn_status_first(t)) {
        put_all(t, &s);
    } else {
        if (r->vpc != 0)
            s.status_vpc = r->vpc;
        set_if(&s.status_eip, r->external);
        if (r->internal != 0) {
            s.status_v4 = r->internal;
            s.status_mask = r->mask;
        }
    }
    if (r->ready && sim_when_ovn_dnat(t))
        put_ports(&s);
    return s;
}

static int status_guard(struct sim_turn *t)
{
    struct sim_ovn_rule s = new_status(t);

    return sim_differs(&s.meta, &work(t)->copy.meta, sizeof s) ? NEXT : RETURN;
}

static int write_status(struct sim_turn *t)
{
    struct sim_ovn_rule s = new_status(t);

    return sim_ovn_rule_write(t, SIM_VERB_PATCH_STATUS, &s, false) == SIM_RESULT_OK ? NEXT : FAIL;
}

/* clang-format off */
const struct sim_step sim_ovn_rule_status_steps[] = {
    CALL("NS1", NULL, read_copy, READ, RULE, "read the rule; gone: done"),
    CALL("NS2", when_labels_patched, patch_labels, WRITE, RULE,
         "another address than the label says: patch the labels; gone: error"),
    LOCAL("NS3", NULL, status_guard, "done if nothing would change"),
    CALL("NS4", NULL, write_status, WRITE, RULE, "patch the whole status; gone: error"),
    END
};
/* clang-format on */

/* ---- the finalizer's removal ---- */

static int stop_without_finalizer(struct sim_turn *t)
{
    return sim_finalizer_count(&work(t)->snap.meta) == 0 ? RETURN : NEXT;
}

static int remove_finalizer(struct sim_turn *t)
{
    const struct sim_ovn_rule *snap = &work(t)->snap;
    struct sim_ovn_rule body = *snap;
    enum sim_result result;

    sim_remove_finalizer(&body.meta, sim_own_finalizer(t->w));
    if (sim_own_finalizer(t->w) == SIM_FINALIZER_NEW)
        sim_remove_finalizer(&body.meta, SIM_FINALIZER_OLD);
    result =
        sim_ovn_rule_write(t, SIM_VERB_PATCH, &body,
                           memcmp(body.finalizer, snap->finalizer, sizeof body.finalizer) != 0);
    if (result == SIM_RESULT_NOT_FOUND)
        return RETURN;
    return result == SIM_RESULT_OK ? NEXT : FAIL;
}

static bool when_eip_woken(const struct sim_turn *t)
{
    return sim_asks(t->w, SIM_ovn_rule_deletion) == SIM_ovn_rule_deletion_in_update &&
           work(t)->snap.eip != 0;
}

static int wake_eip(struct sim_turn *t)
{
    sim_queue_add(t, SIM_QUEUE_UPDATE_OVN_EIP, sim_ref_id(work(t)->snap.eip));
    return NEXT;
}

/* clang-format off */
const struct sim_step sim_ovn_rule_finalizer_del_steps[] = {
    LOCAL("NG1", NULL, stop_without_finalizer, "done if it has no finalizer"),
    CALL("NG2", NULL, remove_finalizer, WRITE, RULE,
         "patch the finalizers: the list that was read without our own; gone: done"),
    GLUED("NG3", when_eip_woken, wake_eip, QUEUE, OVN_EIP,
          "let the OvnEip be looked at: it may wait to be deleted"),
    END
};
/* clang-format on */
