"""Which element of a list a finding is about, where its value is written elsewhere.

Room: ``evaluate``. In: a finding whose value came through somewhere. Out: the same finding, its way leading to the
element that breaks the rule by itself: of ``default = ["10.0.0.0/8", "0.0.0.0/0"]`` the second. The rule is asked
again, with a list of one; nothing but the way changes.
"""

from __future__ import annotations

from collections import ChainMap
from copy import copy
from typing import Any

from iacgate.evaluate import answers
from iacgate.model import Finding, Inventory, Path, Resource, Rule, Secret, child, reveal
from iacgate.model.dataclass import replace

MOST_ELEMENTS = 50
"""Longer lists are left as they are: the rule would be asked once for each element."""


def pointed(found: Finding, path: Path, inventory: Inventory) -> Finding:
    """The finding with the way of the element that breaks the rule; as it was where no single one does."""
    subject = found.subject
    if not isinstance(subject, Resource):
        return found
    index = _culprit(found.rule, subject, path, inventory)
    if index is None:
        return found
    way = subject.at(*path, index).via
    return replace(found, location=found.location.through(way)) if way else found


def _culprit(rule: Rule, subject: Resource, path: Path, inventory: Inventory) -> int | None:
    """The first element that breaks the rule when it stands alone."""
    listed: Any = subject.body
    for step in path:
        if isinstance(listed, Secret):
            return None
        listed = child(listed, step)
    listed = reveal(listed)
    if type(listed) is not list or not 1 < len(listed) <= MOST_ELEMENTS:
        return None
    aside = copy(inventory)
    aside.memo = ChainMap({}, inventory.memo)  # type: ignore[assignment]  # a mapping that takes entries, as a dict does
    kept = []  # what is remembered of them is remembered by identity: they live until all are judged
    for index, item in enumerate(listed):
        if isinstance(reveal(item), str | int):
            variant = replace(subject, body=_with(subject.body, path, [item]))
            kept.append(variant)
            if _breaks(rule, variant, path, aside):
                return index
    return None


def _breaks(rule: Rule, subject: Resource, path: Path, inventory: Inventory) -> bool:
    try:
        return any(violation.path[: len(path)] == path for violation in answers(rule, subject, inventory)[0])
    except Exception:  # noqa: BLE001  (a rule is user material; it did not crash on the subject itself)
        return False


def _with(node: Any, path: Path, value: Any) -> Any:
    """A body with another value at a path; what is not on the way is shared."""
    if not path:
        return value
    made = copy(node)
    made[path[0]] = _with(node[path[0]], path[1:], value)
    return made
