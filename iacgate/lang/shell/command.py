"""A simple command from its words: assignments, what runs it, the program, its arguments. Part of ``lang.shell``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from iacgate.model.dataclass import dataclass, field

SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))
"""Programs that run a script."""

_WRAPPERS: dict[str, tuple[frozenset[str], int]] = {
    "sudo": (
        frozenset(
            [
                "-u",
                "-g",
                "-h",
                "-p",
                "-C",
                "-r",
                "-t",
                "-U",
                "-D",
                "-R",
                "-T",
                "--user",
                "--group",
                "--host",
                "--prompt",
                "--chdir",
                "--chroot",
            ]
        ),
        0,
    ),
    "doas": (frozenset(("-u", "-C")), 0),
    "env": (frozenset(("-u", "--unset", "-C", "--chdir")), 0),
    "exec": (frozenset(("-a",)), 0),
    "command": (frozenset(), 0),
    "builtin": (frozenset(), 0),
    "time": (frozenset(("-f", "-o")), 0),
    "nohup": (frozenset(), 0),
    "setsid": (frozenset(), 0),
    "nice": (frozenset(("-n", "--adjustment")), 0),
    "ionice": (frozenset(("-c", "-n")), 0),
    "stdbuf": (frozenset(("-i", "-o", "-e")), 0),
    "timeout": (frozenset(("-s", "-k", "--signal", "--kill-after")), 1),
    "chroot": (frozenset(), 1),
    "gosu": (frozenset(), 1),
    "su-exec": (frozenset(), 1),
    "busybox": (frozenset(), 0),
    "fakeroot": (frozenset(), 0),
    "eatmydata": (frozenset(), 0),
    "xargs": (
        frozenset(
            [
                "-a",
                "-d",
                "-E",
                "-I",
                "-L",
                "-n",
                "-P",
                "-s",
                "--max-args",
                "--max-procs",
                "--replace",
                "--delimiter",
                "--arg-file",
            ]
        ),
        0,
    ),
}
"""Programs that run another: their options that take a value, and how many operands stand before the command."""

_DECLARES = frozenset(("export", "declare", "local", "readonly", "typeset"))


_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=")
_SCRIPT_OPTION = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*\Z")


class ShellWord(NamedTuple):
    """A word: ``text`` without quotes (``$x`` and ``$(…)`` as written), ``raw`` as it stands.

    ``start`` and ``end`` are offsets into the whole script. ``literal`` is false where the shell expands something.
    """

    text: str
    raw: str
    start: int
    end: int
    literal: bool


class Redirect(NamedTuple):
    """``2>> file``: the operator with its descriptor, and the target."""

    operator: str
    target: ShellWord


@dataclass(slots=True)
class Command:
    """A simple command.

    ``name`` is the program without its folder, ``words`` are the arguments after it. ``prefix`` names what runs it
    (``sudo``, ``env``). ``piped_to`` is the index of the command that reads its output. ``parent`` is the index of the
    command it belongs to, and ``how``: ``substitution`` (its output becomes text of the parent), ``script`` (the parent
    is a shell that runs it) or ``heredoc`` (the same, from a here-document).
    """

    name: str
    words: list[ShellWord]
    start: int
    end: int
    assignments: dict[str, ShellWord] = field(default_factory=dict)
    redirects: list[Redirect] = field(default_factory=list)
    prefix: tuple[str, ...] = ()
    piped_to: int | None = None
    parent: int | None = None
    how: str = ""
    named: ShellWord | None = None

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.words]


def follow(found: list[Command], index: int) -> Iterator[Command]:
    """The commands that read the output of a command, the next one first."""
    seen = {index}
    following = found[index].piped_to
    while following is not None and following not in seen:
        seen.add(following)
        yield found[following]
        following = found[following].piped_to


def command_of(words: list[ShellWord], redirects: list[Redirect]) -> Command:
    """A command from its words: assignments and what runs it are told apart from the program."""
    every = [*words, *(redirect.target for redirect in redirects)]
    start, end = min(word.start for word in every), max(word.end for word in every)
    assignments: dict[str, ShellWord] = {}
    prefix: list[str] = []
    at = _assigned(words, 0, assignments)
    while at < len(words):
        name = _base(words[at].text)
        following = _after_wrapper(name, words, at, assignments)
        if following is None:
            break
        prefix.append(name)
        at = following
    named = words[at] if at < len(words) else None
    name = _base(named.text) if named else ""
    rest = words[at + 1 :]
    if name in _DECLARES:
        for index in range(len(rest)):
            _assigned(rest, index, assignments)
    return Command(name, rest, start, end, assignments, list(redirects), tuple(prefix), named=named)


def _assigned(words: list[ShellWord], at: int, assignments: dict[str, ShellWord]) -> int:
    """Take ``NAME=value`` words from ``at`` on; where the first other word stands."""
    while at < len(words):
        word = words[at]
        match = _ASSIGNMENT.match(word.raw)
        if match is None:
            return at
        cut = match.end()
        value = word.text[cut:]
        first = word.start + cut if word.end - word.start == len(word.raw) else word.start
        assignments[match[1]] = ShellWord(value, word.raw[cut:], first, word.end, word.literal)
        at += 1
    return at


def _after_wrapper(name: str, words: list[ShellWord], at: int, assignments: dict[str, ShellWord]) -> int | None:
    """Where the command stands that a wrapper at ``at`` runs; ``None`` when it is no wrapper or runs nothing."""
    if name not in _WRAPPERS:
        return None
    valued, operands = _WRAPPERS[name]
    at += 1
    while at < len(words):
        text = words[at].text
        if text == "--":
            at += 1
            break
        if name == "command" and text in ("-v", "-V"):
            return None
        if not text.startswith("-") or text == "-":
            break
        at += 2 if text in valued else 1
    if name in ("sudo", "env", "doas"):
        at = _assigned(words, at, assignments)
    at += operands
    return at if at < len(words) else None


def _base(text: str) -> str:
    return text.rsplit("/", 1)[-1] if "/" in text and not text.startswith("$(") else text


def script_words(command: Command) -> Iterator[ShellWord]:
    """The words that a command runs as a script: ``sh -c word``, ``su -c word``, ``eval word``."""
    if command.name == "eval":
        yield from command.words
        return
    if command.name not in SHELLS and command.name != "su":
        return
    for index, word in enumerate(command.words):
        if _SCRIPT_OPTION.match(word.text) or (command.name == "su" and word.text == "--command"):
            script = next((after for after in command.words[index + 1 :] if not after.text.startswith("-")), None)
            if script is not None:
                yield script
            return


def runs_stdin(command: Command) -> bool:
    """Whether a command is a shell that reads its script from standard input."""
    return (
        command.name in SHELLS
        and all(word.text.startswith("-") for word in command.words)
        and not any(_SCRIPT_OPTION.match(word.text) for word in command.words)
    )
