/* Sequence diagrams: who talked to whom in one run. */
#include <stdlib.h>
#include <string.h>

#include "engine/settle.h"
#include "model/world.h"
#include "tools/diagram.h"
#include "tools/memory.h"
#include "tools/scenario.h"
#include "tools/story.h"
#include "tools/words.h"
#include "tools/worlds.h"

/* Lanes that there can be, in their order; gateway pods come last. */
enum { USER, SERVER, CACHE, WORKERS, IPAM = WORKERS + SIM_QUEUE_COUNT, PODS };

enum { REST_ACTIONS = 100000, VIOLATIONS = 16 };

struct diagram_sequence {
    const struct engine_config *config;
    struct tool_worlds worlds;
    struct tool_render render;
    struct tool_words words;
    struct tool_arena arena;
    struct tool_text text; /* of the row being written */
    struct tool_text what; /* the object it is about */
    struct chart_row *row; /* with lanes as they can be */
    size_t n_rows, capacity;
    sim_id eip;      /* of whom it tells; SIM_NONE: of all */
    sim_id other;    /* and of whom else; SIM_NONE: of nobody */
    sim_ref gateway; /* that it is created with first */
    bool all;        /* also what is of little interest */
    /* the runs of handlers, to leave out repetitions */
    size_t run_from[SIM_QUEUE_COUNT], last_from[SIM_QUEUE_COUNT], last_to[SIM_QUEUE_COUNT];
    unsigned again[SIM_QUEUE_COUNT];
    struct sim_violation told[VIOLATIONS];
    size_t n_told;
    struct chart chart;
};

/* ---- rows ---- */

static void add_row(struct diagram_sequence *q, enum chart_kind kind, enum chart_tone tone,
                    size_t from, size_t to)
{
    struct chart_row *r;

    q->row = tool_room(q->row, q->n_rows, &q->capacity, sizeof *q->row);
    r = &q->row[q->n_rows++];
    memset(r, 0, sizeof *r);
    r->kind = (unsigned char)kind;
    r->tone = (unsigned char)tone;
    r->from = from;
    r->to = to;
    r->text = tool_arena_copy(&q->arena, tool_text_get(&q->text), q->text.length);
    tool_text_clear(&q->text);
}

static size_t worker_lane(const struct sim_event *e)
{
    return WORKERS + e->worker - 1u;
}

/* ---- repetitions ---- */

static bool same_rows(const struct diagram_sequence *q, size_t a, size_t b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (q->row[a + i].from != q->row[b + i].from || q->row[a + i].to != q->row[b + i].to ||
            strcmp(q->row[a + i].text, q->row[b + i].text) != 0)
            return false;
    return true;
}

/* A run of a handler that only repeats the one before is a number beside it. */
static void end_run(struct diagram_sequence *q, unsigned queue)
{
    size_t from = q->run_from[queue], n = q->n_rows - from;
    size_t before = q->last_from[queue], end = q->last_to[queue];
    bool noted = q->again[queue] > 0;

    if (end - before == n && n > 0 && from == end + noted && same_rows(q, before, from, n)) {
        q->n_rows = end;
        q->again[queue]++;
        tool_text_printf(&q->text, "the same again, %u time%s", q->again[queue],
                         q->again[queue] > 1 ? "s" : "");
        add_row(q, CHART_SELF, CHART_QUIET, WORKERS + queue, WORKERS + queue);
        return;
    }
    q->last_from[queue] = from;
    q->last_to[queue] = q->n_rows;
    q->again[queue] = 0;
}

/* ---- what the controller does ---- */

static const char *name(const struct diagram_sequence *q, enum sim_object kind, sim_id id)
{
    return tool_object_text(&q->render, kind, id);
}

/* An EIP goes by its name alone, objects of other kinds with their kind. */
static const char *with_kind(struct diagram_sequence *q, uint8_t object, sim_id id)
{
    tool_text_clear(&q->what);
    if (object != SIM_OBJECT_EIP && object < SIM_KIND_COUNT)
        tool_text_printf(&q->what, "%s ", sim_object_text((enum sim_object)object));
    tool_text_add(&q->what, name(q, (enum sim_object)object, id));
    return tool_text_get(&q->what);
}

static enum chart_tone tone_of(const struct sim_event *e)
{
    return e->fault != SIM_FAULT_NONE || e->result == SIM_RESULT_ERROR ||
                   e->result == SIM_RESULT_CONFLICT
               ? CHART_FAULT
               : CHART_PLAIN;
}

static void add_how_it_ended(struct diagram_sequence *q, const struct sim_event *e)
{
    if (e->fault == SIM_FAULT_AFTER)
        tool_text_add(&q->text, ": reply lost");
    else if (e->fault == SIM_FAULT_BEFORE)
        tool_text_add(&q->text, ": fails");
    else if (e->result != SIM_RESULT_OK)
        tool_text_printf(&q->text, ": %s", sim_result_text((enum sim_result)e->result));
}

static void on_eip_write(struct diagram_sequence *q, const struct sim_event *e)
{
    const char *what = name(q, SIM_OBJECT_EIP, e->id);
    char v4[16];

    if (e->verb == SIM_VERB_CREATE || e->verb == SIM_VERB_UPDATE)
        tool_text_printf(&q->text, "%s %s: v4ip %s",
                         e->verb == SIM_VERB_CREATE ? "create" : "update", what,
                         tool_v4_text(q->config, e->body.spec_v4, v4));
    else
        tool_text_printf(&q->text, "status of %s: %s%s", what,
                         e->body.status_ip == 0 ? "no address"
                                                : tool_v4_text(q->config, e->body.status_ip, v4),
                         sim_eip_ready(&e->body) ? ", ready" : ", not ready");
}

static void on_write(struct diagram_sequence *q, const struct sim_event *e)
{
    const char *what = with_kind(q, e->object, e->id);
    bool whole = e->verb == SIM_VERB_CREATE || e->verb == SIM_VERB_UPDATE;

    if (e->object == SIM_OBJECT_SUBNET)
        tool_text_printf(&q->text, "status of %s: %u in use", what, e->using_ips);
    else if (e->object == SIM_OBJECT_EIP && (whole || e->verb == SIM_VERB_PATCH_STATUS))
        on_eip_write(q, e);
    else if (whole)
        tool_text_printf(&q->text, "%s %s", e->verb == SIM_VERB_CREATE ? "create" : "update", what);
    else if (e->verb == SIM_VERB_PATCH_STATUS)
        tool_text_printf(&q->text, "status of %s", what);
    else if (e->verb == SIM_VERB_PATCH)
        tool_text_printf(&q->text, "finalizer of %s %s", what,
                         sim_finalizer_count(&e->meta) > 0 ? "on" : "off");
    else
        tool_text_printf(&q->text, "labels of %s", what);
    add_how_it_ended(q, e);
    add_row(q, CHART_MESSAGE, tone_of(e), worker_lane(e), SERVER);
}

static void on_ipam(struct diagram_sequence *q, const struct sim_event *e)
{
    char v4[16];
    bool refused = e->verb != SIM_VERB_RELEASE && e->ipam_error != IPAM_ERROR_NONE;

    if (e->worker == 0 && refused) /* a start: the object has no address that could be restored */
        return;
    if (e->verb == SIM_VERB_RELEASE)
        tool_text_printf(&q->text, "release what %s holds",
                         name(q, (enum sim_object)e->object, e->id));
    else if (refused)
        tool_text_printf(&q->text, "no address: %s",
                         ipam_error_text((enum ipam_error)e->ipam_error));
    else
        tool_text_printf(&q->text, "allocate %s", tool_v4_text(q->config, e->v4, v4));
    if (e->worker == 0)
        add_row(q, CHART_SELF, CHART_PLAIN, IPAM, IPAM);
    else
        add_row(q, CHART_MESSAGE, refused ? CHART_FAULT : CHART_PLAIN, worker_lane(e), IPAM);
}

static void on_exec(struct diagram_sequence *q, const struct sim_event *e)
{
    char v4[16];

    tool_text_printf(&q->text, "%s %s", sim_verb_text((enum sim_verb)e->verb),
                     tool_v4_text(q->config, e->v4, v4));
    add_how_it_ended(q, e);
    add_row(q, CHART_MESSAGE, tone_of(e), worker_lane(e), PODS + e->id);
}

static void on_look(struct diagram_sequence *q, const struct sim_event *e)
{
    bool none = e->kind == SIM_EVENT_READ ? e->result != SIM_RESULT_OK
                                          : e->selector == SIM_SELECT_GATEWAY && e->count == 0;

    if (!none && !q->all)
        return;
    if (e->kind == SIM_EVENT_LIST && e->selector == SIM_SELECT_GATEWAY)
        tool_text_printf(&q->text, none ? "no pod of %s" : "pods of %s",
                         name(q, SIM_OBJECT_GATEWAY, e->id));
    else if (e->kind == SIM_EVENT_LIST)
        tool_text_printf(&q->text, "list %ss: %u", sim_object_text((enum sim_object)e->object),
                         e->count);
    else
        tool_text_printf(&q->text, "read %s%s", name(q, (enum sim_object)e->object, e->id),
                         none ? ": not there" : "");
    add_row(q, CHART_MESSAGE, none ? CHART_FAULT : CHART_QUIET, worker_lane(e), CACHE);
}

static void on_queue(struct diagram_sequence *q, const struct sim_event *e)
{
    if (sim_queue_keys((enum sim_queue_id)e->queue) == SIM_OBJECT_SUBNET && !q->all)
        return;
    tool_text_add(&q->text, tool_key_text(q->config, (enum sim_queue_id)e->queue, e->id));
    if (e->kind == SIM_EVENT_QUEUE_AFTER)
        tool_text_printf(&q->text, ", in %u ms", e->ms);
    if (e->worker != 0 && e->worker - 1u == e->queue)
        add_row(q, CHART_SELF, CHART_PLAIN, worker_lane(e), worker_lane(e));
    else
        add_row(q, CHART_MESSAGE, CHART_PLAIN, e->worker != 0 ? worker_lane(e) : CACHE,
                WORKERS + e->queue);
}

static void on_end(struct diagram_sequence *q, const struct sim_event *e)
{
    static const struct {
        const char *text;
        enum chart_tone tone;
    } ends[] = {[SIM_EVENT_REQUEUE] = {"gives up, to try again", CHART_FAULT},
                [SIM_EVENT_FORGET] = {"is done", CHART_QUIET},
                [SIM_EVENT_PANIC] = {"panics", CHART_FAULT}};

    bool nothing = e->kind == SIM_EVENT_FORGET && q->run_from[e->worker - 1] == q->n_rows;

    tool_text_add(&q->text, nothing ? "does nothing" : ends[e->kind].text);
    add_row(q, CHART_SELF, ends[e->kind].tone, worker_lane(e), worker_lane(e));
    end_run(q, e->worker - 1u);
}

/* Queue adds of the API server's delivery and calls of workers; what else is a fact is seen from
 * the call that it followed from. */
static void on_event(struct diagram_sequence *q, const struct sim_event *e)
{
    switch (e->kind) {
    case SIM_EVENT_DELIVERED:
        tool_text_printf(&q->text, "%s %s", sim_verb_text((enum sim_verb)e->verb),
                         with_kind(q, e->object, e->id));
        add_row(q, CHART_MESSAGE, CHART_PLAIN, SERVER, CACHE);
        break;
    case SIM_EVENT_REMOVED:
        tool_text_printf(&q->text, "%s is gone%s", with_kind(q, e->object, e->id),
                         sim_eip_terminating(&e->body) || sim_eip_finalizer_count(&e->body) > 0
                             ? ""
                             : ": no finalizer");
        add_row(q, CHART_SELF, CHART_PLAIN, SERVER, SERVER);
        break;
    case SIM_EVENT_TAKEN:
        q->run_from[e->queue] = q->n_rows;
        break;
    case SIM_EVENT_READ:
    case SIM_EVENT_LIST:
        on_look(q, e);
        break;
    case SIM_EVENT_IPAM:
        on_ipam(q, e);
        break;
    case SIM_EVENT_EXEC:
        on_exec(q, e);
        break;
    case SIM_EVENT_WRITE:
        on_write(q, e);
        break;
    case SIM_EVENT_QUEUE:
    case SIM_EVENT_QUEUE_AFTER:
        on_queue(q, e);
        break;
    case SIM_EVENT_REQUEUE:
    case SIM_EVENT_FORGET:
    case SIM_EVENT_PANIC:
        on_end(q, e);
        break;
    default:
        break;
    }
}

/* ---- what happens around it ---- */

static void on_user(struct diagram_sequence *q, const struct sim_action *a,
                    const struct sim_event *first)
{
    bool refused =
        first != NULL && first->kind == SIM_EVENT_STORED && first->result != SIM_RESULT_OK;

    if (q->eip != SIM_NONE && a->id != q->eip && a->id != q->other)
        return;
    tool_text_printf(&q->text, "%s %s", sim_action_text((enum sim_action_kind)a->kind),
                     with_kind(q, a->object, a->id));
    if (refused)
        tool_text_printf(&q->text, ": %s", sim_result_text((enum sim_result)first->result));
    add_row(q, CHART_MESSAGE, refused ? CHART_FAULT : CHART_PLAIN, USER, SERVER);
}

/* Is it about another gateway than that of the EIP? */
static bool is_elsewhere(const struct diagram_sequence *q, sim_id gateway)
{
    return q->eip != SIM_NONE && !q->all && q->gateway != sim_ref_of(gateway);
}

static void on_surroundings(struct diagram_sequence *q, const struct sim_action *a)
{
    bool pod = a->kind == SIM_ACTION_POD || a->kind == SIM_ACTION_POD_REPLACED ||
               a->kind == SIM_ACTION_POD_INITED;

    if ((pod && is_elsewhere(q, (sim_id)(a->id / q->config->setup.limits.pods_per_gateway))) ||
        (a->kind == SIM_ACTION_GATEWAY && is_elsewhere(q, a->id)) ||
        (a->kind == SIM_ACTION_REDO_TIME && !q->all) || (q->n_rows == 0 && !q->all))
        return;
    tool_words_action(&q->render, a, &q->text);
    if (pod)
        add_row(q, CHART_NOTE, CHART_PLAIN, PODS + a->id, PODS + a->id);
    else
        add_row(q, CHART_NOTE, a->kind == SIM_ACTION_CRASH ? CHART_FAULT : CHART_PLAIN, CACHE,
                IPAM);
}

static void on_action(struct diagram_sequence *q, const struct sim_action *a,
                      const struct sim_event *first)
{
    switch (a->kind) {
    case SIM_ACTION_CREATE:
    case SIM_ACTION_DELETE:
    case SIM_ACTION_DELETE_BEGIN:
    case SIM_ACTION_DELETE_END:
    case SIM_ACTION_SET_FINALIZERS:
    case SIM_ACTION_SET_QOS:
    case SIM_ACTION_SET_V4IP:
        on_user(q, a, first);
        break;
    case SIM_ACTION_DELIVER:
    case SIM_ACTION_START:
    case SIM_ACTION_STEP:
    case SIM_ACTION_DUE:
    case SIM_ACTION_ENQUEUE:
        break;
    default:
        on_surroundings(q, a);
        break;
    }
}

/* ---- what does not hold ---- */

static void tell_violation(struct diagram_sequence *q, const struct sim_violation *v)
{
    if ((q->eip != SIM_NONE && v->eip != q->eip && v->other != q->eip) || q->n_told == VIOLATIONS)
        return;
    for (size_t i = 0; i < q->n_told; i++)
        if (memcmp(&q->told[i], v, sizeof *v) == 0)
            return;
    q->told[q->n_told++] = *v;
    tool_violation_text(q->config, v, &q->text);
    add_row(q, CHART_NOTE, CHART_BROKEN, USER, IPAM);
}

static void check(struct diagram_sequence *q, bool rest)
{
    struct sim_violation v[VIOLATIONS];
    size_t n =
        rest ? engine_check_at_rest(q->worlds.world, q->worlds.scratch, REST_ACTIONS, v, VIOLATIONS)
             : sim_check(q->worlds.world, v, VIOLATIONS);

    for (size_t i = 0; i < n && i < VIOLATIONS; i++)
        tell_violation(q, &v[i]);
}

/* ---- the run ---- */

static bool concerns(const struct diagram_sequence *q, const struct sim_event *e)
{
    return q->eip == SIM_NONE || tool_words_about(&q->words, e, SIM_OBJECT_EIP, q->eip) ||
           (q->other != SIM_NONE && tool_words_about(&q->words, e, SIM_OBJECT_EIP, q->other));
}

static void one_event(struct diagram_sequence *q, const struct sim_event *e)
{
    if (concerns(q, e))
        on_event(q, e);
    tool_words_note(&q->words, e);
}

static void play(struct diagram_sequence *q, const struct sim_action *action, size_t n, bool rest)
{
    struct engine_trace *t = &q->worlds.trace;

    tool_words_init(&q->words, &q->render);
    tool_worlds_begin(&q->worlds);
    for (size_t i = 0; i < n; i++) {
        engine_trace_clear(t);
        if (engine_trace_apply(t, q->worlds.world, &action[i]) != SIM_STATUS_DONE)
            continue;
        on_action(q, &action[i], t->n_events > 0 ? &t->event[0] : NULL);
        for (size_t k = 0; k < t->n_events; k++) {
            /* the call first, then what it did */
            bool swap = t->event[k].kind == SIM_EVENT_REMOVED && k + 1 < t->n_events &&
                        t->event[k + 1].kind == SIM_EVENT_WRITE;

            if (swap)
                one_event(q, &t->event[k + 1]);
            one_event(q, &t->event[k]);
            k += swap;
        }
        check(q, false);
    }
    if (rest && engine_settle(q->worlds.world, NULL, REST_ACTIONS) != ENGINE_BUDGET)
        check(q, true);
}

/* Of whom the run's first violation is about. */
static void find_interesting(struct diagram_sequence *q, const struct sim_action *action, size_t n,
                             bool rest)
{
    play(q, action, n, rest);
    if (q->n_told > 0) {
        q->eip = q->told[0].eip;
        q->other = q->told[0].other;
    }
    q->n_rows = q->n_told = 0;
}

/* Lanes that nobody uses go. */
static void finish(struct diagram_sequence *q, const char *title)
{
    size_t pods =
        (size_t)q->config->setup.limits.gateways * q->config->setup.limits.pods_per_gateway;
    size_t *lane = tool_arena_alloc(&q->arena, (PODS + pods) * sizeof *lane), n = 0;
    const char **text = tool_arena_alloc(&q->arena, (PODS + pods) * sizeof *text);

    for (size_t i = 0; i < PODS + pods; i++) {
        bool used = i == SERVER || i == CACHE;

        for (size_t r = 0; r < q->n_rows && !used; r++)
            used = (q->row[r].kind != CHART_NOTE || q->row[r].from == q->row[r].to) &&
                   (q->row[r].from == i || q->row[r].to == i);
        if (used)
            text[n] = i == USER     ? "user"
                      : i == SERVER ? "API server"
                      : i == CACHE  ? "cache"
                      : i == IPAM   ? "IPAM"
                      : i < IPAM    ? sim_queue_text((enum sim_queue_id)(i - WORKERS))
                                    : name(q, SIM_OBJECT_POD, (sim_id)(i - PODS));
        lane[i] = used || n == 0 ? n : n - 1;
        n += used;
    }
    for (size_t r = 0; r < q->n_rows; r++) {
        q->row[r].from = lane[q->row[r].from];
        q->row[r].to = lane[q->row[r].to];
    }
    q->chart = (struct chart){title, text, n, q->row, q->n_rows};
}

struct diagram_sequence *diagram_sequence_new(const struct engine_config *config)
{
    struct diagram_sequence *q = tool_alloc(sizeof *q);

    q->config = config;
    tool_render_init(&q->render, config);
    return q;
}

const struct chart *diagram_sequence_chart(struct diagram_sequence *q,
                                           const struct sim_action *action, size_t n,
                                           const struct diagram_sequence_how *how)
{
    if (!tool_worlds_open(&q->worlds, q->config))
        return NULL;
    q->all = how->all;
    q->eip = how->eip;
    q->other = SIM_NONE;
    if (q->eip == SIM_NONE && !how->everyone)
        find_interesting(q, action, n, how->rest);
    for (size_t i = n; i-- > 0;)
        if (action[i].kind == SIM_ACTION_CREATE && action[i].id == q->eip)
            q->gateway = action[i].body.gw;
    play(q, action, n, how->rest);
    finish(q, how->title);
    return &q->chart;
}

void diagram_sequence_free(struct diagram_sequence *q)
{
    tool_worlds_close(&q->worlds);
    tool_render_free(&q->render);
    tool_arena_free(&q->arena);
    tool_text_free(&q->text);
    tool_text_free(&q->what);
    free(q->row);
    free(q);
}
