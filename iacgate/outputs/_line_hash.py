"""Part of the outputs room: ``primaryLocationLineHash`` as GitHub's upload action computes it.

The text of a file comes in; out goes, for a line, the hash of the hundred characters from its beginning (blanks left
out) and how many lines up to it share that hash. Source: github/codeql-action, ``src/fingerprints.ts``.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_END = 65535
_LINE_FEED = 10


class LineHashes:
    """The hashes of one text, by line number from 1; worked out as far as they are asked for."""

    def __init__(self, text: str) -> None:
        self._units = _units(text)
        self._starts = self._line_starts()
        self._hashes: list[str] = []
        self._seen: dict[int, int] = {}

    def of(self, line: int) -> str | None:
        """The hash of a line; ``None`` when the text has no such line."""
        while len(self._hashes) < line:
            start = next(self._starts, None)
            if start is None:
                return None
            self._hashes.append(self._numbered(_hash(self._units[start : start + _WINDOW])))
        return self._hashes[line - 1] if line >= 1 else None

    def _numbered(self, value: int) -> str:
        self._seen[value] = self._seen.get(value, 0) + 1
        return f"{value:x}:{self._seen[value]}"

    def _line_starts(self) -> Iterator[int]:
        yield 0
        for index, unit in enumerate(self._units, 1):
            if unit == _LINE_FEED:
                yield index


def _hash(units: array[int]) -> int:
    value = 0
    for unit in units:
        value = (value * _BASE + unit) & _MASK
    return value


def _units(text: str) -> array[int]:
    """UTF-16 units without blanks, line ends as LF, an end mark and enough zeros for the last line's window.

    A blank between CR and LF keeps them apart, so line ends are joined before blanks go.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    units = array("H", plain.encode("utf-16-le", "surrogatepass"))
    if sys.byteorder == "big":
        units.byteswap()
    units.append(_END)
    units.extend([0] * _WINDOW)
    return units
