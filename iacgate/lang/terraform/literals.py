"""Where a value is spelled out: the constant at the end of all references, if there is nothing else to it.

Room: ``lang``. In: an instance and a path into its body. Out: the place of the part that is written for it, reached
through what passes it on. None where anything comes from outside of the files: a variable that the command gives, a
resource, a data source, a file that is read. Worked out for what may be reported only.
"""

from __future__ import annotations

from iacgate.lang.terraform.calls import called_through
from iacgate.lang.terraform.parts import narrowed
from iacgate.lang.terraform.resource import Instance
from iacgate.lang.terraform.spots import Spot
from iacgate.lang.terraform.stack import deep
from iacgate.lang.terraform.steps import DEFINED, PASSED, USED
from iacgate.lang.terraform.trail import MOST_HOPS, followed, names_of
from iacgate.model import Location, Path
from iacgate.syntax.hcl import nodes
from iacgate.syntax.hcl.walking import walk

_MOST_NODES = 2000
_NO_LITERAL = (nodes.ForTuple, nodes.ForObject)


def written(instance: Instance, path: Path) -> Location | None:
    """The place where the value at a path is spelled out; ``None`` where it is not."""
    with deep():
        source = instance.source(path)
        if source is None or source.header is not None:
            return None
        file, scope = instance.definition.file_of(source.top), source.scope or instance.scope
        names = names_of(instance, source.node, scope)
        start = Spot(source.node, source.rest, file, scope, names)  # type: ignore[arg-type]  # what an attribute holds
        spots = _Search().way(start)
        return _place(spots, called_through(instance.owner)) if spots else None


class _Search:
    """One search: what it may still look at, and what it is looking at already."""

    def __init__(self) -> None:
        self._left = _MOST_NODES
        self._underway: set[tuple[int, str, int]] = set()

    def way(self, spot: Spot) -> list[Spot]:
        """The spots from the one given to the one where its value is spelled out; none where it is not."""
        passed: list[Spot] = []
        for _ in range(MOST_HOPS):
            spot = narrowed(spot)
            passed.append(spot)
            mark = (id(spot.node), repr(spot.way), id(spot.scope.module))
            if mark in self._underway:
                return []
            self._underway.add(mark)
            if not isinstance(spot.node, nodes.Traversal):
                return passed if self._is_constant(spot) else []
            following = followed(spot)
            if not isinstance(following, Spot):
                return []
            spot = following
        return []

    def _is_constant(self, spot: Spot) -> bool:
        """Whether an expression holds text, and every reference in it leads to such an expression."""
        node = spot.node
        if isinstance(node, nodes.Literal):
            return not spot.way and isinstance(node.value, str | int)
        holds_text = False
        for inner in walk(node):
            self._left -= 1
            if self._left < 0 or isinstance(inner, _NO_LITERAL):
                return False
            if isinstance(inner, nodes.FunctionCall) and _reads_files(inner.name):
                return False
            if isinstance(inner, nodes.Traversal):
                if not self.way(spot.at(inner, ())):
                    return False
                holds_text = True
            holds_text = holds_text or (isinstance(inner, nodes.Literal) and isinstance(inner.value, str))
        return holds_text


def _place(spots: list[Spot], calls: tuple[Location, ...]) -> Location:
    """The place where a value is spelled out, reached through the calls and the places that pass it on."""
    *passing, last = spots
    places = [spot.file.location(spot.node).noted(PASSED if at else USED) for at, spot in enumerate(passing)]
    return last.file.location(last.node).noted(DEFINED if passing else "").through((*calls, *places))


def _reads_files(name: str) -> bool:
    return name.removeprefix("core::").startswith(("file", "templatefile"))
