#include "tools/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/diag.h"
#include "tools/memory.h"

void tool_cli_help(const struct tool_command *command)
{
    printf("usage: eipsim %s%s%s%s\n\n%s\n", command->name,
           command->n_flags > 0 ? " [OPTION...]" : "", command->operands[0] != '\0' ? " " : "",
           command->operands, command->summary);
    if (command->n_flags > 0)
        printf("\noptions:\n");
    for (size_t i = 0; i < command->n_flags; i++) {
        const struct tool_flag *f = &command->flags[i];
        int width = printf("  --%s%s%s", f->name, f->argument != NULL ? " " : "",
                           f->argument != NULL ? f->argument : "");

        printf("%*s%s\n", width < 26 ? 26 - width : 2, "", f->meaning);
    }
    printf("\nexit codes:\n");
#define X(name, value, meaning) printf("  %-4d%s\n", value, meaning);
    TOOL_EXITS(X)
#undef X
}

void tool_cli_quoted(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "./_-+=,:@%";

    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        printf(" %s", word);
        return;
    }
    printf(" '");
    for (; *word != '\0'; word++)
        printf(*word == '\'' ? "'\\''" : "%c", *word);
    printf("'");
}

void tool_cli_again(const struct tool_arguments *a)
{
    printf("see it again: eipsim %s", a->command->name);
    for (size_t i = 0; i < a->n_options; i++) {
        printf(" --%s", a->option[i].flag->name);
        if (a->option[i].value != NULL)
            tool_cli_quoted(a->option[i].value);
    }
    for (size_t i = 0; i < a->n_operands; i++)
        tool_cli_quoted(a->operand[i]);
    printf("\n");
}

int tool_usage_error(const struct tool_arguments *a, const char *format, ...)
{
    va_list list;

    fprintf(stderr, "eipsim %s: ", a->command->name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fprintf(stderr, "\ntry: eipsim %s --help\n", a->command->name);
    return TOOL_EXIT_USAGE;
}

static const char *flag_name(const void *context, size_t i)
{
    const struct tool_command *command = context;

    return i < command->n_flags ? command->flags[i].name : NULL;
}

static int unknown_flag(const struct tool_arguments *a, const char *text)
{
    size_t length = strcspn(text, "=");
    const char *near = length > 2 && text[1] == '-'
                           ? tool_nearest(text + 2, length - 2, flag_name, a->command)
                           : NULL;

    if (near != NULL)
        return tool_usage_error(a, "unknown option %.*s; did you mean --%s?", (int)length, text,
                                near);
    return tool_usage_error(a, "unknown option %.*s", (int)length, text);
}

/* The table that getopt_long wants; one entry more, for help, and the one that ends it. */
static struct option *long_options(const struct tool_command *command)
{
    struct option *o = tool_alloc((command->n_flags + 2) * sizeof *o);

    for (size_t i = 0; i < command->n_flags; i++) {
        o[i].name = command->flags[i].name;
        o[i].has_arg = command->flags[i].argument != NULL ? required_argument : no_argument;
        o[i].val = (int)i + 1;
    }
    o[command->n_flags].name = "help";
    o[command->n_flags].val = (int)command->n_flags + 1;
    return o;
}

static int finish(struct tool_arguments *a, int argc, char **argv)
{
    a->operand = argv + optind;
    a->n_operands = (size_t)(argc - optind);
    if (a->n_operands < a->command->least)
        return tool_usage_error(a, "missing operand: %s", a->command->operands);
    if (a->n_operands > a->command->most)
        return tool_usage_error(a, "unexpected operand %s", a->operand[a->command->most]);
    return a->command->run(a);
}

/* Reads the options; -1: go on, else the exit code. */
static int read_options(struct tool_arguments *a, struct tool_option *list, int argc, char **argv,
                        const struct option *options)
{
    int c, output = 0; /* the flag that -o is short for, from 1 */

    for (size_t i = 0; i < a->command->n_flags; i++)
        if (strcmp(a->command->flags[i].name, "output") == 0)
            output = (int)i + 1;
    opterr = 0;
    optind = 1;
    while ((c = getopt_long(argc, argv, output > 0 ? ":o:" : ":", options, NULL)) != -1) {
        if (c == 'o')
            c = output;
        if (c == ':')
            return tool_usage_error(a, "option %s needs a value", argv[optind - 1]);
        if (c == '?')
            return unknown_flag(a, argv[optind - 1]);
        if ((size_t)c == a->command->n_flags + 1) {
            tool_cli_help(a->command);
            return TOOL_EXIT_OK;
        }
        list[a->n_options].flag = &a->command->flags[c - 1];
        list[a->n_options].value = optarg;
        a->n_options++;
    }
    return -1;
}

int tool_cli_run(const struct tool_command *command, int argc, char **argv)
{
    struct option *options = long_options(command);
    struct tool_option *list = tool_alloc(((size_t)argc + 1) * sizeof *list);
    struct tool_arguments a = {.command = command, .option = list};
    int code = read_options(&a, list, argc, argv, options);

    if (code < 0)
        code = finish(&a, argc, argv);
    free(options);
    free(list);
    return code;
}

const char *tool_value_at(const struct tool_arguments *a, const char *flag, size_t n)
{
    for (size_t i = 0; i < a->n_options; i++)
        if (strcmp(a->option[i].flag->name, flag) == 0 && n-- == 0)
            return a->option[i].value;
    return NULL;
}

bool tool_given(const struct tool_arguments *a, const char *flag)
{
    for (size_t i = 0; i < a->n_options; i++)
        if (strcmp(a->option[i].flag->name, flag) == 0)
            return true;
    return false;
}

const char *tool_value(const struct tool_arguments *a, const char *flag)
{
    const char *last = NULL;

    for (size_t n = 0; tool_value_at(a, flag, n) != NULL; n++)
        last = tool_value_at(a, flag, n);
    return last;
}

/* ---- profiles and switches ---- */

static const char *profile_name(const void *context, size_t i)
{
    (void)context;
    return i < SIM_PROFILE_COUNT ? sim_profile_text((enum sim_profile)i) : NULL;
}

bool tool_cli_profile(const struct tool_arguments *a, const char *text, enum sim_profile *out)
{
    const char *near;

    *out = sim_profile_find(text);
    if (*out < SIM_PROFILE_COUNT)
        return true;
    near = tool_nearest(text, strlen(text), profile_name, NULL);
    (void)tool_usage_error(a, "there is no profile %s%s%s (eipsim profiles lists them)", text,
                           near != NULL ? "; did you mean " : "", near != NULL ? near : "");
    return false;
}

static const char *switch_name(const void *context, size_t i)
{
    (void)context;
    return i < SIM_SWITCH_COUNT ? sim_switch_text((enum sim_switch)i) : NULL;
}

bool tool_cli_setting(const struct tool_arguments *a, const char *text, struct tool_setting *out)
{
    size_t length = strcspn(text, "=");
    int value;

    out->which = sim_switch_find(text, length);
    if (out->which == SIM_SWITCH_COUNT) {
        const char *near = tool_nearest(text, length, switch_name, NULL);

        (void)tool_usage_error(a, "there is no switch %.*s%s%s (eipsim profiles lists them)",
                               (int)length, text, near != NULL ? "; did you mean " : "",
                               near != NULL ? near : "");
        return false;
    }
    value = text[length] == '=' ? sim_switch_parse(out->which, text + length + 1) : -1;
    if (value < 0) {
        (void)tool_usage_error(a, "switch %.*s takes one of: %s", (int)length, text,
                               sim_switch_values(out->which));
        return false;
    }
    out->value = (unsigned char)value;
    return true;
}

bool tool_cli_colour(int descriptor)
{
    const char *no = getenv("NO_COLOR");

    return (no == NULL || no[0] == '\0') && isatty(descriptor) != 0;
}

bool tool_cli_number(const struct tool_arguments *a, const char *flag, uint64_t otherwise,
                     uint64_t most, uint64_t *out)
{
    const char *text = tool_value(a, flag);
    char *end;

    *out = otherwise;
    if (text == NULL)
        return true;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *out <= most)
        return true;
    tool_usage_error(a, "--%s takes a number from 0 to %llu", flag, (unsigned long long)most);
    return false;
}
