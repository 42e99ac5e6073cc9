#!/usr/bin/env bash
# The README's table of policies is what the program prints.  A sanitizer would take minutes for the
# same answer.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
if grep -q '^EIPSIM_SANITIZE:STRING=.' "$BUILD/CMakeCache.txt"; then exit 77; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command=$(sed -n 's/^<!-- eipsim \(matrix .*\) -->$/\1/p' "$SRC/README.md")
[[ $command == matrix* ]] || { echo "README.md names no command above its table" >&2; exit 1; }
read -ra words <<<"$command"
"$EIPSIM" "${words[@]}" --jobs 2 >"$work/now" || [[ $? == 1 ]]
awk '/^<!-- eipsim matrix / { on = 1; next } on && !/^\|/ { exit } on' "$SRC/README.md" \
    >"$work/kept"
diff -u "$work/kept" "$work/now" || {
    echo "README.md is out of date: put there what eipsim $command prints" >&2
    exit 1
}
