/* canary: fails on purpose, to test the alarm.  It looks for the four letters `leak` and aborts; an
 * engine that does not find them in seconds, or whose finding nobody notices, finds nothing else.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

uint64_t fuzz_outcome;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char word[] = "leak";
    size_t same = 0;

    while (same < size && same < 4 && data[same] == (uint8_t)word[same])
        same++;
    fuzz_outcome = same;
    if (same == 4) {
        fputs("canary: found what it is for\n", stderr);
        abort();
    }
    return 0;
}
