#include "tools/scenario_write.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/builder.h"
#include "tools/objects.h"
#include "tools/render.h"

/* ---- scalars ---- */

static bool is_plain(const char *text)
{
    static const char *const special[] = {"true", "false", "null", "yes", "no", "on",
                                          "off",  "y",     "n",    "~",   ""};
    size_t n = strlen(text);

    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (strcasecmp(text, special[i]) == 0)
            return false;
    if (strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") != n)
        return false;
    return text[0] != '-' && text[0] != '.';
}

void tool_write_scalar(struct tool_text *out, const char *text)
{
    struct tool_text quoted = {0};

    if (is_plain(text)) {
        tool_text_add(out, text);
        return;
    }
    tool_json_string(&quoted, text); /* on its own, so that no comma is due */
    tool_text_add(out, tool_text_get(&quoted));
    tool_text_free(&quoted);
}

void tool_write_comment(struct tool_text *out, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        tool_text_add(out, n > 0 ? "# " : "#");
        tool_text_bytes(out, text, n);
        tool_text_add(out, "\n");
        text += n + (text[n] == '\n');
    }
}

/* ---- the world ---- */

static void indent(struct tool_text *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        tool_text_add(out, "  ");
}

static void put_value(struct tool_text *out, struct json_object *v, unsigned depth);

/* Scalars as texts; numbers and truths as they are, digits that were a text stay one. */
static void put_scalar(struct tool_text *out, struct json_object *v)
{
    const char *text = json_object_get_string(v);

    if (!json_object_is_type(v, json_type_string)) {
        tool_text_add(out, text != NULL ? text : "null");
        return;
    }
    if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0')
        tool_text_printf(out, "\"%s\"", text);
    else
        tool_write_scalar(out, text);
}

static bool is_scalar(struct json_object *v)
{
    return !json_object_is_type(v, json_type_object) && !json_object_is_type(v, json_type_array);
}

static bool is_flat(struct json_object *v)
{
    if (json_object_is_type(v, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(v); i++)
            if (!is_scalar(json_object_array_get_idx(v, i)))
                return false;
        return true;
    }
    if (!json_object_is_type(v, json_type_object))
        return true;
    json_object_object_foreach(v, key, member)
    {
        if (!is_scalar(member))
            return false;
        (void)key;
    }
    return json_object_object_length(v) <= 5;
}

static void put_flow(struct tool_text *out, struct json_object *v)
{
    const char *comma = "";

    if (json_object_is_type(v, json_type_array)) {
        tool_text_add(out, "[");
        for (size_t i = 0; i < json_object_array_length(v); i++, comma = ", ") {
            tool_text_add(out, comma);
            put_scalar(out, json_object_array_get_idx(v, i));
        }
        tool_text_add(out, "]");
        return;
    }
    tool_text_add(out, "{");
    json_object_object_foreach(v, key, member)
    {
        tool_text_printf(out, "%s", comma);
        tool_write_scalar(out, key);
        tool_text_add(out, ": ");
        put_scalar(out, member);
        comma = ", ";
    }
    tool_text_add(out, "}");
}

static void put_member(struct tool_text *out, const char *key, struct json_object *v,
                       unsigned depth)
{
    tool_write_scalar(out, key);
    tool_text_add(out, ":");
    put_value(out, v, depth);
}

/* After "key:" or "-". */
static void put_value(struct tool_text *out, struct json_object *v, unsigned depth)
{
    bool first = true;

    if (is_scalar(v)) {
        tool_text_add(out, " ");
        put_scalar(out, v);
        tool_text_add(out, "\n");
    } else if (is_flat(v)) {
        tool_text_add(out, " ");
        put_flow(out, v);
        tool_text_add(out, "\n");
    } else if (json_object_is_type(v, json_type_array)) {
        tool_text_add(out, "\n");
        for (size_t i = 0; i < json_object_array_length(v); i++) {
            struct json_object *item = json_object_array_get_idx(v, i);

            indent(out, depth);
            tool_text_add(out, "-");
            if (is_flat(item)) {
                put_value(out, item, depth + 1);
                continue;
            }
            tool_text_add(out, " ");
            first = true;
            json_object_object_foreach(item, key, member)
            {
                if (!first)
                    indent(out, depth + 1);
                first = false;
                put_member(out, key, member, depth + 1);
            }
        }
    } else {
        tool_text_add(out, "\n");
        json_object_object_foreach(v, key, member)
        {
            indent(out, depth + 1);
            put_member(out, key, member, depth + 1);
        }
    }
}

/* Keys that hold names alone, or what is so without them: steps mention what they need. */
static bool goes_without_saying(const struct engine_config *config, const char *key)
{
    static const char *const always[] = {"gateways", "networks", "policies", "finalizers",
                                         "texts",    "macs",     "rules",    "attachments"};

    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (strcmp(always[i], key) == 0)
            return true;
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++)
        if (strcmp(tool_kind_key((enum sim_kind_id)k), key) == 0)
            return true;
    return (strcmp(key, "nat") == 0 && config->setup.nat_enabled) ||
           (strcmp(key, "controller") == 0 && config->setup.up) ||
           ((strcmp(key, "limits") == 0 || strcmp(key, "pods") == 0) &&
            config->setup.limits.pods_per_gateway == 1);
}

static bool mentions(const struct engine_step *steps, size_t n, sim_ref policy)
{
    for (size_t i = 0; i < n; i++)
        if (steps[i].kind == ENGINE_STEP_ACT && steps[i].action.object == SIM_KIND_EIP &&
            steps[i].action.body.qos == policy)
            return true;
    return false;
}

/* Policies that no step mentions, and attachments, which are implied. */
static void drop_objects(const struct engine_config *config, const struct engine_step *steps,
                         size_t n, struct json_object *list)
{
    for (size_t i = json_object_array_length(list); i-- > 0;) {
        struct json_object *o = json_object_array_get_idx(list, i), *kind, *meta, *name;

        if (!json_object_object_get_ex(o, "kind", &kind) ||
            !json_object_object_get_ex(o, "metadata", &meta) ||
            !json_object_object_get_ex(meta, "name", &name))
            continue;
        if (strcmp(json_object_get_string(kind), "NetworkAttachmentDefinition") == 0 ||
            (strcmp(json_object_get_string(kind), "QoSPolicy") == 0 &&
             !mentions(steps, n,
                       sim_ref_of(tool_id_of(config, TOOL_NAME_POLICY, json_object_get_string(name),
                                             strlen(json_object_get_string(name)))))))
            json_object_array_del_idx(list, i, 1);
    }
}

static bool is_empty(struct json_object *v)
{
    return json_object_is_type(v, json_type_object) && json_object_object_length(v) == 0;
}

void tool_write_world(const struct engine_config *config, const struct engine_step *steps, size_t n,
                      struct tool_text *out)
{
    char *json = tool_config_to_json(config);
    struct json_object *world = json_tokener_parse(json), *objects;

    tool_text_add(out, "world:\n");
    if (steps != NULL && json_object_object_get_ex(world, "objects", &objects))
        drop_objects(config, steps, n, objects);
    if (world != NULL) {
        json_object_object_foreach(world, key, member)
        {
            if (is_empty(member) || (steps != NULL && goes_without_saying(config, key)))
                continue;
            tool_text_add(out, "  ");
            put_member(out, key, member, 1);
        }
    }
    json_object_put(world);
    free(json);
}

/* ---- steps ---- */

struct writer {
    const struct engine_config *config;
    struct tool_text *out;
    const char *comma;
};

static void field(struct writer *w, const char *key, const char *value)
{
    tool_text_printf(w->out, "%s%s: ", w->comma, key);
    tool_write_scalar(w->out, value);
    w->comma = ", ";
}

static void field_if(struct writer *w, const char *key, const char *value)
{
    if (*value != '\0')
        field(w, key, value);
}

static void flag(struct writer *w, const char *key, bool value)
{
    tool_text_printf(w->out, "%s%s: %s", w->comma, key, value ? "true" : "false");
    w->comma = ", ";
}

static void number(struct writer *w, const char *key, unsigned long value)
{
    tool_text_printf(w->out, "%s%s: %lu", w->comma, key, value);
    w->comma = ", ";
}

static void open_step(struct writer *w, const char *word)
{
    tool_text_printf(w->out, "- %s: {", word);
    w->comma = "";
}

static void close_step(struct writer *w)
{
    tool_text_add(w->out, "}\n");
}

static void plain(struct writer *w, const char *word, const char *value)
{
    tool_text_printf(w->out, "- %s: ", word);
    tool_write_scalar(w->out, value);
    tool_text_add(w->out, "\n");
}

static const char *of(const char *const *names, sim_ref ref)
{
    return ref == 0 ? "" : names[sim_ref_id(ref)];
}

static void finalizers(struct writer *w, const struct sim_meta *m)
{
    const char *comma = "";

    tool_text_printf(w->out, "%sfinalizers: [", w->comma);
    for (unsigned i = 0; i < SIM_FINALIZERS && m->finalizer[i] != 0; i++, comma = ", ") {
        tool_text_add(w->out, comma);
        tool_write_scalar(w->out, tool_finalizer_text(w->config, m->finalizer[i]));
    }
    tool_text_add(w->out, "]");
    w->comma = ", ";
}

/* What is there of a section. */
static void section(struct writer *w, const struct sim_action *a, enum sim_section which)
{
    struct tool_text text = {0};
    size_t n;
    const struct sim_field *f = sim_fields((enum sim_object)a->object, &n);

    for (size_t i = 0; i < n; i++) {
        if (f[i].section != which || !sim_field_present(&f[i], &a->meta))
            continue;
        tool_text_clear(&text);
        tool_field_text(w->config, &f[i], &a->meta, &text);
        field(w, f[i].key, tool_text_get(&text));
    }
    tool_text_free(&text);
}

static void map_if(struct writer *w, const char *key, const struct sim_action *a,
                   enum sim_section which)
{
    if (!tool_has_section((enum sim_object)a->object, which, &a->meta))
        return;
    tool_text_printf(w->out, "%s%s: {", w->comma, key);
    w->comma = "";
    section(w, a, which);
    tool_text_add(w->out, "}");
    w->comma = ", ";
}

static void create(struct writer *w, const struct sim_action *a)
{
    tool_text_printf(w->out, "- create: {kind: %s, metadata: {",
                     sim_object_text((enum sim_object)a->object));
    w->comma = "";
    field(w, "name", w->config->names.object[a->object][a->id]);
    map_if(w, "labels", a, SIM_SECTION_LABELS);
    map_if(w, "annotations", a, SIM_SECTION_ANNOTATIONS);
    if (sim_finalizer_count(&a->meta) > 0)
        finalizers(w, &a->meta);
    tool_text_add(w->out, "}, spec: {");
    w->comma = "";
    section(w, a, SIM_SECTION_SPEC);
    tool_text_add(w->out, "}}\n");
}

/* An EIP goes by its name alone. */
static void object(struct writer *w, const struct sim_action *a)
{
    const char *name = w->config->names.object[a->object][a->id];

    if (a->object == SIM_KIND_EIP) {
        field(w, "eip", name);
        return;
    }
    field(w, "kind", sim_object_text((enum sim_object)a->object));
    field(w, "name", name);
}

static void on_object(struct writer *w, const char *word, const struct sim_action *a)
{
    if (a->object == SIM_KIND_EIP) {
        plain(w, word, w->config->names.eip[a->id]);
        return;
    }
    open_step(w, word);
    object(w, a);
    close_step(w);
}

/* The fields that are set, be they empty. */
static void set_fields(struct writer *w, const struct sim_action *a)
{
    struct tool_text text = {0};
    const struct sim_field *f;

    for (unsigned n = 0; (f = sim_spec_field((enum sim_object)a->object, n)) != NULL; n++) {
        if (!(a->value >> n & 1))
            continue;
        tool_text_clear(&text);
        tool_field_text(w->config, f, &a->meta, &text);
        field(w, f->key, tool_text_get(&text));
    }
    tool_text_free(&text);
}

static void edit(struct writer *w, const struct sim_action *a)
{
    char buffer[16];

    open_step(w, "edit");
    object(w, a);
    if (a->kind == SIM_ACTION_SET_QOS)
        field(w, "qosPolicy", of(w->config->names.policy, a->body.qos));
    else if (a->kind == SIM_ACTION_SET_V4IP)
        field(w, "v4ip", tool_v4_text(w->config, a->body.spec_v4, buffer));
    else if (a->kind == SIM_ACTION_SET_SPEC)
        set_fields(w, a);
    else
        finalizers(w, &a->meta);
    close_step(w);
}

static void pod(struct writer *w, const struct sim_action *a)
{
    sim_id gateway = (sim_id)(a->id / w->config->setup.limits.pods_per_gateway);

    open_step(w, "pod");
    field(w, "gateway", w->config->names.gateway[gateway]);
    field(w, "name", w->config->names.pod[a->id]);
    if (a->kind == SIM_ACTION_POD_INITED)
        flag(w, "init", true);
    else
        field(w, "state",
              a->kind == SIM_ACTION_POD_REPLACED
                  ? "replaced"
                  : sim_pod_state_text((enum sim_pod_state)a->value));
    if (a->kind != SIM_ACTION_POD_INITED)
        number(w, "created", a->time);
    close_step(w);
}

static void rule(struct writer *w, const struct sim_action *a)
{
    char buffer[16];

    open_step(w, "rule");
    field(w, "kind", sim_object_text((enum sim_object)w->config->setup.rules[a->id].object));
    field(w, "name", w->config->names.rule[a->id]);
    field_if(w, "v4", tool_v4_text(w->config, a->v4, buffer));
    if (!a->value)
        flag(w, "present", false);
    close_step(w);
}

static void presence(struct writer *w, const char *word, const char *name, bool present)
{
    open_step(w, word);
    field(w, "name", name);
    if (!present)
        flag(w, "present", false);
    close_step(w);
}

static void keyed(struct writer *w, const char *word, const struct sim_action *a)
{
    enum sim_queue_id q = (enum sim_queue_id)a->queue;

    open_step(w, word);
    field(w, "queue", sim_queue_text(q));
    field(w, "key", tool_key_text(w->config, q, a->id));
    close_step(w);
}

static void step_of(struct writer *w, const struct sim_action *a)
{
    if (a->fault == SIM_FAULT_NONE) {
        plain(w, "step", sim_queue_text((enum sim_queue_id)a->queue));
        return;
    }
    open_step(w, "step");
    field(w, "queue", sim_queue_text((enum sim_queue_id)a->queue));
    field(w, "fault", sim_fault_text((enum sim_fault)a->fault));
    close_step(w);
}

static void action(struct writer *w, const struct sim_action *a)
{
    const struct engine_names *names = &w->config->names;
    const char *word = sim_action_text((enum sim_action_kind)a->kind);

    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_CREATE:
        create(w, a);
        break;
    case SIM_ACTION_DELETE:
    case SIM_ACTION_DELETE_BEGIN:
    case SIM_ACTION_DELETE_END:
        on_object(w, word, a);
        break;
    case SIM_ACTION_SET_FINALIZERS:
    case SIM_ACTION_SET_QOS:
    case SIM_ACTION_SET_V4IP:
    case SIM_ACTION_SET_SPEC:
        edit(w, a);
        break;
    case SIM_ACTION_START:
        plain(w, "start", sim_queue_text((enum sim_queue_id)a->queue));
        break;
    case SIM_ACTION_STEP:
        step_of(w, a);
        break;
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        keyed(w, word, a);
        break;
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
    case SIM_ACTION_POD_INITED:
        pod(w, a);
        break;
    case SIM_ACTION_REDO_TIME:
        tool_text_printf(w->out, "- redo-time: %lu\n", (unsigned long)a->time);
        break;
    case SIM_ACTION_GATEWAY:
        presence(w, "gateway", names->gateway[a->id], a->value != 0);
        break;
    case SIM_ACTION_SUBNET:
        presence(w, "subnet", names->net[w->config->setup.subnets[a->id].net], a->value != 0);
        break;
    case SIM_ACTION_RULE:
        rule(w, a);
        break;
    case SIM_ACTION_NAT_ENABLED:
        tool_text_printf(w->out, "- nat: %s\n", a->value ? "true" : "false");
        break;
    case SIM_ACTION_DELIVER:
        if (a->object == SIM_KIND_EIP)
            tool_text_add(w->out, "- deliver\n");
        else
            plain(w, word, sim_object_text((enum sim_object)a->object));
        break;
    case SIM_ACTION_GATEWAY_DELETED:
        plain(w, word, names->gateway[a->id]);
        break;
    default: /* crash, boot, restart */
        tool_text_printf(w->out, "- %s\n", word);
    }
}

static void run(struct writer *w, const struct engine_step *s)
{
    open_step(w, "run");
    field(w, "queue", sim_queue_text((enum sim_queue_id)s->queue));
    if (s->key != SIM_NONE)
        field(w, "key", tool_key_text(w->config, (enum sim_queue_id)s->queue, s->key));
    if (s->until != SIM_EVENT_COUNT) {
        field(w, "until", sim_event_text((enum sim_event_kind)s->until));
        if (s->object != SIM_OBJECT_COUNT)
            field(w, "object", sim_object_text((enum sim_object)s->object));
        if (s->verb != SIM_VERB_NONE)
            field(w, "verb", sim_verb_text((enum sim_verb)s->verb));
        if (s->nth > 1)
            number(w, "nth", s->nth);
        if (s->fault != SIM_FAULT_NONE)
            field(w, "fault", sim_fault_text((enum sim_fault)s->fault));
    }
    close_step(w);
}

void tool_write_steps(const struct engine_config *config, const struct engine_step *steps, size_t n,
                      struct tool_text *out)
{
    struct writer w = {config, out, ""};

    tool_text_add(out, "steps:\n");
    for (size_t i = 0; i < n; i++)
        switch ((enum engine_step_kind)steps[i].kind) {
        case ENGINE_STEP_ACT:
            action(&w, &steps[i].action);
            break;
        case ENGINE_STEP_RUN:
            run(&w, &steps[i]);
            break;
        case ENGINE_STEP_SETTLE:
            tool_text_add(out, "- settle\n");
            break;
        case ENGINE_STEP_MEND:
            tool_text_add(out, "- mend\n");
            break;
        case ENGINE_STEP_DELIVER_ALL:
            tool_text_add(out, "- deliver: all\n");
            break;
        case ENGINE_STEP_WAIT:
            tool_text_printf(out, "- wait: %lums\n", (unsigned long)steps[i].ms);
            break;
        case ENGINE_STEP_EXPECT:
            break; /* what is expected is not what happens */
        }
}
