"""syntax: attributes and blocks. In: a cursor at the start of a file. Out: its body.

Lines that set an attribute to something simple, block headers and closing braces are matched whole; whatever is not in
that form goes token by token, which is also where every complaint comes from.
"""

from __future__ import annotations

import re
from functools import lru_cache

from iacgate.syntax.hcl import templates
from iacgate.syntax.hcl.atoms import ATOM, word
from iacgate.syntax.hcl.cursor import PLAIN, WORD, Cursor, Match, shown
from iacgate.syntax.hcl.expressions import expression
from iacgate.syntax.hcl.nodes import Attribute, Block, Body, Literal, Refused, Span

_PLAIN, _WORD, _VALUE, _HEADER, _CLOSE, _COMMENT = 2, 3, 4, 6, 7, 8


@lru_cache(maxsize=1)
def _line_matchers() -> tuple[Match, re.Pattern[str]]:
    """Matcher of the next line that says something, and the pattern of one label of a block.

    Groups of the line: 1 name; of an attribute with a simple value 2 its text or 3 its word; 4 the "=" of another
    attribute; of a block 5 its labels and 6 its brace; 7 a closing brace; 8 a comment. What follows, a line
    break or a comment, is left for the next match.
    """
    label = rf'[ \t]*+(?:{WORD}|"{PLAIN}")'
    eol = r"(?=[ \t]*+(?:\r?\n|\#|//))"
    line = re.compile(
        rf"""[ \t]*+(?:\r?\n[ \t]*+)*+(?:
            ({WORD})(?:[ \t]*+=[ \t]*+{ATOM}{eol}|[ \t]*+(=)(?!=)|((?:{label})*+)[ \t]*+(\{{){eol})
          | (\}}){eol}
          | (\#[^\n]*+|//[^\n]*+)
        )""",
        re.VERBOSE,
    )
    return line.match, re.compile(rf'{WORD}|"{PLAIN}"')


def file_body(cursor: Cursor) -> Body:
    """The whole file."""
    return rest_of_file(cursor, Body({}, [], cursor.end, cursor.end))


def rest_of_file(cursor: Cursor, body: Body) -> Body:
    """Add what stands between ``cursor.end`` and the end of the file. What is read before a failure stays added."""
    return _fill(cursor, None, body)


def _fill(cursor: Cursor, brace: int | None, body: Body) -> Body:
    """Add the items up to the brace that closes the one at ``brace``, or up to the end of the file.

    It begins at ``cursor.end``, and leaves ``cursor.end`` behind the closing brace, where only a comment may follow.
    """
    text, line = cursor.text, _line_matchers()[0]
    attributes, blocks = body.attributes, body.blocks
    while True:
        found = line(text, cursor.end)
        if found is None:
            if _slow_item(cursor, attributes, blocks, brace):
                continue
            body.end = cursor.start
            return body
        kind = found.lastindex
        if kind in (_PLAIN, _WORD):
            _keep(cursor, attributes, _simple_attribute(found, kind))
            cursor.end = found.end()
        elif kind == _VALUE:
            cursor.jump(found.end())
            _keep(cursor, attributes, _attribute(cursor, found[1], *found.span(1)))
            _end_of_line(cursor, "the argument")
        elif kind == _HEADER:
            blocks.append(_plain_block(cursor, found))
        elif kind == _COMMENT:
            cursor.comment(*found.span(_COMMENT))
        else:
            cursor.start, cursor.end = found.span(_CLOSE)
            if brace is None:
                cursor.fail('"}" closes nothing here', cursor.start, cursor.end)
            body.end = cursor.start
            return body


def _simple_attribute(found: re.Match[str], kind: int) -> Attribute:
    start, name_end = found.span(1)
    if kind == _PLAIN:
        end = found.end(2) + 1
        return Attribute(found[1], Literal(found[2], found.start(2) - 1, end), start, end, name_end)
    value = word(found[3], found.start(3))
    return Attribute(found[1], value, start, value.end, name_end)


def _attribute(cursor: Cursor, name: str, start: int, name_end: int) -> Attribute:
    """The attribute whose value the cursor is at."""
    value = expression(cursor)
    return Attribute(name, value, start, cursor.previous_end, name_end)


def _keep(cursor: Cursor, attributes: dict[str, Attribute], attribute: Attribute) -> None:
    name = attribute.name
    if name in attributes:
        first = cursor.line_of(attributes[name].start)
        message = f"argument {shown(name)} is set a second time in the same block, first on line {first}"
        cursor.refuse(message, attribute.start, attribute.name_end, "remove one of the two")
        reason = f"argument {name} is set twice in one block"
        attribute.expression = Refused(reason, attribute.expression.start, attribute.expression.end)
    attributes[name] = attribute


def _end_of_line(cursor: Cursor, what: str) -> None:
    """Nothing else may stand on the line of the cursor; the next item is looked for from there."""
    if cursor.kind == ",":
        cursor.expected(f"a line break after {what}", "arguments are separated by line breaks, not by commas")
    if cursor.kind not in ("newline", "end"):
        cursor.expected(f"a line break after {what}")
    cursor.end = cursor.start


def _plain_block(cursor: Cursor, found: re.Match[str]) -> Block:
    """The block whose header was matched whole."""
    start, header_end = found.span(1)
    labels: list[str] = []
    spans: list[Span] = []
    if found[5]:
        for label in _line_matchers()[1].finditer(cursor.text, *found.span(5)):
            labels.append(label[0].strip('"'))
            spans.append(label.span())
        header_end = spans[-1][1]
    cursor.start, cursor.end = found.span(_HEADER)
    return _block_body(cursor, Header(found[1], tuple(labels), tuple(spans), start, header_end))


class Header:
    """What stands before the opening brace of a block."""

    __slots__ = ("end", "labels", "spans", "start", "type")

    def __init__(self, type: str, labels: tuple[str, ...], spans: tuple[Span, ...], start: int, end: int) -> None:  # noqa: A002  (the language's own word)
        self.type = type
        self.labels = labels
        self.spans = spans
        self.start = start
        self.end = end

    def block(self, body: Body, end: int) -> Block:
        return Block(self.type, self.labels, self.spans, body, self.start, self.end, end)


def _block_body(cursor: Cursor, header: Header) -> Block:
    """The rest of a block of several lines; the cursor is on its opening brace."""
    cursor.nest()
    body = _fill(cursor, cursor.start, Body({}, [], cursor.end, cursor.end))
    cursor.depth -= 1
    return header.block(body, body.end + 1)


def _slow_item(cursor: Cursor, attributes: dict[str, Attribute], blocks: list[Block], brace: int | None) -> bool:
    """Read one item token by token; false when the body ends instead, with its end at ``cursor.start``."""
    cursor.match = cursor.lines
    cursor.advance()
    while cursor.kind == "newline":
        cursor.advance()
    if cursor.kind == "name":
        _named_item(cursor, attributes, blocks)
        return True
    if cursor.kind == "end":
        if brace is not None:
            line = cursor.line_of(brace)
            cursor.fail(f"the block opened on line {line} is never closed", brace, brace + 1, 'a "}" is missing')
        return False
    if cursor.kind == "}" and brace is not None:
        end = cursor.start
        cursor.advance()
        _end_of_line(cursor, "the block")
        cursor.start = end
        return False
    _no_item(cursor)
    return False


def _no_item(cursor: Cursor) -> None:
    if cursor.kind == "}":
        cursor.fail('"}" closes nothing here', cursor.start, cursor.end)
    hint = "names of arguments and types of blocks are not quoted" if cursor.kind in ("string", "quote") else ""
    cursor.expected("an argument or a block", hint)


def _named_item(cursor: Cursor, attributes: dict[str, Attribute], blocks: list[Block]) -> None:
    name, start, end = cursor.value, cursor.start, cursor.end
    cursor.advance()
    if cursor.kind == "=":
        cursor.advance()
        _keep(cursor, attributes, _attribute(cursor, name, start, end))
        _end_of_line(cursor, "the argument")
    elif cursor.kind in ("name", "string", "quote", "{"):
        blocks.append(_block(cursor, _header(cursor, name, start, end)))
    else:
        cursor.expected(f'"=" or a block after {shown(name)}', "to set an argument, write name = value")


def _header(cursor: Cursor, type: str, start: int, end: int) -> Header:  # noqa: A002  (the language's own word)
    """The labels of a block; the cursor ends on the opening brace."""
    labels: list[str] = []
    spans: list[Span] = []
    while cursor.kind != "{":
        label_start = cursor.start
        if cursor.kind == "name":
            labels.append(cursor.value)
            cursor.advance()
        elif cursor.kind in ("string", "quote"):
            labels.append(_quoted_label(cursor))
        elif cursor.kind == "=":
            cursor.expected('"{"', "an argument has no labels: write one name before the equals sign")
        elif cursor.kind == "newline":
            cursor.expected('"{" on the line of the block\'s type and labels')
        else:
            cursor.expected('a label or "{"')
        end = cursor.previous_end
        spans.append((label_start, end))
    return Header(type, tuple(labels), tuple(spans), start, end)


def _quoted_label(cursor: Cursor) -> str:
    start = cursor.start
    if cursor.kind == "string":
        label = cursor.value[1:-1]
        cursor.advance()
        return label
    node = templates.quoted(cursor, expression)
    if not isinstance(node, Literal):
        cursor.fail("the label of a block cannot have interpolations", start, node.end)
    return str(node.value)


def _block(cursor: Cursor, header: Header) -> Block:
    """The rest of a block; the cursor is on its opening brace."""
    brace, inside = cursor.start, cursor.end
    cursor.advance()
    if cursor.kind in ("newline", "end", "}"):
        cursor.start, cursor.end = brace, cursor.start
        block = _block_body(cursor, header)
        block.body.start = inside
        return block
    if cursor.kind != "name":
        cursor.expected('an argument or "}" after "{"')
    return _one_line_block(cursor, header, inside)


def _one_line_block(cursor: Cursor, header: Header, inside: int) -> Block:
    """A block with its one argument on its own line; the cursor is on the argument's name."""
    name, start, end = cursor.value, cursor.start, cursor.end
    cursor.advance()
    if cursor.kind != "=":
        hint = "a block on one line has at most one argument and no blocks: give each a line of its own"
        cursor.expected(f'"=" after {shown(name)}', hint)
    cursor.advance()
    attribute = _attribute(cursor, name, start, end)
    if cursor.kind != "}":
        hint = "a block on one line has only one argument: give each a line of its own"
        cursor.expected('"}" on the same line, after the argument', hint)
    close = cursor.start
    cursor.advance()
    _end_of_line(cursor, "the block")
    return header.block(Body({name: attribute}, [], inside, close), close + 1)
