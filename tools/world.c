#include "tools/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipam/addr.h"
#include "tools/memory.h"

struct context {
    struct tool_builder *b;
    struct tool_diags *diags;
};

typedef bool read_fn(struct context *c, const struct tool_yaml *node);

struct key {
    const char *name;
    read_fn *read;
};

/* What the builder says of something at a place. */
static bool built(struct context *c, const struct tool_yaml *at, bool ok)
{
    if (!ok)
        tool_error(c->diags, at->at, "%s", tool_builder_error(c->b));
    return ok;
}

bool tool_manifest_name(const struct tool_yaml *manifest, struct tool_diags *diags,
                        const char **name)
{
    const struct tool_yaml *n = tool_yaml_get(tool_yaml_get(manifest, "metadata"), "name");

    if (n == NULL) {
        tool_error(diags, manifest->at, "metadata.name is missing");
        return false;
    }
    if (!tool_yaml_text(n, diags, name))
        return false;
    if (**name != '\0' && strlen(*name) <= 253)
        return true;
    tool_error(diags, n->at, "metadata.name must have 1 to 253 characters");
    return false;
}

static bool text_in(struct context *c, const struct tool_yaml *map, const char *key,
                    const char **out)
{
    const struct tool_yaml *n = tool_yaml_get(map, key);

    *out = "";
    return n == NULL || tool_yaml_text(n, c->diags, out);
}

static bool address(struct context *c, const struct tool_yaml *n, sim_v4 *out)
{
    const char *text;

    if (!tool_yaml_text(n, c->diags, &text))
        return false;
    if (tool_v4_parse(text, strlen(text), out))
        return true;
    tool_error(c->diags, n->at, "expected an IPv4 address, found %.60s", text);
    return false;
}

/* ---- Subnet ---- */

/* ---- the second family ---- */

/* "a" or "a..b" within the block, as places; false: it is not there. */
static bool second_range(const struct sim_second *s, const char *text, uint16_t place[2])
{
    const char *dots = strstr(text, "..");
    struct ipam_addr a[2];

    if (!ipam_addr_parse(text, dots == NULL ? strlen(text) : (size_t)(dots - text), &a[0]) ||
        !ipam_addr_parse(dots == NULL ? text : dots + 2, strlen(dots == NULL ? text : dots + 2),
                         &a[1]))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        if (s->prefix == 0 || a[i].hi != s->hi || a[i].lo < s->lo ||
            a[i].lo - s->lo >= (uint64_t)1 << (128 - s->prefix))
            return false;
        place[i] = (uint16_t)(a[i].lo - s->lo);
    }
    return place[0] <= place[1];
}

static bool second_cidr(const char *text, struct sim_second *s)
{
    struct ipam_cidr cidr;

    if (!ipam_cidr_parse(text, strlen(text), &cidr) || cidr.v4 || cidr.prefix < 116 ||
        cidr.prefix > 126)
        return false;
    s->hi = cidr.network.hi;
    s->lo = cidr.network.lo;
    s->prefix = cidr.prefix;
    s->gateway = 1;
    return true;
}

/* The gateway is excluded too, as in the first family. */
static void exclude_gateway(struct sim_second *s)
{
    for (unsigned i = 0; i < s->n_excludes; i++)
        if (s->exclude[i][0] <= s->gateway && s->gateway <= s->exclude[i][1])
            return;
    if (s->prefix == 0 || s->n_excludes == 4)
        return;
    s->exclude[s->n_excludes][0] = s->exclude[s->n_excludes][1] = s->gateway;
    s->n_excludes++;
}

static bool read_excludes(struct context *c, const struct tool_yaml *list, struct tool_subnet *s,
                          struct sim_range *ranges)
{
    if (tool_yaml_is_null(list))
        return true;
    if (!tool_yaml_expect(list, c->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = list->first; n != NULL; n = n->next) {
        const char *text;

        if (!tool_yaml_text(n, c->diags, &text))
            return false;
        if (s->second.n_excludes < 4 &&
            second_range(&s->second, text, s->second.exclude[s->second.n_excludes])) {
            s->second.n_excludes++;
            continue;
        }
        if (s->n_excludes == TOOL_EXCLUDES_MAX ||
            !tool_range_parse(text, strlen(text), &ranges[s->n_excludes++])) {
            tool_error(c->diags, n->at,
                       "expected an address or a range a..b (64 at most), found %.60s", text);
            return false;
        }
    }
    s->excludes = ranges;
    return true;
}

/* As kube-ovn keeps them: without the block's first and last address (ExpandExcludeIPs,
 * pkg/util/net.go), and with the gateway (checkAndUpdateExcludeIps, pkg/controller/subnet.go,
 * v1.12.0; formatExcludeIPs, v1.16.2). */
static void format_excludes(struct tool_subnet *s, struct sim_range *ranges)
{
    sim_v4 first = s->cidr + 1, last = s->cidr + (1u << (32 - s->prefix)) - 2;
    size_t n = 0;
    bool gateway = false;

    for (size_t i = 0; i < s->n_excludes; i++) {
        struct sim_range r = ranges[i];

        if (r.first == first - 1)
            r.first = first;
        if (r.last == last + 1)
            r.last = last;
        if (ranges[i].first <= ranges[i].last && r.first > r.last)
            continue; /* nothing but one of the two */
        gateway = gateway || (r.first <= s->gateway && s->gateway <= r.last);
        ranges[n++] = r;
    }
    if (!gateway && n < TOOL_EXCLUDES_MAX)
        ranges[n++] = (struct sim_range){s->gateway, s->gateway};
    s->n_excludes = n;
    s->excludes = ranges;
}

static bool read_gateway_of(struct context *c, const struct tool_yaml *n, struct tool_subnet *s)
{
    const char *text, *comma;
    uint16_t place[2];

    if (s->second.prefix == 0)
        return address(c, n, &s->gateway);
    if (!tool_yaml_text(n, c->diags, &text))
        return false;
    comma = strchr(text, ',');
    if (comma != NULL && tool_v4_parse(text, (size_t)(comma - text), &s->gateway) &&
        second_range(&s->second, comma + 1, place) && place[0] == place[1]) {
        s->second.gateway = place[0];
        return true;
    }
    tool_error(c->diags, n->at, "expected an address of each family, found %.60s", text);
    return false;
}

static bool read_cidr(struct context *c, const struct tool_yaml *spec, struct tool_subnet *s)
{
    const struct tool_yaml *n = tool_yaml_get(spec, "cidrBlock");
    const char *text, *comma;

    if (n == NULL) {
        tool_error(c->diags, spec->at, "spec.cidrBlock is missing");
        return false;
    }
    if (!tool_yaml_text(n, c->diags, &text))
        return false;
    comma = strchr(text, ',');
    if (!tool_cidr_parse(text, comma == NULL ? strlen(text) : (size_t)(comma - text), &s->cidr,
                         &s->prefix) ||
        s->prefix < 16 || s->prefix > 30 ||
        (comma != NULL && !second_cidr(comma + 1, &s->second))) {
        tool_error(c->diags, n->at,
                   "expected an IPv4 block of /16 to /30, and perhaps, behind a comma, an IPv6 "
                   "block of /116 to /126, found %.60s",
                   text);
        return false;
    }
    s->gateway = s->cidr + 1;
    n = tool_yaml_get(spec, "gateway");
    return n == NULL || read_gateway_of(c, n, s);
}

static bool read_subnet(struct context *c, const struct tool_yaml *m)
{
    const struct tool_yaml *spec = tool_yaml_get(m, "spec");
    struct sim_range ranges[TOOL_EXCLUDES_MAX];
    struct tool_subnet s;
    const char *vlan;

    memset(&s, 0, sizeof s);
    if (spec == NULL) {
        tool_error(c->diags, m->at, "spec is missing");
        return false;
    }
    if (!tool_yaml_expect(spec, c->diags, TOOL_YAML_MAP) ||
        !tool_manifest_name(m, c->diags, &s.name) || !read_cidr(c, spec, &s) ||
        !text_in(c, spec, "provider", &s.provider) || !text_in(c, spec, "vlan", &vlan) ||
        !text_in(c, spec, "vpc", &s.vpc) ||
        !read_excludes(c, tool_yaml_get(spec, "excludeIps"), &s, ranges))
        return false;
    format_excludes(&s, ranges);
    exclude_gateway(&s.second);
    s.vlan = *vlan != '\0';
    s.present = true;
    return built(c, m, tool_builder_subnet(c->b, &s));
}

/* ---- the other kinds ---- */

static bool read_gateway(struct context *c, const struct tool_yaml *m)
{
    const char *name;

    return tool_manifest_name(m, c->diags, &name) && built(c, m, tool_builder_gateway(c->b, name));
}

static bool read_attachment(struct context *c, const struct tool_yaml *m)
{
    const char *name;

    return tool_manifest_name(m, c->diags, &name) &&
           built(c, m, tool_builder_attachment(c->b, name));
}

static bool read_rule_number(struct context *c, const struct tool_yaml *rule, const char *key,
                             uint32_t *out)
{
    const struct tool_yaml *n = tool_yaml_get(rule, key);
    uint64_t value = 0;

    if (n != NULL && !tool_yaml_number(n, c->diags, UINT32_MAX, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool read_policy_rule(struct context *c, const struct tool_yaml *n,
                             struct sim_policy_setup *p)
{
    struct sim_policy_rule *r = &p->rule[p->n_rules];
    const char *direction;

    if (p->n_rules == SIM_POLICY_RULES) {
        tool_error(c->diags, n->at, "more than four bandwidth rules");
        return false;
    }
    p->n_rules++;
    if (!text_in(c, n, "direction", &direction) ||
        !read_rule_number(c, n, "priority", &r->priority) ||
        !read_rule_number(c, n, "rateMax", &r->rate) ||
        !read_rule_number(c, n, "burstMax", &r->burst))
        return false;
    r->egress = strcmp(direction, "egress") == 0;
    if (r->egress || strcmp(direction, "ingress") == 0)
        return true;
    tool_error(c->diags, n->at, "direction must be ingress or egress");
    return false;
}

static bool read_policy(struct context *c, const struct tool_yaml *m)
{
    const struct tool_yaml *spec = tool_yaml_get(m, "spec");
    const struct tool_yaml *shared = tool_yaml_get(spec, "shared");
    const struct tool_yaml *rules = tool_yaml_get(spec, "bandwidthLimitRules");
    struct sim_policy_setup p;
    const char *name;
    bool is_shared = false;

    memset(&p, 0, sizeof p);
    p.present = 1;
    if ((spec != NULL && !tool_yaml_expect(spec, c->diags, TOOL_YAML_MAP)) ||
        !tool_manifest_name(m, c->diags, &name) ||
        (shared != NULL && !tool_yaml_bool(shared, c->diags, &is_shared)))
        return false;
    p.shared = is_shared;
    if (rules != NULL && !tool_yaml_expect(rules, c->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = rules == NULL ? NULL : rules->first; n != NULL; n = n->next)
        if (!read_policy_rule(c, n, &p))
            return false;
    return built(c, m, tool_builder_policy(c->b, name, &p));
}

static bool read_node(struct context *c, const struct tool_yaml *m)
{
    const struct tool_yaml *list = tool_yaml_get(tool_yaml_get(m, "status"), "addresses");
    const char *type;

    if (list != NULL && !tool_yaml_expect(list, c->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = list == NULL ? NULL : list->first; n != NULL; n = n->next) {
        sim_v4 v4;

        if (!text_in(c, n, "type", &type) || strcmp(type, "InternalIP") != 0)
            continue;
        if (tool_yaml_get(n, "address") == NULL) {
            tool_error(c->diags, n->at, "address is missing");
            return false;
        }
        if (!address(c, tool_yaml_get(n, "address"), &v4) ||
            !built(c, n, tool_builder_node(c->b, v4)))
            return false;
    }
    return true;
}

static bool read_config_map(struct context *c, const struct tool_yaml *m)
{
    const struct tool_yaml *n = tool_yaml_get(tool_yaml_get(m, "data"), "enable-vpc-nat-gw");
    const char *text;

    if (n == NULL || !tool_yaml_text(n, c->diags, &text))
        return n == NULL;
    tool_builder_options(c->b)->nat_enabled = strcmp(text, "true") == 0;
    return true;
}

static bool read_objects(struct context *c, const struct tool_yaml *list);

static bool read_list(struct context *c, const struct tool_yaml *m)
{
    return read_objects(c, tool_yaml_get(m, "items"));
}

static const struct key kinds[] = {
    {"Subnet", read_subnet},    {"VpcNatGateway", read_gateway},
    {"QoSPolicy", read_policy}, {"NetworkAttachmentDefinition", read_attachment},
    {"Node", read_node},        {"ConfigMap", read_config_map},
    {"List", read_list},
};

enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

static const char *kind_name(const void *context, size_t i)
{
    (void)context;
    return i < N_KINDS ? kinds[i].name : NULL;
}

static bool read_object(struct context *c, const struct tool_yaml *m)
{
    const struct tool_yaml *kind = tool_yaml_get(m, "kind");
    const char *text, *near;

    if (!tool_yaml_expect(m, c->diags, TOOL_YAML_MAP))
        return false;
    if (kind == NULL) {
        tool_error(c->diags, m->at, "kind is missing");
        return false;
    }
    if (!tool_yaml_text(kind, c->diags, &text))
        return false;
    for (size_t i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i].name, text) == 0)
            return kinds[i].read(c, m);
    near = tool_nearest(text, strlen(text), kind_name, NULL);
    tool_error(c->diags, kind->at, "a world has no objects of kind %.60s%s%s", text,
               near != NULL ? "; did you mean " : "", near != NULL ? near : "");
    return false;
}

static bool read_objects(struct context *c, const struct tool_yaml *list)
{
    bool ok = true;

    if (tool_yaml_is_null(list))
        return true;
    if (!tool_yaml_expect(list, c->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = list->first; n != NULL; n = n->next)
        ok = read_object(c, n) && ok;
    return ok;
}

/* ---- keys of our own ---- */

static bool read_clock(struct context *c, const struct tool_yaml *n)
{
    const char *text;

    if (!tool_yaml_text(n, c->diags, &text))
        return false;
    tool_builder_options(c->b)->timed = strcmp(text, "virtual") == 0;
    if (strcmp(text, "virtual") == 0 || strcmp(text, "none") == 0)
        return true;
    tool_error(c->diags, n->at, "clock must be virtual or none");
    return false;
}

static bool read_nat(struct context *c, const struct tool_yaml *n)
{
    bool on;

    if (!tool_yaml_bool(n, c->diags, &on))
        return false;
    tool_builder_options(c->b)->nat_enabled = on;
    return true;
}

static bool read_controller(struct context *c, const struct tool_yaml *n)
{
    const char *text;

    if (!tool_yaml_text(n, c->diags, &text))
        return false;
    tool_builder_options(c->b)->up = strcmp(text, "up") == 0;
    if (strcmp(text, "up") == 0 || strcmp(text, "down") == 0)
        return true;
    tool_error(c->diags, n->at, "controller must be up or down");
    return false;
}

static const char *mutant_name(const void *context, size_t i)
{
    (void)context;
    return i < SIM_MUTANT_COUNT ? sim_mutant((enum sim_mutant_id)i)->name : NULL;
}

static bool read_mutant(struct context *c, const struct tool_yaml *n)
{
    struct sim_setup setup;
    enum sim_mutant_id id;
    const char *text, *near;

    if (!tool_yaml_text(n, c->diags, &text))
        return false;
    id = sim_mutant_find(text);
    if (id == SIM_MUTANT_COUNT || sim_mutant(id)->change != SIM_CHANGE_FLAW) {
        near = tool_nearest(text, strlen(text), mutant_name, NULL);
        tool_error(c->diags, n->at, "there is no mutant %s that is a flaw of the world%s%s", text,
                   near != NULL ? "; did you mean " : "", near != NULL ? near : "");
        return false;
    }
    memset(&setup, 0, sizeof setup);
    sim_mutant_apply(id, &setup);
    tool_builder_options(c->b)->flaw = setup.flaw;
    return true;
}

static bool read_gateway_addresses(struct context *c, const struct tool_yaml *map)
{
    if (!tool_yaml_expect(map, c->diags, TOOL_YAML_MAP))
        return false;
    for (const struct tool_yaml *n = map->first; n != NULL; n = n->next) {
        struct ipam_cidr cidr;
        struct ipam_addr own;
        const char *text;
        size_t bare;

        if (!tool_yaml_text(n, c->diags, &text))
            return false;
        bare = strcspn(text, "/");
        if (!ipam_cidr_parse(text, strlen(text), &cidr) || !cidr.v4 ||
            !ipam_addr_parse(text, bare, &own)) {
            tool_error(c->diags, n->at, "expected ADDRESS/PREFIX, found %.60s", text);
            return false;
        }
        if (!built(c, n, tool_builder_own(c->b, n->key, (sim_v4)own.lo, cidr.prefix)))
            return false;
    }
    return true;
}

static bool read_router_ports(struct context *c, const struct tool_yaml *map)
{
    const char *mac;

    if (!tool_yaml_expect(map, c->diags, TOOL_YAML_MAP))
        return false;
    for (const struct tool_yaml *n = map->first; n != NULL; n = n->next)
        if (!tool_yaml_text(n, c->diags, &mac) ||
            !built(c, n, tool_builder_router_port(c->b, n->key, mac)))
            return false;
    return true;
}

static bool read_external_switch(struct context *c, const struct tool_yaml *n)
{
    const char *name;

    return tool_yaml_text(n, c->diags, &name) &&
           built(c, n, tool_builder_external_switch(c->b, name));
}

static bool read_limits(struct context *c, const struct tool_yaml *map)
{
    const struct tool_yaml *watch = tool_yaml_get(map, "watch");
    const struct tool_yaml *pods = tool_yaml_get(map, "podsPerGateway");
    const struct tool_yaml *rules = tool_yaml_get(map, "podRules");
    const struct tool_yaml *rows = tool_yaml_get(map, "ovnRows");
    uint64_t n;

    if (!tool_yaml_keys(map, c->diags, "watch podsPerGateway podRules ovnRows"))
        return false;

    if (rules != NULL) {
        if (!tool_yaml_number(rules, c->diags, 64000, &n))
            return false;
        tool_builder_options(c->b)->pod_rules = (uint16_t)n;
    }
    if (rows != NULL) {
        if (!tool_yaml_number(rows, c->diags, 64000, &n))
            return false;
        tool_builder_options(c->b)->ovn_rows = (uint16_t)n;
    }
    if (watch != NULL) {
        if (!tool_yaml_number(watch, c->diags, 0xfe00, &n))
            return false;
        tool_builder_options(c->b)->watch = (uint16_t)n;
    }
    if (pods != NULL) {
        if (!tool_yaml_number(pods, c->diags, 8, &n))
            return false;
        tool_builder_options(c->b)->pods_per_gateway = (uint16_t)n;
    }
    return true;
}

/* Parts of the controller that are there without an object that needs them. */
static bool read_parts(struct context *c, const struct tool_yaml *list)
{
    if (!tool_yaml_expect(list, c->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = list->first; n != NULL; n = n->next) {
        const char *text;

        if (!tool_yaml_text(n, c->diags, &text))
            return false;
        if (strcmp(text, "nat") == 0) {
            tool_builder_options(c->b)->nat_part = 1;
        } else if (strcmp(text, "owners") == 0) {
            tool_builder_options(c->b)->owners_part = 1;
        } else {
            tool_error(c->diags, n->at, "there is no part %.60s; known: nat owners", text);
            return false;
        }
    }
    return true;
}

static bool read_names(struct context *c, const struct tool_yaml *list, enum tool_name_kind kind)
{
    if (!tool_yaml_expect(list, c->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = list->first; n != NULL; n = n->next) {
        const char *text;

        if (!tool_yaml_text(n, c->diags, &text) ||
            !built(c, n, tool_builder_name(c->b, kind, text, strlen(text))))
            return false;
    }
    return true;
}

#define NAME_LIST(function, kind)                                                                  \
    static bool function(struct context *c, const struct tool_yaml *n)                             \
    {                                                                                              \
        return read_names(c, n, kind);                                                             \
    }
NAME_LIST(read_gateways, TOOL_NAME_GATEWAY)
NAME_LIST(read_networks, TOOL_NAME_NET)
NAME_LIST(read_policies, TOOL_NAME_POLICY)
NAME_LIST(read_finalizers, TOOL_NAME_FINALIZER)
NAME_LIST(read_texts, TOOL_NAME_TEXT)
NAME_LIST(read_macs, TOOL_NAME_MAC)

static bool read_pods(struct context *c, const struct tool_yaml *map)
{
    if (!tool_yaml_expect(map, c->diags, TOOL_YAML_MAP))
        return false;
    for (const struct tool_yaml *g = map->first; g != NULL; g = g->next) {
        if (!tool_yaml_expect(g, c->diags, TOOL_YAML_LIST))
            return false;
        for (const struct tool_yaml *n = g->first; n != NULL; n = n->next) {
            const char *text;

            if (!tool_yaml_text(n, c->diags, &text) ||
                !built(c, n, tool_builder_pod(c->b, g->key, strlen(g->key), text, strlen(text))))
                return false;
        }
    }
    return true;
}

static bool read_rules(struct context *c, const struct tool_yaml *list)
{
    static const char *const names[] = {"IptablesDnatRule", "IptablesFIPRule", "IptablesSnatRule"};

    if (!tool_yaml_expect(list, c->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = list->first; n != NULL; n = n->next) {
        const char *kind, *name;
        unsigned k = 0;

        if (!tool_yaml_keys(n, c->diags, "kind name") || !text_in(c, n, "kind", &kind) ||
            !text_in(c, n, "name", &name))
            return false;
        while (k < 3 && strcmp(names[k], kind) != 0)
            k++;
        if (k == 3) {
            tool_error(c->diags, n->at,
                       "a rule is an IptablesDnatRule, IptablesFIPRule or "
                       "IptablesSnatRule");
            return false;
        }
        if (!built(c, n,
                   tool_builder_rule(c->b, (enum sim_object)(SIM_OBJECT_DNAT + k), name,
                                     strlen(name))))
            return false;
    }
    return true;
}

static bool read_no_attachments(struct context *c, const struct tool_yaml *n)
{
    bool given;

    if (!tool_yaml_bool(n, c->diags, &given))
        return false;
    if (!given)
        tool_builder_no_attachments(c->b);
    return true;
}

static const struct key keys[] = {
    {"objects", read_objects},
    {"clock", read_clock},
    {"nat", read_nat},
    {"controller", read_controller},
    {"mutant", read_mutant},
    {"attachments", read_no_attachments},
    {"gatewayAddresses", read_gateway_addresses},
    {"routerPorts", read_router_ports},
    {"externalSwitch", read_external_switch},
    {"limits", read_limits},
    {"parts", read_parts},
    {"gateways", read_gateways},
    {"networks", read_networks},
    {"policies", read_policies},
    {"finalizers", read_finalizers},
    {"texts", read_texts},
    {"macs", read_macs},
    {"pods", read_pods},
    {"rules", read_rules},
};

enum { N_KEYS = sizeof keys / sizeof keys[0] };

static const char *key_name(const void *context, size_t i)
{
    (void)context;
    return i < N_KEYS                    ? keys[i].name
           : i < N_KEYS + SIM_KIND_COUNT ? tool_kind_key((enum sim_kind_id)(i - N_KEYS))
                                         : NULL;
}

static bool read_key(struct context *c, const struct tool_yaml *n)
{
    const char *near;

    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(keys[i].name, n->key) == 0)
            return tool_yaml_is_null(n) || keys[i].read(c, n);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (strcmp(tool_kind_key((enum sim_kind_id)k), n->key) == 0)
            return tool_yaml_is_null(n) || read_names(c, n, tool_name_kind((enum sim_kind_id)k));
    near = tool_nearest(n->key, strlen(n->key), key_name, NULL);
    tool_error(c->diags, n->key_at, "a world has no key %.60s%s%s", n->key,
               near != NULL ? "; did you mean " : "", near != NULL ? near : "");
    return false;
}

bool tool_world_read(const struct tool_yaml *node, struct tool_builder *b, struct tool_diags *diags)
{
    struct context c = {b, diags};
    bool ok = true;

    if (!tool_yaml_expect(node, diags, TOOL_YAML_MAP))
        return false;
    for (const struct tool_yaml *n = node->first; n != NULL; n = n->next)
        ok = read_key(&c, n) && ok;
    return ok;
}

/* ---- files ---- */

static bool read_document(const struct tool_yaml_file *file, struct tool_builder *b,
                          struct tool_diags *diags)
{
    const struct tool_yaml *documents = tool_yaml_documents(file);
    const struct tool_yaml *world = tool_yaml_get(documents->first, "world");

    if (documents->count == 1 && world != NULL && documents->first->count == 1)
        return tool_world_read(world, b, diags);
    tool_error(diags, documents->at, "expected one document with the single key world");
    return false;
}

bool tool_world_read_bytes(const char *path, const char *bytes, size_t size, struct tool_builder *b,
                           struct tool_text *error)
{
    struct tool_diags diags;
    struct tool_yaml_file *file;
    bool ok;

    tool_diags_init(&diags, path);
    file = tool_yaml_parse(bytes, size, &diags);
    ok = file != NULL && read_document(file, b, &diags);
    if (!ok && diags.count > 0)
        tool_text_printf(error, "%s:%u:%u: error: %s", path, diags.list[0].at.line,
                         diags.list[0].at.column, diags.list[0].sentence);
    tool_yaml_free(file);
    tool_diags_free(&diags);
    return ok;
}

struct engine_config *tool_config_from_json(const char *text, size_t size,
                                            struct tool_builder **builder, struct tool_text *error)
{
    struct tool_diags diags;
    struct tool_yaml_file *file;
    struct engine_config *config = NULL;

    *builder = tool_builder_new();
    tool_diags_init(&diags, "config");
    file = tool_yaml_parse(text, size, &diags);
    if (file != NULL && tool_world_read(tool_yaml_documents(file)->first, *builder, &diags)) {
        config = tool_builder_finish(*builder);
        if (config == NULL)
            tool_text_add(error, tool_builder_error(*builder));
    } else if (diags.count > 0) {
        tool_text_printf(error, "config: %s", diags.list[0].sentence);
    }
    tool_yaml_free(file);
    tool_diags_free(&diags);
    return config;
}

bool tool_file_read(const char *path, char **bytes, size_t *size, struct tool_text *error)
{
    enum { MOST = 16 << 20 };
    FILE *f = fopen(path, "rb");
    char *buffer = tool_alloc(MOST + 1);
    bool ok = f != NULL;

    *bytes = NULL;
    if (ok) {
        errno = 0;
        *size = fread(buffer, 1, MOST + 1, f);
        ok = !ferror(f) && *size <= MOST;
    }
    if (!ok)
        tool_text_printf(error, "%s: %s", path,
                         f == NULL || ferror(f) ? strerror(errno) : "larger than 16 MiB");
    if (f != NULL)
        fclose(f);
    if (!ok) {
        free(buffer);
        return false;
    }
    *bytes = tool_resize(buffer, *size + 1);
    return true;
}
