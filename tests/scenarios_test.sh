#!/usr/bin/env bash
# Every scenario states all profiles and does what it says, and its log in every profile replays.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
cd "$SRC"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$EIPSIM" lint scenarios/
"$EIPSIM" run scenarios/

profiles='v1.12.0 v1.12.22 v1.12.35 v1.13.15 v1.14.41 v1.15.24 v1.16.2 master'
for scenario in scenarios/*.yaml scenarios/*/*.yaml; do
    for profile in $profiles; do
        "$EIPSIM" run --profile "$profile" --log "$work/log" "$scenario" >/dev/null
        "$EIPSIM" replay "$work/log" >/dev/null || { echo "$scenario $profile" >&2; exit 1; }
        # A log names no path of its own and is the same the next time.
        "$EIPSIM" run --profile "$profile" --log "$work/again" "$scenario" >/dev/null
        cmp "$work/log" "$work/again"
    done
done
# The reporter's four lines, to the byte.
"$EIPSIM" run --profile v1.12.22 --log "$work/log" scenarios/issue-4922.yaml >/dev/null
before=$("$EIPSIM" show "$work/log" | awk '/the controller restarts/ { print $1 - 1 }')
"$EIPSIM" show --at "$before" "$work/log" | sed -n '/^    status:/,$ s/^    \(  v4\)/\1/p' |
    diff tests/data/issue-4922/subnet-status.yaml -
