"""The comments of a YAML document: found only when somebody asks.

In: the text and the places of the document's scalars, so that a ``#`` inside one is none. Out: comments with lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from iacgate.model import Comment
from iacgate.syntax.yaml.document import Spot, Text

_MARK = re.compile(r"(?:(?<=[ \t\r\n])|(?<![\s\S]))#[^\r\n]*")


def find(source: Text, root: Spot, begin: int, end: int) -> Iterator[Comment]:
    """Comments between the offsets ``begin`` and ``end``. The text of a scalar ends where its line's comment begins."""
    starts, ends, blocks = _survey(source, root)
    found: list[tuple[int, str, bool]] = []
    for match in _MARK.finditer(source.text, begin, end):
        at = match.start()
        nearest = bisect_right(starts, at) - 1
        if nearest >= 0 and starts[nearest] < at < ends[nearest]:
            continue
        line, column = source.lines.at(at)
        alone = not source.text[at - column + 1 : at].strip()
        found.append((line, match[0].lstrip("#").strip(), alone))
    below: dict[int, int] = {}
    for line, _, alone in reversed(found):
        if alone:
            below[line] = below.get(line + 1, line + 1)
    for line, text, alone in found:
        yield Comment(line=line, text=text, alone=alone, until=blocks.get(below.get(line, line), 0))


def _survey(source: Text, root: Spot) -> tuple[list[int], list[int], dict[int, int]]:
    """Where scalars and keys begin and end, sorted, and the last line of the outermost block that begins on a line."""
    spans: list[tuple[int, int]] = []
    blocks: dict[int, int] = {}
    visited: list[tuple[Spot, int]] = []
    waiting, seen = [(root, -1)], set()
    while waiting:
        spot, above = waiting.pop()
        visited.append((spot, above))
        spans.append((spot[0], spot[1]))
        if spot[4] is None:
            spans.append((spot[2], spot[3]))
        elif id(spot[4]) not in seen:
            seen.add(id(spot[4]))
            members = spot[4] if isinstance(spot[4], list) else spot[4].values()
            waiting.extend((member, len(visited) - 1) for member in members)
    reach = [max(spot[1], spot[3]) for spot, _ in visited]
    for position in range(len(visited) - 1, 0, -1):
        above = visited[position][1]
        reach[above] = max(reach[above], reach[position])
    for (spot, _), furthest in zip(visited, reach, strict=True):
        if spot[4] is not None:
            begins = spot[0] if spot[1] > spot[0] else spot[2]
            line, last = source.lines.at(begins)[0], source.lines.at(max(furthest - 1, begins))[0]
            blocks[line] = max(blocks.get(line, 0), last)
    spans.sort()
    return [start for start, _ in spans], [end for _, end in spans], blocks
