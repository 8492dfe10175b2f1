"""Part of the outputs room: ``primaryLocationLineHash`` as GitHub's upload action computes it.

The text of a file comes in; out goes, for a line, the hash of the hundred characters from its beginning (blanks left
out) and how many lines up to it share that hash. Source: github/codeql-action, ``src/fingerprints.ts``.
"""

from __future__ import annotations

import sys
from array import array
from itertools import accumulate

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_OLDEST = pow(_BASE, _WINDOW, 1 << 64)
_END = 65535
_LINE_FEED = 10


class LineHashes:
    """The hashes of one text, by line number from 1."""

    def __init__(self, text: str) -> None:
        units = _units(text)
        prefix = list(accumulate(units, lambda sofar, unit: (sofar * _BASE + unit) & _MASK, initial=0))
        starts = [0, *(index + 1 for index, unit in enumerate(units) if unit == _LINE_FEED)]
        self._hashes: list[str] = []
        seen: dict[int, int] = {}
        for start in starts:
            value = (prefix[start + _WINDOW] - prefix[start] * _OLDEST) & _MASK
            seen[value] = seen.get(value, 0) + 1
            self._hashes.append(f"{value:x}:{seen[value]}")

    def of(self, line: int) -> str | None:
        """The hash of a line; ``None`` when the text has no such line."""
        return self._hashes[line - 1] if 1 <= line <= len(self._hashes) else None

    def __len__(self) -> int:
        return len(self._hashes)


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
