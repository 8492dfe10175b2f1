"""What an operation costs, in steps of about a microsecond: by the size of what it looks at, never by the clock.

Room: ``lang``. In: values, names of functions. Out: numbers for ``Limits.spend``. The same input ends at the same place
on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iacgate.lang.terraform.values import LARGEST_VALUE
from iacgate.model import Secret

SHORT = 1_000
"""Text up to so many characters costs nothing."""
LONG = 8_000
"""Text up to so many characters is in a body for nothing: few policies are longer."""
_QUICK_TEXT = 400
"""Characters that are copied, compared or hashed in a step."""
_SLOW_TEXT = {
    **dict.fromkeys(["regex", "regexall", "replace", "title", "indent", "format", "formatlist", "substr", "length"], 2),
    **dict.fromkeys(["strrev", "yamldecode", "csvdecode", "templatestring", "yamlencode", "urlencode"], 2),
    **dict.fromkeys(["jsondecode", "jsonencode", "split", "lower", "upper", "trim", "trimspace"], 20),
}
"""Characters that a step is enough for, where a function looks at each."""
_THOROUGH = frozenset({
    "distinct", "toset", "tolist", "tomap", "flatten", "sort", "setunion", "setsubtract", "setintersection",
    "setproduct", "jsonencode", "yamlencode", "contains", "index", "matchkeys", "transpose", "zipmap", "formatlist",
    "compact", "chunklist", "sum", "min", "max", "cidrsubnets", "merge", "concat", "values", "coalescelist",
})  # fmt: skip
"""Functions that do something with every element; the others only see whether all are known."""


def elements(value: Any) -> int:
    """How many elements a value has through all its levels, counted up to the most a value may have."""
    if not isinstance(value, list | dict | Secret):
        return 0
    if isinstance(value, dict) and not any(isinstance(item, list | dict | Secret) for item in value.values()):
        return len(value)
    count = 0
    pending: list[Any] = [value]
    while pending and count <= LARGEST_VALUE:
        node = pending.pop()
        if isinstance(node, Secret):
            pending.append(node.reveal())
            continue
        if not isinstance(node, list | dict):
            continue
        count += len(node)
        inner: Iterable[Any] = node.values() if isinstance(node, dict) else node
        pending.extend([item for item in inner if isinstance(item, list | dict | Secret)])
    return count


def of_text(text: str) -> int:
    """The cost of making or copying a text."""
    return len(text) // _QUICK_TEXT if len(text) > SHORT else 0


def of_body(value: Any) -> int:
    """The cost of a value in a body, which every rule may look at."""
    return 2 * max(len(value) - LONG, 0) if isinstance(value, str) else 3 * elements(value)


def of_call(name: str, arguments: list[Any]) -> int:
    """The cost of calling a function."""
    cost = len(arguments) * (3 if name in _THOROUGH else 1)
    for argument in arguments:
        if isinstance(argument, str):
            if len(argument) > SHORT:
                cost += len(argument) // _SLOW_TEXT.get(name, _QUICK_TEXT)
        elif isinstance(argument, list | dict | Secret):
            count = elements(argument)
            cost += 3 * count if name in _THOROUGH else count // 8
    return cost
