/* eipsim conform: the command line. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/conform.h"
#include "tools/memory.h"
#include "tools/recorded.h"

static const struct tool_flag flags[] = {
    {"config", "FILE", "the world the recordings begin in"},
    {"profile", "P", "repeat with this profile, not with the one a stream names"},
    {"set", "SWITCH=VALUE", "with this switch changed; may be repeated"},
    {"keep-going", NULL, "go on in a stream after a difference"},
    {"stop", NULL, "stop at the first difference of all"},
};

static int run(const struct tool_arguments *a)
{
    struct tool_recorded where = {.config = tool_value(a, "config")};
    struct tool_conform how = {.profile = SIM_PROFILE_COUNT,
                               .keep_going = tool_given(a, "keep-going"),
                               .stop = tool_given(a, "stop"),
                               .world = tool_recorded_world,
                               .context = &where};
    struct tool_setting *set = tool_alloc((a->n_options + 1) * sizeof *set);
    struct tool_conform_totals totals;
    int code;

    if (tool_given(a, "profile") && !tool_cli_profile(a, tool_value(a, "profile"), &how.profile)) {
        free(set);
        return TOOL_EXIT_USAGE;
    }
    for (; tool_value_at(a, "set", how.n_set) != NULL; how.n_set++)
        if (!tool_cli_setting(a, tool_value_at(a, "set", how.n_set), &set[how.n_set])) {
            free(set);
            return TOOL_EXIT_USAGE;
        }
    how.set = set;
    code =
        tool_conform(&how, (const char *const *)a->operand, a->n_operands, stdout, stderr, &totals);
    free(set);
    if (code == TOOL_EXIT_DIFFERS)
        tool_cli_again(a);
    return code;
}

const struct tool_command tool_command_conform = {
    "conform",
    "FILE|-...",
    1,
    UINT_MAX,
    "repeat recordings of kube-ovn's real controller, show the first difference",
    flags,
    5,
    run};
