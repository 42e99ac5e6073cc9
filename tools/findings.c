#include "tools/findings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/found_world.h"
#include "tools/log.h"
#include "tools/memory.h"

enum { KINDS_MAX = 4096, TRIES_MAX = 1000000 };

/* ---- saving ---- */

static bool told(const char *path, bool ok)
{
    if (!ok)
        fprintf(stderr, "eipsim: %s: %s\n", path, strerror(errno));
    return ok;
}

static bool write_file(const char *path, const struct tool_text *text)
{
    FILE *f = fopen(path, "wb");
    bool ok = f != NULL && fwrite(text->at, 1, text->length, f) == text->length;

    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    return told(path, ok);
}

bool tool_findings_write_log(const struct tool_found *found, const char *path, uint64_t seed)
{
    struct tool_log_head head = {.seed = seed};
    FILE *file = fopen(path, "wb");
    struct tool_worlds w;
    struct tool_log log;
    bool ok;

    if (file == NULL)
        return told(path, false);
    ok = tool_worlds_open(&w, found->config);
    if (ok) {
        tool_worlds_begin(&w);
        tool_log_begin(&log, file, found->config, &head);
        for (size_t i = 0; i <= found->finding.action && i < found->trace.n_actions; i++) {
            engine_trace_clear(&w.trace);
            (void)engine_trace_apply(&w.trace, w.world, &found->trace.action[i].action);
            tool_log_action(&log, w.world, &w.trace);
        }
        ok = tool_log_end(&log);
        tool_worlds_close(&w);
    }
    ok = fclose(file) == 0 && ok;
    return told(path, ok);
}

static bool save(struct tool_findings *f, const struct tool_found *found, uint64_t seed)
{
    const char *folder = tool_value(f->a, "save");
    struct tool_text path = {0}, text = {0};
    bool ok;

    if (folder == NULL)
        return true;
    tool_text_printf(&path, "%s/%s.jsonl", folder, tool_text_get(&found->name));
    ok = tool_findings_write_log(found, tool_text_get(&path), seed);
    tool_text_clear(&path);
    tool_text_printf(&path, "%s/%s.yaml", folder, tool_text_get(&found->name));
    tool_found_scenario(found, &text);
    ok = ok && write_file(tool_text_get(&path), &text);
    tool_text_free(&path);
    tool_text_free(&text);
    return ok;
}

/* ---- kinds ---- */

/* Nothing that was found before is part of it. */
static bool is_new(const struct tool_findings *f, const struct tool_found *found)
{
    for (size_t i = 0; i < f->n_kinds; i++)
        if (tool_found_within(&f->kind[i], found))
            return false;
    return true;
}

static bool is_known(struct tool_findings *f, const struct tool_found *found)
{
    struct tool_known_window *w =
        tool_known_explains(&f->known, (enum sim_profile)f->config->setup.profile, found);

    f->shrunk++;
    if (w == NULL)
        return false;
    w->times++;
    return true;
}

static size_t culprit_at(const struct tool_findings *f, const struct engine_finding *e)
{
    size_t i = 0;

    while (i < f->n_culprits && (f->culprit[i].invariant != e->violation.invariant ||
                                 strcmp(f->culprit[i].name, e->culprit) != 0))
        i++;
    return i;
}

static struct tool_culprit *culprit_of(struct tool_findings *f, const struct engine_finding *e)
{
    size_t i = culprit_at(f, e);

    if (i == sizeof f->culprit / sizeof f->culprit[0])
        return NULL;
    if (i == f->n_culprits) {
        f->culprit[i].invariant = e->violation.invariant;
        f->culprit[i].name = e->culprit;
        f->n_culprits++;
    }
    return &f->culprit[i];
}

/* What was found often is not shrunk each time: most of it is the same again. */
static bool is_wanted(const struct tool_findings *f, const struct tool_culprit *c)
{
    uint64_t times = c->times + 1;

    return c->tried <= f->tries || (times & (times - 1)) == 0;
}

static bool is_untold(const struct tool_findings *f, const struct engine_finding *finding)
{
    return (f->untold >> finding->violation.invariant & 1) != 0;
}

bool tool_findings_wants(const struct tool_findings *f, const struct engine_finding *finding)
{
    size_t i = culprit_at(f, finding);

    return !is_untold(f, finding) && finding->action != SIZE_MAX &&
           i < sizeof f->culprit / sizeof f->culprit[0] &&
           (i == f->n_culprits || is_wanted(f, &f->culprit[i]));
}

void tool_findings_count(struct tool_findings *f, const struct engine_finding *finding,
                         uint64_t seed)
{
    struct tool_culprit *c = is_untold(f, finding) ? NULL : culprit_of(f, finding);

    if (c != NULL && c->times++ == 0 && finding->action == SIZE_MAX)
        printf("seed %" PRIu64 ": %s at %s, too late in its run to be shrunk\n", seed,
               sim_invariant_text((enum sim_invariant)finding->violation.invariant),
               finding->culprit);
}

bool tool_findings_full(const struct tool_findings *f)
{
    return f->failed || f->n_kinds >= f->most;
}

bool tool_findings_add(struct tool_findings *f, const struct engine_trace *trace,
                       const struct engine_finding *finding, uint64_t seed)
{
    bool wanted = tool_findings_wants(f, finding);
    struct tool_found found;

    tool_findings_count(f, finding, seed);
    if (!wanted)
        return true;
    culprit_of(f, finding)->tried++;
    if (!tool_found_shrink(&found, f->config, trace, finding, &f->worlds) || is_known(f, &found) ||
        !is_new(f, &found)) {
        tool_found_free(&found);
        return true;
    }
    tool_found_narrow(&found);
    printf("seed %" PRIu64 ": %s, %zu steps after shrinking: %s\n%s\n", seed,
           tool_text_get(&found.name), found.n_steps, tool_text_get(&found.told),
           tool_text_get(&found.story));
    f->failed = !save(f, &found, seed);
    f->kind = tool_room(f->kind, f->n_kinds, &f->kinds_capacity, sizeof *f->kind);
    f->kind[f->n_kinds++] = found;
    return !tool_findings_full(f);
}

static void known_summary(const struct tool_findings *f)
{
    uint64_t explained = 0;

    for (size_t i = 0; i < f->known.count; i++) {
        const struct tool_known_window *w = &f->known.window[i];

        if (w->times > 0)
            printf("  %-44s %" PRIu64 " times\n", w->scenario->name, w->times);
        explained += w->times;
    }
    printf("%" PRIu64 " findings shrunk, %" PRIu64 " explained by known windows\n", f->shrunk,
           explained);
}

void tool_findings_summary(const struct tool_findings *f)
{
    for (size_t i = 0; i < f->n_culprits; i++)
        printf("  %-20s at %-14s %" PRIu64 " times\n",
               sim_invariant_text((enum sim_invariant)f->culprit[i].invariant), f->culprit[i].name,
               f->culprit[i].times);
    if (f->knows)
        known_summary(f);
}

int tool_findings_code(const struct tool_findings *f)
{
    if (f->failed)
        return TOOL_EXIT_USAGE;
    return (f->knows ? f->n_kinds : f->n_culprits) > 0 ? TOOL_EXIT_BROKEN : TOOL_EXIT_OK;
}

bool tool_findings_open(struct tool_findings *f, const struct tool_arguments *a,
                        const struct engine_config *config)
{
    const char *folder = tool_value(a, "save");

    f->a = a;
    f->config = config;
    f->knows = tool_given(a, "known");
    if (!tool_cli_number(a, "most", 100, KINDS_MAX, &f->most) ||
        !tool_cli_number(a, "tries", 4, TRIES_MAX, &f->tries) ||
        (f->knows && !tool_known_open(&f->known, tool_value(a, "known"))))
        return false;
    if (folder != NULL && mkdir(folder, 0777) != 0 && errno != EEXIST)
        return told(folder, false);
    if (tool_worlds_open(&f->worlds, config))
        return true;
    fprintf(stderr, "eipsim: this configuration makes no world\n");
    return false;
}

void tool_findings_close(struct tool_findings *f)
{
    for (size_t i = 0; i < f->n_kinds; i++)
        tool_found_free(&f->kind[i]);
    free(f->kind);
    tool_known_close(&f->known);
    tool_worlds_close(&f->worlds);
}
