/* Ids, limits and the small enumerations that everything in the model shares.
 *
 * Names never enter the world.  Whoever builds a world interns each name once and hands over
 * small ids; the order of ids is the order of the names as text, so "in order of name" and "in
 * order of id" are the same thing everywhere (kube-ovn lists and replays by name).
 *
 * Four conventions:
 *   sim_id   an id, 0-based, of the kind the context says
 *   sim_ref  an optional id: 0 is "none" (the empty text), k+1 is id k
 *   sim_v4   the text of an IPv4 field: 0 is "", 1..0x00ffffff is a text that is no address
 *            (id of an interned text), everything else is the address 1.0.0.0..255.255.255.255
 *            in host byte order.  0.0.0.0/8 is never an address in a subnet, so nothing is lost.
 *   sim_v6   the text of an IPv6 field of the newer kinds: 0 is "", 1 is "<nil>", which v1.12.0
 *            writes; with its highest bit it is an address of a dual-stack subnet (subnet * 4096 +
 *            place); everything else is the id of an interned text + 2, with a bit that says
 *            whether it has upper-case letters
 */
#ifndef EIPSIM_MODEL_TYPES_H
#define EIPSIM_MODEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t sim_id;
typedef uint16_t sim_ref;
typedef uint32_t sim_v4;
typedef uint16_t sim_v6;

#define SIM_NONE ((sim_id)0xffff)
#define SIM_V4_FIRST_ADDRESS ((sim_v4)0x01000000)

#define SIM_V6_NIL_TEXT ((sim_v6)1)
#define SIM_V6_FIRST_TEXT ((sim_v6)2)
#define SIM_V6_HAS_UPPER ((sim_v6)0x4000)
#define SIM_V6_ADDRESS ((sim_v6)0x8000)

static inline bool sim_v6_is_address(sim_v6 v6)
{
    return (v6 & SIM_V6_ADDRESS) != 0;
}

static inline bool sim_v6_has_upper(sim_v6 v6)
{
    return !sim_v6_is_address(v6) && (v6 & SIM_V6_HAS_UPPER) != 0;
}

static inline sim_ref sim_ref_of(sim_id id)
{
    return (sim_ref)(id == SIM_NONE ? 0 : id + 1);
}

static inline sim_id sim_ref_id(sim_ref ref)
{
    return (sim_id)(ref == 0 ? SIM_NONE : ref - 1);
}

static inline bool sim_v4_is_address(sim_v4 v4)
{
    return v4 >= SIM_V4_FIRST_ADDRESS;
}

/* Capacities of one world, fixed when it is made.  Everything is laid out from them. */
struct sim_limits {
    uint16_t eips;             /* IptablesEIP names, at most 0xfffe */
    uint16_t gateways;         /* VpcNatGateway names, also those that never exist */
    uint16_t pods_per_gateway; /* pod names of one gateway, 1..8 */
    uint16_t nets;             /* names an externalSubnet can have: subnets and attachments */
    uint16_t subnets;          /* Subnet objects, 1..8 */
    uint16_t policies;         /* QoSPolicy names, also missing ones */
    uint16_t rules;            /* NAT rule objects */
    uint16_t names; /* distinct texts among EIP and gateway names: lock and limiter keys */
    uint16_t watch; /* undelivered watch events of each kind, at least 4 */
    uint16_t dnats; /* IptablesDnatRule, IptablesFIPRule, IptablesSnatRule names; only with nat */
    uint16_t fips;
    uint16_t snats;
    uint16_t
        nat; /* 1: the controller's queues of NAT rules and of gateways' initialisation exist */
    uint16_t pod_rules; /* NAT rules that one gateway pod can carry; only with nat */
    uint16_t ovn_eips;  /* OvnEip, Vip, OvnDnatRule, OvnFip, OvnSnatRule names; only with owners */
    uint16_t vips;
    uint16_t ovn_dnats;
    uint16_t ovn_fips;
    uint16_t ovn_snats;
    uint16_t owners;   /* 1: the controller's queues of OVN's kinds and of Vips exist; then net 0 is
                          the empty name, and so is OvnEip 0 if there are OVN NAT rules */
    uint16_t ovn_rows; /* entries that the OVN northbound can hold; only with owners */
    uint16_t vpcs;     /* names of VPCs, each with a logical router */
    uint16_t dual;     /* 1: some subnet has a second family; only with owners */
    uint32_t macs; /* MAC ids 1..macs; the first sim_macs_drawn() are drawn at random, the rest are
                      texts that a user wrote */
};

/* A random MAC of an object that holds addresses is one of sim_macs_each() ids of its own:
 * kube-ovn draws 46 random bits, what matters of them is only that a new draw differs from what is
 * already there.  With other owners than EIPs one MAC can be in many places. */
#define SIM_MACS_PER_EIP 8u
#define SIM_MACS_PER_OWNER 24u

static inline uint32_t sim_macs_each(const struct sim_limits *l)
{
    return l->owners ? SIM_MACS_PER_OWNER : SIM_MACS_PER_EIP;
}

static inline uint32_t sim_macs_drawn(const struct sim_limits *l)
{
    return ((uint32_t)l->eips + l->ovn_eips + l->vips) * sim_macs_each(l);
}

/* The kinds that are stored as a whole, with a watch, a cache and handlers of their own; how one is
 * added: docs/model.md.  name, text as in the API, limit of its names, type of the object */
#define SIM_KINDS(X)                                                                               \
    X(EIP, "IptablesEIP", eips, struct sim_eip)                                                    \
    X(DNAT, "IptablesDnatRule", dnats, struct sim_nat_rule)                                        \
    X(FIP, "IptablesFIPRule", fips, struct sim_nat_rule)                                           \
    X(SNAT, "IptablesSnatRule", snats, struct sim_nat_rule)                                        \
    X(OVN_EIP, "OvnEip", ovn_eips, struct sim_ovn_eip)                                             \
    X(VIP, "Vip", vips, struct sim_vip)                                                            \
    X(OVN_DNAT, "OvnDnatRule", ovn_dnats, struct sim_ovn_rule)                                     \
    X(OVN_FIP, "OvnFip", ovn_fips, struct sim_ovn_rule)                                            \
    X(OVN_SNAT, "OvnSnatRule", ovn_snats, struct sim_ovn_rule)

enum sim_kind_id {
#define X(name, text, limit, type) SIM_KIND_##name,
    SIM_KINDS(X)
#undef X
        SIM_KIND_COUNT
};

/* Everything an action or a call can be about: those kinds, with the same numbers, and others that
 * are only known to be there or not.  name, text as in the API */
#define SIM_OTHER_OBJECTS(X)                                                                       \
    X(GATEWAY, "VpcNatGateway")                                                                    \
    X(POD, "Pod")                                                                                  \
    X(POLICY, "QoSPolicy")                                                                         \
    X(SUBNET, "Subnet")                                                                            \
    X(WORKLOAD, "StatefulSet")                                                                     \
    X(RULE, "NAT rule") /* in handlers that three kinds share: the one at hand */

enum sim_object {
#define X(name, text, limit, type) SIM_OBJECT_##name,
    SIM_KINDS(X)
#undef X
#define X(name, text) SIM_OBJECT_##name,
        SIM_OTHER_OBJECTS(X)
#undef X
            SIM_OBJECT_COUNT
};

/* How many names of a kind a world has. */
uint16_t sim_limit(const struct sim_limits *limits, enum sim_object kind);

/* Work queues, one worker each (pkg/controller/controller.go, all tags; the subnet status queue
 * really has three workers, but its handler holds the subnet's lock from first to last call).
 * A queue of a part that a world lacks takes no room in it and stays empty for ever.
 * name, text, kind of its keys, limiter, part of the controller, table of its handler */
#define SIM_QUEUES(X)                                                                              \
    X(ADD_EIP, "addEip", EIP, SHARED, EIPS, ADD)                                                   \
    X(UPDATE_EIP, "updateEip", EIP, SHARED, EIPS, UPDATE)                                          \
    X(RESET_EIP, "resetEip", EIP, SHARED, EIPS, RESET)                                             \
    X(DEL_EIP, "delEip", EIP, SHARED, EIPS, DEL)                                                   \
    X(UPDATE_VPC_EIP, "updateVpcEip", GATEWAY, SHARED, EIPS, GATEWAY_PASS)                         \
    X(SUBNET_STATUS, "subnetStatus", SUBNET, OWN, EIPS, SUBNET_STATUS)                             \
    X(QOS_POLICY, "qosPolicy", POLICY, SHARED, EIPS, QOS_POLICY)                                   \
    X(ADD_FIP, "addFip", FIP, SHARED, NAT, RULE_ADD)                                               \
    X(UPDATE_FIP, "updateFip", FIP, SHARED, NAT, RULE_UPDATE)                                      \
    X(DEL_FIP, "delFip", FIP, SHARED, NAT, RULE_DEL)                                               \
    X(ADD_DNAT, "addDnat", DNAT, SHARED, NAT, RULE_ADD)                                            \
    X(UPDATE_DNAT, "updateDnat", DNAT, SHARED, NAT, RULE_UPDATE)                                   \
    X(DEL_DNAT, "delDnat", DNAT, SHARED, NAT, RULE_DEL)                                            \
    X(ADD_SNAT, "addSnat", SNAT, SHARED, NAT, RULE_ADD)                                            \
    X(UPDATE_SNAT, "updateSnat", SNAT, SHARED, NAT, RULE_UPDATE)                                   \
    X(DEL_SNAT, "delSnat", SNAT, SHARED, NAT, RULE_DEL)                                            \
    X(INIT_GATEWAY, "initGw", GATEWAY, SHARED, NAT, GATEWAY_INIT)                                  \
    X(UPDATE_VPC_FIP, "updateVpcFip", GATEWAY, SHARED, NAT, GATEWAY_RULES)                         \
    X(UPDATE_VPC_DNAT, "updateVpcDnat", GATEWAY, SHARED, NAT, GATEWAY_RULES)                       \
    X(UPDATE_VPC_SNAT, "updateVpcSnat", GATEWAY, SHARED, NAT, GATEWAY_RULES)                       \
    X(UPDATE_VPC_SUBNET, "updateVpcSubnet", GATEWAY, SHARED, NAT, GATEWAY_ROUTES)                  \
    X(DEL_GATEWAY, "delGw", GATEWAY, SHARED, NAT, GATEWAY_DEL)                                     \
    X(ADD_OVN_EIP, "addOvnEip", OVN_EIP, SHARED, OWNERS, OVN_EIP_ADD)                              \
    X(UPDATE_OVN_EIP, "updateOvnEip", OVN_EIP, SHARED, OWNERS, OVN_EIP_UPDATE)                     \
    X(RESET_OVN_EIP, "resetOvnEip", OVN_EIP, SHARED, OWNERS, OVN_EIP_RESET)                        \
    X(DEL_OVN_EIP, "delOvnEip", OVN_EIP, SHARED, OWNERS, OVN_EIP_DEL)                              \
    X(ADD_VIP, "addVip", VIP, OWN, OWNERS, VIP_ADD)                                                \
    X(UPDATE_VIP, "updateVip", VIP, OWN, OWNERS, VIP_UPDATE)                                       \
    X(DEL_VIP, "delVip", VIP, OWN, OWNERS, VIP_DEL)                                                \
    X(VIRTUAL_PARENTS, "virtualParents", VIP, OWN, OWNERS, NONE)                                   \
    X(ADD_OVN_FIP, "addOvnFip", OVN_FIP, SHARED, OWNERS, OVN_RULE_ADD)                             \
    X(UPDATE_OVN_FIP, "updateOvnFip", OVN_FIP, SHARED, OWNERS, OVN_RULE_UPDATE)                    \
    X(DEL_OVN_FIP, "delOvnFip", OVN_FIP, SHARED, OWNERS, OVN_RULE_DEL)                             \
    X(ADD_OVN_DNAT, "addOvnDnat", OVN_DNAT, SHARED, OWNERS, OVN_RULE_ADD)                          \
    X(UPDATE_OVN_DNAT, "updateOvnDnat", OVN_DNAT, SHARED, OWNERS, OVN_RULE_UPDATE)                 \
    X(DEL_OVN_DNAT, "delOvnDnat", OVN_DNAT, SHARED, OWNERS, OVN_RULE_DEL)                          \
    X(ADD_OVN_SNAT, "addOvnSnat", OVN_SNAT, SHARED, OWNERS, OVN_RULE_ADD)                          \
    X(UPDATE_OVN_SNAT, "updateOvnSnat", OVN_SNAT, SHARED, OWNERS, OVN_RULE_UPDATE)                 \
    X(DEL_OVN_SNAT, "delOvnSnat", OVN_SNAT, SHARED, OWNERS, OVN_RULE_DEL)

enum sim_queue_id {
#define X(name, text, keys, limiter, part, table) SIM_QUEUE_##name,
    SIM_QUEUES(X)
#undef X
        SIM_QUEUE_COUNT
};

/* Parts of the controller. */
enum sim_part_id {
    SIM_PART_EIPS,  /* always there */
    SIM_PART_NAT,   /* limits.nat */
    SIM_PART_OWNERS /* limits.owners */
};

/* The kind of the keys of a queue. */
enum sim_object sim_queue_keys(enum sim_queue_id queue);
enum sim_part_id sim_queue_part(enum sim_queue_id queue);
/* The kind of NAT rules that the handler of a queue works on; SIM_KIND_COUNT: none. */
enum sim_kind_id sim_queue_rule(enum sim_queue_id queue);

/* The limiters (pkg/controller/config.go and client-go's default).  All queues of custom
 * resources share one SHARED instance: one failure counter per key text, whatever the queue.
 * name, first delay in ms, greatest delay in ms */
#define SIM_LIMITERS(X)                                                                            \
    X(SHARED, 1000u, 20000u)                                                                       \
    X(OWN, 5u, 1000000u)

enum sim_limiter {
#define X(name, first, greatest) SIM_LIMITER_##name,
    SIM_LIMITERS(X)
#undef X
};

/* What a caller is told.  name, text (the API's reason where it has one) */
#define SIM_RESULTS(X)                                                                             \
    X(OK, "ok")                                                                                    \
    X(ERROR, "error")                                                                              \
    X(NOT_FOUND, "NotFound")                                                                       \
    X(ALREADY_EXISTS, "AlreadyExists")                                                             \
    X(CONFLICT, "Conflict")                                                                        \
    X(INVALID, "Invalid")

enum sim_result {
#define X(name, text) SIM_RESULT_##name,
    SIM_RESULTS(X)
#undef X
        SIM_RESULT_COUNT
};

/* Faults of one step.  BEFORE: the call fails and has no effect.  AFTER: it has its effect and the
 * reply is lost. */
#define SIM_FAULTS(X)                                                                              \
    X(NONE, "none")                                                                                \
    X(BEFORE, "before")                                                                            \
    X(AFTER, "after")

enum sim_fault {
#define X(name, text) SIM_FAULT_##name,
    SIM_FAULTS(X)
#undef X
        SIM_FAULT_COUNT
};

#define SIM_POD_STATES(X)                                                                          \
    X(ABSENT, "absent")                                                                            \
    X(PENDING, "pending")                                                                          \
    X(RUNNING, "running")                                                                          \
    X(TERMINATING, "terminating")

enum sim_pod_state {
#define X(name, text) SIM_POD_##name,
    SIM_POD_STATES(X)
#undef X
        SIM_POD_STATE_COUNT
};

/* The texts of the tables above; "?" beyond their ends. */
const char *sim_object_text(enum sim_object object);
const char *sim_queue_text(enum sim_queue_id queue);
const char *sim_result_text(enum sim_result result);
const char *sim_fault_text(enum sim_fault fault);
const char *sim_pod_state_text(enum sim_pod_state state);

#endif
