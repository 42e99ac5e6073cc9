/* A violation told to a person: what it is, the events that led to it, and why it cannot right
 * itself. */
#ifndef EIPSIM_TOOLS_STORY_H
#define EIPSIM_TOOLS_STORY_H

#include <stdio.h>

#include "engine/config.h"
#include "engine/trace.h"
#include "tools/text.h"

/* One line: "live-owner: 10.0.1.2 of ovn-vpc-external-network is in use and nobody owns it
 * (e1 held it)". */
void tool_violation_text(const struct engine_config *config, const struct sim_violation *violation,
                         struct tool_text *out);
/* That line and the chain of events, each with its number.  at: index in the trace of the action
 * after which the violation was seen. */
void tool_story_print(FILE *to, const struct engine_config *config,
                      const struct engine_trace *trace, const struct sim_violation *violation,
                      size_t at);
/* The same as a text. */
void tool_story_text(const struct engine_config *config, const struct engine_trace *trace,
                     const struct sim_violation *violation, size_t at, struct tool_text *out);

#endif
