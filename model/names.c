/* The texts of the enumerations, from their tables. */
#include <string.h>

#include "model/sim.h"

#define TEXT_FUNCTION(function, type, TABLE, count, ROW)                                           \
    const char *function(enum type which)                                                          \
    {                                                                                              \
        static const char *const text[] = {TABLE(ROW)};                                            \
        return (unsigned)which < (unsigned)(count) ? text[which] : "?";                            \
    }

#define ACTION_ROW(name, text, meaning) text,
#define EVENT_ROW(name, text, call, meaning) text,
#define VERB_ROW(name, text) text,
#define PROFILE_ROW(name, text) text,
#define INVARIANT_ROW(name, text, at_rest, statement) text,
#define STATEMENT_ROW(name, text, at_rest, statement) statement,
#define STATUS_ROW(name, text) text,

TEXT_FUNCTION(sim_action_text, sim_action_kind, SIM_ACTIONS, SIM_ACTION_COUNT, ACTION_ROW)
TEXT_FUNCTION(sim_event_text, sim_event_kind, SIM_EVENTS, SIM_EVENT_COUNT, EVENT_ROW)
TEXT_FUNCTION(sim_verb_text, sim_verb, SIM_VERBS, SIM_VERB_COUNT, VERB_ROW)
TEXT_FUNCTION(sim_profile_text, sim_profile, SIM_PROFILES, SIM_PROFILE_COUNT, PROFILE_ROW)
TEXT_FUNCTION(sim_invariant_text, sim_invariant, SIM_INVARIANTS, SIM_INVARIANT_COUNT, INVARIANT_ROW)
TEXT_FUNCTION(sim_invariant_statement, sim_invariant, SIM_INVARIANTS, SIM_INVARIANT_COUNT,
              STATEMENT_ROW)
TEXT_FUNCTION(sim_status_text, sim_status, SIM_STATUSES, SIM_STATUS_WATCH_FULL + 1, STATUS_ROW)

bool sim_event_is_call(enum sim_event_kind kind)
{
    static const bool call[] = {
#define X(name, text, call, meaning) call,
        SIM_EVENTS(X)
#undef X
    };
    return (unsigned)kind < SIM_EVENT_COUNT && call[kind];
}

bool sim_invariant_at_rest_only(enum sim_invariant invariant)
{
    static const bool at_rest[] = {
#define X(name, text, at_rest, statement) at_rest,
        SIM_INVARIANTS(X)
#undef X
    };
    return (unsigned)invariant < SIM_INVARIANT_COUNT && at_rest[invariant];
}

enum sim_invariant sim_invariant_find(const char *text)
{
    unsigned i = 0;

    while (i < SIM_INVARIANT_COUNT && strcmp(sim_invariant_text((enum sim_invariant)i), text) != 0)
        i++;
    return (enum sim_invariant)i;
}

enum sim_profile sim_profile_find(const char *text)
{
    unsigned i = 0;

    while (i < SIM_PROFILE_COUNT && strcmp(sim_profile_text((enum sim_profile)i), text) != 0)
        i++;
    return (enum sim_profile)i;
}
