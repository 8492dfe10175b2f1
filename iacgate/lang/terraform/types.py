"""Terraform's type constraints: reading them, converting values to them, and finding the type that values share.

Room: ``lang``. In: the expression of a variable's ``type``, values. Out: a :data:`Type`, converted values. A value that
does not convert raises ``Fault``. Source: the HCL type system (go-cty ``convert``) and the language documentation,
"Type Constraints".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import NoneType
from typing import Any

from iacgate.lang.terraform.numbers import decimals, is_number, number_text
from iacgate.lang.terraform.unification import attribute_types, converts, unify
from iacgate.lang.terraform.values import (
    Encoded,
    Exhausted,
    Fault,
    List,
    Map,
    Null,
    Set,
    Text,
    Typed,
    affordable,
    first_unknown,
    is_null,
    secret,
)
from iacgate.model import Secret, Unknown
from iacgate.model.dataclass import dataclass
from iacgate.syntax.hcl.nodes import Expression, FunctionCall, Literal, Object, Traversal, Tuple

PRIMITIVES = frozenset({"string", "number", "bool", "any"})
COLLECTIONS = frozenset({"list", "set", "map"})
LONGEST_GUESS = 1024
"""The longest list that is made of unknown elements because its length is known."""


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
    """``value`` as ``wanted``, with the defaults of optional attributes. Raises ``Fault`` where it does not convert."""
    if wanted.kind == "any":
        return value
    kind = type(value)
    if kind is str and wanted.kind == "string":
        return value
    if isinstance(value, Secret):
        return secret(convert(value.reveal(), wanted))
    if isinstance(value, Unknown):
        return _unknown_as(value, wanted)
    if kind is NoneType or kind is Null:
        return _null_as(value, wanted)
    affordable(value)
    if isinstance(value, List | Set | Map) and wanted.element is not None:
        given = type_of(value)
        if given == wanted:
            return value
        if not converts(given, wanted):
            raise Fault(f"cannot make {_article(wanted)} of {kind_of(value)}")
    return _converted_to(value, wanted)


def _unknown_as(value: Unknown, wanted: Type) -> Any:
    """An unknown as a type: the same value as long as that changes nothing."""
    given = type_of(value)
    if given == wanted or isinstance(value, Encoded):
        return value
    if not converts(given, wanted):
        raise Fault(f"cannot make {_article(wanted)} of {_article(given)}")
    if not isinstance(value, Typed):
        known_more = type(value) is not Unknown and given.kind == "any"
        return value if known_more else Typed(wanted, value.reason, ref=value.ref, present=value.present)
    low, high = _lengths(value, wanted)
    return bounded(closed(given, wanted), value.reason, ref=value.ref, present=value.present, low=low, high=high)


def bounded(
    wanted: Type, reason: str, *, ref: str | None = None, present: bool = True, low: Any = None, high: Any = None
) -> Any:
    """An unknown of a type with bounds; where those leave one answer, or one length, that is the value."""
    if low is not None and low == high and present:
        if wanted.kind == "number":
            return low
        if wanted.kind == "list" and low <= LONGEST_GUESS:
            return List([part(wanted.element or ANY, reason, ref) for _ in range(low)], wanted.element)
        if low == 0 and wanted.kind in {"set", "map"}:
            return Set([], wanted.element) if wanted.kind == "set" else Map({}, wanted.element)
        if low == 1 and wanted.kind == "set":
            return Set([part(wanted.element or ANY, reason, ref)], wanted.element)
    return Typed(wanted, reason, ref=ref, present=present, low=low, high=high)


def part(wanted: Type, reason: str, ref: str | None = None) -> Unknown:
    """An unknown part of something: it may be null."""
    return Unknown(reason, ref=ref) if wanted.kind == "any" else Typed(wanted, reason, ref=ref, present=False)


def _lengths(value: Typed, wanted: Type) -> tuple[Any, Any]:
    """The bounds of a collection's length that a conversion keeps."""
    if wanted.kind not in COLLECTIONS:
        return None, None
    given = value.type
    low, high = value.low, value.high
    if given.kind in {"tuple", "object"}:
        low = high = len(given.elements or given.attributes or ())
    return (min(low, 1) if wanted.kind == "set" and low else low), high


def _null_as(value: Any, wanted: Type) -> Any:
    given = ANY if value is None else value.type
    if not converts(given, wanted):
        raise Fault(f"cannot make {_article(wanted)} of {_article(given)}")
    return Null(closed(given, wanted))


def closed(given: Type, wanted: Type) -> Type:
    """``wanted`` with what is open in it taken from the type of the value, and without optional attributes."""
    if wanted.kind == "any":
        return given
    if wanted.kind in COLLECTIONS:
        return Type(wanted.kind, closed(_member_type(given), wanted.element or ANY))
    if wanted.kind == "tuple":
        own = given.elements if len(given.elements) == len(wanted.elements) else (ANY,) * len(wanted.elements)
        return Type("tuple", elements=tuple(map(closed, own, wanted.elements)))
    if wanted.kind == "object":
        inner = given.attributes or {}
        attributes = {
            name: (closed(given.element or (inner[name][0] if name in inner else ANY), entry[0]), False, None)
            for name, entry in (wanted.attributes or {}).items()
        }
        return Type("object", attributes=attributes)
    return wanted


def _member_type(given: Type) -> Type:
    if given.element is not None:
        return given.element
    members = list(given.elements) or attribute_types(given)
    return (unify(members) or ANY) if members else ANY


def _article(wanted: Type) -> str:
    return f"an {wanted.kind}" if wanted.kind[0] in "aeiou" else f"a {wanted.kind}"


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
    if type(value) is int:
        return value
    if isinstance(value, str):
        try:
            return decimals(value)
        except ValueError as error:
            raise Fault("this string spells no number") from error
    if isinstance(value, bool) or not is_number(value):
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
    if kind == "list" and isinstance(value, Set) and len(value) > 1:
        hole = first_unknown(value)
        if hole is not None:
            return Typed(Type("list", value.element or ANY), hole.reason, present=False)
    shared = _element_type(value, list(value), element, strict=not isinstance(value, List | Set))
    if isinstance(value, List | Set) and (value.element == shared or shared.kind == "any"):
        items: list[Any] = list(value)
    else:
        items = [convert(item, shared) for item in value]
    items, shared = _alike(items, shared, again=kind == "list")
    if kind == "list":
        return List(items, shared)
    from iacgate.lang.terraform.equality import make_set

    return make_set(items, shared)


def _alike(items: list[Any], shared: Type, *, again: bool) -> tuple[list[Any], Type]:
    """The elements in one type where the type they share was left open: those of no type take that of the others.

    ``again``: what they have become is brought to a shared type once more, as it is for lists and maps.
    """
    if not dynamic(shared):
        return items, shared
    if again:
        more = unify([type_of(item) for item in items])
        if more is not None and more.kind != "any":
            items = [convert(item, more) for item in items]
    only = _only_type(items)
    if only.kind == "any":
        return items, shared
    return [convert(item, only) if type_of(item).kind == "any" else item for item in items], only


def to_map(value: Any, element: Type = ANY) -> Any:
    """A map of a map or object; elements are brought to one type, keys sorted."""
    if not isinstance(value, dict):
        raise Fault(f"cannot make a map of {kind_of(value)}")
    keys = sorted(value)
    shared = _element_type(value, [value[key] for key in keys], element, strict=False)
    if isinstance(value, Map) and (value.element == shared or shared.kind == "any"):
        items = [value[key] for key in keys]
    else:
        items = [convert(value[key], shared) for key in keys]
    items, shared = _alike(items, shared, again=shared.kind not in PRIMITIVES)
    return Map(zip(keys, items, strict=True), shared)


def _element_type(value: Any, items: list[Any], element: Type, *, strict: bool) -> Type:
    """The type that the elements of the collection made from ``value`` take."""
    if element.kind != "any":
        return element
    if isinstance(value, List | Set | Map):
        return type_of(value).element or ANY
    if not items:
        return ANY
    types = [type_of(item) for item in items]
    shared = unify(types)
    if shared is None:
        _perhaps(items)
        raise Fault("the elements have no type in common")
    if strict and shared.kind == "any" and any(kind.kind != "any" for kind in types):
        _perhaps(items)
        raise Fault("the elements have no type in common, one of them has none at all")
    return shared


def _only_type(items: list[Any]) -> Type:
    """The one type among elements of which others have none."""
    kinds: list[Type] = []
    for item in items:
        kind = type_of(item)
        if kind.kind != "any" and kind not in kinds:
            kinds.append(kind)
    if len(kinds) > 1:
        _perhaps(items)
        raise Fault("the elements have no type in common")
    return kinds[0] if kinds else ANY


def _perhaps(items: list[Any]) -> None:
    """Raise :class:`Exhausted` where an element is unknown and its type is too: then nobody knows."""
    hole = next((item for item in items if isinstance(item, Unknown) and type_of(item).kind == "any"), None)
    if hole is not None:
        raise Exhausted(hole.reason)


def _to_object(value: Any, attributes: dict[str, tuple[Type, bool, Any]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Fault(f"cannot make an object of {kind_of(value)}")
    result: dict[str, Any] = {}
    for name, (wanted, optional, default) in attributes.items():
        if name not in value and not optional:
            raise Fault(f'attribute "{name}" is required')
        given = value.get(name)
        result[name] = convert(default if is_null(given) and optional else given, wanted)
    return result


def _to_tuple(value: Any, elements: tuple[Type, ...]) -> list[Any]:
    if not isinstance(value, list) or isinstance(value, Set | List) or len(value) != len(elements):
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
    if isinstance(value, Unknown):
        return "an unknown value"
    return "null" if is_null(value) else "a number"


def type_of(value: Any) -> Type:
    """The type of a value; ``any`` for null without a type and for what is unknown without one."""
    kind = type(value)
    if kind is str:
        return STRING
    if kind is bool:
        return BOOL
    if is_number(value):
        return NUMBER
    if kind is Secret:
        return type_of(value.reveal())
    if isinstance(value, List | Set):
        return Type("list" if isinstance(value, List) else "set", value.element or _shared(value))
    if isinstance(value, Map):
        return Type("map", value.element or _shared(value.values()))
    if isinstance(value, list):
        return Type("tuple", elements=tuple([type_of(item) for item in value]))
    if isinstance(value, dict):
        return Type("object", attributes={name: (type_of(item), False, None) for name, item in value.items()})
    if isinstance(value, Typed) or kind is Null:
        return value.type  # type: ignore[no-any-return]  # both have a type
    return STRING if isinstance(value, Text | Encoded) else ANY


def _shared(items: Iterable[Any]) -> Type:
    found = [type_of(item) for item in items]
    return (unify(found) or ANY) if found else ANY


def dynamic(wanted: Type) -> bool:
    """Whether something in the type is open."""
    if wanted.kind == "any":
        return True
    if wanted.element is not None:
        return dynamic(wanted.element)
    if wanted.attributes is not None:
        return any(dynamic(entry[0]) for entry in wanted.attributes.values())
    return any(dynamic(item) for item in wanted.elements)


def conforms(given: Type, pattern: Type) -> bool:
    """Whether a type is the pattern wherever the pattern is not open."""
    if pattern.kind == "any":
        return True
    if given.kind != pattern.kind:
        return False
    if pattern.element is not None:
        return conforms(given.element or ANY, pattern.element)
    if pattern.attributes is not None:
        own = given.attributes or {}
        return set(own) == set(pattern.attributes) and all(
            conforms(own[name][0], entry[0]) for name, entry in pattern.attributes.items()
        )
    return len(given.elements) == len(pattern.elements) and all(map(conforms, given.elements, pattern.elements))
