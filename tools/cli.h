/* The command line: what a subcommand takes is one table, and parsing and help come from it.
 *
 *      static const struct tool_flag flags[] = {{"log", "FILE", "write the event log to FILE"}};
 *      static int run(const struct tool_arguments *a) { ... tool_value(a, "log") ... }
 *      const struct tool_command tool_command_run = {
 *          "run", "PATH...", 1, UINT_MAX, "run scenarios", flags, 1, run};
 *
 * Every subcommand is such a constant in a file of its own; tools/main.c lists them.
 */
#ifndef EIPSIM_TOOLS_CLI_H
#define EIPSIM_TOOLS_CLI_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/policy.h"

/* Exit codes.  name, value, meaning */
#define TOOL_EXITS(X)                                                                              \
    X(OK, 0, "everything holds")                                                                   \
    X(BROKEN, 1, "a violation, or an expectation that was not met")                                \
    X(USAGE, 2, "bad usage or input")                                                              \
    X(DIFFERS, 3, "a replay or a recording differs")                                               \
    X(LIMIT, 4, "a search stopped at a limit")                                                     \
    X(INTERNAL, 70, "a fault of eipsim's own")

enum tool_exit {
#define X(name, value, meaning) TOOL_EXIT_##name = (value),
    TOOL_EXITS(X)
#undef X
};

struct tool_flag {
    const char *name;     /* without the two dashes */
    const char *argument; /* what follows it, as help prints it; NULL: nothing */
    const char *meaning;
};

struct tool_command;

struct tool_option {
    const struct tool_flag *flag;
    const char *value; /* NULL if the flag takes none */
};

struct tool_arguments {
    const struct tool_command *command;
    const struct tool_option *option; /* in order */
    size_t n_options;
    char *const *operand;
    size_t n_operands;
};

struct tool_command {
    const char *name;
    const char *operands; /* as help prints them, "" if it takes none */
    unsigned least, most; /* how many operands */
    const char *summary;
    const struct tool_flag *flags;
    size_t n_flags;
    int (*run)(const struct tool_arguments *arguments); /* returns enum tool_exit */
};

/* Parses argv[1..] for the command (argv[0] is its name) and runs it.  --help prints its help and
 * is OK; what it does not take is told on stderr and is USAGE. */
int tool_cli_run(const struct tool_command *command, int argc, char **argv);
void tool_cli_help(const struct tool_command *command);

/* Was the flag given? */
bool tool_given(const struct tool_arguments *a, const char *flag);
/* The last value of a flag; NULL if it was not given. */
const char *tool_value(const struct tool_arguments *a, const char *flag);
/* The n-th value of a flag that may be repeated; NULL after the last. */
const char *tool_value_at(const struct tool_arguments *a, const char *flag, size_t n);
/* A blank and the word, quoted for a shell if it has to be. */
void tool_cli_quoted(const char *word);
/* The last line of a failure on stdout: the command line that shows it again, as it was given. */
void tool_cli_again(const struct tool_arguments *a);
/* Tells stderr "eipsim COMMAND: ..." and returns TOOL_EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int tool_usage_error(const struct tool_arguments *a,
                                                           const char *format, ...);

/* ---- what several subcommands take ---- */

/* The number after a flag, `otherwise` without it; false: told. */
bool tool_cli_number(const struct tool_arguments *a, const char *flag, uint64_t otherwise,
                     uint64_t most, uint64_t *out);
/* The profile a text names; false: told. */
bool tool_cli_profile(const struct tool_arguments *a, const char *text, enum sim_profile *out);

struct tool_setting {
    enum sim_switch which;
    unsigned char value;
};
/* "SWITCH=VALUE"; false: told, with what there is to choose from. */
bool tool_cli_setting(const struct tool_arguments *a, const char *text, struct tool_setting *out);

/* May stdout or stderr (file descriptor 1 or 2) be coloured?  A terminal, and no NO_COLOR. */
bool tool_cli_colour(int descriptor);

#endif
