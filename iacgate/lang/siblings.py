"""The rules that deny in one firewall, wherever they are written: inline, or as resources of their own.

Room: ``lang``. In: the inventory of an evaluation and a resource. Out: what the firewall of that resource denies. A
network security group holds its inline rules and those that name it; the firewalls of one network belong together. What
only may belong there is left out: a rule whose group is not known takes nothing from anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from iacgate.model import Inventory, Partial, Resource

if TYPE_CHECKING:
    from iacgate.lang.precedence import Deny

Readers = Mapping[str, Callable[[Any, str], Iterator["Deny"]]]

_HOLDERS = {
    "azurerm_network_security_rule": "azurerm_network_security_group",
    "google_compute_firewall": "google_compute_network",
}
"""The type of what a rule is in, by the type of the rule."""
_NAMES = {
    "azurerm_network_security_rule": ("resource_group_name", "network_security_group_name"),
    "google_compute_firewall": ("project", "network"),
}
"""The attributes that name it, where it is no resource of this configuration."""


def denies_of(context: Any, resource: Resource | None, direction: str, readers: Readers) -> list[Deny]:
    """All that is denied in the firewall of a resource, in one direction."""
    if resource is None:
        return []
    inventory: Inventory | None = context.inventory
    if inventory is None:
        return list(readers[resource.type](resource.body, direction))
    key = (f"denies {direction}", 0)
    inventory.asked += 1  # what is remembered is of others, too
    index = inventory.memo.get(key)
    if index is None:
        index = inventory.memo[key] = _index(inventory, direction, readers)
    found: list[Deny] = index.get(_holder(inventory, resource), []) if index else []
    return found


def _index(inventory: Inventory, direction: str, readers: Readers) -> dict[Hashable, list[Deny]]:
    """What is denied, by the firewall it is denied in. Only resources that deny are asked where they belong."""
    index: dict[Hashable, list[Deny]] = {}
    for resource in inventory.of_type(*readers):
        denies = list(readers[resource.type](resource.body, direction)) if isinstance(resource.body, dict) else []
        if denies:
            index.setdefault(_holder(inventory, resource), []).extend(denies)
    return index


def _holder(inventory: Inventory, resource: Resource) -> Hashable:
    """What stands for the firewall that a resource is a part of."""
    kind = _HOLDERS.get(resource.type)
    if kind is None:
        return id(resource)
    found = inventory.related(resource, kind)
    if len(found) == 1 and not isinstance(found, Partial):
        return id(found[0])
    names = tuple(resource.body.get(name) for name in _NAMES[resource.type])
    if isinstance(names[-1], str) and all(name is None or isinstance(name, str) for name in names):
        return (resource.root, *names[:-1], names[-1].rpartition("/")[2])
    return (id(resource),)
