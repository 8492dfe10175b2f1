"""The type that several types share, and which types convert to which: decided on types alone, before any value.

Room: ``lang``. In: types. Out: a type or ``None``; yes or no. Source: ``convert.UnifyUnsafe`` and
``GetConversionUnsafe`` of go-cty 1.16, which Terraform uses for conditions, collections and function arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iacgate.lang.terraform.types import Type

_PRIMITIVE = frozenset({"string", "number", "bool"})
_SEQUENCES = frozenset({"list", "set"})


def converts(given: Type, wanted: Type) -> bool:
    """Whether there is a conversion from one type to another; that of a single value may still fail."""
    if wanted.kind == "any" or given.kind == "any" or given == wanted:
        return True
    if given.kind in _PRIMITIVE and wanted.kind in _PRIMITIVE:
        return "string" in {given.kind, wanted.kind}
    pair = (given.kind, wanted.kind)
    if pair in {("object", "object"), ("map", "object")}:
        return _to_object(given, wanted)
    if pair == ("tuple", "tuple"):
        return len(given.elements) == len(wanted.elements) and all(map(converts, given.elements, wanted.elements))
    if wanted.element is None:
        return False
    if (given.kind in _SEQUENCES and wanted.kind in _SEQUENCES) or pair == ("map", "map"):
        return given.element is not None and converts(given.element, wanted.element)
    if given.kind == "tuple" and wanted.kind in _SEQUENCES:
        return _all_to_one(list(given.elements), wanted.element, strict=True)
    return pair == ("object", "map") and _all_to_one(attribute_types(given), wanted.element, strict=False)


def attribute_types(given: Type) -> list[Type]:
    """The types of an object's attributes."""
    return [entry[0] for entry in (given.attributes or {}).values()]


def _to_object(given: Type, wanted: Type) -> bool:
    own = given.attributes or {}
    for name, (kind, optional, _) in (wanted.attributes or {}).items():
        source = given.element if given.kind == "map" else own[name][0] if name in own else None
        if source is None:
            if not optional:
                return False
        elif not converts(source, kind) and not (given.kind == "map" and optional):
            return False
    return True


def _all_to_one(members: list[Type], element: Type, *, strict: bool) -> bool:
    """Whether all members convert to the element type, or share one when that is open."""
    if not members:
        return True
    if element.kind == "any":
        shared = unify(members)
        if shared is None:
            return False
        if strict and shared.kind == "any":
            return all(member.kind == "any" for member in members)
        element = shared
    return all(converts(member, element) for member in members)


def unify(types: list[Type]) -> Type | None:
    """The type all these convert to, or ``None`` when there is none."""
    first = types[0] if types else None
    if first is None or all(candidate is first or candidate == first for candidate in types):
        return first
    kinds = {candidate.kind for candidate in types}
    concrete = kinds - {"any"}
    if concrete == {"map", "object"}:
        shared = _as_collections(types, "object", "map")
        if shared is not None:
            return shared
    elif concrete == {"list", "tuple"}:
        shared = _as_collections(types, "tuple", "list")
        if shared is not None:
            return shared
    elif len(concrete) == 1 and not concrete <= _PRIMITIVE:
        return _of_one_kind(types, *concrete, open_ended="any" in kinds)
    elif {"object", "tuple"} <= concrete:
        return None
    return _preferred(types)


def _as_collections(types: list[Type], structural: str, collection: str) -> Type | None:
    """Objects taken for maps, or tuples for lists, beside real ones."""
    shared = _members_of([candidate for candidate in types if candidate.kind == structural], collection)
    if shared is None:
        return None
    found = unify([shared if candidate.kind == structural else candidate for candidate in types])
    return found if found is not None and found.kind == collection else None


def _of_one_kind(types: list[Type], kind: str, *, open_ended: bool) -> Type | None:
    if open_ended:
        return _new("any")
    if kind == "object":
        return _objects(types)
    if kind == "tuple":
        return _tuples(types)
    element = unify([candidate.element for candidate in types if candidate.element is not None])
    return None if element is None else _new(kind, element)


def _objects(types: list[Type]) -> Type | None:
    names = set(types[0].attributes or {})
    if any(set(candidate.attributes or {}) != names for candidate in types):
        return _members_of(types, "map")
    attributes: dict[str, Type] = {}
    for name in types[0].attributes or {}:
        shared = unify([(candidate.attributes or {})[name][0] for candidate in types])
        if shared is None:
            return None
        attributes[name] = shared
    found = _new("object", attributes=attributes)
    return found if all(converts(candidate, found) for candidate in types) else _members_of(types, "map")


def _tuples(types: list[Type]) -> Type | None:
    if len({len(candidate.elements) for candidate in types}) > 1:
        return _members_of(types, "list")
    elements: list[Type] = []
    for column in zip(*[candidate.elements for candidate in types], strict=True):
        shared = unify(list(column))
        if shared is None:
            return None
        elements.append(shared)
    found = _new("tuple", elements=tuple(elements))
    return found if all(converts(candidate, found) for candidate in types) else _members_of(types, "list")


def _members_of(types: list[Type], kind: str) -> Type | None:
    """The collection of whatever type all members of these share."""
    members: list[Type] = []
    for candidate in types:
        members.extend(candidate.elements or attribute_types(candidate))
    element = unify(members)
    if element is None:
        return None
    found = _new(kind, element)
    return found if all(converts(candidate, found) for candidate in types) else None


def _preferred(types: list[Type]) -> Type | None:
    """The most general of the types themselves, if all others convert to it."""
    for wanted in _sorted(types):
        if all(candidate == wanted or converts(candidate, wanted) for candidate in types):
            return wanted
    return None


def _sorted(types: list[Type]) -> list[Type]:
    """The types, more general ones first, as a topological sort of the pairs that can be compared."""
    distinct: list[Type] = []
    for candidate in types:
        if candidate not in distinct:
            distinct.append(candidate)
    below: list[list[int]] = [[] for _ in distinct]
    above = [0] * len(distinct)
    for left in range(len(distinct)):
        for right in range(left + 1, len(distinct)):
            order = _compared(distinct[left], distinct[right])
            if order:
                upper, lower = (left, right) if order < 0 else (right, left)
                below[upper].append(lower)
                above[lower] += 1
    queue = [at for at, count in enumerate(above) if not count]
    for at in queue:
        for lower in below[at]:
            above[lower] -= 1
            if not above[lower]:
                queue.append(lower)
    return [distinct[at] for at in queue]


_MORE_GENERAL = {("list", "tuple"): -1, ("map", "object"): -1, ("tuple", "set"): -1, ("list", "set"): -1}


def _compared(left: Type, right: Type) -> int:
    """Below zero when the left is the more general type, above when the right is, else zero."""
    if left.kind == "any" or right.kind == "any":
        return (left.kind == "any") - (right.kind == "any")
    if left.kind == right.kind and left.element is not None and right.element is not None:
        return _compared(left.element, right.element)
    if left.kind in _PRIMITIVE and right.kind in _PRIMITIVE:
        return (right.kind == "string") - (left.kind == "string") if left.kind != right.kind else 0
    pair = (left.kind, right.kind)
    if pair in _MORE_GENERAL:
        return _MORE_GENERAL[pair]
    if pair[::-1] in _MORE_GENERAL:
        return -_MORE_GENERAL[pair[::-1]]
    return _members_compared(left, right) if left.kind == right.kind else 0


def _members_compared(left: Type, right: Type) -> int:
    if left.kind == "object":
        own, others = left.attributes or {}, right.attributes or {}
        if set(own) != set(others):
            return 0
        orders = {_compared(own[name][0], others[name][0]) for name in own}
    elif len(left.elements) != len(right.elements):
        return 0
    else:
        orders = set(map(_compared, left.elements, right.elements))
    return 0 if {-1, 1} <= orders else sum(orders)


def _new(
    kind: str, element: Type | None = None, elements: tuple[Type, ...] = (), attributes: dict[str, Type] | None = None
) -> Type:
    from iacgate.lang.terraform.types import Type

    named = None if attributes is None else {name: (item, False, None) for name, item in attributes.items()}
    return Type(kind, element, elements, named)
