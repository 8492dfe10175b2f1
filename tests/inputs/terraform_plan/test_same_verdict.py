"""The same configuration as source and as plan: the same answer of a rule that knows what the provider does."""

from __future__ import annotations

import json
from datetime import date

import pytest

from iacgate.model import Outcome
from iacgate.pipeline import Request, scan

IMDS = "aws-instance-imdsv1"
SSH = "aws-sg-ssh-open"
LIST = 'resource "aws_thing" "y" {\n  name = "y"\n}\n'
INSTANCE = 'resource "aws_instance" "a" {\n  ami = "ami-1"\n%s}\n'
GROUP = 'resource "aws_security_group" "a" {\n  name = "a"\n%s}\n'
RULE = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}
INLINE = (
    '  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n    cidr_blocks = ["0.0.0.0/0"]\n  }\n'
)
OPTIONS = '  metadata_options {\n    http_tokens = "%s"\n  }\n'


def dynamic(name, content=""):
    inside = f"    for_each = aws_thing.y.list\n    content {{\n      x = {name}.value\n      {content}\n    }}\n"
    return f'  dynamic "{name}" {{\n{inside}  }}\n'


def entry(address, after, unknown):
    kind, name = address.split(".")
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown, "after_sensitive": {}}
    provider = "registry.terraform.io/hashicorp/aws"
    parts = {"mode": "managed", "type": kind, "name": name, "provider_name": provider, "change": change}
    expressions = {key: {"constant_value": value} for key, value in after.items() if isinstance(value, str)}
    if "metadata_options" in after:
        expressions["metadata_options"] = [{"http_tokens": {"constant_value": "x"}}]
    block = {"address": address, "mode": "managed", "type": kind, "name": name, "expressions": expressions}
    return {"address": address, **parts}, block


def outcome(folder, file, rule):
    report = scan([str(folder / file)], Request(cwd=str(folder), today=date(2026, 12, 1), rules=(rule,)))
    found = [item for item in report.evaluations if item.rule.id == rule]
    return [item.outcome for item in found if item.subject.name == "a"]


@pytest.mark.parametrize(
    ("rule", "source", "after", "unknown", "expected"),
    [
        pytest.param(IMDS, INSTANCE % "", {}, ["id", "metadata_options"], Outcome.FAIL, id="options left out"),
        pytest.param(
            IMDS,
            INSTANCE % (OPTIONS % "optional"),
            {"metadata_options": [{"http_tokens": "optional"}]},
            {"metadata_options": [{"http_endpoint": True}]},
            Outcome.FAIL,
            id="one option left out",
        ),
        pytest.param(
            IMDS,
            INSTANCE % (OPTIONS % "required"),
            {"metadata_options": [{"http_tokens": "required"}]},
            {"metadata_options": [{"http_endpoint": True}]},
            Outcome.PASS,
            id="tokens required",
        ),
        pytest.param(
            IMDS,
            INSTANCE % dynamic("metadata_options"),
            {},
            ["metadata_options"],
            Outcome.FAIL,
            id="dynamic options, with or without blocks the tokens are optional",
        ),
        pytest.param(
            IMDS,
            INSTANCE % dynamic("metadata_options", 'http_tokens = "required"'),
            {},
            ["metadata_options"],
            Outcome.UNKNOWN,
            id="dynamic options that require tokens",
        ),
        pytest.param(SSH, GROUP % INLINE, {"ingress": [RULE]}, ["egress"], Outcome.FAIL, id="open to the world"),
        pytest.param(SSH, GROUP % "", {}, ["ingress", "egress"], Outcome.PASS, id="no inline rules"),
        pytest.param(
            SSH,
            GROUP % dynamic("ingress"),
            {},
            ["ingress", "egress"],
            Outcome.PASS,
            id="dynamic rules that open nothing",
        ),
    ],
)
def test_rules_answer_the_same_for_source_and_plan(tmp_path, rule, source, after, unknown, expected):
    (tmp_path / "main.tf").write_text(LIST + source)
    kind = "aws_instance.a" if rule == IMDS else "aws_security_group.a"
    name = {"ami": "ami-1"} if rule == IMDS else {"name": "a"}
    marks = unknown if isinstance(unknown, dict) else dict.fromkeys(unknown, True)
    made = [entry(kind, {**name, **after}, marks), entry("aws_thing.y", {"name": "y"}, {"list": True})]
    plan = {
        "format_version": "1.2",
        "resource_changes": [change for change, _ in made],
        "configuration": {"root_module": {"resources": [block for _, block in made]}},
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    assert outcome(tmp_path, "main.tf", rule) == [expected]
    assert outcome(tmp_path, "plan.json", rule) == [expected]
