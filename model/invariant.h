/* What must hold.  Names are stable: reports, scenarios, documentation and tests use them.
 *
 * A live owner of an address is an object whose key holds it in IPAM and which either exists in
 * the API server, or still has something in the controller that could give the address back: an
 * undelivered watch event, a queued, delayed or rate-limited key, a running handler.
 */
#ifndef EIPSIM_MODEL_INVARIANT_H
#define EIPSIM_MODEL_INVARIANT_H

#include "model/types.h"

/* name, text, checked at rest only, statement */
#define SIM_INVARIANTS(X)                                                                          \
    X(LIVE_OWNER, "live-owner", 0, "every address in a using set has a live owner")                \
    X(HELD_BY_IPAM, "held-by-ipam", 0,                                                             \
      "every address that a live, non-terminating owner reports is in use under its key")          \
    X(SINGLE_OWNER, "single-owner", 0, "no address of a subnet has two live owners, of any kinds") \
    X(IPAM_LISTS, "ipam-lists", 0,                                                                 \
      "free, available, using, released, reserved agree with each other and the owner maps")       \
    X(LEDGER, "ledger", 0, "the ledger folded from the events equals IPAM")                        \
    X(NO_RESURRECTION, "no-resurrection", 0,                                                       \
      "an object a user deleted does not exist again until a user creates it")                     \
    X(NO_FOREIGN_REMOVAL, "no-foreign-removal", 0,                                                 \
      "an address leaves a gateway pod only if it belongs to no other live owner there and is "    \
      "not the pod's own")                                                                         \
    X(STATUS_TRUTH, "status-truth", 1,                                                             \
      "used and available counts equal the sizes of the ranges beside them, and both equal IPAM "  \
      "and the live owners")                                                                       \
    X(DATA_PLANE, "data-plane", 1,                                                                 \
      "the addresses on each gateway pod are its own and those of the ready owners of that "       \
      "gateway")                                                                                   \
    X(RULE_TRUTH, "rule-truth", 1,                                                                 \
      "what each gateway pod carries is exactly what the ready NAT rules say, each on an address " \
      "that its EIP still owns")                                                                   \
    X(DELETE_COMPLETES, "delete-completes", 1,                                                     \
      "nothing stays terminating without a live blocker whose going would wake it")                \
    X(BECOMES_READY, "becomes-ready", 1, "every object whose wish can be met is ready")            \
    X(RESTART_NEUTRAL, "restart-neutral", 1,                                                       \
      "restarting the controller now and letting it settle changes no live owner's address")

enum sim_invariant {
#define X(name, text, at_rest, statement) SIM_INVARIANT_##name,
    SIM_INVARIANTS(X)
#undef X
        SIM_INVARIANT_COUNT
};

struct sim_world;

struct sim_violation {
    uint8_t invariant; /* enum sim_invariant; SIM_INVARIANT_COUNT: none */
    uint8_t kind;      /* enum sim_kind_id of eip */
    sim_id eip;        /* the owner concerned, SIM_NONE if none */
    sim_id other;      /* the other owner, SIM_NONE if none */
    sim_id subnet;     /* subnet id, SIM_NONE if none */
    sim_id pod;        /* gateway pod, SIM_NONE if none */
    uint8_t other_kind;
    uint8_t pad;
    sim_v4 v4; /* the address, 0 if none */
};

const char *sim_invariant_text(enum sim_invariant invariant);
const char *sim_invariant_statement(enum sim_invariant invariant);
bool sim_invariant_at_rest_only(enum sim_invariant invariant);
enum sim_invariant sim_invariant_find(const char *text);

/* Invariants checked after every action, over what the last action touched: O(1).  Fills at most
 * capacity violations, in a fixed order, and returns how many there are.  An address or object
 * that was already in violation before the action and is not touched is not reported again. */
size_t sim_check(struct sim_world *world, struct sim_violation *out, size_t capacity);
/* The same over the whole world: O(size of the world). */
size_t sim_check_all(struct sim_world *world, struct sim_violation *out, size_t capacity);
/* The invariants that must hold at rest, without RESTART_NEUTRAL (which needs a second world and
 * someone who lets it settle: engine/settle.h). */
size_t sim_check_at_rest(struct sim_world *world, struct sim_violation *out, size_t capacity);

#endif
