"""Output ``github``: annotations in a pull request. A report comes in, workflow commands, one a line, go out.

GitHub shows ten errors, ten warnings and ten notices of a step and silently drops the rest; so the most severe come
first, and one line says how many there are more.
"""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.model import Location, ScanReport, Severity, State, Trouble, Verdict
from iacgate.outputs._listing import (
    break_glass_line,
    by_weight,
    gate_line,
    ordered,
    standing_phrase,
    summed_up,
    troubles,
    turns_red,
    way,
)
from iacgate.outputs._plain import one_line, paragraphs
from iacgate.spi import OutputOptions

name = "github"
extension = "txt"

COMMANDS = {State.BLOCKED: "error", State.WARNED: "warning", State.RECORDED: "notice"}
"""By state, since what blocks is what turned the check red. What is agreed on gets no annotation, only its number."""
SOFT = frozenset({Severity.LOW, Severity.INFO})
"""A warning of these severities is a notice."""
SHOWN = 10
_Annotation = tuple[str, str]
"""The command (``error``, ``warning``, ``notice``) and its whole line."""


def render(report: ScanReport, options: OutputOptions) -> str:  # noqa: ARG001  (every output takes the options)
    annotations = [*_break_glass(report), *_findings(report), *_troubles(report)]
    lines: list[str] = []
    more: list[str] = []
    for command in ("error", "warning", "notice"):
        rows = [line for kind, line in annotations if kind == command]
        lines += rows[:SHOWN]
        if len(rows) > SHOWN:
            more.append(f"{len(rows) - SHOWN} more {command}s")
    if more:
        lines.append(f"iacgate: {', '.join(more)}: see the job summary")
    lines.append(f"iacgate: {gate_line(report)}; {summed_up(report)}")
    return "\n".join(lines) + "\n"


def fenced(text: str, token: str) -> str:
    """``text`` so that GitHub obeys no command in it; the token must be one that nobody can foresee."""
    ending = "" if text.endswith("\n") else "\n"
    return f"::stop-commands::{token}\n{text}{ending}::{token}::\n"


def _break_glass(report: ScanReport) -> Iterator[_Annotation]:
    if report.break_glass:
        yield "warning", _command("warning", "iacgate: break glass", break_glass_line(report), None)


def _troubles(report: ScanReport) -> Iterator[_Annotation]:
    command = "error" if turns_red(report) else "warning"
    for trouble in troubles(report):
        yield command, _command(command, f"iacgate: {trouble.kind}", _told(trouble), trouble.location)


def _told(trouble: Trouble) -> str:
    return f"{trouble.message}\n{trouble.hint}" if trouble.hint else trouble.message


def _findings(report: ScanReport) -> Iterator[_Annotation]:
    for verdict in by_weight(ordered(report)):
        command = COMMANDS.get(verdict.state)
        if command == "warning" and verdict.severity in SOFT:
            command = "notice"
        if command:
            yield command, _finding(command, verdict)


def _finding(command: str, verdict: Verdict) -> str:
    finding = verdict.finding
    lines = [
        f"{finding.subject.address}: {one_line(finding.message)}",
        *(f"{step}: {place}" for step, place in way(finding)),
        finding.rule.remediation.strip(),
        f"{verdict.state.value}: {verdict.because}" if verdict.because else verdict.state.value,
        standing_phrase(finding),
    ]
    title = f"{verdict.severity}[{finding.rule.id}] {finding.rule.title}"
    return _command(command, title, "\n".join(filter(None, lines)), finding.location)


def _command(command: str, title: str, message: str, place: Location | None) -> str:
    properties = f"{_places(place)}title={_property(title)}"
    return f"::{command} {properties}::{_data(message)}"


def _places(place: Location | None) -> str:
    """Columns only on one line, as GitHub counts them only there."""
    if place is None or not place.file:
        return ""
    values = {"file": _property(place.file), "line": str(place.line), "endLine": str(place.end_line)}
    if place.line == place.end_line:
        values |= {"col": str(place.column), "endColumn": str(place.end_column)}
    return "".join(f"{key}={value}," for key, value in values.items())


def _data(text: str) -> str:
    return paragraphs(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    plain = one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return plain.replace(":", "%3A").replace(",", "%2C")
