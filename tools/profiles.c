/* eipsim profiles: the policy switches by profile, with what each means. */
#include <stdio.h>
#include <string.h>

#include "model/policy.h"
#include "tools/commands.h"

static const struct tool_flag flags[] = {
    {"markdown", NULL, "print docs/profiles.md"},
};

static unsigned value_of(unsigned which, unsigned profile)
{
    struct sim_policy policy;

    sim_policy_of((enum sim_profile)profile, &policy);
    return policy.value[which];
}

/* A few lines of at most 100 columns, indented. */
static void print_wrapped(const char *text, unsigned indent)
{
    unsigned column = 0;

    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column > 0 && column + 1 + word > 100) {
            putchar('\n');
            column = 0;
        }
        column += column == 0 ? (unsigned)printf("%*s", (int)indent, "") : (unsigned)printf(" ");
        column += (unsigned)printf("%.*s", (int)word, text);
        text += word + strspn(text + word, " ");
    }
    putchar('\n');
}

static void print_text(void)
{
    printf("%-34s", "switch");
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        printf(" %8s", sim_profile_text((enum sim_profile)p));
    printf("\n");
    for (unsigned s = 0; s < SIM_SWITCH_COUNT; s++) {
        printf("%-34s", sim_switch_text((enum sim_switch)s));
        for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
            printf(" %8u", value_of(s, p));
        printf("\n");
    }
    printf("\nA number is the place of a value in the list behind the name, from 0.\n");
    for (unsigned s = 0; s < SIM_SWITCH_COUNT; s++) {
        printf("\n%s: %s\n", sim_switch_text((enum sim_switch)s),
               sim_switch_values((enum sim_switch)s));
        print_wrapped(sim_switch_meaning((enum sim_switch)s), 4);
    }
}

static void print_markdown(void)
{
    printf("# Profiles\n\nThis page is what `eipsim profiles --markdown` prints; the table is "
           "[model/policy.def](../model/policy.def).\n\n"
           "A profile is a value for each switch: a release of kube-ovn, or `hardened`, the design "
           "that holds. `--set SWITCH=VALUE` "
           "changes one.\n\n| switch | values |");
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        printf(" %s |", sim_profile_text((enum sim_profile)p));
    printf(" meaning |\n|---|---|");
    for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
        printf("---|");
    printf("---|\n");
    for (unsigned s = 0; s < SIM_SWITCH_COUNT; s++) {
        printf("| `%s` | %s |", sim_switch_text((enum sim_switch)s),
               sim_switch_values((enum sim_switch)s));
        for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++) {
            char text[32];

            sim_switch_value_text((enum sim_switch)s, value_of(s, p), text, sizeof text);
            printf(" %s |", text);
        }
        printf(" %s |\n", sim_switch_meaning((enum sim_switch)s));
    }
}

static int run(const struct tool_arguments *a)
{
    if (tool_given(a, "markdown"))
        print_markdown();
    else
        print_text();
    return TOOL_EXIT_OK;
}

const struct tool_command tool_command_profiles = {
    "profiles", "", 0, 0, "list the policy switches by profile", flags, 1, run};
