"""Output ``junit``: JUnit XML for GitLab and Jenkins. A report comes in, one ``testsuite`` a file goes out.

GitLab compares cases between branches by class name and name, so names hold no lines and are unique. It shows the body
of an element, not its ``message``. The flavours differ in one attribute: Jenkins' schema knows no ``file`` on a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from iacgate.model import Evaluation, Gate, Outcome, ScanReport, State, Trouble, Verdict
from iacgate.model.dataclass import dataclass, replace
from iacgate.outputs._frames import Frames
from iacgate.outputs._listing import (
    belongings,
    break_glass_line,
    change_line,
    exception_phrase,
    gate_line,
    ordered,
    remark,
    stale,
    standing_phrase,
    troubles,
    turns_red,
    waiver_name,
    way,
)
from iacgate.outputs._plain import one_line
from iacgate.outputs._xml import attributes, body
from iacgate.spi import OutputOptions

name = "junit"
extension = "xml"

ELEMENTS = {
    State.BLOCKED: "failure",
    State.WARNED: "system-out",
    State.RECORDED: "system-out",
    State.EXCEPTED: "skipped",
    State.BASELINED: "skipped",
}
"""How a state shows: a case with nothing but ``system-out`` has passed."""
WORDS = {
    State.BLOCKED: "BLOCKED",
    State.WARNED: "WARNING",
    State.RECORDED: "RECORDED",
    State.EXCEPTED: "EXCEPTED",
    State.BASELINED: "BASELINED",
}
OUTCOMES = {Outcome.PASS: "", Outcome.UNKNOWN: "skipped", Outcome.ERROR: "error"}
"""How an evaluation shows; failed ones show by their findings, and a rule that does not apply has no case."""
OWN_SUITE = "iacgate"


@dataclass(frozen=True, slots=True)
class _Case:
    """One test case. ``detail`` tells apart cases of one name: the path, then a number."""

    suite: str
    name: str
    element: str = ""
    message: str = ""
    type: str = ""
    body: str = ""
    detail: str = ""
    in_file: bool = True


def render(report: ScanReport, options: OutputOptions) -> str:
    cases = _unique([*_cases(report, options)])
    cases.insert(0, _gate_case(report, cases))
    suites: dict[str, list[_Case]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    totals = _totals(cases)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f"<testsuites{attributes(name=name_of(report), time='0', **_without_skipped(totals))}>")
    for suite in sorted(suites, key=lambda suite: (suite != OWN_SUITE, suite)):
        lines.extend(_suite(suite, suites[suite], report, options))
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def name_of(report: ScanReport) -> str:
    return report.tool or OWN_SUITE


def _cases(report: ScanReport, options: OutputOptions) -> Iterator[_Case]:
    frames = Frames(report, options.source, options.width)
    for verdict in ordered(report):
        yield _finding(verdict, frames)
    yield from sorted(_evaluations(report, options), key=lambda case: (case.suite, case.name, case.body))
    for trouble in troubles(report):
        yield _trouble(trouble, report)


def _finding(verdict: Verdict, frames: Frames) -> _Case:
    finding = verdict.finding
    phrase = exception_phrase(verdict) or one_line(verdict.because)
    message = phrase if verdict.state in {State.EXCEPTED, State.BASELINED} else finding.message
    return _Case(
        suite=finding.location.file or OWN_SUITE,
        name=_name(finding.rule.id, finding.subject.address, finding.rule.title),
        element=ELEMENTS[verdict.state],
        message=message,
        type=str(verdict.severity),
        body="\n".join(_account(verdict, frames)),
        detail=".".join(map(str, finding.path)),
    )


def _account(verdict: Verdict, frames: Frames) -> Iterator[str]:
    finding = verdict.finding
    yield f"{WORDS[verdict.state]} {verdict.severity}[{finding.rule.id}]: {one_line(finding.message)}"
    yield f"  --> {one_line(str(finding.location))}   {one_line(finding.subject.address)}"
    frame = frames.of(verdict)
    if frame:
        yield from frame.rows()
    remarks = {
        "why": finding.rule.rationale,
        "fix": finding.rule.remediation,
        "gate": verdict.because,
        "exception": exception_phrase(verdict),
        "note": remark(verdict),
        "change": standing_phrase(finding),
        "of": belongings(finding),
    }
    yield from (f"{word}: {one_line(text.strip())}" for word, text in remarks.items() if text.strip())
    yield from (f"{word}: {one_line(place)}" for word, place in way(finding))
    for place, text in finding.related:
        yield f"related: {one_line(str(place))}: {one_line(text)}"


def _evaluations(report: ScanReport, options: OutputOptions) -> Iterator[_Case]:
    wanted = set(OUTCOMES) if options.junit_passes else set(OUTCOMES) - {Outcome.PASS}
    for evaluation in report.evaluations:
        if evaluation.outcome in wanted:
            yield _evaluation(evaluation)


def _evaluation(evaluation: Evaluation) -> _Case:
    rule, subject = evaluation.rule, evaluation.subject
    element = OUTCOMES[evaluation.outcome]
    text = f"{evaluation.outcome.value}: {one_line(evaluation.detail)}" if element else ""
    return _Case(
        suite=subject.at().file or OWN_SUITE,
        name=_name(rule.id, subject.address, rule.title),
        element=element,
        message=text,
        type=evaluation.outcome.value,
        body=text,
    )


def _trouble(trouble: Trouble, report: ScanReport) -> _Case:
    place = f"\n  --> {one_line(str(trouble.location))}" if trouble.location else ""
    hint = f"\nhelp: {one_line(trouble.hint)}" if trouble.hint else ""
    return _Case(
        suite=(trouble.location.file if trouble.location else "") or OWN_SUITE,
        name=one_line(f"{trouble.kind}: {trouble.message}"),
        element="error" if turns_red(report) else "skipped",
        message=trouble.message,
        type=trouble.kind,
        body=f"{one_line(trouble.message)}{place}{hint}",
        in_file=trouble.location is not None,
    )


def _gate_case(report: ScanReport, cases: list[_Case]) -> _Case:
    """The verdict as a case of its own: red only when the gate is not open and no other case says so."""
    red = any(case.element in {"failure", "error"} for case in cases)
    element = "system-out" if report.gate is Gate.OPEN or red else "error"
    change = change_line(report)
    lines = [break_glass_line(report), gate_line(report), f"the change {change}" if change else ""]
    lines += [f"{one.status} {waiver_name(one.waiver)}: {one_line(one.note)}" for one in stale(report)]
    lines += [f"declined: {one_line(one.what)}: {one_line(one.reason)}" for one in report.declined]
    lines += [f"note: {one_line(notice)}" for notice in report.notices]
    text = "\n".join(filter(None, lines))
    return _Case(OWN_SUITE, "gate", element, gate_line(report), report.gate.value, text, in_file=False)


def _name(rule_id: str, address: str, title: str) -> str:
    return one_line(f"{rule_id} {address} {title}").strip()


def _unique(cases: list[_Case]) -> list[_Case]:
    """Same-named cases of a suite told apart, first by path, then by number: GitLab drops all but the first."""
    shared = Counter((case.suite, case.name) for case in cases)
    named = [
        replace(case, name=f"{case.name} [{one_line(case.detail)}]")
        if case.detail and shared[case.suite, case.name] > 1
        else case
        for case in cases
    ]
    taken = Counter([(OWN_SUITE, "gate")])
    return [_numbered(case, taken) for case in named]


def _numbered(case: _Case, taken: Counter[tuple[str, str]]) -> _Case:
    """The case under a name not taken yet; ``taken`` also remembers how far the numbers of a name have gone."""
    fresh, key = case, (case.suite, case.name)
    while taken[fresh.suite, fresh.name]:
        taken[key] += 1
        fresh = replace(case, name=f"{case.name} ({taken[key]})")
    taken[fresh.suite, fresh.name] += 1
    return fresh


def _suite(suite: str, cases: list[_Case], report: ScanReport, options: OutputOptions) -> Iterator[str]:
    yield f"  <testsuite{attributes(name=suite, time='0', **_totals(cases), **_stamp(options))}>"
    if suite == OWN_SUITE:
        yield "    <properties>"
        for key, value in _facts(report):
            yield f"      <property{attributes(name=key, value=value)}/>"
        yield "    </properties>"
    for case in cases:
        yield from _case(case, options)
    yield "  </testsuite>"


def _facts(report: ScanReport) -> Iterable[tuple[str, str]]:
    yield "version", report.version
    yield "gate", report.gate.value
    yield "exit-code", str(report.exit_code)
    yield "maturity", str(report.maturity)
    yield "because", report.because
    if change := change_line(report):
        yield "change", change
    if report.break_glass:
        yield "break-glass", break_glass_line(report)


def _case(case: _Case, options: OutputOptions) -> Iterator[str]:
    place = {"file": case.suite} if case.in_file and options.junit_flavour != "jenkins" else {}
    head = f"    <testcase{attributes(classname=case.suite, name=case.name, time='0', **place)}"
    if not case.element:
        yield f"{head}/>"
        return
    told = {} if case.element == "system-out" else {"message": case.message, "type": case.type}
    yield f"{head}>"
    yield f"      <{case.element}{attributes(**told)}>{body(case.body)}</{case.element}>"
    yield "    </testcase>"


def _stamp(options: OutputOptions) -> dict[str, str]:
    return {"timestamp": options.timestamp.removesuffix("Z")} if options.timestamp else {}


def _totals(cases: list[_Case]) -> dict[str, str]:
    kinds = Counter(case.element for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
        "skipped": str(kinds["skipped"]),
    }


def _without_skipped(totals: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in totals.items() if key != "skipped"}
