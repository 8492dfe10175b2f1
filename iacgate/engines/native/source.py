"""The text of a rule file → plain values, and the place of every one of them.

Scalars are read as YAML 1.2 reads them: ``on`` and ``off`` are words, only ``true`` and ``false`` are booleans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml

from iacgate.errors import PolicyError
from iacgate.model import Location, Path
from iacgate.model.dataclass import dataclass, field

MAX_SIZE = 262_144
MAX_DEPTH = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 64
_MEND = "correct the file there, or just before; `iacgate schema rule` describes it"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]{1,3})?\Z")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A rule file as read: its values, and where each of them stands (``marks``: path → line, column, from 1)."""

    path: str
    values: dict[str, Any]
    marks: dict[Path, tuple[int, int]] = field(repr=False)
    blocks: frozenset[Path] = field(default=frozenset(), repr=False)

    def at(self, *path: str | int, offset: int = 0) -> Location:
        """The place of a value, ``offset`` characters into it; of the nearest thing around it when it is not there."""
        for length in range(len(path), -1, -1):
            mark = self.marks.get(tuple(path[:length]))
            if mark is not None:
                line, column = mark
                exact = length == len(path) and path not in self.blocks
                return Location(file=self.path, line=line, column=column + (offset if exact else 0))
        return Location(file=self.path)

    def error(self, message: str, *path: str | int, hint: str = "", offset: int = 0) -> PolicyError:
        """An error about the value at a path."""
        return PolicyError(message, hint, self.at(*path, offset=offset))


def read_rule(text: str, path: str) -> RuleText:
    """The values of a rule file. Raises :class:`~iacgate.errors.PolicyError` with the place."""
    if len(text) > MAX_SIZE:
        raise PolicyError(f"rule file of {len(text)} characters, at most {MAX_SIZE} are read", "", Location(file=path))
    try:
        nodes = list(_documents(text))
    except yaml.YAMLError as error:
        raise _yaml_failure(error, path) from None
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"not YAML: {error}", _MEND, Location(file=path)) from None
    if len(nodes) != 1 or not isinstance(nodes[0], yaml.MappingNode):
        what = "a rule file holds one mapping (id, title, severity, on, …)"
        raise PolicyError(what, "write one rule a file", Location(file=path))
    reading = _Reading(path)
    values = reading.value(nodes[0], ())
    return RuleText(path=path, values=values, marks=reading.marks, blocks=frozenset(reading.blocks))


def _documents(text: str) -> Iterator[yaml.Node]:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            mark = cast("yaml.error.Mark", event.start_mark)
            raise yaml.MarkedYAMLError(problem=f"nested more than {_DEEPEST} levels deep", problem_mark=mark)
        if isinstance(event, yaml.AliasEvent):
            mark = cast("yaml.error.Mark", event.start_mark)
            raise yaml.MarkedYAMLError(problem="aliases are not read in rule files", problem_mark=mark)
    for node in yaml.compose_all(text, Loader=_LOADER):
        if node is not None:
            yield node


def _yaml_failure(error: yaml.YAMLError, path: str) -> PolicyError:
    mark = getattr(error, "problem_mark", None)
    place = Location(file=path, line=mark.line + 1, column=mark.column + 1) if mark else Location(file=path)
    return PolicyError(f"not YAML: {getattr(error, 'problem', None) or error}", _MEND, place)


class _Reading:
    """One pass over the composed nodes: values out, marks and block scalars noted on the way."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.marks: dict[Path, tuple[int, int]] = {}
        self.blocks: set[Path] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.marks[path] = self._mark(node)
        if len(path) > MAX_DEPTH:
            raise PolicyError("rule file is nested too deeply", _MEND, self._location(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        scalar = cast("yaml.ScalarNode", node)
        if scalar.style in {"|", ">"}:
            self.blocks.add(path)
        return scalar.value if scalar.style else _scalar(scalar.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, item in node.value:
            name = str(key.value)
            if not isinstance(key, yaml.ScalarNode):
                raise PolicyError("a key must be a word", "", self._location(key))
            if name in values:
                raise PolicyError(f"{name!r} is written twice", "remove one of them", self._location(key))
            values[name] = self.value(item, (*path, name))
            self.marks[(*path, name, "")] = self._mark(key)
        return values

    def _mark(self, node: yaml.Node) -> tuple[int, int]:
        quoted = isinstance(node, yaml.ScalarNode) and node.style in {"'", '"'}
        return node.start_mark.line + 1, node.start_mark.column + (2 if quoted else 1)

    def _location(self, node: yaml.Node) -> Location:
        line, column = self._mark(node)
        return Location(file=self.path, line=line, column=column)


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text) and len(text) < 300:
        return int(text)
    return float(text) if _FLOAT.match(text) else text
