#include "tools/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "tools/memory.h"

enum { DEPTH_MAX = 32, SIZE_MAX_BYTES = 8 << 20, NODES_MAX = 2000000, KEY_MAX = 1024 };

struct tool_yaml_file {
    struct tool_arena arena;
    struct tool_yaml documents;
};

/* A list or map whose end has not come yet. */
struct open {
    struct tool_yaml *node;
    struct tool_yaml *last;
    const char *key; /* MAP: the key read last, waiting for its value */
    struct tool_place key_at;
    const char **seen; /* MAP: open addressing over its keys, to find duplicates */
    size_t n_seen, slots;
};

struct reader {
    yaml_parser_t parser;
    struct tool_yaml_file *file;
    struct tool_diags *diags;
    struct open stack[DEPTH_MAX + 1];
    unsigned depth;
    size_t nodes;
};

static struct tool_place place_of(yaml_mark_t mark)
{
    struct tool_place p;

    p.line = (uint32_t)mark.line + 1;
    p.column = (uint32_t)mark.column + 1;
    return p;
}

/* ---- keys of a map, once each ---- */

static size_t hash(const char *text)
{
    size_t h = 14695981039346656037u;

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static bool put_key(const char **seen, size_t slots, const char *key)
{
    size_t at = hash(key) & (slots - 1);

    while (seen[at] != NULL) {
        if (strcmp(seen[at], key) == 0)
            return false;
        at = (at + 1) & (slots - 1);
    }
    seen[at] = key;
    return true;
}

static bool new_key(struct reader *r, struct open *o, const char *key)
{
    if (o->n_seen * 2 >= o->slots) {
        size_t slots = o->slots == 0 ? 16 : o->slots * 2;
        const char **bigger = tool_arena_alloc(&r->file->arena, slots * sizeof *bigger);

        for (size_t i = 0; i < o->slots; i++)
            if (o->seen[i] != NULL)
                (void)put_key(bigger, slots, o->seen[i]);
        o->seen = bigger;
        o->slots = slots;
    }
    o->n_seen++;
    return put_key(o->seen, o->slots, key);
}

/* ---- nodes ---- */

static struct tool_yaml *add_node(struct reader *r, enum tool_yaml_kind kind, struct tool_place at)
{
    struct open *o = &r->stack[r->depth];
    struct tool_yaml *n = tool_arena_alloc(&r->file->arena, sizeof *n);

    n->kind = (uint8_t)kind;
    n->at = at;
    n->key = o->key;
    n->key_at = o->key_at;
    o->key = NULL;
    if (o->last == NULL)
        o->node->first = n;
    else
        o->last->next = n;
    o->last = n;
    o->node->count++;
    r->nodes++;
    return n;
}

static bool refuse(struct reader *r, struct tool_place at, const char *sentence)
{
    tool_error(r->diags, at, "%s", sentence);
    return false;
}

static bool on_key(struct reader *r, const yaml_event_t *e)
{
    struct open *o = &r->stack[r->depth];
    const char *text = (const char *)e->data.scalar.value;
    struct tool_place at = place_of(e->start_mark);

    if (e->data.scalar.length > KEY_MAX || strlen(text) != e->data.scalar.length)
        return refuse(r, at, "a key is too long or contains a zero byte");
    o->key = tool_arena_copy(&r->file->arena, text, e->data.scalar.length);
    o->key_at = at;
    if (new_key(r, o, o->key))
        return true;
    tool_error(r->diags, at, "duplicate key %s", o->key);
    return false;
}

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
    struct open *o = &r->stack[r->depth];
    struct tool_place at = place_of(e->start_mark);
    struct tool_yaml *n;

    if (e->data.scalar.anchor != NULL || e->data.scalar.tag != NULL)
        return refuse(r, at, "anchors and tags are not supported");
    if (o->node->kind == TOOL_YAML_MAP && o->key == NULL)
        return on_key(r, e);
    n = add_node(r, TOOL_YAML_SCALAR, at);
    n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    n->length = e->data.scalar.length;
    n->text = tool_arena_copy(&r->file->arena, (const char *)e->data.scalar.value, n->length);
    if (strlen(n->text) != n->length)
        return refuse(r, at, "a text contains a zero byte");
    return true;
}

static bool on_open(struct reader *r, const yaml_event_t *e, enum tool_yaml_kind kind, bool marked)
{
    struct open *o = &r->stack[r->depth];
    struct tool_place at = place_of(e->start_mark);
    struct tool_yaml *n;

    if (marked)
        return refuse(r, at, "anchors and tags are not supported");
    if (o->node->kind == TOOL_YAML_MAP && o->key == NULL)
        return refuse(r, at, "a key must be a text");
    if (r->depth == DEPTH_MAX)
        return refuse(r, at, "more than 32 levels deep");
    n = add_node(r, kind, at);
    r->depth++;
    memset(&r->stack[r->depth], 0, sizeof r->stack[r->depth]);
    r->stack[r->depth].node = n;
    return true;
}

static bool on_event(struct reader *r, const yaml_event_t *e)
{
    if (r->nodes >= NODES_MAX)
        return refuse(r, place_of(e->start_mark), "more than 2,000,000 values");
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(r, e);
    case YAML_ALIAS_EVENT:
        return refuse(r, place_of(e->start_mark), "aliases are not supported");
    case YAML_SEQUENCE_START_EVENT:
        return on_open(r, e, TOOL_YAML_LIST,
                       e->data.sequence_start.anchor != NULL || e->data.sequence_start.tag != NULL);
    case YAML_MAPPING_START_EVENT:
        return on_open(r, e, TOOL_YAML_MAP,
                       e->data.mapping_start.anchor != NULL || e->data.mapping_start.tag != NULL);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return true;
    default:
        return true;
    }
}

static void tell_parser_error(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    struct tool_place at = place_of(p->problem_mark);

    if (p->error == YAML_READER_ERROR) {
        /* the reader knows an offset only */
        at.line = 1;
        at.column = (uint32_t)p->problem_offset + 1;
    }
    tool_error(r->diags, at, "not YAML: %s%s%s", p->context != NULL ? p->context : "",
               p->context != NULL ? ", " : "", p->problem != NULL ? p->problem : "unreadable");
}

static bool read_events(struct reader *r)
{
    for (;;) {
        yaml_event_t event;
        bool ok, end;

        if (!yaml_parser_parse(&r->parser, &event)) {
            tell_parser_error(r);
            return false;
        }
        end = event.type == YAML_STREAM_END_EVENT;
        ok = on_event(r, &event);
        yaml_event_delete(&event);
        if (!ok)
            return false;
        if (end)
            return true;
    }
}

/* libyaml's scanner takes quadratic time over thousands of nested brackets; what is too deep is
 * seen before it. */
static bool too_deep(struct reader *r, const char *bytes, size_t size)
{
    unsigned run = 0;

    for (size_t i = 0; i < size; i++) {
        run = bytes[i] == '[' || bytes[i] == '{'    ? run + 1
              : bytes[i] == ' ' || bytes[i] == '\n' ? run
                                                    : 0;
        if (run > DEPTH_MAX) {
            struct tool_place at = {1, 1};

            for (size_t k = 0; k < i; k++) {
                at.column = bytes[k] == '\n' ? 1 : at.column + 1;
                at.line += bytes[k] == '\n';
            }
            (void)refuse(r, at, "more than 32 levels deep");
            return true;
        }
    }
    return false;
}

struct tool_yaml_file *tool_yaml_parse(const char *bytes, size_t size, struct tool_diags *diags)
{
    struct reader r;
    size_t bom = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    bool ok;

    memset(&r, 0, sizeof r);
    r.diags = diags;
    r.file = tool_alloc(sizeof *r.file);
    r.file->documents.kind = TOOL_YAML_LIST;
    r.file->documents.at.line = 1;
    r.file->documents.at.column = 1;
    r.stack[0].node = &r.file->documents;
    if (size > SIZE_MAX_BYTES) {
        (void)refuse(&r, r.file->documents.at, "larger than 8 MiB");
        ok = false;
    } else if (too_deep(&r, bytes, size)) {
        ok = false;
    } else if (!yaml_parser_initialize(&r.parser)) {
        (void)refuse(&r, r.file->documents.at, "libyaml could not be started");
        ok = false;
    } else {
        yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes + bom, size - bom);
        ok = read_events(&r);
        yaml_parser_delete(&r.parser);
    }
    if (ok)
        return r.file;
    tool_yaml_free(r.file);
    return NULL;
}

void tool_yaml_free(struct tool_yaml_file *file)
{
    if (file == NULL)
        return;
    tool_arena_free(&file->arena);
    free(file);
}

const struct tool_yaml *tool_yaml_documents(const struct tool_yaml_file *file)
{
    return &file->documents;
}

/* ---- reading nodes ---- */

const struct tool_yaml *tool_yaml_get(const struct tool_yaml *node, const char *key)
{
    if (node == NULL || node->kind != TOOL_YAML_MAP)
        return NULL;
    for (const struct tool_yaml *n = node->first; n != NULL; n = n->next)
        if (strcmp(n->key, key) == 0)
            return n;
    return NULL;
}

bool tool_yaml_is_null(const struct tool_yaml *node)
{
    return node == NULL ||
           (node->kind == TOOL_YAML_SCALAR && node->plain &&
            (node->length == 0 || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0));
}

bool tool_yaml_expect(const struct tool_yaml *node, struct tool_diags *diags,
                      enum tool_yaml_kind kind)
{
    static const char *const names[] = {"a text", "a list", "a map"};

    if (node == NULL)
        return false;
    if (node->kind == kind)
        return true;
    tool_error(diags, node->at, "%s%sexpected %s, found %s", node->key != NULL ? node->key : "",
               node->key != NULL ? ": " : "", names[kind], names[node->kind]);
    return false;
}

bool tool_yaml_text(const struct tool_yaml *node, struct tool_diags *diags, const char **out)
{
    if (!tool_yaml_expect(node, diags, TOOL_YAML_SCALAR))
        return false;
    *out = tool_yaml_is_null(node) ? "" : node->text;
    return true;
}

bool tool_yaml_bool(const struct tool_yaml *node, struct tool_diags *diags, bool *out)
{
    static const char *const yes[] = {"true", "on", "yes"}, *const no[] = {"false", "off", "no"};

    if (!tool_yaml_expect(node, diags, TOOL_YAML_SCALAR))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        *out = strcmp(node->text, yes[i]) == 0;
        if (*out || strcmp(node->text, no[i]) == 0)
            return true;
    }
    tool_error(diags, node->at, "expected true or false, found %s", node->text);
    return false;
}

bool tool_yaml_number(const struct tool_yaml *node, struct tool_diags *diags, uint64_t most,
                      uint64_t *out)
{
    uint64_t n = 0;

    if (!tool_yaml_expect(node, diags, TOOL_YAML_SCALAR))
        return false;
    for (size_t i = 0; i < node->length; i++) {
        unsigned digit = (unsigned)(node->text[i] - '0');

        if (digit > 9 || n > (UINT64_MAX - digit) / 10)
            n = UINT64_MAX;
        else
            n = n * 10 + digit;
        if (n > most)
            break;
    }
    if (node->length > 0 && n <= most) {
        *out = n;
        return true;
    }
    tool_error(diags, node->at, "expected a number from 0 to %llu, found %.40s",
               (unsigned long long)most, node->text);
    return false;
}

static bool is_word(const char *words, const char *text)
{
    size_t length = strlen(text);

    for (const char *p = words; *p != '\0'; p += strcspn(p, " ") + (p[strcspn(p, " ")] == ' '))
        if (strcspn(p, " ") == length && memcmp(p, text, length) == 0)
            return true;
    return false;
}

bool tool_yaml_keys(const struct tool_yaml *map, struct tool_diags *diags, const char *words)
{
    bool ok = true;

    if (!tool_yaml_expect(map, diags, TOOL_YAML_MAP))
        return false;
    for (const struct tool_yaml *n = map->first; n != NULL; n = n->next) {
        if (is_word(words, n->key))
            continue;
        tool_error(diags, n->key_at, "unknown key %.60s; known here: %s", n->key, words);
        ok = false;
    }
    return ok;
}
