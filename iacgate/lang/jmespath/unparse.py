"""Tree → expression text, for explanations. Parsing the text gives the tree back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise

from iacgate.lang.jmespath.syntax import Node

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_LOOSE = {"or": 1, "and": 2, "compare": 3, "not": 4}
_PROJECTIONS = {"each", "values", "filter", "flatten", "slice"}


def unparse(node: Node) -> str:
    """The text of a tree."""
    return _WRITERS[node[0]](node) if node[0] in _WRITERS else _simple(node)


def _simple(node: Node) -> str:
    kind = node[0]
    if kind == "field":
        return node[1] if _PLAIN.match(node[1]) else json.dumps(node[1], ensure_ascii=False)
    if kind == "literal":
        return _literal(node[1])
    if kind == "index":
        return f"[{node[1]}]"
    if kind == "slice":
        start, stop, step = ("" if part is None else str(part) for part in node[1:])
        return f"[{start}:{stop}:{step}]" if step else f"[{start}:{stop}]"
    return "@"


def _literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'") + "'"
    return "`" + json.dumps(value, ensure_ascii=False).replace("`", "\\`") + "`"


def _operand(node: Node, strength: int) -> str:
    text = unparse(node)
    return f"({text})" if _LOOSE.get(node[0], 9) < strength or _is_piped(node) else text


def _is_piped(node: Node) -> bool:
    return node[0] == "chain" and " | " in unparse(node)


def _compare(node: Node) -> str:
    return f"{_operand(node[2], 4)} {_SIGNS[node[1]]} {_operand(node[3], 4)}"


def _logical(node: Node) -> str:
    sign, strength = ("||", 1) if node[0] == "or" else ("&&", 2)
    return f"{_operand(node[1], strength)} {sign} {_operand(node[2], strength + 1)}"


def _not(node: Node) -> str:
    return f"!{_operand(node[1], 5)}"


def _call(node: Node) -> str:
    return f"{node[1]}({', '.join(unparse(argument) for argument in node[2])})"


def _chain(node: Node) -> str:
    """Steps one after the other: with a dot, with a bracket, or with a pipe where a projection must end."""
    text = _first(node[1][0])
    for before, step in pairwise(node[1]):
        if step[0] in {"index", "slice"} and before[0] not in _PROJECTIONS:
            text += unparse(step)
        elif step[0] in {"field", "call", "list", "object"} and before[0] not in _PROJECTIONS:
            text += "." + unparse(step)
        else:
            text += " | " + unparse(step)
    return text


def _first(node: Node) -> str:
    return f"({unparse(node)})" if node[0] in _LOOSE else unparse(node)


def _base(node: Node) -> str:
    """The list or object a projection walks over; nothing for the current value."""
    return "" if node == ["current"] else _operand(node, 9)


def _right(node: Node) -> str:
    """What a projection does with every element, as it continues the text."""
    if node == ["current"]:
        return ""
    text = unparse(node)
    return text if text.startswith("[") else f".{text}"


def _each(node: Node) -> str:
    middle = "[*]" if node[1][0] not in {"flatten", "slice"} and not _is_sliced(node[1]) else ""
    return f"{_base(node[1])}{middle}{_right(node[2])}" if middle else f"{unparse(node[1])}{_right(node[2])}"


def _is_sliced(node: Node) -> bool:
    return bool(node[0] == "chain" and node[1][-1][0] == "slice")


def _values(node: Node) -> str:
    base = _base(node[1])
    return f"{base}.*{_right(node[2])}" if base else f"*{_right(node[2])}"


def _filter(node: Node) -> str:
    return f"{_base(node[1])}[?{unparse(node[3])}]{_right(node[2])}"


def _flatten(node: Node) -> str:
    return f"{_base(node[1])}[]"


def _list(node: Node) -> str:
    return "[" + ", ".join(unparse(item) for item in node[1]) + "]"


def _object(node: Node) -> str:
    members = (f"{_simple(['field', key])}: {unparse(value)}" for key, value in node[1])
    return "{" + ", ".join(members) + "}"


def _lambda(node: Node) -> str:
    return f"&{unparse(node[1])}"


_WRITERS: dict[str, Callable[[Node], str]] = {
    "compare": _compare,
    "or": _logical,
    "and": _logical,
    "not": _not,
    "call": _call,
    "chain": _chain,
    "each": _each,
    "values": _values,
    "filter": _filter,
    "flatten": _flatten,
    "list": _list,
    "object": _object,
    "lambda": _lambda,
}
