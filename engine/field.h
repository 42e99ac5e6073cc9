/* What happens around the controller: users, gateway pods, NAT rules, crashes.
 *
 * A class is a kind of trouble that a run can have or not.  A fuzzer draws a set of them for each
 * run (swarm testing): a run with few of them goes deep where one with all goes nowhere.
 */
#ifndef EIPSIM_ENGINE_FIELD_H
#define EIPSIM_ENGINE_FIELD_H

#include "engine/random.h"
#include "model/sim.h"

/* name, text, what it means */
#define ENGINE_CLASSES(X)                                                                          \
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
    X(FINALIZER, "finalizer", "users take finalizers off")

enum engine_class {
#define X(name, text, meaning) ENGINE_CLASS_##name,
    ENGINE_CLASSES(X)
#undef X
        ENGINE_CLASS_COUNT
};

#define ENGINE_CLASS_BIT(name) (UINT32_C(1) << ENGINE_CLASS_##name)
#define ENGINE_ALL_CLASSES ((UINT32_C(1) << ENGINE_CLASS_COUNT) - 1)

const char *engine_class_text(enum engine_class which);
const char *engine_class_meaning(enum engine_class which);

/* May the call of this step fail in a run of these classes? */
bool engine_may_fail(const struct sim_world *w, const struct sim_action *step, uint32_t classes);

/* An action from outside the controller that can happen now and belongs to one of the classes, or
 * to none (creating and deleting EIPs).  time: seconds since 1970 for what needs one; it must grow.
 * False: nothing was found. */
bool engine_field_pick(const struct sim_world *w, uint32_t classes, uint32_t time,
                       struct engine_random *r, struct sim_action *out);

/* What has to happen so that nothing outside is at fault any more: the controller runs, every
 * gateway that exists has its first pod in service and no other, the feature is on, no delete is
 * half done, and every gateway's EIPs are looked at.  One action at a time, until there is none.
 * It is how a run ends, and how one begins.  The caller sets time, and zeroes the rest. */
struct engine_mending {
    uint32_t time;
    sim_id asked; /* gateways whose EIPs were asked for */
};
bool engine_field_mend(const struct sim_world *w, struct engine_mending *m, struct sim_action *out);

#endif
