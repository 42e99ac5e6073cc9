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

/* Where writes are guarded, the copy is that of what the handler wrote last, and is kept. */
static bool reads_copy_anew(const struct sim_world *w, enum sim_queue_id queue)
{
    return !sim_asks(w, SIM_guarded_writes) || sim_queue_keys(queue) != SIM_OBJECT_EIP;
}

static void forget_in_worker(struct sim_world *w, enum sim_queue_id queue)
{
    struct sim_worker *me = sim_worker_quiet(w, queue);

    if (me->phase == SIM_PHASE_IDLE)
        return;
    if (me->phase != SIM_PHASE_RUNNING)
        forget_ended(me, sim_worker_size(queue));
    else if (reads_copy_anew(w, queue) &&
             (!looks_at_copy(me->table[me->depth]) ||
              sim_table_steps((enum sim_table)me->table[me->depth])[me->row[me->depth]].call ==
                  SIM_EVENT_READ))
        memset(&me->copy, 0, sizeof me->copy);
}

void sim_forget_dead(struct sim_world *w)
{
    if (!sim_globals(w)->up) {
        sim_forget_memory(w);
        return;
    }
    for (unsigned q = 0; q < w->n_queues; q++)
        if (sim_queue(w, q)->keys != 0)
            forget_in_worker(w, (enum sim_queue_id)q);
}
