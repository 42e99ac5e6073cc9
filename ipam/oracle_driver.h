/*
 * Drives the library and the oracle side by side with operations made up from a seed: every result
 * and the whole state are compared after each. On the way: the journal covers every changed byte,
 * copies go on alike, and the laws of states and of calls (docs/ipam.md) hold.
 *
 *      struct oracle_driver d;
 *      oracle_driver_open(&d, &limits, 32, quirks, seed);
 *      while (...)
 *          if (!oracle_driver_step(&d))
 *              ... d.wrong says what differs ...
 *      oracle_driver_close(&d);
 *
 * With the switch `strict` there is no oracle: only the laws and the rest are checked.
 */
#ifndef IPAM_ORACLE_DRIVER_H
#define IPAM_ORACLE_DRIVER_H

#include "ipam/ipam.h"
#include "ipam/oracle.h"

enum oracle_verb {
    ORACLE_SUBNET,
    ORACLE_DELETE,
    ORACLE_RANDOM,
    ORACLE_STATIC,
    ORACLE_RELEASE_OWNER,
    ORACLE_RELEASE_NIC,
    ORACLE_POOL,
    ORACLE_DELPOOL,
    ORACLE_GATEWAY_MAC,
    ORACLE_VERBS
};

struct oracle_driver {
    uint64_t chance;
    const uint8_t *fed; /* bytes that decide before chance does */
    size_t n_fed;
    struct ipam *ipam;
    struct ipam *before; /* copy of the last state */
    struct ipam *twin;   /* the copy, after the same operation */
    size_t size;
    struct oracle oracle;
    uint32_t drawn;
    uint32_t count[ORACLE_VERBS][IPAM_ERROR_COUNT];
    uint32_t kind[IPAM_PROTOCOL_MAC + 1]; /* by the protocol of the subnet asked; NONE: not there */
    uint32_t steps;
    bool no_pool_zero; /* never set or remove the default pool (B10) */
    char wrong[160];
};

void oracle_driver_open(struct oracle_driver *d, const struct ipam_family_limits *family,
                        uint32_t n_owner_nics, ipam_quirks quirks, uint64_t seed);
void oracle_driver_close(struct oracle_driver *d);
/* Empties both. */
void oracle_driver_start_over(struct oracle_driver *d);
/* Before the first operation: to the oracle, these switches of the library are faults. */
void oracle_driver_mutate(struct oracle_driver *d, ipam_quirks quirks);
/* The operations that follow are made up from these bytes, one a decision, then from chance, which
 * begins with a number that follows from them. */
void oracle_driver_feed(struct oracle_driver *d, const uint8_t *bytes, size_t n);
/* One operation. false: see wrong. */
bool oracle_driver_step(struct oracle_driver *d);
/* Operations so far that ended in this error. */
uint32_t oracle_driver_count(const struct oracle_driver *d, enum ipam_error error);
uint32_t oracle_driver_verbs(const struct oracle_driver *d, enum oracle_verb verb);
const char *oracle_verb_name(enum oracle_verb verb);

#endif
