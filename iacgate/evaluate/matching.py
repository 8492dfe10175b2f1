"""Which findings of before and after a change are the same one.

In: the findings on a resource after the change, the violations before it, and both bodies. Out: pairs of indexes. A
finding is known by where it is: by the path, where that leads through names and keyed lists only. An index says little:
an element may have been put in before it, and sets come sorted. There the element itself decides; and where that was
altered, the message with the value that it is about. What was judged as a whole has one finding, whatever its message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from iacgate.model import Finding, Path, Secret, Violation, stable_path
from iacgate.model.dataclass import dataclass
from iacgate.model.place import Firsts, child


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a finding is known by.

    ``element`` spells the outermost element that only an index leads to, ``value`` what the finding points at.
    """

    place: Path
    message: str
    whole: bool = False
    is_indexed: bool = False
    element: str = ""
    value: str = ""

    @property
    def shape(self) -> Path:
        return tuple("*" if isinstance(step, int) else step for step in self.place)


def matched(after: Sequence[Finding], body: Any, before: Sequence[Violation], stood: Any) -> dict[int, int]:
    """The finding (its index) → the violation of before that it is."""
    if not after or not before:
        return {}
    marks, old = _Side(body).marks(after), _Side(stood).marks(before)
    pairs: dict[int, int] = {}
    for key in _ROUNDS:
        _pair(marks, old, key, pairs)
    return pairs


def _pair(
    marks: Sequence[_Mark], old: Sequence[_Mark], key: Callable[[_Mark], Hashable], pairs: dict[int, int]
) -> None:
    """Add the pairs of what is left that are known by the same key, in order."""
    taken = set(pairs.values())
    free: dict[Hashable, list[int]] = {}
    for index in range(len(old) - 1, -1, -1):
        known_by = None if index in taken else key(old[index])
        if known_by is not None:
            free.setdefault(known_by, []).append(index)
    for index, mark in enumerate(marks) if free else ():
        same = free.get(key(mark)) if index not in pairs else None
        if same:
            pairs[index] = same.pop()


class _Side:
    """One body, and what was read of it so far."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._keys: Firsts = {}
        self._texts: dict[str, Any] = {}

    def marks(self, found: Sequence[Finding] | Sequence[Violation]) -> list[_Mark]:
        return [self._mark(one) for one in found]

    def _mark(self, one: Finding | Violation) -> _Mark:
        place = stable_path(self._body, one.path if one.element is None else one.element, self._keys)
        first = next((index for index, step in enumerate(place) if isinstance(step, int)), None)
        if first is None:
            return _Mark(whole=one.element == (), place=place, message=one.message)
        element, value = self._spelt(place[: first + 1]), self._spelt(one.path)
        return _Mark(place=place, message=one.message, is_indexed=True, element=element, value=value)

    def _spelt(self, path: Path) -> str:
        """What stands at a path as text to compare; "" for what cannot be reached."""
        node = self._body
        for step in path:
            text = node.reveal() if isinstance(node, Secret) else node
            node = child(self._parsed(text) if isinstance(text, str) else text, step)
        try:
            return "" if node is None else repr(node)
        except RecursionError:
            return ""

    def _parsed(self, text: str) -> Any:
        """What a text holds that is JSON, as policies are; nothing else."""
        if text not in self._texts:
            try:
                self._texts[text] = json.loads(text)
            except (ValueError, RecursionError):
                self._texts[text] = None
        return self._texts[text]


def _as_whole(mark: _Mark) -> Hashable:
    return True if mark.whole else None


def _by_path_and_message(mark: _Mark) -> Hashable:
    return None if mark.is_indexed else (mark.place, mark.message)


def _by_path(mark: _Mark) -> Hashable:
    return None if mark.is_indexed else mark.place


def _by_element_and_message(mark: _Mark) -> Hashable:
    return (mark.shape, mark.element, mark.message) if mark.element else None


def _by_element(mark: _Mark) -> Hashable:
    return (mark.shape, mark.element) if mark.element else None


def _by_message_and_value(mark: _Mark) -> Hashable:
    return (mark.shape, mark.message, mark.value) if mark.is_indexed else None


_ROUNDS: tuple[Callable[[_Mark], Hashable], ...] = (
    _as_whole,
    _by_path_and_message,
    _by_path,
    _by_element_and_message,
    _by_element,
    _by_message_and_value,
)
