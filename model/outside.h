/* What can happen around the controller: users, gateway pods, rules, crashes.
 *
 * A choice is one sort of thing that can happen, "a user creates an EIP"; which EIP, on which
 * gateway, is picked.  Whoever drives a world says how to pick, and that is all an engine knows of
 * users:
 *
 *     a walk          draws at random
 *     a fuzzer        reads the bytes of its input
 *     the explorer    goes through every combination (engine/odometer.h)
 *
 * A class is a sort of trouble that a run can have or not.  A run with few of them goes deep where
 * one with all goes nowhere.  A budget is how often something may happen in one history.
 */
#ifndef EIPSIM_MODEL_OUTSIDE_H
#define EIPSIM_MODEL_OUTSIDE_H

#include "model/sim.h"

/* name, text, what it means */
#define SIM_CLASSES(X)                                                                             \
    X(RACE, "race", "users and gateways act while handlers run; without it they wait for rest")    \
    X(LAG, "lag", "watch events are delivered late; without it at once")                           \
    X(API, "api", "API writes fail, before or after their effect")                                 \
    X(EXEC, "exec", "commands in gateway pods fail, before or after their effect")                 \
    X(CRASH, "crash", "the controller ends anywhere and starts again")                             \
    X(DELETE_RACE, "delete-race", "the API server's delete acts on what it saw earlier")           \
    X(POD, "pod", "gateway pods go down, come back and are replaced")                              \
    X(GATEWAY, "gateway", "gateways are deleted and made again")                                   \
    X(RULE, "rule", "NAT rules on EIPs come and go")                                               \
    X(POLICY, "policy", "EIPs have QoS policies, and change them")                                 \
    X(ADDRESS, "address", "users ask for addresses of their own choice")                           \
    X(FINALIZER, "finalizer", "users take finalizers off")                                         \
    X(OTHERS, "others",                                                                            \
      "objects of other kinds than EIPs come, change and go; where a world has names of them")

enum sim_class {
#define X(name, text, meaning) SIM_CLASS_##name,
    SIM_CLASSES(X)
#undef X
        SIM_CLASS_COUNT
};

#define SIM_CLASS_BIT(name) (UINT32_C(1) << SIM_CLASS_##name)
#define SIM_ALL_CLASSES ((UINT32_C(1) << SIM_CLASS_COUNT) - 1)

/* These classes, with OTHERS where a world has other kinds than EIPs and without it where it has
 * none: it is no trouble, but what there is. */
uint32_t sim_classes_within(const struct sim_limits *limits, uint32_t classes);

const char *sim_class_text(enum sim_class which);
const char *sim_class_meaning(enum sim_class which);

/* name, text, what counts, how often unless told otherwise */
#define SIM_BUDGETS(X)                                                                             \
    X(CREATES, "creates", "users create objects", 2)                                               \
    X(DELETES, "deletes", "users delete objects, or begin to", 2)                                  \
    X(FAULTS, "faults", "calls fail", 1)                                                           \
    X(CRASHES, "crashes", "the controller ends", 1)                                                \
    X(EDITS, "edits", "users edit objects", 1)                                                     \
    X(PODS, "pods", "gateway pods change", 1)                                                      \
    X(ASKS, "asks", "a gateway's EIPs are asked for after its start", 1)                           \
    X(GATEWAYS, "gateways", "gateways come or go", 1)                                              \
    X(RULES, "rules", "NAT rules come or go, and ask for a reset", 2)

enum sim_budget {
#define X(name, text, meaning, otherwise) SIM_BUDGET_##name,
    SIM_BUDGETS(X)
#undef X
        SIM_BUDGET_COUNT
};

const char *sim_budget_text(enum sim_budget which);

/* Answers with one of 0..n-1, n at least 1.  The first answer is `first` times as likely as each of
 * the others where chance decides. */
struct sim_picker {
    uint32_t (*pick)(void *context, uint32_t n, uint32_t first);
    void *context;
};

struct sim_outside; /* outside_internal.h */

struct sim_choice {
    uint8_t kind;   /* enum sim_action_kind */
    uint8_t class;  /* enum sim_class it belongs to; SIM_CLASS_COUNT: it can always happen */
    uint8_t budget; /* enum sim_budget it counts against; SIM_BUDGET_COUNT: none */
    uint8_t weight; /* how often a walk tries it, beside the others */
    bool (*fill)(struct sim_outside *o);
};

/* Which choices there are, in a fixed order; NULL beyond the last. */
const struct sim_choice *sim_choice_at(size_t which);
/* Does a run of these classes have it? */
bool sim_choice_in(const struct sim_choice *choice, uint32_t classes);
/* Picks the operands.  False: with these it cannot happen now. */
bool sim_choice_make(const struct sim_world *w, const struct sim_choice *choice, uint32_t classes,
                     const struct sim_picker *picker, struct sim_action *out);

/* May the call of this step fail in a run of these classes? */
bool sim_may_fail(const struct sim_world *w, const struct sim_action *step, uint32_t classes);

/* What has to happen so that nothing outside is at fault any more: the controller runs, every
 * gateway that exists has its first pod in service and no other, one that is gone has none, the
 * feature is on, no delete is half done, and what gateways and NAT rules ask for when they come and
 * go is asked for; where the controller does that itself, it is told of new pods.  One action at a
 * time, until there is none.  It is how a run ends, and how one begins.  The caller zeroes it. */
struct sim_mending {
    sim_id asked;    /* gateways whose EIPs were asked for */
    sim_id reset;    /* EIPs that were looked at for a reset */
    uint8_t unasked; /* the caller's: nobody asks for a gateway's EIPs, nor for a reset */
    uint8_t pad;
};
bool sim_mend(const struct sim_world *w, struct sim_mending *m, struct sim_action *out);

#endif
