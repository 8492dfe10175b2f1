"""What is being worked out at a moment, each thing for the sake of the one before: what a circle is told by.

Room: ``lang``. In: values as they are begun and ended. Out: the circle that one which is met again closes.
"""

from __future__ import annotations

from typing import NamedTuple

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


class Entry(NamedTuple):
    """One value: the address of its module with a dot behind, its name there, and where it is written."""

    prefix: str
    name: str
    place: Place

    def __str__(self) -> str:
        return self.prefix + self.name


def circle(under_way: list[Entry], again: Entry) -> list[Entry]:
    """The values that lead from one back to itself: the last of ``under_way``, which are outermost first.

    It begins with the first in the source, wherever it was met.
    """
    at = max((index for index, entry in enumerate(under_way) if entry[:2] == again[:2]), default=None)
    members = [again] if at is None else under_way[at:]
    first = members.index(min(members, key=order))
    return members[first:] + members[:first]


def order(entry: Entry) -> tuple[str, int]:
    """Where a value stands in the source."""
    return entry.place.file.path, entry.place.node.start


def told(members: list[Entry]) -> str:
    """A circle as a sentence."""
    names = [str(entry) for entry in members]
    if len(names) == 1:
        return f"{names[0]} refers to itself"
    if len(names) > MOST_NAMED:
        kept = MOST_NAMED // 2
        names = [*names[:kept], f"({len(names) - 2 * kept} more)", *names[-kept:]]
    return f"{names[0]} refers to itself: {' -> '.join([*names, names[0]])}"
