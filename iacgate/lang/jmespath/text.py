"""Functions on text, and between text and values."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from iacgate.lang import regex
from iacgate.lang.jmespath.kleene import any_
from iacgate.lang.jmespath.logic import Truth, doubt
from iacgate.model import Secret, Unknown


def lower(value: Any) -> Any:
    return value.lower()


def upper(value: Any) -> Any:
    return value.upper()


def trim(value: Any, characters: Any = None) -> Any:
    return value.strip(characters)


def split(value: Any, separator: Any) -> Any:
    """The parts of a string; an empty string has none."""
    return value.split(separator) if value else []


def replace(value: Any, old: Any, new: Any) -> Any:
    return value.replace(old, new)


def unique(values: Any) -> Any:
    """The elements of a list, each once, in their order."""
    return list(dict.fromkeys(values)) if isinstance(values, list) else None


def items(value: Any) -> Any:
    """An object as a list of ``{key, value}``."""
    return [{"key": key, "value": held} for key, held in value.items()]


def from_json(value: Any) -> Any:
    """What a JSON text says; null when it is none. A value that is not text stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def from_yaml(value: Any) -> Any:
    """What a YAML or JSON text says (its first document); null when it is none. What is not text stays as it is."""
    said = from_json(value)
    if said is not None or not isinstance(value, str):
        return said
    from iacgate.errors import SyntaxFailure
    from iacgate.syntax.yaml import load_all

    try:
        return next((one.body for one in load_all(value.encode(errors="replace"), "")), None)
    except SyntaxFailure:
        return None


def glob(value: Any, pattern: Any) -> Any:
    """Whether text matches a pattern with ``*`` and ``?``, or one of a list of them."""
    patterns = pattern if isinstance(pattern, list) else [pattern]
    return any(fnmatchcase(value, one.replace("[", "[[]")) for one in patterns)


def matches(value: Any, pattern: Any) -> Truth:
    """Whether a regular expression, or one of a list, is found in text (anchor it with ``^`` and ``$``)."""
    if isinstance(pattern, list):
        return any_(pattern, lambda one: matches(value, one))
    if isinstance(value, Secret):
        value = value.reveal()
    for side in (value, pattern):
        if isinstance(side, Unknown):
            return doubt(side)
    if isinstance(value, bool | int | float):
        value = json.dumps(value)
    if not isinstance(value, str) or not isinstance(pattern, str):
        return False
    if regex.search(pattern, value):
        return True
    return (
        False if len(value) <= regex.MAX_TEXT else Unknown(f"a text of {len(value)} characters is not read to its end")
    )
