/* A graph of states that can be drawn: DOT for Graphviz, Mermaid for pages on GitHub.
 *
 * A tone says how bad it is, and is the colour.  Where two graphs are drawn as one, a side says
 * whose a node, an edge or a label is.
 */
#ifndef EIPSIM_TOOLS_GRAPH_H
#define EIPSIM_TOOLS_GRAPH_H

#include <stdbool.h>

#include "tools/text.h"

/* name, colour, style of lines, what it means */
#define GRAPH_TONES(X)                                                                             \
    X(CALM, "#1a1a1a", "bold", "ordinary life: one thing after the other")                         \
    X(RACE, "#6b7280", "solid", "needs a race: users or deliveries in between")                    \
    X(FAULT, "#b45309", "dashed", "needs a fault: a call that fails, or a crash")                  \
    X(BROKEN, "#c81e1e", "bold", "breaks what must hold")

enum graph_tone {
#define X(name, colour, style, meaning) GRAPH_##name,
    GRAPH_TONES(X)
#undef X
        GRAPH_TONE_COUNT
};

enum { GRAPH_LEFT = 1, GRAPH_RIGHT = 2, GRAPH_BOTH = 3 };

struct graph_label {
    const char *text;
    unsigned char tone, sides;
};

struct graph_node {
    const char *const *line; /* its text; the first is the title */
    size_t n_lines;
    const char *fill; /* a colour */
    unsigned char tone, sides;
};

struct graph_edge {
    size_t from, to;
    const struct graph_label *label;
    size_t n_labels;
    unsigned char tone, sides;
};

struct graph {
    const char *title;
    const char *note;    /* below it */
    const char *side[2]; /* what the two sides are called; NULL: there is one */
    const struct graph_node *node;
    size_t n_nodes;
    const struct graph_edge *edge;
    size_t n_edges;
};

void graph_dot(const struct graph *g, struct tool_text *out);
void graph_mermaid(const struct graph *g, struct tool_text *out);

#endif
