#!/usr/bin/env bash
# Prints which window is open in which profile, computed by running the scenarios; the table of
# docs/windows.md. Those of hardened designs are told in docs/hardened.md.
set -euo pipefail
cd "${SRC:-.}"
"${EIPSIM:-build/release/eipsim}" run --json scenarios/*.yaml scenarios/found | awk '
function field(name,   at, rest) {
    at = index($0, "\"" name "\":\"")
    if (at == 0) return ""
    rest = substr($0, at + length(name) + 4)
    return substr(rest, 1, index(rest, "\"") - 1)
}
function letters(list,   n, i, part, out) {
    n = split(list, part, ", ")
    for (i = 1; i <= n; i++) {
        sub(/ .*/, "", part[i])
        if (!(part[i] in letter)) { print "no letter for " part[i] > "/dev/stderr"; exit 1 }
        if (index(out, letter[part[i]]) == 0) out = out letter[part[i]]
    }
    return out == "" ? "·" : out
}
BEGIN {
    split("live-owner L held-by-ipam H single-owner S ipam-lists I ledger G no-resurrection Z " \
          "no-foreign-removal F status-truth T data-plane D delete-completes C becomes-ready R " \
          "restart-neutral N rule-truth U", words, " ")
    for (i = 1; i in words; i += 2) letter[words[i]] = words[i + 1]
}
{
    name = field("scenario"); profile = field("profile")
    gsub(/^.*\/|\.yaml$/, "", name)
    if (!/"ok":true/) { print name " in " profile " is not as expected" > "/dev/stderr"; exit 1 }
    if (!(profile in known)) { known[profile] = 1; order[++profiles] = profile }
    if (!(name in seen)) { seen[name] = 1; rows[++n] = name }
    cell[name, profile] = letters(field("violations"))
}
END {
    printf "| window | scenario |"
    for (p = 1; p <= profiles; p++) printf " %s |", order[p]
    printf "\n|---|---|"
    for (p = 1; p <= profiles; p++) printf ":-:|"
    printf "\n"
    for (i = 1; i <= n; i++) {
        window = ""
        if (rows[i] ~ /^w[0-9]/) window = "W" int(substr(rows[i], 2, 2))
        if (rows[i] == "issue-4922") window = "W1"
        printf "| %s | %s |", window, rows[i]
        for (p = 1; p <= profiles; p++) printf " %s |", cell[rows[i], order[p]]
        printf "\n"
    }
}'
