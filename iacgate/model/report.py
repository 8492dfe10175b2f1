"""What comes out: findings, evaluations, verdicts and the report of a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iacgate.model.dataclass import dataclass, field
from iacgate.model.digest import digest
from iacgate.model.place import Location, Path
from iacgate.model.resource import Resource, SourceRecord, Subject
from iacgate.model.rule import Declined, Rule, Waiver
from iacgate.model.words import Gate, Mode, Outcome, Severity, Standing, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation, placed. ``path`` is stable: keyed lists by key, never a line.

    ``environment`` and ``owner`` are what the settings or CODEOWNERS say of the place ("" when nothing does).
    ``occurrence`` tells apart findings whose identity would be the same (1 for the first). ``qualifier`` is part of the
    identity where the address is not unique: the file, for several same-named objects. ``change`` says, in a plan,
    whether the change brings the finding in or it was there before; ``None`` where that is not known. ``element`` is
    the element that was judged, as in :class:`~iacgate.model.Violation`.
    """

    rule: Rule
    subject: Subject
    message: str
    path: Path
    location: Location
    related: tuple[tuple[Location, str], ...] = ()
    excused: str | None = None
    qualifier: str = ""
    occurrence: int = 1
    environment: str = ""
    owner: str = ""
    change: Standing | None = None
    element: Path | None = field(default=None, repr=False, compare=False)

    @property
    def anchor(self) -> str:
        """The subject's address without a line: what a Dockerfile instruction is, and not where it stands."""
        subject = self.subject
        if subject.type == "dockerfile_instruction" and isinstance(subject, Resource) and subject.config_address:
            return subject.config_address
        return subject.address

    @property
    def identity(self) -> str:
        """What the fingerprint is made of: rule id, anchor and path; the file only where the address is ambiguous."""
        return "\0".join(("iacgate/v1", self.rule.id, self.qualifier, self.anchor, *map(str, self.path)))

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits from the identity."""
        digits = digest(self.identity)
        return digits if self.occurrence == 1 else f"{digits}:{self.occurrence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One rule on one subject: exactly one for each pair, whatever happens.

    ``detail`` says why, for skip, unknown and error. ``places`` are the locations of what was unknown. ``alone`` is
    true when nothing but the subject itself was looked at.
    """

    rule: Rule
    subject: Subject
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    detail: str = ""
    places: tuple[Location, ...] = ()
    alone: bool = field(default=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """A finding and the exception that covers it, if one does. Nothing is dropped; it is labelled.

    ``note`` is a remark the verdict should carry (an exception that expired, a comment that was refused).
    """

    finding: Finding
    waiver: Waiver | None = None
    is_new: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate does about a finding, and one sentence a human can check."""

    triaged: Triaged
    severity: Severity
    mode: Mode
    state: State
    because: str

    @property
    def finding(self) -> Finding:
        return self.triaged.finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A finding that was there before a planned change and is not there after it."""

    finding: Finding
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleWaiver:
    """An exception that no longer works or no longer matters: status expired, unused, or expiring (soon)."""

    waiver: Waiver
    status: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that should have been understood and was not: it keeps the gate from being green.

    ``kind``: unreadable, incomplete-plan, rule-error, cycle, limit, empty (asked for, and nothing was there to scan).
    """

    kind: str
    message: str
    hint: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """Everything an output needs. It is computed once; writers compute nothing.

    ``compared`` names the plans (their roots) for which rules were judged on what was there before as well, so that
    ``fixed`` and the ``change`` of findings say something. ``new_only``: what was there before is counted, not listed.
    """

    tool: str
    version: str
    gate: Gate
    exit_code: int
    maturity: int
    because: str
    sources: tuple[SourceRecord, ...] = ()
    declined: tuple[Declined, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    evaluations: Sequence[Evaluation] = ()
    verdicts: tuple[Verdict, ...] = ()
    stale_waivers: tuple[StaleWaiver, ...] = ()
    applied_waivers: tuple[Waiver, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    notices: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    break_glass: str = ""
    report_level: Severity = Severity.INFO
    root: str = ""
    compared: frozenset[str] = frozenset()
    new_only: bool = False
    fixed: tuple[Fixed, ...] = ()

    @property
    def listed(self) -> tuple[Verdict, ...]:
        """The verdicts that outputs list: at or above the report level, with ``new_only`` none that was there before.

        The summary counts all.
        """
        hidden = Standing.EXISTING if self.new_only else None
        return tuple(
            verdict
            for verdict in self.verdicts
            if verdict.severity >= self.report_level and (hidden is None or verdict.finding.change is not hidden)
        )

    @property
    def listed_fixed(self) -> tuple[Fixed, ...]:
        """What the planned change mends, at or above the report level."""
        return tuple(one for one in self.fixed if one.severity >= self.report_level)

    def standing(self, standing: Standing | None) -> int:
        """How many findings of the compared plans have this standing; ``None``: where it is not known."""
        return sum(
            verdict.finding.change is standing
            for verdict in self.verdicts
            if standing is not None or getattr(verdict.finding.subject, "root", None) in self.compared
        )

    def count(self, state: State) -> int:
        return sum(verdict.state is state for verdict in self.verdicts)

    def outcomes(self, outcome: Outcome) -> int:
        return sum(evaluation.outcome is outcome for evaluation in self.evaluations)
