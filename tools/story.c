#include "tools/story.h"

#include "engine/story.h"
#include "tools/builder.h"
#include "tools/words.h"

#define STEPS 64

struct teller {
    const struct engine_config *config;
    const struct engine_trace *trace;
    const struct sim_violation *v;
    struct tool_words *words;
    struct tool_text *out;
};

static const char *object_text(const struct engine_config *config, uint8_t kind, sim_id id)
{
    return id == SIM_NONE ? "nobody" : config->names.object[kind][id];
}

static const char *owner_text(const struct engine_config *config, const struct sim_violation *v)
{
    return object_text(config, v->kind, v->eip);
}

/* Owners of different kinds can have one name. */
static void put_owner(const struct engine_config *config, uint8_t kind, sim_id id, bool named_kind,
                      struct tool_text *out)
{
    if (named_kind && id != SIM_NONE)
        tool_text_printf(out, "%s ", sim_object_text((enum sim_object)kind));
    tool_text_add(out, object_text(config, kind, id));
}

static const char *subnet_text(const struct engine_config *config, sim_id subnet)
{
    return subnet == SIM_NONE ? "?" : config->names.net[config->setup.subnets[subnet].net];
}

static const char *pod_text(const struct engine_config *config, sim_id pod)
{
    return pod == SIM_NONE ? "?" : config->names.pod[pod];
}

/* ---- what is wrong ---- */

static void address_text(const struct engine_config *config, const struct sim_violation *v,
                         struct tool_text *out)
{
    char buffer[16];

    tool_text_printf(out, "%s of %s", tool_v4_text(config, v->v4, buffer),
                     subnet_text(config, v->subnet));
}

static void rule_violation(const struct engine_config *config, const struct sim_violation *v,
                           struct tool_text *out)
{
    const char *kind = sim_object_text((enum sim_object)v->kind);
    char v4[16];

    tool_v4_text(config, v->v4, v4);
    if (v->eip == SIM_NONE)
        tool_text_printf(out, "%s carries an %s on %s that no object says",
                         pod_text(config, v->pod), kind, v4);
    else if (v->pod == SIM_NONE)
        tool_text_printf(out, "%s %s is ready on %s, which its EIP does not own", kind,
                         owner_text(config, v), v4);
    else
        tool_text_printf(out, "%s %s is ready on %s, and %s does not carry it", kind,
                         owner_text(config, v), v4, pod_text(config, v->pod));
}

static void object_violation(const struct engine_config *config, const struct sim_violation *v,
                             struct tool_text *out)
{
    const char *who = owner_text(config, v);

    switch (v->invariant) {
    case SIM_INVARIANT_NO_RESURRECTION:
        tool_text_printf(out, "%s exists again although a user deleted it", who);
        break;
    case SIM_INVARIANT_DELETE_COMPLETES:
        tool_text_printf(out, "%s stays terminating, and nothing will wake its deletion", who);
        break;
    case SIM_INVARIANT_BECOMES_READY:
        tool_text_printf(out, "%s is not ready although it could be, and nothing will wake it",
                         who);
        break;
    case SIM_INVARIANT_RESTART_NEUTRAL:
        tool_text_printf(out, "a restart now changes the address of %s", who);
        break;
    case SIM_INVARIANT_STATUS_TRUTH:
        tool_text_printf(out, "the status of %s is not what IPAM and the objects say",
                         subnet_text(config, v->subnet));
        break;
    default:
        tool_text_add(out, sim_invariant_statement((enum sim_invariant)v->invariant));
        break;
    }
}

void tool_violation_text(const struct engine_config *config, const struct sim_violation *v,
                         struct tool_text *out)
{
    tool_text_printf(out, "%s: ", sim_invariant_text((enum sim_invariant)v->invariant));
    switch (v->invariant) {
    case SIM_INVARIANT_LIVE_OWNER:
        address_text(config, v, out);
        tool_text_printf(out, " is in use, but no live object owns it (%s held it)",
                         owner_text(config, v));
        break;
    case SIM_INVARIANT_HELD_BY_IPAM:
        tool_text_printf(out, "%s reports ", owner_text(config, v));
        address_text(config, v, out);
        tool_text_add(out, ", which IPAM does not hold for it");
        break;
    case SIM_INVARIANT_SINGLE_OWNER:
        address_text(config, v, out);
        tool_text_add(out, " belongs to ");
        put_owner(config, v->kind, v->eip, v->kind != v->other_kind, out);
        tool_text_add(out, " and to ");
        put_owner(config, v->other_kind, v->other, v->kind != v->other_kind, out);
        break;
    case SIM_INVARIANT_IPAM_LISTS:
    case SIM_INVARIANT_LEDGER:
        address_text(config, v, out);
        tool_text_add(out, v->invariant == SIM_INVARIANT_LEDGER
                               ? ": the events say one thing, IPAM another"
                               : ": IPAM's own lists disagree");
        break;
    case SIM_INVARIANT_NO_FOREIGN_REMOVAL:
        address_text(config, v, out);
        tool_text_printf(out, " was taken off %s, where it still belonged",
                         pod_text(config, v->pod));
        break;
    case SIM_INVARIANT_DATA_PLANE:
        address_text(config, v, out);
        tool_text_printf(out, " is %s %s", v->eip == SIM_NONE ? "left over on" : "missing on",
                         pod_text(config, v->pod));
        break;
    case SIM_INVARIANT_RULE_TRUTH:
        rule_violation(config, v, out);
        break;
    default:
        object_violation(config, v, out);
        break;
    }
}

/* ---- the chain ---- */

static void put_number(const struct teller *t, const struct engine_story_step *step)
{
    size_t start = t->out->length;

    tool_text_printf(t->out, "  %5zu", step->action + 1);
    if (step->event != ENGINE_STORY_NO_EVENT)
        tool_text_printf(t->out, ".%zu", step->event - t->trace->action[step->action].first + 1);
    tool_text_pad(t->out, start, 11);
}

static bool by_user(const struct sim_action *a)
{
    return a->kind <= SIM_ACTION_SET_SPEC;
}

static void put_sentence(const struct teller *t, const struct engine_story_step *step)
{
    const struct sim_action *a = &t->trace->action[step->action].action;
    const struct sim_event *e;

    if (step->event == ENGINE_STORY_NO_EVENT) {
        tool_words_action(t->words->render, a, t->out);
        return;
    }
    e = &t->trace->event[step->event];
    if (by_user(a) && e->worker == 0) {
        tool_words_action(t->words->render, a, t->out);
        tool_text_add(t->out, ": ");
    } else {
        tool_words_subject(t->words, e, t->out);
        tool_text_add(t->out, ": ");
    }
    tool_words_event(t->words, e, t->out);
}

static void put_note(const struct teller *t, const struct engine_story_step *step)
{
    const struct sim_event *e =
        step->event == ENGINE_STORY_NO_EVENT ? NULL : &t->trace->event[step->event];

    if (step->role == ENGINE_STORY_ENDED && step->lost && !step->released)
        tool_text_add(t->out, ", but the object was not there and nothing was given back");
    else if (step->role == ENGINE_STORY_ENDED && !step->released)
        tool_text_add(t->out, " and gave nothing back");
    else if (step->role == ENGINE_STORY_FAILED && e->kind == SIM_EVENT_LIST)
        tool_text_add(t->out, " pods, so no command can be executed");
    if (step->repeats > 0 && step->role != ENGINE_STORY_TOOK)
        tool_text_printf(t->out, " (and %u more time%s, up to %zu)", step->repeats,
                         step->repeats == 1 ? "" : "s", step->last + 1);
}

/* The key each worker is at is known only to who has seen all events before. */
static void catch_up(const struct teller *t, size_t *seen, size_t until)
{
    for (; *seen < until; ++*seen)
        tool_words_note(t->words, &t->trace->event[*seen]);
}

static void put_steps(const struct teller *t, const struct engine_story_step *step, size_t n)
{
    size_t seen = 0;

    for (size_t i = 0; i < n; i++) {
        if (step[i].event != ENGINE_STORY_NO_EVENT)
            catch_up(t, &seen, step[i].event);
        put_number(t, &step[i]);
        put_sentence(t, &step[i]);
        put_note(t, &step[i]);
        tool_text_add(t->out, "\n");
    }
}

static void put_moral(const struct teller *t, size_t at)
{
    char v4[16];

    if (t->v->invariant != SIM_INVARIANT_LIVE_OWNER)
        return;
    tool_text_printf(t->out,
                     "  Since %zu no object %s, no watch event, no key in a queue and no running "
                     "handler is left that could give %s back.\n",
                     at + 1, owner_text(t->config, t->v), tool_v4_text(t->config, t->v->v4, v4));
}

void tool_story_text(const struct engine_config *config, const struct engine_trace *trace,
                     const struct sim_violation *violation, size_t at, struct tool_text *out)
{
    struct engine_story_step step[STEPS];
    struct tool_render render;
    struct tool_words words;
    struct teller t = {
        .config = config, .trace = trace, .v = violation, .words = &words, .out = out};
    size_t n = engine_story(config, trace, violation, at, step, STEPS);

    tool_render_init(&render, config);
    tool_words_init(&words, &render);
    tool_violation_text(config, violation, out);
    tool_text_add(out, "\n");
    put_steps(&t, step, n);
    put_moral(&t, at);
    tool_render_free(&render);
}

void tool_story_print(FILE *to, const struct engine_config *config,
                      const struct engine_trace *trace, const struct sim_violation *violation,
                      size_t at)
{
    struct tool_text text = {0};

    tool_story_text(config, trace, violation, at, &text);
    fputs(tool_text_get(&text), to);
    tool_text_free(&text);
}
