"""Part of the outputs room: JSON text that people can read and grep, quickly written and the same to the byte.

A value and a template of what to unfold come in; what the template does not name stays on one line.
"""

from __future__ import annotations

import json
import re
from typing import Any

Template = dict[str, Any] | list[Any] | None
"""A mapping unfolds an object (its members by their own templates), a list an array (its items by its first one)."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=str).encode


def document(value: Any, template: Template) -> str:
    """``value`` as JSON text with a last line break. Characters that could act on a terminal are escaped."""
    return _lay_out(value, template, "").replace("\x7f", "\\u007f") + "\n"


def _lay_out(value: Any, template: Template, indent: str) -> str:
    if template is None or not value or not isinstance(value, dict | list):
        return _piece(value)
    deeper = indent + "  "
    if isinstance(value, dict):
        inside = template if isinstance(template, dict) else {}
        rows = [f"{_piece(str(key))}: {_lay_out(item, inside.get(key), deeper)}" for key, item in value.items()]
        opening, closing = "{", "}"
    else:
        item_template = template[0] if isinstance(template, list) and template else None
        rows = [_lay_out(item, item_template, deeper) for item in value]
        opening, closing = "[", "]"
    body = f",\n{deeper}".join(rows)
    return f"{opening}\n{deeper}{body}\n{indent}{closing}"


def _piece(value: Any) -> str:
    """A value on one line, without what could act on a terminal; most are plain, which is known at once."""
    text = _encode(value)
    if text.isascii():
        return text
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return re.sub("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
