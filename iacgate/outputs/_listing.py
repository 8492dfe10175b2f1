"""Part of the outputs room: what every format lists, in which order, and the phrases they share.

In comes a report, out go its parts in a fixed order. Nothing is decided and nothing is left out here beyond the report
level, which the report itself applies.
"""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.model import (
    Finding,
    Gate,
    Location,
    Outcome,
    ScanReport,
    SourceStatus,
    StaleWaiver,
    Standing,
    State,
    Trouble,
    Verdict,
    Waiver,
)
from iacgate.model.dataclass import replace
from iacgate.outputs._plain import one_line

STANDINGS = {
    Standing.INTRODUCED: "introduced by this change",
    Standing.EXISTING: "there before this change",
}
STEPS_SHOWN = 8
"""Places on the way of a value that people are shown, beside the last of them; machines get all."""
SortKey = tuple[str, int, int, str, str, tuple[str, ...], int, str]


def ordered(report: ScanReport) -> list[Verdict]:
    """The listed verdicts by path, line, column, rule id and address; what still ties by path, occurrence, message."""
    return sorted(report.listed, key=_sort_key)


def coordinates(place: Location) -> dict[str, str | int]:
    """A location as fields of its own: the file, and from where to where (all from 1, the end exclusive)."""
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def by_weight(verdicts: list[Verdict]) -> list[Verdict]:
    """Most severe first, otherwise in the order given."""
    return sorted(verdicts, key=lambda verdict: -verdict.severity)


def troubles(report: ScanReport) -> list[Trouble]:
    """The report's troubles, and the unreadable files that none of them names, each place said once."""
    named = {trouble.location.file for trouble in report.troubles if trouble.location}
    found = [_without_place(trouble) for trouble in report.troubles]
    for source in report.sources:
        if source.status is SourceStatus.UNREADABLE and source.path not in named:
            place = source.location or Location(file=source.path)
            found.append(Trouble(kind="unreadable", message=source.detail or "could not be read", location=place))
    return sorted(found, key=_trouble_key)


def stale(report: ScanReport) -> list[StaleWaiver]:
    """Exceptions that expired, are unused or expire soon, in that order, by id."""
    rank = {"expired": 0, "unused": 1, "expiring": 2}
    return sorted(report.stale_waivers, key=lambda one: (rank.get(one.status, 3), one.status, one.waiver.id, one.note))


def applied(report: ScanReport) -> list[Waiver]:
    """The exceptions that cover a finding, by id and place."""
    return sorted(report.applied_waivers, key=lambda waiver: (waiver.id, str(waiver.location or ""), waiver.reason))


def counts(report: ScanReport) -> dict[str, int]:
    """The numbers of the summary: over all verdicts, whatever the report level."""
    numbers = {state.value: report.count(state) for state in State}
    return numbers | {
        "unknown": report.outcomes(Outcome.UNKNOWN),
        "passed": report.outcomes(Outcome.PASS),
        "resources": sum(resource.view_of is None for resource in report.resources),
        "rules": len(report.rules),
    }


def reading_counts(report: ScanReport) -> list[str]:
    """What was looked at, phrase by phrase: ``1 resource``, ``7 rules``, ``3 passed``, ``1 not decided``."""
    numbers = counts(report)
    phrases = [counted(numbers["resources"], "resource"), counted(numbers["rules"], "rule")]
    phrases.append(f"{numbers['passed']} passed")
    return phrases + ([f"{numbers['unknown']} not decided"] if numbers["unknown"] else [])


def counted(number: int, noun: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def state_counts(report: ScanReport) -> str:
    """``2 blocked, 1 warned`` with the states that occur, or ``no findings``."""
    parts = [f"{number} {state.value}" for state in State if (number := report.count(state))]
    return ", ".join(parts) or "no findings"


def change_counts(report: ScanReport) -> dict[str, int]:
    """What the planned changes do to findings, all of them counted; empty where no plan was compared."""
    if not report.compared:
        return {}
    return {
        "introduced": report.standing(Standing.INTRODUCED),
        "fixed": len(report.fixed),
        "existing": report.standing(Standing.EXISTING),
    }


def change_line(report: ScanReport) -> str:
    """``introduces 2, fixes 3, 11 were there before``; empty where no plan was compared, or there is nothing to say."""
    numbers = change_counts(report)
    unclear = report.standing(None) if numbers else 0
    if not unclear and not any(numbers.values()):
        return ""
    were = f"{numbers['existing']} {'was' if numbers['existing'] == 1 else 'were'} there before"
    parts = [f"introduces {numbers['introduced']}", f"fixes {numbers['fixed']}", were]
    parts += [f"of {unclear} it is not known"] if unclear else []
    if report.new_only and numbers["existing"]:
        parts[2] += " (not listed)"
    return ", ".join(parts)


def summed_up(report: ScanReport) -> str:
    """``2 blocked, 1 warned; the change introduces 2, …``: the counts by state, and what the change does."""
    change = change_line(report)
    return f"{state_counts(report)}; the change {change}" if change else state_counts(report)


def standing_phrase(finding: Finding) -> str:
    """``introduced by this change`` or ``there before this change``; empty where that is not known."""
    return STANDINGS[finding.change] if finding.change is not None else ""


def gate_line(report: ScanReport) -> str:
    """The verdict in one line, the same in every format: ``gate closed (exit 1): why``."""
    because = f": {one_line(report.because)}" if report.because else ""
    return f"gate {report.gate.value} (exit {report.exit_code}){because}"


def break_glass_line(report: ScanReport) -> str:
    """What every format says aloud when the gate was opened by hand; empty otherwise."""
    return f"BREAK GLASS: {one_line(report.break_glass)}" if report.break_glass else ""


def exception_phrase(verdict: Verdict) -> str:
    """``exception EXC-1 until 2027-02-01, owner team: reason``, or empty when nothing covers the finding."""
    waiver = verdict.triaged.waiver
    if waiver is None:
        return f"excused by its policy: {one_line(verdict.finding.excused)}" if verdict.finding.excused else ""
    until = f" until {waiver.expires.isoformat()}" if waiver.expires else ""
    owner = f", owner {one_line(waiver.owner)}" if waiver.owner else ""
    return f"{waiver_name(waiver)}{until}{owner}: {one_line(waiver.reason) or 'no reason given'}"


def waiver_name(waiver: Waiver) -> str:
    """``exception EXC-1``; by its place when it is a comment, by its kind when it is a baseline or a policy's own."""
    word = "exception" if waiver.source in {"inline", "file"} else waiver.source
    name = waiver.id or (str(waiver.location) if waiver.location else "")
    return one_line(name if name.startswith(f"{word} ") else f"{word} {name}").strip()


def remark(verdict: Verdict) -> str:
    """The remark of triage, unless the verdict's own sentence has taken it up already."""
    note = verdict.triaged.note
    return "" if note in verdict.because else note


def way(finding: Finding) -> Iterator[tuple[str, str]]:
    """What happens where on the way to the place of a finding, nearest first: ``passed here``, ``main.tf:3:12``."""
    places = finding.location.via[::-1]
    for place in places[:STEPS_SHOWN]:
        yield one_line(place.note) or "reached through", str(place)
    if len(places) > STEPS_SHOWN + 1:
        yield "then", f"{len(places) - STEPS_SHOWN - 1} more places"
    for place in places[STEPS_SHOWN:][-1:]:
        yield one_line(place.note) or "reached through", str(place)


def belongings(finding: Finding) -> str:
    """``environment prod, owner team-a``: what the settings say of the place."""
    parts = (("environment", finding.environment), ("owner", finding.owner))
    return ", ".join(f"{word} {one_line(value)}" for word, value in parts if value)


def turns_red(report: ScanReport) -> bool:
    """Whether what was not understood counts against the gate (below maturity 2 it is only a warning)."""
    return report.gate is not Gate.OPEN


def _sort_key(verdict: Verdict) -> SortKey:
    finding, place = verdict.finding, verdict.finding.location
    steps = tuple(map(str, finding.path))
    return (
        place.file,
        place.line,
        place.column,
        finding.rule.id,
        finding.subject.address,
        steps,
        finding.occurrence,
        finding.message,
    )


def _without_place(trouble: Trouble) -> Trouble:
    """A trouble whose message does not begin with its place: every format says that in its own way."""
    if trouble.location is None or not trouble.message.startswith(f"{trouble.location}: "):
        return trouble
    return replace(trouble, message=trouble.message.removeprefix(f"{trouble.location}: "))


def _trouble_key(trouble: Trouble) -> tuple[str, int, int, str, str]:
    place = trouble.location or Location(file="", line=0)
    return (place.file, place.line, place.column, trouble.kind, trouble.message)
