#include "model/mutant.h"

#include <string.h>

#include "model/step_internal.h"

static const struct sim_mutant mutants[SIM_MUTANT_COUNT] = {
#define SIM_MUTANT_SWITCH(id, kb, switched, to, at, reason, text)                                  \
    {.name = #id,                                                                                  \
     .bug = (kb),                                                                                  \
     .meaning = (text),                                                                            \
     .where = (at),                                                                                \
     .unseen = (reason),                                                                           \
     .value = (to),                                                                                \
     .base = SIM_BASE_SOUND,                                                                       \
     .change = SIM_CHANGE_SWITCH,                                                                  \
     .which = SIM_##switched},
#define SIM_MUTANT_ROW(id, kb, step, at, reason, text)                                             \
    {.name = #id,                                                                                  \
     .bug = (kb),                                                                                  \
     .meaning = (text),                                                                            \
     .where = (at),                                                                                \
     .unseen = (reason),                                                                           \
     .row = (step),                                                                                \
     .base = SIM_BASE_SOUND,                                                                       \
     .change = SIM_CHANGE_FLAW,                                                                    \
     .flaw = {.kind = SIM_FLAW_ROW}},
#define SIM_MUTANT_RULE_ROW(id, kb, step, at, reason, text)                                        \
    {.name = #id,                                                                                  \
     .bug = (kb),                                                                                  \
     .meaning = (text),                                                                            \
     .where = (at),                                                                                \
     .unseen = (reason),                                                                           \
     .row = (step),                                                                                \
     .base = SIM_BASE_RULES,                                                                       \
     .change = SIM_CHANGE_FLAW,                                                                    \
     .flaw = {.kind = SIM_FLAW_ROW}},
#define SIM_MUTANT_FLAW(id, kb, on, sort, operand, at, reason, text)                               \
    {.name = #id,                                                                                  \
     .bug = (kb),                                                                                  \
     .meaning = (text),                                                                            \
     .where = (at),                                                                                \
     .unseen = (reason),                                                                           \
     .base = SIM_BASE_##on,                                                                        \
     .change = SIM_CHANGE_FLAW,                                                                    \
     .flaw = {.kind = SIM_FLAW_##sort, .what = (operand)}},
#define SIM_MUTANT_QUIRK(quirk, kb, reason)                                                        \
    {.name = #quirk,                                                                               \
     .bug = (kb),                                                                                  \
     .meaning = "",                                                                                \
     .where = "",                                                                                  \
     .unseen = (reason),                                                                           \
     .base = SIM_BASE_ALLOCATOR,                                                                   \
     .change = SIM_CHANGE_QUIRK,                                                                   \
     .flaw = {.what = IPAM_QUIRK_##quirk}},
#include "model/mutant.def"
};

const struct sim_mutant *sim_mutant(enum sim_mutant_id id)
{
    return &mutants[id];
}

enum sim_mutant_id sim_mutant_find(const char *name)
{
    unsigned i = 0;

    while (i < SIM_MUTANT_COUNT && strcmp(mutants[i].name, name) != 0)
        i++;
    return (enum sim_mutant_id)i;
}

/* The row of that name, as table * 256 + row. */
static uint16_t row_named(const char *name)
{
    for (unsigned table = 1; table < SIM_TABLE_COUNT; table++) {
        const struct sim_step *steps = sim_table_steps((enum sim_table)table);

        for (unsigned row = 0; steps[row].name != NULL; row++)
            if (strcmp(steps[row].name, name) == 0)
                return (uint16_t)(table * 256u + row);
    }
    SIM_CHECK(false);
    return 0;
}

static struct sim_flaw flaw_of(const struct sim_mutant *m)
{
    struct sim_flaw flaw = m->flaw;

    if (m->change != SIM_CHANGE_FLAW)
        memset(&flaw, 0, sizeof flaw);
    else if (flaw.kind == SIM_FLAW_ROW)
        flaw.what = row_named(m->row);
    return flaw;
}

void sim_mutant_apply(enum sim_mutant_id id, struct sim_setup *setup)
{
    const struct sim_mutant *m = &mutants[id];
    int value;

    setup->flaw = flaw_of(m);
    if (m->change == SIM_CHANGE_QUIRK)
        setup->quirks |= UINT64_C(1) << m->flaw.what;
    if (m->change != SIM_CHANGE_SWITCH)
        return;
    value = sim_switch_parse((enum sim_switch)m->which, m->value);
    SIM_CHECK(value >= 0);
    setup->policy.value[m->which] = (uint8_t)value;
}

enum sim_mutant_id sim_mutant_of(const struct sim_flaw *flaw)
{
    unsigned i = 0;

    for (; i < SIM_MUTANT_COUNT; i++) {
        struct sim_flaw its = flaw_of(&mutants[i]);

        if (its.kind != SIM_FLAW_NONE && its.kind == flaw->kind && its.what == flaw->what)
            break;
    }
    return (enum sim_mutant_id)i;
}
