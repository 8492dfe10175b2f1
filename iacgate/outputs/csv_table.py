"""Output ``csv``: one table for spreadsheets (RFC 4180). A report comes in, rows go out.

A cell that begins like a formula gets an apostrophe in front, as spreadsheets would run it. Rows of the record
``finding`` come first, then ``fixed``, ``error`` and ``exception`` rows, one row ``change`` where a plan was compared
with what was before it, and one ``gate`` row at the end.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from iacgate.model import Finding, Fixed, ScanReport, StaleWaiver, Trouble, Verdict
from iacgate.outputs._listing import break_glass_line, change_line, coordinates, gate_line, ordered, stale, troubles
from iacgate.outputs._plain import one_line
from iacgate.spi import OutputOptions

name = "csv"
extension = "csv"

COLUMNS = (
    "record",
    "state",
    "severity",
    "mode",
    "rule",
    "title",
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
    "address",
    "type",
    "path",
    "message",
    "because",
    "exception",
    "expires",
    "owner",
    "environment",
    "new",
    "fingerprint",
    "change",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(report: ScanReport, options: OutputOptions) -> str:  # noqa: ARG001  (every output takes the options)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return stream.getvalue()


def _cell(value: Any) -> str:
    text = one_line(str(value))
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def _rows(report: ScanReport) -> Iterator[dict[str, Any]]:
    yield from map(_finding, ordered(report))
    yield from map(_fixed, report.listed_fixed)
    yield from map(_trouble, troubles(report))
    yield from map(_exception, stale(report))
    if change := change_line(report):
        yield {"record": "change", "message": change}
    because = f"{break_glass_line(report)}; {report.because}" if report.break_glass else report.because
    yield {"record": "gate", "state": report.gate.value, "message": gate_line(report), "because": because}


def _finding(verdict: Verdict) -> dict[str, Any]:
    finding, waiver = verdict.finding, verdict.triaged.waiver
    return {
        "record": "finding",
        "state": verdict.state.value,
        "severity": verdict.severity,
        "mode": verdict.mode,
        **_what(finding),
        "because": verdict.because,
        "exception": waiver.id or waiver.source if waiver else "",
        "expires": waiver.expires.isoformat() if waiver and waiver.expires else "",
        "new": "yes" if verdict.triaged.is_new else "no",
        "change": finding.change.value if finding.change else "",
    }


def _fixed(one: Fixed) -> dict[str, Any]:
    return {"record": "fixed", "severity": one.severity, **_what(one.finding), "change": "fixed"}


def _what(finding: Finding) -> dict[str, Any]:
    """What is known of a finding whatever became of it."""
    return {
        "rule": finding.rule.id,
        "title": finding.rule.title,
        **coordinates(finding.location),
        "address": finding.subject.address,
        "type": finding.subject.type,
        "path": ".".join(map(str, finding.path)),
        "message": finding.message,
        "owner": finding.owner,
        "environment": finding.environment,
        "fingerprint": finding.fingerprint,
    }


def _trouble(trouble: Trouble) -> dict[str, Any]:
    place = coordinates(trouble.location) if trouble.location else {}
    return {"record": "error", "state": trouble.kind, **place, "message": trouble.message, "because": trouble.hint}


def _exception(one: StaleWaiver) -> dict[str, Any]:
    waiver = one.waiver
    return {
        "record": "exception",
        "state": one.status,
        "rule": " ".join(waiver.rules),
        **(coordinates(waiver.location) if waiver.location else {}),
        "message": one.note,
        "because": waiver.reason,
        "exception": waiver.id,
        "expires": waiver.expires.isoformat() if waiver.expires else "",
        "owner": waiver.owner,
    }
