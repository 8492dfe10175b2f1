"""How much of a Terraform configuration a scan knows: the part of ``iacgate doctor --terraform`` that counts.

In: an inventory. Out: for each root module (or plan) its resources, its attributes known and unknown, and the causes of
the unknown ones, the most frequent first, each with what to do. Values are counted, never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from iacgate.model import Partial, Resource, Secret, Unknown
from iacgate.model.causes import cause_of, phrase
from iacgate.model.dataclass import dataclass, field

_ADAPTERS = {"terraform": "source", "terraform-plan": "plan"}


@dataclass(slots=True)
class Waiting:
    """One cause: how many attributes wait for it, in which resources, and what it is about (``names``)."""

    title: str
    help: str
    planned: bool
    attributes: int = 0
    resources: set[str] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return phrase(self.title, self.names)


@dataclass(slots=True)
class Root:
    """One root module, or one plan. ``symbolic`` resources stand for a number of them that is not known."""

    name: str
    kind: str
    resources: int = 0
    symbolic: int = 0
    known: int = 0
    unknown: int = 0
    causes: dict[str, Waiting] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Known attributes of all, from 0 to 1; 1 where there are none."""
        return self.known / (self.known + self.unknown) if self.known + self.unknown else 1.0

    @property
    def planned(self) -> int:
        """Unknown attributes that a plan may know."""
        return sum(cause.attributes for cause in self.causes.values() if cause.planned) if self.kind == "source" else 0

    @property
    def ranked(self) -> list[Waiting]:
        return sorted(self.causes.values(), key=lambda cause: (-cause.attributes, cause.title))


def roots(resources: Iterable[Resource]) -> list[Root]:
    """The roots among these resources, by name."""
    found: dict[tuple[str, str], Root] = {}
    for resource in resources:
        kind = _ADAPTERS.get(resource.adapter)
        if kind is None or resource.category not in {"resource", "data"} or resource.view_of is not None:
            continue
        root = found.setdefault((kind, resource.root), Root(resource.root, kind))
        root.resources += 1
        root.symbolic += resource.symbolic
        for leaf in _leaves(resource.body):
            _count(root, resource, leaf)
    return sorted(found.values(), key=lambda root: (root.name, root.kind))


def _count(root: Root, resource: Resource, leaf: Any) -> None:
    if not isinstance(leaf, Unknown):
        root.known += 1
        return
    root.unknown += 1
    cause = cause_of(leaf.reason)
    waiting = root.causes.setdefault(cause.title, Waiting(cause.title, cause.help, cause.planned))
    waiting.attributes += 1
    waiting.resources.add(resource.address)
    if cause.name:
        waiting.names.setdefault(cause.name)


def _leaves(body: Any) -> Iterator[Any]:
    """What stands at the ends of a body; what there may be more of in a list counts as one more that is unknown."""
    pending = [body]
    while pending:
        node = pending.pop()
        node = node.reveal() if isinstance(node, Secret) else node
        if isinstance(node, dict):
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
            if isinstance(node, Partial):
                yield node.maybe
        elif node is not None:
            yield node


def told(root: Root) -> Iterator[str]:
    """A root in lines of text."""
    stand = f", {root.symbolic} of them for a number that is not known" if root.symbolic else ""
    yield f"{root.name} ({root.kind}): {_counted(root.resources, 'resource')}{stand}"
    whole = root.known + root.unknown
    yield f"  {_counted(whole, 'attribute')}: {root.known} known ({root.share:.1%}), {root.unknown} unknown"
    for cause in root.ranked:
        yield f"  {cause.attributes:>5} in {_counted(len(cause.resources), 'resource')}: {cause.words}"
        if cause.help:
            yield f"        help: {cause.help}"
    if root.planned:
        yield f"  a plan may tell {root.planned} of the {root.unknown}"


def as_object(root: Root) -> dict[str, Any]:
    """A root as plain JSON values."""
    return {
        "root": root.name,
        "kind": root.kind,
        "resources": root.resources,
        "symbolic": root.symbolic,
        "attributes": {
            "known": root.known,
            "unknown": root.unknown,
            "known_share": round(root.share, 4),
            "plan_may_tell": root.planned,
        },
        "causes": [
            {
                "cause": cause.words,
                "attributes": cause.attributes,
                "resources": len(cause.resources),
                "help": cause.help,
                "plan_may_tell": cause.planned,
            }
            for cause in root.ranked
        ],
    }


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
