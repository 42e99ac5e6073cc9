/* A scenario: a world, steps, and what must hold in each profile, read from YAML.
 *
 * docs/scenarios.md is the reference.  A file is read in two passes by the same code: the first
 * hands every name to a builder, the second turns names into ids.
 */
#ifndef EIPSIM_TOOLS_SCENARIO_H
#define EIPSIM_TOOLS_SCENARIO_H

#include "engine/script.h"
#include "engine/signs.h"
#include "tools/builder.h"
#include "tools/memory.h"
#include "tools/yaml.h"

/* What an `expect:` step says of the state.  Texts that are NULL say nothing. */
enum tool_expect_kind { TOOL_EXPECT_STATUS, TOOL_EXPECT_OBJECT, TOOL_EXPECT_IPAM, TOOL_EXPECT_POD };

struct tool_expect {
    uint8_t kind;
    int8_t exists, ready, terminating; /* OBJECT: 1, 0, -1: says nothing */
    uint8_t object;                    /* OBJECT: enum sim_kind_id */
    uint16_t profiles;                 /* bit for each profile it is said of */
    sim_id id;                         /* subnet, object, pod */
    const char *text[4]; /* STATUS: usingIPs, usingIPrange, availableIPs, availableIPrange;
                            IPAM: using, available; OBJECT: ip, of an EIP;
                            POD: addresses, comma separated, rules */
    struct tool_place at;
};

/* A violation that a profile must show. */
struct tool_wanted {
    uint8_t invariant;
    const char *address; /* NULL: any */
    const char *owner;   /* NULL: any */
    const char *at;      /* name of a step, "rest"; NULL: anywhere */
    struct tool_place place;
    struct tool_wanted *next;
};

struct tool_scenario {
    const char *path; /* not owned */
    const char *name;
    const char *about;
    struct engine_step *step;
    struct tool_place *place; /* of each step */
    const char **label;       /* of each step, NULL: none */
    size_t n_steps, capacity, place_capacity, label_capacity;
    struct tool_expect *expect;
    size_t n_expects, expect_capacity;
    uint16_t stated;                               /* bit for each profile that expect: speaks of */
    struct tool_wanted *wanted[SIM_PROFILE_COUNT]; /* NULL: everything holds */
    bool as_is;                                    /* end: as-is */
    struct engine_signs signs;                     /* that a run through this window has */
    char digest[33];
    struct tool_builder *builder;
    struct engine_config *config;
    struct tool_arena arena;
};

/* NULL: diags has the errors. */
struct tool_scenario *tool_scenario_read(const char *path, const char *bytes, size_t size,
                                         struct tool_diags *diags);
void tool_scenario_free(struct tool_scenario *s);

#endif
