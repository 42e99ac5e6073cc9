#!/usr/bin/env bash
# `./dev fuzz smoke`: every target runs for a moment under libFuzzer and finds nothing, but for the
# canary, which must be caught.  The life cycle runs in the profile in which nothing may break, with
# every class of trouble; inputs that change its switches run, and may break what they like.
#
# One tree gives one result: the inputs are drawn from a seed that stands here, begin with the same
# corpus in the same order, and are counted, not timed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
targets=$(sed -n 's/^set(EIPSIM_FUZZ_TARGETS \(.*\))$/\1/p' cmake/fuzz.cmake)
declare -A runs=([lifecycle]=3000 [ipam]=3000 [scenario]=30000 [log]=4000 [ipam_grammar]=15000
    [canary]=100000)
bad=0
export EIPSIM_FUZZ_PROFILE=hardened
for target in $targets; do
    work=build/fuzzing/smoke/$target code=0
    rm -rf "$work"
    mkdir -p "$work"
    seeds=$(printf '%s\n' "build/release/fuzz/corpus/$target"/* | LC_ALL=C sort | paste -sd,)
    "build/fuzz/fuzz/$target" -seed=1 "-runs=${runs[$target]}" -artifact_prefix="$work/" \
        -print_final_stats=1 -dict="fuzz/$target.dict" "-seed_inputs=$seeds" \
        >"$work/log" 2>&1 || code=$?
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log" | tail -1)
    if [[ $target == canary ]] && ((code != 0)) && grep -q 'found what it is for' "$work/log"; then
        printf 'ok   %-14s caught after %s executions\n' "$target" "$executions"
    elif [[ $target != canary ]] && ((code == 0)); then
        printf 'ok   %-14s %s executions\n' "$target" "$executions"
    else
        printf 'FAIL %-14s exit code %s, see %s\n' "$target" "$code" "$work/log"
        tail -20 "$work/log"
        bad=1
    fi
done
exit $bad
