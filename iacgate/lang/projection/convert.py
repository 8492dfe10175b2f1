"""A block of Terraform's Kubernetes provider → the object of Kubernetes that it makes, and back for places.

Room: ``lang``. In: a shape and the values of a block, as a plan gives them. Out: the object; for a path into it, the
path into the block. What is unknown stays unknown, what is secret stays secret. What has another shape than the
provider takes is unknown, with that as the reason: Terraform would refuse it. An attribute that is null, empty text or
an empty list or map is not there, as for the provider: states and plans spell out what nobody set.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.projection.shapes import Field, Shape, shape
from iacgate.model import Partial, Path, Secret, Unknown, child, reveal

_ODD = "not as the Kubernetes provider takes it"
_NOT_LISTED = "a block that iacgate does not know"
_DEEPEST = 60
_ZERO_IS_NONE = frozenset(("end_port", "health_check_node_port", "host_port", "node_port"))
"""Numbers that states give as 0 where nobody set them."""


def converted(kind: Shape, block: dict[str, Any]) -> dict[str, Any]:
    """The object that a block makes."""
    made: dict[str, Any] = {}
    for name, value in block.items():
        field = kind.field(name)
        if value is None or field is None or field.way == "-":
            continue
        if field.way == "^":
            inner = _single(shape(field.shape), value, name)
            made.update(inner if isinstance(inner, dict) else {field.name: inner})
            continue
        result = _value(field, value, name)
        if result is not None:
            made[field.name] = result
    for name, default in kind.defaults.items():
        made.setdefault(name, default)
    return made


def origin(kind: Shape, block: Any, path: Path) -> Path:
    """The path in a block that makes what stands at ``path`` of the object; as far as it leads."""
    steps: list[str | int] = []
    while path:
        if not isinstance(block, dict):
            return tuple(steps)
        found = _maker(kind, block, path[0])
        if found is None:
            return tuple(steps)
        way, field, value = found
        steps.extend(way)
        if field.way == "*":
            index = _index(field, value, path[1]) if len(path) > 1 else None
            if index is None:
                return tuple(steps)
            steps.append(index)
            value, path = value[index], path[2:]
        elif field.way == ":":
            path = path[1:]
            value = _first(steps, value)
        else:
            if field.way == "{}":
                _first(steps, value)
            return (*steps, *path[1:])
        kind, block = shape(field.shape), value
    return tuple(steps)


def _value(field: Field, value: Any, name: str) -> Any:
    """What becomes of a value that is not null; ``None`` when it counts as not set."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Secret) and isinstance(value.reveal(), dict | list):
        value = marked(value.reveal())
    if field.way == ":":
        return _single(shape(field.shape), value, name)
    if field.way == "*":
        return _several(shape(field.shape), value, name)
    if field.way == "{}":
        return _map(value, name)
    return _plain(field, value, name)


def _single(kind: Shape, value: Any, name: str) -> Any:
    """A block that stands once: a list of one, or the object itself where it is written as an attribute."""
    if isinstance(value, Partial) and not value:
        return value.maybe
    if isinstance(value, list):
        if not value:
            return None
        if len(value) > 1:
            return Unknown(f"there are several {name} blocks: {_ODD}")
        value = {} if value[0] is None else value[0]
    if isinstance(value, Unknown):
        return value
    return converted(kind, value) if isinstance(value, dict) else Unknown(f"{name} is {_ODD}")


def _several(kind: Shape, value: Any, name: str) -> Any:
    """Blocks that may be repeated. Elements keep their places, so that paths lead back."""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return Unknown(f"{name} is {_ODD}")
    if not value and not isinstance(value, Partial):
        return None
    items = [_single(kind, [item], name) for item in value]
    return Partial(items, maybe=value.maybe) if isinstance(value, Partial) else items


def _map(value: Any, name: str) -> Any:
    """A map of text. Older configurations write some as a block."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, dict):
        return Unknown(f"{name} is {_ODD}") if value else None
    return {key: _text(item) for key, item in value.items() if item is not None} or None


def _plain(field: Field, value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return Unknown(f"{name} is {_NOT_LISTED}")
    if isinstance(value, list):
        if any(isinstance(item, dict | list) for item in value):
            return Unknown(f"{name} is {_NOT_LISTED}")
        return value if value or isinstance(value, Partial) else None
    bare = reveal(value)
    if bare == "" or (name in _ZERO_IS_NONE and bare == 0):
        return None
    if not field.way:
        return value
    inner = _typed(field.way, bare)
    return Secret(inner) if isinstance(value, Secret) else inner


def _typed(way: str, value: Any) -> Any:
    """A value as the schema types it: text that spells a number or a boolean is one."""
    if not isinstance(value, str):
        return value
    if way == "?":
        return {"true": True, "false": False}.get(value, value)
    digits = value.removeprefix("-")
    if len(digits) < 20 and digits.isascii() and digits.isdigit():
        if way != "%":
            return int(value)
        return value if {"8", "9"} & set(digits) else int(value, 8)
    return value


def _text(value: Any) -> Any:
    """An element of a map of text, as Terraform converts it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def marked(value: Any, depth: int = 0) -> Any:
    """A value with its leaves marked secret; what is nested deeper than any object of Kubernetes is one leaf."""
    if isinstance(value, dict | list) and depth < _DEEPEST:
        if isinstance(value, dict):
            return {key: marked(item, depth + 1) for key, item in value.items()}
        items = [marked(item, depth + 1) for item in value]
        return Partial(items, maybe=value.maybe) if isinstance(value, Partial) else items
    return value if value is None or isinstance(value, Unknown) else Secret(value)


def _maker(kind: Shape, block: dict[str, Any], wanted: str | int) -> tuple[Path, Field, Any] | None:
    """The member of a block that makes a member of the object: the way to it, its field, its value."""
    for name, value in block.items():
        field = kind.field(name)
        if value is None or field is None or field.way == "-":
            continue
        if field.way == "^":
            way: list[str | int] = [name]
            inner = _first(way, value)
            found = _maker(shape(field.shape), inner, wanted) if isinstance(inner, dict) else None
            if found is not None:
                return (*way, *found[0]), found[1], found[2]
        elif field.name == wanted:
            return (name,), field, value
    return None


def _first(steps: list[str | int], value: Any) -> Any:
    """The one block of a list, and its step; a block written as an attribute has none."""
    if isinstance(value, list) and value:
        steps.append(0)
        return value[0]
    return value


def _index(field: Field, value: Any, step: str | int) -> int | None:
    """The index of an element, which may be named by its key (``"name=app"``)."""
    if not isinstance(value, list):
        return None
    if isinstance(step, int):
        return step if 0 <= step < len(value) else None
    items = _several(shape(field.shape), value, "")
    found = child(items, step) if isinstance(items, list) else None
    return next((index for index, item in enumerate(items) if item is found), None) if found is not None else None
