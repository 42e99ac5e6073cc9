/* The OVN northbound as text. */
#ifndef EIPSIM_TOOLS_NORTHBOUND_H
#define EIPSIM_TOOLS_NORTHBOUND_H

#include "tools/render.h"

/* "nat ovn-cluster snat 10.0.1.2 10.0.2.0/29" */
void tool_ovn_row_text(const struct tool_render *r, const struct sim_world *w,
                       const struct sim_ovn_row *row, struct tool_text *out);
/* "args":["ovn-cluster","snat","10.0.1.2","10.0.2.0/29"] of an event OVN */
void tool_ovn_arguments(const struct tool_render *r, const struct sim_world *w,
                        const struct sim_event *e, struct tool_text *out);

#endif
