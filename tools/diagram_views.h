/* Views: what of a world a state diagram tells apart.
 *
 *      field    one thing that can be said of an object, in a few words: "address held"
 *      view     some fields; worlds in which they all say the same are one node
 *
 * A new kind of object adds fields and a view here, and nothing elsewhere.
 */
#ifndef EIPSIM_TOOLS_DIAGRAM_VIEWS_H
#define EIPSIM_TOOLS_DIAGRAM_VIEWS_H

#include "model/outside.h"

/* name, what it says in each of its values, separated by | (nothing: not worth a word), the colours
 * of nodes that begin with it (- w white, n new, s spec, r ready, y being deleted), the function
 * that has the value */
#define DIAGRAM_FIELDS(X)                                                                          \
    X(OBJECT, "no object|new object|address in spec|ready|being deleted", "-nsry", of_object)      \
    X(LIFE, "no object|not ready|ready|being deleted", "-nry", of_life)                            \
    X(ADDRESS, "free|held, no object|held, not ready|held, ready|held, being deleted", "-wnry",    \
      of_address)                                                                                  \
    X(FINALIZER, "|finalizer", "", of_finalizer)                                                   \
    X(HELD, "|held in IPAM", "", of_held)                                                          \
    X(REPORTED, "|in spec|in spec and status", "", of_reported)                                    \
    X(WIRED, "|on the gateway", "", of_wired)                                                      \
    X(POD, "gateway pod down|", "", of_pod)                                                        \
    X(WORK, "|work pending", "", of_work)                                                          \
    X(UP, "controller down|", "", of_up)

enum diagram_field {
#define X(name, says, colours, of) DIAGRAM_##name,
    DIAGRAM_FIELDS(X)
#undef X
        DIAGRAM_FIELD_COUNT
};

#define DIAGRAM_BIT(name) (UINT32_C(1) << DIAGRAM_##name)
#define DIAGRAM_BREAKS(name) (UINT32_C(1) << SIM_INVARIANT_##name)

/* What can be seen broken in the fields of a view. */
#define DIAGRAM_OWNERSHIP                                                                          \
    (DIAGRAM_BREAKS(LIVE_OWNER) | DIAGRAM_BREAKS(HELD_BY_IPAM) | DIAGRAM_BREAKS(SINGLE_OWNER) |    \
     DIAGRAM_BREAKS(NO_RESURRECTION) | DIAGRAM_BREAKS(DELETE_COMPLETES) |                          \
     DIAGRAM_BREAKS(BECOMES_READY) | DIAGRAM_BREAKS(RESTART_NEUTRAL))
#define DIAGRAM_DATA_PLANE                                                                         \
    (DIAGRAM_BREAKS(DATA_PLANE) | DIAGRAM_BREAKS(NO_FOREIGN_REMOVAL) |                             \
     DIAGRAM_BREAKS(DELETE_COMPLETES) | DIAGRAM_BREAKS(BECOMES_READY) |                            \
     DIAGRAM_BREAKS(NO_RESURRECTION))

/* name, text, its fields, the classes of faults that it explores, how often a user deletes, the
 * invariants that can be seen broken in its fields, what it shows */
#define DIAGRAM_VIEWS(X)                                                                           \
    X(EIP, "eip",                                                                                  \
      DIAGRAM_BIT(OBJECT) | DIAGRAM_BIT(FINALIZER) | DIAGRAM_BIT(HELD) | DIAGRAM_BIT(WORK),        \
      SIM_CLASS_BIT(EXEC) | SIM_CLASS_BIT(API), 1, DIAGRAM_OWNERSHIP,                              \
      "an EIP, its address, and what the controller has left to do")                               \
    X(GATEWAY, "gateway", DIAGRAM_BIT(LIFE) | DIAGRAM_BIT(WIRED) | DIAGRAM_BIT(POD),               \
      SIM_CLASS_BIT(POD), 0, DIAGRAM_DATA_PLANE,                                                   \
      "an EIP and its gateway's pod, which goes or is replaced")                                   \
    X(ADDRESS, "address", DIAGRAM_BIT(ADDRESS) | DIAGRAM_BIT(REPORTED) | DIAGRAM_BIT(WIRED),       \
      SIM_CLASS_BIT(EXEC) | SIM_CLASS_BIT(API), 1, DIAGRAM_OWNERSHIP | DIAGRAM_DATA_PLANE,         \
      "an address: who holds it, what reports it, where it is in use")                             \
    X(RESTART, "restart", DIAGRAM_BIT(OBJECT) | DIAGRAM_BIT(HELD) | DIAGRAM_BIT(UP),               \
      SIM_CLASS_BIT(CRASH), 1, DIAGRAM_OWNERSHIP,                                                  \
      "an EIP and a controller that ends and starts again")

enum diagram_view {
#define X(name, text, fields, classes, deletes, invariants, meaning) DIAGRAM_VIEW_##name,
    DIAGRAM_VIEWS(X)
#undef X
        DIAGRAM_VIEW_COUNT
};

const char *diagram_view_text(enum diagram_view view);
const char *diagram_view_meaning(enum diagram_view view);
uint32_t diagram_view_classes(enum diagram_view view);
uint8_t diagram_view_deletes(enum diagram_view view);
bool diagram_view_shows(enum diagram_view view, enum sim_invariant broken);
/* The colour of a node. */
const char *diagram_view_colour(enum diagram_view view, uint64_t values);

/* The values of the view's fields for an object of the view's kind, four bits each. */
uint64_t diagram_view_of(enum diagram_view view, const struct sim_world *w, sim_id id);
/* What the n-th field of the view says in these values; NULL beyond the last field.  Writes into
 * out (at least 64 bytes). */
const char *diagram_view_says(enum diagram_view view, uint64_t values, unsigned n, char *out);

#endif
