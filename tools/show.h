/* Shows a log: one line an event, grouped by action, and the state at some point. */
#ifndef EIPSIM_TOOLS_SHOW_H
#define EIPSIM_TOOLS_SHOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/world.h"
#include "tools/render.h"

struct tool_show {
    bool at_given;
    uint64_t at;        /* the state after this action instead of the events; 0: the start */
    const char *object; /* "KIND/NAME": only events about it, with `at` too; NULL: all */
};

/* Exit code: 0, 2 (the log is damaged, or there is no such object or action), 3 (the log is not
 * what this model does; replay says where). */
int tool_show(const struct tool_show *how, const char *path, FILE *out, FILE *err);

/* The whole state in words: objects, queues, workers, gateways, IPAM, status. */
void tool_show_state(const struct tool_render *r, const struct sim_world *w, FILE *out);

#endif
