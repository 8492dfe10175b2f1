"""Blocks of which it is not known how many there are: what they would be, and what rules make of that."""

from __future__ import annotations

import json
from datetime import date

import pytest

from iacgate.model import Hidden, Outcome, Partial, Unknown
from iacgate.pipeline import Request, scan, take_inventory

TODAY = date(2026, 1, 1)
HEAD = 'variable "n" {}\n'


def body_of(folder, text):
    (folder / "main.tf").write_text(HEAD + text, encoding="utf-8")
    taken = take_inventory([str(folder)], Request(cwd=str(folder), today=TODAY))
    return next(one.body for one in taken.inventory.resources if one.name == "r")


def outcome(folder, text, rule):
    (folder / "main.tf").write_text(HEAD + text, encoding="utf-8")
    report = scan([str(folder)], Request(cwd=str(folder), today=TODAY, rules=(rule,), use_settings=False))
    (found,) = report.evaluations
    return found.outcome


def test_what_a_block_would_be_is_in_the_list(tmp_path):
    body = body_of(
        tmp_path,
        """resource "aws_thing" "r" {
  rule {
    name = "first"
  }
  dynamic "rule" {
    for_each = var.n
    content {
      name = "more"
      key  = rule.key
      dynamic "inner" {
        for_each = [1, 2]
        content {
          at = inner.value
        }
      }
    }
  }
  rule {
    name = "last"
  }
}
""",
    )
    rules = body["rule"]
    assert isinstance(rules, Partial)
    assert [one["name"] for one in rules] == ["first", "last"]
    (like,) = rules.like
    assert isinstance(like.pop("key"), Unknown)
    assert like == {"name": "more", "inner": [{"at": 1}, {"at": 2}]}


def test_several_such_blocks_are_all_in_it(tmp_path):
    one = '  dynamic "rule" {\n    for_each = var.n\n    content {\n      name = "%s"\n    }\n  }\n'
    body = body_of(tmp_path, f'resource "aws_thing" "r" {{\n{one % "a"}{one % "b"}}}\n')
    assert [like["name"] for like in body["rule"].like] == ["a", "b"]


@pytest.mark.parametrize(
    ("collection", "ports"),
    [
        ("var.n ? [22] : []", [22]),
        ("var.n ? [22, 80] : [443]", [22, 80, 443]),
        ("var.n ? { a = 22 } : var.n ? {} : { b = 443 }", [22, 443]),
        ("var.n == 1 ? toset([22]) : toset([])", [22]),
    ],
)
def test_elements_are_those_of_both_arms(tmp_path, collection, ports):
    dynamic = (
        f'  dynamic "rule" {{\n    for_each = {collection}\n    content {{\n      port = rule.value\n    }}\n  }}\n'
    )
    body = body_of(tmp_path, f'resource "aws_thing" "r" {{\n{dynamic}}}\n')
    assert body["rule"] == []
    assert [like["port"] for like in body["rule"].like] == ports


def test_places_of_blocks_behind_such_a_one(tmp_path):
    static = '  rule {\n    name = "%s"\n  }\n'
    dynamic = '  dynamic "rule" {\n    for_each = var.n\n    content {}\n  }\n'
    text = f'{HEAD}resource "aws_thing" "r" {{\n{static % "a"}{dynamic}{static % "b"}}}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    taken = take_inventory([str(tmp_path)], Request(cwd=str(tmp_path), today=TODAY))
    (resource,) = taken.inventory.resources
    for index in range(2):
        line = resource.at("rule", index, "name").line
        assert resource.body["rule"][index]["name"] in text.splitlines()[line - 1]


def test_secrets_are_hidden_there_too(tmp_path):
    dynamic = '  dynamic "%s" {\n    for_each = var.n\n    content {\n      password = "hunter2"\n    }\n  }\n'
    for kind in ("aws_thing", "aws_mq_broker"):
        body = body_of(tmp_path, f'resource "{kind}" "r" {{\n{dynamic % "user"}}}\n')
        assert isinstance(body["user"].like[0]["password"], Hidden)


def test_secrets_of_known_blocks_beside_them_are_hidden(tmp_path):
    known = '  user {\n    password = "hunter2"\n  }\n  dynamic "user" {\n    for_each = var.n\n    content {}\n  }\n'
    body = body_of(tmp_path, f'resource "aws_thing" "r" {{\n{known}}}\n')
    assert isinstance(body["user"][0]["password"], Hidden)


GROUP = """resource "aws_security_group" "r" {
  dynamic "ingress" {
    for_each = var.n
    content {
      from_port   = %s
      to_port     = %s
      protocol    = "tcp"
      cidr_blocks = %s
    }
  }
}
"""


@pytest.mark.parametrize(
    ("port", "source", "expected"),
    [
        ("443", '["0.0.0.0/0"]', Outcome.PASS),
        ("22", '["10.0.0.0/8"]', Outcome.PASS),
        ("22", '["0.0.0.0/0"]', Outcome.UNKNOWN),
        ("ingress.value", '["10.0.0.0/8"]', Outcome.PASS),
        ("ingress.value", '["0.0.0.0/0"]', Outcome.UNKNOWN),
    ],
)
def test_ports_are_shut_where_none_of_the_rules_that_may_be_there_opens_one(tmp_path, port, source, expected):
    assert outcome(tmp_path, GROUP % (port, port, source), "aws-sg-ssh-open") is expected


@pytest.mark.parametrize(("tokens", "expected"), [("required", Outcome.UNKNOWN), ("optional", Outcome.FAIL)])
def test_a_violation_with_and_without_the_block_is_one(tmp_path, tokens, expected):
    text = f"""resource "aws_instance" "r" {{
  dynamic "metadata_options" {{
    for_each = var.n
    content {{
      http_tokens = "{tokens}"
    }}
  }}
}}
"""
    assert outcome(tmp_path, text, "aws-instance-imdsv1") is expected


DOCUMENT = """data "aws_iam_policy_document" "r" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
  dynamic "statement" {
    for_each = var.n
    content {
      actions   = [%s]
      resources = ["*"]
    }
  }
}
"""


@pytest.mark.parametrize(
    ("actions", "expected"),
    [('"s3:PutObject"', Outcome.PASS), ('"*"', Outcome.UNKNOWN), ("statement.value", Outcome.UNKNOWN)],
)
def test_statements_that_may_be_there_are_looked_at(tmp_path, actions, expected):
    assert outcome(tmp_path, DOCUMENT % actions, "aws-iam-document-wildcard-action") is expected


POLICY = """resource "aws_iam_policy" "r" {
  policy = data.aws_iam_policy_document.r.json
}
"""


@pytest.mark.parametrize(("actions", "expected"), [('"s3:PutObject"', Outcome.PASS), ('"*"', Outcome.UNKNOWN)])
def test_and_so_they_are_where_the_document_is_used(tmp_path, actions, expected):
    assert outcome(tmp_path, DOCUMENT % actions + POLICY, "aws-iam-policy-wildcard-action") is expected


def test_the_inventory_shows_what_they_look_like(tmp_path):
    from iacgate.model import jsonable

    body = body_of(
        tmp_path,
        'resource "a_b" "r" {\n  dynamic "x" {\n    for_each = var.n\n    content {\n      y = 1\n    }\n  }\n}\n',
    )
    assert json.loads(json.dumps(jsonable(body))) == {"x": [{"$unknown": "var.n has no value", "like": [{"y": 1}]}]}
