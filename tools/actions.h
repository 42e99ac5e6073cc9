/* Actions as JSON objects, in the words of the recordings of kube-ovn's real controller:
 *
 *      {"do":"create","eip":"e1","spec":{"natGwDp":"gw1"}}
 *      {"do":"step","fault":"before","w":"addEip"}
 *      {"do":"due","key":"e1","queue":"addEip"}
 *      {"do":"pod","created":1750000000,"gw":"gw1","pod":"vpc-nat-gw-gw1-0","state":"running"}
 *
 * A recording's line has more in it (calls, changed, n, now, result ...); a reader takes what an
 * action needs and leaves the rest alone.  Actions that no recording has (crash, boot,
 * delete-begin, delete-end, subnet) are written in the same way.
 */
#ifndef EIPSIM_TOOLS_ACTIONS_H
#define EIPSIM_TOOLS_ACTIONS_H

#include "tools/builder.h"
#include "tools/parse.h"
#include "tools/render.h"

/* What is wrong with an action: a sentence and the node it is about. */
struct tool_action_error {
    struct tool_text sentence; /* to be freed */
    uint32_t node;
};

/* First pass: mentions every name of the action.  False: the builder refuses one of them. */
bool tool_action_names(struct tool_builder *b, const struct tool_parsed *j, uint32_t object,
                       struct tool_action_error *error);
/* Second pass. */
bool tool_action_read(const struct engine_config *config, const struct tool_parsed *j,
                      uint32_t object, struct sim_action *out, struct tool_action_error *error);
/* The object, keys in order. */
void tool_action_write(const struct tool_render *r, const struct sim_action *a,
                       struct tool_text *out);

#endif
