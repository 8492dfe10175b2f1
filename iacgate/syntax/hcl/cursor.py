"""syntax: where the HCL parser stands in the text: one token of code at a time, and how it complains.

The tokens come from one regular expression in two forms: in brackets a line break is only space, elsewhere it is a
token. Templates and heredocs have a syntax of their own; their readers move the cursor themselves.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NoReturn

from iacgate.errors import SyntaxFailure
from iacgate.model import Location
from iacgate.syntax.depth import LIMIT
from iacgate.syntax.hcl.file import line_starts
from iacgate.syntax.hcl.nodes import NESTING_LIMIT, Span

IDENTIFIER = r"[^\W\d][\w\-\u0300-\u036f\u200c\u200d]*+"
WORD = r"[^\W\d][\w\-]*+"
"""An identifier without combining marks: cheaper to compile, for patterns that may fail where IDENTIFIER would not."""

PLAIN = r'[^"\\$%\r\n]*+(?:[$%](?!\{)[^"\\$%\r\n]*+)*+'
"""The inside of a quoted string that means exactly what it says."""

_TOKEN = rf"""(?:
    ({IDENTIFIER})
  | ("{PLAIN}")
  | ([0-9]++(?:\.*+[eE][+-]?[0-9]++|\.++[0-9]++)*+)
  | (\#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)
  | (<<-?{WORD}\r?\n)
  | (&&|\|\||==|!=|<=|>=|=>|\.\.\.|::|~\}}|/(?!\*)|<(?!<)|[-+*%!>=?:.,(){{}}\[\]])
  | (\r?\n)
  | (")
  | (\Z)
  | ((?s:.))
)"""
_PUNCTUATION, _UNUSUAL, _COMMENT, _BAD = 6, 10, 4, 10
_KINDS = ("", "name", "string", "number", "comment", "heredoc", "", "newline", "quote", "end", "bad")

MOST_REFUSED = 20
"""So many complaints are collected; the next one is a failure all the same."""

Match = Callable[[str, int], re.Match[str] | None]


@lru_cache(maxsize=1)
def token_matchers() -> tuple[Match, Match]:
    """Token matchers: where line breaks end things, and where they are only space."""
    lines = re.compile(rf"[ \t]*+{_TOKEN}", re.VERBOSE)
    free = re.compile(rf"[ \t]*+(?:\r?\n[ \t]*+)*+{_TOKEN}", re.VERBOSE)
    return lines.match, free.match


class Cursor:
    """The current token: ``kind``, ``value`` (its text), ``start``, ``end``; and where the one before it ended.

    ``kind`` is name, string (quoted, without holes and escapes), number, heredoc, quote, newline, end, or the
    punctuation itself. ``match`` is the matcher in force: change it *before* moving past the bracket that changes it.
    ``depth`` counts nesting. After a failure the cursor is of no further use. ``refused`` is where complaints go that
    the parser can read on after; without it each of them is a failure.
    """

    __slots__ = (
        "_deep",
        "comments",
        "depth",
        "end",
        "free",
        "kind",
        "lines",
        "match",
        "path",
        "places",
        "previous_end",
        "refused",
        "start",
        "text",
        "value",
    )

    def __init__(self, text: str, path: str, places: Callable[[int], Location] | None = None) -> None:
        self.text = text
        self.path = path
        self.places = places
        self.lines, self.free = token_matchers()
        self.match: Match = self.lines
        self.kind = ""
        self.value = ""
        self.start = self.end = self.previous_end = 0
        self.depth = 0
        self.comments: list[Span] = []
        self.refused: list[SyntaxFailure] | None = None
        self._deep = False

    def advance(self) -> None:
        """Move to the next token."""
        self.previous_end = self.end
        while True:
            found = self.match(self.text, self.end)
            index = found.lastindex  # type: ignore[union-attr]  # the expression ends in "any character" and "end"
            if index == _COMMENT:
                self.comment(*found.span(_COMMENT))  # type: ignore[union-attr]  # as above
                continue
            self.start, self.end = found.span(index)  # type: ignore[union-attr, arg-type]  # as above
            self.value = value = found[index]  # type: ignore[index]  # as above
            self.kind = value if index == _PUNCTUATION else _KINDS[index]  # type: ignore[index]  # as above
            if index == _BAD:
                self._bad_character()
            return

    def jump(self, offset: int) -> None:
        """Move to the token at or after an offset."""
        self.end = offset
        self.advance()

    def comment(self, start: int, end: int) -> None:
        """Keep a comment and stand after it; the carriage return of a line break is no part of it."""
        if self.text[end - 1] == "\r":
            end -= 1
        self.comments.append((start, end))
        self.end = end

    def nest(self, at: int | None = None) -> None:
        """One level deeper, at an offset. The caller takes it back by lowering ``depth``."""
        self.depth += 1
        if self.depth == NESTING_LIMIT // 10:
            self._make_room()
        if self.depth > NESTING_LIMIT:
            self.fail(f"nested more than {NESTING_LIMIT} levels deep", self.start if at is None else at)

    def _make_room(self) -> None:
        """Let the interpreter recurse as deep as NESTING_LIMIT needs, until ``release``."""
        if not self._deep:
            self._deep = True
            LIMIT.raise_to(NESTING_LIMIT * 20)

    def release(self) -> None:
        """Undo what deep nesting asked of the interpreter."""
        if self._deep:
            self._deep = False
            LIMIT.put_back()

    def fail(self, message: str, start: int, end: int | None = None, hint: str = "") -> NoReturn:
        """Refuse the file because of a stretch of its text."""
        raise SyntaxFailure(self._location(start, start if end is None else end), message, hint)

    def refuse(self, message: str, start: int, end: int, hint: str = "") -> None:
        """Complain of what does not keep the parser from reading on."""
        if self.refused is None or len(self.refused) >= MOST_REFUSED:
            self.fail(message, start, end, hint)
        self.refused.append(SyntaxFailure(self._location(start, end), message, hint))

    def expected(self, what: str, hint: str = "") -> NoReturn:
        """Refuse the file because the current token is not ``what``."""
        self.fail(f"expected {what}, found {self.found()}", self.start, max(self.end, self.start), hint)

    def found(self) -> str:
        """The current token in words."""
        words = {"newline": "the end of the line", "end": "the end of the file", "quote": "a quoted string"}
        if self.kind in words:
            return words[self.kind]
        return f"the heredoc {self.value.strip()}" if self.kind == "heredoc" else shown(self.value)

    def line_of(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return self._location(offset, offset).line

    def _location(self, start: int, end: int) -> Location:
        if self.places is not None:
            return self.places(start)
        return locate(self.path, line_starts(self.text), start, end)

    def _bad_character(self) -> NoReturn:
        message, hint = _complaint(self.text, self.start)
        self.fail(message, self.start, self.end, hint)


def locate(path: str, starts: Sequence[int], start: int, end: int) -> Location:
    """The place of a stretch of text, given where its lines start."""
    line, end_line = bisect_right(starts, start), bisect_right(starts, end)
    return Location(
        file=path,
        line=line,
        column=start - starts[line - 1] + 1,
        end_line=end_line,
        end_column=end - starts[end_line - 1] + 1,
    )


def shown(text: str) -> str:
    """A token as messages show it: in quotes, short, printable."""
    short = text if len(text) <= 40 else text[:37] + "..."
    printable = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)
    return printable if printable.startswith('"') else f'"{printable}"'


def _complaint(text: str, offset: int) -> tuple[str, str]:
    """What is wrong with a character that begins no token, and what to write instead."""
    char = text[offset]
    if text.startswith("/*", offset):
        return 'this comment is never closed with "*/"', ""
    if text.startswith("<<", offset):
        return "a heredoc needs its end word, and nothing else, right after << on the same line", "write <<EOT"
    if char == "'":
        return "single quotes do not quote here", "use double quotes"
    if char == "`":
        return "backquotes do not quote here", "for text of several lines use a heredoc: <<EOT"
    if char == ";":
        return '";" separates nothing here', "put each argument on a line of its own"
    if char in "&|^~":
        return f'there is no operator "{char}"', "the logical operators are &&, || and !"
    if char == "$":
        return '"$" is only used inside quoted strings', 'write the name alone, or quote the whole: "${...}"'
    return f"character {shown(char)} is not part of the language", ""
