/* The world description of a scenario, of a world.yaml, of a log's first line: read into a builder.
 *
 *      world:
 *        objects:              # kube-ovn manifests, as `kubectl get -o yaml` prints them
 *        - kind: Subnet ...
 *        gatewayAddresses: {gw1: 10.0.1.14}
 *        clock: virtual
 *
 * docs/scenarios.md has the whole table.  Unknown fields of a known kind are noted and ignored;
 * unknown keys of ours are errors.
 */
#ifndef EIPSIM_TOOLS_WORLD_H
#define EIPSIM_TOOLS_WORLD_H

#include "tools/builder.h"
#include "tools/text.h"
#include "tools/yaml.h"

/* node: the value of `world:`.  False: diags has at least one error. */
bool tool_world_read(const struct tool_yaml *node, struct tool_builder *b,
                     struct tool_diags *diags);
/* The same from the bytes of a file with the single key world.  False: error has
 * "FILE:LINE:COL: sentence". */
bool tool_world_read_bytes(const char *path, const char *bytes, size_t size, struct tool_builder *b,
                           struct tool_text *error);

/* Reads back what tool_config_to_json() wrote; profile and switches are not part of it.  NULL: the
 * sentence is in error.  The builder owns the configuration and stays the caller's, whatever
 * happened. */
struct engine_config *tool_config_from_json(const char *text, size_t size,
                                            struct tool_builder **builder, struct tool_text *error);

/* metadata.name of a manifest; false: told. */
bool tool_manifest_name(const struct tool_yaml *manifest, struct tool_diags *diags,
                        const char **name);

/* The bytes of a file, at most 16 MiB; to be freed.  False: the sentence is in error. */
bool tool_file_read(const char *path, char **bytes, size_t *size, struct tool_text *error);

#endif
