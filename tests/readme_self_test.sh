#!/usr/bin/env bash
# Shows that readme_test.sh runs the commands it should and fails when one does not do as it says.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cat >"$place/eipsim" <<'END'
#!/bin/sh
exit "$1"
END
chmod +x "$place/eipsim"

# expect OUTCOME LINE...: a README of these lines passes or fails.
expect() {
    local want=$1 got=passes
    shift
    printf '%s\n' "$@" >"$place/README.md"
    README=$place/README.md EIPSIM=$place/eipsim bash "$SRC/tests/readme_test.sh" \
        >"$place/out" 2>&1 || got=fails
    [[ $got == "$want" ]] && return
    printf 'this README %s, but should not:\n' "$got"
    cat "$place/README.md" "$place/out"
    exit 1
}

expect passes '```sh' 'eipsim 0' '$ eipsim 3   # exit 3' 'build/release/eipsim 0' './dev x' '```'
expect passes '```sh' 'eipsim 0' '```' '```' 'eipsim 1' '```' 'eipsim 1'
expect fails '```sh' 'eipsim 1' '```'
expect fails '```' 'x' '```' '```sh' '$ eipsim 1' '```'
expect fails '```sh' 'eipsim 0 # exit 1' '```'
expect fails '```sh' 'eipsim 3 # exit 1' '```'
expect fails '```sh' 'eipsim 0' 'build/release/eipsim 2' '```'
expect fails 'no command'
echo "8 cases"
