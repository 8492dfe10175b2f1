"""JMESPath's own functions, over known values. A type that makes no sense raises; the caller turns that into null."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from iacgate.lang.jmespath.logic import doubt, number
from iacgate.model import Partial, Unknown, jsonable


def abs_(value: Any) -> Any:
    return abs(_number(value))


def avg(values: Any) -> Any:
    return sum(_numbers(values)) / len(values) if values else None


def ceil(value: Any) -> Any:
    return math.ceil(_number(value))


def floor(value: Any) -> Any:
    return math.floor(_number(value))


def sum_(values: Any) -> Any:
    return sum(_numbers(values))


def join(separator: Any, parts: Any) -> Any:
    if not isinstance(parts, list):
        return None
    return str(separator).join(to_string(part) for part in parts)


def keys(value: Any) -> Any:
    return list(value.keys())


def max_(values: Any) -> Any:
    return max(_comparable(values), default=None)


def min_(values: Any) -> Any:
    return min(_comparable(values), default=None)


def merge(*values: Any) -> Any:
    merged: dict[str, Any] = {}
    for value in values:
        merged.update(value or {})
    return merged


def reverse(value: Any) -> Any:
    if isinstance(value, str):
        return value[::-1]
    return list(reversed(value)) if isinstance(value, list) else None


def sort(values: Any) -> Any:
    return sorted(_comparable(values))


def to_number(value: Any) -> Any:
    return number(value)


def to_string(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(jsonable(value), separators=(",", ":"), default=str)


def type_(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "null"


def sort_by(values: Any, key: Callable[[Any], Any]) -> Any:
    """The elements by what an expression gives on them."""
    keyed = _keyed(values, key)
    if not isinstance(keyed, list):
        return keyed
    return [values[position] for _, position in sorted(keyed)]


def max_by(values: Any, key: Callable[[Any], Any]) -> Any:
    """The element on which an expression gives the most."""
    keyed = _keyed(values, key)
    if not isinstance(keyed, list):
        return keyed
    return values[max(keyed, key=lambda pair: pair[0])[1]] if keyed else None


def min_by(values: Any, key: Callable[[Any], Any]) -> Any:
    """The element on which an expression gives the least."""
    keyed = _keyed(values, key)
    if not isinstance(keyed, list):
        return keyed
    return values[min(keyed)[1]] if keyed else None


def _keyed(values: Any, key: Callable[[Any], Any]) -> Any:
    """(key, position) of every element; an unknown when a key or the list is, null when keys do not compare."""
    if isinstance(values, Unknown):
        return doubt(values)
    if isinstance(values, Partial):
        return values.maybe
    if not isinstance(values, list):
        return None
    keyed = [(key(value), position) for position, value in enumerate(values)]
    for held, _ in keyed:
        if isinstance(held, Unknown):
            return doubt(held)
    kinds = {type_(pair[0]) for pair in keyed}
    return keyed if kinds <= {"number"} or kinds <= {"string"} else None


def _number(value: Any) -> int | float:
    found = number(value)
    if found is None:
        raise TypeError(value)
    return found


def _numbers(values: Any) -> list[int | float]:
    return [_number(value) for value in values]


def _comparable(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError(values)
    if all(isinstance(value, str) for value in values):
        return values
    return _numbers(values)
