"""What an expression may look at beside the value it is applied to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iacgate.model import Inventory, Partial, Resource, Subject

_NOTHING: Mapping[str, Any] = {}


class Context:
    """One evaluation: the rule's subject, the inventory it stands in, the rule's parameters.

    ``seen`` remembers the resources whose bodies were handed to the expression by ``related()``: functions that must
    know the type of a body find it there, and a finding names them as related. ``element`` is the one of ``each``
    that is being judged.
    """

    __slots__ = ("element", "inventory", "params", "seen", "subject")

    def __init__(
        self, subject: Subject | None = None, inventory: Inventory | None = None, params: Mapping[str, Any] = _NOTHING
    ) -> None:
        self.subject = subject
        self.inventory = inventory
        self.params = params
        self.element: Any = None
        self.seen: dict[int, Resource] | None = None

    def related(self, kind: str) -> list[Any]:
        """The bodies of the resources of a type that stand in relation to the subject; partial if there may be more."""
        if not isinstance(self.subject, Resource) or self.inventory is None:
            return []
        found = self.inventory.related(self.subject, kind)
        if self.seen is None:
            self.seen = {}
        self.seen.update((id(resource.body), resource) for resource in found)
        bodies = [resource.body for resource in found]
        return Partial(bodies, maybe=found.maybe) if isinstance(found, Partial) else bodies

    def once(self, name: str, body: Any, find: Callable[[], Any]) -> Any:
        """What a function finds in the subject's own body, remembered for the other rules that ask.

        Any other value may be passing, and is looked at again.
        """
        if self.inventory is None or self.subject is None or self.subject.body is not body:
            return find()
        return remembered(self.inventory, (name, id(body)), find)

    def resource_of(self, value: Any) -> Subject | None:
        """The resource whose body this value is: the subject, or one that ``related()`` gave."""
        if self.seen is not None and id(value) in self.seen:
            return self.seen[id(value)]
        return self.subject

    def type_of(self, value: Any) -> str:
        """The type of the resource whose body this value is."""
        resource = self.resource_of(value)
        return resource.type if resource is not None else ""


def remembered(inventory: Inventory, key: tuple[Any, int], find: Callable[[], Any]) -> Any:
    """What was found once, for the rules that ask again. Whoever asks has asked about others where finding it did."""
    known = inventory.memo.get(key)
    if known is None:
        asked = inventory.asked
        found = find()
        known = inventory.memo[key] = (found, inventory.asked != asked)
    found, of_others = known
    inventory.asked += of_others
    return found
