"""Part of the outputs room: the source line under a finding, with carets under the exact columns.

In comes a verdict and the text of its file, out comes one line cut to a width, tabs widened, wide characters counted,
what is secret covered and what cannot be seen escaped; and where the carets go, in terminal columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from iacgate.model import REDACTED, Location, ScanReport, Verdict
from iacgate.outputs._masks import Masks, Span
from iacgate.outputs._plain import columns, escape, log_commands, width

_TAB = 4
_NARROWEST = 20
_CUT = "…"
Cell = tuple[str, int]
"""What one character of the source becomes, and how many terminal columns that takes."""


class Frame(NamedTuple):
    """A source line as shown. ``start`` and ``length`` are terminal columns; ``start`` counts from 0."""

    line: int
    text: str
    start: int
    length: int

    def rows(self) -> list[str]:
        """The two lines of the frame, with a gutter: the source, and the carets under it."""
        number = str(self.line)
        return [f"{number} | {self.text}".rstrip(), f"{' ' * len(number)} | {' ' * self.start}{'^' * self.length}"]


class Frames:
    """Draws frames; reads each file once for the time of one rendering."""

    def __init__(self, report: ScanReport, source: Callable[[str], str | None], size: int) -> None:
        self._source = source
        self._size = max(size, _NARROWEST)
        self._masks = Masks(report)
        self._lines: dict[str, list[str]] = {}

    def of(self, verdict: Verdict) -> Frame | None:
        """The frame of a finding; ``None`` when its file or line is not at hand."""
        place = verdict.finding.location
        lines = self._lines_of(place.file)
        if not 1 <= place.line <= len(lines):
            return None
        line = lines[place.line - 1]
        marked, size = _marked(place, line), self._size - len(str(place.line)) - 3
        window = _window(line, marked, size)
        hidden = self._masks.spans(verdict.finding, place.line, line, window)
        return Frame(place.line, *_draw(_cells(line, window, hidden), line, marked, window, size))

    def _lines_of(self, file: str) -> list[str]:
        if file not in self._lines:
            text = self._source(file) or ""
            pieces = text.split("\n") if "\n" in text else text.split("\r")
            self._lines[file] = [piece.removesuffix("\r") for piece in pieces] if text else []
        return self._lines[file]


def _marked(place: Location, line: str) -> Span:
    first = min(max(place.column - 1, 0), len(line))
    last = place.end_column - 1 if place.end_line == place.line else len(line.rstrip())
    return first, max(min(last, len(line)), first + 1)


def _window(line: str, marked: Span, size: int) -> Span:
    """Only the surroundings of the mark are looked at: a minified file is one line of megabytes."""
    low = max(0, marked[0] - size) if marked[0] > 2 * size else 0
    return low, min(len(line), marked[0] + 2 * size)


def _draw(cells: list[Cell], line: str, marked: Span, window: Span, size: int) -> tuple[str, int, int]:
    """The text, and where the carets start and how many they are."""
    low, high = window
    first, last = marked[0] - low, min(marked[1] - low, len(cells) + 1)
    begin = _begin(cells, first, last, size) if low or high < len(line) or _total(cells) > size else 0
    lead = _CUT if low or begin else ""
    text, end = _fill(cells, begin, size - len(lead), cut=high < len(line))
    start = len(lead) + _total(cells[begin:first])
    length = max(1, _total(cells[first : min(last, end)]))
    return lead + text, start, min(length, max(1, size - start))


def _cells(line: str, window: Span, hidden: list[Span]) -> list[Cell]:
    low, high = window
    cells: list[Cell] = []
    column = 0
    spans = iter(hidden)
    span = next(spans, None)
    commands: set[int] = set()
    if line.find("##", low, high) >= 0:
        commands = {match.start() + 1 for match in log_commands().finditer(line, low, high)}
    text = line[low:high]
    if not hidden and not commands and text.isascii() and text.isprintable():
        return [(character, 1) for character in text]
    for index in range(low, high):
        while span and index >= span[1]:
            span = next(spans, None)
        if span and index >= span[0]:
            cell = (REDACTED, len(REDACTED)) if index == max(span[0], low) else ("", 0)
        else:
            cell = ("\\x23", 4) if index in commands else _cell(line[index], column)
        cells.append(cell)
        column += cell[1]
    return cells


def _cell(character: str, column: int) -> Cell:
    if " " <= character <= "~":
        return character, 1
    if character == "\t":
        step = _TAB - column % _TAB
        return " " * step, step
    if character.isprintable():
        return character, columns(character)
    shown = escape(character)
    return shown, width(shown)


def _total(cells: list[Cell]) -> int:
    return sum(cell[1] for cell in cells)


def _begin(cells: list[Cell], first: int, last: int, size: int) -> int:
    """The first cell to show: the line's own beginning if the mark fits then, else a third of the width before it.

    More than a third where the line ends soon after the mark.
    """
    if _total(cells[:last]) < size:
        return 0
    begin = min(first, len(cells))
    room = max(size // 3, size - 1 - _total(cells[begin:]))
    while begin > 0 and room >= cells[begin - 1][1]:
        begin -= 1
        room -= cells[begin][1]
    return begin


def _fill(cells: list[Cell], begin: int, size: int, *, cut: bool) -> tuple[str, int]:
    """The text of as many cells as fit, and the index after the last of them."""
    if not cut and _total(cells[begin:]) <= size:
        return "".join(cell[0] for cell in cells[begin:]), len(cells)
    shown: list[str] = []
    room, end = size - len(_CUT), begin
    while end < len(cells) and cells[end][1] <= room:
        shown.append(cells[end][0])
        room -= cells[end][1]
        end += 1
    return "".join(shown) + _CUT, end
