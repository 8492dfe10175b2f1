"""Which resources the attributes of a resource refer to: through locals, variables, module outputs, loops and keys.

Room: ``lang``. In: an instance. Out: a :class:`~iacgate.model.Relation` for each attribute and each resource it names.
An unknown value already says where it comes from; for a known one the expressions are followed to where they lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from iacgate.lang.terraform.blocks import content_of, entries
from iacgate.lang.terraform.expressions import attempt, evaluate, walk
from iacgate.lang.terraform.groups import ResourceGroup
from iacgate.lang.terraform.instances import ModuleInstance, ModuleValue
from iacgate.lang.terraform.leading import items_of, leads, positions, rounds
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.values import Exhausted, Fault, bare, is_null
from iacgate.model import Path, Relation, Unknown
from iacgate.syntax.hcl import children
from iacgate.syntax.hcl.nodes import (
    Access,
    Attribute,
    AttributeStep,
    Block,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    FunctionCall,
    IndexStep,
    Literal,
    Node,
    Object,
    Step,
    Traversal,
    Tuple,
)

MOST_NODES = 8_000
"""Expressions looked at for one resource; a resource that needs more keeps the relations found so far."""


FEW = 16
"""Instances of a block of which any may be meant, that are named one by one."""


class Origin(NamedTuple):
    """What a loop variable stands for: the element ``key`` of ``collection``."""

    collection: Expression
    key: Any
    trail: Trail


class Trail:
    """The scope an expression is followed in, and where its loop variables come from."""

    __slots__ = ("origins", "scope")

    def __init__(self, scope: Scope, origins: dict[str, Origin] | None = None) -> None:
        self.scope = scope
        self.origins = origins or {}

    @property
    def module(self) -> ModuleInstance:
        module: Any = self.scope.module
        return module  # type: ignore[no-any-return]  # only module instances own scopes that are followed

    def inner(self, names: dict[str, Any], origins: dict[str, Origin]) -> Trail:
        return Trail(self.scope.inner(names), {**self.origins, **origins})


def relations(instance: Instance) -> list[Relation]:
    """The relations of a resource, in source order, each target once for an attribute."""
    return _Search(instance).run()


class _Search:
    """One search through a resource's expressions."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.found: list[Relation] = []
        self.left = MOST_NODES

    def run(self) -> list[Relation]:
        instance = self.instance
        attributes, blocks = content_of(instance.definition.attributes, instance.definition.blocks)
        trail = Trail(instance.scope, self._own_origins())
        for name, attribute in attributes.items():
            if not isinstance(attribute.expression, Literal):
                self._add((name,), attribute, trail, instance.value_of(name))
        self._blocks((), blocks, trail)
        return self.found

    def _own_origins(self) -> dict[str, Origin]:
        each = self.instance.definition.attributes.get("for_each")
        if each is None:
            return {}
        return {"each": Origin(each.expression, self.instance.key, Trail(Scope(self.instance.owner)))}

    def _blocks(self, path: Path, blocks: list[Block], trail: Trail) -> None:
        counts: dict[str, int] = {}
        for entry in entries(blocks, trail.scope):
            at = counts[entry.type] = counts.get(entry.type, -1) + 1
            inner = Trail(entry.scope, {**trail.origins, **_iterators(entry.scope, trail, blocks)})
            place = (*path, entry.type, at)
            for name, attribute in entry.body.attributes.items():
                if not isinstance(attribute.expression, Literal):
                    self._add((*place, name), attribute, inner, None)
            self._blocks(place, entry.body.blocks, inner)

    def _add(self, path: Path, attribute: Attribute, trail: Trail, value: Any) -> None:
        if type(value) is Unknown and value.ref is not None:
            self.found.append(Relation(path=path, target=value.ref))
            return
        targets = _Targets(self)
        targets.follow(attribute.expression, (), trail)
        for target in targets.found:
            self.found.append(Relation(path=path, target=target, certain=targets.certain))


def _iterators(scope: Scope, trail: Trail, blocks: list[Block]) -> dict[str, Origin]:
    """Where the iterators come from that a dynamic block added to a scope."""
    added = [name for name in scope.local if name not in trail.scope.local]
    origins: dict[str, Origin] = {}
    for name in added:
        for block in blocks:
            collection = block.body.attributes.get("for_each") if block.type == "dynamic" else None
            if collection is not None and name in {*block.labels, _named(block.body.attributes.get("iterator"))}:
                origins[name] = Origin(collection.expression, scope.local[name]["key"], trail)
    return origins


def _named(attribute: Attribute | None) -> str:
    return attribute.expression.name if attribute and isinstance(attribute.expression, Traversal) else ""


class _Targets:
    """The resources that one expression leads to."""

    def __init__(self, search: _Search) -> None:
        self.search = search
        self.found: dict[str, None] = {}
        self.certain = True
        self._seen: set[tuple[int, int, int]] = set()

    def follow(self, node: Any, steps: tuple[Step, ...], trail: Trail) -> None:
        """Follow an expression, of whose value only what ``steps`` lead to is used."""
        self.search.left -= 1
        if self.search.left < 0 or isinstance(node, Literal):
            return
        if isinstance(node, Traversal):
            self._traversal(node, (*node.steps, *steps), trail)
        elif isinstance(node, Access):
            self.follow(node.base, (*node.steps, *steps), trail)
        elif isinstance(node, Conditional):
            self._conditional(node, steps, trail)
        elif isinstance(node, Object):
            self._object(node, steps, trail)
        elif isinstance(node, Tuple):
            self._tuple(node, steps, trail)
        elif isinstance(node, ForTuple | ForObject):
            self._loop(node, steps, trail)
        elif isinstance(node, FunctionCall):
            self._function(node, steps, trail)
        else:
            self._all(children(node), trail)

    def _all(self, inside: Iterable[Node], trail: Trail) -> None:
        for node in inside:
            self.follow(node, (), trail)

    # the kinds of expression

    def _conditional(self, node: Conditional, steps: tuple[Step, ...], trail: Trail) -> None:
        condition = bare(attempt(node.condition, trail.scope))
        if isinstance(condition, bool):
            self.follow(node.then if condition else node.otherwise, steps, trail)
            return
        before = len(self.found)
        self.follow(node.then, steps, trail)
        self.follow(node.otherwise, steps, trail)
        if len(self.found) - before > 1:
            self.certain = False

    def _object(self, node: Object, steps: tuple[Step, ...], trail: Trail) -> None:
        key = self._key(steps, trail)
        for item in items_of(node, trail.scope)(key):
            self.follow(item.value, steps[1:] if key is not None else (), trail)

    def _tuple(self, node: Tuple, steps: tuple[Step, ...], trail: Trail) -> None:
        key = self._key(steps, trail)
        if isinstance(key, int) and not isinstance(key, bool):
            if 0 <= key < len(node.items):
                self.follow(node.items[key], steps[1:], trail)
            return
        self._all(node.items, trail)

    def _function(self, node: FunctionCall, steps: tuple[Step, ...], trail: Trail) -> None:
        if node.name in {"try", "coalesce"}:
            self._first(node, steps, trail)
            return
        keeps = node.name in {"merge", "tomap", "nonsensitive", "sensitive"} or (node.name == "toset" and not steps)
        if node.name == "lookup" and len(node.arguments) > 1:
            key = IndexStep(node.arguments[1], node.start, node.end)
            self.follow(node.arguments[0], (key, *steps), trail)
            return
        if (
            node.name == "toset"
            and steps
            and len(node.arguments) == 1
            and self._elements(node.arguments[0], steps, trail)
        ):
            return
        for argument in node.arguments:
            self.follow(argument, steps if keeps else (), trail)

    def _elements(self, node: Expression, steps: tuple[Step, ...], trail: Trail) -> bool:
        """Follow those elements of a list that are the one of its set which is meant; whether it is known which."""
        found = positions(node, trail.scope).get(self._key(steps, trail), [])
        for at in found:
            self.follow(node, (IndexStep(Literal(at, 0, 0), 0, 0), *steps[1:]), trail)
        return bool(found)

    def _first(self, node: FunctionCall, steps: tuple[Step, ...], trail: Trail) -> None:
        """The argument that ``try`` and ``coalesce`` would take."""
        for argument in node.arguments:
            try:
                value = evaluate(argument, trail.scope)
            except Fault:
                continue
            except Exhausted:
                value = Unknown()
            if is_null(value) or (isinstance(value, str) and not value and node.name == "coalesce"):
                continue
            self.follow(argument, steps, trail)
            return

    def _loop(self, node: ForTuple | ForObject, steps: tuple[Step, ...], trail: Trail) -> None:
        key = self._key(steps, trail)
        found = rounds(node, trail.scope)
        if found is None:
            self._all([node.collection, node.element], trail)
            self.certain = False
            return
        for position, value in found.making(key):
            self.search.left -= 1
            if self.search.left < 0:
                return
            names = {node.value: value} if not node.key else {node.key: position, node.value: value}
            inner = trail.inner(names, {node.value: Origin(node.collection, position, trail)})
            self.follow(node.element, steps[1:] if key is not None else (), inner)

    def _key(self, steps: tuple[Step, ...], trail: Trail) -> Any:
        """The key that the first step picks; ``None`` when it picks all or is not known."""
        if not steps:
            return None
        step = steps[0]
        if isinstance(step, AttributeStep):
            return step.name
        key = bare(attempt(step.key, trail.scope)) if isinstance(step, IndexStep) else None
        return None if isinstance(key, Unknown) else key

    # references

    def _traversal(self, node: Traversal, steps: tuple[Step, ...], trail: Trail) -> None:
        mark = (id(node), id(trail.scope.module), hash(steps))
        if mark in self._seen and node.name not in trail.scope.local:
            return
        self._seen.add(mark)
        origin = trail.origins.get(node.name)
        if node.name in trail.scope.local:
            self._loop_variable(node.name, steps, origin, trail)
            return
        first = steps[0].name if steps and isinstance(steps[0], AttributeStep) else ""
        module = trail.module
        if node.name == "local" and first in module.module.locals:
            self.follow(module.module.locals[first][0].expression, steps[1:], Trail(Scope(module)))
        elif node.name == "var":
            self._variable(first, steps[1:], module)
        elif node.name == "module":
            self._output(first, steps, trail)
        elif node.name not in {"path", "terraform", "each", "count", "self", "local"}:
            self._resource(node, steps, trail)

    def _loop_variable(self, name: str, steps: tuple[Step, ...], origin: Origin | None, trail: Trail) -> None:
        wrapped = isinstance(trail.scope.local[name], dict) and steps and isinstance(steps[0], AttributeStep)
        if origin is None:
            return
        if wrapped and _is_iterator(trail.scope.local[name]):
            head = steps[0].name if isinstance(steps[0], AttributeStep) else ""
            if head != "value":
                return
            steps = steps[1:]
        if not leads(origin.collection, origin.trail.module):
            return
        key = IndexStep(Literal(origin.key, 0, 0), 0, 0) if isinstance(origin.key, str | int) else None
        self.follow(origin.collection, steps if key is None else (key, *steps), origin.trail)

    def _variable(self, name: str, steps: tuple[Step, ...], module: ModuleInstance) -> None:
        attribute = module.call.attributes.get(name) if module.call is not None else None
        if attribute is None or module.scope is None or module.caller is None or module.call is None:
            return
        each = module.call.attributes.get("for_each")
        local = module.scope.local.get("each")
        origins = {}
        if each is not None and local is not None:
            origins["each"] = Origin(each.expression, local["key"], Trail(Scope(module.caller)))
        self.follow(attribute.expression, steps, Trail(module.scope, origins))

    def _output(self, name: str, steps: tuple[Step, ...], trail: Trail) -> None:
        for value, rest in self._reached(trail.module.calls(name), steps[1:], trail):
            instance = value.instance if isinstance(value, ModuleValue) else None
            head = rest[0].name if rest and isinstance(rest[0], AttributeStep) else ""
            output = instance.module.outputs.get(head) if instance is not None else None
            expression = output.attributes.get("value") if output else None
            if instance is not None and expression is not None:
                self.follow(expression.expression, rest[1:], Trail(Scope(instance)))

    def _resource(self, node: Traversal, steps: tuple[Step, ...], trail: Trail) -> None:
        names = [step.name for step in steps[:2] if isinstance(step, AttributeStep)]
        data = node.name in {"data", "ephemeral"}
        if len(names) < (2 if data else 1):
            return
        mode, kind, name = (node.name, names[0], names[1]) if data else ("managed", node.name, names[0])
        group = trail.module.resources(mode, kind, name)
        rest = steps[2 if data else 1 :]
        if group is not None and self._is_one_of_many(group, rest, trail):
            self.certain = False
            self.found[group.address] = None
            return
        for value, _ in self._reached(group, rest, trail):
            if isinstance(value, Unknown) and value.ref is not None:
                self.found[value.ref] = None

    def _is_one_of_many(self, group: ResourceGroup, steps: tuple[Step, ...], trail: Trail) -> bool:
        """Whether one of many instances is meant and not known which: then the block stands for them all."""
        if not steps or not isinstance(steps[0], IndexStep) or not isinstance(group.value, list | dict):
            return False
        return len(group.value) > FEW and self._key(steps, trail) is None

    def _reached(self, group: Any, steps: tuple[Step, ...], trail: Trail) -> Iterator[tuple[Any, Any]]:
        """The instances that a reference to a block means, with the steps that are left for each."""
        if group is None:
            return
        value = group.value
        if not isinstance(value, list | dict):
            yield value, steps
            return
        members = list(value.values()) if isinstance(value, dict) else value
        key = self._key(steps, trail) if steps else None
        if key is None:
            several = len(members) > 1 and bool(steps) and isinstance(steps[0], IndexStep)
            self.certain = self.certain and not several
            rest = steps[1:] if steps and isinstance(steps[0], IndexStep) else _into_splat(steps)
            for member in members:
                yield member, rest
            return
        try:
            yield walk(value, steps[:1], trail.scope), steps[1:]
        except (Fault, Exhausted):
            return


def _into_splat(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps taken into each element of a splat."""
    if not steps or isinstance(steps[0], AttributeStep | IndexStep):
        return steps
    return (*steps[0].each, *steps[1:])


def _is_iterator(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"key", "value"}
