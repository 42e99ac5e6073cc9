#include "tools/builder.h"

#include <stdlib.h>
#include <string.h>

#include "ipam/ipam.h"
#include "tools/builder_internal.h"
#include "tools/memory.h"

/* ---- names ---- */

static bool fail(struct tool_builder *b, const char *format, const char *a, size_t length)
{
    snprintf(b->error, sizeof b->error, format, (int)length, a);
    return false;
}

static void keep(struct tool_builder *b, struct name_set *set, const char *text, size_t length)
{
    set->name = tool_room(set->name, set->count, &set->capacity, sizeof *set->name);
    set->name[set->count++] = tool_arena_copy(&b->arena, text, length);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_unique(struct name_set *set)
{
    size_t kept = 0;

    if (set->count > 1)
        qsort(set->name, set->count, sizeof *set->name, by_text);
    for (size_t i = 0; i < set->count; i++)
        if (kept == 0 || strcmp(set->name[kept - 1], set->name[i]) != 0)
            set->name[kept++] = set->name[i];
    set->count = kept;
}

size_t tool_name_find(const char *const *names, size_t count, const char *text, size_t length)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(names[middle], text, length);

        if (order == 0 && names[middle][length] != '\0')
            order = 1;
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return count;
}

struct tool_builder *tool_builder_new(void)
{
    struct tool_builder *b = tool_alloc(sizeof *b);

    b->options.profile = SIM_PROFILE_MASTER;
    sim_policy_of(SIM_PROFILE_MASTER, &b->options.policy);
    b->options.timed = 1;
    b->options.nat_enabled = 1;
    b->options.up = 1;
    keep(b, &b->names[TOOL_NAME_NET], TOOL_DEFAULT_NET, strlen(TOOL_DEFAULT_NET));
    return b;
}

void tool_builder_free(struct tool_builder *b)
{
    if (b == NULL)
        return;
    for (unsigned i = 0; i < TOOL_NAME_KIND_COUNT; i++)
        free(b->names[i].name);
    for (unsigned i = 0; i < SIM_OBJECT_COUNT; i++)
        free(b->rules[i].name);
    free(b->attachments.name);
    free(b->present.name);
    free(b->pods);
    free(b->owns);
    free(b->policies);
    free(b->ports);
    tool_arena_free(&b->arena);
    free(b);
}

const char *tool_builder_error(const struct tool_builder *b)
{
    return b->error;
}

static bool is_own_finalizer(const char *text, size_t length)
{
    static const char *const own[] = {TOOL_FINALIZER_OLD, TOOL_FINALIZER_NEW,
                                      TOOL_FINALIZER_OVN_EIP};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (length == strlen(own[i]) && memcmp(text, own[i], length) == 0)
            return true;
    return false;
}

bool tool_builder_name(struct tool_builder *b, enum tool_name_kind kind, const char *text,
                       size_t length)
{
    sim_v4 address;

    if (length == 0 || (kind == TOOL_NAME_FINALIZER && is_own_finalizer(text, length)) ||
        (kind == TOOL_NAME_TEXT && tool_v4_parse(text, length, &address)))
        return true;
    if (memchr(text, '\0', length) != NULL)
        return fail(b, "a name contains a zero byte: %.*s", text, length);
    if (kind <= TOOL_NAME_VPC && length > TOOL_NAME_MAX)
        return fail(b, "a name has more than 253 characters: %.*s", text, 60);
    keep(b, &b->names[kind], text, length);
    return true;
}

bool tool_builder_pod(struct tool_builder *b, const char *gateway, size_t gateway_length,
                      const char *pod, size_t pod_length)
{
    struct pod_name *p;

    if (gateway_length == 0 || pod_length == 0)
        return fail(b, "a pod and its gateway need names%.*s", "", 0);
    if (!tool_builder_name(b, TOOL_NAME_GATEWAY, gateway, gateway_length))
        return false;
    for (size_t i = 0; i < b->n_pods; i++)
        if (strlen(b->pods[i].pod) == pod_length && memcmp(b->pods[i].pod, pod, pod_length) == 0)
            return (strlen(b->pods[i].gateway) == gateway_length &&
                    memcmp(b->pods[i].gateway, gateway, gateway_length) == 0) ||
                   fail(b, "two gateways have a pod %.*s", pod, pod_length);
    b->pods = tool_room(b->pods, b->n_pods, &b->pods_capacity, sizeof *b->pods);
    p = &b->pods[b->n_pods++];
    p->gateway = tool_arena_copy(&b->arena, gateway, gateway_length);
    p->pod = tool_arena_copy(&b->arena, pod, pod_length);
    return true;
}

bool tool_builder_rule(struct tool_builder *b, enum sim_object object, const char *name,
                       size_t length)
{
    if (length == 0)
        return fail(b, "a NAT rule needs a name%.*s", "", 0);
    keep(b, &b->rules[object], name, length);
    return true;
}

/* ---- objects ---- */

static const char *vpc_of(const struct tool_subnet *s)
{
    return s->vpc == NULL ? "" : s->vpc;
}

static bool same_subnet(const struct tool_subnet *a, const struct tool_subnet *b)
{
    if (a->cidr != b->cidr || a->prefix != b->prefix || a->gateway != b->gateway ||
        a->n_excludes != b->n_excludes || a->vlan != b->vlan ||
        memcmp(&a->second, &b->second, sizeof a->second) != 0 ||
        strcmp(a->provider, b->provider) != 0 || strcmp(vpc_of(a), vpc_of(b)) != 0)
        return false;
    for (size_t i = 0; i < a->n_excludes; i++)
        if (a->excludes[i].first != b->excludes[i].first ||
            a->excludes[i].last != b->excludes[i].last)
            return false;
    return true;
}

static bool check_subnet(struct tool_builder *b, const struct tool_subnet *s)
{
    uint32_t mask;

    if (s->prefix < 16 || s->prefix > 30)
        return fail(b, "subnet %.*s: the prefix must be from 16 to 30", s->name, strlen(s->name));
    mask = 0xffffffffu << (32 - s->prefix);
    if ((s->cidr & ~mask) != 0 || (s->gateway & mask) != s->cidr)
        return fail(b, "subnet %.*s: the gateway lies outside the CIDR", s->name, strlen(s->name));
    for (size_t i = 0; i < s->n_excludes; i++)
        if ((s->excludes[i].first & mask) != s->cidr || (s->excludes[i].last & mask) != s->cidr ||
            s->excludes[i].first > s->excludes[i].last)
            return fail(b, "subnet %.*s: an excluded range lies outside the CIDR or is upside down",
                        s->name, strlen(s->name));
    if (s->n_excludes > TOOL_EXCLUDES_MAX)
        return fail(b, "subnet %.*s: more than 64 excluded ranges", s->name, strlen(s->name));
    return true;
}

/* kube-ovn refuses such a pair in one VPC and VLAN (checkSubnetConflict, pkg/controller/subnet.go,
 * v1.16.2).  Elsewhere it may exist, but not here, where a gateway has one external interface. */
static bool overlap(const struct tool_subnet *a, const struct tool_subnet *b)
{
    unsigned shorter = a->prefix < b->prefix ? a->prefix : b->prefix;

    return (a->cidr ^ b->cidr) >> (32 - shorter) == 0;
}

bool tool_builder_subnet(struct tool_builder *b, const struct tool_subnet *subnet)
{
    struct tool_subnet *s;
    struct sim_range *excludes;

    if (!check_subnet(b, subnet))
        return false;
    for (size_t i = 0; i < b->n_subnets; i++)
        if (strcmp(b->subnets[i].name, subnet->name) == 0)
            return same_subnet(&b->subnets[i], subnet) ||
                   fail(b, "there is another subnet %.*s", subnet->name, strlen(subnet->name));
    for (size_t i = 0; i < b->n_subnets; i++)
        if (overlap(&b->subnets[i], subnet))
            return fail(b, "subnet %.*s overlaps another one", subnet->name, strlen(subnet->name));
    if (b->n_subnets == TOOL_SUBNETS_MAX)
        return fail(b, "more than eight subnets: %.*s", subnet->name, strlen(subnet->name));
    s = &b->subnets[b->n_subnets++];
    *s = *subnet;
    s->name = tool_arena_copy(&b->arena, subnet->name, strlen(subnet->name));
    s->provider = tool_arena_copy(&b->arena, subnet->provider, strlen(subnet->provider));
    s->vpc = tool_arena_copy(&b->arena, vpc_of(subnet), strlen(vpc_of(subnet)));
    excludes = tool_arena_alloc(&b->arena, (subnet->n_excludes + 1) * sizeof *excludes);
    for (size_t i = 0; i < subnet->n_excludes; i++)
        excludes[i] = subnet->excludes[i];
    s->excludes = excludes;
    return tool_builder_name(b, TOOL_NAME_NET, s->name, strlen(s->name)) &&
           tool_builder_name(b, TOOL_NAME_VPC, s->vpc, strlen(s->vpc));
}

void tool_builder_keep_subnets(struct tool_builder *b,
                               bool (*kept)(void *context, const char *name), void *context)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n_subnets; i++)
        if (kept(context, b->subnets[i].name))
            b->subnets[n++] = b->subnets[i];
    b->n_subnets = n;
}

bool tool_builder_attachment(struct tool_builder *b, const char *name)
{
    b->attachments_given = true;
    keep(b, &b->attachments, name, strlen(name));
    return tool_builder_name(b, TOOL_NAME_NET, name, strlen(name));
}

void tool_builder_no_attachments(struct tool_builder *b)
{
    b->attachments_given = true;
}

bool tool_builder_node(struct tool_builder *b, sim_v4 address)
{
    for (size_t i = 0; i < SIM_NODE_ADDRESSES; i++) {
        if (b->node[i] != 0 && b->node[i] != address)
            continue;
        b->node[i] = address;
        return true;
    }
    return fail(b, "more than four node addresses%.*s", "", 0);
}

bool tool_builder_policy(struct tool_builder *b, const char *name,
                         const struct sim_policy_setup *policy)
{
    struct policy_object *p;

    if (policy->n_rules > SIM_POLICY_RULES)
        return fail(b, "policy %.*s: more than four rules", name, strlen(name));
    for (size_t i = 0; i < b->n_policies; i++)
        if (strcmp(b->policies[i].name, name) == 0)
            return memcmp(&b->policies[i].setup, policy, sizeof *policy) == 0 ||
                   fail(b, "there is another policy %.*s", name, strlen(name));
    b->policies = tool_room(b->policies, b->n_policies, &b->policies_capacity, sizeof *b->policies);
    p = &b->policies[b->n_policies++];
    p->name = tool_arena_copy(&b->arena, name, strlen(name));
    p->setup = *policy;
    return tool_builder_name(b, TOOL_NAME_POLICY, name, strlen(name));
}

bool tool_builder_gateway(struct tool_builder *b, const char *name)
{
    keep(b, &b->present, name, strlen(name));
    return tool_builder_name(b, TOOL_NAME_GATEWAY, name, strlen(name));
}

bool tool_builder_own(struct tool_builder *b, const char *gateway, sim_v4 own, uint8_t prefix)
{
    struct own_address *o;

    b->owns = tool_room(b->owns, b->n_owns, &b->owns_capacity, sizeof *b->owns);
    o = &b->owns[b->n_owns++];
    o->gateway = tool_arena_copy(&b->arena, gateway, strlen(gateway));
    o->own = own;
    o->prefix = prefix;
    return tool_builder_name(b, TOOL_NAME_GATEWAY, gateway, strlen(gateway));
}

bool tool_builder_router_port(struct tool_builder *b, const char *name, const char *mac)
{
    struct router_port *p;

    if (*name == '\0' || strlen(name) > TOOL_NAME_MAX || *mac == '\0')
        return fail(b, "a router's port needs a name and a MAC address%.*s", "", 0);
    b->ports = tool_room(b->ports, b->n_ports, &b->ports_capacity, sizeof *b->ports);
    p = &b->ports[b->n_ports++];
    p->name = tool_arena_copy(&b->arena, name, strlen(name));
    p->mac = tool_arena_copy(&b->arena, mac, strlen(mac));
    return tool_builder_name(b, TOOL_NAME_MAC, mac, strlen(mac));
}

bool tool_builder_external_switch(struct tool_builder *b, const char *name)
{
    b->external_switch = tool_arena_copy(&b->arena, name, strlen(name));
    return tool_builder_name(b, TOOL_NAME_NET, name, strlen(name));
}

struct tool_options *tool_builder_options(struct tool_builder *b)
{
    return &b->options;
}

void tool_builder_no_name(struct tool_builder *b, enum tool_name_kind kind)
{
    keep(b, &b->names[kind], "", 0);
}

void tool_builder_sort(struct tool_builder *b)
{
    for (unsigned i = 0; i < TOOL_NAME_KIND_COUNT; i++)
        sort_unique(&b->names[i]);
    for (unsigned i = 0; i < SIM_OBJECT_COUNT; i++)
        sort_unique(&b->rules[i]);
    sort_unique(&b->attachments);
    sort_unique(&b->present);
}
