#include "model/object.h"

#include <string.h>

bool sim_has_finalizer(const struct sim_meta *m, uint8_t finalizer)
{
    for (unsigned i = 0; i < SIM_FINALIZERS; i++)
        if (m->finalizer[i] == finalizer)
            return true;
    return false;
}

unsigned sim_finalizer_count(const struct sim_meta *m)
{
    unsigned n = 0;

    while (n < SIM_FINALIZERS && m->finalizer[n] != SIM_FINALIZER_NONE)
        n++;
    return n;
}

bool sim_add_finalizer(struct sim_meta *m, uint8_t finalizer)
{
    unsigned n = sim_finalizer_count(m);

    if (n == SIM_FINALIZERS)
        return false;
    m->finalizer[n] = finalizer;
    return true;
}

void sim_remove_finalizer(struct sim_meta *m, uint8_t finalizer)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < SIM_FINALIZERS; i++)
        if (m->finalizer[i] != finalizer)
            m->finalizer[kept++] = m->finalizer[i];
    while (kept < SIM_FINALIZERS)
        m->finalizer[kept++] = SIM_FINALIZER_NONE;
}

bool sim_differs(const struct sim_meta *a, const struct sim_meta *b, size_t size)
{
    size_t from = offsetof(struct sim_meta, labels);

    return memcmp(a->finalizer, b->finalizer, sizeof a->finalizer) != 0 ||
           ((a->flags ^ b->flags) & ~SIM_EIP_TERMINATING) != 0 ||
           memcmp((const uint8_t *)a + from, (const uint8_t *)b + from, size - from) != 0;
}
