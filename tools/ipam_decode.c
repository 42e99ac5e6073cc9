#include <stddef.h>
#include <string.h>

#include "tools/ipam_internal.h"

enum kind { TEXT, TEXT_OR_NULL, LIST, BOOL };

static const struct field {
    const char *key;
    size_t offset;
    enum kind kind;
} fields[] = {
    {"name", offsetof(struct tool_ipam_op, name), TEXT},
    {"cidr", offsetof(struct tool_ipam_op, cidr), TEXT},
    {"gw", offsetof(struct tool_ipam_op, gw), TEXT},
    {"excludes", offsetof(struct tool_ipam_op, excludes), LIST},
    {"pod", offsetof(struct tool_ipam_op, pod), TEXT},
    {"nic", offsetof(struct tool_ipam_op, nic), TEXT},
    {"mac", offsetof(struct tool_ipam_op, mac), TEXT_OR_NULL},
    {"subnet", offsetof(struct tool_ipam_op, subnet), TEXT},
    {"pool", offsetof(struct tool_ipam_op, pool), TEXT},
    {"skip", offsetof(struct tool_ipam_op, skip), LIST},
    {"check", offsetof(struct tool_ipam_op, check), BOOL},
    {"family", offsetof(struct tool_ipam_op, family), TEXT},
    {"ip", offsetof(struct tool_ipam_op, ip), TEXT},
    {"ips", offsetof(struct tool_ipam_op, ips), LIST},
};

enum { N_FIELDS = sizeof fields / sizeof fields[0] };

struct decoder {
    const struct tool_parsed *j;
    struct tool_arena *arena;
    struct tool_ipam_fault *fault;
};

/* The sentence is what stands before the word, the word, and what stands behind it. */
static bool fail(struct decoder *d, uint32_t node, const char *before, const char *word,
                 const char *behind)
{
    tool_text_clear(&d->fault->sentence);
    tool_text_printf(&d->fault->sentence, "%s%s%s", before, word, behind);
    d->fault->node = node;
    return false;
}

/* A terminated copy. Texts with a zero byte inside are no names of anything. */
static const char *copy_string(struct decoder *d, uint32_t node)
{
    struct tool_text scratch = {NULL, 0, 0};
    size_t length;
    const char *text = tool_parsed_string(d->j, node, &scratch, &length);
    const char *copy = memchr(text, '\0', length) ? NULL : tool_arena_copy(d->arena, text, length);

    tool_text_free(&scratch);
    return copy;
}

static bool decode_text(struct decoder *d, uint32_t node, const char *key, const char **out)
{
    if (d->j->node[node].type != TOOL_PARSED_STRING)
        return fail(d, node, "`", key, "` must be a string");
    *out = copy_string(d, node);
    return *out != NULL || fail(d, node, "`", key, "` has a zero byte in it");
}

static bool decode_list(struct decoder *d, uint32_t node, const char *key,
                        struct tool_ipam_list *out)
{
    const struct tool_parsed_node *nodes = d->j->node;
    uint32_t count = 0;

    if (nodes[node].type != TOOL_PARSED_ARRAY)
        return fail(d, node, "`", key, "` must be a list of strings");
    for (uint32_t i = tool_parsed_first(node); i < nodes[node].next; i = nodes[i].next)
        count++;
    out->item = tool_arena_alloc(d->arena, (count + 1) * sizeof *out->item);
    for (uint32_t i = tool_parsed_first(node); i < nodes[node].next; i = nodes[i].next) {
        const char *text;

        if (!decode_text(d, i, key, &text))
            return false;
        out->item[out->count++] = ipam_text(text);
    }
    return true;
}

static bool decode_field(struct decoder *d, const struct field *f, uint32_t node,
                         struct tool_ipam_op *op)
{
    void *at = (char *)op + f->offset;

    switch (f->kind) {
    case TEXT_OR_NULL:
        if (d->j->node[node].type == TOOL_PARSED_NULL)
            return true;
        return decode_text(d, node, f->key, at);
    case TEXT:
        return decode_text(d, node, f->key, at);
    case LIST:
        return decode_list(d, node, f->key, at);
    case BOOL:
        if (d->j->node[node].type != TOOL_PARSED_BOOL)
            return fail(d, node, "`", f->key, "` must be true or false");
        *(bool *)at = d->j->node[node].truth;
        return true;
    }
    return false;
}

static const struct field *find_field(const struct tool_parsed *j, uint32_t key)
{
    for (unsigned i = 0; i < N_FIELDS; i++)
        if (tool_parsed_is(j, key, fields[i].key))
            return &fields[i];
    return NULL;
}

/* Is the field among the verb's? *must: it has to be there. */
static bool wanted(const char *words, const char *key, bool *must)
{
    size_t length = strlen(key);

    while (*words != '\0') {
        size_t word = strcspn(words, " ");

        *must = *words != '?';
        if (word - !*must == length && memcmp(words + !*must, key, length) == 0)
            return true;
        words += word + (words[word] == ' ');
    }
    *must = false;
    return false;
}

static const struct tool_ipam_verb *find_verb(const struct tool_parsed *j, uint32_t node)
{
    for (const struct tool_ipam_verb *v = tool_ipam_verbs; v->name != NULL; v++)
        if (tool_parsed_is(j, node, v->name))
            return v;
    return NULL;
}

static bool decode_members(struct decoder *d, uint32_t node, struct tool_ipam_op *op,
                           uint32_t *seen)
{
    const struct tool_parsed_node *nodes = d->j->node;

    for (uint32_t key = tool_parsed_first(node); key < nodes[node].next;) {
        uint32_t value = nodes[key].next;
        const struct field *f = find_field(d->j, key);
        bool must;

        if (f != NULL && wanted(op->verb->fields, f->key, &must)) {
            if (!decode_field(d, f, value, op))
                return false;
            *seen |= 1u << (unsigned)(f - fields);
        } else if (!tool_parsed_is(d->j, key, "op")) {
            return fail(d, key, "`", op->verb->name, "` has no such key");
        }
        key = nodes[value].next;
    }
    return true;
}

bool tool_ipam_decode(const struct tool_parsed *j, uint32_t node, struct tool_arena *arena,
                      struct tool_ipam_op *op, struct tool_ipam_fault *fault)
{
    struct decoder d = {j, arena, fault};
    uint32_t seen = 0;
    uint32_t verb;

    memset(op, 0, sizeof *op);
    if (j->node[node].type != TOOL_PARSED_OBJECT)
        return fail(&d, node, "an operation is an object", "", "");
    verb = tool_parsed_get(j, node, "op");
    if (verb == 0)
        return fail(&d, node, "an operation needs a key `", "op", "`");
    op->verb = find_verb(j, verb);
    if (op->verb == NULL)
        return fail(&d, verb, "unknown operation", "", "");
    if (!decode_members(&d, node, op, &seen))
        return false;
    for (unsigned i = 0; i < N_FIELDS; i++) {
        bool must;

        if (wanted(op->verb->fields, fields[i].key, &must) && must && !(seen >> i & 1))
            return fail(&d, node, "the operation needs a key `", fields[i].key, "`");
    }
    return true;
}
