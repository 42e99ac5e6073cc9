/* A YAML document as a tree with places: libyaml's events, and nothing of YAML that nobody needs.
 *
 * Read from memory.  Refused with a place: depth over 32, over 8 MiB, over 2,000,000 nodes, aliases
 * and anchors, tags, duplicate keys, keys that are not scalars, bytes that are not UTF-8.  JSON is
 * YAML, so logs' configurations are read by this too.
 */
#ifndef EIPSIM_TOOLS_YAML_H
#define EIPSIM_TOOLS_YAML_H

#include "tools/diag.h"

enum tool_yaml_kind { TOOL_YAML_SCALAR, TOOL_YAML_LIST, TOOL_YAML_MAP };

struct tool_yaml {
    uint8_t kind;             /* enum tool_yaml_kind */
    bool plain;               /* SCALAR: written without quotes; null, true, 12 may mean more */
    struct tool_place at;     /* of the value */
    struct tool_place key_at; /* of the key, if it is a map's value */
    const char *key;          /* terminated; NULL unless it is a map's value */
    const char *text;         /* SCALAR: terminated; may contain no zero byte */
    size_t length;            /* SCALAR: of text */
    size_t count;             /* LIST, MAP: of children */
    struct tool_yaml *first;  /* LIST, MAP: children in order */
    struct tool_yaml *next;
};

struct tool_yaml_file; /* owns every node */

/* Parses one or more documents (`---`); each is an element of the list that is returned.  NULL
 * after an error, which is then in diags. */
struct tool_yaml_file *tool_yaml_parse(const char *bytes, size_t size, struct tool_diags *diags);
void tool_yaml_free(struct tool_yaml_file *file);
/* LIST of the documents. */
const struct tool_yaml *tool_yaml_documents(const struct tool_yaml_file *file);

/* The value of a key of a map, NULL if there is none (or node is no map, or NULL). */
const struct tool_yaml *tool_yaml_get(const struct tool_yaml *node, const char *key);
/* Is it missing, the empty plain text, ~ or null? */
bool tool_yaml_is_null(const struct tool_yaml *node);

/* Typed reads.  Each tells diags what is expected where it is something else, and returns false.
 * node NULL: returns false without telling. */
bool tool_yaml_text(const struct tool_yaml *node, struct tool_diags *diags, const char **out);
bool tool_yaml_bool(const struct tool_yaml *node, struct tool_diags *diags, bool *out);
bool tool_yaml_number(const struct tool_yaml *node, struct tool_diags *diags, uint64_t most,
                      uint64_t *out);
/* A map whose keys are all among these words, which blanks separate. */
bool tool_yaml_keys(const struct tool_yaml *map, struct tool_diags *diags, const char *words);
bool tool_yaml_expect(const struct tool_yaml *node, struct tool_diags *diags,
                      enum tool_yaml_kind kind);

#endif
