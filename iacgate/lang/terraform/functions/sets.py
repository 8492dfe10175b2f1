"""Terraform's functions on sets. In: values that fit the signatures below. Out: sets; ``Fault`` where Terraform
refuses."""

from __future__ import annotations

from itertools import product
from typing import Any

from iacgate.lang.terraform.equality import make_set, member
from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.types import ANY, Type, bounded, convert, type_of
from iacgate.lang.terraform.unification import unify
from iacgate.lang.terraform.values import Exhausted, Fault, List, Set, Typed, first_unknown, secret, unknown_from
from iacgate.model import Secret, Unknown

LARGEST_PRODUCT = 100_000


def _shared(*sets: Any) -> Type:
    """The type of set that all are brought to; an empty one without a type has no say."""
    members = []
    for items in sets:
        element = type_of(items).element or ANY
        if not (isinstance(items, Set) and not items and element.kind == "any"):
            members.append(element)
    shared = unify(members) if members else ANY
    if shared is None:
        raise Fault("the sets have elements of different types")
    return Type("set", shared)


def _union(*sets: Any) -> Any:
    wanted = _shared(*sets)
    items = [item for given in sets for item in convert(given, wanted)]
    return make_set(items, wanted.element)


def _known(sets: tuple[Any, ...], wanted: Type) -> list[Any] | Unknown:
    """The sets in one type; an unknown when one of their elements is not known."""
    hole = first_unknown(list(sets))
    if hole is not None:
        return unknown_from(hole, wanted)
    return [convert(given, wanted) for given in sets]


def _intersection(*sets: Any) -> Any:
    wanted = _shared(*sets)
    found = _known(sets, wanted)
    if isinstance(found, Unknown):
        return found
    kept = list(found[0])
    for other in found[1:]:
        marks = {member(item) for item in other}
        kept = [item for item in kept if member(item) in marks]
    return make_set(kept, wanted.element)


def _subtract(first: Any, second: Any) -> Any:
    wanted = _shared(first, second)
    found = _known((first, second), wanted)
    if isinstance(found, Unknown):
        return found
    taken = {member(item) for item in found[1]}
    return make_set([item for item in found[0] if member(item) not in taken], wanted.element)


def _column(items: Any) -> Type:
    """The type that the elements of one factor of a product take."""
    kind = type_of(items)
    if kind.kind in {"list", "set"}:
        return kind.element or ANY
    if kind.kind != "tuple":
        raise Fault("setproduct needs lists or sets")
    shared = unify(list(kind.elements)) if kind.elements else ANY
    if shared is None:
        raise Fault("setproduct needs elements of one type")
    return shared


def _product(*factors: Any) -> Any:
    if len(factors) < 2:
        raise Fault("setproduct needs two or more lists or sets")
    marked = any(isinstance(items, Secret) for items in factors)
    given = [items.reveal() if isinstance(items, Secret) else items for items in factors]
    columns = [_column(items) for items in given]
    row = Type("tuple", elements=tuple(columns))
    ordered = all(type_of(items).kind in {"list", "tuple"} for items in given)
    made = _rows(given, columns, row, ordered=ordered)
    return secret(made) if marked else made


def _rows(given: list[Any], columns: list[Type], row: Type, *, ordered: bool) -> Any:
    hole = next((items for items in given if isinstance(items, Unknown)), None)
    if hole is None:
        hole = first_unknown([items for items in given if isinstance(items, Set) and len(items) > 1])
    if hole is not None:
        return _unknown_product(given, hole, Type("list" if ordered else "set", row))
    size = 1
    for items in given:
        size *= len(items)
    if size > LARGEST_PRODUCT:
        raise Exhausted("the product has more than 100,000 elements")
    converted = [[convert(item, kind) for item in items] for items, kind in zip(given, columns, strict=True)]
    rows = [list(values) for values in product(*converted)]
    return List(rows, row) if ordered else make_set(rows, row)


def _unknown_product(given: list[Any], hole: Unknown, wanted: Type) -> Any:
    """A product of unknown length: empty when one factor is, else of at most so many rows."""
    most = 1
    for items in given:
        size = len(type_of(items).elements) if type_of(items).kind == "tuple" else _most(items)
        if size is None or size > 1024 or most * size > 2048:
            return unknown_from(hole, wanted)
        most *= size
    if most == 0:
        return List([], wanted.element) if wanted.kind == "list" else make_set([], wanted.element)
    return bounded(wanted, hole.reason, low=1, high=most)


def _most(items: Any) -> int | None:
    if isinstance(items, Typed):
        return items.high  # type: ignore[no-any-return]  # a bound of a length is a whole number
    return (
        None
        if isinstance(items, Unknown) or (isinstance(items, Set) and first_unknown(items) is not None)
        else len(items)
    )


FUNCTIONS: dict[str, Function] = {
    "setintersection": Function("set^ set^* -> set", _intersection, _shared),
    "setproduct": Function("any!~* -> any", _product),
    "setsubtract": Function("set^ set^ -> set", _subtract, _shared),
    "setunion": Function("set^ set^* -> set", _union, _shared),
}
