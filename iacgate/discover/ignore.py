"""Which files git ignores: ``.gitignore`` patterns, and the settings' ``exclude`` globs, which read the same.

In: the text of ignore files and the folder each stands in. Out: an :class:`IgnoreStack` that answers for a path.
Source of the rules: the gitignore manual page (pattern format); compared with ``git check-ignore`` in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from operator import eq, methodcaller
from typing import NamedTuple

_SPECIAL = frozenset("*?[\\")


class Pattern(NamedTuple):
    """One line of an ignore file: ``matches`` is asked with "/" and the path relative to the file's folder."""

    matches: Callable[[str], object]
    negated: bool
    folders_only: bool


class IgnoreStack:
    """The ignore files from the top folder down to one folder; later and deeper patterns win."""

    __slots__ = ("_layers",)

    def __init__(self, layers: tuple[tuple[str, tuple[Pattern, ...]], ...] = ()) -> None:
        self._layers = layers

    def within(self, folder: str, patterns: Sequence[Pattern]) -> IgnoreStack:
        """This stack with one more ignore file, of ``folder`` ("" or a path ending in "/")."""
        return IgnoreStack((*self._layers, (folder, tuple(patterns)))) if patterns else self

    def ignores(self, path: str, *, folder: bool = False) -> bool:
        """Whether git would ignore this path (relative to the top, forward slashes) on its own account.

        A path below an ignored folder is ignored too: the walk never enters such a folder.
        """
        for base, patterns in reversed(self._layers):
            if not path.startswith(base):
                continue
            rooted = "/" + path[len(base) :]
            for matches, negated, folders_only in reversed(patterns):
                if (folder or not folders_only) and matches(rooted):
                    return not negated
        return False


def read_patterns(lines: Iterable[str]) -> list[Pattern]:
    """The patterns of an ignore file, in order; blank lines and comments are passed over."""
    return [pattern for line in lines if (pattern := _pattern(line)) is not None]


def glob(pattern: str) -> re.Pattern[str]:
    """A path glob of the settings: as in an ignore file, but anchored at the top unless it begins with ``**``."""
    return _compiled(_regex(pattern.strip("/")))


def _pattern(line: str) -> Pattern | None:
    text = _without_trailing_spaces(line.rstrip("\r\n"))
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[1:] if negated else text
    text = text[1:] if text.startswith(("\\#", "\\!")) else text
    folders_only = text.endswith("/")
    text = text[:-1] if folders_only else text
    if not text:
        return None
    return Pattern(_matcher(text), negated, folders_only)


def _matcher(text: str) -> Callable[[str], object]:
    """Most lines are a path, a name, or a star and how names end: they need no regular expression, slow to compile."""
    if "/" in text:
        path = "/" + text.removeprefix("/")
        return partial(eq, path) if _SPECIAL.isdisjoint(path) else _compiled(_regex(path)).fullmatch
    ending = text.removeprefix("*")
    if _SPECIAL.isdisjoint(ending):
        return methodcaller("endswith", ending if text.startswith("*") else f"/{text}")
    return _compiled(".*/" + _regex(text)).fullmatch


def _without_trailing_spaces(text: str) -> str:
    """Trailing spaces do not count unless the last is quoted with a backslash."""
    stripped = text.rstrip(" ")
    if stripped == text:
        return text
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 else stripped


@lru_cache(maxsize=4096)
def _compiled(regex: str) -> re.Pattern[str]:
    try:
        return re.compile(regex, re.DOTALL)
    except re.error:
        return re.compile(r"(?!)")


def _regex(pattern: str) -> str:
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        piece, position = _piece(pattern, position)
        parts.append(piece)
    return "".join(parts)


def _piece(pattern: str, at: int) -> tuple[str, int]:
    """One construct of a pattern as a regular expression, and where the next begins."""
    if pattern.startswith("**/", at) and _at_boundary(pattern, at):
        return "(?:.*/)?", at + 3
    if pattern.startswith("**", at) and at + 2 == len(pattern) and _at_boundary(pattern, at) and at:
        return ".+", at + 2
    char = pattern[at]
    if char == "*":
        end = at
        while pattern.startswith("*", end):
            end += 1
        return "[^/]*", end
    if char == "?":
        return "[^/]", at + 1
    if char == "\\":
        return (re.escape(pattern[at + 1]), at + 2) if at + 1 < len(pattern) else ("(?!)", at + 1)
    if char == "[":
        return _bracket(pattern, at)
    return re.escape(char), at + 1


def _at_boundary(pattern: str, at: int) -> bool:
    return at == 0 or pattern[at - 1] == "/"


def _bracket(pattern: str, at: int) -> tuple[str, int]:
    """A character class; one that is not closed matches nothing, as in git."""
    inside = at + 1
    negated = pattern[inside : inside + 1] in {"!", "^"}
    inside += negated
    end = pattern.find("]", inside + 1)
    while end > 0 and pattern[end - 1] == "\\":
        end = pattern.find("]", end + 1)
    if end < 0:
        return "(?!)", len(pattern)
    body = re.sub(_POSIX_CLASS, _posix, pattern[inside:end].replace("[", "\\[").replace("&&", "&\\&"))
    return f"(?:(?!/)[{'^' if negated else ''}{body}])", end + 1


_POSIX_CLASS = r"\\\[:(\w+):\\?\]?"
_POSIX = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s"}


def _posix(match: re.Match[str]) -> str:
    return _POSIX.get(match[1], "")
