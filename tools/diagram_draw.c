/* Graphviz draws: the program dot is given the text and hands back the picture. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tools/diagram.h"

/* A file without a name that both ends of the pipe's work can be put in. */
static FILE *temporary(char path[64])
{
    const char *folder = getenv("TMPDIR");
    int descriptor;

    if (folder == NULL || strlen(folder) > 40)
        folder = "/tmp";
    (void)snprintf(path, 64, "%s/eipsim-XXXXXX", folder);
    descriptor = mkstemp(path);
    return descriptor < 0 ? NULL : fdopen(descriptor, "w+b");
}

static bool write_and_close(const struct tool_text *text, FILE *f)
{
    bool ok = f != NULL && fwrite(text->at, 1, text->length, f) == text->length;

    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    return ok;
}

static int run_dot(const char *path, const char *format, struct tool_text *out)
{
    struct tool_text command = {0};
    char bytes[4096];
    size_t n;
    FILE *pipe;

    tool_text_printf(&command, "dot -T%s '%s'", format, path);
    pipe = popen(tool_text_get(&command), "r");
    tool_text_free(&command);
    if (pipe == NULL)
        return -1;
    while ((n = fread(bytes, 1, sizeof bytes, pipe)) > 0)
        tool_text_bytes(out, bytes, n);
    return pclose(pipe);
}

/* What check reads: the command, and the digest of what Graphviz was given. */
static void put_origin(const struct tool_arguments *a, const struct tool_text *dot,
                       struct tool_text *svg)
{
    struct tool_text out = {0};
    const char *root = strstr(tool_text_get(svg), "<svg");
    size_t head;

    if (root == NULL || (root = strchr(root, '>')) == NULL)
        return;
    head = (size_t)(root + 1 - svg->at);
    tool_text_bytes(&out, svg->at, head);
    tool_text_add(&out, "\n<desc>eipsim diagram");
    for (size_t i = 0; i < a->n_operands; i++)
        tool_text_printf(&out, " %s", a->operand[i]);
    for (size_t i = 0; i < a->n_options; i++) {
        const struct tool_option *o = &a->option[i];

        if (strcmp(o->flag->name, "output") == 0 || strcmp(o->flag->name, "format") == 0)
            continue;
        tool_text_printf(&out, " --%s%s%s", o->flag->name, o->value != NULL ? " " : "",
                         o->value != NULL ? o->value : "");
    }
    tool_text_printf(&out, "; source %016" PRIx64 "</desc>",
                     (uint64_t)XXH3_64bits(dot->at, dot->length));
    tool_text_bytes(&out, svg->at + head, svg->length - head);
    tool_text_free(svg);
    *svg = out;
}

bool diagram_draw(const struct tool_arguments *a, enum diagram_format format,
                  const struct tool_text *dot, struct tool_text *out)
{
    bool svg = format == DIAGRAM_FORMAT_SVG;
    char path[64];
    FILE *f = temporary(path);
    int code;

    if (!write_and_close(dot, f)) {
        tool_usage_error(a, "%s: %s", path, strerror(errno));
        return false;
    }
    code = run_dot(path, svg ? "svg" : "png", out);
    (void)unlink(path);
    if (code != 0 || out->length == 0) {
        tool_usage_error(a, "Graphviz could not draw: the program dot is needed (Debian package "
                            "graphviz); --format dot does without");
        return false;
    }
    if (svg)
        put_origin(a, dot, out);
    return true;
}
