#include "tools/parse.h"

#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"

#define DEPTH 32u
#define UNORDERED_KEYS 1000u /* an object with more keys must have them in order */

struct parser {
    struct tool_parsed *j;
    size_t at;
};

void tool_parsed_free(struct tool_parsed *j)
{
    free(j->node);
    memset(j, 0, sizeof *j);
}

static bool fail(struct parser *p, const char *error)
{
    p->j->error = error;
    p->j->error_at = p->at;
    p->j->incomplete = p->at >= p->j->length;
    return false;
}

static uint32_t new_node(struct tool_parsed *j, enum tool_parsed_type type, size_t begin)
{
    struct tool_parsed_node *n;

    if (j->count == j->capacity) {
        uint32_t capacity = j->capacity < 64 ? 64 : j->capacity * 2;

        j->node = tool_resize(j->node, capacity * sizeof *n);
        j->capacity = capacity;
    }
    n = &j->node[j->count];
    memset(n, 0, sizeof *n);
    n->type = (uint8_t)type;
    n->begin = (uint32_t)begin;
    return j->count++;
}

static void close_node(struct parser *p, uint32_t node)
{
    p->j->node[node].end = (uint32_t)p->at;
    p->j->node[node].next = p->j->count;
}

static int peek(const struct parser *p)
{
    return p->at < p->j->length ? (unsigned char)p->j->text[p->at] : -1;
}

static void skip_space(struct parser *p)
{
    while (p->at < p->j->length && (p->j->text[p->at] == ' ' || p->j->text[p->at] == '\t' ||
                                    p->j->text[p->at] == '\n' || p->j->text[p->at] == '\r'))
        p->at++;
}

static bool is_hex(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool parse_escape(struct parser *p)
{
    int c;

    p->at++; /* the backslash */
    c = peek(p);
    if (c == 'u') {
        p->at++;
        for (unsigned i = 0; i < 4; i++, p->at++)
            if (!is_hex(peek(p)))
                return fail(p, "\\u needs four hexadecimal digits");
        return true;
    }
    if (c < 0 || strchr("\"\\/bfnrt", c) == NULL)
        return fail(p, "unknown escape in a string");
    p->at++;
    return true;
}

static bool parse_string(struct parser *p)
{
    uint32_t node = new_node(p->j, TOOL_PARSED_STRING, p->at);

    p->at++;
    for (;;) {
        int c = peek(p);

        if (c < 0)
            return fail(p, "the string does not end");
        if (c == '"')
            break;
        if (c < 0x20)
            return fail(p, "a control character in a string");
        if (c == '\\') {
            p->j->node[node].escaped = 1;
            if (!parse_escape(p))
                return false;
        } else {
            p->at++;
        }
    }
    p->at++;
    close_node(p, node);
    return true;
}

static bool parse_digits(struct parser *p)
{
    size_t begin = p->at;

    while (peek(p) >= '0' && peek(p) <= '9')
        p->at++;
    return p->at > begin ? true : fail(p, "a digit is missing in a number");
}

static bool parse_number(struct parser *p)
{
    uint32_t node = new_node(p->j, TOOL_PARSED_NUMBER, p->at);

    if (peek(p) == '-')
        p->at++;
    if (peek(p) == '0')
        p->at++;
    else if (!parse_digits(p))
        return false;
    if (peek(p) == '.') {
        p->at++;
        if (!parse_digits(p))
            return false;
    }
    if (peek(p) == 'e' || peek(p) == 'E') {
        p->at++;
        if (peek(p) == '+' || peek(p) == '-')
            p->at++;
        if (!parse_digits(p))
            return false;
    }
    close_node(p, node);
    return true;
}

static bool parse_word(struct parser *p, const char *word, enum tool_parsed_type type, bool truth)
{
    uint32_t node = new_node(p->j, type, p->at);

    for (; *word != '\0'; word++, p->at++)
        if (peek(p) != *word)
            return fail(p, "this is no JSON value");
    p->j->node[node].truth = truth;
    close_node(p, node);
    return true;
}

static bool parse_value(struct parser *p, unsigned depth);

static bool parse_array(struct parser *p, unsigned depth)
{
    uint32_t node = new_node(p->j, TOOL_PARSED_ARRAY, p->at);

    p->at++;
    skip_space(p);
    if (peek(p) == ']') {
        p->at++;
        close_node(p, node);
        return true;
    }
    for (;;) {
        if (!parse_value(p, depth + 1))
            return false;
        skip_space(p);
        if (peek(p) != ',')
            break;
        p->at++;
    }
    if (peek(p) != ']')
        return fail(p, "expected ',' or ']'");
    p->at++;
    close_node(p, node);
    return true;
}

static int compare_spans(const struct tool_parsed *j, uint32_t a, uint32_t b)
{
    const struct tool_parsed_node *x = &j->node[a], *y = &j->node[b];
    size_t nx = x->end - x->begin - 2, ny = y->end - y->begin - 2;
    int c = memcmp(j->text + x->begin + 1, j->text + y->begin + 1, nx < ny ? nx : ny);

    return c != 0 ? c : (nx > ny) - (nx < ny);
}

/* Keys in strictly ascending order, as every writer here produces, are not searched. */
static bool key_is_new(struct parser *p, uint32_t object, uint32_t previous, uint32_t key,
                       unsigned n, bool *ordered)
{
    *ordered = *ordered && (previous == 0 || compare_spans(p->j, previous, key) < 0);
    if (*ordered)
        return true;
    p->at = p->j->node[key].begin;
    if (n > UNORDERED_KEYS)
        return fail(p, "an object of so many keys must have them in order");
    for (uint32_t i = object + 1; i < key; i = p->j->node[i + 1].next)
        if (compare_spans(p->j, i, key) == 0)
            return fail(p, "this key is there twice");
    p->at = p->j->node[key].end;
    return true;
}

static bool parse_member(struct parser *p, uint32_t object, uint32_t *previous, unsigned n,
                         bool *ordered, unsigned depth)
{
    uint32_t key = p->j->count;

    skip_space(p);
    if (peek(p) != '"')
        return fail(p, "expected a key in quotes");
    if (!parse_string(p) || !key_is_new(p, object, *previous, key, n, ordered))
        return false;
    skip_space(p);
    if (peek(p) != ':')
        return fail(p, "expected ':'");
    p->at++;
    *previous = key;
    return parse_value(p, depth + 1);
}

static bool parse_object(struct parser *p, unsigned depth)
{
    uint32_t node = new_node(p->j, TOOL_PARSED_OBJECT, p->at), previous = 0;
    bool ordered = true;

    p->at++;
    skip_space(p);
    if (peek(p) == '}') {
        p->at++;
        close_node(p, node);
        return true;
    }
    for (unsigned n = 0;; n++) {
        if (!parse_member(p, node, &previous, n, &ordered, depth))
            return false;
        skip_space(p);
        if (peek(p) != ',')
            break;
        p->at++;
    }
    if (peek(p) != '}')
        return fail(p, "expected ',' or '}'");
    p->at++;
    close_node(p, node);
    return true;
}

static bool parse_value(struct parser *p, unsigned depth)
{
    skip_space(p);
    if (depth > DEPTH)
        return fail(p, "nested too deeply");
    switch (peek(p)) {
    case '{':
        return parse_object(p, depth);
    case '[':
        return parse_array(p, depth);
    case '"':
        return parse_string(p);
    case 't':
        return parse_word(p, "true", TOOL_PARSED_BOOL, true);
    case 'f':
        return parse_word(p, "false", TOOL_PARSED_BOOL, false);
    case 'n':
        return parse_word(p, "null", TOOL_PARSED_NULL, false);
    default:
        if (peek(p) == '-' || (peek(p) >= '0' && peek(p) <= '9'))
            return parse_number(p);
        return fail(p, "expected a value");
    }
}

bool tool_parse_json(struct tool_parsed *j, const char *text, size_t length)
{
    struct parser p = {.j = j};

    j->text = text;
    j->length = length;
    j->count = 0;
    j->error = NULL;
    j->incomplete = false;
    if (length >= UINT32_MAX)
        return fail(&p, "the text is too long");
    if (!parse_value(&p, 1))
        return false;
    skip_space(&p);
    return p.at == length ? true : fail(&p, "something follows the value");
}

uint32_t tool_parsed_get(const struct tool_parsed *j, uint32_t object, const char *key)
{
    uint32_t end = j->node[object].next;

    if (j->node[object].type != TOOL_PARSED_OBJECT)
        return 0;
    for (uint32_t i = object + 1; i < end; i = j->node[i + 1].next)
        if (tool_parsed_is(j, i, key))
            return i + 1;
    return 0;
}

bool tool_parsed_is(const struct tool_parsed *j, uint32_t node, const char *text)
{
    const struct tool_parsed_node *n = &j->node[node];
    size_t length = strlen(text);

    if (n->type != TOOL_PARSED_STRING)
        return false;
    if (n->escaped) {
        struct tool_text scratch = {0};
        size_t got;
        const char *s = tool_parsed_string(j, node, &scratch, &got);
        bool same = got == length && memcmp(s, text, length) == 0;

        tool_text_free(&scratch);
        return same;
    }
    return n->end - n->begin - 2 == length && memcmp(j->text + n->begin + 1, text, length) == 0;
}

static uint32_t hex4(const char *s)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 4; i++) {
        char c = s[i];

        value = value * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static void add_utf8(struct tool_text *out, uint32_t c)
{
    char bytes[4];
    size_t n = 0;

    if (c < 0x80) {
        bytes[n++] = (char)c;
    } else if (c < 0x800) {
        bytes[n++] = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        bytes[n++] = (char)(0xe0 | c >> 12);
        bytes[n++] = (char)(0x80 | (c >> 6 & 63));
    } else {
        bytes[n++] = (char)(0xf0 | c >> 18);
        bytes[n++] = (char)(0x80 | (c >> 12 & 63));
        bytes[n++] = (char)(0x80 | (c >> 6 & 63));
    }
    if (c >= 0x80)
        bytes[n++] = (char)(0x80 | (c & 63));
    tool_text_bytes(out, bytes, n);
}

/* s stands on the 'u'; returns how many bytes were used, the 'u' included. */
static size_t add_unicode(struct tool_text *b, const char *s, const char *end)
{
    uint32_t c = hex4(s + 1);

    if (c >= 0xd800 && c < 0xdc00 && end - s >= 11 && s[5] == '\\' && s[6] == 'u') {
        uint32_t low = hex4(s + 7);

        if (low >= 0xdc00 && low < 0xe000) {
            add_utf8(b, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
            return 11;
        }
    }
    add_utf8(b, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return 5;
}

const char *tool_parsed_string(const struct tool_parsed *j, uint32_t node,
                               struct tool_text *scratch, size_t *length)
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *s = j->text + j->node[node].begin + 1, *end = j->text + j->node[node].end - 1;

    if (!j->node[node].escaped) {
        *length = (size_t)(end - s);
        return s;
    }
    tool_text_clear(scratch);
    while (s < end) {
        if (*s != '\\') {
            tool_text_bytes(scratch, s++, 1);
        } else if (s[1] == 'u') {
            s += 1 + add_unicode(scratch, s + 1, end);
        } else {
            tool_text_bytes(scratch, &meant[strchr(plain, s[1]) - plain], 1);
            s += 2;
        }
    }
    *length = scratch->length;
    return tool_text_get(scratch);
}

bool tool_parsed_u64(const struct tool_parsed *j, uint32_t node, uint64_t *out)
{
    const struct tool_parsed_node *n = &j->node[node];
    uint64_t value = 0;

    if (n->type != TOOL_PARSED_NUMBER)
        return false;
    for (uint32_t i = n->begin; i < n->end; i++) {
        unsigned digit = (unsigned)(j->text[i] - '0');

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

static bool equal_strings(const struct tool_parsed *a, uint32_t x, const struct tool_parsed *b,
                          uint32_t y)
{
    struct tool_text one = {0}, two = {0};
    size_t n, m;
    const char *s = tool_parsed_string(a, x, &one, &n), *t = tool_parsed_string(b, y, &two, &m);
    bool same = n == m && memcmp(s, t, n) == 0;

    tool_text_free(&one);
    tool_text_free(&two);
    return same;
}

static bool equal_objects(const struct tool_parsed *a, uint32_t x, const struct tool_parsed *b,
                          uint32_t y)
{
    uint32_t n = 0, m = 0;

    for (uint32_t i = y + 1; i < b->node[y].next; i = b->node[i + 1].next)
        m++;
    for (uint32_t i = x + 1; i < a->node[x].next; i = a->node[i + 1].next) {
        uint32_t k = y + 1;

        while (k < b->node[y].next && !equal_strings(a, i, b, k))
            k = b->node[k + 1].next;
        if (k >= b->node[y].next || !tool_parsed_equal(a, i + 1, b, k + 1))
            return false;
        n++;
    }
    return n == m;
}

bool tool_parsed_equal(const struct tool_parsed *a, uint32_t x, const struct tool_parsed *b,
                       uint32_t y)
{
    const struct tool_parsed_node *p = &a->node[x], *q = &b->node[y];

    if (p->type != q->type)
        return false;
    switch (p->type) {
    case TOOL_PARSED_NULL:
        return true;
    case TOOL_PARSED_BOOL:
        return p->truth == q->truth;
    case TOOL_PARSED_STRING:
        return equal_strings(a, x, b, y);
    case TOOL_PARSED_OBJECT:
        return equal_objects(a, x, b, y);
    case TOOL_PARSED_NUMBER:
        return p->end - p->begin == q->end - q->begin &&
               memcmp(a->text + p->begin, b->text + q->begin, p->end - p->begin) == 0;
    default:
        break;
    }
    for (x++, y++; x < p->next && y < q->next; x = a->node[x].next, y = b->node[y].next)
        if (!tool_parsed_equal(a, x, b, y))
            return false;
    return x >= p->next && y >= q->next;
}
