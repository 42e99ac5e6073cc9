#include "tools/actions.h"
#include "tools/objects.h"
#include "tools/put.h"

static void put_v4(const struct tool_render *r, const char *key, sim_v4 v4, struct tool_text *out)
{
    char buffer[16];

    tool_put_text(out, key, tool_v4_text(r->config, v4, buffer));
}

/* An EIP goes by "eip", every other kind by "kind" and "name". */
static void put_object(const struct tool_render *r, const struct sim_action *a,
                       struct tool_text *out)
{
    if (a->object == SIM_KIND_EIP)
        tool_put_text(out, "eip", r->config->names.eip[a->id]);
}

static void put_name(const struct tool_render *r, const struct sim_action *a, struct tool_text *out)
{
    if (a->object == SIM_KIND_EIP)
        return;
    tool_put_text(out, "kind", sim_object_text((enum sim_object)a->object));
    tool_put_text(out, "name", tool_object_text(r, (enum sim_object)a->object, a->id));
}

static void put_create(const struct tool_render *r, const struct sim_action *a,
                       struct tool_text *out)
{
    enum sim_object kind = (enum sim_object)a->object;

    put_object(r, a, out);
    tool_render_metadata(r, kind, &a->meta, TOOL_METADATA_FINALIZERS, out);
    put_name(r, a, out);
    tool_render_metadata(r, kind, &a->meta, TOOL_METADATA_ANNOTATIONS, out);
    tool_render_metadata(r, kind, &a->meta, TOOL_METADATA_LABELS, out);
    tool_put_key(out, "spec");
    tool_render_section(r, kind, SIM_SECTION_SPEC, &a->meta, false, out);
}

/* The fields that are set, be they empty. */
static void put_spec(const struct tool_render *r, const struct sim_action *a, struct tool_text *out)
{
    struct tool_text text = {0};
    const struct sim_field *f;

    tool_put_key(out, "spec");
    tool_put_char(out, '{');
    for (unsigned n = 0; (f = sim_spec_field((enum sim_object)a->object, n)) != NULL; n++) {
        if (!(a->value >> n & 1))
            continue;
        tool_text_clear(&text);
        tool_field_text(r->config, f, &a->meta, &text);
        tool_put_text(out, f->key, tool_text_get(&text));
    }
    tool_put_char(out, '}');
    tool_text_free(&text);
}

static void put_user(const struct tool_render *r, const struct sim_action *a, struct tool_text *out)
{
    put_object(r, a, out);
    if (a->kind == SIM_ACTION_SET_FINALIZERS) {
        tool_put_key(out, "finalizers");
        tool_render_finalizers(r, &a->meta, out);
    }
    put_name(r, a, out);
    if (a->kind == SIM_ACTION_SET_SPEC)
        put_spec(r, a, out);
    else if (a->kind == SIM_ACTION_SET_QOS)
        tool_put_text(out, "value",
                      a->body.qos == 0 ? "" : r->config->names.policy[sim_ref_id(a->body.qos)]);
    else if (a->kind == SIM_ACTION_SET_V4IP)
        put_v4(r, "value", a->body.spec_v4, out);
}

static void put_pod(const struct tool_render *r, const struct sim_action *a, struct tool_text *out)
{
    sim_id gateway = (sim_id)(a->id / r->config->setup.limits.pods_per_gateway);

    tool_put_text(out, "gw", r->config->names.gateway[gateway]);
    tool_put_text(out, "pod", r->config->names.pod[a->id]);
    if (a->kind == SIM_ACTION_POD)
        tool_put_text(out, "state", sim_pod_state_text((enum sim_pod_state)a->value));
}

static void put_rule(const struct tool_render *r, const struct sim_action *a, struct tool_text *out)
{
    tool_put_text(out, "kind",
                  sim_object_text((enum sim_object)r->config->setup.rules[a->id].object));
    tool_put_text(out, "name", r->config->names.rule[a->id]);
    tool_put_bool(out, "present", a->value != 0);
    put_v4(r, "v4", a->v4, out);
}

static void put_outside(const struct tool_render *r, const struct sim_action *a,
                        struct tool_text *out)
{
    char time[TOOL_TIME_TEXT];

    switch (a->kind) {
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
    case SIM_ACTION_POD_INITED:
        put_pod(r, a, out);
        break;
    case SIM_ACTION_REDO_TIME:
        tool_put_text(out, "value", tool_time_text(a->time, time));
        break;
    case SIM_ACTION_GATEWAY:
        tool_put_text(out, "gw", r->config->names.gateway[a->id]);
        tool_put_bool(out, "present", a->value != 0);
        break;
    case SIM_ACTION_GATEWAY_DELETED:
        tool_put_text(out, "gw", r->config->names.gateway[a->id]);
        break;
    case SIM_ACTION_RULE:
        put_rule(r, a, out);
        break;
    case SIM_ACTION_SUBNET:
        tool_put_bool(out, "present", a->value != 0);
        tool_put_text(out, "subnet", r->config->names.net[r->config->setup.subnets[a->id].net]);
        break;
    case SIM_ACTION_OVN_REMOVE:
        tool_text_printf(out, ",\"what\":\"%s \"",
                         sim_ovn_row_text((enum sim_ovn_row_kind)a->value));
        break;
    case SIM_ACTION_NAT_ENABLED:
        tool_put_text(out, "value", a->value ? "true" : "false");
        break;
    default:
        break;
    }
}

void tool_action_write(const struct tool_render *r, const struct sim_action *a,
                       struct tool_text *out)
{
    enum sim_queue_id queue = (enum sim_queue_id)a->queue;

    tool_put_char(out, '{');
    if ((a->kind == SIM_ACTION_POD || a->kind == SIM_ACTION_POD_REPLACED) && a->time != 0)
        tool_put_u64(out, "created", a->time);
    tool_put_text(out, "do", sim_action_text((enum sim_action_kind)a->kind));
    switch (a->kind) {
    case SIM_ACTION_CREATE:
        put_create(r, a, out);
        break;
    case SIM_ACTION_DELETE:
    case SIM_ACTION_DELETE_BEGIN:
    case SIM_ACTION_DELETE_END:
    case SIM_ACTION_SET_FINALIZERS:
    case SIM_ACTION_SET_QOS:
    case SIM_ACTION_SET_V4IP:
    case SIM_ACTION_SET_SPEC:
        put_user(r, a, out);
        break;
    case SIM_ACTION_DELIVER:
        if (a->object != SIM_KIND_EIP)
            tool_put_text(out, "kind", sim_object_text((enum sim_object)a->object));
        break;
    case SIM_ACTION_STEP:
        if (a->fault != SIM_FAULT_NONE)
            tool_put_text(out, "fault", sim_fault_text((enum sim_fault)a->fault));
        tool_put_text(out, "w", sim_queue_text(queue));
        break;
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        tool_put_text(out, "key", tool_key_text(r->config, queue, a->id));
        tool_put_text(out, "queue", sim_queue_text(queue));
        break;
    case SIM_ACTION_START:
        tool_put_text(out, "queue", sim_queue_text(queue));
        break;
    default:
        put_outside(r, a, out);
        break;
    }
    tool_put_char(out, '}');
}
