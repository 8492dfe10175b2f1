"""The instances of one block, and what a reference to the block is worth.

Room: ``lang``. In: a definition in a module instance. Out: its instances, made when first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iacgate.lang.terraform.address import Key, Wildcard, format_key, without_keys
from iacgate.lang.terraform.definitions import Definition
from iacgate.lang.terraform.expansion import Expansion, expand, open_ended
from iacgate.lang.terraform.resource import Instance, ResourceValue
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.underway import Entry, Place, circle, told
from iacgate.model import Unknown

if TYPE_CHECKING:
    from iacgate.lang.terraform.instances import ModuleInstance


class Group:
    """The instances of one block in one module instance; expanded when first needed."""

    __slots__ = ("_busy", "_expansion", "_members", "_value", "address", "config_address", "definition", "owner")

    def __init__(self, owner: ModuleInstance, definition: Definition, label: str) -> None:
        self.owner = owner
        self.definition = definition
        self.address = owner.prefix + label
        self.config_address = without_keys(self.address)
        self._expansion: Expansion | None = None
        self._members: list[Any] | None = None
        self._value: Any = None
        self._busy = False

    @property
    def expansion(self) -> Expansion:
        """The keys of the instances."""
        if self._expansion is None:
            self._expansion = self._circular() if self._busy else self._expanded()
        return self._expansion

    def _expanded(self) -> Expansion:
        self._busy = True
        under_way = self.owner.project.under_way
        under_way.append(self._entry())
        found = expand(self.definition, Scope(self.owner))
        under_way.pop()
        self._busy = False
        if self._expansion is not None:  # settled meanwhile: it depends on itself
            return self._expansion
        inside = self.owner.caller is not None
        if not self.owner.project.count(found.size or len(found.keys), self.address, self.place, inside=inside):
            return open_ended(Unknown(f"{self.address} makes more instances than are evaluated"), found.keyed)
        return found

    def _circular(self) -> Expansion:
        members = circle(self.owner.project.under_way, self._entry())
        self.owner.project.trouble("cycle", told(members), members[0].place)
        return open_ended(Unknown(f"how many {self.address} there are depends on itself"), "count")

    def label_of(self, key: str) -> str:
        """What the number of instances is called in messages."""
        return f"{self.address}.{key}"

    def place_of(self, key: str) -> Place:
        """Where the number of instances is written."""
        attribute = self.definition.attributes.get(key)
        return Place(self.definition.file_of(attribute), attribute) if attribute else self.place

    def _entry(self) -> Entry:
        return Entry(self, "for_each" if "for_each" in self.definition.attributes else "count")

    @property
    def place(self) -> Place:
        """The header of the block."""
        return Place(self.definition.file, self.definition.block)

    @property
    def members(self) -> list[Any]:
        """The instances; one symbolic one when their keys are not known."""
        if self._members is None:
            found = self.expansion
            hidden = found.hole is not None and found.keyed != "enabled"
            self._members = [self.make(Wildcard.ANY if hidden else key, names) for key, names in found.keys]
        return self._members

    @property
    def value(self) -> Any:
        """What a reference to the block is worth: an object, a tuple of them, or a map of them."""
        if self._value is None:
            self._value = self._valued()
        return self._value

    def _valued(self) -> Any:
        expansion = self.expansion
        if expansion.hole is not None:
            return Unknown(f"{expansion.hole.reason}, and {expansion.keyed} of {self.address} with it", ref=self.origin)
        found = [self.handle(member) for member in self.members]
        if expansion.keyed == "count":
            return found
        if expansion.keyed == "for_each":
            return {str(key): item for (key, _), item in zip(expansion.keys, found, strict=True)}
        return found[0] if found else None

    @property
    def origin(self) -> str | None:
        """The address an unknown reference to the block comes from."""
        return self.address + format_key(Wildcard.ANY)

    def make(self, key: Key, names: dict[str, Any]) -> Any:
        """The instance of a key."""
        raise NotImplementedError

    def handle(self, member: Any) -> Any:
        """The value of an instance."""
        raise NotImplementedError


class ResourceGroup(Group):
    """The instances of a resource or data block."""

    __slots__ = ()

    def make(self, key: Key, names: dict[str, Any]) -> Instance:
        symbolic = self.expansion.hole is not None or self.owner.symbolic
        return Instance(self.owner, self.definition, self.address, key, names, symbolic=symbolic)

    def handle(self, member: Any) -> Any:
        return ResourceValue(member)
