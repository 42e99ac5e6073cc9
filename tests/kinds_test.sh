#!/usr/bin/env bash
# What every release breaks, as docs/explore.md has it, is what a complete search finds.  A
# sanitizer would take a minute for the same answer.
set -euo pipefail
if grep -q '^EIPSIM_SANITIZE:STRING=.' "$BUILD/CMakeCache.txt"; then exit 77; fi
kept() { sed -n '/^| kind |/,/^$/p' "$SRC/docs/explore.md" | sed '/^$/d'; }
diff <(kept) <("$SRC/tests/kinds_table.sh") || {
    echo "docs/explore.md is out of date: tests/kinds_table.sh prints its table" >&2
    exit 1
}
