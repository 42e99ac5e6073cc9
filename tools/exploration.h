/* What an exploration needs around it: worlds, memory, an end in time, and the way back from a
 * state to the run that leads there.
 *
 *      tool_exploration_open()     worlds of the configuration; gateways are put in service, and
 *                                  everything comes to rest: there exploring begins
 *      tool_exploration_run()      once or more, with other classes and budgets each time
 *      tool_exploration_tell()     a state's run from where worlds of the configuration begin
 */
#ifndef EIPSIM_TOOLS_EXPLORATION_H
#define EIPSIM_TOOLS_EXPLORATION_H

#include <stdatomic.h>

#include "engine/explore.h"
#include "tools/cli.h"
#include "tools/worlds.h"

#define TOOL_EXPLORATION_BUDGET_FLAG(otherwise)                                                    \
    {                                                                                              \
        "budget", "LIST", "how often in one history: " otherwise                                   \
    }
#define TOOL_EXPLORATION_LIMIT_FLAG                                                                \
    {                                                                                              \
        "limit", "LIST", "where to stop: states=10000000,memory=2G,seconds=600"                    \
    }
#define TOOL_EXPLORATION_FLAGS                                                                     \
    TOOL_EXPLORATION_LIMIT_FLAG, {"jobs", "N", "threads; what comes out is the same [1]"},         \
    {                                                                                              \
        "reductions", "LIST", "what need not be tried (docs/explore.md), none or all [all]"        \
    }

struct tool_exploration {
    /* bound, found and stepped are the caller's; callbacks are given the exploration */
    struct engine_explore x;
    void *owner;
    void (*finished)(struct tool_exploration *e); /* before all is forgotten; may be NULL */
    struct tool_worlds worlds;  /* start is where exploring begins; its trace led there */
    struct tool_worlds telling; /* the run told last */
    uint64_t states, memory, seconds, jobs;
    atomic_ullong held; /* bytes */
    void **scratch;     /* of each thread */
    bool quiet;         /* no progress on a terminal */
    double took;        /* seconds of the last run */
    uint64_t bytes;     /* that it held for states, at most */
    bool timed_out;
    double since, last;
};

/* Sets the budgets: those of --budget, without which they are as engine/explore.h has them or, if
 * that is not NULL, as `otherwise`.  False: told. */
bool tool_exploration_budgets(struct tool_exploration *e, const struct tool_arguments *a,
                              const uint8_t *otherwise);
/* Sets the limits: those of --limit, where there are such flags also --jobs and --reductions, which
 * otherwise are 1 and all.  False: told. */
bool tool_exploration_limits(struct tool_exploration *e, const struct tool_arguments *a);

/* False: told. */
bool tool_exploration_open(struct tool_exploration *e, const struct tool_arguments *a,
                           const struct engine_config *config);
void tool_exploration_close(struct tool_exploration *e);
/* What was found is told while it runs. */
void tool_exploration_run(struct tool_exploration *e);
/* Was everything within the bound seen? */
bool tool_exploration_complete(const struct tool_exploration *e);
/* How the last run ended, as a sentence. */
const char *tool_exploration_end(const struct tool_exploration *e);
/* Fills telling with the run that leads to what was found; its last action is what did it. */
void tool_exploration_tell(struct tool_exploration *e, uint32_t which);
/* The same with the run that leads to a state, and on. */
void tool_exploration_tell_way(struct tool_exploration *e, uint32_t state,
                               const struct engine_further *further);

#endif
