#!/usr/bin/env bash
# The search against SPIN, an independent checker: in a small model (tests/twin.def) both find as
# many states, and the same verdict.
set -euo pipefail
twin=$BUILD/bench/explore
[[ -x $twin ]] || { echo "no $twin to run" >&2; exit 1; }
if ! command -v spin >/dev/null || ! command -v gcc >/dev/null; then
    echo "no spin, or no gcc for what it writes" >&2
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# checker NAME FLAG...: the checker that SPIN makes of the model
checker() {
    local name=$1
    shift
    (
        cd "$work"
        spin -a "$@" -DEIPS="$eips" -DADDRESSES="$addresses" -DCREATES="$creates" \
            -DDELETES="$deletes" -DFAULTS="$faults" -DRESTARTS="$restarts" "$SRC/tests/twin.pml"
        gcc -O0 -w -DSAFETY -DNOREDUCE -o "$name" pan.c
    )
}

# EIPS ADDRESSES CREATES DELETES FAULTS RESTARTS, and what is to come out
while read -r eips addresses creates deletes faults restarts verdict; do
    bound=("$eips" "$addresses" "$creates" "$deletes" "$faults" "$restarts")
    checker count
    checker check -DCHECK
    states=$("$work/count" -E -m100000 | sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p')
    (cd "$work" && ./check -E -m100000 >said) # whatever it says, it ends with 0
    says=holds
    ! grep -q 'assertion violated' "$work/said" || says=loses
    ours=$("$twin" twin "${bound[@]}")
    echo "${bound[*]}: SPIN $states states, $says; the search $ours"
    [[ $ours == "$states states, $says,"* && $says == "$verdict" ]] || exit 1
done <<'END'
1 1 1 0 1 1 holds
2 1 2 1 2 1 loses
2 2 2 2 1 1 loses
3 2 3 0 1 1 holds
3 2 3 2 1 0 loses
END
