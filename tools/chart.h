/* A chart of who talked to whom: lanes side by side, messages from top to bottom.
 *
 *      user     API server     cache      addEip     IPAM
 *       │  create e1 │           │           │         │
 *       ├───────────▶│   ADDED   │           │         │
 *       │            ├──────────▶│    e1     │         │
 *       │            │           ├──────────▶│         │
 */
#ifndef EIPSIM_TOOLS_CHART_H
#define EIPSIM_TOOLS_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/text.h"

enum chart_kind {
    CHART_MESSAGE, /* from one lane to another */
    CHART_SELF,    /* of one lane to itself */
    CHART_NOTE     /* across the lanes from .. to */
};

/* name, colour of lines and text, what it means */
#define CHART_TONES(X)                                                                             \
    X(PLAIN, "#1a1a1a", "")                                                                        \
    X(QUIET, "#6b7280", "")                                                                        \
    X(FAULT, "#b45309", "a call that failed")                                                      \
    X(BROKEN, "#c81e1e", "what must hold and does not")

enum chart_tone {
#define X(name, colour, meaning) CHART_##name,
    CHART_TONES(X)
#undef X
};

struct chart_row {
    unsigned char kind, tone;
    size_t from, to;  /* lanes */
    const char *text; /* one line, or several with \n between them */
};

struct chart {
    const char *title;
    const char *const *lane;
    size_t n_lanes;
    const struct chart_row *row;
    size_t n_rows;
};

/* Every node has its place: Graphviz only draws. */
void chart_dot(const struct chart *c, struct tool_text *out);
void chart_mermaid(const struct chart *c, struct tool_text *out);

#endif
