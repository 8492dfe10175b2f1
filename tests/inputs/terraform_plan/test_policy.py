"""Policy documents that are not known yet, rebuilt from what is planned of them."""

from __future__ import annotations

import json

import pytest

from iacgate.inputs.terraform_plan.policy import rebuilt
from iacgate.model import Partial, Unknown, is_unknown

HOLE = Unknown("known after apply: x")


def policy_of(sources=None, **body):
    return rebuilt(body, lambda name: (sources or {}).get(name, ()))


def test_the_policy_of_the_stack(read_plan, stack):
    policy = read_plan(stack / "plan.json").by_address["aws_s3_bucket_policy.logs"].get("policy")
    assert policy["Version"] == "2012-10-17"
    base, own = policy["Statement"]
    assert not isinstance(policy["Statement"], Partial)
    assert (base["Sid"], base["Effect"], base["Action"], base["Principal"]) == ("Base", "Allow", ["s3:GetObject"], "*")
    assert (own["Sid"], own["Effect"], own["NotAction"]) == ("Tls", "Deny", ["s3:List*"])
    assert own["Condition"] == {"Bool": {"aws:SecureTransport": ["false"]}}
    assert "Action" not in own
    [arn] = own["Resource"]
    assert arn.reason == "known after apply: aws_s3_bucket.logs.arn"


@pytest.mark.parametrize(
    ("block", "statement"),
    [
        ({}, {"Effect": "Allow"}),
        ({"effect": "Deny", "sid": "S"}, {"Sid": "S", "Effect": "Deny"}),
        (
            {"actions": ["s3:*"], "resources": ["arn:aws:s3:::b/&{aws:username}"]},
            {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::b/${aws:username}"]},
        ),
        (
            {"not_actions": ["a:b"], "not_resources": ["x"], "actions": [], "resources": None},
            {"Effect": "Allow", "NotAction": ["a:b"], "NotResource": ["x"]},
        ),
        (
            {"principals": [{"type": "AWS", "identifiers": ["1"]}, {"type": "AWS", "identifiers": ["2"]}]},
            {"Effect": "Allow", "Principal": {"AWS": ["1", "2"]}},
        ),
        ({"principals": [{"type": "*", "identifiers": ["*"]}]}, {"Effect": "Allow", "Principal": "*"}),
        (
            {"not_principals": [{"type": "Service", "identifiers": ["s"]}]},
            {"Effect": "Allow", "NotPrincipal": {"Service": ["s"]}},
        ),
        (
            {
                "condition": [
                    {"test": "Bool", "variable": "a", "values": ["true"]},
                    {"test": "Bool", "variable": "b", "values": ["false"]},
                    {"test": "Bool", "variable": "a", "values": ["x"]},
                ]
            },
            {"Effect": "Allow", "Condition": {"Bool": {"a": ["true", "x"], "b": ["false"]}}},
        ),
    ],
)
def test_how_a_statement_is_rendered(block, statement):
    assert policy_of(statement=[block])["Statement"] == [statement]


@pytest.mark.parametrize(
    ("block", "member"),
    [
        ({"actions": HOLE}, "Action"),
        ({"effect": HOLE}, "Effect"),
        ({"principals": HOLE}, "Principal"),
        ({"principals": [{"type": HOLE, "identifiers": ["*"]}]}, "Principal"),
        ({"principals": Partial()}, "Principal"),
        ({"condition": HOLE}, "Condition"),
        ({"condition": Partial()}, "Condition"),
        ({"condition": [{"test": HOLE, "variable": "v", "values": []}]}, "Condition"),
    ],
)
def test_what_is_unknown_stays_unknown(block, member):
    [statement] = policy_of(statement=[block])["Statement"]
    assert is_unknown(statement[member])


def test_an_unknown_number_of_statements_is_no_empty_policy():
    assert isinstance(policy_of(statement=Partial())["Statement"], Partial)
    assert isinstance(policy_of(statement=HOLE)["Statement"], Partial)
    assert is_unknown(rebuilt(HOLE, lambda name: ())["Statement"])


def test_sources_come_first_and_overrides_replace_by_sid():
    source = json.dumps({"Statement": [{"Sid": "A", "Effect": "Deny"}, {"Sid": "B", "Effect": "Deny"}]})
    override = {"Statement": [{"Sid": "B", "Effect": "Allow"}, {"Sid": "C", "Effect": "Allow"}, {"Effect": "Deny"}]}
    policy = policy_of(
        {"source_policy_documents": [source, ""], "override_policy_documents": [override]},
        source_policy_documents=[source, ""],
        override_policy_documents=[override],
        statement=[{"sid": "own"}],
        policy_id="me",
        version="2008-10-17",
    )
    found = [(item.get("Sid"), item["Effect"]) for item in policy["Statement"]]
    assert found == [("A", "Deny"), ("B", "Allow"), ("own", "Allow"), ("C", "Allow"), (None, "Deny")]
    assert (policy["Id"], policy["Version"]) == ("me", "2008-10-17")


@pytest.mark.parametrize("source", [HOLE, "{not json", json.dumps([1]), {"Statement": HOLE}])
def test_a_source_that_cannot_be_read_is_a_doubt(source):
    policy = policy_of(
        {"source_policy_documents": [source]}, source_policy_documents=[source], statement=[{"sid": "own"}]
    )
    assert isinstance(policy["Statement"], Partial)
    assert [item["Sid"] for item in policy["Statement"]] == ["own"]


def test_documents_that_name_each_other_end(plan_of, change):
    def document(name):
        return {
            **change(f"data.aws_iam_policy_document.{name}", {"statement": []}, {"json": True}, actions=("read",)),
            "mode": "data",
            "type": "aws_iam_policy_document",
            "name": name,
        }

    def block(name, other):
        references = [f"data.aws_iam_policy_document.{other}.json", f"data.aws_iam_policy_document.{other}"]
        expressions = {"source_policy_documents": {"references": references}}
        return {"mode": "data", "type": "aws_iam_policy_document", "name": name, "expressions": expressions}

    first, second = document("a"), document("b")
    for entry in (first, second):
        entry["change"]["after"]["source_policy_documents"] = [None]
        entry["change"]["after_unknown"]["source_policy_documents"] = [True]
    user = change("aws_iam_policy.p", {}, {"policy": True})
    reference = ["data.aws_iam_policy_document.a.json", "data.aws_iam_policy_document.a"]
    blocks = [
        block("a", "b"),
        block("b", "a"),
        {
            "mode": "managed",
            "type": "aws_iam_policy",
            "name": "p",
            "expressions": {"policy": {"references": reference}},
        },
    ]
    plan = plan_of(first, second, user, configuration={"root_module": {"resources": blocks}})
    assert isinstance(plan.by_address["aws_iam_policy.p"].get("policy", "Statement"), Partial)


def test_other_unknown_policies_stay_unknown(plan_of, change):
    user = change("aws_iam_policy.p", {}, {"policy": True, "name": True})
    document = {
        **change("data.aws_iam_policy_document.a", {"statement": []}, {"json": True}, actions=("read",)),
        "mode": "data",
        "type": "aws_iam_policy_document",
        "name": "a",
    }
    id_only = ["data.aws_iam_policy_document.a.id", "data.aws_iam_policy_document.a"]
    expressions = {"policy": {"references": id_only}}
    blocks = [{"mode": "managed", "type": "aws_iam_policy", "name": "p", "expressions": expressions}]
    plan = plan_of(document, user, configuration={"root_module": {"resources": blocks}})
    assert is_unknown(plan.by_address["aws_iam_policy.p"].get("policy"))
