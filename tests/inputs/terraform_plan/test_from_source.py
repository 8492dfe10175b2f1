"""What the source beside a plan still knows: the inside of policies with holes, the ends of texts; and when not."""

from __future__ import annotations

import json

import pytest

from iacgate.model import Unknown

POLICY = """
resource "aws_s3_bucket" "b" {}
resource "aws_iam_policy" "p" {
  name   = "p"
  policy = %s
}
"""
ENCODED = """jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = aws_s3_bucket.b.arn }] })"""
HEREDOC = """<<-JSON
    {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "${aws_s3_bucket.b.arn}"}]}
  JSON
"""
REFERENCES = {"references": ["aws_s3_bucket.b.arn", "aws_s3_bucket.b"]}


def block(kind, name, expressions):
    return {"mode": "managed", "type": kind, "name": name, "expressions": expressions}


@pytest.fixture
def policy(tmp_path, read_plan, change):
    """The policy of a plan with this source beside it."""

    def make(source, *, unknown=True, sensitive=None):
        (tmp_path / "main.tf").write_text(source)
        entries = [
            change("aws_s3_bucket.b", {}, {"arn": True}),
            change("aws_iam_policy.p", {"name": "p"}, {"policy": unknown}, sensitive=sensitive),
        ]
        blocks = [
            block("aws_s3_bucket", "b", {}),
            block("aws_iam_policy", "p", {"name": {"constant_value": "p"}, "policy": REFERENCES}),
        ]
        plan = {"format_version": "1.2", "resource_changes": entries}
        plan["configuration"] = {"root_module": {"resources": blocks}}
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        return read_plan(tmp_path / "plan.json").by_address["aws_iam_policy.p"].body["policy"]

    return make


@pytest.mark.parametrize("text", [ENCODED, HEREDOC], ids=["jsonencode", "heredoc"])
def test_the_inside_of_a_policy_with_a_hole(policy, text):
    (statement,) = policy(POLICY % text)["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "*")
    assert isinstance(statement["Resource"], Unknown)
    assert statement["Resource"].ref == "aws_s3_bucket.b"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(POLICY % "aws_s3_bucket.b.policy", id="nothing is known of it"),
        pytest.param(POLICY % "jsonencode({ Statement = [] })", id="known in the source: another version"),
        pytest.param((POLICY % ENCODED).replace("name ", "path "), id="other arguments: another version"),
        pytest.param((POLICY % ENCODED).replace('"p"', '"q"'), id="no such block"),
        pytest.param("resource {", id="does not parse"),
    ],
)
def test_what_stays_unknown(policy, source):
    assert isinstance(policy(source), Unknown)


def test_the_ends_of_a_text(policy):
    value = policy(POLICY % '"arn:aws:${aws_s3_bucket.b.arn}/*"')
    assert isinstance(value, Unknown)
    assert (value.prefix, value.suffix) == ("arn:aws:", "/*")


def test_without_source_nothing_is_known_of_a_text(plan_of, change):
    entry = change("aws_iam_policy.p", {}, {"policy": True})
    blocks = [block("aws_iam_policy", "p", {"policy": REFERENCES})]
    value = plan_of(entry, configuration={"root_module": {"resources": blocks}}).live[0].body["policy"]
    assert (value.prefix, value.suffix) == ("", "")


@pytest.mark.parametrize("sensitive", [{"policy": True}, True])
def test_what_the_plan_calls_sensitive_is_not_read_from_the_source(policy, sensitive):
    assert isinstance(policy(POLICY % ENCODED, sensitive=sensitive), Unknown)


def test_of_several_blocks_a_plan_does_not_say_which_is_which(tmp_path, read_plan, change):
    rule = '  rule {\n    target = "%s${aws_x.y.id}"\n  }\n'
    (tmp_path / "main.tf").write_text('resource "aws_z" "z" {\n' + rule % "a" + rule % "b" + "}\n")
    references = {"references": ["aws_x.y.id", "aws_x.y"]}
    entry = change("aws_z.z", {"rule": [{}, {}]}, {"rule": [{"target": True}, {"target": True}]})
    blocks = [block("aws_z", "z", {"rule": [{"target": references}, {"target": references}]}), block("aws_x", "y", {})]
    plan = {"format_version": "1.2", "resource_changes": [entry, change("aws_x.y", {}, {"id": True})]}
    plan["configuration"] = {"root_module": {"resources": blocks}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    rules = read_plan(tmp_path / "plan.json").by_address["aws_z.z"].body["rule"]
    assert [(one["target"].prefix, one["target"].suffix) for one in rules] == [("", ""), ("", "")]
