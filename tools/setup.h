/* The configuration that commands make worlds from: --config FILE, or --eips, --gateways, --subnet
 * and how many there are of other kinds; then --profile and --set.
 */
#ifndef EIPSIM_TOOLS_SETUP_H
#define EIPSIM_TOOLS_SETUP_H

#include "tools/builder.h"
#include "tools/cli.h"
#include "tools/text.h"

#define TOOL_POLICY_FLAGS                                                                          \
    {"profile", "P", "the release, see eipsim profiles [master]"},                                 \
    {                                                                                              \
        "set", "SWITCH=VALUE", "with this switch changed; may be repeated"                         \
    }

#define TOOL_WORLD_FLAGS(eips, subnet)                                                             \
    {"config", "FILE", "the world, a YAML file with the key world (docs/scenarios.md)"},           \
        {"eips", "N", "without --config: how many EIPs can exist [" eips "]"},                     \
        {"gateways", "N", "without --config: how many gateways [1]"},                              \
        {"dnats", "N", "without --config: how many IptablesDnatRules [0]"},                        \
        {"fips", "N", "without --config: how many IptablesFIPRules [0]"},                          \
        {"snats", "N", "without --config: how many IptablesSnatRules [0]"},                        \
    {                                                                                              \
        "subnet", "CIDR", "without --config: the external subnet [" subnet "]"                     \
    }

#define TOOL_SETUP_FLAGS TOOL_WORLD_FLAGS("3", "10.0.1.0/29"), TOOL_POLICY_FLAGS

#define TOOL_CLASSES_FLAG(meaning)                                                                 \
    {                                                                                              \
        "faults", "LIST", meaning                                                                  \
    }

/* The bits of --faults (model/outside.h): none, all, or names; all without it.  False: told. */
bool tool_setup_classes(const struct tool_arguments *a, uint32_t *out);
/* The same from the list itself; returns where an unknown name begins, NULL: all are known. */
const char *tool_classes_parse(const char *text, uint32_t *out);

struct tool_setup {
    struct tool_builder *builder;
    struct engine_config *config;
    /* the caller's: what there is unless told otherwise */
    uint64_t eips;      /* 0: 3 */
    const char *subnet; /* NULL: 10.0.1.0/29 */
};

/* The world of the flags alone, into a builder; of other kinds than EIPs there are as many as
 * others[kind] says.  False: the sentence is in error. */
bool tool_setup_plain(struct tool_builder *b, uint64_t eips, uint64_t gateways,
                      const uint64_t others[SIM_KIND_COUNT], const char *cidr,
                      struct tool_text *error);

/* False: told. */
bool tool_setup_open(struct tool_setup *s, const struct tool_arguments *a);
void tool_setup_close(struct tool_setup *s);

/* A policy in one word: "master", "v1.12.22+release_on_add_failure=early".  Sets that of the
 * configuration; false: told. */
bool tool_policy_set(const struct tool_arguments *a, const char *text, size_t length,
                     struct engine_config *config);
/* The word for that of the configuration. */
void tool_policy_text(const struct engine_config *config, struct tool_text *out);

#endif
