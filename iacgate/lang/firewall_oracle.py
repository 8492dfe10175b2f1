"""Firewall rules of Oracle Cloud: security lists of subnets, and rules of network security groups.

Room: ``lang``. In: the body of a resource, and a direction. Out: what *allows* traffic, as ``firewall.py`` says.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.firewall_rule import EVERY_PORT, Body, Found, Reader, blocks_of, element, is_word, protocol_of, span
from iacgate.lang.jmespath.logic import doubt
from iacgate.lang.places import Placed
from iacgate.model import Path, Unknown

_PROTOCOLS = {"all", "tcp", "udp", "icmp", "icmpv6"}


def reader_of(kind: str) -> Reader | None:
    """The reader of a resource type, ``None`` for one that is no firewall."""
    return _READERS.get(kind)


def _list(body: Body, direction: str) -> Found:
    """A security list of Oracle: the ports stand in the options themselves."""
    for block in blocks_of(body, f"{direction}_security_rules"):
        yield block if isinstance(block, Unknown) else _element(block[1], block[0], direction)


def _group_rule(body: Body, direction: str) -> Found:
    spoken = is_word(body.get("direction"), direction)
    if isinstance(spoken, Unknown):
        yield spoken
    elif spoken:
        yield _element(body, (), direction)


def _element(raw: Body, path: Path, direction: str) -> Placed:
    """A rule; its other side is a range unless its type says that it is a service or a group."""
    protocol, ports = _ports(raw)
    side = "source" if direction == "ingress" else "destination"
    kind = raw.get(f"{side}_type")
    ranged = kind is None or isinstance(kind, Unknown) or kind == "CIDR_BLOCK"
    sources = {(*path, side): raw.get(side)} if ranged else {}
    return element(raw, path, direction, protocol, ports, sources)


def _ports(raw: Body) -> tuple[Any, Any]:
    """Protocol and ports: options are taken for their own protocol only, so they name it where none can be read.

    Without options every port is meant:
    https://docs.oracle.com/en-us/iaas/api/#/en/iaas/20160918/datatypes/IngressSecurityRule.
    """
    protocol = protocol_of(raw.get("protocol"))
    unread = isinstance(protocol, Unknown) or not (protocol.isdigit() or protocol in _PROTOCOLS)
    for name in ("tcp", "udp"):
        options = _only(raw.get(f"{name}_options"))
        if isinstance(options, Unknown):
            if unread or protocol == name:
                return protocol, doubt(options)
        elif options is not None and (unread or protocol == name):
            inner = _only(options.get("destination_port_range"))
            if isinstance(inner, Unknown):
                return name, doubt(inner)
            ends = options if inner is None else inner
            return name, span(ends.get("min"), ends.get("max"))
    return protocol, EVERY_PORT


def _only(blocks: Any) -> Any:
    """The one block of a name: a mapping, ``None`` where there is none, an unknown where there may be one."""
    for block in blocks_of({"": blocks}, ""):
        return block if isinstance(block, Unknown) else block[1]
    return None


_READERS: dict[str, Reader] = {
    "oci_core_security_list": _list,
    "oci_core_default_security_list": _list,
    "oci_core_network_security_group_security_rule": _group_rule,
}
