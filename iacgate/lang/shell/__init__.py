"""What a shell script runs: POSIX sh and the bash in daily use, split into commands and words with places.

Part of ``lang``: a small library that knows nothing of gates. A script goes in; the simple commands come out in the
order they are written, with pipes, substitutions, ``sh -c`` scripts and here-documents followed. It never fails: what
it does not understand degrades to words. Nesting deeper than :data:`MAX_DEPTH` is not followed.
"""

from iacgate.lang.shell.command import SHELLS, Command, Redirect, ShellWord, command_of, follow, script_words
from iacgate.lang.shell.reader import MAX_COMMANDS, MAX_DEPTH, Piece, Reader

__all__ = [
    "MAX_COMMANDS",
    "MAX_DEPTH",
    "SHELLS",
    "Command",
    "Redirect",
    "ShellWord",
    "command_line",
    "commands",
    "follow",
]


def commands(script: str) -> list[Command]:
    """The simple commands of a script, the outermost first, then what they contain."""
    found: list[Command] = []
    _drain([Piece(script, 0, None, "", 0, None)], found)
    return found


def command_line(words: list[ShellWord]) -> list[Command]:
    """The command that a list of words is (a JSON array in a Dockerfile), and what its scripts contain."""
    if not words:
        return []
    found = [command_of(words, [])]
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


def _drain(queue: list[Piece], found: list[Command]) -> None:
    noted: set[int] = set()
    for piece in queue:
        if len(found) < MAX_COMMANDS:
            queue.extend(inner for inner in Reader(piece, found, noted).run() if inner.depth <= MAX_DEPTH)
