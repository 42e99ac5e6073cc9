#include "tools/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"

void tool_diags_init(struct tool_diags *d, const char *file)
{
    memset(d, 0, sizeof *d);
    d->file = file;
}

void tool_diags_free(struct tool_diags *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->list[i].sentence);
    free(d->list);
    tool_diags_init(d, d->file);
}

static void keep(struct tool_diags *d, struct tool_place at, bool note, const char *format,
                 va_list arguments)
{
    char sentence[512];

    if ((note ? d->notes++ : d->errors++) >= TOOL_DIAGS_KEPT)
        return;
    vsnprintf(sentence, sizeof sentence, format, arguments);
    d->list = tool_room(d->list, d->count, &d->capacity, sizeof *d->list);
    d->list[d->count].at = at;
    d->list[d->count].note = note;
    d->list[d->count].sentence = tool_copy(sentence, strlen(sentence));
    d->count++;
}

void tool_error(struct tool_diags *d, struct tool_place at, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(d, at, false, format, arguments);
    va_end(arguments);
}

void tool_note(struct tool_diags *d, struct tool_place at, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(d, at, true, format, arguments);
    va_end(arguments);
}

static int by_place(const void *a, const void *b)
{
    const struct tool_diag *x = a, *y = b;

    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    if (x->at.column != y->at.column)
        return x->at.column < y->at.column ? -1 : 1;
    return strcmp(x->sentence, y->sentence);
}

static void print_more(const struct tool_diags *d, FILE *to, size_t all, const char *what)
{
    if (all > TOOL_DIAGS_KEPT)
        fprintf(to, "%s: %zu more %s are not shown\n", d->file, all - TOOL_DIAGS_KEPT, what);
}

void tool_diags_print(struct tool_diags *d, FILE *to, bool notes)
{
    if (d->count > 0)
        qsort(d->list, d->count, sizeof *d->list, by_place);
    for (size_t i = 0; i < d->count; i++) {
        const struct tool_diag *one = &d->list[i];

        if (one->note && !notes)
            continue;
        fprintf(to, "%s:", d->file);
        if (one->at.line > 0)
            fprintf(to, "%u:%u:", one->at.line, one->at.column);
        fprintf(to, " %s: %s\n", one->note ? "note" : "error", one->sentence);
    }
    print_more(d, to, d->errors, "errors");
    if (notes)
        print_more(d, to, d->notes, "notes");
}

/* ---- did you mean ---- */

enum { WORD = 32 };

/* Edits (insert, delete, replace) between two words of at most WORD characters. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned row[WORD + 1];

    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned corner = row[0];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = corner + (a[i - 1] != b[j - 1]);

            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

const char *tool_nearest(const char *text, size_t length, tool_names_fn *name, const void *context)
{
    const char *found = NULL, *known;
    unsigned best = 3;

    if (length > WORD || length < 2)
        return NULL;
    for (size_t i = 0; (known = name(context, i)) != NULL; i++) {
        size_t m = strlen(known);
        unsigned d;

        if (m > WORD || m + 2 < length || length + 2 < m)
            continue;
        d = distance(text, length, known, m);
        if (d < best && d < m) {
            best = d;
            found = known;
        }
    }
    return found;
}
