/* All that can happen next within a bound, in a fixed order.
 *
 * Steps that nobody else can notice are made together with the step that follows them, as one
 * choice of several actions (the reduction STEPS).  Such a quiet step
 *
 *     takes a lock that is free, or gives one back that no other worker waits for;
 *     looks at gateways, pods, rules or policies, when nothing within the bound can change them any
 *     more
 *
 * and it does nothing else that anybody could see: it emits no other event.  Whatever can happen
 * between a quiet step and the next one of its worker could as well have happened before it, with
 * the same result, or (a crash) takes everything with it that the quiet step did.  So every history
 * has one of the same length and with the same outcome in which quiet steps come last, and no
 * invariant looks at what they change.  Lengths count actions, so shortest stays shortest.
 * tests/reductions_test.c tries this on every profile.
 */
#ifndef EIPSIM_ENGINE_CHOICES_H
#define EIPSIM_ENGINE_CHOICES_H

#include "model/outside.h"
#include "model/sim.h"

/* name, text, what is not told apart or not tried */
#define ENGINE_REDUCTIONS(X)                                                                       \
    X(DEAD, "dead", "what can no longer matter is not told apart")                                 \
    X(STEPS, "steps", "steps that nobody can notice are made with the step that follows them")     \
    X(ALIKE, "alike", "EIPs that differ in name only are not told apart")

enum engine_reduction {
#define X(name, text, meaning) ENGINE_REDUCTION_##name,
    ENGINE_REDUCTIONS(X)
#undef X
        ENGINE_REDUCTION_COUNT
};

#define ENGINE_ALL_REDUCTIONS ((UINT32_C(1) << ENGINE_REDUCTION_COUNT) - 1)

const char *engine_reduction_text(enum engine_reduction which);

/* Parts of a budget that every EIP has for itself.  name, text, the budget */
#define ENGINE_SHARES(X)                                                                           \
    X(CREATES, "creates-each", CREATES)                                                            \
    X(DELETES, "deletes-each", DELETES)

enum engine_share {
#define X(name, text, budget) ENGINE_SHARE_##name,
    ENGINE_SHARES(X)
#undef X
        ENGINE_SHARE_COUNT
};

const char *engine_share_text(enum engine_share which);

struct engine_bound {
    uint32_t classes;                  /* bits of enum sim_class */
    uint8_t budget[SIM_BUDGET_COUNT];  /* ENGINE_NO_BUDGET: as often as the shares allow */
    uint8_t share[ENGINE_SHARE_COUNT]; /* 0: none, all of the budget may go to one EIP */
    uint32_t reductions;               /* bits of enum engine_reduction */
};

/* Is there anything within the bound that counts against this budget? */
bool engine_budget_counts(const struct engine_bound *bound, enum sim_budget which);

enum { ENGINE_CHOICES = 512, ENGINE_QUIET = 12, ENGINE_EIPS = 16, ENGINE_NO_BUDGET = UINT8_MAX };

/* What a history has used of the bound: a part of the state. */
struct engine_used {
    uint8_t budget[SIM_BUDGET_COUNT];
    uint8_t share[ENGINE_EIPS][ENGINE_SHARE_COUNT]; /* counted only where there are shares */
};

/* The first bytes of it that can differ in a world with so many EIPs. */
size_t engine_used_size(const struct engine_bound *bound, unsigned eips);

struct engine_choice {
    struct sim_action action;
    uint8_t quiet;  /* so many steps of action.queue, without fault, come before it */
    uint8_t budget; /* enum sim_budget it counts against, SIM_BUDGET_COUNT: none */
};

struct engine_choices {
    size_t n;
    bool more; /* there were more than ENGINE_CHOICES */
    struct engine_choice at[ENGINE_CHOICES];
};

/* What can happen in w with so much of each budget used.  ahead and spare are worlds of the same
 * setup. */
void engine_choices_list(struct engine_choices *c, const struct engine_bound *bound,
                         const struct sim_world *w, const struct engine_used *used,
                         struct sim_world *ahead, struct sim_world *spare);
/* Makes one happen: the quiet steps, then the action. */
void engine_choose_quiet(struct sim_world *w, const struct engine_choice *choice);
void engine_choose_last(const struct engine_bound *bound, struct sim_world *w,
                        const struct engine_choice *choice, struct engine_used *used);
/* Makes the worker of queue take the quiet steps before it; how many those were. */
unsigned engine_quiet_steps(const struct engine_bound *bound, const struct engine_used *used,
                            struct sim_world *w, enum sim_queue_id queue, struct sim_world *spare);

#endif
