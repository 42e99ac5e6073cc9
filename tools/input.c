#include "tools/input.h"

#include <stdlib.h>
#include <string.h>

#include "tools/actions.h"
#include "tools/memory.h"
#include "tools/setup.h"
#include "tools/world.h"
#include "tools/worlds.h"

/* ---- plain worlds ---- */

enum { EIPS = 4, GATEWAYS = 2, PREFIX = 28, PREFIXES = 3, PLAIN = EIPS * GATEWAYS * PREFIXES };

struct tool_plain {
    struct tool_builder *builder[PLAIN];
    struct engine_config *config[PLAIN];
};

/* The tail of plain world number i, as far as the world goes. */
static void plain_tail(unsigned i, struct engine_tail *t)
{
    t->eips = (uint8_t)(1 + i % EIPS);
    t->gateways = (uint8_t)(1 + i / EIPS % GATEWAYS);
    t->subnet = (uint8_t)(PREFIX + i / (EIPS * GATEWAYS));
}

static struct engine_config *plain_of(const struct tool_plain *p, const struct engine_tail *t)
{
    return p
        ->config[(t->eips - 1) + EIPS * (t->gateways - 1) + EIPS * GATEWAYS * (t->subnet - PREFIX)];
}

struct tool_plain *tool_plain_new(void)
{
    struct tool_plain *p = tool_alloc(sizeof *p);
    struct tool_text error = {0};

    for (unsigned i = 0; i < PLAIN; i++) {
        struct engine_tail t;
        uint64_t none[SIM_KIND_COUNT] = {0};
        char cidr[32];

        plain_tail(i, &t);
        snprintf(cidr, sizeof cidr, "10.0.1.0/%u", t.subnet);
        p->builder[i] = tool_builder_new();
        if (tool_setup_plain(p->builder[i], t.eips, t.gateways, none, cidr, &error))
            p->config[i] = tool_builder_finish(p->builder[i]);
        if (p->config[i] == NULL) {
            fprintf(stderr, "eipsim: a plain world cannot be made: %s\n", tool_text_get(&error));
            exit(70);
        }
    }
    return p;
}

void tool_plain_free(struct tool_plain *p)
{
    for (unsigned i = 0; p != NULL && i < PLAIN; i++)
        tool_builder_free(p->builder[i]);
    free(p);
}

/* ---- reading ---- */

static size_t line_of(const char *text, size_t length)
{
    const char *end = length > 0 ? memchr(text, '\n', length) : NULL;

    return end != NULL ? (size_t)(end - text) : length;
}

static void read_list(struct tool_input *in, const char *text, size_t length)
{
    struct tool_parsed j = {0};
    size_t capacity = 0;

    while (length > 0) {
        size_t n = line_of(text, length);
        struct tool_action_error error = {0};
        struct sim_action action;

        if (n > 0 && tool_parse_json(&j, text, n) &&
            tool_action_read(in->config, &j, 0, &action, &error)) {
            in->exact = tool_room(in->exact, in->codec.n_exact, &capacity, sizeof *in->exact);
            in->exact[in->codec.n_exact++] = action;
        }
        tool_text_free(&error.sentence);
        n += n < length;
        text += n;
        length -= n;
    }
    tool_parsed_free(&j);
    in->codec.exact = in->exact;
}

void tool_input_open(struct tool_input *in, struct tool_plain *plain, const uint8_t *bytes,
                     size_t size)
{
    const struct engine_tail *t = &in->bytes.tail;
    const char *text;
    size_t length, world = 0;

    memset(in, 0, sizeof *in);
    engine_bytes_read(bytes, size, &in->bytes);
    text = in->bytes.text;
    length = t->text;
    if ((t->flags & ENGINE_TAIL_DESCRIBED) != 0) {
        struct tool_text error = {0};

        world = line_of(text, length);
        in->config = tool_config_from_json(text, world, &in->builder, &error);
        world += world < length;
        tool_text_free(&error);
    }
    if (in->config == NULL)
        in->config = plain_of(plain, t);
    engine_tail_policy(t, &in->config->setup);
    in->codec.classes = t->classes;
    read_list(in, text + world, length - world);
}

void tool_input_close(struct tool_input *in)
{
    if (in->builder != NULL)
        tool_builder_free(in->builder);
    free(in->exact);
    memset(in, 0, sizeof *in);
}

/* ---- writing ---- */

struct writing {
    const struct engine_config *config;
    struct engine_tail tail;
    struct engine_codec codec;
    struct sim_action *exact;
    size_t capacity;
    struct tool_text *out, *error;
};

static bool fail(struct writing *w, const char *sentence)
{
    tool_text_add(w->error, sentence);
    return false;
}

/* The profile, and what differs from it. */
static bool find_settings(struct writing *w)
{
    const struct sim_setup *s = &w->config->setup;
    struct sim_setup of;
    unsigned n = 0;

    w->tail.profile = s->profile;
    for (unsigned i = 0; i < ENGINE_TAIL_SETTINGS; i++)
        w->tail.set[i].which = SIM_SWITCH_COUNT;
    engine_tail_policy(&w->tail, &of);
    for (unsigned i = 0; i < SIM_SWITCH_COUNT; i++) {
        if (s->policy.value[i] == of.policy.value[i])
            continue;
        if (n == ENGINE_TAIL_SETTINGS)
            return fail(w, "a fuzz input has room for four changed switches");
        w->tail.set[n].which = (uint8_t)i;
        w->tail.set[n++].value = s->policy.value[i];
    }
    return s->quirks == of.quirks || fail(w, "a fuzz input cannot say how this IPAM differs");
}

static void find_world(struct writing *w, struct tool_plain *plain)
{
    w->tail.flags = ENGINE_TAIL_AS_IS | ENGINE_TAIL_DESCRIBED;
    plain_tail(0, &w->tail);
    for (unsigned i = 0; i < PLAIN; i++) {
        engine_tail_policy(&w->tail, &plain->config[i]->setup);
        if (!tool_config_equal(plain->config[i], w->config))
            continue;
        w->tail.flags = ENGINE_TAIL_AS_IS;
        plain_tail(i, &w->tail);
        return;
    }
}

static bool put_record(struct writing *w, struct sim_world *world, const struct sim_action *action)
{
    uint8_t record[ENGINE_RECORD];

    if (!engine_encode(&w->codec, world, action, record)) {
        w->exact = tool_room(w->exact, w->codec.n_exact, &w->capacity, sizeof *w->exact);
        w->exact[w->codec.n_exact++] = *action;
        w->codec.exact = w->exact;
        if (w->codec.n_exact > 0xffff || !engine_encode(&w->codec, world, action, record))
            return fail(w, "an action cannot happen, or there are too many different ones");
    }
    tool_text_bytes(w->out, (const char *)record, sizeof record);
    return sim_apply(world, action, NULL) == SIM_STATUS_DONE ||
           fail(w, "an action cannot happen where it stands");
}

static bool put_text(struct writing *w)
{
    size_t from = w->out->length;
    struct tool_render render;

    if ((w->tail.flags & ENGINE_TAIL_DESCRIBED) != 0) {
        char *json = tool_config_to_json(w->config);

        tool_text_printf(w->out, "%s\n", json);
        free(json);
    }
    tool_render_init(&render, w->config);
    for (size_t i = 0; i < w->codec.n_exact; i++) {
        struct tool_text line = {0};

        tool_action_write(&render, &w->exact[i], &line);
        tool_text_printf(w->out, "%s\n", tool_text_get(&line));
        tool_text_free(&line);
    }
    tool_render_free(&render);
    if (w->out->length - from > 0xffffff)
        return fail(w, "the world takes more than 16 MiB to describe");
    w->tail.text = (uint32_t)(w->out->length - from);
    return true;
}

bool tool_input_write(const struct engine_config *config, const struct sim_action *action, size_t n,
                      struct tool_plain *plain, struct tool_text *out, struct tool_text *error)
{
    struct writing w = {.config = config, .out = out, .error = error};
    uint8_t tail[ENGINE_TAIL];
    struct tool_worlds worlds;
    bool ok;

    if (!find_settings(&w))
        return false;
    find_world(&w, plain);
    w.codec.classes = w.tail.classes = SIM_ALL_CLASSES;
    if (!tool_worlds_open(&worlds, config))
        return fail(&w, "no world can be made");
    tool_worlds_begin(&worlds);
    ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = put_record(&w, worlds.world, &action[i]);
    ok = ok && put_text(&w);
    engine_tail_write(&w.tail, tail);
    tool_text_bytes(out, (const char *)tail, sizeof tail);
    tool_worlds_close(&worlds);
    free(w.exact);
    return ok;
}
