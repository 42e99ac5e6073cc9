/*
 * Switches that bring back what older releases of kube-ovn did, and one, `strict`, that puts right
 * what its newest still does wrong. The table is quirks.def.
 */
#ifndef IPAM_QUIRKS_H
#define IPAM_QUIRKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t ipam_quirks; /* a set of IPAM_QUIRK bits; 0 is kube-ovn master at 1533681d7 */

enum ipam_quirk {
#define IPAM_QUIRK(name, columns, fix, meaning) IPAM_QUIRK_##name,
#define IPAM_QUIRK_LEFT_OUT(name, columns, fix, meaning, reason)
#include "ipam/quirks.def"
#undef IPAM_QUIRK
#undef IPAM_QUIRK_LEFT_OUT
    IPAM_QUIRK_COUNT
};

#define IPAM_QUIRK_BIT(name) (UINT64_C(1) << IPAM_QUIRK_##name)

/* The releases the table has columns for. */
#define IPAM_RELEASES(X)                                                                           \
    X(V1_12_0, "v1.12.0")                                                                          \
    X(V1_12_22, "v1.12.22")                                                                        \
    X(V1_12_35, "v1.12.35")                                                                        \
    X(V1_13_15, "v1.13.15")                                                                        \
    X(V1_14_41, "v1.14.41")                                                                        \
    X(V1_15_24, "v1.15.24")                                                                        \
    X(V1_16_2, "v1.16.2")                                                                          \
    X(MASTER, "master")

enum ipam_release {
#define X(id, name) IPAM_RELEASE_##id,
    IPAM_RELEASES(X)
#undef X
        IPAM_RELEASE_COUNT
};

const char *ipam_release_name(enum ipam_release release);
/* IPAM_RELEASE_COUNT when the name is none of them. */
enum ipam_release ipam_release_find(const char *name, size_t length);
ipam_quirks ipam_release_quirks(enum ipam_release release);

/* One row of the table. `reason` is NULL for a switch that exists; `bit` is then its number. */
struct ipam_quirk_row {
    const char *name;
    const char *fix;
    const char *meaning;
    const char *reason;
    uint8_t bit;
    uint8_t columns; /* bit 0 is v1.12.0, bit 7 is master */
};

extern const struct ipam_quirk_row ipam_quirk_table[];
extern const uint32_t ipam_quirk_rows;

/* The row of a name, or NULL. */
const struct ipam_quirk_row *ipam_quirk_find(const char *name, size_t length);

#endif
