"""The JSON report keeps to its own published schema, and to the contract's words."""

from __future__ import annotations

import json

import jsonschema
import pytest

from iacgate.outputs import native_json, report_schema
from iacgate.spi import OutputOptions

CONTRACT = {"schema_version", "tool", "gate", "exit_code", "maturity", "summary", "sources", "rules", "findings"} | {
    "exceptions",
    "errors",
}
SUMMARY = {"blocked": 3, "warned": 5, "recorded": 1, "excepted": 3, "baselined": 1, "unknown": 1, "passed": 1} | {
    "resources": 4,
    "rules": 7,
}


def read(report, sink, **options):
    return json.loads(native_json.render(report, OutputOptions(source=sink.SOURCES.get, **options)))


@pytest.mark.parametrize("options", [{}, {"evaluations": True}])
def test_valid_by_the_published_schema(options, sink):
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for report in (sink.full_report(), sink.empty_report(), sink.troubled_report()):
        assert not list(validator.iter_errors(read(report, sink, **options)))


@pytest.mark.parametrize("member", sorted(CONTRACT))
def test_schema_demands_each_member_of_the_contract(member, sink):
    written = read(sink.full_report(), sink)
    del written[member]
    assert list(jsonschema.Draft202012Validator(report_schema()).iter_errors(written))


def test_summary_counts_all_whatever_the_level(sink):
    from iacgate.model import Severity
    from iacgate.model.dataclass import replace

    report = replace(sink.full_report(), report_level=Severity.CRITICAL)
    written = read(report, sink)
    assert written["summary"] == SUMMARY
    assert {one["severity"] for one in written["findings"]} == {"critical"}


def test_evaluations_only_when_asked_for(sink):
    assert "evaluations" not in read(sink.full_report(), sink)
    outcomes = {one["outcome"] for one in read(sink.full_report(), sink, evaluations=True)["evaluations"]}
    assert outcomes == {"pass", "fail", "unknown", "skip", "error"}


def test_finding_says_all_of_the_contract(sink):
    finding = next(one for one in read(sink.full_report(), sink)["findings"] if one["path"] == ["storage_encrypted"])
    assert finding["resource"] == {
        "address": 'module.db["a b"].aws_db_instance.main',
        "type": "aws_db_instance",
        "provider": "aws",
        "name": "main",
        "namespace": None,
    }
    assert finding["location"] | {"via": []} == {
        "file": "modules/db/main.tf",
        "line": 5,
        "column": 3,
        "end_line": 5,
        "end_column": 36,
        "via": [],
    }
    assert (finding["location"]["via"][0]["file"], finding["location"]["via"][0]["note"]) == ("main.tf", "")
    assert finding["related"][0]["message"] == "set here"
    assert (finding["environment"], finding["new"], finding["mode"]) == ("prod", True, "warn")


def test_exceptions_stand_in_their_groups(sink):
    groups = read(sink.full_report(), sink)["exceptions"]
    assert {name: [one["id"] for one in group] for name, group in groups.items()} == {
        "applied": ["", "EXC-2026-014"],
        "expired": ["EXC-2025-001"],
        "unused": [""],
        "expiring": ["EXC-2026-014"],
    }
    assert groups["applied"][1]["match"] == {"resource": ["DaemonSet kube-system/falco*"]}


def test_schema_is_to_be_had_again_and_again():
    from iacgate import outputs

    assert outputs.report_schema() == outputs.report_schema()
