/* State feedback: a counter for the hash of each state, where the engine looks for counters.
 *
 *      libFuzzer     the section __libfuzzer_extra_counters
 *      AFL++         places of its map, which it gives out to those who have guards: a guard for
 *                    each counter lies beside those of the code's edges (__sancov_guards)
 *
 * A counter is only ever 1: that a state was reached is news, how often is not.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

enum { COUNTERS = 1 << 14, STATES_BITS = 24 };

struct campaign {
    uint64_t inputs, events;
    uint8_t pad[48];
    uint8_t state[1 << (STATES_BITS - 3)];
};

#ifdef __AFL_COMPILER
__attribute__((section("__sancov_guards"), used)) static uint32_t guard[COUNTERS];
/* Where AFL++'s map begins.  The instrumentation declares that symbol in every file, and renames
 * what else has its name, so it is named where no compiler looks. */
__asm__(".pushsection .data.rel,\"aw\"\n"
        ".balign 8\n"
        "fuzz_map: .quad __afl_area_ptr\n"
        ".popsection");
extern uint8_t **const fuzz_map __attribute__((visibility("hidden")));

static void count(uint32_t i)
{
    (*fuzz_map)[guard[i]] = 1;
}
#else
__attribute__((section("__libfuzzer_extra_counters"), used)) static uint8_t counter[COUNTERS];

static void count(uint32_t i)
{
    counter[i] = 1;
}
#endif

static struct campaign *campaign; /* the file, if there is one */
static uint32_t feedback = 1;

void fuzz_saw(uint64_t state)
{
    /* without branches: what an input covers must not depend on those before it */
    uint32_t bit = (uint32_t)(state >> (64 - STATES_BITS));

    campaign->state[bit >> 3] |= (uint8_t)(1u << (bit & 7));
    count((uint32_t)(state % (COUNTERS - 1) + 1) * feedback);
}

void fuzz_ran(uint64_t events)
{
    (void)__atomic_fetch_add(&campaign->inputs, 1, __ATOMIC_RELAXED);
    (void)__atomic_fetch_add(&campaign->events, events, __ATOMIC_RELAXED);
}

void fuzz_states_open(void)
{
    const char *path = getenv("EIPSIM_FUZZ_STATES"), *how = getenv("EIPSIM_FUZZ_FEEDBACK");
    int file = path != NULL ? open(path, O_RDWR | O_CREAT, 0666) : -1;
    int flags = file >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;

    feedback = how == NULL || strcmp(how, "off") != 0;
    if (file >= 0 && ftruncate(file, sizeof *campaign) != 0)
        abort();
    campaign = mmap(NULL, sizeof *campaign, PROT_READ | PROT_WRITE, flags, file, 0);
    if (campaign == MAP_FAILED)
        abort();
    if (file >= 0)
        (void)close(file);
}
