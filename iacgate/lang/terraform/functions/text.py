"""Terraform's string functions. In: values that fit the signatures below. Out: strings and lists of them."""

from __future__ import annotations

import re
from typing import Any

from iacgate.lang.terraform.functions import graphemes
from iacgate.lang.terraform.functions.signature import Function, unknown_result
from iacgate.lang.terraform.numbers import whole
from iacgate.lang.terraform.strings import joined, normal, safe_prefix
from iacgate.lang.terraform.types import BOOL, STRING, to_string
from iacgate.lang.terraform.values import LONGEST_TEXT, Exhausted, Fault, List, Text, Typed, is_null
from iacgate.model import Unknown

_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""White space as Go sees it; Python's own notion also has four control characters."""


def small(value: Any) -> int:
    """A whole number that fits 64 bits."""
    found = whole(value)
    if abs(found) >= 1 << 63:
        raise Fault("the number is too large")
    return found


def affordable_text(length: int) -> None:
    """Raise :class:`Exhausted` when a text of this length is longer than an expression may build."""
    if length > LONGEST_TEXT:
        raise Exhausted("the string is longer than 10 MiB")


def _strings(items: list[str]) -> Any:
    affordable_text(len(items) * 16)
    return List([normal(item) for item in items], STRING)


def _chomp(text: str) -> str:
    return re.sub(r"(?:\r\n?|\n)*\Z", "", text[-LONGEST_TEXT:]) if text.endswith(("\r", "\n")) else text


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else normal("".join([_single(item, item.upper()) for item in text]))


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else normal("".join([_single(item, item.lower()) for item in text]))


_OWN_CASE = {"\u0130": "i"}
"""Letters whose one-letter form Python does not give: Go lowers the Turkish dotted capital to a plain one."""


def _single(character: str, changed: str) -> str:
    """Go changes case character by character: ``ß`` has no upper case of one character and stays."""
    if len(changed) == 1:
        return changed
    return _OWN_CASE.get(character, character)


def _title(text: str) -> str:
    """The first letter after anything that separates words, in title case."""
    made: list[str] = []
    inside = False
    for character in text:
        made.append(character if inside else _single(character, character.title()))
        inside = not _separates(character)
    return normal("".join(made))


def _separates(character: str) -> bool:
    if character.isascii():
        return not (character.isalnum() or character == "_")
    if character.isalpha() or character.isnumeric():
        return False
    return character in _SPACE


def _strrev(text: str) -> str:
    return normal("".join(reversed(graphemes.split(text))))


def _substr(text: str, offset: Any, length: Any) -> str:
    start, size = small(offset), small(length)
    clusters = graphemes.split(text)
    if start < 0:
        start += len(clusters)
    elif size == 0:
        return ""
    start = max(0, start)
    end = len(clusters) if size <= 0 else start + size
    if size == 0 and start < len(clusters):  # a negative offset with no length: the library takes the rest
        end = len(clusters)
    return normal("".join(clusters[start:end]))


def _split(separator: str, text: str) -> Any:
    return _strings(text.split(separator) if separator else list(text))


def _join(separator: str, *lists: Any) -> Any:
    if not lists:
        raise Fault("join needs a list")
    parts: list[Any] = []
    for items in lists:
        for item in items:
            if is_null(item):
                raise Fault("join needs elements that are not null")
            if parts:
                parts.append(separator)
            parts.append(item if isinstance(item, Unknown) else to_string(item))
    return joined(parts)


def _replace(text: str, search: str, replacement: str) -> str:
    if len(search) > 1 and search.startswith("/") and search.endswith("/"):
        from iacgate.lang.terraform.functions.matching import replaced

        return normal(replaced(search[1:-1], text, replacement))
    times = text.count(search)
    affordable_text(len(text) + times * (len(replacement) - len(search)))
    return normal(text.replace(search, replacement))


def _startswith(text: Any, prefix: str) -> Any:
    if not isinstance(text, Unknown):
        return text.startswith(prefix)
    known = safe_prefix(text.prefix)
    if known.startswith(prefix):
        return True
    if known and not prefix.startswith(known):
        return False
    return unknown_result(BOOL, text)


def _endswith(text: Any, suffix: str) -> Any:
    """Terraform does not know the ends of strings with holes; here they are known, and telling them is no guess."""
    if not isinstance(text, Unknown):
        return text.endswith(suffix)
    if text.suffix.endswith(suffix):
        return True
    return unknown_result(BOOL, text) if not isinstance(text, Text) or suffix.endswith(text.suffix) else False


def _strcontains(text: Any, part: str) -> Any:
    if not isinstance(text, Unknown):
        return part in text
    stretches = text.parts if isinstance(text, Text) else []
    if any(isinstance(stretch, str) and part in stretch for stretch in stretches):
        return True
    return Typed(BOOL, text.reason)


def _indent(spaces: Any, text: str) -> str:
    width = small(spaces)
    if width < 0:
        raise Fault("indent needs a number that is not negative")
    affordable_text(len(text) + width * text.count("\n"))
    return text.replace("\n", "\n" + " " * width)


def _trim(text: str, cut: str) -> str:
    return normal(text.strip(cut)) if cut else text


FUNCTIONS: dict[str, Function] = {
    "chomp": Function("string -> string", _chomp),
    "endswith": Function("string~ string -> bool", _endswith),
    "indent": Function("number string -> string", _indent),
    "join": Function("string strings* -> string", _join),
    "lower": Function("string -> string", _lower),
    "replace": Function("string string string -> string", _replace),
    "split": Function("string string -> strings", _split),
    "startswith": Function("string~ string -> bool", _startswith),
    "strcontains": Function("string~ string -> bool", _strcontains),
    "strrev": Function("string^ -> string", _strrev),
    "substr": Function("string^ number^ number^ -> string", _substr),
    "title": Function("string -> string", _title),
    "trim": Function("string string -> string", _trim),
    "trimprefix": Function("string string -> string", lambda text, prefix: normal(text.removeprefix(prefix))),
    "trimspace": Function("string -> string", lambda text: normal(text.strip(_SPACE))),
    "trimsuffix": Function("string string -> string", lambda text, suffix: text.removesuffix(suffix)),
    "upper": Function("string -> string", _upper),
}
