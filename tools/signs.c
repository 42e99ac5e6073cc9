#include "tools/signs.h"

#include <string.h>

static const char *writer_text(unsigned writer)
{
    return writer == SIM_QUEUE_COUNT ? "user" : sim_queue_text((enum sim_queue_id)writer);
}

void tool_sign_put(const struct engine_sign *sign, struct tool_text *out)
{
    enum engine_sign_scope scope = engine_sign_scope((enum engine_sign_kind)sign->kind);

    if (scope != ENGINE_SIGN_OF_RUN)
        tool_text_printf(out, "%s ", sim_queue_text((enum sim_queue_id)sign->queue));
    if (sign->step != NULL)
        tool_text_printf(out, "%s ", sign->step);
    tool_text_add(out, engine_sign_text((enum engine_sign_kind)sign->kind));
    if (scope == ENGINE_SIGN_OF_WRITER)
        tool_text_printf(out, " %s", writer_text(sign->writer));
}

void tool_signs_put(const struct engine_signs *s, struct tool_text *out)
{
    for (size_t i = 0; i < s->count; i++) {
        if (i > 0)
            tool_text_add(out, ", ");
        tool_sign_put(&s->sign[i], out);
    }
}

/* ---- reading ---- */

enum { WORDS = 3 };

/* Words between single blanks; more than there is room for count as one more. */
static size_t split(char *text, char *word[WORDS])
{
    size_t n = 0;

    for (char *at = text; at != NULL && n <= WORDS; n++) {
        char *blank = strchr(at, ' ');

        if (n < WORDS)
            word[n] = at;
        if (blank != NULL)
            *blank++ = '\0';
        at = blank;
    }
    return n;
}

static bool is_queue(const char *text, unsigned more, uint8_t *out)
{
    for (unsigned q = 0; q < SIM_QUEUE_COUNT + more; q++)
        if (strcmp(writer_text(q), text) == 0) {
            *out = (uint8_t)q;
            return true;
        }
    return false;
}

const char *tool_sign_read(const char *text, struct tool_arena *arena, struct engine_sign *out)
{
    static const uint8_t words_of[] = {1, 2, 3, 3}, kind_at[] = {0, 1, 1, 2};
    char *copy = tool_arena_alloc(arena, strlen(text) + 1), *word[WORDS];
    size_t n;

    memcpy(copy, text, strlen(text));
    n = split(copy, word);
    memset(out, 0, sizeof *out);
    for (unsigned k = 0; k < ENGINE_SIGN_COUNT; k++) {
        enum engine_sign_scope scope = engine_sign_scope((enum engine_sign_kind)k);

        if (n != words_of[scope] ||
            strcmp(word[kind_at[scope]], engine_sign_text((enum engine_sign_kind)k)) != 0)
            continue;
        out->kind = (uint8_t)k;
        if (scope >= ENGINE_SIGN_OF_HANDLER && !is_queue(word[0], 0, &out->queue))
            return "it does not begin with a queue";
        if (scope == ENGINE_SIGN_OF_STEP)
            out->step = word[1];
        if (scope == ENGINE_SIGN_OF_WRITER && !is_queue(word[2], 1, &out->writer))
            return "it does not end with a queue or user";
        return NULL;
    }
    return "docs/walks.md has no such sign";
}
