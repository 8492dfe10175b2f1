"""Policies in every spelling, wildcards, and who is meant."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang import iam
from iacgate.model import Partial, Secret, Unknown, is_unknown

WHY = Unknown("known after apply")


def statements(policy):
    found = iam.policy_statements(None, policy)
    return found if isinstance(found, Unknown) else [one.value for one in found]


def statement(**parts):
    return statements({"Statement": {"Effect": "Allow", **parts}})[0]


def worded(answer):
    return "unknown" if isinstance(answer, Unknown) else answer


def test_one_form_for_every_spelling():
    raw = {"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": ["*"], "Principal": "*"}
    expected = {"Sid": "a", "Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"], "Principal": {"*": ["*"]}}
    blocks = {
        "statement": [
            {"sid": "a", "effect": None, "actions": ["s3:*"], "not_actions": [], "resources": ["*"],
             "principals": [{"type": "*", "identifiers": ["*"]}]}
        ]
    }  # fmt: skip
    for policy in ({"Statement": [raw]}, {"Statement": raw}, json.dumps({"Statement": [raw]}), blocks):
        (found,) = statements(policy)
        assert {key: value for key, value in found.items() if value is not None} == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, []),
        ("", []),
        ({}, []),
        ("{not json", "unknown"),
        ("[]", "unknown"),
        ("[" * 100_000, "unknown"),
        (WHY, "unknown"),
        ({"Statement": WHY}, "unknown"),
        (5, []),
        ({"Statement": ["text"]}, []),
    ],
)
def test_what_is_no_policy(policy, expected):
    assert worded(statements(policy)) == expected


def test_places():
    (found,) = iam.policy_statements(None, {"Statement": [{"Action": "*"}]})
    assert found.path == ("Statement", 0)
    assert found.places["Action"] == ("Statement", 0, "Action")
    (block,) = iam.policy_statements(None, {"statement": [{"actions": ["*"]}]})
    assert block.places["Action"] == ("statement", 0, "actions")


def test_more_statements_may_come():
    found = iam.policy_statements(None, {"Statement": Partial([{"Effect": "Allow"}], maybe=WHY)})
    assert isinstance(found, Partial)
    assert isinstance(iam.policy_statements(None, {"Statement": [WHY]}), Partial)


def test_a_secret_policy_stays_secret():
    (found,) = statements(Secret(json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})))
    assert str(found["Action"][0]) == "***"
    assert iam.allows(found, "*", "*") is True


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ["arn:aws:iam::123456789012:root", "*"]}, True),
        ({"AWS": "arn:aws:iam::*:root"}, True),
        ({"AWS": "arn:aws:iam::*:role/app"}, True),
        ({"AWS": "arn:aws-cn:sts::*:assumed-role/app/*"}, True),
        ({"AWS": "arn:aws:iam::123456789012:role/*"}, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, False),
        ({"Service": "*"}, False),
        ({"Service": "ec2.amazonaws.com"}, False),
        ({"AWS": WHY}, "unknown"),
        ({"AWS": [WHY, "*"]}, True),
        ({"AWS": Unknown("x", prefix="arn:aws:iam::1")}, False),
        (WHY, "unknown"),
        (None, False),
    ],
)
def test_everybody(principal, expected):
    assert worded(iam.public_principal(statement(Principal=principal))) == expected


def test_everybody_but_some_is_everybody():
    assert iam.public_principal(statement(NotPrincipal={"AWS": "arn:aws:iam::1:root"})) is True


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, True),
        ({"StringEquals": {"AWS:PrincipalOrgID": ["o-1"]}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}}, True),
        ({"ArnLike": {"aws:SourceArn": "*"}}, False),
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::1:user/ada"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}, False),
        ({"StringEquals": {"aws:VpceAccount": "111122223333"}}, True),
        ({"StringEquals": {"aws:SourceAccount": [111122223333]}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, False),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
        ({"StringEquals": {"aws:SourceAccount": Unknown("x", ref="data.aws_caller_identity.me")}}, True),
        ({"StringEquals": WHY}, "unknown"),
        (WHY, "unknown"),
        (None, False),
        ({"StringEquals": "nonsense"}, False),
    ],
)
def test_conditions_that_limit(condition, expected):
    assert worded(iam.restricted(statement(Condition=condition))) == expected


@pytest.mark.parametrize(
    ("parts", "action", "resource", "expected"),
    [
        ({"Action": "*", "Resource": "*"}, "*", "*", True),
        ({"Action": "*:*", "Resource": "*"}, "*", "*", True),
        ({"Action": "s3:*", "Resource": "*"}, "*", "*", False),
        ({"Action": "S3:*", "Resource": "*"}, "s3:GetObject", None, True),
        ({"Action": ["ec2:*", "iam:Pass*"], "Resource": "*"}, "iam:PassRole", "*", True),
        ({"Action": "iam:PassRole", "Resource": "arn:aws:iam::1:role/x"}, "iam:PassRole", "*", False),
        ({"Action": "iam:Pass?ole"}, "iam:PassRole", None, True),
        ({"NotAction": "iam:*", "Resource": "*"}, "s3:GetObject", "*", True),
        ({"NotAction": "iam:*", "Resource": "*"}, "iam:PassRole", "*", False),
        ({"Action": "*", "NotResource": "arn:aws:s3:::x"}, "*", "*", True),
        ({"Action": "*", "Resource": WHY}, "*", "*", "unknown"),
        ({"Action": "*", "Resource": Unknown("x", prefix="arn:aws:")}, "*", "*", False),
        ({"Action": [WHY, "*"], "Resource": "*"}, "*", "*", True),
        ({"Action": Partial(["s3:Get*"], maybe=WHY), "Resource": "*"}, "*", "*", "unknown"),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, "*", "*", False),
        ({"Effect": WHY, "Action": "*", "Resource": "*"}, "*", "*", "unknown"),
        ({"Action": 5}, "*", None, False),
    ],
)
def test_allows(parts, action, resource, expected):
    assert worded(iam.allows(statement(**parts), action, resource)) == expected


def test_public_statement():
    assert iam.public_statement(statement(Principal="*", Action="s3:GetObject")) is True
    assert iam.public_statement(statement(Principal="*", Effect="Deny")) is False
    limited = statement(Principal="*", Condition={"StringEquals": {"aws:SourceAccount": "1"}})
    assert iam.public_statement(limited) is False


def test_condition_values_whatever_the_case():
    found = statement(Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert iam.condition_values(found, "bool", "AWS:securetransport") == ["false"]
    assert iam.condition_values(found, "Null", "x") == []
    assert iam.principals(statement(Principal={"AWS": "a", "Service": ["b"]}), "Service") == ["b"]


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_agree_with_regular_expressions(pattern, text):
    import re

    translated = "".join(".*" if char == "*" else "." if char == "?" else char for char in pattern)
    assert iam.wildcard(pattern, text) is (re.fullmatch(translated, text) is not None)


def test_wildcards_do_not_explode():
    assert iam.wildcard("*a" * 2_000 + "b", "a" * 4_000) is False


@pytest.mark.parametrize("member", ["principals", "not_principals", "condition"])
@pytest.mark.parametrize("wrong", [[-1], ["x"], [None], [[]], "x"])
def test_blocks_of_a_document_that_are_no_blocks_are_a_doubt(member, wrong):
    body = {"statement": [{"actions": ["*"], "resources": ["*"], member: wrong}]}
    [placed] = iam.policy_statements(None, body)
    key = {"principals": "Principal", "not_principals": "NotPrincipal", "condition": "Condition"}[member]
    assert is_unknown(placed.value[key])


@pytest.mark.parametrize(
    "policy",
    [
        '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Sid": "a,]}"},]}',
        '{"Statement": [{"Effect": "Allow", "Action": ["s3:*" , ], "Sid": "a,]}"\n, }], }',
    ],
)
def test_a_comma_too_many_hides_no_statement(policy):
    (statement,) = iam.policy_statements(None, policy)
    assert statement.value["Action"] == ["s3:*"]
    assert statement.value["Sid"] == "a,]}"


def test_what_is_broken_otherwise_is_not_guessed():
    assert isinstance(iam.policy_statements(None, '{"Statement": [{"Effect": "Allow" "Action": "s3:*"}]}'), Unknown)


def block(**parts):
    (found,) = statements({"statement": [{"actions": ["s3:*"], "resources": ["*"], **parts}]})
    return found


NAMED = {"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:role/app"]}
EVERYBODY = {"type": "*", "identifiers": ["*"]}
OWN = {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["111122223333"]}


@pytest.mark.parametrize(
    ("parts", "public"),
    [
        ({"principals": Partial([], maybe=WHY)}, "unknown"),
        ({"principals": Partial([NAMED], maybe=WHY)}, "unknown"),
        ({"principals": Partial([EVERYBODY], maybe=WHY)}, True),
        ({"principals": [{"type": "AWS", "identifiers": Partial([], maybe=WHY)}]}, "unknown"),
        ({"principals": [EVERYBODY], "condition": Partial([], maybe=WHY)}, "unknown"),
        ({"principals": [EVERYBODY], "condition": [OWN]}, False),
        ({"principals": [EVERYBODY], "condition": []}, True),
    ],
)
def test_blocks_that_a_dynamic_block_may_make(parts, public):
    assert worded(iam.public_statement(block(**parts))) == public
