"""What a scan says about the controls of a framework. A passing rule supports a control; it never proves it met."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from iacgate.model.dataclass import dataclass, field


class ControlState(Enum):
    """What a scan has shown of a control, or of one of its rules."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    EXCEPTED = "excepted"
    PASSED = "passed"
    NOT_EVALUATED = "not-evaluated"
    NO_RULE = "no-rule"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control of a framework, in our own words.

    ``strength`` is "direct" where rules check what the control asks for, "support" where they speak for it. ``manual``:
    nothing in configuration can tell. ``through`` names controls of other frameworks whose rules speak for this one.
    """

    id: str
    title: str
    strength: str = "support"
    manual: bool = False
    through: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A set of controls. ``name`` is also that of its rule set, ``id`` what rules name it by (``cis-aws-3.0``).

    ``includes`` are the names of frameworks that are part of this one.
    """

    name: str
    id: str
    title: str
    version: str = ""
    url: str = ""
    about: str = ""
    includes: tuple[str, ...] = ()
    controls: Mapping[str, Control] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule of a control: on how many resources it passed, failed …; ``failing`` are addresses and places.

    ``ran`` is false for a rule that the settings switch off: nothing is said by it.
    """

    rule: str
    title: str
    severity: str
    state: ControlState
    ran: bool = True
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    excepted: int = 0
    failing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """A control after a scan."""

    control: Control
    state: ControlState
    rules: tuple[RuleResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """A framework after a scan, its controls in the order of the framework."""

    framework: Framework
    controls: tuple[ControlResult, ...]

    def count(self, state: ControlState) -> int:
        """How many controls are in this state."""
        return sum(one.state is state for one in self.controls)
