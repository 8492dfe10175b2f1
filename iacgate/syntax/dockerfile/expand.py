r"""Quotes, escapes and ``$variables`` in a Dockerfile word, the way BuildKit resolves them.

Part of ``syntax``. Forms: ``$V``, ``${V}``, ``${V:-word}``, ``${V-word}``, ``${V:+word}``, ``${V+word}``,
``${V:?word}``, ``${V?word}``, ``${V#pattern}``, ``${V##pattern}``, ``${V%pattern}``, ``${V%%pattern}``,
``${V/pattern/text}``, ``${V//pattern/text}``. What a variable holds is asked of a callable: text, ``None`` for unset,
or :class:`~iacgate.model.Unknown`, which makes the whole word unknown and keeps the known text around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NoReturn

from iacgate.model import Unknown

Lookup = Callable[[str], str | Unknown | None]
"""The value of a variable, ``None`` when it is not set."""

Part = tuple[str | Unknown, bool]
"""A piece of the result and whether blanks in it split words (unquoted variables do)."""

MAX_DEPTH = 40
MAX_LENGTH = 65_536
MAX_MATCHED = 2_048
MAX_STARS = 2

_SPECIAL = re.compile(r"""[$'"\\`]""")
_NAME = re.compile(r"\d+|[@*#?\-$!]|[^\W\d]\w*")


class Unset(Unknown):
    """A build argument without default: not known, and unset unless the build gives it (``${V:-word}`` is word)."""

    __slots__ = ()


class _Broken(Exception):  # noqa: N818  (a way out of the recursion, never seen outside)
    """The word cannot be resolved; the argument says why."""


def expand(word: str, lookup: Lookup, escape: str = "\\") -> str | Unknown:
    """The value of a word: quotes off, escapes resolved, variables in. Unknown when it cannot be resolved."""
    if not _SPECIAL.search(word):
        return word
    try:
        return _joined(value for value, _ in _Reader(word, lookup, escape).parts("", raw=False))
    except _Broken as problem:
        return Unknown(str(problem))


def expand_words(word: str, lookup: Lookup, escape: str = "\\") -> list[str | Unknown]:
    """The words that one word becomes: an unquoted variable may hold several (EXPOSE, COPY)."""
    if not _SPECIAL.search(word):
        return [word] if word else []
    try:
        parts = _Reader(word, lookup, escape).parts("", raw=False)
    except _Broken as problem:
        return [Unknown(str(problem))]
    return list(_split(parts))


def _split(parts: list[Part]) -> Iterator[str | Unknown]:
    current: list[str | Unknown] = []
    for value, splits in parts:
        if isinstance(value, Unknown) or not splits:
            current.append(value)
            continue
        for index, piece in enumerate(re.split(r"(\s+)", value)):
            if index % 2 == 0:
                current.extend([piece] if piece else [])
            elif current:
                yield _joined(current)
                current = []
    if any(isinstance(piece, Unknown) or piece for piece in current):
        yield _joined(current)


def _joined(parts: Iterator[str | Unknown] | list[str | Unknown]) -> str | Unknown:
    """The text of all parts; unknown with its known ends when a part is unknown."""
    pieces = list(parts)
    if sum(len(piece) for piece in pieces if isinstance(piece, str)) > MAX_LENGTH:
        _fail("the value is too long to follow")
    holes = [index for index, piece in enumerate(pieces) if isinstance(piece, Unknown)]
    if not holes:
        return "".join(str(piece) for piece in pieces)
    first, last = pieces[holes[0]], pieces[holes[-1]]
    if not isinstance(first, Unknown) or not isinstance(last, Unknown):  # pragma: no cover  (holes are unknown)
        raise TypeError
    prefix = "".join(str(piece) for piece in pieces[: holes[0]]) + first.prefix
    suffix = last.suffix + "".join(str(piece) for piece in pieces[holes[-1] + 1 :])
    return Unknown(first.reason, ref=first.ref, prefix=prefix, suffix=suffix)


class _Reader:
    """One pass over a word."""

    __slots__ = ("at", "depth", "escape", "lookup", "text")

    def __init__(self, text: str, lookup: Lookup, escape: str) -> None:
        self.text = text
        self.lookup = lookup
        self.escape = escape
        self.at = 0
        self.depth = 0

    def parts(self, stop: str, *, raw: bool) -> list[Part]:
        """The pieces up to ``stop`` (which is consumed) or the end. ``raw`` keeps escape characters, for patterns."""
        out: list[Part] = []
        plain: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == stop:
                self.at += 1
                break
            if character == "$":
                _flush(plain, out, splits=True)
                out.append((self._dollar(), True))
            elif character in "'\"":
                _flush(plain, out, splits=True)
                out.append((self._quoted(character, raw=raw), False))
            elif character == self.escape:
                _flush(plain, out, splits=True)
                out.append((self._escaped(raw=raw), False))
            else:
                plain.append(character)
                self.at += 1
        else:
            if stop:
                _fail(f'a "{stop}" is missing in a substitution')
        _flush(plain, out, splits=True)
        return out

    def _escaped(self, *, raw: bool) -> str:
        start = self.at
        self.at += 2
        return self.text[start : self.at] if raw else self.text[start + 1 : self.at]

    def _quoted(self, quote: str, *, raw: bool) -> str | Unknown:
        self.at += 1
        if quote == "'":
            end = self.text.find("'", self.at)
            if end < 0:
                _fail("a single quote is not closed")
            text, self.at = self.text[self.at : end], end + 1
            return text
        return self._double(raw=raw)

    def _double(self, *, raw: bool) -> str | Unknown:
        out: list[str | Unknown] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                return _joined(out)
            if character == "$":
                out.append(self._dollar())
                continue
            self.at += 1
            if character == self.escape:
                following = self.text[self.at : self.at + 1]
                if raw or following not in ('"', "$", self.escape):
                    out.append(character)
                    continue
                self.at += 1
                character = following
            out.append(character)
        raise _Broken("a double quote is not closed")

    def _dollar(self) -> str | Unknown:
        self.at += 1
        if self.text[self.at : self.at + 1] != "{":
            name = self._name()
            return self._value(name) if name else "$"
        self.at += 1
        name = self._name()
        if not name:
            _fail("a substitution names no variable")
        return self._braces(name)

    def _name(self) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def _value(self, name: str) -> str | Unknown:
        value = self.lookup(name)
        return "" if value is None else value

    def _braces(self, name: str) -> str | Unknown:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            _fail("the substitution is nested too deep to follow")
        operator = self.text[self.at : self.at + 1]
        self.at += 1
        empty_is_unset = operator == ":"
        if empty_is_unset:
            operator = self.text[self.at : self.at + 1]
            self.at += 1
        if operator == "}" and not empty_is_unset:
            result = self._value(name)
        elif operator and operator in "-+?":
            result = self._conditional(name, operator, empty_is_unset=empty_is_unset)
        elif operator and operator in "#%" and not empty_is_unset:
            result = self._trimmed(name, operator)
        elif operator == "/" and not empty_is_unset:
            result = self._replaced(name)
        else:
            _fail(f'"{name}" is substituted in a way that Dockerfiles do not know')
        self.depth -= 1
        return result

    def _conditional(self, name: str, operator: str, *, empty_is_unset: bool) -> str | Unknown:
        word = _joined(value for value, _ in self.parts("}", raw=False))
        value = self.lookup(name)
        if isinstance(value, Unknown):
            return word if operator == "-" and isinstance(value, Unset) else Unknown(value.reason)
        missing = value is None or (empty_is_unset and value == "")
        if operator == "-":
            return word if missing or value is None else value
        if operator == "+":
            return "" if missing else word
        if missing or value is None:
            _fail(f'"{name}" has to be set: the build stops without it')
        return value

    def _trimmed(self, name: str, operator: str) -> str | Unknown:
        pattern = _joined(value for value, _ in self.parts("}", raw=True))
        value = self._value(name)
        if isinstance(value, Unknown) or isinstance(pattern, Unknown):
            return Unknown(value.reason if isinstance(value, Unknown) else "the pattern is not known")
        greedy = pattern.startswith(operator)
        if operator == "#":
            return _without_prefix(pattern[greedy:], value, greedy=greedy)
        return _without_suffix(pattern[greedy:], value, greedy=greedy)

    def _replaced(self, name: str) -> str | Unknown:
        everywhere = self.text[self.at : self.at + 1] == "/"
        self.at += everywhere
        pattern = _joined(value for value, _ in self.parts("/", raw=True))
        replacement = _joined(value for value, _ in self.parts("}", raw=True))
        value = self._value(name)
        for piece in (value, pattern, replacement):
            if isinstance(piece, Unknown):
                return Unknown(piece.reason)
        wanted = _pattern(_units(str(pattern)), str(value), greedy=True)
        return wanted.sub(lambda _: str(replacement), str(value), count=0 if everywhere else 1)


def _flush(plain: list[str], out: list[Part], *, splits: bool) -> None:
    if plain:
        out.append(("".join(plain), splits))
        plain.clear()


def _fail(reason: str) -> NoReturn:
    raise _Broken(reason)


def _without_prefix(pattern: str, value: str, *, greedy: bool) -> str:
    match = _pattern(_units(pattern), value, greedy=greedy).match(value)
    return value[match.end() :] if match else value


def _without_suffix(pattern: str, value: str, *, greedy: bool) -> str:
    """The same from the other end: pattern and value are read backwards."""
    match = _pattern(_units(pattern)[::-1], value, greedy=greedy).match(value[::-1])
    return value[: len(value) - match.end()] if match else value


def _units(pattern: str) -> list[str]:
    r"""A shell pattern as pieces of a regular expression: ``*``, ``?``, ``\`` before a character that is meant."""
    out: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character in "*?":
            out.append(character)
        else:
            out.append(re.escape(next(characters, "") if character == "\\" else character))
    return out


def _pattern(units: list[str], value: str, *, greedy: bool) -> re.Pattern[str]:
    if len(value) > MAX_MATCHED or len(units) > MAX_MATCHED or units.count("*") > MAX_STARS:
        _fail("the pattern is too long to follow")
    wild = {"*": ".*" if greedy else ".*?", "?": "."}
    return re.compile("".join(wild.get(unit, unit) for unit in units), re.DOTALL)
