/* The objects of the API server, as the controller sees them.
 *
 * An object is one flat value: the API server holds one, the informer cache holds one, every
 * undelivered watch event carries one and a handler keeps the copies it has read.  Only fields that
 * some handler reads or writes are here.  Field names follow pkg/apis/kubeovn/v1 (all tags); which
 * of them stands where in a manifest is in model/fields.h.
 */
#ifndef EIPSIM_MODEL_OBJECT_H
#define EIPSIM_MODEL_OBJECT_H

#include "model/types.h"

/* Finalizer ids.  Ids from SIM_FINALIZER_FOREIGN on are texts the configuration names. */
enum {
    SIM_FINALIZER_NONE = 0,
    SIM_FINALIZER_OLD = 1,     /* kube-ovn-controller, up to v1.12 */
    SIM_FINALIZER_NEW = 2,     /* kubeovn.io/kube-ovn-controller, from v1.13 */
    SIM_FINALIZER_OVN_EIP = 3, /* ovn.kubernetes.io/ovn_eip, of an OvnEip in v1.12.0 */
    SIM_FINALIZER_FOREIGN = 4,
    SIM_FINALIZERS = 4 /* how many one object can carry */
};

enum { /* struct sim_meta.flags */
       SIM_EIP_TERMINATING = 1,
       SIM_EIP_READY = 2
};

enum {                     /* struct sim_meta.labels: which of them exist */
       SIM_LABEL_NET = 1,  /* ovn.kubernetes.io/subnet */
       SIM_LABEL_GW = 2,   /* ovn.kubernetes.io/vpc-nat-gw-name */
       SIM_LABEL_V4 = 4,   /* ovn.kubernetes.io/eip_v4_ip */
       SIM_LABEL_QOS = 8,  /* ovn.kubernetes.io/qos */
       SIM_LABEL_PORT = 16 /* ovn.kubernetes.io/vpc_dnat_eport */
};

enum {                          /* the same of OVN's kinds and of Vips, beside NET and V4 */
       SIM_LABEL_V6 = 2,        /* ovn.kubernetes.io/eip_v6_ip */
       SIM_LABEL_TYPE = 8,      /* ovn.kubernetes.io/ovn_eip_type */
       SIM_LABEL_VPC = 16,      /* ovn.kubernetes.io/vpc */
       SIM_LABEL_RESERVED = 32, /* ovn.kubernetes.io/ip_reserved */
};

enum { /* struct sim_eip.nat, in the order status.nat prints them */
       SIM_NAT_DNAT = 1,
       SIM_NAT_FIP = 2,
       SIM_NAT_SNAT = 4
};

enum { /* struct sim_eip.v6: the few texts of spec.v6ip that make a difference */
       SIM_V6_EMPTY = 0,
       SIM_V6_NIL = 1,   /* the text "<nil>" that v1.12.0 writes */
       SIM_V6_LOWER = 2, /* some address in lower case */
       SIM_V6_UPPER = 3  /* some address with an upper-case letter: refused since v1.13.0 */
};

/* What all kinds have, first.  The two bytes behind it are each kind's own. */
#define SIM_META                                                                                   \
    uint32_t rv; /* resourceVersion; 0: the object does not exist */                               \
    uint32_t uid;                                                                                  \
    uint8_t finalizer[SIM_FINALIZERS]; /* in order, then zeros */                                  \
    uint8_t flags;                                                                                 \
    uint8_t labels; /* which labels exist */

struct sim_meta {
    SIM_META
    uint8_t own[2];
};

/* In the order meta, labels, spec, status: writes send and store these parts as a whole. */
struct sim_eip {
    union {
        struct sim_meta meta;
        struct {
            SIM_META
            sim_ref label_net;
        };
    };
    sim_v4 label_v4;
    sim_ref label_gw;
    sim_ref label_qos;
    sim_v4 spec_v4;
    uint32_t mac; /* spec.macAddress, a MAC id, 0: empty */
    sim_ref gw;   /* spec.natGwDp, a gateway */
    sim_ref net;  /* spec.externalSubnet */
    sim_ref qos;  /* spec.qosPolicy */
    uint8_t v6;   /* spec.v6ip */
    uint8_t ns;   /* spec.namespace: 0 empty, 1 the controller's own (master only) */
    sim_v4 status_ip;
    uint32_t redo; /* status.redo, seconds since 1970, 0: empty */
    sim_ref status_qos;
    uint8_t nat; /* status.nat */
    uint8_t pad;
};

_Static_assert(sizeof(struct sim_eip) == 52, "an EIP has no hidden padding");

/* Where a rule leads to: the fields that spec and status have in common. */
struct sim_target {
    sim_v4 internal; /* internalIp or internalCIDR */
    uint8_t mask;    /* internalCIDR: mask length + 1; 0: none */
    uint8_t protocol;
    uint16_t port;          /* externalPort, 0: empty */
    uint16_t internal_port; /* 0: empty */
    uint16_t pad;
};

enum { /* struct sim_target.protocol */
       SIM_PROTOCOL_NONE,
       SIM_PROTOCOL_TCP,
       SIM_PROTOCOL_UDP
};

/* IptablesDnatRule, IptablesFIPRule and IptablesSnatRule (pkg/apis/kubeovn/v1, all tags). */
struct sim_nat_rule {
    union {
        struct sim_meta meta;
        struct {
            SIM_META
            sim_ref label_gw;
        };
    };
    sim_v4 label_v4;
    uint16_t label_port;
    sim_ref annotation; /* ovn.kubernetes.io/vpc_eip: an EIP, 0: there is none */
    struct sim_target spec;
    sim_ref eip; /* spec.eip */
    uint16_t pad;
    struct sim_target status;
    sim_v4 status_v4;
    uint32_t redo;
    sim_ref status_gw;
    uint8_t status_v6; /* as spec.v6ip of an EIP */
    uint8_t pad2;
};

_Static_assert(sizeof(struct sim_nat_rule) == 64, "a rule has no hidden padding");

enum { /* sim_ovn_eip.type; from OTHER on: id of an interned text, + OTHER */
       SIM_OVN_EIP_NO_TYPE,
       SIM_OVN_EIP_NAT,
       SIM_OVN_EIP_LRP,
       SIM_OVN_EIP_LSP,
       SIM_OVN_EIP_OTHER
};

/* OvnEip (pkg/apis/kubeovn/v1, all tags). */
struct sim_ovn_eip {
    union {
        struct sim_meta meta;
        struct {
            SIM_META
            sim_ref label_net;
        };
    };
    sim_v4 label_v4;
    sim_v6 label_v6;
    sim_ref label_vpc;
    uint8_t label_type;
    uint8_t pad;
    sim_ref annotation; /* ovn.kubernetes.io/vpc_nat: name of a rule, 0: there is none */
    sim_v4 spec_v4;
    uint32_t mac;
    sim_ref net;
    sim_v6 spec_v6;
    uint8_t type;
    uint8_t pad2[3];
    sim_v4 status_v4;
    uint32_t status_mac;
    sim_v6 status_v6;
    uint8_t status_type;
    uint8_t nat; /* status.nat, bits SIM_NAT_* */
};

_Static_assert(sizeof(struct sim_ovn_eip) == 56, "an OvnEip has no hidden padding");

enum { /* sim_vip.type; from OTHER on: id of an interned text, + OTHER */
       SIM_VIP_NO_TYPE,
       SIM_VIP_SWITCH_LB, /* switch_lb_vip */
       SIM_VIP_HOST_VM,   /* kube_host_vm_vip */
       SIM_VIP_OTHER
};

/* Vip (pkg/apis/kubeovn/v1, all tags). */
struct sim_vip {
    union {
        struct sim_meta meta;
        struct {
            SIM_META
            sim_ref label_net;
        };
    };
    sim_ref label_reserved; /* name of the pod's port that uses it, 0: "" */
    uint16_t pad;
    uint32_t mac;
    uint32_t parent_mac;
    sim_v4 spec_v4;
    sim_ref net; /* spec.subnet */
    sim_v6 spec_v6;
    uint8_t type;
    uint8_t pad2[3];
    uint32_t status_mac;
    uint32_t status_parent_mac;
    sim_v4 status_v4;
    sim_v6 status_v6;
    uint8_t status_type;
    uint8_t pad3;
};

_Static_assert(sizeof(struct sim_vip) == 56, "a Vip has no hidden padding");

enum { /* sim_ovn_rule.ip_type */
       SIM_IP_NO_TYPE,
       SIM_IP_VIP, /* ipName is a Vip, else an IP */
       SIM_IP_OTHER
};

/* OvnFip, OvnDnatRule and OvnSnatRule (pkg/apis/kubeovn/v1, all tags). */
struct sim_ovn_rule {
    union {
        struct sim_meta meta;
        struct {
            SIM_META
            sim_v6 label_v6;
        };
    };
    sim_v4 label_v4;
    sim_ref annotation; /* ovn.kubernetes.io/vpc_eip: an OvnEip, 0: there is none */
    sim_ref eip;        /* spec.ovnEip */
    sim_ref ip_name;    /* spec.ipName: a Vip */
    sim_ref net;        /* spec.vpcSubnet */
    uint16_t port;
    uint16_t internal_port;
    uint8_t protocol;
    uint8_t ip_type;
    uint16_t pad;
    sim_v4 status_eip;
    sim_v4 status_v4; /* v4Ip, or the network of v4IpCidr */
    uint8_t status_mask;
    uint8_t status_protocol;
    sim_ref status_vpc;
    uint32_t status_mac;
    uint16_t status_port;
    uint16_t status_internal_port;
    sim_ref status_ip_name;
    sim_v6 status_eip6;
    sim_v6 status_v6;
    uint16_t pad2;
};

_Static_assert(sizeof(struct sim_ovn_rule) == 64, "an OVN rule has no hidden padding");

/* What the OVN northbound holds.  name, word it is written with */
#define SIM_OVN_ROWS(X)                                                                            \
    X(NONE, "")                                                                                    \
    X(LSP, "lsp")      /* port of a switch: name, form, net, v4, v6, mark */                       \
    X(LRP, "lrp")      /* port of a router: name, mac */                                           \
    X(NAT, "nat")      /* router, mark, v4, internal, mask */                                      \
    X(LB, "lb")        /* load balancer: name */                                                   \
    X(LB_VIP, "lbvip") /* name, v4, port, internal, internal_port */                               \
    X(LR_LB, "lrlb")   /* load balancer of a router: router, name */

enum sim_ovn_row_kind {
#define X(name, text) SIM_OVN_##name,
    SIM_OVN_ROWS(X)
#undef X
        SIM_OVN_ROW_KIND_COUNT
};

/* "lsp"; "?" beyond the end. */
const char *sim_ovn_row_text(enum sim_ovn_row_kind kind);

enum { /* struct sim_ovn_row.mark of a switch's port, */
       SIM_OVN_ARP_PROXY = 1,
       SIM_OVN_VIRTUAL,
       /* and of a NAT entry */
       SIM_OVN_SNAT = 1,
       SIM_OVN_DNAT_AND_SNAT
};

/* An entry of the northbound; also the arguments of a call about one.  Unused members are 0. */
struct sim_ovn_row {
    uint8_t kind; /* enum sim_ovn_row_kind; NONE: there is none */
    uint8_t form; /* LSP: enum sim_nic, how the port is named after name */
    uint8_t mark;
    uint8_t mask;   /* NAT: of internal, length + 1; 0: none */
    uint16_t name;  /* id among names, + 1: what a port or a load balancer is named after */
    sim_ref net;    /* LSP: the switch, which is a subnet's name */
    sim_ref router; /* a VPC; 0: the text of its name is empty */
    uint16_t port;
    uint16_t internal_port;
    sim_v6 v6;
    sim_v4 v4;       /* LSP: its address; else the external one */
    sim_v4 internal; /* NAT: what is translated; LB_VIP: the backend */
    uint32_t mac;    /* a MAC id */
};

_Static_assert(sizeof(struct sim_ovn_row) == 28, "an entry has no hidden padding");

/* A NAT rule in a gateway pod; also the argument of a command about one. */
struct sim_pod_rule {
    uint8_t kind; /* enum sim_kind_id; 0: there is none */
    uint8_t protocol;
    uint8_t mask;
    uint8_t pad;
    uint16_t port;
    uint16_t internal_port;
    sim_v4 eip;
    sim_v4 internal;
};

/* One object of any kind, for what carries one: SIM_BODY inside a struct. */
#define SIM_BODY                                                                                   \
    union {                                                                                        \
        struct sim_meta meta;                                                                      \
        struct sim_eip body;                                                                       \
        struct sim_nat_rule rule_body;                                                             \
        struct sim_ovn_eip ovn_eip_body;                                                           \
        struct sim_vip vip_body;                                                                   \
        struct sim_ovn_rule ovn_rule_body;                                                         \
    };

static inline bool sim_exists(const struct sim_meta *m)
{
    return m->rv != 0;
}

static inline bool sim_terminating(const struct sim_meta *m)
{
    return (m->flags & SIM_EIP_TERMINATING) != 0;
}

static inline bool sim_ready(const struct sim_meta *m)
{
    return (m->flags & SIM_EIP_READY) != 0;
}

bool sim_has_finalizer(const struct sim_meta *m, uint8_t finalizer);
unsigned sim_finalizer_count(const struct sim_meta *m);
/* Appends; false if the list is full. */
bool sim_add_finalizer(struct sim_meta *m, uint8_t finalizer);
/* Removes every occurrence, keeping the order of the others. */
void sim_remove_finalizer(struct sim_meta *m, uint8_t finalizer);
/* True if two objects of size bytes differ in anything a write can change (all but rv, uid,
 * terminating). */
bool sim_differs(const struct sim_meta *a, const struct sim_meta *b, size_t size);

static inline bool sim_eip_exists(const struct sim_eip *e)
{
    return sim_exists(&e->meta);
}

static inline bool sim_eip_terminating(const struct sim_eip *e)
{
    return sim_terminating(&e->meta);
}

static inline bool sim_eip_ready(const struct sim_eip *e)
{
    return sim_ready(&e->meta);
}

static inline bool sim_eip_has_finalizer(const struct sim_eip *e, uint8_t finalizer)
{
    return sim_has_finalizer(&e->meta, finalizer);
}

static inline unsigned sim_eip_finalizer_count(const struct sim_eip *e)
{
    return sim_finalizer_count(&e->meta);
}

static inline bool sim_eip_add_finalizer(struct sim_eip *e, uint8_t finalizer)
{
    return sim_add_finalizer(&e->meta, finalizer);
}

static inline void sim_eip_remove_finalizer(struct sim_eip *e, uint8_t finalizer)
{
    sim_remove_finalizer(&e->meta, finalizer);
}

static inline bool sim_eip_differs(const struct sim_eip *a, const struct sim_eip *b)
{
    return sim_differs(&a->meta, &b->meta, sizeof *a);
}

#endif
