/* The model: one world, and three functions.
 *
 *     sim_enabled(world)         the actions that could happen next
 *     sim_apply(world, action)   makes one happen and reports the events that follow
 *     sim_check(world)           the invariants that the last action broke (invariant.h)
 *
 * The world is everything around one kube-ovn-controller that matters to an elastic IP:
 *
 *     user ──create/delete/edit──▶ API server ──watch events──▶ cache ──event functions──▶ queues
 *                                      ▲                         │                          │
 *                                      │ writes                  │ reads                    │ keys
 *                                      └─────────────── workers ◀┴──────────────────────────┘
 *                                                       │     │
 *                                          allocations  ▼     ▼  exec
 *                                                     IPAM   gateway pods
 *
 * It is one block of bytes without pointers: memcpy is a snapshot, equality is memcmp over
 * sim_state_size() bytes, identity is a 128-bit hash of them.  Nothing here reads a clock, draws a
 * random number, allocates, prints or fails by errno.
 *
 * sim_apply is total: any action may be tried on any world; one that is not enabled changes
 * nothing and says so.  A refusal of the domain (no address left, a conflict) is an event.
 */
#ifndef EIPSIM_MODEL_SIM_H
#define EIPSIM_MODEL_SIM_H

#include "ipam/addr.h"
#include "model/action.h"
#include "model/event.h"
#include "model/invariant.h"
#include "model/mutant.h"
#include "model/policy.h"
#include "model/types.h"

struct sim_world;

/* ---- what a world is made from; only read while sim_init runs ---- */

struct sim_range {
    sim_v4 first;
    sim_v4 last; /* inclusive */
};

/* The second family of a dual-stack subnet: an IPv6 block of /116 to /126. */
struct sim_second {
    uint64_t hi; /* network address */
    uint64_t lo;
    uint8_t prefix; /* 0: there is none */
    uint8_t n_excludes;
    uint16_t gateway;       /* place in the block */
    uint16_t exclude[4][2]; /* spec.excludeIps: first and last place */
    uint32_t pad;
};

static inline struct ipam_addr sim_second_addr(const struct sim_second *s, uint32_t place)
{
    struct ipam_addr network = {s->hi, s->lo};

    return ipam_addr_add(network, place);
}

struct sim_subnet_setup {
    sim_id net;               /* its name */
    uint8_t prefix;           /* /prefix, 16..30 */
    uint8_t present;          /* does the object exist at the start */
    uint8_t ovn;              /* is its provider an OVN one */
    uint8_t vlan;             /* is spec.vlan set */
    uint8_t provider_differs; /* from NAME.kube-system */
    sim_ref vpc;              /* spec.vpc, a VPC */
    uint16_t router_port; /* id among limits.names, + 1, of the name VPC-SUBNET; 0: there is none */
    sim_v4 cidr;          /* network address */
    sim_v4 gateway;
    const struct sim_range *excludes; /* spec.excludeIps, already within the subnet */
    size_t n_excludes;
    struct sim_second second;
};

struct sim_net_setup {
    sim_ref subnet;        /* the subnet of this name */
    sim_ref by_attachment; /* the subnet whose provider the attachment of this name gives */
};

struct sim_policy_rule {
    uint8_t egress; /* 0: ingress */
    uint8_t pad[3];
    uint32_t priority;
    uint32_t rate;
    uint32_t burst;
};

#define SIM_POLICY_RULES 4u

struct sim_policy_setup {
    uint8_t present;
    uint8_t shared;
    uint8_t n_rules;
    struct sim_policy_rule rule[SIM_POLICY_RULES];
};

struct sim_gateway_setup {
    uint16_t name; /* id among limits.names */
    uint8_t present;
    uint8_t own_prefix; /* mask length of own where no subnet contains it */
    sim_v4 own; /* the address a pod of it has of its own on the external interface, 0: none */
};

struct sim_rule_setup {
    uint8_t object; /* SIM_OBJECT_DNAT, _FIP or _SNAT, or the same of OVN */
};

#define SIM_NODE_ADDRESSES 4u

/* Arrays have as many elements as the limit of the same name says. */
struct sim_setup {
    struct sim_limits limits;
    struct sim_policy policy;
    uint64_t quirks;        /* of IPAM: ipam_release_quirks(), enum ipam_quirk bits */
    uint8_t profile;        /* enum sim_profile the policy started from; only kept to be shown */
    uint8_t timed;          /* 1: virtual clock; 0: a delayed key may become due at any moment */
    uint8_t nat_enabled;    /* the feature switch at the start */
    uint8_t up;             /* is the controller running at the start */
    sim_id default_net;     /* what an empty externalSubnet means: ovn-vpc-external-network */
    sim_id default_ovn_net; /* the same for an OvnEip; SIM_NONE: nothing */
    /* by kind: ids among limits.names, ascending; NULL where the limit is 0 */
    const uint16_t *kind_names[SIM_KIND_COUNT];
    const struct sim_gateway_setup *gateways;
    const struct sim_net_setup *nets;
    const struct sim_subnet_setup *subnets;
    const struct sim_policy_setup *policies;
    const struct sim_rule_setup *rules;
    const struct sim_ovn_row *ovn; /* what the OVN northbound holds at the start */
    size_t n_ovn;
    sim_v4 node[SIM_NODE_ADDRESSES]; /* internal addresses of nodes, 0: none */
    struct sim_flaw flaw;            /* what this world does wrong, see mutant.h */
};

/* What can be wrong with a setup or with a call.  name, sentence */
#define SIM_STATUSES(X)                                                                            \
    X(DONE, "done")                                                                                \
    X(NOT_ENABLED, "this action cannot happen in this state")                                      \
    X(BAD_LIMITS, "a limit is out of its range")                                                   \
    X(BAD_SUBNET, "a subnet is malformed: prefix 16 to 30, gateway and excludes inside")           \
    X(BAD_NAME, "names must be in ascending order and ids within their limits")                    \
    X(WATCH_FULL, "the watch holds as many undelivered events as its limit allows")                \
    X(NICS_FULL, "an owner has as many NICs in IPAM as its list can hold")                         \
    X(PODS_FULL, "a gateway pod carries as many NAT rules as its limit allows")                    \
    X(OVN_FULL, "the OVN northbound holds as many entries as its limit allows")

enum sim_status {
#define X(name, text) SIM_STATUS_##name,
    SIM_STATUSES(X)
#undef X
};

const char *sim_status_text(enum sim_status status);

/* Bytes a world of these limits and subnets needs; 0 if the setup is bad (sim_init says why). */
size_t sim_size(const struct sim_setup *setup);
/* Makes a world in memory of sim_size() bytes, aligned to 16: *world is that memory.  On failure
 * *world is not written, and the memory is worth nothing. */
enum sim_status sim_init(void *memory, const struct sim_setup *setup, struct sim_world **world);
/* Bytes to memcpy for a snapshot. */
size_t sim_world_size(const struct sim_world *world);
/* Leading bytes that are the state; the rest is derived from them. */
size_t sim_state_size(const struct sim_world *world);

struct sim_identity {
    uint64_t low;
    uint64_t high;
};

/* Kept incrementally: the cost does not depend on the size of the world. */
struct sim_identity sim_identity(struct sim_world *world);
/* The same from scratch. */
struct sim_identity sim_identity_full(const struct sim_world *world);

/* ---- actions ---- */

/* Receives the events of an action, in order.  May be NULL. */
typedef void sim_sink_fn(void *context, const struct sim_event *event);

struct sim_sink {
    sim_sink_fn *fn;
    void *context;
};

/* Makes the action happen.  NOT_ENABLED and WATCH_FULL change nothing. */
enum sim_status sim_apply(struct sim_world *world, const struct sim_action *action,
                          const struct sim_sink *sink);
/* Would sim_apply do it?  DONE or the reason why not. */
enum sim_status sim_can(const struct sim_world *world, const struct sim_action *action);

/* Lists the enabled actions of the controller and of delivery (DELIVER, START, STEP without and
 * with faults, DUE) in a fixed order; stores at most capacity of them and returns how many there
 * are.  In a timed world only the earliest DUE is enabled. */
enum { SIM_ENABLED_FAULTS = 1 };
size_t sim_enabled(const struct sim_world *world, unsigned flags, struct sim_action *out,
                   size_t capacity);
/* The delivery of the first kind, from `first` on and around, that has one; false: none has. */
bool sim_next_delivery(const struct sim_world *world, unsigned first, struct sim_action *out);
/* True if no action of the controller or of a delivery is enabled or delayed. */
bool sim_at_rest(const struct sim_world *world);

#endif
