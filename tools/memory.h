/* Memory of the tools.  What cannot be had ends the program with exit code 70 and one sentence:
 * nothing in tools/ has a better answer, so nothing in tools/ has to ask.
 */
#ifndef EIPSIM_TOOLS_MEMORY_H
#define EIPSIM_TOOLS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed; to be freed with free(). */
void *tool_alloc(size_t size);
/* The same, aligned to 64. */
void *tool_alloc_aligned(size_t size);
/* As realloc(); new bytes are not zeroed. */
void *tool_resize(void *memory, size_t size);
/* A terminated copy; to be freed with free(). */
char *tool_copy(const char *text, size_t length);

/* Makes room for one more element in an array that starts as NULL with capacity 0. */
void *tool_room(void *array, size_t count, size_t *capacity, size_t element);

/* Many small things that are freed together. */
struct tool_arena {
    struct tool_arena_chunk *chunk;
};

/* Zeroed, aligned for anything. */
void *tool_arena_alloc(struct tool_arena *arena, size_t size);
const char *tool_arena_copy(struct tool_arena *arena, const char *text, size_t length);
void tool_arena_free(struct tool_arena *arena);

#endif
