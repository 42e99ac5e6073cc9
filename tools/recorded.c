#include "tools/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"
#include "tools/render.h"
#include "tools/world.h"

/* ---- files ---- */

/* world.yaml in the recording's folder or, up, the folder above it; to be freed. */
static char *path_near(const char *recording, bool up)
{
    const char *slash = strrchr(recording, '/');
    struct tool_text path = {0};
    char *copy;

    tool_text_bytes(&path, recording, slash == NULL ? 0 : (size_t)(slash - recording) + 1);
    tool_text_add(&path, up ? "../world.yaml" : "world.yaml");
    copy = tool_copy(path.at, path.length);
    tool_text_free(&path);
    return copy;
}

static bool exists(const char *path)
{
    FILE *f = fopen(path, "rb");

    if (f != NULL)
        fclose(f);
    return f != NULL;
}

static bool read_file(const char *path, struct tool_builder *b, struct tool_text *error)
{
    char *bytes = NULL;
    size_t size;
    bool ok = tool_file_read(path, &bytes, &size, error) &&
              tool_world_read_bytes(path, bytes, size, b, error);

    free(bytes);
    return ok;
}

/* 1: read, 0: there is none, -1: it is wrong */
static int read_near(const char *recording, bool up, struct tool_builder *b,
                     struct tool_text *error)
{
    char *path = path_near(recording, up);
    int found = exists(path);

    if (found > 0 && !read_file(path, b, error))
        found = -1;
    free(path);
    return found;
}

/* ---- what is built in ---- */

/* Is this part of a fresh world as the recording's first line has it?  1: yes, 0: it is not
 * recorded, -1: no. */
static int same_part(const struct tool_render *r, const struct sim_world *world,
                     struct tool_state state, const struct tool_parsed *first)
{
    uint32_t node;
    struct tool_text key = {0}, value = {0};
    bool same;

    tool_state_text(r, state, &key);
    tool_render_state(r, world, state, &value);
    node = tool_parsed_get(first, tool_parsed_get(first, 0, "changed"), key.at);
    same = node != 0 && first->node[node].end - first->node[node].begin == value.length &&
           memcmp(first->text + first->node[node].begin, value.at, value.length) == 0;
    tool_text_free(&key);
    tool_text_free(&value);
    return same ? 1 : node == 0 ? 0 : -1;
}

/* Do IPAM and the OVN northbound, in a fresh world of this configuration, look as the recording's
 * first line says? */
static bool looks_like(const struct engine_config *config, const struct tool_parsed *first)
{
    struct sim_world *world = NULL;
    void *memory = tool_alloc(sim_size(&config->setup));
    struct tool_render render;
    uint32_t changed = tool_parsed_get(first, 0, "changed");
    bool ovn = changed != 0 && tool_parsed_get(first, changed, "ovn") != 0;
    bool same = changed != 0 && ovn == (config->setup.n_ovn > 0) &&
                sim_init(memory, &config->setup, &world) == SIM_STATUS_DONE;
    unsigned recorded = 0;

    tool_render_init(&render, config);
    for (uint32_t i = 0; same && i < tool_state_count(config); i++) {
        struct tool_state state = tool_state_at(config, i);
        int part = 0;

        if ((state.kind == TOOL_STATE_IPAM && config->setup.subnets[state.id].present) ||
            state.kind == TOOL_STATE_OVN)
            part = same_part(&render, world, state, first);
        recorded += part > 0;
        same = part >= 0;
    }
    tool_render_free(&render);
    free(memory);
    return same && recorded > 0;
}

static bool fits(const char *text, size_t size, const struct tool_parsed *first)
{
    struct tool_builder *b = tool_builder_new();
    struct tool_text error = {0};
    struct engine_config *config = NULL;
    bool same;

    /* a world has at least one EIP; which one makes no difference to an empty IPAM */
    if (tool_world_read_bytes("(built in)", text, size, b, &error) &&
        tool_builder_name(b, TOOL_NAME_EIP, "e", 1))
        config = tool_builder_finish(b);
    same = config != NULL && looks_like(config, first);
    tool_text_free(&error);
    tool_builder_free(b);
    return same;
}

static bool read_built_in(const struct tool_parsed *first, struct tool_builder *b,
                          struct tool_text *error)
{
    size_t size;
    const char *text;

    for (size_t i = 0; (text = tool_recorded_built_in(i, &size)) != NULL; i++)
        if (fits(text, size, first))
            return tool_world_read_bytes("(built in)", text, size, b, error);
    tool_text_add(error, "this stream begins in no world that is built in: describe it in a "
                         "world.yaml beside it, or give --config FILE");
    return false;
}

/* ---- what a stream has of its world ---- */

static bool is_recorded(void *context, const char *subnet)
{
    const struct tool_parsed *first = context;
    uint32_t changed = tool_parsed_get(first, 0, "changed");
    struct tool_text key = {0};
    bool found;

    tool_text_printf(&key, "ipam/%s", subnet);
    found = changed == 0 || tool_parsed_get(first, changed, key.at) != 0;
    tool_text_free(&key);
    return found;
}

bool tool_recorded_world(void *context, const char *recording, const struct tool_parsed *first,
                         struct tool_builder *b, struct tool_text *error)
{
    const struct tool_recorded *recorded = context;
    int found = recorded->config != NULL;

    if (recorded->config != NULL && !read_file(recorded->config, b, error))
        return false;
    for (unsigned up = 0; up < 2 && found == 0; up++)
        found = read_near(recording, up > 0, b, error);
    if (found == 0 && !read_built_in(first, b, error))
        return false;
    tool_builder_keep_subnets(b, is_recorded, (void *)(uintptr_t)first);
    return found >= 0;
}
