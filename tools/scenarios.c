#include "tools/scenarios.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/memory.h"
#include "tools/text.h"
#include "tools/world.h"

static void add_path(struct tool_paths *p, const char *folder, const char *name)
{
    struct tool_text t = {0};

    tool_text_printf(&t, "%s%s%s", folder,
                     *folder != '\0' && folder[strlen(folder) - 1] != '/' ? "/" : "", name);
    p->path = tool_room(p->path, p->count, &p->capacity, sizeof *p->path);
    p->path[p->count++] = t.at;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has_ending(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);

    return n > m && strcmp(name + n - m, ending) == 0;
}

enum { FOLDERS_DEEP = 8 };

/* The *.yaml of a folder and of those below it, in order of their paths. */
static void add_folder(struct tool_paths *p, const char *folder, unsigned depth)
{
    DIR *d = depth < FOLDERS_DEEP ? opendir(folder) : NULL;
    struct dirent *e;

    if (d == NULL)
        return;
    while ((e = readdir(d)) != NULL) {
        struct stat st;

        if (e->d_name[0] == '.')
            continue;
        add_path(p, folder, e->d_name);
        if (stat(p->path[p->count - 1], &st) == 0 && S_ISDIR(st.st_mode)) {
            char *below = p->path[--p->count];

            add_folder(p, below, depth + 1);
            free(below);
        } else if (!has_ending(e->d_name, ".yaml")) {
            free(p->path[--p->count]);
        }
    }
    closedir(d);
}

bool tool_paths_add(struct tool_paths *p, const char *operand)
{
    struct tool_text copy = {0};
    size_t first = p->count;
    struct stat st;

    if (stat(operand, &st) != 0 || !S_ISDIR(st.st_mode)) {
        tool_text_add(&copy, operand);
        p->path = tool_room(p->path, p->count, &p->capacity, sizeof *p->path);
        p->path[p->count++] = copy.at;
        return true;
    }
    add_folder(p, operand, 0);
    if (p->count > first) {
        qsort(p->path + first, p->count - first, sizeof *p->path, by_text);
        return true;
    }
    fprintf(stderr, "%s: error: no *.yaml in this folder\n", operand);
    return false;
}

void tool_paths_free(struct tool_paths *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->path[i]);
    free(p->path);
}

struct tool_scenario *tool_scenario_load(const char *path, bool notes)
{
    struct tool_text error = {0};
    struct tool_diags diags;
    struct tool_scenario *s = NULL;
    char *bytes = NULL;
    size_t size;

    if (!tool_file_read(path, &bytes, &size, &error)) {
        fprintf(stderr, "%s\n", tool_text_get(&error));
        tool_text_free(&error);
        return NULL;
    }
    tool_diags_init(&diags, path);
    s = tool_scenario_read(path, bytes, size, &diags);
    tool_diags_print(&diags, stderr, notes);
    tool_diags_free(&diags);
    free(bytes);
    return s;
}
