"""A YAML file of which some documents cannot be read: the others.

In: the bytes of a file that :func:`~iacgate.syntax.yaml.build.load_all` refuses. Out: its other documents, and why each
of the broken ones is not among them. Documents end where a line begins with ``---``, as YAML and kubectl have it; what
is broken is read as an empty document, so that places and numbers of the others stay what they are.
"""

from __future__ import annotations

import re
from typing import Any, Final

from iacgate.errors import SyntaxFailure
from iacgate.syntax.text import decode
from iacgate.syntax.yaml.build import Exceeded, read_documents
from iacgate.syntax.yaml.document import Text, YamlDocument
from iacgate.syntax.yaml.failures import explain, is_special
from iacgate.syntax.yaml.package import yaml_package

MOST_FAILURES: Final = 10
"""A file with more broken documents is not looked into any further."""


def load_readable(data: bytes, file: str) -> tuple[list[YamlDocument], list[SyntaxFailure]]:
    """The documents that can be read, and the failures of the others.

    Raises :class:`~iacgate.errors.SyntaxFailure` where what is wrong is no matter of one document: templates, merge
    conflicts, characters that YAML does not have, limits of the file.
    """
    source = Text(decode(data, file), file)
    text = source.text
    failures: list[SyntaxFailure] = []
    while True:
        try:
            return read_documents(source, text.encode()), failures
        except yaml_package().YAMLError as error:
            offset, failure = _offset(error), explain(error, source, text.encode())
            if offset is None or is_special(error, source):
                raise failure from None
        except Exceeded:
            raise
        except SyntaxFailure as refused:
            offset, failure = source.lines.offset(refused.location.line, refused.location.column), refused
        start, end = _document_at(text, offset)
        failures.append(_left_out(failure, source, start, end))
        if len(failures) > MOST_FAILURES or not text[start:end].strip():
            raise failures[0]
        text = text[:start] + _empty(text[start:end], first=start == 0) + text[end:]


def _empty(whole: str, *, first: bool) -> str:
    """An empty document of the same length; what has nothing before it has to say that it is one."""
    blank = re.sub(r"[^\r\n]", " ", whole)
    return f"---{blank[3:]}" if first and blank[:3] == "   " else blank


def _offset(error: Any) -> int | None:
    """Where the error is, in characters; of something that was begun and not finished, its beginning."""
    mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
    return None if mark is None else int(mark.index)


def _document_at(text: str, offset: int) -> tuple[int, int]:
    """The inside of the document at an offset: from behind its ``---`` up to the next one."""
    start, end = 0, len(text)
    for mark in re.finditer(r"^---(?=\s|\Z)", text, re.MULTILINE):
        if mark.end() > offset:
            end = mark.start()
            break
        start = mark.end()
    return start, end


def _left_out(failure: SyntaxFailure, source: Text, start: int, end: int) -> SyntaxFailure:
    whole = source.text[start:end]
    first = source.lines.at(start + len(whole) - len(whole.lstrip()))[0]
    last = source.lines.at(max(start + len(whole.rstrip()) - 1, start))[0]
    lines = f"line {first} is" if first >= last else f"lines {first} to {last} are"
    return SyntaxFailure(failure.location, f"{failure.message}; {lines} not judged", failure.hint)
