/*
 * An IPAM behind JSON: one operation in, its result out, the whole state on request.
 *
 * The vocabulary is that of the recordings of kube-ovn's pkg/ipam: tests/data/ipam/README.md. A
 * session interns the names, draws MACs from a counter, and makes its IPAM as large as the
 * operations turn out to need: when one does not fit, a larger IPAM is made and the operations so
 * far are repeated in it.
 */
#ifndef EIPSIM_TOOLS_IPAM_SESSION_H
#define EIPSIM_TOOLS_IPAM_SESSION_H

#include <stdbool.h>

#include "ipam/ipam.h"
#include "tools/parse.h"
#include "tools/text.h"

struct tool_ipam;

struct tool_ipam_fault {
    struct tool_text sentence; /* to be freed */
    uint32_t node;
};

/* How the addresses are kept: bitmaps where a block allows it, or sorted ranges throughout. */
enum tool_ipam_layout { TOOL_IPAM_BITMAPS, TOOL_IPAM_RANGES };

struct tool_ipam *tool_ipam_new(ipam_quirks quirks, enum tool_ipam_layout layout);
void tool_ipam_free(struct tool_ipam *s);
/* Back to an empty IPAM, with these switches; what was made larger stays so. */
void tool_ipam_reset(struct tool_ipam *s, ipam_quirks quirks);

/*
 * Runs the operation in node `op` and appends its result, an object. False: it is no operation, and
 * nothing was done. *crashed: kube-ovn crashes here; the result is {"panic":true}.
 */
bool tool_ipam_run(struct tool_ipam *s, const struct tool_parsed *j, uint32_t op,
                   struct tool_text *result, bool *crashed, struct tool_ipam_fault *fault);
/* Appends {"subnets":{...}}. */
void tool_ipam_state(const struct tool_ipam *s, struct tool_text *out);

/* The IPAM itself, for those who want to look closer. It moves when it grows. */
const struct ipam *tool_ipam_block(const struct tool_ipam *s);

#endif
