"""syntax: a file that does not parse, read as far as it goes.

In: the bytes of a configuration file that the parser refused. Out: a file without the blocks that failed; its
``failures`` say which those are. Reading goes on at the next line that opens a block of a configuration in its first
column, outside of comments and heredocs: whoever writes such a line means it. What nobody can be sure of is left out,
so that nothing is judged that Terraform would see in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl.cursor import PLAIN, WORD, Cursor
from iacgate.syntax.hcl.file import File
from iacgate.syntax.hcl.nodes import Body, Span
from iacgate.syntax.hcl.reading import decoded, guarded
from iacgate.syntax.hcl.structure import rest_of_file

MOST_FAILURES = 20
"""After so many a file is not looked into any further."""


def recover(data: bytes | str, path: str) -> File:
    """What can be read of a configuration file that :func:`~iacgate.syntax.hcl.reading.parse` refuses.

    Raises :class:`~iacgate.errors.SyntaxFailure` where no block of it can be.
    """
    reader = _Reader(decoded(data, path), path)
    reader.read()
    if reader.failures and not reader.body.blocks:
        raise reader.failures[0]
    return File(path, reader.text, reader.body, tuple(reader.comments), tuple(reader.failures))


class _Reader:
    """One file on the way: what was read, and what was not."""

    __slots__ = ("body", "comments", "failures", "path", "text")

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.body = Body({}, [], 0, len(text))
        self.comments: list[Span] = []
        self.failures: list[SyntaxFailure] = []

    def read(self) -> None:
        at: int | None = 0
        while at is not None:
            cursor = Cursor(self.text, self.path)
            cursor.end, cursor.refused = at, []
            try:
                guarded(cursor, lambda cursor: rest_of_file(cursor, self.body))
            except SyntaxFailure as failure:
                at = self._skip(at, cursor, failure)
            else:
                at = None
                self._keep(cursor, 0, len(self.text))
        self.body.attributes.clear()

    def _skip(self, at: int, cursor: Cursor, failure: SyntaxFailure) -> int | None:
        """Leave out what failed: the offset where reading goes on, ``None`` when nothing more is read."""
        start = self._failed_at(at)
        after = None if len(self.failures) + 1 >= MOST_FAILURES else next(_headers(self.text, start), None)
        end = len(self.text) if after is None else after
        self._keep(cursor, at, start)
        self.failures.append(_left_out(failure, self._line(start), self._line(start + len(self._item(start, end)) - 1)))
        return after

    def _failed_at(self, at: int) -> int:
        """Where what failed begins, which is behind all that was read since ``at``.

        A brace too many says that a block before it ended early, and an argument outside of blocks says the same:
        that block is not read either.
        """
        read = [block for block in self.body.blocks if block.start >= at]
        loose = [attribute.start for attribute in self.body.attributes.values() if attribute.start >= at]
        start = _space(self.text, max([at, *(block.end for block in read), *loose]))
        if self.text[start : start + 1] != "}" and not loose:
            return start
        early = min([start, *loose])
        cut = next((block for block in reversed(read) if block.end <= early), None)
        start = early if cut is None else cut.start
        self.body.blocks[:] = [block for block in self.body.blocks if block.start < start]
        return start

    def _keep(self, cursor: Cursor, at: int, until: int) -> None:
        """Keep the comments and complaints of what was read between two offsets."""
        self.comments += [span for span in cursor.comments if at <= span[0] < until]
        last = self._line(until)
        self.failures += [one for one in cursor.refused or () if one.location.line < last or until == len(self.text)]

    def _item(self, start: int, end: int) -> str:
        return self.text[start:end].rstrip() or " "

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


def _left_out(failure: SyntaxFailure, first: int, last: int) -> SyntaxFailure:
    lines = f"line {first} is" if first == last else f"lines {first} to {last} are"
    return SyntaxFailure(failure.location, f"{failure.message}; {lines} not judged", failure.hint)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    """What separates items; a line that opens a block of a configuration; quoted text; what a comment begins with; the
    end of a line that opens a heredoc."""
    from iacgate.syntax.hcl.jsonbody import configuration

    types = "|".join(configuration())
    return {
        "space": re.compile(r"(?:[ \t\r\n]++|\#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+"),
        "header": re.compile(rf'(?:{types})(?:[ \t]++(?:{WORD}|"{PLAIN}"))*+[ \t]*+\{{'),
        "quoted": re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)'),
        "comment": re.compile(r"\#|//|/\*"),
        "heredoc": re.compile(rf"<<-?({WORD})\r?$"),
    }


def _space(text: str, at: int) -> int:
    """The offset behind blanks and comments."""
    found = _patterns()["space"].match(text, at)
    return found.end() if found else at


def _headers(text: str, start: int) -> Iterator[int]:
    """The offsets of the lines below the one at ``start`` that open a block in their first column."""
    header = _patterns()["header"]
    within = ""
    at = start
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        if within:
            ended = "*/" in line if within == "*/" else line.strip() == within
            within = "" if ended else within
        else:
            if at > start and header.match(text, at):
                yield at
            within = _opened(line)
        at = end + 1


def _opened(line: str) -> str:
    """What ends the comment or heredoc that a line leaves open; "" when it leaves none."""
    patterns = _patterns()
    bare = patterns["quoted"].sub('""', line)
    comment = patterns["comment"].search(bare)
    if comment is None:
        heredoc = patterns["heredoc"].search(bare)
        return heredoc[1] if heredoc else ""
    return "*/" if comment[0] == "/*" and "*/" not in bare[comment.end() :] else ""
