/* The API server: IptablesEIP objects, resourceVersion, finalizers, status subresource, watch.
 *
 * The rules were tried on real API servers (0.27 to 0.36): a write that changes nothing stores
 * nothing and sends nothing; a finalizer cannot be added to a terminating object; when the last
 * finalizer of a terminating object goes, the object goes in the same write and only DELETED is
 * sent, with the last stored state; patches without resourceVersion never conflict; status in a
 * create or update body is ignored.
 */
#include "model/sim_internal.h"

bool sim_watch_has_room(const struct sim_world *w)
{
    return sim_globals(w)->watch_count < w->limits.watch;
}

static void send(struct sim_turn *t, sim_id eip, enum sim_verb verb, const struct sim_eip *object,
                 uint32_t rv)
{
    struct sim_globals *g = sim_globals_mut(t->w);
    struct sim_watch_event *e;

    if (!g->up)
        return; /* nobody watches; the next controller lists */
    SIM_CHECK(sim_watch_has_room(t->w));
    e = sim_watch_mut(t->w, g->watch_count);
    memcpy(&e->object, object, sizeof e->object);
    e->object.rv = rv;
    e->eip = eip;
    e->verb = (uint8_t)verb;
    g->watch_count++;
    sim_eip_mut(t->w, eip)->pending++;
    sim_touched_eip(t->w, eip);
}

static uint32_t next_revision(struct sim_world *w)
{
    return ++sim_globals_mut(w)->revision;
}

static void remove_object(struct sim_turn *t, sim_id eip)
{
    struct sim_eip_slot *slot = sim_eip_mut(t->w, eip);
    struct sim_event e = sim_event_new(t, SIM_EVENT_REMOVED);

    send(t, eip, SIM_VERB_DELETED, &slot->api, next_revision(t->w));
    e.id = eip;
    e.object = SIM_OBJECT_EIP;
    e.count = slot->wished == SIM_WISH_NONE;
    memcpy(&e.body, &slot->api, sizeof e.body);
    memset(&slot->api, 0, sizeof slot->api);
    slot->racing = 0;
    slot->wished = SIM_WISH_NONE;
    sim_touched_eip(t->w, eip);
    sim_emit(t, &e);
}

static void insert_object(struct sim_turn *t, sim_id eip, const struct sim_eip *object)
{
    struct sim_eip_slot *slot = sim_eip_mut(t->w, eip);

    memcpy(&slot->api, object, sizeof slot->api);
    slot->api.status_ip = 0;
    slot->api.redo = 0;
    slot->api.status_qos = 0;
    slot->api.nat = 0;
    slot->api.flags = 0;
    slot->api.rv = next_revision(t->w);
    slot->api.uid = slot->api.rv;
    sim_touched_eip(t->w, eip);
    send(t, eip, SIM_VERB_ADDED, &slot->api, slot->api.rv);
}

/* Is some finalizer of b not in a? */
static bool adds_finalizer(const struct sim_eip *a, const struct sim_eip *b)
{
    for (unsigned i = 0; i < SIM_FINALIZERS; i++)
        if (b->finalizer[i] != SIM_FINALIZER_NONE && !sim_eip_has_finalizer(a, b->finalizer[i]))
            return true;
    return false;
}

/* Stores changed, a modified copy of what is stored, with all that follows. */
static enum sim_result commit(struct sim_turn *t, sim_id eip, const struct sim_eip *changed)
{
    struct sim_eip_slot *slot = sim_eip_mut(t->w, eip);

    if (sim_eip_terminating(&slot->api) && adds_finalizer(&slot->api, changed))
        return SIM_RESULT_INVALID;
    if (sim_eip_terminating(&slot->api) && sim_eip_finalizer_count(changed) == 0) {
        remove_object(t, eip);
        return SIM_RESULT_OK;
    }
    if (!sim_eip_differs(changed, &slot->api))
        return SIM_RESULT_OK;
    memcpy(&slot->api, changed, sizeof slot->api);
    slot->api.rv = next_revision(t->w);
    sim_touched_eip(t->w, eip);
    send(t, eip, SIM_VERB_MODIFIED, &slot->api, slot->api.rv);
    return SIM_RESULT_OK;
}

enum sim_result sim_api_create(struct sim_turn *t, sim_id eip, const struct sim_eip *object)
{
    if (sim_eip_exists(&sim_eip(t->w, eip)->api))
        return SIM_RESULT_ALREADY_EXISTS;
    insert_object(t, eip, object);
    if (sim_eip(t->w, eip)->wished == SIM_WISH_NONE) {
        struct sim_violation v;

        memset(&v, 0, sizeof v);
        v.invariant = SIM_INVARIANT_NO_RESURRECTION;
        v.eip = eip;
        v.other = v.subnet = v.pod = SIM_NONE;
        sim_flag(t->w, &v);
    }
    return SIM_RESULT_OK;
}

enum sim_result sim_api_update(struct sim_turn *t, sim_id eip, const struct sim_eip *object)
{
    const struct sim_eip *stored = &sim_eip(t->w, eip)->api;
    struct sim_eip changed;

    if (!sim_eip_exists(stored))
        return SIM_RESULT_NOT_FOUND;
    if (object->uid != stored->uid || object->rv != stored->rv)
        return SIM_RESULT_CONFLICT;
    changed = *object;
    changed.flags = stored->flags;
    changed.status_ip = stored->status_ip;
    changed.redo = stored->redo;
    changed.status_qos = stored->status_qos;
    changed.nat = stored->nat;
    return commit(t, eip, &changed);
}

enum sim_result sim_api_patch_status(struct sim_turn *t, sim_id eip, const struct sim_eip *status)
{
    struct sim_eip changed = sim_eip(t->w, eip)->api;

    if (!sim_eip_exists(&changed))
        return SIM_RESULT_NOT_FOUND;
    changed.flags = (uint8_t)((changed.flags & ~SIM_EIP_READY) | (status->flags & SIM_EIP_READY));
    changed.status_ip = status->status_ip;
    changed.redo = status->redo;
    changed.status_qos = status->status_qos;
    changed.nat = status->nat;
    return commit(t, eip, &changed);
}

enum sim_result sim_api_patch_labels(struct sim_turn *t, sim_id eip, const struct sim_eip *labels)
{
    struct sim_eip changed = sim_eip(t->w, eip)->api;

    if (!sim_eip_exists(&changed))
        return SIM_RESULT_NOT_FOUND;
    changed.labels = labels->labels;
    changed.label_net = labels->label_net;
    changed.label_gw = labels->label_gw;
    changed.label_v4 = labels->label_v4;
    changed.label_qos = labels->label_qos;
    return commit(t, eip, &changed);
}

enum sim_result sim_api_patch_finalizers(struct sim_turn *t, sim_id eip,
                                         const struct sim_eip *object, bool set)
{
    struct sim_eip changed = sim_eip(t->w, eip)->api;

    if (!sim_eip_exists(&changed))
        return SIM_RESULT_NOT_FOUND;
    if (set)
        memcpy(changed.finalizer, object->finalizer, sizeof changed.finalizer);
    return commit(t, eip, &changed);
}

/* ---- users ---- */

static enum sim_result user_delete(struct sim_turn *t, sim_id eip)
{
    struct sim_eip_slot *slot = sim_eip_mut(t->w, eip);
    struct sim_eip changed = slot->api;

    if (!sim_eip_exists(&slot->api))
        return SIM_RESULT_NOT_FOUND;
    slot->wished = SIM_WISH_NONE;
    if (sim_eip_finalizer_count(&slot->api) == 0) {
        remove_object(t, eip);
        return SIM_RESULT_OK;
    }
    if (sim_eip_terminating(&slot->api))
        return SIM_RESULT_OK;
    changed.flags |= SIM_EIP_TERMINATING;
    memcpy(&slot->api, &changed, sizeof slot->api);
    slot->api.rv = next_revision(t->w);
    sim_touched_eip(t->w, eip);
    send(t, eip, SIM_VERB_MODIFIED, &slot->api, slot->api.rv);
    return SIM_RESULT_OK;
}

static uint8_t wish_of(sim_v4 v4)
{
    return v4 != 0 ? SIM_WISH_ADDRESS : SIM_WISH_ANY;
}

static enum sim_result user_edit(struct sim_turn *t, const struct sim_action *a)
{
    struct sim_eip changed = sim_eip(t->w, a->id)->api;

    if (!sim_eip_exists(&changed))
        return SIM_RESULT_NOT_FOUND;
    if (a->kind == SIM_ACTION_SET_QOS)
        changed.qos = a->body.qos;
    else if (a->kind == SIM_ACTION_SET_V4IP)
        changed.spec_v4 = a->body.spec_v4;
    else
        memcpy(changed.finalizer, a->body.finalizer, sizeof changed.finalizer);
    if (a->kind == SIM_ACTION_SET_V4IP && sim_eip(t->w, a->id)->wished != SIM_WISH_NONE)
        sim_eip_mut(t->w, a->id)->wished = wish_of(a->body.spec_v4);
    return commit(t, a->id, &changed);
}

static enum sim_result user_create(struct sim_turn *t, const struct sim_action *a)
{
    if (sim_eip_exists(&sim_eip(t->w, a->id)->api))
        return SIM_RESULT_ALREADY_EXISTS;
    insert_object(t, a->id, &a->body);
    sim_eip_mut(t->w, a->id)->wished = wish_of(a->body.spec_v4);
    return SIM_RESULT_OK;
}

static enum sim_result begin_delete(struct sim_turn *t, sim_id eip)
{
    struct sim_eip_slot *slot = sim_eip_mut(t->w, eip);

    slot->racing = 1;
    slot->wished = SIM_WISH_NONE;
    sim_touched_eip(t->w, eip);
    return SIM_RESULT_OK;
}

static enum sim_result end_delete(struct sim_turn *t, sim_id eip)
{
    remove_object(t, eip);
    return SIM_RESULT_OK;
}

void sim_api_user(struct sim_turn *t, const struct sim_action *action)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_STORED);
    enum sim_result result;

    if (action->kind == SIM_ACTION_CREATE)
        result = user_create(t, action);
    else if (action->kind == SIM_ACTION_DELETE)
        result = user_delete(t, action->id);
    else if (action->kind == SIM_ACTION_DELETE_BEGIN)
        result = begin_delete(t, action->id);
    else if (action->kind == SIM_ACTION_DELETE_END)
        result = end_delete(t, action->id);
    else
        result = user_edit(t, action);
    e.object = SIM_OBJECT_EIP;
    e.id = action->id;
    e.result = (uint8_t)result;
    e.rv = sim_eip(t->w, action->id)->api.rv;
    memcpy(&e.body, &sim_eip(t->w, action->id)->api, sizeof e.body);
    sim_emit(t, &e);
}
