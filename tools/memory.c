#include "tools/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 * 1024)

struct tool_arena_chunk {
    struct tool_arena_chunk *next;
    size_t used;
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

static _Noreturn void out_of_memory(void)
{
    fputs("eipsim: out of memory\n", stderr);
    exit(70);
}

void *tool_alloc(size_t size)
{
    void *memory = calloc(1, size > 0 ? size : 1);

    if (memory == NULL)
        out_of_memory();
    return memory;
}

void *tool_alloc_aligned(size_t size)
{
    size_t whole = (size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, whole);

    if (memory == NULL)
        out_of_memory();
    memset(memory, 0, whole);
    return memory;
}

void *tool_resize(void *memory, size_t size)
{
    void *moved = realloc(memory, size > 0 ? size : 1);

    if (moved == NULL)
        out_of_memory();
    return moved;
}

char *tool_copy(const char *text, size_t length)
{
    char *copy = tool_alloc(length + 1);

    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

void *tool_room(void *array, size_t count, size_t *capacity, size_t element)
{
    if (count < *capacity)
        return array;
    if (*capacity > SIZE_MAX / 2 / element)
        out_of_memory();
    *capacity = *capacity > 0 ? *capacity * 2 : 16;
    return tool_resize(array, *capacity * element);
}

void *tool_arena_alloc(struct tool_arena *arena, size_t size)
{
    struct tool_arena_chunk *c = arena->chunk;
    void *memory;

    size = (size + 15) / 16 * 16;
    if (c == NULL || c->size - c->used < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

        c = tool_alloc(sizeof *c + room);
        c->size = room;
        c->next = arena->chunk;
        arena->chunk = c;
    }
    memory = c->bytes + c->used;
    c->used += size;
    return memory;
}

const char *tool_arena_copy(struct tool_arena *arena, const char *text, size_t length)
{
    char *copy = tool_arena_alloc(arena, length + 1);

    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

void tool_arena_free(struct tool_arena *arena)
{
    while (arena->chunk != NULL) {
        struct tool_arena_chunk *next = arena->chunk->next;

        free(arena->chunk);
        arena->chunk = next;
    }
}
