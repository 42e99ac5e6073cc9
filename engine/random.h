/* Random numbers for engines: splitmix64, so that a seed is the whole state and every platform
 * draws the same.
 */
#ifndef EIPSIM_ENGINE_RANDOM_H
#define EIPSIM_ENGINE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct engine_random {
    uint64_t state;
};

static inline uint64_t engine_draw(struct engine_random *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. n-1; n from 1 to 2^32 - 1.  The bias is below n / 2^32. */
static inline uint32_t engine_below(struct engine_random *r, uint32_t n)
{
    return (uint32_t)((engine_draw(r) >> 32) * n >> 32);
}

static inline bool engine_one_in(struct engine_random *r, uint32_t n)
{
    return engine_below(r, n) == 0;
}

#endif
