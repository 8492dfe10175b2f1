"""The patterns of ``fileset``: ``*``, ``**``, ``?``, ``[a-z]`` and ``{a,b}``. In: a pattern, names of files. Out: those
that match.

Room: ``lang``. Source: the ``doublestar`` library (1.1), which Terraform uses.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from iacgate.lang.terraform.values import Exhausted, Fault

LONGEST_PATTERN = 1_000


def matching(pattern: str, names: list[str]) -> list[str]:
    """The names, relative to the folder that the pattern starts from, which it matches. Raises ``Fault`` for a pattern
    that is not well formed."""
    if len(pattern) > LONGEST_PATTERN:
        raise Exhausted("the pattern of fileset is too long to evaluate")
    cleaned = posixpath.normpath(pattern.lstrip("/")) if pattern else "."
    if cleaned.startswith(".."):
        raise Exhausted("a pattern of fileset that leads out of its folder is not evaluated")
    steps = [step if step == "**" else _step(step) for step in cleaned.split("/")]
    return [name for name in names if _matches(steps, name.split("/"))]


def _matches(steps: list[str | re.Pattern[str]], parts: list[str]) -> bool:
    """Whether the steps of a pattern lead through the parts of a path: ``**`` stands for any number of folders."""
    reached = {0}
    for part in parts:
        following: set[int] = set()
        for at in _open(steps, reached):
            step = steps[at] if at < len(steps) else None
            if step == "**":
                following.add(at)
            elif isinstance(step, re.Pattern) and step.fullmatch(part):
                following.add(at + 1)
        reached = following
    return len(steps) in _open(steps, reached)


def _open(steps: list[str | re.Pattern[str]], reached: set[int]) -> set[int]:
    """The steps that may come next: ``**`` may stand for nothing."""
    found = set(reached)
    for at in sorted(reached):
        place = at
        while place < len(steps) and steps[place] == "**":
            place += 1
            found.add(place)
    return found


@lru_cache(maxsize=64)
def _step(text: str) -> re.Pattern[str]:
    try:
        return re.compile(_translated(text), re.DOTALL)
    except (re.error, RecursionError) as error:
        raise Fault("the pattern of fileset is not well formed") from error


def _translated(text: str) -> str:
    made: list[str] = []
    depth = at = 0
    while at < len(text):
        sign = text[at]
        at += 1
        if sign == "*":
            made.append("" if made and made[-1] == ".*" else ".*")
        elif sign == "?":
            made.append(".")
        elif sign == "\\":
            if at >= len(text):
                raise Fault("the pattern of fileset is not well formed")
            made.append(re.escape(text[at]))
            at += 1
        elif sign == "[":
            end = _end_of_class(text, at)
            made.append(_class(text[at:end]))
            at = end + 1
        elif sign == "{" or (sign in ",}" and depth):
            depth += {"{": 1, "}": -1}.get(sign, 0)
            made.append({"{": "(?:", "}": ")"}.get(sign, "|"))
        else:
            made.append(re.escape(sign))
    if depth:
        raise Fault("the pattern of fileset is not well formed")
    return "".join(made)


def _end_of_class(text: str, at: int) -> int:
    place = at
    while place < len(text) and (text[place] != "]" or place == at):
        place += 2 if text[place] == "\\" else 1
    if place >= len(text):
        raise Fault("the pattern of fileset is not well formed")
    return place


def _class(inside: str) -> str:
    turned = inside[:1] in {"^", "!"}
    body = inside[1:] if turned else inside
    safe = re.sub(r"([\[\]&~|^])", r"\\\1", re.sub(r"\\(.)", r"\1", body))
    return f"[{'^' if turned else ''}{safe}]"
