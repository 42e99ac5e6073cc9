#include "engine/script.h"

#include <string.h>

#include "model/outside.h"
#include "model/world.h"

const char *engine_failure_text(enum engine_failure failure)
{
    static const char *const text[] = {
#define X(name, sentence) sentence,
        ENGINE_FAILURES(X)
#undef X
    };
    return text[failure];
}

/* ---- findings ---- */

static bool same(const struct sim_violation *a, const struct sim_violation *b)
{
    return a->invariant == b->invariant && a->eip == b->eip && a->v4 == b->v4 && a->pod == b->pod &&
           a->subnet == b->subnet;
}

const char *engine_culprit(const struct sim_world *world, const struct sim_action *action)
{
    struct sim_stop stop;

    if (action->kind == SIM_ACTION_STEP && action->queue < SIM_QUEUE_COUNT &&
        sim_stopped_before(world, (enum sim_queue_id)action->queue, &stop))
        return stop.name;
    return sim_action_text((enum sim_action_kind)action->kind);
}

bool engine_explained(const struct sim_violation *v, const struct engine_finding *findings,
                      size_t n)
{
    bool lost = false, silent = false, claimed = false;

    for (size_t i = 0; i < n; i++) {
        const struct sim_violation *f = &findings[i].violation;

        lost = lost || !sim_invariant_at_rest_only((enum sim_invariant)f->invariant);
        silent = silent || (f->invariant == SIM_INVARIANT_LEDGER && f->v4 == v->v4);
        claimed = claimed || (f->invariant == SIM_INVARIANT_HELD_BY_IPAM && f->v4 == v->v4);
    }
    return (v->invariant == SIM_INVARIANT_STATUS_TRUTH && lost) ||
           (v->invariant == SIM_INVARIANT_SINGLE_OWNER && (silent || claimed)) ||
           (v->invariant == SIM_INVARIANT_NO_FOREIGN_REMOVAL && claimed) ||
           (v->invariant == SIM_INVARIANT_RESTART_NEUTRAL && claimed);
}

static void note(struct engine_script *s, const struct sim_violation *found, size_t n,
                 const char *culprit)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (k < s->n_findings && !same(&s->finding[k].violation, &found[i]))
            k++;
        if (k < s->n_findings || k == ENGINE_FINDINGS)
            continue;
        s->finding[k].violation = found[i];
        s->finding[k].culprit = culprit;
        s->finding[k].action = s->trace->n_actions - 1;
        s->finding[k].step = s->at;
        s->n_findings++;
    }
}

/* ---- actions ---- */

static enum sim_status apply(struct engine_script *s, const struct sim_action *a)
{
    struct sim_violation found[32];
    const char *culprit = engine_culprit(s->world, a);
    enum sim_status status = engine_trace_apply(s->trace, s->world, a);
    size_t n;

    if (status != SIM_STATUS_DONE)
        return status;
    n = sim_check(s->world, found, 32);
    note(s, found, n < 32 ? n : 32, culprit);
    if (s->acted != NULL)
        s->acted(s->context, s->world);
    return status;
}

static bool fail(struct engine_script *s, enum engine_failure failure)
{
    s->failure = (uint8_t)failure;
    return false;
}

static bool act(struct engine_script *s, const struct sim_action *a)
{
    switch (apply(s, a)) {
    case SIM_STATUS_DONE:
        return true;
    case SIM_STATUS_WATCH_FULL:
        return fail(s, ENGINE_FAILURE_WATCH_FULL);
    default:
        return fail(s, ENGINE_FAILURE_NOT_ENABLED);
    }
}

static struct sim_action worker_action(enum sim_action_kind kind, const struct engine_step *step)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.queue = step->queue;
    return a;
}

static bool act_while_settling(void *context, struct sim_world *world, const struct sim_action *a)
{
    (void)world;
    return apply(context, a) == SIM_STATUS_DONE;
}

static bool settle(struct engine_script *s)
{
    struct engine_actor actor = {act_while_settling, s};

    return engine_settle(s->world, &actor, ENGINE_BUDGET_ACTIONS) != ENGINE_BUDGET ||
           fail(s, ENGINE_FAILURE_BUDGET);
}

static bool deliver_all(struct engine_script *s)
{
    struct sim_action a;

    while (sim_next_delivery(s->world, 0, &a))
        if (!act(s, &a))
            return false;
    return true;
}

static bool mend(struct engine_script *s)
{
    struct sim_mending m;
    struct sim_action a;

    memset(&m, 0, sizeof m);
    while (sim_mend(s->world, &m, &a))
        if (!act(s, &a))
            return false;
    return true;
}

/* ---- RUN ---- */

static bool start(struct engine_script *s, const struct engine_step *step)
{
    const struct sim_worker *w = sim_worker(s->world, step->queue);
    struct sim_action a = worker_action(SIM_ACTION_START, step);

    if (w->phase == SIM_PHASE_IDLE) {
        if (sim_can(s->world, &a) != SIM_STATUS_DONE)
            return fail(s, ENGINE_FAILURE_NOTHING_READY);
        if (!act(s, &a))
            return false;
    }
    w = sim_worker(s->world, step->queue);
    return step->key == SIM_NONE || w->phase == SIM_PHASE_IDLE || w->key == step->key ||
           fail(s, ENGINE_FAILURE_OTHER_KEY);
}

static bool is_wanted(const struct engine_step *step, const struct sim_stop *stop)
{
    return stop->call == step->until &&
           (step->object == SIM_OBJECT_COUNT || stop->object == step->object) &&
           (step->verb == SIM_VERB_NONE || stop->verb == step->verb);
}

static bool make_call(struct engine_script *s, const struct engine_step *step, uint8_t fault)
{
    struct sim_action a = worker_action(SIM_ACTION_STEP, step);

    a.fault = fault;
    if (sim_can(s->world, &a) == SIM_STATUS_DONE)
        return act(s, &a);
    a.fault = SIM_FAULT_NONE;
    return fail(s, fault == SIM_FAULT_NONE && sim_globals(s->world)->up
                       ? ENGINE_FAILURE_BLOCKED
                       : ENGINE_FAILURE_NOT_ENABLED);
}

static bool run_worker(struct engine_script *s, const struct engine_step *step)
{
    struct sim_stop stop;
    unsigned seen = 0;

    if (!start(s, step))
        return false;
    while (sim_globals(s->world)->up &&
           sim_stopped_before(s->world, (enum sim_queue_id)step->queue, &stop)) {
        if (is_wanted(step, &stop) && ++seen >= step->nth)
            return step->fault == SIM_FAULT_NONE || make_call(s, step, step->fault);
        if (!make_call(s, step, SIM_FAULT_NONE))
            return false;
    }
    return step->until == SIM_EVENT_COUNT || fail(s, ENGINE_FAILURE_ENDED);
}

/* ---- WAIT ---- */

/* Everything that is ready is done, and delayed keys too as far as the clock may go. */
static bool wait_until(struct engine_script *s, uint64_t until)
{
    for (size_t budget = ENGINE_BUDGET_ACTIONS; budget > 0; budget--) {
        struct sim_action list[64];
        size_t n = sim_enabled(s->world, 0, list, 64);

        if (n == 0)
            return true;
        if (list[0].kind == SIM_ACTION_DUE &&
            sim_node(s->world, (enum sim_queue_id)list[0].queue, list[0].id)->ready_at > until)
            return true;
        if (!act(s, &list[0]))
            return false;
    }
    return fail(s, ENGINE_FAILURE_BUDGET);
}

/* ---- steps ---- */

static bool carry_out(struct engine_script *s, const struct engine_step *step)
{
    switch ((enum engine_step_kind)step->kind) {
    case ENGINE_STEP_ACT:
        return act(s, &step->action);
    case ENGINE_STEP_SETTLE:
        return settle(s);
    case ENGINE_STEP_DELIVER_ALL:
        return deliver_all(s);
    case ENGINE_STEP_RUN:
        return run_worker(s, step);
    case ENGINE_STEP_MEND:
        return mend(s);
    case ENGINE_STEP_WAIT:
        return wait_until(s, sim_globals(s->world)->now + step->ms);
    case ENGINE_STEP_EXPECT:
        return s->expect == NULL || s->expect(s->context, s->world, step->expect) ||
               fail(s, ENGINE_FAILURE_EXPECTED);
    }
    return false;
}

bool engine_script_run(struct engine_script *s, const struct engine_step *steps, size_t count)
{
    for (s->at = 0; s->at < count; s->at++) {
        if (carry_out(s, &steps[s->at]))
            continue;
        if (!steps[s->at].optional)
            return false;
        s->failure = ENGINE_FAILURE_NONE;
    }
    return true;
}

bool engine_script_rest(struct engine_script *s, size_t count)
{
    struct sim_violation found[64];
    size_t n;

    s->at = count;
    if (!settle(s))
        return false;
    n = engine_check_at_rest(s->world, s->scratch, ENGINE_BUDGET_ACTIONS, found, 64);
    note(s, found, n < 64 ? n : 64, "rest");
    return true;
}
