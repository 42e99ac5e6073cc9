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
#define PLAIN_ROW(name, text) text,
#define INVARIANT_ROW(name, text, at_rest, statement) text,
#define STATEMENT_ROW(name, text, at_rest, statement) statement,
#define KIND_ROW(name, text, limit, type) text,
#define QUEUE_ROW(name, text, keys, limiter, part, table) text,
#define KEYS_ROW(name, text, keys, limiter, part, table) SIM_OBJECT_##keys,
#define PART_ROW(name, text, keys, limiter, part, table) SIM_PART_##part,

TEXT_FUNCTION(sim_action_text, sim_action_kind, SIM_ACTIONS, SIM_ACTION_COUNT, ACTION_ROW)
TEXT_FUNCTION(sim_event_text, sim_event_kind, SIM_EVENTS, SIM_EVENT_COUNT, EVENT_ROW)
TEXT_FUNCTION(sim_verb_text, sim_verb, SIM_VERBS, SIM_VERB_COUNT, PLAIN_ROW)
TEXT_FUNCTION(sim_profile_text, sim_profile, SIM_PROFILES, SIM_PROFILE_COUNT, PLAIN_ROW)
TEXT_FUNCTION(sim_invariant_text, sim_invariant, SIM_INVARIANTS, SIM_INVARIANT_COUNT, INVARIANT_ROW)
TEXT_FUNCTION(sim_invariant_statement, sim_invariant, SIM_INVARIANTS, SIM_INVARIANT_COUNT,
              STATEMENT_ROW)
TEXT_FUNCTION(sim_queue_text, sim_queue_id, SIM_QUEUES, SIM_QUEUE_COUNT, QUEUE_ROW)
TEXT_FUNCTION(sim_result_text, sim_result, SIM_RESULTS, SIM_RESULT_COUNT, PLAIN_ROW)
TEXT_FUNCTION(sim_ovn_row_text, sim_ovn_row_kind, SIM_OVN_ROWS, SIM_OVN_ROW_KIND_COUNT, PLAIN_ROW)
TEXT_FUNCTION(sim_fault_text, sim_fault, SIM_FAULTS, SIM_FAULT_COUNT, PLAIN_ROW)
TEXT_FUNCTION(sim_pod_state_text, sim_pod_state, SIM_POD_STATES, SIM_POD_STATE_COUNT, PLAIN_ROW)
TEXT_FUNCTION(sim_status_text, sim_status, SIM_STATUSES, SIM_STATUS_OVN_FULL + 1, PLAIN_ROW)

const char *sim_object_text(enum sim_object which)
{
    static const char *const text[] = {SIM_KINDS(KIND_ROW) SIM_OTHER_OBJECTS(PLAIN_ROW)};

    return (unsigned)which < SIM_OBJECT_COUNT ? text[which] : "?";
}

uint16_t sim_limit(const struct sim_limits *limits, enum sim_object kind)
{
    switch (kind) {
#define X(name, text, limit, type)                                                                 \
    case SIM_OBJECT_##name:                                                                        \
        return limits->limit;
        SIM_KINDS(X)
#undef X
    default:
        return 0;
    }
}

enum sim_part_id sim_queue_part(enum sim_queue_id queue)
{
    static const uint8_t part[] = {SIM_QUEUES(PART_ROW)};

    return (enum sim_part_id)part[queue];
}

enum sim_kind_id sim_queue_rule(enum sim_queue_id queue)
{
    enum sim_object keys = sim_queue_keys(queue);

    switch (queue) {
    case SIM_QUEUE_UPDATE_VPC_FIP:
        return SIM_KIND_FIP;
    case SIM_QUEUE_UPDATE_VPC_DNAT:
        return SIM_KIND_DNAT;
    case SIM_QUEUE_UPDATE_VPC_SNAT:
        return SIM_KIND_SNAT;
    default:
        return keys == SIM_OBJECT_DNAT || keys == SIM_OBJECT_FIP || keys == SIM_OBJECT_SNAT
                   ? (enum sim_kind_id)keys
                   : SIM_KIND_COUNT;
    }
}

enum sim_object sim_queue_keys(enum sim_queue_id queue)
{
    static const uint8_t kind[] = {SIM_QUEUES(KEYS_ROW)};

    return (unsigned)queue < SIM_QUEUE_COUNT ? (enum sim_object)kind[queue] : SIM_OBJECT_COUNT;
}

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
