/* Pictures that are kept in files, held against what the code makes today.
 *
 *      NAME.svg    <desc>eipsim diagram states --profile master; source 0123456789abcdef</desc>
 *                  the digest is of the DOT text, so that no Graphviz is needed to compare
 *      NAME.md     <!-- eipsim diagram sequence FILE --format mermaid -->
 *                  and the block fenced as mermaid that follows
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tools/commands.h"
#include "tools/diagram.h"
#include "tools/memory.h"
#include "tools/world.h"

static const char desc[] = "<desc>eipsim diagram ", source[] = "; source ";
static const char comment[] = "<!-- eipsim diagram ", fence[] = "```mermaid\n";

enum { WORDS_MAX = 64 };

struct checking {
    const char *path;
    bool update;
    unsigned pictures, differ;
    bool failed;
};

/* ---- making a picture anew ---- */

struct again {
    struct tool_command command; /* first: the arguments point to it */
    const char *path;            /* of an SVG to be written, else NULL */
    struct tool_text *out;
};

static int make_again(const struct tool_arguments *a)
{
    const struct again *again = (const struct again *)(const void *)a->command;
    struct tool_text drawn = {0};
    int code = diagram_make(a, again->out);

    if (code != TOOL_EXIT_OK || again->path == NULL)
        return code;
    if (!diagram_draw(a, DIAGRAM_FORMAT_SVG, again->out, &drawn))
        return TOOL_EXIT_USAGE;
    tool_text_free(again->out);
    *again->out = drawn;
    return TOOL_EXIT_OK;
}

/* What the words of a command line after "eipsim diagram" make; path: drawn as an SVG. */
static bool picture(const char *words, size_t length, const char *path, struct tool_text *out)
{
    char *line = tool_copy(words, length), *argv[WORDS_MAX + 2], *at = line;
    struct again again = {tool_command_diagram, path, out};
    int argc = 1;
    bool ok;

    argv[0] = "diagram";
    while (*(at += strspn(at, " ")) != '\0' && argc < WORDS_MAX) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at != '\0')
            *at++ = '\0';
    }
    argv[argc] = NULL;
    again.command.run = make_again;
    ok = tool_cli_run(&again.command, argc, argv) == TOOL_EXIT_OK;
    free(line);
    return ok;
}

static bool replace_file(const char *path, const struct tool_text *text)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(text->at, 1, text->length, f) == text->length;

    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    if (!ok)
        fprintf(stderr, "eipsim diagram: %s: %s\n", path, strerror(errno));
    return ok;
}

static void differs(struct checking *c, const char *command, size_t length)
{
    c->differ++;
    printf("%s: %s: eipsim diagram %.*s\n", c->path,
           c->update ? "made anew" : "the code makes another picture", (int)length, command);
}

/* ---- SVG ---- */

static void check_svg(struct checking *c, const char *bytes)
{
    const char *from = strstr(bytes, desc), *to = from != NULL ? strstr(from, source) : NULL;
    struct tool_text text = {0};
    char digest[17];

    if (to == NULL)
        return;
    from += sizeof desc - 1;
    c->pictures++;
    if (!picture(from, (size_t)(to - from), NULL, &text)) {
        c->failed = true;
    } else {
        (void)snprintf(digest, sizeof digest, "%016" PRIx64,
                       (uint64_t)XXH3_64bits(text.at, text.length));
        if (strncmp(to + sizeof source - 1, digest, 16) != 0) {
            differs(c, from, (size_t)(to - from));
            tool_text_clear(&text);
            if (c->update)
                c->failed = !picture(from, (size_t)(to - from), c->path, &text) ||
                            !replace_file(c->path, &text) || c->failed;
        }
    }
    tool_text_free(&text);
}

/* ---- Markdown ---- */

static void check_md(struct checking *c, const char *bytes)
{
    struct tool_text page = {0};
    const char *done = bytes, *at;
    unsigned before = c->differ;

    while ((at = strstr(done, comment)) != NULL) {
        const char *words = at + sizeof comment - 1, *end = strstr(words, " -->");
        const char *open = end != NULL ? strstr(end, fence) : NULL;
        const char *body = open != NULL ? open + sizeof fence - 1 : NULL;
        const char *close = body != NULL ? strstr(body, "```") : NULL;
        struct tool_text text = {0};

        if (close == NULL)
            break;
        c->pictures++;
        if (!picture(words, (size_t)(end - words), NULL, &text))
            c->failed = true;
        else if (text.length != (size_t)(close - body) || memcmp(text.at, body, text.length) != 0)
            differs(c, words, (size_t)(end - words));
        tool_text_bytes(&page, done, (size_t)(body - done));
        tool_text_add(&page, tool_text_get(&text));
        tool_text_free(&text);
        done = close;
    }
    tool_text_add(&page, done);
    if (c->update && c->differ > before && !c->failed)
        c->failed = !replace_file(c->path, &page);
    tool_text_free(&page);
}

/* ---- folders ---- */

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);

    return n > m && strcmp(name + n - m, ending) == 0;
}

static void check_file(struct checking *c, const char *path)
{
    struct tool_text error = {0};
    char *bytes;
    size_t size;

    c->path = path;
    if (!tool_file_read(path, &bytes, &size, &error)) {
        fprintf(stderr, "%s\n", tool_text_get(&error));
        c->failed = true;
    } else {
        bytes = tool_resize(bytes, size + 1);
        bytes[size] = '\0';
        if (ends_in(path, ".svg"))
            check_svg(c, bytes);
        else
            check_md(c, bytes);
        free(bytes);
    }
    tool_text_free(&error);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_folder(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

static void check_folder(struct checking *c, const char *folder)
{
    struct dirent **list;
    int n = scandir(folder, &list, NULL, by_name);

    if (n < 0) {
        fprintf(stderr, "eipsim diagram: %s: %s\n", folder, strerror(errno));
        c->failed = true;
        return;
    }
    for (int i = 0; i < n; i++) {
        struct tool_text path = {0};

        tool_text_printf(&path, "%s/%s", folder, list[i]->d_name);
        if (ends_in(list[i]->d_name, ".svg") || ends_in(list[i]->d_name, ".md"))
            check_file(c, tool_text_get(&path));
        else if (list[i]->d_name[0] != '.' && is_folder(tool_text_get(&path)))
            check_folder(c, tool_text_get(&path));
        tool_text_free(&path);
        free(list[i]);
    }
    free(list);
}

int diagram_check(const struct tool_arguments *a, bool update)
{
    struct checking c = {.update = update};

    for (size_t i = 0; i < a->n_operands; i++)
        check_folder(&c, a->operand[i]);
    if (a->n_operands == 0)
        check_folder(&c, "docs");
    if (c.failed)
        return TOOL_EXIT_USAGE;
    printf("%u pictures, %u differ%s\n", c.pictures, c.differ,
           update && c.differ > 0 ? " and are made anew"
           : c.differ > 0         ? "; eipsim diagram --update makes them anew"
                                  : "");
    return c.differ > 0 && !update ? TOOL_EXIT_BROKEN : TOOL_EXIT_OK;
}
