/* Shrinking the world of a finding: the objects that take no part go, names that nothing mentions
 * go, subnets become narrower.
 */
#ifndef EIPSIM_TOOLS_FOUND_WORLD_H
#define EIPSIM_TOOLS_FOUND_WORLD_H

#include "tools/found.h"

/* Shrinks f's world as far as it goes, and its steps again where that lets some go.  What it breaks
 * stays the same; its configuration, steps, story and trace are then of the smaller world. */
void tool_found_narrow(struct tool_found *f);

/* The ways in which a world can be made smaller, numbered from 0; how many there are. */
size_t tool_found_cuts(const struct tool_found *f);
/* Does the finding survive that one? */
bool tool_found_survives(const struct tool_found *f, size_t cut);

#endif
