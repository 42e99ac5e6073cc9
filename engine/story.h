/* Which events of a run explain a violation: the chain from the allocation (or whatever began it)
 * to the event that made it true.
 *
 *      live-owner, 10.0.1.2, e1
 *      11.1  addEip allocated 10.0.1.2              TOOK
 *      14.1  addEip: eip-add failed                 FAILED
 *      15.1  addEip: comes back in 1000 ms          GAVE_UP
 *      16.1  e1 is gone, it had no finalizer        OBJECT
 *      20.1  delEip ended, released nothing         ENDED
 *      24.1  addEip found no e1                     FAILED
 *      24.2  addEip ended, gave nothing back        ENDED
 *
 * It is found by looking at who each event is about, never by knowing a scenario.  A failure that
 * repeats is one step with a count.
 */
#ifndef EIPSIM_ENGINE_STORY_H
#define EIPSIM_ENGINE_STORY_H

#include "engine/config.h"
#include "engine/trace.h"

/* name, what such a step is */
#define ENGINE_STORY_ROLES(X)                                                                      \
    X(TOOK, "an owner got the address")                                                            \
    X(RELEASED, "a release, or what it freed")                                                     \
    X(FAILED, "a call of a handler failed, or found nothing")                                      \
    X(GAVE_UP, "a handler ended with an error and will be tried again")                            \
    X(ENDED, "a handler ended with success; nobody comes back for it")                             \
    X(REPORTED, "an object was given the address")                                                 \
    X(OBJECT, "the object changed in the API server, or the cache heard of its end")               \
    X(WIRED, "a gateway pod's interface changed")                                                  \
    X(STATUS, "a subnet's status was written")                                                     \
    X(OUTSIDE, "something outside the controller changed")                                         \
    X(RESTART, "the controller went down or came up")

enum engine_story_role {
#define X(name, text) ENGINE_STORY_##name,
    ENGINE_STORY_ROLES(X)
#undef X
        ENGINE_STORY_ROLE_COUNT
};

#define ENGINE_STORY_NO_EVENT SIZE_MAX

struct engine_story_step {
    size_t action;    /* index in the trace */
    size_t event;     /* index in the trace; ENGINE_STORY_NO_EVENT: the action itself */
    size_t last;      /* action of its last repetition */
    uint32_t repeats; /* how often it happened again */
    uint8_t role;     /* enum engine_story_role */
    uint8_t released; /* ENDED: did this run of the handler release anything */
    uint8_t lost;     /* ENDED: did it find its object gone */
    uint8_t pad;
};

/* Fills at most capacity steps in order of time and returns how many.  at: index of the action
 * after which the violation was seen.  Where there are more than fit, the last ones are kept. */
size_t engine_story(const struct engine_config *config, const struct engine_trace *trace,
                    const struct sim_violation *violation, size_t at, struct engine_story_step *out,
                    size_t capacity);

#endif
