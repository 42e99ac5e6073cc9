/* Reads one JSON text (RFC 8259) into a flat array of nodes that know their positions.
 *
 *      {"do":"step","calls":[1,2]}
 *
 *      0 OBJECT  next 7        every node is followed by its children;
 *      1   STRING do  next 2   `next` is the index after its last descendant,
 *      2   STRING step  3      so that a reader can hop from child to child;
 *      3   STRING calls 4      the children of an object are key, value, key, value, ...
 *      4   ARRAY   next 7
 *      5     NUMBER 1   6
 *      6     NUMBER 2   7
 *
 * Strict: no comments, no trailing comma, no duplicate keys, at most 32 levels, valid UTF-8 is the
 * caller's business.  The text must outlive the nodes.  One struct can read many texts one after
 * another and keeps its memory.
 */
#ifndef EIPSIM_TOOLS_PARSE_H
#define EIPSIM_TOOLS_PARSE_H

#include <stdbool.h>

#include "tools/text.h"

enum tool_parsed_type {
    TOOL_PARSED_NULL,
    TOOL_PARSED_BOOL,
    TOOL_PARSED_NUMBER,
    TOOL_PARSED_STRING,
    TOOL_PARSED_ARRAY,
    TOOL_PARSED_OBJECT
};

struct tool_parsed_node {
    uint32_t begin; /* offset of its first byte in the text: of a string, the quote */
    uint32_t end;   /* offset after its last byte */
    uint32_t next;
    uint8_t type;    /* enum tool_parsed_type */
    uint8_t escaped; /* string: contains a backslash */
    uint8_t truth;   /* BOOL */
    uint8_t pad;
};

struct tool_parsed {
    const char *text;
    size_t length;
    struct tool_parsed_node *node;
    uint32_t count;
    uint32_t capacity;
    /* after a failure */
    const char *error; /* a sentence */
    size_t error_at;   /* offset */
    bool incomplete;   /* the text ended too early: more bytes could have made it whole */
};

void tool_parsed_free(struct tool_parsed *j);
/* Node 0 is the whole.  False: see error. */
bool tool_parse_json(struct tool_parsed *j, const char *text, size_t length);

/* Value of a key of an object; 0 (which is never a value) if there is none. */
uint32_t tool_parsed_get(const struct tool_parsed *j, uint32_t object, const char *key);
/* First child, or the node's own `next` if it has none: walk with i = next(i) while i < end. */
static inline uint32_t tool_parsed_first(uint32_t parent)
{
    return parent + 1;
}

/* Is it this string? */
bool tool_parsed_is(const struct tool_parsed *j, uint32_t node, const char *text);
/* The string's content without escapes: in place if it has none, else in scratch.  Invalid
 * surrogates become U+FFFD. */
const char *tool_parsed_string(const struct tool_parsed *j, uint32_t node,
                               struct tool_text *scratch, size_t *length);
/* A number that is an integer of 0..UINT64_MAX, digits only. */
bool tool_parsed_u64(const struct tool_parsed *j, uint32_t node, uint64_t *out);
/* Equal whatever the order of keys, the spacing and the escapes. */
bool tool_parsed_equal(const struct tool_parsed *a, uint32_t x, const struct tool_parsed *b,
                       uint32_t y);

#endif
