"""The decision: triaged findings and the team's enforcement → verdicts, and the gate's one answer. Pure.

In: :class:`~iacgate.model.Triaged` findings, :class:`~iacgate.model.Enforcement`, the day to judge by. Out: verdicts,
each with one sentence a human can check; then gate, exit code and the sentence about the whole.

The mode of a finding, in this order: the last rollout entry that names the rule and covers the place (as in .gitignore,
a file reads from the general to the particular); the tiers (or ``--fail-on`` in their place); where a team's own tier
table leaves a severity out, the mode that the policy declares, then the default tier. What was there before a planned
change is capped by the setting ``existing``, and maturity caps all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from iacgate.model import (
    DEFAULT_TIERS,
    Declined,
    Enforcement,
    Evaluation,
    Finding,
    Fixed,
    Gate,
    Mode,
    Outcome,
    RolloutEntry,
    Severity,
    Standing,
    State,
    Triaged,
    Trouble,
    Verdict,
    Waiver,
    names_rule,
)
from iacgate.model.dataclass import dataclass

EXIT_OPEN: Final = 0
EXIT_CLOSED: Final = 1
EXIT_INCOMPLETE: Final = 3
ENFORCING: Final = 2
"""The maturity from which findings block and what could not be read keeps the gate from opening."""

_CAPS: Final = {0: Mode.AUDIT, 1: Mode.WARN}
_STATES: Final = {Mode.ENFORCE: State.BLOCKED, Mode.WARN: State.WARNED, Mode.AUDIT: State.RECORDED}
_EFFECT: Final = {
    Mode.ENFORCE: "blocks",
    Mode.WARN: "warns",
    Mode.AUDIT: "is only recorded",
    Mode.OFF: "is off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``verdicts`` in the order given. ``declined``: findings whose mode is off, counted nowhere else."""

    verdicts: tuple[Verdict, ...]
    declined: tuple[Declined, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The gate's answer: what it is, the exit code of the scan, and one sentence why."""

    gate: Gate
    exit_code: int
    because: str


@dataclass(frozen=True, slots=True)
class _Ruling:
    """A mode before and after the cap of the maturity, and the sentence for it."""

    mode: Mode
    because: str


def decide(triaged: Iterable[Triaged], plan: Enforcement, today: date) -> Decision:
    """One verdict for each finding."""
    verdicts: list[Verdict] = []
    declined: list[Declined] = []
    rulings: dict[tuple[int, Standing | None], tuple[Severity, _Ruling]] = {}
    off = Mode.OFF
    for item in list(triaged):  # rules are told apart by identity: all of them live until the end
        of_rule = id(item.finding.rule), item.finding.change
        if of_rule in rulings:
            severity, ruling = rulings[of_rule]
        else:
            severity = severity_of(item.finding, plan)
            ruling = _rule(item.finding, severity, plan, today)
            if not plan.rollout:  # an entry of it may speak of some places only
                rulings[of_rule] = severity, ruling
        if ruling.mode is off:
            what = f"{item.finding.rule.id} on {item.finding.subject.address}"
            declined.append(Declined(what=what, reason=ruling.because, location=item.finding.location))
            continue
        verdicts.append(_verdict(item, severity, ruling))
    return Decision(verdicts=tuple(verdicts), declined=tuple(declined))


def fixed(findings: Iterable[Finding], plan: Enforcement, today: date) -> tuple[Fixed, ...]:
    """What a planned change mends, with the severities the team gives it; nothing of rules that are off there."""
    return tuple(
        Fixed(finding=one, severity=severity_of(one, plan))
        for one in findings
        if mode_of(one, plan, today) is not Mode.OFF
    )


def severity_of(finding: Finding, plan: Enforcement) -> Severity:
    """The rule's severity, or the team's own: the last entry that names the rule, its id before any glob or alias."""
    if finding.rule.id in plan.severity:
        return plan.severity[finding.rule.id]
    own = [severity for word, severity in plan.severity.items() if names_rule(word, finding.rule)]
    return own[-1] if own else finding.rule.severity


def mode_of(finding: Finding, plan: Enforcement, today: date) -> Mode:
    """What the gate does about a finding that nothing excuses."""
    return _rule(finding, severity_of(finding, plan), plan, today).mode


def gate(
    verdicts: Sequence[Verdict],
    troubles: Sequence[Trouble],
    plan: Enforcement,
    today: date,
    undecided: Iterable[Evaluation] = (),
) -> Answer:
    """The answer of the whole scan.

    Blocked findings close it, and so do undecided rules where the setting ``unknown`` says enforce and the rule would
    block. What could not be read makes it incomplete; below maturity 2 it is a warning, but for an empty scan that
    ``--fail-if-empty`` asks about. Closed comes before incomplete.
    """
    closing = State.BLOCKED
    blocked = sum(verdict.state is closing for verdict in verdicts)
    enforced = undecided if plan.unknown is Mode.ENFORCE else ()
    unknown = sum(_blocks_unknown(evaluation, plan, today) for evaluation in enforced)
    reasons = [*_counted(blocked, "finding blocks", "findings block")]
    reasons += _counted(
        unknown, "rule could not be decided (unknown: enforce)", "rules could not be decided (unknown: enforce)"
    )
    closed = bool(reasons)
    reasons += _trouble_sentence(troubles)
    if closed:
        return Answer(gate=Gate.CLOSED, exit_code=EXIT_CLOSED, because="; ".join(reasons))
    asked_for = any(trouble.kind == "empty" for trouble in troubles)
    if troubles and (plan.maturity >= ENFORCING or asked_for):
        return Answer(gate=Gate.INCOMPLETE, exit_code=EXIT_INCOMPLETE, because="; ".join(reasons))
    return Answer(gate=Gate.OPEN, exit_code=EXIT_OPEN, because="; ".join([_open_sentence(verdicts, plan), *reasons]))


def _verdict(item: Triaged, severity: Severity, ruling: _Ruling) -> Verdict:
    if item.waiver is None:
        state, because = _STATES[ruling.mode], ruling.because
    else:
        state = State.BASELINED if item.waiver.source == "baseline" else State.EXCEPTED
        because = _excuse(item.waiver)
    if item.note:
        joint = ", so" if item.waiver is None else ";"
        because = f"{item.note}{joint} {because}"
    return Verdict(triaged=item, severity=severity, mode=ruling.mode, state=state, because=because)


def _excuse(waiver: Waiver) -> str:
    until = f" until {waiver.expires}" if waiver.expires else ""
    owner = f" of {waiver.owner}" if waiver.owner else ""
    reason = f": {waiver.reason}" if waiver.reason else ""
    if waiver.source == "break-glass":
        return f"glass broken for {waiver.ticket}{reason}"
    if waiver.source == "baseline":
        return f"accepted in {waiver.id}"
    if waiver.source == "inline":
        return f"allowed by the comment in {waiver.id}{owner}{until}{reason}"
    if waiver.source == "policy":
        return f"excused by the policy itself{until}{reason}"
    return f"exception {waiver.id}{owner}{until}{reason}"


def _rule(finding: Finding, severity: Severity, plan: Enforcement, today: date) -> _Ruling:
    entry = _entry(finding, plan)
    ruling = _by_rollout(entry, today) if entry else _by_severity(finding, severity, plan)
    if finding.change is Standing.EXISTING and ruling.mode > plan.existing:
        where = _from(plan.origin.get("existing", ""))
        because = f"{ruling.because}, but it was there before the change and so {_EFFECT[plan.existing]}{where}"
        ruling = _Ruling(plan.existing, because)
    cap = _CAPS.get(plan.maturity, Mode.ENFORCE)
    if ruling.mode <= cap:
        return ruling
    where = _from(plan.origin.get("maturity", ""))
    return _Ruling(cap, f"{ruling.because}, but at maturity {plan.maturity} it {_EFFECT[cap]}{where}")


def _entry(finding: Finding, plan: Enforcement) -> RolloutEntry | None:
    for entry in reversed(plan.rollout):
        if any(names_rule(word, finding.rule) for word in entry.rules) and entry.scope.covers(finding):
            return entry
    return None


def _by_rollout(entry: RolloutEntry, today: date) -> _Ruling:
    mode = entry.mode_on(today)
    where = f" in {entry.location.file}:{entry.location.line}" if entry.location else ""
    reason = f" ({entry.reason})" if entry.reason else ""
    if entry.until is None:
        said = f"{_EFFECT[mode]}: rollout entry{where}{reason}"
    elif today <= entry.until:
        said = f"{_EFFECT[mode]} until {entry.until}, then {_EFFECT[entry.then]}: rollout entry{where}{reason}"
    else:
        said = f"{_EFFECT[mode]} since {entry.until} has passed: rollout entry{where}{reason}"
    return _Ruling(mode, said)


def _by_severity(finding: Finding, severity: Severity, plan: Enforcement) -> _Ruling:
    if plan.fail_on is not None:
        mode = Mode.ENFORCE if severity >= plan.fail_on else Mode.WARN
        relation = "reaches" if mode is Mode.ENFORCE else "is below"
        where = _from(plan.origin.get("fail_on", ""))
        return _Ruling(mode, f"{severity} {_EFFECT[mode]}: it {relation} fail_on {plan.fail_on}{where}")
    tier = plan.tiers.get(severity)
    if tier is not None:
        return _Ruling(tier, f"{severity} {_EFFECT[tier]} (tiers: {plan.origin.get('tiers', 'defaults')})")
    declared = finding.rule.declared_mode
    if declared is not None:
        return _Ruling(declared, f"{_EFFECT[declared]}: the policy itself declares {declared}")
    default = DEFAULT_TIERS[severity]
    return _Ruling(default, f"{severity} {_EFFECT[default]} (tiers: defaults, the settings leave {severity} out)")


def _from(origin: str) -> str:
    return f" ({origin})" if origin and origin != "default" else ""


def _blocks_unknown(evaluation: Evaluation, plan: Enforcement, today: date) -> bool:
    if evaluation.outcome is not Outcome.UNKNOWN:
        return False
    subject = evaluation.subject
    place = evaluation.places[0] if evaluation.places else subject.at()
    finding = Finding(rule=evaluation.rule, subject=subject, message="", path=(), location=place)
    return mode_of(finding, plan, today) is Mode.ENFORCE


def _counted(count: int, one: str, many: str) -> list[str]:
    return [f"{count} {one if count == 1 else many}"] if count else []


def _trouble_sentence(troubles: Sequence[Trouble]) -> list[str]:
    """What could not be understood, the first three by name."""
    if not troubles:
        return []
    names = list(dict.fromkeys(_trouble_name(trouble) for trouble in troubles))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"not understood: {', '.join(names[:3])}{more}"]


def _trouble_name(trouble: Trouble) -> str:
    return trouble.location.file if trouble.location is not None else trouble.message


def _open_sentence(verdicts: Sequence[Verdict], plan: Enforcement) -> str:
    if not verdicts:
        return "no findings"
    if plan.maturity < ENFORCING:
        return f"nothing blocks at maturity {plan.maturity}{_from(plan.origin.get('maturity', ''))}"
    return "no finding blocks"
