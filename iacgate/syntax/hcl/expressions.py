"""syntax: HCL expressions. In: a cursor at the first token of one. Out: its node; the cursor stands behind it.

Operators by precedence climbing. Chains of operators and of steps are read in loops, so only real nesting recurses,
and :meth:`Cursor.nest` counts every level of that.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from iacgate.syntax.hcl import templates
from iacgate.syntax.hcl.atoms import CONSTANTS, dotted_steps
from iacgate.syntax.hcl.brackets import object_or_for, tuple_or_for
from iacgate.syntax.hcl.cursor import IDENTIFIER, Cursor, Match, shown
from iacgate.syntax.hcl.nodes import (
    Access,
    AttributeStep,
    Binary,
    Conditional,
    Expression,
    FunctionCall,
    IndexStep,
    Literal,
    SplatStep,
    Step,
    Traversal,
    Unary,
)

if TYPE_CHECKING:
    from decimal import Decimal

_PRECEDENCE = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_LARGEST_EXPONENT = 646_456_992
"""Of ten, of a number that Terraform can hold."""


@lru_cache(maxsize=1)
def _dotted() -> Match:
    """Matcher of ``.a.b.c`` written without spaces."""
    return re.compile(rf"(?:\.{IDENTIFIER})++").match


def expression(cursor: Cursor) -> Expression:
    """One whole expression."""
    start = cursor.start
    node = _operand(cursor)
    kind = cursor.kind
    if kind in _PRECEDENCE:
        node = _binary(cursor, node, start, 1)
        kind = cursor.kind
    return _conditional(cursor, node, start) if kind == "?" else node


def _conditional(cursor: Cursor, condition: Expression, start: int) -> Expression:
    cursor.nest()
    cursor.advance()
    then = expression(cursor)
    if cursor.kind != ":":
        cursor.expected('":" and the value for the other case of the condition')
    cursor.advance()
    otherwise = expression(cursor)
    cursor.depth -= 1
    return Conditional(condition, then, otherwise, start, cursor.previous_end)


def _binary(cursor: Cursor, left: Expression, start: int, floor: int) -> Expression:
    """The chain of operators that bind at least as tightly as ``floor``, after its first operand."""
    level = _PRECEDENCE.get(cursor.kind, 0)
    while level >= floor:
        operands, operators = [left], []
        following = level
        while following == level:
            operators.append(cursor.kind)
            cursor.advance()
            right_start = cursor.start
            right = _operand(cursor)
            following = _PRECEDENCE.get(cursor.kind, 0)
            if following > level:
                cursor.nest()
                right = _binary(cursor, right, right_start, level + 1)
                cursor.depth -= 1
                following = _PRECEDENCE.get(cursor.kind, 0)
            operands.append(right)
        left = Binary(tuple(operands), tuple(operators), start, cursor.previous_end)
        level = following
    return left


def _operand(cursor: Cursor) -> Expression:
    """A value with its steps, perhaps with a sign."""
    kind, start = cursor.kind, cursor.start
    if kind == "name":
        node = _name(cursor)
    elif kind == "string":
        node = Literal(cursor.value[1:-1], start, cursor.end)
        cursor.advance()
    elif kind == "[":
        node = tuple_or_for(cursor, expression)
    elif kind == "{":
        node = object_or_for(cursor, expression)
    elif kind == "number":
        node = Literal(number(cursor), start, cursor.end)
        cursor.advance()
    elif kind == "quote":
        node = templates.quoted(cursor, expression)
    elif kind == "heredoc":
        node = templates.heredoc(cursor, expression)
    elif kind == "(":
        node = _parenthesised(cursor)
    elif kind in ("-", "!"):
        return _unary(cursor)
    else:
        cursor.expected("an expression")
    if cursor.kind in (".", "["):
        return Access(node, _steps(cursor), start, cursor.previous_end)
    return node


def _unary(cursor: Cursor) -> Unary:
    operator, start = cursor.kind, cursor.start
    cursor.nest()
    cursor.advance()
    operand = _operand(cursor)
    cursor.depth -= 1
    return Unary(operator, operand, start, cursor.previous_end)


def _parenthesised(cursor: Cursor) -> Expression:
    line = cursor.start
    outer, cursor.match = cursor.match, cursor.free
    cursor.nest()
    cursor.advance()
    node = expression(cursor)
    if cursor.kind != ")":
        cursor.expected(f'")" to close the parenthesis opened on line {cursor.line_of(line)}')
    cursor.match = outer
    cursor.depth -= 1
    cursor.advance()
    return node


def number(cursor: Cursor) -> int | Decimal:
    """The value of the number at the cursor: ``int`` where it is written as one, else ``Decimal``."""
    text = cursor.value
    if text.removeprefix("-").isdecimal() and len(text) < 4000:
        return int(text)
    return _decimal(cursor, text)


def _decimal(cursor: Cursor, text: str) -> Decimal:
    from decimal import Decimal, InvalidOperation

    try:
        value = Decimal(text)
    except InvalidOperation:
        cursor.fail(f"{text[:40]} is not a number", cursor.start, cursor.end)
    if value.adjusted() > _LARGEST_EXPONENT:
        cursor.fail(f"{text[:40]} is out of range", cursor.start, cursor.end)
    return value


def _name(cursor: Cursor) -> Expression:
    """What begins with a word: a constant, a function call, or a name with its steps."""
    name, start, end = cursor.value, cursor.start, cursor.end
    dotted = _dotted()(cursor.text, end)
    if dotted is None:
        cursor.advance()
        if cursor.kind in ("(", "::"):
            return _call(cursor, name, start, end)
        if name in CONSTANTS:
            return Literal(CONSTANTS[name], start, end)
        steps = _steps(cursor) if cursor.kind in (".", "[") else ()
        return Traversal(name, steps, start, cursor.previous_end)
    if name in CONSTANTS:
        cursor.advance()
        return Literal(CONSTANTS[name], start, end)
    attributes = dotted_steps(dotted[0][1:], end)
    cursor.jump(dotted.end())
    steps = _steps(cursor, attributes) if cursor.kind in (".", "[") else tuple(attributes)
    return Traversal(name, steps, start, cursor.previous_end)


def _call(cursor: Cursor, name: str, start: int, name_end: int) -> FunctionCall:
    """The function call whose first word is read; the cursor is at ``(`` or ``::``."""
    words = [name]
    while cursor.kind == "::":
        cursor.advance()
        if cursor.kind != "name":
            cursor.expected('the name of a function after "::"')
        words.append(cursor.value)
        name_end = cursor.end
        cursor.advance()
    name = "::".join(words)
    if cursor.kind != "(":
        cursor.expected(f'"(" to begin the arguments of {shown(name)}')
    outer, cursor.match = cursor.match, cursor.free
    cursor.nest()
    cursor.advance()
    arguments, expand = _arguments(cursor, name)
    cursor.match = outer
    cursor.depth -= 1
    cursor.advance()
    return FunctionCall(name, tuple(arguments), start, cursor.previous_end, name_end, expand=expand)


def _arguments(cursor: Cursor, name: str) -> tuple[list[Expression], bool]:
    """The arguments, and whether the last is expanded; the cursor ends on the closing parenthesis."""
    arguments: list[Expression] = []
    while cursor.kind != ")":
        arguments.append(expression(cursor))
        if cursor.kind == ",":
            cursor.advance()
        elif cursor.kind == "...":
            cursor.advance()
            if cursor.kind != ")":
                cursor.expected('")" right after "..."', "only the last argument can be expanded")
            return arguments, True
        elif cursor.kind != ")":
            cursor.expected(f'"," or ")" after an argument of {shown(name)}')
    return arguments, False


def _steps(cursor: Cursor, steps: list[Step] | None = None) -> tuple[Step, ...]:
    """All steps from here, after ``steps``; the cursor is at ``.`` or ``[``."""
    chain: list[Step] = [] if steps is None else steps
    splats: list[tuple[list[Step], int, int]] = []
    while True:
        start = cursor.start
        if cursor.kind == ".":
            _dot(cursor, chain, start)
        elif cursor.kind == "[":
            if _index(cursor, chain, start):
                splats.append((chain, start, cursor.previous_end))
                chain = []
                cursor.nest()
        else:
            break
    cursor.depth -= len(splats)
    for outer, start, end in reversed(splats):
        outer.append(SplatStep(tuple(chain), start, end, full=True))
        chain = outer
    return tuple(chain)


def _index(cursor: Cursor, chain: list[Step], start: int) -> bool:
    """Read ``[key]`` into the chain, or ``[*]``: then the answer is true."""
    cursor.nest()
    cursor.advance()
    if cursor.kind == "*":
        cursor.advance()
        if cursor.kind != "]":
            cursor.expected('"]" right after the star of "[*]"')
        cursor.depth -= 1
        cursor.advance()
        return True
    outer, cursor.match = cursor.match, cursor.free
    if cursor.kind == "newline":
        cursor.advance()
    key = expression(cursor)
    if cursor.kind != "]":
        cursor.expected('"]" after the index')
    cursor.match = outer
    cursor.depth -= 1
    cursor.advance()
    chain.append(IndexStep(key, start, cursor.previous_end))
    return False


def _dot(cursor: Cursor, chain: list[Step], start: int) -> None:
    """Read ``.name``, ``.0`` or ``.*`` with what belongs to it into the chain."""
    cursor.advance()
    if cursor.kind == "name":
        chain.append(AttributeStep(cursor.value, start, cursor.end))
        cursor.advance()
    elif cursor.kind == "number":
        chain.append(_legacy_index(cursor, start))
    elif cursor.kind == "*":
        end = cursor.end
        cursor.advance()
        chain.append(SplatStep(_attribute_splat(cursor), start, end, full=False))
    else:
        cursor.expected('an attribute name after "."')


def _legacy_index(cursor: Cursor, start: int) -> IndexStep:
    written = cursor.value
    if "." in written:
        message = f'".{written[:40]}": only one old-style index can follow another step'
        cursor.fail(message, start, cursor.end, f"write [{written[:40].replace('.', '][')}]")
    key = Literal(number(cursor), cursor.start, cursor.end)
    cursor.advance()
    return IndexStep(key, start, key.end, legacy=True)


def _attribute_splat(cursor: Cursor) -> tuple[Step, ...]:
    """The attributes and old indexes that ``.*`` takes into each element."""
    each: list[Step] = []
    while cursor.kind == ".":
        start = cursor.start
        cursor.advance()
        if cursor.kind == "number":
            each.append(_legacy_index(cursor, start))
        elif cursor.kind == "name":
            each.append(AttributeStep(cursor.value, start, cursor.end))
            cursor.advance()
        elif cursor.kind == "*":
            cursor.fail('".*" cannot stand inside another ".*"', start, cursor.end, "use [*]")
        else:
            cursor.expected('an attribute name after "."')
    return tuple(each)
