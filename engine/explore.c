#include "engine/explore.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/odometer.h"
#include "engine/settle.h"
#include "model/world.h"

enum { ACTIONS = 256, REST_ACTIONS = 20000, PROGRESS = 4096, VIOLATIONS = 8 };

struct slot {
    uint32_t node;
    uint8_t used[SIM_BUDGET_COUNT];
    uint8_t pad[16 - 4 - SIM_BUDGET_COUNT];
};

_Static_assert(sizeof(struct slot) == 16, "the world behind a slot's head stays aligned");

/* ---- identity ---- */

enum { VERSIONS = 512 };

/* Every field that holds a resource version or a uid. */
static size_t versions(struct sim_world *w, uint32_t **out)
{
    size_t n = 0;
    struct sim_eip *objects[VERSIONS / 2];
    size_t m = 0;

    for (sim_id i = 0; i < w->limits.eips && m + 2 < VERSIONS / 2; i++) {
        struct sim_eip_slot *e = (struct sim_eip_slot *)((uint8_t *)w + w->at.eips) + i;

        objects[m++] = &e->api;
        objects[m++] = &e->cache;
    }
    for (size_t i = 0; i < sim_globals(w)->watch_count && m + 1 < VERSIONS / 2; i++)
        objects[m++] = &((struct sim_watch_event *)((uint8_t *)w + w->at.watch))[i].object;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT && m + 2 < VERSIONS / 2; q++) {
        struct sim_worker *me = (struct sim_worker *)((uint8_t *)w + w->at.workers) + q;

        objects[m++] = &me->snap;
        objects[m++] = &me->copy;
    }
    for (size_t i = 0; i < m; i++) {
        if (objects[i]->rv != 0)
            out[n++] = &objects[i]->rv;
        if (objects[i]->uid != 0)
            out[n++] = &objects[i]->uid;
    }
    return n;
}

/* 1 for the least, 2 for the next, ...: there are few of them. */
static void rank(uint32_t **at, size_t n)
{
    uint32_t sorted[VERSIONS];
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        size_t k = m;

        while (k > 0 && sorted[k - 1] > *at[i])
            k--;
        if (k > 0 && sorted[k - 1] == *at[i])
            continue;
        memmove(sorted + k + 1, sorted + k, (m - k) * sizeof *sorted);
        sorted[k] = *at[i];
        m++;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t r = 0;

        while (sorted[r] != *at[i])
            r++;
        *at[i] = r + 1;
    }
}

struct sim_identity engine_canonical(const struct sim_world *w, struct sim_world *scratch)
{
    uint32_t *at[VERSIONS];
    XXH128_hash_t h;

    memcpy((void *)scratch, w, w->at.state_end);
    rank(at, versions(scratch, at));
    ((struct sim_globals *)((uint8_t *)scratch + scratch->at.globals))->revision = 0;
    h = XXH3_128bits(sim_at(scratch, scratch->at.globals),
                     scratch->at.state_end - scratch->at.globals);
    return (struct sim_identity){h.low64, h.high64};
}

/* ---- nodes ---- */

static struct slot *slot_at(const struct engine_explore *x, size_t i)
{
    return (struct slot *)(void *)(x->frontier + (x->first + i) % x->max_frontier *
                                                     engine_explore_slot(x->start));
}

static struct sim_world *world_of(struct slot *s)
{
    return (struct sim_world *)(void *)(s + 1);
}

size_t engine_explore_slot(const struct sim_world *start)
{
    return (sizeof(struct slot) + sim_world_size(start) + 15) / 16 * 16;
}

/* What is still allowed is part of a state. */
static struct sim_identity identity_of(const struct engine_explore *x, const struct sim_world *w,
                                       const uint8_t *used)
{
    struct sim_identity id = engine_canonical(w, x->scratch);

    id.low ^= XXH3_64bits(used, SIM_BUDGET_COUNT);
    return id;
}

/* Where the identity stands in the table, or would. */
static uint32_t *find(const struct engine_explore *x, struct sim_identity id)
{
    size_t i = id.low & (x->table_size - 1);

    while (x->table[i] != 0 && (x->node[x->table[i] - 1].identity.low != id.low ||
                                x->node[x->table[i] - 1].identity.high != id.high))
        i = (i + 1) & (x->table_size - 1);
    return &x->table[i];
}

static bool end(struct engine_explore *x, enum engine_explored why)
{
    x->stop = true;
    x->ended = (uint8_t)why;
    return false;
}

/* A state that was not seen before.  SIZE_MAX: there is no room. */
static size_t add_node(struct engine_explore *x, uint32_t *place, struct sim_identity id,
                       uint32_t parent, size_t action)
{
    struct engine_node *n = &x->node[x->n_nodes];

    if (x->n_nodes == x->max_nodes) {
        (void)end(x, ENGINE_OUT_OF_NODES);
        return SIZE_MAX;
    }
    memset(n, 0, sizeof *n);
    n->identity = id;
    n->parent = parent;
    n->action = (uint16_t)action;
    *place = (uint32_t)++x->n_nodes;
    return x->n_nodes - 1;
}

static bool add_frontier(struct engine_explore *x, uint32_t node, const struct sim_world *w,
                         const uint8_t *used)
{
    struct slot *s;

    if (x->waiting == x->max_frontier)
        return end(x, ENGINE_OUT_OF_FRONTIER);
    s = slot_at(x, x->waiting++);
    s->node = node;
    memcpy(s->used, used, sizeof s->used);
    memcpy((void *)world_of(s), w, sim_world_size(w));
    return true;
}

/* ---- actions ---- */

struct choosing {
    const struct engine_explore *x;
    const struct sim_world *w;
    const uint8_t *used;
    struct sim_action out[ACTIONS];
    uint8_t budget[ACTIONS]; /* enum sim_budget that each counts against, SIM_BUDGET_COUNT: none */
    size_t n;
};

static bool has(const struct choosing *c, enum sim_class class)
{
    return (c->x->classes >> class & 1) != 0;
}

/* What the controller can do next; without lag a watch event comes before all else.  True if there
 * is something that no delay keeps. */
static bool controller(struct choosing *c)
{
    bool faults = c->used[SIM_BUDGET_FAULTS] < c->x->budget[SIM_BUDGET_FAULTS], busy = false;
    size_t n = sim_enabled(c->w, faults ? SIM_ENABLED_FAULTS : 0, c->out, ACTIONS);

    for (size_t i = 0; i < n && i < ACTIONS; i++) {
        bool fails = c->out[i].fault != SIM_FAULT_NONE;

        busy = busy || c->out[i].kind != SIM_ACTION_DUE;
        if (c->out[i].kind == SIM_ACTION_DELIVER && !has(c, SIM_CLASS_LAG)) {
            c->out[0] = c->out[i];
            c->budget[0] = SIM_BUDGET_COUNT;
            c->n = 1;
            return true;
        }
        if (fails && !sim_may_fail(c->w, &c->out[i], c->x->classes))
            continue;
        c->budget[c->n] = fails ? SIM_BUDGET_FAULTS : SIM_BUDGET_COUNT;
        c->out[c->n++] = c->out[i];
    }
    return busy;
}

/* Every way to make a choice, each once. */
static void every(struct choosing *c, const struct sim_choice *choice)
{
    struct engine_odometer digits = {0};
    struct sim_picker picker = {engine_odometer_pick, &digits};
    size_t first = c->n;

    do {
        struct sim_action *a = &c->out[c->n];
        size_t same = first;

        engine_odometer_reset(&digits);
        if (c->n + 1 == ACTIONS || !sim_choice_make(c->w, choice, c->x->classes, &picker, a))
            continue;
        while (same < c->n && memcmp(&c->out[same], a, sizeof *a) != 0)
            same++;
        if (same == c->n)
            c->budget[c->n++] = choice->budget;
    } while (engine_odometer_next(&digits));
}

/* Without races everything outside waits until the controller is idle; a crash does not. */
static void outside(struct choosing *c, bool busy)
{
    const struct sim_choice *choice;

    for (size_t i = 0; (choice = sim_choice_at(i)) != NULL; i++)
        if (sim_choice_in(choice, c->x->classes) &&
            (!busy || has(c, SIM_CLASS_RACE) || choice->class == SIM_CLASS_CRASH) &&
            (choice->budget == SIM_BUDGET_COUNT ||
             c->used[choice->budget] < c->x->budget[choice->budget]))
            every(c, choice);
    if (!sim_globals(c->w)->up && (c->x->classes & SIM_CLASS_BIT(CRASH)) == 0) {
        struct sim_action *a = &c->out[c->n]; /* a panic, and nobody who crashes on purpose */

        memset(a, 0, sizeof *a);
        a->kind = SIM_ACTION_BOOT;
        c->budget[c->n++] = SIM_BUDGET_COUNT;
    }
}

/* All that can happen in a state with what is still allowed, in a fixed order. */
static void choices(struct choosing *c, const struct engine_explore *x, const struct sim_world *w,
                    const uint8_t *used)
{
    c->x = x;
    c->w = w;
    c->used = used;
    c->n = 0;
    outside(c, controller(c));
}

static void charge(const struct choosing *c, size_t action, uint8_t *used)
{
    if (c->budget[action] != SIM_BUDGET_COUNT)
        used[c->budget[action]]++;
}

/* ---- going on ---- */

static bool tell(struct engine_explore *x, uint32_t node, const struct sim_violation *v, size_t n,
                 const char *culprit)
{
    for (size_t i = 0; i < n; i++) {
        struct engine_finding f;

        memset(&f, 0, sizeof f);
        f.violation = v[i];
        f.culprit = culprit;
        if (!x->found(x->context, x, node, &f))
            return end(x, ENGINE_TOLD);
    }
    return true;
}

/* One action from one state. */
static void go(struct engine_explore *x, uint32_t from, const struct choosing *c, size_t action)
{
    const char *culprit = engine_culprit(x->world, &c->out[action]);
    struct sim_violation found[VIOLATIONS];
    uint8_t used[SIM_BUDGET_COUNT];
    struct sim_identity id;
    uint32_t *place;
    size_t node, n;

    memcpy((void *)x->next, x->world, sim_world_size(x->world));
    if (sim_apply(x->next, &c->out[action], NULL) != SIM_STATUS_DONE)
        return;
    x->transitions++;
    memcpy(used, c->used, sizeof used);
    charge(c, action, used);
    n = sim_check(x->next, found, VIOLATIONS);
    id = identity_of(x, x->next, used);
    n = n < VIOLATIONS ? n : VIOLATIONS;
    if (x->stepped != NULL)
        x->stepped(x->context,
                   &(struct engine_transition){x->world, x->next, &c->out[action], used, found, n});
    place = find(x, id);
    if (*place != 0)
        return;
    node = add_node(x, place, id, from, action);
    if (node == SIZE_MAX)
        return;
    x->node[node].depth = (uint16_t)(x->depth + 1);
    if (n > 0)
        (void)tell(x, (uint32_t)node, found, n, culprit);
    else
        (void)add_frontier(x, (uint32_t)node, x->next, used);
}

/* What must hold at rest and does not, also once nothing outside is at fault any more: a gateway
 * that is about to be looked after is no fault of the controller's. */
static size_t broken_at_rest(struct engine_explore *x, struct sim_violation *found)
{
    struct sim_violation still[VIOLATIONS];
    struct sim_mending m;
    struct sim_action a;
    size_t n = engine_check_at_rest(x->world, x->scratch, REST_ACTIONS, found, VIOLATIONS);
    size_t n_still, kept = 0;

    n = n < VIOLATIONS ? n : VIOLATIONS;
    if (n == 0 || (x->classes & (SIM_CLASS_BIT(POD) | SIM_CLASS_BIT(GATEWAY))) == 0)
        return n;
    memset(&m, 0, sizeof m);
    memcpy((void *)x->next, x->world, sim_world_size(x->world));
    while (sim_mend(x->next, &m, &a))
        (void)sim_apply(x->next, &a, NULL);
    (void)engine_settle(x->next, NULL, REST_ACTIONS);
    n_still = engine_check_at_rest(x->next, x->scratch, REST_ACTIONS, still, VIOLATIONS);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_still && k < VIOLATIONS; k++)
            if (found[i].invariant == still[k].invariant && found[i].eip == still[k].eip) {
                found[kept++] = found[i];
                break;
            }
    return kept;
}

static void check_rest(struct engine_explore *x, uint32_t node, const uint8_t *used)
{
    struct sim_violation found[VIOLATIONS];
    size_t n = broken_at_rest(x, found);

    if (x->stepped != NULL)
        x->stepped(x->context,
                   &(struct engine_transition){x->world, x->world, NULL, used, found, n});
    if (n > 0)
        (void)tell(x, node, found, n, "rest");
}

void engine_explore_run(struct engine_explore *x)
{
    uint8_t used[SIM_BUDGET_COUNT] = {0};
    struct sim_identity id = identity_of(x, x->start, used);
    struct choosing c;

    (void)add_node(x, find(x, id), id, 0, 0);
    (void)add_frontier(x, 0, x->start, used);
    while (x->waiting > 0 && !x->stop) {
        struct slot *s = slot_at(x, 0);
        uint32_t node = s->node;

        memcpy((void *)x->world, world_of(s), sim_world_size(x->start));
        memcpy(used, s->used, sizeof used);
        x->first = (x->first + 1) % x->max_frontier;
        x->waiting--;
        x->depth = x->node[node].depth;
        if (sim_at_rest(x->world))
            check_rest(x, node, used);
        choices(&c, x, x->world, used);
        for (size_t i = 0; i < c.n && !x->stop; i++)
            go(x, node, &c, i);
        if (node % PROGRESS == 0 && x->progress != NULL && !x->progress(x->context, x))
            (void)end(x, ENGINE_TOLD);
    }
}

/* The numbers of the actions that lead to a node, last first, are known from its parents; what they
 * are shows when they are carried out. */
size_t engine_explore_path(const struct engine_explore *x, uint32_t node, struct sim_action *out,
                           size_t capacity)
{
    uint8_t used[SIM_BUDGET_COUNT] = {0};
    struct choosing c;
    size_t n = x->node[node].depth;

    memcpy((void *)x->scratch, x->start, sim_world_size(x->start));
    for (size_t i = 0; i < n && i < capacity; i++) {
        uint32_t at = node;

        while (x->node[at].depth > i + 1)
            at = x->node[at].parent;
        choices(&c, x, x->scratch, used);
        out[i] = c.out[x->node[at].action];
        charge(&c, x->node[at].action, used);
        (void)sim_apply(x->scratch, &out[i], NULL);
    }
    return n;
}
