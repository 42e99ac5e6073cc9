/* The mutator, as libFuzzer calls it.  EIPSIM_FUZZ_MUTATOR=bytes: libFuzzer's own instead. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/mutator.h"

/* libFuzzer's; where another engine is linked there may be none. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned int seed);

static bool by_bytes(void)
{
    static int answer = -1;
    const char *how = answer < 0 ? getenv("EIPSIM_FUZZ_MUTATOR") : NULL;

    if (answer < 0)
        answer = how != NULL && strcmp(how, "bytes") == 0;
    return answer > 0 && LLVMFuzzerMutate != NULL;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
    /* now and then what libFuzzer knows: the dictionary, values that were compared with */
    if (by_bytes() || (seed % 16 == 0 && LLVMFuzzerMutate != NULL))
        return LLVMFuzzerMutate(data, size, max);
    return fuzz_mutate(data, size, max, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max, unsigned int seed)
{
    return by_bytes() ? 0 : fuzz_cross(a, a_size, b, b_size, out, max, seed);
}
