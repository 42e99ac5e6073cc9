#include "tools/sides.h"

#include <string.h>

#include "tools/parse.h"

#define SHOWN 600 /* bytes of one value; longer ones are cut */

static void put_value(FILE *out, const char *label, const char *side, const char *value,
                      size_t length)
{
    bool cut = length > SHOWN;

    if (value == NULL)
        fprintf(out, "    %-22s %-8s (not there)\n", label, side);
    else
        fprintf(out, "    %-22s %-8s %.*s%s\n", label, side, cut ? SHOWN : (int)length, value,
                cut ? "..." : "");
}

void tool_sides_left(const struct tool_sides *s, const char *label, const char *value,
                     size_t length)
{
    put_value(s->out, label, s->left, value, length);
}

void tool_sides_right(const struct tool_sides *s, const char *label, const char *value,
                      size_t length)
{
    put_value(s->out, label, s->right, value, length);
}

/* ---- members that differ ---- */

struct walk {
    const struct tool_sides *sides;
    const struct tool_parsed *left, *right;
    struct tool_text path;
};

/* 0 is never a member. */
static void put_side(const struct walk *w, const struct tool_parsed *j, uint32_t node,
                     const char *label, const char *side)
{
    const struct tool_parsed_node *n = &j->node[node];

    put_value(w->sides->out, label, side, node == 0 ? NULL : j->text + n->begin, n->end - n->begin);
}

static uint32_t find_key(const struct tool_parsed *j, uint32_t object,
                         const struct tool_parsed *other, uint32_t key)
{
    for (uint32_t i = object + 1; i < j->node[object].next; i = j->node[i + 1].next)
        if (tool_parsed_equal(j, i, other, key))
            return i + 1;
    return 0;
}

static void put_members(struct walk *w, uint32_t left, uint32_t right);

static void put_member(struct walk *w, const struct tool_parsed *j, uint32_t key, uint32_t left,
                       uint32_t right)
{
    size_t before = w->path.length;

    if (left != 0 && right != 0 && tool_parsed_equal(w->left, left, w->right, right))
        return;
    if (before > 0)
        tool_text_add(&w->path, ".");
    tool_text_bytes(&w->path, j->text + j->node[key].begin + 1,
                    j->node[key].end - j->node[key].begin - 2);
    if (left != 0 && right != 0 && w->left->node[left].type == TOOL_PARSED_OBJECT &&
        w->right->node[right].type == TOOL_PARSED_OBJECT) {
        put_members(w, left, right);
    } else {
        put_side(w, w->left, left, tool_text_get(&w->path), w->sides->left);
        put_side(w, w->right, right, "", w->sides->right);
    }
    w->path.length = before;
    w->path.at[before] = '\0';
}

static void put_members(struct walk *w, uint32_t left, uint32_t right)
{
    const struct tool_parsed *l = w->left, *r = w->right;

    for (uint32_t i = left + 1; i < l->node[left].next; i = l->node[i + 1].next)
        put_member(w, l, i, i + 1, find_key(r, right, l, i));
    for (uint32_t i = right + 1; i < r->node[right].next; i = r->node[i + 1].next)
        if (find_key(l, left, r, i) == 0)
            put_member(w, r, i, 0, i + 1);
}

void tool_sides_put(const struct tool_sides *s, const char *label, const char *left,
                    size_t left_length, const char *right, size_t right_length)
{
    struct tool_parsed l = {0}, r = {0};
    struct walk w = {.sides = s, .left = &l, .right = &r};

    tool_sides_left(s, label, left, left_length);
    tool_sides_right(s, "", right, right_length);
    if (left != NULL && right != NULL && tool_parse_json(&l, left, left_length) &&
        tool_parse_json(&r, right, right_length) && l.node[0].type == TOOL_PARSED_OBJECT &&
        r.node[0].type == TOOL_PARSED_OBJECT)
        put_members(&w, 0, 0);
    tool_text_free(&w.path);
    tool_parsed_free(&l);
    tool_parsed_free(&r);
}
