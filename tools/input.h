/* A fuzz input as a world and records: the text between the records and the tail of
 * engine/codec.h is read here.
 *
 *      {"objects":[...],...}     the world, in the words of a log's first record; only if the tail
 *                                says so, otherwise it is the world of eipsim walk's flags
 *      {"do":"create",...}       the list of exact actions, one a line
 *
 * Reading never fails: a text that describes no world is passed over, and so is a line that is no
 * action of it.
 */
#ifndef EIPSIM_TOOLS_INPUT_H
#define EIPSIM_TOOLS_INPUT_H

#include "engine/codec.h"
#include "engine/config.h"
#include "tools/builder.h"
#include "tools/text.h"

/* The worlds that tails describe, made once: what an input does must not depend on those before. */
struct tool_plain;
struct tool_plain *tool_plain_new(void);
void tool_plain_free(struct tool_plain *p);

struct tool_input {
    struct engine_bytes bytes;
    struct engine_codec codec;
    struct engine_config
        *config; /* its own, or one of the plain ones; as the tail's profile has it */
    struct tool_builder *builder; /* of a described world, else NULL */
    struct sim_action *exact;
};

/* The bytes and plain must outlive it; plain serves one input at a time. */
void tool_input_open(struct tool_input *in, struct tool_plain *plain, const uint8_t *bytes,
                     size_t size);
void tool_input_close(struct tool_input *in);

/* Bytes that are exactly this run: each action in turn from the beginning of a world of the
 * configuration.  False: the sentence is in error. */
bool tool_input_write(const struct engine_config *config, const struct sim_action *action, size_t n,
                      struct tool_plain *plain, struct tool_text *out, struct tool_text *error);

#endif
