/* Two values side by side, for someone who looks for the difference. */
#ifndef EIPSIM_TOOLS_SIDES_H
#define EIPSIM_TOOLS_SIDES_H

#include <stddef.h>
#include <stdio.h>

/* What the two sides are called: at most eight characters each. */
struct tool_sides {
    FILE *out;
    const char *left;
    const char *right;
};

/*     label    left      {"call":"lock","key":"e1"}
 *              right     (not there)
 * One line each; NULL is "(not there)". */
void tool_sides_left(const struct tool_sides *s, const char *label, const char *value,
                     size_t length);
void tool_sides_right(const struct tool_sides *s, const char *label, const char *value,
                      size_t length);
/* Both lines, and then, if both are JSON objects, the members that differ, by their paths. */
void tool_sides_put(const struct tool_sides *s, const char *label, const char *left,
                    size_t left_length, const char *right, size_t right_length);

#endif
