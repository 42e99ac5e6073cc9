/* Plays a log back and compares every identity and every event with what was recorded. */
#ifndef EIPSIM_TOOLS_REPLAY_H
#define EIPSIM_TOOLS_REPLAY_H

#include <stdio.h>

/* Stops at the first record that differs and shows both sides on out.  A log that was cut is
 * played as far as it goes, and err is told.
 * Exit code: 0 the same, 3 something differs, 2 the log is damaged. */
int tool_replay(const char *path, FILE *out, FILE *err);

#endif
