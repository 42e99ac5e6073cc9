/* log: the reader of logs and what plays them back.  Any bytes end in a replay or in an error with
 * its place.
 *
 * A checksum keeps chance out, so each line gets the sum it should have, unless the input begins
 * with an exclamation mark: the rest of it is then read as it stands.
 */
#define _GNU_SOURCE /* memmem */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tools/player.h"

uint64_t fuzz_outcome;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static void seal(const char *text, size_t length, struct tool_text *out)
{
    static const char mark[] = ",\"sum\":\"";
    uint64_t sum = 0;

    while (length > 0) {
        const char *end = memchr(text, '\n', length), *old;
        size_t n = end != NULL ? (size_t)(end - text) : length, body = n;
        struct tool_text line = {0};

        old = memmem(text, n, mark, sizeof mark - 1);
        if (old != NULL)
            body = (size_t)(old - text);
        else if (n > 0 && text[n - 1] == '}')
            body = n - 1;
        tool_text_bytes(&line, text, body);
        tool_log_seal(&line, &sum);
        tool_text_bytes(out, line.at, line.length);
        tool_text_free(&line);
        n += end != NULL;
        text += n;
        length -= n;
    }
}

static void play(const char *text, size_t length)
{
    struct tool_player p;
    enum tool_player_status status = TOOL_PLAYER_BAD;

    if (tool_player_open_bytes(&p, "input", text, length))
        do
            status = tool_player_next(&p);
        while (status == TOOL_PLAYER_ACTION || status == TOOL_PLAYER_EVENT);
    if (status == TOOL_PLAYER_BAD && p.reader.error.length == 0)
        abort(); /* refused without a word */
    fuzz_outcome = XXH3_64bits(tool_text_get(&p.reader.error), p.reader.error.length) ^ status ^
                   p.actions << 8 ^ p.events << 32;
    tool_player_close(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tool_text text = {0};

    if (size > 0 && data[0] == '!')
        tool_text_bytes(&text, (const char *)data + 1, size - 1);
    else
        seal((const char *)data, size, &text);
    play(tool_text_get(&text), text.length);
    tool_text_free(&text);
    return 0;
}
