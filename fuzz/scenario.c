/* scenario: the reader of scenarios, which reads what people paste.  Any bytes end in a scenario or
 * in errors with places.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "tools/scenario.h"

uint64_t fuzz_outcome;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static uint64_t note(uint64_t h, const void *bytes, size_t size)
{
    return XXH3_64bits_withSeed(bytes, size, h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tool_diags diags;
    struct tool_scenario *s;
    char *told;
    size_t length;
    FILE *file = open_memstream(&told, &length);

    if (file == NULL)
        abort();
    tool_diags_init(&diags, "input");
    s = tool_scenario_read("input", (const char *)data, size, &diags);
    if ((s == NULL) != (diags.errors > 0))
        abort(); /* what is refused is told, and what is told as an error is refused */
    tool_diags_print(&diags, file, true);
    (void)fclose(file);
    fuzz_outcome = note(0, told, length);
    if (s != NULL) {
        fuzz_outcome = note(fuzz_outcome, s->digest, sizeof s->digest);
        fuzz_outcome = note(fuzz_outcome, &s->n_steps, sizeof s->n_steps);
    }
    tool_scenario_free(s);
    tool_diags_free(&diags);
    free(told);
    return 0;
}
