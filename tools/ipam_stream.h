/* Streams of IPAM operations: run them, or hold them against what a recording says.
 *
 *      {"stream":0,"switches":[...],...}    a new stream: everything before is forgotten; these
 *                                           switches are on in it, if it names any
 *      {"op":"random",...}                  an operation
 *      {"result":{...},"state":{...}}       what the recorded implementation answered; without a
 *                                           state only the result is compared
 *
 * Running prints one line per operation and flushes it; recorded answers are passed over. Checking
 * prints nothing until an answer differs, and stops there: the field, both sides, file and line.
 */
#ifndef EIPSIM_TOOLS_IPAM_STREAM_H
#define EIPSIM_TOOLS_IPAM_STREAM_H

#include <stdio.h>

#include "tools/ipam_session.h"

struct tool_ipam_how {
    ipam_quirks quirks;
    enum tool_ipam_layout layout;
    bool state; /* print the state beside each result */
    bool check;
    bool keep_going; /* checking: go on with the next stream after a difference */
};

enum { TOOL_IPAM_WHICH = 64 };

struct tool_ipam_totals {
    uint64_t streams;
    uint64_t operations;
    uint64_t crashes;   /* operations that crash the original */
    uint64_t differing; /* streams; the ordinals, from 0, of the first ones are kept */
    uint64_t which[TOOL_IPAM_WHICH];
};

/*
 * 0, 2 (malformed input), 3 (an answer differs). Results and differences to out (NULL: only
 * counted), the rest to err. Totals are added to.
 */
int tool_ipam_file(const struct tool_ipam_how *how, const char *path, FILE *out, FILE *err,
                   struct tool_ipam_totals *totals);
/* The same from memory; path is only for messages. */
int tool_ipam_bytes(const struct tool_ipam_how *how, const char *path, const char *bytes,
                    size_t length, FILE *out, FILE *err, struct tool_ipam_totals *totals);

#endif
