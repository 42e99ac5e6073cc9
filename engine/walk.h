/* Random walks: one seed, one run.  A scheduler chooses among what the controller can do next and
 * what happens around it; every invariant is checked after every action.  Then the run drains:
 * nothing is at fault any more, everything settles, and what must hold at rest is checked.
 *
 * Nothing is allocated here: the caller hands over worlds and tables.
 */
#ifndef EIPSIM_ENGINE_WALK_H
#define EIPSIM_ENGINE_WALK_H

#include "engine/codec.h"
#include "engine/random.h"
#include "engine/script.h"
#include "engine/trace.h"
#include "model/outside.h"

/* name, text, what it does */
#define ENGINE_SCHEDULERS(X)                                                                       \
    X(UNIFORM, "uniform", "any of the enabled actions, with equal chance")                         \
    X(RARE, "rare", "of two the one that leads to the abstract state seen less often")             \
    X(PCT, "pct", "workers by priority, which changes at a few random moments")

enum engine_scheduler {
#define X(name, text, meaning) ENGINE_SCHEDULER_##name,
    ENGINE_SCHEDULERS(X)
#undef X
        ENGINE_SCHEDULER_COUNT
};

const char *engine_scheduler_text(enum engine_scheduler which);

/* ---- abstract states ---- */

/* What matters of a world to a fuzzer, as a hash: per EIP its object, finalizer, deletion, cached
 * view, held and programmed address, readiness and queues, in no order; the gateways; the
 * controller.  Equal for worlds that differ in names, addresses, revisions and times alone. */
uint64_t engine_abstract(const struct sim_world *w);

/* The same in pieces that come again: what the objects say of one EIP, how it is queued, who works
 * on it and by how old a copy; and what is around them.  A world has far fewer of them than states,
 * so that one that is new is news. */
typedef void engine_aspect_fn(void *context, uint64_t hash);
void engine_aspects(const struct sim_world *w, engine_aspect_fn *tell, void *context);

/* How often each was seen; an open hash table over memory of the caller's. */
struct engine_seen {
    struct engine_seen_slot {
        uint64_t hash; /* 0: free */
        uint64_t times;
    } * slot;
    size_t size; /* a power of two */
    size_t used;
};

/* How often it was seen, this time included.  A table three quarters full takes no more in, and
 * says 1. */
uint64_t engine_see(struct engine_seen *seen, uint64_t hash);
/* The same, so many times at once. */
uint64_t engine_see_times(struct engine_seen *seen, uint64_t hash, uint64_t times);
uint64_t engine_seen_times(const struct engine_seen *seen, uint64_t hash);

/* ---- walking ---- */

enum { ENGINE_DEPTH_MAX = 8 };

struct engine_walk {
    /* the caller's */
    struct sim_world *world;          /* as the run begins */
    struct engine_trace *trace;       /* empty */
    void *scratch;                    /* sim_world_size() bytes */
    struct engine_seen *seen;         /* what this run sees; may be NULL, but not for RARE */
    const struct engine_seen *before; /* RARE: what was seen before it; may be NULL */
    size_t keep;       /* after so many actions the trace begins anew; 0: it has all of the run */
    uint32_t classes;  /* bits of enum sim_class */
    uint8_t scheduler; /* enum engine_scheduler */
    uint8_t depth;     /* PCT: how many changes of priority, ENGINE_DEPTH_MAX at most */
    uint64_t seed;
    uint64_t events; /* walk until that many have happened */
    /* told of each violation when it is first seen; false: end the run */
    bool (*found)(void *context, const struct engine_walk *walk, const struct engine_finding *f);
    /* told of every action that took place; may be NULL */
    void (*acted)(void *context, const struct engine_walk *walk);
    void *context;
    /* the walk's own */
    struct engine_random random;
    uint64_t n_events;
    uint64_t n_actions;
    size_t mended, drained; /* actions of the trace when that was done, and when that began */
    uint8_t ended;
    uint8_t forgotten; /* the trace began anew */
    uint8_t priority[SIM_QUEUE_COUNT + 3];
    uint64_t change[ENGINE_DEPTH_MAX];
    struct engine_finding finding[ENGINE_FINDINGS];
    size_t n_findings;
};

/* Swarm testing: which of the classes that are allowed the run of this seed has. */
uint32_t engine_walk_classes(uint32_t allowed, uint64_t seed);
/* One run.  Findings name the action they were seen after; at rest that is the last one; SIZE_MAX:
 * the trace has not kept it. */
void engine_walk_run(struct engine_walk *walk);
/* The same with records instead of chance: world, trace, scratch, seen, found and context are the
 * caller's.  Without races records of outsiders wait until all has settled, without lag every watch
 * event is delivered at once. */
void engine_walk_bytes(struct engine_walk *walk, const struct engine_bytes *bytes,
                       const struct engine_codec *codec);

#endif
