"""Output ``gitlab-codequality``: GitLab's Code Quality report. A report comes in, one JSON array goes out.

GitLab knows neither a state nor a gate, so both stand in the description. It drops entries that lack a member, and
merges or loses entries that share a fingerprint.
"""

from __future__ import annotations

from typing import Any

from iacgate.model import Location, ScanReport, Severity, State, Trouble, Verdict
from iacgate.model.digest import digest
from iacgate.outputs._json import document
from iacgate.outputs._listing import break_glass_line, exception_phrase, gate_line, ordered, troubles, turns_red, way
from iacgate.outputs._plain import one_line
from iacgate.spi import OutputOptions

name = "gitlab-codequality"
extension = "json"

SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}
SOFTER = {State.EXCEPTED: "info", State.BASELINED: "info"}
"""What is agreed on stays listed, but no longer as something to worry about."""


def render(report: ScanReport, options: OutputOptions) -> str:  # noqa: ARG001  (every output takes the options)
    entries = [_finding(verdict) for verdict in ordered(report)]
    entries += [_trouble(trouble, report) for trouble in troubles(report)]
    if report.break_glass:
        text = f"{break_glass_line(report)}; {gate_line(report)}"
        entries.insert(0, _entry("iacgate-break-glass", text, "blocker", _somewhere(report)))
    return document(_distinct(entries), [])


def _finding(verdict: Verdict) -> dict[str, Any]:
    finding = verdict.finding
    covered = exception_phrase(verdict)
    said = one_line(finding.message.strip()) or one_line(finding.rule.title)
    remarks = [verdict.state.value, covered, *(f"{step}: {place}" for step, place in way(finding))]
    text = f"{one_line(finding.subject.address)}: {said} ({', '.join(filter(None, remarks))})"
    severity = SOFTER.get(verdict.state, SEVERITIES[verdict.severity])
    return _entry(finding.rule.id, text, severity, finding.location, finding.fingerprint)


def _trouble(trouble: Trouble, report: ScanReport) -> dict[str, Any]:
    text = f"{one_line(trouble.message)} ({one_line(trouble.kind)})"
    severity = "blocker" if turns_red(report) else "major"
    return _entry(f"iacgate-{one_line(trouble.kind)}", text, severity, trouble.location or _somewhere(report))


def _entry(check: str, text: str, severity: str, place: Location, fingerprint: str = "") -> dict[str, Any]:
    path = place.file or "."
    return {
        "description": text,
        "check_name": check,
        "fingerprint": fingerprint or _digest(check, path, text),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": max(place.line, 1)}},
    }


def _digest(*parts: str) -> str:
    return digest("\0".join(parts))


def _somewhere(report: ScanReport) -> Location:
    """A place for what has none: GitLab shows no entry without a path."""
    return Location(file=min((source.path for source in report.sources), default="."))


def _distinct(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: dict[str, int] = {}
    for entry in entries:
        fingerprint = entry["fingerprint"]
        seen[fingerprint] = seen.get(fingerprint, 0) + 1
        if seen[fingerprint] > 1:
            entry["fingerprint"] = f"{fingerprint}:{seen[fingerprint]}"
    return entries
