"""syntax: the ways into the HCL parser. In: bytes or text and a path for messages. Out: a file, or one expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from iacgate.errors import SyntaxFailure
from iacgate.model import Location
from iacgate.syntax.hcl import templates
from iacgate.syntax.hcl.cursor import Cursor, locate
from iacgate.syntax.hcl.expressions import expression
from iacgate.syntax.hcl.file import File, line_starts
from iacgate.syntax.hcl.nodes import Expression
from iacgate.syntax.hcl.structure import file_body

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes a file may have."""

Result = TypeVar("Result")
Places = Callable[[int], Location]
"""Where an offset of the given text really is, when the text was taken out of another file."""


def parse(data: bytes | str, path: str) -> File:
    """A file in native syntax: configuration or variable values (``.tfvars``).

    Raises :class:`~iacgate.errors.SyntaxFailure` for whatever Terraform would not read either, for more than
    SIZE_LIMIT bytes and for more than NESTING_LIMIT levels.
    """
    text = decoded(data, path)
    cursor = Cursor(text, path)
    body = guarded(cursor, file_body)
    return File(path, text, body, tuple(cursor.comments))


def parse_expression(text: str, path: str, places: Places | None = None) -> Expression:
    """One expression and nothing after it, over several lines if need be. Offsets are offsets into ``text``."""
    cursor = Cursor(text, path, places)
    cursor.match = cursor.free
    return guarded(cursor, _only_expression)


def parse_template(text: str, path: str, places: Places | None = None) -> Expression:
    """The text as the inside of a string: a literal, or a template if it has holes. Backslashes mean themselves."""
    return guarded(Cursor(text, path, places), lambda cursor: templates.bare(cursor, expression))


def decoded(data: bytes | str, path: str) -> str:
    """The text of a file: UTF-8, with or without a byte order mark."""
    if len(data) > SIZE_LIMIT:
        raise SyntaxFailure(Location(file=path), f"larger than {SIZE_LIMIT // 1024 // 1024} MiB: not read")
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise SyntaxFailure(Location(file=path), "not UTF-8 text but UTF-16", "save the file as UTF-8")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        place = locate(path, line_starts(before), len(before), len(before))
        raise SyntaxFailure(
            place, f"not UTF-8 text: byte 0x{data[error.start]:02x}", "save the file as UTF-8"
        ) from None


def _only_expression(cursor: Cursor) -> Expression:
    cursor.advance()
    node = expression(cursor)
    if cursor.kind != "end":
        cursor.expected("the end of the expression")
    return node


def guarded(cursor: Cursor, read: Callable[[Cursor], Result]) -> Result:
    """Run a reader; give the interpreter its recursion limit back whatever happens."""
    try:
        return read(cursor)
    except RecursionError:
        cursor.fail("nested too deep", cursor.start)
    finally:
        cursor.release()
