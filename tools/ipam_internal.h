/* What the files of the IPAM session share. */
#ifndef EIPSIM_TOOLS_IPAM_INTERNAL_H
#define EIPSIM_TOOLS_IPAM_INTERNAL_H

#include "ipam/text.h"
#include "tools/ipam_names.h"
#include "tools/ipam_session.h"
#include "tools/memory.h"

struct tool_ipam {
    ipam_quirks quirks;
    enum tool_ipam_layout layout;
    struct ipam_limits limits;
    struct ipam_subnet_limits *each; /* of each subnet; capacity limits.n_subnets */
    struct ipam *ipam;
    struct tool_names subnet, owner, nic, pool, mac, gateway;
    char **cidr; /* of each subnet, the text it was created with; capacity limits.n_subnets */
    uint64_t drawn;
    char **done; /* operations so far, as texts */
    size_t n_done, done_capacity;
};

/* An operation's fields as they stand in its text. */
struct tool_ipam_list {
    struct ipam_text *item;
    uint32_t count;
};

struct tool_ipam_op {
    const char *name, *cidr, *gw, *pod, *nic, *mac, *subnet, *pool, *ip, *family;
    struct tool_ipam_list excludes, skip, ips;
    bool check;
    const struct tool_ipam_verb *verb;
};

/* Decodes and checks an operation; texts live in the arena. */
bool tool_ipam_decode(const struct tool_parsed *j, uint32_t node, struct tool_arena *arena,
                      struct tool_ipam_op *op, struct tool_ipam_fault *fault);

/* The owners of an address, separated by commas, as upstream keeps them. */
void tool_ipam_owners(const struct tool_ipam *s, uint32_t subnet, struct ipam_addr addr,
                      struct tool_text *out);

/*
 * One kind of operation. `run` appends the result object; it returns NONE, UPSTREAM_CRASH, or one
 * of the library's own errors when the IPAM is too small, and then has done and appended nothing.
 */
struct tool_ipam_verb {
    const char *name;
    const char *fields; /* those it must have, separated by spaces; a "?" before those it may */
    enum ipam_error (*run)(struct tool_ipam *s, const struct tool_ipam_op *op,
                           struct tool_arena *arena, struct tool_text *out);
};
extern const struct tool_ipam_verb tool_ipam_verbs[]; /* ends with a NULL name */

#endif
