/* Signs: what of a run is out of the ordinary.
 *
 *      a user creates e1; addEip allocates, programs, writes the address, the status   -
 *      the finalizer's patch fails                                          addEip F3 fails
 *      the retry finds the object ready and ends                            addEip unheld
 *      a user deletes e1, and it is gone                                    bare
 *
 * An undisturbed life has none.  Shrinking leaves a run those signs that its violation needs, and
 * so they say which window it went through: runs with the same signs went through the same one,
 * whatever names, orders and detours they had.
 */
#ifndef EIPSIM_ENGINE_SIGNS_H
#define EIPSIM_ENGINE_SIGNS_H

#include "engine/trace.h"

/* What a sign names beside itself. */
enum engine_sign_scope {
    ENGINE_SIGN_OF_RUN,     /* nothing */
    ENGINE_SIGN_OF_HANDLER, /* the queue whose handler it was */
    ENGINE_SIGN_OF_WRITER,  /* that and whose write got lost */
    ENGINE_SIGN_OF_STEP     /* that and the step, as `eipsim steps` has it */
};

/* name, text, scope, what it says */
#define ENGINE_SIGNS(X)                                                                            \
    X(FAILS, "fails", STEP, "a call failed, was refused, or there was no pod to make it in")       \
    X(LOST, "lost", STEP, "a call had its effect, and the handler was told that it failed")        \
    X(GONE, "gone", STEP, "the object was not there to be read or written")                        \
    X(BLANK, "blank", STEP, "a command or a label for an object that has no address yet")          \
    X(MADE, "made", STEP, "the controller created an object")                                      \
    X(OVER, "over", WRITER, "a status was written from a copy older than somebody else's write")   \
    X(LATE, "late", HANDLER, "a call was for an object that another of its name has replaced")     \
    X(EARLY, "early", HANDLER, "a subnet's status was written while a change was on its way")      \
    X(REFUSES, "refuses", HANDLER, "a handler ended with an error, and no call of its had failed") \
    X(UNHELD, "unheld", HANDLER,                                                                   \
      "a handler was content with an object without finalizer or labels")                          \
    X(LEFT, "left", HANDLER, "a handler left an object that is being deleted as it was")           \
    X(PANIC, "panic", HANDLER, "a handler dereferenced nil: the controller died")                  \
    X(BARE, "bare", RUN, "a user deleted an object that carried no finalizer")                     \
    X(RACED, "raced", RUN, "a delete ignored a finalizer: the API server had looked earlier")      \
    X(STRIPPED, "stripped", RUN, "a user took finalizers off")                                     \
    X(UNREPORTED, "unreported", RUN, "an object held an address in the end, and reported none")    \
    X(WISHED, "wished", RUN, "a user asked for an address of their own choice")                    \
    X(MOVED, "moved", RUN, "a user changed the address of an object, or where a NAT rule leads")   \
    X(POLICY, "policy", RUN, "an object had a QoS policy")                                         \
    X(RESTARTED, "restarted", RUN, "the controller was started anew")                              \
    X(UNPLUGGED, "unplugged", RUN, "a running gateway pod stopped or was replaced")                \
    X(CLOSED, "closed", RUN, "a gateway was deleted")                                              \
    X(RULED, "ruled", RUN, "a NAT rule came")                                                      \
    X(UNRULED, "unruled", RUN, "a NAT rule went")                                                  \
    X(RESET, "reset", RUN, "a NAT rule asked for an object to be reset")                           \
    X(SWITCHED, "switched", RUN, "NAT gateways were switched off, or a subnet removed")

enum engine_sign_kind {
#define X(name, text, scope, meaning) ENGINE_SIGN_##name,
    ENGINE_SIGNS(X)
#undef X
        ENGINE_SIGN_COUNT
};

const char *engine_sign_text(enum engine_sign_kind kind);
const char *engine_sign_meaning(enum engine_sign_kind kind);
enum engine_sign_scope engine_sign_scope(enum engine_sign_kind kind);

struct engine_sign {
    uint8_t kind;   /* enum engine_sign_kind */
    uint8_t queue;  /* enum sim_queue_id of the handler, 0 where the scope has none */
    uint8_t writer; /* enum sim_queue_id of who had written, SIM_QUEUE_COUNT: a user; or 0 */
    uint8_t pad;
    const char *step; /* "C4"; NULL where the scope has none */
};

enum { ENGINE_SIGNS_MAX = 48 };

struct engine_signs {
    struct engine_sign sign[ENGINE_SIGNS_MAX]; /* in order, none twice */
    size_t count;
};

/* Keeps the order; does nothing if it is there already, or there is no room. */
void engine_signs_add(struct engine_signs *s, const struct engine_sign *sign);
/* Is every sign of a one of b? */
bool engine_signs_within(const struct engine_signs *a, const struct engine_signs *b);

/* The signs of the run that begins with start and makes the actions of the trace up to and with
 * `last`.  world and other are scratch memory of sim_world_size() bytes. */
void engine_signs_read(struct engine_signs *s, const struct sim_world *start,
                       const struct engine_trace *trace, size_t last, struct sim_world *world,
                       struct sim_world *other);

#endif
