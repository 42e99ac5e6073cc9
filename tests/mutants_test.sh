#!/usr/bin/env bash
# Every mutant that walks can notice is noticed by one seed and a million events, and nothing is
# noticed on what they are changed from; so a fault of their kind would not get past a walk.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$EIPSIM" mutants --markdown >"$work/page"
sed -n '/^## What nothing notices/,$p' "$work/page" | sed -n 's/^| `\([a-z0-9_]*\)` .*/\1/p' |
    sort -u >"$work/unseen"
sed '/^## What nothing notices/,$d' "$work/page" | sed -n 's/^| `\([a-z0-9_]*\)` .*/\1/p' |
    sort -u >"$work/all"
comm -23 "$work/all" "$work/unseen" >"$work/seen"
(($(wc -l <"$work/seen") >= 40)) || { echo "fewer than forty mutants" >&2; exit 1; }
mapfile -t names <"$work/seen"
"$EIPSIM" mutants --seeds 1 --seconds 60 --events 1000000 "${names[@]}" >"$work/out" ||
    { cat "$work/out" >&2; exit 1; }
tail -1 "$work/out"

# One that changes nothing that can be noticed is not noticed.
"$EIPSIM" mutants --seeds 1 --seconds 60 --events 20000 --json add_twice >"$work/json"
grep -q '"mutant":"add_twice".*"detected":0,' "$work/json" || { cat "$work/json" >&2; exit 1; }

# A base that breaks is told, and makes the answer worthless.
code=0
"$EIPSIM" mutants --seeds 1 --seconds 60 --events 200000 --profile v1.12.22 release_forgotten \
    >"$work/out" || code=$?
[[ $code == 1 ]] && grep -q '; 1 bases break$' "$work/out" || { cat "$work/out" >&2; exit 1; }
code=0
"$EIPSIM" mutants no_such_mutant 2>"$work/err" || code=$?
[[ $code == 2 ]] && grep -q 'no mutant no_such_mutant' "$work/err"
