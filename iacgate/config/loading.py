"""Config room: from text to valid values, or to the error that says what is wrong, where, and what was meant."""

from __future__ import annotations

from typing import Any

from iacgate.config.located import Node
from iacgate.config.reading import Misfit, read
from iacgate.config.shape import Keys
from iacgate.errors import IacgateError
from iacgate.model import Location

MAX_BYTES = 8 * 1024 * 1024


class Values:
    """Valid values and where they stand in their file."""

    __slots__ = ("_error", "_tree", "body", "file")

    def __init__(self, body: dict[str, Any], tree: Node, file: str, error: type[IacgateError]) -> None:
        self.body = body
        self.file = file
        self._tree = tree
        self._error = error

    def location(self, *path: str | int) -> Location:
        """Where the value at a path stands (its key, for a member of a mapping)."""
        line, column = self._tree.key_at(path)
        return Location(file=self.file, line=line, column=column)

    def fail(self, message: str, *path: str | int, hint: str = "") -> IacgateError:
        """The error about the value at a path."""
        line, column = self._tree.at(path)
        return self._error(message, hint, Location(file=self.file, line=line, column=column))


def checked(tree: Node, shape: Keys, file: str, error: type[IacgateError]) -> Values:
    """The values of a tree that fits its shape; raises ``error`` for one that does not."""
    if tree.value is None:
        return Values({}, Node({}, 1, 1), file, error)
    misfits: list[Misfit] = []
    body = read(tree, shape, misfits)
    if misfits:
        raise _explained(tree, shape, body, misfits, file, error)
    return Values(body, tree, file, error)


def decode(data: bytes, file: str, error: type[IacgateError]) -> str:
    """The text of a file: UTF-8, with or without a byte order mark."""
    if len(data) > MAX_BYTES:
        raise error(f"larger than {MAX_BYTES // 1024 // 1024} MiB", "", Location(file=file))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = data.count(b"\n", 0, broken.start) + 1
        raise error("not UTF-8 text", "save the file as UTF-8", Location(file=file, line=line)) from None


def _explained(
    tree: Node, shape: Keys, body: Any, misfits: list[Misfit], file: str, error: type[IacgateError]
) -> IacgateError:
    """The first complaint as the error, the others as its hint; a key is rather misspelt than missing."""
    from iacgate.config.strict import complaints

    found = complaints(shape, body) or misfits
    placed = [(_place(tree, misfit), misfit) for misfit in found]
    placed.sort(key=lambda item: (item[1].missing, item[0][0], not item[1].about_key, item[0][1], item[1].message))
    (line, column), first = placed[0]
    others = [f"also {file}:{where[0]}:{where[1]}: {misfit.message}" for where, misfit in placed[1:8]]
    return error(first.message, "\n".join(others), Location(file=file, line=line, column=column))


def _place(tree: Node, misfit: Misfit) -> tuple[int, int]:
    return tree.key_at(misfit.path) if misfit.about_key else tree.at(misfit.path)
