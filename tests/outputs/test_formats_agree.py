"""Every format, read back, tells the same findings in the same states, and the same verdict."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from iacgate.model import Gate, Severity, State
from iacgate.model.dataclass import replace
from iacgate.outputs import FORMATS, output_format
from iacgate.spi import OutputOptions


def rendered(format_name, report, sink, **options):
    return output_format(format_name).render(report, OutputOptions(source=sink.SOURCES.get, width=400, **options))


def expected(report):
    """(rule, file, line, state) of every listed verdict, with how many there are."""
    return Counter(
        (one.finding.rule.id, one.finding.location.file, one.finding.location.line, one.state.value)
        for one in report.listed
    )


def from_json(text):
    return Counter(
        (one["rule"], one["location"]["file"], one["location"]["line"], one["state"])
        for one in json.loads(text)["findings"]
    )


def from_sarif(text):
    return Counter(
        (
            one["ruleId"],
            uri_path(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]),
            one["locations"][0]["physicalLocation"]["region"]["startLine"],
            one["properties"]["state"],
        )
        for one in json.loads(text)["runs"][0]["results"]
    )


def uri_path(uri):
    from urllib.parse import unquote

    return unquote(uri)


def from_csv(text):
    return Counter(
        (row["rule"].removeprefix("'"), row["file"], int(row["line"]), row["state"])
        for row in csv.DictReader(io.StringIO(text, newline=""))
        if row["record"] == "finding"
    )


def from_codequality(text):
    return Counter(
        (
            one["check_name"],
            one["location"]["path"],
            one["location"]["lines"]["begin"],
            re.search(r".*\((\w+)[^()]*\)$", one["description"])[1],
        )
        for one in json.loads(text)
        if not one["check_name"].startswith("iacgate-")
    )


def from_concise(text):
    rows = re.findall(r"^(.+?):(\d+):\d+: \w+\[(.+?)\] .* \((\w+)\)$", text, re.MULTILINE)
    return Counter((rule, file, int(line), state) for file, line, rule, state in rows)


def from_junit(text):
    elements = {"BLOCKED": "blocked", "WARNING": "warned", "RECORDED": "recorded"}
    elements |= {"EXCEPTED": "excepted", "BASELINED": "baselined"}
    found = Counter()
    for case in ET.fromstring(text).iter("testcase"):
        for element in case:
            told = re.match(r"([A-Z]+) \w+\[(.+?)\]: .*\n  --> (.+):(\d+):\d+ ", element.text)
            if told:
                found[told[2], told[3], int(told[4]), elements[told[1]]] += 1
    return found


def from_text(text):
    states = {"blocks": "blocked", "warns": "warned"}
    found = Counter()
    for rule, word, file, line in re.findall(
        r"^\w+\[(.+?)\]: .* {3,}(blocks|warns)[^\n]*\n  --> (.+?):(\d+):", text, re.MULTILINE
    ):
        found[rule, file, int(line), states[word]] += 1
    titles = {"recorded only": "recorded", "covered by an exception": "excepted", "in the baseline": "baselined"}
    for title, state in titles.items():
        for section in re.findall(rf"^{title} \(\d+\)\n((?:  .*\n)+)", text, re.MULTILINE):
            for rule, file, line in re.findall(r"^  \w+\[(.+?)\]: .*?   (\S.*?):(\d+):\d+   ", section, re.MULTILINE):
                found[rule, file, int(line), state] += 1
    return found


READERS = {
    "json": from_json,
    "sarif": from_sarif,
    "csv": from_csv,
    "gitlab-codequality": from_codequality,
    "concise": from_concise,
    "junit": from_junit,
    "text": from_text,
}


@pytest.mark.parametrize("level", list(Severity))
@pytest.mark.parametrize("format_name", READERS)
def test_same_findings_in_the_same_states(format_name, level, sink):
    report = replace(sink.full_report(), report_level=level)
    assert READERS[format_name](rendered(format_name, report, sink, include_suppressed=True)) == expected(report)


@pytest.mark.parametrize("format_name", ["markdown", "html"])
def test_pages_have_a_row_for_every_finding(format_name, sink):
    report = sink.full_report()
    text = rendered(format_name, report, sink)
    row = (
        r'<tr data-state="(\w+)"' if format_name == "html" else r"^\| (?:critical|high|medium|low|info) \|.*\| \**(\w+)"
    )
    states = Counter(state for state in re.findall(row, text, re.MULTILINE) if not state.isdigit())
    assert states == Counter(one.state.value for one in report.listed)


def test_annotations_show_what_is_not_agreed_on(sink):
    report = sink.full_report()
    shown = Counter(re.findall(r"%0A(blocked|warned|recorded)\b", rendered("github", report, sink)))
    wanted = {State.BLOCKED, State.WARNED, State.RECORDED}
    assert shown == Counter(one.state.value for one in report.listed if one.state in wanted)


GATES = [(Gate.OPEN, 0), (Gate.CLOSED, 1), (Gate.INCOMPLETE, 3)]


@pytest.mark.parametrize(("gate", "code"), GATES)
@pytest.mark.parametrize("format_name", [name for name in FORMATS if name != "gitlab-codequality"])
def test_same_gate_and_exit_code(format_name, gate, code, sink):
    report = replace(sink.full_report(), gate=gate, exit_code=code)
    text = rendered(format_name, report, sink)
    told = {
        "json": f'"gate": "{gate.value}",\n  "exit_code": {code},',
        "dotenv": f"IACGATE_GATE={gate.value}\nIACGATE_EXIT_CODE={code}\n",
    }
    assert told.get(format_name, f"gate {gate.value} (exit {code})") in text


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("empty", [True, False])
def test_break_glass_is_said_in_every_format(format_name, empty, sink):
    report = sink.empty_report(break_glass="INC-77 the shop is down") if empty else sink.full_report()
    assert "INC-77" in rendered(format_name, report, sink)


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_break_glass_is_said_where_there_was_none(format_name, sink):
    assert "BREAK GLASS:" not in rendered(format_name, sink.empty_report(), sink)


@pytest.mark.parametrize("format_name", [name for name in FORMATS if name != "dotenv"])
def test_what_could_not_be_read_is_in_every_format(format_name, sink):
    text = rendered(format_name, sink.troubled_report(), sink)
    assert "x.tf" in text
    assert "found" in text


def test_dotenv_counts_what_could_not_be_read(sink):
    text = rendered("dotenv", sink.troubled_report(), sink)
    assert "IACGATE_DECISION=error\n" in text
    assert "IACGATE_ERRORS=1\n" in text


@pytest.mark.parametrize("format_name", [name for name in FORMATS if name != "dotenv"])
def test_unreadable_source_without_a_trouble_is_not_lost(format_name, sink):
    text = rendered(format_name, sink.full_report(), sink)
    assert "bin.yaml" in text


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_secret_in_any_format(format_name, sink):
    for options in ({}, {"include_suppressed": True, "evaluations": True, "colour": True}):
        text = rendered(format_name, sink.full_report(), sink, **options)
        assert not [secret for secret in (*sink.SECRETS, "abcd1234efgh") if secret in text]


@pytest.mark.parametrize("format_name", FORMATS)
def test_no_character_that_acts_on_a_terminal(format_name, sink):
    text = rendered(format_name, sink.full_report(), sink)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert "##vso[" not in text
    assert not re.search(r"^\s*::error::", text, re.MULTILINE)
