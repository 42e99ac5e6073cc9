/* Objects of any kind as JSON, from their fields (model/fields.h). */
#include "tools/objects.h"

#include <stdio.h>
#include <string.h>

#include "tools/builder.h"
#include "tools/put.h"

static const char *const v6_texts[] = {"", "<nil>", "fd00::a", "FD00::A"};
static const char *const ovn_types[] = {"", "nat", "lrp", "lsp"};
static const char *const vip_types[] = {"", "switch_lb_vip", "kube_host_vm_vip"};
static const char *const ip_types[] = {"", "vip", "ip"};
static const char *const protocols[] = {"", "tcp", "udp"};

void tool_nat_text(uint8_t nat, struct tool_text *out)
{
    static const char *const texts[] = {"dnat", "fip", "snat"};
    size_t begin = out->length;

    for (unsigned i = 0; i < 3; i++)
        if (nat & (1u << i)) {
            if (out->length > begin)
                tool_put_char(out, ',');
            tool_text_add(out, texts[i]);
        }
}

static const char *mac_text(const struct engine_config *config, uint32_t mac, char buffer[20])
{
    if (mac == 0)
        return "";
    if (mac <= sim_macs_drawn(&config->setup.limits))
        return "set";
    return tool_mac_text(config, mac, buffer);
}

static const char *name_text(const char *const *names, uint32_t ref)
{
    return ref == 0 ? "" : names[ref - 1];
}

/* The few texts that make a difference, or another one. */
static const char *type_text(const struct engine_config *config, const char *const *known,
                             unsigned n, uint32_t value)
{
    if (value < n)
        return known[value];
    return value - n < config->names.n_texts ? config->names.text[value - n] : "?";
}

void tool_v6_text(const struct engine_config *config, sim_v6 v6, struct tool_text *out)
{
    uint32_t text = (uint32_t)(v6 & ~SIM_V6_HAS_UPPER) - SIM_V6_FIRST_TEXT;

    if (sim_v6_is_address(v6)) {
        char address[IPAM_ADDR_TEXT];

        ipam_addr_print(sim_second_addr(&config->setup.subnets[v6 >> 12 & 7].second, v6 & 0xfffu),
                        address);
        tool_text_add(out, address);
    } else if (v6 == SIM_V6_NIL_TEXT)
        tool_text_add(out, "<nil>");
    else if (v6 != 0)
        tool_text_add(out, text < config->names.n_texts ? config->names.text[text] : "?");
}

/* On master a label has dashes for what a label must not have. */
void tool_v6_label(const struct engine_config *config, sim_v6 v6, struct tool_text *out)
{
    size_t from = out->length;

    tool_v6_text(config, v6, out);
    for (size_t i = from; i < out->length; i++)
        if (out->at[i] == ':' && config->setup.policy.value[SIM_ovn_v6_label_encoded])
            out->at[i] = '-';
}

const char *tool_network_text(const struct engine_config *config, sim_v4 v4, uint8_t mask,
                              char out[24])
{
    char address[16];

    if (mask == 0)
        snprintf(out, 24, "%s", tool_v4_text(config, v4, address));
    else
        snprintf(out, 24, "%s/%u", tool_v4_text(config, v4, address), mask - 1u);
    return out;
}

const char *tool_protocol_text(uint8_t protocol)
{
    return protocol < sizeof protocols / sizeof *protocols ? protocols[protocol] : "?";
}

/* Fields that only OVN's kinds and Vips have. */
static void owner_field_text(const struct engine_config *config, const struct sim_field *f,
                             uint32_t value, struct tool_text *out)
{
    switch ((enum sim_field_type)f->type) {
    case SIM_FIELD_V6_TEXT:
        tool_v6_text(config, (sim_v6)value, out);
        break;
    case SIM_FIELD_V6_LABEL:
        tool_v6_label(config, (sim_v6)value, out);
        break;
    case SIM_FIELD_OVN_TYPE:
        tool_text_add(out, type_text(config, ovn_types, 4, value));
        break;
    case SIM_FIELD_VIP_TYPE:
        tool_text_add(out, type_text(config, vip_types, 3, value));
        break;
    case SIM_FIELD_IP_TYPE:
        tool_text_add(out, type_text(config, ip_types, 3, value));
        break;
    case SIM_FIELD_OVN_EIP:
        tool_text_add(out, name_text(config->names.object[SIM_KIND_OVN_EIP], value));
        break;
    case SIM_FIELD_VIP:
        tool_text_add(out, name_text(config->names.object[SIM_KIND_VIP], value));
        break;
    case SIM_FIELD_VPC:
        tool_text_add(out, name_text(config->names.vpc, value));
        break;
    case SIM_FIELD_NAME:
        tool_text_add(out, name_text(config->names.all, value));
        break;
    default:
        break;
    }
}

void tool_field_text(const struct engine_config *config, const struct sim_field *f,
                     const struct sim_meta *object, struct tool_text *out)
{
    uint32_t value = sim_field_value(f, object);
    char buffer[TOOL_TIME_TEXT];

    switch ((enum sim_field_type)f->type) {
    case SIM_FIELD_V4:
        tool_text_add(out, tool_v4_text(config, value, buffer));
        break;
    case SIM_FIELD_CIDR:
        tool_text_add(
            out, tool_network_text(config, value, ((const uint8_t *)object)[f->at + 4], buffer));
        break;
    case SIM_FIELD_V6:
        tool_text_add(out, value < 4 ? v6_texts[value] : "?");
        break;
    case SIM_FIELD_MAC:
        tool_text_add(out, mac_text(config, value, buffer));
        break;
    case SIM_FIELD_EIP:
        tool_text_add(out, name_text(config->names.eip, value));
        break;
    case SIM_FIELD_GATEWAY:
        tool_text_add(out, name_text(config->names.gateway, value));
        break;
    case SIM_FIELD_NET:
        tool_text_add(out, name_text(config->names.net, value));
        break;
    case SIM_FIELD_POLICY:
        tool_text_add(out, name_text(config->names.policy, value));
        break;
    case SIM_FIELD_NAMESPACE:
        tool_text_add(out, value ? TOOL_NAMESPACE : "");
        break;
    case SIM_FIELD_TIME:
        tool_text_add(out, tool_time_text(value, buffer));
        break;
    case SIM_FIELD_NAT:
        tool_nat_text((uint8_t)value, out);
        break;
    case SIM_FIELD_PORT:
        if (value != 0)
            tool_text_printf(out, "%u", value);
        break;
    case SIM_FIELD_PROTOCOL:
        tool_text_add(out, tool_protocol_text((uint8_t)value));
        break;
    case SIM_FIELD_OVN_MAC:
        tool_text_add(out, tool_mac_text(config, value, buffer));
        break;
    default:
        owner_field_text(config, f, value, out);
        break;
    }
}

void tool_render_section(const struct tool_render *r, enum sim_object kind,
                         enum sim_section section, const struct sim_meta *object, bool all,
                         struct tool_text *out)
{
    size_t n;
    const struct sim_field *f = sim_fields(kind, &n);
    struct tool_text text = {0};

    tool_put_char(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (f[i].section != section ||
            !sim_field_in(&f[i], r->config->setup.policy.value[SIM_api_generation]))
            continue;
        if (f[i].type == SIM_FIELD_READY) {
            tool_put_bool(out, f[i].key, sim_ready(object));
            continue;
        }
        if ((!all || (f[i].since & SIM_API_OMITTED)) && !sim_field_present(&f[i], object))
            continue;
        tool_text_clear(&text);
        if (f[i].type == SIM_FIELD_OVN_MAC)
            tool_mac_shown(r, sim_field_value(&f[i], object), &text);
        else
            tool_field_text(r->config, &f[i], object, &text);
        tool_put_text(out, f[i].key, tool_text_get(&text));
    }
    tool_put_char(out, '}');
    tool_text_free(&text);
}

bool tool_has_section(enum sim_object kind, enum sim_section section, const struct sim_meta *object)
{
    size_t n;
    const struct sim_field *f = sim_fields(kind, &n);

    for (size_t i = 0; i < n; i++)
        if (f[i].section == section && sim_field_present(&f[i], object))
            return true;
    return false;
}

void tool_render_finalizers(const struct tool_render *r, const struct sim_meta *object,
                            struct tool_text *out)
{
    if (sim_finalizer_count(object) == 0) {
        tool_text_add(out, "null");
        return;
    }
    tool_put_char(out, '[');
    for (unsigned i = 0; i < SIM_FINALIZERS && object->finalizer[i] != SIM_FINALIZER_NONE; i++)
        tool_put_item(out, tool_finalizer_text(r->config, object->finalizer[i]));
    tool_put_char(out, ']');
}

static void section_if(const struct tool_render *r, enum sim_object kind, const char *key,
                       enum sim_section section, const struct sim_meta *object,
                       struct tool_text *out)
{
    if (!tool_has_section(kind, section, object))
        return;
    tool_put_key(out, key);
    tool_render_section(r, kind, section, object, false, out);
}

void tool_render_metadata(const struct tool_render *r, enum sim_object kind,
                          const struct sim_meta *object, enum tool_metadata part,
                          struct tool_text *out)
{
    switch (part) {
    case TOOL_METADATA_ANNOTATIONS:
        section_if(r, kind, "annotations", SIM_SECTION_ANNOTATIONS, object, out);
        break;
    case TOOL_METADATA_FINALIZERS:
        if (sim_finalizer_count(object) == 0)
            break;
        tool_put_key(out, "finalizers");
        tool_render_finalizers(r, object, out);
        break;
    default:
        section_if(r, kind, "labels", SIM_SECTION_LABELS, object, out);
        break;
    }
}

void tool_render_spec_and_status(const struct tool_render *r, enum sim_object kind,
                                 const struct sim_meta *object, struct tool_text *out)
{
    tool_put_key(out, "spec");
    tool_render_section(r, kind, SIM_SECTION_SPEC, object, false, out);
    tool_put_key(out, "status");
    tool_render_section(r, kind, SIM_SECTION_STATUS, object, false, out);
}

void tool_render_object(const struct tool_render *r, enum sim_object kind,
                        const struct sim_meta *object, struct tool_text *out)
{
    tool_put_char(out, '{');
    tool_render_metadata(r, kind, object, TOOL_METADATA_ANNOTATIONS, out);
    tool_render_metadata(r, kind, object, TOOL_METADATA_FINALIZERS, out);
    tool_render_metadata(r, kind, object, TOOL_METADATA_LABELS, out);
    if (object->rv != 0)
        tool_put_digits(out, "rv", object->rv);
    tool_render_spec_and_status(r, kind, object, out);
    if (sim_terminating(object))
        tool_put_bool(out, "terminating", true);
    if (object->uid != 0)
        tool_put_digits(out, "uid", object->uid);
    tool_put_char(out, '}');
}

void tool_pod_rule_text(const struct tool_render *r, const struct sim_pod_rule *rule, bool whole,
                        struct tool_text *out)
{
    char eip[16], internal[24];

    tool_v4_text(r->config, rule->eip, eip);
    tool_text_add(out, tool_v4_text(r->config, rule->eip, eip));
    if (rule->kind == SIM_KIND_DNAT)
        tool_text_printf(out, ",%u,%s", rule->port, tool_protocol_text(rule->protocol));
    if (whole)
        tool_text_printf(out, ",%s",
                         tool_network_text(r->config, rule->internal, rule->mask, internal));
    if (whole && rule->kind == SIM_KIND_DNAT)
        tool_text_printf(out, ",%u", rule->internal_port);
}

/* ---- reading ---- */

static uint32_t index_in(const char *const *texts, unsigned n, const char *text, size_t length)
{
    unsigned i = 0;

    while (i < n && (strlen(texts[i]) != length || memcmp(texts[i], text, length) != 0))
        i++;
    return i;
}

static enum tool_name_kind name_kind(const struct sim_field *f)
{
    switch ((enum sim_field_type)f->type) {
    case SIM_FIELD_EIP:
        return TOOL_NAME_EIP;
    case SIM_FIELD_GATEWAY:
        return TOOL_NAME_GATEWAY;
    case SIM_FIELD_NET:
        return TOOL_NAME_NET;
    case SIM_FIELD_POLICY:
        return TOOL_NAME_POLICY;
    case SIM_FIELD_MAC:
    case SIM_FIELD_OVN_MAC:
        return TOOL_NAME_MAC;
    case SIM_FIELD_OVN_EIP:
        return TOOL_NAME_OVN_EIP;
    case SIM_FIELD_VIP:
        return TOOL_NAME_VIP;
    case SIM_FIELD_VPC:
        return TOOL_NAME_VPC;
    default:
        return TOOL_NAME_TEXT;
    }
}

static bool number_of(const char *text, size_t length, uint32_t greatest, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || i > 8)
            return false;
        *out = *out * 10 + (uint32_t)(text[i] - '0');
    }
    return *out <= greatest && (length < 2 || text[0] != '0');
}

/* "a.b.c.d/m": the address, and the mask + 1 behind it. */
static bool network_of(const char *text, size_t length, sim_v4 *v4, uint8_t *mask)
{
    const char *slash = memchr(text, '/', length);
    size_t n = slash != NULL ? (size_t)(slash - text) : length;
    uint32_t bits = 0;

    *mask = 0;
    if (!tool_v4_parse(text, n, v4))
        return false;
    if (slash == NULL)
        return true;
    if (n + 1 == length || !number_of(slash + 1, length - n - 1, 32, &bits))
        return false;
    *mask = (uint8_t)(bits + 1);
    return true;
}

bool tool_field_mention(struct tool_builder *b, const struct sim_field *f, const char *text,
                        size_t length)
{
    sim_v4 v4;
    uint8_t mask;

    switch ((enum sim_field_type)f->type) {
    case SIM_FIELD_CIDR:
        return network_of(text, length, &v4, &mask) ||
               tool_builder_name(b, TOOL_NAME_TEXT, text, length);
    case SIM_FIELD_V4:
    case SIM_FIELD_EIP:
    case SIM_FIELD_GATEWAY:
    case SIM_FIELD_NET:
    case SIM_FIELD_POLICY:
    case SIM_FIELD_MAC:
    case SIM_FIELD_OVN_MAC:
    case SIM_FIELD_OVN_EIP:
    case SIM_FIELD_VIP:
    case SIM_FIELD_VPC:
    case SIM_FIELD_V6_TEXT:
    case SIM_FIELD_V6_LABEL:
    case SIM_FIELD_OVN_TYPE:
    case SIM_FIELD_VIP_TYPE:
    case SIM_FIELD_IP_TYPE:
        return tool_builder_name(b, name_kind(f), text, length);
    default:
        return true;
    }
}

static uint32_t v6_of(const char *text, size_t length)
{
    uint32_t v6 = length == 0 ? SIM_V6_EMPTY : SIM_V6_LOWER;

    if (length == 5 && memcmp(text, "<nil>", 5) == 0)
        return SIM_V6_NIL;
    for (size_t i = 0; i < length; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            v6 = SIM_V6_UPPER;
    return v6;
}

/* An address of a dual-stack subnet; 0: it is none. */
static sim_v6 second_address_of(const struct engine_config *config, const char *text, size_t length)
{
    struct ipam_addr a;

    if (memchr(text, ':', length) == NULL || !ipam_addr_parse(text, length, &a))
        return 0;
    for (sim_id i = 0; i < config->setup.limits.subnets; i++) {
        const struct sim_second *s = &config->setup.subnets[i].second;

        if (s->prefix != 0 && a.hi == s->hi && a.lo >= s->lo &&
            a.lo - s->lo < (uint64_t)1 << (128 - s->prefix))
            return sim_v6_of(s, i, a);
    }
    return 0;
}

static uint32_t v6_text_of(const struct engine_config *config, const char *text, size_t length)
{
    sim_id id = tool_id_of(config, TOOL_NAME_TEXT, text, length);
    sim_v6 upper = v6_of(text, length) == SIM_V6_UPPER ? SIM_V6_HAS_UPPER : 0;

    if (length == 0 || v6_of(text, length) == SIM_V6_NIL)
        return length == 0 ? 0 : SIM_V6_NIL_TEXT;
    if (upper == 0 && second_address_of(config, text, length) != 0)
        return second_address_of(config, text, length);
    return id == SIM_NONE ? 0 : (uint32_t)(id + SIM_V6_FIRST_TEXT) | upper;
}

/* One of the texts that make a difference, else a text of its own if there is room for one. */
static uint32_t type_of(const struct engine_config *config, const char *const *known, unsigned n,
                        const char *text, size_t length)
{
    uint32_t known_as = index_in(known, n, text, length);
    sim_id id = tool_id_of(config, TOOL_NAME_TEXT, text, length);

    return known_as < n ? known_as : id + n < 256 ? id + n : 255;
}

const char *tool_field_parse(const struct engine_config *config, const struct sim_field *f,
                             const char *text, size_t length, struct sim_meta *object)
{
    uint32_t value = 0;
    sim_id id;

    switch ((enum sim_field_type)f->type) {
    case SIM_FIELD_CIDR:
        if (length > 0 && network_of(text, length, &value, (uint8_t *)object + f->at + 4))
            break;
        ((uint8_t *)object)[f->at + 4] = 0;
        /* fall through */
    case SIM_FIELD_V4:
        if (!tool_v4_of(config, text, length, &value))
            return "`%s` is a text that is not known";
        break;
    case SIM_FIELD_V6:
        value = v6_of(text, length);
        break;
    case SIM_FIELD_MAC:
    case SIM_FIELD_OVN_MAC:
        value = tool_mac_of(config, text, length);
        break;
    case SIM_FIELD_V6_TEXT:
        value = v6_text_of(config, text, length);
        break;
    case SIM_FIELD_OVN_TYPE:
        value = type_of(config, ovn_types, 4, text, length);
        break;
    case SIM_FIELD_VIP_TYPE:
        value = type_of(config, vip_types, 3, text, length);
        break;
    case SIM_FIELD_IP_TYPE:
        value = type_of(config, ip_types, 3, text, length);
        break;
    case SIM_FIELD_NAMESPACE:
        value = length > 0;
        break;
    case SIM_FIELD_TIME:
        if (!tool_time_parse(text, length, &value))
            return "`%s` must be a time as 2025-06-15T15:06:40";
        break;
    case SIM_FIELD_PORT:
        if (!number_of(text, length, 65535, &value))
            return "`%s` must be a port, 1 to 65535";
        break;
    case SIM_FIELD_PROTOCOL:
        value = index_in(protocols, 3, text, length);
        if (value == 3)
            return "`%s` must be tcp or udp";
        break;
    case SIM_FIELD_EIP:
    case SIM_FIELD_GATEWAY:
    case SIM_FIELD_NET:
    case SIM_FIELD_POLICY:
    case SIM_FIELD_OVN_EIP:
    case SIM_FIELD_VIP:
    case SIM_FIELD_VPC:
        id = length == 0 ? SIM_NONE : tool_id_of(config, name_kind(f), text, length);
        if (length > 0 && id == SIM_NONE)
            return "`%s` names nothing that is known";
        value = sim_ref_of(id);
        break;
    default:
        return "`%s` is nothing that a user writes";
    }
    sim_field_set(f, object, value);
    return NULL;
}
