"""Addresses and ports: which part of the internet a list of ranges is, and whether a range of ports holds one.

An address range is a pair of integers, both ends included. What cannot be read as an address (a tag, the name of a
group) is no range and opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from iacgate.lang.jmespath.logic import Truth, both, doubt, either, number
from iacgate.model import Partial, Secret, Unknown

Range = tuple[int, int]

LAST_V4 = (1 << 32) - 1
LAST_PORT = 65_535
_EVERYBODY = frozenset(("0.0.0.0/0", "::/0", "*", "internet", "any", "all"))
"""Spellings that need no arithmetic: Azure writes ``*``, ``Internet`` and ``Any``."""

# https://www.iana.org/assignments/iana-ipv4-special-registry: not reachable from the internet, so whether a list holds
# these ranges or not makes it no less the world
_NOT_GLOBAL: tuple[str, ...] = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/3",
)  # fmt: skip
_GLOBAL_V6 = (0x2000 << 112, (0x4000 << 112) - 1)
"""2000::/3, all of IPv6 that is handed out."""
_MAPPED_V6 = (0xFFFF << 32, (0xFFFF << 32) + LAST_V4)


def open_to_world(value: Any) -> Truth:
    """Whether a range, a list of ranges, or a normalised firewall rule lets the whole IPv4 or IPv6 internet in.

    Together counts: ``0.0.0.0/1`` and ``128.0.0.0/1`` are the world, and so is everything but the private networks.
    """
    value = value.reveal() if isinstance(value, Secret) else value
    if isinstance(value, dict):
        return _not_denied(value, open_to_world(value.get("cidr_blocks")))
    if isinstance(value, Unknown):
        return unknown_range(value)
    if not isinstance(value, list):
        value = [value]
    known = [item.reveal() if isinstance(item, Secret) else item for item in value if not isinstance(item, Unknown)]
    if _covers_world(known):
        return True
    answer: Truth = False
    for item in value:
        if isinstance(item, Unknown):
            answer = either(answer, unknown_range(item))
    return either(answer, doubt(value.maybe)) if isinstance(value, Partial) else answer


def _not_denied(rule: dict[str, Any], answer: Truth, port: int | None = None, protocol: Any = "any") -> Truth:
    """An answer about a normalised rule, but for what an earlier one denies; of all its ports where none is named.

    What is certainly denied on all ports is no rule any more, so only a doubt can be left of that.
    """
    for denied in rule.get("denied") or () if answer is not False else ():
        spoken = denied["protocol"] == "all" or denied["protocol"] == protocol
        if not spoken or (denied["ports"] != [[0, LAST_PORT]] if port is None else not _holds(denied["ports"], port)):
            continue
        maybe = denied.get("maybe")
        answer = both(answer, False if maybe is None else doubt(maybe))
    return answer


def is_everybody(text: str) -> bool:
    """Whether a source is spelled as everybody, on the internet at least."""
    return text.strip().lower() in _EVERYBODY


def unknown_range(value: Unknown) -> Truth:
    """A range of which only the mask is known cannot be the world if the mask is long."""
    _, slash, mask = value.suffix.rpartition("/")
    return False if slash and mask.isdigit() and int(mask) >= 8 else doubt(value)


def _covers_world(items: Iterable[Any]) -> bool:
    texts = [item.strip().lower() for item in items if isinstance(item, str)]
    if any(text in _EVERYBODY for text in texts):
        return True
    if not any("/" in text or "-" in text for text in texts):
        return False
    v4: list[Range] = []
    v6: list[Range] = []
    for text in texts:
        parsed = address_range(text)
        if parsed is not None:
            (v6 if parsed[0] == 6 else v4).append((parsed[1], parsed[2]))
    # most lists are far too small to be the world: one look at the sum spares the sorting
    if sum(end - start for start, end in v4) > LAST_V4 // 2 and covered([*v4, *_special_ranges()], (0, LAST_V4)):
        return True
    return bool(v6) and covered(v6, _GLOBAL_V6)


@cache
def _special_ranges() -> list[Range]:
    parsed = (address_range(text) for text in _NOT_GLOBAL)
    return [(found[1], found[2]) for found in parsed if found is not None]


def covered(ranges: list[Range], whole: Range) -> bool:
    """Whether ranges together hold all of ``whole``."""
    position = whole[0]
    for start, end in sorted(ranges):
        if start > position:
            return False
        position = max(position, end + 1)
    return position > whole[1]


def address_range(text: str) -> tuple[int, int, int] | None:
    """(4 or 6, first, last) of an address, ``address/mask`` (host bits are ignored) or ``first-last``; else ``None``.

    An IPv4 range written in IPv6 (``::ffff:0.0.0.0/96``) counts as IPv4.
    """
    first, dash, last = text.partition("-")
    if dash:
        low, high = address_range(first.strip()), address_range(last.strip())
        return (low[0], low[1], high[2]) if low and high and low[0] == high[0] and low[1] <= high[2] else None
    address, slash, mask = text.partition("/")
    parsed = _v4(address) if ":" not in address else _v6(address)
    if parsed is None:
        return None
    version, value = parsed
    bits = 32 if version == 4 else 128
    length = _mask(mask, bits) if slash else bits
    if length is None:
        return None
    size = 1 << (bits - length)
    start = value & ~(size - 1)
    if version == 6 and _MAPPED_V6[0] <= start and start + size - 1 <= _MAPPED_V6[1]:
        return 4, start - _MAPPED_V6[0], start + size - 1 - _MAPPED_V6[0]
    return version, start, start + size - 1


def _mask(text: str, bits: int) -> int | None:
    """The length of a mask: ``24`` or ``255.255.255.0``."""
    if text.isascii() and text.isdigit() and len(text) < 4:
        return int(text) if int(text) <= bits else None
    dotted = _v4(text) if bits == 32 and "." in text else None
    if dotted is None:
        return None
    length = dotted[1].bit_count()
    return length if dotted[1] == (LAST_V4 << (32 - length)) & LAST_V4 else None


def _v4(text: str) -> tuple[int, int] | None:
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
        return None
    value = 0
    for part in parts:
        if int(part) > 255:
            return None
        value = value << 8 | int(part)
    return 4, value


def _v6(text: str) -> tuple[int, int] | None:
    from ipaddress import AddressValueError, IPv6Address

    try:
        return 6, int(IPv6Address(text.partition("%")[0].strip("[]")))
    except AddressValueError:
        return None


def cidr_contains(outer: Any, inner: Any) -> Truth:
    """Whether a range, or one of a list of ranges, holds another range or address."""
    for side in (outer, inner):
        if isinstance(side, Unknown):
            return doubt(side)
    if isinstance(outer, list):
        answer: Truth = False
        for item in outer:
            answer = either(answer, cidr_contains(item, inner))
        return answer
    whole, part = (address_range(side) if isinstance(side, str) else None for side in (outer, inner))
    if whole is None or part is None or whole[0] != part[0]:
        return False
    return whole[1] <= part[1] and part[2] <= whole[2]


def cidr_size(value: Any) -> Any:
    """The number of addresses in a range; null when it is none."""
    if isinstance(value, Unknown):
        return doubt(value)
    found = address_range(value) if isinstance(value, str) else None
    return found[2] - found[1] + 1 if found is not None else None


def is_private(value: Any) -> Truth:
    """Whether a range lies inside private, link-local or loopback networks."""
    if isinstance(value, Unknown):
        return doubt(value)
    found = address_range(value) if isinstance(value, str) else None
    if found is None:
        return False
    private = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10")
    return cidr_contains([*private, "fc00::/7", "fe80::/10", "::1"], value)


def covers_port(rule: Any, port: Any, protocol: Any = "tcp") -> Truth:
    """Whether a normalised firewall rule (or a port range such as ``"20-30"``, or a list of them) holds a port.

    A rule for another protocol does not; ``protocol`` is ``tcp`` unless given, ``any`` looks at ports only.
    """
    wanted = number(port)
    if not isinstance(wanted, int):
        return doubt(port) if isinstance(port, Unknown) else False
    if isinstance(rule, Unknown):
        return doubt(rule)
    if not isinstance(rule, dict):
        return _holds(port_ranges(rule), wanted)
    spoken = _protocol_covers(rule.get("protocol"), protocol)
    if spoken is False:
        return False
    ports = rule.get("ports")
    unnamed = spoken is True and rule["protocol"] == "all" and not isinstance(ports, Unknown | Partial) and not ports
    return _not_denied(rule, True if unnamed else both(spoken, _holds(ports, wanted)), wanted, protocol)


def covers_all_ports(rule: Any) -> Truth:
    """Whether a normalised firewall rule lets every port through (of TCP or UDP, or of all protocols)."""
    if isinstance(rule, Unknown):
        return doubt(rule)
    if not isinstance(rule, dict):
        return False
    protocol = rule.get("protocol")
    if isinstance(protocol, Unknown):
        return doubt(protocol)
    if protocol not in {"all", "tcp", "udp"}:
        return False
    ranges = rule.get("ports")
    if isinstance(ranges, Unknown):
        return doubt(ranges)
    if protocol == "all" and not ranges and not isinstance(ranges, Partial):
        return True
    known = [
        (low, high) for low, high in ranges or () if not isinstance(low, Unknown) and not isinstance(high, Unknown)
    ]
    if covered(known, (1, LAST_PORT)) or covered(known, (0, LAST_PORT)):
        return True
    unknown = next((end for pair in ranges or () for end in pair if isinstance(end, Unknown)), None)
    return False if unknown is None else doubt(unknown)


def covers_ports(rule: Any, ports: Any, protocol: Any = "tcp") -> Truth:
    """Whether a normalised firewall rule holds one of a list of ports."""
    if isinstance(ports, Unknown):
        return doubt(ports)
    wanted = ports if isinstance(ports, list) else [ports]
    if _lies_outside(rule, wanted):
        return False
    answer: Truth = False
    for port in wanted:
        answer = either(answer, covers_port(rule, port, protocol))
        if answer is True:
            return True
    return answer


def _lies_outside(rule: Any, ports: list[Any]) -> bool:
    """Whether a rule names its ports, all of them are known, and none of these is among them: as most rules are."""
    ranges = rule.get("ports") if isinstance(rule, dict) else None
    if type(ranges) is not list or not ranges:
        return False
    for low, high in ranges:
        for port in ports:
            if not (type(port) is type(low) is type(high) is int) or low <= port <= high:
                return False
    return True


def _protocol_covers(spoken: Any, wanted: Any) -> Truth:
    if isinstance(spoken, Unknown):
        return doubt(spoken)
    return wanted in {"any", spoken} or spoken == "all"


def _holds(ranges: Any, port: int) -> Truth:
    if isinstance(ranges, Unknown):
        return doubt(ranges)
    answer: Truth = False
    for low, high in ranges or ():
        answer = either(answer, _between(low, high, port))
    return either(answer, doubt(ranges.maybe)) if isinstance(ranges, Partial) else answer


def _between(low: Any, high: Any, port: int) -> Truth:
    if isinstance(low, int) and port < low:
        return False
    if isinstance(high, int) and port > high:
        return False
    for end in (low, high):
        if isinstance(end, Unknown):
            return doubt(end)
    return True


def port_ranges(value: Any) -> Any:
    """Ports as [low, high] pairs: ``22``, ``"22"``, ``"20-30"``, ``"*"``, ``"22,80"``, or a list of these."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Partial):
        return Partial(_flat_ranges(value), maybe=value.maybe)
    return _flat_ranges(value) if isinstance(value, list) else _range(value)


def _flat_ranges(values: list[Any]) -> list[list[Any]]:
    return [pair for value in values for pair in _range(value)]


def _range(value: Any) -> list[list[Any]]:
    if isinstance(value, Unknown):
        return [[value, value]]
    if isinstance(value, str) and "," in value:
        return [pair for part in value.split(",") for pair in _range(part)]
    if isinstance(value, str) and value.strip().lower() in {"*", "any", "all"}:
        return [[0, LAST_PORT]]
    single = number(value)
    if isinstance(single, int) and single >= 0:
        return [[single, single]]
    low, dash, high = value.partition("-") if isinstance(value, str) else ("", "", "")
    first, last = number(low.strip()), number(high.strip())
    return [[first, last]] if dash and isinstance(first, int) and isinstance(last, int) else []
