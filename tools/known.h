/* Windows that are known: scenarios, each with the signs of a run that goes through its window. */
#ifndef EIPSIM_TOOLS_KNOWN_H
#define EIPSIM_TOOLS_KNOWN_H

#include "tools/found.h"
#include "tools/scenarios.h"

struct tool_known {
    struct tool_known_window {
        struct tool_scenario *scenario;
        uint64_t times; /* how many findings it has explained */
    } * window;
    struct tool_paths paths;
    size_t count;
};

/* The scenarios of a file or folder that name signs.  False: told. */
bool tool_known_open(struct tool_known *k, const char *path);
void tool_known_close(struct tool_known *k);

/* The window that explains the finding in this profile: its scenario breaks the same invariant
 * there, and all its signs are signs of the finding.  Of several the one with the most signs, of
 * those the first.  NULL: none does. */
struct tool_known_window *tool_known_explains(struct tool_known *k, enum sim_profile profile,
                                              const struct tool_found *found);

#endif
