#!/usr/bin/env bash
# Shows that each style check finds what it is for.
set -euo pipefail
exec python3 -B "$SRC/tests/style_self.py"
