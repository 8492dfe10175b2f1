"""What the source beside a plan still knows of a value that the plan does not: the inside of a JSON text with holes,
the ends of a text with holes, what the blocks are like of which there may be any number, the arms of a conditional.

Room: ``inputs``. In: an instance and the path of an unknown value. Out: data with unknown leaves in place of a text
such as ``jsonencode({...})``, or the known ends of a text. The source is evaluated with the variables of the plan,
only when such a value is met, and only believed where it fits the plan: the same arguments, and one value only that is
not known where the plan does not know one. Of several blocks a plan does not say which is which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iacgate.lang.terraform.address import Address, AddressError, parse_address
from iacgate.lang.terraform.values import first_unknown
from iacgate.model import Choice, Partial, Path, Unknown

_JSON = frozenset((
    "container_definitions", "definition", "document", "event_pattern", "inline_policy", "policy", "policy_data",
    "content", "body", "template_body", "assume_role_policy", "access_policies",
))  # fmt: skip
"""Arguments that providers take as JSON text, beside those with "policy" in their names."""


def is_json(path: Path) -> bool:
    """Whether an argument is one that takes JSON text, by its name."""
    name = attribute(path)
    return name in _JSON or "polic" in name


def attribute(path: Path) -> str:
    """The last name on the way of a path."""
    if path and type(path[-1]) is str:
        return path[-1]
    return next((step for step in reversed(path) if isinstance(step, str)), "")


class FromSource:
    """What the source knows of the values of one instance."""

    __slots__ = ("_address", "_fits", "_secrets", "_values")

    def __init__(
        self, address: str, secrets: Any, fits: Callable[[], bool], values: Callable[[Address, Path], list[Any]]
    ) -> None:
        """``secrets`` are the plan's marks of what is sensitive; ``fits`` tells whether the source agrees with the
        plan; ``values`` gives what it makes of a path."""
        self._address = address
        self._secrets = secrets
        self._fits = fits
        self._values = values

    def document(self, path: Path) -> Any:
        """The document that a JSON text holds, with unknown leaves; ``None`` where the source does not tell."""
        found = self._found(path) if is_json(path) else None
        return found if isinstance(found, dict | list) else None

    def ends(self, path: Path) -> tuple[str, str]:
        """The known beginning and end of a text; empty where nothing is known of them."""
        found = self._found(path)
        return (found.prefix, found.suffix) if isinstance(found, Unknown) else ("", "")

    def blocks(self, path: Path) -> Partial | None:
        """Nested blocks of which it is not known how many there are, with what they would be; ``None`` for any other
        value, and where several may be meant."""
        values = self._all(path)
        found = values[0] if len(values) == 1 else None
        return found if isinstance(found, Partial) and found.like is not None else None

    def choice(self, path: Path) -> Choice | None:
        """The arms of a conditional whose condition is not known; ``None`` for any other value."""
        values = self._all(path)
        found = values[0] if len(values) == 1 else None
        return found if isinstance(found, Choice) else None

    def _found(self, path: Path) -> Any:
        """The only value of the source that is not wholly known and that the path may mean."""
        unknown = [value for value in self._all(path) if first_unknown(value) is not None]
        return unknown[0] if len(unknown) == 1 else None

    def _all(self, path: Path) -> list[Any]:
        """The values that the path may mean, where the source is believed."""
        if _marked(self._secrets, path) or not self._fits():
            return []
        try:
            return self._values(parse_address(self._address), path)
        except AddressError:
            return []


def _marked(marks: Any, path: Path) -> bool:
    """Whether something on the way of a path, or inside of what it leads to, is marked."""
    for step in path:
        if marks is True:
            return True
        if isinstance(marks, dict):
            marks = marks.get(step)
        else:
            marks = marks[step] if isinstance(marks, list) and isinstance(step, int) and step < len(marks) else None
    waiting = [marks]
    for mark in waiting:
        if isinstance(mark, dict | list):
            waiting.extend(mark.values() if isinstance(mark, dict) else mark)
    return any(mark is True for mark in waiting)
