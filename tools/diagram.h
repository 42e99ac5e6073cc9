/* Diagrams made from execution: what is drawn has happened. */
#ifndef EIPSIM_TOOLS_DIAGRAM_H
#define EIPSIM_TOOLS_DIAGRAM_H

#include "engine/config.h"
#include "tools/chart.h"
#include "tools/cli.h"
#include "tools/diagram_views.h"
#include "tools/graph.h"

/* ---- states ---- */

/* The life of one object within a view, merged from all transitions of small explorations; one or
 * two policies. */
struct diagram_states;

struct diagram_states *diagram_states_new(enum diagram_view view);
void diagram_states_free(struct diagram_states *d);
/* Explores a configuration of one EIP and adds what happens; side: GRAPH_LEFT or GRAPH_RIGHT.
 * enum tool_exit: OK, LIMIT if it stopped at one, else told. */
int diagram_states_add(struct diagram_states *d, const struct tool_arguments *a,
                       const struct engine_config *config, unsigned side);
/* Once, when all is added.  left, right: the names of the two sides, NULL if there is one.  The
 * graph lives as long as the states do. */
const struct graph *diagram_states_graph(struct diagram_states *d, const char *title,
                                         const char *left, const char *right);

/* ---- sequences ---- */

struct diagram_sequence;

struct diagram_sequence_how {
    const char *title;
    sim_id eip;    /* of whom it tells; SIM_NONE: of whom the first violation is about, or all */
    bool everyone; /* of all, whatever breaks */
    bool all;      /* with reads and lists that found what they looked for */
    bool rest;     /* at the end everything settles, and what must hold at rest is checked */
};

/* The configuration must outlive it. */
struct diagram_sequence *diagram_sequence_new(const struct engine_config *config);
void diagram_sequence_free(struct diagram_sequence *q);
/* A run from where worlds of the configuration begin.  The chart lives as long as the sequence. */
const struct chart *diagram_sequence_chart(struct diagram_sequence *q,
                                           const struct sim_action *action, size_t n,
                                           const struct diagram_sequence_how *how);

/* ---- drawing, and pictures that are kept ---- */

/* name, how it is called; the last two are drawn by Graphviz */
#define DIAGRAM_FORMATS(X)                                                                         \
    X(DOT, "dot")                                                                                  \
    X(MERMAID, "mermaid")                                                                          \
    X(SVG, "svg")                                                                                  \
    X(PNG, "png")

enum diagram_format {
#define X(name, text) DIAGRAM_FORMAT_##name,
    DIAGRAM_FORMATS(X)
#undef X
        DIAGRAM_FORMAT_COUNT
};

/* The picture that the arguments ask for as text: Mermaid where that is asked for, else DOT.
 * enum tool_exit; OK and LIMIT have a picture, else it is told. */
int diagram_make(const struct tool_arguments *a, struct tool_text *out);
/* False: told. */
bool diagram_format_of(const struct tool_arguments *a, enum diagram_format *out);
/* Has Graphviz draw a DOT text; an SVG is given the command that it is made by, and the digest of
 * the text.  False: told. */
bool diagram_draw(const struct tool_arguments *a, enum diagram_format format,
                  const struct tool_text *dot, struct tool_text *out);
/* Makes every picture in *.svg and *.md of the folders anew, and says which of them the code does
 * not make any more; or writes those.  enum tool_exit. */
int diagram_check(const struct tool_arguments *a, bool update);

#endif
