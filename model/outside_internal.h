/* What the files with choices share. */
#ifndef EIPSIM_MODEL_OUTSIDE_INTERNAL_H
#define EIPSIM_MODEL_OUTSIDE_INTERNAL_H

#include "model/outside.h"

/* A choice being made. */
struct sim_outside {
    const struct sim_world *w;
    const struct sim_picker *picker;
    struct sim_action *a; /* zero but for its kind */
    uint32_t classes;
};

/* The tables of choices, each ended by a row without fill.  A kind of object has one of its own. */
#define SIM_CHOICE_TABLES(X)                                                                       \
    X(sim_eip_choices)                                                                             \
    X(sim_gateway_choices)                                                                         \
    X(sim_controller_choices)                                                                      \
    X(sim_object_choices)                                                                          \
    X(sim_rule_choices)

#define X(table) extern const struct sim_choice table[];
SIM_CHOICE_TABLES(X)
#undef X

static inline uint32_t sim_pick_first(struct sim_outside *o, uint32_t n, uint32_t first)
{
    return n < 2 ? 0 : o->picker->pick(o->picker->context, n, first);
}

static inline uint32_t sim_pick(struct sim_outside *o, uint32_t n)
{
    return sim_pick_first(o, n, 1);
}

static inline bool sim_has_class(const struct sim_outside *o, enum sim_class which)
{
    return (o->classes >> which & 1) != 0;
}

bool sim_fill_nothing(struct sim_outside *o);
/* Does the gateway have a pod that is to be initialised, and nobody has told the controller? */
bool sim_gateway_waits(const struct sim_world *w, sim_id gateway);

#endif
