/* ipam: the allocator against the oracle, which is the same written in the plainest way.  A record
 * (engine/codec.h) is one operation; the tail says the layout of the blocks and the switches.
 * After each operation its result and the whole state are compared, a copy must have gone the same
 * way, and the laws must hold (ipam/oracle_driver.h).
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdio.h>
#include <stdlib.h>

#include "engine/codec.h"
#include "fuzz/fuzz.h"
#include "ipam/oracle_driver.h"

uint64_t fuzz_outcome;

enum { LAYOUTS = 4, OPERATIONS = 400, OWNER_NICS = 32 };

static const struct ipam_family_limits layouts[LAYOUTS] = {
    {6, 32, 64}, /* one window */
    {0, 96, 64}, /* ranges only */
    {4, 64, 64}, /* moving windows */
    {0, 20, 10}, /* few ranges: often refused for want of room */
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

/* The switches of a release, or any of them. */
static ipam_quirks quirks_of(const uint8_t *tail, size_t size)
{
    ipam_quirks quirks = 0;

    if (size < ENGINE_TAIL || tail[1] % (IPAM_RELEASE_COUNT + 1u) < IPAM_RELEASE_COUNT)
        return size < ENGINE_TAIL
                   ? 0
                   : ipam_release_quirks((enum ipam_release)(tail[1] % (IPAM_RELEASE_COUNT + 1u)));
    for (unsigned i = 0; i < 8; i++)
        quirks |= (ipam_quirks)tail[8 + i] << 8 * i;
    return quirks & ((UINT64_C(1) << IPAM_QUIRK_COUNT) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *tail = data + (size < ENGINE_TAIL ? 0 : size - ENGINE_TAIL);
    size_t n = engine_record_count(data, size);
    struct oracle_driver d;

    oracle_driver_open(&d, &layouts[size < ENGINE_TAIL ? 0 : tail[0] % LAYOUTS], OWNER_NICS,
                       quirks_of(tail, size), 0);
    for (size_t i = 0; i < n && i < OPERATIONS; i++) {
        oracle_driver_feed(&d, data + i * ENGINE_RECORD, ENGINE_RECORD);
        if (!oracle_driver_step(&d)) {
            fprintf(stderr, "%s\n", d.wrong);
            abort();
        }
    }
    fuzz_outcome = XXH3_64bits(d.ipam, d.size);
    oracle_driver_close(&d);
    return 0;
}
