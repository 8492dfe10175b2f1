"""Matching RE2 patterns in linear time: all ways of matching are followed at once, character by character.

Room: ``lang``. In: the tree of a pattern, text. Out: where its groups matched. The match is the one that backtracking
would find first. Every step is counted, so that nothing takes longer than it may.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from iacgate.lang.terraform.functions.re2syntax import Ranges
from iacgate.lang.terraform.values import Exhausted

MOST_STEPS = 3_000_000
LARGEST_PROGRAM = 20_000

Instruction = tuple[Any, ...]


def nullable(node: Any) -> bool:
    """Whether the node can match nothing at all."""
    kind = node[0]
    if kind == "set":
        return False
    if kind == "cat":
        return all(map(nullable, node[1]))
    if kind == "alt":
        return any(map(nullable, node[1]))
    if kind == "rep":
        return node[2] == 0 or nullable(node[1])
    return nullable(node[2]) if kind == "cap" else True


class Program:
    """The instructions of a pattern: ``set``, ``split`` (better way first), ``jump``, ``save``, ``at``, ``match``."""

    def __init__(self, tree: Any) -> None:
        self.code: list[Instruction] = []
        self._add(tree)
        self._put(("match",))

    def _put(self, instruction: Instruction) -> int:
        if len(self.code) > LARGEST_PROGRAM:
            raise Exhausted("this regular expression is too large to evaluate")
        self.code.append(instruction)
        return len(self.code) - 1

    def _add(self, node: Any) -> None:
        kind = node[0]
        if kind == "set":
            self._put(("set", node[1], [low for low, _ in node[1]]))
        elif kind == "cat":
            for item in node[1]:
                self._add(item)
        elif kind == "alt":
            self._either(node[1])
        elif kind == "cap":
            self._put(("save", 2 * node[1]))
            self._add(node[2])
            self._put(("save", 2 * node[1] + 1))
        elif kind == "at":
            self._put(("at", node[1]))
        else:
            self._repeat(node)

    def _either(self, branches: list[Any]) -> None:
        ends: list[int] = []
        for branch in branches[:-1]:
            fork = self._put(())
            self._add(branch)
            ends.append(self._put(()))
            self.code[fork] = ("split", fork + 1, len(self.code))
        self._add(branches[-1])
        for end in ends:
            self.code[end] = ("jump", len(self.code))

    def _repeat(self, node: Any) -> None:
        _, inner, low, high, greedy = node
        for _ in range(low - (1 if high is None and low else 0)):
            self._add(inner)
        if high is None:
            if low:
                self._plus(inner, greedy=greedy)
            else:
                self._star(inner, greedy=greedy)
            return
        forks: list[int] = []
        for _ in range(high - low):
            forks.append(self._put(()))
            self._add(inner)
        for fork in forks:
            self._fork(fork, fork + 1, len(self.code), greedy=greedy)

    def _fork(self, at: int, into: int, past: int, *, greedy: bool) -> None:
        self.code[at] = ("split", into, past) if greedy else ("split", past, into)

    def _plus(self, inner: Any, *, greedy: bool) -> None:
        start = len(self.code)
        self._add(inner)
        fork = self._put(())
        self._fork(fork, start, len(self.code), greedy=greedy)

    def _star(self, inner: Any, *, greedy: bool) -> None:
        fork = self._put(())
        if nullable(inner):
            self._plus(inner, greedy=greedy)
        else:
            self._add(inner)
            self._put(("jump", fork))
        self._fork(fork, fork + 1, len(self.code), greedy=greedy)


def _holds(kind: str, text: str, at: int) -> bool:
    if kind == "A":
        return at == 0
    if kind == "z":
        return at == len(text)
    if kind == "^":
        return at == 0 or text[at - 1] == "\n"
    if kind == "$":
        return at == len(text) or text[at] == "\n"
    before = at > 0 and _is_word(text[at - 1])
    after = at < len(text) and _is_word(text[at])
    return (before != after) == (kind == "b")


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _in(code: int, ranges: Ranges, lows: list[int]) -> bool:
    at = bisect_right(lows, code) - 1
    return at >= 0 and code <= ranges[at][1]


class Machine:
    """A compiled pattern. ``budget`` is what is left of the steps its searches may take together."""

    def __init__(self, tree: Any, groups: int) -> None:
        self.code = Program(tree).code
        self.groups = groups
        self.budget = MOST_STEPS

    def search(self, text: str, start: int) -> tuple[int, ...] | None:
        """Begin and end of the first match at or after ``start`` and of its groups, -1 for those without."""
        found: tuple[int, ...] | None = None
        current: list[tuple[int, tuple[int, ...]]] = []
        blank = (-1,) * (2 * (self.groups + 1))
        for at in range(start, len(text) + 1):
            if found is None:
                current = self._follow(current, 0, (at, *blank[1:]), text, at)
            if not current:
                break
            self.budget -= len(current)
            if self.budget < 0:
                raise Exhausted("this regular expression takes too long on this text")
            following: list[tuple[int, tuple[int, ...]]] = []
            seen: set[int] = set()
            code = ord(text[at]) if at < len(text) else -1
            for place, saved in current:
                instruction = self.code[place]
                if instruction[0] == "match":
                    found = (saved[0], at, *saved[2:])
                    break
                if code >= 0 and _in(code, instruction[1], instruction[2]):
                    self._add(following, seen, place + 1, saved, text, at + 1)
            current = following
        return found

    def _follow(
        self, threads: list[tuple[int, tuple[int, ...]]], place: int, saved: tuple[int, ...], text: str, at: int
    ) -> list[tuple[int, tuple[int, ...]]]:
        """The threads with one more, of the least priority, that begins here."""
        seen = {thread[0] for thread in threads}
        made = list(threads)
        self._add(made, seen, place, saved, text, at)
        return made

    def _add(
        self, threads: list[tuple[int, tuple[int, ...]]], seen: set[int], place: int, saved: tuple[int, ...], text: str,
        at: int,
    ) -> None:  # fmt: skip
        """Add the thread at an instruction, and all that follow from it without reading a character."""
        stack = [(place, saved)]
        while stack:
            place, saved = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            self.budget -= 1
            instruction = self.code[place]
            kind = instruction[0]
            if kind == "jump":
                stack.append((instruction[1], saved))
            elif kind == "split":
                stack.append((instruction[2], saved))
                stack.append((instruction[1], saved))
            elif kind == "save":
                slot = instruction[1]
                stack.append((place + 1, (*saved[:slot], at, *saved[slot + 1 :])))
            elif kind == "at":
                if _holds(instruction[1], text, at):
                    stack.append((place + 1, saved))
            else:
                threads.append((place, saved))
