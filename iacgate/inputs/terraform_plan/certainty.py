"""Unknown values of a plan that can say why: the reason is looked up when somebody asks.

Room: ``inputs``. In: an instance's place in the configuration. Out: :class:`PlannedUnknown`, and the relations of the
instance. A plan of thousands of instances holds tens of thousands of unknown values; few are ever printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from iacgate.inputs.terraform_plan.configuration import Answer, Configuration, Found, longest, references_of
from iacgate.inputs.terraform_plan.from_source import FromSource
from iacgate.lang.terraform.address import Address, AddressError, parse_address, without_keys
from iacgate.model import Choice, Partial, Path, Relation, Unknown

_NESTED = (dict, list)
_PLAIN = frozenset((str, int, float, bool, type(None)))
_NAMED = ("var.", "local.", "module.", "each.", "count.")
"""What references begin with that lead to more than a resource."""
_WHY = "known after apply"
_NOT_CONFIGURED = "the provider decides, unless a dynamic block does"


class Origin:
    """One instance and the configuration it comes from."""

    __slots__ = ("_in_source", "_parsed", "_source", "_text", "configuration")

    def __init__(
        self,
        configuration: Configuration,
        address: str,
        in_source: Callable[[str], bool] = lambda _name: False,
        source: FromSource | None = None,
    ) -> None:
        """``in_source`` says whether the source sets an attribute that the plan's configuration does not list;
        ``source`` is what it knows of values that the plan does not."""
        self.configuration = configuration
        self._source = source
        self._in_source = in_source
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

    def document(self, path: Path) -> Any:
        """What is known of the document that an unknown JSON text holds; ``None`` for nothing."""
        if self._source is None or not self.answer(path).found:
            return None
        return self._source.document(path)

    def ends(self, path: Path) -> tuple[str, str]:
        """The known ends of an unknown text; empty where nothing is known of them, or the value is somebody else's."""
        if self._source is None or not self.answer(path).found:
            return "", ""
        return self._source.ends(path)

    def blocks(self, path: Path) -> Partial | None:
        """Blocks that ``dynamic`` makes, not known how many, as far as the source knows them; a plan lists none."""
        if self._source is None or self.address is None or not (path and self._in_source(str(path[0]))):
            return None
        listed = self.configuration.expression(self.address, path) is not None
        return None if listed else self._source.blocks(path)

    def choice(self, path: Path) -> Choice | None:
        """What an unknown may be that a conditional of the source gives. What only names a resource is none: for that
        the source is not evaluated."""
        if self._source is None or self.address is None:
            return None
        expression = self.configuration.expression(self.address, path)
        named = references_of(expression) if expression is not None else []
        return self._source.choice(path) if any(name.startswith(_NAMED) for name in named) else None

    def alike(self, path: Path) -> list[Any] | None:
        """What such blocks would be, where that is known."""
        found = self.blocks(path)
        return None if found is None else found.like

    def counted(self, path: Path, count: int) -> bool:
        return self.address is not None and self.configuration.counted(self.address, path, count)

    def relations(self, body: Any) -> tuple[Relation, ...]:
        """What the attributes of this instance name.

        An unknown value that an expression sets always has a relation, if only an uncertain one whose target is how
        the expression spells it; so an unknown value without one is the provider's own.
        """
        if self.address is None:
            return tuple(Relation(path=path, target="", certain=False) for path in _unknown_paths(body))
        unknown = list(_unknown_paths(body))
        found: list[Relation] = []
        for path, written_references in self.configuration.expressions(self.address):
            is_open = any(_same_way(path, place) for place in unknown)
            # looking a local value up reads the source: not for what is known anyway
            references = [name for name in written_references if is_open or not name.startswith("local.")]
            answer = self.configuration.resolve(self.address, references)
            length = _length(body, path)
            found.extend(_relations(path, answer.found, length))
            if is_open and len(answer.found) < max(length, 1):
                targets = answer.loose or (() if answer.found else tuple(longest(references)))
                found.extend(Relation(path=path, target=text, certain=False) for text in targets)
        block = self.configuration.block(self.address)
        expressions = block.get("expressions")
        written = expressions if isinstance(expressions, dict) else {}
        found.extend(
            Relation(path=path, target=f"dynamic {path[0]}", certain=False)
            for path in unknown
            if path and (not block or (path[0] not in written and (len(path) > 1 or self._in_source(str(path[0])))))
        )
        return tuple(found)

    def why(self, path: Path) -> tuple[str, str | None]:
        """Reason and ``ref`` of an unknown value."""
        answer = self.answer(path)
        names = [f"{found.address}{found.tail}" for found in answer.found] or list(answer.loose)
        if not names and self._not_listed(path):
            return _NOT_CONFIGURED, None
        reason = f"{_WHY}: {', '.join(names[:3])}{', …' if len(names) > 3 else ''}" if names else _WHY
        if len(answer.found) == 1:
            return reason, answer.found[0].address
        blocks = {without_keys(found.address) for found in answer.found}
        return reason, blocks.pop() if len(blocks) == 1 else None

    def _not_listed(self, path: Path) -> bool:
        """Whether the configuration of this block is there and sets nothing at ``path``, as far as a plan shows it."""
        if self.address is None or self.address.mode != "managed" or path[:1] == ("tags_all",):
            return False
        if not self.configuration.block(self.address) or self.configuration.expression(self.address, path) is not None:
            return False
        return not (path and self._in_source(str(path[0])))


class PlannedUnknown(Unknown):
    """Known after apply. ``reason`` names what the value comes from, ``ref`` the resource, when it is only one."""

    __slots__ = ("_ends", "_origin", "_path")

    def __init__(self, origin: Origin, path: Path) -> None:
        self._origin = origin
        self._path = path
        self._ends: tuple[str, str] | None = None
        self.present = False  # a plan does not say it

    @property
    def prefix(self) -> str:  # type: ignore[override]  # looked up, never set
        return self._known_ends()[0]

    @property
    def suffix(self) -> str:  # type: ignore[override]  # looked up, never set
        return self._known_ends()[1]

    def _known_ends(self) -> tuple[str, str]:
        if self._ends is None:
            self._ends = self._origin.ends(self._path)
        return self._ends

    @property
    def reason(self) -> str:  # type: ignore[override]  # looked up, never set
        return self._origin.why(self._path)[0]

    @property
    def ref(self) -> str | None:  # type: ignore[override]  # looked up, never set
        return self._origin.why(self._path)[1]


class Relations:
    """What one resource names: looked up when first asked for, then remembered."""

    __slots__ = ("_body", "_found", "_origin")

    def __init__(self, origin: Origin, body: Any) -> None:
        self._origin = origin
        self._body = body
        self._found: tuple[Relation, ...] | None = None

    def __call__(self) -> tuple[Relation, ...]:
        if self._found is None:
            self._found = self._origin.relations(self._body)
        return self._found


def _relations(path: Path, targets: Sequence[Found], length: int) -> Iterator[Relation]:
    """One relation for each target. Several of one type are certain only where the value is a list that holds them."""
    if len(targets) == 1:  # as most of them
        yield Relation(path=path, target=targets[0].address, certain=targets[0].certain)
        return
    by_type = Counter(_type(found.address) for found in targets)
    for found in targets:
        alone = by_type[_type(found.address)] == 1 or len(targets) <= length
        yield Relation(path=path, target=found.address, certain=found.certain and alone)


def _same_way(one: Path, other: Path) -> bool:
    """Whether one path leads through the other."""
    return one[: len(other)] == other[: len(one)]


def _unknown_paths(body: Any) -> Iterator[Path]:
    """The paths of unknown values, and of lists that may hold more."""
    if isinstance(body, Unknown):
        yield ()
        return
    stack: list[tuple[Path, Any]] = [((), body)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, Partial):
            yield (*path, len(node))
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for step, value in pairs:
            if value.__class__ in _PLAIN:
                continue
            if isinstance(value, _NESTED):
                stack.append(((*path, step), value))
            elif isinstance(value, Unknown):
                yield (*path, step)


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
