#!/usr/bin/env python3
"""Repeats the recorded helper operations of kube-ovn, those on lists in disorder included.

tests/ipam_helpers_test.c asks the library the same, but for lists that no set can be.
"""
import gzip
import json
import sys

from ipam_lists import IP, Block, Lists, Refusal, equal, family_of, parse_ip, show, to_text
from ipam_lists_allocator import Allocator

MASTER = Lists(set())


def list_of(entries):
    if len(entries) == 1 and entries[0].startswith("raw:"):
        ips = [parse_ip(t) for t in entries[0][4:].split(",")]
        return [list(pair) for pair in zip(ips[::2], ips[1::2])]
    return MASTER.read(entries)


def cidrs_of(ranges):
    out = []
    for start, end in ranges:
        width = 32 if start.is4() else 128
        single = f"/{8 * start.n}" if equal(start, end) else None
        a = start.low() if start.is4() else start.v
        last = end.low() if start.is4() else end.v
        while a <= last:
            bits = min((a & -a).bit_length() - 1 if a else width, (last - a + 1).bit_length() - 1)
            text = str(IP(4 if start.is4() else 16, a))
            out.append(text + (single or f"/{width - bits}"))
            a += 1 << bits
    return sorted(out)


def edge(op, x):
    try:
        block = Block(x)
    except Refusal:
        if op in ("first_ip", "last_ip"):
            return {"error": f"{x} is not a valid cidr"}
        return {"r": ""}
    if op == "first_ip":
        return {"r": block.first(True)}
    if op == "last_ip":
        if block.base + (1 << block.host) < 2:
            return {"r": "255.255.255.255"}
        return {"r": block.last(True)}
    if block.host == 1:
        return {"r": ""}
    if op == "subnet_number":
        return {"r": str(IP(4 if block.net.version == 4 else 16, block.base))}
    return {"r": to_text(block.base + (1 << block.host) - 1)}


def two(op, a, b):
    if op == "list_equal":
        return {"r": MASTER.same(a, b)}
    do = {"list_sub": MASTER.minus, "list_merge": MASTER.plus, "list_intersect": MASTER.common}
    return {"r": show(do[op](a, b))}


def on_list(j):
    op, a = j["op"], list_of(j.get("a") or [])
    if op == "list":
        return {"r": show(a), "count": str(MASTER.count(a)), "len": len(a)}
    if op == "list_find":
        i, found = MASTER.find(a, parse_ip(j["x"]))
        return {"i": i, "found": found}
    if op in ("list_add", "list_remove"):
        do = MASTER.add if op == "list_add" else MASTER.remove
        changed = [do(a, parse_ip(t)) for t in j.get("b") or []]
        return {"ret": changed, "r": show(a), "len": len(a)}
    if op == "list_allocate":
        ip = MASTER.take(a, Allocator.readable(j.get("b") or []))
        return {"r": "<nil>" if ip is None else str(ip), "rest": show(a)}
    if op == "to_cidrs":
        return {"r": cidrs_of(a)}
    return two(op, a, list_of(j.get("b") or []))


def answer(j):
    op, x = j["op"], j.get("x", "")
    if op == "ip":
        ip = parse_ip(x)
        up, down = MASTER.step(ip, 1), MASTER.step(ip, -1)
        return {"r": str(ip), "len": ip.n, "add": str(up), "sub": str(down)}
    if op == "ip_cmp":
        a, b = parse_ip(j["a"][0]), parse_ip(j["b"][0])
        return {"lt": MASTER.less(a, b), "gt": MASTER.less(b, a), "eq": equal(a, b)}
    if op == "check_protocol":
        return {"r": family_of(x)}
    if op == "expand":
        return {"r": Allocator(set()).expand(j.get("a") or [], x)}
    if op == "split_protocol":
        v4, v6 = Allocator.split(j.get("a") or [])
        return {"v4": v4, "v6": v6}
    if op.startswith("list") or op == "to_cidrs":
        return on_list(j)
    return edge(op, x)


def main():
    n, differing = 0, 0
    with gzip.open("tests/data/ipam/HEAD/helpers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            op, recorded = json.loads(line), json.loads(next(lines))["result"]
            n += 1
            try:
                ours = answer(op)
            except Refusal as e:
                ours = {"error": str(e)}
            if ours != recorded:
                differing += 1
                print(f"{op}: {ours}, recorded {recorded}")
    print(f"{n} helper operations, {differing} differing")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
