"""What the YAML parser says → what a person can act on.

In: PyYAML's error and the text. Out: a :class:`~iacgate.errors.SyntaxFailure` with the place, what was expected, and
where it is a known mistake (a tab, a template, a merge conflict) what to do.
"""

from __future__ import annotations

import re
from typing import Any

from iacgate.errors import SyntaxFailure
from iacgate.syntax.yaml.document import Text

_EXPLAINED = {  # libyaml's or PyYAML's sentence begins with → ours
    "mapping values are not allowed": "':' is not allowed here; a text with ': ' in it needs quotes",
    "could not find expected ':'": "expected ':' after the key, on the same line",
    "did not find expected key": "expected a key here, or an indentation as in the lines above",
    "expected <block end>": "expected a key or '- ' here, or an indentation as in the lines above",
    "did not find expected '-' indicator": "expected '- ' here, or an indentation as in the lines above",
    "did not find expected ',' or ']'": "expected ',' or ']' in the list",
    "did not find expected ',' or '}'": "expected ',' or '}' in the mapping",
    "expected ',' or ']'": "expected ',' or ']' in the list",
    "expected ',' or '}'": "expected ',' or '}' in the mapping",
    "found unexpected end of stream": "the file ends inside a quoted text, expected the closing quote",
    "found unexpected document": "a document ends inside a quoted text, expected the closing quote",
    "block sequence entries are not allowed": "'- ' is not allowed here",
    "sequence entries are not allowed": "'- ' is not allowed here",
    "block mapping keys are not allowed": "a key is not allowed here",
    "did not find expected <document start>": "expected '---' before another document",
    "expected '<document start>'": "expected '---' before another document",
    "found undefined tag handle": "this tag has a prefix that no %TAG line explains",
    "found unknown escape character": "unknown escape in a double-quoted text; write \\\\ for a backslash",
    "found incompatible YAML document": "this YAML version is not supported, expected 1.1 or 1.2",
}
_CONFLICT = re.compile(r"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)
_TEMPLATE_LINE = re.compile(r"^[ \t]*(?:- )?(\{\{|\{%)", re.MULTILINE)
_RENDER = "render it first: iacgate scan --render always, or scan what helm template prints"


def explain(error: Any, source: Text, encoded: bytes) -> SyntaxFailure:
    """The refusal for an error of PyYAML's parser, scanner or reader."""
    if not hasattr(error, "problem_mark"):
        return _control_character(error, source, encoded)
    offset = _place_of(error, source)
    for special in (_conflict(source, offset), _template(source, offset)):
        if special is not None:
            return special
    message, hint = _explained(str(error.problem or error), source.text[offset : offset + 1])
    return SyntaxFailure(source.span(offset, offset + 1), message + _opened(error, source, offset), hint)


def is_special(error: Any, source: Text) -> bool:
    """Whether the file is no YAML at all: a template, or one with a merge conflict in it."""
    offset = _place_of(error, source)
    return _conflict(source, offset) is not None or _template(source, offset) is not None


def _place_of(error: Any, source: Text) -> int:
    mark = error.problem_mark or error.context_mark
    return min(mark.index, len(source.text)) if mark is not None else 0


def _explained(problem: str, character: str) -> tuple[str, str]:
    if character == "\t" and "character" in problem:
        return "a tab stands where only spaces may indent", "indent with spaces"
    if "cannot start any token" in problem:
        return f"{character!r} cannot begin a value", "put the value in quotes"
    for beginning, ours in _EXPLAINED.items():
        if problem.startswith(beginning):
            return ours, ""
    return problem, ""


def _opened(error: Any, source: Text, offset: int) -> str:
    """Where that began which is not finished, if on another line."""
    if error.context_mark is None or not error.context:
        return ""
    line = source.lines.at(min(error.context_mark.index, len(source.text)))[0]
    if line == source.lines.at(offset)[0]:
        return ""
    what = re.sub(r"^while (?:parsing|scanning) (?:an? |the )?", "", str(error.context))
    return f" ({what} that began on line {line})"


def _conflict(source: Text, offset: int) -> SyntaxFailure | None:
    match = _CONFLICT.search(source.text)
    if match is None or match.start() > offset + 4096:
        return None
    return SyntaxFailure(source.span(*match.span()), "a merge conflict was left unresolved", "resolve the conflict")


def _template(source: Text, offset: int) -> SyntaxFailure | None:
    """Named as a template when lines of template stand for themselves, or one is where reading failed."""
    text = source.text
    if "{{" not in text and "{%" not in text:
        return None
    match = _TEMPLATE_LINE.search(text)
    if match is None:
        first = text.rfind("\n", 0, max(text.rfind("\n", 0, offset), 0)) + 1
        last = text.find("\n", offset)
        match = re.compile(r"(\{\{|\{%)").search(text, first, last if last >= 0 else len(text))
        if match is None:
            return None
    kind = "Jinja" if match[1] == "{%" else "Helm or Go"
    place = source.span(match.start(1), match.end(1))
    return SyntaxFailure(place, f"this is a {kind} template, not YAML: found {match[1]!r}", _RENDER)


def _control_character(error: Any, source: Text, encoded: bytes) -> SyntaxFailure:
    """The reader counts bytes, and in pure Python characters."""
    position = getattr(error, "position", 0)
    character = getattr(error, "character", "")
    code = character if isinstance(character, int) else ord(str(character)[:1] or "\0")
    offset = len(encoded[:position].decode("utf-8", "replace"))
    wanted = source.text.find(chr(code))
    if source.text[offset : offset + 1] != chr(code) and wanted >= 0:
        offset = wanted
    message = f"the character U+{code:04X} is not allowed in YAML"
    return SyntaxFailure(source.span(offset, offset + 1), message, "remove it, or write it as an escape in quotes")
