#include "tools/worlds.h"

#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"
#include "tools/player.h"

bool tool_worlds_open(struct tool_worlds *w, const struct engine_config *config)
{
    size_t size = sim_size(&config->setup);
    struct sim_world *made;

    memset(w, 0, sizeof *w);
    if (size == 0)
        return false;
    w->start = tool_alloc_aligned(size);
    w->world = tool_alloc_aligned(size);
    w->scratch = tool_alloc_aligned(size);
    w->size = size;
    engine_trace_init(&w->trace, tool_trace_grow, NULL);
    if (sim_init(w->start, &config->setup, &made) == SIM_STATUS_DONE && made == w->start)
        return true;
    tool_worlds_close(w);
    return false;
}

void tool_worlds_close(struct tool_worlds *w)
{
    free(w->start);
    free(w->world);
    free(w->scratch);
    free(w->trace.action);
    free(w->trace.event);
    memset(w, 0, sizeof *w);
}

void tool_worlds_begin(struct tool_worlds *w)
{
    memcpy((void *)w->world, w->start, w->size);
    engine_trace_clear(&w->trace);
}
