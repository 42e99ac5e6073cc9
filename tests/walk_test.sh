#!/usr/bin/env bash
# Walks find the known leak at once and shrink it to a handful of steps; what they save says the
# truth in every release; a seed is all there is to a run.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$SRC"

# walk CODE ARGUMENT...: standard output in $work/out
walk() {
    local want=$1 code=0
    shift
    "$EIPSIM" walk "$@" >"$work/out" 2>"$work/err" || code=$?
    if [[ $code != "$want" ]]; then
        echo "exit code $code, expected $want: eipsim walk $*" >&2
        cat "$work/out" "$work/err" >&2
        exit 1
    fi
}

# Nothing is wrong where users wait for the controller and nothing fails; only the subnet's status
# was computed beside the release, and sometimes before it, until #6005 (v1.14.19).
for profile in v1.14.41 v1.15.24 v1.16.2 master; do
    walk 0 --profile "$profile" --faults none --runs 60
done
for profile in v1.12.0 v1.12.22 v1.12.35 v1.13.15; do
    walk 1 --profile "$profile" --faults none --runs 200
    if grep '^  [a-z]' "$work/out" | grep -v '^  status-truth '; then
        exit 1
    fi
done

# kube-ovn #4922, a gateway without a pod, from no seeds but a number.
walk 1 --profile v1.12.22 --faults race,pod --runs 100 --save "$work/leak"
grep -q '^seed [0-9]*: live-owner-' "$work/out"
fewest=99
for leak in "$work"/leak/live-owner-*.yaml; do
    steps=$(sed -n '/^steps:/,/^impossible/p' "$leak" | grep -c '^- ')
    ((steps >= fewest)) || fewest=$steps
done
((fewest <= 8)) || { echo "the shortest leak has $fewest steps" >&2; exit 1; }

# What is saved is a scenario of every release, and a log that replays.
walk 1 --profile master --runs 300 --eips 2 --save "$work/master"
"$EIPSIM" run "$work/master" "$work/leak" >"$work/ran" || { cat "$work/ran" >&2; exit 1; }
for log in "$work"/master/*.jsonl "$work"/leak/*.jsonl; do
    "$EIPSIM" replay "$log" >/dev/null || { echo "$log" >&2; exit 1; }
done

# Any log can be shrunk: the report of #4922 to what matters of it.
"$EIPSIM" run --profile v1.12.22 --log "$work/log" scenarios/issue-4922.yaml >/dev/null
"$EIPSIM" shrink --output "$work/shrunk.yaml" "$work/log" 2>"$work/err"
steps=$(sed -n '/^steps:/,/^impossible/p' "$work/shrunk.yaml" | grep -c '^- ')
((steps <= 8)) || { echo "issue 4922 shrunk to $steps steps" >&2; exit 1; }
"$EIPSIM" run "$work/shrunk.yaml" >"$work/ran" || { cat "$work/ran" >&2; exit 1; }
code=0
"$EIPSIM" shrink --invariant data-plane "$work/log" >"$work/other" 2>"$work/err" || code=$?
[[ $code == 1 && ! -s $work/other ]] || { echo "shrunk to something else" >&2; exit 1; }

# The same seed, the same run; another world, another run.
cp "$work/out" "$work/first"
walk 1 --profile master --runs 300 --eips 2
diff "$work/first" "$work/out"
walk 1 --profile master --runs 300 --eips 2 --seed 1000
! cmp -s "$work/first" "$work/out" || { echo "the seed does not matter" >&2; exit 1; }

# Nor does the number of threads.
walk 1 --profile v1.16.2 --runs 80 --tries 0 --jobs 3
cp "$work/out" "$work/three"
walk 1 --profile v1.16.2 --runs 80 --tries 0
diff "$work/three" "$work/out"

# A run can be longer than what is kept of it.
walk 0 --profile hardened --seed 7 --runs 3 --events 200000 --scheduler uniform
grep -q '^3 runs, [0-9]\{6\} events' "$work/out"

walk 2 --jobs 0
walk 2 --depth 9
walk 2 --events 1000000001
walk 2 --faults nonsense
grep -q 'there is no class nonsense' "$work/err"
walk 2 --scheduler nonsense
walk 2 --runs x
walk 2 --eips 0
walk 2 --subnet 10.0.0.0/31
walk 2 --config "$work/none"
cat >"$work/world.yaml" <<'END'
world:
  objects:
  - kind: Subnet
    metadata: {name: ovn-vpc-external-network}
    spec: {cidrBlock: 10.0.1.0/29, provider: ovn-vpc-external-network.kube-system}
  - {kind: VpcNatGateway, metadata: {name: gw1}}
  eips: [e1, e2]
END
walk 0 --config "$work/world.yaml" --faults none --runs 5

# Worlds with NAT rules: nothing is wrong without trouble; what is found with it says the truth too.
walk 0 --profile master --faults none --runs 10 --fips 1 --dnats 1 --snats 1
walk 1 --profile v1.15.24 --faults race,lag --runs 25 --eips 1 --fips 2 --dnats 1 --snats 1 \
    --save "$work/rules"
grep -q 'create: {kind: Iptables[A-Za-z]*Rule,' "$work"/rules/rule-truth-*.yaml
"$EIPSIM" run "$work/rules" >"$work/ran" || { cat "$work/ran" >&2; exit 1; }
for log in "$work"/rules/*.jsonl; do
    "$EIPSIM" replay "$log" >/dev/null || { echo "$log" >&2; exit 1; }
done
