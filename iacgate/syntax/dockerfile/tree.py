"""What a Dockerfile is made of, with places.

Part of ``syntax``. A *logical line* is an instruction after its continuation lines were joined; words are stretches of
a logical line, so a word is three small values and its place in the file is computed only when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from iacgate.model import Comment, Location


class Word(NamedTuple):
    """A stretch of a logical line. ``text`` is the word as BuildKit reads it: quotes are kept, JSON strings decoded."""

    text: str
    start: int
    end: int


class Flag(NamedTuple):
    """``--name=value`` before the arguments. ``value`` is ``None`` without ``=``; quotes are already taken off."""

    name: str
    value: str | None
    start: int
    end: int

    @property
    def text(self) -> str:
        return f"--{self.name}" if self.value is None else f"--{self.name}={self.value}"


class Pair(NamedTuple):
    """One ``key=value`` of ENV, LABEL or ARG, raw. ``value`` is ``None`` for an ARG without default.

    ``separator`` is ``=``, or empty in the old form ``ENV key the rest of the line``.
    """

    key: Word
    value: Word | None
    separator: str


class Heredoc(NamedTuple):
    """``<<NAME`` and what follows below. ``line`` is the first line of the body, ``end_line`` that of the terminator.

    ``body`` is as written; with ``chomp`` (``<<-``) the builder takes leading tabs off each line.
    """

    name: str
    body: str
    expand: bool
    chomp: bool
    descriptor: int
    line: int
    end_line: int

    @property
    def content(self) -> str:
        """The body as the builder hands it on."""
        if not self.chomp:
            return self.body
        return "".join(line.lstrip("\t") + "\n" for line in self.lines)

    @property
    def lines(self) -> list[str]:
        """The lines of the body; only a line feed ends one."""
        return self.body.split("\n")[:-1]


class Directive(NamedTuple):
    """``# name=value`` at the very top: syntax, escape or check."""

    name: str
    value: str
    line: int


class Logical:
    """A logical line and where its pieces stand: ``starts`` are offsets, ``places`` the line and column of each."""

    __slots__ = ("end_line", "line", "places", "starts", "text")

    def __init__(self, text: str, starts: list[int], places: list[tuple[int, int]], end_line: int) -> None:
        self.text = text
        self.starts = starts
        self.places = places
        self.line = places[0][0]
        self.end_line = end_line

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of an offset into the text."""
        index = max(bisect_right(self.starts, offset) - 1, 0)
        line, column = self.places[index]
        return line, column + offset - self.starts[index]

    def locate(self, file: str, start: int, end: int) -> Location:
        """The place of ``text[start:end]``; an empty stretch has no width."""
        line, column = self.place(start)
        if end <= start:
            return Location(file=file, line=line, column=column)
        end_line, end_column = self.place(end - 1)
        return Location(file=file, line=line, column=column, end_line=end_line, end_column=end_column + 1)


class Instruction:
    """One instruction.

    ``keyword`` is in capitals. ``rest`` are the arguments after the flags as one string, ``rest_start`` its offset.
    ``form`` is ``json`` where the arguments are a JSON array, else ``shell``. ``words`` are the arguments the way
    BuildKit splits them for this instruction: one word for RUN in shell form, many for COPY, type and rest for
    HEALTHCHECK, none for ENV, LABEL and ARG, which have ``pairs``. ``trigger`` is the instruction inside an ONBUILD.
    """

    __slots__ = (
        "flags",
        "form",
        "heredocs",
        "keyword",
        "keyword_end",
        "keyword_start",
        "logical",
        "pairs",
        "rest",
        "rest_start",
        "trigger",
        "words",
    )

    def __init__(self, keyword: Word, logical: Logical, flags: tuple[Flag, ...], rest: Word) -> None:
        self.keyword = keyword.text.upper()
        self.keyword_start = keyword.start
        self.keyword_end = keyword.end
        self.logical = logical
        self.flags = flags
        self.rest = rest.text
        self.rest_start = rest.start
        self.form = "shell"
        self.words: tuple[Word, ...] = ()
        self.pairs: tuple[Pair, ...] = ()
        self.heredocs: tuple[Heredoc, ...] = ()
        self.trigger: Instruction | None = None

    @property
    def line(self) -> int:
        return self.logical.line

    @property
    def end_line(self) -> int:
        """The last line, of the last here-document where there is one."""
        return self.heredocs[-1].end_line if self.heredocs else self.logical.end_line

    @property
    def innermost(self) -> Instruction:
        """The instruction itself, or what an ONBUILD will do."""
        node = self
        while node.trigger is not None:
            node = node.trigger
        return node

    def __repr__(self) -> str:
        return f"Instruction({self.keyword} {self.rest!r}, line {self.line})"


class Dockerfile:
    """A whole file: its directives, its instructions in order, its comment lines."""

    __slots__ = ("comments", "directives", "escape", "file", "instructions")

    def __init__(
        self,
        file: str,
        escape: str,
        directives: tuple[Directive, ...],
        instructions: tuple[Instruction, ...],
        comments: tuple[Comment, ...],
    ) -> None:
        self.file = file
        self.escape = escape
        self.directives = directives
        self.instructions = instructions
        self.comments = comments
