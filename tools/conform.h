/* Repeats recordings of kube-ovn's real controller in the model and shows the first difference.
 *
 *      recorded line                           model
 *      do, eip, w, fault ...        ──────▶    action ──▶ sim_apply
 *      key, event, rv, result, now  ◀── = ──▶  facts
 *      calls                        ◀── = ──▶  calls, in order, with every field
 *      changed (accumulated)        ◀── = ──▶  the whole state, in both directions
 *
 * What a recording is: tests/data/handlers/README.md.  A file holds streams; each begins with a
 * line {"stream":...,"trace":1,"version":...} and is a world of its own.
 */
#ifndef EIPSIM_TOOLS_CONFORM_H
#define EIPSIM_TOOLS_CONFORM_H

#include <stdio.h>

#include "tools/builder.h"
#include "tools/cli.h"
#include "tools/parse.h"
#include "tools/text.h"

/* Fills a builder with the world that a stream of a recording begins in; first is its first line
 * after the one that names it.  False: the reason is in error. */
typedef bool tool_world_fn(void *context, const char *recording, const struct tool_parsed *first,
                           struct tool_builder *b, struct tool_text *error);

struct tool_conform {
    enum sim_profile profile; /* SIM_PROFILE_COUNT: the one each stream names */
    const struct tool_setting *set;
    size_t n_set;
    bool keep_going; /* go on in a stream after a difference */
    bool stop;       /* stop everything at the first difference */
    bool quiet;      /* no table when all is well */
    tool_world_fn *world;
    void *context;
};

struct tool_conform_totals {
    uint64_t streams;
    uint64_t actions;
    uint64_t calls;
    uint64_t differing; /* streams with a difference */
    uint64_t errors;    /* malformed input */
};

/* Differences and the table go to out, what is wrong with the input to err.
 * Exit code: 0, 3 (something differs) or 2 (malformed input). */
int tool_conform(const struct tool_conform *how, const char *const *files, size_t n_files,
                 FILE *out, FILE *err, struct tool_conform_totals *totals);

#endif
