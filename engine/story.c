#include "engine/story.h"

#include <string.h>

/* What an invariant's story is about. */
enum {
    ADDRESS = 1,  /* who got and gave back the address */
    OBJECT = 2,   /* the life of the object in the API server */
    FAILURES = 4, /* calls of its handlers that failed */
    ENDS = 8,     /* how its handlers ended */
    REPORTS = 16, /* writes that put the address into the object */
    WIRES = 32,   /* gateway pods' interfaces */
    STATUS = 64,  /* subnet status */
    ROWS = 128    /* NAT rules in gateway pods */
};

static unsigned facets_of(uint8_t invariant)
{
    switch (invariant) {
    case SIM_INVARIANT_LIVE_OWNER:
        return ADDRESS | OBJECT | FAILURES | ENDS;
    case SIM_INVARIANT_HELD_BY_IPAM:
    case SIM_INVARIANT_RESTART_NEUTRAL:
        return ADDRESS | OBJECT | REPORTS;
    case SIM_INVARIANT_SINGLE_OWNER:
        return ADDRESS | REPORTS;
    case SIM_INVARIANT_IPAM_LISTS:
    case SIM_INVARIANT_LEDGER:
        return ADDRESS;
    case SIM_INVARIANT_NO_RESURRECTION:
        return OBJECT | REPORTS | ADDRESS;
    case SIM_INVARIANT_NO_FOREIGN_REMOVAL:
        return ADDRESS | WIRES;
    case SIM_INVARIANT_STATUS_TRUTH:
        return ADDRESS | STATUS;
    case SIM_INVARIANT_DATA_PLANE:
        return OBJECT | FAILURES | WIRES;
    case SIM_INVARIANT_RULE_TRUTH:
        return OBJECT | FAILURES | ENDS | ROWS;
    default:
        return OBJECT | FAILURES | ENDS;
    }
}

/* One run of a handler. */
struct run {
    sim_id key; /* SIM_NONE: idle or not known */
    uint8_t released;
    uint8_t lost; /* it found its object gone */
};

struct story {
    const struct engine_config *config;
    const struct engine_trace *trace;
    const struct sim_violation *v;
    unsigned facets;
    struct run run[SIM_QUEUE_COUNT];
    sim_id gateway; /* of the object, as last seen */
    struct engine_story_step *out;
    size_t capacity;
    size_t count;
};

static bool is_owner(const struct story *s, unsigned kind, sim_id id)
{
    if (s->v->eip == SIM_NONE && s->v->other == SIM_NONE)
        return kind < SIM_KIND_COUNT;
    return id != SIM_NONE && ((kind == s->v->kind && id == s->v->eip) ||
                              (kind == s->v->other_kind && id == s->v->other));
}

/* Is the worker of this event at one of the objects concerned? */
static bool by_owner(const struct story *s, const struct sim_event *e)
{
    unsigned q = e->worker == 0 ? 0 : e->worker - 1u;

    if (e->worker == 0 || s->run[q].key == SIM_NONE)
        return false;
    if (sim_queue_keys((enum sim_queue_id)q) < (enum sim_object)SIM_KIND_COUNT)
        return is_owner(s, sim_queue_keys((enum sim_queue_id)q), s->run[q].key);
    return sim_queue_keys((enum sim_queue_id)(q)) == SIM_OBJECT_GATEWAY &&
           s->run[q].key == s->gateway;
}

static bool of_subnet(const struct story *s, sim_id net)
{
    if (s->v->subnet == SIM_NONE)
        return true;
    return net < s->config->setup.limits.nets &&
           s->config->setup.nets[net].subnet == sim_ref_of(s->v->subnet);
}

/* ---- what an event is to this story ---- */

static bool took(const struct story *s, const struct sim_event *e)
{
    return e->kind == SIM_EVENT_IPAM && e->verb != SIM_VERB_RELEASE && e->ipam_error == 0 &&
           of_subnet(s, e->net) &&
           (s->v->v4 == 0 ? is_owner(s, e->object, e->id) : e->v4 == s->v->v4);
}

static bool gave_back(const struct story *s, const struct sim_event *e)
{
    if (e->kind == SIM_EVENT_FREED)
        return of_subnet(s, e->net) &&
               (s->v->v4 == 0 ? is_owner(s, e->object, e->id) : e->v4 == s->v->v4);
    return e->kind == SIM_EVENT_IPAM && e->verb == SIM_VERB_RELEASE &&
           is_owner(s, e->object, e->id);
}

static bool failed(const struct story *s, const struct sim_event *e)
{
    if (e->kind == SIM_EVENT_PANIC)
        return true;
    if (!by_owner(s, e))
        return false;
    switch (e->kind) {
    case SIM_EVENT_EXEC:
    case SIM_EVENT_WRITE:
    case SIM_EVENT_READ:
        return e->result != SIM_RESULT_OK;
    case SIM_EVENT_LIST:
        return e->object == SIM_OBJECT_POD && e->selector == SIM_SELECT_GATEWAY && e->count == 0;
    case SIM_EVENT_IPAM:
        return e->verb != SIM_VERB_RELEASE && e->ipam_error != 0;
    default:
        return false;
    }
}

static bool changed_object(const struct story *s, const struct sim_event *e)
{
    if (e->kind == SIM_EVENT_STORED) /* of an object that went, REMOVED has said it all */
        return is_owner(s, e->object, e->id) &&
               (e->result != SIM_RESULT_OK || sim_exists(&e->meta));
    if (e->kind == SIM_EVENT_REMOVED)
        return is_owner(s, e->object, e->id);
    if (e->kind == SIM_EVENT_DELIVERED)
        return e->verb == SIM_VERB_DELETED && is_owner(s, e->object, e->id);
    return e->kind == SIM_EVENT_WRITE && is_owner(s, e->object, e->id) &&
           (e->verb == SIM_VERB_CREATE || (e->verb == SIM_VERB_PATCH && e->sets_finalizers));
}

static bool reported(const struct story *s, const struct sim_event *e)
{
    return e->kind == SIM_EVENT_WRITE && e->object == SIM_OBJECT_EIP &&
           is_owner(s, e->object, e->id) && e->effect == SIM_RESULT_OK && s->v->v4 != 0 &&
           (e->verb == SIM_VERB_PATCH_STATUS ? e->body.status_ip == s->v->v4
                                             : e->body.spec_v4 == s->v->v4);
}

static bool wired(const struct story *s, const struct sim_event *e)
{
    if (e->kind != SIM_EVENT_WIRED && e->kind != SIM_EVENT_UNWIRED && e->kind != SIM_EVENT_EXEC)
        return false;
    if (s->v->pod != SIM_NONE && e->id != s->v->pod)
        return false;
    return s->v->v4 == 0 ? by_owner(s, e) : e->v4 == s->v->v4 || by_owner(s, e);
}

static bool ruled(const struct story *s, const struct sim_event *e)
{
    return (e->kind == SIM_EVENT_RULED || e->kind == SIM_EVENT_UNRULED) &&
           (s->v->pod == SIM_NONE || e->id == s->v->pod) && e->row.eip == s->v->v4;
}

static enum engine_story_role role_of(const struct story *s, const struct sim_event *e)
{
    if (e->kind == SIM_EVENT_DOWN || e->kind == SIM_EVENT_UP)
        return ENGINE_STORY_RESTART;
    if ((s->facets & ADDRESS) && took(s, e))
        return ENGINE_STORY_TOOK;
    if ((s->facets & ADDRESS) && gave_back(s, e))
        return ENGINE_STORY_RELEASED;
    if ((s->facets & FAILURES) && failed(s, e))
        return ENGINE_STORY_FAILED;
    if ((s->facets & (FAILURES | ENDS)) && e->kind == SIM_EVENT_REQUEUE && by_owner(s, e))
        return ENGINE_STORY_GAVE_UP;
    if ((s->facets & ENDS) && e->kind == SIM_EVENT_FORGET && by_owner(s, e))
        return ENGINE_STORY_ENDED;
    if ((s->facets & OBJECT) && changed_object(s, e))
        return ENGINE_STORY_OBJECT;
    if ((s->facets & REPORTS) && reported(s, e))
        return ENGINE_STORY_REPORTED;
    if (((s->facets & WIRES) && wired(s, e)) || ((s->facets & ROWS) && ruled(s, e)))
        return ENGINE_STORY_WIRED;
    if ((s->facets & STATUS) && e->kind == SIM_EVENT_WRITE && e->object == SIM_OBJECT_SUBNET &&
        of_subnet(s, e->id))
        return ENGINE_STORY_STATUS;
    return ENGINE_STORY_ROLE_COUNT;
}

/* ---- following the handlers ---- */

static void follow(struct story *s, const struct sim_event *e)
{
    struct run *run = e->worker == 0 ? NULL : &s->run[e->worker - 1];

    if (e->kind == SIM_EVENT_TAKEN) {
        run = &s->run[e->queue];
        run->key = e->id;
        run->released = 0;
        run->lost = 0;
    } else if (e->kind == SIM_EVENT_DOWN || e->kind == SIM_EVENT_PANIC) {
        for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
            s->run[q].key = SIM_NONE;
    } else if (run != NULL && e->kind == SIM_EVENT_IPAM && e->verb == SIM_VERB_RELEASE) {
        run->released = 1;
    } else if (run != NULL && e->kind == SIM_EVENT_READ &&
               e->object == (uint8_t)sim_queue_keys((enum sim_queue_id)(e->worker - 1))) {
        run->lost = e->result != SIM_RESULT_OK;
    }
    if ((e->kind == SIM_EVENT_STORED || e->kind == SIM_EVENT_DELIVERED) &&
        e->object == SIM_OBJECT_EIP && is_owner(s, e->object, e->id) && e->body.gw != 0)
        s->gateway = sim_ref_id(e->body.gw);
}

/* ---- steps ---- */

static bool same_outcome(const struct sim_event *a, const struct sim_event *b)
{
    return a->kind == b->kind && a->worker == b->worker && a->object == b->object &&
           a->verb == b->verb && a->result == b->result && a->id == b->id &&
           a->ipam_error == b->ipam_error && a->v4 == b->v4;
}

/* A retry fails as the try before it did and is given the same address again: those are no news.
 * Looks back to the last step that is. */
static struct engine_story_step *repeated(const struct story *s, const struct sim_event *e,
                                          enum engine_story_role role)
{
    static const uint8_t may_repeat[ENGINE_STORY_ROLE_COUNT] = {
        [ENGINE_STORY_TOOK] = 1, [ENGINE_STORY_FAILED] = 1, [ENGINE_STORY_GAVE_UP] = 1};

    for (size_t i = s->count; i > 0 && may_repeat[role]; i--) {
        struct engine_story_step *step = &s->out[i - 1];

        if (!may_repeat[step->role])
            return NULL;
        if (step->role == role && same_outcome(&s->trace->event[step->event], e))
            return step;
    }
    return NULL;
}

static struct engine_story_step *new_step(struct story *s)
{
    struct engine_story_step *step;

    if (s->capacity < 2)
        return NULL;
    if (s->count == s->capacity) { /* the first step began it all: keep it */
        memmove(s->out + 1, s->out + 2, (s->capacity - 2) * sizeof *s->out);
        s->count--;
    }
    step = &s->out[s->count++];
    memset(step, 0, sizeof *step);
    return step;
}

static void add(struct story *s, size_t action, size_t event, enum engine_story_role role)
{
    const struct sim_event *e = event == ENGINE_STORY_NO_EVENT ? NULL : &s->trace->event[event];
    struct engine_story_step *step = e == NULL ? NULL : repeated(s, e, role);

    if (step != NULL) {
        step->repeats++;
        step->last = action;
        return;
    }
    step = new_step(s);
    if (step == NULL)
        return;
    step->action = action;
    step->event = event;
    step->last = action;
    step->role = (uint8_t)role;
    if (e != NULL && e->worker != 0) {
        step->released = s->run[e->worker - 1].released;
        step->lost = s->run[e->worker - 1].lost;
    }
}

/* Changes outside the controller that the handlers of this object could feel. */
static bool outside(const struct story *s, const struct sim_action *a)
{
    sim_id gateway = SIM_NONE;

    if (!(s->facets & (FAILURES | WIRES)))
        return false;
    if (a->kind == SIM_ACTION_GATEWAY)
        gateway = a->id;
    else if (a->kind == SIM_ACTION_POD || a->kind == SIM_ACTION_POD_REPLACED)
        gateway = (sim_id)(a->id / s->config->setup.limits.pods_per_gateway);
    else
        return a->kind == SIM_ACTION_RULE && s->v->v4 != 0 && a->v4 == s->v->v4;
    return gateway == s->gateway || s->gateway == SIM_NONE;
}

/* ---- where it begins ---- */

/* Could the story begin here: with the owner getting the address, else with a status of the
 * subnet, else with the object's creation? */
static bool begins(const struct story *s, const struct sim_event *e)
{
    if (s->facets & STATUS)
        return e->kind == SIM_EVENT_WRITE && e->object == SIM_OBJECT_SUBNET && of_subnet(s, e->id);
    if ((s->facets & ADDRESS) && s->v->v4 != 0)
        return took(s, e) && (s->v->eip == SIM_NONE || e->id == s->v->eip);
    return e->kind == SIM_EVENT_STORED && e->result == SIM_RESULT_OK &&
           is_owner(s, e->object, e->id) && sim_exists(&e->meta) && e->meta.rv == e->meta.uid;
}

/* Does what began before end here?  Then the next beginning is another story. */
static bool ends(const struct story *s, const struct sim_event *e)
{
    if (!(s->facets & ADDRESS) || s->v->v4 == 0)
        return true;
    return e->kind == SIM_EVENT_DOWN || (e->kind == SIM_EVENT_FREED && gave_back(s, e) &&
                                         (s->v->eip == SIM_NONE || e->id == s->v->eip));
}

/* With two owners it begins with the earlier of the two last allocations. */
static bool other_begins(const struct story *s, const struct sim_event *e)
{
    return s->v->other != SIM_NONE && took(s, e) && e->id == s->v->other;
}

static size_t beginning(const struct story *s, size_t end)
{
    size_t first = SIZE_MAX, other = SIZE_MAX;
    bool ended = true;

    for (size_t i = 0; i < end; i++) {
        ended = ended || ends(s, &s->trace->event[i]);
        if (ended && begins(s, &s->trace->event[i])) {
            first = i;
            ended = false;
        }
        if (other_begins(s, &s->trace->event[i]))
            other = i;
    }
    if (first == SIZE_MAX)
        first = 0;
    return other < first ? other : first;
}

size_t engine_story(const struct engine_config *config, const struct engine_trace *trace,
                    const struct sim_violation *violation, size_t at, struct engine_story_step *out,
                    size_t capacity)
{
    struct story s = {.config = config, .trace = trace, .v = violation};
    size_t first, end;

    if (at >= trace->n_actions)
        return 0;
    s.facets = facets_of(violation->invariant);
    s.gateway = SIM_NONE;
    s.out = out;
    s.capacity = capacity;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        s.run[q].key = SIM_NONE;
    end = trace->action[at].first + trace->action[at].count;
    first = beginning(&s, end);
    for (size_t a = 0; a <= at; a++) {
        const struct engine_trace_action *action = &trace->action[a];

        if (action->first >= first && outside(&s, &action->action))
            add(&s, a, ENGINE_STORY_NO_EVENT, ENGINE_STORY_OUTSIDE);
        for (size_t i = action->first; i < action->first + action->count; i++) {
            enum engine_story_role role;

            follow(&s, &trace->event[i]);
            role = i < first ? ENGINE_STORY_ROLE_COUNT : role_of(&s, &trace->event[i]);
            if (role != ENGINE_STORY_ROLE_COUNT)
                add(&s, a, i, role);
        }
    }
    return s.count;
}
