#include "model/policy.h"

#include <string.h>

struct row {
    const char *name;
    const char *values;
    uint8_t column[SIM_PROFILE_COUNT];
    const char *meaning;
};

static const struct row rows[SIM_SWITCH_COUNT] = {
#define SIM_SWITCH(name, values, a, b, c, d, e, f, g, h, i, meaning)                               \
    {#name, values, {a, b, c, d, e, f, g, h, i}, meaning},
#include "model/policy.def"
#undef SIM_SWITCH
};

void sim_policy_of(enum sim_profile profile, struct sim_policy *policy)
{
    for (unsigned i = 0; i < SIM_SWITCH_COUNT; i++)
        policy->value[i] = rows[i].column[profile];
}

const char *sim_switch_text(enum sim_switch which)
{
    return rows[which].name;
}

const char *sim_switch_meaning(enum sim_switch which)
{
    return rows[which].meaning;
}

const char *sim_switch_values(enum sim_switch which)
{
    return rows[which].values;
}

unsigned sim_switch_value_count(enum sim_switch which)
{
    unsigned n = 1;

    for (const char *p = rows[which].values; *p != '\0'; p++)
        n += *p == ' ';
    return n;
}

enum sim_switch sim_switch_find(const char *text, size_t length)
{
    unsigned i = 0;

    while (i < SIM_SWITCH_COUNT &&
           (strlen(rows[i].name) != length || memcmp(rows[i].name, text, length) != 0))
        i++;
    return (enum sim_switch)i;
}

/* The n-th word of a list of words. */
static const char *word_at(const char *words, unsigned n, size_t *length)
{
    while (n > 0 && *words != '\0')
        n -= *words++ == ' ';
    *length = 0;
    while (words[*length] != '\0' && words[*length] != ' ')
        ++*length;
    return words;
}

int sim_switch_parse(enum sim_switch which, const char *text)
{
    for (unsigned i = 0; i < sim_switch_value_count(which); i++) {
        size_t length;
        const char *word = word_at(rows[which].values, i, &length);

        if (strlen(text) == length && memcmp(word, text, length) == 0)
            return (int)i;
    }
    return -1;
}

void sim_switch_value_text(enum sim_switch which, unsigned value, char *out, size_t size)
{
    size_t length;
    const char *word = word_at(rows[which].values, value, &length);

    if (length >= size)
        length = size - 1;
    memcpy(out, word, length);
    out[length] = '\0';
}
