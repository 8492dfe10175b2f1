"""Inside of one expression: which part of it a value, or a part of that value, comes from.

Room: ``lang``. In: a :class:`Spot`, an expression with a path into its value and the scope it is evaluated in. Out: the
spot of the part that is written for it: an element of a list, the arm of a condition that is taken, the argument of
``merge`` that has the key. Where that cannot be told the spot stays where it is: never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from iacgate.lang.terraform.expressions import attempt, evaluate, pairs
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.types import to_bool, to_string
from iacgate.lang.terraform.values import Exhausted, Fault, Set, bare, first_unknown, identity
from iacgate.model import Unknown, reveal
from iacgate.syntax.hcl import File, nodes

MOST_PARTS = 200
"""How many steps are taken inside of one expression."""


class Same(NamedTuple):
    """A step to the element of a collection that has a value, where no index tells it (sets, sorted lists).

    ``or_key``: of a map the element at that key is meant (what ``each.key`` leads to, whatever ``for_each`` is).
    """

    value: Any
    or_key: bool = False


Way = tuple[str | int | Same, ...]


class Bound(NamedTuple):
    """What a name of a scope stands for: the element at ``key`` of a collection.

    ``record`` is true for ``each`` and the iterators of ``dynamic``, which have a ``key`` and a ``value``.
    """

    collection: Spot
    key: str | int | Same
    record: bool = False


class Spot(NamedTuple):
    """An expression, the way into its value, the file it is in, its scope, and what the names of that stand for."""

    node: nodes.Expression
    way: Way
    file: File
    scope: Scope
    names: Mapping[str, Bound]

    def at(self, node: nodes.Expression, way: Way) -> Spot:
        """Another part of the same expression."""
        return self._replace(node=node, way=way)

    def value(self, node: nodes.Expression | None = None) -> Any:
        """What the expression, or a part of it, is worth, itself without a mark of sensitivity."""
        node = self.node if node is None else node
        if type(node) is nodes.Literal or type(node) is nodes.Traversal:
            return reveal(attempt(node, self.scope))
        return self.remembered("value", node, lambda: reveal(attempt(node, self.scope)))

    def remembered(self, word: str, node: nodes.Node, work: Callable[[], Any]) -> Any:
        """What there is to find out of a node, found out once where no instance has its own answer."""
        if self.scope.local:
            return work()
        known: dict[tuple[str, int, int], Any] = self.scope.module.project.traced  # type: ignore[attr-defined]  # a module's
        key = (word, id(node), id(self.scope.module))
        if key not in known:
            known[key] = work()
        return known[key]


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


def same(left: Any, right: Any) -> bool:
    """Whether two values are certainly equal, ``22`` and ``"22"`` too."""
    if first_unknown(left) is not None or first_unknown(right) is not None:
        return False
    if identity(bare(left)) == identity(bare(right)):
        return True
    return _text(left) == _text(right) is not None


def _text(value: Any) -> str | None:
    try:
        return to_string(bare(value))
    except (Fault, Exhausted):
        return None


def element_of(value: Any, key: Any) -> Any:
    """The member of a value at one step; :data:`NONE` where there is none."""
    if isinstance(key, Same):
        if key.or_key and isinstance(value, dict):
            return value.get(key.value, NONE)
        found = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
        return next((item for item in found if same(item, key.value)), NONE)
    if isinstance(value, dict):
        return value.get(str(key), NONE)
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    return NONE


class _None:
    """Nothing there, which is not the same as null."""


NONE = _None()


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
        at = _index(spot, node, "items", node.items, key.value)
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
    if by_value:
        at = _index(spot, node, "values", [item.value for item in node.items], wanted)
    else:
        at = _index(spot, node, "keys", [item.key for item in node.items], wanted)
    return None if at is None else spot.at(node.items[at].value, spot.way[1:])


def _index(spot: Spot, node: nodes.Node, word: str, parts: Sequence[nodes.Expression], wanted: Any) -> int | None:
    """Which of several expressions certainly has a value, the last one that has. Constants are looked up."""
    constants = spot.remembered(word, node, lambda: _constants(parts))
    if isinstance(wanted, str) and wanted in constants:
        return int(constants[wanted])
    if len(constants) == len(parts):
        return None if isinstance(wanted, str) else _searched(spot, parts, wanted)
    return _searched(spot, parts, wanted)


def _constants(parts: Sequence[nodes.Expression]) -> dict[str, int]:
    return {
        part.value: at
        for at, part in enumerate(parts)
        if isinstance(part, nodes.Literal) and isinstance(part.value, str)
    }


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
    at = _index(spot, spot.node, "keys", [item.key for item in spot.node.items], key)
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
    return _only(spot, operands)


def _only(spot: Spot, parts: Iterable[nodes.Expression]) -> Spot | None:
    open_ones = [part for part in parts if not isinstance(part, nodes.Literal)]
    unknown = [part for part in open_ones if isinstance(spot.value(part), Unknown)] if len(open_ones) > 1 else []
    chosen = open_ones if len(open_ones) == 1 else unknown[:1]
    return spot.at(chosen[0], ()) if chosen else None


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
        rounds.by_value.setdefault(_mark(inner.value()), len(rounds.rows))
        rounds.rows.append((key, value))
    return rounds


def _which(rounds: _Rounds, node: Any, wanted: str | int | Same) -> int | None:
    """Which round makes the element at a step."""
    if isinstance(wanted, Same) and not (wanted.or_key and isinstance(node, nodes.ForObject)):
        return rounds.by_value.get(_mark(wanted.value))
    key = wanted.value if isinstance(wanted, Same) else wanted
    if isinstance(node, nodes.ForTuple):
        return key if isinstance(key, int) and 0 <= key < len(rounds.rows) else None
    return None if node.group else rounds.by_key.get(key)


def _mark(value: Any) -> Any:
    """What equal values have in common, ``22`` and ``"22"`` too; nothing for what is not wholly known."""
    if first_unknown(value) is not None:
        return id(value)
    text = _text(value)
    return identity(bare(value)) if text is None else text


def _known(value: Any) -> Any:
    if value is None or isinstance(value, Unknown):
        raise Fault("which elements are kept is not known")
    return value


# Functions


def _call(spot: Spot) -> Spot | None:
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
    return _only(spot, node.arguments)


def _rearranged(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    """Functions that give elements of their arguments, in another order: the element is found by its value."""
    if not spot.way:
        return _only(spot, arguments)
    key = spot.way[0]
    value = key.value if isinstance(key, Same) else element_of(spot.value(), key)
    if value is NONE or first_unknown(value) is not None:
        return None
    for argument in arguments:
        held = spot.remembered("held", argument, lambda argument=argument: _held(spot.value(argument)))  # type: ignore[misc]  # bound now
        found = held.get(_mark(value))
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
            found.setdefault(_mark(node), way)
        if isinstance(node, Set):
            pending.extend(((*way, Same(item)), item) for item in reversed(node))
        elif isinstance(node, list):
            pending.extend(((*way, at), node[at]) for at in reversed(range(len(node))))
    return found


def _merge(spot: Spot, arguments: tuple[nodes.Expression, ...]) -> Spot | None:
    if not spot.way:
        return _only(spot, arguments)
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
        return _only(spot, arguments)
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
        return _only(spot, arguments)
    return spot.at(arguments[0], (sorted(table)[key], *spot.way[1:]))


_CHOOSERS: dict[str, Callable[[Spot, tuple[nodes.Expression, ...]], Spot | None]] = {
    "merge": _merge,
    "concat": _concat,
    "lookup": _lookup,
    "element": _element,
    "coalesce": _first_that(lambda value: value is not None and value != ""),
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
    nodes.FunctionCall: _call,
}
