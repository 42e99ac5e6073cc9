/* A configuration as text, in the syntax of a `world:`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/builder.h"
#include "tools/text.h"

static void address_of(sim_v4 v4, char out[16])
{
    snprintf(out, 16, "%u.%u.%u.%u", v4 >> 24, v4 >> 16 & 255, v4 >> 8 & 255, v4 & 255);
}

static void pair_address(struct tool_text *t, const char *key, sim_v4 v4)
{
    char text[16];

    address_of(v4, text);
    tool_json_pair(t, key, text);
}

static void open_object(struct tool_text *t, const char *kind, const char *name)
{
    tool_json_open(t, '{');
    tool_json_pair(t, "kind", kind);
    tool_json_key(t, "metadata");
    tool_json_open(t, '{');
    tool_json_pair(t, "name", name);
    tool_json_close(t, '}');
}

/* The block and the gateway of both families. */
static void put_both(struct tool_text *t, const char *cidr, const struct sim_subnet_setup *s)
{
    char six[IPAM_ADDR_TEXT], four[16], text[2 * IPAM_ADDR_TEXT];

    ipam_addr_print(sim_second_addr(&s->second, 0), six);
    snprintf(text, sizeof text, "%s,%s/%u", cidr, six, s->second.prefix);
    tool_json_pair(t, "cidrBlock", text);
    address_of(s->gateway, four);
    ipam_addr_print(sim_second_addr(&s->second, s->second.gateway), six);
    snprintf(text, sizeof text, "%s,%s", four, six);
    tool_json_pair(t, "gateway", text);
}

static void put_second_excludes(struct tool_text *t, const struct sim_second *s)
{
    char first[IPAM_ADDR_TEXT], last[IPAM_ADDR_TEXT], text[2 * IPAM_ADDR_TEXT + 2];

    for (unsigned i = 0; i < s->n_excludes; i++) {
        ipam_addr_print(sim_second_addr(s, s->exclude[i][0]), first);
        ipam_addr_print(sim_second_addr(s, s->exclude[i][1]), last);
        snprintf(text, sizeof text, "%s..%s", first, last);
        tool_json_string(t, text);
    }
}

static void put_subnet(struct tool_text *t, const struct engine_config *c, size_t i)
{
    const struct sim_subnet_setup *s = &c->setup.subnets[i];
    char text[40], first[16], last[16];

    open_object(t, "Subnet", c->names.net[s->net]);
    tool_json_key(t, "spec");
    tool_json_open(t, '{');
    address_of(s->cidr, first);
    snprintf(text, sizeof text, "%s/%u", first, s->prefix);
    if (s->second.prefix == 0) {
        tool_json_pair(t, "cidrBlock", text);
        pair_address(t, "gateway", s->gateway);
    } else {
        put_both(t, text, s);
    }
    tool_json_key(t, "excludeIps");
    tool_json_open(t, '[');
    for (size_t k = 0; k < s->n_excludes; k++) {
        address_of(s->excludes[k].first, first);
        address_of(s->excludes[k].last, last);
        snprintf(text, sizeof text, "%s%s%s", first, strcmp(first, last) != 0 ? ".." : "",
                 strcmp(first, last) != 0 ? last : "");
        tool_json_string(t, text);
    }
    put_second_excludes(t, &s->second);
    tool_json_close(t, ']');
    tool_json_pair(t, "provider", c->names.provider[i]);
    if (s->vpc != 0)
        tool_json_pair(t, "vpc", c->names.vpc[s->vpc - 1]);
    if (s->vlan)
        tool_json_pair(t, "vlan", "vlan");
    tool_json_close(t, '}');
    tool_json_close(t, '}');
}

static void put_policy(struct tool_text *t, const char *name, const struct sim_policy_setup *p)
{
    open_object(t, "QoSPolicy", name);
    tool_json_key(t, "spec");
    tool_json_open(t, '{');
    tool_json_pair_bool(t, "shared", p->shared);
    tool_json_key(t, "bandwidthLimitRules");
    tool_json_open(t, '[');
    for (unsigned i = 0; i < p->n_rules; i++) {
        tool_json_open(t, '{');
        tool_json_pair(t, "direction", p->rule[i].egress ? "egress" : "ingress");
        tool_json_pair_number(t, "priority", p->rule[i].priority);
        tool_json_pair_number(t, "rateMax", p->rule[i].rate);
        tool_json_pair_number(t, "burstMax", p->rule[i].burst);
        tool_json_close(t, '}');
    }
    tool_json_close(t, ']');
    tool_json_close(t, '}');
    tool_json_close(t, '}');
}

static void put_node(struct tool_text *t, sim_v4 v4)
{
    open_object(t, "Node", "node");
    tool_json_key(t, "status");
    tool_json_open(t, '{');
    tool_json_key(t, "addresses");
    tool_json_open(t, '[');
    tool_json_open(t, '{');
    tool_json_pair(t, "type", "InternalIP");
    pair_address(t, "address", v4);
    tool_json_close(t, '}');
    tool_json_close(t, ']');
    tool_json_close(t, '}');
    tool_json_close(t, '}');
}

/* Attachments are the nets by which a subnet is found. */
static void put_attachments(struct tool_text *t, const struct engine_config *c)
{
    for (size_t i = 0; i < c->setup.limits.nets; i++)
        if (c->setup.nets[i].by_attachment != 0) {
            open_object(t, "NetworkAttachmentDefinition", c->names.net[i]);
            tool_json_close(t, '}');
        }
}

static void put_objects(struct tool_text *t, const struct engine_config *c)
{
    const struct sim_setup *s = &c->setup;

    tool_json_key(t, "objects");
    tool_json_open(t, '[');
    for (size_t i = 0; i < s->limits.subnets; i++)
        put_subnet(t, c, i);
    put_attachments(t, c);
    for (size_t i = 0; i < s->limits.policies; i++)
        if (s->policies[i].present)
            put_policy(t, c->names.policy[i], &s->policies[i]);
    for (size_t i = 0; i < SIM_NODE_ADDRESSES; i++)
        if (s->node[i] != 0)
            put_node(t, s->node[i]);
    for (size_t i = 0; i < s->limits.gateways; i++)
        if (s->gateways[i].present) {
            open_object(t, "VpcNatGateway", c->names.gateway[i]);
            tool_json_close(t, '}');
        }
    tool_json_close(t, ']');
}

static void put_names(struct tool_text *t, const char *key, const char *const *names, size_t count)
{
    tool_json_key(t, key);
    tool_json_open(t, '[');
    for (size_t i = 0; i < count; i++)
        tool_json_string(t, names[i]);
    tool_json_close(t, ']');
}

static void put_pods(struct tool_text *t, const struct engine_config *c)
{
    const struct sim_limits *l = &c->setup.limits;

    tool_json_key(t, "pods");
    tool_json_open(t, '{');
    for (size_t g = 0; g < l->gateways; g++)
        put_names(t, c->names.gateway[g], c->names.pod + g * l->pods_per_gateway,
                  l->pods_per_gateway);
    tool_json_close(t, '}');
}

static void put_rules(struct tool_text *t, const struct engine_config *c)
{
    tool_json_key(t, "rules");
    tool_json_open(t, '[');
    for (size_t i = 0; i < c->setup.limits.rules; i++) {
        tool_json_open(t, '{');
        tool_json_pair(t, "kind", sim_object_text((enum sim_object)c->setup.rules[i].object));
        tool_json_pair(t, "name", c->names.rule[i]);
        tool_json_close(t, '}');
    }
    tool_json_close(t, ']');
}

static void put_own_addresses(struct tool_text *t, const struct engine_config *c)
{
    tool_json_key(t, "gatewayAddresses");
    tool_json_open(t, '{');
    for (size_t i = 0; i < c->setup.limits.gateways; i++)
        if (c->setup.gateways[i].own != 0) {
            char address[16], text[24];

            address_of(c->setup.gateways[i].own, address);
            snprintf(text, sizeof text, "%s/%u", address, c->setup.gateways[i].own_prefix);
            tool_json_pair(t, c->names.gateway[i], text);
        }
    tool_json_close(t, '}');
}

/* The world's part that OVN is in. */
static void put_ovn(struct tool_text *t, const struct engine_config *c)
{
    const struct sim_setup *s = &c->setup;
    char mac[20];

    if (!s->limits.owners)
        return;
    tool_json_key(t, "routerPorts");
    tool_json_open(t, '{');
    for (size_t i = 0; i < s->n_ovn; i++)
        tool_json_pair(t, c->names.all[s->ovn[i].name - 1], tool_mac_text(c, s->ovn[i].mac, mac));
    tool_json_close(t, '}');
    if (s->default_ovn_net != SIM_NONE)
        tool_json_pair(t, "externalSwitch", c->names.net[s->default_ovn_net]);
}

const char *tool_kind_key(enum sim_kind_id kind)
{
    static const char *const keys[] = {"eips", "dnats",    "fips",    "snats",   "ovnEips",
                                       "vips", "ovnDnats", "ovnFips", "ovnSnats"};

    _Static_assert(sizeof keys / sizeof *keys == SIM_KIND_COUNT, "every kind has a key");
    return keys[kind];
}

/* The names of each kind; there are always EIPs. */
static void put_kinds(struct tool_text *t, const struct engine_config *c)
{
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        uint16_t count = sim_limit(&c->setup.limits, (enum sim_object)k);

        if (count > 0)
            put_names(t, tool_kind_key((enum sim_kind_id)k), c->names.object[k], count);
    }
}

static void put_parts(struct tool_text *t, const struct sim_limits *l)
{
    if (!l->nat && !l->owners)
        return;
    tool_json_key(t, "parts");
    tool_json_open(t, '[');
    if (l->nat)
        tool_json_string(t, "nat");
    if (l->owners)
        tool_json_string(t, "owners");
    tool_json_close(t, ']');
}

char *tool_config_to_json(const struct engine_config *config)
{
    const struct sim_setup *s = &config->setup;
    const struct engine_names *n = &config->names;
    struct tool_text t = {0};

    tool_json_open(&t, '{');
    put_objects(&t, config);
    tool_json_pair_bool(&t, "attachments", 0);
    tool_json_pair(&t, "clock", s->timed ? "virtual" : "none");
    tool_json_pair(&t, "nat", s->nat_enabled ? "on" : "off");
    tool_json_pair(&t, "controller", s->up ? "up" : "down");
    if (s->flaw.kind != SIM_FLAW_NONE)
        tool_json_pair(&t, "mutant", sim_mutant(sim_mutant_of(&s->flaw))->name);
    put_own_addresses(&t, config);
    put_ovn(&t, config);
    tool_json_key(&t, "limits");
    tool_json_open(&t, '{');
    tool_json_pair_number(&t, "watch", s->limits.watch);
    tool_json_pair_number(&t, "podsPerGateway", s->limits.pods_per_gateway);
    if (s->limits.nat)
        tool_json_pair_number(&t, "podRules", s->limits.pod_rules);
    if (s->limits.owners)
        tool_json_pair_number(&t, "ovnRows", s->limits.ovn_rows);
    tool_json_close(&t, '}');
    put_parts(&t, &s->limits);
    put_kinds(&t, config);
    put_names(&t, "gateways", n->gateway, s->limits.gateways);
    put_names(&t, "networks", n->net, s->limits.nets);
    put_names(&t, "policies", n->policy, s->limits.policies);
    put_names(&t, "finalizers", n->finalizer, n->n_finalizers);
    put_names(&t, "texts", n->text, n->n_texts);
    put_names(&t, "macs", n->mac, n->n_macs);
    put_pods(&t, config);
    put_rules(&t, config);
    tool_json_close(&t, '}');
    return t.at;
}

bool tool_config_equal(const struct engine_config *a, const struct engine_config *b)
{
    char *x = tool_config_to_json(a), *y = tool_config_to_json(b);
    bool equal = strcmp(x, y) == 0 && a->setup.profile == b->setup.profile &&
                 a->setup.quirks == b->setup.quirks &&
                 memcmp(&a->setup.policy, &b->setup.policy, sizeof a->setup.policy) == 0;

    free(x);
    free(y);
    return equal;
}
