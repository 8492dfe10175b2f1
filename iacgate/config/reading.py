"""Config room: a located tree read by a shape → plain values, and whatever does not fit.

This is the hot path: it accepts well-formed files and nothing else. What does not fit is left as it is, so that the
strict models (``strict.py``) can say what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from iacgate.config.located import Node
from iacgate.config.shape import Day, Field, Free, Keys, Several, Table, Text, Whole, Word
from iacgate.model import Path

YES = ("true", "yes", "on")
NO = ("false", "no", "off")


class Misfit(NamedTuple):
    """A value that is not what the shape asks for.

    ``about_key``: the key is wrong, not what it holds. ``missing``: something that should be there is not.
    """

    path: Path
    message: str
    about_key: bool = False
    missing: bool = False


def read(node: Node, shape: Any, misfits: list[Misfit], path: Path = ()) -> Any:
    """The values of a tree: words lower-case, numbers and dates as such. ``misfits`` grows by what does not fit."""
    return _READERS[type(shape)](node, shape, misfits, path)


def untyped(node: Node) -> Any:
    """The value of a tree as YAML means it: plain scalars are typed, quoted ones are text."""
    if isinstance(node.value, dict):
        return {key: untyped(item) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [untyped(item) for item in node.value]
    return _scalar(node.value) if node.plain and node.value is not None else node.value


_INTEGER = r"[-+]?(0|[1-9][0-9]{0,17})"
_FLOAT = r"[-+]?[0-9]{1,300}\.[0-9]{1,300}([eE][-+]?[0-9]{1,3})?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def _scalar(text: str) -> Any:
    lowered = text.lower()
    if lowered in YES or lowered in NO:
        return lowered in YES
    if re.fullmatch(_INTEGER, text):
        return int(text)
    return float(text) if re.fullmatch(_FLOAT, text) else text


def _word(node: Node, shape: Word, misfits: list[Misfit], path: Path) -> Any:
    text = node.value
    if isinstance(text, str):
        lowered = text.strip().lower()
        if lowered in shape.words:
            return lowered
        if "off" in shape.words and node.plain and lowered in NO:
            return "off"
    return _misfit(node, shape.what, misfits, path)


def _text(node: Node, shape: Text, misfits: list[Misfit], path: Path) -> Any:
    if isinstance(node.value, str) and node.value.strip():
        return node.value
    return _misfit(node, shape.what, misfits, path)


def _whole(node: Node, shape: Whole, misfits: list[Misfit], path: Path) -> Any:
    if isinstance(node.value, str) and node.plain and re.fullmatch(_INTEGER, node.value):
        number = int(node.value)
        if shape.low <= number <= shape.high:
            return number
    return _misfit(node, shape.what, misfits, path)


def _day(node: Node, shape: Day, misfits: list[Misfit], path: Path) -> Any:
    day = day_of(node.value)
    return _misfit(node, shape.what, misfits, path) if day is None else day


def day_of(text: object) -> date | None:
    """The date that text means, or ``None`` when it is none (``2027-02-30``, ``31.01.2027``)."""
    if not isinstance(text, str) or not re.fullmatch(_DAY, text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _free(node: Node, _shape: Free, _misfits: list[Misfit], _path: Path) -> Any:
    return untyped(node)


def _several(node: Node, shape: Several, misfits: list[Misfit], path: Path) -> Any:
    if shape.lone and isinstance(node.value, str):
        return [read(node, shape.item, misfits, (*path, 0))]
    if not isinstance(node.value, list) or len(node.value) < shape.least:
        return _misfit(node, "a list", misfits, path)
    return [read(item, shape.item, misfits, (*path, index)) for index, item in enumerate(node.value)]


def _table(node: Node, shape: Table, misfits: list[Misfit], path: Path) -> Any:
    if not isinstance(node.value, dict):
        return _misfit(node, "a mapping", misfits, path)
    values: dict[str, Any] = {}
    for key, item in node.value.items():
        name = read(Node(key, *node.keys[key]), shape.key, misfits, (*path, key))
        if name in values:
            misfits.append(Misfit((*path, key), f"key {key!r} is written twice", about_key=True))
        values[name] = read(item, shape.value, misfits, (*path, key))
    return values


def _keys(node: Node, shape: Keys, misfits: list[Misfit], path: Path) -> Any:
    if not isinstance(node.value, dict):
        return _misfit(node, "a mapping", misfits, path)
    values: dict[str, Any] = {}
    for key, item in node.value.items():
        field: Field | None = shape.fields.get(key)
        if field is None:
            misfits.append(Misfit((*path, key), f"unknown key {key!r} in {shape.what}", about_key=True))
            values[key] = untyped(item)
        elif item.value is not None:
            values[key] = read(item, field.shape, misfits, (*path, key))
    misfits.extend(
        Misfit(path, f"{shape.what} lacks {key!r}", missing=True)
        for key, field in shape.fields.items()
        if field.required and key not in values
    )
    return values


def _misfit(node: Node, what: str, misfits: list[Misfit], path: Path) -> Any:
    misfits.append(Misfit(path, f"this should be {what}"))
    return untyped(node)


_READERS: dict[type, Callable[[Node, Any, list[Misfit], Path], Any]] = {
    Word: _word,
    Text: _text,
    Whole: _whole,
    Day: _day,
    Free: _free,
    Several: _several,
    Table: _table,
    Keys: _keys,
}
