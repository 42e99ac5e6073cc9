/* Many random walks, by several threads: what they find and count does not depend on how many.
 *
 *      round   seeds s .. s + 63, shared out among the threads
 *              in the order of the seeds findings are counted; a run is made once more if one of
 *              its findings is to be shrunk
 *              what states it saw is added to what all have seen
 *
 * So a run depends on its seed, and with the scheduler `rare` on what the rounds before it saw.
 */
#ifndef EIPSIM_TOOLS_WALKS_H
#define EIPSIM_TOOLS_WALKS_H

#include "engine/walk.h"
#include "tools/findings.h"

struct tool_walks {
    /* the caller's */
    const struct engine_config *config;
    uint64_t seed, runs, events;
    uint32_t classes;
    int scheduler; /* enum engine_scheduler, -1: in turn */
    unsigned depth, jobs;
    struct tool_findings *findings;
    void (*progress)(const struct tool_walks *w); /* called often, by one thread */
    /* what came of it */
    uint64_t done, all_events; /* of whole rounds, and in the end of all */
    uint64_t now;              /* events of the run that the first thread makes */
    struct engine_seen seen;
};

/* False: the configuration makes no world.  To be freed with tool_walks_close() in any case. */
bool tool_walks_run(struct tool_walks *w);
void tool_walks_close(struct tool_walks *w);

#endif
