/* The invariants that hold at rest: no action of the controller or of a delivery is left, or only
 * retries that change nothing.
 */
#include "model/sim_internal.h"

static void find(struct sim_findings *f, enum sim_invariant invariant, sim_id eip, sim_id subnet,
                 sim_id pod, sim_v4 v4)
{
    sim_find(f, invariant, sim_eip_owner(eip), sim_eip_owner(SIM_NONE), subnet, pod, v4);
}

static bool list_of(const struct sim_world *w, sim_id subnet, enum ipam_list list,
                    struct ipam_addrset *set)
{
    return ipam_list_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, IPAM_WHOLE_SUBNET, list,
                        set);
}

/* ---- status-truth ---- */

/* Objects with an address of the subnet, but for those on excluded addresses, which upstream counts
 * and prints in no range. */
static uint32_t live_owners(const struct sim_world *w, sim_id subnet, uint32_t *excluded)
{
    struct ipam_addrset reserved;
    bool minus =
        sim_asks(w, SIM_status_minus_excludes) && list_of(w, subnet, IPAM_RESERVED, &reserved);
    uint32_t n = 0;

    *excluded = 0;
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; sim_kind((enum sim_kind_id)k)->reports != NULL &&
                           i < sim_limit(&w->limits, (enum sim_object)k);
             i++) {
            const struct sim_meta *object = sim_api(w, (enum sim_kind_id)k, i);
            sim_id in;
            sim_v4 v4;

            if (!sim_exists(object))
                continue;
            v4 = sim_kind((enum sim_kind_id)k)->reports(w, object, &in);
            if (!sim_v4_is_address(v4) || in != subnet)
                continue;
            if (minus && ipam_addrset_contains(&reserved, ipam_addr_v4(v4)))
                ++*excluded;
            else
                n++;
        }
    return n;
}

/* Does the stored range say what IPAM's list says? */
static bool range_true(const struct sim_world *w, sim_id subnet, unsigned stored,
                       enum ipam_list list)
{
    struct ipam_addrset have = sim_status_set(w, subnet, stored);
    struct ipam_addrset want, reserved;
    bool minus =
        sim_asks(w, SIM_status_minus_excludes) && list_of(w, subnet, IPAM_RESERVED, &reserved);
    struct ipam_addr a;

    if (!list_of(w, subnet, list, &want))
        return true;
    for (bool more = ipam_addrset_first(&want, &a); more;
         more = ipam_addrset_next(&want, ipam_addr_add(a, 1), &a))
        if (!(minus && ipam_addrset_contains(&reserved, a)) && !ipam_addrset_contains(&have, a))
            return false;
    for (bool more = ipam_addrset_first(&have, &a); more;
         more = ipam_addrset_next(&have, ipam_addr_add(a, 1), &a))
        if (!ipam_addrset_contains(&want, a))
            return false;
    return true;
}

static void check_status(struct sim_findings *f, const struct sim_world *w, sim_id subnet)
{
    const struct sim_subnet_slot *s = sim_subnet(w, subnet);
    struct ipam_addrset using_set = sim_status_set(w, subnet, SIM_STATUS_USING);
    struct ipam_addrset available = sim_status_set(w, subnet, SIM_STATUS_AVAILABLE);
    uint32_t excluded, owners = live_owners(w, subnet, &excluded);

    if (!s->present || (!s->status_known && owners + excluded == 0) ||
        (s->ovn && !sim_asks(w, SIM_ovn_subnets_count_eips)))
        return;
    if (s->using_ips - excluded != ipam_addrset_count(&using_set).lo ||
        s->available_ips + excluded != ipam_addrset_count(&available).lo ||
        s->using_ips - excluded != owners || !range_true(w, subnet, SIM_STATUS_USING, IPAM_USING) ||
        !range_true(w, subnet, SIM_STATUS_AVAILABLE, IPAM_AVAILABLE))
        find(f, SIM_INVARIANT_STATUS_TRUTH, SIM_NONE, subnet, SIM_NONE, 0);
}

/* ---- data-plane ---- */

/* A deletion that is rightly kept from its end leaves the address where it is, and must still hold
 * it, unless the subnet is gone and nobody can. */
static bool keeps(const struct sim_world *w, sim_id eip, sim_id subnet, sim_v4 v4)
{
    const struct ipam *ipam = sim_ipam(w);
    uint32_t at = sim_ipam_subnet(subnet);

    return sim_eip_terminating(&sim_eip(w, eip)->api) &&
           (!ipam_subnet_exists(ipam, at) || ipam_owner_of(ipam, at, IPAM_V4, ipam_addr_v4(v4)) ==
                                                 sim_ipam_owner(sim_eip(w, eip)->name));
}

static bool wants_address(const struct sim_world *w, sim_id eip, sim_id gateway, sim_id subnet,
                          sim_v4 v4)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;

    return sim_eip_exists(e) && e->status_ip == v4 && sim_ref_id(e->gw) == gateway &&
           sim_subnet_meant(w, e->net) == subnet &&
           (keeps(w, eip, subnet, v4) || (sim_eip_ready(e) && !sim_eip_terminating(e)));
}

bool sim_pod_in_service(const struct sim_world *w, sim_id pod)
{
    return sim_pod(w, pod)->state == SIM_POD_RUNNING && sim_pod(w, pod)->inited;
}

static void check_extra(struct sim_findings *f, const struct sim_world *w, sim_id pod,
                        sim_id subnet)
{
    sim_id gateway = (sim_id)(pod / w->limits.pods_per_gateway);
    struct ipam_addrset set = sim_interface(w, pod, subnet);
    struct ipam_addr a;

    for (bool more = ipam_addrset_first(&set, &a); more;
         more = ipam_addrset_next(&set, ipam_addr_add(a, 1), &a)) {
        bool wanted = (sim_v4)a.lo == sim_gateway(w, gateway)->own;

        for (sim_id i = 0; i < w->limits.eips && !wanted; i++)
            wanted = wants_address(w, i, gateway, subnet, (sim_v4)a.lo);
        if (!wanted)
            find(f, SIM_INVARIANT_DATA_PLANE, SIM_NONE, subnet, pod, (sim_v4)a.lo);
    }
}

static void check_missing(struct sim_findings *f, const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;
    sim_id gateway = sim_ref_id(e->gw), subnet = sim_subnet_meant(w, e->net);

    if (!sim_eip_exists(e) || !sim_eip_ready(e) || sim_eip_terminating(e) || gateway == SIM_NONE ||
        !sim_gateway(w, gateway)->present || subnet == SIM_NONE)
        return;
    if (e->status_ip == 0) {
        find(f, SIM_INVARIANT_DATA_PLANE, eip, subnet, SIM_NONE, 0);
        return;
    }
    for (unsigned n = 0; n < w->limits.pods_per_gateway; n++) {
        sim_id pod = sim_pod_id(w, gateway, n);
        struct ipam_addrset set = sim_interface(w, pod, subnet);

        if (sim_pod_in_service(w, pod) && !ipam_addrset_contains(&set, ipam_addr_v4(e->status_ip)))
            find(f, SIM_INVARIANT_DATA_PLANE, eip, subnet, pod, e->status_ip);
    }
}

/* ---- delete-completes and becomes-ready ---- */

static unsigned pods_of(const struct sim_world *w, sim_id gateway)
{
    unsigned all = 0;

    for (unsigned n = 0; n < w->limits.pods_per_gateway; n++)
        all += sim_pod(w, sim_pod_id(w, gateway, n))->state != SIM_POD_ABSENT;
    return all;
}

bool sim_gateway_usable(const struct sim_world *w, sim_id gateway)
{
    unsigned good = 0;

    if (gateway == SIM_NONE)
        return false;
    for (unsigned n = 0; n < w->limits.pods_per_gateway; n++)
        good += sim_pod_in_service(w, sim_pod_id(w, gateway, n));
    return good > 0 &&
           (sim_asks(w, SIM_gw_lookup) == SIM_gw_lookup_active_set || pods_of(w, gateway) == 1);
}

static bool queued(const struct sim_world *w, sim_id eip)
{
    return sim_node(w, SIM_QUEUE_UPDATE_EIP, eip)->state != 0 ||
           sim_node(w, SIM_QUEUE_ADD_EIP, eip)->state != 0;
}

/* A blocker that can go, and whose going leads to another run of the deletion. */
static bool has_live_blocker(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;
    sim_id gateway = sim_ref_id(e->gw);

    if (!sim_eip_has_finalizer(e, sim_own_finalizer(w)))
        return true; /* somebody else's finalizer */
    if (sim_asks(w, SIM_nat_in_use_blocks_delete) && sim_nat_of(w, e->spec_v4, NULL) != 0)
        return e->nat != 0 || !sim_eip_ready(e) || queued(w, eip);
    if (!queued(w, eip))
        return false;
    return gateway != SIM_NONE && !sim_gateway_usable(w, gateway) &&
           (sim_gateway(w, gateway)->present || pods_of(w, gateway) > 0);
}

static void check_deletion(struct sim_findings *f, const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;

    if (sim_eip_exists(e) && sim_eip_terminating(e) && !has_live_blocker(w, eip))
        find(f, SIM_INVARIANT_DELETE_COMPLETES, eip, sim_subnet_of(w, e->net), SIM_NONE,
             e->status_ip);
}

static bool address_obtainable(const struct sim_world *w, sim_id eip, sim_id subnet)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;
    const struct sim_subnet_slot *s = sim_subnet(w, subnet);
    struct ipam_addrset available;
    uint32_t owner, offset = e->spec_v4 - s->cidr;

    if (sim_eip(w, eip)->wished == SIM_WISH_ANY)
        return sim_ipam_held(w, sim_eip(w, eip)->name, subnet, SIM_NIC_PORT) != 0 ||
               (list_of(w, subnet, IPAM_AVAILABLE, &available) && !ipam_addrset_empty(&available));
    if (!sim_v4_is_address(e->spec_v4) || offset == 0 || offset > s->size ||
        e->spec_v4 == s->gateway || e->spec_v4 == sim_gateway(w, sim_ref_id(e->gw))->own)
        return false;
    owner = ipam_owner_of(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, ipam_addr_v4(e->spec_v4));
    return owner == 0 || owner == sim_ipam_owner(sim_eip(w, eip)->name);
}

static bool policy_obtainable(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;
    sim_id policy = sim_ref_id(e->qos);

    if (policy == SIM_NONE)
        return true;
    if (!sim_policy(w, policy)->present)
        return sim_asks(w, SIM_qos_policy_missing_ok);
    for (sim_id i = 0; !sim_policy(w, policy)->shared && i < w->limits.eips; i++)
        if (i != eip && sim_eip_exists(&sim_eip(w, i)->api) &&
            (sim_eip(w, i)->api.qos == e->qos || sim_eip(w, i)->api.label_qos == e->qos))
            return false;
    return true;
}

static bool wish_can_be_met(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;
    sim_id subnet = sim_subnet_of(w, e->net), gateway = sim_ref_id(e->gw);

    if (subnet == SIM_NONE || gateway == SIM_NONE || !sim_globals(w)->nat_enabled)
        return false;
    if (sim_asks(w, SIM_v6_upper_refused) && e->v6 == SIM_V6_UPPER)
        return false;
    if (e->status_ip != 0 && e->status_ip != e->spec_v4)
        return false;
    return sim_gateway(w, gateway)->present && sim_gateway_usable(w, gateway) &&
           address_obtainable(w, eip, subnet) && policy_obtainable(w, eip);
}

static void check_readiness(struct sim_findings *f, const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;

    if (sim_eip_exists(e) && !sim_eip_terminating(e) && (!sim_eip_ready(e) || e->status_ip == 0) &&
        wish_can_be_met(w, eip))
        find(f, SIM_INVARIANT_BECOMES_READY, eip, sim_subnet_of(w, e->net), SIM_NONE, e->spec_v4);
}

/* What each kind says of its objects. */
static void check_others(struct sim_findings *f)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; sim_kind((enum sim_kind_id)k)->rest != NULL &&
                           i < sim_limit(&f->world->limits, (enum sim_object)k);
             i++)
            if (sim_exists(sim_api(f->world, (enum sim_kind_id)k, i)))
                sim_kind((enum sim_kind_id)k)->rest(f, i);
}

size_t sim_check_at_rest(struct sim_world *world, struct sim_violation *out, size_t capacity)
{
    struct sim_findings f = {.world = world, .out = out, .capacity = capacity};
    size_t pods = (size_t)world->limits.gateways * world->limits.pods_per_gateway;

    if (!sim_globals(world)->up)
        return 0;
    for (sim_id s = 0; s < world->limits.subnets; s++)
        check_status(&f, world, s);
    for (sim_id p = 0; p < pods; p++)
        for (sim_id s = 0; sim_pod_in_service(world, p) && s < world->limits.subnets; s++)
            check_extra(&f, world, p, s);
    for (sim_id p = 0; p < pods; p++)
        sim_check_pod_rules(&f, p);
    for (sim_id i = 0; i < world->limits.eips; i++) {
        check_missing(&f, world, i);
        check_deletion(&f, world, i);
        check_readiness(&f, world, i);
    }
    check_others(&f);
    return f.count;
}
