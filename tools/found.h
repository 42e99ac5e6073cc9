/* What a walk, a fuzzer or a log has found: shrunk, told, and written as a scenario. */
#ifndef EIPSIM_TOOLS_FOUND_H
#define EIPSIM_TOOLS_FOUND_H

#include "engine/shrink.h"
#include "engine/signs.h"
#include "tools/text.h"
#include "tools/worlds.h"

struct tool_scenario;

struct tool_found {
    const struct engine_config *config; /* not owned, or that of within */
    struct tool_scenario *within;       /* the smaller world it was put into, or NULL */
    struct engine_step *step;
    size_t n_steps;
    struct engine_finding finding;
    struct engine_trace trace; /* the shrunk run: actions, events and memory are its own */
    struct engine_signs signs; /* which window it went through */
    struct tool_text told;     /* the signs in words */
    uint64_t runs;             /* that shrinking took */
    struct tool_text name;     /* "live-owner-A2-3f2a" */
    struct tool_text story;    /* of the shrunk run */
};

/* Shrinks the run that ends with action `last` of the trace.  False: it could not be repeated.
 * The trace must be of a run that began at worlds->start; worlds must not be those it was made in.
 * To be freed with tool_found_free() in any case. */
bool tool_found_shrink(struct tool_found *f, const struct engine_config *config,
                       const struct engine_trace *trace, const struct engine_finding *finding,
                       struct tool_worlds *worlds);
void tool_found_free(struct tool_found *f);
/* What was found is this, in a world of this configuration, by the run that worlds have made. */
void tool_found_take(struct tool_found *f, const struct engine_config *config,
                     const struct engine_finding *finding, struct tool_worlds *worlds);

/* Is a the same as b, or less of it? */
bool tool_found_within(const struct tool_found *a, const struct tool_found *b);

/* The scenario, with what each of the eight profiles does with it: computed by running it.  The
 * switches of the configuration are noted where they differ from its profile's. */
void tool_found_scenario(const struct tool_found *f, struct tool_text *out);
/* `expect:` alone: what the profiles do with these steps, but for those that cannot be done. */
void tool_found_expectations(const struct engine_config *config, const struct engine_step *steps,
                             size_t n, bool rest, struct tool_text *out);

#endif
