"""SARIF: valid by its schema, acceptable to GitHub beyond it, and the line hash to the digit."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.model import Gate, Mode, Severity, State
from iacgate.model.dataclass import replace
from iacgate.outputs import sarif
from iacgate.outputs._line_hash import LineHashes
from iacgate.spi import OutputOptions


def log(report, sink, **options):
    return json.loads(sarif.render(report, OutputOptions(source=sink.SOURCES.get, **options)))


def run(report, sink, **options):
    return log(report, sink, **options)["runs"][0]


def texts(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("options", [{}, {"include_suppressed": True, "timestamp": "2026-11-21T00:00:00Z"}])
def test_valid_by_the_official_schema(options, sink, schemas):
    schema = json.loads((schemas / "sarif" / "sarif-schema-2.1.0.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for report in (sink.full_report(), sink.empty_report(), sink.troubled_report()):
        assert not list(validator.iter_errors(log(report, sink, **options)))


def test_what_github_wants_beyond_the_schema(sink):
    written = run(sink.full_report(), sink, include_suppressed=True)
    rules = written["tool"]["driver"]["rules"]
    assert all(text for text in texts(written))
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert "security" in rule["properties"]["tags"]
        assert len(rule["properties"]["tags"]) <= 10
        assert isinstance(rule["properties"].get("security-severity", ""), str)
        assert rule["properties"]["precision"] in {"very-high", "high", "medium", "low"}
    for result in written["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert "\n" not in result["message"]["text"]
        assert result["partialFingerprints"]["iacgate/v1"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"]["uri"]
        assert set(physical["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}


def test_columns_are_code_points_and_the_category_ends_in_a_slash(sink):
    written = run(sink.empty_report(), sink)
    assert written["columnKind"] == "unicodeCodePoints"
    assert written["automationDetails"]["id"].endswith("/")
    assert written["results"] == []


LEVELS = [
    (State.BLOCKED, Severity.CRITICAL, "error"),
    (State.BLOCKED, Severity.MEDIUM, "warning"),
    (State.BLOCKED, Severity.INFO, "note"),
    (State.WARNED, Severity.CRITICAL, "warning"),
    (State.WARNED, Severity.MEDIUM, "warning"),
    (State.WARNED, Severity.LOW, "note"),
    (State.RECORDED, Severity.CRITICAL, "note"),
    (State.BASELINED, Severity.HIGH, "note"),
]


@pytest.mark.parametrize(("state", "severity", "level"), LEVELS)
def test_level_by_state_and_severity(state, severity, level, sink):
    verdict = replace(sink.verdicts()[0], state=state, severity=severity)
    written = run(sink.empty_report(verdicts=(verdict,)), sink)
    assert written["results"][0]["level"] == level


@pytest.mark.parametrize(
    ("severity", "number"), [(Severity.CRITICAL, "9.5"), (Severity.LOW, "2.0"), (Severity.INFO, None)]
)
def test_security_severity_follows_the_settings(severity, number, sink):
    verdict = replace(sink.verdicts()[0], severity=severity)
    rules = run(sink.empty_report(verdicts=(verdict,)), sink)["tool"]["driver"]["rules"]
    assert rules[0]["properties"].get("security-severity") == number


def test_excepted_are_left_out_unless_asked_for(sink):
    report = sink.full_report()
    assert not [one for one in run(report, sink)["results"] if one["properties"]["state"] == "excepted"]
    results = run(report, sink, include_suppressed=True)["results"]
    assert all("suppressions" in result for result in results)
    kinds = {result["message"]["text"]: result["suppressions"] for result in results}
    by_file = kinds["Secret token: token in the open"][0]
    assert by_file["kind"] == "external"
    assert by_file["justification"] == "Falco needs the kernel | really"
    assert by_file["properties"]["expires"] == "2027-02-01"
    assert kinds["Dockerfile#0: last user is root"][0]["kind"] == "inSource"
    assert kinds["Dockerfile#0: key in ENV"] == []


def test_baseline_state_only_with_a_baseline(sink):
    results = run(sink.full_report(), sink)["results"]
    assert {result["baselineState"] for result in results} == {"new", "unchanged"}
    fresh = tuple(one for one in sink.verdicts() if one.triaged.is_new)
    assert all("baselineState" not in one for one in run(sink.empty_report(verdicts=fresh), sink)["results"])


def test_links_to_the_places_on_the_way(sink):
    results = run(sink.full_report(), sink)["results"]
    result = next(one for one in results if "storage_encrypted is false" in one["message"]["text"])
    assert result["message"]["text"].endswith("([reached from here](1), [set here](2))")
    assert [one["id"] for one in result["relatedLocations"]] == [1, 2]


def test_the_way_of_a_value_is_told_from_its_end(sink):
    results = run(sink.full_report(), sink)["results"]
    result = next(one for one in results if "password is" in one["message"]["text"])
    assert [
        (one["message"]["text"], one["physicalLocation"]["region"]["startLine"]) for one in result["relatedLocations"]
    ] == [("passed here", 2), ("defined here", 3)]


def test_a_message_makes_no_link_of_its_own(sink):
    results = run(sink.full_report(), sink)["results"]
    hostile = next(one for one in results if "alert(1)" in one["message"]["text"])
    assert "](" not in hostile["message"]["text"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a/b.tf", "a/b.tf"),
        ("a b/ü#?%.yaml", "a%20b/%C3%BC%23%3F%25.yaml"),
        ("c:x/y.tf", "c%3Ax/y.tf"),
        ("s3://bucket/plan.json", "s3%3A//bucket/plan.json"),
        ("/abs/x.tf", "file:///abs/x.tf"),
        ("raw\udcff.tf", "raw%FF.tf"),
        ("[a]\\b", "%5Ba%5D%5Cb"),
    ],
)
def test_uri_is_percent_encoded(path, uri):
    assert sarif.uri(path) == uri


def test_a_finding_without_a_file_still_has_a_place(sink):
    lost = sink.finding(sink.QUIET, sink.WEB, "", sink.at("", 0, 0))
    report = sink.empty_report(verdicts=(sink.verdict(lost, State.BLOCKED, Mode.ENFORCE),))
    result = run(report, sink)["results"][0]
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"]
    assert physical["region"]["startLine"] == 1
    assert result["message"]["text"] == "Deployment prod/web: Container has no limits"


def test_context_is_more_than_the_region_or_absent(sink):
    places = [result["locations"][0]["physicalLocation"] for result in run(sink.full_report(), sink)["results"]]
    assert any("contextRegion" in physical for physical in places)
    for physical in places:
        context, region = physical.get("contextRegion"), physical["region"]
        if context:
            assert context["startLine"] <= region["startLine"]
            assert context["endLine"] >= region["endLine"]
            assert (context["startLine"], context["endLine"]) != (region["startLine"], region["endLine"])


def test_no_more_results_than_github_takes(sink, monkeypatch):
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    written = run(sink.full_report(), sink)
    kept = [result["properties"]["severity"] for result in written["results"]]
    assert sorted(kept) == ["critical", "high", "high"]
    notes = written["invocations"][0]["toolExecutionNotifications"]
    assert any("7 less severe results were left out" in note["message"]["text"] for note in notes)


@pytest.mark.parametrize(("gate", "successful"), [(Gate.OPEN, True), (Gate.CLOSED, True), (Gate.INCOMPLETE, False)])
def test_execution_is_successful_when_the_gate_could_look(gate, successful, sink):
    invocation = run(sink.empty_report(gate=gate), sink)["invocations"][0]
    assert invocation["executionSuccessful"] is successful
    assert "workingDirectory" not in invocation


def test_only_rules_with_results_when_there_are_many(sink):
    rules = {f"r{number}": sink.rule(f"r{number}", Severity.LOW, "t") for number in range(1000)}
    report = sink.empty_report(rules=rules, verdicts=sink.verdicts()[:1])
    assert [rule["id"] for rule in run(report, sink)["tool"]["driver"]["rules"]] == ["k8s-odd-name"]
    few = sink.empty_report(rules=dict(list(rules.items())[:5]), verdicts=sink.verdicts()[:1])
    assert len(run(few, sink)["tool"]["driver"]["rules"]) == 6


def test_line_hash_is_left_out_when_the_file_is_not_at_hand(sink):
    written = json.loads(sarif.render(sink.full_report(), OutputOptions()))
    assert all(set(one["partialFingerprints"]) == {"iacgate/v1"} for one in written["runs"][0]["results"])


def test_line_hash_by_the_published_vectors(schemas):
    vectors = json.loads((schemas / "sarif" / "primary-location-line-hash.vectors.json").read_text())
    for case in vectors["cases"]:
        assert all_of(case["input"] * case.get("repeat", 1)) == case["hashes"]


def all_of(text):
    """The hashes of all lines, the last asked for first."""
    hashes = LineHashes(text)
    count = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert hashes.of(count + 1) is None
    return [hashes.of(line + 1) for line in reversed(range(count))][::-1]


def rolling(text):
    """The algorithm as it is described, a unit at a time: slow, and the judge of the fast one."""
    raw = text.encode("utf-16-le", "surrogatepass")
    units, previous = [], 0
    for unit in (int.from_bytes(raw[index : index + 2], "little") for index in range(0, len(raw), 2)):
        if unit in {32, 9}:
            previous = 0
            continue
        if not (unit == 10 and previous == 13):
            units.append(10 if unit == 13 else unit)
        previous = unit
    units.append(65535)
    starts = [0] + [index + 1 for index, unit in enumerate(units) if unit == 10]
    seen, hashes = {}, []
    for start in starts:
        window = (units[start : start + 100] + [0] * 100)[:100]
        value = 0
        for unit in window:
            value = (37 * value + unit) % 2**64
        seen[value] = seen.get(value, 0) + 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes


@given(st.text(alphabet=st.sampled_from(" \t\r\nabA\u0100\U0001f600\ud800"), max_size=300))
def test_line_hash_is_the_slow_one(text):
    assert all_of(text) == rolling(text)
    assert LineHashes(text).of(0) is None
