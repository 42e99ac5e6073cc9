/* JUnit's XML, as continuous integration systems read it. */
#include <stdio.h>
#include <string.h>

#include "tools/run.h"

/* Bytes of the UTF-8 character at the beginning; 0: it is none, or none that XML may contain. */
static size_t character(const unsigned char *p)
{
    uint32_t c;
    size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;

    if (n <= 1)
        return p[0] >= 0x20 || p[0] == '\n' || p[0] == '\t' ? n : 0;
    c = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    return (n == 3 && c < 0x800) || (n == 4 && c < 0x10000) || (c >= 0xd800 && c < 0xe000) ||
                   (c & 0xfffe) == 0xfffe || c > 0x10ffff
               ? 0
               : n;
}

static void escaped(struct tool_text *t, const char *text)
{
    for (size_t n; *text != '\0'; text += n > 0 ? n : 1) {
        const char *entity = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '"' ? "&quot;"
                                            : NULL;

        n = entity != NULL ? 1 : character((const unsigned char *)text);
        if (entity != NULL)
            tool_text_add(t, entity);
        else if (n > 0)
            tool_text_bytes(t, text, n);
        else
            tool_text_add(t, "?");
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

void tool_junit_error(struct tool_junit *j, const char *scenario)
{
    tool_text_add(&j->cases, "  <testcase classname=\"\" name=\"");
    escaped(&j->cases, scenario);
    tool_text_add(&j->cases, "\">\n    <error>the scenario could not be read</error>\n"
                             "  </testcase>\n");
    j->tests++;
    j->errors++;
}

bool tool_junit_write(struct tool_junit *j, const char *path)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL;

    if (ok) {
        fprintf(f,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<testsuite name=\"eipsim\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n%s"
                "</testsuite>\n",
                j->tests, j->failures, j->errors, tool_text_get(&j->cases));
        ok = !ferror(f);
        ok = fclose(f) == 0 && ok;
    }
    tool_text_free(&j->cases);
    return ok;
}
