/* The worker of a queue: takes a key, walks through its handler's table stop by stop, and tells the
 * queue how it ended.
 */
#include "model/step_internal.h"

const struct sim_step sim_no_steps[] = {END};

const struct sim_step *sim_table_steps(enum sim_table table)
{
    static const struct sim_step *const steps[] = {
#define X(name, array, title) array,
        SIM_TABLES(X)
#undef X
    };
    return steps[table];
}

const char *sim_table_title(enum sim_table table)
{
    static const char *const titles[] = {
#define X(name, array, title) title,
        SIM_TABLES(X)
#undef X
    };
    return titles[table];
}

static enum sim_table handler_of(enum sim_queue_id queue)
{
    static const uint8_t table[SIM_QUEUE_COUNT] = {
#define X(name, text, keys, limiter, part, table) SIM_TABLE_##table,
        SIM_QUEUES(X)
#undef X
    };
    return (enum sim_table)table[queue];
}

size_t sim_worker_size(enum sim_queue_id queue)
{
    if (sim_queue_rule(queue) != SIM_KIND_COUNT)
        return sizeof(struct sim_rule_worker);
    switch (sim_queue_keys(queue)) {
    case SIM_OBJECT_VIP:
        return sizeof(struct sim_vip_worker);
    case SIM_OBJECT_OVN_EIP:
        return sizeof(struct sim_ovn_worker);
    case SIM_OBJECT_OVN_DNAT:
    case SIM_OBJECT_OVN_FIP:
    case SIM_OBJECT_OVN_SNAT:
        return sizeof(struct sim_ovn_rule_worker);
    default:
        return sizeof(struct sim_worker);
    }
}

/* What the queue knows the key by. */
static sim_id node_of(const struct sim_turn *t)
{
    return sim_queue_of_items(t->w, (enum sim_queue_id)t->queue) ? t->me->item : t->me->key;
}

static const struct sim_step *row_of(const struct sim_worker *me)
{
    return sim_table_steps((enum sim_table)me->table[me->depth]) + me->row[me->depth];
}

/* With guarded writes a helper goes on from what its handler has. */
static void push(const struct sim_turn *t, enum sim_table table)
{
    struct sim_worker *me = t->me;

    SIM_CHECK(me->depth + 1u < SIM_FRAMES);
    if (!sim_when_copy_read(t))
        memcpy(&me->copy, &me->snap, sizeof me->copy);
    me->depth++;
    me->table[me->depth] = (uint8_t)table;
    me->row[me->depth] = 0;
}

/* Leaves a table; false if it was the handler's own. */
static bool pop(struct sim_worker *me)
{
    me->table[me->depth] = 0;
    me->row[me->depth] = 0;
    if (me->depth == 0)
        return false;
    me->depth--;
    me->row[me->depth]++;
    return true;
}

static void tell_unlock(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_UNLOCK);

    e.object =
        (uint8_t)(t->me->lock == 2 ? SIM_OBJECT_EIP : sim_queue_keys((enum sim_queue_id)t->queue));
    e.id = t->me->lock == 2 ? t->me->eip : t->me->key;
    t->me->lock = 0;
    sim_emit(t, &e);
}

int sim_give_lock_back(struct sim_turn *t)
{
    tell_unlock(t);
    return NEXT;
}

static void become_idle(struct sim_turn *t)
{
    if (sim_queue_keys((enum sim_queue_id)t->queue) < (enum sim_object)SIM_KIND_COUNT)
        sim_touched_object(t->w, (enum sim_kind_id)sim_queue_keys((enum sim_queue_id)t->queue),
                           t->me->key);
    memset(t->me, 0, sim_worker_size((enum sim_queue_id)t->queue));
}

/* A panic unwinds: the lock is given back, the queue's item is done, the process ends. */
static void die(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_PANIC);

    if (t->me->lock)
        tell_unlock(t);
    sim_emit(t, &e);
    if (!sim_queue_of_objects(t->w, (enum sim_queue_id)t->queue))
        sim_queue_done(t, (enum sim_queue_id)t->queue, node_of(t));
    become_idle(t);
    sim_globals_mut(t->w)->up = 0;
    sim_globals_mut(t->w)->panicked = 1;
}

/* Designs that clean up behind a failing add walk through one more table first. */
static bool undo_first(struct sim_turn *t)
{
    struct sim_worker *me = t->me;

    if (t->queue != SIM_QUEUE_ADD_EIP || me->undoing || !me->failed || !me->allocated ||
        sim_asks(t->w, SIM_release_on_add_failure) == SIM_release_on_add_failure_no)
        return false;
    me->undoing = 1;
    memset(me->table, 0, sizeof me->table);
    memset(me->row, 0, sizeof me->row);
    me->depth = 0;
    me->table[0] = SIM_TABLE_UNDO;
    return true;
}

/* A failing gateway handler of v1.12 lets go of its key before it asks for a retry, so that the key
 * can be ready again before it is delayed. */
static bool done_before_retry(const struct sim_turn *t)
{
    return t->me->failed && sim_queue_keys((enum sim_queue_id)t->queue) == SIM_OBJECT_GATEWAY &&
           sim_asks(t->w, SIM_gateway_done_before_retry);
}

static void reach_finish(struct sim_turn *t)
{
    if (done_before_retry(t))
        sim_queue_done(t, (enum sim_queue_id)t->queue, t->me->key);
}

static void end_handler(struct sim_turn *t)
{
    struct sim_worker *me = t->me;

    if (me->table[0] == SIM_TABLE_GATEWAY_PASS)
        sim_pass_clear(t->w, SIM_KIND_EIP);
    else if (me->table[0] == SIM_TABLE_GATEWAY_RULES)
        sim_pass_clear(t->w, sim_queue_rule((enum sim_queue_id)t->queue));
    if (sim_queue_part((enum sim_queue_id)t->queue) == SIM_PART_OWNERS)
        sim_unsee_status(t);
    memset(me->table, 0, sizeof me->table);
    memset(me->row, 0, sizeof me->row);
    me->depth = 0;
    me->phase = me->lock ? SIM_PHASE_UNLOCKING : SIM_PHASE_FINISHING;
    if (!me->lock)
        reach_finish(t);
}

/* An error of a frame that some other frame wants to hear of goes no further. */
static bool catch_error(struct sim_worker *me)
{
    unsigned frame = me->caught & ~SIM_CAUGHT;

    if (frame == 0 || me->depth < frame)
        return false;
    me->caught |= SIM_CAUGHT;
    while (me->depth >= frame)
        (void)pop(me);
    return true;
}

/* Obeys what a row said; false when the handler is over. */
static bool follow(struct sim_turn *t, int flow, const struct sim_step *row)
{
    struct sim_worker *me = t->me;

    switch (flow) {
    case NEXT:
        if (row->enter != SIM_TABLE_NONE)
            push(t, (enum sim_table)row->enter);
        else
            me->row[me->depth]++;
        return true;
    case RETURN:
        if (pop(me))
            return true;
        end_handler(t);
        return false;
    case FAIL:
        if (catch_error(me))
            return true;
        /* fall through */
    case SUCCEED:
        me->failed = flow == FAIL || me->undoing;
        if (undo_first(t))
            return true;
        end_handler(t);
        return false;
    case DIE:
        me->phase = SIM_PHASE_DYING;
        return false;
    default:
        me->row[me->depth] = (uint8_t)flow;
        return true;
    }
}

static bool skipped(const struct sim_turn *t, const struct sim_step *row)
{
    const struct sim_worker *me = t->me;

    return (row->when != NULL && !row->when(t)) ||
           sim_flawed(t->w, SIM_FLAW_ROW, me->table[me->depth] * 256u + me->row[me->depth]);
}

/* Walks on to the next stopping point or to the end.  resumed: the row at hand is the one the
 * worker was let go for. */
static void walk(struct sim_turn *t, bool resumed)
{
    struct sim_worker *me = t->me;

    for (bool going = true; going;) {
        const struct sim_step *row = row_of(me);

        if (row->name == NULL) {
            going = follow(t, me->depth == 0 ? SUCCEED : RETURN, row);
        } else if (skipped(t, row)) {
            me->row[me->depth]++;
        } else if (row->stop && !resumed) {
            return;
        } else {
            resumed = false;
            going = follow(t, row->run != NULL ? row->run(t) : NEXT, row);
        }
    }
}

static void finish(struct sim_turn *t)
{
    enum sim_queue_id queue = (enum sim_queue_id)t->queue;
    sim_id key = node_of(t);
    bool done_first = done_before_retry(t);

    if (t->me->failed)
        sim_queue_retry(t, queue, key);
    else
        sim_queue_forget(t, queue, key);
    if (!sim_queue_of_objects(t->w, queue) && !done_first)
        sim_queue_done(t, queue, key);
    become_idle(t);
}

void sim_worker_start(struct sim_turn *t)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_TAKEN);
    struct sim_worker *me = t->me;

    if (sim_queue_of_objects(t->w, (enum sim_queue_id)t->queue)) {
        struct sim_deleted item = sim_deleted_take(t->w);

        me->key = item.eip;
        me->net = item.net;
        me->gateway = sim_ref_id(item.gw);
    } else {
        me->key = sim_queue_take(t, (enum sim_queue_id)t->queue);
        if (sim_queue_of_items(t->w, (enum sim_queue_id)t->queue)) {
            me->item = me->key;
            me->key = sim_key_object(t->w, (enum sim_queue_id)t->queue, me->item);
        }
    }
    me->phase = SIM_PHASE_RUNNING;
    if (sim_queue_keys((enum sim_queue_id)t->queue) == SIM_OBJECT_EIP)
        me->eip = me->key;
    me->table[0] = (uint8_t)handler_of((enum sim_queue_id)t->queue);
    e.queue = t->queue;
    e.id = me->key;
    sim_emit(t, &e);
    walk(t, false);
}

void sim_worker_step(struct sim_turn *t)
{
    if (t->me->phase == SIM_PHASE_RUNNING) {
        walk(t, true);
    } else if (t->me->phase == SIM_PHASE_DYING) {
        die(t);
    } else if (t->me->phase == SIM_PHASE_UNLOCKING) {
        tell_unlock(t);
        t->me->phase = SIM_PHASE_FINISHING;
        reach_finish(t);
    } else {
        finish(t);
    }
}

/* ---- what a stopped worker stands before ---- */

struct lock {
    enum sim_object object;
    sim_id id;
};

/* The lock that a worker stands before, or holds. */
static struct lock lock_of(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_worker *me = sim_worker(w, queue);
    struct lock l = {sim_queue_keys(queue), me->key};

    if (me->lock == 2 || (me->lock == 0 && row_of(me)->object == SIM_OBJECT_EIP))
        l = (struct lock){SIM_OBJECT_EIP, me->eip};
    return l;
}

/* Two mutexes: one over names of EIPs and gateways, one over names of subnets. */
static bool same_lock(const struct sim_world *w, enum sim_queue_id a, enum sim_queue_id b)
{
    struct lock x = lock_of(w, a), y = lock_of(w, b);

    if ((x.object == SIM_OBJECT_SUBNET) != (y.object == SIM_OBJECT_SUBNET))
        return false;
    if (x.object == SIM_OBJECT_SUBNET)
        return x.id == y.id;
    return sim_name_of(w, x.object, x.id) == sim_name_of(w, y.object, y.id);
}

bool sim_worker_can_step(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_worker *me = sim_worker(w, queue);

    if (me->phase == SIM_PHASE_IDLE)
        return false;
    if (me->phase != SIM_PHASE_RUNNING || row_of(me)->call != SIM_EVENT_LOCK)
        return true;
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_worker(w, q)->lock && same_lock(w, queue, (enum sim_queue_id)q))
            return false;
    return true;
}

bool sim_worker_adds_rule(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_worker *me = sim_worker(w, queue);

    return (me->op == SIM_VERB_FIP_ADD || me->op == SIM_VERB_DNAT_ADD ||
            me->op == SIM_VERB_SNAT_ADD) &&
           me->phase == SIM_PHASE_RUNNING && row_of(me)->call == SIM_EVENT_EXEC;
}

/* Room for one more is asked for before every call, whatever it does. */
bool sim_worker_adds_to_ovn(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_worker *me = sim_worker(w, queue);

    return me->phase == SIM_PHASE_RUNNING && row_of(me)->call == SIM_EVENT_OVN;
}

bool sim_worker_asks_ipam(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_worker *me = sim_worker(w, queue);

    return me->phase == SIM_PHASE_RUNNING && row_of(me)->call == SIM_EVENT_IPAM;
}

enum sim_kind_id sim_worker_writes(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_worker *me = sim_worker(w, queue);
    const struct sim_step *row;

    if (me->phase != SIM_PHASE_RUNNING)
        return SIM_KIND_COUNT;
    row = row_of(me);
    if (row->call != SIM_EVENT_WRITE)
        return SIM_KIND_COUNT;
    if (row->object == SIM_OBJECT_RULE)
        return sim_queue_part(queue) == SIM_PART_OWNERS ? (enum sim_kind_id)sim_queue_keys(queue)
                                                        : sim_queue_rule(queue);
    return row->object < SIM_KIND_COUNT ? (enum sim_kind_id)row->object : SIM_KIND_COUNT;
}

bool sim_worker_takes_fault(const struct sim_world *w, enum sim_queue_id queue)
{
    const struct sim_worker *me = sim_worker(w, queue);

    return me->phase == SIM_PHASE_RUNNING &&
           (row_of(me)->call == SIM_EVENT_WRITE || row_of(me)->call == SIM_EVENT_EXEC ||
            row_of(me)->call == SIM_EVENT_OVN);
}

bool sim_stopped_before(const struct sim_world *w, enum sim_queue_id queue, struct sim_stop *out)
{
    const struct sim_worker *me = sim_worker(w, queue);

    out->verb = SIM_VERB_NONE;
    out->object = SIM_OBJECT_COUNT;
    if (me->phase == SIM_PHASE_IDLE)
        return false;
    if (me->phase == SIM_PHASE_UNLOCKING) {
        out->name = "unlock";
        out->text = "give the lock back";
        out->call = SIM_EVENT_UNLOCK;
        return true;
    }
    if (me->phase == SIM_PHASE_DYING) {
        out->name = "panic";
        out->text = "dereference nil: the process ends";
        out->call = SIM_EVENT_PANIC;
        return true;
    }
    if (me->phase == SIM_PHASE_FINISHING) {
        out->name = "finish";
        out->text = me->failed ? "ask for a retry" : "be done with the key";
        out->call = me->failed ? SIM_EVENT_REQUEUE : SIM_EVENT_FORGET;
        return true;
    }
    out->name = row_of(me)->name;
    out->text = row_of(me)->text;
    out->call = row_of(me)->call;
    out->object = row_of(me)->object;
    if (out->object == SIM_OBJECT_RULE)
        out->object = (uint8_t)(sim_queue_part(queue) == SIM_PART_OWNERS
                                    ? sim_queue_keys(queue)
                                    : (enum sim_object)sim_queue_rule(queue));
    if (out->call == SIM_EVENT_EXEC)
        out->verb = me->op;
    return true;
}

bool sim_row_at(unsigned table, unsigned row, struct sim_row *out)
{
    const struct sim_step *steps;

    memset(out, 0, sizeof *out);
    if (table + 1 >= SIM_TABLE_COUNT)
        return false;
    steps = sim_table_steps((enum sim_table)(table + 1));
    out->title = sim_table_title((enum sim_table)(table + 1));
    for (unsigned i = 0; i <= row; i++)
        if (steps[i].name == NULL)
            return false;
    steps += row;
    out->name = steps->name;
    out->text = steps->text;
    if (steps->enter != SIM_TABLE_NONE)
        out->enters = sim_table_title((enum sim_table)steps->enter);
    out->stop = steps->stop;
    out->call = steps->call;
    out->object = steps->object;
    out->sometimes = steps->when != NULL;
    return true;
}
