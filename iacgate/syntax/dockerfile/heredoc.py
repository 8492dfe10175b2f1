"""Here-documents that an instruction line announces. Part of ``syntax``.

``<<NAME``, ``<<-NAME``, ``3<<NAME`` as a word of its own; a quoted name means that nothing in the body is expanded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from iacgate.syntax.dockerfile.words import split_words

_MARK = r"(?s)(\d*)<<(-?)(?!<)([^<]+)\Z"
_QUOTED = r"""(?s)\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*+)"|(['"])"""


class Announced(NamedTuple):
    """A here-document that was announced: its body stands below."""

    name: str
    expand: bool
    chomp: bool
    descriptor: int


class BadName(ValueError):  # noqa: N818  (the reader turns it into a syntax failure)
    """The quotes of a here-document's name do not match. The argument is the word's offset."""


def announced(line: str) -> list[Announced]:
    """The here-documents of a logical line, in order. Raises :class:`BadName`."""
    if "<<" not in line:
        return []
    found = []
    for word in split_words(line, 0, "\\"):
        here = of_word(word.text, word.start)
        if here is not None:
            found.append(here)
    return found


def of_word(word: str, offset: int = 0) -> Announced | None:
    """The here-document that a word announces, if it does."""
    match = re.match(_MARK, word)
    if match is None:
        return None
    descriptor, dash, raw = match.groups()
    name, quoted = _name(raw.strip(), offset)
    if not name or len(split_words(raw, 0, "\\")) != 1:
        return None
    return Announced(name, not quoted, dash == "-", int(descriptor[:9]) if descriptor else 0)


def _name(raw: str, offset: int) -> tuple[str, bool]:
    quoted = False

    def plain(match: re.Match[str]) -> str:
        nonlocal quoted
        escaped, single, double, lone = match.groups()
        if lone is not None:
            raise BadName(offset)
        if escaped is not None:
            return str(escaped)
        quoted = True
        return single if single is not None else re.sub(r'\\(["$\\])', r"\1", double)

    return re.sub(_QUOTED, plain, raw), quoted
