/* The steps of users: creating, deleting and editing objects of any kind, by the table of
 * model/fields.h.
 */
#include <string.h>

#include "tools/objects.h"
#include "tools/scenario_internal.h"
#include "tools/vocabulary.h"
#include "tools/world.h"

/* ---- objects ---- */

bool scenario_kind(struct scenario_reader *r, const struct tool_yaml *map, uint8_t *out)
{
    const char *kind;

    if (!scenario_need(r, map, "kind", &kind))
        return false;
    *out = tool_object_find(kind, strlen(kind));
    if (*out < SIM_KIND_COUNT)
        return true;
    tool_error(r->diags, tool_yaml_get(map, "kind")->at,
               "a user has no %.60s here; known:"
#define X(name, text, limit, type) " " text
               SIM_KINDS(X)
#undef X
                   ,
               kind);
    return false;
}

static void name_it(struct scenario_reader *r, struct sim_action *a, const char *name)
{
    a->id = scenario_name(r, tool_name_kind((enum sim_kind_id)a->object), name);
}

/* One field of the body. */
static bool field(struct scenario_reader *r, const struct tool_yaml *n, const struct sim_field *f,
                  struct sim_action *a)
{
    const char *text, *wrong;

    if (!tool_yaml_text(n, r->diags, &text))
        return false;
    if (!r->second)
        return tool_field_mention(r->s->builder, f, text, strlen(text));
    wrong = tool_field_parse(r->s->config, f, text, strlen(text), &a->meta);
    if (wrong != NULL)
        tool_error(r->diags, n->at, wrong, f->key);
    return wrong == NULL;
}

/* The fields of a section that are there; others are nobody's business.  Bit n of *given: the n-th
 * of them was. */
static bool section(struct scenario_reader *r, const struct tool_yaml *map, enum sim_section which,
                    struct sim_action *a, uint8_t *given)
{
    size_t count;
    const struct sim_field *f = sim_fields((enum sim_object)a->object, &count);
    unsigned n = 0;

    *given = 0;
    if (map == NULL)
        return true;
    if (!tool_yaml_expect(map, r->diags, TOOL_YAML_MAP))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct tool_yaml *value;

        if (f[i].section != which)
            continue;
        value = tool_yaml_get(map, f[i].key);
        /* an empty label is none */
        if (value != NULL && !(which == SIM_SECTION_LABELS && *value->text == '\0')) {
            *given = (uint8_t)(*given | 1u << n);
            if (!field(r, value, &f[i], a))
                return false;
        }
        n++;
    }
    return true;
}

static bool finalizers(struct scenario_reader *r, const struct tool_yaml *list,
                       struct sim_meta *body)
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

bool scenario_create(struct scenario_reader *r, const struct tool_yaml *n)
{
    const struct tool_yaml *metadata = tool_yaml_get(n, "metadata");
    struct sim_action *a;
    const char *name;
    uint8_t kind, given;

    if (!tool_yaml_expect(n, r->diags, TOOL_YAML_MAP) || !scenario_kind(r, n, &kind) ||
        !tool_manifest_name(n, r->diags, &name))
        return false;
    if (!r->second && tool_yaml_get(n, "status") != NULL)
        tool_note(r->diags, tool_yaml_get(n, "status")->key_at,
                  "status is ignored: the API server drops it on create");
    a = scenario_action(r, SIM_ACTION_CREATE, n->at);
    a->object = kind;
    name_it(r, a, name);
    return section(r, tool_yaml_get(n, "spec"), SIM_SECTION_SPEC, a, &given) &&
           section(r, tool_yaml_get(metadata, "labels"), SIM_SECTION_LABELS, a, &given) &&
           section(r, tool_yaml_get(metadata, "annotations"), SIM_SECTION_ANNOTATIONS, a, &given) &&
           finalizers(r, tool_yaml_get(metadata, "finalizers"), &a->meta);
}

/* ---- deleting ---- */

/* An EIP by its name alone, an object of any kind by {kind, name}. */
static bool on_object(struct scenario_reader *r, const struct tool_yaml *n,
                      enum sim_action_kind action)
{
    struct sim_action *a;
    const char *name;
    uint8_t kind = SIM_KIND_EIP;

    if (n->kind == TOOL_YAML_MAP) {
        if (!scenario_keys(r, n, "kind name") || !scenario_kind(r, n, &kind) ||
            !scenario_need(r, n, "name", &name))
            return false;
    } else if (!scenario_name_given(r, n, &name)) {
        return false;
    }
    a = scenario_action(r, action, n->at);
    a->object = kind;
    name_it(r, a, name);
    return true;
}

bool scenario_delete(struct scenario_reader *r, const struct tool_yaml *n)
{
    return on_object(r, n, SIM_ACTION_DELETE);
}

bool scenario_delete_begin(struct scenario_reader *r, const struct tool_yaml *n)
{
    return on_object(r, n, SIM_ACTION_DELETE_BEGIN);
}

bool scenario_delete_end(struct scenario_reader *r, const struct tool_yaml *n)
{
    return on_object(r, n, SIM_ACTION_DELETE_END);
}

/* ---- editing ---- */

static const struct sim_field *spec_field(uint8_t kind, const char *key)
{
    const struct sim_field *f;

    for (unsigned n = 0; (f = sim_spec_field((enum sim_object)kind, n)) != NULL; n++)
        if (strcmp(f->key, key) == 0)
            return f;
    return NULL;
}

/* Every key names the object or is what changes: finalizers, or fields of the spec. */
static bool edit_keys(struct scenario_reader *r, const struct tool_yaml *map, uint8_t kind)
{
    const struct tool_yaml *f = tool_yaml_get(map, "finalizers");
    unsigned changes = 0;

    for (const struct tool_yaml *n = map->first; n != NULL; n = n->next) {
        if (strcmp(n->key, "eip") == 0 || strcmp(n->key, "kind") == 0 ||
            strcmp(n->key, "name") == 0)
            continue;
        changes++;
        if (n == f || spec_field(kind, n->key) != NULL)
            continue;
        tool_error(r->diags, n->key_at, "%.60s is no field of the spec of an %s", n->key,
                   sim_object_text((enum sim_object)kind));
        return false;
    }
    if (changes == 1 || (changes > 0 && f == NULL))
        return true;
    tool_error(r->diags, map->at,
               "edit names an object (eip, or kind and name) and what changes: finalizers, or "
               "fields of its spec");
    return false;
}

/* Two fields of EIPs have an action of their own. */
static enum sim_action_kind action_of(const struct tool_yaml *map, uint8_t kind)
{
    if (tool_yaml_get(map, "finalizers") != NULL)
        return SIM_ACTION_SET_FINALIZERS;
    if (kind != SIM_KIND_EIP || map->count != 2)
        return SIM_ACTION_SET_SPEC;
    return tool_yaml_get(map, "qosPolicy") != NULL ? SIM_ACTION_SET_QOS
           : tool_yaml_get(map, "v4ip") != NULL    ? SIM_ACTION_SET_V4IP
                                                   : SIM_ACTION_SET_SPEC;
}

bool scenario_edit(struct scenario_reader *r, const struct tool_yaml *n)
{
    struct sim_action *a;
    const char *name;
    uint8_t kind = SIM_KIND_EIP, given;
    bool eip;

    if (!tool_yaml_expect(n, r->diags, TOOL_YAML_MAP))
        return false;
    eip = tool_yaml_get(n, "kind") == NULL;
    if ((!eip && !scenario_kind(r, n, &kind)) || !edit_keys(r, n, kind) ||
        !scenario_need(r, n, eip ? "eip" : "name", &name))
        return false;
    a = scenario_action(r, action_of(n, kind), n->at);
    a->object = kind;
    name_it(r, a, name);
    if (a->kind == SIM_ACTION_SET_FINALIZERS)
        return finalizers(r, tool_yaml_get(n, "finalizers"), &a->meta);
    if (!section(r, n, SIM_SECTION_SPEC, a, &given))
        return false;
    a->value = a->kind == SIM_ACTION_SET_SPEC ? given : 0;
    return true;
}
