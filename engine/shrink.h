/* Shrinking: the shortest run that still breaks the same invariant at the same kind of step.
 *
 * It works on the steps of a script, so that what is left reads as a scenario: first actions are
 * left out, in halves and then one by one, then the many steps of a worker become one `run` where
 * it need not be interrupted, then faults and operands that do not matter go.  All of that again
 * until nothing changes: leaving out any one step of the result loses the violation.
 *
 * What shows at rest must show when what was at fault outside the controller is mended, if it does
 * so to begin with: otherwise a broken gateway would be the shortest reason for everything.  The
 * result then ends with a MEND.
 */
#ifndef EIPSIM_ENGINE_SHRINK_H
#define EIPSIM_ENGINE_SHRINK_H

#include "engine/script.h"

struct engine_shrink {
    /* the caller's */
    const struct sim_world *start; /* as the run begins */
    struct sim_world *world;       /* sim_world_size() bytes each */
    void *scratch;
    struct engine_trace *trace; /* memory for runs */
    struct engine_step *spare;  /* room for one step more than there are at first; step, too */
    uint8_t invariant;
    const char *culprit; /* "rest": it shows when all has settled */
    uint64_t budget;     /* how many runs it may take */
    /* in and out */
    struct engine_step *step;
    size_t n_steps;
    /* the engine's own */
    uint8_t mends;
    /* results */
    struct engine_finding finding; /* of the last run that broke it; valid with trace */
    uint64_t runs;
};

/* One ACT for each action of a trace, up to and with the last. */
size_t engine_steps_of(const struct engine_trace *trace, size_t last, struct engine_step *out);

/* Runs the steps and says whether they break what they should; steps that cannot be done are left
 * out of *steps. */
bool engine_shrink_breaks(struct engine_shrink *s, struct engine_step *steps, size_t *count);

/* False: the steps do not break it to begin with.  On success every step can be done. */
bool engine_shrink_run(struct engine_shrink *s);

#endif
