/* Does the controller come to rest, left to itself, from every state of an exploration?  What
 * engine/graph.h finds out, told.
 */
#ifndef EIPSIM_TOOLS_LIVENESS_H
#define EIPSIM_TOOLS_LIVENESS_H

#include "engine/graph.h"
#include "tools/exploration.h"
#include "tools/findings.h"

struct tool_liveness {
    struct engine_graph graph;
    struct tool_findings *findings; /* what does not hold where only retries are left */
    size_t waiting, endless;        /* loops: of retries, and those that never come to rest */
    bool failed;                    /* something could not be written, or held in memory */
};

/* Has the exploration fill the graph. */
void tool_liveness_begin(struct tool_liveness *l, struct tool_exploration *e,
                         struct tool_findings *findings);
/* When everything was seen, and before it is forgotten: tells of the loops; one that never comes to
 * rest is written to `endless.jsonl` in the folder of --save. */
void tool_liveness_judge(struct tool_liveness *l, struct tool_exploration *e);
/* The last words. */
void tool_liveness_summary(const struct tool_liveness *l);

#endif
