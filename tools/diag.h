/* What is wrong with some input: sentences with a place, kept until someone prints them.
 *
 *      scenarios/w02.yaml:17:9: error: unknown step `delte`; did you mean `delete`?
 *
 * Line and column count from 1, columns in characters.  A reader goes on after an error where it
 * can, so that one run shows all of them; whoever called it asks tool_diags.errors.
 */
#ifndef EIPSIM_TOOLS_DIAG_H
#define EIPSIM_TOOLS_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tool_place {
    uint32_t line; /* 0: the file as a whole */
    uint32_t column;
};

struct tool_diag {
    struct tool_place at;
    bool note;
    char *sentence;
};

struct tool_diags {
    const char *file; /* not owned */
    struct tool_diag *list;
    size_t count, capacity;
    size_t errors; /* also those beyond the limit of what is kept */
    size_t notes;
};

enum { TOOL_DIAGS_KEPT = 50 };

void tool_diags_init(struct tool_diags *d, const char *file);
void tool_diags_free(struct tool_diags *d);
__attribute__((format(printf, 3, 4))) void tool_error(struct tool_diags *d, struct tool_place at,
                                                      const char *format, ...);
__attribute__((format(printf, 3, 4))) void tool_note(struct tool_diags *d, struct tool_place at,
                                                     const char *format, ...);
/* In order of place.  Notes only if asked for. */
void tool_diags_print(struct tool_diags *d, FILE *to, bool notes);

/* The known name that an unknown one was probably meant to be, NULL if none is near.  For "did you
 * mean": name(context, i) gives the known ones until NULL. */
typedef const char *tool_names_fn(const void *context, size_t i);
const char *tool_nearest(const char *text, size_t length, tool_names_fn *name, const void *context);

#endif
