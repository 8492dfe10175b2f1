"""Rules of the smaller formats: what their readers drop, run or refuse."""

from __future__ import annotations

import csv
import io
import json
import re

import jsonschema
import pytest

from iacgate.model import Gate, Mode, Severity, State
from iacgate.model.dataclass import replace
from iacgate.outputs import concise, csv_table, dotenv, github, gitlab_codequality, html_page, markdown, text
from iacgate.spi import OutputOptions

CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}


def render(module, report, sink, **options):
    return module.render(report, OutputOptions(source=sink.SOURCES.get, **options))


def with_message(sink, message, **changes):
    verdict = replace(sink.verdicts()[1], **changes)
    finding = replace(verdict.finding, message=message)
    return replace(verdict, triaged=replace(verdict.triaged, finding=finding))


def test_code_quality_has_what_gitlab_needs(sink):
    for report in (sink.full_report(), sink.troubled_report(), sink.empty_report()):
        entries = json.loads(render(gitlab_codequality, report, sink))
        jsonschema.validate(entries, CODE_QUALITY)
        assert len({entry["fingerprint"] for entry in entries}) == len(entries)


def test_code_quality_of_nothing_is_an_empty_array(sink):
    assert render(gitlab_codequality, sink.empty_report(), sink) == "[]\n"


def test_code_quality_tells_same_fingerprints_apart(sink):
    entries = json.loads(render(gitlab_codequality, sink.empty_report(verdicts=sink.verdicts()[:1] * 3), sink))
    first = entries[0]["fingerprint"]
    assert [entry["fingerprint"] for entry in entries] == [first, f"{first}:2", f"{first}:3"]


def test_annotations_keep_the_ten_most_severe(sink):
    low = tuple(with_message(sink, f"low {number}", severity=Severity.LOW) for number in range(12))
    report = sink.empty_report(verdicts=(*low, with_message(sink, "worst", severity=Severity.CRITICAL)))
    lines = render(github, report, sink).splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == 10
    assert "worst" in errors[0]
    assert "iacgate: 3 more errors: see the job summary" in lines


@pytest.mark.parametrize(
    ("state", "severity", "command"),
    [
        (State.BLOCKED, Severity.LOW, "::error"),
        (State.WARNED, Severity.CRITICAL, "::warning"),
        (State.WARNED, Severity.LOW, "::notice"),
        (State.RECORDED, Severity.HIGH, "::notice"),
        (State.EXCEPTED, Severity.HIGH, "iacgate: gate"),
        (State.BASELINED, Severity.HIGH, "iacgate: gate"),
    ],
)
def test_annotation_by_state(state, severity, command, sink):
    report = sink.empty_report(verdicts=(with_message(sink, "m", state=state, severity=severity),))
    assert render(github, report, sink).startswith(command)


def test_annotation_escapes(sink):
    verdict = with_message(sink, "100%\n::error::x")
    place = sink.at("a,b:c%.tf", 1, 2, 3)
    verdict = replace(verdict, triaged=replace(verdict.triaged, finding=replace(verdict.finding, location=place)))
    line = render(github, sink.empty_report(verdicts=(verdict,)), sink).splitlines()[0]
    assert "file=a%2Cb%3Ac%25.tf,line=1," in line
    assert "100%25 ::error::x" in line


def test_annotation_over_lines_has_no_columns(sink):
    verdict = with_message(sink, "m")
    place = sink.at("a.tf", 1, 2, 3, 4)
    verdict = replace(verdict, triaged=replace(verdict.triaged, finding=replace(verdict.finding, location=place)))
    line = render(github, sink.empty_report(verdicts=(verdict,)), sink).splitlines()[0]
    assert "line=1,endLine=4,title=" in line


def test_fence_stops_commands():
    assert github.fenced("::error::x", "k3y") == "::stop-commands::k3y\n::error::x\n::k3y::\n"


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "  =1", "\t=1"])
def test_no_cell_is_a_formula(start, sink):
    report = sink.empty_report(verdicts=(with_message(sink, start),))
    row = next(csv.DictReader(io.StringIO(render(csv_table, report, sink), newline="")))
    assert row["message"].startswith("'")


def test_dotenv_keeps_to_its_limits(sink):
    report = replace(sink.full_report(), because="é$CI_JOB_TOKEN\n" * 5000, break_glass="a\nB=1")
    lines = render(dotenv, report, sink).splitlines()
    assert len(lines) <= 20
    assert all(re.fullmatch(r"[A-Z_0-9]+=.*", line) for line in lines)
    assert len("\n".join(lines).encode()) < 5 * 1024
    assert not [line for line in lines if "$" in line]
    names = {line.partition("=")[0] for line in lines}
    spoken = (
        "DECISION",
        "EXIT_CODE",
        "TOTAL",
        "CRITICAL",
        "HIGH",
        "MEDIUM",
        "LOW",
        "WARN",
        "EXCEPTED",
        "POLICY_VERSION",
    )
    assert {f"IACGATE_{name}" for name in spoken} <= names


@pytest.mark.parametrize(
    ("gate", "verdicts", "decision"),
    [(Gate.OPEN, 0, "pass"), (Gate.OPEN, 1, "warn"), (Gate.CLOSED, 1, "block"), (Gate.INCOMPLETE, 0, "error")],
)
def test_dotenv_decision(gate, verdicts, decision, sink):
    warned = (with_message(sink, "m", state=State.WARNED, mode=Mode.WARN),) * verdicts
    report = sink.empty_report(gate=gate, verdicts=warned)
    assert render(dotenv, report, sink).startswith(f"IACGATE_DECISION={decision}\n")


def test_summary_is_cut_between_rows(sink):
    many = tuple(with_message(sink, f"{number} é|`<b>" * 40) for number in range(1500))
    written = render(markdown, sink.empty_report(verdicts=many), sink)
    assert len(written.encode()) <= markdown.MAX_BYTES
    assert re.search(r"^> \d+ more rows left out", written, re.MULTILINE)
    rows = [line for line in written.splitlines() if line.startswith("| critical | `")]
    assert all(line.endswith(" |") and line.count(" | ") == 5 for line in rows)
    assert written.count("<details>") == written.count("</details>")


def test_table_rows_have_their_cells_whatever_the_text(sink):
    hostile = "a | b \\| c ``` ` <b> [x](y) @team #12 https://x.y www.x.y \\"
    written = render(markdown, sink.empty_report(verdicts=(with_message(sink, hostile),)), sink)
    row = next(line for line in written.splitlines() if line.startswith("| critical | `"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 7
    assert not re.search(r"@team|(?<!&)#12|<b>|\[x\]|https://x|www\.x", row)


def test_page_loads_nothing_and_runs_nothing_of_ours(sink):
    page = render(html_page, sink.full_report(), sink)
    assert "<script>alert" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)\s*=""", re.sub(r"<meta[^>]*>", "", page))
    assert page.count("<tr data-state=") == len(sink.full_report().listed)


def test_file_named_like_a_command_does_not_start_a_line(sink):
    verdict = with_message(sink, "m")
    place = sink.at(" ::error ::x", 1)
    verdict = replace(verdict, triaged=replace(verdict.triaged, finding=replace(verdict.finding, location=place)))
    assert render(concise, sink.empty_report(verdicts=(verdict,)), sink).startswith("./ ::error ::x:1:1: ")


def test_colours_only_when_wanted(sink):
    assert "\x1b" not in render(text, sink.full_report(), sink)
    coloured = render(text, sink.full_report(), sink, colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(text, sink.full_report(), sink)


def test_one_of_a_thing_is_counted_as_one(sink):
    full = sink.full_report()
    name, rule = next(iter(full.rules.items()))
    verdicts = full.verdicts[:1]
    report = sink.empty_report(resources=full.resources[:1], rules={name: rule}, verdicts=verdicts)
    for format_ in (text, markdown, html_page):
        shown = render(format_, report, sink)
        assert "1 resource, 1 rule, 0 passed" in shown
        assert "1 resources" not in shown


def test_empty_report_is_one_remark_and_the_gate(sink):
    assert render(text, sink.empty_report(), sink) == (
        "no findings (0 resources, 0 rules, 0 passed)\ngate open (exit 0): nothing blocks\n"
    )
    assert render(concise, sink.empty_report(), sink) == "gate open (exit 0): nothing blocks; no findings\n"


def test_findings_below_the_report_level_are_counted(sink):
    report = replace(sink.full_report(), report_level=Severity.CRITICAL)
    assert "3 blocked, 5 warned, 1 recorded, 3 excepted, 1 baselined, 10 of them below the report level" in render(
        text, report, sink
    )


def test_note_on_the_right_is_the_first_part_of_the_reason(sink):
    because = "warns until 2027-01-31, then blocks: rollout entry in iacgate.yaml:5 (fix window)"
    report = sink.empty_report(verdicts=(with_message(sink, "m", state=State.WARNED, because=because),))
    lines = render(text, report, sink).splitlines()
    assert lines[0].endswith("   warns until 2027-01-31, then blocks")
    assert f"   = note: {because}" in lines


def test_remark_that_the_reason_has_taken_up_is_not_repeated(sink):
    verdict = with_message(sink, "m", because="EXC-1 expired, so critical blocks (tiers: defaults)")
    verdict = replace(verdict, triaged=replace(verdict.triaged, note="EXC-1 expired"))
    assert render(text, sink.empty_report(verdicts=(verdict,)), sink).count("EXC-1 expired") == 1


def test_concise_says_once_that_there_is_nothing(tmp_path, monkeypatch, capfdbinary) -> None:
    from iacgate.cli.entry import run

    monkeypatch.chdir(tmp_path)
    run(["scan", "-o", "concise"])
    assert capfdbinary.readouterr().out == b"gate open (exit 0): no findings\n"
