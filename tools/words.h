/* Events and actions in words, one line each, for people:
 *
 *      addEip e1: allocated 10.0.1.2 in ovn-vpc-external-network (random)
 *      addEip e1: eip-add 10.0.1.2/28 in vpc-nat-gw-gw1-0 failed
 *
 * An event does not say which key its worker is at; whoever walks through events in order lets
 * tool_words_note() see each of them.
 */
#ifndef EIPSIM_TOOLS_WORDS_H
#define EIPSIM_TOOLS_WORDS_H

#include "tools/render.h"

struct tool_words {
    const struct tool_render *render;
    sim_id key[SIM_QUEUE_COUNT]; /* what each worker is at, SIM_NONE: not known */
};

void tool_words_init(struct tool_words *words, const struct tool_render *render);
/* To be called with every event, after it was written. */
void tool_words_note(struct tool_words *words, const struct sim_event *e);

/* "addEip e1", "API server", "watch", ... */
void tool_words_subject(const struct tool_words *words, const struct sim_event *e,
                        struct tool_text *out);
/* "allocated 10.0.1.2 in ovn-vpc-external-network (random)" */
void tool_words_event(const struct tool_words *words, const struct sim_event *e,
                      struct tool_text *out);
/* "a user deletes e1", "addEip's next step, whose reply is lost" */
void tool_words_action(const struct tool_render *r, const struct sim_action *a,
                       struct tool_text *out);
/* Is this event about that object?  Workers that are at its key count. */
bool tool_words_about(const struct tool_words *words, const struct sim_event *e,
                      enum sim_object kind, sim_id id);

#endif
