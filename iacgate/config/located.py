"""Config room: the text of a settings or exceptions file → a tree that knows where everything stands.

In: YAML or TOML text. Out: :class:`Node`. A scalar keeps its text, so that whoever knows what is expected reads it
(YAML's bare ``off`` is the word *off* where a mode is wanted).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from iacgate.errors import IacgateError
from iacgate.model import Location, Path
from iacgate.syntax.yaml.package import yaml_package

MAX_DEPTH = 64
MAX_NODES = 200_000
"""Nodes of a file with its aliases written out: an alias bomb ends here, a real file never."""


class Node:
    """One value of the file.

    ``value`` is ``dict[str, Node]`` for a mapping (``keys`` holds where each key stands), ``list[Node]`` for a list,
    the text of a scalar, or ``None`` for nothing. ``plain``: text without quotes. Lines and columns start at 1.
    """

    __slots__ = ("column", "keys", "line", "plain", "size", "value")

    def __init__(self, value: Any, line: int, column: int, *, plain: bool = False) -> None:
        self.value: Any = value
        self.line = line
        self.column = column
        self.plain = plain
        self.keys: dict[str, tuple[int, int]] = {}
        self.size = 1

    def member(self, step: str | int) -> Node | None:
        """The value at one step, or ``None`` when there is none."""
        if isinstance(self.value, dict):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            found: Node = self.value[step]
            return found
        return None

    def at(self, path: Path) -> tuple[int, int]:
        """Line and column of the value at a path, or of what is nearest to it: its key, the value around it."""
        node, place = self, (self.line, self.column)
        for step in path:
            found = node.member(step)
            if found is None:
                return node.keys.get(str(step), place)
            node, place = found, (found.line, found.column)
        return place

    def key_at(self, path: Path) -> tuple[int, int]:
        """Line and column of the key that a path ends with; of the value where it ends in a list."""
        around = self
        for step in path[:-1]:
            found = around.member(step)
            if found is None:
                return self.at(path)
            around = found
        return (around.keys.get(str(path[-1])) if path else None) or self.at(path)


_DEEP = "nothing in it is nested so deep: look for a bracket that is not closed"
_MEND = "correct the file there, or just before"


class _Reader:
    """Builds nodes from the events of libyaml, without recursion and within limits."""

    def __init__(self, file: str, error: type[IacgateError]) -> None:
        self.file = file
        self.error = error
        self.anchors: dict[str, Node] = {}
        self.stack: list[tuple[Node, list[Node]]] = []
        self.root: Node | None = None

    def fail(self, message: str, line: int, column: int, hint: str = "") -> IacgateError:
        return self.error(message, hint, Location(file=self.file, line=line, column=column))

    def place(self, node: Node, anchor: str | None = None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            if self.root is not None:
                raise self.fail("a second document in the file", node.line, node.column, "keep one document in it")
            self.root = node
            return
        self.stack[-1][1].append(node)

    def open(self, node: Node, anchor: str | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.fail(f"more than {MAX_DEPTH} levels of nesting", node.line, node.column, _DEEP)
        self.place(node, anchor)
        self.stack.append((node, []))

    def close(self) -> None:
        node, items = self.stack.pop()
        node.size = 1 + sum(item.size for item in items)
        if node.size > MAX_NODES:
            message = f"more than {MAX_NODES} values once its aliases are written out"
            raise self.fail(message, node.line, node.column, "write the values out, without aliases of aliases")
        if isinstance(node.value, list):
            node.value.extend(items)
            return
        for key, value in zip(items[::2], items[1::2], strict=True):
            self.pair(node, key, value)

    def pair(self, node: Node, key: Node, value: Node) -> None:
        name = key.value
        if not isinstance(name, str):
            raise self.fail("a key that is no text", key.line, key.column, "write a word, or quote it")
        if name == "<<" and key.plain:
            raise self.fail("merge keys are not read here", key.line, key.column, "write the keys out")
        if name in node.keys:
            first = node.keys[name][0]
            message = f"key {name!r} is written twice (first in line {first})"
            raise self.fail(message, key.line, key.column, "keep one of the two")
        node.value[name] = value
        node.keys[name] = (key.line, key.column)

    def alias(self, name: str, line: int, column: int) -> None:
        target = self.anchors.get(name)
        if target is None or any(target is node for node, _ in self.stack):
            raise self.fail(
                f"alias *{name} names no earlier value", line, column, f"name a value with &{name} before it"
            )
        self.place(target)


def read_yaml(text: str, file: str, error: type[IacgateError]) -> Node:
    """The tree of a YAML file; ``error`` is what is raised, with the place, when it is none."""
    yaml = yaml_package()
    reader = _Reader(file, error)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            _take(reader, event)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise reader.fail(f"not YAML: {broken.problem or broken.context}", line, column, _MEND) from None
    except yaml.YAMLError as broken:
        raise reader.fail(f"not YAML: {str(broken).splitlines()[0]}", 1, 1, _MEND) from None
    return reader.root or Node(None, 1, 1, plain=True)


_NULLS = {"", "~", "null", "Null", "NULL"}


def _take(reader: _Reader, event: Any) -> None:
    kind = type(event).__name__
    if kind.endswith("EndEvent"):
        if kind in {"MappingEndEvent", "SequenceEndEvent"}:
            reader.close()
        return
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if kind == "ScalarEvent":
        plain = event.implicit[0]
        value = None if plain and event.value in _NULLS and not event.style else event.value
        reader.place(Node(value, line, column, plain=plain), event.anchor)
    elif kind == "MappingStartEvent":
        reader.open(Node({}, line, column), event.anchor)
    elif kind == "SequenceStartEvent":
        reader.open(Node([], line, column), event.anchor)
    elif kind == "AliasEvent":
        reader.alias(event.anchor, line, column)


def read_toml(text: str, file: str, error: type[IacgateError]) -> Node | None:
    """The tree of ``[tool.iacgate]`` in a pyproject.toml; ``None`` when there is no such table.

    The standard library's TOML reader gives no places: a key is looked for in the text below the table's header.
    """
    import tomllib

    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as broken:
        found = re.search(r"line (\d+), column (\d+)", str(broken))
        line, column = (int(found[1]), int(found[2])) if found else (1, 1)
        deep = isinstance(broken, RecursionError)
        message = "nested too deeply to be read" if deep else f"not TOML: {str(broken).split(' (at ')[0]}"
        raise error(message, _DEEP if deep else _MEND, Location(file=file, line=line, column=column)) from None
    tools = body.get("tool")
    table = tools.get("iacgate") if isinstance(tools, dict) else None
    if table is None:
        return None
    return _from_python(table, _TomlPlaces(text), ())


class _TomlPlaces:
    """Where keys stand in TOML text: the first line, at or below the nearest header, that names the key."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.start = next(
            (number for number, line in enumerate(self.lines) if re.match(r"\s*\[+\s*tool\s*\.\s*iacgate\b", line)), 0
        )

    def of(self, path: Path) -> tuple[int, int]:
        number, column = self.start, 0
        for step in (step for step in path if isinstance(step, str)):
            found = next(self._mentions(step, number, column), None)
            if found is None:
                break
            number, column = found
        return number + 1, column + 1

    def _mentions(self, key: str, number: int, column: int) -> Iterator[tuple[int, int]]:
        pattern = re.compile(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?(?=\s*[=.\]])")
        for index in range(number, len(self.lines)):
            found = pattern.search(self.lines[index], column if index == number else 0)
            if found:
                yield index, found.start()


def _from_python(value: Any, places: _TomlPlaces, path: Path) -> Node:
    line, column = places.of(path)
    if len(path) > MAX_DEPTH:
        return Node(None, line, column)
    if isinstance(value, dict):
        node = Node({key: _from_python(item, places, (*path, key)) for key, item in value.items()}, line, column)
        node.keys = {key: (member.line, member.column) for key, member in node.value.items()}
        return node
    if isinstance(value, list):
        return Node([_from_python(item, places, (*path, index)) for index, item in enumerate(value)], line, column)
    if isinstance(value, str):
        return Node(value, line, column)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Node(text, line, column, plain=True)
