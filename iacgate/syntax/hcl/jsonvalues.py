"""syntax: JSON text to the expression nodes of the native syntax. In: a cursor over the text. Out: one expression.

An object becomes an ``Object``, a list a ``Tuple``, a string a ``Literal``, or a ``Template`` where templates are read
and it has holes. Offsets inside a template are offsets into the JSON text, escapes in the string included.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from iacgate.syntax.hcl import templates
from iacgate.syntax.hcl.cursor import Cursor, Match, locate, shown
from iacgate.syntax.hcl.expressions import expression, number
from iacgate.syntax.hcl.file import line_starts
from iacgate.syntax.hcl.nodes import Expression, Literal, Object, ObjectItem, Tuple
from iacgate.syntax.hcl.walking import move

_PUNCTUATION, _STRING = 1, 2
_KINDS = ("bad", "", "string", "escaped", "number", "word", "end")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@lru_cache(maxsize=1)
def _token_matcher() -> Match:
    return re.compile(
        r"""[ \t\r\n]*+(?:
            ([][{}:,])
          | "([^"\\\x00-\x1f]*+)"
          | ("(?:[^"\\\x00-\x1f]++|\\.)*+")
          | (-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)(?![\w.])
          | ([A-Za-z_]\w*+)
          | (\Z)
        )""",
        re.VERBOSE,
    ).match


class Reader:
    """Reads JSON tokens into the cursor, and values from it. ``holes`` says whether strings are templates."""

    __slots__ = ("cursor", "holes", "match")

    def __init__(self, cursor: Cursor, *, holes: bool) -> None:
        self.cursor = cursor
        self.holes = holes
        self.match = _token_matcher()

    def document(self) -> Expression:
        """The one value of the text."""
        self.advance()
        value = self.value()
        if self.cursor.kind != "end":
            self.cursor.expected("the end of the file after the JSON value")
        return value

    def advance(self) -> None:
        cursor = self.cursor
        found = self.match(cursor.text, cursor.end)
        if found is None:
            self._bad()
            return
        index = found.lastindex or 0
        cursor.previous_end = cursor.end
        cursor.start, cursor.end = found.span(index)
        if index == _STRING:
            cursor.start, cursor.end = cursor.start - 1, cursor.end + 1
        cursor.value = found[index]
        cursor.kind = cursor.value if index == _PUNCTUATION else _KINDS[index]

    def value(self) -> Expression:
        """The value at the cursor, which ends behind it."""
        cursor = self.cursor
        kind, start, end = cursor.kind, cursor.start, cursor.end
        if kind in ("string", "escaped"):
            return self._string()
        if kind == "{":
            return self._object(start)
        if kind == "[":
            return self._list(start)
        if kind != "number" and not (kind == "word" and cursor.value in _WORDS):
            cursor.expected("a JSON value", "text must be in double quotes" if kind == "word" else "")
        value = number(cursor) if kind == "number" else _WORDS[cursor.value]
        self.advance()
        return Literal(value, start, end)

    def _string(self) -> Expression:
        cursor = self.cursor
        start, end, raw = cursor.start, cursor.end, cursor.value
        text = raw if cursor.kind == "string" else _unescaped(cursor)
        if self.holes and ("${" in text or "%{" in text):
            node = self._template(text, start)
            node.start, node.end = start, end
        else:
            node = Literal(text, start, end)
        self.advance()
        return node

    def _template(self, text: str, start: int) -> Expression:
        """The string as a template; ``start`` is the offset of its opening quote."""
        cursor = self.cursor
        raw = cursor.text[start + 1 : cursor.end - 1]
        offsets = _offsets(raw) if "\\" in raw else None

        def place(offset: int) -> int:
            return start + 1 + (offset if offsets is None else _moved(offsets, offset))

        inner = Cursor(
            text,
            cursor.path,
            lambda offset: locate(cursor.path, line_starts(cursor.text), place(offset), place(offset)),
        )
        inner.depth = cursor.depth
        try:
            node = templates.bare(inner, expression)
        finally:
            inner.release()
        move(node, place)
        return node

    def _list(self, start: int) -> Tuple:
        cursor = self.cursor
        cursor.nest()
        self.advance()
        items: list[Expression] = []
        while cursor.kind != "]":
            items.append(self.value())
            self._separator("]", "item", "list")
        end = cursor.end
        cursor.depth -= 1
        self.advance()
        return Tuple(tuple(items), start, end)

    def _object(self, start: int) -> Object:
        cursor = self.cursor
        cursor.nest()
        self.advance()
        items: list[ObjectItem] = []
        while cursor.kind != "}":
            items.append(self._item())
            self._separator("}", "member", "object")
        end = cursor.end
        cursor.depth -= 1
        self.advance()
        return Object(tuple(items), start, end)

    def _item(self) -> ObjectItem:
        cursor = self.cursor
        if cursor.kind not in ("string", "escaped"):
            cursor.expected('a key in double quotes, or "}" to close the object')
        key = self._string()
        if cursor.kind != ":":
            cursor.expected('":" after a key')
        self.advance()
        value = self.value()
        return ObjectItem(key, value, key.start, value.end)

    def _separator(self, closing: str, what: str, where: str) -> None:
        cursor = self.cursor
        if cursor.kind == ",":
            comma = cursor.start
            self.advance()
            if cursor.kind == closing:
                cursor.fail(f'"," before "{closing}": JSON has no comma after the last {what}', comma, comma + 1)
        elif cursor.kind != closing:
            cursor.expected(f'"," or "{closing}" after a {what} of the {where}')

    def _bad(self) -> None:
        cursor = self.cursor
        start = cursor.end
        while start < len(cursor.text) and cursor.text[start] in " \t\r\n":
            start += 1
        char = cursor.text[start]
        if char == '"':
            cursor.fail("this string is never closed on its line", start)
        hint = 'for comments use the key "//"' if char in "/#" else ""
        cursor.fail(f"{shown(char)} begins no JSON value", start, start + 1, hint)


def _unescaped(cursor: Cursor) -> str:
    """The text of a JSON string with escapes; half a surrogate pair becomes the replacement character."""
    import json

    try:
        text = str(json.loads(cursor.value))
    except ValueError:
        cursor.fail("the string has an escape that JSON does not know", cursor.start, cursor.end)
    if any("\ud800" <= char <= "\udfff" for char in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _offsets(raw: str) -> list[tuple[int, int]]:
    """Where decoded and raw offsets of a string drift apart: (decoded, raw) after each escape, from (0, 0) on."""
    pairs = [(0, 0)]
    shift = 0
    for found in re.finditer(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.", raw):
        shift += len(found[0]) - 1
        pairs.append((found.end() - shift, found.end()))
    return pairs


def _moved(pairs: list[tuple[int, int]], offset: int) -> int:
    decoded, raw = pairs[bisect_right(pairs, (offset, 1 << 62)) - 1]
    return raw + offset - decoded
