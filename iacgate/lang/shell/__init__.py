"""What a shell script runs: POSIX sh and the bash in daily use, split into commands and words with places.

Part of ``lang``: a small library that knows nothing of gates. A script goes in; the simple commands come out in the
order they are written, with pipes, substitutions, ``sh -c`` scripts and here-documents followed. It never fails: what
it does not understand degrades to words. What is nested deeper than :data:`MAX_DEPTH` or comes after
:data:`MAX_COMMANDS` is left out, and the result says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from iacgate.lang.shell.command import SHELLS, Command, Redirect, ShellWord, command_of, follow, script_words
from iacgate.lang.shell.reader import MAX_COMMANDS, MAX_DEPTH, Piece, Reader

__all__ = [
    "MAX_COMMANDS",
    "MAX_DEPTH",
    "SHELLS",
    "Command",
    "Commands",
    "Redirect",
    "ShellWord",
    "command_line",
    "commands",
    "follow",
]


class Commands(list[Command]):
    """The commands that were found; ``left_out`` says why there are more, and is empty when these are all."""

    __slots__ = ("left_out",)

    def __init__(self, found: Iterable[Command] = ()) -> None:
        super().__init__(found)
        self.left_out = ""


def commands(script: str) -> Commands:
    """The simple commands of a script, the outermost first, then what they contain."""
    found = Commands()
    _drain([Piece(script, 0, None, "", 0, None)], found)
    return found


def command_line(words: list[ShellWord]) -> Commands:
    """The command that a list of words is (a JSON array in a Dockerfile), and what its scripts contain."""
    if not words:
        return Commands()
    found = Commands([command_of(words, [])])
    queue = [
        Piece(
            word.text,
            word.start + (word.raw != word.text),
            0,
            "script",
            1,
            None if _plain(word) else (word.start, word.end),
        )
        for word in script_words(found[0])
    ]
    _drain(queue, found)
    return found


def _plain(word: ShellWord) -> bool:
    """Whether the text stands in the source as it is, at most with quotes around it."""
    return word.text in (word.raw, word.raw[1:-1])


def _drain(queue: list[Piece], found: Commands) -> None:
    noted: set[int] = set()
    for piece in queue:
        if piece.depth > MAX_DEPTH:
            found.left_out = f"the script nests more than {MAX_DEPTH} scripts in each other"
            continue
        queue.extend(Reader(piece, found, noted).run())
        if len(found) > MAX_COMMANDS:
            found.left_out = f"the script has more than {MAX_COMMANDS:,} commands"
            return
