#!/usr/bin/env bash
# What random walks notice in a moment they go on noticing: one seed, so many events, of every
# mutant. Only those named here take longer, or are not noticed at all and say why; and neither is
# noticed here, or it is in the wrong list.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

slow="add_unlocked reset_says_ready gateway_unswept update_unlocked address_stays pass_not_retried
    unchecked_no_foreign_removal"
# of walks, and of operations of the allocator, which are held to a slow oracle
events=100000 operations=5000
"$EIPSIM" mutants --markdown >"$work/page"
# shellcheck disable=SC2016 # the page has backquotes
of() { sed -n "/^## On the $1/,/^## /s/^| \`\([a-z0-9_]*\)\` .*/\1/p" "$work/page"; }
mapfile -t walked < <(of sound && of leaky)
mapfile -t driven < <(of allocator)
# with sanitizers some must do: that all are noticed is shown by the other build
if ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt"; then
    events=5000 operations=500 slow=
    walked=(release_before_finalizer deletion_lost not_programmed eip_add_idle status_lost
        blind_to_keys touch_misses_pages)
    driven=(static_keeps_old_lease pool_reserved_clobbered)
fi
"$EIPSIM" mutants --seeds 1 --events $events --json "${walked[@]}" >"$work/out" || (($? == 1))
"$EIPSIM" mutants --seeds 1 --events $operations --json "${driven[@]}" >>"$work/out" || (($? == 1))
python3 - "$work/out" "$slow" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
slow, bad = set(sys.argv[2].split()), []
for r in rows:
    name, noticed = r["mutant"], r["detected"] > 0
    if name[0] == "(" and noticed:
        bad.append(f"the base {name} breaks: {r['by']}")
    elif name[0] != "(" and noticed and r["unseen"]:
        bad.append(f"{name} is noticed, by {r['by']}, and says why it is not")
    elif name[0] != "(" and noticed == bool(name in slow or r["unseen"]):
        bad.append(f"{name} is noticed by {r['by']}, and called slow" if noticed else
                   f"{name} is not noticed")
quick = sum(r["detected"] > 0 for r in rows)
print(f"{len(rows)} rows, {quick} noticed")
sys.exit("\n".join(bad) if bad else 0)
END

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
