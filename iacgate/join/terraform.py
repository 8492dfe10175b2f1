"""Terraform resources and what belongs to them: by reference, by instance key, by equal values.

Room: ``join``. In: the inventory. Out: for a resource and a kind, the resources of that kind which name it or which it
names. What may belong but cannot be told (an ambiguous instance, an attribute known after apply that leads nowhere, a
plan that is not complete) makes the answer a :class:`~iacgate.model.Partial`: absence is then unknown, never a fact.

Two ways lead from a child to its parent, in this order: an attribute whose known value equals a key of the parent
(tables in ``terraform_tables.py``), and the references of its configuration (``Resource.relations``). Only the types
asked for are looked at, once. Addresses, and so links, stay inside one plan or root module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from iacgate.join.terraform_tables import (
    Link,
    Links,
    Parent,
    belongs,
    belongs_to_all,
    is_type,
    links_of,
    parent_patterns,
)
from iacgate.model import Inventory, Partial, Path, Relation, Resource, Unknown, reveal

ADAPTERS = frozenset(("terraform", "terraform-plan"))
FEW = 16
"""Resources of which any may be meant, that are told apart; of more the list is shared by all that name one of it."""
_NESTED = (dict, list)


class Edge(NamedTuple):
    """``child`` names ``parent`` in its attribute ``path``; not certain when another may be meant."""

    child: Resource
    parent: Resource
    path: Path
    certain: bool


class Choice(NamedTuple):
    """``child`` names one of many ``parents`` of one type in its attribute ``path``, not known which."""

    child: Resource
    parents: Sequence[Resource]
    path: Path


class Doubt(NamedTuple):
    """``child`` names something of type ``parent`` (name or glob), but not known what."""

    child: Resource
    parent: str
    path: Path
    reason: str


class _Edges(NamedTuple):
    """All that the resources of one type name, from both ends. Resources are keyed by ``id()``."""

    down: dict[int, list[Edge]]
    up: dict[int, list[Edge]]
    doubts: dict[tuple[str, str], Doubt]
    own_doubts: dict[int, list[Doubt]]
    choices: dict[int, list[Choice]]
    """By the list of what may be meant: each is listed once, however many name one of it."""
    listed: dict[int, list[int]]
    """The lists that a parent is in."""
    own_choices: dict[int, list[Choice]]


class TerraformLinks:
    """What belongs to what in one inventory."""

    __slots__ = ("_by_type", "_edges", "_keys", "_places")

    def __init__(self, inventory: Inventory) -> None:
        self._by_type: dict[str, list[Resource]] = {}
        for resource in inventory.resources:
            if resource.adapter in ADAPTERS and resource.view_of is None:
                self._by_type.setdefault(resource.type, []).append(resource)
        self._places: _Places | None = None
        self._edges: dict[str, _Edges] = {}
        self._keys: dict[tuple[str, str], dict[tuple[str, str], list[Resource]]] = {}

    def related(self, resource: Resource, kind: str) -> list[Resource]:
        """The resources of a type (name or glob) that name this one or that it names, in inventory order."""
        certain: dict[int, Resource] = {}
        possible: list[str] = []
        for other in self._types(kind):
            edges = self._edges_of(other)
            if named_by := edges.up.get(id(resource)):
                self._collect(((edge, edge.child) for edge in named_by), certain, possible)
            if edges.choices:
                possible.extend(self._chosen_from(resource, edges, certain))
            if edges.doubts:
                possible.extend(self._doubts_about(resource, edges, other))
            if belongs_to_all(other, resource.type):
                certain.update((id(item), item) for item in self._by_type[other] if item.root == resource.root)
        own = self._edges_of(resource.type)
        if names := own.down.get(id(resource)):
            named = ((edge, edge.parent) for edge in names if is_type(edge.parent.type, kind))
            self._collect(named, certain, possible)
        if choices := own.own_choices.get(id(resource)):
            possible.extend(self._choice_of(choices, kind, certain))
        if doubts := own.own_doubts.get(id(resource)):
            near = (doubt for doubt in doubts if is_type(doubt.parent, kind) or is_type(kind, doubt.parent))
            possible.extend(f"{_dotted(doubt.path)} is {doubt.reason}" for doubt in near)
        possible.extend(_incomplete(resource))
        found = list(certain.values())
        return Partial(found, maybe=Unknown(possible[0])) if possible else found

    def _types(self, kind: str) -> Iterable[str]:
        if "*" in kind or "?" in kind:
            return [name for name in self._by_type if fnmatchcase(name, kind)]
        return (kind,) if kind in self._by_type else ()

    def _collect(
        self, edges: Iterable[tuple[Edge, Resource]], certain: dict[int, Resource], possible: list[str]
    ) -> None:
        for edge, other in edges:
            if not belongs(edge.child.type, edge.parent.type, _names(edge.path)):
                continue
            if edge.certain:
                certain[id(other)] = other
            elif id(other) not in certain:
                possible.append(
                    f"{other.address} may be meant, {_dotted(edge.path)} of {edge.child.address} names several"
                )

    def _chosen_from(self, resource: Resource, edges: _Edges, certain: dict[int, Resource]) -> Iterator[str]:
        """Why this may be the one of many that some resource names; the first reason there is."""
        for choice in (choice for name in edges.listed.get(id(resource), ()) for choice in edges.choices[name]):
            child = choice.child
            if child is resource or id(child) in certain or not _may_belong(choice, resource):
                continue
            yield f"{child.address} may be meant, {_dotted(choice.path)} of {child.address} names several"
            return

    def _choice_of(self, choices: Sequence[Choice], kind: str, certain: dict[int, Resource]) -> Iterator[str]:
        """Which of many a resource may name."""
        for choice in choices:
            if not is_type(choice.parents[0].type, kind) or not _may_belong(choice, choice.parents[0]):
                continue
            other = next(
                (item for item in choice.parents if id(item) not in certain and item is not choice.child), None
            )
            if other is not None:
                yield f"{other.address} may be meant, {_dotted(choice.path)} of {choice.child.address} names several"

    def _doubts_about(self, resource: Resource, edges: _Edges, kind: str) -> Iterator[str]:
        """Why some resource of ``kind`` may belong to this one, though nothing says so."""
        for parent in dict.fromkeys((resource.type, *parent_patterns(kind))):
            doubt = edges.doubts.get((resource.root, parent))
            if doubt is not None and is_type(resource.type, parent):
                yield f"{doubt.child.address} may belong to it: {_dotted(doubt.path)} is {doubt.reason}"

    def _edges_of(self, kind: str) -> _Edges:
        if kind not in self._edges:
            edges = self._edges[kind] = _Edges({}, {}, {}, {}, {}, {}, {})
            for child in self._by_type.get(kind, ()):
                for item in self._outgoing(child):
                    _file(edges, item)
        return self._edges[kind]

    def _outgoing(self, child: Resource) -> Iterator[Edge | Choice | Doubt]:
        """Everything a resource names. A known value that equals a parent's key beats an ambiguous reference; where
        several are equal, a reference to one of them says which."""
        relations = child.relations()
        edges: dict[tuple[int, Path], Edge] = {}
        settled: set[tuple[Path, str]] = set()
        doubts: list[Doubt] = []
        found: dict[Path, list[list[Resource]]] = {}
        for link, path, value in _values(child.body, links_of(child.type)):
            if isinstance(value, Unknown):
                doubts.extend(self._unresolved(child, link, path, value, relations, edges))
            else:
                found.setdefault(path, []).extend(self._equal(child, parent, value) for parent in link.parents)
        for path, kinds in found.items():
            for equal in self._named(child, relations, path, kinds):
                settled.update((path, item.type) for item in equal)
                for item in equal:
                    edges[id(item), path[:1]] = Edge(child, item, path, len(equal) == 1)
        for relation in relations:
            targets = self._targets(child, relation)
            certain = relation.certain and len(targets) == 1
            if len(targets) > FEW:
                if (relation.path, targets[0].type) not in settled:
                    yield Choice(child, targets, relation.path)
                continue
            for target in targets:
                known = edges.get((id(target), relation.path[:1]))
                if (certain or (relation.path, target.type) not in settled) and not (known and known.certain):
                    edges[id(target), relation.path[:1]] = Edge(child, target, relation.path, certain)
        yield from edges.values()
        yield from doubts

    def _named(
        self, child: Resource, relations: Sequence[Relation], path: Path, kinds: list[list[Resource]]
    ) -> list[list[Resource]]:
        """Those of several equal parents, type by type, that a certain reference under the same path names; all where
        none does."""
        if len({id(item) for equal in kinds for item in equal}) < 2:
            return kinds
        named = {
            id(target)
            for relation in relations
            if relation.certain and relation.path == path
            for target in self._targets(child, relation)
        }
        chosen = [[item for item in equal if id(item) in named] for equal in kinds]
        return chosen if any(chosen) else kinds

    def _targets(self, child: Resource, relation: Relation) -> Sequence[Resource]:
        """The resources a relation names; several when it names a block with several instances, the same list each time
        where they are many (the child may be one of those)."""
        found = self._index().sources(child.root, relation.target)
        return found if len(found) > FEW else [item for item in found if item is not child]

    def _unresolved(
        self,
        child: Resource,
        link: Link,
        path: Path,
        value: Unknown,
        relations: Sequence[Relation],
        edges: dict[tuple[int, Path], Edge],
    ) -> Iterator[Doubt]:
        """An unknown value: an edge when it says where it comes from, a doubt when nothing does."""
        here = [relation for relation in relations if _same_way(relation.path, path)]
        lost = any(not self._targets(child, relation) for relation in here)
        if not lost and any(self._leads_to(child, relation, link) for relation in here):
            return
        if child.adapter == "terraform-plan" and not here:
            return  # no expression sets it, so the provider does: nothing of this plan
        sources = self._index().sources(child.root, value.ref) if value.ref else ()
        parents = [item for item in sources if any(is_type(item.type, parent.type) for parent in link.parents)]
        for item in parents:
            edges[id(item), path[:1]] = Edge(child, item, path, len(parents) == 1)
        if parents or (value.ref or "").startswith("data.") or any(".data." in f".{item.target}" for item in here):
            return
        if value.ref and self._nowhere(child.root, value.ref, link):
            return
        for parent in link.parents:
            yield Doubt(child, parent.type, path, value.reason)

    def _nowhere(self, root: str, ref: str, link: Link) -> bool:
        """Whether a reference says what is meant, and that is not there: then it means none of what is."""
        from iacgate.lang.terraform.address import without_keys

        block = without_keys(ref)
        kind = block.split(".")[-2] if "." in block else ""
        return not self._index().sources(root, block) and any(is_type(kind, parent.type) for parent in link.parents)

    def _leads_to(self, child: Resource, relation: Relation, link: Link) -> bool:
        """Whether a reference ends at a resource that the link can mean."""
        return any(
            is_type(target.type, parent.type) for target in self._targets(child, relation) for parent in link.parents
        )

    def _equal(self, child: Resource, parent: Parent, value: str) -> list[Resource]:
        """The parents with this value under one of their keys."""
        found: dict[int, Resource] = {}
        for kind in self._types(parent.type):
            for key in parent.keys:
                index = self._key_index(kind, key)
                for spelling in spellings(value):
                    for item in index.get((child.root, spelling), ()):
                        if item is not child and _agree(child, item, parent.also):
                            found[id(item)] = item
                    if found:
                        break
        return list(found.values())

    def _key_index(self, kind: str, key: str) -> dict[tuple[str, str], list[Resource]]:
        """Root and value of an attribute → the resources of a type that have it."""
        if (kind, key) not in self._keys:
            index = self._keys[kind, key] = {}
            for item in self._by_type[kind]:
                values = (value for _, value in _at(item.body, (), tuple(key.split("."))))
                for value in values:
                    if isinstance(value, str) and value:
                        index.setdefault((item.root, value), []).append(item)
        return self._keys[kind, key]

    def _index(self) -> _Places:
        if self._places is None:
            self._places = _Places(item for items in self._by_type.values() for item in items)
        return self._places


class _Places:
    """Resources by root and address, and by root and the address of their block."""

    __slots__ = ("_by_block", "_by_group", "by_address")

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.by_address: dict[tuple[str, str], Resource] = {}
        self._by_block: dict[tuple[str, str], list[Resource]] = {}
        self._by_group: dict[tuple[str, str], list[Resource]] | None = None
        for item in resources:
            self.by_address.setdefault((item.root, item.address), item)
            self._by_block.setdefault((item.root, item.config_address), []).append(item)

    def sources(self, root: str, ref: str) -> Sequence[Resource]:
        """The resource at an address, or the instances of the block with that address."""
        exact = self.by_address.get((root, ref))
        if exact is not None:
            return (exact,)
        found = self._by_block.get((root, ref))
        if found is None and "[" in ref:
            found = self._groups().get((root, ref))
        return found or ()

    def _groups(self) -> dict[tuple[str, str], list[Resource]]:
        """The instances of a block in one of the instances of its module."""
        if self._by_group is None:
            from iacgate.lang.terraform.address import split_key

            self._by_group = {}
            for (root, address), item in self.by_address.items():
                if address.endswith("]"):
                    self._by_group.setdefault((root, split_key(address)[0]), []).append(item)
        return self._by_group


def spellings(value: str) -> Iterator[str]:
    """The value, and what it would be as a plain name or id: the end of an ARN, of a path, of a resource name."""
    yield value
    if value.startswith("arn:") and value.count(":") >= 5:
        resource = value.split(":", 5)[5]
        yield resource
        yield resource.partition("/")[0]
        yield resource.partition("/")[2]
        yield resource.partition(":")[2]
    elif value.startswith(("projects/", "organizations/", "folders/", "https://www.googleapis.com/", "//")):
        yield value.rpartition("/")[2]
    elif value.startswith("storage.googleapis.com/"):
        yield value.partition("/")[2]


def _file(edges: _Edges, item: Edge | Choice | Doubt) -> None:
    if isinstance(item, Choice):
        name = id(item.parents)  # the index keeps the list
        edges.own_choices.setdefault(id(item.child), []).append(item)
        if name not in edges.choices:
            for parent in item.parents:
                edges.listed.setdefault(id(parent), []).append(name)
        edges.choices.setdefault(name, []).append(item)
    elif isinstance(item, Edge):
        edges.down.setdefault(id(item.child), []).append(item)
        edges.up.setdefault(id(item.parent), []).append(item)
    else:
        edges.doubts.setdefault((item.child.root, item.parent), item)
        edges.own_doubts.setdefault(id(item.child), []).append(item)


def _may_belong(choice: Choice, parent: Resource) -> bool:
    return belongs(choice.child.type, parent.type, _names(choice.path))


def _incomplete(resource: Resource) -> Iterator[str]:
    """A plan that failed or was limited leaves out what may belong to a resource."""
    plan = resource.document.body if resource.adapter == "terraform-plan" else None
    if isinstance(plan, dict) and (plan.get("errored") is True or plan.get("complete") is False):
        yield f"{resource.document.path} is not a complete plan"


def _values(body: Any, links: Links) -> Iterator[tuple[Link, Path, Any]]:
    """The texts and unknown values of linking attributes, with their paths; lists on the way are gone through."""
    for link in links.own:
        if link.steps:
            for path, value in _at(body, (), link.steps):
                yield link, path, value
    if not links.anywhere or not isinstance(body, dict):
        return
    stack: list[tuple[Path, Any]] = [((), body)]
    while stack:
        path, node = stack.pop()
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            if step in links.anywhere and isinstance(node, dict):
                for link in links.anywhere[step]:
                    for place, leaf in _at(node, path, link.steps):
                        yield link, place, leaf
            if isinstance(value, _NESTED) and value:
                stack.append(((*path, step), value))


def _at(node: Any, path: Path, steps: tuple[str, ...]) -> Iterator[tuple[Path, Any]]:
    node = reveal(node)
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _at(item, (*path, index), steps)
        if isinstance(node, Partial):
            yield path, node.maybe
    elif isinstance(node, Unknown):
        yield path, node
    elif steps and isinstance(node, dict):
        yield from _at(node.get(steps[0]), (*path, steps[0]), steps[1:])
    elif not steps and isinstance(node, str) and node:
        yield path, node


def _agree(child: Resource, parent: Resource, also: tuple[str, ...]) -> bool:
    """Whether both have the same value under each of these attributes, as far as is known."""
    for name in also:
        one, other = child.get(name), parent.get(name)
        if isinstance(one, str) and isinstance(other, str) and one != other:
            return False
    return True


def _same_way(one: Path, other: Path) -> bool:
    """Whether one path leads through the other."""
    return one[: len(other)] == other[: len(one)]


def _names(path: Path) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
