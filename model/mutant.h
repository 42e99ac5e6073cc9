/* Mutants: deliberate faults, to prove that real ones would be found.
 *
 * A mutant is a base on which no violation is known, changed in one place: a switch of the policy,
 * a switch of the allocator, or a flaw, something that a world can be told to do wrong.  A world
 * has at most one flaw, and one without pays a comparison at each of the places that could have
 * one.  The table is model/mutant.def.
 */
#ifndef EIPSIM_MODEL_MUTANT_H
#define EIPSIM_MODEL_MUTANT_H

#include "model/types.h"

/* name, what the second field means, what goes wrong */
#define SIM_FLAWS(X)                                                                               \
    X(NONE, "", "nothing")                                                                         \
    X(ROW, "table * 256 + row", "a row of a handler's table is left out")                          \
    X(LOST_KEY, "queue", "what is added to the queue is lost")                                     \
    X(LOST_RETRY, "queue", "a handler of the queue that failed is not run again")                  \
    X(LOST_WAKE, "queue", "a key added while it is worked on is not handled once more")            \
    X(LOST_WATCH, "verb", "watch events of the verb are never sent")                               \
    X(LOST_CALL, "verb", "a watch event of the verb changes the cache, and nobody is told")        \
    X(LOST_WRITE, "verb", "a write of the verb is answered with success and not stored")           \
    X(NO_CONFLICT, "", "an update is stored whatever its resourceVersion")                         \
    X(IDLE_EXEC, "verb", "the command ends well and does nothing")                                 \
    X(WRONG_KEY, "verb", "IPAM is told the name after the right one")                              \
    X(RESTORE, "enum sim_unrestored", "a start does not reserve what some EIPs have")              \
    X(LEDGER, "verb, NONE: start", "the ledger overlooks the event")                               \
    X(ALIVE, "enum sim_sign", "the test for live owners overlooks a sign of life")                 \
    X(CHECK, "invariant", "the invariant is not checked")                                          \
    X(TOUCH, "enum sim_untouched", "it is not noted what an action touched")

enum sim_flaw_kind {
#define X(name, what, meaning) SIM_FLAW_##name,
    SIM_FLAWS(X)
#undef X
};

enum sim_unrestored { SIM_UNRESTORED_ALL, SIM_UNRESTORED_TERMINATING, SIM_UNRESTORED_UNNAMED };
enum sim_sign { SIM_SIGN_OBJECT, SIM_SIGN_EVENT, SIM_SIGN_KEY };
enum sim_untouched { SIM_UNTOUCHED_EIP, SIM_UNTOUCHED_ADDRESS, SIM_UNTOUCHED_PAGE };

struct sim_flaw {
    uint8_t kind; /* enum sim_flaw_kind */
    uint8_t pad;
    uint16_t what;
};

/* What a mutant is changed from, and what has to notice it.  name, text */
#define SIM_BASES(X)                                                                               \
    X(SOUND, "a design under which everything holds, with every class of trouble: something "      \
             "breaks")                                                                             \
    X(LEAKY, "a release that is known to leak: a violation is no longer told")                     \
    X(RULES,                                                                                       \
      "the sound design with NAT rules, where users wait and nothing fails: something breaks")     \
    X(ALLOCATOR, "the allocator alone, as in master: it differs from the naive oracle")

enum sim_base {
#define X(name, text) SIM_BASE_##name,
    SIM_BASES(X)
#undef X
        SIM_BASE_COUNT
};

struct sim_mutant {
    const char *name;
    const char *bug; /* the known one it stands for (docs/mutants.md), "" if none */
    const char *meaning;
    /* the actions and steps at which it acts, as `eipsim steps` names them; "": anywhere */
    const char *where;
    const char *unseen; /* why nothing can notice it; "": it must be noticed */
    const char *row;    /* flaw ROW: its name */
    const char *value;  /* of the switch */
    uint8_t base;       /* enum sim_base */
    uint8_t change;     /* enum sim_change */
    uint8_t which;      /* the switch */
    struct sim_flaw flaw;
};

enum sim_change { SIM_CHANGE_SWITCH, SIM_CHANGE_QUIRK, SIM_CHANGE_FLAW };

enum sim_mutant_id {
#define SIM_MUTANT(name, ...) SIM_MUTANT_##name,
#include "model/mutant.def"
#undef SIM_MUTANT
    SIM_MUTANT_COUNT
};

struct sim_setup;

const struct sim_mutant *sim_mutant(enum sim_mutant_id id);
/* SIM_MUTANT_COUNT if there is none of that name. */
enum sim_mutant_id sim_mutant_find(const char *name);
/* Makes the setup of its base the mutant's. */
void sim_mutant_apply(enum sim_mutant_id id, struct sim_setup *setup);
/* The mutant that has this flaw; SIM_MUTANT_COUNT if there is none. */
enum sim_mutant_id sim_mutant_of(const struct sim_flaw *flaw);

#endif
