/* The objects of the API server, as the controller sees them.
 *
 * An IptablesEIP is one flat value of 52 bytes: the API server holds one, the informer cache holds
 * one, every undelivered watch event carries one and a handler keeps the copies it has read.  Only
 * fields that some handler reads or writes are here.  Field names follow
 * pkg/apis/kubeovn/v1/iptables-eip.go (all tags).
 */
#ifndef EIPSIM_MODEL_OBJECT_H
#define EIPSIM_MODEL_OBJECT_H

#include "model/types.h"

/* Finalizer ids.  Ids from SIM_FINALIZER_FOREIGN on are texts the configuration names. */
enum {
    SIM_FINALIZER_NONE = 0,
    SIM_FINALIZER_OLD = 1, /* kube-ovn-controller, up to v1.12 */
    SIM_FINALIZER_NEW = 2, /* kubeovn.io/kube-ovn-controller, from v1.13 */
    SIM_FINALIZER_FOREIGN = 3,
    SIM_FINALIZERS = 4 /* how many one object can carry */
};

enum { /* struct sim_eip.flags */
       SIM_EIP_TERMINATING = 1,
       SIM_EIP_READY = 2
};

enum {                    /* struct sim_eip.labels: which of the four labels exist */
       SIM_LABEL_NET = 1, /* ovn.kubernetes.io/subnet */
       SIM_LABEL_GW = 2,  /* ovn.kubernetes.io/vpc-nat-gw-name */
       SIM_LABEL_V4 = 4,  /* ovn.kubernetes.io/eip_v4_ip */
       SIM_LABEL_QOS = 8  /* ovn.kubernetes.io/qos */
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

struct sim_eip {
    uint32_t rv; /* resourceVersion; 0: the object does not exist */
    uint32_t uid;
    sim_v4 spec_v4;
    uint32_t mac; /* spec.macAddress, a MAC id, 0: empty */
    sim_v4 status_ip;
    uint32_t redo; /* status.redo, seconds since 1970, 0: empty */
    sim_v4 label_v4;
    sim_ref gw;  /* spec.natGwDp, a gateway */
    sim_ref net; /* spec.externalSubnet */
    sim_ref qos; /* spec.qosPolicy */
    sim_ref status_qos;
    sim_ref label_net;
    sim_ref label_gw;
    sim_ref label_qos;
    uint8_t finalizer[SIM_FINALIZERS]; /* in order, then zeros */
    uint8_t flags;
    uint8_t labels;
    uint8_t nat; /* status.nat */
    uint8_t v6;  /* spec.v6ip */
    uint8_t ns;  /* spec.namespace: 0 empty, 1 the controller's own (master only) */
    uint8_t pad;
};

_Static_assert(sizeof(struct sim_eip) == 52, "an EIP has no hidden padding");

static inline bool sim_eip_exists(const struct sim_eip *e)
{
    return e->rv != 0;
}

static inline bool sim_eip_terminating(const struct sim_eip *e)
{
    return (e->flags & SIM_EIP_TERMINATING) != 0;
}

static inline bool sim_eip_ready(const struct sim_eip *e)
{
    return (e->flags & SIM_EIP_READY) != 0;
}

bool sim_eip_has_finalizer(const struct sim_eip *e, uint8_t finalizer);
unsigned sim_eip_finalizer_count(const struct sim_eip *e);
/* Appends; false if the list is full. */
bool sim_eip_add_finalizer(struct sim_eip *e, uint8_t finalizer);
/* Removes every occurrence, keeping the order of the others. */
void sim_eip_remove_finalizer(struct sim_eip *e, uint8_t finalizer);
/* True if the two differ in anything a write can change (all but rv, uid, terminating). */
bool sim_eip_differs(const struct sim_eip *a, const struct sim_eip *b);

#endif
