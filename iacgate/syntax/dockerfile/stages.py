"""The rules about order, arguments and names: what BuildKit refuses after its parser was content.

Part of ``syntax``. Deliberately milder than a builder in three things, because the front end that a ``# syntax=``
directive names may know more than we do: unknown flags, the values of flags, and HEALTHCHECK's types are let through.
"""

from __future__ import annotations

import math
import re

from iacgate.errors import SyntaxFailure, did_you_mean
from iacgate.model import Location
from iacgate.syntax.dockerfile.heredoc import BadName, of_word
from iacgate.syntax.dockerfile.reader import MOST_FAILURES, may_go_on
from iacgate.syntax.dockerfile.tree import Dockerfile, Instruction, Word

KEYWORDS = (
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
)
_NEEDS_ARGUMENT = frozenset(("ARG", "ENV", "LABEL", "MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR", "VOLUME", "EXPOSE"))
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*\Z")


class Stage:
    """One FROM and what follows it. ``name`` is in small letters, "" without AS; ``image`` is the word after FROM.

    ``broken`` is the line of its first instruction that was refused, in a file that is read as far as it goes.
    """

    __slots__ = ("broken", "image", "index", "instructions", "name", "start")

    def __init__(self, index: int, start: Instruction) -> None:
        self.index = index
        self.start = start
        self.image: Word = start.words[0]
        self.name = start.words[2].text.lower() if len(start.words) == 3 else ""
        self.instructions: list[Instruction] = [start]
        self.broken: int | None = None

    @property
    def label(self) -> str:
        """The name, or the index where there is none: how addresses call the stage."""
        return self.name or str(self.index)


def stages(dockerfile: Dockerfile) -> tuple[list[Instruction], list[Stage]]:
    """The ARGs before the first FROM, and the stages. Raises :class:`SyntaxFailure`."""
    before: list[Instruction] = []
    found: list[Stage] = []
    for node in dockerfile.instructions:
        check(dockerfile.file, node)
        if node.keyword == "FROM":
            found.append(Stage(len(found), node))
        elif found:
            found[-1].instructions.append(node)
        elif node.keyword == "ARG":
            before.append(node)
        else:
            raise _at_keyword(dockerfile.file, node, f"{node.keyword} stands before the first FROM")
    if not found:
        last = dockerfile.instructions[-1]
        raise SyntaxFailure(Location(file=dockerfile.file, line=last.end_line), "the file has no FROM")
    return before, found


def stages_in_part(dockerfile: Dockerfile, refused: list[SyntaxFailure]) -> tuple[list[Instruction], list[Stage]]:
    """As :func:`stages`, of a file of which some instructions were ``refused``; more of them are added here.

    What follows a FROM that cannot be read belongs to no stage that is known, and is left out up to the next one.
    """
    good: list[Instruction] = []
    doubtful = {failure.location.line for failure in refused}
    lost = False
    for node in dockerfile.instructions:
        try:
            check(dockerfile.file, node)
            if not good and node.keyword not in ("FROM", "ARG"):
                raise _at_keyword(dockerfile.file, node, f"{node.keyword} stands before the first FROM")
        except SyntaxFailure as failure:
            refused.append(failure)
            lost = lost or node.keyword == "FROM"
            if not lost:
                doubtful.add(failure.location.line)
            if not may_go_on(node.logical) or len(refused) >= MOST_FAILURES:
                place = Location(file=dockerfile.file, line=node.end_line)
                refused.append(SyntaxFailure(place, "what follows is not judged"))
                break
            continue
        lost = lost and node.keyword != "FROM"
        if not lost:
            good.append(node)
    if not good:
        raise refused[0]
    before, found = stages(Dockerfile(dockerfile.file, dockerfile.escape, dockerfile.directives, tuple(good), ()))
    lines = sorted(doubtful)
    for stage, end in zip(found, [*(after.start.line for after in found[1:]), math.inf], strict=True):
        stage.broken = next((line for line in lines if stage.start.line < line < end), None)
    return before, found


def check(file: str, node: Instruction) -> None:
    """Refuse what no builder accepts as this instruction. Raises :class:`SyntaxFailure`."""
    keyword = node.keyword
    if keyword not in KEYWORDS:
        raise _unknown(file, node)
    if keyword == "FROM":
        _check_from(file, node)
    elif keyword in ("ADD", "COPY"):
        _check_copy(file, node)
    elif keyword == "ONBUILD":
        _check_trigger(file, node)
    elif keyword == "SHELL" and (node.form != "json" or not node.words):
        raise _at_rest(file, node, "SHELL takes a JSON array", 'write SHELL ["/bin/bash", "-c"]')
    elif keyword in _NEEDS_ARGUMENT:
        _check_arguments(file, node)


def _check_arguments(file: str, node: Instruction) -> None:
    if not node.words and not node.pairs:
        raise _at_keyword(file, node, f"{node.keyword} has no argument")
    for pair in node.pairs:
        if not pair.key.text:
            place = node.logical.locate(file, pair.key.start, pair.value.end if pair.value else pair.key.end)
            raise SyntaxFailure(place, f"{node.keyword} has a value without a name", "write name=value")


def _check_from(file: str, node: Instruction) -> None:
    words = node.words
    if not words:
        raise _at_keyword(file, node, "FROM names no image", "write FROM image:tag, or FROM scratch")
    if len(words) == 1:
        return
    if len(words) != 3 or words[1].text.lower() != "as":
        found = " ".join(word.text for word in words[1:])
        message = f'found "{found}" after the image, expected AS and one name, or nothing'
        raise SyntaxFailure(node.logical.locate(file, words[1].start, words[-1].end), message)
    if not _STAGE_NAME.match(words[2].text.lower()):
        message = (
            f'"{words[2].text}" is no name for a stage: it begins with a letter, then letters, digits, "_", "-", "."'
        )
        raise SyntaxFailure(node.logical.locate(file, words[2].start, words[2].end), message)


def _check_copy(file: str, node: Instruction) -> None:
    if len(node.words) < 2:
        have = "one argument" if node.words else "no argument"
        raise _at_rest(
            file,
            node,
            f"{node.keyword} has {have}, expected a source and a destination",
            f"write {node.keyword} SRC DEST",
        )
    last = node.words[-1]
    if node.form == "shell" and _is_heredoc(last.text):
        place = node.logical.locate(file, last.start, last.end)
        raise SyntaxFailure(place, f"{node.keyword} has a here-document where its destination should be")


def _check_trigger(file: str, node: Instruction) -> None:
    trigger = node.trigger
    if trigger is None:
        raise _at_keyword(file, node, "ONBUILD has no instruction")
    if trigger.keyword in ("ONBUILD", "FROM", "MAINTAINER"):
        raise _at_keyword(file, trigger, f"{trigger.keyword} is not allowed in ONBUILD")
    check(file, trigger)


def _is_heredoc(word: str) -> bool:
    try:
        return of_word(word) is not None
    except BadName:
        return True


def _unknown(file: str, node: Instruction) -> SyntaxFailure:
    word = node.logical.text[node.keyword_start : node.keyword_end]
    if not word:
        return _at_keyword(file, node, "the line goes on and then the file ends, expected an instruction")
    shown = word if len(word) <= 40 else f"{word[:40]}…"
    hint = did_you_mean(node.keyword, KEYWORDS, "a Dockerfile begins with FROM or ARG")
    return _at_keyword(file, node, f'unknown instruction "{shown}"', hint)


def _at_keyword(file: str, node: Instruction, message: str, hint: str = "") -> SyntaxFailure:
    return SyntaxFailure(node.logical.locate(file, node.keyword_start, node.keyword_end), message, hint)


def _at_rest(file: str, node: Instruction, message: str, hint: str) -> SyntaxFailure:
    end = node.rest_start + len(node.rest)
    start = node.rest_start if node.rest else node.keyword_start
    return SyntaxFailure(node.logical.locate(file, start, end or node.keyword_end), message, hint)
