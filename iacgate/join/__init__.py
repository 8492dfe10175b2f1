"""Join: single resources become an inventory that knows what belongs to what.

In: the resources and documents of a scan. Out: an :class:`~iacgate.model.Inventory`. What belongs together is worked
out by a module for each world, loaded and run when a rule first asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from iacgate.model import Document, Inventory, Resource

__all__ = ["build_inventory"]


class _Links(Protocol):
    def related(self, resource: Resource, kind: str) -> list[Resource]: ...


def build_inventory(resources: Iterable[Resource], documents: Iterable[Document], *, whole: bool) -> Inventory:
    """The inventory of a scan. ``whole`` is false when only some files of a tree were read."""
    return Inventory(resources, documents, related=_Related(), whole=whole)


class _Related:
    """Asks the links of the resource's own world, each built when first asked."""

    __slots__ = ("_links",)

    def __init__(self) -> None:
        self._links: dict[str, _Links] = {}

    def __call__(self, inventory: Inventory, resource: Resource, kind: str) -> list[Resource]:
        world = _world(resource)
        if world not in _WORLDS:
            return []
        if world not in self._links:
            self._links[world] = _WORLDS[world](inventory)
        return self._links[world].related(resource, kind)


def _world(resource: Resource) -> str:
    """Whose links are asked. A Kubernetes object written in Terraform has its kind as type, in capitals."""
    if resource.adapter.startswith("terraform"):
        return "kubernetes" if resource.type[:1].isupper() else "terraform"
    return resource.adapter


def _terraform(inventory: Inventory) -> _Links:
    from iacgate.join.terraform import TerraformLinks

    return TerraformLinks(inventory)


def _kubernetes(inventory: Inventory) -> _Links:
    from iacgate.join.kubernetes import KubernetesLinks

    return KubernetesLinks(inventory)


_WORLDS: dict[str, Callable[[Inventory], _Links]] = {"terraform": _terraform, "kubernetes": _kubernetes}
