#!/usr/bin/env bash
# What address sets and allocations cost, as ratios; where valgrind is installed, instructions for
# one release and allocation at /24 and /16.
#
# BENCH is the folder of the benchmark programs (./dev bench sets it).
set -euo pipefail
ipam=${BENCH:-build/release/bench}/ipam
"$ipam"
command -v valgrind >/dev/null || { echo "ipam.sh: no valgrind, no instruction count" >&2; exit 0; }

# instructions BITS ALLOCATIONS
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$ipam" "$1" "$2" 2>&1 |
        awk '/Collected/ { print $NF }'
}

# The difference of two runs leaves the making of the IPAM out.
for bits in 8 16; do
    few=$(instructions $bits 1000)
    many=$(instructions $bits 51000)
    awk -v i=$((many - few)) -v bits=$bits \
        'BEGIN { printf "release and allocate at /%d: %.0f instructions\n", 32 - bits, i / 50000 }'
done
