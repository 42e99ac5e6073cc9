#include "model/object.h"

#include <string.h>

bool sim_eip_has_finalizer(const struct sim_eip *e, uint8_t finalizer)
{
    for (unsigned i = 0; i < SIM_FINALIZERS; i++)
        if (e->finalizer[i] == finalizer)
            return true;
    return false;
}

unsigned sim_eip_finalizer_count(const struct sim_eip *e)
{
    unsigned n = 0;

    while (n < SIM_FINALIZERS && e->finalizer[n] != SIM_FINALIZER_NONE)
        n++;
    return n;
}

bool sim_eip_add_finalizer(struct sim_eip *e, uint8_t finalizer)
{
    unsigned n = sim_eip_finalizer_count(e);

    if (n == SIM_FINALIZERS)
        return false;
    e->finalizer[n] = finalizer;
    return true;
}

void sim_eip_remove_finalizer(struct sim_eip *e, uint8_t finalizer)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < SIM_FINALIZERS; i++)
        if (e->finalizer[i] != finalizer)
            e->finalizer[kept++] = e->finalizer[i];
    while (kept < SIM_FINALIZERS)
        e->finalizer[kept++] = SIM_FINALIZER_NONE;
}

bool sim_eip_differs(const struct sim_eip *a, const struct sim_eip *b)
{
    struct sim_eip x = *a;

    x.rv = b->rv;
    x.uid = b->uid;
    x.flags = (uint8_t)((x.flags & ~SIM_EIP_TERMINATING) | (b->flags & SIM_EIP_TERMINATING));
    return memcmp(&x, b, sizeof x) != 0;
}
