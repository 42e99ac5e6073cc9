#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/log.h"
#include "tools/scenario_internal.h"
#include "tools/signs.h"
#include "tools/world.h"

sim_id scenario_name(struct scenario_reader *r, enum tool_name_kind kind, const char *text)
{
    size_t length = strlen(text);

    if (r->second)
        return tool_id_of(r->s->config, kind, text, length);
    (void)tool_builder_name(r->s->builder, kind, text, length);
    return SIM_NONE;
}

bool scenario_text(struct scenario_reader *r, const struct tool_yaml *map, const char *key,
                   const char **out)
{
    const struct tool_yaml *n = tool_yaml_get(map, key);

    *out = "";
    return n == NULL || tool_yaml_text(n, r->diags, out);
}

bool scenario_keys(struct scenario_reader *r, const struct tool_yaml *map, const char *words)
{
    return tool_yaml_keys(map, r->diags, words);
}

/* ---- profiles ---- */

static bool one_profile(struct scenario_reader *r, const char *text, size_t length,
                        struct tool_place at, uint16_t *bits, bool *all)
{
    char name[40];
    enum sim_profile p;

    snprintf(name, sizeof name, "%.*s", length < 39 ? (int)length : 39, text);
    if (strcmp(name, "default") == 0) {
        *all = true;
        return true;
    }
    p = sim_profile_find(name);
    if (p == SIM_PROFILE_COUNT) {
        tool_error(r->diags, at, "there is no profile %s", name);
        return false;
    }
    *bits = (uint16_t)(*bits | 1u << p);
    return true;
}

bool scenario_profiles(struct scenario_reader *r, const char *text, struct tool_place at,
                       uint16_t *bits, bool *all)
{
    bool ok = true;

    *bits = 0;
    *all = false;
    while (*text != '\0') {
        size_t n;

        text += strspn(text, " ,");
        n = strcspn(text, " ,");
        if (n > 0)
            ok = one_profile(r, text, n, at, bits, all) && ok;
        text += n;
    }
    if (!ok || *bits != 0 || *all)
        return ok;
    tool_error(r->diags, at, "no profile is named");
    return false;
}

/* ---- expect: ---- */

static bool read_wanted(struct scenario_reader *r, const struct tool_yaml *n,
                        struct tool_wanted **list)
{
    struct tool_wanted *w = tool_arena_alloc(&r->s->arena, sizeof *w);
    const char *violates, *address, *owner, *at;

    if (!scenario_keys(r, n, "violates address owner at") ||
        !scenario_text(r, n, "violates", &violates) || !scenario_text(r, n, "address", &address) ||
        !scenario_text(r, n, "owner", &owner) || !scenario_text(r, n, "at", &at))
        return false;
    w->invariant = (uint8_t)sim_invariant_find(violates);
    if (w->invariant == SIM_INVARIANT_COUNT) {
        tool_error(r->diags, n->at, "there is no invariant %.60s", violates);
        return false;
    }
    w->address = *address != '\0' ? tool_arena_copy(&r->s->arena, address, strlen(address)) : NULL;
    w->owner = *owner != '\0' ? tool_arena_copy(&r->s->arena, owner, strlen(owner)) : NULL;
    w->at = *at != '\0' ? tool_arena_copy(&r->s->arena, at, strlen(at)) : NULL;
    w->place = n->at;
    if (w->at != NULL && strcmp(w->at, "rest") != 0 && !scenario_has_label(r->s, w->at)) {
        tool_error(r->diags, n->at, "no step has the name %.60s", at);
        return false;
    }
    while (*list != NULL)
        list = &(*list)->next;
    *list = w;
    return true;
}

static bool read_statement(struct scenario_reader *r, const struct tool_yaml *n,
                           struct tool_wanted **list)
{
    if (n->kind == TOOL_YAML_SCALAR && strcmp(n->text, "holds") == 0)
        return true;
    if (n->kind == TOOL_YAML_MAP)
        return read_wanted(r, n, list);
    if (n->kind != TOOL_YAML_LIST || n->count == 0) {
        tool_error(r->diags, n->at, "expected holds, or a list of {violates: INVARIANT, ...}");
        return false;
    }
    for (const struct tool_yaml *w = n->first; w != NULL; w = w->next)
        if (!read_wanted(r, w, list))
            return false;
    return true;
}

static bool read_expectations(struct scenario_reader *r, const struct tool_yaml *map)
{
    struct tool_wanted *rest = NULL;
    bool has_default = false;

    if (!tool_yaml_expect(map, r->diags, TOOL_YAML_MAP))
        return false;
    for (const struct tool_yaml *n = map->first; n != NULL; n = n->next) {
        struct tool_wanted *list = NULL;
        uint16_t bits;
        bool all;

        if (!scenario_profiles(r, n->key, n->key_at, &bits, &all) || !read_statement(r, n, &list))
            return false;
        if (all && has_default) {
            tool_error(r->diags, n->key_at, "default is named twice");
            return false;
        }
        if (all) {
            rest = list;
            has_default = true;
        }
        if ((r->s->stated & bits) != 0) {
            tool_error(r->diags, n->key_at, "a profile is named twice");
            return false;
        }
        r->s->stated = (uint16_t)(r->s->stated | bits);
        for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
            if (bits & (1u << p))
                r->s->wanted[p] = list;
    }
    for (unsigned p = 0; has_default && p < SIM_PROFILE_COUNT; p++)
        if (!(r->s->stated & (1u << p))) {
            r->s->stated = (uint16_t)(r->s->stated | 1u << p);
            r->s->wanted[p] = rest;
        }
    return true;
}

/* ---- the whole ---- */

static bool read_end(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *text;

    if (n == NULL)
        return true;
    if (!tool_yaml_text(n, r->diags, &text))
        return false;
    r->s->as_is = strcmp(text, "as-is") == 0;
    if (r->s->as_is || strcmp(text, "settle") == 0)
        return true;
    tool_error(r->diags, n->at, "end must be settle or as-is");
    return false;
}

/* What becomes of steps that cannot be done. */
static bool read_impossible(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *text;

    if (n == NULL)
        return true;
    if (!tool_yaml_text(n, r->diags, &text))
        return false;
    if (strcmp(text, "skip") == 0) {
        for (size_t i = 0; i < r->s->n_steps; i++)
            r->s->step[i].optional = r->s->step[i].kind != ENGINE_STEP_EXPECT;
        return true;
    }
    if (strcmp(text, "fail") == 0)
        return true;
    tool_error(r->diags, n->at, "impossible must be fail or skip");
    return false;
}

static bool read_sign(struct scenario_reader *r, const struct tool_yaml *n)
{
    struct engine_sign sign;
    const char *text, *why;

    if (!tool_yaml_text(n, r->diags, &text))
        return false;
    why = tool_sign_read(text, &r->s->arena, &sign);
    if (why != NULL) {
        tool_error(r->diags, n->at, "%.60s is no sign: %s", text, why);
        return false;
    }
    engine_signs_add(&r->s->signs, &sign);
    return true;
}

static bool read_signs(struct scenario_reader *r, const struct tool_yaml *n)
{
    bool ok = true;

    if (n == NULL || r->second)
        return true;
    if (!tool_yaml_expect(n, r->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *sign = n->first; sign != NULL; sign = sign->next)
        ok = read_sign(r, sign) && ok;
    return ok;
}

/* One pass. */
static bool read_all(struct scenario_reader *r, const struct tool_yaml *root)
{
    struct tool_scenario *s = r->s;
    const struct tool_yaml *steps = tool_yaml_get(root, "steps");
    const struct tool_yaml *expect = tool_yaml_get(root, "expect");
    bool ok;

    s->n_steps = 0;
    s->n_expects = 0;
    if (!scenario_keys(r, root, "name about world steps expect end impossible signs"))
        return false;
    ok = scenario_text(r, root, "name", &s->name) && scenario_text(r, root, "about", &s->about) &&
         read_end(r, tool_yaml_get(root, "end")) && read_signs(r, tool_yaml_get(root, "signs"));
    if (steps == NULL || tool_yaml_get(root, "world") == NULL || expect == NULL) {
        tool_error(r->diags, root->at, "a scenario needs world, steps and expect");
        return false;
    }
    if (!r->second)
        ok = tool_world_read(tool_yaml_get(root, "world"), s->builder, r->diags) && ok;
    ok = scenario_steps(r, steps) && ok;
    ok = read_impossible(r, tool_yaml_get(root, "impossible")) && ok;
    return (r->second || read_expectations(r, expect)) && ok;
}

/* The object that a step expects or deletes; false: it does neither. */
static bool object_needed(const struct tool_scenario *s, size_t step, uint8_t *kind, sim_id *id)
{
    const struct sim_action *a = &s->step[step].action;
    const struct tool_expect *e;

    if (s->step[step].kind == ENGINE_STEP_EXPECT) {
        e = &s->expect[s->step[step].expect];
        *kind = e->object;
        *id = e->id;
        return e->kind == TOOL_EXPECT_OBJECT;
    }
    *kind = a->object;
    *id = a->id;
    return s->step[step].kind == ENGINE_STEP_ACT && a->kind == SIM_ACTION_DELETE;
}

/* A name that no step creates is mostly a misspelt one. */
static void note_strangers(const struct scenario_reader *r)
{
    const struct tool_scenario *s = r->s;

    for (size_t i = 0; i < s->n_steps; i++) {
        uint8_t kind;
        sim_id id;
        bool created = !object_needed(s, i, &kind, &id);

        for (size_t k = 0; k < i && !created; k++)
            created = s->step[k].kind == ENGINE_STEP_ACT &&
                      s->step[k].action.kind == SIM_ACTION_CREATE &&
                      s->step[k].action.object == kind && s->step[k].action.id == id;
        if (!created)
            tool_note(r->diags, s->place[i], "no step before creates %s",
                      s->config->names.object[kind][id]);
    }
}

static bool read_document(struct scenario_reader *r, const struct tool_yaml_file *file)
{
    const struct tool_yaml *documents = tool_yaml_documents(file);

    if (documents->count != 1) {
        tool_error(r->diags, documents->at, "a scenario is one YAML document, this has %zu",
                   documents->count);
        return false;
    }
    if (!tool_yaml_expect(documents->first, r->diags, TOOL_YAML_MAP) ||
        !read_all(r, documents->first))
        return false;
    r->s->config = tool_builder_finish(r->s->builder);
    if (r->s->config == NULL) {
        tool_error(r->diags, documents->first->at, "%s", tool_builder_error(r->s->builder));
        return false;
    }
    r->second = true;
    if (!read_all(r, documents->first))
        return false;
    note_strangers(r);
    r->s->name = tool_arena_copy(&r->s->arena, r->s->name, strlen(r->s->name));
    r->s->about = tool_arena_copy(&r->s->arena, r->s->about, strlen(r->s->about));
    return true;
}

struct tool_scenario *tool_scenario_read(const char *path, const char *bytes, size_t size,
                                         struct tool_diags *diags)
{
    struct tool_scenario *s = tool_alloc(sizeof *s);
    struct scenario_reader r = {.s = s, .diags = diags};
    struct tool_yaml_file *file = tool_yaml_parse(bytes, size, diags);
    bool ok;

    s->path = path;
    s->builder = tool_builder_new();
    tool_log_digest(bytes, size, s->digest);
    ok = file != NULL && read_document(&r, file) && diags->errors == 0;
    tool_yaml_free(file);
    if (ok)
        return s;
    tool_scenario_free(s);
    return NULL;
}

void tool_scenario_free(struct tool_scenario *s)
{
    if (s == NULL)
        return;
    tool_builder_free(s->builder);
    tool_arena_free(&s->arena);
    free(s->step);
    free(s->place);
    free(s->label);
    free(s->expect);
    free(s);
}
