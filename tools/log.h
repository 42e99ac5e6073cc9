/* The log of a run: JSON Lines, one record a line, every line checked by the one before.
 *
 *   1  {"log":2,"tool":"eipsim 0.1.0","profile":...,"switches":{...},...,"config":{...},"sum":"…"}
 *   2  {"n":1,"action":{"do":"create",...},"now":0,"id":"<32 hex digits>","sum":"…"}
 *   3  {"n":1,"k":1,"event":{"eip":"e1","fact":"stored",...},"sum":"…"}
 *   ...
 *   9  {"records":8,"sum":"…"}
 *
 * `id` is the world's identity after action n; the events of the action follow, numbered by k; both
 * count from 1.  Events that are calls of the controller are written as its recordings have them
 * (tools/render.h).  `sum` is the XXH3 (64 bits) of the line's bytes before `,"sum"`, seeded with
 * the sum of the line before (the first: 0): against corruption, not against forgery.  The closing
 * line says how many records stand before it; a log without one was cut.
 *
 * Writer and reader hold one line in memory, whatever the log's length.
 */
#ifndef EIPSIM_TOOLS_LOG_H
#define EIPSIM_TOOLS_LOG_H

#include <stdio.h>

#include "engine/trace.h"
#include "tools/builder.h"
#include "tools/lines.h"
#include "tools/parse.h"
#include "tools/render.h"

#define TOOL_LOG_SCHEMA 2u

/* ---- writing ---- */

struct tool_log {
    FILE *file;
    struct tool_render render;
    struct tool_text line;
    uint64_t sum;
    uint64_t records;
    uint64_t actions;
};

struct tool_log_head {
    uint64_t seed;
    const char *scenario; /* its path or name; may be NULL */
    const char *digest;   /* of the scenario's bytes, tool_log_digest(); may be NULL */
};

/* Writes the first record.  The configuration must outlive the log. */
void tool_log_begin(struct tool_log *log, FILE *file, const struct engine_config *config,
                    const struct tool_log_head *head);
/* The last action of a trace with its events.  The world must not have moved on. */
void tool_log_action(struct tool_log *log, const struct sim_world *world,
                     const struct engine_trace *trace);
/* Writes the closing record and frees what the log holds; the file stays open.  False if anything
 * could not be written. */
bool tool_log_end(struct tool_log *log);

/* Ends a line, of which the last brace is missing: with the sum of its bytes and of the line before
 * it (0: none), which becomes its own. */
void tool_log_seal(struct tool_text *line, uint64_t *sum);

/* The limits as the first record has them. */
void tool_log_put_limits(const struct sim_limits *limits, struct tool_text *out);
/* 32 hexadecimal digits and a zero. */
void tool_log_digest(const void *bytes, size_t length, char out[33]);
void tool_log_identity(struct sim_identity identity, char out[33]);

/* ---- reading ---- */

enum tool_log_record { TOOL_LOG_HEAD, TOOL_LOG_ACTION, TOOL_LOG_EVENT, TOOL_LOG_CLOSING };

enum tool_log_status {
    TOOL_LOG_RECORD, /* a record was read */
    TOOL_LOG_END,    /* the closing record was the last thing */
    TOOL_LOG_CUT,    /* the log ends after its last whole record, without a closing one */
    TOOL_LOG_BAD     /* see error */
};

struct tool_log_reader {
    struct tool_lines lines;
    struct tool_parsed parsed; /* of the record read last */
    uint64_t sum;
    uint64_t records;       /* whole ones read so far */
    uint64_t n, k;          /* of the last action and event */
    uint8_t record;         /* enum tool_log_record */
    bool torn;              /* CUT: part of a record was there */
    struct tool_text error; /* "FILE:LINE:COL: error: record 7: ..." */
};

/* False: see error. */
bool tool_log_open(struct tool_log_reader *r, const char *path);
/* The same from memory, which must outlive the reader; path is only for messages. */
void tool_log_open_bytes(struct tool_log_reader *r, const char *path, const char *bytes,
                         size_t length);
enum tool_log_status tool_log_next(struct tool_log_reader *r);
void tool_log_close(struct tool_log_reader *r);
/* A BAD of the reader's own: a sentence about a node of the record read last. */
enum tool_log_status tool_log_bad(struct tool_log_reader *r, uint32_t node, const char *sentence);

#endif
