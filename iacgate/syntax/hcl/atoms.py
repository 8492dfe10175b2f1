"""syntax: the values that need no parser: plain text, whole numbers, ``true``, ``var.name``.

Most lines of real files set one of these, so bodies and objects look for them with one regular expression of their
own before they ask the expression parser. Both give the same nodes.
"""

from __future__ import annotations

from iacgate.syntax.hcl.cursor import PLAIN, WORD
from iacgate.syntax.hcl.nodes import Access, AttributeStep, Expression, Literal, Step, Traversal

ATOM = rf'(?:"({PLAIN})"|([0-9]{{1,18}}+|{WORD}(?:\.{WORD})*+))'
"""Two groups: the inside of plain text, or the word."""

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def word(text: str, start: int) -> Expression:
    """The node of a number, a constant or a name with attribute steps, written without spaces."""
    end = start + len(text)
    if text in CONSTANTS:
        return Literal(CONSTANTS[text], start, end)
    if text[0] in "0123456789":
        return Literal(int(text), start, end)
    name, dot, rest = text.partition(".")
    if not dot:
        return Traversal(name, (), start, end)
    head_end = start + len(name)
    steps = tuple(dotted_steps(rest, head_end))
    if name in CONSTANTS:
        return Access(Literal(CONSTANTS[name], start, head_end), steps, start, end)
    return Traversal(name, steps, start, end)


def dotted_steps(names: str, start: int) -> list[Step]:
    """The attribute steps of ``.a.b``, given as ``a.b``; ``start`` is the offset of the first dot."""
    steps: list[Step] = []
    for name in names.split("."):
        end = start + 1 + len(name)
        steps.append(AttributeStep(name, start, end))
        start = end
    return steps
