#!/usr/bin/env bash
# The search beside SPIN, where spin is installed: distinct states a second of processor time on
# the model of tests/twin.def, which is SPIN's own sort of state; and on a world, whose bytes SPIN
# tracks as a C array. Then bytes a state, and what a second thread is worth.
#
# BENCH is the folder of the benchmark programs (./dev bench sets it); CC compiles what SPIN writes.
set -euo pipefail
explore=$(realpath "${BENCH:-build/release/bench}/explore")
libraries=$(dirname "$(dirname "$explore")")
src=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U %S %R'

# rate COMMAND...: states a second of processor time, states, seconds of it, seconds by the clock;
# the best of three
rate() {
    for _ in 1 2 3; do
        { time "$@" >"$work/out" 2>&1; } 2>"$work/took"
        read -r user system clock <"$work/took"
        sed -nE 's/^ *([0-9]+) states, .*/\1/p' "$work/out" | awk -v u="$user" -v s="$system" \
            -v c="$clock" 'NR == 1 { print $1 / (u + s), $1, u + s, c }'
    done | sort -g | tail -1
}

# versus WHAT OURS THEIRS
versus() {
    awk -v what="$1" -v ours="$2" -v theirs="$3" 'BEGIN {
        split(ours, a); split(theirs, b)
        printf "%s: %d states, %.0f a second; SPIN %d states, %.0f a second: ratio %.2f\n",
            what, a[2], a[1], b[2], b[1], a[1] / b[1] }'
}

bound=(3 2 4 4 2 2)
if command -v spin >/dev/null; then
    cd "$work"
    spin -a -DEIPS=3 -DADDRESSES=2 -DCREATES=4 -DDELETES=4 -DFAULTS=2 -DRESTARTS=2 \
        "$src/tests/twin.pml"
    "${CC:-gcc}" -O2 -w -DSAFETY -DNOREDUCE -o small pan.c
    versus "a small model" "$(rate "$explore" twin "${bound[@]}")" \
        "$(rate ./small -E -m1000000 -w21)"
    bytes=$("$explore" size)
    spin -a -DBYTES="$bytes" "$src/bench/explore.pml"
    "${CC:-gcc}" -O2 -w -I"$src" -DSAFETY -DNOREDUCE -DVECTORSZ=$((bytes + 512)) -DBYTES="$bytes" \
        -o world pan.c "$libraries"/libeipsim_{engine,model,ipam}.a
    theirs=$(rate ./world -E -m100000)
    versus "a world of $bytes bytes, no reductions" "$(rate "$explore" world none)" "$theirs"
    versus "the same, with reductions" "$(rate "$explore" world all)" "$theirs"
else
    echo "explore.sh: no spin to compare with" >&2
fi

# A machine that does other things as well shows less by the clock than two threads are worth: so
# also how evenly the work divides among them, over what they take more of the processor.
for model in "twin ${bound[*]}" "world none"; do
    read -ra arguments <<<"$model"
    read -r _ states alone alone_clock <<<"$(rate "$explore" "${arguments[@]}")"
    read -r _ _ both both_clock <<<"$(rate "$explore" "${arguments[@]}" 2)"
    bytes=$("$explore" "${arguments[@]}" | sed -E 's/.*, ([0-9.]+) bytes.* by ([0-9.]+)/\1 \2/')
    awk -v what="${arguments[0]}" -v n="$states" -v a="$alone" -v b="$both" -v x="$alone_clock" \
        -v y="$both_clock" -v bytes="${bytes% *}" -v d="${bytes#* }" 'BEGIN {
        printf "%s: %d states, %s bytes a state\n", what, n, bytes
        printf "%s: two threads against one %.2f by the clock; work divides by %.2f and takes " \
            "%.2f times the processor time, so %.2f is possible where nothing else runs\n",
            what, x / y, d, b / a, d * a / b }'
done
