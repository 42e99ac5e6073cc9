#!/usr/bin/env bash
# No fuzz target lacks what belongs to it: a first comment, five seeds, a dictionary, options.
set -euo pipefail
corpus=$BUILD/fuzz/corpus
[[ -d $corpus ]] || { echo "skipped: this build makes no seeds"; exit 77; }
cd "$SRC"
bad=0
targets=$(sed -n 's/^set(EIPSIM_FUZZ_TARGETS \(.*\))$/\1/p' cmake/fuzz.cmake)
[[ $targets == *lifecycle*canary* ]]
for target in $targets; do
    seeds=$(find "$corpus/$target" -type f | wc -l)
    ((seeds >= 5)) || { echo "$target has $seeds seeds, and needs five" >&2 && bad=1; }
    grep -q "^/\* $target: " "fuzz/$target.c" ||
        { echo "fuzz/$target.c does not begin with what it tests" >&2 && bad=1; }
    grep -qx "dict = $target.dict" "fuzz/$target.options" ||
        { echo "fuzz/$target.options does not name its dictionary" >&2 && bad=1; }
    # every entry is NAME="TEXT", and none is there twice
    entry='^(#.*|([a-z_0-9]+=)?"(\\x[0-9a-f]{2}|\\["\\]|[^"\\])+")?$'
    if grep -vE "$entry" "fuzz/$target.dict"; then
        echo "fuzz/$target.dict: this is no entry" >&2
        bad=1
    fi
    if grep -v '^#' "fuzz/$target.dict" | grep . | sort | uniq -d | grep .; then
        echo "fuzz/$target.dict: these are there twice" >&2
        bad=1
    fi
done
exit $bad
