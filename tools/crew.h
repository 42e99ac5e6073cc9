/* Threads that carry out one task after the other together. */
#ifndef EIPSIM_TOOLS_CREW_H
#define EIPSIM_TOOLS_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Part `part` of a task, done by hand `hand`, 0..jobs-1. */
typedef void tool_crew_fn(void *context, unsigned part, unsigned hand);

struct tool_crew {
    unsigned jobs;
    pthread_t *thread; /* jobs - 1 of them; the caller is hand 0 */
    pthread_barrier_t begin, end;
    tool_crew_fn *task;
    void *context;
    unsigned parts;
    atomic_uint next;
    bool leaving;
};

void tool_crew_open(struct tool_crew *c, unsigned jobs);
/* Every part of the task once, in any order; returns when all are done. */
void tool_crew_do(struct tool_crew *c, tool_crew_fn *task, void *context, unsigned parts);
void tool_crew_close(struct tool_crew *c);

#endif
