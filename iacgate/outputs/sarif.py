"""Output ``sarif``: SARIF 2.1.0 as GitHub code scanning takes it. A report comes in, a SARIF log goes out.

One result without a place, or one empty required string, makes GitHub refuse the whole upload; hence the fallbacks.
Findings that an exception covers are left out, since code scanning would show them as open alerts, unless asked for.
"""

from __future__ import annotations

import re
from typing import Any

from iacgate.model import Finding, Gate, Location, ScanReport, Severity, SourceStatus, Standing, State, Verdict, Waiver
from iacgate.outputs._json import document
from iacgate.outputs._line_hash import LineHashes
from iacgate.outputs._listing import (
    break_glass_line,
    by_weight,
    change_line,
    exception_phrase,
    gate_line,
    ordered,
    stale,
    troubles,
    waiver_name,
)
from iacgate.outputs._plain import one_line
from iacgate.outputs._sarif_rules import LEVELS, descriptor, listed_rules
from iacgate.spi import OutputOptions

name = "sarif"
extension = "sarif"

SOFTER = {State.WARNED: {"error": "warning"}, State.BLOCKED: {}}
"""What the level becomes by state: what only warns turns no check red; what does neither is a note."""
MAX_RESULTS = 25_000
MAX_RELATED = 50
CONFIGURATION = frozenset({"settings", "exceptions"})
UNFOLDED = {
    "runs": [
        {
            "tool": {"driver": {"rules": []}},
            "invocations": [{"toolExecutionNotifications": [], "toolConfigurationNotifications": []}],
            "results": [],
        }
    ]
}


def render(report: ScanReport, options: OutputOptions) -> str:
    verdicts = [one for one in ordered(report) if one.state is not State.EXCEPTED or options.include_suppressed]
    kept = _keep(verdicts)
    rules = listed_rules(report, {verdict.finding.rule.id: verdict.finding.rule for verdict in kept})
    writer = _Results(report, options, {rule.id: index for index, rule in enumerate(rules)})
    severities = _severities(kept)
    described = [descriptor(rule, severities.get(rule.id, rule.severity)) for rule in rules]
    driver = {"name": "iacgate", "semanticVersion": report.version or "0.0.0", "rules": described}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "iacgate/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, options, left_out=len(verdicts) - len(kept))],
        "results": [writer.result(verdict) for verdict in kept],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return document(log, UNFOLDED)


def _keep(verdicts: list[Verdict]) -> list[Verdict]:
    """At most as many as GitHub takes, the most severe, in the order given."""
    if len(verdicts) <= MAX_RESULTS:
        return verdicts
    chosen = {id(verdict) for verdict in by_weight(verdicts)[:MAX_RESULTS]}
    return [verdict for verdict in verdicts if id(verdict) in chosen]


def _severities(verdicts: list[Verdict]) -> dict[str, Severity]:
    """What the settings made of a rule's severity: the highest of its results. Code scanning reads it off the rule."""
    found: dict[str, Severity] = {}
    for verdict in verdicts:
        rule_id = verdict.finding.rule.id
        found[rule_id] = max(verdict.severity, found.get(rule_id, verdict.severity))
    return found


class _Results:
    """Writes results: knows the rule indexes, whether there is a baseline, and the line hashes of files read so far."""

    def __init__(self, report: ScanReport, options: OutputOptions, indexes: dict[str, int]) -> None:
        self._indexes = indexes
        self._suppressions = options.include_suppressed
        self._baseline = any(one.state is State.BASELINED or not one.triaged.is_new for one in report.verdicts)
        self._fallback = next((source.path for source in report.sources if source.path), "stdin")
        self._source = options.source
        self._hashes: dict[str, LineHashes | None] = {}
        self._headers: dict[int, Location] = {}

    def result(self, verdict: Verdict) -> dict[str, Any]:
        finding = verdict.finding
        related = _related(finding)
        written: dict[str, Any] = {
            "ruleId": finding.rule.id,
            "ruleIndex": self._indexes[finding.rule.id],
            "kind": "fail",
            "level": _level(verdict),
            "message": {"text": _message(finding, related)},
            "locations": [self._location(finding)],
            "partialFingerprints": self._fingerprints(finding),
        }
        if related:
            written["relatedLocations"] = [self._related(*one) for one in enumerate(related, 1)]
        if state := self._state(verdict):
            written["baselineState"] = state
        if self._suppressions:
            written["suppressions"] = _suppressions(verdict)
        written["properties"] = _properties(verdict)
        return written

    def _state(self, verdict: Verdict) -> str:
        """``unchanged`` for what is in the baseline or was there before a planned change; "" where nothing is known."""
        change = verdict.finding.change
        if not verdict.triaged.is_new or change is Standing.EXISTING:
            return "unchanged"
        return "new" if self._baseline or change is not None else ""

    def _location(self, finding: Finding) -> dict[str, Any]:
        place = finding.location
        physical = self._physical(place)
        around = self._around(finding)
        if around:
            physical["contextRegion"] = around
        address = one_line(finding.subject.address)
        if not address:
            return {"physicalLocation": physical}
        logical = {"fullyQualifiedName": address, "kind": "resource"}
        return {"physicalLocation": physical, "logicalLocations": [logical]}

    def _physical(self, place: Location) -> dict[str, Any]:
        region = {
            "startLine": max(place.line, 1),
            "startColumn": max(place.column, 1),
            "endLine": max(place.end_line, 1),
            "endColumn": max(place.end_column, 1),
        }
        return {"artifactLocation": {"uri": uri(place.file or self._fallback)}, "region": region}

    def _around(self, finding: Finding) -> dict[str, int] | None:
        """From the subject's header to the finding, when that is more than the finding's own lines."""
        header = self._headers.get(id(finding.subject))
        if header is None:
            header = self._headers[id(finding.subject)] = finding.subject.at()
        place = finding.location
        first, last = min(header.line, place.line), max(header.end_line, place.end_line)
        if header.file != place.file or (first, last) == (place.line, place.end_line):
            return None
        return {"startLine": max(first, 1), "endLine": max(last, 1)}

    def _fingerprints(self, finding: Finding) -> dict[str, str]:
        prints = {"iacgate/v1": finding.fingerprint}
        hashes = self._hashes_of(finding.location.file)
        line_hash = hashes.of(finding.location.line) if hashes else None
        if line_hash:
            prints["primaryLocationLineHash"] = line_hash
        return prints

    def _hashes_of(self, file: str) -> LineHashes | None:
        if file not in self._hashes:
            text = self._source(file)
            self._hashes[file] = None if text is None else LineHashes(text)
        return self._hashes[file]

    def _related(self, number: int, related: tuple[Location, str]) -> dict[str, Any]:
        place, text = related
        return {"id": number, "physicalLocation": self._physical(place), "message": {"text": text}}


def uri(path: str) -> str:
    """A path as a relative reference (RFC 3986): whatever is not plainly allowed is percent-encoded, from its bytes."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@"
    encoded = "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in raw)
    return f"file://{encoded}" if path.startswith("/") and not path.startswith("//") else encoded


def _level(verdict: Verdict) -> str:
    level = LEVELS[verdict.severity]
    return SOFTER[verdict.state].get(level, level) if verdict.state in SOFTER else "note"


def _message(finding: Finding, related: list[tuple[Location, str]]) -> str:
    """The resource and what is wrong with it, on one line, then links to the related places."""
    said = one_line(finding.message.strip()) or one_line(finding.rule.title.strip()) or finding.rule.id
    text = _unlinked(f"{one_line(finding.subject.address)}: {said}")
    links = ", ".join(f"[{_link_text(what)}]({number})" for number, (_, what) in enumerate(related, 1))
    return f"{text} ({links})" if links else text


def _unlinked(text: str) -> str:
    """Text that makes no link by accident: ``[a](1)`` is a link in a SARIF message."""
    return text.replace("](", "] (")


def _link_text(text: str) -> str:
    return re.sub(r"[\[\]\\]", " ", text)


def _related(finding: Finding) -> list[tuple[Location, str]]:
    places = [(place, one_line(place.note) or "reached from here") for place in reversed(finding.location.via)]
    places += [(place, one_line(text.strip()) or "related") for place, text in finding.related]
    return places[:MAX_RELATED]


def _properties(verdict: Verdict) -> dict[str, str]:
    finding = verdict.finding
    values = {
        "state": verdict.state.value,
        "mode": str(verdict.mode),
        "severity": str(verdict.severity),
        "because": one_line(verdict.because),
        "environment": one_line(finding.environment),
        "owner": one_line(finding.owner),
        "exception": exception_phrase(verdict),
        "note": one_line(verdict.triaged.note),
        "change": finding.change.value if finding.change else "",
    }
    return {key: value for key, value in values.items() if value}


def _suppressions(verdict: Verdict) -> list[dict[str, Any]]:
    if verdict.state not in {State.EXCEPTED, State.BASELINED}:
        return []
    waiver = verdict.triaged.waiver
    if waiver is None:
        reason = one_line(verdict.finding.excused or verdict.because) or verdict.state.value
        return [{"kind": "external", "status": "accepted", "justification": reason}]
    kind = "inSource" if waiver.source == "inline" else "external"
    reason = one_line(waiver.reason) or "no reason given"
    return [{"kind": kind, "status": "accepted", "justification": reason, "properties": _waiver(waiver)}]


def _waiver(waiver: Waiver) -> dict[str, str]:
    values = {
        "exception": waiver.id,
        "source": waiver.source,
        "owner": waiver.owner,
        "approver": waiver.approved_by,
        "ticket": waiver.ticket,
        "expires": waiver.expires.isoformat() if waiver.expires else "",
    }
    return {key: one_line(value) for key, value in values.items() if value}


def _invocation(report: ScanReport, options: OutputOptions, *, left_out: int) -> dict[str, Any]:
    written: dict[str, Any] = {"executionSuccessful": report.gate is not Gate.INCOMPLETE, "exitCode": report.exit_code}
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", options.timestamp):
        written["endTimeUtc"] = options.timestamp
    written["toolExecutionNotifications"] = _execution(report, left_out)
    written["toolConfigurationNotifications"] = _configuration(report)
    written["properties"] = {"gate": report.gate.value, "summary": gate_line(report)}
    if change := change_line(report):
        written["properties"]["change"] = change
    return written


def _execution(report: ScanReport, left_out: int) -> list[dict[str, Any]]:
    found = [_notification("break-glass", break_glass_line(report), "warning")] if report.break_glass else []
    if left_out:
        text = f"{left_out} less severe results were left out: a run holds {MAX_RESULTS}"
        found.append(_notification("limit", text, "warning"))
    level = "warning" if report.gate is Gate.OPEN else "error"
    found += [
        _notification(trouble.kind, _sentence(trouble.message, trouble.hint), level, trouble.location)
        for trouble in troubles(report)
        if trouble.kind not in CONFIGURATION
    ]
    for source in sorted(report.sources, key=lambda source: source.path):
        if source.status is SourceStatus.SKIPPED:
            place = source.location or Location(file=source.path)
            found.append(_notification("skipped", _sentence("skipped", source.detail), "note", place))
    return found


def _configuration(report: ScanReport) -> list[dict[str, Any]]:
    level = "warning" if report.gate is Gate.OPEN else "error"
    found = [
        _notification(trouble.kind, _sentence(trouble.message, trouble.hint), level, trouble.location)
        for trouble in troubles(report)
        if trouble.kind in CONFIGURATION
    ]
    for one in stale(report):
        text = _sentence(f"{waiver_name(one.waiver)} is {one.status}", one.note)
        found.append(_notification(f"exception-{one.status}", text, "warning", one.waiver.location))
    found += [
        _notification("declined", _sentence(one.what, one.reason), "note", one.location) for one in report.declined
    ]
    found += [_notification("notice", notice, "note") for notice in report.notices]
    return found


def _notification(kind: str, text: str, level: str, place: Location | None = None) -> dict[str, Any]:
    written: dict[str, Any] = {
        "descriptor": {"id": one_line(kind) or "notice"},
        "level": level,
        "message": {"text": one_line(text.strip()) or "no detail"},
    }
    if place and place.file:
        region = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)}
        written["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri(place.file)}, "region": region}}]
    return written


def _sentence(text: str, detail: str) -> str:
    return f"{text}: {detail}" if detail.strip() else text
