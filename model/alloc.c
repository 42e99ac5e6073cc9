/* The controller's calls into IPAM, and what they tell the ledger.
 *
 * Which names go in follows acquireIPAddress and acquireStaticIPAddress (vpc_nat_gw_eip.go, all
 * tags) and InitIPAM (init.go, all tags).
 */
#include "model/sim_internal.h"

sim_id sim_subnet_meant(const struct sim_world *w, sim_ref net)
{
    const struct sim_net_slot *n = sim_net(w, sim_ext(w, net));

    return sim_ref_id(sim_asks(w, SIM_subnet_resolution) == SIM_subnet_resolution_nad
                          ? n->by_attachment
                          : n->subnet);
}

sim_id sim_subnet_of(const struct sim_world *w, sim_ref net)
{
    sim_id subnet = sim_subnet_meant(w, net);

    return subnet != SIM_NONE && sim_subnet(w, subnet)->present ? subnet : SIM_NONE;
}

sim_id sim_reported_in(const struct sim_world *w, sim_id eip)
{
    const struct sim_eip *e = &sim_eip(w, eip)->api;

    return sim_eip_exists(e) && sim_v4_is_address(e->status_ip) ? sim_subnet_of(w, e->net)
                                                                : SIM_NONE;
}

/* The IPAM subnet that a net's name means, 0 if there is none. */
static uint32_t subnet_named(const struct sim_world *w, sim_id net)
{
    sim_id subnet = sim_ref_id(sim_net(w, net)->subnet);

    return subnet == SIM_NONE ? 0 : sim_ipam_subnet(subnet);
}

static sim_v4 v4_of(struct ipam_addr a)
{
    return (sim_v4)a.lo;
}

sim_v4 sim_ipam_held(const struct sim_world *w, uint16_t name, sim_id subnet, enum sim_nic nic)
{
    struct ipam_addr a;

    if (!ipam_nic_address(sim_ipam(w), sim_ipam_subnet(subnet), IPAM_V4, sim_ipam_nic(w, name, nic),
                          &a))
        return 0;
    return v4_of(a);
}

/* What the NICs of a name hold in all subnets, to see afterwards what was given back. */
struct holdings {
    sim_v4 v4[SIM_SUBNETS_MAX][SIM_NICS];
};

static void hold(const struct sim_world *w, uint16_t name, struct holdings *h)
{
    for (sim_id s = 0; s < w->limits.subnets; s++)
        for (unsigned nic = 0; nic < sim_nics(&w->limits); nic++)
            h->v4[s][nic] = sim_ipam_held(w, name, s, (enum sim_nic)nic);
}

static void tell_freed(struct sim_turn *t, struct sim_owner who, const struct holdings *before)
{
    for (sim_id s = 0; s < t->w->limits.subnets; s++)
        for (unsigned nic = 0; nic < sim_nics(&t->w->limits); nic++) {
            struct sim_event e;
            sim_v4 v4 = before->v4[s][nic];

            if (v4 == 0 ||
                ipam_is_using(sim_ipam(t->w), sim_ipam_subnet(s), IPAM_V4, ipam_addr_v4(v4)))
                continue;
            e = sim_event_new(t, SIM_EVENT_FREED);
            e.object = (uint8_t)who.kind;
            e.id = who.id;
            e.net = sim_subnet(t->w, s)->net;
            e.v4 = v4;
            sim_touched_address(t->w, s, v4);
            sim_emit(t, &e);
        }
}

uint32_t sim_first_mac(const struct sim_limits *limits, enum sim_kind_id kind)
{
    uint32_t before = 0;

    for (unsigned k = 0; k < (unsigned)kind; k++)
        if (sim_kind((enum sim_kind_id)k)->reports != NULL)
            before += sim_limit(limits, (enum sim_object)k);
    return before * sim_macs_each(limits) + 1;
}

static bool has_mac(const struct sim_kind *kind, const struct sim_meta *object, uint32_t mac)
{
    for (unsigned i = 0; i < 2; i++) {
        uint32_t there;

        if (kind->mac[i] == 0)
            continue;
        memcpy(&there, (const uint8_t *)object + kind->mac[i], sizeof there);
        if (there == mac)
            return true;
    }
    return false;
}

static bool stored_somewhere(const struct sim_world *w, enum sim_kind_id k, uint32_t mac)
{
    const struct sim_kind *kind = sim_kind(k);

    for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
        if (has_mac(kind, sim_api(w, k, i), mac) || has_mac(kind, sim_cache(w, k, i), mac))
            return true;
    for (uint32_t i = 0; i < sim_watch_count(w, k); i++)
        if (has_mac(kind, sim_notice_object(sim_notice(w, k, i)), mac))
            return true;
    return false;
}

static bool worked_with(struct sim_world *w, enum sim_queue_id queue, uint32_t mac)
{
    struct sim_copy copy[SIM_WORKER_COPIES];
    size_t n = sim_worker_copies(w, queue, copy);

    if (n > 0 && sim_worker(w, queue)->mac == mac)
        return true;
    for (size_t i = 0; i < n; i++)
        if (has_mac(sim_kind(copy[i].kind), copy[i].object, mac))
            return true;
    return false;
}

/* Objects of several kinds have what a NIC of their name was given, in any subnet. */
static bool in_sight(struct sim_world *w, uint32_t mac)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (sim_limit(&w->limits, (enum sim_object)k) > 0 &&
            stored_somewhere(w, (enum sim_kind_id)k, mac))
            return true;
    for (unsigned q = 0; q < w->n_queues; q++)
        if (worked_with(w, (enum sim_queue_id)q, mac))
            return true;
    for (sim_id s = 0; s < w->limits.subnets; s++)
        if (ipam_mac_owner(sim_ipam(w), sim_ipam_subnet(s), mac) != 0)
            return true;
    return false;
}

/* The MACs a draw for this object may take: all of its own but those it has, so that a draw always
 * differs from what is stored, as 46 random bits do. */
static uint32_t fresh_macs(struct sim_world *w, struct sim_owner who,
                           uint32_t out[SIM_MACS_PER_OWNER])
{
    const struct sim_kind *kind = sim_kind(who.kind);
    uint32_t each = sim_macs_each(&w->limits);
    uint32_t first = sim_first_mac(&w->limits, who.kind) + (uint32_t)who.id * each;
    uint32_t n = 0;

    for (uint32_t mac = first; mac < first + each; mac++)
        if (w->limits.owners ? !in_sight(w, mac)
                             : !has_mac(kind, sim_api(w, who.kind, who.id), mac) &&
                                   !has_mac(kind, sim_cache(w, who.kind, who.id), mac))
            out[n++] = mac;
    return n;
}

static sim_v6 v6_of(const struct sim_world *w, sim_id subnet, const struct ipam_result *r)
{
    if (r->has[IPAM_V6])
        return sim_v6_of(sim_second(w, subnet), subnet, r->addr[IPAM_V6]);
    return r->nil_text ? SIM_V6_NIL_TEXT : 0;
}

/* What was drawn stays with the NIC when the call fails. */
static struct sim_alloc finish(struct sim_turn *t, struct sim_owner who, struct sim_event *e,
                               const struct ipam_mac_wish *wish, const struct ipam_result *r)
{
    struct sim_alloc out;

    sim_journal_drain(t->w);
    SIM_CHECK(!ipam_error_is_ours((enum ipam_error)r->error));
    memset(&out, 0, sizeof out);
    out.error = r->error;
    out.mac = r->mac;
    if (r->error == IPAM_ERROR_NONE) {
        out.v4 = v4_of(r->addr[IPAM_V4]);
        out.v6 = v6_of(t->w, sim_ref_id(sim_net(t->w, e->net)->subnet), r);
        sim_touched_address(t->w, sim_ref_id(sim_net(t->w, e->net)->subnet), out.v4);
    }
    sim_touched_object(t->w, who.kind, who.id);
    e->ipam_error = r->error;
    e->v4 = out.v4;
    e->v6 = out.v6;
    e->drawn = r->fresh_used > 0;
    e->mac = r->error != IPAM_ERROR_NONE && e->drawn ? wish->fresh[r->fresh_used - 1] : r->mac;
    sim_emit(t, e);
    return out;
}

/* The name an object's addresses are kept under. */
static uint16_t key_of(const struct sim_turn *t, enum sim_verb verb, struct sim_owner who)
{
    uint16_t name = sim_owner_name(t->w, who);

    return sim_flawed(t->w, SIM_FLAW_WRONG_KEY, verb) ? (uint16_t)((name + 1) % t->w->limits.names)
                                                      : name;
}

static struct sim_event ipam_event(struct sim_turn *t, enum sim_verb verb, enum sim_object object,
                                   sim_id id, sim_id net)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_IPAM);

    e.verb = (uint8_t)verb;
    e.object = (uint8_t)object;
    e.id = id;
    e.net = net;
    return e;
}

struct sim_alloc sim_ipam_random(struct sim_turn *t, struct sim_owner who, enum sim_nic nic,
                                 sim_id net, uint8_t skip)
{
    struct sim_event e = ipam_event(t, SIM_VERB_RANDOM, (enum sim_object)who.kind, who.id, net);
    struct ipam_addr_arg skipped[SIM_NODE_ADDRESSES];
    uint32_t fresh[SIM_MACS_PER_OWNER];
    struct ipam_random_request q;
    struct holdings before;
    struct ipam_result r;
    struct sim_alloc out;

    memset(&q, 0, sizeof q);
    memset(skipped, 0, sizeof skipped);
    for (unsigned i = 0; i < SIM_NODE_ADDRESSES; i++)
        if (skip & (1u << i)) {
            skipped[q.n_skip].addr = ipam_addr_v4(t->w->node[i]);
            skipped[q.n_skip].valid = 1;
            skipped[q.n_skip++].exact = 1;
        }
    q.skip = skipped;
    q.subnet = subnet_named(t->w, net);
    q.owner = sim_ipam_owner(key_of(t, SIM_VERB_RANDOM, who));
    q.nic = sim_ipam_nic(t->w, sim_owner_name(t->w, who), nic);
    q.mac.kind = IPAM_MAC_DRAW;
    q.mac.fresh = fresh;
    q.mac.n_fresh = fresh_macs(t->w, who, fresh);
    q.check = 1;
    e.nic = (uint8_t)nic;
    hold(t->w, sim_owner_name(t->w, who), &before);
    r = ipam_random(sim_ipam_mut(t->w), &q, sim_journal(t->w));
    out = finish(t, who, &e, &q.mac, &r);
    tell_freed(t, who, &before);
    return out;
}

/* The addresses of a request: both families', or the one there is; the empty text is one too. */
static uint32_t ask_for(const struct sim_world *w, const struct sim_alloc_wish *wish,
                        struct ipam_addr_arg address[2])
{
    uint32_t n = 0;

    memset(address, 0, 2 * sizeof *address);
    if (wish->v4 != 0 || wish->v6 == 0) {
        address[n].addr = ipam_addr_v4(wish->v4);
        address[n].valid = sim_v4_is_address(wish->v4);
        address[n].exact = address[n].valid;
        n++;
    }
    if (wish->v6 != 0) {
        address[n].addr = sim_v6_addr(w, wish->v6);
        address[n].valid = address[n].exact = 1;
        n++;
    }
    return n;
}

struct sim_alloc sim_ipam_static(struct sim_turn *t, struct sim_owner who, sim_id net,
                                 const struct sim_alloc_wish *wish)
{
    struct sim_event e = ipam_event(t, SIM_VERB_STATIC, (enum sim_object)who.kind, who.id, net);
    struct ipam_addr_arg address[2];
    uint32_t fresh[SIM_MACS_PER_OWNER];
    struct ipam_static_request q;
    struct holdings before;
    struct ipam_result r;
    struct sim_alloc out;

    memset(&q, 0, sizeof q);
    q.n_addresses = ask_for(t->w, wish, address);
    q.subnet = subnet_named(t->w, net);
    q.owner = sim_ipam_owner(key_of(t, SIM_VERB_STATIC, who));
    q.nic = sim_ipam_nic(t->w, sim_owner_name(t->w, who), wish->nic);
    q.address = address;
    q.mac.kind = (uint8_t)(wish->draw       ? IPAM_MAC_DRAW
                           : wish->mac == 0 ? IPAM_MAC_NONE
                                            : IPAM_MAC_GIVEN);
    q.mac.mac = wish->mac;
    q.mac.fresh = fresh;
    q.mac.n_fresh = fresh_macs(t->w, who, fresh);
    q.check = 1;
    e.nic = (uint8_t)wish->nic;
    e.want = wish->v4;
    e.want6 = wish->v6;
    hold(t->w, sim_owner_name(t->w, who), &before);
    r = ipam_static(sim_ipam_mut(t->w), &q, sim_journal(t->w));
    out = finish(t, who, &e, &q.mac, &r);
    tell_freed(t, who, &before);
    return out;
}

void sim_ipam_release(struct sim_turn *t, struct sim_owner who, sim_id net)
{
    struct sim_event e = ipam_event(t, SIM_VERB_RELEASE, (enum sim_object)who.kind, who.id, net);
    uint32_t subnet = net == SIM_NONE ? 0 : subnet_named(t->w, net);
    struct holdings before;

    hold(t->w, sim_owner_name(t->w, who), &before);
    if (net == SIM_NONE || subnet != 0) {
        enum ipam_error error =
            ipam_release_owner(sim_ipam_mut(t->w), sim_ipam_owner(key_of(t, SIM_VERB_RELEASE, who)),
                               subnet, sim_journal(t->w), NULL);

        SIM_CHECK(error == IPAM_ERROR_NONE);
    }
    sim_journal_drain(t->w);
    sim_touched_object(t->w, who.kind, who.id);
    sim_emit(t, &e);
    tell_freed(t, who, &before);
}

/* ---- the sweep ---- */

static struct sim_event sweep_event(struct sim_turn *t, enum sim_verb verb, sim_id gateway,
                                    sim_id subnet)
{
    struct sim_event e =
        ipam_event(t, verb, SIM_OBJECT_GATEWAY, gateway, sim_subnet(t->w, subnet)->net);

    e.nic = SIM_NIC_BARE;
    return e;
}

enum ipam_error sim_ipam_reserve(struct sim_turn *t, sim_id gateway, sim_id subnet, sim_v4 v4)
{
    struct sim_event e = sweep_event(t, SIM_VERB_STATIC, gateway, subnet);
    struct ipam_addr_arg address;
    struct ipam_static_request q;
    struct ipam_result r;

    memset(&q, 0, sizeof q);
    memset(&address, 0, sizeof address);
    address.addr = ipam_addr_v4(v4);
    address.valid = address.exact = 1;
    q.subnet = sim_ipam_subnet(subnet);
    q.owner = sim_ipam_owner(t->w->limits.names);
    q.nic = sim_ipam_nic(t->w, t->w->limits.names, SIM_NIC_BARE);
    q.n_addresses = 1;
    q.address = &address;
    q.mac.kind = IPAM_MAC_NONE;
    q.check = 1;
    r = ipam_static(sim_ipam_mut(t->w), &q, sim_journal(t->w));
    sim_journal_drain(t->w);
    SIM_CHECK(!ipam_error_is_ours((enum ipam_error)r.error));
    e.want = v4;
    e.ipam_error = r.error;
    e.v4 = r.error == IPAM_ERROR_NONE ? v4 : 0;
    sim_touched_address(t->w, subnet, v4);
    sim_emit(t, &e);
    return (enum ipam_error)r.error;
}

void sim_ipam_unreserve(struct sim_turn *t, sim_id gateway, sim_id subnet)
{
    struct sim_event e = sweep_event(t, SIM_VERB_RELEASE, gateway, subnet);
    enum ipam_error error =
        ipam_release_owner(sim_ipam_mut(t->w), sim_ipam_owner(t->w->limits.names),
                           sim_ipam_subnet(subnet), sim_journal(t->w), NULL);

    SIM_CHECK(error == IPAM_ERROR_NONE);
    sim_journal_drain(t->w);
    sim_emit(t, &e);
}

static void fill_second(const struct sim_second *s, struct ipam_family_request *f,
                        struct ipam_range reserved[4])
{
    for (unsigned i = 0; i < s->n_excludes; i++) {
        reserved[i].first = sim_second_addr(s, s->exclude[i][0]);
        reserved[i].last = sim_second_addr(s, s->exclude[i][1]);
    }
    f->cidr.network = sim_second_addr(s, 0);
    f->cidr.prefix = s->prefix;
    f->gateway.addr = sim_second_addr(s, s->gateway);
    f->gateway.valid = 1;
    f->reserved = reserved;
    f->n_reserved = s->n_excludes;
    f->present = 1;
}

/* AddOrUpdateSubnet as InitIPAM calls it, or DeleteSubnet if the subnet is gone. */
void sim_ipam_register(struct sim_world *w, sim_id subnet)
{
    const struct sim_subnet_slot *s = sim_subnet(w, subnet);
    const struct sim_range *excludes =
        (const struct sim_range *)sim_at(w, w->at.excludes) + s->first_exclude;
    struct ipam_range reserved[64], reserved6[4];
    struct ipam_subnet_request q;
    struct ipam_family_request *f = &q.family[IPAM_V4];
    enum ipam_error error;

    if (!s->present) {
        ipam_subnet_delete(sim_ipam_mut(w), sim_ipam_subnet(subnet), sim_journal(w));
        sim_journal_drain(w);
        return;
    }
    SIM_CHECK(s->n_excludes <= 64);
    for (uint32_t i = 0; i < s->n_excludes; i++) {
        reserved[i].first = ipam_addr_v4(excludes[i].first);
        reserved[i].last = ipam_addr_v4(excludes[i].last);
    }
    memset(&q, 0, sizeof q);
    f->cidr.network = ipam_addr_v4(s->cidr);
    f->cidr.prefix = s->prefix;
    f->cidr.v4 = 1;
    f->gateway.addr = ipam_addr_v4(s->gateway);
    f->gateway.valid = 1;
    f->reserved = reserved;
    f->n_reserved = s->n_excludes;
    f->present = 1;
    q.protocol = IPAM_PROTOCOL_V4;
    if (sim_second(w, subnet) != NULL) {
        fill_second(sim_second(w, subnet), &q.family[IPAM_V6], reserved6);
        q.protocol = IPAM_PROTOCOL_DUAL;
    }
    error = ipam_subnet_set(sim_ipam_mut(w), sim_ipam_subnet(subnet), &q, sim_journal(w));
    sim_journal_drain(w);
    SIM_CHECK(error == IPAM_ERROR_NONE);
}

/* An empty IPAM with the subnets that exist. */
void sim_ipam_rebuild(struct sim_world *w)
{
    for (sim_id s = 0; s < w->limits.subnets; s++) {
        ipam_subnet_delete(sim_ipam_mut(w), sim_ipam_subnet(s), sim_journal(w));
        sim_journal_drain(w);
        sim_ipam_register(w, s);
    }
}
