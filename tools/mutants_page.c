/* docs/mutants.md: what the mutants are. */
#include <stdio.h>
#include <string.h>

#include "ipam/quirks.h"
#include "model/policy.h"
#include "tools/mutants.h"

static const char *base_text(enum sim_base base)
{
    static const char *const text[] = {"sound design", "leaky release", "rules", "allocator"};

    return text[base];
}

static void print_head(void)
{
    printf("# Mutants\n\n"
           "This page is what `eipsim mutants --markdown` prints; the table is "
           "[model/mutant.def](../model/mutant.def).\n\n"
           "A mutant is a deliberate fault: a base on which no violation is known, changed in one "
           "place. That each is noticed shows\nthat a real fault of its kind would be. "
           "`eipsim mutants` tries them and says of each whether it was *reached* (an action was "
           "carried\nout at which it acts), *triggered* (the same actions on the base had other "
           "events, or broke something else) and *detected*, and after\nhow many events and "
           "seconds. The bases are tried as long as the mutants are, and nothing may be noticed "
           "there.\n`--engine libfuzzer` and `--engine afl` try those on the sound design with the "
           "fuzzers ([fuzzing](fuzzing.md)), of which only the detection "
           "is\nknown.\n\n```sh\nbuild/release/eipsim mutants --seeds 1 --seconds 1 "
           "release_forgotten\n```\n\n| base | what it is, and what has to notice |\n|---|---|\n");
#define X(name, text) printf("| %s | %s |\n", base_text(SIM_BASE_##name), text);
    SIM_BASES(X)
#undef X
}

static const char *flaw_text(enum sim_flaw_kind kind)
{
    static const char *const text[] = {
#define X(name, what, meaning) meaning,
        SIM_FLAWS(X)
#undef X
    };
    return text[kind];
}

static void print_change(const struct sim_mutant *m)
{
    if (m->change == SIM_CHANGE_SWITCH)
        printf("`%s=%s`", sim_switch_text((enum sim_switch)m->which), m->value);
    else if (m->change == SIM_CHANGE_QUIRK)
        printf("`%s`", m->name);
    else if (m->flaw.kind == SIM_FLAW_ROW)
        printf("without %s", m->row);
    else
        printf("%s", flaw_text((enum sim_flaw_kind)m->flaw.kind));
}

static const char *meaning(const struct sim_mutant *m)
{
    return m->change == SIM_CHANGE_QUIRK ? ipam_quirk_find(m->name, strlen(m->name))->meaning
                                         : m->meaning;
}

void tool_mutants_markdown(void)
{
    print_head();
    for (unsigned b = 0; b < SIM_BASE_COUNT; b++) {
        printf("\n## On the %s\n\n| mutant | changed | what goes wrong | kube-ovn |\n"
               "|---|---|---|---|\n",
               base_text((enum sim_base)b));
        for (unsigned i = 0; i < SIM_MUTANT_COUNT; i++) {
            const struct sim_mutant *m = sim_mutant((enum sim_mutant_id)i);

            if (m->base != b)
                continue;
            printf("| `%s` | ", m->name);
            print_change(m);
            printf(" | %s | %s |\n", meaning(m), m->bug);
        }
    }
    printf("\n## What nothing notices\n\n| mutant | why |\n|---|---|\n");
    for (unsigned i = 0; i < SIM_MUTANT_COUNT; i++) {
        const struct sim_mutant *m = sim_mutant((enum sim_mutant_id)i);

        if (m->unseen[0] != '\0')
            printf("| `%s` | %s |\n", m->name, m->unseen);
    }
}
