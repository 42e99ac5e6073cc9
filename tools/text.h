/* A text that grows, and JSON put into it piece by piece. */
#ifndef EIPSIM_TOOLS_TEXT_H
#define EIPSIM_TOOLS_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct tool_text {
    char *at; /* always terminated once anything was added; NULL before */
    size_t length;
    size_t capacity;
};

void tool_text_free(struct tool_text *t);
void tool_text_clear(struct tool_text *t);
/* "" if nothing was added yet. */
const char *tool_text_get(const struct tool_text *t);
void tool_text_add(struct tool_text *t, const char *text);
void tool_text_bytes(struct tool_text *t, const char *bytes, size_t length);
__attribute__((format(printf, 2, 3))) void tool_text_printf(struct tool_text *t, const char *format,
                                                            ...);
/* Makes the text from `start` on at least `width` characters (not bytes) wide. */
void tool_text_pad(struct tool_text *t, size_t start, unsigned width);

/* JSON.  Values and keys are quoted and escaped; a comma is added where one is due: after anything
 * but an opening bracket, a colon, or the beginning of a line. */
void tool_json_open(struct tool_text *t, char bracket);
void tool_json_close(struct tool_text *t, char bracket);
void tool_json_key(struct tool_text *t, const char *key);
void tool_json_string(struct tool_text *t, const char *value);
void tool_json_number(struct tool_text *t, uint64_t value);
void tool_json_bool(struct tool_text *t, int value);
/* Key and value at once. */
void tool_json_pair(struct tool_text *t, const char *key, const char *value);
void tool_json_pair_number(struct tool_text *t, const char *key, uint64_t value);
void tool_json_pair_bool(struct tool_text *t, const char *key, int value);

#endif
