"""Join: single resources become an inventory that knows what belongs to what.

In: the resources and documents of a scan. Out: an :class:`~iacgate.model.Inventory`. What belongs together is worked
out by a module for each world, loaded and run when a rule first asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from iacgate.model import Document, Inventory, Resource, Trouble

__all__ = ["build_inventory"]

_KUBERNETES = ("kubernetes_", "kubectl_")
"""How the types of Terraform resources begin that may make a Kubernetes object."""


class _Links(Protocol):
    def related(self, resource: Resource, kind: str) -> list[Resource]: ...


def build_inventory(
    resources: Iterable[Resource],
    documents: Iterable[Document],
    *,
    whole: bool,
    troubles: list[Trouble] | None = None,
    notices: list[str] | None = None,
    seen: Iterable[Resource] = (),
) -> Inventory:
    """The inventory of a scan. ``whole`` is false when only some files of a tree were read.

    Kubernetes objects that Terraform resources make are added to it, each behind its resource; ``seen`` may hold some
    already. What cannot be read of them is said in ``troubles`` and ``notices``.
    """
    listed = list(resources)
    if any(one.type.startswith(_KUBERNETES) for one in listed):
        from iacgate.join.projection import with_views

        listed = with_views(listed, seen, [] if troubles is None else troubles, [] if notices is None else notices)
    return Inventory(listed, documents, related=_Related(), whole=whole)


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
    """Whose links are asked: those of Kubernetes for an object that Terraform makes, too."""
    if resource.view_of is not None:
        return "kubernetes"
    return "terraform" if resource.adapter.startswith("terraform") else resource.adapter


def _terraform(inventory: Inventory) -> _Links:
    from iacgate.join.terraform import TerraformLinks

    return TerraformLinks(inventory)


def _kubernetes(inventory: Inventory) -> _Links:
    from iacgate.join.kubernetes import KubernetesLinks

    return KubernetesLinks(inventory)


_WORLDS: dict[str, Callable[[Inventory], _Links]] = {"terraform": _terraform, "kubernetes": _kubernetes}
