/* The world a recording begins in.  It is a configuration like any other, found in this order:
 *
 *      1. the file of --config
 *      2. world.yaml beside the recording
 *      3. world.yaml one folder up
 *      4. one that is built in, by what IPAM and OVN hold in the first line
 *
 * A file holds a `world:` as scenarios do (docs/scenarios.md).
 */
#ifndef EIPSIM_TOOLS_RECORDED_H
#define EIPSIM_TOOLS_RECORDED_H

#include "tools/conform.h"

struct tool_recorded {
    const char *config; /* of --config; may be NULL */
};

/* context is a struct tool_recorded. */
tool_world_fn tool_recorded_world;

/* The i-th world that is built in, as the text of a world.yaml; NULL after the last. */
const char *tool_recorded_built_in(size_t i, size_t *size);

#endif
