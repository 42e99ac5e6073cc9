/* Texts to ids and back, on a finished configuration. */
#include <stdio.h>
#include <string.h>

#include "ipam/addr.h"
#include "tools/builder_internal.h"

/* ---- texts of addresses ---- */

bool tool_v4_parse(const char *text, size_t length, sim_v4 *out)
{
    struct ipam_addr a;

    if (memchr(text, ':', length) != NULL || !ipam_addr_parse(text, length, &a) ||
        !ipam_addr_is_v4(a) || (sim_v4)a.lo < SIM_V4_FIRST_ADDRESS)
        return false;
    *out = (sim_v4)a.lo;
    return true;
}

bool tool_range_parse(const char *text, size_t length, struct sim_range *out)
{
    for (size_t i = 0; i + 1 < length; i++)
        if (text[i] == '.' && text[i + 1] == '.')
            return tool_v4_parse(text, i, &out->first) &&
                   tool_v4_parse(text + i + 2, length - i - 2, &out->last);
    if (!tool_v4_parse(text, length, &out->first))
        return false;
    out->last = out->first;
    return true;
}

bool tool_cidr_parse(const char *text, size_t length, sim_v4 *network, uint8_t *prefix)
{
    struct ipam_cidr c;

    if (!ipam_cidr_parse(text, length, &c) || !c.v4 || (sim_v4)c.network.lo < SIM_V4_FIRST_ADDRESS)
        return false;
    *network = (sim_v4)c.network.lo;
    *prefix = c.prefix;
    return true;
}

/* ---- text to id ---- */

static const char *const *names_of(const struct engine_config *c, enum tool_name_kind kind,
                                   size_t *count)
{
    const struct sim_limits *l = &c->setup.limits;
    const struct engine_names *n = &c->names;

    if (kind < (enum tool_name_kind)SIM_KIND_COUNT) {
        *count = sim_limit(l, (enum sim_object)kind);
        return n->object[kind];
    }
    switch (kind) {
    case TOOL_NAME_GATEWAY:
        *count = l->gateways;
        return n->gateway;
    case TOOL_NAME_NET:
        *count = l->nets;
        return n->net;
    case TOOL_NAME_POLICY:
        *count = l->policies;
        return n->policy;
    case TOOL_NAME_VPC:
        *count = l->vpcs;
        return n->vpc;
    case TOOL_NAME_FINALIZER:
        *count = n->n_finalizers;
        return n->finalizer;
    case TOOL_NAME_TEXT:
        *count = n->n_texts;
        return n->text;
    default:
        *count = n->n_macs;
        return n->mac;
    }
}

sim_id tool_id_of(const struct engine_config *config, enum tool_name_kind kind, const char *text,
                  size_t length)
{
    size_t count, at;
    const char *const *names = names_of(config, kind, &count);

    at = tool_name_find(names, count, text, length);
    return at < count ? (sim_id)at : SIM_NONE;
}

sim_id tool_pod_of(const struct engine_config *config, const char *text, size_t length)
{
    const struct sim_limits *l = &config->setup.limits;
    size_t count = (size_t)l->gateways * l->pods_per_gateway;

    for (size_t i = 0; i < count; i++)
        if (strlen(config->names.pod[i]) == length &&
            memcmp(config->names.pod[i], text, length) == 0)
            return (sim_id)i;
    return SIM_NONE;
}

sim_id tool_rule_of(const struct engine_config *config, enum sim_object object, const char *text,
                    size_t length)
{
    for (size_t i = 0; i < config->setup.limits.rules; i++)
        if (config->setup.rules[i].object == object && strlen(config->names.rule[i]) == length &&
            memcmp(config->names.rule[i], text, length) == 0)
            return (sim_id)i;
    return SIM_NONE;
}

sim_id tool_subnet_of(const struct engine_config *config, const char *text, size_t length)
{
    sim_id net = tool_id_of(config, TOOL_NAME_NET, text, length);

    return net == SIM_NONE ? SIM_NONE : sim_ref_id(config->setup.nets[net].subnet);
}

bool tool_v4_of(const struct engine_config *config, const char *text, size_t length, sim_v4 *out)
{
    sim_id id;

    *out = 0;
    if (length == 0 || tool_v4_parse(text, length, out))
        return true;
    id = tool_id_of(config, TOOL_NAME_TEXT, text, length);
    *out = id == SIM_NONE ? 0 : (sim_v4)id + 1;
    return id != SIM_NONE;
}

/* The controller's own finalizers, by id. */
static const char *const own_finalizers[SIM_FINALIZER_FOREIGN] = {
    "", TOOL_FINALIZER_OLD, TOOL_FINALIZER_NEW, TOOL_FINALIZER_OVN_EIP};

uint8_t tool_finalizer_of(const struct engine_config *config, const char *text, size_t length)
{
    sim_id id;

    for (uint8_t i = 1; i < SIM_FINALIZER_FOREIGN; i++)
        if (length == strlen(own_finalizers[i]) && memcmp(text, own_finalizers[i], length) == 0)
            return i;
    id = tool_id_of(config, TOOL_NAME_FINALIZER, text, length);
    return id == SIM_NONE ? SIM_FINALIZER_NONE : (uint8_t)(SIM_FINALIZER_FOREIGN + id);
}

uint32_t tool_mac_of(const struct engine_config *config, const char *text, size_t length)
{
    sim_id id = tool_id_of(config, TOOL_NAME_MAC, text, length);

    return id == SIM_NONE ? 0 : sim_macs_drawn(&config->setup.limits) + (uint32_t)id + 1;
}

/* A deleted gateway is queued with its namespace on master. */
static bool is_namespaced(const struct engine_config *config, enum sim_queue_id queue)
{
    return queue == SIM_QUEUE_DEL_GATEWAY &&
           config->setup.policy.value[SIM_gateway_key_namespaced] != 0;
}

sim_id tool_key_of(const struct engine_config *config, enum sim_queue_id queue, const char *text,
                   size_t length)
{
    size_t prefix = strlen(TOOL_NAMESPACE "/");

    switch (sim_queue_keys(queue)) {
    case SIM_OBJECT_GATEWAY:
        if (is_namespaced(config, queue) && length > prefix) {
            text += prefix;
            length -= prefix;
        }
        return tool_id_of(config, TOOL_NAME_GATEWAY, text, length);
    case SIM_OBJECT_SUBNET:
        return tool_id_of(config, TOOL_NAME_NET, text, length);
    case SIM_OBJECT_POLICY:
        return tool_id_of(config, TOOL_NAME_POLICY, text, length);
    default:
        return tool_id_of(config, tool_name_kind((enum sim_kind_id)sim_queue_keys(queue)), text,
                          length);
    }
}

/* ---- id to text ---- */

const char *tool_v4_text(const struct engine_config *config, sim_v4 v4, char buffer[16])
{
    if (v4 == 0)
        return "";
    if (!sim_v4_is_address(v4))
        return v4 <= config->names.n_texts ? config->names.text[v4 - 1] : "?";
    snprintf(buffer, 16, "%u.%u.%u.%u", v4 >> 24, v4 >> 16 & 255, v4 >> 8 & 255, v4 & 255);
    return buffer;
}

const char *tool_finalizer_text(const struct engine_config *config, uint8_t finalizer)
{
    if (finalizer < SIM_FINALIZER_FOREIGN)
        return own_finalizers[finalizer];
    if (finalizer - SIM_FINALIZER_FOREIGN >= (int)config->names.n_finalizers)
        return "";
    return config->names.finalizer[finalizer - SIM_FINALIZER_FOREIGN];
}

const char *tool_mac_text(const struct engine_config *config, uint32_t mac, char buffer[20])
{
    uint32_t drawn = sim_macs_drawn(&config->setup.limits);

    if (mac == 0)
        return "";
    if (mac > drawn && mac - drawn <= config->names.n_macs)
        return config->names.mac[mac - drawn - 1];
    snprintf(buffer, 20, "0a:00:%02x:%02x:%02x:%02x", mac >> 24, mac >> 16 & 255, mac >> 8 & 255,
             mac & 255);
    return buffer;
}

const char *tool_key_text(const struct engine_config *config, enum sim_queue_id queue, sim_id key)
{
    switch (sim_queue_keys(queue)) {
    case SIM_OBJECT_GATEWAY:
        return is_namespaced(config, queue) ? config->names.gateway_key[key]
                                            : config->names.gateway[key];
    case SIM_OBJECT_SUBNET:
        return config->names.net[key];
    case SIM_OBJECT_POLICY:
        return config->names.policy[key];
    default:
        return config->names.object[sim_queue_keys(queue)][key];
    }
}
