#include "tools/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "tools/memory.h"

#define PIECE ((size_t)128 * 1024)

static bool fail(struct tool_lines *l, const char *error, int number)
{
    l->error = error;
    l->error_number = number;
    l->at_end = true;
    return false;
}

bool tool_lines_open(struct tool_lines *l, const char *path)
{
    gzFile file;
    int standard = -1;

    memset(l, 0, sizeof *l);
    l->path = path;
    errno = 0;
    if (strcmp(path, "-") == 0) {
        standard = dup(STDIN_FILENO);
        file = standard < 0 ? NULL : gzdopen(standard, "rb");
    } else {
        file = gzopen(path, "rb");
    }
    if (file == NULL)
        return fail(l, "the file cannot be opened", errno);
    gzbuffer(file, PIECE);
    l->file = file;
    l->capacity = 2 * PIECE;
    l->data = tool_resize(NULL, l->capacity);
    return true;
}

void tool_lines_open_bytes(struct tool_lines *l, const char *path, const char *bytes, size_t length)
{
    memset(l, 0, sizeof *l);
    l->path = path;
    l->data = (char *)(uintptr_t)bytes; /* only read: nothing is ever filled in */
    l->end = length;
    l->borrowed = true;
    l->at_end = true;
}

void tool_lines_close(struct tool_lines *l)
{
    if (l->file != NULL)
        gzclose(l->file);
    if (!l->borrowed)
        free(l->data);
    memset(l, 0, sizeof *l);
}

static bool fill(struct tool_lines *l)
{
    int got, code = 0;

    if (l->begin > 0) {
        memmove(l->data, l->data + l->begin, l->end - l->begin);
        l->end -= l->begin;
        l->begin = 0;
    }
    if (l->capacity - l->end < PIECE) {
        if (l->end >= TOOL_LINE_MAX)
            return fail(l, "a line is too long", 0);
        l->capacity = l->capacity * 2 + PIECE;
        l->data = tool_resize(l->data, l->capacity);
    }
    got = gzread(l->file, l->data + l->end, (unsigned)PIECE);
    if (got > 0)
        l->end += (size_t)got;
    if (got == (int)PIECE)
        return true;
    l->at_end = got <= 0;
    (void)gzerror(l->file, &code);
    if (code == Z_ERRNO)
        return fail(l, "the file cannot be read", errno);
    if (code == Z_BUF_ERROR)
        return fail(l, "the gzip file ends too early", 0);
    return code < 0 ? fail(l, "the gzip file is damaged", 0) : true;
}

bool tool_lines_next(struct tool_lines *l)
{
    size_t looked = 0;

    if (l->error != NULL)
        return false;
    for (;;) {
        const char *begin = l->data + l->begin, *newline = NULL;

        if (l->end - l->begin > looked)
            newline = memchr(begin + looked, '\n', l->end - l->begin - looked);
        if (newline != NULL || (l->at_end && l->end > l->begin)) {
            l->torn = newline == NULL;
            l->text = begin;
            l->length = l->torn ? l->end - l->begin : (size_t)(newline - begin);
            l->begin += l->length + !l->torn;
            l->number++;
            return true;
        }
        looked = l->end - l->begin;
        if (l->at_end || !fill(l))
            return false;
    }
}
