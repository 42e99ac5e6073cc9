#!/usr/bin/env bash
# What an event costs with all invariants on: nanoseconds at 3, 300 and 20,000 live EIPs as ratios,
# and, where valgrind is installed, instructions per event of a walk of 10^5 events at three EIPs.
#
# BENCH is the folder of the benchmark programs (./dev bench sets it).
set -euo pipefail
walk=${BENCH:-build/release/bench}/walk
"$walk"
command -v valgrind >/dev/null || { echo "walk.sh: no valgrind, no instruction count" >&2; exit 0; }

# instructions EIPS EVENTS: two numbers, instructions and events
instructions() {
    local out
    out=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$walk" "$1" "$2" 2>&1)
    awk '/events in all/ { events = $1 } /Collected/ { print $NF, events }' <<<"$out"
}

# The difference of two runs leaves the start of the program and the making of the world out.
read -r few few_events < <(instructions 3 1000)
read -r many many_events < <(instructions 3 101000)
awk -v i=$((many - few)) -v n=$((many_events - few_events)) \
    'BEGIN { printf "%d events at 3 live EIPs: %.0f instructions per event\n", n, i / n }'
