"""Terraform's string functions. In: known values. Out: strings and lists of them; ``Fault`` where Terraform refuses."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from iacgate.lang.terraform.functions.encoding import json_text
from iacgate.lang.terraform.functions.pattern import Pattern
from iacgate.lang.terraform.strings import joined
from iacgate.lang.terraform.types import to_bool, to_number, to_string
from iacgate.lang.terraform.values import (
    LONGEST_TEXT,
    Exhausted,
    Fault,
    List,
    Text,
    bare,
    has_secret,
    secret,
    unknown_from,
)
from iacgate.model import Unknown


def graphemes(text: str) -> int:
    """How many characters a reader counts. Raises ``Exhausted`` for scripts where that needs tables."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    for character in text:
        code = ord(character)
        if (
            code > 0x2FFF
            or 0x300 <= code <= 0x36F
            or 0x590 <= code <= 0x1FFF
            or unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf"}
        ):
            raise Exhausted("counting the characters of this script is not supported")
    return len(text) - text.count("\r\n")


def whole(value: Any) -> int:
    """A number that must be whole."""
    found = to_number(value)
    if type(found) is not int:
        raise Fault("a whole number is needed")
    return found


def _chomp(text: Any) -> str:
    return to_string(text).rstrip("\r\n")


def _upper(text: Any) -> str:
    return "".join([_single(character, character.upper()) for character in to_string(text)])


def _lower(text: Any) -> str:
    return "".join([_single(character, character.lower()) for character in to_string(text)])


def _single(character: str, changed: str) -> str:
    """Go changes case character by character: ``ß`` has no upper case of one character and stays."""
    return changed if len(changed) == 1 else character


def _title(text: Any) -> str:
    return re.sub(r"(?<![^\W]|['\u2019])[^\W\d_]", lambda match: _single(match[0], match[0].upper()), to_string(text))


def _substr(text: Any, offset: Any, length: Any) -> str:
    value, start, count = to_string(text), whole(offset), whole(length)
    size = graphemes(value)
    if size != len(value):
        raise Exhausted("counting the characters of this script is not supported")
    if start < 0:
        start = max(0, start + size)
    return value[start:] if count < 0 else value[start : start + count]


def _split(separator: Any, text: Any) -> Any:
    mark, value = to_string(separator), to_string(text)
    return List(value.split(mark) if mark else list(value))


def _join(separator: Any, *lists: Any) -> Any:
    if isinstance(separator, Unknown):
        return unknown_from(separator)
    parts: list[Any] = []
    marked = any(has_secret(items) for items in lists)
    for items in lists:
        if isinstance(items, Unknown):
            return unknown_from(items)
        if not isinstance(items, list):
            raise Fault("join needs lists")
        for item in bare(items):
            if parts:
                parts.append(to_string(separator))
            if item is None:
                raise Fault("join needs elements that are not null")
            parts.append(item if isinstance(item, Unknown) else to_string(item))
    value = joined(parts)
    return secret(value) if marked else value


def _replace(text: Any, search: Any, replacement: Any) -> str:
    value, wanted, new = to_string(text), to_string(search), to_string(replacement)
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        return Pattern(wanted[1:-1]).replace(value, new)
    if value.count(wanted) * len(new) > LONGEST_TEXT:
        raise Exhausted("the string is longer than 10 MiB")
    return value.replace(wanted, new)


def _regex(pattern: Any, text: Any) -> Any:
    return Pattern(to_string(pattern)).first(to_string(text))


def _regexall(pattern: Any, text: Any) -> Any:
    return List(Pattern(to_string(pattern)).all(to_string(text)))


def _startswith(text: Any, prefix: Any) -> Any:
    return _has_end(text, prefix, "prefix")


def _endswith(text: Any, suffix: Any) -> Any:
    return _has_end(text, suffix, "suffix")


def _has_end(text: Any, wanted: Any, end: str) -> Any:
    if isinstance(wanted, Unknown):
        return unknown_from(wanted)
    affix = to_string(wanted)
    test = str.startswith if end == "prefix" else str.endswith
    if not isinstance(text, Unknown):
        return test(to_string(text), affix)
    known: str = text.prefix if end == "prefix" else text.suffix
    if test(known, affix):
        return True
    return unknown_from(text) if not isinstance(text, Text) or test(affix, known) else False


def _indent(spaces: Any, text: Any) -> str:
    count, value = whole(spaces), to_string(text)
    if count * value.count("\n") > LONGEST_TEXT:
        raise Exhausted("the string is longer than 10 MiB")
    return value.replace("\n", "\n" + " " * count)


def _trim(text: Any, cut: Any) -> str:
    characters = to_string(cut)
    return to_string(text).strip(characters) if characters else to_string(text)


_VERB = re.compile(
    r"%(?:%|(?P<flags>[-+ 0#]*)(?P<width>\d{1,4})?(?:\.(?P<digits>\d{1,3}))?"
    r"(?:\[(?P<index>\d{1,3})\])?(?P<verb>[a-zA-Z]))"
)


def _format(pattern: Any, *arguments: Any) -> Any:
    if isinstance(pattern, Unknown):
        return unknown_from(pattern)
    marked = any(has_secret(argument) for argument in arguments)
    parts = _formatted(to_string(pattern), [bare(argument) for argument in arguments])
    value = joined(parts)
    return secret(value) if marked else value


def _formatted(pattern: str, arguments: list[Any]) -> list[Any]:
    parts: list[Any] = []
    at = used = highest = 0
    for match in _VERB.finditer(pattern):
        parts.append(pattern[at : match.start()])
        at = match.end()
        if match["verb"] is None:
            parts.append("%")
            continue
        used = int(match["index"]) if match["index"] else used + 1
        highest = max(highest, used)
        if not 0 < used <= len(arguments):
            raise Fault(f"format has no argument for {match[0]}")
        parts.append(_verb(match, arguments[used - 1]))
    parts.append(pattern[at:])
    if any(isinstance(part, str) and "%" in part and part != "%" for part in parts):
        _refuse_stray(pattern)
    if highest < len(arguments):
        raise Fault("format has more arguments than verbs")
    return parts


def _refuse_stray(pattern: str) -> None:
    if "%" in _VERB.sub("", pattern):
        raise Exhausted("format has a verb that is not evaluated here")


def _verb(match: re.Match[str], argument: Any) -> Any:
    if isinstance(argument, Unknown):
        return argument if match["width"] is None and match["verb"] in {"s", "v"} else unknown_from(argument)
    if argument is None:
        raise Exhausted("format of null is not evaluated here")
    flags, verb = match["flags"], match["verb"]
    text = _spelled(verb, argument, flags, match["digits"])
    width = int(match["width"] or 0)
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and verb in {"d", "f", "b", "o", "x", "X"}:
        return text.zfill(width)
    return text.rjust(width)


def _spelled(verb: str, argument: Any, flags: str, digits: str | None) -> str:
    if verb == "v":
        return _as_is(argument, flags)
    if verb in {"s", "q"}:
        if isinstance(argument, list | dict):
            raise Fault(f"format needs a string for %{verb}")
        text = to_string(argument)
        text = text if digits is None else text[: int(digits)]
        return json_text(text) if verb == "q" else text
    if verb == "t":
        return "true" if to_bool(argument) else "false"
    if verb in {"d", "b", "o", "x", "X"}:
        return _signed(format(whole(argument), verb), flags)
    if verb == "f":
        return _signed(format(_decimal(argument), f".{digits or 6}f"), flags)
    if verb in {"e", "E"}:
        return _signed(format(float(_decimal(argument)), f".{digits or 6}{verb}"), flags)
    raise Exhausted(f"the verb %{verb} is not evaluated here")


def _as_is(argument: Any, flags: str) -> str:
    if "#" in flags or isinstance(argument, list | dict):
        return json_text(argument)
    return to_string(argument)


def _decimal(argument: Any) -> Any:
    from decimal import Decimal

    return Decimal(to_number(argument))


def _signed(text: str, flags: str) -> str:
    if text.startswith("-"):
        return text
    return "+" + text if "+" in flags else " " + text if " " in flags else text


def _formatlist(pattern: Any, *arguments: Any) -> Any:
    sizes = {len(argument) for argument in arguments if isinstance(argument, list)}
    if len(sizes) > 1:
        raise Fault("formatlist needs lists of one length")
    rows = sizes.pop() if sizes else 1
    made = [
        joined(_formatted(to_string(pattern), [item[row] if isinstance(item, list) else item for item in arguments]))
        for row in range(rows)
    ]
    return List(made)


FUNCTIONS: dict[str, Any] = {
    "chomp": _chomp,
    "endswith": _endswith,
    "format": _format,
    "formatlist": _formatlist,
    "indent": _indent,
    "join": _join,
    "lower": _lower,
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "split": _split,
    "startswith": _startswith,
    "strcontains": lambda text, part: to_string(part) in to_string(text),
    "strrev": lambda text: to_string(text)[::-1] if graphemes(to_string(text)) == len(to_string(text)) else None,
    "substr": _substr,
    "title": _title,
    "trim": _trim,
    "trimprefix": lambda text, prefix: to_string(text).removeprefix(to_string(prefix)),
    "trimspace": lambda text: to_string(text).strip(),
    "trimsuffix": lambda text, suffix: to_string(text).removesuffix(to_string(suffix)),
    "upper": _upper,
}
