#include "tools/graph.h"

#include <string.h>

enum { LABELS_MAX = 5 }; /* of an edge: more is no help to a reader */

static const struct tone {
    const char *colour, *style, *meaning;
} tones[] = {
#define X(name, colour, style, meaning) {colour, style, meaning},
    GRAPH_TONES(X)
#undef X
};

/* Of what only one side has. */
static const char *const side_colour[] = {NULL, "#1d4ed8", "#7e22ce", NULL};

static bool compared(const struct graph *g)
{
    return g->side[0] != NULL;
}

static const char *colour_of(const struct graph *g, unsigned tone, unsigned sides)
{
    if (compared(g) && sides != GRAPH_BOTH)
        return side_colour[sides];
    return compared(g) && tone != GRAPH_BROKEN ? tones[GRAPH_RACE].colour : tones[tone].colour;
}

/* ---- DOT ---- */

static void escaped(const char *text, struct tool_text *out)
{
    for (; *text != '\0'; text++) {
        const char *as = *text == '&'   ? "&amp;"
                         : *text == '<' ? "&lt;"
                         : *text == '>' ? "&gt;"
                         : *text == '"' ? "&quot;"
                                        : NULL;

        if (as != NULL)
            tool_text_add(out, as);
        else
            tool_text_bytes(out, text, 1);
    }
}

/* What is broken is red, whichever side breaks it: the edge that leads there says that. */
static const char *frame_of(const struct graph *g, const struct graph_node *n)
{
    return n->tone == GRAPH_BROKEN ? tones[GRAPH_BROKEN].colour : colour_of(g, n->tone, n->sides);
}

static void dot_node(const struct graph *g, size_t i, struct tool_text *out)
{
    const struct graph_node *n = &g->node[i];
    bool broken = n->tone == GRAPH_BROKEN;

    tool_text_printf(out, "  n%zu [label=<", i);
    for (size_t k = 0; k < n->n_lines; k++) {
        tool_text_add(out, k == 0 ? "<b>" : "<br/>");
        escaped(n->line[k], out);
        tool_text_add(out, k == 0 ? "</b>" : "");
    }
    tool_text_printf(out, ">, fillcolor=\"%s\", color=\"%s\"", n->fill, frame_of(g, n));
    if (broken)
        tool_text_add(out, ", fontcolor=\"#7f1d1d\", penwidth=2.5");
    else if (n->tone == GRAPH_FAULT)
        tool_text_add(out, ", style=\"filled,rounded,dashed\"");
    else if (n->tone == GRAPH_CALM)
        tool_text_add(out, ", group=calm");
    tool_text_add(out, "];\n");
}

static void dot_labels(const struct graph *g, const struct graph_edge *e, struct tool_text *out)
{
    for (size_t k = 0; k < e->n_labels && k < LABELS_MAX; k++) {
        const struct graph_label *l = &e->label[k];

        if (k > 0)
            tool_text_add(out, "<br align=\"left\"/>");
        tool_text_printf(out, "<font color=\"%s\">&nbsp;", colour_of(g, l->tone, l->sides));
        escaped(l->text, out);
        tool_text_add(out, "</font>");
    }
    if (e->n_labels > LABELS_MAX)
        tool_text_printf(out, "<br align=\"left\"/>&nbsp;and %zu more", e->n_labels - LABELS_MAX);
    tool_text_add(out, "<br align=\"left\"/>");
}

static void dot_edge(const struct graph *g, const struct graph_edge *e, struct tool_text *out)
{
    tool_text_printf(out, "  n%zu -> n%zu [color=\"%s\", style=%s, label=<", e->from, e->to,
                     colour_of(g, e->tone, e->sides), tones[e->tone].style);
    dot_labels(g, e, out);
    tool_text_printf(out, ">%s];\n", e->tone == GRAPH_CALM ? ", weight=8" : "");
}

static void dot_legend(const struct graph *g, struct tool_text *out)
{
    tool_text_add(out, "  label=<<b>");
    escaped(g->title, out);
    tool_text_add(out, "</b><br/><font point-size=\"11\" color=\"#6b7280\">");
    escaped(g->note, out);
    tool_text_add(out, "</font><br/>");
    if (compared(g))
        for (unsigned s = 0; s < 2; s++) {
            tool_text_printf(out, "<font color=\"%s\">only ", side_colour[s + 1]);
            escaped(g->side[s], out);
            tool_text_add(out, "</font> &nbsp;&nbsp; ");
        }
    for (unsigned t = compared(g) ? GRAPH_BROKEN : 0; t < GRAPH_TONE_COUNT; t++) {
        tool_text_printf(out, "%s<font color=\"%s\">",
                         t == 2  ? "<br/>"
                         : t > 0 ? " &nbsp;&nbsp; "
                                 : "",
                         tones[t].colour);
        escaped(tones[t].meaning, out);
        tool_text_add(out, "</font>");
    }
    tool_text_add(out, ">;\n");
}

void graph_dot(const struct graph *g, struct tool_text *out)
{
    tool_text_add(
        out,
        "digraph states {\n"
        "  graph [fontname=\"Helvetica\", fontsize=13, labelloc=t, bgcolor=white, nodesep=0.35,\n"
        "         ranksep=0.45, pad=0.2];\n"
        "  node [shape=box, style=\"filled,rounded\", fontname=\"Helvetica\",\n"
        "        fontsize=12, margin=\"0.14,0.07\"];\n"
        "  edge [fontname=\"Helvetica\", fontsize=10];\n");
    dot_legend(g, out);
    for (size_t i = 0; i < g->n_nodes; i++)
        dot_node(g, i, out);
    for (size_t i = 0; i < g->n_edges; i++)
        dot_edge(g, &g->edge[i], out);
    tool_text_add(out, "}\n");
}

/* ---- Mermaid ---- */

/* Mermaid reads #quot; and its like where HTML has an ampersand. */
static void mermaid_text(const char *text, struct tool_text *out)
{
    for (; *text != '\0'; text++)
        if (*text == '"' || *text == '#' || *text == '<' || *text == '>')
            tool_text_printf(out, "#%d;", *text);
        else
            tool_text_bytes(out, text, 1);
}

static void mermaid_node(const struct graph *g, size_t i, struct tool_text *out)
{
    const struct graph_node *n = &g->node[i];

    tool_text_printf(out, "  n%zu(\"", i);
    for (size_t k = 0; k < n->n_lines; k++) {
        tool_text_add(out, k == 0 ? "<b>" : "<br/>");
        mermaid_text(n->line[k], out);
        tool_text_add(out, k == 0 ? "</b>" : "");
    }
    tool_text_printf(out, "\")\n  style n%zu fill:%s,stroke:%s,color:#111%s\n", i, n->fill,
                     frame_of(g, n),
                     n->tone == GRAPH_BROKEN  ? ",stroke-width:3px"
                     : n->tone == GRAPH_FAULT ? ",stroke-dasharray:5 3"
                                              : "");
}

static void mermaid_edge(const struct graph *g, size_t i, struct tool_text *out)
{
    const struct graph_edge *e = &g->edge[i];

    tool_text_printf(out, "  n%zu -->|\"", e->from);
    for (size_t k = 0; k < e->n_labels && k < LABELS_MAX; k++) {
        tool_text_add(out, k > 0 ? "<br/>" : "");
        mermaid_text(e->label[k].text, out);
    }
    if (e->n_labels > LABELS_MAX)
        tool_text_printf(out, "<br/>and %zu more", e->n_labels - LABELS_MAX);
    tool_text_printf(out, "\"| n%zu\n  linkStyle %zu stroke:%s%s\n", e->to, i,
                     colour_of(g, e->tone, e->sides),
                     e->tone == GRAPH_FAULT                             ? ",stroke-dasharray:5 3"
                     : e->tone == GRAPH_CALM || e->tone == GRAPH_BROKEN ? ",stroke-width:2px"
                                                                        : "");
}

void graph_mermaid(const struct graph *g, struct tool_text *out)
{
    tool_text_add(out, "---\ntitle: \"");
    mermaid_text(g->title, out);
    tool_text_add(out, "\"\n---\nflowchart TD\n");
    for (size_t i = 0; i < g->n_nodes; i++)
        mermaid_node(g, i, out);
    for (size_t i = 0; i < g->n_edges; i++)
        mermaid_edge(g, i, out);
}
