"""Attributes and elements of values. In: a value and a name or key. Out: a value; ``Fault`` for what is not there.

Room: ``lang``. Source: HCL's ``GetAttr`` and ``Index``.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform.numbers import plain
from iacgate.lang.terraform.types import ANY, NUMBER, STRING, Type, convert, kind_of, type_of
from iacgate.lang.terraform.values import Fault, Lazy, List, Map, Set, Typed, bare, is_null, secret
from iacgate.model import Secret, Unknown


class Opaque(Lazy):
    """An unknown object of which some attributes may be known: a resource, a module's outputs.

    Subclasses say what their attributes and elements are.
    """

    __slots__ = ()

    def attribute(self, name: str) -> Any:
        """The value of an attribute."""
        del name
        return Unknown(self.reason, ref=self.ref)

    def element(self, key: Any) -> Any:
        """The value of ``[key]``."""
        return self.attribute(key) if isinstance(key, str) else Unknown(self.reason, ref=self.ref)

    def elements(self) -> Any:
        """What ``[*]`` ranges over: a list of values, or an unknown when their number is not known."""
        return [self]


def part_of(value: Unknown, kind: Type = ANY) -> Unknown:
    """A part, of some type, of what is not known: it comes from where the whole comes from."""
    if kind.kind == "any":
        return Unknown(value.reason, ref=value.ref)
    return Typed(kind, value.reason, ref=value.ref, present=False)


def attribute(value: Any, name: str) -> Any:
    """``value.name``."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        raise Fault(f'there is no attribute "{name}" here')
    if isinstance(value, Opaque):
        return value.attribute(name)
    if isinstance(value, Unknown):
        return part_of(value, _attribute_type(type_of(value), name))
    if isinstance(value, Secret):
        return secret(attribute(value.reveal(), name))
    raise Fault(f'{kind_of(value)} has no attribute "{name}"')


def _attribute_type(kind: Type, name: str) -> Type:
    if kind.kind == "any":
        return ANY
    if kind.kind == "map":
        return kind.element or ANY
    if kind.attributes is not None and name in kind.attributes:
        return kind.attributes[name][0]
    raise Fault(f'this {kind.kind} has no attribute "{name}"')


def index(value: Any, key: Any) -> Any:
    """``value[key]``."""
    if isinstance(key, Secret) or isinstance(value, Secret):
        return secret(index(value.reveal() if isinstance(value, Secret) else value, bare(key)))
    if is_null(value) or is_null(key):
        raise Fault("null has no elements to pick" if is_null(value) else "null is no key")
    if isinstance(value, Opaque):
        return part_of(key) if isinstance(key, Unknown) else value.element(key)
    if isinstance(value, Unknown):
        return part_of(value, _member_type(type_of(value), key))
    if isinstance(value, dict):
        return _member(value, convert(key, STRING))
    if isinstance(value, list) and not isinstance(value, Set):
        return _element(value, convert(key, NUMBER))
    raise Fault(f"{kind_of(value)} has no elements to pick by index")


def _member_type(kind: Type, key: Any) -> Type:
    """The type of the element of a key, of a collection that is not known."""
    if kind.kind == "any":
        return ANY
    if kind.kind in {"list", "tuple"}:
        at = convert(key, NUMBER)
        if kind.kind == "list":
            return kind.element or ANY
        if isinstance(at, Unknown):
            return ANY
        at = plain(at)
        if type(at) is not int or not 0 <= at < len(kind.elements):
            raise Fault(f"there is no such element in a tuple of {len(kind.elements)}")
        return kind.elements[at]
    if kind.kind in {"map", "object"}:
        convert(key, STRING)
        if kind.kind == "map":
            return kind.element or ANY
        return ANY
    raise Fault(f"a {kind.kind} has no elements to pick by index")


def _of_unknown_key(value: Any, key: Unknown) -> Unknown:
    element = type_of(value).element if isinstance(value, List | Set | Map) else None
    ref = _common_origin(value)
    if element is None or element.kind == "any":
        return Unknown(key.reason, ref=ref)
    return Typed(element, key.reason, ref=ref, present=False)


def _common_origin(value: Any) -> str | None:
    """Where an element of this collection comes from, when all come from one resource block."""
    holes = (item for item in (value.values() if isinstance(value, dict) else value) if isinstance(item, Unknown))
    first = next(holes, None)
    same = first is not None and all(item.ref == first.ref for item in holes)
    return first.ref if same and first is not None else None


def _member(value: dict[str, Any], key: Any) -> Any:
    if isinstance(key, Unknown):
        return _of_unknown_key(value, key)
    if key not in value:
        raise Fault("there is no element of this key")
    return value[key]


def _element(value: list[Any], key: Any) -> Any:
    if isinstance(key, Unknown):
        return _of_unknown_key(value, key)
    key = plain(key)
    if type(key) is not int:
        raise Fault("a fraction is no index of a list")
    if not 0 <= key < len(value):
        raise Fault(f"there is no element {key} in a list of {len(value)}")
    return value[key]
