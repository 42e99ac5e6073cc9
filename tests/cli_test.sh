#!/usr/bin/env bash
# The command line: exit codes, which stream gets what, and the formats that other programs read.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$SRC"
bad=0
fail() {
    echo "$*" >&2
    bad=1
}
# ends CODE ARGUMENT...: standard output in $work/out, standard error in $work/err
ends() {
    local want=$1 code=0
    shift
    "$EIPSIM" "$@" >"$work/out" 2>"$work/err" || code=$?
    [[ $code == "$want" ]] || fail "exit code $code, expected $want: eipsim $*"
}
says() { grep -q -- "$2" "$work/$1" || fail "standard $1 does not say: $2"; }
silent() { [[ ! -s $work/$1 ]] || fail "something on standard $1: $(head -n 1 "$work/$1")"; }

leak=scenarios/issue-4922.yaml

# Usage errors go to standard error, help to standard output.
ends 2
silent out
ends 0 --help
silent err
ends 0 --version
ends 2 nonsense
says err nonsense
ends 2 run
silent out
ends 2 run --nonsense "$leak"
ends 2 run --profile v9 "$leak"
says err "eipsim profiles lists them"
ends 2 run --set nonsense=1 "$leak"
ends 2 run --set release_on_add_failure "$leak"
ends 2 run --set release_on_add_failure=7 "$leak"
ends 2 run "$work/none.yaml"
says err "none.yaml"
ends 2 run "$work"
ends 2 run --log "$work/log" "$leak"
ends 2 replay "$work/none"
ends 2 show "$work/none"
ends 2 conform "$work/none"
for command in run replay show lint conform profiles steps ipam; do
    ends 0 "$command" --help
    says out 'exit codes:'
done

# A result is an exit code, and a failure says how to see it again.
ends 0 run "$leak"
says out '9 passed, 0 failed'
silent err
ends 1 run --profile v1.16.2 --set gw_pod_checked_before_allocate=0 "$leak"
says out 'a violation that is not expected: live-owner'
again=$(sed -n 's/^see it again: eipsim //p' "$work/out")
want="run --profile v1.16.2 --set gw_pod_checked_before_allocate=0 $leak"
[[ $again == "$want" ]] || fail "again: $again"
edit='s/^  v1.12.22, master:$/  v1.12.22:/; s/^  v1.12.0,/  master, v1.12.0,/'
sed "$edit" "$leak" >"$work/x.yaml"
ends 1 run --profile master "$work/x.yaml"
sed 's/address: 10.146.46.215, owner/address: 10.146.46.217, owner/' "$leak" >"$work/x.yaml"
ends 1 run --profile master "$work/x.yaml"
says out "x.yaml:[0-9]*:[0-9]*: expected live-owner of 10.146.46.217"

# A step that cannot be done fails the scenario and says why, unless it is optional.
# stuck SENTENCE STEP...: the last step fails
stuck() {
    local want=$1
    shift
    {
        sed -e '/^steps:/,$d' scenarios/w13b-gateway-gone.yaml
        printf '%s\n' 'steps:' '- start-gateway: gw1' '- settle'
        printf -- '- %s\n' "$@"
        printf 'expect:\n  default: holds\n'
    } >"$work/x.yaml"
    ends 1 run --profile master "$work/x.yaml"
    says out "x.yaml:$((19 + $#)):[0-9]*: $want"
}
create() { echo "create: {kind: IptablesEIP, metadata: {name: $1}, spec: {natGwDp: gw1}}"; }
stuck 'this cannot happen' boot
stuck 'this cannot happen' deliver
stuck 'this cannot happen' "$(create e1)" 'deliver' 'step: {queue: addEip, fault: before}'
stuck 'the worker is idle' 'run: {queue: delEip}'
stuck "the worker's next key" "$(create e1)" "$(create e2)" 'deliver: all' \
    'run: {queue: addEip, key: e2}'
stuck 'the handler ended' "$(create e1)" 'deliver: all' 'run: {queue: addEip, until: exec, nth: 2}'
stuck 'the worker waits for a lock' "$(create e1)" 'deliver: all' \
    'run: {queue: addEip, until: exec}' \
    'enqueue: {queue: updateEip, key: e1}' 'run: {queue: updateEip}'
stuck 'the state is not' "$(create e1)" 'settle' 'expect: {eip: {name: e1, ready: false}}'
sed -i 's/^- expect.*/- run: {queue: delEip, optional: true}/' "$work/x.yaml"
ends 0 run --profile master "$work/x.yaml"

# Colour only on a terminal.
ends 0 run "$leak"
! grep -q $'\033' "$work/out" || fail "colour in a pipe"

# JSON Lines and JUnit XML.
ends 1 run --json --junit "$work/junit.xml" --set gw_pod_checked_before_allocate=0 "$leak"
python3 - "$work/out" "$work/junit.xml" <<'END' || fail "JSON or JUnit"
import json, sys, xml.etree.ElementTree as xml
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines) == 9 and all(line["scenario"].endswith("issue-4922.yaml") for line in lines)
failed = {line["profile"] for line in lines if not line["ok"]}
assert "v1.16.2" in failed and "master" not in failed and "v1.12.22" not in failed, failed
suites = xml.parse(sys.argv[2]).getroot()
suites = [suites] if suites.tag == "testsuite" else list(suites)
assert sum(int(s.get("tests")) for s in suites) == 9
assert sum(int(s.get("failures")) for s in suites) == len(failed)
assert len(list(suites[0].iter("failure"))) == len(failed)
END
ends 2 run --junit "$work/none/junit.xml" "$leak"
echo nonsense >"$work/broken.yaml"
ends 2 run --json --junit "$work/junit.xml" "$leak" "$work/broken.yaml"
says out '"scenario":"[^"]*broken.yaml","ok":false'
grep -q 'tests="10" failures="0" errors="1"' "$work/junit.xml" || fail "JUnit of a broken file"
strange=$work/$(printf "\\xff \\xef\\xbf\\xbe '").yaml
cp "$leak" "$strange"
ends 1 run --profile v1.16.2 --set gw_pod_checked_before_allocate=0 \
    --junit "$work/junit.xml" "$strange"
LC_ALL=C says out " '.*yaml'$"
python3 -c 'import sys, xml.etree.ElementTree as x; x.parse(sys.argv[1])' "$work/junit.xml" ||
    fail "JUnit of a strange name"

# Nothing is overwritten that is still needed.
cp "$leak" "$work/mine.yaml"
ends 2 run --profile master --log "$work/mine.yaml" "$work/mine.yaml"
ends 2 run --junit "$work/mine.yaml" "$work/mine.yaml"
ends 2 run --profile master --log "$work/x" --junit "$work/x" "$work/mine.yaml"
cmp "$leak" "$work/mine.yaml" || fail "a scenario was overwritten"
ends 2 run --profile master --log /dev/full "$leak"
code=0
"$EIPSIM" run "$leak" >/dev/full 2>"$work/err" || code=$?
[[ $code == 2 ]] || fail "a full disk: exit code $code"

# Logs.
ends 0 run --profile v1.12.22 --log "$work/log" "$leak"
ends 0 replay "$work/log"
ends 0 show "$work/log"
says out 'allocated 10.146.46.215'
ends 0 show --object IptablesEIP/poison-eip "$work/log"
! grep -q poison-eip-2 "$work/out" || fail "events of another object"
ends 0 show --at 0 "$work/log"
says out 'after action 0'
ends 2 show --at 99999999 "$work/log"
ends 2 show --at x "$work/log"
ends 2 show --object IptablesEIP/none "$work/log"
ends 2 show --object None/none "$work/log"
sed '20s/[0-8]/9/7' "$work/log" >"$work/changed"
ends 2 replay "$work/changed"
says err 'record 20'
head -c 20000 "$work/log" >"$work/cut"
ends 0 show "$work/cut"
says err cut
head -c 10 "$work/log" >"$work/cut"
ends 2 show "$work/cut"
ends 2 replay /dev/null
ends 2 replay "$leak"

# Recordings: from a pipe, compressed or not; what differs ends in 3.
recording=tests/data/issue-4922/recorded-master.jsonl.gz
ends 0 conform - <"$recording"
gzip -dc "$recording" >"$work/plain.jsonl"
ends 0 conform --config tests/data/issue-4922/world.yaml - <"$work/plain.jsonl"
ends 3 conform --profile v1.12.0 "$recording"
says out "^see it again: eipsim conform --profile v1.12.0 $recording"
sed '100s/"do":"[a-z]*"/"do":"nonsense"/' "$work/plain.jsonl" >"$work/bad.jsonl"
ends 2 conform --config tests/data/issue-4922/world.yaml "$work/bad.jsonl"
says err 'bad.jsonl:100:'
echo '{' | ends 2 conform -

sed '5s/"n":[0-9]*/"n":77/' "$work/plain.jsonl" >"$work/bad.jsonl"
ends 2 conform --config tests/data/issue-4922/world.yaml "$work/bad.jsonl"
says err 'bad.jsonl:5:'
sed '1s/"trace":1/"trace":2/' "$work/plain.jsonl" >"$work/bad.jsonl"
ends 2 conform --config tests/data/issue-4922/world.yaml "$work/bad.jsonl"
ends 0 ipam --check tests/data/ipam/vectors.jsonl
grep -v '"result"' tests/data/ipam/vectors.jsonl >"$work/unanswered"
ends 2 ipam --check "$work/unanswered"
says err 'no answer to compare with'
ends 2 ipam --check /dev/null
head -n 2 tests/data/ipam/vectors.jsonl >"$work/cut"
ends 2 ipam --check "$work/cut"

# lint reads and does not run.
sed 's/^- delete: poison-eip$/- delete: poisoneip/' "$leak" >"$work/x.yaml"
ends 0 lint "$work/x.yaml"
says err 'note: no step before creates poisoneip'
ends 0 lint scenarios/
sed 's/^  v1.12.22, master:$/  v1.12.22:/' "$leak" >"$work/x.yaml"
ends 2 lint "$work/x.yaml"
says err 'does not speak of every profile'
exit $bad
