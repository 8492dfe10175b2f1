"""syntax: going through a tree without recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iacgate.syntax.hcl.nodes import Attribute, FunctionCall, Node


def children(node: Node) -> Iterator[Node]:
    """The nodes directly inside, in source order where the node keeps it."""
    for name in node.__match_args__:
        inner = getattr(node, name)
        if isinstance(inner, Node):
            yield inner
        elif isinstance(inner, tuple | list):
            yield from (item for item in inner if isinstance(item, Node))
        elif isinstance(inner, dict):
            yield from inner.values()


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes inside it, each before what it holds."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(list(children(current))))


def move(node: Node, to: Callable[[int], int]) -> None:
    """Give the node and all inside it new offsets."""
    for inner in walk(node):
        inner.start, inner.end = to(inner.start), to(inner.end)
        if isinstance(inner, FunctionCall | Attribute):
            inner.name_end = to(inner.name_end)
