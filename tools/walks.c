#include "tools/walks.h"

#include <stdlib.h>
#include <string.h>

#include "tools/crew.h"
#include "tools/memory.h"

/* A round is as long with every number of threads.  Beyond so many actions a run is not kept. */
enum { ROUND = 64, SEEN_BITS = 22, RUN_SEEN_MAX = 1 << 16, KEPT_ACTIONS = 100000, OFTEN = 1 << 14 };

/* What is left of a run when it is over. */
struct walked {
    uint64_t events;
    struct engine_seen seen;
    struct engine_finding finding[ENGINE_FINDINGS];
    size_t n_findings;
};

struct hand {
    struct tool_worlds worlds;
    struct engine_walk walk;
};

struct round {
    struct tool_walks *w;
    uint64_t seed; /* of its first run */
    struct walked *run;
    struct hand *hand;
    size_t told; /* findings of the run being made again that were counted already */
};

/* ---- a run ---- */

static void on_action(void *context, const struct engine_walk *walk)
{
    struct round *r = context;

    if (walk->n_actions % OFTEN != 0)
        return;
    r->w->now = walk->n_events;
    r->w->progress(r->w);
}

static void make(struct round *r, struct hand *h, unsigned part)
{
    struct engine_walk *k = &h->walk;
    struct walked *run = &r->run[part];
    const struct tool_walks *w = r->w;

    memset(run->seen.slot, 0, run->seen.size * sizeof *run->seen.slot);
    run->seen.used = 0;
    tool_worlds_begin(&h->worlds);
    memset(k, 0, sizeof *k);
    k->world = h->worlds.world;
    k->trace = &h->worlds.trace;
    k->scratch = h->worlds.scratch;
    k->seen = &run->seen;
    k->before = &w->seen;
    k->keep = KEPT_ACTIONS;
    k->seed = r->seed + part;
    k->classes =
        sim_classes_within(&w->config->setup.limits, engine_walk_classes(w->classes, k->seed));
    k->scheduler =
        (uint8_t)(w->scheduler >= 0 ? w->scheduler : (int)(k->seed % ENGINE_SCHEDULER_COUNT));
    k->depth = (uint8_t)w->depth;
    k->events = w->events;
}

static void make_part(void *context, unsigned part, unsigned hand)
{
    struct round *r = context;
    struct engine_walk *k = &r->hand[hand].walk;
    struct walked *run = &r->run[part];

    make(r, &r->hand[hand], part);
    k->acted = hand == 0 ? on_action : NULL;
    k->context = r;
    engine_walk_run(k);
    run->events = k->n_events;
    run->n_findings = k->n_findings;
    memcpy(run->finding, k->finding, k->n_findings * sizeof *run->finding);
}

/* ---- its findings ---- */

static bool on_finding(void *context, const struct engine_walk *walk,
                       const struct engine_finding *finding)
{
    struct round *r = context;

    if (r->told > 0) {
        r->told--;
        return true;
    }
    return tool_findings_add(r->w->findings, walk->trace, finding, walk->seed);
}

static void tell(struct round *r, unsigned part)
{
    struct walked *run = &r->run[part];

    for (size_t i = 0; i < run->n_findings; i++)
        if (tool_findings_wants(r->w->findings, &run->finding[i])) {
            make(r, &r->hand[0], part);
            r->told = i;
            r->hand[0].walk.found = on_finding;
            r->hand[0].walk.context = r;
            engine_walk_run(&r->hand[0].walk);
            return;
        } else {
            tool_findings_count(r->w->findings, &run->finding[i], r->seed + part);
        }
}

/* ---- rounds ---- */

static void merge(struct tool_walks *w, const struct walked *run)
{
    for (size_t i = 0; i < run->seen.size; i++)
        if (run->seen.slot[i].hash != 0)
            engine_see_times(&w->seen, run->seen.slot[i].hash, run->seen.slot[i].times);
    w->all_events += run->events;
    w->done++;
}

static void rounds(struct round *r)
{
    struct tool_walks *w = r->w;
    struct tool_crew crew;

    tool_crew_open(&crew, w->jobs);
    while (w->done < w->runs && !tool_findings_full(w->findings)) {
        unsigned parts = (unsigned)(w->runs - w->done < ROUND ? w->runs - w->done : ROUND), last;

        r->seed = w->seed + w->done;
        tool_crew_do(&crew, make_part, r, parts);
        for (last = 0; last < parts && !tool_findings_full(w->findings); last++)
            tell(r, last);
        for (unsigned part = 0; part < last; part++)
            merge(w, &r->run[part]);
        w->now = 0;
        w->progress(w);
    }
    tool_crew_close(&crew);
}

static void open_table(struct engine_seen *seen, size_t size)
{
    seen->size = size;
    seen->used = 0;
    seen->slot = tool_alloc(size * sizeof *seen->slot);
}

bool tool_walks_run(struct tool_walks *w)
{
    struct round r = {.w = w};
    size_t size = 1 << 12;
    bool ok = true;

    while (size < w->events * 4 && size < RUN_SEEN_MAX)
        size *= 2;
    open_table(&w->seen, (size_t)1 << SEEN_BITS);
    r.run = tool_alloc(ROUND * sizeof *r.run);
    r.hand = tool_alloc(w->jobs * sizeof *r.hand);
    for (unsigned i = 0; i < ROUND; i++)
        open_table(&r.run[i].seen, size);
    for (unsigned i = 0; i < w->jobs; i++)
        ok = tool_worlds_open(&r.hand[i].worlds, w->config) && ok;
    if (ok)
        rounds(&r);
    for (unsigned i = 0; i < w->jobs; i++)
        tool_worlds_close(&r.hand[i].worlds);
    for (unsigned i = 0; i < ROUND; i++)
        free(r.run[i].seen.slot);
    free(r.hand);
    free(r.run);
    return ok;
}

void tool_walks_close(struct tool_walks *w)
{
    free(w->seen.slot);
    w->seen.slot = NULL;
}
