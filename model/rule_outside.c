/* What users do to NAT rules, and what asks for a gateway's initialisation where the controller
 * does that itself.
 */
#include "model/outside_internal.h"
#include "model/world.h"

static const sim_v4 ADDRESS = 0xc0a80005, NETWORK = 0xc0a80000; /* 192.168.0.5, 192.168.0.0 */
enum { MASK = 24, PORT = 80, INTERNAL_PORT = 8080 };

/* Bits of a set-spec action, in the order of the fields of a rule's spec (model/fields.h). */
enum { EIP = 1, DNAT_PORT = 2, DNAT_INTERNAL = 4, INTERNAL = 2 };

/* An EIP for a rule: any name; without races users wait until it is ready. */
static bool some_eip(struct sim_outside *o)
{
    sim_id eip = (sim_id)sim_pick(o, o->w->limits.eips);
    const struct sim_eip *e = &sim_eip(o->w, eip)->api;

    o->a->rule_body.eip = sim_ref_of(eip);
    return sim_has_class(o, SIM_CLASS_RACE) ||
           (sim_eip_exists(e) && sim_eip_ready(e) && !sim_eip_terminating(e));
}

/* A rule that does not exist, on an EIP that may. */
static bool some_new(struct sim_outside *o, enum sim_kind_id kind)
{
    uint16_t n = sim_limit(&o->w->limits, (enum sim_object)kind);

    if (n == 0)
        return false;
    o->a->object = (uint8_t)kind;
    o->a->id = (sim_id)sim_pick(o, n);
    return some_eip(o) && !sim_exists(sim_api(o->w, kind, o->a->id));
}

static bool fill_fip(struct sim_outside *o)
{
    o->a->rule_body.spec.internal = ADDRESS;
    return some_new(o, SIM_KIND_FIP);
}

/* Two ports and two protocols: enough for rules that differ in one of them. */
static bool fill_dnat(struct sim_outside *o)
{
    struct sim_target *spec = &o->a->rule_body.spec;

    if (!some_new(o, SIM_KIND_DNAT))
        return false;
    spec->internal = ADDRESS;
    spec->internal_port = INTERNAL_PORT;
    spec->port = (uint16_t)(PORT + sim_pick_first(o, 2, 4));
    spec->protocol = (uint8_t)(SIM_PROTOCOL_TCP + sim_pick_first(o, 2, 4));
    return true;
}

static bool fill_snat(struct sim_outside *o)
{
    o->a->rule_body.spec.internal = NETWORK;
    o->a->rule_body.spec.mask = MASK + 1;
    return some_new(o, SIM_KIND_SNAT);
}

static bool some_live(struct sim_outside *o, enum sim_kind_id kind)
{
    uint16_t n = sim_limit(&o->w->limits, (enum sim_object)kind);
    const struct sim_meta *m;

    if (n == 0)
        return false;
    o->a->object = (uint8_t)kind;
    o->a->id = (sim_id)sim_pick(o, n);
    m = sim_api(o->w, kind, o->a->id);
    return sim_exists(m) && !sim_terminating(m);
}

/* To another EIP, or to another address behind the gateway. */
static bool edit_of(struct sim_outside *o, enum sim_kind_id kind, sim_v4 first, uint8_t internal)
{
    const struct sim_nat_rule *r;

    if (!some_live(o, kind))
        return false;
    r = sim_rule_api(o->w, kind, o->a->id);
    if (sim_pick(o, 2) == 0) {
        o->a->value = EIP;
        return some_eip(o) && o->a->rule_body.eip != r->eip;
    }
    o->a->value = internal;
    o->a->rule_body.spec.internal = r->spec.internal == first ? first + 256 : first;
    o->a->rule_body.spec.mask = r->spec.mask;
    return true;
}

static bool fill_fip_edit(struct sim_outside *o)
{
    return edit_of(o, SIM_KIND_FIP, ADDRESS, INTERNAL);
}

static bool fill_dnat_edit(struct sim_outside *o)
{
    return edit_of(o, SIM_KIND_DNAT, ADDRESS, DNAT_INTERNAL);
}

static bool fill_dnat_port(struct sim_outside *o)
{
    const struct sim_nat_rule *r;

    if (!some_live(o, SIM_KIND_DNAT))
        return false;
    r = sim_rule_api(o->w, SIM_KIND_DNAT, o->a->id);
    o->a->value = DNAT_PORT;
    o->a->rule_body.spec.port = r->spec.port == PORT ? PORT + 1 : PORT;
    return true;
}

static bool fill_snat_edit(struct sim_outside *o)
{
    return edit_of(o, SIM_KIND_SNAT, NETWORK, INTERNAL);
}

bool sim_gateway_waits(const struct sim_world *w, sim_id gateway)
{
    if (!w->limits.nat || !sim_gateway(w, gateway)->present ||
        sim_node(w, SIM_QUEUE_INIT_GATEWAY, gateway)->state != 0)
        return false;
    for (unsigned n = 0; n < w->limits.pods_per_gateway; n++) {
        const struct sim_pod_slot *p = sim_pod(w, sim_pod_id(w, gateway, n));

        if (p->state == SIM_POD_RUNNING && !p->annotated)
            return true;
    }
    return false;
}

/* The pod handler sees a pod of a gateway that is not annotated (pkg/controller/pod.go). */
static bool fill_init(struct sim_outside *o)
{
    o->a->queue = SIM_QUEUE_INIT_GATEWAY;
    o->a->id = (sim_id)sim_pick(o, o->w->limits.gateways);
    return sim_gateway_waits(o->w, o->a->id);
}

static bool fill_gateway_deleted(struct sim_outside *o)
{
    if (!o->w->limits.nat || !sim_has_class(o, SIM_CLASS_GATEWAY))
        return false;
    o->a->id = (sim_id)sim_pick(o, o->w->limits.gateways);
    return sim_gateway(o->w, o->a->id)->present;
}

const struct sim_choice sim_rule_choices[] = {
    {SIM_ACTION_CREATE, SIM_CLASS_OTHERS, SIM_BUDGET_CREATES, 6, fill_fip},
    {SIM_ACTION_CREATE, SIM_CLASS_OTHERS, SIM_BUDGET_CREATES, 6, fill_dnat},
    {SIM_ACTION_CREATE, SIM_CLASS_OTHERS, SIM_BUDGET_CREATES, 6, fill_snat},
    {SIM_ACTION_SET_SPEC, SIM_CLASS_OTHERS, SIM_BUDGET_EDITS, 2, fill_fip_edit},
    {SIM_ACTION_SET_SPEC, SIM_CLASS_OTHERS, SIM_BUDGET_EDITS, 2, fill_dnat_edit},
    {SIM_ACTION_SET_SPEC, SIM_CLASS_OTHERS, SIM_BUDGET_EDITS, 1, fill_dnat_port},
    {SIM_ACTION_SET_SPEC, SIM_CLASS_OTHERS, SIM_BUDGET_EDITS, 2, fill_snat_edit},
    {SIM_ACTION_ENQUEUE, SIM_CLASS_OTHERS, SIM_BUDGET_COUNT, 6, fill_init},
    {SIM_ACTION_GATEWAY_DELETED, SIM_CLASS_OTHERS, SIM_BUDGET_GATEWAYS, 2, fill_gateway_deleted},
    {0, 0, 0, 0, NULL},
};
