/* Does the state of a world agree with what an `expect:` step says? */
#ifndef EIPSIM_TOOLS_SCENARIO_EXPECT_H
#define EIPSIM_TOOLS_SCENARIO_EXPECT_H

#include "model/world.h"
#include "tools/scenario.h"
#include "tools/text.h"

/* False: why has what differs.  Profiles the step does not speak of always agree. */
bool tool_expect_holds(const struct tool_expect *e, const struct engine_config *config,
                       const struct sim_world *w, struct tool_text *why);

#endif
