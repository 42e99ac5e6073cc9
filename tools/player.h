/* A log played back: the world of its first record, moved by its actions.
 *
 *      tool_player_open()                      the first record: configuration, fresh world
 *      tool_player_next()  ──▶  ACTION         applied; player.trace holds it and its events
 *                               EVENT          as recorded: player.reader.parsed
 *                               END, CUT       the end
 *                               BAD            the log is damaged or makes no sense: reader.error
 *                               REFUSED        the world does not do what the log says it did
 */
#ifndef EIPSIM_TOOLS_PLAYER_H
#define EIPSIM_TOOLS_PLAYER_H

#include "engine/trace.h"
#include "tools/builder.h"
#include "tools/log.h"

enum tool_player_status {
    TOOL_PLAYER_ACTION,
    TOOL_PLAYER_EVENT,
    TOOL_PLAYER_END,
    TOOL_PLAYER_CUT,
    TOOL_PLAYER_BAD,
    TOOL_PLAYER_REFUSED
};

struct tool_player {
    struct tool_log_reader reader;
    struct tool_builder *builder;
    struct engine_config *config;
    struct sim_world *world;
    struct tool_render render;
    struct engine_trace trace; /* the last action alone */
    enum sim_status refusal;
    uint64_t actions, events; /* read so far */
};

/* False: reader.error says why. */
bool tool_player_open(struct tool_player *p, const char *path);
/* The same from memory, which must outlive it; path is only for messages. */
bool tool_player_open_bytes(struct tool_player *p, const char *path, const char *bytes,
                            size_t length);
enum tool_player_status tool_player_next(struct tool_player *p);
void tool_player_close(struct tool_player *p);

/* Grows arrays with tools/memory.h; the context is not used. */
bool tool_trace_grow(void *context, void **array, size_t *capacity, size_t element);

#endif
