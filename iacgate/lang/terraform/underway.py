"""What is being worked out at a moment, each thing for the sake of the one before: what a circle is told by.

Room: ``lang``. In: values as they are begun and ended. Out: the circle that one which is met again closes.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from iacgate.model import Location
from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.nodes import Block, Node

MOST_NAMED = 8
"""So many members of a circle are named; of a longer one the first and the last."""


class Place(NamedTuple):
    """Where a value is written."""

    file: File
    node: Node

    def location(self) -> Location:
        if isinstance(self.node, Block):
            return self.file.location(self.node.start, self.node.header_end)
        return self.file.location(self.node)


class Holder(Protocol):
    """Something that has values: a module, a block, an instance of a block."""

    def label_of(self, key: str) -> str:
        """What a value is called in messages."""

    def place_of(self, key: str) -> Place:
        """Where it is written."""


class Entry(NamedTuple):
    """One value by who holds it and the name it has there; what it is called is worked out when somebody is told."""

    holder: Holder
    key: str

    def __str__(self) -> str:
        return self.holder.label_of(self.key)

    @property
    def place(self) -> Place:
        return self.holder.place_of(self.key)


def circle(under_way: list[Entry], again: Entry) -> list[Entry]:
    """The values that lead from one back to itself: the last of ``under_way``, which are outermost first.

    It begins with the first in the source, wherever it was met.
    """
    at = max((index for index, entry in enumerate(under_way) if entry == again), default=None)
    members = [again] if at is None else under_way[at:]
    first = members.index(min(members, key=order))
    return members[first:] + members[:first]


def order(entry: Entry) -> tuple[str, int]:
    """Where a value stands in the source."""
    place = entry.place
    return place.file.path, place.node.start


def told(members: list[Entry]) -> str:
    """A circle as a sentence."""
    names = [str(entry) for entry in members]
    if len(names) == 1:
        return f"{names[0]} refers to itself"
    if len(names) > MOST_NAMED:
        kept = MOST_NAMED // 2
        names = [*names[:kept], f"({len(names) - 2 * kept} more)", *names[-kept:]]
    return f"{names[0]} refers to itself: {' -> '.join([*names, names[0]])}"
