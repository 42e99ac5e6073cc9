/* Which policy holds under which trouble: rows are policies, columns invariants, and in a cell, for
 * each class of trouble, how the exploration of it ended. */
#ifndef EIPSIM_TOOLS_MATRIX_H
#define EIPSIM_TOOLS_MATRIX_H

#include "model/invariant.h"
#include "model/outside.h"
#include "tools/text.h"

enum { MATRIX_CLASSES_MAX = 16 };

struct matrix_class {
    char *text;       /* "none", "exec", "race+exec" */
    uint32_t classes; /* bits of enum sim_class */
};

struct matrix_breach {
    uint32_t length;           /* actions of the shortest history that breaks it, 0: none */
    const char *culprit;       /* the step that does it, or "rest" */
    struct tool_text scenario; /* the file that shows it, if it was asked for */
};

/* One exploration: a policy under one class of trouble. */
struct matrix_run {
    uint64_t states;
    uint32_t depth;
    bool complete;
    struct matrix_breach breach[SIM_INVARIANT_COUNT];
};

struct matrix_row {
    struct tool_text policy; /* "v1.12.22+release_on_add_failure=early" */
    struct matrix_run run[MATRIX_CLASSES_MAX];
};

struct matrix {
    struct matrix_class class[MATRIX_CLASSES_MAX];
    size_t n_classes;
    struct matrix_row *row;
    size_t n_rows, capacity;
    struct tool_text bound; /* in words */
};

/* name, how it is asked for, what it is for */
#define MATRIX_FORMS(X)                                                                            \
    X(TEXT, "text", "a terminal")                                                                  \
    X(MARKDOWN, "markdown", "a page")                                                              \
    X(HTML, "html", "a page of its own")                                                           \
    X(JSON, "json", "a program")

enum matrix_form {
#define X(name, text, meaning) MATRIX_##name,
    MATRIX_FORMS(X)
#undef X
        MATRIX_FORM_COUNT
};

/* In a cell a class is left out where another that is part of it says the same: what breaks without
 * any trouble breaks with all of it.  JSON leaves nothing out. */
void matrix_put(const struct matrix *m, enum matrix_form form, struct tool_text *out);

#endif
