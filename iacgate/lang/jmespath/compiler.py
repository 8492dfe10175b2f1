"""Tree → closures ``(value, context) -> value``: the fast form, without places.

Two forms of every expression: ``value`` gives what the expression gives; ``condition`` gives true, false or an unknown.
They differ where it matters: ``unknown || 'x'`` is true as a condition; as a value it is not known which it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iacgate.lang.jmespath import functions
from iacgate.lang.jmespath.context import Context
from iacgate.lang.jmespath.logic import (
    Truth,
    both,
    conceal,
    doubt,
    each_of,
    either,
    element,
    equal,
    flatten,
    items,
    joined_likes,
    likes,
    member,
    members,
    negate,
    open_end,
    order,
    settled,
    truth,
    without_nulls,
)
from iacgate.lang.jmespath.syntax import Node
from iacgate.lang.places import Placed
from iacgate.model import Choice, Partial, Secret, Unknown

Value = Callable[[Any, Context], Any]
Condition = Callable[[Any, Context], Truth]

_PLAIN = frozenset((str, int, float, bool, dict, list, type(None)))
"""Types that are what they seem; an ``Unknown`` may be of any kind of its own."""
_SCALARS = frozenset((str, int, bool))


def compile_value(node: Node) -> Value:
    """A closure that gives what the expression gives."""
    return _VALUES[node[0]](node)


def compile_condition(node: Node) -> Condition:
    """A closure that gives true, false or an unknown."""
    kind = node[0]
    if kind in _CONDITIONS:
        return _CONDITIONS[kind](node)
    value = compile_value(node)
    if is_boolean(node):
        return _never_null(value)

    def condition(v: Any, c: Context) -> Truth:
        return truth(value(v, c))

    return condition


def _never_null(value: Value) -> Condition:
    """A function that answers in three values; null, where it could make nothing of its arguments, is false."""

    def condition(v: Any, c: Context) -> Truth:
        answer = value(v, c)
        if answer is True or answer is False:
            return answer
        return settled(answer)

    return condition


def is_boolean(node: Node) -> bool:
    """Whether an expression gives true, false or unknown and nothing else."""
    kind = node[0]
    if kind == "compare":
        return node[1] in {"eq", "ne"}
    if kind in {"and", "or"}:
        return is_boolean(node[1]) and is_boolean(node[2])
    if kind == "literal":
        return isinstance(node[1], bool)
    return kind == "not" or (kind == "call" and node[1] in functions.BOOLEAN)


def _field(node: Node) -> Value:
    name = node[1]

    def field(v: Any, _c: Context) -> Any:
        return v.get(name) if type(v) is dict else None if v is None else member(v, name)

    return field


def _current(_node: Node) -> Value:
    return lambda v, _c: v


def _literal(node: Node) -> Value:
    constant = node[1]
    return lambda _v, _c: constant


def _chain(node: Node) -> Value:
    steps = node[1]
    if all(step[0] == "field" for step in steps):
        return _fields(tuple(step[1] for step in steps))
    compiled = [compile_value(step) for step in steps]

    def chain(v: Any, c: Context) -> Any:
        for step in compiled:
            v = step(v, c)
        return v

    return chain


def _fields(names: tuple[str, ...]) -> Value:
    def fields(v: Any, _c: Context) -> Any:
        for name in names:
            if type(v) is dict:
                v = v.get(name)
            elif v is None:
                return None
            else:
                v = member(v, name)
        return v

    return fields


def _index(node: Node) -> Value:
    number = node[1]
    return lambda v, _c: None if v is None else element(v, number)


def _slice(node: Node) -> Value:
    cut = slice(*node[1:])
    return lambda v, _c: sliced(v, cut)


def sliced(value: Any, cut: slice) -> Any:
    """A slice of a list; of a partial one it is only known what its elements are like."""
    if isinstance(value, Choice):
        return each_of(value, lambda one: sliced(one, cut))
    listed = items(value)
    if isinstance(listed, Partial):
        return Partial([], maybe=listed.maybe, like=joined_likes(list(listed), listed.like))
    if cut.step == 0:
        return None
    return listed[cut] if isinstance(listed, list) else listed


def _project(listed: Any, right: Value, c: Context) -> Any:
    if type(listed) is not list and not isinstance(listed, Partial):
        return listed
    found = [result for result in [right(item, c) for item in listed] if result is not None]
    if type(listed) is list and Choice not in map(type, found):
        return found
    like = likes(listed)
    return without_nulls(found, listed, like and [one for item in like if (one := right(item, c)) is not None])


def _each(node: Node) -> Value:
    base, right = compile_value(node[1]), compile_value(node[2])
    return _spread(base, lambda value, c: _project(items(value), right, c))


def _values(node: Node) -> Value:
    base, right = compile_value(node[1]), compile_value(node[2])
    return _spread(base, lambda value, c: _project(members(value), right, c))


def _spread(base: Value, walk: Value) -> Value:
    """What a walk over a value gives; of one that may be several, what it gives for each."""

    def spread(v: Any, c: Context) -> Any:
        value = base(v, c)
        return walk(value, c) if type(value) is not Choice else each_of(value, lambda one: walk(one, c))

    return spread


def _flatten(node: Node) -> Value:
    base = compile_value(node[1])
    return lambda v, c: flatten(base(v, c))


def _filter(node: Node) -> Value:
    base, right, keep = compile_value(node[1]), compile_value(node[2]), compile_condition(node[3])

    def filtered(value: Any, c: Context) -> Any:
        listed = items(value)
        return _project(chosen(listed, keep, c), right, c) if isinstance(listed, list) else listed

    return _spread(base, filtered)


def chosen(listed: list[Any], keep: Condition, c: Context) -> list[Any]:
    """The elements a condition holds for."""
    like = likes(listed)
    further = like and [item for item in like if keep(item, c) is not False]
    return sifted(listed, [keep(item, c) for item in listed], further)


def sifted(listed: list[Any], answers: list[Truth], further: list[Any] | None) -> list[Any]:
    """The elements with a true answer; those with an unknown one may be there, beside ``further``: what may be there
    anyway and looks like these (``None``: like anything)."""
    kept: list[Any] = []
    doubtful: list[Any] = []
    maybe = None if further == [] else open_end(listed)
    for item, answer in zip(listed, answers, strict=True):
        if answer is True:
            kept.append(item)
        elif answer is not False:
            maybe = doubt(answer) if maybe is None else maybe
            doubtful.append(item)
    return kept if maybe is None else Partial(kept, maybe=maybe, like=joined_likes(further, doubtful))


def _list(node: Node) -> Value:
    parts = [compile_value(item) for item in node[1]]
    return lambda v, c: None if v is None else [part(v, c) for part in parts]


def _object(node: Node) -> Value:
    parts = [(key, compile_value(item)) for key, item in node[1]]
    return lambda v, c: None if v is None else {key: part(v, c) for key, part in parts}


def _compare(node: Node) -> Value:
    name, left, right = node[1], compile_value(node[2]), compile_value(node[3])
    if name not in {"eq", "ne"}:
        return lambda v, c: order(name, left(v, c), right(v, c))
    literal = node[3][1] if node[3][0] == "literal" else None
    kind = type(literal) if type(literal) in _SCALARS else None
    return _equals(left, right, literal, kind) if name == "eq" else _differs(left, right, literal, kind)


def _equals(left: Value, right: Value, literal: Any, kind: type | None) -> Value:
    def equals(v: Any, c: Context) -> Truth:
        value = left(v, c)
        return value == literal if type(value) is kind else equal(value, right(v, c))

    return equals


def _differs(left: Value, right: Value, literal: Any, kind: type | None) -> Value:
    def differs(v: Any, c: Context) -> Truth:
        value = left(v, c)
        return value != literal if type(value) is kind else negate(equal(value, right(v, c)))

    return differs


def _compare_condition(node: Node) -> Condition:
    value = _compare(node)
    if node[1] in {"eq", "ne"}:
        return value

    def ordered(v: Any, c: Context) -> Truth:
        answer: Truth | None = value(v, c)
        return False if answer is None else answer

    return ordered


def _not(node: Node) -> Condition:
    operand = compile_condition(node[1])

    def negated(v: Any, c: Context) -> Truth:
        answer = operand(v, c)
        return not answer if answer is True or answer is False else answer

    return negated


def _and_condition(node: Node) -> Condition:
    left, right = compile_condition(node[1]), compile_condition(node[2])

    def conjunction(v: Any, c: Context) -> Truth:
        answer = left(v, c)
        return False if answer is False else both(answer, right(v, c))

    return conjunction


def _or_condition(node: Node) -> Condition:
    left, right = compile_condition(node[1]), compile_condition(node[2])

    def disjunction(v: Any, c: Context) -> Truth:
        answer = left(v, c)
        return True if answer is True else either(answer, right(v, c))

    return disjunction


def _and(node: Node) -> Value:
    if is_boolean(node):
        return _and_condition(node)
    left, right = compile_value(node[1]), compile_value(node[2])

    def conjunction(v: Any, c: Context) -> Any:
        value = left(v, c)
        answer = truth(value)
        if answer is True:
            return right(v, c)
        return value if answer is False else doubt(answer)

    return conjunction


def _or(node: Node) -> Value:
    if is_boolean(node):
        return _or_condition(node)
    left, right = compile_value(node[1]), compile_value(node[2])

    def disjunction(v: Any, c: Context) -> Any:
        value = left(v, c)
        answer = truth(value)
        if answer is False:
            return right(v, c)
        return value if answer is True else doubt(answer)

    return disjunction


def _lambda(node: Node) -> Value:
    raise TypeError(f"an expression reference outside of a call: {node}")


def _call(node: Node) -> Value:
    kind, function = functions.resolve(node[1])
    arguments = [_argument(argument, node[1]) for argument in node[2]]
    return _CALLS[kind](function, arguments)


_QUANTIFIERS = frozenset(("any", "all", "none"))


def _argument(node: Node, function: str) -> Value:
    if node[0] != "lambda":
        return compile_value(node)
    body = compile_condition(node[1]) if function in _QUANTIFIERS else compile_value(node[1])
    return lambda _v, c: lambda item: body(item, c)


def _call_aware(function: Callable[..., Any], arguments: list[Value]) -> Value:
    if len(arguments) == 1:
        first = arguments[0]
        return lambda v, c: function(first(v, c))
    if len(arguments) == 2:
        first, second = arguments
        return lambda v, c: function(first(v, c), second(v, c))
    return lambda v, c: function(*[argument(v, c) for argument in arguments])


def _call_context(function: Callable[..., Any], arguments: list[Value]) -> Value:
    return lambda v, c: function(c, *[argument(v, c) for argument in arguments])


def _call_places(function: Callable[..., Any], arguments: list[Value]) -> Value:
    def call(v: Any, c: Context) -> Any:
        found = function(c, *[argument(v, c) for argument in arguments])
        if type(found) is list:
            return [placed[1] for placed in found]
        if isinstance(found, Partial):
            return Partial([placed[1] for placed in found], maybe=found.maybe, like=found.like)
        return found

    return call


def _call_place(function: Callable[..., Any], arguments: list[Value]) -> Value:
    def call(v: Any, c: Context) -> Any:
        found = function(*[argument(v, c) for argument in arguments])
        return found.value if isinstance(found, Placed) else found

    return call


def _call_plain(function: Callable[..., Any], arguments: list[Value]) -> Value:
    return lambda v, c: apply_plain(function, [argument(v, c) for argument in arguments])


def apply_plain(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """A function of known values on whatever values there are: see :mod:`iacgate.lang.jmespath.functions`."""
    secret = False
    for position, argument in enumerate(arguments):
        if isinstance(argument, Choice):
            return _applied_to_each(function, arguments, position)
        parts = argument if isinstance(argument, list) else (argument,)
        uncertain = [part for part in parts if type(part) not in _PLAIN]
        if isinstance(argument, Partial):
            return doubt(argument.maybe)
        for part in uncertain:
            if isinstance(part, Unknown):
                return doubt(part)
        if uncertain:
            secret = True
            arguments[position] = _revealed(argument)
    try:
        result = function(*arguments)
    except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError):
        return None
    return conceal(result) if secret else result


def _applied_to_each(function: Callable[..., Any], arguments: list[Any], position: int) -> Any:
    """What the function gives for each value that one argument may have; two different truths are none."""
    choice: Choice = arguments[position]
    before, after = arguments[:position], arguments[position + 1 :]
    found = each_of(choice, lambda one: apply_plain(function, [*before, one, *after]))
    undecided = isinstance(found, Choice) and all(one is None or isinstance(one, bool) for one in found.among)
    return Unknown(choice.reason) if undecided else found


def _revealed(value: Any) -> Any:
    if isinstance(value, list):
        return [item.reveal() if isinstance(item, Secret) else item for item in value]
    return value.reveal() if isinstance(value, Secret) else value


_CALLS: dict[str, Callable[[Callable[..., Any], list[Value]], Value]] = {
    "plain": _call_plain,
    "aware": _call_aware,
    "lambda": _call_aware,
    "context": _call_context,
    "place": _call_place,
    "places": _call_places,
}

_VALUES: dict[str, Callable[[Node], Value]] = {
    "field": _field,
    "current": _current,
    "literal": _literal,
    "compare": _compare,
    "call": _call,
    "lambda": _lambda,
    "chain": _chain,
    "index": _index,
    "slice": _slice,
    "each": _each,
    "values": _values,
    "filter": _filter,
    "flatten": _flatten,
    "or": _or,
    "and": _and,
    "not": _not,
    "list": _list,
    "object": _object,
}

_CONDITIONS: dict[str, Callable[[Node], Condition]] = {
    "compare": _compare_condition,
    "not": _not,
    "and": _and_condition,
    "or": _or_condition,
}
