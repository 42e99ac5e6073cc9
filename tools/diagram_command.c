/* eipsim diagram: pictures made from execution. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/diagram.h"
#include "tools/exploration.h"
#include "tools/history.h"
#include "tools/memory.h"
#include "tools/scenario.h"
#include "tools/setup.h"

static const struct tool_flag flags[] = {
    TOOL_POLICY_FLAGS,
    {"view", "NAME", "states: eip, gateway, address or restart [eip]"},
    {"against", "P[+SWITCH=VALUE]...", "states: beside another policy, in colour what differs"},
    {"eip", "NAME", "sequence: of this EIP [the one that something is found of, or all]"},
    {"everyone", NULL, "sequence: of all EIPs"},
    {"all", NULL, "sequence: with reads and lists that found what they looked for"},
    {"format", "NAME", "dot, mermaid, svg or png [by the ending of FILE, or dot]"},
    {"output", "FILE", "write there instead of to standard output; also -o FILE"},
    {"check", NULL, "compare the pictures kept in *.svg and *.md of FOLDER [docs]"},
    {"update", NULL, "make those anew that differ"},
    TOOL_EXPLORATION_LIMIT_FLAG,
};

/* ---- states ---- */

static bool view_named(const struct tool_arguments *a, enum diagram_view *out)
{
    const char *text = tool_value(a, "view");
    unsigned i = 0;

    while (text != NULL && i < DIAGRAM_VIEW_COUNT &&
           strcmp(diagram_view_text((enum diagram_view)i), text) != 0)
        i++;
    *out = (enum diagram_view)i;
    if (i < DIAGRAM_VIEW_COUNT)
        return true;
    tool_usage_error(a, "there is no view %s (eip, gateway, address, restart)", text);
    return false;
}

static void put(const struct tool_arguments *a, const struct graph *graph,
                const struct chart *chart, struct tool_text *out)
{
    enum diagram_format format = DIAGRAM_FORMAT_DOT;
    bool mermaid;

    (void)diagram_format_of(a, &format);
    mermaid = format == DIAGRAM_FORMAT_MERMAID;
    if (graph != NULL)
        (mermaid ? graph_mermaid : graph_dot)(graph, out);
    else
        (mermaid ? chart_mermaid : chart_dot)(chart, out);
}

static int make_states(const struct tool_arguments *a, enum diagram_view view, struct tool_setup *s,
                       struct tool_text *out)
{
    struct diagram_states *d = diagram_states_new(view);
    struct tool_text left = {0}, right = {0}, title = {0};
    const char *against = tool_value(a, "against");
    int code = diagram_states_add(d, a, s->config, GRAPH_LEFT), other = TOOL_EXIT_OK;

    tool_policy_text(s->config, &left);
    if (against != NULL && (code == TOOL_EXIT_OK || code == TOOL_EXIT_LIMIT)) {
        other = tool_policy_set(a, against, strlen(against), s->config)
                    ? diagram_states_add(d, a, s->config, GRAPH_RIGHT)
                    : TOOL_EXIT_USAGE;
        tool_policy_text(s->config, &right);
    }
    code = other != TOOL_EXIT_OK && code != TOOL_EXIT_USAGE ? other : code;
    if (code == TOOL_EXIT_OK || code == TOOL_EXIT_LIMIT) {
        tool_text_printf(&title, "kube-ovn %s%s%s: %s", tool_text_get(&left),
                         against != NULL ? " and " : "", tool_text_get(&right),
                         diagram_view_meaning(view));
        put(a,
            diagram_states_graph(d, tool_text_get(&title),
                                 against != NULL ? tool_text_get(&left) : NULL,
                                 tool_text_get(&right)),
            NULL, out);
    }
    diagram_states_free(d);
    tool_text_free(&left);
    tool_text_free(&right);
    tool_text_free(&title);
    return code;
}

static int states(const struct tool_arguments *a, struct tool_text *out)
{
    struct tool_setup s = {.eips = 1};
    enum diagram_view view;
    int code = TOOL_EXIT_USAGE;

    if (view_named(a, &view) && tool_setup_open(&s, a))
        code = make_states(a, view, &s, out);
    tool_setup_close(&s);
    return code;
}

/* ---- sequences ---- */

static bool eip_named(const struct tool_arguments *a, const struct engine_config *config,
                      sim_id *out)
{
    const char *text = tool_value(a, "eip");

    *out = SIM_NONE;
    if (text == NULL)
        return true;
    for (sim_id i = 0; i < config->setup.limits.eips; i++)
        if (strcmp(config->names.eip[i], text) == 0)
            *out = i;
    if (*out == SIM_NONE)
        tool_usage_error(a, "there is no EIP %s in %s", text, a->operand[1]);
    return *out != SIM_NONE;
}

static void make_sequence(const struct tool_arguments *a, const struct tool_history *h,
                          struct diagram_sequence_how *how, struct tool_text *out)
{
    struct diagram_sequence *q = diagram_sequence_new(h->config);
    const char *slash = strrchr(a->operand[1], '/');
    struct tool_text title = {0};
    const struct chart *chart;

    tool_text_printf(&title, "%s at kube-ovn ", slash != NULL ? slash + 1 : a->operand[1]);
    tool_policy_text(h->config, &title);
    how->title = tool_text_get(&title);
    how->rest = h->scenario != NULL && !h->scenario->as_is;
    chart = diagram_sequence_chart(q, h->action, h->n_actions, how);
    put(a, NULL, chart, out);
    diagram_sequence_free(q);
    tool_text_free(&title);
}

static int sequence(const struct tool_arguments *a, struct tool_text *out)
{
    struct diagram_sequence_how how = {.all = tool_given(a, "all"),
                                       .everyone = tool_given(a, "everyone")};
    enum sim_profile profile = SIM_PROFILE_MASTER;
    struct tool_setting set[SIM_SWITCH_COUNT];
    struct tool_history_how from = {.set = set};
    struct tool_history h;
    struct tool_text error = {0};
    int code = TOOL_EXIT_USAGE;

    if (a->n_operands != 2)
        return tool_usage_error(a, "sequence takes a scenario, a log or another run");
    if (tool_given(a, "profile") && !tool_cli_profile(a, tool_value(a, "profile"), &profile))
        return code;
    for (const char *text; (text = tool_value_at(a, "set", from.n_set)) != NULL; from.n_set++)
        if (from.n_set == SIM_SWITCH_COUNT || !tool_cli_setting(a, text, &set[from.n_set]))
            return code;
    from.profile = (int)profile;
    if (!tool_history_read(&h, a->operand[1], &from, &error))
        fprintf(stderr, "%s\n", tool_text_get(&error));
    else if (eip_named(a, h.config, &how.eip)) {
        make_sequence(a, &h, &how, out);
        code = TOOL_EXIT_OK;
    }
    tool_history_free(&h);
    tool_text_free(&error);
    return code;
}

/* ---- the command ---- */

bool diagram_format_of(const struct tool_arguments *a, enum diagram_format *out)
{
    static const char *const text[] = {
#define X(name, text) text,
        DIAGRAM_FORMATS(X)
#undef X
    };
    const char *asked = tool_value(a, "format"), *file = tool_value(a, "output"), *dot;

    *out = DIAGRAM_FORMAT_DOT;
    if (asked == NULL && file != NULL && (dot = strrchr(file, '.')) != NULL)
        asked = strcmp(dot, ".mmd") == 0 ? "mermaid" : dot + 1;
    if (asked == NULL)
        return true;
    for (unsigned i = 0; i < DIAGRAM_FORMAT_COUNT; i++)
        if (strcmp(text[i], asked) == 0) {
            *out = (enum diagram_format)i;
            return true;
        }
    tool_usage_error(a, "there is no format %s (dot, mermaid, svg, png)", asked);
    return false;
}

int diagram_make(const struct tool_arguments *a, struct tool_text *out)
{
    const char *what = a->n_operands > 0 ? a->operand[0] : "";

    if (strcmp(what, "states") == 0 && a->n_operands == 1)
        return states(a, out);
    if (strcmp(what, "sequence") == 0)
        return sequence(a, out);
    return tool_usage_error(a, "say states, or sequence FILE, or --check");
}

static int write_out(const struct tool_arguments *a, const struct tool_text *picture)
{
    const char *path = tool_value(a, "output");
    FILE *f = path != NULL ? fopen(path, "wb") : stdout;
    bool ok = f != NULL && fwrite(picture->at, 1, picture->length, f) == picture->length;

    if (path == NULL)
        return TOOL_EXIT_OK;
    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    return ok ? TOOL_EXIT_OK : tool_usage_error(a, "%s: %s", path, strerror(errno));
}

static int run(const struct tool_arguments *a)
{
    struct tool_text text = {0}, drawn = {0};
    enum diagram_format format;
    int code, written = TOOL_EXIT_USAGE;

    if (tool_given(a, "check") || tool_given(a, "update"))
        return diagram_check(a, tool_given(a, "update"));
    if (!diagram_format_of(a, &format))
        return TOOL_EXIT_USAGE;
    code = diagram_make(a, &text);
    if (code == TOOL_EXIT_OK || code == TOOL_EXIT_LIMIT) {
        if (format == DIAGRAM_FORMAT_DOT || format == DIAGRAM_FORMAT_MERMAID)
            written = write_out(a, &text);
        else if (diagram_draw(a, format, &text, &drawn))
            written = write_out(a, &drawn);
        code = written != TOOL_EXIT_OK ? written : code;
    }
    tool_text_free(&text);
    tool_text_free(&drawn);
    return code;
}

const struct tool_command tool_command_diagram = {
    "diagram",
    "states | sequence FILE | --check [FOLDER...]",
    0,
    UINT_MAX,
    "draw the states of an object, or who talked to whom",
    flags,
    sizeof flags / sizeof flags[0],
    run};
