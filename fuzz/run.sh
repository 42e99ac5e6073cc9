#!/usr/bin/env bash
# What `./dev fuzz` does once everything is built: runs a target under an engine, goes on from the
# corpus of the last time, and says what came of it.  See docs/fuzzing.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'END'
usage: ./dev fuzz [TARGET] [OPTION...]

  TARGET            lifecycle, ipam, scenario, log, ipam_grammar or canary [lifecycle];
                    smoke: each of them for a moment, and the canary must be caught
  --engine NAME     libfuzzer (with sanitizers), fast (libFuzzer without) or afl [libfuzzer]
  --seconds N       how long [60]
  --instances N     afl: one main and N - 1 secondary instances over a shared folder [1]
  --profile P       lifecycle: the release [the input's]
  --set S=V,...     lifecycle: with these switches changed, up to four
  --faults LIST     lifecycle: with no other classes of trouble (docs/walks.md)
  --no-seeds        from nothing
  --fresh           forget the corpus and the findings of the last time
  --mutant NAME     lifecycle: from nothing until this deliberate fault is noticed (docs/mutants.md)
  --seed N          of the engine, with --mutant [1]
  --mutator bytes   without the mutator that knows records; --feedback off: without states

Everything is kept in build/fuzzing/. The exit code is 1 if anything was found.
END
}

die() {
    echo "fuzz: $*" >&2
    exit 2
}

OF_A_KIND=6 # findings of one invariant and step that are shrunk
target=lifecycle engine=libfuzzer seconds=60 instances=1 seeds=yes fresh=no mutant='' seed=1
[[ ${1:-} == -* || $# == 0 ]] || { target=$1 && shift; }
while (($# > 0)); do
    case $1 in
    --engine | --seconds | --instances | --mutant | --seed | --profile | --set | --faults | \
        --mutator | --feedback)
        (($# > 1)) || die "$1 takes a value"
        ;;&
    --engine) engine=$2 && shift ;;
    --seconds) seconds=$2 && shift ;;
    --instances) instances=$2 && shift ;;
    --profile) export EIPSIM_FUZZ_PROFILE=$2 && shift ;;
    --set) export EIPSIM_FUZZ_SET=$2 && shift ;;
    --faults) export EIPSIM_FUZZ_FAULTS=$2 && shift ;;
    --mutator) export EIPSIM_FUZZ_MUTATOR=$2 && shift ;;
    --feedback) export EIPSIM_FUZZ_FEEDBACK=$2 && shift ;;
    --mutant) mutant=$2 seeds=no fresh=yes && shift ;;
    --seed) seed=$2 && shift ;;
    --no-seeds) seeds=no ;;
    --fresh) fresh=yes ;;
    --help) usage && exit 0 ;;
    *) usage >&2 && die "what is $1?" ;;
    esac
    shift
done
[[ -e fuzz/$target.options ]] || die "there is no target $target"
[[ $seconds =~ ^[1-9][0-9]*$ && $instances =~ ^[1-9][0-9]*$ ]] || die "a number is at least 1"
case $engine in
libfuzzer) preset=fuzz ;;
fast) preset=fuzz-fast ;;
afl) preset=afl ;;
*) die "there is no engine $engine" ;;
esac

program=build/$preset/fuzz/$target
[[ -x $program ]] || die "$program is not built"
eipsim=build/release/eipsim
work=build/fuzzing/$target${EIPSIM_FUZZ_PROFILE:+-$EIPSIM_FUZZ_PROFILE}-$engine${mutant:+-mutant}
[[ $fresh == no ]] || rm -rf "$work"
rm -rf "$work/seeds"
mkdir -p "$work"/{corpus,found,seeds,scenarios}
[[ $seeds == no ]] || cp build/release/fuzz/corpus/"$target"/* "$work/seeds/"

# NAME of fuzz/TARGET.options
option() { sed -n "s/^$1 = //p" "fuzz/$target.options"; }

max=$(option max_len)
[[ $target != lifecycle ]] || {
    export EIPSIM_FUZZ_SAVE=$work/found EIPSIM_FUZZ_STATES=$work/states
}
until_noticed=() from=()
if [[ -n $mutant ]]; then
    unset EIPSIM_FUZZ_SAVE
    export EIPSIM_FUZZ_MUTANT=$mutant EIPSIM_FUZZ_STOP=any AFL_BENCH_UNTIL_CRASH=1
    until_noticed=("-seed=$seed" -handle_abrt=0) from=(-s "$seed")
fi
started=$SECONDS began=${EPOCHREALTIME/./}

run_libfuzzer() {
    local flags=()
    mapfile -t flags < <(sed -n 's/^\([a-z_]*\) = \(.*\)$/-\1=\2/p' "fuzz/$target.options" |
        grep -v '^-dict=')
    # what a finding leaves is an artifact; how it ended does not matter here
    "$program" "${flags[@]}" "-dict=fuzz/$target.dict" "-max_total_time=$seconds" \
        "-artifact_prefix=$work/found/" -print_final_stats=1 "${until_noticed[@]}" \
        "$work/corpus" "$work/seeds" >"$work/log" 2>&1 || true
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log" | tail -1)
    [[ -n $executions ]] || executions=$(sed -n 's/^#\([0-9][0-9]*\).*/\1/p' "$work/log" | tail -1)
}

one_afl() {
    local role=("-S" "secondary$1") input=$work/seeds
    ((i > 0)) || role=(-M main)
    [[ ! -d $work/corpus/${role[1]} ]] || input=-
    afl-fuzz "${role[@]}" "${from[@]}" -i "$input" -o "$work/corpus" -V "$seconds" -m none \
        -G "$max" -x "fuzz/$target.dict" -t "$(option timeout)000" -- "$program" -1000000 \
        >"$work/log-$1" 2>&1 || true
}

run_afl() {
    local i running=()
    # for containers: no cores are bound, no governor is asked, no handler of cores is looked at
    export AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1
    [[ $target != lifecycle && $target != ipam || ${EIPSIM_FUZZ_MUTATOR:-} == bytes ]] || {
        export AFL_CUSTOM_MUTATOR_ONLY=1
        export AFL_CUSTOM_MUTATOR_LIBRARY=$PWD/build/release/fuzz/mutator.so
    }
    # AFL++ needs one input to begin with
    [[ $seeds == yes ]] || printf '%24s' '' >"$work/seeds/blank"
    for ((i = 0; i < instances; i++)); do
        one_afl "$i" &
        running+=($!)
    done
    wait "${running[@]}"
    cat "$work"/corpus/*/fuzzer_stats >"$work/log" 2>/dev/null ||
        { tail -5 "$work"/log-* >&2 && die "AFL++ did not start"; }
    executions=$(awk '/^execs_done/ { n += $3 } END { print n + 0 }' "$work/log")
    for i in "$work"/corpus/*/{crashes,hangs}/id*; do
        [[ ! -e $i ]] || cp "$i" "$work/found/$(basename "$(dirname "$i")")-$(cksum <"$i" |
            cut -d' ' -f1)"
    done
}

if [[ $engine == afl ]]; then run_afl; else run_libfuzzer; fi
passed=$((SECONDS - started))
((passed > 0)) || passed=1

# One line: in how many milliseconds, after how many events, and what noticed it; nothing: no.
if [[ -n $mutant ]]; then
    took=$(((${EPOCHREALTIME/./} - began) / 1000))
    for i in "$work"/corpus/*/crashes/id*; do # what AFL++ does not tell, the input tells again
        [[ ! -e $i ]] || "$program" "$i" >"$work/log" 2>&1 || true
    done
    by=$(sed -n 's/^lifecycle: [^ ]* breaks //p' "$work/log" | head -1)
    [[ -n $by ]] || ! grep -q 'deadly signal' "$work/log" || by="an assertion of the program's own"
    echo "$took $(python3 -c 'import struct, sys
print(struct.unpack("=QQ", open(sys.argv[1], "rb").read(16))[1])' "$work/states") $by"
    exit 0
fi

# ---- what came of it ----

campaign() {
    python3 - "$work/states" <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
inputs, events = struct.unpack("=QQ", data[:16])
print(inputs, events, bin(int.from_bytes(data[64:], "little")).count("1"))
END
}

printf '%-12s %s\n' target "$target" engine "$engine" seconds "$passed" executions "$executions" \
    'a second' $((executions / passed))
if [[ $target == lifecycle && -e $work/states ]]; then
    read -r _ events states < <(campaign)
    printf '%-12s %s\n' events "$events" 'a second' $((events / passed)) states "$states"
fi
[[ $engine != afl ]] || printf '%-12s %s\n' stability \
    "$(sed -n 's/^stability *: //p' "$work/log" | sort -n | head -1)"

# The name of a finding is INVARIANT-STEP+TROUBLE, and the first two may have dashes.
invariant_of() {
    local name=${1%+*}
    while [[ $name == *-* ]]; do
        name=${name%-*}
        grep -q "^| \`$name\` " docs/invariants.md && break
    done
    echo "$name"
}

# One with little trouble says more than one with much: those first, and of a kind only a few.
in_order() {
    local file bits
    for file in "$work"/found/*+??; do
        [[ -e $file ]] || continue
        bits=$((16#${file##*+}))
        echo "$(((bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1) + (bits >> 3 & 1) +
            (bits >> 4 & 1) + (bits >> 5 & 1) + (bits >> 6 & 1))) $file"
    done | sort | cut -d' ' -f2
}

# The scenario of a finding; what is the same when shrunk is one.
shrink() {
    local file=$1 name
    [[ ! -e $file.name ]] || return 0
    if "$eipsim" convert "$file" "$work/run.jsonl" 2>"$work/told" &&
        "$eipsim" shrink "$work/run.jsonl" --invariant "$(invariant_of "$(basename "$file")")" \
            >"$work/run.yaml" 2>"$work/told"; then
        name=$(sed -n 's/^name: //p' "$work/run.yaml")
        mv "$work/run.yaml" "$work/scenarios/$name.yaml"
        echo "$name" >"$file.name"
    else
        printf '  %-34s cannot be shrunk: %s\n' "$(basename "$file")" "$(tail -1 "$work/told")"
    fi
}

steps_of() { sed -n '/^steps:/,/^impossible/p' "$1" | grep -c '^- '; }

found=0
if [[ $target == lifecycle ]]; then
    declare -A tried=()
    while read -r file; do
        kind=$(basename "${file%+*}")
        tried[$kind]=$((${tried[$kind]:-0} + 1))
        ((tried[$kind] > OF_A_KIND)) || shrink "$file"
    done < <(in_order)
    for file in "$work"/scenarios/*.yaml; do
        [[ -e $file ]] || continue
        ((found++)) || echo findings
        printf '  %-34s %2d steps  %s\n' "$(basename "$file" .yaml)" "$(steps_of "$file")" "$file"
    done
fi
for file in "$work"/found/{crash,timeout,oom,leak,crashes,hangs}-*; do
    [[ -e $file ]] || continue
    ((found++)) || echo findings
    printf '  %-34s %s %s\n' "$(basename "$file" | cut -c1-30)" "$program" "$file"
done
((found > 0)) || printf '%-12s %s\n' findings none
exit $((found > 0))
