"""Regular expressions as Terraform matches them (RE2): ``regex``, ``regexall``, and the patterns of ``replace``.

In: pattern and text. Out: matches as Terraform shapes them. A pattern that Python's engine reads alike and finishes
soon is given to it; any other runs on the linear machine of :mod:`re2machine`. No pattern can take exponential time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from iacgate.lang.terraform.functions.re2machine import Machine, nullable
from iacgate.lang.terraform.functions.re2syntax import LAST, Ranges, Reader
from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.functions.text import affordable_text
from iacgate.lang.terraform.strings import normal
from iacgate.lang.terraform.types import ANY, STRING, Type
from iacgate.lang.terraform.values import Fault, List, Null
from iacgate.model import Unknown

_COST = 3_000_000
"""The most steps Python's engine may take, by the worst case of backtracking."""
_WRITTEN_AT = {"A": r"\A", "z": r"\Z", "^": r"(?m:^)", "$": r"(?m:$)", "b": r"\b", "B": r"\B"}

Search = Callable[[str, int], "tuple[int, ...] | None"]


class Pattern:
    """A compiled pattern. ``names`` are its groups' names, "" for those without."""

    def __init__(self, source: str) -> None:
        reader = Reader(source)
        self.tree = reader.read()
        self.names = reader.names
        self.loops = _loops(self.tree, inside=False)

    @property
    def type(self) -> Type:
        """The type of one match."""
        if not self.names:
            return STRING
        if any(self.names) and not all(self.names):
            raise Fault("the regular expression has groups with and without names")
        if self.names[0]:
            return Type("object", attributes=dict.fromkeys(self.names, (STRING, False, None)))
        return Type("tuple", elements=(STRING,) * len(self.names))

    def matcher(self, text: str) -> Search:
        """What searches this text, by the engine that is sure to end soon."""
        if self.loops is not None and (len(text) + 1) ** (self.loops + 1) <= _COST:
            return self._by_python()
        return Machine(self.tree, len(self.names)).search

    def _by_python(self) -> Search:
        compiled = _compiled(_written(self.tree))

        def search(text: str, start: int) -> tuple[int, ...] | None:
            found = compiled.search(text, start)
            if found is None:
                return None
            return tuple([place for span in found.regs for place in span])

        return search

    def shaped(self, text: str, spans: tuple[int, ...], kind: Type) -> Any:
        """A match: the text, or its groups as a tuple, or its named groups as an object."""
        if kind is STRING:
            return normal(text[spans[0] : spans[1]])
        groups = [
            normal(text[spans[at] : spans[at + 1]]) if spans[at] >= 0 else Null(STRING)
            for at in range(2, len(spans), 2)
        ]
        return dict(zip(self.names, groups, strict=True)) if kind.kind == "object" else groups


@lru_cache(maxsize=128)
def pattern(source: str) -> Pattern:
    """The pattern a text spells; those of a module come again and again."""
    return Pattern(source)


@lru_cache(maxsize=128)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.ASCII)


def _loops(node: Any, *, inside: bool) -> int | None:
    """How many repetitions of variable length a pattern has; ``None`` when Python might need exponential time."""
    kind = node[0]
    if kind in {"set", "at"}:
        return 0
    if kind == "cap":
        return _loops(node[2], inside=inside)
    if kind == "rep":
        _, inner, low, high, _ = node
        varies = low != high
        if (varies and inside) or (nullable(inner) and varies and high != 1):
            return None
        below = _loops(inner, inside=inside or high is None or high > 1)
        return None if below is None else below + (varies and high != 1)
    if kind == "alt" and inside and any(item[0] != "set" for item in node[1]):
        return None
    total = 0
    for item in node[1]:
        below = _loops(item, inside=inside)
        if below is None:
            return None
        total += below
    return total


def _written(node: Any) -> str:
    """The pattern for Python's engine."""
    kind = node[0]
    if kind == "set":
        return _written_set(node[1])
    if kind == "at":
        return _WRITTEN_AT[node[1]]
    if kind == "cat":
        return "".join([f"(?:{_written(item)})" if item[0] == "alt" else _written(item) for item in node[1]])
    if kind == "alt":
        return "|".join([_written(item) for item in node[1]])
    if kind == "cap":
        return f"({_written(node[2])})"
    _, inner, low, high, greedy = node
    limit = "" if high is None else str(high)
    return f"(?:{_written(inner)}){{{low},{limit}}}{'' if greedy else '?'}"


def _written_set(ranges: Ranges) -> str:
    if not ranges:
        return r"(?!)"
    if ranges == ((0, LAST),):
        return r"(?s:.)"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    return "[" + "".join([f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges]) + "]"


def _matches(found: Pattern, text: str) -> Iterator[tuple[int, ...]]:
    """All matches, as Go's ``FindAll`` finds them: no empty one right behind another."""
    search = found.matcher(text)
    at, before = 0, -1
    while at <= len(text):
        spans = search(text, at)
        if spans is None:
            return
        accepted = not (spans[1] == at and spans[0] == before)
        at = at + 1 if spans[1] == at else spans[1]
        before = spans[1]
        if accepted:
            yield spans


def _regex_type(source: Any, text: Any) -> Type:
    del text
    return ANY if isinstance(source, Unknown) else pattern(source).type


def _regex(source: str, text: str) -> Any:
    found = pattern(source)
    kind = found.type
    spans = found.matcher(text)(text, 0)
    if spans is None:
        raise Fault("the text does not match the regular expression")
    return found.shaped(text, spans, kind)


def _regexall_type(source: Any, text: Any) -> Type:
    return Type("list", _regex_type(source, text))


def _regexall(source: str, text: str) -> Any:
    found = pattern(source)
    kind = found.type
    return List([found.shaped(text, spans, kind) for spans in _matches(found, text)], kind)


def replaced(source: str, text: str, replacement: str) -> str:
    """The text with every match replaced; ``$1``, ``${1}`` and ``$name`` stand for groups."""
    found = pattern(source)
    search = found.matcher(text)
    template = _template(replacement)
    parts: list[str] = []
    end = at = length = 0
    while at <= len(text):
        spans = search(text, at)
        if spans is None:
            break
        parts.append(text[end : spans[0]])
        if spans[1] > end or spans[0] == 0:
            parts.append(_filled(template, found, text, spans))
            length += len(parts[-1])
            affordable_text(length + len(text))
        end = spans[1]
        at = max(at + 1, spans[1])
    return "".join([*parts, text[end:]])


def _template(replacement: str) -> list[tuple[str, str]]:
    """A replacement as pieces: text before, and the name of the group that follows, "" for none."""
    pieces: list[tuple[str, str]] = []
    text = ""
    at = 0
    while at < len(replacement):
        mark = replacement.find("$", at)
        if mark < 0:
            break
        text += replacement[at:mark]
        if replacement.startswith("$$", mark):
            text += "$"
            at = mark + 2
            continue
        match = re.compile(r"\$(?:(\w+)|\{(\w+)\})").match(replacement, mark)
        if match is None:
            text += "$"
            at = mark + 1
            continue
        pieces.append((text, match[1] or match[2]))
        text = ""
        at = match.end()
    return [*pieces, (text + replacement[at:], "")]


def _filled(template: list[tuple[str, str]], found: Pattern, text: str, spans: tuple[int, ...]) -> str:
    return "".join([before + _group(name, found, text, spans) for before, name in template])


def _group(name: str, found: Pattern, text: str, spans: tuple[int, ...]) -> str:
    if not name:
        return ""
    if name.isascii() and name.isdigit():
        if len(name) > 8 or (len(name) > 1 and name.startswith("0")):
            return ""
        index = int(name)
    elif name in found.names:
        index = found.names.index(name) + 1
    else:
        return ""
    if 2 * index >= len(spans) or spans[2 * index] < 0:
        return ""
    return text[spans[2 * index] : spans[2 * index + 1]]


FUNCTIONS: dict[str, Function] = {
    "regex": Function("string string -> any", _regex, _regex_type),
    "regexall": Function("string string -> any", _regexall, _regexall_type),
}
