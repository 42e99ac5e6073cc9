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
    X(CIDR, sim_v4)      /* a network; the byte behind it is its mask length + 1 */                \
    X(V6_TEXT, sim_v6)   /* the text of an IPv6 field */                                           \
    X(V6_LABEL, sim_v6)  /* the same as a label's value, in which ":" is not allowed */            \
    X(OVN_TYPE, uint8_t) /* of an OvnEip */                                                        \
    X(VIP_TYPE, uint8_t) /* of a Vip */                                                            \
    X(IP_TYPE, uint8_t)  /* what an ipName names */                                                \
    X(OVN_EIP, sim_ref)  /* the name of an OvnEip */                                               \
    X(VIP, sim_ref)      /* of a Vip */                                                            \
    X(VPC, sim_ref)      /* of a VPC */                                                            \
    X(NAME, sim_ref)     /* of any object: id among names, + 1 */                                  \
    X(OVN_MAC, uint32_t) /* a MAC id; recordings tell these apart */

enum sim_field_type {
#define X(name, type) SIM_FIELD_##name,
    SIM_FIELD_TYPES(X)
#undef X
        SIM_FIELD_TYPE_COUNT
};

/* The API's generations, as far as the fields of a kind differ: bits of the values of the switch
 * api_generation. */
enum {
    SIM_API_1_12_0 = 1,
    SIM_API_1_12_22 = 2,
    SIM_API_1_13 = 4,
    SIM_API_1_14 = 8,
    SIM_API_1_16 = 16,
    SIM_API_UP_TO_1_13 = 7,
    SIM_API_FROM_1_12_22 = 30,
    SIM_API_FROM_1_13 = 28,
    SIM_API_OMITTED = 128 /* patches leave the field out if it is empty */
};

/* section, key, type, member, bit of meta.labels, or outside of the labels the API's generations
 * that have the field (0: all).  Keys of a section in order. */
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

#define SIM_FIELDS_OF_OVN_EIP(X)                                                                   \
    X(LABELS, "ovn.kubernetes.io/eip_v4_ip", V4, label_v4, SIM_LABEL_V4)                           \
    X(LABELS, "ovn.kubernetes.io/eip_v6_ip", V6_LABEL, label_v6, SIM_LABEL_V6)                     \
    X(LABELS, "ovn.kubernetes.io/ovn_eip_type", OVN_TYPE, label_type, SIM_LABEL_TYPE)              \
    X(LABELS, "ovn.kubernetes.io/subnet", NET, label_net, SIM_LABEL_NET)                           \
    X(LABELS, "ovn.kubernetes.io/vpc", VPC, label_vpc, SIM_LABEL_VPC)                              \
    X(ANNOTATIONS, "ovn.kubernetes.io/vpc_nat", NAME, annotation, 0)                               \
    X(SPEC, "externalSubnet", NET, net, 0)                                                         \
    X(SPEC, "macAddress", OVN_MAC, mac, 0)                                                         \
    X(SPEC, "type", OVN_TYPE, type, 0)                                                             \
    X(SPEC, "v4Ip", V4, spec_v4, 0)                                                                \
    X(SPEC, "v6Ip", V6_TEXT, spec_v6, 0)                                                           \
    X(STATUS, "macAddress", OVN_MAC, status_mac, 0)                                                \
    X(STATUS, "nat", NAT, nat, 0)                                                                  \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "type", OVN_TYPE, status_type, 0)                                                    \
    X(STATUS, "v4Ip", V4, status_v4, 0)                                                            \
    X(STATUS, "v6Ip", V6_TEXT, status_v6, 0)

#define SIM_FIELDS_OF_VIP(X)                                                                       \
    X(LABELS, "ovn.kubernetes.io/ip_reserved", NAME, label_reserved, SIM_LABEL_RESERVED)           \
    X(LABELS, "ovn.kubernetes.io/subnet", NET, label_net, SIM_LABEL_NET)                           \
    X(SPEC, "macAddress", OVN_MAC, mac, 0)                                                         \
    X(SPEC, "parentMac", OVN_MAC, parent_mac, 0)                                                   \
    X(SPEC, "subnet", NET, net, 0)                                                                 \
    X(SPEC, "type", VIP_TYPE, type, 0)                                                             \
    X(SPEC, "v4ip", V4, spec_v4, 0)                                                                \
    X(SPEC, "v6ip", V6_TEXT, spec_v6, 0)                                                           \
    X(STATUS, "mac", OVN_MAC, status_mac, 0)                                                       \
    X(STATUS, "pmac", OVN_MAC, status_parent_mac, 0)                                               \
    X(STATUS, "ready", READY, flags, SIM_API_UP_TO_1_13)                                           \
    X(STATUS, "type", VIP_TYPE, status_type, 0)                                                    \
    X(STATUS, "v4ip", V4, status_v4, 0)                                                            \
    X(STATUS, "v6ip", V6_TEXT, status_v6, 0)

#define SIM_FIELDS_OF_OVN_RULE_METADATA(X)                                                         \
    X(LABELS, "ovn.kubernetes.io/eip_v4_ip", V4, label_v4, SIM_LABEL_V4)                           \
    X(LABELS, "ovn.kubernetes.io/eip_v6_ip", V6_LABEL, label_v6, SIM_LABEL_V6)                     \
    X(ANNOTATIONS, "ovn.kubernetes.io/vpc_eip", OVN_EIP, annotation, 0)

#define SIM_FIELDS_OF_OVN_DNAT(X)                                                                  \
    SIM_FIELDS_OF_OVN_RULE_METADATA(X)                                                             \
    X(SPEC, "externalPort", PORT, port, 0)                                                         \
    X(SPEC, "internalPort", PORT, internal_port, 0)                                                \
    X(SPEC, "ipName", VIP, ip_name, 0)                                                             \
    X(SPEC, "ipType", IP_TYPE, ip_type, 0)                                                         \
    X(SPEC, "ovnEip", OVN_EIP, eip, 0)                                                             \
    X(SPEC, "protocol", PROTOCOL, protocol, 0)                                                     \
    X(STATUS, "externalPort", PORT, status_port, 0)                                                \
    X(STATUS, "internalPort", PORT, status_internal_port, 0)                                       \
    X(STATUS, "ipName", VIP, status_ip_name, 0)                                                    \
    X(STATUS, "macAddress", OVN_MAC, status_mac, SIM_API_1_12_0)                                   \
    X(STATUS, "protocol", PROTOCOL, status_protocol, SIM_API_1_12_0 | SIM_API_OMITTED)             \
    X(STATUS, "protocol", PROTOCOL, status_protocol, SIM_API_FROM_1_12_22)                         \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "v4Eip", V4, status_eip, 0)                                                          \
    X(STATUS, "v4Ip", V4, status_v4, 0)                                                            \
    X(STATUS, "v6Eip", V6_TEXT, status_eip6, SIM_API_FROM_1_13)                                    \
    X(STATUS, "v6Ip", V6_TEXT, status_v6, SIM_API_FROM_1_13)                                       \
    X(STATUS, "vpc", VPC, status_vpc, 0)

#define SIM_FIELDS_OF_OVN_FIP(X)                                                                   \
    SIM_FIELDS_OF_OVN_RULE_METADATA(X)                                                             \
    X(SPEC, "ipName", VIP, ip_name, 0)                                                             \
    X(SPEC, "ipType", IP_TYPE, ip_type, 0)                                                         \
    X(SPEC, "ovnEip", OVN_EIP, eip, 0)                                                             \
    X(STATUS, "macAddress", OVN_MAC, status_mac, SIM_API_1_12_0 | SIM_API_1_16)                    \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "v4Eip", V4, status_eip, 0)                                                          \
    X(STATUS, "v4Ip", V4, status_v4, 0)                                                            \
    X(STATUS, "v6Eip", V6_TEXT, status_eip6, SIM_API_FROM_1_13)                                    \
    X(STATUS, "v6Ip", V6_TEXT, status_v6, SIM_API_FROM_1_13)                                       \
    X(STATUS, "vpc", VPC, status_vpc, 0)

#define SIM_FIELDS_OF_OVN_SNAT(X)                                                                  \
    SIM_FIELDS_OF_OVN_RULE_METADATA(X)                                                             \
    X(SPEC, "ovnEip", OVN_EIP, eip, 0)                                                             \
    X(SPEC, "vpcSubnet", NET, net, 0)                                                              \
    X(STATUS, "ready", READY, flags, 0)                                                            \
    X(STATUS, "v4Eip", V4, status_eip, 0)                                                          \
    X(STATUS, "v4IpCidr", CIDR, status_v4, SIM_API_FROM_1_12_22)                                   \
    X(STATUS, "v4ipCidr", CIDR, status_v4, SIM_API_1_12_0)                                         \
    X(STATUS, "v6Eip", V6_TEXT, status_eip6, SIM_API_FROM_1_13)                                    \
    X(STATUS, "v6IpCidr", V6_TEXT, status_v6, SIM_API_FROM_1_13)                                   \
    X(STATUS, "vpc", VPC, status_vpc, 0)

struct sim_field {
    const char *key;
    uint16_t at;     /* offset of the member */
    uint8_t section; /* enum sim_section */
    uint8_t type;    /* enum sim_field_type */
    uint8_t size;    /* bytes of the member, with a mask behind it */
    uint8_t bit;     /* of meta.labels */
    uint8_t since;   /* generations of the API that have it, 0: all */
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
/* Has this generation of the API (switch api_generation) the field? */
bool sim_field_in(const struct sim_field *field, unsigned generation);

#endif
