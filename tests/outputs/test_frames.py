"""Code frames: the right columns whatever the line holds, and nothing secret in them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.model import Mode, Secret, Severity, State
from iacgate.model.dataclass import replace
from iacgate.outputs._frames import Frames
from iacgate.outputs._plain import width


def frame_of(sink, line, column, end_column, *, size=80, end_line=1, **subject):
    source = {"f.yaml": line}
    thing = sink.resource("Pod x", "Pod", "f.yaml", provider="kubernetes", **subject)
    found = sink.finding(sink.QUIET, thing, "m", sink.at("f.yaml", 1, column, end_column, end_line))
    verdict = sink.verdict(found, State.WARNED, Mode.WARN)
    report = sink.empty_report(verdicts=(verdict,), resources=(thing,))
    return Frames(report, source.get, size).of(verdict)


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "under"),
    [
        ("a: b", 4, 5, "a: b", "   ^"),
        ("\ta: b", 2, 3, "    a: b", "    ^"),
        ("x\ta", 3, 4, "x   a", "    ^"),
        ("名前: 値", 5, 6, "名前: 値", "      ^^"),
        ("e\u0301: x", 5, 6, "e\u0301: x", "   ^"),
        ("a\x1bb", 3, 4, "a\\x1bb", "     ^"),
        ("ab", 3, 3, "ab", "  ^"),
        ("ab", 9, 12, "ab", "  ^"),
        ("ab", 0, 0, "ab", "^"),
        ("", 1, 1, "", "^"),
        ("key: x  ", 1, 99, "key: x  ", "^^^^^^^^"),
    ],
)
def test_carets_stand_under_the_columns(line, column, end, shown, under, sink):
    frame = frame_of(sink, line or "\n", column, end)
    assert (frame.text, " " * frame.start + "^" * frame.length) == (shown, under)


def test_place_over_several_lines_is_marked_to_the_end_of_its_first(sink):
    frame = frame_of(sink, "a: {  \n  b\n}", 4, 2, end_line=3)
    assert (frame.start, frame.length) == (3, 1)


def test_windows_line_ends_and_lone_returns(sink):
    assert frame_of(sink, "a: b\r\nc", 1, 2).text == "a: b"
    assert frame_of(sink, "a: b\rc", 1, 2).text == "a: b"


def test_no_frame_without_the_line(sink):
    verdict = sink.verdicts()[0]
    lost = replace(
        verdict, triaged=replace(verdict.triaged, finding=replace(verdict.finding, location=sink.at("x", 99)))
    )
    frames = Frames(sink.empty_report(), {"x": "a"}.get, 80)
    assert frames.of(lost) is None
    assert frames.of(verdict) is None


def test_long_line_is_cut_around_the_mark(sink):
    line = "a" * 5000 + "HERE" + "b" * 5000
    frame = frame_of(sink, line, 5001, 5005, size=60)
    assert frame.text[frame.start : frame.start + frame.length] == "HERE"
    assert width(frame.text) <= 60
    assert frame.text.startswith("…")
    assert frame.text.endswith("…")


def test_a_minified_file_of_megabytes_is_no_burden(sink):
    frame = frame_of(sink, "x" * 5_000_000, 2_500_000, 2_500_001, size=100)
    assert len(frame.text) <= 100


@given(line=st.text(max_size=120).filter(lambda text: "\n" not in text and "\r" not in text), data=st.data())
def test_frame_keeps_its_width_and_its_mark(line, data, sink):
    column = data.draw(st.integers(1, len(line) + 2))
    end = data.draw(st.integers(column, len(line) + 3))
    size = data.draw(st.integers(24, 90))
    frame = frame_of(sink, line + "\n", column, end, size=size)
    assert width(frame.text) <= size
    assert frame.length >= 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", frame.text)


@pytest.mark.parametrize(
    ("line", "place", "shown"),
    [
        ('password = "hunter22"', (1, 22), "password = ***"),
        ("password: hunter22", (1, 19), "password: ***"),
        ("password: hunter22", (11, 19), "password: ***"),
        ("{password: hunter22, next: 1}", (12, 20), "{password: ***, next: 1}"),
        ("password = var.hunter", (12, 22), "password = var.hunter"),
        ('url = "u:hunter22@h"', (7, 21), 'url = "u:***@h"'),
    ],
)
def test_sensitive_value_is_covered(line, place, shown, sink):
    key = line.lstrip("{").split(" ")[0].rstrip(":=")
    location = sink.at("f.yaml", 1, *place)
    places = {(key,): location} if key == "password" else {}
    frame = frame_of(sink, line, 1, 2, places=places, body={"password": Secret("hunter22")})
    assert frame.text == shown


def test_value_without_a_place_of_its_own_does_not_cover_the_header(sink):
    frame = frame_of(sink, 'resource "a" "b" {', 1, 9, body={"password": Secret("hunter22")})
    assert frame.text == 'resource "a" "b" {'


def test_short_secret_is_covered_where_it_stands_only(sink):
    places = {("pin",): sink.at("f.yaml", 1, 6, 9)}
    frame = frame_of(sink, "pin: 123 # 123 tries", 11, 12, places=places, body={"pin": Secret("123")})
    assert frame.text == "pin: *** # 123 tries"


def test_carets_keep_their_place_behind_a_covered_value(sink):
    places = {("pin",): sink.at("f.yaml", 1, 6, 15)}
    frame = frame_of(sink, "pin: 123456789 # here", 18, 22, places=places, body={"pin": Secret("123456789")})
    assert frame.text[frame.start : frame.start + frame.length] == "here"


@pytest.mark.parametrize("kind", ["Secret", "kubernetes_secret", "kubernetes_secret_v1"])
def test_data_of_a_kubernetes_secret_is_covered(kind, sink):
    thing = sink.resource("Secret x", kind, "f.yaml", provider="kubernetes", body={"data": {"token": "aGVsbG8="}})
    found = sink.finding(sink.QUIET, thing, "m", sink.at("f.yaml", 1, 1, 5))
    verdict = sink.verdict(found, State.WARNED, Mode.WARN)
    assert Frames(sink.empty_report(), {"f.yaml": "token: aGVsbG8="}.get, 80).of(verdict).text == "token: ***"


def test_document_that_is_a_secret_is_covered(sink):
    subject = sink.document("f.yaml", "yaml", body={"kind": "Secret", "stringData": {"a": "one-two\nthree-four"}})
    found = sink.finding(sink.QUIET, subject, "m", sink.at("f.yaml", 1, 1, 5))
    verdict = sink.verdict(found, State.WARNED, Mode.WARN)
    assert Frames(sink.empty_report(), {"f.yaml": "   three-four"}.get, 80).of(verdict).text == "   ***"


def test_secret_of_another_resource_in_the_file_is_covered(sink):
    other = sink.resource("Pod other", "Pod", "f.yaml", provider="kubernetes", body={"x": [{"y": Secret("hunter22")}]})
    found = sink.finding(sink.QUIET, sink.document("f.yaml", "yaml"), "m", sink.at("f.yaml", 1, 1, 5))
    verdict = sink.verdict(found, State.WARNED, Mode.WARN)
    report = sink.empty_report(resources=(other,))
    assert Frames(report, {"f.yaml": "hello hunter22"}.get, 80).of(verdict).text == "hello ***"


def test_place_of_a_finding_about_a_secret_is_covered(sink):
    hardcoded = sink.rule("r", Severity.HIGH, "t", tags=("secrets",))
    found = sink.finding(hardcoded, sink.IMAGE, "m", sink.at("f", 1, 1, 15))
    verdict = sink.verdict(found, State.WARNED, Mode.WARN)
    assert Frames(sink.empty_report(), {"f": "ENV A=AKIA1234 # x"}.get, 80).of(verdict).text == "ENV A=*** # x"


def test_secret_that_another_rule_found_on_the_line_is_covered(sink):
    leak = sink.finding(sink.rule("r", Severity.HIGH, "t", tags=("secret",)), sink.IMAGE, "m", sink.at("f", 1, 7, 15))
    neighbour = sink.finding(sink.rule("q", Severity.LOW, "t"), sink.IMAGE, "m", sink.at("f", 1, 1, 4))
    verdicts = [sink.verdict(found, State.WARNED, Mode.WARN) for found in (leak, neighbour)]
    report = sink.empty_report(verdicts=tuple(verdicts))
    assert Frames(report, {"f": "ENV A=AKIA1234 # x"}.get, 80).of(verdicts[1]).text == "ENV A=*** # x"


def test_deep_body_is_no_burden(sink):
    body: dict = {"password": Secret("hunter22")}
    for _ in range(50_000):
        body = {"a": [body]}
    subject = sink.document("f.yaml", "yaml", body=body)  # whose places do not depend on the path
    found = sink.finding(sink.QUIET, subject, "m", sink.at("f.yaml", 1, 1, 2))
    verdict = sink.verdict(found, State.WARNED, Mode.WARN)
    assert Frames(sink.empty_report(), {"f.yaml": "x: hunter22"}.get, 80).of(verdict).text == "x: ***"


def test_secrets_far_into_a_minified_line_are_covered(sink):
    """By place and by text, also where a secret begins before what is shown."""
    line = "x" * 5000 + "S" * 200 + "y" * 300 + "123" + "z" * 5000
    places = {("pin",): sink.at("f.yaml", 1, 5501, 5504)}
    body = {"pin": Secret("123"), "long": Secret("S" * 200)}
    frame = frame_of(sink, line, 5196, 5200, size=80, places=places, body=body)
    assert "S" not in frame.text
    assert "***" in frame.text
    frame = frame_of(sink, line, 5506, 5507, size=80, places=places, body=body)
    assert "123" not in frame.text
    assert "***" in frame.text


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('RUN echo "root:S3cret" | chpasswd', 'RUN echo "root:***" | chpasswd'),
        ("RUN mysql -uroot -pS3cret && curl -u a:S3cret x", "RUN mysql -uroot -p*** && curl -u a:*** x"),
        ("RUN PGPASSWORD=S3cret psql", "RUN PGPASSWORD=*** psql"),
        ("RUN docker run -p 8080:80 web", "RUN docker run -p 8080:80 web"),
    ],
)
def test_what_commands_are_given_as_credentials_is_covered_for_every_rule(line, shown, sink):
    assert frame_of(sink, line, 1, 4).text == shown


def test_a_credential_that_begins_far_before_what_is_shown_is_covered(sink):
    line = f"{'x' * 5000}; mysql -uroot -p{'S3cret' * 30} {'y' * 5000}"
    frame = frame_of(sink, line, 5180, 5182)
    assert "S3cret" not in frame.text
