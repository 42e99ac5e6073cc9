/* The scenario reader's insides, shared by its files. */
#ifndef EIPSIM_TOOLS_SCENARIO_INTERNAL_H
#define EIPSIM_TOOLS_SCENARIO_INTERNAL_H

#include "tools/scenario.h"

struct scenario_reader {
    struct tool_scenario *s;
    struct tool_diags *diags;
    bool second; /* names are ids now */
};

/* Interns a name in the first pass, looks it up in the second.  SIM_NONE in the first. */
sim_id scenario_name(struct scenario_reader *r, enum tool_name_kind kind, const char *text);
/* A text below a map's key; "" if it is missing.  False: told. */
bool scenario_text(struct scenario_reader *r, const struct tool_yaml *map, const char *key,
                   const char **out);
/* The same, and it must be there. */
bool scenario_need(struct scenario_reader *r, const struct tool_yaml *map, const char *key,
                   const char **out);
/* Every key of the map must be one of these words, separated by blanks. */
bool scenario_keys(struct scenario_reader *r, const struct tool_yaml *map, const char *words);
/* Does a step read so far have this name (as:)? */
bool scenario_has_label(const struct tool_scenario *s, const char *label);
bool scenario_steps(struct scenario_reader *r, const struct tool_yaml *list);
bool scenario_expect_step(struct scenario_reader *r, const struct tool_yaml *map);
/* A text that is not empty. */
bool scenario_name_given(struct scenario_reader *r, const struct tool_yaml *n, const char **out);
/* A v4 field: an address, or any other text. */
bool scenario_v4(struct scenario_reader *r, const char *text, sim_v4 *out);
/* Adds a step that is one action of the model. */
struct sim_action *scenario_action(struct scenario_reader *r, enum sim_action_kind kind,
                                   struct tool_place at);
/* The steps of users: scenario_user.c. */
/* The kind of object that a map's kind names. */
bool scenario_kind(struct scenario_reader *r, const struct tool_yaml *map, uint8_t *out);
bool scenario_create(struct scenario_reader *r, const struct tool_yaml *n);
bool scenario_delete(struct scenario_reader *r, const struct tool_yaml *n);
bool scenario_delete_begin(struct scenario_reader *r, const struct tool_yaml *n);
bool scenario_delete_end(struct scenario_reader *r, const struct tool_yaml *n);
bool scenario_edit(struct scenario_reader *r, const struct tool_yaml *n);
/* Adds a step; *step is zeroed but for what "any" is. */
struct engine_step *scenario_add(struct scenario_reader *r, enum engine_step_kind kind,
                                 struct tool_place at);
/* "v1.12.22, master" or "default"; bits, false: told. */
bool scenario_profiles(struct scenario_reader *r, const char *text, struct tool_place at,
                       uint16_t *bits, bool *all);

#endif
