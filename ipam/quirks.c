#include "ipam/quirks.h"

#include <string.h>

#include "ipam/ipam.h"

const struct ipam_quirk_row ipam_quirk_table[] = {
#define IPAM_QUIRK(name, columns, fix, meaning)                                                    \
    {#name, fix, meaning, NULL, IPAM_QUIRK_##name, columns},
#define IPAM_QUIRK_LEFT_OUT(name, columns, fix, meaning, reason)                                   \
    {#name, fix, meaning, reason, 0, columns},
#include "ipam/quirks.def"
#undef IPAM_QUIRK
#undef IPAM_QUIRK_LEFT_OUT
};

const uint32_t ipam_quirk_rows = sizeof(ipam_quirk_table) / sizeof(ipam_quirk_table[0]);

static const char *const release_names[] = {
#define X(id, name) name,
    IPAM_RELEASES(X)
#undef X
};

const char *ipam_release_name(enum ipam_release release)
{
    return release < IPAM_RELEASE_COUNT ? release_names[release] : "";
}

static bool same(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

enum ipam_release ipam_release_find(const char *name, size_t length)
{
    uint32_t i = 0;

    while (i < IPAM_RELEASE_COUNT && !same(release_names[i], name, length))
        i++;
    return (enum ipam_release)i;
}

ipam_quirks ipam_release_quirks(enum ipam_release release)
{
    ipam_quirks quirks = 0;

    for (uint32_t i = 0; i < ipam_quirk_rows; i++) {
        const struct ipam_quirk_row *row = &ipam_quirk_table[i];

        if (!row->reason && row->columns >> release & 1)
            quirks |= UINT64_C(1) << row->bit;
    }
    return quirks;
}

const struct ipam_quirk_row *ipam_quirk_find(const char *name, size_t length)
{
    for (uint32_t i = 0; i < ipam_quirk_rows; i++) {
        if (same(ipam_quirk_table[i].name, name, length))
            return &ipam_quirk_table[i];
    }
    return NULL;
}

static const char *const error_texts[] = {
#define X(name, text) text,
    IPAM_ERRORS(X)
#undef X
};

const char *ipam_error_text(enum ipam_error error)
{
    return error < IPAM_ERROR_COUNT ? error_texts[error] : "";
}

bool ipam_error_is_ours(enum ipam_error error)
{
    return error >= IPAM_ERROR_CAPACITY_RANGES;
}
