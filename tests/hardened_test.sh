#!/usr/bin/env bash
# The design that holds: nothing breaks under it, and something does without any one of its rules.
set -euo pipefail
cd "$SRC"
hardened() { "$EIPSIM" "$1" --profile hardened "${@:2}"; }

# Every class of trouble, one gateway and two.  The seeds are those of nobody else's runs.
hardened walk --faults all --seed 71 --runs "${RUNS:-600}" >/dev/null
hardened walk --faults all --seed 72 --runs "${RUNS:-600}" --gateways 2 --eips 4 >/dev/null
# The rules hold on master as on the release that the profile is built on.
hardened walk --faults all --seed 73 --runs "${RUNS:-300}" --gateways 2 --set gw_lookup=active_set \
    --set eip_namespace=1 --set redo_time_from_object=1 --set qos_requeue=events >/dev/null

# With NAT rules all that is promised holds (docs/hardened.md, "Where it ends").
hardened walk --faults all --seed 74 --runs "${RUNS:-300}" --eips 2 --fips 2 --dnats 2 --snats 1 \
    --without rule-truth,data-plane,becomes-ready >/dev/null

# Every history of one EIP whose calls do not fail, with deletes that overlook its finalizer.
hardened explore --eips 1 --subnet 10.0.1.0/30 --faults race,lag,delete-race \
    --budget creates=1,deletes=1 >"$BUILD/hardened.txt"
grep -q '^everything within the bound was seen$' "$BUILD/hardened.txt"

# rule, its value in upstream, what breaks with that value
rules="lister_read_before_lock 1 data-plane
release_site upd_before_fin live-owner
add_event_terminating_to_update 0 delete-completes
subnet_status handlers status-truth
status_counts labelled status-truth
eip_del_match word delete-completes
finalizer_added_before_allocate 0 held-by-ipam
guarded_writes 0 held-by-ipam
recorded_first 0 status-truth
reset_keeps_ready 0 data-plane
blocked_delete_retried 0 delete-completes
gateway_swept 0 data-plane
deletion_without_subnet 0 delete-completes
own_address_spared 0 no-foreign-removal"

while read -r rule off breaks; do
    scenario=scenarios/hardened/without-$rule.yaml
    hardened run "$scenario" >/dev/null
    code=0
    hardened run --set "$rule=$off" "$scenario" >"$BUILD/hardened.txt" || code=$?
    if [ $code -ne 1 ] || ! grep -q "not expected: $breaks:" "$BUILD/hardened.txt"; then
        echo "without $rule $breaks should break, in $scenario"
        cat "$BUILD/hardened.txt"
        exit 1
    fi
    grep -q "$rule" docs/hardened.md || { echo "docs/hardened.md says nothing of $rule"; exit 1; }
done <<<"$rules"

# These are all the rules: in everything else the design is the release that it is built on, but for
# a check that it does not need.
"$EIPSIM" profiles --markdown | awk -F' *[|] *' '/^\| `/ && $10 != $12 { print $2 }' |
    tr -d '`' | grep -v '^gw_pod_checked_before_allocate$' | sort >"$BUILD/differs.txt"
cut -d' ' -f1 <<<"$rules" | sort | diff - "$BUILD/differs.txt"
printf "%s\n" scenarios/hardened/*.yaml | sed -n 's/^.*without-\(.*\)\.yaml$/\1/p' | sort |
    diff - "$BUILD/differs.txt"
