"""Unknown values of a plan that can say why: the reason is looked up when somebody asks.

Room: ``inputs``. In: an instance's place in the configuration. Out: :class:`PlannedUnknown`, and the relations of the
instance. A plan of thousands of instances holds tens of thousands of unknown values; few are ever printed.
"""

from __future__ import annotations

from typing import Any

from iacgate.inputs.terraform_plan.configuration import Answer, Configuration
from iacgate.lang.terraform.address import Address, AddressError, parse_address, without_keys
from iacgate.model import Path, Relation, Unknown

_WHY = "known after apply"


class Origin:
    """One instance and the configuration it comes from."""

    __slots__ = ("_parsed", "_text", "configuration")

    def __init__(self, configuration: Configuration, address: str) -> None:
        self.configuration = configuration
        self._text = address
        self._parsed: Address | None = None

    @property
    def address(self) -> Address | None:
        """The address in parts; ``None`` when the plan's spelling is none of Terraform's."""
        if self._parsed is None:
            try:
                self._parsed = parse_address(self._text)
            except AddressError:
                return None
        return self._parsed

    def answer(self, path: Path) -> Answer:
        return self.configuration.answer(self.address, path) if self.address else Answer()

    def counted(self, path: Path, count: int) -> bool:
        return self.address is not None and self.configuration.counted(self.address, path, count)

    def relations(self, body: Any) -> tuple[Relation, ...]:
        """What the attributes of this instance name."""
        if self.address is None:
            return ()
        found: list[Relation] = []
        for path, references in self.configuration.expressions(self.address):
            answer = self.configuration.resolve(self.address, references)
            found.extend(_relations(path, answer, _length(body, path)))
        return tuple(found)

    def why(self, path: Path) -> tuple[str, str | None]:
        """Reason and ``ref`` of an unknown value."""
        answer = self.answer(path)
        names = [f"{found.address}{found.tail}" for found in answer.found] or list(answer.loose)
        reason = f"{_WHY}: {', '.join(names[:3])}{', …' if len(names) > 3 else ''}" if names else _WHY
        if len(answer.found) == 1:
            return reason, answer.found[0].address
        blocks = {without_keys(found.address) for found in answer.found}
        return reason, blocks.pop() if len(blocks) == 1 else None


class PlannedUnknown(Unknown):
    """Known after apply. ``reason`` names what the value comes from, ``ref`` the resource, when it is only one."""

    __slots__ = ("_origin", "_path")

    def __init__(self, origin: Origin, path: Path) -> None:
        self.prefix = self.suffix = ""
        self._origin = origin
        self._path = path

    @property
    def reason(self) -> str:  # type: ignore[override]  # looked up, never set
        return self._origin.why(self._path)[0]

    @property
    def ref(self) -> str | None:  # type: ignore[override]  # looked up, never set
        return self._origin.why(self._path)[1]


def _relations(path: Path, answer: Answer, length: int) -> list[Relation]:
    """One relation for each target. Several of one type are certain only where the value is a list that holds them."""
    if not answer.found:
        return [Relation(path=path, target=text, certain=False) for text in answer.loose]
    by_type: dict[str, int] = {}
    for found in answer.found:
        by_type[_type(found.address)] = by_type.get(_type(found.address), 0) + 1
    return [
        Relation(
            path=path,
            target=found.address,
            certain=found.certain and (by_type[_type(found.address)] == 1 or len(answer.found) <= length),
        )
        for found in answer.found
    ]


def _type(address: str) -> str:
    return without_keys(address).rsplit(".", 2)[-2]


def _length(body: Any, path: Path) -> int:
    """How many elements the list at ``path`` has; 0 for anything else."""
    for step in path:
        if isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
        else:
            return 0
    return len(body) if isinstance(body, list) else 0
