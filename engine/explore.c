#include "engine/explore.h"

#include <string.h>

#include "engine/alike.h"
#include "engine/graph.h"
#include "engine/packing.h"
#include "engine/settle.h"
#include "model/world.h"

enum { REST_ACTIONS = 20000, VIOLATIONS = 8, WORLDS = 6 };

/* A thread's memory. */
struct scratch {
    struct sim_world *world;  /* the state gone on from */
    struct sim_world *next;   /* after the choice at hand */
    struct sim_world *before; /* after the choice before it, which is yet to be offered */
    struct sim_world *ahead, *spare;
    struct sim_world *base; /* against which states are packed */
    struct engine_choices choices;
    struct engine_offer postponed; /* length 0: none */
    struct engine_used postponed_used;
    uint16_t way[ENGINE_DEEPEST];
};

_Static_assert(sizeof(struct sim_violation) <= ENGINE_DETAIL, "a violation fits what is told");

static size_t room_of(const struct sim_world *start)
{
    return (sim_world_size(start) + 63) / 64 * 64;
}

size_t engine_explore_scratch(const struct sim_world *start)
{
    return (sizeof(struct scratch) + 63) / 64 * 64 + WORLDS * room_of(start);
}

void engine_explore_ready(const struct engine_explore *x, void *scratch)
{
    struct scratch *s = scratch;
    struct sim_world **world[WORLDS] = {&s->world, &s->next,  &s->before,
                                        &s->ahead, &s->spare, &s->base};

    for (unsigned i = 0; i < WORLDS; i++) {
        *world[i] = (struct sim_world *)(void *)((uint8_t *)scratch + (sizeof *s + 63) / 64 * 64 +
                                                 i * room_of(x->start));
        memcpy((void *)*world[i], x->start, sim_world_size(x->start));
    }
    s->postponed.length = 0;
    engine_make_base(s->base);
}

static size_t pack(const struct engine_explore *x, struct scratch *s, const struct sim_world *w,
                   const struct engine_used *used, uint8_t *out)
{
    size_t size = engine_used_size(&x->bound, w->limits.eips);

    memcpy(out, used, size);
    return size + engine_pack(s->base, w, s->spare, out + size);
}

/* ---- going on ---- */

static void tell(struct engine_brood *b, const struct sim_violation *v, size_t n,
                 const char *culprit, unsigned choice, unsigned length)
{
    for (size_t i = 0; i < n; i++) {
        struct engine_told t;

        memset(&t, 0, sizeof t);
        t.where = culprit;
        t.what = v[i].invariant;
        t.choice = (uint16_t)choice;
        t.length = (uint8_t)length;
        memcpy(t.detail, &v[i], sizeof v[i]);
        engine_brood_tell(b, &t);
    }
}

/* What was postponed is offered. */
static void hand_over(const struct engine_explore *x, struct scratch *s, struct engine_brood *b)
{
    const struct engine_offer *offer = &s->postponed;
    uint8_t *out = offer->length == 0 ? NULL : engine_brood_offer(b, offer);

    if (out != NULL)
        engine_brood_keep(b, offer->last ? 0 : pack(x, s, s->before, &s->postponed_used, out));
    s->postponed.length = 0;
}

/* The state after the choice at hand is offered after the next one was made: by then the memory
 * that knows of it has come. */
static void postpone(struct scratch *s, const struct engine_offer *offer,
                     const struct engine_used *used)
{
    struct sim_world *next = s->next;

    s->postponed = *offer;
    memcpy(&s->postponed_used, used, sizeof *used);
    s->next = s->before;
    s->before = next;
}

/* One choice from one state. */
static void go(const struct engine_explore *x, struct scratch *s, const struct engine_used *before,
               unsigned which, struct engine_brood *b)
{
    const struct engine_choice *choice = &s->choices.at[which];
    struct engine_offer offer;
    struct sim_violation found[VIOLATIONS];
    struct engine_used used;
    const char *culprit;
    size_t n;

    memcpy(&used, before, sizeof used);
    engine_copy_state(s->world, s->next);
    engine_choose_quiet(s->next, choice);
    culprit = engine_culprit(s->next, &choice->action);
    engine_choose_last(&x->bound, s->next, choice, &used);
    n = sim_check(s->next, found, VIOLATIONS);
    n = n < VIOLATIONS ? n : VIOLATIONS;
    if (x->stepped != NULL)
        x->stepped(x->context, &(struct engine_transition){s->world, s->next, &choice->action,
                                                           &used, found, n});
    memset(&offer, 0, sizeof offer);
    offer.identity = engine_identity(&x->bound, &used, s->next, s->spare);
    offer.choice = (uint16_t)which;
    offer.length = (uint8_t)(choice->quiet + 1);
    offer.last = n > 0 && !x->past;
    if (n > 0)
        tell(b, found, n, culprit, which, offer.length);
    if (x->graph != NULL)
        engine_graph_edge(x->graph, choice, which, offer.identity);
    engine_brood_expect(b, offer.identity);
    hand_over(x, s, b);
    postpone(s, &offer, &used);
}

/* What must hold at rest and does not, also once nothing outside is at fault any more: a gateway
 * that is about to be looked after is no fault of the controller's. */
static size_t broken_at_rest(const struct engine_explore *x, struct scratch *s,
                             struct sim_violation *found)
{
    struct sim_violation still[VIOLATIONS];
    struct sim_mending m;
    struct sim_action a;
    size_t n = engine_check_at_rest(s->world, s->spare, REST_ACTIONS, found, VIOLATIONS);
    size_t n_still, kept = 0;

    n = n < VIOLATIONS ? n : VIOLATIONS;
    if (n == 0 || ((x->bound.classes & (SIM_CLASS_BIT(POD) | SIM_CLASS_BIT(GATEWAY))) == 0 &&
                   !s->world->limits.nat))
        return n;
    memset(&m, 0, sizeof m);
    engine_copy_state(s->world, s->next);
    while (sim_mend(s->next, &m, &a))
        (void)sim_apply(s->next, &a, NULL);
    (void)engine_settle(s->next, NULL, REST_ACTIONS);
    n_still = engine_check_at_rest(s->next, s->spare, REST_ACTIONS, still, VIOLATIONS);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_still && k < VIOLATIONS; k++)
            if (found[i].invariant == still[k].invariant && found[i].eip == still[k].eip) {
                found[kept++] = found[i];
                break;
            }
    return kept;
}

static void check_rest(const struct engine_explore *x, struct scratch *s,
                       const struct engine_used *used, struct engine_brood *b)
{
    struct sim_violation found[VIOLATIONS];
    size_t n = broken_at_rest(x, s, found);

    if (x->stepped != NULL)
        x->stepped(x->context,
                   &(struct engine_transition){s->world, s->world, NULL, used, found, n});
    tell(b, found, n, "rest", ENGINE_NO_CHOICE, 0);
}

static void expand(const void *context, void *scratch, const uint8_t *packed, size_t size,
                   struct engine_brood *b)
{
    const struct engine_explore *x = context;
    struct scratch *s = scratch;
    size_t head = engine_used_size(&x->bound, x->start->limits.eips);
    struct engine_used used;

    memset(&used, 0, sizeof used);
    memcpy(&used, packed, head);
    engine_unpack(s->base, packed + head, size - head, s->world);
    if (sim_at_rest(s->world))
        check_rest(x, s, &used, b);
    engine_choices_list(&s->choices, &x->bound, s->world, &used, s->ahead, s->spare);
    if (s->choices.more)
        engine_brood_give_up(b);
    if (x->graph != NULL)
        engine_graph_node(x->graph, engine_brood_state(b), s->world, s->spare);
    for (unsigned i = 0; i < s->choices.n; i++)
        go(x, s, &used, i, b);
    hand_over(x, s, b);
}

/* ---- rounds ---- */

bool engine_explore_begin(struct engine_explore *x, void *scratch)
{
    struct scratch *s = scratch;
    struct engine_used used;
    uint8_t packed[2 * sizeof used];

    memset(&used, 0, sizeof used);
    memset(&x->search, 0, sizeof x->search);
    memset(x->told, 0, sizeof x->told);
    x->stop = false;
    if (x->stepped != NULL || x->graph != NULL)
        x->bound.reductions &= UINT32_C(1) << ENGINE_REDUCTION_DEAD;
    x->search.subject.context = x;
    x->search.subject.packed = sizeof used + engine_packed_most(x->start);
    x->search.subject.expand = expand;
    x->search.resize = x->resize;
    x->search.context = x->context;
    x->search.max_states = x->max_states;
    return engine_search_begin(&x->search, engine_identity(&x->bound, &used, x->start, s->spare),
                               packed, pack(x, s, x->start, &used, packed));
}

/* Of what was found, that which can no more be found on a shorter way. */
static bool tell_kinds(struct engine_explore *x, uint32_t depth)
{
    for (uint32_t i = 0; i < x->search.kinds.n && !x->stop; i++) {
        const struct engine_kind *k = &x->search.kinds.kind[i];
        struct engine_finding f;

        if (x->told[i] || k->depth > depth)
            continue;
        x->told[i] = true;
        memset(&f, 0, sizeof f);
        memcpy(&f.violation, k->told.detail, sizeof f.violation);
        f.culprit = k->told.where;
        x->stop = !x->found(x->context, x, i, &f);
    }
    return !x->stop;
}

bool engine_explore_more(struct engine_explore *x)
{
    bool more = engine_search_more(&x->search, x->stop);

    if (!tell_kinds(x, more ? x->search.depth : UINT32_MAX))
        x->search.ended = ENGINE_TOLD;
    else if (x->progress != NULL && !x->progress(x->context, x))
        x->stop = true;
    return more && (!x->stop || engine_search_more(&x->search, true));
}

void engine_explore_run(struct engine_explore *x, void *scratch)
{
    if (!engine_explore_begin(x, scratch))
        return;
    while (engine_explore_more(x)) {
        for (unsigned i = 0; i < ENGINE_SHELVES; i++)
            engine_search_expand(&x->search, i, scratch);
        for (unsigned i = 0; i < ENGINE_SHELVES; i++)
            engine_search_settle(&x->search, i);
    }
}

void engine_explore_end(struct engine_explore *x)
{
    engine_search_end(&x->search);
}

/* ---- looking back ---- */

/* Carries choice `number` out in s->world, adding its actions to out. */
static size_t follow(const struct engine_explore *x, struct scratch *s, struct engine_used *used,
                     unsigned number, struct sim_action *out, size_t n, size_t capacity)
{
    struct engine_choice choice;

    engine_choices_list(&s->choices, &x->bound, s->world, used, s->ahead, s->spare);
    choice = s->choices.at[number];
    for (unsigned i = 0; i <= choice.quiet; i++, n++) {
        if (n >= capacity)
            continue;
        out[n] = choice.action;
        if (i < choice.quiet)
            out[n].fault = SIM_FAULT_NONE;
    }
    engine_choose_quiet(s->world, &choice);
    engine_choose_last(&x->bound, s->world, &choice, used);
    return n;
}

size_t engine_explore_path_to(const struct engine_explore *x, uint32_t state,
                              const struct engine_further *further, void *scratch,
                              struct sim_action *out, size_t capacity)
{
    struct scratch *s = scratch;
    struct engine_used used;
    size_t choices = engine_search_way(&x->search, state, s->way, ENGINE_DEEPEST), n = 0;

    memset(&used, 0, sizeof used);
    engine_copy_state(x->start, s->world);
    for (size_t i = 0; i < choices; i++)
        n = follow(x, s, &used, s->way[i], out, n, capacity);
    for (size_t i = 0; further != NULL && i < further->n; i++)
        n = follow(x, s, &used, further->choice[i], out, n, capacity);
    return n;
}

size_t engine_explore_path(const struct engine_explore *x, uint32_t which, void *scratch,
                           struct sim_action *out, size_t capacity)
{
    const struct engine_kind *k = &x->search.kinds.kind[which];
    struct engine_further last = {&k->told.choice, k->told.choice != ENGINE_NO_CHOICE};

    return engine_explore_path_to(x, k->parent, &last, scratch, out, capacity);
}

size_t engine_explore_rest(const struct engine_explore *x, uint32_t state, void *scratch,
                           struct sim_violation *out, size_t capacity)
{
    struct sim_violation found[VIOLATIONS];
    size_t n;

    (void)engine_explore_path_to(x, state, NULL, scratch, NULL, 0);
    n = broken_at_rest(x, scratch, found);
    for (size_t i = 0; i < n && i < capacity; i++)
        out[i] = found[i];
    return n;
}
