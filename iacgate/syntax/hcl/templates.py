"""syntax: strings with holes: quoted templates and heredocs. In: a cursor at the opening. Out: a literal or a template.

The text between holes is read by regular expressions of its own; what stands in a hole is read by the expression
parser, which is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from iacgate.syntax.hcl.cursor import Cursor, Match, shown
from iacgate.syntax.hcl.nodes import (
    Expression,
    Interpolation,
    Literal,
    Template,
    TemplateFor,
    TemplateIf,
    TemplatePart,
)

SPACE = " \t\n\v\f\r\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What ``~`` and ``<<-`` take for white space."""

Read = Callable[[Cursor], Expression]


class Mark:
    """A control sequence, not yet paired: ``word`` is if, else, endif, for or endfor."""

    __slots__ = ("collection", "end", "key", "start", "value", "word")

    def __init__(self, word: str, start: int, end: int) -> None:
        self.word = word
        self.start = start
        self.end = end
        self.key = ""
        self.value = ""
        self.collection: Expression | None = None


Item = Literal | Interpolation | Mark


def _text_pattern(excluded: str, more: str, ends: str) -> Match:
    """Matcher of text up to a hole or an end: group 1 the text, 2 its end, 3 the opening of a hole."""
    plain = rf"\$\$\{{|%%\{{|[$%](?!\{{)|[^{excluded}$%]++{more}"
    return re.compile(rf"((?:{plain})*+)(?:({ends})|([$%]\{{~?)|(\Z)|([\s\S]))").match


@lru_cache(maxsize=1)
def _in_quotes() -> Match:
    return _text_pattern(r'"\\\n\r', r"|\\[^\r\n]", '"')


@lru_cache(maxsize=1)
def _in_heredoc() -> Match:
    return _text_pattern(r"\n", "", r"\n")


@lru_cache(maxsize=1)
def _in_nothing() -> Match:
    return _text_pattern("", "", "(?!)")


def quoted(cursor: Cursor, read: Read) -> Expression:
    """The string that begins at the current token, a quote. The cursor ends on the token after it."""
    start = cursor.start
    match = _in_quotes()
    offset = cursor.end
    items: list[Item] = []
    trimming = False
    while True:
        found = match(cursor.text, offset)
        text_end = found.end(1)  # type: ignore[union-attr]  # the expression takes any character
        if text_end > offset:
            items.append(_text(cursor, offset, text_end, trimming=trimming, escapes=True))
        trimming = False
        if found[2]:  # type: ignore[index]  # as above
            break
        if not found[3]:  # type: ignore[index]  # as above
            _unclosed(cursor, start, text_end)
        trimming = _hole(cursor, items, read, text_end)
        offset = cursor.end
    cursor.jump(text_end + 1)
    return _whole(cursor, items, "", start, text_end + 1)


def heredoc(cursor: Cursor, read: Read) -> Expression:
    """The heredoc that begins at the current token. The cursor ends on the line break after its end word."""
    start, opening = cursor.start, cursor.value
    style = "<<-" if opening.startswith("<<-") else "<<"
    word = opening[len(style) :].strip()
    items, end = _heredoc_items(cursor, read, word)
    if style == "<<-":
        _strip_indent(items)
    cursor.jump(end)
    return _whole(cursor, items, style, start, end)


def bare(cursor: Cursor, read: Read) -> Expression:
    """The whole text of the cursor as a template without quotes; no escapes but ``$${`` and ``%%{``."""
    match = _in_nothing()
    offset = 0
    items: list[Item] = []
    trimming = False
    while True:
        found = match(cursor.text, offset)
        text_end = found.end(1)  # type: ignore[union-attr]  # the expression matches up to the end
        if text_end > offset:
            items.append(_text(cursor, offset, text_end, trimming=trimming, escapes=False))
        if not found[3]:  # type: ignore[index]  # as above
            return _whole(cursor, items, "", 0, text_end)
        trimming = _hole(cursor, items, read, text_end)
        offset = cursor.end


def _heredoc_items(cursor: Cursor, read: Read, word: str) -> tuple[list[Item], int]:
    """What is inside the heredoc, line by line, and where its end word ends."""
    text, match = cursor.text, _in_heredoc()
    start, opening = cursor.start, cursor.value
    offset = cursor.end
    items: list[Item] = []
    line_begins, trimming = True, False
    while True:
        found = match(text, offset)
        text_end = found.end(1)  # type: ignore[union-attr]  # the expression matches up to the end
        if found[2]:  # type: ignore[index]  # as above
            if line_begins and text[offset:text_end].strip(SPACE) == word:
                return items, text_end - 1 if text[text_end - 1] == "\r" else text_end
            items.append(_text(cursor, offset, text_end + 1, trimming=trimming, escapes=False))
            offset, line_begins, trimming = text_end + 1, True, False
            continue
        if not found[3]:  # type: ignore[index]  # as above
            hint = f"{word} must stand alone on a line, and that line must end with a line break"
            cursor.fail(f"the heredoc {opening.strip()} is never closed", start, start + len(opening.rstrip()), hint)
        if text_end > offset:
            items.append(_text(cursor, offset, text_end, trimming=trimming, escapes=False))
        trimming = _hole(cursor, items, read, text_end)
        offset, line_begins = cursor.end, False


def _text(cursor: Cursor, start: int, end: int, *, trimming: bool, escapes: bool) -> Literal:
    raw = cursor.text[start:end]
    if escapes and "\\" in raw:
        raw = _unescape(cursor, raw, start)
    elif "{" in raw:
        raw = raw.replace("$${", "${").replace("%%{", "%{")
    return Literal(raw.lstrip(SPACE) if trimming else raw, start, end)


_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


@lru_cache(maxsize=1)
def _escape_pattern() -> re.Pattern[str]:
    return re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|\$(\$\{)|%(%\{)", re.DOTALL)


def _unescape(cursor: Cursor, raw: str, start: int) -> str:
    def replace(found: re.Match[str]) -> str:
        kind = found.lastindex or 0
        if kind > 3:
            return found[kind][0] + "{"
        if kind == 3:
            if found[3] not in _SIMPLE_ESCAPES:
                _bad_escape(cursor, found, start)
            return _SIMPLE_ESCAPES[found[3]]
        code = int(found[kind], 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            cursor.fail(f"there is no character {found[0]}", start + found.start(), start + found.end())
        return chr(code)

    return _escape_pattern().sub(replace, raw)


def _bad_escape(cursor: Cursor, found: re.Match[str], start: int) -> None:
    letter = found[3]
    at = start + found.start()
    if letter in "uU":
        digits = 4 if letter == "u" else 8
        cursor.fail(f"\\{letter} must be followed by {digits} hexadecimal digits", at, at + 2)
    hint = (
        'write "\\\\" for a backslash' if letter not in "$%" else f"write {letter}{letter}{{ for a literal {letter}{{"
    )
    known = '\\n, \\r, \\t, \\", \\\\, \\uNNNN and \\UNNNNNNNN'
    cursor.fail(f"\\{shown(letter)[1:-1] or letter} is no escape: there are {known}", at, at + 2, hint)


def _unclosed(cursor: Cursor, start: int, end: int) -> None:
    if end < len(cursor.text) and cursor.text[end] in "\r\n\\":
        hint = "write \\n for a line break, or use a heredoc: <<EOT"
        cursor.fail("a quoted string must end on the line it begins on", start, end, hint)
    cursor.fail("this string is never closed: there is no quote before the end of the file", start, end)


def _hole(cursor: Cursor, items: list[Item], read: Read, start: int) -> bool:
    """Read the sequence at ``start`` into ``items``; whether it asks to trim what follows. The cursor ends after."""
    text = cursor.text
    trims_left = text.startswith("~", start + 2)
    if trims_left and items and isinstance(items[-1], Literal):
        previous = items[-1]
        previous.value = str(previous.value).rstrip(SPACE)
    outer, cursor.match = cursor.match, cursor.free
    cursor.nest(start)
    cursor.jump(start + (3 if trims_left else 2))
    if text[start] == "$":
        items.append(_interpolation(cursor, read, start, trims_left=trims_left))
    else:
        items.append(_mark(cursor, read, start))
    cursor.depth -= 1
    cursor.match = outer
    return cursor.kind == "~}"


def _interpolation(cursor: Cursor, read: Read, start: int, *, trims_left: bool) -> Interpolation:
    expression = read(cursor)
    if cursor.kind not in ("}", "~}"):
        hint = "write $${ for a literal ${"
        if cursor.kind in ("end", "quote", "string"):
            cursor.expected('"}" to close the interpolation that begins with "${"', hint)
        cursor.expected('"}" after the expression of the interpolation', hint)
    trim = ("both" if trims_left else "right") if cursor.kind == "~}" else ("left" if trims_left else "")
    return Interpolation(expression, trim, start, cursor.end)


def _mark(cursor: Cursor, read: Read, start: int) -> Mark:
    word = cursor.value
    hint = "write %%{ for a literal %{"
    if cursor.kind != "name" or word not in ("if", "else", "endif", "for", "endfor"):
        cursor.expected("if, else, endif, for or endfor after %{", hint)
    mark = Mark(word, start, cursor.end)
    cursor.advance()
    if word == "if":
        mark.collection = read(cursor)
    elif word == "for":
        mark.key, mark.value = loop_names(cursor)
        mark.collection = read(cursor)
    if cursor.kind not in ("}", "~}"):
        cursor.expected(f'"}}" to end the %{{ {word} }} directive', hint)
    mark.end = cursor.end
    return mark


def loop_names(cursor: Cursor) -> tuple[str, str]:
    """``value in`` or ``key, value in``: the names, key "" when there is only one. The cursor ends after ``in``."""
    if cursor.kind != "name":
        cursor.expected('a variable name after "for"')
    key, value = "", cursor.value
    cursor.advance()
    if cursor.kind == ",":
        cursor.advance()
        if cursor.kind != "name":
            cursor.expected("the name of the value variable after the comma")
        key, value = value, cursor.value
        cursor.advance()
    if cursor.kind != "name" or cursor.value != "in":
        cursor.expected('"in" after the variable names of "for"')
    cursor.advance()
    return key, value


def _strip_indent(items: list[Item]) -> None:
    """Take from each line the indent that all lines share, as ``<<-`` asks. Blank lines do not count."""
    lines: list[tuple[Literal, int]] = []
    smallest: int | None = None
    line_begins = True
    for item in items:
        if line_begins:
            indent = 0
            if isinstance(item, Literal):
                value = str(item.value)
                trimmed = value.lstrip(SPACE)
                blank = not trimmed and value.endswith("\n")
                indent = len(value) - len(trimmed)
                if not blank:
                    lines.append((item, indent))
            else:
                blank = False
            if not blank:
                smallest = indent if smallest is None else min(smallest, indent)
        line_begins = isinstance(item, Literal) and str(item.value).endswith("\n")
    for literal, _ in lines:
        literal.value = str(literal.value)[smallest or 0 :]


def _whole(cursor: Cursor, items: list[Item], style: str, start: int, end: int) -> Expression:
    """The finished string: a literal if it has no holes."""
    if all(type(item) is Literal for item in items):
        return Literal("".join([item.value for item in items]), start, end)  # type: ignore[misc, union-attr]  # all text
    return Template(_fold(cursor, _meld(items)), style, start, end)


def _meld(items: list[Item]) -> list[Item]:
    """Neighbouring lines of text as one."""
    melded: list[Item] = []
    for item in items:
        last = melded[-1] if melded else None
        if isinstance(item, Literal) and isinstance(last, Literal):
            melded[-1] = Literal(f"{last.value}{item.value}", last.start, item.end)
        else:
            melded.append(item)
    return melded


class _Open:
    """A directive that waits for its end."""

    __slots__ = ("first", "mark", "parts")

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        self.parts: list[TemplatePart] = []
        self.first: list[TemplatePart] | None = None


def _fold(cursor: Cursor, items: list[Item]) -> tuple[TemplatePart, ...]:
    """Pair the control sequences."""
    parts: list[TemplatePart] = []
    stack: list[_Open] = []
    for item in items:
        if not isinstance(item, Mark):
            (stack[-1].parts if stack else parts).append(item)
        elif item.word in ("if", "for"):
            cursor.nest(item.start)
            stack.append(_Open(item))
        elif item.word == "else":
            _otherwise(cursor, stack, item)
        else:
            node = _close(cursor, stack, item)
            cursor.depth -= 1
            (stack[-1].parts if stack else parts).append(node)
    if stack:
        mark = stack[-1].mark
        cursor.fail(f"%{{ {mark.word} }} has no %{{ end{mark.word} }} before the string ends", mark.start, mark.end)
    return tuple(parts)


def _otherwise(cursor: Cursor, stack: list[_Open], mark: Mark) -> None:
    if not stack or stack[-1].mark.word != "if":
        cursor.fail("%{ else } without an open %{ if }", mark.start, mark.end)
    if stack[-1].first is not None:
        cursor.fail("a second %{ else } for the same %{ if }", mark.start, mark.end)
    stack[-1].first = stack[-1].parts
    stack[-1].parts = []


def _close(cursor: Cursor, stack: list[_Open], mark: Mark) -> TemplateIf | TemplateFor:
    word = mark.word.removeprefix("end")
    if not stack:
        cursor.fail(f"%{{ {mark.word} }} without an open %{{ {word} }}", mark.start, mark.end)
    if stack[-1].mark.word != word:
        expected = stack[-1].mark.word
        line = cursor.line_of(stack[-1].mark.start)
        message = f"expected %{{ end{expected} }} for the %{{ {expected} }} on line {line}, found %{{ {mark.word} }}"
        cursor.fail(message, mark.start, mark.end)
    opened = stack.pop()
    begin, subject = opened.mark, opened.mark.collection
    assert subject is not None  # noqa: S101  (if and for always have one; for the type checker)
    if word == "for":
        return TemplateFor(begin.key, begin.value, subject, tuple(opened.parts), begin.start, mark.end)
    then, otherwise = (opened.parts, []) if opened.first is None else (opened.first, opened.parts)
    return TemplateIf(subject, tuple(then), tuple(otherwise), begin.start, mark.end)
