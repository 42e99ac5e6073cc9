/* One scenario in one profile: carried out, judged, and told. */
#ifndef EIPSIM_TOOLS_RUN_H
#define EIPSIM_TOOLS_RUN_H

#include <stdio.h>

#include "tools/cli.h"
#include "tools/scenario.h"
#include "tools/text.h"

struct tool_run_how {
    const struct tool_setting *set;
    size_t n_set;
    const char *command; /* what to type to see this run again */
    const char *log;     /* NULL: no log is written */
    bool colour;
    bool stories; /* tell expected violations too */
    bool json;
};

struct tool_run_result {
    bool ok;
    struct tool_text why;        /* sentences, one a line, if it is not */
    struct tool_text violations; /* "live-owner 10.0.1.2 e1", comma separated */
    struct tool_text stories;
    size_t events;
    size_t actions;
};

/* Runs and judges.  False: it could not be run at all, error says why. */
bool tool_run_scenario(struct tool_scenario *s, enum sim_profile profile,
                       const struct tool_run_how *how, struct tool_run_result *result,
                       struct tool_text *error);
void tool_run_result_free(struct tool_run_result *r);

/* ---- JUnit ---- */

struct tool_junit {
    struct tool_text cases;
    size_t tests, failures, errors;
};

/* A scenario that could not be read. */
void tool_junit_error(struct tool_junit *j, const char *scenario);
void tool_junit_add(struct tool_junit *j, const char *scenario, const char *profile,
                    const struct tool_run_result *r);
/* Writes the file and frees; false: it could not be written. */
bool tool_junit_write(struct tool_junit *j, const char *path);

#endif
