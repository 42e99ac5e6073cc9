/* An event is a fact that followed from an action.
 *
 * CALLS are what the controller's own code does to the outside, in the order it does them; the
 * recordings of the real controller list the same calls.  FACTS are everything else that happened;
 * they have no counterpart in a recording.
 */
#ifndef EIPSIM_MODEL_EVENT_H
#define EIPSIM_MODEL_EVENT_H

#include "model/object.h"

/* name, text, is it a call, what it means and which fields it uses beside worker */
#define SIM_EVENTS(X)                                                                              \
    X(READ, "read", 1, "object id was read from the cache: result OK (rv) or NOT_FOUND")           \
    X(LIST, "list", 1, "objects were listed by selector (v4 or id); count found")                  \
    X(LOCK, "lock", 1, "the lock of key id (kind object) was taken")                               \
    X(UNLOCK, "unlock", 1, "and given back")                                                       \
    X(IPAM, "ipam", 1, "verb on owner id, nic, net: v4 or ipam_error; want for static")            \
    X(EXEC, "exec", 1, "op verb in pod id: v4/prefix, rule of policy net; result, fault")          \
    X(OVN, "ovn", 1, "op verb on the northbound, about ovn; effect, result, fault")                \
    X(WRITE, "write", 1, "verb on object id: body, fields; effect, result, fault")                 \
    X(QUEUE, "queue", 1, "key id was added to queue")                                              \
    X(QUEUE_AFTER, "queue-after", 1, "key id was added to queue with a delay of ms")               \
    X(REQUEUE, "requeue", 1, "the handler failed; key id comes back to queue after ms")            \
    X(FORGET, "forget", 1, "the handler succeeded; the limiter of queue forgets key id")           \
    X(SLEEP, "sleep", 1, "the handler slept ms")                                                   \
    X(PANIC, "panic", 1, "the handler dereferenced nil; the process is dead")                      \
    X(STORED, "stored", 0, "a user's write on EIP id ended with result; body is what is stored")   \
    X(REMOVED, "removed", 0, "EIP id is gone from the API server; count: was it a user's will")    \
    X(DELIVERED, "delivered", 0, "watch event verb of EIP id at rv reached the cache")             \
    X(TAKEN, "taken", 0, "the worker of queue took key id")                                        \
    X(DUE, "due", 0, "delayed key id of queue became ready")                                       \
    X(FREED, "freed", 0, "address v4 of net is no longer held by owner id")                        \
    X(WIRED, "wired", 0, "address v4/prefix is now on the interface of pod id")                    \
    X(UNWIRED, "unwired", 0, "address v4/prefix is no longer on the interface of pod id")          \
    X(RULED, "ruled", 0, "NAT rule row is now in pod id")                                          \
    X(UNRULED, "unruled", 0, "NAT rule row is no longer in pod id")                                \
    X(DOWN, "down", 0, "the controller is down; its memory is gone")                               \
    X(UP, "up", 0, "a new controller is up")

enum sim_event_kind {
#define X(name, text, call, meaning) SIM_EVENT_##name,
    SIM_EVENTS(X)
#undef X
        SIM_EVENT_COUNT
};

/* Verbs of WRITE, IPAM, EXEC and DELIVERED.  name, text */
#define SIM_VERBS(X)                                                                               \
    X(NONE, "")                                                                                    \
    X(CREATE, "create")                                                                            \
    X(UPDATE, "update")                                                                            \
    X(PATCH, "patch")         /* merge patch of the main resource: metadata */                     \
    X(PATCH_STATUS, "patch")  /* merge patch of the status subresource */                          \
    X(PATCH_LABEL_ADD, "add") /* JSON patch of the label map, op add */                            \
    X(PATCH_LABEL_REPLACE, "replace")                                                              \
    X(PATCH_LABEL_NO_OP, "")       /* the same with an empty op, which the server refuses */       \
    X(PATCH_ANNOTATION_ADD, "add") /* the same of the annotations */                               \
    X(PATCH_ANNOTATION_REPLACE, "replace")                                                         \
    X(RANDOM, "random")                                                                            \
    X(STATIC, "static")                                                                            \
    X(RELEASE, "release")                                                                          \
    X(EIP_ADD, "eip-add")                                                                          \
    X(EIP_DEL, "eip-del")                                                                          \
    X(QOS_INGRESS_ADD, "eip-ingress-qos-add")                                                      \
    X(QOS_EGRESS_ADD, "eip-egress-qos-add")                                                        \
    X(QOS_INGRESS_DEL, "eip-ingress-qos-del")                                                      \
    X(QOS_EGRESS_DEL, "eip-egress-qos-del")                                                        \
    X(EIP_LIST, "eip-list") /* no release has it: the addresses of the external interface */       \
    X(INIT, "init")                                                                                \
    X(IPTABLES_VERSION, "get-iptables-version")                                                    \
    X(FIP_ADD, "floating-ip-add")                                                                  \
    X(FIP_DEL, "floating-ip-del")                                                                  \
    X(DNAT_ADD, "dnat-add")                                                                        \
    X(DNAT_DEL, "dnat-del")                                                                        \
    X(SNAT_ADD, "snat-add")                                                                        \
    X(SNAT_DEL, "snat-del")                                                                        \
    X(DELETE, "delete")                                                                            \
    X(ANNOTATE, "patch") /* the annotation of a gateway pod: it is initialised */                  \
    X(LSP_CREATE_BARE, "lsp-create-bare")                                                          \
    X(LSP_CREATE, "lsp-create")                                                                    \
    X(LSP_CREATE_VIRTUAL, "lsp-create-virtual")                                                    \
    X(LSP_ARP_PROXY, "lsp-arp-proxy")                                                              \
    X(LSP_DELETE, "lsp-delete")                                                                    \
    X(LRP_GET, "lrp-get")                                                                          \
    X(LRP_DELETE, "lrp-delete")                                                                    \
    X(NAT_ADD, "nat-add")                                                                          \
    X(NAT_DELETE, "nat-delete")                                                                    \
    X(LB_CREATE, "lb-create")                                                                      \
    X(LB_VIP_ADD, "lb-vip-add")                                                                    \
    X(LB_VIP_DELETE, "lb-vip-delete")                                                              \
    X(LB_CT_FLUSH, "lb-ct-flush")                                                                  \
    X(LR_LB_INSERT, "lr-lb-insert")                                                                \
    X(LR_LB_DELETE, "lr-lb-delete")                                                                \
    X(ADDED, "ADDED")                                                                              \
    X(MODIFIED, "MODIFIED")                                                                        \
    X(DELETED, "DELETED")

enum sim_verb {
#define X(name, text) SIM_VERB_##name,
    SIM_VERBS(X)
#undef X
        SIM_VERB_COUNT
};

enum sim_selector { /* LIST */
                    SIM_SELECT_ALL,
                    SIM_SELECT_QOS,     /* EIPs with label qos = policy id */
                    SIM_SELECT_NET,     /* EIPs with label subnet = net id */
                    SIM_SELECT_V4,      /* rules with label eip_v4_ip = v4 */
                    SIM_SELECT_GATEWAY, /* pods of gateway id; rules with its label */
                    SIM_SELECT_V6,      /* OVN rules with label eip_v6_ip = the sim_v6 net */
                    SIM_SELECT_PORT     /* rules with the labels of gateway id and of port net */
};

struct sim_event {
    uint8_t kind;
    uint8_t worker; /* enum sim_queue_id + 1 of the worker that did it, 0: none */
    uint8_t object; /* enum sim_object */
    uint8_t verb;   /* enum sim_verb */
    uint8_t result; /* enum sim_result: what the caller was told */
    uint8_t effect; /* WRITE: what the API server did; SIM_RESULT_COUNT: it was never reached */
    uint8_t fault;  /* enum sim_fault */
    uint8_t queue;  /* QUEUE, QUEUE_AFTER, REQUEUE, FORGET, TAKEN, DUE: enum sim_queue_id */
    sim_id id;
    sim_id net;         /* IPAM: net named in the call, SIM_NONE: the empty text; EXEC: policy */
    uint8_t selector;   /* LIST */
    uint8_t ipam_error; /* IPAM: enum ipam_error, 0: ok */
    uint8_t prefix;     /* EXEC eip-*: mask length; snat-add: 1 with --random-fully */
    uint8_t rule;       /* EXEC qos: number of the rule within its policy */
    uint8_t nic;        /* IPAM: enum sim_nic */
    uint8_t sets_finalizers; /* WRITE PATCH: 1 if the patch sets the finalizers, else it is {} */
    uint8_t drawn;           /* IPAM: 1: mac was drawn just now */
    uint8_t pad;
    uint32_t count; /* LIST */
    uint32_t ms;
    uint32_t rv;
    sim_v4 v4; /* IPAM: the address given; EXEC: the address named */
    sim_v4 want;
    sim_v6 v6; /* IPAM: the second family's, "<nil>" where v1.12.0 says so */
    sim_v6 want6;
    uint32_t mac;   /* IPAM: of the result */
    sim_v4 gateway; /* EXEC eip-add: the subnet's gateway where the release names it, else 0 */
    /* WRITE of a Subnet's status: the two counts; the ranges are those the world stores or, where
     * the write failed before its effect, none. */
    uint32_t using_ips;
    uint32_t available_ips;
    union {
        /* WRITE: the object or the fields sent; STORED, REMOVED, DELIVERED: what there is */
        SIM_BODY
        struct sim_pod_rule row; /* EXEC of a NAT rule; RULED, UNRULED */
        struct sim_ovn_row ovn;  /* OVN: the arguments */
    };
};

/* NIC names of an EIP inside IPAM. */
enum sim_nic {
    SIM_NIC_PORT, /* "<eip>..<provider>", what add asks with */
    SIM_NIC_BARE, /* "<eip>", what InitIPAM registers */
    SIM_NIC_VIP,  /* what a Vip asks with where an EIP's port is named after the subnet, and the
                     subnet's provider is not: only with owners */
    SIM_NICS
};

/* How many a name has. */
static inline unsigned sim_nics(const struct sim_limits *limits)
{
    return limits->owners ? (unsigned)SIM_NICS : (unsigned)SIM_NIC_VIP;
}

const char *sim_event_text(enum sim_event_kind kind);
bool sim_event_is_call(enum sim_event_kind kind);
const char *sim_verb_text(enum sim_verb verb);

#endif
