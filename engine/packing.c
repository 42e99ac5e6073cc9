#include "engine/packing.h"

#include <string.h>

enum {
    WORD = 4,     /* bytes */
    STRETCH = 16, /* words that are compared at once */
    LONG = 15,    /* a head's skip with more behind it */
    LONGEST = 14
};

/* ---- parts ---- */

static void add_part(struct engine_parts *p, uint32_t from, uint32_t size, uint32_t most)
{
    p->at[p->n] = from;
    p->size[p->n] = size;
    p->most[p->n++] = most;
}

struct engine_parts engine_parts_of(const struct sim_world *w)
{
    const struct sim_layout *l = &w->at;
    struct engine_parts p;
    uint32_t behind = l->pass[0], first = l->watch[SIM_KIND_EIP]; /* which is always there */

    p.n = 0;
    add_part(&p, l->globals, first - l->globals, first - l->globals);
    add_part(&p, behind, l->state_end - behind, l->state_end - behind);
    add_part(&p, l->ledger, l->scratch - l->ledger, l->scratch - l->ledger);
    for (unsigned k = 0; k < SIM_KIND_COUNT; k++) {
        size_t event;

        if (l->watch[k] == l->absent)
            continue;
        event = sizeof(struct sim_notice) + sim_kind_size((enum sim_kind_id)k);
        add_part(
            &p, l->watch[k],
            (uint32_t)(sizeof(struct sim_watch) + sim_watch_count(w, (enum sim_kind_id)k) * event),
            (uint32_t)(sizeof(struct sim_watch) + w->limits.watch * event));
    }
    return p;
}

size_t engine_packed_most(const struct sim_world *base)
{
    struct engine_parts p = engine_parts_of(base);
    size_t words = 0;

    for (unsigned i = 0; i < p.n; i++)
        words += p.most[i] / WORD;
    return words * (WORD + 1) + 2;
}

/* ---- guessing ---- */

static uint32_t word_at(const uint8_t *at, size_t i)
{
    uint32_t x;

    memcpy(&x, at + i * WORD, WORD);
    return x;
}

static void against(const struct sim_meta *copy, const struct sim_meta *original,
                    enum sim_kind_id kind)
{
    uint8_t *a = (uint8_t *)(uintptr_t)copy;
    const uint8_t *b = (const uint8_t *)original;
    size_t size = sim_exists(original) ? sim_kind_size(kind) : 0;

    for (size_t i = 0; i < size; i += WORD) {
        uint32_t x = word_at(a + i, 0) ^ word_at(b + i, 0);

        memcpy(a + i, &x, WORD);
    }
}

/* Copies become what differs from the original, and with a second call copies again. */
static void turn_copies(struct sim_world *w)
{
    for (unsigned i = 0; i < SIM_KIND_COUNT; i++) {
        enum sim_kind_id k = (enum sim_kind_id)i;
        uint32_t n = sim_watch_count(w, k);

        if (w->at.watch[k] == w->at.absent)
            continue;
        for (sim_id id = 0; id < sim_limit(&w->limits, (enum sim_object)k); id++)
            against(sim_cache(w, k, id), sim_api(w, k, id), k);
        for (uint32_t at = 0; at < n; at++)
            against(sim_notice_object(sim_notice(w, k, at)),
                    sim_api(w, k, sim_notice(w, k, at)->id), k);
    }
    for (unsigned q = 0; q < w->n_queues; q++) {
        struct sim_copy copy[SIM_WORKER_COPIES];
        size_t n = sim_worker(w, q)->phase == SIM_PHASE_RUNNING
                       ? sim_worker_copies(w, (enum sim_queue_id)q, copy)
                       : 0;

        for (size_t i = 0; i < n; i++)
            if (copy[i].id < sim_limit(&w->limits, (enum sim_object)copy[i].kind))
                against(copy[i].object, sim_api(w, copy[i].kind, copy[i].id), copy[i].kind);
    }
}

void engine_make_base(struct sim_world *copy)
{
    turn_copies(copy);
}

/* ---- packing ---- */

struct packing {
    uint8_t *out;
    size_t guessed; /* words since the last one that was written */
};

static void put_word(struct packing *p, const uint8_t *word, uint32_t difference)
{
    uint8_t *head = p->out++;

    for (; p->guessed > LONGEST; head = p->out++) {
        size_t skip = p->guessed < LONG + UINT8_MAX ? p->guessed - LONG : UINT8_MAX;

        *head = LONG << 4;
        *p->out++ = (uint8_t)skip;
        p->guessed -= LONG + skip;
    }
    *head = (uint8_t)(p->guessed << 4);
    for (unsigned i = 0; i < WORD; i++) {
        unsigned differs = (difference >> 8 * i & 0xff) != 0;

        *head = (uint8_t)(*head | differs << i);
        *p->out = word[i];
        p->out += differs;
    }
    p->guessed = 0;
}

/* memcmp is not asked for so little. */
static bool same_stretch(const uint8_t *a, const uint8_t *b)
{
    uint64_t x[STRETCH * WORD / 8], y[STRETCH * WORD / 8], differences = 0;

    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    for (unsigned i = 0; i < STRETCH * WORD / 8; i++)
        differences |= x[i] ^ y[i];
    return differences == 0;
}

static void pack_part(struct packing *p, const uint8_t *a, const uint8_t *b, size_t words)
{
    size_t i = 0;

    while (i < words) {
        size_t end = i + STRETCH < words ? i + STRETCH : words;

        if (end - i == STRETCH ? same_stretch(a + i * WORD, b + i * WORD)
                               : memcmp(a + i * WORD, b + i * WORD, (end - i) * WORD) == 0) {
            p->guessed += end - i;
            i = end;
            continue;
        }
        for (; i < end; i++) {
            uint32_t difference = word_at(a, i) ^ word_at(b, i);

            if (difference == 0)
                p->guessed++;
            else
                put_word(p, b + i * WORD, difference);
        }
    }
}

size_t engine_pack(const struct sim_world *base, const struct sim_world *w,
                   struct sim_world *scratch, uint8_t *out)
{
    struct engine_parts ours, theirs = engine_parts_of(base);
    struct packing p = {out, 0};

    engine_copy_state(w, scratch);
    sim_forget_dead(scratch);
    turn_copies(scratch);
    ours = engine_parts_of(scratch);
    for (unsigned i = 0; i < ours.n; i++) {
        uint32_t used = ours.size[i] > theirs.size[i] ? ours.size[i] : theirs.size[i];

        pack_part(&p, sim_at(base, ours.at[i]), sim_at(scratch, ours.at[i]), used / WORD);
        p.guessed += (ours.most[i] - used) / WORD;
    }
    return (size_t)(p.out - out);
}

void engine_unpack(const struct sim_world *base, const uint8_t *packed, size_t size,
                   struct sim_world *w)
{
    struct engine_parts p = engine_parts_of(base);
    uint32_t at = 0, first = 0;
    unsigned part = 0;

    engine_copy_state(base, w);
    for (const uint8_t *end = packed + size; packed < end;) {
        uint8_t head = *packed++, *word;

        at += head >> 4;
        if (head >> 4 == LONG) {
            at += *packed++;
            continue;
        }
        for (; at - first >= p.most[part] / WORD; part++)
            first += p.most[part] / WORD;
        word = (uint8_t *)w + p.at[part] + (size_t)(at - first) * WORD;
        for (unsigned mask = head & 15; mask != 0; mask &= mask - 1)
            word[__builtin_ctz(mask)] = *packed++;
        at++;
    }
    turn_copies(w);
}

/* Of a watch, as much as either of the two has in use. */
void engine_copy_state(const struct sim_world *from, struct sim_world *to)
{
    struct engine_parts p = engine_parts_of(from);

    for (unsigned i = 0; i < p.n; i++) {
        uint32_t size = p.size[i];

        if (i >= ENGINE_FIRST_WATCH) {
            uint32_t count = ((const struct sim_watch *)sim_at(to, p.at[i]))->count;
            uint32_t theirs =
                (uint32_t)sizeof(struct sim_watch) +
                (p.most[i] - (uint32_t)sizeof(struct sim_watch)) / from->limits.watch * count;

            size = size > theirs ? size : theirs;
        }
        memcpy((uint8_t *)to + p.at[i], sim_at(from, p.at[i]), size);
    }
}
