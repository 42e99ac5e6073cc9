/*
 * Which bytes of a block an operation may have changed.
 *
 * Someone who keeps a digest of the block page by page hands a journal to each call and afterwards
 * looks only at the pages named in it. Every store into a block goes through a primitive that notes
 * it; the notes may cover more than was changed, never less. Offsets count from the start of the
 * block. When the notes do not fit, `overflow` is set and everything must be taken as touched.
 */
#ifndef IPAM_JOURNAL_H
#define IPAM_JOURNAL_H

#include <stdint.h>

#define IPAM_JOURNAL_SPANS 64

struct ipam_span {
    uint32_t offset;
    uint32_t length;
};

struct ipam_journal {
    uint32_t count;
    uint32_t overflow; /* 1: everything */
    struct ipam_span span[IPAM_JOURNAL_SPANS];
};

void ipam_journal_clear(struct ipam_journal *journal);
void ipam_journal_note(struct ipam_journal *journal, uint32_t offset, uint32_t length);

#endif
