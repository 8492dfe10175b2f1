"""What the source of one resource sets, and what it certainly leaves to the provider.

Room: ``lang``. In: the bodies of a resource's block and of its overrides. Out: whether a path is left out. Nothing is
evaluated: an argument that is written counts as set, whatever it may come to, and so does a ``dynamic`` block, whatever
it may run over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from iacgate.lang.terraform.definitions import META_ATTRIBUTES
from iacgate.model import Path
from iacgate.syntax.hcl.nodes import Block, Body

Agreement = Callable[[Block, Any], int]


class Written:
    """The arguments and blocks of one resource, as written."""

    __slots__ = ("_agreement", "_bodies")

    def __init__(self, bodies: Sequence[Body], agreement: Agreement) -> None:
        """``agreement`` counts the constants of a block that are those of a value, -1 when one is another."""
        self._bodies = bodies
        self._agreement = agreement

    def fits(self, expressions: Mapping[str, Any]) -> bool:
        """Whether a plan with these ``expressions`` may come from this source: both set the same arguments.

        Blocks may be missing from a plan (``dynamic`` ones are, and those that stand for an argument), arguments not.
        """
        arguments = {name for body in self._bodies for name in body.attributes} - META_ATTRIBUTES
        blocks = {block.type for body in self._bodies for block in body.blocks}
        return expressions.keys() <= arguments | blocks and arguments - blocks <= expressions.keys()

    def sets(self, name: str) -> bool:
        """Whether an argument, a block or a ``dynamic`` block of this name is written in the resource itself."""
        return any(_sets(body, name) for body in self._bodies)

    def omits(self, path: Path, values: Any) -> bool:
        """Whether the source certainly does not set ``path``. ``values`` (as planned) tell its nested blocks apart.

        What lies inside an argument, or inside a block that is not written at all, is not for the source to say.
        """
        bodies = self._bodies
        while path and isinstance(path[0], str):
            name, rest = path[0], path[1:]
            if not rest:
                return not any(_sets(body, name) for body in bodies)
            if any(name in body.attributes for body in bodies):
                return False
            values = values.get(name) if isinstance(values, dict) else None
            if isinstance(rest[0], int):
                values = values[rest[0]] if isinstance(values, list) and rest[0] < len(values) else None
                rest = rest[1:]
            blocks = [block for body in bodies for block in _nested(body, name)]
            bodies, path = [block.body for block in self._candidates(blocks, values)], rest
            if not bodies:
                return False
        return False

    def _candidates(self, blocks: list[Block], value: Any) -> list[Block]:
        """The blocks that may make a value: without those that contradict it, where what is left agrees with it.

        A provider may spell a constant its own way, so contradiction alone excludes nothing.
        """
        scores = [(self._agreement(block, value), block) for block in blocks]
        left = [(score, block) for score, block in scores if score >= 0]
        if left and all(score > 0 for score, _ in left):
            return [block for _, block in left]
        return blocks


def _sets(body: Body, name: str) -> bool:
    return name in body.attributes or any(
        block.type == name or (block.type == "dynamic" and block.labels == (name,)) for block in body.blocks
    )


def _nested(body: Body, name: str) -> list[Block]:
    """The blocks of a type, and what ``dynamic`` ones make of it."""
    found = body.blocks_of(name)
    for block in body.blocks:
        if block.type == "dynamic" and block.labels == (name,):
            found.extend(block.body.blocks_of("content"))
    return found
