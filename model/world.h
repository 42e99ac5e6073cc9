/* The inside of a world: what lies where, and how to reach it.
 *
 *   ┌────────┬─────────┬──────┬──────────┬────────┬─────────┬───────┬─────────┬──────┐┌─────────┐
 *   │ header │ globals │ EIPs │ gateways │ queues │ workers │ watch │ subnets │ IPAM ││ derived │
 *   └────────┴─────────┴──────┴──────────┴────────┴─────────┴───────┴─────────┴──────┘└─────────┘
 *    ◀──────────────────────── state: hashed, compared ─────────────────────────────▶  not hashed
 *
 * Read through sim_X(), which gives a const pointer.  Write through sim_X_mut(), which also notes
 * that the identity of the pages under it has to be computed anew.  Whoever looks at a world
 * (show, diagrams, conform) needs only the first kind.
 */
#ifndef EIPSIM_MODEL_WORLD_H
#define EIPSIM_MODEL_WORLD_H

#include "ipam/ipam.h"
#include "model/sim.h"

/* ---- the parts of the state: every byte of them is some field's ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

struct sim_globals {
    uint64_t now;           /* virtual milliseconds; stays 0 in an untimed world */
    uint32_t revision;      /* the last resourceVersion given out */
    uint32_t redo_time;     /* NAT_GW_CREATED_AT, one for all gateways, 0: not known */
    uint16_t deleted_count; /* objects in the delete queue (del_queue_item object) */
    uint8_t nat_enabled;
    uint8_t up;       /* is a controller running */
    uint8_t panicked; /* it went down by a panic */
    uint8_t pad[3];
};

/* What a user asks for: an object that exists, with this address or any.  An address that only the
 * controller wrote into the spec is nobody's wish. */
enum sim_wish { SIM_WISH_NONE, SIM_WISH_ANY, SIM_WISH_ADDRESS };

/* What is known of an object of any kind beside the object: a slot is this, then the object as the
 * API server has it, then the object as the cache has it. */
#define SIM_SLOT                                                                                   \
    uint16_t name;    /* id among names: lock, limiter and IPAM owner key */                       \
    uint16_t pending; /* undelivered watch events about it */                                      \
    uint8_t wished;   /* enum sim_wish */                                                          \
    uint8_t racing;   /* 1: the API server is between the two steps of a delete */                 \
    uint16_t pad;

struct sim_slot {
    SIM_SLOT
};

struct sim_eip_slot {
    SIM_SLOT
    struct sim_eip api;
    struct sim_eip cache;
};

struct sim_nat_slot {
    SIM_SLOT
    struct sim_nat_rule api;
    struct sim_nat_rule cache;
};

struct sim_gateway_slot {
    sim_v4 own;
    uint16_t name;
    uint8_t present;
    uint8_t own_prefix;
};

struct sim_pod_slot {
    uint32_t created; /* seconds since 1970 */
    uint8_t state;    /* enum sim_pod_state */
    uint8_t inited;
    uint8_t known;       /* 1: it has been running at least once since it was last absent */
    uint8_t own_outside; /* 1: its own address is on the interface and in no subnet */
    uint8_t annotated;   /* the controller noted that it is initialised */
    uint8_t pad;
    uint16_t n_rules; /* NAT rules in it: sim_pod_rule */
};

struct sim_net_slot {
    sim_ref subnet;
    sim_ref by_attachment;
    uint32_t labelled; /* cached EIPs whose label names it */
};

struct sim_subnet_slot {
    sim_v4 cidr;
    sim_v4 gateway;
    uint32_t size;          /* addresses a host can have: 2^bits - 2 */
    uint32_t excluded;      /* how many of them spec.excludeIps names */
    uint32_t first_exclude; /* its spec.excludeIps: n_excludes ranges from there on */
    uint32_t n_excludes;
    sim_id net;
    uint8_t prefix;
    uint8_t present;
    uint8_t ovn;
    uint8_t vlan;
    uint8_t status_known;     /* a status was written at least once */
    uint8_t provider_differs; /* from NAME.kube-system */
    sim_ref vpc;              /* spec.vpc */
    uint16_t router_port; /* the name VPC-SUBNET: id among names, + 1; 0: nothing is called so */
    uint32_t using_ips;   /* the stored status; the two ranges are sim_status_set */
    uint32_t available_ips;
};

struct sim_policy_slot {
    struct sim_policy_rule rule[SIM_POLICY_RULES];
    uint8_t present;
    uint8_t shared;
    uint8_t n_rules;
    uint8_t pad;
};

struct sim_rule_slot {
    sim_v4 v4;
    uint8_t object;
    uint8_t present;
    uint16_t pad;
};

enum { /* struct sim_queue_node.state */
       SIM_NODE_DIRTY = 1,
       SIM_NODE_PROCESSING = 2,
       SIM_NODE_DELAYED = 4
};

/* One per key a queue can hold.  Links are refs (id + 1), 0 ends a list. */
struct sim_queue_node {
    uint64_t ready_at;    /* delayed: due time; 0 in an untimed world */
    sim_ref next;         /* in the list of ready keys */
    sim_ref next_delayed; /* in order of insertion */
    sim_ref prev_delayed;
    uint8_t state;
    uint8_t failures; /* limiter OWN: failures since the last success */
};

struct sim_queue {
    sim_ref head, tail;                 /* ready keys, first in first out */
    sim_ref delayed_head, delayed_tail; /* keys waiting for their time */
    uint16_t ready, delayed;            /* lengths */
    sim_ref processing;
    uint16_t keys; /* how many keys it can hold */
};

/* An item of a delete queue that holds objects: all the handler needs of it. */
struct sim_deleted {
    sim_id eip;
    sim_ref net; /* spec.externalSubnet */
    sim_ref gw;  /* spec.natGwDp */
    uint16_t pad;
};

/* The watch of one kind: how many undelivered events there are, then those, oldest first. */
struct sim_watch {
    uint32_t count;
};

/* An undelivered watch event; behind it the object, for DELETED the last stored state with the rv
 * of the deletion. */
struct sim_notice {
    sim_id id;
    uint8_t verb; /* SIM_VERB_ADDED, _MODIFIED, _DELETED */
    uint8_t pad;
};

enum sim_phase {
    SIM_PHASE_IDLE,
    SIM_PHASE_RUNNING,   /* stopped before step table[depth]/row[depth] */
    SIM_PHASE_DYING,     /* stopped before the panic that ends the process */
    SIM_PHASE_UNLOCKING, /* stopped before giving the lock back */
    SIM_PHASE_FINISHING  /* stopped before telling the queue how it ended */
};

#define SIM_FRAMES 5u
#define SIM_SUBNETS_MAX 8u

/* What a handler in flight knows.  All zero when idle. */
struct sim_worker {
    struct sim_eip snap; /* the EIP as the handler read it */
    struct sim_eip copy; /* the EIP as a helper read it */
    sim_v4 v4;           /* the address allocated, or being worked on */
    uint32_t mac;
    uint32_t redo; /* argument of patchStatus */
    uint32_t scan; /* the pass over a gateway: the next EIP, then the last address looked at */
    uint8_t phase; /* enum sim_phase */
    uint8_t depth; /* frames in use - 1 */
    uint8_t table[SIM_FRAMES];
    uint8_t row[SIM_FRAMES];
    sim_id key;          /* in the domain of the queue's keys */
    sim_id eip;          /* the EIP being worked on */
    sim_id gateway;      /* whose pods are looked up */
    sim_ref subnet;      /* the subnet the handler resolved */
    sim_ref net;         /* item of a delete queue: externalSubnet; subnet status: its name */
    sim_id policy;       /* bandwidth policy being worked on */
    sim_ref qos;         /* argument of patchStatus */
    uint8_t pods;        /* bits of the gateway's pods still to be visited */
    uint8_t lock;        /* 1: holds the lock of its key, 2: of eip */
    uint8_t failed;      /* 1: the handler returns an error */
    uint8_t exec_failed; /* 1: some pod's exec failed */
    uint8_t op;          /* enum sim_verb of the exec being sent */
    uint8_t rule;        /* number of the bandwidth rule */
    uint8_t skip;        /* bits of node addresses to skip in a random draw */
    uint8_t allocated;   /* 1: this run allocated what it holds */
    uint8_t written;     /* 1: this run wrote the address into the object */
    uint8_t nat;         /* result of the in-use test */
    uint8_t missing_ok;  /* 1: no gateway pod means nothing to do */
    uint8_t ready;       /* argument of patchStatus */
    uint8_t undoing;     /* 1: the add failed and is being undone */
    uint8_t gave_back;   /* bits of the subnets in which something left was released */
    uint8_t caught;      /* frames from this one on report errors to it; SIM_CAUGHT: one did */
    uint8_t pad;
    uint16_t item;      /* key of the queue's node, where its items are objects */
    uint32_t using_ips; /* subnet status: what is about to be written */
    uint32_t available_ips;
};

#define SIM_CAUGHT 0x80u

/* What a handler that works on NAT rules knows beside: behind the worker of such a queue. */
struct sim_rule_work {
    struct sim_nat_rule snap; /* the rule as the handler read it */
    struct sim_nat_rule copy; /* the rule as a helper read it */
    struct sim_pod_rule row;  /* what is being programmed or removed */
    sim_v4 v4;                /* arguments of the status patch */
    uint32_t redo;
    sim_ref gw;
    uint8_t v6;
    uint8_t ready;
    uint8_t version_known; /* snat-add: the pod's iptables can draw ports at random */
    uint8_t pad;
    uint16_t rule; /* id of the rule being worked on */
};

struct sim_rule_worker {
    struct sim_worker worker;
    struct sim_rule_work rule;
};

/* The counts of a subnet's status in the controller's memory; the ranges stand beside in sets.
 * Handlers of v1.12 that count a subnet themselves compute in the cache's own object: what they
 * come to shows there before it is written, and stays when the write fails.  A handler keeps the
 * object that it has read when the cache has a newer one, and may share it with others. */
struct sim_seen {
    uint32_t using_ips;
    uint32_t available_ips;
    sim_ref subnet; /* of what a handler holds */
    uint8_t holds;  /* SIM_HOLDS_* */
    uint8_t pad;
};

enum {
    SIM_HOLDS_NOTHING,
    SIM_HOLDS_CACHED, /* what the cache has */
    SIM_HOLDS_OLDER   /* and above: one object for all that hold the same number */
};

/* What a handler that works on OvnEips knows beside. */
struct sim_ovn_work {
    struct sim_ovn_eip snap; /* the OvnEip as the handler read it */
    struct sim_ovn_eip copy; /* the OvnEip as a helper read it */
    sim_id eip;              /* the OvnEip being worked on */
    sim_v6 v6;               /* the second family's address */
    uint8_t type;            /* the type it is written with */
    uint8_t pad[3];
};

struct sim_ovn_worker {
    struct sim_worker worker;
    struct sim_ovn_work ovn;
};

/* The same of a handler that works on a Vip. */
struct sim_vip_work {
    struct sim_vip snap; /* the Vip as the handler read it */
    struct sim_vip copy; /* the Vip as a helper read it */
    uint32_t parent_mac; /* argument of createOrUpdateVipCR */
    sim_v6 v6;           /* beside worker.v4 */
    uint16_t pad;
};

struct sim_vip_worker {
    struct sim_worker worker;
    struct sim_vip_work vip;
};

/* What one that works on OVN's NAT rules knows beside. */
struct sim_ovn_rule_work {
    struct sim_ovn_rule snap; /* the rule as the handler read it */
    struct sim_ovn_rule copy; /* the rule as a helper read it */
    sim_v4 external;
    sim_v4 internal; /* an address, or with mask a network */
    uint32_t mac;    /* of the Vip */
    sim_ref vpc;
    sim_id rule; /* id of the rule being worked on */
    uint8_t mask;
    uint8_t ready; /* argument of the status patch */
    uint8_t pad[2];
};

struct sim_ovn_rule_worker {
    struct sim_worker worker;
    struct sim_ovn_work ovn;
    struct sim_ovn_rule_work rule;
};

struct sim_layout {
    uint32_t globals, slots[SIM_KIND_COUNT], gateways, pods, nets, subnets, policies, rules;
    uint32_t queues[SIM_QUEUE_COUNT]; /* each with its nodes, then its worker */
    uint32_t failures, deleted;
    uint32_t watch[SIM_KIND_COUNT], pass[SIM_KIND_COUNT];
    uint32_t pod_rules, ovn, items[2], seen, second;
    uint32_t excludes, interfaces, status_sets, ipam;
    uint32_t absent; /* an empty queue and an idle worker: those of the queues that are not there */
    uint32_t state_end; /* here the derived part begins */
    uint32_t derived, pages, dirty, ledger, scratch;
    uint32_t total;
    /* within interfaces (per pod), status_sets and scratch: where the set of a subnet begins */
    uint32_t set[SIM_SUBNETS_MAX];
    uint32_t sets;                       /* bytes of one set of each subnet */
    uint32_t ledger_of[SIM_SUBNETS_MAX]; /* within ledger */
};

struct sim_world {
    uint64_t quirks; /* of IPAM */
    struct sim_limits limits;
    struct sim_layout at;
    sim_v4 node[SIM_NODE_ADDRESSES];
    sim_id default_net;
    sim_id default_ovn_net;
    struct sim_flaw flaw;
    uint8_t profile;
    uint8_t timed;
    uint8_t n_queues; /* the queues from here on are not there */
    struct sim_policy policy;
    uint8_t pad[8 - (sizeof(struct sim_limits) + sizeof(struct sim_layout) +
                     SIM_NODE_ADDRESSES * sizeof(sim_v4) + 7 + sizeof(struct sim_flaw) +
                     sizeof(struct sim_policy)) %
                        8];
};

#pragma GCC diagnostic pop

/* So that nodes stand right behind their queue, and its worker behind them. */
_Static_assert(sizeof(struct sim_queue) % 16 == 0 && sizeof(struct sim_queue_node) % 16 == 0,
               "a queue's parts leave no gap");

/* ---- reading ---- */

static inline const void *sim_at(const struct sim_world *w, uint32_t offset)
{
    return (const uint8_t *)w + offset;
}

static inline uint8_t sim_asks(const struct sim_world *w, enum sim_switch which)
{
    return w->policy.value[which];
}

/* Is this what the world does wrong? */
static inline bool sim_flawed(const struct sim_world *w, enum sim_flaw_kind kind, unsigned what)
{
    return w->flaw.kind == kind && w->flaw.what == what;
}

#define SIM_READERS(X)                                                                             \
    X(eip, struct sim_eip_slot, slots[SIM_KIND_EIP])                                               \
    X(gateway, struct sim_gateway_slot, gateways)                                                  \
    X(pod, struct sim_pod_slot, pods)                                                              \
    X(net, struct sim_net_slot, nets)                                                              \
    X(subnet, struct sim_subnet_slot, subnets)                                                     \
    X(policy, struct sim_policy_slot, policies)                                                    \
    X(rule, struct sim_rule_slot, rules)                                                           \
    X(deleted, struct sim_deleted, deleted)

#define X(name, type, offset)                                                                      \
    static inline const type *sim_##name(const struct sim_world *w, size_t i)                      \
    {                                                                                              \
        return (const type *)sim_at(w, w->at.offset) + i;                                          \
    }
SIM_READERS(X)
#undef X

static inline const struct sim_globals *sim_globals(const struct sim_world *w)
{
    return (const struct sim_globals *)sim_at(w, w->at.globals);
}

static inline const struct sim_queue *sim_queue(const struct sim_world *w, size_t queue)
{
    return (const struct sim_queue *)sim_at(w, w->at.queues[queue]);
}

static inline const struct sim_worker *sim_worker(const struct sim_world *w, size_t queue)
{
    const struct sim_queue *q = sim_queue(w, queue);

    return (const struct sim_worker *)((const struct sim_queue_node *)(q + 1) + q->keys);
}

/* Bytes of a worker: its handler's kind may keep more behind what all workers have. */
size_t sim_worker_size(enum sim_queue_id queue);

/* ---- objects of any kind ---- */

/* Bytes of an object of a kind, and of its slot. */
size_t sim_kind_size(enum sim_kind_id kind);
static inline size_t sim_slot_size(enum sim_kind_id kind)
{
    return sizeof(struct sim_slot) + 2 * sim_kind_size(kind);
}

static inline const struct sim_slot *sim_slot(const struct sim_world *w, enum sim_kind_id kind,
                                              sim_id id)
{
    return (const struct sim_slot *)sim_at(w, w->at.slots[kind] +
                                                  (uint32_t)(sim_slot_size(kind) * id));
}

static inline const struct sim_meta *sim_api(const struct sim_world *w, enum sim_kind_id kind,
                                             sim_id id)
{
    return (const struct sim_meta *)(sim_slot(w, kind, id) + 1);
}

static inline const struct sim_meta *sim_cache(const struct sim_world *w, enum sim_kind_id kind,
                                               sim_id id)
{
    return (const struct sim_meta *)((const uint8_t *)sim_api(w, kind, id) + sim_kind_size(kind));
}

/* Undelivered events of a kind. */
static inline uint32_t sim_watch_count(const struct sim_world *w, enum sim_kind_id kind)
{
    return ((const struct sim_watch *)sim_at(w, w->at.watch[kind]))->count;
}
/* The i-th of them; the object it shows stands right behind it. */
const struct sim_notice *sim_notice(const struct sim_world *w, enum sim_kind_id kind, size_t i);
static inline const struct sim_meta *sim_notice_object(const struct sim_notice *n)
{
    return (const struct sim_meta *)(n + 1);
}

/* The name that an object locks by, is retried by and owns addresses by. */
uint16_t sim_name_of(const struct sim_world *w, enum sim_object object, sim_id id);

/* The objects that the handler of a queue has read, where it is at work: how many. */
#define SIM_WORKER_COPIES 4u
struct sim_copy {
    struct sim_meta *object;
    enum sim_kind_id kind;
    sim_id id;
};
size_t sim_worker_copies(struct sim_world *w, enum sim_queue_id queue,
                         struct sim_copy out[SIM_WORKER_COPIES]);

/* The times among the arguments of a worker: how many. */
#define SIM_WORKER_TIMES 2u
size_t sim_worker_times(struct sim_world *w, enum sim_queue_id queue,
                        uint32_t *out[SIM_WORKER_TIMES]);

/* A delete queue whose items are the deleted objects: of OvnEips, by policy, and of Vips.  Its
 * nodes have ids behind those of the kind's names, one for each item that it can hold. */
bool sim_queue_of_items(const struct sim_world *w, enum sim_queue_id queue);
uint32_t sim_item_capacity(const struct sim_limits *limits, enum sim_queue_id queue);
/* The item of a node; the object stands behind it.  rv of the object 0: there is none. */
const struct sim_notice *sim_item(const struct sim_world *w, enum sim_queue_id queue, sim_id key);
/* The object whose key a node is. */
sim_id sim_key_object(const struct sim_world *w, enum sim_queue_id queue, sim_id key);

static inline const struct sim_queue_node *sim_node(const struct sim_world *w,
                                                    enum sim_queue_id queue, sim_id key)
{
    return (const struct sim_queue_node *)(sim_queue(w, queue) + 1) + key;
}

/* Failures of a key of the shared limiter, by name id. */
static inline uint8_t sim_failures(const struct sim_world *w, uint16_t name)
{
    return ((const uint8_t *)sim_at(w, w->at.failures))[name];
}

static inline const struct ipam *sim_ipam(const struct sim_world *w)
{
    return (const struct ipam *)sim_at(w, w->at.ipam);
}

/* The addresses of one subnet on the external interface of one pod, its own included; only to
 * be read.  Every address is there with the mask of its subnet. */
struct ipam_addrset sim_interface(const struct sim_world *w, sim_id pod, sim_id subnet);
/* The stored ranges of a subnet's status; only to be read. */
enum {
    SIM_STATUS_USING,
    SIM_STATUS_AVAILABLE,
    SIM_STATUS_NEXT_USING, /* what the status handler is about to write; else nothing */
    SIM_STATUS_NEXT_AVAILABLE,
    SIM_STATUS_SETS
};
struct ipam_addrset sim_status_set(const struct sim_world *w, sim_id subnet, unsigned which);
enum { SIM_COUNTING_HANDLERS = 3 };
/* How many sets there are: with owners two more for each handler of v1.12 that counts itself, and
 * two for what the cache shows. */
static inline unsigned sim_status_sets(const struct sim_limits *limits)
{
    return limits->owners ? SIM_STATUS_SETS + 2 * (SIM_COUNTING_HANDLERS + 1) : SIM_STATUS_SETS;
}
/* How many counts: of those handlers, of the queue's own and of each subnet in the cache. */
static inline unsigned sim_status_seen(const struct sim_limits *limits)
{
    return SIM_COUNTING_HANDLERS + 1u + limits->subnets;
}

/* The second family of a subnet; NULL: it has none. */
static inline const struct sim_second *sim_second(const struct sim_world *w, sim_id subnet)
{
    const struct sim_second *s = (const struct sim_second *)sim_at(w, w->at.second) + subnet;

    return w->limits.dual && s->prefix != 0 ? s : NULL;
}

/* An address of a second family, and the other way round. */
static inline sim_v6 sim_v6_of(const struct sim_second *s, sim_id subnet, struct ipam_addr a)
{
    return (sim_v6)(SIM_V6_ADDRESS | (unsigned)subnet << 12 | ((a.lo - s->lo) & 0xfffu));
}

static inline struct ipam_addr sim_v6_addr(const struct sim_world *w, sim_v6 v6)
{
    return sim_second_addr((const struct sim_second *)sim_at(w, w->at.second) + (v6 >> 12 & 7),
                           v6 & 0xfffu);
}

/* IPAM's numbers for things: they count from 1.  An owner is a name, so that objects of any kind
 * with equal names are one owner, as in kube-ovn; a NIC is one of those its name gives. */
static inline uint32_t sim_ipam_subnet(sim_id subnet)
{
    return (uint32_t)subnet + 1;
}

static inline uint32_t sim_ipam_owner(uint16_t name)
{
    return (uint32_t)name + 1;
}

static inline uint32_t sim_ipam_nic(const struct sim_world *w, uint16_t name, enum sim_nic nic)
{
    return nic == SIM_NIC_VIP ? (w->limits.names + 1u) * 2 + name + 1
                              : (uint32_t)name * 2 + (uint32_t)nic + 1;
}

/* The other way round. */
static inline enum sim_nic sim_ipam_nic_of(const struct sim_world *w, uint32_t nic, uint16_t *name)
{
    uint32_t others = (w->limits.names + 1u) * 2;

    *name = (uint16_t)(nic > others ? nic - others - 1 : (nic - 1) / 2);
    return nic > others ? SIM_NIC_VIP : (enum sim_nic)((nic - 1) % 2);
}

/* How many NICs an owner's list can have where objects of several kinds share it: kube-ovn notes
 * one anew whenever an address is asked for that another NIC of the owner holds. */
#define SIM_OWNER_NICS 64u

/* How many NICs there can be in IPAM. */
static inline uint32_t sim_ipam_nics(const struct sim_world *w)
{
    return (w->limits.names + 1u) * 2 + (w->limits.owners ? w->limits.names : 0u);
}

static inline sim_id sim_pod_id(const struct sim_world *w, sim_id gateway, unsigned n)
{
    return (sim_id)(gateway * w->limits.pods_per_gateway + n);
}

/* EXT(e): the net an EIP's externalSubnet means. */
static inline sim_id sim_ext(const struct sim_world *w, sim_ref net)
{
    return net == 0 ? w->default_net : sim_ref_id(net);
}

/* The net of a name as it stands: worlds with other owners than EIPs have one for the empty text,
 * which sorts first. */
static inline sim_id sim_net_key(const struct sim_world *w, sim_ref net)
{
    return net == 0 && w->limits.owners ? 0 : sim_ref_id(net);
}

/* The subnet in which the address lies that an existing EIP reports under this policy; SIM_NONE if
 * it reports none or its externalSubnet leads nowhere. */
sim_id sim_reported_in(const struct sim_world *w, sim_id eip);

/* NAT rules in the cache whose label is v4: bits SIM_NAT_*; counts per kind in n[3] if not NULL,
 * in the order DNAT, FIP, SNAT. */
uint8_t sim_nat_of(const struct sim_world *w, sim_v4 v4, uint32_t n[3]);
/* Does a cached rule carry what a LIST selects: an address, a gateway, a gateway and a port? */
bool sim_rule_selected(const struct sim_nat_rule *rule, uint8_t selector, sim_v4 v4, sim_id gateway,
                       uint16_t port);

/* Does an OvnEip or a Vip exist and carry the label of a subnet, and of no pod? */
bool sim_labelled_with(const struct sim_meta *object, enum sim_kind_id kind, sim_id net);

/* The NAT rules in a gateway pod, pod_slot.n_rules of them, in a fixed order. */
static inline const struct sim_pod_rule *sim_pod_rules(const struct sim_world *w, sim_id pod)
{
    return (const struct sim_pod_rule *)sim_at(w, w->at.pod_rules) +
           (size_t)pod * w->limits.pod_rules;
}

/* The entries of the OVN northbound, sim_ovn_count() of them, in a fixed order. */
static inline uint32_t sim_ovn_count(const struct sim_world *w)
{
    return w->limits.owners ? *(const uint32_t *)sim_at(w, w->at.ovn) : 0;
}

static inline const struct sim_ovn_row *sim_ovn_rows(const struct sim_world *w)
{
    return (const struct sim_ovn_row *)((const uint32_t *)sim_at(w, w->at.ovn) + 1);
}

/* Index of the entry that a call with these arguments is about; sim_ovn_count(): there is none. */
uint32_t sim_ovn_find(const struct sim_world *w, const struct sim_ovn_row *row);

/* A rule, as the API server or the cache has it. */
static inline const struct sim_nat_rule *sim_rule_api(const struct sim_world *w,
                                                      enum sim_kind_id kind, sim_id id)
{
    return (const struct sim_nat_rule *)sim_api(w, kind, id);
}

static inline const struct sim_nat_rule *sim_rule_cache(const struct sim_world *w,
                                                        enum sim_kind_id kind, sim_id id)
{
    return (const struct sim_nat_rule *)sim_cache(w, kind, id);
}

/* Clears what no later step reads: two worlds that only differ in it go on alike.  The identity
 * that a world keeps of itself is not told of it. */
void sim_forget_dead(struct sim_world *w);

/* The step a busy worker stands before. */
struct sim_stop {
    const char
        *name; /* as docs/handlers.md has it, "A8r"; "unlock", "panic", "finish" at the end */
    const char *text; /* what it does */
    uint8_t call;     /* enum sim_event_kind of the call it will make */
    uint8_t object;   /* enum sim_object it is about, or SIM_OBJECT_COUNT */
    uint8_t verb;     /* enum sim_verb, or SIM_VERB_NONE */
};
/* The tables themselves, for documentation: row r of table n, as the handler's author wrote it. */
struct sim_row {
    const char *title;  /* of the table */
    const char *name;   /* "A8" */
    const char *text;   /* what it does */
    const char *enters; /* title of the table it runs, NULL if none */
    uint8_t stop;       /* 1: anything may happen before it */
    uint8_t call;       /* enum sim_event_kind, SIM_EVENT_COUNT: none */
    uint8_t object;     /* enum sim_object, SIM_OBJECT_COUNT: none */
    uint8_t sometimes;  /* 1: only if the policy or the handler's state asks for it */
};
/* False beyond the last row, with title NULL beyond the last table. */
bool sim_row_at(unsigned table, unsigned row, struct sim_row *out);
/* False: the worker is idle, and *out says nothing. */
bool sim_stopped_before(const struct sim_world *w, enum sim_queue_id queue, struct sim_stop *out);

#endif
