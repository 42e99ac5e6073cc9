#!/usr/bin/env bash
# The style checks, once: in the release build, whose libraries have the symbols that count.
set -euo pipefail
if ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt"; then
    echo "skipped: only the release build checks the style"
    exit 77
fi
exec python3 -B "$SRC/tests/style.py" --root "$SRC" --build "$BUILD"
