#include "tools/found_world.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "tools/builder.h"
#include "tools/memory.h"
#include "tools/scenario.h"
#include "tools/scenario_write.h"

enum { NARROWEST = 30 };

/* ---- cuts: the names; each object; each subnet narrower, and without excludes ---- */

/* What steps mention is there without being listed. */
static const char *const listed[] = {"eips",       "gateways", "networks", "policies",
                                     "finalizers", "texts",    "macs",     "rules"};

static struct json_object *world_of(const struct tool_found *f)
{
    char *text = tool_config_to_json(f->config);
    struct json_object *world = json_tokener_parse(text);

    free(text);
    return world;
}

static struct json_object *objects_of(struct json_object *world)
{
    struct json_object *objects = NULL;

    (void)json_object_object_get_ex(world, "objects", &objects);
    return objects;
}

static size_t object_count(struct json_object *world)
{
    struct json_object *objects = objects_of(world);

    return objects != NULL ? json_object_array_length(objects) : 0;
}

size_t tool_found_cuts(const struct tool_found *f)
{
    struct json_object *world = world_of(f);
    size_t n = 1 + 3 * object_count(world);

    json_object_put(world);
    return n;
}

static bool cut_names(struct json_object *world)
{
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
        json_object_object_del(world, listed[i]);
    return true;
}

static struct json_object *member(struct json_object *o, const char *key)
{
    struct json_object *value = NULL;

    (void)json_object_object_get_ex(o, key, &value);
    return value;
}

/* "10.0.1.0/29" becomes "10.0.1.0/30". */
static bool cut_block(struct json_object *spec)
{
    const char *text = json_object_get_string(member(spec, "cidrBlock"));
    const char *slash = text != NULL ? strchr(text, '/') : NULL;
    char narrower[32];
    long prefix;

    if (slash == NULL)
        return false;
    prefix = strtol(slash + 1, NULL, 10);
    if (prefix >= NARROWEST)
        return false;
    snprintf(narrower, sizeof narrower, "%.*s/%ld", (int)(slash - text), text, prefix + 1);
    json_object_object_add(spec, "cidrBlock", json_object_new_string(narrower));
    return true;
}

/* The gateway is excluded without being listed. */
static bool cut_excludes(struct json_object *spec)
{
    struct json_object *excludes = member(spec, "excludeIps");

    if (excludes == NULL || json_object_array_length(excludes) < 2)
        return false;
    json_object_object_del(spec, "excludeIps");
    return true;
}

static bool is_called(struct json_object *o, const char *kind, const char *name)
{
    const char *its_kind = json_object_get_string(member(o, "kind"));
    const char *its_name = json_object_get_string(member(member(o, "metadata"), "name"));

    return its_kind != NULL && its_name != NULL && strcmp(its_kind, kind) == 0 &&
           (name == NULL || strcmp(its_name, name) == 0);
}

/* A subnet has an attachment of its name, which is nothing of its own. */
static bool cut_object(struct json_object *objects, size_t at)
{
    static const char attachment[] = "NetworkAttachmentDefinition";
    struct json_object *o = json_object_array_get_idx(objects, at);
    const char *name = json_object_get_string(member(member(o, "metadata"), "name"));

    if (is_called(o, attachment, NULL))
        return false;
    for (size_t i = json_object_array_length(objects); i-- > 0 && name != NULL;)
        if (i > at && is_called(o, "Subnet", NULL) &&
            is_called(json_object_array_get_idx(objects, i), attachment, name))
            (void)json_object_array_del_idx(objects, i, 1);
    return json_object_array_del_idx(objects, at, 1) == 0;
}

/* False: there is nothing to cut there. */
static bool cut_one(struct json_object *world, size_t cut)
{
    struct json_object *objects = objects_of(world), *spec;
    size_t n = object_count(world);

    if (cut == 0)
        return cut_names(world);
    cut--;
    if (cut < n)
        return cut_object(objects, cut);
    spec = member(json_object_array_get_idx(objects, cut % n), "spec");
    if (spec == NULL)
        return false;
    return cut / n == 1 ? cut_block(spec) : cut_excludes(spec);
}

/* ---- trying one ---- */

/* The finding's steps in the smaller world, as a scenario; NULL: it makes none. */
static struct tool_scenario *smaller(const struct tool_found *f, size_t cut)
{
    struct json_object *world = world_of(f);
    struct tool_scenario *s = NULL;
    struct tool_text text = {0};
    struct tool_diags diags;

    if (cut_one(world, cut)) {
        tool_text_printf(&text, "name: smaller\nworld: %s\n",
                         json_object_to_json_string_ext(world, JSON_C_TO_STRING_NOSLASHESCAPE));
        tool_write_steps(f->config, f->step, f->n_steps, &text);
        tool_text_add(&text, "impossible: skip\nexpect: {master: holds}\n");
        tool_diags_init(&diags, "smaller");
        s = tool_scenario_read("smaller", tool_text_get(&text), text.length, &diags);
        tool_diags_free(&diags);
    }
    json_object_put(world);
    tool_text_free(&text);
    if (s == NULL || s->n_steps == f->n_steps)
        return s;
    tool_scenario_free(s);
    return NULL;
}

/* Everything of the setup that is no object. */
static void same_rules(struct engine_config *to, const struct engine_config *from)
{
    to->setup.policy = from->setup.policy;
    to->setup.profile = from->setup.profile;
    to->setup.quirks = from->setup.quirks;
    to->setup.flaw = from->setup.flaw;
}

/* The finding in the smaller world; its scenario is NULL if it is lost there. */
struct attempt {
    struct tool_scenario *scenario;
    struct tool_worlds worlds;
};

static struct engine_shrink shrink_of(const struct tool_found *f, struct attempt *a)
{
    struct engine_shrink s;

    memset(&s, 0, sizeof s);
    s.start = a->worlds.start;
    s.world = a->worlds.world;
    s.scratch = a->worlds.scratch;
    s.trace = &a->worlds.trace;
    s.invariant = f->finding.violation.invariant;
    s.culprit = f->finding.culprit;
    s.budget = 20000;
    s.step = a->scenario->step;
    s.n_steps = a->scenario->n_steps;
    return s;
}

static void drop(struct attempt *a)
{
    if (a->scenario == NULL)
        return;
    tool_worlds_close(&a->worlds);
    tool_scenario_free(a->scenario);
    a->scenario = NULL;
}

/* What is implied comes back. */
static bool nothing_cut(const struct engine_config *a, const struct engine_config *b)
{
    char *x = tool_config_to_json(a), *y = tool_config_to_json(b);
    bool equal = strcmp(x, y) == 0;

    free(x);
    free(y);
    return equal;
}

static struct attempt attempt(const struct tool_found *f, size_t cut)
{
    struct attempt a = {.scenario = smaller(f, cut)};
    struct engine_shrink s;
    size_t n = f->n_steps;

    if (a.scenario == NULL)
        return a;
    same_rules(a.scenario->config, f->config);
    for (size_t i = 0; i < n; i++)
        a.scenario->step[i].optional = 0;
    if (nothing_cut(a.scenario->config, f->config) ||
        !tool_worlds_open(&a.worlds, a.scenario->config)) {
        tool_scenario_free(a.scenario);
        a.scenario = NULL;
        return a;
    }
    s = shrink_of(f, &a);
    if (!engine_shrink_breaks(&s, a.scenario->step, &n) || n != f->n_steps)
        drop(&a);
    return a;
}

bool tool_found_survives(const struct tool_found *f, size_t cut)
{
    struct attempt a = attempt(f, cut);
    bool survives = a.scenario != NULL;

    drop(&a);
    return survives;
}

/* ---- taking it ---- */

/* The steps again: without an object, some may have nothing to do. */
static void take(struct tool_found *f, struct attempt *a)
{
    struct engine_shrink s = shrink_of(f, a);

    s.spare = tool_alloc((s.n_steps + 1) * sizeof *s.spare);
    if (engine_shrink_run(&s)) {
        f->step = tool_resize(f->step, (s.n_steps + 1) * sizeof *f->step);
        memcpy(f->step, s.step, s.n_steps * sizeof *f->step);
        f->n_steps = s.n_steps;
        f->runs += s.runs;
        tool_found_take(f, a->scenario->config, &s.finding, &a->worlds);
        tool_scenario_free(f->within);
        f->within = a->scenario;
        a->scenario = NULL;
        tool_worlds_close(&a->worlds);
    }
    free(s.spare);
    drop(a);
}

void tool_found_narrow(struct tool_found *f)
{
    bool changed = true;

    while (changed) {
        changed = false;
        /* from the end, so that what an object leaves behind is not passed over */
        for (size_t cut = tool_found_cuts(f); cut-- > 0;) {
            size_t cuts = tool_found_cuts(f);
            struct attempt a;

            if (cut >= cuts)
                continue;
            a = attempt(f, cut);
            if (a.scenario == NULL)
                continue;
            take(f, &a);
            changed = true;
        }
    }
}
