"""Where a value comes from: the places it was passed through, from the attribute back to where it is written.

Room: ``lang``. In: a :class:`~iacgate.lang.terraform.spots.Spot`, usually an attribute of an instance. Out: locations,
the nearest first, each with a note that says what happens there. References are followed through locals, variables,
calls of modules and their outputs, ``each`` and the iterators of ``dynamic``. What cannot be told ends the trail.
Worked out for what is reported, never for all attributes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from iacgate.lang.terraform.arguments import ENDS
from iacgate.lang.terraform.blocks import iterator_of
from iacgate.lang.terraform.calls import call_place, callers
from iacgate.lang.terraform.definitions import META_ATTRIBUTES, Definition
from iacgate.lang.terraform.expressions import attempt
from iacgate.lang.terraform.groups import Group
from iacgate.lang.terraform.inside import DOCUMENT, Names, follow, text_part
from iacgate.lang.terraform.instances import ModuleInstance
from iacgate.lang.terraform.parts import key_place, narrowed, steps_into
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.spots import Bound, Same, Spot, Way, same
from iacgate.lang.terraform.steps import COMMANDED, CUT, DECLARED, DEFINED, PASSED
from iacgate.lang.terraform.values import Set, is_null
from iacgate.model import Location, Path
from iacgate.syntax.hcl import File, nodes

MOST_HOPS = 40
"""References that are followed from one to the next; circles end here too."""


class End(NamedTuple):
    """A trail that ends at a place without an expression of its own."""

    location: Location
    note: str = DEFINED


def trail(start: Spot, primary: Location, module: ModuleInstance) -> tuple[Location, ...]:
    """The places on the way from ``primary`` to where the value is written, and the calls that lead to ``module``.

    Outermost first, as ``Location.via`` has them: a call that passes the value on is there with its argument, any
    other with its header.
    """
    hops: list[Location] = []
    calls = callers(module)
    for place, owner in _hops(start, primary):
        while calls and owner is not None and _is_caller(owner, calls[0]):
            calls.pop(0)
        hops.append(place)
    return tuple(reversed([*hops, *(call_place(one) for one in calls)]))


def _is_caller(owner: ModuleInstance, called: ModuleInstance) -> bool:
    """Whether a place is in the module that calls a called one: the trail has left that one."""
    return owner is called.caller


def _hops(spot: Spot, primary: Location) -> Iterator[tuple[Location, ModuleInstance | None]]:
    """Places and the module each is in; ``None`` for those that leave no module."""
    home, written, seen = spot, _alone(spot), set()
    for _ in range(MOST_HOPS):
        spot = narrowed(spot)
        mark = (id(spot.node), repr(spot.way), id(spot.scope.module))
        if mark in seen:
            return
        seen.add(mark)
        following, place = followed(spot), _place(spot)
        if not (_within(home, spot) and (spot.node is written or _shown(place, primary, ends=following is None))):
            yield place.noted(PASSED if following is not None else _end(spot)), _module(spot)
        elif following is None and _end(spot) == CUT:
            yield place.noted(CUT), _module(spot)
        if following is None:
            return
        if isinstance(following, End):
            yield following.location.noted(following.note), None
            return
        spot = following
    further = followed(narrowed(spot))
    yield _place(spot).noted(DEFINED if further is None else CUT), _module(spot)


def _end(spot: Spot) -> str:
    """What a place without a following one is: the origin, or as far as evaluation goes."""
    return CUT if spot.scope.module.limits.steps < 0 else DEFINED


def _within(home: Spot, spot: Spot) -> bool:
    """Whether a spot is a part of the expression that the trail begins at."""
    return spot.file is home.file and home.node.start <= spot.node.start and spot.node.end <= home.node.end


def _shown(place: Location, primary: Location, *, ends: bool) -> bool:
    """Whether the primary place says as much: it is the same, or the trail goes on from its first line."""
    return place.file == primary.file and place.line == primary.line and (not ends or place.column == primary.column)


def _alone(spot: Spot) -> nodes.Node:
    """The part that is written for the value, and of a list of one its element: nothing more is to be told of these."""
    node: nodes.Node = follow(spot.file, spot.node, _path(spot.way), Declared(_module(spot))).node
    while isinstance(node, nodes.Tuple) and len(node.items) == 1:
        node = node.items[0]
    return node


def _module(spot: Spot) -> ModuleInstance | None:
    return spot.scope.module if isinstance(spot.scope.module, ModuleInstance) else None


def _place(spot: Spot) -> Location:
    """Where the value of a spot is written: deeper in its text where that is JSON."""
    path = _path(spot.way)
    if path:
        return follow(spot.file, spot.node, path, Declared(_module(spot))).location
    return spot.file.location(spot.node)


def _path(way: Way) -> Path:
    kept: list[str | int] = []
    for step in way:
        if isinstance(step, Same):
            break
        kept.append(step)
    return tuple(kept)


# Where a reference leads


def followed(spot: Spot) -> Spot | End | None:
    """Where a reference leads; ``None`` for what is no reference, and for one that cannot be followed."""
    node = spot.node
    if isinstance(node, nodes.FunctionCall) and node.name in ENDS:
        return _file(spot, node)
    if not isinstance(node, nodes.Traversal):
        return None
    if node.name in spot.names:
        return _bound(spot, node, spot.names[node.name])
    module = _module(spot)
    if module is None or node.name in spot.scope.local:
        return None
    first = node.steps[0].name if node.steps and isinstance(node.steps[0], nodes.AttributeStep) else ""
    if node.name == "local":
        return _local(spot, node, module, first)
    if node.name == "var":
        way = steps_into(spot, nodes.Traversal("var", node.steps[:1], node.start, node.end), node.steps[1:])
        return None if way is None else variable(module, first, way)
    if node.name == "module":
        return _output(spot, node, module, first)
    return _attribute(spot, node, module, first)


def _bound(spot: Spot, node: nodes.Traversal, bound: Bound) -> Spot | End | None:
    steps = node.steps
    if bound.record:
        word = steps[0].name if steps and isinstance(steps[0], nodes.AttributeStep) else ""
        if word == "key":
            return _key(bound)
        if word != "value":
            return None
        steps = steps[1:]
    way = steps_into(spot, nodes.Traversal(node.name, node.steps[: len(node.steps) - len(steps)], 0, 0), steps)
    if way is None:
        return None
    collection = bound.collection
    return collection.at(collection.node, (bound.key, *way))


def _key(bound: Bound) -> Spot | End | None:
    """Where a key is written: in the object itself, or as the element of a set."""
    spot = bound.collection
    key = bound.key.value if isinstance(bound.key, Same) else bound.key
    for _ in range(MOST_HOPS):
        spot = narrowed(spot)
        place = key_place(spot, key)
        if place is not None:
            return End(spot.file.location(place))
        if isinstance(bound.key, Same) and not isinstance(spot.node, nodes.Traversal):
            return spot.at(spot.node, (bound.key,))
        following = followed(spot)
        if not isinstance(following, Spot):
            return following
        spot = following
    return None


def _local(spot: Spot, node: nodes.Traversal, module: ModuleInstance, name: str) -> Spot | None:
    declared = module.module.locals.get(name)
    way = steps_into(spot, nodes.Traversal("local", node.steps[:1], node.start, node.end), node.steps[1:])
    if declared is None or way is None:
        return None
    return Spot(declared[0].expression, way, declared[1], Scope(module), {})


def variable(module: ModuleInstance, name: str, way: Way) -> Spot | End | None:
    """Where the value of a variable is given: by the call, a file of values, the default, the command."""
    definition = module.module.variables.get(name)
    passed = module.call.attributes.get(name) if module.call is not None else None
    refused = definition is not None and _defaulted(module, name, definition)
    if module.call is not None and passed is not None and module.scope is not None and not refused:
        return Spot(passed.expression, way, module.call.file_of(passed), module.scope, names_of_call(module))
    if definition is None:
        return None
    header = definition.file.location(definition.block.start, definition.block.header_end)
    if module.call is None and name in module.root_values and not refused:
        given = module.project.given.get(name)
        if given is None:
            return End(header, COMMANDED)
        return Spot(given[0].expression, way, given[1], Scope(module), {})
    default = definition.attributes.get("default")
    if default is None:
        return End(header, DECLARED)
    return Spot(default.expression, way, definition.file_of(default), Scope(module), {})


def _defaulted(module: ModuleInstance, name: str, definition: Definition) -> bool:
    """Whether null is passed to a variable that refuses it, so that its default counts."""
    if not definition.attributes.get("nullable") or definition.says("nullable"):
        return False
    passed = module.call.attributes.get(name) if module.call else None
    if passed is not None and module.scope is not None:
        return is_null(attempt(passed.expression, module.scope))
    return is_null(module.root_values.get(name, name))


def _output(spot: Spot, node: nodes.Traversal, module: ModuleInstance, name: str) -> Spot | None:
    """The value of an output of a called module."""
    member, way = _member(module.calls(name), _further(spot, node, 1))
    definition = member.module.outputs.get(str(way[0])) if isinstance(member, ModuleInstance) and way else None
    value = definition.attributes.get("value") if definition else None
    if definition is None or value is None:
        return None
    return Spot(value.expression, way[1:], definition.file_of(value), Scope(member), {})


def _further(spot: Spot, node: nodes.Traversal, used: int) -> Way:
    """The way of a spot behind the steps that name something; nothing where it cannot be told."""
    base = nodes.Traversal(node.name, node.steps[:used], node.start, node.end)
    return steps_into(spot, base, node.steps[used:]) or ()


def _member(group: Group | None, way: Way) -> tuple[Any, Way]:
    """The instance that a way names, and the way into it."""
    if group is None or not group.members or not way:
        return None, ()
    if not group.expansion.keyed:
        return group.members[0], way
    if group.expansion.hole is not None:
        return group.members[0], way[1:]
    found = keyed(group, way[0].value if isinstance(way[0], Same) else way[0])
    return found, () if found is None else way[1:]


def keyed(group: Group, key: Any) -> Any:
    """The member of a group with a key, ``None`` when there is none."""
    traced, mark = group.owner.project.traced, ("keys", id(group), 0)
    if mark not in traced:
        traced[mark] = {known: index for index, (known, _) in enumerate(group.expansion.keys)}
    at = traced[mark].get(key)
    return None if at is None else group.members[at]


def _attribute(spot: Spot, node: nodes.Traversal, module: ModuleInstance, first: str) -> Spot | End | None:
    """The attribute of another resource, where that sets it; what only the provider knows ends the trail."""
    mode, kind, name, used = "managed", node.name, first, 1
    if node.name == "data":
        second = node.steps[1].name if len(node.steps) > 1 and isinstance(node.steps[1], nodes.AttributeStep) else ""
        mode, kind, name, used = "data", first, second, 2
    member, way = _member(module.resources(mode, kind, name), _further(spot, node, used))
    if not isinstance(member, Instance) or not way:
        return None
    if kind == DOCUMENT and way[0] in {"json", "minified_json"}:
        found = follow(spot.file, node, _path(spot.way), Declared(module)) if spot.way else None
        return End(found.location) if found is not None and found.way else None
    definition = member.definition
    attribute = definition.attributes.get(way[0]) if isinstance(way[0], str) else None
    if attribute is None or attribute.name in META_ATTRIBUTES:
        return None
    names = names_of(member, attribute)
    return Spot(attribute.expression, way[1:], definition.file_of(attribute), member.scope, names)


def _file(spot: Spot, node: nodes.FunctionCall) -> End | None:
    """The place in the file that ``file`` or ``templatefile`` reads."""
    module = _module(spot)
    name = spot.value(node.arguments[0]) if node.arguments else None
    if module is None or not isinstance(name, str):
        return None
    file = posixpath.normpath(posixpath.join(module.root_folder, name))
    data = module.project.read(file)
    if data is None:
        return None
    return End(text_part(module.project.shown(file), data.decode("utf-8", "replace"), _path(spot.way)))


class Declared(Names):
    """What the module of an expression declares, for the parts of JSON text."""

    __slots__ = ("_module",)

    def __init__(self, module: ModuleInstance | None) -> None:
        self._module = module

    def local(self, name: str) -> tuple[nodes.Attribute, File] | None:
        return self._module.module.locals.get(name) if self._module else None

    def documents(self, name: str) -> list[nodes.Attribute]:
        definition = self._module.module.resources.get(("data", DOCUMENT, name)) if self._module else None
        return list(definition.attributes.values()) if definition is not None else []

    def in_document(self, name: str, path: Path) -> tuple[File, nodes.Node] | None:
        group = self._module.resources("data", DOCUMENT, name) if self._module else None
        if group is None or not group.members:
            return None
        document: Instance = group.members[0]
        source = document.source(path)
        if source is None:
            return document.definition.file, document.definition.block
        return document.definition.file_of(source.top), source.header or source.node


# What the names of a scope stand for


def names_of(instance: Instance, node: nodes.Node, scope: Scope | None = None) -> dict[str, Bound]:
    """What ``each``, and the iterators of the ``dynamic`` blocks around a node, stand for in ``scope``."""
    definition = instance.definition
    names = _each(definition, instance.scope, Scope(instance.owner), {})
    around = Scope(instance.owner, instance.scope.local)
    for block in dynamics(definition.blocks, node):
        collection = block.body.attributes.get("for_each")
        name = iterator_of(block)
        record = scope.local.get(name) if scope is not None else None
        if collection is None or not isinstance(record, dict):
            break
        file = definition.file_of(_holder(definition, block))
        spot = Spot(collection.expression, (), file, around, names)
        names = {**names, name: Bound(spot, step_to(record, spot), record=True)}
        around = around.inner({name: record})
    return names


def dynamics(blocks: Iterable[nodes.Block], node: nodes.Node) -> Iterator[nodes.Block]:
    """The ``dynamic`` blocks around a node, outermost first."""
    for block in blocks:
        if block.start <= node.start and node.end <= block.end:
            if block.type == "dynamic" and block.labels:
                yield block
            yield from dynamics(block.body.blocks, node)
            return


def _holder(definition: Definition, inner: nodes.Block) -> nodes.Block:
    """The block of a definition that another stands in: it names the file."""
    around = (block for block in definition.blocks if block.start <= inner.start and inner.end <= block.end)
    return next(around, inner)


def names_of_call(module: ModuleInstance) -> dict[str, Bound]:
    """What ``each`` stands for in the arguments of a call."""
    if module.call is None or module.caller is None or module.scope is None:
        return {}
    return _each(module.call, module.scope, Scope(module.caller), names={})


def _each(definition: Definition, scope: Scope, outside: Scope, names: Mapping[str, Bound]) -> dict[str, Bound]:
    attribute = definition.attributes.get("for_each")
    each = scope.local.get("each")
    if attribute is None or not isinstance(each, dict):
        return {}
    collection = Spot(attribute.expression, (), definition.file_of(attribute), outside, names)
    return {"each": Bound(collection, step_to(each, collection), record=True)}


def step_to(record: dict[str, Any], collection: Spot) -> str | int | Same:
    """The step to the element that an iterator is at."""
    key = record.get("key")
    if isinstance(key, int) and not isinstance(key, bool) and not same(key, record.get("value")):
        return key
    if isinstance(key, str):
        return Same(key, or_key=True)
    listed = collection.value()
    return key if isinstance(key, int) and isinstance(listed, list) and not isinstance(listed, Set) else Same(key)
