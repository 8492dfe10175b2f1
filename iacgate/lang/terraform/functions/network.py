"""Terraform's functions on address ranges. In: values that fit the signatures below. Out: strings; ``Fault`` where
Terraform refuses.

Source: ``go-cidr`` and Terraform's own reading of addresses, which takes leading zeros as decimal.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.functions.text import small
from iacgate.lang.terraform.numbers import whole
from iacgate.lang.terraform.types import STRING
from iacgate.lang.terraform.values import Fault, List

_MOST_NEW_BITS = 32
_WORD = (1 << 64) - 1


class Range:
    """A range of addresses: its first address, its length in bits, the bits of an address.

    An IPv6 range that maps IPv4 ones is written as those, and counted in them: so Terraform's library does it.
    """

    __slots__ = ("bits", "length", "start")

    def __init__(self, start: int, length: int, bits: int) -> None:
        self.bits = bits
        self.length = length
        self.start = start

    @property
    def size(self) -> int:
        return 1 << (self.bits - self.length)

    @property
    def mapped(self) -> bool:
        """Whether it is an IPv6 range of mapped IPv4 addresses."""
        return self.bits == 128 and self.start >> 32 == 0xFFFF

    def joined(self, number: int, length: int) -> int:
        """The address with a number put in before the bits of a length."""
        found = abs(self.start | (number << (self.bits - length)))
        if found.bit_length() > self.bits:
            raise Fault("the range has no such address")
        return found

    def __str__(self) -> str:
        length = max(0, self.length - 96) if self.mapped else self.length
        return f"{address_text(self.start, self.bits)}/{length}"


def address_text(number: int, bits: int) -> str:
    """An address as Go writes it."""
    if bits == 32 or number >> 32 == 0xFFFF:
        return str(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return str(ipaddress.IPv6Address(number))


def read(text: str) -> Range:
    """The range a text spells. Raises ``Fault`` for anything else."""
    address, slash, length = text.partition("/")
    if not slash or not length.isascii() or not length.isdigit() or len(length) > 6:
        raise Fault("this is not a range of addresses")
    start, bits = _parsed(address)
    if int(length) > bits:
        raise Fault("this is not a range of addresses")
    kept = bits - int(length)
    return Range(start >> kept << kept, int(length), bits)


def _parsed(address: str) -> tuple[int, int]:
    try:
        if ":" not in address:
            return int(ipaddress.IPv4Address(_without_zeros(address))), 32
        if "%" in address:
            raise Fault("this is not a range of addresses")
        head, _, tail = address.rpartition(":")
        if "." in tail:
            address = f"{head}:{_without_zeros(tail)}"
        return int(ipaddress.IPv6Address(address)), 128
    except ValueError as error:
        raise Fault("this is not a range of addresses") from error


def _without_zeros(address: str) -> str:
    """Leading zeros are read as decimal, as Terraform does."""
    parts = address.split(".")
    if all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        return ".".join([str(int(part)) for part in parts])
    return address


def _host(prefix: str, number: Any) -> str:
    found, position = read(prefix), whole(number)
    most = found.size - 1
    checked = _wrapped(position & _WORD) if position >= 0 else -position - 1
    if checked > most:
        raise Fault("the range has no such host")
    place = position if position >= 0 else most - checked
    return address_text(found.joined(place, 32 if found.mapped else found.bits), found.bits)


def _wrapped(number: int) -> int:
    """The number as 64 bits with a sign hold it."""
    return number - (1 << 64) if number >> 63 else number


def _netmask(prefix: str) -> str:
    found = read(prefix)
    if found.bits != 32 and not found.mapped:
        raise Fault("an IPv6 range has no netmask")
    return address_text((1 << found.bits) - found.size, found.bits)


def _subnet(prefix: str, bits: Any, number: Any) -> str:
    """A subnet. A negative number of bits and a negative subnet are taken as the library takes them."""
    found, extra, position = read(prefix), small(bits), whole(number)
    length = found.length + extra
    most = (1 << extra) - 1 if 0 <= extra < 64 else _WORD
    if length > found.bits or abs(position) & _WORD > most:
        raise Fault("the range has no such subnet")
    made = Range(found.joined(position, length), length, found.bits)
    return str(made) if length >= 0 else "<nil>"


def _subnets(prefix: str, *bits: Any) -> Any:
    found = read(prefix)
    if bits and (found.start == 0 or found.mapped):  # the library looks for the range before the first one
        raise Fault("the range cannot be divided so")
    made: list[str] = []
    at, end = found.start, found.start + found.size
    for given in bits:
        extra = small(given)
        length = found.length + extra
        if not 1 <= extra <= _MOST_NEW_BITS or length > found.bits:
            raise Fault("the range cannot be divided so")
        size = 1 << (found.bits - length)
        at = -(-at // size) * size
        if at + size > end:
            raise Fault("the range has not enough addresses")
        made.append(str(Range(at, length, found.bits)))
        at += size
    return List(made, STRING)


def _contains(prefix: str, inner: str) -> bool:
    """OpenTofu's: whether a range holds an address or another range."""
    found = read(prefix)
    other = read(inner) if "/" in inner else Range(*_single(inner))
    if other.bits != found.bits:
        raise Fault("an IPv4 and an IPv6 range cannot hold each other")
    return found.start <= other.start and other.start + other.size <= found.start + found.size


def _single(address: str) -> tuple[int, int, int]:
    start, bits = _parsed(address)
    return start, bits, bits


FUNCTIONS: dict[str, Function] = {
    "cidrcontains": Function("string string -> bool", _contains),
    "cidrhost": Function("string number -> string", _host),
    "cidrnetmask": Function("string -> string", _netmask),
    "cidrsubnet": Function("string number number -> string", _subnet),
    "cidrsubnets": Function("string number* -> strings", _subnets),
}
