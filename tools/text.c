#include "tools/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"

void tool_text_free(struct tool_text *t)
{
    free(t->at);
    memset(t, 0, sizeof *t);
}

void tool_text_clear(struct tool_text *t)
{
    t->length = 0;
    if (t->at != NULL)
        t->at[0] = '\0';
}

const char *tool_text_get(const struct tool_text *t)
{
    return t->at != NULL ? t->at : "";
}

static void reserve(struct tool_text *t, size_t more)
{
    size_t need = t->length + more + 1;

    if (need <= t->capacity)
        return;
    t->capacity = need > 2 * t->capacity ? need : 2 * t->capacity;
    t->at = tool_resize(t->at, t->capacity);
}

void tool_text_bytes(struct tool_text *t, const char *bytes, size_t length)
{
    reserve(t, length);
    if (length > 0)
        memcpy(t->at + t->length, bytes, length);
    t->length += length;
    t->at[t->length] = '\0';
}

void tool_text_add(struct tool_text *t, const char *text)
{
    tool_text_bytes(t, text, strlen(text));
}

void tool_text_printf(struct tool_text *t, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    reserve(t, (size_t)length);
    va_start(arguments, format);
    vsnprintf(t->at + t->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    t->length += (size_t)length;
}

void tool_text_pad(struct tool_text *t, size_t start, unsigned width)
{
    size_t shown = 0;

    for (size_t i = start; i < t->length; i++)
        if (((unsigned char)t->at[i] & 0xc0u) != 0x80u)
            shown++;
    for (; shown < width; shown++)
        tool_text_bytes(t, " ", 1);
}

static void comma(struct tool_text *t)
{
    if (t->length > 0 && strchr("{[:\n", t->at[t->length - 1]) == NULL)
        tool_text_bytes(t, ",", 1);
}

void tool_json_open(struct tool_text *t, char bracket)
{
    comma(t);
    tool_text_bytes(t, &bracket, 1);
}

void tool_json_close(struct tool_text *t, char bracket)
{
    tool_text_bytes(t, &bracket, 1);
}

static void quote(struct tool_text *t, const char *value)
{
    const char *plain = value;

    tool_text_bytes(t, "\"", 1);
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;

        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        tool_text_bytes(t, plain, (size_t)(value - plain));
        plain = value + 1;
        if (c == '"' || c == '\\')
            tool_text_printf(t, "\\%c", c);
        else
            tool_text_printf(t, "\\u%04x", c);
    }
    tool_text_bytes(t, plain, (size_t)(value - plain));
    tool_text_bytes(t, "\"", 1);
}

void tool_json_key(struct tool_text *t, const char *key)
{
    comma(t);
    quote(t, key);
    tool_text_bytes(t, ":", 1);
}

void tool_json_string(struct tool_text *t, const char *value)
{
    comma(t);
    quote(t, value);
}

void tool_json_number(struct tool_text *t, uint64_t value)
{
    comma(t);
    tool_text_printf(t, "%" PRIu64, value);
}

void tool_json_bool(struct tool_text *t, int value)
{
    comma(t);
    tool_text_add(t, value ? "true" : "false");
}

void tool_json_pair(struct tool_text *t, const char *key, const char *value)
{
    tool_json_key(t, key);
    tool_json_string(t, value);
}

void tool_json_pair_number(struct tool_text *t, const char *key, uint64_t value)
{
    tool_json_key(t, key);
    tool_json_number(t, value);
}

void tool_json_pair_bool(struct tool_text *t, const char *key, int value)
{
    tool_json_key(t, key);
    tool_json_bool(t, value);
}
