/* A scenario as text, from steps: what a shrunk run is written as. */
#ifndef EIPSIM_TOOLS_SCENARIO_WRITE_H
#define EIPSIM_TOOLS_SCENARIO_WRITE_H

#include "engine/config.h"
#include "engine/script.h"
#include "tools/text.h"

/* `world:` in block style.  With steps only what they need of it, without (NULL) everything. */
void tool_write_world(const struct engine_config *config, const struct engine_step *steps, size_t n,
                      struct tool_text *out);
/* `steps:`, one a line. */
void tool_write_steps(const struct engine_config *config, const struct engine_step *steps, size_t n,
                      struct tool_text *out);
/* One scalar of YAML, quoted if it has to be. */
void tool_write_scalar(struct tool_text *out, const char *text);
/* Text as comment lines. */
void tool_write_comment(struct tool_text *out, const char *text);

#endif
