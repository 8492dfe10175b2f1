"""Part of the outputs room: JSON text that people can read and grep, quickly written and the same to the byte.

A value and a template of what to unfold come in; what the template does not name stays on one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Template = dict[str, Any] | list[Any] | None
"""A mapping unfolds an object (its members by their own templates), a list an array (its items by its first one)."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, default=str).encode


class Spelled(str):
    """JSON text of a value: it stands in a document as it is."""

    __slots__ = ()


def document(value: Any, template: Template) -> str:
    """``value`` as JSON text with a last line break. Characters that could act on a terminal are escaped.

    An iterator is an array, and its items are asked for one by one: a report can have many.
    """
    parts: list[str] = []
    _lay_out(value, template, "", parts.append)
    parts.append("\n")
    return "".join(parts).replace("\x7f", "\\u007f")


def _lay_out(value: Any, template: Template, indent: str, put: Callable[[str], None]) -> None:
    if template is None or not isinstance(value, dict | list | Iterator):
        put(_piece(value))
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    deeper = indent + "  "
    between = f"{opening}\n{deeper}"
    for name, item, its_template in _rows(value, template):
        put(between + name)
        _lay_out(item, its_template, deeper, put)
        between = f",\n{deeper}"
    put(opening + closing if between[0] == opening else f"\n{indent}{closing}")


def _rows(value: Any, template: Template) -> Iterator[tuple[str, Any, Template]]:
    """What stands on lines of its own: the name of a member, if it is one, the value, and its template."""
    if isinstance(value, dict):
        inside = template if isinstance(template, dict) else {}
        for key, item in value.items():
            yield f"{_piece(str(key))}: ", item, inside.get(key)
        return
    of_items = template[0] if isinstance(template, list) and template else None
    for item in value:
        yield "", item, of_items


def _piece(value: Any) -> str:
    """A value on one line, without what could act on a terminal; most hold only what can be printed."""
    if isinstance(value, Spelled):
        return value
    text = _encode(value)
    if text.isprintable():
        return text
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return re.sub("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", _escaped, text)


def members(value: dict[str, Any]) -> str:
    """The members of an object on one line, without its braces: a part of a larger one."""
    return _piece(value)[1:-1]


def quoted(text: str) -> str:
    """A string as JSON."""
    return _piece(text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
