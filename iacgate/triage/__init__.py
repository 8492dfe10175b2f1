"""The triage room: findings in, each labelled with the exception that covers it; nothing is dropped.

Precedence, where several cover one finding: broken glass, then the exceptions file, then a comment or annotation, then
the policy's own exception, then the baseline. Whatever is outranked still counts as used. The result depends neither on
the order of the findings nor on whether they were triaged before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from iacgate.model import Finding, Inventory, RuleNames, Settings, StaleWaiver, Triaged, Waiver
from iacgate.model.dataclass import dataclass, field
from iacgate.triage.baseline import Accepted, Baseline, load_baseline, parse_baseline
from iacgate.triage.codeowners import CodeOwners, load_codeowners, parse_codeowners
from iacgate.triage.exceptions import Exceptions, called, is_expired, stale
from iacgate.triage.glass import BreakGlass, checked_glass, glass_text, glass_waiver, is_annotated
from iacgate.triage.index import Index
from iacgate.triage.inline import Allowance, allowances
from iacgate.triage.place import placed

__all__ = [
    "Accepted",
    "Baseline",
    "BreakGlass",
    "CodeOwners",
    "TriageInput",
    "TriageResult",
    "checked_glass",
    "load_baseline",
    "load_codeowners",
    "parse_baseline",
    "parse_codeowners",
    "triage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageInput:
    """What findings are held against.

    ``waivers`` are those of the exceptions file and of the policy packs. ``environment`` is the one named on the
    command line ("" to go by the settings' paths). ``whole``: everything was scanned, so that an exception that covers
    nothing is known to be unused.
    """

    inventory: Inventory
    settings: Settings
    today: date
    names: RuleNames = field(default_factory=RuleNames)
    waivers: Sequence[Waiver] = ()
    baseline: Baseline | None = None
    codeowners: CodeOwners | None = None
    environment: str = ""
    break_glass: BreakGlass | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageResult:
    """``triaged`` in the order of places. ``applied``: the exceptions that excuse something (not the baseline)."""

    triaged: tuple[Triaged, ...]
    applied: tuple[Waiver, ...] = ()
    stale: tuple[StaleWaiver, ...] = ()
    notices: tuple[str, ...] = ()
    break_glass: str = ""


def triage(findings: Iterable[Finding], given: TriageInput) -> TriageResult:
    """Label findings. Raises nothing: what cannot count is said in notes and notices."""
    settings = given.settings
    listed = placed(findings, given.inventory, settings, given.environment, given.codeowners)
    comments, notices = allowances(given.inventory, settings.exceptions, given.names, given.today)
    desk = _Desk(given, comments)
    triaged = tuple(desk.label(finding) for finding in listed)
    return TriageResult(
        triaged=triaged,
        applied=tuple(_once(item.waiver for item in triaged if item.waiver and item.waiver.source != "baseline")),
        stale=tuple(desk.stale()),
        notices=(*notices, *_baseline_notices(given, listed)),
        break_glass=glass_text(desk.glass),
    )


class _Desk:
    """Labels finding by finding, and remembers which exceptions were used."""

    def __init__(self, given: TriageInput, comments: Sequence[Allowance]) -> None:
        self.given = given
        self.comments = comments
        self.exceptions = Exceptions(given.waivers)
        self.index = Index(comments)
        self.used: set[int] = set()
        self.glass: dict[str, tuple[Waiver, int]] = {}
        self.is_bare = not (given.waivers or comments or given.baseline or given.break_glass)

    def label(self, finding: Finding) -> Triaged:
        if self.is_bare and finding.excused is None and not is_annotated(finding.subject):
            return Triaged(finding=finding)  # nothing there that could speak for any finding
        broken, glass_note = glass_waiver(finding, self.given.break_glass, self.given.settings)
        if broken is not None:
            self.glass[broken.id] = (broken, self.glass.get(broken.id, (broken, 0))[1] + 1)
        live, notes = self._agreed(finding)
        known = self.given.baseline is not None and self.given.baseline.holds(finding)
        candidates = [
            *([broken] if broken else []),
            *live,
            *_policy(finding),
            *([_baselined(self.given)] if known else []),
        ]
        notes = [*([glass_note] if glass_note else []), *notes]
        waiver = candidates[0] if candidates else None
        excused = waiver is not None and waiver.source != "baseline"
        return Triaged(finding=finding, waiver=waiver, is_new=not known, note="" if excused else "; ".join(notes))

    def _agreed(self, finding: Finding) -> tuple[list[Waiver], list[str]]:
        """The live exceptions of the file and of comments, in this order, and notes on those that do not count."""
        live: list[Waiver] = []
        notes: list[str] = []
        today = self.given.today
        candidates = [(waiver, "") for waiver in self.exceptions.covering(finding)]
        candidates += [(allowance.waiver, allowance.refused) for allowance in self.index.covering(finding)]
        for waiver, refused in candidates:
            self.used.add(id(waiver))
            if refused:
                notes.append(f"{called(waiver)} does not count: {refused}")
            elif is_expired(waiver, today):
                notes.append(f"{called(waiver)} expired on {waiver.expires}")
            else:
                live.append(waiver)
        return live, notes

    def stale(self) -> list[StaleWaiver]:
        """Expired, unused and expiring exceptions. Unused comments of other tools are theirs, and not named."""
        found: list[StaleWaiver] = []
        days = self.given.settings.exceptions.announce_days
        mine = [(waiver, True) for waiver in self.given.waivers]
        mine += [(item.waiver, item.tool == "iacgate") for item in self.comments if not item.refused]
        for waiver, ours in mine:
            used = id(waiver) in self.used
            said = stale(waiver, self.given.today, days, used=used, whole=self.given.whole and ours)
            if said is not None and (ours or used):
                found.append(said)
        return found


def _policy(finding: Finding) -> list[Waiver]:
    """The exception that the policy's own language makes."""
    if finding.excused is None:
        return []
    reason = finding.excused or "excused by the policy"
    return [Waiver(id=f"policy {finding.rule.id}", rules=(finding.rule.id,), reason=reason, source="policy")]


def _baselined(given: TriageInput) -> Waiver:
    file = given.baseline.file if given.baseline is not None else ""
    reason = "was there when the baseline was made"
    return Waiver(id=file or "baseline", rules=("*",), reason=reason, source="baseline")


def _baseline_notices(given: TriageInput, findings: Sequence[Finding]) -> list[str]:
    if given.baseline is None or not given.whole:
        return []
    gone = len(given.baseline.gone(findings))
    if not gone:
        return []
    subject = "1 finding of the baseline is" if gone == 1 else f"{gone} findings of the baseline are"
    return [f"{subject} gone: `iacgate baseline update` makes it smaller"]


def _once(waivers: Iterable[Waiver]) -> list[Waiver]:
    """Each waiver once, in order; waivers hold a mapping and have no hash."""
    seen: dict[tuple[str, str, tuple[str, ...]], Waiver] = {}
    for waiver in waivers:
        seen.setdefault((waiver.source, waiver.id, waiver.rules), waiver)
    return list(seen.values())
