#!/usr/bin/env bash
# What address sets and allocations cost, as ratios; where valgrind is installed, instructions for
# one allocation, and for one release and allocation, at /24 and /16.
#
# BENCH is the folder of the benchmark programs (./dev bench sets it).
set -euo pipefail
ipam=${BENCH:-build/release/bench}/ipam
"$ipam"
command -v valgrind >/dev/null || { echo "ipam.sh: no valgrind, no instruction count" >&2; exit 0; }

# instructions BITS WHAT N
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$ipam" "$@" 2>&1 |
        awk '/Collected/ { print $NF }'
}

# The difference of two runs leaves the making of the IPAM out. At /24, 254 allocations fill it.
for bits in 8 16; do
    for what in allocate pair; do
        [[ $what$bits == allocate8 ]] && more=250 || more=50000
        few=$(instructions "$bits" "$what" 1)
        many=$(instructions "$bits" "$what" $((1 + more)))
        awk -v i="$((many - few))" -v bits="$bits" -v what="$what" -v n="$more" 'BEGIN {
            printf "%s at /%d: %.0f instructions\n",
                what == "pair" ? "release and allocate" : "allocate", 32 - bits, i / n }'
    done
done
