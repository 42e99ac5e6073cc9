#!/usr/bin/env bash
# Scenario files that nobody meant, or somebody did: each is refused with exit code 2 and a
# position, or runs.
set -euo pipefail
[[ -x $EIPSIM ]] || { echo "no eipsim to run" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
good=$SRC/scenarios/w13b-gateway-gone.yaml
bad=0

# file NAME: what the test makes of standard input
file() { cat >"$1.yaml"; }
# edit NAME SED: the good scenario with a change; the change must change something
edit() {
    sed -e "$2" "$good" >"$1.yaml"
    ! cmp -s "$good" "$1.yaml" || { echo "$1: the edit changes nothing" >&2 && bad=1; }
}
repeat() { head -c "$2" /dev/zero | tr '\0' "$1"; }

# refused NAME SENTENCE [POSITION]: exit code 2 and "NAME.yaml:POSITION: error: ...SENTENCE"
refused() {
    local code=0
    timeout 60 "$EIPSIM" run "$1.yaml" >out 2>err || code=$?
    if [[ $code != 2 ]] || ! grep -qE "^$1\.yaml:${3:-[0-9]+:[0-9]+}: error: .*$2" err; then
        echo "$1: exit code $code, expected 2 and '$2' at ${3:-a position}" >&2
        head -c 300 err >&2
        bad=1
    fi
    [[ ! -s out ]] || { echo "$1: something on standard output" >&2 && bad=1; }
}
# runs NAME CODE: it is a scenario
runs() {
    local code=0
    timeout 60 "$EIPSIM" run --profile v1.12.22 "$1.yaml" >out 2>err || code=$?
    if [[ $code != "$2" ]]; then
        echo "$1: exit code $code, expected $2" >&2
        head -c 300 err >&2
        bad=1
    fi
}

file empty </dev/null
refused empty 'one YAML document' 1:1
repeat '[' 1048576 | file brackets
refused brackets 'levels deep' 1:33
repeat '{' 1048576 | file braces
refused braces 'levels deep'
for ((i = 0; i < 3000; i++)); do printf '%*sa:\n' $i ''; done | file nested
refused nested 'levels deep' 33:33
file binary < <(head -c 1048576 "$EIPSIM")
refused binary 'not YAML'
printf 'name: a\0b\n' | file nul
refused nul 'not YAML' 1:8
printf 'name: \xe9t\xe9\n' | file latin1
refused latin1 'not YAML' 1:8
echo hello | file scalar
refused scalar 'expected a map' 1:1
printf -- '- a\n- b\n' | file list
refused list 'expected a map' 1:1
cat "$good" <(echo ---) "$good" | file two
refused two 'one YAML document'
head -c 300 "$good" | file cut
refused cut 'not YAML'
cat <(echo 'name: twice') "$good" | file duplicate
refused duplicate 'duplicate key name' 2:1
edit anchor 's/spec: {natGwDp/spec: \&a {natGwDp/'
refused anchor 'anchors' 20:59
edit alias 's/name: w13b.*/name: *a/'
refused alias 'aliases' 1:7
edit tag 's/name: w13b.*/name: !!python\/object:os.system x/'
refused tag 'tags' 1:7
edit tabs 's/^  objects/\tobjects/'
refused tabs 'not YAML' 7:1
edit huge-prefix 's/10.0.1.0\/28/10.0.1.0\/99999999999999999999/'
refused huge-prefix 'IPv4 block' 11:18
edit huge-limit 's/^  gatewayAddresses:/  limits: {watch: 99999999999999999999}\n&/'
refused huge-limit 'number from 0' 15:19
edit huge-wait 's/^- settle/- wait: 99999999999999999999s\n&/'
refused huge-wait 'expected a time'
edit wait-too-long 's/^- settle/- wait: 4294968s\n&/'
refused wait-too-long 'expected a time'
edit wait-long 's/^- settle/- wait: 4000000s\n&/'
runs wait-long 0
edit kind 's/kind: Subnet/kind: Pod/'
refused kind 'no objects of kind Pod' 8:11
edit object 's/kind: IptablesEIP/kind: Nothing/'
refused object 'a user has no ' 20:18
edit key 's/^steps:/stepps:/'
refused key 'unknown key stepps'
edit step 's/^- settle/- setle/'
refused step 'no step setle; did you mean settle' 19:3
edit profile 's/v1.12.0,/v1.99.9,/'
refused profile 'no profile v1.99.9'
edit invariant 's/: holds/: {violates: nothing}/'
refused invariant 'no invariant nothing'
edit gateway-outside 's/gateway: 10.0.1.1/gateway: 10.9.1.1/'
refused gateway-outside 'outside the CIDR'
edit exclude-outside 's/10.0.1.13\.\.10.0.1.14/10.9.1.13..10.9.1.14/'
refused exclude-outside 'outside the CIDR'
edit long-name "s/{name: e1}/{name: $(repeat e 300)}/"
refused long-name '1 to 253 characters' 20:48

# A world that contradicts itself, a step that says nothing, an expectation that nothing could miss.
twin='{kind: Subnet, metadata: {name: t}, spec: {cidrBlock: 10.0.1.8/29, provider: x.kube-system}}'
edit twin-subnet "s|^  objects:|&\n  - $twin|"
refused twin-subnet 'overlaps another'
edit limits 's/^  gatewayAddresses:/  limits: {watches: 3}\n&/'
refused limits 'unknown key watches' 15:12
edit spec 's/spec: {natGwDp: gw1}/spec: natGwDp/'
refused spec 'expected a map'
edit two-gateways 's/^  gatewayAddresses:/  pods: {gw1: [p], gw2: [p]}\n&/'
refused two-gateways 'two gateways have a pod p'
step() { edit "$1" "s/^- start-gateway: gw1/&\n- $2/"; }
step expect-nobody 'expect: {eip: {exists: true}}'
refused expect-nobody 'name is missing' 19:17
step expect-no-pod 'expect: {pod: {gateway: ""}}'
refused expect-no-pod 'gateway is missing'
step expect-nothing 'expect: {profiles: master}'
refused expect-nothing 'nothing is expected'
step expect-nowhere 'expect: {profiles: ",", eip: {name: e1}}'
refused expect-nowhere 'no profile is named'
step fault-nowhere 'run: {queue: addEip, fault: before}'
refused fault-nowhere 'until is missing' 19:8
step fault-read 'run: {queue: addEip, until: read, fault: before}'
refused fault-read 'only an exec or a write can fail'
step until-queue 'run: {queue: addEip, until: queue}'
refused until-queue 'no call queue'
step deliver-three 'deliver: 3'
refused deliver-three 'deliver: all'
step settle-five 'settle: 5s'
refused settle-five 'takes no value'
step delete-nobody 'delete: ""'
refused delete-nobody 'a name is missing'
step longest "start-gateway: $(repeat g 254)"
refused longest 'more than 253 characters'
edit wait-untimed 's/^- start-gateway: gw1/- wait: 1ms/; s/^  gatewayAddresses:/  clock: none\n&/'
refused wait-untimed 'no clock'
edit twice-named 's/^- settle/- {settle: , as: x}/'
refused twice-named 'the name x is taken'
edit rest-named 's/^- settle/- {settle: , as: rest}/'
refused rest-named 'the name rest is taken'
edit at-nowhere 's/: holds/: {violates: live-owner, at: nowhere}/'
refused at-nowhere 'no step has the name nowhere'
edit default-twice 's/^expect:/&\n  default: holds\n  "default, v1.12.0": holds/'
refused default-twice 'default is named twice'
edit no-profile 's/^expect:/&\n  "": holds/'
refused no-profile 'no profile is named'

# What kube-ovn does to excludes: it cuts off the block's ends and puts the gateway in.
edit excludes 's/excludeIps: .*/excludeIps: [10.0.1.0..10.0.1.2, 10.0.1.15]/
    s/ip: 10.0.1.2/ip: 10.0.1.3/'
runs excludes 0
edit no-excludes 's/excludeIps: .*/vlan: v/'
runs no-excludes 0 # e1 is given .2, as the scenario says

# An address outside the CIDR is a user's mistake that the controller has to cope with: e1 never
# gets ready, and the scenario, which says it does, fails.
edit address-outside 's/{natGwDp: gw1}/{natGwDp: gw1, v4ip: 192.168.7.7}/'
runs address-outside 1
edit address-senseless 's/{natGwDp: gw1}/{natGwDp: gw1, v4ip: 10.0.1.999}/'
runs address-senseless 1

printf '\xef\xbb\xbf' | cat - "$good" | file bom
runs bom 0
sed 's/$/\r/' "$good" | file crlf
runs crlf 0
{ printf 'about: '; repeat x 2000000; echo; grep -v '^about:\|^  [A-Z]' "$good"; } | file long-line
runs long-line 0

# Other builds check everything after every step, in time proportional to what there is.
eips=10000
grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$BUILD/CMakeCache.txt" || eips=300
many() {
    sed -e '/^steps:/,$d' -e 's/10.0.1.0\/28/10.0.0.0\/16/' \
        -e 's/10.0.1.1\([],]\|$\)/10.0.0.1\1/' "$good"
    printf 'steps:\n- start-gateway: gw1\n'
    for ((i = 0; i < eips; i++)); do
        echo "- create: {kind: IptablesEIP, metadata: {name: e$i}, spec: {natGwDp: $1}}"
    done
    printf 'expect:\n  default: holds\n'
}
many gw1 | file many
runs many 0
many nowhere | file many-retries
runs many-retries 0
exit $bad
