/* Prints a digest of the log of every recorded stream of the files given, one line a file: what
 * tests/determinism_test.sh compares between compilers, optimisation levels and sanitizers.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/actions.h"
#include "tools/lines.h"
#include "tools/log.h"
#include "tools/memory.h"
#include "tools/player.h"
#include "tools/recorded.h"

struct stream {
    struct tool_text line[1024];
    size_t n;
    enum sim_profile profile;
};

static void fatal(const char *what)
{
    fprintf(stderr, "determinism: %s\n", what);
    exit(1);
}

static void parse(struct tool_parsed *j, const char *text, size_t length)
{
    if (!tool_parse_json(j, text, length))
        fatal(j->error);
}

static struct engine_config *configure(struct tool_builder *b, const struct stream *s)
{
    struct tool_recorded where = {.config = "tests/data/handlers/world.yaml"};
    struct tool_action_error error = {0};
    struct tool_text text = {0};
    struct tool_parsed j = {0};
    struct engine_config *config;

    parse(&j, s->line[0].at, s->line[0].length);
    if (!tool_recorded_world(&where, "-", &j, b, &text))
        fatal(tool_text_get(&text));
    for (size_t i = 0; i < s->n; i++) {
        parse(&j, s->line[i].at, s->line[i].length);
        if (!tool_action_names(b, &j, 0, &error))
            fatal(tool_text_get(&error.sentence));
    }
    tool_parsed_free(&j);
    config = tool_builder_finish(b);
    if (config == NULL)
        fatal(tool_builder_error(b));
    tool_config_set_recorded(config, s->profile);
    return config;
}

static void play(const struct stream *s, struct engine_config *config, FILE *file)
{
    struct tool_log_head head = {.seed = 0};
    struct tool_action_error error = {0};
    struct engine_trace trace;
    struct sim_world *world;
    struct tool_parsed j = {0};
    struct tool_log log;
    void *memory = tool_alloc(sim_size(&config->setup));

    if (sim_init(memory, &config->setup, &world) != SIM_STATUS_DONE)
        fatal("no world");
    engine_trace_init(&trace, tool_trace_grow, NULL);
    tool_log_begin(&log, file, config, &head);
    for (size_t i = 0; i < s->n; i++) {
        struct sim_action a;

        parse(&j, s->line[i].at, s->line[i].length);
        if (!tool_action_read(config, &j, 0, &a, &error))
            fatal(tool_text_get(&error.sentence));
        engine_trace_clear(&trace);
        if (engine_trace_apply(&trace, world, &a) != SIM_STATUS_DONE)
            fatal("an action was refused");
        tool_log_action(&log, world, &trace);
    }
    if (!tool_log_end(&log))
        fatal("the log could not be written");
    tool_parsed_free(&j);
    free(trace.action);
    free(trace.event);
    free(memory);
}

static void run_stream(struct stream *s, XXH3_state_t *digest)
{
    struct tool_builder *b = tool_builder_new();
    char *bytes;
    size_t length;
    FILE *file = open_memstream(&bytes, &length);

    if (s->n > 0) {
        play(s, configure(b, s), file);
        fclose(file);
        XXH3_128bits_update(digest, bytes, length);
    } else {
        fclose(file);
    }
    free(bytes);
    tool_builder_free(b);
    for (size_t i = 0; i < s->n; i++)
        tool_text_free(&s->line[i]);
    s->n = 0;
}

static void run_file(const char *path)
{
    static struct stream s;
    struct tool_parsed j = {0};
    struct tool_lines l;
    XXH3_state_t *digest = XXH3_createState();
    XXH128_hash_t h;

    XXH3_128bits_reset(digest);
    if (!tool_lines_open(&l, path))
        fatal(l.error);
    while (tool_lines_next(&l)) {
        uint32_t version;

        parse(&j, l.text, l.length);
        version = tool_parsed_get(&j, 0, "version");
        if (version == 0) {
            if (s.n == sizeof s.line / sizeof *s.line)
                fatal("the stream is too long");
            tool_text_bytes(&s.line[s.n++], l.text, l.length);
            continue;
        }
        run_stream(&s, digest);
        for (unsigned p = 0; p < SIM_PROFILE_COUNT; p++)
            if (tool_parsed_is(&j, version, sim_profile_text((enum sim_profile)p)))
                s.profile = (enum sim_profile)p;
    }
    if (l.error != NULL)
        fatal(l.error);
    run_stream(&s, digest);
    h = XXH3_128bits_digest(digest);
    printf("%s %016llx%016llx\n", path, (unsigned long long)h.high64, (unsigned long long)h.low64);
    XXH3_freeState(digest);
    tool_lines_close(&l);
    tool_parsed_free(&j);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_file(argv[i]);
    return 0;
}
