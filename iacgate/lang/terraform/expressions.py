"""Evaluation of HCL expressions: unknown stays unknown, sensitive stays sensitive, an error is a ``Fault``.

Room: ``lang``. In: an expression of :mod:`iacgate.syntax.hcl.nodes` and a :class:`Scope`. Out: a value of
:mod:`iacgate.lang.terraform.values`. What Terraform would refuse raises ``Fault``; what cannot be evaluated here
gives an ``Unknown`` that says why. Nothing is cached here: who owns a named value remembers it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from iacgate.lang.terraform import arithmetic, work
from iacgate.lang.terraform.access import Opaque, attribute, index
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.strings import joined
from iacgate.lang.terraform.types import convert, kind_of, to_bool, to_string, type_of, unify
from iacgate.lang.terraform.values import (
    Encoded,
    Exhausted,
    Fault,
    List,
    Set,
    Text,
    affordable,
    bare,
    equal,
    first_unknown,
    has_secret,
    secret,
    unknown_from,
)
from iacgate.model import Secret, Unknown
from iacgate.syntax.hcl import nodes


def evaluate(node: nodes.Expression, scope: Scope) -> Any:
    """The value of an expression. Raises ``Fault`` and :class:`Exhausted`."""
    if type(node) is nodes.Literal:
        return _literal(node.value)
    limits = scope.module.limits
    limits.steps -= 1
    if limits.steps < 0 or limits.depth > limits.DEPTH:
        limits.refuse()
    limits.depth += 1
    try:
        return _EVALUATORS[type(node)](node, scope)
    finally:
        limits.depth -= 1


def attempt(node: nodes.Expression, scope: Scope) -> Any:
    """The value of an expression; ``Unknown`` with the reason where it has none."""
    try:
        return evaluate(node, scope)
    except (Fault, Exhausted) as error:
        return failed("this expression", error)


def failed(label: str, error: Fault | Exhausted) -> Unknown:
    """What an expression is worth that has no value: unknown, and it says what failed, by the name the user gave it."""
    return Unknown(f"{label} {'fails' if isinstance(error, Fault) else 'is not evaluated'}: {error}")


def _literal(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, bool | int):
        return value
    return arithmetic.rounded(value)


# Strings


def _template(node: nodes.Template, scope: Scope) -> Any:
    wrapped = node.wrapped
    if wrapped is not None:
        return evaluate(wrapped, scope)
    parts: list[Any] = []
    sensitive = _render(node.parts, scope, parts)
    value = joined(parts)
    if isinstance(value, str) and len(value) > work.SHORT:
        scope.module.limits.spend(work.of_text(value))
    return secret(value) if sensitive else value


def _render(parts: tuple[nodes.TemplatePart, ...], scope: Scope, out: list[Any]) -> bool:
    """Append the rendered parts; whether something sensitive was among them."""
    sensitive = False
    for part in parts:
        if isinstance(part, nodes.Literal):
            out.append(part.value)
        elif isinstance(part, nodes.Interpolation):
            sensitive |= _interpolated(evaluate(part.expression, scope), out)
        elif isinstance(part, nodes.TemplateIf):
            sensitive |= _render_if(part, scope, out)
        else:
            sensitive |= _render_for(part, scope, out)
    return sensitive


def _interpolated(value: Any, out: list[Any]) -> bool:
    marked = isinstance(value, Secret)
    value = bare(value) if marked else value
    if value is None:
        raise Fault("a null value cannot be part of a string")
    out.append(value if isinstance(value, Unknown) else to_string(value))
    return marked


def _render_if(part: nodes.TemplateIf, scope: Scope, out: list[Any]) -> bool:
    condition = evaluate(part.condition, scope)
    marked = isinstance(condition, Secret)
    condition = bare(condition)
    if isinstance(condition, Unknown):
        out.append(unknown_from(condition))
        return marked
    branch = part.then if _condition(condition) else part.otherwise
    return _render(branch, scope, out) or marked


def _render_for(part: nodes.TemplateFor, scope: Scope, out: list[Any]) -> bool:
    collection = evaluate(part.collection, scope)
    marked = isinstance(collection, Secret)
    collection = bare(collection) if marked else collection
    if isinstance(collection, Unknown):
        out.append(unknown_from(collection))
        return marked
    inner = Scope(scope.module, dict(scope.local))
    for key, value in pairs(collection, scope):
        if part.key:
            inner.local[part.key] = key
        inner.local[part.value] = value
        marked |= _render(part.body, inner, out)
    return marked


# References


def _traversal(node: nodes.Traversal, scope: Scope) -> Any:
    if node.name in scope.local:
        return walk(scope.local[node.name], node.steps, scope)
    value, used = scope.module.resolve(node.name, node.steps, scope)
    return walk(value, node.steps[used:], scope) if used < len(node.steps) else value


def _access(node: nodes.Access, scope: Scope) -> Any:
    return walk(evaluate(node.base, scope), node.steps, scope)


def walk(value: Any, steps: tuple[nodes.Step, ...], scope: Scope) -> Any:
    """The value that steps lead to."""
    for step in steps:
        if isinstance(step, nodes.AttributeStep):
            value = attribute(value, step.name)
        elif isinstance(step, nodes.IndexStep):
            key = step.key
            value = index(value, key.value if type(key) is nodes.Literal else evaluate(key, scope))
        else:
            value = _splat(value, step, scope)
    return value


def _splat(value: Any, step: nodes.SplatStep, scope: Scope) -> Any:
    if isinstance(value, Secret):
        return secret(_splat(value.reveal(), step, scope))
    if value is None:
        return []
    if isinstance(value, Unknown):
        elements = value.elements() if isinstance(value, Opaque) else Unknown(value.reason, ref=value.ref)
        if isinstance(elements, Unknown):
            return elements
    else:
        elements = value if isinstance(value, list) else [value]
    scope.module.limits.spend(len(elements))
    items = [walk(item, step.each, scope) for item in elements]
    return List(items) if isinstance(value, List | Set) else items


# Operators and conditions


def _conditional(node: nodes.Conditional, scope: Scope) -> Any:
    condition = evaluate(node.condition, scope)
    if isinstance(condition, Secret):
        return secret(_chosen(node, bare(condition), scope))
    return _chosen(node, condition, scope)


def _chosen(node: nodes.Conditional, condition: Any, scope: Scope) -> Any:
    if isinstance(condition, Unknown):
        return _undecided(node, condition, scope)
    taken, left = (node.then, node.otherwise) if _condition(condition) else (node.otherwise, node.then)
    value = evaluate(taken, scope)
    if value is None or isinstance(value, str | Unknown):
        return value
    return _unified(value, left, scope)


def _undecided(node: nodes.Conditional, condition: Unknown, scope: Scope) -> Unknown:
    """Neither arm can be chosen. The result keeps its origin when both arms come from the same resource."""
    origins = {_origin(attempt(arm, scope)) for arm in (node.then, node.otherwise)} - {""}
    return Unknown(condition.reason, ref=origins.pop() if len(origins) == 1 else None)


def _origin(value: Any) -> str:
    """The resource a value comes from; "" for null and empty values, the value itself otherwise (no address is)."""
    if isinstance(value, Unknown):
        return value.ref or f"?{id(value)}"
    empty = value is None or (isinstance(value, str | list | dict) and not value)
    return "" if empty else f"?{id(value)}"


def _unified(value: Any, left: nodes.Expression, scope: Scope) -> Any:
    """``value`` in the type it shares with the arm that was not taken: ``true ? {a = 1} : {}`` is a map."""
    if type(left) is nodes.Literal and left.value is None:
        return value
    try:
        other = evaluate(left, scope)
    except (Fault, Exhausted):
        return value
    other = bare(other)
    if other is None or isinstance(other, Unknown):
        return value
    scope.module.limits.spend(2 * work.elements([value, other]))
    affordable([value, other])
    shared = unify([type_of(value), type_of(other)])
    if shared is None:
        return Unknown("the two results of a condition have different types")
    return convert(value, shared)


def _condition(value: Any) -> bool:
    if value is None:
        raise Fault("a condition must not be null")
    return to_bool(value)


def _unary(node: nodes.Unary, scope: Scope) -> Any:
    value = evaluate(node.operand, scope)
    if isinstance(value, Secret):
        return secret(arithmetic.unary(node.operator, bare(value)))
    return arithmetic.unary(node.operator, value)


def _binary(node: nodes.Binary, scope: Scope) -> Any:
    value = evaluate(node.operands[0], scope)
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        other = evaluate(operand, scope)
        if isinstance(value, list | dict) and isinstance(other, list | dict):
            scope.module.limits.spend(work.elements(value) + work.elements(other))
        value = _applied(operator, value, other)
    return value


def _applied(operator: str, left: Any, right: Any) -> Any:
    if has_secret(left) or has_secret(right):
        return secret(_applied(operator, bare(left), bare(right)))
    if operator in {"==", "!="}:
        same = equal(left, right)
        return same if operator == "==" or isinstance(same, Unknown) else not same
    return arithmetic.binary(operator, left, right)


# Collections


def _tuple(node: nodes.Tuple, scope: Scope) -> Any:
    return [evaluate(item, scope) for item in node.items]


def _object(node: nodes.Object, scope: Scope) -> Any:
    result: dict[str, Any] = {}
    marked = False  # a key has no mark of its own: the whole object takes it
    for item in node.items:
        key = item.key.value if type(item.key) is nodes.Literal else evaluate(item.key, scope)
        if isinstance(key, Secret):
            marked, key = True, bare(key)
        if isinstance(key, Unknown):
            return Unknown(key.reason)
        if key is None:
            raise Fault("null is no key of an object")
        result[to_string(key)] = evaluate(item.value, scope)
    return secret(result) if marked else result


def pairs(collection: Any, scope: Scope) -> list[tuple[Any, Any]]:
    """Keys and values of what a loop ranges over. Raises ``Fault`` for what cannot be looped over."""
    if isinstance(collection, dict):
        found = [(key, collection[key]) for key in sorted(collection)]
    elif isinstance(collection, Set):
        found = [(item, item) for item in collection]
    elif isinstance(collection, list):
        found = list(enumerate(collection))
    else:
        raise Fault(f"cannot loop over {kind_of(collection)}")
    scope.module.limits.spend(len(found))
    return found


class _Loop:
    """One run of a ``for`` expression: binds the names, filters, and says when its outcome is not known."""

    __slots__ = ("hole", "node", "rows", "scope")

    def __init__(self, node: nodes.ForTuple | nodes.ForObject, collection: Any, scope: Scope) -> None:
        self.node = node
        self.scope = Scope(scope.module, dict(scope.local))
        self.rows = pairs(collection, scope)
        self.hole: Unknown | None = None

    def __iter__(self) -> Iterator[Scope]:
        names, node = self.scope.local, self.node
        for key, value in self.rows:
            if isinstance(value, Unknown) and isinstance(key, Unknown):
                self.hole = unknown_from(key)
            if node.key:
                names[node.key] = key
            names[node.value] = value
            if node.condition is None or self._kept(node.condition):
                yield self.scope

    def _kept(self, condition: nodes.Expression) -> bool:
        answer = bare(evaluate(condition, self.scope))
        if isinstance(answer, Unknown):
            self.hole = unknown_from(answer)
            return False
        return _condition(answer)


def _looped(node: nodes.ForTuple | nodes.ForObject, scope: Scope, run: Callable[[Any, _Loop], Any]) -> Any:
    collection = evaluate(node.collection, scope)
    if isinstance(collection, Secret):
        inner = _looped_over(node, bare(collection), scope, run)
        return secret(inner)
    return _looped_over(node, collection, scope, run)


def _looped_over(node: Any, collection: Any, scope: Scope, run: Callable[[Any, _Loop], Any]) -> Any:
    if isinstance(collection, Unknown):
        return Unknown(collection.reason)
    if isinstance(collection, Set) and first_unknown(collection) is not None:
        return Unknown("the elements of this set are not known")
    loop = _Loop(node, collection, scope)
    result = run(node, loop)
    return loop.hole if loop.hole is not None else result


def _for_tuple(node: nodes.ForTuple, scope: Scope) -> Any:
    return _looped(node, scope, _run_tuple)


def _run_tuple(node: nodes.ForTuple, loop: _Loop) -> Any:
    return [evaluate(node.element, inner) for inner in loop]


def _for_object(node: nodes.ForObject, scope: Scope) -> Any:
    return _looped(node, scope, _run_object)


def _run_object(node: nodes.ForObject, loop: _Loop) -> Any:
    result: dict[str, Any] = {}
    marked = False
    for inner in loop:
        key = evaluate(node.key_expression, inner)
        if isinstance(key, Secret):
            marked, key = True, bare(key)
        if isinstance(key, Unknown):
            loop.hole = unknown_from(key)
            continue
        if key is None:
            raise Fault("null is no key of an object")
        _put(result, to_string(key), evaluate(node.element, inner), group=node.group)
    return secret(result) if marked else result


def _put(result: dict[str, Any], key: str, value: Any, *, group: bool) -> None:
    if group:
        result.setdefault(key, []).append(value)
    elif key in result:
        raise Fault("two elements of a for expression have the same key")
    else:
        result[key] = value


# Functions


def _call(node: nodes.FunctionCall, scope: Scope) -> Any:
    name = node.name.removeprefix("core::")
    if name in {"try", "can"} and not node.expand:
        return _try(node.arguments, scope) if name == "try" else _can(node.arguments, scope)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expand:
        last = arguments.pop()
        if isinstance(last, Secret):
            return secret(_expanded(name, arguments, bare(last), scope))
        return _expanded(name, arguments, last, scope)
    return scope.module.function(name, arguments, scope)


def _expanded(name: str, arguments: list[Any], last: Any, scope: Scope) -> Any:
    if isinstance(last, Unknown):
        return Unknown(last.reason)
    if not isinstance(last, list):
        raise Fault(f"{kind_of(last)} cannot be expanded into arguments")
    return scope.module.function(name, [*arguments, *last], scope)


def _try(arguments: tuple[nodes.Expression, ...], scope: Scope) -> Any:
    """The first argument without an error. One with something unknown in it settles nothing: the rest may be needed."""
    for argument in arguments:
        try:
            value = evaluate(argument, scope)
        except Fault:
            continue
        hole = first_unknown(value)
        if hole is None or hole is value:
            return value if hole is None or not isinstance(value, Text | Encoded) else unknown_from(hole)
        return Unknown(hole.reason, ref=hole.ref)
    raise Fault("every argument of try fails")


def _can(arguments: tuple[nodes.Expression, ...], scope: Scope) -> Any:
    try:
        hole = first_unknown(evaluate(arguments[0], scope)) if arguments else None
    except Fault:
        return False
    return True if hole is None else Unknown(hole.reason)


_EVALUATORS: dict[type, Callable[[Any, Scope], Any]] = {
    nodes.Literal: lambda node, _scope: _literal(node.value),
    nodes.Template: _template,
    nodes.Traversal: _traversal,
    nodes.Access: _access,
    nodes.Conditional: _conditional,
    nodes.Unary: _unary,
    nodes.Binary: _binary,
    nodes.Tuple: _tuple,
    nodes.Object: _object,
    nodes.ForTuple: _for_tuple,
    nodes.ForObject: _for_object,
    nodes.FunctionCall: _call,
}
