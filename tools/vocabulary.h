/* The words of the model's enumerations, found by their text.  The texts themselves are the
 * model's: sim_queue_text() and its like.
 */
#ifndef EIPSIM_TOOLS_VOCABULARY_H
#define EIPSIM_TOOLS_VOCABULARY_H

#include <stdint.h>

#include "model/sim.h"

/* name, how many there are, from number to text */
#define TOOL_VOCABULARIES(X)                                                                       \
    X(action, SIM_ACTION_COUNT, sim_action_text((enum sim_action_kind)i))                          \
    X(event, SIM_EVENT_COUNT, sim_event_text((enum sim_event_kind)i))                              \
    X(fault, SIM_FAULT_COUNT, sim_fault_text((enum sim_fault)i))                                   \
    X(object, SIM_OBJECT_COUNT, sim_object_text((enum sim_object)i))                               \
    X(ovn_row, SIM_OVN_ROW_KIND_COUNT, sim_ovn_row_text((enum sim_ovn_row_kind)i))                 \
    X(pod_state, SIM_POD_STATE_COUNT, sim_pod_state_text((enum sim_pod_state)i))                   \
    X(queue, SIM_QUEUE_COUNT, sim_queue_text((enum sim_queue_id)i))                                \
    X(verb, SIM_VERB_COUNT, sim_verb_text((enum sim_verb)i))

/* tool_queue_find(text, length) and so on: the number of the word, how many there are if it is none
 * of them. */
#define X(name, count, text_of_i) uint8_t tool_##name##_find(const char *text, size_t length);
TOOL_VOCABULARIES(X)
#undef X

#endif
