"""The values of Terraform expressions: native Python values and the few kinds that Python does not tell apart.

Room: ``lang``. A string is ``str``, a number ``int`` or ``Decimal`` (never ``float``: Terraform counts in 512 bits), a
bool ``bool``, null ``None`` or a :class:`Null` of a type, a tuple ``list``, an object ``dict``; :class:`List`,
:class:`Set` and :class:`Map` are the collection types. What is not known is an ``Unknown``: a plain one, or one of the
kinds below that still know something. A sensitive value is wrapped in ``Secret``. :func:`finish` turns a value into
what a resource's body holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from iacgate.model import Choice, Partial, Secret, Unknown

if TYPE_CHECKING:
    from decimal import Decimal

    from iacgate.lang.terraform.types import Type

LONGEST_TEXT = 10 * 1024 * 1024
"""The longest string an expression may build, in characters."""
LARGEST_VALUE = 60_000
"""The most elements, counted through all levels, of a value that ends in a body."""


DEEPEST_VALUE = 200
"""The most levels of such a value: what walks a body afterwards does so by recursion."""


class Fault(Exception):  # noqa: N818  (the user's expression fails, not we)
    """Terraform would refuse this expression; ``try`` and ``can`` see it, anywhere else the value is unknown."""


class Exhausted(Exception):  # noqa: N818  (a limit was reached, it is not an error of anyone's)
    """This cannot be evaluated here (a limit, a feature); unlike a :class:`Fault` it says nothing about Terraform.

    ``try`` and ``can`` do not see it: the whole named value becomes unknown.
    """


class List(list[Any]):
    """A list: all elements of one type, unlike a tuple. ``element`` is that type, ``None`` to work it out from them."""

    __slots__ = ("element",)

    def __init__(self, items: Iterable[Any] = (), element: Type | None = None) -> None:
        super().__init__(items)
        self.element = element


class Set(list[Any]):
    """A set: distinct elements in Terraform's order. Make it with ``sets.make_set``. ``element`` as of a list."""

    __slots__ = ("element",)

    def __init__(self, items: Iterable[Any] = (), element: Type | None = None) -> None:
        super().__init__(items)
        self.element = element


class Map(dict[str, Any]):
    """A map: all elements of one type, unlike an object. ``element`` as of a list."""

    __slots__ = ("element",)

    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), element: Type | None = None) -> None:
        super().__init__(items)
        self.element = element


class Null:
    """A null that has a type, as a variable without a value has. One without is ``None``; :func:`is_null` is both."""

    __slots__ = ("type",)

    def __init__(self, type: Type) -> None:  # noqa: A002  (the language's own word)
        self.type = type

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "null"


class Typed(Unknown):
    """An unknown value of a known type. ``low`` and ``high`` bound a number, or the length of a collection."""

    __slots__ = ("high", "low", "type")

    def __init__(
        self, type: Type, reason: str, *, ref: str | None = None, present: bool = True, low: Any = None,  # noqa: A002
        high: Any = None, prefix: str = "",
    ) -> None:  # fmt: skip
        super().__init__(reason, ref=ref, present=present, prefix=prefix)
        self.type = type
        self.low = low
        self.high = high


class Chosen(Typed):
    """What a conditional is worth whose condition is not known: one of its arms. For whatever is computed from it, it
    is unknown like any other; in a body it is one of several."""

    __slots__ = ("arms",)

    def __init__(self, unknown: Typed, arms: list[Any]) -> None:
        super().__init__(
            unknown.type, unknown.reason, ref=unknown.ref, present=unknown.present, low=unknown.low, high=unknown.high
        )
        self.arms = arms


def is_null(value: Any) -> bool:
    """Whether the value is null, with a type or without."""
    return value is None or type(value) is Null


class Text(Unknown):
    """A string with holes: ``parts`` are its known stretches and the unknown values between them."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[Any]) -> None:
        holes = [part for part in parts if isinstance(part, Unknown)]
        first, last = parts[0], parts[-1]
        super().__init__(
            holes[0].reason,
            ref=holes[0].ref if len(holes) == 1 else None,
            prefix=first + _end(parts[1:2], "prefix") if isinstance(first, str) else first.prefix,
            suffix=_end(parts[-2:-1], "suffix") + last if isinstance(last, str) else last.suffix,
            present=True,
        )
        self.parts = parts


def _end(parts: list[Any], name: str) -> str:
    """What is known of the hole next to a stretch of text."""
    found: str = getattr(parts[0], name) if parts and isinstance(parts[0], Unknown) else ""
    return found


class Encoded(Unknown):
    """The JSON text of a ``document`` with unknown leaves: as a string unknown, as a document mostly known."""

    __slots__ = ("document",)

    def __init__(self, document: Any, hole: Unknown) -> None:
        super().__init__(hole.reason, present=True, prefix="{" if isinstance(document, dict) else "[")
        self.document = document


class Manifest(Encoded):
    """The YAML text of a ``document`` with unknown leaves. A body keeps it as it is: whether text or what it spells
    matters, others know."""

    __slots__ = ()

    def __init__(self, document: Any, hole: Unknown) -> None:
        super().__init__(document, hole)
        self.prefix = ""


class Lazy(Unknown):
    """An object that is not worked out before somebody asks for a part of it."""

    __slots__ = ()

    def whole(self) -> dict[str, Any] | None:
        """All of it, or ``None`` where not all of it can be known."""
        return None


def unknown_from(value: Unknown, type: Type | None = None) -> Unknown:  # noqa: A002  (the language's own word)
    """What a computation with this unknown gives: unknown for the same reason, but no longer the same value.

    With a ``type`` it is the result of a function, which is never null.
    """
    if type is not None:
        return Typed(type, value.reason)
    same = value.__class__ is Unknown and value.ref is None and not value.present
    return value if same else Unknown(value.reason)


def secret(value: Any) -> Any:
    """``value`` marked sensitive. What is unknown stays unknown and forgets what it knew of its text."""
    if isinstance(value, Typed):
        return Typed(value.type, value.reason, ref=value.ref, present=value.present)
    if isinstance(value, Unknown):
        return Unknown(value.reason, ref=value.ref, present=value.present)
    return value if isinstance(value, Secret) else Secret(value)


def first_unknown(value: Any) -> Unknown | None:
    """An unknown inside the value, at any depth, or ``None`` when it is wholly known."""
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, list | dict | Secret):
        return None
    seen: set[int] = set()
    stack: list[Any] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Unknown):
            return node
        if isinstance(node, Secret):
            stack.append(node.reveal())
        elif isinstance(node, list | dict) and id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.values() if isinstance(node, dict) else node)
    return None


def affordable(value: Any) -> None:
    """Raise :class:`Exhausted` when a value, all its levels unfolded, is too large to look through."""
    if not isinstance(value, list | dict):
        return
    left = LARGEST_VALUE
    stack: list[Any] = [value]
    while stack:
        node = stack.pop()
        node = node.reveal() if isinstance(node, Secret) else node
        if isinstance(node, list | dict):
            left -= len(node) + 1
            if left < 0:
                raise Exhausted("the value is too large to evaluate")
            stack.extend(node.values() if isinstance(node, dict) else node)


def has_secret(value: Any) -> bool:
    """Whether the value is sensitive or holds something sensitive."""
    if not isinstance(value, list | dict | Secret):
        return False
    seen: set[int] = set()
    stack: list[Any] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Secret):
            return True
        if isinstance(node, list | dict) and id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.values() if isinstance(node, dict) else node)
    return False


def bare(value: Any, memo: dict[int, Any] | None = None) -> Any:
    """The value without marks of sensitivity, at any depth; the same object when there are none."""
    if isinstance(value, Secret):
        return bare(value.reveal(), memo)
    if not isinstance(value, list | dict) or not has_secret(value):
        return value
    memo = {} if memo is None else memo
    if id(value) not in memo:
        memo[id(value)] = rebuilt(value, lambda item: bare(item, memo))
    return memo[id(value)]


def identity(value: Any) -> Any:
    """A hashable that is equal for equal known values and differs for any two others, ``1`` and ``true`` too."""
    if isinstance(value, Secret):
        value = bare(value)
    if isinstance(value, dict):
        kind = "map" if isinstance(value, Map) else "object"
        return (kind, tuple((key, identity(value[key])) for key in sorted(value)))
    if isinstance(value, list):
        return (type(value).__name__, tuple([identity(item) for item in value]))
    if is_null(value):
        return (None,)
    return (value,) if isinstance(value, bool) else value


def rebuilt(value: Any, change: Any) -> Any:
    """A container of the same kind with every element changed."""
    if isinstance(value, dict):
        items = {key: change(item) for key, item in value.items()}
        return Map(items, value.element) if isinstance(value, Map) else items
    elements = [change(item) for item in value]
    if isinstance(value, Partial):
        like = None if value.like is None else [change(item) for item in value.like]
        return Partial(elements, maybe=value.maybe, like=like)
    return type(value)(elements, value.element) if isinstance(value, List | Set) else elements


def native(value: Any) -> Any:
    """The value as what works out documents reads it: without marks of sensitivity, every null ``None``."""
    return _untyped(bare(value))


def _untyped(value: Any) -> Any:
    if isinstance(value, list | dict):
        return rebuilt(value, _untyped)
    return None if type(value) is Null else value


class _Finish:
    """One conversion of a value to a body; counts what it writes so that a value that doubles itself ends."""

    __slots__ = ("depth", "left")

    def __init__(self) -> None:
        self.left = LARGEST_VALUE
        self.depth = 0

    def value(self, value: Any) -> Any:
        kind = type(value)
        if kind is str or kind is bool or kind is int or value is None:
            return value
        if isinstance(value, list | dict):
            self.left -= len(value) + 1
            if self.left < 0:
                return Unknown(f"the value has more than {LARGEST_VALUE} elements")
            if self.depth > DEEPEST_VALUE:
                return Unknown(f"the value is nested more than {DEEPEST_VALUE} levels deep")
            self.depth += 1
            made = self.container(value)
            self.depth -= 1
            return made
        if isinstance(value, Secret):
            inner = self.value(bare(value))
            return inner if inner is None or isinstance(inner, Unknown) else Secret(inner)
        if isinstance(value, Unknown):
            return self.unknown(value)
        return None if kind is Null else _body_number(value)

    def container(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        items = [self.value(item) for item in value]
        if not isinstance(value, Partial):
            return items
        like = None if value.like is None else [self.value(item) for item in value.like]
        return Partial(items, maybe=value.maybe, like=like)

    def unknown(self, value: Unknown) -> Any:
        if isinstance(value, Manifest):
            return value
        if isinstance(value, Encoded):
            return self.value(value.document)
        if isinstance(value, Text):
            return self.text(value)
        if type(value) is Unknown:
            return value
        if isinstance(value, Chosen):
            return Choice([self.value(arm) for arm in value.arms], value.reason, ref=value.ref)
        whole = value.whole() if isinstance(value, Lazy) else None
        if whole is not None:
            return self.value(whole)
        return Unknown(value.reason, ref=value.ref, prefix=value.prefix, suffix=value.suffix, present=value.present)

    def text(self, value: Text) -> Any:
        document = decoded_holes(value)
        if document is not None:
            return self.value(document)
        if any("\n" in part for part in value.parts if isinstance(part, str)):
            return value  # a document of its own: what it is written in, others know
        return Unknown(value.reason, ref=value.ref, prefix=value.prefix, suffix=value.suffix, present=True)


def _body_number(value: Decimal) -> Any:
    """A fraction as a body holds it. What JSON has no word for, and a plan could not hold, is unknown."""
    if not value.is_finite():
        return Unknown("a number without end")
    return float(value) if value else 0


def finish(value: Any) -> Any:
    """The value as a body holds it: plain containers, ``int`` and ``float``, plain ``Unknown``, JSON with holes as
    data."""
    return _Finish().value(value)


def decoded_holes(text: Text) -> Any:
    """The document that a JSON text with holes spells, unknown where they are; ``None`` when it spells none."""
    if not text.prefix.lstrip().startswith(("{", "[")):
        return None
    written = spelled(text)
    if written is None:
        return None
    try:
        document = json.loads(written[0], parse_float=str)
    except (ValueError, RecursionError):
        return None
    return filled(document, written[1]) if isinstance(document, dict | list) else None


def spelled(text: Text) -> tuple[str, list[Unknown]] | None:
    """The text with a mark for each hole, and the holes; ``None`` for a text that holds such marks itself."""
    parts: list[str] = []
    holes: list[Unknown] = []
    for part in text.parts:
        if not isinstance(part, str):
            parts.append(f"\ue000{len(holes)}\ue001")
            holes.append(part)
        elif "\ue000" in part:
            return None
        else:
            parts.append(part)
    return "".join(parts), holes


def spelled_lines(text: Text) -> tuple[str, list[Unknown]] | None:
    """As :func:`spelled`; ``None`` as well where a hole has a line of its own: it may bring any number of lines."""
    written = spelled(text)
    if written is None:
        return None
    lines = [line.strip() for line in written[0].splitlines()]
    return None if any(line.startswith("\ue000") and line.endswith("\ue001") for line in lines) else written


def filled(node: Any, holes: list[Unknown]) -> Any:
    """A document with the holes in place of their marks; a mapping with a hole in a key is not known."""
    if isinstance(node, dict):
        if any(isinstance(key, str) and "\ue000" in key for key in node):
            return Unknown("a key of this document is not known")
        return {key: filled(item, holes) for key, item in node.items()}
    if isinstance(node, list):
        return [filled(item, holes) for item in node]
    if not isinstance(node, str) or "\ue000" not in node:
        return node
    parts: list[Any] = []
    for index, piece in enumerate(node.split("\ue000")):
        number_, mark, rest = piece.partition("\ue001")
        if index and mark:
            parts.append(holes[int(number_)])
        text = rest if index else piece
        if text:
            parts.append(text)
    return parts[0] if len(parts) == 1 else Text(parts)
