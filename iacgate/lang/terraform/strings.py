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


def joined(parts: list[Any]) -> Any:
    """Stretches of text and holes as one string, or as :class:`Text` when there is a hole."""
    length = 0
    merged: list[Any] = []
    for part in _flat(parts):
        if isinstance(part, str):
            length += len(part)
            if length > LONGEST_TEXT:
                raise Exhausted("the string is longer than 10 MiB")
            if merged and isinstance(merged[-1], str):
                merged[-1] += part
                continue
            if not part:
                continue
        merged.append(part)
        if len(merged) > MOST_HOLES:
            return Unknown(next(item for item in merged if isinstance(item, Unknown)).reason)
    if not merged:
        return ""
    if len(merged) == 1 and isinstance(merged[0], str):
        return merged[0] if merged[0].isascii() else unicodedata.normalize("NFC", merged[0])
    return Text(merged)


def _flat(parts: list[Any]) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, Text):
            yield from part.parts
        else:
            yield part
