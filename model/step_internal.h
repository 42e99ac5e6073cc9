/* Handlers as tables of steps.
 *
 * A row makes at most one call to the outside.  Rows marked CALL are stopping points: everything
 * else in the world may move before them.  LOCAL rows make no call; GLUED rows make one that
 * nothing can come before (a queue add after a write, a look at a Subnet: the recordings
 * of the real controller stop at the same places).  ENTER rows run another table, like a call.
 *
 *     frame 0   add      A8 ─ A9 ─ [A12] ─ A13                 the handler
 *     frame 1   persist             └── C3 ─ C4 ─ [C6]          createOrUpdateEipCR
 *     frame 2   finalizer                          └── F1 ─ F2  addIptablesEipFinalizer
 *
 * A row is skipped unless its `when` says yes.  `run` says how to go on: the next row (NEXT), a row
 * of the same table (its number), the end of this table (RETURN), or the end of the handler.
 */
#ifndef EIPSIM_MODEL_STEP_INTERNAL_H
#define EIPSIM_MODEL_STEP_INTERNAL_H

#include "model/sim_internal.h"

enum sim_flow {
    NEXT = -1,
    RETURN = -2,
    SUCCEED = -3,
    FAIL = -4,
    DIE = -5 /* nil dereference: the process ends */
};

typedef bool sim_when(const struct sim_turn *t);
typedef int sim_run(struct sim_turn *t);

struct sim_step {
    const char *name; /* NULL ends a table */
    const char *text;
    sim_when *when;
    sim_run *run; /* ENTER: prepares, may be NULL */
    uint8_t enter;
    uint8_t stop;
    uint8_t call; /* enum sim_event_kind, SIM_EVENT_COUNT: none */
    uint8_t object;
};

#define LOCAL(name, when, run, text)                                                               \
    {                                                                                              \
        name, text, when, run, 0, 0, SIM_EVENT_COUNT, SIM_OBJECT_COUNT                             \
    }
#define CALL(name, when, run, call, object, text)                                                  \
    {                                                                                              \
        name, text, when, run, 0, 1, SIM_EVENT_##call, SIM_OBJECT_##object                         \
    }
#define GLUED(name, when, run, call, object, text)                                                 \
    {                                                                                              \
        name, text, when, run, 0, 0, SIM_EVENT_##call, SIM_OBJECT_##object                         \
    }
#define ENTER(name, when, prepare, table, text)                                                    \
    {                                                                                              \
        name, text, when, prepare, SIM_TABLE_##table, 0, SIM_EVENT_COUNT, SIM_OBJECT_COUNT         \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, NULL, NULL, 0, 0, 0, 0                                                         \
    }

/* name, array, title as documentation prints it */
#define SIM_TABLES(X)                                                                              \
    X(NONE, sim_no_steps, "")                                                                      \
    X(ADD, sim_add_steps, "add an EIP")                                                            \
    X(UPDATE, sim_update_steps, "update or delete an EIP")                                         \
    X(RESET, sim_reset_steps, "reset an EIP")                                                      \
    X(DEL, sim_del_steps, "after an EIP's deletion")                                               \
    X(GATEWAY_PASS, sim_gateway_pass_steps, "mark a gateway's EIPs for programming")               \
    X(SUBNET_STATUS, sim_subnet_status_steps, "recompute a subnet's status")                       \
    X(QOS_POLICY, sim_no_steps, "look at a bandwidth policy")                                      \
    X(PERSIST, sim_persist_steps, "write an added EIP")                                            \
    X(FINALIZER_ADD, sim_finalizer_add_steps, "add the finalizer")                                 \
    X(FINALIZER_DEL, sim_finalizer_del_steps, "remove the finalizer")                              \
    X(PATCH_STATUS, sim_patch_status_steps, "patch the status")                                    \
    X(PATCH_QOS_STATUS, sim_patch_qos_status_steps, "patch status.qosPolicy")                      \
    X(PATCH_LABEL, sim_patch_label_steps, "patch the labels")                                      \
    X(PODS, sim_pods_steps, "run a command in the gateway")                                        \
    X(QOS_ADD, sim_qos_add_steps, "add bandwidth rules")                                           \
    X(QOS_DEL, sim_qos_del_steps, "remove bandwidth rules")                                        \
    X(UNDO, sim_undo_steps, "undo a failed add")                                                   \
    X(SWEEP, sim_sweep_steps, "take off a gateway what belongs to nobody")                         \
    X(RULE_ADD, sim_rule_add_steps, "add a NAT rule")                                              \
    X(RULE_UPDATE, sim_rule_update_steps, "update or delete a NAT rule")                           \
    X(RULE_DEL, sim_no_steps, "after a NAT rule's deletion")                                       \
    X(RULE_CREATE, sim_rule_create_steps, "program a NAT rule")                                    \
    X(RULE_REMOVE, sim_rule_remove_steps, "remove a NAT rule from its gateway")                    \
    X(RULE_CLEAN, sim_rule_clean_steps, "remove a NAT rule, whatever it was programmed as")        \
    X(RULE_STATUS, sim_rule_status_steps, "patch a NAT rule's status")                             \
    X(RULE_LABELS, sim_rule_labels_steps, "patch a NAT rule's labels and annotation")              \
    X(RULE_FINALIZER_ADD, sim_rule_finalizer_add_steps, "add a NAT rule's finalizer")              \
    X(RULE_FINALIZER_DEL, sim_rule_finalizer_del_steps, "remove a NAT rule's finalizer")           \
    X(GATEWAY_INIT, sim_gateway_init_steps, "initialise a gateway")                                \
    X(GATEWAY_RULES, sim_gateway_rules_steps, "mark a gateway's NAT rules for programming")        \
    X(GATEWAY_ROUTES, sim_no_steps, "update a gateway's routes")                                   \
    X(GATEWAY_DEL, sim_gateway_del_steps, "after a gateway's deletion")                            \
    X(OVN_EIP_ADD, sim_ovn_eip_add_steps, "add an OvnEip")                                         \
    X(OVN_EIP_UPDATE, sim_ovn_eip_update_steps, "update or delete an OvnEip")                      \
    X(OVN_EIP_RESET, sim_ovn_eip_reset_steps, "reset an OvnEip")                                   \
    X(OVN_EIP_DEL, sim_ovn_eip_del_steps, "delete an OvnEip")                                      \
    X(OVN_EIP_PERSIST, sim_ovn_eip_persist_steps, "write an added OvnEip")                         \
    X(OVN_EIP_STATUS, sim_ovn_eip_status_steps, "patch an OvnEip's status")                        \
    X(OVN_RULE_ADD, sim_ovn_rule_add_steps, "add an OVN NAT rule")                                 \
    X(OVN_RULE_UPDATE, sim_ovn_rule_update_steps, "update or delete an OVN NAT rule")              \
    X(OVN_RULE_DEL, sim_ovn_rule_del_steps, "delete an OVN NAT rule")                              \
    X(OVN_LB_ADD, sim_ovn_lb_add_steps, "add the load balancer of an OvnDnatRule")                 \
    X(OVN_LB_DEL, sim_ovn_lb_del_steps, "remove the load balancer of an OvnDnatRule")              \
    X(OVN_EIP_RELATE, sim_ovn_eip_relate_steps, "let an OvnEip name its rule")                     \
    X(OVN_RULE_ANNOTATE, sim_ovn_rule_annotate_steps, "let an OVN NAT rule name its OvnEip")       \
    X(OVN_RULE_STATUS, sim_ovn_rule_status_steps, "patch labels and status of an OVN NAT rule")    \
    X(OVN_RULE_FINALIZER_DEL, sim_ovn_rule_finalizer_del_steps,                                    \
      "remove an OVN NAT rule's finalizer")                                                        \
    X(OVN_EIP_FINALIZER_DEL, sim_ovn_eip_finalizer_del_steps, "remove an OvnEip's finalizer")      \
    X(VIP_ADD, sim_vip_add_steps, "add a Vip")                                                     \
    X(VIP_UPDATE, sim_vip_update_steps, "update or delete a Vip")                                  \
    X(VIP_DEL, sim_vip_del_steps, "after a Vip's deletion")                                        \
    X(VIP_PERSIST, sim_vip_persist_steps, "write an added Vip")                                    \
    X(VIP_FINALIZER_ADD, sim_vip_finalizer_add_steps, "add a Vip's finalizer")                     \
    X(VIP_FINALIZER_DEL, sim_vip_finalizer_del_steps, "remove a Vip's finalizer")

enum sim_table {
#define X(name, array, title) SIM_TABLE_##name,
    SIM_TABLES(X)
#undef X
        SIM_TABLE_COUNT
};

#define X(name, array, title) extern const struct sim_step array[];
SIM_TABLES(X)
#undef X

const struct sim_step *sim_table_steps(enum sim_table table);
const char *sim_table_title(enum sim_table table);

/* ---- calls that rows of several tables make: calls.c ----
 *
 * bool: did the cache have it (gateway me->gateway, policy me->policy, the Subnet named net)?  int:
 * a flow. */

/* Reads EIP `key` from the cache into *into; false: not found. */
bool sim_read_eip(struct sim_turn *t, struct sim_eip *into);
bool sim_read_gateway(struct sim_turn *t);
bool sim_read_policy(struct sim_turn *t);
bool sim_read_subnet(struct sim_turn *t, sim_id net);
/* Lists the three kinds of NAT rules labelled v4; me->nat. */
void sim_list_rules(struct sim_turn *t, sim_v4 v4);
int sim_take_lock(struct sim_turn *t);
/* The lock of me->eip, for a handler whose key is not an EIP. */
int sim_lock_eip(struct sim_turn *t);
int sim_give_lock_back(struct sim_turn *t);
/* Sends a write of an object and says what the handler is told. */
enum sim_result sim_write(struct sim_turn *t, enum sim_kind_id kind, sim_id id, enum sim_verb verb,
                          const struct sim_meta *body, bool finalizers);
/* Sends a write of EIP `key` and says what the handler is told. */
enum sim_result sim_write_eip(struct sim_turn *t, enum sim_verb verb, const struct sim_eip *body,
                              bool finalizers);
/* Which subnet the handler works on: me->subnet; false if there is none. */
bool sim_resolve_subnet(struct sim_turn *t);
/* The same by the rule of v1.12, where IPAM is asked. */
bool sim_resolve_in_ipam(struct sim_turn *t);

/* Releases all that the name holds, which can be in other subnets than the EIP at hand names. */
void sim_release_left(struct sim_turn *t);
/* Asks for the status of the subnets in which that was. */
int sim_ask_status_of_left(struct sim_turn *t);

/* ---- conditions and rows of several tables: calls.c, helpers.c ---- */

bool sim_when_handlers_ask_status(const struct sim_turn *t);
bool sim_when_resolved_first(const struct sim_turn *t);
/* Is what a handler was granted recorded in the status before it is used? */
bool sim_when_recorded(const struct sim_turn *t);
/* The policy an EIP is programmed with: the one in its spec, or the one recorded. */
sim_ref sim_policy_used(const struct sim_turn *t);
bool sim_when_policy_used(const struct sim_turn *t);
/* The next table adds bandwidth rules of this policy; sim_only_ask: it only asks for it. */
int sim_use_policy(struct sim_turn *t, sim_ref policy);
int sim_only_ask_policy(struct sim_turn *t, sim_ref policy);
/* me->subnet by sim_resolve_subnet; none: FAIL. */
int sim_resolve(struct sim_turn *t);
bool sim_when_locked_first(const struct sim_turn *t);
bool sim_when_read_first(const struct sim_turn *t);
bool sim_when_namespace_unknown(const struct sim_turn *t);
bool sim_when_rechecked(const struct sim_turn *t);
/* Does a helper read the EIP anew (me->copy)?  With guarded writes it goes on from what its handler
 * has; only the pass, which has none, reads. */
bool sim_when_copy_read(const struct sim_turn *t);
bool sim_when_v6_refused(const struct sim_turn *t);
int sim_refuse_if_disabled(struct sim_turn *t);
int sim_refuse_upper_v6(struct sim_turn *t);
/* Reads the gateway object for its namespace only. */
int sim_look_up_namespace(struct sim_turn *t);
/* Reads me->snap again; gone: SUCCEED. */
int sim_read_again(struct sim_turn *t);

/* A handler of v1.12 that will write a subnet's status itself has read the subnet, me->net: what it
 * writes is compared with that. */
void sim_see_status(struct sim_turn *t);
/* Such a handler is over. */
void sim_unsee_status(struct sim_turn *t);

/* At the start of a controller: gateways with pods that wait for it are initialised. */
void sim_init_gateways(struct sim_turn *t);

/* The rest of a worker whose handler works on NAT rules. */
static inline struct sim_rule_work *sim_rule_work(const struct sim_turn *t)
{
    return &((struct sim_rule_worker *)t->me)->rule;
}

/* The kind of rules it works on. */
static inline enum sim_kind_id sim_rule_kind(const struct sim_turn *t)
{
    return sim_queue_rule((enum sim_queue_id)t->queue);
}

/* Reads rule `key` of the handler's kind. */
bool sim_read_rule(struct sim_turn *t, struct sim_nat_rule *into);
/* The gateway pass's look-ups, for those over rules: gateway_pass.c */
bool sim_when_gateway_object_read(const struct sim_turn *t);
int sim_require_gateway(struct sim_turn *t);
int sim_read_gateway_time(struct sim_turn *t);
/* Looks the pods of a gateway up: those that a command runs in as bits in *pods. NEXT, FAIL, or
 * RETURN if there is none and that is fine. */
int sim_look_up_pods(struct sim_turn *t, sim_id gateway, bool missing_ok, uint8_t *pods);

/* Looks the pods of me->gateway up and only says whether it went well: gateway.c */
int sim_find_pods(struct sim_turn *t);
/* The pods of a gateway that exist, or that run, as bits. */
uint8_t sim_pods_present(const struct sim_world *w, sim_id gateway, bool running_only);
void sim_tell_pods(struct sim_turn *t, sim_id gateway, uint8_t present);
/* The creation time of the newest pod that commands go to; 0: there is none. */
uint32_t sim_newest_pod(const struct sim_turn *t);
/* Sends me->op; says whether it went well, else me->exec_failed is 1. */
bool sim_exec_in(struct sim_turn *t, sim_id pod);

#endif
