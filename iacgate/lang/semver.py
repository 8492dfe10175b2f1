"""Versions: comparing them, and judging them by constraints such as ``>= 1.2, < 2`` or ``~> 4.1``.

Order by https://semver.org; missing parts are zero, a leading ``v`` is ignored, build metadata does not count.
``~>`` is Terraform's: the last part written may grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_VERSION = re.compile(r"[vV=]?\s*(\d{1,9}(?:\.\d{1,9}){0,5})(?:-?([0-9A-Za-z][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]*)?\Z")
_CONSTRAINT = re.compile(r"(>=|<=|!=|~>|>|<|==|=|\^|~)?\s*(\S+)\Z")
_LONGEST = 256

_PARTS = 6
_END = (float("inf"),)

Key = tuple[tuple[int, ...], tuple[Any, ...]]
Point = tuple[float, ...]
"""A place in the order of releases: the parts of one, and 0 for right before it or 1 for right behind it."""


def semver(value: Any) -> Any:
    """The parts of a version: ``{major, minor, patch, prerelease}``; null for what is none."""
    parsed = _parse(value)
    if parsed is None:
        return None
    numbers, prerelease = parsed
    major, minor, patch = (*numbers, 0, 0)[:3]
    return {"major": major, "minor": minor, "patch": patch, "prerelease": prerelease}


def semver_compare(left: Any, right: Any) -> Any:
    """-1, 0 or 1; null where either is no version."""
    first, second = _key(left), _key(right)
    if first is None or second is None:
        return None
    return (first > second) - (first < second)


def satisfies(version: Any, constraint: Any) -> Any:
    """Whether a version fulfils all parts of a constraint (commas) or one of its alternatives (``||``)."""
    if not isinstance(constraint, str) or _key(version) is None or len(constraint) > _LONGEST:
        return None
    return any(
        all(_fulfils(version, part.strip()) for part in alternative.split(",") if part.strip())
        for alternative in constraint.split("||")
    )


def is_below(constraints: Iterable[str], bound: Any) -> bool | None:
    """Whether all versions that fulfil these constraints come before the release ``bound``: true, false (none does),
    or ``None``: both may be, none fulfils them, or they are not understood.

    A prerelease counts as the release it leads to: it behaves as that one does.
    """
    least = _point(bound, 0)
    reach = _reach(part.strip() for constraint in constraints for part in constraint.split(",") if part.strip())
    if least is None or reach is None or reach[0] >= reach[1]:
        return None
    if reach[1] <= least:
        return True
    return False if reach[0] >= least else None


def _reach(parts: Iterable[str]) -> tuple[Point, Point] | None:
    """From where to where versions fulfil all of these; what takes out single ones (``!=``) does not move the ends."""
    low: Point = (0,)
    high: Point = _END
    for part in parts:
        match = _CONSTRAINT.match(part) if len(part) <= _LONGEST else None
        parsed = _parse(match[2]) if match else None
        if match is None or parsed is None:
            return None
        first, last = _ends(match[1] or "=", match[2], parsed[0])
        low, high = max(low, first or low), min(high, last or high)
    return low, high


def _ends(operator: str, bound: str, numbers: tuple[int, ...]) -> tuple[Point | None, Point | None]:
    before, behind = _point(bound, 0), _point(bound, 1)
    if operator in {"~>", "^", "~"}:
        return before, _point(_ceiling(operator, numbers), 0)
    ends: dict[str, tuple[Point | None, Point | None]] = {
        ">=": (before, None),
        ">": (behind, None),
        "<": (None, before),
        "<=": (None, behind),
        "!=": (None, None),
    }
    return ends.get(operator, (before, behind))


def _point(version: Any, side: int) -> Point | None:
    parsed = _parse(version)
    return None if parsed is None else (*parsed[0], *(0,) * (_PARTS - len(parsed[0])), side)


def _fulfils(version: Any, part: str) -> bool:
    match = _CONSTRAINT.match(part)
    operator, bound = (match[1] or "=", match[2]) if match else ("=", part)
    held, limit, parsed = _key(version), _key(bound), _parse(bound)
    if held is None or limit is None or parsed is None:
        return False
    if operator in {"~>", "^", "~"}:
        return held >= limit and held < _key(_ceiling(operator, parsed[0]))  # type: ignore[operator]  # digits: a version
    answers = {">=": held >= limit, "<=": held <= limit, ">": held > limit, "<": held < limit, "!=": held != limit}
    return answers.get(operator, held == limit)


def _ceiling(operator: str, numbers: tuple[int, ...]) -> str:
    """The first version that is too new."""
    if operator == "~>":
        kept = numbers[:-1] or numbers
    elif operator == "~":
        kept = numbers[:2]
    else:
        leading = next((index for index, part in enumerate(numbers) if part), len(numbers) - 1)
        kept = numbers[: leading + 1]
    return ".".join(map(str, (*kept[:-1], kept[-1] + 1))) + "-0"


def _parse(value: Any) -> tuple[tuple[int, ...], str] | None:
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    match = _VERSION.match(text) if len(text) <= _LONGEST else None
    return None if match is None else (tuple(int(part) for part in match[1].split(".")), match[2] or "")


def _key(value: Any) -> Key | None:
    """What versions sort by: numbers without trailing zeros; a prerelease comes before the release."""
    parsed = _parse(value)
    if parsed is None:
        return None
    numbers, prerelease = parsed
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    if not prerelease:
        return numbers, ((2,),)
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in prerelease.split("."))
    return numbers, parts
