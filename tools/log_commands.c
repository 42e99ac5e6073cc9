/* eipsim replay and eipsim show: what is done with a log. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/commands.h"
#include "tools/replay.h"
#include "tools/show.h"

static int run_replay(const struct tool_arguments *a)
{
    int code = tool_replay(a->operand[0], stdout, stderr);

    if (code == TOOL_EXIT_DIFFERS)
        tool_cli_again(a);
    return code;
}

const struct tool_command tool_command_replay = {
    "replay", "LOG", 1,         1, "play a log back and compare every event and identity",
    NULL,     0,     run_replay};

static const struct tool_flag show_flags[] = {
    {"at", "N", "show the state after action N (0: the start) instead of the events"},
    {"object", "KIND/NAME", "only events about this object, such as IptablesEIP/eip1"},
};

static bool number(const char *text, uint64_t *out)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static int run_show(const struct tool_arguments *a)
{
    struct tool_show how = {.at_given = tool_given(a, "at"), .object = tool_value(a, "object")};

    if (how.at_given && !number(tool_value(a, "at"), &how.at))
        return tool_usage_error(a, "--at takes the number of an action, not %s",
                                tool_value(a, "at"));
    return tool_show(&how, a->operand[0], stdout, stderr);
}

const struct tool_command tool_command_show = {
    "show",     "LOG", 1,       1, "show what happened in a log, or the state at one point",
    show_flags, 2,     run_show};
