#!/usr/bin/env bash
# Exploring ends with everything within the bound, finds what is known to break, and says so when it
# stopped at a limit.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# explore CODE ARGUMENT...: standard output in $work/out
explore() {
    local want=$1 code=0
    shift
    "$EIPSIM" explore "$@" >"$work/out" 2>"$work/err" || code=$?
    if [[ $code != "$want" ]]; then
        echo "exit code $code, expected $want: eipsim explore $*" >&2
        cat "$work/out" "$work/err" >&2
        exit 1
    fi
}
says() { grep -q -- "$1" "$work/out" || { echo "not said: $1" >&2; cat "$work/out" >&2; exit 1; }; }

# One EIP that is made and not deleted, no faults: every release is right in every interleaving, but
# for the subnet's status from v1.14.19 on, which can be computed before the cache has the label.
for profile in v1.12.0 v1.12.22 v1.12.35 v1.13.15; do
    explore 0 --eips 1 --profile "$profile" --budget creates=1,deletes=0
    says '^everything within the bound was seen$'
    says '; 0 kinds of findings$'
done
for profile in v1.14.41 v1.15.24 v1.16.2 master; do
    explore 1 --eips 1 --profile "$profile" --budget creates=1,deletes=0
    says '; 1 kinds of findings$'
    says '^  status-truth '
done

# A failing command and a deletion leak in every release: w01b, and in v1.12.0, whose delete handler
# releases, when that comes before the allocation.  What is saved is true.
for profile in v1.12.0 v1.12.22 v1.16.2 master; do
    explore 1 --eips 1 --profile "$profile" --faults exec --budget creates=1,deletes=1,faults=1 \
        --save "$work/$profile"
    says '^everything within the bound was seen$'
    says '^  live-owner '
done
"$EIPSIM" run "$work"/v*/ "$work/master" >"$work/ran" || { cat "$work/ran" >&2; exit 1; }
# Known windows explain all three kinds; one window alone does not.
known=(--eips 1 --profile v1.16.2 --faults exec --budget "creates=1,deletes=1,faults=1")
explore 0 "${known[@]}" --known scenarios
says '; 3 kinds of findings$'
explore 1 "${known[@]}" --known scenarios/issue-4922.yaml
# #7210: only master finishes a deletion that a crash interrupted.
explore 1 --eips 1 --profile v1.16.2 --faults crash --budget creates=1,deletes=1,crashes=1
says '^  delete-completes '
explore 1 --eips 1 --profile master --faults crash --budget creates=1,deletes=1,crashes=1
! grep '^  delete-completes ' "$work/out" || exit 1

# Budgets of every single EIP are others than one of all; only what can happen at all is told.
states() { sed -n 's/ states, .*//p' "$work/out"; }
small=(--subnet 10.0.1.0/30 --profile v1.13.15)
explore 0 --eips 2 "${small[@]}" --budget creates=1,deletes=0
one=$(states)
says '^bound: 2 EIPs, 1 gateways, 1 creates, 0 deletes$'
explore 0 --eips 2 "${small[@]}" --budget creates-each=1,deletes=0
says '^bound: 2 EIPs, 1 gateways, 0 deletes, 1 creates-each$'
explore 0 --eips 2 "${small[@]}" --budget creates=1,creates-each=1,deletes=0
[[ $(states) == "$one" ]] || { echo "one create in all is not one in all" >&2; exit 1; }
explore 0 --eips 1 "${small[@]}" --budget creates-each=1,deletes=0
one=$(states)
explore 0 --eips 1 "${small[@]}" --budget creates=1,deletes=0
[[ $(states) == "$one" ]] || { echo "of one EIP, all is each" >&2; exit 1; }

# Left to itself the controller comes to rest, also where only one of two EIPs can have an address
# and the other is tried again and again.
explore 0 --eips 1 "${small[@]}" --budget creates=1,deletes=0 --liveness
says '^left to itself the controller comes to rest from every state; .*: 0 of retries, 0 others$'
explore 0 --eips 2 "${small[@]}" --budget creates=2,deletes=0 --liveness
says '^left to itself the controller comes to rest from every state; .*: 2 of retries, 0 others$'

# A search that stopped is no proof.
explore 4 --eips 1 --profile v1.16.2 --budget creates=1,deletes=0 --limit states=50
says '^stopped: as many states'
explore 4 --eips 1 --profile v1.16.2 --budget creates=1,deletes=0 --limit seconds=0
says '^stopped: as much time'
explore 4 --eips 1 --profile v1.16.2 --budget creates=1,deletes=0 --limit memory=200K
says '^stopped: as much memory'
explore 2 --eips 17
explore 2 --limit memory=2X
explore 2 --reductions nonsense
explore 2 --jobs 0
explore 2 --budget nonsense=1
explore 2 --limit states=0
explore 2 --faults nonsense

# Neither threads nor reductions change what is found, nor how far away it is.
bound=(--eips 1 --subnet 10.0.1.0/30 --profile v1.16.2 --faults 'exec,api,crash'
    --budget 'creates=1,deletes=1,faults=1,crashes=0')
found() { grep -E '^  |kinds of findings' "$work/out"; }
explore 1 "${bound[@]}" --jobs 1
found >"$work/one"
explore 1 "${bound[@]}" --jobs 3
found | diff "$work/one" -
# without the reduction each finding is met more often, on as short a way
explore 1 "${bound[@]}" --reductions none
diff <(sed -n 's/,[^,]* times$//p' "$work/one") <(found | sed -n 's/,[^,]* times$//p')
