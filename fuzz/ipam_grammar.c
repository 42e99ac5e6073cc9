/* ipam_grammar: the operations that `eipsim ipam` reads, in the layout of bitmaps and in that of
 * ranges: both give the same answers, and any bytes end in answers or in an error with its place.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "tools/ipam_stream.h"

uint64_t fuzz_outcome;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

struct told {
    char *text;
    size_t length;
    int code;
};

static struct told run(const uint8_t *data, size_t size, enum tool_ipam_layout layout)
{
    struct tool_ipam_how how = {.layout = layout, .state = true};
    struct tool_ipam_totals totals;
    struct told told;
    FILE *file = open_memstream(&told.text, &told.length);

    if (file == NULL)
        abort();
    memset(&totals, 0, sizeof totals);
    told.code = tool_ipam_bytes(&how, "input", (const char *)data, size, file, file, &totals);
    (void)fclose(file);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told a = run(data, size, TOOL_IPAM_BITMAPS), b = run(data, size, TOOL_IPAM_RANGES);

    if (a.code != b.code || a.length != b.length || memcmp(a.text, b.text, a.length) != 0) {
        fprintf(stderr, "bitmaps:\n%s\nranges:\n%s\n", a.text, b.text);
        abort();
    }
    fuzz_outcome = XXH3_64bits(a.text, a.length) ^ (uint64_t)a.code;
    free(a.text);
    free(b.text);
    return 0;
}
