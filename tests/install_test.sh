#!/usr/bin/env bash
# Installs into a fresh directory, moves it, and builds a program against the result: with
# pkg-config, with find_package, and each public header by itself.
set -euo pipefail
if grep -q '^EIPSIM_\(SANITIZE:STRING=.\|COVERAGE:BOOL=ON\)' "$BUILD/CMakeCache.txt"; then
    echo "skipped: an instrumented library needs an instrumented program"
    exit 77
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cmake --install "$BUILD" --prefix "$place/first" >"$place/log"
# What is installed must not depend on where it was installed, nor on the build.
mv "$place/first" "$place/usr"
cd "$place"
PKG_CONFIG_PATH=$(dirname "$(find "$place/usr" -name eipsim.pc)")
export PKG_CONFIG_PATH

# The command, and the libraries of the two lower rooms, do something.
usr/bin/eipsim profiles >profiles.txt

cat >main.c <<'END'
#include "ipam/ipam.h"
#include "model/sim.h"
int main(void)
{
    return ipam_error_text((enum ipam_error)0) && sim_status_text((enum sim_status)0) ? 0 : 1;
}
END

read -r -a flags <<<"$(pkg-config --cflags --libs eipsim)"
gcc -std=c11 main.c "${flags[@]}" -o with-pkg-config
./with-pkg-config
echo "pkg-config: eipsim $(pkg-config --modversion eipsim)"

# The allocator alone, with the program of its page.
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$SRC/docs/ipam.md" >ipam.c
gcc -std=c11 -Wall -Wextra -Werror -Iusr/include/eipsim ipam.c \
    "$(find usr -name libeipsim_ipam.a)" -o ipam-alone
[[ $(./ipam-alone) == "$(sed -n 's@.*/\* \(10[^*]*[^ ]\) \*/.*@\1@p' ipam.c)" ]]
echo "docs/ipam.md: $(./ipam-alone)"

mkdir cmake
cat >cmake/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(eipsim 0.1 REQUIRED)
add_executable(user ../main.c)
target_link_libraries(user PRIVATE eipsim::engine)
foreach(library IN ITEMS ipam model engine)
  if(NOT TARGET eipsim::${library})
    message(FATAL_ERROR "eipsim::${library} is missing")
  endif()
endforeach()
END
cmake -G Ninja -S cmake -B cmake/build -DCMAKE_PREFIX_PATH="$place/usr" >>log
cmake --build cmake/build >>log
cmake/build/user
echo "find_package: good"

count=0
while read -r header; do
    gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Iusr/include/eipsim -fsyntax-only -x c \
        - <<<"#include \"$header\""
    count=$((count + 1))
done < <(cd usr/include/eipsim && find . -name '*.h' -printf '%P\n' | sort)
echo "$count headers compile by themselves"
((count > 0))
