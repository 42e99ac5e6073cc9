#include "tools/words.h"

#include <string.h>

#include "tools/actions.h"
#include "tools/objects.h"

void tool_words_init(struct tool_words *words, const struct tool_render *render)
{
    words->render = render;
    for (unsigned q = 0; q < SIM_QUEUE_COUNT; q++)
        words->key[q] = SIM_NONE;
}

void tool_words_note(struct tool_words *words, const struct sim_event *e)
{
    if (e->kind == SIM_EVENT_TAKEN)
        words->key[e->queue] = e->id;
    if (e->kind == SIM_EVENT_DOWN || e->kind == SIM_EVENT_PANIC)
        tool_words_init(words, words->render);
}

static const char *name(const struct tool_words *words, enum sim_object kind, sim_id id)
{
    return tool_object_text(words->render, kind, id);
}

/* The object an event is about. */
static const char *object(const struct tool_words *words, const struct sim_event *e)
{
    return name(words, (enum sim_object)e->object, e->id);
}

static const char *net(const struct tool_words *words, sim_id id)
{
    return name(words, SIM_OBJECT_SUBNET, id);
}

static const char *queue_key(const struct tool_words *words, const struct sim_event *e)
{
    return tool_key_text(words->render->config, (enum sim_queue_id)e->queue, e->id);
}

void tool_words_subject(const struct tool_words *words, const struct sim_event *e,
                        struct tool_text *out)
{
    if (e->worker != 0 && e->kind != SIM_EVENT_TAKEN) {
        enum sim_queue_id q = (enum sim_queue_id)(e->worker - 1);

        tool_text_add(out, sim_queue_text(q));
        if (words->key[q] != SIM_NONE)
            tool_text_printf(out, " %s", tool_key_text(words->render->config, q, words->key[q]));
        return;
    }
    switch (e->kind) {
    case SIM_EVENT_TAKEN:
        tool_text_printf(out, "%s %s", sim_queue_text((enum sim_queue_id)e->queue),
                         queue_key(words, e));
        break;
    case SIM_EVENT_DUE:
        tool_text_add(out, "clock");
        break;
    case SIM_EVENT_STORED:
    case SIM_EVENT_REMOVED:
        tool_text_add(out, "API server");
        break;
    case SIM_EVENT_DELIVERED:
        tool_text_add(out, "cache");
        break;
    case SIM_EVENT_WIRED:
    case SIM_EVENT_UNWIRED:
    case SIM_EVENT_RULED:
    case SIM_EVENT_UNRULED:
        tool_text_add(out, "gateway pod");
        break;
    case SIM_EVENT_DOWN:
    case SIM_EVENT_UP:
    case SIM_EVENT_LIST:
    case SIM_EVENT_IPAM:
        tool_text_add(out, "controller");
        break;
    case SIM_EVENT_FREED:
        tool_text_add(out, "IPAM");
        break;
    default:
        tool_text_add(out, "event function");
        break;
    }
}

/* ---- calls ---- */

static void put_fault(const struct sim_event *e, struct tool_text *out)
{
    if (e->fault == SIM_FAULT_AFTER)
        tool_text_add(out, "; it had its effect, but the reply was lost");
    else if (e->fault == SIM_FAULT_BEFORE)
        tool_text_add(out, "; it never got there");
}

static void put_read(const struct tool_words *words, const struct sim_event *e,
                     struct tool_text *out)
{
    const char *what = name(words, (enum sim_object)e->object, e->id);

    if (e->result != SIM_RESULT_OK)
        tool_text_printf(out, "found no %s %s", sim_object_text((enum sim_object)e->object), what);
    else if (e->object == SIM_OBJECT_EIP)
        tool_text_printf(out, "read %s %s (rv %u)", sim_object_text((enum sim_object)e->object),
                         what, e->rv);
    else
        tool_text_printf(out, "read %s %s", sim_object_text((enum sim_object)e->object), what);
}

static void put_list(const struct tool_words *words, const struct sim_event *e,
                     struct tool_text *out)
{
    char buffer[16];

    tool_text_printf(out, "listed %ss", sim_object_text((enum sim_object)e->object));
    switch (e->selector) {
    case SIM_SELECT_QOS:
        tool_text_printf(out, " of policy %s", name(words, SIM_OBJECT_POLICY, e->id));
        break;
    case SIM_SELECT_NET:
        tool_text_printf(out, " of %s", net(words, e->id));
        break;
    case SIM_SELECT_V4:
        tool_text_printf(out, " of \"%s\"", tool_v4_text(words->render->config, e->v4, buffer));
        break;
    case SIM_SELECT_GATEWAY:
        tool_text_printf(out, " of gateway %s", name(words, SIM_OBJECT_GATEWAY, e->id));
        break;
    default:
        break;
    }
    tool_text_printf(out, ": %u", e->count);
}

static void put_ipam(const struct tool_words *words, const struct sim_event *e,
                     struct tool_text *out)
{
    const struct engine_config *config = words->render->config;
    const char *where = e->net == SIM_NONE ? "all subnets" : net(words, e->net);
    char v4[16], want[16];

    if (e->verb == SIM_VERB_RELEASE)
        tool_text_printf(out, "released what %s holds in %s",
                         name(words, (enum sim_object)e->object, e->id), where);
    else if (e->ipam_error == IPAM_ERROR_NONE)
        tool_text_printf(out, "allocated %s in %s (%s)", tool_v4_text(config, e->v4, v4), where,
                         sim_verb_text((enum sim_verb)e->verb));
    else if (e->verb == SIM_VERB_STATIC)
        tool_text_printf(out, "could not allocate \"%s\" in %s: %s",
                         tool_v4_text(config, e->want, want), where,
                         ipam_error_text((enum ipam_error)e->ipam_error));
    else
        tool_text_printf(out, "could not allocate in %s: %s", where,
                         ipam_error_text((enum ipam_error)e->ipam_error));
    if (e->object == SIM_OBJECT_GATEWAY)
        tool_text_printf(out, " for the sweep of %s", name(words, SIM_OBJECT_GATEWAY, e->id));
    if (e->worker == 0)
        tool_text_printf(out, " for %s, as the objects say", object(words, e));
}

static bool is_rule_command(const struct sim_event *e)
{
    return e->verb >= SIM_VERB_FIP_ADD && e->verb <= SIM_VERB_SNAT_DEL;
}

static void put_exec(const struct tool_words *words, const struct sim_event *e,
                     struct tool_text *out)
{
    char v4[16];

    tool_text_printf(out, "%s", sim_verb_text((enum sim_verb)e->verb));
    if (is_rule_command(e)) {
        tool_text_add(out, " ");
        tool_pod_rule_text(words->render, &e->row, true, out);
    } else if (e->v4 != 0) {
        tool_text_printf(out, " %s", tool_v4_text(words->render->config, e->v4, v4));
    }
    if (e->verb == SIM_VERB_EIP_ADD || e->verb == SIM_VERB_EIP_DEL)
        tool_text_printf(out, "/%u", e->prefix);
    tool_text_printf(out, " in %s%s", name(words, SIM_OBJECT_POD, e->id),
                     e->result == SIM_RESULT_OK ? "" : " failed");
    put_fault(e, out);
}

static void put_finalizers(const struct tool_words *words, const struct sim_event *e,
                           struct tool_text *out)
{
    if (!e->sets_finalizers) {
        tool_text_printf(out, "sent an empty patch to %s", object(words, e));
        return;
    }
    if (sim_finalizer_count(&e->meta) == 0) {
        tool_text_printf(out, "took the last finalizer off %s", object(words, e));
        return;
    }
    tool_text_printf(out, "set the finalizers of %s to ", object(words, e));
    tool_render_finalizers(words->render, &e->meta, out);
}

static void put_status(const struct tool_words *words, const struct sim_event *e,
                       struct tool_text *out)
{
    char v4[16], time[TOOL_TIME_TEXT];

    if (e->object != SIM_OBJECT_EIP) {
        tool_text_printf(out, "patched the status of %s: %s", object(words, e),
                         sim_ready(&e->meta) ? "ready" : "not ready");
        return;
    }
    tool_text_printf(out, "patched the status of %s: ip \"%s\", %s", object(words, e),
                     tool_v4_text(words->render->config, e->body.status_ip, v4),
                     sim_eip_ready(&e->body) ? "ready" : "not ready");
    if (e->body.redo != 0)
        tool_text_printf(out, ", redo %s", tool_time_text(e->body.redo, time));
}

static void put_write_of_object(const struct tool_words *words, const struct sim_event *e,
                                struct tool_text *out)
{
    char v4[16];

    switch (e->verb) {
    case SIM_VERB_PATCH_STATUS:
        put_status(words, e, out);
        break;
    case SIM_VERB_PATCH:
        put_finalizers(words, e, out);
        break;
    case SIM_VERB_CREATE:
    case SIM_VERB_UPDATE:
        tool_text_printf(out, "%s %s", e->verb == SIM_VERB_CREATE ? "created" : "updated",
                         object(words, e));
        if (e->object == SIM_OBJECT_EIP)
            tool_text_printf(out, ": v4ip \"%s\"",
                             tool_v4_text(words->render->config, e->body.spec_v4, v4));
        break;
    case SIM_VERB_DELETE:
        tool_text_printf(out, "deleted the workload of %s", name(words, SIM_OBJECT_GATEWAY, e->id));
        break;
    case SIM_VERB_ANNOTATE:
        tool_text_printf(out, "noted that %s is initialised", object(words, e));
        break;
    case SIM_VERB_PATCH_ANNOTATION_ADD:
    case SIM_VERB_PATCH_ANNOTATION_REPLACE:
        tool_text_printf(out, "patched the annotations of %s", object(words, e));
        break;
    default:
        tool_text_printf(out, "patched the labels of %s", object(words, e));
        break;
    }
}

static void put_write(const struct tool_words *words, const struct sim_event *e,
                      struct tool_text *out)
{
    if (e->result != SIM_RESULT_OK)
        tool_text_printf(out, "failed (%s): ", sim_result_text((enum sim_result)e->result));
    if (e->object == SIM_OBJECT_SUBNET)
        tool_text_printf(out, "wrote the status of %s: %u in use, %u available", net(words, e->id),
                         e->using_ips, e->available_ips);
    else
        put_write_of_object(words, e, out);
    put_fault(e, out);
}

static void put_queued(const struct tool_words *words, const struct sim_event *e,
                       struct tool_text *out)
{
    const char *key = queue_key(words, e), *queue = sim_queue_text((enum sim_queue_id)e->queue);

    switch (e->kind) {
    case SIM_EVENT_QUEUE:
        tool_text_printf(out, "added %s to %s", key, queue);
        break;
    case SIM_EVENT_QUEUE_AFTER:
        tool_text_printf(out, "adds %s to %s in %u ms", key, queue, e->ms);
        break;
    case SIM_EVENT_REQUEUE:
        tool_text_printf(out, "ended with an error; %s comes back in %u ms", key, e->ms);
        break;
    case SIM_EVENT_FORGET:
        tool_text_add(out, "ended with success");
        break;
    case SIM_EVENT_TAKEN:
        tool_text_printf(out, "took %s from %s", key, queue);
        break;
    default:
        tool_text_printf(out, "%s is due in %s", key, queue);
        break;
    }
}

/* ---- facts ---- */

static void put_stored(const struct tool_words *words, const struct sim_event *e,
                       struct tool_text *out)
{
    if (e->result != SIM_RESULT_OK)
        tool_text_printf(out, "refused (%s): %s stays as it is",
                         sim_result_text((enum sim_result)e->result), object(words, e));
    else if (!sim_exists(&e->meta))
        tool_text_printf(out, "%s does not exist any more", object(words, e));
    else
        tool_text_printf(out, "%s is stored%s (rv %u)", object(words, e),
                         sim_terminating(&e->meta) ? " as terminating" : "", e->meta.rv);
}

static void put_removed(const struct tool_words *words, const struct sim_event *e,
                        struct tool_text *out)
{
    tool_text_printf(out, "%s is gone", object(words, e));
    if (!sim_terminating(&e->meta))
        tool_text_add(out, sim_finalizer_count(&e->meta) == 0
                               ? ": it carried no finalizer that would have held it"
                               : " with the finalizers it carried");
}

static void put_fact(const struct tool_words *words, const struct sim_event *e,
                     struct tool_text *out)
{
    char v4[16];

    switch (e->kind) {
    case SIM_EVENT_STORED:
        put_stored(words, e, out);
        break;
    case SIM_EVENT_REMOVED:
        put_removed(words, e, out);
        break;
    case SIM_EVENT_DELIVERED:
        tool_text_printf(out, "got %s of %s (rv %u)", sim_verb_text((enum sim_verb)e->verb),
                         object(words, e), e->rv);
        break;
    case SIM_EVENT_FREED:
        tool_text_printf(out, "%s of %s is no longer held by %s",
                         tool_v4_text(words->render->config, e->v4, v4),
                         e->net == SIM_NONE ? "?" : net(words, e->net), object(words, e));
        break;
    case SIM_EVENT_WIRED:
    case SIM_EVENT_UNWIRED:
        tool_text_printf(out, "%s/%u %s the interface of %s",
                         tool_v4_text(words->render->config, e->v4, v4), e->prefix,
                         e->kind == SIM_EVENT_WIRED ? "is now on" : "left",
                         name(words, SIM_OBJECT_POD, e->id));
        break;
    case SIM_EVENT_RULED:
    case SIM_EVENT_UNRULED:
        tool_pod_rule_text(words->render, &e->row, true, out);
        tool_text_printf(out, " %s %s",
                         e->kind == SIM_EVENT_RULED ? "is now a rule of" : "is no rule any more of",
                         name(words, SIM_OBJECT_POD, e->id));
        break;
    case SIM_EVENT_DOWN:
        tool_text_add(out, "is down; its queues, caches and IPAM are gone");
        break;
    case SIM_EVENT_UP:
        tool_text_add(out, "is up");
        break;
    default:
        put_queued(words, e, out);
        break;
    }
}

void tool_words_event(const struct tool_words *words, const struct sim_event *e,
                      struct tool_text *out)
{
    switch (e->kind) {
    case SIM_EVENT_READ:
        put_read(words, e, out);
        break;
    case SIM_EVENT_LIST:
        put_list(words, e, out);
        break;
    case SIM_EVENT_LOCK:
        tool_text_printf(out, "locked %s", name(words, (enum sim_object)e->object, e->id));
        break;
    case SIM_EVENT_UNLOCK:
        tool_text_printf(out, "unlocked %s", name(words, (enum sim_object)e->object, e->id));
        break;
    case SIM_EVENT_IPAM:
        put_ipam(words, e, out);
        break;
    case SIM_EVENT_EXEC:
        put_exec(words, e, out);
        break;
    case SIM_EVENT_WRITE:
        put_write(words, e, out);
        break;
    case SIM_EVENT_SLEEP:
        tool_text_printf(out, "slept %u ms", e->ms);
        break;
    case SIM_EVENT_PANIC:
        tool_text_add(out, "dereferenced a nil pointer: the process dies");
        break;
    default:
        put_fact(words, e, out);
        break;
    }
}

/* ---- actions ---- */

static void put_create(const struct tool_render *r, const struct sim_action *a,
                       struct tool_text *out)
{
    tool_text_printf(out, "a user creates %s ",
                     tool_object_text(r, (enum sim_object)a->object, a->id));
    tool_render_section(r, (enum sim_object)a->object, SIM_SECTION_SPEC, &a->meta, false, out);
    if (sim_finalizer_count(&a->meta) > 0) {
        tool_text_add(out, ", finalizers ");
        tool_render_finalizers(r, &a->meta, out);
    }
}

static void put_edit(const struct tool_render *r, const struct sim_action *a, struct tool_text *out)
{
    const char *who = tool_object_text(r, (enum sim_object)a->object, a->id);
    char v4[16];

    if (a->kind == SIM_ACTION_SET_QOS) {
        tool_text_printf(out, "a user sets qosPolicy of %s to \"%s\"", who,
                         a->body.qos == 0
                             ? ""
                             : tool_object_text(r, SIM_OBJECT_POLICY, sim_ref_id(a->body.qos)));
    } else if (a->kind == SIM_ACTION_SET_V4IP) {
        tool_text_printf(out, "a user sets v4ip of %s to \"%s\"", who,
                         tool_v4_text(r->config, a->body.spec_v4, v4));
    } else if (a->kind == SIM_ACTION_SET_SPEC) {
        tool_text_printf(out, "a user sets of %s ", who);
        tool_render_section(r, (enum sim_object)a->object, SIM_SECTION_SPEC, &a->meta, false, out);
    } else {
        tool_text_printf(out, "a user sets the finalizers of %s to ", who);
        tool_render_finalizers(r, &a->meta, out);
    }
}

static void put_pod(const struct tool_render *r, const struct sim_action *a, struct tool_text *out)
{
    const char *pod = tool_object_text(r, SIM_OBJECT_POD, a->id);

    if (a->kind == SIM_ACTION_POD)
        tool_text_printf(out, "pod %s is now %s", pod,
                         sim_pod_state_text((enum sim_pod_state)a->value));
    else if (a->kind == SIM_ACTION_POD_REPLACED)
        tool_text_printf(out, "pod %s is replaced by a new, empty one", pod);
    else
        tool_text_printf(out, "pod %s is initialised", pod);
}

static void put_outside(const struct tool_render *r, const struct sim_action *a,
                        struct tool_text *out)
{
    char time[TOOL_TIME_TEXT], v4[16];

    switch (a->kind) {
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
    case SIM_ACTION_POD_INITED:
        put_pod(r, a, out);
        break;
    case SIM_ACTION_REDO_TIME:
        tool_text_printf(out, "the newest gateway pod is of %s", tool_time_text(a->time, time));
        break;
    case SIM_ACTION_GATEWAY:
        tool_text_printf(out, "gateway %s %s", tool_object_text(r, SIM_OBJECT_GATEWAY, a->id),
                         a->value ? "exists" : "is gone");
        break;
    case SIM_ACTION_RULE:
        tool_text_printf(out, "NAT rule %s %s", tool_object_text(r, SIM_OBJECT_DNAT, a->id),
                         a->value ? "exists for " : "is gone");
        if (a->value)
            tool_text_printf(out, "\"%s\"", tool_v4_text(r->config, a->v4, v4));
        break;
    case SIM_ACTION_SUBNET:
        tool_text_printf(out, "subnet %s %s",
                         r->config->names.net[r->config->setup.subnets[a->id].net],
                         a->value ? "exists" : "is gone");
        break;
    case SIM_ACTION_NAT_ENABLED:
        tool_text_printf(out, "the NAT feature is %s", a->value ? "on" : "off");
        break;
    default:
        tool_text_add(out, sim_action_text((enum sim_action_kind)a->kind));
        break;
    }
}

static void put_machine(const struct tool_render *r, const struct sim_action *a,
                        struct tool_text *out)
{
    enum sim_queue_id q = (enum sim_queue_id)a->queue;

    switch (a->kind) {
    case SIM_ACTION_START:
        tool_text_printf(out, "%s takes its next key", sim_queue_text(q));
        break;
    case SIM_ACTION_STEP:
        tool_text_printf(out, "%s makes its next step%s", sim_queue_text(q),
                         a->fault == SIM_FAULT_BEFORE  ? ", which fails before its effect"
                         : a->fault == SIM_FAULT_AFTER ? ", whose reply is lost"
                                                       : "");
        break;
    case SIM_ACTION_DUE:
        tool_text_printf(out, "the delay of %s in %s ends", tool_key_text(r->config, q, a->id),
                         sim_queue_text(q));
        break;
    case SIM_ACTION_ENQUEUE:
        tool_text_printf(out, "%s is asked for in %s", tool_key_text(r->config, q, a->id),
                         sim_queue_text(q));
        break;
    case SIM_ACTION_DELIVER:
        tool_text_add(out, "the next watch event is delivered");
        break;
    case SIM_ACTION_CRASH:
        tool_text_add(out, "the controller crashes");
        break;
    case SIM_ACTION_BOOT:
        tool_text_add(out, "a new controller starts");
        break;
    case SIM_ACTION_RESTART:
        tool_text_add(out, "the controller restarts");
        break;
    default:
        put_outside(r, a, out);
        break;
    }
}

void tool_words_action(const struct tool_render *r, const struct sim_action *a,
                       struct tool_text *out)
{
    switch (a->kind) {
    case SIM_ACTION_CREATE:
        put_create(r, a, out);
        break;
    case SIM_ACTION_DELETE:
        tool_text_printf(out, "a user deletes %s",
                         tool_object_text(r, (enum sim_object)a->object, a->id));
        break;
    case SIM_ACTION_DELETE_BEGIN:
        tool_text_printf(out, "a user's delete of %s begins",
                         tool_object_text(r, (enum sim_object)a->object, a->id));
        break;
    case SIM_ACTION_DELETE_END:
        tool_text_printf(out, "the begun delete of %s ends",
                         tool_object_text(r, (enum sim_object)a->object, a->id));
        break;
    case SIM_ACTION_SET_FINALIZERS:
    case SIM_ACTION_SET_QOS:
    case SIM_ACTION_SET_V4IP:
    case SIM_ACTION_SET_SPEC:
        put_edit(r, a, out);
        break;
    default:
        put_machine(r, a, out);
        break;
    }
}

/* ---- who is concerned ---- */

static bool names_object(const struct sim_event *e, enum sim_object kind, sim_id id)
{
    switch (e->kind) {
    case SIM_EVENT_QUEUE:
    case SIM_EVENT_QUEUE_AFTER:
    case SIM_EVENT_REQUEUE:
    case SIM_EVENT_FORGET:
    case SIM_EVENT_TAKEN:
    case SIM_EVENT_DUE:
        return sim_queue_keys((enum sim_queue_id)e->queue) == kind && e->id == id;
    case SIM_EVENT_IPAM:
    case SIM_EVENT_FREED:
        return (e->object == kind && e->id == id) || (kind == SIM_OBJECT_SUBNET && e->net == id);
    case SIM_EVENT_STORED:
    case SIM_EVENT_REMOVED:
    case SIM_EVENT_DELIVERED:
        return e->object == kind && e->id == id;
    case SIM_EVENT_WIRED:
    case SIM_EVENT_UNWIRED:
    case SIM_EVENT_RULED:
    case SIM_EVENT_UNRULED:
    case SIM_EVENT_EXEC:
        return kind == SIM_OBJECT_POD && e->id == id;
    case SIM_EVENT_LIST:
        return e->selector == SIM_SELECT_GATEWAY && kind == SIM_OBJECT_GATEWAY && e->id == id;
    case SIM_EVENT_SLEEP:
    case SIM_EVENT_PANIC:
        return false;
    case SIM_EVENT_DOWN:
    case SIM_EVENT_UP:
        return true;
    default:
        return e->object == kind && e->id == id;
    }
}

bool tool_words_about(const struct tool_words *words, const struct sim_event *e,
                      enum sim_object kind, sim_id id)
{
    unsigned q = e->worker != 0 ? e->worker - 1u : e->queue;

    if (e->kind == SIM_EVENT_TAKEN || names_object(e, kind, id))
        return names_object(e, kind, id);
    return e->worker != 0 && sim_queue_keys((enum sim_queue_id)q) == kind && words->key[q] == id;
}
