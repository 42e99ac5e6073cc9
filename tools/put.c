#include "tools/put.h"

#include <string.h>

void tool_put_char(struct tool_text *out, char c)
{
    tool_text_bytes(out, &c, 1);
}

void tool_put_number(struct tool_text *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    tool_text_bytes(out, digits + at, sizeof digits - at);
}

void tool_put_hex(struct tool_text *out, uint64_t value)
{
    char digits[16];

    for (unsigned i = 0; i < 16; i++)
        digits[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
    tool_text_bytes(out, digits, sizeof digits);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0x7f;
}

static void put_escaped(struct tool_text *out, char c)
{
    static const char meant[] = "\"\\\n\r\t", letter[] = "\"\\nrt";
    const char *found = strchr(meant, c);

    if (c != '\0' && found != NULL)
        tool_text_printf(out, "\\%c", letter[found - meant]);
    else
        tool_text_printf(out, "\\u%04x", (unsigned char)c);
}

void tool_put_string(struct tool_text *out, const char *value)
{
    const char *plain = value;

    tool_put_char(out, '"');
    for (; *value != '\0'; value++)
        if (!is_plain((unsigned char)*value)) {
            tool_text_bytes(out, plain, (size_t)(value - plain));
            put_escaped(out, *value);
            plain = value + 1;
        }
    tool_text_bytes(out, plain, (size_t)(value - plain));
    tool_put_char(out, '"');
}

void tool_put_comma(struct tool_text *out)
{
    char last = out->length > 0 ? out->at[out->length - 1] : '[';

    if (last != '{' && last != '[')
        tool_put_char(out, ',');
}

void tool_put_item(struct tool_text *out, const char *value)
{
    tool_put_comma(out);
    tool_put_string(out, value);
}

void tool_put_key(struct tool_text *out, const char *key)
{
    tool_put_comma(out);
    tool_put_char(out, '"');
    tool_text_add(out, key);
    tool_text_bytes(out, "\":", 2);
}

void tool_put_text(struct tool_text *out, const char *key, const char *value)
{
    tool_put_key(out, key);
    tool_put_string(out, value);
}

void tool_put_text_if(struct tool_text *out, const char *key, const char *value)
{
    if (value[0] != '\0')
        tool_put_text(out, key, value);
}

void tool_put_u64(struct tool_text *out, const char *key, uint64_t value)
{
    tool_put_key(out, key);
    tool_put_number(out, value);
}

void tool_put_digits(struct tool_text *out, const char *key, uint64_t value)
{
    tool_put_key(out, key);
    tool_put_char(out, '"');
    tool_put_number(out, value);
    tool_put_char(out, '"');
}

void tool_put_bool(struct tool_text *out, const char *key, bool value)
{
    tool_put_key(out, key);
    tool_text_add(out, value ? "true" : "false");
}
