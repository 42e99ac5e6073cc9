/* Reads a file line by line: plain or gzip, "-" is the standard input.
 *
 * One line is in memory at a time.  A last line without newline is a line, and `torn` says so.
 */
#ifndef EIPSIM_TOOLS_LINES_H
#define EIPSIM_TOOLS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nobody writes longer lines; whoever does is stopped before memory is. */
#define TOOL_LINE_MAX ((size_t)256 * 1024 * 1024)

struct tool_lines {
    const char *path; /* not owned */
    void *file;       /* gzFile */
    char *data;       /* what was read and not yet handed out, and the line handed out last */
    size_t begin, end, capacity;
    bool at_end;
    bool borrowed; /* data is somebody else's */
    /* the line handed out last: text is not terminated, and without its newline */
    const char *text;
    size_t length;
    uint64_t number; /* counts from 1 */
    bool torn;
    const char *error; /* a sentence; NULL if none */
    int error_number;  /* errno of it, 0 if it was not the system's */
};

/* False: see error. */
bool tool_lines_open(struct tool_lines *l, const char *path);
/* Reads what is in memory already and stays there; path is only a name. */
void tool_lines_open_bytes(struct tool_lines *l, const char *path, const char *bytes,
                           size_t length);
/* False at the end, and after an error. */
bool tool_lines_next(struct tool_lines *l);
void tool_lines_close(struct tool_lines *l);

#endif
