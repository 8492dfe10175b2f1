"""Whatever the text of a scanned file is, every format stays what it is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iacgate.model import Mode, Severity, State, Trouble
from iacgate.outputs import FORMATS, output_format
from iacgate.outputs._plain import one_line, paragraphs
from iacgate.spi import OutputOptions

NASTY = [
    "\x1b[2J",
    "\u202e",
    "\ud800",
    "\x00",
    "\n",
    "\r\n",
    "|",
    "`",
    "<",
    "&",
    "::error::",
    "]]>",
    '"',
    "'",
    "=",
    "%",
    "##vso[",
    "-->",
    "\\",
    "\ufffe",
    "\U0001f600",
    " ",
    "a",
    "\u2028",
    "\x85",
    "{",
    "[x](1)",
]
TEXT = st.lists(st.sampled_from(NASTY) | st.characters(), max_size=8).map("".join)


def report_of(sink, message, address, file, source):
    subject = sink.document(file or "f", "yaml")
    named = sink.resource(address or "a", "Pod", file or "f", provider="kubernetes")
    verdicts = tuple(
        sink.verdict(
            sink.finding(
                sink.rule("r", Severity.HIGH, message, rationale=message, remediation=message),
                thing,
                message,
                sink.at(file, 1, 1, 3, via=(sink.at(file, 2),)),
                (message,),
                related=((sink.at(file, 3), message),),
                owner=address,
            ),
            state,
            Mode.WARN,
            message,
            waiver=sink.INLINE if state is State.EXCEPTED else None,
            note=message,
        )
        for state in State
        for thing in (named, subject)
    )
    trouble = Trouble(kind="unreadable", message=message, hint=address, location=sink.at(file))
    report = sink.empty_report(
        verdicts=verdicts, troubles=(trouble,), notices=(message,), break_glass=message, because=address
    )
    return report, OutputOptions(source=lambda _: source, include_suppressed=True, evaluations=True)


def is_json(text, _):
    json.loads(text)
    assert "\x7f" not in text


def is_sarif(text, _):
    results = json.loads(text)["runs"][0]["results"]
    assert len(results) == 10
    assert all(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results)


def is_xml(text, _):
    names = Counter((case.get("classname"), case.get("name")) for case in ET.fromstring(text).iter("testcase"))
    assert sum(names.values()) == 12
    assert max(names.values()) == 1


def is_csv(text, _):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {23}
    assert len(rows) == 1 + 10 + 1 + 1


def is_commands(text, _):
    lines = text.split("\n")[:-1]
    assert all(re.match(r"::(error|warning|notice) (\w+=[^:,]*,)*title=[^:]*::|iacgate: ", line) for line in lines)
    assert len(lines) == len(text.splitlines())


def is_lines(text, report):
    rows = len(text.splitlines())
    assert rows == len(report.verdicts) + len(report.troubles) + 1 + bool(report.break_glass)


def is_pairs(text, _):
    assert all(re.fullmatch(r"[A-Z_]+=.*", line) for line in text.split("\n")[:-1])
    assert len(text.splitlines()) <= 20


def is_text(text, _):
    assert text.endswith("\n")


def is_page(text, _):
    assert text.count("<script>") == text.count("</script>") == 1
    assert text.count("<tr data-state=") == 10


JUDGES = {
    "text": is_text,
    "concise": is_lines,
    "json": is_json,
    "sarif": is_sarif,
    "junit": is_xml,
    "gitlab-codequality": is_json,
    "github": is_commands,
    "markdown": is_text,
    "csv": is_csv,
    "dotenv": is_pairs,
    "html": is_page,
}


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(message=TEXT, address=TEXT, file=TEXT, source=TEXT)
def test_every_format_holds(format_name, message, address, file, source, sink):
    report, options = report_of(sink, message, address, file, source)
    render = output_format(format_name).render
    text = render(report, options)
    text.encode()
    assert text == render(report, options)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    JUDGES[format_name](text, report)


@given(TEXT)
def test_one_line_is_one_line(text):
    plain = one_line(text)
    assert len(plain.splitlines()) <= 1
    assert one_line(plain) == plain
    assert "\t" not in plain


@given(TEXT)
def test_paragraphs_keep_their_lines(text):
    assert len(paragraphs(text).split("\n")) == max(1, len(text.splitlines()))


@pytest.mark.parametrize("text", ["plain", "ä 値 \U0001f600", "a  b", "zero\u200dwidth joiner"])
def test_text_without_danger_stays_itself(text):
    assert one_line(text) == text
