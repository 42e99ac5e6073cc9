#!/usr/bin/env bash
# Pages that the program prints are as it prints them today.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
bad=0
check() {
    local page=$1
    shift
    if ! diff -u "$SRC/docs/$page" <("$EIPSIM" "$@"); then
        echo "docs/$page is out of date: run eipsim $* >docs/$page" >&2
        bad=1
    fi
}
check handlers.md steps --markdown
check profiles.md profiles --markdown
check mutants.md mutants --markdown

# The reference of scenarios has every word of their readers, and its example does what it says.
page=$SRC/docs/scenarios.md
words=$(sed -n 's/^    {"\([a-zA-Z-]*\)", .*/\1/p' \
    "$SRC/tools/scenario_steps.c" "$SRC/tools/world.c")
for word in $words; do
    if ! grep -q "[\`{, ]${word}[\`:,}(]" "$page"; then
        echo "docs/scenarios.md says nothing of $word" >&2
        bad=1
    fi
done
# The page of windows has a row for every scenario.
for scenario in "$SRC"/scenarios/*.yaml; do
    name=$(basename "$scenario" .yaml)
    if ! grep -q "^| \[$name\](../scenarios/$name.yaml) | " "$SRC/docs/windows.md"; then
        echo "docs/windows.md has no row for $name" >&2
        bad=1
    fi
done

# So it has one for every scenario that searching found, and its table by profile is computed.
for scenario in "$SRC"/scenarios/found/*.yaml; do
    name=$(basename "$scenario" .yaml)
    if ! grep -q "^| \[$name\](../scenarios/found/$name.yaml) | " "$SRC/docs/windows.md"; then
        echo "docs/windows.md has no row for $name" >&2
        bad=1
    fi
done
if ! diff <(sed -n '/^| window |/,$p' "$SRC/docs/windows.md") <("$SRC/tests/windows_table.sh"); then
    echo "docs/windows.md is out of date: tests/windows_table.sh prints its table" >&2
    bad=1
fi

# The page of walks has every class.
outside=$SRC/model/outside.h
rows() { sed -n "/define $1(/,/^\$/s/^    X([A-Z_]*, \"\([a-z-]*\)\", .*/\1/p" "$outside"; }
classes=$(rows SIM_CLASSES)
[[ $classes == *finalizer* ]]
for class in $classes; do
    if ! grep -q "^| \`$class\` | " "$SRC/docs/walks.md"; then
        echo "docs/walks.md does not have the class $class" >&2
        bad=1
    fi
done

# And every sign.
signs=$(sed -n 's/^    X([A-Z]*, "\([a-z]*\)", [A-Z]*, .*/\1/p' "$SRC/engine/signs.h")
[[ $signs == *fails*switched* ]] || { echo "which signs are there?" >&2; bad=1; }
for sign in $signs; do
    if ! grep -q "^| \`$sign\` | " "$SRC/docs/walks.md"; then
        echo "docs/walks.md does not have the sign $sign" >&2
        bad=1
    fi
done

# The page of exploring has every budget.
budgets=$(rows SIM_BUDGETS)
[[ $budgets == *crashes* ]]
for budget in $budgets; do
    if ! grep -q "^| \`$budget\` | " "$SRC/docs/explore.md"; then
        echo "docs/explore.md does not have the budget $budget" >&2
        bad=1
    fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk '/^```/ { yaml = ($0 == "```yaml"); next } yaml' "$page" >"$work/example.yaml"
"$EIPSIM" run "$work/example.yaml" || bad=1

# The allocator's example prints what the page says.
awk '/^\$ cat ops/ { on = 1; next } /^\$ eipsim/ { exit } on' "$SRC/docs/ipam.md" >"$work/ops.jsonl"
awk '/^\$ eipsim ipam/ { on = 1; next } /^```/ { on = 0 } on' "$SRC/docs/ipam.md" >"$work/answers"
if ! "$EIPSIM" ipam "$work/ops.jsonl" | diff "$work/answers" -; then
    echo "docs/ipam.md: the example prints something else" >&2
    bad=1
fi
exit $bad
