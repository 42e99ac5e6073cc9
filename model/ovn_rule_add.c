/* Adding an OVN NAT rule: handleAddOvnFip, handleAddOvnSnatRule and handleAddOvnDnatRule
 * (pkg/controller/ovn_fip.go, ovn_snat.go, ovn_dnat.go, all tags).
 *
 * A rule holds its OvnEip by a label with the address, which it gets after its entry is made
 * (v1.12.0: before).  A terminating OvnEip will do, and no release looks whether the rule itself is
 * terminating.
 */
#include "model/ovn_rule_internal.h"

static const struct sim_ovn_rule *snap(const struct sim_turn *t)
{
    return sim_ovn_rule_snap(t);
}

static struct sim_ovn_eip *eip(const struct sim_turn *t)
{
    return &sim_ovn_work(t)->snap;
}

/* ---- reads ---- */

int sim_ovn_rule_read(struct sim_turn *t)
{
    struct sim_ovn_rule_work *r = sim_ovn_rule_work(t);
    const struct sim_meta *cached = sim_cache(t->w, sim_ovn_rule_kind(t), t->me->key);
    struct sim_event e = sim_event_new(t, SIM_EVENT_READ);

    r->rule = t->me->key;
    sim_ovn_work(t)->eip = SIM_NONE;
    e.object = (uint8_t)sim_ovn_rule_kind(t);
    e.id = t->me->key;
    e.result = sim_exists(cached) ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND;
    e.rv = cached->rv;
    memcpy(&r->snap, cached, sizeof r->snap);
    sim_emit(t, &e);
    if (!sim_exists(cached))
        return SUCCEED;
    sim_ovn_work(t)->eip = sim_ref_id(r->snap.eip);
    return NEXT;
}

static int stop_if_ready(struct sim_turn *t)
{
    bool address = snap(t)->status_v4 != 0 || (sim_when_ovn_snat(t) && !sim_when_ovn_rewired(t));

    return sim_ready(&snap(t)->meta) && address ? SUCCEED : NEXT;
}

int sim_ovn_rule_need_eip(struct sim_turn *t)
{
    return snap(t)->eip == 0 ? FAIL : NEXT;
}

/* Since v1.13 an address of either family will do. */
int sim_ovn_rule_read_eip(struct sim_turn *t)
{
    bool address;

    if (!sim_read_ovn_eip(t, eip(t)))
        return FAIL;
    address = eip(t)->status_v4 != 0 || (!sim_when_ovn_rewired(t) && eip(t)->status_v6 != 0);
    return address && eip(t)->type != SIM_OVN_EIP_LSP ? NEXT : FAIL;
}

static struct sim_event list_event(struct sim_turn *t, uint8_t selector)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_LIST);

    e.object = (uint8_t)sim_ovn_rule_kind(t);
    e.selector = selector;
    return e;
}

/* Another Fip is one with the label and another name; rules that are only a label have others. */
int sim_ovn_rule_refuse_second_fip(struct sim_turn *t)
{
    struct sim_event e = list_event(t, SIM_SELECT_V4);
    const struct sim_ovn_rule *own =
        (const struct sim_ovn_rule *)sim_cache(t->w, SIM_KIND_OVN_FIP, t->me->key);
    bool itself;

    e.v4 = eip(t)->spec_v4;
    e.count = sim_count_ovn_rules(t->w, SIM_KIND_OVN_FIP, false, e.v4, 0);
    itself = sim_exists(&own->meta) && (own->labels & SIM_LABEL_V4) && own->label_v4 == e.v4;
    sim_emit(t, &e);
    return e.count > itself ? FAIL : NEXT;
}

/* Rules are asked for by a label that no release ever gives them. */
int sim_ovn_rule_refuse_second_dnat(struct sim_turn *t)
{
    struct sim_event e = list_event(t, SIM_SELECT_PORT);

    e.id = SIM_NONE;
    e.net = snap(t)->port;
    sim_emit(t, &e);
    return NEXT;
}

/* ---- the internal side ---- */

bool sim_when_ovn_vip_first(const struct sim_turn *t)
{
    return !sim_when_ovn_snat(t) && sim_when_ovn_status_first(t);
}

bool sim_when_ovn_vip_later(const struct sim_turn *t)
{
    return !sim_when_ovn_snat(t) && !sim_when_ovn_status_first(t) && snap(t)->ip_name != 0;
}

bool sim_when_ovn_port_listed_first(const struct sim_turn *t)
{
    return sim_when_ovn_dnat(t) && sim_when_ovn_rewired(t);
}

bool sim_when_ovn_subnet_read(const struct sim_turn *t)
{
    return sim_when_ovn_snat(t) ? snap(t)->net != 0
                                : sim_when_ovn_vip_first(t) || sim_when_ovn_vip_later(t);
}

bool sim_when_ovn_fip_resolved(const struct sim_turn *t)
{
    return sim_when_ovn_fip(t) && sim_when_ovn_subnet_read(t);
}

/* IPs of pods are not modelled: a rule that names one does not find it. */
int sim_ovn_rule_read_vip(struct sim_turn *t)
{
    struct sim_ovn_rule_work *r = sim_ovn_rule_work(t);
    struct sim_event e = sim_event_new(t, SIM_EVENT_READ);
    sim_id id = sim_ref_id(snap(t)->ip_name);
    const struct sim_vip *vip =
        id == SIM_NONE ? NULL : (const struct sim_vip *)sim_cache(t->w, SIM_KIND_VIP, id);
    bool found = vip != NULL && sim_exists(&vip->meta) && snap(t)->ip_type == SIM_IP_VIP;

    e.object = SIM_OBJECT_VIP;
    e.id = id;
    e.result = found ? SIM_RESULT_OK : SIM_RESULT_NOT_FOUND;
    if (found) {
        e.rv = vip->rv;
        r->internal = vip->status_v4;
        r->mac = vip->status_mac;
        t->me->net = vip->net;
    }
    sim_emit(t, &e);
    return found ? NEXT : FAIL;
}

int sim_ovn_rule_read_subnet(struct sim_turn *t)
{
    struct sim_ovn_rule_work *r = sim_ovn_rule_work(t);
    sim_id net = sim_status_key(sim_when_ovn_snat(t) ? snap(t)->net : t->me->net);
    const struct sim_subnet_slot *s;

    if (!sim_read_subnet(t, net))
        return FAIL;
    s = sim_subnet(t->w, sim_ref_id(sim_net(t->w, net)->subnet));
    r->vpc = s->vpc;
    if (sim_when_ovn_snat(t)) {
        r->internal = s->cidr;
        r->mask = (uint8_t)(s->prefix + 1);
    }
    return NEXT;
}

/* v1.12.0 takes no OvnEip of another type for a Fip. */
static int refuse_other_type(struct sim_turn *t)
{
    uint8_t type = eip(t)->status_type;

    if (!sim_when_ovn_status_first(t) || !sim_when_ovn_fip(t))
        return NEXT;
    return sim_ovn_rule_work(t)->internal == 0 ||
                   (type != SIM_OVN_EIP_NO_TYPE && type != SIM_OVN_EIP_NAT)
               ? FAIL
               : NEXT;
}

int sim_ovn_rule_check(struct sim_turn *t)
{
    const struct sim_ovn_rule_work *r = sim_ovn_rule_work(t);

    if (r->vpc == 0 && !sim_when_ovn_status_first(t))
        return FAIL;
    return r->internal == 0 ? FAIL : NEXT;
}

static bool when_ports_checked(const struct sim_turn *t)
{
    return sim_when_ovn_dnat(t) && !sim_when_ovn_rewired(t);
}

static int refuse_no_port(struct sim_turn *t)
{
    return snap(t)->port == 0 ? FAIL : NEXT;
}

static int refuse_no_internal_port(struct sim_turn *t)
{
    return snap(t)->internal_port == 0 || snap(t)->protocol == 0 ? FAIL : NEXT;
}

/* ---- writes ---- */

static int mark_unready(struct sim_turn *t)
{
    sim_ovn_rule_work(t)->ready = 0;
    return NEXT;
}

int sim_ovn_rule_mark_ready(struct sim_turn *t)
{
    sim_ovn_rule_work(t)->ready = 1;
    t->me->ready = 1;
    return NEXT;
}

/* Up to v1.12 the first rule gives the OvnEip its finalizer, be it terminating. */
bool sim_when_ovn_eip_held(const struct sim_turn *t)
{
    const struct sim_meta *m = &eip(t)->meta;

    return sim_asks(t->w, SIM_ovn_eip_finalizer) == SIM_ovn_eip_finalizer_rule &&
           (sim_terminating(m) || !sim_has_finalizer(m, sim_ovn_eip_finalizer(t->w)));
}

int sim_ovn_rule_hold_eip(struct sim_turn *t)
{
    struct sim_ovn_eip body = *eip(t);
    uint8_t own = sim_ovn_eip_finalizer(t->w);
    enum sim_result result;

    if (!sim_has_finalizer(&body.meta, own) && !sim_add_finalizer(&body.meta, own))
        return FAIL;
    result = sim_patch_ovn_eip_finalizers(t, eip(t), &body);
    return result == SIM_RESULT_OK || result == SIM_RESULT_NOT_FOUND ? NEXT : FAIL;
}

int sim_ovn_rule_add_nat(struct sim_turn *t)
{
    const struct sim_ovn_rule_work *r = sim_ovn_rule_work(t);

    return sim_ovn_rule_nat(t, SIM_VERB_NAT_ADD, r->vpc, r->external, r->internal, r->mask) ==
                   SIM_RESULT_OK
               ? NEXT
               : FAIL;
}

/* Up to v1.12 a Snat takes the address from the OvnEip's spec. */
static int note_external(struct sim_turn *t)
{
    sim_ovn_rule_work(t)->external =
        sim_when_ovn_snat(t) && sim_when_ovn_rewired(t) ? eip(t)->spec_v4 : eip(t)->status_v4;
    return NEXT;
}

static bool when_nat(const struct sim_turn *t)
{
    return !sim_when_ovn_dnat(t);
}

static bool when_finalizer_added(const struct sim_turn *t)
{
    const struct sim_meta *m = &snap(t)->meta;
    bool terminating = sim_terminating(m);

    if (sim_when_ovn_status_first(t))
        return false;
    if (sim_when_ovn_rewired(t))
        return terminating || !sim_has_finalizer(m, sim_own_finalizer(t->w));
    return !terminating && sim_finalizer_count(m) == 0;
}

static int add_finalizer(struct sim_turn *t)
{
    struct sim_ovn_rule body = *snap(t);
    uint8_t own = sim_own_finalizer(t->w);
    enum sim_result result;

    if (!sim_has_finalizer(&body.meta, own) && !sim_add_finalizer(&body.meta, own))
        return FAIL;
    result =
        sim_ovn_rule_write(t, SIM_VERB_PATCH, &body,
                           memcmp(body.finalizer, snap(t)->finalizer, sizeof body.finalizer) != 0);
    return result == SIM_RESULT_OK || result == SIM_RESULT_NOT_FOUND ? NEXT : FAIL;
}

/* clang-format off */
const struct sim_step sim_ovn_rule_add_steps[] = {
    CALL("NA1", NULL, sim_ovn_rule_read, READ, RULE, "read the rule; gone: done"),
    LOCAL("NA2", NULL, stop_if_ready, "done if it is ready and has an address"),
    CALL("NA3", sim_when_ovn_vip_first, sim_ovn_rule_read_vip, READ, VIP,
         "v1.12.0: read the Vip; gone: error"),
    LOCAL("NA4", NULL, sim_ovn_rule_need_eip, "error if no OvnEip is named"),
    CALL("NA5", NULL, sim_ovn_rule_read_eip, READ, OVN_EIP,
         "read the OvnEip; gone, without an address or of type lsp: error"),
    CALL("NA6", sim_when_ovn_fip, sim_ovn_rule_refuse_second_fip, LIST, OVN_FIP,
         "error if another Fip has the OvnEip's address as label"),
    CALL("NA7", sim_when_ovn_port_listed_first, sim_ovn_rule_refuse_second_dnat, LIST, OVN_DNAT,
         "up to v1.12: list by a label that no rule has"),
    CALL("NA8", sim_when_ovn_vip_later, sim_ovn_rule_read_vip, READ, VIP,
         "read the Vip; gone: error"),
    GLUED("NA9", sim_when_ovn_subnet_read, sim_ovn_rule_read_subnet, READ, SUBNET,
          "read the subnet for its VPC; gone: error"),
    LOCAL("NA10", NULL, refuse_other_type, "v1.12.0: error if a Fip's OvnEip is not of type nat"),
    CALL("NA11", sim_when_ovn_fip_resolved, sim_ovn_rule_refuse_second_fip, LIST, OVN_FIP,
         "error if another Fip has the OvnEip's address as label by now"),
    LOCAL("NA12", NULL, sim_ovn_rule_check, "error without a VPC or an internal address"),
    LOCAL("NA13", when_ports_checked, refuse_no_port, "error without an external port"),
    CALL("NA14", when_ports_checked, sim_ovn_rule_refuse_second_dnat, LIST, OVN_DNAT,
         "list by a label that no rule has"),
    LOCAL("NA15", when_ports_checked, refuse_no_internal_port,
          "error without an internal port or a protocol"),
    LOCAL("NA16", NULL, note_external, "the external address is the OvnEip's"),
    ENTER("NA17", sim_when_ovn_status_first, mark_unready, OVN_RULE_STATUS,
          "v1.12.0: patch labels and status, not ready yet"),
    CALL("NA18", sim_when_ovn_eip_held, sim_ovn_rule_hold_eip, WRITE, OVN_EIP,
         "up to v1.12: patch the OvnEip's finalizers, as they were read; gone: go on"),
    CALL("NA19", when_nat, sim_ovn_rule_add_nat, OVN, RULE,
         "add the NAT entry; what is found is left as it is"),
    ENTER("NA20", sim_when_ovn_dnat, NULL, OVN_LB_ADD, "add the load balancer"),
    CALL("NA21", when_finalizer_added, add_finalizer, WRITE, RULE,
         "patch the finalizers; gone: go on"),
    ENTER("NA22", NULL, NULL, OVN_EIP_RELATE, "patch labels and annotation of the OvnEip"),
    ENTER("NA23", NULL, NULL, OVN_RULE_ANNOTATE, "patch the annotation"),
    ENTER("NA24", NULL, sim_ovn_rule_mark_ready, OVN_RULE_STATUS,
          "patch labels and status: ready"),
    ENTER("NA25", NULL, sim_ovn_rule_mark_ready, OVN_EIP_STATUS,
          "patch the OvnEip's status: ready, and in use by the rules that the cache shows"),
    END
};
/* clang-format on */
