"""Output ``text``: a report for people at a terminal. A report comes in, lines with code frames go out.

What blocks or warns is shown whole, by file and line; what is only recorded, excepted or in the baseline takes one
line each; then what was not understood, the exceptions to look after, and the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from iacgate.model import Finding, Gate, ScanReport, Severity, State, Trouble, Verdict
from iacgate.outputs._frames import Frame, Frames
from iacgate.outputs._listing import (
    belongings,
    break_glass_line,
    change_line,
    exception_phrase,
    gate_line,
    ordered,
    reading_counts,
    remark,
    stale,
    standing_phrase,
    state_counts,
    troubles,
    waiver_name,
    way,
)
from iacgate.outputs._plain import one_line, width
from iacgate.outputs._undecided import Waiting, waiting
from iacgate.spi import OutputOptions

name = "text"
extension = "txt"

NOTES = {
    State.BLOCKED: "blocks",
    State.WARNED: "warns",
    State.RECORDED: "recorded",
    State.EXCEPTED: "excepted",
    State.BASELINED: "in the baseline",
}
TOLD_IN_FULL = (State.BLOCKED, State.WARNED)
IN_SHORT = (
    (State.RECORDED, "recorded only"),
    (State.EXCEPTED, "covered by an exception"),
    (State.BASELINED, "in the baseline"),
)
COLOURS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
GATES = {Gate.OPEN: "1;32", Gate.CLOSED: "1;31", Gate.INCOMPLETE: "1;33"}
BLUE, BOLD, LOUD, RED, YELLOW = "34", "1", "1;37;41", "1;31", "33"

CAUSES_SHOWN = 10
"""Reasons for not deciding that are listed without being asked for."""
FIXED_SHOWN = 10
"""Findings that the change mends, likewise."""


class _Page:
    """The options of one rendering, and what it draws with."""

    def __init__(self, report: ScanReport, options: OutputOptions) -> None:
        self.colour = options.colour
        self.width = max(options.width, 40)
        self.evaluations = options.evaluations
        self.frames = Frames(report, options.source, self.width)

    def paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def render(report: ScanReport, options: OutputOptions) -> str:
    page = _Page(report, options)
    verdicts = ordered(report)
    blocks = [
        *_break_glass(report, page),
        *("\n".join(_finding(verdict, page)) for verdict in verdicts if _whole(verdict)),
        *_in_short(verdicts, page),
        *_fixed(report, page),
        *("\n".join(_trouble(trouble, report, page)) for trouble in troubles(report)),
        *_undecided(report, page),
        *_exceptions(report, page),
        *_remarks(report, page),
        "\n".join(_summary(report, page)),
    ]
    return "\n\n".join(blocks) + "\n"


def _whole(verdict: Verdict) -> bool:
    return verdict.state in TOLD_IN_FULL


def _break_glass(report: ScanReport, page: _Page) -> Iterator[str]:
    if report.break_glass:
        yield page.paint(LOUD, break_glass_line(report))


def _finding(verdict: Verdict, page: _Page) -> Iterator[str]:
    finding = verdict.finding
    note = _note(verdict)
    yield _headline(verdict, note, page)
    aside = ", ".join(filter(None, (standing_phrase(finding), belongings(finding))))
    address = one_line(finding.subject.address)
    arrow = f"{one_line(str(finding.location))}   {address}{f'   ({aside})' if aside else ''}"
    yield f"  {page.paint(BLUE, '-->')} {arrow}"
    frame = page.frames.of(verdict)
    if frame:
        yield from _frame(frame, verdict, page)
    if finding.rule.remediation:
        yield _equals("help", finding.rule.remediation, page)
    for word, place in way(finding):
        yield _equals(word, place, page)
    for words in _remarks_of(verdict, note):
        yield _equals("note", words, page)


def _note(verdict: Verdict) -> str:
    """What the gate does: the verdict's own words where they begin with it, else one word."""
    word, because = NOTES[verdict.state], one_line(verdict.because).partition(": ")[0]
    return because if because.startswith(word) and len(because) <= 60 else word


def _headline(verdict: Verdict, note: str, page: _Page) -> str:
    finding = verdict.finding
    label = f"{verdict.severity}[{one_line(finding.rule.id)}]"
    message = one_line(finding.message) or one_line(finding.rule.title)
    space = max(page.width - width(f"{label}: {message}") - width(note), 3)
    shown = page.paint(RED if verdict.state is State.BLOCKED else YELLOW, note)
    return f"{page.paint(COLOURS[verdict.severity], label)}: {page.paint(BOLD, message)}{' ' * space}{shown}"


def _frame(frame: Frame, verdict: Verdict, page: _Page) -> Iterator[str]:
    source, carets = frame.rows()
    gutter = len(str(frame.line)) + 2
    label = _label(verdict.finding, page.width - width(carets) - 1)
    marks = page.paint(COLOURS[verdict.severity], carets[gutter:].lstrip() + label)
    indent = len(carets) - gutter - len(carets[gutter:].lstrip())
    yield page.paint(BLUE, source[:gutter]) + source[gutter:]
    yield page.paint(BLUE, carets[:gutter]) + " " * indent + marks


def _label(finding: Finding, room: int) -> str:
    """The words beside the carets: why it matters if that fits, else what the rule is called, else nothing."""
    for text in (finding.rule.rationale, finding.rule.title):
        words = one_line(text.strip()).removesuffix(".")
        if words and width(words) <= room and words.casefold() != one_line(finding.message).casefold():
            return f" {words}"
    return ""


def _remarks_of(verdict: Verdict, note: str) -> Iterator[str]:
    finding = verdict.finding
    if verdict.because and one_line(verdict.because) != note:
        yield verdict.because
    if aside := remark(verdict):
        yield aside
    if phrase := exception_phrase(verdict):
        yield phrase
    for place, text in finding.related:
        yield f"related: {place}: {text}"


def _equals(word: str, text: str, page: _Page) -> str:
    return f"   {page.paint(BLUE, '=')} {page.paint(BOLD, f'{word}:')} {one_line(text.strip())}"


def _in_short(verdicts: list[Verdict], page: _Page) -> Iterator[str]:
    for state, title in IN_SHORT:
        rows = [_short(verdict, page) for verdict in verdicts if verdict.state is state]
        if rows:
            yield "\n".join((page.paint(BOLD, f"{title} ({len(rows)})"), *rows))


def _short(verdict: Verdict, page: _Page) -> str:
    finding = verdict.finding
    label = page.paint(COLOURS[verdict.severity], f"{verdict.severity}[{one_line(finding.rule.id)}]")
    place, address = one_line(str(finding.location)), one_line(finding.subject.address)
    extra = "; ".join(
        filter(None, (standing_phrase(finding), exception_phrase(verdict), one_line(verdict.triaged.note)))
    )
    return f"  {label}: {one_line(finding.message)}   {place}   {address}{f'   ({extra})' if extra else ''}"


def _fixed(report: ScanReport, page: _Page) -> Iterator[str]:
    """What the planned change mends: the first few, or all when the evaluations are asked for."""
    found = report.listed_fixed
    if not found:
        return
    shown = found if page.evaluations else found[:FIXED_SHOWN]
    rows = [
        f"  {page.paint(COLOURS[one.severity], f'{one.severity}[{one_line(one.finding.rule.id)}]')}: "
        f"{one_line(one.finding.message)}   {one_line(one.finding.subject.address)}"
        for one in shown
    ]
    more = len(found) - len(shown)
    tail = [f"  … and {more} more: `--evaluations` lists them all"] if more else []
    yield "\n".join((page.paint(BOLD, f"fixed by this change ({len(found)})"), *rows, *tail))


def _trouble(trouble: Trouble, report: ScanReport, page: _Page) -> Iterator[str]:
    label = "warning" if report.gate is Gate.OPEN else "error"
    painted = page.paint(YELLOW if report.gate is Gate.OPEN else RED, f"{label}[{one_line(trouble.kind)}]")
    yield f"{painted}: {page.paint(BOLD, one_line(trouble.message))}"
    if trouble.location:
        yield f"  {page.paint(BLUE, '-->')} {one_line(str(trouble.location))}"
    if trouble.hint:
        yield _equals("help", trouble.hint, page)


def _undecided(report: ScanReport, page: _Page) -> Iterator[str]:
    """What could not be decided, by what has to be known first: the causes, and what waits for each when asked for."""
    groups = waiting(report)
    if not groups:
        return
    shown = groups if page.evaluations else groups[:CAUSES_SHOWN]
    total = sum(len(group.evaluations) for group in groups)
    rows = [page.paint(BOLD, f"not decided, since a value is not known ({total})")]
    for group in shown:
        rows.extend(_cause(group, page))
    left = sum(len(group.evaluations) for group in groups[len(shown) :])
    if left:
        rows.append(f"  … and {left} more for {len(groups) - len(shown)} other reasons")
    if not page.evaluations:
        rows.append("  `--evaluations` lists each rule and resource")
    yield "\n".join(rows)


def _cause(group: Waiting, page: _Page) -> Iterator[str]:
    count = len(group.evaluations)
    yield f"  {count} {'check' if count == 1 else 'checks'} because {one_line(group.words)}"
    if group.help:
        yield _equals("help", group.help, page)
    if page.evaluations:
        yield from sorted(
            f"     {one_line(one.rule.id)}   {one_line(str(one.places[0] if one.places else one.subject.at()))}"
            f"   {one_line(one.subject.address)}: {one_line(one.detail)}"
            for one in group.evaluations
        )


def _exceptions(report: ScanReport, page: _Page) -> Iterator[str]:
    rows = [
        f"  {page.paint(YELLOW, one_line(one.status))} {waiver_name(one.waiver)}: "
        f"{one_line(one.note or one.waiver.reason)}"
        for one in stale(report)
    ]
    if rows:
        yield "\n".join((page.paint(BOLD, f"exceptions to look after ({len(rows)})"), *rows))


def _remarks(report: ScanReport, page: _Page) -> Iterator[str]:
    rows = [f"{page.paint(BOLD, 'declined')}: {one_line(one.what)}: {one_line(one.reason)}" for one in report.declined]
    rows += [f"{page.paint(BOLD, 'note')}: {one_line(notice)}" for notice in report.notices]
    if rows:
        yield "\n".join(rows)


def _summary(report: ScanReport, page: _Page) -> Iterator[str]:
    hidden = sum(verdict.severity < report.report_level for verdict in report.verdicts)
    below = f", {hidden} of them below the report level" if hidden else ""
    yield f"{state_counts(report)}{below} ({', '.join(reading_counts(report))})"
    if change := change_line(report):
        yield f"the change {change}"
    if report.break_glass:
        yield page.paint(LOUD, break_glass_line(report))
    yield page.paint(GATES[report.gate], gate_line(report))
