/* The steps of a scenario: a table from words to readers. */
#include <stdio.h>
#include <string.h>

#include "tools/scenario_internal.h"
#include "tools/vocabulary.h"
#include "tools/world.h"

typedef bool step_fn(struct scenario_reader *r, const struct tool_yaml *node);

struct engine_step *scenario_add(struct scenario_reader *r, enum engine_step_kind kind,
                                 struct tool_place at)
{
    struct tool_scenario *s = r->s;
    struct engine_step *step;

    s->step = tool_room(s->step, s->n_steps, &s->capacity, sizeof *s->step);
    s->place = tool_room(s->place, s->n_steps, &s->place_capacity, sizeof *s->place);
    s->label = tool_room(s->label, s->n_steps, &s->label_capacity, sizeof *s->label);
    step = &s->step[s->n_steps];
    s->place[s->n_steps] = at;
    s->label[s->n_steps] = NULL;
    s->n_steps++;
    memset(step, 0, sizeof *step);
    step->kind = (uint8_t)kind;
    step->object = SIM_OBJECT_COUNT;
    step->until = SIM_EVENT_COUNT;
    step->key = SIM_NONE;
    step->nth = 1;
    return step;
}

struct sim_action *scenario_action(struct scenario_reader *r, enum sim_action_kind kind,
                                   struct tool_place at)
{
    struct sim_action *a = &scenario_add(r, ENGINE_STEP_ACT, at)->action;

    a->kind = (uint8_t)kind;
    return a;
}

/* ---- values ---- */

bool scenario_need(struct scenario_reader *r, const struct tool_yaml *map, const char *key,
                   const char **out)
{
    if (!scenario_text(r, map, key, out))
        return false;
    if (**out != '\0')
        return true;
    tool_error(r->diags, map->at, "%s is missing", key);
    return false;
}

bool scenario_name_given(struct scenario_reader *r, const struct tool_yaml *n, const char **out)
{
    if (!tool_yaml_text(n, r->diags, out))
        return false;
    if (**out != '\0')
        return true;
    tool_error(r->diags, n->at, "a name is missing");
    return false;
}

/* A v4 field: an address, or any other text. */
bool scenario_v4(struct scenario_reader *r, const char *text, sim_v4 *out)
{
    (void)scenario_name(r, TOOL_NAME_TEXT, text);
    *out = 0;
    return !r->second || tool_v4_of(r->s->config, text, strlen(text), out);
}

/* A queue that is named is there. */
static void need_part(struct scenario_reader *r, enum sim_part_id part)
{
    if (!r->second && part == SIM_PART_NAT)
        tool_builder_options(r->s->builder)->nat_part = 1;
    if (!r->second && part == SIM_PART_OWNERS)
        tool_builder_options(r->s->builder)->owners_part = 1;
}

static bool queue_named(struct scenario_reader *r, const struct tool_yaml *at, const char *text,
                        uint8_t *out)
{
    *out = tool_queue_find(text, strlen(text));
    if (*out < SIM_QUEUE_COUNT) {
        need_part(r, sim_queue_part((enum sim_queue_id) * out));
        return true;
    }
    tool_error(r->diags, at->at,
               "there is no queue %.40s; known:"
#define X(name, text, keys, limiter, part, table) " " text
               SIM_QUEUES(X)
#undef X
                   ,
               text);
    return false;
}

static sim_id key_named(struct scenario_reader *r, uint8_t queue, const char *text)
{
    if (r->second)
        return tool_key_of(r->s->config, (enum sim_queue_id)queue, text, strlen(text));
    switch (sim_queue_keys((enum sim_queue_id)queue)) {
    case SIM_OBJECT_GATEWAY:
        return scenario_name(r, TOOL_NAME_GATEWAY, text);
    case SIM_OBJECT_SUBNET:
        return scenario_name(r, TOOL_NAME_NET, text);
    case SIM_OBJECT_POLICY:
        return scenario_name(r, TOOL_NAME_POLICY, text);
    default:
        return scenario_name(
            r, tool_name_kind((enum sim_kind_id)sim_queue_keys((enum sim_queue_id)queue)), text);
    }
}

static bool fault_named(struct scenario_reader *r, const struct tool_yaml *map, uint8_t *out)
{
    const char *text;

    if (!scenario_text(r, map, "fault", &text))
        return false;
    *out = strcmp(text, "before") == 0  ? SIM_FAULT_BEFORE
           : strcmp(text, "after") == 0 ? SIM_FAULT_AFTER
                                        : SIM_FAULT_NONE;
    if (*out != SIM_FAULT_NONE || *text == '\0' || strcmp(text, "none") == 0)
        return true;
    tool_error(r->diags, tool_yaml_get(map, "fault")->at, "fault must be before, after or none");
    return false;
}

static bool flag(struct scenario_reader *r, const struct tool_yaml *map, const char *key,
                 bool otherwise, bool *out)
{
    const struct tool_yaml *n = tool_yaml_get(map, key);

    *out = otherwise;
    return n == NULL || tool_yaml_bool(n, r->diags, out);
}

/* ---- the controller ---- */

/* A step that stands alone. */
static bool bare(struct scenario_reader *r, const struct tool_yaml *n)
{
    if (n->key == NULL || tool_yaml_is_null(n))
        return true;
    tool_error(r->diags, n->at, "%s takes no value", n->key);
    return false;
}

static bool settle(struct scenario_reader *r, const struct tool_yaml *n)
{
    if (!bare(r, n))
        return false;
    (void)scenario_add(r, ENGINE_STEP_SETTLE, n->at);
    return true;
}

static bool mend(struct scenario_reader *r, const struct tool_yaml *n)
{
    if (!bare(r, n))
        return false;
    (void)scenario_add(r, ENGINE_STEP_MEND, n->at);
    return true;
}

static bool deliver(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *text;
    uint8_t kind;

    if (n->key == NULL || tool_yaml_is_null(n)) {
        (void)scenario_action(r, SIM_ACTION_DELIVER, n->at);
        return true;
    }
    if (!tool_yaml_text(n, r->diags, &text))
        return false;
    if (strcmp(text, "all") == 0) {
        (void)scenario_add(r, ENGINE_STEP_DELIVER_ALL, n->at);
        return true;
    }
    kind = tool_object_find(text, strlen(text));
    if (kind < SIM_KIND_COUNT) {
        scenario_action(r, SIM_ACTION_DELIVER, n->at)->object = kind;
        return true;
    }
    tool_error(r->diags, n->at, "deliver stands alone, or is deliver: all, or deliver: KIND");
    return false;
}

static bool until_named(struct scenario_reader *r, const struct tool_yaml *n, const char *text,
                        uint8_t *out)
{
    uint8_t kind = tool_event_find(text, strlen(text));

    *out = kind;
    /* these go together with the call before them: nobody stands before one */
    if (kind < SIM_EVENT_COUNT && sim_event_is_call((enum sim_event_kind)kind) &&
        kind != SIM_EVENT_QUEUE && kind != SIM_EVENT_QUEUE_AFTER && kind != SIM_EVENT_SLEEP)
        return true;
    tool_error(r->diags, tool_yaml_get(n, "until")->at,
               "there is no call %.40s; known: read list lock unlock ipam exec write requeue "
               "forget panic",
               text);
    return false;
}

static bool object_named(struct scenario_reader *r, const struct tool_yaml *n, const char *text,
                         uint8_t *out)
{
    *out = tool_object_find(text, strlen(text));
    if (*out < SIM_OBJECT_COUNT)
        return true;
    tool_error(r->diags, tool_yaml_get(n, "object")->at, "there is no kind %.60s", text);
    return false;
}

static bool verb_named(struct scenario_reader *r, const struct tool_yaml *n, const char *text,
                       uint8_t *out)
{
    *out = tool_verb_find(text, strlen(text));
    if (*out >= SIM_VERB_EIP_ADD && *out <= SIM_VERB_SNAT_DEL)
        return true;
    tool_error(r->diags, tool_yaml_get(n, "verb")->at, "there is no command %.60s", text);
    return false;
}

static bool run(struct scenario_reader *r, const struct tool_yaml *n)
{
    const struct tool_yaml *nth = tool_yaml_get(n, "nth");
    struct engine_step *step;
    const char *queue, *key, *until, *object, *verb;
    bool optional;
    uint64_t number = 1;

    if (!scenario_keys(r, n, "queue key until object verb nth fault optional") ||
        !scenario_need(r, n, "queue", &queue) || !scenario_text(r, n, "key", &key) ||
        !scenario_text(r, n, "until", &until) || !scenario_text(r, n, "object", &object) ||
        !scenario_text(r, n, "verb", &verb) || !flag(r, n, "optional", false, &optional) ||
        (nth != NULL && !tool_yaml_number(nth, r->diags, 1000, &number)))
        return false;
    if (*until == '\0' &&
        (tool_yaml_get(n, "fault") != NULL || nth != NULL || *object != '\0' || *verb != '\0')) {
        tool_error(r->diags, n->at, "fault, nth, object and verb say which call: until is missing");
        return false;
    }
    step = scenario_add(r, ENGINE_STEP_RUN, n->at);
    step->optional = optional;
    step->nth = (uint16_t)number;
    if (!queue_named(r, n, queue, &step->queue) || !fault_named(r, n, &step->fault))
        return false;
    if (*key != '\0')
        step->key = key_named(r, step->queue, key);
    if (*until != '\0' && !until_named(r, n, until, &step->until))
        return false;
    if (step->fault != SIM_FAULT_NONE && step->until != SIM_EVENT_EXEC &&
        step->until != SIM_EVENT_WRITE) {
        tool_error(r->diags, tool_yaml_get(n, "fault")->at, "only an exec or a write can fail");
        return false;
    }
    return (*object == '\0' || object_named(r, n, object, &step->object)) &&
           (*verb == '\0' || verb_named(r, n, verb, &step->verb));
}

static bool step(struct scenario_reader *r, const struct tool_yaml *n)
{
    struct sim_action *a = scenario_action(r, SIM_ACTION_STEP, n->at);
    const char *queue;

    if (n->kind == TOOL_YAML_SCALAR)
        return queue_named(r, n, n->text, &a->queue);
    return scenario_keys(r, n, "queue fault") && scenario_need(r, n, "queue", &queue) &&
           queue_named(r, n, queue, &a->queue) && fault_named(r, n, &a->fault);
}

static bool keyed(struct scenario_reader *r, const struct tool_yaml *n, enum sim_action_kind kind)
{
    struct sim_action *a = scenario_action(r, kind, n->at);
    const char *queue, *key;

    if (!scenario_keys(r, n, "queue key") || !scenario_need(r, n, "queue", &queue) ||
        !scenario_need(r, n, "key", &key) || !queue_named(r, n, queue, &a->queue))
        return false;
    a->id = key_named(r, a->queue, key);
    return true;
}

static bool start(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *queue;

    return tool_yaml_text(n, r->diags, &queue) &&
           queue_named(r, n, queue, &scenario_action(r, SIM_ACTION_START, n->at)->queue);
}

static bool due(struct scenario_reader *r, const struct tool_yaml *n)
{
    return keyed(r, n, SIM_ACTION_DUE);
}

static bool enqueue(struct scenario_reader *r, const struct tool_yaml *n)
{
    return keyed(r, n, SIM_ACTION_ENQUEUE);
}

static bool wait_for(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *text, *unit;
    uint64_t ms = 0;

    if (!tool_yaml_text(n, r->diags, &text))
        return false;
    unit = text + strspn(text, "0123456789");
    for (const char *p = text; p < unit && ms <= UINT32_MAX; p++)
        ms = ms * 10 + (uint64_t)(*p - '0');
    if (unit > text && strcmp(unit, "s") == 0)
        ms *= 1000;
    else if (unit == text || strcmp(unit, "ms") != 0)
        ms = UINT64_MAX;
    if (ms > UINT32_MAX) {
        tool_error(r->diags, n->at,
                   "expected a time such as 300ms or 5s, 4000000s at most, found %.40s", text);
        return false;
    }
    if (r->second && !r->s->config->setup.timed) {
        tool_error(r->diags, n->at, "this world has no clock to wait for (clock: none)");
        return false;
    }
    scenario_add(r, ENGINE_STEP_WAIT, n->at)->ms = (uint32_t)ms;
    return true;
}

static bool restart(struct scenario_reader *r, const struct tool_yaml *n)
{
    if (!bare(r, n))
        return false;
    (void)scenario_action(r, SIM_ACTION_RESTART, n->at);
    return true;
}

static bool crash(struct scenario_reader *r, const struct tool_yaml *n)
{
    if (!bare(r, n))
        return false;
    (void)scenario_action(r, SIM_ACTION_CRASH, n->at);
    return true;
}

static bool boot(struct scenario_reader *r, const struct tool_yaml *n)
{
    if (!bare(r, n))
        return false;
    (void)scenario_action(r, SIM_ACTION_BOOT, n->at);
    return true;
}

/* ---- around it ---- */

static bool gateway(struct scenario_reader *r, const struct tool_yaml *n)
{
    struct sim_action *a;
    const char *name;
    bool present;

    if (!scenario_keys(r, n, "name present") || !scenario_need(r, n, "name", &name) ||
        !flag(r, n, "present", true, &present))
        return false;
    a = scenario_action(r, SIM_ACTION_GATEWAY, n->at);
    a->id = scenario_name(r, TOOL_NAME_GATEWAY, name);
    a->value = present;
    return true;
}

static bool gateway_deleted(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *name;

    if (!scenario_name_given(r, n, &name))
        return false;
    need_part(r, SIM_PART_NAT);
    scenario_action(r, SIM_ACTION_GATEWAY_DELETED, n->at)->id =
        scenario_name(r, TOOL_NAME_GATEWAY, name);
    return true;
}

/* The pod that is meant: by its name, or the first of its gateway. */
static sim_id pod_named(struct scenario_reader *r, const char *gateway_name, const char *name)
{
    char first[300];

    if (*name == '\0') {
        snprintf(first, sizeof first, "vpc-nat-gw-%.255s-0", gateway_name);
        name = first;
    }
    if (r->second)
        return tool_pod_of(r->s->config, name, strlen(name));
    (void)tool_builder_pod(r->s->builder, gateway_name, strlen(gateway_name), name, strlen(name));
    return SIM_NONE;
}

static bool pod_state(struct scenario_reader *r, const struct tool_yaml *n, const char *text,
                      struct sim_action *a)
{
    if (strcmp(text, "replaced") == 0) {
        a->kind = SIM_ACTION_POD_REPLACED;
        return true;
    }
    a->value = tool_pod_state_find(text, strlen(text));
    if (a->value < SIM_POD_STATE_COUNT)
        return true;
    tool_error(r->diags, n->at,
               "state must be absent, pending, running, terminating or replaced, not %.40s", text);
    return false;
}

/* Pods are numbered in time by the steps that make them: the clock of scenarios has no date. */
static uint32_t created_now(const struct scenario_reader *r)
{
    return 1750000000u + (uint32_t)r->s->n_steps;
}

/* When the pod was made: as the step says, else now. */
static bool created(struct scenario_reader *r, const struct tool_yaml *map, uint32_t *out)
{
    const struct tool_yaml *n = tool_yaml_get(map, "created");
    uint64_t seconds = created_now(r);

    if (n != NULL && !tool_yaml_number(n, r->diags, UINT32_MAX, &seconds))
        return false;
    *out = (uint32_t)seconds;
    return true;
}

static bool pod(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *gw, *name, *state;
    struct sim_action *a;
    uint32_t time;
    bool init;
    sim_id id;

    if (!scenario_keys(r, n, "gateway name state created init") ||
        !scenario_need(r, n, "gateway", &gw) || !scenario_text(r, n, "name", &name) ||
        !scenario_text(r, n, "state", &state) || !flag(r, n, "init", false, &init) ||
        !created(r, n, &time))
        return false;
    if (*state == '\0' && !init) {
        tool_error(r->diags, n->at, "state is missing");
        return false;
    }
    id = pod_named(r, gw, name);
    if (*state != '\0') {
        a = scenario_action(r, SIM_ACTION_POD, n->at);
        a->id = id;
        a->time = time;
        if (!pod_state(r, n, state, a))
            return false;
    }
    if (init)
        scenario_action(r, SIM_ACTION_POD_INITED, n->at)->id = id;
    return true;
}

/* What kube-ovn's pod handler does when a gateway's pod starts: it asks for the initialisation.
 * Without the part of the controller that initialises gateways, what that does follows at once: the
 * script is initialised, the newest pod's time is noted, and the gateway's EIPs are looked at. */
static bool start_gateway(struct scenario_reader *r, const struct tool_yaml *n)
{
    struct sim_action *a;
    const char *name;
    uint32_t time;
    sim_id id, gw;

    if (!scenario_name_given(r, n, &name))
        return false;
    gw = scenario_name(r, TOOL_NAME_GATEWAY, name);
    id = pod_named(r, name, "");
    a = scenario_action(r, SIM_ACTION_GATEWAY, n->at);
    a->id = gw;
    a->value = 1;
    time = created_now(r);
    a = scenario_action(r, SIM_ACTION_POD_REPLACED, n->at);
    a->id = id;
    a->time = time;
    if (r->second && r->s->config->setup.limits.nat) { /* the controller does it all */
        a = scenario_action(r, SIM_ACTION_ENQUEUE, n->at);
        a->queue = SIM_QUEUE_INIT_GATEWAY;
        a->id = gw;
        return true;
    }
    scenario_action(r, SIM_ACTION_POD_INITED, n->at)->id = id;
    scenario_action(r, SIM_ACTION_REDO_TIME, n->at)->time = time;
    a = scenario_action(r, SIM_ACTION_ENQUEUE, n->at);
    a->queue = SIM_QUEUE_UPDATE_VPC_EIP;
    a->id = gw;
    return true;
}

static bool redo_time(struct scenario_reader *r, const struct tool_yaml *n)
{
    uint64_t seconds;

    if (!tool_yaml_number(n, r->diags, UINT32_MAX, &seconds))
        return false;
    scenario_action(r, SIM_ACTION_REDO_TIME, n->at)->time = (uint32_t)seconds;
    return true;
}

static bool rule(struct scenario_reader *r, const struct tool_yaml *n)
{
    const char *kind, *name, *v4;
    enum sim_object object;
    struct sim_action *a;
    bool present;

    if (!scenario_keys(r, n, "kind name v4 present") || !scenario_need(r, n, "kind", &kind) ||
        !scenario_need(r, n, "name", &name) || !scenario_text(r, n, "v4", &v4) ||
        !flag(r, n, "present", true, &present))
        return false;
    object = strcmp(kind, "IptablesDnatRule") == 0   ? SIM_OBJECT_DNAT
             : strcmp(kind, "IptablesFIPRule") == 0  ? SIM_OBJECT_FIP
             : strcmp(kind, "IptablesSnatRule") == 0 ? SIM_OBJECT_SNAT
                                                     : SIM_OBJECT_COUNT;
    if (object == SIM_OBJECT_COUNT) {
        tool_error(r->diags, n->at,
                   "a rule is an IptablesDnatRule, IptablesFIPRule or IptablesSnatRule");
        return false;
    }
    a = scenario_action(r, SIM_ACTION_RULE, n->at);
    a->value = present;
    if (!r->second)
        return tool_builder_rule(r->s->builder, object, name, strlen(name)) &&
               scenario_v4(r, v4, &a->v4);
    a->id = tool_rule_of(r->s->config, object, name, strlen(name));
    return scenario_v4(r, v4, &a->v4);
}

static bool nat(struct scenario_reader *r, const struct tool_yaml *n)
{
    bool on;

    if (!tool_yaml_bool(n, r->diags, &on))
        return false;
    scenario_action(r, SIM_ACTION_NAT_ENABLED, n->at)->value = on;
    return true;
}

static bool subnet(struct scenario_reader *r, const struct tool_yaml *n)
{
    struct sim_action *a;
    const char *name;
    bool present;

    if (!scenario_keys(r, n, "name present") || !scenario_need(r, n, "name", &name) ||
        !flag(r, n, "present", true, &present))
        return false;
    a = scenario_action(r, SIM_ACTION_SUBNET, n->at);
    a->value = present;
    if (!r->second)
        return true;
    a->id = tool_subnet_of(r->s->config, name, strlen(name));
    if (a->id != SIM_NONE)
        return true;
    tool_error(r->diags, n->at, "the world has no Subnet %.60s", name);
    return false;
}

/* ---- the table ---- */

static const struct {
    const char *word;
    step_fn *read;
    bool bare; /* may stand without a value */
} readers[] = {
    {"create", scenario_create, false},
    {"delete", scenario_delete, false},
    {"delete-begin", scenario_delete_begin, false},
    {"delete-end", scenario_delete_end, false},
    {"edit", scenario_edit, false},
    {"settle", settle, true},
    {"mend", mend, true},
    {"deliver", deliver, true},
    {"run", run, false},
    {"start", start, false},
    {"step", step, false},
    {"due", due, false},
    {"enqueue", enqueue, false},
    {"wait", wait_for, false},
    {"restart", restart, true},
    {"crash", crash, true},
    {"boot", boot, true},
    {"start-gateway", start_gateway, false},
    {"gateway", gateway, false},
    {"gateway-deleted", gateway_deleted, false},
    {"pod", pod, false},
    {"redo-time", redo_time, false},
    {"rule", rule, false},
    {"nat", nat, false},
    {"subnet", subnet, false},
    {"expect", scenario_expect_step, false},
};

enum { N_READERS = sizeof readers / sizeof readers[0] };

static const char *step_name(const void *context, size_t i)
{
    (void)context;
    return i < N_READERS ? readers[i].word : NULL;
}

static bool dispatch(struct scenario_reader *r, const char *word, const struct tool_yaml *value,
                     struct tool_place at)
{
    const char *near;

    for (size_t i = 0; i < N_READERS; i++) {
        if (strcmp(readers[i].word, word) != 0)
            continue;
        if (readers[i].bare || value->key != NULL)
            return readers[i].read(r, value);
        tool_error(r->diags, at, "%s needs a value", word);
        return false;
    }
    near = tool_nearest(word, strlen(word), step_name, NULL);
    tool_error(r->diags, at, "there is no step %.60s%s%s", word,
               near != NULL ? "; did you mean " : "", near != NULL ? near : "");
    return false;
}

/* Did the builder take all names of a step? */
static bool builder_content(struct scenario_reader *r, struct tool_place at)
{
    const char *error = tool_builder_error(r->s->builder);

    if (r->second || *error == '\0')
        return true;
    tool_error(r->diags, at, "%s", error);
    return false;
}

/* The name of a step: not another one's, and not "rest", which is the end. */
static bool new_label(struct scenario_reader *r, const struct tool_yaml *as, const char **out)
{
    if (!scenario_name_given(r, as, out))
        return false;
    if (strcmp(*out, "rest") != 0 && !scenario_has_label(r->s, *out))
        return true;
    tool_error(r->diags, as->at, "the name %.60s is taken", *out);
    return false;
}

static bool read_step(struct scenario_reader *r, const struct tool_yaml *n)
{
    const struct tool_yaml *as = tool_yaml_get(n, "as");
    const struct tool_yaml *value;
    size_t first = r->s->n_steps;
    const char *label;

    if (n->kind == TOOL_YAML_SCALAR)
        return dispatch(r, n->text, n, n->at);
    value = n->first == as && n->first != NULL ? n->first->next : n->first;
    if (n->kind != TOOL_YAML_MAP || value == NULL || n->count != (as != NULL ? 2u : 1u)) {
        tool_error(r->diags, n->at, "a step is a word, or a map of one word (and as: NAME)");
        return false;
    }
    if (!dispatch(r, value->key, value, value->key_at) || !builder_content(r, n->at))
        return false;
    if (as == NULL)
        return true;
    if (!new_label(r, as, &label))
        return false;
    for (size_t i = first; i < r->s->n_steps; i++)
        r->s->label[i] = tool_arena_copy(&r->s->arena, label, strlen(label));
    return true;
}

bool scenario_has_label(const struct tool_scenario *s, const char *label)
{
    for (size_t i = 0; i < s->n_steps; i++)
        if (s->label[i] != NULL && strcmp(s->label[i], label) == 0)
            return true;
    return false;
}

bool scenario_steps(struct scenario_reader *r, const struct tool_yaml *list)
{
    bool ok = true;

    if (!tool_yaml_expect(list, r->diags, TOOL_YAML_LIST))
        return false;
    for (const struct tool_yaml *n = list->first; n != NULL; n = n->next)
        ok = read_step(r, n) && ok;
    return ok;
}
