/* Trying out mutants: is a deliberate fault reached, does it change anything, is it noticed?
 *
 *     reached     an action was carried out at which the fault acts (its column `where`)
 *     triggered   the same actions on the base had other events, or broke something else
 *     detected    what sim_base says has to notice it did
 */
#ifndef EIPSIM_TOOLS_MUTANTS_H
#define EIPSIM_TOOLS_MUTANTS_H

#include "engine/config.h"
#include "model/mutant.h"

/* The worlds of the bases: a configuration of the world below made sound, and made leaky. */
struct tool_mutant_bases {
    const struct engine_config *config[SIM_BASE_COUNT]; /* ALLOCATOR: NULL */
    uint32_t classes[SIM_BASE_COUNT];
};

/* Two EIPs on each of two subnets, one of whose addresses contain the other's; two gateways. */
extern const char tool_mutant_world[];
/* Two EIPs, rules of every kind, one gateway. */
extern const char tool_mutant_rules_world[];

struct tool_mutant_trial {
    enum sim_mutant_id mutant; /* SIM_MUTANT_COUNT: none, the base itself */
    enum sim_base base;
    uint64_t seed;
    double seconds;  /* end after so many seconds of walking */
    uint64_t events; /* or so many events; a seed and a number of events are all there is to it */
};

struct tool_mutant_result {
    bool reached, triggered, detected;
    uint64_t runs, events; /* up to the detection, or in all */
    double seconds;        /* spent on walking */
    char at[24];           /* the action at which it first changed anything */
    char by[224];          /* what noticed it */
};

/* docs/mutants.md. */
void tool_mutants_markdown(void);

/* Only writes *result, piece by piece: a fault can also end the program. */
void tool_mutant_try(const struct tool_mutant_bases *bases, const struct tool_mutant_trial *trial,
                     struct tool_mutant_result *result);

/* The same by a fuzzing engine, "libfuzzer" or "afl", on the sound design and with every class of
 * trouble; fuzz-fast or afl must have been built, and the current directory be the project's.
 * reached and triggered are what detected is.  False: it could not be run. */
bool tool_mutant_fuzz(const char *engine, const struct tool_mutant_trial *trial,
                      struct tool_mutant_result *result);

#endif
