#!/usr/bin/env bash
# The table of policies says what is known of them, in every form, and what it saves is true.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$*" >&2
    cat "$work/out" "$work/err" >&2
    exit 1
}

# matrix CODE ARGUMENT...: standard output in $work/out
matrix() {
    local want=$1 code=0
    shift
    "$EIPSIM" matrix "$@" >"$work/out" 2>"$work/err" || code=$?
    [[ $code == "$want" ]] || fail "exit code $code, expected $want: eipsim matrix $*"
}

# cell POLICY CLASS INVARIANT: the length, or nothing, of the JSON in $work/out
cell() {
    python3 - "$work/out" "$@" <<'END'
import json, sys
path, policy, name, invariant = sys.argv[1:]
row = next(p for p in json.load(open(path))["policies"] if p["policy"] == policy)
run = next(r for r in row["runs"] if r["class"] == name)
print(*(b["actions"] for b in run["breaks"] if b["invariant"] == invariant))
END
}
breaks() { [[ -n $(cell "$@") ]] || fail "should break: $*"; }
holds() { [[ -z $(cell "$@") ]] || fail "should hold: $*"; }

# Nobody loses an address in an ordinary life.  A command that fails loses one in every release that
# gives it back in the update handler (w01b).  Giving it back where add fails closes that, and
# takes the address away from an object that names it already, if the write after that fails.
fix=release_on_add_failure=any
matrix 1 --profiles v1.12.0,v1.12.22,v1.16.2,master --switches $fix --faults none,exec,api --json
for profile in v1.12.22 v1.16.2 master; do
    holds $profile none live-owner
    breaks $profile exec live-owner
    holds $profile+$fix exec live-owner
    breaks $profile+$fix api held-by-ipam
    holds $profile api held-by-ipam
done
holds v1.12.0 exec live-owner
# A deletion that a crash interrupts (#7210), an object that comes back (from v1.15.0 on).
matrix 1 --profiles v1.14.41,v1.15.24,master --faults crash,race --json
breaks v1.15.24 crash delete-completes
holds master crash delete-completes
breaks v1.15.24 race no-resurrection
holds v1.14.41 race no-resurrection
# The design that holds.
matrix 0 --profiles hardened --faults none,race,lag,api,exec,crash
# More trouble at once breaks no less, and no later.
matrix 1 --profiles v1.16.2 --faults race,exec,race+exec --json
both=$(cell v1.16.2 race+exec live-owner)
((both <= $(cell v1.16.2 race live-owner) && both <= $(cell v1.16.2 exec live-owner))) ||
    fail "race+exec takes longer than its parts"

# A search that stopped says how far it came.
matrix 4 --profiles hardened --faults race --limit states=300
matrix 1 --profiles hardened,v1.12.22 --faults race --limit states=2000
grep -q '^hardened *race: not up to [0-9]' "$work/out" || fail "does not say how far"

# What is saved is true, and the table links to it.
matrix 1 --profiles v1.12.22 --faults exec --save "$work/saved" --markdown
grep -qF "[exec 20]($work/saved/v1.12.22-exec-live-owner.yaml)" "$work/out" || fail "no link"
"$EIPSIM" run "$work/saved" >"$work/ran" || fail "what was saved is not true: $(cat "$work/ran")"
matrix 1 --profiles v1.12.22 --faults exec --html
grep -q '<td class="breaks">exec 20</td>' "$work/out" || fail "no such cell in HTML"

matrix 2 --profiles nonsense
matrix 2 --faults race+nonsense
matrix 2 --switches nonsense=1
