/* What a search finds, kind by kind: shrunk, told, saved. */
#ifndef EIPSIM_TOOLS_FINDINGS_H
#define EIPSIM_TOOLS_FINDINGS_H

#include "tools/cli.h"
#include "tools/known.h"

#define TOOL_FINDINGS_FLAGS                                                                        \
    {"save", "DIR", "write each kind of finding as a shrunk scenario and a log"},                  \
        {"most", "N", "end after so many kinds of findings [100]"},                                \
        {"tries", "N", "how many of one invariant and step are shrunk before only some are [4]"},  \
    {                                                                                              \
        "known", "PATH", "scenarios: do not tell what goes through one of their windows"           \
    }

/* How often an invariant broke at a step. */
struct tool_culprit {
    uint8_t invariant;
    const char *name;
    uint64_t times;
    unsigned tried;
};

struct tool_findings {
    const struct tool_arguments *a;
    const struct engine_config *config;
    struct tool_worlds worlds; /* for shrinking */
    struct tool_culprit culprit[256];
    size_t n_culprits;
    struct tool_found *kind; /* those that were new */
    size_t n_kinds, kinds_capacity;
    struct tool_known known;
    bool knows; /* --known was given */
    uint64_t most, tries;
    uint32_t untold; /* bits of invariants: the caller's, what is neither told nor counted */
    uint64_t shrunk; /* findings */
    bool failed;     /* something could not be written */
};

/* False: told. */
bool tool_findings_open(struct tool_findings *f, const struct tool_arguments *a,
                        const struct engine_config *config);
void tool_findings_close(struct tool_findings *f);
/* A finding of a run that began where worlds of the configuration begin.  False: that is enough. */
bool tool_findings_add(struct tool_findings *f, const struct engine_trace *trace,
                       const struct engine_finding *finding, uint64_t seed);
/* The actions of a run up to that of its finding, as a log.  False: told. */
bool tool_findings_write_log(const struct tool_found *found, const char *path, uint64_t seed);
/* Would that one be shrunk, or only counted?  Nothing that the trace has not kept is. */
bool tool_findings_wants(const struct tool_findings *f, const struct engine_finding *finding);
void tool_findings_count(struct tool_findings *f, const struct engine_finding *finding,
                         uint64_t seed);
bool tool_findings_full(const struct tool_findings *f);
/* A line for each invariant and step. */
void tool_findings_summary(const struct tool_findings *f);
int tool_findings_code(const struct tool_findings *f); /* enum tool_exit */

#endif
