"""Terraform's type constraints: reading them, converting values to them, and finding the type that values share.

Room: ``lang``. In: the expression of a variable's ``type``, values. Out: a :data:`Type`, converted values. A value that
does not convert raises ``Fault``. Source: the HCL type system (go-cty ``convert``) and the language documentation,
"Type Constraints".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from iacgate.lang.terraform.values import (
    Fault,
    List,
    Map,
    Set,
    affordable,
    decimals,
    is_number,
    make_set,
    number_text,
    secret,
)
from iacgate.model import Secret, Unknown
from iacgate.model.dataclass import dataclass
from iacgate.syntax.hcl.nodes import Expression, FunctionCall, Literal, Object, Traversal, Tuple

PRIMITIVES = frozenset({"string", "number", "bool", "any"})
COLLECTIONS = frozenset({"list", "set", "map"})


@dataclass(frozen=True, slots=True)
class Type:
    """A type constraint. ``kind``: string, number, bool, any, list, set, map, tuple, object.

    ``element`` is the element type of a collection, ``elements`` the types of a tuple, ``attributes`` those of an
    object: name to (type, whether it may be left out, its default or ``None``).
    """

    kind: str
    element: Type | None = None
    elements: tuple[Type, ...] = ()
    attributes: dict[str, tuple[Type, bool, Any]] | None = None


ANY = Type("any")
STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
_NAMED = {"any": ANY, "string": STRING, "number": NUMBER, "bool": BOOL}


def read_type(node: Expression, constant: Callable[[Expression], Any]) -> Type:
    """The type that an expression writes. ``constant`` evaluates the defaults of optional attributes.

    Old quoted types (``"string"``, ``"list"``) are read too. Raises ``Fault`` for what is no type.
    """
    if isinstance(node, Traversal) and not node.steps:
        return _named(node.name)
    if isinstance(node, Literal) and isinstance(node.value, str):
        return _named(node.value)
    if isinstance(node, FunctionCall) and node.arguments:
        return _constructed(node, constant)
    raise Fault("this is not a type")


def _named(name: str) -> Type:
    if name in COLLECTIONS:
        return Type(name, ANY)
    if name not in _NAMED:
        raise Fault(f'"{name}" is not a type')
    return _NAMED[name]


def _constructed(node: FunctionCall, constant: Callable[[Expression], Any]) -> Type:
    argument = node.arguments[0]
    if node.name in COLLECTIONS:
        return Type(node.name, read_type(argument, constant))
    if node.name == "tuple" and isinstance(argument, Tuple):
        return Type("tuple", elements=tuple([read_type(item, constant) for item in argument.items]))
    if node.name == "object" and isinstance(argument, Object):
        return Type("object", attributes=_attributes(argument, constant))
    raise Fault(f'"{node.name}" makes no type')


def _attributes(node: Object, constant: Callable[[Expression], Any]) -> dict[str, tuple[Type, bool, Any]]:
    attributes: dict[str, tuple[Type, bool, Any]] = {}
    for item in node.items:
        name = (
            item.key.value
            if isinstance(item.key, Literal)
            else item.key.name
            if isinstance(item.key, Traversal)
            else ""
        )
        value = item.value
        if isinstance(value, FunctionCall) and value.name == "optional" and value.arguments:
            default = constant(value.arguments[1]) if len(value.arguments) > 1 else None
            attributes[str(name)] = (read_type(value.arguments[0], constant), True, default)
        else:
            attributes[str(name)] = (read_type(value, constant), False, None)
    return attributes


def convert(value: Any, wanted: Type) -> Any:
    """``value`` as ``wanted``, with the defaults of optional attributes. Unknown and null stay what they are."""
    if isinstance(value, Unknown) or value is None or wanted.kind == "any":
        return value
    if isinstance(value, Secret):
        return secret(convert(value.reveal(), wanted))
    affordable(value)
    return _converted_to(value, wanted)


def _converted_to(value: Any, wanted: Type) -> Any:
    if wanted.kind in {"string", "number", "bool"}:
        return to_primitive(value, wanted.kind)
    if wanted.kind == "map":
        return to_map(value, wanted.element or ANY)
    if wanted.kind == "object":
        return _to_object(value, wanted.attributes or {})
    if wanted.kind == "tuple":
        return _to_tuple(value, wanted.elements)
    return to_sequence(value, wanted.kind, wanted.element or ANY)


def to_primitive(value: Any, kind: str) -> Any:
    """A primitive as another: numbers and bools as strings and back."""
    if kind == "string":
        return to_string(value)
    if kind == "number":
        return to_number(value)
    return to_bool(value)


def to_string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict) or not is_number(value):
        raise Fault(f"cannot make a string of {kind_of(value)}")
    return number_text(value)


def to_number(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return decimals(value)
        except ValueError as error:
            raise Fault("this string spells no number") from error
    if isinstance(value, bool | list | dict):
        raise Fault(f"cannot make a number of {kind_of(value)}")
    return value


def to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false", "1", "0"}:
        return value in {"true", "1"}
    raise Fault(f"cannot make a bool of {kind_of(value)}")


def to_sequence(value: Any, kind: str, element: Type = ANY) -> Any:
    """A list or set of any sequence; elements are brought to one type."""
    if not isinstance(value, list):
        raise Fault(f"cannot make a {kind} of {kind_of(value)}")
    items = _converted(value, element)
    return make_set(items) if kind == "set" else List(items)


def to_map(value: Any, element: Type = ANY) -> Any:
    """A map of a map or object; elements are brought to one type, keys sorted."""
    if not isinstance(value, dict):
        raise Fault(f"cannot make a map of {kind_of(value)}")
    keys = sorted(value)
    return Map(zip(keys, _converted([value[key] for key in keys], element), strict=True))


def _converted(items: list[Any], element: Type) -> list[Any]:
    if element.kind != "any":
        return [convert(item, element) for item in items]
    shared = unify([type_of(item) for item in items])
    if shared is None:
        raise Fault("the elements have no type in common")
    return [convert(item, shared) for item in items] if shared.kind != "any" else list(items)


def _to_object(value: Any, attributes: dict[str, tuple[Type, bool, Any]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Fault(f"cannot make an object of {kind_of(value)}")
    result: dict[str, Any] = {}
    for name, (wanted, optional, default) in attributes.items():
        if name not in value and not optional:
            raise Fault(f'attribute "{name}" is required')
        given = value.get(name)
        result[name] = convert(default if given is None and optional else given, wanted)
    return result


def _to_tuple(value: Any, elements: tuple[Type, ...]) -> list[Any]:
    if not isinstance(value, list) or isinstance(value, Set) or len(value) != len(elements):
        raise Fault(f"cannot make a tuple of {len(elements)} of {kind_of(value)}")
    return [convert(item, wanted) for item, wanted in zip(value, elements, strict=True)]


def kind_of(value: Any) -> str:
    """What a person would call the value; never the value itself, which may be sensitive."""
    if isinstance(value, str):
        return "a string"
    if isinstance(value, bool):
        return "a bool"
    if isinstance(value, dict):
        return "a map" if isinstance(value, Map) else "an object"
    if isinstance(value, list):
        return {"List": "a list", "Set": "a set"}.get(type(value).__name__, "a tuple")
    return "null" if value is None else "a number"


def type_of(value: Any) -> Type:
    """The type of a value; ``any`` for null, for what is unknown, and for the elements of an empty collection."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, str):
        return STRING
    if isinstance(value, bool):
        return BOOL
    if value is None or isinstance(value, Unknown):
        return ANY
    if isinstance(value, List | Set):
        return Type("list" if isinstance(value, List) else "set", _shared(value))
    if isinstance(value, Map):
        return Type("map", _shared(value.values()))
    if isinstance(value, list):
        return Type("tuple", elements=tuple([type_of(item) for item in value]))
    if isinstance(value, dict):
        return Type("object", attributes={name: (type_of(item), False, None) for name, item in value.items()})
    return NUMBER


def _shared(items: Iterable[Any]) -> Type:
    return unify([type_of(item) for item in items]) or ANY


def unify(types: list[Type]) -> Type | None:
    """The type all these convert to, or ``None`` when there is none. ``any`` fits everywhere."""
    distinct: list[Type] = []
    for candidate in types:
        if candidate.kind != "any" and candidate not in distinct:
            distinct.append(candidate)
    if len(distinct) < 2:
        return distinct[0] if distinct else ANY
    kinds = {candidate.kind for candidate in distinct}
    if kinds <= PRIMITIVES:
        return STRING if "string" in kinds else None
    if kinds == {"tuple"}:
        return _unify_tuples(distinct)
    if kinds == {"object"}:
        return _unify_objects(distinct)
    if kinds <= {"tuple", "list"}:
        return _collection("list", distinct)
    if kinds <= {"object", "map"}:
        return _collection("map", distinct)
    return _collection("set", distinct) if kinds <= {"tuple", "set"} else None


def _unify_tuples(types: list[Type]) -> Type | None:
    if len({len(candidate.elements) for candidate in types}) > 1:
        return _collection("list", types)
    elements = [unify(list(column)) for column in zip(*[candidate.elements for candidate in types], strict=True)]
    if any(element is None for element in elements):
        return _collection("list", types)
    return Type("tuple", elements=tuple([element for element in elements if element]))


def _unify_objects(types: list[Type]) -> Type | None:
    names = {frozenset(candidate.attributes or {}) for candidate in types}
    if len(names) > 1:
        return _collection("map", types)
    attributes: dict[str, tuple[Type, bool, Any]] = {}
    for name in types[0].attributes or {}:
        shared = unify([(candidate.attributes or {})[name][0] for candidate in types])
        if shared is None:
            return _collection("map", types)
        attributes[name] = (shared, False, None)
    return Type("object", attributes=attributes)


def _collection(kind: str, types: list[Type]) -> Type | None:
    inner: list[Type] = []
    for candidate in types:
        inner.extend(candidate.elements)
        inner.extend([entry[0] for entry in (candidate.attributes or {}).values()])
        if candidate.element:
            inner.append(candidate.element)
    shared = unify(inner)
    return None if shared is None else Type(kind, shared)
