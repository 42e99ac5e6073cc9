/* The script engine: carries out the steps of a scenario, from whole settlings to single calls of
 * single workers, and notes what stops holding on the way.
 *
 * Steps are values with ids; whoever read them from a file keeps the places.  Every action goes
 * through the trace, and after every action the invariants are checked.
 */
#ifndef EIPSIM_ENGINE_SCRIPT_H
#define EIPSIM_ENGINE_SCRIPT_H

#include "engine/config.h"
#include "engine/settle.h"
#include "engine/trace.h"

/* name, text in scenarios, what it does */
#define ENGINE_STEPS(X)                                                                            \
    X(ACT, "act", "one action of the model")                                                       \
    X(SETTLE, "settle", "deliver and run everything, without faults, until nothing changes")       \
    X(DELIVER_ALL, "deliver all", "deliver every undelivered watch event")                         \
    X(RUN, "run", "let one worker go on until it stands before a call, or to its end")             \
    X(MEND, "mend", "bring back what is at fault outside the controller, as model/outside.h says") \
    X(WAIT, "wait", "let time pass: what falls due is done")                                       \
    X(EXPECT, "expect", "compare the state with what the scenario says")

enum engine_step_kind {
#define X(name, text, meaning) ENGINE_STEP_##name,
    ENGINE_STEPS(X)
#undef X
};

struct engine_step {
    uint8_t kind;     /* enum engine_step_kind */
    uint8_t optional; /* 1: it is fine if it cannot be done */
    uint8_t queue;    /* RUN */
    uint8_t until;    /* RUN: enum sim_event_kind of the call; SIM_EVENT_COUNT: to the end */
    uint8_t object;   /* RUN: enum sim_object the call is about; SIM_OBJECT_COUNT: any */
    uint8_t verb;     /* RUN: enum sim_verb of an exec; SIM_VERB_NONE: any */
    uint8_t fault;    /* RUN: make that call too, with this fault */
    uint8_t pad;
    sim_id key;               /* RUN: the key the worker must take or have; SIM_NONE: any */
    uint16_t nth;             /* RUN: the how-manieth such call, from 1 */
    uint32_t ms;              /* WAIT */
    size_t expect;            /* EXPECT: handed to the caller */
    struct sim_action action; /* ACT */
};

/* Why a step could not be done.  name, sentence */
#define ENGINE_FAILURES(X)                                                                         \
    X(NONE, "")                                                                                    \
    X(NOT_ENABLED, "this cannot happen in this state")                                             \
    X(WATCH_FULL, "the watch holds as many undelivered events as its limit allows")                \
    X(NOTHING_READY, "the worker is idle and no key is ready for it")                              \
    X(OTHER_KEY, "the worker's next key, or the one it works on, is another")                      \
    X(ENDED, "the handler ended before such a call")                                               \
    X(BLOCKED, "the worker waits for a lock that another worker holds")                            \
    X(BUDGET, "it did not end within 1,000,000 actions")                                           \
    X(EXPECTED, "the state is not what is expected")

enum engine_failure {
#define X(name, sentence) ENGINE_FAILURE_##name,
    ENGINE_FAILURES(X)
#undef X
};

const char *engine_failure_text(enum engine_failure failure);

/* A violation, and when it was first seen. */
struct engine_finding {
    struct sim_violation violation;
    const char *culprit; /* engine_culprit() of the action; at rest "rest" */
    size_t action;       /* index in the trace */
    size_t step;         /* index in the script; the number of steps: at rest at the end */
};

/* Do other findings of the same run explain this one?  A status that is wrong because an address is
 * lost says nothing that the loss does not.  Where somebody reports an address without holding it,
 * two owners say nothing more, nor its removal from the gateway with the wrong one, nor a restart
 * that gives it to the wrong one. */
bool engine_explained(const struct sim_violation *v, const struct engine_finding *findings,
                      size_t n);

/* The step a worker is about to make ("A8", as `eipsim steps` names it), or the action's own name.
 * To be asked before it is applied. */
const char *engine_culprit(const struct sim_world *world, const struct sim_action *action);

enum { ENGINE_FINDINGS = 64, ENGINE_BUDGET_ACTIONS = 1000000 };

struct engine_script {
    struct sim_world *world;
    struct engine_trace *trace;
    void *scratch; /* sim_world_size() bytes, for the check at rest */
    /* compares the state for EXPECT; NULL: every EXPECT holds */
    bool (*expect)(void *context, struct sim_world *world, size_t which);
    /* told of every action that took place; may be NULL */
    void (*acted)(void *context, const struct sim_world *world);
    void *context;
    /* results */
    struct engine_finding finding[ENGINE_FINDINGS];
    size_t n_findings; /* distinct ones: invariant, EIP, address, pod */
    size_t at;         /* the step being carried out */
    uint8_t failure;   /* enum engine_failure; step `at` */
};

/* Carries out the steps until one fails.  The fields up to context are the caller's; results must
 * be zero. */
bool engine_script_run(struct engine_script *s, const struct engine_step *steps, size_t count);
/* Without faults to the end, then what must hold at rest. */
bool engine_script_rest(struct engine_script *s, size_t count);

#endif
