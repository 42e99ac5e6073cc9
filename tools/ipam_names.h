/* Texts that get numbers from 1 on, in the order they are first seen. */
#ifndef EIPSIM_TOOLS_IPAM_NAMES_H
#define EIPSIM_TOOLS_IPAM_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct tool_names {
    char **text; /* text[number - 1] */
    size_t count;
    size_t capacity;
    uint32_t *slot; /* open addressing: numbers, 0 is empty */
    size_t slots;
};

void tool_names_free(struct tool_names *n);
uint32_t tool_names_intern(struct tool_names *n, const char *text);
/* 0 if it was never seen. */
uint32_t tool_names_find(const struct tool_names *n, const char *text);
/* "" for 0. */
const char *tool_names_text(const struct tool_names *n, uint32_t number);
/* All numbers in the order of their texts; to be freed. */
uint32_t *tool_names_sorted(const struct tool_names *n);

#endif
