/* The subcommands, in the order in which help lists them. */
#ifndef EIPSIM_TOOLS_COMMANDS_H
#define EIPSIM_TOOLS_COMMANDS_H

#include "tools/cli.h"

#define TOOL_COMMANDS(X)                                                                           \
    X(run)                                                                                         \
    X(walk)                                                                                        \
    X(explore)                                                                                     \
    X(diagram)                                                                                     \
    X(matrix)                                                                                      \
    X(shrink)                                                                                      \
    X(convert)                                                                                     \
    X(mutants)                                                                                     \
    X(lint)                                                                                        \
    X(conform)                                                                                     \
    X(replay)                                                                                      \
    X(show)                                                                                        \
    X(ipam)                                                                                        \
    X(profiles)                                                                                    \
    X(steps)

#define X(name) extern const struct tool_command tool_command_##name;
TOOL_COMMANDS(X)
#undef X

#endif
