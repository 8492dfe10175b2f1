"""Firewall rules of smaller clouds: OpenStack, DigitalOcean, Nifcloud, Yandex, Tencent, Naver.

Room: ``lang``. In: the body of a resource, and a direction. Out: what *allows* traffic, as ``firewall.py`` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iacgate.lang.firewall_rule import EVERY_PORT, Body, Found, Reader, blocks_of, element, is_word, span
from iacgate.lang.jmespath.logic import Truth, both, doubt, either, negate, number, truth
from iacgate.lang.network import port_ranges
from iacgate.lang.places import Placed
from iacgate.model import Path, Unknown


def reader_of(kind: str) -> Reader | None:
    """The reader of a resource type, ``None`` for one that is no firewall."""
    return _READERS.get(kind)


def _everybody(version: Any) -> Any:
    """The range that is meant where none is named: of IPv4, or of IPv6 where that is said."""
    if isinstance(version, Unknown):
        return doubt(version)
    return "::/0" if str(version).strip().lower() in {"ipv6", "6"} else "0.0.0.0/0"


def _openstack_group_rule(body: Body, direction: str) -> Found:
    """A rule of a security group of Neutron: what it leaves out (protocol, ports, the other side) is not limited.

    https://docs.openstack.org/api-ref/network/v2/#security-group-rules-security-group-rules; ports from 0 to 0 stand
    for all of them, says the provider.
    """
    spoken = is_word(body.get("direction"), direction)
    if isinstance(spoken, Unknown):
        yield spoken
    elif spoken:
        groups = [body.get("remote_group_id"), body.get("remote_address_group_id")]
        sources = _openstack_sources(body, "remote_ip_prefix", groups, body.get("ethertype"))
        ports = _openstack_ports(body.get("port_range_min"), body.get("port_range_max"))
        yield element(body, (), direction, _named(body.get("protocol"), "all"), ports, sources)


def _openstack_compute_group(body: Body, direction: str) -> Found:
    """A security group of Nova: its rules let in only, and one that names neither range nor group is refused."""
    for block in blocks_of(body, "rule") if direction == "ingress" else ():
        if isinstance(block, Unknown):
            yield block
            continue
        path, raw = block
        ports = span(raw.get("from_port"), raw.get("to_port"))
        yield element(raw, path, direction, raw.get("ip_protocol"), ports, {(*path, "cidr"): raw.get("cidr")})


def _openstack_sources(body: Body, key: str, groups: list[Any], version: Any) -> dict[Path, Any]:
    """The ranges on the other side: the one named, everybody where neither a range nor a group is."""
    if truth(body.get(key)) is not False:
        return {(key,): body.get(key)}
    grouped: Truth = False
    for group in groups:
        grouped = either(grouped, truth(group))
    if grouped is True:
        return {}
    return {(key,): _everybody(version) if grouped is False else grouped}


def _named(value: Any, other: Any) -> Any:
    """A value, or another where it certainly says nothing."""
    return other if truth(value) is False else value


def _openstack_ports(low: Any, high: Any) -> list[list[Any]]:
    ends = [end if isinstance(end, Unknown) else number(end) for end in (low, high)]
    return EVERY_PORT if not any(isinstance(end, Unknown) for end in ends) and ends == [0, 0] else span(low, high)


def _openstack_firewall(body: Body, direction: str) -> Found:
    """A rule of a firewall of OpenStack, which has no direction: its sources come in, its destinations are reached."""
    disabled = is_word(body.get("enabled"), "false")
    for answer in (is_word(body.get("action"), "allow"), disabled if isinstance(disabled, Unknown) else not disabled):
        if isinstance(answer, Unknown):
            yield answer
            return
        if not answer:
            return
    key = "source_ip_address" if direction == "ingress" else "destination_ip_address"
    sources = _openstack_sources(body, key, [], body.get("ip_version"))
    yield element(body, (), direction, _named(body.get("protocol"), "all"), _colon_ports(body), sources)


def _colon_ports(body: Body) -> Any:
    """Ports as FWaaS writes them: ``22``, or ``20:30``; every port where none is named."""
    port = body.get("destination_port")
    if isinstance(port, str):
        port = port.replace(":", "-")
    return EVERY_PORT if truth(port) is False else port_ranges(port)


def _digitalocean(body: Body, direction: str) -> Found:
    """https://docs.digitalocean.com/reference/api/reference/firewalls/: port ``0`` or ``all`` stands for all ports."""
    name, side = ("inbound_rule", "source") if direction == "ingress" else ("outbound_rule", "destination")
    for block in blocks_of(body, name):
        if isinstance(block, Unknown):
            yield block
            continue
        path, raw = block
        ports = raw.get("port_range")
        every = truth(ports) is False or (not isinstance(ports, Unknown) and str(ports) == "0")
        sources = {(*path, f"{side}_addresses"): raw.get(f"{side}_addresses")}
        yield element(raw, path, direction, raw.get("protocol"), EVERY_PORT if every else port_ranges(ports), sources)


def _nifcloud_rule(body: Body, direction: str) -> Found:
    spoken = is_word(body.get("type"), "in" if direction == "ingress" else "out")
    if isinstance(spoken, Unknown):
        yield spoken
    elif spoken:
        ports = span(body.get("from_port"), body.get("to_port"))
        yield element(body, (), direction, body.get("protocol"), ports, {("cidr_ip",): body.get("cidr_ip")})


def _nifcloud_group(body: Body, direction: str) -> Found:
    """Who may reach databases or files of Nifcloud: no ports are named."""
    for block in blocks_of(body, "rule") if direction == "ingress" else ():
        if isinstance(block, Unknown):
            yield block
        else:
            sources = {(*block[0], "cidr_ip"): block[1].get("cidr_ip")}
            yield element(block[1], block[0], direction, "all", EVERY_PORT, sources)


def _yandex_element(raw: Body, path: Path, direction: str) -> Placed:
    """A rule of a security group of Yandex: every port is meant where none is named, or -1.

    https://yandex.cloud/en/docs/vpc/concepts/security-groups
    """
    single = raw.get("port")
    named = truth(single) is not False and (isinstance(single, Unknown) or number(single) != -1)
    ports = span(single, single) if named else span(raw.get("from_port"), raw.get("to_port"))
    sources = {(*path, key): raw.get(key) for key in ("v4_cidr_blocks", "v6_cidr_blocks")}
    return element(raw, path, direction, _named(raw.get("protocol"), "all"), ports, sources)


def _yandex_group(body: Body, direction: str) -> Found:
    for block in blocks_of(body, direction):
        yield block if isinstance(block, Unknown) else _yandex_element(block[1], block[0], direction)


def _yandex_rule(body: Body, direction: str) -> Found:
    spoken = is_word(body.get("direction"), direction)
    if isinstance(spoken, Unknown):
        yield spoken
    elif spoken:
        yield _yandex_element(body, (), direction)


def _allowing(body: Body, direction: str, key: str, word: str) -> Iterator[tuple[Path, Body] | Unknown]:
    """The blocks of a direction that allow, where each says in ``key`` what it does."""
    for block in blocks_of(body, direction):
        answer = block if isinstance(block, Unknown) else is_word(block[1].get(key), word)
        if isinstance(answer, Unknown):
            yield answer
        elif answer:
            yield block


def _tencent_element(raw: Body, path: Path, direction: str, keys: tuple[str, ...], ports: str, protocol: str) -> Placed:
    """A rule of Tencent Cloud: what it leaves out is not limited, but for what a template names."""
    port, spoken = raw.get(ports), raw.get(protocol)
    every = truth(port) is False or (not isinstance(port, Unknown) and str(port).lower() == "all")
    sources = {(*path, key): raw.get(key) for key in keys}
    return element(raw, path, direction, _named(spoken, "all"), EVERY_PORT if every else port_ranges(port), sources)


def _tencent_set(body: Body, direction: str) -> Found:
    for block in _allowing(body, direction, "action", "accept"):
        if isinstance(block, Unknown):
            yield block
            continue
        path, raw = block
        template = either(truth(raw.get("service_template_id")), truth(raw.get("service_template_group")))
        if isinstance(template, Unknown):
            yield template
        elif not template:
            yield _tencent_element(raw, path, direction, ("cidr_block", "ipv6_cidr_block"), "port", "protocol")


def _tencent_rule(body: Body, direction: str) -> Found:
    typed, accepted = is_word(body.get("type"), direction), is_word(body.get("policy"), "accept")
    answer = both(both(typed, accepted), negate(truth(body.get("protocol_template"))))
    if isinstance(answer, Unknown):
        yield answer
    elif answer:
        yield _tencent_element(body, (), direction, ("cidr_ip", "ipv6_cidr_block"), "port_range", "ip_protocol")


def _ncloud_element(raw: Body, path: Path, direction: str) -> Placed:
    ports = raw.get("port_range")
    found = EVERY_PORT if truth(ports) is False else port_ranges(ports)
    return element(raw, path, direction, raw.get("protocol"), found, {(*path, "ip_block"): raw.get("ip_block")})


def _ncloud_group(body: Body, direction: str) -> Found:
    for block in blocks_of(body, "inbound" if direction == "ingress" else "outbound"):
        yield block if isinstance(block, Unknown) else _ncloud_element(block[1], block[0], direction)


def _ncloud_acl(body: Body, direction: str) -> Found:
    for block in _allowing(body, "inbound" if direction == "ingress" else "outbound", "rule_action", "allow"):
        yield block if isinstance(block, Unknown) else _ncloud_element(block[1], block[0], direction)


def _alicloud_rule(body: Body, direction: str) -> Found:
    """Ports are written ``22/25``, and ``-1/-1`` for all of them; a rule that drops allows nothing."""
    for key, word in (("type", direction), ("policy", "accept")):
        spoken = is_word(_named(body.get(key), word), word)
        if isinstance(spoken, Unknown):
            yield spoken
            return
        if not spoken:
            return
    ranges: dict[Path, Any] = {(key,): body.get(key) for key in ("cidr_ip", "ipv6_cidr_ip")}
    yield element(body, (), direction, body.get("ip_protocol"), _slash_ports(body.get("port_range")), ranges)


def _slash_ports(ports: Any) -> Any:
    if not isinstance(ports, str):
        return EVERY_PORT if truth(ports) is False else port_ranges(ports)
    return EVERY_PORT if ports in {"", "-1/-1"} else port_ranges(ports.replace("/", "-"))


_READERS: dict[str, Reader] = {
    "alicloud_security_group_rule": _alicloud_rule,
    "openstack_networking_secgroup_rule_v2": _openstack_group_rule,
    "openstack_compute_secgroup_v2": _openstack_compute_group,
    "openstack_fw_rule_v1": _openstack_firewall,
    "openstack_fw_rule_v2": _openstack_firewall,
    "digitalocean_firewall": _digitalocean,
    "nifcloud_security_group_rule": _nifcloud_rule,
    "nifcloud_db_security_group": _nifcloud_group,
    "nifcloud_nas_security_group": _nifcloud_group,
    "yandex_vpc_security_group": _yandex_group,
    "yandex_vpc_default_security_group": _yandex_group,
    "yandex_vpc_security_group_rule": _yandex_rule,
    "tencentcloud_security_group_rule_set": _tencent_set,
    "tencentcloud_security_group_rule": _tencent_rule,
    "ncloud_access_control_group_rule": _ncloud_group,
    "ncloud_network_acl_rule": _ncloud_acl,
}
