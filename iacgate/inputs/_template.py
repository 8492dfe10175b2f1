"""Places in the template of a chart: where a path of a rendered object is written, as far as its keys are literal.

Room: ``inputs``. In: the text of a template, and an object that was rendered from it. Out: for a path into the object,
the place of the deepest key on it that stands in the template as it is; what comes from values or helpers (``toYaml``,
``include``) is placed at the key it is put under. Nothing is evaluated: a template is read line by line, by its
indentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from iacgate.model import Comment, Location, Path

_KEY = re.compile(r"""("[^"{]*"|'[^'{]*'|[\w./-]+) *:(?:\s+|$)""")
_COMMENT = re.compile(r"(?:^|(?<=\s))#+ ?(?P<yaml>.*)$|\{\{-?\s*/\*\s*(?P<helm>.*?)\s*\*/\s*-?\}\}")
_DASH = re.compile(r"- +|-$")


class _Node:
    """A key, or an element of a list (no key), with its line and column (from 0) and what is literally below it."""

    __slots__ = ("below", "column", "key", "line", "value", "width")

    def __init__(self, line: int, column: int, key: str | None, value: str, width: int) -> None:
        self.line, self.column, self.key, self.value, self.width = line, column, key, value, width
        self.below: list[_Node] = []

    def member(self, key: str) -> _Node | None:
        return next((node for node in self.below if node.key == key), None)

    def says(self, body: Any, *path: str) -> bool:
        """Whether the value of a rendered object stands here as it is."""
        node: _Node | None = self
        for step in path:
            node = node and node.member(step)
            body = body.get(step) if isinstance(body, dict) else None
        return node is not None and isinstance(body, str) and node.value.strip("\"'") == body

    def element(self, index: int, elements: Sequence[Any]) -> _Node | None:
        """The element by its name, else by its position where the template writes each of them, or one in a loop."""
        written = [node for node in self.below if node.key is None]
        named = [node for node in written if node.says(elements[index], "name")]
        if named:
            return named[0]
        if len(written) == len(elements):
            return written[index]
        return written[0] if len(written) == 1 else None


class Template:
    """One template file, read once."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._lines = text.splitlines()
        self._documents = list(_documents(self._lines))

    def text(self) -> str:
        return self._text

    def comments(self) -> tuple[Comment, ...]:
        """The comments of YAML, and those of the template's language that stand on one line."""
        found = []
        for number, line in enumerate(self._lines, 1):
            if said := _COMMENT.search(line):
                around = line[: said.start()] + line[said.end() :]
                text = said["helm"] if said["yaml"] is None else said["yaml"]
                found.append(Comment(line=number, text=text.strip(), alone=not around.strip()))
        return tuple(found)

    def locate(self, body: dict[str, Any], path: Path) -> Location:
        """Where the path is written; for the object itself the line that says its kind, line 1 where none does."""
        root = node = self._root(body)
        value: Any = body
        for step in path:
            below = _below(node, value, step)
            if below is None:
                break
            node, value = below, value[step]
        if node is root:
            node = root.member("kind") or root
        return self._place(node) if node is not root else Location(file=self._path)

    def _root(self, body: dict[str, Any]) -> _Node:
        """The document of the template that says the object's kind, and its name where several say the same kind."""
        found = [root for root in self._documents if root.says(body, "kind")]
        named = [root for root in found if root.says(body, "metadata", "name")]
        written = [root for root in self._documents if root.below]
        if named or found:
            return (named or found)[0]
        return written[0] if len(written) == 1 else _Node(0, -1, "", "", 0)

    def _place(self, node: _Node) -> Location:
        """The value where it stands on the line of its key, else the key."""
        text = self._lines[node.line - 1]
        end = len(text.rstrip())
        start = end - len(node.value) if node.value and node.key is not None else node.column
        end = end if node.value else start + node.width
        return Location(file=self._path, line=node.line, column=start + 1, end_line=node.line, end_column=end + 1)


def _below(node: _Node, value: Any, step: str | int) -> _Node | None:
    if isinstance(step, int):
        return node.element(step, value) if isinstance(value, list) and step < len(value) else None
    return node.member(step) if isinstance(value, dict) and step in value else None


def _documents(lines: Sequence[str]) -> Iterator[_Node]:
    root = _Node(0, -1, "", "", 0)
    stack = [root]
    for number, line in enumerate(lines, 1):
        if line.startswith("---"):
            yield root
            root = _Node(0, -1, "", "", 0)
            stack = [root]
        for node in _nodes(number, line):
            while not _holds(stack[-1], node):
                stack.pop()
            stack[-1].below.append(node)
            stack.append(node)
    yield root


def _holds(above: _Node, node: _Node) -> bool:
    """Whether a node is inside another, by their columns; the elements of a list may stand below its very key."""
    return above.column < node.column or (above.column == node.column and above.key is not None and node.key is None)


def _nodes(number: int, line: str) -> Iterator[_Node]:
    """The elements that begin on a line, and its key; nothing of comments and of lines of the template's language."""
    column = len(line) - len(line.lstrip(" "))
    if line.startswith(("{{", "#"), column):
        return
    while dash := _DASH.match(line, column):
        yield _Node(number, column, None, "", 1)
        column = dash.end()
    if key := _KEY.match(line, column):
        yield _Node(number, column, key[1].strip("\"'"), line[key.end() :].rstrip(), len(key[1]))
