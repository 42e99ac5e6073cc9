#!/usr/bin/env bash
# Makes the seeds of the fuzz targets, as fuzz/seeds.txt says: a folder for each target.
#
#   fuzz/seeds.sh EIPSIM FOLDER
#
# They are made with the program that they are for, so that none is ever out of date.
set -euo pipefail
EIPSIM=$(realpath "$1")
folder=$(realpath -m "$2")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

convert() {
    "$EIPSIM" convert "$@" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
}

# The bytes of a record for each word, and the tail: layout, release.
ops() {
    local layout=$1 release=$2 word i
    shift 2
    for word; do
        printf '%b' "$(printf '\\x%02x' "$word" 1 1 "$word" 1 2 3 "$word")"
    done
    printf '%b' "$(printf '\\x%02x' "$layout" "$release")"
    for ((i = 2; i < 24; i++)); do printf '%b' '\x00'; done
}

make_seeds() {
    local to=$1 word a b c d e words target
    mkdir -p "$to"/{lifecycle,ipam,scenario,log,ipam_grammar,canary}
    while read -r word a b c d e; do
        case $word in
        '' | '#'*) ;;
        run)
            convert "$b" "$to/lifecycle/$a" --profile "$c"
            convert "$to/lifecycle/$a" "$to/log/$a.jsonl"
            ;;
        recorded)
            convert "tests/data/$b/scripts.jsonl.gz" "$to/lifecycle/$a" --stream "$c"
            convert "$to/lifecycle/$a" "$to/log/$a.jsonl"
            ;;
        copy) cp "$c" "$to/$a/$b" ;;
        lines) sed -n "${d},${e}p" "$c" >"$to/$a/$b" ;;
        text)
            c="$c${d:+ $d}${e:+ $e}"
            [[ $c != '""' ]] || c=
            printf '%b' "$c" >"$to/$a/$b"
            ;;
        ops)
            read -ra words <<<"$d $e"
            ops "$b" "$c" "${words[@]}" >"$to/ipam/$a"
            ;;
        *)
            echo "fuzz/seeds.txt: what is $word?" >&2
            exit 1
            ;;
        esac
    done <fuzz/seeds.txt
    # what fuzzers found, and was fixed
    for target in fuzz/corpus/*/; do
        [[ ! -e $target ]] || cp "$target"/* "$to/$(basename "$target")/"
    done
}

make_seeds "$work/corpus"
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
mv "$work/corpus" "$folder"
