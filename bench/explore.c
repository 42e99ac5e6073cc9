/* The search, measured:
 *
 *   explore twin EIPS ADDRESSES CREATES DELETES FAULTS RESTARTS [JOBS]
 *                                     the model of tests/twin.def
 *   explore world all|none [JOBS]     the world of bench/explore_world.h, with reductions or not
 *   explore size                      bytes of that world's state, for SPIN
 *
 * prints states, what was found, states a second, bytes a state, and of one thread how many times
 * as fast two could be at best, going by the processor time of the parts of each round, which does
 * not depend on what else the machine does; bench/explore.sh puts that beside SPIN.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <time.h>

#include "bench/explore_world.h"
#include "engine/explore.h"
#include "tests/twin.h"
#include "tools/crew.h"

static double clock_of(clockid_t which)
{
    struct timespec t;

    (void)clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

static void *resize(void *context, void *old, size_t old_size, size_t size)
{
    (void)context;
    (void)old_size;
    if (size != 0)
        return realloc(old, size);
    free(old);
    return NULL;
}

struct searching {
    struct engine_search *search;
    void *scratch[2]; /* of each hand */
    /* one hand alone: processor time of the parts so far, and of the busier of two hands if each
     * took the next part when it is done with one */
    double hand[2], all, busier;
};

/* What a part took, handed to whoever of two would have been free first. */
static void divide(struct searching *k, double took)
{
    k->hand[k->hand[1] < k->hand[0]] += took;
}

static void expand(void *context, unsigned part, unsigned hand)
{
    struct searching *k = context;
    double since = clock_of(CLOCK_THREAD_CPUTIME_ID);

    engine_search_expand(k->search, part, k->scratch[hand]);
    if (hand == 0)
        divide(k, clock_of(CLOCK_THREAD_CPUTIME_ID) - since);
}

static void settle(void *context, unsigned part, unsigned hand)
{
    struct searching *k = context;
    double since = clock_of(CLOCK_THREAD_CPUTIME_ID);

    engine_search_settle(k->search, part);
    if (hand == 0)
        divide(k, clock_of(CLOCK_THREAD_CPUTIME_ID) - since);
}

static void half_of(struct tool_crew *crew, struct searching *k, tool_crew_fn *task)
{
    k->hand[0] = k->hand[1] = 0;
    tool_crew_do(crew, task, k, ENGINE_SHELVES);
    k->all += k->hand[0] + k->hand[1];
    k->busier += k->hand[0] > k->hand[1] ? k->hand[0] : k->hand[1];
}

static void round_of(struct tool_crew *crew, struct searching *k)
{
    half_of(crew, k, expand);
    half_of(crew, k, settle);
}

static void print(const struct searching *k, const char *found, double since, unsigned jobs)
{
    const struct engine_search *s = k->search;

    printf("%llu states, %s, %.0f a second, %.1f bytes a state", (unsigned long long)s->states,
           found, (double)s->states / (now() - since),
           (double)engine_search_bytes(s) / (double)s->states);
    if (jobs == 1)
        printf(", divides by %.2f", k->all / k->busier);
    printf("\n");
}

static int twin(const struct twin_bound *b, unsigned jobs)
{
    struct searching k = {.search = calloc(1, sizeof *k.search)};
    struct tool_crew crew;
    struct twin start;
    double since = now();

    if (k.search == NULL)
        return 70;
    k.search->resize = resize;
    k.search->max_states = UINT32_MAX;
    twin_begin(b, &k.search->subject, &start);
    tool_crew_open(&crew, jobs);
    (void)engine_search_begin(k.search, twin_identity(&start), (const uint8_t *)&start,
                              sizeof start);
    while (engine_search_more(k.search, false))
        round_of(&crew, &k);
    tool_crew_close(&crew);
    print(&k, k.search->kinds.n > 0 ? "loses" : "holds", since, jobs);
    engine_search_end(k.search);
    free(k.search);
    return 0;
}

static bool found(void *context, const struct engine_explore *x, uint32_t which,
                  const struct engine_finding *finding)
{
    (void)context;
    (void)x;
    (void)which;
    (void)finding;
    return true;
}

static int world(uint32_t reductions, unsigned jobs)
{
    struct engine_explore *x = calloc(1, sizeof *x);
    struct searching k = {.search = NULL};
    struct tool_crew crew;
    char text[32];
    double since;

    if (x == NULL)
        return 70;
    bench_world_open(&bench, reductions);
    x->start = bench.start;
    x->bound = bench.bound;
    x->max_states = UINT32_MAX;
    x->resize = resize;
    x->found = found;
    k.search = &x->search;
    for (unsigned i = 0; i < jobs; i++) {
        k.scratch[i] = aligned_alloc(64, (engine_explore_scratch(x->start) + 63) / 64 * 64);
        if (k.scratch[i] == NULL)
            return 70;
        engine_explore_ready(x, k.scratch[i]);
    }
    since = now();
    tool_crew_open(&crew, jobs);
    if (engine_explore_begin(x, k.scratch[0]))
        while (engine_explore_more(x))
            round_of(&crew, &k);
    tool_crew_close(&crew);
    snprintf(text, sizeof text, "%zu kinds", x->search.kinds.n);
    print(&k, text, since, jobs);
    engine_explore_end(x);
    free(k.scratch[0]);
    free(k.scratch[1]);
    free(x);
    return 0;
}

static int usage(void)
{
    fputs("usage: explore twin EIPS ADDRESSES CREATES DELETES FAULTS RESTARTS [JOBS]\n"
          "       explore world all|none [JOBS]\n"
          "       explore size\n",
          stderr);
    return 2;
}

static unsigned jobs_of(int argc, char **argv, int at)
{
    return argc > at && argv[at][0] == '2' ? 2 : 1;
}

int main(int argc, char **argv)
{
    uint8_t number[6];

    if (argc == 2 && strcmp(argv[1], "size") == 0) {
        bench_world_open(&bench, 0);
        printf("%zu\n",
               BENCH_HEAD + bench_state_size(bench.start) + bench_ledger_size(bench.start));
        return 0;
    }
    if (argc >= 3 && strcmp(argv[1], "world") == 0)
        return world(strcmp(argv[2], "none") == 0 ? 0 : ENGINE_ALL_REDUCTIONS,
                     jobs_of(argc, argv, 3));
    if (argc < 8 || strcmp(argv[1], "twin") != 0)
        return usage();
    for (int i = 0; i < 6; i++)
        number[i] = (uint8_t)strtoul(argv[i + 2], NULL, 10);
    if (number[0] < 1 || number[0] > TWIN_EIPS || number[1] < 1 || number[1] > 2)
        return usage();
    return twin(
        &(struct twin_bound){number[0], number[1], number[2], number[3], number[4], number[5]},
        jobs_of(argc, argv, 8));
}
