"""Inside of one expression: which part of it a value, or a part of that value, comes from.

Room: ``lang``. In: a :class:`Spot`, an expression with a path into its value and the scope it is evaluated in. Out: the
spot of the part that is written for it: an element of a list, the arm of a condition that is taken, the argument of
``merge`` that has the key. Where that cannot be told the spot stays where it is: never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from iacgate.lang.terraform.arguments import of_call, only
from iacgate.lang.terraform.expressions import evaluate, pairs
from iacgate.lang.terraform.spots import Bound, Same, Spot, Way, mark_of, same
from iacgate.lang.terraform.types import to_bool
from iacgate.lang.terraform.values import Exhausted, Fault, Set, is_null
from iacgate.model import Unknown, reveal
from iacgate.syntax.hcl import nodes

MOST_PARTS = 200
"""How many steps are taken inside of one expression."""


def narrowed(spot: Spot) -> Spot:
    """The deepest part of the expression that its value can be told to come from."""
    for _ in range(MOST_PARTS):
        inner = _INNER.get(type(spot.node))
        found = inner(spot) if inner else None
        if found is None:
            return spot
        spot = found
    return spot


def steps_into(spot: Spot, base: nodes.Expression, steps: Iterable[nodes.Step]) -> Way | None:
    """The way of a spot with the steps of a reference before it; ``None`` where one of them cannot be told."""
    way: list[str | int | Same] = []
    rest = list(spot.way)
    passed: list[nodes.Step] = []
    for step in steps:
        if isinstance(step, nodes.AttributeStep):
            way.append(step.name)
        elif isinstance(step, nodes.IndexStep):
            key = spot.value(step.key)
            if not isinstance(key, str | int):
                return None
            way.append(key)
        else:
            if not rest:
                return (*way,)
            listed = spot.value(_reached(base, passed))
            taken = _taken(spot, rest.pop(0), _reached(base, [*passed, step]))
            if taken is None:
                return None
            if isinstance(listed, list):
                way.append(Same(listed[taken]) if isinstance(listed, Set) else taken)
            inner = steps_into(spot.at(spot.node, ()), base, step.each)
            if inner is None:
                return None
            way.extend(inner)
        passed.append(step)
    return (*way, *rest)


def _taken(spot: Spot, wanted: str | int | Same, splat: nodes.Expression) -> int | None:
    """The position of the element of a splat that a step leads to."""
    if isinstance(wanted, int):
        return wanted
    found = spot.value(splat)
    if not isinstance(wanted, Same) or not isinstance(found, list):
        return None
    return next((at for at, item in enumerate(found) if same(item, wanted.value)), None)


def _reached(base: nodes.Expression, steps: list[nodes.Step]) -> nodes.Expression:
    if isinstance(base, nodes.Traversal) and not base.steps:
        return nodes.Traversal(base.name, tuple(steps), base.start, base.end)
    return nodes.Access(base, tuple(steps), base.start, base.end) if steps else base


# One kind of expression each; ``None`` where it does not lead further


def _template(spot: Spot) -> Spot | None:
    node: Any = spot.node
    if node.wrapped is not None:
        return spot.at(node.wrapped, spot.way)
    holes = [part for part in node.parts if not isinstance(part, nodes.Literal)]
    if spot.way or len(holes) != 1 or not isinstance(holes[0], nodes.Interpolation):
        return None
    return spot.at(holes[0].expression, ())


def _tuple(spot: Spot) -> Spot | None:
    node: Any = spot.node
    if not spot.way:
        return spot.at(node.items[0], ()) if len(node.items) == 1 else None
    key = spot.way[0]
    if isinstance(key, Same):
        at = _index(spot, "items", key.value)
        return None if at is None else spot.at(node.items[at], spot.way[1:])
    return spot.at(node.items[key], spot.way[1:]) if isinstance(key, int) and 0 <= key < len(node.items) else None


def _object(spot: Spot) -> Spot | None:
    node: Any = spot.node
    if not spot.way:
        return None
    key: Any = spot.way[0]
    if key == 0 and len(spot.way) > 1:
        return spot.at(node, spot.way[1:])  # in JSON a single block may stand without a list
    by_value = isinstance(key, Same) and not key.or_key
    wanted = key.value if isinstance(key, Same) else key
    at = _index(spot, "values" if by_value else "keys", wanted)
    return None if at is None else spot.at(node.items[at].value, spot.way[1:])


_PARTS: dict[str, Callable[[Any], Sequence[nodes.Expression]]] = {
    "items": lambda node: node.items,
    "keys": lambda node: [item.key for item in node.items],
    "values": lambda node: [item.value for item in node.items],
}


def _index(spot: Spot, word: str, wanted: Any) -> int | None:
    """Which of the parts of a list or an object certainly has a value, the last one that has. Constants, of which there
    may be thousands, are looked up."""
    found = spot.remembered(word, spot.node, lambda: _constants(_PARTS[word](spot.node)))
    constants: dict[str, int] = found[0]
    others: bool = found[1]
    if isinstance(wanted, str) and (wanted in constants or not others):
        return constants.get(wanted)
    return _searched(spot, _PARTS[word](spot.node), wanted)


def _constants(parts: Sequence[nodes.Expression]) -> tuple[dict[str, int], bool]:
    """The parts that are plain text, and whether there are others."""
    found: dict[str, int] = {}
    others = False
    for at, part in enumerate(parts):
        if isinstance(part, nodes.Literal) and isinstance(part.value, str):
            found[part.value] = at
        else:
            others = True
    return found, others


def _searched(spot: Spot, parts: Sequence[nodes.Expression], wanted: Any) -> int | None:
    return next((at for at in reversed(range(len(parts))) if _is(spot, parts[at], wanted)), None)


def _is(spot: Spot, node: nodes.Expression, wanted: Any) -> bool:
    """Whether an expression certainly has a value; constants, of which there may be thousands, are only compared."""
    if type(node) is nodes.Literal and isinstance(node.value, str) and isinstance(wanted, str):
        return node.value == wanted
    return same(spot.value(node), wanted)


def key_place(spot: Spot, key: Any) -> nodes.Node | None:
    """Where the key of an object is written."""
    if not isinstance(spot.node, nodes.Object):
        return None
    at = _index(spot, "keys", key)
    return None if at is None else spot.node.items[at].key


def _conditional(spot: Spot) -> Spot | None:
    node: Any = spot.node
    condition = spot.value(node.condition)
    if condition is None or isinstance(condition, Unknown):
        return None if condition is None else spot.at(node.condition, ())
    try:
        return spot.at(node.then if to_bool(condition) else node.otherwise, spot.way)
    except Fault:
        return None


def _access(spot: Spot) -> Spot | None:
    node: Any = spot.node
    way = steps_into(spot, node.base, node.steps)
    return None if way is None else spot.at(node.base, way)


def _only_operand(spot: Spot) -> Spot | None:
    """Of an operator the one operand that is no constant."""
    node: Any = spot.node
    operands = (node.operand,) if isinstance(node, nodes.Unary) else node.operands
    return only(spot, operands)


def _for(spot: Spot) -> Spot | None:
    """The element of a ``for`` expression at one step, with its names bound."""
    node: Any = spot.node
    if not spot.way:
        return spot.at(node.collection, ())
    try:
        return _round(spot, node, spot.way[0])
    except (Fault, Exhausted):
        return None


class _Rounds(NamedTuple):
    """The rounds of a ``for`` expression that are kept: the key and the value of each; which one makes which value."""

    rows: list[tuple[Any, Any]]
    by_key: dict[Any, int]
    by_value: dict[Any, int]
    is_set: bool


def _round(spot: Spot, node: Any, wanted: str | int | Same) -> Spot | None:
    rounds = spot.remembered("rounds", node, lambda: _rounds(spot, node))
    at = _which(rounds, node, wanted)
    if at is None:
        return None
    key, value = rounds.rows[at]
    inner = _inside(spot, node, key, value)
    bound = Bound(spot.at(node.collection, ()), Same(value) if rounds.is_set else key)
    return inner._replace(names={**spot.names, node.value: bound})


def _inside(spot: Spot, node: Any, key: Any, value: Any) -> Spot:
    names = {node.value: value, **({node.key: key} if node.key else {})}
    return Spot(node.element, spot.way[1:], spot.file, spot.scope.inner(names), {})


def _rounds(spot: Spot, node: Any) -> _Rounds:
    collection = reveal(evaluate(node.collection, spot.scope))
    if isinstance(collection, Unknown):
        return _Rounds([], {}, {}, is_set=False)
    rounds = _Rounds([], {}, {}, is_set=isinstance(collection, Set))
    for key, value in pairs(collection, spot.scope):
        inner = _inside(spot, node, key, value)
        if node.condition is not None and not to_bool(_known(inner.value(node.condition))):
            continue
        if isinstance(node, nodes.ForObject):
            made = inner.value(node.key_expression)
            rounds.by_key.setdefault(made if isinstance(made, str) else id(made), len(rounds.rows))
        rounds.by_value.setdefault(mark_of(inner.value()), len(rounds.rows))
        rounds.rows.append((key, value))
    return rounds


def _which(rounds: _Rounds, node: Any, wanted: str | int | Same) -> int | None:
    """Which round makes the element at a step."""
    if isinstance(wanted, Same) and not (wanted.or_key and isinstance(node, nodes.ForObject)):
        return rounds.by_value.get(mark_of(wanted.value))
    key = wanted.value if isinstance(wanted, Same) else wanted
    if isinstance(node, nodes.ForTuple):
        return key if isinstance(key, int) and 0 <= key < len(rounds.rows) else None
    return None if node.group else rounds.by_key.get(key)


def _known(value: Any) -> Any:
    if is_null(value) or isinstance(value, Unknown):
        raise Fault("which elements are kept is not known")
    return value


_INNER: dict[type, Callable[[Spot], Spot | None]] = {
    nodes.Template: _template,
    nodes.Tuple: _tuple,
    nodes.Object: _object,
    nodes.Conditional: _conditional,
    nodes.Access: _access,
    nodes.Unary: _only_operand,
    nodes.Binary: _only_operand,
    nodes.ForTuple: _for,
    nodes.ForObject: _for,
    nodes.FunctionCall: of_call,
}
