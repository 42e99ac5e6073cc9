#!/usr/bin/env bash
# What random walks notice in a moment they go on noticing: some of four seeds, so many events, for
# every mutant but those named here, which take longer. And nobody notices what the page says
# cannot be noticed: else its reason is wrong.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

slow=(reset_says_ready pass_not_retried unchecked_no_foreign_removal finalizer_last add_unlocked
    status_by_handlers rule_second_dnat spec_lost unchecked_single_owner)
# of walks, and of operations of the allocator, which are held to a slow oracle
events=100000 operations=5000
"$EIPSIM" mutants --markdown >"$work/page"
# names in the rows of the page that come this way
names() { sed -n 's|^. \x60\([a-z0-9_]*\)\x60 .*|\1|p' | sort; }
of() { sed -n "/^## On the $1/,/^## /p" "$work/page" | names; }
sed '1,/^## What nothing notices/d' "$work/page" | names >"$work/unseen"
left_out() { sort | comm -23 - <({ cat "$work/unseen" && printf '%s\n' "${slow[@]}"; } | sort); }
mapfile -t walked < <({ of sound && of leaky && of rules; } | left_out)
mapfile -t driven < <(of allocator | left_out)
mapfile -t unseen < <({ of sound && of leaky && of rules; } | sort | comm -12 - "$work/unseen")
# with sanitizers some must do: that all are noticed is shown by the other build
if ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt"; then
    events=5000 operations=500 unseen=(status_unlocked)
    walked=(tombstone_ignored deletion_lost not_programmed eip_add_idle status_lost
        blind_to_keys touch_misses_pages)
    driven=(static_keeps_old_lease pool_reserved_clobbered)
fi
try() { "$EIPSIM" mutants --json "$@" >>"$work/out" || (($? == 1)); }
try --seeds 4 --events $events "${walked[@]}"
try --seeds 2 --events $operations "${driven[@]}"
try --seeds 1 --events $events "${unseen[@]}"
python3 - "$work/out" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
bad = []
for r in rows:
    name, noticed = r["mutant"], r["detected"] > 0
    if name[0] == "(" and noticed:
        bad.append(f"the base {name} breaks: {r['by']}")
    elif name[0] != "(" and noticed and r["unseen"]:
        bad.append(f"{name} is noticed, by {r['by']}, and says why it is not")
    elif name[0] != "(" and not noticed and not r["unseen"]:
        bad.append(f"{name} is not noticed")
print(f"{len(rows)} rows, {sum(r['detected'] > 0 for r in rows)} noticed")
sys.exit("\n".join(bad) if bad else 0)
END

# What the sweep of gateways hides shows without it.
"$EIPSIM" mutants --seeds 1 --events 20000 --faults race,lag --set gateway_swept=0 --seconds 60 \
    address_stays update_unlocked >"$work/told"
if ! grep -q '^2 mutants, 2 noticed, .* 0 bases break$' "$work/told"; then
    cat "$work/told" >&2
    exit 1
fi

# A base that breaks is told, and makes the answer worthless.
code=0
"$EIPSIM" mutants --seeds 1 --events 20000 --seconds 2 --profile v1.12.22 release_forgotten \
    >"$work/told" || code=$?
if [[ $code != 1 ]] || ! grep -q '; 1 bases break$' "$work/told"; then
    cat "$work/told" >&2
    exit 1
fi
code=0
"$EIPSIM" mutants no_such_mutant 2>"$work/told" || code=$?
[[ $code == 2 ]] && grep -q 'no mutant no_such_mutant' "$work/told"
