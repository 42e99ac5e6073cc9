#!/usr/bin/env bash
# `./dev fuzz smoke`: every target runs for a moment under libFuzzer and finds nothing, but for the
# canary, which must be caught.  The life cycle runs in the profile in which nothing may break, with
# every class of trouble but those in which finalizers do not do what they are for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
targets=$(sed -n 's/^set(EIPSIM_FUZZ_TARGETS \(.*\))$/\1/p' cmake/fuzz.cmake)
seconds=${1:-5}
bad=0
export EIPSIM_FUZZ_STOP=any EIPSIM_FUZZ_PROFILE=hardened
EIPSIM_FUZZ_FAULTS=$(sed -n '/define SIM_CLASSES/,/^$/s/^    X([A-Z_]*, "\([a-z-]*\)".*/\1/p' \
    model/outside.h | grep -vxE 'finalizer|delete-race' | paste -sd,)
export EIPSIM_FUZZ_FAULTS
for target in $targets; do
    work=build/fuzzing/smoke/$target code=0
    rm -rf "$work"
    mkdir -p "$work/corpus"
    "build/fuzz/fuzz/$target" -max_total_time="$seconds" -artifact_prefix="$work/" \
        -dict="fuzz/$target.dict" "$work/corpus" "build/release/fuzz/corpus/$target" \
        >"$work/log" 2>&1 || code=$?
    executions=$(sed -n 's/^#\([0-9][0-9]*\).*/\1/p' "$work/log" | tail -1)
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
