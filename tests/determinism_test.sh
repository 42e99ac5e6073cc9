#!/usr/bin/env bash
# The same actions give the same log, to the byte, from every compiler, at every optimisation level,
# with and without sanitizers: the digests are in tests/data/golden-logs.txt.
#
#   tests/determinism_test.sh --update     writes that file anew, when the model or the log changed
set -euo pipefail
SRC=${SRC:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$SRC"
golden=tests/data/golden-logs.txt
if [ "${1:-}" != --update ] &&
    ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt"; then
    echo "skipped: it builds its own variants, once, in the release build"
    exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Everything that a log depends on, and nothing that has to be linked beside zlib and libyaml.
sources=(tests/determinism.c)
for f in ipam/*.c model/*.c engine/trace.c \
    tools/{actions,actions_write,builder*,diag,lines,log,memory,parse,player,put,recorded*}.c \
    tools/{northbound,objects,render,render_state,text,vocabulary,world*,yaml*}.c; do
    case $f in *_test.c | */oracle*) ;; *) sources+=("$f") ;; esac
done

# build NAME COMPILER FLAG...
build() {
    local name=$1 cc=$2 f objects=()
    shift 2
    for f in "${sources[@]}"; do
        objects+=("$work/$name-${f//\//-}.o")
        "$cc" -std=c11 -D_POSIX_C_SOURCE=200809L '-DEIPSIM_VERSION="0"' "$@" -I. -c "$f" \
            -o "$work/$name-${f//\//-}.o"
    done
    "$cc" "$@" "${objects[@]}" -lz -lyaml -o "$work/$name"
}

run() {
    "$work/$1" tests/data/handlers/*/*.jsonl.gz >"$work/$1.txt"
}

if [ "${1:-}" = --update ]; then
    build update "${CC:-cc}" -O1
    run update
    cp "$work/update.txt" "$golden"
    exit 0
fi

variants=(gcc-O0 gcc-O2 clang-O0 clang-O2-asan)
one() {
    case $1 in
    gcc-O0) build "$1" gcc -O0 ;;
    gcc-O2) build "$1" gcc -O2 ;;
    clang-O0) build "$1" clang -O0 ;;
    clang-O2-asan) build "$1" clang -O2 -fsanitize=address,undefined -fno-sanitize-recover=all ;;
    esac
    run "$1"
}

for ((i = 0; i < ${#variants[@]}; i += 2)); do
    one "${variants[i]}" &
    first=$!
    one "${variants[i + 1]}"
    wait "$first"
done

failed=0
for v in "${variants[@]}"; do
    if diff -u "$golden" "$work/$v.txt"; then
        echo "$v: the same $(wc -l <"$golden") logs"
    else
        echo "$v: its logs differ"
        failed=1
    fi
done
exit $failed
