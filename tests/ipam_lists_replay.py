#!/usr/bin/env python3
"""Repeats the recordings of kube-ovn's pkg/ipam with its lists as they are.

    ipam_lists_replay.py [--verbose]          repeats every stream of every release
    ipam_lists_replay.py --as-sets RELEASE    writes a release's streams as they would be with sets

The library keeps sets. kube-ovn keeps slices of ranges, and in old releases that shows: copies of a
list share the ranges themselves, which grow in place (shallow_clone), and addresses of 4 and of 16
bytes are compared as raw bytes (compare_raw_bytes). Sets cannot repeat that, and a few recorded
streams are exceptions in tests/ipam_conform_test.c. Here is the same allocator once more, written
from the rules (docs/ipam.md, ipam/quirks.def) with such lists. It repeats every stream, so that the
exceptions have this reason and no other; and without those switches it says what the library should
answer, in the exceptions, too.
"""
import gzip
import json
import re
import sys

from ipam_lists import Crash
from ipam_lists_allocator import Allocator

# ---- switches ----


def releases_and_switches():
    """Names of the releases, and per release the set of its switches, left out ones included."""
    head = open("ipam/quirks.h", encoding="utf-8").read()
    names = re.findall(r'X\(\w+, "([^"]+)"\)', head)
    table = open("ipam/quirks.def", encoding="utf-8").read()
    rows = re.findall(r"^IPAM_QUIRK(?:_LEFT_OUT)?\((\w+), (0x[0-9a-f]+)", table, re.M)
    return names, [{n for n, mask in rows if int(mask, 16) >> i & 1} for i in range(len(names))]


# ---- recordings ----


def first_difference(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        for k in sorted(set(a) | set(b)):
            found = first_difference(a.get(k), b.get(k), f"{path}.{k}")
            if found:
                return found
        return None
    return None if a == b else f"{path[1:]}: {a!r}, recorded {b!r}"


def answer(allocator, op):
    try:
        result = allocator.run(op)
    except Crash:
        return {"result": {"panic": True}, "state": None}
    return {"result": result, "state": allocator.state()}


def streams_of(release):
    """Per stream its first line and the pairs of operation and answer."""
    name = "HEAD" if release == "master" else release
    with gzip.open(f"tests/data/ipam/{name}/streams.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            j = json.loads(line)
            if "stream" in j:
                pairs = [[json.loads(next(lines)) for _ in "ab"] for _ in range(j["operations"])]
                yield j, pairs


def repeat(release, on, verbose):
    """Prints how it went; true if nothing differs."""
    streams, operations, differing = 0, 0, []
    for head, pairs in streams_of(release):
        allocator = Allocator(on)
        streams += 1
        for op, recorded in pairs:
            operations += 1
            where = first_difference(answer(allocator, op), recorded)
            if where:
                differing.append(head["stream"])
                if verbose:
                    print(f"{release} stream {head['stream']} {op}: {where}")
                break
    listed = ", ".join(str(n) for n in differing) or "none"
    print(f"{release}: {streams} streams, {operations} operations, differing: {listed}")
    return not differing


def write_as_sets(release, on):
    for head, pairs in streams_of(release):
        allocator = Allocator(on)
        print(json.dumps(head))
        for op, _ in pairs:
            ours = answer(allocator, op)
            print(json.dumps(op))
            print(json.dumps(ours))
            if ours["state"] is None:
                break


def main():
    arguments = sys.argv[1:]
    names, switches = releases_and_switches()
    if arguments[:1] == ["--as-sets"] and len(arguments) == 2:
        of_lists = {"shallow_clone", "compare_raw_bytes", "sub_underflow_abs"}
        write_as_sets(arguments[1], switches[names.index(arguments[1])] - of_lists)
        return 0
    good = [repeat(n, on, "--verbose" in arguments) for n, on in zip(names, switches)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
