"""Firewall rules of the clouds, in one form.

``ingress_rules`` and ``egress_rules`` give what *allows* traffic, element by element, each with its place. An element
is the rule as written plus

``direction`` (``ingress`` or ``egress``), ``protocol`` (``tcp``, ``udp``, ``icmp``, …, ``all``), ``ports`` (a list of
[low, high]; all of them for rules that name none), ``cidr_blocks`` (every address range on the other side, IPv4 and
IPv6, whatever the attribute is called).

Read are the three forms of AWS security group rules, network ACLs, Azure network security groups and rules, firewalls
of Google Cloud, and those of smaller clouds (``firewall_elsewhere.py``). Where it is not known whether a rule allows,
the list is partial. With Azure and Google Cloud rules that come first are weighed, those of the same group or network
wherever they are written (``precedence.py``); with network ACLs and the firewall rules of OpenStack and of
Tencent an *allow* counts whatever an earlier one denies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from iacgate.lang.firewall_rule import EVERY_PORT, Body, Found, Reader, blocks_of, element, is_word, protocol_of, span
from iacgate.lang.jmespath.logic import doubt, first, open_end
from iacgate.lang.network import port_ranges
from iacgate.lang.places import Placed
from iacgate.model import Partial, Path, Unknown

if TYPE_CHECKING:
    from iacgate.lang.precedence import Deny


def ingress_rules(context: Any, body: Any) -> Any:
    """The rules of a firewall that let traffic in."""
    return context.once("ingress", body, lambda: _rules(context, body, "ingress"))


def egress_rules(context: Any, body: Any) -> Any:
    """The rules of a firewall that let traffic out."""
    return context.once("egress", body, lambda: _rules(context, body, "egress"))


def _rules(context: Any, body: Any, direction: str) -> Any:
    if isinstance(body, Unknown):
        return body
    reader = _reader(context.type_of(body))
    if reader is None or not isinstance(body, dict):
        return []
    known, alike, why = _open_blocks(body)
    rules, maybe = _read(reader, known, direction)
    like: list[Any] | None = []
    if alike is not None:
        further, doubted = _read(reader, alike, direction)
        like = None if doubted is not None or maybe is not None else [rule.value for rule in further]
        maybe = first(maybe, why if like != [] else None)
    weighed = _WEIGHED.get(context.type_of(body)) if rules else None
    if weighed is not None:
        denies = _denies_before(context, body, direction)
        if denies:
            from iacgate.lang.precedence import reached

            rules, unsure = reached(rules, denies, weighed.order, partial(weighed.limits, direction))
            maybe, like = first(maybe, unsure), like if unsure is None else None
    if maybe is None:
        return rules
    return Partial(rules, maybe=maybe, like=like if alike is not None else None)


def _read(reader: Reader, body: Body, direction: str) -> tuple[list[Placed], Unknown | None]:
    """The rules that allow, and why there may be more."""
    rules: list[Placed] = []
    maybe: Unknown | None = None
    for found in reader(body, direction):
        if isinstance(found, Unknown):
            maybe = first(maybe, doubt(found))
        else:
            rules.append(found)
    return rules, maybe


def _open_blocks(body: Body) -> tuple[Body, Body | None, Unknown | None]:
    """The body with the blocks that are there; with those that may be there in their place, and why they may be."""
    open_ended = {key: value for key, value in body.items() if isinstance(value, Partial) and value.like is not None}
    if not open_ended:
        return body, None, None
    known = {**body, **{key: list(value) for key, value in open_ended.items()}}
    alike = {**body, **{key: value.like for key, value in open_ended.items()}}
    return known, alike, next(doubt(value.maybe) for value in open_ended.values())


def _reader(kind: str) -> Reader | None:
    if kind.startswith(_ELSEWHERE):
        from iacgate.lang.firewall_elsewhere import reader_of

        return reader_of(kind)
    if kind.startswith("oci_"):
        from iacgate.lang.firewall_oracle import reader_of

        return reader_of(kind)
    return _READERS.get(kind)


def _denies_before(context: Any, body: Body, direction: str) -> list[Any]:
    """The rules that deny in the firewall that a body is a part of."""
    from iacgate.lang.siblings import denies_of

    return denies_of(context, context.resource_of(body), direction, _DENIES)


def _aws_ports(raw: Body, protocol: Any) -> list[list[Any]]:
    """The ports of a rule of AWS: all of them where it is for all protocols, whatever ends it names."""
    every = not isinstance(protocol, Unknown) and protocol_of(protocol) == "all"
    return EVERY_PORT if every else span(raw.get("from_port"), raw.get("to_port"))


def _aws_group(body: Body, direction: str) -> Found:
    for block in blocks_of(body, direction):
        yield block if isinstance(block, Unknown) else _aws_rule(block[1], block[0], direction)


def _aws_rule(raw: Body, path: Path, direction: str) -> Placed:
    sources = {(*path, key): raw.get(key) for key in ("cidr_blocks", "ipv6_cidr_blocks")}
    return element(raw, path, direction, raw.get("protocol"), _aws_ports(raw, raw.get("protocol")), sources)


def _aws_group_rule(body: Body, direction: str) -> Found:
    kind = body.get("type")
    if isinstance(kind, Unknown):
        yield kind
    elif kind == direction:
        yield _aws_rule(body, (), direction)


def _aws_vpc_rule(body: Body, direction: str) -> Placed:
    sources: dict[Path, Any] = {(key,): body.get(key) for key in ("cidr_ipv4", "cidr_ipv6")}
    ports = _aws_ports(body, body.get("ip_protocol"))
    return element(body, (), direction, body.get("ip_protocol"), ports, sources)


def _aws_vpc_ingress(body: Body, direction: str) -> Found:
    if direction == "ingress":
        yield _aws_vpc_rule(body, direction)


def _aws_vpc_egress(body: Body, direction: str) -> Found:
    if direction == "egress":
        yield _aws_vpc_rule(body, direction)


def _acl(body: Body, direction: str) -> Found:
    for block in blocks_of(body, direction):
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
    allowed = is_word(action, "allow")
    if isinstance(allowed, Unknown):
        yield allowed
    elif allowed:
        sources = {(*path, key): raw.get(key) for key in ("cidr_block", "ipv6_cidr_block")}
        ports = _aws_ports(raw, raw.get("protocol"))
        yield element(raw, path, direction, raw.get("protocol"), ports, sources)


def _azure_group(body: Body, direction: str) -> Found:
    for block in blocks_of(body, "security_rule"):
        if isinstance(block, Unknown):
            yield block
        else:
            yield from _azure_entry(block[1], block[0], direction)


def _azure_rule(body: Body, direction: str) -> Found:
    yield from _azure_entry(body, (), direction)


def _azure_entry(raw: Body, path: Path, direction: str) -> Found:
    answers = _azure_answers(raw, direction, "allow")
    if any(answer is False for answer in answers):
        return
    for answer in answers:
        if isinstance(answer, Unknown):
            yield answer
            return
    yield _azure_element(raw, path, direction)


def _azure_answers(raw: Body, direction: str, access: str) -> list[bool | Unknown]:
    wanted = "inbound" if direction == "ingress" else "outbound"
    return [is_word(raw.get("direction"), wanted), is_word(raw.get("access"), access)]


def _azure_element(raw: Body, path: Path, direction: str) -> Placed:
    side = "source" if direction == "ingress" else "destination"
    sources = {(*path, key): raw.get(key) for key in (f"{side}_address_prefix", f"{side}_address_prefixes")}
    return element(raw, path, direction, raw.get("protocol"), _azure_ports(raw), sources)


def _azure_denies(body: Body, direction: str) -> Iterator[Deny]:
    """What a network security group, or a rule of one, denies."""
    from iacgate.lang.precedence import deny

    for found in blocks_of(body, "security_rule") if "security_rule" in body else iter([((), body)]):
        if isinstance(found, Unknown):
            continue  # the group's own rules are partial then
        raw = found[1]
        answers = _azure_answers(raw, direction, "deny")
        if any(answer is False for answer in answers):
            continue
        maybe = first(*(answer for answer in answers if isinstance(answer, Unknown)))
        element = _azure_element(raw, (), direction)
        yield deny(element, _azure_order(raw), _azure_limits(direction, raw), maybe)


def _azure_order(raw: Body) -> Any:
    from iacgate.lang.precedence import order_of

    return order_of(raw.get("priority"))


def _azure_limits(direction: str, raw: Body) -> dict[str, Any]:
    other = "destination" if direction == "ingress" else "source"
    names = [f"{other}_address_prefix", f"{other}_address_prefixes", "source_port_range", "source_port_ranges"]
    names += ["source_application_security_group_ids", "destination_application_security_group_ids"]
    return {name: raw.get(name) for name in names}


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
    for answer in _google_answers(body, direction):
        if isinstance(answer, Unknown):
            yield answer
            return
        if not answer:
            return
    for block in blocks_of(body, "allow"):
        yield block if isinstance(block, Unknown) else _google_element(body, block[1], block[0], direction)


def _google_answers(body: Body, direction: str) -> list[bool | Unknown]:
    """Whether a firewall is for a direction, and whether it is on."""
    spoken = body.get("direction") or "ingress" if not isinstance(body.get("direction"), Unknown) else body["direction"]
    disabled = is_word(body.get("disabled"), "true")
    return [is_word(spoken, direction), disabled if isinstance(disabled, Unknown) else not disabled]


def _google_element(body: Body, raw: Body, path: Path, direction: str) -> Placed:
    key = "source_ranges" if direction == "ingress" else "destination_ranges"
    ports = raw.get("ports")
    open_ports = ports is None or (not isinstance(ports, Unknown | Partial) and not ports)
    ranges = EVERY_PORT if open_ports else port_ranges(ports)
    return element({**body, **raw}, path, direction, raw.get("protocol"), ranges, {(key,): body.get(key)})


def _google_denies(body: Body, direction: str) -> Iterator[Deny]:
    """What a firewall of Google Cloud denies."""
    from iacgate.lang.precedence import deny

    answers = _google_answers(body, direction)
    if any(answer is False for answer in answers):
        return
    maybe = first(*(answer for answer in answers if isinstance(answer, Unknown)))
    for block in blocks_of(body, "deny"):
        if not isinstance(block, Unknown):
            element = _google_element(body, block[1], (), direction)
            yield deny(element, _google_order(body), _google_limits(direction, body), maybe)


def _google_order(body: Body) -> Any:
    from iacgate.lang.precedence import order_of

    return order_of(body.get("priority"), 1000)


def _google_limits(direction: str, body: Body) -> dict[str, Any]:
    names = ["target_tags", "target_service_accounts"]
    names += ["destination_ranges"] if direction == "ingress" else ["source_ranges"]
    return {name: body.get(name) for name in names}


class _Weighed(NamedTuple):
    """How the rules of a firewall are put in order, and what narrows them."""

    order: Callable[[Body], Any]
    limits: Callable[[str, Body], dict[str, Any]]


_WEIGHED = {
    "azurerm_network_security_group": _Weighed(_azure_order, _azure_limits),
    "azurerm_network_security_rule": _Weighed(_azure_order, _azure_limits),
    "google_compute_firewall": _Weighed(_google_order, _google_limits),
}
_ELSEWHERE = ("alicloud_", "openstack_", "digitalocean_", "nifcloud_", "yandex_", "tencentcloud_", "ncloud_")
_DENIES: dict[str, Callable[[Body, str], Iterator[Deny]]] = {
    "azurerm_network_security_group": _azure_denies,
    "azurerm_network_security_rule": _azure_denies,
    "google_compute_firewall": _google_denies,
}
_READERS: dict[str, Reader] = {
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
