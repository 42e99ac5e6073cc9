/* Policies: one value per switch; profiles: policies with a name.
 *
 * A handler is written once and asks the policy at the step that differs.  A profile is a release
 * of kube-ovn, or our own design.  The table is model/policy.def.
 */
#ifndef EIPSIM_MODEL_POLICY_H
#define EIPSIM_MODEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_switch {
#define SIM_SWITCH(name, ...) SIM_##name,
#include "model/policy.def"
#undef SIM_SWITCH
    SIM_SWITCH_COUNT
};

/* name, text, column of the IPAM quirks (ipam/quirks.def) */
#define SIM_PROFILES(X)                                                                            \
    X(V1_12_0, "v1.12.0")                                                                          \
    X(V1_12_22, "v1.12.22")                                                                        \
    X(V1_12_35, "v1.12.35")                                                                        \
    X(V1_13_15, "v1.13.15")                                                                        \
    X(V1_14_41, "v1.14.41")                                                                        \
    X(V1_15_24, "v1.15.24")                                                                        \
    X(V1_16_2, "v1.16.2")                                                                          \
    X(MASTER, "master")

enum sim_profile {
#define X(name, text) SIM_PROFILE_##name,
    SIM_PROFILES(X)
#undef X
        SIM_PROFILE_COUNT
};

struct sim_policy {
    uint8_t value[SIM_SWITCH_COUNT];
};

const char *sim_profile_text(enum sim_profile profile);
/* SIM_PROFILE_COUNT if there is none of that name. */
enum sim_profile sim_profile_find(const char *text);
void sim_policy_of(enum sim_profile profile, struct sim_policy *policy);

const char *sim_switch_text(enum sim_switch which);
const char *sim_switch_meaning(enum sim_switch which);
/* The texts of the values, separated by spaces, in order of value. */
const char *sim_switch_values(enum sim_switch which);
unsigned sim_switch_value_count(enum sim_switch which);
/* SIM_SWITCH_COUNT if there is none of that name. */
enum sim_switch sim_switch_find(const char *text, size_t length);
/* The value that text names, -1 if none. */
int sim_switch_parse(enum sim_switch which, const char *text);
/* Writes the text of a value into out (at least 32 bytes), cut if need be. */
void sim_switch_value_text(enum sim_switch which, unsigned value, char *out, size_t size);

#endif
