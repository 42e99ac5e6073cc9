/* The bytes that fuzzers speak: any of them are a run.
 *
 *      record 0 │ record 1 │ ... │ record n-1 │ text         │ tail
 *      8 bytes                                  tail.text      24 bytes
 *
 * The tail says what world the run is in and what trouble it has.  A record is one action: what
 * sort, its fault, its operands.  Operands are taken modulo what there is, so that a record means
 * something in every world: the nearest enabled action of its sort, or nothing.
 *
 *      byte  0    1      2                3 .. 7
 *            op   fault  queue, kind or   operands: which of those that are delayed; what
 *                        choice           model/outside.h picks, a byte each (two above 256)
 *
 * What records cannot say (a label, an address outside the subnet) is said by actions of a list
 * that is handed in: op EXACT.  The list, and worlds that no tail describes, are the text, which is
 * nothing to this room: tools/input.h reads it.
 *
 * Bytes that are missing are zero.  Nothing here allocates.
 */
#ifndef EIPSIM_ENGINE_CODEC_H
#define EIPSIM_ENGINE_CODEC_H

#include "model/outside.h"

/* name, text, what it is */
#define ENGINE_OPS(X)                                                                              \
    X(WORK, "work", "the worker of queue takes its next key, or makes its next call with fault")   \
    X(DELIVER, "deliver", "the next watch event of a kind, or of the next kind, is delivered")     \
    X(DUE, "due", "a delayed key becomes ready")                                                   \
    X(OUTSIDE, "outside", "a choice of users, gateways, the controller's process")                 \
    X(CRASH, "crash", "the controller ends where it stands")                                       \
    X(EXACT, "exact", "an action of the list")

enum engine_op {
#define X(name, text, meaning) ENGINE_OP_##name,
    ENGINE_OPS(X)
#undef X
        ENGINE_OP_COUNT
};

enum { ENGINE_RECORD = 8, ENGINE_TAIL = 24, ENGINE_TAIL_SETTINGS = 4 };

enum {                  /* the bytes of the tail */
       ENGINE_TAIL_HOW, /* flags */
       ENGINE_TAIL_PROFILE,
       ENGINE_TAIL_EIPS,
       ENGINE_TAIL_GATEWAYS,
       ENGINE_TAIL_SUBNET,
       ENGINE_TAIL_CLASSES = 6, /* 4 bytes, low one first */
       ENGINE_TAIL_SET = 10,    /* pairs: switch + 1, value */
       ENGINE_TAIL_TEXT = 20    /* 3 bytes, low one first: how long the text is */
};

enum {                        /* struct engine_tail.flags */
       ENGINE_TAIL_AS_IS = 1, /* the records are the whole run: nothing is mended, nothing drains */
       ENGINE_TAIL_DESCRIBED = 2 /* the text describes the world; eips, gateways, subnet do not */
};

struct engine_tail {
    uint8_t flags;
    uint8_t profile;  /* enum sim_profile */
    uint8_t eips;     /* 1..4 */
    uint8_t gateways; /* 1..2 */
    uint8_t subnet;   /* its prefix, 28..30 */
    uint32_t classes; /* bits of enum sim_class */
    struct {
        uint8_t which; /* enum sim_switch; SIM_SWITCH_COUNT: none */
        uint8_t value;
    } set[ENGINE_TAIL_SETTINGS];
    uint32_t text; /* bytes of text, below 2^24 */
};

/* How many records there are, whatever they mean. */
static inline size_t engine_record_count(const uint8_t *bytes, size_t size)
{
    size_t before, text = 0;

    if (size < ENGINE_TAIL)
        return 0;
    before = size - ENGINE_TAIL;
    for (unsigned i = 0; i < 3; i++)
        text |= (size_t)bytes[size - ENGINE_TAIL + ENGINE_TAIL_TEXT + i] << 8 * i;
    return (before - (text < before ? text : before)) / ENGINE_RECORD;
}

/* Reads the tail, and says where the records and the text are. */
struct engine_bytes {
    struct engine_tail tail;
    const uint8_t *record; /* n_records of ENGINE_RECORD bytes */
    size_t n_records;
    const char *text; /* tail.text bytes, of which there may be fewer */
};
void engine_bytes_read(const uint8_t *bytes, size_t size, struct engine_bytes *out);
/* What reads back to this tail. */
void engine_tail_write(const struct engine_tail *tail, uint8_t out[ENGINE_TAIL]);
/* The policy and the IPAM of the tail's profile, with its settings. */
void engine_tail_policy(const struct engine_tail *tail, struct sim_setup *setup);

struct engine_codec {
    const struct sim_action *exact; /* the list; may be NULL if there are none */
    size_t n_exact;
    uint32_t classes; /* faults and choices of others do not happen */
};

/* The action of a record in this world.  False: nothing of its sort can happen. */
bool engine_decode(const struct engine_codec *c, const struct sim_world *w, const uint8_t *record,
                   struct sim_action *out);
/* A record that decodes to this action in this world; false: there is none, nor a list's. */
bool engine_encode(const struct engine_codec *c, const struct sim_world *w,
                   const struct sim_action *action, uint8_t record[ENGINE_RECORD]);

#endif
