#!/usr/bin/env bash
# kube-ovn's own kind of lists repeats every recorded stream and helper operation, and says what
# sets have to answer in those few that sets cannot repeat: tests/ipam_lists_replay.py.
set -euo pipefail
cd "$SRC"
if ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt"; then
    echo "skipped: once, in the release build, is enough for what no compiler has made"
    exit 77
fi
python3 tests/ipam_lists_replay.py
python3 tests/ipam_lists_helpers.py
for release in v1.12.0 v1.12.22 v1.14.41 v1.16.2; do # those that have exceptions
    echo "$release as sets:"
    python3 tests/ipam_lists_replay.py --as-sets "$release" |
        "$EIPSIM" ipam --profile "$release" --set compare_raw_bytes=off --check -
done
