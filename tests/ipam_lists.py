"""kube-ovn's addresses, blocks and lists of ranges, as its releases have them. Not a program."""
from ipaddress import IPv6Address, ip_address, ip_network

MAPPED = 0xFFFF << 32


class Crash(Exception):
    """The original ends here."""


class Refusal(Exception):
    """An error of the original."""


# ---- addresses: (bytes, number) ----


class IP:
    __slots__ = ("n", "v")

    def __init__(self, n, v):
        self.n, self.v = n, v

    def is4(self):
        return self.n == 4 or self.v >> 32 == 0xFFFF

    def low(self):
        return self.v & 0xFFFFFFFF

    def wide(self):
        return MAPPED | self.low() if self.n == 4 else self.v

    def __str__(self):
        return str(ip_address(self.low())) if self.is4() else IPv6Address(self.v).compressed


def parse_ip(text):
    try:
        if "%" in text:
            raise ValueError
        a = ip_address(text)
    except ValueError:
        raise Refusal(f'invalid IP address "{text}"') from None
    return IP(a.version == 6 and 16 or 4, int(a))


def equal(a, b):
    return a.wide() == b.wide()


def family_of(text):
    """IPv4, IPv6, Dual or "" of an address, block, or list of two blocks."""
    parts = text.split(",")
    if len(parts) == 2:
        both = {family_of(p) for p in parts}
        return "Dual" if both == {"IPv4", "IPv6"} else ""
    try:
        return "IPv4" if parse_ip(text.split("/")[0]).is4() else "IPv6"
    except Refusal:
        return ""


def to_text(number):
    return str(ip_address(number)) if number < 1 << 32 else IPv6Address(number).compressed


def number(text):
    a = parse_ip(text)
    return a.low() if a.is4() else a.v


class Block:
    """A CIDR block. Its first and last address go through an integer and back."""

    def __init__(self, text):
        try:
            if "/" not in text or not text.split("/")[1].isdigit():
                raise ValueError
            self.net = ip_network(text, strict=False)
        except ValueError:
            raise Refusal("CIDRInvalid") from None
        self.host = self.net.max_prefixlen - self.net.prefixlen
        self.base = int(self.net.network_address)

    def __str__(self):
        return str(self.net)

    def first(self, ptp):
        if ptp and self.host == 1:
            return str(self.net.network_address)
        return to_text(self.base + 1)

    def last(self, ptp):
        return to_text(max(0, self.base + (1 << self.host) - (1 if ptp and self.host == 1 else 2)))

    def contains(self, ip):
        v = ip.low() if ip.is4() else ip.v
        return ip.is4() == (self.net.version == 4) and v >> self.host == self.base >> self.host


# ---- lists ----


class Lists:
    """The list operations, with the rules of one release."""

    def __init__(self, on):
        self.shared = "shallow_clone" in on
        self.raw = "compare_raw_bytes" in on
        self.mirror = "sub_underflow_abs" in on
        self.nil = "nil_list_crash" in on

    def less(self, a, b):
        if self.raw:
            return a.v < b.v
        if a.is4() and b.is4():
            return a.low() < b.low()
        return a.wide() < b.wide()

    def step(self, a, by):
        if self.mirror:
            return IP(a.n, abs(a.v + by) & (1 << 8 * a.n) - 1)
        if a.is4():
            return IP(4, a.low() + by & 0xFFFFFFFF)
        return IP(16, a.v + by & (1 << 128) - 1)

    def see(self, x):
        if x is None and self.nil:
            raise Crash
        return x or []

    def clone(self, x):
        return list(self.see(x)) if self.shared else [list(c) for c in self.see(x)]

    def find(self, x, ip):
        low, high = 0, len(x)
        while low < high:
            middle = (low + high) // 2
            if self.less(x[middle][1], ip) and not self.less(ip, x[middle][0]):
                low = middle + 1
            else:
                high = middle
        end = low == len(x) or self.less(ip, x[low][0]) or self.less(x[low][1], ip)
        return low, not end

    def has(self, x, ip):
        return self.find(self.see(x), ip)[1]

    def stretch(self, cell, ip):
        if equal(self.step(cell[0], -1), ip):
            cell[0] = self.step(cell[0], -1)
        elif equal(self.step(cell[1], 1), ip):
            cell[1] = self.step(cell[1], 1)
        else:
            return False
        return True

    def add(self, x, ip):
        n, found = self.find(self.see(x), ip)
        if found:
            return False
        if (n > 0 and self.stretch(x[n - 1], ip)) or (n < len(x) and self.stretch(x[n], ip)):
            if 0 < n < len(x) and equal(self.step(x[n - 1][1], 1), x[n][0]):
                x[n - 1][1] = x[n][1]
                del x[n]
            return True
        x.insert(n, [ip, ip])
        return True

    def remove(self, x, ip):
        n, found = self.find(self.see(x), ip)
        if not found:
            return False
        start, end = x[n]
        parts = [[start, self.step(ip, -1)], [self.step(ip, 1), end]]
        x[n : n + 1] = [p for p in parts if not self.less(p[1], p[0])]
        return True

    def minus(self, a, b):
        a, b = self.see(a), self.see(b)
        if not b:
            return self.clone(a)
        out, j = [], 0
        for start, end in a:
            while j < len(b):
                if self.less(b[j][1], start):
                    j += 1
                elif self.less(end, b[j][0]):
                    out.append([start, end])
                    break
                elif not self.less(b[j][1], end):
                    if self.less(start, b[j][0]):
                        out.append([start, self.step(b[j][0], -1)])
                    break
                else:
                    if self.less(start, b[j][0]):
                        out.append([start, self.step(b[j][0], -1)])
                    start = self.step(b[j][1], 1)
                    j += 1
            if j == len(b):
                out.append([start, end])
        return out

    def plus(self, a, b):
        rest, b, out = self.minus(a, b), list(self.see(b)), []
        while rest or b:
            take = b if not rest or (b and not self.less(rest[0][0], b[0][0])) else rest
            out.append(list(take.pop(0)))
        i = 0
        while i + 1 < len(out):
            if equal(self.step(out[i][1], 1), out[i + 1][0]):
                out[i][1] = out.pop(i + 1)[1]
            else:
                i += 1
        return out

    def common(self, a, b):
        return self.minus(self.minus(self.plus(a, b), self.minus(a, b)), self.minus(b, a))

    def same(self, a, b):
        a, b = self.see(a), self.see(b)
        return len(a) == len(b) and all(
            equal(x[0], y[0]) and equal(x[1], y[1]) for x, y in zip(a, b)
        )

    def take(self, x, skip):
        x = self.see(x)
        left = x
        if skip:
            out = []
            for ip in skip:
                self.add(out, ip)
            left = self.minus(x, out)
        if not left:
            return None
        ip = left[0][0]
        self.remove(x, ip)
        return ip

    def read(self, entries):
        out = []
        for entry in entries:
            if ".." in entry:
                start, end = (parse_ip(p) for p in entry.split("..")[:2])
                if self.less(end, start):
                    raise Refusal(f'invalid ip range "{entry}": {start} is greater than {end}')
            elif "/" in entry:
                try:
                    block = Block(entry)
                except Refusal:
                    raise Refusal(f"invalid CIDR address: {entry}") from None
                n = 4 if block.net.version == 4 else 16
                start, end = IP(n, block.base), IP(n, block.base + (1 << block.host) - 1)
            else:
                start = end = parse_ip(entry)
            out = self.plus(out, [[start, end]])
        return out

    def read_or_nil(self, entries):
        try:
            return self.read(entries)
        except Refusal:
            return None

    def count(self, x):
        return sum(b.v - a.v + 1 for a, b in self.see(x))


def show(x):
    return ",".join(str(a) if equal(a, b) else f"{a}-{b}" for a, b in x or [])
