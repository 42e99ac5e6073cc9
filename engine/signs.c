#include "engine/signs.h"

#include <string.h>

#include "engine/script.h"
#include "model/world.h"

static const struct {
    const char *text, *meaning;
    enum engine_sign_scope scope;
} kinds[] = {
#define X(name, text, scope, meaning) {text, meaning, ENGINE_SIGN_OF_##scope},
    ENGINE_SIGNS(X)
#undef X
};

const char *engine_sign_text(enum engine_sign_kind kind)
{
    return kinds[kind].text;
}

const char *engine_sign_meaning(enum engine_sign_kind kind)
{
    return kinds[kind].meaning;
}

enum engine_sign_scope engine_sign_scope(enum engine_sign_kind kind)
{
    return kinds[kind].scope;
}

/* ---- sets ---- */

static int order(const struct engine_sign *a, const struct engine_sign *b)
{
    int steps = a->step == NULL || b->step == NULL ? 0 : strcmp(a->step, b->step);

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (steps != 0)
        return steps;
    if (a->queue != b->queue)
        return a->queue < b->queue ? -1 : 1;
    return a->writer < b->writer ? -1 : a->writer > b->writer;
}

void engine_signs_add(struct engine_signs *s, const struct engine_sign *sign)
{
    size_t at = 0;

    while (at < s->count && order(&s->sign[at], sign) < 0)
        at++;
    if ((at < s->count && order(&s->sign[at], sign) == 0) || s->count == ENGINE_SIGNS_MAX)
        return;
    memmove(&s->sign[at + 1], &s->sign[at], (s->count - at) * sizeof *s->sign);
    memcpy(&s->sign[at], sign, sizeof *sign);
    s->count++;
}

bool engine_signs_within(const struct engine_signs *a, const struct engine_signs *b)
{
    size_t i = 0;

    for (size_t k = 0; k < b->count && i < a->count; k++)
        i += order(&a->sign[i], &b->sign[k]) == 0;
    return i == a->count;
}

/* ---- reading a run ---- */

struct reading {
    struct engine_signs *s;
    const struct sim_world *start;
    const struct engine_trace *trace;
    struct sim_world *world; /* before the action that is looked at */
    struct sim_world *other;
    size_t at;                        /* that action */
    const char *step;                 /* that it makes */
    uint8_t excused[SIM_QUEUE_COUNT]; /* 1: a call of the handler has failed */
};

static void add(struct reading *r, enum engine_sign_kind kind, unsigned writer)
{
    enum engine_sign_scope scope = engine_sign_scope(kind);
    struct engine_sign sign;

    memset(&sign, 0, sizeof sign);
    sign.kind = (uint8_t)kind;
    if (scope != ENGINE_SIGN_OF_RUN)
        sign.queue = r->trace->action[r->at].action.queue;
    if (scope == ENGINE_SIGN_OF_STEP)
        sign.step = r->step;
    if (scope == ENGINE_SIGN_OF_WRITER)
        sign.writer = (uint8_t)writer;
    engine_signs_add(r->s, &sign);
}

static void add_if(struct reading *r, bool is, enum engine_sign_kind kind)
{
    if (is)
        add(r, kind, 0);
}

/* What users do to an object. */
static void read_user(struct reading *r, const struct sim_action *a)
{
    const struct sim_meta *m = sim_api(r->world, (enum sim_kind_id)a->object, a->id);
    bool bare = sim_exists(m) && sim_finalizer_count(m) == 0, eip = a->object == SIM_KIND_EIP;

    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_CREATE:
        add_if(r, eip && a->body.spec_v4 != 0, ENGINE_SIGN_WISHED);
        add_if(r, eip && a->body.qos != 0, ENGINE_SIGN_POLICY);
        break;
    case SIM_ACTION_DELETE:
        add_if(r, bare, ENGINE_SIGN_BARE);
        break;
    case SIM_ACTION_DELETE_END:
        add(r, bare ? ENGINE_SIGN_BARE : ENGINE_SIGN_RACED, 0);
        break;
    case SIM_ACTION_SET_FINALIZERS:
        add(r, ENGINE_SIGN_STRIPPED, 0);
        break;
    case SIM_ACTION_SET_V4IP:
    case SIM_ACTION_SET_SPEC:
        add(r, ENGINE_SIGN_MOVED, 0);
        add(r, ENGINE_SIGN_WISHED, 0);
        break;
    case SIM_ACTION_SET_QOS:
        add(r, ENGINE_SIGN_POLICY, 0);
        break;
    default:
        break;
    }
}

static void read_action(struct reading *r, const struct sim_action *a)
{
    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_BOOT:
    case SIM_ACTION_RESTART:
        add(r, ENGINE_SIGN_RESTARTED, 0);
        break;
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
        add_if(r, sim_pod(r->world, a->id)->state == SIM_POD_RUNNING, ENGINE_SIGN_UNPLUGGED);
        break;
    case SIM_ACTION_GATEWAY:
        add_if(r, a->value == 0, ENGINE_SIGN_CLOSED);
        break;
    case SIM_ACTION_GATEWAY_DELETED:
        add(r, ENGINE_SIGN_CLOSED, 0);
        break;
    case SIM_ACTION_RULE:
        add(r, a->value ? ENGINE_SIGN_RULED : ENGINE_SIGN_UNRULED, 0);
        break;
    case SIM_ACTION_NAT_ENABLED:
    case SIM_ACTION_SUBNET:
        add_if(r, a->value == 0, ENGINE_SIGN_SWITCHED);
        break;
    case SIM_ACTION_ENQUEUE:
        add_if(r, a->queue == SIM_QUEUE_RESET_EIP, ENGINE_SIGN_RESET);
        break;
    default:
        if (a->kind <= SIM_ACTION_SET_SPEC)
            read_user(r, a);
        break;
    }
}

/* Who else than this worker has written the EIP since it had this version? */
static void read_overwritten(struct reading *r, unsigned queue, sim_id eip, uint32_t rv)
{
    memcpy(r->other, r->start, sim_world_size(r->start));
    for (size_t i = 0; i < r->at; i++) {
        const struct sim_action *a = &r->trace->action[i].action;
        unsigned writer = a->kind == SIM_ACTION_STEP ? a->queue : SIM_QUEUE_COUNT;
        uint32_t before = sim_eip(r->other, eip)->api.rv;

        (void)sim_apply(r->other, a, NULL);
        if (sim_eip(r->other, eip)->api.rv != before && sim_eip(r->other, eip)->api.rv > rv &&
            writer != queue)
            add(r, ENGINE_SIGN_OVER, writer);
    }
}

static void read_write(struct reading *r, const struct sim_event *e)
{
    const struct sim_worker *w = sim_worker(r->world, e->worker - 1u);

    if (e->object != SIM_OBJECT_EIP || e->effect != SIM_RESULT_OK)
        return;
    add_if(r, e->verb == SIM_VERB_CREATE, ENGINE_SIGN_MADE);
    if (e->verb == SIM_VERB_PATCH_STATUS && w->copy.rv != 0)
        read_overwritten(r, e->worker - 1u, e->id, w->copy.rv);
}

/* Does the handler act for an object that is another by now?  Its own copy says which it means; a
 * delete handler means one that is gone. */
static bool is_late(const struct reading *r, const struct sim_event *e)
{
    const struct sim_worker *w = sim_worker(r->world, e->worker - 1u);

    if (w->eip >= r->world->limits.eips || !sim_eip_exists(&sim_eip(r->world, w->eip)->api))
        return false;
    return e->worker - 1u == SIM_QUEUE_DEL_EIP ||
           (w->snap.rv != 0 && sim_eip(r->world, w->eip)->api.uid != w->snap.uid);
}

/* Is a handler of an EIP on its way, or news of one? */
static bool is_early(const struct reading *r, const struct sim_event *e)
{
    if (e->kind != SIM_EVENT_WRITE || e->object != SIM_OBJECT_SUBNET)
        return false;
    return sim_watch_count(r->world, SIM_KIND_EIP) > 0 ||
           sim_worker(r->world, SIM_QUEUE_ADD_EIP)->phase != SIM_PHASE_IDLE ||
           sim_worker(r->world, SIM_QUEUE_UPDATE_EIP)->phase != SIM_PHASE_IDLE;
}

static bool is_blank(const struct reading *r, const struct sim_event *e)
{
    bool labels = e->verb == SIM_VERB_PATCH_LABEL_ADD || e->verb == SIM_VERB_PATCH_LABEL_REPLACE;

    if (e->kind == SIM_EVENT_EXEC)
        return e->verb >= SIM_VERB_EIP_ADD && e->verb < SIM_VERB_EIP_LIST && e->v4 == 0;
    return e->kind == SIM_EVENT_WRITE && e->object == SIM_OBJECT_EIP && labels &&
           sim_eip(r->world, e->id)->api.status_ip == 0;
}

/* A call, and how it went. */
static void read_call(struct reading *r, const struct sim_event *e)
{
    add_if(r, is_late(r, e), ENGINE_SIGN_LATE);
    add_if(r, is_blank(r, e), ENGINE_SIGN_BLANK);
    add_if(r, is_early(r, e), ENGINE_SIGN_EARLY);
    if (e->kind == SIM_EVENT_WRITE)
        read_write(r, e);
    if (e->fault == SIM_FAULT_AFTER)
        add(r, ENGINE_SIGN_LOST, 0);
    else if (e->result == SIM_RESULT_NOT_FOUND)
        add(r, ENGINE_SIGN_GONE, 0);
    else
        add_if(r, e->result != SIM_RESULT_OK || e->ipam_error != 0, ENGINE_SIGN_FAILS);
}

static bool is_short(const struct sim_eip *e)
{
    return sim_eip_ready(e) && (sim_eip_finalizer_count(e) == 0 || e->labels == 0);
}

/* The handler has ended with success: with what? */
static void read_end(struct reading *r, const struct sim_event *e)
{
    const struct sim_eip *eip;

    if (sim_queue_keys((enum sim_queue_id)e->queue) != SIM_OBJECT_EIP ||
        e->queue == SIM_QUEUE_DEL_EIP)
        return;
    eip = &sim_eip(r->world, e->id)->api;
    /* what it was content with may be gone by now */
    add_if(r, is_short(&sim_worker(r->world, e->queue)->snap), ENGINE_SIGN_UNHELD);
    if (!sim_eip_exists(eip))
        return;
    add_if(r, sim_eip_terminating(eip), ENGINE_SIGN_LEFT);
    add_if(r, is_short(eip), ENGINE_SIGN_UNHELD);
}

static void read_event(struct reading *r, const struct sim_event *e)
{
    uint8_t *excused = e->worker == 0 ? NULL : &r->excused[e->worker - 1];
    bool empty = e->kind == SIM_EVENT_LIST && e->object == SIM_OBJECT_POD &&
                 e->selector == SIM_SELECT_GATEWAY && e->count == 0;

    if (e->kind == SIM_EVENT_TAKEN)
        r->excused[e->queue] = 0;
    if (excused == NULL)
        return;
    switch ((enum sim_event_kind)e->kind) {
    case SIM_EVENT_PANIC:
        add(r, ENGINE_SIGN_PANIC, 0);
        break;
    case SIM_EVENT_READ:
        add_if(r, e->result != SIM_RESULT_OK && e->object == SIM_OBJECT_EIP, ENGINE_SIGN_GONE);
        *excused |= e->result != SIM_RESULT_OK;
        break;
    case SIM_EVENT_LIST:
        add_if(r, empty, ENGINE_SIGN_FAILS);
        *excused |= empty;
        break;
    case SIM_EVENT_SLEEP: /* for a pod that does not run yet */
        *excused = 1;
        break;
    case SIM_EVENT_IPAM:
    case SIM_EVENT_WRITE:
    case SIM_EVENT_EXEC:
        read_call(r, e);
        *excused |= e->result != SIM_RESULT_OK || e->ipam_error != 0;
        break;
    case SIM_EVENT_REQUEUE:
        add_if(r, !*excused, ENGINE_SIGN_REFUSES);
        add_if(r,
               e->queue == SIM_QUEUE_ADD_EIP && sim_eip_terminating(&sim_eip(r->world, e->id)->api),
               ENGINE_SIGN_LEFT);
        break;
    case SIM_EVENT_FORGET:
        read_end(r, e);
        break;
    default:
        break;
    }
}

/* Does the EIP hold an address anywhere? */
static bool holds(const struct sim_world *w, sim_id eip)
{
    uint32_t nic = sim_ipam_nic(w, sim_eip(w, eip)->name, SIM_NIC_PORT);
    struct ipam_addr address;
    bool any = false;

    for (sim_id n = 0; n < w->limits.subnets; n++)
        any = any || ipam_nic_address(sim_ipam(w), sim_ipam_subnet(n), IPAM_V4, nic, &address);
    return any;
}

/* What is left when the run is over. */
static void read_rest(struct reading *r)
{
    for (sim_id i = 0; i < r->world->limits.eips; i++) {
        const struct sim_eip *e = &sim_eip(r->world, i)->api;

        add_if(r, sim_eip_exists(e) && e->status_ip == 0 && holds(r->world, i),
               ENGINE_SIGN_UNREPORTED);
    }
}

void engine_signs_read(struct engine_signs *s, const struct sim_world *start,
                       const struct engine_trace *trace, size_t last, struct sim_world *world,
                       struct sim_world *other)
{
    struct reading r = {.s = s, .start = start, .trace = trace, .world = world, .other = other};

    memset(s, 0, sizeof *s);
    memcpy(world, start, sim_world_size(start));
    for (r.at = 0; r.at <= last && r.at < trace->n_actions; r.at++) {
        const struct engine_trace_action *a = &trace->action[r.at];

        r.step = engine_culprit(world, &a->action);
        read_action(&r, &a->action);
        for (size_t i = a->first; i < a->first + a->count; i++)
            read_event(&r, &trace->event[i]);
        (void)sim_apply(world, &a->action, NULL);
    }
    read_rest(&r);
}
