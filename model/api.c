/* The API server: objects of any kind, resourceVersion, finalizers, status subresource, watch.
 *
 * The rules were tried on real API servers (0.27 to 0.36): a write that changes nothing stores
 * nothing and sends nothing; a finalizer cannot be added to a terminating object; when the last
 * finalizer of a terminating object goes, the object goes in the same write and only DELETED is
 * sent, with the last stored state; patches without resourceVersion never conflict; status in a
 * create or update body is ignored.
 */
#include "model/fields.h"
#include "model/sim_internal.h"

/* The object that a write is about. */
struct target {
    struct sim_turn *t;
    const struct sim_kind *kind;
    enum sim_kind_id of;
    sim_id id;
};

bool sim_watch_has_room(const struct sim_world *w, enum sim_kind_id kind)
{
    return sim_watch_count(w, kind) < w->limits.watch;
}

static const struct sim_meta *stored_of(const struct target *o)
{
    return sim_api(o->t->w, o->of, o->id);
}

static struct sim_slot *slot_of(const struct target *o)
{
    return sim_slot_mut(o->t->w, o->of, o->id);
}

static void store(const struct target *o, const struct sim_meta *object)
{
    memcpy(sim_api_mut(o->t->w, o->of, o->id), object, o->kind->size);
    sim_touched_object(o->t->w, o->of, o->id);
}

static void send(const struct target *o, enum sim_verb verb, uint32_t rv)
{
    struct sim_world *w = o->t->w;
    struct sim_notice *n;
    struct sim_meta *object;

    if (!sim_globals(w)->up || sim_flawed(w, SIM_FLAW_LOST_WATCH, verb))
        return; /* nobody watches; the next controller lists */
    SIM_CHECK(sim_watch_has_room(w, o->of));
    n = (struct sim_notice *)(uintptr_t)sim_notice(w, o->of, sim_watch_count(w, o->of));
    object = (struct sim_meta *)(n + 1);
    sim_touch(w, n, sizeof *n + o->kind->size);
    memcpy(object, stored_of(o), o->kind->size);
    object->rv = rv;
    n->id = o->id;
    n->verb = (uint8_t)verb;
    sim_watch_mut(w, o->of)->count++;
    slot_of(o)->pending++;
    sim_touched_object(w, o->of, o->id);
}

static uint32_t next_revision(struct sim_world *w)
{
    return ++sim_globals_mut(w)->revision;
}

static void remove_object(const struct target *o)
{
    struct sim_slot *slot = slot_of(o);
    struct sim_event e = sim_event_new(o->t, SIM_EVENT_REMOVED);

    send(o, SIM_VERB_DELETED, next_revision(o->t->w));
    e.id = o->id;
    e.object = (uint8_t)o->of;
    e.count = slot->wished == SIM_WISH_NONE;
    memcpy(&e.meta, stored_of(o), o->kind->size);
    memset(sim_api_mut(o->t->w, o->of, o->id), 0, o->kind->size);
    slot->racing = 0;
    slot->wished = SIM_WISH_NONE;
    sim_touched_object(o->t->w, o->of, o->id);
    sim_emit(o->t, &e);
}

static void insert_object(const struct target *o, const struct sim_meta *body)
{
    union sim_any object;

    memcpy(&object, body, o->kind->size);
    if (!o->kind->written_whole)
        memset((uint8_t *)&object + o->kind->status.at, 0, o->kind->status.size);
    object.meta.flags = (uint8_t)(o->kind->written_whole ? body->flags & SIM_EIP_READY : 0);
    object.meta.rv = next_revision(o->t->w);
    object.meta.uid = object.meta.rv;
    store(o, &object.meta);
    send(o, SIM_VERB_ADDED, object.meta.rv);
}

/* Is some finalizer of b not in a? */
static bool adds_finalizer(const struct sim_meta *a, const struct sim_meta *b)
{
    for (unsigned i = 0; i < SIM_FINALIZERS; i++)
        if (b->finalizer[i] != SIM_FINALIZER_NONE && !sim_has_finalizer(a, b->finalizer[i]))
            return true;
    return false;
}

static void replace(const struct target *o, struct sim_meta *changed)
{
    changed->rv = next_revision(o->t->w);
    store(o, changed);
    send(o, SIM_VERB_MODIFIED, changed->rv);
}

/* Stores changed, a modified copy of what is stored, with all that follows. */
static enum sim_result commit(const struct target *o, struct sim_meta *changed)
{
    const struct sim_meta *stored = stored_of(o);

    if (sim_terminating(stored) && adds_finalizer(stored, changed))
        return SIM_RESULT_INVALID;
    if (sim_terminating(stored) && sim_finalizer_count(changed) == 0) {
        remove_object(o);
        return SIM_RESULT_OK;
    }
    if (sim_differs(changed, stored, o->kind->size))
        replace(o, changed);
    return SIM_RESULT_OK;
}

/* ---- writes of the controller ---- */

/* A label must not have the colons of an IPv6 address. */
static bool labels_valid(const struct target *o, const struct sim_meta *object)
{
    size_t n;
    const struct sim_field *f = sim_fields((enum sim_object)o->of, &n);

    if (o->of < SIM_KIND_OVN_EIP || sim_asks(o->t->w, SIM_ovn_v6_label_encoded))
        return true;
    for (size_t i = 0; i < n; i++)
        if (f[i].type == SIM_FIELD_V6_LABEL && (object->labels & f[i].bit) &&
            sim_field_value(&f[i], object) != 0)
            return false;
    return true;
}

static enum sim_result create(const struct target *o, const struct sim_meta *object)
{
    if (sim_exists(stored_of(o)))
        return SIM_RESULT_ALREADY_EXISTS;
    insert_object(o, object);
    if (slot_of(o)->wished == SIM_WISH_NONE) {
        struct sim_violation v;

        memset(&v, 0, sizeof v);
        v.invariant = SIM_INVARIANT_NO_RESURRECTION;
        sim_set_owners(&v, (struct sim_owner){(uint16_t)o->of, o->id}, sim_eip_owner(SIM_NONE));
        v.subnet = v.pod = SIM_NONE;
        sim_flag(o->t->w, &v);
    }
    return SIM_RESULT_OK;
}

static void copy_part(union sim_any *to, const struct sim_meta *from, struct sim_part part)
{
    memcpy((uint8_t *)to + part.at, (const uint8_t *)from + part.at, part.size);
}

static void copy_ready(union sim_any *to, const struct sim_meta *from)
{
    to->meta.flags = (uint8_t)((to->meta.flags & ~SIM_EIP_READY) | (from->flags & SIM_EIP_READY));
}

static enum sim_result update(const struct target *o, const struct sim_meta *object)
{
    const struct sim_meta *stored = stored_of(o);
    union sim_any changed;

    if (object->uid != stored->uid ||
        (object->rv != stored->rv && !sim_flawed(o->t->w, SIM_FLAW_NO_CONFLICT, 0)))
        return SIM_RESULT_CONFLICT;
    memcpy(&changed, object, o->kind->size);
    if (!o->kind->written_whole) {
        copy_part(&changed, stored, o->kind->status);
        copy_ready(&changed, stored);
    }
    changed.meta.flags =
        (uint8_t)((stored->flags & ~SIM_EIP_READY) | (changed.meta.flags & SIM_EIP_READY));
    return commit(o, &changed.meta);
}

static enum sim_result patch(const struct target *o, enum sim_verb verb,
                             const struct sim_meta *body, bool sets_finalizers)
{
    union sim_any changed;

    memcpy(&changed, stored_of(o), o->kind->size);
    switch (verb) {
    case SIM_VERB_PATCH_STATUS:
        copy_part(&changed, body, o->kind->status);
        copy_ready(&changed, body);
        break;
    case SIM_VERB_PATCH:
        if (sets_finalizers)
            memcpy(changed.meta.finalizer, body->finalizer, sizeof changed.meta.finalizer);
        break;
    case SIM_VERB_PATCH_ANNOTATION_ADD:
    case SIM_VERB_PATCH_ANNOTATION_REPLACE:
        copy_part(&changed, body, o->kind->annotations);
        break;
    default:
        copy_part(&changed, body, o->kind->labels);
        changed.meta.labels = body->labels;
        break;
    }
    return commit(o, &changed.meta);
}

/* A patch that carries uid and resourceVersion is refused when they are no longer those stored. */
static bool guard_fails(const struct target *o, const struct sim_meta *body)
{
    return o->of == SIM_KIND_EIP && sim_asks(o->t->w, SIM_guarded_writes) &&
           (body->uid != stored_of(o)->uid || body->rv != stored_of(o)->rv);
}

enum sim_result sim_serve(struct sim_turn *t, enum sim_kind_id kind, sim_id id, enum sim_verb verb,
                          const struct sim_meta *body, bool sets_finalizers)
{
    const struct target o = {t, sim_kind(kind), kind, id};
    bool labels = verb == SIM_VERB_CREATE || verb == SIM_VERB_UPDATE ||
                  verb == SIM_VERB_PATCH_LABEL_ADD || verb == SIM_VERB_PATCH_LABEL_REPLACE;

    if (labels && !labels_valid(&o, body))
        return SIM_RESULT_INVALID;
    if (verb == SIM_VERB_CREATE)
        return create(&o, body);
    if (!sim_exists(stored_of(&o)))
        return SIM_RESULT_NOT_FOUND;
    if (verb == SIM_VERB_UPDATE)
        return update(&o, body);
    if (guard_fails(&o, body))
        return SIM_RESULT_CONFLICT;
    if (verb == SIM_VERB_PATCH_LABEL_NO_OP)
        return SIM_RESULT_INVALID;
    return patch(&o, verb, body, sets_finalizers);
}

/* ---- users ---- */

static enum sim_result user_delete(const struct target *o)
{
    union sim_any changed;

    if (!sim_exists(stored_of(o)))
        return SIM_RESULT_NOT_FOUND;
    slot_of(o)->wished = SIM_WISH_NONE;
    if (sim_finalizer_count(stored_of(o)) == 0) {
        remove_object(o);
        return SIM_RESULT_OK;
    }
    if (sim_terminating(stored_of(o)))
        return SIM_RESULT_OK;
    memcpy(&changed, stored_of(o), o->kind->size);
    changed.meta.flags |= SIM_EIP_TERMINATING;
    replace(o, &changed.meta);
    return SIM_RESULT_OK;
}

/* SET_SPEC: the fields of the spec whose bits are set. */
static void set_spec(const struct target *o, union sim_any *changed, const struct sim_action *a)
{
    const struct sim_field *f;

    for (unsigned n = 0; (f = sim_spec_field((enum sim_object)o->of, n)) != NULL; n++)
        if (a->value >> n & 1)
            memcpy((uint8_t *)changed + f->at, (const uint8_t *)&a->meta + f->at, f->size);
}

static enum sim_result user_edit(const struct target *o, const struct sim_action *a)
{
    union sim_any changed;

    if (!sim_exists(stored_of(o)))
        return SIM_RESULT_NOT_FOUND;
    memcpy(&changed, stored_of(o), o->kind->size);
    if (a->kind == SIM_ACTION_SET_QOS)
        changed.body.qos = a->body.qos;
    else if (a->kind == SIM_ACTION_SET_V4IP)
        changed.body.spec_v4 = a->body.spec_v4;
    else if (a->kind == SIM_ACTION_SET_SPEC)
        set_spec(o, &changed, a);
    else
        memcpy(changed.meta.finalizer, a->meta.finalizer, sizeof changed.meta.finalizer);
    if ((a->kind == SIM_ACTION_SET_V4IP || a->kind == SIM_ACTION_SET_SPEC) &&
        slot_of(o)->wished != SIM_WISH_NONE)
        slot_of(o)->wished = o->kind->wish(&changed.meta);
    return commit(o, &changed.meta);
}

static enum sim_result user_create(const struct target *o, const struct sim_action *a)
{
    if (sim_exists(stored_of(o)))
        return SIM_RESULT_ALREADY_EXISTS;
    insert_object(o, &a->meta);
    slot_of(o)->wished = o->kind->wish(&a->meta);
    return SIM_RESULT_OK;
}

static enum sim_result begin_delete(const struct target *o)
{
    slot_of(o)->racing = 1;
    slot_of(o)->wished = SIM_WISH_NONE;
    sim_touched_object(o->t->w, o->of, o->id);
    return SIM_RESULT_OK;
}

static enum sim_result end_delete(const struct target *o)
{
    remove_object(o);
    return SIM_RESULT_OK;
}

void sim_api_user(struct sim_turn *t, const struct sim_action *action)
{
    struct sim_event e = sim_event_new(t, SIM_EVENT_STORED);
    const struct target o = {t, sim_kind((enum sim_kind_id)action->object),
                             (enum sim_kind_id)action->object, action->id};
    enum sim_result result;

    if (action->kind == SIM_ACTION_CREATE)
        result = user_create(&o, action);
    else if (action->kind == SIM_ACTION_DELETE)
        result = user_delete(&o);
    else if (action->kind == SIM_ACTION_DELETE_BEGIN)
        result = begin_delete(&o);
    else if (action->kind == SIM_ACTION_DELETE_END)
        result = end_delete(&o);
    else
        result = user_edit(&o, action);
    e.object = action->object;
    e.id = action->id;
    e.result = (uint8_t)result;
    e.rv = stored_of(&o)->rv;
    memcpy(&e.meta, stored_of(&o), o.kind->size);
    sim_emit(t, &e);
}
