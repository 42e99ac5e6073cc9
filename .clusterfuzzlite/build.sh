#!/bin/bash -eu
# Builds the fuzz targets as ClusterFuzzLite and OSS-Fuzz ask for it.
#
#   reads    $CC $CXX $CFLAGS $CXXFLAGS $LIB_FUZZING_ENGINE $SRC $WORK $OUT
#            and, to say so, $SANITIZER $FUZZING_ENGINE
#   leaves   $OUT/TARGET, TARGET.dict, TARGET.options, TARGET_seed_corpus.zip, and what they link
#
# The canary stays at home: it is there to fail.
echo "building eipsim's targets for $FUZZING_ENGINE with $SANITIZER"
source=$SRC/eipsim
build=$WORK/eipsim
mkdir -p "$OUT/lib"

# Engines are C++, so that is what links. What the runner lacks lies beside the targets.
link="$CXX ${CXXFLAGS:-} <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>"
CFLAGS="$CFLAGS" cmake -S "$source" -B "$build" -G Ninja \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$CC" \
    -DCMAKE_C_LINK_EXECUTABLE="$link" \
    -DCMAKE_EXE_LINKER_FLAGS="-Wl,-rpath,'\$ORIGIN/lib'" -DCMAKE_SKIP_RPATH=ON \
    -DEIPSIM_TESTS=OFF -DEIPSIM_FUZZ_ENGINE="$LIB_FUZZING_ENGINE"
cmake --build "$build"

targets=$(sed -n 's/^set(EIPSIM_FUZZ_TARGETS \(.*\))$/\1/p' "$source/cmake/fuzz.cmake")
for target in $targets; do
    [[ $target != canary ]] || continue
    cp "$build/fuzz/$target" "$OUT/"
    cp "$source/fuzz/$target.dict" "$source/fuzz/$target.options" "$OUT/"
    (cd "$build/fuzz/corpus/$target" && python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" ./*)
    ldd "$build/fuzz/$target" | awk '/lib(yaml|json-c|z)[-.]/ { print $3 }' |
        xargs -r cp -t "$OUT/lib" --
done
