/* What a state holds that nothing will ever read. */
#include "model/step_internal.h"

/* A handler that is over: its worker still gives the lock back and tells the queue how it ended. */
static void forget_ended(struct sim_worker *me, size_t size)
{
    struct sim_worker rest; /* what a kind keeps behind it is over too */

    memset(&rest, 0, sizeof rest);
    rest.phase = me->phase;
    rest.key = me->key;
    rest.lock = me->lock;
    rest.failed = me->failed;
    memset(me, 0, size);
    memcpy(me, &rest, sizeof rest);
}

/* Do the steps of this table look at the copy that a helper read?  Handlers only look at their
 * snapshot, and so do commands in the gateway. */
static bool looks_at_copy(uint8_t table)
{
    switch ((enum sim_table)table) {
    case SIM_TABLE_ADD:
    case SIM_TABLE_UPDATE:
    case SIM_TABLE_RESET:
    case SIM_TABLE_DEL:
    case SIM_TABLE_GATEWAY_PASS:
    case SIM_TABLE_SUBNET_STATUS:
    case SIM_TABLE_PODS:
    case SIM_TABLE_QOS_ADD:
    case SIM_TABLE_QOS_DEL:
    case SIM_TABLE_UNDO:
        return false;
    default:
        return true;
    }
}

static void forget_in_worker(struct sim_worker *me, size_t size)
{
    if (me->phase == SIM_PHASE_IDLE)
        return;
    if (me->phase != SIM_PHASE_RUNNING)
        forget_ended(me, size);
    else if (!looks_at_copy(me->table[me->depth]) ||
             sim_table_steps((enum sim_table)me->table[me->depth])[me->row[me->depth]].call ==
                 SIM_EVENT_READ)
        memset(&me->copy, 0, sizeof me->copy);
}

/* Without a clock any delayed key can become due at any moment: in which order they were delayed
 * matters to nobody. */
static void forget_order(struct sim_world *w, enum sim_queue_id queue)
{
    struct sim_queue *q = (struct sim_queue *)((uint8_t *)w + w->at.queues[queue]);

    q->delayed_head = q->delayed_tail = 0;
    for (sim_id key = 0; key < q->keys; key++) {
        struct sim_queue_node *n =
            (struct sim_queue_node *)((uint8_t *)w + w->at.nodes[queue]) + key;

        n->next_delayed = n->prev_delayed = 0;
    }
}

void sim_forget_dead(struct sim_world *w)
{
    for (unsigned q = 0; q < w->n_queues; q++) {
        if (sim_queue(w, q)->keys == 0)
            continue;
        forget_in_worker((struct sim_worker *)((uint8_t *)w + w->at.workers[q]),
                         sim_worker_size((enum sim_queue_id)q));
        if (!w->timed)
            forget_order(w, (enum sim_queue_id)q);
    }
}
