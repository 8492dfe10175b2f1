"""Syntax room, JSON: bytes → plain Python values, and places in the text for those who ask.

In: the bytes of a file and the name reports use. Out: ``dict`` (insertion order; of repeated keys the last one counts,
as Go's decoder has it), ``list``, ``str``, ``int`` (exact), ``float``, ``bool``, ``None``. Anything else is a
:class:`~iacgate.errors.SyntaxFailure` with line, column and what was expected.

Nothing about positions is kept while parsing: :class:`Places` finds them afterwards, one container at a time, letting
the C scanner jump over what was not asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any, NamedTuple, NoReturn

from iacgate.errors import SyntaxFailure
from iacgate.model import Location, Path, index_of
from iacgate.syntax.garbage import collector_paused
from iacgate.syntax.text import Lines, decode

DEPTH = 200
"""Levels of nesting that are read. Terraform plans and Kubernetes objects stay far below."""

_EXPECTED = {  # the decoder's sentences → ours
    "Expecting value": "expected a value",
    "Expecting ',' delimiter": "expected ',' or the end of the object or list",
    "Expecting ':' delimiter": "expected ':' after the key",
    "Expecting property name enclosed in double quotes": "expected a key in double quotes",
    "Extra data": "expected the end of the file, one JSON value only",
    "Unterminated string starting at": "this string is not closed, expected '\"'",
    "Invalid control character at": "a control character in a string must be written as an escape such as \\n",
    "Invalid \\escape": 'expected one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after the backslash',
    "Invalid \\uXXXX escape": "expected four hexadecimal digits after \\u",
    "Illegal trailing comma before end of object": "expected a key in double quotes",
    "Illegal trailing comma before end of array": "expected a value",
}
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"?'
_SPACE = re.compile(r"[ \t\n\r]*")
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_ROUND = bytes.maketrans(b"[]{}", b"()()")


class _Refused(Exception):  # noqa: N818  (control flow inside this module)
    """A hook of the decoder met a number or a constant that is no JSON value we can hold."""


class Repeated(NamedTuple):
    """A key that stands twice in one object: where first, where again. The later value counts."""

    key: str
    first: Location
    again: Location


def load(data: bytes, file: str) -> Any:
    """The value of a JSON file. Raises :class:`~iacgate.errors.SyntaxFailure`.

    Integers are exact up to Python's own limit of digits (4,300), longer ones are refused; so are numbers beyond a
    double, ``NaN`` and ``Infinity``. More than :data:`DEPTH` levels are refused. An escaped half of a surrogate pair
    becomes U+FFFD. Of repeated keys the last one counts; :func:`repeated` names them.
    """
    return loads(decode(data, file), file)


def loads(text: str, file: str) -> Any:
    """As :func:`load`, for text that is decoded already."""
    _check_depth(text, file)
    if "\\ud" in text or "\\uD" in text:
        text = _mended(text)
    try:
        with collector_paused():
            return json.loads(text, parse_float=_float, parse_constant=_refuse)
    except JSONDecodeError as failure:
        raise _failure(text, file, failure) from None
    except (_Refused, ValueError):
        raise _number_failure(text, file) from None
    except RecursionError:
        raise SyntaxFailure(Location(file=file), "nested too deeply to be read") from None


def repeated(text: str, file: str) -> list[Repeated]:
    """The keys that stand more than once in an object, with both places; costs about as much as parsing."""
    suspects = _suspects(text)
    if not suspects:
        return []
    lines = Lines(text, file)
    found: list[Repeated] = []
    open_objects: list[dict[str, tuple[int, int]] | None] = []
    for match in re.finditer(rf"({_STRING})([ \t\n\r]*:)?|[\[\]{{}}]", text, re.DOTALL):
        mark = match[0]
        if mark in "{[":
            open_objects.append({} if mark == "{" else None)
        elif mark in "}]":
            if open_objects:
                open_objects.pop()
        elif match[2] and open_objects and (keys := open_objects[-1]) is not None:
            key = json.loads(match[1], strict=False)
            if key in keys:
                found.append(Repeated(key, lines.span(*keys[key]), lines.span(*match.span(1))))
            keys.setdefault(key, match.span(1))
    return found


class Places:
    """Where the values of one JSON text stand. Build it when the first place is asked for; it remembers what it saw.

    ``text`` must be what :func:`load` accepted. Columns count code points.
    """

    __slots__ = ("_lines", "_members", "_scan", "_text")

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._lines = Lines(text, file)
        self._scan = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode
        self._members: dict[int, dict[str | int, _Member]] = {}

    def __call__(self, path: Path) -> Location:
        """The place of a path: a scalar's own span, a container's key (its bracket when it has none).

        An absent path gives the nearest thing above that is there. Steps may be keyed (``"name=app"``).
        """
        member, _ = self._find(path)
        if member.key_end and self._text[member.start] in "{[":
            return self._lines.span(member.key_start, member.key_end)
        return self._lines.span(member.start, self._end(member))

    def key(self, path: Path) -> Location:
        """The place of the key itself (of the element, in a list)."""
        member, _ = self._find(path)
        if member.key_end:
            return self._lines.span(member.key_start, member.key_end)
        return self._lines.span(member.start, self._end(member))

    def value(self, path: Path) -> Location:
        """The whole value, first to last character."""
        member, _ = self._find(path)
        return self._lines.span(member.start, member.end or len(self._text.rstrip()))

    def _end(self, member: _Member) -> int:
        return member.start + 1 if self._text[member.start : member.start + 1] in ("{", "[", "") else member.end

    def _find(self, path: Path) -> tuple[_Member, int]:
        start = _skip(self._text, 0)
        member = _Member(0, 0, start, 0 if self._text[start : start + 1] in ("{", "[") else len(self._text.rstrip()))
        for depth, step in enumerate(path):
            found = self._member(member.start, step)
            if found is None:
                return member, depth
            member = found
        return member, len(path)

    def _member(self, start: int, step: str | int) -> _Member | None:
        if self._text[start] not in "{[":
            return None
        members = self._members.get(start)
        if members is None:
            members = self._members[start] = dict(self._scan_members(start))
        if self._text[start] == "[" and isinstance(step, str):
            index = index_of(json.JSONDecoder().raw_decode(self._text, start)[0], step)
            return None if index is None else members.get(index)
        return members.get(step)

    def _scan_members(self, start: int) -> Iterator[tuple[str | int, _Member]]:
        text, scan = self._text, self._scan
        position, index, is_object = _skip(text, start + 1), 0, text[start] == "{"
        while text[position] not in "}]":
            key_start = key_end = 0
            step: str | int = index
            if is_object:
                key_start = position
                step, key_end = scan(text, position)
                position = _skip(text, _skip(text, key_end) + 1)
            end = scan(text, position)[1]
            yield step, _Member(key_start, key_end, position, end)
            position = _skip(text, end)
            if text[position] == ",":
                position = _skip(text, position + 1)
            index += 1


class _Member(NamedTuple):
    key_start: int
    key_end: int
    start: int
    end: int


def locate(text: str, path: Path, file: str) -> Location:
    """The place of one path; for several, keep a :class:`Places`."""
    return Places(text, file)(path)


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Refused
    return value


def _refuse(_: str) -> NoReturn:
    raise _Refused


def _suspects(text: str) -> bool:
    """Whether any object has a repeated key, by the C parser."""
    found = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        if len({key for key, _ in pairs}) != len(pairs):
            found = True

    json.loads(text, object_pairs_hook=note, parse_int=str, parse_float=str)
    return found


def _mended(text: str) -> str:
    """``text`` with every escaped lone surrogate replaced by the escape of U+FFFD: no offset moves."""
    pair = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    lone = r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
    return re.sub(rf"{pair}|({lone})|\\.", lambda match: "\\ufffd" if match[1] else match[0], text, flags=re.DOTALL)


def _check_depth(text: str, file: str) -> None:
    """Refuse too many levels before the recursive C scanner sees them.

    What stands outside strings is reduced to brackets; then every pass of ``replace`` takes one level off all the
    innermost ones. All at the speed of C; the exact count below runs only when too much is left over.
    """
    plain = text.encode("utf-8", "surrogatepass").replace(b"\\\\", b"").replace(b'\\"', b"")
    quotes = plain.translate(_ROUND, _NOT_STRUCTURE).replace(
        b'""', b""
    )  # taking two off leaves in and out as they were
    brackets = b"".join(quotes.split(b'"')[::2])
    for level in range(DEPTH):
        if brackets.count(b"(") + level <= DEPTH:
            return
        inner = brackets.replace(b"()", b"")
        if len(inner) == len(brackets):
            break
        brackets = inner
    depth = 0
    for match in re.finditer(rf"{_STRING}|[\[{{]|([\]}}])", text, re.DOTALL):
        if match[0] in "[{":
            depth += 1
            if depth > DEPTH:
                location = Lines(text, file).span(match.start(), match.end())
                raise SyntaxFailure(location, f"nested more than {DEPTH} levels deep")
        elif match[1]:
            depth -= 1


def _failure(text: str, file: str, failure: JSONDecodeError) -> SyntaxFailure:
    position = min(failure.pos, len(text))
    if failure.msg.startswith("Illegal trailing comma"):  # Python 3.13 points at the comma, earlier ones behind it
        position = _skip(text, position + 1)
    expected = next((ours for theirs, ours in _EXPECTED.items() if failure.msg.startswith(theirs)), failure.msg)
    if not text.strip():
        expected = "the file is empty, expected a JSON value"
    elif position >= len(text.rstrip()):
        expected = f"the file ends too early: {expected}"
    elif failure.msg.startswith(("Expecting", "Illegal")):
        expected = f"{expected}, found {text[position]!r}"
    return SyntaxFailure(Lines(text, file).span(position, position + 1), expected, _hint(text, position))


def _hint(text: str, position: int) -> str:
    if text.startswith(("'", "//", "/*", "#"), position):
        return "JSON has no comments, and strings stand in double quotes"
    before = text[:position].rstrip()
    if text[position : position + 1] in ("}", "]") and before.endswith(","):
        return "remove the comma before it"
    return ""


def _number_failure(text: str, file: str) -> SyntaxFailure:
    """The first number or constant that :func:`load` refuses: hooks of the decoder are not told where they are."""
    for match in re.finditer(rf"{_STRING}|(-?Infinity|NaN)|(-?\d[\d.eE+-]*)", text, re.DOTALL):
        if match[1]:
            return SyntaxFailure(Lines(text, file).span(*match.span()), f"expected a value, {match[1]} is no JSON")
        if match[2] and not _holds(match[2]):
            location = Lines(text, file).span(*match.span())
            return SyntaxFailure(location, f"a number of {len(match[2])} characters is out of range")
    return SyntaxFailure(Location(file=file), "a number is out of range")


def _holds(number: str) -> bool:
    try:
        if number.lstrip("-").isdigit():
            int(number)
        else:
            _float(number)
    except (_Refused, ValueError):
        return False
    return True
