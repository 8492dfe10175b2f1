"""What a RUN does: its script split into commands, with the place of every word. Part of the Dockerfile adapter."""

from __future__ import annotations

import re
from typing import Any

from iacgate.errors import SyntaxFailure
from iacgate.lang.shell import SHELLS, Command, Commands, ShellWord, command_line, commands, follow
from iacgate.model import Location, Path
from iacgate.syntax.dockerfile import Heredoc, Instruction, Logical, Lookup

Places = dict[Path, tuple[int, int]]

MAX_VARIABLES = 20
MAX_VALUE = 200
"""How many variables of a word are put in, and how long they may be: options and addresses, no bombs."""

_VARIABLE = r"\$(?P<brace>\{)?(?P<name>[A-Za-z_]\w*)(?(brace)\})"
_WINDOWS_SHELLS = {"powershell": "powershell", "pwsh": "powershell", "cmd": "cmd"}


def shell_kind(shell: list[str]) -> str:
    """``sh``, ``powershell``, ``cmd``, or the program itself when it is no shell we know."""
    program = shell[0].replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe") if shell else "sh"
    return "sh" if program in SHELLS else _WINDOWS_SHELLS.get(program, program)


def run_commands(file: str, node: Instruction, logical: Logical, kind: str) -> list[Command]:
    """The commands of a RUN; places are offsets into ``logical``, which holds the here-documents too."""
    if node.form == "json":
        words = [_json_word(logical, word.text, word.start, word.end) for word in node.words]
        return _whole(command_line(words), file, node)
    if kind != "sh":
        return []
    start, end = node.rest_start, len(logical.text)
    if len(node.heredocs) == 1 and node.rest.lstrip("0123456789").startswith("<<") and not _has_command(node):
        start = logical.text.index("\n", node.rest_start) + 1
        end = start + len(node.heredocs[0].body)
        interpreter = _interpreter(node.heredocs[0])
        if interpreter is not None:
            return [Command(interpreter, [], start, start + logical.text[start:].find("\n"))]
    return [_shifted(command, start) for command in _whole(commands(logical.text[start:end]), file, node)]


def _whole(found: Commands, file: str, node: Instruction) -> Commands:
    if found.left_out:
        place = Location(file=file, line=node.line)
        raise SyntaxFailure(place, found.left_out, "move the script to a file of its own and COPY it")
    return found


def command_bodies(found: list[Command], logical: Logical, places: Places, lookup: Lookup) -> list[dict[str, Any]]:
    """The commands as plain values; their places are added to ``places``.

    Variables that ENV and ARG set to a known value are put in, unless the script sets them too.
    """
    own = {name for command in found for name in command.assignments}
    bodies = []
    for index, command in enumerate(found):
        words = [text_and_word for word in command.words for text_and_word in _resolved(word, lookup, own)]
        bodies.append(_body(command, index, found, logical) | {"words": [text for text, _ in words]})
        _place(command, index, [word for _, word in words], places)
    return bodies


def _resolved(word: ShellWord, lookup: Lookup, own: set[str]) -> list[tuple[str, ShellWord]]:
    """The texts that a word stands for: an unquoted variable may hold several words."""
    if word.literal or any(mark in word.raw for mark in ("'", "\\", "`", "$(")):
        return [(word.text, word)]

    def put(match: re.Match[str]) -> str:
        value = None if match["name"] in own else lookup(match["name"])
        return value if isinstance(value, str) and len(value) <= MAX_VALUE else match[0]

    text = re.sub(_VARIABLE, put, word.text, count=MAX_VARIABLES)
    if text == word.text or '"' in word.raw:
        return [(text, word)]
    return [(piece, word) for piece in text.split()]


def with_heredocs(node: Instruction) -> Logical:
    """The logical line with the here-documents below it, as the shell gets them."""
    logical = node.logical
    if not node.heredocs:
        return logical
    pieces, starts, places = [logical.text, "\n"], list(logical.starts), list(logical.places)
    length = len(logical.text) + 1
    for heredoc in node.heredocs:
        for number, line in enumerate([*heredoc.lines, heredoc.name]):
            pieces.append(f"{line}\n")
            starts.append(length)
            places.append((heredoc.line + number, 1))
            length += len(line) + 1
    return Logical("".join(pieces), starts, places, node.end_line)


def _has_command(node: Instruction) -> bool:
    """Whether something besides the here-document stands on the line."""
    from iacgate.syntax.dockerfile.heredoc import of_word

    return of_word(node.rest) is None


def _interpreter(heredoc: Heredoc) -> str | None:
    """The program that a script's first line names, if it is no shell."""
    if not heredoc.body.startswith("#!"):
        return None
    words = heredoc.body.split("\n", 1)[0][2:].split()
    names = [word.rsplit("/", 1)[-1] for word in words if not word.startswith("-")]
    name = names[1] if len(names) > 1 and names[0] == "env" else (names[0] if names else "")
    return None if not name or name in SHELLS else name


def _json_word(logical: Logical, text: str, start: int, end: int) -> ShellWord:
    return ShellWord(text, logical.text[start:end], start, end, literal=True)


def _shifted(command: Command, base: int) -> Command:
    """The command with its offsets moved by ``base``."""

    def move(word: ShellWord) -> ShellWord:
        return word._replace(start=word.start + base, end=word.end + base)

    command.start += base
    command.end += base
    command.words = [move(word) for word in command.words]
    command.assignments = {name: move(word) for name, word in command.assignments.items()}
    command.redirects = [item._replace(target=move(item.target)) for item in command.redirects]
    command.named = move(command.named) if command.named else None
    return command


def _body(command: Command, index: int, found: list[Command], logical: Logical) -> dict[str, Any]:
    outer = None if command.parent is None else found[command.parent]
    return {
        "name": command.name,
        "text": logical.text[command.start : command.end],
        "prefix": list(command.prefix),
        "assignments": {name: word.text for name, word in command.assignments.items()},
        "redirects": [{"operator": item.operator, "target": item.target.text} for item in command.redirects],
        "pipes_to": [reader.name for reader in follow(found, index)],
        "within": outer.name if outer else None,
        "how": command.how,
    }


def _place(command: Command, index: int, words: list[ShellWord], places: Places) -> None:
    head = ("commands", index)
    places[head] = (command.start, command.end)
    if command.named:
        places[(*head, "name")] = (command.named.start, command.named.end)
    for number, word in enumerate(words):
        places[(*head, "words", number)] = (word.start, word.end)
    for name, word in command.assignments.items():
        places[(*head, "assignments", name)] = (word.start, word.end)
    for number, item in enumerate(command.redirects):
        places[(*head, "redirects", number)] = (item.target.start, item.target.end)
