"""A logical line to keyword, flags and arguments, by BuildKit's rules for each instruction.

Part of ``syntax``. Nothing here expands variables or takes quotes off arguments: that is :mod:`.expand`.
Patterns are atomic, so no text makes them backtrack.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from iacgate.syntax.dockerfile.lines import SPACE
from iacgate.syntax.dockerfile.tree import Flag, Pair, Word

_FLAG = re.compile(
    rf"""--(?>(?:[^{SPACE}'"\\]+|\\.|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|'(?:[^'\\]|\\.)*+(?:'|\\?\Z)|\\\Z)*)""", re.DOTALL
)
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_FIELD = re.compile(r"[^\t\v\f\r ]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')


class NotStrings(ValueError):  # noqa: N818  (the reader turns it into a syntax failure)
    """A JSON array whose elements are not all strings: BuildKit refuses it and does not fall back to shell form."""


def split_keyword(text: str, start: int = 0) -> tuple[Word, int]:
    """The keyword that begins at ``start``, and where what follows it begins."""
    blank = _BLANKS.search(text, start)
    if blank is None:
        end = len(text.rstrip(SPACE))
        return Word(text[start:end], start, end), len(text)
    return Word(text[start : blank.start()], start, blank.start()), blank.end()


def split_flags(text: str, start: int) -> tuple[tuple[Flag, ...], Word]:
    """The flags that come first, and the rest, trimmed. ``--`` ends the flags."""
    flags: list[Flag] = []
    while True:
        start = _skip_space(text, start)
        match = _FLAG.match(text, start)
        if match is None:
            break
        start = match.end()
        if match.end() - match.start() == 2:
            start = _skip_space(text, start)
            break
        flags.append(_flag(match))
    rest = text[start:].rstrip(SPACE)
    return tuple(flags), Word(rest, start, start + len(rest))


def split_words(text: str, base: int, escape: str) -> tuple[Word, ...]:
    """Words by quotes and escapes, both kept. ``base`` is added to the offsets."""
    words = []
    for match in _word(escape).finditer(text):
        word = match[0]
        if match.end() == len(text) and word.endswith(escape) and _odd_tail(word, escape):
            word = word[:-1]
        if word:
            words.append(Word(word, base + match.start(), base + match.start() + len(word)))
    return tuple(words)


def split_fields(text: str, base: int) -> tuple[Word, ...]:
    """Words by blanks alone, as FROM, EXPOSE, COPY, ADD and VOLUME have them."""
    return tuple(Word(m[0], base + m.start(), base + m.end()) for m in _FIELD.finditer(text))


def split_pairs(text: str, base: int, escape: str) -> tuple[Pair, ...] | Word:
    """The pairs of ENV or LABEL; a lone word where ``=`` is missing, which is then to blame."""
    words = split_words(text, base, escape)
    if not words:
        return ()
    if "=" not in words[0].text:
        return _old_pair(text, base, words[0])
    if bad := next((word for word in words if "=" not in word.text), None):
        return bad
    return tuple(pair_of(word) for word in words)


def pair_of(word: Word) -> Pair:
    """``key=value`` or a bare key, cut at the first ``=``."""
    key, separator, value = word.text.partition("=")
    cut = word.start + len(key)
    return Pair(Word(key, word.start, cut), Word(value, cut + 1, word.end) if separator else None, separator)


def split_json(text: str, base: int) -> tuple[Word, ...] | None:
    """The strings of a JSON array; ``None`` for anything that is no JSON array. Raises :class:`NotStrings`."""
    body = text.lstrip(SPACE)
    if not body.startswith("["):
        return None
    try:
        items = json.loads(body, parse_constant=_no_constant)
    except RecursionError as error:
        raise NotStrings from error
    except ValueError:
        return None
    if not all(isinstance(item, str) for item in items):
        raise NotStrings
    base += len(text) - len(body)
    return tuple(
        Word(_clean(item), base + match.start(), base + match.end())
        for item, match in zip(items, _STRING.finditer(body), strict=True)
    )


def _old_pair(text: str, base: int, first: Word) -> tuple[Pair, ...] | Word:
    blank = _BLANKS.search(text)
    if blank is None:
        return first
    key = Word(text[: blank.start()], base, base + blank.start())
    return (Pair(key, Word(text[blank.end() :], base + blank.end(), base + len(text)), ""),)


def _flag(match: re.Match[str]) -> Flag:
    text = match[0]
    if '"' in text or "'" in text or "\\" in text:
        text = _unquote(text)
    name, separator, value = text[2:].partition("=")
    return Flag(name, value if separator else None, match.start(), match.end())


def _unquote(text: str) -> str:
    """Quotes off and escapes resolved, the way flags are read: the escape is always a backslash, in both quotes."""
    out: list[str] = []
    quote = ""
    characters = iter(text)
    for character in characters:
        if character == "\\":
            out.append(next(characters, ""))
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        else:
            out.append(character)
    return "".join(out)


@lru_cache(maxsize=2)
def _word(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    plain, double = rf"[^{SPACE}'\"{mark}]+", rf'"(?:[^"{mark}]|{mark}.)*+(?:"|{mark}?\Z)'
    return re.compile(rf"(?>(?:{plain}|{mark}.|{double}|'[^']*+(?:'|\Z)|{mark}\Z)+)", re.DOTALL)


def _odd_tail(word: str, escape: str) -> bool:
    return (len(word) - len(word.rstrip(escape))) % 2 == 1


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start] in SPACE:
        start += 1
    return start


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _clean(text: str) -> str:
    """Lone surrogates, which JSON can spell and UTF-8 cannot, become U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
