"""kube-ovn's pkg/ipam once more, upon its own kind of lists. Run by ipam_lists_replay.py.

Written from the rules (docs/ipam.md, ipam/quirks.def), release by release; texts are texts, maps
are maps, and a refusal is an exception that leaves behind what had happened before it.
"""
from ipam_lists import IP, Block, Crash, Lists, Refusal
from ipam_lists import equal, family_of, number, parse_ip, show, to_text

POOL_LISTS = ("ips", "free", "available", "reserved", "released", "using")


class Half:
    """One family of a subnet."""

    def __init__(self):
        self.cidr, self.gateway = None, ""
        self.free, self.reserved, self.available, self.using = [], [], [], []
        self.nic, self.pod = {}, {}
        self.pool = {}


class PoolLists:
    def __init__(self):
        for name in POOL_LISTS:
            setattr(self, name, [])


class Subnet:
    def __init__(self, cidr, protocol):
        self.cidr, self.protocol, self.gateway_mac = cidr, protocol, ""
        self.nic_mac, self.mac_pod, self.pod_nics = {}, {}, {}
        self.half = [Half(), Half()]
        self.pools = [""]
        for h in self.half:
            h.pool[""] = PoolLists()


class Allocator:
    def __init__(self, on):
        self.on, self.do = on, Lists(on)
        self.subnets, self.drawn = {}, 0
        self.ptp = "ptp_unsupported" not in on
        self.absent = "<nil>" if "nil_ip_text" in on else ""

    def had(self, switch):
        return switch in self.on

    # -- excludes --

    def expand(self, entries, cidr):
        out = []
        for entry in entries:
            parts = entry.split("..")
            blocks = [Block(c) for c in cidr.split(",")]
            if len(parts) > 1:
                if len(parts) != 2 or family_of(parts[0]) != family_of(parts[1]):
                    continue
                if not family_of(parts[0]) or number(parts[0]) > number(parts[1]):
                    continue
                for b in blocks:
                    if family_of(str(b)) != family_of(parts[0]):
                        continue
                    first = max(number(parts[0]), number(b.first(self.ptp)))
                    last = min(number(parts[1]), number(b.last(self.ptp)))
                    if first == last:
                        out.append(to_text(first))
                    elif first < last:
                        out.append(f"{to_text(first)}..{to_text(last)}")
                continue
            for b in blocks:
                if "/" in entry or not family_of(entry) or family_of(str(b)) != family_of(entry):
                    continue
                edges = [str(b.net.network_address), to_text(b.base + (1 << b.host) - 1)]
                if self.ptp and b.host == 1:
                    edges = []
                if b.contains(parse_ip(entry)) and entry not in edges:
                    out.append(entry)
                    break
        return out

    @staticmethod
    def split(entries):
        v4 = [e for e in entries if family_of(e.split("..")[0]) == "IPv4"]
        return v4, [e for e in entries if e not in v4]

    # -- subnets --

    def subnet(self, name, cidr, gw, excludes):
        s = self.subnets.get(name)
        if not cidr:
            if self.had("no_mac_only") or (s and any(h.cidr for h in s.half)):
                raise Refusal("CIDRInvalid")
            if not s:
                self.subnets[name] = s = Subnet("", "Mac")
            s.protocol = "Mac"
            return
        blocks = [Block(c) for c in cidr.split(",")]
        protocol = family_of(cidr)
        if not protocol and not self.had("unknown_protocol_accepted"):
            raise Refusal("CIDRInvalid")
        gateways = self.gateways(name, protocol, gw)
        excludes = self.expand(excludes, cidr)
        if s:
            self.update(s, protocol, blocks, gateways, excludes)
        else:
            self.subnets[name] = self.create(cidr, protocol, blocks, gateways, excludes)

    def gateways(self, name, protocol, gw):
        parts = gw.split(",")
        if protocol == "Dual":
            if len(parts) != 2 and not self.had("dual_gateway_unchecked"):
                raise Refusal(f"dual subnet {name} invalid gw {gw}")
            if len(parts) < 2:
                raise Crash
            return parts[:2]
        return [gw, ""] if protocol == "IPv4" else ["", gw] if protocol == "IPv6" else ["", ""]

    def whole(self, block):
        return self.do.read_or_nil([f"{block.first(self.ptp)}..{block.last(self.ptp)}"])

    def create(self, cidr, protocol, blocks, gateways, excludes):
        do, s = self.do, Subnet(cidr, protocol)
        entries = self.split(self.expand(excludes, cidr))
        mine = [None, None]
        if len(blocks) == 2:
            mine = blocks
        elif len(blocks) == 1:
            mine[protocol == "IPv6"] = blocks[0]
        for f, h in enumerate(s.half):
            h.reserved = do.read(entries[f])
            h.gateway = gateways[f]
            h.cidr = mine[f]
        for h in s.half:
            h.free = self.whole(h.cidr) if h.cidr else []
        for h in s.half:
            p = h.pool[""]
            p.ips = do.clone(h.free)
            h.free = do.minus(h.free, h.reserved)
            h.available = do.clone(h.free)
            p.free, p.available = do.clone(h.free), do.clone(h.available)
            p.reserved = do.clone(h.reserved)
        return s

    def update(self, s, protocol, blocks, gateways, excludes):
        do = self.do
        if "" not in s.pools:
            raise Crash
        s.protocol = protocol
        reserved = [do.read(e) for e in self.split(excludes)]
        for f, h in enumerate(s.half):
            if protocol not in ("Dual", ("IPv4", "IPv6")[f]):
                continue
            block = blocks[f] if protocol == "Dual" else blocks[0]
            if (str(h.cidr), h.gateway) != (str(block), gateways[f]) or not do.same(
                h.reserved, reserved[f]
            ):
                self.rebuild(h, block, gateways[f], reserved[f])
        for nic, mac in list(s.nic_mac.items()):
            if all(nic not in h.nic for h in s.half):
                del s.nic_mac[nic]
                s.mac_pod.pop(mac, None)

    def rebuild(self, h, block, gateway, reserved):
        do, d = self.do, h.pool[""]
        h.cidr, h.gateway, h.reserved = block, gateway, reserved
        ips = self.whole(block)
        h.free = do.minus(ips, h.reserved)
        h.using = do.common(h.using, ips)
        if not self.had("cidr_update_forgets_using"):
            h.free = do.minus(h.free, h.using)
        h.available = do.clone(h.free)
        d.ips = ips if do.shared else do.clone(ips)
        d.free, d.reserved, d.using = do.clone(h.free), do.clone(h.reserved), do.clone(h.using)
        d.released = []
        for name in sorted(h.pool):
            if name:
                self.rebuild_pool(h, h.pool[name], d, ips)
        d.available = do.clone(d.free)
        for nic, ip in list(h.nic.items()):
            if not do.has(ips, ip):
                del h.nic[nic]
                h.pod.pop(str(ip), None)

    def rebuild_pool(self, h, p, d, ips):
        do = self.do
        if not self.had("named_pool_rebuild_ignores_using"):
            p.using = do.common(p.using, ips)
        p.reserved = do.common(h.reserved, p.ips)
        p.free = do.common(ips, p.ips)
        if not self.had("named_pool_rebuild_ignores_using"):
            p.free = do.minus(p.free, p.using)
        if not self.had("named_pool_rebuild_ignores_reserved"):
            p.free = do.minus(p.free, p.reserved)
        p.available, p.released = do.clone(p.free), []
        d.free = do.minus(d.free, p.ips)
        if not self.had("default_pool_overlaps_named"):
            d.ips, d.using = do.minus(d.ips, p.ips), do.minus(d.using, p.using)
        d.reserved = [] if self.had("pool_reserved_clobbered") else do.minus(d.reserved, p.reserved)

    # -- MACs and NIC lists --

    def draw(self, s, pod, nic):
        if nic in s.nic_mac:
            return s.nic_mac[nic]
        while True:
            self.drawn += 1
            mac = "02:00:" + ":".join(f"{b:02x}" for b in self.drawn.to_bytes(4, "big"))
            if mac not in s.mac_pod and mac != s.gateway_mac:
                s.mac_pod[mac], s.nic_mac[nic] = pod, mac
                return mac

    def wear(self, s, pod, nic, mac, check):
        if mac is None:
            return self.draw(s, pod, nic)
        if mac:
            other = check and s.mac_pod.get(mac, pod) != pod
            if other or (check and mac == s.gateway_mac):
                raise Refusal("AddressConflict")
            s.mac_pod[mac], s.nic_mac[nic] = pod, mac
        return mac

    def push(self, s, pod, nic):
        if not s.nic_mac.get(nic) and all(nic not in h.nic for h in s.half):
            return
        out = []
        for n in s.pod_nics.get(pod, []) + [nic]:
            if n not in (out if self.had("podnic_full_dedup") else out[-1:]):
                out.append(n)
        s.pod_nics[pod] = out

    @staticmethod
    def pop(s, pod, nic):
        out = [n for n in s.pod_nics.get(pod, []) if n != nic]
        s.pod_nics.pop(pod, None)
        if out:
            s.pod_nics[pod] = out

    @staticmethod
    def drop_mac(s, nic):
        if nic in s.nic_mac:
            s.mac_pod.pop(s.nic_mac.pop(nic), None)

    # -- release --

    def release_half(self, s, f, pod, nic):
        h, do = s.half[f], self.do
        ip = h.nic.get(nic)
        if ip is None:
            return
        owners = h.pod.get(str(ip), "").split(",")
        if len(owners) > 1:
            h.pod[str(ip)] = ",".join(o for o in owners if o != pod)
            return
        del h.nic[nic]
        h.pod.pop(str(ip), None)
        eager = self.had("release_drops_mac_eagerly_v6" if f else "release_drops_mac_eagerly_v4")
        if eager or nic not in s.half[1 - f].nic:
            self.drop_mac(s, nic)
        if h.cidr is None:
            raise Crash
        gone = not h.cidr.contains(ip) or do.has(h.reserved, ip)
        back = not gone or self.had("reserved_release_becomes_available")
        if back:
            do.add(h.available, ip)
        do.remove(h.using, ip)
        for name in self.pool_order(h):
            p = h.pool[name]
            if do.remove(p.using, ip):
                if back:
                    do.add(p.available, ip)
                if not gone:
                    do.add(p.released, ip)
                break

    def release(self, s, pod, nic):
        self.release_half(s, 0, pod, nic)
        self.release_half(s, 1, pod, nic)
        if not self.had("release_keeps_orphan_mac") and all(nic not in h.nic for h in s.half):
            self.drop_mac(s, nic)

    @staticmethod
    def pool_order(h):
        """Go's order is random; recordings in which it shows were left out."""
        return sorted(n for n in h.pool if n) + [""] * ("" in h.pool)

    # -- random --

    def random_half(self, s, f, pod, nic, mac, pool, skip, check):
        h, do = s.half[f], self.do
        fine = s.nic_mac.get(nic) or (mac == "" and not self.had("empty_mac_not_idempotent"))
        if nic in h.nic and fine:
            if str(h.nic[nic]) not in skip:
                return h.nic[nic], s.nic_mac.get(nic, "")
            if self.had("skip_releases_both_families"):
                self.release(s, pod, nic)
            else:
                self.release_half(s, f, pod, nic)
        if pool not in h.pool:
            raise Refusal("NoAvailableAddress")
        p = h.pool[pool]
        self.refill(p)
        ip = do.take(p.free, self.readable(skip))
        if ip is None:
            raise Refusal("AddressConflict")
        do.remove(p.available, ip)
        do.add(p.using, ip)
        do.remove(h.free, ip)
        do.remove(h.available, ip)
        do.add(h.using, ip)
        h.nic[nic], h.pod[str(ip)] = ip, pod
        self.push(s, pod, nic)
        try:
            return ip, self.wear(s, pod, nic, mac, check)
        except Refusal:
            if not self.had("no_rollback_on_mac_conflict"):
                self.release_half(s, f, pod, nic)
                self.pop(s, pod, nic)
            raise

    def refill(self, p):
        do, purge = self.do, not self.had("random_may_pick_reserved")
        if purge:
            p.free = do.minus(p.free, p.reserved)
        if not do.see(p.free):
            p.free = do.minus(p.released, p.reserved) if purge else p.released
            p.released = []
        if not do.see(p.free):
            raise Refusal("NoAvailableAddress")

    @staticmethod
    def readable(skip):
        out = []
        for text in skip:
            try:
                out.append(parse_ip(text))
            except Refusal:
                pass
        return out

    def random_dual(self, s, pod, nic, mac, pool, skip, check):
        before = s.half[0].nic.get(nic)
        v4, worn = self.random_half(s, 0, pod, nic, mac, pool, skip, check)
        try:
            v6, worn = self.random_half(s, 1, pod, nic, mac, pool, skip, check)
        except Refusal:
            ours = before is None or not equal(before, v4)
            if ours and not self.had("no_rollback_on_dual_v6_failure"):
                self.release_half(s, 0, pod, nic)
                self.pop(s, pod, nic)
            raise
        now = s.half[0].nic.get(nic)
        if now is None or not equal(now, v4):
            try:
                v4, _ = self.random_half(s, 0, pod, nic, mac, pool, skip, check)
            except Refusal:
                v4 = None
        return v4, v6, worn

    @staticmethod
    def normal_family(family):
        family = {"ipv4": "IPv4", "ipv6": "IPv6"}.get(family, family)
        if family not in ("", "IPv4", "IPv6"):
            raise Refusal("InvalidIPFamily")
        return family

    def known(self, subnet):
        if subnet not in self.subnets:
            raise Refusal(
                "NoAvailableAddress" if self.had("nosubnet_is_noavailable") else "NoSubnet"
            )
        return self.subnets[subnet]

    def text(self, ip):
        return self.absent if ip is None else str(ip)

    def random(self, pod, nic, mac, subnet, pool, skip, check, family=""):
        family = self.normal_family(family)
        s = self.known(subnet)
        try:
            if s.protocol == "Mac":
                return "", "", self.wear(s, pod, nic, mac or None, check)
            if s.protocol == "Dual" and not family:
                v4, v6, worn = self.random_dual(s, pod, nic, mac, pool, skip, check)
                return self.text(v4), self.text(v6), worn
            if s.protocol != "Dual" and family not in ("", s.protocol):
                raise Refusal("InvalidIPFamily")
            f = int((family or s.protocol) != "IPv4")
            ip, worn = self.random_half(s, f, pod, nic, mac, pool, skip, check)
            return (self.absent, str(ip), worn) if f else (str(ip), self.absent, worn)
        finally:
            self.push(s, pod, nic)

    # -- static --

    def leave(self, s, f, pod, nic, ip):
        now, other = s.half[f].nic.get(nic), s.half[1 - f]
        if now is None or equal(now, ip):
            return
        if not self.had("static_preserve_maps_only"):
            self.release_half(s, f, pod, nic)
            return
        kept, mac = other.nic.get(nic), s.nic_mac.get(nic)
        self.release(s, pod, nic)
        if kept is not None:
            other.nic[nic], other.pod[str(kept)] = kept, pod
            if mac:
                s.nic_mac[nic], s.mac_pod[mac] = mac, pod

    def static_one(self, s, pod, nic, ip, mac, check):
        f = int(not ip.is4())
        h, do = s.half[f], self.do
        early = self.had("static_release_before_range_check")
        fragile = self.had("static_missing_pool_crash")
        if early:
            self.leave(s, f, pod, nic, ip)
        if h.cidr is None and fragile:
            try:
                self.wear(s, pod, nic, mac, check)
            finally:
                self.push(s, pod, nic)
            raise Refusal("NoAvailableAddress")
        if h.cidr is None or not h.cidr.contains(ip):
            raise Refusal("AddressOutOfRange")
        name = next((n for n in self.pool_order(h) if do.has(h.pool[n].ips, ip)), None)
        if name is None and not fragile:
            raise Refusal("AddressOutOfRange")
        if check and str(ip) == h.gateway and not self.had("static_gateway_allowed"):
            raise Refusal("AddressConflict")
        if not early and not self.had("static_keeps_old_lease"):
            self.leave(s, f, pod, nic, ip)
        try:
            worn = self.wear(s, pod, nic, mac, check)
            self.take_or_share(h, name, pod, nic, ip, check)
            return worn
        finally:
            self.push(s, pod, nic)

    def take_or_share(self, h, name, pod, nic, ip, check):
        do, key = self.do, str(ip)
        if key in h.pod:
            if pod in h.pod[key].split(","):
                return
            if check:
                raise Refusal("AddressConflict")
            h.nic[nic] = ip
            h.pod[key] += "," + pod
            return
        if name is None:
            raise Crash
        p = h.pool[name]
        if do.has(p.reserved, ip):
            if self.had("reserved_static_not_using"):
                h.nic[nic], h.pod[key] = ip, pod
                return
        elif do.remove(p.free, ip):
            do.remove(h.free, ip)
        elif not do.remove(p.released, ip):
            raise Refusal("NoAvailableAddress")
        h.nic[nic], h.pod[key] = ip, pod
        do.remove(h.available, ip)
        do.add(h.using, ip)
        do.remove(p.available, ip)
        do.add(p.using, ip)

    def parsed(self, ip, family):
        """The addresses; a bad one is found when it is its turn, in old releases."""
        out = []
        for text in ip.split(","):
            try:
                out.append(parse_ip(text))
            except Refusal as e:
                if not self.had("static_parse_interleaved"):
                    raise
                out.append(e)
        for a in out:
            if family and isinstance(a, IP) and a.is4() != (family == "IPv4"):
                raise Refusal("InvalidIPFamily")
        return out

    def static(self, pod, nic, ip, mac, subnet, check, family=""):
        family = self.normal_family(family)
        s = self.known(subnet)
        if not ip and s.protocol == "Mac":
            try:
                return "", "", self.wear(s, pod, nic, mac or None, check)
            finally:
                self.push(s, pod, nic)
        given, worn = self.parsed(ip, family), ""
        for i, a in enumerate(given):
            if isinstance(a, Refusal):
                raise a
            try:
                worn = self.static_one(s, pod, nic, a, mac, check)
            except Refusal:
                if i > 0 and not self.had("static_partial_no_rollback"):
                    self.release(s, pod, nic)
                    self.pop(s, pod, nic)
                raise
        if s.protocol == "IPv4":
            return ip, "", worn
        if s.protocol == "IPv6":
            return "", ip, worn
        return self.dual_answer(s, pod, nic, given, worn, check, family)

    def dual_answer(self, s, pod, nic, given, worn, check, family):
        if s.protocol != "Dual":
            raise Refusal("NoAvailableAddress")
        positional = self.had("dual_static_positional")
        if not family and len(given) != 2:
            f = int(given[0].is4())
            other, _ = self.random_half(s, f, pod, nic, worn, "", [], check)
            # By family a later address wins, so that the one at random goes first.
            given = [other] + given if f == 0 or not positional else given + [other]
        out = [None, None]
        for i, a in enumerate(given[:2] if positional else given):
            out[i if positional else int(not a.is4())] = a
        return self.text(out[0]), self.text(out[1]), worn

    # -- pools --

    def pool(self, subnet, name, ips):
        if subnet not in self.subnets:
            raise Refusal(f"subnet {subnet} does not exist in IPAM")
        do, s = self.do, self.subnets[subnet]
        entries, new = self.split(ips), [PoolLists(), PoolLists()]
        for f, h in enumerate(s.half):
            if not h.cidr:
                continue
            p = new[f]
            p.ips = do.read(entries[f])
            for other in sorted(h.pool):
                shared = do.common(p.ips, h.pool[other].ips) if other not in ("", name) else []
                if shared:
                    raise Refusal(
                        f"ippool {name} has conflict IPs with ippool {other}: {show(shared)}"
                    )
            p.reserved, p.using = do.common(h.reserved, p.ips), do.common(h.using, p.ips)
            p.free = do.minus(
                do.minus(do.common(self.whole(h.cidr), p.ips), p.using), p.reserved
            )
        if "" not in s.pools:
            raise Crash
        for h, p in zip(s.half, new):
            self.put_pool(h, name, p)
        if name not in s.pools:
            s.pools.append(name)

    def put_pool(self, h, name, p):
        do, d, old = self.do, h.pool[""], h.pool.get(name)

        def joined(which, out):
            mine = getattr(d, which)
            return do.minus(do.plus(mine, getattr(old, which)) if old else mine, out)

        d.ips = joined("ips", p.ips)
        d.free = joined("available", p.free)
        if not self.had("random_may_pick_reserved"):
            d.free = do.minus(d.free, h.reserved)
        d.using = joined("using", p.using)
        d.reserved = joined("reserved", p.reserved)
        d.available, d.released = do.clone(d.free), []
        p.available = do.clone(p.free)
        h.pool[name] = p

    def delpool(self, subnet, name):
        s = self.subnets.get(subnet)
        if not s or name not in s.pools:
            return
        if "" not in s.pools:
            raise Crash
        s.pools.remove(name)
        for h in s.half:
            p = h.pool.pop(name)
            for which in POOL_LISTS if name else ():
                if which == "ips" and self.had("remove_pool_drops_ips"):
                    continue
                d = h.pool[""]
                setattr(d, which, self.do.plus(getattr(d, which), getattr(p, which)))

    # -- what is asked --

    def pod_address(self, pod):
        out = []
        for name in sorted(self.subnets):
            s = self.subnets[name]
            for nic in s.pod_nics.get(pod, []):
                for f, h in enumerate(s.half):
                    if s.protocol not in (("IPv6", "IPv4")[f],):
                        ip = str(h.nic[nic]) if nic in h.nic else "<nil>"
                        out.append({"subnet": name, "ip": ip, "mac": s.nic_mac.get(nic, "")})
        return out

    def contains(self, ip):
        try:
            key = str(parse_ip(ip))
        except Refusal:
            return False
        return any(key in h.pod for s in self.subnets.values() for h in s.half)

    def assigned_other(self, ip, subnet, pod):
        if subnet in self.subnets:
            for h in self.subnets[subnet].half:
                if ip in h.pod and pod not in h.pod[ip].split(","):
                    return h.pod[ip], True
        return "", False

    def range_string(self, subnet, excludes):
        if subnet not in self.subnets:
            return ["", "", "", ""]
        do, s = self.do, self.subnets[subnet]
        out = [do.read_or_nil(e) for e in self.split(excludes)]
        lists = [h.using for h in s.half] + [h.available for h in s.half]
        texts = []
        for i, x in enumerate(lists):
            texts.append(show(do.minus(x, out[i % 2]) if do.see(x) else []))
        return texts

    def pool_stats(self, subnet, pool):
        s, do, out = self.subnets.get(subnet), self.do, {}
        for f in (0, 1):
            for which in ("available", "using"):
                known = s and pool in s.pools
                x = getattr(s.half[f].pool[pool], which) if known else []
                out[f"v{4 + 2 * f}_{which}"] = str(do.count(x))
                out[f"v{4 + 2 * f}_{which}_range"] = show(x)
        return out

    # -- one line --

    def lease(self, verb, a):
        try:
            v4, v6, mac = getattr(self, verb)(**a)
        except Refusal as e:
            # v1.12.0 prints the missing addresses of a random refusal, too.
            nil = self.absent if verb == "random" and a["subnet"] in self.subnets else ""
            return {"error": str(e), "v4": nil, "v6": nil, "mac": ""}
        return {"v4": v4, "v6": v6, "mac": mac}

    def run(self, op):
        a = {k: v for k, v in op.items() if k != "op"}
        if op["op"] in ("random", "static"):
            return self.lease(op["op"], a)
        try:
            return getattr(self, "do_" + op["op"])(**a)
        except Refusal as e:
            return {"error": str(e)}

    def do_subnet(self, **a):
        self.subnet(**a)
        return {"ok": True}

    def do_delsubnet(self, name):
        self.subnets.pop(name, None)
        return {"ok": True}

    def do_release_pod(self, pod, subnet):
        if self.had("release_by_pod_all_subnets"):
            subnet = ""
        for name in sorted(self.subnets):
            s = self.subnets[name]
            for nic in list(s.pod_nics.get(pod, [])) if subnet in ("", name) else []:
                self.release(s, pod, nic)
                self.pop(s, pod, nic)
        return {"ok": True}

    def do_release_nic(self, pod, nic, subnet):
        for name in sorted(self.subnets):
            if subnet in ("", name):
                self.release(self.subnets[name], pod, nic)
                self.pop(self.subnets[name], pod, nic)
        return {"ok": True}

    def do_pool(self, **a):
        self.pool(**a)
        return {"ok": True}

    def do_delpool(self, subnet, name):
        self.delpool(subnet, name)
        return {"ok": True}

    def do_pod_address(self, pod):
        return {"addresses": self.pod_address(pod)}

    def do_contains(self, ip):
        return {"contains": self.contains(ip)}

    def do_assigned_other(self, **a):
        pod, yes = self.assigned_other(**a)
        return {"pod": pod, "assigned": yes}

    def do_v4mask(self, subnet):
        if subnet not in self.subnets:
            raise Refusal("NoAvailableAddress")
        block = self.subnets[subnet].half[0].cidr
        return {"mask": str(block.net.prefixlen)} if block else {"panic": True}

    def do_range_string(self, **a):
        names = ("v4_using", "v6_using", "v4_available", "v6_available")
        return dict(zip(names, self.range_string(**a)))

    def do_pool_stats(self, **a):
        return self.pool_stats(**a)

    def do_record_gw_mac(self, subnet, mac):
        if subnet not in self.subnets:
            raise Refusal(f"subnet {subnet} not found in ipam")
        if not self.had("no_gateway_mac"):
            self.subnets[subnet].gateway_mac = mac
        return {"ok": True}

    def state(self):
        return {"subnets": {n: subnet_state(s) for n, s in self.subnets.items()}}


def subnet_state(s):
    pools = {
        p: {
            f"v{4 + 2 * f}": {w: show(getattr(h.pool[p], w)) for w in POOL_LISTS}
            for f, h in enumerate(s.half)
        }
        for p in s.pools
    }
    out = {
        "protocol": s.protocol,
        "cidr": s.cidr,
        "gateway_mac": s.gateway_mac,
        "nic_to_mac": s.nic_mac,
        "mac_to_pod": s.mac_pod,
        "pod_to_nics": s.pod_nics,
        "pools": pools,
    }
    for f, h in enumerate(s.half):
        out[f"v{4 + 2 * f}"] = {
            "cidr": str(h.cidr) if h.cidr else None,
            "gateway": h.gateway,
            "free": show(h.free),
            "reserved": show(h.reserved),
            "available": show(h.available),
            "using": show(h.using),
            "nic_to_ip": {n: str(ip) for n, ip in h.nic.items()},
            "ip_to_pod": h.pod,
        }
    return out
