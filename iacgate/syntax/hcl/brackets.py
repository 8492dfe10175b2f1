"""syntax: what stands in brackets and braces: lists, objects and for expressions.

In: a cursor at the opening bracket, and the expression parser. Out: the node; the cursor stands behind the closing one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from iacgate.syntax.hcl.atoms import ATOM, word
from iacgate.syntax.hcl.cursor import PLAIN, WORD, Cursor, Match, shown
from iacgate.syntax.hcl.nodes import (
    Expression,
    ForObject,
    ForTuple,
    Literal,
    Object,
    ObjectItem,
    Traversal,
    Tuple,
)
from iacgate.syntax.hcl.templates import Read, loop_names


@lru_cache(maxsize=1)
def _simple_matchers() -> tuple[Match, Match]:
    """Matchers of a simple object item and of a simple list item, each up to and with its separator."""
    key = rf'(?:[ \t]*+\r?\n)*+[ \t]*+(?:({WORD})|"({PLAIN})")[ \t]*+[=:][ \t]*+'
    entry = re.compile(rf"{key}{ATOM}[ \t]*+(?:,|(?=\r?\n|\}}))")
    item = re.compile(rf"[ \t]*+(?:\r?\n[ \t]*+)*+{ATOM}[ \t]*+(?:\r?\n[ \t]*+)*+(?:,|(?=\]))")
    return entry.match, item.match


def tuple_or_for(cursor: Cursor, read: Read) -> Expression:
    """``[…]``."""
    start = cursor.start
    outer, cursor.match = cursor.match, cursor.free
    cursor.nest()
    inside = cursor.end
    comments = len(cursor.comments)
    cursor.advance()
    if cursor.kind == "name" and cursor.value == "for":
        return _for(cursor, read, start, outer)
    del cursor.comments[comments:]
    items = _list_items(cursor, read, start, inside)
    cursor.match = outer
    cursor.depth -= 1
    cursor.advance()
    return Tuple(tuple(items), start, cursor.previous_end)


def _list_items(cursor: Cursor, read: Read, start: int, inside: int) -> list[Expression]:
    """The items of a list whose inside begins at ``inside``; the cursor ends on the closing bracket."""
    items: list[Expression] = []
    simple, text = _simple_matchers()[1], cursor.text
    offset = inside
    while True:
        found = simple(text, offset)
        while found is not None:
            items.append(_atom(found, 1))
            offset = found.end()
            found = simple(text, offset) if text[offset - 1] == "," else None
        cursor.jump(offset)
        if cursor.kind == "]":
            return items
        items.append(read(cursor))
        if cursor.kind == "]":
            return items
        if cursor.kind != ",":
            cursor.expected(f'"," or "]" after an item of the list that begins on line {cursor.line_of(start)}')
        offset = cursor.end


def object_or_for(cursor: Cursor, read: Read) -> Expression:
    """``{…}``: here line breaks separate, except before ``for``."""
    start, inside = cursor.start, cursor.end
    outer, cursor.match = cursor.match, cursor.free
    cursor.nest()
    comments = len(cursor.comments)
    cursor.advance()
    if cursor.kind == "name" and cursor.value == "for":
        return _for(cursor, read, start, outer)
    del cursor.comments[comments:]
    cursor.match = cursor.lines
    items = _object_items(cursor, read, inside)
    cursor.match = outer
    cursor.depth -= 1
    cursor.advance()
    return Object(tuple(items), start, cursor.previous_end)


def _object_items(cursor: Cursor, read: Read, inside: int) -> list[ObjectItem]:
    """The items of an object whose inside begins at ``inside``; the cursor ends on the closing brace."""
    items: list[ObjectItem] = []
    simple, text = _simple_matchers()[0], cursor.text
    offset = inside
    while True:
        found = simple(text, offset)
        while found is not None:
            items.append(_simple_item(found))
            offset = found.end()
            found = simple(text, offset)
        cursor.jump(offset)
        while cursor.kind == "newline":
            cursor.advance()
        if cursor.kind == "}":
            return items
        items.append(_item(cursor, read))
        if cursor.kind == "}":
            return items
        if cursor.kind not in (",", "newline"):
            cursor.expected(f'"," or the end of the line after the value of {_key_name(items[-1])}')
        offset = cursor.end


def _simple_item(found: re.Match[str]) -> ObjectItem:
    if found[1] is not None:
        start, key_end = found.span(1)
        key = Literal(found[1], start, key_end, bare=True)
    else:
        start, key_end = found.start(2) - 1, found.end(2) + 1
        key = Literal(found[2], start, key_end)
    value = _atom(found, 3)
    return ObjectItem(key, value, start, value.end)


def _atom(found: re.Match[str], group: int) -> Expression:
    """The node of an ATOM whose two groups begin at ``group``."""
    text = found[group]
    if text is not None:
        return Literal(text, found.start(group) - 1, found.end(group) + 1)
    return word(found[group + 1], found.start(group + 1))


def _item(cursor: Cursor, read: Read) -> ObjectItem:
    start, parenthesised = cursor.start, cursor.kind == "("
    if cursor.kind == ",":
        cursor.expected("a key of the object", "one comma, or a line break, separates two items")
    if cursor.kind == "end":
        cursor.expected('a key of the object, or "}" to close it')
    written = cursor.value
    key = read(cursor)
    if cursor.kind not in ("=", ":"):
        hint = "write the key in quotes if it is one name" if cursor.kind == "name" else ""
        cursor.expected('"=" or ":" after a key of the object', hint)
    if not parenthesised:
        key = _bare_key(key, written)
    cursor.advance()
    value = read(cursor)
    return ObjectItem(key, value, start, cursor.previous_end, parenthesised=parenthesised)


def _bare_key(key: Expression, written: str) -> Expression:
    """A key that is one word stands for its own name, also ``true`` and ``null``."""
    lone = isinstance(key, Traversal) and not key.steps
    constant = isinstance(key, Literal) and (key.value is None or isinstance(key.value, bool))
    return Literal(written, key.start, key.end, bare=True) if lone or constant else key


def _key_name(item: ObjectItem) -> str:
    return shown(str(item.key.value)) if isinstance(item.key, Literal) else "the item"


def _for(cursor: Cursor, read: Read, start: int, outer: Match) -> Expression:
    """The rest of a for expression; the cursor is at ``for``, inside the bracket that began at ``start``."""
    opening = cursor.text[start]
    closing = "]" if opening == "[" else "}"
    cursor.advance()
    names = loop_names(cursor)
    collection = read(cursor)
    if cursor.kind != ":":
        cursor.expected('":" after the collection of the for expression')
    cursor.advance()
    key, element = _for_result(cursor, read, closing)
    group = _for_group(cursor, closing)
    condition = None
    if cursor.kind == "name" and cursor.value == "if":
        cursor.advance()
        condition = read(cursor)
    if cursor.kind != closing:
        cursor.expected(f'"{closing}" to end the for expression')
    cursor.match = outer
    cursor.depth -= 1
    cursor.advance()
    if key is None:
        return ForTuple(names, collection, element, condition, start, cursor.previous_end)
    return ForObject(names, collection, key, element, condition, start, cursor.previous_end, group=group)


def _for_result(cursor: Cursor, read: Read, closing: str) -> tuple[Expression | None, Expression]:
    """``element``, or ``key => element`` between braces."""
    first = read(cursor)
    if cursor.kind == "=>":
        if closing == "]":
            cursor.fail('a for expression in "[ ]" makes a list and has no key', cursor.start, cursor.end, "use { }")
        cursor.advance()
        return first, read(cursor)
    if closing == "}":
        cursor.expected('"=>" and the element: a for expression in "{ }" makes an object', "use [ ] for a list")
    return None, first


def _for_group(cursor: Cursor, closing: str) -> bool:
    if cursor.kind != "...":
        return False
    if closing == "]":
        cursor.fail(
            '"..." groups by key and has no place in a for expression that makes a list', cursor.start, cursor.end
        )
    cursor.advance()
    return True
