#!/usr/bin/env bash
# What fuzzing costs: events a second of random walks, of libFuzzer with and without sanitizers, and
# of AFL++ in persistent mode, as ratios in one run; and whether AFL++ finds the target stable.
#
#   SECONDS_EACH=N   how long each runs [15]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
each=${SECONDS_EACH:-15}
# a profile and trouble under which nothing breaks, so that nobody stops to shrink
profile=hardened faults=race,lag,api,exec,crash,pod,gateway,rule,policy,address
for preset in release fuzz-fast fuzz afl; do
    AFL_QUIET=1 cmake --preset "$preset" >/dev/null
    targets=(fuzz_lifecycle)
    [[ $preset != release ]] || targets=(eipsim fuzz_corpus fuzz_afl_mutator)
    AFL_QUIET=1 cmake --build --preset "$preset" --target "${targets[@]}" -- --quiet >&2
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Events a second of random walks: of as many runs as take about so long.
walks() {
    local runs=500 start took
    start=${EPOCHREALTIME/./}
    build/release/eipsim walk --profile "$profile" --faults "$faults" --runs $runs >/dev/null 2>&1
    took=$((${EPOCHREALTIME/./} - start))
    runs=$((runs * each * 1000000 / (took + 1) + 1))
    build/release/eipsim walk --profile "$profile" --faults "$faults" --runs $runs 2>&1 >/dev/null |
        sed -n 's/.*(\([0-9]*\) a second).*/\1/p' | tail -1
}

# fuzz ENGINE: events a second, and what AFL++ says of stability.
fuzz() {
    bash fuzz/run.sh lifecycle --engine "$1" --seconds "$each" --profile "$profile" \
        --faults "$faults" --no-seeds --fresh >"$work/$1" 2>&1 || true
    sed -n '/^events/{n;s/^a second *//p}' "$work/$1"
}

plain=$(walks) fast=$(fuzz fast) sanitized=$(fuzz libfuzzer) afl=$(fuzz afl)
ratio() { awk -v a="$2" -v b="$3" -v what="$1" -v aim="$4" \
    'BEGIN { printf "%-44s %5.2f   (aim %s)\n", what, a / b, aim }'; }
printf '%-44s %8d events a second\n' 'random walks' "$plain" 'libFuzzer' "$fast" \
    'libFuzzer with sanitizers and validation' "$sanitized" 'AFL++, persistent' "$afl"
ratio 'libFuzzer to random walks' "$fast" "$plain" 0.3
ratio 'sanitized to plain libFuzzer' "$sanitized" "$fast" 0.35
ratio 'libFuzzer to AFL++' "$fast" "$afl" 2
printf '%-44s %s\n' 'stability, as AFL++ has it' "$(sed -n 's/^stability *//p' "$work/afl")"
