/* A run as its choices: a configuration and the actions from the beginning of its world on.  Log,
 * scenario, recording and fuzz input are four ways to write one down; the ending of a file's name
 * says which it is.
 *
 *      .yaml               a scenario (docs/scenarios.md)
 *      .jsonl              a log (docs/log.md), or a recording if its first line names a stream
 *      .jsonl.gz           a recording (tests/data/handlers/README.md)
 *      anything else       a fuzz input (docs/fuzzing.md)
 */
#ifndef EIPSIM_TOOLS_HISTORY_H
#define EIPSIM_TOOLS_HISTORY_H

#include "tools/builder.h"
#include "tools/cli.h"
#include "tools/input.h"
#include "tools/text.h"

struct tool_history {
    struct engine_config *config; /* with the profile and switches of the run */
    struct sim_action *action;
    size_t n_actions, capacity;
    struct tool_plain *plain;
    /* who owns the configuration */
    struct tool_builder *builder;
    struct tool_scenario *scenario;
    struct tool_input input;
    char *bytes;
};

struct tool_history_how {
    /* of a scenario, or of a fuzz input instead of its own */
    int profile; /* enum sim_profile; -1: master, the input's own */
    const struct tool_setting *set;
    size_t n_set;
    const char *stream; /* of a recording; NULL: the only one */
};

/* False: error has "FILE:LINE:COL: error: sentence", or what there is of it.  To be freed in any
 * case. */
bool tool_history_read(struct tool_history *h, const char *path, const struct tool_history_how *how,
                       struct tool_text *error);
/* The kind is that of the name, too; a recording cannot be written. */
bool tool_history_write(struct tool_history *h, const char *path, struct tool_text *error);
void tool_history_free(struct tool_history *h);

/* One more action at the end. */
void tool_history_add(struct tool_history *h, const struct sim_action *action);
/* A stream of a recording. */
bool tool_history_recording(struct tool_history *h, const char *path, const char *stream,
                            struct tool_text *error);

#endif
