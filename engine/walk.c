#include "engine/walk.h"

#include <string.h>

#include "engine/settle.h"
#include "model/world.h"

enum { CHOICES = 128, DRAIN_ACTIONS = 200000, TRIES = 12 };

/* The threads of a run, for PCT: a worker each, the watch, the timers, everything outside. */
enum { THREAD_WATCH = SIM_QUEUE_COUNT, THREAD_TIMERS, THREAD_OUTSIDE, THREADS };

const char *engine_scheduler_text(enum engine_scheduler which)
{
    static const char *const text[] = {
#define X(name, text, meaning) text,
        ENGINE_SCHEDULERS(X)
#undef X
    };
    return text[which];
}

static bool has(const struct engine_walk *k, enum sim_class which)
{
    return (k->classes >> which & 1) != 0;
}

/* ---- acting ---- */

static bool known(const struct engine_walk *k, const struct sim_violation *v)
{
    for (size_t i = 0; i < k->n_findings; i++) {
        const struct sim_violation *f = &k->finding[i].violation;

        if (f->invariant == v->invariant && f->eip == v->eip && f->v4 == v->v4 &&
            f->pod == v->pod && f->subnet == v->subnet)
            return true;
    }
    return false;
}

static void note(struct engine_walk *k, const struct sim_violation *v, size_t n,
                 const char *culprit)
{
    for (size_t i = 0; i < n && !k->ended; i++) {
        struct engine_finding *f = &k->finding[k->n_findings];

        if (known(k, &v[i]) || k->n_findings == ENGINE_FINDINGS ||
            engine_explained(&v[i], k->finding, k->n_findings))
            continue;
        f->violation = v[i];
        f->action = k->forgotten ? SIZE_MAX : k->trace->n_actions - 1;
        f->step = 0;
        f->culprit = culprit;
        k->n_findings++;
        if (k->found != NULL && !k->found(k->context, k, f))
            k->ended = 1;
    }
}

static bool apply(struct engine_walk *k, const struct sim_action *a)
{
    struct sim_violation found[16];
    const char *culprit = engine_culprit(k->world, a);
    size_t before, n;

    if (k->keep != 0 && k->trace->n_actions >= k->keep) {
        engine_trace_clear(k->trace);
        k->forgotten = 1;
    }
    before = k->trace->n_events;
    if (engine_trace_apply(k->trace, k->world, a) != SIM_STATUS_DONE)
        return false;
    k->n_actions++;
    k->n_events += 1 + (k->trace->n_events - before);
    n = sim_check(k->world, found, 16);
    if (n > 0)
        note(k, found, n < 16 ? n : 16, culprit);
    if (k->seen != NULL)
        (void)engine_see(k->seen, engine_abstract(k->world));
    if (k->acted != NULL)
        k->acted(k->context, k);
    return !k->trace->full;
}

/* ---- choosing ---- */

static unsigned thread_of(const struct sim_action *a)
{
    return a->kind == SIM_ACTION_DELIVER ? THREAD_WATCH
           : a->kind == SIM_ACTION_DUE   ? THREAD_TIMERS
                                         : a->queue;
}

/* What the controller can do next, faults that this run has included. */
static size_t enabled(struct engine_walk *k, struct sim_action *out)
{
    bool faults = has(k, SIM_CLASS_API) || has(k, SIM_CLASS_EXEC);
    size_t n = sim_enabled(k->world, faults ? SIM_ENABLED_FAULTS : 0, out, CHOICES), kept = 0;

    n = n < CHOICES ? n : CHOICES;
    for (size_t i = 0; i < n; i++) {
        if (out[i].kind == SIM_ACTION_DELIVER && !has(k, SIM_CLASS_LAG)) {
            out[0] = out[i];
            return 1;
        }
        /* of four chances to fail one is taken */
        if (out[i].fault != SIM_FAULT_NONE &&
            (!sim_may_fail(k->world, &out[i], k->classes) || !engine_one_in(&k->random, 4)))
            continue;
        out[kept++] = out[i];
    }
    return kept;
}

static uint32_t draw(void *context, uint32_t n, uint32_t first)
{
    uint32_t at = engine_below(context, n - 1 + first);

    return at < first ? 0 : at - first + 1;
}

/* One of the choices that this run has, by their weights. */
static const struct sim_choice *choose(struct engine_walk *k)
{
    const struct sim_choice *c;
    uint32_t total = 0, at;

    for (size_t i = 0; (c = sim_choice_at(i)) != NULL; i++)
        total += sim_choice_in(c, k->classes) ? c->weight : 0;
    at = engine_below(&k->random, total);
    for (size_t i = 0;; i++) {
        c = sim_choice_at(i);
        if (!sim_choice_in(c, k->classes))
            continue;
        if (at < c->weight)
            return c;
        at -= c->weight;
    }
}

static bool outside(struct engine_walk *k, struct sim_action *out)
{
    struct sim_picker picker = {draw, &k->random};

    for (unsigned i = 0; i < TRIES; i++)
        if (sim_choice_make(k->world, choose(k), k->classes, &picker, out))
            return true;
    return false;
}

static void pct_start(struct engine_walk *k)
{
    for (unsigned i = 0; i < THREADS; i++) {
        unsigned at = engine_below(&k->random, i + 1);

        k->priority[i] = k->priority[at];
        k->priority[at] = (uint8_t)(ENGINE_DEPTH_MAX + i);
    }
    for (unsigned i = 0; i < ENGINE_DEPTH_MAX; i++)
        k->change[i] =
            i < k->depth
                ? engine_below(&k->random, (uint32_t)(k->events < 1u << 30 ? k->events : 1u << 30))
                : UINT64_MAX;
}

/* The enabled action of the thread of highest priority. */
static size_t pct_pick(struct engine_walk *k, const struct sim_action *list, size_t n)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (k->priority[thread_of(&list[i])] > k->priority[thread_of(&list[best])])
            best = i;
    for (unsigned i = 0; i < ENGINE_DEPTH_MAX; i++)
        if (k->n_events >= k->change[i]) {
            k->priority[thread_of(&list[best])] = (uint8_t)i;
            k->change[i] = UINT64_MAX;
        }
    return best;
}

static uint64_t times_after(struct engine_walk *k, const struct sim_action *a)
{
    struct sim_world *copy = k->scratch;
    uint64_t hash;

    memcpy(copy, k->world, sim_world_size(k->world));
    if (sim_apply(copy, a, NULL) != SIM_STATUS_DONE)
        return UINT64_MAX;
    hash = engine_abstract(copy);
    return engine_seen_times(k->seen, hash) +
           (k->before != NULL ? engine_seen_times(k->before, hash) : 0);
}

static size_t pick(struct engine_walk *k, const struct sim_action *list, size_t n)
{
    size_t a = engine_below(&k->random, (uint32_t)n), b;

    if (k->scheduler == ENGINE_SCHEDULER_PCT)
        return pct_pick(k, list, n);
    if (k->scheduler != ENGINE_SCHEDULER_RARE || n < 2)
        return a;
    b = engine_below(&k->random, (uint32_t)n);
    return times_after(k, &list[a]) <= times_after(k, &list[b]) ? a : b;
}

/* Users act now and then; without races only when the controller has nothing to do. */
static bool step(struct engine_walk *k)
{
    struct sim_action list[CHOICES], a;
    size_t n = enabled(k, list);
    bool busy = n > 0 && !(n == 1 && list[0].kind == SIM_ACTION_DUE);
    bool turn = has(k, SIM_CLASS_RACE) ? engine_one_in(&k->random, 12) : !busy;

    if (!sim_globals(k->world)->up || ((turn || n == 0) && !engine_one_in(&k->random, 16))) {
        if (outside(k, &a))
            return apply(k, &a);
        if (n == 0 && sim_globals(k->world)->up)
            return false;
    }
    if (!sim_globals(k->world)->up) { /* a panic, and nobody who crashes on purpose */
        memset(&a, 0, sizeof a);
        a.kind = SIM_ACTION_BOOT;
        return apply(k, &a);
    }
    return n == 0 || apply(k, &list[pick(k, list, n)]);
}

/* ---- from beginning to end ---- */

/* Without trouble from them, no gateway starts and no controller does: then nobody marks EIPs for
 * programming again, and what was not programmed must show. */
static bool mend(struct engine_walk *k)
{
    struct sim_mending m;
    struct sim_action a;

    memset(&m, 0, sizeof m);
    m.unasked = !has(k, SIM_CLASS_POD) && !has(k, SIM_CLASS_GATEWAY) && !has(k, SIM_CLASS_CRASH);
    while (!k->ended && sim_mend(k->world, &m, &a))
        if (!apply(k, &a))
            return false;
    return !k->ended;
}

static bool act_while_settling(void *context, struct sim_world *world, const struct sim_action *a)
{
    struct engine_walk *k = context;

    (void)world;
    return apply(k, a) && !k->ended;
}

static void drain(struct engine_walk *k)
{
    struct engine_actor actor = {act_while_settling, k};
    struct sim_violation found[32];
    size_t n;

    k->drained = k->trace->n_actions;
    /* without races nothing outside happens while the controller has something to do */
    if (!has(k, SIM_CLASS_RACE) && sim_globals(k->world)->up &&
        engine_settle(k->world, &actor, DRAIN_ACTIONS) == ENGINE_BUDGET)
        return;
    /* twice: a controller that dies while it settles has to be told of its gateways again */
    for (unsigned i = 0; i < 2; i++)
        if (!mend(k) || engine_settle(k->world, &actor, DRAIN_ACTIONS) == ENGINE_BUDGET)
            return;
    n = engine_check_at_rest(k->world, k->scratch, DRAIN_ACTIONS, found, 32);
    note(k, found, n < 32 ? n : 32, "rest");
}

/* Mostly a few, now and then many. */
uint32_t engine_walk_classes(uint32_t allowed, uint64_t seed)
{
    struct engine_random r = {seed ^ UINT64_C(0x5eed)};
    uint32_t some = (uint32_t)engine_draw(&r) & (uint32_t)engine_draw(&r);

    if (engine_one_in(&r, 3))
        some |= (uint32_t)engine_draw(&r);
    return allowed & some;
}

static void begin(struct engine_walk *k)
{
    k->n_events = k->n_actions = 0;
    k->n_findings = 0;
    k->ended = k->forgotten = 0;
    k->mended = 0;
    k->drained = SIZE_MAX;
}

void engine_walk_run(struct engine_walk *k)
{
    k->random.state = k->seed;
    begin(k);
    pct_start(k);
    if (!mend(k))
        return;
    k->mended = k->trace->n_actions;
    while (!k->ended && k->n_events < k->events)
        if (!step(k))
            break;
    if (!k->ended)
        drain(k);
}

/* ---- following records ---- */

/* What has to come before the record, for want of lag or races.  False: the run has ended. */
static bool make_way(struct engine_walk *k, const uint8_t *record)
{
    struct engine_actor actor = {act_while_settling, k};
    struct sim_action deliver;

    while (!has(k, SIM_CLASS_LAG) && sim_next_delivery(k->world, 0, &deliver))
        if (!apply(k, &deliver) || k->ended)
            return false;
    return has(k, SIM_CLASS_RACE) || record[0] % ENGINE_OP_COUNT != ENGINE_OP_OUTSIDE ||
           !sim_globals(k->world)->up ||
           engine_settle(k->world, &actor, DRAIN_ACTIONS) != ENGINE_BUDGET;
}

void engine_walk_bytes(struct engine_walk *k, const struct engine_bytes *bytes,
                       const struct engine_codec *codec)
{
    bool as_is = (bytes->tail.flags & ENGINE_TAIL_AS_IS) != 0;
    struct sim_action a;

    begin(k);
    k->classes = codec->classes;
    if (!as_is && !mend(k))
        return;
    k->mended = k->trace->n_actions;
    for (size_t i = 0; i < bytes->n_records && !k->ended; i++) {
        const uint8_t *record = bytes->record + i * ENGINE_RECORD;

        if (!make_way(k, record))
            return;
        if (engine_decode(codec, k->world, record, &a) && !apply(k, &a))
            return;
    }
    if (!as_is && !k->ended)
        drain(k);
}
