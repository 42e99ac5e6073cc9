/* Events. */
#include "tools/render.h"

#include <stdlib.h>
#include <string.h>

#include "tools/builder.h"
#include "tools/memory.h"
#include "tools/northbound.h"
#include "tools/objects.h"
#include "tools/put.h"

void tool_render_init(struct tool_render *r, const struct engine_config *config)
{
    const struct sim_limits *l = &config->setup.limits;

    r->config = config;
    r->name = tool_alloc((l->names + 1u) * sizeof *r->name);
    for (unsigned i = 0; i < l->names; i++)
        r->name[i] = config->names.all[i];
    r->name[l->names] = "(sweep)"; /* sim_ipam_reserve */
    r->mac_number = NULL;
    r->macs_numbered = NULL;
}

void tool_render_free(struct tool_render *r)
{
    free(r->name);
    r->name = NULL;
}

/* A MAC that is drawn anew gets a new number when it first shows; one that a user wrote is as it
 * stands if it looks like those that recordings keep. */
static void number_mac(const struct tool_render *r, uint32_t mac)
{
    r->mac_number[mac] = ++*r->macs_numbered;
}

void tool_mac_shown(const struct tool_render *r, uint32_t mac, struct tool_text *out)
{
    const char *kept = "02:00:00:00:00:", *text;
    char buffer[20];

    text = tool_mac_text(r->config, mac, buffer);
    if (mac == 0 || r->mac_number == NULL || strncmp(text, kept, strlen(kept)) == 0) {
        tool_text_add(out, text);
        return;
    }
    if (r->mac_number[mac] == 0)
        number_mac(r, mac);
    tool_text_printf(out, "m%u", r->mac_number[mac]);
}

static void worker(struct tool_text *out, const struct sim_event *e)
{
    if (e->worker != 0)
        tool_put_text(out, "w", sim_queue_text((enum sim_queue_id)(e->worker - 1)));
}

static void fault(struct tool_text *out, const struct sim_event *e)
{
    if (e->fault != SIM_FAULT_NONE)
        tool_put_text(out, "fault", sim_fault_text((enum sim_fault)e->fault));
}

static const char *pick(const char *const *names, sim_id id, uint32_t count)
{
    return id < count ? names[id] : "?";
}

const char *tool_object_text(const struct tool_render *r, enum sim_object kind, sim_id id)
{
    const struct engine_names *n = &r->config->names;
    const struct sim_limits *l = &r->config->setup.limits;

    if (kind < (enum sim_object)SIM_KIND_COUNT)
        return pick(n->object[kind], id, sim_limit(l, kind));
    switch (kind) {
    case SIM_OBJECT_GATEWAY:
    case SIM_OBJECT_WORKLOAD:
        return pick(n->gateway, id, l->gateways);
    case SIM_OBJECT_POD:
        return pick(n->pod, id, (uint32_t)l->gateways * l->pods_per_gateway);
    case SIM_OBJECT_POLICY:
        return pick(n->policy, id, l->policies);
    case SIM_OBJECT_SUBNET:
        return pick(n->net, id, l->nets);
    default:
        return "?";
    }
}

static void v4(const struct tool_render *r, struct tool_text *out, const char *name, sim_v4 value)
{
    char buffer[16];

    tool_put_text(out, name, tool_v4_text(r->config, value, buffer));
}

static void v4_if(const struct tool_render *r, struct tool_text *out, const char *name,
                  sim_v4 value)
{
    if (value != 0)
        v4(r, out, name, value);
}

/* ---- lists ---- */

struct list {
    const struct tool_render *r;
    const struct sim_world *w;
    const struct sim_event *e;
    struct tool_text *out;
};

static bool is_ovn_rule(uint8_t object)
{
    return object == SIM_OBJECT_OVN_DNAT || object == SIM_OBJECT_OVN_FIP ||
           object == SIM_OBJECT_OVN_SNAT;
}

static bool eip_matches(const struct sim_event *e, const struct sim_eip *eip)
{
    if (!sim_eip_exists(eip))
        return false;
    if (e->selector == SIM_SELECT_QOS)
        return (eip->labels & SIM_LABEL_QOS) != 0 && eip->label_qos == sim_ref_of(e->id);
    if (e->selector == SIM_SELECT_NET)
        return (eip->labels & SIM_LABEL_NET) != 0 && eip->label_net == sim_ref_of(e->id);
    return true;
}

/* "names":[...] of those that are listed; none at all is null. */
static void owner_names(const struct list *l, enum sim_kind_id kind)
{
    bool any = false;

    tool_put_key(l->out, "names");
    for (sim_id i = 0; i < sim_limit(&l->w->limits, (enum sim_object)kind); i++) {
        const struct sim_meta *object = sim_cache(l->w, kind, i);

        if (l->e->selector == SIM_SELECT_NET ? !sim_labelled_with(object, kind, l->e->id)
                                             : !sim_exists(object))
            continue;
        if (!any)
            tool_put_char(l->out, '[');
        any = true;
        tool_put_item(l->out, tool_object_text(l->r, (enum sim_object)kind, i));
    }
    tool_text_add(l->out, any ? "]" : "null");
}

static void eip_names(const struct list *l)
{
    size_t begin;

    tool_put_key(l->out, "names");
    begin = l->out->length;
    tool_put_char(l->out, '[');
    for (sim_id i = 0; i < l->w->limits.eips; i++)
        if (eip_matches(l->e, &sim_eip(l->w, i)->cache))
            tool_put_item(l->out, l->r->config->names.eip[i]);
    if (l->out->length == begin + 1) {
        l->out->length = begin;
        tool_text_add(l->out, "null");
    } else {
        tool_put_char(l->out, ']');
    }
}

/* Rules by the world's cache; bare rules have no names in a recording. */
static void rule_names(const struct list *l)
{
    enum sim_kind_id kind = (enum sim_kind_id)l->e->object;

    tool_put_key(l->out, "names");
    tool_put_char(l->out, '[');
    for (sim_id i = 0; i < sim_limit(&l->w->limits, (enum sim_object)kind); i++)
        if (sim_rule_selected(sim_rule_cache(l->w, kind, i), l->e->selector, l->e->v4, l->e->id,
                              l->e->net))
            tool_put_item(l->out, tool_object_text(l->r, (enum sim_object)kind, i));
    tool_put_char(l->out, ']');
}

static void gateway_names(const struct list *l)
{
    tool_put_key(l->out, "names");
    tool_put_char(l->out, '[');
    for (sim_id i = 0; i < l->w->limits.gateways; i++)
        if (sim_gateway(l->w, i)->present)
            tool_put_item(l->out, l->r->config->names.gateway[i]);
    tool_put_char(l->out, ']');
}

static bool is_rule(uint8_t object)
{
    return object == SIM_OBJECT_DNAT || object == SIM_OBJECT_FIP || object == SIM_OBJECT_SNAT;
}

static void pod_names(const struct list *l)
{
    tool_put_key(l->out, "names");
    tool_put_char(l->out, '[');
    for (unsigned i = 0; i < l->w->limits.pods_per_gateway && l->e->id < l->w->limits.gateways;
         i++) {
        sim_id pod = sim_pod_id(l->w, l->e->id, i);

        if (sim_pod(l->w, pod)->state != SIM_POD_ABSENT)
            tool_put_item(l->out, l->r->config->names.pod[pod]);
    }
    tool_put_char(l->out, ']');
}

static const char *gateway_of(const struct list *l)
{
    return l->e->id == SIM_NONE ? "" : tool_object_text(l->r, SIM_OBJECT_GATEWAY, l->e->id);
}

static void selector(const struct list *l)
{
    struct tool_text s = {0};
    char buffer[16];

    switch (l->e->selector) {
    case SIM_SELECT_QOS:
        tool_text_add(&s, "ovn.kubernetes.io/qos=");
        tool_text_add(&s, tool_object_text(l->r, SIM_OBJECT_POLICY, l->e->id));
        break;
    case SIM_SELECT_NET:
        if (l->e->object == SIM_OBJECT_VIP)
            tool_text_add(&s, "ovn.kubernetes.io/ip_reserved=,");
        tool_text_add(&s, "ovn.kubernetes.io/subnet=");
        tool_text_add(&s, tool_object_text(l->r, SIM_OBJECT_SUBNET, l->e->id));
        break;
    case SIM_SELECT_V4:
        tool_text_add(&s, "ovn.kubernetes.io/eip_v4_ip=");
        tool_text_add(&s, tool_v4_text(l->r->config, l->e->v4, buffer));
        break;
    case SIM_SELECT_V6:
        tool_text_add(&s, "ovn.kubernetes.io/eip_v6_ip=");
        tool_v6_label(l->r->config, l->e->net, &s);
        break;
    case SIM_SELECT_GATEWAY:
        if (is_rule(l->e->object))
            tool_text_printf(&s, "ovn.kubernetes.io/vpc-nat-gw-name=%s", gateway_of(l));
        else
            tool_text_printf(&s, "app=vpc-nat-gw-%s,ovn.kubernetes.io/vpc-nat-gw=true",
                             gateway_of(l));
        break;
    case SIM_SELECT_PORT:
        if (is_ovn_rule(l->e->object)) {
            tool_text_add(&s, "ovn.kubernetes.io/vpc_dnat_eport=");
            if (l->e->net != 0)
                tool_text_printf(&s, "%u", l->e->net);
            break;
        }
        tool_text_printf(&s,
                         "ovn.kubernetes.io/vpc-nat-gw-name=%s,ovn.kubernetes.io/vpc_dnat_eport=",
                         gateway_of(l));
        if (l->e->net != 0)
            tool_text_printf(&s, "%u", l->e->net);
        break;
    default:
        break;
    }
    tool_put_text(l->out, "selector", tool_text_get(&s));
    tool_text_free(&s);
}

static void render_list(const struct tool_render *r, const struct sim_world *w,
                        const struct sim_event *e, struct tool_text *out)
{
    struct list l = {.r = r, .w = w, .e = e, .out = out};

    if (is_rule(e->object) || is_ovn_rule(e->object))
        tool_put_u64(out, "count", e->count);
    tool_put_text(out, "kind", sim_object_text((enum sim_object)e->object));
    if (e->object == SIM_OBJECT_EIP)
        eip_names(&l);
    if (e->object == SIM_OBJECT_OVN_EIP || e->object == SIM_OBJECT_VIP)
        owner_names(&l, (enum sim_kind_id)e->object);
    if (is_rule(e->object) && w->limits.nat)
        rule_names(&l);
    if (e->object == SIM_OBJECT_GATEWAY)
        gateway_names(&l);
    if (e->object == SIM_OBJECT_POD)
        pod_names(&l);
    selector(&l);
}

/* ---- writes ---- */

static void json_patch(const struct tool_render *r, const struct sim_event *e, const char *path,
                       enum sim_section section, struct tool_text *out)
{
    tool_text_add(out, "[{\"op\":");
    tool_put_string(out, sim_verb_text((enum sim_verb)e->verb));
    tool_text_printf(out, ",\"path\":\"/metadata/%s\",\"value\":", path);
    tool_render_section(r, (enum sim_object)e->object, section, &e->meta, false, out);
    tool_text_add(out, "}]");
}

static void patch(const struct tool_render *r, const struct sim_event *e, struct tool_text *out)
{
    tool_put_key(out, "patch");
    switch (e->verb) {
    case SIM_VERB_PATCH_STATUS:
        tool_text_add(out, "{\"status\":");
        tool_render_section(r, (enum sim_object)e->object, SIM_SECTION_STATUS, &e->meta, true, out);
        tool_put_char(out, '}');
        break;
    case SIM_VERB_PATCH:
        if (!e->sets_finalizers) {
            tool_text_add(out, "{}");
            break;
        }
        tool_text_add(out, "{\"metadata\":{\"finalizers\":");
        tool_render_finalizers(r, &e->meta, out);
        tool_text_add(out, "}}");
        break;
    case SIM_VERB_PATCH_ANNOTATION_ADD:
    case SIM_VERB_PATCH_ANNOTATION_REPLACE:
        json_patch(r, e, "annotations", SIM_SECTION_ANNOTATIONS, out);
        break;
    default:
        json_patch(r, e, "labels", SIM_SECTION_LABELS, out);
        break;
    }
}

static bool is_patch(uint8_t verb)
{
    return verb != SIM_VERB_CREATE && verb != SIM_VERB_UPDATE;
}

static const char *write_verb(uint8_t verb)
{
    if (verb == SIM_VERB_CREATE)
        return "create";
    return verb == SIM_VERB_UPDATE ? "update" : "patch";
}

static void write_of_object(const struct tool_render *r, const struct sim_event *e,
                            struct tool_text *out)
{
    enum sim_object kind = (enum sim_object)e->object;
    bool sent = e->fault != SIM_FAULT_BEFORE;
    bool object = sent && !is_patch(e->verb);

    if (object)
        tool_render_metadata(r, kind, &e->meta, TOOL_METADATA_ANNOTATIONS, out);
    if (sent)
        tool_put_text(out, "effect", sim_result_text((enum sim_result)e->effect));
    fault(out, e);
    if (object)
        tool_render_metadata(r, kind, &e->meta, TOOL_METADATA_FINALIZERS, out);
    tool_put_text(out, "kind", sim_object_text(kind));
    if (object)
        tool_render_metadata(r, kind, &e->meta, TOOL_METADATA_LABELS, out);
    tool_put_text(out, "name", tool_object_text(r, kind, e->id));
    if (sent && !object)
        patch(r, e, out);
    tool_put_text(out, "result", sim_result_text((enum sim_result)e->result));
    if (object) {
        if (e->meta.rv != 0)
            tool_put_digits(out, "rv", e->meta.rv);
        tool_render_spec_and_status(r, kind, &e->meta, out);
    }
    if (e->verb == SIM_VERB_PATCH_STATUS)
        tool_put_text(out, "subresource", "status");
    if (object && sim_terminating(&e->meta))
        tool_put_bool(out, "terminating", true);
    if (object && e->meta.uid != 0)
        tool_put_digits(out, "uid", e->meta.uid);
    tool_put_text(out, "verb", write_verb(e->verb));
}

/* A pod's annotation, or a workload's deletion. */
static void write_of_other(const struct tool_render *r, const struct sim_event *e,
                           struct tool_text *out)
{
    bool sent = e->fault != SIM_FAULT_BEFORE;
    struct tool_text name = {0};

    if (e->object == SIM_OBJECT_POD && sent)
        tool_text_add(out, ",\"annotations\":{\"ovn.kubernetes.io/vpc_nat_gw_init\":\"true\"}");
    if (sent)
        tool_put_text(out, "effect", sim_result_text((enum sim_result)e->effect));
    fault(out, e);
    tool_put_text(out, "kind", sim_object_text((enum sim_object)e->object));
    tool_text_add(&name, e->object == SIM_OBJECT_POD ? "" : "vpc-nat-gw-");
    tool_text_add(&name, tool_object_text(r, (enum sim_object)e->object, e->id));
    tool_put_text(out, "name", tool_text_get(&name));
    tool_put_text(out, "result", sim_result_text((enum sim_result)e->result));
    tool_put_text(out, "verb", sim_verb_text((enum sim_verb)e->verb));
    tool_text_free(&name);
}

static void range_text(const struct ipam_addrset *set, const char *name, struct tool_text *out)
{
    tool_put_key(out, name);
    tool_put_char(out, '"');
    tool_render_set(set, out);
    tool_put_char(out, '"');
}

static void write_of_subnet(const struct tool_render *r, const struct sim_world *w,
                            const struct sim_event *e, struct tool_text *out)
{
    sim_ref subnet = e->id < w->limits.nets ? sim_net(w, e->id)->subnet : 0;

    fault(out, e);
    tool_put_text(out, "kind", sim_object_text((enum sim_object)e->object));
    tool_put_text(out, "name", tool_object_text(r, SIM_OBJECT_SUBNET, e->id));
    tool_put_text(out, "result", sim_result_text((enum sim_result)e->result));
    if (e->fault != SIM_FAULT_BEFORE && subnet != 0) {
        struct ipam_addrset available, used;

        available = sim_status_set(w, sim_ref_id(subnet), SIM_STATUS_AVAILABLE);
        used = sim_status_set(w, sim_ref_id(subnet), SIM_STATUS_USING);
        tool_put_key(out, "status");
        tool_put_char(out, '{');
        range_text(&available, "v4availableIPrange", out);
        tool_put_digits(out, "v4availableIPs", e->available_ips);
        range_text(&used, "v4usingIPrange", out);
        tool_put_digits(out, "v4usingIPs", e->using_ips);
        tool_put_char(out, '}');
    }
    tool_put_text(out, "subresource", "status");
    tool_put_text(out, "verb", "patch");
}

/* ---- exec and IPAM ---- */

/* From v1.16 on a removal names what makes the rule unique. */
static void rule_argument(const struct tool_render *r, const struct sim_world *w,
                          const struct sim_event *e, struct tool_text *out)
{
    bool del = e->verb == SIM_VERB_FIP_DEL || e->verb == SIM_VERB_DNAT_DEL;

    tool_pod_rule_text(r, &e->row, !del || sim_asks(w, SIM_nat_script) == SIM_nat_script_loose,
                       out);
    if (e->verb == SIM_VERB_SNAT_ADD && e->prefix)
        tool_text_add(out, ",--random-fully");
}

static void exec_args(const struct tool_render *r, const struct sim_world *w,
                      const struct sim_event *e, struct tool_text *out)
{
    struct tool_text arg = {0};
    char buffer[16];

    if (e->verb >= SIM_VERB_FIP_ADD && e->verb <= SIM_VERB_SNAT_DEL)
        rule_argument(r, w, e, &arg);
    else if (e->verb == SIM_VERB_INIT)
        tool_text_add(&arg, sim_asks(w, SIM_eip_add_names_gateway) ? TOOL_INIT_ARGUMENT : "");
    else
        tool_text_add(&arg, tool_v4_text(r->config, e->v4, buffer));
    if (e->verb == SIM_VERB_EIP_ADD || e->verb == SIM_VERB_EIP_DEL) {
        tool_text_printf(&arg, "/%u", e->prefix);
        if (e->gateway != 0)
            tool_text_printf(&arg, ",%s", tool_v4_text(r->config, e->gateway, buffer));
    } else if (e->verb == SIM_VERB_QOS_INGRESS_ADD || e->verb == SIM_VERB_QOS_EGRESS_ADD) {
        const struct sim_policy_rule *rule = &sim_policy(w, e->net)->rule[e->rule];

        tool_text_printf(&arg, ",%u,%u,%u", rule->priority, rule->rate, rule->burst);
    }
    tool_put_key(out, "args");
    tool_put_char(out, '[');
    if (arg.length > 0) /* the address of a bandwidth removal may be empty; then there is none */
        tool_put_item(out, tool_text_get(&arg));
    tool_put_char(out, ']');
    tool_text_free(&arg);
}

static const char *verb_text(uint8_t verb)
{
    return sim_verb_text((enum sim_verb)verb);
}

static void render_exec(const struct tool_render *r, const struct sim_world *w,
                        const struct sim_event *e, struct tool_text *out)
{
    exec_args(r, w, e, out);
    tool_put_text(out, "call", "exec");
    fault(out, e);
    tool_put_text(out, "op", verb_text(e->verb));
    tool_put_text(out, "pod", tool_object_text(r, SIM_OBJECT_POD, e->id));
    tool_put_text(out, "result", sim_result_text((enum sim_result)e->result));
}

/* The port of an EIP: name, an empty namespace, provider (pkg/ovs/util.go; up to v1.12 the
 * provider is made from the network's name, from v1.13 on it is the subnet's). */
void tool_nic_text(const struct tool_render *r, const struct sim_world *w, uint16_t name,
                   enum sim_nic nic, sim_id net, struct tool_text *out)
{
    sim_ref subnet = net < w->limits.nets ? sim_net(w, net)->subnet : 0;

    tool_text_add(out, r->name[name]);
    if (nic == SIM_NIC_BARE)
        return;
    if (nic == SIM_NIC_PORT && (sim_asks(w, SIM_subnet_resolution) == 0 || subnet == 0))
        tool_text_printf(out, "..%s.%s", net < w->limits.nets ? r->config->names.net[net] : "",
                         TOOL_NAMESPACE);
    else if (strcmp(r->config->names.provider[sim_ref_id(subnet)], "ovn") == 0)
        tool_put_char(out, '.');
    else
        tool_text_printf(out, "..%s", r->config->names.provider[sim_ref_id(subnet)]);
}

static void ipam_error(const struct tool_render *r, const struct sim_event *e,
                       struct tool_text *out)
{
    struct tool_text s = {0};
    char buffer[16];

    tool_text_add(&s, ipam_error_text((enum ipam_error)e->ipam_error));
    if (e->ipam_error == IPAM_ERROR_BAD_ADDRESS)
        tool_text_printf(&s, " \"%s\"", tool_v4_text(r->config, e->want, buffer));
    tool_put_text(out, "error", tool_text_get(&s));
    tool_text_free(&s);
}

/* What an address was given with. */
static bool shows_mac(const struct tool_render *r, const struct sim_event *e)
{
    return r->mac_number != NULL && e->verb != SIM_VERB_RELEASE && e->ipam_error == IPAM_ERROR_NONE;
}

static void render_ovn(const struct tool_render *r, const struct sim_world *w,
                       const struct sim_event *e, struct tool_text *out)
{
    tool_ovn_arguments(r, w, e, out);
    tool_put_text(out, "call", "ovn");
    if (e->fault != SIM_FAULT_BEFORE)
        tool_put_text(out, "effect", sim_result_text((enum sim_result)e->effect));
    fault(out, e);
    tool_put_text(out, "op", verb_text(e->verb));
    tool_put_text(out, "result", sim_result_text((enum sim_result)e->result));
}

static void second_family(const struct tool_render *r, sim_v6 v6, const char *key,
                          struct tool_text *out)
{
    struct tool_text text = {0};

    tool_v6_text(r->config, v6, &text);
    tool_put_text(out, key, tool_text_get(&text));
    tool_text_free(&text);
}

static void render_ipam(const struct tool_render *r, const struct sim_world *w,
                        const struct sim_event *e, struct tool_text *out)
{
    struct tool_text nic = {0};

    if (e->ipam_error != IPAM_ERROR_NONE)
        ipam_error(r, e, out);
    if (r->mac_number != NULL && e->drawn)
        r->mac_number[e->mac] = 0;
    if (shows_mac(r, e)) {
        tool_put_key(out, "mac");
        tool_put_char(out, '"');
        tool_mac_shown(r, e->mac, out);
        tool_put_char(out, '"');
    }
    if (e->verb != SIM_VERB_RELEASE) {
        tool_nic_text(r, w, sim_name_of(w, (enum sim_object)e->object, e->id), (enum sim_nic)e->nic,
                      e->net, &nic);
        tool_put_text(out, "nic", tool_text_get(&nic));
        tool_text_free(&nic);
    }
    tool_put_text(out, "op", verb_text(e->verb));
    tool_put_text(out, "owner", tool_object_text(r, (enum sim_object)e->object, e->id));
    tool_put_text(out, "subnet",
                  e->net == SIM_NONE ? "" : tool_object_text(r, SIM_OBJECT_SUBNET, e->net));
    if (e->verb != SIM_VERB_RELEASE && e->ipam_error == IPAM_ERROR_NONE)
        v4(r, out, "v4", e->v4);
    if (shows_mac(r, e) && e->v6 != 0)
        second_family(r, e->v6, "v6", out);
    worker(out, e);
    if (e->want6 == 0)
        v4_if(r, out, "want", e->want);
    else
        second_family(r, e->want6, "want", out);
}

/* ---- all calls ---- */

static void queued(const struct tool_render *r, const struct sim_event *e, bool timed,
                   struct tool_text *out)
{
    tool_put_text(out, "key", tool_key_text(r->config, (enum sim_queue_id)e->queue, e->id));
    if (timed)
        tool_put_u64(out, "ms", e->ms);
    tool_put_text(out, "queue", sim_queue_text((enum sim_queue_id)e->queue));
}

static void render_read(const struct tool_render *r, const struct sim_event *e,
                        struct tool_text *out)
{
    tool_put_bool(out, "found", e->result == SIM_RESULT_OK);
    tool_put_text(out, "kind", sim_object_text((enum sim_object)e->object));
    tool_put_text(out, "name", tool_object_text(r, (enum sim_object)e->object, e->id));
    if (e->object < SIM_KIND_COUNT && e->result == SIM_RESULT_OK)
        tool_put_digits(out, "rv", e->rv);
}

static void render_call(const struct tool_render *r, const struct sim_world *w,
                        const struct sim_event *e, struct tool_text *out)
{
    switch (e->kind) {
    case SIM_EVENT_READ:
        render_read(r, e, out);
        break;
    case SIM_EVENT_LIST:
        render_list(r, w, e, out);
        break;
    case SIM_EVENT_LOCK:
    case SIM_EVENT_UNLOCK:
        tool_put_text(out, "key", tool_object_text(r, (enum sim_object)e->object, e->id));
        break;
    case SIM_EVENT_WRITE:
        if (e->object == SIM_OBJECT_SUBNET)
            write_of_subnet(r, w, e, out);
        else if (e->object < SIM_KIND_COUNT)
            write_of_object(r, e, out);
        else
            write_of_other(r, e, out);
        break;
    case SIM_EVENT_QUEUE:
    case SIM_EVENT_FORGET:
        queued(r, e, false, out);
        break;
    case SIM_EVENT_QUEUE_AFTER:
    case SIM_EVENT_REQUEUE:
        queued(r, e, true, out);
        break;
    case SIM_EVENT_SLEEP:
        tool_put_u64(out, "ms", e->ms);
        break;
    default:
        break;
    }
}

/* ---- facts ---- */

static void render_wire(const struct tool_render *r, const struct sim_event *e,
                        struct tool_text *out)
{
    char buffer[16];
    struct tool_text s = {0};

    tool_text_printf(&s, "%s/%u", tool_v4_text(r->config, e->v4, buffer), e->prefix);
    tool_put_text(out, "address", tool_text_get(&s));
    tool_put_text(out, "fact", sim_event_text((enum sim_event_kind)e->kind));
    tool_put_text(out, "pod", tool_object_text(r, SIM_OBJECT_POD, e->id));
    tool_text_free(&s);
}

static void render_ruled(const struct tool_render *r, const struct sim_event *e,
                         struct tool_text *out)
{
    struct tool_text s = {0};

    tool_put_text(out, "fact", sim_event_text((enum sim_event_kind)e->kind));
    tool_put_text(out, "kind", sim_object_text((enum sim_object)e->row.kind));
    tool_put_text(out, "pod", tool_object_text(r, SIM_OBJECT_POD, e->id));
    tool_pod_rule_text(r, &e->row, true, &s);
    tool_put_text(out, "rule", tool_text_get(&s));
    tool_text_free(&s);
}

/* An EIP goes by "eip", every other kind by "kind" and "name". */
static void subject(const struct tool_render *r, const struct sim_event *e, struct tool_text *out)
{
    const char *name = tool_object_text(r, (enum sim_object)e->object, e->id);

    if (e->object == SIM_OBJECT_EIP) {
        tool_put_text(out, "eip", name);
        return;
    }
    tool_put_text(out, "kind", sim_object_text((enum sim_object)e->object));
    tool_put_text(out, "name", name);
}

static void render_stored(const struct tool_render *r, const struct sim_event *e,
                          struct tool_text *out)
{
    subject(r, e, out);
    tool_put_text(out, "fact", "stored");
    if (sim_exists(&e->meta)) {
        tool_put_key(out, "object");
        tool_render_object(r, (enum sim_object)e->object, &e->meta, out);
    }
    tool_put_text(out, "result", sim_result_text((enum sim_result)e->result));
}

static void render_freed(const struct tool_render *r, const struct sim_event *e,
                         struct tool_text *out)
{
    tool_put_text(out, "fact", "freed");
    tool_put_text(out, "owner", tool_object_text(r, SIM_OBJECT_EIP, e->id));
    tool_put_text(out, "subnet",
                  e->net == SIM_NONE ? "" : tool_object_text(r, SIM_OBJECT_SUBNET, e->net));
    v4(r, out, "v4", e->v4);
}

static void render_fact(const struct tool_render *r, const struct sim_event *e,
                        struct tool_text *out)
{
    switch (e->kind) {
    case SIM_EVENT_STORED:
        render_stored(r, e, out);
        return;
    case SIM_EVENT_FREED:
        render_freed(r, e, out);
        return;
    case SIM_EVENT_WIRED:
    case SIM_EVENT_UNWIRED:
        render_wire(r, e, out);
        return;
    case SIM_EVENT_RULED:
    case SIM_EVENT_UNRULED:
        render_ruled(r, e, out);
        return;
    case SIM_EVENT_REMOVED:
    case SIM_EVENT_DELIVERED:
        subject(r, e, out);
        if (e->kind == SIM_EVENT_DELIVERED)
            tool_put_text(out, "event", verb_text(e->verb));
        break;
    default:
        break;
    }
    tool_put_text(out, "fact", sim_event_text((enum sim_event_kind)e->kind));
    if (e->kind == SIM_EVENT_TAKEN || e->kind == SIM_EVENT_DUE)
        queued(r, e, false, out);
    if (e->kind == SIM_EVENT_DELIVERED)
        tool_put_digits(out, "rv", e->rv);
    if (e->kind == SIM_EVENT_REMOVED)
        tool_put_bool(out, "wished", e->count != 0);
}

void tool_render_event(const struct tool_render *r, const struct sim_world *w,
                       const struct sim_event *e, struct tool_text *out)
{
    tool_put_char(out, '{');
    if (!sim_event_is_call((enum sim_event_kind)e->kind)) {
        render_fact(r, e, out);
    } else if (e->kind == SIM_EVENT_EXEC || e->kind == SIM_EVENT_OVN) {
        if (e->kind == SIM_EVENT_EXEC)
            render_exec(r, w, e, out);
        else
            render_ovn(r, w, e, out);
        worker(out, e);
    } else {
        tool_put_text(out, "call", sim_event_text((enum sim_event_kind)e->kind));
        if (e->kind == SIM_EVENT_IPAM) {
            render_ipam(r, w, e, out);
        } else {
            render_call(r, w, e, out);
            worker(out, e);
        }
        if (e->kind == SIM_EVENT_PANIC)
            tool_put_text(out, "what",
                          "runtime error: invalid memory address or nil pointer dereference");
    }
    tool_put_char(out, '}');
}
