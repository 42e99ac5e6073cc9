/* What the files of the model share and nobody else needs: writing to a world, telling of events,
 * and the functions of one part that another calls.
 */
#ifndef EIPSIM_MODEL_SIM_INTERNAL_H
#define EIPSIM_MODEL_SIM_INTERNAL_H

#include <string.h>

#include "model/world.h"

/* Always on, in every build; for what the model relies on, never for input. */
#define SIM_CHECK(condition) ((condition) ? (void)0 : __builtin_trap())

/* ---- derived data: not part of the state ---- */

#define SIM_PAGE 128u
#define SIM_DIRTY_LIST 96u
#define SIM_TOUCHED 32u
#define SIM_TOUCHED_OWNERS 16u
#define SIM_FLAGGED 8u

struct sim_page_hash {
    uint64_t low;
    uint64_t high;
};

/* An object that can hold addresses: they are kept under its bare name, whatever its kind. */
struct sim_owner {
    uint16_t kind; /* enum sim_kind_id */
    sim_id id;
};

static inline struct sim_owner sim_eip_owner(sim_id eip)
{
    return (struct sim_owner){SIM_KIND_EIP, eip};
}

static inline uint16_t sim_owner_name(const struct sim_world *w, struct sim_owner who)
{
    return sim_slot(w, (enum sim_kind_id)who.kind, who.id)->name;
}

struct sim_touched_address {
    sim_v4 v4;
    sim_id subnet;
};

struct sim_derived {
    struct sim_identity identity; /* sum of the page hashes */
    struct ipam_journal journal;
    uint32_t n_dirty;
    uint32_t all_dirty;
    uint32_t dirty[SIM_DIRTY_LIST];
    /* what the last action touched, for sim_check; more than fits means everything */
    uint32_t n_owners;
    uint32_t n_addresses;
    uint32_t all_touched;
    uint32_t n_flagged;
    struct sim_owner owner[SIM_TOUCHED_OWNERS];
    struct sim_touched_address address[SIM_TOUCHED];
    /* violations that are events, noted when they happened */
    struct sim_violation flagged[SIM_FLAGGED];
};

static inline struct sim_derived *sim_derived(struct sim_world *w)
{
    return (struct sim_derived *)((uint8_t *)w + w->at.derived);
}

/* ---- writing ---- */

void sim_touch(struct sim_world *w, const void *where, size_t size);
void sim_touch_everything(struct sim_world *w);

#define X(name, type, offset)                                                                      \
    static inline type *sim_##name##_mut(struct sim_world *w, size_t i)                            \
    {                                                                                              \
        type *p = (type *)((uint8_t *)w + w->at.offset) + i;                                       \
                                                                                                   \
        sim_touch(w, p, sizeof *p);                                                                \
        return p;                                                                                  \
    }
SIM_READERS(X)
#undef X

static inline struct sim_queue *sim_queue_mut(struct sim_world *w, size_t queue)
{
    struct sim_queue *q = (struct sim_queue *)((uint8_t *)w + w->at.queues[queue]);

    sim_touch(w, q, sizeof *q);
    return q;
}

/* For who knows that the identity is not looked at, or does not change. */
static inline struct sim_worker *sim_worker_quiet(struct sim_world *w, size_t queue)
{
    return (struct sim_worker *)(uintptr_t)sim_worker(w, queue);
}

static inline struct sim_worker *sim_worker_mut(struct sim_world *w, size_t queue)
{
    struct sim_worker *me = sim_worker_quiet(w, queue);

    sim_touch(w, me, sim_worker_size((enum sim_queue_id)queue));
    return me;
}

static inline struct sim_watch *sim_watch_mut(struct sim_world *w, enum sim_kind_id kind)
{
    struct sim_watch *watch = (struct sim_watch *)((uint8_t *)w + w->at.watch[kind]);

    sim_touch(w, watch, sizeof *watch);
    return watch;
}

/* A slot with its two objects, to be written. */
struct sim_slot *sim_slot_mut(struct sim_world *w, enum sim_kind_id kind, sim_id id);
struct sim_meta *sim_api_mut(struct sim_world *w, enum sim_kind_id kind, sim_id id);

static inline struct sim_globals *sim_globals_mut(struct sim_world *w)
{
    struct sim_globals *g = (struct sim_globals *)((uint8_t *)w + w->at.globals);

    sim_touch(w, g, sizeof *g);
    return g;
}

struct sim_queue_node *sim_node_mut(struct sim_world *w, enum sim_queue_id queue, sim_id key);
void sim_failures_set(struct sim_world *w, uint16_t name, uint8_t failures);
struct ipam *sim_ipam_mut(struct sim_world *w);
struct ipam_journal *sim_journal(struct sim_world *w);
struct ipam_addrset sim_interface_mut(struct sim_world *w, sim_id pod, sim_id subnet);
/* After writing to a set of sim_interface_mut(). */
void sim_set_drain(struct sim_world *w);
void sim_status_set_assign(struct sim_world *w, sim_id subnet, unsigned which,
                           const struct ipam_addrset *from);
/* A set of the subnet's shape that is nobody's. */
struct ipam_addrset sim_scratch_set(struct sim_world *w, sim_id subnet);
/* What the status handler was about to write is forgotten. */
void sim_status_forget_next(struct sim_world *w, sim_id subnet);
/* After calls that were handed sim_journal(). */
void sim_journal_drain(struct sim_world *w);
/* Bits of ids: what the pass over a gateway's objects of a kind has still to look at. */
bool sim_pass_get(const struct sim_world *w, enum sim_kind_id kind, sim_id id);
void sim_pass_set(struct sim_world *w, enum sim_kind_id kind, sim_id id, bool on);
void sim_pass_clear(struct sim_world *w, enum sim_kind_id kind);

/* ---- one turn: an action being carried out ---- */

struct sim_turn {
    struct sim_world *w;
    const struct sim_sink *sink;
    struct sim_worker *me; /* the worker that moves, NULL if none does */
    uint8_t queue;         /* of that worker */
    uint8_t fault;         /* for the step's call; consumed by it */
};

/* A zeroed event of the worker that moves. */
struct sim_event sim_event_new(const struct sim_turn *t, enum sim_event_kind kind);
/* Tells the ledger and the sink. */
void sim_emit(struct sim_turn *t, const struct sim_event *event);
void sim_touched_owner(struct sim_world *w, struct sim_owner who);
void sim_touched_eip(struct sim_world *w, sim_id eip);
/* The same for an object of any kind: only EIPs own addresses. */
void sim_touched_object(struct sim_world *w, enum sim_kind_id kind, sim_id id);
void sim_touched_address(struct sim_world *w, sim_id subnet, sim_v4 v4);
void sim_flag(struct sim_world *w, const struct sim_violation *violation);

/* ---- work queues: queue.c ---- */

/* Events are emitted by add, add_after, retry, forget, take and due.  take needs a ready key and
 * returns it; retry adds the key after the delay its failures ask for. */
void sim_queue_add(struct sim_turn *t, enum sim_queue_id queue, sim_id key);
/* The same without an event: it is the action itself. */
void sim_queue_add_quietly(struct sim_world *w, enum sim_queue_id queue, sim_id key);
void sim_queue_add_after(struct sim_turn *t, enum sim_queue_id queue, sim_id key, uint32_t ms);
void sim_queue_retry(struct sim_turn *t, enum sim_queue_id queue, sim_id key);
void sim_queue_forget(struct sim_turn *t, enum sim_queue_id queue, sim_id key);
void sim_queue_done(struct sim_turn *t, enum sim_queue_id queue, sim_id key);
sim_id sim_queue_take(struct sim_turn *t, enum sim_queue_id queue);
void sim_queue_due(struct sim_turn *t, enum sim_queue_id queue, sim_id key);
void sim_queues_clear(struct sim_world *w);
/* Is there a key of this object in the queue, or being processed? */
bool sim_queue_knows(const struct sim_world *w, enum sim_queue_id queue, sim_id id);
/* The delete queue when its items are objects. */
bool sim_deleted_full(const struct sim_world *w);
void sim_deleted_add(struct sim_turn *t, sim_id eip, sim_ref net, sim_ref gw);
struct sim_deleted sim_deleted_take(struct sim_world *w);
static inline bool sim_queue_of_objects(const struct sim_world *w, enum sim_queue_id queue)
{
    return queue == SIM_QUEUE_DEL_EIP && sim_asks(w, SIM_del_queue_item) != SIM_del_queue_item_key;
}

/* The same of sim_queue_of_items(). */
bool sim_items_full(const struct sim_world *w, enum sim_queue_id queue);
void sim_item_add(struct sim_turn *t, enum sim_queue_id queue, sim_id id,
                  const struct sim_meta *object);
/* The delayed key of an object that is due first, SIM_NONE: none is. */
sim_id sim_item_due(const struct sim_world *w, enum sim_queue_id queue, sim_id id);

/* ---- kinds: kind.c and a file for each kind ---- */

/* A part of an object: label map, annotations or status (but for READY). */
struct sim_part {
    uint16_t at;
    uint16_t size;
};

struct sim_findings;

struct sim_kind {
    uint16_t size; /* of the object */
    struct sim_part labels, annotations, status;
    bool written_whole; /* no status subresource: every write carries the status */
    /* What a user asks for who writes this spec: enum sim_wish. */
    uint8_t (*wish)(const struct sim_meta *object);
    /* Event functions; the cache shows the new state already. */
    void (*added)(struct sim_turn *t, sim_id id);
    void (*updated)(struct sim_turn *t, sim_id id, const struct sim_meta *old,
                    const struct sim_meta *new);
    void (*deleted)(struct sim_turn *t, sim_id id, const struct sim_meta *old);
    /* The cache gains (1) or loses (-1) an object; NULL: nobody counts them. */
    void (*counted)(struct sim_world *w, const struct sim_meta *object, int by);
    /* Kinds that hold addresses; NULL: it is none.  The address an object says it has, 0: none;
     * *subnet: where, SIM_NONE if what it names does not exist. */
    sim_v4 (*reports)(const struct sim_world *w, const struct sim_meta *object, sim_id *subnet);
    uint16_t mac[2]; /* where the object has MAC addresses, 0: nowhere */
    /* What must hold at rest of an object that exists; NULL: nothing of the kind's own. */
    void (*rest)(struct sim_findings *f, sim_id id);
};

const struct sim_kind *sim_kind(enum sim_kind_id kind);
#define X(name, text, limit, type) extern const struct sim_kind sim_kind_##name;
SIM_KINDS(X)
#undef X

/* Largest object of any kind. */
union sim_any {
    SIM_BODY
};

/* ---- API server: api.c ---- */

/* Writes of the controller.  They change the stored object and send the watch event; the result is
 * what the server did. */
enum sim_result sim_serve(struct sim_turn *t, enum sim_kind_id kind, sim_id id, enum sim_verb verb,
                          const struct sim_meta *body, bool sets_finalizers);
/* Actions of users. */
void sim_api_user(struct sim_turn *t, const struct sim_action *action);
bool sim_watch_has_room(const struct sim_world *w, enum sim_kind_id kind);

/* ---- informer: informer.c ---- */

void sim_deliver(struct sim_turn *t, enum sim_kind_id kind);
/* The cache now shows object; NULL: nothing. */
void sim_cache_set(struct sim_world *w, enum sim_kind_id kind, sim_id id,
                   const struct sim_meta *object);

/* ---- IPAM: alloc.c ---- */

struct sim_alloc {
    uint8_t error; /* enum ipam_error */
    uint8_t pad;
    sim_v6 v6;
    sim_v4 v4;
    uint32_t mac;
};
/* The first MAC that is drawn for objects of a kind. */
uint32_t sim_first_mac(const struct sim_limits *limits, enum sim_kind_id kind);
struct sim_alloc sim_ipam_random(struct sim_turn *t, struct sim_owner who, enum sim_nic nic,
                                 sim_id net, uint8_t skip);
/* What a handler asks for. */
struct sim_alloc_wish {
    enum sim_nic nic; /* the port, or the bare name for InitIPAM */
    sim_v4 v4;        /* may be a text that is no address; 0 and no v6: the empty text */
    sim_v6 v6;        /* an address or 0 */
    bool draw;        /* a fresh MAC, else mac, 0: none */
    uint32_t mac;
};
struct sim_alloc sim_ipam_static(struct sim_turn *t, struct sim_owner who, sim_id net,
                                 const struct sim_alloc_wish *wish);
/* net SIM_NONE: all subnets. */
void sim_ipam_release(struct sim_turn *t, struct sim_owner who, sim_id net);
/* Takes a free address for the sweep of a gateway, under a key that is nobody's name; it holds one
 * at a time. */
enum ipam_error sim_ipam_reserve(struct sim_turn *t, sim_id gateway, sim_id subnet, sim_v4 v4);
void sim_ipam_unreserve(struct sim_turn *t, sim_id gateway, sim_id subnet);
void sim_ipam_rebuild(struct sim_world *w);
void sim_ipam_register(struct sim_world *w, sim_id subnet);
sim_v4 sim_ipam_held(const struct sim_world *w, uint16_t name, sim_id subnet, enum sim_nic nic);

/* ---- gateway pods: pod.c ---- */

bool sim_pod_eip_add(struct sim_turn *t, sim_id pod, sim_id subnet, sim_v4 v4);
/* Returns false if the script fails. v4 0: the argument is the bare mask. */
bool sim_pod_eip_del(struct sim_turn *t, sim_id pod, sim_id subnet, sim_v4 v4, sim_id owner);
void sim_pod_action(struct sim_turn *t, const struct sim_action *action);
/* The commands of NAT rules: pod_rules.c.  False: the script fails. */
bool sim_pod_rule_command(struct sim_turn *t, sim_id pod, enum sim_verb op,
                          const struct sim_pod_rule *row);
void sim_pod_rules_clear(struct sim_turn *t, sim_id pod);
/* Is there room for one more in every pod of a gateway? */
bool sim_pod_rules_have_room(const struct sim_world *w, sim_id gateway);
/* Does the text of an address begin with that of another? */
bool sim_v4_begins_with(sim_v4 whole, sim_v4 begin);

/* ---- the OVN northbound: ovn.c ---- */

/* One call of the worker that moves; result OK or ERROR.  LRP_GET puts the MAC into *row. */
enum sim_result sim_ovn_call(struct sim_turn *t, enum sim_verb op, struct sim_ovn_row *row);
/* Somebody removes all entries of a kind. */
void sim_ovn_remove(struct sim_world *w, uint8_t kind);
/* What is there before anything happens. */
void sim_ovn_begin(struct sim_world *w, const struct sim_ovn_row *rows, size_t n);

/* ---- steps: worker.c ---- */

void sim_worker_start(struct sim_turn *t);
void sim_worker_step(struct sim_turn *t);
bool sim_worker_can_step(const struct sim_world *w, enum sim_queue_id queue);
bool sim_worker_takes_fault(const struct sim_world *w, enum sim_queue_id queue);
/* Does its step add a NAT rule to a gateway pod? */
bool sim_worker_adds_rule(const struct sim_world *w, enum sim_queue_id queue);
/* Does its step make a call that can add to the OVN northbound? */
bool sim_worker_adds_to_ovn(const struct sim_world *w, enum sim_queue_id queue);
/* Does its step ask IPAM for something? */
bool sim_worker_asks_ipam(const struct sim_world *w, enum sim_queue_id queue);
/* The kind its step writes, SIM_KIND_COUNT if it writes none. */
enum sim_kind_id sim_worker_writes(const struct sim_world *w, enum sim_queue_id queue);

/* ---- restart: restart.c ---- */

/* Forgets all that the controller knew. */
void sim_forget_memory(struct sim_world *w);
void sim_crash(struct sim_turn *t);
void sim_boot(struct sim_turn *t);

/* ---- ledger and invariants ---- */

void sim_ledger_fold(struct sim_world *w, const struct sim_event *event);
/* Owner name + 1 that the ledger has for an address, 0: none. */
uint16_t sim_ledger_owner(const struct sim_world *w, sim_id subnet, sim_v4 v4);
/* Does the object exist, or can the controller still give back what it holds? */
bool sim_alive(const struct sim_world *w, struct sim_owner who);
/* Is an object of this name, of any kind that holds addresses, alive? */
bool sim_name_alive(const struct sim_world *w, uint16_t name);
/* The first kind's object of this name that is alive, else the first one; id SIM_NONE: none. */
struct sim_owner sim_owner_named(const struct sim_world *w, uint16_t name);
/* The finalizer that this release adds. */
uint8_t sim_own_finalizer(const struct sim_world *w);
/* Violations as they are found; beyond the capacity they are only counted. */
struct sim_findings {
    const struct sim_world *world;
    struct sim_violation *out;
    size_t capacity;
    size_t count;
};
void sim_find(struct sim_findings *f, enum sim_invariant invariant, struct sim_owner owner,
              struct sim_owner other, sim_id subnet, sim_id pod, sim_v4 v4);
/* The object of a kind that has this name, SIM_NONE if none has. */
sim_id sim_named(const struct sim_world *w, enum sim_kind_id kind, uint16_t name);
static inline sim_id sim_eip_named(const struct sim_world *w, uint16_t name)
{
    return sim_named(w, SIM_KIND_EIP, name);
}
/* Rows of a gateway's pod that no rule answers for; a rule at rest. */
void sim_check_pod_rules(struct sim_findings *f, sim_id pod);
void sim_check_rule(struct sim_findings *f, enum sim_kind_id kind, sim_id id);
/* Is a key of the rule in a queue of its kind, or being processed? */
bool sim_rule_queued(const struct sim_world *w, enum sim_kind_id kind, sim_id id);
bool sim_pod_in_service(const struct sim_world *w, sim_id pod);
/* Can commands in the gateway's pods succeed? */
bool sim_gateway_usable(const struct sim_world *w, sim_id gateway);
/* A violation with its owners; nobody: sim_eip_owner(SIM_NONE). */
void sim_set_owners(struct sim_violation *v, struct sim_owner owner, struct sim_owner other);
/* The subnet an EIP's addresses are in under this policy, whether it exists or not; SIM_NONE if
 * there was never one. */
sim_id sim_subnet_meant(const struct sim_world *w, sim_ref net);
/* The same, if it exists. */
sim_id sim_subnet_of(const struct sim_world *w, sim_ref net);

#endif
