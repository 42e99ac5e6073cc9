/* eipsim: the command. */
#include <stdio.h>
#include <string.h>

#include "tools/cli.h"
#include "tools/commands.h"
#include "tools/diag.h"

static const struct tool_command *const commands[] = {
#define X(name) &tool_command_##name,
    TOOL_COMMANDS(X)
#undef X
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void help(FILE *to)
{
    fprintf(to, "usage: eipsim COMMAND [OPTION...] [OPERAND...]\n\n"
                "A deterministic simulator of kube-ovn's elastic IPs.\n\ncommands:\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-10s%s\n", commands[i]->name, commands[i]->summary);
    fprintf(to, "\neipsim COMMAND --help tells more; eipsim --version the version.\n");
}

static const char *command_name(const void *context, size_t i)
{
    (void)context;
    return i < N_COMMANDS ? commands[i]->name : NULL;
}

static int unknown(const char *text)
{
    const char *near = tool_nearest(text, strlen(text), command_name, NULL);

    fprintf(stderr, "eipsim: there is no command %s%s%s%s\n\n", text,
            near != NULL ? "; did you mean " : "", near != NULL ? near : "",
            near != NULL ? "?" : "");
    help(stderr);
    return TOOL_EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return TOOL_EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        help(stdout);
        return TOOL_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("eipsim %s\n", EIPSIM_VERSION);
        return TOOL_EXIT_OK;
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return tool_cli_run(commands[i], argc - 1, argv + 1);
    return unknown(argv[1]);
}

int main(int argc, char **argv)
{
    int code = dispatch(argc, argv);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "eipsim: standard output could not be written\n");
        return TOOL_EXIT_USAGE;
    }
    return code;
}
