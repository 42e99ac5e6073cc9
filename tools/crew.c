#include "tools/crew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"

struct hand {
    struct tool_crew *crew;
    unsigned number;
};

static void work(struct tool_crew *c, unsigned hand)
{
    unsigned part;

    while ((part = atomic_fetch_add(&c->next, 1)) < c->parts)
        c->task(c->context, part, hand);
}

static void *stand_by(void *argument)
{
    struct hand hand = *(struct hand *)argument;

    free(argument);
    for (;;) {
        (void)pthread_barrier_wait(&hand.crew->begin);
        if (hand.crew->leaving)
            return NULL;
        work(hand.crew, hand.number);
        (void)pthread_barrier_wait(&hand.crew->end);
    }
}

void tool_crew_open(struct tool_crew *c, unsigned jobs)
{
    memset(c, 0, sizeof *c);
    c->jobs = jobs;
    if (jobs == 1)
        return;
    c->thread = tool_alloc((jobs - 1) * sizeof *c->thread);
    (void)pthread_barrier_init(&c->begin, NULL, jobs);
    (void)pthread_barrier_init(&c->end, NULL, jobs);
    for (unsigned i = 1; i < jobs; i++) {
        struct hand *hand = tool_alloc(sizeof *hand);

        hand->crew = c;
        hand->number = i;
        if (pthread_create(&c->thread[i - 1], NULL, stand_by, hand) != 0) {
            fputs("eipsim: out of threads\n", stderr);
            exit(70);
        }
    }
}

void tool_crew_do(struct tool_crew *c, tool_crew_fn *task, void *context, unsigned parts)
{
    c->task = task;
    c->context = context;
    c->parts = parts;
    atomic_store(&c->next, 0);
    if (c->jobs > 1)
        (void)pthread_barrier_wait(&c->begin);
    work(c, 0);
    if (c->jobs > 1)
        (void)pthread_barrier_wait(&c->end);
}

void tool_crew_close(struct tool_crew *c)
{
    if (c->jobs < 2)
        return;
    c->leaving = true;
    (void)pthread_barrier_wait(&c->begin);
    for (unsigned i = 1; i < c->jobs; i++)
        (void)pthread_join(c->thread[i - 1], NULL);
    (void)pthread_barrier_destroy(&c->begin);
    (void)pthread_barrier_destroy(&c->end);
    free(c->thread);
}
