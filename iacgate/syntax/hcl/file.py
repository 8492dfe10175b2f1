"""syntax: one HCL file as a whole: its text, its tree, its places, its comments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from iacgate.errors import SyntaxFailure
from iacgate.model import Comment, Location
from iacgate.syntax.hcl.nodes import Body, Node, Span


class File:
    """One file: its ``text`` without a byte order mark, its ``body``, the spans of its comments in order.

    ``failures`` say what the body lacks, of a file that was read as far as it goes.
    """

    __slots__ = ("_line_starts", "body", "comments", "failures", "path", "text")

    def __init__(
        self, path: str, text: str, body: Body, comments: tuple[Span, ...] = (),
        failures: tuple[SyntaxFailure, ...] = (),
    ) -> None:  # fmt: skip
        self.path = path
        self.text = text
        self.body = body
        self.comments = comments
        self.failures = failures
        self._line_starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, columns in code points."""
        if self._line_starts is None:
            self._line_starts = line_starts(self.text)
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def location(self, start: Node | int, end: int | None = None) -> Location:
        """The place of a node, or of a stretch of text (of one point when no ``end`` is given)."""
        first, end = (start.start, start.end) if isinstance(start, Node) else (start, end)
        line, column = self.position(first)
        end_line, end_column = (line, column) if end is None else self.position(end)
        return Location(file=self.path, line=line, column=column, end_line=end_line, end_column=end_column)

    def slice(self, node: Node) -> str:
        """How the node is written."""
        return self.text[node.start : node.end]

    def remarks(self) -> list[Comment]:
        """The comments as reports and inline exceptions know them: line, text without marks, what they stand beside."""
        ends = self._header_lines() if self.comments else {}
        return [comment for span in self.comments for comment in self._lines_of(span, ends)]

    def _lines_of(self, span: Span, ends: dict[int, int]) -> Iterator[Comment]:
        start, end = span
        line, column = self.position(start)
        before = self.text[start - column + 1 : start].strip()
        alone = not before or before.startswith('"//"')
        for index, raw in enumerate(comment_text(self.text[start:end]).split("\n")):
            yield Comment(line=line + index, text=raw.strip(), alone=alone, until=0 if alone else ends.get(line, 0))

    def _header_lines(self) -> dict[int, int]:
        """The line of each block's header, and the block's last line. The outermost block wins."""
        ends: dict[int, int] = {}
        pending = list(reversed(self.body.blocks))
        while pending:
            block = pending.pop()
            ends.setdefault(self.position(block.start)[0], self.position(block.end)[0])
            pending.extend(reversed(block.body.blocks))
        return ends


def line_starts(text: str) -> list[int]:
    """The offset at which each line begins. A line ends with ``\\n``."""
    starts = [0]
    find = text.find
    at = find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = find("\n", at + 1)
    return starts


def comment_text(raw: str) -> str:
    """A comment without its marks: ``# x`` → ``x``."""
    if raw.startswith("/*"):
        return raw[2:].removesuffix("*/").strip()
    return raw.removeprefix("//").lstrip("#").strip()
