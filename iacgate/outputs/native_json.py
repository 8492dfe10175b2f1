"""Output ``json``: the contract for scripts. A report comes in, one JSON object goes out.

Its schema is :func:`iacgate.outputs.report_schema`. Within schema version 1 members are added, never renamed.
"""

from __future__ import annotations

from typing import Any

from iacgate.model import (
    Evaluation,
    Finding,
    Fixed,
    Location,
    Rule,
    ScanReport,
    Subject,
    Trouble,
    Verdict,
    Waiver,
    jsonable,
)
from iacgate.outputs._json import Spelled, document, members, quoted
from iacgate.outputs._listing import applied, change_counts, coordinates, counts, ordered, stale
from iacgate.outputs._undecided import waiting
from iacgate.spi import OutputOptions

name = "json"
extension = "json"

SCHEMA_VERSION = 1
UNFOLDED = {
    "sources": [],
    "rules": {},
    "findings": [],
    "fixed": [],
    "undecided": [],
    "evaluations": [],
    "exceptions": {"applied": [], "expired": [], "unused": [], "expiring": []},
    "errors": [],
    "declined": [],
    "notices": [],
}


def render(report: ScanReport, options: OutputOptions) -> str:
    return document(as_object(report, options), UNFOLDED)


def as_object(report: ScanReport, options: OutputOptions) -> dict[str, Any]:
    """The report, members in the order of the contract; the findings are spelled one by one when they are asked for."""
    members: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": report.tool, "version": report.version},
        "gate": report.gate.value,
        "exit_code": report.exit_code,
        "because": report.because,
        "break_glass": report.break_glass or None,
        "maturity": report.maturity,
        "report_level": str(report.report_level),
        "summary": counts(report) | change_counts(report),
        "sources": [_source(report, index) for index in _source_order(report)],
        "rules": {rule_id: _rule(report.rules[rule_id]) for rule_id in sorted(report.rules)},
        "findings": map(_Findings().spelled, ordered(report)),
        "fixed": [_fixed(one) for one in report.listed_fixed],
    }
    members["undecided"] = [
        {"cause": group.words, "checks": len(group.evaluations), "help": group.help} for group in waiting(report)
    ]
    if options.evaluations:
        members["evaluations"] = _evaluations(report)
    members["exceptions"] = _exceptions(report)
    members["errors"] = [_trouble(trouble) for trouble in report.troubles]
    members["declined"] = [
        {"what": one.what, "reason": one.reason, "location": _optional(one.location)} for one in report.declined
    ]
    members["notices"] = list(report.notices)
    return members


def _source_order(report: ScanReport) -> list[int]:
    return sorted(range(len(report.sources)), key=lambda index: (report.sources[index].path, index))


def _source(report: ScanReport, index: int) -> dict[str, Any]:
    source = report.sources[index]
    return {"path": source.path, "kind": source.kind, "status": source.status.value, "detail": source.detail}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "title": rule.title,
        "severity": str(rule.severity),
        "on": list(rule.on),
        "aliases": list(rule.aliases),
        "controls": {str(framework): [str(one) for one in rule.controls[framework]] for framework in rule.controls},
        "rulesets": list(rule.rulesets),
        "tags": list(rule.tags),
        "why": rule.rationale,
        "fix": rule.remediation,
        "references": list(rule.references),
        "since": rule.since,
        "provider": rule.provider,
        "service": rule.service,
        "precision": rule.precision,
        "engine": rule.engine,
        "origin": rule.origin,
    }


class _Findings:
    """Findings as JSON, one after the other. What many have in common is put into words once.

    Whatever is known by its ``id()`` lives as long as the report.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], str] = {}

    def spelled(self, verdict: Verdict) -> Spelled:
        finding = verdict.finding
        ruling = (finding.rule.id, id(verdict.severity), id(verdict.mode), id(verdict.state), verdict.because)
        subject, place = (id(finding.subject),), (id(finding.path), id(finding.location), id(finding.related))
        parts = (
            f'"fingerprint": {quoted(finding.fingerprint)}',
            self._known.get(ruling) or self._learn(ruling, _ruling(verdict)),
            f'"message": {quoted(finding.message)}',
            self._known.get(subject) or self._learn(subject, {"resource": _resource(finding.subject)}),
            self._known.get(place) or self._learn(place, _place(finding)),
            self._standing(verdict),
        )
        return Spelled(f"{{{', '.join(parts)}}}")

    def _standing(self, verdict: Verdict) -> str:
        finding, triaged = verdict.finding, verdict.triaged
        said = finding.excused, triaged.note, triaged.is_new, finding.environment, finding.owner
        key = (id(triaged.waiver), id(finding.change), *said)
        return self._known.get(key) or self._learn(key, _standing(verdict))

    def _learn(self, key: tuple[Any, ...], described: dict[str, Any]) -> str:
        text = self._known[key] = members(described)
        return text


def _ruling(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": verdict.finding.rule.id,
        "severity": str(verdict.severity),
        "mode": str(verdict.mode),
        "state": verdict.state.value,
        "because": verdict.because,
    }


def _place(finding: Finding) -> dict[str, Any]:
    return {
        "path": list(finding.path),
        "location": {**coordinates(finding.location), "via": [_step(place) for place in finding.location.via]},
        "related": [coordinates(place) | {"message": text} for place, text in finding.related],
    }


def _standing(verdict: Verdict) -> dict[str, Any]:
    """What exceptions and the settings say of a finding, and what a planned change has to do with it."""
    finding, triaged = verdict.finding, verdict.triaged
    return {
        "exception": _waiver(triaged.waiver) if triaged.waiver else None,
        "excused": finding.excused,
        "note": triaged.note,
        "new": triaged.is_new,
        "change": finding.change.value if finding.change else None,
        "environment": finding.environment,
        "owner": finding.owner,
    }


def _step(place: Location) -> dict[str, Any]:
    """A place on the way of a value, and what happens there."""
    return coordinates(place) | {"note": place.note}


def _fixed(one: Fixed) -> dict[str, Any]:
    finding = one.finding
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule.id,
        "severity": str(one.severity),
        "message": finding.message,
        "resource": _resource(finding.subject),
        "path": list(finding.path),
        "location": coordinates(finding.location),
        "environment": finding.environment,
        "owner": finding.owner,
    }


def _resource(subject: Subject) -> dict[str, Any]:
    return {
        "address": subject.address,
        "type": subject.type,
        "provider": subject.provider,
        "name": getattr(subject, "name", subject.address),
        "namespace": getattr(subject, "namespace", None),
    }


def _optional(place: Location | None) -> dict[str, Any] | None:
    return coordinates(place) if place else None


def _evaluations(report: ScanReport) -> list[dict[str, Any]]:
    rows = [_evaluation(evaluation) for evaluation in report.evaluations]
    return sorted(rows, key=lambda row: (row["file"], row["line"], row["rule"], row["resource"], row["outcome"]))


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    place = evaluation.subject.at()
    return {
        "rule": evaluation.rule.id,
        "resource": evaluation.subject.address,
        "type": evaluation.subject.type,
        "file": place.file,
        "line": place.line,
        "outcome": evaluation.outcome.value,
        "detail": evaluation.detail,
    }


def _exceptions(report: ScanReport) -> dict[str, Any]:
    groups: dict[str, Any] = {"applied": [_waiver(waiver) for waiver in applied(report)]}
    groups |= {"expired": [], "unused": [], "expiring": []}
    for one in stale(report):
        groups.setdefault(one.status, []).append(_waiver(one.waiver) | {"note": one.note})
    return groups


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "id": waiver.id,
        "source": waiver.source,
        "rules": list(waiver.rules),
        "match": jsonable(dict(waiver.match)),
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approved_by": waiver.approved_by,
        "ticket": waiver.ticket,
        "expires": waiver.expires.isoformat() if waiver.expires else None,
        "location": _optional(waiver.location),
    }


def _trouble(trouble: Trouble) -> dict[str, Any]:
    return {
        "kind": trouble.kind,
        "message": trouble.message,
        "hint": trouble.hint,
        "location": _optional(trouble.location),
    }
