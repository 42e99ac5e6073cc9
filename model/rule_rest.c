/* What must hold of NAT rules at rest: the pods of gateways carry what the rules say (rule-truth),
 * a deleted rule goes (delete-completes), and one that can be programmed is (becomes-ready).
 */
#include "model/sim_internal.h"

static const struct sim_nat_rule *rule_of(const struct sim_world *w, enum sim_kind_id kind,
                                          sim_id id)
{
    return sim_rule_api(w, kind, id);
}

static void find(struct sim_findings *f, enum sim_invariant invariant, enum sim_kind_id kind,
                 sim_id id, sim_id pod, sim_v4 v4)
{
    struct sim_owner rule = {(uint16_t)kind, id};

    sim_find(f, invariant, rule, sim_eip_owner(SIM_NONE), SIM_NONE, pod, v4);
}

/* ---- rule-truth ---- */

/* What a gateway carries of a rule to this target. */
static struct sim_pod_rule row_of(enum sim_kind_id kind, sim_v4 eip,
                                  const struct sim_target *target)
{
    struct sim_pod_rule row;

    memset(&row, 0, sizeof row);
    row.kind = (uint8_t)kind;
    row.eip = eip;
    row.internal = target->internal;
    row.mask = kind == SIM_KIND_SNAT ? target->mask : 0;
    if (kind == SIM_KIND_DNAT) {
        row.port = target->port;
        row.protocol = target->protocol;
        row.internal_port = target->internal_port;
    }
    return row;
}

static bool same(const struct sim_pod_rule *a, const struct sim_pod_rule *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static bool carries(const struct sim_world *w, sim_id pod, const struct sim_pod_rule *row)
{
    const struct sim_pod_rule *all = sim_pod_rules(w, pod);

    for (unsigned i = 0; i < sim_pod(w, pod)->n_rules; i++)
        if (same(&all[i], row))
            return true;
    return false;
}

/* Has the EIP that the rule names this address, and does it hold it still? */
static bool owns(const struct sim_world *w, sim_ref eip, sim_v4 v4)
{
    const struct sim_eip_slot *slot;
    sim_id subnet;

    if (eip == 0)
        return false;
    slot = sim_eip(w, sim_ref_id(eip));
    if (!sim_eip_exists(&slot->api) || slot->api.status_ip != v4)
        return false;
    subnet = sim_subnet_of(w, slot->api.net);
    return subnet == SIM_NONE || !ipam_subnet_exists(sim_ipam(w), sim_ipam_subnet(subnet)) ||
           ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(v4)) ==
               sim_ipam_owner(slot->name);
}

/* A ready rule: its address is its EIP's, and every pod in service of its gateway carries it.  Of a
 * gateway whose object is gone nothing is asked.  A rule that was edited, and waits for what it now
 * names, is what it was. */
static void check_ready(struct sim_findings *f, enum sim_kind_id kind, sim_id id)
{
    const struct sim_world *w = f->world;
    const struct sim_nat_rule *r = rule_of(w, kind, id);
    bool waits = sim_rule_queued(w, kind, id); /* for what it is to be now */
    struct sim_pod_rule row = row_of(kind, r->status_v4, waits ? &r->status : &r->spec);
    sim_id gateway = sim_ref_id(r->status_gw);

    if (!sim_ready(&r->meta) || sim_terminating(&r->meta))
        return;
    if (!owns(w, r->eip, r->status_v4) && !(waits && owns(w, r->annotation, r->status_v4))) {
        find(f, SIM_INVARIANT_RULE_TRUTH, kind, id, SIM_NONE, r->status_v4);
        return;
    }
    for (unsigned n = 0;
         gateway != SIM_NONE && sim_gateway(w, gateway)->present && n < w->limits.pods_per_gateway;
         n++) {
        sim_id pod = sim_pod_id(w, gateway, n);

        if (sim_pod_in_service(w, pod) && !carries(w, pod, &row))
            find(f, SIM_INVARIANT_RULE_TRUTH, kind, id, pod, r->status_v4);
    }
}

/* Does somebody answer for a row: a ready rule that says it, one that is being deleted and waits,
 * or one that is tried again? */
static bool answers(const struct sim_world *w, enum sim_kind_id kind, sim_id id, sim_id gateway,
                    const struct sim_pod_rule *row)
{
    const struct sim_nat_rule *r = rule_of(w, kind, id);
    struct sim_pod_rule said = row_of(kind, r->status_v4, &r->status), wanted;
    const struct sim_eip *e;

    if (!sim_exists(&r->meta) ||
        (!sim_ready(&r->meta) && !sim_terminating(&r->meta) && !sim_rule_queued(w, kind, id)))
        return false;
    if (sim_ref_id(r->status_gw) == gateway && same(&said, row))
        return true;
    if (r->eip == 0)
        return false;
    e = &sim_eip(w, sim_ref_id(r->eip))->api;
    wanted = row_of(kind, e->status_ip, &r->spec);
    return sim_ref_id(e->gw) == gateway && same(&wanted, row);
}

void sim_check_pod_rules(struct sim_findings *f, sim_id pod)
{
    const struct sim_world *w = f->world;
    sim_id gateway = (sim_id)(pod / w->limits.pods_per_gateway);

    for (unsigned i = 0; sim_pod_in_service(w, pod) && i < sim_pod(w, pod)->n_rules; i++) {
        const struct sim_pod_rule *row = &sim_pod_rules(w, pod)[i];
        enum sim_kind_id kind = (enum sim_kind_id)row->kind;
        bool answered = false;

        for (sim_id id = 0; id < sim_limit(&w->limits, (enum sim_object)kind) && !answered; id++)
            answered = answers(w, kind, id, gateway, row);
        if (!answered)
            find(f, SIM_INVARIANT_RULE_TRUTH, kind, SIM_NONE, pod, row->eip);
    }
}

/* ---- delete-completes ---- */

/* Is a row of somebody else's in the way of removing this one? */
static bool foreign_row(const struct sim_world *w, enum sim_kind_id kind, sim_id id, sim_id gateway)
{
    sim_v4 v4 = rule_of(w, kind, id)->status_v4;

    for (unsigned n = 0; gateway != SIM_NONE && n < w->limits.pods_per_gateway; n++) {
        sim_id pod = sim_pod_id(w, gateway, n);

        for (unsigned i = 0; i < sim_pod(w, pod)->n_rules; i++) {
            const struct sim_pod_rule *row = &sim_pod_rules(w, pod)[i];

            for (sim_id other = 0; row->kind == kind && row->eip == v4 &&
                                   other < sim_limit(&w->limits, (enum sim_object)kind);
                 other++)
                if (other != id && answers(w, kind, other, gateway, row))
                    return true;
        }
    }
    return false;
}

static bool gateway_away(const struct sim_world *w, sim_id gateway)
{
    return gateway != SIM_NONE && sim_gateway(w, gateway)->present &&
           !sim_gateway_usable(w, gateway);
}

/* Somebody else's finalizer; or it is tried again, and what keeps it can go: a gateway out of
 * reach, an EIP that has no address yet, another rule's row. */
static bool has_live_blocker(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    const struct sim_nat_rule *r = rule_of(w, kind, id);
    const struct sim_eip *e = r->eip == 0 ? NULL : &sim_eip(w, sim_ref_id(r->eip))->api;
    sim_id gateway = sim_ref_id(r->status_gw);

    if (!sim_has_finalizer(&r->meta, sim_own_finalizer(w)))
        return true;
    if (!sim_rule_queued(w, kind, id))
        return false;
    if (gateway_away(w, gateway) || foreign_row(w, kind, id, gateway))
        return true;
    return e != NULL && sim_eip_exists(e) &&
           (e->status_ip == 0 || gateway_away(w, sim_ref_id(e->gw)));
}

/* ---- becomes-ready ---- */

/* Is there another rule that says the same of the same address? */
static bool is_second(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    const struct sim_nat_rule *r = rule_of(w, kind, id);

    for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)kind); i++) {
        const struct sim_nat_rule *other = rule_of(w, kind, i);

        if (i == id || !sim_exists(&other->meta) ||
            (other->eip != r->eip && other->label_v4 != r->status_v4 &&
             other->annotation != r->eip))
            continue;
        if (kind != SIM_KIND_DNAT ||
            (other->spec.protocol == r->spec.protocol &&
             (other->spec.port == r->spec.port || other->label_port == r->spec.port)))
            return true;
    }
    return false;
}

static bool wish_can_be_met(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    const struct sim_nat_rule *r = rule_of(w, kind, id);
    const struct sim_eip *e;

    if (r->eip == 0 || !sim_globals(w)->nat_enabled || !sim_v4_is_address(r->spec.internal))
        return false;
    if (kind == SIM_KIND_DNAT &&
        (r->spec.port == 0 || r->spec.internal_port == 0 || r->spec.protocol == 0))
        return false;
    e = &sim_eip(w, sim_ref_id(r->eip))->api;
    if (!sim_eip_exists(e) || e->status_ip == 0 || e->gw == 0 || !owns(w, r->eip, e->status_ip))
        return false;
    return sim_gateway(w, sim_ref_id(e->gw))->present && sim_gateway_usable(w, sim_ref_id(e->gw)) &&
           !is_second(w, kind, id);
}

/* ---- a rule that exists ---- */

void sim_check_rule(struct sim_findings *f, enum sim_kind_id kind, sim_id id)
{
    const struct sim_world *w = f->world;
    const struct sim_nat_rule *r = rule_of(w, kind, id);

    check_ready(f, kind, id);
    if (sim_terminating(&r->meta)) {
        if (!has_live_blocker(w, kind, id))
            find(f, SIM_INVARIANT_DELETE_COMPLETES, kind, id, SIM_NONE, r->status_v4);
    } else if ((!sim_ready(&r->meta) || r->status_v4 == 0) && wish_can_be_met(w, kind, id)) {
        find(f, SIM_INVARIANT_BECOMES_READY, kind, id, SIM_NONE, r->status_v4);
    }
}
