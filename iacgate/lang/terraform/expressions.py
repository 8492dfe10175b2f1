"""Evaluation of HCL expressions: unknown stays unknown, sensitive stays sensitive, an error is a ``Fault``.

Room: ``lang``. In: an expression of :mod:`iacgate.syntax.hcl.nodes` and a :class:`Scope`. Out: a value of
:mod:`iacgate.lang.terraform.values`. What Terraform would refuse raises ``Fault``; what cannot be evaluated here
gives an ``Unknown`` that says why. Nothing is cached here: who owns a named value remembers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from iacgate.lang.terraform import arithmetic, work
from iacgate.lang.terraform.access import Opaque, attribute, index
from iacgate.lang.terraform.conditions import Failed, chosen
from iacgate.lang.terraform.equality import equal
from iacgate.lang.terraform.numbers import written
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.strings import joined, normal
from iacgate.lang.terraform.types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Type,
    bounded,
    convert,
    kind_of,
    read_type,
    to_bool,
    to_string,
    type_of,
)
from iacgate.lang.terraform.values import (
    Encoded,
    Exhausted,
    Fault,
    List,
    Set,
    Text,
    Typed,
    bare,
    first_unknown,
    has_secret,
    is_null,
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
        return normal(value)
    return value if value is None or isinstance(value, bool) else written(value)


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
    if is_null(value):
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
    taken, other = (part.then, part.otherwise) if _condition(condition) else (part.otherwise, part.then)
    return _render(taken, scope, out) or marked or _is_sensitive(other, scope)


def _is_sensitive(parts: tuple[nodes.TemplatePart, ...], scope: Scope) -> bool:
    """Whether a branch that is not rendered holds something sensitive: then the whole text is."""
    if all(isinstance(part, nodes.Literal) for part in parts):
        return False
    try:
        return _render(parts, scope, [])
    except (Fault, Exhausted):
        return False


def _render_for(part: nodes.TemplateFor, scope: Scope, out: list[Any]) -> bool:
    collection = evaluate(part.collection, scope)
    marked = isinstance(collection, Secret)
    collection = bare(collection) if marked else collection
    if isinstance(collection, Unknown):
        _require_loopable(collection)
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
    if is_null(value):
        if value is not None and value.type.kind in {"list", "set", "tuple"}:
            raise Fault("a list that is null has no elements to take")
        return []
    if isinstance(value, Typed):
        return _splat_unknown(value, step, scope)
    if isinstance(value, Text | Encoded):
        return [walk(value, step.each, scope)]
    if isinstance(value, Unknown):
        elements = value.elements() if isinstance(value, Opaque) else Unknown(value.reason, ref=value.ref)
        if isinstance(elements, Unknown):
            return elements
    else:
        elements = value if isinstance(value, list) else [value]
    scope.module.limits.spend(len(elements))
    items = [walk(item, step.each, scope) for item in elements]
    if not isinstance(value, List | Set):
        return items
    element = None if items else type_of(_walked(type_of(value).element or ANY, "", step, scope))
    return List(items, element)


def _walked(kind: Type, reason: str, step: nodes.SplatStep, scope: Scope) -> Any:
    """What the steps of a splat make of an unknown element of a type."""
    inner = Unknown(reason) if kind.kind == "any" else Typed(kind, reason, present=False)
    return walk(inner, step.each, scope)


def _splat_unknown(value: Typed, step: nodes.SplatStep, scope: Scope) -> Any:
    kind = value.type
    if kind.kind in {"list", "set"}:
        element = type_of(_walked(kind.element or ANY, value.reason, step, scope))
        return bounded(Type("list", element), value.reason, ref=value.ref, low=value.low, high=value.high)
    if kind.kind == "tuple":
        elements = tuple([type_of(_walked(item, value.reason, step, scope)) for item in kind.elements])
        return Typed(Type("tuple", elements=elements), value.reason, ref=value.ref)
    item = walk(value, step.each, scope)
    return [item] if value.present else Unknown(value.reason, ref=value.ref)


# Operators and conditions


def _conditional(node: nodes.Conditional, scope: Scope) -> Any:
    condition = evaluate(node.condition, scope)
    then, otherwise = _arm(node.then, scope), _arm(node.otherwise, scope)
    if isinstance(then, list | dict) or isinstance(otherwise, list | dict):
        scope.module.limits.spend(2 * work.elements([then, otherwise]))
    return chosen(condition, then, otherwise)


def _arm(node: nodes.Expression, scope: Scope) -> Any:
    if type(node) is nodes.Literal:
        return _literal(node.value)
    try:
        return evaluate(node, scope)
    except (Fault, Exhausted) as error:
        return Failed(error, _type_of_failed(node, scope))


def _type_of_failed(node: nodes.Expression, scope: Scope) -> Type:
    """The type that an expression would have had: an operator's is known whatever its operands are."""
    if isinstance(node, nodes.Tuple):
        return Type("tuple", elements=tuple([_type_of_arm(item, scope) for item in node.items]))
    if isinstance(node, nodes.Object) and all(isinstance(item.key, nodes.Literal) for item in node.items):
        named = {str(item.key.value): (_type_of_arm(item.value, scope), False, None) for item in node.items}  # type: ignore[union-attr]  # all are literals
        return Type("object", attributes=named)
    if isinstance(node, nodes.Template) and node.wrapped is None:
        return STRING
    if isinstance(node, nodes.Unary):
        return BOOL if node.operator == "!" else NUMBER
    if isinstance(node, nodes.Binary):
        return NUMBER if node.operators[-1] in {"+", "-", "*", "/", "%"} else BOOL
    return ANY


def _type_of_arm(node: nodes.Expression, scope: Scope) -> Type:
    arm = _arm(node, scope)
    return arm.type if isinstance(arm, Failed) else type_of(arm)


def _condition(value: Any) -> bool:
    if is_null(value):
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
    hole: Unknown | None = None
    for item in node.items:
        key = item.key.value if type(item.key) is nodes.Literal else evaluate(item.key, scope)
        if type(item.key) is nodes.Traversal and item.key.steps and not item.parenthesised:
            raise Fault("a key with a dot in it must stand in quotes, or in parentheses when it is a reference")
        if isinstance(key, Secret):
            marked, key = True, bare(key)
        if is_null(key):
            raise Fault("null is no key of an object")
        value = evaluate(item.value, scope)
        if isinstance(key, Unknown):
            hole = unknown_from(convert(key, STRING))
            continue
        result[normal(to_string(key))] = value
    if hole is not None:
        return Unknown(hole.reason)
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
    """One run of a ``for`` expression: binds the names, filters, says when its outcome is not known, or sensitive."""

    __slots__ = ("hole", "marked", "node", "rows", "scope")

    def __init__(self, node: nodes.ForTuple | nodes.ForObject, collection: Any, scope: Scope) -> None:
        self.node = node
        self.scope = Scope(scope.module, dict(scope.local))
        self.rows = pairs(collection, scope)
        self.hole: Unknown | None = None
        self.marked = False

    def __iter__(self) -> Iterator[Scope]:
        names, node = self.scope.local, self.node
        for key, value in self.rows:
            if node.key:
                names[node.key] = key
            names[node.value] = value
            if node.condition is None or self._kept(node.condition):
                yield self.scope
        if not self.rows and node.condition is not None:
            self._tried(node.condition)

    def _tried(self, condition: nodes.Expression) -> None:
        """A condition is looked at even where there is nothing to filter: one that cannot be true or false fails."""
        names, node = self.scope.local, self.node
        if node.key:
            names[node.key] = Unknown("there is nothing to loop over")
        names[node.value] = Unknown("there is nothing to loop over")
        answer = evaluate(condition, self.scope)
        self.marked |= isinstance(answer, Secret)
        if is_null(bare(answer)):
            raise Fault("a condition must not be null")
        convert(bare(answer), BOOL)

    def _kept(self, condition: nodes.Expression) -> bool:
        answer = evaluate(condition, self.scope)
        if isinstance(answer, Secret):
            self.marked = True
            answer = bare(answer)
        if isinstance(answer, Unknown):
            self.hole = unknown_from(convert(answer, BOOL))
            return False
        return _condition(answer)


def _require_loopable(collection: Unknown) -> None:
    kind = type_of(collection).kind
    if kind in {"string", "number", "bool"}:
        raise Fault(f"cannot loop over a {kind}")


def _looped(node: nodes.ForTuple | nodes.ForObject, scope: Scope, run: Callable[[Any, _Loop], Any]) -> Any:
    collection = evaluate(node.collection, scope)
    marked = isinstance(collection, Secret)
    if isinstance(collection, Secret):
        collection = collection.reveal()
    if isinstance(collection, Unknown):
        _require_loopable(collection)
        return Unknown(collection.reason)
    loop = _Loop(node, collection, scope)
    result = run(node, loop)
    result = loop.hole if loop.hole is not None else result
    return secret(result) if marked or loop.marked else result


def _for_tuple(node: nodes.ForTuple, scope: Scope) -> Any:
    return _looped(node, scope, _run_tuple)


def _run_tuple(node: nodes.ForTuple, loop: _Loop) -> Any:
    return [evaluate(node.element, inner) for inner in loop]


def _for_object(node: nodes.ForObject, scope: Scope) -> Any:
    return _looped(node, scope, _run_object)


def _run_object(node: nodes.ForObject, loop: _Loop) -> Any:
    result: dict[str, Any] = {}
    for inner in loop:
        key = evaluate(node.key_expression, inner)
        if isinstance(key, Secret):
            loop.marked, key = True, bare(key)
        if isinstance(key, Unknown):
            loop.hole = unknown_from(key)
            continue
        if loop.hole is not None and (is_null(key) or isinstance(key, list | dict)):
            continue  # as in Terraform: what is wrong with later keys is not told before the first is known
        if is_null(key):
            raise Fault("null is no key of an object")
        _put(result, to_string(key), evaluate(node.element, inner), group=node.group)
    return result


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
    special = _SPECIAL.get(name)
    if special is not None and not node.expand:
        return special(node.arguments, scope)
    if name == "templatestring" and node.arguments and not _refers(node.arguments[0]):
        raise Fault("templatestring takes a reference to a template, not an expression that makes one")
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expand:
        last = arguments.pop()
        marked = isinstance(last, Secret)
        last = last.reveal() if isinstance(last, Secret) else last
        if isinstance(last, Unknown) and type_of(last).kind in {"any", "list", "set", "tuple"}:
            return Unknown(last.reason)
        if not isinstance(last, list):
            raise Fault(f"{kind_of(last)} cannot be expanded into arguments")
        arguments.extend([secret(item) for item in last] if marked else last)
    return scope.module.function(name, arguments, scope)


def _refers(node: nodes.Expression) -> bool:
    """Whether the expression only picks a value from elsewhere."""
    return isinstance(node, nodes.Traversal) or (isinstance(node, nodes.Access) and _refers(node.base))


def _try(arguments: tuple[nodes.Expression, ...], scope: Scope) -> Any:
    """The first argument without an error. One with something unknown in it settles nothing: the rest may be needed."""
    for argument in arguments:
        try:
            value = evaluate(argument, scope)
        except Fault:
            continue
        hole = first_unknown(value)
        if hole is None or hole is value:
            if hole is None or isinstance(value, Opaque):
                return value
            return Unknown(hole.reason, ref=hole.ref) if isinstance(value, Typed) else unknown_from(hole)
        return Unknown(hole.reason, ref=hole.ref)
    raise Fault("every argument of try fails")


def _can(arguments: tuple[nodes.Expression, ...], scope: Scope) -> Any:
    if len(arguments) != 1:
        raise Fault("can takes one argument")
    try:
        hole = first_unknown(evaluate(arguments[0], scope))
    except Fault:
        return False
    return True if hole is None else unknown_from(hole, BOOL)


def _convert(arguments: tuple[nodes.Expression, ...], scope: Scope) -> Any:
    """``convert(value, type)``, since Terraform 1.15."""
    if len(arguments) != 2:
        raise Fault("convert takes a value and a type")
    return convert(evaluate(arguments[0], scope), read_type(arguments[1], lambda node: evaluate(node, scope)))


_SPECIAL: dict[str, Callable[[tuple[nodes.Expression, ...], Scope], Any]] = {
    "can": _can,
    "convert": _convert,
    "try": _try,
}


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
    nodes.Refused: lambda node, _scope: Unknown(node.reason),
}
