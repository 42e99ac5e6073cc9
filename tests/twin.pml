/* tests/twin.def for SPIN.  -DEIPS=N (1 to 3) -DADDRESSES=N (1, 2) -DCREATES=N -DDELETES=N -DFAULTS=N
 * -DRESTARTS=N; with -DCHECK a lost address fails an assertion. */

#define ABSENT 0
#define PRESENT 1
#define TERMINATING 2
#define TAKEN 255

byte object[EIPS], held[EIPS], ready[EIPS], to_add[EIPS], to_delete[EIPS];
byte first, adding, add_step, deleting, delete_step;
#if ADDRESSES == 2
byte second;
#else
byte second = TAKEN;
#endif
byte creates = CREATES, deletes = DELETES, faults = FAULTS, restarts = RESTARTS;

#define SET(x, v) x = v
#define IF(c, a, b) ((c) -> (a) : (b))
#if EIPS == 1
#define ANY(P) (P(0))
#define ALL(A) A(0)
#elif EIPS == 2
#define ANY(P) (P(0) || P(1))
#define ALL(A) A(0); A(1)
#else
#define ANY(P) (P(0) || P(1) || P(2))
#define ALL(A) A(0); A(1); A(2)
#endif

#define EACH(name, guard, effect) :: d_step { (guard) -> effect }

active proctype world() {
    do
#define ONCE(name, guard, effect) :: d_step { (guard) -> effect }
#define e 0
#include "twin.def"
#undef e
#undef ONCE
#define ONCE(name, guard, effect)
#if EIPS > 1
#define e 1
#include "twin.def"
#undef e
#endif
#if EIPS > 2
#define e 2
#include "twin.def"
#undef e
#endif
#ifdef CHECK
    :: d_step { ANY(LOST) -> assert(false) }
#endif
    od
}
