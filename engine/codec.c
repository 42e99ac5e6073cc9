#include "engine/codec.h"

#include <string.h>

#include "engine/odometer.h"
#include "model/world.h"

enum { ENABLED = 256, OPERANDS = 3, EIPS = 4, GATEWAYS = 2, PREFIX = 28, PREFIXES = 3 };

/* ---- the tail ---- */

static uint32_t four(const uint8_t *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void put_four(uint8_t *b, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        b[i] = (uint8_t)(value >> 8 * i);
}

static void read_tail(const uint8_t *b, struct engine_tail *t)
{
    memset(t, 0, sizeof *t);
    t->flags = b[ENGINE_TAIL_HOW] & (ENGINE_TAIL_AS_IS | ENGINE_TAIL_DESCRIBED);
    t->profile = b[ENGINE_TAIL_PROFILE] % SIM_PROFILE_COUNT;
    t->eips = (uint8_t)(1 + b[ENGINE_TAIL_EIPS] % EIPS);
    t->gateways = (uint8_t)(1 + b[ENGINE_TAIL_GATEWAYS] % GATEWAYS);
    t->subnet = (uint8_t)(PREFIX + b[ENGINE_TAIL_SUBNET] % PREFIXES);
    t->classes = four(b + ENGINE_TAIL_CLASSES) & SIM_ALL_CLASSES;
    for (unsigned i = 0; i < ENGINE_TAIL_SETTINGS; i++) {
        unsigned which = b[ENGINE_TAIL_SET + 2 * i] % (SIM_SWITCH_COUNT + 1u);

        t->set[i].which = (uint8_t)(which == 0 ? SIM_SWITCH_COUNT : which - 1);
        if (which > 0)
            t->set[i].value = (uint8_t)(b[ENGINE_TAIL_SET + 2 * i + 1] %
                                        sim_switch_value_count((enum sim_switch)(which - 1)));
    }
    t->text = four(b + ENGINE_TAIL_TEXT) & 0xffffffu; /* as engine_record_count() has it */
}

void engine_tail_write(const struct engine_tail *t, uint8_t out[ENGINE_TAIL])
{
    memset(out, 0, ENGINE_TAIL);
    out[ENGINE_TAIL_HOW] = t->flags;
    out[ENGINE_TAIL_PROFILE] = t->profile;
    out[ENGINE_TAIL_EIPS] = (uint8_t)(t->eips - 1);
    out[ENGINE_TAIL_GATEWAYS] = (uint8_t)(t->gateways - 1);
    out[ENGINE_TAIL_SUBNET] = (uint8_t)(t->subnet - PREFIX);
    put_four(out + ENGINE_TAIL_CLASSES, t->classes);
    for (unsigned i = 0; i < ENGINE_TAIL_SETTINGS; i++)
        if (t->set[i].which < SIM_SWITCH_COUNT) {
            out[ENGINE_TAIL_SET + 2 * i] = (uint8_t)(t->set[i].which + 1);
            out[ENGINE_TAIL_SET + 2 * i + 1] = t->set[i].value;
        }
    put_four(out + ENGINE_TAIL_TEXT, t->text);
}

void engine_bytes_read(const uint8_t *bytes, size_t size, struct engine_bytes *out)
{
    uint8_t tail[ENGINE_TAIL] = {0};
    size_t length = size < ENGINE_TAIL ? size : ENGINE_TAIL, before = size - length;

    /* fewer bytes than a tail has are its end */
    if (length > 0)
        memcpy(tail + ENGINE_TAIL - length, bytes + before, length);
    read_tail(tail, &out->tail);
    if (out->tail.text > before)
        out->tail.text = (uint32_t)before;
    before -= out->tail.text;
    out->text = (const char *)bytes + before;
    out->record = bytes;
    out->n_records = engine_record_count(bytes, size);
}

void engine_tail_policy(const struct engine_tail *tail, struct sim_setup *setup)
{
    setup->profile = tail->profile;
    setup->quirks = ipam_release_quirks((enum ipam_release)tail->profile);
    sim_policy_of((enum sim_profile)tail->profile, &setup->policy);
    for (unsigned i = 0; i < ENGINE_TAIL_SETTINGS; i++)
        if (tail->set[i].which < SIM_SWITCH_COUNT)
            setup->policy.value[tail->set[i].which] = tail->set[i].value;
}

/* ---- records to actions ---- */

struct reading {
    const uint8_t *record;
    unsigned at;
};

/* One byte for up to 256, two above; what lies beyond the record is zero. */
static uint32_t pick(void *context, uint32_t n, uint32_t first)
{
    struct reading *r = context;
    uint32_t value = 0;

    (void)first;
    for (unsigned i = 0; i < (n > 256 ? 2u : 1u) && n > 1; i++, r->at++)
        if (r->at < ENGINE_RECORD)
            value |= (uint32_t)r->record[r->at] << 8 * i;
    return value % n;
}

static size_t count_choices(void)
{
    size_t n = 0;

    while (sim_choice_at(n) != NULL)
        n++;
    return n;
}

static bool outside(const struct engine_codec *c, const struct sim_world *w, const uint8_t *record,
                    struct sim_action *out)
{
    struct reading reading = {record, OPERANDS};
    struct sim_picker picker = {pick, &reading};
    const struct sim_choice *choice = sim_choice_at(record[2] % count_choices());

    return sim_choice_in(choice, c->classes) &&
           sim_choice_make(w, choice, c->classes, &picker, out);
}

static struct sim_action action_of(enum sim_action_kind kind, unsigned queue)
{
    struct sim_action a;

    memset(&a, 0, sizeof a);
    a.kind = (uint8_t)kind;
    a.queue = (uint8_t)queue;
    return a;
}

static bool can(const struct sim_world *w, const struct sim_action *a)
{
    return sim_can(w, a) == SIM_STATUS_DONE;
}

/* The worker of the queue, or of the next one whose worker can do something.  Where no controller
 * runs, a new one is what has to work first. */
static bool work(const struct engine_codec *c, const struct sim_world *w, const uint8_t *record,
                 struct sim_action *out)
{
    uint8_t fault = record[1] % SIM_FAULT_COUNT;

    *out = action_of(SIM_ACTION_BOOT, 0);
    if (can(w, out))
        return true;
    for (unsigned i = 0; i < SIM_QUEUE_COUNT; i++) {
        *out = action_of(SIM_ACTION_START, (record[2] + i) % SIM_QUEUE_COUNT);
        if (can(w, out))
            return true;
        out->kind = SIM_ACTION_STEP;
        if (!can(w, out))
            continue;
        out->fault = fault;
        if (fault != SIM_FAULT_NONE && (!sim_may_fail(w, out, c->classes) || !can(w, out)))
            out->fault = SIM_FAULT_NONE;
        return true;
    }
    return false;
}

/* The delayed keys that can become ready now; how many of them were stored. */
static size_t list_due(const struct sim_world *w, struct sim_action out[ENABLED])
{
    size_t n = sim_enabled(w, 0, out, ENABLED), kept = 0;

    n = n < ENABLED ? n : ENABLED;
    for (size_t i = 0; i < n; i++)
        if (out[i].kind == SIM_ACTION_DUE)
            out[kept++] = out[i];
    return kept;
}

static bool due(const struct sim_world *w, const uint8_t *record, struct sim_action *out)
{
    struct sim_action list[ENABLED];
    size_t n = list_due(w, list);

    if (n == 0)
        return false;
    *out = list[record[OPERANDS] % n];
    return true;
}

static bool exact(const struct engine_codec *c, const struct sim_world *w, const uint8_t *record,
                  struct sim_action *out)
{
    if (c->n_exact == 0)
        return false;
    *out = c->exact[((size_t)record[2] | (size_t)record[OPERANDS] << 8) % c->n_exact];
    return can(w, out);
}

bool engine_decode(const struct engine_codec *c, const struct sim_world *w, const uint8_t *record,
                   struct sim_action *out)
{
    switch ((enum engine_op)(record[0] % ENGINE_OP_COUNT)) {
    case ENGINE_OP_WORK:
        return work(c, w, record, out);
    case ENGINE_OP_DELIVER:
        return sim_next_delivery(w, record[2], out);
    case ENGINE_OP_DUE:
        return due(w, record, out);
    case ENGINE_OP_OUTSIDE:
        return outside(c, w, record, out);
    case ENGINE_OP_CRASH:
        *out = action_of(SIM_ACTION_CRASH, 0);
        return (c->classes & SIM_CLASS_BIT(CRASH)) != 0 && can(w, out);
    default:
        return exact(c, w, record, out);
    }
}

/* ---- actions to records ---- */

static bool same(const struct sim_action *a, const struct sim_action *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* What the odometer stands at, as operand bytes; false: there are more than fit. */
static bool put_operands(const struct engine_odometer *o, uint8_t *record)
{
    unsigned at = OPERANDS;

    for (unsigned i = 0; i < o->at; i++)
        for (unsigned k = 0; k < (o->base[i] > 256 ? 2u : 1u) && o->base[i] > 1; k++) {
            if (at == ENGINE_RECORD)
                return false;
            record[at++] = (uint8_t)(o->digit[i] >> 8 * k);
        }
    return true;
}

static bool operands_of(const struct engine_codec *c, const struct sim_world *w,
                        const struct sim_choice *choice, const struct sim_action *action,
                        uint8_t *record)
{
    struct engine_odometer o = {0};
    struct sim_picker picker = {engine_odometer_pick, &o};
    struct sim_action made;

    do {
        engine_odometer_reset(&o);
        if (sim_choice_make(w, choice, c->classes, &picker, &made) && same(&made, action) &&
            put_operands(&o, record))
            return true;
    } while (engine_odometer_next(&o));
    return false;
}

static bool encode_outside(const struct engine_codec *c, const struct sim_world *w,
                           const struct sim_action *action, uint8_t *record)
{
    const struct sim_choice *choice;

    record[0] = ENGINE_OP_OUTSIDE;
    for (size_t i = 0; i < 256 && (choice = sim_choice_at(i)) != NULL; i++) {
        record[2] = (uint8_t)i;
        if (choice->kind == action->kind && sim_choice_in(choice, c->classes) &&
            operands_of(c, w, choice, action, record))
            return true;
    }
    return false;
}

static bool encode_due(const struct sim_world *w, const struct sim_action *action, uint8_t *record)
{
    struct sim_action list[ENABLED];
    size_t n = list_due(w, list);

    record[0] = ENGINE_OP_DUE;
    for (size_t i = 0; i < n; i++) {
        record[OPERANDS] = (uint8_t)i;
        if (same(&list[i], action))
            return true;
    }
    return false;
}

static bool encode_plain(const struct engine_codec *c, const struct sim_world *w,
                         const struct sim_action *action, uint8_t *record)
{
    switch ((enum sim_action_kind)action->kind) {
    case SIM_ACTION_DELIVER:
        record[0] = ENGINE_OP_DELIVER;
        record[2] = action->object;
        return true;
    case SIM_ACTION_START:
    case SIM_ACTION_STEP:
    case SIM_ACTION_BOOT:
        record[0] = ENGINE_OP_WORK;
        record[1] = action->fault;
        record[2] = action->queue;
        return true;
    case SIM_ACTION_DUE:
        return encode_due(w, action, record);
    case SIM_ACTION_CRASH:
        record[0] = ENGINE_OP_CRASH;
        return true;
    default:
        return encode_outside(c, w, action, record);
    }
}

static bool encode_exact(const struct engine_codec *c, const struct sim_action *action,
                         uint8_t *record)
{
    for (size_t i = 0; i < c->n_exact && i <= 0xffff; i++)
        if (same(&c->exact[i], action)) {
            record[0] = ENGINE_OP_EXACT;
            record[2] = (uint8_t)i;
            record[OPERANDS] = (uint8_t)(i >> 8);
            return true;
        }
    return false;
}

bool engine_encode(const struct engine_codec *c, const struct sim_world *w,
                   const struct sim_action *action, uint8_t record[ENGINE_RECORD])
{
    struct sim_action made;

    memset(record, 0, ENGINE_RECORD);
    if (encode_plain(c, w, action, record) && engine_decode(c, w, record, &made) &&
        same(&made, action))
        return true;
    memset(record, 0, ENGINE_RECORD);
    return encode_exact(c, action, record) && engine_decode(c, w, record, &made) &&
           same(&made, action);
}
