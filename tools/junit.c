/* JUnit's XML, as continuous integration systems read it. */
#include <stdio.h>
#include <string.h>

#include "tools/run.h"

static void escaped(struct tool_text *t, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *entity = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '"' ? "&quot;"
                                            : NULL;

        if (entity != NULL)
            tool_text_add(t, entity);
        else if ((unsigned char)*text >= 0x20 || *text == '\n' || *text == '\t')
            tool_text_bytes(t, text, 1);
    }
}

void tool_junit_add(struct tool_junit *j, const char *scenario, const char *profile,
                    const struct tool_run_result *r)
{
    tool_text_add(&j->cases, "  <testcase classname=\"");
    escaped(&j->cases, profile);
    tool_text_add(&j->cases, "\" name=\"");
    escaped(&j->cases, scenario);
    j->tests++;
    if (r->ok) {
        tool_text_add(&j->cases, "\"/>\n");
        return;
    }
    j->failures++;
    tool_text_add(&j->cases, "\">\n    <failure>");
    escaped(&j->cases, tool_text_get(&r->why));
    escaped(&j->cases, tool_text_get(&r->stories));
    tool_text_add(&j->cases, "</failure>\n  </testcase>\n");
}

bool tool_junit_write(struct tool_junit *j, const char *path)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL;

    if (ok) {
        fprintf(f,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<testsuite name=\"eipsim\" tests=\"%zu\" failures=\"%zu\">\n%s</testsuite>\n",
                j->tests, j->failures, tool_text_get(&j->cases));
        ok = !ferror(f);
        ok = fclose(f) == 0 && ok;
    }
    tool_text_free(&j->cases);
    return ok;
}
