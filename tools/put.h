/* JSON as Go's encoding/json writes it, appended to a text: what recordings are made of.
 *
 * Unlike the writers of tools/text.h, strings have <, > and & escaped, and what is empty can be
 * left out.  A comma is written where the last byte is not an opening bracket.
 */
#ifndef EIPSIM_TOOLS_PUT_H
#define EIPSIM_TOOLS_PUT_H

#include <stdbool.h>

#include "tools/text.h"

void tool_put_char(struct tool_text *out, char c);
void tool_put_number(struct tool_text *out, uint64_t value);
/* Exactly 16 hexadecimal digits. */
void tool_put_hex(struct tool_text *out, uint64_t value);
/* With its quotes. */
void tool_put_string(struct tool_text *out, const char *value);

/* ---- an item of an array ---- */

void tool_put_comma(struct tool_text *out);
void tool_put_item(struct tool_text *out, const char *value);

/* ---- a member of an object ---- */

void tool_put_key(struct tool_text *out, const char *key);
void tool_put_text(struct tool_text *out, const char *key, const char *value);
/* Nothing if the value is empty. */
void tool_put_text_if(struct tool_text *out, const char *key, const char *value);
void tool_put_u64(struct tool_text *out, const char *key, uint64_t value);
/* A number that the API carries as a text. */
void tool_put_digits(struct tool_text *out, const char *key, uint64_t value);
void tool_put_bool(struct tool_text *out, const char *key, bool value);

#endif
