"""Which findings of before and after a change are the same one.

In: the findings on a resource after the change, the violations before it, and both bodies. Out: pairs of indexes. A
finding is known by where it is: by the path, where that leads through names and keyed lists only. An index says little:
an element may have been put in before it, and sets come sorted; there the element itself decides, then the message.
What was judged as a whole has one finding, whatever its message.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import reduce
from typing import Any

from iacgate.model import Finding, Path, Violation, stable_path
from iacgate.model.dataclass import dataclass
from iacgate.model.place import child


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a finding is known by. ``element`` spells the outermost element that only an index leads to."""

    whole: bool
    place: Path
    is_indexed: bool
    element: str
    message: str

    @property
    def shape(self) -> Path:
        return tuple("*" if isinstance(step, int) else step for step in self.place)


def matched(after: Sequence[Finding], body: Any, before: Sequence[Violation], stood: Any) -> dict[int, int]:
    """The finding (its index) → the violation of before that it is."""
    if not after or not before:
        return {}
    marks = [_mark(body, one.element, one.path, one.message) for one in after]
    old = [_mark(stood, one.element, one.path, one.message) for one in before]
    pairs: dict[int, int] = {}
    for key in _ROUNDS:
        taken = set(pairs.values())
        free: dict[Hashable, list[int]] = {}
        for index in range(len(old) - 1, -1, -1):
            known_by = None if index in taken else key(old[index])
            if known_by is not None:
                free.setdefault(known_by, []).append(index)
        for index, mark in enumerate(marks):
            same = free.get(key(mark)) if free and index not in pairs else None
            if same:
                pairs[index] = same.pop()
    return pairs


def _mark(body: Any, element: Path | None, path: Path, message: str) -> _Mark:
    place = stable_path(body, path if element is None else element)
    first = next((index for index, step in enumerate(place) if isinstance(step, int)), None)
    spelt = "" if first is None else _spelt(reduce(child, place[: first + 1], body))
    return _Mark(element == (), place, first is not None, spelt, message)


def _spelt(value: Any) -> str:
    """A value as text to compare; "" for what cannot be reached: it lies inside a text."""
    try:
        return "" if value is None else repr(value)
    except RecursionError:
        return ""


def _as_whole(mark: _Mark) -> Hashable:
    return True if mark.whole else None


def _by_path_and_message(mark: _Mark) -> Hashable:
    return None if mark.is_indexed else (mark.place, mark.message)


def _by_path(mark: _Mark) -> Hashable:
    return None if mark.is_indexed else mark.place


def _by_element_and_message(mark: _Mark) -> Hashable:
    return (mark.shape, mark.element, mark.message) if mark.is_indexed and mark.element else None


def _by_element(mark: _Mark) -> Hashable:
    return (mark.shape, mark.element) if mark.is_indexed and mark.element else None


def _by_message(mark: _Mark) -> Hashable:
    return (mark.shape, mark.message) if mark.is_indexed else None


_ROUNDS: tuple[Callable[[_Mark], Hashable], ...] = (
    _as_whole,
    _by_path_and_message,
    _by_path,
    _by_element_and_message,
    _by_element,
    _by_message,
)
