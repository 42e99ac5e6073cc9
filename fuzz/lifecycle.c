/* lifecycle: a run of the world with every invariant after every action, then without trouble until
 * all has settled, with what must hold at rest.  The bytes are those of engine/codec.h.
 *
 * Releases of kube-ovn break invariants, and that is known (docs/windows.md); so what breaks ends
 * the process only where nothing may: in the hardened profile as it is.  The environment says
 * otherwise:
 *
 *      EIPSIM_FUZZ_PROFILE=P       every input is of this release
 *      EIPSIM_FUZZ_SET=S=V,...     and has these switches changed, up to four
 *      EIPSIM_FUZZ_FAULTS=LIST     and has no other classes of trouble (docs/walks.md)
 *      EIPSIM_FUZZ_MUTANT=NAME     every world is that of eipsim mutants, with this fault, in the
 *                                  hardened profile unless another is forced; - is no fault
 *      EIPSIM_FUZZ_STOP=any        whatever breaks ends the process
 *      EIPSIM_FUZZ_SAVE=DIR        the first input of each kind is written there, and the run goes
 *                                  on; a kind is an invariant, the step that broke it, and what was
 *                                  out of the ordinary: INVARIANT-STEP+BITS, see trouble_of()
 *      EIPSIM_FUZZ_FEEDBACK, EIPSIM_FUZZ_STATES    see fuzz/fuzz.h
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/walk.h"
#include "fuzz/fuzz.h"
#include "tools/input.h"
#include "tools/memory.h"
#include "tools/mutants.h"
#include "tools/setup.h"
#include "tools/story.h"
#include "tools/world.h"
#include "tools/worlds.h"

uint64_t fuzz_outcome;

/* Bounds what one input costs: runs that do not settle come to an end. */
enum { ACTIONS = 20000, EVENTS = 100000 };

static struct tool_plain *plain;
static struct engine_tail forced; /* what the environment says; eips, gateways and subnet are 0 */
static bool profile_forced, faults_forced, stop_any;
static unsigned n_settings;
static const char *folder;
static struct engine_trace trace;
static struct engine_config *mutated; /* the world of mutants; NULL: inputs have their own */
static enum sim_mutant_id mutant = SIM_MUTANT_COUNT;

/* The input being run, as it is effectively. */
static struct {
    uint8_t *bytes;
    size_t size;
    const struct engine_config *config;
} now;

/* ---- the environment ---- */

static void refuse(const char *what, const char *value)
{
    fprintf(stderr, "lifecycle: %s: there is no such thing as %s\n", what, value);
    exit(2);
}

static void read_settings(const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, ","), name = strcspn(text, "=,");
        enum sim_switch which = sim_switch_find(text, name);
        char value[32];
        int number;

        snprintf(value, sizeof value, "%.*s", name < n ? (int)(n - name - 1) : 0, text + name + 1);
        number = which == SIM_SWITCH_COUNT ? -1 : sim_switch_parse(which, value);
        if (number < 0 || n_settings == ENGINE_TAIL_SETTINGS)
            refuse("EIPSIM_FUZZ_SET", text);
        forced.set[n_settings].which = (uint8_t)which;
        forced.set[n_settings++].value = (uint8_t)number;
        text += n + (text[n] == ',');
    }
}

static void read_mutant(const char *name)
{
    struct tool_builder *b = tool_builder_new();
    struct tool_text error = {0};

    if (tool_world_read_bytes("mutants", tool_mutant_world, strlen(tool_mutant_world), b, &error))
        mutated = tool_builder_finish(b);
    mutant = sim_mutant_find(name);
    if (mutated == NULL || (mutant == SIM_MUTANT_COUNT && strcmp(name, "-") != 0))
        refuse("EIPSIM_FUZZ_MUTANT", name);
    if (!profile_forced)
        forced.profile = SIM_PROFILE_HARDENED;
    profile_forced = true;
}

static void read_environment(void)
{
    const char *profile = getenv("EIPSIM_FUZZ_PROFILE"), *faults = getenv("EIPSIM_FUZZ_FAULTS");
    const char *stop = getenv("EIPSIM_FUZZ_STOP");

    if (profile != NULL) {
        forced.profile = (uint8_t)sim_profile_find(profile);
        profile_forced = true;
        if (forced.profile == SIM_PROFILE_COUNT)
            refuse("EIPSIM_FUZZ_PROFILE", profile);
    }
    faults_forced = faults != NULL;
    if (faults_forced && tool_classes_parse(faults, &forced.classes) != NULL)
        refuse("EIPSIM_FUZZ_FAULTS", faults);
    read_settings(getenv("EIPSIM_FUZZ_SET"));
    if (getenv("EIPSIM_FUZZ_MUTANT") != NULL)
        read_mutant(getenv("EIPSIM_FUZZ_MUTANT"));
    stop_any = stop != NULL && strcmp(stop, "any") == 0;
    folder = getenv("EIPSIM_FUZZ_SAVE");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    read_environment();
    fuzz_states_open();
    plain = tool_plain_new();
    engine_trace_init(&trace, NULL, NULL);
    trace.action = tool_alloc(ACTIONS * sizeof *trace.action);
    trace.action_capacity = ACTIONS;
    trace.event = tool_alloc(EVENTS * sizeof *trace.event);
    trace.event_capacity = EVENTS;
    return 0;
}

/* The input with the environment's will in its tail, so that what is saved says all of it. */
static void take(const uint8_t *data, size_t size)
{
    struct engine_bytes in;

    engine_bytes_read(data, size, &in);
    now.size = size < ENGINE_TAIL ? ENGINE_TAIL : size;
    now.bytes = tool_alloc(now.size);
    if (size > 0)
        memcpy(now.bytes + (now.size - size), data, size);
    if (profile_forced)
        in.tail.profile = forced.profile;
    if (faults_forced)
        in.tail.classes &= forced.classes;
    for (unsigned i = 0; i < ENGINE_TAIL_SETTINGS; i++)
        if (i < n_settings)
            in.tail.set[i] = forced.set[i];
        else if (mutated != NULL) /* what breaks is to say something of the mutant */
            in.tail.set[i].which = SIM_SWITCH_COUNT;
    if (mutated != NULL)
        in.tail.flags = 0;
    engine_tail_write(&in.tail, now.bytes + now.size - ENGINE_TAIL);
}

/* ---- findings ---- */

/* What happened before it, beside users who create and delete and a controller that works. */
static unsigned trouble_of(const struct sim_action *a)
{
    switch ((enum sim_action_kind)a->kind) {
    case SIM_ACTION_STEP:
        return a->fault != SIM_FAULT_NONE ? 0x01 : 0;
    case SIM_ACTION_CRASH:
    case SIM_ACTION_RESTART:
        return 0x02;
    case SIM_ACTION_DELETE_BEGIN:
        return 0x04;
    case SIM_ACTION_POD:
    case SIM_ACTION_POD_REPLACED:
        return 0x08;
    case SIM_ACTION_GATEWAY:
        return 0x10;
    case SIM_ACTION_CREATE:
        return a->body.spec_v4 != 0 || a->body.qos != 0 ? 0x20 : 0;
    case SIM_ACTION_DELETE:
    case SIM_ACTION_DELETE_END:
    case SIM_ACTION_DELIVER:
    case SIM_ACTION_START:
    case SIM_ACTION_DUE:
    case SIM_ACTION_BOOT:
    case SIM_ACTION_POD_INITED:
    case SIM_ACTION_REDO_TIME:
        return 0;
    default:
        return 0x40; /* rules, edits, other kinds of objects */
    }
}

static unsigned trouble(const struct engine_walk *walk, const struct engine_finding *f)
{
    size_t end = f->action < walk->drained ? f->action + 1 : walk->drained;
    unsigned bits = 0;

    for (size_t i = walk->mended; i < end && i < trace.n_actions; i++)
        bits |= trouble_of(&trace.action[i].action);
    return bits;
}

static void save(const struct engine_walk *walk, const struct engine_finding *f)
{
    char path[4096];
    ssize_t written;
    int file;

    snprintf(path, sizeof path, "%s/%s-%s+%02x", folder,
             sim_invariant_text((enum sim_invariant)f->violation.invariant), f->culprit,
             trouble(walk, f));
    /* a kind that is known has a file, and this fails; without a branch, because AFL++ must not see
     * an input take another way the second time */
    file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    written = write(file, now.bytes, now.size);
    if ((file >= 0) & (written != (ssize_t)now.size))
        refuse(folder, "a place to write to");
    (void)close(file);
}

/* May nothing break in this input? */
static bool must_hold(void)
{
    struct engine_bytes in;
    bool changed = false;

    engine_bytes_read(now.bytes, now.size, &in);
    for (unsigned i = 0; i < ENGINE_TAIL_SETTINGS; i++)
        changed = changed || in.tail.set[i].which < SIM_SWITCH_COUNT;
    return in.tail.profile == SIM_PROFILE_HARDENED && !changed && in.tail.flags == 0;
}

static _Noreturn void alarm_with(const struct engine_finding *f)
{
    struct tool_text story = {0};

    tool_story_text(now.config, &trace, &f->violation, f->action, &story);
    fprintf(
        stderr,
        "lifecycle: %s breaks %s at %s\n%s\n"
        "to see it again: eipsim convert FILE run.jsonl --profile %s && eipsim shrink run.jsonl\n",
        sim_profile_text((enum sim_profile)now.config->setup.profile),
        sim_invariant_text((enum sim_invariant)f->violation.invariant), f->culprit,
        tool_text_get(&story), sim_profile_text((enum sim_profile)now.config->setup.profile));
    abort();
}

static bool on_finding(void *context, const struct engine_walk *walk,
                       const struct engine_finding *f)
{
    (void)context;
    if (folder != NULL)
        save(walk, f);
    else if (stop_any || must_hold())
        alarm_with(f);
    return true;
}

static void on_aspect(void *context, uint64_t hash)
{
    (void)context;
    fuzz_saw(hash);
}

static void on_action(void *context, const struct engine_walk *walk)
{
    engine_aspects(walk->world, on_aspect, context);
}

/* ---- running ---- */

static void run(struct tool_input *in)
{
    static struct engine_walk walk;
    struct tool_worlds worlds;
    struct sim_identity id;

    if (!tool_worlds_open(&worlds, in->config))
        return;
    memset(&walk, 0, sizeof walk);
    engine_trace_clear(&trace);
    walk.world = worlds.start;
    walk.trace = &trace;
    walk.scratch = worlds.scratch;
    walk.found = on_finding;
    walk.acted = on_action;
    engine_walk_bytes(&walk, &in->bytes, &in->codec);
    fuzz_ran(walk.n_events);
    id = sim_identity(walk.world);
    fuzz_outcome = id.low ^ id.high ^ walk.n_events ^ (uint64_t)walk.n_findings << 48;
    tool_worlds_close(&worlds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tool_input in;

    fuzz_outcome = 0;
    take(data, size);
    tool_input_open(&in, plain, now.bytes, now.size);
    if (mutated != NULL) {
        in.config = mutated;
        engine_tail_policy(&in.bytes.tail, &mutated->setup);
        if (mutant < SIM_MUTANT_COUNT)
            sim_mutant_apply(mutant, &mutated->setup);
    }
    now.config = in.config;
    run(&in);
    tool_input_close(&in);
    free(now.bytes);
    return 0;
}
