#include "fuzz/mutator.h"

#include <string.h>

#include "engine/codec.h"
#include "engine/random.h"

/* A run of few records is tried several times while one of many is tried once, and most of what
 * goes wrong goes wrong early: runs begin short, and those that have become long are cut. */
enum { RUN = 12, FRESH = 24, LONG = 48 };

struct mutating {
    uint8_t *data;
    size_t size, max;
    size_t n; /* records */
    struct engine_random r;
};

static size_t below(struct mutating *m, size_t n)
{
    return engine_below(&m->r, (uint32_t)n);
}

static uint8_t any_byte(struct mutating *m)
{
    return (uint8_t)engine_draw(&m->r);
}

static uint8_t *record_at(struct mutating *m, size_t i)
{
    return m->data + i * ENGINE_RECORD;
}

static enum engine_op op_of(struct mutating *m, size_t i)
{
    return (enum engine_op)(record_at(m, i)[0] % ENGINE_OP_COUNT);
}

/* How many records more there is room for. */
static size_t room(const struct mutating *m)
{
    return (m->max - m->size) / ENGINE_RECORD;
}

/* A few: mostly one or two. */
static size_t few(struct mutating *m, size_t most)
{
    size_t n = 1;

    while (n < most && n < RUN && engine_one_in(&m->r, 2))
        n++;
    return n;
}

/* ---- moving bytes ---- */

/* Makes room for n records before record i. */
static void open_at(struct mutating *m, size_t i, size_t n)
{
    memmove(record_at(m, i + n), record_at(m, i), m->size - i * ENGINE_RECORD);
    m->size += n * ENGINE_RECORD;
    m->n += n;
}

static void close_at(struct mutating *m, size_t i, size_t n)
{
    memmove(record_at(m, i), record_at(m, i + n), m->size - (i + n) * ENGINE_RECORD);
    m->size -= n * ENGINE_RECORD;
    m->n -= n;
}

/* ---- new records ---- */

/* Low numbers more often: those are the choices of users (model/outside.h). */
static uint8_t some_choice(struct mutating *m)
{
    return engine_one_in(&m->r, 4) ? any_byte(m) : (uint8_t)below(m, 1 + below(m, 24));
}

static void fill(struct mutating *m, size_t i, enum engine_op op)
{
    uint8_t *record = record_at(m, i);

    for (unsigned k = 0; k < ENGINE_RECORD; k++)
        record[k] = any_byte(m);
    record[0] = (uint8_t)op;
    if (op == ENGINE_OP_OUTSIDE)
        record[2] = some_choice(m);
    else if (!engine_one_in(&m->r, 4))
        record[1] = 0;
}

static enum engine_op some_op(struct mutating *m)
{
    size_t roll = below(m, 100);

    return roll < 50   ? ENGINE_OP_WORK
           : roll < 70 ? ENGINE_OP_DELIVER
           : roll < 88 ? ENGINE_OP_OUTSIDE
           : roll < 94 ? ENGINE_OP_DUE
           : roll < 98 ? ENGINE_OP_CRASH
                       : ENGINE_OP_EXACT;
}

/* ---- the mutations: each says whether it changed anything ---- */

static bool insert(struct mutating *m)
{
    size_t n, i = below(m, m->n + 1);

    if (room(m) == 0)
        return false;
    n = few(m, room(m));
    open_at(m, i, n);
    for (size_t k = 0; k < n; k++)
        fill(m, i + k, some_op(m));
    return true;
}

static bool remove_some(struct mutating *m)
{
    size_t i, n;

    if (m->n == 0)
        return false;
    i = below(m, m->n);
    n = few(m, m->n - i);
    close_at(m, i, n);
    return true;
}

static bool duplicate(struct mutating *m)
{
    size_t i, n;

    if (m->n == 0 || room(m) == 0)
        return false;
    i = below(m, m->n);
    n = few(m, m->n - i);
    n = n < room(m) ? n : room(m);
    open_at(m, i + n, n);
    memcpy(record_at(m, i + n), record_at(m, i), n * ENGINE_RECORD);
    return true;
}

/* Record i to place to, as the others are numbered without it. */
static void move_one(struct mutating *m, size_t i, size_t to)
{
    uint8_t record[ENGINE_RECORD];

    memcpy(record, record_at(m, i), ENGINE_RECORD);
    close_at(m, i, 1);
    open_at(m, to, 1);
    memcpy(record_at(m, to), record, ENGINE_RECORD);
}

static bool move(struct mutating *m)
{
    size_t i, n, to;

    if (m->n < 2)
        return false;
    i = below(m, m->n);
    n = few(m, m->n - i);
    if (n == m->n)
        return false;
    to = below(m, m->n - n + 1);
    for (size_t k = 0; k < n; k++)
        move_one(m, to > i ? i : i + k, to > i ? to + n - 1 : to + k);
    return to != i;
}

static bool swap(struct mutating *m)
{
    uint8_t record[ENGINE_RECORD];
    size_t a, b;

    if (m->n < 2)
        return false;
    a = below(m, m->n);
    b = below(m, m->n);
    memcpy(record, record_at(m, a), ENGINE_RECORD);
    memcpy(record_at(m, a), record_at(m, b), ENGINE_RECORD);
    memcpy(record_at(m, b), record, ENGINE_RECORD);
    return a != b;
}

static bool splice(struct mutating *m)
{
    size_t from, to, n;

    if (m->n < 2)
        return false;
    from = below(m, m->n);
    to = below(m, m->n);
    n = few(m, m->n - (from > to ? from : to));
    memmove(record_at(m, to), record_at(m, from), n * ENGINE_RECORD);
    return from != to;
}

/* The first record of this sort at or behind a place, going round; m->n: there is none. */
static size_t find(struct mutating *m, enum engine_op op)
{
    size_t from = m->n > 0 ? below(m, m->n) : 0;

    for (size_t k = 0; k < m->n; k++)
        if (op_of(m, (from + k) % m->n) == op)
            return (from + k) % m->n;
    return m->n;
}

/* Between the two comes what is outside: moved there, or new. */
static bool interrupt(struct mutating *m)
{
    size_t call = find(m, ENGINE_OP_WORK), i;

    if (call + 1 >= m->n || op_of(m, call + 1) != ENGINE_OP_WORK)
        return false;
    i = find(m, ENGINE_OP_OUTSIDE);
    if (i == m->n || engine_one_in(&m->r, 3)) {
        if (room(m) == 0)
            return false;
        open_at(m, call + 1, 1);
        fill(m, call + 1, ENGINE_OP_OUTSIDE);
    } else {
        move_one(m, i, i < call ? call : call + 1);
    }
    return true;
}

static bool fault(struct mutating *m)
{
    size_t i = find(m, ENGINE_OP_WORK);

    if (i == m->n)
        return false;
    record_at(m, i)[1] = (uint8_t)(record_at(m, i)[1] + 1 + below(m, SIM_FAULT_COUNT - 1));
    return true;
}

static bool restart(struct mutating *m)
{
    size_t i = below(m, m->n + 1);

    if (room(m) < 2)
        return false;
    open_at(m, i, 2);
    fill(m, i, ENGINE_OP_CRASH);
    fill(m, i + 1, ENGINE_OP_WORK); /* which starts a controller where none runs */
    return true;
}

/* The first operand is what most choices pick first: the object. */
static bool object(struct mutating *m)
{
    size_t i = find(m, ENGINE_OP_OUTSIDE);

    if (i == m->n)
        return false;
    record_at(m, i)[3] = (uint8_t)(record_at(m, i)[3] + 1 + below(m, 3));
    return true;
}

static bool queue(struct mutating *m)
{
    size_t i = find(m, ENGINE_OP_WORK);

    if (i == m->n)
        return false;
    record_at(m, i)[2] = (uint8_t)below(m, SIM_QUEUE_COUNT);
    return true;
}

static bool go_on(struct mutating *m)
{
    size_t n = 1 + below(m, RUN), i = below(m, m->n + 1);
    uint8_t of = (uint8_t)below(m, SIM_QUEUE_COUNT);

    if (room(m) == 0)
        return false;
    n = n < room(m) ? n : room(m);
    open_at(m, i, n);
    for (size_t k = 0; k < n; k++) {
        memset(record_at(m, i + k), 0, ENGINE_RECORD);
        record_at(m, i + k)[0] = ENGINE_OP_WORK;
        record_at(m, i + k)[2] = of;
    }
    return true;
}

/* A byte of the tail but for those that say how long the text is. */
static bool world(struct mutating *m)
{
    uint8_t *tail = m->data + m->size - ENGINE_TAIL, bit;
    unsigned at = (unsigned)below(m, 5);

    if (at < 3) { /* two of three: a class of trouble more or less */
        bit = (uint8_t)(1u << below(m, 8));
        tail[ENGINE_TAIL_CLASSES + below(m, 2)] ^= bit;
    } else if (at == 3) {
        tail[1 + below(m, ENGINE_TAIL_CLASSES - 1)] = any_byte(m);
    } else {
        at = (unsigned)(ENGINE_TAIL_SET + 2 * below(m, ENGINE_TAIL_SETTINGS));
        tail[at] = engine_one_in(&m->r, 2) ? 0 : any_byte(m);
        tail[at + 1] = any_byte(m);
    }
    return true;
}

static bool byte(struct mutating *m)
{
    size_t i;

    if (m->n == 0)
        return false;
    i = below(m, m->n * ENGINE_RECORD);
    m->data[i] ^= (uint8_t)(1u << below(m, 8));
    return true;
}

/* ---- choosing ---- */

static bool mutate(struct mutating *m, enum fuzz_mutation which)
{
    static bool (*const mutation[])(struct mutating *) = {
        insert, remove_some, duplicate, move,  swap,  splice, interrupt,
        fault,  restart,     object,    queue, go_on, world,  byte,
    };
    _Static_assert(sizeof mutation / sizeof *mutation == FUZZ_MUTATION_COUNT, "one for each row");

    return mutation[which](m);
}

static enum fuzz_mutation choose(struct mutating *m)
{
    static const uint8_t weight[] = {
#define X(name, weight, meaning) weight,
        FUZZ_MUTATIONS(X)
#undef X
    };
    unsigned total = 0, i = 0;
    size_t at;

    for (unsigned k = 0; k < FUZZ_MUTATION_COUNT; k++)
        total += weight[k];
    at = below(m, total);
    while (at >= weight[i])
        at -= weight[i++];
    return (enum fuzz_mutation)i;
}

/* A run from nothing, with some classes of trouble. */
static void make_new(struct mutating *m)
{
    uint8_t *tail;

    memset(m->data, 0, ENGINE_TAIL);
    m->size = ENGINE_TAIL;
    m->n = 0;
    tail = m->data;
    for (unsigned i = 1; i < ENGINE_TAIL_CLASSES; i++)
        tail[i] = any_byte(m);
    for (unsigned i = 0; i < 2; i++)
        tail[ENGINE_TAIL_CLASSES + i] = any_byte(m);
    tail[ENGINE_TAIL_CLASSES] |= 1; /* users do not wait */
    for (size_t n = 1 + below(m, FRESH); n > 0 && room(m) > 0; n--) {
        open_at(m, m->n, 1);
        fill(m, m->n - 1, some_op(m));
    }
}

size_t fuzz_mutate_once(uint8_t *data, size_t size, size_t max, uint64_t seed,
                        enum fuzz_mutation which)
{
    struct mutating m = {data, size, max, engine_record_count(data, size), {seed}};

    return size >= ENGINE_TAIL && mutate(&m, which) ? m.size : 0;
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t max, uint64_t seed)
{
    struct mutating m = {data, size, max, engine_record_count(data, size), {seed}};

    if (max < ENGINE_TAIL)
        return size;
    if (size < ENGINE_TAIL || (m.n == 0 && engine_one_in(&m.r, 2))) {
        make_new(&m);
        return m.size;
    }
    if (m.n > LONG && !engine_one_in(&m.r, 8)) {
        size_t n = 1 + below(&m, m.n - LONG / 2);

        close_at(&m, below(&m, m.n - n + 1), n);
    }
    do
        for (unsigned tries = 0; tries < 8 && !mutate(&m, choose(&m)); tries++)
            continue;
    while (engine_one_in(&m.r, 2));
    return m.size;
}

size_t fuzz_cross(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                  size_t max, uint64_t seed)
{
    struct engine_random r = {seed};
    size_t n = engine_record_count(a, a_size), m = engine_record_count(b, b_size);
    size_t rest = a_size - n * ENGINE_RECORD, first, from, last;

    if (a_size < ENGINE_TAIL || rest > max)
        return 0;
    first = engine_below(&r, (uint32_t)n + 1);
    from = engine_below(&r, (uint32_t)m + 1);
    last = m - from;
    while ((first + last) * ENGINE_RECORD + rest > max)
        *(first > last ? &first : &last) -= 1;
    if (first > 0)
        memcpy(out, a, first * ENGINE_RECORD);
    if (last > 0)
        memcpy(out + first * ENGINE_RECORD, b + from * ENGINE_RECORD, last * ENGINE_RECORD);
    memcpy(out + (first + last) * ENGINE_RECORD, a + n * ENGINE_RECORD, rest);
    return (first + last) * ENGINE_RECORD + rest;
}
