"""Rules and what they yield."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from iacgate.model.dataclass import dataclass, field
from iacgate.model.place import Location, Path
from iacgate.model.resource import Inventory, Resource, Subject
from iacgate.model.words import Mode, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a check yields. ``path`` goes into the subject's body, with plain indexes.

    ``location`` only if the policy names one itself; ``excused`` when the policy language has an exception of its own.
    ``element`` is the path of the element that was judged, where a rule judges elements one by one; ``()`` where it
    judged the subject as a whole; ``None`` where the check does not say.
    """

    message: str
    path: Path = ()
    related: tuple[Resource, ...] = ()
    location: Location | None = None
    excused: str | None = None
    element: Path | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a check yields where the truth is not known: why, and at which path."""

    reason: str
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """What a check yields (alone) when the rule does not apply to this subject after all."""

    reason: str = ""


Check = Callable[[Subject, Inventory], Iterable[Violation | Doubt | NotApplicable]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One named check with its metadata.

    ``about_change``: it asks what a plan does, not what stands there then: all it finds is the change's own.
    """

    id: str
    title: str
    severity: Severity
    selects: Callable[[Inventory], Iterable[Subject]] = field(repr=False)
    check: Check = field(repr=False)
    rationale: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    controls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rulesets: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    provider: str = ""
    service: str = ""
    precision: str = "high"
    since: str = ""
    engine: str = "native"
    declared_mode: Mode | None = None
    origin: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    about_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An exception: agreed, owned, dated permission for findings.

    ``rules`` are rule ids, aliases or globs. ``match`` maps a scope word (``resource``, ``paths``, ``namespaces``,
    ``environments``, ``owners``) to its patterns. ``source`` is inline, file, baseline, policy or break-glass.
    ``lines`` are the lines an inline one speaks for (first, last).
    """

    id: str
    rules: tuple[str, ...]
    reason: str
    source: str
    match: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owner: str = ""
    approved_by: str = ""
    ticket: str = ""
    expires: date | None = None
    location: Location | None = None
    lines: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """What an engine cannot do, said aloud."""

    what: str
    reason: str
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What loading policy text gives."""

    rules: tuple[Rule, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    declined: tuple[Declined, ...] = ()
