/* The mutator, as AFL++ loads it (AFL_CUSTOM_MUTATOR_LIBRARY). */
#include <stdlib.h>
#include <string.h>

#include "engine/random.h"
#include "fuzz/mutator.h"

struct mutator {
    struct engine_random random;
    uint8_t *out;
    size_t capacity;
};

void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *data, uint8_t *in, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max);
void afl_custom_deinit(void *data);

void *afl_custom_init(void *afl, unsigned int seed)
{
    struct mutator *m = calloc(1, sizeof *m);

    (void)afl;
    if (m != NULL)
        m->random.state = seed;
    return m;
}

/* 0: nothing came of it. */
size_t afl_custom_fuzz(void *data, uint8_t *in, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t max)
{
    struct mutator *m = data;

    if (m->capacity < max) {
        free(m->out);
        m->out = malloc(max);
        m->capacity = m->out != NULL ? max : 0;
    }
    if (m->capacity == 0 || size > max)
        return 0;
    *out = m->out;
    if (other != NULL && other_size > 0 && engine_one_in(&m->random, 8))
        return fuzz_cross(in, size, other, other_size, m->out, max, engine_draw(&m->random));
    memcpy(m->out, in, size);
    return fuzz_mutate(m->out, size, max, engine_draw(&m->random));
}

void afl_custom_deinit(void *data)
{
    struct mutator *m = data;

    free(m->out);
    free(m);
}
