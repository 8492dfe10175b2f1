"""``yamlencode``. In: a wholly known value without marks. Out: YAML as Terraform writes it.

Block style, strings in double quotes, those of several lines as literal blocks where YAML allows it. Source: the
emitter of ``go-cty-yaml`` (that of libyaml).
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform.numbers import number_text
from iacgate.lang.terraform.values import LONGEST_TEXT, Exhausted, is_null

WIDTH = 80
LONGEST_KEY = 128
_BREAKS = "\r\n\x85\u2028\u2029"
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e", '"': '"',
    "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


def encode(value: Any) -> str:
    """The value as one YAML document."""
    writer = _Writer()
    writer.node(value, mapping=False)
    writer.indent_line()
    open_ended = not isinstance(value, str | list | dict)  # a plain word alone is marked where it ends
    return "".join([*writer.out, "...\n" if open_ended else ""])


def _printable(character: str) -> bool:
    code = ord(character)
    if code == 0x0A or 0x20 <= code <= 0x7E:
        return True
    return 0xA0 <= code < 0xD800 or (0xE000 <= code <= 0xFFFD and code != 0xFEFF)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


class _Writer:
    """One document being written, with the emitter's own notions of where it stands."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.column = 0
        self.indent = -1
        self.after_space = True
        self.at_indent = True
        self.length = 0

    def put(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)
        if self.length > LONGEST_TEXT:
            raise Exhausted("the YAML is longer than 10 MiB")
        self.column = 0 if text == "\n" else self.column + len(text)

    def indent_line(self) -> None:
        """Go to the indent: a new line where the emitter would begin one."""
        indent = max(0, self.indent)
        if not self.at_indent or self.column > indent or (self.column == indent and not self.after_space):
            self.put("\n")
        if self.column < indent:
            self.put(" " * (indent - self.column))
        self.after_space = self.at_indent = True

    def indicator(self, text: str, *, spaced: bool, indents: bool = False) -> None:
        if spaced and not self.after_space:
            self.put(" ")
        self.put(text)
        self.after_space = False
        self.at_indent = self.at_indent and indents

    def node(self, value: Any, *, mapping: bool, key: bool = False) -> None:
        if isinstance(value, dict):
            self._mapping(value)
        elif isinstance(value, list):
            self._sequence(value, mapping=mapping)
        elif isinstance(value, str):
            self._string(value, key=key)
        else:
            plain = "null" if is_null(value) else str(value).lower() if isinstance(value, bool) else number_text(value)
            if not self.after_space:
                self.put(" ")
            self.put(plain)
            self.after_space = self.at_indent = False

    def _into(self, *, flat: bool) -> int:
        """Go one level in; gives back the indent to return to."""
        before = self.indent
        if before < 0:
            self.indent = 0
        elif not flat:
            self.indent += 2
        return before

    def _sequence(self, items: list[Any], *, mapping: bool) -> None:
        if not items:
            self.indicator("[]", spaced=True)
            return
        before = self._into(flat=mapping and not self.at_indent)
        for item in items:
            self.indent_line()
            self.indicator("-", spaced=True, indents=True)
            self.node(item, mapping=False)
        self.indent = before

    def _mapping(self, items: dict[str, Any]) -> None:
        if not items:
            self.indicator("{}", spaced=True)
            return
        before = self._into(flat=False)
        for name in sorted(items):
            self.indent_line()
            if _size(name) <= LONGEST_KEY and not any(mark in name for mark in _BREAKS):
                self.node(name, mapping=True, key=True)
                self.indicator(":", spaced=False)
            else:
                self.indicator("?", spaced=True, indents=True)
                self.node(name, mapping=True)
                self.indent_line()
                self.indicator(":", spaced=True, indents=True)
            self.node(items[name], mapping=True)
        self.indent = before

    def _string(self, text: str, *, key: bool) -> None:
        before = self.indent
        self.indent = max(0, before) + 2
        if "\n" in text and not key and _block_allowed(text):
            self._literal(text)
        else:
            self._quoted(text, folds=not key)
        self.indent = before

    def _literal(self, text: str) -> None:
        hint = "2" if text[0] == " " or text[0] in _BREAKS else ""
        ends = "+" if len(text) == 1 or text[-2] in _BREAKS else ""
        chomp = ends if text[-1] in _BREAKS else "-"
        self.indicator(f"|{hint}{chomp}", spaced=True)
        self.put("\n")
        self.at_indent = self.after_space = fresh = True
        for character in text:
            if character in _BREAKS:
                self.put(character)
                self.column = 0
                self.at_indent = fresh = True
                continue
            if fresh:
                self.indent_line()
            self.put(character)
            self.at_indent = fresh = False

    def _quoted(self, text: str, *, folds: bool) -> None:
        self.indicator('"', spaced=True)
        spaces = False
        size = _size(text)
        at = 0
        for place, character in enumerate(text):
            if not _printable(character) or character in '"\\' or character in _BREAKS:
                self.put(_escaped(character))
                spaces = False
            elif character == " ":
                follows = text[place + 1 : place + 2]
                if folds and not spaces and self.column > WIDTH and 0 < at < size - 1:
                    self.indent_line()
                    if follows == " ":
                        self.put("\\")
                else:
                    self.put(" ")
                spaces = True
            else:
                self.put(character)
                spaces = False
            at += _size(character)
        self.indicator('"', spaced=False)


def _block_allowed(text: str) -> bool:
    """Whether the text can stand as a literal block: no space at its end or before a line's, nothing to escape."""
    if text.endswith(" ") or any(f" {mark}" in text for mark in _BREAKS):
        return False
    return all(map(_printable, text))


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return "\\" + _ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
