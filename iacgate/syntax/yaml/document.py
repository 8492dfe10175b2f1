"""A YAML document and the places in it.

In: what :mod:`iacgate.syntax.yaml.build` made. Out: :class:`YamlDocument`, asked for places by path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from iacgate.model import Comment, Location, Path, index_of
from iacgate.model.dataclass import dataclass
from iacgate.syntax.text import Lines

Spot = tuple[int, int, int, int, Any]
"""Offsets of a member: key from and to, value from and to (of a container: its beginning, twice), members below."""

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")


class Merged(tuple[Any, ...]):
    """A :data:`Spot` that came through ``<<``: setting the key again is no repetition."""

    __slots__ = ()


class Problem(NamedTuple):
    """Something that can be read, but that Kubernetes refuses: where, what, and the other place it is about."""

    location: Location
    message: str
    related: Location | None = None


class Text:
    """The text of a file and its line index, which is made when first needed. Shared by the file's documents."""

    __slots__ = ("_lines", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._lines: Lines | None = None

    @property
    def lines(self) -> Lines:
        if self._lines is None:
            self._lines = Lines(self.text, self.file)
        return self._lines

    def span(self, start: int, end: int) -> Location:
        return self.lines.span(start, end)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YamlDocument:
    """One document of a stream.

    ``body`` holds plain values; aliases share one object, so it must not be changed in place. ``index`` counts the
    documents of the file from 0, empty ones too. ``problems`` is what Kubernetes would refuse.
    """

    body: Any
    index: int
    problems: tuple[Problem, ...]
    _spot: Spot
    _source: Text
    _begin: int
    _end: int

    @property
    def text(self) -> str:
        """The text of the whole file."""
        return self._source.text

    def locate(self, path: Path = ()) -> Location:
        """The place of a path: a scalar's own span; of a mapping or list its key, or the first thing in it.

        A value that is not written (``key:``) has its key's place. An absent path gives the nearest thing above it that
        is there. Steps into lists may be keyed (``"name=app"``).
        """
        spot = self._find(path)
        start, end = self._value_span(spot)
        if spot[4] is None and end > start:
            return self._source.span(start, end)
        if spot[1] > spot[0]:
            return self._source.span(spot[0], spot[1])
        return self._source.span(*self._header(spot))

    def key(self, path: Path) -> Location:
        """The place of the key itself; of an element, its beginning."""
        spot = self._find(path)
        return self._source.span(spot[0], spot[1]) if spot[1] > spot[0] else self.locate(path)

    def value(self, path: Path) -> Location:
        """The whole value, from its first to its last character."""
        spot = self._find(path)
        start, end = self._value_span(spot)
        return self._source.span(start, max(end, _reach(spot)) if spot[4] is not None else end)

    def comments(self) -> tuple[Comment, ...]:
        """The comments of this document, in order; the text is only searched when this is called."""
        if "#" not in self._source.text:
            return ()
        from iacgate.syntax.yaml.comments import find

        return tuple(find(self._source, self._spot, self._begin, self._end))

    def _find(self, path: Path) -> Spot:
        spot, node = self._spot, self.body
        for step in path:
            members = spot[4]
            if isinstance(members, list):
                index = index_of(node, step) if isinstance(step, str) else step
                if index is None or not -len(members) <= index < len(members):
                    break
                spot, node = members[index], node[index]
            elif members is not None and step in members:
                spot, node = members[step], node[step]
            else:
                break
        return spot

    def _value_span(self, spot: Spot) -> tuple[int, int]:
        """From and to of a value as written, without anchor, tag and what a block scalar swallows behind its end."""
        start, end = spot[2], spot[3]
        text = self._source.text
        if end > start and text[start] in "&!" and (match := _PROPERTIES.match(text, start, end)):
            start = match.end()
        return start, start + len(text[start:end].rstrip(" \t\r\n"))

    def _header(self, spot: Spot) -> tuple[int, int]:
        """What stands for a mapping or list without a key: its first key with a value beside it, or one character."""
        text = self._source.text
        match = _PROPERTIES.match(text, spot[2]) if text[spot[2] : spot[2] + 1] in ("&", "!") else None
        begins = match.end() if match else spot[2]
        for first in _within(spot):
            if first[0] == begins and first[1] > first[0]:
                start, end = self._value_span(first)
                beside = first[4] is None and "\n" not in text[first[1] : end]
                return first[0], end if beside and end > start >= first[1] else first[1]
        return begins, min(begins + 1, len(text))


def _within(spot: Spot) -> Iterator[Spot]:
    members = spot[4]
    if members is not None:
        yield from members if isinstance(members, list) else members.values()


def _reach(spot: Spot) -> int:
    """The last offset of anything under a spot. Aliases lead backwards, so they never reach further."""
    furthest, waiting, seen = spot[3], [spot], set()
    while waiting:
        current = waiting.pop()
        furthest = max(furthest, current[1], current[3])
        if current[4] is not None and id(current[4]) not in seen:
            seen.add(id(current[4]))
            waiting.extend(_within(current))
    return furthest
