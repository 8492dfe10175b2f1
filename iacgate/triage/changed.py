"""Triage room: what a change touches: evaluations in, those on changed lines out.

A finding is on a changed line when its place overlaps one, or when it stands on the header of a resource whose own
lines overlap one: an attribute that was deleted has no line of its own, its resource has.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from iacgate.model import Evaluation, Inventory, Location, Outcome
from iacgate.model.dataclass import replace

Lines = Sequence[tuple[int, int]]
"""Ranges of changed lines (first, last)."""


def only_changed(
    evaluations: Iterable[Evaluation], changed: Mapping[str, Lines], inventory: Inventory
) -> Iterator[Evaluation]:
    """The evaluations that concern changed lines; a fail loses the findings that do not.

    ``changed`` maps a file, as reports name it, to its changed lines.
    """
    extents = _Extents(inventory)
    for evaluation in evaluations:
        if evaluation.outcome is not Outcome.FAIL:
            if any(_touched(place, changed, extents) for place in evaluation.places or (evaluation.subject.at(),)):
                yield evaluation
            continue
        kept = tuple(finding for finding in evaluation.findings if _touched(finding.location, changed, extents))
        if kept:
            yield replace(evaluation, findings=kept)


def _touched(place: Location, changed: Mapping[str, Lines], extents: _Extents) -> bool:
    lines = changed.get(place.file)
    if not lines:
        return False
    first, last = extents.of(place)
    return any(begin <= last and first <= end for begin, end in lines)


class _Extents:
    """From where to where each resource reaches: from its header to the line before the next header of its file."""

    def __init__(self, inventory: Inventory) -> None:
        headers: dict[str, set[int]] = {}
        for resource in inventory.resources:
            place = resource.at()
            headers.setdefault(place.file, set()).add(place.line)
        self._headers = {file: sorted(lines) for file, lines in headers.items()}

    def of(self, place: Location) -> tuple[int, int]:
        """The lines a finding speaks for: its own, or the whole resource when it stands on the resource's header."""
        headers = self._headers.get(place.file, [])
        index = bisect_right(headers, place.line)
        if index == 0 or headers[index - 1] != place.line:
            return place.line, place.end_line
        following = headers[index] - 1 if index < len(headers) else 1 << 31
        return place.line, max(place.end_line, following)
