/* The second half of the builder: names become ids, objects become the setup of a world. */
#include <stdlib.h>
#include <string.h>

#include "ipam/ipam.h"
#include "tools/builder_internal.h"

static bool fail(struct tool_builder *b, const char *sentence)
{
    snprintf(b->error, sizeof b->error, "%s", sentence);
    return false;
}

static size_t index_of(const struct name_set *set, const char *text)
{
    return tool_name_find(set->name, set->count, text, strlen(text));
}

/* ---- attachments ---- */

/* The attachment a provider names: NAME.kube-system or NAME.kube-system.ovn; 0 if none. */
static size_t attachment_of(const char *provider)
{
    size_t n = strcspn(provider, ".");
    const char *rest = provider + n;

    return strcmp(rest, "." TOOL_NAMESPACE) == 0 || strcmp(rest, "." TOOL_NAMESPACE ".ovn") == 0
               ? n
               : 0;
}

static void imply_attachments(struct tool_builder *b)
{
    for (size_t i = 0; !b->attachments_given && i < b->n_subnets; i++) {
        size_t n = attachment_of(b->subnets[i].provider);

        if (n > 0)
            (void)tool_builder_name(b, TOOL_NAME_NET, b->subnets[i].provider, n);
    }
}

static bool has_attachment(const struct tool_builder *b, const char *provider, size_t n)
{
    return !b->attachments_given || tool_name_find(b->attachments.name, b->attachments.count,
                                                   provider, n) < b->attachments.count;
}

static int by_name(const void *a, const void *b)
{
    const struct tool_subnet *x = a, *y = b;

    return strcmp(x->name, y->name);
}

/* Is the provider an OVN one (isOvnSubnet, pkg/controller/subnet.go, v1.12.0)? */
static bool is_ovn(const char *provider)
{
    size_t n = strlen(provider);

    return n == 0 || (n >= 3 && strcmp(provider + n - 3, "ovn") == 0);
}

static sim_ref vpc_of(const struct tool_builder *b, const struct tool_subnet *s)
{
    return *s->vpc == '\0' ? 0 : (sim_ref)(index_of(&b->names[TOOL_NAME_VPC], s->vpc) + 1);
}

/* The port by which a VPC's router is in a subnet: VPC-SUBNET, if anything is called so. */
static uint16_t router_port_of(const struct tool_builder *b, const struct tool_subnet *s)
{
    char text[2 * TOOL_NAME_MAX + 2];
    size_t at;

    snprintf(text, sizeof text, "%s-%s", s->vpc, s->name);
    at = index_of(&b->all, text);
    return (uint16_t)(at < b->all.count ? at + 1 : 0);
}

static void fill_subnets(struct tool_builder *b)
{
    struct sim_subnet_setup *subnets =
        tool_arena_alloc(&b->arena, (b->n_subnets + 1) * sizeof *subnets);
    const char **providers = tool_arena_alloc(&b->arena, (b->n_subnets + 1) * sizeof *providers);
    size_t n_nets = b->names[TOOL_NAME_NET].count;
    struct sim_net_setup *nets = tool_arena_alloc(&b->arena, (n_nets + 1) * sizeof *nets);

    qsort(b->subnets, b->n_subnets, sizeof *b->subnets, by_name);
    for (size_t i = 0; i < b->n_subnets; i++) {
        const struct tool_subnet *s = &b->subnets[i];
        size_t n = attachment_of(s->provider);

        subnets[i].net = (sim_id)index_of(&b->names[TOOL_NAME_NET], s->name);
        subnets[i].prefix = s->prefix;
        subnets[i].present = s->present;
        subnets[i].vpc = vpc_of(b, s);
        subnets[i].router_port = router_port_of(b, s);
        subnets[i].ovn = is_ovn(s->provider);
        subnets[i].vlan = s->vlan;
        subnets[i].provider_differs = n != strlen(s->name) || memcmp(s->provider, s->name, n) != 0;
        subnets[i].cidr = s->cidr;
        subnets[i].gateway = s->gateway;
        subnets[i].second = s->second;
        subnets[i].excludes = s->excludes;
        subnets[i].n_excludes = s->n_excludes;
        providers[i] = s->provider;
        nets[subnets[i].net].subnet = (sim_ref)(i + 1);
        if (n > 0 && has_attachment(b, s->provider, n))
            nets[tool_name_find(b->names[TOOL_NAME_NET].name, n_nets, s->provider, n)]
                .by_attachment = (sim_ref)(i + 1);
    }
    b->config.setup.subnets = subnets;
    b->config.setup.nets = nets;
    b->config.names.provider = providers;
}

/* ---- EIPs, gateways, and the texts they lock by ---- */

static void merge(struct tool_builder *b, struct name_set *all, const char *const *y, size_t n_y)
{
    const char **both = tool_arena_alloc(&b->arena, (all->count + n_y + 1) * sizeof *both);
    size_t i = 0, j = 0, n = 0;

    while (i < all->count || j < n_y) {
        int order = i == all->count ? 1 : j == n_y ? -1 : strcmp(all->name[i], y[j]);

        both[n++] = order <= 0 ? all->name[i] : y[j];
        i += order <= 0;
        j += order >= 0;
    }
    all->name = both;
    all->count = n;
}

static void number_names(struct tool_builder *b, enum sim_kind_id kind)
{
    const struct name_set *set = &b->names[tool_name_kind(kind)];
    uint16_t *names = tool_arena_alloc(&b->arena, (set->count + 1) * sizeof *names);

    for (size_t i = 0; i < set->count; i++)
        names[i] = (uint16_t)index_of(&b->all, set->name[i]);
    b->config.setup.kind_names[kind] = names;
    b->config.names.object[kind] = set->name;
}

static void fill_names(struct tool_builder *b)
{
    const struct name_set *gateways = &b->names[TOOL_NAME_GATEWAY];
    struct sim_setup *s = &b->config.setup;
    struct sim_gateway_setup *g = tool_arena_alloc(&b->arena, (gateways->count + 1) * sizeof *g);

    b->all.name = gateways->name;
    b->all.count = gateways->count;
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        const struct name_set *of = &b->names[tool_name_kind((enum sim_kind_id)k)];

        merge(b, &b->all, of->name, of->count);
    }
    for (size_t i = 0; i < b->n_ports; i++)
        merge(b, &b->all, &b->ports[i].name, 1);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        number_names(b, (enum sim_kind_id)k);
    for (size_t i = 0; i < gateways->count; i++) {
        g[i].name = (uint16_t)index_of(&b->all, gateways->name[i]);
        g[i].present = index_of(&b->present, gateways->name[i]) < b->present.count;
    }
    for (size_t i = 0; i < b->n_owns; i++) {
        struct sim_gateway_setup *of = &g[index_of(gateways, b->owns[i].gateway)];

        of->own = b->owns[i].own;
        of->own_prefix = b->owns[i].prefix;
    }
    s->limits.names = (uint16_t)b->all.count;
    s->gateways = g;
    b->config.names.all = b->all.name;
}

/* ---- pods ---- */

static int by_pod(const void *a, const void *b)
{
    const struct pod_name *x = a, *y = b;
    int order = strcmp(x->gateway, y->gateway);

    return order != 0 ? order : strcmp(x->pod, y->pod);
}

static void sort_pods(struct tool_builder *b)
{
    size_t kept = 0;

    if (b->n_pods > 1)
        qsort(b->pods, b->n_pods, sizeof *b->pods, by_pod);
    for (size_t i = 0; i < b->n_pods; i++)
        if (kept == 0 || by_pod(&b->pods[kept - 1], &b->pods[i]) != 0)
            b->pods[kept++] = b->pods[i];
    b->n_pods = kept;
}

static size_t most_pods(const struct tool_builder *b)
{
    size_t most = 1, run = 0;

    for (size_t i = 0; i < b->n_pods; i++) {
        bool same = i > 0 && strcmp(b->pods[i].gateway, b->pods[i - 1].gateway) == 0;

        run = same ? run + 1 : 1;
        most = run > most ? run : most;
    }
    return most;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* vpc-nat-gw-NAME-0 and so on, unless the pod names given already have it. */
static const char *default_pod(struct tool_builder *b, const char *gateway, unsigned n)
{
    char text[512];
    int length = snprintf(text, sizeof text, "vpc-nat-gw-%.450s-%u", gateway, n);

    return tool_arena_copy(&b->arena, text, (size_t)length);
}

static bool fill_pods(struct tool_builder *b)
{
    const struct name_set *gateways = &b->names[TOOL_NAME_GATEWAY];
    size_t per = b->options.pods_per_gateway, most, at = 0;
    const char **pods;

    sort_pods(b);
    most = most_pods(b);
    per = per == 0 ? most : per;
    if (per < most || per > 8)
        return fail(b, "a gateway has more pods than podsPerGateway allows, or it is above 8");
    pods = tool_arena_alloc(&b->arena, (gateways->count * per + 1) * sizeof *pods);
    for (size_t g = 0; g < gateways->count; g++) {
        size_t n = 0;

        for (; at < b->n_pods && strcmp(b->pods[at].gateway, gateways->name[g]) == 0; at++)
            pods[g * per + n++] = b->pods[at].pod;
        for (unsigned k = 0; n < per && k < 16; k++) {
            const char *name = default_pod(b, gateways->name[g], k);
            bool taken = false;

            for (size_t i = 0; i < n; i++)
                taken = taken || strcmp(pods[g * per + i], name) == 0;
            if (!taken)
                pods[g * per + n++] = name;
        }
        qsort(pods + g * per, per, sizeof *pods, by_text);
    }
    b->config.setup.limits.pods_per_gateway = (uint16_t)per;
    b->config.names.pod = pods;
    return true;
}

/* ---- the rest ---- */

static void fill_policies(struct tool_builder *b)
{
    const struct name_set *names = &b->names[TOOL_NAME_POLICY];
    struct sim_policy_setup *p = tool_arena_alloc(&b->arena, (names->count + 1) * sizeof *p);

    for (size_t i = 0; i < b->n_policies; i++)
        p[index_of(names, b->policies[i].name)] = b->policies[i].setup;
    b->config.setup.policies = p;
}

static void fill_rules(struct tool_builder *b)
{
    size_t count = 0, n = 0;
    struct sim_rule_setup *rules;
    const char **names;

    for (unsigned o = 0; o < SIM_OBJECT_COUNT; o++)
        count += b->rules[o].count;
    rules = tool_arena_alloc(&b->arena, (count + 1) * sizeof *rules);
    names = tool_arena_alloc(&b->arena, (count + 1) * sizeof *names);
    for (unsigned o = 0; o < SIM_OBJECT_COUNT; o++)
        for (size_t i = 0; i < b->rules[o].count; i++, n++) {
            rules[n].object = (uint8_t)o;
            names[n] = b->rules[o].name[i];
        }
    b->config.setup.limits.rules = (uint16_t)count;
    b->config.setup.rules = rules;
    b->config.names.rule = names;
}

/* The ports of logical routers. */
static void fill_northbound(struct tool_builder *b)
{
    struct sim_ovn_row *rows = tool_arena_alloc(&b->arena, (b->n_ports + 1) * sizeof *rows);

    for (size_t i = 0; i < b->n_ports; i++) {
        rows[i].kind = SIM_OVN_LRP;
        rows[i].name = (uint16_t)(index_of(&b->all, b->ports[i].name) + 1);
        rows[i].mac = tool_mac_of(&b->config, b->ports[i].mac, strlen(b->ports[i].mac));
    }
    b->config.setup.ovn = rows;
    b->config.setup.n_ovn = b->n_ports;
}

static bool check_counts(struct tool_builder *b)
{
    if (b->n_subnets == 0)
        return fail(b, "there is no subnet");
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (b->names[tool_name_kind((enum sim_kind_id)k)].count > 0x6000)
            return fail(b, "more than 24,576 objects of one kind");
    if (b->names[TOOL_NAME_GATEWAY].count > 4096 || b->names[TOOL_NAME_NET].count > 4096 ||
        b->names[TOOL_NAME_POLICY].count > 4096)
        return fail(b, "more than 4,096 gateways, networks or policies");
    if (b->names[TOOL_NAME_FINALIZER].count > 200)
        return fail(b, "more than 200 finalizers");
    return true;
}

static void fill_owners_limits(struct tool_builder *b)
{
    struct sim_limits *l = &b->config.setup.limits;
    size_t objects;

    l->ovn_eips = (uint16_t)b->names[TOOL_NAME_OVN_EIP].count;
    l->vips = (uint16_t)b->names[TOOL_NAME_VIP].count;
    l->ovn_dnats = (uint16_t)b->names[TOOL_NAME_OVN_DNAT].count;
    l->ovn_fips = (uint16_t)b->names[TOOL_NAME_OVN_FIP].count;
    l->ovn_snats = (uint16_t)b->names[TOOL_NAME_OVN_SNAT].count;
    l->vpcs = (uint16_t)b->names[TOOL_NAME_VPC].count;
    objects = (size_t)l->ovn_eips + l->vips + l->ovn_dnats + l->ovn_fips + l->ovn_snats;
    for (size_t i = 0; i < b->n_subnets; i++)
        l->dual = l->dual || b->subnets[i].second.prefix != 0;
    l->owners = b->options.owners_part || objects > 0 || l->dual;
    if (l->owners)
        l->ovn_rows = b->options.ovn_rows != 0
                          ? b->options.ovn_rows
                          : (uint16_t)(objects < 3000 ? 8 * objects + b->n_ports + 1 : 30000);
}

static void fill_limits(struct tool_builder *b)
{
    struct sim_limits *l = &b->config.setup.limits;
    size_t eips = b->names[TOOL_NAME_EIP].count, rules;

    l->eips = (uint16_t)eips;
    l->dnats = (uint16_t)b->names[TOOL_NAME_DNAT].count;
    l->fips = (uint16_t)b->names[TOOL_NAME_FIP].count;
    l->snats = (uint16_t)b->names[TOOL_NAME_SNAT].count;
    rules = (size_t)l->dnats + l->fips + l->snats;
    l->nat = b->options.nat_part || rules > 0;
    l->pod_rules = b->options.pod_rules != 0 ? b->options.pod_rules
                                             : (uint16_t)(rules < 8000 ? 8 * rules : 64000);
    l->gateways = (uint16_t)b->names[TOOL_NAME_GATEWAY].count;
    l->nets = (uint16_t)b->names[TOOL_NAME_NET].count;
    l->subnets = (uint16_t)b->n_subnets;
    l->policies = (uint16_t)b->names[TOOL_NAME_POLICY].count;
    l->watch = b->options.watch != 0 ? b->options.watch
               : eips < 0x3f00       ? (uint16_t)(eips * 4 + 64)
                                     : (uint16_t)0xfe00;
    fill_owners_limits(b);
    l->macs = sim_macs_drawn(l) + (uint32_t)b->names[TOOL_NAME_MAC].count;
}

static const char **namespaced(struct tool_builder *b, const struct name_set *set)
{
    const char **out = tool_arena_alloc(&b->arena, (set->count + 1) * sizeof *out);
    char text[2 * TOOL_NAME_MAX];

    for (size_t i = 0; i < set->count; i++) {
        int length = snprintf(text, sizeof text, "%s/%s", TOOL_NAMESPACE, set->name[i]);

        out[i] = tool_arena_copy(&b->arena, text, (size_t)length);
    }
    return out;
}

static void fill_texts(struct tool_builder *b)
{
    struct engine_names *n = &b->config.names;

    n->eip = b->names[TOOL_NAME_EIP].name;
    n->gateway = b->names[TOOL_NAME_GATEWAY].name;
    n->gateway_key = namespaced(b, &b->names[TOOL_NAME_GATEWAY]);
    n->net = b->names[TOOL_NAME_NET].name;
    n->policy = b->names[TOOL_NAME_POLICY].name;
    n->finalizer = b->names[TOOL_NAME_FINALIZER].name;
    n->n_finalizers = b->names[TOOL_NAME_FINALIZER].count;
    n->text = b->names[TOOL_NAME_TEXT].name;
    n->n_texts = b->names[TOOL_NAME_TEXT].count;
    n->vpc = b->names[TOOL_NAME_VPC].name;
    n->mac = b->names[TOOL_NAME_MAC].name;
    n->n_macs = b->names[TOOL_NAME_MAC].count;
}

/* A design of ours runs on the newest IPAM. */
static ipam_quirks quirks_of(enum sim_profile profile)
{
    return ipam_release_quirks(profile < SIM_RELEASE_COUNT ? (enum ipam_release)profile
                                                           : IPAM_RELEASE_MASTER);
}

/* The status of the subnet that an empty text names is asked for, and the reset of the OvnEip. */
static void mention_empty_names(struct tool_builder *b)
{
    bool owners = b->options.owners_part != 0;

    for (unsigned k = SIM_KIND_OVN_EIP; k < SIM_KIND_COUNT; k++)
        owners = owners || b->names[tool_name_kind((enum sim_kind_id)k)].count > 0;
    if (owners)
        tool_builder_no_name(b, TOOL_NAME_NET);
    if (b->names[TOOL_NAME_OVN_DNAT].count + b->names[TOOL_NAME_OVN_FIP].count +
            b->names[TOOL_NAME_OVN_SNAT].count >
        0)
        tool_builder_no_name(b, TOOL_NAME_OVN_EIP);
}

struct engine_config *tool_builder_finish(struct tool_builder *b)
{
    struct sim_setup *s = &b->config.setup;

    /* a world has at least one EIP and one gateway, be they only names */
    if (b->names[TOOL_NAME_EIP].count == 0)
        (void)tool_builder_name(b, TOOL_NAME_EIP, "eip", 3);
    if (b->names[TOOL_NAME_GATEWAY].count == 0)
        (void)tool_builder_name(b, TOOL_NAME_GATEWAY, "gateway", 7);
    imply_attachments(b);
    mention_empty_names(b);
    tool_builder_sort(b);
    if (!check_counts(b))
        return NULL;
    fill_limits(b);
    fill_texts(b);
    fill_names(b);
    if (!fill_pods(b))
        return NULL;
    if (s->limits.owners)
        fill_northbound(b);
    fill_subnets(b);
    fill_policies(b);
    fill_rules(b);
    memcpy(s->node, b->node, sizeof s->node);
    s->policy = b->options.policy;
    s->profile = b->options.profile;
    s->quirks = quirks_of(b->options.profile);
    s->flaw = b->options.flaw;
    s->timed = b->options.timed;
    s->nat_enabled = b->options.nat_enabled;
    s->up = b->options.up;
    s->default_net = (sim_id)index_of(&b->names[TOOL_NAME_NET], TOOL_DEFAULT_NET);
    s->default_ovn_net = b->external_switch == NULL
                             ? SIM_NONE
                             : (sim_id)index_of(&b->names[TOOL_NAME_NET], b->external_switch);
    if (sim_size(s) == 0) {
        (void)fail(b, "the world does not fit: a limit is out of its range");
        return NULL;
    }
    return &b->config;
}

void tool_config_set_profile(struct engine_config *config, enum sim_profile profile)
{
    config->setup.profile = (uint8_t)profile;
    sim_policy_of(profile, &config->setup.policy);
    config->setup.quirks = quirks_of(profile);
}

void tool_config_set_recorded(struct engine_config *config, enum sim_profile profile)
{
    tool_config_set_profile(config, profile);
    config->setup.policy.value[SIM_status_at_start] = 0;
}
