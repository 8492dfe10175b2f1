"""Expression text → tree. The tree is nested lists of JSON values, so that shipped rules carry it in their index.

A node is ``[kind, ...]``:

``["field", name]``, ``["current"]``, ``["literal", value]``, ``["compare", operator, left, right]``,
``["call", name, [argument, ...]]``, ``["lambda", body]``, ``["chain", [step, ...]]`` (sub-expressions and pipes),
``["index", number]``, ``["slice", start, stop, step]``, ``["each", list, right]``, ``["values", object, right]``,
``["filter", list, right, condition]``, ``["flatten", list]``, ``["or" | "and", left, right]``, ``["not", operand]``,
``["list", [item, ...]]``, ``["object", [[key, node], ...]]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

from iacgate.errors import did_you_mean

Node = list[Any]
"""A tree, or a part of one."""

MAX_LENGTH = 10_000
MAX_DEPTH = 100


class ExpressionError(ValueError):
    """An expression that cannot be used: what is wrong, at which offset of the text, and what to write instead."""

    def __init__(self, message: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


def parse(text: str) -> Node:
    """The tree of an expression. Raises :class:`ExpressionError`."""
    from jmespath.parser import Parser

    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"expression of {len(text)} characters, at most {MAX_LENGTH} are read")
    tokens = _tokens(text)
    _refuse_quoted_operands(tokens)
    _refuse_missing_commas(tokens)
    try:
        parsed = Parser().parse(text).parsed
    except ValueError as error:
        raise _failure(text, error, tokens) from None
    except RecursionError:
        raise ExpressionError("expression is nested too deeply") from None
    node = _node(cast("dict[str, Any]", parsed), 0)
    _check_calls(node, tokens)
    return node


def _tokens(text: str) -> list[dict[str, Any]]:
    from jmespath.lexer import Lexer

    try:
        return cast("list[dict[str, Any]]", list(Lexer().tokenize(text)))
    except ValueError as error:
        raise _failure(text, error, []) from None


def _failure(text: str, error: ValueError, tokens: list[dict[str, Any]]) -> ExpressionError:
    if not text.strip():
        return ExpressionError("expression is empty")
    offset = min(getattr(error, "lex_position", None) or 0, len(text))
    kind = (getattr(error, "token_type", None) or "").lower()
    if offset >= len(text) or kind == "eof":
        return ExpressionError("expression ends too early", len(text), _bracket_hint(tokens))
    found = text[offset : offset + 20].split()
    word = found[0] if found else text[offset]
    if kind == "number" or word[:1].isdigit():
        return ExpressionError(f"a bare number: {word!r}", offset, "write numbers between backticks: `22`")
    message = getattr(error, "msg", None) or getattr(error, "message", None) or ""
    if "Unclosed" in message:
        return ExpressionError(f"{text[offset]!r} is never closed", offset)
    hints = {"=": "compare with ==", '"': "strings are written in single quotes"}
    return ExpressionError(f"unexpected {word!r}", offset, hints.get(word[:1], ""))


def _bracket_hint(tokens: list[dict[str, Any]]) -> str:
    kinds = [token["type"] for token in tokens]
    opened = kinds.count("lparen") - kinds.count("rparen")
    return "close the parenthesis" if opened > 0 else ""


def _refuse_quoted_operands(tokens: list[dict[str, Any]]) -> None:
    """``x == "a"`` compares with the *field* a: nearly always a mistake, and one that never shows."""
    for before, token in pairwise(tokens):
        if token["type"] == "quoted_identifier" and before["type"] in {"eq", "ne", "lt", "lte", "gt", "gte"}:
            name = token["value"]
            hint = f"strings are written in single quotes: '{name}' (put a quoted field on the left of the comparison)"
            raise ExpressionError(f'"{name}" names a field, it is no string', token["start"], hint)


def _refuse_missing_commas(tokens: list[dict[str, Any]]) -> None:
    """The parser of the library reads ``f(a b)`` as ``f(a, b)``; a missing operator must not pass as a comma."""
    ends = {"rparen", "rbracket", "rbrace", "current", "literal", "unquoted_identifier", "quoted_identifier"}
    starts = {"current", "literal", "unquoted_identifier", "quoted_identifier", "expref"}
    for before, token in pairwise(tokens):
        if before["type"] in ends and token["type"] in starts:
            raise ExpressionError(f"unexpected {token['value']!r}", token["start"], "an operator or a comma is missing")


def _node(tree: dict[str, Any], depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise ExpressionError("expression is nested too deeply")
    kind, value, inner = tree["type"], tree.get("value"), tree["children"]
    if kind in {"field", "literal", "index"}:
        return [kind, value]
    if kind in {"current", "identity"}:
        return ["current"]
    if kind == "slice":
        return ["slice", *inner]
    if kind == "multi_select_dict":
        return ["object", [[pair["value"], _node(pair["children"][0], depth + 1)] for pair in inner]]
    children = [_node(child, depth + 1) for child in inner]
    return _compound(kind, value, children)


def _compound(kind: str, value: Any, children: list[Node]) -> Node:
    if kind == "comparator":
        return ["compare", value, *children]
    if kind == "function_expression":
        return ["call", value, children]
    if kind == "pipe":
        return _chain(children)
    if kind in _REACHING and children[0][0] == "not":
        return ["not", _compound(kind, value, [children[0][1], *children[1:]])]
    if kind in {"subexpression", "index_expression"}:
        return _chain(children)
    if kind == "multi_select_list":
        return ["list", children]
    return [_KINDS[kind], *children]


_REACHING = frozenset(
    ("subexpression", "index_expression", "projection", "value_projection", "filter_projection", "flatten")
)
"""JMESPath reads ``!a.b`` as ``(!a).b``, the member of a boolean: always null. Here it means ``!(a.b)``."""

_KINDS = {
    "expref": "lambda",
    "projection": "each",
    "value_projection": "values",
    "filter_projection": "filter",
    "flatten": "flatten",
    "or_expression": "or",
    "and_expression": "and",
    "not_expression": "not",
}


def _chain(children: list[Node]) -> Node:
    """Steps applied one after the other. A pipe is the same thing once its left side is a tree of its own."""
    steps: list[Node] = []
    for child in children:
        steps.extend(child[1] if child[0] == "chain" else [child])
    kept = [step for step in steps if step != ["current"]]
    if not kept:
        return ["current"]
    return kept[0] if len(kept) == 1 else ["chain", kept]


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> list[Node]:
    """The nodes directly below."""
    kind = node[0]
    if kind in {"field", "literal", "index", "slice", "current"}:
        return []
    if kind == "compare":
        return [node[2], node[3]]
    if kind == "call":
        return list(node[2])
    if kind in {"chain", "list"}:
        return list(node[1])
    if kind == "object":
        return [value for _, value in node[1]]
    return list(node[1:])


def calls(node: Node) -> set[str]:
    """The names of all functions an expression calls."""
    return {inner[1] for inner in walk(node) if inner[0] == "call"}


def _check_calls(node: Node, tokens: list[dict[str, Any]]) -> None:
    from iacgate.lang.jmespath.functions import ARITY

    places = _call_places(tokens)
    for inner in walk(node):
        if inner[0] != "call":
            continue
        name, given = inner[1], len(inner[2])
        offset = places.get(name, 0)
        if name not in ARITY:
            raise ExpressionError(f"unknown function {name!r}", offset, did_you_mean(name, ARITY))
        least, most = ARITY[name]
        if not least <= given <= most:
            raise ExpressionError(f"{name}() takes {_amount(least, most)}, here it is given {given}", offset)
    _check_references(node, places)


def _check_references(node: Node, places: dict[str, int]) -> None:
    """``&…`` stands where a function takes an expression, and only there."""
    from iacgate.lang.jmespath.functions import reference_of

    if node[0] == "lambda":
        raise ExpressionError("& stands only in calls such as any(list, &condition)")
    for inner in walk(node):
        wanted = reference_of(inner[1]) if inner[0] == "call" else None
        for position, child in enumerate(children(inner)):
            if (child[0] == "lambda") is not (position == wanted and inner[0] == "call"):
                raise _misplaced(inner, child, places)


def _misplaced(node: Node, child: Node, places: dict[str, int]) -> ExpressionError:
    name = node[1] if node[0] == "call" else ""
    if child[0] == "lambda":
        return ExpressionError("& stands only in calls such as any(list, &condition)", places.get(name, 0))
    hint = f"write {name}(&expression, list)" if name == "map" else f"write {name}(list, &expression)"
    return ExpressionError(f"{name}() takes an expression with &", places.get(name, 0), hint)


def _call_places(tokens: list[dict[str, Any]]) -> dict[str, int]:
    places: dict[str, int] = {}
    for token, after in pairwise(tokens):
        if token["type"] == "unquoted_identifier" and after["type"] == "lparen":
            places.setdefault(token["value"], token["start"])
    return places


def _amount(least: int, most: int) -> str:
    unit = "argument" if most == 1 else "arguments"
    if least == most:
        return f"{least} {unit}"
    return f"at least {least} {unit}" if most > 50 else f"{least} to {most} {unit}"
