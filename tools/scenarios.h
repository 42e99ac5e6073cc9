/* Scenarios where they lie: files and folders. */
#ifndef EIPSIM_TOOLS_SCENARIOS_H
#define EIPSIM_TOOLS_SCENARIOS_H

#include "tools/scenario.h"

struct tool_paths {
    char **path;
    size_t count, capacity;
};

/* A file, or the *.yaml of a folder and of those below it in order of their paths.  False: told. */
bool tool_paths_add(struct tool_paths *p, const char *operand);
void tool_paths_free(struct tool_paths *p);

/* notes: print notes too.  NULL: told. */
struct tool_scenario *tool_scenario_load(const char *path, bool notes);

#endif
