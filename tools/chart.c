#include "tools/chart.h"

#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"

/* Points. */
enum {
    LEAST_GAP = 70,
    CHARACTER = 6, /* a letter of ten points */
    ROW = 26,
    LINE = 13,
    HEAD = 24,
    MARGIN = 14
};

static const struct tone {
    const char *colour, *fill;
} tones[] = {
    [CHART_PLAIN] = {"#1a1a1a", "#eef2f7"},
    [CHART_QUIET] = {"#6b7280", "#f3f4f6"},
    [CHART_FAULT] = {"#b45309", "#fff4e0"},
    [CHART_BROKEN] = {"#c81e1e", "#fde2e2"},
};

static size_t lines_of(const char *text)
{
    size_t n = 1;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static unsigned width_of(const char *text)
{
    size_t most = 0;

    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        most = n > most ? n : most;
        text += n + (text[n] == '\n');
    }
    return (unsigned)most * CHARACTER + 12;
}

/* Of a lane's name, which is bold. */
static unsigned head_of(const char *lane)
{
    return (unsigned)strlen(lane) * 8 + 24;
}

/* ---- places ---- */

static void widen(unsigned *x, size_t from, size_t to, unsigned least)
{
    size_t low = from < to ? from : to, high = from < to ? to : from;
    unsigned has = 0, more;

    for (size_t i = low; i < high; i++)
        has += x[i];
    if (has >= least)
        return;
    more = (least - has + (unsigned)(high - low) - 1) / (unsigned)(high - low);
    for (size_t i = low; i < high; i++)
        x[i] += more;
}

/* Where each lane stands, so that each text has room; x[n_lanes] is the right end. */
static unsigned *places(const struct chart *c)
{
    unsigned *gap = tool_alloc((c->n_lanes + 1) * sizeof *gap), at = 0;

    for (size_t i = 0; i < c->n_lanes; i++) {
        unsigned head = head_of(c->lane[i]);

        gap[i] = LEAST_GAP;
        if (i > 0)
            widen(gap, i - 1, i, (head + head_of(c->lane[i - 1])) / 2);
    }
    for (size_t span = 1; span < c->n_lanes; span++)
        for (size_t i = 0; i < c->n_rows; i++) {
            const struct chart_row *r = &c->row[i];
            size_t d = r->from < r->to ? r->to - r->from : r->from - r->to;

            if (r->kind == CHART_MESSAGE && d == span)
                widen(gap, r->from, r->to, width_of(r->text) + 10);
        }
    for (size_t i = 0; i < c->n_rows; i++)
        if (c->row[i].kind == CHART_SELF)
            widen(gap, c->row[i].from, c->row[i].from + 1, width_of(c->row[i].text) + 14);
    at = head_of(c->lane[0]) / 2 + MARGIN;
    for (size_t i = 0; i <= c->n_lanes; i++) {
        unsigned wide = gap[i];

        gap[i] = at;
        at += wide;
    }
    return gap;
}

static unsigned height_of(const struct chart_row *r)
{
    unsigned lines = (unsigned)lines_of(r->text);

    return r->kind == CHART_MESSAGE ? ROW : ROW + (lines - 1) * LINE;
}

/* ---- DOT ---- */

/* Inside a quoted string of DOT; lines end with \n, or with \l to stand at the left. */
static void quoted(const char *text, const char *end, struct tool_text *out)
{
    for (; *text != '\0'; text++)
        if (*text == '\n')
            tool_text_add(out, end);
        else if (*text == '"' || *text == '\\')
            tool_text_printf(out, "\\%c", *text);
        else
            tool_text_bytes(out, text, 1);
}

static void dot_point(const char *name, size_t i, unsigned x, int y, struct tool_text *out)
{
    tool_text_printf(out, "  %s%zu [shape=point, width=0.01, style=invis, pos=\"%u,%d!\"];\n", name,
                     i, x, y);
}

static void dot_text(const char *name, size_t i, const struct chart_row *r, unsigned x, int y,
                     struct tool_text *out)
{
    tool_text_printf(out, "  %s%zu [shape=plaintext, fontcolor=\"%s\", pos=\"%u,%d!\", label=\"",
                     name, i, tones[r->tone].colour, x, y);
    quoted(r->text, "\\n", out);
    tool_text_add(out, "\"];\n");
}

static void dot_message(const struct chart_row *r, size_t i, const unsigned *x, int y,
                        struct tool_text *out)
{
    dot_point("a", i, x[r->from], y, out);
    dot_point("b", i, x[r->to], y, out);
    tool_text_printf(out, "  a%zu -> b%zu [color=\"%s\"%s];\n", i, i, tones[r->tone].colour,
                     r->tone == CHART_FAULT ? ", style=dashed, arrowhead=tee" : "");
    dot_text("t", i, r, (x[r->from] + x[r->to]) / 2, y + 8, out);
}

/* Beside its lane, on the right. */
static void dot_self(const struct chart_row *r, size_t i, const unsigned *x, int y,
                     struct tool_text *out)
{
    tool_text_printf(out, "  s%zu [shape=point, width=0.08, color=\"%s\", pos=\"%u,%d!\"];\n", i,
                     tones[r->tone].colour, x[r->from], y);
    dot_text("t", i, r, x[r->from] + 6 + width_of(r->text) / 2, y, out);
}

static void dot_note(const struct chart_row *r, size_t i, const unsigned *x, int y,
                     struct tool_text *out)
{
    unsigned width = x[r->to] - x[r->from] + 40, least = width_of(r->text);
    unsigned height = ROW - 6 + ((unsigned)lines_of(r->text) - 1) * LINE;

    width = width > least ? width : least;
    tool_text_printf(out,
                     "  t%zu [shape=box, style=\"filled\", fillcolor=\"%s\", color=\"%s\", "
                     "fontcolor=\"%s\", penwidth=%s, fixedsize=true, width=%u.%02u, "
                     "height=%u.%02u, pos=\"%u,%d!\", label=\"",
                     i, tones[r->tone].fill, tones[r->tone].colour, tones[r->tone].colour,
                     r->tone == CHART_BROKEN ? "2.5" : "1", width / 72, width % 72 * 100 / 72,
                     height / 72, height % 72 * 100 / 72, (x[r->from] + x[r->to]) / 2, y);
    quoted(r->text, "\\n", out);
    tool_text_add(out, "\"];\n");
}

static void dot_lanes(const struct chart *c, const unsigned *x, int bottom, struct tool_text *out)
{
    for (size_t i = 0; i < c->n_lanes; i++) {
        tool_text_printf(out,
                         "  l%zu [shape=box, style=\"filled,rounded\", fillcolor=\"#e8effc\", "
                         "fontname=\"Helvetica-Bold\", height=0.3, pos=\"%u,0!\", label=\"",
                         i, x[i]);
        quoted(c->lane[i], "\\n", out);
        tool_text_add(out, "\"];\n");
        dot_point("e", i, x[i], bottom, out);
        tool_text_printf(out, "  l%zu -> e%zu [arrowhead=none, color=\"#b6bdc9\"];\n", i, i);
    }
}

void chart_dot(const struct chart *c, struct tool_text *out)
{
    unsigned *x = places(c);
    int y = -HEAD, bottom = -HEAD;

    for (size_t i = 0; i < c->n_rows; i++)
        bottom -= (int)height_of(&c->row[i]);
    tool_text_add(
        out, "digraph sequence {\n"
             "  graph [layout=neato, inputscale=72, splines=line, outputorder=edgesfirst,\n"
             "         notranslate=true, bgcolor=white, pad=0.2, fontname=\"Helvetica-Bold\",\n"
             "         fontsize=13, labelloc=t, label=\"");
    quoted(c->title, "\\n", out);
    tool_text_add(out, "\"];\n"
                       "  node [fontname=\"Helvetica\", fontsize=10, margin=\"0.08,0.03\"];\n"
                       "  edge [arrowsize=0.7];\n");
    dot_lanes(c, x, bottom - ROW / 2, out);
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct chart_row *r = &c->row[i];
        int middle = y - (int)height_of(r) / 2 - 4;

        if (r->kind == CHART_MESSAGE)
            dot_message(r, i, x, middle, out);
        else if (r->kind == CHART_SELF)
            dot_self(r, i, x, middle, out);
        else
            dot_note(r, i, x, middle, out);
        y -= (int)height_of(r);
    }
    tool_text_add(out, "}\n");
    free(x);
}

/* ---- Mermaid ---- */

static void mermaid_text(const char *text, struct tool_text *out)
{
    for (; *text != '\0'; text++)
        if (*text == '\n')
            tool_text_add(out, "<br/>");
        else if (strchr("#;<>:", *text) != NULL)
            tool_text_printf(out, "#%d;", *text);
        else
            tool_text_bytes(out, text, 1);
}

static void mermaid_row(const struct chart_row *r, struct tool_text *out)
{
    bool broken = r->tone == CHART_BROKEN;

    if (broken)
        tool_text_add(out, "  rect rgb(253, 226, 226)\n");
    if (r->kind == CHART_MESSAGE)
        tool_text_printf(out, "  l%zu%sl%zu: ", r->from, r->tone == CHART_FAULT ? "--x" : "->>",
                         r->to);
    else if (r->kind == CHART_SELF)
        tool_text_printf(out, "  l%zu%sl%zu: ", r->from, r->tone == CHART_FAULT ? "--x" : "->>",
                         r->from);
    else if (r->from == r->to)
        tool_text_printf(out, "  Note over l%zu: ", r->from);
    else
        tool_text_printf(out, "  Note over l%zu,l%zu: ", r->from, r->to);
    mermaid_text(r->text, out);
    tool_text_add(out, broken ? "\n  end\n" : "\n");
}

void chart_mermaid(const struct chart *c, struct tool_text *out)
{
    tool_text_add(out, "---\ntitle: \"");
    mermaid_text(c->title, out);
    tool_text_add(out, "\"\n---\nsequenceDiagram\n");
    for (size_t i = 0; i < c->n_lanes; i++) {
        tool_text_printf(out, "  participant l%zu as ", i);
        mermaid_text(c->lane[i], out);
        tool_text_add(out, "\n");
    }
    for (size_t i = 0; i < c->n_rows; i++)
        mermaid_row(&c->row[i], out);
}
