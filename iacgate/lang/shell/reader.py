"""Reads one piece of script: finds its simple commands and the pieces inside it. Part of ``lang.shell``."""

from __future__ import annotations

import re
from typing import NamedTuple

from iacgate.lang.shell.closing import closing
from iacgate.lang.shell.command import Command, Redirect, ShellWord, command_of, follow, runs_stdin, script_words

MAX_DEPTH = 12
MAX_COMMANDS = 20_000
MAX_PIPED = 100

_OPENERS = frozenset(("if", "while", "until", "for", "select", "case", "{"))
_CLOSERS = frozenset(("fi", "done", "esac", "}"))
_SKIPPED = frozenset(("then", "else", "elif", "do", "!", "coproc"))

_BLANK = re.compile(r"(?:[ \t\r\f\v]|\\\r?\n)++")
_OPERATOR = re.compile(r"&&|\|\||;;&?|;&|\|&|&>>|&>|\d*(?:<<<|<<-?|<>|<&|>>|>&|>\||<(?!\()|>(?!\())|[;&|()\n]|#[^\n]*")
_PLAIN = re.compile(r"""[^\s;&|()<>\\'"$`]++""")
_NAME = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])?")
_DOUBLE_ESCAPE = re.compile(r'\\([$`"\\])|\\\r?\n')
_BACK_ESCAPE = re.compile(r"\\([$`\\])")


class Piece(NamedTuple):
    """A stretch of script to read. ``base`` is its offset in the whole; ``fixed`` stands for inexact places."""

    text: str
    base: int
    parent: int | None
    how: str
    depth: int
    fixed: tuple[int, int] | None


class Reader:
    """Reads one piece: fills the list of commands, gives back the pieces inside."""

    def __init__(self, piece: Piece, found: list[Command], noted: set[int]) -> None:
        self.piece = piece
        self.text = piece.text
        self.found = found
        self.at = 0
        self.inner: list[Piece] = []
        self.words: list[ShellWord] = []
        self.redirects: list[Redirect] = []
        self.subs: list[tuple[int, str, bool, int]] = []
        self.groups: list[tuple[str, int]] = []
        self.pending: list[int] = []
        self.last = range(0)
        self.header = ""
        self.closed = False
        self.heredocs: list[tuple[str, bool, bool, int | None]] = []
        self.unowned = 0
        self.noted = noted

    def run(self) -> list[Piece]:
        size = len(self.text)
        while self.at < size and len(self.found) <= MAX_COMMANDS:
            blank = _BLANK.match(self.text, self.at)
            if blank:
                self.at = blank.end()
                continue
            operator = _OPERATOR.match(self.text, self.at)
            if operator and not (self.header == "[[" and operator[0] != "\n"):
                self.at = operator.end()
                self._operator(operator[0], operator.start())
                continue
            word = self._word()
            self._take(word)
        self._flush()
        return self.inner

    def _take(self, word: ShellWord) -> None:
        raw = word.raw
        if self.header == "[[":
            self.words.append(word)
            if raw == "]]":
                self.header = ""
        elif self.header:
            self._in_header(raw)
        elif not self.words and raw in _OPENERS:
            self._open(raw)
        elif not self.words and raw in _CLOSERS:
            self._close()
        elif not self.words and raw in _SKIPPED:
            pass
        elif not self.words and raw == "function":
            self.header = "function"
        else:
            self.words.append(word)
            if raw == "[[" and len(self.words) == 1:
                self.header = "[["

    def _in_header(self, raw: str) -> None:
        """Words of ``for x in …``, ``case x in``, a case pattern, ``function f``: none of them is a command."""
        if self.header == "function":
            self.header = ""
        elif self.header == "for" and raw == "do":
            self._adopt(None)
            self.header = ""
        elif self.header == "case" and raw == "in":
            self.header = "pattern"
        elif self.header == "pattern" and raw == "esac":
            self.header = ""
            self._close()

    def _open(self, keyword: str) -> None:
        self.groups.append((keyword, len(self.found)))
        if keyword in ("for", "select"):
            self.header = "for"
        elif keyword == "case":
            self.header = "case"

    def _close(self) -> None:
        if self.groups:
            _, first = self.groups.pop()
            self.last = range(first, len(self.found))
            self.closed = True

    def _operator(self, operator: str, start: int) -> None:
        if operator.startswith("#"):
            return
        if operator[-1] in "<>-" or "<" in operator or ">" in operator:
            self._redirect(operator)
        elif operator == "(":
            self._parenthesis(start)
        elif operator == ")":
            self._closing_parenthesis()
        elif operator in ("|", "|&"):
            if self.header != "pattern":
                self._flush()
                self.pending = list(self.last)[-MAX_PIPED:]
        else:
            self._separate(operator)

    def _separate(self, operator: str) -> None:
        waiting = self.pending if not self.words and not self.redirects else []
        self._flush()
        self.pending = waiting if operator == "\n" else []
        if self.header == "for":
            self._adopt(None)
            self.header = ""
        if operator == "\n":
            self._read_heredocs()
        elif operator.startswith(";;") or operator == ";&":
            self.header = "pattern" if self.groups and self.groups[-1][0] == "case" else ""

    def _parenthesis(self, start: int) -> None:
        if self.header == "pattern":
            return
        if not self.words and self.text.startswith("(", start + 1):
            self.at = closing(self.text, start + 1, ")")
            return
        if len(self.words) == 1 and _BLANK.sub("", self.text[self.at : self.at + 8]).startswith(")"):
            self.words.clear()
            self.at = self.text.index(")", self.at) + 1
            return
        self._flush()
        self.groups.append(("(", len(self.found)))

    def _closing_parenthesis(self) -> None:
        if self.header == "pattern":
            self.header = ""
            return
        self._flush()
        if self.groups and self.groups[-1][0] == "(":
            self._close()

    def _redirect(self, operator: str) -> None:
        blank = _BLANK.match(self.text, self.at)
        if blank:
            self.at = blank.end()
        if self.at >= len(self.text) or (self.text[self.at] in ";&|()<>\n" and not self.text.startswith("<(", self.at)):
            return
        target = self._word()
        self.redirects.append(Redirect(operator, target))
        if operator.lstrip("0123456789") in ("<<", "<<-"):
            self.heredocs.append((target.text, operator.endswith("-"), target.raw == target.text, None))

    def _flush(self) -> None:
        """End the simple command that is being read."""
        if self.header in ("case", "pattern", "for"):
            self._adopt(None)
            return
        self.header = ""
        if not self.words and (self.closed or not self.redirects):
            self._adopt(None)
            self.redirects.clear()
            self.closed = False
            return
        self.closed = False
        index = len(self.found)
        command = command_of(self.words, self.redirects)
        command.parent, command.how = self.piece.parent, self.piece.how
        self.found.append(command)
        for source in self.pending:
            if self.found[source].piped_to is None:
                self.found[source].piped_to = index
        self.pending = []
        self.last = range(index, index + 1)
        self.words, self.redirects = [], []
        self._adopt(index)
        self._scripts(index, command)
        for place in range(self.unowned, len(self.heredocs)):
            self.heredocs[place] = (*self.heredocs[place][:3], index)
        self.unowned = len(self.heredocs)

    def _adopt(self, index: int | None) -> None:
        """The substitutions read since the last command belong to it."""
        for start, text, exact, end in self.subs:
            outer = self.piece.base + start
            if self.piece.fixed is None and outer in self.noted:
                continue  # seen already, by the shell around this script
            self.noted.add(outer)
            fixed = self.piece.fixed or (None if exact else (outer, self.piece.base + end))
            parent = self.piece.parent if index is None else index
            self.inner.append(Piece(text, outer, parent, "substitution", self.piece.depth + 1, fixed))
        self.subs.clear()

    def _scripts(self, index: int, command: Command) -> None:
        for word in script_words(command):
            raw, text = word.raw, word.text
            exact = len(raw) == len(text) + 2 and raw[0] in "'\"" and raw[1:-1] == text
            fixed = self.piece.fixed or (None if exact or raw == text else (word.start, word.end))
            self.inner.append(Piece(text, word.start + exact, index, "script", self.piece.depth + 1, fixed))

    def _read_heredocs(self) -> None:
        waiting, self.heredocs, self.unowned = self.heredocs, [], 0
        for name, chomp, expands, index in waiting:
            start = self.at
            body_end = self._find_terminator(name, chomp=chomp)
            body = self.text[start:body_end]
            if index is not None and self._runs_input(index):
                fixed = self.piece.fixed
                piece = Piece(body, self.piece.base + start, index, "heredoc", self.piece.depth + 1, fixed)
                self.inner.append(piece)
            elif expands and "$(" in body:
                self._substitutions_of(body, start, index)

    def _find_terminator(self, name: str, *, chomp: bool) -> int:
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            line = self.text[self.at : end].rstrip("\r")
            body_end, self.at = self.at, min(end + 1, len(self.text))
            if (line.lstrip("\t") if chomp else line) == name:
                return body_end
        return len(self.text)

    def _runs_input(self, index: int) -> bool:
        command = self.found[index]
        if runs_stdin(command):
            return True
        return command.name == "cat" and any(runs_stdin(reader) for reader in follow(self.found, index))

    def _substitutions_of(self, body: str, start: int, index: int | None) -> None:
        at = body.find("$(")
        while at >= 0:
            end = closing(body, at + 2, ")")
            self.subs.append((start + at + 2, body[at + 2 : end - 1], True, start + end))
            at = body.find("$(", end)
        self._adopt(index)

    def _word(self) -> ShellWord:
        """The word that begins here; at least one character is taken."""
        text, start = self.text, self.at
        out: list[str] = []
        literal = True
        while self.at < len(text):
            plain = _PLAIN.match(text, self.at)
            if plain:
                out.append(plain[0])
                self.at = plain.end()
                continue
            character = text[self.at]
            if character in " \t\n\r\f\v;&|)" or (character in "<>(" and not text.startswith(("<(", ">("), self.at)):
                if self.at > start:
                    break
                out.append(character)
                self.at += 1
            else:
                literal &= self._piece(character, out)
        span = self.piece.fixed or (self.piece.base + start, self.piece.base + self.at)
        return ShellWord("".join(out), text[start : self.at], *span, literal)

    def _piece(self, character: str, out: list[str]) -> bool:
        """One quoted or expanding part of a word; whether it is literal."""
        text, start = self.text, self.at
        if character == "\\":
            out.append(text[start + 1 : start + 2].replace("\n", ""))
            self.at = min(start + 2, len(text))
            return True
        if character == "'" or text.startswith("$'", start):
            first = start + 1 if character == "'" else start + 2
            end = text.find("'", first)
            end = len(text) if end < 0 else end
            out.append(text[first:end])
            self.at = min(end + 1, len(text))
            return True
        if character == '"':
            return self._double(out)
        self.at = self._expansion(start)
        out.append(text[start : self.at])
        return False

    def _double(self, out: list[str]) -> bool:
        start = self.at + 1
        end = closing(self.text, start, '"')
        closed = end <= len(self.text) and self.text[end - 1 : end] == '"' and end > start
        body = self.text[start : end - 1 if closed else end]
        self.at = end
        literal = True
        if "$" in body or "`" in body:
            literal = not self._inside(start, start + len(body))
        out.append(_DOUBLE_ESCAPE.sub(lambda match: match[1] or "", body) if "\\" in body else body)
        return literal

    def _inside(self, at: int, end: int) -> bool:
        """Note the substitutions inside double quotes; whether anything expands."""
        expands = False
        while at < end:
            character = self.text[at]
            if character == "\\":
                at += 2
            elif character == "`" or (character == "$" and at + 1 < end and self.text[at + 1] not in " \"'"):
                expands = True
                at = max(min(self._expansion(at), end), at + 1)
            else:
                at += 1
        return expands

    def _expansion(self, start: int) -> int:
        """The end of ``$x``, ``${…}``, ``$(…)``, ```…``` or ``<(…)`` at ``start``; substitutions are noted."""
        text = self.text
        if text[start] == "`":
            end = closing(text, start + 1, "`")
            inner = text[start + 1 : end - 1]
            self.subs.append((start + 1, _BACK_ESCAPE.sub(r"\1", inner), "\\" not in inner, end))
            return end
        if text.startswith("$((", start):
            return closing(text, start + 2, ")")
        if text.startswith(("$(", "<(", ">("), start):
            end = closing(text, start + 2, ")")
            self.subs.append((start + 2, text[start + 2 : end - 1], True, end))
            return end
        if text.startswith("${", start):
            end = closing(text, start + 2, "}")
            at = text.find("$(", start + 2, end)
            if at >= 0:
                self._expansion(at)
            return end
        match = _NAME.match(text, start)
        return match.end() if match else start + 1
