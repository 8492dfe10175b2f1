"""Empty lists that nobody wrote: how a provider says that there is no block of a type. In HCL such a name is absent.

Room: ``inputs``. In: the body of a planned instance and the expressions of its block. Out: the body without them, so
that a rule points at the same place, and a finding has the same fingerprint, on the plan and on its source. A list
that an expression gives stays, empty or not; what lies inside something the configuration does not list stays too.
"""

from __future__ import annotations

from typing import Any

from iacgate.inputs.terraform_plan.configuration import is_expression

DEPTH = 16
"""Blocks inside blocks that are looked into."""


def without_empty_blocks(body: Any, expressions: Any, depth: int = DEPTH) -> Any:
    """``body`` without the empty lists that ``expressions`` do not list; the same object when there are none."""
    if not isinstance(body, dict) or not isinstance(expressions, dict):
        return body
    made: dict[str, Any] | None = None
    for name, value in body.items():
        if type(value) is not list:
            continue
        if not value:
            if name not in expressions:
                made = dict(body) if made is None else made
                del made[name]
        elif depth and name in expressions:
            inner = _elements(value, expressions[name], depth - 1)
            if inner is not value:
                made = dict(body) if made is None else made
                made[name] = inner
    return body if made is None else made


def _elements(blocks: list[Any], written: Any, depth: int) -> list[Any]:
    """The same for the elements of a list of blocks. Sets come sorted, so all entries speak for each element."""
    if isinstance(written, dict):
        entries = [written]
    else:
        entries = [entry for entry in written if isinstance(entry, dict)] if isinstance(written, list) else []
    if len(entries) != len(blocks) or any(is_expression(entry) and entry for entry in entries):
        return blocks
    union = {name: value for entry in entries for name, value in entry.items()}
    made = [without_empty_blocks(block, union, depth) for block in blocks]
    return made if any(one is not other for one, other in zip(made, blocks, strict=True)) else blocks
