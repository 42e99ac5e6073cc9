/* Layout, making a world, and its identity. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "model/sim_internal.h"

static bool kinds_of_rules_empty(const struct sim_limits *l)
{
    return l->dnats == 0 && l->fips == 0 && l->snats == 0;
}

static bool owners_empty(const struct sim_limits *l)
{
    return l->ovn_eips == 0 && l->vips == 0 && l->ovn_dnats == 0 && l->ovn_fips == 0 &&
           l->ovn_snats == 0 && l->ovn_rows == 0;
}

static bool limits_ok(const struct sim_limits *l)
{
    return l->eips >= 1 && l->eips <= 0xfff0 && l->gateways >= 1 && l->gateways <= 4096 &&
           l->pods_per_gateway >= 1 && l->pods_per_gateway <= 8 && l->nets >= 1 &&
           l->nets <= 4096 && l->subnets >= 1 && l->subnets <= SIM_SUBNETS_MAX &&
           l->policies <= 4096 && l->rules <= 0xfff0 && l->names >= 1 && l->names <= 0x7ff0 * 2 &&
           l->watch >= 4 && l->macs >= sim_macs_drawn(l) && l->macs <= 0x00ffffff && l->nat <= 1 &&
           (l->nat || kinds_of_rules_empty(l)) && l->owners <= 1 && l->dual <= l->owners &&
           (l->owners || owners_empty(l)) && l->ovn_rows <= 0x7ff0;
}

static bool second_ok(const struct sim_setup *s, const struct sim_second *n)
{
    uint32_t size;

    if (n->prefix == 0)
        return true;
    if (!s->limits.dual || n->prefix < 116 || n->prefix > 126)
        return false;
    size = UINT32_C(1) << (128 - n->prefix);
    if ((n->lo & (size - 1)) != 0 || n->gateway >= size || n->n_excludes > 4)
        return false;
    for (unsigned i = 0; i < n->n_excludes; i++)
        if (n->exclude[i][0] > n->exclude[i][1] || n->exclude[i][1] >= size)
            return false;
    return true;
}

static bool subnet_ok(const struct sim_setup *s, const struct sim_subnet_setup *n)
{
    uint32_t mask;

    if (n->prefix < 16 || n->prefix > 30 || n->net >= s->limits.nets || !second_ok(s, &n->second))
        return false;
    mask = 0xffffffffu << (32 - n->prefix);
    if (!sim_v4_is_address(n->cidr) || (n->cidr & ~mask) != 0 || (n->gateway & mask) != n->cidr)
        return false;
    for (size_t i = 0; i < n->n_excludes; i++)
        if ((n->excludes[i].first & mask) != n->cidr || (n->excludes[i].last & mask) != n->cidr ||
            n->excludes[i].first > n->excludes[i].last)
            return false;
    return true;
}

static bool names_ok(const struct sim_setup *s)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        const uint16_t *names = s->kind_names[k];

        for (unsigned i = 0; i < sim_limit(&s->limits, (enum sim_object)k); i++)
            if (names[i] >= s->limits.names || (i > 0 && names[i] <= names[i - 1]))
                return false;
    }
    for (unsigned i = 0; i < s->limits.gateways; i++)
        if (s->gateways[i].name >= s->limits.names)
            return false;
    for (unsigned i = 0; i < s->limits.subnets; i++)
        if (s->subnets[i].vpc > s->limits.vpcs || s->subnets[i].router_port > s->limits.names)
            return false;
    for (size_t i = 0; i < s->n_ovn; i++)
        if (s->ovn[i].name > s->limits.names || s->ovn[i].mac > s->limits.macs ||
            s->ovn[i].kind != SIM_OVN_LRP)
            return false;
    for (unsigned i = 0; i < s->limits.nets; i++)
        if (s->nets[i].subnet > s->limits.subnets || s->nets[i].by_attachment > s->limits.subnets)
            return false;
    return s->default_net < s->limits.nets &&
           (s->default_ovn_net < s->limits.nets || s->default_ovn_net == SIM_NONE) &&
           s->n_ovn <= s->limits.ovn_rows;
}

static enum sim_status setup_status(const struct sim_setup *s)
{
    if (!limits_ok(&s->limits))
        return SIM_STATUS_BAD_LIMITS;
    if (!names_ok(s))
        return SIM_STATUS_BAD_NAME;
    for (unsigned i = 0; i < s->limits.subnets; i++)
        if (!subnet_ok(s, &s->subnets[i]))
            return SIM_STATUS_BAD_SUBNET;
    return SIM_STATUS_DONE;
}

static void ipam_limits_of(const struct sim_setup *s, struct ipam_limits *limits,
                           struct ipam_subnet_limits subnet[SIM_SUBNETS_MAX])
{
    memset(limits, 0, sizeof *limits);
    memset(subnet, 0, sizeof *subnet * SIM_SUBNETS_MAX);
    for (unsigned i = 0; i < s->limits.subnets; i++) {
        subnet[i].family[IPAM_V4].bits = 32u - s->subnets[i].prefix;
        if (s->subnets[i].second.prefix != 0)
            subnet[i].family[IPAM_V6].bits = 128u - s->subnets[i].second.prefix;
    }
    limits->n_subnets = s->limits.subnets;
    limits->n_owners = s->limits.names + (s->policy.value[SIM_gateway_swept] != 0 ? 1u : 0u);
    limits->n_nics =
        s->limits.owners ? (s->limits.names + 1u) * 2u + s->limits.names : limits->n_owners * 2u;
    limits->n_macs = s->limits.macs;
    limits->n_owner_nics = s->limits.owners ? SIM_OWNER_NICS : 4u;
    limits->subnet = subnet;
}

static size_t ipam_bytes(const struct sim_setup *s)
{
    struct ipam_limits limits;
    struct ipam_subnet_limits subnet[SIM_SUBNETS_MAX];

    ipam_limits_of(s, &limits, subnet);
    return ipam_size(&limits);
}

static uint32_t queue_keys(const struct sim_limits *l, enum sim_queue_id queue)
{
    if (queue == SIM_QUEUE_DEL_OVN_EIP || queue == SIM_QUEUE_DEL_VIP)
        return sim_limit(l, sim_queue_keys(queue)) + sim_item_capacity(l, queue);
    switch (sim_queue_keys(queue)) {
    case SIM_OBJECT_GATEWAY:
        return l->gateways;
    case SIM_OBJECT_SUBNET:
        return l->nets;
    case SIM_OBJECT_POLICY:
        return l->policies;
    default:
        return sim_limit(l, sim_queue_keys(queue));
    }
}

static bool queue_present(const struct sim_limits *l, enum sim_queue_id queue)
{
    switch (sim_queue_part(queue)) {
    case SIM_PART_EIPS:
        return true;
    case SIM_PART_NAT:
        return l->nat && queue_keys(l, queue) > 0;
    default:
        return l->owners && queue_keys(l, queue) > 0;
    }
}

struct cursor {
    uint64_t at;
};

static uint32_t place(struct cursor *c, size_t size, size_t count)
{
    uint32_t here = (uint32_t)c->at;

    c->at += ((uint64_t)size * count + 15) / 16 * 16;
    return here;
}

static void lay_out_sets(struct sim_layout *at, const struct sim_setup *s)
{
    at->sets = 0;
    for (unsigned i = 0; i < s->limits.subnets; i++) {
        at->set[i] = at->sets;
        at->sets += ipam_addrset_size((uint8_t)(32 - s->subnets[i].prefix), 0);
    }
}

static void lay_out_queues(struct cursor *c, struct sim_layout *at, const struct sim_limits *l)
{
    for (unsigned i = 0; i < SIM_QUEUE_COUNT; i++) {
        enum sim_queue_id q = (enum sim_queue_id)i;

        if (!queue_present(l, q))
            continue;
        at->queues[q] = place(c, sizeof(struct sim_queue), 1);
        (void)place(c, sizeof(struct sim_queue_node), queue_keys(l, q));
        (void)place(c, sim_worker_size(q), 1);
    }
}

/* The queues and watches that are not there share one that is always empty, behind the state. */
static void lay_out_absent(struct cursor *c, struct sim_layout *at, const struct sim_limits *l)
{
    at->absent = place(c, sizeof(struct sim_queue) + sizeof(struct sim_worker), 1);
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        if (!queue_present(l, (enum sim_queue_id)q))
            at->queues[q] = at->absent;
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (sim_limit(l, (enum sim_object)k) == 0)
            at->watch[k] = at->absent;
}

static void lay_out_items(struct cursor *c, struct sim_layout *at, const struct sim_limits *l)
{
    at->items[0] = place(c, sizeof(struct sim_notice) + sim_kind_size(SIM_KIND_OVN_EIP),
                         sim_item_capacity(l, SIM_QUEUE_DEL_OVN_EIP));
    at->items[1] = place(c, sizeof(struct sim_notice) + sim_kind_size(SIM_KIND_VIP),
                         sim_item_capacity(l, SIM_QUEUE_DEL_VIP));
}

static void lay_out_state(struct cursor *c, struct sim_layout *at, const struct sim_setup *s)
{
    const struct sim_limits *l = &s->limits;
    size_t excludes = 0;

    for (unsigned i = 0; i < l->subnets; i++)
        excludes += s->subnets[i].n_excludes;
    at->globals = place(c, sizeof(struct sim_globals), 1);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        at->slots[k] =
            place(c, sim_slot_size((enum sim_kind_id)k), sim_limit(l, (enum sim_object)k));
    at->gateways = place(c, sizeof(struct sim_gateway_slot), l->gateways);
    at->pods = place(c, sizeof(struct sim_pod_slot), (size_t)l->gateways * l->pods_per_gateway);
    at->nets = place(c, sizeof(struct sim_net_slot), l->nets);
    at->subnets = place(c, sizeof(struct sim_subnet_slot), l->subnets);
    at->policies = place(c, sizeof(struct sim_policy_slot), l->policies);
    at->rules = place(c, sizeof(struct sim_rule_slot), l->rules);
    lay_out_queues(c, at, l);
    at->failures = place(c, 1, l->names);
    at->deleted = place(c, sizeof(struct sim_deleted), l->watch);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (sim_limit(l, (enum sim_object)k) > 0)
            at->watch[k] =
                place(c,
                      sizeof(struct sim_watch) + l->watch * (sizeof(struct sim_notice) +
                                                             sim_kind_size((enum sim_kind_id)k)),
                      1);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        at->pass[k] = place(c, 1, (sim_limit(l, (enum sim_object)k) + 7u) / 8u);
    at->excludes = place(c, sizeof(struct sim_range), excludes);
    at->interfaces = place(c, at->sets, (size_t)l->gateways * l->pods_per_gateway);
    at->status_sets = place(c, at->sets, sim_status_sets(l));
    at->pod_rules = place(c, sizeof(struct sim_pod_rule),
                          (size_t)l->gateways * l->pods_per_gateway * l->pod_rules);
    if (l->owners) {
        lay_out_items(c, at, l);
        if (l->dual)
            at->second = place(c, sizeof(struct sim_second), l->subnets);
        at->seen = place(c, sizeof(struct sim_seen), sim_status_seen(l));
    }
    if (l->owners)
        at->ovn = place(c, sizeof(uint32_t) + l->ovn_rows * sizeof(struct sim_ovn_row), 1);
    at->ipam = place(c, ipam_bytes(s), 1);
    c->at = (c->at + SIM_PAGE - 1) / SIM_PAGE * SIM_PAGE;
    at->state_end = (uint32_t)c->at;
}

static bool lay_out(struct sim_layout *at, const struct sim_setup *s)
{
    struct cursor c = {.at = sizeof(struct sim_world)};
    size_t pages, ledger = 0;

    memset(at, 0, sizeof *at);
    if (ipam_bytes(s) == 0)
        return false;
    c.at = (c.at + SIM_PAGE - 1) / SIM_PAGE * SIM_PAGE;
    lay_out_sets(at, s);
    lay_out_state(&c, at, s);
    pages = at->state_end / SIM_PAGE;
    at->derived = place(&c, sizeof(struct sim_derived), 1);
    at->pages = place(&c, sizeof(struct sim_page_hash), pages);
    at->dirty = place(&c, 1, (pages + 7) / 8);
    /* the ledger: per subnet, what each NIC holds, then who holds each address */
    for (unsigned i = 0; i < s->limits.subnets; i++) {
        at->ledger_of[i] = (uint32_t)ledger;
        ledger += ((s->limits.names + 1u) * 2 + (s->limits.owners ? s->limits.names : 0u)) * 4 +
                  ((size_t)1 << (32 - s->subnets[i].prefix)) * 2;
        ledger = (ledger + 15) / 16 * 16;
    }
    at->ledger = place(&c, ledger, 1);
    at->scratch = place(&c, at->sets, 1);
    lay_out_absent(&c, at, &s->limits);
    at->total = (uint32_t)c.at;
    return c.at < UINT32_MAX;
}

size_t sim_size(const struct sim_setup *setup)
{
    struct sim_layout at;

    if (setup_status(setup) != SIM_STATUS_DONE || !lay_out(&at, setup))
        return 0;
    return at.total;
}

static void fill_subnet(struct sim_world *w, sim_id i, const struct sim_subnet_setup *n,
                        uint32_t *next_exclude)
{
    struct sim_subnet_slot *s = sim_subnet_mut(w, i);
    struct sim_range *ranges = (struct sim_range *)((uint8_t *)w + w->at.excludes);

    s->cidr = n->cidr;
    s->gateway = n->gateway;
    s->prefix = n->prefix;
    s->size = (1u << (32 - n->prefix)) - 2u;
    s->net = n->net;
    s->present = n->present;
    s->ovn = n->ovn;
    s->vlan = n->vlan;
    s->vpc = n->vpc;
    s->provider_differs = n->provider_differs;
    if (w->limits.dual)
        memcpy((struct sim_second *)((uint8_t *)w + w->at.second) + i, &n->second,
               sizeof n->second);
    s->router_port = n->router_port;
    s->first_exclude = *next_exclude;
    s->n_excludes = (uint32_t)n->n_excludes;
    for (size_t k = 0; k < n->n_excludes; k++) {
        ranges[*next_exclude].first = n->excludes[k].first;
        ranges[*next_exclude].last = n->excludes[k].last;
        s->excluded += n->excludes[k].last - n->excludes[k].first + 1;
        ++*next_exclude;
    }
}

static void fill_policy(struct sim_world *w, size_t i, const struct sim_policy_setup *p)
{
    struct sim_policy_slot *slot = sim_policy_mut(w, i);

    slot->present = p->present;
    slot->shared = p->shared;
    slot->n_rules = p->n_rules;
    for (unsigned r = 0; r < p->n_rules && r < SIM_POLICY_RULES; r++) {
        slot->rule[r].egress = p->rule[r].egress;
        slot->rule[r].priority = p->rule[r].priority;
        slot->rule[r].rate = p->rule[r].rate;
        slot->rule[r].burst = p->rule[r].burst;
    }
}

static void fill(struct sim_world *w, const struct sim_setup *s)
{
    uint32_t next_exclude = 0;

    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)k); i++)
            sim_slot_mut(w, (enum sim_kind_id)k, i)->name = s->kind_names[k][i];
    for (unsigned i = 0; i < w->limits.gateways; i++) {
        struct sim_gateway_slot *g = sim_gateway_mut(w, i);

        g->name = s->gateways[i].name;
        g->present = s->gateways[i].present;
        g->own = s->gateways[i].own;
        g->own_prefix = s->gateways[i].own_prefix;
    }
    for (unsigned i = 0; i < w->limits.nets; i++) {
        sim_net_mut(w, i)->subnet = s->nets[i].subnet;
        sim_net_mut(w, i)->by_attachment = s->nets[i].by_attachment;
    }
    for (unsigned i = 0; i < w->limits.subnets; i++)
        fill_subnet(w, (sim_id)i, &s->subnets[i], &next_exclude);
    for (unsigned i = 0; i < w->limits.policies; i++)
        fill_policy(w, i, &s->policies[i]);
    for (unsigned i = 0; i < w->limits.rules; i++)
        sim_rule_mut(w, i)->object = s->rules[i].object;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        if (queue_present(&w->limits, (enum sim_queue_id)q))
            sim_queue_mut(w, q)->keys = (uint16_t)queue_keys(&w->limits, (enum sim_queue_id)q);
}

static void init_ipam(struct sim_world *w, const struct sim_setup *s)
{
    struct ipam_limits limits;
    struct ipam_subnet_limits subnet[SIM_SUBNETS_MAX];
    struct ipam *ipam;

    ipam_limits_of(s, &limits, subnet);
    ipam = ipam_init((uint8_t *)w + w->at.ipam, &limits, s->quirks);
    SIM_CHECK(ipam != NULL);
}

static void copy_header(struct sim_world *w, const struct sim_setup *s, const struct sim_layout *at)
{
    memcpy(&w->limits, &s->limits, sizeof w->limits);
    memcpy(&w->at, at, sizeof w->at);
    memcpy(&w->policy, &s->policy, sizeof w->policy);
    memcpy(w->node, s->node, sizeof w->node);
    w->flaw.kind = s->flaw.kind;
    w->flaw.what = s->flaw.what;
    w->quirks = s->quirks;
    w->profile = s->profile;
    w->timed = s->timed;
    w->default_net = s->default_net;
    w->default_ovn_net = s->default_ovn_net;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        if (queue_present(&s->limits, (enum sim_queue_id)q))
            w->n_queues = (uint8_t)(q + 1);
}

enum sim_status sim_init(void *memory, const struct sim_setup *setup, struct sim_world **world)
{
    enum sim_status status = setup_status(setup);
    struct sim_layout at;
    struct sim_world *w = memory;

    if (status != SIM_STATUS_DONE)
        return status;
    if (!lay_out(&at, setup))
        return SIM_STATUS_BAD_LIMITS;
    memset(memory, 0, at.total);
    copy_header(w, setup, &at);
    init_ipam(w, setup);
    sim_touch_everything(w);
    fill(w, setup);
    sim_ovn_begin(w, setup->ovn, setup->n_ovn);
    sim_globals_mut(w)->nat_enabled = setup->nat_enabled;
    sim_globals_mut(w)->up = setup->up;
    if (setup->up)
        sim_ipam_rebuild(w);
    *world = w;
    return SIM_STATUS_DONE;
}

size_t sim_world_size(const struct sim_world *world)
{
    return world->at.total;
}

size_t sim_state_size(const struct sim_world *world)
{
    return world->at.state_end;
}

/* ---- writing ---- */

static void touch_page(struct sim_world *w, struct sim_derived *d, uint32_t page)
{
    uint8_t *bits = (uint8_t *)w + w->at.dirty;

    if (bits[page / 8] & (1u << (page % 8)))
        return;
    bits[page / 8] = (uint8_t)(bits[page / 8] | (1u << (page % 8)));
    if (d->n_dirty < SIM_DIRTY_LIST)
        d->dirty[d->n_dirty] = page;
    d->n_dirty++;
}

void sim_touch(struct sim_world *w, const void *where, size_t size)
{
    struct sim_derived *d = sim_derived(w);
    size_t first = (size_t)((const uint8_t *)where - (const uint8_t *)w);

    SIM_CHECK(first + size <= w->at.state_end);
    if (size == 0 || sim_flawed(w, SIM_FLAW_TOUCH, SIM_UNTOUCHED_PAGE))
        return;
    for (size_t page = first / SIM_PAGE; page <= (first + size - 1) / SIM_PAGE; page++) {
        if (d->all_dirty)
            return;
        touch_page(w, d, (uint32_t)page);
    }
}

void sim_touch_everything(struct sim_world *w)
{
    sim_derived(w)->all_dirty = 1;
}

struct sim_queue_node *sim_node_mut(struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    struct sim_queue_node *n = (struct sim_queue_node *)(uintptr_t)sim_node(w, queue, key);

    sim_touch(w, n, sizeof *n);
    return n;
}

void sim_failures_set(struct sim_world *w, uint16_t name, uint8_t failures)
{
    uint8_t *f = (uint8_t *)w + w->at.failures + name;

    sim_touch(w, f, 1);
    *f = failures;
}

bool sim_pass_get(const struct sim_world *w, enum sim_kind_id kind, sim_id id)
{
    return (((const uint8_t *)sim_at(w, w->at.pass[kind]))[id / 8] >> (id % 8)) & 1;
}

void sim_pass_set(struct sim_world *w, enum sim_kind_id kind, sim_id id, bool on)
{
    uint8_t *byte = (uint8_t *)w + w->at.pass[kind] + id / 8;
    uint8_t bit = (uint8_t)(1u << (id % 8));

    sim_touch(w, byte, 1);
    *byte = (uint8_t)(on ? *byte | bit : *byte & ~bit);
}

void sim_pass_clear(struct sim_world *w, enum sim_kind_id kind)
{
    for (sim_id i = 0; i < sim_limit(&w->limits, (enum sim_object)kind); i++)
        if (sim_pass_get(w, kind, i))
            sim_pass_set(w, kind, i, false);
}

struct ipam *sim_ipam_mut(struct sim_world *w)
{
    return (struct ipam *)((uint8_t *)w + w->at.ipam);
}

struct ipam_journal *sim_journal(struct sim_world *w)
{
    ipam_journal_clear(&sim_derived(w)->journal);
    return &sim_derived(w)->journal;
}

void sim_journal_drain(struct sim_world *w)
{
    struct ipam_journal *j = &sim_derived(w)->journal;

    if (j->overflow)
        sim_touch_everything(w);
    for (uint32_t i = 0; i < j->count; i++)
        sim_touch(w, (const uint8_t *)w + w->at.ipam + j->span[i].offset, j->span[i].length);
    ipam_journal_clear(j);
}

/* ---- address sets of the world ---- */

static struct ipam_addrset set_at(const struct sim_world *w, uint32_t offset, sim_id subnet,
                                  struct ipam_journal *journal)
{
    struct ipam_addrset_shape shape;

    memset(&shape, 0, sizeof shape);
    shape.base = ipam_addr_v4(sim_subnet(w, subnet)->cidr);
    shape.bits = (uint8_t)(32 - sim_subnet(w, subnet)->prefix);
    /* a view has one type for readers and writers; who gets it from a reader only reads */
    return ipam_addrset_view((void *)((uintptr_t)w + offset + w->at.set[subnet]), &shape, journal,
                             offset + w->at.set[subnet]);
}

struct ipam_addrset sim_interface(const struct sim_world *w, sim_id pod, sim_id subnet)
{
    return set_at(w, w->at.interfaces + w->at.sets * pod, subnet, NULL);
}

struct ipam_addrset sim_interface_mut(struct sim_world *w, sim_id pod, sim_id subnet)
{
    return set_at(w, w->at.interfaces + w->at.sets * pod, subnet, sim_journal(w));
}

void sim_set_drain(struct sim_world *w)
{
    struct ipam_journal *j = &sim_derived(w)->journal;

    if (j->overflow)
        sim_touch_everything(w);
    for (uint32_t i = 0; i < j->count; i++)
        sim_touch(w, (const uint8_t *)w + j->span[i].offset, j->span[i].length);
    ipam_journal_clear(j);
}

struct ipam_addrset sim_status_set(const struct sim_world *w, sim_id subnet, unsigned which)
{
    return set_at(w, w->at.status_sets + w->at.sets * which, subnet, NULL);
}

struct ipam_addrset sim_scratch_set(struct sim_world *w, sim_id subnet)
{
    return set_at(w, w->at.scratch, subnet, NULL);
}

void sim_status_set_assign(struct sim_world *w, sim_id subnet, unsigned which,
                           const struct ipam_addrset *from)
{
    struct ipam_addrset to = sim_status_set(w, subnet, which);
    uint8_t *out = (uint8_t *)to.word;
    const uint8_t *in = (const uint8_t *)from->word;
    size_t size = ipam_addrset_size(to.shape.bits, 0);

    for (size_t at = 0; at < size; at += SIM_PAGE) {
        size_t n = size - at < SIM_PAGE ? size - at : SIM_PAGE;

        if (memcmp(out + at, in + at, n) == 0)
            continue;
        memcpy(out + at, in + at, n);
        sim_touch(w, out + at, n);
    }
}

/* ---- identity ---- */

static struct sim_page_hash hash_page(const struct sim_world *w, uint32_t page)
{
    XXH128_hash_t h = XXH3_128bits_withSeed((const uint8_t *)w + (size_t)page * SIM_PAGE, SIM_PAGE,
                                            (XXH64_hash_t)page + 1);
    struct sim_page_hash out;

    out.low = h.low64;
    out.high = h.high64;
    return out;
}

struct sim_identity sim_identity_full(const struct sim_world *world)
{
    struct sim_identity sum = {0, 0};

    for (uint32_t page = 0; page < world->at.state_end / SIM_PAGE; page++) {
        struct sim_page_hash h = hash_page(world, page);

        sum.low += h.low;
        sum.high += h.high;
    }
    return sum;
}

static void rehash_page(struct sim_world *w, struct sim_derived *d, uint32_t page)
{
    struct sim_page_hash *stored = (struct sim_page_hash *)((uint8_t *)w + w->at.pages) + page;
    struct sim_page_hash h = hash_page(w, page);

    d->identity.low += h.low - stored->low;
    d->identity.high += h.high - stored->high;
    stored->low = h.low;
    stored->high = h.high;
}

/* More pages than the list holds: the bits say which. */
static void rehash_by_bits(struct sim_world *w, struct sim_derived *d)
{
    uint8_t *bits = (uint8_t *)w + w->at.dirty;

    for (uint32_t page = 0; page < w->at.state_end / SIM_PAGE; page++) {
        if (page % 8 == 0 && bits[page / 8] == 0 && !d->all_dirty)
            page += 7;
        else if (d->all_dirty || (bits[page / 8] & (1u << (page % 8))))
            rehash_page(w, d, page);
    }
    memset(bits, 0, (w->at.state_end / SIM_PAGE + 7) / 8);
}

struct sim_identity sim_identity(struct sim_world *world)
{
    struct sim_derived *d = sim_derived(world);
    uint8_t *bits = (uint8_t *)world + world->at.dirty;

    if (d->all_dirty || d->n_dirty > SIM_DIRTY_LIST)
        rehash_by_bits(world, d);
    else
        for (uint32_t i = 0; i < d->n_dirty; i++) {
            rehash_page(world, d, d->dirty[i]);
            bits[d->dirty[i] / 8] = 0;
        }
    d->n_dirty = 0;
    d->all_dirty = 0;
#ifdef EIPSIM_VALIDATE
    if (d->identity.high % EIPSIM_VALIDATE == 0) {
        struct sim_identity full = sim_identity_full(world);

        SIM_CHECK(full.low == d->identity.low && full.high == d->identity.high);
    }
#endif
    return d->identity;
}
