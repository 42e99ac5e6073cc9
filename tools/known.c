#include "tools/known.h"

#include <stdlib.h>

#include "tools/memory.h"

bool tool_known_open(struct tool_known *k, const char *path)
{
    if (!tool_paths_add(&k->paths, path))
        return false;
    k->window = tool_alloc(k->paths.count * sizeof *k->window);
    for (size_t i = 0; i < k->paths.count; i++) {
        struct tool_scenario *s = tool_scenario_load(k->paths.path[i], false);

        if (s == NULL)
            return false;
        if (s->signs.count > 0)
            k->window[k->count++].scenario = s;
        else
            tool_scenario_free(s);
    }
    return true;
}

void tool_known_close(struct tool_known *k)
{
    for (size_t i = 0; i < k->count; i++)
        tool_scenario_free(k->window[i].scenario);
    free(k->window);
    tool_paths_free(&k->paths);
}

static bool breaks(const struct tool_scenario *s, enum sim_profile profile, uint8_t invariant)
{
    const struct tool_wanted *w = s->wanted[profile];

    while (w != NULL && w->invariant != invariant)
        w = w->next;
    return w != NULL;
}

struct tool_known_window *tool_known_explains(struct tool_known *k, enum sim_profile profile,
                                              const struct tool_found *found)
{
    struct tool_known_window *best = NULL;

    for (size_t i = 0; i < k->count; i++) {
        const struct tool_scenario *s = k->window[i].scenario;

        if (breaks(s, profile, found->finding.violation.invariant) &&
            engine_signs_within(&s->signs, &found->signs) &&
            (best == NULL || s->signs.count > best->scenario->signs.count))
            best = &k->window[i];
    }
    return best;
}
