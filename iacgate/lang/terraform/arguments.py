"""Which argument of a function a value, or a part of it, comes from.

Room: ``lang``. In: the spot of a call. Out: the spot of the argument, with the way into that; ``None`` where no single
argument can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from iacgate.lang.terraform.expressions import evaluate
from iacgate.lang.terraform.spots import NONE, Same, Spot, Way, element_of, mark_of
from iacgate.lang.terraform.values import Exhausted, Fault, Set, first_unknown, is_null
from iacgate.model import Unknown
from iacgate.syntax.hcl import nodes


def of_call(spot: Spot) -> Spot | None:
    node: Any = spot.node
    name = node.name.removeprefix("core::")
    if node.expand or not node.arguments or name in ENDS or (name in _CODES and not spot.way):
        return None
    if name in _CHOOSERS:
        return _CHOOSERS[name](spot, node.arguments)
    if name in _SAME:
        return spot.at(node.arguments[0], spot.way)
    if name in _REARRANGING:
        return _rearranged(spot, node.arguments)
    return only(spot, node.arguments)


def _rearranged(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    """Functions that give elements of their arguments, in another order: the element is found by its value."""
    if not spot.way:
        return only(spot, arguments)
    key = spot.way[0]
    value = key.value if isinstance(key, Same) else element_of(spot.value(), key)
    if value is NONE or first_unknown(value) is not None:
        return None
    for argument in arguments:
        held = spot.remembered("held", argument, lambda argument=argument: _held(spot.value(argument)))  # type: ignore[misc]  # bound now
        found = held.get(mark_of(value))
        if found is not None:
            return spot.at(argument, (*found, *spot.way[1:]))
    return None


def _held(value: Any) -> dict[Any, Way]:
    """The ways to the elements of a list, and of lists inside of it, by their marks; the first of equal ones."""
    found: dict[Any, Way] = {}
    pending: list[tuple[Way, Any]] = [((), value)]
    while pending:
        way, node = pending.pop()
        if way:
            found.setdefault(mark_of(node), way)
        if isinstance(node, Set):
            pending.extend(((*way, Same(item)), item) for item in reversed(node))
        elif isinstance(node, list):
            pending.extend(((*way, at), node[at]) for at in reversed(range(len(node))))
    return found


def _merge(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    if not spot.way:
        return only(spot, arguments)
    for argument in reversed(arguments):
        if element_of(spot.value(argument), spot.way[0]) is not NONE:
            return spot.at(argument, spot.way)
    return None


def _concat(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    if not spot.way or isinstance(spot.way[0], Same):
        return _rearranged(spot, arguments)
    left = spot.way[0]
    for argument in arguments:
        value = spot.value(argument)
        if not isinstance(value, list) or not isinstance(left, int):
            return None
        if left < len(value):
            step = Same(value[left]) if isinstance(value, Set) else left
            return spot.at(argument, (step, *spot.way[1:]))
        left -= len(value)
    return None


def _lookup(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    key = spot.value(arguments[1]) if len(arguments) > 1 else None
    if isinstance(key, Unknown):
        return spot.at(arguments[1], ())
    table = spot.value(arguments[0])
    if isinstance(table, Unknown):
        return spot.at(arguments[0], ())
    if isinstance(key, str | int) and element_of(table, key) is not NONE:
        return spot.at(arguments[0], (str(key), *spot.way))
    return spot.at(arguments[2], spot.way) if len(arguments) > 2 else None


def _element(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    value, key = (spot.value(argument) for argument in arguments[:2]) if len(arguments) > 1 else (None, None)
    if not isinstance(value, list) or not value or not isinstance(key, int):
        return only(spot, arguments)
    return spot.at(arguments[0], (key % len(value), *spot.way))


def _first_that(fits: Callable[[Any], bool]) -> Callable[[Spot, tuple[nodes.Expression, ...]], Spot | None]:
    def choose(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
        for argument in arguments:
            value = spot.value(argument)
            if isinstance(value, Unknown) or fits(value):
                return spot.at(argument, spot.way)
        return None

    return choose


def _try(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    for argument in arguments:
        try:
            evaluate(argument, spot.scope)
        except Fault:
            continue
        except Exhausted:
            return None
        return spot.at(argument, spot.way)
    return None


def _one(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    value = spot.value(arguments[0])
    step = Same(value[0]) if isinstance(value, Set) and value else 0
    return spot.at(arguments[0], (step, *spot.way))


def _values(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    table, key = spot.value(arguments[0]), spot.way[0] if spot.way else None
    if not isinstance(table, dict) or not isinstance(key, int) or not 0 <= key < len(table):
        return only(spot, arguments)
    return spot.at(arguments[0], (sorted(table)[key], *spot.way[1:]))


def only(spot: Spot, parts: Iterable[nodes.Expression]) -> Spot | None:
    open_ones = [part for part in parts if not isinstance(part, nodes.Literal)]
    unknown = [part for part in open_ones if isinstance(spot.value(part), Unknown)] if len(open_ones) > 1 else []
    chosen = open_ones if len(open_ones) == 1 else unknown[:1]
    return spot.at(chosen[0], ()) if chosen else None


_CHOOSERS: dict[str, Callable[[Spot, tuple[nodes.Expression, ...]], Spot | None]] = {
    "merge": _merge,
    "concat": _concat,
    "lookup": _lookup,
    "element": _element,
    "coalesce": _first_that(lambda value: not is_null(value) and value != ""),
    "coalescelist": _first_that(lambda value: isinstance(value, list) and bool(value)),
    "try": _try,
    "one": _one,
    "values": _values,
}
_SAME = frozenset({
    "tolist", "tomap", "tostring", "tonumber", "tobool", "sensitive", "nonsensitive", "jsonencode", "jsondecode",
    "yamldecode", "yamlencode",
})  # fmt: skip
"""Functions whose value has the shape of their argument."""
_CODES = frozenset({"jsonencode", "jsondecode", "yamldecode", "yamlencode"})
_REARRANGING = frozenset({
    "toset", "distinct", "sort", "compact", "reverse", "flatten", "slice", "setunion", "setsubtract",
    "setintersection",
})  # fmt: skip
ENDS = frozenset({"file", "templatefile"})
"""Functions whose value stands in another file."""
