#include "tools/actions.h"

#include <string.h>

#include "tools/objects.h"
#include "tools/put.h"
#include "tools/vocabulary.h"

/* ---- reading ---- */

struct reader {
    struct tool_builder *b;             /* first pass, else NULL */
    const struct engine_config *config; /* second pass, else NULL */
    const struct tool_parsed *j;
    uint32_t object;
    struct sim_action *a;
    struct tool_action_error *error;
    struct tool_text scratch;
};

static bool fail(struct reader *r, uint32_t node, const char *sentence, const char *name)
{
    tool_text_clear(&r->error->sentence);
    tool_text_printf(&r->error->sentence, sentence, name);
    r->error->node = node;
    return false;
}

struct word {
    const char *text;
    size_t length;
    uint32_t node;
};

/* The text under a key of an object; absent and null are the empty text unless it is needed. */
static bool word_of(struct reader *r, uint32_t object, const char *key, bool needed,
                    struct word *out)
{
    uint32_t node = tool_parsed_get(r->j, object, key);

    out->text = "";
    out->length = 0;
    out->node = node != 0 ? node : object;
    if (node == 0 || r->j->node[node].type == TOOL_PARSED_NULL)
        return needed ? fail(r, out->node, "this action needs `%s`", key) : true;
    if (r->j->node[node].type != TOOL_PARSED_STRING)
        return fail(r, node, "`%s` must be a text", key);
    out->text = tool_parsed_string(r->j, node, &r->scratch, &out->length);
    return true;
}

typedef uint8_t find_fn(const char *text, size_t length);

static bool one_of(struct reader *r, const char *key, bool needed, find_fn *find, unsigned count,
                   uint8_t *out)
{
    struct word w;

    if (!word_of(r, r->object, key, needed, &w))
        return false;
    if (w.length == 0 && !needed) {
        *out = 0;
        return true;
    }
    *out = find(w.text, w.length);
    return *out < count ? true : fail(r, w.node, "`%s` is none of the known words", key);
}

static bool builder_ok(struct reader *r, uint32_t node, bool ok)
{
    return ok ? true : fail(r, node, "%s", tool_builder_error(r->b));
}

/* A name; in the first pass it is mentioned, in the second it is looked up. */
static bool name_in(struct reader *r, uint32_t object, const char *key, bool needed,
                    enum tool_name_kind kind, sim_id *out)
{
    struct word w;

    if (!word_of(r, object, key, needed, &w))
        return false;
    *out = SIM_NONE;
    if (w.length == 0)
        return needed ? fail(r, w.node, "`%s` must not be empty", key) : true;
    if (r->b != NULL)
        return builder_ok(r, w.node, tool_builder_name(r->b, kind, w.text, w.length));
    *out = tool_id_of(r->config, kind, w.text, w.length);
    return *out != SIM_NONE ? true : fail(r, w.node, "`%s` names nothing that is known", key);
}

static bool name_of(struct reader *r, const char *key, enum tool_name_kind kind)
{
    return name_in(r, r->object, key, true, kind, &r->a->id);
}

static bool ref_in(struct reader *r, uint32_t object, const char *key, enum tool_name_kind kind,
                   sim_ref *out)
{
    sim_id id;

    if (!name_in(r, object, key, false, kind, &id))
        return false;
    *out = sim_ref_of(id);
    return true;
}

static bool v4_in(struct reader *r, uint32_t object, const char *key, sim_v4 *out)
{
    struct word w;

    if (!word_of(r, object, key, false, &w))
        return false;
    if (r->b != NULL)
        return builder_ok(r, w.node, tool_builder_name(r->b, TOOL_NAME_TEXT, w.text, w.length));
    return tool_v4_of(r->config, w.text, w.length, out)
               ? true
               : fail(r, w.node, "`%s` is a text that is not known", key);
}

static bool flag_of(struct reader *r, const char *key)
{
    uint32_t node = tool_parsed_get(r->j, r->object, key);

    if (node == 0)
        return fail(r, r->object, "this action needs `%s`", key);
    if (r->j->node[node].type != TOOL_PARSED_BOOL)
        return fail(r, node, "`%s` must be true or false", key);
    r->a->value = r->j->node[node].truth;
    return true;
}

/* ---- the body of a user's write ---- */

static bool finalizers_of(struct reader *r)
{
    uint32_t list = tool_parsed_get(r->j, r->object, "finalizers");
    unsigned n = 0;
    size_t length;

    if (list == 0 || r->j->node[list].type == TOOL_PARSED_NULL)
        return true;
    if (r->j->node[list].type != TOOL_PARSED_ARRAY)
        return fail(r, list, "`%s` must be a list", "finalizers");
    for (uint32_t i = tool_parsed_first(list); i < r->j->node[list].next; i = r->j->node[i].next) {
        const char *text;

        if (r->j->node[i].type != TOOL_PARSED_STRING || n == SIM_FINALIZERS)
            return fail(r, i, "`%s` must be a list of at most four texts", "finalizers");
        text = tool_parsed_string(r->j, i, &r->scratch, &length);
        if (r->b != NULL) {
            if (!builder_ok(r, i, tool_builder_name(r->b, TOOL_NAME_FINALIZER, text, length)))
                return false;
            continue;
        }
        r->a->meta.finalizer[n] = tool_finalizer_of(r->config, text, length);
        if (r->a->meta.finalizer[n++] == SIM_FINALIZER_NONE)
            return fail(r, i, "%s", "this finalizer is not known");
    }
    return true;
}

/* One field of the body. */
static bool field_in(struct reader *r, uint32_t section, const struct sim_field *f)
{
    struct word w;
    const char *wrong;

    if (!word_of(r, section, f->key, false, &w))
        return false;
    if (r->b != NULL)
        return builder_ok(r, w.node, tool_field_mention(r->b, f, w.text, w.length));
    wrong = tool_field_parse(r->config, f, w.text, w.length, &r->a->meta);
    return wrong == NULL ? true : fail(r, w.node, wrong, f->key);
}

/* The fields of one section that are there; bit n of *given: the n-th of them was. */
static bool section_of(struct reader *r, const char *key, enum sim_section section, uint8_t *given)
{
    uint32_t node = tool_parsed_get(r->j, r->object, key);
    size_t count;
    const struct sim_field *f = sim_fields((enum sim_object)r->a->object, &count);
    unsigned n = 0;

    *given = 0;
    if (node == 0)
        return true;
    if (r->j->node[node].type != TOOL_PARSED_OBJECT)
        return fail(r, node, "`%s` must be an object", key);
    for (size_t i = 0; i < count; i++) {
        if (f[i].section != section)
            continue;
        if (tool_parsed_get(r->j, node, f[i].key) != 0) {
            *given = (uint8_t)(*given | 1u << n);
            if (!field_in(r, node, &f[i]))
                return false;
        }
        n++;
    }
    return true;
}

static bool body_of(struct reader *r)
{
    uint8_t given;

    return section_of(r, "spec", SIM_SECTION_SPEC, &given) &&
           section_of(r, "labels", SIM_SECTION_LABELS, &given) &&
           section_of(r, "annotations", SIM_SECTION_ANNOTATIONS, &given) && finalizers_of(r);
}

/* A user's object: an EIP by "eip", or one of any kind by "kind" and "name"; recordings of several
 * owners of addresses name all of them by "eip". */
static bool object_of(struct reader *r)
{
    uint8_t kind = SIM_KIND_EIP;
    bool as_eip = tool_parsed_get(r->j, r->object, "eip") != 0;

    if (tool_parsed_get(r->j, r->object, "kind") == 0)
        return name_of(r, "eip", TOOL_NAME_EIP);
    if (!one_of(r, "kind", true, tool_object_find, SIM_KIND_COUNT, &kind))
        return false;
    r->a->object = kind;
    return name_of(r, as_eip ? "eip" : "name", tool_name_kind((enum sim_kind_id)kind));
}

/* Whose watch; EIPs unless told otherwise. */
static bool watch_of(struct reader *r)
{
    return tool_parsed_get(r->j, r->object, "kind") == 0 ||
           one_of(r, "kind", true, tool_object_find, SIM_KIND_COUNT, &r->a->object);
}

/* ---- everything else ---- */

static enum tool_name_kind key_kind(enum sim_queue_id queue)
{
    switch (sim_queue_keys(queue)) {
    case SIM_OBJECT_GATEWAY:
        return TOOL_NAME_GATEWAY;
    case SIM_OBJECT_SUBNET:
        return TOOL_NAME_NET;
    case SIM_OBJECT_POLICY:
        return TOOL_NAME_POLICY;
    default:
        return tool_name_kind((enum sim_kind_id)sim_queue_keys(queue));
    }
}

static void need_nat_part(struct reader *r)
{
    if (r->b != NULL)
        tool_builder_options(r->b)->nat_part = 1;
}

static void need_owners_part(struct reader *r)
{
    if (r->b != NULL)
        tool_builder_options(r->b)->owners_part = 1;
}

/* "nat ": the entries that begin with this word and a blank. */
static bool ovn_rows_of(struct reader *r)
{
    struct word w;

    need_owners_part(r);
    if (!word_of(r, r->object, "what", true, &w))
        return false;
    r->a->value = w.length > 0 && w.text[w.length - 1] == ' '
                      ? tool_ovn_row_find(w.text, w.length - 1)
                      : SIM_OVN_ROW_KIND_COUNT;
    return r->a->value < SIM_OVN_ROW_KIND_COUNT && r->a->value != SIM_OVN_NONE
               ? true
               : fail(r, w.node, "`%s` is no sort of entry", "what");
}

static bool key_of(struct reader *r)
{
    enum sim_queue_id queue;
    struct word w;

    if (!one_of(r, "queue", true, tool_queue_find, SIM_QUEUE_COUNT, &r->a->queue) ||
        !word_of(r, r->object, "key", true, &w))
        return false;
    queue = (enum sim_queue_id)r->a->queue;
    if (sim_queue_part(queue) == SIM_PART_NAT)
        need_nat_part(r);
    if (sim_queue_part(queue) == SIM_PART_OWNERS)
        need_owners_part(r);
    if (r->b != NULL) /* a namespaced key has its gateway named elsewhere */
        return memchr(w.text, '/', w.length) != NULL ||
               (w.length == 0 && (queue == SIM_QUEUE_SUBNET_STATUS ||
                                  sim_queue_keys(queue) == SIM_OBJECT_OVN_EIP)) ||
               name_of(r, "key", key_kind(queue));
    r->a->id = tool_key_of(r->config, queue, w.text, w.length);
    return r->a->id != SIM_NONE ? true : fail(r, w.node, "`%s` names nothing that is known", "key");
}

static bool pod_of(struct reader *r)
{
    struct word pod, gateway;
    struct tool_text name = {0};
    bool ok;

    if (!word_of(r, r->object, "pod", true, &pod))
        return false;
    if (r->b == NULL) {
        r->a->id = tool_pod_of(r->config, pod.text, pod.length);
        return r->a->id != SIM_NONE ? true : fail(r, pod.node, "%s", "no such pod is known");
    }
    tool_text_bytes(&name, pod.text, pod.length); /* scratch is about to be used again */
    if (!word_of(r, r->object, "gw", false, &gateway)) {
        tool_text_free(&name);
        return false;
    }
    /* a line that only says that a pod is initialised may leave its gateway out */
    ok = gateway.length == 0 || builder_ok(r, pod.node,
                                           tool_builder_pod(r->b, gateway.text, gateway.length,
                                                            tool_text_get(&name), name.length));
    tool_text_free(&name);
    return ok;
}

static bool created_of(struct reader *r)
{
    uint32_t node = tool_parsed_get(r->j, r->object, "created");
    uint64_t value = 0;

    if (node != 0 && (!tool_parsed_u64(r->j, node, &value) || value > UINT32_MAX))
        return fail(r, node, "`%s` must be seconds since 1970", "created");
    r->a->time = (uint32_t)value;
    return true;
}

static bool time_of(struct reader *r)
{
    struct word w;

    return word_of(r, r->object, "value", false, &w) &&
           (tool_time_parse(w.text, w.length, &r->a->time) ||
            fail(r, w.node, "`%s` must be a time as 2025-06-15T15:06:40", "value"));
}

static bool rule_of(struct reader *r)
{
    struct word w;
    uint8_t object;

    if (!one_of(r, "kind", true, tool_object_find, SIM_OBJECT_COUNT, &object) ||
        !v4_in(r, r->object, "v4", &r->a->v4) || !flag_of(r, "present"))
        return false;
    if (object != SIM_OBJECT_DNAT && object != SIM_OBJECT_FIP && object != SIM_OBJECT_SNAT &&
        object != SIM_OBJECT_OVN_DNAT && object != SIM_OBJECT_OVN_FIP &&
        object != SIM_OBJECT_OVN_SNAT)
        return fail(r, r->object, "`%s` is no NAT rule", "kind");
    if (!word_of(r, r->object, "name", true, &w))
        return false;
    if (r->b != NULL)
        return builder_ok(r, w.node,
                          tool_builder_rule(r->b, (enum sim_object)object, w.text, w.length));
    r->a->id = tool_rule_of(r->config, (enum sim_object)object, w.text, w.length);
    return r->a->id != SIM_NONE ? true : fail(r, w.node, "%s", "no such rule is known");
}

static bool subnet_of(struct reader *r)
{
    struct word w;

    if (!flag_of(r, "present") || !word_of(r, r->object, "subnet", true, &w))
        return false;
    if (r->b != NULL)
        return true; /* a Subnet has to be described before it can come and go */
    r->a->id = tool_subnet_of(r->config, w.text, w.length);
    return r->a->id != SIM_NONE ? true : fail(r, w.node, "%s", "no such subnet is known");
}

/* The switch is a text of the ConfigMap: "true" or "false". */
static uint8_t find_truth(const char *text, size_t length)
{
    return length == 5 && memcmp(text, "false", 5) == 0  ? 0
           : length == 4 && memcmp(text, "true", 4) == 0 ? 1
                                                         : 2;
}

static bool nat_enabled_of(struct reader *r)
{
    return one_of(r, "value", true, find_truth, 2, &r->a->value);
}

static bool members_of(struct reader *r)
{
    switch (r->a->kind) {
    case SIM_ACTION_CREATE:
        return object_of(r) && body_of(r);
    case SIM_ACTION_DELETE:
    case SIM_ACTION_DELETE_BEGIN:
    case SIM_ACTION_DELETE_END:
        return object_of(r);
    case SIM_ACTION_SET_FINALIZERS:
        return object_of(r) && finalizers_of(r);
    case SIM_ACTION_SET_SPEC:
        return object_of(r) && section_of(r, "spec", SIM_SECTION_SPEC, &r->a->value);
    case SIM_ACTION_DELIVER:
        return watch_of(r);
    case SIM_ACTION_SET_QOS:
        return name_of(r, "eip", TOOL_NAME_EIP) &&
               ref_in(r, r->object, "value", TOOL_NAME_POLICY, &r->a->body.qos);
    case SIM_ACTION_SET_V4IP:
        return name_of(r, "eip", TOOL_NAME_EIP) &&
               v4_in(r, r->object, "value", &r->a->body.spec_v4);
    case SIM_ACTION_START:
        return one_of(r, "queue", true, tool_queue_find, SIM_QUEUE_COUNT, &r->a->queue);
    case SIM_ACTION_STEP:
        return one_of(r, "w", true, tool_queue_find, SIM_QUEUE_COUNT, &r->a->queue) &&
               one_of(r, "fault", false, tool_fault_find, SIM_FAULT_COUNT, &r->a->fault);
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        return key_of(r);
    case SIM_ACTION_POD:
        return pod_of(r) && created_of(r) &&
               one_of(r, "state", true, tool_pod_state_find, SIM_POD_STATE_COUNT, &r->a->value);
    case SIM_ACTION_POD_REPLACED:
        return pod_of(r) && created_of(r);
    case SIM_ACTION_POD_INITED:
        return pod_of(r);
    case SIM_ACTION_REDO_TIME:
        return time_of(r);
    case SIM_ACTION_GATEWAY:
        return name_of(r, "gw", TOOL_NAME_GATEWAY) && flag_of(r, "present");
    case SIM_ACTION_GATEWAY_DELETED:
        need_nat_part(r);
        return name_of(r, "gw", TOOL_NAME_GATEWAY);
    case SIM_ACTION_RULE:
        return rule_of(r);
    case SIM_ACTION_SUBNET:
        return subnet_of(r);
    case SIM_ACTION_OVN_REMOVE:
        return ovn_rows_of(r);
    case SIM_ACTION_NAT_ENABLED:
        return nat_enabled_of(r);
    default:
        return true;
    }
}

static bool read_action(struct reader *r)
{
    uint8_t kind;
    bool ok;

    memset(r->a, 0, sizeof *r->a);
    ok = one_of(r, "do", true, tool_action_find, SIM_ACTION_COUNT, &kind);
    r->a->kind = kind;
    ok = ok && members_of(r);
    tool_text_free(&r->scratch);
    return ok;
}

bool tool_action_names(struct tool_builder *b, const struct tool_parsed *j, uint32_t object,
                       struct tool_action_error *error)
{
    struct sim_action unused;
    struct reader r = {.b = b, .j = j, .object = object, .a = &unused, .error = error};

    return read_action(&r);
}

bool tool_action_read(const struct engine_config *config, const struct tool_parsed *j,
                      uint32_t object, struct sim_action *out, struct tool_action_error *error)
{
    struct reader r = {.config = config, .j = j, .object = object, .a = out, .error = error};

    return read_action(&r);
}
