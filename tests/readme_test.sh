#!/usr/bin/env bash
# Runs each command of the README that starts with `eipsim` or `build/release/eipsim` (after an
# optional `$ `) in a block fenced as ```sh. It must exit with 0, or with N where the line ends in
# `# exit N`.
#
# The commands run in order in one directory that looks like the source directory, so that what
# they write stays out of it.
set -euo pipefail

readme=${README:-$SRC/README.md}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
for entry in "$SRC"/*; do
    [[ $entry == "$SRC/build" ]] || ln -s "$entry" "$place/"
done
mkdir -p "$place/build/release"
ln -s "$EIPSIM" "$place/build/release/eipsim"
cd "$place"
PATH=$place/build/release:$PATH

# One command a line, as LINE<tab>COMMAND.
commands() {
    awk '/^```/ { inside = !inside && $0 == "```sh"; next }
         inside { sub(/^\$ /, "") }
         inside && /^(build\/release\/)?eipsim / { print FNR "\t" $0 }' "$readme"
}

count=0 failed=0
while IFS=$'\t' read -r line command; do
    count=$((count + 1)) want=0 got=0
    [[ $command =~ \#\ exit\ ([0-9]+)$ ]] && want=${BASH_REMATCH[1]}
    timeout 120 bash -c "$command" >output 2>&1 </dev/null || got=$?
    if ((got != want)); then
        failed=$((failed + 1))
        printf '%s:%s: exit code %s, expected %s: %s\n' "${readme##*/}" "$line" "$got" "$want" \
            "$command"
        tail -n 20 output
    fi
done < <(commands)

printf '%s commands: %s failed\n' "$count" "$failed"
((count > 0)) || printf '%s:1: no command to run in a block fenced as ```sh\n' "${readme##*/}"
((count > 0 && failed == 0))
