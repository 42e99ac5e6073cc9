#include "engine/choices.h"

#include <string.h>

#include "engine/odometer.h"
#include "engine/packing.h"
#include "model/world.h"

const char *engine_reduction_text(enum engine_reduction which)
{
    static const char *const text[] = {
#define X(name, text, meaning) text,
        ENGINE_REDUCTIONS(X)
#undef X
    };
    return text[which];
}

const char *engine_share_text(enum engine_share which)
{
    static const char *const text[] = {
#define X(name, text, budget) text,
        ENGINE_SHARES(X)
#undef X
    };
    return text[which];
}

size_t engine_used_size(const struct engine_bound *bound, unsigned eips)
{
    for (unsigned s = 0; s < ENGINE_SHARE_COUNT; s++)
        if (bound->share[s] != 0)
            return SIM_BUDGET_COUNT + (size_t)eips * ENGINE_SHARE_COUNT;
    return SIM_BUDGET_COUNT;
}

bool engine_budget_counts(const struct engine_bound *bound, enum sim_budget which)
{
    const struct sim_choice *choice;

    for (size_t i = 0; (choice = sim_choice_at(i)) != NULL; i++)
        if (choice->budget == which && sim_choice_in(choice, bound->classes))
            return true;
    return which == SIM_BUDGET_FAULTS &&
           (bound->classes & (SIM_CLASS_BIT(API) | SIM_CLASS_BIT(EXEC))) != 0;
}

/* The share that an action counts against, SHARE_COUNT: none. */
static enum engine_share share_of(const struct sim_action *a, unsigned budget)
{
    static const uint8_t budgets[] = {
#define X(name, text, budget) SIM_BUDGET_##budget,
        ENGINE_SHARES(X)
#undef X
    };
    unsigned s = 0;

    while (s < ENGINE_SHARE_COUNT && (a->object != SIM_OBJECT_EIP || budgets[s] != budget))
        s++;
    return (enum engine_share)s;
}

static bool share_left(const struct engine_bound *b, const struct engine_used *used,
                       const struct sim_action *a, unsigned budget)
{
    enum engine_share s = share_of(a, budget);

    return s == ENGINE_SHARE_COUNT || b->share[s] == 0 || used->share[a->id][s] < b->share[s];
}

/* ---- quiet steps ---- */

struct listing {
    struct engine_choices *c;
    const struct engine_bound *bound;
    const struct sim_world *w;
    const struct engine_used *used;
    struct sim_world *ahead, *spare;
};

static bool left(const struct engine_bound *b, const struct engine_used *used, enum sim_class class,
                 enum sim_budget budget)
{
    return (b->classes >> class & 1) != 0 && used->budget[budget] < b->budget[budget];
}

static struct sim_action step_of(unsigned queue)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = SIM_ACTION_STEP;
    a.queue = (uint8_t)queue;
    return a;
}

/* Is some worker kept from its lock?  Then whoever gives it back must be able to do only that. */
static bool somebody_waits(const struct sim_world *w)
{
    struct sim_stop stop;

    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++) {
        struct sim_action a = step_of(q);

        if (sim_stopped_before(w, (enum sim_queue_id)q, &stop) && stop.call == SIM_EVENT_LOCK &&
            sim_can(w, &a) != SIM_STATUS_DONE)
            return true;
    }
    return false;
}

/* Can pods come, go or change?  Those of a gateway that is gone can, whatever budgets say. */
static bool pods_change(const struct engine_bound *b, const struct engine_used *used,
                        const struct sim_world *w)
{
    bool orphans = false;

    for (sim_id g = 0; g < w->limits.gateways; g++)
        orphans = orphans || !sim_gateway(w, g)->present;
    return left(b, used, SIM_CLASS_POD, SIM_BUDGET_PODS) ||
           left(b, used, SIM_CLASS_GATEWAY, SIM_BUDGET_GATEWAYS) ||
           (orphans && (b->classes & SIM_CLASS_BIT(GATEWAY)) != 0);
}

/* May the call the worker stands before be a quiet one? */
static bool looks_quiet(const struct engine_bound *b, const struct engine_used *used,
                        const struct sim_world *w, enum sim_queue_id queue)
{
    struct sim_stop stop;

    if (!sim_stopped_before(w, queue, &stop))
        return false;
    switch (stop.call) {
    case SIM_EVENT_LOCK:
        return true;
    case SIM_EVENT_UNLOCK:
        return !somebody_waits(w);
    case SIM_EVENT_READ:
    case SIM_EVENT_LIST:
        break;
    default:
        return false;
    }
    switch (stop.object) {
    case SIM_OBJECT_POD: /* initialisation and the passes note the pod's time for all */
        return sim_queue_keys(queue) != SIM_OBJECT_GATEWAY && !pods_change(b, used, w);
    case SIM_OBJECT_GATEWAY:
        return !left(b, used, SIM_CLASS_GATEWAY, SIM_BUDGET_GATEWAYS);
    case SIM_OBJECT_POLICY:
        return true;
    case SIM_OBJECT_DNAT: /* stands for all kinds of rules, where they are no objects */
        return !w->limits.nat && !left(b, used, SIM_CLASS_RULE, SIM_BUDGET_RULES);
    default:
        return false;
    }
}

static void hear(void *context, const struct sim_event *event)
{
    bool *noise = context;

    switch (event->kind) {
    case SIM_EVENT_LOCK:
    case SIM_EVENT_UNLOCK:
    case SIM_EVENT_READ:
    case SIM_EVENT_LIST:
    case SIM_EVENT_SLEEP:
        return;
    default:
        *noise = true;
    }
}

/* What follows a quiet call up to the next stop belongs to it.  An allocator or a cache is asked
 * there without an event: the status handler does where it counts no EIPs. */
static bool ends_quietly(const struct sim_world *w, enum sim_queue_id queue)
{
    struct sim_stop stop;

    return queue != SIM_QUEUE_SUBNET_STATUS || !sim_stopped_before(w, queue, &stop) ||
           stop.call == SIM_EVENT_LIST || stop.call == SIM_EVENT_FORGET;
}

unsigned engine_quiet_steps(const struct engine_bound *bound, const struct engine_used *used,
                            struct sim_world *w, enum sim_queue_id queue, struct sim_world *spare)
{
    struct sim_action a = step_of(queue);
    unsigned n = 0;

    if ((bound->reductions >> ENGINE_REDUCTION_STEPS & 1) == 0)
        return 0;
    while (n < ENGINE_QUIET && looks_quiet(bound, used, w, queue)) {
        bool noise = false;
        struct sim_sink sink = {hear, &noise};

        engine_copy_state(w, spare);
        if (sim_apply(spare, &a, &sink) != SIM_STATUS_DONE || noise || !ends_quietly(spare, queue))
            break;
        engine_copy_state(spare, w);
        n++;
    }
    return n;
}

/* ---- listing ---- */

static bool has(const struct listing *l, enum sim_class class)
{
    return (l->bound->classes >> class & 1) != 0;
}

static void add(struct listing *l, const struct sim_action *a, unsigned quiet, unsigned budget)
{
    struct engine_choice *e = &l->c->at[l->c->n];

    if (l->c->n == ENGINE_CHOICES) {
        l->c->more = true;
        return;
    }
    e->action = *a;
    e->quiet = (uint8_t)quiet;
    e->budget = (uint8_t)budget;
    l->c->n++;
}

static void boot(struct listing *l)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = SIM_ACTION_BOOT;
    add(l, &a, 0, SIM_BUDGET_COUNT);
}

/* A step, with each fault its call can have.  Where the step behind the quiet ones has to wait, the
 * last of those is made alone: then it shows that the worker waits. */
static void step(struct listing *l, unsigned queue)
{
    struct sim_action a = step_of(queue);
    unsigned quiet;

    engine_copy_state(l->w, l->ahead);
    quiet = engine_quiet_steps(l->bound, l->used, l->ahead, (enum sim_queue_id)queue, l->spare);
    if (sim_can(l->ahead, &a) != SIM_STATUS_DONE) {
        add(l, &a, quiet - 1, SIM_BUDGET_COUNT);
        return;
    }
    add(l, &a, quiet, SIM_BUDGET_COUNT);
    if (l->used->budget[SIM_BUDGET_FAULTS] >= l->bound->budget[SIM_BUDGET_FAULTS] ||
        !sim_may_fail(l->ahead, &a, l->bound->classes))
        return;
    for (unsigned fault = SIM_FAULT_NONE + 1; fault < SIM_FAULT_COUNT; fault++) {
        a.fault = (uint8_t)fault;
        if (sim_can(l->ahead, &a) == SIM_STATUS_DONE)
            add(l, &a, quiet, SIM_BUDGET_FAULTS);
    }
}

/* What the controller can do next; without lag a watch event comes before all else.  True if there
 * is something that no delay keeps. */
static bool controller(struct listing *l)
{
    struct sim_action list[ENGINE_CHOICES];
    size_t n = sim_enabled(l->w, 0, list, ENGINE_CHOICES);
    bool busy = false;

    l->c->more = l->c->more || n > ENGINE_CHOICES;
    for (size_t i = 0; i < n && i < ENGINE_CHOICES; i++) {
        busy = busy || list[i].kind != SIM_ACTION_DUE;
        if (list[i].kind == SIM_ACTION_STEP)
            step(l, list[i].queue);
        else
            add(l, &list[i], 0, SIM_BUDGET_COUNT);
        if (list[i].kind == SIM_ACTION_DELIVER && !has(l, SIM_CLASS_LAG))
            break;
    }
    return busy;
}

/* Every way to make a choice, each once. */
static void every(struct listing *l, const struct sim_choice *choice)
{
    struct engine_odometer digits = {0};
    struct sim_picker picker = {engine_odometer_pick, &digits};
    size_t first = l->c->n;

    do {
        struct sim_action a;
        size_t same = first;

        engine_odometer_reset(&digits);
        if (!sim_choice_make(l->w, choice, l->bound->classes, &picker, &a))
            continue;
        while (same < l->c->n && memcmp(&l->c->at[same].action, &a, sizeof a) != 0)
            same++;
        if (same == l->c->n && share_left(l->bound, l->used, &a, choice->budget))
            add(l, &a, 0, choice->budget);
    } while (engine_odometer_next(&digits));
}

/* Without races everything outside waits until the controller is idle; a crash does not. */
static void outside(struct listing *l, bool busy)
{
    const struct sim_choice *choice;

    for (size_t i = 0; (choice = sim_choice_at(i)) != NULL; i++)
        if (sim_choice_in(choice, l->bound->classes) &&
            (!busy || has(l, SIM_CLASS_RACE) || choice->class == SIM_CLASS_CRASH) &&
            (choice->budget == SIM_BUDGET_COUNT ||
             l->used->budget[choice->budget] < l->bound->budget[choice->budget]))
            every(l, choice);
    if (!sim_globals(l->w)->up && !has(l, SIM_CLASS_CRASH))
        boot(l); /* a panic, and nobody who crashes on purpose */
}

void engine_choices_list(struct engine_choices *c, const struct engine_bound *bound,
                         const struct sim_world *w, const struct engine_used *used,
                         struct sim_world *ahead, struct sim_world *spare)
{
    struct listing l = {c, bound, w, used, ahead, spare};

    c->n = 0;
    c->more = false;
    outside(&l, controller(&l));
}

void engine_choose_quiet(struct sim_world *w, const struct engine_choice *choice)
{
    struct sim_action quiet = step_of(choice->action.queue);

    for (unsigned i = 0; i < choice->quiet; i++)
        (void)sim_apply(w, &quiet, NULL);
}

void engine_choose_last(const struct engine_bound *bound, struct sim_world *w,
                        const struct engine_choice *choice, struct engine_used *used)
{
    enum engine_share s = share_of(&choice->action, choice->budget);

    (void)sim_apply(w, &choice->action, NULL);
    if (choice->budget != SIM_BUDGET_COUNT)
        used->budget[choice->budget]++;
    if (s != ENGINE_SHARE_COUNT && bound->share[s] != 0)
        used->share[choice->action.id][s]++;
}
