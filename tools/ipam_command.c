/* eipsim ipam: the allocator alone, driven by operations in JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/diag.h"
#include "tools/ipam_stream.h"

static const struct tool_flag flags[] = {
    {"profile", "P", "the release whose IPAM to be; master if not given"},
    {"set", "SWITCH=VALUE", "with this switch on or off; may be repeated"},
    {"state", NULL, "print the whole state with each result"},
    {"check", NULL, "compare with what the file records; print only the differences"},
    {"keep-going", NULL, "checking: go on with the next stream after a difference"},
    {"ranges", NULL, "keep addresses as sorted ranges throughout, never as bitmaps"},
    {"switches", NULL, "list the switches and the releases that have them, and do nothing else"},
};

/* ---- what the command line names ---- */

static const char *switch_name(const void *context, size_t i)
{
    (void)context;
    return i < ipam_quirk_rows ? ipam_quirk_table[i].name : NULL;
}

static bool read_profile(const struct tool_arguments *a, ipam_quirks *out)
{
    const char *name = tool_value(a, "profile");
    enum ipam_release release;

    *out = 0;
    if (name == NULL)
        return true;
    release = ipam_release_find(name, strlen(name));
    if (release < IPAM_RELEASE_COUNT) {
        *out = ipam_release_quirks(release);
        return true;
    }
    if (strcmp(name, "hardened") == 0) {
        *out = IPAM_QUIRK_BIT(strict);
        return true;
    }
    tool_usage_error(a, "there is no profile %s (eipsim profiles lists them)", name);
    return false;
}

/* 1, 0, or -1 for what is neither. */
static int read_truth(const char *text)
{
    static const char *const words[] = {"off", "on", "false", "true", "no", "yes", "0", "1"};

    for (int i = 0; i < 8; i++)
        if (strcmp(text, words[i]) == 0)
            return i % 2;
    return -1;
}

static bool read_setting(const struct tool_arguments *a, const char *text, ipam_quirks *out)
{
    size_t length = strcspn(text, "=");
    const struct ipam_quirk_row *row = ipam_quirk_find(text, length);
    int on = text[length] == '=' ? read_truth(text + length + 1) : -1;

    if (row == NULL) {
        const char *near = tool_nearest(text, length, switch_name, NULL);

        tool_usage_error(a, "there is no switch %.*s%s%s (eipsim ipam --switches lists them)",
                         (int)length, text, near != NULL ? "; did you mean " : "",
                         near != NULL ? near : "");
        return false;
    }
    if (row->reason != NULL) {
        tool_usage_error(a, "%s cannot be switched: %s", row->name, row->reason);
        return false;
    }
    if (on < 0) {
        tool_usage_error(a, "switch %s takes on or off", row->name);
        return false;
    }
    *out &= ~(UINT64_C(1) << row->bit);
    *out |= (uint64_t)on << row->bit;
    return true;
}

static int print_switches(void)
{
    for (uint32_t i = 0; i < ipam_quirk_rows; i++) {
        const struct ipam_quirk_row *row = &ipam_quirk_table[i];

        printf("%s\n    %s\n    fixed by %s; in", row->name, row->meaning, row->fix);
        for (unsigned r = 0; r < IPAM_RELEASE_COUNT; r++)
            if (row->columns >> r & 1)
                printf(" %s", ipam_release_name((enum ipam_release)r));
        printf("%s\n", row->columns == 0 ? " no release" : "");
        if (row->reason != NULL)
            printf("    left out: %s\n", row->reason);
    }
    return TOOL_EXIT_OK;
}

static void print_totals(const struct tool_ipam_totals *t)
{
    printf("%" PRIu64 " streams, %" PRIu64 " operations, %" PRIu64
           " of them crash kube-ovn, %" PRIu64 " streams differ\n",
           t->streams, t->operations, t->crashes, t->differing);
}

static int run(const struct tool_arguments *a)
{
    struct tool_ipam_how how = {.state = tool_given(a, "state"),
                                .check = tool_given(a, "check"),
                                .keep_going = tool_given(a, "keep-going"),
                                .layout =
                                    tool_given(a, "ranges") ? TOOL_IPAM_RANGES : TOOL_IPAM_BITMAPS};
    struct tool_ipam_totals totals;
    int worst = TOOL_EXIT_OK;

    memset(&totals, 0, sizeof totals);
    if (tool_given(a, "switches"))
        return print_switches();
    if (a->n_operands == 0)
        return tool_usage_error(a, "which file? - is the standard input");
    if (!read_profile(a, &how.quirks))
        return TOOL_EXIT_USAGE;
    for (size_t n = 0; tool_value_at(a, "set", n) != NULL; n++)
        if (!read_setting(a, tool_value_at(a, "set", n), &how.quirks))
            return TOOL_EXIT_USAGE;
    for (size_t i = 0; i < a->n_operands; i++) {
        int code = tool_ipam_file(&how, a->operand[i], stdout, stderr, &totals);

        if (code == TOOL_EXIT_USAGE || worst == TOOL_EXIT_OK)
            worst = code;
        if (code == TOOL_EXIT_USAGE)
            break;
    }
    if (how.check && worst != TOOL_EXIT_USAGE)
        print_totals(&totals);
    return worst;
}

const struct tool_command tool_command_ipam = {
    "ipam",
    "FILE|-...",
    0,
    UINT_MAX,
    "run operations on the allocator alone, or hold it against a recording",
    flags,
    7,
    run};
