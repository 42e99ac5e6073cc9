#include "engine/shrink.h"

#include <string.h>

#include "model/world.h"

size_t engine_steps_of(const struct engine_trace *trace, size_t last, struct engine_step *out)
{
    size_t n = last + 1 < trace->n_actions ? last + 1 : trace->n_actions;

    for (size_t i = 0; i < n; i++) {
        memset(&out[i], 0, sizeof out[i]);
        out[i].kind = ENGINE_STEP_ACT;
        out[i].action = trace->action[i].action;
    }
    return n;
}

/* ---- trying ---- */

static bool wanted(const struct engine_shrink *s, const struct engine_script *e, size_t *which)
{
    for (size_t i = 0; i < e->n_findings; i++) {
        *which = i;
        if (e->finding[i].violation.invariant == s->invariant &&
            strcmp(e->finding[i].culprit, s->culprit) == 0 &&
            !engine_explained(&e->finding[i].violation, e->finding, e->n_findings))
            return true;
    }
    return false;
}

bool engine_shrink_breaks(struct engine_shrink *s, struct engine_step *steps, size_t *count)
{
    static const struct engine_step mend = {.kind = ENGINE_STEP_MEND, .optional = 1};
    struct engine_script e;
    size_t kept = 0, which;

    s->runs++;
    memcpy(s->world, s->start, sim_world_size(s->start));
    engine_trace_clear(s->trace);
    memset(&e, 0, sizeof e);
    e.world = s->world;
    e.trace = s->trace;
    e.scratch = s->scratch;
    for (size_t i = 0; i < *count; i++) {
        e.failure = ENGINE_FAILURE_NONE;
        if (engine_script_run(&e, &steps[i], 1))
            steps[kept++] = steps[i];
        if (strcmp(s->culprit, "rest") != 0 && wanted(s, &e, &which)) {
            *count = kept;
            s->finding = e.finding[which];
            return true;
        }
    }
    *count = kept;
    if (strcmp(s->culprit, "rest") != 0 || (s->mends && !engine_script_run(&e, &mend, 1)) ||
        !engine_script_rest(&e, kept))
        return false;
    if (!wanted(s, &e, &which))
        return false;
    s->finding = e.finding[which];
    return true;
}

/* Takes the candidate in spare[0] if it breaks, too. */
static bool take(struct engine_shrink *s, size_t n)
{
    struct engine_step *candidate = s->spare;

    if (s->runs >= s->budget || !engine_shrink_breaks(s, candidate, &n))
        return false;
    memcpy(s->step, candidate, n * sizeof *candidate);
    s->n_steps = n;
    return true;
}

/* ---- leaving out ---- */

/* Everything but `length` steps from `first` on. */
static bool without(struct engine_shrink *s, size_t first, size_t length)
{
    size_t rest = s->n_steps - first - length;

    memcpy(s->spare, s->step, first * sizeof *s->step);
    memcpy(s->spare + first, s->step + first + length, rest * sizeof *s->step);
    return take(s, first + rest);
}

/* Chunks of half, a quarter and so on down to single steps, from the end. */
static bool leave_out(struct engine_shrink *s)
{
    bool changed = false;

    for (size_t length = s->n_steps / 2; length > 0; length /= 2)
        for (size_t end = s->n_steps; end >= length; end = end > length ? end - length : 0)
            if (end <= s->n_steps && without(s, end - length, length))
                changed = true;
    return changed;
}

/* ---- folding the steps of a worker ---- */

static bool is_act(const struct engine_step *step, enum sim_action_kind kind, uint8_t queue)
{
    return step->kind == ENGINE_STEP_ACT && step->action.kind == kind &&
           step->action.queue == queue;
}

static struct engine_step run_of(uint8_t queue)
{
    struct engine_step run;

    memset(&run, 0, sizeof run);
    run.kind = ENGINE_STEP_RUN;
    run.queue = queue;
    run.until = SIM_EVENT_COUNT;
    run.object = SIM_OBJECT_COUNT;
    run.key = SIM_NONE;
    run.nth = 1;
    return run;
}

/* Where the handler stands before step `at` of the list, as a RUN that leads there: replays. */
static bool run_until(struct engine_shrink *s, size_t start, size_t at, struct engine_step *run)
{
    uint8_t queue = s->step[start].action.queue;
    struct engine_script e;
    struct sim_stop stop, here;
    unsigned nth = 1;

    memcpy(s->world, s->start, sim_world_size(s->start));
    engine_trace_clear(s->trace);
    memset(&e, 0, sizeof e);
    e.world = s->world;
    e.trace = s->trace;
    if (!engine_script_run(&e, s->step, at) ||
        !sim_stopped_before(s->world, (enum sim_queue_id)queue, &stop))
        return false;
    /* again, counting equal stops on the way */
    memcpy(s->world, s->start, sim_world_size(s->start));
    for (size_t i = 0; i < at; i++) {
        if (i > start && is_act(&s->step[i], SIM_ACTION_STEP, queue) &&
            sim_stopped_before(s->world, (enum sim_queue_id)queue, &here) &&
            here.call == stop.call && here.object == stop.object && here.verb == stop.verb)
            nth++;
        e.n_findings = 0;
        (void)engine_script_run(&e, &s->step[i], 1);
    }
    *run = run_of(queue);
    run->until = stop.call;
    run->object = stop.object;
    run->verb = stop.verb;
    run->nth = (uint16_t)nth;
    return true;
}

/* The steps of the worker that start at `start`, but for number `cut` of them (SIZE_MAX: none), go;
 * a RUN takes their place at `start`, and one after the cut. */
static bool fold_at(struct engine_shrink *s, size_t start, size_t cut)
{
    uint8_t queue = s->step[start].action.queue;
    struct engine_step first = run_of(queue), then = run_of(queue);
    struct engine_step *out = s->spare;
    size_t n = 0;
    bool over = false;

    if (cut != SIZE_MAX) {
        if (!run_until(s, start, cut, &first))
            return false;
        first.fault = s->step[cut].action.fault;
    }
    for (size_t i = 0; i < s->n_steps; i++) {
        over = over || (i > start && is_act(&s->step[i], SIM_ACTION_START, queue));
        if (i == start)
            out[n++] = first;
        else if (i == cut)
            out[n++] = then;
        else if (i < start || over || !is_act(&s->step[i], SIM_ACTION_STEP, queue))
            out[n++] = s->step[i];
    }
    return take(s, n);
}

static bool fold_one(struct engine_shrink *s, size_t start)
{
    uint8_t queue = s->step[start].action.queue;
    bool faulty = false;

    for (size_t i = start + 1; i < s->n_steps; i++) {
        if (is_act(&s->step[i], SIM_ACTION_START, queue))
            break;
        faulty = faulty || (is_act(&s->step[i], SIM_ACTION_STEP, queue) &&
                            s->step[i].action.fault != SIM_FAULT_NONE);
    }
    if (!faulty && fold_at(s, start, SIZE_MAX))
        return true;
    for (size_t i = start + 1; i < s->n_steps; i++) {
        if (is_act(&s->step[i], SIM_ACTION_START, queue))
            break;
        if (is_act(&s->step[i], SIM_ACTION_STEP, queue) && fold_at(s, start, i))
            return true;
    }
    return false;
}

static bool fold(struct engine_shrink *s)
{
    bool changed = false;

    for (size_t i = 0; i < s->n_steps; i++)
        if (s->step[i].kind == ENGINE_STEP_ACT && s->step[i].action.kind == SIM_ACTION_START &&
            fold_one(s, i))
            changed = true;
    return changed;
}

/* ---- simplifying single steps ---- */

static bool changed_step(struct engine_shrink *s, size_t i, const struct engine_step *step)
{
    if (memcmp(&s->step[i], step, sizeof *step) == 0)
        return false;
    memcpy(s->spare, s->step, s->n_steps * sizeof *s->step);
    s->spare[i] = *step;
    return take(s, s->n_steps);
}

static bool simplify_one(struct engine_shrink *s, size_t i)
{
    struct engine_step step = s->step[i];
    bool changed;

    step.fault = SIM_FAULT_NONE;
    step.action.fault = SIM_FAULT_NONE;
    changed = changed_step(s, i, &step);
    if (i >= s->n_steps || s->step[i].kind != ENGINE_STEP_ACT ||
        s->step[i].action.kind != SIM_ACTION_CREATE)
        return changed;
    step = s->step[i];
    step.action.body.spec_v4 = 0;
    changed = changed_step(s, i, &step) || changed;
    step = s->step[i];
    step.action.body.qos = 0;
    return changed_step(s, i, &step) || changed;
}

static bool simplify(struct engine_shrink *s)
{
    bool changed = false;

    for (size_t i = 0; i < s->n_steps; i++)
        changed = simplify_one(s, i) || changed;
    return changed;
}

/* ---- renaming ---- */

/* The EIP that a step names; NULL: none. */
static sim_id *eip_of(struct engine_step *s)
{
    if (s->kind == ENGINE_STEP_RUN)
        return s->key != SIM_NONE && sim_queue_keys((enum sim_queue_id)s->queue) == SIM_OBJECT_EIP
                   ? &s->key
                   : NULL;
    if (s->kind != ENGINE_STEP_ACT)
        return NULL;
    switch ((enum sim_action_kind)s->action.kind) {
    case SIM_ACTION_CREATE:
    case SIM_ACTION_DELETE:
    case SIM_ACTION_DELETE_BEGIN:
    case SIM_ACTION_DELETE_END:
    case SIM_ACTION_SET_FINALIZERS:
    case SIM_ACTION_SET_QOS:
    case SIM_ACTION_SET_V4IP:
        return &s->action.id;
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        return sim_queue_keys((enum sim_queue_id)s->action.queue) == SIM_OBJECT_EIP ? &s->action.id
                                                                                    : NULL;
    default:
        return NULL;
    }
}

/* The gateway that a step names becomes `to`, unless that is SIM_NONE; says what it was. */
static sim_id gateway_in(const struct engine_shrink *s, struct engine_step *step, sim_id to)
{
    sim_id pods = s->start->limits.pods_per_gateway, was = SIM_NONE;
    struct sim_action *a = &step->action;

    if (step->kind != ENGINE_STEP_ACT)
        return SIM_NONE;
    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_CREATE:
        was = a->object == SIM_OBJECT_EIP ? sim_ref_id(a->body.gw) : SIM_NONE;
        if (was != SIM_NONE && to != SIM_NONE)
            a->body.gw = sim_ref_of(to);
        return was;
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
    case SIM_ACTION_POD_INITED:
        was = (sim_id)(a->id / pods);
        if (to != SIM_NONE)
            a->id = (sim_id)(to * pods + a->id % pods);
        return was;
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        if (sim_queue_keys((enum sim_queue_id)a->queue) != SIM_OBJECT_GATEWAY)
            return SIM_NONE;
        /* fall through */
    case SIM_ACTION_GATEWAY:
        was = a->id;
        if (to != SIM_NONE)
            a->id = to;
        return was;
    default:
        return SIM_NONE;
    }
}

static sim_id name_in(const struct engine_shrink *s, struct engine_step *step,
                      enum sim_object object, sim_id to)
{
    sim_id *eip, was;

    if (object == SIM_OBJECT_GATEWAY)
        return gateway_in(s, step, to);
    eip = eip_of(step);
    if (eip == NULL)
        return SIM_NONE;
    was = *eip;
    if (to != SIM_NONE)
        *eip = to;
    return was;
}

/* Object a everywhere instead of b, and the other way round. */
static bool swap(struct engine_shrink *s, enum sim_object object, sim_id a, sim_id b)
{
    memcpy(s->spare, s->step, s->n_steps * sizeof *s->step);
    for (size_t i = 0; i < s->n_steps; i++) {
        sim_id is = name_in(s, &s->spare[i], object, SIM_NONE);

        if (is != SIM_NONE && (is == a || is == b))
            (void)name_in(s, &s->spare[i], object, is == a ? b : a);
    }
    return take(s, s->n_steps);
}

/* The first that is named becomes the first there is, and so on. */
static bool rename_all(struct engine_shrink *s, enum sim_object object)
{
    sim_id next = 0, count = sim_limit(&s->start->limits, object);
    bool changed = false;

    for (size_t i = 0; i < s->n_steps && next < count; i++) {
        sim_id is = name_in(s, &s->step[i], object, SIM_NONE);

        if (is == SIM_NONE || is < next)
            continue;
        if (is > next && swap(s, object, next, is))
            changed = true;
        next++;
    }
    return changed;
}

/* As it is given, with mending or else without. */
static bool begin(struct engine_shrink *s)
{
    for (s->mends = strcmp(s->culprit, "rest") == 0;; s->mends = 0) {
        memcpy(s->spare, s->step, s->n_steps * sizeof *s->step);
        if (take(s, s->n_steps))
            return true;
        if (!s->mends)
            return false;
    }
}

bool engine_shrink_run(struct engine_shrink *s)
{
    bool changed = true;

    if (s->budget == 0 || !begin(s))
        return false;
    while (changed && s->runs < s->budget) {
        changed = leave_out(s);
        changed = fold(s) || changed;
        changed = simplify(s) || changed;
        changed = rename_all(s, SIM_OBJECT_EIP) || changed;
        changed = rename_all(s, SIM_OBJECT_GATEWAY) || changed;
    }
    /* the last word: the trace and the finding are of what is returned */
    memcpy(s->spare, s->step, s->n_steps * sizeof *s->step);
    if (!engine_shrink_breaks(s, s->spare, &s->n_steps))
        return false;
    if (s->mends) {
        memset(&s->step[s->n_steps], 0, sizeof *s->step);
        s->step[s->n_steps++].kind = ENGINE_STEP_MEND;
    }
    return true;
}
