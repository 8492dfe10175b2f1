"""Physical lines to logical lines: byte order mark, directives, comments, continuations, here-document bodies.

Part of ``syntax``. The rules are BuildKit's (``frontend/dockerfile/parser``): a line ends at a line feed; the escape
character at the end of a line joins it with the next unless another escape character stands before it; inside a
continuation, comment lines and empty lines are dropped.
"""

from __future__ import annotations

import re

from iacgate.errors import SyntaxFailure
from iacgate.model import Comment, Location
from iacgate.syntax.dockerfile.tree import Directive, Logical

SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go's ``unicode.IsSpace`` calls a space; Python's own idea has four more."""

MAX_BYTES = 1024 * 1024
MAX_LINE_BYTES = 65_535
"""BuildKit reads lines into a buffer of 64 KiB and refuses longer ones."""

_DIRECTIVE = r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$"
_DIRECTIVES = ("syntax", "escape", "check")


def decode(data: bytes, file: str) -> str:
    """The text of a file without its byte order mark. Bytes that are no UTF-8 become U+FFFD: builders accept them."""
    if len(data) > MAX_BYTES:
        raise SyntaxFailure(
            Location(file=file), f"the file has {len(data):,} bytes, more than the {MAX_BYTES:,} that are read"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SyntaxFailure(
            Location(file=file), "the file is UTF-16, a Dockerfile has to be UTF-8", "save the file as UTF-8"
        )
    at = data.find(b"\0")
    if at >= 0:
        before = data[:at]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise SyntaxFailure(
            Location(file=file, line=line, column=column), "found a NUL byte, expected the text of a Dockerfile"
        )
    return data.decode("utf-8-sig", "replace")


class Lines:
    """A reader over the lines of a file, forward only."""

    __slots__ = ("_looking", "at", "comments", "directives", "escape", "file", "lines")

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = text.removeprefix("\ufeff").split("\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.at = 0
        self.escape = "\\"
        self._looking = True
        self.directives: list[Directive] = []
        self.comments: list[Comment] = []
        self._refuse_long_lines(text)

    def next(self) -> Logical | None:
        """The next logical line, ``None`` at the end of the file."""
        while self.at < len(self.lines):
            raw = self._take()
            text = raw.lstrip(SPACE)
            self._look_for_directive(text)
            if text.startswith("#"):
                self._note(text)
            elif text:
                return self._join(text, len(raw) - len(text) + 1)
        return None

    def body(self, terminator: str, *, chomp: bool) -> tuple[str, int, int] | None:
        """A here-document's body, its first line and the line of its terminator; ``None`` when it never ends."""
        first = self.at
        for index in range(first, len(self.lines)):
            line = self.lines[index].rstrip("\r\n")
            if (line.lstrip("\t") if chomp else line) == terminator:
                self.at = index + 1
                return "".join(f"{text}\n" for text in self.lines[first:index]), first + 1, index + 1
        return None

    def _take(self) -> str:
        line = self.lines[self.at]
        self.at += 1
        return line.rstrip("\r") if line.endswith("\r") else line

    def _join(self, text: str, column: int) -> Logical:
        cut = self._continued(text)
        if cut is None:
            return Logical(text, [0], [(self.at, column)], self.at)
        pieces = [text[:cut]]
        starts, places, length = [0], [(self.at, column)], cut
        while cut is not None and self.at < len(self.lines):
            raw = self._take()
            stripped = raw.lstrip(SPACE)
            if stripped.startswith("#"):
                self._note(stripped)
            elif stripped:
                cut = self._continued(raw)
                piece = raw[:cut]
                starts.append(length)
                places.append((self.at, 1))
                pieces.append(piece)
                length += len(piece)
        return Logical("".join(pieces), starts, places, self.at)

    def _continued(self, line: str) -> int | None:
        """Where to cut a line that goes on: at an escape character at its end with no other one before it."""
        text = line.rstrip(" \t")
        if not text.endswith(self.escape) or text.endswith(self.escape * 2):
            return None
        return len(text) - 1

    def _note(self, comment: str) -> None:
        self.comments.append(Comment(line=self.at, text=comment[1:].strip()))

    def _look_for_directive(self, text: str) -> None:
        if not self._looking:
            return
        match = re.match(_DIRECTIVE, text) if text.startswith("#") and "=" in text else None
        name = match[1].lower() if match else ""
        if match is None or name not in _DIRECTIVES:
            self._looking = False
            return
        if any(directive.name == name for directive in self.directives):
            raise SyntaxFailure(self._here(), f'the directive "{name}" stands here a second time')
        self.directives.append(Directive(name, match[2], self.at))
        if name == "escape":
            self._set_escape(match[2], match.start(2) + 1)

    def _set_escape(self, character: str, column: int) -> None:
        if character not in ("\\", "`"):
            place = Location(file=self.file, line=self.at, column=column)
            raise SyntaxFailure(place, f'the escape character is "{character}", expected \\ or `')
        self.escape = character

    def _here(self) -> Location:
        return Location(file=self.file, line=self.at)

    def _refuse_long_lines(self, text: str) -> None:
        if len(text) <= MAX_LINE_BYTES // 4:
            return
        for number, line in enumerate(self.lines, 1):
            if len(line) > MAX_LINE_BYTES // 4 and len(line.encode("utf-8", "surrogatepass")) > MAX_LINE_BYTES:
                place = Location(file=self.file, line=number, column=1)
                raise SyntaxFailure(
                    place,
                    f"the line is longer than {MAX_LINE_BYTES:,} bytes, which no builder reads",
                    "break the line with the escape character",
                )
