/* State diagrams: transitions of explorations, merged by a view. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/world.h"
#include "tools/diagram.h"
#include "tools/exploration.h"
#include "tools/memory.h"

/* A state of the diagram is the values of a view's fields, and above them what is broken there. */
enum { BROKEN_SHIFT = 56, LINES_MAX = 6, TEXT_MAX = 64 };

struct diagram_states {
    enum diagram_view view;
    struct tool_arena arena;
    uint64_t start;
    uint64_t *key; /* of each node */
    struct graph_node *node;
    size_t n_nodes, key_capacity, node_capacity;
    struct graph_edge *edge;
    size_t n_edges, edge_capacity;
    struct graph_label **label; /* of each edge */
    size_t *label_capacity, label_of, capacity_of;
    /* while it explores */
    struct tool_exploration *e;
    unsigned side;
    unsigned char tone; /* of what has not been seen before */
    uint32_t hidden;    /* invariants that break and that the view does not show */
    struct tool_text note;
    struct graph graph;
};

/* ---- nodes ---- */

static const char *kept(struct diagram_states *d, const char *text)
{
    return tool_arena_copy(&d->arena, text, strlen(text));
}

static void write_lines(struct diagram_states *d, struct graph_node *n, uint64_t key)
{
    const char **line = tool_arena_alloc(&d->arena, LINES_MAX * sizeof *line);
    unsigned broken = (unsigned)(key >> BROKEN_SHIFT);
    char text[TEXT_MAX];

    n->line = line;
    if (broken != 0)
        line[n->n_lines++] = sim_invariant_text((enum sim_invariant)(broken - 1));
    for (unsigned f = 0; diagram_view_says(d->view, key, f, text) != NULL; f++)
        if (text[0] != '\0' && n->n_lines < LINES_MAX)
            line[n->n_lines++] = kept(d, text);
}

static size_t node_of(struct diagram_states *d, uint64_t key)
{
    size_t i = 0;

    while (i < d->n_nodes && d->key[i] != key)
        i++;
    if (i == d->n_nodes) {
        d->key = tool_room(d->key, i, &d->key_capacity, sizeof *d->key);
        d->node = tool_room(d->node, i, &d->node_capacity, sizeof *d->node);
        memset(&d->node[i], 0, sizeof d->node[i]);
        d->key[i] = key;
        d->node[i].tone = key >> BROKEN_SHIFT != 0 ? GRAPH_BROKEN : d->tone;
        d->node[i].fill = key >> BROKEN_SHIFT != 0 ? "#fde2e2" : diagram_view_colour(d->view, key);
        write_lines(d, &d->node[i], key);
        d->n_nodes++;
    }
    d->node[i].sides |= (unsigned char)d->side;
    if (d->tone < d->node[i].tone && d->node[i].tone != GRAPH_BROKEN)
        d->node[i].tone = d->tone;
    return i;
}

/* ---- edges ---- */

static struct graph_edge *edge_of(struct diagram_states *d, size_t from, size_t to)
{
    size_t i = 0;

    while (i < d->n_edges && (d->edge[i].from != from || d->edge[i].to != to))
        i++;
    if (i == d->n_edges) {
        d->edge = tool_room(d->edge, i, &d->edge_capacity, sizeof *d->edge);
        d->label = tool_room(d->label, i, &d->label_of, sizeof(struct graph_label *));
        d->label_capacity = tool_room(d->label_capacity, i, &d->capacity_of, sizeof(size_t));
        memset(&d->edge[i], 0, sizeof d->edge[i]);
        d->label[i] = NULL;
        d->label_capacity[i] = 0;
        d->edge[i].from = from;
        d->edge[i].to = to;
        d->edge[i].tone = d->tone;
        d->n_edges++;
    }
    return &d->edge[i];
}

static void add_edge(struct diagram_states *d, uint64_t from, uint64_t to, const char *text)
{
    size_t a = node_of(d, from), b = node_of(d, to), k = 0;
    struct graph_edge *e = edge_of(d, a, b);
    size_t i = (size_t)(e - d->edge);

    if (to >> BROKEN_SHIFT != 0)
        e->tone = GRAPH_BROKEN;
    else if (d->tone < e->tone)
        e->tone = d->tone;
    e->sides |= (unsigned char)d->side;
    while (k < e->n_labels && strcmp(d->label[i][k].text, text) != 0)
        k++;
    if (k == e->n_labels) {
        d->label[i] = tool_room(d->label[i], k, &d->label_capacity[i], sizeof(struct graph_label));
        d->label[i][k] = (struct graph_label){kept(d, text), d->tone, 0};
        e->n_labels++;
    }
    if (d->tone < d->label[i][k].tone)
        d->label[i][k].tone = d->tone;
    d->label[i][k].sides |= (unsigned char)d->side;
}

/* ---- what happened ---- */

static void put_write(const struct sim_event *e, const struct engine_transition *t,
                      struct tool_text *out)
{
    unsigned before, after;

    if (e->object != SIM_OBJECT_EIP) {
        tool_text_add(out, "writes the subnet's status");
        return;
    }
    before = sim_eip_finalizer_count(&sim_eip(t->before, e->id)->api);
    after = sim_eip_finalizer_count(&sim_eip(t->after, e->id)->api);
    tool_text_add(out, e->verb == SIM_VERB_CREATE                      ? "creates it"
                       : e->verb == SIM_VERB_UPDATE                    ? "writes spec"
                       : e->verb == SIM_VERB_PATCH_STATUS              ? "writes status"
                       : e->verb != SIM_VERB_PATCH                     ? "writes labels"
                       : after > before || (e->body.finalizer[0] != 0) ? "adds finalizer"
                                                                       : "removes finalizer");
    if (e->fault == SIM_FAULT_NONE && e->result == SIM_RESULT_NOT_FOUND)
        tool_text_add(out, ": gone");
}

struct telling {
    struct tool_text *out;
    const struct engine_transition *t;
    bool told;
};

/* The call of a worker, in two or three words. */
static void tell_call(void *context, const struct sim_event *e)
{
    struct telling *k = context;

    if (e->kind == SIM_EVENT_DELIVERED)
        tool_text_printf(k->out, "cache: %s", sim_verb_text((enum sim_verb)e->verb));
    if (k->told || k->t->action->kind != SIM_ACTION_STEP || e->kind == SIM_EVENT_UNLOCK ||
        !sim_event_is_call((enum sim_event_kind)e->kind))
        return;
    k->told = true;
    tool_text_printf(k->out, "%s: ", sim_queue_text((enum sim_queue_id)(e->worker - 1)));
    if (e->kind == SIM_EVENT_WRITE)
        put_write(e, k->t, k->out);
    else if (e->kind == SIM_EVENT_EXEC)
        tool_text_add(k->out, sim_verb_text((enum sim_verb)e->verb));
    else if (e->kind == SIM_EVENT_IPAM)
        tool_text_add(k->out, e->verb == SIM_VERB_RELEASE ? "releases" : "allocates");
    else if (e->kind == SIM_EVENT_FORGET)
        tool_text_add(k->out, "ends");
    else if (e->kind == SIM_EVENT_REQUEUE)
        tool_text_add(k->out, "gives up, will retry");
    else if (e->kind == SIM_EVENT_PANIC)
        tool_text_add(k->out, "panics");
    else
        tool_text_printf(k->out, "%s %s", sim_event_text((enum sim_event_kind)e->kind),
                         sim_object_text((enum sim_object)e->object));
    if (e->fault == SIM_FAULT_AFTER)
        tool_text_add(k->out, ", reply lost");
    else if (e->fault == SIM_FAULT_BEFORE || e->result == SIM_RESULT_ERROR)
        tool_text_add(k->out, " fails");
}

static void tell_outside(const struct sim_action *a, struct tool_text *out)
{
    switch (a->kind) {
    case SIM_ACTION_CREATE:
        tool_text_add(out, "user creates");
        break;
    case SIM_ACTION_DELETE:
        tool_text_add(out, "user deletes");
        break;
    case SIM_ACTION_CRASH:
        tool_text_add(out, "controller crashes");
        break;
    case SIM_ACTION_BOOT:
        tool_text_add(out, "controller starts");
        break;
    case SIM_ACTION_POD:
        tool_text_add(out, a->value == SIM_POD_RUNNING ? "gateway pod starts" : "gateway pod goes");
        break;
    case SIM_ACTION_POD_REPLACED:
        tool_text_add(out, "gateway pod replaced");
        break;
    case SIM_ACTION_POD_INITED:
        tool_text_add(out, "gateway pod comes up");
        break;
    default:
        tool_text_add(out, sim_action_text((enum sim_action_kind)a->kind));
        break;
    }
}

static void tell(struct diagram_states *d, const struct engine_transition *t, struct tool_text *out)
{
    struct telling k = {out, t, false};
    struct sim_sink sink = {tell_call, &k};
    struct sim_world *again = d->e->telling.world;

    if (t->action->kind == SIM_ACTION_START || t->action->kind == SIM_ACTION_DUE) {
        tool_text_printf(out, "%s starts", sim_queue_text((enum sim_queue_id)t->action->queue));
        return;
    }
    if (t->action->kind != SIM_ACTION_STEP && t->action->kind != SIM_ACTION_DELIVER) {
        tell_outside(t->action, out);
        return;
    }
    memcpy((void *)again, t->before, d->e->worlds.size);
    (void)sim_apply(again, t->action, &sink);
}

/* ---- exploring ---- */

static uint64_t key_of(const struct diagram_states *d, const struct sim_world *w,
                       const struct sim_violation *v)
{
    uint64_t key = diagram_view_of(d->view, w, 0);

    return v == NULL ? key : key | ((uint64_t)v->invariant + 1) << BROKEN_SHIFT;
}

/* A state at rest that breaks what must hold there. */
static void on_rest(struct diagram_states *d, const struct engine_transition *t)
{
    for (size_t i = 0; i < t->n_violations; i++) {
        const struct sim_violation *v = &t->violation[i];

        if (diagram_view_shows(d->view, (enum sim_invariant)v->invariant))
            add_edge(d, key_of(d, t->before, NULL), key_of(d, t->before, v), "comes to rest so");
        else
            d->hidden |= UINT32_C(1) << v->invariant;
    }
}

/* Of what changes nothing that the view shows only failures are told, of the object's own work. */
static bool is_told(struct diagram_states *d, const struct engine_transition *t, bool changes)
{
    if (t->n_violations > 0 &&
        !diagram_view_shows(d->view, (enum sim_invariant)t->violation->invariant)) {
        d->hidden |= UINT32_C(1) << t->violation->invariant;
        return false;
    }
    return changes || (t->action->fault != SIM_FAULT_NONE &&
                       sim_queue_keys((enum sim_queue_id)t->action->queue) == SIM_OBJECT_EIP);
}

static void on_step(void *context, const struct engine_transition *t)
{
    struct tool_exploration *e = context;
    struct diagram_states *d = e->owner;
    uint64_t from = key_of(d, t->before, NULL), to;
    struct tool_text text = {0};

    if (t->action == NULL) {
        on_rest(d, t);
        return;
    }
    to = key_of(d, t->after, t->n_violations > 0 ? t->violation : NULL);
    if (!is_told(d, t, from != to))
        return;
    tell(d, t, &text);
    add_edge(d, from, to, tool_text_get(&text));
    tool_text_free(&text);
}

static bool on_finding(void *context, const struct engine_explore *x, uint32_t node,
                       const struct engine_finding *f)
{
    (void)context;
    (void)x;
    (void)node;
    (void)f;
    return true;
}

/* What is ordinary first, then what takes a race, then what takes a fault. */
static int explore(struct diagram_states *d, struct tool_exploration *e)
{
    const uint32_t classes[] = {[GRAPH_CALM] = 0,
                                [GRAPH_RACE] = SIM_CLASS_BIT(RACE) | SIM_CLASS_BIT(LAG),
                                [GRAPH_FAULT] = diagram_view_classes(d->view)};
    int code = TOOL_EXIT_OK;

    e->x.stepped = on_step;
    e->x.found = on_finding;
    e->x.bound.budget[SIM_BUDGET_CREATES] = 1;
    e->x.bound.budget[SIM_BUDGET_DELETES] = diagram_view_deletes(d->view);
    e->x.bound.budget[SIM_BUDGET_FAULTS] = 1;
    e->x.bound.budget[SIM_BUDGET_CRASHES] = 1;
    e->x.bound.budget[SIM_BUDGET_PODS] = 1;
    e->x.bound.budget[SIM_BUDGET_ASKS] = 1;
    d->start = key_of(d, e->worlds.start, NULL);
    for (unsigned tone = GRAPH_CALM; tone <= GRAPH_FAULT; tone++) {
        d->tone = (unsigned char)tone;
        e->x.bound.classes = classes[tone];
        tool_exploration_run(e);
        if (!tool_exploration_complete(e))
            code = TOOL_EXIT_LIMIT;
    }
    if (code == TOOL_EXIT_LIMIT)
        fprintf(stderr, "eipsim diagram: %s: something may be missing\n", tool_exploration_end(e));
    return code;
}

int diagram_states_add(struct diagram_states *d, const struct tool_arguments *a,
                       const struct engine_config *config, unsigned side)
{
    struct tool_exploration *e = tool_alloc(sizeof *e);
    int code = TOOL_EXIT_USAGE;

    e->owner = d;
    e->quiet = true;
    d->e = e;
    d->side = side;
    if (tool_exploration_limits(e, a) && tool_exploration_open(e, a, config))
        code = explore(d, e);
    tool_exploration_close(e);
    free(e);
    return code;
}

/* ---- memory ---- */

struct diagram_states *diagram_states_new(enum diagram_view view)
{
    struct diagram_states *d = tool_alloc(sizeof *d);

    d->view = view;
    return d;
}

void diagram_states_free(struct diagram_states *d)
{
    for (size_t i = 0; i < d->n_edges; i++)
        free(d->label[i]);
    free(d->key);
    free(d->node);
    free(d->edge);
    free((void *)d->label);
    free(d->label_capacity);
    tool_arena_free(&d->arena);
    tool_text_free(&d->note);
    free(d);
}

/* ---- order: that of the search does not matter ---- */

static const char lost[] = ", reply lost", fails[] = " fails";

/* Without how it went wrong. */
static size_t base_of(const char *text)
{
    size_t n = strlen(text);

    if (n > sizeof lost && strcmp(text + n - (sizeof lost - 1), lost) == 0)
        return n - (sizeof lost - 1);
    return n > sizeof fails && strcmp(text + n - (sizeof fails - 1), fails) == 0
               ? n - (sizeof fails - 1)
               : n;
}

static bool same_base(const struct graph_label *a, const struct graph_label *b)
{
    size_t n = base_of(a->text);

    return n == base_of(b->text) && memcmp(a->text, b->text, n) == 0;
}

/* Those of one call stay together, at the place of the least tone among them. */
static bool comes_before(const struct graph_label *list, size_t n, const struct graph_label *a,
                         const struct graph_label *b)
{
    unsigned tone[2] = {a->tone, b->tone};

    for (size_t i = 0; i < n; i++) {
        if (same_base(&list[i], a) && list[i].tone < tone[0])
            tone[0] = list[i].tone;
        if (same_base(&list[i], b) && list[i].tone < tone[1])
            tone[1] = list[i].tone;
    }
    return tone[0] != tone[1] ? tone[0] < tone[1] : strcmp(a->text, b->text) < 0;
}

static void sort_labels(struct graph_label *list, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && comes_before(list, n, &list[k], &list[k - 1]); k--) {
            struct graph_label swap = list[k];

            list[k] = list[k - 1];
            list[k - 1] = swap;
        }
}

/* "X" and "X, reply lost" on one edge, "X fails" and "X, reply lost": the second is "or seems to
 * fail", "or seems to" of the first. */
static void fold(struct graph_label *list, size_t n)
{
    for (size_t i = n; i-- > 1;)
        if (same_base(&list[i], &list[i - 1]) && base_of(list[i].text) < strlen(list[i].text))
            list[i].text = base_of(list[i - 1].text) == strlen(list[i - 1].text)
                               ? "  or seems to fail"
                               : "  or seems to";
}

static bool edge_before(const struct diagram_states *d, const struct graph_edge *a,
                        const struct graph_edge *b)
{
    return a->tone != b->tone ? a->tone < b->tone : d->key[a->to] < d->key[b->to];
}

/* Nodes as they are met going on from the start, by the more ordinary edge first; how many. */
static size_t number_nodes(const struct diagram_states *d, size_t *number, size_t *order)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n_nodes; i++)
        number[i] = SIZE_MAX;
    for (size_t i = 0; i < d->n_nodes; i++)
        if (d->key[i] == d->start) {
            number[i] = 0;
            order[n++] = i;
        }
    for (size_t at = 0; at < n; at++)
        for (;;) {
            const struct graph_edge *next = NULL;

            for (size_t i = 0; i < d->n_edges; i++)
                if (d->edge[i].from == order[at] && number[d->edge[i].to] == SIZE_MAX &&
                    (next == NULL || edge_before(d, &d->edge[i], next)))
                    next = &d->edge[i];
            if (next == NULL)
                break;
            number[next->to] = n;
            order[n++] = next->to;
        }
    return n;
}

static int by_ends(const void *a, const void *b)
{
    const struct graph_edge *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* Everything in an order that only depends on what there is. */
static void put_in_order(struct diagram_states *d)
{
    size_t *number = tool_alloc(d->n_nodes * sizeof *number);
    size_t *order = tool_alloc(d->n_nodes * sizeof *order);
    struct graph_node *node = tool_alloc(d->n_nodes * sizeof *node);

    if (number_nodes(d, number, order) < d->n_nodes) {
        fprintf(stderr, "eipsim diagram: nothing leads to a state that is drawn\n");
        exit(TOOL_EXIT_INTERNAL);
    }
    for (size_t i = 0; i < d->n_nodes; i++)
        node[i] = d->node[order[i]];
    for (size_t i = 0; i < d->n_edges; i++) {
        struct graph_edge *e = &d->edge[i];

        sort_labels(d->label[i], e->n_labels);
        fold(d->label[i], e->n_labels);
        e->label = d->label[i];
        e->from = number[e->from];
        e->to = number[e->to];
    }
    qsort(d->edge, d->n_edges, sizeof *d->edge, by_ends);
    free(d->node);
    d->node = node;
    free(number);
    free(order);
}

/* ---- the graph ---- */

static void write_note(struct diagram_states *d)
{
    bool any = false;

    tool_text_clear(&d->note);
    tool_text_printf(&d->note, "one EIP, created once%s; at most one fault: ",
                     diagram_view_deletes(d->view) > 0 ? " and deleted once" : "");
    for (unsigned c = 0; c < SIM_CLASS_COUNT; c++)
        if ((diagram_view_classes(d->view) >> c & 1) != 0) {
            tool_text_printf(&d->note, "%s%s", any ? " or " : "",
                             sim_class_text((enum sim_class)c));
            any = true;
        }
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
        if ((d->hidden >> i & 1) != 0) {
            tool_text_printf(&d->note, "%s%s", any ? "; also breaks, not shown here: " : ", ",
                             sim_invariant_text((enum sim_invariant)i));
            any = false;
        }
}

const struct graph *diagram_states_graph(struct diagram_states *d, const char *title,
                                         const char *left, const char *right)
{
    struct graph *g = &d->graph;

    put_in_order(d);
    write_note(d);
    g->title = title;
    g->note = tool_text_get(&d->note);
    g->side[0] = left;
    g->side[1] = right;
    g->node = d->node;
    g->n_nodes = d->n_nodes;
    g->edge = d->edge;
    g->n_edges = d->n_edges;
    return g;
}
