"""Syntax room, the ground floor: bytes of a file → text, and offsets in that text → lines and columns.

In: the bytes as read, and the name that reports use. Out: text without its byte order mark; :class:`Lines`.
Raises :class:`~iacgate.errors.SyntaxFailure` for bytes that are no text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from iacgate.errors import SyntaxFailure
from iacgate.model import Location

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_NULLS = (  # where zero bytes stand when the first character is ASCII (RFC 4627; YAML 1.2, chapter 5)
    (b"\x00\x00\x00\x01", "utf-32-be"),
    (b"\x01\x00\x00\x00", "utf-32-le"),
    (b"\x00\x01", "utf-16-be"),
    (b"\x01\x00", "utf-16-le"),
)


class Lines:
    """Line and column of an offset, both from 1. A line ends with ``\\n``, ``\\r\\n`` or a lone ``\\r``."""

    __slots__ = ("_starts", "file")

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        if "\r" in text:
            self._starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]
        else:  # several times as fast, and so are most files
            self._starts = list(accumulate([len(line) + 1 for line in text.split("\n")[:-1]], initial=0))

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both from 1."""
        return self._starts[line - 1] + column - 1

    def span(self, start: int, end: int) -> Location:
        """The stretch from ``start`` to ``end`` (exclusive)."""
        line, column = self.at(start)
        end_line, end_column = self.at(end)
        return Location(file=self.file, line=line, column=column, end_line=end_line, end_column=end_column)


def decode(data: bytes, file: str) -> str:
    """The text of a file in UTF-8, UTF-16 or UTF-32, with or without byte order mark, which is dropped.

    Without a mark the encoding is told from where zero bytes stand at the beginning. Raises ``SyntaxFailure`` at the
    first byte that does not decode.
    """
    skip, encoding = _encoding(data)
    try:
        return data[skip:].decode(encoding) if skip else data.decode(encoding)
    except UnicodeDecodeError as failure:
        before = data[skip : skip + failure.start].decode(encoding, "replace")
        wrong = " ".join(f"0x{byte:02x}" for byte in data[skip + failure.start : skip + failure.start + 1])
        location = Lines(before, file).span(len(before), len(before) + 1)
        name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
        message = f"the file is not {name} text: byte {wrong} is out of place"
        raise SyntaxFailure(location, message, "save the file as UTF-8") from None


def _encoding(data: bytes) -> tuple[int, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return len(mark), encoding
    first = bytes(1 if byte else 0 for byte in data[:4])
    for pattern, encoding in _NULLS:
        if first.startswith(pattern):
            return 0, encoding
    return 0, "utf-8"
