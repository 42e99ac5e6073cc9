/* Work queues with client-go's semantics (util/workqueue, v0.27.4 to v0.36.3): a key is at most
 * once in the list of ready keys, never processed twice at once, at most once delayed.
 *
 *   add:          already dirty: nothing.  Mark dirty; being processed: that is all, done() will
 *                 append it.  Otherwise append it.
 *   take:         first ready key: processing, no longer dirty.
 *   done:         no longer processing; dirty meanwhile: append.
 *   add after:    already delayed: the earlier time counts.
 */
#include "model/sim_internal.h"

/* ---- queues of items ---- */

bool sim_queue_of_items(const struct sim_world *w, enum sim_queue_id queue)
{
    return queue == SIM_QUEUE_DEL_VIP ||
           (queue == SIM_QUEUE_DEL_OVN_EIP &&
            sim_asks(w, SIM_ovn_del_queue_item) != SIM_ovn_del_queue_item_key);
}

uint32_t sim_item_capacity(const struct sim_limits *l, enum sim_queue_id queue)
{
    enum { MOST = 64 };

    if (sim_limit(l, sim_queue_keys(queue)) == 0)
        return 0;
    return l->watch < MOST ? l->watch : MOST;
}

static size_t item_size(enum sim_queue_id queue)
{
    return sizeof(struct sim_notice) + sim_kind_size((enum sim_kind_id)sim_queue_keys(queue));
}

const struct sim_notice *sim_item(const struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    sim_id names = sim_limit(&w->limits, sim_queue_keys(queue));

    return (const struct sim_notice *)sim_at(w, w->at.items[queue == SIM_QUEUE_DEL_VIP] +
                                                    (uint32_t)(item_size(queue) * (key - names)));
}

sim_id sim_key_object(const struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    bool item = sim_queue_of_items(w, queue) && key >= sim_limit(&w->limits, sim_queue_keys(queue));

    return item ? sim_item(w, queue, key)->id : key;
}

/* The first key without an item; the queue's length if there is none. */
static sim_id free_item(const struct sim_world *w, enum sim_queue_id queue)
{
    sim_id key = sim_limit(&w->limits, sim_queue_keys(queue));

    while (key < sim_queue(w, queue)->keys &&
           sim_exists(sim_notice_object(sim_item(w, queue, key))))
        key++;
    return key;
}

bool sim_items_full(const struct sim_world *w, enum sim_queue_id queue)
{
    return free_item(w, queue) == sim_queue(w, queue)->keys;
}

static struct sim_notice *item_mut(struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    struct sim_notice *item = (struct sim_notice *)(uintptr_t)sim_item(w, queue, key);

    sim_touch(w, item, item_size(queue));
    return item;
}

sim_id sim_item_due(const struct sim_world *w, enum sim_queue_id queue, sim_id id)
{
    sim_id found = SIM_NONE;

    for (sim_ref k = sim_queue(w, queue)->delayed_head; k != 0;
         k = sim_node(w, queue, sim_ref_id(k))->next_delayed)
        if (sim_key_object(w, queue, sim_ref_id(k)) == id &&
            (found == SIM_NONE ||
             sim_node(w, queue, sim_ref_id(k))->ready_at < sim_node(w, queue, found)->ready_at))
            found = sim_ref_id(k);
    return found;
}

/* ---- limiters of queues ---- */

static enum sim_limiter limiter_of(const struct sim_world *w, enum sim_queue_id queue)
{
    static const uint8_t limiter[] = {
#define X(name, text, keys, limiter, part, table) SIM_LIMITER_##limiter,
        SIM_QUEUES(X)
#undef X
    };
    /* the delete queue of objects has client-go's default one (v1.15.0 on) */
    if (queue == SIM_QUEUE_DEL_OVN_EIP &&
        sim_asks(w, SIM_ovn_del_queue_item) == SIM_ovn_del_queue_item_own_object)
        return SIM_LIMITER_OWN;
    return sim_queue_of_objects(w, queue) ? SIM_LIMITER_OWN : (enum sim_limiter)limiter[queue];
}

/* Queue changes of an object decide whether it is still alive. */
static void note_key(struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    if (sim_queue_keys(queue) < (enum sim_object)SIM_KIND_COUNT)
        sim_touched_object(w, (enum sim_kind_id)sim_queue_keys(queue),
                           sim_key_object(w, queue, key));
}

bool sim_queue_knows(const struct sim_world *w, enum sim_queue_id queue, sim_id id)
{
    if (sim_queue_of_items(w, queue))
        for (sim_id key = sim_limit(&w->limits, sim_queue_keys(queue));
             key < sim_queue(w, queue)->keys; key++)
            if (sim_exists(sim_notice_object(sim_item(w, queue, key))) &&
                sim_item(w, queue, key)->id == id)
                return true;
    return sim_node(w, queue, id)->state != 0;
}

static void append(struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    struct sim_queue *q = sim_queue_mut(w, queue);

    if (q->tail != 0)
        sim_node_mut(w, queue, sim_ref_id(q->tail))->next = sim_ref_of(key);
    else
        q->head = sim_ref_of(key);
    q->tail = sim_ref_of(key);
    q->ready++;
}

void sim_queue_add_quietly(struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    struct sim_queue_node *n = sim_node_mut(w, queue, key);

    note_key(w, queue, key);
    if (n->state & SIM_NODE_DIRTY)
        return;
    n->state |= SIM_NODE_DIRTY;
    if (!(n->state & SIM_NODE_PROCESSING))
        append(w, queue, key);
}

void sim_queue_add(struct sim_turn *t, enum sim_queue_id queue, sim_id key)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_QUEUE);

    if (sim_flawed(t->w, SIM_FLAW_LOST_KEY, queue))
        return;
    e.queue = (uint8_t)queue;
    e.id = key;
    sim_queue_add_quietly(t->w, queue, key);
    sim_emit(t, &e);
}

static void delay(struct sim_world *w, enum sim_queue_id queue, sim_id key, uint32_t ms)
{
    struct sim_queue_node *n = sim_node_mut(w, queue, key);
    struct sim_queue *q = sim_queue_mut(w, queue);
    uint64_t at = w->timed ? sim_globals(w)->now + ms : 0;

    note_key(w, queue, key);
    if (n->state & SIM_NODE_DELAYED) {
        if (at < n->ready_at)
            n->ready_at = at;
        return;
    }
    n->state |= SIM_NODE_DELAYED;
    n->ready_at = at;
    n->prev_delayed = q->delayed_tail;
    if (q->delayed_tail != 0)
        sim_node_mut(w, queue, sim_ref_id(q->delayed_tail))->next_delayed = sim_ref_of(key);
    else
        q->delayed_head = sim_ref_of(key);
    q->delayed_tail = sim_ref_of(key);
    q->delayed++;
}

void sim_queue_add_after(struct sim_turn *t, enum sim_queue_id queue, sim_id key, uint32_t ms)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_QUEUE_AFTER);

    e.queue = (uint8_t)queue;
    e.id = key;
    e.ms = ms;
    delay(t->w, queue, key, ms);
    sim_emit(t, &e);
}

static void undelay(struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    struct sim_queue_node *n = sim_node_mut(w, queue, key);
    struct sim_queue *q = sim_queue_mut(w, queue);

    if (n->prev_delayed != 0)
        sim_node_mut(w, queue, sim_ref_id(n->prev_delayed))->next_delayed = n->next_delayed;
    else
        q->delayed_head = n->next_delayed;
    if (n->next_delayed != 0)
        sim_node_mut(w, queue, sim_ref_id(n->next_delayed))->prev_delayed = n->prev_delayed;
    else
        q->delayed_tail = n->prev_delayed;
    n->next_delayed = 0;
    n->prev_delayed = 0;
    n->ready_at = 0;
    n->state &= (uint8_t)~SIM_NODE_DELAYED;
    q->delayed--;
}

void sim_queue_due(struct sim_turn *t, enum sim_queue_id queue, sim_id key)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_DUE);
    uint64_t at = sim_node(t->w, queue, key)->ready_at;

    e.queue = (uint8_t)queue;
    e.id = sim_key_object(t->w, queue, key);
    if (at > sim_globals(t->w)->now)
        sim_globals_mut(t->w)->now = at;
    undelay(t->w, queue, key);
    sim_queue_add_quietly(t->w, queue, key);
    sim_emit(t, &e);
}

sim_id sim_queue_take(struct sim_turn *t, enum sim_queue_id queue)
{
    struct sim_world *w = t->w;
    struct sim_queue *q = sim_queue_mut(w, queue);
    sim_id key = sim_ref_id(q->head);
    struct sim_queue_node *n = sim_node_mut(w, queue, key);

    SIM_CHECK(q->head != 0);
    q->head = n->next;
    if (q->head == 0)
        q->tail = 0;
    q->ready--;
    n->next = 0;
    n->state = (uint8_t)((n->state & ~SIM_NODE_DIRTY) | SIM_NODE_PROCESSING);
    q->processing = sim_ref_of(key);
    note_key(w, queue, key);
    return key;
}

void sim_queue_done(struct sim_turn *t, enum sim_queue_id queue, sim_id key)
{
    struct sim_world *w = t->w;
    struct sim_queue_node *n = sim_node_mut(w, queue, key);

    n->state &= (uint8_t)~SIM_NODE_PROCESSING;
    sim_queue_mut(w, queue)->processing = 0;
    note_key(w, queue, key);
    if ((n->state & SIM_NODE_DIRTY) && !sim_flawed(w, SIM_FLAW_LOST_WAKE, queue))
        append(w, queue, key);
    if (sim_queue_of_items(w, queue) && n->state == 0)
        memset(item_mut(w, queue, key), 0, item_size(queue));
}

/* ---- failures ---- */

/* An item that is an object counts for itself, whatever the limiter. */
static bool counts_alone(const struct sim_world *w, enum sim_queue_id queue)
{
    return limiter_of(w, queue) == SIM_LIMITER_OWN || sim_queue_of_items(w, queue);
}

static uint16_t shared_name(const struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    return sim_name_of(w, sim_queue_keys(queue), key);
}

static uint8_t failures_of(const struct sim_world *w, enum sim_queue_id queue, sim_id key)
{
    return counts_alone(w, queue) ? sim_node(w, queue, key)->failures
                                  : sim_failures(w, shared_name(w, queue, key));
}

static void set_failures(struct sim_world *w, enum sim_queue_id queue, sim_id key, uint8_t n)
{
    if (failures_of(w, queue, key) == n)
        return;
    if (counts_alone(w, queue))
        sim_node_mut(w, queue, key)->failures = n;
    else
        sim_failures_set(w, shared_name(w, queue, key), n);
}

static uint32_t back_off(enum sim_limiter limiter, uint8_t failures)
{
    static const struct {
        uint32_t first, greatest;
    } row[] = {
#define X(name, first, greatest) {first, greatest},
        SIM_LIMITERS(X)
#undef X
    };
    uint64_t ms = (uint64_t)row[limiter].first << failures;

    return ms < row[limiter].greatest ? (uint32_t)ms : row[limiter].greatest;
}

/* More failures than this change no delay any more. */
enum { FAILURES_MAX = 20 };

/* AddRateLimited.  An untimed world counts no failures: any delay can end at any moment. */
void sim_queue_retry(struct sim_turn *t, enum sim_queue_id queue, sim_id key)
{
    struct sim_world *w = t->w;
    struct sim_event e = sim_event_new(t, SIM_EVENT_REQUEUE);
    uint8_t failures = failures_of(w, queue, key);

    if (sim_flawed(w, SIM_FLAW_LOST_RETRY, queue))
        return;
    e.queue = (uint8_t)queue;
    e.id = sim_key_object(w, queue, key);
    e.ms = back_off(limiter_of(w, queue), failures);
    if (w->timed && failures < FAILURES_MAX)
        set_failures(w, queue, key, (uint8_t)(failures + 1));
    delay(w, queue, key, e.ms);
    sim_emit(t, &e);
}

void sim_queue_forget(struct sim_turn *t, enum sim_queue_id queue, sim_id key)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_FORGET);

    e.queue = (uint8_t)queue;
    e.id = sim_key_object(t->w, queue, key);
    if (!sim_queue_of_objects(t->w, queue) && sim_queue_keys(queue) != SIM_OBJECT_POLICY)
        set_failures(t->w, queue, key, 0);
    sim_emit(t, &e);
}

/* ---- adding to a queue of items ---- */

void sim_item_add(struct sim_turn *t, enum sim_queue_id queue, sim_id id,
                  const struct sim_meta *object)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_QUEUE);
    sim_id key = free_item(t->w, queue);
    struct sim_notice *item;

    if (sim_flawed(t->w, SIM_FLAW_LOST_KEY, queue))
        return;
    SIM_CHECK(key < sim_queue(t->w, queue)->keys);
    item = item_mut(t->w, queue, key);
    item->id = id;
    memcpy(item + 1, object, item_size(queue) - sizeof *item);
    e.queue = (uint8_t)queue;
    e.id = id;
    sim_queue_add_quietly(t->w, queue, key);
    sim_emit(t, &e);
}

/* ---- the delete queue of objects ---- */

bool sim_deleted_full(const struct sim_world *w)
{
    return sim_globals(w)->deleted_count == w->limits.watch;
}

void sim_deleted_add(struct sim_turn *t, sim_id eip, sim_ref net, sim_ref gw)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_QUEUE);
    struct sim_globals *g = sim_globals_mut(t->w);
    struct sim_deleted *item = sim_deleted_mut(t->w, g->deleted_count);

    if (sim_flawed(t->w, SIM_FLAW_LOST_KEY, SIM_QUEUE_DEL_EIP))
        return;
    item->eip = eip;
    item->net = net;
    item->gw = gw;
    g->deleted_count++;
    sim_touched_eip(t->w, eip);
    e.queue = SIM_QUEUE_DEL_EIP;
    e.id = eip;
    sim_emit(t, &e);
}

struct sim_deleted sim_deleted_take(struct sim_world *w)
{
    struct sim_globals *g = sim_globals_mut(w);
    struct sim_deleted first = *sim_deleted(w, 0);

    SIM_CHECK(g->deleted_count > 0);
    for (unsigned i = 0; i + 1 < g->deleted_count; i++) {
        sim_deleted_mut(w, i)->eip = sim_deleted(w, i + 1)->eip;
        sim_deleted_mut(w, i)->net = sim_deleted(w, i + 1)->net;
        sim_deleted_mut(w, i)->gw = sim_deleted(w, i + 1)->gw;
    }
    g->deleted_count--;
    memset(sim_deleted_mut(w, g->deleted_count), 0, sizeof(struct sim_deleted));
    sim_touched_eip(w, first.eip);
    return first;
}

static void clear_items(struct sim_world *w, enum sim_queue_id queue)
{
    if (!sim_queue_of_items(w, queue))
        return;
    for (sim_id key = sim_limit(&w->limits, sim_queue_keys(queue)); key < sim_queue(w, queue)->keys;
         key++)
        if (sim_exists(sim_notice_object(sim_item(w, queue, key))))
            memset(item_mut(w, queue, key), 0, item_size(queue));
}

void sim_queues_clear(struct sim_world *w)
{
    for (unsigned q = 0; q < w->n_queues; q++) {
        uint16_t keys = sim_queue(w, q)->keys;
        struct sim_queue *queue;

        if (keys == 0)
            continue; /* nothing is ever in it */
        queue = sim_queue_mut(w, q);
        memset(queue, 0, sizeof *queue);
        queue->keys = keys;
        for (sim_id key = 0; key < keys; key++)
            if (sim_node(w, (enum sim_queue_id)q, key)->state != 0 ||
                sim_node(w, (enum sim_queue_id)q, key)->failures != 0)
                memset(sim_node_mut(w, (enum sim_queue_id)q, key), 0,
                       sizeof(struct sim_queue_node));
        clear_items(w, (enum sim_queue_id)q);
    }
    for (uint16_t name = 0; name < w->limits.names; name++)
        if (sim_failures(w, name) != 0)
            sim_failures_set(w, name, 0);
    while (sim_globals(w)->deleted_count > 0)
        (void)sim_deleted_take(w);
}
