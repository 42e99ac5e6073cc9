/* The builder's insides, shared by its files. */
#ifndef EIPSIM_TOOLS_BUILDER_INTERNAL_H
#define EIPSIM_TOOLS_BUILDER_INTERNAL_H

#include <stdio.h>

#include "tools/builder.h"
#include "tools/memory.h"

enum { TOOL_SUBNETS_MAX = 8, TOOL_NAME_MAX = 253 };

struct name_set {
    const char **name; /* with repeats, in order of mention, until tool_builder_sort() */
    size_t count, capacity;
};

struct pod_name {
    const char *gateway;
    const char *pod;
};

struct own_address {
    const char *gateway;
    sim_v4 own;
    uint8_t prefix;
};

struct router_port {
    const char *name;
    const char *mac;
};

struct policy_object {
    const char *name;
    struct sim_policy_setup setup;
};

struct tool_builder {
    struct tool_arena arena;
    struct name_set names[TOOL_NAME_KIND_COUNT];
    struct name_set rules[SIM_OBJECT_COUNT];
    struct name_set all; /* what the ids among names stand for */
    struct name_set attachments;
    struct name_set present; /* gateways that exist at the start */
    bool attachments_given;
    struct pod_name *pods;
    size_t n_pods, pods_capacity;
    struct own_address *owns;
    size_t n_owns, owns_capacity;
    struct policy_object *policies;
    size_t n_policies, policies_capacity;
    struct router_port *ports;
    size_t n_ports, ports_capacity;
    const char *external_switch; /* NULL: there is none */
    struct tool_subnet subnets[TOOL_SUBNETS_MAX];
    size_t n_subnets;
    sim_v4 node[SIM_NODE_ADDRESSES];
    struct tool_options options;
    struct engine_config config;
    char error[256];
};

/* The empty text is a name of this kind. */
void tool_builder_no_name(struct tool_builder *b, enum tool_name_kind kind);
/* Sorts every set of names and drops repeats. */
void tool_builder_sort(struct tool_builder *b);
/* Index of a text in a sorted array; count if it is not there. */
size_t tool_name_find(const char *const *names, size_t count, const char *text, size_t length);

#endif
