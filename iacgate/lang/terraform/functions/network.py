"""Terraform's functions on address ranges. In: known values. Out: strings; ``Fault`` where Terraform refuses."""

from __future__ import annotations

import ipaddress
from typing import Any

from iacgate.lang.terraform.functions.text import whole
from iacgate.lang.terraform.types import to_string
from iacgate.lang.terraform.values import Exhausted, Fault, List

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(value: Any) -> _Network:
    text = to_string(value)
    if "/" not in text or not text.rpartition("/")[2].isdigit():
        raise Fault("this is not a range of addresses")
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        if any(part.startswith("0") and part != "0" for part in text.partition("/")[0].split(".")):
            raise Exhausted("an address with leading zeros") from error
        raise Fault("this is not a range of addresses") from error


def _host(prefix: Any, number: Any) -> str:
    network, position = _network(prefix), whole(number)
    size = network.num_addresses
    if not -size <= position < size:
        raise Fault("the range has no such host")
    return str(network[position])


def _netmask(prefix: Any) -> str:
    network = _network(prefix)
    if network.version != 4:
        raise Fault("an IPv6 range has no netmask")
    return str(network.netmask)


def _subnet(prefix: Any, bits: Any, number: Any) -> str:
    network, extra, position = _network(prefix), whole(bits), whole(number)
    length = network.prefixlen + extra
    if extra < 0 or length > network.max_prefixlen or not -(1 << extra) <= position < 1 << extra:
        raise Fault("the range has no such subnet")
    return _at(network, position % (1 << extra), length)


def _at(network: _Network, position: int, length: int) -> str:
    first = int(network.network_address) + (position << (network.max_prefixlen - length))
    return f"{type(network.network_address)(first)}/{length}"


def _subnets(prefix: Any, *bits: Any) -> Any:
    network = _network(prefix)
    at, end = int(network.network_address), int(network.broadcast_address)
    made: list[str] = []
    for extra in bits:
        length = network.prefixlen + whole(extra)
        if whole(extra) < 1 or length > network.max_prefixlen:
            raise Fault("the range cannot be divided so")
        size = 1 << (network.max_prefixlen - length)
        at = -(-at // size) * size
        if at + size - 1 > end:
            raise Fault("the range has not enough addresses")
        made.append(f"{type(network.network_address)(at)}/{length}")
        at += size
    return List(made)


FUNCTIONS: dict[str, Any] = {"cidrhost": _host, "cidrnetmask": _netmask, "cidrsubnet": _subnet, "cidrsubnets": _subnets}
