/* The fields of every kind: where a manifest, a log and a recording have them, and where the object
 * has them.  What reads, writes or shows objects goes through these tables, so that a new kind is
 * described once.
 */
#ifndef EIPSIM_MODEL_FIELDS_H
#define EIPSIM_MODEL_FIELDS_H

#include "model/object.h"

enum sim_section {
    SIM_SECTION_LABELS,
    SIM_SECTION_ANNOTATIONS,
    SIM_SECTION_SPEC,
    SIM_SECTION_STATUS
};

/* name, type of the member */
#define SIM_FIELD_TYPES(X)                                                                         \
    X(V4, sim_v4)         /* an address, or a text that is none */                                 \
    X(V6, uint8_t)        /* one of the few texts that make a difference */                        \
    X(MAC, uint32_t)      /* a MAC id */                                                           \
    X(EIP, sim_ref)       /* the name of an EIP */                                                 \
    X(GATEWAY, sim_ref)   /* of a gateway */                                                       \
    X(NET, sim_ref)       /* of a subnet or an attachment */                                       \
    X(POLICY, sim_ref)    /* of a QoSPolicy */                                                     \
    X(NAMESPACE, uint8_t) /* 1: the controller's own */                                            \
    X(TIME, uint32_t)     /* seconds since 1970 */                                                 \
    X(NAT, uint8_t)       /* bits SIM_NAT_*, a list of words */                                    \
    X(READY, uint8_t)     /* a bit of the flags; always written */                                 \
    X(PORT, uint16_t)                                                                              \
    X(PROTOCOL, uint8_t)                                                                           \
    X(CIDR, sim_v4) /* a network; the byte behind it is its mask length + 1 */

enum sim_field_type {
#define X(name, type) SIM_FIELD_##name,
    SIM_FIELD_TYPES(X)
#undef X
        SIM_FIELD_TYPE_COUNT
};

/* section, key, type, member, bit of meta.labels (labels only).  Keys of a section in order. */
#define SIM_FIELDS_OF_EIP(X)                                                                       \
    X(LABELS, "ovn.kubernetes.io/eip_v4_ip", V4, label_v4, SIM_LABEL_V4)                           \
    X(LABELS, "ovn.kubernetes.io/qos", POLICY, label_qos, SIM_LABEL_QOS)                           \
    X(LABELS, "ovn.kubernetes.io/subnet", NET, label_net, SIM_LABEL_NET)                           \
    X(LABELS, "ovn.kubernetes.io/vpc-nat-gw-name", GATEWAY, label_gw, SIM_LABEL_GW)                \
    X(SPEC, "externalSubnet", NET, net, 0)                                                         \
    X(SPEC, "macAddress", MAC, mac, 0)                                                             \
    X(SPEC, "namespace", NAMESPACE, ns, 0)                                                         \
    X(SPEC, "natGwDp", GATEWAY, gw, 0)                                                             \
    X(SPEC, "qosPolicy", POLICY, qos, 0)                                                           \
    X(SPEC, "v4ip", V4, spec_v4, 0)                                                                \
    X(SPEC, "v6ip", V6, v6, 0)                                                                     \
    X(STATUS, "ip", V4, status_ip, 0)                                                              \
    X(STATUS, "nat", NAT, nat, 0)                                                                  \
    X(STATUS, "qosPolicy", POLICY, status_qos, 0)                                                  \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "redo", TIME, redo, 0)

#define SIM_FIELDS_OF_RULE_METADATA(X)                                                             \
    X(LABELS, "ovn.kubernetes.io/eip_v4_ip", V4, label_v4, SIM_LABEL_V4)                           \
    X(LABELS, "ovn.kubernetes.io/vpc-nat-gw-name", GATEWAY, label_gw, SIM_LABEL_GW)                \
    X(LABELS, "ovn.kubernetes.io/vpc_dnat_eport", PORT, label_port, SIM_LABEL_PORT)                \
    X(ANNOTATIONS, "ovn.kubernetes.io/vpc_eip", EIP, annotation, 0)

#define SIM_FIELDS_OF_DNAT(X)                                                                      \
    SIM_FIELDS_OF_RULE_METADATA(X)                                                                 \
    X(SPEC, "eip", EIP, eip, 0)                                                                    \
    X(SPEC, "externalPort", PORT, spec.port, 0)                                                    \
    X(SPEC, "internalIp", V4, spec.internal, 0)                                                    \
    X(SPEC, "internalPort", PORT, spec.internal_port, 0)                                           \
    X(SPEC, "protocol", PROTOCOL, spec.protocol, 0)                                                \
    X(STATUS, "externalPort", PORT, status.port, 0)                                                \
    X(STATUS, "internalIp", V4, status.internal, 0)                                                \
    X(STATUS, "internalPort", PORT, status.internal_port, 0)                                       \
    X(STATUS, "natGwDp", GATEWAY, status_gw, 0)                                                    \
    X(STATUS, "protocol", PROTOCOL, status.protocol, 0)                                            \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "redo", TIME, redo, 0)                                                               \
    X(STATUS, "v4ip", V4, status_v4, 0)                                                            \
    X(STATUS, "v6ip", V6, status_v6, 0)

#define SIM_FIELDS_OF_FIP(X)                                                                       \
    SIM_FIELDS_OF_RULE_METADATA(X)                                                                 \
    X(SPEC, "eip", EIP, eip, 0)                                                                    \
    X(SPEC, "internalIp", V4, spec.internal, 0)                                                    \
    X(STATUS, "internalIp", V4, status.internal, 0)                                                \
    X(STATUS, "natGwDp", GATEWAY, status_gw, 0)                                                    \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "redo", TIME, redo, 0)                                                               \
    X(STATUS, "v4ip", V4, status_v4, 0)                                                            \
    X(STATUS, "v6ip", V6, status_v6, 0)

#define SIM_FIELDS_OF_SNAT(X)                                                                      \
    SIM_FIELDS_OF_RULE_METADATA(X)                                                                 \
    X(SPEC, "eip", EIP, eip, 0)                                                                    \
    X(SPEC, "internalCIDR", CIDR, spec.internal, 0)                                                \
    X(STATUS, "internalCIDR", CIDR, status.internal, 0)                                            \
    X(STATUS, "natGwDp", GATEWAY, status_gw, 0)                                                    \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "redo", TIME, redo, 0)                                                               \
    X(STATUS, "v4ip", V4, status_v4, 0)                                                            \
    X(STATUS, "v6ip", V6, status_v6, 0)

struct sim_field {
    const char *key;
    uint16_t at;     /* offset of the member */
    uint8_t section; /* enum sim_section */
    uint8_t type;    /* enum sim_field_type */
    uint8_t size;    /* bytes of the member, with a mask behind it */
    uint8_t bit;     /* of meta.labels */
};

/* The fields of a kind, n of them; none for objects that are not stored. */
const struct sim_field *sim_fields(enum sim_object kind, size_t *n);
/* The n-th field of the spec: what bit n of a set-spec action's value stands for. */
const struct sim_field *sim_spec_field(enum sim_object kind, unsigned n);
/* A member's value as a number, whatever its type. */
uint32_t sim_field_value(const struct sim_field *field, const struct sim_meta *object);
void sim_field_set(const struct sim_field *field, struct sim_meta *object, uint32_t value);
/* Is the field there: a label that exists, an annotation or another field that is not empty? */
bool sim_field_present(const struct sim_field *field, const struct sim_meta *object);

#endif
