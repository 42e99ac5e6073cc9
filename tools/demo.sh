#!/usr/bin/env bash
# The headline: a real leak, from its report to its cause.  `./dev demo` runs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
eipsim=${EIPSIM:-build/release/eipsim}
scenario=scenarios/issue-4922.yaml
report=tests/data/issue-4922/subnet-status.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bold='' plain=''
if [[ -t 1 && ! ${NO_COLOR+set} ]]; then
    bold=$'\033[1m' plain=$'\033[0m'
fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

say "1. kube-ovn #4922, reported on v1.12.22: five addresses in use, and only three EIPs."
cat "$report"

say "2. The same story in the simulator, the events of the first address that was lost:"
"$eipsim" run --profile v1.12.22 --log "$work/log.jsonl" "$scenario" |
    sed -n '/^live-owner: 10.146.46.215 /,/^$/p'

say "3. The subnet's status that this leaves, before the controller restarts:"
"$eipsim" show "$work/log.jsonl" >"$work/events.txt"
before=$(awk '/the controller restarts/ { print $1 - 1; exit }' "$work/events.txt")
"$eipsim" show --at "$before" "$work/log.jsonl" | sed -n '/^    status:/,$ s/^    \(  v4\)/\1/p' \
    >"$work/status.yaml"
cat "$work/status.yaml"
diff "$report" "$work/status.yaml" || { echo "This differs from the report." >&2; exit 1; }
echo "That is the report, byte for byte."

say "4. Is it fixed? The same in eight versions of the controller (ok: as the scenario expects)."
NO_COLOR=1 "$eipsim" run "$scenario"

say "5. Is that what the real controller does? Its recordings of this story, repeated call by call:"
"$eipsim" conform tests/data/issue-4922/recorded-*.jsonl.gz

say "See all of it:  build/release/eipsim run --profile master $scenario"
