/* A configuration: what a world is made from, with the names that the world itself does not have.
 *
 * Whoever reads input (a scenario, a recording, a log header, command-line flags) makes one;
 * engines and writers only read it.  Every array is sorted as text, so that the index is the id and
 * the order of ids is the order of names.  Strings and arrays belong to whoever made it and outlive
 * every world made from it.
 */
#ifndef EIPSIM_ENGINE_CONFIG_H
#define EIPSIM_ENGINE_CONFIG_H

#include "model/sim.h"

struct engine_names {
    const char *const *eip;                    /* limits.eips; the same as object[SIM_KIND_EIP] */
    const char *const *object[SIM_KIND_COUNT]; /* as many as the kind's limit says */
    const char *const *gateway;                /* limits.gateways */
    const char *const *gateway_key;            /* the same with their namespace */
    const char *const *pod;      /* limits.gateways * pods_per_gateway, "vpc-nat-gw-gw1-0" */
    const char *const *net;      /* limits.nets: names of subnets and attachments */
    const char *const *provider; /* limits.subnets: spec.provider of each subnet */
    const char *const *policy;   /* limits.policies */
    const char *const *rule;     /* limits.rules */
    const char *const *vpc;      /* limits.vpcs */
    const char *const *all;      /* limits.names: names of objects, gateways and ports */
    const char *const
        *finalizer;          /* n_finalizers texts; [0] is finalizer id SIM_FINALIZER_FOREIGN */
    const char *const *text; /* n_texts texts that are no address; [0] is sim_v4 value 1 */
    const char *const *mac;  /* n_macs texts that a user wrote; [0] is MAC id
                                     sim_macs_drawn() + 1 */
    size_t n_finalizers;
    size_t n_texts;
    size_t n_macs;
};

struct engine_config {
    struct sim_setup setup; /* its pointers are the configuration's own */
    struct engine_names names;
};

#endif
