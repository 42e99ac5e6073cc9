/* `expect:` steps: reading them, and comparing them with a world. */
#include "tools/scenario_expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/objects.h"
#include "tools/render.h"
#include "tools/scenario_internal.h"

/* ---- reading ---- */

static struct tool_expect *add(struct scenario_reader *r, enum tool_expect_kind kind,
                               struct tool_place at, uint16_t profiles)
{
    struct tool_scenario *s = r->s;
    struct tool_expect *e;

    scenario_add(r, ENGINE_STEP_EXPECT, at)->expect = s->n_expects;
    s->expect = tool_room(s->expect, s->n_expects, &s->expect_capacity, sizeof *s->expect);
    e = &s->expect[s->n_expects++];
    memset(e, 0, sizeof *e);
    e->kind = (uint8_t)kind;
    e->exists = e->ready = e->terminating = -1;
    e->profiles = profiles;
    e->at = at;
    return e;
}

/* NULL if the key is missing. */
static bool kept_text(struct scenario_reader *r, const struct tool_yaml *map, const char *key,
                      const char **out)
{
    const struct tool_yaml *n = tool_yaml_get(map, key);
    const char *text;

    *out = NULL;
    if (n == NULL)
        return true;
    if (!tool_yaml_text(n, r->diags, &text))
        return false;
    *out = tool_arena_copy(&r->s->arena, text, strlen(text));
    return true;
}

static bool three_valued(struct scenario_reader *r, const struct tool_yaml *map, const char *key,
                         int8_t *out)
{
    const struct tool_yaml *n = tool_yaml_get(map, key);
    bool value;

    if (n == NULL)
        return true;
    if (!tool_yaml_bool(n, r->diags, &value))
        return false;
    *out = value;
    return true;
}

static bool subnet_of(struct scenario_reader *r, const struct tool_yaml *map, sim_id *out)
{
    const char *name;

    if (!scenario_need(r, map, "subnet", &name))
        return false;
    if (!r->second)
        return true;
    *out = tool_subnet_of(r->s->config, name, strlen(name));
    if (*out != SIM_NONE)
        return true;
    tool_error(r->diags, map->at, "the world has no Subnet %.60s", name);
    return false;
}

static bool read_status(struct scenario_reader *r, const struct tool_yaml *n, uint16_t profiles)
{
    static const char *const keys[] = {"v4usingIPs", "v4usingIPrange", "v4availableIPs",
                                       "v4availableIPrange"};
    struct tool_expect *e;

    if (!scenario_keys(r, n, "subnet v4usingIPs v4usingIPrange v4availableIPs v4availableIPrange"))
        return false;
    e = add(r, TOOL_EXPECT_STATUS, n->at, profiles);
    for (unsigned i = 0; i < 4; i++)
        if (!kept_text(r, n, keys[i], &e->text[i]))
            return false;
    return subnet_of(r, n, &e->id);
}

/* `eip:` by name; `object:` by kind and name. */
static bool read_object(struct scenario_reader *r, const struct tool_yaml *n, uint16_t profiles,
                        uint8_t kind)
{
    struct tool_expect *e = add(r, TOOL_EXPECT_OBJECT, n->at, profiles);
    const char *name;

    e->object = kind;
    if (!scenario_need(r, n, "name", &name))
        return false;
    e->id = scenario_name(r, tool_name_kind((enum sim_kind_id)kind), name);
    return three_valued(r, n, "exists", &e->exists) && three_valued(r, n, "ready", &e->ready) &&
           three_valued(r, n, "terminating", &e->terminating) && kept_text(r, n, "ip", &e->text[0]);
}

static bool read_eip(struct scenario_reader *r, const struct tool_yaml *n, uint16_t profiles)
{
    return scenario_keys(r, n, "name exists ready terminating ip") &&
           read_object(r, n, profiles, SIM_KIND_EIP);
}

static bool read_any(struct scenario_reader *r, const struct tool_yaml *n, uint16_t profiles)
{
    uint8_t kind;

    return scenario_keys(r, n, "kind name exists ready terminating") &&
           scenario_kind(r, n, &kind) && read_object(r, n, profiles, kind);
}

static bool read_ipam(struct scenario_reader *r, const struct tool_yaml *n, uint16_t profiles)
{
    struct tool_expect *e;

    if (!scenario_keys(r, n, "subnet using available"))
        return false;
    e = add(r, TOOL_EXPECT_IPAM, n->at, profiles);
    return kept_text(r, n, "using", &e->text[0]) && kept_text(r, n, "available", &e->text[1]) &&
           subnet_of(r, n, &e->id);
}

static bool read_pod(struct scenario_reader *r, const struct tool_yaml *n, uint16_t profiles)
{
    struct tool_expect *e;
    const char *gateway;
    char name[300];

    if (!scenario_keys(r, n, "gateway addresses rules") ||
        !scenario_need(r, n, "gateway", &gateway))
        return false;
    e = add(r, TOOL_EXPECT_POD, n->at, profiles);
    snprintf(name, sizeof name, "vpc-nat-gw-%.255s-0", gateway);
    if (!r->second)
        return tool_builder_pod(r->s->builder, gateway, strlen(gateway), name, strlen(name));
    e->id = tool_pod_of(r->s->config, name, strlen(name));
    return kept_text(r, n, "addresses", &e->text[0]) && kept_text(r, n, "rules", &e->text[1]);
}

static const struct {
    const char *word;
    bool (*read)(struct scenario_reader *r, const struct tool_yaml *n, uint16_t profiles);
} readers[] = {{"status", read_status},
               {"eip", read_eip},
               {"object", read_any},
               {"ipam", read_ipam},
               {"pod", read_pod}};

bool scenario_expect_step(struct scenario_reader *r, const struct tool_yaml *map)
{
    const char *only;
    uint16_t profiles = 0;
    bool all = tool_yaml_get(map, "profiles") == NULL, ok = true;

    if (!scenario_keys(r, map, "status eip object ipam pod profiles") ||
        !scenario_text(r, map, "profiles", &only) ||
        (tool_yaml_get(map, "profiles") != NULL &&
         !scenario_profiles(r, only, map->at, &profiles, &all)))
        return false;
    if (map->count == (tool_yaml_get(map, "profiles") != NULL)) {
        tool_error(r->diags, map->at,
                   "nothing is expected: status, eip, object, ipam or pod is missing");
        return false;
    }
    if (all)
        profiles = (uint16_t)((1u << SIM_PROFILE_COUNT) - 1);
    for (unsigned i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        const struct tool_yaml *n = tool_yaml_get(map, readers[i].word);

        ok = (n == NULL || readers[i].read(r, n, profiles)) && ok;
    }
    return ok;
}

/* ---- comparing ---- */

static bool differs(struct tool_text *why, const char *what, const char *want, const char *have)
{
    if (want == NULL || strcmp(want, have) == 0)
        return false;
    tool_text_printf(why, "%s is %s, expected %s", what, have[0] != '\0' ? have : "empty",
                     want[0] != '\0' ? want : "empty");
    return true;
}

static bool number_differs(struct tool_text *why, const char *what, const char *want, uint32_t have)
{
    char text[16];

    snprintf(text, sizeof text, "%u", have);
    return differs(why, what, want, text);
}

static bool set_differs(struct tool_text *why, const char *what, const char *want,
                        const struct ipam_addrset *have)
{
    struct tool_text text = {0};
    bool different;

    tool_render_set(have, &text);
    different = differs(why, what, want, tool_text_get(&text));
    tool_text_free(&text);
    return different;
}

static bool status_differs(const struct tool_expect *e, const struct sim_world *w,
                           struct tool_text *why)
{
    const struct sim_subnet_slot *s = sim_subnet(w, e->id);
    struct ipam_addrset used = sim_status_set(w, e->id, SIM_STATUS_USING);
    struct ipam_addrset available = sim_status_set(w, e->id, SIM_STATUS_AVAILABLE);

    return number_differs(why, "v4usingIPs", e->text[0], s->using_ips) ||
           set_differs(why, "v4usingIPrange", e->text[1], &used) ||
           number_differs(why, "v4availableIPs", e->text[2], s->available_ips) ||
           set_differs(why, "v4availableIPrange", e->text[3], &available);
}

static bool flag_differs(struct tool_text *why, const char *what, int8_t want, bool have)
{
    if (want < 0 || want == have)
        return false;
    tool_text_printf(why, "%s is %s", what, have ? "true" : "false");
    return true;
}

static bool object_differs(const struct tool_expect *e, const struct engine_config *config,
                           const struct sim_world *w, struct tool_text *why)
{
    const struct sim_meta *o = sim_api(w, (enum sim_kind_id)e->object, e->id);
    char text[16];

    return flag_differs(why, "exists", e->exists, sim_exists(o)) ||
           flag_differs(why, "ready", e->ready, sim_ready(o)) ||
           flag_differs(why, "terminating", e->terminating, sim_terminating(o)) ||
           (e->object == SIM_KIND_EIP &&
            differs(why, "status.ip", e->text[0],
                    tool_v4_text(config, ((const struct sim_eip *)o)->status_ip, text)));
}

static bool ipam_differs(const struct tool_expect *e, const struct sim_world *w,
                         struct tool_text *why)
{
    struct ipam_addrset set;

    (void)ipam_list_of(sim_ipam(w), sim_ipam_subnet(e->id), IPAM_V4, IPAM_WHOLE_SUBNET, IPAM_USING,
                       &set);
    if (set_differs(why, "using", e->text[0], &set))
        return true;
    (void)ipam_list_of(sim_ipam(w), sim_ipam_subnet(e->id), IPAM_V4, IPAM_WHOLE_SUBNET,
                       IPAM_AVAILABLE, &set);
    return set_differs(why, "available", e->text[1], &set);
}

/* The ranges of each subnet on the interface, in order of subnets. */
static void put_addresses(const struct sim_world *w, sim_id pod, struct tool_text *out)
{
    for (sim_id s = 0; s < w->limits.subnets; s++) {
        struct ipam_addrset set = sim_interface(w, pod, s);

        if (ipam_addrset_empty(&set))
            continue;
        if (out->length > 0)
            tool_text_add(out, ",");
        tool_render_set(&set, out);
    }
}

/* "dnat 10.0.1.2,80,tcp,192.168.0.5,8080; fip ...", in the order the pod has them. */
static void put_rules(const struct engine_config *config, const struct sim_world *w, sim_id pod,
                      struct tool_text *out)
{
    static const char *const kinds[SIM_KIND_COUNT] = {
        [SIM_KIND_DNAT] = "dnat", [SIM_KIND_FIP] = "fip", [SIM_KIND_SNAT] = "snat"};
    const struct sim_pod_rule *rule = sim_pod_rules(w, pod);
    struct tool_render render;

    tool_render_init(&render, config);
    for (unsigned i = 0; i < sim_pod(w, pod)->n_rules; i++) {
        tool_text_printf(out, "%s%s ", i > 0 ? "; " : "", kinds[rule[i].kind]);
        tool_pod_rule_text(&render, &rule[i], true, out);
    }
    tool_render_free(&render);
}

static bool pod_differs(const struct tool_expect *e, const struct engine_config *config,
                        const struct sim_world *w, struct tool_text *why)
{
    struct tool_text addresses = {0}, rules = {0};
    bool different;

    put_addresses(w, e->id, &addresses);
    put_rules(config, w, e->id, &rules);
    different = differs(why, "addresses", e->text[0], tool_text_get(&addresses)) ||
                differs(why, "rules", e->text[1], tool_text_get(&rules));
    tool_text_free(&addresses);
    tool_text_free(&rules);
    return different;
}

bool tool_expect_holds(const struct tool_expect *e, const struct engine_config *config,
                       const struct sim_world *w, struct tool_text *why)
{
    if (!(e->profiles & (1u << config->setup.profile)))
        return true;
    switch ((enum tool_expect_kind)e->kind) {
    case TOOL_EXPECT_STATUS:
        return !status_differs(e, w, why);
    case TOOL_EXPECT_OBJECT:
        return !object_differs(e, config, w, why);
    case TOOL_EXPECT_IPAM:
        return !ipam_differs(e, w, why);
    case TOOL_EXPECT_POD:
        return !pod_differs(e, config, w, why);
    }
    return false;
}
