/* Searching: every state that can be reached, each along a shortest way, whatever a state is.
 *
 * What is searched is a subject: it unpacks a state and offers its successors, each with a 128-bit
 * identity, the number of the choice that leads there and how many actions that choice is.  States
 * stand on shelves by their identity, and a search moves in rounds of two halves:
 *
 *     expand   the states of one depth that stand on a shelf offer their successors; what all
 *              shelves hold is only read
 *     settle   a shelf takes the offers that belong to it; nobody else touches it
 *
 *        shelf 0 ─expand─▶ offers ─┬─▶ settle 0      64 shelves, always: counts, ways and numbers
 *        shelf 1 ─expand─▶ offers ─┼─▶ settle 1      do not depend on how many threads carry the
 *          ...                     └─▶   ...         halves out
 *
 *     shelf    identity, parent, choice, depth of every state; a table of their numbers; the packed
 *              states of each of the next depths
 *
 * A successor can be several actions away; a state that waits at some depth and is offered at a
 * lesser one moves there.  So states are gone on from in the order of their depth.
 *
 * Memory comes from a function of the caller's.  A search that could not have it, or was told to
 * stop, says so; only COMPLETE means that there is nothing else, but for two states of equal
 * identity.
 */
#ifndef EIPSIM_ENGINE_SEARCH_H
#define EIPSIM_ENGINE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/sim.h"

enum {
    ENGINE_SHELVES = 64,
    ENGINE_STRIDE = 16, /* a choice is fewer actions than this */
    ENGINE_KINDS = 128,
    ENGINE_DETAIL = 32,
    ENGINE_NO_CHOICE = 0xffff,
    ENGINE_DEEPEST = 4096 /* no state is so many actions away */
};

/* ---- what is searched ---- */

/* Where the successors of one state go. */
struct engine_brood;

struct engine_offer {
    struct sim_identity identity;
    uint16_t choice; /* below ENGINE_NO_CHOICE; together with its parent it gives the state again */
    uint8_t length;  /* actions, 1 .. ENGINE_STRIDE - 1 */
    uint8_t last;    /* 1: not to be gone on from */
};

struct engine_subject {
    const void *context;
    size_t packed; /* most bytes of a packed state */
    /* Offers all successors of a state.  scratch is memory of the thread's own. */
    void (*expand)(const void *context, void *scratch, const uint8_t *packed, size_t size,
                   struct engine_brood *brood);
};

/* Tells of an offer that is about to be made: who makes many at once is not kept waiting for memory
 * then.  Nothing depends on it. */
void engine_brood_expect(const struct engine_brood *b, struct sim_identity identity);
/* Where to pack the state offered, then to be kept; NULL: nobody needs it. */
uint8_t *engine_brood_offer(struct engine_brood *b, const struct engine_offer *offer);
void engine_brood_keep(struct engine_brood *b, size_t size);
/* Not all successors can be offered: the search ends as TOO_WIDE. */
void engine_brood_give_up(struct engine_brood *b);
/* Something to be told of, at the state itself (choice ENGINE_NO_CHOICE, length 0) or after a
 * choice.  what and where say which kind it is; one of each kind is kept, the first of the least
 * depth. */
struct engine_told {
    const char *where;
    uint32_t what;
    uint16_t choice;
    uint8_t length;
    uint8_t pad;
    uint8_t detail[ENGINE_DETAIL]; /* the subject's */
};
void engine_brood_tell(struct engine_brood *b, const struct engine_told *told);
/* The state that is gone on from. */
uint32_t engine_brood_state(const struct engine_brood *b);

/* ---- the search ---- */

/* realloc with the old size, aligned to 16, for any thread; size 0 frees.  NULL: there is none. */
typedef void *engine_resize_fn(void *context, void *old, size_t old_size, size_t size);

struct engine_kind {
    struct engine_told told;
    uint64_t times;
    uint32_t parent;
    uint32_t depth;
};

struct engine_kinds {
    struct engine_kind kind[ENGINE_KINDS];
    size_t n;
};

/* Packed states one after the other, in pieces. */
struct engine_piece {
    struct engine_piece *next;
    uint32_t used, size;
};

struct engine_bucket {
    struct engine_piece *first, *end;
    uint64_t records;
};

struct engine_shelf {
    /* in one place: whoever looks for an identity also asks for the depth */
    struct engine_known {
        struct sim_identity identity;
        uint32_t parent;
        uint16_t choice, depth;
    } * known;
    uint32_t *slot; /* tag and number + 1; 0: free */
    uint32_t n, capacity, slots;
    struct engine_bucket waiting[ENGINE_STRIDE];
    struct engine_piece *spare;
    size_t pieces; /* bytes of all of them */
    uint32_t at;   /* in the first piece of this depth's bucket */
    /* the offers of this round, in chains by shelf */
    uint8_t *offer;
    size_t offers, offer_capacity;
    uint32_t chain[ENGINE_SHELVES], chain_end[ENGINE_SHELVES];
    struct engine_kinds kinds; /* of this round */
    uint64_t transitions;
    uint8_t failed; /* enum engine_searched: why it cannot go on; 0: it can */
};

/* How a search ended.  name, sentence */
#define ENGINE_ENDS(X)                                                                             \
    X(COMPLETE, "everything within the bound was seen")                                            \
    X(OUT_OF_STATES, "stopped: as many states as the limit allows")                                \
    X(OUT_OF_MEMORY, "stopped: as much memory as the limit allows")                                \
    X(TOO_WIDE, "stopped: a state has more successors than can be told apart")                     \
    X(TOLD, "stopped: enough was found")

enum engine_searched {
#define X(name, text) ENGINE_##name,
    ENGINE_ENDS(X)
#undef X
};

const char *engine_searched_text(enum engine_searched how);

struct engine_search {
    /* the caller's */
    struct engine_subject subject;
    engine_resize_fn *resize;
    void *context;
    uint64_t max_states;
    /* results */
    uint64_t states, waiting, transitions;
    uint64_t pieces;  /* bytes of packed states that wait, at most */
    uint32_t depth;   /* of the states gone on from last */
    uint32_t deepest; /* of all states */
    uint8_t ended;    /* enum engine_searched, once begin() or more() gave false */
    struct engine_kinds kinds;
    struct engine_shelf shelf[ENGINE_SHELVES];
};

/* The first state is at depth 0.  Fields of the caller's are set, the rest is zero. */
bool engine_search_begin(struct engine_search *s, struct sim_identity identity,
                         const uint8_t *packed, size_t size);
/* Makes another round ready; false: the search is over.  stop: somebody has had enough. */
bool engine_search_more(struct engine_search *s, bool stop);
/* The halves of a round: each for every shelf, in any order or at once; all of the first before any
 * of the second. */
void engine_search_expand(struct engine_search *s, unsigned shelf, void *scratch);
void engine_search_settle(struct engine_search *s, unsigned shelf);
void engine_search_end(struct engine_search *s);

/* The choices from the first state to this one; how many there are.  Stores at most capacity. */
size_t engine_search_way(const struct engine_search *s, uint32_t state, uint16_t *choice,
                         size_t capacity);
/* The state of an identity, UINT32_MAX: there is none; states are below engine_search_numbers(). */
uint32_t engine_search_number(const struct engine_search *s, struct sim_identity identity);
size_t engine_search_numbers(const struct engine_search *s);
/* Bytes of memory that hold what is known of states, and packed ones at most. */
uint64_t engine_search_bytes(const struct engine_search *s);

#endif
