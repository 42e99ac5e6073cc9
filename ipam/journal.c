#include "ipam/journal.h"

#include <stddef.h>

void ipam_journal_clear(struct ipam_journal *journal)
{
    journal->count = 0;
    journal->overflow = 0;
}

/* Grows a span that overlaps or touches the new bytes; the last spans are the likely ones. */
static int grow(struct ipam_span *span, uint32_t offset, uint32_t length)
{
    uint32_t end = span->offset + span->length;

    if (offset > end || offset + length < span->offset)
        return 0;
    if (offset + length > end)
        end = offset + length;
    if (offset < span->offset)
        span->offset = offset;
    span->length = end - span->offset;
    return 1;
}

void ipam_journal_note(struct ipam_journal *journal, uint32_t offset, uint32_t length)
{
    if (!journal || journal->overflow || length == 0)
        return;
    for (uint32_t i = journal->count; i > 0; i--) {
        if (grow(&journal->span[i - 1], offset, length))
            return;
    }
    if (journal->count == IPAM_JOURNAL_SPANS) {
        journal->overflow = 1;
        return;
    }
    journal->span[journal->count].offset = offset;
    journal->span[journal->count].length = length;
    journal->count++;
}
