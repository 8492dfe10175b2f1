"""The baseline: what it holds, that it only shrinks, and its bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.errors import SettingsError
from iacgate.triage import Accepted, Baseline, load_baseline, parse_baseline


def entry(number, **more):
    values = {"file": "a.tf", "rule": "r", "resource": f"x.{number}", "path": ("acl",), "fingerprint": f"{number:032x}"}
    return Accepted(**{**values, **more})


@pytest.fixture
def three(kit):
    """A bench with three findings."""
    bench = kit.bench()
    text = "".join(f'resource "aws_s3_bucket" "{name}" {{}}\n' for name in "abc")
    subjects = bench.add(kit.terraform, text)
    findings = [
        item.finding for item in bench.run([bench.finding(each, at + 1) for at, each in enumerate(subjects)]).triaged
    ]
    return bench, findings


def test_only_new_findings_are_new(three):
    bench, findings = three
    accepted = Baseline(tuple(map(Accepted.of, findings[:2])), "b.json")
    result = bench.run(findings, baseline=accepted).triaged
    assert [item.is_new for item in result] == [False, False, True]
    assert [item.waiver.source if item.waiver else None for item in result] == ["baseline", "baseline", None]
    assert result[0].waiver.id == "b.json"


def test_what_is_gone_is_said_when_all_was_scanned(three):
    bench, findings = three
    accepted = Baseline(tuple(map(Accepted.of, findings)), "b.json")
    assert "2 findings of the baseline are gone" in bench.run(findings[:1], baseline=accepted).notices[0]
    assert bench.run(findings[:1], baseline=accepted, whole=False).notices == ()


def test_a_scan_of_one_file_knows_its_accepted_findings_although_it_sees_no_namesakes(kit):
    bench = kit.bench()
    subjects = [bench.add(kit.kubernetes, "kind: Pod\nmetadata: {name: a}\n", path)[0] for path in ("a.yaml", "b.yaml")]
    whole = bench.run([bench.finding(each, 1) for each in subjects]).triaged
    accepted = parse_baseline(Baseline(tuple(Accepted.of(item.finding) for item in whole)).text().encode(), "b")
    alone = kit.bench()
    (subject,) = alone.add(kit.kubernetes, "kind: Pod\nmetadata: {name: a}\n", "a.yaml")
    item = alone.run([alone.finding(subject, 1)], baseline=accepted).triaged[0]
    assert item.finding.fingerprint != whole[0].finding.fingerprint
    assert not item.is_new


def test_update_only_shrinks_and_only_where_it_looked(three):
    _, findings = three
    accepted = Baseline(tuple(map(Accepted.of, findings[:2])))
    assert accepted.shrunk(findings[1:], lambda _: True).entries == (Accepted.of(findings[1]),)
    assert accepted.shrunk(findings[1:], lambda _: False).entries == accepted.entries
    assert accepted.shrunk([], lambda file: file != "main.tf").entries == accepted.entries


def test_growing_takes_what_is_new(three):
    _, findings = three
    accepted = Baseline((Accepted.of(findings[0]),)).grown(findings)
    assert set(accepted.entries) == {Accepted.of(finding) for finding in findings}


def test_one_finding_a_line_sorted_and_the_same_bytes_for_any_order():
    entries = [entry(2, file="b.tf"), entry(1), entry(3, path=("a", "ü"), occurrence=2)]
    text = Baseline(tuple(entries)).text()
    assert text == Baseline(tuple(reversed(entries))).text()
    lines = text.splitlines()
    assert lines[0] == '{"version": 1, "findings": ['
    assert [json.loads(line.rstrip(","))["resource"] for line in lines[1:-1]] == ["x.1", "x.3", "x.2"]
    assert "ü" in text
    assert parse_baseline(text.encode(), "b").entries == tuple(sorted(entries))


def test_an_empty_baseline_is_a_baseline():
    assert parse_baseline(Baseline().text().encode(), "b").entries == ()


BROKEN = [
    (b"", "no JSON"),
    (b"\xff\xfe", "no JSON"),
    (b"[" * 200_000, "no JSON"),
    (b'<<<<<<< HEAD\n{"version": 1}', "no JSON"),
    (b"[]", "version 1"),
    (b'{"version": 2, "findings": []}', "version 1"),
    (b'{"version": 1, "findings": {}}', "version 1"),
    (b'{"version": 1, "findings": [{"rule": "r"}]}', "entry 1"),
    (b'{"version": 1, "findings": [7]}', "entry 1"),
]


@pytest.mark.parametrize(("data", "said"), BROKEN)
def test_what_is_no_baseline_is_an_error(data, said):
    with pytest.raises(SettingsError, match=said) as caught:
        parse_baseline(data, "b.json")
    assert str(caught.value).startswith("b.json:")
    assert ("merge conflict" in caught.value.hint) is (b"<<<" in data)


def test_no_file_is_no_baseline(tmp_path):
    assert load_baseline(str(tmp_path / "none.json"), "none.json") is None


keys = st.text(min_size=1, max_size=5)
entries = st.builds(
    Accepted,
    file=keys,
    rule=keys,
    resource=keys,
    path=st.lists(keys, max_size=3).map(tuple),
    occurrence=st.integers(1, 3),
    fingerprint=st.text(alphabet="0123456789abcdef", min_size=32, max_size=32),
)


@given(st.lists(entries, max_size=8))
def test_what_is_written_is_read_back(items):
    text = Baseline(tuple(items)).text()
    assert set(parse_baseline(text.encode(errors="surrogatepass"), "b").entries) == set(items)
    assert parse_baseline(text.encode(), "b").text() == text
