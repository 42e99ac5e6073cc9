#include <string.h>

#include "tools/matrix.h"

/* ---- cells ---- */

static bool column_breaks(const struct matrix *m, unsigned invariant)
{
    for (size_t r = 0; r < m->n_rows; r++)
        for (size_t c = 0; c < m->n_classes; c++)
            if (m->row[r].run[c].breach[invariant].length > 0)
                return true;
    return false;
}

/* Does it break under a class that is part of this one already? */
static bool said_by_less(const struct matrix *m, const struct matrix_row *row, size_t class,
                         unsigned invariant)
{
    uint32_t mine = m->class[class].classes;

    for (size_t c = 0; c < m->n_classes; c++) {
        uint32_t other = m->class[c].classes;

        if (other != mine && (other & mine) == other && row->run[c].breach[invariant].length > 0)
            return true;
    }
    return false;
}

static void put_breach(const struct matrix_class *class, const struct matrix_breach *b,
                       enum matrix_form form, struct tool_text *out)
{
    const char *file = tool_text_get(&b->scenario);

    if (b->scenario.length > 0 && form == MATRIX_MARKDOWN)
        tool_text_printf(out, "[%s %u](%s)", class->text, b->length, file);
    else if (b->scenario.length > 0 && form == MATRIX_HTML)
        tool_text_printf(out, "<a href=\"%s\">%s %u</a>", file, class->text, b->length);
    else
        tool_text_printf(out, "%s %u", class->text, b->length);
}

/* "race 17, exec 19"; "crash: not up to 31" where exploring stopped; nothing where it holds. */
static void put_cell(const struct matrix *m, const struct matrix_row *row, unsigned invariant,
                     enum matrix_form form, struct tool_text *out)
{
    const char *comma = form == MATRIX_HTML ? ",<br>" : ", ", *between = "";

    for (size_t c = 0; c < m->n_classes; c++) {
        const struct matrix_run *run = &row->run[c];
        const struct matrix_breach *b = &run->breach[invariant];

        if ((b->length > 0 && said_by_less(m, row, c, invariant)) ||
            (b->length == 0 && run->complete))
            continue;
        tool_text_add(out, between);
        between = comma;
        if (b->length > 0)
            put_breach(&m->class[c], b, form, out);
        else
            tool_text_printf(out, "%s: not up to %u", m->class[c].text, run->depth);
    }
}

/* ---- text ---- */

static size_t width_of(const struct matrix *m, unsigned invariant)
{
    size_t width = strlen(sim_invariant_text((enum sim_invariant)invariant));

    for (size_t r = 0; r < m->n_rows; r++) {
        struct tool_text cell = {0};

        put_cell(m, &m->row[r], invariant, MATRIX_TEXT, &cell);
        width = cell.length > width ? cell.length : width;
        tool_text_free(&cell);
    }
    return width;
}

static void put_text_row(const struct matrix *m, const struct matrix_row *row, size_t policy_width,
                         const size_t *width, struct tool_text *out)
{
    size_t from = out->length;

    tool_text_add(out, row != NULL ? tool_text_get(&row->policy) : "");
    tool_text_pad(out, from, (unsigned)policy_width);
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++) {
        size_t start;

        if (!column_breaks(m, i))
            continue;
        tool_text_add(out, "  ");
        start = out->length;
        if (row == NULL)
            tool_text_add(out, sim_invariant_text((enum sim_invariant)i));
        else
            put_cell(m, row, i, MATRIX_TEXT, out);
        if (out->length == start)
            tool_text_add(out, "-");
        tool_text_pad(out, start, (unsigned)width[i]);
    }
    while (out->length > from && out->at[out->length - 1] == ' ')
        out->at[--out->length] = '\0';
    tool_text_add(out, "\n");
}

static void put_text(const struct matrix *m, struct tool_text *out)
{
    size_t policy = 0, width[SIM_INVARIANT_COUNT];

    for (size_t r = 0; r < m->n_rows; r++)
        policy = m->row[r].policy.length > policy ? m->row[r].policy.length : policy;
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
        width[i] = width_of(m, i);
    put_text_row(m, NULL, policy, width, out);
    for (size_t r = 0; r < m->n_rows; r++)
        put_text_row(m, &m->row[r], policy, width, out);
    tool_text_printf(out,
                     "\nclass of trouble and length of the shortest history that breaks it; -: "
                     "holds\n%s\n",
                     tool_text_get(&m->bound));
}

/* ---- Markdown ---- */

static void put_markdown(const struct matrix *m, struct tool_text *out)
{
    tool_text_add(out, "| policy |");
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
        if (column_breaks(m, i))
            tool_text_printf(out, " `%s` |", sim_invariant_text((enum sim_invariant)i));
    tool_text_add(out, "\n|---|");
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
        if (column_breaks(m, i))
            tool_text_add(out, "---|");
    for (size_t r = 0; r < m->n_rows; r++) {
        tool_text_printf(out, "\n| %s |", tool_text_get(&m->row[r].policy));
        for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++) {
            if (!column_breaks(m, i))
                continue;
            tool_text_add(out, " ");
            put_cell(m, &m->row[r], i, MATRIX_MARKDOWN, out);
            tool_text_add(out, " |");
        }
    }
    tool_text_add(out, "\n");
}

/* ---- HTML ---- */

static void put_html(const struct matrix *m, struct tool_text *out)
{
    tool_text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                       "<title>eipsim matrix</title>\n<style>\n"
                       "body { font: 15px sans-serif }\ntable { border-collapse: collapse }\n"
                       "th, td { border: 1px solid #cbd5e1; padding: 4px 8px; text-align: left }\n"
                       ".holds { background: #d5f2d9 }\n.breaks { background: #fde2e2 }\n"
                       "</style>\n<table>\n<tr><th>policy</th>");
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++)
        if (column_breaks(m, i))
            tool_text_printf(out, "<th title=\"%s\">%s</th>",
                             sim_invariant_statement((enum sim_invariant)i),
                             sim_invariant_text((enum sim_invariant)i));
    tool_text_add(out, "</tr>\n");
    for (size_t r = 0; r < m->n_rows; r++) {
        tool_text_printf(out, "<tr><th>%s</th>", tool_text_get(&m->row[r].policy));
        for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++) {
            struct tool_text cell = {0};

            if (!column_breaks(m, i))
                continue;
            put_cell(m, &m->row[r], i, MATRIX_HTML, &cell);
            tool_text_printf(out, "<td class=\"%s\">%s</td>", cell.length > 0 ? "breaks" : "holds",
                             cell.length > 0 ? tool_text_get(&cell) : "holds");
            tool_text_free(&cell);
        }
        tool_text_add(out, "</tr>\n");
    }
    tool_text_printf(out, "</table>\n<p>%s\n</html>\n", tool_text_get(&m->bound));
}

/* ---- JSON ---- */

static void put_run(const struct matrix_class *class, const struct matrix_run *run,
                    struct tool_text *out)
{
    tool_json_open(out, '{');
    tool_json_pair(out, "class", class->text);
    tool_json_pair_bool(out, "complete", run->complete);
    tool_json_pair_number(out, "states", run->states);
    tool_json_pair_number(out, "depth", run->depth);
    tool_json_key(out, "breaks");
    tool_json_open(out, '[');
    for (unsigned i = 0; i < SIM_INVARIANT_COUNT; i++) {
        const struct matrix_breach *b = &run->breach[i];

        if (b->length == 0)
            continue;
        tool_json_open(out, '{');
        tool_json_pair(out, "invariant", sim_invariant_text((enum sim_invariant)i));
        tool_json_pair_number(out, "actions", b->length);
        tool_json_pair(out, "at", b->culprit);
        if (b->scenario.length > 0)
            tool_json_pair(out, "scenario", tool_text_get(&b->scenario));
        tool_json_close(out, '}');
    }
    tool_json_close(out, ']');
    tool_json_close(out, '}');
}

static void put_json(const struct matrix *m, struct tool_text *out)
{
    tool_json_open(out, '{');
    tool_json_pair(out, "bound", tool_text_get(&m->bound));
    tool_json_key(out, "policies");
    tool_json_open(out, '[');
    for (size_t r = 0; r < m->n_rows; r++) {
        tool_json_open(out, '{');
        tool_json_pair(out, "policy", tool_text_get(&m->row[r].policy));
        tool_json_key(out, "runs");
        tool_json_open(out, '[');
        for (size_t c = 0; c < m->n_classes; c++)
            put_run(&m->class[c], &m -> row[r].run[c], out);
        tool_json_close(out, ']');
        tool_json_close(out, '}');
    }
    tool_json_close(out, ']');
    tool_json_close(out, '}');
    tool_text_add(out, "\n");
}

void matrix_put(const struct matrix *m, enum matrix_form form, struct tool_text *out)
{
    static void (*const put[])(const struct matrix *m, struct tool_text *out) = {
        [MATRIX_TEXT] = put_text,
        [MATRIX_MARKDOWN] = put_markdown,
        [MATRIX_HTML] = put_html,
        [MATRIX_JSON] = put_json,
    };

    put[form](m, out);
}
