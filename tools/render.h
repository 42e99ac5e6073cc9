/* Events and state as JSON text, byte for byte as the recordings of kube-ovn's real controller
 * write them: keys in order, no spaces, strings escaped as Go does, empty fields left out.
 *
 *      event (a call)    {"call":"lock","key":"e1","w":"addEip"}
 *      event (a fact)    {"fact":"taken","key":"e1","queue":"addEip"}      only in our own log
 *      state             api/e1  ->  {"rv":"1","spec":{"natGwDp":"gw1"},"status":{...},"uid":"1"}
 *
 * What a recording does not carry with meaning is written as it does: every random MAC of an
 * IptablesEIP is "set".
 * Names of a list are looked up in the world, so an event has to be rendered before the next
 * action is applied.
 */
#ifndef EIPSIM_TOOLS_RENDER_H
#define EIPSIM_TOOLS_RENDER_H

#include "engine/config.h"
#include "model/world.h"
#include "tools/text.h"

struct tool_render {
    const struct engine_config *config;
    const char **name; /* limits.names: the text of a name id */
    /* NULL, or limits.macs + 1 numbers and how many were given: MACs are then called m1, m2, ... in
     * the order in which they appear, as recordings of OVN's kinds and Vips have them */
    uint32_t *mac_number;
    uint32_t *macs_numbered;
};

void tool_render_init(struct tool_render *r, const struct engine_config *config);
void tool_render_free(struct tool_render *r);

/* One object, without a newline. */
void tool_render_event(const struct tool_render *r, const struct sim_world *w,
                       const struct sim_event *e, struct tool_text *out);

/* ---- pieces, for those who write about the same things ---- */

/* "2025-06-15T15:06:40" of seconds since 1970, "" of 0. */
#define TOOL_TIME_TEXT 40
const char *tool_time_text(uint32_t seconds, char out[TOOL_TIME_TEXT]);
bool tool_time_parse(const char *text, size_t length, uint32_t *seconds);
/* Name of an event's or a key's object: kind is enum sim_object, ids as in model/event.h. */
const char *tool_object_text(const struct tool_render *r, enum sim_object kind, sim_id id);
/* A MAC address as a recording shows it. */
void tool_mac_shown(const struct tool_render *r, uint32_t mac, struct tool_text *out);
/* IPAM's name of a NIC: "e1..ext2.kube-system" or "e1".  net is the one named in the call. */
void tool_nic_text(const struct tool_render *r, const struct sim_world *w, uint16_t name,
                   enum sim_nic nic, sim_id net, struct tool_text *out);
void tool_render_set(const struct ipam_addrset *set, struct tool_text *out);
void tool_render_set_minus(const struct ipam_addrset *set, const struct sim_range *minus,
                           uint32_t n_minus, struct tool_text *out);
/* A list of the IPAM of a subnet as the subnet's status prints it in this policy. */
void tool_render_status_range(const struct sim_world *w, sim_id subnet,
                              const struct ipam_addrset *set, struct tool_text *out);

/* ---- state ---- */

/* A part of the state that a recording names: its kinds, and ids within the kind.
 * name, prefix of the text, how many of limits */
#define TOOL_STATES(X)                                                                             \
    X(API, "api/")                                                                                 \
    X(CACHE, "cache/")                                                                             \
    X(IPAM, "ipam/")                                                                               \
    X(OVN, "ovn")                                                                                  \
    X(POD, "pod/")                                                                                 \
    X(QUEUE, "queue/")                                                                             \
    X(REDO_TIME, "redo-time")                                                                      \
    X(WATCH, "watch")

enum tool_state_kind {
#define X(name, prefix) TOOL_STATE_##name,
    TOOL_STATES(X)
#undef X
        TOOL_STATE_KIND_COUNT
};

struct tool_state {
    uint8_t kind;   /* enum tool_state_kind */
    uint8_t object; /* API, CACHE, WATCH: enum sim_kind_id */
    sim_id id;      /* object, subnet, pod, queue; 0 */
};

/* All of them in a fixed order: 0 .. count - 1. */
uint32_t tool_state_count(const struct engine_config *config);
struct tool_state tool_state_at(const struct engine_config *config, uint32_t index);
/* Its index; UINT32_MAX if the text names nothing of this configuration. */
uint32_t tool_state_find(const struct engine_config *config, const char *text, size_t length);
/* "api/e1" */
void tool_state_text(const struct tool_render *r, struct tool_state state, struct tool_text *out);
/* Its value as JSON; null if it does not exist. */
void tool_render_state(const struct tool_render *r, const struct sim_world *w,
                       struct tool_state state, struct tool_text *out);

/* The bytes of the world that a part of the state is written from.  As long as they are the same,
 * so is the text: whoever looks after every action need not write everything again. */
#define TOOL_STATE_SPANS 4
struct tool_span {
    const void *bytes;
    size_t size;
};
unsigned tool_state_bytes(const struct sim_world *w, struct tool_state state,
                          struct tool_span out[TOOL_STATE_SPANS]);

#endif
