"""Firewall rules of the clouds, in one form.

``ingress_rules`` and ``egress_rules`` give what *allows* traffic, element by element, each with its place. An element
is the rule as written plus

``direction`` (``ingress`` or ``egress``), ``protocol`` (``tcp``, ``udp``, ``icmp``, …, ``all``), ``ports`` (a list of
[low, high]; all of them for rules that name none), ``cidr_blocks`` (every address range on the other side, IPv4 and
IPv6, whatever the attribute is called).

Read are the three forms of AWS security group rules, network ACLs, Azure network security groups and rules, and
firewalls of Google Cloud. Where it is not known whether a rule allows, the list is partial. The order of rules is not
judged: an *allow* that an earlier *deny* shadows still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from iacgate.lang.jmespath.logic import doubt, first, number, open_end
from iacgate.lang.network import LAST_PORT, open_to_world, port_ranges
from iacgate.lang.places import Placed
from iacgate.model import Partial, Path, Unknown

Body = Mapping[str, Any]
Found = Iterator[Placed | Unknown]
"""Rules that allow, and unknowns that may be or hide such rules."""

_PROTOCOLS = {"-1": "all", "*": "all", "any": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_EVERY_PORT = [[0, LAST_PORT]]


def ingress_rules(context: Any, body: Any) -> Any:
    """The rules of a firewall that let traffic in."""
    return context.once("ingress", body, lambda: _rules(context, body, "ingress"))


def egress_rules(context: Any, body: Any) -> Any:
    """The rules of a firewall that let traffic out."""
    return context.once("egress", body, lambda: _rules(context, body, "egress"))


def _rules(context: Any, body: Any, direction: str) -> Any:
    if isinstance(body, Unknown):
        return body
    reader = _READERS.get(context.type_of(body))
    if reader is None or not isinstance(body, dict):
        return []
    rules: list[Placed] = []
    maybe: Unknown | None = None
    for found in reader(body, direction):
        if isinstance(found, Unknown):
            maybe = first(maybe, doubt(found))
        else:
            rules.append(found)
    return rules if maybe is None else Partial(rules, maybe=maybe)


def _element(
    raw: Body, path: Path, direction: str, protocol: Any, ports: Any, sources: Mapping[Path, Any], **more: Any
) -> Placed:
    """A normalised rule. ``sources`` maps the paths of the attributes with address ranges to their values."""
    given = {place: value for place, value in sources.items() if value is not None}
    cidrs: list[Any] = []
    maybe: Unknown | None = None
    for value in given.values():
        cidrs.extend(value if isinstance(value, list) else [value])
        maybe = first(maybe, open_end(value))
    value = {
        **raw,
        "direction": direction,
        "protocol": _protocol(protocol),
        "ports": ports,
        "cidr_blocks": cidrs if maybe is None else Partial(cidrs, maybe=maybe),
        **more,
    }
    if not given:
        return Placed(path, value)
    shown = next(iter(given))
    if len(given) > 1:
        shown = next((place for place, held in given.items() if open_to_world(held) is True), shown)
    return Placed(path, value, {"cidr_blocks": shown})


def _protocol(value: Any) -> Any:
    if isinstance(value, Unknown):
        return doubt(value)
    spelled = str(value).strip().lower()
    return _PROTOCOLS.get(spelled, spelled)


def _span(low: Any, high: Any) -> list[list[Any]]:
    """The ports between two ends; every port when no end is given (or both are -1, as ICMP writes it)."""
    ends = [end if isinstance(end, Unknown) else number(end) for end in (low, high)]
    if all(end in {None, -1} for end in ends if not isinstance(end, Unknown)) and not any(
        isinstance(end, Unknown) for end in ends
    ):
        return _EVERY_PORT
    start, end = ends
    return [[start if start is not None else end, end if end is not None else start]]


def _blocks(body: Body, key: str) -> Iterator[tuple[Path, Body] | Unknown]:
    """The blocks of a name: (path, block), and unknowns for those that may be there."""
    blocks = body.get(key)
    if isinstance(blocks, Unknown):
        yield blocks
        return
    if isinstance(blocks, dict):
        yield (key,), blocks
        return
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if isinstance(block, Unknown):
            yield block
        elif isinstance(block, dict):
            yield (key, index), block
    maybe = open_end(blocks)
    if maybe is not None:
        yield maybe


def _aws_group(body: Body, direction: str) -> Found:
    for block in _blocks(body, direction):
        yield block if isinstance(block, Unknown) else _aws_rule(block[1], block[0], direction)


def _aws_rule(raw: Body, path: Path, direction: str) -> Placed:
    sources = {(*path, key): raw.get(key) for key in ("cidr_blocks", "ipv6_cidr_blocks")}
    return _element(raw, path, direction, raw.get("protocol"), _span(raw.get("from_port"), raw.get("to_port")), sources)


def _aws_group_rule(body: Body, direction: str) -> Found:
    kind = body.get("type")
    if isinstance(kind, Unknown):
        yield kind
    elif kind == direction:
        yield _aws_rule(body, (), direction)


def _aws_vpc_rule(body: Body, direction: str) -> Placed:
    sources: dict[Path, Any] = {(key,): body.get(key) for key in ("cidr_ipv4", "cidr_ipv6")}
    return _element(
        body, (), direction, body.get("ip_protocol"), _span(body.get("from_port"), body.get("to_port")), sources
    )


def _aws_vpc_ingress(body: Body, direction: str) -> Found:
    if direction == "ingress":
        yield _aws_vpc_rule(body, direction)


def _aws_vpc_egress(body: Body, direction: str) -> Found:
    if direction == "egress":
        yield _aws_vpc_rule(body, direction)


def _acl(body: Body, direction: str) -> Found:
    for block in _blocks(body, direction):
        if isinstance(block, Unknown):
            yield block
        else:
            yield from _acl_entry(block[1], block[0], direction, block[1].get("action"))


def _acl_rule(body: Body, direction: str) -> Found:
    egress = body.get("egress")
    if isinstance(egress, Unknown):
        yield egress
    elif (str(egress).lower() == "true") is (direction == "egress"):
        yield from _acl_entry(body, (), direction, body.get("rule_action"))


def _acl_entry(raw: Body, path: Path, direction: str, action: Any) -> Found:
    allowed = _is_word(action, "allow")
    if isinstance(allowed, Unknown):
        yield allowed
    elif allowed:
        sources = {(*path, key): raw.get(key) for key in ("cidr_block", "ipv6_cidr_block")}
        ports = _span(raw.get("from_port"), raw.get("to_port"))
        yield _element(raw, path, direction, raw.get("protocol"), ports, sources)


def _is_word(value: Any, word: str) -> bool | Unknown:
    return doubt(value) if isinstance(value, Unknown) else str(value).lower() == word


def _azure_group(body: Body, direction: str) -> Found:
    for block in _blocks(body, "security_rule"):
        if isinstance(block, Unknown):
            yield block
        else:
            yield from _azure_entry(block[1], block[0], direction)


def _azure_rule(body: Body, direction: str) -> Found:
    yield from _azure_entry(body, (), direction)


def _azure_entry(raw: Body, path: Path, direction: str) -> Found:
    wanted = "inbound" if direction == "ingress" else "outbound"
    answers = [_is_word(raw.get("direction"), wanted), _is_word(raw.get("access"), "allow")]
    if any(answer is False for answer in answers):
        return
    for answer in answers:
        if isinstance(answer, Unknown):
            yield answer
            return
    side = "source" if direction == "ingress" else "destination"
    sources = {(*path, key): raw.get(key) for key in (f"{side}_address_prefix", f"{side}_address_prefixes")}
    yield _element(raw, path, direction, raw.get("protocol"), _azure_ports(raw), sources)


def _azure_ports(raw: Body) -> Any:
    ranges: list[Any] = []
    maybe: Unknown | None = None
    for key in ("destination_port_range", "destination_port_ranges"):
        found = port_ranges(raw.get(key)) if raw.get(key) is not None else []
        if isinstance(found, Unknown):
            return doubt(found)
        ranges.extend(found)
        maybe = first(maybe, open_end(found))
    return ranges if maybe is None else Partial(ranges, maybe=maybe)


def _google(body: Body, direction: str) -> Found:
    spoken = body.get("direction") or "ingress" if not isinstance(body.get("direction"), Unknown) else body["direction"]
    for answer, wanted in ((_is_word(spoken, direction), True), (_is_word(body.get("disabled"), "true"), False)):
        if isinstance(answer, Unknown):
            yield answer
            return
        if answer is not wanted:
            return
    key = "source_ranges" if direction == "ingress" else "destination_ranges"
    for block in _blocks(body, "allow"):
        if isinstance(block, Unknown):
            yield block
            continue
        path, raw = block
        ports = raw.get("ports")
        open_ports = ports is None or (not isinstance(ports, Unknown | Partial) and not ports)
        ranges = _EVERY_PORT if open_ports else port_ranges(ports)
        yield _element({**body, **raw}, path, direction, raw.get("protocol"), ranges, {(key,): body.get(key)})


_READERS: dict[str, Callable[[Body, str], Found]] = {
    "aws_security_group": _aws_group,
    "aws_default_security_group": _aws_group,
    "aws_security_group_rule": _aws_group_rule,
    "aws_vpc_security_group_ingress_rule": _aws_vpc_ingress,
    "aws_vpc_security_group_egress_rule": _aws_vpc_egress,
    "aws_network_acl": _acl,
    "aws_default_network_acl": _acl,
    "aws_network_acl_rule": _acl_rule,
    "azurerm_network_security_group": _azure_group,
    "azurerm_network_security_rule": _azure_rule,
    "google_compute_firewall": _google,
}
