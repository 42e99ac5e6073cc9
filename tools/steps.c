/* eipsim steps: kube-ovn's handlers as the model walks through them, row by row. */
#include <stdio.h>

#include "model/world.h"
#include "tools/commands.h"

static const struct tool_flag flags[] = {
    {"markdown", NULL, "print docs/handlers.md"},
};

static void call_text(const struct sim_row *row, char *out, size_t size)
{
    if (row->enters != NULL)
        snprintf(out, size, "[%s]", row->enters);
    else if (row->call == SIM_EVENT_COUNT)
        snprintf(out, size, "%s", "");
    else
        snprintf(out, size, "%s%s %s", row->stop ? "" : "+ ",
                 sim_event_text((enum sim_event_kind)row->call),
                 sim_object_text((enum sim_object)row->object));
}

static void print_row(const struct sim_row *row, bool markdown)
{
    char call[96];

    call_text(row, call, sizeof call);
    if (markdown)
        printf("| %s | %s | %s | %s |\n", row->name, call, row->sometimes ? "if" : "", row->text);
    else
        printf("  %-5s%-32s%-4s%s\n", row->name, call, row->sometimes ? "if" : "", row->text);
}

static void print_table(unsigned table, bool markdown)
{
    struct sim_row row;

    (void)sim_row_at(table, 0, &row);
    printf(markdown ? "\n## %c%s\n\n" : "\n%c%s\n", row.title[0] - 'a' + 'A', row.title + 1);
    if (!sim_row_at(table, 0, &row)) {
        printf(markdown ? "Nothing: the queue only counts as being asked.\n"
                        : "  nothing: the queue only counts as being asked\n");
        return;
    }
    if (markdown)
        printf("| step | call | | what it does |\n|---|---|---|---|\n");
    for (unsigned i = 0; sim_row_at(table, i, &row); i++)
        print_row(&row, markdown);
}

static int run(const struct tool_arguments *a)
{
    bool markdown = tool_given(a, "markdown");
    struct sim_row row;

    printf("%s",
           markdown
               ? "# The handlers, step by step\n\nThis page is what `eipsim steps --markdown` "
                 "prints: the tables that the model walks through.\n\n"
                 "Before a step that makes a call anything else may happen; a call after `+` goes "
                 "together with the step before it. A call in brackets is a table of its own. `if` "
                 "marks steps that the policy (`eipsim profiles`) or the handler's state must ask "
                 "for; steps without a call only decide. Nothing enters the last table: where "
                 "`release_on_add_failure` is set, a failed add goes there.\n"
               : "Before a call anything else may happen; a call after + goes together with the "
                 "step before it.\n[...] runs another table. if: only when the policy or the "
                 "handler's state asks for it.\n");
    for (unsigned table = 0; (void)sim_row_at(table, 0, &row), row.title != NULL; table++)
        print_table(table, markdown);
    return TOOL_EXIT_OK;
}

const struct tool_command tool_command_steps = {
    "steps", "", 0, 0, "print kube-ovn's handlers as step tables", flags, 1, run};
