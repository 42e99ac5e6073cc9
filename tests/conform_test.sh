#!/usr/bin/env bash
# Every recorded step of kube-ovn's real controller, at eight versions, repeated by the model.
set -euo pipefail
cd "$SRC"
recordings=(tests/data/{handlers,nat,owners}/*/*.jsonl.gz tests/data/issue-4922/*.jsonl.gz)
[ ${#recordings[@]} -eq 64 ] || { echo "expected 64 recordings, found ${#recordings[@]}"; exit 1; }

"$EIPSIM" conform "${recordings[@]}" | tee "$BUILD/conform.txt"

# The table counts what was compared; a reader that stopped early would compare less.
for f in "${recordings[@]}"; do
    streams=$(zcat -f "$f" | grep -c '"trace":1')
    actions=$(($(zcat -f "$f" | wc -l) - streams))
    calls=$(zcat -f "$f" | grep -o '"call":"' | wc -l)
    grep -Eq "^$f +$streams +$actions +$calls +0\$" "$BUILD/conform.txt" ||
        {
            echo "$f: expected $streams streams, $actions actions, $calls calls, 0 differing"
            exit 1
        }
done

expect() {
    local code=$1 what=$2
    shift 2
    local got=0
    "$@" >"$BUILD/conform.out" 2>&1 || got=$?
    if [ "$got" -ne "$code" ] || ! grep -q -- "$what" "$BUILD/conform.out"; then
        echo "expected exit code $code and '$what', got $got from: $*"
        cat "$BUILD/conform.out"
        exit 1
    fi
}

one=tests/data/handlers/v1.12.22/scripts.jsonl.gz
expect 3 'differs' "$EIPSIM" conform --profile master "$one"
expect 3 'differs' "$EIPSIM" conform --set gw_lookup=active_set "$one"
expect 0 'total' bash -c "zcat $one | \"$EIPSIM\" conform -"
# their worlds are found wherever recordings lie
for of in nat owners; do
    expect 0 'total' bash -c "zcat tests/data/$of/master/random.jsonl.gz | \"$EIPSIM\" conform -"
done
expect 2 'no switch' "$EIPSIM" conform --set nothing=1 "$one"
expect 2 'profile' "$EIPSIM" conform --profile v0 "$one"
expect 2 'cannot be opened' "$EIPSIM" conform "$BUILD/no-such-file"
head -c 20000 "$one" >"$BUILD/cut.jsonl.gz"
expect 2 'ends too early' "$EIPSIM" conform "$BUILD/cut.jsonl.gz"
zcat "$one" | sed '100s/"do":"/"do":"un/' >"$BUILD/bad.jsonl"
expect 2 'bad.jsonl:100:[0-9]*: error' "$EIPSIM" conform "$BUILD/bad.jsonl"
zcat "$one" | sed '100s/.*/&}/' >"$BUILD/bad.jsonl"
expect 2 'bad.jsonl:100:[0-9]*: error' "$EIPSIM" conform "$BUILD/bad.jsonl"
expect 2 'not YAML' "$EIPSIM" conform --config "$one" "$one"
