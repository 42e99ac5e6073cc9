/* What the files of a fuzz target share.
 *
 * A target is one file NAME.c: libFuzzer's two functions, which every engine and the replay program
 * (replay.c) call.  Beside it lie NAME.dict, NAME.options and corpus/NAME/.
 */
#ifndef EIPSIM_FUZZ_FUZZ_H
#define EIPSIM_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Called once before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What the last input led to, as a hash: equal inputs, equal outcomes, whatever came between. */
extern uint64_t fuzz_outcome;

/* ---- states.c: new states draw fuzzers as new code does ---- */

/* The hash of an abstract state that the input led to.  EIPSIM_FUZZ_FEEDBACK=off: only counted. */
void fuzz_saw(uint64_t state);
/* An input has ended, after so many events. */
void fuzz_ran(uint64_t events);
/* Reads EIPSIM_FUZZ_FEEDBACK, and EIPSIM_FUZZ_STATES: a file in which all processes of a campaign
 * count.  It holds how many inputs and events there were, 8 bytes each in this machine's order, and
 * from byte 64 on a bit for every state. */
void fuzz_states_open(void);

#endif
