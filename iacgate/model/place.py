"""Where something stands: paths into a body, locations in a file."""

from __future__ import annotations

from typing import Any

from iacgate.model.dataclass import dataclass, replace

Path = tuple[str | int, ...]
"""Steps into a body: mapping keys and list indexes. In reports, steps into keyed lists read ``"name=app"``, steps
to a flag of a command line ``"--flag"``."""

KEYS_OF_LISTS = ("address", "name", "sid", "Sid", "key", "containerPort", "mountPath")
"""Members that identify an element of a list, the first that is there wins (Kubernetes merge keys and their like)."""
_FLAG = "--"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A stretch of a file. Lines and columns start at 1, columns count code points, the end column is exclusive.

    ``file`` is relative to the report's root, with forward slashes. ``via`` is the chain of places through which
    the place was reached, outermost first (module calls, the line a variable was set on). ``note`` says of such a place
    what happens there ("called here", "passed here", "defined here").
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    via: tuple[Location, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.end_line < self.line:
            object.__setattr__(self, "end_line", self.line)
        if self.end_line == self.line and self.end_column < self.column:
            object.__setattr__(self, "end_column", self.column)

    def through(self, via: tuple[Location, ...]) -> Location:
        """The same place, reached through ``via``."""
        return replace(self, via=via)

    def noted(self, note: str) -> Location:
        """The same place on a way, and what happens there."""
        return replace(self, note=note)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


Firsts = dict[tuple[int, str], dict[str, int]]
"""For a list (by ``id``) and an element key: the first element that has each value of that key."""


def stable_path(body: Any, path: Path, firsts: Firsts | None = None) -> Path:
    """``path`` with indexes of keyed lists replaced by keys: ``("containers", 0)`` → ``("containers", "name=app")``.

    A flag of a command line (``--port=80``) is known by its name. An index stays where no element key is there, and
    where an element before it shares the key. ``firsts`` remembers lists between calls on the same ``body``, so that
    many paths into a long list do not each search it.
    """
    steps: list[str | int] = []
    node = body
    known: Firsts = {} if firsts is None else firsts
    for step in path:
        if isinstance(node, dict):  # most steps: nothing to look up
            steps.append(step)
            node = node.get(step)
        else:
            steps.append(_keyed(node, step, known))
            node = child(node, step)
    return tuple(steps)


def child(node: Any, step: str | int) -> Any:
    """The member of ``node`` at one step of a path (either form), or ``None``."""
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list):
        if isinstance(step, int):
            return node[step] if -len(node) <= step < len(node) else None
        index = index_of(node, step)
        return None if index is None else node[index]
    return None


def index_of(items: list[Any], step: str) -> int | None:
    """The index that a keyed step (``"name=app"``, ``"--flag"``) means in this list."""
    key, separator, value = step.partition("=")
    if step.startswith("--") and not separator:
        return _flags(items).get(step)
    if not separator:
        return None
    for index, item in enumerate(items):
        if isinstance(item, dict) and isinstance(item.get(key), str | int) and str(item[key]) == value:
            return index
    return None


def _keyed(node: Any, step: str | int, firsts: Firsts) -> str | int:
    if not isinstance(step, int) or not isinstance(node, list) or not 0 <= step < len(node):
        return step
    element = node[step]
    if isinstance(element, str) and element.startswith("--"):
        flag = element.partition("=")[0]
        return flag if _firsts(node, _FLAG, firsts).get(flag) == step else step
    if not isinstance(element, dict):
        return step
    for key in KEYS_OF_LISTS:
        value = element.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return f"{key}={value}" if _firsts(node, key, firsts).get(str(value)) == step else step
    return step


def _firsts(items: list[Any], key: str, firsts: Firsts) -> dict[str, int]:
    found = firsts.get((id(items), key))
    if found is None and key == _FLAG:
        found = firsts[id(items), key] = _flags(items)
    if found is None:
        found = firsts[id(items), key] = {}
        for index, item in enumerate(items):
            if isinstance(item, dict) and isinstance(value := item.get(key), str | int):
                found.setdefault(str(value), index)
    return found


def _flags(items: list[Any]) -> dict[str, int]:
    """The flags of a command line: the first element that gives each."""
    found: dict[str, int] = {}
    for index, item in enumerate(items):
        if isinstance(item, str) and item.startswith("--"):
            found.setdefault(item.partition("=")[0], index)
    return found
