/* Makes a configuration (engine/config.h) from whatever mentions names and objects.
 *
 * A world knows ids only, and ids are the order of the names, so every name has to be known before
 * the first id is.  A reader therefore goes over its input twice:
 *
 *      first pass                      between             second pass
 *      tool_builder_name(...)     ┐                        tool_id_of(config, ...)
 *      tool_builder_subnet(...)   ├──▶ tool_builder_  ──▶  tool_v4_of(config, ...)
 *      tool_builder_gateway(...)  ┘      finish()          ...
 *
 * Mentioning a name twice is the same as once, and order does not matter.  A name that is only
 * mentioned has no object: a gateway that does not exist, a policy that is missing.  Texts are
 * (pointer, length) pairs without a need for a terminating zero; they are copied.
 *
 * Whatever returns bool returns false on input that cannot be, and then tool_builder_error() is
 * the sentence that says why, without file and position: whoever reads the input adds those.
 */
#ifndef EIPSIM_TOOLS_BUILDER_H
#define EIPSIM_TOOLS_BUILDER_H

#include "engine/config.h"

/* Kinds of names.  name, text used in messages.  Pods and rules have functions of their own. */
#define TOOL_NAME_KINDS(X)                                                                         \
    X(EIP, "EIP")                                                                                  \
    X(DNAT, "DNAT rule")                                                                           \
    X(FIP, "FIP rule")                                                                             \
    X(SNAT, "SNAT rule")                                                                           \
    X(OVN_EIP, "OvnEip")                                                                           \
    X(VIP, "Vip")                                                                                  \
    X(OVN_DNAT, "OvnDnatRule")                                                                     \
    X(OVN_FIP, "OvnFip")                                                                           \
    X(OVN_SNAT, "OvnSnatRule")                                                                     \
    X(GATEWAY, "gateway")                                                                          \
    X(NET, "network")                                                                              \
    X(POLICY, "QoS policy")                                                                        \
    X(VPC, "VPC")                                                                                  \
    X(FINALIZER, "finalizer")                                                                      \
    X(TEXT, "text")                                                                                \
    X(MAC, "MAC address")

enum tool_name_kind {
#define X(name, text) TOOL_NAME_##name,
    TOOL_NAME_KINDS(X)
#undef X
        TOOL_NAME_KIND_COUNT
};

/* The names of objects of a kind. */
static inline enum tool_name_kind tool_name_kind(enum sim_kind_id kind)
{
    return (enum tool_name_kind)kind;
}

/* What v1.12 tells a gateway's script: the services' range and the gateway inside
 * (pkg/controller/vpc_nat_gateway.go). */
#define TOOL_INIT_ARGUMENT "10.96.0.0/12,192.168.0.1"

/* What an empty spec.externalSubnet means, and where the controller lives
 * (pkg/util/const.go and pkg/controller/config.go, all tags). */
#define TOOL_DEFAULT_NET "ovn-vpc-external-network"
#define TOOL_NAMESPACE "kube-system"
/* The controller's own finalizers (pkg/util/const.go, v1.12.22 and v1.13.15). */
#define TOOL_FINALIZER_OLD "kube-ovn-controller"
#define TOOL_FINALIZER_NEW "kubeovn.io/kube-ovn-controller"
#define TOOL_FINALIZER_OVN_EIP "ovn.kubernetes.io/ovn_eip" /* v1.12.0 */

struct tool_builder;

/* Memory that cannot be had ends the program (exit 70), here and in all of tools/. */
struct tool_builder *tool_builder_new(void);
/* Frees the configuration with it. */
void tool_builder_free(struct tool_builder *b);
const char *tool_builder_error(const struct tool_builder *b);

/* ---- first pass: names ---- */

/* The empty text is no name and is passed over.  FINALIZER: the controller's own are passed over.
 * TEXT: an address is passed over, so that every text of a v4 field can be handed in. */
bool tool_builder_name(struct tool_builder *b, enum tool_name_kind kind, const char *text,
                       size_t length);
/* A pod of a gateway, which it mentions too. */
bool tool_builder_pod(struct tool_builder *b, const char *gateway, size_t gateway_length,
                      const char *pod, size_t pod_length);
/* A NAT rule that is only a label in a cache: SIM_OBJECT_DNAT, _FIP or _SNAT.  Equal names of two
 * kinds are two rules. */
bool tool_builder_rule(struct tool_builder *b, enum sim_object object, const char *name,
                       size_t length);

/* ---- first pass: objects ---- */

enum { TOOL_EXCLUDES_MAX = 64 };

struct tool_subnet {
    const char *name;
    const char *provider; /* "" means ovn */
    const char *vpc;      /* "" or NULL: none */
    sim_v4 cidr;          /* network address */
    sim_v4 gateway;
    uint8_t prefix;
    bool vlan;
    bool present;
    const struct sim_range *excludes;
    size_t n_excludes;
    struct sim_second second;
};

/* False if it contradicts itself, or the name has another subnet. */
bool tool_builder_subnet(struct tool_builder *b, const struct tool_subnet *subnet);
/* Takes back the subnets that are not to be kept. */
void tool_builder_keep_subnets(struct tool_builder *b,
                               bool (*kept)(void *context, const char *name), void *context);
/* A NetworkAttachmentDefinition name of the controller's namespace.  If no attachment is given at
 * all, there is one for each subnet whose provider names one (NAME.kube-system[.ovn]). */
bool tool_builder_attachment(struct tool_builder *b, const char *name);
/* There are none, and none are implied either. */
void tool_builder_no_attachments(struct tool_builder *b);
bool tool_builder_node(struct tool_builder *b, sim_v4 address);
bool tool_builder_policy(struct tool_builder *b, const char *name,
                         const struct sim_policy_setup *policy);
/* The VpcNatGateway exists at the start. */
bool tool_builder_gateway(struct tool_builder *b, const char *name);
/* A pod of this gateway has this address of its own on the external interface. */
bool tool_builder_own(struct tool_builder *b, const char *gateway, sim_v4 own, uint8_t prefix);

/* A port that a logical router has at the start. */
bool tool_builder_router_port(struct tool_builder *b, const char *name, const char *mac);
/* What an empty spec.externalSubnet of an OvnEip means. */
bool tool_builder_external_switch(struct tool_builder *b, const char *name);

/* ---- first pass: the rest; the defaults are in brackets ---- */

struct tool_options {
    uint8_t profile;          /* enum sim_profile [master] */
    struct sim_flaw flaw;     /* what the world does wrong [nothing] */
    struct sim_policy policy; /* switches [those of master] */
    uint8_t timed;            /* virtual clock [1] */
    uint8_t nat_enabled;      /* [1] */
    uint8_t up;               /* the controller runs at the start [1] */
    uint8_t nat_part;    /* the controller's part for NAT rules is there [0: if any is named] */
    uint16_t pod_rules;  /* NAT rules a pod can carry [0: eight for each that is named] */
    uint8_t owners_part; /* the part for OVN's kinds and Vips is there [0: if any is named] */
    uint16_t ovn_rows; /* entries of the northbound [0: eight for each object that can make them] */
    uint16_t watch;    /* capacity of the watch [0: four events an EIP and 64] */
    uint16_t pods_per_gateway; /* [0: as many as the gateway with most pods has, at least 1] */
};

/* To be changed at will until finish. */
struct tool_options *tool_builder_options(struct tool_builder *b);

/* Sorts, gives out ids, fills the configuration.  NULL if something does not fit; the reason is
 * tool_builder_error().  Only once per builder.  Gateways without a pod of their own get the names
 * that kube-ovn gives: vpc-nat-gw-NAME-0, -1, ... (pkg/util/vpc_nat_gateway.go).
 *
 * The result is the builder's; what does not change ids may be changed: setup.policy,
 * setup.profile, setup.timed, setup.nat_enabled, setup.up, setup.limits.watch. */
struct engine_config *tool_builder_finish(struct tool_builder *b);

/* Makes the configuration one of this profile. */
void tool_config_set_profile(struct engine_config *config, enum sim_profile profile);
/* The same, but as the recordings of the real controller were made. */
void tool_config_set_recorded(struct engine_config *config, enum sim_profile profile);

/* ---- second pass ---- */

/* EIP, GATEWAY, NET, POLICY: SIM_NONE if nobody mentioned it.  Nets include all subnets and
 * attachments. */
sim_id tool_id_of(const struct engine_config *config, enum tool_name_kind kind, const char *text,
                  size_t length);
sim_id tool_pod_of(const struct engine_config *config, const char *text, size_t length);
sim_id tool_rule_of(const struct engine_config *config, enum sim_object object, const char *text,
                    size_t length);
/* Id of the Subnet object of this name, SIM_NONE if there is none. */
sim_id tool_subnet_of(const struct engine_config *config, const char *text, size_t length);
/* Value of a v4 field: an address, the empty text, or a TEXT.  False if nobody mentioned it. */
bool tool_v4_of(const struct engine_config *config, const char *text, size_t length, sim_v4 *out);
/* SIM_FINALIZER_NONE if nobody mentioned it. */
uint8_t tool_finalizer_of(const struct engine_config *config, const char *text, size_t length);
/* Id of a MAC address that a user wrote; 0: the empty text, or nobody mentioned it. */
uint32_t tool_mac_of(const struct engine_config *config, const char *text, size_t length);

/* The other way round where it is more than names.KIND[id].  All results are terminated; v4 needs
 * 16 bytes for an address, a longer TEXT is returned as it stands. */
const char *tool_v4_text(const struct engine_config *config, sim_v4 v4, char buffer[16]);
const char *tool_finalizer_text(const struct engine_config *config, uint8_t finalizer);
/* Random MACs are written as kube-ovn's look, six times two hexadecimal digits, from the id. */
const char *tool_mac_text(const struct engine_config *config, uint32_t mac, char buffer[20]);
/* Name of a queue's key: queues disagree about what their keys are (model/types.h). */
const char *tool_key_text(const struct engine_config *config, enum sim_queue_id queue, sim_id key);
sim_id tool_key_of(const struct engine_config *config, enum sim_queue_id queue, const char *text,
                   size_t length);

/* ---- texts ---- */

/* Strict dotted quad of 1.0.0.0 or above; the values below are ids of texts (model/types.h). */
bool tool_v4_parse(const char *text, size_t length, sim_v4 *out);
/* "a.b.c.d" or "a.b.c.d..e.f.g.h", as in spec.excludeIps. */
bool tool_range_parse(const char *text, size_t length, struct sim_range *out);
/* "a.b.c.d/p"; host bits are cleared. */
bool tool_cidr_parse(const char *text, size_t length, sim_v4 *network, uint8_t *prefix);

/* The whole configuration as one JSON object on one line, in the syntax of the `world:` section of
 * a scenario (docs/scenarios.md): tools/world.h reads it back into an equal configuration.
 * Ends in '\0', to be freed by the caller. */
char *tool_config_to_json(const struct engine_config *config);
/* The key of a world under which the names of a kind stand: "eips", "dnats", ... */
const char *tool_kind_key(enum sim_kind_id kind);
/* Equal in every number and every text. */
bool tool_config_equal(const struct engine_config *a, const struct engine_config *b);

#endif
