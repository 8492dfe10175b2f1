"""The slow form: a tree evaluated once more, with the place of every value. For what is to be reported.

The result of :func:`locate` carries the value the fast form gives and, where it was taken from the scanned body as it
stands, its path there. For a condition it is the path of the *decisive* operand: what made it true, false or unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iacgate.lang.jmespath import functions
from iacgate.lang.jmespath.compiler import apply_plain, is_boolean, sifted, sliced
from iacgate.lang.jmespath.context import Context
from iacgate.lang.jmespath.kleene import elements as elements_of
from iacgate.lang.jmespath.logic import (
    both,
    doubt,
    each_of,
    either,
    element,
    equal,
    flatten,
    items,
    likes,
    member,
    members,
    negate,
    order,
    settled,
    truth,
    without_nulls,
)
from iacgate.lang.jmespath.syntax import Node
from iacgate.lang.places import Placed
from iacgate.model import Choice, Partial, Path, Unknown

Recorder = Callable[[Node, "Located"], None]

_NONE: Mapping[str, Path] = {}


class Located:
    """A value; its path in the subject's body (``None``: it was computed); for lists, the places of the elements.

    ``places`` says where members of a value stand that was put together from several places.
    """

    __slots__ = ("parts", "path", "places", "value")

    def __init__(
        self,
        value: Any,
        path: Path | None = None,
        parts: list[Located] | None = None,
        places: Mapping[str, Path] = _NONE,
    ) -> None:
        self.value = value
        self.path = path
        self.parts = parts
        self.places = places

    def elements(self) -> list[Located]:
        """The elements of a list (none for anything else), each with its place."""
        if self.parts is not None:
            return self.parts
        listed = items(self.value)
        if not isinstance(listed, list):
            return []
        if self.path is None:
            return [Located(item) for item in listed]
        return [Located(item, (*self.path, index)) for index, item in enumerate(listed)]

    def member(self, name: str) -> Located:
        """The member of an object with its place; the place of the object when there is none."""
        held = self.value.get(name) if isinstance(self.value, dict) else member(self.value, name)
        if self.places and name in self.places:
            return Located(held, self.places[name])
        if held is None or self.path is None or isinstance(self.value, Unknown):
            return Located(held, self.path)
        return Located(held, (*self.path, name))


def locate(node: Node, value: Located, context: Context, record: Recorder | None = None) -> Located:
    """Evaluate a tree on a value. ``record`` is called with every node and what it gave (for explanations)."""
    if record is None and node[0] == "field":  # what most rules point at
        return value.member(node[1])
    return _Walk(context, record).visit(node, value)


class _Walk:
    __slots__ = ("context", "record")

    def __init__(self, context: Context, record: Recorder | None) -> None:
        self.context = context
        self.record = record

    def visit(self, node: Node, value: Located) -> Located:
        result = _VISITS[node[0]](self, node, value)
        if self.record is not None:
            self.record(node, result)
        return result

    def _field(self, node: Node, value: Located) -> Located:
        return value.member(node[1])

    def _current(self, _node: Node, value: Located) -> Located:
        return value

    def _literal(self, node: Node, _value: Located) -> Located:
        return Located(node[1])

    def _chain(self, node: Node, value: Located) -> Located:
        silent = self.record is None
        for step in node[1]:
            value = value.member(step[1]) if silent and step[0] == "field" else self.visit(step, value)
        return value

    def _index(self, node: Node, value: Located) -> Located:
        held = element(value.value, node[1])
        if isinstance(value.value, Partial) or not isinstance(value.value, list) or held is None:
            return Located(held, value.path)
        return value.elements()[node[1]]

    def _slice(self, node: Node, value: Located) -> Located:
        cut = slice(*node[1:])
        held = sliced(value.value, cut)
        return Located(held, value.path, value.elements()[cut] if isinstance(held, list) else None)

    def _walked(self, node: Node, value: Located) -> Located:
        """A projection, a filter, ``[]`` or ``.*``; of a value that may be several, what it gives for each."""
        base, walk = self.visit(node[1], value), _WALKS[node[0]]
        if not isinstance(base.value, Choice):
            return walk(self, node, base)
        record, self.record = self.record, None
        found = each_of(base.value, lambda one: walk(self, node, Located(one)).value)
        self.record = record
        return Located(found, base.path)

    def _each(self, node: Node, base: Located) -> Located:
        return self._project(base, items(base.value), base.elements(), node[2])

    def _values(self, node: Node, base: Located) -> Located:
        parts = [base.member(key) for key in base.value] if isinstance(base.value, dict) else []
        return self._project(base, members(base.value), parts, node[2])

    def _project(self, base: Located, listed: Any, parts: list[Located], right: Node) -> Located:
        if not isinstance(listed, list):
            return Located(listed, base.path)
        found = [result for result in (self.visit(right, part) for part in parts) if result.value is not None]
        like = self._likes(listed, lambda item: self.visit(right, Located(item)).value)
        values = without_nulls([result.value for result in found], listed, like)
        known = [one for one in found if not isinstance(one.value, Choice) or one.value.present]
        return Located(values, base.path, known)

    def _likes(self, listed: list[Any], change: Callable[[Any], Any]) -> list[Any] | None:
        """What the elements look like that may be there, changed; nothing is recorded of what nobody wrote."""
        like = likes(listed)
        if not like:
            return like
        record, self.record = self.record, None
        found = [one for one in map(change, like) if one is not None]
        self.record = record
        return found

    def _flatten(self, _node: Node, base: Located) -> Located:
        listed = items(base.value)
        if not isinstance(listed, list):
            return Located(listed, base.path)
        found: list[Located] = []
        for part in base.elements():
            inner = items(part.value)
            if isinstance(inner, list):
                found.extend(part.elements())
            elif inner is None or part.value.prefix or part.value.suffix:
                found.append(part)
        return Located(flatten(listed), base.path, found)

    def _filter(self, node: Node, base: Located) -> Located:
        listed = items(base.value)
        if not isinstance(listed, list):
            return Located(listed, base.path)
        parts = base.elements()
        answers = [self._truth(node[3], part).value for part in parts]
        further = self._likes(listed, lambda item: self._kept(node[3], item))
        kept = [part for part, answer in zip(parts, answers, strict=True) if answer is True]
        return self._project(base, sifted(listed, answers, further), kept, node[2])

    def _kept(self, condition: Node, item: Any) -> Any:
        return None if self._truth(condition, Located(item)).value is False else item

    def _list(self, node: Node, value: Located) -> Located:
        if value.value is None:
            return Located(None, value.path)
        parts = [self.visit(item, value) for item in node[1]]
        return Located([part.value for part in parts], None, parts)

    def _object(self, node: Node, value: Located) -> Located:
        if value.value is None:
            return Located(None, value.path)
        parts = {key: self.visit(item, value) for key, item in node[1]}
        places = {key: part.path for key, part in parts.items() if part.path is not None}
        return Located({key: part.value for key, part in parts.items()}, value.path, None, places)

    def _compare(self, node: Node, value: Located) -> Located:
        left, right = self.visit(node[2], value), self.visit(node[3], value)
        if node[1] == "eq":
            answer: Any = equal(left.value, right.value)
        elif node[1] == "ne":
            answer = negate(equal(left.value, right.value))
        else:
            answer = order(node[1], left.value, right.value)
        return Located(answer, _decisive(left, right, answer))

    def _not(self, node: Node, value: Located) -> Located:
        operand = self._truth(node[1], value)
        return Located(negate(operand.value), operand.path)

    def _truth(self, node: Node, value: Located) -> Located:
        """A node as a condition: its truth, and the place of what decided it."""
        if node[0] in {"and", "or"}:
            result = self._logical(node, value)
            if self.record is not None:
                self.record(node, result)
            return result
        found = self.visit(node, value)
        answered = isinstance(found.value, Unknown) and is_boolean(node)
        return Located(settled(found.value) if answered else truth(found.value), found.path)

    def _logical(self, node: Node, value: Located) -> Located:
        """``&&`` and ``||`` as conditions."""
        join, stop = (both, False) if node[0] == "and" else (either, True)
        left = self._truth(node[1], value)
        if left.value is stop:
            return left
        right = self._truth(node[2], value)
        answer = join(left.value, right.value)
        if isinstance(answer, Unknown):
            return Located(answer, left.path if isinstance(left.value, Unknown) else right.path)
        if answer is stop:
            return Located(answer, right.path)
        shown, other = (right, left) if node[0] == "and" else (left, right)
        return Located(answer, shown.path if shown.path is not None else other.path)

    def _and(self, node: Node, value: Located) -> Located:
        return self._chosen(node, value, stop=False)

    def _or(self, node: Node, value: Located) -> Located:
        return self._chosen(node, value, stop=True)

    def _chosen(self, node: Node, value: Located, *, stop: bool) -> Located:
        """``&&`` and ``||`` as values."""
        if is_boolean(node):
            return self._logical(node, value)
        left = self.visit(node[1], value)
        answer = truth(left.value)
        if answer is stop:
            return left
        if isinstance(answer, Unknown):
            return Located(doubt(answer), left.path)
        return self.visit(node[2], value)

    def _call(self, node: Node, value: Located) -> Located:
        name = str(functions.ALIASES.get(node[1], node[1]))
        if name in {"any", "all", "none"}:
            return self._quantify(name, node[2], value)
        kind, function = functions.resolve(name)
        arguments = [self._argument(argument, value) for argument in node[2]]
        given = [argument.value for argument in arguments]
        base = arguments[0] if arguments else Located(None)
        if name == "root":
            return Located(function(self.context), ())
        if kind == "plain":
            found = apply_plain(function, given)
            return _entries(found, base) if name == "items" else Located(found, base.path)
        if kind in {"context", "places"}:
            given.insert(0, self.context)
        found = function(*given)
        if isinstance(found, Placed):
            return Located(found.value, None if base.path is None else (*base.path, *found.path))
        return _placed(found, base) if kind == "places" else _traced(found, arguments)

    def _argument(self, node: Node, value: Located) -> Located:
        if node[0] != "lambda":
            return self.visit(node, value)
        return Located(lambda item: self.visit(node[1], Located(item)).value)

    def _lambda(self, _node: Node, _value: Located) -> Located:
        return Located(None)

    def _quantify(self, name: str, arguments: list[Node], value: Located) -> Located:
        base = self.visit(arguments[0], value)
        listed = elements_of(base.value)
        if isinstance(listed, Unknown):
            return Located(listed, base.path)
        parts = base.elements() if items(base.value) is not None else [base][: len(listed)]
        answers = [self._predicate(arguments, part) for part in parts]
        join, stop = (both, False) if name == "all" else (either, True)
        result = Located(not stop, base.path)
        for answer in answers:
            if answer.value is stop:
                return Located(negate(answer.value) if name == "none" else answer.value, answer.path or base.path)
            joined = join(result.value, answer.value)
            if joined is not result.value:
                result = Located(joined, answer.path)
        if isinstance(listed, Partial) and not self._are_settled(listed, arguments, answer=not stop):
            result = Located(join(result.value, doubt(listed.maybe)), result.path)
        return Located(negate(result.value), result.path) if name == "none" else result

    def _are_settled(self, listed: Partial, arguments: list[Node], *, answer: bool) -> bool:
        """Whether all elements that there may be answer the same."""
        answers = self._likes(listed, lambda item: self._predicate(arguments, Located(item)).value)
        return answers is not None and all(one is answer for one in answers)

    def _predicate(self, arguments: list[Node], part: Located) -> Located:
        if len(arguments) == 1:
            return Located(truth(part.value), part.path)
        body = arguments[1]
        answer = self._truth(body[1] if body[0] == "lambda" else body, part)
        return answer if answer.path is not None else Located(answer.value, part.path)


_VISITS: dict[str, Callable[[_Walk, Node, Located], Located]] = {
    "field": _Walk._field,  # noqa: SLF001  (its own module)
    "current": _Walk._current,  # noqa: SLF001  (its own module)
    "literal": _Walk._literal,  # noqa: SLF001  (its own module)
    "chain": _Walk._chain,  # noqa: SLF001  (its own module)
    "index": _Walk._index,  # noqa: SLF001  (its own module)
    "slice": _Walk._slice,  # noqa: SLF001  (its own module)
    "each": _Walk._walked,  # noqa: SLF001  (its own module)
    "values": _Walk._walked,  # noqa: SLF001  (its own module)
    "filter": _Walk._walked,  # noqa: SLF001  (its own module)
    "flatten": _Walk._walked,  # noqa: SLF001  (its own module)
    "or": _Walk._or,  # noqa: SLF001  (its own module)
    "and": _Walk._and,  # noqa: SLF001  (its own module)
    "not": _Walk._not,  # noqa: SLF001  (its own module)
    "compare": _Walk._compare,  # noqa: SLF001  (its own module)
    "call": _Walk._call,  # noqa: SLF001  (its own module)
    "lambda": _Walk._lambda,  # noqa: SLF001  (its own module)
    "list": _Walk._list,  # noqa: SLF001  (its own module)
    "object": _Walk._object,  # noqa: SLF001  (its own module)
}
"""Kind of a node → what evaluates it."""

_WALKS: dict[str, Callable[[_Walk, Node, Located], Located]] = {
    "each": _Walk._each,  # noqa: SLF001  (its own module)
    "values": _Walk._values,  # noqa: SLF001  (its own module)
    "filter": _Walk._filter,  # noqa: SLF001  (its own module)
    "flatten": _Walk._flatten,  # noqa: SLF001  (its own module)
}
"""Kinds of nodes that walk over elements → how."""


def _decisive(left: Located, right: Located, answer: Any) -> Path | None:
    if isinstance(answer, Unknown) and isinstance(right.value, Unknown) and not isinstance(left.value, Unknown):
        return right.path
    return left.path if left.path is not None else right.path


def _entries(found: Any, base: Located) -> Located:
    """What ``items`` gives: each entry stands where its member stands."""
    if not isinstance(found, list) or base.path is None:
        return Located(found, base.path)
    parts = [_entry(entry, base.member(entry["key"]).path) for entry in found]
    return Located(found, base.path, parts)


def _entry(entry: dict[str, Any], path: Path | None) -> Located:
    return Located(entry, path, None, {} if path is None else {"key": path, "value": path})


def _traced(found: Any, arguments: list[Located]) -> Located:
    """The result of a function: it stands where an argument stands if it *is* that argument, or was decided by it."""
    for argument in arguments:
        if found is argument.value and found is not None:
            return argument
    if isinstance(found, Unknown):
        blamed = next((one for one in arguments if isinstance(one.value, Unknown)), None)
        if blamed is not None:
            return Located(found, blamed.path)
    return Located(found, next((one.path for one in arguments if one.path is not None), None))


def _placed(found: Any, base: Located) -> Located:
    """The result of a function that says where the elements of its result stand below its argument."""
    if not isinstance(found, list):
        return Located(found, base.path)
    parts = []
    for placed in found:
        if base.path is None:
            parts.append(Located(placed.value))
            continue
        places = {name: (*base.path, *path) for name, path in placed.places.items()}
        parts.append(Located(placed.value, (*base.path, *placed.path), None, places))
    values = [part.value for part in parts]
    whole = Partial(values, maybe=found.maybe, like=found.like) if isinstance(found, Partial) else values
    return Located(whole, base.path, parts)
