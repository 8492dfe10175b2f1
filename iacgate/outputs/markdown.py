"""Output ``markdown``: the job summary and the pull-request comment. A report comes in, Markdown goes out.

GitHub takes 1 MiB of summary from a step and refuses all of it beyond; so the text is cut before, between two rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.model import Gate, ScanReport, Severity, State, Trouble, Verdict
from iacgate.outputs._frames import Frames
from iacgate.outputs._listing import (
    belongings,
    break_glass_line,
    by_weight,
    exception_phrase,
    gate_line,
    ordered,
    reading_counts,
    remark,
    stale,
    standing_phrase,
    summed_up,
    troubles,
    waiver_name,
    way,
)
from iacgate.outputs._markdown_text import block, code, plain
from iacgate.spi import OutputOptions

name = "markdown"
extension = "md"

GATES = {Gate.OPEN: "✅", Gate.CLOSED: "❌", Gate.INCOMPLETE: "⚠️"}
STATES = {
    State.BLOCKED: "**blocked**",
    State.WARNED: "warned",
    State.RECORDED: "recorded",
    State.EXCEPTED: "excepted",
    State.BASELINED: "baselined",
}
MAX_BYTES = 900 * 1024
RESERVE = 2 * 1024
"""Room kept for the closing remark and an unfinished section."""


class _Sheet:
    """Collects blocks of lines until the size is reached; counts what no longer fits."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.left_out = 0
        self._room = MAX_BYTES - RESERVE

    def add(self, *lines: str) -> bool:
        """Whether the lines, all or none, were taken."""
        size = sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)
        if self.left_out or size > self._room:
            self.left_out += 1
            return False
        self._room -= size
        self.lines.extend(lines)
        return True


def render(report: ScanReport, options: OutputOptions) -> str:
    sheet = _Sheet()
    verdicts = ordered(report)
    sheet.add(*_head(report))
    for section in (
        _numbers(report),
        _table(verdicts, sheet),
        _fixed(report),
        _troubles(report),
        _exceptions(report),
        _next_steps(report),
        _remarks(report),
        _details(verdicts, Frames(report, options.source, options.width), sheet),
    ):
        for lines in section:
            sheet.add(*lines)
    if sheet.left_out:
        rest = f"{sheet.left_out} more rows left out, since a summary holds {MAX_BYTES // 1024} KiB"
        sheet.lines += ["", f"> {rest}: the JSON report has them all."]
    return "\n".join(sheet.lines) + "\n"


Section = Iterator[list[str]]
"""Pieces that are taken whole or not at all."""


def _head(report: ScanReport) -> list[str]:
    lines = [f"## {GATES[report.gate]} iacgate: gate {report.gate.value}", ""]
    if report.break_glass:
        lines += [f"> 🚨 **{plain(break_glass_line(report))}**", ""]
    return [*lines, plain(gate_line(report)), "", plain(summed_up(report)) + "."]


def _numbers(report: ScanReport) -> Section:
    """How many of each severity in each state, over all findings."""
    if not report.verdicts:
        return
    rows = ["", f"| severity | {' | '.join(state.value for state in State)} |", f"|---|{'--:|' * len(State)}"]
    for severity in reversed(Severity):
        states = [verdict.state for verdict in report.verdicts if verdict.severity is severity]
        if states:
            rows.append(f"| {severity} | {' | '.join(str(states.count(state)) for state in State)} |")
    yield [*rows, "", ", ".join(reading_counts(report)) + "."]


def _table(verdicts: list[Verdict], sheet: _Sheet) -> Section:
    rows = by_weight(verdicts)
    for state in State:
        chosen = [verdict for verdict in rows if verdict.state is state]
        if chosen:
            head = ["", f"### {state.value.capitalize()} ({len(chosen)})", ""]
            titles = ["| severity | rule | place | resource | message | |", "|---|---|---|---|---|---|"]
            yield [*head, *titles, _row(chosen[0])]
            yield from ([] if sheet.left_out else [_row(verdict)] for verdict in chosen[1:])


def _row(verdict: Verdict) -> str:
    finding = verdict.finding
    place = f"{finding.location.file}:{finding.location.line}"
    cells = (
        str(verdict.severity),
        code(finding.rule.id),
        code(place),
        code(finding.subject.address),
        plain(finding.message),
        "; ".join(filter(None, (STATES[verdict.state], *map(plain, _asides(verdict))))),
    )
    return f"| {' | '.join(cells)} |"


def _asides(verdict: Verdict) -> Iterator[str]:
    yield standing_phrase(verdict.finding)
    yield exception_phrase(verdict)
    yield belongings(verdict.finding)


def _details(verdicts: list[Verdict], frames: Frames, sheet: _Sheet) -> Section:
    """What blocks or warns, with its source line and its fix, folded away; nothing is drawn that no longer fits."""
    for verdict in by_weight(verdicts):
        if verdict.state in {State.BLOCKED, State.WARNED}:
            yield [] if sheet.left_out else _detail(verdict, frames)


def _detail(verdict: Verdict, frames: Frames) -> list[str]:
    finding = verdict.finding
    frame = frames.of(verdict)
    title = f"{verdict.severity}[{finding.rule.id}] {finding.subject.address}: {finding.message}"
    lines = ["", f"<details><summary>{plain(title)}</summary>", ""]
    lines += [f"{code(str(finding.location))} {code(finding.subject.address)}", ""]
    lines += [*block(frame.rows()), ""] if frame else []
    lines += [f"- **{word}**: {plain(text)}" for word, text in _account(verdict) if text.strip()]
    return [*lines, "", "</details>"]


def _account(verdict: Verdict) -> Iterator[tuple[str, str]]:
    finding = verdict.finding
    yield "why", finding.rule.rationale
    yield "fix", finding.rule.remediation
    yield verdict.state.value, verdict.because
    yield "note", remark(verdict)
    yield from way(finding)
    for place, text in finding.related:
        yield "related", f"{place}: {text}"


def _fixed(report: ScanReport) -> Section:
    """What the planned change mends."""
    found = report.listed_fixed
    if found:
        yield ["", f"### Fixed by this change ({len(found)})", ""]
    for one in found:
        finding = one.finding
        yield [f"- {one.severity} {code(finding.rule.id)} {code(finding.subject.address)}: {plain(finding.message)}"]


def _troubles(report: ScanReport) -> Section:
    found = troubles(report)
    if found:
        yield [
            "",
            f"### Not understood ({len(found)})",
            "",
            "| kind | place | message | what to do |",
            "|---|---|---|---|",
        ]
    yield from ([_trouble(trouble)] for trouble in found)


def _trouble(trouble: Trouble) -> str:
    place = code(str(trouble.location)) if trouble.location else ""
    return f"| {plain(trouble.kind)} | {place} | {plain(trouble.message)} | {plain(trouble.hint)} |"


def _exceptions(report: ScanReport) -> Section:
    found = stale(report)
    if found:
        head = "| status | exception | owner | until | note |"
        yield ["", f"### Exceptions to look after ({len(found)})", "", head, "|---|---|---|---|---|"]
    for one in found:
        until = one.waiver.expires.isoformat() if one.waiver.expires else ""
        cells = (one.status, waiver_name(one.waiver), one.waiver.owner)
        yield [f"| {' | '.join(map(plain, cells))} | {until} | {plain(one.note)} |"]


def _next_steps(report: ScanReport) -> Section:
    """What there is to do, by what there is in the report."""
    statuses = {one.status for one in report.stale_waivers}
    steps = (
        (report.count(State.BLOCKED), "Fix what is blocked, or agree on an exception with an owner and an expiry."),
        (troubles(report), "Repair what could not be understood: until then the gate has not seen all of it."),
        (report.count(State.WARNED), "Plan what is warned about: it blocks once its rules are enforced."),
        (statuses & {"expired", "expiring"}, "Renew or end the exceptions that expired or soon will."),
        ("unused" in statuses, "Delete the exceptions that no finding needs any more."),
    )
    wanted = [f"- {text}" for needed, text in steps if needed]
    if wanted:
        yield ["", "### Next steps", "", *wanted]


def _remarks(report: ScanReport) -> Section:
    lines = [f"- declined: {plain(one.what)}: {plain(one.reason)}" for one in report.declined]
    lines += [f"- {plain(notice)}" for notice in report.notices]
    if lines:
        yield ["", "### Notes", "", *lines]
