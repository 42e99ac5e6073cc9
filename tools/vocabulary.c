#include "tools/vocabulary.h"

#include <string.h>

#define X(name, count, text_of_i)                                                                  \
    uint8_t tool_##name##_find(const char *text, size_t length)                                    \
    {                                                                                              \
        unsigned i = 0;                                                                            \
                                                                                                   \
        while (i < (unsigned)(count) &&                                                            \
               (strlen(text_of_i) != length || memcmp(text_of_i, text, length) != 0))              \
            i++;                                                                                   \
        return (uint8_t)i;                                                                         \
    }
TOOL_VOCABULARIES(X)
#undef X
