/* Memory for worlds of one configuration, and for a run in them. */
#ifndef EIPSIM_TOOLS_WORLDS_H
#define EIPSIM_TOOLS_WORLDS_H

#include "engine/config.h"
#include "engine/trace.h"

struct tool_worlds {
    struct sim_world *start;   /* as every run begins; not to be written */
    struct sim_world *world;   /* the one that moves */
    struct sim_world *scratch; /* for checks at rest */
    struct engine_trace trace;
    size_t size; /* bytes of each world */
};

/* False: the configuration makes no world; what is said of it is SIM_STATUS. */
bool tool_worlds_open(struct tool_worlds *w, const struct engine_config *config);
void tool_worlds_close(struct tool_worlds *w);
/* world is start again, the trace is empty. */
void tool_worlds_begin(struct tool_worlds *w);

#endif
