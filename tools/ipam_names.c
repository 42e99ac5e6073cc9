#include "tools/ipam_names.h"

#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"

void tool_names_free(struct tool_names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->text[i]);
    free(n->text);
    free(n->slot);
    memset(n, 0, sizeof *n);
}

static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return h;
}

/* The slot that holds the text, or the empty one where it belongs. */
static size_t find_slot(const struct tool_names *n, const char *text)
{
    size_t i = (size_t)hash(text) & (n->slots - 1);

    while (n->slot[i] != 0 && strcmp(n->text[n->slot[i] - 1], text) != 0)
        i = (i + 1) & (n->slots - 1);
    return i;
}

static void enlarge(struct tool_names *n)
{
    free(n->slot);
    n->slots = n->slots == 0 ? 64 : n->slots * 2;
    n->slot = tool_alloc(n->slots * sizeof *n->slot);
    for (size_t i = 0; i < n->count; i++)
        n->slot[find_slot(n, n->text[i])] = (uint32_t)(i + 1);
}

uint32_t tool_names_find(const struct tool_names *n, const char *text)
{
    return n->slots == 0 ? 0 : n->slot[find_slot(n, text)];
}

uint32_t tool_names_intern(struct tool_names *n, const char *text)
{
    uint32_t known = tool_names_find(n, text);

    if (known != 0)
        return known;
    if ((n->count + 1) * 2 > n->slots)
        enlarge(n);
    n->text = tool_room(n->text, n->count, &n->capacity, sizeof *n->text);
    n->text[n->count++] = tool_copy(text, strlen(text));
    n->slot[find_slot(n, text)] = (uint32_t)n->count;
    return (uint32_t)n->count;
}

const char *tool_names_text(const struct tool_names *n, uint32_t number)
{
    return number == 0 || number > n->count ? "" : n->text[number - 1];
}

static const struct tool_names *sorting;

static int by_text(const void *a, const void *b)
{
    return strcmp(sorting->text[*(const uint32_t *)a - 1], sorting->text[*(const uint32_t *)b - 1]);
}

uint32_t *tool_names_sorted(const struct tool_names *n)
{
    uint32_t *order = tool_alloc((n->count + 1) * sizeof *order);

    for (size_t i = 0; i < n->count; i++)
        order[i] = (uint32_t)(i + 1);
    sorting = n;
    qsort(order, n->count, sizeof *order, by_text);
    return order;
}
