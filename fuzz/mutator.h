/* The mutator of runs: knows records (engine/codec.h), and neither engines nor worlds.
 *
 * One number decides everything: equal bytes and an equal seed give equal results.
 */
#ifndef EIPSIM_FUZZ_MUTATOR_H
#define EIPSIM_FUZZ_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* name, how often beside the others, what it does */
#define FUZZ_MUTATIONS(X)                                                                          \
    X(insert, 6, "new records somewhere")                                                          \
    X(remove, 4, "some records less")                                                              \
    X(duplicate, 3, "some records once more, right behind themselves")                             \
    X(move, 3, "some records elsewhere")                                                           \
    X(swap, 2, "two records in each other's place")                                                \
    X(splice, 2, "some records over others")                                                       \
    X(interrupt, 6, "something from outside between two calls of one handler")                     \
    X(fault, 5, "a fault more, less or of another sort")                                           \
    X(restart, 2, "the controller ends somewhere, and starts")                                     \
    X(object, 4, "something from outside, to another object")                                      \
    X(queue, 2, "the call of another worker")                                                      \
    X(go_on, 4, "a worker's next calls, up to its end")                                            \
    X(world, 5, "another number of objects, class of trouble, release or switch")                  \
    X(byte, 2, "another byte somewhere in a record")

enum fuzz_mutation {
#define X(name, weight, meaning) FUZZ_MUTATION_##name,
    FUZZ_MUTATIONS(X)
#undef X
        FUZZ_MUTATION_COUNT
};

/* Changes data in place, one or a few times; the result is at most max bytes long.  Bytes shorter
 * than a tail become a new run. */
size_t fuzz_mutate(uint8_t *data, size_t size, size_t max, uint64_t seed);
/* One mutation of this sort.  Returns 0 if it found nothing to change. */
size_t fuzz_mutate_once(uint8_t *data, size_t size, size_t max, uint64_t seed,
                        enum fuzz_mutation which);
/* The first records of a and the last ones of b, in the world of a. */
size_t fuzz_cross(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                  size_t max, uint64_t seed);

#endif
