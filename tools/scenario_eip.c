/* The steps of users: creating, deleting and editing EIPs. */
#include <string.h>

#include "tools/scenario_internal.h"
#include "tools/world.h"

static bool finalizers(struct scenario_reader *r, const struct tool_yaml *list,
                       struct sim_eip *body)
{
    unsigned n = 0;

    if (tool_yaml_is_null(list))
        return true;
    if (!tool_yaml_expect(list, r->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *f = list->first; f != NULL; f = f->next) {
        const char *text;

        if (!tool_yaml_text(f, r->diags, &text))
            return false;
        if (n == SIM_FINALIZERS) {
            tool_error(r->diags, f->at, "more than four finalizers");
            return false;
        }
        (void)scenario_name(r, TOOL_NAME_FINALIZER, text);
        if (r->second)
            body->finalizer[n++] = tool_finalizer_of(r->s->config, text, strlen(text));
    }
    return true;
}

static bool has_upper(const char *text)
{
    return strpbrk(text, "ABCDEF") != NULL;
}

static bool spec(struct scenario_reader *r, const struct tool_yaml *n, struct sim_eip *body)
{
    const char *v4, *v6, *mac, *gw, *net, *qos;

    if (n == NULL)
        return true;
    if (!tool_yaml_expect(n, r->diags, TOOL_YAML_MAP) || !scenario_text(r, n, "v4ip", &v4) ||
        !scenario_text(r, n, "v6ip", &v6) || !scenario_text(r, n, "macAddress", &mac) ||
        !scenario_text(r, n, "natGwDp", &gw) || !scenario_text(r, n, "externalSubnet", &net) ||
        !scenario_text(r, n, "qosPolicy", &qos))
        return false;
    body->gw = *gw != '\0' ? sim_ref_of(scenario_name(r, TOOL_NAME_GATEWAY, gw)) : 0;
    body->net = *net != '\0' ? sim_ref_of(scenario_name(r, TOOL_NAME_NET, net)) : 0;
    body->qos = *qos != '\0' ? sim_ref_of(scenario_name(r, TOOL_NAME_POLICY, qos)) : 0;
    (void)scenario_name(r, TOOL_NAME_MAC, mac);
    body->mac = r->second && *mac != '\0' ? tool_mac_of(r->s->config, mac, strlen(mac)) : 0;
    body->v6 = *v6 == '\0' ? SIM_V6_EMPTY : has_upper(v6) ? SIM_V6_UPPER : SIM_V6_LOWER;
    return scenario_v4(r, v4, &body->spec_v4);
}

static bool labels(struct scenario_reader *r, const struct tool_yaml *n, struct sim_eip *body)
{
    const char *net, *gw, *v4, *qos;

    if (n == NULL)
        return true;
    if (!tool_yaml_expect(n, r->diags, TOOL_YAML_MAP) ||
        !scenario_text(r, n, "ovn.kubernetes.io/subnet", &net) ||
        !scenario_text(r, n, "ovn.kubernetes.io/vpc-nat-gw-name", &gw) ||
        !scenario_text(r, n, "ovn.kubernetes.io/eip_v4_ip", &v4) ||
        !scenario_text(r, n, "ovn.kubernetes.io/qos", &qos))
        return false;
    if (*net != '\0') {
        body->labels |= SIM_LABEL_NET;
        body->label_net = sim_ref_of(scenario_name(r, TOOL_NAME_NET, net));
    }
    if (*gw != '\0') {
        body->labels |= SIM_LABEL_GW;
        body->label_gw = sim_ref_of(scenario_name(r, TOOL_NAME_GATEWAY, gw));
    }
    if (*qos != '\0') {
        body->labels |= SIM_LABEL_QOS;
        body->label_qos = sim_ref_of(scenario_name(r, TOOL_NAME_POLICY, qos));
    }
    if (*v4 != '\0')
        body->labels |= SIM_LABEL_V4;
    return scenario_v4(r, v4, &body->label_v4);
}

bool scenario_create(struct scenario_reader *r, const struct tool_yaml *n)
{
    const struct tool_yaml *metadata = tool_yaml_get(n, "metadata");
    struct sim_eip body;
    const char *kind, *name;
    struct sim_action *a;

    memset(&body, 0, sizeof body);
    if (!tool_yaml_expect(n, r->diags, TOOL_YAML_MAP) || !scenario_need(r, n, "kind", &kind) ||
        !tool_manifest_name(n, r->diags, &name))
        return false;
    if (strcmp(kind, "IptablesEIP") != 0) {
        tool_error(r->diags, tool_yaml_get(n, "kind")->at,
                   "a user creates an IptablesEIP here, not a %.60s", kind);
        return false;
    }
    if (!r->second && tool_yaml_get(n, "status") != NULL)
        tool_note(r->diags, tool_yaml_get(n, "status")->key_at,
                  "status is ignored: the API server drops it on create");
    if (!spec(r, tool_yaml_get(n, "spec"), &body) ||
        !labels(r, tool_yaml_get(metadata, "labels"), &body) ||
        !finalizers(r, tool_yaml_get(metadata, "finalizers"), &body))
        return false;
    a = scenario_action(r, SIM_ACTION_CREATE, n->at);
    a->id = scenario_name(r, TOOL_NAME_EIP, name);
    a->body = body;
    return true;
}

static bool on_eip(struct scenario_reader *r, const struct tool_yaml *n, enum sim_action_kind kind)
{
    const char *name;

    if (!scenario_name_given(r, n, &name))
        return false;
    scenario_action(r, kind, n->at)->id = scenario_name(r, TOOL_NAME_EIP, name);
    return true;
}

bool scenario_delete(struct scenario_reader *r, const struct tool_yaml *n)
{
    return on_eip(r, n, SIM_ACTION_DELETE);
}

bool scenario_delete_begin(struct scenario_reader *r, const struct tool_yaml *n)
{
    return on_eip(r, n, SIM_ACTION_DELETE_BEGIN);
}

bool scenario_delete_end(struct scenario_reader *r, const struct tool_yaml *n)
{
    return on_eip(r, n, SIM_ACTION_DELETE_END);
}

bool scenario_edit(struct scenario_reader *r, const struct tool_yaml *n)
{
    const struct tool_yaml *field = tool_yaml_get(n, "qosPolicy");
    enum sim_action_kind kind = SIM_ACTION_SET_QOS;
    const char *name, *text = "";
    struct sim_action *a;

    if (!scenario_keys(r, n, "eip qosPolicy v4ip finalizers") || !scenario_need(r, n, "eip", &name))
        return false;
    if (field == NULL) {
        field = tool_yaml_get(n, "v4ip");
        kind = SIM_ACTION_SET_V4IP;
    }
    if (field == NULL) {
        field = tool_yaml_get(n, "finalizers");
        kind = SIM_ACTION_SET_FINALIZERS;
    }
    if (field == NULL || n->count != 2) {
        tool_error(r->diags, n->at, "edit takes eip and one of qosPolicy, v4ip, finalizers");
        return false;
    }
    a = scenario_action(r, kind, n->at);
    a->id = scenario_name(r, TOOL_NAME_EIP, name);
    if (kind == SIM_ACTION_SET_FINALIZERS)
        return finalizers(r, field, &a->body);
    if (!tool_yaml_text(field, r->diags, &text))
        return false;
    if (kind == SIM_ACTION_SET_V4IP)
        return scenario_v4(r, text, &a->body.spec_v4);
    a->body.qos = *text != '\0' ? sim_ref_of(scenario_name(r, TOOL_NAME_POLICY, text)) : 0;
    return true;
}
