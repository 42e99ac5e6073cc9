/* The world of bench/explore_world.h searched by SPIN: its bytes are a C array that SPIN tracks.
 * -DBYTES=N is how many there are. */
c_decl {
\#define _GNU_SOURCE
\#include "bench/explore_world.h"
uint8_t world[BYTES];
}
c_track "world" "BYTES"

byte n; /* choices in this state */

#define OPTION(i) \
    :: d_step { n > i -> c_code { now.n = (unsigned char)bench_choose(world, BYTES, i); } }

init {
    c_code { now.n = (unsigned char)bench_begin(world, BYTES); };
    do
    OPTION(0)
    OPTION(1)
    OPTION(2)
    OPTION(3)
    OPTION(4)
    OPTION(5)
    OPTION(6)
    OPTION(7)
    OPTION(8)
    OPTION(9)
    OPTION(10)
    OPTION(11)
    OPTION(12)
    OPTION(13)
    OPTION(14)
    OPTION(15)
    :: n > 16 -> assert(false)
    od
}
