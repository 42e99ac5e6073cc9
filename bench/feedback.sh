#!/usr/bin/env bash
# Does it pay that states draw the fuzzer, and that its mutator knows records?  How long libFuzzer
# takes to notice a mutant (docs/mutants.md), median over several seeds: as it is, without state
# feedback, and with libFuzzer's own mutator.
#
#   bench/feedback.sh [MUTANT...]    without names: the ten that random walks are slowest to notice
#
#   SEEDS=N [10]   LIMIT=N [5]       how many seeds, and after how many seconds to give up
#
# Seconds are those of the processor, so that what else the machine does hardly matters.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seeds=${SEEDS:-10} limit=${LIMIT:-5}
for preset in release fuzz-fast; do
    cmake --preset "$preset" >/dev/null
    targets=(fuzz_lifecycle)
    [[ $preset != release ]] || targets=(eipsim)
    cmake --build --preset "$preset" --target "${targets[@]}" -- --quiet >&2
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Those of the sound design that must be noticed, by how soon walks do; what none notices in half a
# million events comes last.
slowest() {
    # shellcheck disable=SC2016 # the page has backquotes
    sed -n '/^## On the sound/,/^## On the leaky/s/^| `\([a-z_0-9]*\)` .*/\1/p' docs/mutants.md |
        xargs build/release/eipsim mutants --seeds 3 --events 500000 --json |
        python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
rows = [r for r in rows if r["mutant"][0] != "(" and not r["unseen"]]
rows.sort(key=lambda r: (r["detected"] > 1, -r["events"]))
print("\n".join(r["mutant"] for r in rows[:10]))'
}

# one MUTANT SEED VARIABLE=VALUE...: milliseconds
one() {
    local mutant=$1 seed=$2 took
    shift 2
    rm -rf "$work/corpus"
    mkdir "$work/corpus"
    took=$( (
        ulimit -t "$limit"
        TIMEFORMAT='%U %S'
        time env "$@" EIPSIM_FUZZ_MUTANT="$mutant" EIPSIM_FUZZ_STOP=any \
            build/fuzz-fast/fuzz/lifecycle -seed="$seed" "${flags[@]}" \
            -handle_abrt=0 "$work/corpus" >/dev/null 2>&1 || true
    ) 2>&1 | awk 'NF == 2 && /^[0-9. ]+$/ { print int(($1 + $2) * 1000) }')
    echo "${took:-$((limit * 1000))}"
}

median() { sort -n | sed -n "$(((seeds + 1) / 2))p"; }

if (($# > 0)); then mutants=("$@"); else mapfile -t mutants < <(slowest); fi
ways=(EIPSIM_FUZZ_FEEDBACK=on EIPSIM_FUZZ_FEEDBACK=off EIPSIM_FUZZ_MUTATOR=bytes)
mapfile -t flags < <(sed -n 's/^\([a-z_]*\) = \(.*\)$/-\1=\2/p' fuzz/lifecycle.options |
    grep -v '^-dict=')
printf '%-26s %10s %12s %10s   milliseconds, %d after %s s\n' mutant 'as it is' 'no feedback' \
    bytes "$((limit * 1000))" "$limit"
for mutant in "${mutants[@]}"; do
    printf '%-26s' "$mutant"
    for way in "${ways[@]}"; do
        for ((seed = 1; seed <= seeds; seed++)); do one "$mutant" "$seed" "$way"; done |
            median | tee -a "$work/$way" | xargs printf ' %11d'
    done
    echo
done
geometric() { awk '{ s += log($1); n++ } END { print exp(s / n) }' "$work/$1"; }
awk -v on="$(geometric "${ways[0]}")" -v off="$(geometric "${ways[1]}")" \
    -v bytes="$(geometric "${ways[2]}")" 'BEGIN {
    printf "without state feedback it takes %.2f times as long, with bytes %.2f times\n",
        off / on, bytes / on }'
