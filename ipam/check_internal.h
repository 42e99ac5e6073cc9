/*
 * Assertions that stay on in every build. They state what the code relies on, never what a caller
 * may get wrong. Internal to the library.
 */
#ifndef IPAM_CHECK_INTERNAL_H
#define IPAM_CHECK_INTERNAL_H

#define IPAM_ASSERT(condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

#endif
