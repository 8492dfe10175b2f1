"""Planned values and the marks of what is unknown → one body.

Room: ``inputs``. In: ``after`` and ``after_unknown`` of a change. Out: the attributes with
:class:`~iacgate.model.Unknown` where the plan says so. Only ``true`` means unknown; containers of the marks only lead
the way. What holds nothing unknown is used as it is, never copied: most of a plan.

A nested block whose every leaf is unknown is Terraform's placeholder for an unknown number of blocks (a ``dynamic``
block over an unknown list): it is taken out and the list becomes a :class:`~iacgate.model.Partial`.

What nobody configures is left to the provider and has no place in the body: see ``provider_owned.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from iacgate.model import Partial, Path, Unknown

ABSENT: Final = object()
"""In place of an unknown value: leave the attribute out."""


def merge(
    after: Any,
    unknowns: Any,
    unknown: Callable[[Path], Any],
    counted: Callable[[Path, int], bool] = lambda _path, _count: False,
    alike: Callable[[Path], list[Any] | None] = lambda _path: None,
) -> Any:
    """The body. ``unknown`` makes the value for a path, or gives :data:`ABSENT`. ``alike`` says what the blocks would
    be of which it is not known how many there are, where that is known.

    ``counted`` says whether the configuration writes out the list at a path with this many elements, so that an
    element of unknown leaves is a block of its own and not a placeholder.
    """
    if unknowns is True:
        return unknown(())
    if not unknowns or not isinstance(unknowns, dict):
        return after
    body = dict(after) if isinstance(after, dict) else {}
    nested = {}
    for name, mark in unknowns.items():
        if mark is True:
            value = unknown((name,))
            if value is not ABSENT:
                body[name] = value
        elif mark:
            nested[name] = mark
    own: dict[Path, Any] = {(): body}
    placeholders: list[tuple[Path, list[int]]] = []
    for path in _paths(after, nested, counted, placeholders):
        value = unknown(path)
        if value is not ABSENT:
            _put(own, unknowns, path, value)
    for path, indexes in reversed(placeholders):
        _put(own, unknowns, path, _without(_at(body, path), indexes, path, alike(path)))
    return body


def _paths(
    after: Any, unknowns: Any, counted: Callable[[Path, int], bool], placeholders: list[tuple[Path, list[int]]]
) -> Iterator[Path]:
    """The paths of everything unknown, outer ones first; what is inside a placeholder is noted, not given."""
    stack: list[tuple[Path, Any, Any]] = [((), after, unknowns)]
    while stack:
        path, value, mark = stack.pop()
        if isinstance(mark, dict):
            for name, inner in mark.items():
                if inner is True:
                    yield (*path, name)
                elif inner:
                    stack.append(((*path, name), value.get(name) if isinstance(value, dict) else None, inner))
        elif isinstance(mark, list):
            items = value if isinstance(value, list) else []
            hollow = [index for index, inner in enumerate(mark) if _is_hollow(_item(items, index), inner)]
            if hollow and counted(path, max(len(items), len(mark))):
                hollow = []
            if hollow:
                placeholders.append((path, hollow))
            for index, inner in enumerate(mark):
                if inner is True:
                    yield (*path, index)
                elif inner and index not in hollow:
                    stack.append(((*path, index), _item(items, index), inner))


def _is_hollow(value: Any, mark: Any) -> bool:
    """Whether an element is a block with unknown leaves only, at least one."""
    if not isinstance(mark, dict):
        return False
    found = False
    stack: list[tuple[Any, Any]] = [(value, mark)]
    while stack:
        value, mark = stack.pop()
        if mark is True:
            found = True
        elif isinstance(mark, dict) or isinstance(value, dict):
            values, marks = (item if isinstance(item, dict) else {} for item in (value, mark))
            stack.extend((values.get(name), marks.get(name)) for name in values.keys() | marks.keys())
        elif isinstance(mark, list) or isinstance(value, list):
            items, inner = (item if isinstance(item, list) else [] for item in (value, mark))
            stack.extend((_item(items, index), _item(inner, index)) for index in range(max(len(items), len(inner))))
        else:
            return False
    return found


def _put(own: dict[Path, Any], shape: Any, path: Path, value: Any) -> None:
    """Set what stands at ``path``; containers on the way are copied once and remembered in ``own``."""
    node = own[()]
    for depth, step in enumerate(path[:-1], 1):
        shape = shape[step]
        here = path[:depth]
        if here not in own:
            own[here] = _copy(_child(node, step), shape)
            _set(node, step, own[here])
        node = own[here]
    _set(node, path[-1], value)


def _copy(value: Any, shape: Any) -> Any:
    if isinstance(shape, dict):
        return dict(value) if isinstance(value, dict) else {}
    return list(value) if isinstance(value, list) else []


def _set(node: Any, step: Any, value: Any) -> None:
    if isinstance(node, list):
        node.extend([None] * (step + 1 - len(node)))
    node[step] = value


def _child(node: Any, step: Any) -> Any:
    return node.get(step) if isinstance(node, dict) else _item(node, step)


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = _child(body, step) if isinstance(body, dict | list) else None
    return body


def _without(items: Any, indexes: list[int], path: Path, like: list[Any] | None) -> Partial:
    kept = [item for index, item in enumerate(items if isinstance(items, list) else ()) if index not in indexes]
    name = next((step for step in reversed(path) if isinstance(step, str)), "block")
    return Partial(kept, maybe=Unknown(f"number of {name} blocks is known after apply"), like=like)
