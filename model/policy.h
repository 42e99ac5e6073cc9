/* Policies: one value per switch; profiles: policies with a name.
 *
 * A handler is written once and asks the policy at the step that differs.  A profile is a release
 * of kube-ovn, or the design that holds (hardened).  The table is model/policy.def.
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

/* The values that have names: SIM_release_site_del and so on.  switch, value, its number (the place
 * among the values in model/policy.def; model/policy_test.c compares) */
#define SIM_SWITCH_VALUES(X)                                                                       \
    X(gw_lookup, strict, 0)                                                                        \
    X(gw_lookup, active_set, 1)                                                                    \
    X(api_generation, v1_12_0, 0)                                                                  \
    X(api_generation, v1_12_22, 1)                                                                 \
    X(api_generation, v1_13, 2)                                                                    \
    X(api_generation, v1_14, 3)                                                                    \
    X(api_generation, v1_16, 4)                                                                    \
    X(ovn_del_queue_item, object, 0)                                                               \
    X(ovn_del_queue_item, key, 1)                                                                  \
    X(ovn_del_queue_item, own_object, 2)                                                           \
    X(ovn_eip_deletion, fin_port_ipam, 0)                                                          \
    X(ovn_eip_deletion, port_fin_ipam, 1)                                                          \
    X(ovn_eip_deletion, in_update, 2)                                                              \
    X(ovn_eip_finalizer, rule, 0)                                                                  \
    X(ovn_eip_finalizer, add, 1)                                                                   \
    X(ovn_eip_finalizer, update, 2)                                                                \
    X(ovn_eip_update, patch, 0)                                                                    \
    X(ovn_eip_update, compare, 1)                                                                  \
    X(ovn_eips_counted, no, 0)                                                                     \
    X(ovn_eips_counted, first, 1)                                                                  \
    X(ovn_eips_counted, in_vlan, 2)                                                                \
    X(ovn_eips_counted, always, 3)                                                                 \
    X(ovn_rule_update, rewire, 0)                                                                  \
    X(ovn_rule_update, compare, 1)                                                                 \
    X(ovn_rule_deletion, event, 0)                                                                 \
    X(ovn_rule_deletion, del_queue, 1)                                                             \
    X(ovn_rule_deletion, in_update, 2)                                                             \
    X(ovn_nat_found_by, one, 0)                                                                    \
    X(ovn_nat_found_by, both, 1)                                                                   \
    X(vip_static_by, v4, 0)                                                                        \
    X(vip_static_by, any, 1)                                                                       \
    X(vip_static_by, mac_too, 2)                                                                   \
    X(vip_cleaned_up, deleted, 0)                                                                  \
    X(vip_cleaned_up, terminating, 1)                                                              \
    X(vip_restored_as, bare, 0)                                                                    \
    X(vip_restored_as, port, 1)                                                                    \
    X(release_site, del, 0)                                                                        \
    X(release_site, upd_after_fin, 1)                                                              \
    X(release_site, upd_before_fin, 2)                                                             \
    X(release_site, absent, 3)                                                                     \
    X(release_scope, all, 0)                                                                       \
    X(release_scope, spec_raw, 1)                                                                  \
    X(subnet_resolution, ipam_name, 0)                                                             \
    X(subnet_resolution, nad, 1)                                                                   \
    X(subnet_resolution, subnet_name, 2)                                                           \
    X(persist_when_missing, panic, 0)                                                              \
    X(persist_when_missing, recreate, 1)                                                           \
    X(finalizer_name, old, 0)                                                                      \
    X(finalizer_name, new, 1)                                                                      \
    X(finalizer_guard, own, 0)                                                                     \
    X(finalizer_guard, any_or_term, 1)                                                             \
    X(finalizer_guard, term, 2)                                                                    \
    X(delete_skip_rule, pod_notfound, 0)                                                           \
    X(delete_skip_rule, gw_object_gone, 1)                                                         \
    X(qos_del_no_pod, retry, 0)                                                                    \
    X(qos_del_no_pod, gw_object_gone, 1)                                                           \
    X(eip_del_match, substring, 0)                                                                 \
    X(eip_del_match, word, 1)                                                                      \
    X(eip_del_match, exact, 2)                                                                     \
    X(del_queue_item, key, 0)                                                                      \
    X(del_queue_item, object, 1)                                                                   \
    X(subnet_status, every_upd, 0)                                                                 \
    X(subnet_status, ip_or_ready, 1)                                                               \
    X(subnet_status, handlers, 2)                                                                  \
    X(subnet_status, changes, 3)                                                                   \
    X(status_counts, labelled, 0)                                                                  \
    X(status_counts, reporting, 1)                                                                 \
    X(qos_requeue, none, 0)                                                                        \
    X(qos_requeue, handler, 1)                                                                     \
    X(qos_requeue, events, 2)                                                                      \
    X(rule_finalizer_first, none, 0)                                                               \
    X(rule_finalizer_first, fip, 1)                                                                \
    X(rule_finalizer_first, all, 2)                                                                \
    X(rule_update, replace, 0)                                                                     \
    X(rule_update, compare, 1)                                                                     \
    X(nat_script, loose, 0)                                                                        \
    X(nat_script, exact, 1)                                                                        \
    X(init_at_start, none, 0)                                                                      \
    X(init_at_start, first, 1)                                                                     \
    X(init_at_start, all, 2)                                                                       \
    X(release_on_add_failure, no, 0)                                                               \
    X(release_on_add_failure, early, 1)                                                            \
    X(release_on_add_failure, any, 2)

enum sim_switch_value {
#define X(which, value, number) SIM_##which##_##value = (number),
    SIM_SWITCH_VALUES(X)
#undef X
};

/* name, text; in the order of the columns of model/policy.def */
#define SIM_PROFILES(X)                                                                            \
    X(V1_12_0, "v1.12.0")                                                                          \
    X(V1_12_22, "v1.12.22")                                                                        \
    X(V1_12_35, "v1.12.35")                                                                        \
    X(V1_13_15, "v1.13.15")                                                                        \
    X(V1_14_41, "v1.14.41")                                                                        \
    X(V1_15_24, "v1.15.24")                                                                        \
    X(V1_16_2, "v1.16.2")                                                                          \
    X(MASTER, "master")                                                                            \
    X(HARDENED, "hardened")

enum sim_profile {
#define X(name, text) SIM_PROFILE_##name,
    SIM_PROFILES(X)
#undef X
        SIM_PROFILE_COUNT
};

/* The profiles before this one are releases: recordings of their code exist. */
#define SIM_RELEASE_COUNT SIM_PROFILE_HARDENED

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
