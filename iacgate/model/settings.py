"""What a team decides: the settings, as every room sees them once they are loaded and valid."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal

from iacgate.model.dataclass import dataclass, field
from iacgate.model.place import Location
from iacgate.model.scope import Scope
from iacgate.model.words import Mode, Severity

Inline = Literal["allow", "warn", "require-expiry", "forbid"]
"""What becomes of an ignore comment without a date: accepted, accepted and said, refused; ``forbid`` refuses all."""

DEFAULT_TIERS: Final[Mapping[Severity, Mode]] = MappingProxyType(
    {
        Severity.CRITICAL: Mode.ENFORCE,
        Severity.HIGH: Mode.ENFORCE,
        Severity.MEDIUM: Mode.WARN,
        Severity.LOW: Mode.AUDIT,
        Severity.INFO: Mode.AUDIT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutEntry:
    """The mode of some rules in some place; through the day ``until``, then the mode ``then``."""

    rules: tuple[str, ...]
    mode: Mode
    until: date | None = None
    then: Mode = Mode.ENFORCE
    scope: Scope = field(default_factory=Scope)
    reason: str = ""
    location: Location | None = None

    def mode_on(self, today: date) -> Mode:
        return self.mode if self.until is None or today <= self.until else self.then


@dataclass(frozen=True, slots=True, kw_only=True)
class Enforcement:
    """What decides a finding's mode.

    ``tiers`` holds the severities that the team wrote down, or the whole default table where it wrote none.
    ``severity`` overrides a rule's own (by rule id, alias or glob). ``fail_on`` replaces the tiers. ``unknown`` is what
    an undecided rule does at most. ``existing`` is what a finding does at most that a plan's change did not bring in.
    ``origin`` says where a setting comes from, for the sentence of a verdict
    (``tiers`` → ``iacgate.yaml:3``).
    """

    maturity: int = 2
    tiers: Mapping[Severity, Mode] = field(default_factory=lambda: DEFAULT_TIERS)
    rollout: tuple[RolloutEntry, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    fail_on: Severity | None = None
    unknown: Mode = Mode.AUDIT
    existing: Mode = Mode.ENFORCE
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """Which rules run and with which parameters. ``packs`` are as written, relative to the settings' folder."""

    ruleset: str = "recommended"
    disable: tuple[str, ...] = ()
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    packs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionSettings:
    """The exceptions file and what is asked of exceptions. Lengths are in days from today."""

    file: str = ""
    max_days: int = 180
    announce_days: int = 14
    inline: Inline = "require-expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSettings:
    """What is read. ``adapters`` holds each adapter's own settings by its name (``terraform``, ``kubernetes``)."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    adapters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerSettings:
    """Where the owner of a finding is written. ``codeowners``: a path, "" to look in the usual places."""

    label: str = ""
    annotation: str = ""
    tag: str = ""
    codeowners: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassSettings:
    """Whether the annotation, and the option, may let a change through."""

    annotation: bool = True
    command: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a settings file says. Without a file: the defaults.

    ``file`` is where they come from ("" without a file), ``folder`` the absolute folder that relative paths start from.
    ``environments`` are in the order of the file: the first whose globs cover a path names its environment.
    """

    file: str = ""
    folder: str = ""
    enforcement: Enforcement = field(default_factory=Enforcement)
    report_level: Severity = Severity.INFO
    rules: RuleSettings = field(default_factory=RuleSettings)
    exceptions: ExceptionSettings = field(default_factory=ExceptionSettings)
    baseline: str = ""
    inputs: InputSettings = field(default_factory=InputSettings)
    environments: tuple[tuple[str, tuple[str, ...]], ...] = ()
    owner: OwnerSettings = field(default_factory=OwnerSettings)
    break_glass: BreakGlassSettings = field(default_factory=BreakGlassSettings)
    places: Mapping[str, Location] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, path: str) -> str:
        """The absolute path of one that the settings name."""
        return os.path.normpath(os.path.join(self.folder, path))
