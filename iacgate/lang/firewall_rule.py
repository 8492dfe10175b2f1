"""One rule of a firewall in the common form, and what its readers ask of the blocks it is written in.

Room: ``lang``. In: attributes as written. Out: the elements that ``firewall.py`` describes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from iacgate.lang.jmespath.logic import doubt, first, number, open_end
from iacgate.lang.network import LAST_PORT, open_to_world
from iacgate.lang.places import Placed
from iacgate.model import Partial, Path, Unknown

Body = Mapping[str, Any]
Found = Iterator[Placed | Unknown]
"""Rules that allow, and unknowns that may be or hide such rules."""
Reader = Callable[[Body, str], Found]
"""What reads a resource for one direction."""

_PROTOCOLS = {"-1": "all", "*": "all", "any": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
EVERY_PORT = [[0, LAST_PORT]]


def element(
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
        "protocol": protocol_of(protocol),
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


def protocol_of(value: Any) -> Any:
    if isinstance(value, Unknown):
        return doubt(value)
    spelled = str(value).strip().lower()
    return _PROTOCOLS.get(spelled, spelled)


def span(low: Any, high: Any) -> list[list[Any]]:
    """The ports between two ends; every port when no end is given (or both are -1, as ICMP writes it)."""
    ends = [end if isinstance(end, Unknown) else number(end) for end in (low, high)]
    if all(end in {None, -1} for end in ends if not isinstance(end, Unknown)) and not any(
        isinstance(end, Unknown) for end in ends
    ):
        return EVERY_PORT
    start, end = ends
    return [[start if start is not None else end, end if end is not None else start]]


def blocks_of(body: Body, key: str) -> Iterator[tuple[Path, Body] | Unknown]:
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


def is_word(value: Any, word: str) -> bool | Unknown:
    return doubt(value) if isinstance(value, Unknown) else str(value).lower() == word
