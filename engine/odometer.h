/* Going through every way to pick: a picker that answers with digits and counts up.
 *
 *     struct engine_odometer o = {0};
 *     do {
 *         engine_odometer_reset(&o);
 *         ... whatever picks through engine_odometer_pick(&o, n, 1) ...
 *     } while (engine_odometer_next(&o));
 *
 * What picks decides as it goes how many digits there are and how many values each has; the last
 * digit moves fastest.
 */
#ifndef EIPSIM_ENGINE_ODOMETER_H
#define EIPSIM_ENGINE_ODOMETER_H

#include <stdbool.h>
#include <stdint.h>

enum { ENGINE_DIGITS = 12 };

struct engine_odometer {
    uint32_t digit[ENGINE_DIGITS];
    uint32_t base[ENGINE_DIGITS];
    unsigned known; /* digits that hold a value; those behind are 0 */
    unsigned at;    /* digits asked for since the reset */
};

static inline void engine_odometer_reset(struct engine_odometer *o)
{
    o->at = 0;
}

/* For struct sim_picker; asked for more than ENGINE_DIGITS it answers 0. */
static inline uint32_t engine_odometer_pick(void *context, uint32_t n, uint32_t first)
{
    struct engine_odometer *o = context;

    (void)first;
    if (o->at == ENGINE_DIGITS)
        return 0;
    if (o->at == o->known)
        o->digit[o->known++] = 0;
    o->base[o->at] = n;
    return o->digit[o->at++];
}

/* False: that was the last. */
static inline bool engine_odometer_next(struct engine_odometer *o)
{
    o->known = o->at;
    while (o->known > 0) {
        if (++o->digit[o->known - 1] < o->base[o->known - 1])
            return true;
        o->known--;
    }
    return false;
}

#endif
