"""Terraform's functions on lists, tuples, maps and objects. In: values that fit the signatures below; elements may be
unknown or sensitive.

Out: values; ``Fault`` where Terraform refuses. Elements that a function only moves are never looked at.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform.access import Opaque
from iacgate.lang.terraform.equality import equal
from iacgate.lang.terraform.functions.graphemes import count
from iacgate.lang.terraform.functions.signature import STRINGS, Function, null_of, unknown_result
from iacgate.lang.terraform.numbers import whole
from iacgate.lang.terraform.strings import safe_prefix
from iacgate.lang.terraform.types import ANY, BOOL, NUMBER, STRING, Type, bounded, convert, kind_of, to_string, type_of
from iacgate.lang.terraform.unification import unify
from iacgate.lang.terraform.values import (
    Encoded,
    Fault,
    List,
    Map,
    Set,
    Text,
    Typed,
    bare,
    first_unknown,
    identity,
    is_null,
    secret,
    unknown_from,
)
from iacgate.model import Secret, Unknown

SEQUENCES = frozenset({"list", "tuple", "set"})


def shape(value: Any) -> Type:
    """The type of a value, down to its kind only for what is known: enough to tell what it is."""
    inner = value.reveal() if isinstance(value, Secret) else value
    if type(inner) is list:
        return Type("tuple")
    if type(inner) is dict:
        return Type("object")
    return type_of(inner)


def _require(name: str, value: Any, kinds: frozenset[str] | set[str]) -> Type:
    found = shape(value)
    if found.kind not in kinds:
        raise Fault(f"{name} does not take {kind_of(bare(value))}")
    return found


def _open(value: Any) -> tuple[Any, bool]:
    """The value without the mark on itself, and whether it had one."""
    return (value.reveal(), True) if isinstance(value, Secret) else (value, False)


def _sealed(value: Any, *, marked: bool) -> Any:
    return secret(value) if marked else value


# Truth


def _alltrue(items: Any) -> Any:
    for item in items:
        if isinstance(item, Unknown):
            return unknown_from(item, BOOL)
        if is_null(item) or not item:
            return False
    return True


def _anytrue(items: Any) -> Any:
    if any(item is True for item in items):
        return True
    hole = next((item for item in items if isinstance(item, Unknown)), None)
    return False if hole is None else unknown_from(hole, BOOL)


def _contains(items: Any, wanted: Any) -> Any:
    _require("contains", items, SEQUENCES)
    hole: Unknown | None = None
    for item in items:
        same = equal(wanted, item)
        if isinstance(same, Unknown):
            hole = same if hole is None else hole
        elif same:
            return True
    return False if hole is None else unknown_from(hole, BOOL)


# Sequences


def _chunklist(items: Any, size: Any) -> Any:
    (items, first), (size, second) = _open(items), _open(size)
    length = whole(size)
    if length < 0:
        raise Fault("chunklist needs a size that is not negative")
    step = length or max(1, len(items))
    kind = type_of(items)
    chunks = [List(items[at : at + step], kind.element) for at in range(0, len(items), step)]
    return _sealed(List(chunks, kind), marked=first or second)


def _coalesce_type(*arguments: Any) -> Type:
    found = unify([type_of(argument) for argument in arguments])
    if found is None:
        raise Fault("the arguments of coalesce have different types")
    return found


def _coalesce(*arguments: Any) -> Any:
    if not arguments:
        raise Fault("coalesce needs an argument")
    wanted = _coalesce_type(*arguments)
    for argument in arguments:
        try:
            value = convert(argument, wanted)
        except Fault:
            continue  # Terraform passes over what does not convert, as over null
        if isinstance(value, Unknown):
            if not (isinstance(value, Text) and (safe_prefix(value.prefix) or value.suffix)):
                return unknown_result(wanted, value)
            return value
        if not is_null(value) and value != "":
            return value
    raise Fault("coalesce finds no argument that is neither null nor empty")


def _coalescelist(*arguments: Any) -> Any:
    hole = next((argument for argument in arguments if isinstance(argument, Unknown)), None)
    if hole is None:
        for argument in arguments:
            _require("coalescelist", argument, {"list", "tuple"})
    for argument in arguments:
        if isinstance(argument, Unknown):
            return unknown_from(argument)
        if is_null(argument):
            continue
        _require("coalescelist", argument, SEQUENCES)
        if len(argument):
            return argument
    raise Fault("coalescelist finds no list with an element")


def _compact(items: Any) -> Any:
    hole = first_unknown(items)
    if hole is not None:
        return unknown_from(hole, STRINGS)
    return List([item for item in items if not is_null(item) and item], STRING)


def _concat_type(*lists: Any) -> Type:
    kinds = [shape(items) for items in lists]
    if all(kind.kind == "list" for kind in kinds):
        shared = unify([type_of(items) for items in lists])
        if shared is not None:
            return shared
    for items, kind in zip(lists, kinds, strict=True):
        _require("concat", items, {"list", "tuple"})
        if kind.kind == "list" and isinstance(_open(items)[0], Unknown):
            return ANY  # of how many elements is not known: what comes after it is not looked at
    return ANY


def _concat(*lists: Any) -> Any:
    if not lists:
        raise Fault("concat needs an argument")
    shared = _concat_type(*lists)
    marked = False
    joined: list[Any] = []
    for items in lists:
        opened, mark = _open(items)
        marked |= mark
        joined.extend(convert(opened, shared))
    return _sealed(List(joined, shared.element) if shared.kind == "list" else joined, marked=marked)


def _distinct(items: Any) -> Any:
    hole = first_unknown(items)
    if hole is not None:
        return unknown_from(hole, type_of(items))
    kept: list[Any] = []
    seen: set[Any] = set()
    for item in items:
        mark = identity(item)
        if mark not in seen:
            seen.add(mark)
            kept.append(item)
    return List(kept, type_of(items).element)


def _element_type(items: Any, position: Any) -> Type:
    kind = _require("element", items, {"list", "tuple"})
    if kind.kind == "list":
        return type_of(items).element or ANY
    if not isinstance(position, Unknown):
        _element_of_tuple(len(type_of(items).elements), whole(position))
    return ANY


def _element_of_tuple(size: int, at: int) -> None:
    """Raise ``Fault`` where Terraform finds no element: a negative index wraps around for lists only."""
    if not size or (at < 0 and at % size):
        raise Fault("element finds no such element in this tuple")


def _element(items: Any, position: Any) -> Any:
    _require("element", items, {"list", "tuple"})
    found, marked = _open(items)
    at = whole(position)
    if not found:
        raise Fault("element cannot pick from an empty list")
    if abs(at) >= 1 << 63:
        raise Fault("the index of element is too large")
    if not isinstance(found, List):
        _element_of_tuple(len(found), at)
    return _sealed(found[at % len(found)], marked=marked)


class _Flat:
    """One flattening: the elements so far, whether something sensitive was opened, and what leaves it open."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.marked = False
        self.hole: Unknown | None = None

    def take(self, value: Any) -> None:
        value, mark = _open(value)
        self.marked |= mark
        if isinstance(value, Set) and len(value) > 1:
            self.hole = first_unknown(value)
        stack = [iter(value)]
        while stack:
            for item in stack[-1]:
                inner, mark = _open(item)
                if isinstance(inner, list):
                    self.marked |= mark
                    stack.append(iter(inner))
                    break
                if isinstance(inner, Unknown) and self._may_be_list(inner):
                    self.hole = inner
                self.items.append(item)
            else:
                stack.pop()

    @staticmethod
    def _may_be_list(item: Unknown) -> bool:
        return not isinstance(item, Text | Encoded | Opaque) and type_of(item).kind in {*SEQUENCES, "any"}


def _flatten(items: Any) -> Any:
    _require("flatten", items, SEQUENCES)
    flat = _Flat()
    flat.take(items)
    if flat.hole is not None:
        return _sealed(Unknown(flat.hole.reason, ref=flat.hole.ref), marked=flat.marked)
    return _sealed(flat.items, marked=flat.marked)


def _index(items: Any, wanted: Any) -> Any:
    _require("index", items, {"list", "tuple"})
    for position, item in enumerate(items):
        same = equal(item, wanted)
        if isinstance(same, Unknown):
            return unknown_from(same, NUMBER)
        if same:
            return position
    raise Fault("index finds no such element")


def _one_type(items: Any) -> Type:
    kind = _require("one", items, SEQUENCES)
    if kind.kind != "tuple":
        return type_of(items).element or ANY
    members = type_of(items).elements
    if len(members) > 1:
        raise Fault("one needs a list of at most one element")
    return members[0] if members else ANY


def _one(items: Any) -> Any:
    _require("one", items, SEQUENCES)
    hole = first_unknown(items) if isinstance(items, Set) and len(items) > 1 else None
    if hole is not None:
        return unknown_result(_one_type(items), hole, present=False)
    if len(items) > 1:
        raise Fault("one needs a list of at most one element")
    return items[0] if items else null_of(_one_type(items))


def _reverse_type(items: Any) -> Type:
    kind = _require("reverse", items, SEQUENCES)
    full = type_of(items)
    return Type("tuple", elements=full.elements[::-1]) if kind.kind == "tuple" else Type("list", full.element)


def _reverse(items: Any) -> Any:
    kind = _require("reverse", items, SEQUENCES)
    found, marked = _open(items)
    turned = list(found)[::-1]
    return _sealed(turned if kind.kind == "tuple" else List(turned, type_of(items).element), marked=marked)


def _slice_type(items: Any, start: Any, end: Any) -> Type:
    kind = _require("slice", items, {"list", "tuple"})
    _slice_bounds(items, start, end)
    return type_of(items) if kind.kind == "list" else ANY


def _slice_bounds(items: Any, start: Any, end: Any) -> tuple[int, int]:
    found, _ = _open(items)
    size = None if isinstance(found, Unknown) else len(found)
    low = None if isinstance(start, Unknown) else whole(start)
    high = None if isinstance(end, Unknown) else whole(end)
    for bound in (low, high):
        if bound is not None and (bound < 0 or (size is not None and bound > size)):
            raise Fault("the bounds of slice do not fit the list")
    if low is not None and high is not None and low > high:
        raise Fault("the bounds of slice do not fit the list")
    return low or 0, high or 0


def _slice(items: Any, start: Any, end: Any) -> Any:
    kind = _require("slice", items, {"list", "tuple"})
    low, high = _slice_bounds(items, start, end)
    found, marked = _open(items)
    cut = found[low:high]
    return _sealed(List(cut, type_of(found).element) if kind.kind == "list" else cut, marked=marked)


def _sort(items: Any) -> Any:
    hole = first_unknown(items)
    if hole is not None:
        low, high = (items.low, items.high) if isinstance(items, Typed) else (None, None)
        size = None if isinstance(items, Unknown) else len(items)
        return bounded(STRINGS, hole.reason, low=low if size is None else size, high=high if size is None else size)
    if any(is_null(item) for item in items):
        raise Fault("sort needs elements that are not null")
    return List(sorted(items, key=lambda text: text.encode("utf-8", "surrogatepass")), STRING)


def _length(value: Any) -> Any:
    inner, marked = _open(value)
    kind = _require("length", inner, {*SEQUENCES, "map", "object", "string", "any"}).kind
    if isinstance(inner, Unknown):
        return _sealed(_unknown_length(inner, kind), marked=marked)
    if isinstance(inner, str):
        return _sealed(count(inner), marked=marked)
    if isinstance(inner, Set) and len(inner) > 1:
        hole = first_unknown(inner)
        if hole is not None:
            return _sealed(bounded(NUMBER, hole.reason, low=1, high=len(inner)), marked=marked)
    return _sealed(len(inner), marked=marked)


def _unknown_length(value: Unknown, kind: str) -> Any:
    if isinstance(value, Opaque):
        return unknown_from(value)
    full = type_of(value)
    if kind == "tuple":
        return len(full.elements)
    if kind == "object":
        return len(full.attributes or ())
    if kind == "string":
        return Typed(NUMBER, value.reason, low=count(safe_prefix(value.prefix)))
    low, high = (value.low, value.high) if isinstance(value, Typed) else (None, None)
    return bounded(NUMBER, value.reason, low=low if low is not None else 0 if kind != "any" else None, high=high)


def _matchkeys(values: Any, keys: Any, wanted: Any) -> Any:
    shared = unify([type_of(keys), type_of(wanted)])
    if shared is None:
        raise Fault("the keys and what is searched have different types")
    kind = type_of(values)
    if len(values) != len(keys):
        raise Fault("matchkeys needs two lists of one length")
    searched = convert(wanted, shared)
    if not searched:
        return List([], kind.element)
    hole = first_unknown([values, keys])
    if hole is not None:
        return unknown_from(hole, kind)
    kept: list[Any] = []
    for value, key in zip(values, convert(keys, shared), strict=True):
        for candidate in searched:
            same = equal(key, candidate)
            if isinstance(same, Unknown):
                return List([], kind.element)
            if same:
                kept.append(value)
                break
    return List(kept, kind.element)


# Maps and objects


def _keys(value: Any) -> Any:
    inner, marked = _open(value)
    kind = _require("keys", inner, {"map", "object"})
    if isinstance(inner, Unknown):
        if kind.kind == "map":
            return _sealed(unknown_from(inner, STRINGS), marked=marked)
        return _sealed(sorted(type_of(inner).attributes or ()), marked=marked)
    names = sorted(inner)
    return _sealed(List(names, STRING) if kind.kind == "map" else names, marked=marked)


def _values_type(value: Any) -> Type:
    kind = _require("values", value, {"map", "object"})
    full = type_of(value)
    if kind.kind == "map":
        return Type("list", full.element)
    own = full.attributes or {}
    return Type("tuple", elements=tuple([own[name][0] for name in sorted(own)]))


def _values(value: Any) -> Any:
    kind = _require("values", value, {"map", "object"})
    inner, marked = _open(value)
    items = [inner[key] for key in sorted(inner)]
    return _sealed(List(items, type_of(inner).element) if kind.kind == "map" else items, marked=marked)


def _lookup(value: Any, key: Any, *default: Any) -> Any:
    if len(default) > 1:
        raise Fault("lookup takes two or three arguments")
    (found, first), (name, second) = _open(value), _open(key)
    kind = _require("lookup", found, {"map", "object"})
    marked = first or second
    member = type_of(found).element or ANY if kind.kind == "map" else ANY
    if kind.kind == "map" and default:
        convert(bare(default[0]), member)
    if isinstance(name, Unknown):
        return _sealed(unknown_result(member, name, present=False), marked=marked)
    if isinstance(found, Unknown):
        return _sealed(_looked_up_in_unknown(found, name, member, default), marked=marked)
    if name in found:
        return _sealed(found[name], marked=marked)
    if not default:
        raise Fault("lookup finds no such key")
    return _sealed(convert(default[0], member), marked=marked)


def _looked_up_in_unknown(found: Unknown, name: str, member: Type, default: tuple[Any, ...]) -> Any:
    own = type_of(found).attributes
    if own is not None:
        if name in own:
            member = own[name][0]
        elif default:
            member = type_of(default[0])
        else:
            raise Fault("lookup finds no such key")
    return unknown_result(member, found, present=False)


def _merge_type(*maps: Any) -> Type:
    types = [type_of(value) for value in maps]
    if any(kind.kind == "any" for kind in types):
        return ANY
    for value in maps:
        _require("merge", value, {"map", "object"})
    if all(kind == types[0] for kind in types):
        return types[0]
    own: dict[str, tuple[Type, bool, Any]] = {}
    for value, kind in zip(maps, types, strict=True):
        inner, _ = _open(value)
        if is_null(inner):
            continue
        if kind.attributes is not None:
            own.update(kind.attributes)
        elif isinstance(inner, Unknown):
            return ANY
        else:
            own.update(dict.fromkeys(inner, (kind.element or ANY, False, None)))
    return Type("object", attributes=own)


def _merge(*maps: Any) -> Any:
    wanted = _merge_type(*maps) if maps else Type("object")
    merged: dict[str, Any] = {}
    marked = False
    for value in maps:
        inner, mark = _open(value)
        marked |= mark
        if not is_null(inner):
            if not isinstance(inner, dict):
                raise Fault(f"merge needs maps, not {kind_of(inner)}")
            merged.update(inner)
    if wanted.kind == "map":
        return _sealed(Map({key: merged[key] for key in sorted(merged)}, wanted.element), marked=marked)
    return _sealed(merged, marked=marked)


def _transpose(value: Any) -> Any:
    hole = first_unknown(value)
    if hole is not None:
        return unknown_from(hole, Type("map", STRINGS))
    turned: dict[str, list[str]] = {}
    for key in sorted(value):
        if is_null(value[key]):
            raise Fault("transpose needs lists that are not null")
        for item in value[key]:
            if is_null(item):
                raise Fault("transpose needs strings that are not null")
            turned.setdefault(to_string(item), []).append(key)
    return Map({key: List(turned[key], STRING) for key in sorted(turned)}, STRINGS)


def _zipmap_type(_: Any, values: Any) -> Type:
    kind = _require("zipmap", values, {"list", "tuple"})
    return Type("map", type_of(values).element) if kind.kind == "list" else ANY


def _zipmap(keys: Any, values: Any) -> Any:
    kind = _require("zipmap", values, {"list", "tuple"})
    (names, first), (items, second) = _open(keys), _open(values)
    marked = first or second or any(isinstance(name, Secret) for name in names)
    hole = first_unknown(names)
    if hole is not None:
        return _sealed(unknown_result(_zipmap_type(keys, values), hole), marked=marked)
    if len(names) != len(items):
        raise Fault("zipmap needs two lists of one length")
    if any(is_null(name) for name in names):
        raise Fault("zipmap needs keys that are not null")
    pairs = {bare(name): item for name, item in zip(names, items, strict=True)}
    if kind.kind == "tuple":
        return _sealed(pairs, marked=marked)
    return _sealed(Map({key: pairs[key] for key in sorted(pairs)}, type_of(items).element), marked=marked)


def _list(*items: Any) -> Any:
    """Gone since Terraform 0.15, still found in modules: read as it was."""
    return convert(list(items), Type("list", ANY))


def _map(*arguments: Any) -> Any:
    if len(arguments) % 2:
        raise Fault("map needs keys and values in pairs")
    names = arguments[::2]
    hole = next((name for name in names if isinstance(name, Unknown)), None)
    if hole is not None:
        return unknown_from(hole)
    pairs = zip(names, arguments[1::2], strict=True)
    return convert({to_string(name): value for name, value in pairs}, Type("map", ANY))


FUNCTIONS: dict[str, Function] = {
    "alltrue": Function("bools -> bool", _alltrue),
    "anytrue": Function("bools -> bool", _anytrue),
    "chunklist": Function("list! number! -> any", _chunklist, lambda items, _: Type("list", type_of(items))),
    "coalesce": Function("any?~^* -> any", _coalesce, _coalesce_type),
    "coalescelist": Function("any?~^* -> any", _coalescelist),
    "compact": Function("strings -> strings", _compact),
    "concat": Function("any!* -> any", _concat, _concat_type),
    "contains": Function("any any -> bool", _contains),
    "distinct": Function("list -> list", _distinct, type_of),
    "element": Function("any! number -> any?@", _element, _element_type),
    "flatten": Function("any! -> any", _flatten),
    "index": Function("any any -> number", _index),
    "keys": Function("any~! -> any", _keys),
    "length": Function("any~!^ -> number", _length),
    "list": Function("any?~^* -> any", _list),
    "lookup": Function("any~! string~! any?~!^* -> any?", _lookup),
    "map": Function("any?~^* -> any", _map),
    "matchkeys": Function("list list list -> list", _matchkeys, lambda values, *_: type_of(values)),
    "merge": Function("any?!^* -> any", _merge, _merge_type),
    "one": Function("any -> any?@", _one, _one_type),
    "reverse": Function("any! -> any", _reverse, _reverse_type),
    "slice": Function("any! number number -> any", _slice, _slice_type),
    "sort": Function("strings~ -> strings", _sort),
    "transpose": Function("stringlists -> stringlists", _transpose),
    "values": Function("any! -> any", _values, _values_type),
    "zipmap": Function("strings! any! -> any", _zipmap, _zipmap_type),
}
