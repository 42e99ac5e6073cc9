#!/usr/bin/env bash
# Prints what every release breaks within a bound that is searched completely, and how soon; the
# table of docs/explore.md.
set -euo pipefail
{ "${EIPSIM:-build/release/eipsim}" matrix --json --jobs 2 \
    --profiles v1.12.0,v1.12.22,v1.12.35,v1.13.15,v1.14.41,v1.15.24,v1.16.2,master \
    --faults race+lag+api+exec+crash --budget creates=1,deletes=1,faults=1,crashes=1 ||
    [[ $? == 1 ]]; } | python3 /dev/fd/3 3<<'END'
import json, sys
rows = {}
policies = []
for policy in json.load(sys.stdin)["policies"]:
    run = policy["runs"][0]
    policies.append(policy["policy"])
    assert run["complete"], "the search stopped at a limit"
    for b in run["breaks"]:
        rows.setdefault((b["invariant"], b["at"]), {})[policy["policy"]] = b["actions"]
print("| kind |", " | ".join(policies), "|")
print("|---" + "|:-:" * len(policies) + "|")
for kind in sorted(rows, key=lambda k: (min(rows[k].values()), k)):
    print("| `%s` at %s |" % kind, " | ".join(str(rows[kind].get(p, "")) for p in policies), "|")
END
