"""Attributes and elements of values. In: a value and a name or key. Out: a value; ``Fault`` for what is not there.

Room: ``lang``.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform import arithmetic
from iacgate.lang.terraform.types import kind_of, to_string
from iacgate.lang.terraform.values import Fault, Lazy, Set, bare, secret
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


def attribute(value: Any, name: str) -> Any:
    """``value.name``."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        raise Fault(f'there is no attribute "{name}" here')
    if isinstance(value, Opaque):
        return value.attribute(name)
    if isinstance(value, Unknown):
        return Unknown(value.reason, ref=value.ref)
    if isinstance(value, Secret):
        return secret(attribute(value.reveal(), name))
    raise Fault(f'{kind_of(value)} has no attribute "{name}"')


def index(value: Any, key: Any) -> Any:
    """``value[key]``."""
    if isinstance(key, Secret) or isinstance(value, Secret):
        return secret(index(bare(value) if isinstance(value, Secret) else value, bare(key)))
    if isinstance(key, Unknown):
        return Unknown(key.reason, ref=_common_origin(value))
    if isinstance(value, Opaque):
        return value.element(key)
    if isinstance(value, Unknown):
        return Unknown(value.reason, ref=value.ref)
    if isinstance(value, dict):
        return _member(value, key)
    if isinstance(value, list) and not isinstance(value, Set):
        return _element(value, key)
    raise Fault(f"{kind_of(value)} has no elements to pick by index")


def _common_origin(value: Any) -> str | None:
    """Where an element of this collection comes from, when all come from one resource block."""
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
    origins = {item.ref for item in items if isinstance(item, Unknown)}
    return origins.pop() if len(origins) == 1 else None


def _member(value: dict[str, Any], key: Any) -> Any:
    name = key if isinstance(key, str) else to_string(key) if key is not None else None
    if name is None:
        raise Fault("null is no key")
    if name not in value:
        raise Fault("there is no element of this key")
    return value[name]


def _element(value: list[Any], key: Any) -> Any:
    if isinstance(key, str):
        key = arithmetic.operand(key)
    if type(key) is not int:
        raise Fault(f"{kind_of(key)} is no index of a list")
    if not 0 <= key < len(value):
        raise Fault(f"there is no element {key} in a list of {len(value)}")
    return value[key]
