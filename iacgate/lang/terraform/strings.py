"""Strings put together from known stretches and holes. In: parts. Out: a string, or a :class:`Text` that knows its
holes.

Room: ``lang``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from iacgate.lang.terraform.values import LONGEST_TEXT, Exhausted, Text
from iacgate.model import Unknown

MOST_HOLES = 1000
"""The most stretches a string with holes remembers; one with more is just unknown."""
_ENDS_ALONE = frozenset("-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'")
"""Characters that nothing after them can change into another one. Source: go-cty, ``ctystrings.SafeKnownPrefix``."""
_LONGEST_PREFIX = 128
_SHORT = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


def normal(text: str) -> str:
    """Text in the normal form (NFC) that every string of Terraform has."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def joined(parts: list[Any]) -> Any:
    """Stretches of text and holes as one string, or as :class:`Text` when there is a hole."""
    length = 0
    stretches: list[str] = []
    merged: list[Any] = []
    for part in _flat(parts):
        if isinstance(part, str):
            length += len(part)
            if length > LONGEST_TEXT:
                raise Exhausted("the string is longer than 10 MiB")
            stretches.append(part)
            continue
        if any(stretches):
            merged.append("".join(stretches))
        stretches = []
        merged.append(part)
        if len(merged) > MOST_HOLES:
            return Unknown(next(item for item in merged if isinstance(item, Unknown)).reason, present=True)
    if any(stretches):
        merged.append("".join(stretches))
    if not merged:
        return ""
    return normal(merged[0]) if len(merged) == 1 and isinstance(merged[0], str) else Text(merged)


def _flat(parts: list[Any]) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, Text):
            yield from part.parts
        else:
            yield part


def safe_prefix(prefix: str) -> str:
    """The part of a known beginning that stays as it is whatever comes after: an accent may change a last letter."""
    cut = len(prefix.encode("utf-8", "surrogatepass")[:_LONGEST_PREFIX].decode("utf-8", "ignore"))
    prefix = normal(prefix[:cut])
    if not prefix or prefix[-1] in _ENDS_ALONE:
        return prefix
    end = len(prefix) - 1
    while end and (unicodedata.combining(prefix[end]) or not prefix[end].isascii()):
        end -= 1
    return prefix[:end]


def quoted(text: str) -> str:
    """Text in double quotes as Go's ``%q`` writes it."""
    return '"' + "".join([_SHORT.get(character) or _escaped(character) for character in text]) + '"'


def _escaped(character: str) -> str:
    code = ord(character)
    if character.isprintable():
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
