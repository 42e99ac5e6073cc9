/* eipsim convert: log, scenario, recording and fuzz input into each other. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/history.h"
#include "tools/memory.h"

static const struct tool_flag flags[] = {
    {"profile", "P",
     "of a scenario: the release to run it in [master]; of a fuzz input: not its own"},
    {"set", "SWITCH=VALUE", "of the same: with this switch changed; may be repeated"},
    {"stream", "NAME", "from a recording with several streams: this one"},
};

static bool read_flags(const struct tool_arguments *a, struct tool_history_how *how,
                       struct tool_setting *set)
{
    enum sim_profile profile;

    how->profile = -1;
    how->stream = tool_value(a, "stream");
    how->set = set;
    if (tool_given(a, "profile")) {
        if (!tool_cli_profile(a, tool_value(a, "profile"), &profile))
            return false;
        how->profile = (int)profile;
    }
    for (size_t n = 0; tool_value_at(a, "set", n) != NULL; n++)
        if (!tool_cli_setting(a, tool_value_at(a, "set", n), &set[how->n_set++]))
            return false;
    return true;
}

static int run(const struct tool_arguments *a)
{
    struct tool_setting *set = tool_alloc((a->n_options + 1) * sizeof *set);
    struct tool_history_how how = {.n_set = 0};
    struct tool_text error = {0};
    struct tool_history h;
    int code = TOOL_EXIT_USAGE;

    if (read_flags(a, &how, set)) {
        if (tool_history_read(&h, a->operand[0], &how, &error) &&
            tool_history_write(&h, a->operand[1], &error)) {
            fprintf(stderr, "%s: %zu actions in %s\n", a->operand[1], h.n_actions,
                    sim_profile_text((enum sim_profile)h.config->setup.profile));
            code = TOOL_EXIT_OK;
        }
        if (error.length > 0)
            fprintf(stderr, "%s\n", tool_text_get(&error));
        tool_history_free(&h);
    }
    tool_text_free(&error);
    free(set);
    return code;
}

const struct tool_command tool_command_convert = {
    "convert",
    "FROM TO",
    2,
    2,
    "convert log, scenario, recording and fuzz input into each other",
    flags,
    sizeof flags / sizeof flags[0],
    run};
