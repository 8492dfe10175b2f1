"""Output ``concise``: one line a finding, for editors and ``grep``. A report comes in, such lines go out."""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.model import Finding, Location, ScanReport, Trouble, Verdict
from iacgate.outputs._listing import break_glass_line, gate_line, ordered, stale, summed_up, troubles, turns_red
from iacgate.outputs._plain import one_line
from iacgate.spi import OutputOptions

name = "concise"
extension = "txt"


def render(report: ScanReport, options: OutputOptions) -> str:  # noqa: ARG001  (every output takes the options)
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ScanReport) -> Iterator[str]:
    if report.break_glass:
        yield break_glass_line(report)
    for verdict in ordered(report):
        yield _finding(verdict)
    word = "error" if turns_red(report) else "warning"
    for trouble in troubles(report):
        yield _trouble(trouble, word)
    for one in stale(report):
        place = f"{_place(one.waiver.location)}: " if one.waiver.location else ""
        yield f"{place}note[exception-{one_line(one.status)}] {one_line(one.waiver.id)}: {one_line(one.note)}"
    gate, counts = gate_line(report), summed_up(report)
    yield gate if gate.endswith(f": {counts}") else f"{gate}; {counts}"


def _finding(verdict: Verdict) -> str:
    finding = verdict.finding
    what = f"{verdict.severity}[{one_line(finding.rule.id)}] {_subject(finding)}{one_line(finding.message)}"
    standing = f", {finding.change.value}" if finding.change else ""
    return f"{_place(finding.location)}: {what} ({verdict.state.value}{standing})"


def _subject(finding: Finding) -> str:
    """Of which resource it is: instances and generated objects share a line. What is named by its file is named."""
    address = finding.subject.address
    return "" if address.startswith(finding.location.file) else f"{one_line(address)}: "


def _trouble(trouble: Trouble, word: str) -> str:
    place = f"{_place(trouble.location)}: " if trouble.location else ""
    return f"{place}{word}[{one_line(trouble.kind)}] {one_line(trouble.message)}"


def _place(location: Location) -> str:
    """``file:line:column``; a file whose name reads like a command of the build system is named from ``./``."""
    place = one_line(str(location))
    return f"./{place}" if place.lstrip().startswith("::") else place
