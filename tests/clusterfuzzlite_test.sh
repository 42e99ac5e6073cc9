#!/usr/bin/env bash
# The build script of ClusterFuzzLite and OSS-Fuzz, with the variables that those set, leaves in
# $OUT what they look for; and what it leaves runs its seeds.
set -euo pipefail
if ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt"; then
    echo "skipped: it makes a build of its own, once, in the release build"
    exit 77
fi
command -v clang++ >/dev/null || { echo "skipped: no clang++"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{src,work,out}
ln -s "$SRC" "$work/src/eipsim"

# As base-builder sets them, but for the optimisation.
env CC=clang CXX=clang++ CFLAGS="-O0 -gline-tables-only -fsanitize=fuzzer-no-link" \
    CXXFLAGS="-O0 -gline-tables-only -fsanitize=fuzzer-no-link" \
    LIB_FUZZING_ENGINE=-fsanitize=fuzzer SANITIZER=none FUZZING_ENGINE=libfuzzer \
    SRC="$work/src" WORK="$work/work" OUT="$work/out" \
    bash "$SRC/.clusterfuzzlite/build.sh" >"$work/said" 2>&1 ||
    { tail -30 "$work/said" >&2 && exit 1; }

cd "$work/out"
targets=$(sed -n 's/^set(EIPSIM_FUZZ_TARGETS \(.*\))$/\1/p' "$SRC/cmake/fuzz.cmake")
for target in $targets; do
    if [[ $target == canary ]]; then
        [[ ! -e $target ]] || { echo "the canary got out" >&2 && exit 1; }
        continue
    fi
    for file in "$target" "$target.dict" "$target.options" "${target}_seed_corpus.zip"; do
        [[ -s $file ]] || { echo "$file is missing" >&2 && exit 1; }
    done
    # as the runner does it: the seeds unpacked, the options as flags
    mkdir "$work/$target"
    python3 -m zipfile -e "${target}_seed_corpus.zip" "$work/$target"
    mapfile -t flags < <(sed -n 's/^\([a-z_]*\) = \(.*\)$/-\1=\2/p' "$target.options")
    "./$target" "${flags[@]}" -runs=200 "$work/$target" >"$work/said" 2>&1 ||
        { tail -30 "$work/said" >&2 && exit 1; }
    seeds=$(find "$work/$target" -type f | wc -l)
    ((seeds >= 5)) || { echo "$target has $seeds seeds" >&2 && exit 1; }
    echo "$target: $(sed -n 's/^#\([0-9][0-9]*\).*DONE.*/\1/p' "$work/said") executions"
done
# every library that a fresh machine may lack
for lib in libyaml libjson-c; do
    ls "lib/$lib"*.so* >/dev/null
done
