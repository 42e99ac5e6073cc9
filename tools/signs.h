/* Signs of a run as text: "addEip F3 fails", "updateVpcEip over addEip", "bare". */
#ifndef EIPSIM_TOOLS_SIGNS_H
#define EIPSIM_TOOLS_SIGNS_H

#include "engine/signs.h"
#include "tools/memory.h"
#include "tools/text.h"

void tool_sign_put(const struct engine_sign *sign, struct tool_text *out);
/* All of them, with commas between. */
void tool_signs_put(const struct engine_signs *s, struct tool_text *out);
/* The other way round; the arena keeps the step's name.  NULL: it is one, else why it is none. */
const char *tool_sign_read(const char *text, struct tool_arena *arena, struct engine_sign *out);

#endif
