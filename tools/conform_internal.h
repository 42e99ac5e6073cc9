/* What the two files of conform share: one stream in memory, and where the model stands in it. */
#ifndef EIPSIM_TOOLS_CONFORM_INTERNAL_H
#define EIPSIM_TOOLS_CONFORM_INTERNAL_H

#include "tools/actions.h"
#include "tools/conform.h"
#include "tools/lines.h"

struct conform_line {
    size_t offset; /* in stream.text */
    size_t length;
    uint64_t number; /* in the file */
};

struct conform_stream {
    const char *path;
    struct tool_text text; /* all its lines */
    struct conform_line *line;
    size_t n_lines, line_capacity;
    struct tool_text name;    /* "17" or "w01b-exec-error-delete" */
    struct tool_text version; /* "v1.12.22" */
};

/* One side by side comparison. */
struct conform_run {
    const struct tool_conform *how;
    const struct conform_stream *stream;
    const struct engine_config *config;
    struct tool_render render;
    struct sim_world *world;
    /* events of the action being looked at */
    struct sim_event *event;
    size_t n_events, event_capacity;
    /* what the recording says each part of the state is: tool_state_count() texts */
    struct tool_text *expected;
    /* the bytes from which each part was written when it was last found to be as expected */
    struct tool_text *known;
    struct tool_state *state;
    uint32_t n_states;
    struct tool_parsed parsed; /* the line being looked at */
    struct tool_text actual;
    size_t at; /* its index */
    uint64_t calls;
    bool differs;
    FILE *out;
};

/* Reports, the first of a line with a heading and what led there. */
void conform_differs_call(struct conform_run *run, uint32_t calls, uint32_t recorded,
                          const struct sim_event *event, unsigned index);
void conform_differs_field(struct conform_run *run, const char *key, const char *recorded,
                           size_t recorded_length, const char *model);
void conform_differs_state(struct conform_run *run, uint32_t state, const char *model);
void conform_differs_refused(struct conform_run *run, enum sim_status status);

/* A world as the stream begins; to be freed. */
struct sim_world *conform_new_world(const struct engine_config *config);
/* The next call among the events at or after `from`; n_events if there is none. */
size_t conform_next_call(const struct conform_run *run, size_t from);
bool conform_read_line(struct tool_parsed *j, const struct conform_stream *s, size_t line);

#endif
