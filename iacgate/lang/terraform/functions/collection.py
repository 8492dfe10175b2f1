"""Terraform's functions on collections, and conversions. In: containers, whose elements may be unknown or sensitive.

Out: values; ``Fault`` where Terraform refuses. Elements that a function only moves are never looked at.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from iacgate.lang.terraform.access import Opaque
from iacgate.lang.terraform.functions.text import graphemes, whole
from iacgate.lang.terraform.types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    convert,
    kind_of,
    to_map,
    to_sequence,
    to_string,
    type_of,
    unify,
)
from iacgate.lang.terraform.values import (
    Encoded,
    Exhausted,
    Fault,
    List,
    Map,
    Set,
    Text,
    bare,
    equal,
    first_unknown,
    identity,
    make_set,
    secret,
    unknown_from,
)
from iacgate.model import Secret, Unknown

LARGEST_PRODUCT = 100_000


def _sequence(value: Any, name: str) -> Any:
    """The argument as a list of any kind; an unknown one as it is."""
    if not isinstance(value, list | Unknown):
        raise Fault(f"{name} needs a list, not {kind_of(value)}")
    return value


def _first_hole(*values: Any) -> Unknown | None:
    return next((value for value in values if isinstance(value, Unknown)), None)


def _boolean(items: Any, wanted: Any) -> Any:
    """Whether an element is ``wanted``; unknown when none is but one might be."""
    if isinstance(items, Unknown):
        return unknown_from(items)
    hole: Unknown | None = None
    for item in _sequence(items, "alltrue"):
        value = bare(item)
        if isinstance(value, Unknown):
            hole = value if hole is None else hole
        elif convert(value, BOOL) is wanted or (value is None and wanted is False):
            return True
    return False if hole is None else unknown_from(hole)


def _alltrue(items: Any) -> Any:
    found = _boolean(items, wanted=False)
    return found if isinstance(found, Unknown) else not found


def _anytrue(items: Any) -> Any:
    return _boolean(items, wanted=True)


def _chunklist(items: Any, size: Any) -> Any:
    hole = _first_hole(items, size)
    if hole is not None:
        return unknown_from(hole)
    count = whole(size)
    if count < 0:
        raise Fault("chunklist needs a size that is not negative")
    step = count or max(1, len(items))
    return List([List(items[at : at + step]) for at in range(0, len(items), step)])


def _coalesce(*arguments: Any) -> Any:
    if not arguments:
        raise Fault("coalesce needs an argument")
    for argument in arguments:
        if isinstance(argument, Unknown) and not (isinstance(argument, Text) and (argument.prefix or argument.suffix)):
            return unknown_from(argument)
        if argument is not None and argument != "":
            return _as_shared(argument, arguments)
    raise Fault("coalesce finds no argument that is neither null nor empty")


def _as_shared(value: Any, arguments: tuple[Any, ...]) -> Any:
    shared = unify([type_of(argument) for argument in arguments])
    if shared is None:
        raise Exhausted("the arguments have different types")
    return convert(value, shared)


def _coalescelist(*arguments: Any) -> Any:
    for argument in arguments:
        if isinstance(argument, Unknown):
            return unknown_from(argument)
        if argument is not None and len(_sequence(argument, "coalescelist")):
            return argument
    raise Fault("coalescelist finds no list with an element")


def _concat(*lists: Any) -> Any:
    hole = _first_hole(*lists)
    if hole is not None:
        return unknown_from(hole)
    joined: list[Any] = []
    for items in lists:
        joined.extend(_sequence(items, "concat"))
    if all(isinstance(items, List) for items in lists):
        return to_sequence(joined, "list")
    return joined


def _contains(items: Any, wanted: Any) -> Any:
    if items is None:
        raise Fault("contains needs a list")
    if isinstance(items, Unknown):
        return unknown_from(items)
    hole: Unknown | None = None
    for item in _sequence(items, "contains"):
        same = equal(bare(item), bare(wanted))
        if isinstance(same, Unknown):
            hole = same if hole is None else hole
        elif same:
            return True
    return False if hole is None else unknown_from(hole)


def _element(items: Any, position: Any) -> Any:
    hole = _first_hole(items, position)
    if hole is not None:
        return Unknown(hole.reason, ref=hole.ref)
    found = _sequence(items, "element")
    if not found:
        raise Fault("element cannot pick from an empty list")
    at = whole(position)
    if at < 0:
        raise Fault("element needs an index that is not negative")
    return found[at % len(found)]


def _flatten(items: Any) -> Any:
    if isinstance(items, Unknown):
        return unknown_from(items)
    flat: list[Any] = []
    stack = [iter(_sequence(items, "flatten"))]
    while stack:
        for item in stack[-1]:
            if isinstance(item, Unknown) and not isinstance(item, Text | Encoded | Opaque):
                return Unknown(item.reason, ref=item.ref)  # it may be a list: how many elements there are is not known
            if isinstance(item, Secret) and isinstance(item.reveal(), list):
                raise Exhausted("flatten of a sensitive list")
            if isinstance(item, list):
                stack.append(iter(item))
                break
            flat.append(item)
        else:
            stack.pop()
    return flat


def _index(items: Any, wanted: Any) -> Any:
    for position, item in enumerate(_sequence(items, "index")):
        if identity(item) == identity(wanted):
            return position
    raise Fault("index finds no such element")


def _keys(value: Any) -> Any:
    if isinstance(value, Unknown):
        return unknown_from(value)
    if not isinstance(value, dict):
        raise Fault(f"keys needs a map, not {kind_of(value)}")
    names = sorted(value)
    return List(names) if isinstance(value, Map) else names


def _values(value: Any) -> Any:
    if isinstance(value, Unknown):
        return unknown_from(value)
    if not isinstance(value, dict):
        raise Fault(f"values needs a map, not {kind_of(value)}")
    items = [value[key] for key in sorted(value)]
    return List(items) if isinstance(value, Map) else items


def _length(value: Any) -> Any:
    if isinstance(value, Unknown):
        return unknown_from(value)
    if isinstance(value, str):
        return graphemes(value)
    if not isinstance(value, list | dict):
        raise Fault(f"length needs a collection or a string, not {kind_of(value)}")
    if isinstance(value, Set) and len(value) > 1:
        hole = first_unknown(value)
        if hole is not None:
            return unknown_from(hole)
    return len(value)


def _lookup(value: Any, key: Any, *default: Any) -> Any:
    if value is None or key is None:
        raise Fault("lookup needs a map and a key")
    hole = _first_hole(value, key)
    if hole is not None:
        return unknown_from(hole)
    if not isinstance(value, dict):
        raise Fault(f"lookup needs a map, not {kind_of(value)}")
    name = to_string(key)
    if name in value:
        return value[name]
    if not default:
        raise Fault("lookup finds no such key")
    if isinstance(value, Map) and value:
        shared = type_of(value).element or ANY
        return convert(default[0], shared)
    return default[0]


def _matchkeys(values: Any, keys: Any, wanted: Any) -> Any:
    found = {identity(item) for item in to_sequence(wanted, "set")}
    if len(values) != len(keys):
        raise Fault("matchkeys needs two lists of one length")
    return List([value for value, key in zip(values, keys, strict=True) if identity(key) in found])


def _merge(*maps: Any) -> Any:
    hole = _first_hole(*maps)
    if hole is not None:
        return unknown_from(hole)
    merged: dict[str, Any] = {}
    given = [value for value in maps if value is not None]
    for value in given:
        if not isinstance(value, dict):
            raise Fault(f"merge needs maps, not {kind_of(value)}")
        merged.update(value)
    if given and all(isinstance(value, Map) for value in given):
        return to_map(merged) if len({repr(type_of(value).element) for value in given if value}) <= 1 else merged
    return None if not given and maps else merged


def _one(items: Any) -> Any:
    if isinstance(items, Unknown):
        return Unknown(items.reason, ref=items.ref)
    found = _sequence(items, "one")
    if len(found) > 1:
        raise Fault("one needs a list of at most one element")
    return found[0] if found else None


def _reverse(items: Any) -> Any:
    if isinstance(items, Unknown):
        return unknown_from(items)
    found = list(reversed(_sequence(items, "reverse")))
    return List(found) if isinstance(items, List | Set) else found


def _set_of(items: Any) -> Any:
    return items if isinstance(items, Set) else to_sequence(items, "set")


def _setunion(*sets: Any) -> Any:
    hole = _first_hole(*sets)
    if hole is not None:
        return unknown_from(hole)
    joined: list[Any] = []
    for items in sets:
        joined.extend(_set_of(items))
    return to_sequence(joined, "set")


def _setintersection(first: Any, *others: Any) -> Any:
    kept = _set_of(first)
    for other in others:
        known = {identity(item) for item in _set_of(other)}
        kept = make_set([item for item in kept if identity(item) in known])
    return kept


def _setsubtract(first: Any, second: Any) -> Any:
    taken = {identity(item) for item in _set_of(second)}
    return make_set([item for item in _set_of(first) if identity(item) not in taken])


def _setproduct(*sets: Any) -> Any:
    hole = _first_hole(*sets)
    if hole is not None:
        return unknown_from(hole)
    if len(sets) < 2 or not all(isinstance(items, list) for items in sets):
        raise Fault("setproduct needs two or more lists or sets")
    size = 1
    for items in sets:
        size *= len(items)
    if size > LARGEST_PRODUCT:
        raise Exhausted("the product has more than 100,000 elements")
    columns = [to_sequence(items, "list") if not isinstance(items, Set) else items for items in sets]
    rows = [list(row) for row in product(*columns)]
    return make_set(rows) if all(isinstance(items, Set) for items in sets) else List(rows)


def _slice(items: Any, start: Any, end: Any) -> Any:
    hole = _first_hole(items, start, end)
    if hole is not None:
        return unknown_from(hole)
    low, high = whole(start), whole(end)
    found = _sequence(items, "slice")
    if isinstance(found, Set) or not 0 <= low <= high <= len(found):
        raise Fault(f"slice from {low} to {high} does not fit a list of {len(found)}")
    cut = found[low:high]
    return List(cut) if isinstance(found, List) else cut


def _sort(items: Any) -> Any:
    found = [convert(item, STRING) for item in _sequence(items, "sort")]
    if any(item is None for item in found):
        raise Fault("sort needs elements that are not null")
    return List(sorted(found))


def _distinct(items: Any) -> Any:
    seen: set[Any] = set()
    kept: list[Any] = []
    for item in to_sequence(_sequence(items, "distinct"), "list"):
        mark = identity(item)
        if mark not in seen:
            seen.add(mark)
            kept.append(item)
    return List(kept)


def _compact(items: Any) -> Any:
    if items is None:
        raise Fault("compact needs a list")
    texts = [convert(item, STRING) for item in _sequence(items, "compact")]
    return List([text for text in texts if text])


def _transpose(value: Any) -> Any:
    turned: dict[str, list[str]] = {}
    for key in sorted(value):
        for item in value[key]:
            turned.setdefault(to_string(item), []).append(key)
    return Map({key: List(turned[key]) for key in sorted(turned)})


def _zipmap(keys: Any, values: Any) -> Any:
    hole = _first_hole(keys, values)
    if hole is None:
        hole = _first_hole(*_sequence(keys, "zipmap"))
    if hole is not None:
        return unknown_from(hole)
    if len(keys) != len(_sequence(values, "zipmap")):
        raise Fault("zipmap needs two lists of one length")
    pairs = {to_string(bare(key)): value for key, value in zip(keys, values, strict=True)}
    zipped = Map(pairs) if isinstance(values, List) else pairs
    return secret(zipped) if any(isinstance(key, Secret) for key in keys) else zipped


def _tolist(value: Any) -> Any:
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(value, Set) and first_unknown(value) is not None:
        return Unknown("the elements of this set are not known")
    return value if isinstance(value, List) else to_sequence(value, "list")


def _toset(value: Any) -> Any:
    if value is None or isinstance(value, Unknown | Set):
        return value
    return to_sequence(value, "set")


def _tomap(value: Any) -> Any:
    return value if value is None or isinstance(value, Unknown | Map) else to_map(value)


def _map(*arguments: Any) -> Any:
    if len(arguments) % 2:
        raise Fault("map needs keys and values in pairs")
    hole = _first_hole(*arguments[::2])
    if hole is not None:
        return unknown_from(hole)
    return to_map({to_string(arguments[at]): arguments[at + 1] for at in range(0, len(arguments), 2)})


FUNCTIONS: dict[str, Any] = {
    "alltrue": _alltrue,
    "anytrue": _anytrue,
    "chunklist": _chunklist,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _compact,
    "concat": _concat,
    "contains": _contains,
    "distinct": _distinct,
    "element": _element,
    "flatten": _flatten,
    "index": _index,
    "keys": _keys,
    "length": _length,
    "list": lambda *items: to_sequence(list(items), "list"),
    "lookup": _lookup,
    "map": _map,
    "matchkeys": _matchkeys,
    "merge": _merge,
    "one": _one,
    "reverse": _reverse,
    "setintersection": _setintersection,
    "setproduct": _setproduct,
    "setsubtract": _setsubtract,
    "setunion": _setunion,
    "slice": _slice,
    "sort": _sort,
    "tobool": lambda value: convert(value, BOOL),
    "tolist": _tolist,
    "tomap": _tomap,
    "tonumber": lambda value: convert(value, NUMBER),
    "toset": _toset,
    "tostring": lambda value: convert(value, STRING),
    "transpose": _transpose,
    "values": _values,
    "zipmap": _zipmap,
}
