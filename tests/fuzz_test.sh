#!/usr/bin/env bash
# The alarm of the fuzz targets goes off: the canary is caught, and so is a known leak, which is
# told with its story and saved once.
set -euo pipefail
fuzz=$BUILD/fuzz
[[ -x $fuzz/canary ]] || { echo "skipped: this build has no replay programs"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$SRC"
ulimit -c 0

# run CODE COMMAND...: what it prints in $work/out
run() {
    local want=$1 code=0
    shift
    { "$@" >"$work/out" 2>&1; } 2>/dev/null || code=$?
    if [[ $code != "$want" ]]; then
        echo "exit code $code, expected $want: $*" >&2
        cat "$work/out" >&2
        exit 1
    fi
}
abort=134

run 0 "$fuzz/canary" --orders "$fuzz/corpus/canary"
printf 'leak and more' >"$work/leak"
run "$abort" "$fuzz/canary" "$work/leak"
grep -q 'found what it is for' "$work/out"
run 2 "$fuzz/canary" "$work/nothing"

leak=$fuzz/corpus/lifecycle/issue-4922
run 0 "$fuzz/lifecycle" "$leak"
run "$abort" env EIPSIM_FUZZ_STOP=any "$fuzz/lifecycle" "$leak"
grep -q '^lifecycle: v1.12.22 breaks live-owner at ' "$work/out"
grep -q '^live-owner: 10.146.46.21[56] of ovn-vpc-external-network is in use' "$work/out"
# the release that is forced keeps nothing of an address it never gave out
run 0 env EIPSIM_FUZZ_STOP=any EIPSIM_FUZZ_PROFILE=v1.12.35 "$fuzz/lifecycle" "$leak"

mkdir "$work/found"
run 0 env EIPSIM_FUZZ_SAVE="$work/found" "$fuzz/lifecycle" "$leak"
# the gateway was made and its pod replaced, no call failed, no controller crashed
[[ $(ls "$work/found") == live-owner-finish+?? ]]
saved=$(echo "$work"/found/*)
(((16#${saved##*+} & 7) == 0))
cmp "$saved" "$leak"
"$EIPSIM" convert "$saved" "$work/run.jsonl"
run 0 "$EIPSIM" shrink "$work/run.jsonl"
grep -q '  - {violates: live-owner, ' "$work/out"

run 2 env EIPSIM_FUZZ_PROFILE=v9 "$fuzz/lifecycle" "$leak"
run 2 env EIPSIM_FUZZ_SET=no_such=1 "$fuzz/lifecycle" "$leak"
run 2 env EIPSIM_FUZZ_FAULTS=earthquake "$fuzz/lifecycle" "$leak"
