"""Text to a tree of instructions, by the rules of BuildKit's parser and no stricter.

Part of ``syntax``. :func:`read` accepts what BuildKit's parser accepts, which is more than what it can build:
:mod:`.stages` holds the rules about order, arguments and names.
"""

from __future__ import annotations

from iacgate.errors import SyntaxFailure
from iacgate.model import Comment, Location
from iacgate.syntax.dockerfile.heredoc import BadName, announced
from iacgate.syntax.dockerfile.lines import Lines, decode
from iacgate.syntax.dockerfile.tree import Dockerfile, Heredoc, Instruction, Logical, Pair, Word
from iacgate.syntax.dockerfile.words import (
    NotStrings,
    pair_of,
    split_fields,
    split_flags,
    split_json,
    split_keyword,
    split_pairs,
    split_words,
)

MAX_INSTRUCTIONS = 20_000
MAX_TRIGGERS = 8
MOST_FAILURES = 20
"""After so many a file that is read as far as it goes is not read any further."""

_JSON_OR_TEXT = frozenset(("RUN", "CMD", "ENTRYPOINT", "SHELL"))
_JSON_OR_FIELDS = frozenset(("ADD", "COPY", "VOLUME"))
_FIELDS = frozenset(("FROM", "EXPOSE"))
_TEXT = frozenset(("MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"))
_HEREDOCS = frozenset(("RUN", "ADD", "COPY"))


def read(source: bytes | str, file: str, refused: list[SyntaxFailure] | None = None) -> Dockerfile:
    """The tree of a Dockerfile; ``file`` is the name for messages. Raises :class:`SyntaxFailure`.

    Where there is a list ``refused``, instructions that cannot be read are left out of the tree and told there.
    """
    lines = Lines(decode(source, file) if isinstance(source, bytes) else source, file)
    instructions: list[Instruction] = []
    while (logical := lines.next()) is not None:
        if len(instructions) >= MAX_INSTRUCTIONS:
            place = Location(file=file, line=logical.line)
            raise SyntaxFailure(place, f"the file has more than {MAX_INSTRUCTIONS:,} instructions")
        try:
            instructions.append(_instruction(lines, logical))
        except SyntaxFailure as failure:
            if refused is None:
                raise
            refused.append(failure)
            if may_go_on(logical) and len(refused) < MOST_FAILURES:
                continue
            refused.append(_unread(file, lines))
            break
    if not instructions:
        raise SyntaxFailure(
            Location(file=file, line=max(len(lines.lines), 1)), "the file has no instruction, expected FROM"
        )
    comments = tuple(_reaching(lines.comments, instructions))
    return Dockerfile(file, lines.escape, tuple(lines.directives), tuple(instructions), comments)


def may_go_on(logical: Logical) -> bool:
    """Whether what follows a line that was refused is read as a builder would: not where a here-document may begin."""
    return "<<" not in logical.text


def _unread(file: str, lines: Lines) -> SyntaxFailure:
    line = min(lines.at + 1, len(lines.lines))
    return SyntaxFailure(Location(file=file, line=line), "what follows is not judged")


def _instruction(lines: Lines, logical: Logical) -> Instruction:
    node = _split(lines, logical, 0)
    _nest(lines, node)
    inner = node.innermost
    if inner.keyword in _HEREDOCS and inner.form == "shell":
        node.heredocs = inner.heredocs = _heredocs(lines, logical)
    return node


def _nest(lines: Lines, node: Instruction) -> None:
    """Read the instructions inside ONBUILD; a chain of them is an error later, so a few are enough."""
    for _ in range(MAX_TRIGGERS):
        if node.keyword != "ONBUILD" or not node.rest:
            return
        node.trigger = _split(lines, node.logical, node.rest_start)
        node = node.trigger


def _split(lines: Lines, logical: Logical, start: int) -> Instruction:
    keyword, after = split_keyword(logical.text, start)
    flags, rest = split_flags(logical.text, after)
    node = Instruction(keyword, logical, flags, rest)
    try:
        _arguments(lines, node)
    except NotStrings:
        raise _failure(
            lines, node, rest, f"the array of {node.keyword} holds something else than strings", 'write ["a", "b"]'
        ) from None
    return node


def _arguments(lines: Lines, node: Instruction) -> None:
    keyword, rest, base = node.keyword, node.rest, node.rest_start
    if keyword in _JSON_OR_TEXT:
        _json_or(node, (Word(rest, base, base + len(rest)),) if rest else ())
    elif keyword in _JSON_OR_FIELDS:
        _json_or(node, split_fields(rest, base))
    elif keyword in _FIELDS:
        node.words = split_fields(rest, base)
    elif keyword in _TEXT:
        node.words = (Word(rest, base, base + len(rest)),) if rest else ()
    elif keyword in ("ENV", "LABEL"):
        node.pairs = _pairs(lines, node)
    elif keyword == "ARG":
        node.pairs = tuple(pair_of(word) for word in split_words(rest, base, lines.escape))
    elif keyword == "HEALTHCHECK":
        _health(node)


def _json_or(node: Instruction, otherwise: tuple[Word, ...]) -> None:
    words = split_json(node.rest, node.rest_start)
    node.form = "shell" if words is None else "json"
    node.words = otherwise if words is None else words


def _health(node: Instruction) -> None:
    if not node.rest:
        return
    kind, after = split_keyword(node.rest)
    base = node.rest_start
    command = node.rest[after:]
    words = split_json(command, base + after)
    node.form = "shell" if words is None else "json"
    if words is None:
        words = (Word(command, base + after, base + len(node.rest)),) if command else ()
    node.words = (Word(kind.text, base, base + kind.end), *words)


def _pairs(lines: Lines, node: Instruction) -> tuple[Pair, ...]:
    pairs = split_pairs(node.rest, node.rest_start, lines.escape)
    if not isinstance(pairs, Word):
        return pairs
    if "=" in node.rest:
        message = f'found "{pairs.text}" in {node.keyword}, expected key=value'
    else:
        message = f'{node.keyword} names "{pairs.text}" and gives no value, expected key=value'
    raise _failure(lines, node, pairs, message, 'put quotes around a value with blanks: key="a b"')


def _heredocs(lines: Lines, logical: Logical) -> tuple[Heredoc, ...]:
    try:
        wanted = announced(logical.text)
    except BadName as error:
        place = logical.locate(lines.file, error.args[0], len(logical.text))
        raise SyntaxFailure(place, "the quotes around a here-document's name do not match") from None
    found = []
    for name, expand, chomp, descriptor in wanted:
        body = lines.body(name, chomp=chomp)
        if body is None:
            place = logical.locate(lines.file, max(logical.text.find("<<"), 0), len(logical.text))
            raise SyntaxFailure(
                place, f'the here-document "{name}" never ends', f"expected a line that holds only {name}"
            )
        found.append(Heredoc(name, body[0], expand, chomp, descriptor, body[1], body[2]))
    return tuple(found)


def _failure(lines: Lines, node: Instruction, word: Word, message: str, hint: str = "") -> SyntaxFailure:
    return SyntaxFailure(node.logical.locate(lines.file, word.start, word.end), message, hint)


def _reaching(comments: list[Comment], instructions: list[Instruction]) -> list[Comment]:
    """Comment lines right above an instruction speak for all its lines."""
    if not comments:
        return comments
    ends = {node.line: node.end_line for node in instructions}
    reach: dict[int, int] = {}
    for comment in reversed(comments):
        below = comment.line + 1
        reach[comment.line] = ends.get(below) or reach.get(below, 0)
    return [Comment(line=c.line, text=c.text, until=reach[c.line]) if reach[c.line] else c for c in comments]
