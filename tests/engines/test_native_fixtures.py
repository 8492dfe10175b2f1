"""The runner of fixtures: what it accepts and what it finds missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from iacgate.cli.rules import examine
from iacgate.engines.native import NativeRules
from iacgate.engines.native.examples import examples, shipped_examples
from iacgate.engines.native.fixtures import check_rule
from iacgate.engines.native.library import load_file
from iacgate.engines.native.pages import rule_page
from iacgate.engines.native.skeleton import write_skeleton
from iacgate.errors import CommandError

RULE = """\
id: thing-open
title: Thing is open
severity: high
on: [aws_thing]
deny: open == `true`
at: open
why: Because.
fix: Close it.
"""
GOOD = 'resource "aws_thing" "good" {\n  open = false\n}\n'
BAD = 'resource "aws_thing" "bad" {\n  open = true # finding: thing-open\n}\n'
ABOVE = 'resource "aws_thing" "above" {\n  # finding: thing-open\n  # a remark\n  open = true\n}\n'
SILENT = 'resource "aws_thing" "silent" {\n  open = true\n}\n'
UNSURE = (
    'variable "x" {\n  type = bool\n}\n\nresource "aws_thing" "unsure" {\n  open = var.x # unknown: thing-open\n}\n'
)


@pytest.fixture
def pack(tmp_path):
    (tmp_path / "thing-open.yaml").write_text(RULE)
    (tmp_path / "fixtures" / "thing-open").mkdir(parents=True)
    return tmp_path


def verdict_of(pack, **files):
    for name, text in files.items():
        (pack / "fixtures" / "thing-open" / name.replace("_", ".")).write_text(text)
    return check_rule(load_file(pack / "thing-open.yaml", pack), pack / "fixtures" / "thing-open", examine)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD + BAD, None),
        (GOOD + ABOVE, None),
        (GOOD + BAD + UNSURE, None),
        (GOOD + BAD + SILENT, "main.tf:8: a finding that is not expected"),
        (GOOD, "no resource in the fixtures fails"),
        (BAD, "no resource in the fixtures passes"),
        (GOOD.replace("false", "false # finding: thing-open") + BAD, "main.tf:2: expected a finding, got none"),
        (GOOD + BAD + UNSURE.replace("unknown:", "finding:"), "expected a finding, got none"),
        (GOOD + BAD.replace("thing-open", "another-rule, thing-open"), None),
        (GOOD + BAD + "resource {", "main.tf"),
    ],
)
def test_expectations(pack, text, problem):
    problems = verdict_of(pack, main_tf=text).problems
    assert problems == [] if problem is None else any(problem in one for one in problems)


def test_folders_are_cases_of_their_own(pack):
    for name, text in (("a", GOOD), ("b", BAD)):
        (pack / "fixtures" / "thing-open" / name).mkdir()
        (pack / "fixtures" / "thing-open" / name / "main.tf").write_text(text)
    assert verdict_of(pack).problems == []


def test_no_fixtures(pack):
    (pack / "fixtures" / "thing-open").rmdir()
    assert "no fixtures" in verdict_of(pack).problems[0]


@pytest.mark.parametrize("on", ["aws_s3_bucket", "workload", "Pod", "dockerfile_instruction"])
def test_a_new_rule_runs_as_written(tmp_path, on):
    file, sample = write_skeleton("my-new-rule", on, tmp_path, tmp_path / "fixtures")
    rule = load_file(file, tmp_path)
    assert check_rule(rule, sample.parent, examine).problems == []
    with pytest.raises(CommandError, match="exists already"):
        write_skeleton("my-new-rule", on, tmp_path, tmp_path / "fixtures")


def test_a_bad_id_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no rule id"):
        write_skeleton("../x", "workload", tmp_path, tmp_path / "fixtures")
    assert list(tmp_path.iterdir()) == []


def test_pages_show_examples(pack):
    verdict_of(pack, main_tf=GOOD + BAD)
    rule = load_file(pack / "thing-open.yaml", pack)
    page = rule_page(rule, examples(rule, pack / "fixtures" / "thing-open"))
    assert page.startswith("# thing-open\n")
    assert "open = true # the rule points here" in page
    assert "finding:" not in page


NEIGHBOURS = """
variable "range" {
  default = "10.0.0.0/8"
}

resource "aws_thing" "far" { # finding: thing-open
  open  = true
  other = aws_thing.unrelated.id
  more  = [1, 2, 3]
}

resource "aws_thing" "unrelated" {
  open  = false
  range = var.range
}

resource "aws_thing" "near" {
  open = true # finding: thing-open
}

# what it is for
resource "aws_thing_policy" "good" {
  thing = aws_thing.good.id
}
"""


def test_pages_show_the_shortest_failing_and_passing_piece_with_what_belongs_to_it(pack):
    verdict_of(pack, main_tf=GOOD + BAD + NEIGHBOURS)
    rule = load_file(pack / "thing-open.yaml", pack)
    page = rule_page(rule, examples(rule, pack / "fixtures" / "thing-open"))
    failing, passing = page.partition("## Examples")[2].split("Fine:")
    assert failing.count('resource "') == 1
    assert "far" not in failing
    assert ('resource "aws_thing" "good"' in passing) == ('resource "aws_thing_policy" "good"' in passing)
    assert ('"unrelated"' in passing) == ('variable "range"' in passing)
    assert "finding" not in page


def test_json_expectations_by_address(pack):
    plan = Path(pack / "fixtures" / "thing-open" / "plan.json")
    resource = {"mode": "managed", "type": "aws_thing", "provider_name": "registry.terraform.io/hashicorp/aws"}
    changes = [
        {
            **resource,
            "address": f"aws_thing.{name}",
            "name": name,
            "change": {
                "actions": ["create"],
                "before": None,
                "after": {"open": is_open},
                "after_unknown": {},
                "before_sensitive": False,
                "after_sensitive": {},
            },
        }
        for name, is_open in (("good", False), ("bad", True))
    ]
    import json

    plan.write_text(
        json.dumps(
            {
                "format_version": "1.2",
                "terraform_version": "1.9.0",
                "planned_values": {"root_module": {}},
                "resource_changes": changes,
                "configuration": {"root_module": {}},
            }
        )
    )
    expected = plan.with_name("plan.json.expected")
    for line in ("finding thing-open aws_thing.bad", "finding thing-open aws_thing.bad [open]"):
        expected.write_text(line + "\n")
        assert verdict_of(pack).problems == []
    expected.write_text("finding thing-open aws_thing.good\n")
    assert len(verdict_of(pack).problems) == 2


def test_both_examples_are_of_one_type_where_a_rule_looks_at_many():
    rule = NativeRules.load(ruleset="strict", entry_points=False).rule("aws-service-without-own-key")
    failing, passing = shipped_examples(rule)
    [bad] = [line for line in failing.lines if line.startswith("resource")]
    assert bad.split()[1] in {line.split()[1] for line in passing.lines if line.startswith("resource")}
    assert len(failing.lines) > 2, "a block without a body shows little"
