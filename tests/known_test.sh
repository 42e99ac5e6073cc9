#!/usr/bin/env bash
# Whatever walks find in the releases is explained by a scenario that somebody has judged: what is
# new is an alarm. And it is one: without the scenarios much is new.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$SRC"
runs=300
grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt" || runs=25

for profile in v1.12.0 v1.12.22 v1.16.2 master; do
    "$EIPSIM" walk --profile $profile --runs $runs --jobs 2 --known scenarios >"$work/out" 2>&1 || {
        sed -n '/^seed/,/^$/p' "$work/out" >&2
        echo "$profile: a window that no scenario shows" >&2
        exit 1
    }
done
code=0
"$EIPSIM" walk --profile master --runs 25 --known scenarios/issue-4922.yaml >"$work/out" 2>&1 ||
    code=$?
[[ $code == 1 ]]
