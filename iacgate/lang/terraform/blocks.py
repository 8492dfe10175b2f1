"""Nested blocks: expanding ``dynamic``, building bodies in the shape a plan gives them, finding the source of a path.

Room: ``lang``. In: blocks and the scope they are evaluated in. Out: values. A block type that occurs is a list of
objects (``timeouts`` an object); where the number of blocks is not known the list is ``Partial``, and holds what one of
them would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from iacgate.lang.terraform.conditions import MOST_ARMS
from iacgate.lang.terraform.definitions import META_ATTRIBUTES, META_BLOCKS
from iacgate.lang.terraform.expressions import attempt, evaluate, failed, pairs
from iacgate.lang.terraform.scope import Scope
from iacgate.lang.terraform.values import Chosen, Exhausted, Fault, bare, is_null, secret
from iacgate.model import Partial, Path, Secret, Unknown
from iacgate.syntax.hcl.nodes import Attribute, Block, Body, Literal, Node, Traversal

SINGLE_BLOCKS = frozenset({"timeouts"})
"""Block types that providers declare to occur once, as an object and not a list of one."""


STEPS_OF_BLOCK = 20
"""What it costs to make one more block."""


class Entry(NamedTuple):
    """One block that a body makes: its type, the block it is written in, its inside and the scope for that.

    ``hole`` is set, and the rest is what would be repeated, when how many there are is not known.
    """

    type: str
    block: Block
    body: Body
    scope: Scope
    hole: Unknown | None = None


def entries(blocks: Iterable[Block], scope: Scope) -> Iterator[Entry]:
    """The blocks that these make, dynamic ones expanded, in source order."""
    for block in blocks:
        if block.type == "dynamic" and block.labels:
            yield from _dynamic(block, scope)
        else:
            yield Entry(block.type, block, block.body, scope)


def _dynamic(block: Block, scope: Scope) -> Iterator[Entry]:
    content = next((inner for inner in block.body.blocks if inner.type == "content"), None)
    collection = block.body.attributes.get("for_each")
    if content is None or collection is None:
        return
    kind = block.labels[0]
    iterator = iterator_of(block)
    try:
        rows = _rows(evaluate(collection.expression, scope), scope)
    except (Fault, Exhausted) as error:
        rows = failed(f"for_each of dynamic {kind}", error)
    if isinstance(rows, Unknown):
        for key, item in _possible(rows, scope):
            yield Entry(kind, content, content.body, scope.inner({iterator: {"key": key, "value": item}}), rows)
        return
    limits = scope.module.limits
    for key, item in rows:
        try:
            limits.spend(STEPS_OF_BLOCK)
        except Exhausted as error:
            hole = Unknown(str(error))
            yield Entry(kind, content, content.body, scope.inner({iterator: {"key": hole, "value": hole}}), hole)
            return
        yield Entry(kind, content, content.body, scope.inner({iterator: {"key": key, "value": item}}))


def iterator_of(block: Block) -> str:
    """The name that the content of a ``dynamic`` block has for its elements."""
    attribute = block.body.attributes.get("iterator")
    expression = attribute.expression if attribute else None
    if isinstance(expression, Traversal) and not expression.steps:
        return expression.name
    return str(expression.value) if isinstance(expression, Literal) else block.labels[0]


def _rows(value: Any, scope: Scope) -> Any:
    marked = isinstance(value, Secret)
    value = bare(value) if marked else value
    if isinstance(value, Unknown):
        return value
    if type(value).__name__ == "Set":
        hole = next((item for item in value if isinstance(item, Unknown)), None)
        if hole is not None:
            return Unknown(hole.reason)
    rows = pairs(value, scope)
    return [(key, secret(item)) for key, item in rows] if marked else rows


def _possible(rows: Unknown, scope: Scope) -> list[tuple[Any, Any]]:
    """The elements that there may be, where a conditional says which; else one of which nothing is known."""
    anything: list[tuple[Any, Any]] = [(rows, rows)]
    if not isinstance(rows, Chosen):
        return anything
    found: list[tuple[Any, Any]] = []
    for arm in rows.arms:
        try:
            made = [] if is_null(arm) else _rows(arm, scope)
        except (Fault, Exhausted):
            return anything
        if isinstance(made, Unknown) or len(found) + len(made) > MOST_ARMS:
            return anything
        found += made
    return found or anything


def body_of(attributes: dict[str, Attribute], blocks: Iterable[Block], scope: Scope) -> dict[str, Any]:
    """The values of a body, unfinished."""
    values = {name: attempt(attribute.expression, scope) for name, attribute in attributes.items()}
    add_blocks(values, blocks, scope)
    return values


def add_blocks(values: dict[str, Any], blocks: Iterable[Block], scope: Scope) -> None:
    """Add the lists that nested blocks make to the values of a body."""
    for entry in entries(blocks, scope):
        inner = body_of(entry.body.attributes, entry.body.blocks, entry.scope)
        if entry.hole is not None:
            values[entry.type] = _open_ended(values.get(entry.type), inner, entry.hole)
            continue
        if entry.type in SINGLE_BLOCKS:
            values[entry.type] = inner
            continue
        made = values.get(entry.type)
        if not isinstance(made, list):
            made = values[entry.type] = []
        made.append(inner)


def _open_ended(made: Any, like: dict[str, Any], hole: Unknown) -> Partial:
    """The blocks of a type, of which there may be more like this one."""
    known = made if isinstance(made, list) else []
    before = known.like or [] if isinstance(known, Partial) else []
    return Partial(known, maybe=hole, like=[*before, like])


def content_of(attributes: dict[str, Attribute], blocks: Iterable[Block]) -> tuple[dict[str, Attribute], list[Block]]:
    """A resource's own arguments, without those that Terraform itself reads."""
    own = {name: item for name, item in attributes.items() if name not in META_ATTRIBUTES}
    return own, [block for block in blocks if block.type not in META_BLOCKS]


class Source(NamedTuple):
    """Where a path leads: the node, and the attribute or block of the resource it is in (they name the file)."""

    node: Node
    top: Node
    header: Block | None = None
    """Set when the path leads to a block: its header is the place."""
    rest: Path = ()
    """What is left of the path inside of the expression that the node is."""
    scope: Scope | None = None
    """Where the expression is evaluated."""


def source_of(path: Path, attributes: dict[str, Attribute], blocks: list[Block], scope: Scope) -> Source | None:
    """The source of a path into the body that these make; of what encloses it when it is not written out."""
    top: Node | None = None
    found: Source | None = None
    at = 0
    while at < len(path):
        step = path[at]
        attribute = attributes.get(step) if isinstance(step, str) else None
        if attribute is not None:
            return Source(attribute.expression, top or attribute, rest=path[at + 1 :], scope=scope)
        position = path[at + 1] if at + 1 < len(path) and isinstance(path[at + 1], int) else 0
        entry = _nth(step, position, blocks, scope)
        if entry is None:
            return found
        top = top or _holder(entry, blocks)
        found = Source(entry.block, top, entry.block)
        attributes, blocks, scope = entry.body.attributes, entry.body.blocks, entry.scope
        at += 2 if at + 1 < len(path) and isinstance(path[at + 1], int) else 1
    return found


def _nth(kind: str | int, position: str | int, blocks: list[Block], scope: Scope) -> Entry | None:
    """The block at a position of a list; the last one where there are fewer."""
    last: Entry | None = None
    seen = 0
    for entry in entries(blocks, scope):
        if entry.type == kind:
            last = entry
            if seen == position and entry.hole is None:
                return entry
            seen += entry.hole is None
    return last


def _holder(entry: Entry, blocks: list[Block]) -> Node:
    """The block of the resource's own that an entry is written in: itself, or the dynamic block around it."""
    return next(
        (block for block in blocks if block.start <= entry.block.start and entry.block.end <= block.end), entry.block
    )
